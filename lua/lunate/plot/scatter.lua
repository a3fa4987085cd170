-- plot.scatter: points, by class where they have one.
local kind = require "lunate.plot._kind"
local data = require "lunate.plot._data"
local points = require "lunate.plot._points"

local OPTIONS = kind.options{
  classes = {"any", optional = true},
  class_names = {"list", optional = true},
  name = {"string", optional = true},
  marker = {"choice", choices = {"circle", "triangle", "square", "diamond", "cross"},
    optional = true},
  size = {"number", min = 0.5, max = 100, optional = true},
  alpha = {"number", min = 0.01, max = 1, optional = true},
  colors = {"list", optional = true},
}

local spec = kind.define{
  name = "scatter", min_args = 1, max_args = 2, takes = "points (n, 2), or x and y",
  options = OPTIONS,
  draw = function(options, first, x, y)
    local what = "plot.scatter"
    return {marks = (points(what, options, first, data.points(what, x, y)))}
  end,
}

--- Draws points.
--
-- `plot.scatter(points, options)`, `plot.scatter(x, y, options)`; a method of figures and panels.
-- @param x  (n, 2) points; or (n), what is across, with y. NaN and infinities are left out
-- @param y  (n) what is upwards
-- @param options  `classes`: (n) ids: every class has a colour, a shape and a line in the legend;
--   `class_names`: their names, of id 0 first; `name`: of the points, for the legend, where they
--   have no classes; `size`: the diameter in pixels and `alpha`: the opacity in 0..1 (by default
--   the more points, the smaller and fainter); `marker`: "circle", "triangle", "square", "diamond"
--   or "cross"; `colors`: of each class, as "#0072B2". Those of every plot, as in plot.line
-- Errors: lengths that differ; a class without a name.
--
--     local iris = ln.datasets.iris.load_data()
--     ln.plot.scatter(iris.data[{ {}, {3, 4} }], {classes = iris.target,
--       class_names = iris.target_names, to_file = "build/plots/scatter.png"})
return function(x, y, options)
  return kind.plot(spec, OPTIONS, x, y, options)
end
