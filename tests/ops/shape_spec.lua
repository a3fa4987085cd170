-- Ops that see the same values under another shape. Expected values are numpy's.

local ln = require "lunate"

local function range(...)
  local n = 1
  for _, d in ipairs{...} do n = n * d end
  return ln.arange(n):reshape{...}
end

local function shape(t) return tostring(t.shape) end

local function fails(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(pattern, message)
end

describe("reshape", function()
  it("keeps row-major order and finds the open dimension", function()
    assert.same({{0, 1}, {2, 3}, {4, 5}}, range(2, 3):reshape{3, 2}:totable())
    assert.same({{0, 1, 2, 3, 4, 5}, {6, 7, 8, 9, 10, 11}, {12, 13, 14, 15, 16, 17},
        {18, 19, 20, 21, 22, 23}}, range(2, 3, 4):reshape{4, -1}:totable())
    assert.equal("(2, 1, 3, 1)", shape(range(2, 3):reshape{2, 1, -1, 1}))
    assert.equal("()", shape(range(1, 1):reshape{}))
    assert.equal("(6,)", shape(range(2, 3):reshape(6)))
  end)

  it("is a view where strides allow it, a copy elsewhere", function()
    local t = range(2, 3)
    t:reshape{3, 2}[1] = 9
    assert.same({{9, 9, 2}, {3, 4, 5}}, t:totable())
    local columns = range(3, 4)[{ {}, {1, 2} }]
    columns:reshape{3, 2, 1}[1] = 7
    assert.same({7, 7}, columns[1]:totable())
    local turned = range(2, 3):transpose()
    assert.same({0, 3, 1, 4, 2, 5}, turned:reshape{6}:totable())
    turned:reshape{6}[1] = 5
    assert.equal(0, turned[1][1])
  end)

  it("works on reversed, stepped and empty tensors", function()
    assert.same({{8, 10, 4}, {6, 0, 2}},
                range(3, 4):flip(1)[{ {}, {1, 4, 2} }]:reshape{2, 3}:totable())
    assert.equal("(0, 5)", shape(ln.zeros{3, 0}:reshape{-1, 5}))
    assert.equal("(3, 0, 2)", shape(ln.zeros{0, 4}:reshape{3, 0, 2}))
  end)

  it("refuses what does not fit, naming both shapes", function()
    fails("shape %(2, 3%) %(6 elements%) does not fit shape %(4, 2%)", ln.reshape, range(2, 3),
        {4, 2})
    fails("does not fit shape", ln.reshape, range(2, 3), {4, -1})
    fails("only one dimension", ln.reshape, range(2, 3), {-1, -1})
    fails("does not fit", ln.reshape, ln.zeros{0, 3}, {-1, 0})
    fails("does not fit", ln.reshape, range(2, 3), {math.maxinteger, math.maxinteger})
  end)
end)

describe("axes in another order", function()
  it("transpose reverses the axes, or takes an order", function()
    assert.same({{0, 3}, {1, 4}, {2, 5}}, range(2, 3):transpose():totable())
    assert.same({{{0, 12}, {4, 16}, {8, 20}}, {{1, 13}, {5, 17}, {9, 21}}, {{2, 14}, {6, 18},
        {10, 22}}, {{3, 15}, {7, 19}, {11, 23}}}, range(2, 3, 4):transpose():totable())
    assert.same({{{0, 4, 8}, {12, 16, 20}}, {{1, 5, 9}, {13, 17, 21}}, {{2, 6, 10}, {14, 18, 22}},
        {{3, 7, 11}, {15, 19, 23}}}, range(2, 3, 4):transpose{3, 1, 2}:totable())
    assert.same({0, 1, 2}, ln.arange(3):transpose():totable())
  end)

  it("permute, swapaxes, moveaxis", function()
    assert.same({{{0, 12}, {1, 13}, {2, 14}, {3, 15}}, {{4, 16}, {5, 17}, {6, 18}, {7, 19}},
        {{8, 20}, {9, 21}, {10, 22}, {11, 23}}}, range(2, 3, 4):permute{2, 3, 1}:totable())
    assert.same({{{0, 12}, {4, 16}, {8, 20}}, {{1, 13}, {5, 17}, {9, 21}}, {{2, 14}, {6, 18},
        {10, 22}}, {{3, 15}, {7, 19}, {11, 23}}}, range(2, 3, 4):permute{-1, 2, 1}:totable())
    assert.same({{{0, 12}, {4, 16}, {8, 20}}, {{1, 13}, {5, 17}, {9, 21}}, {{2, 14}, {6, 18},
        {10, 22}}, {{3, 15}, {7, 19}, {11, 23}}}, range(2, 3, 4):swapaxes(1, -1):totable())
    assert.same({{{0, 12}, {1, 13}, {2, 14}, {3, 15}}, {{4, 16}, {5, 17}, {6, 18}, {7, 19}},
        {{8, 20}, {9, 21}, {10, 22}, {11, 23}}}, range(2, 3, 4):moveaxis(1, -1):totable())
    assert.equal("(4, 2, 3)", shape(range(2, 3, 4):moveaxis({3, 1}, {1, 2})))
    fails("2 axes for a tensor of rank 3", ln.permute, range(2, 3, 4), {2, 1})
    fails("axis 1 is named twice", ln.permute, range(2, 3), {1, 1})
    fails("axis 3 is out of range for a tensor of rank 2", ln.permute, range(2, 3), {1, 3})
    fails("option 'axes'", ln.permute, range(2, 3), {0, 1})
  end)

  it("flip turns round", function()
    assert.same({{5, 4, 3}, {2, 1, 0}}, range(2, 3):flip():totable())
    assert.same({{2, 1, 0}, {5, 4, 3}}, range(2, 3):flip(2):totable())
    assert.same({{{15, 14, 13, 12}, {19, 18, 17, 16}, {23, 22, 21, 20}}, {{3, 2, 1, 0},
        {7, 6, 5, 4}, {11, 10, 9, 8}}}, range(2, 3, 4):flip{1, 3}:totable())
    assert.same({0, 1, 2}, ln.arange(3):flip():flip():totable())
    assert.equal("(0, 3)", shape(ln.zeros{0, 3}:flip()))
  end)
end)

describe("axes of length 1", function()
  it("expand_dims and squeeze", function()
    assert.equal("(1, 2, 3)", shape(range(2, 3):expand_dims(1)))
    assert.equal("(2, 3, 1)", shape(range(2, 3):expand_dims(-1)))
    assert.equal("(1, 2, 1, 3)", shape(range(2, 3):expand_dims{1, 3}))
    assert.equal("(2, 3)", shape(range(1, 2, 1, 3):squeeze()))
    assert.equal("(2, 1, 3)", shape(range(1, 2, 1, 3):squeeze(1)))
    assert.equal("()", shape(ln.ones{1, 1}:squeeze()))
    fails("axis 2 of shape %(1, 2%) has not length 1", ln.squeeze, range(1, 2), 2)
    fails("axis 4 is out of range", ln.expand_dims, range(2, 3), 4)
    fails("at most 8 axes", ln.expand_dims, ln.ones{1, 1, 1, 1, 1, 1, 1, 1}, 1)
  end)

  it("broadcast_to repeats without copying", function()
    assert.same({{0, 0, 0, 0}, {3, 3, 3, 3}}, range(2, 3)[{ {}, {1} }]:broadcast_to{2, 4}:totable())
    assert.equal("(2, 0)", shape(ln.ones{1}:broadcast_to{2, 0}))
    fails("shape %(2, 3%) cannot be broadcast to %(2, 4%)", ln.broadcast_to, range(2, 3), {2, 4})
    fails("cannot be broadcast", ln.broadcast_to, range(2, 3), {3})
  end)
end)

describe("diagonals and triangles", function()
  it("diagonal, diag, trace", function()
    assert.same({0, 5, 10}, range(3, 4):diagonal():totable())
    assert.same({2, 7}, range(3, 4):diagonal(2):totable())
    assert.same({4, 9}, range(3, 4):diagonal(-1):totable())
    assert.same({{1, 6, 11}, {13, 18, 23}}, range(2, 3, 4):diagonal(1, 2, 3):totable())
    assert.equal("(0,)", shape(range(3, 4):diagonal(4)))
    assert.equal("(0,)", shape(range(3, 4):diagonal(math.mininteger)))
    assert.same({{0, 1, 0}, {0, 0, 2}, {0, 0, 0}}, ln.diag(ln.tensor{1, 2}, 1):totable())
    assert.same({4, 9}, ln.diag(range(3, 4), -1):totable())
    assert.equal(15, ln.trace(range(3, 4)):item())
    fails("one or two axes", ln.diag, range(2, 3, 4))
    fails("two axes or more", ln.diagonal, ln.arange(3))
  end)

  it("tril, triu", function()
    assert.same({{0, 0, 0, 0}, {4, 5, 0, 0}, {8, 9, 10, 0}}, ln.tril(range(3, 4)):totable())
    assert.same({{0, 1, 2, 3}, {0, 0, 6, 7}, {0, 0, 0, 11}}, ln.triu(range(3, 4), 1):totable())
    assert.same({{{0, 0, 0, 0}, {4, 0, 0, 0}, {8, 9, 0, 0}}, {{0, 0, 0, 0}, {16, 0, 0, 0},
        {20, 21, 0, 0}}}, ln.tril(range(2, 3, 4), -1):totable())
    assert.same({{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}}, ln.triu(range(3, 4), -9):totable())
    assert.same({{0, 4, 8}, {1, 5, 9}, {2, 6, 10}, {3, 7, 11}},
        ln.tril(range(3, 4):transpose(), 9):totable())
    assert.equal("(0, 3)", shape(ln.tril(ln.zeros{0, 3})))
  end)
end)

describe("astype", function()
  it("converts as numpy does, and copies", function()
    local t = ln.tensor{-1.7, 0, 2.9}
    assert.same({-1, 0, 2}, t:astype("int32"):totable())
    assert.same({true, false, true}, t:astype("bool"):totable())
    local copy = t:astype("float32")
    copy[1] = 5
    assert.is_true(t[1] < 0)
    fails("dtype", ln.astype, t, "float8")
  end)
end)

describe("slices", function()
  it("pass gradients back to where they were taken", function()
    local t = range(3, 4)
    local tape <close> = ln.GradientTape()
    tape:watch(t)
    local y = (t[{ {1, 3, 2}, {4, 1, -2} }] * ln.tensor{{1, 2}, {3, 4}}):sum() +
      t[{ {2}, {3} }]:sum() * 10
    assert.same({{0, 2, 0, 1}, {0, 0, 10, 0}, {0, 4, 0, 3}}, tape:gradient(y, t):totable())
  end)
end)
