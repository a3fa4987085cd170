-- plot.heatmap: a matrix by colours.
local kind = require "lunate.plot._kind"
local matrix = require "lunate.plot._matrix"

local OPTIONS = kind.options(matrix.options)

local spec = kind.define{
  name = "heatmap", min_args = 1, max_args = 1, takes = "a matrix", options = OPTIONS,
  draw = function(options, _, values) return matrix.draw("plot.heatmap", options, values) end,
}

--- Draws a matrix as a grid of colours, its first row at the top.
--
-- `plot.heatmap(values, options)`; a method of figures and panels.
-- @param values  (rows, columns); NaN is white
-- @param options  `map` ("viridis"): or "blues", "diverging", "gray", "binary"; `range`: {low,
--   high} of the map (by default of the values); `annotate`: whether the values are written into
--   the cells (by default up to 150 of them); `format` ("%.2g"): of those; `x_names`: of the
--   columns; `y_names`: of the rows; `colorbar` (true): a bar of the map beside it; and those of
--   every plot, as in plot.line
-- Errors: no matrix; as many names as there are not.
--
--     ln.plot.heatmap({{1, 0.5}, {0.5, 1}}, {x_names = {"a", "b"}, y_names = {"a", "b"},
--       map = "diverging", range = {-1, 1}, to_file = "build/plots/heatmap.png"})
return function(values, options)
  return kind.plot(spec, OPTIONS, values, options)
end
