-- make run SCRIPT=scripts/image_folder.lua
-- (add ARGS="epochs images folder" for other numbers than those below)
--
-- From pictures in folders to a model: writes some of Fashion-MNIST as PNG files, a folder for each
-- class, then forgets the arrays and trains from the files, which are decoded and resized on
-- threads while the network learns from those before.

local ln = require "lunate"

local epochs, n_images = tonumber(arg[1]) or 5, tonumber(arg[2]) or 4000
local folder = arg[3] or os.tmpname() .. ".clothes"
ln.set_seed(42)

local x, y = ln.datasets.fashion_mnist.load_data()
local class_names = ln.datasets.fashion_mnist.class_names
for i = 1, n_images do
  local class = class_names[y[i] + 1]:gsub("%W", "_")
  ln.utils.save_img(("%s/%s/%05d.png"):format(folder, class, i), x[i]:expand_dims(-1))
end
print(("%d pictures below %s"):format(n_images, folder))

local train, valid = ln.utils.image_dataset_from_directory(folder, {
  color_mode = "grayscale",
  image_size = {32, 32},
  batch_size = 32,
  validation_split = 0.2,
  subset = "both",
  seed = 42,
})
print("classes: " .. table.concat(train.class_names, ", "))

local layers = ln.layers
local model = ln.Sequential{
  layers.Rescaling{1 / 255, input_shape = {32, 32, 1}},
  layers.Conv2D{16, 3, activation = "relu"},
  layers.MaxPooling2D(2),
  layers.Conv2D{32, 3, activation = "relu"},
  layers.MaxPooling2D(2),
  layers.Flatten(),
  layers.Dense{#train.class_names, activation = "softmax"},
}
model:compile{loss = "sparse_categorical_crossentropy", optimizer = "adam", metrics = {"accuracy"}}
model:fit(train, nil, {epochs = epochs, validation_data = valid})

-- Any picture will do, in any size: load_img resizes it.
local path = valid.file_paths[1]
local image = ln.utils.load_img(path, {color_mode = "grayscale", target_size = {32, 32}})
local probabilities = model:predict(image:expand_dims(1), {verbose = 0})[1]
local best = probabilities:argmax():item()
print(("%s: %s, by %.0f%%"):format(path:match("[^/]+/[^/]+$"), train.class_names[best],
  100 * probabilities[best]))
local _, accuracy = model:evaluate(valid, nil, {verbose = 0})
print(("validation accuracy: %.4f"):format(accuracy))
