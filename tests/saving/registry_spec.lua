-- What scripts define, in files: registered names, custom objects of a scope, options of Lua
-- classes of every kind, functions, and the errors that say what to do.

local core = require "lunate.core"
local ln = require "lunate"
local fails = require "support.fails"
local registry = require "lunate.saving.registry"

local layers, saving = ln.layers, ln.saving

local function text_of(object) return core.json_encode(core.serialize(object, true)) end
local function again(object, custom_objects)
  return registry.deserialize(core.json_decode(text_of(object)), {custom_objects = custom_objects})
end

-- A class of every kind, with options that are declared.
local function declared(base, name)
  local Class = base:extend(name)
  Class.options = {
    size = {"integer", default = 2, min = 1}, rate = {"number", default = 0.5},
    title = {"string", default = "é"}, on = {"boolean", default = false},
    none = {"number", optional = true, default = false}, list = {"list", default = {}},
    inner = {"any"},
  }
  Class.slots = {"m"}
  function Class:call(x) return x end
  function Class:update_state() end
  function Class:result() return 0 end
  function Class:reset_state() end
  function Class:update_step() end
  return Class
end

local bases = {
  layer = layers.Layer, model = ln.Model, loss = ln.losses.Loss, metric = ln.metrics.Metric,
  optimizer = ln.optimizers.Optimizer, initializer = ln.initializers.Initializer,
  regularizer = ln.regularizers.Regularizer, constraint = ln.constraints.Constraint,
  schedule = ln.schedules.LearningRateSchedule,
}

describe("a Lua class", function()
  for kind, base in pairs(bases) do
    it("that is a " .. kind .. " comes back with its options, registered or given", function()
      local Class = declared(base, "Declared" .. kind)
      local object = Class{size = 7, rate = 1, list = {1, {2.5}}, inner = {
        one = ln.regularizers.L2{0.25}, deep = {ln.initializers.HeNormal()}, text = "x",
        no = false}}
      fails("there is no %w+ class 'Declared" .. kind, again, object)
      local copy = again(object, {["Declared" .. kind] = Class})
      assert.equal(Class, copy.class)
      assert.equal(text_of(object), text_of(copy))
      assert.equal("L2", copy.options.inner.one.class.name)
      assert.equal("HeNormal", copy.options.inner.deep[1].class.name)
      assert.equal(false, copy.options.inner.no)
      assert.is_falsy(copy.options.none)
      assert.equal("float", math.type(copy.options.rate))
      -- and registered
      assert.equal(Class, saving.register(Class, {package = "tests"}))
      assert.equal("tests>Declared" .. kind, saving.get_registered_name(Class))
      assert.equal(Class, saving.get_registered_object("tests>Declared" .. kind))
      assert.equal(Class, saving.get_registered_object("Declared" .. kind))
      assert.equal("tests>Declared" .. kind, core.serialize(object, true).registered_name)
      assert.equal("Declared" .. kind, core.serialize(object, true).class_name)
      copy = again(object)
      assert.equal(Class, copy.class)
      assert.equal(text_of(object), text_of(copy))
      -- for scripts its config needs no name
      assert.equal(text_of(object), text_of(Class.from_config(object:get_config())))
    end)
  end

  it("is found as a part, by its name too", function()
    local Halve = ln.constraints.Constraint:extend("Halve")
    function Halve:call(w) return w / 2 end
    local layer = layers.Dense{2, kernel_constraint = Halve(), name = "d"}
    fails("there is no constraint class 'Halve'", again, layer)
    assert.equal(Halve, again(layer, {Halve = Halve}).kernel_constraint.class)
    fails("constraint 'Halve'", layers.Dense, {2, kernel_constraint = "Halve"})
    saving.register(Halve)
    assert.equal(Halve, again(layer).kernel_constraint.class)
    assert.equal(Halve, layers.Dense{2, kernel_constraint = "Halve"}.kernel_constraint.class)
  end)

  it("may take the place of a built-in of its name", function()
    local Dense = layers.Dense:extend("Dense")
    local model = ln.Sequential{layers.Dense{2, input_shape = {3}, name = "d"}}
    local copy = ln.model_from_json(model:to_json(), {custom_objects = {Dense = Dense}})
    assert.equal(Dense, copy.layers[1].class)
    assert.equal(2, copy.layers[1].units)
    assert.not_equal(Dense, ln.model_from_json(model:to_json()).layers[1].class)
  end)

  it("of two packages is two", function()
    local A, B = layers.Layer:extend("Same"), layers.Layer:extend("Same")
    saving.register(A, {package = "a"})
    saving.register(B, {package = "b"})
    assert.equal(A, again(A()).class)
    assert.equal(B, again(B()).class)
    assert.is_nil(saving.get_registered_object("Same"))
    fails("a name expected, got 3", saving.get_registered_object, 3)
    -- the latest of a name counts
    local C = saving.register(layers.Layer:extend("Same"), {package = "a"})
    assert.equal(C, again(C()).class)
    assert.equal("Same", saving.get_registered_name(A))
  end)

  it("with a get_config and from_config of its own is asked", function()
    local Own = layers.Layer:extend("OwnConfig")
    function Own:init(options) self.table = options.table end
    function Own:call(x) return x end
    function Own:get_config()
      local config = Own.super.get_config(self)
      config.table = nil
      config.rows = #self.table
      return config
    end
    function Own.from_config(config)
      local t = {}
      for i = 1, config.rows do t[i] = i end
      return Own{table = t, name = config.name}
    end
    local copy = again(Own{table = {5, 6, 7}, name = "own"}, {OwnConfig = Own})
    assert.same({1, 2, 3}, copy.table)
    assert.equal("own", copy.name)
  end)

  it("without declared options comes back from what it was made from", function()
    local Plain = layers.Layer:extend("PlainLayer")
    function Plain:init(options)
      self.inner = layers.Dense{options[1], activation = options.activation}
      self.scale = options.scale
    end
    function Plain:call(x) return self.inner(x) * self.scale end
    local copy = again(Plain{4, activation = "relu", scale = 2.0, name = "p"}, {PlainLayer = Plain})
    assert.same({4, "relu", 2.0, "p"}, {copy.inner.units, tostring(copy.inner.activation),
      copy.scale, copy.name})
    local wrapped = Plain{4, scale = 1}
    local holder = ln.Model:extend("HoldsLayers")
    function holder:init(options) self.parts = options.parts end
    function holder:call(x) return self.parts[1](x) end
    local model = again(holder{parts = {wrapped, layers.Dropout(0.5)}},
      {HoldsLayers = holder, PlainLayer = Plain})
    assert.equal(Plain, model.parts[1].class)
    assert.equal("Dropout", model.parts[2].class.name)
  end)

  it("cannot keep a table that is neither a list nor by name", function()
    local Mixed = layers.Layer:extend("MixedTable")
    Mixed.options = {t = {"table"}}
    function Mixed:call(x) return x end
    for _, t in ipairs{{1, a = 2}, {[0] = 1}, {[2] = 1}} do
      fails("option 't' of 'm': a file holds lists", core.serialize, Mixed{t = t, name = "m"}, true)
      assert.same(t, Mixed.from_config(Mixed{t = t}:get_config()).options.t)
    end
  end)

  it("that was given a tensor keeps it", function()
    local Fixed = layers.Layer:extend("FixedTensor")
    Fixed.options = {value = {"tensor"}}
    function Fixed:call(x) return x * self.options.value end
    local t = ln.tensor({{1, 2}, {3, 4}}, {dtype = "int32"})
    assert.equal(t, again(Fixed{value = t}, {FixedTensor = Fixed}).options.value)
    assert.equal(t, Fixed.from_config(Fixed{value = t}:get_config()).options.value)
  end)

  it("is a whole model in JSON, with how it is compiled", function()
    local Net = ln.Model:extend("RegistryNet")
    Net.options = {units = {"integer", default = 3}}
    function Net:init(options)
      self.hidden = layers.Dense{options.units, activation = "relu"}
      self.out = layers.Dense(1)
    end
    function Net:call(x) return self.out(self.hidden(x)) end
    local function bounded(y_true, y_pred) return ((y_true - y_pred) ^ 2):mean{axis = -1} end
    local Slow = ln.schedules.LearningRateSchedule:extend("SlowSchedule")
    Slow.options = {start = {"number", default = 0.5}}
    function Slow:call(step) return self.options.start / (1 + step) end
    local net = Net{units = 5, name = "net"}
    net:compile{loss = bounded, metrics = {"mae", bounded},
      optimizer = ln.optimizers.SGD{Slow{start = 0.25}}}
    net:fit(ln.ones{4, 2}, ln.ones{4, 1}, {verbose = 0})
    fails("is a Lua function %(.*registry_spec.lua:%d+%).*ln.saving.register", net.to_json, net)
    local custom = {RegistryNet = Net, bounded = bounded, SlowSchedule = Slow}
    local text = saving.with_custom_objects(custom, function() return net:to_json() end)
    fails("no layer class 'RegistryNet'.*custom_objects = {RegistryNet = RegistryNet}",
      ln.model_from_json, text)
    local copy = ln.model_from_json(text, {custom_objects = custom})
    assert.equal(Net, copy.class)
    assert.equal(net:count_params(), copy:count_params())   -- built as it was
    assert.equal(Slow, copy.optimizer:get_config().learning_rate.class)
    assert.equal(text, saving.with_custom_objects(custom, function() return copy:to_json() end))
    copy:fit(ln.ones{4, 2}, ln.ones{4, 1}, {verbose = 0})
    saving.register(Net)
    saving.register(Slow)
    saving.register(bounded, {name = "bounded"})
    copy = ln.model_from_json(net:to_json())
    assert.equal(bounded, copy.loss and registry.get_registered_object("bounded"))
    local names = copy:fit(ln.ones{4, 2}, ln.ones{4, 1}, {verbose = 0}).keys
    assert.same({"loss", "mae", "bounded"}, names)
  end)
end)

describe("a Lua function", function()
  local function double(x) return x * 2 end
  local roles = {
    {"activation", function(f) return layers.Dense{2, activation = f, name = "d"} end},
    {"kernel_initializer", function(f)
      return layers.Dense{2, kernel_initializer = f, name = "d"}
    end},
    {"kernel_regularizer", function(f)
      return layers.Dense{2, kernel_regularizer = f, name = "d"}
    end},
    {"bias_constraint", function(f) return layers.Dense{2, bias_constraint = f, name = "d"} end},
    {"learning_rate", function(f) return ln.optimizers.Adam{f, name = "d"} end},
  }
  for _, role in ipairs(roles) do
    it("in the role of " .. role[1] .. " goes by its name, or not at all", function()
      local f = function(x) return double(x) end
      local object = role[2](f)
      fails("option '" .. role[1] .. "' of 'd' is a Lua function %(.*registry_spec.lua:%d+%)",
        core.serialize, object, true)
      -- for scripts it stands for itself
      assert.equal(f, object:get_config()[role[1]])
      local copy = object.class.from_config(object:get_config())
      assert.equal(f, copy:get_config()[role[1]])
      copy = saving.with_custom_objects({f = f}, function() return again(object) end)
      assert.equal(f, copy:get_config()[role[1]])
      saving.register(f, {name = "f_" .. role[1]})
      assert.equal(f, again(object):get_config()[role[1]])
      assert.equal("Custom>f_" .. role[1], core.serialize(object, true).config[role[1]].config)
      fails("needs a name", saving.register, double)
    end)
  end

  it("is named in a Lua class's options too", function()
    local Own = layers.Layer:extend("HasFunction")
    Own.options = {f = {"function"}}
    function Own:call(x) return self.options.f(x) end
    fails("option 'f' of 'h' is a Lua function", core.serialize, Own{f = double, name = "h"}, true)
    local text = saving.with_custom_objects({double = double},
      function() return text_of(Own{f = double, name = "h"}) end)
    local copy = registry.deserialize(core.json_decode(text),
      {custom_objects = {HasFunction = Own, double = double}})
    assert.equal(double, copy.options.f)
    fails("there is no function 'double' here.*ln.saving.register", registry.deserialize,
      core.json_decode(text), {custom_objects = {HasFunction = Own}})
  end)

  it("is a metric under its name", function()
    local function sixth(_, y) return y / 6 end
    local metric = ln.metrics.MeanMetricWrapper{sixth, name = "m"}
    fails("metric 'm' is a Lua function", core.serialize, metric, true)
    saving.register(sixth, {name = "sixth"})
    local copy = again(metric)
    assert.equal("m", copy.name)
    copy:update_state({0, 0}, {6, 12})
    assert.equal(1.5, copy:result())
    assert.equal("sixth", ln.metrics.get("sixth").name)
  end)
end)

describe("custom objects", function()
  it("are in force as long as the function runs, the innermost first", function()
    local A, B = layers.Layer:extend("Scoped"), layers.Layer:extend("Scoped")
    local config = {class_name = "Scoped", config = {}}
    local function made() return layers.get(config).class end
    assert.equal(A, saving.with_custom_objects({Scoped = A}, made))
    assert.same({B, A}, {saving.with_custom_objects({Scoped = A}, function()
      return saving.with_custom_objects({Scoped = B}, made), made()
    end)})
    fails("Scoped", made)
    fails("boom", saving.with_custom_objects, {Scoped = A}, function() error("boom") end)
    fails("Scoped", made)
    assert.equal(3, saving.with_custom_objects(nil, function(x) return x end, 3))
  end)

  it("are classes and functions of the kind that is wanted", function()
    local Own = ln.losses.Loss:extend("OwnLoss")
    local config = {class_name = "Wanted", config = {}}
    fails("custom object 'Wanted' should be a layer class, it is class OwnLoss",
      saving.with_custom_objects, {Wanted = Own}, layers.get, config)
    fails("should be a layer class, it is function", saving.with_custom_objects,
      {Wanted = function() end}, layers.get, config)
    fails("a table by name", saving.with_custom_objects, 5, layers.get, config)
    fails("%[1%] is a table", saving.with_custom_objects, {Own}, layers.get, config)
    fails("%[x%] is a string", ln.model_from_json, '{"class_name": "Sequential"}',
      {custom_objects = {x = "code"}})
  end)

  it("are checked where they are registered", function()
    fails("a class or a function expected", saving.register, "Dense")
    fails("a class or a function expected", saving.register, {})
    fails("a class or a function expected", saving.register, layers.Dense(1))
    fails("unknown option 'packag'", saving.register, layers.Layer, {packag = "x"})
  end)
end)
