-- Fields of a model are its user's, whatever they are called: the library keeps what it knows
-- elsewhere. What is computed gives way to a script's own, or refuses it at once.

local ln = require "lunate"

local function fails(expected, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(expected, message, 1, true)
end

-- Whatever the library ever kept under a plain name, what Keras's models have, and words that
-- come to mind.
local NAMES = {
  "trainer", "predictor", "resolved", "replay", "history", "loss", "losses_given", "loss_weights",
  "metrics", "metrics_given", "weighted_metrics", "weighted_metrics_given", "metrics_names",
  "n_outputs", "n_inputs", "outputs_known", "input_layer", "declared", "step_logs", "own_steps",
  "optimizer", "compiled", "stop_training", "graph", "state", "names", "output_names",
  "input_names", "inputs", "outputs", "input", "output", "output_shape", "changed",
  "needs_target", "options", "params", "model", "callbacks", "validation_data", "steps",
  "train_function", "generation", "shapes", "nodes", "held", "config", "args", "dense", "head",
  "encoder", "step", "logs", "results", "run", "supports_masking", "input_spec", "jit_compile",
  "run_eagerly", "steps_per_execution", "class_weight", "feed", "owner", "index",
}

local x, y = ln.random.normal({16, 3}, {seed = 1}), ln.random.normal({16, 1}, {seed = 2})

local function with_field(name, value)
  local Net = ln.Model:extend("Net")
  function Net:init()
    self[name] = value(self)
    self.out = ln.layers.Dense(1)
  end
  function Net:call(inputs) return self.out(inputs) end
  return Net()
end

local function use(model)
  model:compile{loss = "mse", optimizer = "sgd", metrics = {"mae"}, weighted_metrics = {"mse"}}
  model:fit(x, y, {epochs = 2, verbose = 0, validation_split = 0.25})
  model:fit(x, y, {epochs = 2, verbose = 0, batch_size = 16})
  model:evaluate(x, y, {verbose = 0})
  model:predict(x)
  model:predict(x)
  model:train_on_batch(x, y)
  model:train_on_batch(x, y)
  model:test_on_batch(x, y)
  model:reset_metrics()
  return tostring(model), model.metrics_names
end

describe("a model's field of any name", function()
  it("stays what its user gave it", function()
    for _, name in ipairs(NAMES) do
      for _, value in ipairs{{1, 2, 3}, "mine", 7, false} do
        local model = with_field(name, function() return value end)
        use(model)
        assert.equal(value, model[name], name)
      end
    end
  end)

  it("may hold a layer, which is trained, saved and loaded", function()
    for _, name in ipairs(NAMES) do
      local Net = ln.Model:extend("Net")
      function Net:init() self[name] = ln.layers.Dense{4, name = "kept"} end
      function Net:call(inputs) return self[name](inputs):mean{axis = 2, keepdims = true} end
      local model = Net()
      local layer = model[name]
      model:compile{loss = "mse", optimizer = "sgd"}
      model(x)
      local before = model:get_weights()[1]
      use(model)
      assert.equal(layer, model[name], name)
      assert.equal(2, #model.trainable_variables, name)
      assert.equal(4, #model:get_layer("kept"):get_weights()[2], name)
      assert.is_false(before == model:get_weights()[1], name)
    end
  end)

  it("may hold a metric, which is shown and reset", function()
    for _, name in ipairs{"loss", "metrics", "history", "optimizer", "trainer"} do
      local Net = ln.Model:extend("Net")
      function Net:init()
        self.dense, self[name] = ln.layers.Dense(1), ln.metrics.Mean{name = "seen"}
      end
      function Net:call(inputs)
        self[name]:update_state(ln.ones{2})
        return self.dense(inputs)
      end
      local model = Net()
      model:compile{loss = "mse"}
      local history = model:fit(x, y, {verbose = 0})
      assert.equal(1, history.history.seen[1], name)
    end
  end)

  it("may be a method of its class", function()
    for _, name in ipairs(NAMES) do
      local Net = ln.Model:extend("Net")
      function Net:init() self.out = ln.layers.Dense(1) end
      function Net:call(inputs) return self.out(inputs) end
      Net[name] = function() return "mine" end
      local model = Net()
      use(model)
      assert.equal("mine", model[name](model), name)
    end
  end)

  it("is the user's in a Sequential and a functional model too", function()
    for _, name in ipairs(NAMES) do
      local a = ln.Sequential{ln.layers.Dense{1, input_shape = {3}}}
      local input = ln.Input{shape = {3}}
      local b = ln.Model{inputs = input, outputs = ln.layers.Dense(1)(input)}
      for _, model in ipairs{a, b} do
        model[name] = {5}
        use(model)
        assert.same({5}, model[name], name)
        assert.equal(1, #model:predict(x)[1])
      end
    end
  end)

  it("is refused at once where it could not be kept", function()
    for _, name in ipairs{"layers", "weights", "variables", "losses", "built", "class",
                          "trainable_variables", "class_name"} do
      fails(("'%s' cannot be assigned: every layer has one"):format(name), with_field, name,
        function() return {1} end)
    end
  end)

  it("options of a class that declares some may be another thing", function()
    local Scale = ln.layers.Layer:extend("Scale")
    Scale.options = {factor = {"number", default = 2}}
    function Scale:init(options)
      self.factor = options.factor
      self.options = "mine"
    end
    function Scale:call(inputs) return inputs * self.factor end
    local layer = Scale{factor = 3}
    assert.equal("mine", layer.options)
    assert.equal(3, layer:get_config().factor)
    assert.equal(3, Scale.from_config(layer:get_config()).factor)
  end)
end)

describe("what the library keeps of a model", function()
  local function compiled()
    local model = ln.Sequential{ln.layers.Dense{1, input_shape = {3}}}
    model:compile{loss = "mse", optimizer = ln.optimizers.SGD(0.5), loss_weights = {2}}
    return model
  end

  it("is seen under Keras's names", function()
    local model = compiled()
    assert.is_true(model.compiled)
    assert.equal("mse", model.loss)
    assert.same({2}, model.loss_weights)
    assert.equal(0.5, model.optimizer.learning_rate)
    assert.is_false(model.stop_training)
    assert.is_nil(model.history)
    local history = model:fit(x, y, {verbose = 0})
    assert.equal(history, model.history)
    assert.is_false(ln.Sequential().compiled)
    assert.is_nil(ln.Sequential().optimizer)
  end)

  it("another optimizer may be assigned, which trains from then on", function()
    local model = compiled()
    model:fit(x, y, {verbose = 0})
    model.optimizer = ln.optimizers.SGD(0)
    local before = model:get_weights()[1]
    model:fit(x, y, {verbose = 0})
    assert.equal(0, model.optimizer.learning_rate)
    assert.is_true(before == model:get_weights()[1])
    assert.equal(1, model.optimizer.iterations)
  end)

  it("does not keep the model alive", function()
    local weak = setmetatable({}, {__mode = "k"})
    do
      local model = compiled()
      model:fit(x, y, {verbose = 0})
      model:predict(x)
      weak[model] = true
    end
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(weak))
  end)
end)
