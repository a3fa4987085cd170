-- Initializers: statistics against Keras's, seeds, what the exact ones give, errors.

local ln = require "lunate"
local goldens = require "support.goldens"

local initializers = ln.initializers

describe("initializers with Keras's statistics", function()
  for _, case in ipairs(goldens.json("extras", "extras.json").initializers) do
    it(case.name .. " of " .. table.concat(case.shape, "x"), function()
      ln.set_seed(11)
      local initializer = initializers.get(case.name)
      local t = initializer(case.shape)
      assert.are.equal(#case.shape, t.rank)
      assert.are.equal("float32", t.dtype)
      local random = case.note and case.note:find("random")
      local spread = case.max - case.min
      goldens.near(t:mean(), case.mean, 0, random and 0.03 * spread or 1e-7, "mean")
      goldens.near(t:std(), case.std, random and 0.03 or 1e-5, 1e-7, "std")
      -- Bounds where there are some; the extremes of a normal distribution wander.
      local wide = case.name == "random_normal" or case.name == "orthogonal"
      local rel = random and (wide and 0.4 or 0.05) or 1e-6
      goldens.near(t:max(), case.max, rel, 1e-7, "max")
      goldens.near(t:min(), case.min, rel, 1e-7, "min")
      assert.are.equal(case.class_name, initializers.serialize(initializer).class_name)
    end)
  end
end)

describe("initializers", function()
  it("give the exact values of the exact ones, in any dtype", function()
    assert.are.same({{0, 0}}, initializers.Zeros()({1, 2}):totable())
    assert.are.same({1, 1}, initializers.Ones()({2}, {dtype = "int32"}):totable())
    assert.are.equal(0.1, initializers.Constant(0.1)({1}, {dtype = "float64"})[1])
    assert.are.same({{2, 0, 0}, {0, 2, 0}}, initializers.Identity{gain = 2}({2, 3}):totable())
    assert.error_matches(function() initializers.Identity()({2, 2, 2}) end, "%(2, 2, 2%)")
  end)

  it("STFT makes windowed waves", function()
    local plain = initializers.STFT{"real", window = "none"}{4, 1, 3}
    goldens.near(plain:reshape{4, 3}, {{1, 1, 1}, {1, 0, -1}, {1, -1, 1}, {1, 0, -1}}, 0, 1e-6)
    local imag = initializers.STFT{"imag", window = "boxcar", scaling = "spectrum"}{4, 1, 3}
    goldens.near(imag:reshape{4, 3}, {{0, 0, 0}, {0, -0.25, 0}, {0, 0, 0}, {0, 0.25, 0}}, 0, 1e-6)
    -- numpy's hanning(5) is 0, 0.5, 1, 0.5, 0: squares sum to 1.5.
    local hann = initializers.STFT(){5, 1, 2}
    local norm = 1.5 ^ 0.5
    goldens.near(hann[{ {}, 1, 1 }], {0, 0.5 / norm, 1 / norm, 0.5 / norm, 0}, 0, 1e-6)
    assert.error_matches(function() initializers.STFT(){4, 3} end, "%(4, 3%)")
  end)

  it("Orthogonal makes orthonormal columns, or rows", function()
    for _, shape in ipairs{{40, 10}, {10, 40}, {30, 30}, {3, 3, 4, 8}} do
      local t = initializers.Orthogonal{gain = 2}(shape, {dtype = "float64"})
      local columns = shape[#shape]
      local q = t:reshape{t.size // columns, columns} / 2
      local tall = q.shape[1] >= columns
      local product = tall and q:transpose():matmul(q) or q:matmul(q:transpose())
      goldens.near(product, ln.eye(#product, {dtype = "float64"}), 0, 1e-6)
    end
    assert.error_matches(function() initializers.Orthogonal()({3}) end, "%(3,%)")
  end)

  it("TruncatedNormal stays within two deviations", function()
    local t = initializers.TruncatedNormal{mean = 1, stddev = 0.5}({100, 100})
    assert.is_true(t:max() <= 2 and t:min() >= 0)
    assert.is_true(t:max() > 1.9 and t:min() < 0.1)
    goldens.near(t:std(), 0.5 * 0.8796, 0.03, 0)
  end)

  it("Constant takes a list along the last axis", function()
    local c = initializers.Constant{{1, 2, 3}}
    assert.are.same({{1, 2, 3}, {1, 2, 3}}, c{2, 3}:totable())
    assert.are.same({1, 2, 3}, initializers.Constant.from_config(c:get_config()){3}:totable())
    assert.are.same({{{0.5, 0.5}}}, initializers.Constant(0.5){1, 1, 2}:totable())
    assert.are.equal(0.5, initializers.Constant(0.5):get_config().value)
    local layer = ln.layers.Dense{3, bias_initializer = c}
    layer:build{false, 2}
    assert.are.same({1, 2, 3}, layer.weights[2]:value():totable())
    assert.error_matches(function() c{2, 2} end, "3 numbers does not go with shape %(2, 2%)")
    assert.error_matches(function() initializers.Constant{{}}{2} end, "0 numbers")
  end)

  it("VarianceScaling takes the fans from the axes that it is given", function()
    local function limit(options)
      options[1], options.mode, options.distribution = 2, "fan_in", "uniform"
      return initializers.VarianceScaling(options){50, 40, 30}:max():item()
    end
    local near = function(wanted, value) assert.is_true(math.abs(value / wanted - 1) < 1e-3) end
    near((3 * 2 / 1500) ^ 0.5, limit{input_axes = {1, 3}, output_axes = {2}})
    near((3 * 2 / 40) ^ 0.5, limit{input_axes = 2, output_axes = 1})
    near((3 * 2 / 2000) ^ 0.5, limit{input_axes = {2}})   -- one of them alone says nothing
    near((3 * 2) ^ 0.5, limit{input_axes = {}, output_axes = {1}})   -- of no axes the product is 1
    near((3 * 2 / 40) ^ 0.5, limit{input_axes = {2}, output_axes = {}})
    local he = initializers.HeUniform.from_config{input_axes = {0}, output_axes = {-1}}
    assert.are.same({{0}, {-1}}, {he:get_config().input_axes, he:get_config().output_axes})
    near((6 / 50) ^ 0.5, he{50, 40, 30}:max():item())
    assert.error_matches(function()
      initializers.GlorotNormal{input_axes = {4}, output_axes = {1}}{2, 2}
    end, "input_axes")
  end)

  it("VarianceScaling knows its modes and distributions", function()
    local shape = {300, 100}
    for mode, n in pairs{fan_in = 300, fan_out = 100, fan_avg = 200} do
      for _, distribution in ipairs{"uniform", "truncated_normal", "untruncated_normal"} do
        local t = initializers.VarianceScaling{3, mode, distribution}(shape)
        goldens.near(t:std(), math.sqrt(3 / n), 0.03, 0, mode .. " " .. distribution)
      end
    end
    local bare = initializers.VarianceScaling{1, "fan_in", "normal"}
    assert.are.equal("truncated_normal", bare:get_config().distribution)
    assert.error_matches(function() initializers.VarianceScaling{mode = "fan"} end, "fan_in")
    assert.error_matches(function() initializers.VarianceScaling{scale = 0} end, "scale")
  end)

  it("repeat themselves with a seed, and follow set_seed without", function()
    for _, name in ipairs{"GlorotUniform", "HeNormal", "RandomNormal", "RandomUniform",
      "TruncatedNormal", "Orthogonal", "VarianceScaling"} do
      local seeded = initializers[name]{seed = 5}
      assert.are.equal(seeded{4, 3}, seeded{4, 3})
      assert.are.equal(seeded{4, 3}, initializers[name]{seed = 5}{4, 3})
      local free = initializers[name]()
      ln.set_seed(3)
      local first, second = free{4, 3}, free{4, 3}
      assert.are_not.equal(first, second)
      ln.set_seed(3)
      assert.are.equal(first, free{4, 3})
    end
  end)

  it("are known by Keras's names", function()
    for name, class in pairs{
      zeros = "Zeros", ones = "Ones", constant = "Constant", random_normal = "RandomNormal",
      normal = "RandomNormal", uniform = "RandomUniform", truncated_normal = "TruncatedNormal",
      orthogonal = "Orthogonal", identity = "Identity", variance_scaling = "VarianceScaling",
      GlorotUniform = "GlorotUniform", lecun_normal = "LecunNormal",
    } do
      assert.are.equal(class, initializers.serialize(initializers.get(name)).class_name)
    end
    assert.error_matches(function() initializers.get("glorot") end, "glorot")
    assert.error_matches(function() initializers.RandomUniform{1, 0} end, "minval")
  end)
end)
