-- lua5.4 scripts/bench/lunate.lua <workload>      (all of them: scripts/bench/run.lua)
--
-- lunate's side of the benchmarks. A workload prints one line: its name, the threads, and the time
-- of one unit of work (a sample, a call, a pass over an array) in microseconds. The other sides,
-- peer_torch.py and peer_onnx.mjs, have workloads of the same names.

local ln = require "lunate"
local core = require "lunate.core"   -- its monotonic clock
local models = dofile "scripts/bench/models.lua"

ln.set_seed(0)

local mlp, MLP, HOUSING = models.mlp, models.MLP, models.HOUSING

-- Seconds of the fastest of several stretches of f, for one call.
local function per_call(f, seconds)
  local count, best, begun = 1, math.huge, core.clock()
  f()
  repeat
    local start = core.clock()
    for _ = 1, count do f() end
    local time = core.clock() - start
    if time < 0.02 then
      count = count * 2
    else
      best = math.min(best, time / count)
    end
  until best < math.huge and core.clock() - begun > (seconds or 1)
  return best
end

-- ---- data

-- Real Fashion-MNIST from $LUNATE_DATA if it is there, else random numbers of the same size.
local function images(samples)
  local folder = os.getenv "LUNATE_DATA"
  local file = folder and io.open(folder .. "/fashion-mnist/train-images-idx3-ubyte.gz")
  if file then
    file:close()
    local x, y = ln.datasets.fashion_mnist.load_data()
    return x[{ {1, samples} }], y[{ {1, samples} }]
  end
  local x = ln.zeros({samples, 28, 28}, {dtype = "uint8"})
  for first = 1, samples, 1000 do
    local last = math.min(first + 999, samples)
    x[{ {first, last} }] = (ln.random.uniform{last - first + 1, 28, 28} * 256):astype("uint8")
  end
  return x, (ln.random.uniform{samples} * 10):astype("uint8")
end

-- ---- models

local WideAndDeep = ln.Model:extend("WideAndDeep")
function WideAndDeep:init()
  self.hidden1 = ln.layers.Dense{30, activation = "relu"}
  self.hidden2 = ln.layers.Dense{30, activation = "relu"}
  self.main_output = ln.layers.Dense(1)
  self.aux_output = ln.layers.Dense(1)
end
function WideAndDeep:call(inputs)
  local hidden = self.hidden2(self.hidden1(inputs[2]))
  return self.main_output(ln.layers.concatenate{inputs[1], hidden}), self.aux_output(hidden)
end

-- ---- kinds of work

-- Microseconds a sample, of the fastest epoch of fit.
local function training(model, x, y, n, batch_size, epochs)
  local Clock = ln.callbacks.Callback:extend("Clock")
  local best = math.huge
  function Clock:on_epoch_begin() self.begun = core.clock() end
  function Clock:on_epoch_end() best = math.min(best, core.clock() - self.begun) end
  model:fit(x, y, {epochs = epochs, batch_size = batch_size, verbose = 0, callbacks = {Clock()}})
  return best / n
end

local function fashion(batch_size, epochs)
  local x, y = images(60000)
  x = x:reshape{60000, 784}:astype("float32") / 255
  return training(mlp(MLP, "softmax"), x, y, 60000, batch_size, epochs)
end

local function housing(optimizer)
  local n = 15480
  return training(mlp(HOUSING, "linear", optimizer), ln.random.uniform{n, 8},
    ln.random.normal{n, 1}, n, 32, 20)
end

local function wide_and_deep(model, epochs)
  local n = 11610
  local y = ln.random.normal{n, 1}
  model:compile{loss = {"mse", "mse"}, loss_weights = {0.9, 0.1},
                optimizer = ln.optimizers.SGD{learning_rate = 1e-3}}
  return training(model, {ln.random.uniform{n, 5}, ln.random.uniform{n, 6}}, {y, y}, n, 32, epochs)
end

local function one_row(sizes, output)
  local model, x = mlp(sizes, output), ln.random.uniform{1, sizes[1]}
  return per_call(function() model:predict(x) end)
end

-- Samples of a classifier's input; labels for them.
local function samples(n, shape)
  return ln.random.uniform{n, table.unpack(shape)}, (ln.random.uniform{n} * 10):astype("int32")
end

local function predicting(model, x, batch_size)
  local n = x.shape[1]
  return per_call(function() model:predict(x, {batch_size = batch_size}):close() end, 2) / n
end

-- One pass over a float32 array of `size` numbers, as rows of 100.
local function elementwise(f, size)
  local x = ln.random.normal{size // 100, 100}
  return per_call(function() f(x):close() end, 2)
end

-- A GPT of 85 ids, a batch of windows of 64, each the next one of itself.
local function gpt_ids(batch)
  return (ln.random.uniform{batch, 64} * 85):floor():astype("int32")
end

local function gpt_predict(batch)
  local model, ids = models.gpt(85), gpt_ids(batch)
  return per_call(function() model:predict_on_batch(ids):close() end) / batch
end

-- Normalization of 10,000 rows of 100, forward and back.
local function forward_and_back(x, f)
  local slope = ln.random.normal(x.shape)
  return per_call(function()
    local tape <close> = ln.GradientTape()
    tape:watch(x)
    tape:gradient(f(x), x, {output_gradients = slope}):close()
  end, 2)
end

local workloads = {
  gpt_train = function()
    local model, ids = models.gpt(85), gpt_ids(32)
    model:compile{optimizer = "adamw",
      loss = ln.losses.SparseCategoricalCrossentropy{from_logits = true}}
    return per_call(function() model:train_on_batch(ids, ids) end, 3) / 32
  end,
  gpt_predict = function() return gpt_predict(32) end,
  gpt_predict_one = function() return gpt_predict(1) end,
  gpt_generate = function()
    local model, first = models.gpt(85), gpt_ids(1)[{ {}, {1, 1} }]
    return per_call(function()
      local cache <close>, ids = ln.KeyValueCache(64), first
      for _ = 1, 64 do
        ids = model(ids, {cache = cache})[{ {}, -1 }]:argmax{axis = -1}:expand_dims(-1) - 1
      end
    end, 2) / 64
  end,
  attention_2048 = function()
    local q, k, v = ln.random.normal{1, 2048, 8, 64}, ln.random.normal{1, 2048, 8, 64},
      ln.random.normal{1, 2048, 8, 64}
    local slope = ln.random.normal(q.shape)
    return per_call(function()
      local tape <close> = ln.GradientTape()
      tape:watch{q, k, v}
      local y = ln.dot_product_attention(q, k, v)
      for _, g in ipairs(tape:gradient(y, {q, k, v}, {output_gradients = slope})) do g:close() end
      y:close()
    end, 3)
  end,
  layer_normalization_1e6 = function()
    local layer = ln.layers.LayerNormalization()
    return forward_and_back(ln.random.normal{10000, 100}, function(x) return layer(x) end)
  end,
  fashion = function() return fashion(32, 3) end,
  fashion_256 = function() return fashion(256, 3) end,
  housing = function() return housing() end,
  housing_adam = function() return housing("adam") end,
  wide_and_deep = function() return wide_and_deep(models.wide_and_deep(), 20) end,
  wide_and_deep_subclassed = function() return wide_and_deep(WideAndDeep(), 10) end,
  predict = function()
    local model, x = mlp(MLP, "softmax"), ln.random.uniform{10000, 784}
    return per_call(function() model:predict(x, {batch_size = 32}):close() end) / 10000
  end,
  convnet = function()
    local n = 3200
    local x, y = images(n)
    x = x:reshape{n, 28, 28, 1}:astype("float32") / 255
    return training(models.convnet(), x, y, n, 32, 3)
  end,
  convnet_predict = function()
    return predicting(models.convnet(), (samples(10000, {28, 28, 1})), 32)
  end,
  resnet20 = function()
    local x, y = samples(320, {32, 32, 3})
    return training(models.resnet20(), x, y, 320, 32, 3)
  end,
  mobilenet = function()
    return predicting(models.mobilenet(), (samples(320, {64, 64, 3})), 32)
  end,
  mobilenet_one = function()
    return predicting(models.mobilenet(), (samples(1, {64, 64, 3})), 1)
  end,
  predict_one = function() return one_row(MLP, "softmax") end,
  housing_predict_one = function() return one_row(HOUSING, "linear") end,
  housing_train_one = function()
    local model, x, y = mlp(HOUSING, "linear"), ln.random.uniform{1, 8}, ln.random.normal{1, 1}
    return per_call(function() model:train_on_batch(x, y) end)
  end,
  housing_fit_one = function()
    local model, x, y = mlp(HOUSING, "linear"), ln.random.uniform{1, 8}, ln.random.normal{1, 1}
    local options = {epochs = 1, verbose = 0}
    return per_call(function() model:fit(x, y, options) end)
  end,
  small_ops = function()
    local a, b = ln.random.uniform{10, 10}, ln.random.uniform{10, 10}
    return per_call(function()
      for _ = 1, 250 do
        local c = a + b
        c = c * a
        c = c - b
        ln.tanh(c)
      end
    end) / 1000
  end,
  dropout_1e6 = function()
    local layer, options = ln.layers.Dropout(0.5), {training = true}
    return elementwise(function(x) return layer(x, options) end, 1000000)
  end,
  multiply_1e6 = function()
    return elementwise(function(x) return x * x end, 1000000)
  end,
  copy = function()
    local from, to = ln.random.uniform{30000000}, ln.zeros{30000000}
    return per_call(function() to[{}] = from end, 2)
  end,
}

local functions = {
  exp = ln.exp, tanh = ln.tanh, gelu = ln.gelu,
  softmax = function(x) return ln.softmax(x) end,
  statistics = function(x)
    x:mean{axis = -1}:close()
    return x:var{axis = -1}
  end,
}
for name, f in pairs(functions) do
  workloads[name .. "_1e6"] = function() return elementwise(f, 1000000) end
  workloads[name .. "_3e7"] = function() return elementwise(f, 30000000) end
end

for _, n in ipairs{64, 128, 256, 512, 1024, 2048} do
  workloads["product_" .. n] = function()
    local a, b = ln.random.uniform{n, n}, ln.random.uniform{n, n}
    return per_call(function() a:matmul(b):close() end, n > 1000 and 3 or 1)
  end
end

-- f(...) forward and back, for all that it is given: a layer in the middle of a network.
local function both_ways(f, ...)
  local inputs = {...}
  local slope = ln.random.normal(f(...).shape)
  return per_call(function()
    local tape <close> = ln.GradientTape()
    tape:watch(inputs)
    local y = f(table.unpack(inputs))
    for _, gradient in ipairs(tape:gradient(y, inputs, {output_gradients = slope})) do
      gradient:close()
    end
    y:close()
  end, 3)
end

local function convolution(size, channels, filters, taps, options)
  local depthwise = filters == nil
  local x = ln.random.normal{32, size, size, channels}
  local kernel = ln.random.normal(depthwise and {taps, taps, channels, 1}
    or {taps, taps, channels, filters})
  local conv = depthwise and ln.depthwise_conv or ln.conv
  options.padding = "same"
  return both_ways(function(a, k) return conv(a, k, options) end, x, kernel)
end
workloads.conv_3x3 = function() return convolution(56, 64, 64, 3, {}) end
workloads.conv_1x1 = function() return convolution(56, 64, 64, 1, {}) end
workloads.conv_7x7 = function() return convolution(112, 3, 64, 7, {strides = 2}) end
workloads.conv_depthwise = function() return convolution(56, 64, nil, 3, {}) end

-- ---- sequences

-- A step of training on one batch of sequences, over and over.
local function sequence_training(layer, x, options)
  local model = ln.Sequential{layer, ln.layers.Dense(1)}
  model:compile{loss = "mse", optimizer = "adam"}
  local n = x.shape[1]
  return training(model, x, ln.random.normal{n, 1}, n // 32, 32, options or 6)
end

local function lstm_model()
  return ln.Sequential{ln.layers.LSTM{128, input_shape = {100, 32}}, ln.layers.Dense(1)}
end

workloads.lstm = function()
  return sequence_training(ln.layers.LSTM(128), ln.random.normal{640, 100, 32})
end
workloads.gru = function()
  return sequence_training(ln.layers.GRU(128), ln.random.normal{640, 100, 32})
end
-- 20 to 200 steps of ids, 0 behind the last.
workloads.bilstm_masked = function()
  local n = 640
  local lengths = (ln.random.uniform{n, 1} * 180):floor() + 20
  local ids = (ln.random.uniform{n, 200} * 9999):floor() + 1
  ids = ids * ln.arange(200):expand_dims(1):le(lengths):astype("float32")
  local model = ln.Sequential{ln.layers.Embedding{10000, 64, mask_zero = true},
    ln.layers.Bidirectional(ln.layers.LSTM(64)), ln.layers.Dense(1)}
  model:compile{loss = "mse", optimizer = "adam"}
  return training(model, ids, ln.random.normal{n, 1}, n // 32, 32, 4)
end
workloads.lstm_predict = function()
  local model, x = lstm_model(), ln.random.normal{32, 100, 32}
  return per_call(function() model:predict(x):close() end)
end
workloads.lstm_predict_one = function()
  local model, x = lstm_model(), ln.random.normal{1, 100, 32}
  return per_call(function() model:predict(x):close() end)
end
-- Rows of 64 numbers, taken and back.
workloads.embedding_1e6 = function()
  local layer = ln.layers.Embedding{20000, 64}
  local ids = (ln.random.uniform{15625} * 20000):floor():astype("int32")
  local slope = ln.random.normal(layer(ids).shape)
  return per_call(function()
    local tape <close> = ln.GradientTape()
    local y = layer(ids)
    tape:gradient(y, layer.embeddings, {output_gradients = slope}):close()
    y:close()
  end, 2)
end

-- ---- images

-- Running statistics move, too.
function workloads.batch_norm()
  local layer = ln.layers.BatchNormalization()
  local x, options = ln.random.normal{32, 56, 56, 64}, {training = true}
  layer(x)
  local scale, offset = layer.gamma, layer.beta
  local slope = ln.random.normal(x.shape)
  return per_call(function()
    local tape <close> = ln.GradientTape()
    tape:watch(x)
    local y = layer(x, options)
    for _, gradient in ipairs(tape:gradient(y, {x, scale, offset}, {output_gradients = slope})) do
      gradient:close()
    end
    y:close()
  end, 3)
end
for name, options in pairs{max_pool_2 = {pool_size = 2},
                           max_pool_3 = {pool_size = 3, strides = 2, padding = "same"}} do
  workloads[name] = function()
    return both_ways(function(x) return ln.max_pool(x, options.pool_size, options) end,
      ln.random.normal{32, 112, 112, 64})
  end
end

-- Ways to make a batch of pictures another one.
local function pictures(f)
  local x = ln.random.uniform{32, 224, 224, 3}
  return per_call(function() f(x):close() end, 2)
end
function workloads.resize()
  return pictures(function(x) return ln.image.resize(x, {160, 160}) end)
end
for name, layers in pairs{flip = {ln.layers.RandomFlip()}, rotate = {ln.layers.RandomRotation(0.1)},
    zoom = {ln.layers.RandomZoom(0.2)},
    augment = {ln.layers.RandomFlip(), ln.layers.RandomRotation(0.1), ln.layers.RandomZoom(0.2)}} do
  workloads[name] = function()
    local options = {training = true}
    return pictures(function(x)
      for i, layer in ipairs(layers) do
        local y = layer(x, options)
        if i > 1 then x:close() end
        x = y
      end
      return x
    end)
  end
end

-- Microseconds a picture of a folder of JPEG files, which run.lua has made.
function workloads.image_folder()
  local folder = arg[2] or error("image_folder wants the folder", 0)
  local ds = ln.utils.image_dataset_from_directory(folder,
    {image_size = {64, 64}, label_mode = false, shuffle = false, verbose = false})
  local n = #ds.file_paths
  return per_call(function()
    for x in ds:iterate() do x:close() end
  end, 3) / n
end

local run = workloads[arg[1]]
if not run then
  local names = {}
  for name in pairs(workloads) do names[#names + 1] = name end
  table.sort(names)
  error("usage: lunate.lua " .. table.concat(names, "|"), 0)
end
print(("%s threads=%d us=%.5f"):format(arg[1], ln.threads(), run() * 1e6))
