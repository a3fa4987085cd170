-- Reductions and running sums: numpy's semantics, exactness of long sums, every layout against a
-- plain loop. Gradients in general: tests/ops/registry_spec.lua.

local ln = require "lunate"

local inf, nan = math.huge, 0 / 0

local function int(values) return ln.tensor(values, {dtype = "int32"}) end
local function double(values) return ln.tensor(values, {dtype = "float64"}) end

local function values(t)
  local list = t:flatten():totable()
  for i, v in ipairs(list) do
    if v ~= v then list[i] = "nan" end
  end
  return list
end

local function gradient(f, x)
  local tape <close> = ln.GradientTape()
  tape:watch(x)
  return tape:gradient(f(x):sum(), {x})[1]
end

-- What a plain loop over the elements gives, of a (2 or more)-dimensional tensor along one axis.
local plain = {
  sum = function(list)
    local s = 0
    for _, v in ipairs(list) do s = s + v end
    return s
  end,
  max = function(list) return math.max(table.unpack(list)) end,
  min = function(list) return math.min(table.unpack(list)) end,
  argmax = function(list)
    local at = 1
    for i, v in ipairs(list) do
      if v > list[at] then at = i end
    end
    return at
  end,
  argmin = function(list)
    local at = 1
    for i, v in ipairs(list) do
      if v < list[at] then at = i end
    end
    return at
  end,
}
function plain.mean(list) return plain.sum(list) / #list end
function plain.var(list)
  local mean, s = plain.mean(list), 0
  for _, v in ipairs(list) do s = s + (v - mean) ^ 2 end
  return s / #list
end
function plain.std(list) return math.sqrt(plain.var(list)) end

describe("axes", function()
  local x = ln.arange(24):reshape{2, 3, 4}

  it("are all by default", function()
    assert.are.equal("()", tostring(x:sum().shape))
    assert.are.equal(276, x:sum():item())
    assert.are.equal("(1, 1, 1)", tostring(x:sum{keepdims = true}.shape))
  end)

  it("may be one, from either end", function()
    assert.are.same({12, 15, 18, 21, 48, 51, 54, 57}, values(x:sum{axis = 2}))
    assert.are.same(values(x:sum(3)), values(x:sum{axis = -1}))
    assert.are.equal("(2, 1, 4)", tostring(x:sum{axis = 2, keepdims = true}.shape))
  end)

  it("may be several", function()
    assert.are.same({60, 92, 124}, values(x:sum{axis = {1, 3}}))
    assert.are.same({60, 92, 124}, values(x:sum{axis = {-1, 1}}))
    assert.are.equal("(1, 3, 1)", tostring(x:sum{axis = {1, 3}, keepdims = true}.shape))
  end)

  it("are checked", function()
    assert.error_matches(function() x:sum{axis = 4} end, "sum: .*4.*3")
    assert.error_matches(function() x:sum{axis = 0} end, "axis")
    assert.error_matches(function() x:sum{axis = {1, -3}} end, "sum: axis 1 is named twice")
    assert.error_matches(function() x:argmax{axis = -4} end, "argmax")
    assert.error_matches(function() x:mean{axes = 1} end, "axes")
    assert.error_matches(function() x:cumsum(5) end, "cumsum")
  end)

  it("of length 1 change nothing but the shape", function()
    local y = ln.tensor{{{3}}, {{-4}}}
    assert.are.same({3, -4}, values(y:sum{axis = {2, 3}}))
    assert.are.same({3, -4}, values(y:max{axis = 2}))
    assert.are.same({0, 0}, values(y:var{axis = 3}))
    assert.are.same({1, 1}, values(y:argmax{axis = 2}))
  end)
end)

describe("every layout", function()
  local function check(x, what)
    for name, f in pairs(plain) do
      for axis = 1, 3 do
        local turned = axis == 1 and {2, 3, 1} or axis == 2 and {1, 3, 2} or {1, 2, 3}
        local lines = x:permute(turned):copy():reshape{-1, x.shape[axis]}:totable()
        local y = values(ln[name](x, {axis = axis}))
        for i, line in ipairs(lines) do
          local r = f(line)
          if math.abs(y[i] - r) > 1e-5 * (math.abs(r) + 0.1) then
            error(("%s of %s, axis %d: line %d gives %.9g instead of %.9g"):format(
              name, what, axis, i, y[i], r))
          end
        end
      end
    end
  end

  for _, dtype in ipairs{"float32", "float64", "int32", "uint8"} do
    it("agrees with a plain loop in " .. dtype, function()
      for _, shape in ipairs{{4, 5, 7}, {300, 2, 3}, {2, 70, 9}, {3, 2, 300}, {1, 33, 1}} do
        local x = (ln.random.normal(shape) * 40 + 90):astype(dtype)
        local text = tostring(x.shape) .. " " .. dtype
        check(x, text)
        check(x:permute{3, 1, 2}, text .. " permuted")
        check(x[{{}, {#x[1], 1, -1}, {1, -1, 2}}], text .. " reversed and stepped")
      end
    end)
  end

  -- Whole vectors, what is left of them, and rows by the hundred at a time.
  it("agrees for rows of any length", function()
    local lengths = {100, 127, 128, 129, 1023, 1024, 1025, 9000}
    for n = 1, 70 do lengths[#lengths + 1] = n end
    for _, dtype in ipairs{"float32", "float64"} do
      for _, n in ipairs(lengths) do
        local x = (ln.random.normal{n < 70 and 300 or 3, n} * 40 + 90):astype(dtype)
        local lines = x:totable()
        for name, f in pairs(plain) do
          local y = values(ln[name](x, {axis = 2}))
          for i, line in ipairs(lines) do
            local r = f(line)
            if math.abs(y[i] - r) > 1e-5 * (math.abs(r) + 0.1) then
              error(("%s of %d %s, row %d: %.9g instead of %.9g"):format(name, n, dtype, i, y[i],
                r))
            end
          end
        end
        local at = (n + 1) // 2   -- a NaN stays in its row
        x[{ {1, -1, 2}, at }] = nan
        for _, name in ipairs{"sum", "mean", "var", "max", "min"} do
          for i, v in ipairs(values(ln[name](x, {axis = 2}))) do
            assert.are.equal(i % 2 == 1, v == "nan", ("%s of %d, row %d"):format(name, n, i))
          end
        end
      end
    end
  end)

  it("agrees over broadcast views", function()
    local x = ln.broadcast_to(ln.tensor{{1}, {2}}, {3, 2, 50})
    assert.are.same({150, 300}, values(x:sum{axis = {1, 3}}))
    assert.are.same({2, 2, 2}, values(x:max{axis = {2, 3}}))
  end)
end)

describe("long sums", function()
  it("stay exact", function()
    assert.are.equal(1e7, ln.ones{10000000}:sum():item())
    assert.are.same({1e6, 1e6, 1e6}, values(ln.ones{1000000, 3}:sum{axis = 1}))
    assert.are.equal(1, ln.ones{10000000}:mean():item())
  end)

  it("are those of float64, nearly", function()
    local x = ln.random.uniform{3000000}
    local reference = x:astype("float64"):sum():item()
    assert.is_true(math.abs(x:sum():item() - reference) / reference < 2e-7)
    local y = x:reshape{3000, 1000}
    for axis = 1, 2 do
      local a = y:sum{axis = axis}:astype("float64")
      local b = y:astype("float64"):sum{axis = axis}
      assert.is_true(((a - b):abs() / b):max():item() < 2e-7)
    end
    local v = x:astype("float64"):var():item()
    assert.is_true(math.abs(x:var():item() - v) / v < 1e-6)
  end)

  it("do not depend on the number of threads", function()
    local x, before = ln.random.normal{500000}, ln.threads()
    local sums = {}
    for n = 1, 4 do
      ln.threads(n)
      sums[n] = {x:sum():item(), x:var():item(), x:reshape{5, 100000}:sum{axis = 1}[7]}
    end
    ln.threads(before)
    for n = 2, 4 do assert.are.same(sums[1], sums[n]) end
  end)

  it("of a far mean keep their variance", function()
    local x = double{1, 2, 3, 4} + 1e8
    assert.are.equal(1.25, x:var():item())
  end)
end)

describe("dtypes", function()
  it("of sums and products of integers are int64", function()
    for _, dtype in ipairs{"bool", "uint8", "int32", "int64"} do
      local x = ln.ones({300}, {dtype = dtype})
      assert.are.equal("int64", x:sum().dtype, dtype)
      assert.are.equal("int64", x:prod().dtype, dtype)
      assert.are.equal("int64", x:cumsum().dtype, dtype)
      assert.are.equal(300, x:sum():item())
    end
    assert.are.equal(76500, ln.full({300}, 255, {dtype = "uint8"}):sum():item())
    assert.are.equal(6442450941, int{2147483647, 2147483647, 2147483647}:sum():item())
  end)

  it("of means are floats, of extremes the tensor's own", function()
    assert.are.equal("float32", int{1, 2}:mean().dtype)
    assert.are.equal(1.5, int{1, 2}:mean():item())
    assert.are.equal("float64", double{1, 2}:std().dtype)
    assert.are.equal("int32", int{1, 2}:max().dtype)
    assert.are.equal("uint8", ln.ones({2}, {dtype = "uint8"}):min().dtype)
    assert.are.equal("bool", ln.tensor{1, 2}:gt(1):max().dtype)
    assert.are.equal("int64", ln.tensor{1, 2}:argmax().dtype)
  end)
end)

describe("any and all", function()
  it("are Lua booleans over everything, tensors over an axis", function()
    local x = ln.tensor{{1, 0}, {3, 0}}
    assert.is_true(x:any())
    assert.is_false(x:all())
    assert.is_false(ln.any(ln.zeros{2}))
    assert.is_true(ln.all(ln.tensor{0 / 0}))
    assert.is_true(ln.ones{3}:all{axis = 1})
    assert.are.same({{true}}, x:any{keepdims = true}:totable())
    assert.are.same({true, false}, x:any(1):totable())
    assert.is_false(ln.all(x, {axis = {1, 2}}))
    local tape <close> = ln.GradientTape()
    tape:watch(x)
    local y = x:gt(0):any() and x * 2 or x
    assert.are.same({{2, 2}, {2, 2}}, tape:gradient(y:sum(), {x})[1]:totable())
  end)

  it("stay tensors where values are not known yet", function()
    local x = ln.Input{3}
    local model = ln.Model{inputs = x, outputs = ln.where(x:gt(0):any(), x, -x)}
    assert.are.same({{-1, 2, -3}}, model(ln.tensor{{-1, 2, -3}}):totable())
    assert.are.same({{1, 2, 3}}, model(ln.tensor{{-1, -2, -3}}):totable())
  end)
end)

describe("nothing", function()
  it("has a sum, a product and a mean", function()
    local none = ln.zeros{0}
    assert.are.equal(0, none:sum():item())
    assert.are.equal(1, none:prod():item())
    assert.are.same({"nan"}, values(none:mean():reshape{1}))
    assert.are.same({"nan"}, values(none:var():reshape{1}))
    assert.is_false(none:any())
    assert.is_true(none:all())
    assert.are.equal(0, none:count_nonzero():item())
    assert.are.same({0, 0, 0}, values(ln.zeros{0, 3}:sum{axis = 1}))
    assert.are.same({}, values(ln.zeros{0, 3}:sum{axis = 2}))
    assert.are.same({}, values(none:cumsum()))
  end)

  it("has no extremes", function()
    for _, name in ipairs{"max", "min", "argmax", "argmin"} do
      assert.error_matches(function() ln[name](ln.zeros{0}) end, name .. ": .*zero%-size")
      assert.error_matches(function() ln[name](ln.zeros{2, 0}, {axis = 2}) end, "%(2, 0%)")
      assert.are.same({}, values(ln[name](ln.zeros{0, 3}, {axis = 2})))
    end
  end)
end)

describe("extremes", function()
  it("are NaN where there is one, wherever it stands", function()
    for at = 1, 200, 13 do
      local x = ln.arange(200)
      x[at] = nan
      assert.are.same({"nan"}, values(x:max():reshape{1}))
      assert.are.same({"nan"}, values(x:min():reshape{1}))
      assert.are.equal(at, x:argmax():item())
      assert.are.equal(at, x:argmin():item())
      local y = x:reshape{20, 10}
      assert.are.equal((at - 1) // 10 + 1, y:argmax{axis = 1}[(at - 1) % 10 + 1])
      assert.are.same({"nan"}, values(y:max{axis = 1}[{{(at - 1) % 10 + 1}}]))
    end
    local two = ln.tensor{1, nan, 5, nan}
    assert.are.equal(2, two:argmax():item())
    assert.are.equal(2, two:argmin():item())
  end)

  it("are the first of equal ones", function()
    assert.are.equal(2, ln.tensor{1, 3, 3, 0, 0}:argmax():item())
    assert.are.equal(4, ln.tensor{1, 3, 3, 0, 0}:argmin():item())
    assert.are.same({1, 1, 1}, values(ln.zeros{4, 3}:argmax{axis = 1}))
    assert.are.equal(1, ln.zeros{100000}:argmax():item())
  end)

  it("may be infinite", function()
    assert.are.equal(-inf, ln.tensor{-inf, -inf}:max():item())
    assert.are.equal(1, ln.tensor{-inf, -inf}:argmax():item())
    assert.are.equal(inf, ln.tensor{inf, 1}:max():item())
    assert.are.same({math.maxinteger}, values(ln.tensor({math.maxinteger, math.maxinteger - 1},
                                                        {dtype = "int64"}):max{keepdims = true}))
  end)

  it("are found in the flattened tensor, in its order", function()
    local x = ln.tensor{{1, 9}, {7, 3}}
    assert.are.equal(2, x:argmax():item())
    assert.are.equal(3, x:transpose():argmax():item())
    assert.are.equal("(1, 1)", tostring(x:argmax{keepdims = true}.shape))
    assert.are.equal("(2, 1)", tostring(x:argmax{axis = 2, keepdims = true}.shape))
  end)
end)

describe("truth", function()
  it("is what differs from 0", function()
    local x = ln.tensor{{0, nan, -1}, {0, 0, 2}}
    assert.are.same({false, true, true}, values(x:any{axis = 1}))
    assert.are.same({false, false, true}, values(x:all{axis = 1}))
    assert.are.same({0, 1, 2}, values(x:count_nonzero{axis = 1}))
    assert.are.same({2, 1}, values(x:count_nonzero{axis = 2}))
    assert.are.equal(3, x:count_nonzero():item())
    assert.are.equal(100000, ln.ones{100000}:count_nonzero():item())
  end)
end)

describe("var and std", function()
  it("take degrees of freedom off the divisor", function()
    local x = double{{1, 2, 3, 4}, {0, 0, 0, 8}}
    assert.are.same({1.25, 12}, values(x:var{axis = 2}))
    assert.are.same({5 / 3, 16}, values(x:var{axis = 2, ddof = 1}))
    assert.are.same({4}, values(x:std{axis = 2, ddof = 1}[{{2}}]))
    assert.are.same({"nan"}, values(double{1}:var{ddof = 1, keepdims = true}))
    assert.error_matches(function() x:var{ddof = -1} end, "ddof")
  end)
end)

describe("running sums and products", function()
  local x = ln.tensor{{1, 2, 3}, {4, 5, 6}}

  it("go along an axis, or over the flattened tensor", function()
    assert.are.same({1, 3, 6, 10, 15, 21}, values(x:cumsum()))
    assert.are.same({1, 2, 3, 5, 7, 9}, values(x:cumsum{axis = 1}))
    assert.are.same({1, 2, 6, 4, 20, 120}, values(x:cumprod{axis = -1}))
    assert.are.equal("(2, 3)", tostring(x:cumsum{axis = 1}.shape))
    assert.are.equal("(6,)", tostring(x:cumsum().shape))
  end)

  it("may be reverse and exclusive", function()
    assert.are.same({6, 5, 3, 15, 11, 6}, values(x:cumsum{axis = 2, reverse = true}))
    assert.are.same({0, 1, 3, 0, 4, 9}, values(x:cumsum{axis = 2, exclusive = true}))
    assert.are.same({6, 3, 1, 30, 6, 1},
                    values(x:cumprod{axis = 2, reverse = true, exclusive = true}))
  end)

  it("take every layout and dtype", function()
    assert.are.same({1, 5, 2, 7, 3, 9}, values(x:transpose():cumsum{axis = 2}))
    assert.are.same({3, 5, 6, 6, 11, 15}, values(x[{{}, {3, 1, -1}}]:cumsum{axis = 2}))
    assert.are.same({1, 3, 6}, values(int{1, 2, 3}:cumsum()))
    assert.are.equal(5000000, ln.ones{5000000}:cumsum()[-1])
    local wide = ln.ones{3, 200}:cumsum{axis = 1}
    assert.are.same({3, 3}, {wide[3][1], wide[3][200]})
  end)

  it("have gradients where there are zeros", function()
    local y = double{2, 0, 3, 0, 4}
    -- cumprod is (a, ab, abc, abcd, abcde): d/da = 1 + b + .., d/db = a + ac + .., the others 0
    assert.are.same({1, 8, 0, 0, 0}, values(gradient(function(v) return v:cumprod() end, y)))
    assert.are.same({0, 0, 0, 0, 0}, values(gradient(function(v) return v:prod() end, y)))
    assert.are.same({0, 24, 0}, values(gradient(function(v) return v:prod() end, double{4, 0, 6})))
  end)
end)

describe("gradients", function()
  it("are shared by equal extremes", function()
    assert.are.same({0, 0.5, 0.5}, values(gradient(ln.max, ln.tensor{1, 3, 3})))
    assert.are.same({1, 0, 0}, values(gradient(ln.min, ln.tensor{1, 3, 3})))
  end)

  it("reach every element", function()
    assert.are.same({1, 1, 1, 1}, values(gradient(ln.sum, ln.tensor{{1, 2}, {3, 4}})))
    assert.are.same({0.25, 0.25, 0.25, 0.25}, values(gradient(ln.mean, ln.tensor{{1, 2}, {3, 4}})))
    assert.are.same({-0.5, 0.5}, values(gradient(ln.std, double{1, 3})))
    assert.are.same({-1, 1}, values(gradient(ln.var, double{1, 3})))
  end)
end)
