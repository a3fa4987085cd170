--- Files of byte-level BPE tokenizers: Hugging Face's tokenizer.json, and GPT-2's vocab.json with
-- merges.txt. A tokenizer is described by a table: tokens {[id] = bytes}, merges {{left, right,
-- made}} of ids, added {{text =, id =, special =, left =, right =}}, pattern ("gpt2", "gpt4",
-- "none"), digits, prefix_space, whole_words, unknown, normal_forms, around {before =, after =}
-- (ids). Nothing in a file is believed before it is checked.

local core = require "lunate.core"
local raise = require "lunate.raise"
local bytes = require "lunate.text._bytes"
local json = require "lunate.saving.json"

local files = {}

-- No published vocabulary has a tenth of it; a table of all ids is made.
local MOST_IDS = 1 << 22

local function failer(path)
  return function(format, ...)
    raise("'%s': %s", path, select("#", ...) > 0 and format:format(...) or format)
  end
end

local function read_json(path, fail)
  if type(path) ~= "string" then
    raise("BPE: the path of a file expected, got %s", core.describe_value(path))
  end
  local text = core.read_file(path)
  local ok, value = pcall(json.decode, text)
  if not ok then fail("it is no JSON: %s", value) end
  if type(value) ~= "table" then fail("it is no JSON object") end
  return value
end

-- Null is nothing.
local function present(value)
  if value == core.null or value == false then return nil end
  return value
end

local function check_id(id, what, fail)
  local n = type(id) == "number" and math.tointeger(id)
  if not n or n < 0 or n >= MOST_IDS then
    fail("%s has the id %s; ids are integers from 0 to %d", what, core.describe_value(id),
      MOST_IDS - 1)
  end
  return n
end

-- {spelling: id} as tokens {[id] = bytes} and ids {[spelling] = id}; added tokens are spelled as
-- they are.
local function read_vocab(vocab, added, fail)
  if type(vocab) ~= "table" then fail("its vocab is no JSON object") end
  local tokens, ids, is_added, taken = {}, {}, {}, {}
  for _, token in ipairs(added) do
    is_added[token.text] = token
    if taken[token.id] then
      fail("the id %d is that of two added tokens, '%s' and '%s'", token.id, taken[token.id],
        token.text)
    end
    taken[token.id] = token.text
  end
  for spelling, given in pairs(vocab) do
    if type(spelling) ~= "string" or spelling == "" then fail("its vocab has an empty token") end
    local what = ("the token '%s'"):format(core.cut(spelling))
    local id = check_id(given, what, fail)
    local added_token = is_added[spelling]
    if added_token and added_token.id ~= id then
      fail("%s has the id %d in the vocab and %d among the added tokens", what, id, added_token.id)
    elseif not added_token and taken[id] then
      fail("the id %d is that of two tokens, '%s' and '%s'", id, core.cut(taken[id]),
        core.cut(spelling))
    end
    taken[id] = spelling
    local text, unknown = bytes.read(spelling)
    if text and not added_token then
      tokens[id] = text
    elseif not text and not added_token then
      fail("%s has '%s', which stands for no byte: it is no byte-level vocabulary", what,
        core.cut(unknown))
    end
    ids[spelling] = id
  end
  return tokens, ids
end

-- "a b", or {"a", "b"}.
local function pair_of(merge)
  if type(merge) == "string" then return merge:match("^(%S+) (%S+)$") end
  if type(merge) == "table" and #merge == 2 then return merge[1], merge[2] end
end

local function read_merges(list, ids, fail)
  if type(list) ~= "table" then fail("its merges are no list") end
  local merges, seen = {}, {}
  for i, merge in ipairs(list) do
    local left, right = pair_of(merge)
    if type(left) ~= "string" or type(right) ~= "string" or left == "" or right == "" then
      fail("merge %d is not two tokens", i)
    end
    local joined = left .. right
    for _, token in ipairs{left, right, joined} do
      if not ids[token] then
        fail("merge %d, '%s %s', needs the token '%s', which the vocab does not have", i,
          core.cut(left), core.cut(right), core.cut(token))
      end
    end
    local key = left .. " " .. right
    if seen[key] then fail("merges %d and %d are the same, '%s'", seen[key], i, core.cut(key)) end
    seen[key] = i
    merges[i] = {ids[left], ids[right], ids[joined]}
  end
  local n = 0
  for _ in pairs(list) do n = n + 1 end
  if n ~= #merges then fail("its merges are no list") end
  return merges
end

-- ---- tokenizer.json

-- The regular expressions by which files name the patterns, and how many digits make a word.
local function gpt4(number)
  return [[(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|]] .. number
    .. [[| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+]]
end
local REGEX = {[1] = gpt4 [[\p{N}]], [3] = gpt4 [[\p{N}{1,3}]]}   -- GPT-4's, by digits
local PATTERNS = {
  [ [['s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+]] ] = {"gpt2"},
  [REGEX[3]] = {"gpt4", 3},
  [REGEX[1]] = {"gpt4", 1},
  [ [['(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|]]
    .. [[\s*[\r\n]|\s+(?!\S)|\s+]] ] = {"gpt4", 3},
}

local function read_byte_level(about, step)
  about.byte_level = true
  about.prefix_space = step.add_prefix_space ~= false
  if step.use_regex ~= false and not about.pattern then about.pattern = "gpt2" end
end

local function read_split(about, step, fail)
  local pattern = type(step.pattern) == "table" and step.pattern.Regex
  local known = PATTERNS[pattern]
  if not known then
    fail("its pre_tokenizer splits by the pattern %s; those of GPT-2 and GPT-4 are known",
      core.describe_value(pattern or step.pattern))
  elseif step.behavior ~= "Isolated" or step.invert == true then
    fail("its pre_tokenizer splits in another way than \"Isolated\"")
  end
  about.pattern, about.digits = known[1], known[2]
end

-- The parts of a Sequence, one after the other.
local function read_each(about, parts, what, read, fail)
  for _, part in ipairs(parts) do
    if type(part) ~= "table" or part.type == "Sequence" then
      fail("its %s is a sequence of something else than steps", what)
    end
    read(about, part, fail)
  end
end

local function read_pre_tokenizer(about, step, fail)
  step = present(step)
  if not step then
    fail("it has no pre_tokenizer: a byte-level one is wanted")
  elseif type(step) ~= "table" then
    fail("its pre_tokenizer is no object")
  elseif step.type == "Sequence" and type(step.pretokenizers) == "table" then
    read_each(about, step.pretokenizers, "pre_tokenizer", read_pre_tokenizer, fail)
  elseif step.type == "ByteLevel" then
    read_byte_level(about, step)
  elseif step.type == "Split" then
    read_split(about, step, fail)
  else
    fail("its pre_tokenizer is %s; ByteLevel, and Split with the pattern of GPT-2 or GPT-4, are "
      .. "known", core.describe_value(step.type))
  end
end

local FORMS = {NFC = true, NFD = true, NFKC = true, NFKD = true}

local function read_normalizer(about, step, fail)
  step = present(step)
  if not step then return end
  if type(step) == "table" and FORMS[step.type] then
    about.normal_forms = about.normal_forms or {}
    table.insert(about.normal_forms, step.type)
  elseif type(step) == "table" and step.type == "Sequence"
    and type(step.normalizers) == "table" then
    read_each(about, step.normalizers, "normalizer", read_normalizer, fail)
  else
    fail("its normalizer is %s; NFC, NFD, NFKC and NFKD are known",
      core.describe_value(type(step) == "table" and step.type or step))
  end
end

-- The special tokens that a TemplateProcessing puts around one text.
local function read_template(about, step, fail)
  local around = {before = {}, after = {}}
  local list = around.before
  for _, piece in ipairs(type(step.single) == "table" and step.single or {}) do
    if type(piece) == "table" and type(piece.Sequence) == "table" then
      if list == around.after then fail("its post_processor has a text twice") end
      list = around.after
    else
      local name = type(piece) == "table" and type(piece.SpecialToken) == "table"
        and piece.SpecialToken.id
      local known = type(step.special_tokens) == "table" and step.special_tokens[name or ""]
      if type(known) ~= "table" or type(known.ids) ~= "table" then
        fail("its post_processor names the token %s, which it does not have",
          core.describe_value(name))
      end
      for _, id in ipairs(known.ids) do
        list[#list + 1] = check_id(id, "a token of its post_processor", fail)
        if not about.known[list[#list]] then
          fail("its post_processor has the id %d, which no token has", list[#list])
        end
      end
    end
  end
  if list ~= around.after then fail("its post_processor has no place for the text") end
  if #around.before + #around.after > 0 then about.around = around end
end

local function read_post_processor(about, step, fail)
  step = present(step)
  if not step or type(step) == "table" and step.type == "ByteLevel" then return end
  if type(step) == "table" and step.type == "TemplateProcessing" then
    read_template(about, step, fail)
  elseif type(step) == "table" and step.type == "Sequence" and type(step.processors) == "table" then
    read_each(about, step.processors, "post_processor", read_post_processor, fail)
  else
    fail("its post_processor is %s; ByteLevel and TemplateProcessing are known",
      core.describe_value(type(step) == "table" and step.type or step))
  end
end

local function read_added(list, fail)
  local added, seen = {}, {}
  if type(list) ~= "table" then fail("its added_tokens are no list") end
  for i, token in ipairs(list) do
    if type(token) ~= "table" or type(token.content) ~= "string" or token.content == "" then
      fail("entry %d of its added_tokens has no content", i)
    end
    local what = ("the added token '%s'"):format(core.cut(token.content))
    if seen[token.content] then fail("%s comes twice", what) end
    if token.single_word == true then
      fail("%s is found as a single word alone (single_word), which is not done here", what)
    end
    seen[token.content] = true
    added[i] = {text = token.content, id = check_id(token.id, what, fail),
      special = token.special == true, left = token.lstrip == true, right = token.rstrip == true}
  end
  return added
end

-- What of a model makes it another than a byte-level one.
local function check_model(model, fail)
  if type(model) ~= "table" then fail("it has no model") end
  if model.type ~= nil and model.type ~= "BPE" then
    fail("its model is %s, BPE is wanted", core.describe_value(model.type))
  end
  for _, name in ipairs{"continuing_subword_prefix", "end_of_word_suffix"} do
    local value = present(model[name])
    if value and value ~= "" then
      fail("its model has a %s, %s, which byte-level BPE has not", name, core.describe_value(value))
    end
  end
  if model.byte_fallback == true then fail("its model has byte_fallback: it is not byte-level") end
  local dropout = present(model.dropout)
  if dropout and dropout ~= 0 then fail("its model has a dropout, for training alone") end
end

--- The description of a tokenizer.json.
function files.read_tokenizer(path)
  local fail = failer(tostring(path))
  local tree = read_json(path, fail)
  local model = tree.model
  check_model(model, fail)
  local about = {added = read_added(present(tree.added_tokens) or {}, fail)}
  read_pre_tokenizer(about, tree.pre_tokenizer, fail)
  if not about.byte_level then fail("its pre_tokenizer is not byte-level") end
  about.pattern = about.pattern or "none"
  local tokens, ids = read_vocab(model.vocab, about.added, fail)
  about.tokens = tokens
  for _, token in ipairs(about.added) do ids[token.text] = ids[token.text] or token.id end
  about.merges = read_merges(model.merges, ids, fail)
  about.whole_words = model.ignore_merges == true
  local unknown = present(model.unk_token)
  if unknown and not ids[unknown] then
    fail("its unk_token, %s, is no token of it", core.describe_value(unknown))
  end
  about.unknown = unknown and ids[unknown] or nil
  about.unknown_text = unknown
  about.known = {}
  for _, id in pairs(ids) do about.known[id] = true end
  read_normalizer(about, tree.normalizer, fail)
  read_post_processor(about, tree.post_processor, fail)
  about.known, about.byte_level = nil, nil
  return about
end

-- ---- vocab.json and merges.txt

--- The description of GPT-2's two files.
function files.read_vocabulary(vocab_path, merges_path, options)
  local fail = failer(tostring(vocab_path))
  local vocab = read_json(vocab_path, fail)
  local added = {}
  for i, text in ipairs(options.special_tokens) do
    if type(text) ~= "string" or vocab[text] == nil then
      fail("the special token %s is not in it", core.describe_value(text))
    end
    added[i] = {text = text, id = check_id(vocab[text], "a special token", fail), special = true}
  end
  -- GPT-2's own, which its files do not tell.
  local ending = "<|endoftext|>"
  if vocab[ending] ~= nil and #added == 0 then
    added[1] = {text = ending, id = check_id(vocab[ending], "'" .. ending .. "'", fail),
      special = true}
  end
  local tokens, ids = read_vocab(vocab, added, fail)
  fail = failer(tostring(merges_path))
  if type(merges_path) ~= "string" then
    raise("BPE: the path of the merges expected, got %s", core.describe_value(merges_path))
  end
  local list = {}
  for line in core.read_file(merges_path):gmatch("[^\n]+") do
    line = line:gsub("\r$", "")
    local is_head = #list == 0 and line:find("^#version")
    if line ~= "" and not is_head then list[#list + 1] = line end
  end
  return {tokens = tokens, merges = read_merges(list, ids, fail), added = added,
    pattern = options.pattern, digits = 3, prefix_space = options.add_prefix_space}
end

-- ---- writing

local function spelled_vocab(about)
  local vocab = {}
  for id, text in pairs(about.tokens) do vocab[bytes.spell(text)] = id end
  return vocab
end

local function spelled_merges(about)
  local list = core.list()
  for i, merge in ipairs(about.merges) do
    list[i] = {bytes.spell(about.tokens[merge[1]]), bytes.spell(about.tokens[merge[2]])}
  end
  return list
end

local function byte_level(prefix_space, use_regex)
  return {type = "ByteLevel", add_prefix_space = prefix_space or false, trim_offsets = true,
    use_regex = use_regex}
end

local function pre_tokenizer(about)
  if about.pattern ~= "gpt4" then
    return byte_level(about.prefix_space, about.pattern == "gpt2")
  end
  local split = {type = "Split", behavior = "Isolated", invert = false,
    pattern = {Regex = REGEX[about.digits]}}
  return {type = "Sequence", pretokenizers = {split, byte_level(about.prefix_space, false)}}
end

local function normalizer(about)
  local steps = {}
  for i, form in ipairs(about.normal_forms or {}) do steps[i] = {type = form} end
  if #steps == 0 then return core.null end
  return #steps == 1 and steps[1] or {type = "Sequence", normalizers = steps}
end

local function post_processor(about)
  if not about.around then return byte_level(true, true) end
  local text_of, single, tokens = {}, {}, {}
  for _, token in ipairs(about.added) do text_of[token.id] = token.text end
  local function add(list)
    for _, id in ipairs(list) do
      local text = text_of[id] or bytes.spell(about.tokens[id])
      single[#single + 1] = {SpecialToken = {id = text, type_id = 0}}
      tokens[text] = {id = text, ids = {id}, tokens = {text}}
    end
  end
  add(about.around.before)
  single[#single + 1] = {Sequence = {id = "A", type_id = 0}}
  add(about.around.after)
  return {type = "TemplateProcessing", single = single, special_tokens = tokens,
    pair = {{Sequence = {id = "A", type_id = 0}}, {Sequence = {id = "B", type_id = 1}}}}
end

--- Writes a description as a tokenizer.json.
function files.write_tokenizer(path, about)
  local added, vocab = core.list(), spelled_vocab(about)
  for i, token in ipairs(about.added) do
    added[i] = {id = token.id, content = token.text, single_word = false,
      lstrip = token.left or false, rstrip = token.right or false, normalized = false,
      special = token.special or false}
    vocab[token.text] = token.id
  end
  core.write_file(path, json.encode({version = "1.0", truncation = core.null, padding = core.null,
    added_tokens = added, normalizer = normalizer(about), pre_tokenizer = pre_tokenizer(about),
    post_processor = post_processor(about), decoder = byte_level(true, true),
    model = {type = "BPE", dropout = core.null, unk_token = about.unknown_text or core.null,
      continuing_subword_prefix = core.null, end_of_word_suffix = core.null, fuse_unk = false,
      byte_fallback = false, ignore_merges = about.whole_words or false, vocab = vocab,
      merges = spelled_merges(about)}}))
end

--- Writes a description as GPT-2's two files.
function files.write_vocabulary(vocab_path, merges_path, about)
  local vocab, lines = spelled_vocab(about), {"#version: 0.2"}
  for _, token in ipairs(about.added) do vocab[token.text] = token.id end
  for i, merge in ipairs(spelled_merges(about)) do lines[i + 1] = table.concat(merge, " ") end
  core.write_file(vocab_path, json.encode(vocab))
  core.write_file(merges_path, table.concat(lines, "\n") .. "\n")
end

return files
