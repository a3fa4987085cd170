-- An object of every class of the registry: objects(kind, name), made with whatever its class
-- requires: a value that stands here, or one of the option's kind.

local core = require "lunate.core"
local ln = require "lunate"

local values = {
  units = 3, target_shape = {2, 3}, dims = {1}, activation = "relu", scale = 2, shape = {3},
  equation = "...x,xy->...y", output_shape = {2},
  target_class_ids = {0}, boundaries = {5}, values = {0.1, 0.01}, axes = 2,
}
-- A layer takes inputs of two axes or more, and any number of features.
local by_kind = {
  {"^list of integers", {2}}, {"^integer", 2}, {"^number", 0.5},
  {"^layer", function() return ln.layers.Dense(2) end},
  {"^list of layers", function() return {ln.layers.Dense(2)} end},
}
-- What a class wants otherwise.
local by_class = {
  ["PositionEmbedding.sequence_length"] = 16,
  ["RandomPosterization.factor"] = 3,
  ["CategoryEncoding.num_tokens"] = 100,
  ["RNN.cell"] = function() return ln.layers.GRUCell(3) end,
  ["StackedRNNCells.cells"] = function() return {ln.layers.GRUCell(3), ln.layers.LSTMCell(2)} end,
  ["Bidirectional.layer"] = function() return ln.layers.LSTM(3) end,
}

local function value_for(class, option)
  local special = by_class[class .. "." .. option.name]
  if special then return type(special) == "function" and special() or special end
  if values[option.name] ~= nil then return values[option.name] end
  for _, entry in ipairs(by_kind) do
    if option.kind:find(entry[1]) then
      return type(entry[2]) == "function" and entry[2]() or entry[2]
    end
  end
end

local objects = {}

--- The required options of a class, as core.describe tells of it.
function objects.required(described)
  local out = {}
  for _, option in ipairs(described.options) do
    if option.default == nil then
      local value = value_for(described.name, option)
      out[option.name] = assert(value, described.name .. " requires " .. option.name)
    end
  end
  if described.name == "InputLayer" then out.shape = {3} end
  -- Samples are shorter than its usual frames; a logarithm says much of what is nearly nothing.
  if described.name == "STFTSpectrogram" then out.frame_length, out.mode = 4, "magnitude" end
  if described.name == "Discretization" then
    out.bin_boundaries, out.output_mode = {-0.5, 0.5}, "one_hot"
  end
  if described.name == "Functional" then
    out.inputs = ln.Input{shape = {3}}
    out.outputs = ln.layers.Dense(2)(out.inputs)
  end
  return out
end

--- A layer of the class, or where that is a cell an RNN over one, which a batch can be put into.
function objects.layer(name, options)
  local layer = core.class("layer", name)(options)
  return name:find("Cells?$") and ln.layers.RNN{layer, dtype = options.dtype,
    input_shape = options.input_shape} or layer
end

--- The shape of a sample that a layer made with these options takes: four features, or more axes.
function objects.sample_shape(name, options)
  local shape = {4}
  for _ = 1, 5 do
    local layer = objects.layer(name, options)
    local ok, out = pcall(layer.compute_output_shape, layer, {false, table.unpack(shape)})
    if ok and out[1] == false then return shape end   -- of a batch, not of one sample without
    table.insert(shape, 1, 6)
  end
  error(name .. " takes samples of no rank up to 5")
end

return setmetatable(objects, {__call = function(_, kind, name)
  return core.class(kind, name)(objects.required(core.describe(kind, name)))
end})
