--- Draws a figure with gnuplot: `draw(figure, "png"|"svg"|"sixel")` gives the picture's bytes.
-- The script goes to gnuplot's standard input and the picture comes from its standard output: no
-- shell, no file names. Text is written in octal codes, so nothing in it can be a command, and is
-- shown as it is (noenhanced).

local core = require "lunate.core"
local raise = require "lunate.raise"
local colors = require "lunate.plot._colors"
local scale = require "lunate.plot._scale"

local GRAY, LIGHT = "#404040", "#E4E4E4"
local DASHES = {solid = "solid", dashed = "(10,5)", dotted = "(2.5,4)", dashdot = "(10,4,2.5,4)"}
-- Filled shapes, and how large each is drawn, by Cairo and in SVG, to look as large as a circle.
local MARKERS = {circle = {7, 1, 0.95}, triangle = {9, 1.25, 0.9}, square = {5, 0.95, 0.8},
                 diamond = {13, 1.25, 0.8}, cross = {2, 0.9, 0.75}}

-- Digits as well: gnuplot takes any number of them for one code.
local function quote(text)
  return '"' .. text:gsub("[^%a ]", function(c) return ("\\%03o"):format(c:byte()) end) .. '"'
end

-- Labels of ticks are printf formats.
local function quote_tick(text) return quote((text:gsub("%%", "%%%%"))) end

local function rgb(color) return ('rgb "#%06X"'):format(color) end

local function faint(color, alpha)
  return ('rgb "#%02X%06X"'):format(math.floor((1 - alpha) * 255 + 0.5), color)
end

local function number(v)
  if v ~= v or v == math.huge or v == -math.huge then return "NaN" end
  return ("%.10g"):format(v)
end

-- A script: lines, data blocks with names of their own, and bytes that the next plot reads.
local Script = {}
Script.__index = Script

function Script:add(format, ...)
  self[#self + 1] = select("#", ...) > 0 and format:format(...) or format
end

--- The size of a font, so many points larger than the figure's, as gnuplot wants it: pixels in SVG.
function Script:font(more)
  return (self.font_size + more) * (self.format == "svg" and 4 / 3 or 1)
end

--- A block of rows of numbers from lists of columns; its name.
function Script:block(columns, n)
  self.blocks = self.blocks + 1
  local name = "$d" .. self.blocks
  self:add("%s << END", name)
  for i = 1, n do
    local row = {}
    for k, column in ipairs(columns) do row[k] = number(column[i]) end
    self[#self + 1] = table.concat(row, " ")
  end
  self:add("END")
  return name
end

-- Many numbers are sent as bytes, after the plot command that reads them; text takes gnuplot time
-- that grows with the square of its lines.
local NAN = 0 / 0

--- The element of points with the coordinates of two lists.
function Script:points(xs, ys)
  local list, n = {}, math.max(1, #xs)
  for i = 1, n do
    local x, y = xs[i] or NAN, ys[i] or NAN
    if x == math.huge or x == -math.huge then x = NAN end
    if y == math.huge or y == -math.huge then y = NAN end
    list[i] = ("<dd"):pack(x, y)
  end
  self.bytes[#self.bytes + 1] = table.concat(list)
  return ('"-" binary record=(%d) format="%%float64%%float64" using 1:2'):format(n)
end

--- The element of an image between left and right, top and bottom, about `size` pixels large.
function Script:image(image, left, top, right, bottom, size)
  local columns, rows, times = image.columns, image.rows, 1
  -- Programs that show SVG smooth what they enlarge; pixels of many pixels keep their edges.
  if self.format == "svg" then
    times = math.max(1, math.min(size, 1000) // math.max(columns, rows))
  end
  local dx, dy = (right - left) / columns / times, (bottom - top) / rows / times
  -- gnuplot's rows go towards greater y.
  local first, last, step = 1, rows, 1
  if dy < 0 then first, last, step = rows, 1, -1 end
  local list = {}
  for row = first, last, step do
    local line = {}
    for i = 1, columns do
      line[i] = (">I3"):pack(image.colors[(row - 1) * columns + i]):rep(times)
    end
    list[#list + 1] = table.concat(line):rep(times)
  end
  self.bytes[#self.bytes + 1] = table.concat(list)
  return ('"-" binary array=(%d,%d) format="%%uchar" dx=%s dy=%s origin=(%s,%s) using 1:2:3 '
    .. "with rgbimage"):format(columns * times, rows * times, number(dx), number(math.abs(dy)),
    number(left + dx / 2), number(math.min(top, bottom) + math.abs(dy) / 2))
end

-- ---- marks: each adds its data and gives elements of the plot command

local marks = {}

function marks.line(script, mark)
  return {("%s with lines lw %g dt %s lc %s"):format(script:points(mark.x, mark.y), mark.width,
    DASHES[mark.style], rgb(mark.color))}
end

-- Diameters are pixels; gnuplot's point size 1 is about 8.5 of them, in SVG for a font of 11.
local function point_style(script, mark, diameter, color)
  local marker = MARKERS[mark.marker]
  local size = script.format == "svg" and marker[3] * 11 / script:font(0) or marker[2]
  return ("with points pt %d ps %.3g lc %s"):format(marker[1], diameter / 8.5 * size, color)
end

function marks.points(script, mark)
  local style = point_style(script, mark, mark.size, faint(mark.color, mark.alpha))
  return {script:points(mark.x, mark.y) .. " " .. style},
    point_style(script, mark, math.max(mark.size, 8), rgb(mark.color))
end

function marks.bars(script, mark, panel)
  local bottom, x = {}, {}
  for i = 1, #mark.top do
    bottom[i] = panel.ylog and panel.ylow or 0
    x[i] = (mark.left[i] + mark.right[i]) / 2
  end
  local block = script:block({x, mark.top, mark.left, mark.right, bottom}, #x)
  local style = ("fs transparent solid %.3g border lc rgb \"#FFFFFF\" lc %s"):format(mark.alpha,
    rgb(mark.color))
  return {("%s using 1:2:3:4:5:2 with boxxyerror %s"):format(block, style)},
    ("with boxes fs transparent solid %.3g noborder lc %s"):format(mark.alpha, rgb(mark.color))
end

function marks.pixels(script, mark)
  return {script:image(mark, mark.left, mark.top, mark.right, mark.bottom, 1000)}
end

function marks.texts(script, mark)
  for i = 1, #mark.x do
    script:add("set label %s at first %s,%s center front textcolor %s font \",%g\"",
      quote(mark.text[i]), number(mark.x[i]), number(mark.y[i]), rgb(mark.colors[i]),
      script:font(-1))
  end
  return {}
end

-- ---- panels

local function set_axis(script, axis, settings, low, high, pixels)
  local log = settings[axis .. "scale"] == "log"
  script:add(log and "set logscale %s 10" or "unset logscale %s", axis)
  script:add("set %srange [%s:%s]", axis, number(low), number(high))
  local text = settings[axis .. "label"]
  if text and text ~= "" then script:add("set %slabel %s", axis, quote(text)) end
  local ticks, labels = settings[axis .. "ticks"], {}
  local named = ticks ~= nil
  ticks = ticks or scale.ticks(low, high, pixels / (axis == "x" and 75 or 45), log,
    axis == "x" and settings.xinteger)
  -- Names that would run into each other are turned, if need be upright, and at last left out.
  local longest, each = 0, pixels / math.max(1, #ticks)
  local every = named and math.ceil(script.font_size * 1.3 / each) or 1
  for i, tick in ipairs(ticks) do
    local name = (i - 1) % every == 0 and tick[2]
    labels[i] = ("%s %s %d"):format(quote_tick(name or ""), number(tick[1]), name and 0 or 1)
    longest = math.max(longest, utf8.len(tick[2] or ""))
  end
  local turn = named and axis == "x" and (longest + 1) * script.font_size * 0.7 > each
    and (each < script.font_size * 2 and 90 or 40)
  script:add("set %stics nomirror out scale %s %s (%s)", axis, named and "0" or "0.6",
    turn and ("rotate by %d right"):format(turn) or "norotate", table.concat(labels, ", "))
end

-- The legend, and the margin and the place of the title that make room for it. `names` is what it
-- tells, `width` the panel's pixels.
local function add_legend(script, settings, names, width)
  local legend, lines = settings.legend, 0
  for _ in ((settings.title or "") .. "\n"):gmatch("([^\n]*)\n") do lines = lines + 1 end
  lines = settings.title and lines or 0
  if #names == 0 then legend = false end
  if legend == nil or legend == true then
    local length = 0
    for _, name in ipairs(names) do
      length = length + 50 + utf8.len(name) * script.font_size * 0.85
    end
    legend = length > width and "right" or "top"
  end
  if not legend then return end
  local inside = legend:gsub("_", " ")
  local places = {
    top = "at graph 0.5, graph 1.02 center bottom horizontal",
    bottom = "outside bottom center horizontal", right = "outside right top vertical",
  }
  script:add("set key %s reverse Left samplen 2.2 spacing 1.15 textcolor rgb \"#202020\"",
    places[legend] or ("inside %s vertical opaque fc rgb \"#FFFFFF\""):format(inside))
  if legend == "top" then
    script:add("set tmargin %g", 2.2 + lines * 1.5)
    if lines > 0 then script:add("set title offset 0,1.1") end
  end
end

-- Pictures in rows, each with its title above, in a panel of its own without axes.
local function images_panel(script, mark)
  local tallest, widest = 0, 0
  for _, image in ipairs(mark.list) do
    tallest, widest = math.max(tallest, image.rows), math.max(widest, image.columns)
  end
  -- Everything is measured in pixels of the pictures; `scale` is how large one is on the screen.
  local gap = math.max(1, math.ceil(8 / mark.scale))
  local head = mark.titles and (script.font_size * 1.9) * mark.lines / mark.scale or 0
  local wide, high = widest + gap, tallest + gap + head
  local elements = {}
  for i, image in ipairs(mark.list) do
    local left, top = (i - 1) % mark.per_row * wide, (i - 1) // mark.per_row * high + head
    elements[i] = script:image(image, left, top, left + image.columns, top + image.rows,
      math.ceil(2 * mark.scale * math.max(image.rows, image.columns)))
    if mark.titles then
      script:add("set label %s at first %s,%s center front textcolor rgb \"%s\" font \",%g\"",
        quote(mark.titles[i]), number(left + image.columns / 2),
        number(top - head / 2 + (mark.lines - 1) * script.font_size * 0.75 / mark.scale),
        ("#%06X"):format(mark.title_colors and mark.title_colors[i] or 0x202020),
        script:font(-1))
    end
  end
  local rows = math.ceil(#mark.list / mark.per_row)
  return elements, mark.per_row * wide - gap, rows * high - gap
end

local function add_panel(script, panel, width, height)
  local settings = panel.settings
  script:add("reset")
  script:add("set encoding utf8")
  script:add("unset key")
  if settings.title and settings.title ~= "" then
    script:add("set title %s font \",%g\" textcolor rgb \"#202020\"", quote(settings.title),
      script:font(2))
  end
  if not panel.used then
    script:add("unset border\nunset tics\nset xrange [0:1]\nset yrange [0:1]\nplot NaN notitle")
    return
  end
  local elements, names = {}, {}
  local images = panel.marks[1] and panel.marks[1].kind == "images" and panel.marks[1]
  if images then
    local wide, high
    elements, wide, high = images_panel(script, images)
    script:add("unset border\nunset tics\nset size ratio %s", number(high / wide))
    script:add("set lmargin 1\nset rmargin 1\nset bmargin 0.5\nset tmargin %g",
      settings.title and 2.5 or 0.5)
    script:add("set xrange [0:%s]\nset yrange [%s:0]", number(wide), number(high))
  else
    local xlow, xhigh = scale.limits(panel, "x")
    local ylow, yhigh = scale.limits(panel, "y")
    local drawing = {ylog = settings.yscale == "log", ylow = ylow}
    script:add("set border %d lw 1 lc rgb \"%s\"", settings.bare and 0 or 3, GRAY)
    script:add("set tics textcolor rgb \"%s\"", GRAY)
    set_axis(script, "x", settings, xlow, xhigh, width)
    set_axis(script, "y", settings, ylow, yhigh, height)
    if settings.grid ~= false and not settings.bare then
      script:add("set grid %sytics back lt 1 lw 0.8 lc rgb \"%s\"",
        settings.xticks and "noxtics " or "xtics ", LIGHT)
    end
    for _, mark in ipairs(panel.marks) do
      local drawn, sample = marks[mark.kind](script, mark, drawing)
      for i, element in ipairs(drawn) do
        local name = i == 1 and mark.name
        if name and not sample then
          elements[#elements + 1] = element .. " title " .. quote(name)
        else
          elements[#elements + 1] = element .. " notitle"
        end
        if name then
          names[#names + 1] = name
          -- A sample that can be seen, however small and faint the points are.
          if sample then
            elements[#elements + 1] = ("NaN %s title %s"):format(sample, quote(name))
          end
        end
      end
      if mark.map and mark.bar ~= false then
        local anchors = {}
        for i, color in ipairs(colors.anchors(mark.map)) do
          anchors[i] = ("%d \"#%06X\""):format(i - 1, color)
        end
        script:add("set palette defined (%s)", table.concat(anchors, ", "))
        script:add("set cbrange [%s:%s]", number(mark.low), number(mark.high))
        script:add("set colorbox user origin graph 1.03, graph 0 size graph 0.035, graph 1 "
          .. "noborder")
        script:add("set cbtics nomirror scale 0.3 textcolor rgb \"%s\"", GRAY)
        script:add("set rmargin 10")
        -- What is drawn by the palette brings its bar with it.
        elements[#elements + 1] = "NaN with points palette notitle"
      end
    end
    add_legend(script, settings, names, width)
  end
  if #elements == 0 then elements[1] = "NaN notitle" end
  script:add("plot %s", table.concat(elements, ", \\\n  "))
  script[#script + 1], script.bytes = table.concat(script.bytes), {}
end

local TERMINALS = {
  png = "pngcairo size %d,%d noenhanced font \"sans,%g\" background \"#FFFFFF\"",
  svg = "svg size %d,%d noenhanced font \"DejaVu Sans,%g\" background \"#FFFFFF\"",
  sixel = "sixelgd size %d,%d truecolor noenhanced font \"DejaVuSans,%g\" background \"#FFFFFF\"",
}

-- Width and height in pixels: what was asked for, else what the panels would like.
local function size_of(figure)
  local width, height = 680, 450
  if figure.columns > 1 then width, height = 520, 420 end
  local several = #figure.panels > 1
  for _, panel in ipairs(figure.panels) do
    width = math.max(several and width or 0, panel.settings.width or width)
    height = math.max(several and height or 0, panel.settings.height or height)
  end
  return figure.width or math.min(10000, width * figure.columns),
    figure.height or math.min(10000, height * figure.rows + (figure.title and 45 or 0))
end

local function script_of(figure, format)
  local width, height = size_of(figure)
  local script = setmetatable({blocks = 0, bytes = {}, format = format,
    font_size = figure.font_size}, Script)
  script:add("set terminal " .. TERMINALS[format], width, height, script:font(0))
  script:add("set encoding utf8")
  local rows, columns = figure.rows, figure.columns
  if #figure.panels > 1 or figure.title then
    local title = figure.title and ("title %s font \",%g\""):format(quote(figure.title .. "\n"),
      script:font(3)) or ""
    script:add("set multiplot layout %d,%d rowsfirst %s", rows, columns, title)
  end
  for _, panel in ipairs(figure.panels) do
    add_panel(script, panel, width / columns - 80, height / rows - 90)
  end
  script:add("unset multiplot\n")
  return table.concat(script, "\n")
end

local gnuplot = {}

local has_gnuplot
--- Whether gnuplot can be run.
function gnuplot.found()
  if has_gnuplot == nil then has_gnuplot = core.run_program({"gnuplot", "--version"}, "") == 0 end
  return has_gnuplot
end

return setmetatable(gnuplot, {__call = function(_, figure, format)
  local status, picture, said = core.run_program({"gnuplot", "-d", "-"},
    script_of(figure, format))
  if not status then
    raise("plots in files and sixel graphics are drawn by gnuplot, which is not there (Debian "
      .. "package: gnuplot-nox)")
  end
  if status ~= 0 or picture == "" then
    raise("gnuplot failed (status %d): %s", status, said == "" and "it says nothing"
      or (said:gsub("^%s+", ""):gsub("%s+$", "")))
  end
  -- Pictures in it keep their pixels when they are drawn larger.
  if format == "svg" then
    picture = picture:gsub("<image ", "<image style='image-rendering:pixelated' ")
  end
  return picture
end})
