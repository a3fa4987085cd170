-- Masks: from Masking through layers, graphs and calls in Lua to losses and metrics. Numbers are
-- those of Keras 3.16, for weights that lin() makes.
local ln = require "lunate"
local core = require "lunate.core"

local layers = ln.layers

-- Numbers in even steps from a to b.
local function lin(shape, a, b)
  local n, values = 1, {}
  for _, d in ipairs(shape) do n = n * d end
  for k = 1, n do values[k] = a + (b - a) * (k - 1) / math.max(n - 1, 1) end
  return ln.tensor(values):reshape(shape)
end

local x = lin({2, 4, 3}, -1, 1)
x[{1, {3, 4}}] = 0
x[{2, 4}] = 0
local y = lin({2, 4, 1}, 0, 1)
local step_weight = lin({2, 4}, 0.5, 2)

local function near(expected, actual, what)
  assert(math.abs(actual - expected) <= 2e-6 * math.max(1, math.abs(expected)),
    ("%s: %.9g, Keras has %.9g"):format(what, actual, expected))
end

local function near_all(expected, actual, what)
  for k, value in ipairs(expected) do near(value, actual[k], ("%s %d"):format(what, k)) end
  assert.equal(#expected, #actual)
end

-- "1100 1110": the mask that a tensor carries, a sample after the other.
local function mask_text(t)
  local mask = core.mask_of(t)
  if not mask then return "none" end
  local rows = {}
  for k, row in ipairs(mask:astype("int32"):totable()) do rows[k] = table.concat(row) end
  return table.concat(rows, " ")
end

local function set_weights(model)
  local list = {}
  for k, w in ipairs(model:get_weights()) do list[k] = lin(w.shape, -0.5, 0.7) end
  model:set_weights(list)
end

local warnings
local function heard(f, ...)
  local warn = package.loaded["lunate.warn"]
  warnings = {}
  package.loaded["lunate.warn"] = function(...) warnings[#warnings + 1] = string.format(...) end
  local results = table.pack(pcall(f, ...))
  package.loaded["lunate.warn"] = warn
  assert(results[1], results[2])
  return table.unpack(results, 2, results.n)
end

local function masked() return layers.Masking()(x) end

describe("Masking", function()
  it("marks steps all of whose features are the value, and makes them zeros", function()
    local t = ln.tensor{{{2, 2}, {2, 1}, {0, 0}}}
    local z = layers.Masking(2)(t)
    assert.same({{{0, 0}, {2, 1}, {0, 0}}}, z:totable())
    assert.equal("011", mask_text(z))
    assert.equal("none", mask_text(t))
    assert.equal("bool", core.mask_of(z).dtype)
    assert.equal("Masking(2)", tostring(layers.Masking(2)))
    local again = layers.Masking.from_config(layers.Masking{mask_value = 2}:get_config())
    assert.equal(2, again.mask_value)
    assert.equal("(None, None, 3)", tostring(layers.Masking()(ln.Input{shape = {false, 3}}).shape))
  end)
end)

describe("a mask in a graph", function()
  local M = layers.Masking
  local function dense(units, options)
    local given = {units}
    for k, v in pairs(options or {}) do given[k] = v end
    return layers.Dense(given)
  end
  local cases = {
    {"branches and joins", "1100 1110", {0.151436448, 0.352823317}, {0.231239781, 0.420862347},
      {0.151436448, 0.00571044674, 0.00250013848}, function(t)
        local a = M()(t)
        local sum = layers.Add(){dense(2, {activation = "tanh"})(a), dense(2)(a)}
        return dense(1)(layers.Dropout(0)(sum))
      end},
    {"joined with an input that has none", "none", {0.28527081, 0.457739085},
      {0.394245714, 0.480986297}, {0.285270751, 0.0451464988, 0.0423344895}, function(t)
        return dense(1)(layers.Add(){dense(2)(M()(t)), dense(2)(t)})
      end},
    {"concatenated with one that has none", "1111 1111", {0.272822678, 0.479086995},
      {0.440326571, 0.546581388}, {0.272822708, 0.0625890866, 0.0405627601}, function(t)
        return dense(1)(layers.Concatenate(){dense(2)(M()(t)), dense(2)(t)})
      end},
    {"gone after an op", "none", {0.862241447, 0.898913026}, {1.21124721, 0.942794979},
      {0.862241387, 0.559999764, 0.376077652}, function(t) return dense(1)(M()(t) * 2) end},
    {"gone after Dot", "none", {1.75019789, 1.27001405}, {1.98065352, 1.22258973},
      {1.75019789, 0.627221048, 0.30265218}, function(t)
        local a = M()(t)
        return dense(1)(layers.Dot{axes = 3}{a, a})
      end},
    {"through a model", "1100 1110", {0.0582262501, 0.238951594}, {0.0768675357, 0.253006399},
      {0.0582262538, 0.0141794318, 0.00309578539}, function(t)
        return ln.Sequential{dense(2), dense(1)}(M()(t))
      end},
  }
  for _, case in ipairs(cases) do
    local name, mask, plain, weighted, fit, build = table.unpack(case)
    it(name .. ": outputs, loss, metrics, weights and training as in Keras", function()
      local input = ln.Input{shape = {4, 3}}
      local model = ln.Model{inputs = input, outputs = heard(build, input)}
      assert.same({}, warnings)
      set_weights(model)
      assert.equal(mask, mask_text(model(x)))
      model:compile{loss = "mse", metrics = {"mae"}, weighted_metrics = {"mae"},
        optimizer = ln.optimizers.SGD(0.1)}
      local options = {verbose = 0, batch_size = 2}
      near_all({plain[1], plain[2], plain[2]}, {model:evaluate(x, y, options)}, "evaluate")
      options.sample_weight = step_weight
      near_all({weighted[1], plain[2], weighted[2]}, {model:evaluate(x, y, options)}, "weighted")
      local losses = model:fit(x, y, {verbose = 0, batch_size = 2, epochs = 3}).history.loss
      near_all(fit, losses, "fit")
      local again = ln.model_from_json(model:to_json())
      again:set_weights(model:get_weights())
      assert.equal(mask, mask_text(again(x)))
    end)
  end

  it("is joined along the steps", function()
    local input = ln.Input{shape = {4, 3}}
    local model = ln.Model{inputs = input,
      outputs = dense(1)(layers.Concatenate{axis = 2}{dense(2)(M()(input)), dense(2)(input)})}
    assert.equal("11001111 11101111", mask_text(model(x)))
  end)

  it("has each input's value where the other is masked, of Maximum and Minimum", function()
    local a, b = M()(ln.tensor{{{5}, {0}, {0}}}), M(9)(ln.tensor{{{1}, {-2}, {9}}})
    local most = layers.Maximum(){a, b}
    assert.same({{{5}, {-2}, {0}}}, most:totable())
    assert.equal("110", mask_text(most))
    assert.same({{{1}, {-2}, {0}}}, layers.Minimum(){a, b}:totable())
    assert.same({{{5}, {4}, {4}}}, layers.Maximum(){a, ln.tensor{{4}}}:totable())
    local one = layers.Minimum(){a, ln.tensor{{{7}, {3}, {4}}}}
    assert.same({{{5}, {3}, {4}}}, one:totable())
    assert.equal("none", mask_text(one))
  end)

  it("in a Sequential too, built now or later", function()
    for _, shape in ipairs{{4, 3}, false} do
      local s = ln.Sequential{layers.Masking{input_shape = shape or nil}, dense(2), dense(1)}
      s(x)
      set_weights(s)
      assert.equal("1100 1110", mask_text(s(x)))
      s:compile{loss = "mse", metrics = {"mae"}, optimizer = "sgd"}
      near_all({0.0582262501, 0.238951594}, {s:evaluate(x, y, {verbose = 0})}, "Sequential")
      heard(s.add, s, layers.Flatten())
      assert.equal("none", mask_text(heard(s, x)))
      s:pop()
      assert.equal("1100 1110", mask_text(s(x)))
    end
  end)
end)

describe("a mask given to a call", function()
  local given = ln.tensor{{true, true, false, false}, {true, false, true, true}}

  it("goes into a model with its input, which stays as it is", function()
    local input = ln.Input{shape = {4, 3}}
    local model = ln.Model{inputs = input, outputs = layers.Dense(1)(layers.Dense(2)(input))}
    assert.equal("1100 1011", mask_text(model(x, {mask = given})))
    assert.equal("none", mask_text(x))
    assert.equal("none", mask_text(model(x)))
    assert.equal("none", mask_text(layers.Add()({x, ln.ones{2, 4, 3}}, {mask = {given, false}})))
    assert.equal("1100 1111", mask_text(layers.Add()({x, x}, {mask = {given,
      ln.tensor{{false, false, false, false}, {true, true, true, true}}}})))
    local ok, message = pcall(layers.Add(), {x, x}, {mask = {given}})
    assert.is_false(ok)
    assert.matches("2 inputs have as many masks, got 1", message)
  end)

  it("fits the tensors that it is for", function()
    local odd = ln.ones({2, 5}, {dtype = "bool"})
    for _, layer in ipairs{layers.Add(), layers.Maximum(), layers.Concatenate()} do
      local ok, message = pcall(layer, {x, x}, {mask = {odd, given}})
      assert.is_false(ok)
      assert.matches("%(2, 5", message)
    end
    local ok, message = pcall(layers.Softmax(), ln.ones{2, 3}, {mask = odd})
    assert.is_false(ok)
    assert.matches("%(2, 5%)", message)
    local z = layers.Dense(1)(x, {mask = odd})
    assert.is_false(pcall(ln.losses.MeanSquaredError(), y, z))
    local metric = ln.metrics.MeanAbsoluteError()
    assert.is_false(pcall(metric.update_state, metric, y, z))
  end)

  it("stays where the input is cast, or gets another rank", function()
    assert.equal("1100 1110", mask_text(layers.Dense{1, dtype = "float64"}(masked())))
    assert.equal("1100 1110", mask_text(layers.ReLU{dtype = "float64"}(masked())))
    local flat = ln.Sequential{ln.Input{shape = {4}}, layers.Identity()}
    assert.equal("(2, 4)", tostring(flat(ln.ones{2, 4, 1}, {mask = given}).shape))
    assert.equal("1100 1011", mask_text(flat(ln.ones{2, 4, 1}, {mask = given})))
    local double = ln.Sequential{ln.Input{shape = {4, 3}, dtype = "float64"}, layers.Identity()}
    assert.equal("1100 1110", mask_text(double(masked())))
  end)

  it("may be symbolic", function()
    local input, mask = ln.Input{shape = {4, 3}}, ln.Input{shape = {4}, dtype = "bool"}
    local model = ln.Model{inputs = {input, mask}, outputs = layers.Dense(2)(input, {mask = mask})}
    assert.equal("1100 1011", mask_text(model{x, given}))
  end)
end)

describe("a layer that does not take masks", function()
  it("says so once, and its output has none", function()
    local flatten = layers.Flatten()
    assert.is_false(flatten.supports_masking)
    for _ = 1, 2 do assert.equal("none", mask_text(heard(flatten, masked()))) end
    assert.same({}, warnings)   -- the second time
    local permute = layers.Permute{{2, 1}}
    assert.equal("none", mask_text(heard(permute, masked())))
    assert.equal(1, #warnings)
    assert.matches("layer '" .. permute.name .. "' %(Permute%) got an input with a mask, which it "
      .. "does not support", warnings[1])
    local Same = layers.Layer:extend("Same")
    function Same:call(t) return t end
    assert.equal("none", mask_text(heard(Same(), masked())))
    assert.equal(1, #warnings)
    assert.is_true(layers.Dense(1).supports_masking)
  end)

  it("does not make a training step run in Lua", function()
    local input = ln.Input{shape = {4, 3}}
    local model = heard(function()
      return ln.Model{inputs = input,
        outputs = layers.Dense(1)(layers.Flatten()(layers.Masking()(input)))}
    end)
    set_weights(model)
    model:compile{loss = "mse", optimizer = ln.optimizers.SGD(0.1), metrics = {"mae"}}
    local losses = heard(model.fit, model, x, y[{ {}, 1 }],
      {verbose = 0, epochs = 3, batch_size = 2}).history.loss
    near_all({0.532598495, 0.201981962, 0.0845238566}, losses, "fit")
  end)
end)

describe("a layer in Lua", function()
  local Inverted = layers.Layer:extend("Inverted")
  function Inverted:compute_mask(_, mask) return mask and ln.logical_not(mask) end
  function Inverted:call(t, options)
    if not options.mask then return t * 2 end
    return t * options.mask:astype("float32"):expand_dims(-1)
  end

  it("receives the mask, and says what becomes of it", function()
    local z = Inverted()(masked())
    assert.equal("0011 0001", mask_text(z))
    near(-1.17391300, z:sum():item(), "sum")
    assert.equal("none", mask_text(Inverted()(x)))
    assert.is_true(Inverted().supports_masking)
    local input = ln.Input{shape = {4, 3}}
    local model = ln.Model{inputs = input, outputs = Inverted()(layers.Masking()(input))}
    assert.equal("0011 0001", mask_text(model(x)))
    model:compile{loss = "mse"}
    local target = y:tile{1, 1, 3}
    local expected = ln.losses.MeanSquaredError()(target, z):item()
    near(expected, model:evaluate(x, target, {verbose = 0}), "loss")
    assert.is_true(math.abs(expected - ln.losses.MeanSquaredError()(target, z * 1):item()) > 0.01)
  end)

  it("passes it on where supports_masking is set", function()
    local Twice = layers.Layer:extend("Twice")
    function Twice:call(t) return t * 2 end
    local twice = Twice()
    twice.supports_masking = true
    assert.equal("1100 1110", mask_text(heard(twice, masked())))
    local Always = layers.Layer:extend("Always")
    Always.supports_masking = true
    function Always:call(t) return t end
    assert.equal("1100 1110", mask_text(heard(Always(), masked())))
    assert.same({}, warnings)
  end)

  it("gets a list of masks with a list of inputs", function()
    local seen
    local Pair = layers.Layer:extend("Pair")
    Pair.supports_masking = true
    function Pair:call(inputs, options) seen = options.mask return inputs[1] + inputs[2] end
    Pair(){x, masked()}
    assert.is_false(seen[1])
    assert.equal("(2, 4)", tostring(seen[2].shape))
    Pair(){x, x}
    assert.is_nil(seen)
  end)

  it("carries masks between the layers that it calls", function()
    local Two = ln.Model:extend("Two")
    function Two:init()
      self.mask, self.dense = layers.Masking(), layers.Dense(1)
    end
    function Two:call(t) return self.dense(self.mask(t)) end
    local model = Two()
    model(x)
    set_weights(model)
    model:compile{loss = "mse", metrics = {"mae"}}
    assert.equal("1100 1110", mask_text(model(x)))
    local z = model(x)
    near(ln.losses.MeanSquaredError()(y, z):item(), (model:evaluate(x, y, {verbose = 0})), "loss")
  end)

  it("raises what compute_mask should not return", function()
    local Odd = layers.Layer:extend("Odd")
    function Odd:call(t) return t end
    function Odd:compute_mask() return "all" end
    local ok, message = pcall(Odd(), x)
    assert.is_false(ok)
    assert.matches("compute_mask returns a mask, a list of them or nil, got string", message)
  end)
end)

describe("losses and metrics", function()
  it("leave out what the predictions' mask does", function()
    local z = layers.Dense{1, kernel_initializer = "ones"}(masked())
    near(2.67251253, ln.losses.MeanSquaredError()(y, z):item(), "loss")
    local metric = ln.metrics.MeanAbsoluteError()
    metric:update_state(y, z)
    near(1.31552804, metric:result(), "metric")
    local sum = ln.losses.MeanSquaredError{reduction = "sum"}(y, z):item()
    near(2.67251253 * 5, sum, "sum")   -- five steps count
  end)
end)

it("a subclass of a built-in layer hands the mask up", function()
  local Mine = layers.Softmax:extend("Mine")
  function Mine:call(t, options) return Mine.super.call(self, t, options) end
  local t, mask = ln.tensor{{1, 2, 3}}, ln.tensor{{true, false, true}}
  local expected = layers.Softmax()(t, {mask = mask})
  assert.equal(0, expected[{1, 2}])
  assert.is_true(expected == Mine()(t, {mask = mask}))
end)

describe("masks in steps that are replayed", function()
  ln.set_seed(3)
  local n, steps = 24, 5
  local data = ln.random.normal{n, steps, 3}
  local lengths = ln.random.randint({n}, {min = 1, max = steps + 1})
  for k = 1, n do
    if lengths[k] < steps then data[{k, {lengths[k] + 1, -1}}] = 0 end
  end
  local ids = ln.random.randint({n, steps}, {max = 4})

  local function model_of(last)
    return ln.Sequential{ln.Input{shape = {steps, 3}}, layers.Masking(),
      layers.Dense{8, activation = "relu"}, layers.Dense{8, activation = "tanh"}, last}
  end

  it("are those of each batch, for losses of logits and for metrics", function()
    local model = model_of(layers.Dense{4, activation = "softmax"})
    model:compile{loss = "sparse_categorical_crossentropy", metrics = {"accuracy"},
      optimizer = ln.optimizers.SGD(1e-30)}
    local loss, accuracy = ln.metrics.Mean(), ln.metrics.SparseCategoricalAccuracy()
    for first = 1, n, 4 do
      local rows = {first, first + 3}
      local p = model(data[{rows}])
      loss:update_state(ln.losses.SparseCategoricalCrossentropy()(ids[{rows}], p))
      accuracy:update_state(ids[{rows}], p)
    end
    local history = model:fit(data, ids, {batch_size = 4, epochs = 2, verbose = 0,
      shuffle = false}).history
    near_all({loss:result(), loss:result()}, history.loss, "loss")
    near_all({accuracy:result(), accuracy:result()}, history.accuracy, "accuracy")
    local unmasked = ln.losses.SparseCategoricalCrossentropy()(ids, model(data) * 1):item()
    assert.is_true(math.abs(unmasked - loss:result()) > 1e-4)
  end)

  it("are those of each batch, for losses of values", function()
    local model, target = model_of(layers.Dense(1)), ln.random.normal{n, steps, 1}
    model:compile{loss = "mae", metrics = {"mse"}, optimizer = ln.optimizers.SGD(1e-30)}
    local mse = ln.metrics.MeanSquaredError()
    for first = 1, n, 4 do
      local rows = {first, first + 3}
      mse:update_state(target[{rows}], model(data[{rows}]))
    end
    local history = model:fit(data, target, {batch_size = 4, epochs = 2, verbose = 0,
      shuffle = false}).history
    near_all({mse:result(), mse:result()}, history.mse, "mse")
  end)

  it("are those of each batch where a metric alone wants them", function()
    local input = ln.Input{shape = {steps, 3}}
    local plain = layers.Dense{1, name = "plain"}(input)
    local marked = layers.Dense{1, name = "marked"}(layers.Masking()(input))
    local model = ln.Model{inputs = input, outputs = {plain, marked}}
    local target = ln.random.normal{n, steps, 1}
    model:compile{loss = {plain = "mse"}, metrics = {marked = {"mae"}},
      optimizer = ln.optimizers.SGD(1e-30)}
    local mae = ln.metrics.MeanAbsoluteError()
    for first = 1, n, 4 do
      local rows = {first, first + 3}
      mae:update_state(target[{rows}], (select(2, model(data[{rows}]))))
    end
    local history = model:fit(data, {target, target}, {batch_size = 4, epochs = 2, verbose = 0,
      shuffle = false}).history
    near_all({mae:result(), mae:result()}, history.marked_mae, "mae")
  end)
end)

describe("compute_mask", function()
  local ones, mask = ln.ones{1, 3, 2}, ln.tensor{{true, false, true}}

  it("says what becomes of masks", function()
    assert.is_true(layers.Dropout(0.5):compute_mask(ones, mask) == mask)
    assert.is_nil(layers.Dropout(0.5):compute_mask(ones))
    assert.is_true(layers.Masking():compute_mask(ln.tensor{{{1, 0}, {0, 0}}})
      == ln.tensor{{true, false}})
    assert.is_nil(layers.Dot{axes = 3}:compute_mask({ones, ones}, {mask, mask}))
    local other = ln.tensor{{false, false, true}}
    assert.is_true(layers.Add():compute_mask({ones, ones}, {mask, other}) == mask:logical_or(other))
    local model = ln.Sequential{layers.Masking(), layers.Dropout(0.5)}
    assert.is_true(model:compute_mask(ones) == ln.tensor{{true, true, true}})
    local ok, message = pcall(layers.Add().compute_mask, layers.Add(), {ones, ones}, {mask})
    assert.is_false(ok)
    assert.matches("2 inputs have as many masks, got 1", message, 1, true)
  end)

  it("is called up by a class of one's own", function()
    local Inverse = layers.Masking:extend("Inverse")
    function Inverse:compute_mask(inputs, given)
      return Inverse.super.compute_mask(self, inputs, given):logical_not()
    end
    local input = ln.tensor{{{1, 0}, {0, 0}}}
    assert.is_true(Inverse():compute_mask(input) == ln.tensor{{false, true}})
  end)
end)

describe("Multiply", function()
  it("leaves out factors that are masked, as Keras does", function()
    local a, b = ln.tensor{{{2}, {2}, {3}, {0}}}, ln.tensor{{{5}, {0}, {7}, {0}}}
    local both = layers.Multiply(){layers.Masking()(a), layers.Masking()(b)}
    assert.same({{{10}, {2}, {21}, {0}}}, both:totable())
    assert.equal("1110", mask_text(both))
    local one = layers.Multiply(){layers.Masking()(a), b + 1}
    assert.same({{{12}, {2}, {24}, {1}}}, one:totable())
    assert.equal("none", mask_text(one))
    local three = layers.Multiply(){layers.Masking()(a), layers.Masking()(b),
      layers.Masking(-1)(ln.tensor{{{2, 4}, {3, 5}, {-1, -1}, {-1, -1}}})}
    assert.same({{{20, 40}, {6, 10}, {21, 21}, {0, 0}}}, three:totable())
    local input = ln.Input{shape = {4, 1}}
    local masked_input = layers.Masking()(input)
    local model = ln.Model{inputs = input, outputs = layers.Multiply(){masked_input,
      layers.Dense{1, kernel_initializer = "ones", bias_initializer = "ones"}(masked_input)}}
    assert.same({{{6}, {6}, {12}, {0}}}, model:predict(a, {verbose = 0}):totable())
  end)
end)
