-- make run SCRIPT=scripts/checkpoint_and_early_stopping.lua
-- (add ARGS="epochs seed folder" for other numbers than those below)
--
-- Training that looks after itself: the best model so far is always in a file, training ends when
-- nothing gets better, and a callback of our own watches for overfitting. Ctrl-C ends it early; the
-- script goes on with what there is.

local ln = require "lunate"
local save = ln.utils.save_figure
local train_test_split = ln.preprocessing.train_test_split

local epochs, seed = tonumber(arg[1]) or 100, tonumber(arg[2]) or 42
local folder = arg[3] or "build/checkpoints"
ln.set_seed(seed)

local housing = ln.datasets.california_housing.load_data()
local x_full, x_test, y_full, y_test = train_test_split(housing.data, housing.target)
local x_train, x_valid, y_train, y_valid = train_test_split(x_full, y_full)
local scaler = ln.preprocessing.StandardScaler()
x_train, x_valid, x_test =
  scaler:fit_transform(x_train), scaler:transform(x_valid), scaler:transform(x_test)

local function build()
  local model = ln.Sequential{
    ln.layers.Dense{30, activation = "relu", input_shape = {8}},
    ln.layers.Dense{100, activation = "relu"},
    ln.layers.Dense(1),
  }
  model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 0.03}}
  return model
end

local function mse(model) return (model:evaluate(x_test, y_test, {verbose = 0})) end

-- 1. A file that always has the best model so far, by its loss on the validation set.
local path = folder .. "/housing.h5"
local checkpoint = ln.callbacks.ModelCheckpoint{path, save_best_only = true}
local model = build()
model:fit(x_train, y_train, {epochs = math.min(epochs, 10), validation_data = {x_valid, y_valid},
  callbacks = {checkpoint}})
print(("test mse after the last epoch: %.4f"):format(mse(model)))
model = ln.load_model(path)   -- roll back to the best
print(("test mse of the best model, from %s: %.4f"):format(path, mse(model)))

-- 2. A callback of our own. The further the ratio is above 1, the more the model has learned by
-- heart.
local Ratio = ln.callbacks.Callback:extend("Ratio")
function Ratio:on_epoch_end(_, logs) self:say("val/train: %.3f", logs.val_loss / logs.loss) end

-- 3. As many epochs as it takes: training ends when ten in a row bring nothing better, and the
-- model gets its best weights back. The checkpoint is for the case that the machine does not last.
local stopping = ln.callbacks.EarlyStopping{patience = 10, restore_best_weights = true}
model = build()
local history = model:fit(x_train, y_train, {epochs = epochs,
  validation_data = {x_valid, y_valid},
  callbacks = {Ratio(), ln.callbacks.ModelCheckpoint{path, save_best_only = true}, stopping}})

local figure = ln.plot.figure()
figure:history(history, {title = "Mean squared error", ylim = {0.2, 1}})
save(figure, "checkpoint_and_early_stopping.png")

if history.interrupted then
  print(("interrupted after %d epochs"):format(#history.epoch))
elseif stopping.stopped_epoch > 0 then
  print(("stopped after epoch %d of %d"):format(stopping.stopped_epoch, epochs))
else
  print(("not stopped in %d epochs"):format(epochs))
end
print(("best epoch: %d, validation mse %.4f; with the weights that the model has now: %.4f"):format(
  stopping.best_epoch, stopping.best, model:evaluate(x_valid, y_valid, {verbose = 0})))
print(("test mse: %.4f"):format(mse(model)))
