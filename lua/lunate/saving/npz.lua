--- npz: numpy's file of several arrays: a zip archive of .npy files.
--
--     local npz = require "lunate.saving.npz"
--     local arrays = npz.decode(npz.encode{x = ln.ones{2}, y = ln.zeros{3}})
--     print(arrays.x, arrays.y)                                             --> [1. 1.] [0. 0. 0.]

local raise = require "lunate.raise"
local npy = require "lunate.saving.npy"
local optional = require "lunate.saving.optional"

local npz = {}

--- The bytes of a .npz file.
-- @param arrays  tensors by name; a list's are named arr_0, arr_1 ... as np.savez does
-- @return a string; the same arrays give the same bytes
function npz.encode(arrays)
  local by_name, names = {}, {}
  for key, t in pairs(arrays) do
    local name = math.type(key) == "integer" and key >= 1 and key <= #arrays
      and ("arr_%d"):format(key - 1) or key
    if type(name) ~= "string" or name == "" then
      error((".npz: names of arrays should be texts, got %s"):format(key), 0)
    end
    if by_name[name] then error((".npz: two arrays are named '%s'"):format(name), 0) end
    by_name[name] = t
    names[#names + 1] = name
  end
  table.sort(names, function(a, b)   -- arr_10 after arr_9
    local i, j = a:match("^arr_(%d+)$"), b:match("^arr_(%d+)$")
    if i and j and #i ~= #j then return #i < #j end
    return a < b
  end)
  local entries = {}
  for i, name in ipairs(names) do
    entries[i] = {name = name .. ".npy", data = npy.encode(by_name[name])}
  end
  return optional("zip", ".npz files").encode(entries)
end

--- The arrays in the bytes of a .npz file (np.savez, np.savez_compressed).
-- @param bytes  the whole file
-- @return a table of tensors by name. An array that no tensor can be of (texts, objects, ...) is
--   not in it; asking for it is an error that says why
-- @raise for damaged archives and arrays, by name
function npz.decode(bytes)
  local arrays, refused = {}, {}
  for name, data in pairs(optional("zip", ".npz files").decode(bytes)) do
    local short = name:match("^(.+)%.npy$")
    if not short then error((".npz: '%s' is no array (.npy)"):format(name), 0) end
    local ok, t, why = pcall(npy.read, data, 1)
    if not ok then error(("array '%s': %s"):format(short, t), 0) end
    arrays[short], refused[short] = t, why
  end
  if next(refused) == nil then return arrays end
  return setmetatable(arrays, {__index = function(_, name)
    if refused[name] then raise(".npz: array '%s': %s", name, refused[name]) end
  end})
end

return npz
