-- plot.line: curves.
local kind = require "lunate.plot._kind"
local data = require "lunate.plot._data"
local colors = require "lunate.plot._colors"
local line = require "lunate.plot._line"
local raise = require "lunate.raise"

local STYLES = {"solid", "dashed", "dotted", "dashdot"}
local is_style = {}
for _, style in ipairs(STYLES) do is_style[style] = true end

local OPTIONS = kind.options{
  names = {"list", optional = true},
  styles = {"list", optional = true},
  colors = {"list", optional = true},
  line_width = {"number", default = 2, min = 0.1, max = 20},
}

-- Of more points than any picture has columns, neighbours are drawn by what is seen of them: the
-- first, the last, the least, the greatest and a gap. Where x goes back and forth, all are drawn.
local MOST, GROUPS = 20000, 4000
local function thinned(xs, ys)
  local n = #ys
  if n <= MOST then return xs, ys end
  for i = 2, n do
    if not (xs[i] >= xs[i - 1]) then return xs, ys end
  end
  local at_x, at_y = {}, {}
  for group = 1, GROUPS do
    local first, last = (group - 1) * n // GROUPS + 1, group * n // GROUPS
    local least, greatest, gap = first, first, nil
    for i = first, last do
      local y = ys[i]
      if y ~= y or math.abs(y) == math.huge then gap = gap or i end
      if not (ys[least] <= y) then least = i end
      if not (ys[greatest] >= y) then greatest = i end
    end
    local keep = {first, least, greatest, last, gap}
    table.sort(keep)
    for k, i in ipairs(keep) do
      if i ~= keep[k - 1] then at_x[#at_x + 1], at_y[#at_y + 1] = xs[i], ys[i] end
    end
  end
  return at_x, at_y
end

local spec = kind.define{
  name = "line", min_args = 1, max_args = 2, takes = "y, or x and y", options = OPTIONS,
  draw = function(options, first, x, y)
    if y == nil then x, y = nil, x end
    local drawn = {marks = {}}
    local series = data.series("plot.line: y", y)
    local xs = x and data.numbers("plot.line: x", x)
    local names = options.names and data.texts("plot.line: names", options.names, #series)
    for k, values in ipairs(series) do
      if xs and #xs ~= #values then
        raise("plot.line: x has %d values, y%s has %d", #xs, #series > 1 and " " .. k or "",
          #values)
      end
      -- Where the colours begin again, the styles differ.
      local round = (first + k - 1) // #colors.series % #STYLES
      local style = options.styles and options.styles[k] or STYLES[round + 1]
      if not is_style[style] then
        raise("plot.line: style %d is '%s'; there are solid, dashed, dotted and dashdot", k,
          tostring(style))
      end
      local positions = xs
      if not positions then
        positions = {}
        for i = 1, #values do positions[i] = i end
      end
      positions, values = thinned(positions, values)
      drawn.marks[k] = line(positions, values, k, {style = style, width = options.line_width,
        name = names and names[k], color = colors.given("plot.line", options.colors, k, first)})
    end
    return drawn
  end,
}

--- Draws curves through points.
--
-- `plot.line(y, options)`, `plot.line(x, y, options)`; figures and panels have it as a method.
-- @param x  (n) where the points are; 1, 2, ... n when it is left out
-- @param y  (n) one curve; (n, k) a curve a column; or a list of those, each with as many points as
--   x. NaN and infinities are gaps
-- @param options  `names`: of the curves, for the legend; `styles`: of each, "solid" (default; of
--   the ninth and on the others), "dashed", "dotted" or "dashdot"; `colors`: of each, as "#0072B2";
--   `line_width` (2): in pixels. Those of every plot: `title`, `xlabel`, `ylabel`, `xlim`,
--   `ylim`, `xscale`, `yscale`, `grid`, `legend`, `to_file`, `terminal`, `width`, `height`,
--   `font_size` (see `ln.plot.figure`)
-- Errors: lengths that differ; what is no number; an unknown style.
--
--     local x = ln.linspace(-3, 3, 100)
--     ln.plot.line(x, {ln.tanh(x), ln.relu(x)}, {names = {"tanh", "relu"}, styles = {"solid",
--       "dashed"}, to_file = "build/plots/line.png"})
return function(x, y, options)
  return kind.plot(spec, OPTIONS, x, y, options)
end
