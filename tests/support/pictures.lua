-- Looks at picture files, for specs: what they are, how large, what text is in them. `there(name)`
-- says whether a program that draws is installed; specs that need it are skipped without.

local core = require "lunate.core"

local pictures = {}

function pictures.there(program)
  return core.run_program({program, program == "dot" and "-V" or "--version"}, "") == 0
end

-- CRC-32 of PNG's chunks (ISO 3309), bit by bit: pictures of specs are small.
local function crc32(text)
  local crc = 0xFFFFFFFF
  for i = 1, #text do
    crc = crc ~ text:byte(i)
    for _ = 1, 8 do crc = crc >> 1 ~ (crc & 1 == 1 and 0xEDB88320 or 0) end
  end
  return ~crc & 0xFFFFFFFF
end

--- Width and height of a PNG's bytes, whose chunks are whole and end as they should.
function pictures.png(bytes)
  assert(bytes:sub(1, 8) == "\x89PNG\r\n\26\n", "no PNG")
  local at, width, height, kind = 9, nil, nil, nil
  while at <= #bytes do
    local length, crc
    length, kind = (">I4 c4"):unpack(bytes, at)
    if kind == "IHDR" then width, height = (">I4 I4"):unpack(bytes, at + 8) end
    crc = (">I4"):unpack(bytes, at + 8 + length)
    assert(crc == crc32(bytes:sub(at + 4, at + 7 + length)), "a broken chunk " .. kind)
    at = at + 12 + length
  end
  assert(kind == "IEND", "the PNG ends before its end")
  return width, height
end

local ENTITIES = {lt = "<", gt = ">", amp = "&", quot = '"', apos = "'"}

local function unescaped(text)
  text = text:gsub("&#(%d+);", function(n) return utf8.char(math.tointeger(n)) end)
  return (text:gsub("&(%a+);", ENTITIES))
end

--- Width, height and the texts of an SVG, whose tags are balanced.
function pictures.svg(bytes)
  local head = assert(bytes:match("<svg[^>]*>"), "no SVG")
  local open = {}
  for close, name, rest in bytes:gsub("<!%-%-.-%-%->", ""):gmatch("<(/?)([%a][%w:]*)([^>]*)>") do
    if close == "/" then
      assert(table.remove(open) == name, "a tag is closed that was not opened: " .. name)
    elseif rest:sub(-1) ~= "/" then
      open[#open + 1] = name
    end
  end
  assert(#open == 0, "a tag is not closed")
  local texts = {}
  for text in bytes:gmatch("<text[^>]*>(.-)</text>") do
    texts[#texts + 1] = unescaped((text:gsub("<[^>]*>", "")))
  end
  return math.tointeger(head:match('width="(%d+)')), math.tointeger(head:match('height="(%d+)')),
    texts
end

--- Fails unless the text is among the texts.
function pictures.says(texts, text)
  for _, each in ipairs(texts) do
    if each == text then return true end
  end
  error(("no text %q among %q"):format(text, table.concat(texts, "|")), 2)
end

return pictures
