--- StandardScaler: each column minus its mean, divided by its standard deviation.
--
--     local scaler = ln.preprocessing.StandardScaler()
--     local z = scaler:fit_transform(ln.tensor{{1, 10}, {3, 30}})
--     print(z, scaler.mean_, scaler.scale_)  --> [[-1. -1.] [ 1.  1.]]   [ 2. 20.]   [ 1. 10.]

local ln = require "lunate"
local Transformer = require "lunate.preprocessing.transformer"
local columns = require "lunate.preprocessing._columns"
local public = require "lunate.public"
local options_of = require "lunate.class".options_of

--- `with_mean`, `with_std`: whether to centre and to scale (both true). After `fit`: `mean_`,
-- `var_` (over n), `scale_` (1 for a constant column), float64 (features,), `n_samples_seen_`,
-- `n_features_in_`. NaN is left out of the statistics and stays NaN. Results are float32, float64
-- for float64 data.
local StandardScaler = Transformer:extend("StandardScaler")
StandardScaler.options = {
  with_mean = {"boolean", default = true},
  with_std = {"boolean", default = true},
}

function StandardScaler:fit(x)
  columns.check(self, "fit", x)
  local n, mean, var = columns.moments(x)
  -- A constant column's variance is not exactly zero when its mean is not exact: the bound is
  -- scikit-learn's, the error that the sums above may have.
  local eps = 2.220446049250313e-16
  local error_bound = var * n * eps + (n * mean * eps) ^ 2
  self.mean_, self.var_ = mean, var
  self.scale_ = ln.where(var:le(error_bound), 1.0, var:sqrt())
  self.n_samples_seen_, self.n_features_in_ = #x, x.shape[2]
  return self
end

function StandardScaler:transform(x)
  columns.check_fitted(self, "transform")
  columns.check(self, "transform", x, self.n_features_in_)
  -- Centred before it is scaled: float32 loses less than with one multiplication and addition.
  local dtype = x.dtype == "float64" and "float64" or "float32"
  x = x:astype(dtype)
  if options_of(self).with_mean then x = x - self.mean_:astype(dtype) end
  if options_of(self).with_std then x = x / self.scale_:astype(dtype) end
  return x
end

function StandardScaler:inverse_transform(x)
  columns.check_fitted(self, "inverse_transform")
  columns.check(self, "inverse_transform", x, self.n_features_in_)
  local dtype = x.dtype == "float64" and "float64" or "float32"
  x = x:astype(dtype)
  if options_of(self).with_std then x = x * self.scale_:astype(dtype) end
  if options_of(self).with_mean then x = x + self.mean_:astype(dtype) end
  return x
end

return public(StandardScaler)
