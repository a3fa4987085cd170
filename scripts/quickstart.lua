-- make demo          (or, with lunate installed: lua5.4 scripts/quickstart.lua)
--
-- A first classifier: images of clothes in ten classes, two hidden layers, a few epochs.

local ln = require "lunate"

ln.set_seed(42)

-- The real images where they can be had, drawn ones otherwise.
local found, x_train, y_train, x_test, y_test = pcall(ln.datasets.fashion_mnist.load_data)
local class_names = ln.datasets.fashion_mnist.class_names
if found then
  print("data: Fashion-MNIST")
else
  print("data: drawn garments, as the Fashion-MNIST images are not here and cannot be had now.")
  print("To train on the real ones put them into a folder that LUNATE_DATA names (README, Data);")
  print("all else is the same.")
  x_train, y_train, x_test, y_test = ln.datasets.garments.load_data()
end

local model = ln.Sequential{
  ln.layers.Rescaling{1 / 255, input_shape = {28, 28}},  -- pixels are 0 to 255
  ln.layers.Flatten(),
  ln.layers.Dense{300, activation = "relu"},
  ln.layers.Dense{100, activation = "relu"},
  ln.layers.Dense{10, activation = "softmax"},
}
model:summary()

model:compile{loss = "sparse_categorical_crossentropy", optimizer = "sgd", metrics = {"accuracy"}}
model:fit(x_train, y_train, {epochs = 12, validation_split = 0.1})

-- Class ids count from 0 as in the files, Lua's lists from 1.
local classes = model:predict_classes(x_test[{ {1, 5} }])
for i = 1, 5 do
  print(("image %d: %-12s predicted: %s"):format(
    i, class_names[y_test[i] + 1], class_names[classes[i] + 1]))
end

local _, accuracy = model:evaluate(x_test, y_test, {verbose = 0})
print(("test accuracy: %.4f"):format(accuracy))
