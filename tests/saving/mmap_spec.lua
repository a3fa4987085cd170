-- ln.load(path, {mmap = true}): a .npy whose rows stay in the file.
local ln = require "lunate"
local npy = require "lunate.saving.npy"
local scratch = require "support.scratch"

describe("a .npy that is mapped", function()
  local folder
  before_each(function() folder = scratch.folder() end)
  after_each(function() folder:remove() end)

  local function mapped(t)
    return ln.load(folder:write("x.npy", npy.encode(t)), {mmap = true})
  end

  it("has the values of the file, of every dtype that needs no converting", function()
    for _, dtype in ipairs{"uint8", "int32", "int64", "float16", "float32", "float64"} do
      local t = ln.arange(24):reshape{4, 3, 2}:astype(dtype)
      local x = mapped(t)
      assert.equal(dtype, x.dtype)
      assert.equal(t, x)
      assert.equal(t[3], x[3])
    end
    assert.equal("(0, 3)", tostring(mapped(ln.zeros{0, 3}).shape))
    assert.equal(5, mapped(ln.tensor(5)):item())
  end)

  it("outlives its file's name, and its views outlive it", function()
    local path = folder:write("x.npy", npy.encode(ln.arange(1000)))
    local row = ln.load(path, {mmap = true})[{ {10, 12} }]
    os.remove(path)
    collectgarbage()
    collectgarbage()
    assert.equal(ln.tensor{9, 10, 11}, row)
  end)

  it("cannot be changed", function()
    local path = folder:write("x.npy", npy.encode(ln.arange(6):reshape{3, 2}))
    local x = ln.load(path, {mmap = true})
    local message = "tensor assignment: the tensor is read%-only"
    assert.error_matches(function() x[1] = 5 end, message)
    assert.error_matches(function() x[{ {}, 1 }] = ln.zeros{3} end, message)
    assert.error_matches(function() x[x:gt(2)] = 0 end, message)
    assert.error_matches(function() x[2][1] = 5 end, message)
    local copy = x:copy()
    copy[1] = 5
    assert.equal(ln.arange(6):reshape{3, 2}, x)
    assert.equal(ln.arange(6):reshape{3, 2}, ln.load(path))
  end)

  it("trains a model as the tensor does", function()
    ln.set_seed(1)
    local x = ln.random.normal{40, 3}
    local y, results = x:sum{axis = 2, keepdims = true}, {}
    for i, data in ipairs{x, mapped(x)} do
      ln.set_seed(2)
      local model = ln.Sequential{ln.layers.Dense{1, input_shape = {3}}}
      model:compile{loss = "mse", optimizer = "sgd"}
      model:fit(data, y, {epochs = 2, batch_size = 7, verbose = 0})
      results[i] = model:get_weights()[1]
    end
    assert.equal(results[1], results[2])
  end)

  it("is refused where it is damaged or has to be converted", function()
    local bytes = npy.encode(ln.arange(6):reshape{3, 2})
    local function load(content, options)
      options = options or {mmap = true}
      return function() ln.load(folder:write("x.npy", content), options) end
    end
    assert.error_matches(load(bytes:sub(1, -2)), "needs more bytes than the file has")
    assert.error_matches(load(bytes:sub(1, 40)), "ends within its header")
    assert.error_matches(load(""), "begins otherwise")
    assert.error_matches(load((bytes:gsub("False", "True ", 1))), "Fortran order .* without mmap")
    assert.error_matches(load((bytes:gsub("<f4", ">f4", 1))), "other byte order")
    assert.error_matches(load((bytes:gsub("<f4", "<i2", 1))), "int16 elements")
    assert.error_matches(load((bytes:gsub("%(3, 2%)", "(3, 9)", 1))), "needs more bytes")
    assert.error_matches(load(npy.encode(ln.tensor{1, 2}:gt(1))), "bools")
    assert.error_matches(load(bytes, {mmap = true, dtype = "float64"}), "without a dtype")
    local path = folder.path .. "/x.npz"
    ln.save(path, {x = ln.ones{2}})
    assert.error_matches(function() ln.load(path, {mmap = true}) end, "mmap is for .npy")
    assert.error_matches(function() ln.load(folder.path .. "/none.npy", {mmap = true}) end,
      "No such file")
  end)
end)
