--- make_regression: a random linear problem, of which only some features matter.
--
--     local x, y, coef = ln.datasets.make_regression{n_samples = 200, n_features = 5, coef = true}

local ln = require "lunate"
local public = require "lunate.public"
local random = require "lunate.data._random"
local shuffled = require "lunate.datasets._shuffled"

local OPTIONS = {
  n_samples = {"integer", default = 100, min = 1},
  n_features = {"integer", default = 100, min = 1},
  n_informative = {"integer", default = 10, min = 0},
  n_targets = {"integer", default = 1, min = 1},
  bias = {"number", default = 0},
  noise = {"number", default = 0, min = 0},
  shuffle = {"boolean", default = true},
  coef = {"boolean", default = false},
  random_state = {"integer", optional = true, min = 0},
}

local POSITIONAL = {"n_samples", "n_features"}

--- y = x * coef + bias + noise; x is standard normal, the coefficients of n_informative features
-- are uniform in 0 .. 100, those of the others 0; `shuffle` mixes samples and features.
-- @return x float32 (n_samples, n_features), y float32 (n_samples,), or (n_samples, n_targets) of
--   several targets; with `coef` the coefficients (n_features,) or (n_features, n_targets) too
-- Errors: unknown options, values of the wrong kind or range.
local function make_regression(options)
  local rng, features, targets = random(options.random_state), options.n_features, options.n_targets
  local informative = math.min(options.n_informative, features)
  local x = rng:normal{options.n_samples, features}
  local coef = ln.concatenate{
    rng:uniform({informative, targets}, {min = 0, max = 100}),
    ln.zeros{features - informative, targets},
  }
  if options.shuffle then coef = coef:take(rng:permutation(features), {axis = 1}) end
  local y = x:matmul(coef) + options.bias
  if options.noise > 0 then
    y = y + rng:normal({options.n_samples, targets}, {stddev = options.noise})
  end
  if targets == 1 then y, coef = y:reshape{options.n_samples}, coef:reshape{features} end
  local x_all, y_all = shuffled(x, y, {shuffle = options.shuffle}, rng)
  if options.coef then return x_all, y_all, coef end
  return x_all, y_all
end

return public.checked("make_regression", make_regression, OPTIONS, POSITIONAL)
