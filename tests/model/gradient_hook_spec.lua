-- Gradients on their way to the update: the hook for what averages them over machines.
local ln = require "lunate"
local core = require "lunate.core"
local fails = require "support.fails"
local gradient_hook = require "lunate.model.gradient_hook"

local x = ln.random.normal({16, 3}, {seed = 1})
local y = ln.random.normal({16, 2}, {seed = 2})

local function model(options)
  ln.set_seed(4)
  local m = ln.Sequential{ln.layers.Dense{5, activation = "relu", input_shape = {3}},
    ln.layers.Dense{4, activation = "tanh"}, ln.layers.Dense(2)}
  m:compile{loss = "mse", optimizer = options.optimizer or ln.optimizers.SGD(0.1),
            run_eagerly = options.eager}
  return m
end

local function trained(m, steps)
  for _ = 1, steps or 3 do m:train_on_batch(x, y) end
  return m:get_weights()
end

local function same(a, b)
  assert.equal(#a, #b)
  for i, w in ipairs(a) do assert.are.equal(w, b[i]) end
end

for _, eager in ipairs{false, true} do
  describe("a gradient hook" .. (eager and ", op by op," or ""), function()
    it("gets every gradient once, whole, the last layers first", function()
      local m, pieces, waits = model{eager = eager}, {}, 0
      local before = m:get_weights()
      gradient_hook(m, {ready = function(piece) pieces[#pieces + 1] = piece:copy() end,
                        wait = function()
                          same(before, m:get_weights())
                          waits = waits + 1
                        end, piece_bytes = 1})
      m:train_on_batch(x, y)
      assert.equal(1, waits)
      assert.equal(6, #pieces)
      -- The plain step tells what the gradients were.
      local after = m:get_weights()
      local found = {}
      for k, piece in ipairs(pieces) do found[7 - k] = piece end
      for i, w in ipairs(before) do
        local gradient = ((w - after[i]) / 0.1):reshape{-1}
        assert.is_true((gradient - found[i]):abs():max():item() < 1e-5, "variable " .. i)
      end
    end)

    it("may change them: doubled, they are those of twice the rate", function()
      local doubled = model{eager = eager}
      gradient_hook(doubled, {ready = function(piece) piece[{ {} }] = piece * 2 end})
      same(trained(model{eager = eager, optimizer = ln.optimizers.SGD(0.2)}), trained(doubled))
    end)

    it("may wait to change them until the update", function()
      local adam = function() return ln.optimizers.Adam(0.01) end
      local m, waiting = model{eager = eager, optimizer = adam()}, {}
      gradient_hook(m, {
        ready = function(piece) waiting[#waiting + 1] = piece end,
        wait = function()
          for _, piece in ipairs(waiting) do piece[{ {} }] = piece * -1 end
          waiting = {}
        end})
      local other = model{eager = eager, optimizer = adam()}
      gradient_hook(other, {ready = function(piece) piece[{ {} }] = -piece end, piece_bytes = 1})
      same(trained(m), trained(other))
      local plain = trained(model{eager = eager, optimizer = adam()})
      assert.is_false(plain[1] == m:get_weights()[1])
    end)

    it("averages two halves of a batch to the whole", function()
      local whole = trained(model{eager = eager}, 1)
      local other, pieces = model{eager = eager}, {}
      gradient_hook(other, {ready = function(piece) pieces[#pieces + 1] = piece:copy() end})
      other:train_on_batch(x[{ {1, 8} }], y[{ {1, 8} }])
      local m, k = model{eager = eager}, 0
      gradient_hook(m, {ready = function(piece)
        k = k + 1
        piece[{ {} }] = (piece + pieces[k]) / 2
      end})
      m:train_on_batch(x[{ {9, 16} }], y[{ {9, 16} }])
      for i, w in ipairs(m:get_weights()) do
        assert.is_true((w - whole[i]):abs():max():item() < 1e-6)
      end
    end)

    it("stops the step when it fails, and leaves the weights", function()
      local m = model{eager = eager}
      local before = m:get_weights()
      gradient_hook(m, {ready = function() error("no machine answers") end})
      for _ = 1, 2 do fails("no machine answers", m.train_on_batch, m, x, y) end
      same(before, m:get_weights())
      gradient_hook(m, {ready = function() end, wait = function() error("lost one") end})
      fails("lost one", m.train_on_batch, m, x, y)
      same(before, m:get_weights())
      gradient_hook(m, nil)
      same(trained(model{eager = eager}), trained(m))
    end)
  end)
end

describe("gradient hooks", function()
  it("run while the backward pass does: before earlier layers have theirs", function()
    local events = {}
    local m = ln.Sequential{ln.layers.Dense{3, input_shape = {3}}, ln.layers.Dense(4),
                            ln.layers.Dense(2)}
    m:compile{loss = "mse", optimizer = "adam"}
    -- What a piece of an earlier layer holds then is still from the step before.
    local pieces = {}
    gradient_hook(m, {piece_bytes = 1, ready = function(piece)
      events[#events + 1] = piece.size
      pieces[#pieces + 1] = piece
      if #pieces == 12 then
        events.first = pieces[6]:copy()
      elseif #pieces == 7 then
        events.before, events.during = pieces[6]:copy(), pieces[12 - 6]:copy()
      end
    end})
    for _ = 1, 2 do m:train_on_batch(x, y) end
    assert.same({2, 8, 4, 12, 3, 9, 2, 8, 4, 12, 3, 9}, {table.unpack(events)})
    assert.are.equal(events.before, events.during)
    assert.is_false(events.before == events.first)
  end)

  it("get neighbours as one piece, up to a size, without variables that are frozen", function()
    local m, sizes = model{}, {}
    m.layers[2].trainable = false
    m:compile{loss = "mse", optimizer = "adam"}
    gradient_hook(m, {ready = function(piece) sizes[#sizes + 1] = piece.size end})
    m:train_on_batch(x, y)
    -- A gradient begins at a cache line of 16 numbers; the optimizer has no frozen ones.
    assert.same({16 + 16 + 16 + 2}, sizes)
  end)

  it("stay with the model when it is compiled again, and let go of it", function()
    local weak, calls = setmetatable({}, {__mode = "k"}), 0
    do
      local m = model{}
      weak[m] = true
      gradient_hook(m, {ready = function() calls = calls + (m and 1 or 0) end})
      m:train_on_batch(x, y)
      m:compile{loss = "mae", optimizer = "sgd"}
      m:train_on_batch(x, y)
      assert.equal(2, calls)
    end
    for _ = 1, 3 do collectgarbage() end
    assert.is_nil(next(weak))
  end)

  it("are checked", function()
    local trainer = core.trainer(model{})
    fails("a function expected, got number", trainer.set_gradient_hook, trainer, 7)
    fails("a function expected, got number", trainer.set_gradient_hook, trainer, print, 7)
    fails("a number of bytes", trainer.set_gradient_hook, trainer, print, nil, 0)
    local m = model{}
    gradient_hook(m, {ready = function() gradient_hook(m, nil) end})
    fails("a batch is running", m.train_on_batch, m, x, y)
  end)
end)
