--- Colours as 0xRRGGBB: of series, which differ for colour-blind readers (Okabe and Ito, "Color
-- Universal Design", 2008), and of maps, which go from a value in 0..1 to a colour.

local raise = require "lunate.raise"

local colors = {}

colors.series = {
  0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x000000, 0x8C8C8C,
}

-- Anchors at equal steps. viridis: matplotlib's map, sampled; even in lightness.
local maps = {
  viridis = {0x440154, 0x482878, 0x3E4989, 0x31688E, 0x26828E, 0x1F9E89, 0x35B779, 0x6DCD59,
             0xB4DE2C, 0xFDE725},
  blues = {0xF7FBFF, 0xDEEBF7, 0xC6DBEF, 0x9ECAE1, 0x6BAED6, 0x4292C6, 0x2171B5, 0x08519C,
           0x08306B},
  diverging = {0x2166AC, 0x4393C3, 0x92C5DE, 0xD1E5F0, 0xF7F7F7, 0xFDDBC7, 0xF4A582, 0xD6604D,
               0xB2182B},
  gray = {0x000000, 0xFFFFFF},
  binary = {0xFFFFFF, 0x000000},
}

--- The colour of the k-th series: from the list, again and again.
function colors.of_series(k) return colors.series[(k - 1) % #colors.series + 1] end

--- The colour that an option `colors` gives to series k, else that of series k after `first`
-- others.
function colors.given(what, list, k, first)
  if list == nil then return colors.of_series(first + k) end
  local digits = type(list[k]) == "string" and list[k]:match("^#(%x%x%x%x%x%x)$")
  if not digits then
    raise("%s: color %d should be written like '#0072B2', got %s", what, k,
      type(list[k]) == "string" and "'" .. list[k] .. "'" or type(list[k]))
  end
  return tonumber(digits, 16)
end

--- The names of maps, for option tables.
colors.map_names = {"viridis", "blues", "diverging", "gray", "binary"}

function colors.split(color) return color >> 16, color >> 8 & 255, color & 255 end

local split = colors.split

--- The colour between two others: a at 0, b at 1.
function colors.mix(a, b, share)
  local r1, g1, b1 = split(a)
  local r2, g2, b2 = split(b)
  local function between(p, q) return math.floor(p + (q - p) * share + 0.5) end
  return between(r1, r2) << 16 | between(g1, g2) << 8 | between(b1, b2)
end

--- The colour of a value in 0..1 (beyond: the ends) on a map; NaN is white.
function colors.of(map, value)
  if value ~= value then return 0xFFFFFF end
  local anchors = maps[map]
  local position = math.max(0, math.min(1, value)) * (#anchors - 1)
  local i = math.min(math.floor(position), #anchors - 2)
  return colors.mix(anchors[i + 1], anchors[i + 2], position - i)
end

--- The anchors of a map.
function colors.anchors(map) return maps[map] end

--- Whether black text on the colour reads better than white.
function colors.is_light(color)
  local r, g, b = split(color)
  return 0.299 * r + 0.587 * g + 0.114 * b > 150
end

return colors
