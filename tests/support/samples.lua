-- The arguments that an op's samples ask for (LnOp.samples): "x(2, 3), {axis = 1}" and the like.

local ln = require "lunate"

local samples = {drawn = 0}   -- drawn: numbers taken so far

-- Numbers that keep away from kinks (|v| > 0.1) and from each other: multiples of the golden
-- ratio, modulo one, each tensor of a sample further along.
local function spread(shape, low, high, away)
  local n = 1
  for _, d in ipairs(shape) do n = n * d end
  local values = {}
  for k = 1, n do
    local v = low + (high - low) * ((samples.drawn + k) * 0.6180339887498949 % 1)
    if away and math.abs(v) < 0.1 then v = v + (v < 0 and -0.1 or 0.1) end
    values[k] = v
  end
  samples.drawn = samples.drawn + n
  return ln.tensor(values, {dtype = "float64"}):reshape(shape)
end
samples.spread = spread

local function shape_of(...) return {...} end
local scope = {
  x = function(...) return spread(shape_of(...), -1.9, 2.1, true) end,
  p = function(...) return spread(shape_of(...), 0.5, 1.5) end,
  u = function(...) return spread(shape_of(...), -0.9, 0.9, true) end,
  b = function(...) return spread(shape_of(...), -1, 1):gt(0) end,
  i = function(n, ...)
    return (spread(shape_of(...), 0, 1) * n):floor():clip(0, n - 1):astype("int32")
  end,
  ln = ln, math = math,
}

--- The arguments of a sample, packed, the same ones each time.
function samples.arguments(sample)
  samples.drawn = 0
  return table.pack(assert(load("return " .. sample, sample, "t", scope))())
end

return samples
