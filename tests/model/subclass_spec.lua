-- Models and layers of one's own: tracking, building, calls, errors, training, steps.
local ln = require "lunate"
local core = require "lunate.core"
local goldens = require "support.goldens"

local near = goldens.near

local function data(n)
  ln.set_seed(5)
  return ln.random.normal{n or 64, 4}, ln.random.normal{n or 64, 1}
end

local function names(layers)
  local list = {}
  for i, layer in ipairs(layers) do list[i] = layer.name end
  return table.concat(list, " ")
end

local function dense(name) return ln.layers.Dense{2, name = name} end

local WideAndDeep = ln.Model:extend("WideAndDeep")
function WideAndDeep:init(options)
  self.hidden1 = ln.layers.Dense{options.units or 30, activation = options.activation or "relu"}
  self.hidden2 = ln.layers.Dense{options.units or 30, activation = options.activation or "relu"}
  self.main_output = ln.layers.Dense(1)
  self.aux_output = ln.layers.Dense(1)
end
function WideAndDeep:call(inputs)
  local hidden1 = self.hidden1(inputs[2])
  local hidden2 = self.hidden2(hidden1)
  return self.main_output(ln.concatenate({inputs[1], hidden2}, {axis = -1})),
    self.aux_output(hidden2)
end

describe("attribute tracking", function()
  it("follows the order of assignment", function()
    local m = ln.Model:extend("M")()
    m.z = dense("z")
    m.a = dense("a")
    m.number = 3
    assert.are.equal("z a", names(m.layers))
    m.z = dense("z2")
    assert.are.equal("a z2", names(m.layers))
    m.a = nil
    assert.are.equal("z2", names(m.layers))
  end)

  it("finds layers and variables in lists and tables, however deep", function()
    local m = ln.Model:extend("M")()
    m.first = dense("first")
    m.blocks = {dense("b1"), {dense("b2")}, named = {y = dense("y"), x = dense("x")}}
    m.blocks[3] = dense("b3")
    m.blocks.self = m.blocks
    assert.are.equal("first b1 b2 x y b3", names(m.layers))
    m.v = {ln.Variable(1, {name = "v1"}), ln.Variable(2, {name = "v2", trainable = false})}
    assert.are.equal(2, #m.weights)
    assert.are.equal(1, #m.trainable_weights)
    m.v = nil
    assert.are.equal(0, #m.weights)
  end)

  it("takes the same layer once, and none into itself", function()
    local m = ln.Model:extend("M")()
    local d = dense("d")
    m.one, m.two = d, d
    assert.are.equal(1, #m.layers)
    m.one = nil
    assert.are.equal("d", names(m.layers))
    assert.error_matches(function() m.own = m end, "part of itself")
  end)

  it("finds what is added to a table before training", function()
    local Stack = ln.Model:extend("Stack")
    function Stack:init() self.parts = {} end
    function Stack:call(x)
      for _, part in ipairs(self.parts) do x = part(x) end
      return x
    end
    local m = Stack()
    for i = 1, 3 do m.parts[i] = ln.layers.Dense(i == 3 and 1 or 2) end
    local x, y = data()
    m:compile{loss = "mse", optimizer = "sgd"}
    m:fit(x, y, {verbose = 0})
    assert.are.equal(6, #m.trainable_weights)
    local before = m:get_weights()
    m:fit(x, y, {verbose = 0})
    for i, w in ipairs(m:get_weights()) do
      if i ~= 2 and i ~= 4 then assert.is_false(w == before[i]) end
    end
  end)
end)

describe("a model of one's own", function()
  it("is named, and init always gets a table", function()
    local given
    local M = ln.Model:extend("MyNet")
    function M:init(options) given = options end  -- luacheck: ignore self
    local m = M{name = "n", trainable = false, units = 3}
    assert.are.same({"n", false, 3}, {m.name, m.trainable, given.units})
    assert.is_nil(given.name)
    assert.matches("^my_net", M().name)
    assert.are.same({}, given)
    assert.are.equal("lunate.model", getmetatable(m))
    function M:init(options) M.super.init(self, {name = "called_up"}) self.o = options end
    assert.are.equal("called_up", M().name)
  end)

  it("checks the options that its class declares, and keeps them in its config", function()
    local M = ln.Model:extend("M")
    M.options = {units = {"integer", default = 3, min = 1}, deep = {"boolean", default = true}}
    local N = M:extend("N")
    N.options = {rate = {"number", default = 0.5}}
    local m = N{units = 4.0, name = "n"}
    assert.are.same({units = 4, deep = true, rate = 0.5}, m.options)
    assert.error_matches(function() N{unit = 4} end, "did you mean 'units'")
    assert.error_matches(function() N{units = 0} end, "'units' of 'N' %(integer >= 1")
    local again = N.from_config(m:get_config())
    assert.are.same(m.options, again.options)
    assert.are.equal("n", again.name)
    local Plain = ln.Model:extend("Plain")
    assert.error_matches(function() Plain{units = 3} end, "unknown option 'units' of 'Plain'")
  end)

  it("has several inputs and outputs, by list and by name", function()
    local model = WideAndDeep{units = 6}
    local x, y = data()
    local a, b = x[{ {}, {1, 3} }], x[{ {}, {2, 4} }]
    local main, aux = model{a, b}
    assert.are.same({"(64, 1)", "(64, 1)"}, {tostring(main.shape), tostring(aux.shape)})
    assert.are.equal("(None, 3)", tostring(model.built_shapes[2]))
    assert.are.equal("(None, 1)", tostring(model.output_shape[2]))
    model:compile{loss = {"mse", "mse"}, loss_weights = {0.9, 0.1}, optimizer = "sgd",
      metrics = {{"mae"}, {}}}
    local history = model:fit({a, b}, {y, y}, {epochs = 2, verbose = 0,
      validation_data = {{a, b}, {y, y}}}).history
    for _, key in ipairs{"loss", "output_1_loss", "output_2_loss", "output_1_mae"} do
      assert.are.equal(2, #history[key], key)
      assert.are.equal(2, #history["val_" .. key], key)
    end
    near(history.loss[2], 0.9 * history.output_1_loss[2] + 0.1 * history.output_2_loss[2], 1e-5)
    assert.are.equal(4, select("#", model:evaluate({a, b}, {y, y}, {verbose = 0})))
    assert.are.equal(2, select("#", model:predict{a, b}))
    assert.error_matches(function() model:fit({a, b}, y, {verbose = 0}) end, "1 targets? for 2")
  end)

  it("counts the targets against what it gives", function()
    local x, y = data()
    local model = WideAndDeep()
    model:compile{loss = "mse", optimizer = "sgd"}
    assert.error_matches(function() model:fit({x, x}, y, {verbose = 0}) end,
      "gives 2 outputs, but there is 1 target")
  end)

  it("trains as a Sequential and a functional model do, to the bit", function()
    local x, y = data(70)
    local Net = ln.Model:extend("Net")
    function Net:init()
      self.a, self.drop = ln.layers.Dense{5, activation = "relu"}, ln.layers.Dropout(0.3)
      self.b = ln.layers.Dense{1, kernel_regularizer = "l2", activity_regularizer = "l1"}
    end
    function Net:call(t, options) return self.b(self.drop(self.a(t), options)) end
    local sequential = ln.Sequential{ln.layers.Dense{5, activation = "relu", input_shape = {4}},
      ln.layers.Dropout(0.3),
      ln.layers.Dense{1, kernel_regularizer = "l2", activity_regularizer = "l1"}}
    local input = ln.Input{shape = {4}}
    local output = input
    for _, layer in ipairs(sequential.layers) do
      output = layer.class.from_config(layer:get_config())(output)
    end
    local functional = ln.Model{inputs = input, outputs = output}
    functional:set_weights(sequential:get_weights())
    local own = Net()
    own(x)
    own:set_weights(sequential:get_weights())
    assert.are.equal(sequential(x), own(x))
    local runs = {}
    for i, model in ipairs{sequential, own, functional} do
      model:compile{loss = "mse", optimizer = ln.optimizers.Adam(0.01), metrics = {"mae"}}
      ln.set_seed(9)
      runs[i] = model:fit(x, y, {epochs = 3, batch_size = 16, verbose = 0}).history
    end
    assert.are.same(runs[1], runs[2])
    assert.are.same(runs[1], runs[3])
    for i, w in ipairs(sequential:get_weights()) do
      assert.are.equal(w, own:get_weights()[i])
      assert.are.equal(w, functional:get_weights()[i])
    end
  end)

  it("may branch on values and loop as the data say", function()
    local Loop = ln.Model:extend("Loop")
    function Loop:init() self.d = ln.layers.Dense{4, activation = "tanh"} self.o = dense() end
    function Loop:call(x)
      local steps = 0
      while x:abs():mean():item() > 0.2 and steps < 5 do x, steps = self.d(x) * 0.7, steps + 1 end
      self.steps = steps
      return self.o(x)
    end
    local x = data()
    local m = Loop()
    m:compile{loss = "mse", optimizer = "sgd"}
    local history = m:fit(x, ln.zeros{64, 2}, {epochs = 3, verbose = 0}).history
    assert.is_true(m.steps > 0)
    assert.is_true(history.loss[3] < history.loss[1])
    assert.are.equal("(64, 2)", tostring(m:predict(x).shape))
  end)

  it("passes training and mask on", function()
    local seen = {}
    local Spy = ln.layers.Layer:extend("Spy")
    function Spy:call(x, options)  -- luacheck: ignore self
      seen[#seen + 1] = {options.training, options.mask}
      return x
    end
    local m = ln.Sequential{Spy(), ln.layers.Dense(1)}
    m(ln.ones{2, 4}, {training = true})
    seen = {seen[#seen]}   -- without the calls that only ask for shapes
    local mask = ln.tensor{true, false}
    Spy()(ln.ones{2, 4}, {mask = mask})
    assert.is_true(seen[1][1])
    assert.is_false(seen[2][1])
    assert.are.equal(mask, seen[2][2])
  end)

  it("lets calls within its call be in training when it is, unless they say", function()
    local seen = {}
    local Spy = ln.layers.Layer:extend("InnerSpy")
    function Spy:call(x, options)  -- luacheck: ignore self
      seen[#seen + 1] = options.training
      return x
    end
    local Outer = ln.Model:extend("OuterOfSpies")
    function Outer:init(o)
      self.a, self.b, self.given, self.fails = Spy(), Spy(), o.given, o.fails
    end
    function Outer:call(x)
      if self.fails then error("no call") end
      return self.b(self.a(x, {training = self.given}))
    end
    local function within(model, training)
      seen = {}
      model(ln.ones{2, 4}, {training = training})
      return seen
    end
    local plain = Outer{}
    plain(ln.ones{2, 4})
    assert.same({true, true}, within(plain, true))
    assert.same({false, false}, within(plain, false))
    assert.same({false, false}, within(plain))
    local against = Outer{given = false}
    against(ln.ones{2, 4})
    assert.same({false, true}, within(against, true))
    local nested = ln.Sequential{Outer{}, ln.layers.Dense(1)}
    nested(ln.ones{2, 4})
    assert.same({true, true}, within(nested, true))
    -- It ends with the call, however that ends.
    local failing = Outer{fails = true}
    assert.is_false(pcall(failing, ln.ones{2, 4}, {training = true}))
    assert.same({false}, within(Spy()))
    -- Also in fit, evaluate and predict.
    nested:compile{loss = "mse", run_eagerly = true}
    seen = {}
    nested:fit(ln.ones{2, 4}, ln.ones{2, 1}, {verbose = 0})
    assert.is_true(seen[#seen])
    nested:evaluate(ln.ones{2, 4}, ln.ones{2, 1}, {verbose = 0})
    assert.is_false(seen[#seen])
    -- Dropout and batch normalization are in training without a word.
    local Net = ln.Model:extend("NetOfDropout")
    function Net:init()
      self.dropout, self.norm = ln.layers.Dropout(0.5), ln.layers.BatchNormalization()
    end
    function Net:call(x) return self.norm(self.dropout(x)) end
    local net = Net()
    local x = ln.ones{50, 4}
    assert.is_true(net(x) == net(x))
    assert.is_false(net(x, {training = true}) == net(x, {training = true}))
    assert.is_true(net.norm.moving_mean:value():sum():item() > 0)
  end)

  it("shares layers with another model, and frozen layers stay", function()
    local x, y = data()
    local Encoder = ln.Model:extend("Encoder")
    function Encoder:init(o) self.base, self.head = o.base, ln.layers.Dense(1) end
    function Encoder:call(t) return self.head(self.base(t)) end
    local base = ln.layers.Dense{3, activation = "tanh"}
    local first, second = Encoder{base = base}, Encoder{base = base}
    base.trainable = true
    first:compile{loss = "mse", optimizer = "adam"}
    second:compile{loss = "mse", optimizer = "adam"}
    first:fit(x, y, {verbose = 0})
    second:fit(x, y, {verbose = 0})
    local shared, head = base:get_weights()[1], first.head:get_weights()[1]
    second:fit(x, y, {verbose = 0})
    assert.is_false(shared == base:get_weights()[1])
    assert.are.equal(head, first.head:get_weights()[1])
    base.trainable = false
    shared = base:get_weights()[1]
    first:fit(x, y, {verbose = 0})
    assert.are.equal(shared, base:get_weights()[1])
    assert.is_false(head == first.head:get_weights()[1])
  end)
end)

describe("a layer of one's own", function()
  local Scale = ln.layers.Layer:extend("Scale")
  Scale.options = {factor = {"number", default = 2}}
  function Scale:build(shape)
    self.built_for = tostring(shape)
    self.w = self:add_weight{name = "w", shape = {shape[#shape]}, initializer = "ones"}
  end
  function Scale:call(x) return x * self.w * self.options.factor end

  it("is built once, by a call or by build", function()
    local layer = Scale{factor = 3}
    assert.is_false(layer.built)
    assert.are.equal(ln.full({2, 4}, 3), layer(ln.ones{2, 4}))
    layer(ln.ones{5, 4})
    assert.are.equal("(None, 4)", layer.built_for)
    assert.are.equal(1, #layer.weights)
    local other = Scale()
    other:build{false, 7}
    other:build{false, 7}
    assert.are.equal("(7,)", tostring(other.weights[1].shape))
    assert.are.equal(1, #other.weights)
    assert.are.equal("w", other.w.name)
  end)

  it("serves inside Sequential, with its shape and its config", function()
    local m = ln.Sequential{ln.layers.Dense{3, input_shape = {4}}, Scale{name = "s"}, dense("d")}
    assert.are.equal("(None, 2)", tostring(m.output_shape))
    assert.are.equal(3 * 4 + 3 + 3 + 3 * 2 + 2, m:count_params())
    local x = data()
    m:compile{loss = "mse", optimizer = "sgd"}
    m:fit(x, ln.zeros{64, 2}, {verbose = 0})
    assert.is_false(m:get_layer("s"):get_weights()[1] == ln.ones{3})
    local entry = core.serialize(m:get_layer("s"))
    assert.are.same({"Scale", 2}, {entry.class_name, entry.config.factor})
  end)

  it("may say its output's shape, and then look at values", function()
    local Sort = ln.layers.Layer:extend("Sort")
    function Sort:call(x)  -- luacheck: ignore self
      return x[1][1] > 0 and x or -x
    end
    assert.error_matches(function()
      return ln.Sequential{ln.layers.Dense{3, input_shape = {4}}, Sort()}
    end, "needs values")
    function Sort:compute_output_shape(shape) return shape end  -- luacheck: ignore self
    local m = ln.Sequential{ln.layers.Dense{3, input_shape = {4}}, Sort()}
    assert.are.equal("(None, 3)", tostring(m.output_shape))
  end)

  it("extends a built-in, calling up", function()
    local Shifted = ln.layers.Dense:extend("Shifted")
    function Shifted:build(shape)
      Shifted.super.build(self, shape)
      self.shift = self:add_weight{name = "shift", shape = {}, initializer = "ones"}
    end
    function Shifted:call(x, options) return Shifted.super.call(self, x, options) + self.shift end
    local layer = Shifted{2, kernel_initializer = "zeros", name = "x"}
    assert.are.equal(ln.ones{3, 2}, layer(ln.ones{3, 4}))
    assert.are.equal(3, #layer.weights)
    assert.are.equal(2, layer.units)
    local Wide = ln.layers.Dense:extend("Wide")   -- only other arguments
    function Wide:init(options) Wide.super.init(self, {units = 2 * options[1]}) end
    assert.are.equal(6, Wide(3).units)
    assert.is_false(core.calls_in_lua(Wide(3)))
    local Lazy = ln.layers.Dense:extend("Lazy")
    function Lazy:init() end  -- luacheck: ignore self
    assert.error_matches(function() Lazy(3) end, "did not call its super.init")
  end)

  it("adds losses and metrics", function()
    local Penalty = ln.layers.Layer:extend("Penalty")
    function Penalty:call(x)
      self:add_loss(0.1 * (x ^ 2):mean())
      self:add_metric((x ^ 2):mean(), {name = "square"})
      return x
    end
    local x, y = data()
    local m = ln.Sequential{ln.layers.Dense{1, input_shape = {4}}, Penalty()}
    m:compile{loss = "mse", optimizer = ln.optimizers.SGD(0), metrics = {"mse"}}
    local history = m:fit(x, y, {epochs = 2, batch_size = 64, verbose = 0}).history
    near(history.loss[2], history.mse[2] + 0.1 * history.square[2], 1e-5)
    near(history.square[2], (m:predict(x) ^ 2):mean():item(), 1e-5)
    -- Alone they are loss enough.
    m:compile{optimizer = ln.optimizers.SGD(0.1)}
    local alone = m:fit(x, nil, {epochs = 3, verbose = 0}).history.loss
    assert.is_true(alone[3] < alone[1])
    assert.error_matches(function() m.layers[2]:add_metric(3) end, "name is needed")
  end)

  it("has weights with all their parts", function()
    local L = ln.layers.Layer:extend("L")
    function L:build()
      self:add_weight{shape = {2, 2}, regularizer = "l2", constraint = "non_neg", name = "a",
        initializer = function(shape) return ln.full(shape, -1) end}
      self:add_weight{shape = {2}, trainable = false, dtype = "int32", name = "count",
        initializer = "zeros"}
    end
    function L:call(x) return x end  -- luacheck: ignore self
    local layer = L()
    layer(ln.ones{1, 2})
    assert.are.equal("int32", layer.weights[2].dtype)
    assert.are.equal(1, #layer.trainable_weights)
    near(layer.losses[1]:item(), 0.04, 1e-6)
    assert.error_matches(function() layer:add_weight{shap = {2}} end, "did you mean 'shape'")
  end)
end)

describe("an error", function()
  local Bad = ln.layers.Layer:extend("Bad")
  Bad.options = {mode = {"string", default = "raise"}}
  function Bad:call(x)
    if self.options.mode == "raise" then error("boom") end
    if self.options.mode == "nothing" then return end
    if self.options.mode == "number" then return 3 end
    return x
  end

  local function message_of(f, ...)
    local ok, message = pcall(f, ...)
    assert.is_false(ok)
    return message
  end

  it("in call has the layer path and the traceback, and the model stays usable", function()
    local Outer = ln.Model:extend("Outer")
    function Outer:init() self.inner = ln.Sequential{Bad{name = "bad"}, name = "inner"} end
    function Outer:call(x) return self.inner(x) end
    local m = Outer{name = "outer"}
    local message = message_of(m, ln.ones{2, 2})
    assert.matches("in layer 'bad' of 'inner' of 'outer': ", message, 1, true)
    assert.matches("subclass_spec.lua:%d+: boom", message)
    assert.matches("stack traceback:", message)
    assert.are.equal(1, select(2, message:gsub("stack traceback:", "")))
    m.inner.layers[1].options.mode = "fine"
    assert.are.equal(ln.ones{2, 2}, m(ln.ones{2, 2}))
  end)

  it("tells what call returned", function()
    assert.matches("call must return a tensor, it returned nothing",
      message_of(Bad{mode = "nothing"}, ln.ones{1}))
    assert.matches("it returned number", message_of(Bad{mode = "number"}, ln.ones{1}))
    assert.matches("define call", message_of(ln.layers.Layer:extend("Empty")(), ln.ones{1}))
    assert.matches("define call", message_of(ln.Model:extend("EmptyModel")(), ln.ones{1}))
  end)

  it("in build leaves no half a layer", function()
    local ready = false
    local L = ln.layers.Layer:extend("L")
    function L:build(shape)
      self:add_weight{name = "a", shape = {shape[2]}}
      if not ready then error("not yet") end
    end
    function L:call(x) return x end  -- luacheck: ignore self
    local layer = L()
    assert.matches("not yet", message_of(layer, ln.ones{1, 3}))
    assert.are.same({0, false}, {#layer.weights, layer.built})
    ready = true
    layer(ln.ones{1, 3})
    assert.are.equal(1, #layer.weights)
  end)

  it("of a forgotten part is Lua's own", function()
    local M = ln.Model:extend("M")
    function M:call(x) return self.forgotten(x) end
    assert.matches("attempt to call a nil value %(field 'forgotten'%)",
      message_of(M(), ln.ones{1, 2}))
  end)

  it("in the middle of fit leaves the model as it was before the batch", function()
    local x, y = data()
    local calls, M = 0, ln.Model:extend("M")
    function M:init() self.d = ln.layers.Dense(1) end
    function M:call(t)
      calls = calls + 1
      if calls == 4 then error("third batch") end
      return self.d(t)
    end
    local m = M()
    m:compile{loss = "mse", optimizer = "sgd"}
    assert.matches("third batch", message_of(m.fit, m, x, y, {batch_size = 16, verbose = 0}))
    assert.are.equal(2, m.optimizer.iterations)
    assert.is_number(m:fit(x, y, {verbose = 0}).history.loss[1])
  end)
end)

describe("steps of one's own", function()
  local function own_class()
    local Own = ln.Model:extend("Own")
    function Own:init()
      self.d = ln.layers.Dense(1)
      self.tracker = ln.metrics.Mean{name = "loss"}
    end
    function Own:call(x) return self.d(x) end
    function Own:train_step(x, y)
      local tape <close> = ln.GradientTape()
      local loss = ln.losses.mse(y, self(x, {training = true})):mean()
      local variables = self.trainable_variables
      self.optimizer:apply(tape:gradient(loss, variables), variables)
      self.tracker:update_state(loss)
      return {loss = self.tracker, last = loss}
    end
    return Own
  end

  it("train in fit, with their logs", function()
    local x, y = data()
    local m = own_class()()
    m:compile{optimizer = ln.optimizers.SGD(0.05)}
    local history = m:fit(x, y, {epochs = 5, batch_size = 16, verbose = 0}).history
    assert.is_true(history.loss[5] < history.loss[1])
    assert.are.equal(5, #history.last)
    assert.are.equal(20, m.optimizer.iterations)
    local loss = m:train_on_batch(x, y)
    assert.is_number(loss)
  end)

  it("train as the built-in one", function()
    local x, y = data()
    local a = own_class()()
    local b = ln.Sequential{ln.layers.Dense{1, input_shape = {4}}}
    a(x)
    a:set_weights(b:get_weights())
    a:compile{optimizer = ln.optimizers.SGD(0.05)}
    b:compile{loss = "mse", optimizer = ln.optimizers.SGD(0.05)}
    for _, m in ipairs{a, b} do
      ln.set_seed(2)
      m:fit(x, y, {epochs = 2, batch_size = 16, verbose = 0})
    end
    assert.are.equal(b:get_weights()[1], a:get_weights()[1])
  end)

  it("test and predict", function()
    local x, y = data()
    local Own = own_class()
    function Own:test_step(t, truth)
      return {loss = ((truth - self(t)) ^ 2):mean(), n = #t}
    end
    function Own:predict_step(t) return self(t) * 0 + 7 end
    local m = Own()
    m:compile{optimizer = "sgd"}
    local history = m:fit(x, y, {epochs = 2, verbose = 0, validation_data = {x, y}}).history
    assert.are.equal(2, #history.val_loss)
    local loss, n = m:evaluate(x, y, {verbose = 0, batch_size = 64})
    near(loss, history.val_loss[2], 0.5)
    assert.are.equal(64, n)
    assert.are.equal(ln.full({64, 1}, 7), m:predict(x, {batch_size = 20}))
  end)

  it("may call up", function()
    local x, y = data()
    local M, steps = ln.Model:extend("M"), 0
    function M:init() self.d = ln.layers.Dense(1) end
    function M:call(t) return self.d(t) end
    function M:train_step(...)
      steps = steps + 1
      return M.super.train_step(self, ...)
    end
    local m = M()
    m:compile{loss = "mse", optimizer = "sgd", metrics = {"mae"}}
    local history = m:fit(x, y, {epochs = 2, batch_size = 16, verbose = 0}).history
    assert.are.equal(8, steps)
    assert.are.same({"loss", "mae"}, m.history.keys)
    assert.is_true(history.loss[2] < history.loss[1])
  end)

  it("are told when they return no logs", function()
    local x, y = data()
    local Own = own_class()
    function Own:train_step() end  -- luacheck: ignore self
    local m = Own()
    m:compile{optimizer = "sgd"}
    assert.error_matches(function() m:fit(x, y, {verbose = 0}) end, "should return a table of logs")
    function Own:train_step() return {loss = ln.ones{2}} end  -- luacheck: ignore self
    assert.error_matches(function() m:fit(x, y, {verbose = 0}) end, "item")
  end)
end)

describe("eager training", function()
  it("does not grow the process", function()
    local x, y = data()
    local model = WideAndDeep{units = 4}
    model:compile{loss = {"mse", "mse"}, optimizer = "sgd"}
    local function train(n)
      for _ = 1, n do model:train_on_batch({x, x}, {y, y}) end
      collectgarbage()
      collectgarbage()
    end
    train(100)
    local lua, live = collectgarbage("count"), ln.memory().live
    train(1000)
    assert.is_true(collectgarbage("count") - lua < 100)
    assert.is_true(ln.memory().live - live < 100000)
  end)
end)
