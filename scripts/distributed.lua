-- make run SCRIPT=scripts/distributed.lua
-- mpirun -np 4 lunate scripts/distributed.lua
--
-- A classifier of drawn clothes, trained by as many processes as mpirun starts: one line more than
-- the same script for one process. docs/distributed.md tells the rest.

local ln = require "lunate"

ln.distribution.set_distribution(ln.distribution.DataParallel())

ln.set_seed(42)
local x, y, x_test, y_test = ln.datasets.garments.load_data{n_train = 6000, n_test = 1000}

local model = ln.Sequential{
  ln.layers.Rescaling{1 / 255, input_shape = {28, 28}},
  ln.layers.Reshape{{28, 28, 1}},
  ln.layers.Conv2D{16, 3, strides = 2, use_bias = false},
  ln.layers.BatchNormalization{synchronized = true},
  ln.layers.Activation "relu",
  ln.layers.Flatten(),
  ln.layers.Dropout(0.3),
  ln.layers.Dense{10, activation = "softmax"},
}
model:compile{loss = "sparse_categorical_crossentropy", optimizer = "adam", metrics = {"accuracy"}}

-- A batch of 64 for all processes together. What is printed and saved is process 0's.
model:fit(x, y, {epochs = 3, batch_size = 64, validation_split = 0.1})

local _, accuracy = model:evaluate(x_test, y_test, {verbose = 0})
if ln.distribution.rank() == 0 then
  print(("%d process%s: accuracy %.3f on new pictures"):format(ln.distribution.size(),
    ln.distribution.size() == 1 and "" or "es", accuracy))
end
