--- StringLookup: strings to their ids in a vocabulary, or ids back to strings. The vocabulary is
-- given, or learned by `layer:adapt(data)`. Ids are 0-based as in Keras: first the mask
-- (output_mode "int" alone), then num_oov_indices for what is not in the vocabulary, then its
-- terms.
--
-- `max_tokens` (none: at most so many ids), `num_oov_indices` (1: ids of unknown strings; more: a
-- hash says which; 0: they are errors), `mask_token` (none: the string whose id is 0), `oov_token`
-- ("[UNK]": what stands for unknown ones with invert), `vocabulary` (a list, or the path of a file
-- with one term a line), `idf_weights` (none: one number a term, for "tf_idf"), `invert` (false:
-- from ids back), `output_mode` ("int": ids; "one_hot", "multi_hot", "count", "tf_idf"),
-- `pad_to_max_tokens` (false: outputs as wide as the vocabulary), `encoding` ("utf-8": or "ascii"),
-- `salt` (none: a number or two, SipHash under that key in the place of FarmHash). `sparse` (false:
-- Keras's, no other is taken), `oov_method` ("floormod": of integers alone), `vocabulary_size` and
-- `has_input_vocabulary`: what configs tell of a vocabulary.
--
-- Input: a string, or a list of them (of lists); output: int64 of its shape, or (..., ids) for the
-- other modes (float32 with "tf_idf"). It runs in Dataset:map, by itself, and in front of a model's
-- first numeric layer. Errors: a term that comes twice; unknown strings where there is no id for
-- them; what is no string.
--
--     local lookup = ln.layers.StringLookup{vocabulary = {"a", "b", "c"}}
--     print(lookup{{"a", "c"}, {"z", "b"}})                                --> [[1 3] [0 2]]
--     local back = ln.layers.StringLookup{vocabulary = lookup:get_vocabulary(), invert = true}
--     print(back(ln.tensor({3, 0}, {dtype = "int64"}))[1])                     --> c

local core = require "lunate.core"
local public = require "lunate.public"
local raise = require "lunate.raise"
local strings = require "lunate.strings"
local encoding = require "lunate.text._encoding"
local IndexLookup = require "lunate.layers._index_lookup"

local StringLookup = IndexLookup:extend("StringLookup")
StringLookup.built_in = true

StringLookup.options = {
  oov_token = {"any", default = "[UNK]"}, encoding = {"string", default = "utf-8"},
}
StringLookup.positional = {"max_tokens", "num_oov_indices", "mask_token", "oov_token", "vocabulary",
  "idf_weights", "invert", "output_mode", "pad_to_max_tokens", "sparse", "encoding"}

StringLookup.term_kind, StringLookup.term_dtype = "a string", "string"

function StringLookup._to_term(value) return type(value) == "string" and value or nil end

function StringLookup:init(given)
  encoding.check("StringLookup", self.options.encoding)
  StringLookup.super.init(self, given)
end

--- Data as strings.
function StringLookup:_to_values(value)
  if not strings.is(value) and not (type(value) == "table" and next(value) == nil) then
    raise("'%s' takes strings, got %s", self.name, core.describe_value(value))
  end
  return value
end

--- Strings in lists, as the shape says.
function StringLookup._from_terms(_, flat, shape)
  if #shape == 0 then return flat[1] end
  for axis = #shape, 2, -1 do
    local size, rows = shape[axis], {}
    for i = 1, #flat // math.max(size, 1) do
      rows[i] = table.move(flat, (i - 1) * size + 1, i * size, 1, {})
    end
    flat = rows
  end
  return flat
end

--- A layer from what get_config, or Keras's, gives.
function StringLookup.from_config(config, other)
  return require("lunate.layers._from_config")(StringLookup, other or config)
end

return public(StringLookup, {type = "lunate.layer"})
