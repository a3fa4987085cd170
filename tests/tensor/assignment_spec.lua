-- Assignment writes through: into rows, ranges, views, masks and positions, with broadcasting; what
-- does not fit leaves the tensor as it was.

local ln = require "lunate"
local fails = require("support.fails")

local function fresh() return ln.tensor{{1, 2, 3}, {4, 5, 6}} end
local function put(t, index, value) return function() t[index] = value end end

describe("assignment", function()
  it("to rows, numbers and ranges", function()
    local a = fresh()
    a[1] = 9
    assert.same({{9, 9, 9}, {4, 5, 6}}, a:totable())
    a[2] = {7, 8, 9}
    assert.same({7, 8, 9}, a[2]:totable())
    a[{1, -1}] = 0
    assert.equal(0, a[1][3])
    a[{ {}, {2, -1} }] = 0
    assert.same({{9, 0, 0}, {7, 0, 0}}, a:totable())
    a[{ {}, {1, 3, 2} }] = ln.tensor{{1}, {2}}
    assert.same({{1, 0, 1}, {2, 0, 2}}, a:totable())
    a[{}] = 5
    assert.same({{5, 5, 5}, {5, 5, 5}}, a:totable())
    a[{ {3, 2} }] = 1                                     -- nothing
    assert.equal(30, a:sum():item())
    local x = ln.zeros{3}
    x[-1] = 4
    assert.same({0, 0, 4}, x:totable())
  end)

  it("through views, whatever their layout", function()
    local a = fresh()
    local turned = a:transpose()
    turned[1] = ln.tensor{10, 20}
    assert.same({{10, 2, 3}, {20, 5, 6}}, a:totable())
    turned[{ {3, 1, -1}, 2 }] = {1, 2, 3}
    assert.same({3, 2, 1}, a[2]:totable())
    a[1][2] = 7
    assert.equal(7, a[{1, 2}])
    local column = a[{ {}, 3 }]
    column[2] = -1
    assert.equal(-1, a[{2, 3}])
  end)

  it("through masks", function()
    local a = fresh()
    a[a:gt(3)] = 0
    assert.same({{1, 2, 3}, {0, 0, 0}}, a:totable())
    a[a:gt(0)] = ln.tensor{7, 8, 9}
    assert.same({{7, 8, 9}, {0, 0, 0}}, a:totable())
    a[ln.tensor{false, true}] = {1, 2, 3}
    assert.same({{7, 8, 9}, {1, 2, 3}}, a:totable())
    a[a:gt(100)] = 5
    assert.equal(30, a:sum():item())
  end)

  it("through positions", function()
    local a = ln.zeros{3, 2}
    a[ln.tensor({3, 1}, "int32")] = ln.tensor{{1, 2}, {3, 4}}
    assert.same({{3, 4}, {0, 0}, {1, 2}}, a:totable())
    a[ln.tensor({-1}, "int64")] = 9
    assert.same({9, 9}, a[3]:totable())
    a[ln.tensor({2, 2}, "int32")] = ln.tensor{{5, 5}, {6, 6}}   -- the last one stays
    assert.same({6, 6}, a[2]:totable())
  end)

  it("of a tensor to itself sees the old values", function()
    local a = ln.arange(6)
    a[{ {2, 6} }] = a[{ {1, 5} }]
    assert.same({0, 0, 1, 2, 3, 4}, a:totable())
    a[{}] = a[{ {-1, 1, -1} }]
    assert.same({4, 3, 2, 1, 0, 0}, a:totable())
    local b = ln.tensor{{1, 2}, {3, 4}}
    b[{}] = b:transpose()
    assert.same({{1, 3}, {2, 4}}, b:totable())
    b[ln.tensor({1, 2}, "int32")] = b:flip(1)
    assert.same({{2, 4}, {1, 3}}, b:totable())
  end)

  it("casts to the tensor's dtype", function()
    local ints = ln.zeros({3}, "int32")
    ints[1] = 2.9
    ints[2] = ln.tensor(-2.9)
    ints[3] = true
    assert.same({2, -2, 1}, ints:totable())
    local big = ln.zeros({1}, "int64")
    big[1] = math.maxinteger
    assert.equal(math.maxinteger, big[1])
    local bools = ln.zeros({2}, "bool")
    bools[1] = 3
    assert.same({true, false}, bools:totable())
  end)

  it("refuses what does not fit and leaves the tensor as it was", function()
    local a, bytes = fresh(), ln.zeros({2}, "uint8")
    fails("index 3 is out of range for axis 1", put(a, 3, 1))
    fails("cannot assign a value of shape %(2,%) to a place of shape %(3,%)", put(a, 1, {1, 2}))
    fails("cannot assign a value of shape %(4, 5%)", put(a, 1, ln.zeros{4, 5}))
    fails("shape %(2,%) to a place of shape %(%)", put(a, {1, 1}, {1, 2}))
    fails("'tensor assignment': .* expected, got 'x'", put(a, 1, "x"))
    fails("'tensor assignment': .* expected, got nil", put(a, 1, nil))
    fails("field 'foo' cannot be assigned", put(a, "foo", 1))
    fails("field 'shape' cannot be assigned", put(a, "shape", {3, 2}))
    fails("mask of shape %(4, 5%) does not fit a tensor of shape %(2, 3%)",
          put(a, ln.ones{4, 5}:gt(0), 1))
    fails("3 places chosen, but the value has shape %(2,%)", put(a, a:gt(3), ln.ones{2}))
    fails("position 5 is out of range", put(a, ln.tensor({1, 5}, "int32"), 1))
    fails("positions should be a list of integers", put(a, ln.tensor{1.5}, 1))
    fails("300 does not fit uint8", put(bytes, 1, 300))
    fails("%-1 does not fit uint8", put(bytes, 1, {-1}))
    fails("nan does not fit uint8", put(bytes, 1, 0 / 0))
    assert.same({{1, 2, 3}, {4, 5, 6}}, a:totable())
    assert.same({0, 0}, bytes:totable())
  end)
end)
