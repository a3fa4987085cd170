-- What compile understands: names, defaults, losses and metrics for outputs.
local ln = require "lunate"
local core = require "lunate.core"
local fails = require "support.fails"

local x = ln.random.normal({8, 3}, {seed = 1})

local function model(units, activation)
  return ln.Sequential{ln.Input{shape = {3}},
    ln.layers.Dense{units, activation = activation, kernel_initializer = "zeros"}}
end

local function two_heads()
  local input = ln.Input{shape = {3}}
  local a = ln.layers.Dense{1, name = "a", kernel_initializer = "zeros"}(input)
  local b = ln.layers.Dense{1, name = "b", kernel_initializer = "zeros"}(input)
  return ln.Model{inputs = input, outputs = {a, b}}
end

describe("compile", function()
  it("trains with RMSprop unless it is told otherwise", function()
    local m = model(1)
    m:compile{loss = "mse"}
    assert.equal("RMSprop", m.optimizer.class.name)
    assert.near(0.001, m.optimizer.learning_rate, 1e-9)
  end)

  it("knows optimizers by their names in any case, as Keras does", function()
    for _, name in ipairs(core.classes("optimizer")) do
      for _, spelled in ipairs{name, name:lower(), name:upper()} do
        local m = model(1)
        m:compile{loss = "mse", optimizer = spelled}
        assert.equal(name, m.optimizer.class.name)
      end
    end
  end)

  it("takes the crossentropy that targets and outputs ask for", function()
    local cases = {
      {model(1, "sigmoid"), ln.ones{8, 1}, 2},
      {model(4, "softmax"), ln.zeros({8}, {dtype = "int32"}), 4},
      {model(4, "softmax"), ln.one_hot(ln.zeros({8}, {dtype = "int32"}), 4), 4},
    }
    for _, case in ipairs(cases) do
      for _, name in ipairs{"crossentropy", "ce", "CE"} do
        local m, y, classes = table.unpack(case)
        m:compile{loss = name, metrics = {"accuracy"}}
        local loss = m:evaluate(x, y, {verbose = 0})
        assert.near(math.log(classes), loss, 1e-5)
        assert.equal(name, ln.model_from_json(m:to_json()).loss)
      end
    end
    local m = two_heads()
    m:compile{loss = {a = "mse", b = "ce"}}
    local b = ln.ones{8, 1}
    local _, mse = m:evaluate(x, {ln.ones{8, 1} * 2, b}, {verbose = 0})
    assert.near(4, mse, 1e-6)
  end)

  it("takes the accuracy that they ask for, under the name that was given", function()
    for _, name in ipairs{"accuracy", "acc", "Accuracy", "ACC"} do
      local m = model(4, "softmax")
      m:compile{loss = "ce", metrics = {name}}
      local y = ln.zeros({8}, {dtype = "int32"})
      local logs = m:evaluate(x, y, {verbose = 0, return_dict = true})
      assert.equal(1, logs[name])
    end
  end)

  it("knows rmse", function()
    local m = model(1)
    m:compile{loss = "mse", metrics = {"rmse"}}
    local logs = m:evaluate(x, ln.ones{8, 1} * 3, {verbose = 0, return_dict = true})
    assert.near(9, logs.loss, 1e-6)
    assert.near(3, logs.rmse, 1e-6)
  end)

  it("gives a flat list of as many metrics as outputs one to each", function()
    local m = two_heads()
    m:compile{loss = "mse", metrics = {"mae", "mse"}}
    local ones = ln.ones{8, 1}
    local logs = m:evaluate(x, {ones * 2, ones * 3}, {verbose = 0, return_dict = true})
    assert.near(2, logs.a_mae, 1e-6)
    assert.near(9, logs.b_mse, 1e-6)
    assert.is_nil(logs.a_mse)
    assert.is_nil(logs.b_mae)
    m:compile{loss = "mse", metrics = {"mae"}}   -- of another number, all of them for each
    logs = m:evaluate(x, {ones * 2, ones * 3}, {verbose = 0, return_dict = true})
    assert.near(2, logs.a_mae, 1e-6)
    assert.near(3, logs.b_mae, 1e-6)
  end)

  it("gives one loss to all outputs of a model in Lua", function()
    local Two = ln.Model:extend("Two")
    function Two:init()
      self.a = ln.layers.Dense{1, kernel_initializer = "zeros"}
      self.b = ln.layers.Dense{1, kernel_initializer = "zeros"}
    end
    function Two:call(inputs) return self.a(inputs), self.b(inputs) end
    local m = Two()
    m:compile{loss = "mse", optimizer = "sgd"}
    local ones = ln.ones{8, 1}
    local loss, first, second = m:evaluate(x, {ones * 2, ones * 3}, {verbose = 0})
    assert.near(13, loss, 1e-5)
    assert.near(4, first, 1e-5)
    assert.near(9, second, 1e-5)
  end)

  it("says what it does not know", function()
    fails("unknown loss 'crosentropy'", function() model(1):compile{loss = "crosentropy"} end)
    fails("unknown metric 'rmsee'", function() model(1):compile{metrics = {"rmsee"}} end)
  end)
end)
