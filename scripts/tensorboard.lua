-- make run SCRIPT=scripts/tensorboard.lua
-- (add ARGS="epochs seed folder" for other numbers than those below)
--
-- Two runs that differ in their learning rate, written for TensorBoard to compare: losses, weights,
-- pictures, text, the model's graph, hyperparameters. Then: tensorboard --logdir build/logs

local ln = require "lunate"
local train_test_split = ln.preprocessing.train_test_split

local epochs, seed = tonumber(arg[1]) or 10, tonumber(arg[2]) or 42
local folder = arg[3] or "build/logs"

local housing = ln.datasets.california_housing.load_data()
local x_full, x_test, y_full, y_test =
  train_test_split(housing.data, housing.target, {random_state = seed})
local x_train, x_valid, y_train, y_valid = train_test_split(x_full, y_full, {random_state = seed})
local scaler = ln.preprocessing.StandardScaler()
x_train = scaler:fit_transform(x_train)
x_valid, x_test = scaler:transform(x_valid), scaler:transform(x_test)

-- How often which price (across) was predicted as which (upwards): (1, 50, 50, 1) of 0 .. 1.
local function picture(predicted, real)
  local function place(y) return (y:flatten() * 10):clip(0, 49):astype("int64") end
  local counts = ((49 - place(predicted)) * 50 + place(real)):bincount{minlength = 2500}
  local brightness = (counts + 1):log()
  return (brightness / brightness:max()):reshape{1, 50, 50, 1}
end

local function run(learning_rate)
  ln.set_seed(seed)
  local name = ("%s/run_%s_lr_%g"):format(folder, os.date("%Y_%m_%d-%H_%M_%S"), learning_rate)
  local model = ln.Sequential{
    ln.layers.Dense{30, activation = "relu", input_shape = {8}, name = "hidden_1"},
    ln.layers.Dense{100, activation = "relu", name = "hidden_2"},
    ln.layers.Dense{1, name = "price"},
    name = "housing",
  }
  model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = learning_rate}}

  -- A writer of one's own beside the callback's, for what is not a matter of every epoch.
  local writer <close> = ln.summary.create_file_writer(name)
  writer:hparams{learning_rate = learning_rate, optimizer = "sgd", epochs = epochs}
  writer:text("description", ("**California housing**, SGD with learning rate %g; %d districts")
    :format(learning_rate, #x_train), {step = 0})

  local board = ln.callbacks.TensorBoard{name, histogram_freq = 1, write_images = true,
    update_freq = 50}
  model:fit(x_train, y_train, {epochs = epochs, verbose = 2, validation_data = {x_valid, y_valid},
    callbacks = {board}})

  local mse = model:evaluate(x_test, y_test, {verbose = 0})
  writer:scalar("test_mse", mse, {step = epochs})
  writer:image("predicted over real price", picture(model:predict(x_test), y_test),
    {step = epochs})
  writer:histogram("error on the test set", model:predict(x_test):flatten() - y_test,
    {step = epochs})
  print(("learning rate %g: test mse: %.4f, in %s"):format(learning_rate, mse, name))
end

run(0.001)
run(0.01)
print("look with: tensorboard --logdir " .. folder)
