--- make_spirals: spiral arms around the origin, one a class.
--
--     local x, y = ln.datasets.make_spirals{n_samples = 300, n_classes = 3, noise = 0.02}

local ln = require "lunate"
local public = require "lunate.public"
local random = require "lunate.data._random"
local shuffled = require "lunate.datasets._shuffled"

local OPTIONS = {
  n_samples = {"integer", default = 100, min = 1},
  n_classes = {"integer", default = 2, min = 1},
  turns = {"number", default = 1, min = 0},
  shuffle = {"boolean", default = true},
  noise = {"number", default = 0, min = 0},
  random_state = {"integer", optional = true, min = 0},
}

--- `turns`: how often an arm goes round while its radius grows
-- from 0 to 1; n_samples are spread evenly over the arms.
-- @return x float32 (n_samples, 2) and y int64 (n_samples,) with the classes 0 .. n_classes - 1
-- Errors: unknown options, values of the wrong kind or range.
local function make_spirals(options)
  local arms, x, y = options.n_classes, {}, {}
  for arm = 0, arms - 1 do
    local n = options.n_samples // arms + (arm < options.n_samples % arms and 1 or 0)
    if n > 0 then
      local radius = ln.linspace(0, 1, n)
      local angle = radius * (2 * math.pi * options.turns) + 2 * math.pi * arm / arms
      x[#x + 1] = ln.stack({radius * angle:cos(), radius * angle:sin()}, {axis = 2})
      y[#y + 1] = ln.full({n}, arm, {dtype = "int64"})
    end
  end
  return shuffled(ln.concatenate(x), ln.concatenate(y), options, random(options.random_state))
end

return public.checked("make_spirals", make_spirals, OPTIONS, {"n_samples"})
