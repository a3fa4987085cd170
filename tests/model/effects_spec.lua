-- Variables that a call assigns: running statistics, counters and the like, as eager and replayed.
local ln = require "lunate"
local scratch = require "support.scratch"

-- Batch normalization by hand: statistics move while it trains, and stand in for the batch's after.
local Norm = ln.layers.Layer:extend("Norm")
function Norm:build(shape)
  local n = shape[#shape]
  self.mean = self:add_weight{name = "moving_mean", shape = {n}, initializer = "zeros",
    trainable = false}
  self.variance = self:add_weight{name = "moving_variance", shape = {n}, initializer = "ones",
    trainable = false}
  self.count = self:add_weight{name = "count", shape = {}, initializer = "zeros",
    trainable = false}
  self.gamma = self:add_weight{name = "gamma", shape = {n}, initializer = "ones"}
end
function Norm:call(x, options)
  if not options.training then
    return (x - self.mean) / (self.variance + 1e-3):sqrt() * self.gamma
  end
  local mean, variance = x:mean{axis = 1}, x:var{axis = 1}
  -- Gradients of this product see the mean of the batches before.
  local drift = (mean - self.mean) * self.gamma * 0.01
  self.mean:assign(self.mean * 0.9 + mean * 0.1)
  self.variance:assign(self.variance * 0.9 + variance * 0.1)
  self.count:assign_add(1)
  return (x - mean) / (variance + 1e-3):sqrt() * self.gamma + drift + self.mean * 0.01
end

local function data()
  ln.set_seed(1)
  return ln.random.normal{72, 4} * 3 + 1, ln.random.normal{72, 1}
end

local function trained(replay, optimizer)
  local x, y = data()
  local model = ln.Sequential{
    ln.layers.Dense{6, activation = "tanh", input_shape = {4}}, Norm(),
    ln.layers.Dropout(0.3), ln.layers.Dense(1)}
  model:compile{loss = "mse", optimizer = optimizer or "adam", replay = replay}
  local history = model:fit(x, y, {epochs = 4, batch_size = 16, verbose = 0,
    validation_split = 0.25})
  return model, history.history
end

describe("variables that a call assigns", function()
  it("move in replays as they do in eager calls, to the bit", function()
    for _, optimizer in ipairs{"adam", "sgd"} do
      local eager, eager_history = trained(false, optimizer)
      local replayed, replayed_history = trained(true, optimizer)
      assert.are.same(eager_history, replayed_history)
      for i, w in ipairs(eager:get_weights()) do
        assert.are.equal(w, replayed:get_weights()[i])
      end
      -- 54 rows are four batches; validation does not train.
      assert.are.equal(16, replayed.layers[2].count:value():item())
    end
  end)

  it("move neither where nothing trains nor where only shapes are asked for", function()
    local x, y = data()
    local model = trained(true)
    local before = model:get_weights()
    model:evaluate(x, y, {verbose = 0})
    model:predict(x)
    model:summary{print_fn = function() end}
    for i, w in ipairs(before) do assert.are.equal(w, model:get_weights()[i]) end
    local layer = Norm()
    layer:build{false, 4}
    layer(ln.layers.Input{4}, {training = true})
    assert.are.equal(0, layer.count:value():item())
    layer(ln.ones{2, 4}, {training = true})
    assert.are.equal(1, layer.count:value():item())
  end)

  it("are saved and loaded, and go on from there", function()
    local x, y = data()
    local model = trained(true)
    scratch.folder(function(folder)
      local path = folder .. "/norm.keras"
      model:save(path)
      local again = ln.load_model(path, {custom_objects = {Norm = Norm}})
      assert.are.equal(16, again.layers[2].count:value():item())
      assert.are.equal(model:predict(x), again:predict(x))
      again:compile{loss = "mse", optimizer = "sgd", replay = true}
      again:fit(x, y, {batch_size = 24, verbose = 0})
      assert.are.equal(19, again.layers[2].count:value():item())
    end)
  end)

  it("are assigned though nothing else comes of it", function()
    local Counts = ln.Model:extend("Counts")
    function Counts:init()
      self.dense, self.noise = ln.layers.Dense(1), ln.layers.Dropout{0.5, seed = 7}
      self.calls = ln.Variable(0, {trainable = false})
      self.seen = ln.Variable(0, {trainable = false})
    end
    function Counts:call(x, options)
      self.calls:assign(self.calls + 1)
      self.noise(x, {training = true})   -- nobody takes the result: the generator moves on
      if options.training then self.seen:assign_add(x:sum()) end
      return self.dense(x)
    end
    local x, y = data()
    local results = {}
    for i, replay in ipairs{false, true} do
      local model = Counts()
      model:compile{loss = "mse", optimizer = "sgd", replay = replay}
      model:fit(x, y, {epochs = 3, batch_size = 24, verbose = 0, shuffle = false})
      model:evaluate(x, y, {batch_size = 24, verbose = 0})
      results[i] = {model.calls:value():item(), model.seen:value():item(),
        model.noise(ln.ones{8}, {training = true}):totable()}
    end
    assert.are.equal(12, results[2][1])
    assert.are.same(results[1], results[2])
  end)

  it("may be weights that train: assigned, then stepped", function()
    local Bounded = ln.Model:extend("Bounded")
    function Bounded:init() self.w = ln.Variable{1, -1, 2, 0.5} end
    function Bounded:call(x)
      local before = (x * self.w):sum{axis = 2, keepdims = true}
      self.w:assign(self.w * 0.5)
      return before + (x * self.w):sum{axis = 2, keepdims = true}
    end
    local x, y = data()
    for _, optimizer in ipairs{"sgd", "adam"} do
      local weights = {}
      for i, replay in ipairs{false, true} do
        local model = Bounded()
        model:compile{loss = "mse", optimizer = optimizer, replay = replay}
        for _ = 1, 5 do model:train_on_batch(x, y) end
        weights[i] = model.w:value()
      end
      assert.are.equal(weights[1], weights[2])
    end
  end)

  it("do not make a tape's gradients wrong when a program assigns them", function()
    local model = trained(true)
    local x, y = data()
    local mean = model.layers[2].mean
    local tape <close> = ln.GradientTape()
    tape:watch(mean)
    local squares = mean * mean
    model:fit(x, y, {batch_size = 24, verbose = 0})
    assert.error_matches(function() tape:gradient(squares, mean) end, "got another value")
  end)
end)
