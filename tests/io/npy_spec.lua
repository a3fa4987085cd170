-- .npy: numpy's own files, ours byte for byte as numpy's, and every kind of damage.
local ln = require "lunate"
local core = require "lunate.core"
local npy = require "lunate.saving.npy"
local scratch = require "support.scratch"
local fails = require "support.fails"

local FIXTURES = debug.getinfo(1, "S").source:match("^@(.*)io/npy_spec%.lua$") .. "fixtures/numpy/"

local function with_header(text, data, version)
  text = text .. "\n"
  local length = (version or 1) == 1 and ("<I2"):pack(#text) or ("<I4"):pack(#text)
  return "\x93NUMPY" .. string.char(version or 1, 0) .. length .. text .. (data or "")
end

describe("npy", function()
  it("reads numpy's files of every type and order", function()
    local signed, unsigned = {{-4, -1, 2}, {5, 8, 11}}, {{0, 3, 6}, {9, 12, 15}}
    local widened = {f2 = "float16", f4 = "float32", f8 = "float64", i1 = "int32", i2 = "int32",
      i4 = "int32", i8 = "int64", u1 = "uint8", u2 = "int32", u4 = "int64", u8 = "int64"}
    for code, dtype in pairs(widened) do
      for _, order in ipairs{"", "be_"} do
        if order == "" or code:sub(2) ~= "1" then
          local t = ln.load(FIXTURES .. order .. code .. ".npy")
          assert.equal(dtype, t.dtype)
          assert.same(code:sub(1, 1) == "u" and unsigned or signed, t:totable())
        end
      end
    end
    assert.same({{true, false, true}, {false, true, false}},
      ln.load(FIXTURES .. "b1.npy"):totable())
    local plain = {{0, 1, 2}, {3, 4, 5}}
    for _, name in ipairs{"fortran", "version2", "version3"} do
      assert.same(plain, ln.load(FIXTURES .. name .. ".npy"):totable())
    end
    assert.is_true(ln.load(FIXTURES .. "fortran3.npy")
      == ln.arange(24):reshape{2, 3, 4}:astype("int32"))
    assert.equal(1.5, ln.load(FIXTURES .. "scalar.npy"):item())
    assert.equal("(0, 3)", tostring(ln.load(FIXTURES .. "empty.npy").shape))
  end)

  it("writes what numpy writes, to the byte", function()
    local plain = ln.tensor{{-4, -1, 2}, {5, 8, 11}}
    local cases = {f4 = plain, f8 = plain:astype("float64"), i4 = plain:astype("int32"),
      i8 = plain:astype("int64"), u1 = ln.tensor({{0, 3, 6}, {9, 12, 15}}, {dtype = "uint8"}),
      b1 = ln.tensor{{true, false, true}, {false, true, false}}, scalar = ln.tensor(1.5),
      empty = ln.zeros{0, 3}}
    for name, t in pairs(cases) do
      assert.equal(core.read_file(FIXTURES .. name .. ".npy"), npy.encode(t))
    end
    assert.equal(core.read_file(FIXTURES .. "f4.npy"),
      npy.encode(plain:transpose():copy():transpose()))
  end)

  it("brings back every dtype and shape", function()
    local folder <close> = scratch.folder()
    local path = folder.path .. "/a.npy"
    for _, dtype in ipairs{"bool", "uint8", "int32", "int64", "float32", "float64"} do
      for _, shape in ipairs{{}, {0}, {7}, {2, 3}, {1, 1, 1, 1, 1, 1, 1, 2}, {1000, 3}} do
        local t = ln.random.randint(shape, {min = 0, max = 200, seed = 1}):astype(dtype)
        ln.save(path, t)
        assert.is_true(ln.load(path) == t)
      end
    end
    ln.save(path, ln.Variable{1, 2})
    assert.same({1, 2}, ln.load(path):totable())
  end)

  it("names the dtypes that no tensor has", function()
    for name, reason in pairs{
      c8 = "dtype '<c8' %(complex numbers%)", U3 = "dtype '<U3' %(strings%)",
      S3 = "dtype '|S3' %(byte strings%)", object = "dtype '|O' %(Python objects%)",
      record = "structured elements", time = "dtype '<M8%[D%]' %(dates%)", f16 = "dtype '<f16'",
    } do
      fails("load: '.*bad_" .. name .. "%.npy': .*" .. reason .. ".* not supported", ln.load,
        FIXTURES .. "bad_" .. name .. ".npy")
    end
  end)

  it("reads its header as text, strictly", function()
    local function header(text) return npy.decode(with_header(text, "abcd")) end
    local tight = header("{'shape':(1,),'descr':\"<f4\",'fortran_order':False}")
    assert.equal("(1,)", tostring(tight.shape))
    local loose = header("{ 'shape' : ( 1L , 1 , ) , 'descr' : '<f4', 'fortran_order': True , }  ")
    assert.equal("(1, 1)", tostring(loose.shape))
    local rest = "'descr': '<f4', 'fortran_order': False"
    for text, reason in pairs{
      ["__import__('os').system('true')"] = "no dictionary",
      ["{" .. rest .. "}"] = "has no 'shape'",
      ["{" .. rest .. ", 'shape': (1,), 'more': (1,)}"] = "key 'more'",
      ["{" .. rest .. ", 'shape': (1,), 'shape': (1,)}"] = "key 'shape'",
      ["{" .. rest .. ", 'shape': (1)}"] = "no tuple",
      ["{" .. rest .. ", 'shape': (-1,)}"] = "whole number",
      ["{" .. rest .. ", 'shape': (99999999999999999999,)}"] = "whole number",
      ["{" .. rest .. ", 'shape': (1.0,)}"] = "no tuple",
      ["{" .. rest .. ", 'shape': (1,"] = "whole number",
      ["{" .. rest .. ", 'shape': [1]}"] = "a shape expected",
      ["{" .. rest .. ", 'shape': (1,)} + {}"] = "goes on after its end",
      ["{" .. rest .. ", 'shape': (1,)"] = "',' or '}'",
      ["{" .. rest .. " 'shape': (1,)}"] = "',' or '}'",
      ["{'descr': '<f4, 'fortran_order': 1, 'shape': ()}"] = "',' or '}'",
      ["{'descr': '<f4\\n', 'fortran_order': 1, 'shape': ()}"] = "does not end",
      ["{'descr': '<f4', 'fortran_order': Truely, 'shape': ()}"] = "True or False",
      ["{'descr': '<f4', 'fortran_order': None, 'shape': ()}"] = "True or False",
      ["{'descr': '', 'fortran_order': False, 'shape': ()}"] = "dtype ''",
      ["{'descr': '!f4', 'fortran_order': False, 'shape': ()}"] = "dtype '!f4'",
      [""] = "no dictionary",
    } do
      local message = scratch.message(header, text)
      assert.is_truthy(message:find(reason, 1, true), text .. ": " .. message)
    end
  end)

  it("reads the first of several arrays, and the others beside it", function()
    local one, two, three = ln.tensor{1, 2, 3}, ln.tensor({{4}}, {dtype = "int32"}), ln.zeros{0, 2}
    local bytes = npy.encode(one) .. npy.encode(two) .. npy.encode(three)
    local t, others = npy.decode(bytes)
    assert.same({1, 2, 3}, t:totable())
    assert.equal(2, #others)
    assert.is_true(others[1] == two)
    assert.same({0, 2}, {table.unpack(others[2].shape)})
    assert.is_nil((select(2, npy.decode(npy.encode(one)))))
    fails("does not have the %d+ bytes", npy.decode, bytes .. "x")
    fails("ends within its first bytes", npy.decode, bytes .. "\x93NUMPY")
    fails("array 2: .*complex", npy.decode, npy.encode(one)
      .. npy.encode(one):gsub("<f4", "<c8"))
  end)

  it("keeps uint64 up to int64's largest, and refuses what is larger", function()
    local function u64(last)
      local header = "{'descr': '<u8', 'fortran_order': False, 'shape': (2,), }\n"
      return "\x93NUMPY\1\0" .. ("<I2"):pack(#header) .. header .. ("<I8I8"):pack(7, last)
    end
    assert.same({7, math.maxinteger}, npy.decode(u64(math.maxinteger)):totable())
    fails("^%.npy: uint64 value 9223372036854775808 does not fit int64$", npy.decode,
      u64(math.mininteger))
    fails("uint64 value 18446744073709551615 does not fit int64", npy.decode, u64(-1))
  end)

  it("refuses damaged and cut-off files before it takes memory", function()
    local whole = core.read_file(FIXTURES .. "f8.npy")
    collectgarbage()
    local live = ln.memory().live
    for cut = 0, #whole - 1 do scratch.message(npy.decode, whole:sub(1, cut)) end
    fails("does not have the 49 bytes", npy.decode, whole .. "x")
    for shape, reason in pairs{
      ["(1000000000000,)"] = "does not have the 4 bytes",
      ["(9223372036854775807, 9223372036854775807)"] = "too many elements",
      ["(4294967296, 4294967296, 4294967296)"] = "too many elements",
      ["(0, 4611686018427387904, 4)"] = "too many elements",
    } do
      fails("^the %.npy data is damaged: .*" .. reason, npy.decode,
        with_header("{'descr': '<f4', 'fortran_order': False, 'shape': " .. shape .. "}", "abcd"))
    end
    fails("at most 8", npy.decode,
      with_header("{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", "a"))
    fails("version 4.0 is not supported", npy.decode, "\x93NUMPY\4\0" .. ("\0"):rep(100))
    fails("ends within its header", npy.decode, "\x93NUMPY\2\0\255\255\255\255" .. ("x"):rep(100))
    fails("no %.npy data", npy.decode, "PK\3\4")
    collectgarbage()
    assert.is_true(ln.memory().live <= live)
  end)
end)

describe("ln.save and ln.load", function()
  it("choose the format by the ending", function()
    local folder <close> = scratch.folder()
    ln.save(folder.path .. "/A.NPY", ln.ones{2})
    assert.same({1, 1}, ln.load(folder.path .. "/A.NPY"):totable())
    local t = ln.ones{2}
    fails("save: 'x%.txt' has none of the endings %.npy, %.npz, %.safetensors", ln.save, "x.txt", t)
    fails("save: 'x' has none", ln.save, "x", t)
    fails("load: 'x%.h5' has none of the endings .*; models: ln%.load_model", ln.load, "x.h5")
    fails("bad argument #1 to 'load' %(a path expected, got a nil%)", ln.load)
  end)

  it("say what a format takes, and where a file cannot be read or written", function()
    local t = ln.ones{2}
    fails("a tensor expected for %.npy, got a table", ln.save, "x.npy", {t})
    fails("a tensor expected for %.npy, got a nil", ln.save, "x.npy")
    fails("a table of tensors by name expected for %.npz, got a tensor", ln.save, "x.npz", t)
    fails("a tensor expected at 'a', got a number", ln.save, "x.npz", {a = 1})
    fails("names in %.safetensors are texts, got 1", ln.save, "x.safetensors", {t})
    fails("unknown option 'metadata' of 'save' for %.npy", ln.save, "x.npy", t, {metadata = {}})
    fails("a table of options expected, got a number", ln.save, "x.npy", t, 1)
    fails("cannot write '/no/such/x%.npy': No such file", ln.save, "/no/such/x.npy", t)
    fails("cannot open '/no/such/x%.npy': No such file", ln.load, "/no/such/x.npy")
    assert.matches("^tests/io/npy_spec", scratch.message(function() ln.load("/no/such/x.npy") end))
  end)

  it("leave the file as it was where a value cannot be saved", function()
    local folder <close> = scratch.folder()
    local path = folder.path .. "/a.npy"
    ln.save(path, ln.ones{2})
    local closed = ln.zeros{3}
    closed:close()
    fails("closed", ln.save, path, closed)
    assert.same({1, 1}, ln.load(path):totable())
    assert.same({"a.npy"}, core.list_folder(folder.path))
  end)
end)
