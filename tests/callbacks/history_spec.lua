-- History: the best epoch, the epochs of each value, NaN.

local core = require "lunate.core"
local ln = require "lunate"

local function fails(expected, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(expected, message, 1, true)
end

local x, y = ln.ones{8, 1}, ln.zeros{8, 1}

-- A fit whose logs are what `values` say: {[name] = {epoch 1, epoch 2, ...}}.
local function history_of(values, options, metrics)
  local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
  model:compile{loss = "mse", metrics = metrics or {"accuracy", "mae"}}
  local set = ln.callbacks.LambdaCallback{on_epoch_end = function(epoch, logs)
    for name, list in pairs(values) do
      if logs[name] then logs[name] = list[epoch] end
    end
    logs.mine = -epoch
  end}
  local given = {epochs = 4, verbose = 0, callbacks = {set}, validation_data = {x, y}}
  for key, value in pairs(options or {}) do given[key] = value end
  return model:fit(x, y, given)
end

describe("history:best", function()
  local nan = 0 / 0

  it("knows which way a value is better", function()
    local history = history_of{loss = {3, 1, 2, 1}, val_loss = {4, 3, 2, 5},
      accuracy = {0.1, 0.9, 0.9, 0.2}, val_accuracy = {0.5, 0.1, 0.2, 0.6}, mae = {4, 4, 3, 3}}
    assert.same({2, 1}, {history:best("loss")})
    assert.same({3, 2}, {history:best("val_loss")})
    assert.same({3, 2}, {history:best()})
    assert.same({2, 0.9}, {history:best("accuracy")})
    assert.same({4, 0.6}, {history:best("val_accuracy")})
    assert.same({3, 3}, {history:best("mae")})
    assert.same({1, 3}, {history:best("loss", {mode = "max"})})
    assert.same({2, 0.1}, {history:best("val_accuracy", {mode = "min"})})
    assert.same({4, -4}, {history:best("mine", {mode = "min"})})
  end)

  it("passes over NaN", function()
    local history = history_of{loss = {nan, 2, nan, 1}, val_loss = {nan, nan, nan, nan}}
    assert.same({4, 1}, {history:best("loss")})
    assert.same({2, 2}, {history:best("loss", {mode = "max"})})
    assert.equal(0, select("#", history:best("val_loss")))
  end)

  it("says what it does not know", function()
    local history = history_of{}
    fails("there is no 'acc'; there are: loss, accuracy, mae, val_loss", history.best, history,
      "acc")
    fails("whether a larger 'mine' is better", history.best, history, "mine")
    fails("mode", history.best, history, "loss", {mode = "up"})
  end)

  it("tells the epoch, not the place in the list", function()
    local history = history_of({val_loss = {9, 3, 9, 2, 9, 4}}, {epochs = 6, initial_epoch = 2,
      validation_freq = 2})
    assert.same({2, 4, 6}, history:epochs("val_loss"))
    assert.same({2, 3, 4, 5, 6}, history:epochs("loss"))
    assert.same({4, 2}, {history:best("val_loss")})
    fails("there is no 'x'", history.epochs, history, "x")
  end)
end)

describe("a loss of nan", function()
  local function warnings(f)
    local stderr, text = io.stderr, {}
    rawset(io, "stderr", {write = function(_, ...) text[#text + 1] = table.concat{...} end})
    local ok, message = pcall(f)
    rawset(io, "stderr", stderr)
    assert(ok, message)
    return table.concat(text)
  end

  local function model()
    local m = ln.Sequential{ln.layers.Dense{1, input_shape = {1}, name = "d"}, name = "m"}
    m:compile{loss = "mse", optimizer = ln.optimizers.SGD(1e25), metrics = {"mae"}}
    return m
  end

  it("is warned of once, and shown as nan", function()
    for _, quick in ipairs{false, true} do
      local m, history = model(), nil
      local text = warnings(function()
        for _ = 1, 3 do
          history = m:fit(x, y, {epochs = 5, verbose = 0, shuffle = not quick and true or nil})
        end
      end)
      assert.matches("the loss of 'm' is nan in epoch %d: ", text)
      assert.equal(1, select(2, text:gsub("is nan", "")))
      assert.matches("loss=nan, mae=nan", tostring(history), 1, true)
      assert.matches("^nan\tnan$", ("%s\t%s"):format(m:evaluate(x, y, {verbose = 0})))
      m:compile{loss = "mse"}
      assert.matches("is nan in epoch 1", warnings(function() m:fit(x, y, {verbose = 0}) end))
    end
    assert.equal("", warnings(function()
      history_of{}
    end))
  end)

  it("prints as nan wherever a tensor gives a number", function()
    local t = ln.tensor{0 / 0, -(0 / 0)}
    for _, value in ipairs{t[1], t[2], t:sum():item(), t:totable()[2]} do
      assert.equal("nan", tostring(value))
    end
  end)
end)

describe("the progress line", function()
  local function line_of(width, metrics)
    package.loaded["lunate.columns"] = function() return width end
    package.loaded["lunate.callbacks.progbar_logger"] = nil
    local Logger = require "lunate.callbacks.progbar_logger"
    local bar, text, stdout = Logger(), {}, io.stdout
    bar.model, bar.params = ln.Sequential(), {samples = 64, steps = 2, batch_size = 32,
      epochs = 1, verbose = 1}
    local logs = {}
    for i = 1, metrics do logs[("metric_%02d"):format(i)] = i end
    rawset(io, "stdout", {write = function(_, ...) text[#text + 1] = table.concat{...} end,
      flush = function() end})
    local is_terminal = core.is_terminal
    rawset(core, "is_terminal", function() return true end)
    local ok, message = pcall(function()
      bar:on_train_begin()
      bar:on_epoch_begin(1)
      text = {}
      bar:advance(32, function() return logs end)
      bar:on_epoch_end(1, logs)
    end)
    rawset(core, "is_terminal", is_terminal)
    rawset(io, "stdout", stdout)
    package.loaded["lunate.columns"], package.loaded["lunate.callbacks.progbar_logger"] = nil, nil
    assert(ok, message)
    return table.concat(text)
  end

  it("fits the terminal: whole values are left out, from the right", function()
    for _, width in ipairs{10, 40, 60, 80, 100, 200} do
      for _, metrics in ipairs{0, 1, 3, 30} do
        local text = line_of(width, metrics)
        for line in text:gmatch("[^\r\n]+") do assert.is_true(#line < width, line) end
        for part in text:gmatch(" %- metric[^-\r\n]*") do
          assert.matches("^ %- metric_%d%d: %d+%.%d%d%d%d *$", part)
        end
      end
    end
    local wide = line_of(1000, 30)
    assert.equal(60, select(2, wide:gsub("metric_%d%d: ", "")))
    local narrow = line_of(80, 30)
    assert.matches("metric_01: 1.0000", narrow, 1, true)
    assert.is_nil(narrow:find("metric_09", 1, true))
  end)
end)
