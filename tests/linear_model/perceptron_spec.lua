-- Perceptron: the classical rule, worked out by hand and in plain Lua; iris; XOR; its manners.
local ln = require "lunate"
local core = require "lunate.core"
local goldens = require "support.goldens"
local fails = require "support.fails"

local Perceptron = ln.linear_model.Perceptron

-- One unit in plain Lua, targets -1 and 1, rows in order; w with its intercept last, and epochs.
local function by_hand(x, t, options)
  local w, best, idle = {}, math.huge, 0
  for j = 1, #x[1] + 1 do w[j] = 0 end
  for epoch = 1, options.max_iter or 1000 do
    local loss = 0
    for i, row in ipairs(x) do
      local p = w[#w]
      for j, v in ipairs(row) do p = p + w[j] * v end
      if t[i] * p <= 0 then
        for j, v in ipairs(row) do w[j] = w[j] + (options.eta0 or 1) * t[i] * v end
        w[#w] = w[#w] + (options.eta0 or 1) * t[i]
        loss = loss - t[i] * p
      end
    end
    if options.tol ~= false then
      idle = loss > best - 1e-3 * #x and idle + 1 or 0
      best = math.min(best, loss)
      if idle >= 5 then return w, epoch end
    end
  end
  return w, options.max_iter or 1000
end

describe("Perceptron", function()
  local xor_x, xor_y = {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, {0, 1, 1, 0}

  it("follows the rule, step by step", function()
    -- (2, 1) of class 1: 0 is a mistake: w = (2, 1), b = 1. (1, 3) of class 0: 6 > 0 is one:
    -- w = (1, -2), b = 0. (-1, 1) of class 1: -3 is one: w = (0, -1), b = 1.
    local model = Perceptron{shuffle = false, max_iter = 1, tol = false}
    model:fit({{2, 1}, {1, 3}, {-1, 1}}, {1, 0, 1})
    assert.same({{0, -1}}, model.coef_:totable())
    assert.same({1}, model.intercept_:totable())
    assert.equal(1, model.n_iter_)
    assert.same({0, -2}, model:decision_function{{4, 1}, {9, 3}}:totable())
    assert.same({0, 0, 1}, model:predict{{4, 1}, {9, 3}, {0, 0}}:totable())   -- on the line: no
  end)

  it("agrees with plain Lua, whatever the data", function()
    for seed = 1, 6 do
      ln.set_seed(seed)
      local n, d = 40 * seed, 1 + seed
      local x = ln.random.normal({n, d}, {dtype = "float64"})
      local noise = ln.random.normal({n}, {stddev = seed % 3, dtype = "float64"})
      local y = (x:sum{axis = 2} + noise):gt(0)
      local t = {}
      for i, v in ipairs(y:totable()) do t[i] = v and 1 or -1 end
      for _, options in ipairs{{}, {eta0 = 0.1}, {max_iter = 3, tol = false}} do
        options.shuffle = false
        local model = Perceptron(options):fit(x, y)
        local w, epochs = by_hand(x:totable(), t, options)
        assert.equal(epochs, model.n_iter_)
        goldens.near(model.intercept_[1], table.remove(w), 1e-9, 1e-9)
        goldens.near(model.coef_[1], w, 1e-9, 1e-9)
      end
    end
  end)

  it("separates iris setosa by its petals in a few epochs", function()
    local iris = ln.datasets.iris.load_data()
    local x, y = iris.data[{ {}, {3, 4} }], iris.target:eq(0)
    for seed = 0, 9 do
      local model = Perceptron{random_state = seed}:fit(x, y)
      assert.equal(1, model:score(x, y))
      assert.is_true(model.n_iter_ <= 15, model.n_iter_)
      assert.same({1}, model:predict{{1.4, 0.2}}:totable())
      assert.same({0}, model:predict{{5, 2}}:totable())
    end
  end)

  it("tells three classes apart one against the rest", function()
    local iris = ln.datasets.iris.load_data()
    local model = Perceptron{random_state = 1}:fit(iris.data, iris.target * 10 - 5)
    assert.same({-5, 5, 15}, model.classes_:totable())
    assert.equal("(3, 4)", tostring(model.coef_.shape))
    assert.equal("(3,)", tostring(model.intercept_.shape))
    local scores = model:decision_function(iris.data)
    assert.same({150, 3}, {scores.shape[1], scores.shape[2]})
    assert.equal(scores:argmax{axis = -1} * 10 - 15, model:predict(iris.data))
    assert.is_true(model:score(iris.data, iris.target * 10 - 5) > 0.6)
    -- Each unit is what it would be alone.
    local rest = Perceptron{shuffle = false}:fit(iris.data, iris.target)
    for k = 0, 2 do
      local alone = Perceptron{shuffle = false}:fit(iris.data, iris.target:eq(k))
      assert.equal(alone.coef_[1], rest.coef_[k + 1])
    end
  end)

  it("cannot learn XOR, but AND and OR", function()
    for seed = 0, 9 do
      local model = Perceptron{random_state = seed, tol = false, max_iter = 200}
      assert.is_true(model:fit(xor_x, xor_y):score(xor_x, xor_y) <= 0.75)
      assert.equal(1, model:fit(xor_x, {0, 0, 0, 1}):score(xor_x, {0, 0, 0, 1}))
      assert.equal(1, model:fit(xor_x, {0, 1, 1, 1}):score(xor_x, {0, 1, 1, 1}))
    end
  end)

  it("follows its seed", function()
    ln.set_seed(8)
    local x = ln.random.normal{60, 3}
    local y = (x[{ {}, 1 }] + ln.random.normal{60}):gt(0)
    local function fit(seed) return Perceptron{random_state = seed}:fit(x, y).coef_ end
    assert.equal(fit(3), fit(3))
    assert.are_not.equal(fit(3), fit(4))
    ln.set_seed(1)
    local first = fit()
    ln.set_seed(1)
    assert.equal(first, fit())
    local model = Perceptron{random_state = 3}   -- fit begins anew
    assert.equal(model:fit(x, y).coef_, model:fit(x, y).coef_)
  end)

  it("goes on with partial_fit, an epoch a call", function()
    local iris = ln.datasets.iris.load_data()
    local whole = Perceptron{shuffle = false, max_iter = 4, tol = false}:fit(iris.data, iris.target)
    local parts = Perceptron{shuffle = false}
    for _ = 1, 2 do
      parts:partial_fit(iris.data, iris.target, {classes = {0, 1, 2}})
      parts:partial_fit(iris.data, iris.target)
    end
    assert.equal(whole.coef_, parts.coef_)
    assert.equal(whole.intercept_, parts.intercept_)
    -- One class at a time is fine, once all are known.
    local one = Perceptron():partial_fit({{1, 1}}, {4}, {classes = {4, 2}})
    assert.same({2, 4}, one.classes_:totable())
    assert.same({{1, 1}}, one.coef_:totable())
  end)

  it("takes no intercept where there is to be none", function()
    local model = Perceptron{fit_intercept = false}:fit({{-1}, {1}}, {0, 1})
    assert.same({0}, model.intercept_:totable())
    assert.same({0, 1}, model:predict{{-3}, {3}}:totable())
  end)

  it("is fast enough for ten thousand rows", function()
    ln.set_seed(1)
    local x = ln.random.normal{10000, 10}
    local y = (x:sum{axis = 2} + ln.random.normal{10000}):gt(0)
    local began = core.clock()
    local model = Perceptron{random_state = 0, tol = false, max_iter = 10}:fit(x, y)
    assert.is_true(core.clock() - began < 20)   -- takes a tenth of a second
    assert.is_true(model:score(x, y) > 0.8)
  end)

  it("refuses what it cannot learn from, and stays as it was", function()
    local model = Perceptron():fit(xor_x, {0, 0, 0, 1})
    local before = model.coef_
    fails("needs at least two classes, got 1", model.fit, model, {{1}, {2}}, {3, 3})
    fails("x has 2 samples, y is of shape %(3,%)", model.fit, model, {{1}, {2}}, {1, 2, 3})
    fails("got %(2,%)", model.fit, model, ln.zeros{2}, {1, 2})
    fails("no samples", model.fit, model, ln.zeros{0, 2}, ln.zeros{0})
    fails("holds NaN", model.fit, model, {{1}, {0 / 0}}, {1, 2})
    fails("whole number", model.fit, model, {{1}, {2}}, {0.5, 2})
    fails("whole number", model.fit, model, {{1}, {2}}, {{1, 2}, {3, 4}})
    fails("got string", model.fit, model, "x", {1})
    fails("got nil", model.fit, model, {{1}, {2}})
    fails("expects 2 features", model.predict, model, {{1}})
    fails("expects 2 features", model.partial_fit, model, {{1}}, {1})
    fails("not among the classes %[0 1%]", model.partial_fit, model, {{1, 1}}, {7})
    fails("classes are %[0 2%], and were %[0 1%]", model.partial_fit, model, {{1, 1}}, {0},
      {classes = {0, 2}})
    assert.equal(before, model.coef_)
    fails("was called before fit", function() Perceptron():decision_function{{1}} end)
    fails("needs to know all classes", function() Perceptron():partial_fit({{1}}, {1}) end)
    fails("unknown option 'penalty'", Perceptron, {penalty = "l2"})
    fails("'eta0'", Perceptron, {eta0 = 0})
    fails("'tol'", Perceptron, {tol = "x"})
  end)
end)
