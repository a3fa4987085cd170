-- Layers of strings and ids: StringLookup, IntegerLookup, TextVectorization, Hashing and
-- HashedCrossing, by themselves; what is published of their results is what TensorFlow gives.
local ln = require "lunate"
local core = require "lunate.core"
local scratch = require "support.scratch"

local layers = ln.layers
local function message(f, ...) return scratch.message(f, ...) end
local function ids(list) return ln.tensor(list, {dtype = "int64"}) end

describe("hashes", function()
  it("are those of the published algorithms", function()
    -- The vectors of SipHash's paper: texts 00 01 02 ..., key 00 .. 0f.
    local function sip(n)
      local text = ""
      for i = 0, n - 1 do text = text .. string.char(i) end
      return core.hash_bin(text, 1 << 32, 0x0706050403020100, 0x0f0e0d0c0b0a0908)
    end
    assert.equal(0xdd0e0e31, sip(0))
    assert.equal(0x49be45e5, sip(15))
    -- FarmHash's own library gave these: each length has rules of its own.
    local text = ""
    for i = 0, 63 do text = text .. string.char(i) end
    for n, want in pairs{[3] = 0x22e9eba49a, [20] = 0xf1bf16a0e9, [50] = 0x1ff69cc9f4,
                         [64] = 0x04bb53decc4b & 0xffffffffff} do
      assert.equal(want, core.hash_bin(text:sub(1, n), 1 << 40), n)
    end
  end)
end)

describe("Hashing", function()
  it("gives TensorFlow's bins", function()
    assert.same({1, 0, 1, 1, 2}, layers.Hashing(3){"A", "B", "C", "D", "E"}:totable())
    assert.same({{1}, {1}, {0}, {2}, {2}},
      layers.Hashing{3, mask_value = ""}{{"A"}, {"B"}, {""}, {"C"}, {"D"}}:totable())
    assert.same({1, 2, 1, 0, 2},
      layers.Hashing{3, salt = {133, 137}}{"A", "B", "C", "D", "E"}:totable())
    assert.same({0, 0, 2, 1, 0}, layers.Hashing{3, salt = 133}{"A", "B", "C", "D", "E"}:totable())
    local names = {"omar", "stringer", "marlo", "wire", "skywalker"}
    assert.same({0, 0, 1, 0, 0}, layers.Hashing(2)(names):totable())
    assert.same({0, 1, 2, 1, 1}, layers.Hashing{3, mask_value = "omar"}(names):totable())
    assert.same({1, 0, 1, 0, 1}, layers.Hashing{2, salt = {211, 137}}(names):totable())
    local digits = ids{{0}, {1}, {2}, {3}, {4}}
    assert.same({{1}, {0}, {1}, {0}, {2}}, layers.Hashing(3)(digits):totable())
    assert.same({{1}, {1}, {2}, {0}, {1}},
      layers.Hashing{3, salt = {133, 137}}(digits):totable())
    assert.same({{1}, {0}, {1}}, layers.Hashing(3)(ln.tensor{{0.5}, {1.7}, {2}}):totable())
  end)

  it("tells its options as fields", function()
    assert.equal(3, layers.Hashing(3).num_bins)
    assert.equal("one_hot", layers.HashedCrossing{4, output_mode = "one_hot"}.output_mode)
    assert.equal(7, layers.TextVectorization{max_tokens = 7}.max_tokens)
    local lookup = layers.StringLookup{vocabulary = {"a"}, mask_token = ""}
    assert.same({"", "[UNK]", "int", 3}, {lookup.mask_token, lookup.oov_token, lookup.output_mode,
      lookup:vocabulary_size()})
  end)

  it("has Keras's output modes", function()
    local bins = layers.Hashing{3, output_mode = "one_hot"}{{"A"}, {"B"}}
    assert.same({{0, 1, 0}, {1, 0, 0}}, bins:totable())
    assert.equal("float32", bins.dtype)
    assert.equal("int64", layers.Hashing(3){"A"}.dtype)
    assert.equal("int32", layers.Hashing{3, dtype = "int32"}{"A"}.dtype)
    assert.same({{1, 1, 1}},
      layers.Hashing{3, output_mode = "multi_hot"}{{"A", "B", "C", "D", "E"}}:totable())
    assert.same({{1, 3, 1}},
      layers.Hashing{3, output_mode = "count"}{{"A", "B", "C", "D", "E"}}:totable())
    assert.equal("(None, 3)", tostring(layers.Hashing{3, output_mode = "multi_hot"}(
      ln.Input{shape = {2}, dtype = "string"}).shape))
  end)

  it("says what is wrong", function()
    assert.matches("num_bins", message(layers.Hashing), 1, true)
    assert.matches("num_bins", message(layers.Hashing, 0), 1, true)
    assert.matches("'output_mode'", message(layers.Hashing, {2, output_mode = "tf_idf"}), 1, true)
    assert.matches("'salt'", message(layers.Hashing, {2, salt = {1, 2, 3}}), 1, true)
    assert.matches("'salt'", message(layers.Hashing, {2, salt = "x"}), 1, true)
    assert.matches("'sparse'", message(layers.Hashing, {2, sparse = true}), 1, true)
    assert.matches("'dtype'", message(layers.Hashing, {2, dtype = "float32"}), 1, true)
  end)
end)

describe("HashedCrossing", function()
  local a, b = {"A", "B", "A", "B", "A"}, ids{101, 101, 101, 102, 102}

  it("gives TensorFlow's bins", function()
    assert.same({1, 4, 1, 1, 3}, layers.HashedCrossing(5){a, b}:totable())
    local hot = layers.HashedCrossing{5, output_mode = "one_hot"}{a, b}
    assert.same({{0, 1, 0, 0, 0}, {0, 0, 0, 0, 1}}, hot[{ {1, 2} }]:totable())
    assert.equal("(None, 5)", tostring(layers.HashedCrossing{5, output_mode = "one_hot"}{
      ln.Input{shape = {1}, dtype = "string"}, ln.Input{shape = {1}, dtype = "int64"}}.shape))
  end)

  it("says what is wrong", function()
    local cross = layers.HashedCrossing(5)
    assert.matches("at least two", message(cross, {b}), 1, true)
    assert.matches("of one shape", message(cross, {a, ids{1}}), 1, true)
    assert.matches("strings or integers", message(cross, {a, ln.ones{5}}), 1, true)
    assert.matches("(n, 1), got (1, 2)", message(cross, {ids{{1, 2}}, ids{{1, 2}}}), 1, true)
  end)
end)

describe("StringLookup", function()
  it("gives ids, those of unknown strings first", function()
    local lookup = layers.StringLookup{vocabulary = {"a", "b", "c"}}
    assert.same({{1, 3}, {0, 2}}, lookup{{"a", "c"}, {"z", "b"}}:totable())
    assert.equal(2, lookup("b"):item())
    assert.equal(0, lookup("b").rank)
    assert.same({"[UNK]", "a", "b", "c"}, lookup:get_vocabulary())
    assert.same({"a", "b", "c"}, lookup:get_vocabulary{include_special_tokens = false})
    assert.equal(4, lookup:vocabulary_size())
  end)

  it("hashes unknown strings among several ids", function()
    local lookup = layers.StringLookup{vocabulary = {"a", "b", "c", "d"}, num_oov_indices = 2}
    assert.same({{2, 4, 5}, {0, 1, 3}}, lookup{{"a", "c", "d"}, {"m", "z", "b"}}:totable())
    local salted = layers.StringLookup{vocabulary = {"a"}, num_oov_indices = 2, salt = {133, 137}}
    assert.same({0, 1, 0, 1, 0},
      salted{"omar", "stringer", "marlo", "wire", "skywalker"}:totable())
  end)

  it("keeps an id for the mask with ids, and drops it elsewhere", function()
    local lookup = layers.StringLookup{vocabulary = {"a", "b"}, mask_token = ""}
    assert.same({2, 0, 1, 3}, lookup{"a", "", "x", "b"}:totable())
    assert.same({"", "[UNK]", "a", "b"}, lookup:get_vocabulary())
    local counts = layers.StringLookup{vocabulary = {"a", "b"}, mask_token = "",
      output_mode = "count"}
    assert.same({{1, 2, 0}}, counts{{"a", "", "x", "a"}}:totable())
    assert.same({"[UNK]", "a", "b"}, counts:get_vocabulary())
  end)

  it("has Keras's output modes", function()
    local function out(mode, x, extra)
      local options = {vocabulary = {"a", "b", "c", "d"}, output_mode = mode}
      for k, v in pairs(extra or {}) do options[k] = v end
      return layers.StringLookup(options)(x):totable()
    end
    local x = {{"a", "c", "d", "d"}, {"d", "z", "b", "z"}}
    assert.same({{0, 1, 0, 1, 1}, {1, 0, 1, 0, 1}}, out("multi_hot", x))
    assert.same({{0, 1, 0, 1, 2}, {2, 0, 1, 0, 1}}, out("count", x))
    assert.same({{0, 1, 0, 0, 0}, {1, 0, 0, 0, 0}}, out("one_hot", {"a", "z"}))
    assert.same({{0, 1, 0, 0, 0}, {1, 0, 0, 0, 0}}, out("one_hot", {{"a"}, {"z"}}))
    local idf = layers.StringLookup{vocabulary = {"a", "b", "c", "d"}, output_mode = "tf_idf",
      idf_weights = {0.25, 0.75, 0.6, 0.4}}(x)
    assert.is_true((idf - ln.tensor{{0, 0.25, 0, 0.6, 0.8}, {1, 0, 0.75, 0, 0.4}}):abs():max()
      :item() < 1e-6)
    assert.equal("float32", idf.dtype)
    local own = layers.StringLookup{vocabulary = {"[UNK]", "a", "b"}, output_mode = "tf-idf",
      idf_weights = {0.9, 0.25, 0.75}}{{"z", "z", "b"}}
    assert.is_true((own - ln.tensor{{1.8, 0, 0.75}}):abs():max():item() < 1e-6)
    assert.same({{0, 1, 0, 1, 1, 0}}, out("multi_hot", {x[1]},
      {pad_to_max_tokens = true, max_tokens = 6}))
  end)

  it("goes back with invert", function()
    local back = layers.StringLookup{vocabulary = {"a", "b"}, invert = true}
    assert.same({{"a", "[UNK]"}, {"b", "[UNK]"}}, back(ids{{1, 0}, {2, 9}}))
    assert.equal("b", back(ids(2)))
    assert.matches("unexpected place", message(layers.StringLookup,
      {vocabulary = {"a", "[UNK]"}, invert = true}), 1, true)
  end)

  it("learns the most frequent terms, ties from the greatest down", function()
    local lookup = layers.StringLookup()
    lookup:adapt{{"a", "c", "d"}, {"d", "z", "b"}}
    assert.same({"[UNK]", "d", "z", "c", "b", "a"}, lookup:get_vocabulary())
    assert.same({{5, 3, 1}, {1, 2, 4}}, lookup{{"a", "c", "d"}, {"d", "z", "b"}}:totable())
    local few = layers.StringLookup{max_tokens = 3}
    few:adapt(ln.data.Dataset.from_tensors{"x", "y", "y", "[UNK]"}:batch(3))
    assert.same({"[UNK]", "y", "x"}, few:get_vocabulary())
    local masked = layers.StringLookup{mask_token = ""}
    masked:adapt{"", "[UNK]", "", "[UNK]", "a"}
    assert.same({"", "[UNK]", "a"}, masked:get_vocabulary())
    few:adapt{"q"}
    assert.same({"[UNK]", "q"}, few:get_vocabulary())
    local idf = layers.StringLookup{output_mode = "tf_idf"}
    idf:adapt{{"a", "b"}, {"a", "a"}}
    local a, b = math.log(1 + 2 / 3), math.log(1 + 2 / 2)
    local apart = idf{{"a", "b", "z"}} - ln.tensor{{(a + b) / 2, a, b}}
    assert.is_true(apart:abs():max():item() < 1e-6)
  end)

  it("reads vocabularies from files", function()
    local path = os.tmpname()
    local file <close> = io.open(path, "w")
    file:write("earth\nwind\r\nand\n"):flush()
    local lookup = layers.StringLookup{vocabulary = path}
    assert.same({"[UNK]", "earth", "wind", "and"}, lookup:get_vocabulary())
    assert.is_false(lookup:get_config().vocabulary)
    os.remove(path)
    assert.matches("does not exist", message(layers.StringLookup, {vocabulary = path}), 1, true)
  end)

  it("says what is wrong", function()
    local new = layers.StringLookup
    assert.matches("has 'a' twice, at 1 and 3",
      message(new, {vocabulary = {"a", "b", "a"}}), 1, true)
    assert.matches("is empty", message(new, {vocabulary = {}}), 1, true)
    assert.matches("entry 2 of vocabulary should be a string", message(new,
      {vocabulary = {"a", 2}}), 1, true)
    assert.matches("larger than max_tokens, 2", message(new,
      {vocabulary = {"a", "b"}, max_tokens = 2}), 1, true)
    assert.matches("'max_tokens'", message(new, {max_tokens = 1}), 1, true)
    assert.matches("needs max_tokens", message(new, {pad_to_max_tokens = true}), 1, true)
    assert.matches("invert needs output_mode 'int'", message(new,
      {invert = true, output_mode = "count"}), 1, true)
    assert.matches("idf_weights are for", message(new, {idf_weights = {1}}), 1, true)
    assert.matches("comes with idf_weights", message(new,
      {vocabulary = {"a"}, output_mode = "tf_idf"}), 1, true)
    assert.matches("as many as the vocabulary's terms, 1, got 2", message(new,
      {vocabulary = {"a"}, output_mode = "tf_idf", idf_weights = {1, 2}}), 1, true)
    assert.matches("'sparse'", message(new, {sparse = true, output_mode = "count"}), 1, true)
    assert.matches("'encoding'", message(new, {encoding = "utf-16"}), 1, true)
    assert.matches("these are not: x", message(new{vocabulary = {"a"}, num_oov_indices = 0},
      {"a", "x"}), 1, true)
    assert.matches("takes strings", message(new{vocabulary = {"a"}}, ln.ones{2}), 1, true)
    assert.matches("nothing to learn", message(function()
      new{vocabulary = {"a"}}:adapt{"b"}
    end), 1, true)
    assert.matches("needs a vocabulary first", message(new{output_mode = "count"}, {"a"}), 1, true)
    local count = new{vocabulary = {"a"}, output_mode = "count"}
    assert.matches("cannot change: it was 2, the new one is 3", message(count.set_vocabulary, count,
      {"a", "b"}), 1, true)
    assert.same({"[UNK]", "a"}, count:get_vocabulary())
    assert.matches("mask_token '' at an unexpected place", message(new,
      {vocabulary = {"a", ""}, mask_token = ""}), 1, true)
    assert.matches("needs steps", message(function()
      new():adapt(ln.data.Dataset.from_tensors{"a"}:repeat_())
    end), 1, true)
  end)
end)

describe("IntegerLookup", function()
  it("gives ids of integers, and back", function()
    local lookup = layers.IntegerLookup{vocabulary = {12, 36, 1138, 42}}
    assert.same({{1, 3, 4}, {4, 0, 2}}, lookup{{12, 1138, 42}, {42, 1000, 36}}:totable())
    assert.same({-1, 12, 36, 1138, 42}, lookup:get_vocabulary())
    local back = layers.IntegerLookup{vocabulary = {12, 36}, invert = true}
    assert.same({12, 36, -1}, back(ids{1, 2, 0}):totable())
  end)

  it("takes remainders, or hashes, of unknown ones", function()
    local lookup = layers.IntegerLookup{vocabulary = {12, 36}, num_oov_indices = 2}
    assert.same({2, 1, 0, 1}, lookup(ids{12, 37, 1000, -3}):totable())
    local hashed = layers.IntegerLookup{vocabulary = {12}, num_oov_indices = 3,
      oov_method = "farmhash"}
    assert.same({1, 0, 1, 0, 2}, hashed(ids{0, 1, 2, 3, 4}):totable())
    local salted = layers.IntegerLookup{vocabulary = {12}, num_oov_indices = 3,
      oov_method = "farmhash", salt = {133, 137}}
    assert.same({1, 1, 2, 0, 1}, salted(ids{0, 1, 2, 3, 4}):totable())
    assert.matches("oov_method", message(layers.IntegerLookup, {salt = 3}), 1, true)
  end)

  it("has a mask and learns", function()
    local lookup = layers.IntegerLookup{vocabulary = {12, 36}, mask_token = 0}
    assert.same({2, 0, 1, 3}, lookup(ids{12, 0, 7, 36}):totable())
    local learned = layers.IntegerLookup{max_tokens = 3}
    learned:adapt(ids{5, 7, 7, 9, 9, 9, -1})
    assert.same({-1, 9, 7}, learned:get_vocabulary())
    assert.matches("vocabulary_dtype", message(layers.IntegerLookup,
      {vocabulary_dtype = "int32"}), 1, true)
  end)
end)

describe("TextVectorization", function()
  local texts = {"the cat sat", "The cat sat on the mat!"}

  it("makes texts alike, splits them and looks tokens up", function()
    local v = layers.TextVectorization()
    v:adapt(texts)
    assert.same({"", "[UNK]", "the", "sat", "cat", "on", "mat"}, v:get_vocabulary())
    assert.same({{1, 4, 0}, {6, 2, 2}}, v{"a cat", "MAT the, the"}:totable())
    assert.same({{1, 4}}, v{{"a cat"}}:totable())
    assert.same({1, 4}, v("a cat"):totable())
    assert.equal("int64", v{"a"}.dtype)
    assert.same({1, 0}, {table.unpack(v{""}.shape)})
  end)

  it("has Keras's ways to standardize and split", function()
    local function tokens(options)
      local v = layers.TextVectorization(options)
      v:adapt{"A b! É-b"}
      local list = v:get_vocabulary(false)
      table.sort(list)
      return list
    end
    assert.same({"a", "b", "éb"}, tokens{})
    assert.same({"a", "b!", "é-b"}, tokens{standardize = "lower"})
    assert.same({"A", "b", "Éb"}, tokens{standardize = "strip_punctuation"})
    assert.same({"A", "b!", "É-b"}, tokens{standardize = false})
    assert.same({"a", "b", "Éb"}, tokens{encoding = "ascii"})
    assert.same({"-", "b", "x", "É"}, tokens{split = "character",
      standardize = function(text) return (text:gsub("[A !]", "")) .. "x" end})
    assert.same({"A b! É-b"}, tokens{split = false, standardize = false})
    assert.same({"A b! É", "b"}, tokens{standardize = false, split = function(text)
      local list = {}
      for part in text:gmatch("[^-]+") do list[#list + 1] = part end
      return list
    end})
    local all = "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'"
    assert.same({"x"}, (function()
      local v = layers.TextVectorization()
      v:adapt{all .. "X" .. all}
      return v:get_vocabulary(false)
    end)())
  end)

  it("takes bytes that are no UTF-8 for U+FFFD among characters", function()
    local v = layers.TextVectorization{split = "character", standardize = false}
    v:adapt{"a\xffb\xe2\x82"}
    local list = v:get_vocabulary(false)
    table.sort(list)
    assert.same({"a", "b", "\u{FFFD}"}, list)
    assert.same({{1, 1, 1, 1}}, layers.TextVectorization{split = "character", standardize = false,
      vocabulary = {"q"}}{"a\xffb\xe2\x82"}:totable())
  end)

  it("joins neighbours", function()
    local function grams(n)
      local v = layers.TextVectorization{ngrams = n, vocabulary = {"a", "b", "a b", "b c", "a b c"}}
      return v{"a b c"}:totable()[1]
    end
    assert.same({2, 3, 1, 4, 5}, grams(2))
    assert.same({2, 3, 1, 4, 5, 6}, grams(3))
    assert.same({4, 5}, grams{2})
    assert.same({6, 2, 3, 1}, grams{3, 1})
  end)

  it("has Keras's output modes", function()
    local function out(mode, extra)
      local options = {vocabulary = {"cat", "the"}, output_mode = mode}
      for k, v in pairs(extra or {}) do options[k] = v end
      return layers.TextVectorization(options)(texts)
    end
    assert.same({{1, 1, 1}, {1, 1, 1}}, out("multi_hot"):totable())
    assert.same({{1, 1, 1}, {3, 1, 2}}, out("count"):totable())
    assert.same({{3, 2}, {3, 2}}, out("int", {output_sequence_length = 2}):totable())
    assert.same({{3, 2, 1, 0, 0, 0, 0}, {3, 2, 1, 1, 3, 1, 0}},
      out("int", {output_sequence_length = 7}):totable())
    assert.same({{1, 1, 1, 0}, {3, 1, 2, 0}}, out("count",
      {pad_to_max_tokens = true, max_tokens = 4}):totable())
    local idf = out("tf_idf", {idf_weights = {2, 4}})
    assert.same({{3, 2, 4}, {9, 2, 8}}, idf:totable())
  end)

  it("learns from Datasets and functions", function()
    local ds = ln.data.Dataset.from_tensors(texts, ln.tensor{0, 1})
    for _, data in ipairs{ds, ds:batch(2), ds:batch(1)} do
      local v = layers.TextVectorization{max_tokens = 4}
      v:adapt(data)
      assert.same({"", "[UNK]", "the", "sat"}, v:get_vocabulary())
    end
    local v = layers.TextVectorization()
    v:adapt(ds:batch(1), 1)
    assert.same({"", "[UNK]", "the", "sat", "cat"}, v:get_vocabulary())
    local given = false
    v:adapt(function()
      if given then return nil end
      given = true
      return {"z"}
    end)
    assert.same({"", "[UNK]", "z"}, v:get_vocabulary())
    local idf = layers.TextVectorization{output_mode = "tf_idf"}
    idf:adapt(texts)
    local the = math.log(1 + 2 / 3)
    assert.is_true(math.abs(idf{"the the"}[1][2] - 2 * the) < 1e-6)
  end)

  it("says what is wrong", function()
    local new = layers.TextVectorization
    assert.matches("'standardize'", message(new, {standardize = "upper"}), 1, true)
    assert.matches("'split'", message(new, {split = "words"}), 1, true)
    assert.matches("'ngrams'", message(new, {ngrams = 0}), 1, true)
    assert.matches("'ngrams'", message(new, {ngrams = {1, "x"}}), 1, true)
    assert.matches("'output_mode'", message(new, {output_mode = "onehot"}), 1, true)
    assert.matches("output_sequence_length is for", message(new,
      {output_mode = "count", output_sequence_length = 3}), 1, true)
    assert.matches("'ragged'", message(new, {ragged = true}), 1, true)
    assert.matches("'sparse'", message(new, {sparse = true, output_mode = "count"}), 1, true)
    assert.matches("takes texts, got", message(new(), ln.ones{2}), 1, true)
    assert.matches("(n,) or (n, 1), got (1, 2)", message(new(), {{"a", "b"}}), 1, true)
    assert.matches("standardize should return a text", message(new{standardize = function() end},
      {"a"}), 1, true)
    assert.matches("entry 1 is 3", message(new{split = function() return {3} end}, {"a"}), 1, true)
    assert.matches("takes strings, the input is of float32", message(new(), ln.Input{shape = {1}}),
      1, true)
  end)
end)
