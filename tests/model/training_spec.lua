-- Whole training runs against real Keras: the same model JSON, data and starting weights give the
-- same History, batch logs, evaluation, predictions and final weights, to 1e-4.
local ln = require "lunate"
local core = require "lunate.core"
local goldens = require "support.goldens"

local RELATIVE = 1e-4

-- Those of the collection that the layers and callbacks of today cover.
local covered = {
  a_mlp = true, b_regression = true, b_validation_split = true, c_widedeep_multi = true,
  c_widedeep_multi_metrics = true, d_convnet_adam = true, e_bilstm_nadam = true,
  e_lstm_rmsprop = true, f_class_weight = true, f_sample_weight = true,
  g_l1_constraint = true, g_l2 = true, h_huber_adam_clip = true,
  i_early_stopping_cb = true, i_lr_scheduler_cb = true,
  i_schedule_sgd = true, j_frozen_layer = true, k_ema = true,
  opt_adadelta = true, opt_adafactor = true, opt_adagrad = true, opt_adam = true,
  opt_adamax = true, opt_ftrl = true, opt_muon = true, opt_rmsprop = true, opt_sgd = true,
  o_masked_rnn = true, p_autoencoder = true,
}

-- Weights whose gradient is 0 but for what is rounded, and which Adam therefore moves by chance: a
-- shift that the normalization after the next layer takes back; and that one's moving mean.
local by_chance = {d_convnet_adam = {[4] = 2e-4, [10] = 1e-4}}

local function weights(case, load, key)
  local list = {}
  for i, entry in ipairs(case[key]) do list[i] = load(entry) end
  return list
end

local function parts(manifest, load)
  local list = {}
  for i, entry in ipairs(manifest) do list[i] = load(entry) end
  return list
end

-- The callbacks of these runs, as their notes say.
local callbacks_of = {
  i_lr_scheduler_cb = function()
    return ln.callbacks.LearningRateScheduler(function(epoch, rate)
      return epoch > 1 and rate * 0.5 or rate
    end)
  end,
  i_early_stopping_cb = function()
    return ln.callbacks.EarlyStopping{patience = 2, restore_best_weights = true, min_delta = 0.02}
  end,
}

local BatchLogs = ln.callbacks.Callback:extend("BatchLogs")
function BatchLogs:on_epoch_begin(epoch) self.first = epoch == 1; self.logs = self.logs or {} end
function BatchLogs:on_batch_end(batch, logs)
  if self.first then self.logs[batch] = logs end
end

-- Runs of networks of more kinds of layers are a section that only the full collection has; their
-- models are files of their own, and they were not evaluated.
local runs = {}
for _, section in ipairs{"training", "training_deep"} do
  if section == "training" or goldens.has(section) then
    for name, case, load in goldens.cases(section) do
      if covered[name] then
        case.model_config = case.model_config or goldens.json(section, name .. "/model_config.json")
        runs[#runs + 1] = {name = name, case = case, load = load}
      end
    end
  end
end

local function model_of(case, load)
  local model = ln.model_from_json(core.json_encode(case.model_config))
  if not model.compiled then model:compile_from_config(case.compile_config) end
  model:set_weights(weights(case, load, "initial_weights"))
  return model
end

describe("a training run of Keras's", function()
  for _, run in ipairs(runs) do
    local name, case, load = run.name, run.case, run.load
    it("agrees: " .. name, function()
      local model = model_of(case, load)
      -- Keras's Huber leaves delta (0.5 in this run) out of its config.
      if name == "h_huber_adam_clip" then
        model:compile{loss = ln.losses.Huber{delta = 0.5}, optimizer = model.optimizer}
      end
      local batch_logs = BatchLogs()
      local options = {
        epochs = case.epochs, batch_size = case.batch_size, verbose = 0, shuffle = false,
        callbacks = {batch_logs},
      }
      if callbacks_of[name] then table.insert(options.callbacks, callbacks_of[name]()) end
      for key, value in pairs(case.fit_kwargs or {}) do options[key] = value end
      if options.class_weight then
        local by_id = {}
        for id, weight in pairs(options.class_weight) do by_id[math.tointeger(id)] = weight end
        options.class_weight = by_id
      end
      if case.sample_weight then options.sample_weight = load(case.sample_weight) end
      if case.val_x then
        options.validation_data = {parts(case.val_x, load), parts(case.val_y, load),
          case.val_sample_weight and load(case.val_sample_weight) or nil}
      end
      local x, y = parts(case.x, load), parts(case.y, load)
      local history = model:fit(x, y, options)

      -- Keras sorts its names; here they have one order everywhere.
      local sorted, expected_keys = table.move(history.keys, 1, #history.keys, 1, {}), {}
      for key in pairs(case.history) do expected_keys[#expected_keys + 1] = key end
      table.sort(sorted)
      table.sort(expected_keys)
      assert.same(expected_keys, sorted)
      for key, values in pairs(case.history) do
        goldens.near(history.history[key], values, RELATIVE, 1e-6, key)
      end
      for i, logs in ipairs(case.batch_logs_epoch0 or {}) do
        for key, value in pairs(logs) do
          goldens.near(batch_logs.logs[i][key], value, RELATIVE, 1e-6,
            ("batch %d %s"):format(i, key))
        end
      end
      for i, expected in ipairs(weights(case, load, "final_weights")) do
        local chance = by_chance[name] and by_chance[name][i]
        goldens.near(model:get_weights()[i], expected, RELATIVE, chance or 1e-6, "weight " .. i)
      end
      if not case.evaluate_train then return end
      local results = model:evaluate(x, y,
        {verbose = 0, batch_size = case.batch_size, return_dict = true})
      for key, value in pairs(case.evaluate_train) do
        goldens.near(results[key], value, RELATIVE, 1e-6, "evaluate " .. key)
      end
      local first = {}
      for i, part in ipairs(x) do first[i] = part[{ {1, 8} }] end
      local listed = {model:evaluate(x, y, {verbose = 0, batch_size = case.batch_size})}
      local names = model.metrics_names
      assert.equal(#names, #listed)
      for i, key in ipairs(names) do
        assert.equal(history.keys[i], key)
        assert.equal(results[key], listed[i])
      end
      -- The losses come first; Keras sorts the metrics behind them by name, we keep their order.
      local losses = #model.output_names > 1 and 1 + #model.output_names or 1
      for i = 1, losses do
        goldens.near(listed[i], case.evaluate_train_list[i], RELATIVE, 1e-6, "evaluate " .. i)
      end
      local expected = case.predict_first8[1] and case.predict_first8 or {case.predict_first8}
      local predicted = {model:predict(first)}
      assert.are.equal(#expected, #predicted)
      for i, entry in ipairs(expected) do
        goldens.near(predicted[i], load(entry), RELATIVE, 1e-6, "predict " .. i)
      end
    end)
  end

  it("is there to be compared with", function() assert.is_true(#runs >= 10) end)
end)

describe("train_on_batch and test_on_batch", function()
  for name, case, load in goldens.cases("training") do
    if name == "l_train_on_batch" then
      it("average since the last reset_metrics, as Keras's do", function()
        local model = ln.Sequential{
          ln.layers.Dense{30, activation = "relu", input_shape = {8}},
          ln.layers.Dense{100, activation = "relu"}, ln.layers.Dense(1),
        }
        model:compile{loss = "mse", optimizer = ln.optimizers.SGD{0.01}, metrics = {"mae"}}
        model:set_weights(weights(case, load, "initial_weights"))
        local x, y = load(case.x), load(case.y)
        local function batch(i)
          local rows = {30 * i - 29, 30 * i}
          return x[{rows}], y[{rows}]
        end
        for i = 1, 3 do
          model:reset_metrics()
          local bx, by = batch(i)
          goldens.near({model:train_on_batch(bx, by)},
            {case.train_on_batch[i].loss, case.train_on_batch[i].mae}, RELATIVE)
        end
        for i, expected in ipairs(weights(case, load, "final_weights")) do
          goldens.near(model:get_weights()[i], expected, RELATIVE, 1e-6)
        end
        for i = 1, 3 do
          model:reset_metrics()
          local bx, by = batch(i)
          local logs = model:test_on_batch(bx, by, {return_dict = true})
          local expected = case.after_reset_test_on_batch
          goldens.near(logs.mae, (expected[i] or expected).mae, RELATIVE)
        end
      end)
    end
  end
end)

describe("a model that is all frozen", function()
  local x = ln.ones{4, 1}

  for _, name in ipairs(core.classes("optimizer")) do
    it("is evaluated by fit, and no step is counted: " .. name, function()
      for _, eager in ipairs{false, true} do
        local model = ln.Sequential{ln.Input{shape = {1}}, ln.layers.Dense(1)}
        local before = model:get_weights()
        model.trainable = false
        model:compile{loss = "mse", optimizer = ln.optimizers[name](), metrics = {"mae"},
          run_eagerly = eager}
        local history = model:fit(x, x * 3, {epochs = 2, verbose = 0, validation_data = {x, x * 3}})
        assert.equal(history.history.val_loss[2], history.history.loss[1])
        local loss, mae = model:train_on_batch(x, x * 3)
        assert.near(loss, mae * mae, 1e-5)
        assert.near(history.history.loss[1], (model:evaluate(x, x * 3, {verbose = 0})), 1e-6)
        assert.equal(0, model.optimizer.iterations)
        for i, w in ipairs(before) do assert.is_true(w == model:get_weights()[i]) end
        -- What is thawed trains.
        model.trainable = true
        model:fit(x, x * 3, {verbose = 0})
        assert.equal(1, model.optimizer.iterations)
        assert.is_false(before[1] == model:get_weights()[1])
      end
    end)
  end
end)
