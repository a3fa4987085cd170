-- make run SCRIPT=scripts/fashion_mnist.lua
-- (add ARGS="epochs" for other numbers than those below)
--
-- The classifier of clothes in full: the images, a validation set, 30 epochs, what the history
-- holds, a few predictions, which clothes are taken for which. The images stay bytes: the first
-- layer scales a batch at a time, so that the 47 MB of the training set never become 188 MB of
-- floats.

local ln = require "lunate"
local save = ln.utils.save_figure

local epochs = tonumber(arg[1]) or 30
ln.set_seed(42)

local x_full, y_full, x_test, y_test = ln.datasets.fashion_mnist.load_data()
local class_names = ln.datasets.fashion_mnist.class_names

-- The first 5,000 images are for validation. Ranges are views: nothing is copied here.
local x_valid, x_train = x_full[{ {1, 5000} }], x_full[{ {5001, -1} }]
local y_valid, y_train = y_full[{ {1, 5000} }], y_full[{ {5001, -1} }]
print("train", x_train.shape, "valid", x_valid.shape, "test", x_test.shape)

-- Names of images for titles; class ids count from 0.
local function names(ids)
  local list = {}
  for i, id in ipairs(ids:totable()) do list[i] = class_names[id + 1] end
  return list
end

local grid = ln.plot.figure()
grid:images(x_train[{ {1, 40} }], {columns = 10, map = "binary",
  titles = names(y_train[{ {1, 40} }])})
save(grid, "fashion_mnist_images.png")

local model = ln.Sequential()
model:add(ln.layers.Rescaling{1 / 255, input_shape = {28, 28}})
model:add(ln.layers.Flatten())
model:add(ln.layers.Dense{300, activation = "relu"})
model:add(ln.layers.Dense{100, activation = "relu"})
model:add(ln.layers.Dense{10, activation = "softmax"})
model:summary()

model:compile{
  loss = "sparse_categorical_crossentropy",
  optimizer = ln.optimizers.SGD{learning_rate = 0.01},
  metrics = {"accuracy"},
}
local history = model:fit(x_train, y_train, {
  batch_size = 32,
  epochs = epochs,
  validation_data = {x_valid, y_valid},
})

local progress = ln.plot.figure{columns = 2}
progress:history(history)
save(progress, "fashion_mnist_history.png")

-- Where validation was best: training longer than that only learns the training set by heart.
local best = 1
for epoch, accuracy in ipairs(history.history.val_accuracy) do
  if accuracy > history.history.val_accuracy[best] then best = epoch end
end
print(("best epoch: %d, validation accuracy %.4f"):format(best, history.history.val_accuracy[best]))

local probabilities = model:predict(x_test[{ {1, 3} }], {verbose = 0})
print("probabilities of the first three test images:")
print(probabilities:round{decimals = 2})
for i, class in ipairs(probabilities:argmax{axis = -1}:totable()) do
  print(("  %-12s is %s"):format(class_names[class], class_names[y_test[i] + 1]))
end

local shown = ln.plot.figure()
shown:images(x_test[{ {1, 3} }], {map = "binary", scale = 6,
  titles = names(model:predict_classes(x_test[{ {1, 3} }]))})
save(shown, "fashion_mnist_predictions.png")

local confusion = ln.plot.figure()
confusion:confusion_matrix(y_test, model:predict_classes(x_test), {class_names = class_names,
  normalize = true, title = "Test images by class, in percent"})
save(confusion, "fashion_mnist_confusion.png")

local _, valid_accuracy = model:evaluate(x_valid, y_valid, {verbose = 0})
local _, test_accuracy = model:evaluate(x_test, y_test, {verbose = 0})
print(("validation accuracy: %.4f"):format(valid_accuracy))
print(("test accuracy: %.4f"):format(test_accuracy))
