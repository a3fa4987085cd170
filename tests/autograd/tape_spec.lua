-- Gradient tapes: what they record, gradients of gradients, loops of one's own, memory.
local ln = require "lunate"
local scratch = require "support.scratch"
local goldens = require "support.goldens"

local near = goldens.near

local function double(value) return ln.tensor(value, {dtype = "float64"}) end

-- df/dx of a scalar function by central differences, element by element.
local function differences(f, x, step)
  step = step or 1e-5
  local flat, out = x:flatten():totable(), {}
  for i, value in ipairs(flat) do
    local function at(moved)
      flat[i] = moved
      local y = f(double(flat):reshape(x.shape))
      flat[i] = value
      return type(y) == "number" and y or y:item()
    end
    out[i] = (at(value + step) - at(value - step)) / (2 * step)
  end
  return double(out):reshape(x.shape)
end

local function gradient(f, x)
  local tape <close> = ln.GradientTape()
  tape:watch(x)
  return tape:gradient(f(x), x)
end

-- Not linear, not separable: tanh(x W1) W2 and its like.
local w1 = double{{0.3, -0.7, 0.2}, {0.5, 0.4, -0.6}}
local w2 = double{{0.8}, {-0.5}, {0.9}}
local function net(x) return ln.tanh(x:matmul(w1)):matmul(w2) end

describe("GradientTape", function()
  it("gives the gradient of what it saw", function()
    local x = double{{0.2, -1}, {1.5, 0.7}}
    local function f(t) return (net(t) ^ 2):sum() end
    near(gradient(f, x), differences(f, x), 1e-8, 1e-9)
  end)

  it("records variables by itself, tensors when watched", function()
    local v, t = ln.Variable(ln.tensor{2, 3}), ln.tensor{4, 5}
    local tape <close> = ln.GradientTape{persistent = true}
    local y = (v * t):sum()
    assert.same({4, 5}, tape:gradient(y, v):totable())
    assert.is_false(tape:gradient(y, t))
    tape:watch{t}
    y = (v * t):sum()
    local list = tape:gradient(y, {t, v, ln.ones{2}})
    assert.same({2, 3}, list[1]:totable())
    assert.same({4, 5}, list[2]:totable())
    assert.is_false(list[3])
  end)

  it("gives false, without holes, where nothing connects", function()
    local a, b = ln.Variable(ln.tensor{1}), ln.Variable(ln.tensor{2})
    local tape <close> = ln.GradientTape()
    local list = tape:gradient((b * 3):sum(), {a, b, a})
    assert.equal(3, #list)
    assert.is_false(list[1])
    assert.same({3}, list[2]:totable())
  end)

  it("sums a list of targets, and seeds with output_gradients", function()
    local v = ln.Variable(ln.tensor{1, 2})
    local tape <close> = ln.GradientTape{persistent = true}
    local a, b = v * 2, v * v
    assert.same({4, 6}, tape:gradient({a, b}, v):totable())
    assert.same({20, 200}, tape:gradient(a, v, {output_gradients = ln.tensor{10, 100}}):totable())
    assert.same({2 * 1 + 2 * 1, 0 + 4 * 3},
      tape:gradient({a, b}, v, {output_gradients = {ln.tensor{1, 0}, ln.tensor{1, 3}}}):totable())
    assert.same({1, 1}, tape:gradient(v * 1, v):totable())
    assert.same({1, 1}, tape:gradient(v, v):totable())
  end)

  it("adds up what a weight that is used often gets", function()
    local v = ln.Variable(ln.tensor{3})
    local tape <close> = ln.GradientTape()
    local y = v
    for _ = 1, 3 do y = y * v end
    assert.same({4 * 27}, tape:gradient(y, v):totable())
    local shared = ln.layers.Dense{2, use_bias = false, kernel_initializer = "identity"}
    local second <close> = ln.GradientTape()
    local z = shared(shared(ln.tensor{{1, 2}})):sum()
    assert.same({{4 - 2, 4 - 2}, {2 + 2, 2 + 2}},
      second:gradient(z, shared.trainable_variables)[1]:totable())
  end)

  it("stops at stop_gradient, in no_grad and in stop_recording", function()
    local v = ln.Variable(ln.tensor{2})
    local tape <close> = ln.GradientTape{persistent = true}
    assert.same({2}, tape:gradient(v * ln.stop_gradient(v), v):totable())
    local outside, twice = ln.no_grad(function(t) return t * t, t * 2 end, v)
    assert.same({4}, outside:totable())
    assert.same({4}, twice:totable())
    assert.is_false(tape:gradient(outside, v))
    local paused = tape:stop_recording(function() return v * v end)
    assert.is_false(tape:gradient(paused, v))
    assert.same({4}, tape:gradient(v * v, v):totable())
    -- What fails inside leaves recording as it was.
    assert.matches("oh no", scratch.message(ln.no_grad, function() error("oh no") end), 1, true)
    assert.matches("oh no", scratch.message(tape.stop_recording, tape, function()
      error("oh no")
    end), 1, true)
    assert.same({4}, tape:gradient(v * v, v):totable())
  end)

  it("keeps several losses apart when persistent, and is good for one otherwise", function()
    local v = ln.Variable(ln.tensor{2})
    local tape <close> = ln.GradientTape{persistent = true}
    local first, second = v ^ 2, v ^ 3
    for _ = 1, 2 do
      assert.same({4}, tape:gradient(first, v):totable())
      assert.same({12}, tape:gradient(second, v):totable())
    end
    local once <close> = ln.GradientTape()
    local y = v ^ 2
    assert.same({4}, once:gradient(y, v):totable())
    assert.matches("ln.GradientTape{persistent = true}", scratch.message(once.gradient, once, y, v),
      1, true)
  end)

  it("follows loops and branches on values", function()
    local x = double{0.7}
    local function f(t)
      local y, n = t, 0
      while y:item() < 5 do
        y = n % 2 == 0 and y * 2 or y + t
        n = n + 1
      end
      return y:sum()
    end
    near(gradient(f, x), differences(f, x), 1e-8, 1e-9)
  end)

  describe("gradients of gradients", function()
    local x = double{{0.2, -1}, {1.5, 0.7}}

    it("second and third derivatives", function()
      local t = double{0.5, 1.5}
      local outer <close> = ln.GradientTape()
      outer:watch(t)
      local middle <close> = ln.GradientTape()
      middle:watch(t)
      local inner <close> = ln.GradientTape()
      inner:watch(t)
      local first = inner:gradient(t ^ 4, t)
      local second = middle:gradient(first, t)
      local third = outer:gradient(second, t)
      near(first, 4 * t ^ 3, 1e-12)
      near(second, 12 * t ^ 2, 1e-12)
      near(third, 24 * t, 1e-12)
    end)

    it("a Hessian-vector product", function()
      local v = double{{1, -2}, {0.5, 3}}
      local function f(t) return ln.exp(net(t)):sum() end
      local outer <close> = ln.GradientTape()
      outer:watch(x)
      local product
      do
        local inner <close> = ln.GradientTape()
        inner:watch(x)
        product = outer:gradient(inner:gradient(f(x), x), x, {output_gradients = v})
      end
      -- (grad f(x + h v) - grad f(x - h v)) / 2h
      local h = 1e-5
      near(product, (gradient(f, x + v * h) - gradient(f, x - v * h)) / (2 * h), 1e-7, 1e-9)
    end)

    it("a gradient penalty, through layers", function()
      local function with(dtype)
        ln.set_seed(3)
        return ln.Sequential{
          ln.layers.Dense{4, activation = "tanh", input_shape = {2}, dtype = dtype},
          ln.layers.Dense{1, activation = "sigmoid", dtype = dtype},
        }
      end
      local critic = with("float64")
      local function penalty()
        local inner <close> = ln.GradientTape()
        inner:watch(x)
        local slope = inner:gradient(critic(x), x)
        return ((ln.sqrt((slope ^ 2):sum{axis = 2}) - 1) ^ 2):mean()
      end
      local outer <close> = ln.GradientTape()
      local gradients = outer:gradient(penalty(), critic.trainable_variables)
      for i, variable in ipairs(critic.trainable_variables) do
        local start = variable:value():copy()
        local expected = differences(function(value)
          variable:assign(value)
          local result = penalty()
          variable:assign(start)
          return result
        end, start)
        if gradients[i] then
          near(gradients[i], expected, 1e-6, 1e-8, variable.name)
        else   -- the last bias only shifts what comes before its own sigmoid
          near(ln.zeros_like(start), expected, 1e-6, 1e-8, variable.name)
        end
      end
    end)

    it("of every smooth activation", function()
      for _, name in ipairs{"elu", "selu", "gelu", "softplus", "swish", "tanh", "sigmoid",
                            "softmax", "log_softmax", "mish"} do
        local f = ln.activations.get(name)
        local function slope(t)
          local inner <close> = ln.GradientTape()
          inner:watch(t)
          return (inner:gradient((f(t:matmul(w1)) ^ 2):sum(), t) ^ 2):sum()
        end
        local outer <close> = ln.GradientTape()
        outer:watch(x)
        near(outer:gradient(slope(x), x), differences(slope, x), 1e-5, 1e-7, name)
      end
    end)
  end)

  describe("with optimizers", function()
    it("accumulates micro-batches into the gradient of the whole", function()
      ln.set_seed(1)
      local x, y = ln.random.normal{32, 3}, ln.random.normal{32, 1}
      local model = ln.Sequential{ln.layers.Dense{8, activation = "relu", input_shape = {3}},
        ln.layers.Dense(1)}
      local variables = model.trainable_variables
      local function gradients(a, b, scale)
        local tape <close> = ln.GradientTape()
        local loss = ln.losses.mse(b, model(a, {training = true})):mean() * scale
        return tape:gradient(loss, variables)
      end
      local whole, sum = gradients(x, y, 1), {}
      for a, b in ln.data.batches(x, y, {batch_size = 8}) do
        for i, g in ipairs(gradients(a, b, 1 / 4)) do sum[i] = sum[i] and sum[i] + g or g end
      end
      for i, g in ipairs(whole) do near(sum[i], g, 1e-4, 1e-6) end
      local optimizer = ln.optimizers.SGD{learning_rate = 0.1}
      assert.equal(0, optimizer.iterations)
      local before = variables[1]:value():copy()
      optimizer:apply(sum, variables)
      assert.equal(1, optimizer.iterations)
      near(variables[1]:value(), before - sum[1] * 0.1, 1e-6, 1e-7)
    end)

    it("trains as fit does, to the bit", function()
      ln.set_seed(2)
      local x, y = ln.random.normal{64, 3}, ln.random.normal{64, 1}
      local function make()
        ln.set_seed(7)
        return ln.Sequential{ln.layers.Dense{8, activation = "tanh", input_shape = {3}},
          ln.layers.Dense(1)}
      end
      local fitted, looped = make(), make()
      fitted:compile{loss = "mse", optimizer = ln.optimizers.Adam{learning_rate = 0.01}}
      fitted:fit(x, y, {epochs = 2, batch_size = 16, shuffle = false, verbose = 0})
      local optimizer, mse = ln.optimizers.Adam{learning_rate = 0.01}, ln.losses.MeanSquaredError()
      for _ = 1, 2 do
        for a, b in ln.data.batches(x, y, {batch_size = 16}) do
          local tape <close> = ln.GradientTape()
          local loss = mse(b, looped(a, {training = true}))
          optimizer:apply(tape:gradient(loss, looped.trainable_variables),
            looped.trainable_variables)
        end
      end
      assert.equal(8, optimizer.iterations)
      for i, weight in ipairs(fitted:get_weights()) do
        near(looped:get_weights()[i], weight, 1e-6, 1e-7)
      end
    end)

    it("moves only what it is given, and passes over false", function()
      local a, b = ln.layers.Dense{1, input_shape = {2}}, ln.layers.Dense{1, input_shape = {1}}
      local chain = ln.Sequential{a, b}
      local x = ln.ones{4, 2}
      chain(x)
      local before = b:get_weights()
      local optimizer = ln.optimizers.SGD{learning_rate = 0.5}
      local tape <close> = ln.GradientTape()
      local g = tape:gradient(chain(x):sum(), a.trainable_variables)
      local kernel = a.trainable_variables[1]:value():copy()
      optimizer:apply({g[1], false}, a.trainable_variables)
      near(a.trainable_variables[1]:value(), kernel - g[1] * 0.5, 1e-6, 1e-6)
      assert.same({0}, a.trainable_variables[2]:value():totable())
      for i, weight in ipairs(before) do assert.is_true(weight == b:get_weights()[i]) end
    end)

    it("refuses gradients through values that are gone", function()
      local v, u = ln.Variable(ln.tensor{2}), ln.Variable(ln.tensor{5})
      local optimizer = ln.optimizers.SGD{learning_rate = 0.5}
      local tape <close> = ln.GradientTape{persistent = true}
      local y, z = v * v, u * u
      optimizer:apply({tape:gradient(y, v)}, {v})
      assert.matches("a variable got another value after the tape recorded it",
        scratch.message(tape.gradient, tape, y, v), 1, true)
      assert.same({10}, tape:gradient(z, u):totable())
      u:assign(ln.tensor{6})   -- what was computed before keeps the old value
      assert.same({10}, tape:gradient(z, u):totable())
      assert.same({0}, tape:gradient(v * v, v):totable())   -- 2 - 0.5 * 4 = 0
    end)
  end)

  describe("says what is wrong:", function()
    local v = ln.Variable(ln.tensor{1, 2})
    local cases = {
      {"unknown option 'persistant' of 'GradientTape'; did you mean 'persistent'?",
        function() ln.GradientTape{persistant = true} end},
      {"'persistent' should be a boolean", function() ln.GradientTape{persistent = 1} end},
      {"variable or a list of them, got number", function(tape) tape:watch(3) end},
      {"a gradient needs a float tensor, got int32",
        function(tape) tape:watch(ln.tensor({1}, {dtype = "int32"})) end},
      {"the target should be", function(tape) tape:gradient(3, v) end},
      {"the target should be float, got bool", function(tape) tape:gradient(v:gt(0), v) end},
      {"sources should be a list of tensors and variables, got number",
        function(tape) tape:gradient(v * 1, {v, 3}) end},
      {"output_gradients of shape (1,) for a target of shape (2,)",
        function(tape) tape:gradient(v * 1, v, {output_gradients = ln.ones{1}}) end},
      {"2 output_gradients for 1 targets", function(tape)
        tape:gradient(v * 1, v, {output_gradients = {ln.ones{2}, ln.ones{2}}})
      end},
      {"unknown option 'output_gradient'",
        function(tape) tape:gradient(v * 1, v, {output_gradient = ln.ones{2}}) end},
      {"an active gradient tape has seen this tensor", function()
        local t = v * 2
        t[1] = 0
      end},
      {"3 gradients for 1 variables",
        function() ln.optimizers.SGD():apply({v, v, v}, {v}) end},
      {"gradient 1 has shape (3,), its variable",
        function() ln.optimizers.SGD():apply({ln.ones{3}}, {v}) end},
      {"no variable has a gradient", function() ln.optimizers.SGD():apply({false}, {v}) end},
    }
    for _, case in ipairs(cases) do
      it(case[1], function()
        local tape <close> = ln.GradientTape{persistent = true}
        assert.matches(case[1], scratch.message(case[2], tape), 1, true)
        assert.same({2, 4}, tape:gradient(v ^ 2, v):totable())
      end)
    end

    it("the tape is closed", function()
      local tape = ln.GradientTape()
      tape:close()
      tape:close()
      assert.equal("<gradient tape, closed>", tostring(tape))
      assert.matches("the tape is closed", scratch.message(tape.gradient, tape, v * 1, v), 1, true)
    end)
  end)

  it("records no more once its scope has ended, by an error too", function()
    local v, kept = ln.Variable(ln.tensor{1}), nil
    pcall(function()
      local tape <close> = ln.GradientTape()
      kept = tape
      error(v * 1)
    end)
    local y = v * 3
    assert.same({3}, y:totable())
    assert.equal("<gradient tape, closed>", tostring(kept))
    y[1] = 0   -- nothing watches
  end)

  it("10,000 eager steps do not grow the process", function()
    local function resident()
      -- A sanitizer holds freed memory back.
      if os.getenv("ASAN_OPTIONS") then return ln.memory().live end
      local file <close> = assert(io.open("/proc/self/status"))
      return tonumber(file:read("a"):match("VmRSS:%s*(%d+)")) * 1024
    end
    ln.set_seed(1)
    local x, y = ln.random.normal{32, 8}, ln.random.normal{32, 1}
    local model = ln.Sequential{ln.layers.Dense{30, activation = "relu", input_shape = {8}},
      ln.layers.Dense(1)}
    local optimizer, mse = ln.optimizers.Adam(), ln.losses.MeanSquaredError()
    local function step()
      local tape <close> = ln.GradientTape()
      local loss = mse(y, model(x, {training = true}))
      optimizer:apply(tape:gradient(loss, model.trainable_variables), model.trainable_variables)
    end
    for _ = 1, 100 do step() end
    local before = resident()
    for _ = 1, 10000 do step() end
    assert.is_true(resident() - before < 5e6)
    assert.equal(10100, optimizer.iterations)
  end)
end)
