--- TextVectorization: texts to ids of their words, or to what a bag of words counts. It makes texts
-- alike (standardize), splits them, joins neighbours (ngrams) and looks the tokens up in a
-- vocabulary, which is given or learned by `layer:adapt(texts)`.
--
-- `max_tokens` (none: at most so many ids), `standardize` ("lower_and_strip_punctuation": or
-- "lower", "strip_punctuation", false, or a function of a text that returns one), `split`
-- ("whitespace": or "character", false, or a function of a text that returns a list of tokens),
-- `ngrams` (none: or n, of 1 to n tokens, or a list of lengths), `output_mode` ("int": ids;
-- "multi_hot", "count", "tf_idf"), `output_sequence_length` (none: as long as the longest text),
-- `pad_to_max_tokens` (false: outputs as wide as the vocabulary), `vocabulary` (a list, or the path
-- of a file with one term a line), `idf_weights` (none: one number a term, for "tf_idf"),
-- `encoding` ("utf-8": lower case of all scripts; "ascii": of A to Z alone, which is what
-- TensorFlow does). `sparse` and `ragged`: Keras's, false alone is taken; `vocabulary_size` and
-- `has_input_vocabulary`: what configs tell of a vocabulary.
--
-- Input: a text, or a list of them (of shape (n,) or (n, 1)); output with "int" int64 (n, length),
-- 0 behind the end of a text and 1 for unknown tokens; with the others (n, tokens), int64, "tf_idf"
-- float32. It runs in Dataset:map, by itself, and in front of a model's first numeric layer, where
-- it is computed once for all data of a call. Errors: what is no text; a vocabulary with a term
-- twice; options that do not go together.
--
--     local texts = {"the cat sat", "The cat sat on the mat!"}
--     local vectorize = ln.layers.TextVectorization()
--     vectorize:adapt(texts)
--     print(vectorize:get_vocabulary()[3], vectorize{"a cat"})               --> the [[1 4]]

local core = require "lunate.core"
local public = require "lunate.public"
local raise = require "lunate.raise"
local list_length = require "lunate.list_length"
local strings = require "lunate.strings"
local categories = require "lunate.layers._categories"
local encoding = require "lunate.text._encoding"
local StringLookup = require "lunate.layers.string_lookup"

local TextVectorization = core.class("layer"):extend("TextVectorization")
TextVectorization.built_in = true

TextVectorization.options = {
  max_tokens = {"integer", optional = true}, split = {"any", default = "whitespace"},
  standardize = {"any", default = "lower_and_strip_punctuation"}, ngrams = {"any"},
  output_mode = {"string", default = "int"},
  output_sequence_length = {"integer", optional = true, min = 1},
  pad_to_max_tokens = {"boolean", default = false}, vocabulary = {"any"}, idf_weights = {"any"},
  sparse = {"boolean", default = false}, ragged = {"boolean", default = false},
  encoding = {"string", default = "utf-8"}, vocabulary_size = {"integer", optional = true},
  has_input_vocabulary = {"boolean", optional = true},
}
TextVectorization.positional = {"max_tokens", "standardize", "split", "ngrams", "output_mode",
  "output_sequence_length", "pad_to_max_tokens", "vocabulary", "idf_weights", "sparse", "ragged",
  "encoding"}

local MODES = {"int", "one_hot", "multi_hot", "count", "tf_idf"}

-- ---- options

local function check_choice(name, value, choices)
  if value == false or type(value) == "function" then return end
  for _, known in ipairs(choices) do if value == known then return end end
  raise("bad option '%s' of 'TextVectorization' (one of %s, false or a function expected, got %s)",
    name, table.concat(choices, ", "), core.describe_value(value))
end

-- The lengths of n-grams, a list; nil for none.
local function lengths_of(given)
  if not given then return nil end
  local list = {}
  if math.tointeger(given) then
    for n = 1, given do list[n] = n end
  elseif type(given) == "table" then
    for i = 1, list_length(given, "'TextVectorization': ngrams") do
      list[i] = math.tointeger(given[i])
    end
  end
  for i = 1, math.max(#list, 1) do
    if not list[i] or list[i] < 1 or type(given) == "table" and #list ~= #given then
      raise("bad option 'ngrams' of 'TextVectorization' (an integer >= 1 or a list of them "
        .. "expected, got %s)", core.describe_value(given))
    end
  end
  return list
end

function TextVectorization:init(given)
  local options, what = self.options, "TextVectorization"
  TextVectorization.super.init(self, given)
  check_choice("standardize", options.standardize,
    {"lower_and_strip_punctuation", "lower", "strip_punctuation"})
  check_choice("split", options.split, {"whitespace", "character"})
  encoding.check(what, options.encoding)
  options.output_mode = categories.output_mode(what, options.output_mode, MODES)
  options.ngrams = options.ngrams or nil
  lengths_of(options.ngrams)
  if options.output_mode ~= "int" and options.output_sequence_length then
    raise("'%s': output_sequence_length is for output_mode 'int', got '%s'", what,
      options.output_mode)
  end
  categories.refuse(what, options, {"sparse", "ragged"})
  self._lookup_layer = StringLookup{max_tokens = options.max_tokens,
    vocabulary = options.vocabulary or nil, idf_weights = options.idf_weights or nil,
    pad_to_max_tokens = options.pad_to_max_tokens, mask_token = "",
    output_mode = options.output_mode, encoding = options.encoding,
    vocabulary_size = options.vocabulary_size, has_input_vocabulary = options.has_input_vocabulary}
  options.vocabulary = self._lookup_layer.options.vocabulary
  options.idf_weights = options.idf_weights or nil
  options.vocabulary_size, options.has_input_vocabulary = nil, nil
  categories.show(self)
end

-- ---- from texts to tokens

local PUNCTUATION = "[!\"#$%%&()%*%+,%-./:;<=>?@%[\\%]%^_`{|}~']"

local function standardized(self, text)
  local how = self.options.standardize
  if type(how) == "function" then
    text = how(text)
    if type(text) ~= "string" then
      raise("'%s': standardize should return a text, it returned %s", self.name,
        core.describe_value(text))
    end
    return text
  end
  if how == "lower" or how == "lower_and_strip_punctuation" then
    text = encoding.lower(text, self.options.encoding)
  end
  if how == "strip_punctuation" or how == "lower_and_strip_punctuation" then
    text = text:gsub(PUNCTUATION, "")
  end
  return text
end

local function split(self, text)
  local how, tokens = self.options.split, {}
  if type(how) == "function" then
    tokens = how(text)
    if type(tokens) ~= "table" or getmetatable(tokens) ~= nil then
      raise("'%s': split should return a list of tokens, it returned %s", self.name,
        core.describe_value(tokens))
    end
    for i = 1, list_length(tokens, "what split returned") do
      if type(tokens[i]) ~= "string" then
        raise("'%s': split should return a list of tokens, entry %d is %s", self.name, i,
          core.describe_value(tokens[i]))
      end
    end
  elseif how == "character" then
    tokens = encoding.characters(text)
  else
    local n = 0
    for token in text:gmatch("%S+") do
      n = n + 1
      tokens[n] = token
    end
  end
  return tokens
end

-- All runs of so many tokens, joined by blanks, one length after the other.
local function n_grams(tokens, lengths)
  local out = {}
  for _, n in ipairs(lengths) do
    for first = 1, #tokens - n + 1 do
      out[#out + 1] = n == 1 and tokens[first] or table.concat(tokens, " ", first, first + n - 1)
    end
  end
  return out
end

-- The documents of a value, one list of tokens each; whether it was one text alone.
local function documents(self, value)
  if not strings.is(value) and not (type(value) == "table" and next(value) == nil) then
    raise("'%s' takes texts, got %s", self.name, core.describe_value(value))
  end
  local shape, lengths = strings.shape(value, ("'%s'"):format(self.name)),
    lengths_of(self.options.ngrams)
  local flat, width, list = strings.flatten(value), 1, {}
  if not self.options.split then
    width = #shape > 1 and shape[#shape] or 1
    if #shape > 2 then
      raise("'%s': without split its input is of shape (n,) or (n, tokens), got %s", self.name,
        strings.shape_text(shape))
    end
  elseif #shape > 2 or #shape == 2 and shape[2] ~= 1 then
    raise("'%s': texts to be split are of shape (n,) or (n, 1), got %s", self.name,
      strings.shape_text(shape))
  end
  for first = 1, #flat, math.max(width, 1) do
    local tokens
    if self.options.split then
      tokens = split(self, standardized(self, flat[first]))
    else
      tokens = {}
      for k = 1, width do tokens[k] = standardized(self, flat[first + k - 1]) end
    end
    list[#list + 1] = lengths and n_grams(tokens, lengths) or tokens
  end
  return list, #shape == 0
end

-- ---- computing

--- See lunate.model.preprocess.
function TextVectorization:_preprocess(value)
  local list, is_one = documents(self, value)
  local lookup, length, longest = self._lookup_layer, self.options.output_sequence_length, 0
  for i, tokens in ipairs(list) do
    list[i] = lookup:_ids_of(tokens)
    longest = math.max(longest, #tokens)
  end
  local width = length or longest
  local is_int = self.options.output_mode == "int"
  local filler = is_int and 0 or categories.DROPPED
  local flat = {}
  for row, ids in ipairs(list) do
    for k = 1, width do
      local id = ids[k]
      if id == nil then id = filler end
      flat[(row - 1) * width + k] = id
    end
  end
  local out = lookup:_encode_ids(flat, {#list, width})
  if self.options.output_mode == "one_hot" and width == 1 then
    out = out:reshape{#list, 1, out.shape[out.rank]}
  end
  return is_one and out[1] or out
end

--- Learns the vocabulary from texts, from the beginning: the most frequent tokens (at most
-- max_tokens, the two of the mask and of unknown ones among them), of those as frequent the
-- greatest first; with output_mode "tf_idf" also how many texts have them.
-- @param data  texts (a list); a Dataset (of batches or single texts; of x, y it takes x); a
--   function that gives batches, nil at the end
-- @param steps  so many batches of a Dataset or a function at most (all)
-- Errors: a vocabulary that was given; an endless Dataset without steps.
--
--     local vectorize = ln.layers.TextVectorization{max_tokens = 4}
--     vectorize:adapt{"a b b", "b c c c c"}
--     print(table.concat(vectorize:get_vocabulary(), "|"))                    --> |[UNK]|c|b
function TextVectorization:adapt(data, steps)
  if type(steps) == "table" then steps = steps.steps end
  local learned = self._lookup_layer:_start_learning()
  local function add(batch)
    for _, tokens in ipairs((documents(self, batch))) do learned:add(tokens) end
  end
  if not categories.each_batch(self.name, data, steps, add) then add(data) end
  self._lookup_layer:_finish_learning(learned)
end

--- Gives the layer a vocabulary, in place of the one it has: as StringLookup's.
-- @param vocabulary  a list of terms, or the path of a file with one a line
-- @param idf_weights  one number a term, for output_mode "tf_idf" alone, which needs them
-- Errors: those of StringLookup's.
--
--     local vectorize = ln.layers.TextVectorization()
--     vectorize:set_vocabulary{"earth", "wind"}
--     print(vectorize{"Wind, fire"})                                          --> [[3 1]]
function TextVectorization:set_vocabulary(vocabulary, idf_weights)
  self._lookup_layer:set_vocabulary(vocabulary, idf_weights)
  self.options.vocabulary = nil
end

--- The terms by their ids: entry id + 1 is the term of id; "" is what pads, "[UNK]" stands for
-- unknown ones.
-- @param include_special_tokens  true; false leaves these two out
-- @return a list
-- Errors: none.
--
--     local vectorize = ln.layers.TextVectorization{vocabulary = {"earth", "wind"}}
--     print(vectorize:get_vocabulary(false)[2])                               --> wind
function TextVectorization:get_vocabulary(include_special_tokens)
  return self._lookup_layer:get_vocabulary(include_special_tokens)
end

--- How many ids there are.
-- @return an integer
-- Errors: none.
--
--     print(ln.layers.TextVectorization{vocabulary = {"a"}}:vocabulary_size()) --> 3
function TextVectorization:vocabulary_size() return self._lookup_layer:vocabulary_size() end

function TextVectorization:compute_output_shape(shape)
  local options = self.options
  if options.output_mode == "int" then
    if #shape == 0 then return {options.output_sequence_length or false} end
    return {shape[1], options.output_sequence_length or false}
  end
  local depth = self._lookup_layer:_depth() or false
  if options.output_mode == "one_hot" then return {shape[1] or false, false, depth} end
  return #shape == 0 and {depth} or {shape[1], depth}
end

function TextVectorization:_compute_output_dtype()
  return self.options.output_mode == "int" and "int64" or "float32"
end

--- Raises for symbolic inputs that it does not take.
function TextVectorization:_check_input_dtype(dtype)
  if dtype ~= "string" then
    raise("'%s' takes strings, the input is of %s: ln.Input{shape = {1}, dtype = \"string\"}",
      self.name, dtype)
  end
end

-- ---- configs and files

--- Its options as Keras writes them; what has none is None.
function TextVectorization:get_config()
  local config, none = TextVectorization.super.get_config(self), core.none()
  for _, name in ipairs{"max_tokens", "ngrams", "output_sequence_length", "vocabulary",
                        "idf_weights"} do
    if self.options[name] == nil then config[name] = none end
  end
  for _, name in ipairs{"standardize", "split"} do
    if self.options[name] == false then config[name] = none end
  end
  config._lookup_layer = nil
  config.vocabulary_size = self:vocabulary_size()
  return config
end

--- A layer from what get_config, or Keras's, gives.
function TextVectorization.from_config(config, other)
  return require("lunate.layers._from_config")(TextVectorization, other or config)
end

--- See lunate.saving.assets.
function TextVectorization:_save_assets() return self._lookup_layer:_save_assets() end

--- See lunate.saving.assets.
function TextVectorization:_load_assets(files) self._lookup_layer:_load_assets(files) end

--- See lunate.saving.assets.
function TextVectorization:_own_values() return self._lookup_layer:_own_values() end

--- See lunate.saving.assets.
function TextVectorization:_take_values(values) self._lookup_layer:_take_values(values) end

return public(TextVectorization, {type = "lunate.layer"})
