--- Texts as sequences of characters: lower case and splitting, by an encoding.

local raise = require "lunate.raise"

local encoding = {}

local UTF8, ASCII = {["utf-8"] = true, utf8 = true}, {ascii = true, ["us-ascii"] = true}

--- Raises for an encoding that is none of those known.
function encoding.check(what, name)
  local lower = name:lower()
  if not UTF8[lower] and not ASCII[lower] then
    raise("bad option 'encoding' of '%s' (\"utf-8\" or \"ascii\" expected, got \"%s\")", what, name)
  end
end

--- The module over utf8proc. Error: it is not built.
function encoding.module(what)
  return require "lunate.saving.optional"("tokenizer", what)
end

--- A text in lower case: letters of all scripts, or those of ASCII alone.
function encoding.lower(text, name)
  if not text:find("[\x80-\xff]") or ASCII[name:lower()] then return text:lower() end
  return encoding.module("texts beyond ASCII").lower(text)
end

-- How many bytes a character has that begins with this one; 0: none begins so.
local function width_of(byte)
  if byte < 0x80 then return 1 end
  return byte >= 0xf0 and byte <= 0xf4 and 4 or byte >= 0xe0 and byte < 0xf0 and 3
    or byte >= 0xc2 and byte < 0xe0 and 2 or 0
end

local REPLACEMENT = "\u{FFFD}"

--- The characters of a text, a list of strings; bytes that are no UTF-8 become U+FFFD.
function encoding.characters(text)
  local list = {}
  if utf8.len(text) then
    for c in text:gmatch(utf8.charpattern) do list[#list + 1] = c end
    return list
  end
  local i = 1
  while i <= #text do
    local width = width_of(text:byte(i))
    local c = text:sub(i, i + width - 1)
    if width > 0 and #c == width and utf8.len(c) then
      list[#list + 1] = c
    else
      -- As much of a character as is there is one replacement.
      c = text:match("^[\xc2-\xf4][\x80-\xbf]*", i) or c
      width = math.max(1, math.min(#c, math.max(width - 1, 1)))
      list[#list + 1] = REPLACEMENT
    end
    i = i + width
  end
  return list
end

return encoding
