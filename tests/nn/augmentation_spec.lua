-- Augmentation layers: Keras's numbers where nothing is left to chance (tests/fixtures/images), how
-- often and how far where it is, seeds, models, and what is refused.
local ln = require "lunate"
local core = require "lunate.core"
local fails = require "support.fails"
local goldens = require "support.goldens"
local scratch = require "support.scratch"

local layers = ln.layers
local here = debug.getinfo(1, "S").source:match("^@(.*)nn/augmentation_spec%.lua$")
local TRAINING = {training = true}

local function pictures(case)
  local n = 1
  for _, size in ipairs(case.shape) do n = n * size end
  local i = ln.arange(0, n, 1, {dtype = "float64"})
  local x = ln.mod(i * 37, 251) / 251 * case.span + case.low
  return x:astype("float32"):reshape(case.shape)
end

local function same(actual, expected, what)
  if type(expected) == "table" and type(actual) == "table" then
    for key, value in pairs(expected) do same(actual[key], value, what .. "." .. tostring(key)) end
    assert.equal(#expected, #actual, what)
  elseif type(expected) == "number" then
    goldens.near(actual, expected, 1e-6, 1e-6, what)
  else
    assert.equal(expected or false, actual or false, what)
  end
end

describe("augmentation with fixed factors", function()
  local text = core.read_file(here .. "fixtures/images/layers.json")
  for i, case in ipairs(core.json_decode(text)) do
    it(("gives Keras's numbers: %s, case %d"):format(case.name, i), function()
      local layer = layers[case.name](case.options)
      local y = layer(pictures(case), {training = case.training})
      local expected = ln.tensor(case.values):reshape(y.shape)
      goldens.near(y, expected, 2e-4, 2e-4 * case.span)
      same(layer:get_config(), case.config, "config")
    end)
  end
end)

-- The mean and the deviation over a large batch of f(picture).
local function statistics(layer, x, f)
  local values = f(layer(x, TRAINING))
  return values:mean():item(), values:std():item()
end

describe("augmentation by chance", function()
  ln.set_seed(7)
  local N = 4000
  local one = ln.full({N, 2, 2, 3}, 100)

  it("flips half of the pictures", function()
    local x = ln.tensor{{{0}, {1}}, {{2}, {3}}}:expand_dims(1):broadcast_to{N, 2, 2, 1}
    local y = layers.RandomFlip{"horizontal", seed = 1}(x, TRAINING)
    local flipped = y[{ {}, 1, 1, 1 }]
    assert.is_true(math.abs(flipped:mean():item() - 0.5) < 0.04)
    assert.same({1, 0, 3, 2}, layers.RandomFlip{"horizontal"}(x, TRAINING):reshape{N, 4}
      :masked_select(flipped:expand_dims(-1):broadcast_to{N, 4}:gt(0))[{ {1, 4} }]:totable())
    y = layers.RandomFlip{"vertical", seed = 1}(x, TRAINING)[{ {}, 1, 1, 1 }]
    assert.same({0, 2}, {y:min():item(), y:max():item()})
    y = layers.RandomFlip{seed = 1}(x, TRAINING)[{ {}, 1, 1, 1 }]
    assert.same({0, 3}, {y:min():item(), y:max():item()})
    assert.is_true(math.abs(y:mean():item() - 1.5) < 0.12)
  end)

  it("draws factors evenly, one a picture", function()
    local function first(y) return y[{ {}, 1, 1, 1 }] end
    local mean, deviation = statistics(layers.RandomBrightness{0.2, seed = 1}, one, first)
    goldens.near(mean, 100, 0, 2)
    goldens.near(deviation, 0.4 * 255 / math.sqrt(12), 0.05, 0)
    mean = statistics(layers.RandomBrightness{{0.1, 0.2}, seed = 1}, one, first)
    goldens.near(mean, 100 + 0.15 * 255, 0, 1)
    local ramp = ln.arange(0, 16):reshape{1, 1, 16, 1}:broadcast_to{N, 2, 16, 1}
    local function middle(y) return y[{ {}, 1, 9, 1 }] - 8 end
    mean, deviation = statistics(layers.RandomTranslation{0, 0.25, seed = 2}, ramp, middle)
    goldens.near(mean, 0, 0, 0.15)
    goldens.near(deviation, 8 / math.sqrt(12), 0.05, 0)
    local wide = ramp[{ {}, {1, 2} }] - 7.5
    mean, deviation = statistics(layers.RandomZoom{0.5, seed = 3}, wide,
      function(y) return y[{ {}, 1, 10, 1 }] / 1.5 end)
    goldens.near(mean, 1, 0, 0.03)
    goldens.near(deviation, 1 / math.sqrt(12), 0.06, 0)
    local tall = ln.arange(0, 5):reshape{1, 5, 1, 1}:broadcast_to{N, 5, 9, 1}
    mean, deviation = statistics(layers.RandomRotation{0.01, seed = 4}, tall,
      function(y) return y[{ {}, 3, 6, 1 }] - 2 end)
    goldens.near(mean, 0, 0, 0.01)
    goldens.near(deviation, 0.02 * 2 * math.pi / math.sqrt(12), 0.06, 0)
    mean, deviation = statistics(layers.RandomShear{0.2, 0, seed = 5, fill_mode = "constant"},
      ramp:broadcast_to{N, 2, 16, 1}, function(y) return y[{ {}, 2, 9, 1 }] - 8 end)
    goldens.near(mean, 0, 0, 0.02)
    goldens.near(deviation, 0.4 / math.sqrt(12), 0.06, 0)
    mean, deviation = statistics(layers.RandomContrast{0.5, seed = 6},
      ramp * 1, function(y) return (y[{ {}, 1, 10, 1 }] - 7.5) / 1.5 end)
    goldens.near(mean, 1.25, 0, 0.02)   -- from 1 to 1.5, as Keras has it
    goldens.near(deviation, 0.5 / math.sqrt(12), 0.06, 0)
  end)

  it("chooses as many pictures as the factor says", function()
    local function changed(layer, x)
      return (layer(x, TRAINING) - x):abs():reshape{#x, -1}:max{axis = -1}:gt(1e-3)
        :astype("float32"):mean():item()
    end
    local coloured = ln.random.uniform({1, 5, 5, 3}, {min = 0, max = 255}):broadcast_to{N, 5, 5, 3}
    for name, options in pairs{RandomInvert = {}, RandomErasing = {}, RandomGaussianBlur = {},
                               RandomPerspective = {}} do
      for _, share in ipairs{0, 0.3, 1} do
        options.factor, options.seed = {share, share}, 1
        goldens.near(changed(layers[name](options), coloured), share, 0, 0.05, name)
      end
      options.factor = 0.6   -- from 0 to it
      goldens.near(changed(layers[name](options), coloured), 0.3, 0, 0.05, name)
    end
    goldens.near(changed(layers.RandomGrayscale{0.2, seed = 1}, coloured), 0.2, 0, 0.05)
    goldens.near(changed(layers.RandomElasticTransform{{0.4, 0.4}, seed = 1}, coloured), 0.4, 0,
      0.05)
  end)

  it("erases a rectangle of the share asked for", function()
    local x = ln.full({200, 40, 40, 1}, 200)
    local y = layers.RandomErasing{{1, 1}, scale = {0.25, 0.25}, fill_value = 7, seed = 1}(x,
      TRAINING)
    local erased = y:eq(7):astype("float32")
    goldens.near(erased:mean():item(), 0.25, 0.02, 0)
    local rows = erased:max{axis = 3}:sum{axis = 2}
    assert.is_true(rows:min():item() >= 20 and rows:max():item() <= 20)
    local tops = erased:max{axis = 3}:squeeze(-1):argmax{axis = 2}
    assert.is_true(tops:min():item() <= 3 and tops:max():item() >= 18)
    local three = layers.RandomErasing{{1, 1}, scale = {1, 1}, fill_value = {1, 2, 3}}(
      ln.zeros{1, 2, 2, 3}, TRAINING)
    assert.same({1, 2, 3}, three[1][1][1]:totable())
    local noise = layers.RandomErasing{{1, 1}, scale = {1, 1}, seed = 2}(x, TRAINING)
    assert.is_true(noise:min():item() == 0 and noise:max():item() == 255)
  end)

  it("moves corners along the edges that they are at, as Keras does: those at 0 stay", function()
    local rows = ln.arange(0, 20):reshape{1, 20, 1, 1}:broadcast_to{50, 20, 30, 1} * 1
    local layer = layers.RandomPerspective{{1, 1}, scale = 0.4, seed = 1}
    local y = layer(rows, TRAINING)
    assert.is_false(y == rows)
    goldens.near(y[{ {}, 1 }], ln.zeros{50, 30, 1}, 0, 1e-3)
    y = layer(rows:permute{1, 3, 2, 4}, TRAINING)
    goldens.near(y[{ {}, {}, 1 }], ln.zeros{50, 30, 1}, 0, 1e-3)
    goldens.near(layers.RandomPerspective{{1, 1}, scale = 0}(rows, TRAINING), rows, 0, 1e-3)
  end)

  it("spreads values of pictures that lie in any order, and leaves those of one value", function()
    local x = ln.random.uniform({2, 7, 9, 3}, {seed = 1, max = 120})
    local view, layer = x:permute{1, 3, 2, 4}, layers.Equalization()
    local y = layer(view, TRAINING)
    assert.is_true(y == layer(view:copy(), TRAINING))
    assert.equal(255, y:max():item())
    local plain = ln.full({1, 4, 4, 3}, 100)
    assert.is_true(layer(plain, TRAINING) == plain)
  end)

  it("crops at one place for the batch, every place alike", function()
    local x = ln.arange(0, 30):reshape{1, 5, 6, 1}:broadcast_to{3, 5, 6, 1}
    local layer, seen = layers.RandomCrop{2, 4, seed = 1}, {}
    for _ = 1, 200 do
      local y = layer(x, TRAINING)
      local first = y[1][1][1][1]
      assert.is_true((y - first):eq(x[{ {}, {1, 2}, {1, 4} }]):all())
      seen[first] = (seen[first] or 0) + 1
    end
    local n = 0
    for _ in pairs(seen) do n = n + 1 end
    assert.equal(4 * 3, n)
    assert.equal("(3, 2, 4, 1)", tostring(layer(x).shape))
    goldens.near(layers.RandomCrop{8, 8}(x, TRAINING),
      ln.image.resize(x, {size = {8, 8}, crop_to_aspect_ratio = true}), 1e-6, 1e-6)
  end)

  it("keeps the bits that were drawn", function()
    local x = ln.arange(0, 256):reshape{1, 16, 16, 1}:broadcast_to{50, 16, 16, 1}
    local y = layers.RandomPosterization{{2, 5}, seed = 1}(x, TRAINING):reshape{#x, -1}
    local counts = {}
    for i = 1, 50 do counts[y[i]:unique().size] = true end
    assert.same({[4] = true, [8] = true, [16] = true}, counts)
  end)

  it("mixes pictures and labels alike", function()
    local x = ln.arange(0, 8):reshape{8, 1, 1, 1}:broadcast_to{8, 10, 10, 2} * 1
    local labels = ln.eye(8)
    for _, layer in ipairs{layers.MixUp{0.5, seed = 1}, layers.CutMix{seed = 2}} do
      local moved = 0
      for _ = 1, 20 do
        local a, b = layer({x, labels}, TRAINING)
        goldens.near(b:sum{axis = -1}, ln.ones{8}, 1e-5, 0)
        local mean = a:mean{axis = {2, 3, 4}}
        local told = (b * ln.arange(0, 8)):sum{axis = -1}
        goldens.near(mean, told, 0, layer.name:find("cut") and 1.6 or 1e-4)
        moved = moved + (mean - ln.arange(0, 8)):abs():max():item()
      end
      assert.is_true(moved > 10)
      local a, b = layer{x, labels}
      assert.is_true(a == x and b == labels)
      assert.equal("(8, 10, 10, 2)", tostring(layer(x, TRAINING).shape))
      fails("do not fit", layer, {x, ln.eye(3)}, TRAINING)
    end
    local cut = layers.CutMix{seed = 5}(x, TRAINING)
    local off = ln.abs(cut - cut:round())
    assert.equal(0, off:max():item())   -- no value between pictures
  end)

  it("chooses among changes", function()
    local x = ln.random.uniform({4, 12, 12, 3}, {min = 0, max = 255})
    for _, name in ipairs{"RandAugment", "AugMix"} do
      local results = {}
      for seed = 1, 12 do
        local layer = layers[name]{seed = seed}
        local y = layer(x, TRAINING)
        assert.is_true(y == layers[name]{seed = seed}(x, TRAINING))
        assert.is_true(y:min():item() >= -1e-3 and y:max():item() <= 255.001)
        results[tostring(y:mean():item())] = true
        assert.is_true(layer(x) == x)
      end
      local n = 0
      for _ in pairs(results) do n = n + 1 end
      assert.is_true(n >= 8, name .. " " .. n)
    end
    assert.is_true(layers.RandAugment{num_ops = 0}(x, TRAINING) == x)
    local model = ln.Sequential{layers.RandAugment(), layers.Flatten(), layers.Dense(1)}
    model:compile{loss = "mse", optimizer = "sgd", replay = true}
    fails("the choice of an augmentation cannot be replayed", model.fit, model, x, ln.ones{4, 1},
      {verbose = 0})
    -- Labels that are one number a picture are mixed, too.
    local _, y = layers.MixUp{seed = 1}({x, ln.arange(4)}, TRAINING)
    assert.equal("(4,)", tostring(y.shape))
    goldens.near(y:sum():item(), 6, 0, 3)
  end)
end)

-- With what each can be made.
local MADE = {
  RandomFlip = {}, RandomRotation = {0.2}, RandomTranslation = {0.2, 0.2}, RandomZoom = {0.2},
  RandomShear = {0.2, 0.2}, RandomPerspective = {}, RandomElasticTransform = {},
  RandomBrightness = {0.2}, RandomContrast = {0.2}, RandomHue = {0.2}, RandomSaturation = {0.8},
  RandomGrayscale = {}, RandomColorDegeneration = {0.5}, RandomSharpness = {0.9},
  RandomColorJitter = {brightness_factor = 0.1, contrast_factor = 0.1, saturation_factor = 0.6,
                       hue_factor = 0.1},
  RandomGaussianBlur = {}, RandomPosterization = {4}, RandomInvert = {0.5}, RandomErasing = {},
  Equalization = {}, Solarization = {0.2, 0.4}, RandAugment = {}, AugMix = {}, MixUp = {},
  CutMix = {}, RandomCrop = {5, 6},
}

describe("augmentation layers", function()
  ln.set_seed(3)
  local x = ln.random.uniform({3, 6, 8, 3}, {min = 0, max = 255})
  for name, options in pairs(MADE) do
    it(name .. " follows its seed, leaves inference alone, keeps its layout", function()
      local function make(more)
        local all = {}
        for key, value in pairs(options) do all[key] = value end
        for key, value in pairs(more or {}) do all[key] = value end
        return layers[name](all)
      end
      local seeded = {seed = 5}
      if name == "Equalization" then seeded = {} end
      local layer = make(seeded)
      local y = layer(x, TRAINING)
      assert.is_true(y == make(seeded)(x, TRAINING))
      assert.is_false(y == x)
      assert.equal("float32", y.dtype)
      assert.is_false(y:isnan():any())
      if name ~= "RandomCrop" then assert.is_true(layer(x) == x) end
      seeded.data_format = "channels_first"
      goldens.near(make(seeded)(x:permute{1, 4, 2, 3}, TRAINING), y:permute{1, 4, 2, 3}, 1e-5,
        1e-3, name)
      assert.equal("float32", make()(x:astype("uint8"), TRAINING).dtype)
      assert.equal(3, make()(x[1], TRAINING).rank)
      local again = layers.get(core.json_decode(core.json_encode(ln.layers.serialize(layer))))
      assert.is_true(again(x, TRAINING) == make{seed = options.seed or seeded.seed}(x, TRAINING)
        or name == "Equalization")
    end)
  end

  it("are the same in a replay as in Lua's hands", function()
    local function train(replay)
      ln.set_seed(11)
      local chain = layers.Pipeline{{
        layers.RandomFlip(), layers.RandomRotation{0.1}, layers.RandomTranslation{0.1, 0.1},
        layers.RandomZoom{0.1}, layers.RandomCrop{5, 6}, layers.RandomPerspective(),
        layers.RandomElasticTransform(), layers.RandomColorJitter{brightness_factor = 0.1,
        hue_factor = 0.1}, layers.RandomErasing(), layers.MixUp(), layers.CutMix()}}
      local model = ln.Sequential{ln.Input{shape = {6, 8, 3}}, chain, layers.Flatten(),
                                  layers.Dense(2)}
      model:compile{loss = "mse", optimizer = "sgd", run_eagerly = not replay}
      local data = ln.random.uniform{12, 6, 8, 3}
      local history = model:fit(data, ln.ones{12, 2}, {epochs = 3, batch_size = 4, verbose = 0})
      return model:get_weights()[1], history.history.loss
    end
    local weights, loss = train(true)
    local others, other_loss = train(false)
    assert.is_true(weights == others)
    assert.same(loss, other_loss)
    assert.is_true(weights == (train(true)))
  end)

  -- A model of it, trained: in Lua, as a program, replayed, with and without a seed of its own; and
  -- saved after the first of two epochs.
  for name, options in pairs(MADE) do
    it(name .. " changes pictures alike however a model runs, and goes on from a file", function()
      local folder <close> = scratch.folder()
      local path = folder.path .. "/m.keras"
      local images = ln.random.uniform({8, 6, 8, 3}, {min = 0, max = 255, seed = 4})
      local function train(seed, how)
        local all = {seed = name ~= "Equalization" and seed or nil}
        for key, value in pairs(options) do all[key] = value end
        ln.set_seed(9)
        local model = ln.Sequential{ln.Input{shape = {6, 8, 3}}, layers[name](all),
          layers.Rescaling(1 / 255), layers.Flatten(), layers.Dense(2)}
        model:compile{loss = "mse", optimizer = "sgd", run_eagerly = how == "in Lua",
          replay = how == "replayed" or nil}
        local history = model:fit(images, ln.ones{8, 2}, {epochs = 2, batch_size = 3, verbose = 0,
          callbacks = {ln.callbacks.LambdaCallback{on_epoch_end = function(epoch)
            if epoch == 1 then model:save(path) end
          end}}}).history
        return history.loss, model:get_weights()[1]
      end
      for _, seed in ipairs{false, 5} do
        local loss, weights = train(seed or nil, "as a program")
        local ways = {"in Lua"}
        if not name:find("Aug") then ways[2] = "replayed" end   -- its choice cannot be
        for _, how in ipairs(ways) do
          local other_loss, other = train(seed or nil, how)
          assert.same(loss, other_loss, how)
          assert.is_true(weights == other, how)
        end
        local again = ln.load_model(path)
        ln.random.normal{3}
        local rest = again:fit(images, ln.ones{8, 2},
          {epochs = 2, initial_epoch = 2, batch_size = 3, verbose = 0})
        assert.same({loss[2]}, rest.history.loss)
        assert.is_true(weights == again:get_weights()[1])
      end
    end)

    it(name .. " works in a Dataset's map, from a seed of its own", function()
      local images = ln.random.uniform({8, 6, 8, 3}, {min = 0, max = 255, seed = 4})
      local function pass(seed)
        local all = {seed = name ~= "Equalization" and seed or nil}
        for key, value in pairs(options) do all[key] = value end
        local layer, parts = layers[name](all), {}
        local ds = ln.data.Dataset.from_tensors(images):batch(4)
          :map(function(t) return layer(t, TRAINING) end):prefetch(2)
        for _ = 1, 2 do for t in ds:iterate() do parts[#parts + 1] = t end end
        return parts
      end
      ln.set_seed(1)
      local one = pass(5)
      ln.set_seed(2)   -- has no part in it
      local two, other = pass(5), pass(6)
      assert.equal(4, #one)
      local differ, moved = false, false
      for i, t in ipairs(one) do
        assert.is_true(t == two[i])
        differ = differ or not (t == other[i])
        moved = moved or i > 2 and not (t == one[i - 2])
      end
      if name ~= "Equalization" then
        assert.is_true(differ, "another seed")
        assert.is_true(moved, "another pass")
      end
    end)
  end

  it("are saved and loaded, a Pipeline with its layers", function()
    local folder <close> = scratch.folder()
    local model = ln.Sequential{ln.Input{shape = {6, 8, 3}},
      layers.Pipeline{{layers.RandomRotation{{0.1, 0.2}}, layers.RandomFlip{"vertical"}}},
      layers.RandAugment(), layers.Resizing{4, 4}, layers.Flatten(), layers.Dense(2)}
    model:save(folder.path .. "/m.keras")
    local again = ln.load_model(folder.path .. "/m.keras")
    assert.is_true(again:predict(x) == model:predict(x))
    local config = again.layers[1]:get_config()
    assert.equal("RandomFlip", config.layers[2].class_name)
    same(config.layers[1].config.factor, {0.1, 0.2}, "factor")
  end)

  it("work in a Dataset's map", function()
    local flip = layers.RandomFlip{"horizontal", seed = 1}
    local ds = ln.data.Dataset.from_tensors(x, ln.arange(3)):batch(2)
      :map(function(images, y) return flip(images, TRAINING), y end)
    local n = 0
    for images in ds:iterate() do n = n + images.shape[1] end
    assert.equal(3, n)
  end)

  it("have gradients by their pictures", function()
    local layer = layers.RandomRotation{{0.05, 0.05}}
    local tape <close> = ln.GradientTape()
    local small = ln.random.uniform{1, 4, 4, 1}
    tape:watch(small)
    local g = tape:gradient(layer(small, TRAINING):sum(), small)
    goldens.near(g:sum():item(), 16, 1e-4, 0)   -- reflected at the edges, nothing is lost
  end)

  it("refuse what makes no sense", function()
    fails("factor", layers.RandomRotation, {})
    fails("factor is a number or two from %-1 to 1", layers.RandomRotation, {2})
    fails("factor is a number or two from 0 to 1", layers.RandomContrast, {{-0.1, 0.2}})
    fails("from 1 to 8", layers.RandomPosterization, {9})
    fails("leaves no pixel", layers.RandomZoom, {-1})
    fails("value_range", layers.RandomBrightness, {0.1, value_range = {1}})
    fails("odd", layers.RandomGaussianBlur, {kernel_size = 2})
    fails("a number from 0 to 1", layers.RandomGrayscale, {{0.1, 0.2}})
    fails("mode", layers.RandomFlip, {"diagonal"})
    fails("alpha", layers.MixUp, {0})
    fails("rank", layers.RandomFlip(), ln.ones{2, 2})
    fails("3 channels", layers.RandomHue{0.1}, ln.ones{1, 2, 2, 2}, TRAINING)
    fails("2 numbers for 3 channels", layers.RandomErasing{fill_value = {1, 2}},
      ln.ones{1, 2, 2, 3}, TRAINING)
    fails("layer", layers.Pipeline, {{1}})
  end)
end)
