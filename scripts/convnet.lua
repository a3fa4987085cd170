-- make run SCRIPT=scripts/convnet.lua
-- (add ARGS="epochs images" for other numbers than those below)
--
-- A small convolutional network on Fashion-MNIST: filters that slide over the image see a seam or a
-- sleeve wherever it is, which a fully connected network has to learn for each place anew. Draws
-- the history, which clothes are taken for which, and the mistakes that the network is surest of.

local ln = require "lunate"
local save = ln.utils.save_figure

local epochs, n_images = tonumber(arg[1]) or 12, tonumber(arg[2]) or 55000
ln.set_seed(42)

local x_full, y_full, x_test, y_test = ln.datasets.fashion_mnist.load_data()
local class_names = ln.datasets.fashion_mnist.class_names

-- Images for a convolution have channels, here one: (images, rows, columns, channels). They stay
-- bytes; the first layer scales a batch at a time.
local function with_channel(x) return x:expand_dims(-1) end
local x_valid, y_valid = with_channel(x_full[{ {1, 5000} }]), y_full[{ {1, 5000} }]
local x_train = with_channel(x_full[{ {5001, 5000 + n_images} }])
local y_train = y_full[{ {5001, 5000 + n_images} }]
x_test = with_channel(x_test)

local layers = ln.layers
local model = ln.Sequential{
  layers.Rescaling{1 / 255, input_shape = {28, 28, 1}},
  layers.Conv2D{32, 3, padding = "same", activation = "relu"},   -- 32 filters of 3 x 3
  layers.MaxPooling2D(2),                      -- halves rows and columns
  layers.Conv2D{64, 3, padding = "same", activation = "relu"},
  layers.MaxPooling2D(2),
  layers.Flatten(),
  layers.Dense{128, activation = "relu"},
  layers.Dropout(0.4),
  layers.Dense{10, activation = "softmax"},
}
model:summary()

-- The learning rate falls to nothing along half a wave of a cosine: fast at first, fine at the end.
local batch_size = 32
local steps = epochs * math.ceil(#x_train / batch_size)
model:compile{
  loss = "sparse_categorical_crossentropy",
  optimizer = ln.optimizers.Adam(ln.schedules.CosineDecay{1e-3, steps}),
  metrics = {"accuracy"},
}
local history = model:fit(x_train, y_train, {
  batch_size = batch_size,
  epochs = epochs,
  validation_data = {x_valid, y_valid},
})

local progress = ln.plot.figure{columns = 2}
progress:history(history)
save(progress, "convnet_history.png")

local probabilities = model:predict(x_test, {verbose = 0})
local predicted = probabilities:argmax{axis = -1} - 1   -- positions count from 1, class ids from 0

local confusion = ln.plot.figure()
confusion:confusion_matrix(y_test, predicted, {class_names = class_names, normalize = true,
  title = "Test images by class, in percent"})
save(confusion, "convnet_confusion.png")

-- The mistakes that the network is surest of: of some labels a person would have doubts, too.
local sureness = ln.where(predicted:ne(y_test), probabilities:max{axis = -1}, 0)
local _, places = sureness:topk(24)
local titles = {}
for i, place in ipairs(places:totable()) do
  titles[i] = ("%s? %s"):format(class_names[predicted[place] + 1], class_names[y_test[place] + 1])
end
local mistakes = ln.plot.figure()
mistakes:images(x_test:take(places, 1):squeeze(-1), {columns = 6, map = "binary", titles = titles})
save(mistakes, "convnet_mistakes.png")

local _, accuracy = model:evaluate(x_test, y_test, {verbose = 0})
print(("test accuracy: %.4f"):format(accuracy))
