-- Files that Keras saved: those whose layers are here load from all three formats and give what
-- Keras gave, and what is saved of them again is laid out as Keras laid it out; the others fail
-- with the class that is missing. tests/fixtures/goldens has the small ones.

local core = require "lunate.core"
local ln = require "lunate"
local files = require "support.files"
local goldens = require "support.goldens"
local scratch = require "support.scratch"

-- The layer classes of a config that are not here.
local function missing(config, found)
  for _, layer in ipairs(config.config.layers or {}) do
    local name = layer.class_name
    if not core.class("layer", name) then found[#found + 1] = name end
    if type(layer.config) == "table" and layer.config.layers then missing(layer, found) end
  end
  return found
end

-- What Keras writes by chance, what only its newest versions know (and write as null), and what we
-- write instead: aliases of losses fail in Keras's own .h5, and its optimizers' modules differ from
-- backend to backend.
local newest = {
  input_axes = true, output_axes = true, quantization_config = true, mask = true,   -- of calls
}

local function normalized(value)
  if type(value) ~= "table" then return value end
  local out = {}
  for key, part in pairs(value) do
    if not (newest[key] and part == core.null) then out[key] = normalized(part) end
  end
  out.shared_object_id = nil
  if getmetatable(value) then setmetatable(out, getmetatable(value)) end
  return out
end

local full = {mse = "mean_squared_error"}

local function compile_config(value)
  if type(value) ~= "table" then return value end
  value = normalized(value)
  local optimizer = value.optimizer
  if type(optimizer) == "table" then
    optimizer.module, optimizer.registered_name = "keras.optimizers", core.null
  end
  if type(value.loss) == "table" then
    for i, loss in ipairs(value.loss) do value.loss[i] = full[loss] or loss end
  else
    value.loss = full[value.loss] or value.loss
  end
  value.jit_compile = nil   -- of backends
  return value
end

local function same(ours, theirs, skip)
  local difference = files.difference(ours, theirs, skip)
  if difference then error(difference, 2) end
end

for _, section in ipairs{"files", "files_numpy_backend"} do
  for name, case, load in goldens.cases(section) do
    local root = goldens.root(section) .. "/" .. name .. "/"
    local lacking = missing(case.config, {})

    local function check(model)
      local inputs = {}
      for i, x in ipairs(case.inputs) do inputs[i] = load(x) end
      local outputs = {model:predict(#inputs == 1 and inputs[1] or inputs)}
      assert.are.equal(#case.outputs, #outputs)
      for i, y in ipairs(case.outputs) do goldens.near(outputs[i], load(y), 1e-5, 1e-5) end
    end

    describe(section .. "/" .. name, function()
      if #lacking > 0 then
        for _, file in ipairs{"model.keras", "model.h5"} do
          it(file .. " is refused: " .. lacking[1], function()
            local message = scratch.message(function() ln.load_model(root .. file) end)
            assert.is_truthy(message:find(file, 1, true), message)
            for _, class in ipairs(lacking) do
              assert.is_truthy(message:find("'" .. class .. "'", 1, true), message)
            end
            assert.is_truthy(message:find("there are: .*Dense"), message)
            assert.is_truthy(message:find("goldens_spec.lua", 1, true), message)
          end)
        end
        return
      end

      it("loads from .keras, .h5 and .weights.h5", function()
        local model = ln.load_model(root .. "model.keras")
        check(model)
        check(ln.load_model(root .. "model.h5"))
        check(ln.load_model(root .. "model.h5", {compile = false}))
        local before = model:get_weights()
        for _, v in ipairs(model.weights) do v:assign(v:value() * 0 + 0.25) end
        model:load_weights(root .. "model.weights.h5")
        check(model)
        for _, file in ipairs{"model.keras", "model.h5"} do
          for _, v in ipairs(model.weights) do v:assign(v:value() * 0 + 0.25) end
          model:load_weights(root .. file)
          for i, w in ipairs(model:get_weights()) do assert.is_true(w == before[i]) end
        end
      end)

      it("is compiled as it was, with the optimizer's state", function()
        for _, file in ipairs{"model.keras", "model.h5"} do
          local model = ln.load_model(root .. file)
          assert.are.equal(case.config.compile_config.loss ~= nil, model.compiled or false)
          if model.compiled then
            local tree = files.h5(root .. "model.weights.h5").members.optimizer.members.vars.members
            local variables = model.optimizer.variables
            assert.are.equal(tree["0"]:item(), model.optimizer.iterations)
            for i, entry in ipairs(variables) do
              local saved = tree[tostring(i - 1)]
              assert.is_truthy(saved, entry.name)
              assert.is_true((saved - entry.value):astype("float32"):abs():sum():item() == 0)
            end
          end
          assert.is_falsy(ln.load_model(root .. file, {compile = false}).compiled)
        end
      end)

      it("is saved again as Keras saved it", function()
        local folder <close> = scratch.folder()
        local model = ln.load_model(root .. "model.keras")
        model:save(folder.path .. "/again.keras")
        local ours, theirs = files.keras(folder.path .. "/again.keras"),
          files.keras(root .. "model.keras")
        same(ours.weights, theirs.weights)
        same(compile_config(ours.config.compile_config),
          compile_config(theirs.config.compile_config))
        same(normalized(ours.config), normalized(theirs.config), {compile_config = true})
        assert.are.equal(theirs.metadata.keras_version, ours.metadata.keras_version)
        assert.matches("^%d%d%d%d%-%d%d%-%d%d@%d%d:%d%d:%d%d$", ours.metadata.date_saved)

        model:save_weights(folder.path .. "/again.weights.h5")
        same(files.h5(folder.path .. "/again.weights.h5"), files.h5(root .. "model.weights.h5"))

        model:save(folder.path .. "/again.h5")
        local mine, keras = files.h5(folder.path .. "/again.h5"), files.h5(root .. "model.h5")
        same(mine.members, keras.members, {backend = true})
        assert.are.equal(keras.attributes.keras_version, mine.attributes.keras_version)
        local function json(tree, attribute)
          return core.json_decode(tree.attributes[attribute], true)
        end
        same(normalized(json(mine, "model_config")), normalized(json(keras, "model_config")))
        assert.are.equal(keras.attributes.training_config ~= nil,
          mine.attributes.training_config ~= nil)
        if keras.attributes.training_config then
          same(compile_config(json(mine, "training_config")),
            compile_config(json(keras, "training_config")))
        end
      end)
    end)
  end
end

-- Files of TF 2.x: made by tests/fixtures/keras2/make.py with h5py and numpy, after what TF 2.x
-- writes; TensorFlow was not at hand.
describe("Keras 2's .h5", function()
  local root = debug.getinfo(1, "S").source:match("^@(.*)saving/goldens_spec%.lua$")
    .. "fixtures/keras2/"

  it("Sequential: predicts, keeps Adam's slots, trains on", function()
    local model = ln.load_model(root .. "sequential.h5")
    goldens.near(model:predict(ln.load(root .. "sequential_x.npy")),
      ln.load(root .. "sequential_y.npy"), 1e-5, 1e-6)
    assert.are.equal(3, model.optimizer.iterations)
    assert.are.equal(0.0020000000949949026, model.optimizer.learning_rate)
    local state = files.h5(root .. "sequential.h5").members.optimizer_weights.members
      .training.members.Adam.members.dense_1.members
    local found = {}
    for _, entry in ipairs(model.optimizer.variables) do found[entry.name] = entry.value end
    assert.is_true(found.dense_1_kernel_momentum == state.kernel.members["m:0"])
    assert.is_true(found.dense_1_bias_velocity == state.bias.members["v:0"])
    local x = ln.load(root .. "sequential_x.npy")
    local loss, accuracy = model:train_on_batch(x, {0, 1, 1, 0, 1})
    assert.is_true(loss > 0 and accuracy >= 0)
    assert.are.equal(4, model.optimizer.iterations)
  end)

  it("wide and deep of class Model: two inputs, two outputs, momentum", function()
    local model = ln.load_model(root .. "wide_and_deep.h5")
    local function x(i) return ln.load(root .. "wide_and_deep_x" .. i .. ".npy") end
    local main, aux = model:predict{x(0), x(1)}
    goldens.near(main, ln.load(root .. "wide_and_deep_y0.npy"), 1e-5, 1e-6)
    goldens.near(aux, ln.load(root .. "wide_and_deep_y1.npy"), 1e-5, 1e-6)
    assert.are.equal(4, model.optimizer.iterations)
    local momentum = files.h5(root .. "wide_and_deep.h5").members.optimizer_weights.members.SGD
      .members.main_output.members.kernel.members["momentum:0"]
    local found
    for _, entry in ipairs(model.optimizer.variables) do
      if entry.name == "main_output_kernel_momentum" then found = entry.value end
    end
    assert.is_true(found == momentum)
    local names = {}
    for i, layer in ipairs(model.layers) do names[i] = layer.name end
    assert.are.equal("deep_input dense wide_input dense_1 concatenate main_output aux_output",
      table.concat(names, " "))
    local total, one, two = model:evaluate({x(0), x(1)}, {ln.zeros{4, 1}, ln.zeros{4, 1}},
      {verbose = 0})
    goldens.near(total, 0.9 * one + 0.1 * two, 1e-5, 1e-6)
  end)
end)
