-- ModelCheckpoint: which files there are after a training, under which names, and what is in them.
local ln = require "lunate"
local hooks = require "lunate.callbacks._hooks"
local core = require "lunate.core"
local fails = require "support.fails"
local scratch = require "support.scratch"
local warnings = require "support.warnings"

describe("ModelCheckpoint", function()
  local folder
  before_each(function() folder = scratch.folder() end)
  after_each(function() folder:remove() end)

  local x, y = ln.ones{8, 1}, ln.zeros{8, 1}

  -- A model whose one weight is the epoch, with val_loss from a list; 2 batches an epoch.
  local function train(given, values, options)
    if given[1] then given[1] = folder.path .. "/" .. given[1] end
    local model = ln.Sequential{ln.layers.Dense{1, use_bias = false, input_shape = {1}}}
    model:compile{loss = "mse", metrics = {"mae"}, optimizer = ln.optimizers.SGD{0.0}}
    local script = ln.callbacks.LambdaCallback{
      on_epoch_begin = function(epoch) model:set_weights{ln.tensor{{epoch}}} end,
      on_epoch_end = function(epoch, logs) logs.val_loss = values[epoch] end}
    local checkpoint = given.class and given or ln.callbacks.ModelCheckpoint(given)
    local fit = {epochs = #values, batch_size = 4, verbose = 0, callbacks = {script, checkpoint}}
    for name, value in pairs(options or {}) do fit[name] = value end
    model:fit(x, y, fit)
    return checkpoint, model
  end

  local function files()
    local names = core.list_folder(folder.path)
    table.sort(names)
    return names
  end

  local function weight(name)
    return ln.load_model(folder.path .. "/" .. name):get_weights()[1][1][1]
  end

  it("saves whole models after each epoch, under names with fields", function()
    train({"m-{epoch:02d}-{val_loss:.2f}-{{x}}.keras"}, {0.5, 0.25, 1})
    assert.same({"m-01-0.50-{x}.keras", "m-02-0.25-{x}.keras", "m-03-1.00-{x}.keras"}, files())
    for epoch, name in ipairs(files()) do assert.equal(epoch, weight(name)) end
    local again = ln.load_model(folder.path .. "/" .. files()[3])
    assert.is_true(again.compiled)
    assert.equal(6, again.optimizer.iterations)
  end)

  it("writes .h5 as well, and one file over and over", function()
    train({"deep/er/model.h5"}, {3, 2, 1})
    assert.equal(3, weight("deep/er/model.h5"))
  end)

  it("keeps the best alone", function()
    local checkpoint = train({"best.keras", save_best_only = true}, {0.5, 0.3, 0.4, 0 / 0, 0.3})
    assert.equal(2, weight("best.keras"))
    assert.equal(0.3, checkpoint.best)
    -- What was best lasts to the next fit.
    train(checkpoint, {0.9, 0.31})
    assert.equal(2, weight("best.keras"))
    train(checkpoint, {0.9, 0.29})
    assert.equal(2, weight("best.keras"))
    assert.equal(0.29, checkpoint.best)
  end)

  it("keeps the best by mode, and better than a threshold", function()
    train({"m.keras", save_best_only = true, mode = "max"}, {1, 3, 2})
    assert.equal(2, weight("m.keras"))
    train({"t-{epoch}.keras", save_best_only = true, initial_value_threshold = 0.3},
      {0.5, 0.2, 0.1})
    assert.same({"m.keras", "t-2.keras", "t-3.keras"}, files())
  end)

  it("saves weights alone", function()
    local _, model = train({"w.weights.h5", save_weights_only = true}, {1, 2})
    model:set_weights{ln.tensor{{77}}}
    model:load_weights(folder.path .. "/w.weights.h5")
    assert.equal(2, model:get_weights()[1][1][1])
  end)

  it("saves every so many batches, across epochs", function()
    train({"b-{epoch}-{batch}-{loss:.1f}.keras", save_freq = 3}, {1, 1, 1})
    assert.same({"b-2-1-4.0.keras", "b-3-2-9.0.keras"}, files())
    train({"l-{epoch}.keras", save_freq = 1, save_best_only = true, monitor = "loss"}, {1, 1})
    assert.equal(1, weight("l-1.keras"))
    assert.is_nil(folder:read("l-2.keras"))
  end)

  it("by batches knows no validation: it says so and saves each time, as Keras does", function()
    local options = {epochs = 3, validation_data = {x, y}}
    local text, checkpoint = warnings(train,
      {"v-{epoch}-{batch}.keras", save_freq = 3, save_best_only = true}, {1, 1, 1}, options)
    assert.same({"v-2-1.keras", "v-3-2.keras"}, files())
    assert.is_nil(checkpoint.best)
    assert.matches("ModelCheckpoint: there is no 'val_loss' yet: batches have no validation, .*; "
      .. "there are: loss, mae\n$", text)
    assert.equal(1, select(2, text:gsub("ModelCheckpoint", "")))   -- once a fit
    fails("there is no 'val_loss' to monitor %(fit has no validation data%); there are: loss, mae$",
      train, {"n.keras", save_freq = 1, save_best_only = true}, {1})
    fails("there is no 'acc' to monitor; there are: loss, mae$",
      train, {"n.keras", save_freq = 1, save_best_only = true, monitor = "acc"}, {1}, options)
  end)

  it("counts batches by their numbers, as with steps_per_execution", function()
    local is_due = require "lunate.callbacks._every"("ModelCheckpoint", 3)
    local due = {}
    for i, batch in ipairs{2, 4, 6, 2, 4, 5, 6} do
      if is_due(batch) then due[#due + 1] = i end
    end
    assert.same({2, 4, 6}, due)
  end)

  it("without a validation after each epoch saves after those that have one", function()
    local model = ln.Sequential{ln.layers.Dense{1, use_bias = false, input_shape = {1}}}
    model:compile{loss = "mse"}
    local checkpoint = ln.callbacks.ModelCheckpoint{folder.path .. "/f-{epoch}.keras",
      save_best_only = true}
    local text = warnings(model.fit, model, x, y, {epochs = 4, verbose = 0, validation_freq = 2,
      validation_data = {x, y}, callbacks = {checkpoint, ln.callbacks.EarlyStopping{patience = 9}}})
    assert.same({"f-2.keras", "f-4.keras"}, files())
    assert.matches("ModelCheckpoint: there is no 'val_loss' yet: after epochs without", text, 1,
      true)
    assert.matches("EarlyStopping: there is no 'val_loss' yet: epochs without", text, 1, true)
    assert.equal(2, select(2, text:gsub("\n", "")))
  end)

  it("does not take NaN for the first best", function()
    local checkpoint = train({"nan-{epoch}.keras", save_best_only = true}, {0 / 0, 0.5, 0 / 0})
    assert.same({"nan-2.keras"}, files())
    assert.equal(0.5, checkpoint.best)
  end)

  it("does not keep fit from running batches at once, unless it counts them", function()
    local plain = ln.callbacks.ModelCheckpoint{"m.keras"}
    assert.is_nil(hooks.find(plain, "on_batch_end"))
    local counting = ln.callbacks.ModelCheckpoint{"m.keras", save_freq = 3}
    assert.is_function(hooks.find(counting, "on_batch_end"))
  end)

  it("refuses file names that mean something else", function()
    local Checkpoint = ln.callbacks.ModelCheckpoint
    fails("should end in '.keras' or '.h5', got 'model'", Checkpoint, "model")
    fails("should end in '.weights.h5', got 'm.keras'", Checkpoint,
      {"m.keras", save_weights_only = true})
    fails("'m.weights.h5' is a name for weights alone: say save_weights_only = true", Checkpoint,
      "m.weights.h5")
    fails("'{' in the filepath '{.keras' is no field", Checkpoint, "{.keras")
    fails("'{}' in the filepath '{}.keras' is no field", Checkpoint, "{}.keras")
    fails("'%%d' in the filepath .* is no format", Checkpoint, "{epoch:%d}.keras")
    fails("'s' in the filepath .* is no format", Checkpoint, "{epoch:s}.keras")
    fails("\"epoch\" or a number of batches >= 1 expected, got often", Checkpoint,
      {"m.keras", save_freq = "often"})
    fails("filepath", Checkpoint)
  end)

  it("says which logs there are, and which are no numbers", function()
    fails("the filepath '.*{acc}.keras' names 'acc'; there are: epoch, loss, mae, val_loss$", train,
      {"{acc}.keras"}, {1, 2})
    fails("names 'batch'; there are: epoch", train, {"{batch}.keras"}, {1})
    fails("there is no 'val_mae' to monitor .*; there are: loss, mae, val_loss$", train,
      {"m.keras", save_best_only = true, monitor = "val_mae"}, {1})
    fails("'d' in the filepath .* is no format for a number such as 0.5", train,
      {"{val_loss:d}.keras"}, {0.5})
    assert.same({}, files())
  end)

  it("passes on why a file cannot be written; what is best stays as it was", function()
    folder:write("m.keras/x", "")   -- a folder
    local checkpoint = ln.callbacks.ModelCheckpoint{folder.path .. "/m.keras",
      save_best_only = true}
    fails("m.keras", train, checkpoint, {1})
    assert.is_nil(checkpoint.best)
  end)
end)
