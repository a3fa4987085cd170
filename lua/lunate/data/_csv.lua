--- The options of read_csv and parse_csv, and the way to the reader in C.

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

--- Calls core.read_csv or core.parse_csv on a source with checked options.
return function(what, source, options)
  if type(source) ~= "string" then
    raise("%s expects a %s, got %s", what, what == "read_csv" and "path" or "text", type(source))
  end
  options = check(what, OPTIONS, options)
  local header = options.header
  if header == "auto" then
    header = nil
  elseif type(header) ~= "boolean" then
    raise("%s: header must be true, false or \"auto\", got %s", what, header)
  end
  local ok, values, names = pcall(core[what], source, header, options.delimiter, options.skip_rows,
    options.dtype, options.columns)
  if not ok then raise("%s", values) end
  return values, names
end
