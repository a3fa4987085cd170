-- BackupAndRestore: a training that was broken off anywhere, any number of times, ends as one that
-- was not. (Of processes that are killed: tests/robustness/checkpoint_kill_spec.lua.)
local ln = require "lunate"
local core = require "lunate.core"
local fails = require "support.fails"
local scratch = require "support.scratch"
local warnings = require "support.warnings"

describe("BackupAndRestore", function()
  local folder
  before_each(function()
    folder = scratch.folder()
    -- The files of weights, the older ones first.
    function folder.weights()
      local names = {}
      for _, name in ipairs(core.list_folder(folder.path .. "/backup")) do
        if name:find("%.weights%.h5$") then names[#names + 1] = name end
      end
      table.sort(names, function(a, b) return #a < #b or #a == #b and a < b end)
      return names
    end
  end)
  after_each(function() folder:remove() end)

  -- Everything that has a state: both kinds of random layers, slots, averages.
  local function build(options)
    ln.set_seed(options.seed or 7)
    local model = ln.Sequential{
      ln.layers.Dense{8, activation = "relu", input_shape = {3}}, ln.layers.Dropout(0.3),
      ln.layers.Dropout{0.2, seed = 11}, ln.layers.Dense(1),
    }
    model:compile{loss = "mse", optimizer = ln.optimizers.Adam{
      learning_rate = options.learning_rate or 0.02, use_ema = true}}
    return model
  end

  local EPOCHS = 4
  local x = ln.random.normal({50, 3}, {seed = 1})
  local y = x:sum{axis = 2, keepdims = true}

  -- Trains a new model; broken off before batch `batch` of epoch `epoch`, where these are given.
  local function train(options, epoch, batch)
    local model = build(options)
    local now
    local stop = ln.callbacks.LambdaCallback{
      on_epoch_begin = function(e) now = e end,
      on_batch_begin = function(b)
        if now == epoch and b == batch then error("broken off") end
      end}
    local given = {epochs = EPOCHS, batch_size = 10, verbose = 0, callbacks = {stop},
      steps_per_epoch = options.steps}
    if options.validation then given.validation_data = {x, y} end
    if options.backup then
      table.insert(given.callbacks, ln.callbacks.BackupAndRestore{folder.path .. "/backup",
        save_freq = options.save_freq, double_checkpoint = options.double_checkpoint})
    end
    if options.schedule then
      table.insert(given.callbacks, ln.callbacks.LearningRateScheduler(options.schedule))
    end
    local inputs, targets = x, y
    if options.dataset then
      inputs, targets = options.dataset(), nil
      given.batch_size = nil
    end
    local text, ok, history = warnings(pcall, model.fit, model, inputs, targets, given)
    assert.equal(epoch == nil, ok, history)
    return model:get_weights(), ok and history, text
  end

  local function same(a, b)
    for i, t in ipairs(a) do
      if not (t == b[i]) then return false end
    end
    return true
  end

  local function unchanged(options, moments)
    local whole = train(options)
    local with = setmetatable({backup = true}, {__index = options})
    for _, moment in ipairs(moments) do
      train(with, moment[1], moment[2])
      assert.is_truthy(folder:read("backup/training_metadata.json"))
      local weights, history = train(with)
      assert.is_true(same(whole, weights), ("broken off before batch %d of epoch %d"):format(
        moment[2], moment[1]))
      assert.equal(EPOCHS, history.epoch[#history.epoch])
      -- Nothing is left of it.
      assert.is_false(os.rename(folder.path .. "/backup", folder.path .. "/backup") or false)
    end
  end

  it("goes on after the last whole epoch", function()
    unchanged({}, {{2, 1}, {3, 4}, {4, 5}})
    unchanged({validation = true}, {{3, 1}})
  end)

  it("goes on in the middle of an epoch", function()
    unchanged({save_freq = 1}, {{1, 2}, {2, 1}, {3, 5}, {4, 3}})
    unchanged({save_freq = 3, validation = true}, {{1, 4}, {2, 3}, {4, 5}})
    unchanged({save_freq = 5}, {{2, 1}, {4, 4}})
  end)

  it("goes on where an epoch is not a pass over the data", function()
    unchanged({steps = 3}, {{2, 1}, {3, 2}, {4, 2}})
    unchanged({steps = 3, save_freq = 2}, {{1, 3}, {3, 3}, {4, 1}})
    unchanged({steps = 7, save_freq = 2}, {{1, 5}, {3, 2}})
    -- The data end where a backup is due: it is one of the whole epoch.
    unchanged({steps = 7, save_freq = 5, validation = true}, {{2, 1}, {4, 1}})
    local options = {steps = 7, save_freq = 5, backup = true}
    train(options, 2, 1)
    local _, history = train(options)
    assert.same({2, 3, 4}, history.epoch)
  end)

  it("goes on in a Dataset", function()
    local function dataset() return ln.data.Dataset.from_tensors(x, y):shuffle(50):batch(10) end
    unchanged({dataset = dataset}, {{2, 1}, {4, 5}})
    unchanged({dataset = dataset, save_freq = 2}, {{1, 4}, {3, 4}})
    local function ahead() return dataset():prefetch(2) end
    unchanged({dataset = ahead, save_freq = 2}, {{1, 4}, {3, 4}})
  end)

  it("keeps schedules", function()
    unchanged({learning_rate = ln.schedules.ExponentialDecay{0.05, 3, 0.9}}, {{3, 2}})
  end)

  it("keeps a learning rate that was changed", function()
    unchanged({schedule = function(epoch, rate) return epoch > 1 and rate * 0.7 or rate end},
      {{3, 2}, {4, 1}})
  end)

  it("goes on after several breaks", function()
    local options = {save_freq = 2}
    local whole = train(options)
    options.backup = true
    train(options, 1, 4)
    train(options, 2, 3)
    train(options, 4, 2)
    assert.is_true(same(whole, (train(options))))
  end)

  it("keeps the backup when asked to, and then has nothing more to do", function()
    local model = build{}
    local backup = ln.callbacks.BackupAndRestore{folder.path .. "/b", delete_checkpoint = false}
    local given = {epochs = 2, verbose = 0, callbacks = {backup}}
    assert.equal(2, #model:fit(x, y, given).epoch)
    local weights = model:get_weights()
    local other = build{seed = 99}
    assert.same({}, other:fit(x, y, given).epoch)
    -- The averages are what a training that has ended has.
    assert.is_true(same(weights, other:get_weights()))
    given.epochs = 3
    assert.same({3}, other:fit(x, y, given).epoch)
  end)

  it("has two files, whatever saves were killed before", function()
    folder:write("b/.backup-1.weights.h5.0123456789abcdef.lunate-tmp", "half")
    folder:write("b/backup-77.weights.h5", "older")
    local names
    local backup = ln.callbacks.BackupAndRestore(folder.path .. "/b")
    build{}:fit(x, y, {epochs = 2, verbose = 0, callbacks = {backup,
      ln.callbacks.LambdaCallback{on_epoch_end = function()
        names = require("lunate.core").list_folder(folder.path .. "/b")
      end}}})
    table.sort(names)
    assert.same({"backup-2.weights.h5", "training_metadata.json"}, names)
  end)

  it("keeps the backup before the last, for where the last cannot be read", function()
    local options = {save_freq = 2, double_checkpoint = true}
    local whole = train(options)
    options.backup = true
    for _, damage in ipairs{
      function() folder:write("backup/" .. folder:weights()[2], "no HDF5") end,
      function() os.remove(folder.path .. "/backup/" .. folder:weights()[2]) end,
      function() folder:write("backup/training_metadata.json", "{") end,
      function() os.remove(folder.path .. "/backup/training_metadata.json") end,
    } do
      train(options, 3, 4)
      assert.equal(2, #folder:weights())
      damage()
      local weights, _, text = train(options)
      assert.matches("the last backup cannot be read, going on from the one before: ", text, 1,
        true)
      assert.is_true(same(whole, weights))
      assert.is_nil(folder:read("backup/training_metadata.json.bkp"))
    end
    -- Without it there is but one.
    options.double_checkpoint = false
    train(options, 3, 4)
    assert.equal(1, #folder:weights())
    folder:write("backup/" .. folder:weights()[1], "no HDF5")
    fails("weights.h5", function()
      build{}:fit(x, y, {verbose = 0,
      callbacks = {ln.callbacks.BackupAndRestore(folder.path .. "/backup")}})
    end)
    local backup = ln.callbacks.BackupAndRestore{folder.path, "epoch", true, false}
    assert.is_true(backup.options.double_checkpoint)
    assert.is_false(backup.options.delete_checkpoint)
  end)

  it("says what is wrong, and leaves the model as it was", function()
    local Backup = ln.callbacks.BackupAndRestore
    fails("a folder expected, got ''", Backup, "")
    fails("\"epoch\" or a number of batches >= 1 expected, got 0", Backup, {"b", save_freq = 0})
    local path = folder.path .. "/b"
    local model = build{}
    local function fit() model:fit(x, y, {verbose = 0, callbacks = {Backup(path)}}) end
    local before = model:get_weights()
    for _, text in ipairs{"", "{", "[]", "{\"epoch\": 2}", ("9"):rep(100000),
        "{\"epoch\":2,\"batch\":1,\"learning_rate\":true,\"place\":{},"
        .. "\"weights\":\"../../etc/passwd\"}"} do
      folder:write("b/training_metadata.json", text)
      fails("BackupAndRestore: '.*training_metadata.json' is damaged", fit)
    end
    folder:write("b/training_metadata.json", "{\"epoch\":2,\"batch\":1,\"learning_rate\":true,"
      .. "\"place\":{\"random\":\"1 2\"},\"weights\":\"backup-1.weights.h5\"}")
    fails("backup%-1.weights.h5", fit)
    folder:write("b/backup-1.weights.h5", "no HDF5")
    fails("backup%-1.weights.h5", fit)
    local other = ln.Sequential{ln.layers.Dense{2, input_shape = {3}}}
    other:save_weights(path .. "/backup-1.weights.h5")
    fails("backup%-1.weights.h5", fit)
    assert.is_true(same(before, model:get_weights()))
    fails("'.*' is not built", function()
      local unbuilt = ln.Model:extend("Unbuilt")()
      local callback = Backup(path)
      callback.model = unbuilt
      callback:on_train_begin()
    end)
  end)
end)
