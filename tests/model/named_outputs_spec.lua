-- Outputs given by name come back by name, wherever they come: calls, predict, graphs, files.

local ln = require "lunate"
local scratch = require "support.scratch"

local function fails(expected, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(expected, message, 1, true)
end

local x = ln.random.normal({10, 3}, {seed = 3})
local price, expensive = x:sum{axis = 2, keepdims = true}, ln.zeros{10, 1}

-- Names whose order is not that in which they are said.
local function named(input)
  input = input or ln.Input{shape = {3}, name = "i"}
  return ln.Model{name = "named", inputs = {features = input}, outputs = {
    price = ln.layers.Dense{1, name = "p", bias_initializer = "ones"}(input),
    expensive = ln.layers.Dense{1, activation = "sigmoid", name = "e"}(input)}}
end

local function parts_of(model, inputs)
  return model:get_layer("p")(inputs), model:get_layer("e")(inputs)
end

local function same(expected_price, expected_expensive, got, ...)
  assert.equal(0, select("#", ...))
  assert.equal("table", type(got))
  assert.is_true(got.price == expected_price)
  assert.is_true(got.expensive == expected_expensive)
  local count = 0
  for _ in pairs(got) do count = count + 1 end
  assert.equal(2, count)
end

describe("a model of outputs by name", function()
  it("gives a table by these names when it is called or predicts", function()
    local model = named()
    local p, e = parts_of(model, x)
    same(p, e, model(x))
    same(p, e, model{features = x})
    for _ = 1, 3 do same(p, e, model:predict(x)) end   -- the later ones straight from the core
    same(p, e, model:predict({features = x}, {batch_size = 3}))
    same(p, e, model:predict_on_batch(x))
    same(p, e, model:predict(ln.data.Dataset.from_tensors(x):batch(4)))
    same(p, e, model:predict_step(x))
    local first_p, first_e = p[{ {1, 4} }], e[{ {1, 4} }]
    same(first_p, first_e, model:predict(x, {batch_size = 4, steps = 1}))
    fails("is for models with one output", model.predict_classes, model, x)
  end)

  it("gives callbacks the outputs of batches so", function()
    local model, batches = named(), {}
    local p, e = parts_of(model, x)
    model:predict(x, {batch_size = 5, callbacks = {ln.callbacks.LambdaCallback{
      on_predict_batch_end = function(_, logs) batches[#batches + 1] = logs.outputs end}}})
    same(p[{ {1, 5} }], e[{ {1, 5} }], batches[1])
    same(p[{ {6, 10} }], e[{ {6, 10} }], batches[2])
  end)

  it("of one output gives a table as well", function()
    local input = ln.Input{shape = {3}}
    local model = ln.Model{inputs = input, outputs = {only = ln.layers.Dense(2)(input)}}
    model:compile{loss = "mse", metrics = {"mae"}}
    assert.same({10, 2}, {table.unpack(model:predict(x).only.shape)})
    assert.same({"loss", "mae"}, model.metrics_names)
    model:fit(x, {only = ln.zeros{10, 2}}, {verbose = 0})
    model:fit(x, ln.zeros{10, 2}, {verbose = 0})
  end)

  it("wants the targets of an output that has metrics alone", function()
    local input = ln.Input{shape = {2}}
    local model = ln.Model{inputs = input, outputs = {ln.layers.Dense{1, name = "p"}(input),
      ln.layers.Dense{1, name = "q"}(input)}}
    local data, target = ln.ones{4, 2}, ln.ones{4, 1}
    for _, kind in ipairs{"metrics", "weighted_metrics"} do
      model:compile{loss = {p = "mse"}, [kind] = {q = {"mae"}}}
      assert.error_matches(function() model:fit(data, {p = target}, {verbose = 0}) end,
        "'q' is missing")
      assert.are.same({"loss", "q_mae"}, model:fit(data, {p = target, q = target},
        {verbose = 0}).keys)
    end
    model:compile{loss = {p = "mse"}}
    model:fit(data, {p = target}, {verbose = 0})
  end)

  it("takes targets, losses, weights and metrics by these names", function()
    local model = named()
    model:compile{optimizer = "sgd", loss = {price = "mse", expensive = "mae"},
      loss_weights = {price = 1, expensive = 100}, metrics = {price = {"mae"}},
      weighted_metrics = {expensive = {"mse"}}}
    local weights = {price = ln.ones{10}, expensive = ln.zeros{10}}
    local history = model:fit({features = x}, {price = price, expensive = expensive},
      {verbose = 0, sample_weight = weights, validation_data = {x, {price = price,
        expensive = expensive}}})
    assert.same({"loss", "expensive_loss", "price_loss", "price_mae", "expensive_mse"},
      {table.unpack(history.keys, 1, 5)})
    assert.equal(0, history.history.expensive_loss[1])
    assert.equal(0, history.history.expensive_mse[1])
    assert.is_true(history.history.price_loss[1] > 0)
    local loss, expensive_loss, price_loss =
      model:evaluate(x, {price = price, expensive = expensive}, {verbose = 0})
    local p, e = parts_of(model, x)
    assert.near(ln.losses.mse(price, p):mean():item(), price_loss, 1e-5)
    assert.near(ln.losses.mae(expensive, e):mean():item(), expensive_loss, 1e-5)
    assert.near(price_loss + 100 * expensive_loss, loss, 1e-4)
    fails("there is no 'cheap'; there are: expensive, price", model.fit, model, x,
      {cheap = price, price = price, expensive = expensive}, {verbose = 0})
  end)

  it("comes back so from files, JSON, configs and clones", function()
    local folder <close> = setmetatable({}, {__close = function(f) f.it:remove() end})
    folder.it = scratch.folder()
    local model = named()
    model:compile{loss = {price = "mse", expensive = "mae"}}
    local p, e = parts_of(model, x)
    for _, ending in ipairs{".keras", ".h5"} do
      local path = folder.it.path .. "/named" .. ending
      model:save(path)
      local again = ln.load_model(path)
      same(p, e, again:predict(x))
      assert.same({"expensive", "price"}, again.output_names)
      assert.same(model.metrics_names, again.metrics_names)
      again:fit({features = x}, {price = price, expensive = expensive}, {verbose = 0})
    end
    assert.matches('"output_layers":{"expensive":["e",0,0],"price":["p",0,0]}',
      model:to_json(), 1, true)
    for _, copy in ipairs{ln.model_from_json(model:to_json()), ln.clone_model(model)} do
      copy:set_weights(model:get_weights())
      same(p, e, copy(x))
    end
  end)

  it("gives symbolic tensors by name, in other models too", function()
    local model = named()
    local p, e = parts_of(model, x)
    local input = ln.Input{shape = {3}}
    local inner = model(input)
    assert.same({false, 1}, {table.unpack(inner.price.shape)})
    local outer = ln.Model{inputs = input, outputs = {inner.expensive * 2, inner.price}}
    local twice, same_price = outer:predict(x)
    assert.is_true(twice == e * 2)
    assert.is_true(same_price == p)
    for _, copy in ipairs{ln.model_from_json(outer:to_json()), ln.clone_model(outer)} do
      copy:set_weights(model:get_weights())
      twice, same_price = copy(x)
      assert.is_true(twice == e * 2)
      assert.is_true(same_price == p)
    end
    local whole = ln.Model{inputs = input, outputs = model(input)}
    same(p, e, whole(x))
    assert.equal("p", model.output.price.name)
    assert.equal(2, #model.outputs)
  end)
end)

describe("a call in Lua that returns a table by name", function()
  local Net = ln.Model:extend("Net")
  function Net:init()
    self.p = ln.layers.Dense{1, name = "p"}
    self.e = ln.layers.Dense{2, name = "e"}
  end
  function Net:call(inputs) return {price = self.p(inputs), expensive = self.e(inputs)} end
  local two = ln.zeros{10, 2}

  it("gives outputs by name", function()
    local model = Net()
    local p, e = model.p(x), model.e(x)
    same(p, e, model(x))
    for _ = 1, 3 do same(p, e, model:predict(x)) end
    same(p, e, model:predict(x, {batch_size = 3}))
    local inner = model(ln.Input{shape = {3}})
    assert.same({false, 2}, {table.unpack(inner.expensive.shape)})
    local Outer = ln.Model:extend("Outer")
    function Outer:init() self.net = model end
    function Outer:call(inputs) return self.net(inputs).price end
    assert.is_true(Outer()(x) == p)
  end)

  it("is trained by these names, also before it was ever called", function()
    local model = Net()
    model:compile{loss = {price = "mse", expensive = "mae"}, loss_weights = {price = 3},
      metrics = {price = {"mae"}}}
    local targets = {price = price, expensive = two}
    local history = model:fit(x, targets, {verbose = 0})
    assert.same({"loss", "expensive_loss", "price_loss", "price_mae"}, history.keys)
    assert.near(3 * history.history.price_loss[1] + history.history.expensive_loss[1],
      history.history.loss[1], 1e-4)
    local by_all = Net()
    by_all:compile{loss = "mse"}
    assert.same({"loss", "expensive_loss", "price_loss"},
      by_all:fit(x, targets, {verbose = 0}).keys)
    local by_one = Net()
    by_one:compile{loss = {price = "mse"}}
    assert.same({"loss"}, by_one:fit(x, {price = price}, {verbose = 0}).keys)
    local by_none = Net()
    by_none:compile{loss = {cheap = "mse"}}
    fails("there is no output 'cheap'; there are: expensive, price", by_none.fit, by_none, x,
      targets, {verbose = 0})
  end)

  it("is a list or a table by name, not both", function()
    local Odd = ln.layers.Layer:extend("Odd")
    function Odd:call(inputs) return {a = inputs, [3] = inputs} end
    fails("neither a list nor all by name", Odd(), x)
    local Empty = ln.layers.Layer:extend("Empty")
    function Empty:call() return {} end
    fails("must return a tensor", Empty(), x)
    local Wrong = ln.layers.Layer:extend("Wrong")
    function Wrong:call() return {a = 3} end
    fails("must return a tensor, it returned number", Wrong(), x)
  end)

  it("may give plain results another time", function()
    local Both = ln.layers.Layer:extend("Both")
    function Both:call(inputs, options)
      if options.training then return {a = inputs, b = inputs * 2} end
      return inputs, inputs * 2
    end
    local layer = Both()
    assert.is_true(layer(x, {training = true}).b == x * 2)
    local a, b = layer(x)
    assert.is_true(a == x)
    assert.is_true(b == x * 2)
  end)
end)
