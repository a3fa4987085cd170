-- make run SCRIPT=scripts/wide_and_deep_multi_output.lua
-- (add ARGS="epochs seed" for other numbers than those below)
--
-- Two outputs: a second one on the deep path makes sure that it learns something of its own.

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
local aux_output = ln.layers.Dense{1, name = "aux_output"}(hidden2)
local model = ln.Model{inputs = {wide, deep}, outputs = {output, aux_output}}
model:summary()

-- A loss for each output; the total is what is minimized, and it is mostly about the main one.
model:compile{
  loss = {output = "mse", aux_output = "mse"},
  loss_weights = {output = 0.9, aux_output = 0.1},
  optimizer = "sgd",
}
local history = model:fit({wide_train, deep_train}, {y_train, y_train},
  {epochs = epochs, validation_data = {{wide_valid, deep_valid}, {y_valid, y_valid}}})
print(("validation loss: %.4f"):format(history.history.val_loss[epochs]))

local total, main_loss, aux_loss =
  model:evaluate({wide_test, deep_test}, {y_test, y_test}, {verbose = 0})
local main, aux = model:predict({wide_test, deep_test}, {verbose = 0})
for i = 1, 3 do
  print(("predicted %.3f (on the deep path alone %.3f), was %.3f"):format(
    main[i][1], aux[i][1], y_test[i]))
end

-- How far the outputs are apart, from the cheapest to the dearest district, and its running
-- average: the mean over the 100 districts of the nearest prices.
local order = main:flatten():argsort()
local difference = (main - aux):flatten():take(order)
local rank = ln.arange(1, #order + 1, 1, {dtype = "float32"})
local average = ln.neighbors.KNeighborsRegressor{n_neighbors = math.min(100, #order)}
  :fit(rank:reshape{#order, 1}, difference):predict(rank:reshape{#order, 1})

local fig = ln.plot.figure{columns = 2, title = "Test districts, in 100,000 dollars"}
fig:scatter(main, aux, {title = "The two outputs", xlabel = "output", ylabel = "aux_output",
  xlim = {0, 6}, ylim = {0, 6}})
  :line({0, 6}, {0, 6}, {names = {"equal"}, styles = {"dashed"}, colors = {"#000000"}})
fig:scatter(rank, difference, {title = "Their difference", xlabel = "districts by output",
  ylabel = "output - aux_output", ylim = {-1.5, 2.5}, name = "difference"})
  :line(rank, average, {names = {"running average"}, colors = {"#000000"}, line_width = 2.5})
save(fig, "wide_and_deep_outputs.png")

print(("test loss: %.4f (output %.4f, aux_output %.4f)"):format(total, main_loss, aux_loss))
