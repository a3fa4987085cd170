-- make run SCRIPT=scripts/wide_and_deep_multi_input.lua
-- (add ARGS="epochs seed" for other numbers than those below)
--
-- Two inputs: some features along the wide path, others (with some in common) along the deep one.

local ln = require "lunate"
local train_test_split = ln.preprocessing.train_test_split

local epochs, seed = tonumber(arg[1]) or 20, tonumber(arg[2]) or 42
ln.set_seed(seed)

local housing = ln.datasets.california_housing.load_data()
local x_full, x_test, y_full, y_test = train_test_split(housing.data, housing.target)
local x_train, x_valid, y_train, y_valid = train_test_split(x_full, y_full)
local scaler = ln.preprocessing.StandardScaler()
x_train, x_valid, x_test =
  scaler:fit_transform(x_train), scaler:transform(x_valid), scaler:transform(x_test)

-- The wide path gets features 1 to 5, the deep one 3 to 8: some go both ways.
local function split(x) return x[{ {}, {1, 5} }], x[{ {}, {3, 8} }] end
local wide_train, deep_train = split(x_train)
local wide_valid, deep_valid = split(x_valid)
local wide_test, deep_test = split(x_test)

local wide = ln.Input{shape = {5}, name = "wide_input"}
local deep = ln.Input{shape = {6}, name = "deep_input"}
local hidden1 = ln.layers.Dense{30, activation = "relu"}(deep)
local hidden2 = ln.layers.Dense{30, activation = "relu"}(hidden1)
local output = ln.layers.Dense{1, name = "output"}(ln.layers.concatenate{wide, hidden2})
local model = ln.Model{inputs = {wide, deep}, outputs = {output}}
model:summary()

-- Data for several inputs: a list in their order, or a table by their names.
model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 1e-3}}
model:fit({wide_train, deep_train}, y_train,
  {epochs = epochs, validation_data = {{wide_valid, deep_valid}, y_valid}})

local mse = model:evaluate({wide_input = wide_test, deep_input = deep_test}, y_test, {verbose = 0})
local predicted = model:predict{wide_test[{ {1, 3} }], deep_test[{ {1, 3} }]}
for i = 1, 3 do print(("predicted %.3f, was %.3f"):format(predicted[i][1], y_test[i])) end
print(("test mse: %.4f"):format(mse))
