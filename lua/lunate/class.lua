--- Classes of plain Lua: callbacks, transformers and whatever else needs no C underneath.
-- `class(name, {type = ...})` makes a base, `Base:extend(name)` a subclass, a call an instance.
-- Subclasses inherit everything, declared options included.
--
--     local class = require "lunate.class"
--     local Shape = class("Shape", {type = "demo.shape"})
--     Shape.options = {sides = {"integer", default = 3, min = 1}}
--     Shape.positional = {"sides"}
--     function Shape:init(given) self.sides = given.sides end
--     local Square = Shape:extend("Square")
--     function Square:init(given) Square.super.init(self, given); self.square = true end
--     print(Square(4))                         --> Square(sides=4)
--     print(getmetatable(Square(4)))           --> demo.shape
--
-- A constructor takes one table: what is positional by position, everything by name; no argument
-- is an empty table, a lone value that is not a plain table is a table of one. With
-- `Class.options` (see `lunate.core.check_options`) it is checked, defaults are filled in, and the
-- result is `self.options`, which tostring prints. `Class.variadic = "steps"` makes a list of all
-- positional arguments and gives it to that option. Without declared options the table goes to
-- `init` as it came. A script may use fields called options and class for something else: what the
-- library reads is `class.options_of(self)` and `class.of(self)`.

local options = require "lunate.options"
local raise = require "lunate.raise"
local list_length = require "lunate.list_length"

local class, given_to = {}, require "lunate.kept"()

--- The class of an object of lunate.class.
function class.of(self) return debug.getmetatable(self) end

--- The checked options that an object was made with.
function class.options_of(self) return given_to[self] end

--- True for a table of arguments or a list; false for objects, which are tables with a named
-- metatable.
local function is_plain(value)
  return type(value) == "table" and type(getmetatable(value)) ~= "string"
end

--- Options of a class and its parents in one table, or nil when none declares any.
local function all_options(Class)
  local merged
  while Class do
    for name, spec in pairs(rawget(Class, "options") or {}) do
      merged = merged or {}
      if merged[name] == nil then merged[name] = spec end
    end
    merged = merged or (rawget(Class, "options") and {})
    Class = Class.super
  end
  return merged
end

local function check(Class, args)
  local specs = all_options(Class)
  if not specs then return args end
  local variadic = Class.variadic
  if variadic and args[variadic] == nil then
    local named, list = {}, {}
    for key, value in pairs(args) do
      if math.type(key) == "integer" then list[key] = value else named[key] = value end
    end
    list_length(list, ("%s: its %s"):format(Class.name, variadic))
    named[variadic] = list
    args = named
  end
  return options(Class.name, specs, args, Class.positional)
end

local function construct(Class, ...)
  local n, args = select("#", ...), ...
  if n > 1 then
    raise("%s takes one table of arguments: %s{...}", Class.name, Class.name)
  end
  if args == nil then args = {} elseif not is_plain(args) then args = {args} end
  args = check(Class, args)
  local self = setmetatable({options = args}, Class)
  if Class.options then given_to[self] = args end
  if self.init then self:init(args) end
  return self
end

local function to_text(value)
  if type(value) == "string" then return ("%q"):format(value) end
  if not is_plain(value) then return tostring(value) end
  local parts = {}
  for i, part in ipairs(value) do parts[i] = to_text(part) end
  return "{" .. table.concat(parts, ", ") .. "}"
end

--- The options in the order of their positions, the others by name:
-- `StandardScaler(with_mean=true)`.
local function describe(self)
  local Class, parts, named, seen = class.of(self), {}, {}, {}
  local specs = all_options(Class)
  if not specs then return Class.name .. "()" end
  for _, name in ipairs(Class.positional or {}) do seen[name], named[#named + 1] = true, name end
  local first = #named + 1
  for name in pairs(specs) do
    if not seen[name] then named[#named + 1] = name end
  end
  local rest = table.move(named, first, #named, 1, {})
  table.sort(rest)
  table.move(rest, 1, #rest, first, named)
  for _, name in ipairs(named) do
    local value = class.options_of(self)[name]
    if value ~= nil then parts[#parts + 1] = name .. "=" .. to_text(value) end
  end
  return ("%s(%s)"):format(Class.name, table.concat(parts, ", "))
end

local make

local function extend(Class, name)
  if type(name) ~= "string" or name == "" then
    raise("a class needs a name: Base:extend(\"Name\")")
  end
  return make(name, Class, rawget(Class, "__metatable"))
end

--- True when value is an instance of Class or of a class that extends it.
local function is_instance(Class, value)
  if not (type(value) == "table" and type(getmetatable(value)) == "string") then return false end
  local value_class = class.of(value)
  while value_class do
    if value_class == Class then return true end
    value_class = rawget(value_class, "super")
  end
  return false
end

function make(name, super, type_name)
  local Class = {name = name, super = super, extend = extend, is_instance = is_instance}
  Class.class = Class
  Class.__index = Class
  Class.__metatable = type_name
  -- Lua looks for metamethods in this very table.
  for key, value in pairs(super or {__tostring = describe}) do
    local is_metamethod = type(key) == "string" and key:sub(1, 2) == "__"
    if is_metamethod and Class[key] == nil then Class[key] = value end
  end
  return setmetatable(Class, {
    __index = super,
    __call = construct,
    __tostring = function() return "class " .. name end,
    __metatable = type_name .. ".class",
  })
end

--- A new base class. `settings.type` is what `getmetatable` of its instances gives.
local function new(_, name, settings)
  return make(name, nil, settings and settings.type or "lunate." .. name:lower())
end

return setmetatable(class, {__call = new})
