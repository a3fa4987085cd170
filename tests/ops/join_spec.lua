-- Putting tensors together and making them larger. Expected values are numpy's.

local ln = require "lunate"

local a, b = ln.arange(6):reshape{2, 3}, ln.arange(10, 13):reshape{1, 3}

local function shape(t) return tostring(t.shape) end

local function fails(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(pattern, message)
end

describe("concatenate", function()
  it("joins along the first axis by default, or another", function()
    assert.same({{0, 1, 2}, {3, 4, 5}, {10, 11, 12}}, ln.concatenate{a, b}:totable())
    assert.same({{0, 1, 2, 0}, {3, 4, 5, 3}},
                ln.concatenate({a, a[{ {}, {1} }]}, {axis = 2}):totable())
    assert.same({{0, 3, 10}, {1, 4, 11}, {2, 5, 12}},
                ln.concatenate({a:transpose(), b:transpose()}, -1):totable())
    assert.equal("(2, 3)", shape(ln.concatenate{a, ln.zeros{0, 3}}))
  end)

  it("takes the widest dtype", function()
    local whole = ln.tensor({1}, {dtype = "int32"})
    assert.equal("float32", ln.concatenate{whole, ln.tensor{2}}.dtype)
    assert.equal("int32", ln.concatenate{whole, ln.tensor({true}, {dtype = "bool"})}.dtype)
  end)

  it("says which tensor does not fit", function()
    fails("tensor 2 has shape %(1, 3%), the first one has %(2, 3%): they may differ in axis 2 only",
          ln.concatenate, {a, b}, {axis = 2})
    fails("tensor 2 has shape %(3,%)", ln.concatenate, {a, ln.arange(3)})
    fails("list", ln.concatenate, {})
    fails("scalars", ln.concatenate, {ln.tensor(1), ln.tensor(2)})
    fails("axis 3 is out of range", ln.concatenate, {a, b}, {axis = 3})
  end)
end)

describe("stack", function()
  it("adds an axis", function()
    assert.same({{{0, 1, 2}, {1, 2, 3}}, {{3, 4, 5}, {4, 5, 6}}}, ln.stack({a, a + 1},
        {axis = 2}):totable())
    assert.same({{{0, 1}, {1, 2}, {2, 3}}, {{3, 4}, {4, 5}, {5, 6}}}, ln.stack({a, a + 1},
        -1):totable())
    assert.equal("(3, 2, 3)", shape(ln.stack{a, a, a}))
    fails("tensor 2 has shape", ln.stack, {a, b})
  end)
end)

describe("split", function()
  it("is the reverse, in equal parts or at positions", function()
    local parts = ln.split(ln.arange(6), {2, 5})
    assert.equal(3, #parts)
    assert.same({0}, parts[1]:totable())
    assert.same({1, 2, 3}, parts[2]:totable())
    assert.same({4, 5}, parts[3]:totable())
    local left, middle, right = table.unpack(a:split(3, {axis = -1}))
    assert.same({{0}, {3}}, left:totable())
    assert.same(a:totable(), ln.concatenate({left, middle, right}, 2):totable())
    assert.equal("(0, 3)", shape(a:split{3, 3}[2]))
    fails("length 3 does not go into 2 equal parts", ln.split, a, 2, 2)
    fails("position 5", ln.split, a, {5})
    fails("did you mean 'axis'", ln.split, a, 2, {axes = 1})
  end)
end)

describe("pad", function()
  it("fills with a value, a mirror image or the edge", function()
    assert.same({{0, 0, 0, 0, 0}, {0, 1, 2, 0, 0}, {3, 4, 5, 0, 0}}, ln.pad(a, {{1, 0},
        {0, 2}}):totable())
    assert.same({{9, 9, 9, 9, 9}, {9, 0, 1, 2, 9}, {9, 3, 4, 5, 9}, {9, 9, 9, 9, 9}},
        ln.pad(a, 1, {constant_values = 9}):totable())
    assert.same({{2, 1, 0, 1, 2, 1, 0}, {5, 4, 3, 4, 5, 4, 3}, {2, 1, 0, 1, 2, 1, 0}},
                ln.pad(a, {{0, 1}, {2, 2}}, "reflect"):totable())
    assert.same({2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3},
                ln.pad(ln.tensor{1, 2, 3}, {5, 4}, "reflect"):totable())
    assert.same({3, 3, 2, 1, 1, 2, 3, 3, 2, 1, 1, 2, 3, 3},
                ln.pad(ln.tensor{1, 2, 3}, {{4, 7}}, {mode = "symmetric"}):totable())
    assert.same({{0, 0, 0, 1, 2}, {0, 0, 0, 1, 2}, {3, 3, 3, 4, 5}, {3, 3, 3, 4, 5}},
                ln.pad(a, {{1, 1}, {2, 0}}, {mode = "edge"}):totable())
    assert.equal("(2, 2)", shape(ln.pad(ln.zeros{0, 2}, {{1, 1}, {0, 0}})))
  end)

  it("refuses what makes no sense", function()
    fails("pad_width", ln.pad, a, {{1, 0}, {0, 2}, {1, 1}})
    fails("whole numbers >= 0, got %-1", ln.pad, a, -1)
    fails("got 0.5", ln.pad, a, 0.5)
    fails("axis 1 is empty", ln.pad, ln.zeros{0, 2}, {{1, 1}, {0, 0}}, "edge")
    fails("mode", ln.pad, a, 1, "wrap")
  end)
end)

describe("tile, repeat_, roll", function()
  it("tile", function()
    assert.same({{0, 1, 2, 0, 1, 2}, {3, 4, 5, 3, 4, 5}, {0, 1, 2, 0, 1, 2}, {3, 4, 5, 3, 4, 5}},
        ln.tile(a, {2, 2}):totable())
    assert.same({{0, 1, 2, 0, 1, 2}, {3, 4, 5, 3, 4, 5}}, ln.tile(a, {2}):totable())
    assert.same({{{1, 2, 3, 1, 2, 3}}, {{1, 2, 3, 1, 2, 3}}}, ln.tile(ln.tensor{1, 2, 3},
        {2, 1, 2}):totable())
    assert.equal("(0, 3)", shape(ln.tile(a, {0, 1})))
  end)

  it("repeat_", function()
    assert.same({0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5}, a:repeat_(2):totable())
    assert.same({{0, 1, 2}, {0, 1, 2}, {3, 4, 5}, {3, 4, 5}}, a:repeat_(2, 1):totable())
    assert.same({{0, 0, 0, 1, 1, 1, 2, 2, 2}, {3, 3, 3, 4, 4, 4, 5, 5, 5}},
        a:repeat_(3, {axis = -1}):totable())
    assert.equal("(0,)", shape(a:repeat_(0)))
    fails("repeats", ln.repeat_, a, -1)
  end)

  it("results are copies even where nothing changes", function()
    for _, same in ipairs{ln.tile(a, {1}), a:repeat_(1, 1), ln.roll(a, 0), ln.pad(a, 0)} do
      same[1] = 99
      assert.equal(0, a[1][1])
    end
  end)

  it("roll", function()
    assert.same({{5, 0, 1}, {2, 3, 4}}, ln.roll(a, 1):totable())
    assert.same({{1, 2, 0}, {4, 5, 3}}, ln.roll(a, -1, 2):totable())
    assert.same({{4, 5, 3}, {1, 2, 0}}, ln.roll(a, {1, 2}, {1, 2}):totable())
    assert.same({2, 3, 1}, ln.roll(ln.tensor{1, 2, 3}, -7):totable())
    fails("2 shifts for 1 axes", ln.roll, a, {1, 2}, 1)
  end)
end)

describe("meshgrid", function()
  it("spans a grid, in both indexings", function()
    local x, y = ln.meshgrid(ln.arange(3), ln.arange(2))
    assert.same({{0, 1, 2}, {0, 1, 2}}, x:totable())
    assert.same({{0, 0, 0}, {1, 1, 1}}, y:totable())
    local i, j = ln.meshgrid(ln.arange(3), ln.arange(2), {indexing = "ij"})
    assert.same({{0, 0}, {1, 1}, {2, 2}}, i:totable())
    assert.same({{0, 1}, {0, 1}, {0, 1}}, j:totable())
    fails("one axis", ln.meshgrid, a)
  end)
end)
