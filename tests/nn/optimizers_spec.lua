-- Optimizers: ten steps of every golden case, how the common options meet, state, errors.

local ln = require "lunate"
local core = require "lunate.core"
local goldens = require "support.goldens"

local optimizers = ln.optimizers
local schedules = optimizers.schedules

local function near(actual, ...)
  if getmetatable(actual) == "lunate.variable" then actual = actual:value() end
  return goldens.near(actual, ...)
end

-- The values that Keras's optimizers start from, and ten gradients each.
local NAMES = {"kernel", "bias", "conv_kernel"}
local starts, gradients = {}, {}
for i = 1, 3 do
  starts[i] = goldens.load("optimizers", ("_shared/start%d.npy"):format(i - 1))
  gradients[i] = goldens.load("optimizers", ("_shared/grads%d.npy"):format(i - 1))
end

local function variables(dtype)
  local list = {}
  for i, start in ipairs(starts) do
    list[i] = ln.Variable(start:astype(dtype or "float32"), {name = NAMES[i]})
  end
  return list
end

local function at(step)
  local list = {}
  for i = 1, 3 do list[i] = gradients[i][step] end
  return list
end

-- Keras's keyword arguments as options: null is none, a schedule is written out.
local function options_of(case)
  local options = {}
  for key, value in pairs(case.kwargs) do options[key] = value end
  local rate = options.learning_rate
  if type(rate) == "table" then
    local arguments = {}
    for key, value in pairs(rate) do if key ~= "schedule" then arguments[key] = value end end
    options.learning_rate = schedules[rate.schedule](arguments)
  end
  return options
end

local function new(case)
  local optimizer = optimizers[case.class_name](options_of(case))
  if case.exclude_from_weight_decay then
    optimizer:exclude_from_weight_decay{var_names = case.exclude_from_weight_decay}
  end
  return optimizer
end

local function run(optimizer, list, first, last)
  for step = first or 1, last or 10 do optimizer:apply(at(step), list) end
  return list
end

local function values(list)
  local out = {}
  for i, variable in ipairs(list) do out[i] = variable:totable() end
  return out
end

describe("golden optimizers", function()
  for name, case, load in goldens.cases("optimizers") do
    if name ~= "_shared" then
      it(name, function()
        -- Ftrl takes the difference of two roots that are nearly the same.
        local rel = case.class_name == "Ftrl" and 3e-5 or 1e-5
        local optimizer, list = new(case), variables()
        local expected = {load("w0.npy"), load("w1.npy"), load("w2.npy")}
        for step = 1, 10 do
          near(optimizer.learning_rate, case.learning_rates[step], 1e-6, 0, "rate")
          optimizer:apply(at(step), list)
          for i = 1, 3 do
            near(list[i], expected[i][step + 1], rel, 3e-7,
              ("%s after step %d"):format(NAMES[i], step))
          end
        end
        assert.are.equal(10 // (case.kwargs.gradient_accumulation_steps or 1), optimizer.iterations)

        local state = optimizer.variables
        assert.are.equal(#case.state, #state)
        for i, slot in ipairs(case.state) do
          if slot.name ~= "variable_1" then assert.are.equal(slot.name, state[i].name) end
          near(state[i].value:astype("float32"), load(slot.file), rel, 1e-7, slot.name)
        end

        if case.after_finalize then
          optimizer:finalize_variable_values()
          for i, entry in ipairs(case.after_finalize) do
            near(list[i], load(entry.file), 1e-5, 3e-7, "averaged " .. NAMES[i])
          end
        end
      end)
    end
  end
end)

local function same_config(config, expected)
  for key, value in pairs(expected) do
    if key == "learning_rate" and type(value) == "table" then
      assert.are.equal(value.class_name, config.learning_rate.class_name)
      same_config(config.learning_rate.config, value.config)
    elseif type(value) == "number" then
      near(config[key], value, 1e-6, 0, key)
    elseif key ~= "name" then
      assert.are.same(value, config[key], key)
    end
  end
  for key in pairs(config) do assert.is_not_nil(expected[key], key .. " is none of Keras's") end
end

describe("configs of optimizers", function()
  local defaults = goldens.json("extras", "extras.json").optimizer_default_configs
  for class_name, expected in pairs(defaults) do
    it("are Keras's by default: " .. class_name, function()
      local optimizer = optimizers[class_name]()
      same_config(optimizer:get_config(), expected)
      assert.are.equal(expected.name, optimizer.name)
    end)
  end

  for name, case in goldens.cases("optimizers") do
    if name ~= "_shared" then
      it("make the same optimizer again: " .. name, function()
        local optimizer = optimizers[case.class_name].from_config(case.config)
        same_config(optimizer:get_config(), case.config)
        assert.are.equal(case.config.name, optimizer.name)
        assert.are.same(values(run(optimizer, variables(), 1, 3)),
          values(run(optimizers.get{class_name = case.class_name, config = optimizer:get_config()},
            variables(), 1, 3)))
      end)
    end
  end

  it("are found by Keras's names", function()
    for _, name in ipairs{"sgd", "SGD", "rmsprop", "adam", "adamw", "adagrad", "adadelta", "adamax",
      "nadam", "ftrl", "lion", "lamb", "adafactor", "muon"} do
      assert.are.equal("lunate.optimizer", getmetatable(optimizers.get(name)))
    end
  end)
end)

describe("every optimizer", function()
  for class_name in pairs(goldens.json("extras", "extras.json").optimizer_default_configs) do
    it("works in float64, near its float32 steps: " .. class_name, function()
      local options = {learning_rate = 0.01}
      local narrow = run(optimizers[class_name](options), variables())
      local wide = run(optimizers[class_name](options), variables("float64"))
      for i = 1, 3 do
        assert.are.equal("float64", wide[i].dtype)
        near(wide[i]:astype("float32"), narrow[i]:astype("float32"), 2e-4, 2e-5)
      end
    end)

    it("leaves what has no gradient alone, its state too: " .. class_name, function()
      local optimizer, list = optimizers[class_name]{0.1}, variables()
      run(optimizer, list, 1, 2)
      local bias = list[2]:totable()
      local before = {}
      for i, slot in ipairs(optimizer.variables) do before[i] = slot.value:copy() end
      local some = at(3)
      some[2] = false
      optimizer:apply(some, list)
      assert.are.same(bias, list[2]:totable())
      local moved = 0
      for i, slot in ipairs(optimizer.variables) do
        if slot.name:find("^bias") then
          assert.is_true(slot.value == before[i], slot.name)
        elseif slot.name:find("^kernel_") and slot.value ~= before[i] then
          moved = moved + 1
        end
      end
      assert.is_true(class_name == "SGD" or moved > 0)
      assert.are.equal(3, optimizer.iterations)
    end)

    it("steps large variables like small ones: " .. class_name, function()
      -- 3 copies of 20,000 elements: blocks and threads, beside 3 of one element
      local n = 20000
      local large, small = {}, {}
      for i = 1, 3 do
        large[i] = ln.Variable(ln.full({n}, i))
        small[i] = ln.Variable(ln.full({1}, i))
      end
      local options = {learning_rate = 0.1, weight_decay = 0.1}
      local a, b = optimizers[class_name](options), optimizers[class_name](options)
      for step = 1, 3 do
        local g, h = {}, {}
        for i = 1, 3 do g[i], h[i] = ln.full({n}, i - step), ln.full({1}, i - step) end
        a:apply(g, large)
        b:apply(h, small)
      end
      for i = 1, 3 do
        near(large[i]:min(), small[i]:item(), 1e-5, 1e-6)
        near(large[i]:max(), small[i]:item(), 1e-5, 1e-6)
      end
    end)
  end
end)

describe("common options", function()
  local function one(value) return ln.Variable(ln.tensor(value), {name = "w"}) end
  local SGD = optimizers.SGD

  it("clipnorm: each variable alone", function()
    local v, w = one{0, 0}, one{0, 0}
    SGD{1, clipnorm = 1}:apply({ln.tensor{3, 4}, ln.tensor{0.3, 0.4}}, {v, w})
    near(v, {-0.6, -0.8})
    near(w, {-0.3, -0.4})
  end)

  it("global_clipnorm: all together, those with a gradient", function()
    local v, w, other = one{0, 0}, one{0, 0}, one{0}
    local optimizer = SGD{1, global_clipnorm = 1}
    optimizer:apply({ln.tensor{3, 0}, ln.tensor{0, 4}, false}, {v, w, other})
    near(v, {-0.6, 0})
    near(w, {0, -0.8})
    near(other, {0})
    optimizer:apply({ln.tensor{0.3, 0}, false, false}, {v, w, other})
    near(v, {-0.9, 0})
  end)

  it("norms of long gradients do not depend on threads", function()
    local n = 100003
    local gradient = ln.random.normal{n}
    local found
    for _ = 1, 2 do
      for threads = 1, 3 do
        local before = ln.threads()
        ln.threads(threads)
        local w = ln.Variable(ln.zeros{n})
        SGD{1, global_clipnorm = 0.5}:apply({gradient}, {w})
        ln.threads(before)
        found = found or w:value()
        assert.is_true(found == w:value())
      end
    end
    near((found * found):sum() ^ 0.5, 0.5, 1e-5, 0)
  end)

  it("clipvalue", function()
    local w = one{0, 0, 0}
    SGD{1, clipvalue = 0.5}:apply({ln.tensor{3, -2, 0.25}}, {w})
    near(w, {-0.5, 0.5, -0.25})
  end)

  it("non-finite gradients stay where Keras keeps them", function()
    local nan, inf = 0 / 0, math.huge
    local v, w = one{0, 0}, one{0, 0}
    SGD{1, clipvalue = 1}:apply({ln.tensor{nan, 2}, ln.tensor{inf, -inf}}, {v, w})
    near(v, {nan, -1})
    near(w, {-1, 1})
    v, w = one{0, 0}, one{0, 0}
    SGD{1, clipnorm = 1}:apply({ln.tensor{nan, 2}, ln.tensor{0, 2}}, {v, w})
    near(v, {nan, nan})
    near(w, {0, -1})
    v, w = one{0, 0}, one{0, 0}
    SGD{1, clipnorm = 1}:apply({ln.tensor{inf, 2}, ln.tensor{0, 2}}, {v, w})
    near(v, {nan, 0})
    v, w = one{0, 0}, one{0, 0}
    SGD{1, global_clipnorm = 1}:apply({ln.tensor{inf, 2}, ln.tensor{0, 2}}, {v, w})
    near(v, {nan, nan})
    near(w, {nan, nan})
    v = one{0, 0}
    optimizers.Adam{1}:apply({ln.tensor{nan, 2}}, {v})
    near(v, {nan, -1}, 1e-5)
  end)

  it("loss_scale_factor divides before clipping", function()
    local w = one{0}
    SGD{1, loss_scale_factor = 4, clipvalue = 2}:apply({ln.tensor{4}}, {w})
    near(w, {-1})
  end)

  it("gradient_accumulation_steps: the mean is clipped, then decay, then the step", function()
    local w = one{10}
    local optimizer = SGD{0.1, gradient_accumulation_steps = 2, clipvalue = 1.5, weight_decay = 0.5}
    optimizer:apply({ln.tensor{1}}, {w})
    near(w, {10})
    assert.are.equal(0, optimizer.iterations)
    optimizer:apply({ln.tensor{3}}, {w})
    near(w, {10 - 10 * 0.5 * 0.1 - 0.1 * 1.5})
    assert.are.equal(1, optimizer.iterations)
    optimizer:apply({ln.tensor{-8}}, {w})
    optimizer:apply({ln.tensor{8}}, {w})
    local before = 10 - 10 * 0.5 * 0.1 - 0.1 * 1.5
    near(w, {before - before * 0.5 * 0.1})
  end)

  it("accumulation: a variable without a gradient at the update loses its sum", function()
    local v, w = one{0}, one{0}
    local optimizer = SGD{1, gradient_accumulation_steps = 2}
    optimizer:apply({ln.tensor{2}, ln.tensor{2}}, {v, w})
    optimizer:apply({ln.tensor{4}, false}, {v, w})
    near(v, {-3})
    near(w, {0})
    optimizer:apply({ln.tensor{2}, ln.tensor{2}}, {v, w})
    optimizer:apply({ln.tensor{2}, ln.tensor{2}}, {v, w})
    near(v, {-5})
    near(w, {-2})
  end)

  it("Adam counts updates, schedules count batches, while accumulating", function()
    local w, v = one{1}, one{1}
    local rate = schedules.PiecewiseConstantDecay{{0, 1, 2}, {10, 0.5, 20, 0.25}}
    local accumulating = optimizers.Adam{rate, gradient_accumulation_steps = 2}
    for _, g in ipairs{1, 3, 2, 4} do accumulating:apply({ln.tensor{g}}, {w}) end
    local plain = optimizers.Adam{schedules.PiecewiseConstantDecay{{0}, {0.5, 0.25}}}
    for _, g in ipairs{2, 3} do plain:apply({ln.tensor{g}}, {v}) end
    near(w, v:totable(), 1e-6)
  end)

  it("EMA moves in accumulating calls too, and copies until the first update is counted", function()
    local w = one{1}
    local optimizer = SGD{1, use_ema = true, ema_momentum = 0.5, gradient_accumulation_steps = 2}
    local weights, average = {1, 0, 0, -1}, {1, 0, 0, -0.5}
    for step = 1, 4 do
      optimizer:apply({ln.tensor{1}}, {w})
      near(w, {weights[step]})
      near(optimizer.variables[3].value, {average[step]})
    end
    assert.are.equal("w_average", optimizer.variables[3].name)
  end)

  it("EMA overwrites after weights were constrained only at the next constraint", function()
    local layer = ln.layers.Dense{1, use_bias = false, kernel_constraint = "non_neg",
      kernel_initializer = "ones"}
    layer(ln.ones{1, 2})
    local list = layer.trainable_variables
    local optimizer = SGD{1, use_ema = true, ema_momentum = 0.5}
    optimizer:apply({ln.tensor{{3}, {0.5}}}, list)
    near(list[1], {{0}, {0.5}})
    near(optimizer.variables[3].value, {{-2}, {0.5}})
  end)

  it("weight decay leaves excluded variables out, named or listed", function()
    local function decayed(exclude)
      local v = ln.Variable(ln.ones{2}, {name = "kernel"})
      local w = ln.Variable(ln.ones{2}, {name = "bias"})
      local optimizer = SGD{0.1, weight_decay = 0.5}
      exclude(optimizer, v, w)
      optimizer:apply({ln.zeros{2}, ln.zeros{2}}, {v, w})
      return v[1], w[1]
    end
    near({decayed(function() end)}, {0.95, 0.95})
    near({decayed(function(o) o:exclude_from_weight_decay{var_names = {"bias"}} end)},
      {0.95, 1})
    near({decayed(function(o, v) o:exclude_from_weight_decay{var_list = {v}} end)},
      {1, 0.95})
    near({decayed(function(o, v, w)
      o:build{v, w}
      o:exclude_from_weight_decay{var_list = {v}, var_names = {"as"}}
    end)}, {1, 1})
  end)
end)

describe("ScheduleFreeAdamW", function()
  -- Keras 3.16's numbers, with the momentum before the step where its formula says so: on PyTorch
  -- it sees the one after.
  local file <close> = assert(io.open("tests/fixtures/optimizers/schedule_free_adamw.json"))
  local golden = core.json_decode(file:read("a"))

  for i, case in ipairs(golden.cases) do
    it("steps as Keras's: case " .. i, function()
      local v = ln.Variable(ln.tensor(golden.start), {name = "w"})
      local optimizer = optimizers.ScheduleFreeAdamW(case.options)
      for step, gradient in ipairs(golden.gradients) do
        optimizer:apply({ln.tensor(gradient)}, {v})
        near(v:value():reshape{6}, case.weights[step], 2e-5, 2e-6)
      end
      local names = {}
      for k, state in ipairs(optimizer.variables) do names[k] = state.name end
      for k, name in ipairs(case.variables) do
        assert.is_truthy(names[k] == name or name:find(names[k] .. "$"), names[k])
      end
      local config = optimizer:get_config()
      for _, key in ipairs{"beta_1", "beta_2", "epsilon", "warmup_steps"} do
        assert.equal(case.config[key], config[key])
      end
    end)
  end

  it("begins a variable that comes later at its value", function()
    local optimizer = optimizers.ScheduleFreeAdamW{0.1}
    local a, b = ln.Variable(ln.tensor{1}, {name = "a"}), ln.Variable(ln.tensor{5}, {name = "b"})
    optimizer:apply({ln.tensor{1}}, {a})
    optimizer:apply({ln.tensor{1}, ln.tensor{0}}, {a, b})
    near(b:value(), {5}, 1e-6)
  end)
end)

describe("optimizers and lists of variables", function()
  it("give the same results however the variables lie in memory", function()
    local a = run(optimizers.Adam{0.1, weight_decay = 0.1}, variables())
    local list, second = variables(), optimizers.Adam{0.1, weight_decay = 0.1}
    optimizers.SGD():build{list[3], list[1]}   -- another owner places these
    run(second, list)
    for i = 1, 3 do near(list[i], a[i]:value(), 1e-6, 1e-7) end
  end)

  it("keep the state of variables that a call leaves out", function()
    local a, b = variables(), variables()
    local together, apart = optimizers.Adam{0.1}, optimizers.Adam{0.1}
    for step = 1, 6 do
      local g = at(step)
      together:apply(g, a)
      if step % 2 == 0 then
        apart:apply({g[3], g[1], g[2]}, {b[3], b[1], b[2]})
      else
        apart:apply(g, b)
      end
    end
    for i = 1, 3 do assert.is_true(a[i]:value() == b[i]:value()) end
    -- a variable that comes later, a list that gets shorter and longer again
    local rms = optimizers.RMSprop{0.1}
    local list = variables()
    local g = at(1)
    rms:apply({g[1]}, {list[1]})
    local velocity = rms.variables[3].value:copy()
    rms:apply({g[2]}, {list[2]})
    assert.are.equal(3, #rms.variables)
    assert.are.equal("bias_velocity", rms.variables[3].name)
    rms:apply({false, g[2], g[3]}, list)
    assert.are.equal("kernel_velocity", rms.variables[3].name)
    assert.is_true(velocity == rms.variables[3].value)
  end)

  it("share variables without disturbing each other", function()
    local list = variables()
    local a, b = optimizers.SGD{0.1}, optimizers.SGD{0.1}
    local plain = run(optimizers.SGD{0.1}, variables(), 1, 2)
    a:apply(at(1), list)
    b:apply(at(2), list)
    for i = 1, 3 do assert.is_true(plain[i]:value() == list[i]:value()) end
  end)

  it("take options that bring or drop state while training", function()
    local v, w = ln.Variable(ln.zeros{2}), ln.Variable(ln.zeros{2})
    local optimizer = optimizers.SGD{1}
    local step = function() optimizer:apply({ln.tensor{1, 1}, ln.tensor{1, 1}}, {v, w}) end
    step()
    optimizer.momentum = 0.5
    step()
    step()
    near(v, {-1 - 1 - 1.5, -3.5})
    optimizer.use_ema = true
    step()
    near(optimizer.variables[3].value, v:value() * 0.01 + ln.tensor{-3.5, -3.5} * 0.99, 1e-5)
    near(v, {-3.5 - 1.75, -5.25})
    optimizer.momentum = 0
    step()
    near(v, {-6.25, -6.25})
    optimizer.gradient_accumulation_steps = 2
    optimizer.use_ema = false
    step()
    step()
    assert.is_true(v[1] < -6.25 and v[1] >= -8.25)
  end)

  it("show and take their learning rate", function()
    local optimizer = optimizers.SGD{0.1}
    assert.are.equal(0.1, optimizer.learning_rate)
    optimizer.learning_rate = 0.5
    assert.are.equal(0.5, optimizer.learning_rate)
    local w = ln.Variable(ln.zeros{1})
    optimizer:apply({ln.ones{1}}, {w})
    near(w, {-0.5})
    optimizer.learning_rate = schedules.ExponentialDecay{1, 1, 0.5}
    near(optimizer.learning_rate, 0.5)   -- one step is done
    optimizer:apply({ln.ones{1}}, {w})
    near(w, {-1})
    near(optimizer.learning_rate, 0.25)
  end)

  it("restore their state", function()
    for _, class_name in ipairs{"SGD", "Adam", "RMSprop", "Nadam", "Adafactor", "Muon"} do
      local first, list = optimizers[class_name]{0.1}, variables()
      run(first, list, 1, 4)
      local kept, copy = {}, variables()
      for i, slot in ipairs(first.variables) do kept[i] = slot.value:copy() end
      for i = 1, 3 do copy[i]:assign(list[i]:value()) end
      local second = optimizers[class_name]()
      second:build(copy)
      second:set_variables(kept)
      assert.are.equal(4, second.iterations)
      run(first, list, 5, 7)
      run(second, copy, 5, 7)
      for i = 1, 3 do near(copy[i], list[i]:value(), 1e-6, 1e-7, class_name) end
    end
  end)

  it("free what they held", function()
    collectgarbage()
    collectgarbage()
    local before = ln.memory().live
    do
      local optimizer, list = optimizers.Adam{0.1, use_ema = true}, variables()
      run(optimizer, list, 1, 2)
      optimizer:exclude_from_weight_decay{var_list = list, var_names = {"x"}}
    end
    collectgarbage()
    collectgarbage()
    assert.are.equal(before, ln.memory().live)
  end)
end)

describe("an optimizer's options that are 0", function()
  -- As in Keras: no clipping, no overwriting, no accumulation.
  for _, option in ipairs{"clipnorm", "clipvalue", "global_clipnorm", "gradient_accumulation_steps",
    "ema_overwrite_frequency"} do
    it("do nothing: " .. option, function()
      local w = ln.Variable(ln.tensor{1, 2})
      local sgd = optimizers.SGD{0.5, [option] = 0, use_ema = option:find("ema") ~= nil}
      sgd:apply({ln.tensor{30, -40}}, {w})
      assert.are.same({-14, 22}, w:value():totable())
      sgd:apply({ln.tensor{2, 2}}, {w})
      assert.are.same({-15, 21}, w:value():totable())
      assert.are.equal(2, sgd.iterations)
    end)
  end
end)

describe("optimizers refuse", function()
  local function refuse(pattern, f) assert.error_matches(f, pattern) end

  it("options that they do not have, or out of range", function()
    refuse("momentum", function() optimizers.SGD{momentun = 0.5} end)
    refuse("momentum.*%[0, 1%]", function() optimizers.SGD{momentum = 2} end)
    refuse("learning_rate", function() optimizers.SGD{-1} end)
    refuse("learning_rate", function() optimizers.SGD{"fast"} end)
    refuse("beta_1", function() optimizers.Adam{beta_1 = 1} end)
    refuse("gradient_accumulation_steps", function()
      optimizers.SGD{gradient_accumulation_steps = 1}
    end)
    refuse("clipnorm", function() optimizers.SGD{clipnorm = -1} end)
    refuse("ema_overwrite_frequency", function()
      optimizers.SGD{use_ema = true, ema_overwrite_frequency = -1}
    end)
    refuse("only one of clipnorm, clipvalue and global_clipnorm", function()
      optimizers.SGD{clipnorm = 1, clipvalue = 1}
    end)
    refuse("exclude_layers", function() optimizers.Muon{exclude_layers = {1}} end)
  end)

  it("gradients that do not fit, leaving everything as it was", function()
    local optimizer, list = optimizers.Adam(), variables()
    run(optimizer, list, 1, 1)
    local before = values(list)
    local g = at(2)
    refuse("gradient 2 has shape %(2,%).*'bias' %(3,%)", function()
      optimizer:apply({g[1], ln.zeros{2}, g[3]}, list)
    end)
    refuse("2 gradients for 3 variables", function() optimizer:apply({g[1], g[2]}, list) end)
    refuse("tensor or false", function() optimizer:apply({g[1], g[2], "g"}, list) end)
    refuse("no variable has a gradient", function()
      optimizer:apply({false, false, false}, list)
    end)
    refuse("variable", function() optimizer:apply({g[1]}, {ln.zeros{4, 3}}) end)
    refuse("'kernel' is listed twice", function()
      optimizer:apply({g[1], g[1]}, {list[1], list[1]})
    end)
    refuse("'n' is int32", function()
      optimizer:apply({ln.zeros{2}}, {ln.Variable(ln.zeros({2}, {dtype = "int32"}), {name = "n"})})
    end)
    assert.are.same(before, values(list))
    assert.are.equal(1, optimizer.iterations)
    local plain = run(optimizers.Adam(), variables(), 1, 2)
    run(optimizer, list, 2, 2)
    assert.are.same(values(plain), values(list))
  end)

  it("state of another shape", function()
    local optimizer, list = optimizers.Adam(), variables()
    optimizer:build(list)
    local state = {}
    for i, slot in ipairs(optimizer.variables) do state[i] = slot.value:copy() end
    state[3] = ln.zeros{2}
    refuse("'kernel_momentum' has shape %(4, 3%), got %(2,%)", function()
      optimizer:set_variables(state)
    end)
    refuse("8 values", function() optimizer:set_variables{} end)
  end)
end)
