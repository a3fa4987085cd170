-- make run SCRIPT=scripts/wide_and_deep.lua
-- (add ARGS="epochs seed" for other numbers than those below)
--
-- A model that is no stack: the inputs reach the output along a deep path, which learns patterns,
-- and along a short one, which keeps simple rules simple (Cheng et al., 2016). Beside it a plain
-- stack of the same layers.

local ln = require "lunate"
local save = ln.utils.save_figure
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

local plain = ln.Sequential{
  ln.layers.Dense{30, activation = "relu", input_shape = {8}},
  ln.layers.Dense{30, activation = "relu"},
  ln.layers.Dense(1),
}

-- Trains a model; what it predicts for the test set.
local function train(which)
  which:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 1e-3}}
  which:fit(x_train, y_train, {epochs = epochs, validation_data = {x_valid, y_valid}})
  return which:predict(x_test, {verbose = 0})
end

local predicted, of_plain = train(model), train(plain)
for i = 1, 3 do print(("predicted %.3f, was %.3f"):format(predicted[i][1], y_test[i])) end

local fig = ln.plot.figure{columns = 2, title = "Test districts, in 100,000 dollars"}
local limits, diagonal = {0, 6}, {names = {"equal"}, styles = {"dashed"}, colors = {"#000000"}}
fig:scatter(y_test, predicted, {title = "wide and deep against real", xlabel = "real",
  ylabel = "wide and deep", xlim = limits, ylim = limits}):line({0, 6}, {0, 6}, diagonal)
fig:scatter(of_plain, predicted, {title = "wide and deep against plain", xlabel = "plain",
  ylabel = "wide and deep", xlim = limits, ylim = limits}):line({0, 6}, {0, 6}, diagonal)
save(fig, "wide_and_deep.png")

print(("test mse of the plain stack: %.4f"):format(plain:evaluate(x_test, y_test, {verbose = 0})))
print(("test mse: %.4f"):format(model:evaluate(x_test, y_test, {verbose = 0})))
