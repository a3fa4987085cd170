-- make run SCRIPT=scripts/transfer_learning.lua
-- (add ARGS="epochs images" for other numbers than those below)
--
-- A network that has learnt eight classes of clothes goes on with two others, of which it sees a
-- hundred images: its convolutions are frozen, and a new last layer is trained upon them; then all
-- of it moves a little. The same network from scratch stands beside it: the figure shows how many
-- passes over the hundred images each takes to get how far, and whether what was learnt helped.

local ln = require "lunate"
local layers = ln.layers

local epochs, n_images = tonumber(arg[1]) or 5, tonumber(arg[2]) or 40000
ln.set_seed(42)

local x_full, y_full, x_test, y_test = ln.datasets.fashion_mnist.load_data()
local SHIRT, PULLOVER = 0, 2   -- the two that are kept back: T-shirts and pullovers

-- Images with one channel and class ids from 0, of the two classes or of all others.
local function select(x, y, is_kept_back)
  local chosen = ln.logical_or(y:eq(SHIRT), y:eq(PULLOVER))
  if not is_kept_back then chosen = ln.logical_not(chosen) end
  local places = chosen:nonzero():flatten()
  x, y = x:take(places, 1):expand_dims(-1), y:take(places, 1)
  if is_kept_back then return x, y:eq(PULLOVER) end
  -- 1, 3, 4, 5, 6, 7, 8, 9 become 0 .. 7
  return x, y:astype("int32") - y:gt(SHIRT) - y:gt(PULLOVER)
end

local function convolutions()
  return ln.Sequential{
    layers.Rescaling{1 / 255, input_shape = {28, 28, 1}},
    layers.Conv2D{32, 3, activation = "relu"},
    layers.MaxPooling2D(2),
    layers.Conv2D{64, 3, activation = "relu"},
    layers.MaxPooling2D(2),
    layers.Flatten(),
  }
end

-- Eight classes, many images.
local base = convolutions()
local classifier = ln.Sequential{base, layers.Dropout(0.3), layers.Dense{8, activation = "softmax"}}
classifier:compile{loss = "sparse_categorical_crossentropy", optimizer = "adam",
  metrics = {"accuracy"}}
local x, y = select(x_full[{ {1, n_images} }], y_full[{ {1, n_images} }], false)
classifier:fit(x, y, {epochs = epochs, batch_size = 64})

-- Two classes, a hundred images.
local x_few, y_few = select(x_full, y_full, true)
x_few, y_few = x_few[{ {1, 100} }], y_few[{ {1, 100} }]
local x_two, y_two = select(x_test, y_test, true)

-- Trains for so many passes; the test accuracy after each.
local function train(model, rate, passes)
  model:compile{loss = "binary_crossentropy", optimizer = ln.optimizers.Adam(rate),
    metrics = {"accuracy"}}
  return model:fit(x_few, y_few, {epochs = passes, batch_size = 20, verbose = 0,
    validation_data = {x_two, y_two}}).history.val_accuracy
end

local function classifier_upon(body)
  return ln.Sequential{body, layers.Dropout(0.3), layers.Dense{1, activation = "sigmoid"}}
end

base.trainable = false
local transferred = classifier_upon(base)
local upon_frozen = train(transferred, 1e-3, 2 * epochs)
base.trainable = true   -- fine-tuning: with a last layer that fits, everything may move a little
local tuned = train(transferred, 1e-4, 2 * epochs)
local from_scratch = train(classifier_upon(convolutions()), 1e-3, 4 * epochs)

local in_two_steps = table.move(tuned, 1, #tuned, #upon_frozen + 1, {table.unpack(upon_frozen)})
local figure = ln.plot.figure()
figure:line({in_two_steps, from_scratch}, {
  title = "T-shirt or pullover? A hundred images to learn from",
  names = {"what eight classes taught", "from scratch"},
  xlabel = "passes over the images", ylabel = "test accuracy",
})
ln.utils.save_figure(figure, "transfer_learning.png")

print(("test accuracy: %.4f upon frozen convolutions, %.4f fine-tuned, %.4f from scratch"):format(
  upon_frozen[#upon_frozen], tuned[#tuned], from_scratch[#from_scratch]))
