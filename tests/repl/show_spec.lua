-- Values as the prompt shows them, and what tostring says of every kind of object.
local ln = require "lunate"
local core = require "lunate.core"
local show = require "lunate.repl.show"

describe("show", function()
  it("shows plain values", function()
    assert.equal("1", show(1))
    assert.equal("1.5", show(1.5))
    assert.equal("nil", show(nil))
    assert.equal("\"a\\n\\\"b\\\"\\0\"", show("a\n\"b\"\0"))
    assert.equal("\"\\255\"", show("\255"))
    assert.equal("\"é\"", show("é"))
    assert.equal("builtin function", show(print))
    assert.matches("^function %(a, b, ...%) in repl/show_spec.lua:%d+$",
      show(function(a, b, ...) return a, b, ... end))
  end)

  it("shows tables with sorted keys, bounded, cycles and all", function()
    assert.equal("{}", show{})
    assert.equal("{1, 2, [10] = 3, a = {b = \"c\"}, [\"end\"] = true, [\"x y\"] = 1}",
      show{1, 2, [10] = 3, a = {b = "c"}, ["end"] = true, ["x y"] = 1})
    local t = {}
    t.self = t
    assert.equal("{self = <cycle>}", show(t))
    local shared = {1}
    assert.equal("{{1}, {1}}", show{shared, shared})
    local deep = {{{{{{}}}}}}
    assert.equal("{{{{{... 1}}}}}", show(deep))
    local long = {}
    for i = 1, 1000 do long[i] = i end
    assert.matches("%(940 more%)", show(long))
    assert.is_true(#show(("x"):rep(1e6)) < 3000)
    local wide = {}
    for i = 1, 500 do wide[i] = {("y"):rep(200), ("z"):rep(200)} end
    assert.is_true(select(2, show(wide):gsub("\n", "")) <= 121)
  end)

  it("shows tensors as print does, and how large abbreviated ones are", function()
    assert.equal("[[1. 1.]\n [1. 1.]]", show(ln.ones{2, 2}))
    assert.matches("%-%- %(2000,%) float32$", show(ln.zeros{2000}))
    assert.equal("[[0.]\n [0.]\n [0.]\n ...\n [0.]\n [0.]\n [0.]]\n-- (200, 1) float32",
      show(ln.zeros{200, 1}))
    assert.equal("{a = [1. 2.]}", show{a = ln.tensor{1, 2}})
  end)

  it("shows models, layers, histories, parts, classes and functions", function()
    local model = ln.Sequential{ln.layers.Dense{3, input_shape = {4}}}
    assert.equal("Sequential(0 layers, not built)", show(ln.Sequential()))
    assert.matches("Total params: 15", show(model), 1, true)
    assert.equal("{Sequential(1 layer, 15 parameters)}", show{model})
    assert.equal("Dense(4 -> 3, linear)", show(model.layers[1]))
    model:compile{loss = "mse", optimizer = "sgd"}
    local history = model:fit(ln.ones{8, 4}, ln.ones{8, 3}, {epochs = 20, verbose = 0})
    local text = show(history)
    assert.matches("^History%(20 epochs: loss=.-\nepoch +loss\n", text)
    assert.matches("\n +1 .*\n +3 .*\n *%.%.%.\n +13 .*\n +20 [^\n]*$", text)
    assert.matches("^ln.layers: %d+ names; help%(ln.layers%)", show(ln.layers))
    assert.matches("^class ln.layers.Dense{units, activation", show(ln.layers.Dense))
    assert.matches("^function ln.sum%(x, axis = none, keepdims = false%)\n", show(ln.sum))
    assert.matches("^function ln.Model:fit%(x, y, options%) in lunate/model/fit.lua:%d+\n",
      show(ln.Model.fit))
  end)

  it("lets lists of numbers flow", function()
    local list = {}
    for i = 1, 60 do list[i] = i / 3 end
    local text = show(list)
    assert.is_true(select(2, text:gsub("\n", "")) < 15)
    for line in text:gmatch("[^\n]+") do assert.is_true(#line <= 100, line) end
    assert.matches("^{\n  0.33333333333333, 0.66666666666667, 1.0, ", text)
    assert.equal("{1, 2, 3}", show{1, 2, 3})
    assert.matches("\n  a = 1,\n", show{a = 1, b = ("x"):rep(90)})   -- names stay below each other
  end)

  it("lives with whatever a script's metamethods do", function()
    local bad = setmetatable({}, {__tostring = function() error("no") end})
    assert.equal("<table>", show(bad))
    assert.equal("{<table>}", show{bad})
    local counted = setmetatable({1}, {__pairs = error, __len = error, __index = error})
    assert.equal("{1}", show(counted))
  end)
end)

describe("tostring", function()
  local function useful(value, what)
    local text = tostring(value)
    assert.not_matches("0x%x+", text, nil, nil, what)
    assert.not_matches("^table", text, nil, nil, what)
    assert.not_matches("^userdata", text, nil, nil, what)
    assert.is_true(#text > 0 and #text < 2000, what)
    return text
  end

  -- What a class is made with: the least that it takes.
  local values = {
    integer = 2, number = 0.5, activation = "relu", initializer = "zeros", layer = nil,
    shape = {2}, list = {1}, one = nil,
  }

  local function make(kind, name)
    local class, args = core.class(kind, name), {}
    for _, o in ipairs(core.describe(kind, name) and core.describe(kind, name).options or {}) do
      if not o.default then
        if o.kind:find("^layer") then args[o.name] = ln.layers.Dense(2)
        elseif o.kind:find("integers") or o.kind:find("^shape") or o.kind:find("^axis or list")
          or o.kind:find("^axes") or o.kind:find("^list") then args[o.name] = {1}
        elseif o.kind:find("^one of") then args[o.name] = o.kind:match("^one of ([%w_]+)")
        else args[o.name] = values[o.kind:match("^%a+")] or 1 end
      end
    end
    return pcall(class, args)
  end

  it("says something of every class in the registry", function()
    local made = 0
    for _, kind in ipairs{"layer", "loss", "metric", "optimizer", "schedule", "initializer",
                          "regularizer", "constraint"} do
      for _, name in ipairs(core.classes(kind)) do
        assert.equal("class " .. name, tostring(core.class(kind, name)))
        local ok, object = make(kind, name)
        if ok then
          made = made + 1
          assert.matches("^" .. name .. "%(", useful(object, name))
        end
      end
    end
    assert.is_true(made > 110)
    assert.equal("relu", tostring(ln.activations.get "relu"))
  end)

  it("says something of everything else", function()
    local model = ln.Sequential{ln.layers.Dense{3, input_shape = {4}}}
    local x = ln.Input{shape = {3}}
    local Mine = ln.Model:extend("Mine")
    function Mine:init() self.dense = ln.layers.Dense(2) end
    function Mine:call(inputs) return self.dense(inputs) end
    model:compile{loss = "mse", optimizer = "sgd", metrics = {"mae"}}
    local tape <close> = ln.GradientTape()
    local all = {
      ln, model, x, Mine(), Mine, tape, ln.tensor{1}, ln.tensor(1), ln.ones{2}.shape,
      ln.Variable{1}, model.optimizer, model.layers[1], model.weights[1],
      ln.Model{inputs = x, outputs = x * 2},
      ln.data.Dataset.from_tensors(ln.ones{2}), ln.preprocessing.StandardScaler(),
      model:fit(ln.ones{2, 4}, ln.ones{2, 3}, {verbose = 0}),
      ln.layers.Layer:extend("Bare")(),
    }
    for i, value in ipairs(all) do useful(value, "number " .. i) end
    for _, name in ipairs(require "lunate.names"(ln)) do
      local ok, value = pcall(function() return ln[name] end)
      if ok and type(value) == "table" then useful(value, name) end
    end
    assert.equal("Mine(1 layer, not built)", tostring(Mine()))
    assert.matches("^lunate %d", tostring(ln))
  end)
end)
