-- What train_spec runs by itself and under mpirun: small trainings, each of which gives what it
-- ended with. `lua models.lua FOLDER [CASE]`: process 0 writes FOLDER/<case>.npz and .json.
local ln = require "lunate"
local core = require "lunate.core"
local d = ln.distribution

d.set_distribution(d.DataParallel{timeout = 60})

local folder, only = arg[1], arg[2]
local L = ln.layers

local function normal(...) return ln.random.normal{...} end

local function by_rows(x) return x:sum{axis = 2, keepdims = true} * 0.3 end

local function callback(hooks) return ln.callbacks.LambdaCallback(hooks) end

local cases = {}

-- Batches of 32, 32, 32 and 1: of the last one most processes have no row.
function cases.housing()
  local x = normal(97, 8)
  local model = ln.Sequential{L.Dense{30, activation = "relu", input_shape = {8}}, L.Dense{1}}
  model:compile{loss = "mse", optimizer = ln.optimizers.SGD{0.05, momentum = 0.9},
    metrics = {"mae", ln.metrics.R2Score(), ln.metrics.RootMeanSquaredError()}}
  local xv = normal(23, 8)
  return model, model:fit(x, by_rows(x), {verbose = 0, epochs = 3,
    validation_data = {xv, by_rows(xv)}})
end

function cases.wide_and_deep()
  local wide, deep = ln.Input{shape = {5}, name = "wide"}, ln.Input{shape = {6}, name = "deep"}
  local hidden = L.Dense{12, activation = "relu"}(deep)
  local main = L.Dense{1, name = "main"}(L.concatenate{wide, hidden})
  local aux = L.Dense{1, activation = "sigmoid", name = "aux"}(hidden)
  local model = ln.Model{inputs = {wide, deep}, outputs = {main, aux}}
  model:compile{loss = {"huber", "binary_crossentropy"}, loss_weights = {0.9, 0.1},
    optimizer = ln.optimizers.Adam{0.01, global_clipnorm = 0.5},
    metrics = {{"mae"}, {"accuracy", ln.metrics.AUC(), ln.metrics.Precision()}},
    weighted_metrics = {{"mse"}, {}}}
  local x, z = normal(50, 5), normal(50, 6)
  return model, model:fit({x, z}, {by_rows(x), by_rows(z):gt(0)}, {verbose = 0, epochs = 3,
    batch_size = 14, sample_weight = {ln.random.uniform{50}, ln.random.uniform{50}},
    validation_split = 0.2})
end

function cases.convnet()
  local model = ln.Sequential{
    L.RandomFlip{"horizontal", input_shape = {8, 8, 2}}, L.RandomTranslation{0.2, 0.2},
    L.Conv2D{6, 3, use_bias = false}, L.BatchNormalization{synchronized = true, momentum = 0.8},
    L.Activation "relu", L.SpatialDropout2D(0.2), L.GaussianNoise(0.1), L.Flatten(),
    L.Dropout(0.4), L.Dense{3, activation = "softmax"}}
  model:compile{loss = "sparse_categorical_crossentropy", optimizer = "rmsprop",
    metrics = {"accuracy"}}
  local x = normal(41, 8, 8, 2)
  return model, model:fit(x, ln.arange(0, 41, 1, {dtype = "int64"}):mod(3), {verbose = 0,
    epochs = 2, batch_size = 16, class_weight = {[0] = 1, [1] = 2, [2] = 0.5}})
end

-- A mask, whose steps are counted over the whole batch.
if rawget(ln.layers, "LSTM") or pcall(function() return ln.layers.LSTM end) then
  function cases.lstm()
    local model = ln.Sequential{L.Masking{input_shape = {5, 3}},
      L.LSTM{6, return_sequences = true, dropout = 0.2}, L.Dense{1}}
    model:compile{loss = "mse", optimizer = "adam", metrics = {"mae"}}
    local x = normal(21, 5, 3) * ln.random.uniform{21, 5, 1}:gt(0.4)
    return model, model:fit(x, x:sum{axis = 3, keepdims = true}, {verbose = 0, epochs = 2,
      batch_size = 10})
  end
end

function cases.masks()
  local model = ln.Sequential{L.Embedding{9, 4, mask_zero = true, input_shape = {6}},
    L.Dense{1}}
  model:compile{loss = ln.losses.MeanSquaredError{reduction = "mean_with_sample_weight"},
    optimizer = "sgd"}
  local ids = (ln.random.uniform{23, 6} * 9):astype("int64")
  return model, model:fit(ids, ids:astype("float32"):expand_dims(3) * 0.1, {verbose = 0, epochs = 2,
    batch_size = 8, sample_weight = ln.random.uniform{23, 6}})
end

function cases.mean_of_a_mask()
  local model = ln.Sequential{L.Masking{input_shape = {5, 3}},
    L.Dense{1, activity_regularizer = "l2", kernel_regularizer = "l2"}}
  model:compile{loss = "mse", optimizer = "sgd", metrics = {"mae"}}
  local x = normal(21, 5, 3) * ln.random.uniform{21, 5, 1}:gt(0.4)
  return model, model:fit(x, x:sum{axis = 3, keepdims = true}, {verbose = 0, epochs = 2,
      batch_size = 10})
end

function cases.sum_of_a_batch()
  local model = ln.Sequential{L.Dense{2, input_shape = {3}}}
  model:compile{loss = ln.losses.MeanSquaredError{reduction = "sum"},
    optimizer = ln.optimizers.SGD{0.002}}
  local x = normal(17, 3)
  return model, model:fit(x, x:tanh()[{ {}, {1, 2} }], {verbose = 0, epochs = 2, batch_size = 5})
end

function cases.accumulation()
  local schedule = ln.schedules.ExponentialDecay{0.02, decay_steps = 3, decay_rate = 0.7}
  local model = ln.Sequential{L.Dense{7, activation = "tanh", input_shape = {4}}, L.Dense{1}}
  model:compile{loss = "mse", optimizer = ln.optimizers.AdamW{schedule, clipnorm = 0.3,
    gradient_accumulation_steps = 2, use_ema = true, ema_momentum = 0.9, loss_scale_factor = 64}}
  local x = normal(45, 4)
  return model, model:fit(x, by_rows(x), {verbose = 0, epochs = 3, batch_size = 9})
end

function cases.many_metrics()
  local Largest = ln.metrics.Metric:extend("Share")
  function Largest:init() self.sum = self:add_weight{name = "sum"} end
  function Largest:update_state(_, y_pred) self.sum:assign(self.sum + y_pred:sum()) end
  function Largest:result() return self.sum:value():item() end
  local Watched = L.Dense:extend("Watched")
  function Watched:call(x)
    local y = Watched.super.call(self, x)
    self:add_metric(y:abs():mean(), {name = "size"})
    return y
  end
  local model = ln.Sequential{Watched{5, input_shape = {4}}, L.Dense{3, activation = "softmax"}}
  model:compile{loss = "categorical_crossentropy", optimizer = "sgd", metrics = {"accuracy",
    ln.metrics.F1Score{average = "macro"}, ln.metrics.OneHotMeanIoU{3}, ln.metrics.Recall(),
    ln.metrics.SensitivityAtSpecificity(0.5), ln.metrics.TopKCategoricalAccuracy{2},
    ln.metrics.CosineSimilarity(), Largest{name = "share"}}}
  local x = normal(32, 4)
  local labels = core.functions.one_hot(ln.arange(0, 32, 1, {dtype = "int64"}):mod(3), 3)
  return model, model:fit(x, labels, {verbose = 0, epochs = 2, batch_size = 16})
end

-- What is computed in Lua, recorded and not, and by a step of its own.
local Plain = ln.Model:extend("Plain")
function Plain:init()
  self.hidden, self.noise = L.Dense{6, activation = "relu"}, L.Dropout(0.3)
  self.last = L.Dense{1}
end
function Plain:call(x, options) return self.last(self.noise(self.hidden(x), options)) end

local function plain(options)
  local model, x = Plain(), normal(39, 4)
  options.loss, options.optimizer = "mse", ln.optimizers.SGD{0.1, momentum = 0.5}
  model:compile(options)
  return model, model:fit(x, by_rows(x), {verbose = 0, epochs = 2, batch_size = 12})
end
function cases.lua_model() return plain{} end
function cases.replayed() return plain{replay = true} end
function cases.eager() return plain{run_eagerly = true} end

function cases.own_step()
  local Own = Plain:extend("Own")
  function Own:train_step(x, y)
    local tape <close> = ln.GradientTape()
    local loss = ln.losses.mse(y, self(x, {training = true})):mean()
    local gradients = d.all_reduce(tape:gradient(loss, self.trainable_variables))
    self.optimizer:apply(gradients, self.trainable_variables)
    return {loss = loss}
  end
  local model, x = Own(), normal(37, 4)
  model:compile{optimizer = "adam"}
  return model, model:fit(x, by_rows(x), {verbose = 0, epochs = 2, batch_size = 12})
end

function cases.own_loop()
  local model = ln.Sequential{L.Dense{8, activation = "relu", input_shape = {4}},
    L.BatchNormalization{synchronized = true}, L.Dropout(0.25), L.Dense{1}}
  local optimizer, x = ln.optimizers.Adam{0.01}, normal(50, 4)
  local losses = {}
  for epoch = 1, 2 do
    local sum = 0
    for xb, yb in ln.data.batches(x, by_rows(x), {batch_size = 14, shuffle = true}) do
      local xp, yp = d.part(xb, yb)
      local tape <close> = ln.GradientTape()
      local loss = ln.losses.mse(yp, model(xp, {training = true})):mean()
      local gradients = tape:gradient(loss, model.trainable_variables)
      d.all_reduce(gradients)
      optimizer:apply(gradients, model.trainable_variables)
      sum = sum + d.all_reduce(loss:item()) * #xb
    end
    losses[epoch] = sum / #x
  end
  d.part()
  return model, {history = {loss = losses}}
end

function cases.dataset()
  local x = normal(37, 3)
  local ds = ln.data.Dataset.from_tensors(x, by_rows(x)):shuffle(37):batch(8)
  local model = ln.Sequential{L.Dense{1, input_shape = {3}}}
  model:compile{loss = "mse", optimizer = "sgd"}
  return model, model:fit(ds, nil, {verbose = 0, epochs = 3, validation_data = ds})
end

function cases.mix_up()
  local pictures = ln.Input{shape = {4, 4, 1}}
  local mixed = L.MixUp()(L.CutMix()(pictures))
  local model = ln.Model{inputs = pictures,
    outputs = L.Dense{1}(L.Flatten()(L.RandomErasing{1}(mixed)))}
  model:compile{loss = "mse", optimizer = "sgd"}
  local x = ln.random.uniform{13, 4, 4, 1} * 255
  return model, model:fit(x / 255, x:mean{axis = {2, 3}} / 255, {verbose = 0, epochs = 2,
    batch_size = 6})
end

function cases.callbacks()
  local model = ln.Sequential{L.Dense{4, activation = "relu", input_shape = {3}}, L.Dense{1}}
  model:compile{loss = "mse", optimizer = ln.optimizers.SGD{0.1}, metrics = {"mae"}}
  local x, seen = normal(30, 3), {}
  local history = model:fit(x, by_rows(x), {verbose = 0, epochs = 30, batch_size = 8,
    validation_split = 0.2,
    callbacks = {ln.callbacks.EarlyStopping{patience = 2, restore_best_weights = true},
      ln.callbacks.ReduceLROnPlateau{patience = 1, factor = 0.3},
      callback{on_batch_end = function(_, logs) seen[#seen + 1] = logs.mae end}}})
  history.history.seen = seen
  return model, history
end

function cases.by_batch()
  local model = ln.Sequential{L.Dense{4, activation = "relu", input_shape = {3}}, L.Dense{1}}
  model:compile{loss = "mse", optimizer = "adam", metrics = {"mae"}}
  local x, list = normal(30, 3), {}
  for i = 1, 3 do
    local rows = x[{ {10 * i - 9, 10 * i} }]
    list[2 * i - 1], list[2 * i] = model:train_on_batch(rows, by_rows(rows))
  end
  local loss, mae = model:evaluate(x, by_rows(x), {batch_size = 7, verbose = 0})
  return model, {history = {trained = list, tested = {loss, mae},
    on_batch = {model:test_on_batch(x, by_rows(x))}}}
end

-- Statistics by process: not what one process has, but the same on all.
function cases.by_process()
  local model = ln.Sequential{L.Dense{4, input_shape = {3}}, L.BatchNormalization(), L.Dense{1}}
  model:compile{loss = "mse", optimizer = "sgd"}
  local x = normal(30, 3)
  return model, model:fit(x, by_rows(x), {verbose = 0, epochs = 2, batch_size = 8})
end

local names = {}
for name in pairs(cases) do names[#names + 1] = name end
table.sort(names)
for _, name in ipairs(names) do
  if not only or name == only then
    ln.set_seed(7)
    local model, history = cases[name]()
    local weights = {}
    for i, w in ipairs(model:get_weights()) do
      weights[("%02d"):format(i)] = w
      local all = d.all_gather(w:reshape{1, -1})
      for k = 2, d.size() do assert(all[k] == all[1], name .. ": weights of processes differ") end
    end
    local keys = {}
    for key in pairs(history.history) do keys[#keys + 1] = key end
    table.sort(keys)
    for _, key in ipairs(keys) do
      for i, value in ipairs(history.history[key]) do
        local all = d.all_gather(ln.tensor(value, {dtype = "float64"}))
        for k = 2, d.size() do
          assert(all[k] == all[1], ("%s: %s[%d] differs"):format(name, key, i))
        end
      end
    end
    if d.rank() == 0 then
      ln.save(("%s/%s.npz"):format(folder, name), weights)
      local file <close> = assert(io.open(("%s/%s.json"):format(folder, name), "w"))
      file:write(core.json_encode(history.history))
    end
  end
end
