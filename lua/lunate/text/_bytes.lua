--- GPT-2's characters for bytes: vocabularies in files spell tokens with them, since JSON holds no
-- bytes (byte 32 is "Ġ").

local bytes = {}

local character, byte = {}, {}   -- of a byte; of a code point
bytes.order = {}                 -- bytes by the code points of their characters

do
  local function add(b, code)
    character[b], byte[code] = utf8.char(code), b
    bytes.order[#bytes.order + 1] = b
  end
  local function is_shown(b)
    return b >= 33 and b <= 126 or b >= 161 and b <= 172 or b >= 174
  end
  for b = 0, 255 do if is_shown(b) then add(b, b) end end
  local code = 256
  for b = 0, 255 do
    if not is_shown(b) then
      add(b, code)
      code = code + 1
    end
  end
end

--- A token's bytes as files spell them.
function bytes.spell(token)
  return (token:gsub(".", function(c) return character[c:byte()] end))
end

--- The bytes of a spelling; nil and the character that stands for no byte.
function bytes.read(spelling)
  if not spelling:find("[\x80-\xff]") and not spelling:find("[%c ]") then return spelling end
  if not utf8.len(spelling) then return nil, spelling end
  local out = {}
  for _, code in utf8.codes(spelling) do
    local b = byte[code]
    if not b then return nil, utf8.char(code) end
    out[#out + 1] = string.char(b)
  end
  return table.concat(out)
end

return bytes
