-- Recurrent layers, their cells, RNN over any cell, Bidirectional. Numbers of Keras's are in the
-- goldens (layers_spec.lua); here is what they promise beyond.
local ln = require "lunate"
local core = require "lunate.core"
local fails = require "support.fails"
local goldens = require "support.goldens"

local layers = ln.layers
local near = goldens.near

local function numbers(...) return ln.sin(ln.arange(ln.zeros{...}.size) * 1.7):reshape{...} end
local x = numbers(3, 6, 4)
local mask = ln.tensor({{1, 0, 1, 1, 0, 0}, {0, 1, 1, 1, 1, 1}, {1, 1, 0, 1, 1, 0}},
  {dtype = "bool"})

-- A GRU without a reset gate, as a script writes one.
local Minimal = layers.Layer:extend("Minimal")
Minimal.options = {units = {"integer", min = 1}}
Minimal.positional = {"units"}
Minimal.arguments = {{"states", "tensors"}}
function Minimal:init(options)
  Minimal.super.init(self, options)
  self.state_size = options.units
end
function Minimal:build(shape)
  local units = self.state_size
  self.kernel = self:add_weight{name = "kernel", shape = {shape[#shape], units}}
  self.recurrent = self:add_weight{name = "recurrent", shape = {units, units},
    initializer = "orthogonal"}
end
function Minimal:call(input, options)
  local h = options.states[1]
  local y = ln.tanh(input:matmul(self.kernel) + h:matmul(self.recurrent))
  return y * 2, y
end

describe("golden stateful layers", function()
  for name, case, load in goldens.cases("layers") do
    if case["repeat"] == 2 and core.class("layer", case.class_name) then
      it(name .. ": go on where they stopped, until they are reset", function()
        local layer = layers.get(case.config)
        local input = load(case.inputs[1])
        layer(input)
        local weights = {}
        for i, weight in ipairs(case.weights) do weights[i] = load(weight) end
        layer:set_weights(weights)
        for _ = 1, 2 do
          layer:reset_state()
          for _, y in ipairs(case.outputs) do near(layer(input), load(y), 2e-5, 2e-6) end
        end
      end)
    end
  end
end)

describe("RNN", function()
  it("runs a cell that a script defines, in graphs too", function()
    local layer = layers.RNN{Minimal(5), return_sequences = true, return_state = true}
    local y, h = layer(x)
    local cell, state = layer.cell, ln.zeros{3, 5}
    for t = 1, 6 do
      local out
      out, state = cell(x[{ {}, t }], {states = {state}})
      near(y[{ {}, t }], out, 1e-6, 1e-7)
    end
    near(h, state, 1e-6, 1e-7)
    local input = ln.Input{shape = {false, 4}}
    local model = ln.Model{inputs = input, outputs = {layer(input)}}
    assert.equal("(None, None, 5)", tostring(model.outputs[1].shape))
    assert.equal("(None, 5)", tostring(model.outputs[2].shape))
    near(model(x), y, 1e-6, 1e-7)
  end)

  it("leaves states and outputs of masked steps as they were", function()
    local layer = layers.RNN{Minimal(5), return_sequences = true, return_state = true}
    local y, h = layer(x, {mask = mask})
    local short = x:take(ln.tensor{2, 3, 4, 5, 6}, 2)[{ {2, 2} }]
    local expected = layer(short)
    near(y[{ {2, 2}, {2, 6} }], expected, 1e-6, 1e-7)
    assert.equal(0, y[{2, 1}]:abs():max():item())
    near(y[{1, 2}], y[{1, 1}], 0, 0)
    near(y[{1, 6}], y[{1, 4}], 0, 0)
    near(h[1], y[{1, 4}] / 2, 1e-6, 1e-7)
    layer = layers.RNN{layer.cell, return_sequences = true, zero_output_for_mask = true}
    local zeros = layer(x, {mask = mask})
    near(zeros, y * mask:astype("float32"):expand_dims(-1), 0, 0)
    assert.same(mask:totable(), core.mask_of(zeros):totable())
    assert.is_nil(core.mask_of(layers.RNN(layer.cell)(x, {mask = mask})))
  end)

  it("gives 0 for a last step that is masked when asked to, or when no step was seen", function()
    local none = ln.tensor({{0, 0}, {1, 0}, {1, 1}}, {dtype = "bool"})
    local short, first = x[{ {}, {1, 2} }], numbers(3, 5)
    for _, class in ipairs{layers.GRU, layers.SimpleRNN} do
      local plain = class{5, return_state = true}
      local y, h = plain(short, {mask = none, initial_state = {first}})
      assert.equal(0, y[1]:abs():max():item())
      near(h[1], first[1], 0, 0)
      near(y[{ {2, 3} }], h[{ {2, 3} }], 0, 0)
      local zero = class{5, zero_output_for_mask = true}
      zero(short)
      zero:set_weights(plain:get_weights())
      local z = zero(short, {mask = none, initial_state = {first}})
      assert.equal(0, z[{ {1, 2} }]:abs():max():item())
      near(z[3], y[3], 0, 0)
    end
  end)

  it("takes initial states and goes backwards", function()
    local cell, first = Minimal(5), numbers(3, 5)
    local y = layers.RNN{cell, go_backwards = true, return_sequences = true}(x,
      {initial_state = {first}})
    near(y, layers.RNN{cell, return_sequences = true}(x:flip(2), {initial_state = {first}}), 0, 0)
    local input, state = ln.Input{shape = {6, 4}}, ln.Input{shape = {5}}
    local layer = layers.RNN(cell)
    local model = ln.Model{inputs = {input, state},
      outputs = layer(input, {initial_state = {state}})}
    near(model{x, first}, layer(x, {initial_state = {first}}), 0, 0)
  end)

  it("runs the same cells one by one and stacked", function()
    local a, b = layers.LSTMCell(3), layers.GRUCell(5)
    local layer = layers.RNN{{a, b}, return_sequences = true, return_state = true}
    assert.equal("StackedRNNCells", layer.cell.class_name)
    local results = {layer(x, {mask = mask})}
    assert.equal(4, #results)
    local y, h, c = layers.RNN{a, return_sequences = true, return_state = true}(x, {mask = mask})
    local z, g = layers.RNN{b, return_sequences = true, return_state = true}(y, {mask = mask})
    for i, expected in ipairs{z, h, c, g} do near(results[i], expected, 1e-6, 1e-7) end
    assert.equal(6, #layer.weights)
  end)

  it("is trained, saved and loaded with a cell of a script's", function()
    local model = ln.Sequential{ln.layers.Masking(), layers.RNN{Minimal(5), input_shape = {6, 4}},
      layers.Dense(1)}
    model:compile{loss = "mse", optimizer = "adam"}
    model:fit(x, numbers(3, 1), {epochs = 2, verbose = 0})
    local scope = require("support.scratch").folder()
    model:save(scope.path .. "/m.keras")
    local again = ln.load_model(scope.path .. "/m.keras", {custom_objects = {Minimal = Minimal}})
    assert.is_true(again:predict(x) == model:predict(x))
    scope:remove()
  end)

  it("says what does not fit", function()
    local layer = layers.RNN(Minimal{5, name = "cell"})
    fails("no steps to call the cell on: %(3, 0, 4%)", layer, ln.zeros{3, 0, 4})
    fails("initial_state: 1 tensor expected, got 2", layer, x,
      {initial_state = {ln.zeros{3, 5}, ln.zeros{3, 5}}})
    fails("initial_state: tensor 1 of shape %(3, 5%) expected, got %(3, 4%)", layer, x,
      {initial_state = {ln.zeros{3, 4}}})
    fails("a mask %(batch, steps%) expected .* got shape %(3, 5%)", layer, x,
      {mask = ln.ones({3, 5}, {dtype = "bool"})})
    fails("rank at least 3", layer, ln.zeros{3, 4})
    fails("'dense' is no cell: .*\"states\"", layers.RNN, layers.Dense{2, name = "dense"})
    fails("at least one cell", layers.StackedRNNCells, {{}})
    local One = Minimal:extend("One")
    function One:call(input) return input end
    fails("gave 1 results where an output and 1 state are needed", layers.RNN(One(4)), x)
    for _, size in ipairs{"many", {4, "many"}, 0, {{2, -1}}} do
      local Odd = layers.Layer:extend("Odd")
      Odd.arguments, Odd.state_size = Minimal.arguments, size
      function Odd:call(input) return input end
      fails("the state_size of cell", layers.RNN(Odd()), x)
    end
    fails("unroll wants to know the number of steps", layers.LSTM{4, unroll = true},
      ln.Input{shape = {false, 4}})
    fails("wants to know the batch size", layers.LSTM{4, stateful = true}, ln.Input{shape = {6, 4}})
    local stateful = layers.GRU{4, stateful = true}
    stateful(x)
    fails("built for batches of 3, got one of 2", stateful, x[{ {1, 2} }])
    fails("has no recurrent layer", layers.Dense(2).reset_state, layers.Dense(2))
  end)
end)

describe("Bidirectional", function()
  it("has copies of its layer, without its weights", function()
    local lstm = layers.LSTM{3, name = "lstm", return_sequences = true}
    lstm(x)
    local layer = layers.Bidirectional{lstm, name = "both"}
    assert.equal("forward_lstm", layer.forward_layer.name)
    assert.equal("backward_lstm", layer.backward_layer.name)
    assert.is_true(layer.backward_layer.go_backwards)
    assert.is_true(layer.layer == layer.forward_layer)
    local y = layer(x)
    assert.equal("(3, 6, 6)", tostring(y.shape))
    assert.is_false(layer:get_weights()[1] == lstm:get_weights()[1])
    local again = layers.Bidirectional.from_config(layer:get_config())
    assert.same(core.json_encode(layer:get_config()), core.json_encode(again:get_config()))
    local renamed = layers.Bidirectional(layer.forward_layer)
    assert.equal("forward_lstm", renamed.forward_layer.name)
  end)

  it("takes states of both, and a layer of a script's own class", function()
    local Mine = layers.GRU:extend("Mine")
    local layer = layers.Bidirectional{Mine{3, return_state = true}, merge_mode = "sum"}
    local states = {numbers(3, 3), numbers(3, 3) / 2}
    local y, a, b = layer(x, {initial_state = states})
    collectgarbage()
    local first = layer.forward_layer(x, {initial_state = {states[1]}})
    local second = layer.backward_layer(x, {initial_state = {states[2]}})
    near(y, first + second, 1e-6, 1e-7)
    near(a, first, 0, 0)
    near(b, second, 0, 0)
    fails("states of both directions expected, got 1", layer, x, {initial_state = {states[1]}})
  end)

  it("refuses what does not go together", function()
    fails("a recurrent layer .* expected, got Dense", layers.Bidirectional, layers.Dense(2))
    fails("one should have go_backwards, both have true", layers.Bidirectional,
      layers.LSTM{2, go_backwards = true})
    fails("one should have go_backwards, both have false", layers.Bidirectional,
      {layers.LSTM(2), backward_layer = layers.LSTM(2)})
    fails("the same return_sequences", layers.Bidirectional, {layers.LSTM(2),
      backward_layer = layers.LSTM{2, go_backwards = true, return_sequences = true}})
    fails("merge_mode", layers.Bidirectional, {layers.LSTM(2), merge_mode = "max"})
  end)
end)

describe("training of recurrent layers", function()
  local input, target = numbers(12, 5, 3), numbers(12, 1)
  local function build(kind, stateful, eager)
    ln.set_seed(3)
    local model = ln.Sequential{layers.Input{batch_shape = {4, 5, 3}},
      layers[kind]{6, stateful = stateful, dropout = 0.2, recurrent_dropout = 0.3,
        return_sequences = true, seed = 5},
      layers.Bidirectional(layers.GRU(3)), layers.Dense(1)}
    model:compile{loss = "mse", optimizer = "adam", run_eagerly = eager}
    return model
  end
  local function fit(model, epochs, more)
    local options = {epochs = epochs, batch_size = 4, verbose = 0, shuffle = false}
    for key, value in pairs(more or {}) do options[key] = value end
    return model:fit(input, target, options).history.loss
  end
  local function same(a, b)
    for i, w in ipairs(a:get_weights()) do assert.is_true(w == b:get_weights()[i]) end
    assert.is_true(a:predict(input, {batch_size = 4}) == b:predict(input, {batch_size = 4}))
  end

  for _, kind in ipairs{"SimpleRNN", "LSTM", "GRU"} do
    for _, stateful in ipairs{false, true} do
      it(("%s, stateful = %s: recorded is eager, to the bit"):format(kind, stateful), function()
        local recorded, eager = build(kind, stateful), build(kind, stateful, true)
        ln.set_seed(9)
        local one = fit(recorded, 3)
        ln.set_seed(9)
        assert.same(one, fit(eager, 3))
        same(recorded, eager)
      end)
    end
  end

  it("resumed is unbroken, states included", function()
    local folder = require("support.scratch").folder()
    local whole, first = build("LSTM", true), build("LSTM", true)
    fit(whole, 2)
    fit(whole, 4, {initial_epoch = 3})
    fit(first, 2)
    first:save(folder.path .. "/m.keras")
    local second = ln.load_model(folder.path .. "/m.keras")
    fit(second, 4, {initial_epoch = 3})
    same(whole, second)

    local function backup()
      return {callbacks = {ln.callbacks.BackupAndRestore{folder.path .. "/backup",
        delete_checkpoint = false}}}
    end
    local unbroken, broken = build("GRU", true), build("GRU", true)
    fit(unbroken, 4)
    fit(broken, 2, backup())
    local resumed = build("GRU", true)
    fit(resumed, 4, backup())
    same(unbroken, resumed)
    folder:remove()
  end)

  it("a stateful model predicts batch after batch, as it was asked to", function()
    local model = build("LSTM", true)
    local y = model:predict(input, {batch_size = 4})
    model:reset_state()
    for k = 1, 3 do
      local part = model:predict(input[{ {4 * k - 3, 4 * k} }], {batch_size = 4})
      assert.is_true(part == y[{ {4 * k - 3, 4 * k} }])
    end
  end)
end)
