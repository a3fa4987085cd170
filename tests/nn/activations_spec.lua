-- Activations: functions with Keras's arguments against the goldens, names, configs.

local ln = require "lunate"
local goldens = require "support.goldens"

describe("golden activation functions", function()
  for name, case, load in goldens.cases("layers") do
    if case.kind == "activation_function" then
      it(name, function()
        local options = {}
        for key, value in pairs(case.kwargs) do options[key] = value end
        if options.axis and options.axis >= 0 then options.axis = options.axis + 1 end
        local x = load(case.inputs[1])
        local tape <close> = ln.GradientTape()
        tape:watch(x)
        local y = ln[case["function"]](x, options)
        local expected, gradient = load(case.outputs[1]), load(case.grad_inputs[1])
        local found = tape:gradient((y * load(case.r[1])):sum(), {x})[1]
        if case["function"] == "sparsemax" then
          -- Keras's results of two or more nonzero shares do not sum to 1, as those of Martins and
          -- Astudillo (2016) do: such columns say nothing.
          goldens.near(y:sum{axis = 1}, ln.ones{y.shape[2]})
          local right = (expected:sum{axis = 1} - 1):abs():lt(1e-5):astype("float32")
          assert.is_true(right:sum():item() > 3)
          y, expected = y * right, expected * right
          found, gradient = found * right, gradient * right
        end
        goldens.near(y, expected, 2e-5, 2e-6)
        goldens.near(found, gradient, 2e-5, 2e-6, "gradient")
      end)
    end
  end
end)

describe("activations", function()
  local names = {
    "celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu",
    "hard_swish", "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish",
    "relu", "relu6", "selu", "sigmoid", "silu", "soft_shrink", "softmax", "softplus", "softsign",
    "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "swish", "tanh", "tanh_shrink",
    "threshold",
  }

  it("are known by every name that Keras has", function()
    local x = ln.tensor{{-2, -0.5, 0.5, 2}}
    for _, name in ipairs(names) do
      local y = ln.layers.Activation(name)(x)
      assert.are.equal("float32", y.dtype, name)
    end
  end)

  it("are written into configs by Keras's name", function()
    assert.are.equal("silu", ln.layers.Activation("swish"):get_config().activation)
    local dense = ln.layers.Dense{1, activation = "hard_swish"}
    assert.are.equal("hard_silu", dense:get_config().activation)
    assert.are.equal("linear", ln.layers.Dense(1):get_config().activation)
  end)

  it("are refused when nobody knows them", function()
    assert.error_matches(function() ln.layers.Activation("rellu") end, "rellu")
    assert.error_matches(function() ln.layers.Activation("add") end, "add")
    assert.error_matches(function() ln.layers.Activation() end, "activation")
  end)

  it("take the options of their functions, and no others", function()
    local x = ln.tensor{{-2, -0.5, 0.5, 2}}
    for name, options in pairs{
      elu = {alpha = 0.3}, celu = {alpha = 2}, leaky_relu = {negative_slope = 0.05},
      log_softmax = {axis = 1}, softmax = {axis = 1}, hard_shrink = {threshold = 0.3},
      soft_shrink = {threshold = 0.1}, squareplus = {b = 1}, gelu = {approximate = true},
      relu = {negative_slope = 0.1, max_value = 1, threshold = 0.2}, glu = {axis = 2},
      sparsemax = {axis = 1}, threshold = {threshold = 0.1, default_value = 7},
    } do
      local expected = ln[name](x, options)
      assert.is_true(ln.activations[name](x, options) == expected, name)
      assert.is_false(name ~= "glu" and name ~= "threshold"
        and ln.activations[name](x) == expected, name)
    end
    assert.is_true(ln.activations.elu(x, 0.3) == ln.elu(x, 0.3))   -- by position
    assert.is_true(ln.activations.relu(x, nil) == ln.relu(x))
    for _, name in ipairs(names) do
      assert.error_matches(function() ln.activations[name](x, {bogus = 3}) end, "bogus", 1, false)
    end
    -- whole numbers become floats, as without options
    local y = ln.activations.elu(ln.tensor({-1, 2}, {dtype = "int32"}), {alpha = 0.5})
    assert.equal("float32", y.dtype)
  end)

  it("pass what they get on to a Lua function or class", function()
    local scaled = ln.activations.get(function(x, options) return x * (options or {k = 1}).k end)
    local x = ln.tensor{1, 2}
    assert.is_true(scaled(x) == x)
    assert.is_true(scaled(x, {k = 3}) == x * 3)
  end)

  it("are ops of a graph when they are called on symbolic tensors", function()
    local x = ln.Input{shape = {2}}
    local data = ln.tensor{{-1, 2}}
    for _, name in ipairs(names) do
      if name ~= "threshold" then
        local y = ln.activations[name](x)
        local model = ln.Model{inputs = x, outputs = y}
        assert.is_true(ln.allclose(ln.activations[name](data), model(data)), name)
      end
    end
    local y = ln.activations.elu(x, {alpha = 0.25})
    assert.is_true(ln.elu(data, 0.25) == ln.Model{inputs = x, outputs = y}(data))
  end)
end)
