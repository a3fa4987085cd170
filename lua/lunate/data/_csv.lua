--- The options of read_csv, parse_csv and Dataset.from_csv, and the way to the reader in C.

local core = require "lunate.core"
local check = require "lunate.options"
local raise = require "lunate.raise"

local OPTIONS = {
  header = {"any", default = "auto"},
  delimiter = {"string", default = ","},
  columns = {"table", optional = true},
  dtype = {"dtype", default = "float32"},
  skip_rows = {"integer", default = 0, min = 0},
}

local csv = {}

local function checked(what, source, options)
  if type(source) ~= "string" then
    raise("%s expects a %s, got %s", what, what == "parse_csv" and "text" or "path", type(source))
  end
  if what ~= "parse_csv" and (source == "" or source:find("\0", 1, true)) then
    raise("%s expects a path, got '%s'", what, core.cut(source))
  end
  options = check(what, OPTIONS, options)
  local header = options.header
  if header == "auto" then
    header = nil
  elseif type(header) ~= "boolean" then
    raise("%s: header must be true, false or \"auto\", got %s", what, header)
  end
  return options, header
end

--- Calls core.read_csv or core.parse_csv on a source with checked options.
function csv.read(what, source, options)
  local o, header = checked(what, source, options)
  return core[what](source, header, o.delimiter, o.skip_rows, o.dtype, o.columns)
end

--- A function open(block, depth) that begins to read the file in blocks of rows, `depth` of them
-- ahead: the reader, its number of columns, their names or nil.
function csv.opener(what, source, options)
  local o, header = checked(what, source, options)
  return function(block, depth)
    return core.open_csv(source, header, o.delimiter, o.skip_rows, o.dtype, o.columns, block,
      depth)
  end
end

return csv
