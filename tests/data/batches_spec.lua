-- ln.data.batches: what comes out, in which order, from what.
local ln = require "lunate"
local scratch = require "support.scratch"

local function collect(...)
  local list = {}
  for x, y in ln.data.batches(...) do
    list[#list + 1] = {x:totable(), y and y:totable()}
  end
  return list
end

describe("data.batches", function()
  local x, y = ln.arange(1, 6), ln.arange(1, 6):astype("int64")

  it("goes over tensors together, the last batch smaller", function()
    assert.same({{{1, 2}, {1, 2}}, {{3, 4}, {3, 4}}, {{5}, {5}}}, collect(x, y, {batch_size = 2}))
  end)

  it("drops the remainder when asked to", function()
    assert.same({{{1, 2}, {1, 2}}, {{3, 4}, {3, 4}}},
      collect(x, y, {batch_size = 2, drop_remainder = true}))
    assert.same({}, collect(x, y, {batch_size = 6, drop_remainder = true}))
  end)

  it("gives views when it does not shuffle", function()
    local data = ln.zeros{4, 2}
    for part in ln.data.batches(data, {batch_size = 2}) do part[{}] = 1 end
    assert.equal(8, data:sum():item())
  end)

  it("shuffles rows of all tensors alike, every sample once", function()
    ln.set_seed(3)
    local seen, in_order = {}, true
    for a, b in ln.data.batches(ln.arange(1, 101), ln.arange(1, 101),
      {batch_size = 7, shuffle = true}) do
      assert.is_true(a == b)
      for _, value in ipairs(a:totable()) do
        in_order = in_order and value == #seen + 1
        seen[#seen + 1] = value
      end
    end
    assert.is_false(in_order)
    table.sort(seen)
    for i = 1, 100 do assert.equal(i, seen[i]) end
  end)

  it("follows ln.set_seed, or random_state alone", function()
    local function order(state, seed)
      ln.set_seed(seed)
      return collect(ln.arange(0, 20), nil, {shuffle = true, random_state = state})
    end
    assert.has_error(function() order(nil, 1) end)  -- nil is no tensor
    order = function(state, seed)
      ln.set_seed(seed)
      return collect(ln.arange(0, 20), {shuffle = true, random_state = state})
    end
    assert.same(order(nil, 1), order(nil, 1))
    assert.not_same(order(nil, 1), order(nil, 2))
    assert.same(order(5, 1), order(5, 2))
    assert.not_same(order(5, 1), order(6, 1))
  end)

  it("takes lists and tables of tensors", function()
    local steps = 0
    for inputs, target in ln.data.batches({x, y}, {a = x}, {batch_size = 5}) do
      assert.is_true(inputs[1] == x and inputs[2] == y and target.a == x)
      steps = steps + 1
    end
    assert.equal(1, steps)
  end)

  it("works with an empty tensor", function()
    assert.same({}, collect(ln.zeros{0, 3}, {shuffle = true}))
  end)

  it("says what is wrong with its arguments", function()
    local function message(...) return scratch.message(ln.data.batches, ...) end
    assert.matches("argument 2 has 3 samples, what came before it 5", message(x, ln.arange(0, 3)),
      1, true)
    assert.matches("at least one tensor", message({batch_size = 3}), 1, true)
    assert.matches("argument 1 must be a tensor", message(3, x), 1, true)
    assert.matches("argument 1 must be a tensor", message({1, 2, 3}), 1, true)
    assert.matches("batch_size", message(x, {batch_size = 0}), 1, true)
    assert.matches("batch_size", message(x, {batchsize = 2}), 1, true)
    assert.matches("first axis", message(ln.tensor(3)), 1, true)
  end)
end)
