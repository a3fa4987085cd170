-- Fusion: what a recorded step computes is what its ops say, in fewer of them.
local ln = require "lunate"
local core = require "lunate.core"

-- A trainer of a model, after a batch, and the names of what it computes.
local function trained(model, options)
  options = options or {}
  local x = ln.random.normal({options.rows or 8, 5}, {seed = 2})
  local trainer = core.trainer(model)
  if not options.predict then
    trainer:set_optimizer(options.optimizer or ln.optimizers.Adam(0.1))
    trainer:add_output(options.loss or ln.losses.MeanSquaredError(), 1)
  end
  trainer:set_replay(false, options.eager or false)
  for _ = 1, 3 do
    if options.predict then
      trainer:predict({}, #x, {x}, 1, #x)
    else
      trainer:run("train", {x}, {options.y or x[{ {}, {1, 3} }]}, nil, nil, 1, #x)
    end
  end
  local calls = trainer:calls()
  for _, name in ipairs(calls) do calls[name] = (calls[name] or 0) + 1 end
  return calls, model:get_weights(), trainer
end

local function chain(activation, separate)
  ln.set_seed(1)
  local layers = {ln.Input{shape = {5}}}
  for _ = 1, 2 do
    layers[#layers + 1] = ln.layers.Dense{6, activation = not separate and activation or nil}
    if separate then layers[#layers + 1] = ln.layers.Activation(activation) end
  end
  layers[#layers + 1] = ln.layers.Dense(3)
  return ln.Sequential(layers)
end

local function same(a, b)
  for i, w in ipairs(a) do assert.are.equal(w, b[i]) end
end

describe("fusion", function()
  it("takes the gradient of a relu with the product before it", function()
    local calls, weights = trained(chain "relu")
    assert.are.equal(2, calls.dense_relu_grad)
    assert.is_nil(calls.dense_grad)
    local none, eager = trained(chain "relu", {eager = true})
    assert.are.equal(0, #none)
    same(eager, weights)
  end)

  it("leaves other activations, and batches that the kernel is not for", function()
    local calls, weights = trained(chain "tanh")
    assert.is_nil(calls.dense_relu_grad)
    assert.are.equal(2, calls.dense_grad)
    same(select(2, trained(chain("tanh"), {eager = true})), weights)
  end)

  it("makes a dense layer and the relu after it one", function()
    local calls, weights = trained(chain("relu", true))
    assert.are.equal(3, calls.dense)
    assert.is_nil(calls.relu)
    same(select(2, trained(chain("relu", true), {eager = true})), weights)
    assert.are.same({"dense", "dense", "dense"},
      {table.unpack((trained(chain("relu", true), {predict = true})))})
  end)

  it("reads integers where they are computed with", function()
    local x = ln.random.uniform({6, 5}, {max = 250, seed = 3}):astype("uint8")
    local function net()
      ln.set_seed(1)
      return ln.Sequential{ln.Input{shape = {5}}, ln.layers.Rescaling{1 / 255, offset = -0.5},
                           ln.layers.Dense(3)}
    end
    local trainer = core.trainer(net())
    trainer:predict({}, 6, {x}, 1, 6)
    assert.are.same({"multiply", "add", "dense"}, trainer:calls())
    assert.are.equal(net()(x), net():predict(x, {verbose = 0}))
    -- Where the other operand is made later, too.
    local bytes, floats = ln.Input{shape = {5}, dtype = "uint8"}, ln.Input{shape = {3}}
    local wide = ln.cast(bytes, "float32")
    local late = ln.Model{inputs = {bytes, floats}, outputs = wide - ln.layers.Dense(5)(floats)}
    local z = ln.random.normal({6, 3}, {seed = 5})
    for _ = 1, 2 do assert.are.equal(late{x, z}, late:predict({x, z}, {verbose = 0})) end
    -- Not of what is read twice, nor of halves.
    local i = ln.Input{shape = {5}, dtype = "uint8"}
    local f = ln.cast(i, "float32")
    local twice = ln.Model{inputs = i, outputs = f * 0.1 + ln.square(f)}
    local half = ln.Model{inputs = i, outputs = ln.cast(ln.cast(i, "float16"), "float32") * 3}
    for _, m in ipairs{twice, half} do
      for _ = 1, 2 do assert.are.equal(m(x), m:predict(x, {verbose = 0})) end
    end
  end)

  it("makes a convolution and the relu after it one", function()
    local x = ln.random.normal({3, 6, 6, 2}, {seed = 3})
    for _, class in ipairs{ln.layers.Conv2D, ln.layers.Conv2DTranspose} do
      local function net()
        ln.set_seed(1)
        return ln.Sequential{ln.Input{shape = {6, 6, 2}}, class{3, 3}, ln.layers.ReLU(),
                             ln.layers.Flatten(), ln.layers.Dense(2)}
      end
      local results = {}
      for k, eager in ipairs{false, true} do
        local m = net()
        local trainer = core.trainer(m)
        trainer:set_optimizer(ln.optimizers.Adam(0.1))
        trainer:add_output(ln.losses.MeanSquaredError(), 1)
        trainer:set_replay(false, eager)
        for _ = 1, 3 do trainer:run("train", {x}, {ln.ones{3, 2}}, nil, nil, 1, 3) end
        for _, name in ipairs(trainer:calls()) do assert.is_not.equal("relu", name) end
        results[k] = m:get_weights()
      end
      same(results[2], results[1])
    end
  end)

  -- Convolutions as products, of one tap, in Winograd's way, of many channels and few, depthwise.
  it("makes batch normalization and a relu after a convolution one with it in inference", function()
    local layers = ln.layers
    local x = ln.random.normal({4, 26, 26, 16}, {seed = 3})
    local convolutions = {
      {layers.Conv2D, {5, 3, strides = 2}}, {layers.Conv2D, {32, 3, use_bias = false}},
      {layers.Conv2D, {20, 1, use_bias = false}}, {layers.Conv2D, {1, 1}},
      {layers.Conv2D, {6, 2, groups = 2}}, {layers.Conv2D, {3, 26}},
      {layers.DepthwiseConv2D, {3, use_bias = false}},
      {layers.DepthwiseConv2D, {3, padding = "same", depth_multiplier = 2}},
    }
    local activations = {
      {calls = 1, layers.ReLU, {max_value = 6}}, {calls = 1, layers.ReLU, {}},
      {calls = 1, layers.Activation, "relu6"}, {calls = 2, layers.ReLU, {max_value = 5}},
      {calls = 2, layers.ReLU, {negative_slope = 0.5}},
    }
    for _, conv in ipairs(convolutions) do
      for _, norm in ipairs{{}, {center = false}, {scale = false, epsilon = 0.5}} do
        for _, act in ipairs(activations) do
          local m = ln.Sequential{ln.Input{shape = {26, 26, 16}}, conv[1](conv[2]),
                                  layers.BatchNormalization(norm), act[1](act[2])}
          local weights = m:get_weights()
          for i, w in ipairs(weights) do   -- the last one is the variance
            weights[i] = ln.random.uniform(w.shape, {min = i < #weights and -1 or 1, max = 3,
                                                     seed = i})
          end
          m:set_weights(weights)
          local trainer = core.trainer(m)
          trainer:predict({}, 4, {x}, 1, 4)
          assert.equal("normalized_convolution", trainer:calls()[1])
          assert.equal(act.calls, #trainer:calls())
          assert.equal(m(x), m:predict(x, {verbose = 0}))
        end
      end
    end
  end)

  it("leaves batch normalization in training, of another axis, and after an activation", function()
    local layers = ln.layers
    local x = ln.random.normal({3, 6, 6, 2}, {seed = 3})
    for _, given in ipairs{{conv = {3, 3}, norm = {axis = 2}},
                           {conv = {3, 3, activation = "tanh"}, norm = {}}} do
      local m = ln.Sequential{ln.Input{shape = {6, 6, 2}}, layers.Conv2D(given.conv),
                              layers.BatchNormalization(given.norm)}
      local trainer = core.trainer(m)
      trainer:predict({}, 3, {x}, 1, 3)
      assert.same({"convolution", "batch_normalization"}, {table.unpack(trainer:calls())})
      assert.equal(m(x), m:predict(x, {verbose = 0}))
    end
  end)

  it("leaves a relu with options, and a dense layer that has an activation", function()
    ln.set_seed(1)
    local m = ln.Sequential{ln.Input{shape = {5}}, ln.layers.Dense(4),
      ln.layers.ReLU{max_value = 0.5}, ln.layers.Dense{3, activation = "sigmoid"},
      ln.layers.Activation("relu")}
    local calls = trained(m, {predict = true})
    assert.are.equal(2, calls.relu)
    assert.are.equal(m(ln.ones{2, 5}), m:predict(ln.ones{2, 5}, {verbose = 0}))
  end)

  it("keeps what someone else reads too", function()
    local function branch()
      ln.set_seed(1)
      local i = ln.Input{shape = {5}}
      local z = ln.layers.Dense(3)(i)
      return ln.Model{inputs = i, outputs = ln.layers.Add(){ln.layers.Activation("relu")(z), z}}
    end
    local calls, weights = trained(branch())
    assert.are.equal(1, calls.relu)
    same(select(2, trained(branch(), {eager = true})), weights)
    -- An output is kept, although a layer reads it too.
    ln.set_seed(1)
    local i = ln.Input{shape = {5}}
    local z = ln.layers.Dense(3)(i)
    local two = ln.Model{inputs = i, outputs = {z, ln.layers.Activation("relu")(z)}}
    local x = ln.random.normal({4, 5}, {seed = 1})
    for _ = 1, 2 do
      local expected, predicted = {two(x)}, {two:predict(x, {verbose = 0})}
      if #expected == 1 then expected, predicted = expected[1], predicted[1] end
      for k = 1, 2 do assert.are.equal(expected[k], predicted[k]) end
    end
    -- So is a layer whose output goes two ways, in the backward pass.
    local function fork()
      ln.set_seed(1)
      local input = ln.Input{shape = {5}}
      local h = ln.layers.Dense{6, activation = "relu"}(input)
      return ln.Model{inputs = input,
        outputs = ln.layers.Add(){ln.layers.Dense(3)(h), ln.layers.Dense(3)(h)}}
    end
    same(select(2, trained(fork(), {eager = true})), (select(2, trained(fork()))))
  end)

  it("computes a loss of probabilities from their logits", function()
    for activation, loss in pairs{softmax = ln.losses.CategoricalCrossentropy(),
                                  sigmoid = ln.losses.BinaryCrossentropy()} do
      local function net()
        ln.set_seed(1)
        return ln.Sequential{ln.Input{shape = {5}}, ln.layers.Dense(3),
                             ln.layers.Activation(activation)}
      end
      local y = ln.softmax(ln.random.normal({8, 3}, {seed = 4}))
      local calls, weights = trained(net(), {loss = loss, y = y})
      assert.is_number(calls[activation .. "_crossentropy"], table.concat(calls, " "))
      assert.is_nil(calls.log)
      same(select(2, trained(net(), {loss = loss, y = y, eager = true})), weights)
    end
    -- Not of a softmax over another axis.
    local other = ln.Sequential{ln.Input{shape = {5}}, ln.layers.Dense(3),
      ln.layers.Reshape{{3, 1}}, ln.layers.Softmax{axis = 2}, ln.layers.Flatten()}
    local calls = trained(other, {loss = ln.losses.CategoricalCrossentropy(),
      y = ln.one_hot(ln.tensor({0, 1, 2, 0, 1, 2, 0, 1}, {dtype = "int32"}), 3)})
    assert.is_nil(calls.softmax_crossentropy)
  end)

  it("takes a plain step where the gradient is computed", function()
    local function run(eager)
      return select(2, trained(chain "relu", {optimizer = ln.optimizers.SGD(0.1), eager = eager}))
    end
    same(run(true), run(false))
  end)
end)
