-- class_weight and sample_weight: what they multiply, which labels they know, what is refused.
local ln = require "lunate"
local fails = require "support.fails"

-- Losses are log 2 a sample: a logistic unit that says a half to everything, and does not learn.
local function half(outputs)
  local x = ln.Input{shape = {1}}
  local heads = {}
  for i = 1, outputs or 1 do
    heads[i] = ln.layers.Dense{1, activation = "sigmoid", kernel_initializer = "zeros",
      name = "head_" .. i}(x)
  end
  local model = ln.Model{inputs = x, outputs = heads}
  model:compile{loss = "binary_crossentropy", optimizer = ln.optimizers.SGD{learning_rate = 0}}
  return model
end

-- The mean weight of the samples.
local function weight(y, class_weight, options)
  options = options or {}
  options.verbose, options.class_weight = 0, class_weight
  local history = half():fit(ln.ones{#y, 1}, y, options)
  return history.history.loss[1] / math.log(2)
end

describe("class_weight", function()
  it("weighs each sample by its class; classes that are not named weigh 1", function()
    assert.near((3 + 5 + 1 + 5) / 4, weight(ln.tensor{0, 1, 2, 1}, {[0] = 3, [1] = 5}), 1e-5)
    assert.near(1, weight(ln.tensor{0, 1}, {}), 1e-5)
    local ints = ln.tensor({0, 1, 2, 1}, {dtype = "int64"})
    assert.near((3 + 5 + 1 + 5) / 4, weight(ints, {[0] = 3, [1] = 5}), 1e-5)
    assert.near((3 + 5) / 2, weight(ln.tensor({false, true}, {dtype = "bool"}), {[0] = 3, [1] = 5}),
      1e-5)
    assert.near((3 + 5) / 2, weight(ln.tensor{{0}, {1}}, {[0] = 3, [1] = 5}), 1e-5)
    assert.near((3 + 5) / 2, weight(ln.tensor{-1, 1}, {[-1] = 3, [1] = 5}), 1e-5)
  end)

  it("rounds labels, halves to the even one", function()
    assert.near(10, weight(ln.tensor{0.9, 0.9999999}, {[0] = 1, [1] = 10}), 1e-4)
    assert.near((1 + 100 + 100) / 3, weight(ln.tensor{0.5, 1.5, 2.5}, {[0] = 1, [1] = 10,
      [2] = 100}), 1e-4)
  end)

  it("knows ids as text, as they come from JSON", function()
    assert.near((1 + 10) / 2, weight(ln.tensor{0, 1}, {["0"] = 1, ["1"] = 10}), 1e-5)
    assert.near((1 + 10) / 2, weight(ln.tensor{0, 1}, {["0"] = 1, [1.0] = 10}), 1e-5)
  end)

  it("takes the largest of one-hot labels", function()
    local model = ln.Sequential{ln.Input{shape = {1}},
      ln.layers.Dense{3, activation = "softmax", kernel_initializer = "zeros"}}
    model:compile{loss = "categorical_crossentropy", optimizer = ln.optimizers.SGD{0}}
    local loss = model:train_on_batch(ln.ones{2, 1}, ln.tensor{{0, 0.4, 0.6}, {0, 1, 0}},
      {class_weight = {[1] = 2, [2] = 8}})
    assert.near((8 + 2) / 2, loss / math.log(3), 1e-5)
  end)

  it("needs memory for the classes that there are, not for the largest id", function()
    local before = ln.memory().peak
    local large = ln.full({4}, 2000000000, {dtype = "int64"})
    local model = ln.Sequential{ln.Input{shape = {1}}, ln.layers.Dense(1)}
    model:compile{loss = "mse", optimizer = ln.optimizers.SGD{0}}
    model:fit(ln.ones{4, 1}, ln.zeros{4}, {verbose = 0, class_weight = {[2000000000] = 5}})
    model:fit(ln.ones{4, 1}, large, {verbose = 0, class_weight = {[0] = 2}})
    assert.is_true(ln.memory().peak - before < 1 << 20)
  end)

  it("and sample_weight multiply", function()
    local classes = {[0] = 3, [1] = 5}
    local y = ln.tensor{0, 1}
    assert.near((3 * 2 + 5 * 10) / 2, weight(y, classes, {sample_weight = ln.tensor{2, 10}}), 1e-4)
    assert.near((3 * 2 + 5 * 10) / 2, weight(y, classes, {sample_weight = ln.tensor{{2}, {10}}}),
      1e-4)
    local loss = half():train_on_batch(ln.ones{2, 1}, y,
      {class_weight = classes, sample_weight = ln.tensor{2, 10}})
    assert.near((3 * 2 + 5 * 10) / 2, loss / math.log(2), 1e-4)
  end)

  it("weighs the batches of a Dataset, each with its weights", function()
    local x, y = ln.ones{4, 1}, ln.tensor{0, 1, 2, 1}
    local function mean(dataset)
      local history = half():fit(dataset:batch(3), nil, {verbose = 0, epochs = 2,
        class_weight = {["1"] = 3}})
      assert.near(history.history.loss[1], history.history.loss[2], 1e-6)
      return history.history.loss[1] / math.log(2)
    end
    assert.near((1 + 3 + 1 + 3) / 4, mean(ln.data.Dataset.from_tensors(x, y)), 1e-5)
    local weighted = ln.data.Dataset.from_tensors(x, y, ln.tensor{1, 2, 1, 1})
    assert.near((1 + 6 + 1 + 3) / 4, mean(weighted), 1e-5)
  end)

  it("does not weigh validation", function()
    local history = half():fit(ln.ones{4, 1}, ln.ones{4}, {verbose = 0, validation_split = 0.5,
      class_weight = {[1] = 7}})
    assert.near(7 * math.log(2), history.history.loss[1], 1e-4)
    assert.near(math.log(2), history.history.val_loss[1], 1e-5)
  end)

  it("is refused where it means nothing", function()
    local y = ln.tensor{0, 1}
    fails("should be a table {%[id%] = weight}, got number", weight, y, 3)
    fails("should map class ids to numbers, got %[a%] = 1", weight, y, {a = 1})
    fails("got %[0.5%] = 1", weight, y, {[0.5] = 1})
    fails("got %[0%] = 1", weight, y, {[0] = "1"})
    fails("has class 1 twice", weight, y, {[1] = 2, ["1"] = 3})
    local x, ones = ln.ones{2, 1}, ln.ones{2, 1}
    local two = half(2)
    fails("models with one output; use sample_weight", two.fit, two, x, {ones, ones},
      {verbose = 0, class_weight = {}})
    local sequence = ln.Sequential{ln.Input{shape = {3, 1}}, ln.layers.Dense(1)}
    sequence:compile{loss = "mse"}
    fails("needs one class a sample, y has shape %(2, 3, 1%); use sample_weight", sequence.fit,
      sequence, ln.ones{2, 3, 1}, ln.ones{2, 3, 1}, {verbose = 0, class_weight = {}})
    local dataset = ln.data.Dataset.from_tensors(x, y):batch(2)
    local one = half()
    fails("should be a table", one.fit, one, dataset, nil, {verbose = 0, class_weight = 3})
  end)
end)

describe("sample_weight", function()
  local x, y = ln.ones{2, 1}, ln.ones{2, 1}
  local function loss(model, w)
    return model:evaluate(x, {y, y}, {verbose = 0, sample_weight = w}) / math.log(2)
  end

  it("of one weight a sample serves all outputs", function()
    assert.near(2 * (1 + 5) / 2, loss(half(2), ln.tensor{1, 5}), 1e-5)
    assert.near(2 * (1 + 5) / 2, loss(half(2), ln.tensor{{1}, {5}}), 1e-5)
  end)

  it("may be one an output, by position or by name", function()
    assert.near((1 + 5) / 2 + 7, loss(half(2), {ln.tensor{1, 5}, ln.tensor{7, 7}}), 1e-5)
    assert.near(1 + 7, loss(half(2), {head_2 = ln.tensor{7, 7}}), 1e-5)
  end)

  it("is refused where it does not fit", function()
    fails("sample_weight of shape %(2, 3%) is not one weight a sample, so give one for each of the "
      .. "2 outputs", loss, half(2), ln.ones{2, 3})
    fails("2 sample_weights for 3 outputs", function()
      local model = half(3)
      model:evaluate(x, {y, y, y}, {verbose = 0, sample_weight = {ln.ones{2}, ln.ones{2}}})
    end)
    fails("has 3 samples, x has 2", loss, half(2), ln.ones{3})
    fails("sample_weight has 3 samples, x has 2", loss, half(2), ln.ones{3})
    fails("sample_weight 2 has 3 samples, x has 2", loss, half(2), {ln.ones{2}, ln.ones{3}})
  end)
end)
