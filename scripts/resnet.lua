-- make run SCRIPT=scripts/resnet.lua
-- (add ARGS="epochs images" for other numbers than those below)
--
-- A residual network (He et al., 2015) on Fashion-MNIST: blocks that add to their input what they
-- compute of it, so that gradients pass through many layers. The pictures are turned over and
-- shifted at random, another way each time, which makes a small data set a large one.

local ln = require "lunate"
local layers = ln.layers

local epochs, n_images = tonumber(arg[1]) or 12, tonumber(arg[2]) or 55000
ln.set_seed(42)

local x_full, y_full, x_test, y_test = ln.datasets.fashion_mnist.load_data()
local x, y = x_full:expand_dims(-1), y_full
local x_train, y_train = x[{ {5001, 5000 + n_images} }], y[{ {5001, 5000 + n_images} }]

local function convolution(h, filters, strides)
  h = layers.Conv2D{filters, 3, strides = strides, padding = "same", use_bias = false,
    kernel_initializer = "he_normal"}(h)
  return layers.BatchNormalization{momentum = 0.9}(h)
end

-- Two convolutions beside a way around them; where they halve the picture, so does the way.
local function block(h, filters, strides)
  local around = h
  if strides > 1 then
    around = layers.Conv2D{filters, 1, strides = strides, use_bias = false}(h)
    around = layers.BatchNormalization{momentum = 0.9}(around)
  end
  local inner = layers.ReLU()(convolution(h, filters, strides))
  return layers.ReLU()(layers.Add()({convolution(inner, filters, 1), around}))
end

local input = ln.Input{28, 28, 1}
local h = layers.Rescaling{1 / 255}(input)
h = layers.RandomFlip("horizontal")(h)
h = layers.RandomTranslation{0.1, 0.1, fill_mode = "constant"}(h)
h = layers.ReLU()(convolution(h, 16, 1))
for stage, filters in ipairs{16, 32, 64} do
  for i = 1, 2 do h = block(h, filters, stage > 1 and i == 1 and 2 or 1) end
end
h = layers.GlobalAveragePooling2D()(h)
local model = ln.Model{inputs = input, outputs = layers.Dense{10, activation = "softmax"}(h)}
print(("%d layers, %d parameters"):format(#model.layers, model:count_params()))

local batch = 64
model:compile{
  loss = "sparse_categorical_crossentropy",
  optimizer = ln.optimizers.SGD{
    learning_rate = ln.schedules.CosineDecay{0.1, epochs * math.ceil(n_images / batch)},
    momentum = 0.9, nesterov = true, weight_decay = 5e-4,
  },
  metrics = {"accuracy"},
}
local history = model:fit(x_train, y_train, {epochs = epochs, batch_size = batch,
  validation_data = {x[{ {1, 5000} }], y[{ {1, 5000} }]}})

local progress = ln.plot.figure{columns = 2}
progress:history(history)
ln.utils.save_figure(progress, "resnet_history.png")

local _, accuracy = model:evaluate(x_test:expand_dims(-1), y_test, {verbose = 0})
print(("test accuracy: %.4f"):format(accuracy))
