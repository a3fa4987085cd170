--- ModelCheckpoint: saves the model, or its weights, as training goes on.
--
-- Options: `filepath`: ends in ".keras" or ".h5" for whole models, ".weights.h5" for weights, and
-- may hold fields {epoch}, {batch} (with save_freq) and the names of logs, with a format as in
-- "model-{epoch:02d}-{val_loss:.2f}.keras"; "{{" is a brace. Folders are made. `monitor`
-- ("val_loss"): the log that says what is best; `verbose` (0); `save_best_only` (false): only when
-- the value is better than at all saves before; `save_weights_only` (false); `mode` ("auto"): "min"
-- or "max" says which way is better; `save_freq` ("epoch"): or after so many batches, of this and
-- of later epochs, whose logs have the loss and metrics of training so far, none of validation
-- (that save_best_only wants one is warned of, and each save is made, as in Keras);
-- `initial_value_threshold` (none): the value that the first save has to beat.
--
-- Each file is written whole or not at all (see `model:save`). Field `best`: the value of the best
-- save; it lasts from one fit to the next.
--
-- Errors: a file name with another ending; a field or a monitor that is no log (lists those that
-- are), at the first save; what saving raises.
--
--     local path = os.tmpname() .. ".keras"
--     local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
--     model:compile{loss = "mse"}
--     local checkpoint = ln.callbacks.ModelCheckpoint{path, monitor = "loss",
--       save_best_only = true}
--     model:fit(ln.ones{8, 1}, ln.ones{8, 1}, {epochs = 3, verbose = 0, callbacks = {checkpoint}})
--     local best = ln.load_model(path)
--     print(best.compiled)                                         --> true
--     os.remove(path)

local core = require "lunate.core"
local raise = require "lunate.raise"
local Callback = require "lunate.callbacks.callback"
local Monitor = require "lunate.callbacks._monitor"
local every = require "lunate.callbacks._every"
local hooks = require "lunate.callbacks._hooks"
local peers = require "lunate.model.peers"
local public = require "lunate.public"

local kept = require "lunate.kept"()
local options_of = core.options_of

local ModelCheckpoint = Monitor:extend("ModelCheckpoint")

ModelCheckpoint.options = {
  filepath = {"string", required = true},
  verbose = {"integer", default = 0, min = 0},
  save_best_only = {"boolean", default = false},
  save_weights_only = {"boolean", default = false},
  save_freq = {"any", default = "epoch"},
  initial_value_threshold = {"number", optional = true},
}
ModelCheckpoint.positional = {"filepath", "monitor", "verbose", "save_best_only",
  "save_weights_only", "mode", "save_freq", "initial_value_threshold"}

-- What a field's format may be, as a format of Lua's: "02d", ".2f", "8.3e", "5".
local function lua_format(text, value)
  local flags, kind = text:match("^([%d.+%- ]*)(%a?)$")
  if not flags or not ("deEfgG"):find(kind, 1, true) then return nil end
  if kind == "" then kind = math.type(value) == "integer" and "d" or "g" end
  local ok, formatted = pcall(string.format, "%" .. flags .. kind, value)
  return ok and formatted
end

-- The file name for these values of its fields.
local function path_with(self, fields)
  local path = options_of(self).filepath
  local function fill(field)
    if field == "{{" or field == "}}" then return field:sub(1, 1) end
    local name, format = field:match("^{([^{}:]+):?([^{}]*)}$")
    if not name then
      raise("ModelCheckpoint: '%s' in the filepath '%s' is no field", field, path)
    end
    local value = fields[name]
    if value == nil then
      local names = {}
      for known in pairs(fields) do names[#names + 1] = known end
      table.sort(names)
      raise("ModelCheckpoint: the filepath '%s' names '%s'; there are: %s", path, name,
        table.concat(names, ", "))
    end
    if format == "" then return tostring(value) end
    local text = type(value) == "number" and lua_format(format, value)
    if not text then
      raise("ModelCheckpoint: '%s' in the filepath '%s' is no format for a number such as %s "
        .. "(\"02d\", \".2f\" and the like)", format, path, tostring(value))
    end
    return text
  end
  -- Doubled braces, fields, and braces that are neither, in the order in which they come.
  local parts, position = {}, 1
  while true do
    local first = path:find("[{}]", position)
    if not first then break end
    parts[#parts + 1] = path:sub(position, first - 1)
    local field = path:match("^{{", first) or path:match("^}}", first)
      or path:match("^{[^{}]*}", first) or path:sub(first, first)
    parts[#parts + 1] = fill(field)
    position = first + #field
  end
  return table.concat(parts) .. path:sub(position)
end

-- Whether to save now, why, as verbose tells it, and the value that will be the best.
-- Of a batch it is not known when a validation's value says what is best: saved, as in Keras.
local function wanted(self, logs)
  local given = options_of(self)
  if not given.save_best_only then return true, "" end
  local value = Monitor.value(self, logs, kept[self].due
    and "batches have no validation, so all that is due after them is saved, better or not"
    or "after epochs without validation nothing is saved")
  if value == nil then return kept[self].due ~= nil, kept[self].due and "" end
  local best = self.best and ("%.5f"):format(self.best) or "none"
  if value ~= value or not Monitor.is_better(self, value, self.best) then   -- NaN may come first
    return false, ("%s is not better than %s"):format(given.monitor, best)
  end
  return true, ("%s went from %s to %.5f: "):format(given.monitor, best, value), value
end

local function save(self, epoch, batch, logs)
  local fields = {}
  for name, value in pairs(logs) do fields[name] = value end
  fields.epoch, fields.batch = epoch, batch or logs.batch
  local path = path_with(self, fields)
  local is_wanted, why, value = wanted(self, logs)
  local verbose = options_of(self).verbose > 0
  if not is_wanted then
    if verbose and why then Callback.say(self, "Epoch %d: %s", epoch, why) end
    return
  end
  if peers.is_chief then
    core.make_folders(path)
    if options_of(self).save_weights_only then
      self.model:save_weights(path)
    else
      self.model:save(path)
    end
  end
  self.best = value or self.best
  if verbose then Callback.say(self, "Epoch %d: %ssaved as %s", epoch, why, path) end
end

function ModelCheckpoint:init(given)
  local path = given.filepath
  kept[self].due = every("ModelCheckpoint", given.save_freq)
  if not kept[self].due then hooks.leave_out(self, ModelCheckpoint.on_batch_end) end
  local of_weights = path:find("%.weights%.h5$") ~= nil
  if given.save_weights_only and not of_weights then
    raise("bad option 'filepath' of 'ModelCheckpoint': with save_weights_only it should end in "
      .. "'.weights.h5', got '%s'", path)
  end
  if not given.save_weights_only then
    if of_weights then
      raise("bad option 'filepath' of 'ModelCheckpoint': '%s' is a name for weights alone: say "
        .. "save_weights_only = true", path)
    elseif not (path:find("%.keras$") or path:find("%.h5$")) then
      raise("bad option 'filepath' of 'ModelCheckpoint': it should end in '.keras' or '.h5', got "
        .. "'%s'", path)
    end
  end
  -- A slip in a field's form shows here, one in its name when there are logs.
  path_with(self, setmetatable({}, {__index = function() return 1 end}))
  self.best = given.initial_value_threshold
end

function ModelCheckpoint:on_epoch_begin(epoch) kept[self].epoch = epoch end

function ModelCheckpoint:on_epoch_end(epoch, logs)
  if not kept[self].due then save(self, epoch, nil, logs) end
end

function ModelCheckpoint:on_batch_end(batch, logs)
  local due = kept[self].due
  if due and due(batch) then save(self, kept[self].epoch, batch, logs) end
end

return public(ModelCheckpoint)
