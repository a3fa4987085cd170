--- KNeighborsRegressor: the mean of the nearest samples' targets.

local Estimator = require "lunate.estimator"
local Nearest = require "lunate.neighbors._nearest"
local public = require "lunate.public"
local kept = require "lunate.kept"()

--- Predicts what the nearest samples had, on average: over one feature, a running mean.
-- @param options  `n_neighbors` (5); `weights` ("uniform"): "distance" weighs them by one over
--   their (Euclidean) distance
-- @return the estimator. After fit: `n_features_in_`, `n_samples_fit_`
--
--     local x = ln.linspace(0, 10, 101):reshape{101, 1}
--     local smooth = ln.neighbors.KNeighborsRegressor{n_neighbors = 11}:fit(x, x:flatten():sin())
--     print(smooth:predict(x).shape)                                         --> (101,)
--
-- Errors: unknown options; fit's.
local KNeighborsRegressor = Nearest:extend("KNeighborsRegressor")

--- Keeps the samples and their targets.
-- @param x  samples (n, features), a tensor or a table of numbers
-- @param y  targets (n,) or (n, outputs)
-- @return the estimator itself
--
--     local model = ln.neighbors.KNeighborsRegressor(1):fit({{0}, {1}}, {{1, 2}, {3, 4}})
--     print(model:predict{{0.9}})                                            --> [[3. 4.]]
--
-- Errors: shapes that do not fit; NaN or infinity in x.
function KNeighborsRegressor:fit(x, y)
  x = Estimator.samples(self, "fit", x)
  kept[self].y = Estimator.targets(self, "fit", y, #x):copy()
  Nearest.keep(self, x)
  return self
end

--- The weighed mean of the neighbours' targets.
-- @param x  samples (n, features)
-- @return float64 (n,) or (n, outputs)
--
--     local model = ln.neighbors.KNeighborsRegressor{2, weights = "distance"}
--     print(model:fit({{0}, {1}}, {0, 1}):predict{{0.25}})                   --> [0.25]
--
-- Errors: fewer samples than neighbours; another number of features; before fit.
function KNeighborsRegressor:predict(x)
  local positions, weights = Nearest.weighed(self, x)
  local n, k = positions.shape[1], positions.shape[2]
  local y = kept[self].y[positions:reshape{n * k}]
  local outputs = kept[self].y.rank == 1 and 1 or kept[self].y.size // #kept[self].y
  local sum = (y:reshape{n, k, outputs} * weights:expand_dims(-1)):sum{axis = 2}
  local mean = sum / weights:sum{axis = 2, keepdims = true}
  local shape = {table.unpack(kept[self].y.shape, 1, kept[self].y.rank)}
  shape[1] = n
  return mean:reshape(shape)
end

--- R2 of what is predicted: 1 is perfect, 0 no better than the mean of y.
-- @param x  samples (n, features)
-- @param y  their targets
-- @return a number, at most 1
--
--     local model = ln.neighbors.KNeighborsRegressor(1):fit({{0}, {1}}, {0, 1})
--     print(model:score({{0}, {1}}, {0, 1}))                                    --> 1.0
--
-- Errors: as of predict; targets of another shape.
function KNeighborsRegressor:score(x, y) return Estimator.r2(self, x, y) end

return public(KNeighborsRegressor)
