--- make_time_series: series of a trend, seasons and noise.
--
--     local series, signal = ln.datasets.make_time_series{n_samples = 500, period = {50, 7},
--       amplitude = {1, 0.3}, trend = 0.002, noise = 0.05, random_state = 42}

local ln = require "lunate"
local public = require "lunate.public"
local raise = require "lunate.raise"
local random = require "lunate.data._random"

local OPTIONS = {
  n_samples = {"integer", default = 1000, min = 1},
  n_features = {"integer", default = 1, min = 1},
  trend = {"number", default = 0.001},
  period = {"numbers", default = {50}},
  amplitude = {"numbers", default = {1}},
  noise = {"number", default = 0.1, min = 0},
  random_state = {"integer", optional = true, min = 0},
}

--- Series of a trend, seasons and noise.
-- @param options  `n_samples` (1000): how many steps of time; `n_features` (1): how many series
--   side by side; `trend` (0.001): what a step adds; `period` (50): steps of a season, a list for
--   several; `amplitude` (1): of a season, a list for several; `noise` (0.1): the standard
--   deviation of what is added at each step; `random_state`: else it follows from ln.set_seed
-- @return float32 (n_samples, n_features): at time t = 0, 1, ... trend * t, plus for each season
--   amplitude * sin(2 pi t / period + phase), with random phases, another for each feature, plus
--   normal noise; and the same without the noise
-- Errors: unknown options, values of the wrong kind or range.
local function make_time_series(options)
  local n, rng = options.n_samples, random(options.random_state)
  if #options.period ~= #options.amplitude then
    raise("make_time_series: %d periods and %d amplitudes: a list of one length for both expected",
      #options.period, #options.amplitude)
  end
  local time = ln.arange(0, n, 1, {dtype = "float64"}):expand_dims(2)
  local signal = time * options.trend + ln.zeros({1, options.n_features}, {dtype = "float64"})
  for i, period in ipairs(options.period) do
    if not (period > 0) then raise("make_time_series: a period > 0 expected, got %s", period) end
    local phase = rng:uniform({1, options.n_features}, {max = 2 * math.pi, dtype = "float64"})
    signal = signal + (time * (2 * math.pi / period) + phase):sin() * options.amplitude[i]
  end
  local noise = rng:normal(signal.shape, {stddev = options.noise, dtype = "float64"})
  return (signal + noise):astype("float32"), signal:astype("float32")
end

return public.checked("make_time_series", make_time_series, OPTIONS, {"n_samples"})
