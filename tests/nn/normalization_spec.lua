-- Normalizing layers beyond their goldens (tests/nn/layers_spec.lua): running statistics in
-- replays, files and clones, frozen layers, masks, renormalization, options, shapes.
local ln = require "lunate"
local goldens = require "support.goldens"
local scratch = require "support.scratch"
local layers, N = ln.layers, false

local function I(...) return ln.Input{batch_shape = {...}} end

local function list(t) return t:value():totable() end

local function same_weights(a, b)
  local x, y = a:get_weights(), b:get_weights()
  assert.are.equal(#x, #y)
  for k, w in ipairs(x) do assert.are.equal(w, y[k], ("weight %d"):format(k)) end
end

describe("BatchNormalization", function()
  it("normalizes by the batch in training, and keeps averages", function()
    local layer = layers.BatchNormalization{momentum = 0.5, epsilon = 0}
    local x = ln.tensor{{1, 10}, {3, 30}}
    assert.are.same({{-1, -1}, {1, 1}}, layer(x, {training = true}):totable())
    local gamma, beta, mean, variance = table.unpack(layer.variables)
    assert.are.same({1, 10}, list(mean))               -- half of 0, half of 2 and 20
    assert.are.same({1, 50.5}, list(variance))         -- half of 1, half of 1 and 100
    layer(x, {training = true})
    assert.are.same({1.5, 15}, list(mean))
    gamma:assign{2, 1}
    beta:assign{1, 0}
    variance:assign{4, 25}
    assert.are.same({{0.5, -1}, {2.5, 3}}, layer(x):totable())
    assert.are.same({1.5, 15}, list(mean))             -- inference leaves them
    assert.are.same({"gamma", "beta", "moving_mean", "moving_variance"},
      {gamma.name, beta.name, mean.name, variance.name})
    assert.are.equal(2, #layer.trainable_weights)
    assert.are.equal("BatchNormalization(axis=-1, momentum=0.5)", tostring(layer))
  end)

  it("is frozen where it is not trainable: inference, whatever the call says", function()
    local layer = layers.BatchNormalization{epsilon = 0}
    local x = ln.tensor{{1}, {3}}
    layer(x)
    layer.trainable = false
    assert.are.equal(x, layer(x, {training = true}))
    assert.are.same({0}, list(layer.variables[3]))
    local model = ln.Sequential{ln.Input{shape = {1}}, layer, layers.Dense(1)}
    model.trainable = true
    model:compile{loss = "mse"}
    model:fit(x, x, {verbose = 0})
    local moved = list(layer.variables[3])
    assert.is_true(moved[1] > 0)
    model.trainable = false
    model:compile{loss = "mse"}
    model:fit(x, x, {verbose = 0})
    assert.are.same(moved, list(layer.variables[3]))
  end)

  it("takes its statistics from what the mask keeps", function()
    local layer = layers.BatchNormalization{momentum = 0}
    local x = ln.tensor{{{1}, {100}}, {{3}, {200}}}
    layer(x, {training = true, mask = ln.tensor{{true, false}, {true, false}}})
    goldens.near(list(layer.variables[3]), {2}, 1e-5, 1e-6)
    goldens.near(list(layer.variables[4]), {1}, 1e-5, 1e-6)
    assert.error_matches(function() layer(x, {training = true, mask = ln.tensor{true, false}}) end,
      "mask of one axis less than the input, got shapes %(2,%) and %(2, 2, 1%)")
    local masked = layers.Masking()
    local input = I(N, 3, 2)
    local model = ln.Model{inputs = input,
      outputs = layers.GlobalAveragePooling1D()(layers.BatchNormalization{epsilon = 0}(
        masked(input)))}
    assert.are.same({{2, 3}}, model(ln.tensor{{{1, 2}, {0, 0}, {3, 4}}}):totable())   -- it goes on
  end)

  it("renormalizes: as if by averages, within bounds", function()
    local layer = layers.BatchNormalization{renorm = true, epsilon = 0, momentum = 0.5,
      renorm_momentum = 0.5, renorm_clipping = {rmax = 3, dmax = 1}}
    local x = ln.tensor{{2}, {6}}                         -- mean 4, deviation 2
    -- r = 2 / 1, d = 4 / 1 cut to 1: (-1, 1) * 2 + 1
    assert.are.same({{-1}, {3}}, layer(x, {training = true}):totable())
    local values = {}
    for k = 3, 7 do values[layer.variables[k].name] = list(layer.variables[k])[1] end
    assert.are.same({moving_mean = 2, moving_variance = 2.25, moving_stddev = 1.5,
      renorm_mean = 2, renorm_stddev = 1.5}, values)
    -- r = 2 / 1.5, d = (4 - 2) / 1.5 cut to 1
    goldens.near(layer(x, {training = true}), ln.tensor{{-1 / 3}, {7 / 3}}, 1e-6, 0)
    local config = layer:get_config()
    assert.are.same({rmax = 3, dmax = 1}, config.renorm_clipping)
    assert.are.equal(tostring(layer), tostring(layers.BatchNormalization.from_config(config)))
    assert.error_matches(function()
      layers.BatchNormalization{renorm = true, renorm_clipping = {rmax = 1, rmin = 2}}
    end, "rmax %(1%) is at least rmin %(2%)")
    assert.error_matches(function()
      layers.BatchNormalization{renorm = true, renorm_clipping = {dmax = -1}}
    end, "dmax is at least 0")
    assert.error_matches(function() layers.BatchNormalization{renorm_clipping = {max = 1}} end,
      "table of numbers by name: rmax, rmin, dmax or none expected")
    assert.error_matches(function() layers.BatchNormalization{renorm_clipping = {rmax = "x"}} end,
      "renorm_clipping")
  end)

  it("takes renorm's correction for a constant, and bounds it on both sides", function()
    ln.set_seed(3)
    local x, weights = ln.random.normal{6, 2} * 3 - 4, ln.random.normal{6, 2}
    local function slope(layer)
      local tape <close> = ln.GradientTape()
      tape:watch(x)
      return tape:gradient((layer(x, {training = true}) * weights):sum(), x)
    end
    local plain = slope(layers.BatchNormalization{epsilon = 0})
    -- r is the batch's deviation over 1
    goldens.near(slope(layers.BatchNormalization{renorm = true, epsilon = 0}),
      plain * x:std{axis = 1}, 1e-4, 1e-5)
    local bounded = layers.BatchNormalization{renorm = true, epsilon = 0,
      renorm_clipping = {rmax = 1, dmax = 0.5}}
    -- (x - mean) / deviation - 0.5: the mean is far below 0
    goldens.near(bounded(x, {training = true}),
      (x - x:mean{axis = 1}) / x:std{axis = 1} - 0.5, 1e-4, 1e-5)
  end)

  it("keeps renorm's variance less epsilon, and not below 0", function()
    local x = ln.tensor{{2}, {6}}   -- variance 4
    local layer = layers.BatchNormalization{renorm = true, epsilon = 0.5, momentum = 0.5}
    layer(x, {training = true})
    local deviation = 0.5 + 0.5 * math.sqrt(4.5)
    goldens.near(list(layer.variables[4]), {deviation ^ 2 - 0.5}, 1e-6, 0)
    layer = layers.BatchNormalization{renorm = true, epsilon = 0.5,
      moving_variance_initializer = "zeros"}
    layer(x, {training = true})
    assert.are.same({0}, list(layer.variables[4]))
  end)

  local function data()
    ln.set_seed(4)
    return ln.random.normal{40, 6, 5, 3} * 2 + 1, ln.random.normal{40, 1}
  end

  -- The same network in three forms.
  local function sequential()
    ln.set_seed(5)
    return ln.Sequential{ln.Input{shape = {6, 5, 3}}, layers.Dense(8),
      layers.BatchNormalization(), layers.MaxPooling2D(2), layers.LayerNormalization(),
      layers.BatchNormalization{renorm = true, scale = false}, layers.GroupNormalization(4),
      layers.RMSNormalization(), layers.GlobalAveragePooling2D(), layers.Dense(1)}
  end
  local function functional()
    local like = sequential()
    local x = ln.Input{shape = {6, 5, 3}}
    local y = x
    for _, layer in ipairs(like.layers) do y = layer(y) end
    return ln.Model{inputs = x, outputs = y}
  end
  local Chain = ln.Model:extend("Chain")
  function Chain:init(options)
    Chain.super.init(self, options)
    self.parts = sequential().layers
  end
  function Chain:call(x, options)
    for _, layer in ipairs(self.parts) do
      x = layer(x, {training = options.training})
    end
    return x
  end

  it("trains to the same bits in every form, replayed or eager", function()
    local x, t = data()
    local first
    for _, case in ipairs{{sequential}, {functional}, {Chain}, {sequential, {run_eagerly = true}},
      {Chain, {replay = true}}} do
      local model = case[1]()
      local options = {loss = "mse", optimizer = "adam"}
      for key, value in pairs(case[2] or {}) do options[key] = value end
      model:compile(options)
      model:fit(x, t, {epochs = 3, batch_size = 8, verbose = 0, shuffle = false})
      first = first or model
      local a, b = first:get_weights(), model:get_weights()
      for k, w in ipairs(a) do assert.are.equal(w, b[k]) end
      assert.are.equal(first:predict(x), model:predict(x))
    end
  end)

  it("goes on from its file, and from a clone with its weights", function()
    local x, t = data()
    local folder <close> = scratch.folder()
    for _, ending in ipairs{".keras", ".h5"} do
      local model = sequential()
      model:compile{loss = "mse", optimizer = "adam"}
      model:fit(x, t, {epochs = 2, batch_size = 8, verbose = 0, shuffle = false})
      model:save(folder.path .. "/m" .. ending)
      local again = ln.load_model(folder.path .. "/m" .. ending)
      same_weights(model, again)
      for _, m in ipairs{model, again} do
        m:fit(x, t, {epochs = 2, batch_size = 8, verbose = 0, shuffle = false})
      end
      same_weights(model, again)
      local clone = ln.clone_model(model)
      clone:set_weights(model:get_weights())
      assert.are.equal(model:predict(x), clone:predict(x))
    end
  end)

  it("changes its averages once a step, and not where only shapes are asked for", function()
    local x, t = data()
    local model = sequential()
    model:compile{loss = "mse", optimizer = ln.optimizers.SGD(0)}
    local layer = model.layers[2]
    model:predict(x)
    model:evaluate(x, t, {verbose = 0})
    layer:compute_output_shape{N, 6, 5, 8}
    assert.are.same({0, 0, 0, 0, 0, 0, 0, 0}, list(layer.variables[3]))
    model:fit(x, t, {epochs = 3, batch_size = 40, verbose = 0})
    local hidden = model.layers[1](x)
    local mean = hidden:mean{axis = {1, 2, 3}}
    goldens.near(layer.variables[3]:value(), mean * (1 - 0.99 ^ 3), 1e-4, 1e-6)
  end)

  it("keeps its shape, and what it was built for", function()
    assert.are.equal("(None, None, 4)", tostring(layers.BatchNormalization()(I(N, N, 4)).shape))
    assert.are.equal("(None, 4, None)", tostring(layers.BatchNormalization{axis = 2}(
      I(N, 4, N)).shape))
    assert.error_matches(function() layers.BatchNormalization()(I(N, 4, N)) end,
      "the input's size must be known")
    local layer = layers.BatchNormalization()
    layer(ln.zeros{2, 3})
    assert.error_matches(function() layer(ln.zeros{2, 4}) end, "axis %-1 of the input to be 3")
    assert.error_matches(function() layer(ln.zeros{2, 4, 3}) end, "an input of rank 2")
    assert.error_matches(function() layers.BatchNormalization{axis = 4}(ln.zeros{2, 3}) end, "axis")
    assert.is_true(layers.BatchNormalization{synchronized = true}:get_config().synchronized)
  end)
end)

describe("LayerNormalization, RMSNormalization, GroupNormalization", function()
  it("have weights of the axes' sizes", function()
    local function shapes(layer, ...)
      layer:build{...}
      local text = {}
      for _, v in ipairs(layer.variables) do text[#text + 1] = v.name .. tostring(v.shape) end
      return table.concat(text, " ")
    end
    assert.are.equal("gamma(3, 4) beta(3, 4)",
      shapes(layers.LayerNormalization{axis = {-1, 2}}, N, 3, 4))
    assert.are.equal("beta(4,)", shapes(layers.LayerNormalization{scale = false}, N, 3, 4))
    assert.are.equal("scale(3,)", shapes(layers.RMSNormalization{axis = 2}, N, 3, 4))
    assert.are.equal("gamma(4,)", shapes(layers.GroupNormalization{2, center = false}, N, N, 4))
  end)

  it("normalize each sample", function()
    local x = ln.tensor{{1, 3, 10, 30}}
    assert.are.same({{-1, 1, -1, 1}},
      layers.GroupNormalization{2, epsilon = 0}(x):round{decimals = 5}:totable())
    local steps = x:reshape{1, 2, 2}
    assert.are.same({{{-1, -1}, {1, 1}}},
      layers.GroupNormalization{-1, epsilon = 0}(steps):round{decimals = 5}:totable())
    assert.are.equal(layers.GroupNormalization{1}(steps),
      layers.GroupNormalization{1, axis = 2}(steps))
    local channels = ln.random.normal({2, 3, 5, 4}, {seed = 1})
    local last = layers.GroupNormalization{2}(channels)
    local second = layers.GroupNormalization{2, axis = 2}(channels:permute{1, 4, 2, 3})
    goldens.near(second:permute{1, 3, 4, 2}, last, 1e-4, 1e-5)
    assert.are.same({{-1, 1}}, layers.LayerNormalization{epsilon = 0}(x[{ {}, {1, 2} }]):totable())
    local old = layers.LayerNormalization{epsilon = 0, rms_scaling = true}
    assert.are.same({{1, 3}}, old(x[{ {}, {1, 2} }]):totable())   -- deviation 1, mean kept
    assert.are.equal(1, #old.variables)
  end)

  it("refuse what they cannot take", function()
    assert.error_matches(function() layers.GroupNormalization(3)(ln.zeros{2, 4}) end,
      "4 channels %(axis 2 of shape %(2, 4%)%) do not make 3 groups")
    assert.error_matches(function() layers.GroupNormalization(8)(ln.zeros{2, 4}) end,
      "do not make 8 groups")
    assert.error_matches(function() layers.GroupNormalization(0) end, "groups")
    assert.error_matches(function() layers.GroupNormalization(-2) end, "groups")
    assert.error_matches(function() layers.GroupNormalization(2)(I(N, N)) end, "must be known")
    assert.error_matches(function() layers.LayerNormalization{axis = {2, -1}}(ln.zeros{2, 4}) end,
      "axis 2 is named twice")
    assert.error_matches(function() layers.LayerNormalization{axis = {}} end, "empty list")
    local layer = layers.LayerNormalization()
    layer(ln.zeros{2, 4})
    assert.error_matches(function() layer(ln.zeros{2, 5}) end, "axis %-1 of the input to be 4")
  end)
end)

describe("normalizing layers in mixed precision", function()
  it("compute in float32, with statistics and weights that are not cast", function()
    ln.set_seed(8)
    local x = ln.random.normal{4, 6, 8} * 3 + 2
    for _, name in ipairs{"BatchNormalization", "LayerNormalization", "GroupNormalization",
      "RMSNormalization"} do
      local options = name == "GroupNormalization" and {4} or {}
      local plain = layers[name](options)(x, {training = true})
      options.dtype = "mixed_bfloat16"
      local layer = layers[name](options)
      local y = layer(x, {training = true})
      assert.are.equal("bfloat16", y.dtype)
      assert.are.equal("float32", layer.variables[1].dtype)
      assert.is_true((y:astype("float32") - plain):abs():max():item() < 0.03)
    end
  end)
end)

describe("dropout of channels", function()
  it("drops them at all positions", function()
    ln.set_seed(6)
    for rank = 1, 3 do
      for _, format in ipairs{"channels_last", "channels_first"} do
        if rank > 1 or format == "channels_last" then
          local shape = {5}
          for k = 1, rank + 1 do shape[k + 1] = 4 end
          local options = {0.4, data_format = rank > 1 and format or nil}
          local layer = layers["SpatialDropout" .. rank .. "D"](options)
          local x = ln.ones(shape)
          assert.are.equal(x, layer(x))
          local y = layer(x, {training = true})
          if format == "channels_first" then
            local order = {1}
            for k = 1, rank do order[k + 1] = k + 2 end
            order[rank + 2] = 2
            y = y:permute(order)
          end
          local flat = y:reshape{5, -1, 4}
          assert.are.equal(flat:min{axis = 2}, flat:max{axis = 2})
          local share = flat:eq(0):astype("float32"):mean():item()
          assert.is_true(share > 0.1 and share < 0.8)
          goldens.near(flat:max(), 1 / 0.6, 1e-6, 0)
        end
      end
    end
    local config = layers.SpatialDropout2D{0.5, data_format = "channels_first"}:get_config()
    assert.are.equal("channels_first", config.data_format)
    assert.is_nil(config.trainable)   -- Keras's class does not take it
  end)

  it("AlphaDropout keeps mean and variance", function()
    ln.set_seed(7)
    local x = ln.random.normal{20000}
    local layer = layers.AlphaDropout{0.3, seed = 1}
    assert.are.equal(x, layer(x))
    local y = layer(x, {training = true})
    assert.is_true(math.abs(y:mean():item()) < 0.03)
    assert.is_true(math.abs(y:var():item() - 1) < 0.05)
    -- What is dropped becomes a p + b, for Keras's a and b.
    local p = -1.6732632423543772 * 1.0507009873554805
    local a = (0.7 * (1 + 0.3 * p * p)) ^ -0.5
    local dropped = (y - (a * p - a * p * 0.3)):abs():lt(1e-5)
    assert.is_true(math.abs(dropped:astype("float32"):mean():item() - 0.3) < 0.02)
    local kept = dropped:logical_not():astype("float32")
    goldens.near(y * kept, (x * a - a * p * 0.3) * kept, 1e-5, 1e-5)
    local rows = layers.AlphaDropout{0.5, noise_shape = {false, 1}}(ln.ones{9, 5},
      {training = true})
    assert.are.equal(rows:min{axis = 2}, rows:max{axis = 2})
    assert.error_matches(function() layers.AlphaDropout(1) end, "rate")
    assert.error_matches(function()
      layers.AlphaDropout{0.5, noise_shape = {2, 1}}(ln.ones{9, 5}, {training = true})
    end, "noise_shape %(2, 1%) does not fit an input of shape %(9, 5%)")
  end)
end)
