--- MinMaxScaler: each column from its range to a given one.
--
--     local scaler = ln.preprocessing.MinMaxScaler{feature_range = {0, 1}}
--     print(scaler:fit_transform(ln.tensor{{1, 10}, {3, 30}}))              --> [[0. 0.] [1. 1.]]

local ln = require "lunate"
local raise = require "lunate.raise"
local Transformer = require "lunate.preprocessing.transformer"
local columns = require "lunate.preprocessing._columns"
local public = require "lunate.public"
local options_of = require "lunate.class".options_of

--- `feature_range` {low, high} ({0, 1}); `clip` keeps what `fit` did not see inside it (false).
-- After `fit`: `data_min_`, `data_max_`, `data_range_`, `scale_`, `min_` (transform is x * scale_
-- + min_), float64 (features,), `n_samples_seen_`, `n_features_in_`. A constant column becomes
-- `low`. NaN is left out and stays NaN. Results are float32, float64 for float64 data.
local MinMaxScaler = Transformer:extend("MinMaxScaler")
MinMaxScaler.options = {
  feature_range = {"numbers", default = {0, 1}},
  clip = {"boolean", default = false},
}
MinMaxScaler.positional = {"feature_range"}

function MinMaxScaler:init(options)
  local range = options.feature_range
  if #range ~= 2 or range[1] >= range[2] then
    raise("MinMaxScaler: feature_range must be {low, high} with low < high, got {%s}",
      table.concat(range, ", "))
  end
end

function MinMaxScaler:fit(x)
  columns.check(self, "fit", x)
  local low, high = table.unpack(options_of(self).feature_range)
  self.data_min_, self.data_max_ = columns.range(x)
  self.data_range_ = self.data_max_ - self.data_min_
  self.scale_ = (high - low) / ln.where(self.data_range_:eq(0), 1.0, self.data_range_)
  self.min_ = low - self.data_min_ * self.scale_
  self.n_samples_seen_, self.n_features_in_ = #x, x.shape[2]
  return self
end

function MinMaxScaler:transform(x)
  columns.check_fitted(self, "transform")
  columns.check(self, "transform", x, self.n_features_in_)
  local y = columns.affine(x, self.scale_, self.min_)
  return options_of(self).clip and y:clip(table.unpack(options_of(self).feature_range)) or y
end

function MinMaxScaler:inverse_transform(x)
  columns.check_fitted(self, "inverse_transform")
  columns.check(self, "inverse_transform", x, self.n_features_in_)
  return columns.affine(x, 1 / self.scale_, -self.min_ / self.scale_)
end

return public(MinMaxScaler)
