-- What goes straight to the core: predict and steps on a batch of a known shape, plain SGD's steps
-- taken where the gradient is computed. The results are those of the long way.

local ln = require "lunate"
local fails = require "support.fails"

local function model(optimizer, options)
  ln.set_seed(7)
  local m = ln.Sequential{
    ln.layers.Dense{5, activation = "relu", input_shape = {3}},
    ln.layers.Dense{2, use_bias = false},
  }
  m:compile{loss = "mse", optimizer = optimizer or "sgd", metrics = options and options.metrics}
  return m
end

local x, y = ln.random.normal{4, 3}, ln.random.normal{4, 2}

describe("predict of many rows", function()
  local many = ln.random.normal({700, 3}, {seed = 5})

  it("is the same whatever the batches", function()
    local m = model()
    local once = m:predict(many, {batch_size = 700})
    for _, size in ipairs{1, 32, 100, 255, 256, 257, 699} do
      assert.is_true((m:predict(many, {batch_size = size}) - once):abs():max():item() < 1e-6, size)
    end
    assert.equal("(64, 2)", tostring(m:predict(many, {batch_size = 32, steps = 2}).shape))
  end)

  it("keeps to the batches asked for where rows depend on each other", function()
    local input = ln.Input{shape = {3}}
    local Centered = ln.layers.Layer:extend("Centered")
    function Centered:call(t) return t - t:mean{axis = 1, keepdims = true} end
    local models = {
      lua = ln.Sequential{Centered()},
      op = ln.Model{inputs = input, outputs = input - input:mean{axis = 1, keepdims = true}},
    }
    for name, m in pairs(models) do
      local out = m:predict(many, {batch_size = 50})
      for _, first in ipairs{1, 51, 651} do
        local rows = many[{ {first, first + 49} }]
        local wanted = rows - rows:mean{axis = 1, keepdims = true}
        local off = (out[{ {first, first + 49} }] - wanted):abs():max():item()
        assert.is_true(off < 1e-6, name .. " " .. first)
      end
    end
    local single = ln.Input{shape = {}}   -- rows of no axis: the last one is the batch's
    local share = ln.Model{inputs = single, outputs = ln.layers.Softmax()(single)}
    assert.near(14, share:predict(many[{ {}, 1 }], {batch_size = 50}):sum():item(), 1e-4)
    local softmax = ln.Model{inputs = input, outputs = ln.layers.Softmax{axis = 1}(input)}
    local out = softmax:predict(many, {batch_size = 50})
    assert.is_true((out[{ {1, 50} }]:sum{axis = 1} - 1):abs():max():item() < 1e-5)
  end)

  it("shows callbacks every batch", function()
    local seen = {}
    local Watch = ln.callbacks.Callback:extend("Watch")
    function Watch:on_predict_batch_end(batch) seen[#seen + 1] = batch end
    model():predict(many, {batch_size = 100, callbacks = {Watch()}})
    assert.same({1, 2, 3, 4, 5, 6, 7}, seen)
  end)
end)

describe("predict of one batch", function()
  it("gives what the long way gives, again and again", function()
    local m = model()
    local long = m:predict(x, {batch_size = 4})
    for _ = 1, 3 do assert.is_true(m:predict(x) == long) end
    assert.is_true(m:predict{{1, 2, 3}} == m:predict(ln.tensor{{1, 2, 3}}))
  end)

  it("sees new weights, other shapes and dtypes", function()
    local m = model()
    m:predict(x)
    m:train_on_batch(x, y)
    assert.is_true(m:predict(x) == m:predict(x, {batch_size = 4}))
    assert.equal("(2, 2)", tostring(m:predict(x[{ {1, 2} }]).shape))
    assert.is_true(m:predict(x:astype("float64")):astype("float32") == m:predict(x))
    fails("shape", function() m:predict(ln.ones{4, 5}) end)
    fails("closed", function()
      local closed = ln.ones{4, 3}
      closed:close()
      m:predict(closed)
    end)
    assert.is_true(m:predict(x) == m:predict(x, {batch_size = 4}))
  end)

  it("is of its own tensor, whatever comes after", function()
    local m = model()
    m:predict(x)
    local first = m:predict(x)
    local kept = first:copy()
    m:predict(x * 2)
    assert.is_true(first == kept)
  end)

  it("takes lists, gives several outputs, and obeys an own predict_step", function()
    local a, b = ln.Input{shape = {3}}, ln.Input{shape = {3}}
    local sum = ln.layers.Add(){a, b}
    local m = ln.Model{inputs = {a, b}, outputs = {ln.layers.Dense(1)(sum), sum}}
    m:predict{x, x}
    local one, two = m:predict{x, x}
    assert.equal("(4, 1)", tostring(one.shape))
    assert.is_true(two == x + x)
    fails("samples", function() m:predict{x, x[{ {1, 2} }]} end)
    local own = model()
    own:predict(x)
    own.predict_step = function(_, rows) return rows end
    assert.is_true(own:predict(x) == x)
  end)
end)

describe("a step on one batch", function()
  it("returns what the long way returns", function()
    local quick, long = model(nil, {metrics = {"mae"}}), model(nil, {metrics = {"mae"}})
    for _ = 1, 4 do
      local loss, mae = quick:train_on_batch(x, y)
      local logs = long:train_on_batch(x, y, {return_dict = true})
      assert.equal(logs.loss, loss)
      assert.equal(logs.mae, mae)
    end
    local loss, mae = quick:test_on_batch(x, y)
    local logs = long:test_on_batch(x, y, {return_dict = true})
    assert.same({logs.loss, logs.mae}, {loss, mae})
    quick:reset_metrics()
    long:reset_metrics()
    assert.equal(long:test_on_batch(x, y, {return_dict = true}).loss, (quick:test_on_batch(x, y)))
    fails("shape", function() quick:train_on_batch(x, ln.ones{4, 7}) end)
    fails("targets", function() quick:train_on_batch(x) end)
  end)

  it("sees a new compile, frozen layers and own steps", function()
    local m = model()
    m:train_on_batch(x, y)
    m:train_on_batch(x, y)
    m.layers[1].trainable = false
    local before = m.layers[1]:get_weights()[1]:copy()
    m:train_on_batch(x, y)
    m:train_on_batch(x, y)
    assert.is_true(m.layers[1]:get_weights()[1] == before)
    m:compile{loss = "mae", optimizer = "adam"}
    assert.near((m:predict(x) - y):abs():mean():item(), (m:train_on_batch(x, y)), 1e-5)
    m.train_step = function() return {loss = 42} end
    assert.equal(42, (m:train_on_batch(x, y)))
  end)
end)

describe("fit of one batch", function()
  it("is what the long way is", function()
    local quick, long = model("adam", {metrics = {"mae"}}), model("adam", {metrics = {"mae"}})
    quick:train_on_batch(x, y)
    long:train_on_batch(x, y)
    local a = quick:fit(x, y, {epochs = 3, verbose = 0})
    local b = long:fit(x, y, {epochs = 3, verbose = 0, callbacks = {}})
    assert.same(b.history, a.history)
    assert.same({1, 2, 3}, a.epoch)
    assert.same(b.keys, a.keys)
    for _, key in ipairs{"epochs", "steps", "samples", "batch_size", "verbose"} do
      assert.equal(b.params[key], a.params[key], key)
    end
    assert.equal(quick, a.model)
    assert.is_false(a.interrupted)
    assert.equal(a, quick.history)
    assert.is_true(quick:get_weights()[1] == long:get_weights()[1])
    assert.equal(4, quick.optimizer.iterations)
  end)

  it("refuses what the long way refuses", function()
    local m = model()
    m:fit(x, y, {verbose = 0})
    fails("epochs", function() m:fit(x, y, {verbose = 0, epochs = 0}) end)
    fails("did you mean", function() m:fit(x, y, {verbose = 0, epoch = 2}) end)
    fails("samples", function() m:fit(x, y[{ {1, 2} }], {verbose = 0}) end)
    fails("samples", function() m:fit(ln.tensor(1), y, {verbose = 0}) end)
    local closed = ln.ones{4, 3}
    closed:close()
    fails("closed", function() m:fit(closed, y, {verbose = 0}) end)
  end)
end)

describe("plain SGD", function()
  -- A clip that never bites takes the long way.
  local function both(change, steps)
    local sgd = ln.optimizers.SGD{learning_rate = 0.1}
    local long = ln.optimizers.SGD{learning_rate = 0.1, clipvalue = 1e30}
    local a, b = model(sgd), model(long)
    for i = 1, steps or 5 do
      a:train_on_batch(x, y)
      b:train_on_batch(x, y)
      if change then change(sgd, i) change(long, i) end
    end
    assert.equal(a.optimizer.iterations, b.optimizer.iterations)
    for i, w in ipairs(a:get_weights()) do
      assert.is_true(w == b:get_weights()[i], "weight " .. i)
    end
  end

  it("steps by the same bits when the steps are taken on the way", function() both() end)

  it("follows a learning rate that changes, and schedules", function()
    both(function(optimizer, i) optimizer.learning_rate = 0.1 / (i + 1) end)
    local schedule = ln.schedules.ExponentialDecay{0.1, 2, 0.5}
    local a = model(ln.optimizers.SGD{learning_rate = schedule})
    local b = model(ln.optimizers.SGD{learning_rate = schedule, clipvalue = 1e30})
    for _ = 1, 5 do
      a:train_on_batch(x, y)
      b:train_on_batch(x, y)
    end
    assert.is_true(a:get_weights()[1] == b:get_weights()[1])
  end)

  it("takes the long way when its options ask for more", function()
    both(function(optimizer, i)
      if i == 2 then optimizer.momentum = 0.9 end
      if i == 4 then optimizer.momentum = 0 end
    end, 7)
    both(function(optimizer, i) if i == 2 then optimizer.weight_decay = 0.1 end end)
  end)

  it("leaves all weights as they were when a label is out of range", function()
    ln.set_seed(1)
    local m = ln.Sequential{ln.layers.Dense{3, activation = "softmax", input_shape = {3}}}
    m:compile{loss = "sparse_categorical_crossentropy", optimizer = "sgd"}
    local good = ln.tensor({0, 1, 2, 0}, {dtype = "int64"})
    for _ = 1, 3 do m:train_on_batch(x, good) end
    local before = m:get_weights()[1]:copy()
    fails("label", function()
      m:train_on_batch(x, ln.tensor({0, 1, 2, 3}, {dtype = "int64"}))
    end)
    assert.is_true(m:get_weights()[1] == before)
  end)

  it("is not taken on the way for shared, constrained or regularized weights", function()
    local layer = ln.layers.Dense{3, use_bias = false, kernel_constraint = "non_neg",
                                  kernel_regularizer = "l2"}
    local input = ln.Input{shape = {3}}
    local m = ln.Model{inputs = input, outputs = layer(layer(input))}
    m:compile{loss = "mse", optimizer = "sgd"}
    for _ = 1, 3 do m:train_on_batch(x, x) end
    assert.is_true(m:get_weights()[1]:min():item() >= 0)
  end)
end)
