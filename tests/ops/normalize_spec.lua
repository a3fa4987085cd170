-- Normalization: values against the formulas in float64, whatever the layout and the number of
-- channels; what cancels; errors. Gradients and unknown sizes: tests/ops/registry_spec.lua.
local core = require "lunate.core"
local ln = require "lunate"

local normalize_batch = core.op("normalize_batch")

local function near(a, b, bound)
  assert.are.equal(tostring(b.shape), tostring(a.shape))
  local worst = (a:astype("float64") - b):abs():max():item()
  assert.is_true(worst < (bound or 1e-5), worst)
end

-- Axes of x but one, for means.
local function others(x, axis)
  local list = {}
  for k = 1, x.rank do if k ~= axis then list[#list + 1] = k end end
  return list
end

local function along(v, x, axis)
  local shape = {}
  for k = 1, x.rank do shape[k] = k == axis and v.shape[1] or 1 end
  return v:reshape(shape)
end

describe("normalization of channels", function()
  it("has the batch's moments, in every layout", function()
    ln.set_seed(1)
    for _, case in ipairs{{{700, 3}, 2}, {{300, 85}, 2}, {{4, 5, 6, 64}, 4}, {{3, 130, 17}, 2},
      {{40, 2, 9, 33}, 2}, {{6, 4, 4}, 1}, {{1, 70}, 2}, {{2, 3, 2000}, 2}} do
      local x, axis = ln.random.normal(case[1]) * 3 + 5, case[2]
      local n = x.shape[axis]
      local scale, offset = ln.random.uniform{n} + 0.5, ln.random.normal{n}
      local y, mean, variance = normalize_batch(x, scale, offset, {axis = axis, epsilon = 0.01})
      local wide, rest = x:astype("float64"), others(x, axis)
      local m, v = wide:mean{axis = rest}, wide:var{axis = rest}
      near(mean, m)
      near(variance, v, 1e-4)
      local expected = (wide - along(m, x, axis)) / along(v + 0.01, x, axis):sqrt()
        * along(scale, x, axis) + along(offset, x, axis)
      near(y, expected)
      near(ln.batch_normalization(x, m, v, offset, scale, {axis = axis, epsilon = 0.01}), expected)
      near(ln.batch_normalization(x, m, v, nil, scale, {axis = axis, epsilon = 0.01}),
        expected - along(offset, x, axis))
    end
  end)

  it("does not cancel where the mean is large", function()
    ln.set_seed(2)
    local noise = ln.random.normal{5000, 3}
    for _, x in ipairs{noise + 10000, (noise + 10000):transpose():reshape{1, 3, 5000}} do
      local axis = 2
      local _, mean, variance = normalize_batch(x, nil, nil, {axis = axis})
      local wide = x:astype("float64")
      near(mean / 10000, wide:mean{axis = others(x, axis)} / 10000, 1e-6)
      near(variance, wide:var{axis = others(x, axis)}, 1e-3)
    end
  end)

  it("is the same for every number of threads", function()
    local x = ln.random.normal{3000, 70}
    local function all()
      local tape <close> = ln.GradientTape()
      tape:watch(x)
      local y, mean, variance = normalize_batch(x)
      return {y, mean, variance, tape:gradient((y * x):sum(), x)}
    end
    local before = ln.threads()
    ln.threads(1)
    local one = all()
    ln.threads(2)
    local two = all()
    ln.threads(before)
    for k, t in ipairs(one) do assert.are.equal(t, two[k]) end
  end)

  it("of nothing is NaN, of no channels nothing", function()
    local y, mean = normalize_batch(ln.zeros{0, 2})
    assert.are.equal("(0, 2)", tostring(y.shape))
    assert.is_true(mean:isnan():all())
    assert.are.equal(0, normalize_batch(ln.zeros{3, 0}).size)
  end)

  it("refuses what does not fit", function()
    local x, three = ln.zeros{4, 3}, ln.zeros{3}
    assert.error_matches(function() ln.batch_normalization(x, three, ln.zeros{4}) end,
      "input 3 has shape %(4,%), expected one number for each position of axis 2 of %(4, 3%)")
    assert.error_matches(function() ln.batch_normalization(x, three, three, {axis = 3}) end, "axis")
    assert.error_matches(function() ln.batch_normalization(x, three, ln.zeros{1, 3}) end, "input 3")
    assert.are.equal("float32", ln.batch_normalization(ln.zeros({4, 3}, {dtype = "int32"}), three,
      ln.ones{3}).dtype)
  end)
end)

describe("normalization of samples", function()
  it("is over the axes that are named, in any order", function()
    ln.set_seed(3)
    local x = ln.random.normal{3, 4, 37} * 2 + 1
    local wide = x:astype("float64")
    for _, case in ipairs{{{3}, {37}}, {{2, 3}, {4, 37}}, {{2}, {4}}, {{1, 3}, {3, 37}}} do
      local axes, sizes = case[1], case[2]
      local scale, offset = ln.random.uniform(sizes) + 0.5, ln.random.normal(sizes)
      local shape = {1, 1, 1}
      for k, axis in ipairs(axes) do shape[axis] = sizes[k] end
      local m = wide:mean{axis = axes, keepdims = true}
      local h = (wide - m) / (wide:var{axis = axes, keepdims = true} + 0.1):sqrt()
      local expected = h * scale:reshape(shape) + offset:reshape(shape)
      local turned = {}
      for k, axis in ipairs(axes) do turned[#axes - k + 1] = axis - 4 end
      near(ln.layer_normalization(x, scale, offset, {axis = turned, epsilon = 0.1}), expected)
      near(ln.layer_normalization(x, nil, offset, axes, 0.1), h + offset:reshape(shape))
      local root = (wide:square():mean{axis = axes, keepdims = true} + 0.1):sqrt()
      near(ln.rms_normalization(x, scale, axes, 0.1), wide / root * scale:reshape(shape))
    end
  end)

  it("does not cancel where the mean is large", function()
    local x = ln.tensor{{100001, 100002, 100003, 100004}}
    near(ln.layer_normalization(x), ln.layer_normalization(ln.tensor{{1, 2, 3, 4}}), 1e-5)
  end)

  it("refuses what does not fit", function()
    local x = ln.zeros{2, 3}
    assert.error_matches(function() ln.layer_normalization(x, ln.zeros{2}) end,
      "%(2,%) is not the shape of the axes of %(2, 3%) that are normalized")
    assert.error_matches(function() ln.layer_normalization(x, ln.zeros{3}, {axis = 1}) end,
      "is not the shape")
    assert.error_matches(function() ln.layer_normalization(x, {axis = {1, -2}}) end, "named twice")
    assert.error_matches(function() ln.rms_normalization(x, {axis = {}}) end, "empty list")
    assert.error_matches(function() ln.rms_normalization(x, {axis = 3}) end, "axis")
    assert.are.equal("(0, 3)", tostring(ln.layer_normalization(ln.zeros{0, 3}).shape))
    assert.are.equal("(3, 0)", tostring(ln.layer_normalization(ln.zeros{3, 0}).shape))
  end)
end)
