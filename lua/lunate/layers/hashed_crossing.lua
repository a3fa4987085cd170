--- HashedCrossing: several features, row by row, to one of so many bins by the hash of what they
-- are together: what TensorFlow's Keras computes, value for value.
--
-- `num_bins` (how many), `output_mode` ("int": ids; "one_hot"), `dtype` (none: "int64", or
-- "float32" for "one_hot"), `sparse` (false: Keras's, no other is taken).
--
-- Input: a list of two or more features of one shape, (), (n,) or (n, 1): strings or tensors of
-- integers; output: of that shape, or (..., num_bins). Errors: fewer than two features; shapes that
-- differ; floats.
--
--     local cross = ln.layers.HashedCrossing(5)
--     print(cross{{"A", "B", "A"}, ln.tensor({101, 101, 102}, {dtype = "int64"})}) --> [1 4 3]

local core = require "lunate.core"
local public = require "lunate.public"
local raise = require "lunate.raise"
local is_tensor = require "lunate.is_tensor"
local strings = require "lunate.strings"
local categories = require "lunate.layers._categories"

local HashedCrossing = core.class("layer"):extend("HashedCrossing")
HashedCrossing.built_in, HashedCrossing.takes_several = true, true

HashedCrossing.options = {
  num_bins = {"integer", required = true, min = 1}, output_mode = {"string", default = "int"},
  sparse = {"boolean", default = false}, dtype = {"dtype", optional = true},
}
HashedCrossing.positional = {"num_bins", "output_mode", "sparse"}

function HashedCrossing:init()
  local options = self.options
  options.output_mode = categories.output_mode("HashedCrossing", options.output_mode,
    {"int", "one_hot"})
  categories.refuse("HashedCrossing", options, {"sparse"})
  HashedCrossing.super.init(self,
    {dtype = options.dtype or options.output_mode == "int" and "int64" or nil})
  options.dtype = nil   -- the layer's own is in its config
  categories.show(self)
end

local function check_feature(self, value)
  local is_of_floats = is_tensor(value) and value.dtype:find("float")
  if is_of_floats or not is_tensor(value) and not strings.is(value) then
    raise("'%s': its features are strings or integers, got %s", self.name,
      is_of_floats and "a tensor of " .. value.dtype or core.describe_value(value))
  end
end

--- See lunate.model.preprocess.
function HashedCrossing:_preprocess(features)
  if type(features) ~= "table" or strings.is(features) and type(features[1]) == "string"
    or #features < 2 then
    raise("'%s' takes a list of at least two features", self.name)
  end
  local columns, shape = {}, nil
  for i, value in ipairs(features) do
    check_feature(self, value)
    local its_shape
    columns[i], its_shape = categories.flatten(value, ("'%s'"):format(self.name))
    if #its_shape > 2 or #its_shape == 2 and its_shape[2] ~= 1 then
      raise("'%s': a feature is of shape (), (n,) or (n, 1), got %s", self.name,
        strings.shape_text(its_shape))
    end
    shape = shape or its_shape
    if strings.shape_text(its_shape) ~= strings.shape_text(shape) then
      raise("'%s': all features are of one shape, got %s and %s", self.name,
        strings.shape_text(shape), strings.shape_text(its_shape))
    end
  end
  local ids, row = {}, {}
  for i = 1, #columns[1] do
    for k, column in ipairs(columns) do row[k] = column[i] end
    ids[i] = core.cross_bin(row, self.options.num_bins)
  end
  return categories.output(ids, shape, self.options.output_mode, self.options.num_bins,
    self.compute_dtype)
end

function HashedCrossing:compute_output_shape(shape)
  if type(shape[1]) ~= "table" or #shape < 2 then
    raise("'%s' takes a list of at least two features", self.name)
  end
  return categories.output_shape(shape[1], self.options.output_mode, self.options.num_bins)
end

function HashedCrossing:_compute_output_dtype() return self.compute_dtype end

--- Raises for symbolic inputs that it does not take.
function HashedCrossing:_check_input_dtype(...)
  for _, dtype in ipairs{...} do
    if dtype:find("float") then
      raise("'%s': its features are strings or integers, got %s", self.name, dtype)
    end
  end
end

--- A layer from what get_config, or Keras's, gives.
function HashedCrossing.from_config(config, other)
  return require("lunate.layers._from_config")(HashedCrossing, other or config)
end

return public(HashedCrossing, {type = "lunate.layer"})
