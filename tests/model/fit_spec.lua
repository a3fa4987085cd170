-- fit, evaluate and predict: options, weights, callbacks, determinism, errors, memory.
local ln = require "lunate"
local warnings = require "support.warnings"

local function error_of(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  return tostring(message)
end

local function has(message, text)
  assert(message:find(text, 1, true), ("%q is not in %q"):format(text, message))
end

local function regression(n)
  local x = ln.random.normal({n, 3}, {seed = 1})
  return x, x:matmul(ln.tensor{{1}, {-2}, {0.5}})
end

local function small(seed, options)
  ln.set_seed(seed or 0)
  local model = ln.Sequential{
    ln.layers.Dense{6, activation = "tanh", input_shape = {3}}, ln.layers.Dense(1),
  }
  options = options or {}
  options.loss = options.loss or "mse"
  options.optimizer = options.optimizer or ln.optimizers.SGD{0.05}
  model:compile(options)
  return model
end

describe("fit", function()
  it("learns", function()
    local x, y = regression(200)
    local history = small():fit(x, y, {epochs = 20, verbose = 0})
    assert.is_true(history.history.loss[20] < 0.2 * history.history.loss[1])
    assert.equal(20, history.epoch[20])
    assert.same({"loss"}, history.keys)
    assert.equal(7, history.params.steps)
  end)

  it("gives the same weights, bit for bit, for the same seed", function()
    local x, y = regression(100)
    local function run()
      local model = small(42)
      ln.set_seed(7)
      model:add(ln.layers.Dropout(0.2))
      model:compile{loss = "mse", optimizer = "adam"}
      model:fit(x, y, {epochs = 3, verbose = 0})
      return model:get_weights()
    end
    local a, b = run(), run()
    for i = 1, #a do assert.is_true(a[i] == b[i]) end
  end)

  it("goes on where it was: two calls are one longer one", function()
    local x, y = regression(64)
    local one, two = small(5, {optimizer = "adam"}), small(5, {optimizer = "adam"})
    one:fit(x, y, {epochs = 4, verbose = 0, shuffle = false})
    two:fit(x, y, {epochs = 2, verbose = 0, shuffle = false})
    local history = two:fit(x, y, {epochs = 4, initial_epoch = 3, verbose = 0, shuffle = false})
    assert.same({3, 4}, history.epoch)
    for i, w in ipairs(one:get_weights()) do assert.is_true(w == two:get_weights()[i]) end
    assert.equal(8, two.optimizer.iterations)
  end)

  it("validates on data of its own or on the last samples", function()
    local x, y = regression(100)
    local split = small(1):fit(x, y, {epochs = 2, verbose = 0, shuffle = false,
      validation_split = 0.25})
    local given = small(1):fit(x[{ {1, 75} }], y[{ {1, 75} }], {epochs = 2, verbose = 0,
      shuffle = false, validation_data = {x[{ {76, 100} }], y[{ {76, 100} }]},
      validation_batch_size = 10})
    assert.same({"loss", "val_loss"}, split.keys)
    for e = 1, 2 do
      assert.equal(split.history.loss[e], given.history.loss[e])
      assert.is_true(math.abs(split.history.val_loss[e] - given.history.val_loss[e]) < 1e-6)
    end
    local now_and_then = small(1):fit(x, y, {epochs = 4, verbose = 0, validation_split = 0.25,
      validation_freq = 2})
    assert.equal(2, #now_and_then.history.val_loss)
    assert.equal(4, #now_and_then.history.loss)
  end)

  it("goes on in the data after steps_per_epoch, and ends an epoch with them", function()
    local x = ln.arange(0, 8):reshape{8, 1}
    local model = ln.Sequential{ln.Input{shape = {1}},
      ln.layers.Dense{1, use_bias = false, kernel_initializer = "ones"}}
    model:compile{loss = "mse", optimizer = ln.optimizers.SGD{0}}
    -- Losses and numbers of batches are Keras 3.16's.
    local function check(steps, epochs, losses, batches, warned)
      -- A Dataset with a batch for each step: warned ends are those of tensors.
      for _, dataset in ipairs(warned and {false} or {false, true}) do
        local seen = {}
        local count = ln.callbacks.LambdaCallback{
          on_batch_end = function(b) seen[#seen + 1] = b end}
        for _, callbacks in ipairs{{}, {count}} do
          local options = {epochs = epochs, steps_per_epoch = steps, verbose = 0,
            callbacks = callbacks}
          if not dataset then options.batch_size, options.shuffle = 2, false end
          local data = dataset and ln.data.Dataset.from_tensors(x, x * 0):batch(2) or x
          local text, history = warnings(model.fit, model, data, not dataset and x * 0 or nil,
            options)
          for e, loss in ipairs(losses) do assert.near(loss, history.history.loss[e], 1e-3) end
          assert.equal(epochs, #history.history.loss)
          assert.equal(steps, history.params.steps)
          assert.equal(warned or "", text:match("the data ended after (batch %d of %d)") or "")
        end
        assert.equal(batches, table.concat(seen, " "))
      end
    end
    check(3, 4, {9.1667, 42.5, 9.1667, 42.5}, "1 2 3 1 1 2 3 1", "batch 1 of 3")
    check(6, 2, {17.5, 17.5}, "1 2 3 4 1 2 3 4", "batch 4 of 6")
    check(4, 2, {17.5, 17.5}, "1 2 3 4 1 2 3 4")
    check(2, 3, {3.5, 31.5, 3.5}, "1 2 1 2 1 2")
  end)

  it("weighs samples and classes", function()
    local x, y = regression(40)
    local w = ln.concatenate{ln.ones{20}, ln.zeros{20}}
    local weighted, half = small(2), small(2)
    weighted:fit(x, y, {epochs = 2, verbose = 0, shuffle = false, batch_size = 20,
      sample_weight = w})
    for _ = 1, 2 do half:train_on_batch(x[{ {1, 20} }], y[{ {1, 20} }]) end
    for i, a in ipairs(weighted:get_weights()) do
      assert.is_true((a - half:get_weights()[i]):abs():max():item() < 1e-5)
    end
    local classes = ln.tensor({0, 1, 2, 1}, {dtype = "int32"})
    local model = ln.Sequential{ln.layers.Dense{3, activation = "softmax", input_shape = {3}}}
    model:compile{loss = "sparse_categorical_crossentropy", optimizer = ln.optimizers.SGD{0}}
    local plain = model:evaluate(x[{ {1, 4} }], classes, {verbose = 0})
    local doubled = {class_weight = {[0] = 2, [1] = 2, [2] = 2}}
    -- Until the means are reset, the batch is one of two that they are of.
    assert.near(1.5 * plain, model:train_on_batch(x[{ {1, 4} }], classes, doubled), 1e-5)
    model:reset_metrics()
    assert.near(2 * plain, model:train_on_batch(x[{ {1, 4} }], classes, doubled), 1e-5)
  end)

  it("trains on bytes as on floats", function()
    local bytes = ln.random.randint({50, 3}, {max = 256, dtype = "uint8"})
    local y = ln.random.normal{50, 1}
    local function run(x)
      ln.set_seed(9)
      local model = ln.Sequential{ln.layers.Rescaling{1 / 255, input_shape = {3}},
        ln.layers.Dense(1)}
      model:compile{loss = "mse", optimizer = "sgd"}
      ln.set_seed(10)
      return model:fit(x, y, {epochs = 2, verbose = 0}).history.loss[2]
    end
    assert.equal(run(bytes:astype("float32")), run(bytes))
  end)

  it("picks the accuracy that the shapes ask for", function()
    local x = ln.random.normal{20, 3}
    local function accuracy(units, activation, loss, y)
      local model = ln.Sequential{
        ln.layers.Dense{units, activation = activation, input_shape = {3}}}
      model:compile{loss = loss, optimizer = "sgd", metrics = {"accuracy"}}
      model:fit(x, y, {verbose = 0})
      assert.equal("accuracy", model.metrics[1].name)
      return tostring(model.metrics[1])
    end
    has(accuracy(1, "sigmoid", "binary_crossentropy", ln.ones{20, 1}), "BinaryAccuracy")
    has(accuracy(4, "softmax", "sparse_categorical_crossentropy", ln.zeros{20}),
      "SparseCategoricalAccuracy")
    has(accuracy(4, "softmax", "categorical_crossentropy", ln.eye(20, 4)), "CategoricalAccuracy")
  end)
end)

describe("callbacks", function()
  it("are called in Keras's order, with epochs and batches from 1", function()
    local calls = {}
    local Log = ln.callbacks.Callback:extend("Log")
    for _, hook in ipairs{"on_train_begin", "on_train_end", "on_epoch_begin", "on_epoch_end",
                          "on_batch_begin", "on_batch_end", "on_test_begin", "on_test_end"} do
      Log[hook] = function(self, at, logs)
        calls[#calls + 1] = hook .. (type(at) == "number" and " " .. at or "")
        assert.is_truthy(self.model)
        assert.equal(2, self.params.epochs)
        if hook == "on_epoch_end" then assert.is_number(logs.val_loss) end
        if hook == "on_batch_end" then assert.is_number(logs.loss) end
      end
    end
    local x, y = regression(40)
    small():fit(x, y, {epochs = 2, verbose = 0, validation_split = 0.2, callbacks = {Log()}})
    local epoch = "on_batch_begin 1 on_batch_end 1 on_test_begin on_test_end "
    assert.equal("on_train_begin on_epoch_begin 1 " .. epoch .. "on_epoch_end 1 on_epoch_begin 2 "
      .. epoch .. "on_epoch_end 2 on_train_end", table.concat(calls, " "))
  end)

  it("may stop training, and what they add to the logs is in the History", function()
    local Stop = ln.callbacks.Callback:extend("Stop")
    function Stop:init(options) self.at = options[1] end
    function Stop:on_epoch_end(epoch, logs)
      logs.twice = 2 * logs.loss
      if epoch == self.at then self.model.stop_training = true end
    end
    local x, y = regression(32)
    local history = small():fit(x, y, {epochs = 9, verbose = 0, callbacks = {Stop(3)}})
    assert.equal(3, #history.epoch)
    assert.equal(2 * history.history.loss[2], history.history.twice[2])
  end)

  it("that fail leave the model usable", function()
    local Bad = ln.callbacks.Callback:extend("Bad")
    function Bad:on_batch_end() error("no more") end
    local x, y = regression(32)
    local model = small()
    has(error_of(model.fit, model, x, y, {verbose = 0, callbacks = {Bad()}}), "no more")
    assert.is_true(model:fit(x, y, {verbose = 0}).history.loss[1] > 0)
    has(error_of(model.fit, model, x, y, {verbose = 0, callbacks = {Bad}}), "call it to make one")
  end)
end)

describe("evaluate and predict", function()
  it("give losses and metrics as several results or as a table", function()
    local x, y = regression(50)
    local model = small(1, {metrics = {"mae", ln.metrics.RootMeanSquaredError()}})
    local loss, mae, rmse = model:evaluate(x, y, {verbose = 0, batch_size = 7})
    local logs = model:evaluate(x, y, {verbose = 0, return_dict = true})
    assert.is_true(math.abs(logs.loss - loss) < 1e-6)
    assert.is_true(math.abs(rmse * rmse - loss) < 1e-5)
    assert.is_true(math.abs(logs.mae - mae) < 1e-6)
    local p = model:predict(x, {batch_size = 8})
    assert.equal("(50, 1)", tostring(p.shape))
    assert.is_true(math.abs(((p - y) ^ 2):mean():item() - loss) < 1e-5)
    assert.is_true(model:predict_on_batch(x) == p or
      (model:predict_on_batch(x) - p):abs():max():item() < 1e-6)
    assert.equal("(2, 1)", tostring(model:predict{{1, 2, 3}, {4, 5, 6}}.shape))
  end)

  it("predict_classes gives class ids, which count from 0", function()
    local model = ln.Sequential{ln.layers.Activation{"softmax", input_shape = {3}}}
    local ids = model:predict_classes{{9, 0, 0}, {0, 0, 9}}
    assert.same({0, 2}, ids:totable())
    local binary = ln.Sequential{ln.layers.Activation{"sigmoid", input_shape = {1}}}
    assert.same({{0}, {1}}, binary:predict_classes{{-1}, {1}}:totable())
  end)
end)

describe("bad input", function()
  local x, y = regression(20)

  it("names what is wrong", function()
    local model = small()
    has(error_of(model.fit, model, x, y[{ {1, 19} }]), "has 19 samples")
    has(error_of(model.fit, model, x, nil), "targets are needed")
    has(error_of(model.fit, model, "x", y), "the model takes numbers, and got strings")
    has(error_of(model.fit, model, ln.zeros{0, 3}, ln.zeros{0, 1}), "there are no samples")
    has(error_of(model.fit, model, x, y, {epoch = 3}), "did you mean 'epochs'")
    has(error_of(model.fit, model, x, y, {epochs = 0}), "integer >= 1")
    has(error_of(model.fit, model, x, y, {verbose = 7}), "verbose")
    has(error_of(model.fit, model, x, y, {validation_split = 1}), "validation_split")
    has(error_of(model.fit, model, x, y, {validation_data = x}), "{x, y}")
    has(error_of(model.fit, model, x, y, {validation_data = 5}), "{x, y}")
    has(error_of(model.fit, model, x[{ {1, 2} }], y[{ {1, 2} }], {validation_split = 0.9}),
      "validation_split = 0.9 leaves no samples for training of 2")
    has(error_of(model.fit, model, x, y, {validation_split = 1e-20}),
      "validation_split = 1e-20 leaves no samples for validation of 20")
    has(error_of(model.fit, model, ln.ones{20, 4}, y), "expected axis -1 of the input to be 3")
    has(error_of(model.compile, model, {loss = "msee"}), "did you mean 'mse'")
    has(error_of(model.compile, model, {loss = "mse", optimizer = "sdg"}), "did you mean 'SGD'")
    has(error_of(model.compile, model, {loss = "mse", metrics = {"acuracy"}}), "acuracy")
    local raw = ln.Sequential{ln.layers.Dense{1, input_shape = {3}}}
    has(error_of(raw.fit, raw, x, y), "compile the model first")
    x:copy():close()
    local closed = x:copy()
    closed:close()
    has(error_of(model.fit, model, closed, y), "closed")
  end)

  it("finds a label that is no class, in the first batch and in later ones", function()
    local model = ln.Sequential{ln.layers.Dense{3, activation = "softmax", input_shape = {3}}}
    model:compile{loss = "sparse_categorical_crossentropy", optimizer = "sgd"}
    local labels = ln.zeros({20}, {dtype = "int32"})
    labels[3] = 3
    has(error_of(model.fit, model, x, labels, {verbose = 0}), "label 3 is out of range")
    labels[3] = 0
    labels[18] = -1
    has(error_of(model.fit, model, x, labels, {verbose = 0, batch_size = 5, shuffle = false}),
      "label -1 is out of range")
    labels[18] = 0
    assert.is_true(model:fit(x, labels, {verbose = 0}).history.loss[1] > 0)
  end)

  it("leaves the model as it was", function()
    local model = small()
    local before = model:get_weights()
    pcall(model.fit, model, x, y[{ {1, 19} }], {verbose = 0})
    pcall(model.fit, model, ln.ones{20, 4}, y, {verbose = 0})
    for i, w in ipairs(model:get_weights()) do assert.is_true(w == before[i]) end
  end)
end)

describe("memory", function()
  local function live()
    collectgarbage()
    collectgarbage()
    return ln.memory().live
  end

  it("is where it was after 100,000 eager ops", function()
    local a = ln.random.normal{10, 10}
    local before = live()
    for _ = 1, 50000 do
      local b = a + a
      local _ = b:matmul(a)
    end
    assert.equal(before, live())
  end)

  it("does not grow while large tensors are dropped", function()
    local before = live()
    for _ = 1, 300 do local _ = ln.zeros{512, 512} end
    assert.is_true(ln.memory().peak - before < 64 << 20)
  end)

  it("is where it was after 1,000 caught errors of each kind", function()
    local a, b = ln.ones{2, 3}, ln.ones{4, 5}
    local closed = ln.ones{2}
    closed:close()
    local model = small()
    local x, y = regression(8)
    model:fit(x, y, {verbose = 0})
    local tape_sum = function()
      local tape <close> = ln.GradientTape()
      tape:watch(a)
      return (a * 2 + b):sum()
    end
    local kinds = {
      shapes = function() return a + b end, matmul = function() return a:matmul(b) end,
      dtype = function() return ln.zeros({2}, {dtype = "complex64"}) end,
      option = function() return a:sum{axes = 1} end,
      value = function() return a:sum{axis = 9} end,
      ragged = function() return ln.tensor{{1, 2}, {3}} end,
      nested = function() return ln.concatenate{a, ln.ones{2, 3}, 7} end,
      index = function() return a[7] end, range = function() return a[{ {1, 9} }] end,
      assign = function() a[{ {}, {1, 2} }] = ln.ones{3, 3} end,
      mask = function() a[ln.ones({5}, {dtype = "bool"})] = 1 end,
      closed = function() return closed + 1 end,
      position = function() return a:take(ln.tensor({9}, {dtype = "int64"}), {axis = 1}) end,
      label = function() return ln.one_hot(ln.tensor({9}, {dtype = "int64"}), 3) end,
      huge = function() return ln.zeros{1 << 40, 1 << 40} end,
      tape = tape_sum,
      layer = function() return model(ln.ones{2, 5}) end,
      class = function() return ln.layers.Dense{unit = 3} end,
      required = function() return ln.layers.Dense() end,
      range_option = function() return ln.layers.Dropout(2) end,
      name = function() return ln.layers.Dense{2, activation = "reluu"} end,
      weights = function() model:set_weights{a} end,
      fit = function() model:fit(x, b, {verbose = 0}) end,
      fit_shape = function() model:fit(b, y, {verbose = 0}) end,
      compile = function() model:compile{loss = "no"} end,
      loss = function() return ln.losses.mse(a, b) end,
      loss_object = function() return ln.losses.MeanSquaredError()(a, ln.ones{2, 4}) end,
      metric = function() ln.metrics.MeanSquaredError():update_state(a, b) end,
      json = function() return ln.model_from_json("{]") end,
      optimizer = function() ln.optimizers.SGD():apply({a}, {ln.Variable(b)}) end,
    }
    for name, f in pairs(kinds) do
      for _ = 1, 3 do assert.is_false(pcall(f), name) end
      local before = live()
      for _ = 1, 1000 do pcall(f) end
      local grown = live() - before
      assert.is_true(grown <= 0, ("%s: %d bytes more"):format(name, grown))
    end
  end)
end)
