--- Hashing: strings or integers to one of so many bins by their hash, without a vocabulary: what
-- TensorFlow's Keras computes, value for value (FarmHash of a string, or of an integer's digits).
--
-- `num_bins` (how many), `mask_value` (none: else what goes to bin 0, and nothing else does),
-- `salt` (none: a number or two, SipHash under that key), `output_mode` ("int": ids; "one_hot",
-- "multi_hot", "count"), `dtype` (none: "int64", or "float32" for the other modes), `sparse`
-- (false: Keras's, no other is taken).
--
-- Input: strings (a list, lists), or a tensor of integers (of floats: their whole parts); output:
-- of its shape, or (..., num_bins). Errors: what is neither; num_bins below 1.
--
--     print(ln.layers.Hashing(3){"A", "B", "C", "D", "E"})                  --> [1 0 1 1 2]

local core = require "lunate.core"
local public = require "lunate.public"
local raise = require "lunate.raise"
local is_tensor = require "lunate.is_tensor"
local strings = require "lunate.strings"
local categories = require "lunate.layers._categories"

local Hashing = core.class("layer"):extend("Hashing")
Hashing.built_in = true

Hashing.options = {
  num_bins = {"integer", required = true, min = 1}, mask_value = {"any"}, salt = {"any"},
  output_mode = {"string", default = "int"}, sparse = {"boolean", default = false},
  dtype = {"dtype", optional = true},
}
Hashing.positional = {"num_bins", "mask_value", "salt", "output_mode", "sparse"}

local MODES = {"int", "one_hot", "multi_hot", "count"}

function Hashing:init()
  local options = self.options
  options.output_mode = categories.output_mode("Hashing", options.output_mode, MODES)
  options.salt = categories.salt("Hashing", options.salt)
  options.mask_value = options.mask_value or nil
  categories.refuse("Hashing", options, {"sparse"})
  local is_int = options.output_mode == "int"
  Hashing.super.init(self, {dtype = options.dtype or is_int and "int64" or nil})
  options.dtype = nil   -- the layer's own is in its config
  categories.show(self)
  if is_int and self.compute_dtype ~= "int32" and self.compute_dtype ~= "int64" then
    raise("bad option 'dtype' of 'Hashing' (\"int32\" or \"int64\" expected for output_mode 'int', "
      .. "got \"%s\")", self.compute_dtype)
  end
end

--- See lunate.model.preprocess.
function Hashing:_preprocess(value)
  if not is_tensor(value) and not strings.is(value) then
    raise("'%s' takes strings or integers, got %s", self.name, core.describe_value(value))
  end
  local options, ids = self.options, {}
  local flat, shape = categories.flatten(value, ("'%s'"):format(self.name))
  local mask, salt = options.mask_value, options.salt
  local bins, first = options.num_bins, 0
  if mask ~= nil and bins > 1 then bins, first = bins - 1, 1 else mask = nil end
  for i, v in ipairs(flat) do
    ids[i] = v == mask and 0
      or first + core.hash_bin(tostring(v), bins, salt and salt[1], salt and salt[2])
  end
  return categories.output(ids, shape, options.output_mode, options.num_bins, self.compute_dtype)
end

function Hashing:compute_output_shape(shape)
  return categories.output_shape(shape, self.options.output_mode, self.options.num_bins)
end

function Hashing:_compute_output_dtype() return self.compute_dtype end

--- Takes all dtypes.
function Hashing._check_input_dtype() end

--- Its options as Keras writes them; what has none is None.
function Hashing:get_config()
  local config, none = Hashing.super.get_config(self), core.none()
  for _, name in ipairs{"mask_value", "salt"} do
    if self.options[name] == nil then config[name] = none end
  end
  return config
end

--- A layer from what get_config, or Keras's, gives.
function Hashing.from_config(config, other)
  return require("lunate.layers._from_config")(Hashing, other or config)
end

return public(Hashing, {type = "lunate.layer"})
