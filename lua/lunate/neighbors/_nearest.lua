--- What estimators by neighbours share: the samples, and finding the nearest of them by brute
-- force, a matrix product for each block of rows.

local ln = require "lunate"
local raise = require "lunate.raise"
local Estimator = require "lunate.estimator"
local public = require "lunate.public"
local kept = require "lunate.kept"()
local class = require "lunate.class"
local options_of = class.options_of

local Nearest = Estimator:extend("Nearest")

Nearest.options = {
  n_neighbors = {"integer", default = 5, min = 1},
  weights = {"choice", default = "uniform", choices = {"uniform", "distance"}},
}
Nearest.positional = {"n_neighbors"}

local BLOCK = 1 << 21   -- distances that are held at once

-- Keeps the samples. They are centred, so that the products below lose little.
function Nearest:keep(x)
  local centre = x:mean{axis = 1, keepdims = true}
  self.n_features_in_, self.n_samples_fit_ = x.shape[2], #x
  kept[self].centre, kept[self].x = centre, x - centre
  kept[self].squares = (kept[self].x * kept[self].x):sum{axis = 2}
end

-- The k nearest of each row: |a - b|^2 = |a|^2 - 2 a b + |b|^2 finds them, and what it rounds off
-- does not show, since their distances are worked out from the differences then.
local function nearest(self, x, k)
  local known = kept[self].x
  local scores = x:matmul(known:transpose()) * 2 - kept[self].squares   -- in the same order
  local _, found = ln.topk(scores, k)
  local n, d = #x, x.shape[2]
  local differences = known[found:reshape{n * k}]:reshape{n, k, d} - x:expand_dims(2)
  local distances = (differences * differences):sum{axis = 3}:sqrt()
  local order = distances:argsort{axis = -1}
  return distances:take_along_axis(order, {axis = -1}), found:take_along_axis(order, {axis = -1})
end

local NEIGHBORS = {n_neighbors = {"integer", min = 1, optional = true}}

--- The nearest samples of those that fit saw.
-- @param x  (n, features); options  `n_neighbors` (the estimator's)
-- @return distances float64 (n, k), ascending, and the positions of the samples, int64 (n, k),
--   from 1. Errors: more neighbours than samples; another number of features; before fit.
--
--     local model = ln.neighbors.KNeighborsRegressor():fit({{0}, {1}, {5}}, {0, 10, 50})
--     print(model:kneighbors({{4}}, {n_neighbors = 2}))              --> [[1. 3.]]   [[3 2]]
function Nearest:kneighbors(x, options)
  local k = options.n_neighbors or options_of(self).n_neighbors
  x = Estimator.samples(self, "kneighbors", x)
  if k > self.n_samples_fit_ then
    raise("%s:kneighbors: %d neighbours are wanted, fit saw %d samples", class.of(self).name, k,
      self.n_samples_fit_)
  end
  x = x - kept[self].centre
  local rows = math.max(1, BLOCK // math.max(self.n_samples_fit_, k * self.n_features_in_))
  local distances, positions = {}, {}
  for first = 1, #x, rows do
    local block = x[{ {first, math.min(first + rows - 1, #x)}, {} }]
    distances[#distances + 1], positions[#positions + 1] = nearest(self, block, k)
  end
  if #x == 0 then
    return ln.zeros({0, k}, {dtype = "float64"}), ln.zeros({0, k}, {dtype = "int64"})
  end
  return ln.concatenate(distances), ln.concatenate(positions)
end

--- The neighbours' positions (n, k) and weights (n, k). By distance, those that are as near as can
-- be, at 0, count alone.
function Nearest:weighed(x)
  local distances, positions = self:kneighbors(x)
  local weights
  if options_of(self).weights == "uniform" then
    weights = ln.ones_like(distances)
  else
    local same = distances:eq(0)
    local inverse = ln.where(same, 0.0, 1 / ln.where(same, 1.0, distances))
    local any = same:astype("float64"):max{axis = 2, keepdims = true}:gt(0)
    weights = ln.where(any, same:astype("float64"), inverse)
  end
  return positions, weights
end

return public(Nearest, {options = {kneighbors = NEIGHBORS}})
