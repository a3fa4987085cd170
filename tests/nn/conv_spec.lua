-- Layers of convolutions: options, weights, names, refusals, unknown sizes, training, files.
-- Values: the goldens of tests/nn/layers_spec.lua, and tests/ops/conv_spec.lua.
local ln = require "lunate"
local scratch = require "support.scratch"
local goldens = require "support.goldens"
local layers, N = ln.layers, false

local function I(...) return ln.Input{batch_shape = {...}} end

local CLASSES = {"Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose",
  "Conv3DTranspose", "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"}

local function rank_of(name) return tonumber(name:match("%d")) end
local function is_depthwise(name) return name:find("^Depthwise") ~= nil end

-- A layer with kernels of 3 taps, and 4 filters where it has them.
local function new(name, options)
  options = options or {}
  if not is_depthwise(name) then options.filters = options.filters or 4 end
  options.kernel_size = options.kernel_size or 3
  return layers[name](options)
end

local function input_shape(name, size, channels)
  local shape = {2}
  for _ = 1, rank_of(name) do shape[#shape + 1] = size end
  shape[#shape + 1] = channels
  return shape
end

describe("layers of convolutions", function()
  for _, name in ipairs(CLASSES) do
    it(name .. " has Keras's options and defaults", function()
      local ones, threes, config = {}, {}, new(name):get_config()
      for k = 1, rank_of(name) do ones[k], threes[k] = 1, 3 end
      assert.same(threes, config.kernel_size)
      assert.same(ones, config.strides)
      assert.same(ones, config.dilation_rate)
      assert.equal("valid", config.padding)
      assert.equal("channels_last", config.data_format)
      assert.is_true(config.use_bias)
      local kernel = (is_depthwise(name) or name:find("^Separable")) and "depthwise" or "kernel"
      assert.equal("GlorotUniform", config[kernel .. "_initializer"].class_name)
      assert.equal("Zeros", config.bias_initializer.class_name)
      assert.equal(name:find("^Conv%dD$") and 1 or nil, config.groups)
      assert.equal(kernel == "depthwise" and 1 or nil, config.depth_multiplier)
      assert.is_falsy(config.output_padding)
    end)

    it(name .. " works out the same with channels first", function()
      local shape = input_shape(name, 7, 6)
      local order, back = {1, #shape}, {1}
      for k = 2, #shape - 1 do order[k + 1], back[k] = k, k + 1 end
      back[#shape] = 2
      local last = new(name, {padding = "same", strides = 2, activation = "tanh"})
      local first = new(name, {padding = "same", strides = 2, activation = "tanh",
        data_format = "channels_first"})
      local x = ln.random.normal(shape)
      local y = last(x)
      first:build(ln.zeros(shape):permute(order).shape)
      first:set_weights(last:get_weights())
      assert.is_true(first(x:permute(order)):permute(back) == y)
    end)

    it(name .. " adds an activation that the op knows as one that it does not", function()
      local x = ln.random.normal(input_shape(name, 5, 3))
      for _, activation in ipairs{"relu", "sigmoid", "tanh", "softplus"} do
        local layer = new(name, {activation = activation, bias_initializer = "ones"})
        local plain = new(name)
        local y = layer(x)
        plain:build(x.shape)
        plain:set_weights(layer:get_weights())
        goldens.near(y, ln[activation](plain(x)), 1e-6, 1e-6)
      end
    end)

    it(name .. " tells shapes of sizes that are not known, and keeps its channels", function()
      local shape = {N}
      for _ = 1, rank_of(name) do shape[#shape + 1] = N end
      shape[#shape + 1] = 6
      local layer = new(name, {name = "c"})
      local told = layer(I(table.unpack(shape))).shape
      assert.equal(is_depthwise(name) and 6 or 4, told[#told])
      assert.is_false(told[2])
      assert.error_matches(function() layer(ln.zeros(input_shape(name, 7, 5))) end,
        "in layer 'c': .*6")
      shape[#shape] = N
      assert.error_matches(function() new(name)(I(table.unpack(shape))) end,
        "the number of channels must be known")
      assert.error_matches(function() new(name)(ln.zeros{2, 3}) end, "rank")
    end)

    it(name .. " adds the losses of its regularizers and keeps its constraints", function()
      local kernel = (is_depthwise(name) or name:find("^Separable")) and "depthwise" or "kernel"
      local layer = new(name, {[kernel .. "_regularizer"] = "l2", bias_regularizer = "l1",
        activity_regularizer = "l2", [kernel .. "_constraint"] = "non_neg"})
      layer(ln.random.normal(input_shape(name, 5, 3)))
      assert.equal(3, #layer.losses)
      local model = ln.Sequential{layer}
      model:compile{loss = "mse", optimizer = "sgd"}
      local x = ln.random.normal(input_shape(name, 5, 3))
      model:fit(x, layer(x) * -3, {epochs = 3, verbose = 0})
      assert.is_true(layer.weights[1]:value():min():item() >= 0)
    end)
  end

  it("make weights of Keras's shapes", function()
    local function shapes(layer, ...)
      layer(ln.zeros{...})
      local list = {}
      for k, w in ipairs(layer.weights) do list[k] = w.name .. tostring(w.shape) end
      return table.concat(list, " ")
    end
    assert.equal("kernel(3, 2, 3, 4) bias(4,)",
      shapes(layers.Conv2D{4, {3, 2}, groups = 2}, 1, 5, 5, 6))
    assert.equal("kernel(3, 2, 4, 6)",
      shapes(layers.Conv2DTranspose{4, {3, 2}, use_bias = false}, 1, 5, 5, 6))
    assert.equal("kernel(3, 6, 2) bias(12,)",
      shapes(layers.DepthwiseConv1D{3, depth_multiplier = 2}, 1, 5, 6))
    assert.equal("depthwise_kernel(3, 3, 6, 2) pointwise_kernel(1, 1, 12, 4) bias(4,)",
      shapes(layers.SeparableConv2D{4, 3, depth_multiplier = 2}, 1, 5, 5, 6))
  end)

  it("take options in Keras's order and by Keras's other names", function()
    assert.equal("same", layers.Conv2D{4, 3, 2, "same"}:get_config().padding)
    assert.equal(3, layers.DepthwiseConv2D{3, 1, "same", 3}:get_config().depth_multiplier)
    assert.same({1}, layers.Conv1DTranspose{4, 3, 2, "same", 1}:get_config().output_padding)
    assert.equal("channels_first",
      layers.Conv3DTranspose{4, 3, 2, "same", "channels_first"}:get_config().data_format)
    for _, name in ipairs(CLASSES) do
      if not is_depthwise(name) then
        assert.equal(layers[name], layers[(name:gsub("Conv", "Convolution"))])
      end
    end
    assert.equal("Conv2D(3x2, 4, relu)", tostring(layers.Conv2D{4, {3, 2}, activation = "relu"}))
  end)

  it("refuse what does not go together", function()
    local function refuses(pattern, f) assert.error_matches(f, pattern) end
    refuses("filters", function() layers.Conv2D{0, 3} end)
    refuses("filters must be divisible by groups, got 4 and 3",
      function() layers.Conv2D{4, 3, groups = 3} end)
    refuses("channels of the input must be divisible by groups, got 3",
      function() layers.Conv2D{4, 3, groups = 2}(ln.zeros{1, 5, 5, 3}) end)
    refuses("strides above 1 do not go with a dilation_rate above 1, got strides %(2, 2%)",
      function() layers.Conv2D{4, 3, strides = 2, dilation_rate = {1, 2}} end)
    refuses("strides above 1 do not go",
      function() layers.Conv1DTranspose{4, 3, strides = 2, dilation_rate = 2} end)
    refuses("output_padding must be less than strides, got %(2,%) and %(2,%)",
      function() layers.Conv1DTranspose{4, 3, strides = 2, output_padding = 2} end)
    refuses("kernel_size is an integer or a list of 2 of them, got %(3, 3, 3%)",
      function() layers.Conv2D{4, {3, 3, 3}} end)
    refuses("padding", function() layers.Conv2D{4, 3, padding = "causal"} end)
    refuses("in layer 'c': conv: a kernel of shape .* does not fit an input of .* %(1, 2, 2, 1%)",
      function() layers.Conv2D{4, 3, name = "c"}(ln.zeros{1, 2, 2, 1}) end)
    local layer = layers.Conv2D{4, 3}
    pcall(layer, ln.zeros{1, 2, 2, 1})
    assert.is_false(layer.built)
  end)

  it("train in a model, replayed as eager, and come back from its file", function()
    local function build()
      ln.set_seed(3)
      return ln.Sequential{
        ln.Input{shape = {8, 8, 3}},
        layers.Conv2D{16, 3, padding = "same", activation = "relu"},
        layers.SeparableConv2D{8, 3, strides = 2, padding = "same", activation = "tanh"},
        layers.DepthwiseConv2D{3, padding = "same", activation = "gelu"},
        layers.Conv2DTranspose{4, 3, strides = 2, padding = "same", activation = "sigmoid"},
        layers.Conv2D{4, 2, groups = 2}, layers.Flatten(), layers.Dense(1)}
    end
    ln.set_seed(4)
    local x, t = ln.random.normal{40, 8, 8, 3}, ln.random.normal{40, 1}
    local fast, slow = build(), build()
    fast:compile{loss = "mse", optimizer = "adam"}
    slow:compile{loss = "mse", optimizer = "adam", run_eagerly = true}
    local losses = {}
    for k, model in ipairs{fast, slow} do
      local history = model:fit(x, t, {epochs = 4, batch_size = 16, verbose = 0, shuffle = false})
      losses[k] = history.history.loss
    end
    assert.is_true(losses[1][4] < losses[1][1])
    for k, w in ipairs(fast:get_weights()) do assert.equal(w, slow:get_weights()[k]) end
    local folder <close> = scratch.folder()
    for _, file in ipairs{"conv.keras", "conv.h5"} do
      local path = folder.path .. "/" .. file
      fast:save(path)
      assert.equal(fast:predict(x), ln.load_model(path):predict(x))
    end
  end)
end)
