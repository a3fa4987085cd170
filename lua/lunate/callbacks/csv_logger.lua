--- CSVLogger: writes the logs of every epoch as a line of a CSV file.
--
-- Options: `filename`; `separator` (","); `append` (false: the file begins anew; true: lines are
-- added to a file that is there, under its columns). Columns: `epoch` (from 1), then the logs in
-- the order of evaluate: loss, metrics, the same with `val_`. What an epoch does not have is NA. A
-- line is in the file when its epoch has ended.
--
-- Errors: the file cannot be written; a log for which a file that is added to has no column.
--
--     local path = os.tmpname()
--     local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
--     model:compile{loss = "mse"}
--     model:fit(ln.ones{8, 1}, ln.ones{8, 1},
--       {epochs = 3, verbose = 0, callbacks = {ln.callbacks.CSVLogger(path)}})
--     local losses, names = ln.data.read_csv(path)
--     print(losses.shape, names[1], names[2])                      --> (3, 2) epoch loss
--     os.remove(path)

local core = require "lunate.core"
local raise = require "lunate.raise"
local results = require "lunate.model.logs"
local Callback = require "lunate.callbacks.callback"
local public = require "lunate.public"

local kept = require "lunate.kept"()
local options_of = core.options_of

local CSVLogger = Callback:extend("CSVLogger")

CSVLogger.options = {
  filename = {"string", required = true},
  separator = {"string", default = ","},
  append = {"boolean", default = false},
}
CSVLogger.chief_only = true
CSVLogger.positional = {"filename", "separator", "append"}

-- The fewest digits that read back as the same number.
local function number_text(value)
  if math.type(value) == "integer" then return tostring(value) end
  for digits = 15, 17 do
    local text = ("%." .. digits .. "g"):format(value)
    if tonumber(text) == value or digits == 17 then return text end
  end
end

local function text_of(self, value)
  local text = value == nil and "NA" or type(value) == "number" and number_text(value)
    or tostring(value)
  local separator = options_of(self).separator
  if text:find(separator, 1, true) or text:find('["\r\n]') then
    return '"' .. text:gsub('"', '""') .. '"'
  end
  return text
end

-- Every line is in the file when this returns, or else an error.
local function write(self, text, anew)
  local ok, message = pcall(core.append_file, options_of(self).filename, text, anew)
  if not ok then raise("CSVLogger: %s", message) end
end

local function write_line(self, values)
  for i = 1, values.n do values[i] = text_of(self, values[i]) end
  write(self, table.concat(values, options_of(self).separator) .. "\n")
end

-- The columns of the first line, without those quotes that we would have set.
local function columns_of(line, separator)
  local list, position = {}, 1
  while true do
    local first, last = line:find(separator, position, true)
    local field = line:sub(position, (first or #line + 1) - 1)
    list[#list + 1] = field:gsub("\r$", ""):gsub('^"(.*)"$', "%1")
    if not first then return list end
    position = last + 1
  end
end

function CSVLogger:on_train_begin()
  local given = options_of(self)
  kept[self].columns = nil
  if given.append then
    local exists, text = pcall(core.read_file, given.filename)
    local line = exists and text:match("^[^\n]+")
    if line then kept[self].columns = columns_of(line, given.separator) end
  end
  core.make_folders(given.filename)
  write(self, "", not given.append)
end

function CSVLogger:on_epoch_end(epoch, logs)
  if not kept[self].columns then
    local names = {}
    for name in pairs(logs) do names[name] = true end
    -- Epochs without validation may come first.
    for name in pairs(self.params.do_validation and logs or {}) do
      local of_training = name ~= "learning_rate" and not name:find("^val_")
      if of_training then names["val_" .. name] = true end
    end
    kept[self].columns = {"epoch", table.unpack(results.order(self.model, names))}
    write_line(self, table.pack(table.unpack(kept[self].columns)))
  end
  local known, values = {}, {n = #kept[self].columns}
  for i, name in ipairs(kept[self].columns) do
    known[name] = true
    if i == 1 then values[i] = epoch else values[i] = logs[name] end
  end
  for name in pairs(logs) do
    if not known[name] then
      raise("CSVLogger: '%s' has no column for '%s'; there are: %s",
        options_of(self).filename, name, table.concat(kept[self].columns, ", "))
    end
  end
  write_line(self, values)
end

return public(CSVLogger)
