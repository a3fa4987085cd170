-- .safetensors: what is written follows the format, and every rule that a file can break is held.
local ln = require "lunate"
local core = require "lunate.core"
local safetensors = require "lunate.saving.safetensors"
local scratch = require "support.scratch"
local fails = require "support.fails"

local function file(header, data) return ("<I8"):pack(#header) .. header .. (data or "") end

local function decode(header, data) return safetensors.decode(file(header, data)) end

describe("safetensors", function()
  it("brings back every dtype, shape and name, and the metadata", function()
    local folder <close> = scratch.folder()
    local path = folder.path .. "/a.safetensors"
    local tensors = {}
    for _, dtype in ipairs{"bool", "uint8", "int32", "int64", "float32", "float64"} do
      for i, shape in ipairs{{}, {0}, {7}, {2, 3}} do
        tensors[dtype .. '."grün"\n' .. i] =
          ln.random.randint(shape, {min = 0, max = 200, seed = 1}):astype(dtype)
      end
    end
    ln.save(path, tensors, {metadata = {format = "pt", ["by \"whom\""] = "lunate"}})
    local back, metadata = ln.load(path)
    for name, t in pairs(tensors) do assert.is_true(back[name] == t, name) end
    for name in pairs(back) do assert.is_truthy(tensors[name]) end
    assert.same({format = "pt", ["by \"whom\""] = "lunate"}, metadata)
    ln.save(path, {})
    back, metadata = ln.load(path)
    assert.same({}, back)
    assert.is_nil(metadata)
  end)

  it("writes the published layout: aligned, widest first, the same bytes each time", function()
    local bytes = safetensors.encode{a = ln.tensor({1, 2, 3}, {dtype = "uint8"}), b = ln.ones{2},
                                     c = ln.ones({1}, {dtype = "float64"})}
    local header = '{"c":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},'
      .. '"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},'
      .. '"a":{"dtype":"U8","shape":[3],"data_offsets":[16,19]}}'
    header = header .. (" "):rep(-#header % 8)
    assert.equal(file(header, ("<dff"):pack(1, 1, 1) .. "\1\2\3"), bytes)
  end)

  it("reads the dtypes of others", function()
    local function one(dtype, data)
      local t = decode(('{"x":{"dtype":"%s","shape":[1],"data_offsets":[0,%d]}}'):format(dtype,
        #data), data).x
      return t.dtype, t:totable()[1]
    end
    assert.same({"float16", 1}, {one("F16", "\0\x3c")})
    assert.same({"bfloat16", -2}, {one("BF16", "\0\xc0")})
    assert.same({"int32", -2}, {one("I16", "\254\255")})
    assert.same({"int32", -1}, {one("I8", "\255")})
    assert.same({"int32", 65534}, {one("U16", "\254\255")})
    assert.same({"int64", 4294967295}, {one("U32", "\255\255\255\255")})
    assert.same({"int64", 5}, {one("U64", ("<I8"):pack(5))})
    fails("tensor 'x': dtype 'F8_E4M3' is not supported", one, "F8_E4M3", "\0")
  end)

  it("keeps weights of 16 bits as they are, or reads them as float32", function()
    local half = ln.tensor({1, 0.1, 65504}, "float16")
    local brain = ln.tensor({{1, -0.1, 3e38}}, "bfloat16")
    local header = '{"b":{"dtype":"BF16","shape":[1,3],"data_offsets":[0,6]},'
      .. '"h":{"dtype":"F16","shape":[3],"data_offsets":[6,12]}}'
    header = header .. (" "):rep(-#header % 8)
    assert.equal(file(header, ("<I2I2I2I2I2I2"):pack(0x3f80, 0xbdcd, 0x7f62, 0x3c00, 0x2e66,
      0x7bff)), safetensors.encode{h = half, b = brain})
    local folder <close> = scratch.folder()
    local path = folder.path .. "/w.safetensors"
    ln.save(path, {h = half, b = brain, ids = ln.tensor({1}, "int32")})
    local back = ln.load(path)
    assert.is_true(back.h == half and back.b == brain)
    for _, options in ipairs{{{dtype = "float32"}}, {"float32"}} do
      local wide = ln.load(path, options[1])
      assert.is_true(wide.h == half:astype("float32"))
      assert.is_true(wide.b == brain:astype("float32"))
      assert.equal("int32", wide.ids.dtype)
    end
    fails("a float dtype expected, got 'int32'", ln.load, path, {dtype = "int32"})
    fails("'dtyp'", ln.load, path, {dtyp = "float32"})
  end)

  it("holds a file to the format", function()
    local function entry(shape, first, last)
      return ('{"dtype":"U8","shape":%s,"data_offsets":[%s,%s]}'):format(shape, first, last)
    end
    local cases = {
      {"its header is no JSON object", "[]"}, {"its header is no JSON object", ' {"a":1}'},
      {"json", "{"}, {"json", '{"a":}'}, {"json", "{} x"},
      {"tensor 'a': its entry is no object", '{"a":1}'},
      {"should have dtype, shape", '{"a":{}}'},
      {"should have dtype, shape", '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}', "x"},
      {"should have dtype, shape", '{"a":' .. entry('{"a":1}', 0, 1) .. "}", "x"},
      {"key 'more'", '{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1],"more":1}}', "x"},
      {"whole number", '{"a":' .. entry("[-1]", 0, 1) .. "}", "x"},
      {"whole number", '{"a":' .. entry("[1.5]", 0, 1) .. "}", "x"},
      {"whole number", '{"a":' .. entry("[1]", '"0"', 1) .. "}", "x"},
      {"ends before it begins", '{"a":' .. entry("[1]", 1, 0) .. "}", "x"},
      {"does not have the 2 bytes", '{"a":' .. entry("[1]", 0, 2) .. "}", "xy"},
      {"tells of 1 bytes of data, there are 2", '{"a":' .. entry("[1]", 0, 1) .. "}", "xy"},
      {"tells of 4 bytes of data, there are 2", '{"a":' .. entry("[4]", 0, 4) .. "}", "xy"},
      {"overlaps", '{"a":' .. entry("[2]", 0, 2) .. ',"b":' .. entry("[2]", 1, 3) .. "}", "xyz"},
      {"comes after bytes that are no tensor's", '{"a":' .. entry("[1]", 1, 2) .. "}", "xy"},
      {"comes after bytes that are no tensor's",
        '{"a":' .. entry("[1]", 0, 1) .. ',"b":' .. entry("[1]", 2, 3) .. "}", "xyz"},
      {"too many elements", '{"a":' .. entry("[4294967296,4294967296,2]", 0, 1) .. "}", "x"},
      {"too many elements", '{"a":' .. entry("[0,4294967296,4294967296]", 0, 0) .. "}"},
      {"__metadata__ is no object", '{"__metadata__":1}'},
      {"texts by name", '{"__metadata__":{"a":1}}'},
      {"at most 8", '{"a":' .. entry("[1,1,1,1,1,1,1,1,1]", 0, 1) .. "}", "x"},
    }
    for _, case in ipairs(cases) do
      assert.matches(case[1], scratch.message(decode, case[2], case[3]), 1, true)
    end
    fails("ends within its first bytes", safetensors.decode, "1234567")
    fails("ends within its header", safetensors.decode, ("<I8"):pack(10) .. "{}")
    fails("header is too long", safetensors.decode, ("<I8"):pack(1 << 40) .. "{}")
    fails("header is too long", safetensors.decode, ("<I8"):pack(-1) .. "{}")
  end)

  it("takes texts alone as names and metadata", function()
    local t = ln.ones{1}
    fails("'__metadata__' cannot be the name", safetensors.encode, {__metadata__ = t})
    fails("metadata should be texts by name", safetensors.encode, {a = t}, {metadata = {a = 1}})
    fails("'metadata' of 'save' %(texts by name expected", ln.save, "x.safetensors", {a = t},
      {metadata = 1})
    assert.is_string(core.json_encode{})
  end)
end)
