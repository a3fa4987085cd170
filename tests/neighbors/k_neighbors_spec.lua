-- Neighbours, against brute force in plain Lua.
local ln = require "lunate"
local goldens = require "support.goldens"
local fails = require "support.fails"

local Regressor, Classifier = ln.neighbors.KNeighborsRegressor, ln.neighbors.KNeighborsClassifier

-- The k nearest of each query: lists of {distance =, at =}.
local function by_hand(x, queries, k)
  local all = {}
  for q, query in ipairs(queries) do
    local list = {}
    for i, row in ipairs(x) do
      local sum = 0
      for j, v in ipairs(row) do sum = sum + (v - query[j]) ^ 2 end
      list[i] = {distance = sum ^ 0.5, at = i}
    end
    table.sort(list, function(a, b) return a.distance < b.distance end)
    all[q] = table.move(list, 1, k, 1, {})
  end
  return all
end

describe("neighbours", function()
  -- Far from the origin, where |a|^2 - 2 a b + |b|^2 would lose all digits.
  local function data(n, d, shift)
    ln.set_seed(n + d)
    local x = ln.random.normal({n, d}, {dtype = "float64"}) + (shift or 0)
    return x, ln.random.normal({17, d}, {dtype = "float64"}) + (shift or 0)
  end

  for _, case in ipairs{{1, 1, 1}, {50, 1, 7}, {200, 3, 5}, {90, 20, 90}, {60, 2, 4, 1e6}} do
    local n, d, k, shift = table.unpack(case)
    it(("finds %d of %d samples with %d features%s"):format(k, n, d, shift and ", far out" or ""),
    function()
      local x, queries = data(n, d, shift)
      local distances, positions = Regressor(k):fit(x, ln.zeros{n}):kneighbors(queries)
      assert.equal("int64", positions.dtype)
      for q, list in ipairs(by_hand(x:totable(), queries:totable(), k)) do
        for i, neighbour in ipairs(list) do
          assert.equal(neighbour.at, positions[q][i])
          assert.near(neighbour.distance, distances[q][i], 1e-8 * (1 + neighbour.distance))
        end
      end
    end)
  end

  it("works in blocks, whose number does not matter", function()
    ln.set_seed(1)
    local x = ln.random.normal{3000, 2}
    local y = x[{ {}, 1 }] * 2
    local model = Regressor(3):fit(x, y)
    local some = model:predict(x[{ {2900, 3000} }])
    local before = ln.memory().peak
    goldens.near(model:predict(x)[{ {2900, 3000} }], some, 1e-12, 1e-12)
    assert.is_true(ln.memory().peak - before < 200e6)
    assert.equal("(0,)", tostring(model:predict(ln.zeros{0, 2}).shape))
  end)

  for _, weights in ipairs{"uniform", "distance"} do
    it("weighs targets: " .. weights, function()
      local x, queries = data(80, 2)
      ln.set_seed(9)
      local y = ln.random.normal({80, 3}, {dtype = "float64"})
      local model = Regressor{6, weights = weights}:fit(x, y)
      local single = Regressor{6, weights = weights}:fit(x, y[{ {}, 2 }])
      local expected, targets = {}, y:totable()
      for q, list in ipairs(by_hand(x:totable(), queries:totable(), 6)) do
        local sum, total = {0, 0, 0}, 0
        for _, neighbour in ipairs(list) do
          local w = weights == "uniform" and 1 or 1 / neighbour.distance
          total = total + w
          for j = 1, 3 do sum[j] = sum[j] + w * targets[neighbour.at][j] end
        end
        expected[q] = {sum[1] / total, sum[2] / total, sum[3] / total}
      end
      goldens.near(model:predict(queries), expected, 1e-9, 1e-9)
      goldens.near(single:predict(queries), ln.tensor(expected, {dtype = "float64"})[{ {}, 2 }],
        1e-9, 1e-9)
    end)
  end

  it("lets samples at distance 0 count alone", function()
    local model = Regressor{3, weights = "distance"}:fit({{1}, {1}, {1.5}, {9}}, {2, 4, 100, 100})
    assert.same({3}, model:predict{{1}}:totable())
    assert.same({100}, model:predict{{9}}:totable())
  end)

  it("is a running mean over one feature", function()
    local x = ln.arange(1, 101, 1, "float64")
    local model = Regressor(3):fit(x:reshape{100, 1}, x * 10)
    assert.same({20, 500, 990}, model:predict{{1.9}, {50}, {99}}:totable())
  end)

  it("scores by R2", function()
    local model = Regressor(1):fit({{0}, {1}, {2}}, {1, 2, 3})
    assert.equal(1, model:score({{0}, {1}, {2}}, {1, 2, 3}))
    -- y = 3, 2, 1 against 1, 2, 3: 1 - 8 / 2.
    assert.equal(-3, model:score({{0}, {1}, {2}}, {3, 2, 1}))
    local constant = Regressor(1):fit({{0}, {1}}, {5, 5})
    assert.equal(1, constant:score({{0}, {1}}, {5, 5}))
    assert.equal(0, constant:score({{0}, {1}}, {6, 6}))
  end)

  it("classifies by votes", function()
    local x, y = {{0}, {1}, {2}, {10}, {11}}, {7, 7, -2, -2, -2}
    local model = Classifier(3):fit(x, y)
    assert.same({-2, 7}, model.classes_:totable())
    assert.same({7, -2}, model:predict{{0.4}, {10.5}}:totable())
    goldens.near(model:predict_proba{{0.4}, {10.5}}, {{1 / 3, 2 / 3}, {1, 0}}, 1e-12, 1e-12)
    assert.equal(0.5, model:score({{0.4}, {10.5}}, {7, 7}))
    -- As many votes: the least id; by distance the nearer one.
    assert.same({-2}, Classifier(2):fit({{0}, {1}}, {3, -2}):predict{{0.1}}:totable())
    assert.same({3}, Classifier{2, weights = "distance"}:fit({{0}, {1}}, {3, -2}):predict{{0.1}}
      :totable())
    local iris = ln.datasets.iris.load_data()
    assert.is_true(Classifier():fit(iris.data, iris.target):score(iris.data, iris.target) > 0.95)
  end)

  it("refuses what does not fit", function()
    local model = Regressor():fit({{0, 1}, {1, 2}}, {0, 1})
    fails("5 neighbours are wanted, fit saw 2 samples", model.predict, model, {{1, 2}})
    fails("expects 2 features, as in fit, got shape %(1, 1%)", model.predict, model, {{1}})
    fails("holds NaN", model.predict, model, {{0 / 0, 1}})
    fails("holds NaN", model.fit, model, {{0}, {math.huge}}, {1, 2})
    fails("'n_neighbors'", model.kneighbors, model, {{1, 2}}, {n_neighbors = 0})
    fails("before fit", function() Regressor():predict{{1}} end)
    fails("x has 2 samples, y is of shape %(1,%)", model.fit, model, {{1}, {2}}, {1})
    fails("no samples", model.fit, model, ln.zeros{0, 1}, ln.zeros{0})
    fails("'n_neighbors'", Regressor, 0)
    fails("'weights'", Regressor, {weights = "far"})
    fails("whole number", function() Classifier():fit({{1}, {2}}, {0.5, 1}) end)
    fails("y is of shape %(2, 2%), predicted is %(2,%)", function()
      Regressor(1):fit({{1}, {2}}, {0, 1}):score({{1}, {2}}, {{1, 2}, {3, 4}})
    end)
  end)
end)
