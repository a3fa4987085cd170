--- The base of estimators, in scikit-learn's manner: `fit(x, y)` learns and returns the estimator,
-- `predict(x)` answers; what was learned is in fields that end in an underscore. Here are checks of
-- data, and the scores. `ln.linear_model` and `ln.neighbors` extend it.

local ln = require "lunate"
local class = require "lunate.class"
local raise = require "lunate.raise"
local public = require "lunate.public"
local is_tensor = require "lunate.is_tensor"

local Estimator = class("Estimator", {type = "lunate.estimator"})

local function tensor(what, value, expected)
  if is_tensor(value) then return ln.stop_gradient(value) end
  if type(value) == "table" and getmetatable(value) == nil then
    return ln.tensor(value, {dtype = "float64"})
  end
  raise("%s expects %s, got %s", what, expected, type(value))
end

--- x as float64 (samples, features); after fit, of as many features as it had then.
-- @param method  who asks, for messages; "fit" and "partial_fit" may see it first
function Estimator:samples(method, x)
  local what = ("%s:%s"):format(class.of(self).name, method)
  local features = method ~= "fit" and self.n_features_in_
  if not features and not method:find("fit$") then raise("%s was called before fit", what) end
  x = tensor(what, x, "samples of shape (samples, features)")
  if x.rank ~= 2 then
    raise("%s expects samples of shape (samples, features), got %s", what, x.shape)
  elseif features and x.shape[2] ~= features then
    raise("%s expects %d features, as in fit, got shape %s", what, features, x.shape)
  elseif method:find("fit$") and x.size == 0 then
    raise("%s got no samples: shape %s", what, x.shape)
  end
  x = x:astype("float64")
  if not x:isfinite():all() then raise("%s: x holds NaN or infinity", what) end
  return x
end

--- y as float64 with n rows.
function Estimator:targets(method, y, n)
  local what = ("%s:%s"):format(class.of(self).name, method)
  y = tensor(what, y, "targets y")
  if y.rank == 0 or #y ~= n then
    raise("%s: x has %d samples, y is of shape %s", what, n, y.shape)
  end
  return y:astype("float64")
end

--- y as class ids: int64 (n,).
function Estimator:labels(method, y, n)
  y = Estimator.targets(self, method, y, n)
  if y.rank == 2 and y.shape[2] == 1 then y = y:squeeze(-1) end
  if y.rank ~= 1 or not y:floor():eq(y):all() then
    raise("%s:%s: y should be one class id, a whole number, for each sample", class.of(self).name,
      method)
  end
  return y:astype("int64")
end

--- The share of right answers, 0 .. 1: the score of a classifier.
function Estimator:accuracy(x, y)
  local predicted = self:predict(x)
  local right = predicted:eq(Estimator.labels(self, "score", y, #predicted))
  return right:astype("float64"):mean():item()
end

--- R2, at most 1: how much of the variance of y is explained, averaged over outputs; the score of
-- a regressor. A constant y is 1 when it is met, else 0.
function Estimator:r2(x, y)
  local predicted = self:predict(x):astype("float64")
  y = Estimator.targets(self, "score", y, #predicted)
  if tostring(y.shape) ~= tostring(predicted.shape) then
    raise("%s:score: y is of shape %s, predicted is %s", class.of(self).name, y.shape,
      predicted.shape)
  end
  local left = ((y - predicted) ^ 2):sum{axis = 1}
  local all = ((y - y:mean{axis = 1}) ^ 2):sum{axis = 1}
  left, all = ln.tensor(left, {dtype = "float64"}), ln.tensor(all, {dtype = "float64"})
  local constant = ln.where(left:eq(0), 1.0, 0.0)
  return ln.where(all:gt(0), 1 - left / ln.maximum(all, 1e-300), constant):mean():item()
end

return public(Estimator)
