-- make run SCRIPT=scripts/custom_layer.lua
-- (add ARGS="epochs seed" for other numbers than those below)
--
-- Layers of one's own: one without weights, one with, and one that trains and predicts differently.

local ln = require "lunate"
local train_test_split = ln.preprocessing.train_test_split

local epochs, seed = tonumber(arg[1]) or 10, tonumber(arg[2]) or 42
ln.set_seed(seed)

local housing = ln.datasets.california_housing.load_data()
local x_full, x_test, y_full, y_test = train_test_split(housing.data, housing.target)
local x_train, x_valid, y_train, y_valid = train_test_split(x_full, y_full)
local scaler = ln.preprocessing.StandardScaler()
x_train, x_valid, x_test =
  scaler:fit_transform(x_train), scaler:transform(x_valid), scaler:transform(x_test)

-- A function is enough of a layer when there is nothing to learn.
local positive = ln.layers.Activation{function(x) return ln.log(1 + ln.exp(x)) end}

-- A weight is made in build, which gets the shape of the input (false where unknown).
local MyDense = ln.layers.Layer:extend("MyDense")
MyDense.options = {
  units = {"integer", min = 1},
  activation = {"any", default = "linear"},
}

function MyDense:init(options)
  MyDense.super.init(self, options)
  self.units = options.units
  self.activation = ln.activations.get(options.activation)
end

function MyDense:build(shape)
  self.kernel = self:add_weight{name = "kernel", shape = {shape[#shape], self.units},
    initializer = "glorot_normal"}
  self.bias = self:add_weight{name = "bias", shape = {self.units}, initializer = "zeros"}
end

function MyDense:call(x) return self.activation(x:matmul(self.kernel) + self.bias) end

-- Noise against overfitting; none when the model is used.
local MyNoise = ln.layers.Layer:extend("MyNoise")
MyNoise.options = {stddev = {"number", default = 0.1, min = 0}}

function MyNoise:init(options)
  MyNoise.super.init(self, options)
  self.stddev = options.stddev
end

function MyNoise:call(x, options)
  if not options.training then return x end
  return x + ln.random.normal(x.shape, {stddev = self.stddev})
end

local model = ln.Sequential{
  MyNoise{stddev = 0.05},
  MyDense{units = 30, activation = "relu"},
  MyDense{units = 1},
  positive,  -- as prices are
}
model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 0.01}}
model:fit(x_train, y_train, {epochs = epochs, validation_data = {x_valid, y_valid}})
model:summary()
print(("test mse: %.4f"):format(model:evaluate(x_test, y_test, {verbose = 0})))
