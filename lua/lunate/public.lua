--- What public functions in Lua do before their own work, said once: methods check their `self`
-- and say when they were called with a dot, tables of options are checked and completed, objects
-- tell misspelled names. Errors blame the script's line by themselves (lunate.raise).
--
--     local public = require "lunate.public"
--     local Scaler = require "lunate.class"("Scaler", {type = "demo.scaler"})
--     local FIT = {epochs = {"integer", default = 1, min = 1}}
--     function Scaler:fit(x, options) self.epochs = options.epochs return self end
--     public(Scaler, {options = {fit = FIT}})
--     print(Scaler():fit(3).epochs)                                           --> 1
--     print(pcall(Scaler().fit, 3))
--     --> false  bad argument #1 to 'fit' (scaler expected, got 3); call it with a colon: ...
--
-- To be called once, below the last function of a class or of a table of functions. Methods are
-- the functions whose first parameter is called self; where `options` has a function's name, its
-- parameter `options` is a whole table: every option by name, defaults filled in.
-- `public.original[f]` is the function that was written, `public.specs[f]` its table of options.

local core = require "lunate.core"
local check_options = require "lunate.options"
local raise = require "lunate.raise"

local public = {
  original = setmetatable({}, {__mode = "k"}), specs = setmetatable({}, {__mode = "k"}),
}

local metatable_of = debug.getmetatable

-- The check of self, and the metatables of objects that passed it.
local function receiver_check(name, Class, types, receiver)
  local is_instance = Class.is_instance   -- of lunate.class: of this class among those of a type
  local known = setmetatable({}, {__mode = "k"})
  return function(self)
    if not types[getmetatable(self)] or is_instance and not is_instance(Class, self) then
      raise("bad argument #1 to '%s' (%s expected, got %s); call it with a colon: %s:%s(...)", name,
        is_instance and Class.name or receiver, core.describe_value(self), receiver, name)
    end
    known[metatable_of(self)] = true
  end, known
end

local function method(f, check, known)
  local info = debug.getinfo(f, "u")
  if info.isvararg or info.nparams > 4 then
    return function(self, ...)
      if not known[metatable_of(self)] then check(self) end
      return f(self, ...)
    end
  end
  return function(self, a, b, c)   -- a call of it costs less
    if not known[metatable_of(self)] then check(self) end
    return f(self, a, b, c)
  end
end

-- By the position of the parameter `options`.
local with_options = {
  function(f, what, specs, positional)   -- one table is all that it takes
    return function(options, ...)
      return f(check_options(what, specs, options, positional, ...))
    end
  end,
  function(f, what, specs, positional)
    return function(a, options) return f(a, check_options(what, specs, options, positional)) end
  end,
  function(f, what, specs, positional)
    return function(a, b, options)
      return f(a, b, check_options(what, specs, options, positional))
    end
  end,
  function(f, what, specs, positional)
    return function(a, b, c, options)
      return f(a, b, c, check_options(what, specs, options, positional))
    end
  end,
}

local function options_parameter(f)
  for i = 1, debug.getinfo(f, "u").nparams do
    if debug.getlocal(f, i) == "options" then return i end
  end
end

--- One function whose parameter `options` is checked.
-- @param what  how messages call it
-- @param f  a function with a parameter `options`, its last
-- @param specs  name -> {kind, default =, ...}, as core.check_options takes them
-- @param positional  the names of options that may come by position, in order (none)
-- @return the function to publish
function public.checked(what, f, specs, positional)
  local checked = with_options[options_parameter(f)](f, what, specs, positional)
  public.original[checked], public.specs[checked] = f, specs
  return checked
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

local NONE = {}

--- @param Class  a table of functions; also a class of `lunate.class`
-- @param about  `type`: what getmetatable says of its objects, a type name or a list of them (what
--   a class of `lunate.class` says itself); `receiver`: what an object is called in messages (the
--   end of the first type name); `options`, `positional`: tables of options, and the names of those
--   that may come by position, by the function's name; `prefix`: before names in messages ("")
-- @return Class
local function publish(_, Class, about)
  about = about or NONE
  local types = about.type or Class.__metatable or NONE
  if type(types) == "string" then types = {types} end
  local receiver = about.receiver or types[1] and types[1]:match("[%w_]+$")
  local is_type = {}
  for _, name in ipairs(types) do is_type[name] = true end
  for name, f in pairs(Class) do
    if type(f) == "function" and not public.original[f] and not name:find("^_") then
      local specs, published = (about.options or NONE)[name], f
      if specs then
        published = public.checked((about.prefix or "") .. name, f, specs,
          (about.positional or NONE)[name])
      end
      if debug.getlocal(f, 1) == "self" then
        published = method(published, receiver_check(name, Class, is_type, receiver))
      end
      if published ~= f then
        Class[name] = published
        public.original[published], public.specs[published] = f, specs
      end
    end
  end
  -- The core's objects do so themselves (core/lua/fields.c).
  local in_lua = Class.is_instance and rawget(Class, "__index") == Class
  if in_lua then Class.__index = look_up(Class, receiver) end
  return Class
end

return setmetatable(public, {__call = publish})
