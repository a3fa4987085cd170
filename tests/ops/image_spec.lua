-- ln.image: Keras's numbers (tests/fixtures/images), gradients of what is made of ops in Lua, what
-- is refused.
local ln = require "lunate"
local core = require "lunate.core"
local fails = require "support.fails"
local goldens = require "support.goldens"

local image = ln.image
local here = debug.getinfo(1, "S").source:match("^@(.*)ops/image_spec%.lua$")

local function tensor(part, dtype)
  return ln.tensor(part.values, {dtype = dtype or "float32"}):reshape(part.shape)
end

describe("ln.image", function()
  it("gives Keras's numbers", function()
    local counts = {}
    local text = core.read_file(here .. "fixtures/images/functions.json")
    for _, case in ipairs(core.json_decode(text)) do
      local inputs, options = {}, case.options
      for i, part in ipairs(case.inputs) do inputs[i] = tensor(part) end
      if case.name == "scale_and_translate" then
        options.scale, options.translation = inputs[2], inputs[3]
        for i, axis in ipairs(options.spatial_dims) do options.spatial_dims[i] = axis + 1 end
        inputs = {inputs[1]}
      end
      inputs[#inputs + 1] = options
      local y = image[case.name](table.unpack(inputs))
      goldens.near(y, tensor(case.output), 2e-5, 2e-5, case.name)
      counts[case.name] = (counts[case.name] or 0) + 1
    end
    for _, name in ipairs{"resize", "affine_transform", "map_coordinates", "perspective_transform",
                          "gaussian_blur", "rgb_to_grayscale", "rgb_to_hsv", "hsv_to_rgb",
                          "extract_patches", "scale_and_translate", "crop_images", "pad_images"} do
      assert.is_true((counts[name] or 0) >= 3, name)
    end
  end)

  it("rounds bytes and keeps them bytes", function()
    local x = ln.tensor({{{0}, {255}}, {{10}, {20}}}, {dtype = "uint8"})
    local y = image.resize(x, {3, 5}, "bicubic")
    assert.equal("uint8", y.dtype)
    local z = image.resize(x:astype("float32"), {3, 5}, "bicubic")
    assert.is_true(z:min():item() < 0 and z:max():item() > 255)
    goldens.near(y, ln.clip(z, 0, 255):round():astype("uint8"), 0, 0)
    local large = ln.tensor({{{2 ^ 40}}}, {dtype = "int64"})
    assert.is_true(image.resize(large, {2, 2}, "nearest")[2][2][1] == 2 ^ 40)
    assert.equal("uint8", image.affine_transform(x, {1, 0, 0.5, 0, 1, 0, 0, 0}).dtype)
    assert.equal(128, image.affine_transform(x, {1, 0, 0.5, 0, 1, 0, 0, 0})[1][1][1])
  end)

  it("scales and translates in graphs, to nothing outside, told all that it needs", function()
    local function options()
      return {output_shape = {1, 4, 1}, scale = {1}, translation = {0}, spatial_dims = {2},
        method = "linear"}
    end
    local x = ln.tensor{{{3}, {5}}}
    assert.same({3, 5, 0, 0}, image.scale_and_translate(x, options()):flatten():totable())
    local o = options()
    o.translation, o.antialias = {-5}, false   -- all of it is outside
    assert.same({0, 0, 0, 0}, image.scale_and_translate(x, o):flatten():totable())
    -- By scale and translation that are inputs of a graph.
    local scale, translation = ln.Input{batch_shape = {1}}, ln.Input{batch_shape = {1}}
    o = options()
    o.scale, o.translation = scale, translation
    local model = ln.Model{inputs = {scale, translation}, outputs = image.scale_and_translate(x, o)}
    assert.same({0, 3, 5, 0}, model({ln.ones{1}, ln.ones{1}}):flatten():totable())
    for name in pairs(options()) do
      o = options()
      o[name] = nil
      fails("option '" .. name .. "' is required", image.scale_and_translate, x, o)
    end
  end)

  it("turns one picture like a batch of one", function()
    local x = ln.arange(0, 24):reshape{1, 4, 3, 2}
    for name, options in pairs{gaussian_blur = {}, extract_patches = {size = 2}} do
      goldens.near(image[name](x[1], options), image[name](x, options)[1], 0, 0)
    end
    goldens.near(image.resize(x[1], {2, 2}), image.resize(x, {2, 2})[1], 0, 0)
  end)

  -- Central differences of sum(y * weights) by each element of x.
  local function check_gradient(x, f)
    x = x:astype("float64")
    local function value(t)
      local y = f(t)
      return (y * ln.linspace(0.5, 1.5, y.size, {dtype = "float64"}):reshape(y.shape)):sum()
    end
    local g
    do
      local tape <close> = ln.GradientTape()
      tape:watch(x)
      g = tape:gradient(value(x), x)
    end
    local flat, numeric = x:flatten(), {}
    for i = 1, flat.size do
      local function at(delta)
        local moved = flat:copy()
        moved[i] = flat[i] + delta
        return value(moved:reshape(x.shape)):item()
      end
      numeric[i] = (at(1e-6) - at(-1e-6)) / 2e-6
    end
    goldens.near(g:flatten(), ln.tensor(numeric, {dtype = "float64"}), 1e-5, 1e-5)
  end

  it("has gradients", function()
    ln.set_seed(3)
    local x = ln.random.uniform{3, 4, 3}
    check_gradient(x, image.rgb_to_hsv)
    check_gradient(x, image.hsv_to_rgb)
    check_gradient(x, image.rgb_to_grayscale)
    check_gradient(x, function(t) return image.gaussian_blur(t, {kernel_size = {3, 1}}) end)
    check_gradient(x, function(t) return image.extract_patches(t, {size = 2, padding = "same"}) end)
    check_gradient(x, function(t)
      return image.perspective_transform(t, {{0, 0}, {3, 0}, {0, 2}, {3, 2}},
        {{0.3, 0}, {3, 0.4}, {0, 2}, {2.5, 1.8}})
    end)
    local places = ln.random.uniform({3, 5}, {min = 0.1, max = 1.9})
    check_gradient(x, function(t)
      return image.map_coordinates(t, places:astype("float64"), {order = 1})
    end)
    check_gradient(places, function(t)
      return image.map_coordinates(x:astype("float64"), t, {order = 1, fill_mode = "reflect"})
    end)
    local function scaled(scale, translation)
      return image.scale_and_translate(x:astype("float64"), {output_shape = {4, 3, 3},
        spatial_dims = {1, 2}, scale = scale, translation = translation, method = "cubic"})
    end
    local one = ln.tensor({0.9, 1.3}, {dtype = "float64"})
    check_gradient(one, function(t) return scaled(t, one) end)
    check_gradient(one, function(t) return scaled(one, t) end)
  end)

  it("distorts smoothly, and the same from the same seed", function()
    local x = ln.linspace(0, 1, 12 * 10 * 2):reshape{1, 12, 10, 2}
    local options = {alpha = 3, sigma = 1.5, seed = 4}
    local y = image.elastic_transform(x, options)
    assert.is_true(y == image.elastic_transform(x, options))
    assert.is_false(y == x)
    options.seed = 5
    assert.is_false(y == image.elastic_transform(x, options))
    options.alpha = 0
    goldens.near(image.elastic_transform(x, options), x, 1e-6, 1e-6)
    options.data_format, options.alpha, options.seed = "channels_first", 3, 4
    goldens.near(image.elastic_transform(x:permute{1, 4, 2, 3}, options), y:permute{1, 4, 2, 3},
      0, 0)
    goldens.near(image.elastic_transform(x[1], {alpha = 3, sigma = 1.5, seed = 4}), y[1], 0, 0)
    -- Noise of deviation sigma, smoothed by sigma, is of deviation 1 / (2 sqrt(pi)) inside.
    ln.set_seed(1)
    local ramp = ln.arange(0, 64):reshape{1, 1, 64, 1}:broadcast_to{20, 64, 64, 1}
    local moved = image.elastic_transform(ramp, {alpha = 1, sigma = 2}) - ramp
    local inner = moved[{ {}, {10, -10}, {10, -10} }]
    goldens.near(inner:std():item(), 1 / (2 * math.sqrt(math.pi)), 0.06, 0)
  end)

  it("refuses what it cannot do", function()
    local x = ln.ones{4, 5, 3}
    for _, name in ipairs{"gaussian_blur", "rgb_to_hsv", "crop_images", "extract_patches"} do
      fails("rank 3", image[name], ln.ones{2, 2}, {})
      fails("tensor .*expected", image[name], "x", {})
    end
    fails("height and a width", image.resize, x, {3})
    fails("not both", image.resize, x,
      {size = {2, 2}, crop_to_aspect_ratio = true, pad_to_aspect_ratio = true})
    fails("nothing in pictures", image.resize, ln.ones{0, 2, 3}, {2, 2})
    fails("got bool", image.resize, x:gt(0), {2, 2})
    fails("rank 3", image.resize, ln.ones{2, 2}, {2, 2})
    fails("8 numbers", image.affine_transform, x, ln.ones{7})
    fails("3 transforms for 2 pictures", image.affine_transform, ln.ones{2, 4, 4, 1}, ln.ones{3, 8})
    fails("two of top_cropping", image.crop_images, x, {top_cropping = 1})
    fails("target_height would be %-1", image.crop_images, x,
      {top_cropping = 5, bottom_cropping = 0, left_cropping = 0, target_width = 1})
    fails("bottom_padding would be %-1", image.pad_images, x,
      {top_padding = 0, target_height = 3, left_padding = 0, right_padding = 0})
    fails("do not fit", image.extract_patches, x, {size = 6})
    fails("may be more than 1", image.extract_patches, x, {size = 2, dilation_rate = 2})
    fails("odd", image.gaussian_blur, x, {kernel_size = {2, 3}})
    fails("above 0", image.gaussian_blur, x, {sigma = {0, 1}})
    fails("floats expected", image.rgb_to_hsv, x:astype("uint8"))
    fails("channels expected", image.rgb_to_grayscale, ln.ones{2, 2, 2})
    fails("on a line", image.perspective_transform, x, {{0, 0}, {1, 0}, {0, 1}, {1, 1}},
      {{0, 0}, {1, 1}, {2, 2}, {3, 3}})
    fails("%(4, 2%)", image.perspective_transform, x, {{0, 0}}, {{0, 0}})
    fails("%(3, ...%)", image.map_coordinates, x, ln.ones{2, 4}, {order = 1})
    fails("order", image.map_coordinates, x, ln.ones{3, 4}, {order = 2})
    fails("output_shape", image.scale_and_translate, x,
      {output_shape = {2}, scale = {1}, translation = {1}, spatial_dims = {1}, method = "linear"})
    fails("no name in ln.image 'resise'", function() return image.resise end)
  end)
end)

describe("Resizing and CenterCrop", function()
  it("do as ln.image in models of unknown sizes", function()
    local x = ln.random.uniform{2, 5, 7, 3}
    local input = ln.Input{shape = {false, false, 3}}
    local resizing = ln.layers.Resizing{4, 6, crop_to_aspect_ratio = true}
    local output = ln.layers.CenterCrop{2, 3}(resizing(input))
    assert.equal("(None, 2, 3, 3)", tostring(output.shape))
    local model = ln.Model{inputs = input, outputs = output}
    local y = image.resize(x, {size = {4, 6}, crop_to_aspect_ratio = true})
    goldens.near(model(x), y[{ {}, {2, 3}, {2, 4} }], 1e-6, 1e-6)
    local first = ln.layers.Resizing{4, 6, data_format = "channels_first"}
    goldens.near(first(x:permute{1, 4, 2, 3}), image.resize(x, {4, 6}):permute{1, 4, 2, 3}, 1e-6, 0)
    assert.equal("uint8", ln.layers.Resizing{2, 2}(ln.ones({3, 3, 1}, {dtype = "uint8"})).dtype)
    goldens.near(ln.layers.CenterCrop{8, 4}(x),
      image.resize(x, {size = {8, 4}, crop_to_aspect_ratio = true}), 1e-6, 0)
    fails("not both", ln.layers.Resizing,
      {2, 2, crop_to_aspect_ratio = true, pad_to_aspect_ratio = true})
  end)
end)
