-- make run SCRIPT=scripts/time_series.lua
-- (add ARGS="epochs hours" for other numbers than those below)
--
-- Forecasts of the next day of an hourly series, from the two days before it: naive ones, a linear
-- model, an LSTM, and convolutions along time. Draws how they learned, and their forecasts beside
-- what came. A forecast is worth something where it beats the naive one.

local ln = require "lunate"
local save = ln.utils.save_figure

local epochs, hours = tonumber(arg[1]) or 40, tonumber(arg[2]) or 4000
ln.set_seed(42)

-- A trend, the time of day, the day of the week, and noise, which nobody can forecast.
local day, window, noise = 24, 48, 0.2
local series = ln.datasets.make_time_series{hours, period = {day, 7 * day}, amplitude = {1, 0.5},
  trend = 0.0003, noise = noise, random_state = 42}

-- future[i]: the day after the window that begins at i. It is a window, too.
local days = ln.utils.timeseries_dataset_from_array(series[{ {window + 1, hours} }], nil,
  {sequence_length = day, batch_size = hours})
local future = days:iterate()():squeeze(-1)

-- The past is for training, what came then for choosing, the latest for testing: never the other
-- way around.
local function part(from, to, shuffle)
  return ln.utils.timeseries_dataset_from_array(series, future, {sequence_length = window,
    start_index = math.floor(from * hours) + 1, end_index = math.floor(to * hours),
    batch_size = 32, shuffle = shuffle, seed = 1})
end
local train, valid, test = part(0, 0.7, true), part(0.7, 0.85), part(0.85, 1)

-- The test's windows and what came after them, in one piece.
local x_test, y_test = {}, {}
for x, y in test:iterate() do
  x_test[#x_test + 1], y_test[#y_test + 1] = x, y
end
x_test, y_test = ln.concatenate(x_test), ln.concatenate(y_test)

local errors = {}
local function judge(name, forecast)
  local mae = (forecast - y_test):abs():mean():item()
  errors[#errors + 1] = {name = name, mae = mae, forecast = forecast}
end
judge("last value", x_test[{ {}, -1 }]:broadcast_to(y_test.shape))
judge("last day", x_test[{ {}, {window - day + 1, window} }]:squeeze(-1))

-- Each network says how the next day will differ from the last one, and sees the past around its
-- mean, so that it need not know of the trend.
local layers = ln.layers
local function forecaster(name, body)
  local past = ln.Input{shape = {window, 1}}
  local last_day = layers.Flatten()(layers.Cropping1D{{window - day, 0}}(past))
  local level = ln.mean(past, {axis = 2, keepdims = true})
  local change = layers.Dense{day, name = "change"}(body(past - level))
  return ln.Model{inputs = past, outputs = layers.Add(){last_day, change}, name = name}
end

local models = {
  forecaster("linear", function(past) return layers.Flatten()(past) end),
  forecaster("lstm", function(past) return layers.LSTM(32)(past) end),
  forecaster("convolutions", function(past)   -- each sees twice as far back as the one before
    local h = past
    for _, distance in ipairs{1, 2, 4, 8, 16} do
      h = layers.Conv1D{16, 3, padding = "causal", dilation_rate = distance,
        activation = "relu"}(h)
    end
    return layers.Flatten()(layers.Cropping1D{{window - 1, 0}}(h))   -- the last hour saw all
  end),
}

local curves, names = {}, {}
for _, model in ipairs(models) do
  print(("%s: %d weights"):format(model.name, model:count_params()))
  model:compile{loss = "mae", optimizer = ln.optimizers.Adam(3e-3)}
  local history = model:fit(train, nil, {epochs = epochs, validation_data = valid, verbose = 0,
    callbacks = {ln.callbacks.EarlyStopping{patience = 6, restore_best_weights = true}}})
  print(("  %d epochs, validation error %.4f"):format(#history.epoch,
    math.min(table.unpack(history.history.val_loss))))
  curves[#curves + 1], names[#names + 1] = ln.tensor(history.history.val_loss), model.name
  judge(model.name, model:predict(x_test, {verbose = 0}))
end
local learning = ln.plot.figure()
learning:line(curves, {names = names, title = "Validation", xlabel = "epoch",
  ylabel = "mean absolute error"})
save(learning, "time_series_learning.png")

-- Forecasts of one day in the test, beside what came.
local place = math.min(2 * day, #x_test)
local forecasts = ln.plot.figure{width = 900, title = "The next day: what came, and forecasts"}
local panel = forecasts:line(ln.arange(1 - window, 1), x_test[place]:squeeze(-1), {names = {"past"},
  xlabel = "hour"})
panel:line(ln.arange(1, day + 1), y_test[place], {names = {"what came"}, line_width = 4})
for i = 2, #errors do
  panel:line(ln.arange(1, day + 1), errors[i].forecast[place], {names = {errors[i].name},
    styles = {i == 2 and "dotted" or "solid"}})
end
save(forecasts, "time_series_forecasts.png")

print(("\n%-14s mean absolute error, next day"):format("forecast"))
for _, entry in ipairs(errors) do print(("%-14s %.4f"):format(entry.name, entry.mae)) end
print(("%-14s %.4f"):format("(noise alone)", noise * math.sqrt(2 / math.pi)))
local naive, best = errors[2], errors[2]
for _, entry in ipairs(errors) do
  if entry.mae < best.mae then best = entry end
end
print(("best: %s, %.0f%% below the naive forecast"):format(best.name,
  100 * (1 - best.mae / naive.mae)))
