--- A table of the core's classes of one kind: `ln.layers`, `ln.losses`, ... Classes are found by
-- Keras's names and aliases when they are first used; `get` takes what Keras's `get` takes.
--
--     return require "lunate.namespace" "layer"

local core = require "lunate.core"
local names = require "lunate.names"

--- @param kind  the core's name of it
-- @param find  finds what is not a class: (table, name) -> value or nil; may be nil
-- @param others  the names that find knows (none)
-- @param in_lua  classes of the kind that are modules of Lua's: names(), module(name) (none)
return function(kind, find, others, in_lua)
  local base = core.class(kind)
  local function classes()
    local list = core.classes(kind)
    for _, name in ipairs(in_lua and in_lua.names() or {}) do list[#list + 1] = name end
    return list
  end
  local space = {
    [base.name] = base,
    get = function(identifier) return (core.get(kind, identifier)) end,
    serialize = core.serialize,
  }
  return setmetatable(space, {
    __metatable = "lunate." .. (kind == "loss" and "losses" or kind .. "s"),
    __tostring = names.text,
    __module = in_lua and in_lua.module,
    __names = function()
      local list = classes()
      table.move({base.name, "get", "serialize"}, 1, 3, #list + 1, list)
      return table.move(others or {}, 1, #(others or {}), #list + 1, list)
    end,
    __index = function(self, name)
      local value = find and find(self, name)
      if value == nil and type(name) == "string" then value = core.class(kind, name) end
      if value == nil then return names.missing(kind, name, names.of(self)) end
      rawset(self, name, value)
      return value
    end,
    __pairs = function(self)
      local i, list = 0, classes()
      return function()
        i = i + 1
        if list[i] then return list[i], self[list[i]] end
      end
    end,
  })
end
