-- make run SCRIPT=scripts/transfer_learning.lua
-- (add ARGS="epochs images" for other numbers than those below)
--
-- What a network has learnt of eight classes of clothes helps it with two others, of which it sees
-- a hundred images: its convolutions are frozen, and a new last layer is trained upon them. The
-- same network from scratch stands beside it.

local ln = require "lunate"
local layers = ln.layers

local epochs, n_images = tonumber(arg[1]) or 5, tonumber(arg[2]) or 40000
ln.set_seed(42)

local x_full, y_full, x_test, y_test = ln.datasets.fashion_mnist.load_data()
local PULLOVER, SHIRT = 2, 6   -- the two that are kept back: they look much alike

-- Images with one channel and class ids from 0, of the two classes or of all others.
local function select(x, y, is_kept_back)
  local chosen = ln.logical_or(y:eq(PULLOVER), y:eq(SHIRT))
  if not is_kept_back then chosen = ln.logical_not(chosen) end
  local places = chosen:nonzero():flatten()
  x, y = x:take(places, 1):expand_dims(-1), y:take(places, 1)
  if is_kept_back then return x, y:eq(SHIRT) end
  -- 0, 1, 3, 4, 5, 7, 8, 9 become 0 .. 7
  return x, y:astype("int32") - y:gt(PULLOVER) - y:gt(SHIRT)
end

local function convolutions()
  return ln.Sequential{
    layers.Rescaling{1 / 255, input_shape = {28, 28, 1}},
    layers.Conv2D{32, 3, activation = "relu"},
    layers.MaxPooling2D(2),
    layers.Conv2D{64, 3, activation = "relu"},
    layers.MaxPooling2D(2),
    layers.Flatten(),
    layers.Dense{64, activation = "relu"},
  }
end

-- Eight classes, many images.
local base = convolutions()
local classifier = ln.Sequential{base, layers.Dense{8, activation = "softmax"}}
classifier:compile{loss = "sparse_categorical_crossentropy", optimizer = "adam",
  metrics = {"accuracy"}}
local x, y = select(x_full[{ {1, n_images} }], y_full[{ {1, n_images} }], false)
classifier:fit(x, y, {epochs = epochs, batch_size = 64})

-- Two classes, a hundred images.
local x_few, y_few = select(x_full, y_full, true)
x_few, y_few = x_few[{ {1, 100} }], y_few[{ {1, 100} }]
local x_two, y_two = select(x_test, y_test, true)

local function accuracy_upon(body)
  local model = ln.Sequential{body, layers.Dropout(0.3), layers.Dense{1, activation = "sigmoid"}}
  model:compile{loss = "binary_crossentropy", optimizer = "adam", metrics = {"accuracy"}}
  model:fit(x_few, y_few, {epochs = 20 * epochs, batch_size = 20, verbose = 0})
  local _, accuracy = model:evaluate(x_two, y_two, {verbose = 0})
  return model, accuracy
end

base.trainable = false
local transferred, accuracy = accuracy_upon(base)
local _, from_scratch = accuracy_upon(convolutions())

-- Fine-tuning: with a last layer that fits, everything may move a little.
base.trainable = true
transferred:compile{loss = "binary_crossentropy", optimizer = ln.optimizers.Adam(1e-4),
  metrics = {"accuracy"}}
transferred:fit(x_few, y_few, {epochs = 5 * epochs, batch_size = 20, verbose = 0})
local _, tuned = transferred:evaluate(x_two, y_two, {verbose = 0})

print(("test accuracy: %.4f upon frozen convolutions, %.4f fine-tuned, %.4f from scratch"):format(
  accuracy, tuned, from_scratch))
