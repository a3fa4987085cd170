-- Picking by position, masks, class ids. Positions are 1-based, ids start at 0; values are numpy's.

local ln = require "lunate"

local a = ln.arange(6):reshape{2, 3}
local b = ln.arange(24):reshape{2, 3, 4}

local function int(t) return ln.tensor(t, {dtype = "int32"}) end
local function shape(t) return tostring(t.shape) end

local function fails(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(pattern, message)
end

describe("take", function()
  it("picks rows of an axis, or elements of all", function()
    assert.same({{3, 4, 5}, {0, 1, 2}, {3, 4, 5}}, a:take(int{2, 1, -1}, 1):totable())
    assert.same({{{1, 2}, {0, 0}}, {{4, 5}, {3, 3}}}, a:take(int{{2, 3}, {1, -3}},
        {axis = 2}):totable())
    assert.same({{{8, 9, 10, 11}, {0, 1, 2, 3}}, {{20, 21, 22, 23}, {12, 13, 14, 15}}},
        b:take(int{3, 1}, {axis = 2}):totable())
    assert.same({5, 0}, a:take(int{6, 1}):totable())
    assert.same({5, 0}, a:take{6.0, 1.0}:totable())
    assert.equal(4, a:take(5):item())
    assert.equal("(0, 3)", shape(a:take(ln.zeros({0}, {dtype = "int32"}), 1)))
  end)

  it("reads any layout and dtype", function()
    assert.same({{2, 5}, {0, 3}}, a:transpose():take(int{3, 1}, 1):totable())
    local bytes = ln.arange(6):astype("uint8"):reshape{2, 3}
    assert.same({{2, 2}, {5, 5}}, bytes:take(ln.tensor({3, 3}, {dtype = "uint8"}), 2):totable())
    assert.same({6, 1}, (a + 1):take(int{1, 2, 6}:flip()[{ {1, 3, 2} }]):totable())
  end)

  it("refuses positions that are not there, naming the range", function()
    fails("position 3 is out of range: 1 .. 2, or %-1 .. %-2 from the end", a.take, a, int{1, 3}, 1)
    fails("position %-3 is out of range", a.take, a, int{-3}, 1)
    fails("position 0 is out of range: 1 .. 3", a.take, a, int{1, 0}, 2)
    fails("position 0 is out of range", a.take, a, int{-1, 0}, 2)
    fails("whole numbers, got 1.5", a.take, a, ln.tensor{1.5})
    fails("whole numbers, got bool", a.take, a, ln.tensor({true}, {dtype = "bool"}))
    fails("axis of length 0", ln.take, ln.zeros{0}, int{1})
    fails("axis 3 is out of range", ln.take, a, int{1}, 3)
  end)

  it("adds up the gradients of positions taken more than once", function()
    local tape <close> = ln.GradientTape()
    tape:watch(a)
    local y = (a:take(int{1, 2, 1}, 1) * ln.tensor{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}):sum()
    assert.same({{8, 10, 12}, {4, 5, 6}}, tape:gradient(y, a):totable())
  end)
end)

describe("gather", function()
  it("picks element by element", function()
    assert.same({{2, 0}, {4, 4}},
                ln.gather(a, int{{3, 1}, {2, -2}}):totable())
    assert.same({{3, 1, 5}},
                ln.take_along_axis(a, int{{2, 1, -1}}, 1):totable())
    assert.same({{2}, {5}}, ln.gather(a, int{{3}}):totable())
    fails("as many axes", ln.gather, a, int{1})
    fails("shapes do not align: %(2, 3%) and positions %(3, 1%)", ln.gather, a, int{{1}, {1}, {1}})
    fails("position 4 is out of range", ln.gather, a, int{{4}, {1}})
  end)

  it("sends gradients to the places read", function()
    local tape <close> = ln.GradientTape()
    tape:watch(a)
    local y = (ln.gather(a, int{{1, 1}, {3, 2}}) * ln.tensor{{1, 2}, {3, 4}}):sum()
    assert.same({{3, 0, 0}, {0, 4, 3}}, tape:gradient(y, a):totable())
  end)
end)

describe("masks", function()
  local t = ln.tensor{{3, 0, 5}, {0, 7, 0}}

  it("nonzero gives rows of positions", function()
    assert.same({{1, 1}, {1, 3}, {2, 2}}, ln.nonzero(t):totable())
    assert.equal("int64", ln.nonzero(t).dtype)
    assert.equal("(0, 2)", shape(ln.nonzero(ln.zeros{2, 2})))
    assert.same({{1}}, ln.nonzero(ln.tensor{0 / 0}):totable())
  end)

  it("masked_select picks elements or rows", function()
    assert.same({3, 5, 7}, t:masked_select(t:gt(0)):totable())
    assert.same({{0, 7, 0}}, t:masked_select(ln.tensor({false, true}, {dtype = "bool"})):totable())
    assert.same({3, 5, 7}, t:transpose():masked_select(t:transpose():gt(0)):sort():totable())
    assert.equal("(0,)", shape(t:masked_select(t:gt(9))))
    fails("mask's shape %(3,%) does not begin", ln.masked_select, t,
          ln.tensor({true, true, false}, {dtype = "bool"}))
  end)

  it("where chooses, broadcasts and promotes", function()
    assert.same({{0, -1, 2}, {-3, 4, -5}}, ln.where((a % 2):eq(0), a, -a):totable())
    assert.same({{0, 1, 2}, {9, 9, 9}},
                ln.where(ln.tensor({{true}, {false}}, {dtype = "bool"}), a, 9):totable())
    local whole = ln.where(a:gt(2), int{1, 2, 3}, int{{0}, {5}})
    assert.equal("int32", whole.dtype)
    assert.same({{0, 0, 0}, {1, 2, 3}}, whole:totable())
    assert.equal("float32", ln.where(a:gt(2), int{1, 2, 3}, a).dtype)
    fails("shapes do not align", ln.where, a:gt(2), a, ln.zeros{4})
  end)

  it("where keeps the gradient of the side not chosen clear of NaN", function()
    local x = ln.tensor{-1, 4}
    local tape <close> = ln.GradientTape()
    tape:watch(x)
    local safe = ln.where(x:gt(0), x, 1)
    local y = ln.where(x:gt(0), safe:sqrt(), 0):sum()
    assert.same({0, 0.25}, tape:gradient(y, x):totable())
  end)
end)

describe("class ids", function()
  it("one_hot", function()
    assert.same({{0, 0, 1}, {1, 0, 0}}, ln.one_hot(int{2, 0}, 3):totable())
    assert.same({{0, 1}, {0, 0}, {1, 0}},
                ln.one_hot(int{2, 0}, {num_classes = 3, axis = 1}):totable())
    assert.equal("(2, 3, 4)", shape(ln.one_hot(ln.zeros{2, 3}, 4)))
    assert.equal("bool", ln.one_hot(int{1}, 2, -1, "bool").dtype)
    fails("id 3 is out of range: classes are 0 .. 2", ln.one_hot, int{0, 3}, 3)
    assert.same({{0, 1}, {0, 0}, {0, 0}}, ln.one_hot(int{1, -1, -7}, 2):totable())
    fails("whole numbers, got 0.5", ln.one_hot, ln.tensor{0.5}, 3)
  end)

  it("bincount", function()
    assert.same({1, 0, 2}, ln.bincount(int{2, 0, 2}):totable())
    assert.same({1, 0, 2, 0}, ln.bincount(int{2, 0, 2}, {minlength = 4}):totable())
    assert.same({0.5, 0, 1.75}, ln.bincount(int{2, 0, 2}, ln.tensor{1.5, 0.5, 0.25}):totable())
    assert.equal("(0,)", shape(ln.bincount(ln.zeros{0})))
    fails("not negative, got %-1", ln.bincount, int{-1})
    fails("too many bins", ln.bincount, ln.tensor({2 ^ 40}, {dtype = "int64"}))
  end)
end)
