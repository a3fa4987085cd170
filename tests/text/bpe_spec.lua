-- ln.text.BPE: where texts are cut, learning, encoding and decoding, files and what is wrong with
-- them. The fixture was made by the published regular expressions and a plain implementation of the
-- algorithm.
local ln = require "lunate"
local core = require "lunate.core"
local json = require "lunate.saving.json"
local scratch = require "support.scratch"

local BPE = ln.text.BPE
local tokenizer = require "lunate.tokenizer"
local fixture = json.decode(core.read_file("tests/fixtures/text/bpe.json"))

local function message(f, ...) return scratch.message(f, ...) end

local function temporary(text)
  local path = os.tmpname()
  local file <close> = io.open(path, "w")
  file:write(text or "")
  return path
end

local function learned(options)
  options = options or {}
  options.texts = options.texts or {fixture.text}
  options.vocab_size = options.vocab_size or 330
  options.special_tokens = options.special_tokens or {"<s>", "<|x|>"}
  return BPE.train(options)
end

describe("words", function()
  it("are cut as the published patterns do", function()
    for _, case in ipairs(fixture.words) do
      assert.same(case[2], tokenizer.words(case[1], {pattern = "gpt2"}))
      assert.same(case[3], tokenizer.words(case[1], {pattern = "gpt4", digits = 3}))
    end
    assert.same({"1", "2", " a", " ", " b"}, tokenizer.words("12 a  b",
      {pattern = "gpt4", digits = 1}))
    assert.same({"a", "\xff", "b"}, tokenizer.words("a\xffb", {pattern = "gpt2"}))
    assert.same({}, tokenizer.words("", {pattern = "gpt2"}))
  end)
end)

describe("BPE.train", function()
  it("learns the merges of the algorithm", function()
    local path = temporary()
    local bpe = learned()
    bpe:save(path)
    local tree = json.decode(core.read_file(path))
    assert.same(fixture.merges, tree.model.merges)
    for token, id in pairs(fixture.ids) do assert.equal(id, tree.model.vocab[token]) end
    assert.equal(330, bpe.vocab_size)
    assert.equal(0, bpe:token_to_id("<s>"))
    assert.equal("!", bpe:id_to_token(2))
  end)

  it("does not look at the order or the kind of texts", function()
    local texts = {"a b a", "b b c", "abc abc"}
    local function saved(options)
      local path = temporary()
      options.vocab_size, options.min_frequency = 270, 1
      BPE.train(options):save(path)
      return core.read_file(path)
    end
    local want, i = saved{texts = texts}, 0
    assert.equal(want, saved{texts = {texts[3], texts[1], texts[2]}})
    assert.equal(want, saved{texts = function() i = i + 1; return texts[i] end})
    assert.equal(want, saved{texts = ln.data.Dataset.from_tensors(texts):batch(2)})
    local paths = {}
    for k, text in ipairs(texts) do paths[k] = temporary(text) end
    assert.equal(want, saved{files = paths})
  end)

  it("ends where no pair is frequent enough", function()
    local bpe = BPE.train{texts = {"ab ab xy"}, vocab_size = 1000}
    assert.equal(257, bpe.vocab_size)   -- "ab"; " ab" comes once
    assert.is_nil(bpe:token_to_id("xy"))
    local all = BPE.train{texts = {"ab ab xy"}, vocab_size = 1000, min_frequency = 1}
    assert.equal(260, all.vocab_size)
  end)

  it("says what is wrong", function()
    assert.matches("texts or files", message(BPE.train, {}), 1, true)
    assert.matches("at least 257", message(BPE.train,
      {texts = {"a"}, vocab_size = 256, special_tokens = {"<s>"}}), 1, true)
    assert.matches("entry 2 is 3", message(BPE.train, {texts = {"a", 3}}), 1, true)
    assert.matches("different texts, entry 2", message(BPE.train,
      {texts = {"a"}, special_tokens = {"x", "x"}}), 1, true)
    assert.matches("'pattern'", message(BPE.train, {texts = {"a"}, pattern = "gpt5"}), 1, true)
    assert.matches("BPE.train{texts", message(BPE), 1, true)
  end)
end)

describe("encode and decode", function()
  it("give the ids of the algorithm, and the text back", function()
    local bpe = learned()
    local ids = bpe:encode(fixture.query)
    assert.equal("int32", ids.dtype)
    assert.same(fixture.query_ids, ids:totable())
    for _ = 1, 2 do assert.is_true(bpe:encode(fixture.query) == ids) end   -- from the cache
    for _, text in ipairs{fixture.query, "", "\xff\xfe a\x00b", "日本 \u{1F600}\n\n  x"} do
      assert.equal(text, bpe:decode(bpe:encode(text)))
    end
    assert.equal("the", bpe:decode(bpe:token_to_id("the")))
    assert.equal(0, bpe:encode("").size)
  end)

  it("take long words by a heap, with the same result", function()
    local bpe = learned()
    local word = ("thewagging"):rep(30)
    local long = bpe:encode(word):totable()
    -- The same, one pair after the other.
    local path = temporary()
    bpe:save(path)
    local tree = json.decode(core.read_file(path))
    local rank, symbols = {}, {}
    for i, merge in ipairs(tree.model.merges) do rank[merge[1] .. " " .. merge[2]] = i end
    for c in word:gmatch(".") do symbols[#symbols + 1] = c end
    while true do
      local best
      for i = 1, #symbols - 1 do
        local r = rank[symbols[i] .. " " .. symbols[i + 1]]
        if r and (not best or r < best[1]) then best = {r, i} end
      end
      if not best then break end
      symbols[best[2]] = symbols[best[2]] .. table.remove(symbols, best[2] + 1)
    end
    for i, s in ipairs(symbols) do symbols[i] = tree.model.vocab[s] end
    assert.same(symbols, long)
    assert.equal(50000, #bpe:decode(bpe:encode(("q"):rep(50000))))
  end)

  it("find special tokens in texts, or not", function()
    local bpe = learned()
    local ids = bpe:encode("the<|x|> fox<s>"):totable()
    assert.equal(1, ids[2])
    assert.equal(0, ids[#ids])
    assert.equal("the fox", bpe:decode(ids))
    assert.equal("the<|x|> fox<s>", bpe:decode(ids, {skip_special_tokens = false}))
    local plain = bpe:encode("the<|x|>", {special = false})
    assert.equal("the<|x|>", bpe:decode(plain))
    assert.is_true(plain.size > 2)
    local nested = learned{special_tokens = {"<a>", "<a><b>"}}
    assert.same({1, 0}, nested:encode("<a><b><a>"):totable())
  end)

  it("encode several texts", function()
    local bpe = learned()
    local list = bpe:encode_batch{"the fox", "the"}
    assert.is_true(list[1] == bpe:encode("the fox"))
    local padded = bpe:encode_batch({"the fox", "the"}, {pad_id = 7})
    assert.same({2, list[1].size}, {table.unpack(padded.shape)})
    assert.equal(7, padded[2][list[1].size])
    local cut = bpe:encode_batch({"the fox", "the"}, {length = 1})
    assert.is_true(cut[1][1] == list[1][1])
    assert.same({2, 3}, {table.unpack(bpe:encode_batch({"", "the"}, {length = 3}).shape)})
  end)

  it("say what is wrong", function()
    local bpe = learned()
    assert.matches("a text expected, got 3", message(bpe.encode, bpe, 3), 1, true)
    assert.matches("a list of texts", message(bpe.encode_batch, bpe, "x"), 1, true)
    assert.matches("entry 2, 9999, is no id", message(bpe.decode, bpe, {1, 9999}), 1, true)
    assert.matches("entry 1, -1, is no id", message(bpe.decode, bpe, {-1}), 1, true)
    assert.matches("got shape (1, 2)", message(bpe.decode, bpe, ln.tensor({{1, 2}}, "int32")), 1,
      true)
    assert.is_nil(bpe:id_to_token(99999))
    assert.matches("a string expected", message(bpe.token_to_id, bpe, 3), 1, true)
  end)
end)

-- A small published layout, changed by f.
local function tree_of(f)
  local vocab = {["<s>"] = 259}
  local order = require("lunate.text._bytes").order
  for i, b in ipairs(order) do
    vocab[require("lunate.text._bytes").spell(string.char(b))] = i - 1
  end
  vocab["ab"], vocab["Ġab"], vocab["abc"] = 256, 257, 258
  local tree = {version = "1.0", added_tokens = {{id = 259, content = "<s>", special = true,
      single_word = false, lstrip = false, rstrip = false, normalized = false}},
    pre_tokenizer = {type = "ByteLevel", add_prefix_space = false, use_regex = true},
    model = {type = "BPE", vocab = vocab, merges = {"a b", "Ġ ab", "ab c"}}}
  if f then tree = f(tree) or tree end
  return temporary(json.encode(tree))
end

describe("files", function()
  local function ids(f, text) return BPE.from_file(tree_of(f)):encode(text):totable() end

  it("go out and in", function()
    for _, pattern in ipairs{"gpt2", "gpt4"} do
      local path, other = temporary(), temporary()
      local bpe = learned{pattern = pattern, add_prefix_space = pattern == "gpt4"}
      bpe:save(path)
      local back = BPE.from_file(path)
      assert.is_true(back:encode(fixture.query .. "<s>x 12345") ==
        bpe:encode(fixture.query .. "<s>x 12345"))
      back:save(other)
      assert.equal(core.read_file(path), core.read_file(other))
      bpe:save_files(path, other)
      local two = BPE.from_files(path, other, {pattern = pattern, special_tokens = {"<s>", "<|x|>"},
        add_prefix_space = pattern == "gpt4"})
      assert.is_true(two:encode("the<s> fox 12345") == bpe:encode("the<s> fox 12345"))
      assert.equal(bpe.vocab_size, two.vocab_size)
    end
  end)

  it("are read as they are published", function()
    assert.same({258, 257, 259, 256}, ids(nil, "abc ab<s>ab"))
    assert.same({258, 257}, ids(function(t) t.model.merges = {{"a", "b"}, {"Ġ", "ab"}, {"ab", "c"}}
    end, "abc ab"))
    assert.same({257}, ids(function(t) t.pre_tokenizer.add_prefix_space = true end, "ab"))
    -- A sequence of a pattern and bytes; three digits a word.
    local gpt4 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
      .. " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
    local function split(t)
      t.pre_tokenizer = {type = "Sequence", pretokenizers = {
        {type = "Split", pattern = {Regex = gpt4}, behavior = "Isolated", invert = false},
        {type = "ByteLevel", add_prefix_space = false, use_regex = false}}}
    end
    assert.same({257, 258}, ids(split, " ababc"))
    local function one_digit(t)
      split(t)
      local step = t.pre_tokenizer.pretokenizers[1]
      step.pattern.Regex = step.pattern.Regex:gsub("{1,3}", "")
      t.model.vocab["12"], t.model.merges = 260, {"1 2"}
    end
    assert.equal(2, #ids(one_digit, "12"))
    assert.same({260}, ids(function(t)
      split(t)
      t.model.vocab["12"], t.model.merges = 260, {"1 2"}
    end, "12"))
    -- A word that is a token is that, whatever merges make of it.
    local function whole(t) t.model.ignore_merges, t.model.merges = true, {"a b"} end
    assert.same({258}, ids(whole, "abc"))
    assert.same({256, 66}, ids(function(t) t.model.merges = {"a b"} end, "abc"))
    -- Spaces beside a special token; what goes around a text.
    local function strips(t) t.added_tokens[1].lstrip, t.added_tokens[1].rstrip = true, true end
    assert.same({256, 259, 256}, ids(strips, "ab \u{3000} <s> \n ab"))
    local function around(t)
      t.post_processor = {type = "TemplateProcessing",
        single = {{SpecialToken = {id = "<s>", type_id = 0}}, {Sequence = {id = "A", type_id = 0}}},
        special_tokens = {["<s>"] = {id = "<s>", ids = {259}, tokens = {"<s>"}}}}
    end
    assert.same({259, 256}, ids(around, "ab"))
    local bpe = BPE.from_file(tree_of(around))
    assert.same({256}, bpe:encode("ab", {add_special_tokens = false}):totable())
    local path = temporary()
    bpe:save(path)
    assert.same({259, 256}, BPE.from_file(path):encode("ab"):totable())
    local function normal(t) t.normalizer = {type = "NFC"} end
    assert.is_true(BPE.from_file(tree_of(normal)):encode("e\u{301}")
      == BPE.from_file(tree_of()):encode("é"))
  end)

  it("leave out bytes without a token, or take the unknown one", function()
    local function without(t) t.model.vocab["x"] = nil end
    assert.same({256}, ids(without, "xab"))
    assert.same({259, 256}, ids(function(t)
      without(t)
      t.model.unk_token = "<s>"
    end, "xab"))
  end)

  it("are not believed", function()
    local function refuses(pattern, f)
      assert.matches(pattern, message(BPE.from_file, tree_of(f)), 1, true)
    end
    refuses("merge 1, 'q zz', needs the token 'zz'", function(t) t.model.merges = {"q zz"} end)
    refuses("merge 1, 'a c', needs the token 'ac'", function(t) t.model.merges = {"a c"} end)
    refuses("merges 1 and 2 are the same", function(t) t.model.merges = {"a b", {"a", "b"}} end)
    refuses("merge 1 is not two tokens", function(t) t.model.merges = {"ab"} end)
    refuses("merge 1 is not two tokens", function(t) t.model.merges = {{"", "ab"}} end)
    refuses("merge 1 is not two tokens", function(t) t.model.merges = {7} end)
    refuses("merges are no list", function(t) t.model.merges = {a = "a b"} end)
    refuses("merges are no list", function(t) t.model.merges = nil end)
    refuses("the token 'ab' has the id -1", function(t) t.model.vocab.ab = -1 end)
    refuses("the token 'ab' has the id 1e+300", function(t) t.model.vocab.ab = 1e300 end)
    refuses("the token 'ab' has the id 4194304", function(t) t.model.vocab.ab = 1 << 22 end)
    refuses("the token 'ab' has the id 1.5", function(t) t.model.vocab.ab = 1.5 end)
    refuses("the id 258 is that of two tokens", function(t) t.model.vocab.ab = 258 end)
    refuses("has the id 259 in the vocab and 300 among", function(t)
      t.added_tokens[1].id = 300
    end)
    refuses("the id 259 is that of two tokens", function(t) t.model.vocab.ab = 259 end)
    refuses("has an empty token", function(t) t.model.vocab[""] = 300 end)
    refuses("stands for no byte", function(t) t.model.vocab["日"] = 300 end)
    refuses("comes twice", function(t) t.added_tokens[2] = t.added_tokens[1] end)
    refuses("has no content", function(t) t.added_tokens[1].content = nil end)
    refuses("single_word", function(t) t.added_tokens[1].single_word = true end)
    refuses("its model is 'Unigram'", function(t) t.model.type = "Unigram" end)
    refuses("it has no model", function(t) t.model = nil end)
    refuses("byte_fallback", function(t) t.model.byte_fallback = true end)
    refuses("end_of_word_suffix", function(t) t.model.end_of_word_suffix = "</w>" end)
    refuses("dropout", function(t) t.model.dropout = 0.1 end)
    refuses("its unk_token", function(t) t.model.unk_token = "nope" end)
    refuses("has no pre_tokenizer", function(t) t.pre_tokenizer = nil end)
    refuses("its pre_tokenizer is 'Metaspace'", function(t) t.pre_tokenizer.type = "Metaspace" end)
    refuses("splits by the pattern", function(t)
      t.pre_tokenizer = {type = "Split", pattern = {Regex = "\\w+"}, behavior = "Isolated"}
    end)
    refuses("its normalizer is 'Lowercase'", function(t) t.normalizer = {type = "Lowercase"} end)
    refuses("its post_processor is 'BertProcessing'", function(t)
      t.post_processor = {type = "BertProcessing"}
    end)
    refuses("names the token '<x>'", function(t)
      t.post_processor = {type = "TemplateProcessing", single = {{SpecialToken = {id = "<x>"}}},
        special_tokens = {}}
    end)
    assert.matches("no JSON", message(BPE.from_file, temporary("{")), 1, true)
    assert.matches("no JSON object", message(BPE.from_file, temporary("3")), 1, true)
    assert.matches("path", message(BPE.from_file, 3), 1, true)
    assert.is_truthy(message(BPE.from_file, "/nowhere/tokenizer.json"))
    local vocab, merges = temporary('{"a":0,"b":1,"ab":2}'), temporary("#version: 0.2\na b\n")
    assert.same({2, 0}, BPE.from_files(vocab, merges):encode("aba"):totable())
    assert.matches("merge 1, 'b b'", message(BPE.from_files, vocab, temporary("b b\n")), 1, true)
    assert.matches("the special token", message(BPE.from_files, vocab, merges,
      {special_tokens = {"<s>"}}), 1, true)
  end)
end)
