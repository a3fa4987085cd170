--- KNeighborsClassifier: what most of the nearest samples are.

local ln = require "lunate"
local Estimator = require "lunate.estimator"
local Nearest = require "lunate.neighbors._nearest"
local public = require "lunate.public"
local kept = require "lunate.kept"()

--- Predicts the class that the nearest samples vote for; of classes with as many votes, the least.
-- @param options  `n_neighbors` (5); `weights` ("uniform"): "distance" weighs votes by one over
--   their (Euclidean) distance
-- @return the estimator. After fit: `classes_`, `n_features_in_`, `n_samples_fit_`
--
--     local iris = ln.datasets.iris.load_data()
--     local model = ln.neighbors.KNeighborsClassifier(1):fit(iris.data, iris.target)
--     print(model:predict{{5.1, 3.5, 1.4, 0.2}})                                  --> [0]
--
-- Errors: unknown options; fit's.
local KNeighborsClassifier = Nearest:extend("KNeighborsClassifier")

--- Keeps the samples and their classes.
-- @param x  samples (n, features), a tensor or a table of numbers
-- @param y  class ids (n,), any whole
--   numbers, or booleans
-- @return the estimator itself
--
--     local model = ln.neighbors.KNeighborsClassifier(1):fit({{0}, {1}}, {7, 3})
--     print(model.classes_)                                                       --> [3 7]
--
-- Errors: shapes that do not fit; NaN or infinity in x; ids that are no whole numbers.
function KNeighborsClassifier:fit(x, y)
  x = Estimator.samples(self, "fit", x)
  y = Estimator.labels(self, "fit", y, #x)
  self.classes_ = y:unique()
  kept[self].places = self.classes_:searchsorted(y) - 1   -- from 0
  Nearest.keep(self, x)
  return self
end

--- The share of each class in the votes.
-- @param x  samples (n, features)
-- @return float64 (n, classes), rows sum to 1
--
--     local model = ln.neighbors.KNeighborsClassifier(2):fit({{0}, {1}, {9}}, {0, 1, 1})
--     print(model:predict_proba{{0.5}})                                    --> [[0.5 0.5]]
--
-- Errors: fewer samples than neighbours; another number of features; before fit.
function KNeighborsClassifier:predict_proba(x)
  local positions, weights = Nearest.weighed(self, x)
  local n, k = positions.shape[1], positions.shape[2]
  local votes = ln.one_hot(kept[self].places[positions:reshape{n * k}], #self.classes_)
  votes = votes:astype("float64"):reshape{n, k, #self.classes_}
  votes = (votes * weights:expand_dims(-1)):sum{axis = 2}
  return votes / weights:sum{axis = 2, keepdims = true}
end

--- The class of each sample.
-- @param x  samples (n, features)
-- @return class ids, int64 (n,)
--
--     local model = ln.neighbors.KNeighborsClassifier(1):fit({{0}, {1}}, {7, 3})
--     print(model:predict{{-5}, {5}})                                             --> [7 3]
--
-- Errors: as of predict_proba.
function KNeighborsClassifier:predict(x)
  return self.classes_[self:predict_proba(x):argmax{axis = -1}]
end

--- The share of samples whose class is predicted.
-- @param x  samples (n, features)
-- @param y  their class ids
-- @return 0 .. 1
--
--     local model = ln.neighbors.KNeighborsClassifier(1):fit({{0}, {1}}, {7, 3})
--     print(model:score({{-5}, {5}}, {7, 7}))                                     --> 0.5
--
-- Errors: as of predict; another number of ids.
function KNeighborsClassifier:score(x, y) return Estimator.accuracy(self, x, y) end

return public(KNeighborsClassifier)
