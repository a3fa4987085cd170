-- plot.hist: how often values occur.
local kind = require "lunate.plot._kind"
local data = require "lunate.plot._data"
local colors = require "lunate.plot._colors"
local raise = require "lunate.raise"
local is_tensor = require "lunate.is_tensor"

local OPTIONS = kind.options{
  bins = {"integer", min = 1, max = 10000, optional = true},
  range = {"list", optional = true},
  density = {"boolean", default = false},
  names = {"list", optional = true},
  colors = {"list", optional = true},
  alpha = {"number", min = 0.01, max = 1, optional = true},
}

local function is_finite(v) return v == v and v < math.huge and v > -math.huge end

local function extent(series)
  local low, high, longest = math.huge, -math.huge, 0
  for _, list in ipairs(series) do
    longest = math.max(longest, #list)
    for _, v in ipairs(list) do
      if is_finite(v) then low, high = math.min(low, v), math.max(high, v) end
    end
  end
  if low > high then return 0, 1, longest end
  if low == high then return low - 0.5, high + 0.5, longest end
  return low, high, longest
end

local spec = kind.define{
  name = "hist", min_args = 1, max_args = 1, takes = "values", options = OPTIONS,
  draw = function(options, first, values)
    if is_tensor(values) and values.rank ~= 2 then
      values = values:reshape{values.size}
    end
    local series = data.series("plot.hist: values", values)
    local names = options.names and data.texts("plot.hist: names", options.names, #series)
    local low, high, longest = extent(series)
    if options.range then
      low, high = options.range[1], options.range[2]
      if type(low) ~= "number" or type(high) ~= "number" or not (low < high)
        or not is_finite(high - low) then
        raise("plot.hist: range should be {low, high}, two numbers of which the first is less")
      end
    end
    local bins = options.bins or math.max(10, math.min(60, math.ceil(longest ^ 0.5)))
    local step = (high - low) / bins
    local drawn = {marks = {}, ylabel = options.density and "density" or "count"}
    for k, list in ipairs(series) do
      local mark = {kind = "bars", left = {}, right = {}, top = {}, from_zero = true,
        name = names and names[k], alpha = options.alpha or #series > 1 and 0.55 or 0.85,
        color = colors.given("plot.hist", options.colors, k, first)}
      local total = 0
      for i = 1, bins do
        mark.left[i], mark.right[i], mark.top[i] = low + (i - 1) * step, low + i * step, 0
      end
      for _, v in ipairs(list) do
        if v >= low and v <= high then
          local i = math.min(bins, math.floor((v - low) / step) + 1)
          mark.top[i], total = mark.top[i] + 1, total + 1
        end
      end
      if options.density and total > 0 then
        for i = 1, bins do mark.top[i] = mark.top[i] / (total * step) end
      end
      mark.extent = {x = {mark.left, mark.right}, y = {mark.top, {0}}}
      drawn.marks[k] = mark
    end
    return drawn
  end,
}

--- Draws a histogram.
--
-- `plot.hist(values, options)`; a method of figures and panels.
-- @param values  (n) or of any shape but (n, k), whose columns are k series; or a list of series.
--   NaN and infinities are left out, as is what lies outside of the range
-- @param options  `bins`: how many, of equal width (by default the square root of n, 10 to 60);
--   `range`: {low, high} that they divide (by default all values); `density` (false): heights such
--   that the areas sum to one; `names`: of the series, for the legend; `colors`: as "#0072B2";
--   `alpha`: opacity in 0..1 (0.85, and 0.55 when there are several). Those of every plot, as
--   in plot.line
-- Errors: what is no number; a range that is none.
--
--     ln.plot.hist(ln.random.normal{5000}, {bins = 40, to_file = "build/plots/hist.png"})
return function(values, options)
  return kind.plot(spec, OPTIONS, values, options)
end
