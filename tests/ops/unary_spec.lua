-- Functions of one tensor: error bounds of the vector math over the whole range of float32, limits,
-- dtypes, options, zero gradients. Gradients in general: tests/ops/registry_spec.lua; activations
-- against Keras: tests/nn/activations_spec.lua.

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

-- The distance of two neighbouring floats at |x|, no less than the smallest denormal.
local function ulp(x)
  local bits = string.unpack("<I4", string.pack("<f", math.abs(x)))
  if bits < 0x00800000 then return 2.0 ^ -149 end
  return 2.0 ^ ((bits >> 23) - 150)
end

-- float32 values from all over the range: every 65,537th bit pattern, ends and special ones.
local function samples()
  local list = {0.0, -0.0, 1.0, -1.0, 2.0 ^ -149, -2.0 ^ -149, 2.0 ^ -126, 3.4028234663852886e38,
                -3.4028234663852886e38, inf, -inf, nan, 88.72, 88.73, 89, 104, -87.33, -103.9, -104,
                -110, 0.625, 0.62499994, -0.34657359, 0.34657359, 0.70710677, 1.4142135}
  for bits = 0, 0xffffffff, 65537 do
    list[#list + 1] = string.unpack("<f", string.pack("<I4", bits))
  end
  return list
end

-- The references are of float64, which the C library computes. (Where what is compared is not a
-- number, both must be the same infinity, or NaN.)
local bounds = {
  exp = 1.5, expm1 = 2, log = 1.5, log1p = 2, tanh = 2, sigmoid = 3, erf = 2, softplus = 2.5,
  sqrt = 0.6, sin = 1.5, cos = 1.5, arctan = 1.5, arcsinh = 2.5, log2 = 1.5, log10 = 2.5,
}

describe("float32 math", function()
  local list = samples()
  local x = ln.tensor(list)
  local wide = x:astype("float64")
  for name, bound in pairs(bounds) do
    it(("%s is within %.1f ulp everywhere"):format(name, bound), function()
      local y, reference = ln[name](x):totable(), ln[name](wide):totable()
      for i, r in ipairs(reference) do
        local rounded = string.unpack("<f", string.pack("<f", r))
        local a = y[i]
        local same = a == rounded or a ~= a and r ~= r
        if not same then
          local overflow = math.abs(rounded) == inf and math.abs(a) > 3.40282e38
          local close = overflow or math.abs(a - r) <= bound * ulp(r)
          if not close then
            error(("%s(%.9g) is %.9g instead of %.9g"):format(name, list[i], a, r))
          end
        end
      end
    end)
  end

  it("has the limits of libm", function()
    local ends = ln.tensor{inf, -inf, nan}
    assert.are.same({inf, 0, "nan"}, values(ends:exp()))
    assert.are.same({inf, -1, "nan"}, values(ends:expm1()))
    assert.are.same({inf, "nan", "nan"}, values(ends:log()))
    assert.are.same({1, -1, "nan"}, values(ends:tanh()))
    assert.are.same({1, 0, "nan"}, values(ends:sigmoid()))
    assert.are.same({inf, 0, "nan"}, values(ends:softplus()))
    assert.are.same({1, -1, "nan"}, values(ends:erf()))
    assert.are.same({-inf, -inf, "nan"}, values(ln.tensor{0.0, -0.0, -1}:log()))
    assert.are.same({-inf, "nan"}, values(ln.tensor{-1, -2}:log1p()))
    assert.are.same({inf, 0.5, "nan"}, values(ln.tensor{0, 4, -1}:rsqrt()))
    assert.are.same({inf, -inf}, values(ln.tensor{0.0, -0.0}:reciprocal()))
  end)

  it("does not depend on how elements lie", function()
    local a = ln.random.normal{37, 53}
    for _, name in ipairs{"exp", "tanh", "gelu", "sigmoid", "log1p", "mish"} do
      local f = ln[name]
      local whole, turned = f(a:abs()), f(a:abs():transpose())
      assert.is_true(ln.isclose(whole, turned:transpose(), {rtol = 3e-7, atol = 1e-9}):all())
      assert.are.equal(whole[5][7], f(a:abs()[5])[7])
    end
  end)
end)

describe("relu and its kin", function()
  it("keep NaN", function()
    for _, name in ipairs{"relu", "relu6", "leaky_relu", "elu", "selu", "celu", "hard_tanh",
                          "hard_sigmoid", "hard_silu", "hard_shrink", "soft_shrink", "threshold",
                          "sparse_plus", "sparse_sigmoid", "clip", "abs", "sign", "softsign"} do
      local x = ln.tensor{nan}
      local y = name == "threshold" and ln.threshold(x, 1, 2) or ln[name](x)
      assert.are.same({"nan"}, values(y), name)
    end
  end)

  it("have limits", function()
    assert.are.same({inf, 0}, values(ln.tensor{inf, -inf}:relu()))
    assert.are.same({2, 0}, values(ln.relu(ln.tensor{inf, -inf}, {max_value = 2})))
    assert.are.same({inf, -inf}, values(ln.relu(ln.tensor{inf, -inf}, {negative_slope = 0.5})))
    assert.are.same({inf, -1}, values(ln.tensor{inf, -inf}:elu()))
  end)

  it("take Keras's options", function()
    local x = ln.tensor{-1, 0, 1, 2, 3}
    assert.are.same({-1, -0.5, 0, 2, 2.5},
                    values(ln.relu(x, {negative_slope = 0.5, max_value = 2.5, threshold = 1})))
    assert.are.same({0, 0, 1, 2, 2}, values(ln.relu(x, 0, 2)))
    assert.are.same({-0.5, 0, 1, 2, 3}, values(x:leaky_relu{negative_slope = 0.5}))
    assert.error_matches(function() x:relu{slope = 1} end, "slope")
    assert.error_matches(function() x:celu(0) end, "alpha")
    assert.error_matches(function() x:threshold() end, "threshold")
  end)
end)

describe("dtypes", function()
  it("stay for what integers can do", function()
    for name, expected in pairs{negative = {3, -4}, abs = {3, 4}, sign = {-1, 1}, square = {9, 16},
                                relu = {0, 4}, floor = {-3, 4}, round = {-3, 4}, trunc = {-3, 4}} do
      local y = ln[name](int{-3, 4})
      assert.are.equal("int32", y.dtype, name)
      assert.are.same(expected, values(y), name)
    end
    assert.are.same({-2147483648}, values(-int{-2147483648}))
    assert.are.same({-2147483648}, values(int{-2147483648}:abs()))
  end)

  it("become float32 where integers need it", function()
    for _, name in ipairs{"exp", "sqrt", "sigmoid", "tanh", "elu", "reciprocal"} do
      assert.are.equal("float32", ln[name](int{1}).dtype, name)
    end
    assert.are.equal("float64", double{1}:exp().dtype)
    assert.are.same({2, 3}, values(ln.tensor({4, 9}, {dtype = "uint8"}):sqrt()))
    assert.are.equal("int32", (-ln.tensor{1}:gt(0)).dtype)
  end)

  it("are bool for tests", function()
    local x = ln.tensor{nan, inf, -inf, 0}
    assert.are.same({true, false, false, false}, values(x:isnan()))
    assert.are.same({false, true, true, false}, values(x:isinf()))
    assert.are.same({false, false, false, true}, values(x:isfinite()))
    assert.are.same({true, true}, values(int{1, 2}:isfinite()))
  end)
end)

describe("clip", function()
  it("binds on either side or both", function()
    local x = ln.tensor{-2, 0, 3}
    assert.are.same({-1, 0, 1}, values(x:clip(-1, 1)))
    assert.are.same({-1, 0, 3}, values(x:clip(-1)))
    assert.are.same({-2, 0, 1}, values(x:clip{max = 1}))
    assert.are.same({-1, 0, 2}, values(int{-5, 0, 9}:clip(-1.5, 2.5)))
    assert.are.same({"nan"}, values(ln.tensor{nan}:clip(0, 1)))
  end)
end)

describe("round", function()
  it("goes to the even neighbour", function()
    assert.are.same({0, 2, 2, -0.0, -2}, values(ln.tensor{0.5, 1.5, 2.5, -0.5, -1.5}:round()))
  end)

  it("takes decimals, negative ones too", function()
    assert.are.same({1.24, -1.5}, values(double{1.2351, -1.5}:round(2)))
    assert.are.same({1200, -100, 0}, values(ln.tensor{1249, -51, 50}:round{decimals = -2}))
    assert.are.same({1200, -100, 0, 200}, values(int{1249, -51, 50, 150}:round{decimals = -2}))
    assert.are.same({7}, values(int{7}:round(2)))
  end)
end)

describe("layouts", function()
  it("do not matter", function()
    local a = ln.arange(24):reshape{2, 3, 4}
    assert.are.same(values(a:permute{3, 1, 2}:copy():square()), values(a:permute{3, 1, 2}:square()))
    assert.are.same({9, 4, 1, 0}, values(a[{1, 1, {4, 1, -1}}]:square()))
    assert.are.same({}, values(ln.zeros{0, 3}:exp()))
    assert.are.equal("()", tostring(ln.tensor{{2}}:squeeze():exp().shape))
  end)
end)

describe("gradients", function()
  it("of steps are 0", function()
    for _, name in ipairs{"floor", "ceil", "trunc", "round", "sign"} do
      local x = ln.tensor{-1.5, 0.5}
      local tape <close> = ln.GradientTape()
      tape:watch(x)
      assert.are.same({0, 0}, values(tape:gradient(ln[name](x):sum(), {x})[1]), name)
    end
  end)

  it("are the same fused and composed, and have gradients", function()
    for _, name in ipairs{"tanh", "sigmoid", "gelu", "silu", "mish", "elu", "selu", "softplus",
                          "sqrt", "log", "relu", "squareplus", "hard_silu", "arctan"} do
      local x = ln.random.uniform({40}, {min = 0.2, max = 2.5, dtype = "float64"})
      if name ~= "sqrt" and name ~= "log" then x = x * ln.tensor{1, -1}:tile{20} end
      local function first()
        local tape <close> = ln.GradientTape()
        tape:watch(x)
        return tape:gradient(ln[name](x):sum(), {x})[1]
      end
      local fused = first()
      local tape <close> = ln.GradientTape()
      tape:watch(x)
      local composed = first()
      assert.is_true(ln.isclose(fused, composed, {rtol = 1e-12, atol = 1e-13}):all(), name)
      local second = tape:gradient(composed:sum(), {x})[1]
      local h = 1e-5
      local above, below
      x = x + h
      above = first()
      x = x - 2 * h
      below = first()
      local numeric = (above - below) / (2 * h)
      if name == "relu" then
        assert.is_true(not second or second:abs():max():item() == 0)
      else
        assert.is_true(ln.isclose(second, numeric, {rtol = 1e-5, atol = 1e-7}):all(), name)
      end
    end
  end)
end)
