-- Layers around layers: a layer, or a list of them, as an option of a built-in class or of one of
-- one's own is checked, a part of the layer around it, saved and cloned with it.

local core = require "lunate.core"
local fails = require "support.fails"
local goldens = require "support.goldens"
local ln = require "lunate"
local scratch = require "support.scratch"
local warnings = require "support.warnings"

local layers = ln.layers
local near = goldens.near

local function sample() return (ln.arange(24):reshape{2, 3, 4}:astype("float32") - 10) / 7 end

-- A layer whose output tells the steps of a batch apart: each is less its batch's mean.
local Centered = layers.Layer:extend("Centered")
function Centered:call(x) return x - x:mean{axis = 1, keepdims = true} end

-- The mask's number of steps, from the mask it gets.
local Counting = layers.Layer:extend("Counting")
Counting.supports_masking = true
function Counting:call(x, options)
  local mask = options.mask
  return mask and x * mask:astype("float32"):reshape{-1, 1} or x
end

describe("TimeDistributed", function()
  it("calls its layer on each step", function()
    local dense = layers.Dense{2, activation = "tanh"}
    local layer, x = layers.TimeDistributed(dense), sample()
    layer:build{false, 3, 4}
    dense:set_weights{ln.linspace(-1, 1, 8):reshape{4, 2}, ln.tensor{0.1, -0.2}}
    local y = layer(x)
    near(y, ln.tensor{{{0.834276, -0.450808}, {0.704163, -0.157853}, {0.499755, 0.165802}},
      {{0.218851, 0.457289}, {-0.103707, 0.675292}, {-0.405833, 0.816737}}}, 1e-5, 1e-6)
    for t = 1, 3 do near(y[{{}, t}], dense(x[{{}, t}]), 1e-6, 1e-7) end
  end)

  it("calls a layer that looks over its batch one step at a time", function()
    local x = sample()
    local y = layers.TimeDistributed(Centered())(x)
    near(y, x - x:mean{axis = 1, keepdims = true}, 1e-6, 1e-6)
    assert.is_true((y - (x - x:mean())):abs():max():item() > 0.1)
    local function centered(t) return t - t:mean{axis = 1, keepdims = true} end
    local dense = layers.Dense{4, kernel_initializer = "identity", activation = centered}
    near(layers.TimeDistributed(dense)(x), y, 1e-6, 1e-6)
    local norm = layers.TimeDistributed(layers.BatchNormalization{epsilon = 0})
    local expected = {}
    for t = 1, 3 do
      local step = centered(x[{{}, t}])
      expected[t] = step / (step ^ 2):mean{axis = 1, keepdims = true}:sqrt()
    end
    near(norm(x, {training = true}), ln.stack(expected, {axis = 2}), 1e-4, 1e-4)
  end)

  it("tells its layer whether it trains", function()
    local layer, x = layers.TimeDistributed(layers.Dropout(0.5)), ln.ones{8, 5, 9}
    assert.are.equal(x, layer(x))
    local y = layer(x, {training = true})
    assert.is_true(y:min():item() == 0 and y:max():item() == 2)
    assert.is_false(y[{{}, 1}] == y[{{}, 2}])
  end)

  it("adds the losses that its layer adds, a step at a time", function()
    local dense = layers.Dense{1, activity_regularizer = ln.regularizers.L2(0.5)}
    local layer, x = layers.TimeDistributed(dense), sample()
    local y = layer(x)
    local total = 0
    for _, loss in ipairs(layer.losses) do total = total + loss:item() end
    near(total, 0.5 * (y ^ 2):sum():item() / 2, 1e-5, 1e-6)
  end)

  it("knows its shapes, of unknown steps too", function()
    local layer = layers.TimeDistributed(layers.Dense(5))
    assert.are.equal("(None, None, 5)", tostring(layer:compute_output_shape{false, false, 4}))
    assert.are.equal("(None, 3, 5)", tostring(layer:compute_output_shape{false, 3, 4}))
    local inner = layers.TimeDistributed(layers.Flatten())
    assert.are.equal("(None, 3, 8)", tostring(inner:compute_output_shape{false, 3, 2, 4}))
    local x = ln.Input{shape = {false, 4}}
    local model = ln.Model{x, layers.TimeDistributed(Centered())(x)}
    assert.are.same({2, 3, 4}, {table.unpack(model(sample()).shape)})
  end)

  it("gives its layer each step's mask, and none to its output", function()
    local layer = layers.TimeDistributed(Counting())
    local mask = ln.tensor({{1, 0, 1}, {0, 1, 1}}, {dtype = "bool"})
    local x, y = sample(), nil
    local said = warnings(function() y = layer(x, {mask = mask}) end)
    near(y, x * mask:astype("float32"):reshape{2, 3, 1}, 1e-6, 0)
    assert.matches("time_distributed[_%d]*' .*got an input with a mask, which it does not support",
      said)
    assert.is_nil(core.mask_of(y))
    local short = ln.tensor({{1, 0}, {0, 1}}, {dtype = "bool"})
    fails("mask.*%(2, 2%)", function() return layer(x, {mask = short}) end)
    fails("batch and the steps of the input, %(2, 3, 4%), it has shape %(2,%)", function()
      return layer(x, {mask = ln.tensor{true, false}})
    end)
  end)

  it("refuses what it cannot go through", function()
    local layer = layers.TimeDistributed(layers.Dense(2))
    fails("rank at least 3, got shape %(2, 3%)", function() return layer(ln.ones{2, 3}) end)
    fails("no steps .*%(2, 0, 3%)", function() return layer(ln.ones{2, 0, 3}) end)
    fails("bad option 'layer' of 'TimeDistributed' %(layer expected, got 3", layers.TimeDistributed,
      3)
    fails("option 'layer' %(layer%) is required", layers.TimeDistributed)
    fails("unknown layer 'Dens'.*mean 'Dense'", layers.TimeDistributed, {"Dens"})
    local shared = layers.TimeDistributed(layers.Dense(2))
    fails("'layer' of .* is fixed", function() shared.layer = layers.Dense(3) end)
  end)

  it("trains its layer, replays, and is what a Dense over the last axis is", function()
    local function train(layer)
      ln.set_seed(7)
      local model = ln.Sequential{ln.Input{shape = {3, 4}}, layer, layers.Flatten()}
      model:compile{loss = "mse", optimizer = ln.optimizers.SGD(0.05)}
      local x = ln.random.normal({16, 3, 4})
      model:set_weights{ln.ones{4, 2} / 3, ln.zeros{2}}
      return model:fit(x, x[{{}, {}, {1, 2}}]:reshape{16, 6}, {epochs = 5, verbose = 0,
        batch_size = 4, shuffle = false}).history.loss
    end
    local expected = train(layers.Dense(2))
    assert.is_true(expected[5] < expected[1] / 2)
    near(train(layers.TimeDistributed(layers.Dense(2))), expected, 1e-5, 1e-6)
    near(train(layers.TimeDistributed(ln.Sequential{layers.Dense(2)})), expected, 1e-5, 1e-6)
  end)
end)

describe("a layer as an option", function()
  local folder
  before_each(function() folder = scratch.folder() end)
  after_each(function() folder:remove() end)

  it("is a part of the layer around it", function()
    local dense = layers.Dense{2, kernel_regularizer = ln.regularizers.L2(0.1)}
    local layer = layers.TimeDistributed{dense, name = "around"}
    layer:build{false, 3, 4}
    assert.are.equal(dense, layer.layer)
    assert.are.same({dense}, layer.layers)
    assert.are.equal(10, layer:count_params())
    assert.are.equal(dense.weights[1], layer.trainable_variables[1])
    assert.are.equal(1, #layer.losses)
    layer.trainable = false
    assert.is_false(dense.trainable)
    assert.are.equal(0, #layer.trainable_variables)
    assert.are.equal(2, #layer.non_trainable_variables)
    assert.are.equal("TimeDistributed(" .. dense.name .. ")", tostring(layer))
  end)

  it("is in the config as Keras nests it", function()
    local layer = layers.TimeDistributed(layers.Dense{2, name = "inside"})
    local config = core.serialize(layer, true).config
    assert.are.equal("Dense", config.layer.class_name)
    assert.are.equal("keras.layers", config.layer.module)
    assert.are.equal("inside", config.layer.config.name)
    local again = layers.TimeDistributed.from_config(layer:get_config())
    assert.are.equal(2, again.layer.units)
    assert.are_not.equal(layer.layer, again.layer)
  end)

  it("comes out of a file of Keras's, and into one", function()
    local here = debug.getinfo(1, "S").source:match("^@(.*)nn/wrappers_spec%.lua$")
    local model = ln.load_model(here .. "fixtures/keras3/wrapped.keras")
    local expected = ln.tensor{{{1.531462, 0.93124}, {1.149375, 0.439828}, {0.693657, -0.05428}},
      {{0.192947, -0.495352}, {-0.283915, -0.855894}, {-0.643111, -1.10695}}}
    near(model(sample()), expected, 1e-5, 1e-6)
    assert.are.equal("two", model.layers[1].layer.layers[2].name)
    for _, name in ipairs{"/model.keras", "/model.h5"} do
      model:save(folder.path .. name)
      near(ln.load_model(folder.path .. name)(sample()), expected, 1e-5, 1e-6)
    end
    model:save_weights(folder.path .. "/w.weights.h5")
    local h5 = require "lunate.saving.weights_h5"
    local root = h5.open(core.read_file(folder.path .. "/w.weights.h5"))
    local vars = h5.at(root, "layers/time_distributed/layer/layers/dense_1/vars")
    assert.are.same({3, 2}, {table.unpack(h5.tensor(vars.members["0"]).shape)})
    local copy = ln.models.clone_model(model)
    copy:set_weights(model:get_weights())
    near(copy(sample()), expected, 1e-5, 1e-6)
    assert.are_not.equal(model.layers[1].layer, copy.layers[1].layer)
  end)

  it("of a class of one's own is checked, a field, tracked, saved and cloned", function()
    local Chain = layers.Layer:extend("Chain")
    Chain.options = {cells = {"layers", required = true}, last = {"layer", optional = true}}
    Chain.positional = {"cells", "last"}
    function Chain:call(x, options)
      for _, cell in ipairs(self.cells) do x = cell(x, options) end
      return self.last and self.last(x, options) or x
    end
    local chain = Chain{{layers.Dense(3), layers.Dense(2)}, layers.Dense(1)}
    assert.are.equal(3, #chain.layers)
    assert.are.equal("Chain(cells={Dense(3, linear), Dense(2, linear)}, last=Dense(1, linear))",
      tostring(chain))
    local model = ln.Sequential{ln.Input{shape = {4}}, chain}
    model:compile{loss = "mse"}
    model:fit(ln.ones{8, 4}, ln.ones{8, 1}, {verbose = 0})
    assert.are.equal(6, #model.trainable_variables)
    local y = model(ln.ones{1, 4})
    model:save(folder.path .. "/chain.keras")
    local again = ln.load_model(folder.path .. "/chain.keras", {custom_objects = {Chain = Chain}})
    near(again(ln.ones{1, 4}), y, 1e-6, 0)
    local copy = ln.models.clone_model(model)
    assert.are.equal(6, #copy.weights)
    assert.are_not.equal(chain.cells[1], copy.layers[1].cells[1])
    local h5 = require "lunate.saving.weights_h5"
    model:save_weights(folder.path .. "/w.weights.h5")
    local root = h5.open(core.read_file(folder.path .. "/w.weights.h5"))
    assert.is_table(h5.at(root, "layers/chain/cells/dense_1/vars"))
    assert.is_table(h5.at(root, "layers/chain/last/vars"))
    assert.are.equal(1, #Chain{layers.Dense(2)}.cells)   -- one alone is a list of one
    fails("option 'cells' of 'Chain': layer expected, got number", Chain, {{3}})
    fails("a list with a hole", Chain, {{layers.Dense(2), nil, layers.Dense(2)}})
    fails("option 'cells' is required", Chain)
    fails("option 'last' of 'Chain' %(layer or none expected", Chain, {{}, 4})
  end)

  it("stands inside itself nowhere", function()
    local Holder = layers.Layer:extend("Holder")
    Holder.options = {layer = {"layer"}}
    function Holder:call(x) return self.layer(x) end
    local dense = layers.Dense(2)
    local outer = Holder{layer = Holder{layer = dense}}
    fails("cannot be a part of itself", function() outer.layer.layer = outer end)
    fails("cannot be a part of itself", function() outer.layer.list = {dense, {outer}} end)
    assert.are.equal(2, outer(ln.ones{1, 3}).shape[2])
  end)
end)

describe("Wrapper", function()
  it("calls its layer", function()
    local dense = layers.Dense(3)
    local layer = layers.Wrapper(dense)
    near(layer(ln.ones{2, 4}), dense(ln.ones{2, 4}), 0, 0)
    assert.are.equal("(None, 3)", tostring(layer:compute_output_shape{false, 4}))
  end)

  it("is extended in Lua", function()
    local Residual = layers.Wrapper:extend("Residual")
    Residual.options = {scale = {"number", default = 1}}
    function Residual:call(x, options)
      return x + self.options.scale * Residual.super.call(self, x, options)
    end
    local block = Residual{layer = layers.Dense{4, kernel_initializer = "ones"}, scale = 0.5}
    near(block(ln.ones{1, 4}), ln.full({1, 4}, 3), 1e-6, 0)
    assert.are.equal(20, block:count_params())
    local again = Residual.from_config(block:get_config())
    assert.are.equal(0.5, again.options.scale)
    assert.are.equal(4, again.layer.units)
    local model = ln.Sequential{ln.Input{shape = {4}}, block, layers.Dense(1)}
    model:compile{loss = "mse"}
    local losses = model:fit(ln.ones{8, 4}, ln.zeros{8, 1}, {epochs = 9, verbose = 0}).history.loss
    assert.is_true(losses[9] < losses[1])
  end)
end)
