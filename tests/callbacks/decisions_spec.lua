-- EarlyStopping and ReduceLROnPlateau decide on sequences of values as Keras did: when, on what,
-- and which weights remain.
local ln = require "lunate"
local goldens = require "support.goldens"
local logs = require "lunate.model.logs"

-- Trains a model whose one weight is the epoch (from 0, as in Keras), with val_loss from a list.
local function train(values, learning_rate, callbacks)
  local model = ln.Sequential{ln.layers.Dense{1, use_bias = false, input_shape = {1}}}
  model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate}}
  local script = ln.callbacks.LambdaCallback{on_epoch_end = function(epoch, values_of)
    model:set_weights{ln.tensor{{epoch - 1}}}
    values_of.val_loss = goldens.number(values[epoch])
  end}
  local x = ln.ones{1, 1}
  local history = model:fit(x, x, {epochs = #values, verbose = 0, validation_data = {x, x},
    callbacks = {script, table.unpack(callbacks)}})
  return history, model
end

-- kwargs as Keras's constructor got them, plus a mode for what has no metric behind it.
local function options(kwargs)
  local given = {}
  for name, value in pairs(kwargs) do given[name] = value end
  return given
end

local function describe_run(i, run)
  local list = {}
  for name, value in pairs(run.kwargs) do list[#list + 1] = name .. "=" .. tostring(value) end
  table.sort(list)
  return ("%d: %s %s"):format(i, run.sequence, table.concat(list, " "))
end

describe("EarlyStopping decides as Keras's:", function()
  local golden = goldens.json("schedules", "early_stopping.json")
  for i, run in ipairs(golden.runs) do
    it(describe_run(i, run), function()
      local stopping = ln.callbacks.EarlyStopping(options(run.kwargs))
      local waits = {}
      local recorder = ln.callbacks.LambdaCallback{on_epoch_end = function(epoch)
        waits[epoch] = stopping.wait
      end}
      local history, model = train(golden.sequences[run.sequence], 0.1, {stopping, recorder})
      assert.equal(run.epochs_run, #history.epoch)
      assert.same(run.wait, waits)
      -- Epochs from 1 here; 0 means the same in both: it was not stopped.
      local stopped = run.stopped_epoch
      assert.equal(stopped and stopped > 0 and stopped + 1 or 0, stopping.stopped_epoch)
      assert.equal(run.best_epoch + 1, stopping.best_epoch)
      goldens.near({stopping.best}, {run.best}, 0, 0)
      assert.equal(run.weights_from_epoch, model:get_weights()[1][1][1])
    end)
  end
end)

describe("ReduceLROnPlateau decides as Keras's:", function()
  local golden = goldens.json("schedules", "reduce_lr_on_plateau.json")
  for i, run in ipairs(golden.runs) do
    it(describe_run(i, run), function()
      local plateau = ln.callbacks.ReduceLROnPlateau(options(run.kwargs))
      local rates, waits, cooldowns = {}, {}, {}
      local recorder = ln.callbacks.LambdaCallback{on_epoch_end = function(epoch)
        rates[epoch] = plateau.model.optimizer.learning_rate
        waits[epoch], cooldowns[epoch] = plateau.wait, plateau.cooldown_counter
      end}
      train(golden.sequences[run.sequence], run.initial_lr, {plateau, recorder})
      assert.same(run.wait, waits)
      assert.same(run.cooldown, cooldowns)
      goldens.near(rates, run.lr_after_epoch, 1e-6, 0)
    end)
  end
end)

describe("EarlyStopping before it has seen anything", function()
  it("has waited for nothing", function()
    local stopping = ln.callbacks.EarlyStopping()
    assert.are.same({0, 0, 0}, {stopping.wait, stopping.stopped_epoch, stopping.best_epoch})
  end)
end)

describe("mode auto", function()
  it("knows of each value which way it is better", function()
    local x = ln.Input{shape = {2}}
    local model = ln.Model{inputs = x, outputs = {ln.layers.Dense{1, name = "p"}(x),
      ln.layers.Dense{1, name = "q"}(x)}}
    local y = ln.ones{4, 1}
    model:compile{loss = "mse", metrics = {
      p = {"accuracy", "mae", ln.metrics.AUC{name = "auc"}},
      q = {function(t, p) return (t - p):mean() end}}}
    model:fit(ln.ones{4, 2}, {y, y}, {verbose = 0})
    local wanted = {loss = "down", p_loss = "down", q_loss = "down", p_accuracy = "up",
      p_mae = "down", p_auc = "up", q_metric = "none", nothing = "none"}
    for name, direction in pairs(wanted) do
      for _, prefix in ipairs{"", "val_"} do
        assert.equal(direction, logs.direction(model, prefix .. name) or "none", prefix .. name)
      end
    end
    local stopping = ln.callbacks.EarlyStopping{monitor = "val_q_metric"}
    assert.error_matches(function()
      model:fit(ln.ones{4, 2}, {y, y}, {verbose = 0, epochs = 2, callbacks = {stopping},
        validation_data = {ln.ones{4, 2}, {y, y}}})
    end, "whether a larger 'val_q_metric' is better")
  end)
end)
