-- Order: sorting, the largest, different values, searching. Expected values are numpy's.

local ln = require "lunate"

local t = ln.tensor{{3, 1, 2}, {9, -4, 9}}
local nan, huge = 0 / 0, math.huge

local function fails(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(pattern, message)
end

describe("sort and argsort", function()
  it("order along an axis", function()
    assert.same({{1, 2, 3}, {-4, 9, 9}}, t:sort():totable())
    assert.same({{3, -4, 2}, {9, 1, 9}}, t:sort(1):totable())
    assert.same({-4, 1, 2, 3, 9, 9}, t:sort{axis = false}:totable())
    assert.same({{3, 2, 1}, {9, 9, -4}}, t:sort{descending = true}:totable())
    assert.same({{2, 3, 1}, {2, 1, 3}}, t:argsort():totable())
    assert.same({{1, 2, 1}, {2, 1, 2}}, t:argsort(1):totable())
    assert.same({{1, 3, 2}, {1, 3, 2}}, t:argsort{descending = true}:totable())
    assert.equal("int64", t:argsort().dtype)
    assert.same({{1, -4}, {2, 9}, {3, 9}}, t:transpose():flip(1):sort(1):totable())
  end)

  it("put NaN last in either direction", function()
    local n = ln.tensor{2, nan, 1, -huge, nan, 0}
    assert.equal("[-inf   0.   1.   2.  nan  nan]", tostring(n:sort()))
    assert.equal("[  2.   1.   0. -inf  nan  nan]", tostring(n:sort{descending = true}))
    assert.same({4, 6, 3, 1, 2, 5}, n:argsort():totable())
  end)

  it("are stable and right for long lanes of every dtype", function()
    for _, dtype in ipairs{"uint8", "int32", "int64", "float32", "float64"} do
      local values = {}
      for i = 1, 1000 do values[i] = (i * 7919) % 101 end
      local long = ln.tensor(values, {dtype = dtype})
      local sorted, order = long:sort():totable(), long:argsort():totable()
      for i = 1, 1000 do assert.equal(values[order[i]], sorted[i]) end
      for i = 2, 1000 do
        assert.is_true(sorted[i - 1] < sorted[i] or
                       (sorted[i - 1] == sorted[i] and order[i - 1] < order[i]))
      end
    end
    assert.same({true, true, false}, ln.tensor({true, false, true}, {dtype = "bool"})
                :sort{descending = true}:totable())
  end)

  it("are at home with empty tensors and scalars in one axis", function()
    assert.equal("(0, 3)", tostring(ln.zeros{0, 3}:sort().shape))
    assert.equal("(3, 0)", tostring(ln.zeros{3, 0}:argsort().shape))
    assert.same({7}, ln.tensor{7}:sort():totable())
    fails("axis 3 is out of range", ln.sort, t, 3)
    fails("axis", ln.sort, ln.tensor(1))
  end)
end)

describe("topk", function()
  it("gives values and positions, largest first", function()
    local values, positions = ln.topk(t, 2)
    assert.same({{3, 2}, {9, 9}}, values:totable())
    assert.same({{1, 3}, {1, 3}}, positions:totable())
    values, positions = ln.topk(t, {k = 1, axis = 1, largest = false})
    assert.same({{3, -4, 2}}, values:totable())
    assert.same({{1, 2, 1}}, positions:totable())
    assert.same({5, 1}, (ln.topk(ln.tensor{1, nan, 5}, 2)):totable())
    fails("k = 4, but axis 2 of shape %(2, 3%) has 3 elements", ln.topk, t, 4)
  end)

  it("gives what sorting gives, ties and NaN in their order", function()
    ln.set_seed(4)
    local rows = {(ln.random.uniform{500} * 20):floor(), ln.arange(0, 500), ln.arange(500, 0, -1),
      ln.full({500}, 3), ln.full({500}, 0 / 0)}
    rows[1][7], rows[1][300] = 0 / 0, 0 / 0
    for i, row in ipairs(rows) do
      local order = row:argsort{descending = true}
      for _, k in ipairs{0, 1, 2, 30, 249, 250, 251, 499, 500} do
        local values, positions = ln.topk(row, k)
        assert.same(order[{ {1, k} }]:totable(), positions:totable(), i .. ", " .. k)
        assert.equal(tostring(row[positions]), tostring(values))
      end
    end
  end)

end)

describe("tensors larger than memory", function()
  it("are refused, however small the result", function()
    local vast = ln.ones{1}:broadcast_to{2 ^ 58 + 2 ^ 57}
    fails("out of memory", ln.topk, vast, 1)
    fails("out of memory", ln.unique, vast)
    fails("out of memory", ln.isin, ln.ones{1}, vast)
    fails("out of memory", ln.sort, vast)
  end)
end)

describe("unique", function()
  it("gives values in order and counts", function()
    local values, counts = t:unique()
    assert.same({-4, 1, 2, 3, 9}, values:totable())
    assert.same({1, 1, 1, 1, 2}, counts:totable())
    values, counts = ln.tensor{nan, 1, nan}:unique()
    assert.equal("[ 1. nan]", tostring(values))
    assert.same({1, 2}, counts:totable())
    assert.equal("(0,)", tostring(ln.zeros{0, 2}:unique().shape))
  end)
end)

describe("searching", function()
  it("searchsorted finds the 1-based place", function()
    local sorted, values = ln.tensor{1, 2, 2, 5}, ln.tensor{{0, 2}, {9, nan}}
    assert.same({{1, 2}, {5, 5}},
                ln.searchsorted(sorted, values):totable())
    assert.same({{1, 4}, {5, 5}},
                ln.searchsorted(sorted, values, "right"):totable())
    fails("one axis", ln.searchsorted, t, values)
  end)

  it("isin", function()
    assert.same({{false, true, false}, {true, false, true}}, ln.isin(t, ln.tensor({9, 1},
        {dtype = "int32"})):totable())
    assert.same({false, false}, ln.isin(ln.tensor{nan, 1}, ln.tensor{nan}):totable())
    assert.same({false}, ln.isin(ln.tensor{1}, ln.zeros{0}):totable())
  end)
end)
