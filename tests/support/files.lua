-- What the specs of files compare: parts of .keras and .h5 files as Lua values.

local core = require "lunate.core"

local files = {}

function files.read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read("a")
end

function files.write(path, bytes)
  local file <close> = assert(io.open(path, "wb"))
  assert(file:write(bytes))
end

--- The parts of a .keras file: config, metadata (decoded, null is core.null), weights (a tree).
function files.keras(path)
  local parts = require("lunate.zip").decode(files.read(path))
  return {
    config = core.json_decode(parts["config.json"], true),
    metadata = core.json_decode(parts["metadata.json"], true),
    weights = require("lunate.hdf5").decode(parts["model.weights.h5"]),
  }
end

--- A .h5 file as a tree.
function files.h5(path) return require("lunate.hdf5").decode(files.read(path)) end

local function is_tensor(value) return getmetatable(value) == "lunate.tensor" end

--- Where two values first differ, as text, or nil. Tensors should be equal bit by bit.
-- @param skip  {[key] = true}: fields that are not compared
function files.difference(a, b, skip, path)
  path = path or ""
  if is_tensor(a) or is_tensor(b) then
    if is_tensor(a) and is_tensor(b) and a == b then return nil end
    return ("%s: %s instead of %s"):format(path, tostring(a), tostring(b))
  end
  if type(a) ~= "table" or type(b) ~= "table" then
    if a == b and math.type(a) == math.type(b) then return nil end
    return ("%s: %s instead of %s"):format(path, tostring(a), tostring(b))
  end
  local keys, seen = {}, {}
  for _, from in ipairs{a, b} do
    for key in pairs(from) do
      if not seen[key] then keys[#keys + 1], seen[key] = key, true end
    end
  end
  table.sort(keys, function(x, y) return tostring(x) < tostring(y) end)
  for _, key in ipairs(keys) do
    if not (skip and skip[key]) then
      local found = files.difference(a[key], b[key], skip, path .. "/" .. tostring(key))
      if found then return found end
    end
  end
end

return files
