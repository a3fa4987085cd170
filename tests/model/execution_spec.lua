-- compile's options about how batches are run: run_eagerly, jit_compile, steps_per_execution.
local ln = require "lunate"
local fails = require "support.fails"
local state = require "lunate.model.state"

local x = ln.random.normal({10, 3}, {seed = 1})
local y = x:sum{axis = 2, keepdims = true}

-- A model with a layer in Lua that counts its calls.
local function model(options)
  local calls = {n = 0}
  local Count = ln.layers.Layer:extend("Count")
  function Count:call(inputs)
    calls.n = calls.n + 1
    return inputs * 2
  end
  ln.set_seed(1)
  local m = ln.Sequential{ln.Input{shape = {3}}, ln.layers.Dense{4, activation = "tanh"}, Count(),
    ln.layers.Dense{2, activation = "softmax"}}
  options.loss = options.loss or "mse"
  options.optimizer = "adam"
  m:compile(options)
  return m, calls
end

describe("run_eagerly", function()
  it("calls Lua for every batch, where replay would not", function()
    local targets = ln.concatenate({y, y}, {axis = 2})
    local function count(options)
      local m, calls = model(options)
      m:evaluate(x, targets, {verbose = 0})
      calls.n = 0
      m:fit(x, targets, {epochs = 3, batch_size = 2, shuffle = false, verbose = 0})
      m:predict(x, {batch_size = 10})
      m:predict(x, {batch_size = 10})
      return calls.n, m:get_weights()
    end
    local eager, a = count{run_eagerly = true}
    local _, b = count{jit_compile = false}
    local replayed, c = count{replay = true}
    assert.equal(3 * 5 + 2, eager)   -- batches of fit, calls of predict
    assert.is_true(replayed < eager)
    for i, w in ipairs(a) do
      assert.is_true((w - b[i]):abs():max():item() == 0)
      assert.is_true((w - c[i]):abs():max():item() < 1e-6)
    end
  end)

  it("records nothing: models in C alone do the same, step by step", function()
    local labels = ln.tensor({0, 1, 1, 0, 1, 0, 0, 1, 1, 1}, {dtype = "int32"})
    local function run(options)
      ln.set_seed(3)
      local m = ln.Sequential{ln.layers.Dense{4, activation = "relu"}, ln.layers.Dropout(0.3),
        ln.layers.Dense{2, activation = "softmax", kernel_regularizer = "l2"}}
      options.loss, options.optimizer = "sparse_categorical_crossentropy", "sgd"
      options.metrics = {"accuracy"}
      m:compile(options)
      ln.set_seed(4)
      local history = m:fit(x, labels, {epochs = 3, batch_size = 4, verbose = 0,
        validation_split = 0.2})
      return history.history, m:evaluate(x, labels, {verbose = 0}), m:predict(x)
    end
    local history, loss, p = run{run_eagerly = true}
    local recorded, recorded_loss, recorded_p = run{}
    for e = 1, 3 do
      assert.near(recorded.loss[e], history.loss[e], 1e-6)
      assert.near(recorded.val_loss[e], history.val_loss[e], 1e-6)
      assert.equal(recorded.accuracy[e], history.accuracy[e])
    end
    assert.near(recorded_loss, loss, 1e-6)
    assert.is_true((p - recorded_p):abs():max():item() < 1e-6)
  end)

  it("leaves no record to be answered from", function()
    local function recorded(options)
      local m = ln.Sequential{ln.layers.Dense{1, input_shape = {3}}}
      options.loss, options.optimizer = "mse", "sgd"
      m:compile(options)
      for _ = 1, 2 do
        m:predict(x)
        m:train_on_batch(x, y)
      end
      return state[m].predictor:answer("predict", x) ~= nil,
        state[m].trainer:answer("train", x, y) ~= nil
    end
    assert.same({true, true}, {recorded{}})
    assert.same({true, true}, {recorded{jit_compile = true}})
    assert.same({false, false}, {recorded{run_eagerly = true}})
    assert.same({false, false}, {recorded{jit_compile = false}})
  end)

  it("is in files, with steps_per_execution", function()
    local m = ln.Sequential{ln.layers.Dense{1, input_shape = {3}}}
    m:compile{loss = "mse", run_eagerly = true, steps_per_execution = 3}
    local again = ln.model_from_json(m:to_json())
    assert.is_true(again.run_eagerly)
    assert.equal(3, again.steps_per_execution)
  end)
end)

describe("steps_per_execution", function()
  it("calls the hooks of batches once in so many, in fit, evaluate and predict", function()
    local function hooks(options, fit)
      local m = ln.Sequential{ln.layers.Dense{1, input_shape = {3}}}
      m:compile{loss = "mse", optimizer = "sgd",
        steps_per_execution = options.steps_per_execution}
      local list, rows = {}, 0
      local function note(name)
        return function(batch, logs)
          list[#list + 1] = name .. batch
          if name == "P" then rows = rows + #logs.outputs end
        end
      end
      local callback = ln.callbacks.LambdaCallback{on_train_batch_begin = note "b",
        on_train_batch_end = note "B", on_test_batch_begin = note "t", on_test_batch_end = note "T",
        on_predict_batch_begin = note "p", on_predict_batch_end = note "P"}
      local given = {batch_size = 2, verbose = 0, callbacks = {callback}}
      for key, value in pairs(fit or {}) do given[key] = value end
      m:fit(x, y, given)
      assert.equal(options.iterations or 5, m.optimizer.iterations)
      m:evaluate(x, y, {batch_size = 2, verbose = 0, callbacks = {callback}})
      m:predict(x, {batch_size = 2, callbacks = {callback}})
      assert.equal(10, rows)
      return table.concat(list, " ")
    end
    assert.equal("b1 B1 b2 B2 b3 B3 b4 B4 b5 B5 t1 T1 t2 T2 t3 T3 t4 T4 t5 T5 "
      .. "p1 P1 p2 P2 p3 P3 p4 P4 p5 P5", hooks{})
    assert.equal("b1 B2 b3 B4 b5 B5 t1 T2 t3 T4 t5 T5 p1 P2 p3 P4 p5 P5",
      hooks{steps_per_execution = 2})
    assert.equal("b1 B5 t1 T5 p1 P5", hooks{steps_per_execution = 9})
    assert.equal("b1 B3 b4 B4 t1 T3 t4 T5 p1 P3 p4 P5",
      hooks({steps_per_execution = 3, iterations = 4}, {steps_per_epoch = 4}))
  end)

  it("gives each group's outputs to predict's hook", function()
    local m = ln.Sequential{ln.layers.Dense{1, input_shape = {3}}}
    m:compile{loss = "mse", steps_per_execution = 2}
    for _, data in ipairs{x, ln.data.Dataset.from_tensors(x):batch(2)} do
      local parts = {}
      local whole = m:predict(data, {batch_size = data == x and 2 or nil,
        callbacks = {ln.callbacks.LambdaCallback{
          on_predict_batch_end = function(_, logs) parts[#parts + 1] = logs.outputs end}}})
      assert.equal(3, #parts)
      assert.is_true(ln.concatenate(parts) == whole)
    end
  end)
end)

describe("compile", function()
  local function compile(options)
    return function()
      options.loss = "mse"
      ln.Sequential{ln.layers.Dense{1, input_shape = {3}}}:compile(options)
    end
  end

  it("takes what Keras takes", function()
    compile{jit_compile = "auto", run_eagerly = false, steps_per_execution = 1}()
    compile{jit_compile = true}()
  end)

  it("refuses what means nothing", function()
    fails("bad option 'jit_compile' of 'compile' %(true, false or \"auto\" expected, got never%)",
      compile{jit_compile = "never"})
    fails("run_eagerly = true records nothing, so it does not go with replay", compile{
      run_eagerly = true, replay = true})
    fails("does not go with jit_compile = true", compile{run_eagerly = true, jit_compile = true})
    fails("does not go with replay = true", compile{jit_compile = false, replay = true})
    fails("auto_scale_loss.*loss_scale_factor", compile{auto_scale_loss = true})
    fails("steps_per_execution", compile{steps_per_execution = 0})
  end)
end)
