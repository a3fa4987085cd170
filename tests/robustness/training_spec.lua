-- Callbacks that pull the rug from under training, and the trainer called with anything.

local core = require "lunate.core"
local ln = require "lunate"
local fails = require "support.fails"

local function model()
  local m = ln.Sequential{ln.layers.Dense{3, input_shape = {3}}, ln.layers.Dense(1)}
  m:compile{loss = "mse", optimizer = "adam"}
  return m
end

local function fit(m, hook, x, y, options)
  local Hook = ln.callbacks.Callback:extend("Hook")
  function Hook:on_batch_end(batch) hook(self.model, batch) end
  options = options or {}
  options.verbose, options.batch_size, options.callbacks = 0, 4, {Hook()}
  return m:fit(x or ln.ones{12, 3}, y or ln.ones{12, 1}, options)
end

describe("callbacks in mid-training", function()
  it("may add and take away layers", function()
    local m = model()
    local history = fit(m, function(self, batch)
      if batch == 1 then self:add(ln.layers.Dense(1)) else self:pop() end
      if #self.layers == 0 then self:add(ln.layers.Dense{1, input_shape = {3}}) end
    end)
    assert.is_number(history.history.loss[1])
  end)

  it("may freeze layers, set weights and change options", function()
    local m = model()
    fit(m, function(self, batch)
      self.layers[1].trainable = batch % 2 == 0
      self:set_weights(self:get_weights())
      self.optimizer.use_ema = true
      self.optimizer.global_clipnorm = 1
      ln.threads(batch)
      collectgarbage()
    end)
    assert.equal(3, m.optimizer.iterations)
  end)

  it("may call fit again, and yield", function()
    local m, once = model(), true
    fit(m, function(self)
      if not once then return end
      once = false
      self:fit(ln.ones{5, 3}, ln.ones{5, 1}, {verbose = 0})
    end)
    local run = coroutine.wrap(function() return fit(m, function() coroutine.yield("here") end) end)
    for _ = 1, 3 do assert.equal("here", run()) end
    assert.is_number(run().history.loss[1])
    coroutine.wrap(function() fit(m, function() coroutine.yield() end) end)()   -- left there
    collectgarbage()
    assert.is_number(m:evaluate(ln.ones{5, 3}, ln.ones{5, 1}, {verbose = 0}))
  end)

  it("are told when they compile the model anew", function()
    local m = model()
    fails("compiled anew while it was running", fit, m, function(self)
      self:compile{loss = "mae", optimizer = "sgd"}
    end)
    assert.is_number(m:fit(ln.ones{4, 3}, ln.ones{4, 1}, {verbose = 0}).history.loss[1])
  end)

  it("cannot change the data behind a list, but may close it", function()
    local m, x, y = model(), {ln.ones{12, 3}}, {ln.ones{12, 1}}
    fit(m, function() y[1], x[1] = ln.ones{1, 1}, nil end, x, y)
    local data = ln.ones{12, 3}
    fails("a closed tensor", fit, m, function() data:close() end, data)
    assert.is_number(m:fit(ln.ones{4, 3}, ln.ones{4, 1}, {verbose = 0}).history.loss[1])
  end)
end)

it("a step is not recorded by the script's tape, in no_grad neither", function()
  local m, x = model(), ln.ones{4, 3}
  local tape <close> = ln.GradientTape()
  tape:watch(x)
  m:train_on_batch(x, ln.ones{4, 1})
  assert.equal("<gradient tape, 0 calls>", tostring(tape))
  ln.no_grad(m.train_on_batch, m, x, ln.ones{4, 1})
  assert.equal(2, m.optimizer.iterations)
  assert.is_truthy(tape:gradient((x * x):sum(), x))
end)

describe("core.trainer", function()
  local x, y = ln.ones{4, 3}, ln.ones{4, 1}
  local function rows(list) return ln.tensor(list, {dtype = "int64"}) end
  local trainer = core.trainer(model())
  trainer:set_optimizer(ln.optimizers.SGD())
  trainer:add_output(ln.losses.MeanSquaredError(), 1)

  it("refuses outputs that are not there", function()
    local mean = ln.metrics.MeanSquaredError()
    for _, k in ipairs{0, 2, -1, 1 << 32, math.maxinteger, math.mininteger} do
      fails("there is no output", trainer.add_metric, trainer, k, mean, false)
      fails("there is no output", trainer.loss, trainer, k)
    end
  end)

  it("refuses batches that the data do not have", function()
    fails("x: part 1", trainer.run, trainer, "train", {false}, {y}, nil, nil, 1, 4)
    fails("y: part 1", trainer.run, trainer, "train", {x}, {false}, nil, nil, 1, 4)
    fails("batch ends at 5", trainer.run, trainer, "train", {x}, {y}, nil, nil, 2, 4)
    fails("inputs and samples", trainer.run, trainer, "train", {x}, {y}, nil, nil, 2,
      math.maxinteger)
    fails("inputs and samples", trainer.run, trainer, "train", {x}, {y}, nil, nil,
      math.mininteger, 1)
    fails("there is no row 4", trainer.run, trainer, "train", {x}, {ln.ones{1, 1}}, nil,
      rows{3, 3, 3, 3}, 1, 4)
    fails("there is no row", trainer.run, trainer, "train", {x}, {y}, nil, rows{-1}, 1, 1)
    fails("0 targets", trainer.run, trainer, "train", {x}, nil, nil, nil, 1, 4)
    assert.equal(4, trainer:run("train", {x}, {y}, nil, nil, 1, 4))
  end)

  it("writes predictions only where they fit", function()
    local closed = ln.ones{4, 1}
    closed:close()
    for _, out in ipairs{ln.ones{1, 1}, ln.ones{4}, ln.ones({4, 1}, {dtype = "int32"}), closed} do
      fails("changes its shape", trainer.predict, trainer, {out}, 4, {x}, 1, 4)
    end
    fails("after the last row", trainer.predict, trainer, {}, 3, {x}, 1, 4)
    local outs = {}
    trainer:predict(outs, 4, {x}, 1, 4)
    assert.equal("(4, 1)", tostring(outs[1].shape))
  end)
end)
