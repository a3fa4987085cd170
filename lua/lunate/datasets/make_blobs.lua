--- make_blobs: normally distributed clouds around centers.
--
--     local x, y = ln.datasets.make_blobs{n_samples = 150, centers = 3, random_state = 0}
--     local x, y = ln.datasets.make_blobs{centers = {{0, 0}, {5, 5}}, cluster_std = {0.5, 2}}

local ln = require "lunate"
local public = require "lunate.public"
local raise = require "lunate.raise"
local random = require "lunate.data._random"
local shuffled = require "lunate.datasets._shuffled"
local is_tensor = require "lunate.is_tensor"

local OPTIONS = {
  n_samples = {"integer", default = 100, min = 1},
  n_features = {"integer", default = 2, min = 1},
  centers = {"any", default = 3},
  cluster_std = {"any", default = 1.0},
  center_box = {"numbers", default = {-10, 10}},
  shuffle = {"boolean", default = true},
  random_state = {"integer", optional = true, min = 0},
  return_centers = {"boolean", default = false},
}

local POSITIONAL = {"n_samples", "n_features", "centers"}

--- `centers`: how many, or a table or tensor (centers, features) of them; `center_box`: what they
-- are drawn from, evenly in each feature; `cluster_std`: a number, or one for each center;
-- n_samples are spread evenly over the centers.
-- @return x float32 (n_samples, n_features), y int64 (n_samples,) with the center 0, 1, ... of
--   each; with `return_centers` the centers (centers, n_features) too
-- Errors: unknown options, values of the wrong kind or range; centers or deviations that
-- do not fit.
local function make_blobs(options)
  local rng, box, centers = random(options.random_state), options.center_box, options.centers
  if #box ~= 2 or box[1] > box[2] then raise("make_blobs: center_box must be {low, high}") end
  local count = math.tointeger(centers)
  if count then
    if count < 1 then raise("make_blobs: centers must be at least 1, got %d", count) end
    centers = rng:uniform({count, options.n_features}, {min = box[1], max = box[2]})
  elseif type(centers) == "table" and type(getmetatable(centers)) ~= "string" then
    centers = ln.tensor(centers)
  end
  if not is_tensor(centers) or centers.rank ~= 2 then
    raise("make_blobs: centers must be a number or a table of rows, one a center")
  end
  centers = centers:astype("float32")
  local k, features, std = #centers, centers.shape[2], options.cluster_std
  if type(std) == "number" then std = ln.full({k}, std):totable() end
  if type(std) ~= "table" or #std ~= k then
    raise("make_blobs: cluster_std must be a number or a list of %d of them", k)
  end
  local x, y = {}, {}
  for i = 1, k do
    local n = options.n_samples // k + (i <= options.n_samples % k and 1 or 0)
    if n > 0 then
      if type(std[i]) ~= "number" or std[i] < 0 then
        raise("make_blobs: cluster_std must be numbers from 0 on")
      end
      x[#x + 1] = rng:normal{n, features} * std[i] + centers[i]
      y[#y + 1] = ln.full({n}, i - 1, {dtype = "int64"})
    end
  end
  local x_all, y_all = shuffled(ln.concatenate(x), ln.concatenate(y), options, rng)
  if options.return_centers then return x_all, y_all, centers end
  return x_all, y_all
end

return public.checked("make_blobs", make_blobs, OPTIONS, POSITIONAL)
