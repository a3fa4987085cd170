-- Damage to files: mutate.bytes, mutate.text and mutate.json(random, seeds) make one mutant out of
-- a list of seeds. Everything follows from the generator: the same one gives the same mutant.

local core = require "lunate.core"

local mutate = {}

--- A generator of whole numbers from a key (splitmix64: Steele, Lea and Flood, 2014): random(n) is
-- one of 1 .. n.
function mutate.generator(key)
  local state = key
  return function(n)
    state = state + 0x9e3779b97f4a7c15
    local z = state
    z = (z ~ z >> 30) * 0xbf58476d1ce4e5b9
    z = (z ~ z >> 27) * 0x94d049bb133111eb
    return ((z ~ z >> 31) >> 1) % n + 1
  end
end

local function pick(random, list) return list[random(#list)] end

-- Mostly small, now and then as large as n.
local function length(random, n)
  return random(math.max(1, math.min(n, pick(random, {4, 16, 64, 1024, n}))))
end

local function put(text, at, bytes) return text:sub(1, at - 1) .. bytes .. text:sub(at + #bytes) end

local BYTES = {0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x20, 0x22, 0x27, 0x28, 0x2c, 0x30, 0x5b, 0x5c, 0x7b}
local NUMBERS = {
  0, 1, -1, 2, 7, 8, 9, 255, 256, 32767, 32768, 65535, 65536, 1 << 20, 0x7fffffff, 0x80000000,
  0xffffffff, 1 << 32, 1 << 40, 1 << 60, 1 << 62, math.maxinteger, math.mininteger,
}
local FIELDS = {"<i2", ">i2", "<i4", ">i4", "<i8", ">i8"}

-- Overwrites a number somewhere, or moves it a little.
local function field(random, text)
  local format = pick(random, FIELDS)
  local size = string.packsize(format)
  if #text < size then return text end
  local at = random(#text - size + 1)
  if random(2) == 1 then at = math.min(at, length(random, #text - size + 1)) end   -- heads matter
  local value
  if random(3) == 1 then value = format:unpack(text, at) + random(33) - 17
  else value = pick(random, NUMBERS) end
  local bits = size * 8
  if bits < 64 then   -- cut to the field, as two's complement
    value = value & (1 << bits) - 1
    if value >= 1 << bits - 1 then value = value - (1 << bits) end
  end
  return put(text, at, format:pack(value))
end

local function flip(random, text)
  local at = random(#text)
  return put(text, at, string.char(text:byte(at) ~ 1 << random(8) - 1))
end

local function byte(random, text)
  return put(text, random(#text), string.char(random(2) == 1 and pick(random, BYTES)
    or random(256) - 1))
end

local function truncate(random, text) return text:sub(1, random(#text) - 1) end

local function extend(random, text)
  return text .. (random(2) == 1 and text:sub(-length(random, #text))
    or string.char(pick(random, BYTES)):rep(length(random, 4096)))
end

local function remove(random, text)
  local at = random(#text)
  return text:sub(1, at - 1) .. text:sub(at + length(random, #text))
end

local function duplicate(random, text)
  local from, to = random(#text), random(#text)
  return text:sub(1, to) .. text:sub(from, from + length(random, #text) - 1) .. text:sub(to + 1)
end

local function overwrite(random, text)
  local from, to = random(#text), random(#text)
  return put(text, to, text:sub(from, from + length(random, #text) - 1)):sub(1, #text)
end

local function splice(random, text, seeds)
  local other = pick(random, seeds)
  local cut = random(#text)
  local from = random(2) == 1 and math.min(cut, #other) or random(#other)
  return text:sub(1, cut) .. other:sub(from)
end

local ON_BYTES = {flip, flip, byte, byte, byte, field, field, field, truncate, extend, remove,
                  duplicate, overwrite, splice}

-- A few changes on top of each other.
local function several(random, text, seeds, changes)
  for _ = 1, pick(random, {1, 1, 1, 2, 3, 8}) do
    if #text == 0 then break end
    text = pick(random, changes)(random, text, seeds)
  end
  return text
end

--- A mutant of a file of bytes.
function mutate.bytes(random, seeds)
  return several(random, pick(random, seeds), seeds, ON_BYTES)
end

-- ---- texts, by token

local TOKENS = {
  "0", "-1", "1e999", "-1e-999", "1e308", "9223372036854775807", "9223372036854775808", "1e18",
  "99999999999999999999999", "4294967296", "2147483648", "0.1", "-0", "NaN", "nan", "Infinity",
  "inf",  "null", "true", "false", "None", "[]", "{}", '""', '"', "'", "\\", "\0",
  "\255\254", "\u{feff}",
  '"\\u0000"', '"\\ud800"', '"\\uZZZZ"', "\r\n", "\n", ",", ";", ":", "[", "]", "{", "}", "-", "+",
  '"Dense"', '"Sequential"', '"Functional"', '"__metadata__"', '"class_name"', '"config"', "[null]",
  "(", ")", "(1,)", "'<f4'",
}

local PATTERNS = {'^"[^"\\\n]*"', "^'[^'\n]*'", "^[%w_.+-]+", "^%s+", "^."}

local known = {}   -- seed texts -> their tokens

local function tokens(text, is_seed)
  if known[text] then return table.move(known[text], 1, #known[text], 1, {}) end
  local list, at = {}, 1
  while at <= #text do
    for _, pattern in ipairs(PATTERNS) do
      local _, stop = text:find(pattern, at)
      if stop then
        list[#list + 1] = text:sub(at, stop)
        at = stop + 1
        break
      end
    end
  end
  if is_seed then known[text] = table.move(list, 1, #list, 1, {}) end
  return list
end

local function nested(random)
  local marks = {{"[", "]"}, {'{"a":', "}"}, {"(", ")"}, {"{", "}"}}
  local open, close = table.unpack(pick(random, marks))
  local depth = pick(random, {10, 190, 201, 1000, 1000, 20000})
  return open:rep(depth) .. (random(2) == 1 and "1" .. close:rep(depth) or "")
end

local ON_TOKENS = {
  function(random, list) table.remove(list, random(#list)) end,
  function(random, list) table.insert(list, random(#list), list[random(#list)]) end,
  function(random, list)
    local i, j = random(#list), random(#list)
    list[i], list[j] = list[j], list[i]
  end,
  function(random, list) list[random(#list)] = list[random(#list)] end,
  function(random, list) list[random(#list)] = pick(random, TOKENS) end,
  function(random, list) table.insert(list, random(#list), pick(random, TOKENS)) end,
  function(random, list)   -- a number becomes another
    local at = random(#list)
    for i = at, math.min(at + 40, #list) do
      if tonumber(list[i]) then
        list[i] = random(2) == 1 and tostring(pick(random, NUMBERS)) or pick(random, TOKENS)
        break
      end
    end
  end,
  function(random, list)   -- a part comes twice, or moves
    local from, n = random(#list), length(random, #list)
    local part = table.move(list, from, math.min(from + n - 1, #list), 1, {})
    table.move(list, random(#list), #list, #part + 1, part)
    table.move(part, 1, #part, random(#list), list)
  end,
  function(random, list)
    if random(8) == 1 then list[random(#list)] = nested(random) end
  end,
  function(random, list)
    if random(8) == 1 then list[random(#list)] = pick(random, TOKENS):rep(length(random, 10000)) end
  end,
}

local function by_token(random, text, seeds)
  local is_seed = false
  for _, seed in ipairs(seeds) do is_seed = is_seed or seed == text end
  local list = tokens(text, is_seed)
  for _ = 1, pick(random, {1, 1, 2, 4}) do
    if #list == 0 then break end
    pick(random, ON_TOKENS)(random, list)
  end
  return table.concat(list)
end

local ON_TEXT = {by_token, by_token, by_token, by_token, by_token, byte, truncate, remove,
                 duplicate, splice}

--- A mutant of a text.
function mutate.text(random, seeds)
  return several(random, pick(random, seeds), seeds, ON_TEXT)
end

-- ---- JSON, by value: what comes out is JSON again

local VALUES = {
  0, 1, -1, 2, 3, 0.5, -0.0, 1e308, 1e-320, 1 << 31, 1 << 32, 1 << 53, math.maxinteger,
  math.mininteger, true, false, "", "a", "relu", "Dense", "Sequential", "Functional", "float16",
  "float32", "__tensor__", ("x"):rep(5000), {}, {1}, {-1, 0}, {1 << 40, 1 << 40}, {{{{}}}},
  {class_name = "Dense", config = {units = 2}}, {a = {}},
}

-- Every place below a value: a list of {table, key}, in an order that does not change.
local function places(value, list)
  local keys = {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    if type(a) == type(b) then return a < b end
    return type(a) == "number"
  end)
  for _, key in ipairs(keys) do
    list[#list + 1] = {value, key}
    if type(value[key]) == "table" then places(value[key], list) end
  end
  return list
end

local function take(place) return place[1][place[2]] end
local function drop(place)
  if math.type(place[2]) == "integer" then table.remove(place[1], place[2])
  else place[1][place[2]] = nil end
end

-- No value is in two places, none holds itself.
local function copy(value) return core.json_decode(core.json_encode({value}))[1] end

local ON_VALUES = {
  function(random, list) list[1][1][list[1][2]] = copy(pick(random, VALUES)) end,
  function(random, list) list[1][1][list[1][2]] = copy(take(list[random(#list)])) end,
  function(_, list) drop(list[1]) end,
  function(random, list)
    local value = take(list[1])
    if type(value) == "table" then table.insert(value, copy(pick(random, VALUES))) end
  end,
  function(random, list)
    if type(list[1][2]) == "string" then
      list[1][1][type(take(list[1])) == "string" and take(list[1]) or "more"] = pick(random, VALUES)
    end
  end,
  function(random, list)
    local number = take(list[1])
    if type(number) == "number" then
      list[1][1][list[1][2]] = number + pick(random, {-1, 1, 0.5, 1 << 20, -number, number})
    end
  end,
}

local function by_value(random, text)
  local ok, value = pcall(core.json_decode, text)
  if not ok or type(value) ~= "table" then return text end
  for _ = 1, pick(random, {1, 1, 2, 4}) do
    local list = places(value, {})
    if #list == 0 then break end
    local at = random(#list)   -- the one that changes comes first
    list[1], list[at] = list[at], list[1]
    pick(random, ON_VALUES)(random, list)
  end
  local encoded
  ok, encoded = pcall(core.json_encode, value)
  return ok and encoded or text
end

--- A mutant of a JSON text: half of them are still JSON.
function mutate.json(random, seeds)
  if random(2) == 1 then return mutate.text(random, seeds) end
  return by_value(random, pick(random, seeds))
end

return mutate
