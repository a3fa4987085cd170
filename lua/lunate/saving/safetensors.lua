--- safetensors: tensors by name, with a header in JSON that says where each of them lies.
-- The format: https://github.com/huggingface/safetensors#format
--
--     local safetensors = require "lunate.saving.safetensors"
--     local bytes = safetensors.encode({w = ln.ones{2}}, {metadata = {made_by = "lunate"}})
--     local tensors, metadata = safetensors.decode(bytes)
--     print(tensors.w, metadata.made_by)                                    --> [1. 1.]  lunate

local core = require "lunate.core"

local MAX_HEADER = 100000000   -- bytes, as the format's own readers have it

-- dtype of the format: as tensor_from_bytes calls it, bytes of an element.
local ELEMENTS = {
  F64 = {"float64", 8}, F32 = {"float32", 4}, F16 = {"float16", 2}, BF16 = {"bfloat16", 2},
  I64 = {"int64", 8}, I32 = {"int32", 4}, I16 = {"int16", 2}, I8 = {"int8", 1},
  U64 = {"uint64", 8}, U32 = {"uint32", 4}, U16 = {"uint16", 2}, U8 = {"uint8", 1},
  BOOL = {"bool", 1},
}
local CODES = {
  float64 = "F64", float32 = "F32", float16 = "F16", bfloat16 = "BF16", int64 = "I64",
  int32 = "I32", uint8 = "U8", bool = "BOOL",
}

local safetensors = {}

local function damaged(format, ...)
  error("the .safetensors data is damaged: " .. format:format(...), 0)
end

-- ---- reading

local function count(value, name)
  local n = math.type(value) and math.tointeger(value)
  if not n or n < 0 then damaged("tensor '%s': a whole number expected in its entry", name) end
  return n
end

local function is_list(value, n)
  if type(value) ~= "table" then return false end
  local fields = 0
  for _ in pairs(value) do fields = fields + 1 end
  return fields == #value and (not n or #value == n)
end

local function entry(name, value)
  if type(value) ~= "table" then damaged("tensor '%s': its entry is no object", name) end
  for key in pairs(value) do
    if key ~= "dtype" and key ~= "shape" and key ~= "data_offsets" then
      damaged("tensor '%s': key '%s' in its entry", name, key)
    end
  end
  if type(value.dtype) ~= "string" or not is_list(value.shape)
    or not is_list(value.data_offsets, 2) then
    damaged("tensor '%s': its entry should have dtype, shape and two data_offsets", name)
  end
  local element = ELEMENTS[value.dtype]
  if not element then
    error((".safetensors: tensor '%s': dtype '%s' is not supported"):format(name, value.dtype), 0)
  end
  local shape, size = {}, 1
  for i, n in ipairs(value.shape) do
    shape[i] = count(n, name)
    if shape[i] ~= 0 and size > (1 << 60) // shape[i] then   -- (0, 2^59, 2^59) is refused as well
      damaged("tensor '%s': its shape has too many elements", name)
    end
    size = size * math.max(shape[i], 1)
  end
  local first, last = count(value.data_offsets[1], name), count(value.data_offsets[2], name)
  if last < first then damaged("tensor '%s': its data ends before it begins", name) end
  return {name = name, element = element, shape = shape, first = first, last = last}
end

local function metadata_of(value)
  if value == nil then return nil end
  if type(value) ~= "table" then damaged("its __metadata__ is no object") end
  for key, text in pairs(value) do
    if type(key) ~= "string" or type(text) ~= "string" then
      damaged("its __metadata__ should have texts by name")
    end
  end
  return value
end

--- The tensors in the bytes of a .safetensors file.
-- @param bytes  the whole file. I8, I16 and U16 become int32, U32 and U64 int64
-- @return a table of tensors by name, and the file's metadata (texts by name) or nil
-- @raise where the format's rules are broken: lengths, offsets, overlaps, holes, dtypes
function safetensors.decode(bytes)
  if #bytes < 8 then damaged("it ends within its first bytes") end
  local length = ("<i8"):unpack(bytes)
  if length < 0 or length > MAX_HEADER then damaged("its header is too long") end
  if length > #bytes - 8 then damaged("it ends within its header") end
  local text, start = bytes:sub(9, 8 + length), 8 + length
  if text:sub(1, 1) ~= "{" then damaged("its header is no JSON object") end
  local ok, header = pcall(core.json_decode, text)
  if not ok and header:find("memory", 1, true) then error(header, 0) end
  if not ok then damaged("its header: %s", header) end
  local metadata = metadata_of(header.__metadata__)
  local entries, tensors = {}, {}
  for name, value in pairs(header) do
    if name ~= "__metadata__" then entries[#entries + 1] = entry(name, value) end
  end
  table.sort(entries, function(a, b)
    if a.first ~= b.first then return a.first < b.first end
    return a.last < b.last
  end)
  local offset = 0
  for _, e in ipairs(entries) do
    if e.first ~= offset then
      damaged("the data of tensor '%s' %s", e.name,
        e.first < offset and "overlaps another's" or "comes after bytes that are no tensor's")
    end
    offset = e.last
  end
  if offset ~= #bytes - start then
    damaged("its header tells of %d bytes of data, there are %d", offset, #bytes - start)
  end
  for _, e in ipairs(entries) do
    local is_whole, t = pcall(core.tensor_from_bytes, bytes, e.element[1], e.shape,
      {offset = start + e.first, length = e.last - e.first})
    if not is_whole then damaged("tensor '%s': %s", e.name, t) end
    tensors[e.name] = t
  end
  return tensors, metadata
end

-- ---- writing

--- The bytes of a .safetensors file, as a list of texts.
-- @param tensors  tensors by name
-- @param options  `metadata`: texts by name
-- @return a list of strings; the same tensors give the same bytes
function safetensors.pieces(tensors, options)
  local names, fields, pieces = {}, {}, {""}
  for name, t in pairs(tensors) do
    if type(name) ~= "string" or name == "__metadata__" or name:find("\0", 1, true) then
      error((".safetensors: '%s' cannot be the name of a tensor"):format(name), 0)
    end
    names[#names + 1] = {name = name, width = ELEMENTS[CODES[t.dtype]][2]}
  end
  table.sort(names, function(a, b)   -- wide elements first: then all of them are aligned
    if a.width ~= b.width then return a.width > b.width end
    return a.name < b.name
  end)
  local metadata = options and options.metadata
  if metadata then
    for key, text in pairs(metadata) do
      if type(key) ~= "string" or type(text) ~= "string" then
        error(".safetensors: metadata should be texts by name", 0)
      end
    end
    if next(metadata) then fields[1] = '"__metadata__":' .. core.json_encode(metadata) end
  end
  local offset = 0
  for _, e in ipairs(names) do
    local t = tensors[e.name]
    local data = core.tensor_bytes(t)
    fields[#fields + 1] = ('%s:{"dtype":"%s","shape":[%s],"data_offsets":[%d,%d]}'):format(
      core.json_encode(e.name), CODES[t.dtype], table.concat(t.shape, ","), offset, offset + #data)
    pieces[#pieces + 1] = data
    offset = offset + #data
  end
  local header = "{" .. table.concat(fields, ",") .. "}"
  header = header .. (" "):rep(-#header % 8)
  if #header > MAX_HEADER then error(".safetensors: too many tensors for one file", 0) end
  pieces[1] = ("<I8"):pack(#header) .. header
  return pieces
end

--- The bytes of a .safetensors file.
-- @param tensors  tensors by name
-- @param options  `metadata`: texts by name
-- @return a string
function safetensors.encode(tensors, options)
  return table.concat(safetensors.pieces(tensors, options))
end

return safetensors
