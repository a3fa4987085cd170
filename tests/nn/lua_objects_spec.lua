-- Losses, metrics, initializers, regularizers, constraints, schedules, activations and optimizers
-- as Lua functions and as subclasses; ops with gradients of one's own.
local ln = require "lunate"
local core = require "lunate.core"
local goldens = require "support.goldens"

local near = goldens.near

local function data(n)
  ln.set_seed(7)
  return ln.random.normal{n or 32, 3}, ln.random.normal{n or 32, 1}
end

-- Two trainings from the same weights; options are of compile, layer of the one Dense layer.
local function train(layer, options, epochs)
  local x, y = data()
  ln.set_seed(1)
  layer.input_shape = {3}
  local model = ln.Sequential{ln.layers.Dense(layer)}
  local w = ln.tensor{{0.5}, {-1}, {2}}
  if not layer.kernel_initializer then model:set_weights{w, ln.zeros{1}} end
  options.optimizer = options.optimizer or ln.optimizers.SGD(0.05)
  options.loss = options.loss or "mse"
  model:compile(options)
  local history = model:fit(x, y, {epochs = epochs or 3, batch_size = 8, verbose = 0})
  return history.history, model
end

local function mse(y_true, y_pred) return ((y_true - y_pred) ^ 2):mean{axis = -1} end

describe("a Lua function", function()
  it("is a loss: the built-in's to the bit", function()
    local expected = train({1}, {}).loss
    assert.are.same(expected, train({1}, {loss = mse}).loss)
    near(ln.losses.get(mse)({{1}, {2}}, {{2}, {4}}):item(), 2.5)
  end)

  it("is a metric, the mean of what it gives", function()
    local history = train({1}, {metrics = {"mse", mse}})
    near(history.metric, history.mse, 1e-5)
    local named = ln.metrics.MeanMetricWrapper{mse, name = "square"}
    near(train({1}, {metrics = {named}}).square, history.mse, 1e-5)
    assert.error_matches(function() ln.metrics.MeanMetricWrapper(3) end, "function")
  end)

  it("is an initializer", function()
    local asked
    local layer = ln.layers.Dense{2, kernel_initializer = function(shape, options)
      asked = {tostring(shape), options.dtype}
      return ln.full(shape, 0.25)
    end}
    layer:build{false, 3}
    assert.are.same({"(3, 2)", "float32"}, asked)
    assert.are.equal(ln.full({3, 2}, 0.25), layer:get_weights()[1])
    local wrong = ln.layers.Dense{2, kernel_initializer = function() return ln.ones{5} end}
    assert.error_matches(function() wrong:build{false, 3} end, "%(5,%) where %(3, 2%)")
  end)

  it("is a regularizer", function()
    local expected = train({1, kernel_regularizer = ln.regularizers.L2(0.1)}, {}).loss
    local own = train({1, kernel_regularizer = function(w) return 0.1 * (w ^ 2):sum() end}, {}).loss
    near(own, expected, 1e-6)
  end)

  it("is a constraint", function()
    local _, model = train({1, kernel_constraint = function(w) return w:clip(-0.25, 0.25) end}, {})
    local w = model:get_weights()[1]
    assert.is_true(w:abs():max():item() <= 0.25)
  end)

  it("is a schedule", function()
    local steps = {}
    local history = train({1}, {optimizer = ln.optimizers.SGD{learning_rate = function(step)
      steps[#steps + 1] = step
      return 0.1 / (1 + step)
    end}})
    assert.are.same({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, steps)
    local inverse = ln.schedules.InverseTimeDecay{0.1, decay_steps = 1, decay_rate = 1}
    near(history.loss, train({1}, {optimizer = ln.optimizers.SGD{inverse}}).loss, 1e-6)
  end)

  it("is an activation, in Dense and in Activation", function()
    local function square(x) return x * x end
    local layer = ln.layers.Dense{1, activation = square, kernel_initializer = "ones"}
    assert.are.equal(9.0, layer(ln.ones{1, 3}):item())
    assert.are.equal(ln.tensor{1, 4}, ln.layers.Activation(square)(ln.tensor{-1, 2}))
    local own = train({1, activation = function(x) return ln.tanh(x) end}, {}).loss
    near(own, train({1, activation = "tanh"}, {}).loss, 1e-6)
  end)

  it("that fails says where, and the model goes on working", function()
    local broken = true
    local x, y = data()
    local model = ln.Sequential{ln.layers.Dense{1, input_shape = {3}}}
    model:compile{optimizer = "sgd", loss = function(t, p)
      if broken then error("no loss today") end
      return mse(t, p)
    end}
    local ok, message = pcall(model.fit, model, x, y, {verbose = 0})
    assert.is_false(ok)
    assert.matches("in loss 'loss'", message)
    assert.matches("lua_objects_spec.lua:%d+: no loss today", message)
    assert.matches("stack traceback", message)
    broken = false
    assert.is_number(model:fit(x, y, {verbose = 0}).history.loss[1])
  end)

  it("that returns nonsense is told so", function()
    local x, y = data()
    local model = ln.Sequential{ln.layers.Dense{1, input_shape = {3}}}
    for _, f in ipairs{function() end, function() return "x" end} do
      model:compile{optimizer = "sgd", loss = f}
      assert.error_matches(function() model:fit(x, y, {verbose = 0}) end, "must return a tensor")
    end
    assert.error_matches(function() ln.optimizers.get(function() end) end, "optimizer expected")
  end)
end)

describe("a subclass", function()
  it("of Loss defines call; of a built-in it may call up", function()
    local Own = ln.losses.Loss:extend("Own")
    function Own:call(y_true, y_pred) return mse(y_true, y_pred) end  -- luacheck: ignore self
    assert.are.same(train({1}, {}).loss, train({1}, {loss = Own()}).loss)
    assert.are.equal("own", Own().name)
    local Twice = ln.losses.MeanSquaredError:extend("Twice")
    function Twice:call(y_true, y_pred) return 2 * Twice.super.call(self, y_true, y_pred) end
    near(Twice()({{0}}, {{3}}):item(), 18)
    assert.are.equal("sum", Twice{reduction = "sum"}.reduction)
    assert.error_matches(function() ln.losses.Loss()({{0}}, {{3}}) end, "define call")
  end)

  it("of Metric keeps what it counts", function()
    local Worst = ln.metrics.Metric:extend("Worst")
    function Worst:init() self.worst = self:add_weight{name = "worst"} end
    function Worst:update_state(y_true, y_pred)
      self.worst:assign(ln.maximum(self.worst, (y_true - y_pred):abs():max()))
    end
    function Worst:result() return self.worst:value() end
    local m = Worst()
    m:update_state(ln.tensor{1, 2}, ln.tensor{1, 5})
    assert.are.equal(3.0, m(ln.tensor{1}, ln.tensor{2}))
    m:reset_state()
    assert.are.equal(0.0, m:result():item())
    local history = train({1}, {metrics = {Worst()}})
    assert.are.equal(3, #history.worst)
    assert.is_true(history.worst[1] > 0 and history.worst[1] ~= history.worst[2])
  end)

  it("of a metric may reset and update by calling up", function()
    local Half = ln.metrics.MeanSquaredError:extend("Half")
    function Half:result() return 0.5 * Half.super.result(self) end
    local history = train({1}, {metrics = {"mse", Half{name = "half"}}})
    for i = 1, 3 do near(2 * history.half[i], history.mse[i], 1e-6) end
  end)

  it("of Initializer, Regularizer, Constraint and LearningRateSchedule", function()
    local Fill = ln.initializers.Initializer:extend("Fill")
    Fill.options = {value = {"number", default = 1}}
    function Fill:call(shape, options) return ln.full(shape, self.options.value, options) end
    assert.are.equal(ln.full({2}, 3), Fill{value = 3}{2})
    local L = ln.regularizers.Regularizer:extend("L")
    function L:call(w) return 0.1 * (w ^ 2):sum() end  -- luacheck: ignore self
    near(train({1, kernel_regularizer = L()}, {}).loss,
      train({1, kernel_regularizer = ln.regularizers.L2(0.1)}, {}).loss, 1e-6)
    local Box = ln.constraints.NonNeg:extend("Box")
    function Box:call(w) return Box.super.call(self, w):clip(0, 0.1) end
    assert.are.equal(ln.tensor{0, 0.05, 0.1}, Box()(ln.tensor{-1, 0.05, 3}))
    local Warm = ln.schedules.LearningRateSchedule:extend("Warm")
    function Warm:call(step) return math.min(0.1, 0.01 * (step + 1)) end  -- luacheck: ignore self
    near(Warm()(3), 0.04)
    assert.error_matches(function() ln.regularizers.Regularizer()(ln.ones{2}) end, "define call")
    assert.error_matches(function() Fill{valu = 3} end, "did you mean 'value'")
  end)

  it("comes back from its config", function()
    local Fill = ln.initializers.Initializer:extend("Fill")
    Fill.options = {value = {"number", default = 1}}
    function Fill:call(shape) return ln.full(shape, self.options.value) end
    local config = Fill{value = 2}:get_config()
    assert.are.equal(2, config.value)
    assert.are.equal(ln.full({2}, 2), Fill.from_config(config){2})
    local serialized = core.serialize(Fill())
    assert.are.equal("Fill", serialized.class_name)
    assert.are.equal("Fill", serialized.registered_name)
  end)

  it("of Optimizer defines update_step, with slots that are saved with it", function()
    local Momentum = ln.optimizers.Optimizer:extend("Momentum")
    Momentum.slots = {"velocity"}
    function Momentum:update_step(gradient, variable, rate, slots)  -- luacheck: ignore self
      slots.velocity:assign(slots.velocity * 0.9 - gradient * rate)
      variable:assign(variable + slots.velocity)
    end
    local built_in = ln.optimizers.SGD{0.05, momentum = 0.9}
    local own = Momentum{learning_rate = 0.05}
    local a, b = train({1}, {optimizer = built_in}).loss, train({1}, {optimizer = own}).loss
    near(b, a, 1e-5)
    local names = {}
    for i, v in ipairs(own.variables) do names[i] = v.name end
    assert.matches("velocity", table.concat(names, " "))
    assert.are.equal(12, own.iterations)
  end)

  it("of a built-in optimizer may call up", function()
    local Signed = ln.optimizers.SGD:extend("Signed")
    function Signed:update_step(gradient, variable, rate)
      Signed.super.update_step(self, gradient:sign(), variable, rate)
    end
    local v = ln.Variable(ln.tensor{1, 1})
    Signed(0.5):apply({ln.tensor{-3, 4}}, {v})
    assert.are.equal(ln.tensor{1.5, 0.5}, v:value())
    local Adam = ln.optimizers.Adam:extend("MyAdam")
    function Adam:update_step(...) Adam.super.update_step(self, ...) end
    near(train({1}, {optimizer = Adam(0.01)}).loss,
      train({1}, {optimizer = ln.optimizers.Adam(0.01)}).loss, 1e-6)
    assert.error_matches(function()
      ln.optimizers.Optimizer():apply({ln.ones{2}}, {ln.Variable(ln.ones{2})})
    end, "define update_step")
  end)
end)

describe("custom_gradient", function()
  local x = ln.tensor({1, 2, -3}, {dtype = "float64"})

  it("takes the gradient that it is told", function()
    local f = ln.custom_gradient(function(t)
      return ln.sum(t * t), function(dy) return dy * 7 * ln.ones_like(t) end
    end)
    local tape <close> = ln.GradientTape()
    tape:watch(x)
    local y = f(x)
    assert.are.equal(14.0, y:item())
    assert.are.equal(ln.full({3}, 7, {dtype = "float64"}), tape:gradient(3 * y, x) / 3)
  end)

  it("has a second derivative where its gradient has one", function()
    local cube = ln.custom_gradient(function(t)
      return t ^ 3, function(dy) return dy * 3 * t ^ 2 end
    end)
    local outer <close> = ln.GradientTape()
    local inner <close> = ln.GradientTape()
    outer:watch(x)
    inner:watch(x)
    local first = inner:gradient(cube(x):sum(), x)
    near(first, 3 * x ^ 2, 1e-12)
    near(outer:gradient(first:sum(), x), 6 * x, 1e-12)
  end)

  it("takes several tensors", function()
    local f = ln.custom_gradient(function(a, b, scale)
      return a * b * scale, function(dy) return dy * b * scale, false end
    end)
    local a, b = ln.tensor{2}, ln.tensor{5}
    local tape <close> = ln.GradientTape()
    tape:watch{a, b}
    local gradients = tape:gradient(f(a, b, 10), {a, b})
    assert.are.equal(ln.tensor{50}, gradients[1])
    assert.is_false(gradients[2])
  end)

  it("serves in a model, eager and replayed", function()
    local relu = ln.custom_gradient(function(t)
      return ln.relu(t), function(dy) return dy * t:gt(0):astype("float32") end
    end)
    local expected = train({1, activation = "relu"}, {}).loss
    near(train({1, activation = relu}, {}).loss, expected, 1e-6)
    near(train({1, activation = relu}, {replay = true}).loss, expected, 1e-6)
  end)

  it("refuses what is no gradient", function()
    local function gradient(f)
      local tape <close> = ln.GradientTape()
      tape:watch(x)
      return tape:gradient(ln.custom_gradient(f)(x), x)
    end
    assert.error_matches(function() gradient(function(t) return t end) end,
      "a tensor and a function")
    assert.error_matches(function()
      gradient(function(t) return t, function() return ln.ones{5} end end)
    end, "shape %(5,%), its input %(3,%)")
    assert.error_matches(function()
      gradient(function(t) return t, function() error("no way back") end end)
    end, "no way back")
    assert.error_matches(function() ln.custom_gradient(function(t) return t end)(3) end, "tensors")
  end)
end)

describe("super.init", function()
  it("takes no options for none", function()
    local Plain = ln.layers.Layer:extend("Plain")
    function Plain:init() Plain.super.init(self) self.seen = true end
    assert.is_true(Plain().seen)
    local Net = ln.Model:extend("Net")
    function Net:init()
      Net.super.init(self)
      self.dense = ln.layers.Dense(1)
    end
    function Net:call(x) return self.dense(x) end
    assert.are.equal("(2, 1)", tostring(Net()(ln.ones{2, 3}).shape))
  end)
end)
