--- BPE: a byte-level byte-pair tokenizer, as GPT-2's and GPT-4's: texts to ids and back, without
-- loss. It is learned from texts (`BPE.train`), or read from a published tokenizer.json
-- (`BPE.from_file`) or a vocabulary and merges (`BPE.from_files`).
--
--     local bpe = ln.text.BPE.train{texts = {"low lower lowest low"}, vocab_size = 262,
--       special_tokens = {"<|end|>"}}
--     local ids = bpe:encode("lower<|end|>")
--     print(bpe:decode(ids), bpe:decode(ids, {skip_special_tokens = false})) --> lower lower<|end|>
--
-- Ids are those of the file, from 0. `bpe.vocab_size` is how many there are, `bpe:token_to_id(s)`
-- and `bpe:id_to_token(id)` go between ids and tokens, which are bytes. What it needs of Unicode
-- comes from libutf8proc. Errors: files that are no such tokenizer; ids that there are not.

local core = require "lunate.core"
local class = require "lunate.class"
local public = require "lunate.public"
local raise = require "lunate.raise"
local is_tensor = require "lunate.is_tensor"
local list_length = require "lunate.list_length"
local bytes = require "lunate.text._bytes"
local encoding = require "lunate.text._encoding"
local files = require "lunate.text._bpe_files"

local BPE = class("BPE", {type = "lunate.tokenizer"})

function BPE:init()
  raise("a BPE is made with BPE.train{texts = ...}, .from_file(\"tokenizer.json\") or "
    .. ".from_files(\"vocab.json\", \"merges.txt\")")
end

-- ---- making one

-- From what files.lua describes: tokens {[id] = bytes}, merges {{left, right}} of ids, added
-- {{text =, id =, special =, left =, right =}}, pattern, digits, ...
local function new(description)
  local self = setmetatable({}, BPE)
  local by_text, largest, count, byte_ids, texts, packed = {}, -1, 0, {}, {}, {}
  for id, text in pairs(description.tokens) do
    by_text[text] = id
    largest = math.max(largest, id)
  end
  for b = 0, 255 do byte_ids[b + 1] = by_text[string.char(b)] or false end
  local of_id = {}
  for id, text in pairs(description.tokens) do of_id[id] = text end
  for _, token in ipairs(description.added) do
    of_id[token.id] = token.text
    largest = math.max(largest, token.id)
  end
  for _ in pairs(of_id) do count = count + 1 end
  for id = 0, description.whole_words and largest or -1 do
    texts[id + 1] = description.tokens[id] or false
  end
  for i, merge in ipairs(description.merges) do
    table.move(merge, 1, 3, 3 * i - 2, packed)
  end
  rawset(self, "_description", description)
  rawset(self, "_by_text", by_text)
  rawset(self, "_of_id", of_id)
  rawset(self, "_added", {})
  for _, token in ipairs(description.added) do self._added[token.text] = token end
  rawset(self, "vocab_size", count)
  rawset(self, "_encoder", encoding.module("tokenizers").encoder{bytes = byte_ids, merges = packed,
    specials = description.added, tokens = texts, pattern = description.pattern,
    digits = description.digits, prefix_space = description.prefix_space,
    whole_words = description.whole_words, unknown = description.unknown})
  return self
end

--- A tokenizer from a published tokenizer.json (Hugging Face's): byte-level BPE with the pattern of
-- GPT-2 or GPT-4.
-- @param path  the file
-- @return a BPE
-- Errors: a file that is not there, no JSON, or of another kind of tokenizer; ids and merges that
-- do not go together.
--
--     local path = os.tmpname()
--     ln.text.BPE.train{texts = {"a b a b"}, vocab_size = 258}:save(path)
--     print(ln.text.BPE.from_file(path).vocab_size)                            --> 257
function BPE.from_file(path) return new(files.read_tokenizer(path)) end

--- A tokenizer from the two files of GPT-2: a vocabulary and merges.
-- @param vocab  the path of a JSON object {token: id}
-- @param merges  the path of a text with two tokens a line, the first rank first
-- @param options  `special_tokens` ({}): tokens of the vocabulary that are found in texts as they
--   are; `pattern` ("gpt2": or "gpt4", where texts are cut),
--   `add_prefix_space` (false: whether texts get a space in front)
-- @return a BPE
-- Errors: those of from_file.
--
--     local bpe = ln.text.BPE.train{texts = {"a b a b"}, vocab_size = 258}
--     local folder = os.tmpname()
--     bpe:save_files(folder .. ".json", folder .. ".txt")
--     print(ln.text.BPE.from_files(folder .. ".json", folder .. ".txt").vocab_size) --> 257
function BPE.from_files(vocab, merges, options)
  return new(files.read_vocabulary(vocab, merges, options))
end

local FILES = {special_tokens = {"list", default = {}},
  pattern = {"choice", default = "gpt2", choices = {"gpt2", "gpt4"}},
  add_prefix_space = {"boolean", default = false}}

local TRAIN = {
  texts = {"any"}, files = {"any"}, vocab_size = {"integer", default = 30000, min = 1},
  special_tokens = {"list", default = {}}, min_frequency = {"integer", default = 2, min = 0},
  pattern = {"choice", default = "gpt2", choices = {"gpt2", "gpt4"}},
  add_prefix_space = {"boolean", default = false},
}

-- Calls f with each text of the option `texts`: a list, a function, a Dataset.
local function each_text(texts, f)
  local function take(text, what)
    if type(text) ~= "string" then
      raise("BPE.train: texts should be strings, %s is %s", what, core.describe_value(text))
    end
    f(text)
  end
  if type(texts) == "string" then
    f(texts)
  elseif type(texts) == "function" then
    for text in texts do take(text, "one") end
  elseif getmetatable(texts) == "lunate.dataset" then
    for text in texts:iterate() do
      for _, one in ipairs(type(text) == "table" and text or {text}) do take(one, "one") end
    end
  elseif type(texts) == "table" and getmetatable(texts) == nil then
    for i = 1, list_length(texts, "BPE.train: texts") do take(texts[i], "entry " .. i) end
  else
    raise("BPE.train: texts should be a list of strings, a function that gives them, or a Dataset, "
      .. "got %s", core.describe_value(texts))
  end
end

local function check_specials(list)
  local seen = {}
  for i = 1, list_length(list, "BPE.train: special_tokens") do
    if type(list[i]) ~= "string" or list[i] == "" or seen[list[i]] then
      raise("BPE.train: special_tokens should be different texts, entry %d is %s", i,
        core.describe_value(list[i]))
    end
    seen[list[i]] = true
  end
end

--- A tokenizer learned from texts: the same texts in any order give the same one. Its ids are the
-- special tokens, the 256 bytes, then one a merge: the most frequent pair of neighbours first, of
-- those as frequent the one of the smallest ids (as Hugging Face's trainer has it).
-- @param options  `texts` (a list of strings, a function that gives one after another, or a Dataset
--   of strings), `files` (a path, or a list of them, read as one text each), `vocab_size` (30000:
--   fewer where no pair is left), `min_frequency` (2: how often a pair comes at least),
--   `special_tokens` ({}: texts that are one token each), `pattern` ("gpt2": or "gpt4", where texts
--   are cut), `add_prefix_space` (false: whether texts get a space in front)
-- @return a BPE
-- Errors: no texts; what is no text; a vocab_size too small for the bytes and special tokens.
--
--     local bpe = ln.text.BPE.train{texts = {"aaab aaab"}, vocab_size = 259, min_frequency = 1}
--     print(bpe.vocab_size, bpe:id_to_token(256), bpe:encode("aaab").size)      --> 259 aa 1
function BPE.train(options)
  if options.texts == nil and options.files == nil then
    raise("BPE.train: texts or files to learn from are needed")
  end
  check_specials(options.special_tokens)
  local first = #options.special_tokens + 256
  if options.vocab_size < first then
    raise("BPE.train: vocab_size should be at least %d, for 256 bytes and %d special tokens, "
      .. "got %d", first, first - 256, options.vocab_size)
  end
  local trainer = encoding.module("tokenizers").trainer{pattern = options.pattern,
    prefix_space = options.add_prefix_space}
  local function add(text) trainer:add(text) end
  if options.texts ~= nil then each_text(options.texts, add) end
  local paths = options.files or {}
  for _, path in ipairs(type(paths) == "table" and paths or {paths}) do
    add(core.read_file(path))
  end
  local description = {tokens = {}, merges = {}, added = {}, pattern = options.pattern, digits = 3,
    prefix_space = options.add_prefix_space}
  local byte_ids, tokens = {}, description.tokens
  for i, text in ipairs(options.special_tokens) do
    description.added[i] = {text = text, id = i - 1, special = true}
  end
  for i, b in ipairs(bytes.order) do
    byte_ids[b + 1] = first - 256 + i - 1
    tokens[byte_ids[b + 1]] = string.char(b)
  end
  local flat = trainer:run(byte_ids, first, options.vocab_size - first, options.min_frequency)
  for i = 1, #flat, 3 do
    local left, right, joined = flat[i], flat[i + 1], flat[i + 2]
    tokens[joined] = tokens[left] .. tokens[right]
    description.merges[#description.merges + 1] = {left, right, joined}
  end
  return new(description)
end

-- ---- texts to ids

local ENCODE = {special = {"boolean", default = true},
  add_special_tokens = {"boolean", default = true}}

--- The ids of a text.
-- @param text  a string; bytes that are no UTF-8 are encoded as they are
-- @param options  `special` (true: special tokens in the text are found; false: it is text
--   throughout), `add_special_tokens` (true: with those that the file puts around every text)
-- @return an int32 tensor (n,)
-- Errors: what is no string.
--
--     local bpe = ln.text.BPE.train{texts = {"hello hello"}, vocab_size = 300}
--     print(bpe:encode("hello").shape, bpe:encode("hello"):item())             --> (1,) 259
function BPE:encode(text, options)
  if type(text) ~= "string" then
    raise("'encode' of BPE: a text expected, got %s", core.describe_value(text))
  end
  local about = self._description
  for _, form in ipairs(about.normal_forms or {}) do
    text = encoding.module("tokenizers").normalize(text, form) or text
  end
  local ids = self._encoder:encode(text, options.special)
  if options.add_special_tokens and about.around then
    local before = core.tensor(about.around.before, {dtype = "int32"})
    local after = core.tensor(about.around.after, {dtype = "int32"})
    ids = core.functions.concatenate{before, ids, after}
  end
  return ids
end

local ENCODE_BATCH = {special = {"boolean", default = true},
  add_special_tokens = {"boolean", default = true},
  length = {"integer", optional = true, min = 1}, pad_id = {"integer", optional = true, min = 0}}

--- The ids of several texts.
-- @param texts  a list of strings
-- @param options  `special`, `add_special_tokens`: as of encode; `pad_id`: one tensor for all, in
--   which this id fills what comes behind a text, as long as the longest, or as `length`, which
--   cuts longer ones
-- @return a list of int32 tensors; with pad_id or length one tensor (texts, length), padded with
--   pad_id (0)
-- Errors: what is no list of strings.
--
--     local bpe = ln.text.BPE.train{texts = {"a b"}, vocab_size = 256}
--     print(bpe:encode_batch({"ab", "a"}, {pad_id = 0}).shape)                 --> (2, 2)
function BPE:encode_batch(texts, options)
  if type(texts) ~= "table" or getmetatable(texts) ~= nil then
    raise("'encode_batch' of BPE: a list of texts expected, got %s", core.describe_value(texts))
  end
  local list, longest = {}, 0
  local given = {special = options.special, add_special_tokens = options.add_special_tokens}
  for i = 1, list_length(texts, "'encode_batch' of BPE: texts") do
    list[i] = self:encode(texts[i], given)
    longest = math.max(longest, list[i].size)
  end
  if not options.pad_id and not options.length then return list end
  local length = options.length or longest
  local out = core.full({#list, length}, options.pad_id or 0, {dtype = "int32"})
  for i, ids in ipairs(list) do
    local n = math.min(ids.size, length)
    if n > 0 then out[{i, {1, n}}] = ids[{ {1, n} }] end
  end
  return out
end

-- ---- ids to texts

local DECODE = {skip_special_tokens = {"boolean", default = true}}

--- The text of ids: the bytes of their tokens, one after the other.
-- @param ids  an integer tensor (n,), or a list of integers; one of them alone
-- @param options  `skip_special_tokens` (true: they are left out)
-- @return a string; ids that end inside a character leave it incomplete
-- Errors: an id that there is not.
--
--     local bpe = ln.text.BPE.train{texts = {"é"}, vocab_size = 256}
--     print(bpe:decode(bpe:encode("é")))                                       --> é
function BPE:decode(ids, options)
  if is_tensor(ids) then
    if ids.rank > 1 then
      raise("'decode' of BPE: ids of one text expected, (n,), got shape %s", ids.shape)
    end
    ids = ids.rank == 0 and {ids:item()} or ids:totable()
  elseif type(ids) == "number" then
    ids = {ids}
  elseif type(ids) ~= "table" or getmetatable(ids) ~= nil then
    raise("'decode' of BPE: a tensor or a list of ids expected, got %s", core.describe_value(ids))
  end
  local parts, n = {}, 0
  for i = 1, list_length(ids, "'decode' of BPE: ids") do
    local id = type(ids[i]) == "number" and math.tointeger(ids[i])
    local text = id and self._of_id[id]
    if not text then
      raise("'decode' of BPE: entry %d, %s, is no id of this tokenizer", i,
        core.describe_value(ids[i]))
    end
    local added = self._added[text]
    if not (options.skip_special_tokens and added and added.special and added.id == id) then
      n = n + 1
      parts[n] = text
    end
  end
  return table.concat(parts)
end

--- The id of a token (its bytes, or the text of a special token); nil: there is none.
-- @param token  a string
-- @return an integer or nil
-- Errors: what is no string.
--
--     local bpe = ln.text.BPE.train{texts = {"a"}, special_tokens = {"<s>"}, vocab_size = 257}
--     print(bpe:token_to_id("<s>"), bpe:token_to_id("!"), bpe:token_to_id("no")) --> 0 1 nil
function BPE:token_to_id(token)
  if type(token) ~= "string" then
    raise("'token_to_id' of BPE: a string expected, got %s", core.describe_value(token))
  end
  local added = self._added[token]
  if added then return added.id end
  return self._by_text[token]
end

--- The token of an id, as bytes; nil: there is none.
-- @param id  an integer
-- @return a string or nil
-- Errors: what is no integer.
--
--     print(ln.text.BPE.train{texts = {"a"}, vocab_size = 256}:id_to_token(0)) --> !
function BPE:id_to_token(id)
  if not (type(id) == "number" and math.tointeger(id)) then
    raise("'id_to_token' of BPE: an integer expected, got %s", core.describe_value(id))
  end
  return self._of_id[math.tointeger(id)]
end

-- ---- files

--- Writes it as a tokenizer.json, which Hugging Face's tokenizers read as well.
-- @param path  the file
-- Errors: a file that cannot be written.
--
--     ln.text.BPE.train{texts = {"a b"}, vocab_size = 256}:save(os.tmpname())
function BPE:save(path) files.write_tokenizer(path, self._description) end

--- Writes the two files of GPT-2: a vocabulary and merges. Special tokens are in the vocabulary.
-- @param vocab  the path of the JSON object {token: id}
-- @param merges  the path of the merges
-- Errors: files that cannot be written.
--
--     local path = os.tmpname()
--     ln.text.BPE.train{texts = {"a b"}, vocab_size = 256}:save_files(path .. ".json", path)
function BPE:save_files(vocab, merges) files.write_vocabulary(vocab, merges, self._description) end

function BPE:__tostring()
  return ("BPE(%d tokens, %d merges, %d special)"):format(self.vocab_size,
    #self._description.merges, #self._description.added)
end

return public(BPE, {type = "lunate.tokenizer", prefix = "BPE.", options = {train = TRAIN,
  from_files = FILES, encode = ENCODE, encode_batch = ENCODE_BATCH, decode = DECODE}})
