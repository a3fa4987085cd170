--- A matrix as a grid of colours with names and numbers: what heatmaps and confusion matrices are.

local raise = require "lunate.raise"
local data = require "lunate.plot._data"
local colors = require "lunate.plot._colors"

local matrix = {}

matrix.options = {
  map = {"choice", choices = colors.map_names, default = "viridis"},
  range = {"list", optional = true},
  annotate = {"boolean", optional = true},
  format = {"string", default = "%.2g"},
  x_names = {"list", optional = true},
  y_names = {"list", optional = true},
  colorbar = {"boolean", default = true},
}

local function extent(rows)
  local low, high = math.huge, -math.huge
  for _, row in ipairs(rows) do
    for _, v in ipairs(row) do
      if v == v and math.abs(v) < math.huge then low, high = math.min(low, v), math.max(high, v) end
    end
  end
  if low > high then return 0, 1 end
  return low, high > low and high or low + 1
end

-- Ticks with names; or the positions, of which a dozen round ones are told.
local function ticks(what, names, n)
  local list, every = {}, 1
  if names then
    names = data.texts(what, names, n)
  else
    for _, step in ipairs{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000} do
      every = step
      if n / step <= 12 then break end
    end
  end
  for i = 1, n do
    if i == 1 or i % every == 0 then list[#list + 1] = {i, names and names[i] or tostring(i)} end
  end
  return list
end

--- The panel of a matrix (rows of numbers or a tensor) and its options.
function matrix.draw(what, options, values)
  local rows = data.matrix(what, values)
  local n_rows, n_columns = #rows, #rows[1]
  local low, high = extent(rows)
  if options.range then
    low, high = options.range[1], options.range[2]
    if type(low) ~= "number" or type(high) ~= "number" or not (low < high) then
      raise("%s: range should be {low, high}, two numbers of which the first is less", what)
    end
  end
  local pixels = {kind = "pixels", rows = n_rows, columns = n_columns, left = 0.5, top = 0.5,
    right = n_columns + 0.5, bottom = n_rows + 0.5, colors = {}, tight = true,
    map = options.map, low = low, high = high, bar = options.colorbar,
    extent = {x = {{0.5, n_columns + 0.5}}, y = {{0.5, n_rows + 0.5}}}}
  local texts = {kind = "texts", x = {}, y = {}, text = {}, colors = {}, extent = {x = {}, y = {}}}
  local annotate = options.annotate
  if annotate == nil then annotate = n_rows * n_columns <= 150 end
  for i, row in ipairs(rows) do
    for k, v in ipairs(row) do
      local color = colors.of(options.map, (v - low) / (high - low))
      pixels.colors[#pixels.colors + 1] = color
      if annotate then
        local ok, text = pcall(string.format, options.format, math.tointeger(v) or v)
        if not ok then raise("%s: format '%s' does not fit a number", what, options.format) end
        local n = #texts.x + 1
        texts.x[n], texts.y[n], texts.text[n] = k, i, data.text(text)
        texts.colors[n] = colors.is_light(color) and 0x000000 or 0xFFFFFF
      end
    end
  end
  return {
    marks = {pixels, texts}, bare = true, ylim = {n_rows + 0.5, 0.5},
    xticks = ticks(what .. ": x_names", options.x_names, n_columns),
    yticks = ticks(what .. ": y_names", options.y_names, n_rows),
  }
end

return matrix
