-- Layers: every golden case (outputs, gradients, configs, losses), then what each class promises
-- beyond them, then what all layers share: building, casting, errors, shapes.

local core = require "lunate.core"
local ln = require "lunate"
local goldens = require "support.goldens"

local layers = ln.layers

-- A config as it is compared: dtype policies and lone axes in one form, absent and null alike.
local function plain(value)
  if type(value) ~= "table" then return value end
  if value.class_name == "DTypePolicy" then return value.config.name end
  local out = {}
  for key, part in pairs(value) do out[key] = plain(part) end
  if #out == 1 and math.type(out[1]) then return out[1] end
  return out
end

local function compare(actual, expected, path, unknown)
  if type(expected) == "table" then
    assert(type(actual) == "table", path .. " should be a table")
    for key, value in pairs(expected) do
      if not unknown[key] then
        compare(actual[key] or false, value, path .. "." .. tostring(key), unknown)
      end
    end
    for key, value in pairs(actual) do
      assert(expected[key] ~= nil or not value, path .. "." .. tostring(key) .. " is too much")
    end
  elseif type(expected) == "number" then
    goldens.near(actual, expected, 1e-6, 0, path)
  else
    assert.are.equal(expected, actual, path)
  end
end

-- What Keras writes and lunate has no use for: build information and what is empty.
local ours = {
  build_config = true, registered_name = true, quantization_config = true, input_axes = true,
  output_axes = true,
}

-- Whether the layer of a config, and those that its options hold, are all here.
local function is_here(entry)
  if type(entry) ~= "table" then return true end
  if entry.module == "keras.layers" and not core.class("layer", entry.class_name) then
    return false
  end
  for _, part in pairs(entry) do if not is_here(part) then return false end end
  return true
end

describe("golden layers", function()
  for name, case, load in goldens.cases("layers") do
    local class = case.class_name and core.class("layer", case.class_name)
    -- Models have specs of their own.
    local list = case.call == "list" or case.call == "args"
    local mine = class and case.class_name ~= "Sequential" and case["repeat"] ~= 2
      and is_here(case.config)
      and (list or case.call == "single" and #case.inputs == 1)
    if mine then
      local function make()
        local layer = case.config and layers.get(case.config) or class(case.kwargs)
        local x, options = load(case.inputs[1]), {training = case.training}
        for key, value in pairs(case.call_kwargs or {}) do options[key] = value end
        if list then
          x = {}
          for i, entry in ipairs(case.inputs) do x[i] = load(entry) end
        end
        if case.input_kwargs and case.input_kwargs.mask then
          local mask = case.input_kwargs.mask
          options.mask = mask.file and load(mask) or {load(mask[1]), load(mask[2])}
        end
        for _, key in ipairs{"query_mask", "value_mask", "key_mask", "attention_mask"} do
          local mask = (case.input_kwargs or {})[key]
          if mask then options[key] = load(mask) end
        end
        if case.adapt_data then layer:adapt(load(case.adapt_data)) end
        layer(x, options)
        if #case.weights > 0 and not case.adapt_data then
          local weights = {}
          for i, weight in ipairs(case.weights) do weights[i] = load(weight) end
          layer:set_weights(weights)
        end
        return layer, x, options
      end

      it(name .. ": outputs, weights, losses", function()
        local layer, x, options = make()
        local outputs = {layer(x, options)}
        assert.are.equal(#case.outputs, #outputs)
        for i, y in ipairs(outputs) do goldens.near(y, load(case.outputs[i]), 2e-5, 2e-6) end
        local weights = layer:get_weights()
        assert.are.equal(#case.weights, #weights)
        for i, weight in ipairs(case.weights) do
          local after = case.weights_after and case.weights_after[i] or weight
          goldens.near(weights[i], load(after), 1e-5, 1e-6, weight.name)
          assert.are.equal(weight.dtype, weights[i].dtype)
          assert.are.equal(weight.name, layer.variables[i].name)
        end
        if case.layer_losses then
          local total = 0
          for _, loss in ipairs(layer.losses) do total = total + loss:item() end
          local expected = 0
          for _, loss in ipairs(case.layer_losses) do expected = expected + loss end
          goldens.near(total, expected, 1e-5, 1e-7)
        end
      end)

      if case.grad_inputs then
        it(name .. ": gradients", function()
          local layer, x, options = make()
          local tape <close> = ln.GradientTape()
          local sources = {}
          for i, each in ipairs(list and x or {x}) do   -- ids have no gradient
            if case.grad_inputs[i] then sources[#sources + 1] = each end
          end
          local n = #sources
          for _, each in ipairs(sources) do tape:watch(each) end
          local loss = 0
          for i, y in ipairs{layer(x, options)} do loss = loss + (y * load(case.r[i])):sum() end
          for _, variable in ipairs(layer.variables) do sources[#sources + 1] = variable end
          local gradients = tape:gradient(loss, sources)
          for i = 1, n do
            goldens.near(gradients[i], load(case.grad_inputs[i]), 2e-5, 2e-6, "input " .. i)
          end
          for i, expected in ipairs(case.grad_weights) do
            if expected then
              goldens.near(gradients[n + i], load(expected), 2e-5, 2e-6, case.weights[i].name)
            elseif layer.trainable then
              assert.is_false(gradients[n + i])
            end
          end
        end)
      end

      if case.config then
        it(name .. ": config", function()
          local layer = layers.get(case.config)
          local config = layer:get_config()
          compare(plain(config), plain(case.config.config), name, ours)
          local again = class.from_config(config)
          compare(plain(again:get_config()), plain(config), name, {})
        end)
      end
    end
  end
end)

describe("Dense", function()
  it("multiplies, adds and activates", function()
    local layer = layers.Dense{2, activation = "relu", kernel_initializer = "ones"}
    local y = layer(ln.tensor{{1, 2, 3}, {-1, -2, -3}})
    assert.are.same({{6, 6}, {0, 0}}, y:totable())
    assert.are.equal("Dense(3 -> 2, relu)", tostring(layer))
  end)

  it("does without a bias", function()
    local layer = layers.Dense{1, use_bias = false, kernel_initializer = "ones"}
    assert.are.same({{3}}, layer(ln.tensor{{1, 2}}):totable())
    assert.are.equal(1, #layer:get_weights())
  end)

  it("works on the last axis of any rank, and on no rows", function()
    local layer = layers.Dense(4)
    assert.are.equal("(2, 3, 4)", tostring(layer(ln.zeros{2, 3, 5}).shape))
    assert.are.equal("(0, 4)", tostring(layer(ln.zeros{0, 5}).shape))
  end)

  it("adds the activity regularizer's loss, per sample", function()
    local layer = layers.Dense{1, kernel_initializer = "ones",
      activity_regularizer = ln.regularizers.L1(0.5)}
    layer(ln.tensor{{1, 2}, {3, 4}})
    assert.are.equal(0.5 * (3 + 7) / 2, layer.losses[1]:item())
  end)

  it("refuses inputs that do not fit", function()
    local layer = layers.Dense{3, name = "first"}
    assert.has_error(function() layer(ln.zeros{4}) end,
      "in layer 'first': expected an input of rank at least 2, got shape (4,)")
    assert.is_false(layer.built)
    layer(ln.zeros{2, 784})
    assert.has_error(function() layer(ln.zeros{32, 10}) end,
      "in layer 'first': expected axis -1 of the input to be 784, got shape (32, 10)")
    assert.error_matches(function() layers.Dense(0) end, "units")
    assert.error_matches(function() layers.Dense{3, activation = "rellu"} end, "rellu")
    assert.error_matches(function() layers.Dense() end, "units")
    assert.error_matches(function() layers.Dense{3, activaton = "relu"} end, "activation")
  end)
end)

describe("layers that reshape", function()
  local x = ln.arange(0, 24):reshape{2, 3, 4}

  it("Flatten, also with channels first", function()
    assert.are.equal("(2, 12)", tostring(layers.Flatten()(x).shape))
    local y = layers.Flatten{data_format = "channels_first"}(x)
    assert.are.same({0, 4, 8, 1}, y[{1, {1, 4}}]:totable())
    assert.are.equal("(0, 12)", tostring(layers.Flatten()(ln.zeros{0, 3, 4}).shape))
    assert.are.equal("uint8", layers.Flatten()(ln.zeros({2, 3, 4}, {dtype = "uint8"})).dtype)
  end)

  it("Reshape, with one size left open", function()
    assert.are.equal("(2, 6, 2)", tostring(layers.Reshape{{-1, 2}}(x).shape))
    assert.are.equal("(0, 6, 2)", tostring(layers.Reshape{{-1, 2}}(ln.zeros{0, 3, 4}).shape))
    assert.error_matches(function() layers.Reshape{{5, 2}}(x) end,
      "samples of shape %(3, 4%) do not fit into %(5, 2%)")
    assert.error_matches(function() layers.Reshape{{-1, 5}}(x) end, "into %(%-1, 5%)")
    assert.are.equal("Reshape((-1, 2))", tostring(layers.Reshape{{-1, 2}}))
    assert.error_matches(function() layers.Reshape{{-1, -1}} end, "one %-1")
    assert.error_matches(function() layers.Reshape{3, 4} end, "Reshape")
  end)

  it("Permute counts from 1, the batch axis aside", function()
    local y = layers.Permute{{2, 1}}(x)
    assert.are.equal("(2, 4, 3)", tostring(y.shape))
    assert.are.equal(x[{2, 3, 1}], y[{2, 1, 3}])
    for _, dims in ipairs{{0, 1}, {1, 1}, {1, 3}} do
      assert.error_matches(function() layers.Permute{dims} end, "dims")
    end
    assert.error_matches(function() layers.Permute{{1}}(x) end, "rank 2, got shape %(2, 3, 4%)")
  end)

  it("RepeatVector", function()
    local y = layers.RepeatVector(3)(ln.tensor{{1, 2}})
    assert.are.same({{{1, 2}, {1, 2}, {1, 2}}}, y:totable())
    assert.error_matches(function() layers.RepeatVector(2)(x) end, "rank 2")
  end)
end)

describe("layers that activate", function()
  it("ReLU takes slope, ceiling and threshold", function()
    local x = ln.tensor{-2, 0.5, 1.5, 9}
    local y = layers.ReLU{max_value = 6, negative_slope = 0.5, threshold = 1}(x)
    goldens.near(y, {-1.5, -0.25, 1.5, 6})
    assert.error_matches(function() layers.ReLU{max_value = -1} end, "max_value")
  end)

  it("Softmax over several axes, and under a mask", function()
    local x = ln.random.normal{2, 3, 4}
    local y = layers.Softmax{axis = {2, 3}}(x)
    goldens.near(y:sum{axis = {2, 3}}, {1, 1})
    goldens.near(y, x:reshape{2, 12}:softmax():reshape{2, 3, 4})
    local mask = ln.tensor({{true, false}, {false, false}}, {dtype = "bool"})
    assert.are.same({{1, 0}, {0, 0}}, layers.Softmax()(ln.zeros{2, 2}, {mask = mask}):totable())
    assert.error_matches(function() layers.Softmax{axis = 3}(ln.zeros{2, 2}) end, "axis")
  end)

  it("PReLU learns a slope for each element but along shared axes", function()
    local layer = layers.PReLU{alpha_initializer = "ones", shared_axes = {2, 3}}
    layer(ln.zeros{1, 5, 6, 3})
    assert.are.equal("(1, 1, 3)", tostring(layer:get_weights()[1].shape))
    assert.are.equal("(2, 7, 8, 3)", tostring(layer(ln.zeros{2, 7, 8, 3}).shape))
    assert.error_matches(function() layer(ln.zeros{2, 5, 6, 1}) end, "axis 4 of the input to be 3")
    assert.error_matches(function() layers.PReLU{shared_axes = {1}}(ln.zeros{2, 2}) end, "batch")
    assert.error_matches(function() layers.PReLU{shared_axes = {3}}(ln.zeros{2, 2}) end, "axis")
  end)
end)

describe("layers that add noise", function()
  local ones = ln.ones{200, 50}

  it("Dropout drops its share and keeps the mean", function()
    ln.set_seed(1)
    local layer = layers.Dropout(0.4)
    assert.are.equal(ones, layer(ones))
    local y = layer(ones, {training = true})
    local values = y:unique()
    goldens.near(values, {0, 1 / 0.6})
    goldens.near(y:eq(0):astype("float32"):mean(), 0.4, 0, 0.02)
    assert.are_not.equal(y, layer(ones, {training = true}))
    assert.are.equal(0, layers.Dropout(1)(ones, {training = true}):abs():sum():item())
    assert.are.equal(ones, layers.Dropout(0)(ones, {training = true}))
    assert.error_matches(function() layers.Dropout(1.5) end, "rate")
  end)

  it("Dropout drops whole axes, and its gradient is its mask", function()
    local y = layers.Dropout{0.5, noise_shape = {false, 1}}(ones, {training = true})
    assert.are.equal(y[{ {}, {1} }]:broadcast_to{200, 50}, y)
    assert.error_matches(function()
      layers.Dropout{0.5, noise_shape = {3, 1}}(ones, {training = true})
    end, "noise_shape %(3, 1%) does not fit an input of shape %(200, 50%)")
    local x = ln.ones{4, 5}
    local tape <close> = ln.GradientTape()
    tape:watch(x)
    local z = layers.Dropout(0.5)(x, {training = true})
    assert.are.equal(z, tape:gradient(z:sum(), {x})[1])
  end)

  it("draws anew in every batch of training", function()
    local x, y = ln.ones{12, 6}, ln.zeros{12, 1}
    local layer, fresh = layers.Dropout{0.5, seed = 3}, layers.Dropout{0.5, seed = 3}
    local model = ln.Sequential{layers.InputLayer{{6}}, layer, layers.Dense(1)}
    model:compile{loss = "mse", optimizer = "sgd"}
    model:fit(x, y, {batch_size = 4, epochs = 2, verbose = 0})
    for _ = 1, 2 * 3 do fresh(x[{ {1, 4} }], {training = true}) end
    assert.are.equal(fresh(x, {training = true}), layer(x, {training = true}))
  end)

  it("follows set_seed, or a seed of its own", function()
    for _, make in ipairs{
      function(seed) return layers.Dropout{0.5, seed = seed} end,
      function(seed) return layers.GaussianNoise{0.5, seed = seed} end,
      function(seed) return layers.GaussianDropout{0.5, seed = seed} end,
    } do
      local options = {training = true}
      ln.set_seed(7)
      local first = make()(ones, options)
      ln.set_seed(7)
      assert.are.equal(first, make()(ones, options))
      local a, b = make(3), make(3)
      local one, two = a(ones, options), a(ones, options)
      assert.are_not.equal(one, two)
      ln.set_seed(99)
      assert.are.equal(one, b(ones, options))
      assert.are.equal(two, b(ones, options))
    end
  end)

  it("Gaussian noise has its mean and deviation, in both float widths", function()
    for _, dtype in ipairs{"float32", "float64"} do
      local x = ln.ones({300, 100}, {dtype = dtype})
      local added = layers.GaussianNoise{0.5, dtype = dtype}(x, {training = true})
      assert.are.equal(dtype, added.dtype)
      goldens.near(added:mean(), 1, 0, 0.02)
      goldens.near(added:std(), 0.5, 0, 0.02)
      local multiplied = layers.GaussianDropout{0.2, dtype = dtype}(x * 2, {training = true})
      goldens.near(multiplied:mean(), 2, 0, 0.04)
      goldens.near(multiplied:std(), 2 * 0.5, 0, 0.04)
    end
    assert.error_matches(function() layers.GaussianDropout(1) end, "rate")
    assert.error_matches(function() layers.GaussianNoise(-1) end, "stddev")
  end)
end)

describe("layers that scale", function()
  it("Rescaling makes floats of bytes", function()
    local y = layers.Rescaling{1 / 255, offset = -1}(ln.tensor({0, 255}, {dtype = "uint8"}))
    assert.are.equal("float32", y.dtype)
    goldens.near(y, {-1, 0})
  end)

  it("Normalization has mean and variance as they broadcast, and its weights as Keras", function()
    local shapes = {{{4, 3}, -1, {3}, {1, 3}}, {{4, 3}, false, {}, {1, 1}},
      {{4, 3, 2}, {2, 3}, {3, 2}, {1, 3, 2}}, {{4, 3, 2}, 2, {3}, {1, 3, 1}}}
    for _, case in ipairs(shapes) do
      local layer = layers.Normalization{axis = case[2]}
      layer:adapt(ln.random.normal(case[1], {seed = 1}))
      for i = 1, 2 do assert.same(case[3], layer:get_weights()[i].shape) end
      assert.same({}, layer:get_weights()[3].shape)
      assert.same(case[4], layer.mean.shape)
      assert.same(case[4], layer.variance.shape)
      -- What is read is a copy.
      layer.mean[{}] = ln.zeros(case[4])
      assert.is_true(layer.mean:ne(0):any())
    end
    local layer = layers.Normalization()
    layer:adapt(ln.tensor{{1}, {3}})
    assert.same({{2}}, layer.mean:totable())
    assert.same({{1}}, layer.variance:totable())
    local given = layers.Normalization{mean = 2, variance = 3}
    given(ln.ones{1, 2})
    assert.same({{2, 2}}, given.mean:totable())
    assert.same({{3, 3}}, given.variance:totable())
    assert.equal(0, #given:get_weights())
  end)

  it("Normalization adapts to Datasets, batched or not, lists and functions", function()
    local x = ln.random.normal({7, 2}, {seed = 2})
    local function check(data)
      local whole, layer = layers.Normalization(), layers.Normalization()
      whole:adapt(x)
      layer:adapt(data)
      for i = 1, 2 do
        assert.is_true((whole:get_weights()[i] - layer:get_weights()[i]):abs():max():item() < 1e-6)
      end
      layer:adapt(ln.ones{2, 2})   -- from the beginning, each time
      assert.same({{1, 1}}, layer.mean:totable())
    end
    local Dataset = ln.data.Dataset
    check(Dataset.from_tensors(x):batch(3))
    check(Dataset.from_tensors(x, ln.zeros{7}):batch(2):prefetch(2))
    check(Dataset.from_tensors(x))
    check{x[{ {1, 1} }], x[{ {2, 7} }]}
    local i = 0
    check(function()
      i = i + 1
      return i <= 7 and x[{ {i, i} }] or nil
    end)
  end)

  it("Normalization that cannot adapt keeps what it had", function()
    local layer = layers.Normalization()
    layer:adapt(ln.tensor{{1}, {3}})
    local Dataset = ln.data.Dataset
    local bad = {
      ["expected axis %-?%d of the input to be 1, got shape %(2, 2%)"] =
        {ln.ones{2, 1}, ln.ones{2, 2}},
      ["entry 2 of the list of batches is no tensor but a number"] = {ln.ones{2, 1}, 3},
      ["there is no data to adapt to"] = function() end,
      ["mine"] = function() error("mine") end,
      ["an endless Dataset has no mean"] = Dataset.from_tensors(ln.ones{2, 1}):repeat_(),
      ["rank 2, got shape %(1, 2, 3%)"] = {ln.ones{1, 2, 3}},
    }
    for message, data in pairs(bad) do
      assert.error_matches(function() layer:adapt(data) end, message)
      assert.same({{2}}, layer.mean:totable())
    end
  end)

  it("Normalization adapts to large data of any dtype", function()
    local data = ln.random.uniform({5000, 30}, {min = 0, max = 255}):astype("uint8")
    local layer = layers.Normalization()
    layer:adapt(data)
    local wide = data:astype("float64")
    goldens.near(layer:get_weights()[1], wide:mean{axis = 1}:astype("float32"), 1e-6, 0)
    goldens.near(layer:get_weights()[2], wide:var{axis = 1}:astype("float32"), 1e-5, 0)
    local y = layer(data)
    goldens.near(y:mean{axis = 1}, ln.zeros{30}, 0, 1e-4)
    goldens.near(y:std{axis = 1}, ln.ones{30}, 0, 1e-4)
    assert.are.equal(0, #layer.trainable_variables)
  end)

  it("Normalization takes its moments, inverts, and checks", function()
    local x = ln.tensor{{1, 2}, {3, 4}}
    local y = layers.Normalization{mean = {1, 2}, variance = {4, 4}}(x)
    goldens.near(y, {{0, 0}, {1, 1}})
    local back = layers.Normalization{mean = {1, 2}, variance = {4, 4}, invert = true}(y)
    goldens.near(back, x)
    local several = layers.Normalization{axis = {2, 3}}
    several:adapt(ln.random.normal{6, 2, 3})
    assert.are.equal("(2, 3)", tostring(several:get_weights()[1].shape))
    assert.error_matches(function() several(ln.zeros{1, 2, 4}) end, "axis 3 of the input to be 3")
    local before = several:get_weights()
    assert.error_matches(function() several:adapt(ln.zeros{6, 2, 4}) end,
      "axis 3 of the input to be 3")
    assert.are.equal(before[1], several:get_weights()[1])
    assert.error_matches(function() layers.Normalization{mean = {1}} end, "together")
    assert.error_matches(function()
      layers.Normalization{mean = {1, 2, 3}, variance = {1, 2, 3}}(x)
    end, "%(3,%) do not fit an input of shape %(2, 2%)")
    assert.error_matches(function() layers.Normalization():adapt(ln.zeros{0, 3}) end, "%(0, 3%)")
    assert.error_matches(function() layers.Normalization{axis = 4}:adapt(x) end, "axis")
  end)

  it("Rescaling by channel", function()
    local x = ln.tensor{{1, 2}, {3, 4}}
    local layer = layers.Rescaling{{2, 0.5}, offset = {1, -1}}
    assert.are.same({{3, 0}, {7, 1}}, layer(x):totable())
    assert.are.same({{3, 3}, {7, 7}}, layers.Rescaling{2, offset = {1, -1}}(x):totable())
    assert.are.same({{3, 5}, {7, 9}}, layers.Rescaling{2, offset = 1}(x):totable())
    assert.equal("Rescaling(scale={2, 0.5}, offset={1, -1})", tostring(layer))
    local config = layers.Rescaling.from_config(layer:get_config()):get_config()
    assert.are.same({{2, 0.5}, {1, -1}}, {config.scale, config.offset})
    assert.equal(0.25, layers.Rescaling(0.25):get_config().scale)
    assert.error_matches(function() layers.Rescaling{{}} end, "scale is an empty list")
    assert.error_matches(function() layers.Rescaling{{1, 2, 3}}(x) end, "%(2, 2%)")
  end)

  it("UnitNormalization of norms down to 1e-12", function()
    local y = layers.UnitNormalization()(ln.tensor{{3e-9, 4e-9}, {3e-13, 4e-13}})
    goldens.near(y, {{0.6, 0.8}, {0.3, 0.4}}, 1e-5, 1e-6)
  end)

  it("UnitNormalization over several axes; zeros stay zeros", function()
    local y = layers.UnitNormalization{axis = {2, 3}}(ln.random.normal{2, 3, 4})
    goldens.near((y * y):sum{axis = {2, 3}}, {1, 1})
    assert.are.same({{0, 0}}, layers.UnitNormalization()(ln.zeros{1, 2}):totable())
  end)

  it("Identity hands on what it gets", function()
    local x = ln.tensor({1, 2}, {dtype = "int64"})
    assert.are.equal(x, layers.Identity()(x))
  end)
end)

describe("layers that join", function()
  it("Average divides by how many there are", function()
    local x = {ln.tensor{{1, 2}}, ln.tensor{{2, 4}}, ln.tensor{{6, 9}}}
    assert.same({{3, 5}}, layers.Average()(x):totable())
    assert.same({{1, 2}}, layers.Average(){x[1]}:totable())
    table.insert(x, ln.tensor{{3, 1}})
    assert.same({{3, 4}}, layers.Average()(x):totable())
  end)

  it("give an input of lower rank its axes behind the batch", function()
    local flat, deep = ln.tensor{{1, 2}, {3, 4}}, ln.ones{2, 2, 2} * 10
    local sums = {{{11, 12}, {11, 12}}, {{13, 14}, {13, 14}}}
    assert.same(sums, layers.Add(){flat, deep}:totable())
    assert.same(sums, layers.Add(){deep, flat}:totable())
    assert.same({{{-9, -8}, {-9, -8}}, {{-7, -6}, {-7, -6}}},
      layers.Subtract(){flat, deep}:totable())
    assert.same({{{10, 20}, {10, 20}}, {{30, 40}, {30, 40}}},
      layers.Multiply(){deep, flat}:totable())
    assert.same({{{5.5, 6}, {5.5, 6}}, {{6.5, 7}, {6.5, 7}}},
      layers.Average(){flat, deep}:totable())
    assert.same(deep:totable(), layers.Maximum(){flat, deep}:totable())
    assert.same({{{1, 2}, {1, 2}}, {{3, 4}, {3, 4}}}, layers.Minimum(){flat, deep}:totable())
    assert.same({{11, 12}}, layers.Add(){ln.tensor{10}, ln.tensor{{1, 2}}}:totable())
  end)
end)

describe("InputLayer", function()
  it("checks shapes and casts", function()
    local layer = layers.InputLayer{{3}, dtype = "int32"}
    assert.are.equal("int32", layer(ln.ones{2, 3}).dtype)
    assert.error_matches(function() layer(ln.ones{2, 4}) end,
      "expected an input of shape %(None, 3%), got %(2, 4%)")
    assert.are.same({false, 3}, layer:get_config().batch_shape)
    local fixed = layers.InputLayer{{3}, batch_size = 2}
    assert.error_matches(function() fixed(ln.ones{3, 3}) end, "%(2, 3%), got %(3, 3%)")
    assert.error_matches(function() layers.InputLayer() end, "shape")
    assert.error_matches(function() layers.InputLayer{{3}, sparse = true} end, "sparse")
  end)
end)

describe("every layer", function()
  it("casts what it computes with, and remembers its dtype", function()
    local layer = layers.Dense{2, dtype = "float64"}
    local y = layer(ln.tensor({{1, 2}}, {dtype = "int32"}))
    assert.are.equal("float64", y.dtype)
    assert.are.equal("float64", layer:get_weights()[1].dtype)
  end)

  it("takes one tensor unless it says otherwise", function()
    assert.error_matches(function() layers.Dense(1){ln.zeros{1, 2}, ln.zeros{1, 2}} end,
      "expected 1 input, got 2")
    assert.error_matches(function() layers.Dense(1)("x") end, "")
  end)

  it("tells output shapes with unknown sizes", function()
    local function shape(layer, ...)
      return layer:compute_output_shape{...}
    end
    assert.are.same({false, 10}, shape(layers.Dense(10), false, 784))
    assert.are.same({false, false, 10}, shape(layers.Dense(10), false, false, 784))
    assert.are.same({false, 784}, shape(layers.Flatten(), false, 28, 28))
    assert.are.same({false, false}, shape(layers.Flatten(), false, false, 28))
    assert.are.same({false, false, 7}, shape(layers.Reshape{{-1, 7}}, false, false, 28))
    assert.are.same({false, 4, 5}, shape(layers.RepeatVector(4), false, 5))
    assert.error_matches(function() shape(layers.Dense(10), false, false) end,
      "must be known")
    assert.error_matches(function() shape(layers.Dense(10), false) end, "rank at least 2")
  end)

  it("is left unbuilt by a build that fails", function()
    local layer = layers.Dense{2, kernel_initializer = ln.initializers.Identity(),
      bias_initializer = "identity"}
    assert.error_matches(function() layer(ln.zeros{1, 2}) end, "weight 'bias'")
    assert.is_false(layer.built)
    assert.are.equal(0, #layer.variables)
  end)
end)
