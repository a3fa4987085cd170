--- plot.scatter: points, by class where they have one.
local kind = require "lunate.plot._kind"
local data = require "lunate.plot._data"
local points = require "lunate.plot._points"

local OPTIONS = {
  classes = {"any", optional = true},
  class_names = {"list", optional = true},
  name = {"string", optional = true},
  marker = {"choice", choices = {"circle", "triangle", "square", "diamond", "cross"},
    optional = true},
  size = {"number", min = 0.5, max = 100, optional = true},
  alpha = {"number", min = 0.01, max = 1, optional = true},
  colors = {"list", optional = true},
}

--- Draws points.
--
-- `plot.scatter(points, options)`, `plot.scatter(x, y, options)`; a method of figures and panels.
-- @param points  (n, 2), or x (n) and y (n); NaN and infinities are left out
-- @param options  classes = (n) ids: every class has a colour, a shape and a line in the legend;
--   class_names = names, of id 0 first; name = of the points, for the legend, where they have no
--   classes; size = diameter in pixels and alpha = opacity in 0..1 (by default the more points, the
--   smaller and fainter); marker = "circle", "triangle", "square", "diamond", "cross"; colors = as
--   "#0072B2", of each class; to_file, terminal, width, height, font_size and the options of panels
--   as in plot.line
-- Errors: lengths that differ; a class without a name.
--
--     local iris = ln.datasets.iris.load_data()
--     ln.plot.scatter(iris.data[{ {}, {3, 4} }], {classes = iris.target,
--       class_names = iris.target_names, to_file = "build/plots/scatter.png"})
return kind.define{
  name = "scatter", least = 1, most = 2, takes = "points (n, 2), or x and y", options = OPTIONS,
  draw = function(options, first, x, y)
    local what = "plot.scatter"
    return {marks = (points(what, options, first, data.points(what, x, y)))}
  end,
}
