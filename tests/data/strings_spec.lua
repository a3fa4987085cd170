-- Strings in Datasets, batches and splits: Lua strings and lists of them where tensors may stand.
local ln = require "lunate"
local scratch = require "support.scratch"

local Dataset = ln.data.Dataset
local texts, labels = {"a b", "c", "", "d é"}, ln.tensor({0, 1, 1, 0}, {dtype = "int32"})

local function message(f, ...) return scratch.message(f, ...) end

local function collect(ds)
  local list = {}
  for x, y in ds:iterate() do list[#list + 1] = {x, y and y:totable()} end
  return list
end

describe("strings in a Dataset", function()
  it("are rows beside tensors, each pass anew", function()
    local ds = Dataset.from_tensors(texts, labels)
    assert.equal(4, #ds)
    for _ = 1, 2 do
      local seen = {}
      for text, label in ds:iterate() do seen[#seen + 1] = text .. "|" .. label:item() end
      assert.same({"a b|0", "c|1", "|1", "d é|0"}, seen)
    end
  end)

  it("become lists in batches", function()
    assert.same({{{"a b", "c", ""}, {0, 1, 1}}, {{"d é"}, {0}}},
      collect(Dataset.from_tensors(texts, labels):batch(3)))
    assert.equal(1, #collect(Dataset.from_tensors(texts, labels):batch(3, {drop_remainder = true})))
    local rows = Dataset.from_tensors({{"a", "b"}, {"c", "d"}})
    assert.same({{"a", "b"}, {"c", "d"}}, rows:batch(2):iterate()())
  end)

  it("are groups by name and in lists with tensors", function()
    local ds = Dataset.from_tensors({text = texts, n = labels}):batch(4)
    local x = ds:iterate()()
    assert.same(texts, x.text)
    assert.same({0, 1, 1, 0}, x.n:totable())
    local list = Dataset.from_tensors({texts, labels}):batch(4):iterate()()
    assert.same(texts, list[1])
    assert.same({0, 1, 1, 0}, list[2]:totable())
  end)

  it("go through map, filter, shuffle, take, skip, repeat_, zip and prefetch", function()
    local ds = Dataset.from_tensors(texts, labels)
    local lengths = {}
    for n in ds:map(function(text) return #text end):iterate() do
      lengths[#lengths + 1] = n:item()
    end
    assert.same({3, 1, 0, 4}, lengths)
    assert.same({{{"A B", "C"}, {0, 1}}},
      collect(ds:map(function(t, l) return t:upper(), l end):take(2):batch(2)))
    assert.same({{{""}, {1}}}, collect(ds:filter(function(t) return t == "" end):batch(2)))
    assert.same({{{"d é"}, {0}}}, collect(ds:skip(3):batch(2)))
    assert.equal(8, #collect(ds:repeat_(2)))
    local seen = {}
    for text, label in ds:shuffle(4, {seed = 1}):prefetch(2):iterate() do
      seen[text] = label:item()
    end
    assert.same({["a b"] = 0, c = 1, [""] = 1, ["d é"] = 0}, seen)
    local pair = table.pack(Dataset.zip(ds, Dataset.from_tensors(texts)):iterate()())
    assert.same({"a b", "a b"}, {pair[1], pair[3]})
    local tokens = ds:map(function(text)
      local list = {}
      for word in text:gmatch("%S+") do list[#list + 1] = word end
      return #list > 0 and list or {""}
    end)
    assert.matches("element 2 of the batch has strings of shape (1,), the first (2,)",
      message(tokens:batch(2):iterate()), 1, true)
    assert.same({{"a", "b"}, {"c", ""}, {"", ""}, {"d", "é"}}, tokens:padded_batch(4):iterate()())
    assert.same({{"a", "b", ""}, {"c", "", ""}},
      tokens:padded_batch(2, {padded_shapes = {{3}}}):iterate()())
    assert.matches("element 1 of the batch has 2 strings, which is more than padded_shapes allows",
      message(tokens:padded_batch(2, {padded_shapes = {{1}}}):iterate()), 1, true)
    assert.same({"a b", "c"}, ds:padded_batch(2):iterate()())
  end)

  it("come from generators", function()
    local ds = Dataset.from_generator(function()
      coroutine.yield("x", 1)
      coroutine.yield("y", 2)
    end)
    assert.same({{{"x", "y"}, {1, 2}}}, collect(ds:batch(2)))
    local mixed = Dataset.from_generator(function()
      coroutine.yield("x")
      coroutine.yield(2)
    end)
    assert.matches("element 2 of the batch has a tensor where the first has strings",
      message(mixed:batch(2):iterate()), 1, true)
  end)

  it("refuse what is no list of strings", function()
    assert.matches("strings expected, got number",
      message(Dataset.from_tensors, {"a", 2}), 1, true)
    assert.matches("of one length, got 2 and 1",
      message(Dataset.from_tensors, {{"a", "b"}, {"c"}}), 1, true)
    assert.matches("strings and lists of them are mixed",
      message(Dataset.from_tensors, {{"a"}, "c"}), 1, true)
    assert.matches("got shape ()", message(Dataset.from_tensors, "a"), 1, true)
    assert.matches("tensor 2 has 4 rows, the first 1",
      message(Dataset.from_tensors, {"a"}, labels), 1, true)
  end)
end)

describe("strings in data.batches and train_test_split", function()
  it("are cut like tensors", function()
    local seen = {}
    for x, y in ln.data.batches(texts, labels, {batch_size = 3}) do
      seen[#seen + 1] = {x, y:totable()}
    end
    assert.same({{{"a b", "c", ""}, {0, 1, 1}}, {{"d é"}, {0}}}, seen)
    local of = {}
    for x, y in ln.data.batches({text = texts}, labels, {batch_size = 3, shuffle = true}) do
      for i, text in ipairs(x.text) do of[text] = y[i] end
    end
    assert.same({["a b"] = 0, c = 1, [""] = 1, ["d é"] = 0}, of)
    assert.matches("has 4 samples, what came before it 1",
      message(ln.data.batches, {"a"}, labels), 1, true)
  end)

  it("are split with their labels", function()
    local split = ln.preprocessing.train_test_split
    local a, b, c, d = split(texts, labels, {test_size = 1, random_state = 3})
    assert.same({3, 1, 3, 1}, {#a, #b, #c, #d})
    local of = {["a b"] = 0, c = 1, [""] = 1, ["d é"] = 0}
    for i, text in ipairs(a) do assert.equal(of[text], c[i]) end
    assert.equal(of[b[1]], d[1])
    local head, tail = split(texts, {shuffle = false, test_size = 2})
    assert.same({{"a b", "c"}, {"", "d é"}}, {head, tail})
    assert.matches("got shapes (4,) and (1,)", message(split, texts, {"a"}), 1, true)
  end)
end)

describe("a table that is within itself", function()
  it("is refused, not gone through forever", function()
    local loop = {}
    loop[1] = loop
    local from_tensors = ln.data.Dataset.from_tensors
    for _, value in ipairs{loop, {"a", loop}, {loop, "a"}, {{"a"}, loop}} do
      assert.is_false((pcall(from_tensors, value)))
      pcall(ln.data.batches, value)   -- it comes back
    end
    local deep = "a"
    for _ = 1, 8 do deep = {deep} end
    assert.equal(1, #from_tensors(deep))
    assert.is_false((pcall(from_tensors, {deep})))
  end)
end)
