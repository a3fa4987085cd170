-- Layers in several places of a model: one layer before, one after, in every kind of file and text.

local core = require "lunate.core"
local ln = require "lunate"
local fails = require "support.fails"
local scratch = require "support.scratch"

local layers = ln.layers
local here = debug.getinfo(1, "S").source:match("^@(.*)saving/sharing_spec%.lua$")

local x = ln.Input{shape = {4}, name = "x"}

local function sequential(list)
  table.insert(list, 1, ln.Input{shape = {4}})
  return ln.Sequential(list)
end

-- Models by what they share, all of (4) -> (4), and how many layers have weights in each.
local function models()
  local d = layers.Dense{4, name = "d"}
  local inner = ln.Model{inputs = x, outputs = d(x), name = "inner"}
  local twice = sequential{d, d, name = "twice"}
  local other = sequential{d, layers.Dense{4, name = "e"}, name = "other"}
  local deep = ln.Model{inputs = x, outputs = other(inner(x)), name = "deep"}
  return {
    ["a layer and a model of it"] = {ln.Model{inputs = x, outputs = d(inner(x))}, 1},
    ["a model of it and a layer"] = {ln.Model{inputs = x, outputs = inner(d(x))}, 1},
    ["several calls on both levels"] =
      {ln.Model{inputs = x, outputs = layers.Add(){d(inner(x)), inner(d(d(x)))}}, 1},
    ["twice in one Sequential"] = {twice, 1},
    ["a nested model used twice"] = {ln.Model{inputs = x, outputs = inner(inner(x))}, 1},
    ["a nested model twice in a Sequential"] = {sequential{inner, inner}, 1},
    ["two Sequentials"] = {sequential{sequential{d, name = "first"}, other}, 2},
    ["Sequentials and a layer"] = {ln.Model{inputs = x, outputs = d(other(inner(x)))}, 2},
    ["three levels"] = {ln.Model{inputs = x, outputs = deep(deep(d(x)))}, 2},
  }
end

local data = ln.tensor{{1, -2, 3, 0.5}, {0.25, 1, -1, 2}}

describe("a layer in several places:", function()
  for name in pairs(models()) do
    it(name, function()
      local model, n = table.unpack(models()[name])
      local y, folder <close> = model(data), scratch.folder()
      assert.equal(20 * n, model:count_params())
      local function is_one(copy)
        assert.equal(20 * n, copy:count_params())
        assert.equal(2 * n, #copy.weights)
        copy:set_weights(model:get_weights())
        assert.is_true(ln.allclose(y, copy(data)))
      end
      for _, ending in ipairs{".keras", ".h5"} do
        local path = folder.path .. "/model" .. ending
        model:save(path)
        assert.is_true(ln.allclose(y, ln.load_model(path)(data)))
        is_one(ln.load_model(path))
      end
      is_one(ln.model_from_json(model:to_json()))
      is_one(ln.clone_model(model))
      is_one(model.class.from_config(model:get_config()))
      is_one(ln.saving.deserialize(layers.serialize(model)))
      for _, ending in ipairs{".weights.h5", ".h5", ".safetensors", ".npz"} do
        local path, copy = folder.path .. "/weights" .. ending, ln.clone_model(model)
        model:save_weights(path)
        copy:load_weights(path)
        assert.is_true(ln.allclose(y, copy(data)))
      end
    end)
  end

  it("a clone's layers are its own, under the same names", function()
    local model = models()["Sequentials and a layer"][1]
    local copy = ln.clone_model(model)
    assert.equal("d", copy:get_layer("d").name)
    assert.equal(copy:get_layer("d"), copy:get_layer("inner"):get_layer("d"))
    assert.not_equal(model:get_layer("d"), copy:get_layer("d"))
    local before = model:get_weights()
    copy:set_weights{ln.zeros{4, 4}, ln.zeros{4}, ln.zeros{4, 4}, ln.zeros{4}}
    for i, w in ipairs(model:get_weights()) do assert.is_true(w == before[i]) end
  end)

  it("trains as it did: one gradient, one state of the optimizer", function()
    local model, folder <close> = models()["a layer and a model of it"][1], scratch.folder()
    local function fit(m)
      return m:fit(data, -data, {epochs = 3, verbose = 0, shuffle = false}).history.loss
    end
    model:compile{loss = "mse", optimizer = "adam"}
    fit(model)
    local again = {}
    for i, ending in ipairs{".keras", ".h5"} do
      model:save(folder.path .. "/m" .. ending)
      again[i] = ln.load_model(folder.path .. "/m" .. ending)
    end
    local expected = fit(model)
    assert.are.same(expected, fit(again[1]))
    assert.are.same(expected, fit(again[2]))
  end)

  it("layers of one name that are two stay two", function()
    local function dense() return layers.Dense{4, name = "d"} end
    local model = ln.Model{inputs = x, outputs = sequential{dense(), name = "a"}(
      sequential{dense(), name = "b"}(x))}
    for _, copy in ipairs{ln.model_from_json(model:to_json()), ln.clone_model(model)} do
      assert.equal(4, #copy.weights)
    end
    assert.is_nil(model:to_json():find("shared_object_id"))
  end)

  it("through classes that Lua defines: fields, wrappers", function()
    local Both = ln.Model:extend("Both")
    Both.options = {one = {"any"}, two = {"any"}, list = {"any"}}
    function Both:init(options)
      self.one, self.two, self.list = options.one, options.two, options.list
    end
    function Both:call(t) return self.list[1](self.two(self.one(t))) end
    local Wrapper = layers.Layer:extend("Wrapper")
    Wrapper.options = {layer = {"any"}}
    function Wrapper:init(options) self.layer = options.layer end
    function Wrapper:call(t) return self.layer(t) + 1 end
    local d = layers.Dense(4)
    local custom = {custom_objects = {Both = Both, Wrapper = Wrapper}}
    local folder <close> = scratch.folder()
    for _, model in ipairs{
      Both{one = d, two = d, list = {d}},
      Both{one = Wrapper{layer = d}, two = Wrapper{layer = d}, list = {sequential{d}}},
      ln.Model{inputs = x, outputs = Wrapper{layer = d}(Wrapper{layer = d}(d(x)))},
      sequential{Wrapper{layer = d}, d},
    } do
      local y = model(data)
      assert.equal(2, #model.weights)
      for _, ending in ipairs{".keras", ".h5"} do
        model:save(folder.path .. "/m" .. ending)
        local copy = ln.load_model(folder.path .. "/m" .. ending, custom)
        assert.is_true(ln.allclose(y, copy(data)))
        assert.equal(2, #copy.weights)
      end
      local copies = {ln.clone_model(model), model.class.from_config(model:get_config())}
      for _, copy in ipairs(copies) do
        copy(data)
        assert.equal(2, #copy.weights)
      end
    end
  end)

  it("of real Keras, which leaves the first place unmarked", function()
    local model = ln.load_model(here .. "fixtures/keras3/shared_layer.keras")
    assert.equal(12, model:count_params())
    local y = model(ln.tensor{{1, 2, 3}})
    assert.is_true(ln.allclose(y, ln.tensor{{4.06, 3.01, 5.46}}))
  end)

  it("numbers calls as Keras counts them, in .keras files alone", function()
    local zip, folder <close> = require "lunate.zip", scratch.folder()
    local model = models()["a layer and a model of it"][1]
    model:save(folder.path .. "/m.keras")
    local config = core.json_decode(zip.decode(folder:read("m.keras"))["config.json"]).config
    assert.are.same({"d", 1, 0}, config.output_layers)   -- after the call in the inner model
    assert.are.same({"d", 0, 0}, core.json_decode(model:to_json()).config.output_layers)
    -- A Sequential of two layers calls its first twice, its second once when Keras builds it.
    local other = models()["Sequentials and a layer"][1]
    other:save(folder.path .. "/o.keras")
    config = core.json_decode(zip.decode(folder:read("o.keras"))["config.json"]).config
    assert.are.same({"d", 3, 0}, config.output_layers)
    -- A model in two places is made, and calls its layers, once.
    local d = layers.Dense{4, name = "d"}
    local inner = ln.Model{inputs = x, outputs = d(x), name = "inner"}
    local twice = ln.Model{inputs = x, outputs = d(inner(sequential{inner, name = "s"}(x)))}
    twice:save(folder.path .. "/t.keras")
    config = core.json_decode(zip.decode(folder:read("t.keras"))["config.json"]).config
    assert.are.same({"d", 1, 0}, config.output_layers)
    assert.equal(20, ln.load_model(folder.path .. "/t.keras"):count_params())
  end)

  it("is not taken for a layer of its name whose config differs", function()
    local function dense(dtype, id)
      return {class_name = "Dense", config = {units = 1, name = "d", dtype = dtype},
        shared_object_id = id}
    end
    local policy = {class_name = "DTypePolicy", config = {name = "float32"}}
    for _, pair in ipairs{{"float32", policy}, {policy, "float32"}, {"float32", "float64"},
      {nil, "float32"}} do
      local first, second = dense(pair[1]), dense(pair[2], 7)
      local model = ln.saving.deserialize{class_name = "Sequential", config = {name = "m",
        layers = {{class_name = "Sequential", config = {name = "a", layers = {first}}},
          {class_name = "Sequential", config = {name = "b", layers = {second}}}}}}
      assert.not_equal(model.layers[1].layers[1], model.layers[2].layers[1])
    end
  end)

  it("ids that make no sense are errors or layers of their own", function()
    local text = models()["a layer and a model of it"][1]:to_json()
    for _, id in ipairs{'"a"', "1.5", "-3", "[1]", "{}", "true", "null", "1e300"} do
      local changed = text:gsub('"shared_object_id": ?%d+', '"shared_object_id":' .. id, 1)
      local ok, result = pcall(ln.model_from_json, changed)
      assert.is_true(ok and getmetatable(result) == "lunate.model" or type(result) == "string")
    end
    -- An id that another class has.
    local entry = {class_name = "Dense", config = {units = 1}, shared_object_id = 1}
    local wrong = {class_name = "Sequential", config = {name = "m", layers = {
      {class_name = "Flatten", config = {}, shared_object_id = 1}, entry}}}
    fails("layers 'Flatten/nil' and 'Dense/nil' have one shared_object_id", ln.saving.deserialize,
      wrong)
    fails("not there", ln.saving.deserialize, {class_name = "Functional", config = {
      layers = {{class_name = "InputLayer", name = "i", config = {batch_shape = {false, 1}}},
        {class_name = "Dense", name = "d", config = {units = 1}, shared_object_id = 1,
          inbound_nodes = {{args = {{class_name = "__keras_tensor__",
            config = {keras_history = {"i", 0, 0}}}}, kwargs = {}}}}},
      input_layers = {"i", 0, 0}, output_layers = {{"d", 0, 0}, {"d", 5, 0}}}})
  end)
end)
