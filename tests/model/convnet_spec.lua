-- One convolutional network in its three forms, Sequential, functional and subclassed: they train
-- to the same bits, in Lua and replayed; saved, resumed, cloned and frozen, it goes on as it was.
local ln = require "lunate"
local goldens = require "support.goldens"
local scratch = require "support.scratch"

local layers = ln.layers
local SHAPE = {10, 8, 3}
local x = ln.random.uniform({24, table.unpack(SHAPE)}, {seed = 1, max = 255}):astype("uint8")
local y = ln.random.uniform({24}, {seed = 2, max = 4}):astype("int32")

-- Everything that has a state: augmentation and dropout with and without seeds of their own,
-- moving averages, a singular vector.
local function parts()
  return {
    layers.Rescaling(1 / 255),
    layers.RandomFlip("horizontal"),
    layers.RandomRotation{0.1, seed = 5},
    layers.RandomBrightness{0.2, value_range = {0, 1}},
    layers.Conv2D{6, 3, padding = "same", use_bias = false},
    layers.BatchNormalization{momentum = 0.8},
    layers.ReLU(),
    layers.MaxPooling2D(2),
    layers.SeparableConv2D{8, 3, padding = "same", activation = "relu"},
    layers.SpatialDropout2D(0.2),
    layers.SpectralNormalization{layers.Conv2D{8, 3, strides = 2, padding = "same"}},
    layers.GroupNormalization(4),
    layers.Conv2DTranspose{4, 3, strides = 2, padding = "same", activation = "tanh"},
    layers.AveragePooling2D{3, strides = 2, padding = "same"},
    layers.Dropout{0.1, seed = 3},
    layers.GlobalAveragePooling2D(),
    layers.Dense{4, activation = "softmax"},
  }
end

local Net = ln.Model:extend("ConvnetOfSpec")
function Net:init() self.parts = parts() end
function Net:call(t)
  for _, layer in ipairs(self.parts) do t = layer(t) end
  return t
end

local forms = {
  Sequential = function() return ln.Sequential(parts()) end,
  functional = function()
    local input = ln.Input(SHAPE)
    local t = input
    for _, layer in ipairs(parts()) do t = layer(t) end
    return ln.Model{inputs = input, outputs = t}
  end,
  subclassed = function() return Net() end,
}

local function build(form, options)
  ln.set_seed(7)
  local model = forms[form]()
  model:build{false, table.unpack(SHAPE)}
  options = options or {}
  options.loss, options.metrics = "sparse_categorical_crossentropy", {"accuracy"}
  options.optimizer = ln.optimizers.Adam(0.01)
  model:compile(options)
  ln.set_seed(8)
  return model
end

local function fit(model, more)
  local options = {epochs = 4, batch_size = 7, verbose = 0, validation_data = {x, y}}
  for key, value in pairs(more or {}) do options[key] = value end
  return model:fit(x, y, options).history
end

local function same_weights(a, b)
  local list, other = a:get_weights(), b:get_weights()
  assert.equal(#list, #other)
  for i, w in ipairs(list) do assert.is_true(w == other[i], ("weight %d differs"):format(i)) end
end

local function no_shared_bits(a, b)   -- so that comparing them says something
  assert.is_false(a:get_weights()[1] == b:get_weights()[1])
end

describe("a convolutional network", function()
  local untrained, reference = build "Sequential", build "Sequential"
  local history = fit(reference)
  local predicted = reference:predict(x)

  it("has trained", function()
    no_shared_bits(reference, untrained)
    assert.is_true(history.loss[4] < history.loss[1])
  end)

  for form in pairs(forms) do
    for how, options in pairs{["as a program"] = {}, ["in Lua"] = {run_eagerly = true},
                              replayed = {replay = true}} do
      it(("trains to the same bits: %s, %s"):format(form, how), function()
        local model = build(form, options)
        same_weights(model, untrained)
        local found = fit(model)
        assert.same({history.loss, history.accuracy}, {found.loss, found.accuracy})
        -- Evaluation takes larger batches, where no Lua looks at them.
        goldens.near(found.val_loss, history.val_loss, 1e-6)
        same_weights(model, reference)
        assert.is_true(model:predict(x) == predicted)
        assert.is_true(model(x) == predicted)
      end)
    end

    it("goes on from a file: " .. form, function()
      local folder <close> = scratch.folder()
      local custom = {custom_objects = {ConvnetOfSpec = Net}}
      for _, ending in ipairs{".keras", ".h5"} do
        if not (form == "subclassed" and ending == ".h5") then   -- .h5 has graphs alone
          local path = folder.path .. "/net" .. ending
          local model = build(form)
          local Saver = ln.callbacks.Callback:extend("ConvnetSaver")
          function Saver:on_epoch_end(epoch) if epoch == 2 then self.model:save(path) end end
          fit(model, {callbacks = {Saver()}})
          same_weights(model, reference)
          local again = ln.load_model(path, custom)
          no_shared_bits(again, reference)
          local rest = fit(again, {initial_epoch = 3})
          assert.same({table.unpack(history.loss, 3)}, rest.loss)
          assert.same({table.unpack(history.val_accuracy, 3)}, rest.val_accuracy)
          same_weights(again, reference)
        end
      end
      for _, ending in ipairs{".weights.h5", ".safetensors", ".npz"} do
        local path = folder.path .. "/net" .. ending
        local model = build(form)
        model:set_weights(reference:get_weights())
        model:save_weights(path)
        local other = build(form)
        other:load_weights(path)
        same_weights(other, reference)
        assert.is_true(other:predict(x) == predicted)
      end
    end)

    it("goes on after a break: " .. form, function()
      local folder <close> = scratch.folder()
      local function attempt(break_at)
        local epoch
        local model = build(form)
        local ok, result = pcall(fit, model, {callbacks = {
          ln.callbacks.LambdaCallback{on_epoch_begin = function(e) epoch = e end,
            on_batch_begin = function(b)
              if epoch == break_at and b == 3 then error("broken off") end
            end},
          ln.callbacks.BackupAndRestore{folder.path, save_freq = 1}}})
        return ok, model, result
      end
      assert.is_false((attempt(2)))
      assert.is_false((attempt(4)))
      local ok, model, result = attempt()
      assert.is_true(ok, result)
      same_weights(model, reference)
    end)
  end

  it("is cloned without what it learnt", function()
    for _, form in ipairs{"Sequential", "functional"} do
      local model = build(form)
      model:set_weights(reference:get_weights())
      local copy = ln.clone_model(model)
      assert.equal(#model.variables, #copy.variables)
      no_shared_bits(copy, model)
      copy:set_weights(model:get_weights())
      assert.is_true(copy:predict(x) == predicted)
      local before = model:get_weights()
      copy:compile{loss = "sparse_categorical_crossentropy", optimizer = "sgd"}
      fit(copy)
      for i, w in ipairs(model:get_weights()) do assert.is_true(w == before[i]) end
    end
  end)

  it("stays as it is when frozen, with its averages, and what comes after it learns", function()
    for _, options in ipairs{{}, {run_eagerly = true}, {replay = true}} do
      local base = ln.Sequential()
      for _, layer in ipairs(parts()) do   -- in training kernels are normalized all the same
        if layer.class_name ~= "SpectralNormalization" then base:add(layer) end
      end
      base:build{false, table.unpack(SHAPE)}
      local before, answer = base:get_weights(), base:predict(x)
      base.trainable = false
      local head = layers.Dense(2)
      local model = ln.Sequential{base, head}
      options.loss, options.optimizer = "mse", "adam"
      model:build{false, table.unpack(SHAPE)}
      model:compile(options)
      assert.equal(2, #model.trainable_variables)
      local kernel = head:get_weights()[1]
      model:fit(x, ln.ones{24, 2}, {epochs = 2, verbose = 0})
      for i, w in ipairs(base:get_weights()) do assert.is_true(w == before[i]) end
      assert.is_true(base:predict(x) == answer)
      assert.is_false(kernel == head:get_weights()[1])
      -- Thawed, all of it learns.
      base.trainable = true
      model:compile(options)
      model:fit(x, ln.ones{24, 2}, {verbose = 0})
      for i, w in ipairs(base:get_weights()) do
        assert.is_false(w == before[i], base.variables[i].path)
      end
    end
  end)
end)
