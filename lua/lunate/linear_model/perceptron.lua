--- Perceptron (Rosenblatt, 1958): one threshold unit, taught by its mistakes alone.

local ln = require "lunate"
local raise = require "lunate.raise"
local random = require "lunate.data._random"
local Estimator = require "lunate.estimator"
local public = require "lunate.public"
local kept = require "lunate.kept"()
local options_of = require "lunate.class".options_of

--- The perceptron as a classifier; several classes are told apart one against the rest. The rule,
-- for targets t of -1 and 1: where t (w x + b) <= 0, w becomes w + eta0 t x and b becomes
-- b + eta0 t. It finds a line between two classes if there is one (in a number of mistakes that
-- Novikoff bounded, 1962); where there is none, as for XOR, no number of epochs will help: that
-- takes hidden layers.
-- @param options  `max_iter` (1000): epochs at most; `tol` (0.001): training ends after
--   `n_iter_no_change` (5) epochs whose loss, the sum of -t (w x + b) over the mistakes, was not by
--   tol for each sample less than the least before (false: after max_iter); `eta0` (1): the step;
--   `fit_intercept` (true); `shuffle` (true): another order each epoch; `random_state`: a seed of
--   its own for that (the global one)
-- @return the estimator. After fit: `coef_` float64 (1, features), or (classes, features) for more
--   than two, `intercept_`, `classes_` (the ids, sorted), `n_iter_`, `n_features_in_`
--
--     local x, y = ln.tensor{{0, 0}, {0, 1}, {1, 0}, {1, 1}}, ln.tensor{0, 1, 1, 1}      -- OR
--     local model = ln.linear_model.Perceptron{random_state = 0}:fit(x, y)
--     print(model:predict(x))                                            --> [0 1 1 1]
--
-- Errors: unknown options; fit's.
local Perceptron = Estimator:extend("Perceptron")

Perceptron.options = {
  max_iter = {"integer", default = 1000, min = 1},
  tol = {"any", default = 1e-3},
  eta0 = {"number", default = 1, range = "(0, inf)"},
  fit_intercept = {"boolean", default = true},
  shuffle = {"boolean", default = true},
  random_state = {"integer", optional = true, min = 0},
  n_iter_no_change = {"integer", default = 5, min = 1},
}

function Perceptron:init(options)
  if type(options.tol) ~= "number" and options.tol ~= false then
    raise("bad option 'tol' of 'Perceptron' (a number or false expected, got %s)",
      tostring(options.tol))
  end
end

local MOST = 4096   -- rows that are looked at together

-- One epoch of the classical rule. z (n, d) are the samples times their targets, so that z w <= 0
-- is a mistake and w + eta z its correction. Until the next mistake w stays as it is: many rows are
-- tried at once, the more the rarer mistakes are. Gives w and the loss.
local function epoch(z, w, eta)
  local first_row, size, loss = 1, 16, 0
  while first_row <= #z do
    local last = math.min(first_row + size - 1, #z)
    local margins = z[{ {first_row, last}, {} }]:matmul(w)
    local first = margins:le(0):astype("uint8"):argmax():item()
    local margin = margins[first]
    if margin <= 0 then
      w, loss = w + z[first_row + first - 1] * eta, loss - margin
      first_row, size = first_row + first, math.max(size // 2, 8)
    else
      first_row, size = last + 1, math.min(size * 2, MOST)
    end
  end
  return w, loss
end

-- Teaches one unit; w and how many epochs it took.
local function teach(self, z, w, rng, epochs, tol)
  local options = options_of(self)
  local best, idle = math.huge, 0
  for i = 1, epochs do
    local loss
    w, loss = epoch(options.shuffle and z[rng:permutation(#z)] or z, w, options.eta0)
    if tol then
      idle = loss > best - tol * #z and idle + 1 or 0
      best = math.min(best, loss)
      if idle >= options.n_iter_no_change then return w, i end
    end
  end
  return w, epochs
end

local function train(self, x, y, epochs, tol)
  local n_classes = #self.classes_
  local units = n_classes == 2 and 1 or n_classes
  if options_of(self).fit_intercept then
    x = ln.concatenate({x, ln.ones({#x, 1}, {dtype = "float64"})}, {axis = 2})
  end
  local weights = {}
  self.n_iter_ = 0
  for k = 1, units do
    local positive = y:eq(self.classes_[n_classes == 2 and 2 or k])
    local z = x * ln.where(positive, 1.0, -1.0):astype("float64"):expand_dims(-1)
    local w, epochs_taken = teach(self, z, kept[self].weights[k], kept[self].rng, epochs, tol)
    weights[k], self.n_iter_ = w, math.max(self.n_iter_, epochs_taken)
  end
  kept[self].weights = ln.stack(weights)
  local d = self.n_features_in_
  self.coef_ = kept[self].weights[{ {}, {1, d} }]:copy()
  self.intercept_ = options_of(self).fit_intercept and kept[self].weights[{ {}, d + 1 }]:copy()
    or ln.zeros({units}, {dtype = "float64"})
  return self
end

-- Starts anew for these classes.
local function begin(self, classes, features)
  local units = #classes == 2 and 1 or #classes
  self.classes_, self.n_features_in_ = classes, features
  kept[self].rng = random(options_of(self).random_state)
  kept[self].weights = ln.zeros({units, features + (options_of(self).fit_intercept and 1 or 0)},
    {dtype = "float64"})
end

local function check_classes(method, classes)
  if #classes < 2 then
    raise("Perceptron:%s needs at least two classes, got %d", method, #classes)
  end
  return classes
end

--- Learns from the samples, from the beginning.
-- @param x  samples (n, features), a tensor or a table of numbers
-- @param y  class ids (n,), any whole
--   numbers, or booleans
-- @return the estimator itself
--
--     local model = ln.linear_model.Perceptron():fit({{-1}, {1}, {2}}, {7, 3, 3})
--     print(model.classes_)                                                    --> [3 7]
--
-- Errors: shapes that do not fit, NaN or infinity in x, ids that are no whole numbers, fewer than
-- two classes; the estimator stays as it was.
function Perceptron:fit(x, y)
  x = Estimator.samples(self, "fit", x)
  y = Estimator.labels(self, "fit", y, #x)
  begin(self, check_classes("fit", (y:unique())), x.shape[2])
  return train(self, x, y, options_of(self).max_iter, options_of(self).tol)
end

local PARTIAL = {classes = {"any"}}

--- One epoch over the samples, going on from what was learned.
-- @param x  samples (n, features)
-- @param y  class ids (n,)
-- @param options  `classes`: all ids that will come,
--   needed in the first call
-- @return the estimator itself
--
--     local model = ln.linear_model.Perceptron()
--     model:partial_fit({{-1}, {1}}, {0, 1}, {classes = {0, 1, 2}})
--     model:partial_fit({{5}}, {2})
--
-- Errors: as of fit; no classes in the first call, others later; an id that is not among them.
function Perceptron:partial_fit(x, y, options)
  local classes = options.classes
  x = Estimator.samples(self, "partial_fit", x)
  y = Estimator.labels(self, "partial_fit", y, #x)
  if classes ~= nil then
    classes = ln.tensor(classes, {dtype = "int64"}):unique()
    if self.classes_ and classes ~= self.classes_ then
      raise("Perceptron:partial_fit: classes are %s, and were %s", classes, self.classes_)
    end
  end
  if not classes and not self.classes_ then
    raise("Perceptron:partial_fit: the first call needs to know all classes, {classes = {0, 1}}")
  end
  if not y:isin(classes or self.classes_):all() then
    raise("Perceptron:partial_fit: y holds ids that are not among the classes %s",
      classes or self.classes_)
  end
  if not self.classes_ then begin(self, check_classes("partial_fit", classes), x.shape[2]) end
  return train(self, x, y, 1, false)
end

--- How far on which side the samples lie: w x + b.
-- @param x  samples (n, features)
-- @return float64 (n,): above 0 is the second class; for more than two classes (n, classes)
--
--     local model = ln.linear_model.Perceptron{shuffle = false}:fit({{-1}, {1}}, {0, 1})
--     print(model:decision_function{{3}}[1] > 0)                              --> true
--
-- Errors: another number of features; before fit.
function Perceptron:decision_function(x)
  x = Estimator.samples(self, "decision_function", x)
  local scores = x:matmul(self.coef_:transpose()) + self.intercept_
  return scores.shape[2] == 1 and scores:squeeze(-1) or scores
end

--- The class of each sample.
-- @param x  samples (n, features)
-- @return class ids, int64 (n,)
--
--     local model = ln.linear_model.Perceptron():fit({{-1}, {1}}, {4, 8})
--     print(model:predict{{-5}, {5}})                                          --> [4 8]
--
-- Errors: as of decision_function.
function Perceptron:predict(x)
  local scores = self:decision_function(x)
  local place = scores.rank == 1 and scores:gt(0):astype("int64") + 1 or scores:argmax{axis = -1}
  return self.classes_[place]
end

--- The share of samples whose class is predicted.
-- @param x  samples (n, features)
-- @param y  their class ids
-- @return 0 .. 1
--
--     local model = ln.linear_model.Perceptron():fit({{-1}, {1}}, {4, 8})
--     print(model:score({{-5}, {5}}, {4, 4}))                                   --> 0.5
--
-- Errors: as of predict; another number of ids.
function Perceptron:score(x, y) return Estimator.accuracy(self, x, y) end

return public(Perceptron, {options = {partial_fit = PARTIAL}})
