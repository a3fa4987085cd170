--- Entries of functions, methods, classes and modules. `said` is what documentation/core says.

local core = require "lunate.core"
local book = require "lunate.documentation.book"
local comments = require "lunate.documentation.comments"
local option_list = require "lunate.documentation.option_list"
local signatures = require "lunate.documentation.signatures"
local names = require "lunate.names"

local members = {}

--- @param extra  further fields of the entry; `head`, what its module says of itself
function members.add_function(name, section, f, said, extra)
  local comment = comments.comment_of(f, name:match("[%w_]+$"))
  if comment and comment:find("@private", 1, true) then return end
  local entry = {name = name, kind = name:find(":") and "method" or "function", section = section,
    value = f}
  for key, value in next, extra or {} do entry[key] = value end
  local about = said[name] or {}
  if debug.getinfo(f, "S").what == "C" then
    entry.text, entry.signature = about.text, name .. (about.args or "(...)")
    entry = book.add(entry)
    entry.options = option_list.of_function(f, entry)
    return entry
  end
  entry.text, entry.source, entry.line = comments.comment_of(f, name:match("[%w_]+$"))
  entry.text = entry.text or about.text
  if entry.head then
    local more = entry.text ~= entry.head and entry.text
    -- "batches: goes over ..." is its first sentence.
    local head = entry.head:gsub("^[%w_.]-([%w_]+): (%a)", function(title, letter)
      return title == name:match("[%w_]+$") and letter:upper() or nil
    end)
    entry.text = head .. (more and "\n" .. more or "")
  end
  entry.head = nil
  local list = signatures.parameters(f)
  if name:find(":") and list[1] == "self" then table.remove(list, 1) end
  entry.signature = ("%s(%s)"):format(name, table.concat(list, ", "))
  if entry.text == about.text and about.args then entry.signature = name .. about.args end
  entry = book.add(entry)
  entry.options = option_list.of_function(f, entry)
  return entry
end

-- What is said once for all classes ("Class:extend" in documentation/core), or is a class's own
-- business; a class whose is special says it under its own name.
local common = {
  extend = true, is_instance = true, init = true, call = true, get_config = true,
  from_config = true,
}

-- Methods of one class.
local function add_methods(entry, Class, said)
  for _, name in ipairs(names.of(Class)) do
    local f = rawget(Class, name)
    local known = said[entry.name .. ":" .. name] or said[entry.name .. "." .. name]
    if type(f) == "function" and (known or not common[name] and not book.by_value[f]) then
      local path, line = comments.path_of(f)
      local code = path and comments.read(path).lines[line] or ""
      local dot = said[entry.name .. "." .. name] or code:find("%." .. name .. "%s*[=(]")
      members.add_function(entry.name .. (dot and "." or ":") .. name, entry.section, f, said,
        {class = entry})
    end
  end
end

--- A class made by lunate.class, or one that Lua adds to the core's.
-- @param head  what its module says of itself, or nil
-- @param path  the module's file; nil: that of one of its methods
function members.add_lua_class(name, section, Class, head, said, path)
  for key, member in next, Class do
    if type(member) == "function" and not key:find("^__") and not path then
      local where = comments.path_of(member)
      if where and not where:find("/class%.lua$") then path = where end
    end
  end
  local text = head
  for _, block in ipairs(path and comments.read(path).blocks or {}) do
    if block.code:find("^local " .. Class.name .. "%s*=") and block.text ~= head then
      text = (text and text .. "\n" or "") .. block.text
    end
  end
  local entry = book.add{name = name, kind = "class", section = section, value = Class, text = text,
    source = path}
  local specs, positional = option_list.class_specs(Class)
  entry.options = specs and option_list.from_specs(specs, positional, entry.doc) or {}
  entry.signature = name .. signatures.options_text(entry.options, "{", "}")
  add_methods(entry, Class, said)
  return entry
end

--- A class of the core's, by its option table and doc text.
function members.add_core_class(kind, section, name, said)
  local about = core.describe(kind, name)
  if not about then return end   -- activations that are ops
  local Class = core.class(kind, name)
  local aliases = {}
  for alias in (about.aliases or ""):gmatch("%S+") do aliases[#aliases + 1] = alias end
  local entry = book.add{name = "ln." .. section .. "." .. name, kind = "class", section = section,
    value = Class, text = about.doc, options = about.options, aliases = aliases}
  entry.signature = entry.name .. signatures.options_text(about.options, "{", "}")
  add_methods(entry, Class, said)
end

--- The base of a kind of classes.
function members.add_base(name, section, Class, said)
  local about = said[name] or {}
  local entry = book.add{name = name, kind = "class", section = section, value = Class,
    text = about.text, signature = name .. "{...}"}
  add_methods(entry, Class, said)
  return entry
end

--- Whether a value is a class, of lunate.class or of the core.
function members.is_class(value)
  local kind = type(value) == "table" and getmetatable(value)
  return type(kind) == "string" and kind:find("%.class$") ~= nil
end

--- Whether a value is a class of the core's, or one that extends it.
function members.is_core_class(value)
  return members.is_class(value) and type(value.core_class) == "userdata"
end

--- A module of functions, classes and modules of its own.
function members.add_module(name, space, said)
  for _, key in ipairs{"get", "serialize"} do   -- said once for all namespaces
    said[name .. "." .. key] = said[name .. "." .. key] or said["namespace." .. key]
  end
  local section = name:match("^ln%.([%w_.]+)")
  local meta = debug.getmetatable(space)
  local module = meta and meta.__metatable
  local path = type(module) == "string" and package.searchpath(module, package.path)
  book.add{name = name, kind = "module", section = section, value = space, source = path or nil,
    text = path and comments.head_of(path) or (said[name] or {}).text, signature = name}
  for _, key in ipairs(names.of(space)) do
    local ok, value = pcall(function() return space[key] end)
    local full = name .. "." .. key
    local module_of = meta and meta.__module   -- of folders
    local entry = module_of and module_of(key) or tostring(module) .. "." .. key:lower()
    local file = path and package.searchpath(entry, package.path)
    local head = file and comments.head_of(file)
    if not ok or value == nil then   -- what it needs is not there
      book.add{name = full, kind = "module", section = section, text = head, source = file or nil,
        signature = full}
    elseif members.is_core_class(value) and not head then   -- one with a file is told of there
      if not book.by_value[value] then members.add_base(full, section, value, said) end
    elseif members.is_class(value) then
      members.add_lua_class(full, section, value, head, said, head and file)
    elseif type(value) == "function" then
      members.add_function(full, section, value, said, {head = head})
    elseif type(value) == "table" and not book.by_value[value]
      and (getmetatable(value) == nil or names.of(value)[1] and head) then
      book.add{name = full, kind = "module", section = section, value = value, text = head,
        source = file or nil, signature = full}
      for _, inner in ipairs(names.of(value)) do
        if type(value[inner]) == "function" then
          members.add_function(full .. "." .. inner, section, value[inner], said)
        end
      end
    end
  end
end

return members
