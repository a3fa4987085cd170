-- Passes over data: their order, which of them validate and on what, what is printed, averages at
-- the end of a training of one batch.
local ln = require "lunate"
local core = require "lunate.core"
local fails = require "support.fails"
local printed = require "support.printed"

local x = ln.arange(0, 12):reshape{12, 1}
local y = ln.zeros{12, 1}

-- A model whose layer, in Lua, notes the samples it is trained on.
local function noting(seen)
  local Note = ln.layers.Layer:extend("Note")
  function Note:call(inputs, options)
    if options.training and not core.is_meta(inputs) then
      for _, row in ipairs(inputs:totable()) do seen[#seen + 1] = row[1] end
    end
    return inputs
  end
  local model = ln.Sequential{ln.Input{shape = {1}}, Note(), ln.layers.Dense(1)}
  model:compile{loss = "mse", optimizer = "sgd"}
  return model
end

local function plain()
  local model = ln.Sequential{ln.Input{shape = {1}}, ln.layers.Dense(1)}
  model:compile{loss = "mse", optimizer = ln.optimizers.SGD{0}}
  return model
end

local function sorted(list)
  list = table.move(list, 1, #list, 1, {})
  table.sort(list)
  return list
end

describe("fit", function()
  local in_order = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}

  it("shuffles the samples of each epoch, unless it is told not to", function()
    ln.set_seed(3)
    local seen = {}
    noting(seen):fit(x, y, {batch_size = 3, epochs = 2, verbose = 0})
    local first, second = table.move(seen, 1, 12, 1, {}), table.move(seen, 13, 24, 1, {})
    assert.not_same(in_order, first)
    assert.not_same(first, second)
    assert.same(in_order, sorted(first))
    assert.same(in_order, sorted(second))
    seen = {}
    noting(seen):fit(x, y, {batch_size = 3, verbose = 0, shuffle = false})
    assert.same(in_order, seen)
  end)

  it("validates in the epochs that validation_freq names, for so many steps", function()
    local epoch, validated, batches = nil, {}, 0
    local watch = ln.callbacks.LambdaCallback{
      on_epoch_begin = function(e) epoch = e end,
      on_test_begin = function() validated[#validated + 1] = epoch end,
      on_test_batch_end = function() batches = batches + 1 end}
    local function run(freq, steps)
      validated, batches = {}, 0
      local history = plain():fit(x, y, {epochs = 5, batch_size = 2, verbose = 0,
        validation_data = {x, y}, validation_freq = freq, validation_steps = steps,
        callbacks = {watch}})
      assert.equal(#validated, #history.history.val_loss)
      return validated
    end
    assert.same({1, 4}, run({1, 4}))
    assert.equal(2 * 6, batches)
    assert.same({2, 4}, run(2, 3))
    assert.equal(2 * 3, batches)
    assert.same({1, 2, 3, 4, 5}, run(nil))
  end)

  it("takes the last samples for validation_split, rounding in their favour", function()
    local function sizes(n, part)
      local params
      local history = plain():fit(x[{ {1, n} }], y[{ {1, n} }], {verbose = 0, batch_size = 1,
        validation_split = part, callbacks = {ln.callbacks.LambdaCallback{
          on_test_end = function(logs) params = logs end}}})
      assert.is_truthy(params)
      return {history.params.samples, history.params.validation_samples}
    end
    assert.same({7, 3}, sizes(10, 0.25))
    assert.same({7, 3}, sizes(10, 0.3))
    assert.same({5, 5}, sizes(10, 0.5))
    assert.same({1, 1}, sizes(2, 0.01 + 0.3))
    assert.same({9, 2}, sizes(11, 0.1))
  end)

  it("ends with the averages in the model, when all is one batch too", function()
    local function trained(options)
      ln.set_seed(1)
      local model = ln.Sequential{ln.Input{shape = {1}}, ln.layers.Dense{1,
        kernel_initializer = "ones"}}
      model:compile{loss = "mse",
        optimizer = ln.optimizers.SGD{0.001, use_ema = true, ema_momentum = 0.5}}
      for _ = 1, 2 do model:fit(x, y, options()) end
      return model:get_weights()[1]:item()
    end
    -- Options that are nothing but these are answered without what prepares for others.
    local quick = trained(function() return {verbose = 0, epochs = 3} end)
    local whole = trained(function() return {verbose = 0, epochs = 3, shuffle = false} end)
    assert.equal(whole, quick)
    assert.not_equal(1, quick)
  end)
end)

describe("evaluate", function()
  it("prints a line, or nothing", function()
    local model = plain()
    assert.equal("", (printed(model.evaluate, model, x, y, {verbose = 0})))
    assert.matches("loss: ", (printed(model.evaluate, model, x, y)), 1, true)
    assert.matches("loss: ", (printed(model.evaluate, model, x, y, {verbose = 2})), 1, true)
    assert.equal("", (printed(model.evaluate, model, x, y, {verbose = false})))
    assert.matches("loss: ", (printed(model.evaluate, model, x, y, {verbose = true})), 1, true)
    assert.matches("loss: ", (printed(model.evaluate, model, x, y, {verbose = "auto"})), 1, true)
    assert.equal("", (printed(model.fit, model, x, y, {verbose = 0})))
    assert.equal("", (printed(model.predict, model, x)))
  end)
end)

describe("what callbacks are told of a pass that does not train", function()
  it("is how many steps, samples and rows a batch it has", function()
    local Watch = ln.callbacks.Callback:extend("Watch")
    function Watch:on_test_begin() self.seen = self.params end
    Watch.on_predict_begin = Watch.on_test_begin
    local model = plain()
    for _, what in ipairs{"evaluate", "predict"} do
      local function run(data, targets, options)
        local watch = Watch()
        options.callbacks, options.verbose = {watch}, 0
        if what == "evaluate" then model:evaluate(data, targets, options)
        else model:predict(data, options) end
        return {watch.seen.steps, watch.seen.samples or false, watch.seen.batch_size or false}
      end
      assert.same({3, 12, 5}, run(x, y, {batch_size = 5}))
      assert.same({2, 12, 5}, run(x, y, {batch_size = 5, steps = 2}))
      assert.same({4, false, false}, run(ln.data.Dataset.from_tensors(x, y):batch(3), nil, {}))
      local endless = ln.data.Dataset.from_tensors(x, y):batch(3):repeat_()
      assert.same({2, false, false}, run(endless, nil, {steps = 2}))
      fails("'" .. what .. "' of '.*': an endless Dataset needs a number of steps", run, endless,
        nil, {})
    end
  end)
end)

describe("predict_classes", function()
  it("has a half for its threshold, which is no class 1 yet", function()
    local model = ln.Sequential{ln.layers.Activation{"linear", input_shape = {1}}}
    local p = ln.tensor{{0.45}, {0.5}, {0.501}, {0.55}}
    assert.same({{0}, {0}, {1}, {1}}, model:predict_classes(p):totable())
  end)
end)
