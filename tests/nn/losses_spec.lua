-- Losses: every golden case (values, reductions, weights, gradients, configs, names), the formulas
-- that no case covers, and what bad labels and shapes say.

local ln = require "lunate"
local core = require "lunate.core"
local goldens = require "support.goldens"

local losses = ln.losses

local function make(case, reduction)
  local config = {}
  for key, value in pairs(case.config and case.config.config or {}) do config[key] = value end
  for key, value in pairs(case.kwargs or {}) do config[key] = value end
  config.reduction = reduction
  return losses[case.class_name].from_config(config)
end

local reductions = {"sum_over_batch_size", "sum", "mean", "mean_with_sample_weight"}

describe("golden losses", function()
  for name, case, load in goldens.cases("losses") do
    local masked = case.y_pred_keras_mask

    it(name .. ": values and reductions", function()
      local y_true, y_pred = load(case.y_true), load(case.y_pred)
      local mask = masked and load(masked)
      if case.none then
        goldens.near(make(case, "none")(y_true, y_pred), load(case.none), 2e-5, 2e-6)
      end
      local weight = case.sample_weight and load(case.sample_weight)
      for _, reduction in ipairs(reductions) do
        local loss = make(case, reduction)
        if case[reduction] then
          goldens.near(loss(y_true, y_pred, nil, mask), case[reduction], 2e-5, 2e-6, reduction)
        end
        if case[reduction .. "_sw"] then
          goldens.near(loss(y_true, y_pred, weight), case[reduction .. "_sw"], 2e-5, 2e-6,
            reduction .. "_sw")
        end
      end
    end)

    it(name .. ": gradients", function()
      local y_true, y_pred = load(case.y_true), load(case.y_pred)
      local loss = make(case, "sum_over_batch_size")
      for key, weight in pairs{grad = false, grad_sw = case.sample_weight or nil} do
        if case[key] then
          local tape <close> = ln.GradientTape()
          tape:watch(y_pred)
          local mask = masked and load(masked)
          local value = loss(y_true, y_pred, weight and load(weight) or nil, mask)
          goldens.near(tape:gradient(value, {y_pred})[1], load(case[key]), 5e-5, 2e-6, key)
        end
      end
    end)

    if case.config then
      it(name .. ": config", function()
        local loss = losses.get(case.config)
        local config = loss:get_config()
        for key, value in pairs(case.config.config) do
          local ours = config[key]
          if type(ours) == "table" and #ours == 1 then ours = ours[1] end
          assert.are.equal(value, ours, key)
        end
        local again = losses[case.class_name].from_config(config)
        assert.are.same(config, again:get_config())
      end)
    end
  end
end)

describe("names of losses", function()
  local aliases = goldens.json("losses", "aliases.json")
  for alias, meaning in pairs(aliases) do
    it(alias, function()
      if meaning:find("^ERROR") then
        assert.has_error(function() losses.get(alias) end)
      else
        local wanted = meaning:gsub("^class ", "")
        assert.are.equal(losses.get(wanted):get_config().name, losses.get(alias):get_config().name)
      end
    end)
  end

  it("as functions give the value of each sample", function()
    local y, p = ln.tensor{{0, 1}, {0, 0}}, ln.tensor{{1, 1}, {1, 3}}
    goldens.near(losses.mse(y, p), {0.5, 5}, 0, 0)
    goldens.near(losses.mae(y, p), {0.5, 2}, 0, 0)
    goldens.near(losses.huber(y, p), {0.25, 1.5}, 0, 0)
    goldens.near(losses.hinge(ln.tensor{{0, 1}}, ln.tensor{{0.5, 0.5}}), {1}, 0, 0)
  end)
end)

-- Central differences in float64 against the tape.
local function check_gradient(loss, y_true, values)
  local y_pred = ln.tensor(values, {dtype = "float64"})
  local function value(t) return loss(y_true, t):item() end
  local gradient
  do
    local tape <close> = ln.GradientTape()
    tape:watch(y_pred)
    gradient = tape:gradient(loss(y_true, y_pred), {y_pred})[1]
  end
  local h = 1e-5
  local flat, shape = y_pred:flatten():totable(), y_pred.shape
  local g = gradient:flatten():totable()
  for i = 1, #flat do
    local kept = flat[i]
    local function at(x)
      flat[i] = x
      local t = ln.tensor(flat, {dtype = "float64"}):reshape(shape)
      flat[i] = kept
      return value(t)
    end
    goldens.near(g[i], (at(kept + h) - at(kept - h)) / (2 * h), 1e-5, 1e-6, "element " .. i)
  end
end

describe("losses beyond the golden cases", function()
  it("Tversky weighs what is missed and what is too much", function()
    local y, p = ln.tensor{{1, 0, 1, 0}}, ln.tensor{{1, 1, 0.5, 0}}
    -- both 1.5, missed 0.5, extra 1; Keras 3.16 gives 0.5
    local tversky = losses.Tversky{alpha = 0.5, beta = 2}
    goldens.near(tversky(y, p), 1 - 1.5 / (1.5 + 0.5 + 1), 1e-6, 1e-7)
    goldens.near(losses.Tversky()(y, p), losses.Dice()(y, p), 1e-6, 1e-7)
    local t = losses.Tversky{alpha = 0.3, beta = 0.6, axis = 2, reduction = "none"}
    goldens.near(t(y, p), {1 - 1.5 / (1.5 + 0.3 + 0.3)}, 1e-6, 1e-7)
  end)

  -- Numbers of Keras 3.16.
  it("sparse categorical cross-entropy of classes on another axis", function()
    local p = ln.tensor{{{0.2, 0.5, 0.3}, {0.3, 0.3, 0.4}, {0.1, 0.8, 0.1}},
      {{0.6, 0.2, 0.2}, {0.3, 0.4, 0.3}, {0.25, 0.25, 0.5}}}:permute{1, 3, 2}
    local Sparse = losses.SparseCategoricalCrossentropy
    local y, some = ln.tensor{{0, 2, 1}, {1, 1, 2}}, ln.tensor{{0, 2, 1}, {1, -1, 2}}
    local wanted = {{1.6094, 0.9163, 0.2231}, {1.6094, 0.9163, 0.6931}}
    goldens.near(Sparse{axis = 2, reduction = "none"}(y, p), wanted, 1e-4, 1e-4)
    goldens.near(Sparse{axis = 2, reduction = "none"}(y:expand_dims(2), p), wanted, 1e-4, 1e-4)
    goldens.near(Sparse{axis = 2, ignore_class = -1}(some, p), 1.0103, 1e-4, 1e-4)
    local logits = Sparse{axis = -2, ignore_class = -1, from_logits = true, reduction = "none"}
    goldens.near(logits(some:expand_dims(2), p),
      {{1.2398, 1.0331, 0.6897}, {1.2504, 0, 0.9391}}, 1e-4, 1e-4)
    assert.equal(1, Sparse{axis = 2}:get_config().axis)
  end)

  it("crossentropies of another axis than the softmax's are not fused with it", function()
    local x = ln.random.normal({5, 3, 4}, {seed = 1})
    local ids = ln.random.randint({5, 4}, {min = 0, max = 3, seed = 2})
    local labels = ln.one_hot(ids, {num_classes = 3, axis = 2})
    for name, y in pairs{SparseCategoricalCrossentropy = ids, CategoricalCrossentropy = labels} do
      for _, axis in ipairs{2, -2} do
        local model = ln.Sequential{ln.Input{shape = {3, 4}}, ln.layers.Activation("softmax")}
        local loss = losses[name]{axis = axis}
        model:compile{loss = loss}
        goldens.near(model:evaluate(x, y, {verbose = 0}), loss(y, model(x)):item(), 1e-5, 1e-6)
      end
    end
  end)

  it("labels are smoothed by the number of classes, on whatever axis", function()
    local p = ln.tensor{{{0.2, 0.5}, {0.3, 0.1}, {0.5, 0.4}}}
    local y = ln.tensor{{{0, 1}, {1, 0}, {0, 0}}}
    local options = {axis = 2, label_smoothing = 0.3, reduction = "none"}
    goldens.near(losses.CategoricalCrossentropy(options)(y, p), {{1.1934, 0.8764}}, 1e-4, 1e-4)
    goldens.near(losses.CategoricalFocalCrossentropy(options)(y, p), {{0.1481, 0.0895}}, 1e-3, 1e-4)
  end)

  it("what is ignored has no gradient, whatever its values", function()
    for _, from_logits in ipairs{true, false} do
      local p = ln.tensor{{0 / 0, 1, 2}, {0.2, 0.3, 0.5}, {0, 0, 0}}
      local tape <close> = ln.GradientTape()
      tape:watch(p)
      local loss = losses.SparseCategoricalCrossentropy{ignore_class = -1,
        from_logits = from_logits, reduction = "sum"}
      local gradient = tape:gradient(loss(ln.tensor{-1, 2, -1}, p), {p})[1]
      for _, row in ipairs{1, 3} do assert.are.same({0, 0, 0}, gradient[row]:totable()) end
      assert.is_true(ln.isfinite(gradient):all() and gradient[2][3] < 0)
    end
  end)

  it("the sum of weights that are spread over a sample's values counts each once", function()
    local p = ln.tensor{{{0.2, 0.5}, {0.3, 0.1}, {0.5, 0.4}}}
    local y = ln.tensor{{{0, 1}, {1, 0}, {0, 0}}}
    local loss = losses.MeanSquaredError{reduction = "mean_with_sample_weight"}
    goldens.near(loss(y, p, ln.tensor{2}), 0.6, 1e-5, 1e-6)
    goldens.near(loss(y, p, ln.tensor{{2}}), 0.6, 1e-5, 1e-6)
  end)

  it("nothing to average is 0", function()
    for _, name in ipairs{"Hinge", "SquaredHinge"} do
      assert.equal(0, losses[name]()(ln.zeros{0, 2}, ln.zeros{0, 2}):item())
      assert.equal("(3,)", tostring(losses[name]{reduction = "none"}(ln.zeros{3, 0},
        ln.zeros{3, 0}).shape))
    end
    assert.error_matches(function() losses.CategoricalCrossentropy{from_logits = true}(
      ln.zeros{3, 0}, ln.zeros{3, 0}) end, "%(3, 0%) have no classes")
  end)

  it("are not reduced where a config says null", function()
    local loss = losses.MeanSquaredError.from_config{reduction = core.null, name = core.null}
    assert.equal("none", loss.reduction)
    assert.equal("mean_squared_error", loss.name)
    assert.equal("none", losses.Huber{reduction = false}.reduction)
  end)

  it("Dice over some axes keeps the others", function()
    local y = ln.tensor{{{{1}, {1}}, {{0}, {0}}}, {{{1}, {1}}, {{0}, {0}}}}
    local p = ln.tensor{{{{0}, {1}}, {{0}, {1}}}, {{{0.4}, {0}}, {{0}, {0.9}}}}
    local loss = losses.Dice{axis = {2, 3, 4}, reduction = "none"}
    goldens.near(loss(y, p), {0.5, 0.75757575}, 1e-6, 1e-7)
    goldens.near(losses.Dice()(y, p), 0.6164384, 1e-6, 1e-7)
    check_gradient(losses.Dice{axis = {2}}, ln.tensor{{1, 0, 1}}, {{0.3, 0.6, 0.2}})
    check_gradient(losses.Tversky{alpha = 0.3, axis = {2}}, ln.tensor{{1, 0, 1}}, {{0.3, 0.6, 0.2}})
  end)

  it("Circle pulls classes together", function()
    local labels = ln.tensor({0, 0, 1, 2}, {dtype = "int32"})
    local a = {{1, 0}, {0.8, 0.6}, {0, 1}, {-1, 0}}
    local loss = losses.Circle{gamma = 4, margin = 0.4, reduction = "none"}
    -- by the definition, pair by pair
    local expected = {}
    local id = {0, 0, 1, 2}
    for i = 1, 4 do
      local p, n = 0, 0
      for j = 1, 4 do
        local d = math.max(1 - (a[i][1] * a[j][1] + a[i][2] * a[j][2]), 0)
        if id[i] == id[j] then
          if i ~= j then p = p + math.exp(-4 * (0.4 + d) * (0.4 - d)) end
        else
          n = n + math.exp(4 * math.max(1.4 - d, 0) * (0.6 - d))
        end
      end
      expected[i] = math.log(1 + p * n)
    end
    goldens.near(loss(labels, ln.tensor(a)), expected, 1e-5, 1e-6)
    -- those without a partner do not count in the mean
    local mean = losses.Circle{gamma = 4}(labels, ln.tensor(a))
    goldens.near(mean, (expected[1] + expected[2]) / 2, 1e-5, 1e-6)
    check_gradient(losses.Circle{gamma = 4}, labels, a)
  end)

  it("gradients of the others agree with finite differences", function()
    local y = ln.tensor{{0, 1, 0}, {1, 0, 0}}
    local p = {{0.2, 0.5, 0.3}, {0.6, 0.3, 0.2}}
    for _, loss in ipairs{losses.Poisson(), losses.Hinge(), losses.CategoricalHinge(),
        losses.CosineSimilarity(), losses.LogCosh(), losses.KLDivergence(),
        losses.Huber{delta = 0.3},
        losses.BinaryFocalCrossentropy{apply_class_balancing = true, label_smoothing = 0.1},
        losses.CategoricalFocalCrossentropy{alpha = {0.2, 0.3, 0.5}, from_logits = true}} do
      check_gradient(loss, y, p)
    end
    local ids = ln.tensor({1, 0}, {dtype = "uint8"})
    check_gradient(losses.CategoricalGeneralizedCrossEntropy{q = 0.3}, ids, p)
    check_gradient(losses.SparseCategoricalCrossentropy(), ids, p)
    check_gradient(losses.SparseCategoricalCrossentropy{from_logits = true}, ids, p)
  end)

  it("CTC sums over all alignments", function()
    local ids = {{1, 2, 0}, {1, 1, 0}, {2, 0, 0}, {0, 0, 0}}
    local labels = ln.tensor(ids, {dtype = "int32"})
    local x = ln.random.normal({4, 4, 3}, {dtype = "float64"})
    local p = x:softmax{axis = -1}:totable()
    -- by the definition: every path of 4 steps over 3 classes, repeats merged, blanks dropped
    local expected = {}
    for i = 1, 4 do
      local total = 0
      for path = 0, 3 ^ 4 - 1 do
        local spelled, last, probability, rest = {}, 0, 1, path
        for t = 1, 4 do
          local k = rest % 3
          rest = rest // 3
          probability = probability * p[i][t][math.tointeger(k) + 1]
          if k ~= 0 and k ~= last then spelled[#spelled + 1] = math.tointeger(k) end
          last = k
        end
        local wanted = {}
        for _, id in ipairs(ids[i]) do if id ~= 0 then wanted[#wanted + 1] = id end end
        local same = table.concat(spelled, " ") == table.concat(wanted, " ")
        if same then total = total + probability end
      end
      expected[i] = -math.log(total)
    end
    goldens.near(losses.CTC{reduction = "none"}(labels, x), expected, 1e-9, 1e-9)
    check_gradient(losses.CTC(), labels, x:totable())
    -- strided predictions, and too few steps
    local turned = x:permute{2, 1, 3}:copy():permute{2, 1, 3}
    goldens.near(losses.CTC{reduction = "none"}(labels, turned), expected, 1e-9, 1e-9)
    local short = ln.tensor({{1, 1}}, {dtype = "int32"})
    assert.are.equal(math.huge, losses.CTC()(short, ln.zeros{1, 2, 3}):item())
  end)

  it("Hinge turns labels of 0 and 1 into -1 and 1, and leaves others", function()
    local p = ln.tensor{{0.5, -2}}
    goldens.near(losses.Hinge()(ln.tensor{{0, 1}}, p), (1.5 + 3) / 2, 1e-6)
    goldens.near(losses.Hinge()(ln.tensor{{-1, 1}}, p), (1.5 + 3) / 2, 1e-6)
    goldens.near(losses.Hinge()(ln.tensor{{0, 2}}, p), (1 + 5) / 2, 1e-6)
    goldens.near(losses.SquaredHinge()(ln.tensor{{0, 1}}, p), (2.25 + 9) / 2, 1e-6)
  end)

  it("ignore_class leaves entries out, of the mean too", function()
    local y = ln.tensor({0, 255, 1}, {dtype = "uint8"})
    local p = ln.tensor{{0.5, 0.5}, {0.1, 0.9}, {0.75, 0.25}}
    local loss = losses.SparseCategoricalCrossentropy{ignore_class = 255}
    goldens.near(loss(y, p), (math.log(2) + math.log(4)) / 2, 1e-5, 1e-6)
    local each = losses.SparseCategoricalCrossentropy{ignore_class = 255, reduction = "none"}
    goldens.near(each(y, p), {math.log(2), 0, math.log(4)}, 1e-5, 1e-6)
    local minus = losses.SparseCategoricalCrossentropy{ignore_class = -1, from_logits = true}
    local z = ln.tensor({-1, -1, -1}, {dtype = "int32"})
    assert.are.equal(0, minus(z, p):item())
    local sum = losses.SparseCategoricalCrossentropy{ignore_class = 255, reduction = "sum"}
    goldens.near(sum(y, p, ln.tensor{2, 5, 1}), 2 * math.log(2) + math.log(4), 1e-5, 1e-6)
  end)

  it("labels of any dtype, ranks made equal", function()
    local p = ln.tensor{{0.2, 0.8}, {0.6, 0.4}}
    local scce = losses.SparseCategoricalCrossentropy()
    local expected = scce(ln.tensor({1, 0}, {dtype = "int32"}), p):item()
    for _, dtype in ipairs{"uint8", "int64", "float32", "float64"} do
      assert.are.equal(expected, scce(ln.tensor({1, 0}, {dtype = dtype}), p):item(), dtype)
      assert.are.equal(expected, scce(ln.tensor({{1}, {0}}, {dtype = dtype}), p):item(), dtype)
    end
    assert.are.equal(expected, scce(ln.tensor{true, false}, p):item())
    local mse = losses.MeanSquaredError{reduction = "none"}
    local column = ln.tensor{{1}, {3}, {5}}
    goldens.near(mse(ln.tensor({0, 1, 2}, {dtype = "int64"}), column), {1, 4, 9}, 0, 0)
    goldens.near(mse(column, ln.tensor{0, 1, 2}), {1, 4, 9}, 0, 0)
    local time = ln.ones{2, 3, 1}
    goldens.near(mse(ln.zeros{2, 3}, time), {1, 1}, 0, 0)
    goldens.near(mse(ln.zeros{2, 3, 1}, ln.ones{2, 3}), {1, 1}, 0, 0)
    goldens.near(losses.BinaryCrossentropy()(ln.tensor{true, false}, ln.tensor{{0.5}, {0.5}}),
      math.log(2), 1e-6)
  end)

  it("the crossentropies along another axis", function()
    local y, p = ln.tensor{{0, 1}, {1, 0}}, ln.tensor{{0.25, 0.5}, {0.75, 0.5}}
    local turned = losses.CategoricalCrossentropy{axis = 1, reduction = "none"}
    local straight = losses.CategoricalCrossentropy{reduction = "none"}
    goldens.near(turned(y, p), straight(y:transpose(), p:transpose()), 1e-6, 1e-7)
    for _, from_logits in ipairs{true, false} do
      local a = losses.CategoricalCrossentropy{axis = 1, from_logits = from_logits}
      local b = losses.CategoricalCrossentropy{from_logits = from_logits}
      goldens.near(a(y, p), b(y:transpose(), p:transpose()), 1e-6, 1e-7)
    end
    local binary = losses.BinaryCrossentropy{axis = 1, reduction = "none"}
    local plain = losses.BinaryCrossentropy{reduction = "none"}
    goldens.near(binary(y, p), plain(y:transpose(), p:transpose()), 1e-6, 1e-7)
    check_gradient(losses.CategoricalCrossentropy{axis = 1, label_smoothing = 0.1}, y,
      {{0.25, 0.4}, {0.7, 0.5}})
  end)

  it("weights broadcast against the values, as in Keras", function()
    local y, p = ln.zeros{2, 2, 1}, ln.tensor{{{1}, {2}}, {{3}, {4}}}
    local loss = losses.MeanSquaredError{reduction = "none"}
    goldens.near(loss(y, p, ln.tensor{1, 10}), {{1, 40}, {9, 160}}, 0, 0)
    goldens.near(loss(y, p, ln.tensor{{1}, {10}}), {{1, 4}, {90, 160}}, 0, 0)
    goldens.near(loss(y, p, ln.tensor{{1, 0}, {0, 1}}), {{1, 0}, {0, 16}}, 0, 0)
    local mean = losses.MeanSquaredError{reduction = "mean_with_sample_weight"}
    goldens.near(mean(y, p, ln.tensor{{1, 0}, {0, 1}}), 17 / 2, 1e-6)
    assert.are.equal(0, mean(y, p, ln.zeros{2, 2}):item())
  end)

  it("a mask counts the valid entries", function()
    local y, p = ln.zeros{2, 2, 1}, ln.tensor{{{1}, {2}}, {{3}, {4}}}
    local mask = ln.tensor{{true, false}, {true, false}}
    goldens.near(losses.MeanSquaredError()(y, p, nil, mask), 10 / 2, 1e-6)
    goldens.near(losses.MeanSquaredError()(y, p, ln.tensor{{1}, {2}}, mask), (1 + 18) / 2, 1e-6)
    goldens.near(losses.MeanSquaredError{reduction = "sum"}(y, p, nil, mask), 10, 1e-6)
    local nothing = ln.zeros({2, 2}, {dtype = "bool"})
    assert.are.equal(0, losses.MeanSquaredError()(y, p, nil, nothing):item())
  end)

  describe("functions", function()
    local functions = {
      rows = function(t, p) return ((t - p) ^ 2):mean{axis = -1} end,
      scalar = function(t, p) return (t - p):abs():mean() end,
      elements = function(t, p) return (t - p):abs() end,
    }
    local OfFunction = losses.Loss:extend("OfFunction")
    OfFunction.options = {f = {"any"}}
    function OfFunction:call(t, p) return functions[self.options.f](t, p) end

    -- Keras 3.16's numbers for LossFunctionWrapper and MeanMetricWrapper; false where it refuses.
    local file <close> = assert(io.open("tests/fixtures/losses/functions.json"))
    for i, case in ipairs(core.json_decode(file:read("a"))) do
      it(("are called, weighed and reduced as in Keras: case %d, %s"):format(i, case.f),
        function()
          local t, p = ln.tensor(case.y_true), ln.tensor(case.y_pred)
          local w = case.w and ln.tensor(case.w)
          for _, reduction in ipairs{"sum_over_batch_size", "sum", "mean_with_sample_weight"} do
            local loss = OfFunction{f = case.f, reduction = reduction}
            local fits, value = pcall(loss, t, p, w)
            assert.equal(case[reduction] ~= false, fits, reduction)
            if fits then goldens.near(value, case[reduction], 1e-5, 1e-6, reduction) end
          end
          if case.sum_over_batch_size then
            local loss = losses.get(functions[case.f])
            goldens.near(loss(t, p, w), case.sum_over_batch_size, 1e-5, 1e-6)
          end
          local metric = ln.metrics.MeanMetricWrapper{functions[case.f]}
          local fits = pcall(metric.update_state, metric, t, p, w)
          assert.equal(case.metric ~= false, fits)
          if fits then assert.near(case.metric, metric:result(), 1e-5) end
        end)
    end

    it("get floats, whatever labels and predictions are", function()
      local seen
      local loss = losses.get(function(t, p)
        seen = {t.dtype, p.dtype, tostring(t.shape)}
        return (t - p):gt(0)
      end)
      local labels = ln.tensor({1, 0}, {dtype = "int32"})
      assert.equal(0.5, loss(labels, ln.tensor{{0.5}, {0.5}}):item())
      assert.same({"float32", "float32", "(2, 1)"}, seen)
      assert.equal(0.5, loss(ln.tensor({true, false}, {dtype = "bool"}),
        ln.tensor({0, 3}, {dtype = "int64"})):item())
      assert.same({"float32", "float32", "(2,)"}, seen)
      loss(labels, ln.ones({2, 1}, {dtype = "float64"}))
      assert.same({"float64", "float64", "(2, 1)"}, seen)
    end)

    it("may give integers and truths, which are weighed as floats", function()
      local p = ln.tensor{{0.5}, {0.5}}
      local above = losses.get(function(t, q) return (t - q):gt(0) end)
      assert.near(0.75, above(ln.tensor{1, 1}, p, ln.tensor{0.5, 1}):item(), 1e-6)
      local count = losses.get(function(t) return t:astype("int32") end)
      assert.near(1.75, count(ln.tensor{1, 3}, p, ln.tensor{0.5, 1}):item(), 1e-6)
    end)

    it("that extend a loss of class ids get ids", function()
      local seen
      local Mine = losses.SparseCategoricalCrossentropy:extend("Mine")
      function Mine:call(t, p)
        seen = t.dtype
        return Mine.super.call(self, t, p) * 2
      end
      local ids, p = ln.tensor({0, 1}, {dtype = "int64"}), ln.tensor{{0.5, 0.5}, {0.5, 0.5}}
      assert.near(2 * math.log(2), Mine()(ids, p):item(), 1e-5)
      assert.equal("int64", seen)
    end)

    it("train and evaluate targets of one axis fewer", function()
      local x, y = ln.tensor{{1}, {2}, {3}}, ln.tensor{2, 3, 5}
      local function mse(t, p) return ((t - p) ^ 2):mean{axis = -1} end
      local Mse = losses.Loss:extend("Mse")
      function Mse:call(t, p) return mse(t, p) end
      local Worst = ln.metrics.Metric:extend("Worst")
      function Worst:init() self.worst = self:add_weight{name = "worst"} end
      function Worst:update_state(t, p)
        self.worst:assign(ln.maximum(self.worst, (t - p):abs():sum()))
      end
      function Worst:result() return self.worst:value():item() end
      for _, loss in ipairs{mse, Mse()} do
        local model = ln.Sequential{ln.Input{shape = {1}}, ln.layers.Activation("linear")}
        model:compile{loss = loss, metrics = {mse, Worst()}}
        local value, metric, worst = model:evaluate(x, y, {verbose = 0})
        assert.near(2, value, 1e-6)
        assert.near(2, metric, 1e-6)
        assert.near(4, worst, 1e-6)
      end
    end)
  end)

  it("one weight a sample is no weight for each of its values", function()
    local y, p = ln.zeros{4, 3, 1}, ln.ones{4, 3, 1}
    local ok, text = pcall(losses.MeanSquaredError(), y, p, ln.ones{4})
    assert.is_false(ok)
    assert.matches("(4,) does not go with values of shape (4, 3) (one weight a sample needs",
      text, 1, true)
    assert.equal(1, losses.MeanSquaredError()(y, p, ln.ones{4, 1}):item())
  end)

  it("keep float64", function()
    local y, p = ln.zeros({2, 1}, {dtype = "float64"}), ln.ones({2, 1}, {dtype = "float64"})
    assert.are.equal("float64", losses.MeanSquaredError()(y, p).dtype)
    assert.are.equal("float32", losses.MeanSquaredError()(y, ln.ones{2, 1}).dtype)
  end)
end)

describe("bad input to a loss", function()
  local function fails(pattern, f, ...)
    local ok, message = pcall(f, ...)
    assert.is_false(ok)
    for _, part in ipairs(type(pattern) == "table" and pattern or {pattern}) do
      assert.is_truthy(message:find(part, 1, true), message .. "\nlacks\n" .. part)
    end
  end
  local p = ln.tensor{{0.2, 0.8}, {0.6, 0.4}}

  it("a label that is no class", function()
    for _, label in ipairs{-1, 2, 7} do
      local y = ln.tensor({0, label}, {dtype = "int32"})
      for _, loss in ipairs{losses.SparseCategoricalCrossentropy(),
          losses.SparseCategoricalCrossentropy{from_logits = true},
          losses.CategoricalGeneralizedCrossEntropy()} do
        fails({loss:get_config().name, tostring(label), "(2, 2)", "0 .. 1"}, loss, y, p)
      end
    end
    local y = ln.tensor{0.5, 1}
    fails({"sparse_categorical_crossentropy", "0.5"}, losses.SparseCategoricalCrossentropy(), y, p)
  end)

  it("shapes that do not go together", function()
    fails({"mean_squared_error", "(3, 2)", "(2, 2)"}, losses.MeanSquaredError(), ln.zeros{3, 2}, p)
    fails({"(2, 1)", "(2, 2)"}, losses.MeanAbsoluteError(), ln.zeros{2, 1}, p)
    fails({"sparse_categorical_crossentropy", "(3,)", "(2, 2)", "(2,)"},
      losses.SparseCategoricalCrossentropy(), ln.zeros({3}, {dtype = "int32"}), p)
    fails("categorical_crossentropy", losses.SparseCategoricalCrossentropy(), ln.eye(2), p)
    fails("sparse_categorical_crossentropy", losses.CategoricalCrossentropy(),
      ln.zeros({2}, {dtype = "int32"}), p)
    fails({"sample_weight", "(3,)", "(2,)"}, losses.MeanSquaredError(), ln.zeros{2, 2}, p,
      ln.ones{3})
    fails({"ctc", "(2, 3)", "(2, 2)"}, losses.CTC(), ln.zeros({2, 3}, {dtype = "int32"}), p)
    local nine = ln.tensor({{9}}, {dtype = "int32"})
    fails({"ctc", "9", "0 .. 3"}, losses.CTC(), nine, ln.zeros{1, 2, 4})
    fails("circle", losses.Circle(), ln.zeros({2}, {dtype = "int32"}), ln.zeros{2, 3, 3})
  end)

  it("options", function()
    fails({"label_smoothing", "2"}, losses.BinaryCrossentropy, {label_smoothing = 2})
    fails({"reduction", "total"}, losses.MeanSquaredError, {reduction = "total"})
    fails({"from_logit", "from_logits"}, losses.BinaryCrossentropy, {from_logit = true})
    fails("delta", losses.Huber, {delta = 0})
    fails("q", losses.CategoricalGeneralizedCrossEntropy, {q = 1})
    fails("alpha", losses.CategoricalFocalCrossentropy{alpha = {1, 2, 3}}, ln.zeros{2, 2}, p)
  end)

  it("closed tensors", function()
    local y = ln.zeros{2, 2}
    y:close()
    fails("closed", losses.MeanSquaredError(), y, p)
  end)
end)
