-- lunate.hdf5: round trips, h5py's and Keras's own files, refusals, damage.
local ln = require "lunate"
local goldens = require "support.goldens"
local fails = require "support.fails"
local scratch = require "support.scratch"

local there, hdf5 = pcall(require, "lunate.hdf5")
if not there then return end  -- an optional module: it is built where libhdf5 is

local FIXTURES = debug.getinfo(1, "S").source:match("^@(.*)io/hdf5_spec%.lua$") .. "fixtures/"

local function h5py(name) return goldens.read(FIXTURES .. "hdf5/" .. name .. ".h5") end

local KERAS = {}
for _, name in ipairs{"i_sequential_deferred/model", "i_sequential_deferred/model.weights",
  "g_nested/model"} do
  KERAS[#KERAS + 1] = goldens.read(FIXTURES .. "goldens/files/" .. name .. ".h5")
end

-- Tables, tensors and plain values, with their types.
local function same(a, b, path)
  path = path or ""
  if type(a) ~= type(b) or math.type(a) ~= math.type(b) then
    error(("%s: %s and %s"):format(path, a, b))
  end
  if type(a) ~= "table" then
    assert(a == b, path)
    if type(a) == "userdata" then assert(a.dtype == b.dtype, path) end
    return
  end
  for k, v in pairs(a) do same(v, b[k], path .. "/" .. k) end
  for k in pairs(b) do assert(a[k] ~= nil, path .. "/" .. k) end
end

local function group(attributes, members)
  return {attributes = attributes or {}, members = members or {}}
end

local function nested(depth, inner)
  for _ = 1, depth do inner = group(nil, {d = inner}) end
  return inner
end

-- How many files this process has open, and its children.
local function resources()
  collectgarbage()   -- others' files
  local folder <close> = scratch.folder()
  local stat <close> = assert(io.open("/proc/self/stat"))
  local pid = stat:read("n")
  local list <close> = io.open(("/proc/%d/task/%d/children"):format(pid, pid))
  local children = list and list:read("a")
  os.execute(("ls /proc/%d/fd > %s/open"):format(pid, folder.path))
  return select(2, folder:read("open"):gsub("\n", "")), children
end

describe("hdf5", function()
  it("brings back what it wrote", function()
    local root = group({
      text = "ünï", none = "", integer = -3, float = 2.5, yes = true, no = false,
      names = {"a", "", "b"}, empty = {}, long = ("x"):rep(200000), array = ln.arange(4),
      flags = ln.tensor{true, false}, ["with/slash"] = 1,
    }, {
      float32 = ln.random.normal{3, 4}, float64 = ln.tensor({1, 2}, "float64"),
      int32 = ln.tensor({{1}, {-2}}, "int32"), uint8 = ln.tensor({255}, "uint8"),
      int64 = ln.tensor({math.maxinteger, math.mininteger}, "int64"),
      float16 = ln.tensor({1, 0.1, 65504, math.huge}, "float16"),
      bfloat16 = ln.tensor({{1, 0.1}, {3e38, math.huge}}, "bfloat16"),
      bool = ln.tensor{{true, false}}, scalar = ln.tensor(1.5), hollow = ln.zeros{0, 3},
      ["größe"] = group({a = 1}), text = "t", texts = {"a", "b"},
      described = {dataset = ln.ones{2}, attributes = {unit = "m", names = {"x"}}},
    })
    same(root, hdf5.decode(hdf5.encode(root)))
    same(group(), hdf5.decode(hdf5.encode{}))
    -- What has no form of its own in Lua.
    local back = hdf5.decode(hdf5.encode{members = {
      integer = 7, float = 0.5, yes = true, none = {dataset = {}},
      turned = ln.arange(6):reshape{2, 3}:transpose(), bare = {dataset = ln.ones{1}},
      variable = ln.Variable{1, 1}},
      attributes = {f = ln.tensor(1.5), i = ln.tensor(3, "uint8"), b = ln.tensor(true)}})
    same({integer = ln.tensor(7, "int64"), float = ln.tensor(0.5, "float64"),
      yes = ln.tensor(true), none = ln.zeros({0}, "float64"), bare = ln.ones{1},
      turned = ln.tensor{{0, 3}, {1, 4}, {2, 5}}, variable = ln.ones{2}}, back.members)
    same({f = 1.5, i = 3, b = true}, back.attributes)
  end)

  it("writes the same bytes for the same tables, as h5py lays them out", function()
    local names = {}
    for i = 1, 300 do names[i] = ("layer_%d"):format(i) end
    local function make(first, last, step)
      local members, attributes = {}, {}
      for i = first, last, step do
        members[names[i]] = group({weight_names = {names[i]}}, {kernel = ln.full({i % 7 + 1}, i)})
        if i <= 100 then attributes[names[i]] = i end
      end
      return hdf5.encode(group(attributes, members))
    end
    local bytes = make(1, 300, 1)
    assert.equal("\x89HDF\r\n\x1a\n\0\0\0\0\0\8\8\0", bytes:sub(1, 16))   -- superblock 0
    assert.is_true(bytes == make(300, 1, -1))
    same(ln.full({7}, 300), hdf5.decode(bytes).members.layer_300.members.kernel)
  end)

  it("reads Keras's files and writes them again", function()
    for _, bytes in ipairs(KERAS) do
      local root = hdf5.decode(bytes)
      same(root, hdf5.decode(hdf5.encode(root)))
    end
    local root = hdf5.decode(KERAS[1])
    assert.equal("torch", root.attributes.backend)
    assert.matches('^{"class_name": "Sequential"', root.attributes.model_config)
    local weights = root.members.model_weights
    same({"dense", "dense_1"}, weights.attributes.layer_names)
    same({}, weights.members.top_level_model_weights.attributes.weight_names)
    local kernel = weights.members.dense.members.seq_deferred.members.dense.members.kernel
    assert.equal("(3, 4)", tostring(kernel.shape))
    assert.equal("float32", kernel.dtype)
    assert.is_true(kernel == hdf5.decode(KERAS[2]).members.layers.members.dense.members.vars
      .members["0"])
  end)

  it("reads every type of number that h5py writes", function()
    local members = hdf5.decode(h5py "good_dtypes").members
    local widened = {f2 = "float16", f4 = "float32", f8 = "float64", i1 = "int32", i2 = "int32",
      i4 = "int32", i8 = "int64", u1 = "uint8", u2 = "int64", u4 = "int64", u8 = "int64"}
    for code, dtype in pairs(widened) do
      local first = code:sub(1, 1) == "u" and 0 or -3
      local expected = ln.tensor({{first, 1, 2}, {100, 101, 102}}, dtype)
      same(expected, members[code], code)
      if code:sub(2) ~= "1" then same(expected, members["be_" .. code], code) end
    end
    same(ln.tensor{true, false, true}, members.bool)
    same(ln.zeros{0, 3}, members.empty)
    same(ln.tensor(2.5), members.scalar)
    same(ln.tensor(2.5), members.alias)
    same(ln.full({2, 2}, 7), members.unwritten)
    assert.is_false(members.null)
  end)

  it("reads bfloat16 as Keras writes it", function()
    local members = hdf5.decode(h5py "good_bfloat16").members
    for _, name in ipairs{"brain", "opaque"} do
      assert.equal("bfloat16", members[name].dtype)
      assert.same({1, -2.5, math.huge, 2.0 ^ -133}, members[name]:totable())
    end
    assert.equal(0.5, hdf5.decode(hdf5.encode{attributes = {a = ln.tensor(0.5, "float16")}})
      .attributes.a)
    fails("opaque values", hdf5.decode, (h5py "good_bfloat16":gsub("bfloat16", "bfloat17")))
  end)

  it("reads chunks, filters, user blocks and the latest format", function()
    local members = hdf5.decode(h5py "good_layouts").members
    same(ln.arange(600):reshape{20, 30}, members.chunked)
    same(ln.arange(600):reshape{20, 30}, members.packed)
    same(ln.zeros{1000, 100}, members.zeros)
    assert.equal(1, hdf5.decode(h5py "good_userblock").attributes.a)
    local latest = hdf5.decode(h5py "good_latest")
    for i = 0, 19 do
      assert.equal(i, latest.attributes["a" .. i])
      same(group(), latest.members.many.members[tostring(i)])
    end
  end)

  it("reads texts and attributes of every kind", function()
    local root = hdf5.decode(h5py "good_attributes")
    local g = root.members["größe"].members["x y"]
    same({
      text = "dense ünï", bytes = "dense", fixed = "dense", list = {"a", "", "ünï"},
      fixed_list = {"dense", "d", ""}, no_texts = {}, empty = {}, integer = 3, float = 2.5,
      float32 = 1.5, ["true"] = true, bools = ln.tensor{true, false}, tensor = ln.arange(4),
      null = false, spaces = {"ab", "c d"}, zeros = {"ab", "c d"}, ended = {"ab", "ü"},
    }, g.attributes)
    same({dataset = ln.ones{3}, attributes = {unit = "m"}}, g.members.d)
    assert.equal("héllo", root.members.text)
    same({"a", "bc", ""}, root.members.texts)
    same({"ab", "cde", ""}, root.members.fixed_texts)
  end)

  it("follows nothing out of the file and names what it refuses", function()
    for name, message in pairs{
      external_link = "'/l' is a link %(external%)", soft_link = "'/l' is a link %(soft%)",
      cycle = "'/a/b/c' is a group that contains itself", diamonds = "more objects than a file",
      depth = "nested deeper than 64", external_storage = "'/x' is stored in other files",
      virtual = "'/g/v' is a view of other datasets", compound = "'/x' holds compound values",
      reference = "'/@r' holds references", plugin = "'/x' is packed by a filter .*32000",
      named_type = "'/t' is neither a group nor a dataset", vlen = "'/x' holds lists of varying",
      enumeration = "'/x' holds enumerations", uint64 = "'/x' holds 9223372036854775808",
      rank = "'/x' has 9 axes", texts = "'/x' holds texts on 2 axes",
      bomb = "'/x' claims more than it can hold", unwritten = "'/x' claims more than it can hold",
    } do
      fails("^hdf5: .*" .. message, hdf5.decode, h5py("bad_" .. name))
    end
  end)

  it("refuses what cannot be written, naming the place", function()
    local t = ln.ones{2}
    local closed = ln.ones{2}
    closed:close()
    local loop = group()
    loop.members.again = loop
    for message, root in pairs{
      ["'/a': a tensor, text, .* got a function"] = {members = {a = print}},
      ["'/g/a@b': a tensor"] = {members = {g = group(nil, {
        a = {dataset = t, attributes = {b = print}}})}},
      ["'/': 'a/b' cannot be a name"] = {members = {["a/b"] = t}},
      ["'/': '' cannot be a name"] = {members = {[""] = t}},
      ["'/': '%.' cannot be a name"] = {members = {["."] = t}},
      ["'/g': 'a' cannot be a name"] = {members = {g = group(nil, {["a\0b"] = t})}},
      ["'/@a': a text with a zero byte"] = {attributes = {a = "x\0y"}},
      ["'/@b': a text with a zero byte"] = {attributes = {b = {"x\0y"}}},
      ["'/': '' cannot"] = {attributes = {[""] = 1}},
      ["'/': names are texts, got a number"] = {members = {t}},
      ["'/@a': a list of texts expected, got a number at 2"] = {attributes = {a = {"x", 2}}},
      ["'/@a': a list of texts expected, got a table with other fields"] = {
        attributes = {a = {x = 1}}},
      ["'/': .* has no place for 'attribute'"] = {attribute = {}},
      ["'/g': .* has no place for 'shape'"] = {members = {g = {shape = 1}}},
      ["'/g': .* has no place for 'members'"] = {members = {g = {dataset = t, members = {}}}},
      ["the members of '/': a table expected, got a number"] = {members = 1},
      ["the attributes of '/a': a table expected, got a userdata"] = {
        members = {a = {dataset = 1, attributes = t}}},
      ["'/a': the tensor is closed"] = {members = {a = closed}},
      ["nested deeper than 64"] = loop,
      ["'/d/d/.* deeper than 64"] = nested(64, group()),
      ["'/@a' cannot be written: object header message is too large"] = {
        attributes = {a = ln.zeros{20000}}},
    } do
      fails("^hdf5: .*" .. message, hdf5.encode, root)
    end
    fails("table expected", hdf5.encode, t)
    same(nested(63, group()), hdf5.decode(hdf5.encode(nested(63, group()))))
  end)

  it("says what is no HDF5 file", function()
    for _, bytes in ipairs{"", "\x89HDF", ("x"):rep(5000)} do
      fails("^hdf5: this is not an HDF5 file$", hdf5.decode, bytes)
    end
    fails("string expected", hdf5.decode, nil)
    fails("^hdf5: the file is damaged", hdf5.decode, "\x89HDF\r\n\x1a\n")
    fails("^hdf5: the file is damaged", hdf5.decode, ("\x89HDF\r\n\x1a\n"):rep(1000))
  end)

  it("survives damage of every kind, and leaves nothing behind", function()
    local random = 12345
    local function draw(n)   -- 1 .. n, the same numbers every time
      random = (random * 6364136223846793005 + 1442695040888963407)
      return (random >> 33) % n + 1
    end
    local marks = {"TREE", "SNOD", "HEAP", "GCOL", "\x89HDF", "\1\0"}
    local words = {0, 1, -1, 0x7f, 0xffff, 0x7fffffff, math.maxinteger, math.mininteger}
    local function damage(bytes)
      local way = draw(5)
      if way == 1 then return bytes:sub(1, draw(#bytes)) end
      if way == 2 then   -- a piece of another file, or of another place
        local other, at, length = KERAS[draw(#KERAS)], draw(#bytes), draw(400)
        local from = draw(#other)
        return bytes:sub(1, at) .. other:sub(from, from + length) .. bytes:sub(at + length + 2)
      end
      for _ = 1, draw(3) do
        local at = draw(#bytes - 8)
        if way < 5 then   -- near a structure of the format rather than among the weights
          at = bytes:find(marks[draw(#marks)], at, true) or at
          at = math.min(at + draw(64), #bytes - 8)
        end
        local word = bytes:sub(at, at + 7)
        if way == 3 then word = ("<i8"):pack(("<i8"):unpack(word) ~ (1 << draw(63)))
        else word = ("<i8"):pack(words[draw(#words)]):sub(1, 1 << draw(4) - 1) end
        bytes = bytes:sub(1, at - 1) .. word .. bytes:sub(at + #word)
      end
      return bytes
    end
    local good, bad = 0, 0
    local open, children = resources()
    for i = 1, 400 do
      local ok, result = pcall(hdf5.decode, damage(KERAS[i % #KERAS + 1]))
      if ok then good = good + 1 else bad = bad + 1 end
      if ok then assert.is_table(result.members)
      else assert.matches("^hdf5: ", result) end
    end
    assert.is_true(good > 20 and bad > 100, ("%d read, %d refused"):format(good, bad))
    local open_after, children_after = resources()
    assert.equal(open, open_after)
    assert.equal(children, children_after)
  end)

  it("reads in a coroutine, after work in threads, many at a time", function()
    local a = ln.random.normal{256, 256}
    local bytes = hdf5.encode{members = {a = a:matmul(a)}}
    for _ = 1, 20 do
      local b = a:matmul(a)
      local back = coroutine.wrap(hdf5.decode)(bytes)
      same(b, back.members.a)
    end
  end)

  it("is not loaded with lunate", function()
    local command = ([[%s -e 'require "lunate" print(package.loaded["lunate.hdf5"] == nil)']])
      :format(arg and arg[-1] or "lua5.4")
    local pipe <close> = assert(io.popen(command))
    assert.equal("true", pipe:read("l"))
  end)
end)
