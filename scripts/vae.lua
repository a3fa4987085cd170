-- make run SCRIPT=scripts/vae.lua
-- (add ARGS="epochs images" for other numbers than those below)
--
-- A variational autoencoder (Kingma and Welling, 2013) of clothes: the encoder says of an image
-- where in a plane it lies, and how surely; the decoder draws what lies at a point. What it was
-- never shown it draws, too: the picture is a walk over the plane.

local ln = require "lunate"
local layers = ln.layers

local epochs, n_images = tonumber(arg[1]) or 10, tonumber(arg[2]) or 20000
ln.set_seed(42)

local x_full = ln.datasets.fashion_mnist.load_data()
local x = x_full[{ {1, n_images} }]:expand_dims(-1):astype("float32") / 255

local CODE = 2   -- numbers in a code: a plane can be drawn

local VAE = ln.Model:extend("VAE")

function VAE:init()
  self.encoder = ln.Sequential{
    layers.Conv2D{32, 3, strides = 2, padding = "same", activation = "relu"},
    layers.Conv2D{64, 3, strides = 2, padding = "same", activation = "relu"},
    layers.Flatten(),
    layers.Dense{32, activation = "relu"},
  }
  self.mean, self.log_variance = layers.Dense(CODE), layers.Dense(CODE)
  self.decoder = ln.Sequential{
    layers.Dense{7 * 7 * 64, activation = "relu", input_shape = {CODE}},
    layers.Reshape{ {7, 7, 64} },
    layers.Conv2DTranspose{64, 3, strides = 2, padding = "same", activation = "relu"},
    layers.Conv2DTranspose{32, 3, strides = 2, padding = "same", activation = "relu"},
    layers.Conv2DTranspose{1, 3, padding = "same", activation = "sigmoid"},
  }
end

function VAE:call(images)
  local h = self.encoder(images)
  local mean, log_variance = self.mean(h), self.log_variance(h)
  -- The gradient passes through mean and deviation; the noise itself depends on nothing.
  local code = mean + ln.exp(0.5 * log_variance) * ln.random.normal(mean.shape)
  -- How far the codes' distribution is from a standard normal one (Kullback-Leibler), a pixel.
  local divergence = -0.5 * (1 + log_variance - mean ^ 2 - ln.exp(log_variance)):sum{axis = -1}
  self:add_loss(divergence:mean() / (28 * 28))
  return self.decoder(code)
end

local model = VAE()
model:compile{loss = "binary_crossentropy", optimizer = ln.optimizers.Adam(1e-3)}
local history = model:fit(x, x, {epochs = epochs, batch_size = 128})

-- A grid of points of the plane, from the top left to the bottom right.
local SIDE = 12
local codes = {}
for row = 1, SIDE do
  for column = 1, SIDE do
    local function place(i) return -2 + 4 * (i - 1) / (SIDE - 1) end
    codes[#codes + 1] = {place(column), -place(row)}
  end
end
local drawn = model.decoder:predict(ln.tensor(codes), {verbose = 0})
local figure = ln.plot.figure{title = "What the decoder draws over the plane of codes"}
figure:images(drawn:squeeze(-1), {columns = SIDE, map = "binary", scale = 2})
ln.utils.save_figure(figure, "vae.png")

local loss = history.history.loss
print(("loss: %.4f -> %.4f"):format(loss[1], loss[#loss]))
