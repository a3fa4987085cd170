-- What training and calls take of memory, in bytes that ln.memory() tells: all programs of a
-- trainer share one arena, sized by the largest, and the first batch takes no more than others.
local ln = require "lunate"
local fails = require "support.fails"
local state = require "lunate.model.state"

-- Numbers that a script prints. Peaks only grow: each is asked of a process of its own.
local function numbers(script, ...)
  local file = os.tmpname()
  local out = assert(io.open(file, "w"))
  out:write(("local ln = require 'lunate'\nln.threads(1)\n" .. script):format(...))
  out:close()
  local pipe = io.popen(("%s %s 2>&1"):format(arg and arg[-1] or "lua5.4", file))
  local text = pipe:read("a")
  pipe:close()
  os.remove(file)
  local list = {}
  for line in text:gmatch("[^\n]+") do
    list[#list + 1] = assert(tonumber(line), text)
  end
  return list
end

local DEEP = [[
  local layers = {ln.Input{shape = {64}}}
  for i = 1, 24 do layers[#layers + 1] = ln.layers.Dense{64, activation = "relu"} end
  local model = ln.Sequential(layers)
  model:compile{loss = "mse", optimizer = "%s"}
  local function step(n)
    local x, y <const> = ln.zeros{n, 64}, ln.zeros{n, 64}
    model:train_on_batch(x, y)
    x:close()
    y:close()
    collectgarbage()
  end
]]

-- Bytes of the activations of such a model, all of them.
local function activations(n) return 24 * 64 * 4 * n end

describe("memory of training", function()
  for _, optimizer in ipairs{"sgd", "adam"} do
    it("is that of the largest of nine batch sizes, with " .. optimizer, function()
      local one = numbers(DEEP .. "step(4096) print(ln.memory().peak)", optimizer)[1]
      for _, order in ipairs{"512, 1024, 1536, 2048, 2560, 3072, 3584, 4000, 4096",
                             "4096, 4000, 3584, 3072, 2560, 2048, 1536, 1024, 512"} do
        local nine = numbers(DEEP .. "for _ = 1, 2 do for _, n in ipairs{%s} do step(n) end end\n"
          .. "print(ln.memory().peak)", optimizer, order)[1]
        assert.is_true(nine < 1.1 * one, ("%d for %d"):format(nine, one))
      end
    end)
  end

  it("is that of a replay in the first batch", function()
    local list = numbers(DEEP .. [[
      step(1)   -- the optimizer's buffers
      local before = ln.memory().live
      step(2048)
      print(ln.memory().peak - before)
      for _ = 1, 3 do step(2048) end
      print(ln.memory().peak - before)
    ]], "sgd")
    assert.are.equal(list[1], list[2])
    -- Activations, for their gradients; one or two gradients; the batch and its copy.
    assert.is_true(list[1] < activations(2048) * 1.45, tostring(list[1]))
    assert.is_true(list[1] > activations(2048) * 0.9, tostring(list[1]))
  end)

  it("of evaluate and predict is that of a few layers, from the first batch", function()
    for _, call in ipairs{"model:predict(x, {batch_size = 2048, verbose = 0})",
                          "model:evaluate(x, x, {batch_size = 2048, verbose = 0})",
                          "local y = model(x)", "local y = graph(x)"} do
      local peak = numbers(DEEP .. [[
        local i = ln.Input{shape = {64}}
        local a, b = ln.layers.Dense(64)(i), ln.layers.Dense(64)(i)
        for _ = 1, 10 do a, b = ln.layers.Dense(64)(a), ln.layers.Dense(64)(b) end
        local graph = ln.Model{inputs = i, outputs = ln.layers.Add(){a, b}}
        step(1)
        local x = ln.zeros{2048, 64}
        local before = ln.memory().peak
        %s
        print(ln.memory().peak - before)
      ]], "sgd", call)[1]
      assert.is_true(peak < 6 * 2048 * 64 * 4, call .. ": " .. peak)
    end
  end)

  it("of a tape's gradients is that of its activations and little more", function()
    local peak = numbers(DEEP .. [[
      local x = ln.zeros{2048, 64}
      step(1)
      local before = ln.memory().peak
      local tape = ln.GradientTape()
      local loss = model(x):square():mean()
      local gradients = tape:gradient(loss, model.trainable_variables)
      print(ln.memory().peak - before)
    ]], "sgd")[1]
    assert.is_true(peak < activations(2048) * 1.4, tostring(peak))
  end)

  it("of gradients comes in place of the activations that they have passed", function()
    -- As many weights as activations: the one goes as the other comes.
    local list = numbers([[
      local layers = {ln.Input{shape = {128}}}
      for i = 1, 24 do layers[i + 1] = ln.layers.Dense{128, activation = "relu"} end
      local model, x = ln.Sequential(layers), ln.zeros{128, 128}
      local function peak(step)
        step()
        collectgarbage()
        collectgarbage()
        local before = ln.memory()
        if before.peak > before.live then   -- peaks only grow
          local filler = ln.zeros{(before.peak - before.live) // 4}
          step()
          print(ln.memory().peak - before.live - filler.size * 4)
        end
      end
      peak(function()
        local tape = ln.GradientTape()
        local loss = model(x):square():mean()
        return tape:gradient(loss, model.trainable_variables)
      end)
    ]])
    local weights = 24 * 128 * 129 * 4
    assert.is_true(list[1] < 1.6 * weights, ("%d, weights %d"):format(list[1] or 0, weights))
  end)

  it("of models in Lua that train op by op is let go as the gradients pass", function()
    local peak = numbers([[
      local Deep = ln.Model:extend("Deep")
      function Deep:init()
        self.parts = {}
        for i = 1, 24 do self.parts[i] = ln.layers.Dense{64, activation = "relu"} end
      end
      function Deep:call(x)
        for _, part in ipairs(self.parts) do x = part(x) end
        return x
      end
      local model, x = Deep(), ln.zeros{2048, 64}
      model:compile{loss = "mse", optimizer = "sgd"}
      model:train_on_batch(x[{ {1, 1} }], x[{ {1, 1} }])
      local before = ln.memory().peak
      model:train_on_batch(x, x)
      print(ln.memory().peak - before)
    ]])[1]
    assert.is_true(peak < activations(2048) * 1.4, tostring(peak))
  end)
end)

describe("programs", function()
  local function model()
    ln.set_seed(1)
    local m = ln.Sequential{ln.layers.Dense{4, activation = "tanh", input_shape = {3}},
                            ln.layers.Dropout(0.3), ln.layers.Dense(1)}
    m:compile{loss = "mse", optimizer = "adam", metrics = {"mae"}}
    return m
  end
  local x = ln.random.normal({64, 3}, {seed = 1})
  local y = x:sum{axis = 2, keepdims = true}

  it("of more shapes than eight stay recorded", function()
    local m = model()
    local function pass()
      for n = 1, 30 do m:train_on_batch(x[{ {1, n} }], y[{ {1, n} }]) end
    end
    pass()
    pass()
    local trainer = state[m].trainer
    -- A shape that is recorded is answered at once; one that is not has no answer.
    for n = 1, 30 do
      assert.is_number((trainer:answer("train", x[{ {1, n} }], y[{ {1, n} }])))
    end
    assert.is_nil((trainer:answer("train", x[{ {1, 31} }], y[{ {1, 31} }])))
  end)

  it("of many shapes train as single ones do", function()
    local results = {}
    for k, eager in ipairs{false, true} do
      local m = model()
      m:compile{loss = "mse", optimizer = "adam", metrics = {"mae"}, run_eagerly = eager}
      ln.set_seed(7)
      for pass = 1, 3 do
        for _, n in ipairs{5, 64, 3, 17, 1, 33, 2, 64, 9, 50} do
          m:train_on_batch(x[{ {1, n} }], y[{ {1, n} }])
          m:test_on_batch(x[{ {1, n + pass > 64 and 1 or n + pass} }],
                          y[{ {1, n + pass > 64 and 1 or n + pass} }])
        end
      end
      results[k] = {m:get_weights(), m:predict(x, {batch_size = 7, verbose = 0})}
    end
    for i, w in ipairs(results[1][1]) do assert.are.equal(results[2][1][i], w) end
    assert.are.equal(results[2][2], results[1][2])
  end)

  it("stay within bounds, however many shapes there are", function()
    local m = model()
    local function pass(from, to)
      for n = from, to do m:train_on_batch(ln.zeros{n, 3}, ln.zeros{n, 1}) end
    end
    pass(1, 40)
    collectgarbage()
    collectgarbage()
    local live, before = ln.memory().live
    pass(41, 80)
    collectgarbage()
    collectgarbage()
    before = ln.memory().live
    assert.is_true(before - live < 40 * 65536, before - live .. " bytes for 40 shapes")
    m:compile{loss = "mse", optimizer = "adam"}
    collectgarbage()
    collectgarbage()
    assert.is_true(ln.memory().live < before)
  end)

  it("are dropped when they take too much, those used longest ago first", function()
    local layers = {ln.Input{shape = {2}}}
    for i = 1, 60 do layers[#layers + 1] = ln.layers.Dense{2, activation = "relu"} end
    local m = ln.Sequential(layers)
    m:compile{loss = "mse", optimizer = "adam"}
    local all = ln.zeros{1000, 2}
    local function batch(n) return all[{ {1, n} }], all[{ {1, n} }] end
    m:train_on_batch(batch(1000))   -- as large as the arena will be
    local trainer = state[m].trainer
    local function recorded(n) return (trainer:answer("train", batch(n))) ~= nil end
    for n = 1, 600 do
      m:train_on_batch(batch(n))
      if n % 20 == 0 then assert.is_true(recorded(2) and recorded(n)) end
      if n == 40 then assert.is_true(recorded(1)) end
    end
    assert.is_true(recorded(600) and recorded(590) and recorded(2))
    assert.is_false(recorded(3))
    assert.is_false(recorded(100))
  end)

  it("do not touch each other when one batch runs within another", function()
    local m = ln.Sequential{ln.layers.Dense{1, input_shape = {3}, kernel_initializer = "ones"}}
    local seen, depth = {}, 0
    local Inner = ln.metrics.Metric:extend("Inner")
    function Inner:update_state(y_true, y_pred)
      local before = y_pred:copy()
      local inner = m:predict(x[{ {1, 7} }] * 10, {verbose = 0})
      local targets = y_true:copy()
      depth = depth + 1
      if depth == 1 then
        m:evaluate(x[{ {1, #y_true} }] * 5, y[{ {1, #y_true} }] * 7, {verbose = 0})
      end
      depth = depth - 1
      seen[#seen + 1] = {before == y_pred and targets == y_true,
                         inner == m(x[{ {1, 7} }] * 10)}
    end
    function Inner:result() return ln.tensor(#seen) end
    m:compile{loss = "mse", optimizer = "sgd", metrics = {Inner()}}
    m:predict(x[{ {1, 7} }], {verbose = 0})
    m:evaluate(x, y, {batch_size = 32, verbose = 0})
    assert.is_true(#seen >= 3)
    for _, s in ipairs(seen) do assert.same({true, true}, {s[1], s[2]}) end
  end)
end)

describe("the first batch", function()
  it("says where it failed, and so do later ones", function()
    local c = ln.Sequential{ln.layers.Dense{3, activation = "softmax", input_shape = {2}}}
    c:compile{loss = "sparse_categorical_crossentropy", optimizer = "sgd"}
    for _ = 1, 2 do
      fails("in loss 'sparse_categorical_crossentropy'.*label 7 is out of range",
        c.train_on_batch, c, ln.ones{1, 2}, ln.tensor({7}, {dtype = "int32"}))
      c:train_on_batch(ln.ones{1, 2}, ln.tensor({2}, {dtype = "int32"}))
    end
  end)

  it("computes at once what Lua sees on the way", function()
    local seen
    local Look = ln.layers.Layer:extend("Look")
    function Look:compute_output_shape(shape) return shape end
    function Look:call(inputs)
      seen = inputs:copy()
      return inputs * inputs:max():item()
    end
    local i = ln.Input{shape = {3}}
    local h = ln.layers.Dense{4, activation = "relu"}(i)
    local m = ln.Model{inputs = i, outputs = ln.layers.Dense(2)(Look()(ln.layers.Dense(3)(h)))}
    local x, inner = ln.random.normal({5, 3}, {seed = 1}), ln.Model{inputs = i, outputs = h}
    assert.are.equal(m(x), m:predict(x, {verbose = 0}))
    assert.are.equal(m.layers[3](inner(x)), seen)
    m:compile{loss = "mse", optimizer = "sgd"}
    local loss = ((m(x) - ln.ones{5, 2})^2):mean():item()
    assert.near(loss, (m:train_on_batch(x, ln.ones{5, 2})), 1e-6 * loss)
  end)

  it("builds layers that it meets on the way, whose weights are computed", function()
    -- A model in Lua that does not build what it calls, by promise and not; orthogonal weights are
    -- products.
    local Late = ln.Model:extend("Late")
    function Late:init()
      self.out = ln.layers.Dense{4, kernel_initializer = "orthogonal"}
    end
    function Late:call(inputs) return self.out(inputs) end
    for _, replay in ipairs{false, true} do
      local m = Late()
      m:compile{loss = "mse", optimizer = ln.optimizers.SGD(0), replay = replay}
      for _ = 1, 3 do m:train_on_batch(ln.ones{3, 4}, ln.ones{3, 4}) end
      local w = m:get_weights()[1]
      assert.is_true((w:transpose():matmul(w) - ln.eye(4)):abs():max():item() < 1e-5)
    end
    local spectral = ln.Sequential{ln.layers.SpectralNormalization{ln.layers.Dense(3)},
                                   ln.layers.Dense{3, kernel_initializer = "orthogonal"}}
    spectral:compile{loss = "mse", optimizer = "sgd"}
    assert.is_number((spectral:train_on_batch(ln.ones{3, 4}, ln.ones{3, 3})))
  end)

  it("takes padding that values say", function()
    local i = ln.Input{shape = {3}}
    local m = ln.Model{inputs = i, outputs = ln.pad(ln.layers.Dense(2)(i), {{0, 0}, {1, 2}})}
    local x = ln.random.normal({4, 3}, {seed = 1})
    for _ = 1, 2 do assert.are.equal(m(x), m:predict(x, {verbose = 0})) end
  end)
end)
