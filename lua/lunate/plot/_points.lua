--- Points, by class where they have one: what scatters and decision boundaries draw.

local data = require "lunate.plot._data"
local colors = require "lunate.plot._colors"

local MARKERS = {"circle", "triangle", "square", "diamond"}

-- Thousands of points are small and let others through; a few are large and solid.
local function look(options, n)
  local size = options.size or (n <= 200 and 8 or n <= 1000 and 6 or 4.5)
  local alpha = options.alpha or (n <= 200 and 0.85 or n <= 1000 and 0.6 or n <= 3000 and 0.4
    or 0.25)
  return size, alpha
end

--- Marks of points at lists xs and ys.
-- @param options  classes, class_names, name, size, alpha, marker, colors: see plot.scatter
-- @param first  how many series the panel has already
return function(what, options, first, xs, ys)
  local size, alpha = look(options, #xs)
  local function mark(k, at_x, at_y, name, place, color)
    return {
      kind = "points", x = at_x, y = at_y, extent = {x = {at_x}, y = {at_y}}, name = name,
      size = size, alpha = alpha, marker = options.marker or MARKERS[(place - 1) % #MARKERS + 1],
      color = options.colors and colors.given(what, options.colors, k, 0)
        or colors.of_series(color),
    }
  end
  if options.classes == nil then
    return {mark(1, xs, ys, options.name and data.text(options.name), 1, first + 1)}
  end
  local classes = data.classes(what, options.classes, #xs, options.class_names)
  local list = {}
  for k, name in ipairs(classes.names) do
    local place = classes.places[k]
    list[k] = mark(k, {}, {}, name, place, first + place)
  end
  for i, k in ipairs(classes.of) do
    local series = list[k]
    series.x[#series.x + 1], series.y[#series.y + 1] = xs[i], ys[i]
  end
  return list, classes
end
