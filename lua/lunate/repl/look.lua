--- Looks into values without running anyone's code: for completion and printing. No function is
-- called and no metamethod of a script's; of lunate's own objects fields are read that are computed
-- in C. A new kind of object is a few lines in `fields` and `get`.

local core = require "lunate.core"
local names = require "lunate.names"

local look = {}

local DEEP = 30   -- links of an __index chain that are followed

local tensor_fields = {shape = true, dtype = true, rank = true, size = true}

-- What only lunate's files write, and no one asks for.
local private = {core_class = true, defined_in_lua = true, class = true}

local function is_name(key) return type(key) == "string" and key:find("^[%a_][%w_]*$") ~= nil end

--- "tensor", "layer", ... of lunate's userdata; nil of anything else.
function look.kind(value)
  local meta = type(value) == "userdata" and debug.getmetatable(value)
  local name = meta and rawget(meta, "__name")
  return type(name) == "string" and name:match("^lunate%.([%w_]+)$") or nil
end

--- True for one of lunate's tables whose parts load at first use.
function look.is_space(value)
  local meta = type(value) == "table" and debug.getmetatable(value)
  return type(meta) == "table" and type(rawget(meta, "__metatable")) == "string"
    and rawget(meta, "__metatable"):find("^lunate") ~= nil
    and (rawget(meta, "__names") ~= nil or rawget(meta, "__tostring") == names.text)
end

-- Calls f(table) for a table and those that its __index leads to, until f gives something.
local function along(value, f)
  for _ = 1, DEEP do
    if type(value) ~= "table" then return nil end
    local found = f(value)
    if found ~= nil then return found end
    local meta = debug.getmetatable(value)
    value = type(meta) == "table" and rawget(meta, "__index") or nil
    -- A class that suggests names (lunate.public) stands behind its objects itself.
    if type(value) == "function" then value = rawget(meta, "class") end
  end
end

-- Where the methods of a kind of userdata are.
local function methods_of(meta) return rawget(meta, "__methods") or rawget(meta, "__index") end

-- The table behind an object, and the getters of its kind.
local function parts(value, kind)
  local instance = debug.getuservalue(value, 1)
  return type(instance) == "table" and instance or nil,
    core.properties[kind == "model" and "layer" or kind]
end

-- Getters that compute nothing of a script's.
local function is_safe(name, getter)
  return debug.getinfo(getter, "S").what == "C" and name ~= "losses"
end

local function quiet(value, key)
  local ok, found = pcall(function() return value[key] end)
  return ok and found or nil
end

--- value[key], or nil where that would run a script's code.
function look.get(value, key)
  if type(value) == "table" then
    local found = along(value, function(t) return rawget(t, key) end)
    if found ~= nil or not look.is_space(value) then return found end
    for _, name in ipairs(names.of(value)) do
      if name == key then return quiet(value, key) end
    end
    return nil
  end
  if type(value) == "string" then return string[key] end
  local kind = look.kind(value)
  if kind == "tensor" or kind == "variable" then
    if core.tensor_methods[key] then return core.tensor_methods[key] end
    if tensor_fields[key] or math.type(key) == "integer" then return quiet(value, key) end
    return nil
  end
  if kind == "symbolic_tensor" then return tensor_fields[key] and quiet(value, key) or nil end
  if kind == nil then return nil end
  local instance, getters = parts(value, kind)
  local field = instance and rawget(instance, key)
  if field ~= nil then return field end
  if getters and getters[key] then
    return is_safe(key, getters[key]) and quiet(value, key) or nil
  end
  local meta = debug.getmetatable(value)
  return along(instance or methods_of(meta), function(t) return rawget(t, key) end)
end

--- The names of fields and methods, sorted; each with its value as `look.get` gives it (nil when
-- only the object could tell).
function look.fields(value)
  local seen, list = {}, {}
  local function add(name)
    if is_name(name) and not seen[name] and not name:find("^__") and not private[name] then
      seen[name] = true
      list[#list + 1] = name
    end
  end
  local function add_table(t)
    for key in next, t do add(key) end
  end
  local kind = look.kind(value)
  if type(value) == "table" then
    if look.is_space(value) then for _, name in ipairs(names.of(value)) do add(name) end end
    along(value, add_table)
  elseif type(value) == "string" then
    add_table(string)
  elseif kind == "tensor" or kind == "variable" then
    add_table(core.tensor_methods)
    for name in next, tensor_fields do add(name) end
    if kind == "variable" then
      for _, name in ipairs{"assign", "assign_add", "assign_sub", "value", "name", "trainable"} do
        add(name)
      end
    end
  elseif kind == "symbolic_tensor" then
    for name in next, tensor_fields do add(name) end
    add("name")
  elseif kind then
    local instance, getters = parts(value, kind)
    along(instance or methods_of(debug.getmetatable(value)), add_table)
    for name in next, getters or {} do add(name) end
    if kind == "model" then for name in next, core.getters.model do add(name) end end
    if kind == "model" or kind == "layer" then
      for name in next, core.getters.layer do add(name) end
    end
    local class = instance and look.get(value, "class")
    for _, option in ipairs(class and require("lunate.documentation").options(class) or {}) do
      add(option.name)
    end
  end
  table.sort(list)
  return list
end

return look
