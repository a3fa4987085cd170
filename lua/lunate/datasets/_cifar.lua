--- The pictures of CIFAR from their published archives: tar files of records, the class ids first
-- (a byte each), then 32 x 32 red, green and blue bytes. A data set is a table of names, addresses
-- and checksums: see cifar10.lua.

local core = require "lunate.core"
local raise = require "lunate.raise"
local files = require "lunate.datasets._files"

local PIXELS = 32 * 32 * 3
local MAX_BYTES = 1 << 28   -- of an archive, unpacked

-- The entries of a tar archive by their names without folders: {first byte, size}.
local function entries(path, archive)
  local found, position = {}, 1
  while position + 511 <= #archive and archive:byte(position) ~= 0 do
    local name = archive:sub(position, position + 99):match("^[^%z]*"):match("([^/]*)$")
    local digits = archive:sub(position + 124, position + 135):match("^ *([0-7]+)")
    local size = digits and tonumber(digits, 8)
    if not size or position + 511 + size > #archive then
      raise("'%s' is damaged: the entry at byte %d is not whole", path, position)
    end
    if name ~= "" then found[name] = {first = position + 512, size = size} end
    position = position + 512 + (size + 511) // 512 * 512
  end
  return found
end

-- Pictures (n, 32, 32, 3) and labels (n, 1), of the files of one half.
local function read_half(set, path, archive, names, label)
  local found, parts = entries(path, archive), {}
  local record = set.labels + PIXELS
  for i, name in ipairs(names) do
    local entry = found[name]
    if not entry then raise("'%s': there is no file %s in it", path, name) end
    if entry.size == 0 or entry.size % record ~= 0 then
      raise("'%s': %s should have records of %d bytes, it has %d bytes", path, name, record,
        entry.size)
    end
    parts[i] = archive:sub(entry.first, entry.first + entry.size - 1)
  end
  local bytes = table.concat(parts)
  local n = #bytes // record
  local t = core.tensor_from_bytes(bytes, "uint8", {n, record})
  local x = t[{ {}, {set.labels + 1, record} }]:reshape{n, 3, 32, 32}:permute{1, 3, 4, 2}:copy()
  local y = t[{ {}, {label, label} }]:copy()
  local largest = set.classes[label] - 1
  if y:max():item() > largest then
    raise("'%s': expected labels from 0 to %d, got %d", path, largest, y:max():item())
  end
  return x, y
end

--- The four tensors of a set: label is which of a record's class ids.
return function(set, label)
  local path = files.locate{
    data_set = set.name, name = ("%s/%s"):format(set.name, set.archive),
    others = {set.archive, ("%s/%s"):format(set.name, set.archive:gsub("%.gz$", ""))},
    urls = {"https://www.cs.toronto.edu/~kriz/" .. set.archive}, sha256 = set.sha256,
  }
  local archive = core.read_bytes(path, MAX_BYTES)
  local x_train, y_train = read_half(set, path, archive, set.train, label)
  return x_train, y_train, read_half(set, path, archive, set.test, label)
end
