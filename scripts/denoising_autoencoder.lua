-- make run SCRIPT=scripts/denoising_autoencoder.lua
-- (add ARGS="epochs images" for other numbers than those below)
--
-- A network that takes noise off images (Vincent et al., 2008): the encoder squeezes a noisy image
-- through few numbers, the decoder draws a clean one from them, and only what clothes have in
-- common gets through. The noise is another one each time that an image is seen.

local ln = require "lunate"

local epochs, n_images = tonumber(arg[1]) or 5, tonumber(arg[2]) or 20000
ln.set_seed(42)

local x_full, _, x_test = ln.datasets.fashion_mnist.load_data()
local function images(x) return x:expand_dims(-1):astype("float32") / 255 end
local x_train, x_valid = images(x_full[{ {1, n_images} }]), images(x_test)

local layers = ln.layers
local encoder = ln.Sequential{
  layers.Conv2D{32, 3, strides = 2, padding = "same", activation = "relu",
    input_shape = {28, 28, 1}},
  layers.Conv2D{16, 3, strides = 2, padding = "same", activation = "relu"},   -- 7 x 7 x 16
}
local decoder = ln.Sequential{
  layers.Conv2DTranspose{32, 3, strides = 2, padding = "same", activation = "relu",
    input_shape = {7, 7, 16}},
  layers.Conv2DTranspose{32, 3, strides = 2, padding = "same", activation = "relu"},
  layers.Conv2D{1, 3, padding = "same", activation = "sigmoid"},
}
local model = ln.Sequential{
  layers.GaussianNoise{0.4, input_shape = {28, 28, 1}},   -- in training alone
  encoder,
  decoder,
}
model:summary()
model:compile{loss = "binary_crossentropy", optimizer = "adam", metrics = {"mse"}}
model:fit(x_train, x_train, {epochs = epochs, batch_size = 64,
  validation_data = {x_valid, x_valid}})

local clean = x_valid[{ {1, 10} }]
local noisy = clean + ln.random.normal(clean.shape, {stddev = 0.4})
local cleaned = model:predict(noisy, {verbose = 0})
local figure = ln.plot.figure{title = "Noisy, denoised, as they were"}
figure:images(ln.concatenate({noisy:clip(0, 1), cleaned, clean}, {axis = 1}):squeeze(-1),
  {columns = 10, map = "binary"})
ln.utils.save_figure(figure, "denoising_autoencoder.png")

local function error_of(x) return ((x - clean) ^ 2):mean():item() end
print(("mean squared error: %.4f with noise, %.4f without"):format(error_of(noisy),
  error_of(cleaned)))
