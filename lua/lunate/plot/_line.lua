-- The mark of a line. A line needs two ends: of a single value there is a point.

local MARKERS = {"circle", "triangle", "square", "diamond"}

--- @param place  which of several lines it is: markers differ
-- @param look  `name`, `style`, `width`, `color`
return function(x, y, place, look)
  local mark = {kind = "line", x = x, y = y, extent = {x = {x}, y = {y}}, name = look.name,
    color = look.color, style = look.style, width = look.width}
  if #y == 1 then
    mark.kind, mark.size, mark.alpha = "points", 8, 1
    mark.marker = MARKERS[(place - 1) % #MARKERS + 1]
  end
  return mark
end
