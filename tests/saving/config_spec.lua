-- Models and their parts as data: the JSON of real Keras read and written again, key for key;
-- Keras 2's; what every class says of itself; clones; configs that nobody should believe.

local core = require "lunate.core"
local ln = require "lunate"
local fails = require "support.fails"
local registry = require "lunate.saving.registry"

local layers = ln.layers
local here = debug.getinfo(1, "S").source:match("^@(.*)saving/config_spec%.lua$")

local function read(name)
  local file <close> = assert(io.open(here .. "fixtures/configs/" .. name .. ".json", "rb"))
  return file:read("a")
end

local null = core.null

-- The differences of two decoded texts, "path: ours, theirs"; but those that `known` (path, ours,
-- theirs) explains.
local function differences(ours, theirs, known, path, out)
  path, out = path or "", out or {}
  local tables = type(ours) == "table" and type(theirs) == "table"
  if not tables then
    if (ours ~= theirs or math.type(ours) ~= math.type(theirs)) and not known(path, ours, theirs)
    then
      out[#out + 1] = ("%s: %s, %s"):format(path, ours, theirs)
    end
    return out
  end
  local keys = {}
  for key in pairs(ours) do keys[key] = true end
  for key in pairs(theirs) do keys[key] = true end
  for key in pairs(keys) do
    differences(ours[key], theirs[key], known, path .. "." .. key, out)
  end
  return out
end

-- Where our text is not Keras's, and why.
local function known(path, ours, theirs)
  local key = path:match("([^.]*)$")
  -- An address in the process that wrote the file.
  if key == "shared_object_id" then return ours == nil end
  -- Options that do not exist here; null is what a reader takes for their absence.
  if key == "quantization_config" then return ours == nil and theirs == null end
  -- An argument of the call that says nothing.
  if path:find("kwargs.mask$") then return ours == nil and theirs == null end
  if path:find("^%.compile_config") then
    -- Full names, since Keras's .h5 loader knows no short ones.
    if path:find("loss") and theirs == "mse" then return ours == "mean_squared_error" end
    -- Where Keras's backend kept the class; as its other backends have it.
    if key == "module" then return ours == "keras.optimizers" end
    if key == "registered_name" then return ours == null end
    -- There is nothing to compile to.
    if key == "jit_compile" then return ours == false end
  end
  return false
end

-- tests/fixtures/configs/objects.json: get_config() of every class that both have, of Keras 3.16,
-- with options that are not the defaults.
describe("the config that Keras 3.16 has of", function()
  local function plain(class, path, ours, theirs)
    local key = path:match("([^.]*)$")
    if ours == theirs then return true end   -- steps may be 10.0
    -- What Keras does not write, and what says the same there.
    if theirs == nil then
      return class == "Identity" and key == "gain" or class == "CosineSimilarity" and key == "axis"
        or class == "AUC" and ours == null or key == "from_sorted_ids" and ours == false
    end
    if key == "reduction" and theirs == null then return ours == "none" end
    if type(theirs) == "table" and #theirs == 1 then return ours == theirs[1] end
    return known(path, ours, theirs)
  end

  for _, case in ipairs(core.json_decode(read("objects"), true)) do
    local kind, name = case.kind, case.class_name
    it(kind .. " " .. name, function()
      local object = registry.deserialize{class_name = name, config = case.config,
        module = "keras." .. kind .. "s"}
      assert.equal(name, object.class.name)
      local ours = core.json_decode(core.json_encode(core.serialize(object, true)), true).config
      local function explained(path, a, b) return plain(name, path, a, b) end
      assert.same({}, differences(ours, case.config, explained))
      -- The same by the class's from_config, and from ours.
      local from_config = object.class.from_config
      for _, config in ipairs{case.config, ours} do
        assert.same(ours, core.json_decode(core.json_encode(
          core.serialize(from_config(config), true)), true).config)
      end
    end)
  end
end)

describe("configs", function()
  local Dense = layers.Dense

  it("may have null where Keras has a default of its own", function()
    local layer = Dense.from_config{units = 2, dtype = null, name = null, trainable = null,
      use_bias = null, activation = null, lora_rank = null, quantization_config = null}
    assert.same({"float32", false, false}, {layer.dtype, layer.trainable, layer.use_bias})
    assert.equal("float32", ln.losses.MeanSquaredError.from_config{dtype = null}.dtype)
    assert.equal("float32", ln.metrics.MeanSquaredError.from_config{dtype = null}.dtype)
    fails("'units' of 'Dense' %(integer", Dense.from_config, {units = null})
    fails("'learning_rate' of 'Adam'", ln.optimizers.Adam.from_config, {learning_rate = null})
    fails("'dtype' of 'Dense'", Dense, {units = 2, dtype = false})
  end)

  it("may have policies for dtypes", function()
    local function policy(name, class)
      return {module = "keras", class_name = class or "DTypePolicy", config = {name = name},
        registered_name = null}
    end
    assert.equal("float64", Dense.from_config{units = 2, dtype = policy("float64")}.dtype)
    assert.equal("float64",
      Dense.from_config{units = 2, dtype = policy("float64", "FloatDTypePolicy")}.dtype)
    assert.equal("float64",
      ln.losses.MeanSquaredError.from_config{dtype = policy("float64")}.dtype)
    for _, name in ipairs{"mixed_float16", "mixed_bfloat16", "float16"} do
      local layer = Dense.from_config{units = 2, dtype = policy(name)}
      assert.equal(name, layer.dtype_policy.name)
      local dtype = layer:get_config().dtype
      assert.same({"keras", "DTypePolicy", name}, {dtype.module, dtype.class_name,
        dtype.config.name})
      assert.equal(name, Dense.from_config(layer:get_config()).dtype_policy.name)
    end
    fails("got the policy 'mixed_float8'", Dense.from_config,
      {units = 2, dtype = policy("mixed_float8")})
    fails("got the policy 'mixed_float16'", ln.losses.MeanSquaredError.from_config,
      {dtype = policy("mixed_float16")})
  end)

  it("of Keras 2 are read by from_config and get too", function()
    local sgd = ln.optimizers.SGD.from_config{lr = 0.5, decay = 0.25, is_legacy_optimizer = true}
    assert.equal("InverseTimeDecay", sgd:get_config().learning_rate.class_name)
    assert.equal(0.25, sgd:get_config().learning_rate.config.decay_rate)
    local get = ln.optimizers.get{class_name = "Adam", config = {lr = 0.5, decay = 0}}
    assert.equal(0.5, get.learning_rate)
    assert.equal(0.25, layers.LeakyReLU.from_config{alpha = 0.25}.negative_slope)
    assert.equal("sum_over_batch_size",
      ln.losses.Huber.from_config{reduction = "auto", fn = "huber"}.reduction)
    assert.same({false, 3}, layers.InputLayer.from_config{batch_input_shape = {null, 3}}
      :get_config().batch_shape)
    fails("unknown option 'bogus' of 'SGD'", ln.optimizers.SGD.from_config, {bogus = 1})
    fails("unknown option 'lr' of 'SGD'", ln.optimizers.SGD, {lr = 0.5})
  end)

  it("may have arrays where numbers are meant", function()
    local array = {class_name = "__numpy__", config = {value = {1, 2}, dtype = "float32"}}
    local layer = layers.Rescaling.from_config{scale = array, offset = 0}
    assert.same({1, 2}, layer:get_config().scale)
    assert.same({{3, 8}}, layers.Rescaling(ln.tensor{3, 4})(ln.tensor{{1, 2}}):totable())
    fails("'scale' of 'Rescaling'", layers.Rescaling, ln.zeros{2, 2})
    assert.same({1, 2}, ln.initializers.Constant.from_config{value = array}:get_config().value)
    assert.equal("(2,)", tostring(layers.Normalization.from_config{mean = array, variance = array}
      :get_config().mean and ln.tensor(array.config.value).shape))
  end)

  it("may have a generator of seeds for a seed", function()
    local config = {stddev = 0.5, seed = {module = "keras.random", class_name = "SeedGenerator",
      config = {seed = 3, name = "seed_generator"}, registered_name = null}}
    assert.equal(3, ln.initializers.RandomNormal.from_config(config):get_config().seed)
    local layer = registry.deserialize{class_name = "Dense", config = {units = 2,
      kernel_initializer = {class_name = "RandomNormal", config = config}}}
    assert.equal(3, layer:get_config().kernel_initializer.config.seed)
  end)

  it("build the layer that they are of", function()
    local function dense(shape)
      return registry.deserialize{class_name = "Dense", config = {units = 3},
        build_config = {input_shape = shape}}
    end
    assert.equal("Dense(4 -> 3, linear)", tostring(dense{null, 4}))
    assert.equal("Dense(4 -> 3, linear)", tostring(dense{false, 4}))
    assert.is_false(dense(nil).built)
    local add = registry.deserialize{class_name = "Add", config = {},
      build_config = {input_shape = {{null, 4}, {null, 4}}}}
    assert.is_true(add.built)
    fails("got 7.5", dense, {7.5})
  end)
end)

describe("Keras's JSON", function()
  for _, name in ipairs{"sequential", "functional", "nested", "deferred", "two_outputs"} do
    it("of a model comes back key for key: " .. name, function()
      local text = read(name)
      local model = ln.model_from_json(text)
      local again = core.json_decode(model:to_json(), true)
      assert.same({}, differences(again, core.json_decode(text, true), known))
      -- And of what was read from ours, to the letter.
      assert.equal(model:to_json(), ln.model_from_json(model:to_json()):to_json())
      assert.equal(model:to_json(), ln.model_from_json(model:to_json{indented = true}):to_json())
    end)
  end

  it("makes a model that is compiled as it says", function()
    local model = ln.model_from_json(read("two_outputs"))
    assert.equal(0.009999999776482582, model.optimizer.learning_rate)
    assert.same({0.9, 0.1}, model.loss_weights)
    assert.is_false(ln.model_from_json(read("deferred")).compiled or false)
    local config = registry.training_config(ln.model_from_json(read("functional")))
    assert.equal("SGD", config.optimizer_config.class_name)
    assert.equal("mean_squared_error", config.loss)
    assert.equal(null, config.metrics)
    assert.is_nil(config.optimizer)
    assert.is_nil(registry.training_config(ln.Sequential()))
  end)

  it("names the layer and the class that there is not", function()
    fails("layer 'bn_7': there is no layer class 'TimeMachine' here; a class of your own is given "
      .. "as custom_objects = {TimeMachine = TimeMachine}", ln.model_from_json,
      '{"class_name": "Sequential", "config": {"layers": [{"class_name": "TimeMachine", '
      .. '"config": {"name": "bn_7"}}]}}')
    fails("it is one of Keras's that lunate does not have", ln.model_from_json,
      '{"class_name": "Sequential", "config": {"layers": [{"class_name": "JaxLayer", '
      .. '"config": {"name": "h"}}]}}')
    fails("layer 'd': there is no layer class 'Dence' here %(did you mean 'Dense'%?%)",
      ln.model_from_json, '{"class_name": "Sequential", "config": {"layers": [{"class_name": '
      .. '"Dence", "config": {"name": "d"}}]}}')
    fails("unknown option 'unitz' of 'Dense'; did you mean 'units'", ln.model_from_json,
      '{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", '
      .. '"config": {"name": "d", "unitz": 3}}]}}')
    fails("no initializer class 'Foo'", layers.Dense.from_config,
      {units = 2, kernel_initializer = {class_name = "Foo", config = {}}})
  end)

  it("never runs code", function()
    local code = '"config": {"name": "l", "function": {"class_name": "__lambda__", "config": '
      .. '{"code": "4wEAAAAA", "defaults": null, "closure": null}}}'
    fails("layer 'l'.*nothing in a file is ever run", ln.model_from_json,
      '{"class_name": "Sequential", "config": {"layers": [{"class_name": "Lambda", ' .. code
      .. "}]}}")
    fails("nothing in a file is ever run", layers.Dense.from_config,
      {units = 2, activation = {class_name = "__lambda__", config = {value = "print(1)"}}})
    rawset(_G, "was_run", nil)
    for _, text in ipairs{"was_run = true", "os.exit(1)", "return error('x')"} do
      fails("unknown activation", layers.Dense.from_config, {units = 2, activation = text})
    end
    assert.is_nil(rawget(_G, "was_run"))
  end)
end)

describe("Keras 2's JSON", function()
  it("of a Sequential is read", function()
    local model = ln.model_from_json(read("keras2_sequential"))
    assert.equal(23860, model:count_params())
    assert.equal("softmax", tostring(model.layers[4].activation))
    assert.equal(0.20000000298023224, model.layers[3].negative_slope)
    assert.equal("GlorotUniform", layers.serialize(model.layers[2]).config.kernel_initializer
      .class_name)
    assert.same({false, 28, 28}, model.built_shapes[1])
  end)

  it("of a functional model in another, compiled, is read", function()
    local model = ln.model_from_json(read("keras2_functional"))
    assert.equal(43, model:count_params())
    assert.equal(0, #model:get_layer("inner").trainable_variables)
    local rate = model.optimizer:get_config().learning_rate
    assert.equal("InverseTimeDecay", rate.class_name)
    assert.equal(0.5, rate.config.decay_rate)
    local a, b = model:predict{ln.ones{2, 5}, ln.ones{2, 6}}
    assert.same({{2, 1}, {2, 1}}, {a.shape, b.shape})
    model:fit({ln.ones{4, 5}, ln.ones{4, 6}}, {ln.ones{4, 1}, ln.ones{4, 1}}, {verbose = 0})
    local names = model.metrics_names
    assert.equal("out_mae", names[#names])
    -- Keras 3's form of it comes back.
    assert.equal(model:to_json(), ln.model_from_json(model:to_json()):to_json())
  end)

  it("has models as layers from their second call on; Keras 3 where they are outputs", function()
    local x = ln.Input{shape = {3}, name = "x"}
    local inner = ln.Model{inputs = x, outputs = layers.Dense{2, name = "d"}(x), name = "inner"}
    local y = ln.Input{shape = {3}, name = "y"}
    local outer = ln.Model{inputs = y, outputs = inner(y), name = "outer"}
    local config = outer:get_config()
    assert.same({"inner", 1, 0}, config.output_layers)
    assert.equal(outer:to_json(), ln.model_from_json(outer:to_json()):to_json())
  end)

  it("has a Sequential as layer and as output from its second call on, too", function()
    local inner = {class_name = "Sequential", config = {name = "inner", layers = {
      {class_name = "Dense", config = {name = "d", units = 2, batch_input_shape = {false, 3}}}}},
      name = "inner", inbound_nodes = {{{"x", 0, 0, {}}}}}
    local input = {class_name = "InputLayer", name = "x", inbound_nodes = {},
      config = {name = "x", batch_input_shape = {false, 3}}}
    local model = registry.deserialize{class_name = "Functional", config = {name = "outer",
      layers = {input, inner}, input_layers = {{"x", 0, 0}}, output_layers = {{"inner", 1, 0}}}}
    assert.equal("(4, 2)", tostring(model(ln.ones{4, 3}).shape))
    assert.equal("inner", model.layers[2].name)
  end)

  it("has no layer that is called with an empty list", function()
    fails("layer 'd' is called with a tensor or a list of tensors", registry.deserialize,
      {class_name = "Functional", config = {name = "m", layers = {
        {class_name = "InputLayer", name = "x", inbound_nodes = {},
          config = {name = "x", batch_shape = {false, 3}}},
        {class_name = "Dense", name = "d", config = {name = "d", units = 2},
          inbound_nodes = {{args = {{}}, kwargs = {}}}}},
        input_layers = {{"x", 0, 0}}, output_layers = {{"d", 0, 0}}}})
  end)

  it("has an optimizer with lr and decay", function()
    local config = {class_name = "SGD", config = {lr = 0.5, decay = 0.0, momentum = 0.9,
      nesterov = false, name = "SGD"}}
    local optimizer = registry.deserialize(config)
    assert.equal(0.5, optimizer.learning_rate)
    assert.equal(0.9, optimizer.momentum)
    assert.equal(0.5, config.config.lr)   -- the config is left alone
  end)
end)

describe("a serialized object", function()
  local function file_text(object) return core.json_encode(core.serialize(object, true)) end

  it("of every class comes back from its text", function()
    local made = require "support.objects"
    for _, kind in ipairs{"layer", "loss", "metric", "optimizer", "initializer", "regularizer",
                          "constraint", "schedule"} do
      for _, name in ipairs(core.classes(kind)) do
        local object = made(kind, name)
        local text = file_text(object)
        local again = registry.deserialize(core.json_decode(text))
        assert.equal(text, file_text(again), name)
        assert.equal(text, file_text(core.get(kind, core.json_decode(text, true))), name)
        assert.equal(tostring(object), tostring(again))
      end
    end
  end)

  it("says None, false and empty lists apart", function()
    local text = file_text(ln.optimizers.Adam())
    assert.is_truthy(text:find('"amsgrad":false', 1, true))
    assert.is_truthy(text:find('"clipnorm":null', 1, true))
    assert.is_truthy(text:find('"learning_rate":0.001', 1, true))
    assert.is_truthy(file_text(ln.optimizers.SGD()):find('"momentum":0.0', 1, true))
    -- for scripts None is false
    assert.equal(false, ln.optimizers.Adam():get_config().clipnorm)
    assert.is_truthy(file_text(ln.losses.Huber{delta = 2}):find('"delta":2.0', 1, true))
    local Own = layers.Layer:extend("SaysNone")
    Own.options = {
      limit = {"number", optional = true, default = false}, deep = {"boolean", default = false},
      sizes = {"integers", default = {}}, names = {"list", default = {}},
      table = {"table", default = {}},
    }
    local config = core.json_encode(core.serialize(Own{name = "n"}, true).config)
    assert.is_truthy(config:find('"deep":false,.*"limit":null,.*"names":%[%],'))
    assert.is_truthy(config:find('"sizes":%[%],"table":{}'))
  end)

  it("gives losses and metrics the names that Keras knows", function()
    local model = ln.Sequential{layers.Dense{1, input_shape = {2}, name = "d"}}
    local names = {mse = "mean_squared_error", MAE = "mean_absolute_error", huber = "huber",
      kld = "kl_divergence", bce = "binary_crossentropy", log_cosh = "log_cosh",
      MeanSquaredLogarithmicError = "mean_squared_logarithmic_error", poisson = "poisson",
      sparse_categorical_crossentropy = "sparse_categorical_crossentropy", ctc = "ctc"}
    for given, full in pairs(names) do
      model:compile{loss = given, metrics = {"accuracy", "mae"}, weighted_metrics = {"AUC"}}
      assert.equal(full, registry.compile_config(model).loss)
      assert.same({"accuracy", "mae"}, registry.compile_config(model).metrics)
    end
    local config = registry.training_config(model)
    assert.equal("accuracy", config.metrics[1])
    assert.equal("MeanAbsoluteError", config.metrics[2].class_name)
    assert.equal("mae", config.metrics[2].config.name)   -- the key in the logs
    model:compile_from_config(core.json_decode(core.json_encode(registry.compile_config(model))))
    for _, name in ipairs(core.classes("loss")) do
      model:compile{loss = name}
      local full = registry.compile_config(model).loss
      assert.equal(name, core.get("loss", full).class.name)
      assert.is_truthy(full:find("^%l[%l%d_]*$"), full)
    end
  end)

  it("is legacy for .h5: class_name and config of the layers alone", function()
    local tree = registry.legacy(core.serialize(ln.model_from_json(read("nested")), true))
    assert.is_nil(tree.module)
    local inner = tree.config.layers[2]
    assert.same({"class_name", "config", "inbound_nodes", "name"}, (function()
      local keys = {}
      for key in pairs(inner) do keys[#keys + 1] = key end
      table.sort(keys)
      return keys
    end)())
    assert.is_nil(inner.config.layers[2].build_config)
    assert.equal(null, inner.config.layers[2].config.bias_initializer.registered_name)
    local again = ln.model_from_json(core.json_encode(tree))
    assert.equal(ln.model_from_json(read("nested")):count_params(), again:count_params())
  end)
end)

describe("clone_model", function()
  local function values(model)
    local list = {}
    for i, w in ipairs(model:get_weights()) do list[i] = w:totable() end
    return list
  end

  it("makes the same layers with new weights", function()
    local x = ln.Input{shape = {4}, name = "x"}
    local shared = layers.Dense{4, name = "shared", activation = function(v) return v:tanh() end}
    local inner = ln.Sequential{layers.Dense{3, input_shape = {4}, name = "i"}, name = "inner"}
    local h = shared(shared(x)) * 2
    local model = ln.Model{inputs = {x = x}, outputs = {inner(h), layers.Dropout(0.5)(h)},
      name = "whole"}
    shared.trainable = false
    local copy = ln.clone_model(model)
    assert.equal(model.name, copy.name)
    assert.same(model:get_config().layers[2].inbound_nodes, copy:get_config().layers[2]
      .inbound_nodes)
    assert.same(model:get_config(), copy:get_config())
    assert.equal(model:count_params(), copy:count_params())
    assert.is_false(copy:get_layer("shared").trainable)
    assert.not_equal(shared, copy:get_layer("shared"))
    assert.is_falsy(copy.compiled)
    assert.not_same(values(model), values(copy))
    copy:set_weights(model:get_weights())
    assert.equal(model({x = ln.ones{2, 4}}), copy({x = ln.ones{2, 4}}))
    -- its weights are its own
    copy:set_weights((function()
      local list = {}
      for i, w in ipairs(model:get_weights()) do list[i] = w * 0 end
      return list
    end)())
    assert.not_same(values(model), values(copy))
  end)

  it("clones a Sequential, built or not", function()
    local model = ln.Sequential{ln.Input{shape = {3}, name = "in"}, layers.Dense{2, name = "d"},
      name = "s"}
    local copy = ln.clone_model(model)
    assert.equal(model:to_json(), copy:to_json())
    local open = ln.Sequential{layers.Dense{2, name = "d"}, name = "open"}
    copy = ln.clone_model(open)
    assert.is_falsy(copy.built)
    assert.same({4, 2}, copy(ln.ones{4, 5}).shape)
    assert.is_falsy(open.built)
    copy = ln.clone_model(model, {input_tensors = ln.Input{shape = {3}, name = "other"}})
    assert.same({"other"}, copy.input_names)
    assert.equal(8, copy:count_params())
  end)

  it("keeps what a call was told, and what is frozen", function()
    local x = ln.Input{shape = {4}, name = "x"}
    local m = ln.Input{shape = {4}, dtype = "bool", name = "m"}
    local dropped = layers.Dropout{0.5, name = "drop"}(x, {training = true})
    local masked = layers.Softmax{name = "soft"}(x, {mask = m})
    local model = ln.Model{inputs = {x, m}, outputs = {dropped, masked}}
    local mask = ln.tensor{{1, 1, 0, 0}}:astype("bool"):broadcast_to{64, 4}
    local data = {ln.ones{64, 4}, mask}
    local copies = {ln.clone_model(model), ln.model_from_json(model:to_json()),
      ln.clone_model(model, {clone_function = function(layer)
        return layer.class.from_config(layer:get_config())
      end})}
    for _, copy in ipairs(copies) do
      local y, p = copy(data)
      assert.is_true(y:eq(0):any())                     -- drops without being told
      assert.is_true(p[1] == ln.tensor{0.5, 0.5, 0, 0})
    end
    -- A frozen model of a layer that is not: only the model says so.
    local dense = layers.Dense(2)
    for _, frozen in ipairs{ln.Model{inputs = x, outputs = dense(x)},
      ln.Sequential{ln.Input{shape = {4}}, layers.Dense(2)}} do
      frozen.trainable = false
      frozen.layers[#frozen.layers].trainable = true
      assert.equal(0, #frozen.trainable_variables)
      for _, copy in ipairs{ln.clone_model(frozen), frozen.class.from_config(frozen:get_config()),
        ln.model_from_json(frozen:to_json()),
        ln.clone_model(frozen, {input_tensors = ln.Input{shape = {4}}})} do
        assert.is_false(copy.trainable)
        assert.equal(0, #copy.trainable_variables)
      end
    end
  end)

  it("lets a function give the layers", function()
    local x = ln.Input{shape = {3}}
    local model = ln.Model{inputs = x, outputs = layers.Dense{2, name = "d"}(x)}
    local copy = ln.clone_model(model, {clone_function = function(layer)
      local config = layer:get_config()
      config.units = 5
      return layer.class.from_config(config)
    end})
    assert.same({false, 5}, copy.output_shape)
    local y = ln.Input{shape = {3}, name = "y"}
    copy = ln.clone_model(model, {input_tensors = {y * 2}})
    assert.equal("Functional", copy.class_name)
    fails("gave no layer for 'd'", ln.clone_model, model, {clone_function = function() end})
    fails("should be 1 symbolic tensor", ln.clone_model, model, {input_tensors = {y, y}})
    fails("is no symbolic tensor", ln.clone_model, model, {input_tensors = {1}})
    fails("a model expected", ln.clone_model, layers.Dense(1))
  end)

  it("clones models that Lua defines by their configs, of arguments or declared", function()
    local Net = ln.Model:extend("ClonedNet")
    function Net:init(options)
      self.first = layers.Dense{options.units or 2, kernel_regularizer = options.regularizer}
      self.count = options.sizes and #options.sizes or options[1]
    end
    function Net:call(v) return self.first(v) end
    local Own = ln.regularizers.Regularizer:extend("ClonedRegularizer")
    Own.options = {rate = {"number", default = 0.5}}
    function Own:call(w) return w:sum() * self.options.rate end
    local net = Net{7, units = 3, regularizer = Own{rate = 0.25}, name = "net"}
    local copy = ln.clone_model(net)
    assert.same({7, 3}, {copy.count, copy.first.units})
    assert.equal(0.25, copy.first.kernel_regularizer.options.rate)
    assert.not_equal(net.first, copy.first)
    assert.equal("net", copy.name)
    fails("computes in Lua", ln.clone_model, net, {clone_function = function(l) return l end})
  end)
end)

describe("configs that nobody should believe", function()
  local function sequential(layer, first)
    return ('{"class_name": "Sequential", "config": {"layers": [%s%s]}}'):format(first or
      '{"class_name": "InputLayer", "config": {"batch_shape": [null, 8], "name": "i"}}, ', layer)
  end

  it("want more memory than there is: refused before it is asked for", function()
    local before = ln.memory().peak
    for _, units in ipairs{"1e15", "4611686018427387904", "1e18", "1000000000000"} do
      fails("weight 'kernel' of shape .* would take %d+ bytes, there is room for",
        ln.model_from_json,
        sequential('{"class_name": "Dense", "config": {"name": "d", "units": ' .. units .. "}}"))
    end
    local text = sequential('{"class_name": "Dense", "config": {"name": "d", "units": 100}}')
    fails("there is room for 3000", registry.model, core.json_decode(text), {weight_bytes = 3000})
    fails("there is room for 399", registry.model, core.json_decode(text), {weight_bytes = 3599})
    assert.equal(900, registry.model(core.json_decode(text), {weight_bytes = 3600}):count_params())
    assert.is_true(ln.memory().peak - before < 1e6)
    -- What comes after is not limited.
    assert.equal(900, ln.model_from_json(text):count_params())
    fails("units", ln.model_from_json,
      sequential('{"class_name": "Dense", "config": {"name": "d", "units": -1}}'))
    fails("units", ln.model_from_json,
      sequential('{"class_name": "Dense", "config": {"name": "d", "units": 1e300}}'))
  end)

  it("name axes beyond all bounds", function()
    for _, axis in ipairs{math.maxinteger, math.mininteger, 2 ^ 40} do
      fails("axis", function() ln.layers.Concatenate.from_config{axis = axis} end)
      fails("axis", function() ln.layers.Softmax.from_config{axis = {0, axis}} end)
    end
  end)

  it("nest without end", function()
    local text = '{"class_name": "Dense", "config": {"units": 1, "name": "d"}}'
    for _ = 1, 80 do
      text = '{"class_name": "Sequential", "config": {"layers": [' .. text .. "]}}"
    end
    fails("nested deeper", ln.model_from_json, text)
    local tree = core.json_decode('{"class_name": "Dense", "config": {"units": 1, "name": "d"}}')
    for _ = 1, 150 do tree = {class_name = "Sequential", config = {layers = {tree}}} end
    assert.is_false((pcall(ln.Sequential.from_config, tree.config)))
  end)

  it("have any value anywhere: a model or an error, never worse", function()
    local wrong = {true, false, 0, -1, 1e18, 0.5, "", "x", "relu", {}, core.list(), {1, {2}},
      {class_name = "Dense"}, {class_name = "Dense", config = {}}, {class_name = {}, config = 1},
      {class_name = "function", config = "relu"}, {class_name = "__tuple__", items = 3},
      {class_name = "__keras_tensor__", config = {keras_history = {"in", -1, 9}}}, {{{}}},
      {class_name = "__tensor__", config = {value = {{1}, {}}}}}
    local tried = 0
    for _, name in ipairs{"nested", "two_outputs", "keras2_functional"} do
      local tree = core.json_decode(read(name))
      local function visit(value)
        for key, part in pairs(value) do
          if type(part) == "table" then visit(part) end
        end
        for key, part in pairs(value) do
          -- every fourth place, with values that change from place to place
          tried = tried + 1
          if tried % 4 == 0 then
            value[key] = wrong[tried // 4 % #wrong + 1]
            local ok, what = pcall(registry.model, tree)
            if ok then what:get_config() else assert.is_string(what) end
            value[key] = part
          end
        end
      end
      visit(tree)
      assert.equal("lunate.model", getmetatable(registry.model(tree)))
    end
    assert.is_true(tried > 800, tried)
  end)

  it("have a mask that is none", function()
    local tree = core.json_decode(read("nested"))
    local layer = tree.config.layers[2]
    for _, mask in ipairs{{}, {false}, {class_name = "Dense"}} do
      layer.inbound_nodes[1].kwargs.mask = mask
      local ok, model = pcall(registry.model, tree)
      if ok then model = model:get_config() end
      assert.is_truthy(ok or not model:find("attempt to", 1, true), model)
    end
  end)
end)
