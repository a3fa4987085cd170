-- Fields and methods of subclasses are their script's, whatever they are called: of estimators,
-- transformers, and objects of the core (callbacks: callbacks/subclass_spec.lua; models:
-- model/fields_spec.lua).
local ln = require "lunate"

local x = ln.random.normal({12, 2}, {seed = 1})
local ids = ln.tensor({0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0}, {dtype = "int64"})

-- What the library keeps or kept on such objects, or calls there, and words that come to mind.
local NAMES = {"state", "kept", "rng", "weights_", "centre", "x", "y", "squares", "places", "keep",
  "weighed", "samples", "targets", "labels", "accuracy", "r2", "file", "data", "args", "config",
  "nearest", "scale", "drop", "steps_", "fitted", "given", "tensor", "rows", "epochs", "checked"}
local FIELDS = {"options", "class", "name", "super", table.unpack(NAMES)}

local function check_class(Class, options, use)
  local expected, mine = use(Class(options)), {}
  local Fields = Class:extend("Own")
  function Fields:init(given)
    if Fields.super.init then Fields.super.init(self, given) end
    for _, name in ipairs(FIELDS) do self[name] = mine end
  end
  local object = Fields(options)
  assert.same(expected, use(object))
  for _, name in ipairs(FIELDS) do assert.equal(mine, object[name], name) end
  assert.matches("^Own%(", tostring(object))

  local Methods = Class:extend("Own")
  local called
  for _, name in ipairs(NAMES) do Methods[name] = function() called = name end end
  assert.same(expected, use(Methods(options)))
  assert.is_nil(called)
end

describe("a subclass's fields and methods of any name", function()
  it("do no harm to estimators", function()
    local function use(model)
      model:fit(x, ids)
      return {model:predict(x):totable(), model:score(x, ids)}
    end
    check_class(ln.linear_model.Perceptron, {max_iter = 20, random_state = 1}, use)
    check_class(ln.neighbors.KNeighborsClassifier, {3, weights = "distance"}, use)
    check_class(ln.neighbors.KNeighborsRegressor, {3}, use)
  end)

  it("do no harm to transformers", function()
    local function use(transformer)
      local z = transformer:fit_transform(x)
      return {z:totable(), transformer:inverse_transform(z):totable()}
    end
    check_class(ln.preprocessing.StandardScaler, {with_std = false}, use)
    check_class(ln.preprocessing.MinMaxScaler, {feature_range = {0, 2}}, use)
    check_class(ln.preprocessing.Pipeline, {{"s", ln.preprocessing.StandardScaler()}}, use)
    check_class(ln.preprocessing.OneHotEncoder, {drop = "first"}, function(encoder)
      local rows = ids:reshape{12, 1}
      local z = encoder:fit_transform(rows)
      return {z:totable(), encoder:inverse_transform(z):totable(), encoder:get_feature_names_out()}
    end)
    check_class(ln.preprocessing.LabelEncoder, {}, function(encoder)
      return encoder:fit_transform{"b", "a", "b"}:totable()
    end)
  end)
end)

describe("fields of any name of objects of the core", function()
  -- Names that Keras has for such objects, that the library used or uses, and common ones.
  local OF_OBJECTS = {"options", "state", "kept", "args", "config", "handle", "held", "fields",
    "slots", "updates", "total", "count", "fn", "f", "reduction_", "layers_", "shape", "shapes",
    "inputs_", "cache", "training", "mask", "x", "y", "weight", "counter", "call_", "index",
    "history", "owner", "object", "scope", "lr", "momentums", "velocities", "n", "rate_"}

  local function with_fields(Class, options)
    local Own, mine = Class:extend("Own"), {5}
    function Own:init(given)
      Own.super.init(self, given)
      for _, name in ipairs(OF_OBJECTS) do self[name] = mine end
    end
    local object = Own(options)
    return object, function()
      for _, name in ipairs(OF_OBJECTS) do assert.equal(mine, object[name], name) end
      assert.matches("^Own%(", tostring(object))
      assert.is_nil(object:get_config().x)
    end
  end

  local function train(parts)
    ln.set_seed(3)
    local model = ln.Sequential{parts.layer or ln.layers.Dense(1)}
    model:compile{loss = parts.loss or "mse", optimizer = parts.optimizer or "sgd",
      metrics = {parts.metric}}
    local history = model:fit(x, ids:reshape{12, 1}:astype("float32"), {epochs = 2, verbose = 0})
    return {history.history.loss, model:get_weights()[1]:totable()}
  end

  it("do no harm", function()
    local expected = train{}
    local made = {
      layer = {ln.layers.Dense, {1}}, loss = {ln.losses.MeanSquaredError, {}},
      metric = {ln.metrics.MeanSquaredError, {}},
      optimizer = {ln.optimizers.SGD, {learning_rate = 0.01}},
    }
    for part, entry in pairs(made) do
      local object, check = with_fields(entry[1], entry[2])
      assert.same(expected, train{[part] = object})
      check()
    end
    for _, entry in ipairs{{ln.initializers.Zeros, {}}, {ln.regularizers.L2, {0.1}},
                           {ln.constraints.NonNeg, {}},
                           {ln.schedules.ExponentialDecay, {0.1, 10, 0.5}}} do
      local _, check = with_fields(entry[1], entry[2])
      check()
    end
  end)

  it("do no harm where a class declares options", function()
    for _, Base in ipairs{ln.layers.Layer, ln.losses.Loss, ln.metrics.Metric,
                          ln.optimizers.Optimizer} do
      local Own = Base:extend("Own")
      Own.options = {factor = {"number", default = 2}}
      Own.positional = {"factor"}
      function Own:init() self.options = 5 end
      local object = Own(3)
      assert.equal(5, object.options)
      assert.equal(3, object:get_config().factor)
      assert.matches("^Own%(", tostring(object))
    end
  end)
end)
