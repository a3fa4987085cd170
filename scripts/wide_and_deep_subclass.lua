-- make run SCRIPT=scripts/wide_and_deep_subclass.lua
-- (add ARGS="epochs seed" for other numbers than those below)
--
-- The model with two inputs and two outputs as a class: init makes the layers, call computes with
-- them, and may loop and branch as it likes.

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

local WideAndDeep = ln.Model:extend("WideAndDeep")

function WideAndDeep:init(options)
  local units, activation = options.units or 30, options.activation or "relu"
  self.hidden1 = ln.layers.Dense{units, activation = activation}
  self.hidden2 = ln.layers.Dense{units, activation = activation}
  self.main_output = ln.layers.Dense(1)
  self.aux_output = ln.layers.Dense(1)
end

function WideAndDeep:call(inputs)
  local wide, deep = inputs[1], inputs[2]
  local hidden = self.hidden2(self.hidden1(deep))
  return self.main_output(ln.layers.concatenate{wide, hidden}), self.aux_output(hidden)
end

local model = WideAndDeep{units = 30, activation = "relu"}
model:compile{loss = "mse", loss_weights = {0.9, 0.1}, optimizer = "sgd"}
local history = model:fit({wide_train, deep_train}, {y_train, y_train},
  {epochs = epochs, validation_data = {{wide_valid, deep_valid}, {y_valid, y_valid}}})
model:summary()
print(("validation loss: %.4f"):format(history.history.val_loss[epochs]))

local progress = ln.plot.figure{columns = 3}
progress:history(history, {yscale = "log"})
save(progress, "wide_and_deep_history.png")

local total, main_loss, aux_loss =
  model:evaluate({wide_test, deep_test}, {y_test, y_test}, {verbose = 0})
local main = model:predict{wide_test[{ {1, 3} }], deep_test[{ {1, 3} }]}
for i = 1, 3 do print(("predicted %.3f, was %.3f"):format(main[i][1], y_test[i])) end
print(("test loss: %.4f (output_1 %.4f, output_2 %.4f)"):format(total, main_loss, aux_loss))
