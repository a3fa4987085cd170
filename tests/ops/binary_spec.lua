-- Functions of two tensors: arithmetic, comparison, logic; broadcasting, promotion and the corner
-- cases in which numpy's rules count. Gradients in general: tests/ops/registry_spec.lua.

local ln = require "lunate"

local inf, nan = math.huge, 0 / 0

local function int(values) return ln.tensor(values, {dtype = "int32"}) end
local function long(values) return ln.tensor(values, {dtype = "int64"}) end
local function byte(values) return ln.tensor(values, {dtype = "uint8"}) end
local function double(values) return ln.tensor(values, {dtype = "float64"}) end
local function bool(values) return ln.tensor(values):ne(0) end

-- Values, with NaN as a word so that they can be compared.
local function values(t)
  local list = t:flatten():totable()
  for i, v in ipairs(list) do
    if v ~= v then list[i] = "nan" end
  end
  return list
end

local function gradients(f, ...)
  local sources = {...}
  local tape <close> = ln.GradientTape()
  tape:watch(sources)
  local y = f(...)
  return table.unpack(tape:gradient(y:sum(), sources))
end

describe("broadcasting", function()
  it("follows numpy", function()
    local y = ln.tensor{{1}, {2}} + ln.tensor{10, 20, 30}
    assert.are.equal("(2, 3)", tostring(y.shape))
    assert.are.same({11, 21, 31, 12, 22, 32}, values(y))
    assert.are.same({5, 7}, values(ln.tensor{{4}} + ln.tensor{1, 3}))
    assert.are.equal("(1, 2)", tostring((ln.tensor{{4}} + ln.tensor{1, 3}).shape))
  end)

  it("of empty tensors gives empty ones", function()
    local y = ln.zeros{0, 3} + ln.ones{1, 3}
    assert.are.equal("(0, 3)", tostring(y.shape))
    assert.are.same({}, values(y))
    assert.are.equal("(2, 0)", tostring((ln.zeros{1, 0} * ln.ones{2, 1}).shape))
  end)

  it("names both shapes when they do not align", function()
    assert.error_matches(function() return ln.zeros{2, 3} + ln.zeros{4} end,
                         "add: shapes do not align: %(2, 3%) and %(4,%)")
    assert.error_matches(function() return ln.zeros{2}:gt(ln.zeros{3}) end, "%(2,%) and %(3,%)")
  end)

  it("takes transposed, reversed and stepped views", function()
    local a = ln.arange(12):reshape{3, 4}
    assert.are.same({0, 5, 10, 1, 6, 11, 2, 7, 12, 3, 8, 13}, values(a:transpose() + ln.arange(3)))
    local back = a[{{}, {4, 1, -1}}]
    assert.are.same({3, 3, 3, 3, 11, 11, 11, 11, 19, 19, 19, 19}, values(back + a))
    assert.are.same({0, 4, 8, 20}, values(a[{{1, 3, 2}, {1, 4, 2}}] * ln.tensor{1, 2}))
  end)

  it("is right for large operands of every layout", function()
    local n = 300
    local a = ln.random.normal({n, n}, {dtype = "float64"})
    local b = ln.random.normal({n, n}, {dtype = "float64"})
    local sum, crossed = a + b, a:transpose() + b
    local row, column = b[7], b[{{}, {3}}]
    local by_row, by_column = a * row, a * column
    for _, at in ipairs{{1, 1}, {1, n}, {n, 1}, {64, 65}, {65, 64}, {200, 129}, {n, n}} do
      local i, j = at[1], at[2]
      assert.are.equal(a[i][j] + b[i][j], sum[i][j])
      assert.are.equal(a[j][i] + b[i][j], crossed[i][j])
      assert.are.equal(a[i][j] * b[7][j], by_row[i][j])
      assert.are.equal(a[i][j] * b[i][3], by_column[i][j])
    end
    local checked = (a:astype("float32") + b:astype("float32")):astype("float64") - sum
    assert.is_true(checked:abs():max():item() < 1e-6)
  end)
end)

describe("promotion", function()
  local types = {"bool", "uint8", "int32", "int64", "float32", "float64"}

  it("takes the wider of two tensors, floats over integers", function()
    for i, a in ipairs(types) do
      for j, b in ipairs(types) do
        local y = ln.maximum(ln.ones({2}, {dtype = a}), ln.ones({2}, {dtype = b}))
        assert.are.equal(types[math.max(i, j)], y.dtype, a .. " with " .. b)
      end
    end
  end)

  it("is never caused by a Lua number", function()
    assert.are.equal("float32", (ln.tensor{1} + 0.1).dtype)
    assert.are.equal("float64", (double{1} * 2).dtype)
    assert.are.equal("int32", (int{1} + 2).dtype)
    assert.are.equal("uint8", (byte{1} + 2).dtype)
    assert.are.equal("int32", (2 - int{1}).dtype)
    assert.are.equal("float32", (int{1} + 0.5).dtype)
  end)

  it("makes quotients of integers float32", function()
    local y = int{7, -7} / int{2, 2}
    assert.are.equal("float32", y.dtype)
    assert.are.same({3.5, -3.5}, values(y))
    assert.are.equal("float64", (int{1} / double{2}).dtype)
    assert.are.same({inf, -inf, "nan"}, values(int{1, -1, 0} / 0))
  end)

  it("gives bool for comparisons and logic", function()
    assert.are.equal("bool", ln.tensor{1}:gt(0).dtype)
    assert.are.equal("bool", ln.logical_or(int{1}, ln.tensor{0}).dtype)
  end)
end)

describe("integers", function()
  it("wrap around", function()
    assert.are.same({44}, values(byte{200} + byte{100}))
    assert.are.same({251}, values(byte{5} - byte{10}))
    assert.are.same({-2147483648}, values(int{2147483647} + 1))
    assert.are.same({math.mininteger}, values(long{math.maxinteger} + 1))
    assert.are.same({0}, values(int{65536} * int{65536}))
  end)

  it("keep 64 bits exactly", function()
    local big = 9007199254740993   -- 2^53 + 1
    assert.are.same({big + 1}, values(long{big} + 1))
    assert.is_true(long{big}:gt(big - 1):item())
  end)

  it("divide toward minus infinity, by zero to 0", function()
    assert.are.same({3, -4, -4, 3}, values(int{7, -7, 7, -7} // int{2, 2, -2, -2}))
    assert.are.same({1, 1, -1, -1}, values(int{7, -7, 7, -7} % int{2, 2, -2, -2}))
    assert.are.same({0, 0}, values(int{7, -7} // 0))
    assert.are.same({0, 0}, values(int{7, -7} % 0))
    assert.are.same({-2147483648}, values(int{-2147483648} // -1))
    assert.are.same({math.mininteger}, values(long{math.mininteger} // -1))
    assert.are.same({0}, values(long{math.mininteger} % -1))
  end)

  it("have powers, but no negative ones", function()
    assert.are.same({1, 9, -27}, values(int{5, -3, -3} ^ int{0, 2, 3}))
    assert.are.equal("int32", (int{2} ^ 3).dtype)
    assert.error_matches(function() return int{2} ^ -1 end, "power: .*negative")
    assert.error_matches(function() return int{2, 3} ^ long{1, -1} end, "negative")
    assert.are.same({0.5}, values(int{2} ^ ln.tensor{-1}))
  end)
end)

describe("bools", function()
  local a, b = bool{1, 1, 0, 0}, bool{1, 0, 1, 0}

  it("add and multiply as or and and", function()
    assert.are.same({true, true, true, false}, values(a + b))
    assert.are.same({true, false, false, false}, values(a * b))
    assert.error_matches(function() return a - b end, "subtract: .*logical_xor")
  end)

  it("count as 0 and 1 beside numbers", function()
    assert.are.same({3, 2, 1, 0}, values(a:astype("int32") * 2 + b))
    assert.are.same({0.5, 0.5, 0, 0}, values(a * 0.5))
  end)

  it("have logic", function()
    assert.are.same({true, false, false, false}, values(ln.logical_and(a, b)))
    assert.are.same({true, true, true, false}, values(ln.logical_or(a, b)))
    assert.are.same({false, true, true, false}, values(ln.logical_xor(a, b)))
    assert.are.same({false, false, true, true}, values(ln.logical_not(a)))
    local odd = ln.tensor{nan, 0, -2}
    assert.are.same({true, false, true}, values(ln.logical_not(ln.logical_not(odd))))
  end)
end)

describe("floats", function()
  it("divide and take remainders as Python's", function()
    local a, b = double{7, -7, 7, -7, 1}, double{2, 2, -2, -2, 0.1}
    assert.are.same({3, -4, -4, 3, 9}, values(a // b))
    local r = values(a % b)
    assert.are.same({1, 1, -1, -1}, {table.unpack(r, 1, 4)})
    assert.is_true(math.abs(r[5] - 0.1) < 1e-15)
    assert.are.same({inf, -inf, "nan"}, values(ln.tensor{1, -1, 0} // 0))
    assert.are.same({"nan", "nan"}, values(ln.tensor{1, -1} % 0))
    assert.are.same({5, inf}, values(ln.tensor{5, -5} % inf))
    assert.are.same({0, -1}, values(ln.tensor{5, -5} // inf))
  end)

  it("divide by zero without complaint", function()
    assert.are.same({inf, -inf, "nan"}, values(ln.tensor{1, -1, 0} / 0))
  end)

  it("let NaN win in maximum and minimum", function()
    local a, b = ln.tensor{nan, 1, nan, 3}, ln.tensor{1, nan, nan, 2}
    assert.are.same({"nan", "nan", "nan", 3}, values(ln.maximum(a, b)))
    assert.are.same({"nan", "nan", "nan", 2}, values(ln.minimum(a, b)))
  end)

  it("compare as IEEE says", function()
    local a, b = ln.tensor{nan, 1, inf, 0.0}, ln.tensor{nan, 2, inf, -0.0}
    assert.are.same({false, false, true, true}, values(a:eq(b)))
    assert.are.same({true, true, false, false}, values(a:ne(b)))
    assert.are.same({false, true, false, false}, values(a:lt(b)))
    assert.are.same({false, true, true, true}, values(a:le(b)))
    assert.are.same({false, false, false, false}, values(a:gt(b)))
    assert.are.same({false, false, true, true}, values(a:ge(b)))
  end)

  it("have powers, the easy ones exactly", function()
    local x = ln.tensor{-3, 0, 0.1, 1e20, inf, nan}
    assert.are.same(values(x * x), values(x ^ 2))
    assert.are.same(values(x), values(x ^ 1))
    assert.are.same(values(1 / x), values(x ^ -1))
    assert.are.same({1, 1, 1, 1, 1, 1}, values(x ^ 0))
    assert.are.same({8, 0.125, 2}, values(2 ^ ln.tensor{3, -3, 1}))
    assert.are.same({"nan"}, values(ln.tensor{-8} ^ 0.5))
  end)

  it("have angles, lengths and logarithms of sums without overflow", function()
    assert.are.same({0, math.pi, math.pi / 2, -math.pi / 2},
                    values(ln.arctan2(double{0, 0, 1, -1}, double{1, -1, 0, 0})))
    assert.are.same({5e300}, values(ln.hypot(double{3e300}, double{4e300})))
    local y = values(ln.logaddexp(double{1000, -inf, inf, 0, nan}, double{1000, -inf, -inf, 0, 0}))
    assert.is_true(math.abs(y[1] - 1000 - math.log(2)) < 1e-12)
    assert.are.same({-inf, inf}, {y[2], y[3]})
    assert.is_true(math.abs(y[4] - math.log(2)) < 1e-15)
    assert.are.equal("nan", y[5])
    assert.are.same({0, 4, 9}, values(ln.squared_difference(int{5, 1, 6}, int{5, 3, 3})))
  end)
end)

describe("isclose", function()
  it("allows a relative and an absolute difference", function()
    local a, b = ln.tensor{1, 1, 0, inf, nan, inf}, ln.tensor{1.000001, 1.001, 1e-9, inf, nan, -inf}
    assert.are.same({true, false, true, true, false, false}, values(ln.isclose(a, b)))
    assert.are.same({true, true, true, true, true, false},
                    values(ln.isclose(a, b, {rtol = 0.01, equal_nan = true})))
    assert.error_matches(function() ln.isclose(a, b, {rtol = -1}) end, "rtol")
  end)
end)

describe("gradients", function()
  it("are summed over what was broadcast", function()
    local a, b = ln.tensor{{1, 2, 3}, {4, 5, 6}}, ln.tensor{10, 20, 30}
    local da, db = gradients(function(x, y) return x * y end, a, b)
    assert.are.same({10, 20, 30, 10, 20, 30}, values(da))
    assert.are.same({5, 7, 9}, values(db))
    local dc = gradients(function(x) return x + a end, ln.tensor{{1}, {2}})
    assert.are.equal("(2, 1)", tostring(dc.shape))
    assert.are.same({3, 3}, values(dc))
  end)

  it("of maximum and minimum go to the first operand at ties", function()
    for _, f in ipairs{ln.maximum, ln.minimum} do
      local da, db = gradients(f, ln.tensor{1, 5, 2}, ln.tensor{1, 2, 5})
      local greater = f == ln.maximum
      assert.are.same({1, greater and 1 or 0, greater and 0 or 1}, values(da))
      assert.are.same({0, greater and 0 or 1, greater and 1 or 0}, values(db))
    end
  end)

  it("of a power are finite at 0", function()
    local a, b = ln.tensor{0, 0, 2}, ln.tensor{0, 2, 3}
    local da, db = gradients(function(x, y) return x ^ y end, a, b)
    assert.are.same({0, 0, 12}, values(da))
    local d = values(db)
    assert.are.same({0, 0}, {d[1], d[2]})
    assert.is_true(math.abs(d[3] - 8 * math.log(2)) < 1e-5)
  end)

  it("have the dtype of what they belong to", function()
    local da, db = gradients(function(a, b) return a * b end, ln.tensor{1, 2}, double{3, 4})
    assert.are.equal("float32", da.dtype)
    assert.are.equal("float64", db.dtype)
  end)

  it("have gradients", function()
    local x = double{1, 2, 3}
    local outer <close> = ln.GradientTape()
    outer:watch(x)
    local first
    do
      local inner <close> = ln.GradientTape()
      inner:watch(x)
      first = inner:gradient((x ^ 3 / 6):sum(), {x})[1]
    end
    assert.are.same({1, 2, 3}, values(outer:gradient(first:sum(), {x})[1]))
  end)
end)

describe("bad operands", function()
  it("are refused", function()
    assert.error_matches(function() return ln.tensor{1} + "a" end, "add")
    assert.error_matches(function() return ln.tensor{1}:gt() end, "gt")
    local closed = ln.tensor{1}
    closed:close()
    assert.error_matches(function() return closed + 1 end, "closed")
  end)
end)
