-- train_test_split: sizes, order, strata, and what it refuses.
local ln = require "lunate"
local scratch = require "support.scratch"
local split = ln.preprocessing.train_test_split

local function sorted(t)
  local list = t:totable()
  table.sort(list)
  return list
end

describe("train_test_split", function()
  local x = ln.arange(0, 100):reshape{50, 2}
  local y = ln.arange(0, 50)

  it("splits a quarter off by default, rows of all tensors alike", function()
    local x_train, x_test, y_train, y_test = split(x, y)
    assert.same({37, 2}, x_train.shape)
    assert.same({13, 2}, x_test.shape)
    assert.is_true(x_train[{ {}, 1 }] == y_train * 2)
    assert.is_true(x_test[{ {}, 1 }] == y_test * 2)
    assert.same(y:totable(), sorted(ln.concatenate{y_train, y_test}))
    assert.not_same(y_train:totable(), sorted(y_train))
  end)

  it("rounds as scikit-learn does", function()
    local function sizes(options)
      local train, test = split(y, options)
      return {#train, #test}
    end
    assert.same({45, 5}, sizes{test_size = 5})
    assert.same({44, 6}, sizes{test_size = 0.11})
    assert.same({5, 45}, sizes{train_size = 0.11})
    assert.same({10, 20}, sizes{train_size = 10, test_size = 0.4})
    assert.same({48, 2}, sizes{test_size = 4 / 2})
  end)

  it("follows random_state alone, or ln.set_seed", function()
    local function order(state, seed)
      ln.set_seed(seed)
      return (split(y, {random_state = state})):totable()
    end
    assert.same(order(0, 1), order(0, 2))
    assert.not_same(order(0, 1), order(1, 1))
    assert.same(order(nil, 1), order(nil, 1))
    assert.not_same(order(nil, 1), order(nil, 2))
    ln.set_seed(7)
    local expected = ln.random.uniform{3}
    ln.set_seed(7)
    split(y, {random_state = 0})
    assert.is_true(expected == ln.random.uniform{3})
  end)

  it("cuts without shuffling, as views", function()
    local data = ln.arange(0, 10)
    local head, tail = split(data, {shuffle = false, test_size = 3})
    assert.same({0, 1, 2, 3, 4, 5, 6}, head:totable())
    assert.same({7, 8, 9}, tail:totable())
    tail[1] = 70
    assert.equal(70, data[8])
  end)

  it("keeps the proportions of labels", function()
    local labels = ln.concatenate{ln.full({60}, 2), ln.full({30}, 5),
      ln.full({10}, 7)}:astype("int64")
    local _, _, a, b = split(ln.arange(0, 100), labels,
      {test_size = 0.2, stratify = labels, random_state = 1})
    local _, counts = a:unique()
    assert.same({48, 24, 8}, counts:totable())
    _, counts = b:unique()
    assert.same({12, 6, 2}, counts:totable())
    assert.not_same(a:totable(), sorted(a))
    local train, test = split(ln.arange(0, 100),
      {test_size = 10, train_size = 30, stratify = labels})
    assert.equal(30, #train)
    assert.equal(10, #test)
    local seen = {}
    for _, value in ipairs(ln.concatenate{train, test}:totable()) do
      assert.is_nil(seen[value])
      seen[value] = true
    end
    -- shares that do not come out even: every part has its size
    local odd = ln.concatenate{ln.zeros{7}, ln.ones{6}, ln.full({4}, 2)}
    train, test = split(odd, {test_size = 5, stratify = odd})
    assert.equal(12, #train)
    _, counts = test:unique()
    assert.same({2, 2, 1}, counts:totable())
  end)

  it("has NaN for one class to stratify by", function()
    local nan = 0 / 0
    local labels = ln.tensor{1, nan, 1, nan, 1, nan, 1, nan, 2, 2, 2, 2}
    local _, test = split(labels, {test_size = 3, stratify = labels, random_state = 1})
    assert.same({1, 2, "nan"}, {test:eq(1):any() and 1, test:eq(2):any() and 2,
      test:isnan():any() and "nan"})
  end)

  it("says what is wrong", function()
    local function message(...) return scratch.message(split, ...) end
    assert.matches("same length, got shapes (50,) and (3,)", message(y, ln.zeros{3}), 1, true)
    assert.matches("argument 1 must be a tensor", message(3), 1, true)
    assert.matches("expected tensors", message({test_size = 3}), 1, true)
    for _, size in ipairs{0, 50, 51, -1, 1.5, 0.0} do
      assert.matches("test_size must be", message(y, {test_size = size}), 1, true)
    end
    assert.matches("cannot be split", message(y, {test_size = 40, train_size = 20}), 1, true)
    assert.matches("only one member", message(ln.tensor{1, 1, 2}, {stratify = ln.tensor{1, 1, 2}}),
      1, true)
    assert.matches("4 classes", message(ln.zeros{8}, {
      stratify = ln.tensor{1, 1, 2, 2, 3, 3, 4, 4}, test_size = 2}), 1, true)
    assert.matches("shape (50,), got (3,)", message(y, {stratify = ln.zeros{3}}), 1, true)
    assert.matches("shuffle = true", message(y, {stratify = y, shuffle = false}), 1, true)
    assert.matches("test_size", message(y, {testsize = 3}), 1, true)
  end)
end)
