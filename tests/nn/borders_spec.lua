-- ZeroPadding, Cropping and UpSampling beyond their goldens (tests/nn/layers_spec.lua): options,
-- data formats, unknown sizes, dtypes, gradients, errors.
local ln = require "lunate"
local layers, N = ln.layers, false

local function I(...) return ln.Input{batch_shape = {...}} end
local function shape_is(expected, t) assert.are.equal(expected, tostring(t.shape)) end

describe("ZeroPadding and Cropping", function()
  it("take a number, one for each axis, or pairs", function()
    local function amounts(layer)
      local config = layer:get_config()
      return config.padding or config.cropping
    end
    assert.are.same({1, 1}, amounts(layers.ZeroPadding1D()))
    assert.are.same({2, 3}, amounts(layers.ZeroPadding1D{{2, 3}}))
    assert.are.same({{1, 1}, {1, 1}}, amounts(layers.ZeroPadding2D()))
    assert.are.same({{2, 2}, {2, 2}}, amounts(layers.ZeroPadding2D(2)))
    assert.are.same({{1, 1}, {2, 2}}, amounts(layers.ZeroPadding2D{{1, 2}}))
    assert.are.same({{1, 1}, {0, 3}}, amounts(layers.ZeroPadding2D{{1, {0, 3}}}))
    assert.are.same({{1, 2}, {3, 4}, {5, 6}},
      amounts(layers.ZeroPadding3D{padding = {{1, 2}, {3, 4}, {5, 6}}}))
    assert.are.same({1, 1}, amounts(layers.Cropping1D()))
    assert.are.same({{0, 0}, {0, 0}}, amounts(layers.Cropping2D()))
    assert.are.same({{1, 1}, {1, 1}, {1, 1}}, amounts(layers.Cropping3D()))
    assert.are.equal("ZeroPadding2D((1, 1), (0, 3))", tostring(layers.ZeroPadding2D{{1, {0, 3}}}))
  end)

  it("are each other's inverse, in both data formats", function()
    ln.set_seed(1)
    for rank = 1, 3 do
      local shape = {2, 3, 4, 5, 2}
      local x = ln.random.normal{table.unpack(shape, 1, rank + 2)}
      local pairs_of = rank == 1 and {1, 2} or {{1, 2}, {0, 3}, {2, 0}}
      for k = rank + 1, 3 do if rank > 1 then pairs_of[k] = nil end end
      for _, format in ipairs(rank == 1 and {"channels_last"} or {"channels_last",
        "channels_first"}) do
        local options = {pairs_of, data_format = rank > 1 and format or nil}
        local wide = layers["ZeroPadding" .. rank .. "D"](options)(x)
        assert.are.equal(x, layers["Cropping" .. rank .. "D"](options)(wide))
        assert.is_true(math.abs(wide:sum():item() - x:sum():item()) < 1e-4)
        local fixed = format == "channels_last" and rank + 2 or 2
        assert.are.equal(x.shape[fixed], wide.shape[fixed])
      end
    end
    local first = layers.ZeroPadding1D{{0, 2}, data_format = "channels_first"}(ln.ones{1, 2, 3})
    shape_is("(1, 2, 5)", first)
  end)

  it("tell shapes of sizes that are not known, and keep dtypes", function()
    shape_is("(None, None, 6, 3)", layers.ZeroPadding2D(1)(I(N, N, 4, 3)))
    shape_is("(None, None, 2, 3)", layers.Cropping2D{{{1, 2}, 1}}(I(N, N, 4, 3)))
    local x = I(N, N, 1)
    local model = ln.Model{inputs = x, outputs = layers.Cropping1D{{1, 2}}(x)}
    shape_is("(1, 4, 1)", model(ln.ones{1, 7, 1}))
    local bytes = ln.ones({1, 3, 3, 1}, {dtype = "uint8"})
    for _, layer in ipairs{layers.ZeroPadding2D(), layers.Cropping2D(1), layers.UpSampling2D()} do
      assert.are.equal("uint8", layer(bytes).dtype)
    end
  end)

  it("refuse what does not fit", function()
    assert.error_matches(function() layers.Cropping1D{{2, 3}}(ln.zeros{1, 5, 1}) end,
      "cropping %(2, 3%) leaves nothing of axis 2 of shape %(1, 5, 1%)")
    assert.error_matches(function()
      layers.Cropping2D{{{math.maxinteger, math.maxinteger}, 0}}(ln.zeros{1, 5, 5, 1})
    end, "leaves nothing")
    assert.error_matches(function() layers.ZeroPadding2D{{{1, 2}, {3, 4}, {5, 6}}} end,
      "padding is an integer or a list of 2 integers or pairs of them, got 3")
    assert.error_matches(function() layers.ZeroPadding1D{{1, 2, 3}} end, "list of 2")
    for _, wrong in ipairs{-1, {{1, 2, 3}, 1}, {{1}, {2}}, {1.5, 1}, {{1, -2}, {0, 0}}, "1",
      {{1, 2}, before = 3}, {{1, x = 2}, 1}} do
      assert.error_matches(function() layers.ZeroPadding2D{wrong} end,
        "bad option 'padding' of 'ZeroPadding2D' %(integer, or list of integers or pairs of them")
    end
    assert.error_matches(function() layers.ZeroPadding2D(2 ^ 61)(ln.zeros{1, 2, 2, 1}) end, "")
    assert.error_matches(function() layers.ZeroPadding2D()(ln.zeros{2, 2, 1}) end, "rank 4")
  end)
end)

describe("UpSampling", function()
  it("repeats, in both data formats", function()
    local x = ln.arange(4):reshape{1, 2, 2, 1}
    assert.are.same({0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 2, 2, 2, 3, 3, 3},
      layers.UpSampling2D{{2, 3}}(x):flatten():totable())
    local first = layers.UpSampling2D{{2, 3}, data_format = "channels_first"}(x:reshape{1, 1, 2, 2})
    assert.are.equal(layers.UpSampling2D{{2, 3}}(x):flatten(), first:flatten())
    shape_is("(1, 6, 2)", layers.UpSampling1D(3)(ln.zeros{1, 2, 2}))
    shape_is("(1, 4, 4, 6, 2)", layers.UpSampling3D{{2, 2, 3}}(ln.zeros{1, 2, 2, 2, 2}))
    shape_is("(None, None, 8, 3)", layers.UpSampling2D()(I(N, N, 4, 3)))
    local tape <close> = ln.GradientTape()
    tape:watch(x)
    assert.are.same({6, 6, 6, 6},
      tape:gradient(layers.UpSampling2D{{2, 3}}(x), x):flatten():totable())
  end)

  it("interpolates as a resize does, unknown sizes too", function()
    ln.set_seed(2)
    local x = ln.random.normal{2, 4, 5, 3}
    for _, how in ipairs{"bilinear", "bicubic", "lanczos3", "lanczos5"} do
      local layer = layers.UpSampling2D{{2, 3}, interpolation = how}
      local expected = ln.image.resize(x, {8, 15}, {interpolation = how})
      assert.are.equal(expected, layer(x))
      local first = layers.UpSampling2D{{2, 3}, interpolation = how,
        data_format = "channels_first"}
      local turned = first(x:permute{1, 4, 2, 3}):permute{1, 3, 4, 2}
      assert.is_true((turned - expected):abs():max():item() < 1e-5)
      local input = I(N, N, N, 3)
      local model = ln.Model{inputs = input, outputs = layer(input)}
      shape_is("(None, None, None, 3)", model.outputs[1])
      assert.are.equal(expected, model(x))
    end
    shape_is("(0, 8, 15, 3)",
      layers.UpSampling2D{{2, 3}, interpolation = "bilinear"}(ln.zeros{0, 4, 5, 3}))
  end)

  it("refuses what does not fit", function()
    assert.error_matches(function() layers.UpSampling1D(0) end, "size")
    assert.error_matches(function() layers.UpSampling2D{{1, 2, 3}} end,
      "size is an integer or a list of 2 of them")
    assert.error_matches(function() layers.UpSampling2D{2, interpolation = "cubic"} end,
      "interpolation")
    assert.error_matches(function()
      layers.UpSampling2D{math.maxinteger, interpolation = "bilinear"}(ln.zeros{1, 2, 2, 1})
    end, "times larger")
    assert.error_matches(function() layers.UpSampling2D(math.maxinteger)(ln.zeros{1, 2, 2, 1}) end,
      "")
  end)
end)
