-- plot.images: pictures in a grid.
local kind = require "lunate.plot._kind"
local data = require "lunate.plot._data"
local colors = require "lunate.plot._colors"
local raise = require "lunate.raise"
local is_tensor = require "lunate.is_tensor"

local OPTIONS = kind.options{
  columns = {"integer", min = 1, max = 100, default = 10},
  titles = {"list", optional = true},
  title_colors = {"list", optional = true},
  map = {"choice", choices = colors.map_names, default = "gray"},
  range = {"list", optional = true},
  scale = {"number", min = 0.1, max = 100, optional = true},
}

-- (n, height, width) or (n, height, width, 1 or 3) of whatever came.
local function batch_of(what, x)
  if not is_tensor(x) then
    raise("%s: a tensor of images expected, got %s", what, type(x))
  end
  local rank, last = x.rank, x.shape[x.rank]
  if rank == 2 or rank == 3 and (last == 3 or last == 1) and x.shape[1] > 3 and x.shape[2] > 3 then
    x = x:expand_dims(1)
    rank = rank + 1
  end
  if not (rank == 3 or rank == 4 and (last == 1 or last == 3)) or x.size == 0 then
    raise("%s: images (n, height, width) or (n, height, width, 1 or 3), or one of them, expected, "
      .. "got a tensor of shape %s", what, tostring(x.shape))
  end
  return x, rank == 4 and last or 1
end

-- The range of values that is shown: bytes 0..255, floats 0..1 where they lie in that, else all.
local function range_of(what, options, x)
  if options.range then
    local low, high = options.range[1], options.range[2]
    if type(low) ~= "number" or type(high) ~= "number" or not (low < high) then
      raise("%s: range should be {low, high}, two numbers of which the first is less", what)
    end
    return low, high
  end
  if x.dtype == "uint8" then return 0, 255 end
  if x.dtype == "bool" then return 0, 1 end
  local low, high = x:min():item(), x:max():item()
  if low >= 0 and high <= 1 then return 0, 1 end
  if low >= 0 and high <= 255 and high > 1 and x.dtype:find("int") then return 0, 255 end
  if not (low < high) then return low == low and low or 0, (low == low and low or 0) + 1 end
  return low, high
end

local spec = kind.define{
  name = "images", min_args = 1, max_args = 1, takes = "images", options = OPTIONS,
  draw = function(options, _, given)
    local what = "plot.images"
    local x, channels = batch_of(what, given)
    local n, rows, columns = x.shape[1], x.shape[2], x.shape[3]
    local low, high = range_of(what, options, x)
    local scale = 1 / (high - low)
    local list = {}
    for i = 1, n do
      local values, pixels = data.numbers(what, x[{ {i, i} }]), {}
      if channels == 1 then
        local known = {}   -- most values come again
        for k, v in ipairs(values) do
          local color = known[v]
          if not color then
            color = colors.of(options.map, (v - low) * scale)
            if v == v then known[v] = color end
          end
          pixels[k] = color
        end
      else
        local function byte(v)
          v = (v - low) * scale
          return v == v and math.floor(math.max(0, math.min(1, v)) * 255 + 0.5) or 255
        end
        for k = 1, #values, 3 do
          pixels[#pixels + 1] = byte(values[k]) << 16 | byte(values[k + 1]) << 8
            | byte(values[k + 2])
        end
      end
      list[i] = {rows = rows, columns = columns, colors = pixels}
    end
    local titles = options.titles and data.texts(what .. ": titles", options.titles, n)
    local title_colors, lines, longest = nil, 1, 0
    if options.title_colors then
      title_colors = {}
      for i = 1, n do title_colors[i] = colors.given(what, options.title_colors, i, 0) end
    end
    for _, title in ipairs(titles or {}) do
      local _, breaks = title:gsub("\n", "")
      lines = math.max(lines, breaks + 1)
      for line in title:gmatch("[^\n]+") do longest = math.max(longest, utf8.len(line)) end
    end
    local per_row = math.min(options.columns, n)
    -- Wide enough for titles to stand beside each other.
    local wide = math.max(84, titles and math.min(160, longest * 7.6) or 0)
    local shown = options.scale or math.max(1, wide / columns)
    local size = function(count, pixels) return math.ceil(count * (pixels * shown + 8)) + 24 end
    local n_rows = math.ceil(n / per_row)
    return {
      bare = true, width = math.max(200, math.min(4000, size(per_row, columns))),
      height = math.max(120, math.min(8000, size(n_rows, rows) + (options.title and 30 or 0)
        + (titles and math.ceil(n_rows * lines * 21) or 0))),
      marks = {{kind = "images", list = list, titles = titles, title_colors = title_colors,
        lines = lines, per_row = per_row, scale = shown, extent = {x = {}, y = {}}}},
    }
  end,
}

--- Draws pictures in rows.
--
-- `plot.images(x, options)`; a method of figures (of one panel for all of them).
-- @param x  (n, height, width) or (n, height, width, 1): gray; (n, height, width, 3): red, green
--   and blue; or one picture (height, width), (height, width, 1 or 3). uint8 0..255, floats 0..1
--   (or, when they go beyond, from their least to their greatest value)
-- @param options  `titles`: of each picture, above it; `title_colors`: of each, as "#D55E00";
--   `columns` (10): pictures in a row; `map` ("gray": 0 is black): or "binary": 0 is white,
--   "viridis", ... for gray pictures; `range`: {low, high} of values; `scale`: pixels on the screen
--   to a pixel (by default pictures become about 84 wide). Those of every plot, as in plot.line
-- Errors: no pictures; as many titles as there are not.
--
--     local x, y = ln.datasets.garments.load_data{n_train = 20, n_test = 10}
--     ln.plot.images(x, {columns = 5, map = "binary", to_file = "build/plots/images.png"})
return function(x, options)
  return kind.plot(spec, OPTIONS, x, options)
end
