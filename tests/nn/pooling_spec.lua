-- Pooling layers: options, names, masks, unknown sizes, training and files. Values: the goldens of
-- tests/nn/layers_spec.lua, and tests/ops/pool_spec.lua.
local ln = require "lunate"
local scratch = require "support.scratch"
local layers, N = ln.layers, false

local function I(...) return ln.Input{batch_shape = {...}} end

describe("pooling layers", function()
  it("have Keras's options and defaults", function()
    for rank = 1, 3 do
      local two = {}
      for k = 1, rank do two[k] = 2 end
      local config = layers["MaxPooling" .. rank .. "D"]():get_config()
      assert.are.same(two, config.pool_size)
      assert.are.same(two, config.strides)
      assert.are.equal("valid", config.padding)
      assert.are.equal("channels_last", config.data_format)
      assert.error_matches(function() layers["AveragePooling" .. rank .. "D"]() end, "pool_size")
      assert.error_matches(function() layers["AdaptiveMaxPooling" .. rank .. "D"]() end,
        "output_size")
      assert.are.same(two,
        layers["AdaptiveAveragePooling" .. rank .. "D"](2):get_config().output_size)
    end
    local layer = layers.AveragePooling2D{{2, 3}, strides = 1, padding = "same",
      data_format = "channels_first"}
    assert.are.same({1, 1}, layer:get_config().strides)
    assert.are.equal("(2, 4, 5, 6)", tostring(layer(ln.zeros{2, 4, 5, 6}).shape))
    assert.are.equal("MaxPooling2D(2x3)", tostring(layers.MaxPooling2D{{2, 3}}))
    assert.error_matches(function() layers.MaxPooling2D{{2, 3, 4}} end,
      "pool_size is an integer or a list of 2 of them, got %(2, 3, 4%)")
    assert.error_matches(function() layers.MaxPooling1D{2, strides = {1, 2}} end,
      "strides is an integer or a list of 1")
    assert.error_matches(function() layers.MaxPooling2D{2, padding = "full"} end, "padding")
    assert.error_matches(function() layers.MaxPooling2D(2)(ln.zeros{2, 3, 4}) end, "rank 4")
    assert.error_matches(function() layers.MaxPooling2D{3, name = "p"}(ln.zeros{1, 2, 4, 1}) end,
      "in layer 'p': max_pool: pool_size %(3, 3%) does not fit an input of shape %(1, 2, 4, 1%)")
  end)

  it("have Keras's other names", function()
    for rank = 1, 3 do
      for short, long in pairs{MaxPool = "MaxPooling", AvgPool = "AveragePooling",
        GlobalMaxPool = "GlobalMaxPooling", GlobalAvgPool = "GlobalAveragePooling"} do
        assert.are.equal(layers[long .. rank .. "D"], layers[short .. rank .. "D"])
      end
    end
  end)

  it("tell shapes of sizes that are not known", function()
    local function shape_is(expected, t) assert.are.equal(expected, tostring(t.shape)) end
    shape_is("(None, None, 4)", layers.MaxPooling1D(2)(I(N, N, 4)))
    shape_is("(None, 3, None)", layers.AveragePooling1D{2, padding = "same"}(I(N, 5, N)))
    shape_is("(None, 4, None, 3)",
      layers.MaxPooling2D{2, data_format = "channels_first"}(I(N, 4, N, 7)))
    shape_is("(None, 2, 3, 4)", layers.AdaptiveMaxPooling2D{{2, 3}}(I(N, N, N, 4)))
    shape_is("(None, 4)", layers.GlobalAveragePooling2D()(I(N, N, N, 4)))
    shape_is("(None, 4, 1, 1)", layers.GlobalMaxPooling2D{data_format = "channels_first",
      keepdims = true}(I(N, 4, N, N)))
  end)

  it("GlobalAveragePooling1D leaves masked steps out, and ends the mask", function()
    local x = ln.tensor{{{1, 2}, {3, 4}, {5, 6}}, {{7, 8}, {9, 10}, {11, 12}}}
    local mask = ln.tensor{{true, false, true}, {false, true, false}}
    local y = layers.GlobalAveragePooling1D()(x, {mask = mask})
    assert.are.same({{3, 4}, {9, 10}}, y:totable())
    local first = layers.GlobalAveragePooling1D{data_format = "channels_first", keepdims = true}
    assert.are.same({{{3}, {4}}, {{9}, {10}}},
      first(x:permute{1, 3, 2}, {mask = mask}):totable())
    local input = I(N, 3, 2)
    local pooled = layers.GlobalAveragePooling1D()(layers.Masking()(input))
    local model = ln.Model{inputs = input, outputs = pooled}
    assert.are.same({{2, 3}}, model(ln.tensor{{{1, 2}, {0, 0}, {3, 4}}}):totable())
    assert.error_matches(function()
      layers.GlobalAveragePooling1D()(x, {mask = ln.tensor{true, false}})
    end, "mask of shape %(batch, steps%)")
  end)

  it("train in a model, replayed as eager, and come back from its file", function()
    local function build()
      ln.set_seed(3)
      return ln.Sequential{
        ln.Input{shape = {8, 8, 4}}, layers.MaxPooling2D(2), layers.Dense(6),
        layers.AveragePooling2D{2, strides = 1, padding = "same"},
        layers.AdaptiveAveragePooling2D{{3, 2}}, layers.AdaptiveMaxPooling2D(2),
        layers.GlobalAveragePooling2D(), layers.Dense(1)}
    end
    ln.set_seed(4)
    local x, t = ln.random.normal{40, 8, 8, 4}, ln.random.normal{40, 1}
    local fast, slow = build(), build()
    fast:compile{loss = "mse", optimizer = "adam"}
    slow:compile{loss = "mse", optimizer = "adam", run_eagerly = true}
    for _, model in ipairs{fast, slow} do
      model:fit(x, t, {epochs = 3, batch_size = 8, verbose = 0, shuffle = false})
    end
    for k, w in ipairs(fast:get_weights()) do
      assert.are.equal(w, slow:get_weights()[k])
    end
    local folder <close> = scratch.folder()
    local path = folder.path .. "/pooling.keras"
    fast:save(path)
    local again = ln.load_model(path)
    assert.are.equal(fast:predict(x), again:predict(x))
    assert.are.equal(tostring(fast.layers[3]), tostring(again.layers[3]))
  end)
end)
