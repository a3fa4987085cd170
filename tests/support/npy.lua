-- Reads .npy files (version 1.0, float32, C order) into tensors, for specs. Written in plain Lua so
-- that what it yields does not depend on the library's own reader.

local ln = require "lunate"

local npy = {}

local BLOCK = 128

--- Numbers and shape of a .npy text: a flat list, a list of sizes.
function npy.decode(text, path)
  if text:sub(1, 8) ~= "\x93NUMPY\1\0" then error(path .. ": not a version 1.0 .npy file") end
  local length, start = string.unpack("<I2", text, 9)
  local header = text:sub(start, start + length - 1)
  if not header:find("'<f4'", 1, true) or header:find("'fortran_order': True", 1, true) then
    error(path .. ": only little-endian float32 in C order is read here: " .. header)
  end
  local shape, size = {}, 1
  for n in header:match("'shape': %((.-)%)"):gmatch("%d+") do
    shape[#shape + 1] = math.tointeger(n)
    size = size * shape[#shape]
  end
  local values, at = {}, start + length
  local block = "<" .. ("f"):rep(BLOCK)
  while #values < size do
    local n = math.min(BLOCK, size - #values)
    local part = {string.unpack(n == BLOCK and block or "<" .. ("f"):rep(n), text, at)}
    at = table.move(part, 1, n, #values + 1, values) and part[n + 1]
  end
  return values, shape
end

--- The tensor in a file. `dtype` (default "float32") is the logical one.
function npy.load(path, dtype)
  local file <close> = assert(io.open(path, "rb"))
  local values, shape = npy.decode(file:read("a"), path)
  if dtype == "bool" then
    for i, value in ipairs(values) do values[i] = value ~= 0 end
  elseif dtype and dtype:find("int", 1, true) then
    for i, value in ipairs(values) do values[i] = assert(math.tointeger(value)) end
  end
  if #values == 0 then return ln.zeros(shape, {dtype = dtype or "float32"}) end
  return ln.tensor(values, {dtype = dtype or "float32"}):reshape(shape)
end

return npy
