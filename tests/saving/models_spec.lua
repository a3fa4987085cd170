-- Models of ours through files: every layer class, optimizer and schedule, in each format: saved,
-- loaded, the same bits predicted, and trained on as if nothing had happened.

local core = require "lunate.core"
local ln = require "lunate"
local fails = require "support.fails"
local files = require "support.files"
local objects = require "support.objects"
local scratch = require "support.scratch"

local layers = ln.layers

local function data(shape, n_out)
  local full = {12, table.unpack(shape)}
  return ln.random.normal(full, {seed = 5}), ln.random.uniform({12, n_out or 2}, {seed = 6})
end

local function same_weights(a, b)
  local x, y = a:get_weights(), b:get_weights()
  assert.are.equal(#x, #y)
  for i, w in ipairs(x) do assert.is_true(w == y[i], ("weight %d differs"):format(i)) end
end

-- Saves and loads; both predict the same, then both train on, from the same random numbers, to the
-- same losses and weights.
local function round_trip(model, path, x, y, options)
  model:save(path)
  local again = ln.load_model(path, options)
  same_weights(model, again)
  local before, after = {model:predict(x)}, {again:predict(x)}
  for i, p in ipairs(before) do assert.is_true(p == after[i], "predictions differ") end
  if not y then return again end
  local function fit(m)
    return m:fit(x, y, {epochs = 2, batch_size = 5, verbose = 0}).history.loss
  end
  local one = fit(model)
  ln.random.normal{3}   -- the loaded one goes on from the save, whatever came between
  local two = fit(again)
  assert.are.same(one, two)
  same_weights(model, again)
  return again
end

-- What a class is made with, and the shape of a sample, where that is not what it requires and the
-- first shape that it takes; and below what whole numbers lie that it takes alone.
local special = {
  Reshape = {{{3, 2}}, {6}}, Permute = {{{2, 1}}, {2, 3}}, Flatten = {{}, {2, 3}},
  Normalization = {{mean = {1, 2, 3, 4}, variance = {1, 2, 1, 2}}},
  GroupNormalization = {{groups = 2}, {4}},
  Embedding = {{5, 2}, {4}, ids = 5},
}
for _, name in ipairs{"RandomColorDegeneration", "RandomGrayscale", "RandomHue",
  "RandomSaturation", "RandAugment", "AugMix"} do   -- of colours
  special[name] = {objects.required(core.describe("layer", name)), {6, 6, 3}}
end
local merging = {
  Concatenate = {}, Add = {}, Subtract = {}, Multiply = {}, Average = {}, Maximum = {},
  Minimum = {}, Dot = {2}, Attention = {use_scale = true}, AdditiveAttention = {},
  MultiHeadAttention = {num_heads = 2, key_dim = 3},
  GroupQueryAttention = {head_dim = 3, num_query_heads = 4, num_key_value_heads = 2},
}
local of_steps = {   -- samples of (steps, features)
  Attention = true, AdditiveAttention = true, MultiHeadAttention = true,
  GroupQueryAttention = true,
}

for _, ending in ipairs{".keras", ".h5"} do
  describe("every layer class in " .. ending, function()
    local folder
    setup(function() folder = scratch.folder() end)
    teardown(function() folder:remove() end)

    for _, name in ipairs(core.classes("layer")) do
      if name ~= "InputLayer" then
        it(name, function()
          ln.set_seed(1)
          local shape, model = {4}
          if name == "Functional" or name == "Sequential" then
            local x = ln.Input{shape = {4}}
            local inner = name == "Sequential" and ln.Sequential{layers.Dense(3)}
              or ln.Model{inputs = x, outputs = layers.Dense(3)(x)}
            model = ln.Sequential{inner, layers.Dense(2)}
            model:build{false, 4}
          elseif merging[name] then
            if of_steps[name] then shape = {3, 4} end
            local a = ln.Input{shape = shape}
            local b = layers.Dense(4)(a)
            local merged = layers.Flatten()(layers[name](merging[name]){a, b})
            model = ln.Model{inputs = a, outputs = layers.Dense(2)(merged)}
          else
            local args = special[name] or {objects.required(core.describe("layer", name))}
            shape = args[2] or objects.sample_shape(name, args[1])
            local options = {input_shape = shape}
            for key, value in pairs(args[1]) do options[key] = value end
            local flat = layers.Flatten()
            flat.supports_masking = true   -- no warning after Masking
            model = ln.Sequential{objects.layer(name, options), flat, layers.Dense(2)}
          end
          model:compile{loss = "mse", optimizer = "adam", metrics = {"mae"}}
          local x, y = data(shape)
          local ids = special[name] and special[name].ids
          if ids then x = (ln.random.uniform(x.shape) * ids):floor() end
          model:fit(x, y, {epochs = 2, batch_size = 5, verbose = 0})
          local again = round_trip(model, folder.path .. "/" .. name .. ending, x, y)
          local function text(m) return core.json_encode(m.layers[1]:get_config()) end
          assert.are.equal(text(model), text(again))
        end)
      end
    end
  end)

  describe("every optimizer in " .. ending, function()
    for _, name in ipairs(core.classes("optimizer")) do
      for _, extra in ipairs{"plain", "ema", "schedule"} do
        it(name .. ", " .. extra, function()
          local folder <close> = scratch.folder()
          ln.set_seed(2)
          local model = ln.Sequential{layers.Dense{3, activation = "tanh", input_shape = {4}},
            layers.Dropout(0.3), layers.Dense{2, kernel_constraint = "max_norm"}}
          local options = {}
          if extra == "ema" then
            options.use_ema, options.ema_overwrite_frequency = true, 3
            options.gradient_accumulation_steps, options.global_clipnorm = 2, 0.5
          elseif extra == "schedule" then
            options.learning_rate = ln.schedules.ExponentialDecay{0.05, decay_steps = 3,
              decay_rate = 0.9}
          end
          model:compile{loss = "mse", optimizer = ln.optimizers[name](options)}
          local x, y = data{4}
          model:fit(x, y, {epochs = 3, batch_size = 5, verbose = 0})
          local again = round_trip(model, folder.path .. "/m" .. ending, x, y)
          assert.are.equal(tostring(model.optimizer), tostring(again.optimizer))
          assert.are.equal(model.optimizer.iterations, again.optimizer.iterations)
          for i, entry in ipairs(model.optimizer.variables) do
            assert.is_true(entry.value == again.optimizer.variables[i].value, entry.name)
          end
        end)
      end
    end

    it("every schedule", function()
      local folder <close> = scratch.folder()
      local x, y = data{4}
      local given = {
        ExponentialDecay = {0.1, decay_steps = 3, decay_rate = 0.5},
        InverseTimeDecay = {0.1, decay_steps = 3, decay_rate = 0.5},
        PiecewiseConstantDecay = {{2, 5}, {0.1, 0.05, 0.01}},
        PolynomialDecay = {0.1, decay_steps = 3},
        CosineDecay = {0.1, decay_steps = 3}, CosineDecayRestarts = {0.1, first_decay_steps = 3},
      }
      for _, name in ipairs(core.classes("schedule")) do
        local model = ln.Sequential{layers.Dense{2, input_shape = {4}}}
        local args = assert(given[name], name)
        model:compile{loss = "mse", optimizer = ln.optimizers.SGD{ln.schedules[name](args)}}
        model:fit(x, y, {epochs = 2, batch_size = 5, verbose = 0})
        round_trip(model, folder.path .. "/" .. name .. ending, x, y)
      end
    end)
  end)

  describe("models in " .. ending, function()
    local folder, path
    before_each(function()
      folder = scratch.folder()
      path = folder.path .. "/model" .. ending
      ln.set_seed(3)
    end)
    after_each(function() folder:remove() end)

    it("with several inputs and outputs, losses and metrics by name", function()
      local a, b = ln.Input{shape = {3}, name = "a"}, ln.Input{shape = {4}, name = "b"}
      local hidden = layers.Dense{5, activation = "relu"}(b)
      local main = layers.Dense{2, name = "main"}(layers.concatenate{a, hidden})
      local aux = layers.Dense{1, name = "aux", activation = "sigmoid"}(hidden)
      local model = ln.Model{inputs = {a, b}, outputs = {main, aux}}
      local crossentropy = ln.losses.BinaryCrossentropy{label_smoothing = 0.1}
      model:compile{loss = {main = "mse", aux = crossentropy},
        loss_weights = {main = 0.7, aux = 0.3}, metrics = {main = {"mae"}, aux = {"accuracy"}},
        optimizer = ln.optimizers.RMSprop{0.01, momentum = 0.5, centered = true}}
      local x = {(data{3}), (data{4})}
      local y = {select(2, data({3}, 2)), ln.random.randint({12, 1}, {max = 2, seed = 1})}
      model:fit(x, y, {epochs = 2, verbose = 0})
      local again = round_trip(model, path, x, y)
      assert.are.same(model.metrics_names, again.metrics_names)
      assert.are.same({model:evaluate(x, y, {verbose = 0})}, {again:evaluate(x, y, {verbose = 0})})
    end)

    it("nested, with a layer that is shared and one that is frozen", function()
      local inner = ln.Sequential{layers.Dense{4, input_shape = {4}, name = "twin"},
        layers.Dense{4, name = "frozen"}}
      inner.layers[2].trainable = false
      local x = ln.Input{shape = {4}}
      local shared = layers.Dense{4, name = "shared"}
      local out = layers.Dense{2, name = "twin"}(shared(inner(shared(x))))
      local model = ln.Model{inputs = x, outputs = out, name = "outer"}
      model:compile{loss = "mse", optimizer = ln.optimizers.SGD{0.05, momentum = 0.9}}
      local xs, ys = data{4}
      model:fit(xs, ys, {verbose = 0})
      local again = round_trip(model, path, xs, ys)
      assert.is_false(again:get_layer(inner.name).layers[2].trainable)
      assert.are.equal(#model.trainable_weights, #again.trainable_weights)
    end)

    it("with ops between layers", function()
      local x = ln.Input{shape = {4}}
      local model = ln.Model{inputs = x, outputs = layers.Dense(2)(layers.Dense(4)(x) * 2 + x)}
      model:compile{loss = "mse"}
      local xs, ys = data{4}
      round_trip(model, path, xs, ys)
    end)

    it("goes on to the bit with shuffling and dropout, also of a seed of its own", function()
      local model = ln.Sequential{layers.Dense{8, activation = "relu", input_shape = {4}},
        layers.Dropout{0.5, seed = 11}, layers.GaussianNoise(0.1), layers.Dense(2)}
      model:compile{loss = "mse", optimizer = "nadam"}
      local x, y = data{4}
      model:fit(x, y, {epochs = 3, batch_size = 5, verbose = 0})
      local again = round_trip(model, path, x, y)
      -- Once more: a loaded model that is saved before it trains hands the state on.
      model:save(path)
      ln.load_model(path):save(folder.path .. "/second" .. ending)
      ln.random.normal{100}
      local third = ln.load_model(folder.path .. "/second" .. ending)
      assert.are.same(third:fit(x, y, {batch_size = 5, verbose = 0}).history.loss,
        ln.load_model(path):fit(x, y, {batch_size = 5, verbose = 0}).history.loss)
      assert.are.equal(again.name, third.name)
    end)

    it("does not touch the random numbers by itself; set_seed counts", function()
      local model = ln.Sequential{layers.Dense{2, input_shape = {4}}, layers.Dropout(0.5)}
      model:compile{loss = "mse"}
      local x, y = data{4}
      model:fit(x, y, {verbose = 0})
      model:save(path)
      ln.set_seed(77)
      local expected = ln.random.normal{4}
      ln.set_seed(77)
      ln.load_model(path, {compile = false})
      local loaded = ln.load_model(path)
      assert.is_true(ln.random.normal{4} == expected)
      ln.set_seed(5)
      local one = loaded:fit(x, y, {verbose = 0}).history.loss
      local other = ln.load_model(path)
      ln.set_seed(5)
      assert.are.same(one, other:fit(x, y, {verbose = 0}).history.loss)
    end)

    it("goes on in another process as it would have in this one", function()
      local script = [[
        local ln = require "lunate"
        ln.threads(2)
        local model = ln.load_model(arg[1])
        local x, y = ln.random.normal({12, 4}, {seed = 5}), ln.random.uniform({12, 2}, {seed = 6})
        local h = model:fit(x, y, {epochs = 3, batch_size = 5, verbose = 0})
        for _, loss in ipairs(h.history.loss) do print(("%a"):format(loss)) end
      ]]
      local before = ln.threads()
      ln.threads(2)
      local model = ln.Sequential{layers.Dense{8, activation = "relu", input_shape = {4}},
        layers.Dropout(0.5), layers.Dense(2)}
      model:compile{loss = "mse", optimizer = ln.optimizers.Adam{use_ema = true,
        learning_rate = ln.schedules.CosineDecay{0.1, decay_steps = 20}}}
      local x, y = data{4}
      model:fit(x, y, {epochs = 2, batch_size = 5, verbose = 0})
      model:save(path)
      local pipe <close> = assert(io.popen(("lua5.4 %s %s"):format(
        folder:write("resume.lua", script), path)))
      local there = pipe:read("a")
      local here = {}
      local history = model:fit(x, y, {epochs = 3, batch_size = 5, verbose = 0})
      for _, loss in ipairs(history.history.loss) do
        here[#here + 1] = ("%a\n"):format(loss)
      end
      ln.threads(before)
      assert.are.equal(table.concat(here), there)
    end)

    it("goes on after any epoch, and from batch to batch, as without a break", function()
      local model = ln.Sequential{layers.Dense{6, input_shape = {4}, dtype = "float64"},
        layers.Dropout(0.5), layers.Dense(2)}
      model:compile{loss = "mse", optimizer = "adam", replay = true}
      local x, y = data{4}
      local Saver = ln.callbacks.Callback:extend("Saver")
      function Saver:on_epoch_end(epoch)
        if epoch == 2 then self.model:save(path) end
      end
      local whole = model:fit(x, y,
        {epochs = 4, batch_size = 5, verbose = 0, callbacks = {Saver()}})
      local again = ln.load_model(path)
      assert.is_true(again.replay)
      local rest = again:fit(x, y, {epochs = 4, initial_epoch = 3, batch_size = 5, verbose = 0})
      assert.are.same({table.unpack(whole.history.loss, 3)}, rest.history.loss)
      same_weights(model, again)
      model:save(path)
      model:reset_metrics()   -- their running means are of no file, as in Keras
      local one = model:train_on_batch(x, y)
      assert.are.equal(one, ln.load_model(path):train_on_batch(x, y))
    end)

    it("with losses, metrics, optimizers, initializers and schedules that Lua defines", function()
      local Loss = ln.losses.Loss:extend("SavedLoss")
      Loss.options = {power = {"number", default = 2}}
      function Loss:call(a, b) return ((a - b):abs() ^ self.options.power):mean{axis = -1} end
      local Metric = ln.metrics.Mean:extend("SavedMetric")
      Metric.options = {factor = {"number", default = 1}}
      function Metric:update_state(a, b)
        Metric.super.update_state(self, (a - b):abs() * self.options.factor)
      end
      local Half = ln.schedules.LearningRateSchedule:extend("SavedHalf")
      Half.options = {start = {"number", default = 0.1}}
      function Half:call(step) return self.options.start * 0.5 ^ (step / 3) end
      local Ramp = ln.initializers.Initializer:extend("SavedRamp")
      function Ramp:call(shape)  -- luacheck: ignore self
        return ln.arange(1, shape[1] * shape[2] + 1):reshape(shape) * 0.01
      end
      local Step = ln.optimizers.Optimizer:extend("SavedStep")
      Step.slots = {"speed"}
      function Step:update_step(gradient, variable, rate, slots)  -- luacheck: ignore self
        slots.speed:assign(slots.speed * 0.9 + gradient)
        variable:assign(variable - slots.speed * rate)
      end
      local custom = {SavedLoss = Loss, SavedMetric = Metric, SavedHalf = Half, SavedRamp = Ramp,
        SavedStep = Step}
      local model = ln.Sequential{layers.Dense{3, input_shape = {4}, kernel_initializer = Ramp()},
        layers.Dense(2)}
      model:compile{loss = Loss{power = 3}, metrics = {Metric{factor = 2, name = "twice"}},
        optimizer = Step{learning_rate = Half{start = 0.05}}}
      local x, y = data{4}
      model:fit(x, y, {epochs = 2, batch_size = 5, verbose = 0})
      local again = round_trip(model, path, x, y, {custom_objects = custom})
      assert.are.same({model:evaluate(x, y, {verbose = 0})}, {again:evaluate(x, y, {verbose = 0})})
      assert.are.same({"loss", "twice"}, again.metrics_names)
      fails("Saved", ln.load_model, path)
      -- What was loaded with them is saved again without.
      again:save(path)
      same_weights(again, ln.load_model(path, {custom_objects = custom}))
    end)

    it("is the same file again, but for the date", function()
      local model = ln.Sequential{layers.Dense{2, input_shape = {4}}}
      model:compile{loss = "mse", optimizer = "adam"}
      model:fit(data{4}, select(2, data{4}), {verbose = 0})
      local weights, state = model:get_weights(), {}
      for i, entry in ipairs(model.optimizer.variables) do state[i] = entry.value:copy() end
      model:save(path)
      model:save(folder.path .. "/again" .. ending)
      for i, w in ipairs(model:get_weights()) do assert.is_true(w == weights[i]) end
      for i, entry in ipairs(model.optimizer.variables) do
        assert.is_true(entry.value == state[i])
      end
      assert.is_true(model.compiled)
      assert.are.equal("mse", model.loss)
      local read = ending == ".h5" and files.h5 or files.keras
      assert.is_nil(files.difference(read(folder.path .. "/again" .. ending), read(path),
        {date_saved = true}))
    end)

    it("is not compiled without include_optimizer, nor by compile = false", function()
      local model = ln.Sequential{layers.Dense{2, input_shape = {4}}}
      model:compile{loss = function(y, p) return (y - p):abs() end}
      fails("loss.*is a Lua function.*register", model.save, model, path)
      model:save(path, {include_optimizer = false})
      assert.is_falsy(ln.load_model(path).compiled)
      model:compile{loss = "mse"}
      model:save(path)
      assert.is_true(ln.load_model(path).compiled)
      assert.is_falsy(ln.load_model(path, {compile = false}).compiled)
      fails("is there already", model.save, model, path, {overwrite = false})
    end)

    it("losses and metrics that are Lua functions: by name", function()
      local function far(y, p) return (y - p):abs():mean{axis = -1} end
      local model = ln.Sequential{layers.Dense{2, input_shape = {4}}}
      model:compile{loss = ln.saving.register(far, {name = "far"}), metrics = {far}}
      local x, y = data{4}
      model:fit(x, y, {verbose = 0})
      round_trip(model, path, x, y)
    end)

    it("functions by custom_objects, and saved again", function()
      local function near(a, b) return (a - b):abs():mean{axis = -1} end
      local function double(t) return t * 2 end
      local model = ln.saving.with_custom_objects({near = near, double = double}, function()
        local m = ln.Sequential{layers.Dense{2, input_shape = {4}, activation = "double"}}
        m:compile{loss = "near", metrics = {"near"}}
        m:save(path)
        return m
      end)
      local x, y = data{4}
      local custom = {custom_objects = {near = near, double = double}}
      local again = ln.load_model(path, custom)
      assert.is_true(model:predict(x) == again:predict(x))
      again:fit(x, y, {verbose = 0})
      again:save(path)
      fails("'double'", ln.load_model, path)
      ln.load_model(path, custom):fit(x, y, {verbose = 0})
    end)

    it("not built, not compiled", function()
      local model = ln.Sequential{layers.Dense(3), layers.Dense(2)}
      model:save(path)
      local again = ln.load_model(path)
      assert.is_falsy(again.built)
      assert.are.equal(2, #again.layers)
    end)
  end)
end

-- ---- subclassed

local Block = layers.Layer:extend("SavedBlock")
Block.options = {units = {"integer", default = 4, min = 1}}
function Block:init(options)
  self.dense = layers.Dense{options.units, activation = "relu"}
  self.noise = layers.Dropout(0.2)
end
function Block:build(shape)
  self.scale = self:add_weight{name = "scale", shape = {shape[#shape]}, initializer = "ones"}
end
function Block:call(x, options) return self.noise(self.dense(x * self.scale), options) end

local Net = ln.Model:extend("SavedNet")
Net.options = {depth = {"integer", default = 2, min = 1}}
function Net:init(options)
  self.hidden = layers.Dense(4)
  self.blocks = {}
  for i = 1, options.depth do self.blocks[i] = Block{units = 4} end
  self.named = {left = layers.Dense(4), right = layers.Dense(4)}
  self._private = layers.Dense(4)
  self.output_layer = layers.Dense(2)
end
function Net:call(x, options)
  x = self.hidden(x)
  for _, block in ipairs(self.blocks) do x = block(x, options) end
  return self.output_layer(self._private(self.named.left(x) + self.named.right(x)))
end

describe("subclassed models", function()
  local folder, x, y
  before_each(function()
    folder = scratch.folder()
    ln.set_seed(4)
    x, y = data{4}
  end)
  after_each(function() folder:remove() end)

  local function make()
    local model = Net{depth = 3, name = "net"}
    model:compile{loss = "mse", optimizer = "adam"}
    model:fit(x, y, {epochs = 2, batch_size = 5, verbose = 0})
    return model
  end

  local custom = {custom_objects = {SavedNet = Net, SavedBlock = Block}}

  for _, ending in ipairs{".keras", ".h5"} do
    it("whole, through custom_objects, " .. ending, function()
      local model = make()
      local again = round_trip(model, folder.path .. "/net" .. ending, x, y, custom)
      assert.are.equal(3, again.options.depth)
      assert.are.equal("net", again.name)
      fails("'SavedNet'", ln.load_model, folder.path .. "/net" .. ending)
    end)
  end

  it("weights under the names of their fields, as Keras walks", function()
    make():save_weights(folder.path .. "/net.weights.h5")
    local found = {}
    local function walk(group, path)
      for name, member in pairs(group.members) do
        local inner = path .. "/" .. name
        if type(member) == "table" then walk(member, inner) else found[#found + 1] = inner end
      end
    end
    local root = files.h5(folder.path .. "/net.weights.h5")
    root.members.optimizer = nil
    walk(root, "")
    table.sort(found)
    -- The private field comes last, and `layers` between `hidden` and `named`: what comes after it
    -- has its place there.
    assert.are.same({
      "/blocks/saved_block/dense/vars/0", "/blocks/saved_block/dense/vars/1",
      "/blocks/saved_block/vars/0",
      "/blocks/saved_block_1/dense/vars/0", "/blocks/saved_block_1/dense/vars/1",
      "/blocks/saved_block_1/vars/0",
      "/blocks/saved_block_2/dense/vars/0", "/blocks/saved_block_2/dense/vars/1",
      "/blocks/saved_block_2/vars/0",
      "/hidden/vars/0", "/hidden/vars/1",
      "/layers/dense_1/vars/0", "/layers/dense_1/vars/1",
      "/layers/dense_2/vars/0", "/layers/dense_2/vars/1",
      "/layers/dense_3/vars/0", "/layers/dense_3/vars/1",
      "/layers/dense_4/vars/0", "/layers/dense_4/vars/1",
    }, found)
  end)

  it("weights into another model, in each format", function()
    local model = make()
    for _, ending in ipairs{".weights.h5", ".h5", ".safetensors", ".npz"} do
      local path = folder.path .. "/net" .. ending
      model:save_weights(path)
      local other = Net{depth = 3, name = "net"}
      other(x)
      if ending == ".safetensors" or ending == ".npz" then
        -- Names of layers are counted on: the same names, as another process would have them.
        local names = {}
        for path_of in pairs(ln.load(path)) do names[#names + 1] = path_of end
        assert.are.equal(#model.weights, #names)
        for _, v in ipairs(model.weights) do v:assign(v:value() * 0) end
        assert.are.same({}, model:load_weights(path))
        assert.is_true(model:get_weights()[1]:abs():sum():item() > 0)
      else
        other:load_weights(path)
        same_weights(model, other)
      end
    end
  end)

  for _, ending in ipairs{".safetensors", ".npz"} do
    it("names in " .. ending .. " do not depend on the models before", function()
      local function build()
        return ln.Sequential{ln.Input{shape = {3}}, ln.layers.Dense(2),
          ln.layers.Dense{3, name = "given"}, ln.layers.Dense(2), ln.Sequential{
            ln.layers.Dense(2), ln.layers.Dense(2)}, ln.layers.Dense{1, name = "dense_out"}}
      end
      local own <close> = scratch.folder()
      local path, one, other = own.path .. "/w" .. ending, build(), build()
      one:save_weights(path)
      local names = {}
      for name in pairs(ln.load(path)) do
        if name:find("kernel") then names[#names + 1] = name end
      end
      table.sort(names)
      assert.same({"dense/kernel", "dense_1/kernel", "dense_out/kernel", "given/kernel",
        "sequential/dense/kernel", "sequential/dense_1/kernel"}, names)
      assert.same({}, other:load_weights(path))
      for i, w in ipairs(one:get_weights()) do assert.is_true(w == other:get_weights()[i]) end
      -- Files from before have the models' names.
      local old = ln.Sequential{ln.Input{shape = {3}}, ln.layers.Dense{2, name = "d"}, name = "m"}
      ln.save(path, {["m/d/kernel"] = ln.ones{3, 2}, ["m/d/bias"] = ln.ones{2}})
      old:load_weights(path)
      assert.same({4, 4}, old(ln.ones{1, 3})[1]:totable())
    end)
  end

  it("that were never called cannot say their weights", function()
    fails("not built yet", Net().save_weights, Net(), folder.path .. "/a.weights.h5")
    fails("not built yet", Net().load_weights, Net(), folder.path .. "/a.weights.h5")
  end)

  it("weights are saved whatever the model is compiled with", function()
    local model = make()
    model:compile{loss = function(a, b) return (a - b):abs() end}
    fails("Lua function", model.save, model, folder.path .. "/net.keras")
    model:save_weights(folder.path .. "/net.weights.h5")
    model:load_weights(folder.path .. "/net.weights.h5")
  end)
end)
