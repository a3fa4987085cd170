-- .npz: numpy's own archives, lists and names, and what is no array.
local ln = require "lunate"
local npz = require "lunate.saving.npz"
local zip = require "lunate.zip"
local scratch = require "support.scratch"
local fails = require "support.fails"

local FIXTURES = debug.getinfo(1, "S").source:match("^@(.*)io/npz_spec%.lua$") .. "fixtures/numpy/"

local function plain(arrays)
  local out = {}
  for name, t in pairs(arrays) do out[name] = t:totable() end
  return out
end

describe("npz", function()
  it("reads what np.savez and np.savez_compressed wrote", function()
    assert.same({arr_0 = {{0, 1, 2}, {3, 4, 5}}, arr_1 = {0, 1, 2}, names = {1.5, 2.5}},
      plain(ln.load(FIXTURES .. "savez.npz")))
    local packed = ln.load(FIXTURES .. "savez_compressed.npz")
    assert.is_true(packed.x == ln.zeros{40, 50})
    assert.same({{0, 1, 2}, {3, 4, 5}}, packed.y:totable())
  end)

  it("brings back names and lists", function()
    local folder <close> = scratch.folder()
    local path = folder.path .. "/a.npz"
    local bias = ln.zeros({3}, {dtype = "int64"})
    ln.save(path, {w = ln.eye(2), ["layer/bias"] = bias, n = ln.tensor(7)})
    local back = ln.load(path)
    assert.same({{1, 0}, {0, 1}}, back.w:totable())
    assert.equal("int64", back["layer/bias"].dtype)
    assert.equal(7, back.n:item())
    local list = {}
    for i = 1, 12 do list[i] = ln.tensor{i} end
    ln.save(path, list)
    back = ln.load(path)
    for i = 1, 12 do assert.same({i}, back["arr_" .. i - 1]:totable()) end
    ln.save(path, {})
    assert.same({}, ln.load(path))
    assert.equal(npz.encode{a = ln.ones{2}, b = bias}, npz.encode{b = bias, a = ln.ones{2}})
  end)

  it("refuses names that an archive cannot have", function()
    local t = ln.ones{1}
    fails("two arrays are named 'arr_0'", npz.encode, {t, arr_0 = t})
    fails("names of arrays should be texts, got 2.5", npz.encode, {[2.5] = t})
    fails("save: '/tmp/x%.npz': .*'%.%.'", ln.save, "/tmp/x.npz", {["../x"] = t})
    fails("names of arrays should be texts", npz.encode, {[""] = t})
  end)

  it("leaves out arrays of texts and the like, until they are asked for", function()
    local function npy_of(descr, data)
      local header = ("{'descr': %s, 'fortran_order': False, 'shape': (2,), }\n"):format(descr)
      return "\x93NUMPY\1\0" .. ("<I2"):pack(#header) .. header .. data
    end
    local arrays = npz.decode(zip.encode{
      {name = "a.npy", data = require("lunate.saving.npy").encode(ln.ones{3})},
      {name = "labels.npy", data = npy_of("'<U2'", ("x"):rep(16))},
      {name = "objects.npy", data = npy_of("'|O'", "\128\4.")},
      {name = "parts.npy", data = npy_of("[('a', '<f4'), ('b', '<i4')]", ("\0"):rep(16))},
      {name = "big.npy", data = npy_of("'<u8'", ("\255"):rep(16))},
    })
    local names = {}
    for name in pairs(arrays) do names[#names + 1] = name end
    assert.same({"a"}, names)
    assert.same({1, 1, 1}, arrays.a:totable())
    assert.is_nil(arrays.other)
    for name, reason in pairs{labels = "'<U2' %(strings%) is not supported",
      objects = "Python objects", parts = "structured elements are not supported",
      big = "uint64 value 18446744073709551615 does not fit int64"} do
      fails("^tests.*array '" .. name .. "': .*" .. reason, function() return arrays[name] end)
    end
  end)

  it("names the entry that is wrong", function()
    local function decode(name) return npz.decode(zip.encode{{name = name, data = "hello"}}) end
    fails("'readme%.txt' is no array", decode, "readme.txt")
    fails("array 'x': this is no %.npy data", decode, "x.npy")
    fails("not a whole zip archive", npz.decode, "hello")
  end)
end)
