--- A table of the core's classes of one kind: `ln.layers`, `ln.losses`, ... Classes are found by
-- Keras's names and aliases when they are first used; `get` takes what Keras's `get` takes.
--
--     return require "lunate.namespace" "layer"

local core = require "lunate.core"
local raise = require "lunate.raise"

--- @param kind  the core's name of it
-- @param find  finds what is not a class: (table, name) -> value or nil; may be nil
return function(kind, find)
  local base = core.class(kind)
  local space = {
    [base.name] = base,
    get = function(identifier) return core.get(kind, identifier) end,
    serialize = core.serialize,
  }
  return setmetatable(space, {
    __metatable = "lunate." .. kind .. "s",
    __index = function(self, name)
      local value = find and find(self, name)
      if value == nil and type(name) == "string" then value = core.class(kind, name) end
      if value == nil then
        raise("there is no %s '%s'; there are: %s", kind, tostring(name),
          table.concat(core.classes(kind), ", "))
      end
      rawset(self, name, value)
      return value
    end,
    __pairs = function(self)
      local i, names = 0, core.classes(kind)
      return function()
        i = i + 1
        if names[i] then return names[i], self[names[i]] end
      end
    end,
  })
end
