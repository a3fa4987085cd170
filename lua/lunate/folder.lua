--- A folder of modules that are found by name: `ln.datasets.iris` is
-- `lua/lunate/datasets/iris.lua`, `ln.preprocessing.StandardScaler` is
-- `preprocessing/standard_scaler.lua`, `ln.callbacks.CSVLogger` is `callbacks/csv_logger.lua`. To
-- add one is to add its file; a leading underscore marks a helper. An `init.lua` is
-- `return require "lunate.folder"("data set", ...)`. Modules load at first use; `pairs` goes over
-- all of them; a wrong name gets an error that lists them.

local core = require "lunate.core"
local texts = require "lunate.names"

-- What a name and its file have in common: abbreviations make the underscores a matter of taste.
local function letters(name) return (name:gsub("_", ""):lower()) end

--- @param what   what an entry is, for messages
-- @param module  the package's name and
-- @param file    the path of its init.lua: what `require` passed to it
return function(what, module, file)
  file = file or package.searchpath(module, package.path) or ""
  local folder = file:match("^(.*)[/\\]") or "."

  local files   -- by their letters

  -- The module of an entry, or nil.
  local function module_of(name)
    if type(name) ~= "string" or not name:match("^%a[%w_]*$") or name == "init" then return nil end
    if not files then
      local found = {}
      for _, entry in ipairs(core.list_folder(folder)) do
        local stem = entry:match("^(%a[%w_]*)%.lua$")
        if stem and stem ~= "init" then found[letters(stem)] = stem end
      end
      files = found   -- whole, or not at all
    end
    local stem = files[letters(name)]
    -- Names have capitals or are their file's.
    return stem and (name:find("%u") or name == stem) and module .. "." .. stem or nil
  end

  -- The names of all entries, sorted. A module with a class says its name; others are called as
  -- the file.
  local function names()
    local list = {}
    for _, entry in ipairs(core.list_folder(folder)) do
      local name = entry:match("^(%a[%w_]*)%.lua$")
      if name and name ~= "init" then
        local value = require(module .. "." .. name)
        local is_class = tostring(getmetatable(value)):match("%.class$")
        list[#list + 1] = is_class and value.name or name
      end
    end
    table.sort(list)
    return list
  end

  return setmetatable({}, {
    __metatable = module,
    __tostring = texts.text,
    __names = names,
    __module = module_of,
    __index = function(self, name)
      local entry = module_of(name)
      if not entry then return texts.missing(what, name, names()) end
      local value = require(entry)
      rawset(self, name, value)
      return value
    end,
    __pairs = function(self)
      local list, i = names(), 0
      return function()
        i = i + 1
        if list[i] then return list[i], self[list[i]] end
      end
    end,
  })
end
