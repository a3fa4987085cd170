-- A hole in a list of things, as `condition and thing or nil` leaves it, is refused: what comes
-- after it would be lost.

local ln = require "lunate"

local layers = ln.layers

local function refused(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches("without holes, it has an entry 3 after 1", message, 1, true)
end

describe("a hole in a list", function()
  local function model()
    return ln.Sequential{layers.Dense{2, input_shape = {3}}}
  end

  it("of layers is refused", function()
    refused(ln.Sequential, {layers.Dense(1), nil, layers.Dense(2)})
    refused(ln.Sequential, {{layers.Dense(1), nil, layers.Dense(2)}})
    assert.equal(1, #ln.Sequential{layers.Dense(1), nil}.layers)
    assert.equal(0, #ln.Sequential{}.layers)
  end)

  it("of inputs, outputs and tensors is refused", function()
    local a, b = ln.Input{shape = {2}}, ln.Input{shape = {2}}
    refused(ln.Model, {inputs = {a, nil, b}, outputs = a + b})
    refused(ln.Model, {inputs = {a, b}, outputs = {a + b, nil, a}})
    refused(layers.concatenate, {a, nil, b})
    local x = ln.ones{4, 2}
    local two = ln.Model{inputs = {a, b}, outputs = a + b}
    two:compile{loss = "mse"}
    refused(two.fit, two, {x, nil, x}, x, {verbose = 0})
    refused(two.predict, two, {x, nil, x})
  end)

  it("of callbacks, losses and metrics is refused", function()
    local m = model()
    m:compile{loss = "mse"}
    local stop = ln.callbacks.TerminateOnNaN
    refused(m.fit, m, ln.ones{4, 3}, ln.ones{4, 2},
      {verbose = 0, callbacks = {stop(), nil, stop()}})
    refused(m.compile, m, {loss = "mse", metrics = {"mae", nil, "mse"}})
    refused(m.compile, m, {loss = "mse", weighted_metrics = {"mae", nil, "mse"}})
    refused(m.compile, m, {loss = {"mse", nil, "mse"}})
    refused(m.compile, m, {loss = "mse", loss_weights = {1, nil, 1}})
  end)

  it("of a Pipeline's steps is refused", function()
    local P = ln.preprocessing
    refused(P.Pipeline, {{"a", P.StandardScaler()}, nil, {"b", P.MinMaxScaler()}})
  end)
end)
