-- Mixed precision: a layer's variables have one dtype, what it computes another.
local ln = require "lunate"
local core = require "lunate.core"
local objects = require "support.objects"
local fails = require "support.fails"
local scratch = require "support.scratch"

local Dense = ln.layers.Dense

-- The model, weights and data whose numbers Keras 3.16 was asked for.
local WEIGHTS = {
  (ln.arange(12, {dtype = "float64"}):reshape{3, 4} / 7 - 0.8):astype("float32"),
  ln.tensor{0.1, -0.2, 0.3, 0.05},
  (ln.arange(8, {dtype = "float64"}):reshape{4, 2} / 5 - 0.7):astype("float32"),
  ln.tensor{0.1, -0.1},
}
local X = (ln.arange(15, {dtype = "float64"}):reshape{5, 3} / 6 - 1):astype("float32")
local Y = ln.tensor({0, 1, 1, 0, 1}, "int32")

local function keras_model(policy)
  local model = ln.Sequential{Dense{4, activation = "relu", dtype = policy, input_shape = {3}},
    Dense{2, activation = "softmax", dtype = "float32"}}
  model:predict(X)
  model:set_weights(WEIGHTS)
  return model
end

local function near(expected, actual, allowed)
  for k, e in ipairs(expected) do
    if math.abs(e - actual[k]) > allowed then
      error(("number %d: %.9g expected, got %.9g"):format(k, e, actual[k]), 2)
    end
  end
  assert.equal(#expected, #actual)
end

-- Of samples: one of them suits any layer, or a pair.
local SHAPES = {{4}, {6}, {6, 4}, {6, 6, 4}, {6, 6, 6, 4}, {2, 3, 3, 3, 4}, {32}}

describe("a layer's policy", function()
  it("is told, and has its dtypes", function()
    local layer = Dense{2, dtype = "mixed_bfloat16"}
    assert.same({"float32", "float32", "bfloat16", "mixed_bfloat16"}, {layer.dtype,
      layer.variable_dtype, layer.compute_dtype, layer.dtype_policy.name})
    assert.same({"float16", "float32"}, {Dense{2, dtype = ln.DTypePolicy("mixed_float16")}
      .compute_dtype, Dense(2).compute_dtype})
    assert.equal("bfloat16", Dense{2, dtype = "bfloat16"}.dtype)
    assert.equal("mixed_float16", ln.dtype_policies.get(layer:get_config().dtype.config.name
      :gsub("bfloat16", "float16")).name)
    assert.equal("mixed_bfloat16", ln.dtype_policies.get(layer:get_config().dtype).name)
    fails("mixed_bfloat16 expected, got 'mixed'", Dense, {2, dtype = "mixed"})
    fails("expected, got 'half'", ln.DTypePolicy, "half")
    fails("expected, got 3", ln.dtype_policies.get, 3)
  end)

  it("is ln.config's where none is given", function()
    finally(function() ln.config.set_dtype_policy("float32") end)
    assert.equal("float32", ln.config.dtype_policy().name)
    ln.config.set_dtype_policy("mixed_float16")
    assert.equal("float16", Dense(2).compute_dtype)
    assert.equal("float64", Dense{2, dtype = "float64"}.compute_dtype)
    assert.equal("float32", ln.Input{shape = {2}}.dtype)
    assert.equal("mixed_float16", ln.DTypePolicy().name)
    assert.equal("float16", (Dense(2)(ln.Input{shape = {2}})).dtype)
    assert.equal("float16", (Dense(2)(ln.Input{shape = {2}}) * 2).dtype)
    fails("expected, got 'none'", ln.config.set_dtype_policy, "none")
    assert.equal("mixed_float16", ln.config.dtype_policy().name)
    ln.config.set_dtype_policy(ln.DTypePolicy("float64"))
    assert.equal("float64", Dense(2).dtype)
  end)

  it("casts inputs and variables, and gradients come back in the variables' dtype", function()
    local layer = Dense{2, dtype = "mixed_bfloat16"}
    local x = ln.tensor{{1.01, 2.02, 3.03}}
    layer(x)
    local w, b = ln.tensor{{0.101, 0.2}, {0.3, 0.4}, {0.5, 0.6}}, ln.tensor{1.001, 2.003}
    layer:set_weights{w, b}
    local function half(t) return t:astype("bfloat16"):astype("float32") end
    local tape <close> = ln.GradientTape()
    local y = layer(x)
    assert.equal("bfloat16", y.dtype)
    assert.is_true(y:astype("float32") == half(half(x):matmul(half(w)) + half(b)))
    local slopes = tape:gradient(y:astype("float32"):sum(), layer.trainable_variables)
    assert.same({"float32", "float32"}, {slopes[1].dtype, slopes[2].dtype})
    assert.is_true(slopes[1] == half(x):transpose():broadcast_to{3, 2})
    assert.same({1, 1}, slopes[2]:totable())
  end)

  it("holds for every layer", function()
    local tried = 0
    for _, name in ipairs(core.classes("layer")) do
      local options = objects.required(core.describe("layer", name))
      local is_model = name == "Functional" or name == "Sequential" or name == "InputLayer"
      local computes = not is_model and name ~= "Layer" and name ~= "Operation"
      for _, value in pairs(options) do   -- layers that one is made of have policies of their own
        local part = type(value) == "table" and value[1] or value
        if getmetatable(part) == "lunate.layer" then computes = false end
      end
      if computes then
        local wide, x, several, found
        for _, shape in ipairs(SHAPES) do
          for parts = 1, 3 do   -- one, a pair, or ids
            if not found then
              x, several = ln.random.normal({5, table.unpack(shape)}, {seed = 3}), parts == 2
              if parts == 3 then x = (x * 0):astype("int32") end
              wide = objects.layer(name, options)
              found = pcall(wide, several and {x, x} or x)
            end
          end
        end
        assert.is_true(found, name)
        local function call(layer) return (layer(several and {x, x} or x)) end
        local expected = call(wide)
        local settings = {dtype = "mixed_bfloat16"}
        for key, value in pairs(options) do settings[key] = value end
        local layer = objects.layer(name, settings)
        call(layer)
        layer:set_weights(wide:get_weights())
        local y = call(layer)
        assert.equal("bfloat16", y.dtype, name)
        local far = (y:astype("float32") - expected):abs():max():item()
        assert.is_true(far <= 0x1p-5 * math.max(1, expected:abs():max():item()), name)
        for _, v in ipairs(layer.variables) do assert.is_not.equal("bfloat16", v.dtype) end
        tried = tried + 1
      end
    end
    assert.is_true(tried > 20, tried)
  end)

  it("lets layers in Lua see what they compute in", function()
    local Mine = ln.layers.Layer:extend("Mine")
    function Mine:build(shape)
      self.w = self:add_weight{name = "w", shape = {shape[#shape]}, initializer = "ones"}
      self.kept = self:add_weight{name = "kept", initializer = "zeros", trainable = false,
        autocast = false}
      self.count = self:add_weight{name = "count", dtype = "int32", trainable = false}
      self.built_with = (self.w * 1.001).dtype
    end
    function Mine:call(x)
      self.seen = {x.dtype, (self.w * 1.001).dtype, (1 / self.w).dtype, (self.kept + 1).dtype,
        (self.count + 1).dtype, self.w.dtype, ln.concatenate{self.w, self.w}.dtype,
        self.w[{ {1, 2} }]:exp().dtype, (self.w:take(ln.tensor({1}, "int32"))).dtype}
      self.kept:assign(self.kept + 257)
      self.count:assign_add(1)
      return x * self.w
    end
    local layer = Mine{dtype = "mixed_bfloat16"}
    local y = layer(ln.ones{1, 3})
    assert.same({"bfloat16", "bfloat16", "bfloat16", "float32", "int32", "float32", "bfloat16",
      "bfloat16", "bfloat16"}, layer.seen)
    assert.equal("float32", layer.built_with)
    assert.equal("bfloat16", y.dtype)
    assert.equal(257, layer.kept:item())
    layer(ln.ones{1, 3})
    assert.same({514, 2}, {layer.kept:item(), layer.count:item()})
    assert.equal("float32", (layer.w * 2).dtype)   -- outside of a call
    assert.equal("int32", layer(ln.ones({1, 3}, {dtype = "int32"})).dtype:gsub("bfloat16", "int32"))
    -- Layers inside others have their own.
    local Outer = ln.Model:extend("Outer")
    function Outer:init() self.inner = Mine{dtype = "float32"} end
    function Outer:call(x) return self.inner(x) end
    local outer = Outer{dtype = "mixed_bfloat16"}
    assert.equal("float32", outer(ln.ones{1, 3}).dtype)
    assert.equal("float32", outer.inner.seen[2])
    fails("'autocas'", Mine().add_weight, Mine(), {autocas = false})
  end)
end)

it("masks are finite in float16, so that gradients are", function()
  local softmax = ln.layers.Softmax{axis = {2, 3}, dtype = "float16"}
  local x = ln.tensor{{{1, 2, 3}}, {{1, 2, 3}}}
  local tape <close> = ln.GradientTape()
  tape:watch(x)
  local y = softmax(x, {mask = ln.tensor{{{true, true, false}}, {{false, false, false}}}})
  local slope = tape:gradient((y * ln.tensor({1, 2, 3}, "float16")):sum(), x)
  assert.is_true(y:isfinite():all())
  assert.is_true(slope:isfinite():all())
  assert.equal(0.0, y[{1, 1, 3}])
end)

describe("a model in mixed precision", function()
  it("predicts and trains as Keras's", function()
    local model = keras_model("mixed_bfloat16")
    near({0.47925997, 0.52074003, 0.49649665, 0.5035034, 0.49809572, 0.5019043, 0.4876978,
      0.5123022, 0.46820703, 0.531793}, model:predict(X):flatten():totable(), 1e-3)
    model:compile{loss = "sparse_categorical_crossentropy",
      optimizer = ln.optimizers.SGD(0.5)}
    local history = model:fit(X, Y, {epochs = 4, batch_size = 5, shuffle = false, verbose = 0})
    near({0.6921166, 0.6764692, 0.6676773, 0.6613468}, history.history.loss, 1e-3)
    for _, v in ipairs(model.variables) do assert.equal("float32", v.dtype) end
    -- It is not what float32 gives, and not far from it.
    local wide = keras_model("float32"):predict(X)
    local far = (wide - keras_model("mixed_bfloat16"):predict(X)):abs():max():item()
    assert.is_true(far > 1e-6 and far < 4e-3, far)
  end)

  it("learns the same eagerly and by replay, and nearly what float32 does", function()
    local x = ln.random.normal({64, 6}, {seed = 1})
    local y = (x[{ {}, {1, 1} }] - x[{ {}, {2, 2} }] * 2):sigmoid():round()
    local function trained(policy, options)
      ln.set_seed(5)
      local model = ln.Sequential{Dense{16, activation = "tanh", dtype = policy},
        ln.layers.Dropout{0.1, dtype = policy}, Dense{1, activation = "sigmoid", dtype = policy}}
      local settings = {loss = "binary_crossentropy", optimizer = "adam", metrics = {"accuracy"}}
      for key, value in pairs(options or {}) do settings[key] = value end
      model:compile(settings)
      local history = model:fit(x, y, {epochs = 20, batch_size = 16, verbose = 0, shuffle = false})
      return history.history, model
    end
    local wide = trained("float32").loss[20]
    for _, policy in ipairs{"mixed_bfloat16", "mixed_float16"} do
      local scale = policy == "mixed_float16" and 1024 or nil
      local function adam() return ln.optimizers.Adam{loss_scale_factor = scale} end
      local replayed, model = trained(policy, {optimizer = adam()})
      local eager = trained(policy, {optimizer = adam(), run_eagerly = true})
      assert.same(eager.loss, replayed.loss)
      near({wide}, {replayed.loss[20]}, 0.03)
      assert.is_true(replayed.accuracy[20] > 0.7)
      assert.equal(policy == "mixed_float16" and "float16" or "bfloat16", model:predict(x).dtype)
      assert.equal(64, #model:predict(x))
    end
  end)

  it("in float16 is trained with a loss that is scaled, and with no other", function()
    local x, y = ln.tensor{{1e-3}}, ln.tensor{{1e-4}}
    local function model(optimizer)
      local m = ln.Sequential{Dense{1, use_bias = false, kernel_initializer = "zeros",
        dtype = "mixed_float16"}}
      m:compile{loss = "mse", optimizer = optimizer}
      return m
    end
    local m = model("sgd")
    fails("layer 'dense.*' computes in float16.*loss_scale_factor", m.fit, m, x, y, {verbose = 0})
    assert.equal(1, m:evaluate(x, y, {verbose = 0}) > 0 and 1)
    -- The gradient, 2 * 1e-3 * 1e-4 in float16's subnormals, has few bits unless it is scaled.
    local function step(scale)
      local scaled = model(ln.optimizers.SGD{1, loss_scale_factor = scale})
      scaled:fit(x, y, {verbose = 0})
      return scaled.variables[1]:value():item()
    end
    near({2e-7}, {step(4096)}, 1e-9)
    assert.is_true(math.abs(step(1) - 2e-7) > 1e-8)
  end)

  it("is saved with its policies, and read", function()
    local folder <close> = scratch.folder()
    local model = keras_model("mixed_bfloat16")
    for _, ending in ipairs{".keras", ".h5"} do
      local path = folder.path .. "/m" .. ending
      model:save(path)
      local back = ln.load_model(path)
      assert.same({"mixed_bfloat16", "float32"}, {back.layers[1].dtype_policy.name,
        back.layers[2].dtype_policy.name})
      assert.is_true(back:predict(X) == model:predict(X))
    end
  end)
end)

describe("variables of 16 bits", function()
  it("are made, saved and loaded as they are, and predict", function()
    local folder <close> = scratch.folder()
    for _, dtype in ipairs{"float16", "bfloat16"} do
      local model = ln.Sequential{Dense{4, activation = "relu", dtype = dtype, input_shape = {3}},
        Dense{2, dtype = dtype}}
      model:predict(X)
      model:set_weights(WEIGHTS)
      for k, v in ipairs(model.variables) do
        assert.equal(dtype, v.dtype)
        assert.is_true(v:value() == WEIGHTS[k]:astype(dtype))
      end
      local expected = model:predict(X)
      assert.equal(dtype, expected.dtype)
      local lines = {}
      model:summary{print_fn = function(line) lines[#lines + 1] = line end}
      assert.matches("Total params: 26 %(52.00 B%)", table.concat(lines, "\n"))
      for _, ending in ipairs{".keras", ".weights.h5"} do
        local path = folder.path .. "/" .. dtype .. ending
        if ending == ".keras" then
          model:save(path)
          local back = ln.load_model(path)
          assert.equal(dtype, back.layers[1].dtype)
          assert.is_true(back:predict(X) == expected)
        else
          model:save_weights(path)
          local other = ln.Sequential{Dense{4, activation = "relu", dtype = dtype,
            input_shape = {3}}, Dense{2, dtype = dtype}}
          other:load_weights(path)
          assert.is_true(other:predict(X) == expected)
          -- Into float32 they go widened, from float32 rounded.
          local wide = keras_model("float32")
          wide:load_weights(path)
          assert.is_true(wide.variables[1]:value() == WEIGHTS[1]:astype(dtype):astype("float32"))
          keras_model("float32"):save_weights(path)
          other:load_weights(path)
          assert.is_true(other:predict(X) == expected)
        end
      end
    end
  end)

  it("are in .h5 files as Keras has them: bfloat16 is not", function()
    local folder <close> = scratch.folder()
    for dtype, message in pairs{float16 = false, bfloat16 = "is bfloat16, which .h5 files"} do
      local model = ln.Sequential{Dense{2, dtype = dtype, input_shape = {3}}}
      local path = folder.path .. "/" .. dtype .. ".h5"
      if message then
        fails(message, model.save, model, path)
        assert.is_nil(io.open(path))
      else
        model:save(path)
        assert.is_true(ln.load_model(path):predict(X) == model:predict(X))
      end
    end
  end)

  it("come from .safetensors, and a model in bfloat16 predicts with them", function()
    local folder <close> = scratch.folder()
    local path = folder.path .. "/w.safetensors"
    ln.save(path, {["0.kernel"] = WEIGHTS[1]:astype("bfloat16"),
      ["0.bias"] = WEIGHTS[2]:astype("bfloat16"), ["1.kernel"] = WEIGHTS[3]:astype("bfloat16"),
      ["1.bias"] = WEIGHTS[4]:astype("bfloat16")})
    local w = ln.load(path)
    local function model(dtype)
      local m = ln.Sequential{Dense{4, activation = "relu", dtype = dtype, input_shape = {3}},
        Dense{2, dtype = dtype}}
      m:predict(X)
      m:set_weights{w["0.kernel"], w["0.bias"], w["1.kernel"], w["1.bias"]}
      return m
    end
    local half = model("bfloat16")
    local function rounded(t) return t:astype("bfloat16"):astype("float32") end
    local hidden = rounded((rounded(X):matmul(rounded(WEIGHTS[1])) + rounded(WEIGHTS[2])):relu())
    local expected = hidden:matmul(rounded(WEIGHTS[3])) + rounded(WEIGHTS[4])
    assert.is_true(half:predict(X) == expected:astype("bfloat16"))
    -- The same weights computed with in float32.
    local wide = model("float32"):predict(X)
    assert.equal("float32", wide.dtype)
    near(wide:flatten():totable(), half:predict(X):flatten():totable(), 0x1p-6)
    -- By name, as save_weights and load_weights have it.
    local named = folder.path .. "/named.safetensors"
    half:save_weights(named)
    for _, t in pairs((ln.load(named))) do assert.equal("bfloat16", t.dtype) end
    for dtype, predicted in pairs{bfloat16 = half:predict(X), float32 = wide} do
      local other = ln.Sequential{Dense{4, activation = "relu", dtype = dtype, input_shape = {3}},
        Dense{2, dtype = dtype}}
      other:load_weights(named)
      assert.is_true(other:predict(X) == predicted)
    end
    fails("numpy has no dtype bfloat16", half.save_weights, half, folder.path .. "/w.npz")
  end)

  it("are trained: each step is computed in float32, and rounded", function()
    local n = 1100   -- more than one block of a step
    local start = ln.random.uniform({n}, {min = -1, max = 1, seed = 1})
    local slopes = {}
    for k = 1, 3 do   -- not so small that their squares would be 0
      slopes[k] = ln.random.uniform({n}, {min = 0.5, max = 1.5, seed = k + 1})
      slopes[k][{ {1, n, 3} }] = slopes[k][{ {1, n, 3} }] * -1
    end
    local refused = {Adafactor = true, Lamb = true, Muon = true}
    for _, name in ipairs(core.classes("optimizer")) do
      local class = core.class("optimizer", name)
      for dtype, allowed in pairs{float16 = 0x1p-7, bfloat16 = 0x1p-4} do
        for _, options in ipairs{{}, {weight_decay = 0.01}, {clipnorm = 1}, {global_clipnorm = 1},
                                 {clipvalue = 0.5}, {use_ema = true, ema_overwrite_frequency = 2},
                                 {gradient_accumulation_steps = 2}, {loss_scale_factor = 2}} do
          local function trained(of)
            local settings = {learning_rate = 0.05}
            for key, value in pairs(options) do settings[key] = value end
            local optimizer = class(settings)
            local v = ln.Variable(start:astype(dtype):astype(of))
            for k = 1, 3 do optimizer:apply({slopes[k]:astype(dtype):astype(of)}, {v}) end
            return v:value()
          end
          if name == "Optimizer" then break end
          if refused[name] then
            fails(("%s: variable 'variable' is %s.*mixed_"):format(name, dtype), trained, dtype)
            break
          end
          local wide, half = trained("float32"), trained(dtype)
          assert.equal(dtype, half.dtype)
          local far = (half:astype("float32") - wide):abs():max():item()
          assert.is_true(far <= allowed, ("%s in %s: %g off"):format(name, dtype, far))
          assert.is_true((half - start:astype(dtype)):abs():max():item() > 0, name)
        end
      end
    end
    -- Every bit of the plainest.
    local v = ln.Variable(start:astype("bfloat16"))
    ln.optimizers.SGD(0.1):apply({slopes[1]:astype("bfloat16")}, {v})
    local expected = start:astype("bfloat16"):astype("float32")
      - slopes[1]:astype("bfloat16"):astype("float32") * 0.1
    assert.is_true((v:value():astype("float32") - expected:astype("bfloat16")):abs():max():item()
      <= 0x1p-7)
  end)

  it("are trained by fit, eagerly as by replay", function()
    local function trained(options)
      ln.set_seed(3)
      local model = ln.Sequential{Dense{4, activation = "relu", dtype = "bfloat16"},
        Dense{1, dtype = "bfloat16"}}
      model:compile{loss = "mse", optimizer = "adam", run_eagerly = options.eager}
      local history = model:fit(X, ln.tensor{{1}, {2}, {3}, {4}, {5}},
        {epochs = 30, batch_size = 5, shuffle = false, verbose = 0})
      return history.history.loss, model
    end
    local replayed, model = trained{}
    assert.same((trained{eager = true}), replayed)
    assert.is_true(replayed[30] < replayed[1])
    assert.equal("bfloat16", model.variables[1].dtype)
  end)

  it("losses and metrics of halves are computed in float32", function()
    local pred = ln.tensor({{0.1, 0.9}, {0.8, 0.2}}, "bfloat16")
    local y = ln.tensor({{0, 1}, {0, 1}}, "bfloat16")
    local wide = pred:astype("float32")
    for _, name in ipairs{"MeanSquaredError", "CategoricalCrossentropy", "BinaryCrossentropy",
                          "Huber", "CosineSimilarity", "Poisson"} do
      local loss = ln.losses[name]()
      local value = loss(y, pred)
      assert.equal("float32", value.dtype)
      assert.equal(loss(y:astype("float32"), wide):item(), value:item(), name)
      if name ~= "Huber" then
        local metric, other = ln.metrics[name](), ln.metrics[name]()
        metric:update_state(y, pred)
        other:update_state(y:astype("float32"), wide)
        assert.equal(ln.tensor(other:result()):item(), ln.tensor(metric:result()):item())
      end
    end
    local accuracy = ln.metrics.CategoricalAccuracy()
    accuracy:update_state(y, pred)
    assert.equal(0.5, ln.tensor(accuracy:result()):item())
  end)
end)
