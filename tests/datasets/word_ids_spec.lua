-- ln.datasets.imdb and reuters, from small files of the published form (fixtures/word_ids/make.py):
-- what Keras makes of them, and what is refused.
local ln = require "lunate"
local core = require "lunate.core"
local fails = require "support.fails"
local npy = require "lunate.saving.npy"
local pickle = require "lunate.datasets._pickle"
local scratch = require "support.scratch"
local zip = require "lunate.zip"

local here = debug.getinfo(1, "S").source:match("^@(.*)datasets/")
local function fixture(name) return core.read_file(here .. "fixtures/word_ids/" .. name) end

-- In a folder of these files as $LUNATE_DATA, without the network.
local function with(contents, f)
  local folder <close> = scratch.folder()
  local cache <close> = scratch.folder()
  for name, content in pairs(contents) do folder:write(name, content) end
  local before, stderr = package.loaded["lunate.download"], io.stderr
  package.loaded["lunate.download"] = {download = function(url, _, options)
    error(("no way to %s (%s)"):format(url, options.sha256 or options.md5), 0)
  end}
  io.stderr = {write = function() end}  -- luacheck: ignore
  local ok, message = pcall(scratch.with_environment,
    {LUNATE_DATA = folder.path, XDG_CACHE_HOME = cache.path}, f)
  package.loaded["lunate.download"], io.stderr = before, stderr  -- luacheck: ignore
  if not ok then error(message, 0) end
end

describe("word ids", function()
  it("are what Keras gives, in its order", function()
    local cases = core.json_decode(fixture "cases.json")
    with({["imdb.npz"] = fixture "imdb.npz", ["reuters/reuters.npz"] = fixture "reuters.npz"},
      function()
        for _, case in ipairs(cases) do
          local x, y, x_test, y_test = ln.datasets[case.set].load_data(case.options)
          assert.same(case.x, x)
          assert.same(case.x_test, x_test)
          assert.same(case.y, y:totable())
          assert.same(case.y_test, y_test:totable())
          assert.equal("int64", y.dtype)
        end
        assert.is_true(#cases > 10)
        -- Texts of which nothing is left do not disturb; the largest id is one of what is left.
        assert.equal(0, ln.datasets.imdb.load_data{start_char = 0, num_words = 1 << 20}[1][1])
        assert.equal("integer", math.type(ln.datasets.imdb.load_data{start_char = 3.0}[1][1]))
        assert.equal(2, ln.datasets.imdb.load_data{num_words = 1}[1][1])
        local x = ln.datasets.imdb.load_data{skip_top = 1 << 40, oov_char = false}
        assert.same({}, x[1])
        fails("fewer than maxlen = 1 ids are left", ln.datasets.imdb.load_data, {maxlen = 1})
        fails("start_char is an id from 0, or false for none, got %-1", ln.datasets.imdb.load_data,
          {start_char = -1})
        fails("oov_char is an id", ln.datasets.reuters.load_data, {oov_char = "a"})
        fails("test_split", ln.datasets.reuters.load_data, {test_split = 1.5})
        fails("unknown option 'test_split'", ln.datasets.imdb.load_data, {test_split = 0.5})
        fails("seed", ln.datasets.imdb.load_data, {seed = 1 << 32})
        fails("num_words", ln.datasets.imdb.load_data, {num_words = 0})
      end)
  end)

  it("have an index of words, and names of topics", function()
    with({["imdb_word_index.json"] = '{"the": 1, "\\u00e9": 2}',
          ["reuters/reuters_word_index.json"] = '{"mdbl": 10996}'}, function()
      assert.same({the = 1, ["\u{e9}"] = 2}, ln.datasets.imdb.get_word_index())
      assert.same({mdbl = 10996}, ln.datasets.reuters.get_word_index())
    end)
    for content, pattern in pairs{['{"a": "b"}'] = "an id for the word 'a' expected, got 'b'",
                                  ['[1]'] = "an id for the word '1' expected",
                                  ['{"a": 1'] = "imdb_word_index.json': ",
                                  ['3'] = "ids by word expected"} do
      with({["imdb_word_index.json"] = content}, function()
        fails(pattern, ln.datasets.imdb.get_word_index)
      end)
    end
    assert.equal(46, #ln.datasets.reuters.label_names)
    local names = ln.datasets.reuters.get_label_names()
    assert.equal("lead", names[46])
    names[1] = nil
    assert.equal("cocoa", ln.datasets.reuters.label_names[1])
  end)

  it("are asked for at the published place, with its checksum", function()
    with({}, function()
      local site = "https://storage%.googleapis%.com/tensorflow/tf%-keras%-datasets/"
      fails("imdb needs the file imdb%.npz.*no way to " .. site .. "imdb%.npz %(69664113be75683a",
        ln.datasets.imdb.load_data)
      fails("reuters%.npz %(d6586e694ee56d7a", ln.datasets.reuters.load_data)
      fails("imdb_word_index%.json %(bfafd718b763782e", ln.datasets.imdb.get_word_index)
      fails("reuters_word_index%.json %(4d44cc38712099c9", ln.datasets.reuters.get_word_index)
    end)
  end)

  it("are refused where the archive is another one", function()
    local good = zip.decode(fixture "imdb.npz")
    local function refused(pattern, change)
      local entries = {}
      for name, data in pairs(good) do
        local other = change[name]
        if other == nil then other = data end
        if other then entries[#entries + 1] = {name = name, data = other} end
      end
      with({["imdb.npz"] = zip.encode(entries)}, function()
        fails(pattern, ln.datasets.imdb.load_data)
      end)
    end
    local labels = npy.encode(ln.zeros({12}, {dtype = "int64"}))
    refused("there is no array 'x_test' in it", {["x_test.npy"] = false})
    refused("there is no array 'y_train' in it", {["y_train.npy"] = false})
    refused("array 'x_train': an array of lists expected", {["x_train.npy"] = labels})
    refused("'y_train': 12 class ids expected, got int64 %(5,%)",
      {["y_train.npy"] = npy.encode(ln.zeros({5}, {dtype = "int64"}))})
    refused("'y_train': 12 class ids expected, got float32 %(12,%)",
      {["y_train.npy"] = npy.encode(ln.zeros{12})})
    refused("'y_train': .*Python objects", {["y_train.npy"] = good["x_train.npy"]})
    refused("array 'x_train': the .npy data is damaged",
      {["x_train.npy"] = good["x_train.npy"]:sub(1, 40)})
    refused("array 'x_train': .*end in the middle",
      {["x_train.npy"] = good["x_train.npy"]:sub(1, -3)})
    with({["imdb.npz"] = "no archive"}, function()
      fails("imdb.npz': ", ln.datasets.imdb.load_data)
    end)
  end)
end)

describe("the order by a seed", function()
  it("is numpy's, call after call", function()
    -- RandomState(113).shuffle of 1 .. 2000, then of 1 .. 3
    local permutation = require "lunate.datasets._random_state"(113)
    local order, sum = permutation(2000), 0
    for i, value in ipairs(order) do sum = sum + i * value end
    assert.same({168, 270, 342, 1247, 355, 443}, table.move(order, 1, 6, 1, {}))
    assert.equal(1985558713, sum)
    assert.same({1, 3, 2}, permutation(3))
    assert.same({}, permutation(0))
  end)
end)

describe("pickles of lists of integers", function()
  local function read(bytes)
    local position, shape = npy.objects(bytes)
    return pickle(bytes, position, shape)
  end

  it("are read in every protocol that numpy writes them in", function()
    for protocol = 2, 5 do
      assert.same({{1, 300}, {}, {70000, -5}},
        read(fixture(("protocol_%d.npy"):format(protocol))))
    end
    local long = read(fixture "long.npy")
    assert.equal(2500, #long[1])
    for i, n in ipairs(long[1]) do assert.equal(i - 1, n) end
    assert.same({1 << 40, -(1 << 40)}, long[2])
    assert.same({{1, 2}, {3, 400}, {5, 6}}, read(fixture "table.npy"))
    assert.same({}, read(fixture "none.npy"))
  end)

  it("are refused where they have anything else, which does not run", function()
    for name, pattern in pairs{
      call = "'posix.system' is no part of a list", float = "instruction 0x47 at byte",
      text = "something else than integers", nested = "something else than integers",
      numbers = "element 1 is no list", shared = "a reference at byte", large = "an integer of 9",
      arrays = "an array of another dtype", protocol = "instruction 0x70 at byte",
    } do
      assert.matches(pattern, scratch.message(read, fixture(("bad_%s.npy"):format(name))))
    end
    assert.is_nil(io.open("/tmp/lunate_was_here"))
    assert.is_nil((npy.objects(npy.encode(ln.ones{2}))))
  end)

  -- Programs by hand, of an array of shape (1,).
  local START = "\x80\4cnumpy.core.multiarray\n_reconstruct\n" .. "cnumpy\nndarray\n"
    .. "K\0\x85C\1b\x87R(K\1K\1\x85cnumpy\ndtype\n" .. "X\2\0\0\0O8\x89\x88\x87R\x89"

  local function program(text, shape) return pickle(text, 1, shape or {1}) end

  it("are whole programs, of one array", function()
    assert.same({{5}}, program(START .. "]](K\5eatb."))
    assert.same({{5}}, program(START .. "]](K\5e\x94atb."))
    assert.same({{5}}, program(START .. "]K\5atb.", {1, 1}))
    assert.same({{5, 6}}, program(START .. "]]K\5aK\6aatb."))
    assert.same({{-1, 0}}, program(START .. "](](J\xff\xff\xff\xff\x8a\0eetb."))
    assert.same({{7}}, program(START .. "](](\x8a\2\7\0eetb."))
    for text, pattern in pairs{
      [""] = "end in the middle", ["K"] = "end in the middle", ["K\1"] = "end in the middle",
      ["K\1."] = "no array of lists", ["."] = "leave 0 values", ["K\1K\1."] = "leave 2 values",
      ["a"] = "a list expected", ["K\1K\1a"] = "a list expected", ["(e"] = "a list expected",
      ["e"] = "no mark", ["t"] = "no mark", ["(K\1"] = "end in the middle", ["(."] = "no array",
      ["R"] = "nothing to take", [")R"] = "nothing to take", ["K\1)R"] = "a name expected",
      ["cnumpy\ndtype\n)R"] = "another dtype", ["cnumpy\nndarray\n)R"] = "a call at byte",
      ["c_codecs\nencode\n)R"] = "a call at byte", ["cos\nsystem\n"] = "'os.system' is no part",
      ["cnumpy"] = "end in the middle", ["cnumpy\nndarray"] = "end in the middle",
      ["X\xff\xff\xff\xffab"] = "end in the middle", ["C\3ab"] = "end in the middle",
      ["X\1"] = "end in the middle", ["h\1"] = "a reference", ["q\1"] = "nothing to keep",
      ["]q\1h\1"] = "a reference", ["b"] = "nothing to take", [")b"] = "an array expected",
      ["K\1)b"] = "an array expected", ["\x93"] = "nothing to take", ["\x80\1"] = "protocol 1 is",
      ["\x80\6"] = "protocol 6 is", ["\x8a\9"] = "an integer of 9", ["(\x85"] = "nothing to take",
      [START .. "]K\5atb."] = "element 1 is no list",
      [START .. "]]a]atb."] = "2 of them in an array",
      [START .. "]]](K\1eaatb."] = "something else than integers", [START .. "K\1tb."] = "no array",
      [START .. "]NaK"] = "something else than integers", [START .. "tb."] = "no array of lists",
      ["\0"] = "instruction 0x00 at byte 1",
    } do
      local message = scratch.message(program, text)
      assert.matches("its Python objects: ", message, 1, true)
      assert.matches(pattern, message)
    end
    fails("in an array of shape %(%)", program, START .. "]](K\5eatb.", {})
    fails("in an array of shape %(1, 1%)", program, START .. "]](K\5eatb.", {1, 1})
    fails("in an array of shape", program, START .. "]K\5atb.", {1 << 32, 1 << 32})
    fails("in an array of shape", program, START .. "]tb.", {1 << 40, 0})
  end)
end)
