--- What transformers of columns share: checks of their input, and statistics that ignore NaN and
-- go over the rows in blocks, so that uint8 or float32 data never has a float64 copy as a whole.

local ln = require "lunate"
local class = require "lunate.class"
local raise = require "lunate.raise"
local is_tensor = require "lunate.is_tensor"

local columns = {}

local BLOCK = 1 << 19  -- elements

--- Raises unless x is a tensor (samples, features); after `fit`,
-- of as many features as it had then.
-- @param self  the transformer; its n_features_in_ is what `fit` saw, nil before
function columns.check(self, method, x, features)
  local what = ("%s:%s"):format(class.of(self).name, method)
  if not is_tensor(x) then
    raise("%s expects a tensor of shape (samples, features), got %s", what, type(x))
  elseif x.rank ~= 2 then
    raise("%s expects a tensor of shape (samples, features), got %s", what, x.shape)
  elseif features and x.shape[2] ~= features then
    raise("%s expects %d features, as in fit, got shape %s", what, features, x.shape)
  elseif method == "fit" and #x == 0 then
    raise("%s got no samples: shape %s", what, x.shape)
  end
end

--- Raises unless `fit` was called.
function columns.check_fitted(self, method)
  if not self.n_features_in_ then
    raise("%s:%s was called before fit", class.of(self).name, method)
  end
end

--- Goes over x in blocks of rows, as float64.
function columns.blocks(x)
  local rows = math.max(1, BLOCK // math.max(1, x.shape[2]))
  local first = 1 - rows
  return function()
    first = first + rows
    if first <= #x then
      return x[{ {first, math.min(first + rows - 1, #x)}, {} }]:astype("float64")
    end
  end
end

--- Number, mean and variance (over n) of each column's values
-- that are not NaN, float64 (features,).
function columns.moments(x)
  local n, sum, squares = 0, 0, 0
  for block in columns.blocks(x) do
    local is_known = ln.logical_not(block:isnan())
    n = n + is_known:astype("float64"):sum{axis = 1}
    sum = sum + ln.where(is_known, block, 0.0):sum{axis = 1}
  end
  local mean = sum / n
  for block in columns.blocks(x) do
    local apart = block - mean
    squares = squares + ln.where(apart:isnan(), 0.0, apart * apart):sum{axis = 1}
  end
  return n, mean, squares / n
end

--- The least and the greatest of each column's values that are not NaN, float64 (features,).
function columns.range(x)
  local low, high
  for block in columns.blocks(x) do
    local gone = block:isnan()
    local least = ln.where(gone, math.huge, block):min{axis = 1}
    local greatest = ln.where(gone, -math.huge, block):max{axis = 1}
    low = low and ln.minimum(low, least) or least
    high = high and ln.maximum(high, greatest) or greatest
  end
  return low, high
end

--- x * scale + shift in x's float dtype (float32 for integers),
-- scale and shift float64 (features,).
function columns.affine(x, scale, shift)
  local dtype = x.dtype == "float64" and "float64" or "float32"
  return x:astype(dtype) * scale:astype(dtype) + shift:astype(dtype)
end

return columns
