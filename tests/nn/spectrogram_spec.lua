-- STFTSpectrogram and MelSpectrogram: what Keras 3.16 computes (tests/fixtures/keras3), shapes that
-- are not known, training, files, what they refuse.
local ln = require "lunate"
local fails = require "support.fails"
local goldens = require "support.goldens"
local json = require "lunate.saving.json"
local scratch = require "support.scratch"
local layers = ln.layers

local fixtures = debug.getinfo(1, "S").source:match("^@(.*)nn/spectrogram_spec%.lua$")
  .. "fixtures/keras3/"

local function signal(n)
  local values = {}
  for i = 0, n - 1 do
    values[i + 1] = math.sin(i * i * 0.013) + 0.3 * math.cos(i * 1.7) + 0.1
  end
  return ln.tensor(values)
end

local function input_of(config, class_name)
  if class_name == "MelSpectrogram" then return signal(40):reshape{2, 20} end
  local first = config.data_format == "channels_first"
  return signal(48):reshape(first and {1, 2, 24} or {1, 24, 2})
end

describe("a spectrogram of Keras:", function()
  for i, case in ipairs(json.decode(goldens.read(fixtures .. "spectrograms.json"))) do
    it(("%s %d"):format(case.class_name, i), function()
      local layer = layers[case.class_name].from_config(case.config)
      local x = input_of(case.config, case.class_name)
      local y = layer(x)
      assert.are.same(case.shape, {table.unpack(y.shape)})
      local wanted = ln.tensor(case.y)
      if case.config.mode == "angle" then   -- of nothing, an angle may be anything
        local real, imag = layer.real_kernel:value(), layer.imag_kernel:value()
        assert.are.equal(2, #layer.trainable_weights)
        assert.are.same({8, 1, 5}, {table.unpack(real.shape)})
        assert.is_true(ln.allclose(real[{ {}, 1, 1 }]:abs():sum(), imag[{ {}, 1, 3 }]:abs():sum(),
          {rtol = 1}))
        y, wanted = ln.cos(y) ^ 2, ln.cos(wanted) ^ 2
      end
      assert.is_true(ln.allclose(y:flatten(), wanted, {rtol = 2e-4, atol = 2e-4}))
      local config = layer:get_config()
      for name, value in pairs(case.config) do
        if type(value) ~= "table" then assert.are.equal(value, config[name], name) end
      end
      assert.is_true(layers[case.class_name].from_config(config)(x) == layer(x))
      -- Shapes as it infers them, of lengths that are known and that are not.
      local inferred = layer:compute_output_shape(x.shape)
      assert.are.equal(tostring(y.shape), tostring(inferred))
      local unknown = {}
      for k, n in ipairs(x.shape) do unknown[k] = n == 2 and k > 1 and n end
      inferred = layer:compute_output_shape(unknown)
      for k, n in ipairs(inferred) do assert.is_true(not n or n == y.shape[k]) end
    end)
  end
end)

describe("STFTSpectrogram", function()
  it("has kernels that learn, and stays what it was in files", function()
    ln.set_seed(3)
    local model = ln.Sequential{ln.Input{shape = {40, 2}},
      layers.STFTSpectrogram{mode = "magnitude", frame_length = 8, fft_length = 8,
        expand_dims = true}, layers.Flatten(), layers.Dense(1)}
    model:compile{loss = "mse", optimizer = ln.optimizers.SGD(0.01)}
    local before = model.layers[1].real_kernel:value():copy()
    local x, t = ln.random.normal{16, 40, 2}, ln.random.normal{16, 1}
    model:fit(x, t, {epochs = 2, verbose = 0})
    assert.is_false(before == model.layers[1].real_kernel:value())
    local folder <close> = scratch.folder()
    for _, ending in ipairs{".keras", ".h5"} do
      model:save(folder.path .. "/m" .. ending)
      assert.is_true(ln.load_model(folder.path .. "/m" .. ending):predict(x) == model:predict(x))
    end
  end)

  it("has the side alone that it tells", function()
    local real = layers.STFTSpectrogram{mode = "real", frame_length = 8}
    local imag = layers.STFTSpectrogram{mode = "imag", frame_length = 8}
    real(ln.ones{1, 8, 1})
    imag(ln.ones{1, 8, 1})
    assert.are.same({"real_kernel"}, {real.weights[1].name, real.weights[2]})
    assert.are.same({"imag_kernel"}, {imag.weights[1].name, imag.weights[2]})
  end)

  it("takes a half frame a step and the next power of two", function()
    assert.are.equal("(2, 4, 9)",
      tostring(layers.STFTSpectrogram{frame_length = 9}(ln.ones{2, 22, 1}).shape))
    assert.are.equal("(2, 6, 9)", tostring(layers.STFTSpectrogram{frame_length = 9,
      padding = "same"}(ln.ones{2, 22, 1}).shape))
    -- Signals shorter than a frame, with zeros around them.
    assert.are.equal("(1, 1, 5)", tostring(layers.STFTSpectrogram{frame_length = 8,
      padding = "same"}(ln.ones{1, 3, 1}).shape))
  end)

  it("computes in 16 bits as in 32, but for their rounding", function()
    local x = signal(48):reshape{1, 24, 2}
    local y = layers.STFTSpectrogram{mode = "magnitude", frame_length = 8}(x)
    for dtype, bound in pairs{mixed_float16 = 5e-3, mixed_bfloat16 = 4e-2, float64 = 1e-5} do
      local half = layers.STFTSpectrogram{mode = "magnitude", frame_length = 8, dtype = dtype}(x)
      assert.is_true((half:astype("float32") - y):abs():max():item() < bound, dtype)
    end
  end)

  it("refuses what makes no frames", function()
    fails("frame_step is 1 to frame_length, 8; got 9", layers.STFTSpectrogram,
      {frame_length = 8, frame_step = 9})
    fails("got 0", layers.STFTSpectrogram, {frame_length = 1})
    fails("fft_length is at least frame_length, 8; got 4", layers.STFTSpectrogram,
      {frame_length = 8, fft_length = 4})
    fails("mode", layers.STFTSpectrogram, {mode = "power"})
    fails("window", layers.STFTSpectrogram, {window = "square"})
    fails("window of shape %(8,%) expected, got %(3,%)",
      layers.STFTSpectrogram{frame_length = 8, window = {1, 2, 3}}, ln.ones{1, 8, 1})
    fails("shorter than sequence_length, 8", layers.STFTSpectrogram{frame_length = 8},
      ln.ones{1, 7, 1})
    fails("rank", layers.STFTSpectrogram(), ln.ones{300})
  end)
end)

describe("MelSpectrogram", function()
  local options = {fft_length = 16, sequence_stride = 6, num_mel_bins = 4, sampling_rate = 1000}

  it("takes one signal as a batch of one", function()
    local layer, x = layers.MelSpectrogram(options), signal(40)
    assert.are.equal("(4, 7)", tostring(layer(x).shape))
    assert.is_true(layer(x) == layer(x:reshape{1, 40})[1])
    assert.are.equal(0, #layer.weights)
  end)

  it("tells power of nothing as min_power, with a gradient", function()
    local layer = layers.MelSpectrogram{fft_length = 8, sequence_stride = 4, num_mel_bins = 2,
      sampling_rate = 1000, mag_exp = 1, power_to_db = false}
    local tape <close> = ln.GradientTape()
    local x = signal(16)
    tape:watch(x)
    local y = layer(x)
    assert.is_true(tape:gradient(y:sum(), x):isfinite():all())
    local silent = layers.MelSpectrogram(options)(ln.zeros{40})
    assert.is_true(ln.allclose(silent, ln.full({4, 7}, -100)))
  end)

  it("follows the dtype of its policy", function()
    for dtype, told in pairs{float64 = "float64", mixed_float16 = "float16"} do
      local layer = layers.MelSpectrogram{fft_length = 16, sequence_stride = 6, num_mel_bins = 4,
        sampling_rate = 1000, dtype = dtype}
      local y = layer(signal(40))
      assert.are.equal(told, y.dtype)
      assert.is_true((y:astype("float32") - layers.MelSpectrogram(options)(signal(40))):abs():max()
        :item() < 0.1)
    end
  end)

  it("says what it has resolved, and refuses what does not go", function()
    local config = layers.MelSpectrogram{fft_length = 32, sampling_rate = 8001}:get_config()
    assert.are.equal(32, config.sequence_length)
    assert.are.equal(4000, config.max_freq)
    fails("fft_length is at least sequence_length, 20; got 16", layers.MelSpectrogram,
      {fft_length = 16, sequence_length = 20})
    fails("min_freq lies below max_freq, got 50 and 40", layers.MelSpectrogram,
      {min_freq = 50, max_freq = 40})
  end)
end)
