-- compile{replay = true}: what Lua computes is recorded once and replayed, and held to its promise.
local ln = require "lunate"

local function data(n)
  ln.set_seed(5)
  return ln.random.normal{n or 64, 4}, ln.random.normal{n or 64, 1}
end

local Net = ln.Model:extend("Net")
function Net:init()
  self.calls = 0
  self.hidden, self.out = ln.layers.Dense{5, activation = "relu"}, ln.layers.Dense(1)
end
function Net:call(x)
  self.calls = self.calls + 1
  return self.out(self.hidden(x))
end

local function fresh(class, options)
  local model = class()
  model(ln.ones{1, 4})
  local weights = {}
  ln.set_seed(2)
  for i, w in ipairs(model:get_weights()) do weights[i] = ln.random.normal(w.shape) end
  model:set_weights(weights)
  options.loss, options.optimizer = options.loss or "mse", ln.optimizers.Adam(0.01)
  model:compile(options)
  return model
end

describe("replay", function()
  it("trains as running in Lua does, to the bit", function()
    local x, y = data(70)   -- the last batch is a smaller one
    local runs = {}
    for i, replay in ipairs{false, true} do
      local model = fresh(Net, {replay = replay, metrics = {"mae"}})
      ln.set_seed(3)
      local history = model:fit(x, y, {epochs = 4, batch_size = 16, verbose = 0,
        validation_split = 0.2})
      runs[i] = {history = history.history, weights = model:get_weights(),
        predicted = model:predict(x), evaluated = {model:evaluate(x, y, {verbose = 0})}}
    end
    assert.are.same(runs[1].history, runs[2].history)
    assert.are.same(runs[1].evaluated, runs[2].evaluated)
    assert.are.equal(runs[1].predicted, runs[2].predicted)
    for i, w in ipairs(runs[1].weights) do assert.are.equal(w, runs[2].weights[i]) end
  end)

  it("runs Lua for the first two batches and the first of each epoch", function()
    local x, y = data(160)
    local model = fresh(Net, {replay = true})
    model:train_on_batch(x[{ {1, 16} }], y[{ {1, 16} }])
    model:reset_metrics()
    model:fit(x, y, {batch_size = 16, verbose = 0})
    local before = model.calls
    model:fit(x, y, {epochs = 5, batch_size = 16, verbose = 0})
    assert.are.equal(before + 5, model.calls)
    local eager = fresh(Net, {})
    eager:fit(x, y, {batch_size = 16, verbose = 0})
    before = eager.calls
    eager:fit(x, y, {epochs = 5, batch_size = 16, verbose = 0})
    assert.are.equal(before + 50, eager.calls)
  end)

  local function refused(what, call, pattern)
    it("refuses " .. what, function()
      local x, y = data()
      local Broken = Net:extend("Broken")
      Broken.call = call
      local model = fresh(Broken, {replay = true})
      local ok, message = pcall(model.fit, model, x, y, {epochs = 3, batch_size = 16, verbose = 0})
      assert.is_false(ok)
      assert.matches(pattern, message)
      -- Without the promise it works.
      model:compile{loss = "mse", optimizer = "sgd"}
      assert.is_number(model:fit(x, y, {epochs = 2, verbose = 0}).history.loss[2])
    end)
  end

  refused("another op", function(self, x)
    self.calls = self.calls + 1
    local h = self.hidden(x)
    return self.out(self.calls % 2 == 0 and ln.tanh(h) or ln.sigmoid(h))
  end, "op 2 was %l+ and is now %l+")

  refused("more ops", function(self, x)
    self.calls = self.calls + 1
    local h = self.hidden(x)
    for _ = 1, self.calls do h = h * 2 end
    return self.out(h)
  end, "promised the same ops each time, but")

  refused("another constant", function(self, x)
    self.calls = self.calls + 1
    return self.out(self.hidden(x)) * self.calls
  end, "a constant of another value")

  refused("other wiring", function(self, x)
    self.calls = self.calls + 1
    local h = self.hidden(x)
    local a, b = ln.tanh(h), ln.tanh(h)
    if self.calls % 2 == 0 then a, b = b, a end
    return self.out(a - b * 0.5)
  end, "another input")

  refused("random numbers made in Lua", function(self, x)
    return self.out(self.hidden(x) + ln.random.normal{1, 5})
  end, "a constant of another value")

  refused("assignments", function(self, x)
    self.seen = self.seen or ln.Variable(0, {trainable = false})
    self.seen:assign(self.seen + 1)
    return self.out(self.hidden(x))
  end, "an assignment to a variable cannot be replayed")

  refused("shapes that follow values", function(self, x)
    local h = self.hidden(x)
    return self.out(h) + h:masked_select(h:ge(0)):sum() * 0
  end, "flat_nonzero cannot be replayed")

  refused("add_metric", function(self, x)
    local y = self.out(self.hidden(x))
    self:add_metric(y:mean(), "output_mean")
    return y
  end, "add_metric, cannot be replayed")

  it("takes losses and metrics in Lua", function()
    local x, y = data()
    local function loss(t, p) return ((t - p) ^ 2):mean{axis = -1} end
    local a = fresh(Net, {metrics = {loss}})
    local b = fresh(Net, {replay = true, loss = loss, metrics = {loss}})
    ln.set_seed(3)
    local first = a:fit(x, y, {epochs = 3, verbose = 0}).history
    ln.set_seed(3)
    assert.are.same(first, b:fit(x, y, {epochs = 3, verbose = 0}).history)
  end)

  it("keeps apart what Lua holds", function()
    local Keeper = Net:extend("Keeper")
    function Keeper:call(x)
      self.calls = self.calls + 1
      self.last = self.hidden(x)
      return self.out(self.last)
    end
    local x, y = data()
    local model = fresh(Keeper, {replay = true})
    model:compile{loss = "mse", optimizer = ln.optimizers.SGD(0), replay = true}
    for i = 1, 33, 16 do
      model:train_on_batch(x[{ {i, i + 15} }], y[{ {i, i + 15} }])
      collectgarbage()
    end
    -- The third batch was replayed, without Lua: what the model kept is the second's.
    assert.are.equal(model.hidden(x[{ {17, 32} }]), model.last)
  end)

  it("changes nothing for models without Lua", function()
    local x, y = data()
    local runs = {}
    for i, replay in ipairs{false, true} do
      ln.set_seed(4)
      local model = ln.Sequential{ln.layers.Dense{1, input_shape = {4}}}
      model:compile{loss = "mse", optimizer = "sgd", replay = replay}
      runs[i] = model:fit(x, y, {epochs = 2, verbose = 0}).history
    end
    assert.are.same(runs[1], runs[2])
    assert.error_matches(function() ln.Sequential():compile{replay = 1} end, "replay")
  end)
end)
