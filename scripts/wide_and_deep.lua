-- lua5.4 scripts/wide_and_deep.lua [epochs] [seed]               (with lunate installed)
--
-- A model that is no stack: the inputs reach the output along a deep path, which learns patterns,
-- and along a short one, which keeps simple rules simple (Cheng et al., 2016).

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

local input = ln.Input{shape = {8}}
local hidden1 = ln.layers.Dense{30, activation = "relu"}(input)
local hidden2 = ln.layers.Dense{30, activation = "relu"}(hidden1)
local concat = ln.layers.concatenate{input, hidden2}
local output = ln.layers.Dense(1)(concat)
local model = ln.Model{inputs = {input}, outputs = {output}}
model:summary()

model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 1e-3}}
model:fit(x_train, y_train, {epochs = epochs, validation_data = {x_valid, y_valid}})

local predicted = model:predict(x_test[{ {1, 3} }])
for i = 1, 3 do print(("predicted %.3f, was %.3f"):format(predicted[i][1], y_test[i])) end
print(("test mse: %.4f"):format(model:evaluate(x_test, y_test, {verbose = 0})))
