--- What moves from batch to batch besides weights, in files: where random generators stand, and the
-- states of stateful recurrent layers. A model that was loaded goes on as if it had not stopped.
-- Its first training takes the global generator to where it stood at the save, unless
-- ln.set_seed was called since the load.

local core = require "lunate.core"

local random = {}

local pending = setmetatable({}, {__mode = "k"})   -- loaded models that were not trained yet

local function hexadecimal(bytes)
  return (bytes:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

local function text(key, counter) return ("%016x:%016x"):format(key, counter) end

local function numbers(value)
  local key, counter = tostring(value):match("^(%x+):(%x+)$")
  if not key or #key > 16 or #counter > 16 then return nil end
  return tonumber(key, 16), tonumber(counter, 16)
end

--- What a file should say: {global = "key:counter", layers = {[path] = "key:counter"}, states =
-- {[path] = a list of .npy in hexadecimal}, nil where no layer is stateful}.
-- @param entries  of tree.walk
function random.save(model, entries)
  local key, counter, seeds = core.generator()
  local waits = pending[model]
  if waits and waits.seeds == seeds then key, counter = waits.key, waits.counter end
  local saved = {global = text(key, counter), layers = {}}
  for _, entry in ipairs(entries) do
    local layer_key, layer_counter = nil, nil
    if entry.layer then layer_key, layer_counter = core.generator(entry.layer) end
    if layer_key then saved.layers[entry.path] = text(layer_key, layer_counter) end
    local kept = entry.layer and core.kept(entry.layer) or {}
    if #kept > 0 then
      local npy = require "lunate.saving.npy"   -- few models have states
      for i, t in ipairs(kept) do kept[i] = hexadecimal(npy.encode(t)) end
      saved.states = saved.states or {}
      saved.states[entry.path] = kept
    end
  end
  return saved
end

-- What does not fit stays as it is.
local function load_states(layer, kept)
  local npy, tensors = require "lunate.saving.npy", {}
  for i, digits in ipairs(kept) do
    local bytes = tostring(digits):gsub("%x%x", function(pair)
      return string.char(tonumber(pair, 16))
    end)
    local ok, t = pcall(npy.decode, bytes)
    if not ok then return end
    tensors[i] = t
  end
  core.kept(layer, tensors)
end

--- Takes up what a file says; what it does not say, or says wrongly, stays as it is.
function random.load(model, entries, saved)
  if type(saved) ~= "table" then return end
  local key, counter = numbers(saved.global)
  if key then
    pending[model] = {key = key, counter = counter, seeds = select(3, core.generator())}
  end
  local layers = type(saved.layers) == "table" and saved.layers or {}
  for _, entry in ipairs(entries) do
    if entry.layer and core.generator(entry.layer) then
      local layer_key, layer_counter = numbers(layers[entry.path])
      if layer_key then core.set_generator(entry.layer, layer_key, layer_counter) end
    end
    local kept = type(saved.states) == "table" and entry.layer and saved.states[entry.path]
    if type(kept) == "table" then load_states(entry.layer, kept) end
  end
end

--- Called when a model begins to train.
function random.resume(model)
  local waits = pending[model]
  if not waits then return end
  pending[model] = nil
  local _, _, seeds = core.generator()
  if seeds == waits.seeds then core.set_generator(nil, waits.key, waits.counter) end
end

return random
