--- Methods of lunate's own classes say what is wrong when they are called with a dot, and objects
-- of these classes when a name is misspelled:
--
--     local methods = require "lunate.methods"
--     local Scaler = require "lunate.class"("Scaler", {type = "demo.scaler"})
--     function Scaler:fit(x) return self end
--     methods(Scaler, "demo.scaler")
--     print(pcall(Scaler().fit, 3))
--     --> false  bad argument #1 to 'fit' (scaler expected, got 3); call it with a colon: ...
--
-- To be called once, below a class's last method. Methods are the functions whose first parameter
-- is called self; `methods.original[f]` is the function that was written.

local core = require "lunate.core"
local raise = require "lunate.raise"

local methods = {original = setmetatable({}, {__mode = "k"})}

local metatable_of = debug.getmetatable

local function checked(f, name, Class, types, receiver)
  local is_instance = Class.is_instance   -- of lunate.class: of this class among those of a type
  local known = setmetatable({}, {__mode = "k"})   -- metatables of objects that have the method
  local function check(self)
    if not types[getmetatable(self)] or is_instance and not is_instance(Class, self) then
      raise("bad argument #1 to '%s' (%s expected, got %s); call it with a colon: %s:%s(...)", name,
        is_instance and Class.name or receiver, core.describe_value(self), receiver, name)
    end
    known[metatable_of(self)] = true
  end
  local info = debug.getinfo(f, "u")
  local method
  if info.isvararg or info.nparams > 4 then
    function method(self, ...)
      if not known[metatable_of(self)] then check(self) end
      return f(self, ...)
    end
  else   -- a call of it costs less
    function method(self, a, b, c)
      if not known[metatable_of(self)] then check(self) end
      return f(self, a, b, c)
    end
  end
  methods.original[method] = f
  return method
end

-- What an object of the class itself (not of one that extends it) gives for a field: the class's,
-- else nil, else an error for what looks like a slip.
local function look_up(Class, receiver)
  local names
  local function add(from)
    for name, value in pairs(from) do
      if type(name) == "string" and not name:find("^_") and type(value) == "function" then
        names[#names + 1] = name
      end
    end
  end
  return function(_, name)
    local value = Class[name]
    if value ~= nil or type(name) ~= "string" or name:find("^on_") then   -- hooks need not be there
      return value
    end
    if not names then
      names = {}
      local class = Class
      while class do
        add(class)
        class = rawget(class, "super")
      end
    end
    local meant = core.slip(name, names)
    if meant then raise("a %s has no field or method '%s'%s", receiver, name, meant) end
    return nil
  end
end

--- @param Class  a table of functions; also a class of `lunate.class`
-- @param types  what getmetatable says of its objects: a type name, or a list of them; what a class
--   of `lunate.class` says itself when it is left out
-- @param receiver  what an object is called in messages (the end of the first type name)
-- @return Class
local function add(_, Class, types, receiver)
  types = types or rawget(Class, "__metatable")
  if type(types) == "string" then types = {types} end
  receiver = receiver or types[1]:match("[%w_]+$")
  local known = {}
  for _, name in ipairs(types) do known[name] = true end
  for name, f in pairs(Class) do
    local is_method = type(f) == "function" and not methods.original[f]
      and debug.getlocal(f, 1) == "self" and not name:find("^_")
    if is_method then Class[name] = checked(f, name, Class, known, receiver) end
  end
  -- The core's objects do so themselves (core/lua/fields.c).
  local in_lua = Class.is_instance and rawget(Class, "__index") == Class
  if in_lua then Class.__index = look_up(Class, receiver) end
  return Class
end

return setmetatable(methods, {__call = add})
