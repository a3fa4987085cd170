--- make_moons: two half circles that reach into each other.
--
--     local x, y = ln.datasets.make_moons{n_samples = 200, noise = 0.1, random_state = 42}

local ln = require "lunate"
local public = require "lunate.public"
local random = require "lunate.data._random"
local shuffled = require "lunate.datasets._shuffled"

local OPTIONS = {
  n_samples = {"integer", default = 100, min = 2},
  shuffle = {"boolean", default = true},
  noise = {"number", default = 0, min = 0},
  random_state = {"integer", optional = true, min = 0},
}

--- @return x float32 (n_samples, 2) and y int64 (n_samples,) with the classes 0 (outer) and 1
--   (inner)
-- Errors: unknown options, values of the wrong kind or range.
local function make_moons(options)
  local n = options.n_samples
  local outer = n // 2
  local a, b = ln.linspace(0, math.pi, outer), ln.linspace(0, math.pi, n - outer)
  local x = ln.stack({
    ln.concatenate{a:cos(), 1 - b:cos()},
    ln.concatenate{a:sin(), 0.5 - b:sin()},
  }, {axis = 2})
  local y = ln.arange(0, n):ge(outer):astype("int64")
  return shuffled(x, y, options, random(options.random_state))
end

return public.checked("make_moons", make_moons, OPTIONS, {"n_samples"})
