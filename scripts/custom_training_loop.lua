-- make run SCRIPT=scripts/custom_training_loop.lua
-- (add ARGS="epochs seed" for other numbers than those below)
--
-- What fit does, written out: batches, a gradient tape, an optimizer and running means. For loops
-- that fit does not know.

local ln = require "lunate"
local train_test_split = ln.preprocessing.train_test_split

local epochs, seed = tonumber(arg[1]) or 5, tonumber(arg[2]) or 42
ln.set_seed(seed)

local housing = ln.datasets.california_housing.load_data()
local x_full, x_test, y_full, y_test = train_test_split(housing.data, housing.target)
local x_train, x_valid, y_train, y_valid = train_test_split(x_full, y_full)
local scaler = ln.preprocessing.StandardScaler()
x_train, x_valid, x_test =
  scaler:fit_transform(x_train), scaler:transform(x_valid), scaler:transform(x_test)

local model = ln.Sequential{
  ln.layers.Dense{30, activation = "elu", kernel_initializer = "he_normal", input_shape = {8},
    kernel_regularizer = ln.regularizers.L2(0.001)},
  ln.layers.Dense{1, kernel_regularizer = ln.regularizers.L2(0.001)},
}
local batch_size = 32
local optimizer = ln.optimizers.Nadam{learning_rate = 1e-3}
local loss_fn = ln.losses.MeanSquaredError()
local mean_loss, mae = ln.metrics.Mean(), ln.metrics.MeanAbsoluteError()

local batches = ln.data.Dataset.from_tensors(x_train, y_train:reshape{#y_train, 1})
  :shuffle(#y_train):batch(batch_size):prefetch(2)

local function train_step(x, y)
  -- The tape records until its scope ends.
  local tape <close> = ln.GradientTape()
  local predicted = model(x, {training = true})
  local loss = loss_fn(y, predicted)
  for _, penalty in ipairs(model.losses) do loss = loss + penalty end
  optimizer:apply(tape:gradient(loss, model.trainable_variables), model.trainable_variables)
  return loss, predicted
end

for epoch = 1, epochs do
  mean_loss:reset_state()
  mae:reset_state()
  for x, y in batches:iterate() do
    local loss, predicted = train_step(x, y)
    mean_loss:update_state(loss)
    mae:update_state(y, predicted)
  end
  print(("Epoch %d/%d - %d steps - mean: %.4f - mean_absolute_error: %.4f"):format(
    epoch, epochs, optimizer.iterations, mean_loss:result(), mae:result()))
end

local function mse(x, y) return ((model(x):flatten() - y) ^ 2):mean():item() end
print(("validation mse: %.4f"):format(mse(x_valid, y_valid)))
print(("test mse: %.4f"):format(mse(x_test, y_test)))
