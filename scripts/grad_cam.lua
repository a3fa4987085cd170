-- make run SCRIPT=scripts/grad_cam.lua
-- (add ARGS="epochs images" for other numbers than those below)
--
-- What does the network look at? Grad-CAM (Selvaraju et al., 2017): the feature maps of the last
-- convolution, each weighted by how much the class's score grows with it. The score is that before
-- the softmax. Draws images, maps, and images through maps.

local ln = require "lunate"
local layers = ln.layers

local epochs, n_images = tonumber(arg[1]) or 5, tonumber(arg[2]) or 40000
ln.set_seed(42)

local x_full, y_full, x_test, y_test = ln.datasets.fashion_mnist.load_data()
local class_names = ln.datasets.fashion_mnist.class_names
local function images(x) return x:expand_dims(-1):astype("float32") / 255 end

local input = ln.Input{28, 28, 1}
local maps = layers.Conv2D{32, 3, padding = "same", activation = "relu"}(input)
maps = layers.MaxPooling2D(2)(maps)
maps = layers.Conv2D{64, 3, padding = "same", activation = "relu"}(maps)
maps = layers.Conv2D{64, 3, padding = "same", activation = "relu"}(maps)   -- 14 x 14 x 64
local scores = layers.Dense(10)(layers.GlobalAveragePooling2D()(maps))
local model = ln.Model{inputs = input, outputs = scores}
model:compile{
  loss = ln.losses.SparseCategoricalCrossentropy{from_logits = true},
  optimizer = "adam",
  metrics = {"accuracy"},
}
model:fit(images(x_full[{ {1, n_images} }]), y_full[{ {1, n_images} }],
  {epochs = epochs, batch_size = 64})

-- The same layers as two models: nothing is trained anew.
local to_maps = ln.Model{inputs = input, outputs = maps}
local to_scores = ln.Model{inputs = maps, outputs = scores}

local N = 10
local x = images(x_test[{ {1, N} }])
local features = to_maps(x)
local tape <close> = ln.GradientTape()
tape:watch(features)
local logits = to_scores(features)
local best = logits:max{axis = -1}
local weights = tape:gradient(best, features):mean{axis = {2, 3}, keepdims = true}
local heat = ln.relu((features * weights):sum{axis = -1, keepdims = true})
heat = heat / heat:max{axis = {2, 3, 4}, keepdims = true}:maximum(1e-6)
heat = ln.image.resize(heat, {28, 28})

local titles = {}
for i, class in ipairs(logits:argmax{axis = -1}:totable()) do
  titles[i] = class_names[class]
  titles[N + i], titles[2 * N + i] = "", ""
end
local figure = ln.plot.figure{title = "What the network looks at"}
figure:images(ln.concatenate({x, heat, x * (0.15 + 0.85 * heat)}, {axis = 1}):squeeze(-1),
  {columns = N, titles = titles})
ln.utils.save_figure(figure, "grad_cam.png")

local _, accuracy = model:evaluate(images(x_test), y_test, {verbose = 0})
print(("test accuracy: %.4f"):format(accuracy))
