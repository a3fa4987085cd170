--- JSON as Python writes it and Keras's files have it: NaN, Infinity and -Infinity are numbers,
-- which JSON itself does not know. Everything else is core.json_encode and core.json_decode.

local core = require "lunate.core"

local json = {}

local NUMBERS = {NaN = 0 / 0, Infinity = math.huge, ["-Infinity"] = -math.huge}
local MARK = "__lunate_number__"   -- an object of this one key stands for such a number meanwhile

local function replaced(value, replace)
  if type(value) == "number" then return replace(value) end
  if type(value) ~= "table" or type(getmetatable(value)) == "string" then return value end
  if value[MARK] then return replace(value) end
  local out = setmetatable({}, getmetatable(value))
  for key, part in pairs(value) do out[key] = replaced(part, replace) end
  return out
end

local function to_mark(value)
  if type(value) ~= "number" or value - value == 0 then return value end
  return {[MARK] = value ~= value and "NaN" or value > 0 and "Infinity" or "-Infinity"}
end

local function to_number(value)
  if type(value) == "number" then return value end
  return NUMBERS[value[MARK]] or value
end

-- f(part) of what stands between the strings of a JSON text.
local function outside_strings(text, f)
  local parts, position = {}, 1
  while true do
    local quote = text:find('"', position, true)
    parts[#parts + 1] = f(text:sub(position, (quote or #text + 1) - 1))
    if not quote then return table.concat(parts) end
    local stop = quote
    repeat
      stop = text:find('["\\]', stop + 1)
      local escape = stop and text:sub(stop, stop) == "\\"
      if escape then stop = stop + 1 end
    until not stop or not escape
    parts[#parts + 1] = text:sub(quote, stop or #text)
    if not stop then return table.concat(parts) end
    position = stop + 1
  end
end

--- The text of a value. Errors: those of core.json_encode, but for its numbers.
function json.encode(value, indented)
  local ok, text = pcall(core.json_encode, value, indented)
  if ok then return text end
  if not tostring(text):find("has no JSON form", 1, true) then error(text, 0) end
  text = core.json_encode(replaced(value, to_mark), indented)
  return (text:gsub('{%s*"' .. MARK .. '"%s*:%s*"(%-?%a+)"%s*}', "%1"))
end

--- The value of a text. Errors: those of core.json_decode, but for Python's numbers.
function json.decode(text)
  local ok, value = pcall(core.json_decode, text)
  if ok then return value end
  local n = 0
  local marked = outside_strings(text, function(part)
    return (part:gsub("%-?%f[%w]%a+%f[%W]", function(word)
      if not NUMBERS[word] then return nil end
      n = n + 1
      return ('{"%s":"%s"}'):format(MARK, word)
    end))
  end)
  if n == 0 then error(value, 0) end
  return replaced(core.json_decode(marked), to_number)
end

return json
