-- Steps of small models: what the trainer leaves out or does in another order changes no result.
local ln = require "lunate"

local function close(a, b, tolerance, what)
  assert.is_true((a - b):abs():max():item() <= tolerance, what)
end

-- One step of a model whose layers come from `layers(width)`, on the same numbers.
local function stepped(layers, rows, width)
  ln.set_seed(1)
  local model = ln.Sequential(layers(width))
  model:build{rows, 6}
  local weights = {}
  for i, w in ipairs(model:get_weights()) do weights[i] = ln.random.normal(w.shape) end
  model:set_weights(weights)
  model:compile{loss = "mse", optimizer = ln.optimizers.SGD(0.1)}
  local x, y = ln.random.normal{rows, 6}, ln.random.normal{rows, width}
  for _ = 1, 2 do model:train_on_batch(x, y) end   -- recorded, then replayed
  return model:get_weights()
end

describe("small steps", function()
  it("take the rows of any width that were asked for, in any order", function()
    for _, width in ipairs{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100} do
      for _, dtype in ipairs{"float32", "uint8", "float64"} do
        ln.set_seed(width)
        local x = (ln.random.uniform{50, width} * 10):floor():astype(dtype)
        local y = x:astype("float32"):sum{axis = 2, keepdims = true}
        local model = ln.Sequential{
          ln.layers.Dense{1, kernel_initializer = "ones", input_shape = {width}}}
        model:compile{loss = "mse", optimizer = ln.optimizers.SGD(0)}
        for _, weights in ipairs{false, ln.ones{50}} do
          local history = model:fit(x, y, {epochs = 2, batch_size = 8, verbose = 0,
            sample_weight = weights or nil})
          assert.are.same({0, 0}, history.history.loss, dtype .. " " .. width)
        end
      end
    end
  end)

  it("take dense layers of any width and activation through the same gradient", function()
    for _, activation in ipairs{"relu", "sigmoid", "tanh"} do
      for _, width in ipairs{1, 2, 3, 4, 5, 11, 15, 16, 17, 30, 33, 47, 64, 70, 100, 129} do
        for _, rows in ipairs{1, 7, 65, 130} do
          local fused = stepped(function(n)
            return {ln.layers.Dense{n, activation = activation}}
          end, rows, width)
          local apart = stepped(function(n)
            return {ln.layers.Dense(n), ln.layers.Activation(activation)}
          end, rows, width)
          for i, w in ipairs(fused) do
            close(w, apart[i], 2e-6, ("%s %d x %d"):format(activation, rows, width))
          end
        end
      end
    end
  end)

  it("carry gradients through several relu layers at once as one by one", function()
    for _, width in ipairs{1, 2, 5, 16, 17, 33, 100} do
      for _, rows in ipairs{1, 2, 3, 8, 32, 64, 65} do
        local fused = stepped(function(n)
          return {ln.layers.Dense{30, activation = "relu"},
                  ln.layers.Dense{21, activation = "relu"}, ln.layers.Dense(n)}
        end, rows, width)
        local apart = stepped(function(n)
          return {ln.layers.Dense(30), ln.layers.ReLU(), ln.layers.Dense(21), ln.layers.ReLU(),
                  ln.layers.Dense(n)}
        end, rows, width)
        for i, w in ipairs(fused) do
          local scale = math.max(1, apart[i]:abs():max():item())
          close(w, apart[i], 1e-5 * scale, ("%d x %d"):format(rows, width))
        end
      end
    end
  end)

  it("have a bias whatever the sizes", function()
    for _, inputs in ipairs{1, 2, 16, 17} do
      for _, rows in ipairs{1, 2, 3, 17, 40} do
        for _, units in ipairs{1, 2, 17} do
          local dense = ln.layers.Dense{units, activation = "relu"}
          dense:build{rows, inputs}
          local bias = ln.arange(units):astype("float32") - 1.5
          dense:set_weights{ln.ones{inputs, units}, bias}
          local wanted = (bias + inputs):maximum(0):broadcast_to{rows, units}
          assert.is_true((dense(ln.ones{rows, inputs}) - wanted):abs():max():item() == 0)
        end
      end
    end
  end)

  it("add up the gradients of an activation that has several uses", function()
    local results = {}
    for i, replay in ipairs{true, false} do
      ln.set_seed(3)
      local input = ln.Input{shape = {4}}
      local hidden = ln.layers.Dense{9, activation = "relu"}(input)
      local one, two = ln.layers.Dense(1)(hidden), ln.layers.Dense{7, activation = "relu"}(hidden)
      local sum = ln.layers.Dense(1)(ln.layers.concatenate{one, two, hidden})
      local model = ln.Model{inputs = input, outputs = sum}
      local x, y = ln.random.normal{32, 4}, ln.random.normal{32, 1}
      model:compile{loss = "mse", optimizer = ln.optimizers.SGD(0.1)}
      for _ = 1, 5 do
        if replay then
          model:train_on_batch(x, y)
        else
          local tape <close> = ln.GradientTape()
          local loss = ln.losses.mse(y, model(x, {training = true})):mean()
          model.optimizer:apply(tape:gradient(loss, model.trainable_variables),
            model.trainable_variables)
        end
      end
      results[i] = model:get_weights()
    end
    for k, w in ipairs(results[1]) do close(w, results[2][k], 1e-6, k) end
  end)

  it("give, replayed, what the same model gives when Lua runs it, to the bit", function()
    local Two = ln.Model:extend("Two")
    function Two:init(parts)
      self.hidden = parts[1]   -- one by one: their order is that of the weights
      self.main = parts[2]
      self.aux = parts[3]
    end
    function Two:call(x)
      local hidden = self.hidden(x)
      return self.main(hidden), self.aux(hidden)
    end
    local runs = {}
    for i = 1, 2 do
      ln.set_seed(4)
      local parts = {ln.layers.Dense{5, activation = "relu", kernel_regularizer = "l2"},
        ln.layers.Dense(1), ln.layers.Dense(3)}
      local input = ln.Input{shape = {4}}
      local model
      if i == 1 then
        local hidden = parts[1](input)
        model = ln.Model{inputs = input, outputs = {parts[2](hidden), parts[3](hidden)}}
      else
        model = Two(parts)
        model(ln.ones{1, 4})
      end
      local weights = {}
      for k, w in ipairs(model:get_weights()) do
        weights[k] = ln.random.normal(w.shape, {seed = k})
      end
      model:set_weights(weights)
      model:compile{loss = {"mse", "mae"}, loss_weights = {0.7, 0.2}, optimizer = "sgd"}
      local x = ln.random.normal({40, 4}, {seed = 10})
      local y = {ln.random.normal({40, 1}, {seed = 11}), ln.random.normal({40, 3}, {seed = 12})}
      local history = model:fit(x, y, {epochs = 3, batch_size = 16, shuffle = false, verbose = 0})
      runs[i] = {loss = history.history.loss, weights = model:get_weights()}
    end
    assert.are.same(runs[1].loss, runs[2].loss)
    for k, w in ipairs(runs[1].weights) do assert.are.equal(w, runs[2].weights[k]) end
  end)

  -- What is replayed keeps its activations in memory laid out for it, some in place of others.
  it("give the same to the bit replayed and run by Lua whatever their widths", function()
    local Chain = ln.Model:extend("Chain")
    function Chain:init(parts)
      self.first = parts[1]   -- one by one, as above
      self.second = parts[2]
      self.third = parts[3]
    end
    function Chain:call(x) return self.third(self.second(self.first(x))) end
    for _, widths in ipairs{ {30, 100, 1}, {17, 21, 1}, {37, 20, 3}, {33, 250, 1}, {5, 130, 2} } do
      for _, activation in ipairs{"relu", "tanh"} do
        for _, rows in ipairs{3, 32, 70} do
          local runs = {}
          for i = 1, 2 do
            ln.set_seed(6)
            local parts = {}
            for k, width in ipairs(widths) do
              parts[k] = ln.layers.Dense{width, activation = k < #widths and activation or nil}
            end
            local model = i == 1 and ln.Sequential(parts) or Chain(parts)
            model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 0.05}}
            local x = ln.random.normal({2 * rows, 8}, {seed = 20})
            local y = ln.random.normal({2 * rows, widths[3]}, {seed = 21})
            model:fit(x, y, {epochs = 3, batch_size = rows, shuffle = false, verbose = 0})
            runs[i] = model:get_weights()
            runs[i][#runs[i] + 1] = model:predict(x, {batch_size = rows})
          end
          for k, w in ipairs(runs[1]) do
            assert.is_true(w:isfinite():all())
            assert.are.equal(w, runs[2][k], ("%s %d x %s, %d"):format(activation, rows,
              table.concat(widths, "-"), k))
          end
        end
      end
    end
  end)

  it("draw dropout anew for every batch", function()
    local model = ln.Sequential{ln.layers.Dropout{0.5, input_shape = {50}},
      ln.layers.Dense{1, kernel_initializer = "ones"}}
    model:compile{loss = "mse", optimizer = ln.optimizers.SGD(0)}
    local seen = {}
    for i = 1, 4 do
      seen[i] = model:train_on_batch(ln.ones{8, 50}, ln.zeros{8, 1})
    end
    assert.is_true(seen[2] ~= seen[3] and seen[3] ~= seen[4])
  end)

  it("keep the averages of gradients that stay 0 from denormal numbers, which are slow", function()
    local v = ln.Variable(ln.ones{40}, {name = "w"})
    local optimizer = ln.optimizers.Adam(0.01)
    optimizer:apply({ln.ones{40}}, {v})
    for _ = 1, 1500 do optimizer:apply({ln.zeros{40}}, {v}) end
    local moment = optimizer.variables[3]
    assert.are.equal("w_momentum", moment.name)
    local left = moment.value:abs():max():item()
    assert.is_true(left == 0 or left >= 2^-126 and left < 1e-36)
  end)
end)
