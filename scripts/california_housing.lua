-- make run SCRIPT=scripts/california_housing.lua
-- (add ARGS="epochs seed" for other numbers than those below)
--
-- Regression: the median house value of a Californian district from eight numbers about it.

local ln = require "lunate"
local save = ln.utils.save_figure
local train_test_split = ln.preprocessing.train_test_split

local epochs, seed = tonumber(arg[1]) or 20, tonumber(arg[2]) or 42
ln.set_seed(seed)

local housing = ln.datasets.california_housing.load_data()
print("features: " .. table.concat(housing.feature_names, ", "))

-- A quarter to test on; a quarter of the rest to watch while training.
local x_full, x_test, y_full, y_test = train_test_split(housing.data, housing.target)
local x_train, x_valid, y_train, y_valid = train_test_split(x_full, y_full)

-- Means and deviations come from the training set alone: the other two play data yet unseen.
local scaler = ln.preprocessing.StandardScaler()
x_train = scaler:fit_transform(x_train)
x_valid = scaler:transform(x_valid)
x_test = scaler:transform(x_test)

local model = ln.Sequential{
  ln.layers.Dense{30, activation = "relu", input_shape = {8}},
  ln.layers.Dense{100, activation = "relu"},
  ln.layers.Dense(1),  -- a number of any size: no activation
}
model:summary()

model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 0.01}}
local history = model:fit(x_train, y_train, {epochs = epochs, validation_data = {x_valid, y_valid}})

local progress = ln.plot.figure()
progress:history(history)
save(progress, "california_housing_history.png")

local predicted = model:predict(x_test, {verbose = 0})
for i = 1, 3 do
  print(("district %d: predicted %.0f dollars, was %.0f"):format(
    i, predicted[i][1] * 100000, y_test[i] * 100000))
end

-- Real prices end at 500,001 dollars: whatever cost more was noted as that.
local fig = ln.plot.figure()
local panel = fig:scatter(y_test, predicted, {title = "Test districts: median house value in "
  .. "100,000 dollars", xlabel = "real", ylabel = "predicted", xlim = {0, 5.2}, ylim = {0, 6}})
panel:line({0, 5}, {0, 5}, {names = {"as it should be"}, styles = {"dashed"}, colors = {"#000000"}})
save(fig, "california_housing.png")

local mse = model:evaluate(x_test, y_test, {verbose = 0})
print(("test mse: %.4f"):format(mse))
