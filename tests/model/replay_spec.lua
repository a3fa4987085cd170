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
  model(ln.ones{16, 4})
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

  local function refused(what, call, pattern, init)
    it("refuses " .. what, function()
      local x, y = data()
      local Broken = Net:extend("Broken")
      Broken.call = call
      if init then
        function Broken:init()
          Net.init(self)
          init(self)
        end
      end
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

  refused("shapes that follow values", function(self, x)
    local h = self.hidden(x)
    return self.out(h) + h:masked_select(h:ge(0)):sum() * 0
  end, "flat_nonzero cannot be replayed")

  refused("add_metric", function(self, x)
    local y = self.out(self.hidden(x))
    self:add_metric(y:mean(), "output_mean")
    return y
  end, "add_metric, cannot be replayed")

  -- h is (16, 5); k is 1, 2, 3 .. from batch to batch: each of these moves with it.
  local function moved(what, f, pattern, init)
    refused(what, function(self, x)
      self.calls = self.calls + 1
      local h = self.hidden(x)
      return self.out(h + f(h, self.calls, self, x))
    end, pattern, init)
  end
  local options, input = "has other options", "has another input"

  moved("a slice that moves", function(h, k) return h[{ {}, {k % 4 + 1, k % 4 + 1} }] end, options)
  moved("an index that moves", function(h, k) return h[{ {}, k % 5 + 1 }]:sum() end, options)
  moved("another step of a slice", function(h, k)
    return h[{ {}, {1, 5, k % 2 == 0 and 4 or 3} }]:sum()
  end, options)
  moved("a clip that moves", function(h, k) return h:clip(-1 / k, 1 / k) end, options)
  moved("a slope that moves", function(h, k) return ln.leaky_relu(h, 0.1 * k) end, options)
  moved("another axis", function(h, k)
    return h[{ {1, 5} }]:sum{axis = k % 2 + 1}:sum()
  end, options)
  moved("another order of axes", function(h, k)
    local order = k % 2 == 0 and {1, 2, 3, 4} or {1, 3, 2, 4}
    return h:reshape{-1, 2, 2, 5}:permute(order):reshape{-1, 5}
  end, options)
  moved("another shape", function(h, k)
    return h:reshape{k % 2 == 0 and 8 or 4, -1}:sum()
  end, "gave shape")
  moved("another direction", function(h, k) return h:cumsum{axis = 2, reverse = k % 2 == 0} end,
    options)
  moved("another shift", function(h, k) return h:roll(k % 5, 2) end, "op %d+")
  moved("other paddings", function(h, k)
    return h:pad{{0, 0}, {k % 2, 1 - k % 2}}[{ {}, {1, 5} }]
  end, options)
  moved("other positions", function(h, k) return h:take(ln.tensor{k % 5 + 1}, 2) end, input)
  moved("a zero of another sign", function(h, k)
    return h * ln.tensor(k % 2 == 0 and {-0.0} or {0.0})
  end, input)
  moved("a constant of another dtype", function(h, k)
    return h + ln.zeros({1}, {dtype = k % 2 == 0 and "int32" or "int64"})
  end, "op %d+")
  moved("another part of a table", function(h, k, self)
    return h + self.rows[k % 3 + 1]
  end, options, function(self) self.rows = ln.ones{3, 5} end)
  moved("views made before", function(h, k, self)
    return h + self.rows[k % 3 + 1]
  end, input, function(self)
    local all = ln.ones{3, 5}
    self.rows = {all[1], all[2], all[3]}
  end)
  moved("views of other strides", function(h, k, self)
    return h + self.views[k % 2 + 1]
  end, input, function(self)
    local square = ln.ones{5, 5}
    self.views = {square[1], square[{ {}, 1 }]}
  end)
  -- Not fields of the model, which would get values of their own.
  local variables, dense = {}, {}
  for i = 0, 1 do
    variables[i] = ln.Variable(ln.zeros{5}, {trainable = false})
    dense[i] = ln.layers.Dense{5, kernel_initializer = "zeros"}
  end
  moved("another variable of the same value", function(h, k) return h + variables[k % 2] end, input)
  moved("another part of a variable", function(h, k, self)
    return h + self.table[k % 3 + 1]
  end, options, function(self) self.table = ln.Variable(ln.zeros{3, 5}) end)
  moved("another layer of the same weights", function(_, k, _, x) return dense[k % 2](x) end, input)
  moved("another rate", function(h, k, self)
    return self["d" .. k % 2](h, {training = true})
  end, options, function(self)
    self.d0, self.d1 = ln.layers.Dropout{0.25, seed = 1}, ln.layers.Dropout{0.5, seed = 1}
  end)
  moved("another generator of the same seed", function(h, k, self)
    return self["d" .. k % 2](h, {training = true})
  end, input, function(self)
    for i = 0, 1 do self["d" .. i] = ln.layers.Dropout{0.5, seed = 1} end
  end)
  moved("another deviation of noise", function(h, k, self)
    return self["d" .. k % 2](h, {training = true})
  end, options, function(self)
    self.d0, self.d1 = ln.layers.GaussianNoise(0.25), ln.layers.GaussianNoise(0.5)
  end)
  moved("a mask that moves", function(h, k, self)
    return self.soft(h, {mask = ln.tensor{true, true, k % 2 == 0, true, true}})
  end, input, function(self) self.soft = ln.layers.Softmax() end)

  local function spoils(what, f, pattern)
    refused(what, function(self, x)
      f(self)
      return self.out(self.hidden(x))
    end, pattern .. ".* cannot be replayed")
  end
  spoils("writing into a tensor", function(self)
    self.kept = self.kept or ln.zeros{3}
    self.kept[1] = 1
  end, "assignment to a tensor")
  spoils("seeds set on the way", function() ln.set_seed(1) end, "set_seed")
  spoils("weights set on the way", function(self)
    if self.out.built then self.out:set_weights(self.out:get_weights()) end
  end, "set_weights")

  spoils("metrics updated on the way", function(self)
    self.mean = self.mean or ln.metrics.Mean()
    self.mean:update_state(1)
  end, "the update of a metric")
  spoils("metrics reset on the way", function(self)
    self.mean = self.mean or ln.metrics.Mean()
    self.mean:reset_state()
  end, "reset_state of a metric")
  spoils("steps taken on the way", function(self)
    self.sgd, self.v = self.sgd or ln.optimizers.SGD(0.1), self.v or ln.Variable{1}
    self.sgd:apply({ln.ones{1}}, {self.v})
  end, "optimizer:apply")
  spoils("layers adapted on the way", function(self)
    self.norm = self.norm or ln.layers.Normalization()
    self.norm:adapt(ln.ones{3, 2})
  end, "adapt")

  it("refuses another output of the same ops, in predict too", function()
    local x, y = data()
    local Two = Net:extend("Two")
    function Two:call(batch)
      self.calls = self.calls + 1
      local h = self.hidden(batch)
      local a, b = self.out(h), self.out(h * 2)
      return self.calls % 2 == 0 and a or b
    end
    local model = fresh(Two, {replay = true})
    assert.error_matches(function() model:predict(x, {batch_size = 16}) end, "result 1 comes from")
    model = fresh(Two, {replay = true})
    assert.error_matches(function() model:fit(x, y, {batch_size = 16, verbose = 0}) end,
      "promised the same ops")
  end)

  it("keeps up with what Lua copies on the way", function()
    local Copies = Net:extend("Copies")
    function Copies:init()
      Net.init(self)
      self.scale = ln.Variable(0.5, {trainable = false})
    end
    function Copies:call(batch)
      return self.out(self.hidden(batch):copy() * self.scale:value() + self.hidden(batch))
    end
    local x, y = data()
    local runs = {}
    for i, replay in ipairs{false, true} do
      local model = fresh(Copies, {replay = replay})
      for k = 1, 4 do
        model.scale:assign(k)
        model:train_on_batch(x, y)
      end
      runs[i] = model:get_weights()
    end
    for i, w in ipairs(runs[1]) do assert.are.equal(w, runs[2][i]) end
  end)

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
