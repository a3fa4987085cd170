--- Draws a figure as text: `draw(figure, {columns =, rows =, colors = "none"|"256"|"full"})`.
-- Curves and points are Braille dots (2 x 4 to a character), bars eighths of a block, pixels half
-- blocks. Without colours, several series are signs, a different one for each.

local colors = require "lunate.plot._colors"
local scale = require "lunate.plot._scale"

local SIGNS = {"•", "×", "+", "o", "◇", "*", "▪", "#"}
local SHADES = {" ", "░", "▒", "▓", "█"}
local EIGHTHS = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}
local GRAY = 0x808080
local NARROWEST, LOWEST = 36, 10   -- of a panel that can be read

-- ---- a page of characters

local Page = {}
Page.__index = Page

local function new_page(columns, rows)
  return setmetatable({columns = columns, rows = rows, text = {}, ink = {}, paper = {}, dots = {}},
    Page)
end

function Page:at(column, row)
  if column < 1 or column > self.columns or row < 1 or row > self.rows then return nil end
  return (row - 1) * self.columns + column
end

function Page:put(column, row, text, ink)
  local cell = self:at(column, row)
  if cell then self.text[cell], self.ink[cell], self.dots[cell] = text, ink, nil end
end

-- Columns that a character takes: wide are those of East Asia and pictures, none what combines.
local function width_of(code)
  if code >= 0x300 and code <= 0x36F or code >= 0x200B and code <= 0x200F
    or code >= 0xFE00 and code <= 0xFE0F then
    return 0
  end
  local wide = code >= 0x1100 and code <= 0x115F or code >= 0x2E80 and code <= 0xA4CF
    or code >= 0xAC00 and code <= 0xD7A3 or code >= 0xF900 and code <= 0xFAFF
    or code >= 0xFE30 and code <= 0xFE6F or code >= 0xFF00 and code <= 0xFF60
    or code >= 0x1F300 and code <= 0x1FAFF or code >= 0x20000 and code <= 0x3FFFD
  return wide and 2 or 1
end

local function width(text)
  local n = 0
  for _, code in utf8.codes(text) do n = n + width_of(code) end
  return n
end

-- The text in a single line of at most n columns.
local function cut(text, n)
  text = text:gsub("\n", " ")
  if width(text) <= n then return text end
  local out, used = {}, 0
  for _, code in utf8.codes(text) do
    used = used + width_of(code)
    if used > n - 1 then break end
    out[#out + 1] = utf8.char(code)
  end
  return n > 0 and table.concat(out) .. "…" or ""
end

--- Text from a column on; `ink` is its colour.
function Page:write(column, row, text, ink)
  for _, code in utf8.codes(text) do
    local n = width_of(code)
    if n == 0 then
      local before = self:at(column - 1, row)
      if before and self.text[before] then
        self.text[before] = self.text[before] .. utf8.char(code)
      end
    else
      self:put(column, row, utf8.char(code), ink)
      -- The second half of a wide character is nothing of its own.
      if n == 2 then self:put(column + 1, row, "", ink) end
      column = column + n
    end
  end
end

function Page:write_center(column, columns, row, text, ink)
  text = cut(text, columns)
  self:write(column + (columns - width(text)) // 2, row, text, ink)
end

local BITS = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}}

--- A Braille dot at (x, y) of 2 * columns by 4 * rows, from 0.
function Page:dot(x, y, ink)
  local cell = self:at(x // 2 + 1, y // 4 + 1)
  if not cell then return end
  local bits = (self.dots[cell] or 0) | BITS[x % 2 + 1][y % 4 + 1]
  self.dots[cell], self.ink[cell], self.text[cell] = bits, ink, utf8.char(0x2800 + bits)
end

local LEVELS = {0, 95, 135, 175, 215, 255}
-- The nearest of the 6 x 6 x 6 cube and the grays of xterm's 256 colours.
local nearest = setmetatable({}, {__index = function(known, color)
  local best, index = math.huge, 0
  local r, g, b = colors.split(color)
  local function try(i, r2, g2, b2)
    local d = (r - r2) ^ 2 + (g - g2) ^ 2 + (b - b2) ^ 2
    if d < best then best, index = d, i end
  end
  local function level(v)
    local k = 1
    for i, each in ipairs(LEVELS) do
      if math.abs(each - v) < math.abs(LEVELS[k] - v) then k = i end
    end
    return k
  end
  local i, j, k = level(r), level(g), level(b)
  try(16 + 36 * (i - 1) + 6 * (j - 1) + k - 1, LEVELS[i], LEVELS[j], LEVELS[k])
  for step = 0, 23 do try(232 + step, 8 + 10 * step, 8 + 10 * step, 8 + 10 * step) end
  known[color] = index
  return index
end})

function Page:to_text(how)
  local lines = {}
  local function code(kind, color)
    if how == "full" then return ("\27[%d;2;%d;%d;%dm"):format(kind, colors.split(color)) end
    return ("\27[%d;5;%dm"):format(kind, nearest[color])
  end
  for row = 1, self.rows do
    local out, ink, paper = {}, nil, nil
    local last = 0
    for column = 1, self.columns do
      local cell = (row - 1) * self.columns + column
      if self.text[cell] and self.text[cell] ~= " " or self.paper[cell] and how ~= "none" then
        last = column
      end
    end
    for column = 1, last do
      local cell = (row - 1) * self.columns + column
      if how ~= "none" then
        if self.ink[cell] ~= ink or self.paper[cell] ~= paper then
          ink, paper = self.ink[cell], self.paper[cell]
          out[#out + 1] = "\27[0m" .. (ink and code(38, ink) or "")
            .. (paper and code(48, paper) or "")
        end
      end
      out[#out + 1] = self.text[cell] or " "
    end
    if ink or paper then out[#out + 1] = "\27[0m" end
    lines[row] = table.concat(out)
  end
  while lines[#lines] == "" do lines[#lines] = nil end
  return table.concat(lines, "\n") .. "\n"
end

-- ---- marks, in a box of the page: {left, top, columns, rows} and functions from values to 0..1

local marks = {}

-- Cuts a segment to the unit square (Liang and Barsky, 1984); nil when it is outside.
local function clip(x1, y1, x2, y2)
  local from, to, dx, dy = 0, 1, x2 - x1, y2 - y1
  for _, edge in ipairs{{-dx, x1}, {dx, 1 - x1}, {-dy, y1}, {dy, 1 - y1}} do
    local p, q = edge[1], edge[2]
    if p == 0 then
      if q < 0 then return nil end
    elseif p < 0 then from = math.max(from, q / p)
    else to = math.min(to, q / p) end
  end
  if from > to then return nil end
  return x1 + from * dx, y1 + from * dy, x1 + to * dx, y1 + to * dy
end

-- A sign or dots at a place in 0..1.
local function spot(page, box, x, y, mark)
  if box.signs then
    page:put(box.left + math.floor(x * (box.columns - 1) + 0.5),
      box.top + math.floor((1 - y) * (box.rows - 1) + 0.5), SIGNS[(mark.series - 1) % #SIGNS + 1])
  else
    local column = (box.left - 1) * 2 + math.floor(x * (box.columns * 2 - 1) + 0.5)
    local row = (box.top - 1) * 4 + math.floor((1 - y) * (box.rows * 4 - 1) + 0.5)
    -- A few points are four dots each, so that they are seen.
    local more = mark.kind == "points" and #mark.x <= 300 and 1 or 0
    for k = column - column % 2 * more, column - column % 2 * more + more do
      for j = row - row % 2 * more, row - row % 2 * more + more do page:dot(k, j, mark.color) end
    end
  end
end

local PATTERNS = {solid = {1, 0}, dashed = {5, 3}, dotted = {1, 3}, dashdot = {5, 2}}

function marks.line(page, box, mark)
  local before_x, before_y
  local on, off = table.unpack(box.signs and PATTERNS.solid or PATTERNS[mark.style])
  local drawn = 0
  for i = 1, #mark.x do
    local x, y = box.x(mark.x[i]), box.y(mark.y[i])
    if x ~= x or y ~= y or math.abs(x) == math.huge or math.abs(y) == math.huge then
      before_x = nil
    else
      local x1, y1, x2, y2 = clip(before_x or x, before_y or y, x, y)
      if x1 then
        local length = math.max(math.abs(x2 - x1) * box.columns * 2,
          math.abs(y2 - y1) * box.rows * 4)
        local steps = math.max(1, math.ceil(length))
        for k = 0, steps do
          local fraction = k / steps
          if (drawn + fraction * length) % (on + off) < on then
            spot(page, box, x1 + (x2 - x1) * fraction, y1 + (y2 - y1) * fraction, mark)
          end
        end
        drawn = drawn + length
      end
      before_x, before_y = x, y
    end
  end
end

function marks.points(page, box, mark)
  for i = 1, #mark.x do
    local x, y = box.x(mark.x[i]), box.y(mark.y[i])
    if x >= 0 and x <= 1 and y >= 0 and y <= 1 then spot(page, box, x, y, mark) end
  end
end

function marks.bars(page, box, mark)
  local bottom = math.max(0, math.min(1, box.ylog and 0 or box.y(0)))
  for column = 0, box.columns - 1 do
    -- The highest bar over the middle of the column.
    local top
    for i = 1, #mark.top do
      local left, right = box.x(mark.left[i]), box.x(mark.right[i])
      local x = (column + 0.5) / box.columns
      if left > right then left, right = right, left end
      if x >= left and x < right then
        local y = box.y(mark.top[i])
        if y == y and (not top or y > top) then top = y end
      end
    end
    if top then
      local low, high = math.max(0, math.min(bottom, top)), math.min(1, math.max(bottom, top))
      local first, last = low * box.rows, high * box.rows
      for row = math.floor(first), box.rows - 1 do
        local share = math.floor((last - row) * 8 + 0.5)
        if share < 1 then break end
        page:put(box.left + column, box.top + box.rows - 1 - row,
          box.signs and SHADES[(5 - mark.series) % 4 + 2] or EIGHTHS[math.min(8, share)],
          mark.color)
      end
    end
  end
end

-- The colour of pixels at a place, nil outside of them.
local function pixel_at(mark, x, y)
  local column = math.floor((x - mark.left) / (mark.right - mark.left) * mark.columns)
  local row = math.floor((y - mark.top) / (mark.bottom - mark.top) * mark.rows)
  if column < 0 or column >= mark.columns or row < 0 or row >= mark.rows then return nil end
  return mark.colors[row * mark.columns + column + 1]
end

local function shade(color)
  local r, g, b = colors.split(color)
  return SHADES[math.floor((0.299 * r + 0.587 * g + 0.114 * b) / 256 * 5) + 1]
end

function marks.pixels(page, box, mark)
  for row = 0, box.rows - 1 do
    for column = 0, box.columns - 1 do
      local x = box.back_x((column + 0.5) / box.columns)
      -- Text needs whole characters of a colour.
      local apart = box.texts and 0 or 0.25
      local upper = pixel_at(mark, x, box.back_y(1 - (row + 0.5 - apart) / box.rows))
      local lower = pixel_at(mark, x, box.back_y(1 - (row + 0.5 + apart) / box.rows))
      local cell = page:at(box.left + column, box.top + row)
      if upper and lower and cell then
        if not box.signs then
          page.paper[cell] = lower
          if upper ~= lower then page.text[cell], page.ink[cell] = "▀", upper end
        elseif not box.texts then
          page.text[cell] = shade(lower)
        end
      end
    end
  end
end

function marks.texts(page, box, mark)
  for i = 1, #mark.x do
    local text = cut(mark.text[i], math.max(1, box.cell - 1))
    local column = box.left + math.floor(box.x(mark.x[i]) * box.columns - width(text) / 2 + 0.5)
    local row = box.top + math.floor((1 - box.y(mark.y[i])) * box.rows)
    -- Black or white by what is behind it here.
    local cell = page:at(column, row)
    local paper = cell and page.paper[cell]
    local ink
    if paper then ink = colors.is_light(paper) and 0x000000 or 0xFFFFFF end
    for k = 0, width(text) - 1 do
      cell = page:at(column + k, row)
      if cell and page.paper[cell] then page.paper[cell] = paper end
    end
    page:write(column, row, text, ink)
  end
end

-- ---- panels

-- Value to 0..1 and back.
local function axis_of(low, high, log)
  if log then
    low, high = math.log(low), math.log(high)
    return function(v) return v > 0 and (math.log(v) - low) / (high - low) or 0 / 0 end,
      function(t) return math.exp(low + t * (high - low)) end
  end
  return function(v) return (v - low) / (high - low) end,
    function(t) return low + t * (high - low) end
end

-- Names of series in lines of at most n columns: lists of {text, ink, sign}.
local function legend_lines(panel, n, signs)
  local lines, used, line = {}, 0, nil
  for _, mark in ipairs(panel.marks) do
    if mark.name then
      local bars = mark.kind == "bars"
      local sign = signs and (bars and SHADES[(5 - mark.series) % 4 + 2]
        or SIGNS[(mark.series - 1) % #SIGNS + 1]) or bars and "■" or "━━"
      if not signs and mark.kind == "points" then sign = "●" end
      if not signs and mark.style == "dashed" then sign = "╍╍" end
      if not signs and mark.style == "dotted" then sign = "┄┄" end
      local text = cut(mark.name, n - 4)
      local wide = width(sign) + 1 + width(text) + 3
      if not line or used + wide > n then
        line, used = {}, 0
        lines[#lines + 1] = line
      end
      line[#line + 1] = {sign = sign, text = text, ink = mark.color}
      used, line.width = used + wide, used + wide - 3
    end
  end
  return lines
end

local function draw_ticks(page, box, settings, xticks, yticks, gutter)
  local bottom = box.top + box.rows
  if not settings.bare then
    for row = box.top, bottom - 1 do page:put(box.left - 1, row, "│", GRAY) end
    page:put(box.left - 1, bottom, "└", GRAY)
    for column = box.left, box.left + box.columns - 1 do page:put(column, bottom, "─", GRAY) end
  end
  local free = {}
  for _, tick in ipairs(yticks) do
    local y = box.y(tick[1])
    if tick[2] and y >= -1e-9 and y <= 1 + 1e-9 then
      local row = box.top + math.min(box.rows - 1, math.floor((1 - y) * (box.rows
        - (settings.bare and 0 or 1)) + (settings.bare and 0 or 0.5)))
      if not free[row] then
        free[row] = true
        local text = cut(tick[2], gutter)
        page:write(box.left - 1 - width(text) - 1, row, text)
        if not settings.bare then page:put(box.left - 1, row, "┤", GRAY) end
      end
    end
  end
  local used = 0
  for _, tick in ipairs(xticks) do
    local x = box.x(tick[1])
    if tick[2] and x >= -1e-9 and x <= 1 + 1e-9 then
      local column = box.left + math.min(box.columns - 1, math.floor(x * (box.columns
        - (settings.bare and 0 or 1)) + (settings.bare and 0 or 0.5)))
      local text = cut(tick[2], settings.xticks and math.max(2, box.cell - 1) or 12)
      local from = math.max(box.left - gutter, math.min(column - (width(text) - 1) // 2,
        box.left + box.columns - width(text) + 2))
      if from > used then
        page:write(from, bottom + (settings.bare and 0 or 1), text)
        used = from + width(text)
        if not settings.bare then page:put(column, bottom, "┬", GRAY) end
      end
    end
  end
end

local function draw_axes_panel(page, panel, left, top, columns, rows, how)
  local settings = panel.settings
  local xlow, xhigh = scale.limits(panel, "x")
  local ylow, yhigh = scale.limits(panel, "y")
  local box = {signs = how == "none", ylog = settings.yscale == "log"}
  box.x, box.back_x = axis_of(xlow, xhigh, settings.xscale == "log")
  box.y, box.back_y = axis_of(ylow, yhigh, box.ylog)
  local series = 0
  for _, mark in ipairs(panel.marks) do
    if mark.color then series = series + 1 end
    mark.series = series
    box.texts = box.texts or mark.kind == "texts" and #mark.x > 0
  end
  if series <= 1 and box.signs then
    -- A single series needs no sign of its own: dots are finer. Bars are blocks.
    local pixels
    for _, mark in ipairs(panel.marks) do pixels = pixels or mark.kind == "pixels" end
    box.signs = pixels
  end
  if settings.title then
    page:write_center(left, columns, top, settings.title)
    top, rows = top + 1, rows - 1
  end
  local legend = settings.legend ~= false and legend_lines(panel, columns, box.signs) or {}
  for _, line in ipairs(legend) do
    local column = left + math.max(0, (columns - line.width) // 2)
    for _, entry in ipairs(line) do
      page:write(column, top, entry.sign, entry.ink)
      page:write(column + width(entry.sign) + 1, top, entry.text)
      column = column + width(entry.sign) + width(entry.text) + 4
    end
    top, rows = top + 1, rows - 1
  end
  if settings.ylabel then
    page:write(left, top, cut(settings.ylabel, columns))
    top, rows = top + 1, rows - 1
  end
  local below = (settings.bare and 1 or 2) + (settings.xlabel and 1 or 0)
  box.top, box.rows = top, math.max(3, rows - below)
  local yticks = settings.yticks or scale.ticks(ylow, yhigh, math.max(2, box.rows / 3.5), box.ylog)
  local gutter = 0
  for _, tick in ipairs(yticks) do gutter = math.max(gutter, width(tick[2] or "")) end
  gutter = math.min(gutter, columns // 3)
  box.left, box.columns = left + gutter + 2, columns - gutter - 3
  if settings.bare then
    -- A matrix has rows and columns of the same size where it fits.
    local matrix = panel.marks[1]
    box.rows = box.rows // matrix.rows > 0 and box.rows // matrix.rows * matrix.rows or box.rows
    box.columns = box.columns // matrix.columns > 0
      and box.columns // matrix.columns * matrix.columns or box.columns
  end
  box.cell = settings.xticks and #settings.xticks > 0
    and math.floor(box.columns / (math.abs(xhigh - xlow))) or 12
  local xticks = settings.xticks or scale.ticks(xlow, xhigh, math.max(2, box.columns / 9),
    settings.xscale == "log", settings.xinteger)
  for _, mark in ipairs(panel.marks) do marks[mark.kind](page, box, mark) end
  draw_ticks(page, box, settings, xticks, yticks, gutter)
  if settings.xlabel then
    page:write_center(box.left, box.columns, box.top + box.rows + below - 1, settings.xlabel)
  end
end

-- ---- pictures

-- How images stand in so many columns: images in a row, columns and rows of each, lines of titles.
local function image_layout(mark, columns)
  local wide, high = 1, 1
  for _, image in ipairs(mark.list) do
    wide, high = math.max(wide, image.columns), math.max(high, image.rows)
  end
  local per_row = math.max(1, math.min(mark.per_row, (columns + 2) // 16))
  local each = math.min(wide, (columns + 2) // per_row - 2)
  return per_row, each, math.max(1, math.ceil(high * each / wide / 2)), mark.titles and 1 or 0
end

local function images_height(panel, columns)
  local mark = panel.marks[1]
  local per_row, _, high, titles = image_layout(mark, columns)
  return math.ceil(#mark.list / per_row) * (high + titles + 1) - 1
    + (panel.settings.title and 1 or 0)
end

-- The mean colour of a part of an image, from 0 to 1 along each side.
local function mean(image, x1, y1, x2, y2)
  local r, g, b, n = 0, 0, 0, 0
  local first = math.min(image.columns - 1, math.floor(x1 * image.columns))
  for row = math.min(image.rows - 1, math.floor(y1 * image.rows)),
    math.max(math.floor(y1 * image.rows), math.ceil(y2 * image.rows) - 1) do
    for column = first, math.max(first, math.ceil(x2 * image.columns) - 1) do
      local color = image.colors[row * image.columns + column + 1]
      if color then
        local r1, g1, b1 = colors.split(color)
        r, g, b, n = r + r1, g + g1, b + b1, n + 1
      end
    end
  end
  if n == 0 then return 0xFFFFFF end
  return (r // n) << 16 | (g // n) << 8 | b // n
end

local function draw_images_panel(page, panel, left, top, columns, how)
  local mark = panel.marks[1]
  local per_row, wide, high, titles = image_layout(mark, columns)
  if panel.settings.title then
    page:write_center(left, columns, top, panel.settings.title)
    top = top + 1
  end
  for i, image in ipairs(mark.list) do
    local x = left + (i - 1) % per_row * (wide + 2)
    local y = top + (i - 1) // per_row * (high + titles + 1)
    if mark.titles then
      page:write_center(x, wide, y, mark.titles[i], mark.title_colors and mark.title_colors[i])
    end
    for row = 0, high - 1 do
      for column = 0, wide - 1 do
        local cell = page:at(x + column, y + titles + row)
        local function part(half)
          return mean(image, column / wide, (row + half) / high, (column + 1) / wide,
            (row + half + 0.5) / high)
        end
        if cell and how == "none" then
          page.text[cell] = shade(mean(image, column / wide, row / high, (column + 1) / wide,
            (row + 1) / high))
        elseif cell then
          page.text[cell], page.ink[cell], page.paper[cell] = "▀", part(0), part(0.5)
        end
      end
    end
  end
end

-- ---- the figure

local function is_images(panel) return panel.marks[1] and panel.marks[1].kind == "images" end

return function(figure, options)
  local per_row = math.max(1, math.min(figure.columns, (options.columns + 2) // NARROWEST))
  local n_rows = math.ceil(#figure.panels / per_row)
  local title = figure.title and 1 or 0
  local columns = (options.columns + 2) // per_row - 2
  local share = math.max(LOWEST, (options.rows - title - (n_rows - 1)) // n_rows)
  local heights, total = {}, title
  for row = 1, n_rows do
    heights[row] = 0
    for k = (row - 1) * per_row + 1, math.min(row * per_row, #figure.panels) do
      local panel = figure.panels[k]
      heights[row] = math.max(heights[row], is_images(panel) and images_height(panel, columns)
        or panel.used and share or 0)
    end
    total = total + heights[row] + (row > 1 and heights[row] > 0 and 1 or 0)
  end
  local page, top = new_page(options.columns, math.max(1, total)), 1 + title
  if figure.title then page:write_center(1, options.columns, 1, figure.title) end
  for i, panel in ipairs(figure.panels) do
    local row, column = (i - 1) // per_row + 1, (i - 1) % per_row
    if column == 0 and i > 1 then top = top + heights[row - 1] + 1 end
    local left = 1 + column * (columns + 2)
    if is_images(panel) then
      draw_images_panel(page, panel, left, top, columns, options.colors)
    elseif panel.used then
      draw_axes_panel(page, panel, left, top, columns, heights[row], options.colors)
    end
  end
  return page:to_text(options.colors)
end
