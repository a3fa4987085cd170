-- Results have unique names and one order, wherever they are told: progress, History, evaluate,
-- metrics_names, CSVLogger. Numbers are never found again by their names.

local ln = require "lunate"
local scratch = require "support.scratch"

local function fails(expected, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(expected, message, 1, true)
end

local folder
before_each(function() folder = scratch.folder() end)
after_each(function() folder:remove() end)

-- What a file of the progress of fit says, epoch by epoch.
local function progress_of(f)
  local path = folder.path .. "/progress"
  local stdout = io.stdout
  rawset(io, "stdout", assert(io.open(path, "w")))
  local ok, message = pcall(f)
  io.stdout:close()
  rawset(io, "stdout", stdout)
  assert(ok, message)
  return folder:read("progress")
end

local function names_in(line)
  local list = {}
  for name in line:gmatch(" %- ([%w_]+): ") do list[#list + 1] = name end
  return list
end

-- Trains and tells the same names everywhere; returns them, with what evaluate gives.
local function results_of(model, x, y, options)
  options = options or {}
  options.callbacks = {ln.callbacks.CSVLogger(folder.path .. "/log.csv")}
  options.validation_data, options.verbose = {x, y, options.sample_weight}, 2
  local history
  local text = progress_of(function() history = model:fit(x, y, options) end)
  local names = model.metrics_names
  local all = {}
  for i, name in ipairs(names) do all[i], all[#names + i] = name, "val_" .. name end
  assert.same(all, history.keys)
  assert.same(all, names_in(text:match("Epoch 1/1[^\n]*")))
  assert.equal("epoch," .. table.concat(all, ","), folder:read("log.csv"):match("^[^\n]*"))
  local evaluated = {verbose = 0, sample_weight = options.sample_weight}
  local values = {model:evaluate(x, y, evaluated)}
  assert.equal(#names, #values)
  evaluated.return_dict = true
  local by_name, count = model:evaluate(x, y, evaluated), 0
  for i, name in ipairs(names) do assert.equal(values[i], by_name[name], name) end
  for _ in pairs(by_name) do count = count + 1 end
  assert.equal(#names, count)
  for i, name in ipairs(names) do
    assert.near(values[i], history.history["val_" .. name][1], 1e-6, name)
  end
  local tested = {model:test_on_batch(x, y)}
  assert.equal(#names, #tested)
  assert.equal(#names, #{model:test_on_batch(x, y)})   -- the second goes straight to the core
  return names, values
end

local x = ln.tensor{{0.2}, {0.7}, {0.05}, {0.3}}
local ones = ln.ones{4, 1}

local function identity(options)
  local model = ln.Sequential{ln.Input{shape = {1}}, ln.layers.Activation("linear")}
  options.loss = options.loss or "mse"
  model:compile(options)
  return model
end

local function two_outputs(options, names)
  local input = ln.Input{shape = {1}}
  local a = ln.layers.Activation{"linear", name = names and names[1] or "zeta"}(input)
  local b = ln.layers.Activation{"relu", name = names and names[2] or "alpha"}(input * 2)
  local model = ln.Model{inputs = input, outputs = {a, b}}
  model:compile(options)
  return model
end

describe("names of results", function()
  it("are unique, each with its own value", function()
    local Recall, Abs = ln.metrics.Recall, ln.metrics.MeanAbsoluteError
    local names, values = results_of(identity{metrics = {Recall{thresholds = 0.1},
      Recall{thresholds = 0.6}, Recall{thresholds = 0.25}}}, x, ones)
    assert.same({"loss", "recall", "recall_1", "recall_2"}, names)
    assert.same({0.75, 0.25, 0.5}, {table.unpack(values, 2)})
    names, values = results_of(identity{metrics = {Abs{name = "loss"}, "mae"}}, x, ones)
    assert.same({"loss", "loss_1", "mae"}, names)
    assert.near(0.6875, values[2], 1e-6)
    assert.near(values[2], values[3], 1e-6)
    assert.is_true(math.abs(values[1] - values[2]) > 0.1)
    names = results_of(identity{metrics = {"mae", "mae", Abs{name = "mae_1"}, "mae"}}, x, ones)
    assert.same({"loss", "mae", "mae_1", "mae_1_1", "mae_2"}, names)
    names = results_of(identity{metrics = {Abs(), "mean_absolute_error", "mae"}}, x, ones)
    assert.same({"loss", "mean_absolute_error", "mean_absolute_error_1", "mae"}, names)
  end)

  it("of functions are numbered, or what named or the library calls them", function()
    local function one() return ln.ones{4} end
    local function two() return ln.ones{4} * 2 end
    local names, values = results_of(identity{metrics = {one, two}}, x, ones)
    assert.same({"loss", "metric", "metric_1"}, names)
    assert.same({1, 2}, {table.unpack(values, 2)})
    names, values = results_of(identity{metrics = {ln.metrics.named("mine", one),
      ln.metrics.MeanMetricWrapper{two, name = "other"}, ln.metrics.named("mine", two)}}, x, ones)
    assert.same({"loss", "mine", "other", "mine_1"}, names)
    assert.same({1, 2, 2}, {table.unpack(values, 2)})
    names = results_of(identity{metrics = {ln.losses.mse, ln.losses.mean_squared_error}}, x, ones)
    assert.same({"loss", "mean_squared_error", "mean_squared_error_1"}, names)
    fails("expects a name", ln.metrics.named, one)
    fails("a function of (y_true, y_pred) expected, got nil", ln.metrics.named, "mine")
    fails("unknown option 'nmae'", ln.metrics.MeanMetricWrapper, {one, nmae = "x"})
    fails("a name is a string", ln.metrics.MeanMetricWrapper, {one, name = 3})
  end)

  it("of weighted metrics are Keras's", function()
    local weights = {sample_weight = ln.tensor{1, 0, 0, 0}}
    local names, values = results_of(identity{metrics = {"mae", "mse"},
      weighted_metrics = {"mae", "mae", "mape"}}, x, ones, weights)
    assert.same({"loss", "mae", "mse", "weighted_mae", "weighted_mae_1", "mape"}, names)
    assert.near(0.6875, values[2], 1e-6)
    assert.near(0.8, values[4], 1e-6)
    assert.near(0.8, values[5], 1e-6)
    local both = {{"mae"}, {"mae"}}
    assert.same({"loss", "zeta_loss", "alpha_loss", "zeta_mae", "alpha_mae", "zeta_weighted_mae",
      "alpha_weighted_mae"},
      results_of(two_outputs{loss = "mse", metrics = both, weighted_metrics = both}, x,
        {ones, ones}))
  end)

  it("of outputs come in the order of the outputs", function()
    local names, values = results_of(two_outputs{loss = {"mse", "mae"}, loss_weights = {1, 10},
      metrics = {alpha = {"mse", "mae"}, zeta = "mae"}}, x, {ones, ones})
    assert.same({"loss", "zeta_loss", "alpha_loss", "zeta_mae", "alpha_mse", "alpha_mae"}, names)
    assert.near(values[1], values[2] + 10 * values[3], 1e-5)
    assert.near(values[3], values[6], 1e-6)
    -- A metric may be called as an output's loss.
    names, values = results_of(two_outputs{loss = "mse",
      metrics = {zeta = {ln.metrics.MeanAbsoluteError{name = "loss"}}}}, x, {ones, ones})
    assert.same({"loss", "zeta_loss", "alpha_loss", "zeta_loss_1"}, names)
    assert.near(0.6875, values[4], 1e-6)
    -- So may an output: its loss is not everyone's.
    names, values = results_of(two_outputs({loss = {"mse", "mae"}}, {"val", "x"}), x,
      {ones, ones})
    assert.same({"loss", "val_loss_1", "x_loss"}, names)
    assert.near(values[1], values[2] + values[3], 1e-6)
  end)

  it("of one loss for several outputs is the loss alone", function()
    local model = two_outputs{loss = {"mse", false}, metrics = {alpha = {"mae"}}}
    local names = results_of(model, x, {ones, ones})
    assert.same({"loss", "alpha_mae"}, names)
    local first, second = model:train_on_batch(x, {ones, ones})
    local again, and_again, nothing = model:train_on_batch(x, {ones, ones})
    assert.near(first, again, 1e-6)
    assert.near(second, and_again, 1e-6)
    assert.is_nil(nothing)
  end)

  it("an object for several outputs counts for each alone", function()
    local mae = ln.metrics.MeanAbsoluteError()
    local names, values = results_of(two_outputs{loss = "mse", metrics = {mae}}, x,
      {ones, ln.zeros{4, 1}})
    assert.same({"zeta_mean_absolute_error", "alpha_mean_absolute_error"},
      {table.unpack(names, 4)})
    assert.near(0.6875, values[4], 1e-6)
    assert.near(0.625, values[5], 1e-6)
  end)

  it("are known before any data, and of what is compiled anew", function()
    local model = two_outputs{loss = "mse", metrics = {{"mae"}, {"mae", "mse"}}}
    local before = model.metrics_names
    assert.same(before, (results_of(model, x, {ones, ones})))
    model:compile{loss = "mse", metrics = {{}, {"mape"}}}
    assert.same({"loss", "zeta_loss", "alpha_loss", "alpha_mape"}, model.metrics_names)
    assert.same({"loss", "zeta_loss", "alpha_loss", "alpha_mape"},
      (results_of(model, x, {ones, ones})))
    assert.same({"loss"}, ln.Sequential().metrics_names)
  end)
end)

describe("what models and layers count themselves", function()
  local Counting = ln.layers.Layer:extend("Counting")
  function Counting:init(options)
    self.by, self.seen = options.by or 1, ln.metrics.Mean{name = "seen"}
  end
  function Counting:call(inputs)
    self.seen:update_state(ln.full({2}, self.by))
    self:add_metric(ln.full({1}, 10 * self.by), "added")
    return inputs
  end

  it("comes after the compiled metrics, under unique names", function()
    local Net = ln.Model:extend("Net")
    function Net:init()
      self.a = Counting{by = 1}
      self.b = Counting{by = 2}
      self.mine = ln.metrics.Mean{name = "loss"}
      self.other = ln.metrics.Mean{name = "mae"}
    end
    function Net:call(inputs)
      self.mine:update_state(ln.full({1}, 5))
      self.other:update_state(ln.full({1}, 6))
      return self.b(self.a(inputs))
    end
    local model = Net()
    model:compile{loss = "mse", metrics = {"mae"}}
    model(x)
    local names, values = results_of(model, x, ones)
    assert.same({"loss", "mae", "loss_1", "mae_1", "seen", "added", "seen_1", "added_1"}, names)
    assert.same({5, 6, 1, 10, 2, 20}, {table.unpack(values, 3)})
    local metrics = {}
    for i, metric in ipairs(model.metrics) do metrics[i] = metric.name end
    assert.same({"mae", "loss", "mae", "seen", "added", "seen", "added"}, metrics)
  end)

  it("in a Sequential's layers counts too, and begins anew with each epoch", function()
    local model = ln.Sequential{ln.Input{shape = {1}}, Counting(), Counting{by = 3}}
    model:compile{loss = "mse"}
    local names, values = results_of(model, x, ones)
    assert.same({"loss", "seen", "added", "seen_1", "added_1"}, names)
    assert.same({1, 10, 3, 30}, {table.unpack(values, 2)})
    for _, metric in ipairs(model.metrics) do metric:update_state(ln.full({1000}, 1000)) end
    model:reset_metrics()
    for _, metric in ipairs(model.metrics) do assert.equal(0, metric:result()) end
  end)

  it("of a model within is that model's own affair", function()
    local Inner = ln.Model:extend("Inner")
    function Inner:init() self.mine = ln.metrics.Mean{name = "inner"} end
    function Inner:call(inputs) return inputs end
    local model = ln.Sequential{ln.Input{shape = {1}}, Inner()}
    model:compile{loss = "mse"}
    assert.same({"loss"}, (results_of(model, x, ones)))
  end)

  it("a metric's result may be a tensor of one number", function()
    local Last = ln.metrics.Metric:extend("Last")
    function Last:init() self.value = self:add_weight{name = "value"} end
    function Last:update_state(_, y_pred) self.value:assign(y_pred:max()) end
    function Last:result() return self.value:value() end
    local names, values = results_of(identity{metrics = {Last()}}, x, ones)
    assert.same({"loss", "last"}, names)
    assert.near(0.7, values[2], 1e-6)
  end)

  it("of one element it is a number, and a truth is 1 or 0; several are a tensor", function()
    local function of(result)
      local Last = ln.metrics.Metric:extend("Last")
      function Last:init() self.value = self:add_weight{name = "value"} end
      function Last:update_state(_, y_pred) self.value:assign(y_pred:max()) end
      Last.result = result
      local model = identity{metrics = {Last()}}
      return (select(2, model:evaluate(x, ones, {verbose = 0})))
    end
    assert.near(0.7, of(function(self) return self.value end), 1e-6)
    assert.near(0.7, of(function(self) return self.value:value():reshape{1, 1} end), 1e-6)
    assert.equal(3, of(function() return ln.tensor({3}, {dtype = "int32"}) end))
    assert.equal(1, of(function(self) return self.value:value():gt(0) end))
    assert.equal(0, of(function() return ln.tensor{1, 0}:all() end))
    assert.same({1, 2}, of(function() return ln.tensor{1, 2} end):totable())
    fails("in metric 'last': its result should be a number or a tensor, it is missing", of,
      function() end)
    fails("it is a string", of, function() return "0.7" end)
  end)

  it("a metric's function may give numbers and truths", function()
    local function finite(_, y_pred) return y_pred:isfinite():all() end
    local function three() return 3 end
    local _, values = results_of(identity{metrics = {finite, three}}, x, ones)
    assert.same({1, 3}, {values[2], values[3]})
  end)
end)

describe("results of a step of the model's own", function()
  it("begin with the loss, then by name, in one order", function()
    local Net = ln.Model:extend("Net")
    function Net:init() self.dense = ln.layers.Dense(1) end
    function Net:call(inputs) return self.dense(inputs) end
    function Net:train_step() return {zeta = 1, loss = 2, alpha = 3} end
    function Net:test_step() return {zeta = 4, loss = 5, alpha = 6, more = 7} end
    local model = Net()
    model:compile()
    local history = model:fit(x, ones, {verbose = 0, validation_data = {x, ones}})
    assert.same({"loss", "alpha", "zeta", "val_loss", "val_alpha", "val_zeta", "val_more"},
      history.keys)
    assert.same({5, 6, 7, 4}, {model:evaluate(x, ones, {verbose = 0})})
    assert.same({"loss", "alpha", "more", "zeta"}, model.metrics_names)
    assert.same({2, 3, 1}, {model:train_on_batch(x, ones)})
  end)
end)

describe("the order of logs", function()
  it("has what callbacks add after the results, and learning_rate last", function()
    local Adds = ln.callbacks.Callback:extend("Adds")
    function Adds:on_epoch_end(_, logs) logs.learning_rate, logs.aa, logs.zz = 1, 2, 3 end
    local history = identity{metrics = {"mae"}}:fit(x, ones,
      {verbose = 0, validation_data = {x, ones}, callbacks = {Adds()}})
    assert.same({"loss", "mae", "val_loss", "val_mae", "aa", "zz", "learning_rate"}, history.keys)
  end)

  it("has a metric called epoch in a column of its own", function()
    local path = folder.path .. "/log.csv"
    local model = identity{metrics = {ln.metrics.MeanAbsoluteError{name = "epoch"}}}
    model:fit(x, ones, {verbose = 0, callbacks = {ln.callbacks.CSVLogger(path)}})
    assert.matches("^epoch,loss,epoch\n1,[%d.]+,0%.6875", folder:read("log.csv"))
  end)

  it("are in their order where fit is one batch that was seen before", function()
    local model = ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}
    model:compile{loss = "mse", optimizer = "sgd", metrics = {"mae", "cosine_similarity"}}
    local rows, targets = ln.ones{3, 2}, ln.ones{3, 1}
    local first = model:fit(rows, targets, {epochs = 2, verbose = 0})
    local second = model:fit(rows, targets, {epochs = 3, verbose = 0})
    assert.same({"loss", "mae", "cosine_similarity"}, first.keys)
    assert.same(first.keys, second.keys)
    assert.same({1, 2, 3}, second:epochs("mae"))
    assert.equal(3, #second.history.cosine_similarity)
    assert.is_true(second.history.loss[3] < second.history.loss[1])
  end)
end)
