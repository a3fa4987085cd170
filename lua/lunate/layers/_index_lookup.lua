--- IndexLookup: from values (strings, integers) to their positions in a vocabulary, and back: what
-- StringLookup and IntegerLookup are made of (Keras's index_lookup.py).

local core = require "lunate.core"
local raise = require "lunate.raise"
local is_tensor = require "lunate.is_tensor"
local list_length = require "lunate.list_length"
local categories = require "lunate.layers._categories"
local kept = require "lunate.kept"()   -- of a layer: tokens, index, size, idf

local IndexLookup = core.class("layer"):extend("IndexLookup")

local MODES = {"int", "one_hot", "multi_hot", "count", "tf_idf"}

-- Options of both classes, with None for what has no default.
IndexLookup.options = {
  max_tokens = {"integer", optional = true}, num_oov_indices = {"integer", default = 1, min = 0},
  mask_token = {"any"}, oov_token = {"any"}, vocabulary = {"any"}, idf_weights = {"any"},
  invert = {"boolean", default = false}, output_mode = {"string", default = "int"},
  sparse = {"boolean", default = false}, pad_to_max_tokens = {"boolean", default = false},
  oov_method = {"choice", default = "floormod", choices = {"floormod", "farmhash"}},
  salt = {"any"}, vocabulary_size = {"integer", optional = true},
  has_input_vocabulary = {"boolean", optional = true},
}

-- ---- what differs between strings and integers

--- A term of a vocabulary, or a mask or oov token, as keys have it; nil for what cannot be one.
function IndexLookup._to_term(_) return nil end

--- The terms of a file, one a line.
local function read_terms(self, path)
  local terms = {}
  if not core.exists(path) then
    raise("'%s': the vocabulary file '%s' does not exist", self.name, path)
  end
  for line in core.read_file(path):gmatch("([^\n]*)\n?") do
    terms[#terms + 1] = (line:gsub("\r$", ""))
  end
  while #terms > 0 and terms[#terms] == "" do terms[#terms] = nil end
  return terms
end

local function check_terms(self, list, what)
  if is_tensor(list) then list = list:totable() end
  if type(list) ~= "table" or getmetatable(list) ~= nil then
    raise("'%s': %s should be a list or the path of a file, got %s", self.name, what,
      core.describe_value(list))
  end
  local terms = {}
  for i = 1, list_length(list, ("'%s': %s"):format(self.name, what)) do
    terms[i] = self._to_term(list[i])
    if terms[i] == nil then
      raise("'%s': entry %d of %s should be %s, got %s", self.name, i, what, self.term_kind,
        core.describe_value(list[i]))
    end
  end
  return terms
end

-- ---- positions

local function mode_of(self) return kept[self].mode end

-- Where ids of unknown values begin; and those of the terms.
local function oov_start(self)
  return self.options.mask_token ~= nil and mode_of(self) == "int" and 1 or 0
end

local function token_start(self) return oov_start(self) + self.options.num_oov_indices end

local function token_option(self, name)
  local value = self.options[name]
  if value == nil or value == false then
    self.options[name] = nil
    return
  end
  local term = self._to_term(value)
  if term == nil then
    raise("bad option '%s' of '%s' (%s expected, got %s)", name, self.class_name, self.term_kind,
      core.describe_value(value))
  end
  self.options[name] = term
end

function IndexLookup:init(given)
  local options, what = self.options, self.class_name
  IndexLookup.super.init(self, given)
  kept[self] = {mode = categories.output_mode(what, options.output_mode, MODES), tokens = {},
    index = {}}
  options.output_mode = mode_of(self)
  categories.refuse(what, options, {"sparse"})
  if options.max_tokens and options.max_tokens <= 1 then
    raise("bad option 'max_tokens' of '%s' (an integer > 1 expected, got %d)", what,
      options.max_tokens)
  elseif options.pad_to_max_tokens and not options.max_tokens then
    raise("'%s': pad_to_max_tokens needs max_tokens", what)
  elseif options.invert and mode_of(self) ~= "int" then
    raise("'%s': invert needs output_mode 'int', got '%s'", what, mode_of(self))
  elseif options.idf_weights and mode_of(self) ~= "tf_idf" then
    raise("'%s': idf_weights are for output_mode 'tf_idf', got '%s'", what, mode_of(self))
  end
  token_option(self, "mask_token")
  token_option(self, "oov_token")
  if options.invert and options.oov_token == nil then
    raise("'%s': invert needs an oov_token, which stands for what is not in the vocabulary", what)
  end
  options.salt = categories.salt(what, options.salt)
  local vocabulary = options.vocabulary or nil
  kept[self].size = options.vocabulary_size
  kept[self].is_static = vocabulary ~= nil or options.has_input_vocabulary == true
  options.vocabulary_size, options.has_input_vocabulary = nil, nil
  categories.show(self)
  if vocabulary == nil then return end
  if mode_of(self) == "tf_idf" and not options.idf_weights then
    raise("'%s': a vocabulary for output_mode 'tf_idf' comes with idf_weights", what)
  end
  self:set_vocabulary(vocabulary, options.idf_weights or nil)
  -- A file's terms are saved beside the model; a list is part of the config.
  if type(vocabulary) == "string" then options.vocabulary = nil
  else options.vocabulary = check_terms(self, vocabulary, "vocabulary") end
end

-- The size of the vocabulary is what outputs are as wide as: it stays.
local function record_size(self)
  local known, size = kept[self], token_start(self) + #kept[self].tokens
  if mode_of(self) ~= "int" and not self.options.pad_to_max_tokens and known.size
    and known.size ~= size then
    raise("'%s': with output_mode '%s' the size of the vocabulary cannot change: it was %d, "
      .. "the new one is %d; or give max_tokens and pad_to_max_tokens", self.name, mode_of(self),
      known.size, size)
  end
  known.size = size
end

local function store_terms(self, tokens)
  local known, first = kept[self], token_start(self)
  local before = known.tokens
  known.tokens = tokens
  local ok, message = pcall(record_size, self)
  if not ok then
    known.tokens = before
    raise("%s", message)
  end
  known.index = {}
  for i, token in ipairs(tokens) do known.index[token] = first + i - 1 end
end

-- Terms without the mask and oov tokens that they may begin with; whether they did.
local function without_special(self, terms)
  local first, options = token_start(self), self.options
  local found = #terms >= first
  for i = 1, first do
    local wanted = options.oov_token
    if i <= oov_start(self) then wanted = options.mask_token end
    found = found and terms[i] == wanted
  end
  return found and table.move(terms, first + 1, #terms, 1, {}) or terms, found
end

local function check_tokens(self, tokens)
  local seen, options = {}, self.options
  for i, token in ipairs(tokens) do
    if seen[token] then
      raise("'%s': the vocabulary has '%s' twice, at %d and %d", self.name, tostring(token),
        seen[token], i)
    end
    seen[token] = i
  end
  for name, is_reserved in pairs{mask_token = true, oov_token = options.invert} do
    local token = options[name]
    if is_reserved and token ~= nil and seen[token] then
      raise("'%s': the vocabulary has the %s '%s' at an unexpected place, %d: leave out mask and "
        .. "oov tokens, or put all of them in front (the mask, then %d times '%s')", self.name,
        name, tostring(token), seen[token], options.num_oov_indices, tostring(options.oov_token))
    end
  end
  local size = token_start(self) + #tokens
  if options.max_tokens and size > options.max_tokens then
    raise("'%s': a vocabulary of %d with its mask and oov tokens is larger than max_tokens, %d",
      self.name, size, options.max_tokens)
  end
end

-- Weights of all ids: those given, the mean for unknown ones, 0 for what pads.
local function idf_of(self, terms, weights, has_special)
  if is_tensor(weights) then weights = weights:totable() end
  local list, sum = {}, 0
  for i, w in ipairs(weights) do
    list[i] = tonumber(w) or raise("'%s': idf_weights should be numbers", self.name)
    sum = sum + list[i]
  end
  if #list ~= #terms then
    raise("'%s': idf_weights should be as many as the vocabulary's terms, %d, got %d", self.name,
      #terms, #list)
  end
  if not has_special then
    for _ = 1, token_start(self) do table.insert(list, 1, sum / #terms) end
  end
  for _ = #list + 1, self.options.pad_to_max_tokens and self.options.max_tokens or 0 do
    list[#list + 1] = 0
  end
  return core.tensor(list)
end

--- Gives the layer a vocabulary, in place of the one it has.
-- @param vocabulary  a list (or tensor) of terms, the mask and oov tokens in front or left out; or
--   the path of a file with one term a line
-- @param idf_weights  one number a term, for output_mode "tf_idf" alone, which needs them
-- Errors: terms that come twice; reserved tokens in other places; more than max_tokens; another
-- size than outputs were made for.
--
--     local lookup = ln.layers.StringLookup()
--     lookup:set_vocabulary{"a", "b"}
--     print(lookup{"b", "z"})                                                  --> [2 0]
function IndexLookup:set_vocabulary(vocabulary, idf_weights)
  local what = "vocabulary"
  if mode_of(self) == "tf_idf" and idf_weights == nil then
    raise("'%s': output_mode 'tf_idf' needs idf_weights with the vocabulary", self.name)
  elseif mode_of(self) ~= "tf_idf" and idf_weights ~= nil then
    raise("'%s': idf_weights are for output_mode 'tf_idf', got '%s'", self.name, mode_of(self))
  end
  if type(vocabulary) == "string" then
    if mode_of(self) == "tf_idf" then
      raise("'%s': output_mode 'tf_idf' takes no vocabulary from a file: weights go with it",
        self.name)
    end
    vocabulary, what = read_terms(self, vocabulary), ("the vocabulary of '%s'"):format(vocabulary)
  end
  local terms = check_terms(self, vocabulary, what)
  if #terms == 0 then raise("'%s': the vocabulary is empty", self.name) end
  local tokens, has_special = without_special(self, terms)
  check_tokens(self, tokens)
  local idf = idf_weights and idf_of(self, terms, idf_weights, has_special)
  store_terms(self, tokens)
  kept[self].idf = idf or kept[self].idf
end

--- The terms by their ids: entry id + 1 is the term of id.
-- @param include_special_tokens  true; false leaves out the mask and oov tokens in front (also
--   `{include_special_tokens = false}`)
-- @return a list
-- Errors: none.
--
--     local lookup = ln.layers.StringLookup{vocabulary = {"a"}}
--     print(table.concat(lookup:get_vocabulary(), " "))                        --> [UNK] a
function IndexLookup:get_vocabulary(include_special_tokens)
  local given = include_special_tokens
  if type(given) == "table" then given = given.include_special_tokens end
  local list, options = {}, self.options
  if given ~= false then
    for i = 1, token_start(self) do
      list[i] = i <= oov_start(self) and options.mask_token or options.oov_token or ""
    end
  end
  return table.move(kept[self].tokens, 1, #kept[self].tokens, #list + 1, list)
end

--- How many ids there are, those of the mask and of unknown values among them.
-- @return an integer
-- Errors: none.
--
--     print(ln.layers.StringLookup{vocabulary = {"a", "b"}}:vocabulary_size()) --> 3
function IndexLookup:vocabulary_size() return token_start(self) + #kept[self].tokens end

-- ---- learning a vocabulary

local Learning = {}
Learning.__index = Learning

local function learning() return setmetatable({counts = {}, documents = {}, n = 0}, Learning) end

-- Tokens of one document.
function Learning:add(tokens)
  local seen = {}
  self.n = self.n + 1
  for _, token in ipairs(tokens) do
    self.counts[token] = (self.counts[token] or 0) + 1
    if not seen[token] then
      seen[token] = true
      self.documents[token] = (self.documents[token] or 0) + 1
    end
  end
end

--- For TextVectorization and adapt: what collects the tokens of documents, one list after another.
function IndexLookup:_start_learning()
  if kept[self].is_static then
    raise("'adapt' of '%s': its vocabulary was given, so there is nothing to learn", self.name)
  end
  return learning()
end

--- The most frequent tokens, of those as frequent the greatest first, become the vocabulary.
function IndexLookup:_finish_learning(learned)
  local counts, options = learned.counts, self.options
  if options.mask_token ~= nil then counts[options.mask_token] = nil end
  if options.oov_token ~= nil then counts[options.oov_token] = nil end
  local tokens = {}
  for token in pairs(counts) do tokens[#tokens + 1] = token end
  table.sort(tokens, function(a, b)
    if counts[a] ~= counts[b] then return counts[a] > counts[b] end
    return a > b
  end)
  if options.max_tokens then
    for i = #tokens, math.max(options.max_tokens - token_start(self), 0) + 1, -1 do
      tokens[i] = nil
    end
  end
  if #tokens == 0 then
    record_size(self)
    return
  end
  local idf
  if mode_of(self) == "tf_idf" then
    local weights = {}
    for i, token in ipairs(tokens) do
      weights[i] = math.log(1 + learned.n / (1 + learned.documents[token]))
    end
    idf = idf_of(self, tokens, weights, false)
  end
  store_terms(self, tokens)
  kept[self].idf = idf
end

-- A batch's rows as documents; one axis, or none, is one document.
local function add_batch(self, learned, batch)
  local value = self:_to_values(batch)
  local flat, shape = categories.flatten(value, ("'adapt' of '%s'"):format(self.name))
  local width = #shape > 1 and #flat // math.max(shape[1], 1) or #flat
  for first = 1, #flat, math.max(width, 1) do
    learned:add(table.move(flat, first, first + width - 1, 1, {}))
  end
end

--- Learns the vocabulary from data, from the beginning: the most frequent terms (at most
-- max_tokens), of those as frequent the greatest first.
-- @param data  a list or tensor of terms; a Dataset (of batches or single terms; of x, y it takes
--   x); a function that gives batches, nil at the end
-- @param steps  so many batches of a Dataset or a function at most (all)
-- Errors: a vocabulary that was given; an endless Dataset without steps.
--
--     local lookup = ln.layers.StringLookup()
--     lookup:adapt{"b", "a", "b", "c"}
--     print(table.concat(lookup:get_vocabulary(), " "))                      --> [UNK] b c a
function IndexLookup:adapt(data, steps)
  if type(steps) == "table" then steps = steps.steps end
  local learned = self:_start_learning()
  local batches = categories.each_batch(self.name, data, steps, function(batch)
    add_batch(self, learned, batch)
  end)
  if not batches then
    local value = self:_to_values(data)
    local flat, shape = categories.flatten(value, ("'adapt' of '%s'"):format(self.name))
    local width = #shape > 1 and #flat // math.max(shape[1], 1) or 1
    for first = 1, #flat, math.max(width, 1) do
      learned:add(table.move(flat, first, first + width - 1, 1, {}))
    end
  end
  self:_finish_learning(learned)
end

-- ---- computing

-- The id of an unknown value among several.
local function oov_bin(self, value)
  local options = self.options
  if math.type(value) and options.oov_method ~= "farmhash" then
    return value % options.num_oov_indices
  end
  local salt = options.salt
  return core.hash_bin(tostring(value), options.num_oov_indices, salt and salt[1],
    salt and salt[2])
end

local function raise_unknown(self, flat)
  local unknown = {}
  for _, value in ipairs(flat) do
    if kept[self].index[value] == nil and value ~= self.options.mask_token and #unknown < 8 then
      unknown[#unknown + 1] = tostring(value)
    end
  end
  raise("'%s': with num_oov_indices = 0 all inputs should be in the vocabulary, these are not: %s",
    self.name, table.concat(unknown, ", "))
end

--- The ids of a flat list of values; DROPPED where the mask counts for nothing.
function IndexLookup:_ids_of(flat)
  local known, options, first = kept[self], self.options, oov_start(self)
  local index, mask, n_oov, ids = known.index, options.mask_token, options.num_oov_indices, {}
  local masked = known.mode == "int" and 0 or categories.DROPPED
  for i, value in ipairs(flat) do
    local id = index[value]
    if mask ~= nil and value == mask then id = masked
    elseif id == nil and n_oov == 1 then id = first
    elseif id == nil and n_oov == 0 then raise_unknown(self, flat)
    elseif id == nil then id = first + oov_bin(self, value) end
    ids[i] = id
  end
  return ids
end

--- Ids of a shape as the output mode tells them.
function IndexLookup:_encode_ids(ids, shape)
  local known, depth = kept[self], self:_depth()
  if known.mode == "int" then return categories.ids(ids, shape) end
  if not depth then
    raise("'%s': output_mode '%s' needs a vocabulary first: give `vocabulary`, or call adapt",
      self.name, known.mode)
  end
  local mode = known.mode == "tf_idf" and "count" or known.mode
  local out = categories.encode(ids, shape, mode, depth)
  if known.mode ~= "tf_idf" then return out end
  if not known.idf then raise("'%s': output_mode 'tf_idf' needs idf_weights", self.name) end
  return out:astype("float32") * known.idf
end

--- How wide its outputs are; nil while there is no vocabulary.
function IndexLookup:_depth()
  if self.options.pad_to_max_tokens then return self.options.max_tokens end
  return kept[self].size
end

-- Terms for ids.
local function inverted(self, value)
  local flat, shape = categories.flatten(value, ("'%s'"):format(self.name))
  local known, options, first = kept[self], self.options, token_start(self)
  local out = {}
  for i, id in ipairs(flat) do
    out[i] = known.tokens[id - first + 1] or options.oov_token
    if options.mask_token ~= nil and id == 0 then out[i] = options.mask_token end
  end
  return self:_from_terms(out, shape)
end

--- See lunate.model.preprocess.
function IndexLookup:_preprocess(value)
  if self.options.invert then
    if not is_tensor(value) then
      raise("'%s': with invert it takes ids, a tensor of integers, got %s", self.name,
        core.describe_value(value))
    end
    return inverted(self, value)
  end
  local flat, shape = categories.flatten(self:_to_values(value), ("'%s'"):format(self.name))
  return self:_encode_ids(self:_ids_of(flat), shape)
end

function IndexLookup:compute_output_shape(shape)
  return categories.output_shape(shape, mode_of(self), self:_depth())
end

function IndexLookup:_compute_output_dtype()
  if self.options.invert then return self.term_dtype end
  return mode_of(self) == "int" and "int64" or "float32"
end

--- Raises for symbolic inputs that it does not take.
function IndexLookup:_check_input_dtype(dtype)
  local wants_strings = self.term_dtype == "string" and not self.options.invert
  if wants_strings ~= (dtype == "string") then
    raise("'%s' takes %s, the input is of %s", self.name, wants_strings and "strings" or "integers",
      dtype)
  end
end

-- ---- configs and files

--- Its options as Keras writes them; what has none is None.
function IndexLookup:get_config()
  local config, none = IndexLookup.super.get_config(self), core.none()
  for _, name in ipairs{"max_tokens", "mask_token", "oov_token", "vocabulary", "idf_weights",
                        "salt"} do
    if self.options[name] == nil then config[name] = none end
  end
  if is_tensor(config.idf_weights) then config.idf_weights = config.idf_weights:totable() end
  config.vocabulary_size = kept[self].size or none
  return config
end

--- See lunate.saving.assets.
function IndexLookup:_save_assets()
  if self.options.vocabulary ~= nil then return {} end
  local lines = {}
  for i, term in ipairs(self:get_vocabulary()) do
    lines[i] = tostring(term)
    if lines[i]:find("[\r\n]") then
      raise("'%s': the term %q of its vocabulary has a line break, which a file of one term a line "
        .. "cannot hold", self.name, lines[i])
    end
  end
  return {["vocabulary.txt"] = table.concat(lines, "\n")}
end

--- See lunate.saving.assets.
function IndexLookup:_load_assets(files)
  local text = files["vocabulary.txt"]
  if self.options.vocabulary ~= nil or not text then return end
  local terms = {}
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do terms[#terms + 1] = (line:gsub("\r$", "")) end
  while #terms > 0 and terms[#terms] == "" do terms[#terms] = nil end
  -- A vocabulary that was never learned.
  if #terms <= token_start(self) then return end
  self:set_vocabulary(terms, mode_of(self) == "tf_idf" and kept[self].idf or nil)
end

--- Its numbers by Keras's names; see lunate.saving.assets.
function IndexLookup:_own_values()
  return mode_of(self) == "tf_idf" and kept[self].idf and {idf_weights = kept[self].idf} or {}
end

--- Takes them back.
function IndexLookup:_take_values(values)
  if mode_of(self) == "tf_idf" and values.idf_weights then
    kept[self].idf = values.idf_weights:astype("float32")
  end
end

return IndexLookup
