-- Callbacks are objects of the core like layers: one class system checks, keeps and tells their
-- options, whether the class is built in or a script's.
local core = require "lunate.core"
local fails = require "support.fails"
local ln = require "lunate"
local scratch = require "support.scratch"

local Callback = ln.callbacks.Callback

local function fit(callbacks)
  local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
  model:compile{loss = "mse"}
  return model:fit(ln.ones{4, 1}, ln.ones{4, 1}, {epochs = 2, verbose = 0, callbacks = callbacks})
end

describe("callbacks", function()
  it("are a type of the core", function()
    assert.are.equal(Callback, core.class "callback")
    for name, Class in pairs(ln.callbacks) do
      local root = Class
      while rawget(root, "super") do root = root.super end
      assert.are.equal(Callback, root, name)
      assert.are.equal("lunate.class", getmetatable(Class))
    end
    local stopping = ln.callbacks.EarlyStopping()
    assert.are.equal("lunate.callback", getmetatable(stopping))
    assert.are.equal("userdata", type(stopping))
    assert.are.equal(ln.callbacks.EarlyStopping, core.class_of(stopping))
    assert.are.equal("lunate.callback", getmetatable(Callback()))
  end)

  it("check their options, and say what was meant", function()
    fails("bad option 'patience' of 'EarlyStopping' %(integer >= 0 expected, got %-1%)",
      ln.callbacks.EarlyStopping, {patience = -1})
    fails("unknown option 'patiense' of 'EarlyStopping'; did you mean 'patience'",
      ln.callbacks.EarlyStopping, {patiense = 1})
    fails("given twice", ln.callbacks.EarlyStopping, {"loss", monitor = "val_loss"})
    fails("one table of arguments", ln.callbacks.EarlyStopping, "loss", 3)
    fails("unknown option 'every' of 'Callback'", Callback, {every = 2})
  end)

  it("tell their options, and are made anew of their configs", function()
    assert.are.equal('ReduceLROnPlateau(monitor="loss", factor=0.5, patience=10, verbose=0, '
      .. 'mode="auto", min_delta=0.0001, cooldown=0, min_lr=0)',
      tostring(ln.callbacks.ReduceLROnPlateau{"loss", factor = 0.5}))
    local folder <close> = setmetatable({scratch = scratch.folder()},
      {__close = function(self) self.scratch:remove() end})
    local needs = {ModelCheckpoint = {folder.scratch.path .. "/a.keras"},
      CSVLogger = {folder.scratch.path .. "/a.csv"},
      BackupAndRestore = {folder.scratch.path .. "/backup"},
      LearningRateScheduler = {function(_, rate) return rate end}}
    for name, Class in pairs(ln.callbacks) do
      if Class ~= Callback then   -- the base has nothing to tell
        local made = Class(needs[name] or {})
        local config = made:get_config()
        local again = Class.from_config(config)
        assert.are.same(config, again:get_config(), name)
      end
    end
  end)

  it("of one's own declare options as layers do", function()
    local Every = Callback:extend("Every")
    Every.options = {n = {"integer", min = 1, default = 2}, label = {"string", optional = true}}
    Every.positional = {"n"}
    function Every:init(given) self.seen, self.n = {}, given.n end
    function Every:on_epoch_end(epoch)
      if epoch % self.options.n == 0 then self.seen[#self.seen + 1] = epoch end
    end
    local Labelled = Every:extend("Labelled")
    Labelled.options = {shout = {"boolean", default = false}}
    local every = Labelled{1, label = "x"}
    fit(every)
    assert.are.same({1, 2}, every.seen)
    assert.are.equal('Labelled(n=1, label="x", shout=false)', tostring(every))
    assert.are.same({n = 1, label = "x", shout = false}, core.options_of(every))
    assert.are.equal("Labelled", every.name)
    fails("bad option 'n' of 'Labelled' %(integer >= 1 expected, got 0%)", Labelled, 0)
    function Labelled:__tostring() return "number " .. self.n end
    assert.are.equal("number 1", tostring(every))
  end)

  it("without declared options read what they were given", function()
    local Free = Callback:extend("Free")
    function Free:on_epoch_end(epoch) self.sum = (self.sum or 0) + epoch * self.options.weight end
    local free = Free{weight = 3}
    fit{free}
    assert.are.equal(9, free.sum)
  end)

  it("may be plain tables of hooks", function()
    local log = {}
    local plain = {on_epoch_end = function(self, epoch, logs)
      log[#log + 1] = epoch .. (logs.loss and self.model and self.params.epochs)
    end}
    fit{plain}
    fit(plain)
    assert.are.same({"12", "22", "12", "22"}, log)
    fails("callbacks%[1%] has a hook 'on_epoch_ends' that there is not; did you mean "
      .. "'on_epoch_end'", fit, {{on_epoch_ends = print}})
    fails("callbacks%[2%]: 'on_epoch_end' should be a function, got 3", fit,
      {plain, {on_epoch_end = 3}})
    fails("callbacks%[1%] should be a callback, got table", fit, {{}})
  end)

  it("refuse methods called on something else", function()
    local history = fit()
    fails("'best' %(History expected, got EarlyStopping", history.best,
      ln.callbacks.EarlyStopping())
    fails("'say' .*callback", Callback.say, 3)
    fails("no field or method 'epohcs'", function() return history.epohcs end)
  end)

  it("go with what they hold", function()
    local gone = setmetatable({}, {__mode = "k"})
    do
      local callback = Callback:extend("Holder")()
      fit(callback)
      gone[callback.model] = true
    end
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(gone))
  end)
end)
