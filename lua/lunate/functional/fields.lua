--- Fields of layers and models that are symbolic tensors: input, output, inputs, outputs; and
-- supports_masking.

local core = require "lunate.core"
local raise = require "lunate.raise"
local graph = require "lunate.functional.graph"
local state = require "lunate.model.state"

local InputLayer = core.class("layer", "InputLayer")

-- Layers to the Sequential that they are a part of.
local owners = setmetatable({}, {__mode = "kv"})

-- Sequentials to their symbolic inputs and outputs, and how many layers led there.
local sequentials = setmetatable({}, {__mode = "k"})

local of_layer, of_model = core.getters.layer, core.getters.model

--- layer.supports_masking: whether it takes inputs with masks. Where it is set, and compute_mask is
-- not defined, the mask of the input becomes that of the output.
function of_layer.supports_masking(self) return core.supports_masking(self) end

function core.setters.layer.supports_masking(self, value)
  if type(value) ~= "boolean" then return false end   -- a field of its user's
  core.supports_masking(self, value)
  return true
end

-- A Sequential's tensors: it is called on an Input when they are first asked for.
local function sequential_ends(self)
  local known = sequentials[self]
  if known and known.generation == #self.layers then return known end
  local declared = state[self].declared
  if not declared or #self.layers == 0 then
    raise("'%s' has no input and output yet: give its first layer an input_shape", self.name)
  end
  local layer = state[self].input_layer or InputLayer{batch_shape = declared}
  local x = core.symbolic_input(layer, declared, layer.dtype)
  local ends = {inputs = {x}, generation = #self.layers}
  for _, each in ipairs(self.layers) do x = each(x) end
  ends.outputs = {x}
  sequentials[self] = ends
  return ends
end

-- The inputs and outputs of a model whose calls are known; nil of others.
local function ends_of(self)
  if graph.of(self) then return graph.of(self) end
  if self.class_name == "Sequential" or core.class("layer", "Sequential") == self.class then
    return sequential_ends(self)
  end
end

-- Of a layer: the tensors of its first call (Keras's layer.input, layer.output).
local function first_node(self, what)
  local node = core.layer_nodes(self)[1]
  if not node and owners[self] then
    ends_of(owners[self])
    node = core.layer_nodes(self)[1]
  end
  if not node then
    raise("'%s' was never called on a symbolic tensor, so it has no %s", self.name, what)
  end
  return node
end

--- model.inputs, model.outputs (lists), model.input, model.output (the one, or the list): symbolic
-- tensors. layer.input and layer.output are those of its first call.
function of_model.inputs(self)
  local ends = ends_of(self)
  return ends and table.move(ends.inputs, 1, #ends.inputs, 1, {}) or nil
end

function of_model.outputs(self)
  local ends = ends_of(self)
  return ends and table.move(ends.outputs, 1, #ends.outputs, 1, {}) or nil
end

local function one_or_list(list)
  if #list == 1 then return list[1] end
  return table.move(list, 1, #list, 1, {})
end

function of_layer.input(self)
  local ends = ends_of(self)
  if ends then return one_or_list(ends.inputs) end
  local node = first_node(self, "input")
  return one_or_list(#node.inputs == 0 and node.outputs or node.inputs)
end

function of_layer.output(self)
  local outputs = (ends_of(self) or first_node(self, "output")).outputs
  local names = core.output_names(self)
  if not names then return one_or_list(outputs) end
  local by_name = {}
  for i, name in ipairs(names) do by_name[name] = outputs[i] end
  return by_name
end

return {owners = owners}
