-- What files cannot do: errors say which file, which layer, what was expected and what came; the
-- model and the file that was there stay as they were.

local core = require "lunate.core"
local ln = require "lunate"
local examples = require "support.examples"
local fails = require "support.fails"
local files = require "support.files"
local scratch = require "support.scratch"

local layers = ln.layers

local function small(units, name)
  local model = ln.Sequential{layers.Dense{3, input_shape = {4}, name = "first"},
    layers.Dense{units or 2, name = name or "second"}, name = "small"}
  model:compile{loss = "mse", optimizer = "adam"}
  return model
end

local function train(model)
  model:fit(ln.ones{5, 4}, ln.zeros{5, #model.layers[2]:get_weights()[2]}, {verbose = 0})
  return model
end

local function weights_are(model, weights)
  for i, w in ipairs(model:get_weights()) do assert.is_true(w == weights[i]) end
end

describe("saving", function()
  local folder
  before_each(function() folder = scratch.folder() end)
  after_each(function() folder:remove() end)

  it("tells the endings that it knows", function()
    local model = small()
    fails("save: 'x.txt' has none of the endings %.keras, %.h5, %.hdf5", model.save, model, "x.txt")
    fails("save_weights: 'x.keras' has none of the endings %.weights%.h5, %.h5, .*%.npz",
      model.save_weights, model, "x.keras")
    fails("load_weights: 'x' has none of the endings", model.load_weights, model, "x")
    fails("load_model: 'x.json' has none", ln.load_model, "x.json")
    fails("path expected, got a nil", model.save, model)
    fails("path expected, got a table", ln.load_model, {})
    fails("'x.npz': it holds weights, but no model", ln.load_model, "x.npz")
    fails("unknown option 'overwrit' of 'save'", model.save, model, "x.keras", {overwrit = true})
    fails("unknown option 'custom_object' of 'load_model'", ln.load_model, "x.keras",
      {custom_object = {}})
    fails("safe_mode cannot be false", ln.load_model, "x.keras", {safe_mode = false})
    local path = folder.path .. "/m.keras"
    model:save(path)
    fails("custom_objects should be a table", ln.load_model, path, {custom_objects = 3})
  end)

  it("names files that are not there, folders that are none", function()
    fails("no_such", ln.load_model, folder.path .. "/no_such.keras")
    fails("no_such", small().load_weights, small(), folder.path .. "/no_such.weights.h5")
    fails("no_such", small().save, small(), folder.path .. "/no_such/m.keras")
  end)

  it("keeps the file that was there when a save fails", function()
    local model, path = small(), folder.path .. "/m.keras"
    model:save(path)
    local before = files.read(path)
    model:compile{loss = function(y, p) return (y - p):abs() end}
    fails("its loss is a Lua function .*register it first", model.save, model, path)
    assert.are.equal(before, files.read(path))
    model:compile{loss = "mse", metrics = {function(y, p) return (y - p):abs() end}}
    fails("its metric is a Lua function", model.save, model, path)
    local other = ln.Sequential{layers.Dense{2, input_shape = {2}, name = "odd",
      activation = function(x) return x * 2 end}}
    fails("option 'activation' of 'odd' is a Lua function", other.save, other, path)
    assert.are.equal(before, files.read(path))
    local weights = folder.path .. "/m.npz"
    small():save_weights(weights)
    fails("is there already; overwrite = true", model.save_weights, model, weights,
      {overwrite = false})
  end)
end)

describe("loading weights", function()
  local folder
  before_each(function() folder = scratch.folder() end)
  after_each(function() folder:remove() end)

  for _, ending in ipairs{".weights.h5", ".h5", ".keras", ".safetensors", ".npz"} do
    local function save(model)
      local path = folder.path .. "/m" .. ending
      if ending == ".keras" then model:save(path) else model:save_weights(path) end
      return path
    end

    it("that do not fit names layer, weight and both shapes, " .. ending, function()
      local path = save(train(small(5)))
      local model = train(small(2))
      local before = model:get_weights()
      local pattern = "load_weights: '.*m%" .. ending .. "': .*second.*kernel.* "
        .. "has shape %(3, 2%), the file's has %(3, 5%)"
      fails(pattern, model.load_weights, model, path)
      weights_are(model, before)
      assert.are.equal(1, model.optimizer.iterations)
      -- What fits is taken, and what was left alone is told.
      local skipped = model:load_weights(path, {skip_mismatch = true})
      assert.is_true(#skipped >= 1)
      assert.matches("kernel", skipped[1])
      assert.is_true(model:get_weights()[3] == before[3])
      assert.is_false(model:get_weights()[1] == before[1])
    end)

    it("of fewer or more layers, " .. ending, function()
      local deep = ln.Sequential{layers.Dense{3, input_shape = {4}, name = "first"},
        layers.Dense{2, name = "second"}, layers.Dense{2, name = "third"}, name = "small"}
      local path = save(deep)
      local model = small()
      local before = model:get_weights()
      fails("third", model.load_weights, model, path)
      weights_are(model, before)
      path = save(small())
      before = deep:get_weights()
      fails("third", deep.load_weights, deep, path)
      weights_are(deep, before)
    end)
  end

  it("brings the optimizer's state along where it fits", function()
    local path, model = folder.path .. "/m.weights.h5", train(train(small()))
    model:save_weights(path)
    local other = small()
    other:load_weights(path)
    assert.are.equal(2, other.optimizer.iterations)
    for i, entry in ipairs(model.optimizer.variables) do
      assert.is_true(entry.value == other.optimizer.variables[i].value)
    end
    other:compile{loss = "mse", optimizer = "sgd"}
    other:load_weights(path)
    assert.are.equal(0, other.optimizer.iterations)
    weights_are(other, model:get_weights())
  end)

  it("by name, of .h5 alone", function()
    local path = folder.path .. "/m.h5"
    local source = small(2, "other")
    source:save_weights(path)
    local model = small(5)
    local before = model:get_weights()
    model:load_weights(path, {by_name = true})
    assert.is_true(model:get_weights()[1] == source:get_weights()[1])
    assert.is_true(model:get_weights()[3] == before[3])
    source:save_weights(folder.path .. "/m.weights.h5")
    fails("by_name is for .h5", model.load_weights, model, folder.path .. "/m.weights.h5",
      {by_name = true})
    small(3):save_weights(path)
    fails("layer 'second': weight 'kernel' has shape %(3, 5%), the file's has %(3, 3%)",
      model.load_weights, model, path, {by_name = true})
  end)

  it("from whole models, and whole models from nothing else", function()
    local model, path = train(small()), folder.path .. "/whole.h5"
    model:save(path)
    local other = small()
    other:load_weights(path)
    weights_are(other, model:get_weights())
    model:save_weights(folder.path .. "/m.weights.h5")
    fails("it holds weights, but no model", ln.load_model, folder.path .. "/m.weights.h5")
    model:save_weights(path)
    fails("it holds weights, but no model", ln.load_model, path)
  end)

  it("names of layers are cut into parts as Keras cuts them", function()
    local list, name = {}, ("n"):rep(400)
    for i = 1, 200 do
      list[i] = layers.Dense{1, name = name .. i, use_bias = false}
    end
    list[1] = layers.Dense{1, name = name .. 1, use_bias = false, input_shape = {1}}
    local model = ln.Sequential(list)
    local path = folder.path .. "/m.h5"
    model:save_weights(path)
    local attributes = files.h5(path).attributes
    assert.is_nil(attributes.layer_names)
    assert.are.equal(100, #attributes.layer_names0)
    assert.are.equal(100, #attributes.layer_names1)
    assert.is_nil(attributes.layer_names2)
    local before = model:get_weights()
    for _, v in ipairs(model.weights) do v:assign(v:value() * 0) end
    model:load_weights(path)
    weights_are(model, before)
  end)
end)

describe("loading models", function()
  local folder, path
  before_each(function()
    folder = scratch.folder()
    path = folder.path .. "/m.keras"
  end)
  after_each(function() folder:remove() end)

  -- A .keras file with something changed in its parts.
  local function changed(change)
    train(small()):save(path)
    local parts = require("lunate.zip").decode(files.read(path))
    local config = core.json_decode(parts["config.json"], true)
    local weights = require("lunate.hdf5").decode(parts["model.weights.h5"])
    change(config, weights, parts)
    local list = {}
    parts["config.json"] = parts["config.json"] and core.json_encode(config)
    parts["model.weights.h5"] = parts["model.weights.h5"]
      and require("lunate.hdf5").encode(weights)
    for name, data in pairs(parts) do list[#list + 1] = {name = name, data = data} end
    files.write(path, require("lunate.zip").encode(list))
    return path
  end

  it("names what is missing: classes, options, layers, parts", function()
    fails("m.keras': it needs the layer class 'Conv9D' %(layers 'first', 'second'%), which lunate "
      .. "does not have; there are: .*Dense", ln.load_model, changed(function(config)
        config.config.layers[2].class_name, config.config.layers[3].class_name = "Conv9D", "Conv9D"
      end))
    fails("m.keras': .*unknown option 'wings' of 'Dense'", ln.load_model, changed(function(config)
      config.config.layers[2].config.wings = 2
    end))
    fails("m.keras': .*units", ln.load_model, changed(function(config)
      config.config.layers[2].config.units = "many"
    end))
    fails("'Nadir'", ln.load_model, changed(function(config)
      config.compile_config.optimizer.class_name = "Nadir"
    end))
    fails("'very_mean_error'", ln.load_model, changed(function(config)
      config.compile_config.loss = "very_mean_error"
    end))
    fails("layer 'second' has 2 weights %(kernel, bias%), the file has 0 for it", ln.load_model,
      changed(function(_, weights) weights.members.layers.members.dense_1 = nil end))
    fails("layer 'first': weight 'kernel' has shape %(4, 3%), the file's has %(3, 4%)",
      ln.load_model, changed(function(_, weights)
        weights.members.layers.members.dense.members.vars.members["0"] = ln.zeros{3, 4}
      end))
    fails("for which the model has no layer", ln.load_model, changed(function(_, weights)
      weights.members.layers.members.dense_2 = weights.members.layers.members.dense
    end))
    fails("optimizer 'adam' has 10 state variables here, the file has 9", ln.load_model,
      changed(function(_, weights) weights.members.optimizer.members.vars.members["9"] = nil end))
    fails("'iteration' of optimizer 'adam' should be 0 or more, the file has %-3", ln.load_model,
      changed(function(_, weights)
        weights.members.optimizer.members.vars.members["0"] = ln.full({}, -3, {dtype = "int32"})
      end))
    fails("it holds no config.json", ln.load_model, changed(function(_, _, parts)
      parts["config.json"] = nil
    end))
    fails("it holds no model.weights.h5", ln.load_model, changed(function(_, _, parts)
      parts["model.weights.h5"] = nil
    end))
  end)

  it("runs no code that a file holds", function()
    fails("nothing in a file is ever run", ln.load_model, changed(function(config)
      config.config.layers[3].class_name = "Lambda"
      config.config.layers[3].config = {name = "second", ["function"] = {class_name = "__lambda__",
        config = {code = "4wEAAAAAAAAA", defaults = core.null, closure = core.null}}}
    end))
  end)

  it("takes what Keras adds: assets, state of metrics and seeds", function()
    local model = ln.load_model(changed(function(_, weights, parts)
      parts["assets/note.txt"] = "x"
      weights.members.metrics = {members = {mean = {members = {vars = {members =
        {["0"] = ln.zeros{1}}}}}}}
      weights.members.layers.members.dense.members.seed_generator = {members = {vars = {members =
        {["0"] = ln.zeros{2}}}}}
    end))
    assert.is_true(model.compiled)
  end)

  it("as TF 2.13 named the groups", function()
    local expected
    local model = ln.load_model(changed(function(_, weights)
      weights.members._layer_checkpoint_dependencies = weights.members.layers
      weights.members.layers = nil
      expected = weights.members._layer_checkpoint_dependencies.members.dense.members.vars
        .members["0"]
    end))
    assert.is_true(model:get_weights()[1] == expected)
  end)

  it("says what is wrong with random state without taking it", function()
    local model = ln.load_model(changed(function(_, _, parts)
      local metadata = core.json_decode(parts["metadata.json"])
      metadata.lunate.random.global = "0123456789abcdef0123456789abcdef:zz"
      metadata.lunate.random.layers = 7
      parts["metadata.json"] = core.json_encode(metadata)
    end))
    train(model)
  end)

  it("damaged files are errors", function()
    for _, ending in ipairs{".keras", ".h5"} do
      local file = folder.path .. "/m" .. ending
      train(small()):save(file)
      local bytes = files.read(file)
      local damaged = folder.path .. "/damaged" .. ending
      ln.set_seed(1)
      local cuts = ln.random.randint({12}, {max = #bytes}):totable()
      for i, at in ipairs(cuts) do
        files.write(damaged, bytes:sub(1, at))
        local ok, message = pcall(ln.load_model, damaged)
        assert.is_false(ok, "cut at " .. at)
        assert.is_truthy(message:find("damaged" .. ending, 1, true), message)
        -- A byte that is another: an error, or a model.
        local flipped = bytes:sub(1, at) .. string.char((bytes:byte(at + 1) + i) % 256)
          .. bytes:sub(at + 2)
        files.write(damaged, flipped)
        local fine, result = pcall(ln.load_model, damaged)
        assert.is_true(fine or type(result) == "string")
      end
      files.write(damaged, "")
      fails("damaged", ln.load_model, damaged)
      files.write(damaged, ("not a model "):rep(100))
      fails("damaged", ln.load_model, damaged)
    end
  end)
end)

describe("examples of", function()
  local documentation = require "lunate.documentation"
  for _, name in ipairs{"ln.load_model", "ln.Model:save", "ln.Model:save_weights",
                        "ln.Model:load_weights"} do
    it(name .. " run", function()
      local example = assert(documentation.find(name)[1].example, name)
      local text = "Example:\n  " .. example:gsub("\n", "\n  ")
      assert.is_true(examples.run(text, name) >= 1)
    end)
  end
end)
