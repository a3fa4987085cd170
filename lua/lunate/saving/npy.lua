--- npy: numpy's file of one array. Versions 1.0 to 3.0 are read, 1.0 is written as numpy writes it.
-- The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
--
--     local npy = require "lunate.saving.npy"
--     print(npy.decode(npy.encode(ln.tensor{{1, 2}, {3, 4}})))              --> [[1. 2.] [3. 4.]]

local core = require "lunate.core"

local MAGIC = "\x93NUMPY"

-- The codes of numpy's dtypes without their byte order: as tensor_from_bytes calls them.
local ELEMENTS = {
  b1 = "bool", i1 = "int8", i2 = "int16", i4 = "int32", i8 = "int64", u1 = "uint8", u2 = "uint16",
  u4 = "uint32", u8 = "uint64", f2 = "float16", f4 = "float32", f8 = "float64",
}
local CODES = {
  bool = "|b1", uint8 = "|u1", int32 = "<i4", int64 = "<i8", float16 = "<f2", float32 = "<f4",
  float64 = "<f8",
}
local KINDS = {O = "Python objects", S = "byte strings", U = "strings", V = "structured elements",
               c = "complex numbers", M = "dates", m = "time spans", a = "byte strings"}

local npy = {}

local function damaged(format, ...) error("the .npy data is damaged: " .. format:format(...), 0) end

-- ---- the header: a Python dictionary with three keys, read as text and nothing more

local function skip(text, position) return text:find("[^ \n]", position) or #text + 1 end

local function quoted(text, position)
  local mark = text:sub(position, position)
  if mark ~= "'" and mark ~= '"' then
    damaged("a quoted text expected in its header at %d", position)
  end
  local stop = text:find(mark, position + 1, true)
  if not stop or text:find("[\\\n]", position) and text:find("[\\\n]", position) < stop then
    damaged("a quoted text in its header does not end")
  end
  return text:sub(position + 1, stop - 1), stop + 1
end

local function boolean(text, position)
  for word, value in pairs{True = true, False = false} do
    if text:find("^" .. word .. "%f[^%w_]", position) then return value, position + #word end
  end
  damaged("True or False expected in its header at %d", position)
end

local function tuple(text, position)
  local shape = {}
  if text:sub(position, position) ~= "(" then
    damaged("a shape expected in its header at %d", position)
  end
  position = skip(text, position + 1)
  while text:sub(position, position) ~= ")" do
    local digits, stop = text:match("^(%d+)L?()", position)   -- Python 2 wrote 10L
    local n = digits and math.tointeger(tonumber(digits))
    if not n then damaged("a whole number expected in its header's shape at %d", position) end
    shape[#shape + 1] = n
    position = skip(text, stop)
    local c = text:sub(position, position)
    if c == "," then position = skip(text, position + 1)
    elseif c ~= ")" or #shape == 1 then damaged("its header's shape is no tuple") end  -- (3) is 3
  end
  return shape, position + 1
end

-- Of structured elements, a list, only where it ends: no tensor has them.
local function descr(text, position)
  if text:sub(position, position) ~= "[" then return quoted(text, position) end
  local stop = select(2, text:find("^%b[]", position))
  if not stop then damaged("a list in its header does not end") end
  return "[", stop + 1
end

local READ = {descr = descr, fortran_order = boolean, shape = tuple}

local function header(text)
  local found, position = {}, skip(text, 1)
  if text:sub(position, position) ~= "{" then damaged("its header is no dictionary") end
  position = skip(text, position + 1)
  while text:sub(position, position) ~= "}" do
    local key
    key, position = quoted(text, position)
    if not READ[key] or found[key] ~= nil then damaged("key '%s' in its header", key) end
    position = skip(text, position)
    if text:sub(position, position) ~= ":" then
      damaged("':' expected in its header at %d", position)
    end
    found[key], position = READ[key](text, skip(text, position + 1))
    position = skip(text, position)
    local c = text:sub(position, position)
    if c == "," then position = skip(text, position + 1)
    elseif c ~= "}" then damaged("',' or '}' expected in its header at %d", position) end
  end
  if skip(text, position + 1) <= #text then damaged("its header goes on after its end") end
  for key in pairs(READ) do
    if found[key] == nil then damaged("its header has no '%s'", key) end
  end
  return found
end

-- The element of a code, or nil and why no tensor has it; whether its bytes are the other way.
local function element(code)
  if code == "[" then return nil, ".npy: structured elements are not supported" end
  local order, kind = code:match("^([<>|=]?)(%a%d+)$")
  local name = ELEMENTS[kind]
  if name then return name, order == ">" end
  local what = KINDS[code:match("^[<>|=]?(%a)")]
  what = what and " (" .. what .. ")" or ""
  return nil, (".npy: dtype '%.40s'%s is not supported"):format(code, what)
end

-- Bytes of an array, unless they are more than there are.
local function length_of(shape, name, limit)
  local size = tonumber(name:match("%d+")) or 8   -- bits; of bool, a byte's
  local n = size // 8
  for _, length in ipairs(shape) do
    if length == 0 then return 0 end
    if n > limit // length then return nil end
    n = n * length
  end
  return n <= limit and n or nil
end

-- The header of the array at a position of the bytes, and the position after it.
local function read_header(bytes, position)
  if bytes:sub(position, position + 5) ~= MAGIC then
    error("this is no .npy data: it begins otherwise", 0)
  end
  local major, minor = bytes:byte(position + 6, position + 7)
  if not minor then damaged("it ends within its first bytes") end
  if minor ~= 0 or major < 1 or major > 3 then
    error((".npy: version %d.%d is not supported"):format(major, minor), 0)
  end
  local wide = major > 1
  if #bytes < position + (wide and 11 or 9) then damaged("it ends within its first bytes") end
  local length, start = (wide and "<I4" or "<I2"):unpack(bytes, position + 8)
  if length > #bytes - start + 1 then damaged("it ends within its header") end
  return header(bytes:sub(start, start + length - 1)), start + length
end

--- Where an array of Python objects has its pickle.
-- @param bytes  the whole file
-- @return the position, and the array's shape as a list; nil for other arrays
-- @raise for damaged data
function npy.objects(bytes)
  local found, position = read_header(bytes, 1)
  if found.descr:match("^|?O%d*$") then return position, found.shape end
end

--- The array that begins at a position of the bytes.
-- @return the tensor, or nil and why no tensor can be of it; the position after it, or nil where it
--   is not known
-- @raise for damaged data
function npy.read(bytes, position)
  local found, start = read_header(bytes, position)
  local name, other = element(found.descr)
  if not name then return nil, other end
  local offset = start - 1
  local size, rest = length_of(found.shape, name, #bytes - offset), #bytes - offset
  -- What follows is another array, or nothing.
  local follows = size and bytes:sub(offset + size + 1, offset + size + #MAGIC) == MAGIC
  local ok, t = pcall(core.tensor_from_bytes, bytes, name, found.shape, {offset = offset,
    length = follows and size or rest, big_endian = other, fortran_order = found.fortran_order})
  if not ok and t:find("does not fit int64", 1, true) then
    return nil, ".npy: " .. t:gsub("^tensor_from_bytes: ", "")
  elseif not ok then
    damaged("%s", t)
  end
  return t, nil, offset + (follows and size or rest) + 1
end

-- Bytes in which a header ends.
local HEADER = 1 << 16

--- The tensor that a .npy file is, without reading more of it than its header.
-- @return a tensor that cannot be changed
-- @raise for damaged files, and for what has to be converted, which only reading does
function npy.map(path)
  local file <close> = assert(io.open(path, "rb"))
  local found, start = read_header(file:read(HEADER) or "", 1)
  local offset = start - 1
  local name, other = element(found.descr)
  if not name then error(other, 0) end
  local why = not CODES[name] and name .. " elements" or name == "bool" and "bools"
    or other and "numbers in the other byte order"
    or found.fortran_order and #found.shape > 1 and "Fortran order"
  if why then error((".npy: %s have to be converted: load it without mmap"):format(why), 0) end
  local length = file:seek("end")
  if not length_of(found.shape, name, length - offset) then
    damaged("its shape needs more bytes than the file has")
  end
  return core.map_file(path, offset, name, found.shape)
end

--- The tensor in the bytes of a .npy file.
-- @param bytes  the whole file. int8, int16 and uint16 become int32, uint32 and uint64 int64;
--   Fortran order and both byte orders are read
-- @return the tensor; of several arrays one after the other (np.save into an open file) the first,
--   as np.load has it, and a list of the others
-- @raise for damaged data, for uint64 values beyond int64 and for dtypes that no tensor has
--   (objects, texts, complex, structured), by name. Errors: texts without a place
function npy.decode(bytes)
  local t, why, position = npy.read(bytes, 1)
  if not t then error(why, 0) end
  local others
  while position <= #bytes do
    others = others or {}
    local other, because, following = npy.read(bytes, position)
    if not other then error(("array %d: %s"):format(#others + 2, because), 0) end
    others[#others + 1], position = other, following
  end
  return t, others
end

--- The bytes of a .npy file, as a list of two texts: header and data.
-- @param t  a tensor or variable
-- @return a list of strings
-- @raise for bfloat16, which numpy does not have
function npy.pieces(t)
  if not CODES[t.dtype] then
    error((".npy: numpy has no dtype %s; save it in a .safetensors, or as float32: "
      .. "t:astype(\"float32\")"):format(t.dtype), 0)
  end
  local data = core.tensor_bytes(t)
  local shape = table.concat(t.shape, ", ")
  local text = ("{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }"):format(
    CODES[t.dtype], shape, #t.shape == 1 and "," or "")
  -- numpy leaves room for the first dimension to grow to 21 digits, then fills up to 64 bytes.
  if #t.shape > 0 then text = text .. (" "):rep(21 - #tostring(t.shape[1])) end
  text = text .. (" "):rep(63 - (#text + 10) % 64) .. "\n"
  return {MAGIC .. "\1\0" .. ("<I2"):pack(#text) .. text, data}
end

--- The bytes of a .npy file.
-- @param t  a tensor or variable
-- @return a string
function npy.encode(t) return table.concat(npy.pieces(t)) end

return npy
