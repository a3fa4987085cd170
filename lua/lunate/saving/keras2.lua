--- Configs that Keras 2 (TensorFlow 2.x) wrote, in Keras 3's form: what came to have another name
-- or place. A new case is an entry of `fixes`. Configs of Keras 3 pass through unchanged.

local core = require "lunate.core"
local raise = require "lunate.raise"

local MAX_DEPTH = 200   -- as in JSON (core/lua/json.c)

local function renamed(config, from, to)
  if config[from] ~= nil and config[to] == nil then config[to] = config[from] end
  config[from] = nil
end

-- lr / (1 + decay * iterations), in Keras 3 a schedule.
local function optimizer(config)
  renamed(config, "lr", "learning_rate")
  local decay, rate = config.decay, config.learning_rate
  if type(decay) == "number" and decay > 0 and type(rate) == "number" then
    config.learning_rate = {class_name = "InverseTimeDecay", config = {
      initial_learning_rate = rate, decay_steps = 1, decay_rate = decay}}
  end
  config.decay, config.is_legacy_optimizer, config.jit_compile = nil, nil, nil
end

local function loss(config)
  if config.reduction == "auto" then config.reduction = "sum_over_batch_size" end
  if type(config.fn) == "string" then config.fn = nil end   -- its own
end

local function alpha(config) renamed(config, "alpha", "negative_slope") end

local fixes = {
  InputLayer = function(config) renamed(config, "batch_input_shape", "batch_shape") end,
  LeakyReLU = alpha,
  Embedding = function(config) config.input_length = nil end,
  BatchNormalization = function(config)
    if type(config.axis) == "table" and #config.axis == 1 then config.axis = config.axis[1] end
  end,
}
for _, name in ipairs{"SimpleRNN", "LSTM", "GRU", "SimpleRNNCell", "LSTMCell", "GRUCell"} do
  fixes[name] = function(config) config.implementation, config.time_major = nil, nil end
end
for _, name in ipairs(core.classes("optimizer")) do fixes[name] = optimizer end
for _, name in ipairs(core.classes("loss")) do fixes[name] = fixes[name] or loss end

-- Layers could be named like paths, "block/dense". What refers to them keeps the entry's own name.
local function rename(entry)
  local config = type(entry) == "table" and entry.config
  if type(config) == "table" and type(config.name) == "string" then
    config.name = config.name:gsub("/", "_")
  end
end

local function modern(value, depth)
  if depth > MAX_DEPTH then raise("a config is nested more than %d tables deep", MAX_DEPTH) end
  if type(value) ~= "table" or type(getmetatable(value)) == "string" then return value end
  if value.class_name == "__tuple__" then
    local config = value.config
    value = value.items or type(config) == "table" and config.value or {}
    if type(value) ~= "table" then return value end
    if next(value) == nil then return core.list() end
  end
  local out = setmetatable({}, getmetatable(value))
  for key, part in pairs(value) do out[key] = modern(part, depth + 1) end
  local fix = type(out.class_name) == "string" and fixes[out.class_name]
  if fix and type(out.config) == "table" then fix(out.config) end
  for _, layer in ipairs(type(out.layers) == "table" and out.layers or {}) do rename(layer) end
  rename(out.layer)
  return out
end

--- @param tree  a decoded config, which is left as it is
-- @return the same in Keras 3's form: {class_name = "__tuple__", items} are lists, options have
--   Keras 3's names, layers have no "/" in theirs
return function(tree)
  local out = modern(tree, 0)
  if type(out) ~= "table" then return out end
  local config = out.config
  local is_model = type(config) == "table" and type(config.layers) == "table"
  if is_model or core.class("layer", tostring(out.class_name)) then rename(out) end
  return out
end
