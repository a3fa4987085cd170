--- IntegerLookup: integers to their ids in a vocabulary, or back: as StringLookup, for integers.
--
-- `max_tokens` (none: at most so many ids), `num_oov_indices` (1: ids of unknown integers; more:
-- oov_method says which; 0: they are errors), `mask_token` (none: the integer whose id is 0),
-- `oov_token` (-1: what stands for unknown ones with invert), `vocabulary` (a list or tensor, or
-- the path of a file with one a line), `vocabulary_dtype` ("int64": no other is taken),
-- `idf_weights` (none: one number a term, for "tf_idf"), `invert` (false: from ids back),
-- `output_mode` ("int": ids; "one_hot", "multi_hot", "count", "tf_idf"), `pad_to_max_tokens`
-- (false: outputs as wide as the vocabulary), `oov_method` ("floormod": the remainder; "farmhash":
-- the hash of the digits), `salt` (none: a number or two, SipHash under that key). `sparse` (false:
-- Keras's, no other is taken), `vocabulary_size` and `has_input_vocabulary`: what configs tell of a
-- vocabulary.
--
-- Input: a tensor or lists of integers; output: int64 of its shape, or (..., ids) for the other
-- modes. Errors: an integer that the vocabulary has twice; unknown ones where there is no id.
--
--     local lookup = ln.layers.IntegerLookup{vocabulary = {12, 36, 1138, 42}}
--     print(lookup{{12, 1138, 42}, {42, 1000, 36}})                    --> [[1 3 4] [4 0 2]]

local core = require "lunate.core"
local public = require "lunate.public"
local raise = require "lunate.raise"
local is_tensor = require "lunate.is_tensor"
local categories = require "lunate.layers._categories"
local IndexLookup = require "lunate.layers._index_lookup"

local IntegerLookup = IndexLookup:extend("IntegerLookup")
IntegerLookup.built_in = true

IntegerLookup.options = {
  oov_token = {"any", default = -1}, vocabulary_dtype = {"string", default = "int64"},
}
IntegerLookup.positional = {"max_tokens", "num_oov_indices", "mask_token", "oov_token",
  "vocabulary", "vocabulary_dtype", "idf_weights", "invert", "output_mode", "sparse",
  "pad_to_max_tokens"}

IntegerLookup.term_kind, IntegerLookup.term_dtype = "an integer", "int64"

function IntegerLookup._to_term(value)
  if type(value) == "string" and value:find("^%s*[-+]?%d+%s*$") then value = tonumber(value) end
  return type(value) == "number" and math.tointeger(value) or nil
end

function IntegerLookup:init(given)
  local options = self.options
  if options.vocabulary_dtype ~= "int64" then
    raise("bad option 'vocabulary_dtype' of 'IntegerLookup' (only \"int64\" is taken, got %s)",
      options.vocabulary_dtype)
  elseif options.salt and options.oov_method ~= "farmhash" then
    raise("'IntegerLookup': a salt needs oov_method = \"farmhash\", got \"%s\"", options.oov_method)
  end
  options.sparse = options.sparse or false
  IntegerLookup.super.init(self, given)
end

--- Data as a tensor.
function IntegerLookup:_to_values(value)
  if is_tensor(value) then return value end
  if type(value) ~= "number" and (type(value) ~= "table" or getmetatable(value) ~= nil) then
    raise("'%s' takes integers, got %s", self.name, core.describe_value(value))
  end
  return core.tensor(value, {dtype = "int64"})
end

--- Integers as a tensor of the shape.
function IntegerLookup._from_terms(_, flat, shape) return categories.ids(flat, shape) end

--- A layer from what get_config, or Keras's, gives.
function IntegerLookup.from_config(config, other)
  return require("lunate.layers._from_config")(IntegerLookup, other or config)
end

return public(IntegerLookup, {type = "lunate.layer"})
