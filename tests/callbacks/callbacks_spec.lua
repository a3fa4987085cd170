-- What callbacks are told and when, what each built-in does besides deciding (decisions_spec.lua),
-- saving (checkpoint_spec.lua, backup_spec.lua) and being interrupted (interrupt_spec.lua).
local ln = require "lunate"
local core = require "lunate.core"
local examples = require "support.examples"
local fails = require "support.fails"
local scratch = require "support.scratch"

local function small(options)
  local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
  options = options or {}
  options.loss = options.loss or "mse"
  model:compile(options)
  return model
end

local x, y = ln.ones{8, 1}, ln.zeros{8, 1}

-- fit for a test: one batch of 4 and another an epoch.
local function fit(model, callbacks, options)
  local given = {epochs = 2, batch_size = 4, verbose = 0, callbacks = callbacks}
  for name, value in pairs(options or {}) do given[name] = value end
  return model:fit(x, y, given)
end

local HOOKS = {"on_train_begin", "on_train_end", "on_epoch_begin", "on_epoch_end", "on_batch_begin",
  "on_batch_end", "on_test_begin", "on_test_end", "on_test_batch_begin", "on_test_batch_end",
  "on_predict_begin", "on_predict_end", "on_predict_batch_begin", "on_predict_batch_end"}

-- A callback that writes down every hook, with its number and its logs' names.
local function recorder(hooks)
  local seen, given = {}, {}
  for _, hook in ipairs(hooks or HOOKS) do
    given[hook] = function(number, logs)
      local parts = {hook:sub(4)}
      if type(number) == "number" then parts[2] = number else logs = number end
      local names = {}
      for name in pairs(logs) do names[#names + 1] = name end
      table.sort(names)
      parts[#parts + 1] = table.concat(names, ",")
      seen[#seen + 1] = table.concat(parts, " ")
    end
  end
  return ln.callbacks.LambdaCallback(given), seen
end

describe("hooks", function()
  it("come in Keras's order, with its arguments", function()
    local callback, seen = recorder()
    fit(small(), {callback}, {epochs = 1, validation_data = {x[{ {1, 4} }], y[{ {1, 4} }]}})
    assert.same({
      "train_begin ", "epoch_begin 1 ", "batch_begin 1 ", "batch_end 1 loss", "batch_begin 2 ",
      "batch_end 2 loss", "test_begin ", "test_batch_begin 1 ", "test_batch_end 1 loss",
      "test_end loss", "epoch_end 1 loss,val_loss", "train_end loss,val_loss"}, seen)
  end)

  it("of evaluate and predict", function()
    local callback, seen = recorder()
    local model = small()
    model:evaluate(x, y, {verbose = 0, batch_size = 8, callbacks = {callback}})
    model:predict(x, {batch_size = 8, callbacks = {callback}})
    assert.same({
      "test_begin ", "test_batch_begin 1 ", "test_batch_end 1 loss", "test_end loss",
      "predict_begin ", "predict_batch_begin 1 ", "predict_batch_end 1 outputs", "predict_end ",
      }, seen)
  end)

  it("of predict tell the outputs of the batch", function()
    local shapes = {}
    small():predict(x, {batch_size = 5, callbacks = {ln.callbacks.LambdaCallback{
      on_predict_batch_end = function(i, logs) shapes[i] = tostring(logs.outputs.shape) end}}})
    assert.same({"(5, 1)", "(3, 1)"}, shapes)
  end)

  it("have a longer name for training batches, which counts where both are defined", function()
    local Both = ln.callbacks.Callback:extend("Both")
    local seen = {}
    function Both.on_batch_end(_, batch) seen[#seen + 1] = "short " .. batch end
    function Both.on_train_batch_end(_, batch) seen[#seen + 1] = "long " .. batch end
    fit(small(), {Both()}, {epochs = 1})
    assert.same({"long 1", "long 2"}, seen)
  end)

  it("see what callbacks before them put into the logs, and so does the History", function()
    local seen
    local function at_end(f) return ln.callbacks.LambdaCallback{on_epoch_end = f} end
    local history = fit(small(), {
      at_end(function(epoch, logs) logs.mine = epoch * 10 end),
      at_end(function(_, logs) seen = logs.mine end)})
    assert.equal(20, seen)
    assert.same({10, 20}, history.history.mine)
  end)

  it("of batches may stop training: the epoch is ended, no other begins", function()
    local callback, seen = recorder{"on_epoch_end", "on_train_end", "on_batch_end"}
    local model = small()
    local stop = ln.callbacks.LambdaCallback{on_batch_end = function()
      model.stop_training = true
    end}
    local history = fit(model, {stop, callback}, {epochs = 9})
    assert.same({"batch_end 1 loss", "epoch_end 1 loss", "train_end loss"}, seen)
    assert.same({1}, history.epoch)
    assert.is_false(history.interrupted)
  end)
end)

describe("a list of callbacks", function()
  it("has no holes, and nothing but callbacks", function()
    local callback = ln.callbacks.TerminateOnNaN()
    fails("a list without holes, it has an entry 3 after 1", fit, small(),
      {callback, nil, callback})
    fails("callbacks%[2%] should be a callback, got table %(a class: call it to make one%)", fit,
      small(), {callback, ln.callbacks.TerminateOnNaN})
    fails("callbacks%[1%] should be a callback, got boolean", fit, small(), {false})
    assert.equal(2, #fit(small(), callback).epoch)   -- one alone needs no list
  end)
end)

describe("an error in a callback", function()
  local function boom(hook, when)
    return ln.callbacks.LambdaCallback{[hook] = function(number)
      if not when or number == when then error("boom " .. hook) end
    end}
  end

  it("is the script's, with its traceback, and on_train_end does not run", function()
    local model = small()
    local callback, seen = recorder{"on_epoch_end", "on_train_end"}
    local ok, trace = xpcall(fit, debug.traceback, model, {callback, boom("on_epoch_end", 3)},
      {epochs = 9})
    assert.is_false(ok)
    assert.matches("boom on_epoch_end\nstack traceback:", trace, 1, true)
    assert.matches("callbacks_spec.lua:%d+: in ", trace)
    assert.same({"epoch_end 1 loss", "epoch_end 2 loss", "epoch_end 3 loss"}, seen)
    -- The third epoch's History comes after the user's callbacks.
    assert.same({1, 2}, model.history.epoch)
    assert.equal(2, #model.history.history.loss)
  end)

  for _, hook in ipairs(HOOKS) do
    it("in " .. hook .. " leaves the model usable", function()
      local model = small()
      local call = hook:find("predict") and function(c) model:predict(x, {callbacks = c}) end
        or hook:find("test") and function(c)
          model:evaluate(x, y, {verbose = 0, callbacks = c})
        end or function(c) fit(model, c) end
      fails("boom " .. hook, call, {boom(hook)})
      assert.equal(2, #fit(model, {}).epoch)
      assert.equal(8, #model:predict(x))
    end)
  end

  it("ends the passes over Datasets", function()
    local model = small()
    local closed = 0
    local ds = ln.data.Dataset.from_tensors(x, y):batch(2)
    local iterate = ds.iterate
    ds.iterate = function(self)
      local following = iterate(self)
      return following, nil, nil, setmetatable({}, {__close = function() closed = closed + 1 end})
    end
    fails("boom", function()
      model:fit(ds, nil, {verbose = 0, callbacks = {boom("on_batch_end", 2)}})
    end)
    assert.equal(1, closed)
    fails("boom", function()
      model:evaluate(ds, nil, {verbose = 0, callbacks = {boom("on_test_batch_end", 2)}})
    end)
    assert.equal(2, closed)
  end)
end)

describe("a monitor", function()
  for _, name in ipairs{"EarlyStopping", "ReduceLROnPlateau"} do
    it("that does not exist is an error of " .. name .. " after the first epoch", function()
      local callback, seen = recorder{"on_epoch_end"}
      fails(name .. ": there is no 'val_acc' to monitor %(fit has no validation data%); there are: "
        .. ".*loss, mae", fit, small{metrics = {"mae"}},
        {callback, ln.callbacks[name]{monitor = "val_acc"}})
      assert.equal(1, #seen)
    end)
  end

  it("of a validation may be absent in epochs that have none", function()
    local history = fit(small(), {ln.callbacks.EarlyStopping{patience = 5}},
      {epochs = 4, validation_data = {x, y}, validation_freq = 2})
    assert.equal(4, #history.epoch)
    fails("there is no 'val_mae' to monitor; there are: loss$", fit, small(),
      {ln.callbacks.EarlyStopping{monitor = "val_mae"}}, {validation_data = {x, y},
      validation_freq = 2})
  end)

  -- What the best of two epochs is, says which way was taken.
  local function best_of(monitor, model, values)
    local stopping = ln.callbacks.EarlyStopping{monitor = monitor, patience = 9}
    local script = ln.callbacks.LambdaCallback{on_epoch_end = function(epoch, logs)
      logs[monitor] = values[epoch]
    end}
    fit(model, {script, stopping}, {validation_data = {x, y}})
    return stopping.best
  end

  it("goes the way of its metric", function()
    local function made() return small{metrics = {"mae", "accuracy", ln.metrics.R2Score(),
      ln.metrics.Recall()}} end
    assert.equal(1, best_of("loss", made(), {1, 2}))
    assert.equal(1, best_of("val_loss", made(), {1, 2}))
    assert.equal(1, best_of("val_mae", made(), {1, 2}))
    assert.equal(2, best_of("accuracy", made(), {1, 2}))
    assert.equal(2, best_of("val_r2_score", made(), {1, 2}))
    assert.equal(2, best_of("recall", made(), {1, 2}))
  end)

  it("goes down for the loss of an output, whatever metrics there are", function()
    local input = ln.Input{shape = {3}}
    local model = ln.Model{inputs = input, outputs = {ln.layers.Dense{1, name = "a"}(input),
      ln.layers.Dense{1, name = "b"}(input)}}
    model:compile{loss = "mse", metrics = {"accuracy"}}
    for _, name in ipairs{"a_loss", "val_b_loss"} do
      local monitor = ln.callbacks.EarlyStopping{monitor = name}
      monitor.model = model
      assert.is_false(monitor:rises())
    end
    local rising = ln.callbacks.EarlyStopping{monitor = "val_b_accuracy"}
    rising.model = model
    model:evaluate(ln.ones{2, 3}, {ln.ones{2, 1}, ln.ones{2, 1}}, {verbose = 0})
    assert.is_true(rising:rises())
  end)

  it("takes changes below min_delta, of either sign, for none", function()
    for _, delta in ipairs{0.5, -0.5} do
      local down = ln.callbacks.EarlyStopping{monitor = "loss", mode = "min", min_delta = delta}
      assert.is_false(down:is_better(1.75, 2))
      assert.is_true(down:is_better(1.25, 2))
      assert.is_false(down:is_better(2.25, 2))
      local up = ln.callbacks.EarlyStopping{monitor = "loss", mode = "max", min_delta = delta}
      assert.is_false(up:is_better(2.25, 2))
      assert.is_true(up:is_better(2.75, 2))
      assert.is_false(up:is_better(1.75, 2))
    end
  end)

  it("may be a metric in Lua that says its way; of others mode must be told", function()
    local Mine = ln.metrics.Mean:extend("Mine")
    function Mine:update_state(_, predicted) Mine.super.update_state(self, predicted) end
    Mine.direction = "up"
    assert.equal(2, best_of("mine", small{metrics = {Mine{name = "mine"}}}, {1, 2}))
    fails("EarlyStopping: it is not known whether a larger 'odd' is better: say mode", best_of,
      "odd", small(), {1, 2})
  end)

  it("knows the way of every built-in metric but plain means and sums", function()
    local unknown, known = {}, 0
    for _, name in ipairs(core.classes("metric")) do
      local made, metric = pcall(core.class("metric", name))   -- those that need no options
      if made and core.metric_direction(metric) then known = known + 1
      elseif made then unknown[#unknown + 1] = name end
    end
    table.sort(unknown)
    assert.same({"Mean", "Sum"}, unknown)
    assert.is_true(known > 30)
  end)
end)

describe("EarlyStopping", function()
  it("may be used again", function()
    local stopping = ln.callbacks.EarlyStopping{monitor = "loss", mode = "max", patience = 1}
    local model = small{optimizer = ln.optimizers.SGD{learning_rate = 0.1}}
    for _ = 1, 2 do
      fit(model, {stopping}, {epochs = 9})
      assert.equal(2, stopping.stopped_epoch)
    end
  end)

  it("refuses options that it does not know", function()
    fails("unknown option 'patient' of 'EarlyStopping'; did you mean 'patience'", function()
      ln.callbacks.EarlyStopping{patient = 3}
    end)
    fails("mode", function() ln.callbacks.EarlyStopping{mode = "sideways"} end)
    fails("restore_best_weights", function()
      ln.callbacks.EarlyStopping{restore_best_weights = "yes"}
    end)
  end)
end)

describe("LearningRateScheduler", function()
  local function rates(schedule)
    local model = small{optimizer = ln.optimizers.SGD{learning_rate = 1}}
    local history = fit(model, {ln.callbacks.LearningRateScheduler(schedule)}, {epochs = 3})
    return history.history.learning_rate
  end

  it("gives a function the epoch from 1 and the rate", function()
    assert.same({1.0, 0.5, 0.25}, rates(function(epoch, rate)
      return epoch == 1 and rate or rate / 2
    end))
  end)

  it("takes a schedule by epochs: the first one has its initial rate", function()
    local schedule = ln.schedules.ExponentialDecay{0.5, 1, 0.5}
    assert.same({0.5, 0.25, 0.125}, rates(schedule))
  end)

  it("refuses what is no rate", function()
    fails("LearningRateScheduler: the schedule should return a number >= 0, got nil for epoch 1",
      rates, function() end)
    fails("a function of %(epoch, learning_rate%) or a schedule expected, got number", rates, 3)
    fails("the optimizer's learning_rate is a schedule", fit,
      small{optimizer = ln.optimizers.SGD{learning_rate = ln.schedules.ExponentialDecay{1, 1, 1}}},
      {ln.callbacks.LearningRateScheduler(function() return 1 end)})
  end)
end)

describe("TerminateOnNaN", function()
  local function broken() return small{optimizer = ln.optimizers.SGD{learning_rate = 1e38}} end

  it("ends training in the middle of an epoch", function()
    local callback, seen = recorder{"on_batch_end", "on_train_end"}
    fit(broken(), {ln.callbacks.TerminateOnNaN(), callback}, {epochs = 5, batch_size = 1})
    assert.is_true(#seen < 8, #seen)
    assert.equal("train_end loss", seen[#seen])
  end)

  it("or raises an error", function()
    fails("TerminateOnNaN: the loss is .* after batch %d", fit, broken(),
      {ln.callbacks.TerminateOnNaN{raise_error = true}}, {epochs = 5, batch_size = 1})
  end)
end)

describe("CSVLogger", function()
  local folder
  before_each(function() folder = scratch.folder() end)
  after_each(function() folder:remove() end)

  local function values(epoch, logs)
    logs.loss, logs.val_loss, logs.text = epoch / 3, epoch == 2 and 0.1 or nil, 'a,"b"'
  end
  local script = ln.callbacks.LambdaCallback{on_epoch_end = values}

  it("writes a line an epoch, NA for what is missing, and quotes", function()
    local path = folder.path .. "/deep/er/log.csv"
    fit(small(), {script, ln.callbacks.CSVLogger(path)},
      {validation_data = {x, y}, validation_freq = 2})
    assert.equal("epoch,loss,val_loss,text,val_text\n1,0.3333333333333333,NA,\"a,\"\"b\"\"\",NA\n"
      .. "2,0.6666666666666666,0.1,\"a,\"\"b\"\"\",NA\n", folder:read("deep/er/log.csv"))
  end)

  it("adds to a file under its columns, or begins it anew", function()
    local path = folder:write("log.csv", "epoch;val_loss;loss\n1;0.5;0.25\n")
    local simple = ln.callbacks.LambdaCallback{on_epoch_end = function(epoch, logs)
      logs.loss = epoch
    end}
    local logger = ln.callbacks.CSVLogger{path, separator = ";", append = true}
    fit(small(), {simple, logger}, {initial_epoch = 2})
    assert.equal("epoch;val_loss;loss\n1;0.5;0.25\n2;NA;2\n", folder:read("log.csv"))
    fails("CSVLogger: '.*' has no column for 'mae'; there are: epoch, val_loss, loss", fit,
      small{metrics = {"mae"}}, {logger})
    fit(small(), {simple, ln.callbacks.CSVLogger{path}}, {epochs = 1})
    assert.equal("epoch,loss\n1,1\n", folder:read("log.csv"))
  end)

  it("says why a file cannot be written", function()
    fails("CSVLogger: cannot write '" .. folder.path, fit, small(),
      {ln.callbacks.CSVLogger(folder.path)})
  end)
end)

describe("SwapEMAWeights", function()
  local function trained(options, callbacks, more)
    ln.set_seed(5)
    local model = small{optimizer = ln.optimizers.SGD{learning_rate = 0.3, use_ema = true,
      ema_momentum = 0.5}}
    for i, callback in ipairs(callbacks) do
      if type(callback) == "function" then callbacks[i] = callback(model) end
    end
    table.insert(callbacks, 1, ln.callbacks.SwapEMAWeights(options))
    local history = fit(model, callbacks, more)
    return model, history
  end

  it("validates with the averages and trains with the weights", function()
    local before, during = {}, {}
    local model, history = trained({}, {function(model)
      return ln.callbacks.LambdaCallback{
        on_batch_end = function(i) before[i] = model:get_weights()[1][1][1] end,
        on_test_begin = function() during[#during + 1] = model:get_weights()[1][1][1] end,
        on_epoch_end = function(epoch)
          assert.equal(before[2], model:get_weights()[1][1][1])
          assert.not_equal(before[2], during[epoch])
        end}
    end}, {validation_data = {x, y}})
    -- The last validation saw what the model has in the end.
    assert.near(history.history.val_loss[2], model:evaluate(x, y, {verbose = 0}), 1e-6)
  end)

  it("leaves the averages in the model between epochs, if asked to", function()
    local at_end
    local model = trained({swap_on_epoch = true}, {function(model)
      return ln.callbacks.LambdaCallback{on_epoch_end = function()
        at_end = model:get_weights()[1]
      end}
    end})
    assert.is_true(at_end == model:get_weights()[1])
    assert.is_true(model:get_weights()[1] == trained({}, {}):get_weights()[1])
  end)

  it("predicts with the averages, and gives the weights back", function()
    local model = small{optimizer = ln.optimizers.SGD{learning_rate = 0.3, use_ema = true,
      ema_momentum = 0.5}}
    for _ = 1, 4 do model:train_on_batch(x, y) end
    local weights = model:get_weights()
    local averages = {}
    for _, state in ipairs(model.optimizer.variables) do
      if state.name:find("_average$") then averages[#averages + 1] = state.value:copy() end
    end
    local swap = ln.callbacks.SwapEMAWeights()
    local averaged = model:predict(x, {callbacks = {swap}})
    for i, w in ipairs(model:get_weights()) do assert.is_true(w == weights[i]) end
    assert.is_false(averaged == model:predict(x))
    model:set_weights(averages)
    assert.is_true(averaged == model:predict(x))
  end)

  it("needs an optimizer that keeps averages", function()
    fails("SwapEMAWeights: the optimizer keeps no averages", fit, small(),
      {ln.callbacks.SwapEMAWeights()}, {validation_data = {x, y}})
  end)
end)

describe("examples of", function()
  for _, name in ipairs{"EarlyStopping", "ReduceLROnPlateau", "LearningRateScheduler",
      "TerminateOnNaN", "LambdaCallback", "CSVLogger", "SwapEMAWeights", "ModelCheckpoint",
      "BackupAndRestore"} do
    it(name .. " run", function()
      local file = name:gsub("(%l)(%u)", "%1_%2"):gsub("(%u)(%u%l)", "%1_%2"):lower()
        :gsub("na_n$", "nan")
      local path = assert(package.searchpath("lunate.callbacks." .. file, package.path))
      local lines = {"Example:"}
      for line in io.lines(path) do
        local code = line:match("^%-%-     (.*)")
        if code then lines[#lines + 1] = "  " .. code end
        if not line:find("^%-%-") then break end
      end
      assert.is_true(examples.run(table.concat(lines, "\n"), name) >= 1)
    end)
  end
end)
