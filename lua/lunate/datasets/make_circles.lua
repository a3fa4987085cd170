--- make_circles: a circle inside another.
--
--     local x, y = ln.datasets.make_circles{n_samples = 200, factor = 0.5, noise = 0.05}

local ln = require "lunate"
local public = require "lunate.public"
local random = require "lunate.data._random"
local shuffled = require "lunate.datasets._shuffled"

local OPTIONS = {
  n_samples = {"integer", default = 100, min = 2},
  shuffle = {"boolean", default = true},
  noise = {"number", default = 0, min = 0},
  random_state = {"integer", optional = true, min = 0},
  factor = {"number", default = 0.8, min = 0, max = 1},
}

local function circle(n, radius)
  local angle = ln.arange(0, n):astype("float32") * (2 * math.pi / n)
  return ln.stack({angle:cos() * radius, angle:sin() * radius}, {axis = 2})
end

--- `factor` is the inner circle's radius, the outer one's is 1.
-- @return x float32 (n_samples, 2) and y int64 (n_samples,) with the classes 0 (outer) and 1
--   (inner)
-- Errors: unknown options, values of the wrong kind or range.
local function make_circles(options)
  local n = options.n_samples
  local outer = n // 2
  local x = ln.concatenate{circle(outer, 1), circle(n - outer, options.factor)}
  local y = ln.arange(0, n):ge(outer):astype("int64")
  return shuffled(x, y, options, random(options.random_state))
end

return public.checked("make_circles", make_circles, OPTIONS, {"n_samples"})
