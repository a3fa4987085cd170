--- The layers whose classes are Lua's: modules beside this one, found by name at first use.

local core = require "lunate.core"

local folder = debug.getinfo(1, "S").source:match("^@?(.*)[/\\]") or "."

local files, classes = nil, {}

-- "StringLookup" -> "string_lookup"
local function find_files()
  if files then return files end
  local found = {}
  for _, entry in ipairs(core.list_folder(folder)) do
    local stem = entry:match("^(%a[%w_]*)%.lua$")
    if stem then
      local name = stem:gsub("^%l", string.upper):gsub("_(%l)", string.upper)
      found[name] = stem
    end
  end
  files = found
  return files
end

local in_lua = {}

--- The class of a name, or nil.
function in_lua.class(name)
  local stem = find_files()[name]
  if not stem then return nil end
  classes[name] = classes[name] or require("lunate.layers." .. stem)
  return classes[name]
end

--- Names of all of them, sorted.
function in_lua.names()
  local list = {}
  for name in pairs(find_files()) do list[#list + 1] = name end
  table.sort(list)
  return list
end

--- The module of one, or nil.
function in_lua.module(name)
  local stem = find_files()[name]
  return stem and "lunate.layers." .. stem
end

return in_lua
