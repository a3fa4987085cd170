-- Metrics: every golden case (two updates, with and without weights), configs and names, what no
-- case covers, and what bad input says.

local ln = require "lunate"
local goldens = require "support.goldens"

local metrics = ln.metrics

local function plain(value)
  return getmetatable(value) == "lunate.tensor" and value:totable() or value
end

local function update(m, load, part, weighted)
  local weight = weighted and part.sample_weight and load(part.sample_weight) or nil
  if part.y_true then
    m:update_state(load(part.y_true), load(part.y_pred), weight)
  else
    m:update_state(load(part.y_pred), weight)
  end
end

describe("golden metrics", function()
  for name, case, load in goldens.cases("metrics") do
    local function run(m, weighted, expected)
      for i, part in ipairs(case.updates) do
        update(m, load, part, weighted)
        goldens.near(plain(m:result()), expected[i], 2e-5, 2e-6, "update " .. i)
      end
    end

    it(name, function()
      local m = metrics[case.class_name].from_config(case.kwargs)
      run(m, false, case.results)
      m:reset_state()
      if case.results_weighted then run(m, true, case.results_weighted) end
      m:reset_state()
      run(m, false, case.results)
      local config = m:get_config()
      local again = metrics[case.class_name].from_config(config)
      assert.are.same(config, again:get_config())
      run(again, case.results_weighted ~= nil, case.results_weighted or case.results)
      local base = case.default_name:gsub("_%d+$", "")
      if not case.default_name:find("^r2") then assert.are.equal(base, config.name) end
    end)
  end
end)

describe("names of metrics", function()
  for alias, meaning in pairs(goldens.json("metrics", "aliases.json")) do
    it(alias, function()
      if meaning:find("^ERROR") then
        assert.has_error(function() metrics.get(alias) end)
      else
        local config = metrics.get{class_name = meaning:match("%S+$"), config = {}}:get_config()
        assert.are.same(config, metrics.get(alias):get_config())
      end
    end)
  end

  it("BinaryAccuracy of logits has its threshold at 0, or anywhere", function()
    local logits = ln.tensor{{-2}, {-0.1}, {0.1}, {3}}
    local y = ln.tensor{{0}, {1}, {1}, {1}}
    assert.equal(0.75, metrics.BinaryAccuracy{threshold = 0}(y, logits))
    assert.equal(1, metrics.BinaryAccuracy{threshold = -1.5}(y, logits))
    assert.equal(0.5, metrics.BinaryAccuracy{threshold = 2}(y, logits))
    assert.equal(0.25, metrics.BinaryAccuracy{threshold = 1000}(y, logits))
  end)

  it("add_variable is add_weight", function()
    local Sum = metrics.Metric:extend("Sum")
    function Sum:init() self.sum = self:add_variable{name = "sum", initializer = "ones"} end
    function Sum:update_state(values) self.sum:assign(self.sum + values:sum()) end
    function Sum:result() return self.sum:value():item() end
    local sum = Sum()
    sum:update_state(ln.tensor{1, 2})
    assert.equal(4, sum:result())
    sum:reset_state()
    assert.equal(1, sum:result())
  end)

  it("what no result is yet, is 0", function()
    for _, name in ipairs{"Mean", "Sum", "MeanSquaredError", "Accuracy", "Precision", "AUC"} do
      assert.are.equal(0, plain(metrics[name]():result()), name)
    end
  end)
end)

local function result(m, ...)
  m:update_state(...)
  return plain(m:result())
end

describe("metrics beyond the golden cases", function()
  it("Mean and Sum of values with weights", function()
    assert.are.equal(4, result(metrics.Mean(), ln.tensor{1, 3, 5, 7}))
    assert.are.equal(2, result(metrics.Mean(), ln.tensor{1, 3, 5, 7}, ln.tensor{1, 1, 0, 0}))
    assert.are.equal(2.5, result(metrics.Mean(), ln.tensor{{1, 2}, {3, 4}}))
    assert.are.equal(4, result(metrics.Sum(), ln.tensor{1, 3, 5, 7}, ln.tensor{1, 1, 0, 0}))
    assert.are.equal(10, result(metrics.Sum(), ln.tensor{{1, 2}, {3, 4}}))
  end)

  it("means of losses agree with the losses", function()
    local y, p = ln.random.uniform{6, 3}, ln.random.uniform({6, 3}, {min = 0.1, max = 0.9})
    for _, name in ipairs{"MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError",
        "MeanSquaredLogarithmicError", "KLDivergence", "Poisson", "Hinge", "SquaredHinge",
        "CategoricalHinge", "BinaryCrossentropy", "CategoricalCrossentropy"} do
      goldens.near(result(metrics[name](), y, p), ln.losses[name]()(y, p), 1e-5, 1e-6, name)
    end
    goldens.near(result(metrics.LogCoshError(), y, p), ln.losses.LogCosh()(y, p), 1e-5, 1e-6)
    local cosine = ln.losses.CosineSimilarity()(y, p):item()
    goldens.near(result(metrics.CosineSimilarity(), y, p), -cosine, 1e-5, 1e-6)
    local ids = ln.tensor({0, 1, 2, 0, 1, 2}, {dtype = "uint8"})
    goldens.near(result(metrics.SparseCategoricalCrossentropy{from_logits = true}, ids, p),
      ln.losses.SparseCategoricalCrossentropy{from_logits = true}(ids, p), 1e-5, 1e-6)
  end)

  it("the root of RootMeanSquaredError comes after all batches", function()
    local m = metrics.RootMeanSquaredError()
    m:update_state(ln.zeros{1, 1}, ln.tensor{{3}})
    m:update_state(ln.zeros{1, 1}, ln.tensor{{4}})
    goldens.near(m:result(), math.sqrt(12.5), 1e-6)
  end)

  it("accuracies take labels of any dtype and layout", function()
    local p = ln.tensor{{0.1, 0.6, 0.3}, {0.5, 0.3, 0.2}, {0.2, 0.2, 0.6}, {0.9, 0.1, 0}}
    for _, dtype in ipairs{"uint8", "int32", "int64", "float32", "float64"} do
      for _, labels in ipairs{{1, 2, 2, 0}, {{1}, {2}, {2}, {0}}} do
        local y = ln.tensor(labels, {dtype = dtype})
        assert.are.equal(0.75, result(metrics.SparseCategoricalAccuracy(), y, p))
        assert.are.equal(0.75, result(metrics.SparseTopKCategoricalAccuracy{k = 2}, y, p))
      end
    end
    local every_second = ln.tensor{{1, 9}, {2, 9}, {2, 9}, {0, 9}}[{{}, 1}]
    assert.are.equal(0.75, result(metrics.SparseCategoricalAccuracy(), every_second, p))
    local turned = ln.tensor{{0.1, 0.5}, {0.6, 0.3}, {0.3, 0.2}}:transpose()
    assert.are.equal(0.5, result(metrics.SparseCategoricalAccuracy(), ln.tensor{1, 2}, turned))
    local one_hot = ln.tensor{{0, 1, 0}, {0, 0, 1}}
    assert.are.equal(0.5, result(metrics.CategoricalAccuracy(), one_hot, turned))
    local flat = ln.tensor{0.7, 0.2, 0.6}
    assert.are.equal(2 / 3, result(metrics.BinaryAccuracy(), ln.tensor{true, false, false}, flat))
    assert.are.equal(2 / 3, result(metrics.BinaryAccuracy(), ln.tensor{{1}, {0}, {0}}, flat))
  end)

  it("sequences: a weight for a sample, or for each of its steps", function()
    local y = ln.tensor({{0, 1}, {1, 0}}, {dtype = "int32"})
    local p = ln.tensor{{{0.9, 0.1}, {0.9, 0.1}}, {{0.1, 0.9}, {0.9, 0.1}}}
    local m = metrics.SparseCategoricalAccuracy
    assert.are.equal(0.75, result(m(), y, p))
    assert.are.equal(0.625, result(m(), y, p, ln.tensor{3, 1}))
    assert.are.equal(1, result(m(), y, p, ln.tensor{{1, 0}, {1, 1}}))
  end)

  it("top k counts ties in", function()
    local y, p = ln.tensor{2}, ln.tensor{{0.5, 0.3, 0.3, 0.1}}
    assert.are.equal(1, result(metrics.SparseTopKCategoricalAccuracy{k = 2}, y, p))
    assert.are.equal(0, result(metrics.SparseTopKCategoricalAccuracy{k = 1}, y, p))
    assert.are.equal(1, result(metrics.SparseTopKCategoricalAccuracy{k = 9}, y, p))
  end)

  it("precision and recall at several thresholds", function()
    local y, p = ln.tensor{0, 1, 1, 0}, ln.tensor{0.3, 0.4, 0.9, 0.6}
    goldens.near(result(metrics.Precision{thresholds = {0.2, 0.5, 0.35}}, y, p),
      {0.5, 0.5, 2 / 3}, 1e-6)
    goldens.near(result(metrics.Recall{thresholds = {0, 0.5, 1}}, y, p), {1, 0.5, 0}, 1e-6)
    assert.are.equal(0.5, result(metrics.Precision(), y, p))
    assert.are.equal(1, result(metrics.Precision(0.7), y, p))
    local one_hot = ln.tensor{{0, 1, 0}, {1, 0, 0}}
    local scores = ln.tensor{{0.1, 0.6, 0.3}, {0.2, 0.7, 0.1}}
    assert.are.equal(0.5, result(metrics.Precision{top_k = 1}, one_hot, scores))
    assert.are.equal(1, result(metrics.Recall{top_k = 2}, one_hot, scores))
    assert.are.equal(0.5, result(metrics.Precision{class_id = 1}, one_hot, scores))
  end)

  it("the curve's area, by any method", function()
    local y, p = ln.tensor{0, 0, 1, 1}, ln.tensor{0, 0.5, 0.3, 0.9}
    assert.are.equal(0.75, result(metrics.AUC{num_thresholds = 3}, y, p))
    assert.are.equal(1, result(metrics.AUC{num_thresholds = 3}, y, p, ln.tensor{1, 0, 0, 1}))
    local low = result(metrics.AUC{num_thresholds = 5, summation_method = "minoring"}, y, p)
    local high = result(metrics.AUC{num_thresholds = 5, summation_method = "majoring"}, y, p)
    local between = result(metrics.AUC{num_thresholds = 5}, y, p)
    assert.is_true(low < between and between < high)
    goldens.near(result(metrics.AUC{thresholds = {0.5}}, y, p), 0.75, 1e-6)
    goldens.near(result(metrics.AUC{thresholds = {0.1, 0.7, 0.4}}, y, p), 0.75, 1e-6)
    local weighted = metrics.AUC{multi_label = true, label_weights = {1, 3}, num_labels = 2}
    local two = ln.tensor{{0, 1}, {1, 0}}
    goldens.near(result(weighted, two, ln.tensor{{0.1, 0.2}, {0.9, 0.8}}), 0.25, 1e-6)
    goldens.near(result(metrics.AUC{curve = "PR"}, ln.tensor{0, 1}, ln.tensor{0.1, 0.9}), 1, 1e-6)
  end)

  it("one rate at another", function()
    local y, p = ln.tensor{0, 0, 0, 1, 1}, ln.tensor{0, 0.3, 0.8, 0.3, 0.8}
    assert.are.equal(0.5, result(metrics.SensitivityAtSpecificity(0.5), y, p))
    goldens.near(result(metrics.SpecificityAtSensitivity(0.5), y, p), 2 / 3, 1e-6)
    assert.are.equal(0.5, result(metrics.PrecisionAtRecall(0.5), y, p))
    assert.are.equal(0.5, result(metrics.RecallAtPrecision(0.8), ln.tensor{0, 0, 1, 1},
      ln.tensor{0, 0.5, 0.3, 0.9}))
    local never = metrics.RecallAtPrecision(0.8)
    assert.are.equal(0, result(never, ln.tensor{0, 1}, ln.tensor{0.9, 0.8}))
    local single = metrics.SpecificityAtSensitivity{0.5, num_thresholds = 1}
    goldens.near(result(single, y, p), 2 / 3, 1e-6)
  end)

  it("F scores, of each class and averaged", function()
    local y = ln.tensor{{1, 1, 1}, {1, 0, 0}, {1, 1, 0}}
    local p = ln.tensor{{0.2, 0.6, 0.7}, {0.2, 0.6, 0.6}, {0.6, 0.8, 0}}
    goldens.near(result(metrics.FBetaScore{beta = 2, threshold = 0.5}, y, p),
      {0.3846154, 0.90909094, 0.8333334}, 1e-6, 1e-6)
    goldens.near(result(metrics.F1Score{threshold = 0.5}, y, p), {0.5, 0.8, 2 / 3}, 1e-6, 1e-6)
    -- Without a threshold the largest of a row counts, but a row of zeros has none.
    goldens.near(result(metrics.F1Score(), ln.tensor{{1, 0}, {0, 1}, {1, 0}},
      ln.tensor{{0.9, 0.2}, {0.3, 0.6}, {0, 0}}), {2 / 3, 1}, 1e-6, 1e-6)
    -- tp 4, fp 2, fn 2
    local micro = metrics.F1Score{threshold = 0.5, average = "micro"}
    goldens.near(result(micro, y, p), 2 / 3, 1e-6, 1e-6)
  end)

  it("intersection over union", function()
    local y, p = ln.tensor{0, 0, 1, 1}, ln.tensor{0, 1, 0, 1}
    goldens.near(result(metrics.IoU{2, {0}}, y, p), 1 / 3, 1e-5)
    goldens.near(result(metrics.MeanIoU{num_classes = 2, dtype = "float32"}, y, p,
      ln.tensor{0.3, 0.3, 0.3, 0.1}), 0.23809525, 1e-5)
    goldens.near(result(metrics.BinaryIoU{{0, 1}, threshold = 0.3}, ln.tensor{0, 1, 0, 1},
      ln.tensor{0.1, 0.2, 0.4, 0.7}), 1 / 3, 1e-5)
    local t = ln.tensor{{0, 0, 1}, {1, 0, 0}, {0, 1, 0}, {1, 0, 0}}
    local q = ln.tensor{{0.2, 0.3, 0.5}, {0.1, 0.2, 0.7}, {0.5, 0.3, 0.1}, {0.1, 0.4, 0.5}}
    local w = ln.tensor{0.1, 0.2, 0.3, 0.4}
    goldens.near(result(metrics.OneHotIoU{3, {0, 2}, dtype = "float32"}, t, q, w), 0.5 / 7, 1e-5)
    goldens.near(result(metrics.OneHotMeanIoU{3, dtype = "float32"}, t, q, w), 1 / 21, 1e-5)
    local skip = metrics.MeanIoU{num_classes = 2, ignore_class = 255}
    goldens.near(result(skip, ln.tensor{0, 255, 1}, ln.tensor{0, 0, 1}), 1, 1e-5)
  end)

  it("r2, of each output and adjusted", function()
    local y, p = ln.tensor{{1, 1}, {4, 1}, {3, 2}}, ln.tensor{{2, 1}, {4, 1}, {4, 2}}
    goldens.near(result(metrics.R2Score{class_aggregation = false}, y, p), {0.57142854, 1}, 1e-6)
    local one, two = ln.tensor{{1}, {4}, {3}}, ln.tensor{{2}, {4}, {4}}
    goldens.near(result(metrics.R2Score{num_regressors = 1}, one, two), 1 - (1 - 4 / 7) * 2, 1e-6)
    goldens.near(result(metrics.R2Score{num_regressors = 2}, one, two), 4 / 7, 1e-6)
  end)

  it("correlations", function()
    local y, p = ln.tensor{{0, 1, 0.5}, {1, 1, 0.2}}, ln.tensor{{0.1, 0.9, 0.5}, {1, 0.9, 0.2}}
    goldens.near(result(metrics.PearsonCorrelation(), y, p), 0.9966996338993913, 1e-5)
    goldens.near(result(metrics.ConcordanceCorrelation(), y, p), 0.9816320385426076, 1e-5)
    local all = result(metrics.PearsonCorrelation{axis = {1, 2}}, y, p)
    goldens.near(all, result(metrics.PearsonCorrelation(), y:reshape{1, 6}, p:reshape{1, 6}), 1e-5)
  end)

  it("record nothing on a tape", function()
    local x = ln.ones{2, 2}
    local tape <close> = ln.GradientTape()
    tape:watch(x)
    metrics.MeanSquaredError():update_state(ln.zeros{2, 2}, x)
    assert.are.equal(2, tape:gradient((x * 2):sum(), {x})[1][1][1])
  end)

  it("an update leaves nothing behind for the collector", function()
    local y, p = ln.tensor({3}, {dtype = "uint8"}):repeat_(32), ln.random.uniform{32, 10}
    for _, m in ipairs{metrics.SparseCategoricalAccuracy(), metrics.AUC(), metrics.Mean()} do
      local labels = m.class.name == "SparseCategoricalAccuracy" and y or p
      local values = m.class.name ~= "Mean" and p or nil
      m:update_state(labels, values)
      collectgarbage()
      collectgarbage()
      collectgarbage("stop")
      local before = ln.memory().live
      for _ = 1, 100 do m:update_state(labels, values) end
      local after = ln.memory().live
      collectgarbage("restart")
      assert.equal(before, after)
    end
  end)
end)

-- Numbers of Keras 3.16.
describe("options of metrics", function()
  local y = ln.tensor{{0, 2, 1}, {1, -1, 2}}
  local p = ln.tensor{{{0.2, 0.5, 0.3}, {0.3, 0.3, 0.4}, {0.1, 0.8, 0.1}},
    {{0.6, 0.2, 0.2}, {0.3, 0.4, 0.3}, {0.25, 0.25, 0.5}}}
  local function near(expected, value)
    assert.is_true(math.abs(expected - value) < 2e-6, ("%s, not %s"):format(value, expected))
  end

  it("ignore_class of SparseCategoricalCrossentropy", function()
    local function crossentropy()
      return metrics.SparseCategoricalCrossentropy{ignore_class = -1}
    end
    near(0.8419095, result(crossentropy(), y, p))
    near(0.8419095, result(crossentropy(), y:expand_dims(-1), p))
    near(1.1995624, result(crossentropy(), y, p, ln.tensor{{1, 2, 0}, {1, 5, 0.5}}))
    near(result(crossentropy(), y, p, ln.tensor{{1, 1, 1}, {3, 3, 3}}),
      result(crossentropy(), y, p, ln.tensor{1, 3}))
    assert.equal(-1, crossentropy():get_config().ignore_class)
  end)

  it("from_sorted_ids of SparseTopKCategoricalAccuracy", function()
    local m = metrics.SparseTopKCategoricalAccuracy{k = 2, from_sorted_ids = true}
    near(2 / 3, result(m, ln.tensor{2, 1, 7}, ln.tensor{{1, 0, 2}, {1, 2, 3}, {9, 7, 7}}))
    m:update_state(ln.tensor{{2, 1}}, ln.tensor{{{1, 2, 2}, {0, 2, 3}}}, ln.tensor{{0.5, 2}})
    near(0.52941179, m:result())
    assert.is_true(m:get_config().from_sorted_ids)
  end)

  it("RootMeanSquaredError looks at each element", function()
    local m = metrics.RootMeanSquaredError()
    m:update_state(ln.tensor{1, 2, 4}, ln.tensor{0, 2, 1})
    m:update_state(ln.tensor{3, 1}, ln.tensor{3, 2}, ln.tensor{1, 5})
    near(1.29099440, m:result())
    near(1.91485429, result(metrics.RootMeanSquaredError(), ln.tensor{{1, 2}, {4, 0}},
      ln.tensor{{0, 2}, {1, 1}}, ln.tensor{{1, 0}, {2, 3}}))
  end)

  it("PearsonCorrelation of what does not vary is not a number", function()
    local m = metrics.PearsonCorrelation()
    m:update_state(ln.tensor{{1, 1}}, ln.tensor{{1, 2}})
    assert.is_true(m:result() ~= m:result())
    near(1, result(metrics.PearsonCorrelation(), ln.tensor{{0, 1e-6}}, ln.tensor{{1e-6, 3e-6}}))
  end)

  it("Mean takes values and weights, and nothing more", function()
    assert.error_matches(function()
      metrics.Mean():update_state(ln.tensor{1, 2}, nil, ln.tensor{1, 0})
    end, "'mean': update_state takes %(values, sample_weight%)")
  end)

  it("num_regressors of R2Score, against the number of rows that weigh anything", function()
    local truth = ln.tensor{{1, 2}, {2, 4}, {4, 5}, {3, 1}, {6, 2}}
    local off = ln.tensor{{0.1, -0.3}, {0.2, 0.1}, {-0.4, 0.3}, {0, 0.5}, {0.3, -0.2}}
    local weights = ln.tensor{1, 0, 2, 1, 0.5}
    for n, wanted in ipairs{{0.95685691, 0.94175100}, {0.93528533, 0.88350201},
      {0.87057066, 0.96116734}, {0.96764267, 0.96116734}} do
      near(wanted[1], result(metrics.R2Score{num_regressors = n}, truth, truth + off))
      near(wanted[2], result(metrics.R2Score{num_regressors = n}, truth, truth + off, weights))
    end
  end)
end)

describe("bad input to a metric", function()
  local function fails(patterns, f, ...)
    local ok, message = pcall(f, ...)
    assert.is_false(ok)
    for _, part in ipairs(type(patterns) == "table" and patterns or {patterns}) do
      assert.is_truthy(message:find(part, 1, true), message .. "\nlacks\n" .. part)
    end
  end
  local function updating(m, ...)
    local before = plain(m:result())
    local arguments = table.pack(...)
    return function()
      local ok, message = pcall(m.update_state, m, table.unpack(arguments, 1, arguments.n))
      assert.are.same(before, plain(m:result()))
      if not ok then error(message, 0) end
    end
  end
  local p = ln.tensor{{0.2, 0.8}, {0.6, 0.4}}

  it("shapes that do not go together", function()
    fails({"mean_squared_error", "(3, 2)", "(2, 2)"},
      updating(metrics.MeanSquaredError(), ln.zeros{3, 2}, p))
    fails({"binary_accuracy", "(2, 1)"}, updating(metrics.BinaryAccuracy(), ln.zeros{2, 1}, p))
    fails({"sparse_categorical_accuracy", "(3,)", "(2, 2)", "(2,)"},
      updating(metrics.SparseCategoricalAccuracy(), ln.zeros{3}, p))
    fails("one-hot", updating(metrics.SparseCategoricalAccuracy(), ln.eye(2), p))
    for _, name in ipairs{"CategoricalAccuracy", "TopKCategoricalAccuracy",
      "SparseTopKCategoricalAccuracy"} do
      local y = ln.zeros(name:find("Sparse") and {2} or {2, 0})
      fails({"axis of classes", "(2, 0)"}, updating(metrics[name](), y, ln.zeros{2, 0}))
    end
    fails({"sample_weight", "(3,)"}, updating(metrics.Accuracy(), ln.zeros{2, 2}, p, ln.ones{3}))
    local f1 = metrics.F1Score{average = "macro"}
    fails("(batch, classes)", updating(f1, ln.zeros{2}, ln.zeros{2}))
    fails("(batch, outputs)", updating(metrics.R2Score(), ln.zeros{2}, ln.zeros{2}))
    fails("multi_label", updating(metrics.AUC{multi_label = true, num_labels = 3}, p, p))
  end)

  it("labels and classes out of range", function()
    fails({"mean_io_u", "2", "0 to 1"},
      updating(metrics.MeanIoU(2), ln.tensor{0, 2}, ln.tensor{0, 1}))
    fails({"precision", "class_id 2", "(2, 2)"}, updating(metrics.Precision{class_id = 2}, p, p))
    fails({"sparse_categorical_crossentropy", "5"},
      updating(metrics.SparseCategoricalCrossentropy(), ln.tensor{0, 5}, p))
    fails({"target_class_ids", "2"}, metrics.IoU, {2, {2}})
  end)

  it("options", function()
    fails("threshold", metrics.BinaryAccuracy, {threshold = "half"})
    fails("thresholds", metrics.Precision, {thresholds = {0.5, 2}})
    fails("num_thresholds", metrics.AUC, {num_thresholds = 1})
    fails("curve", metrics.AUC, {curve = "ROCK"})
    fails("num_labels", metrics.AUC, {num_labels = 2})
    fails("specificity", metrics.SensitivityAtSpecificity, {})
    fails("specificity", metrics.SensitivityAtSpecificity, {2})
    fails("average", metrics.F1Score, {average = "median"})
    fails("beta", metrics.FBetaScore, {beta = 0})
  end)

  it("closed tensors and missing ones", function()
    local y = ln.zeros{2, 2}
    y:close()
    fails("closed", updating(metrics.Accuracy(), y, p))
    assert.has_error(function() metrics.Accuracy():update_state(p) end)
  end)
end)
