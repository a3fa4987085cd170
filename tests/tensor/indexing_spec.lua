-- Reading by index: rows, numbers, ranges with steps, masks, positions; iteration. Positions are
-- 1-based, negative from the end; ranges include both ends.

local ln = require "lunate"
local fails = require("support.fails")

local a = ln.tensor{{1, 2, 3}, {4, 5, 6}}
local grid = ln.arange(24):reshape{2, 3, 4}

local function shape(t) return tostring(t.shape) end
local function at(t, index) return function() return t[index] end end

describe("properties", function()
  it("shape, dtype, rank, size, length", function()
    assert.equal("(2, 3)", tostring(a.shape))
    assert.equal(2, a.shape[1])
    assert.equal(2, #a.shape)
    assert.equal("float32", a.dtype)
    assert.equal(2, a.rank)
    assert.equal(6, a.size)
    assert.equal(2, #a)
    assert.equal("()", shape(ln.tensor(1)))
    assert.equal("(3,)", shape(a[1]))
    assert.is_true(a.shape == ln.zeros{2, 3}.shape)
    assert.is_false(a.shape == ln.zeros{3, 2}.shape)
    assert.equal("shape (2, 3)!", "shape " .. a.shape .. "!")
    assert.equal("lunate.tensor", getmetatable(a))
    assert.same({2, 3}, {table.unpack(a.shape)})
    fails("rank 0 has no length", function() return #ln.tensor(1) end)
    fails("no field or method 'shap'; did you mean 'shape'", function() return a.shap end)
    fails("no field or method 'zzzzz'$", function() return a.zzzzz end)
  end)
end)

describe("rows and numbers", function()
  it("a row, a number, and numbers axis by axis", function()
    assert.same({1, 2, 3}, a[1]:totable())
    assert.equal(6, a[2][3])
    assert.equal(6, a[{2, 3}])
    assert.equal("number", type(a[{2, 3}]))
    assert.same({4, 5, 6}, a[-1]:totable())
    assert.equal(5, a[{-1, -2}])
    assert.same({4, 5, 6}, a[{2}]:totable())
    assert.same({20, 21, 22, 23}, grid[{2, 3}]:totable())
    assert.equal(2, a[4 / 4][2.0])
  end)

  it("integer tensors yield integers, bool ones booleans", function()
    assert.equal("integer", math.type(ln.tensor({1}, "uint8")[1]))
    assert.equal("integer", math.type(ln.tensor({{1}}, "int64")[{1, 1}]))
    assert.equal("float", math.type(a[{1, 1}]))
    assert.is_true(ln.tensor{false, true}[2])
  end)

  it("refuses what is not there", function()
    fails("index 3 is out of range for axis 1 of shape %(2, 3%)", at(a, 3))
    fails("index 0 is out of range for axis 1 of shape %(2, 3%)", at(a, 0))
    fails("index %-3 is out of range", at(a, -3))
    fails("index 4 is out of range for axis 2 of shape %(2, 3%)", at(a, {1, 4}))
    fails("index 4 is out of range for axis 1 of shape %(3,%)", at(a[1], 4))
    fails("an integer index expected, got 1.5", at(a, 1.5))
    fails("3 indices for a tensor of shape %(2, 3%)", at(a, {1, 2, 3}))
    fails("rank 0 has no rows; use t:item%(%)", at(ln.tensor(3), 1))
    fails("got true", at(a, true))
    fails("got a function", at(a, print))
    fails("got nil", at(a, nil))
    fails("a table with the field 'x'", at(a, {x = 1}))
    fails("a table with the field 'first'", at(a, { {first = 1} }))
    fails("a number or a range {first, last, step} expected for axis 1, got 'x'", at(a, {"x"}))
  end)
end)

describe("ranges", function()
  it("all rows, columns 1..2, as a view", function()
    local view = a[{ {}, {1, 2} }]
    assert.same({{1, 2}, {4, 5}}, view:totable())
    local base = a:copy()
    base[{ {}, {1, 2} }][1][2] = 9
    assert.equal(9, base[{1, 2}])
    local part = base[{ {}, {1, 2} }]
    part[{2, 1}] = 8
    assert.equal(8, base[{2, 1}])
  end)

  it("steps, backwards too", function()
    local x = ln.arange(1, 13)
    assert.same({1, 3, 5, 7, 9}, x[{ {1, 10, 2} }]:totable())
    assert.same({12, 9, 6}, x[{ {-1, 5, -3} }]:totable())
    assert.same({12, 11}, x[{ {-1, -2, -1} }]:totable())
    assert.same({2, 3}, x[{ {2, 3} }]:totable())
    assert.same({11, 12}, x[{ {-2, -1} }]:totable())
    assert.same({{0, 2}, {8, 10}}, grid[{ 1, {1, 3, 2}, {1, 4, 2} }]:totable())
  end)

  it("{3} is {3, 3} and keeps the axis", function()
    assert.same({{4, 5, 6}}, a[{ {2}, {} }]:totable())
    assert.equal("(2, 1)", shape(a[{ {}, {3} }]))
    assert.equal("(2,)", shape(a[{ {}, 3 }]))
  end)

  it("empty at either end", function()
    assert.equal("(0, 3)", shape(a[{ {3, 2} }]))
    assert.equal("(0, 3)", shape(a[{ {1, 0} }]))
    assert.equal("(0, 3)", shape(a[{ {2, 1} }]))
    assert.equal("(0,)", shape(ln.zeros{0}[{ {} }]))
  end)

  it("outside the tensor are errors", function()
    fails("index 5 is out of range for axis 1 of shape %(2, 3%)", at(a, { {1, 5} }))
    fails("index 9 is out of range for axis 2", at(a, { {}, {9, 9} }))
    fails("a step is an integer other than 0, got 0", at(a, { {1, 2, 0} }))
    fails("a step is an integer other than 0, got 'x'", at(a, { {1, 2, "x"} }))
    fails("an integer index expected, got 'x'", at(a, { {1, "x"} }))
    fails("{first, last, step}, got 4 entries", at(a, { {1, 2, 3, 4} }))
    fails("runs backwards", at(ln.arange(9), { {5, 2} }))
    fails("runs backwards", at(ln.arange(9), { {2, 5, -1} }))
  end)
end)

describe("masks and positions", function()
  it("an integer tensor picks rows", function()
    local order = ln.tensor({2, 1, 2}, "int32")
    assert.same({{4, 5, 6}, {1, 2, 3}, {4, 5, 6}}, a[order]:totable())
    assert.same({{4, 5, 6}}, a[ln.tensor({-1}, "int64")]:totable())
    assert.equal("(2, 2, 3)", shape(a[ln.ones({2, 2}, "int32")]))
    assert.same({3, 1}, ln.tensor{1, 2, 3}[ln.tensor({3, 1}, "uint8")]:totable())
  end)

  it("a bool tensor picks elements or rows", function()
    assert.same({4, 5, 6}, a[a:gt(3)]:totable())
    assert.same({{4, 5, 6}}, a[ln.tensor{false, true}]:totable())
    assert.equal("(0,)", shape(a[a:gt(9)]))
  end)

  it("errors carry the place in the script", function()
    fails("indexing_spec.lua:%d+: .*position 3 is out of range: 1 .. 2",
          function() local y = a[ln.tensor({3}, "int32")] return y end)
    fails("indexing_spec.lua:%d+: .*mask's shape %(4, 5%) does not begin the tensor's shape",
          function() local y = a[ln.ones{4, 5}:gt(0)] return y end)
    fails("positions should be integers, got float32", at(a, ln.tensor{1.5}))
  end)
end)

describe("iteration", function()
  it("pairs goes over the rows", function()
    local seen = {}
    for i, row in pairs(a) do seen[i] = row:totable() end
    assert.same({{1, 2, 3}, {4, 5, 6}}, seen)
    local sum = 0
    for i, v in pairs(ln.tensor({5, 6}, "int32")) do sum = sum + i * v end
    assert.equal(17, sum)
    for _ in pairs(ln.zeros{0}) do error("nothing to see") end
    fails("rank 0 has no rows", pairs, ln.tensor(1))
  end)
end)
