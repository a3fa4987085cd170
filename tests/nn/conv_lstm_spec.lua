-- ConvLSTM1D, 2D, 3D: Keras 3.16's numbers for options, masks and states (fixtures/conv_lstm),
-- files of Keras's, dropout, and what is refused. What all recurrent layers promise is in
-- recurrent_spec.lua.
local ln = require "lunate"
local core = require "lunate.core"
local fails = require "support.fails"
local goldens = require "support.goldens"
local json = require "lunate.saving.json"
local keras_model = require "support.keras_model"
local scratch = require "support.scratch"

local layers = ln.layers
local here = debug.getinfo(1, "S").source:match("^@(.*)nn/")

local function near(found, expected) goldens.near(found, expected, 2e-5, 2e-5) end
local function numbers(...) return ln.sin(ln.arange(ln.zeros{...}.size) * 1.7):reshape{...} end

local function given(case)
  local options = {}
  if case.mask then options.mask = ln.tensor(case.mask, {dtype = "bool"}) end
  if case.init then
    options.initial_state = {ln.tensor(case.init[1]), ln.tensor(case.init[2])}
  end
  return options
end

local function tensors(list)
  local out = {}
  for i, value in ipairs(list) do out[i] = ln.tensor(value) end
  return out
end

describe("ConvLSTM", function()
  local cases = json.decode(core.read_file(here .. "fixtures/conv_lstm/cases.json"))
  for i, case in ipairs(cases) do
    it(("%s, case %d: outputs, states and gradients as in Keras"):format(case.class, i), function()
      local layer = layers[case.class](case.options)
      local x, options = ln.Variable(ln.tensor(case.x)), given(case)
      layer(x, options)
      layer:set_weights(tensors(case.w))
      local tape <close> = ln.GradientTape()
      local outputs, loss = table.pack(layer(x, options)), 0
      assert.equal(#case.y, outputs.n)
      for k, y in ipairs(outputs) do
        near(y, ln.tensor(case.y[k]))
        loss = loss + (y * ln.tensor(case.r[k])):sum()
      end
      for _, more in ipairs(layer.losses) do loss = loss + more end
      local variables = {x, table.unpack(layer.trainable_variables)}
      local gradients = tape:gradient(loss, variables)
      near(gradients[1], ln.tensor(case.gx))
      for k, expected in ipairs(case.gw) do near(gradients[k + 1], ln.tensor(expected)) end
      assert.equal(#case.gw + 1, #gradients)
    end)
  end

  it("is read from Keras's file, with its states and options, and written again", function()
    local folder <close> = scratch.folder()
    local model = keras_model("conv_lstm", folder, function(y, expected)
      goldens.near(y, expected, 1e-5, 1e-6)
    end)
    local layer = model:get_layer("second")
    assert.same({2}, layer:get_config().strides)
    assert.is_true(layer.go_backwards)
    assert.equal("ConvLSTM1D(2, 3)", tostring(layer))
    assert.equal("ConvLSTM2D(3x3, 2)", tostring(model:get_layer("first")))
  end)

  it("says the shapes of its results, known and not", function()
    local input = ln.Input{shape = {false, 6, 5, 3}}
    local y, h, c = layers.ConvLSTM2D{4, {3, 2}, strides = {2, 1}, return_sequences = true,
      return_state = true}(input)
    assert.equal("(None, None, 2, 4, 4)", tostring(y.shape))
    assert.equal("(None, 2, 4, 4)", tostring(h.shape))
    assert.equal("(None, 2, 4, 4)", tostring(c.shape))
    local first = layers.ConvLSTM1D{2, 3, dilation_rate = 2, data_format = "channels_first"}
    assert.equal("(None, 2, 3)", tostring(first(ln.Input{shape = {5, 1, 7}}).shape))
  end)

  it("begins with a forget gate that is open, unless told otherwise", function()
    local function bias(options)
      local layer = layers.ConvLSTM1D(options)
      layer(ln.ones{1, 2, 3, 1})
      return layer.weights[3] and layer.weights[3]:totable() or #layer.weights
    end
    assert.same({0, 0, 1, 1, 0, 0, 0, 0}, bias{2, 2})
    assert.same({0, 0, 0, 0, 0, 0, 0, 0}, bias{2, 2, unit_forget_bias = false})
    assert.same({2, 1, 2, 2}, bias{1, 2, bias_initializer = ln.initializers.Constant(2)})
    assert.equal(2, bias{2, 2, use_bias = false})
  end)

  it("drops parts of inputs and states in training, the same in all steps", function()
    local ones = {kernel_initializer = "ones", recurrent_initializer = "zeros", use_bias = false,
      recurrent_activation = "linear", activation = "linear", return_sequences = true}
    local function layer(more)
      local options = {1, 1}
      for _, list in ipairs{ones, more} do for k, v in pairs(list) do options[k] = v end end
      return layers.ConvLSTM1D(options)
    end
    local x = ln.ones{1, 3, 400, 1}
    local dropping = layer{dropout = 0.5, seed = 3}
    assert.is_true(dropping(x) == layer{}(x))   -- not while predicting
    -- The output of the first step is input * candidate * output, each 0 or 2.
    local y = dropping(x, {training = true})
    local first = y[1][1]:flatten():totable()
    local kept = 0
    for _, value in ipairs(first) do
      assert.is_true(value == 0 or value == 8)
      if value == 8 then kept = kept + 1 end
    end
    assert.is_true(kept > 25 and kept < 80)   -- 400 / 8
    -- What is dropped stays dropped: c' = f c + i g, of which each factor is what it was.
    for k = 1, 400 do
      if first[k] == 8 then
        local f = (y[1][2][k][1] / 2 - 4) / 4
        assert.is_true(f == 0 or f == 2)
        assert.equal(2 * (f * (4 * f + 4) + 4), y[1][3][k][1])
      end
    end
    assert.is_false(dropping(x, {training = true}) == y)
    local again = layer{dropout = 0.5, seed = 3}
    assert.is_true(again(x, {training = true}) == y)
    local states = layers.ConvLSTM1D{1, 1, kernel_initializer = "zeros", use_bias = false,
      recurrent_initializer = "ones", recurrent_activation = "linear", activation = "linear",
      recurrent_dropout = 0.5}
    local h = ln.ones{1, 400, 1}
    y = states(x[{ {}, {1, 1} }], {initial_state = {h, ln.zeros{1, 400, 1}}, training = true})
    for _, value in ipairs(y:flatten():totable()) do assert.is_true(value == 0 or value == 8) end
    assert.is_true(y:max():item() == 8 and y:min():item() == 0)
  end)

  it("is stateful until it is reset", function()
    local x = numbers(2, 4, 5, 1)
    local whole = layers.ConvLSTM1D{2, 3, padding = "same", return_sequences = true}
    local y = whole(x)
    local layer = layers.ConvLSTM1D{2, 3, padding = "same", return_sequences = true,
      stateful = true}
    layer(x[{ {}, {1, 2} }])
    layer:set_weights(whole:get_weights())
    layer:reset_state()
    for _ = 1, 2 do
      near(layer(x[{ {}, {1, 2} }]), y[{ {}, {1, 2} }])
      near(layer(x[{ {}, {3, 4} }]), y[{ {}, {3, 4} }])
      layer:reset_state()
    end
  end)

  it("learns, replayed as it does eagerly", function()
    local function trained(eager)
      ln.set_seed(4)
      local model = ln.Sequential{ln.Input{shape = {3, 4, 4, 1}},
        layers.ConvLSTM2D{2, 2, recurrent_dropout = 0.2}, layers.Flatten(), layers.Dense(1)}
      model:compile{loss = "mse", optimizer = ln.optimizers.Adam(0.01), run_eagerly = eager}
      local history = model:fit(numbers(16, 3, 4, 4, 1), numbers(16, 1),
        {epochs = 4, batch_size = 8, verbose = 0})
      return history.history.loss, model:get_weights()
    end
    local loss, weights = trained(false)
    assert.is_true(loss[4] < loss[1])
    local eager_loss, eager_weights = trained(true)
    assert.same(loss, eager_loss)
    for i, w in ipairs(weights) do assert.is_true(w == eager_weights[i]) end
  end)

  it("says what is wrong", function()
    local x = ln.ones{2, 3, 5, 1}
    fails("strides above 1 do not go with a dilation_rate above 1",
      layers.ConvLSTM1D, {2, 3, strides = 2, dilation_rate = 2})
    fails("padding", layers.ConvLSTM1D, {2, 3, padding = "causal"})
    fails("filters", layers.ConvLSTM1D, {0, 3})
    fails("kernel_size", layers.ConvLSTM2D, {2, {3, 3, 3}})
    fails("the sizes of a step must be known", layers.ConvLSTM1D{2, 3},
      ln.Input{shape = {3, false, 1}})
    local wide = layers.ConvLSTM1D{2, 6}
    fails("a kernel of shape %(6, 1, 8%) does not fit an input of shape %(2, 5, 1%)", wide, x)
    assert.equal(0, #wide.weights)
    assert.equal("(2, 1, 2)", tostring(wide(ln.ones{2, 3, 6, 1}).shape))
    fails("rank", layers.ConvLSTM2D{2, 3}, x)
    local layer = layers.ConvLSTM1D{2, 3}
    layer(x)
    fails("built for steps of shape %(5, 1%) without the batch, got %(2, 6, 1%)", layer,
      ln.ones{2, 3, 6, 1})
    fails("initial_state: tensor 2 of shape %(2, 3, 2%) expected, got %(2, 5, 2%)", layer, x,
      {initial_state = {ln.ones{2, 3, 2}, ln.ones{2, 5, 2}}})
    fails("no steps", layer, ln.ones{2, 0, 5, 1})
    local cell = layer.cell
    fails("2 states expected, got 1", cell, ln.ones{2, 5, 1}, {states = {ln.ones{2, 3, 2}}})
    fails("states of shape %(3, 2%) without the batch expected, got %(2, 3, 1%)", cell,
      ln.ones{2, 5, 1}, {states = {ln.ones{2, 3, 2}, ln.ones{2, 3, 1}}})
    local y, h = cell(ln.ones{2, 5, 1}, {states = {ln.zeros{2, 3, 2}, ln.zeros{2, 3, 2}}})
    assert.is_true(y == h)
  end)
end)
