-- plot.bar: a bar for each of some named values.
local kind = require "lunate.plot._kind"
local data = require "lunate.plot._data"
local colors = require "lunate.plot._colors"
local raise = require "lunate.raise"

local OPTIONS = kind.options{
  names = {"list", optional = true},
  series_names = {"list", optional = true},
  colors = {"list", optional = true},
}

local spec = kind.define{
  name = "bar", min_args = 1, max_args = 1, takes = "values", options = OPTIONS,
  draw = function(options, first, values)
    local series = data.series("plot.bar: values", values)
    local n = #series[1]
    local names = options.names and data.texts("plot.bar: names", options.names, n)
    local of_series = options.series_names
      and data.texts("plot.bar: series_names", options.series_names, #series)
    local drawn, width = {marks = {}, xticks = {}}, 0.8 / #series
    for i = 1, n do drawn.xticks[i] = {i, names and names[i] or tostring(i)} end
    for k, list in ipairs(series) do
      if #list ~= n then
        raise("plot.bar: series 1 has %d values, series %d has %d", n, k, #list)
      end
      local mark = {kind = "bars", left = {}, right = {}, top = list, from_zero = true, alpha = 0.9,
        name = of_series and of_series[k],
        color = colors.given("plot.bar", options.colors, k, first)}
      for i = 1, n do
        mark.left[i] = i - 0.4 + (k - 1) * width
        mark.right[i] = mark.left[i] + width
      end
      mark.extent = {x = {mark.left, mark.right}, y = {list, {0}}}
      drawn.marks[k] = mark
    end
    return drawn
  end,
}

--- Draws bars, side by side where there are several series.
--
-- `plot.bar(values, options)`; a method of figures and panels.
-- @param values  (n); or (n, k), or a list of k lists: k bars beside each other at each place
-- @param options  `names`: of the n places, under the axis (by default 1 to n); `series_names`: of
--   the k series, for the legend; `colors`: of each series, as "#0072B2". Those of every plot,
--   as in plot.line
-- Errors: what is no number; series of different lengths.
--
--     ln.plot.bar({0.88, 0.91, 0.86}, {names = {"mlp", "cnn", "linear"}, ylim = {0.8, 1},
--       ylabel = "accuracy", to_file = "build/plots/bar.png"})
return function(values, options)
  return kind.plot(spec, OPTIONS, values, options)
end
