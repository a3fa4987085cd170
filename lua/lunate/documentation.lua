--- What is known of everything public, gathered from where it is said: option tables and doc texts
-- of the core's ops and classes, doc comments (`---`) of the Lua modules, and
-- lua/lunate/documentation/core.lua for what C defines besides. `help`, completion and the
-- reference are made of it. Nothing is listed here: a new op, class, module or function is found.
--
--     local documentation = require "lunate.documentation"
--     for _, entry in ipairs(documentation.entries()) do print(entry.name, entry.summary) end
--     print(documentation.find("Dense")[1].name)                          --> ln.layers.Dense
--     print(documentation.of(ln.relu).signature)                          --> ln.relu(x)
--
-- An entry has `name` ("ln.layers.Dense", "ln.Model:fit", "Tensor.shape"), `short` ("Dense"),
-- `kind` ("module", "function", "method", "class" or "field"), `section` ("layers"; what its module
-- is called), `signature`, `summary` (the first sentence), `doc` (the text without what follows),
-- `params` ({name =, text =} each), `returns`, `errors`, `example` (code), `options` ({name =,
-- kind =, default = (a text; nil when it must be given), doc =, positional =} each), `aliases`,
-- `shapes` (of an op: "(3, 4), (4, 2) -> (3, 2)"), `method` (a function of tensors that is also
-- `t:f(...)`), `value`, `source` and `line`, where these are known;
-- `class`, the entry of a method's or field's class. Private, without an entry, is
-- what a name with a leading underscore or `@private` in its comment says to be so. What is the
-- same for all of a kind is said once: a class and a method have the errors of what they extend or
-- override, an op those of `op_errors` below, an option the text of its name in core.lua, unless
-- they have their own. `documentation.gaps` tells what is still unsaid (`make lint` asks it).

local core = require "lunate.core"
local common_options = require "lunate.documentation.options"
local names = require "lunate.names"
local methods = require "lunate.methods"

local documentation = {}

-- ---- doc comments

local files = {}   -- path -> {lines =, blocks = {{line =, code =, text =}}}

-- The blocks of `---` comments of a file: their text, and the code that they stand before.
local function read(path)
  if files[path] then return files[path] end
  local file = {lines = {}, blocks = {}}
  files[path] = file
  local handle <close> = io.open(path)
  if not handle then return file end
  local block
  for line in handle:lines() do
    file.lines[#file.lines + 1] = line
    local first = line:match("^%s*%-%-%- ?(.*)$")
    local more = block and line:match("^%s*%-%- ?(.*)$")
    if first then
      block = {first}
    elseif more then
      block[#block + 1] = more
    elseif block then
      file.blocks[#file.blocks + 1] = {
        line = #file.lines, code = line, text = table.concat(block, "\n"),
      }
      block = nil
    end
  end
  if block then
    file.blocks[#file.blocks + 1] = {
      line = #file.lines + 1, code = "", text = table.concat(block, "\n"),
    }
  end
  return file
end

-- What debug.getinfo says of a function as it was written.
local function info_of(f, what) return debug.getinfo(methods.original[f] or f, what) end

local function path_of(f)
  local info = info_of(f, "S")
  return info.source:match("^@(.*)"), info.linedefined
end

-- Words whose point ends no sentence: "Glorot et al. 2010".
local ABBREVIATIONS = {al = true, ["e.g"] = true, ["i.e"] = true, cf = true, vs = true, etc = true}

local SUMMARY = 40   -- characters before a colon or a semicolon that may end a summary

-- The first sentence, without the "name: " that modules begin with.
local function sentence(text, name)
  text = text:gsub("%s+", " "):gsub("^([%w_.]+): ", function(title)
    local short = name:match("[^.:]+$") or name
    return (title == "lunate" or title:match("[^.]+$") == short) and "" or nil
  end)
  local from = 1
  while true do
    local stop = text:match("()[.:;] ", from)
    if not stop then return (text:gsub(" $", "")) end
    local before = text:sub(1, stop - 1)
    local word = before:match("[%w.]+$") or ""
    local inside = select(2, before:gsub("%(", "")) > select(2, before:gsub("%)", ""))
    local short = #before < SUMMARY and text:sub(stop, stop) ~= "."   -- a title, not what it is
    if before:sub(-1) ~= "." and not ABBREVIATIONS[word] and not inside and not short then
      return (text:sub(1, stop):gsub("[:;]$", ""))
    end
    from = stop + 1
  end
end

local function trimmed(text) return (text:gsub("^%s+", ""):gsub("%s+$", "")) end

-- Takes a doc text apart: prose, @param, @return, errors, the example. Examples are what follows
-- "Example:" in the core, lines indented by four in Lua.
local function parse(entry, text)
  local prose, code, tag = {}, {}, nil
  local in_example
  for line in (text .. "\n"):gmatch("(.-)\n") do
    if line:find("^Example:%s*$") then
      in_example, tag = true, nil
    elseif in_example then
      code[#code + 1] = line:gsub("^  ", "")
    elseif line:find("^    ") and not tag or line:find("^     ") then
      code[#code + 1] = line:sub(5)
      tag = nil
    elseif line:find("^@param%s") then
      local name, rest = line:match("^@param%s+([%w_.,]+)%s*(.*)$")
      while rest and name:sub(-1) == "," do   -- @param x, y  texts
        local another, after = rest:match("^([%w_.,]+)%s*(.*)$")
        if not another then break end
        name, rest = name .. " " .. another, after
      end
      tag = {name = name or line:match("^@param%s+(%S*)"), text = rest or ""}
      entry.params[#entry.params + 1] = tag
    elseif line:find("^@raise") then
      tag = nil
      prose[#prose + 1] = line:gsub("^@raise%s*", ""):gsub("^Errors?:%s*", ""):gsub("^", "Errors: ")
    elseif line:find("^@return") then
      tag = {text = line:match("^@return%s*(.*)$")}
      entry.returned = tag
    elseif tag and line:find("^%s+%S") then
      tag.text = tag.text .. " " .. trimmed(line)
    elseif line == "" and #code > 0 and prose[#prose] == "" then
      code[#code + 1] = ""
    else
      tag = nil
      prose[#prose + 1] = line
    end
  end
  entry.returns = entry.returned and entry.returned.text
  entry.returned = nil
  local doc = trimmed(table.concat(prose, "\n"))
  -- "Error(s): ..." ends the prose.
  local at = ("\n" .. doc):match("\n()Errors?:") or ("\n" .. doc):match("%. ()Errors?:")
  if at then
    entry.errors = trimmed((doc:sub(at > 1 and at - 1 or 1):gsub("^%s*Errors?:%s*", "")))
    doc = trimmed(doc:sub(1, at - 2 > 0 and at - 2 or 0))
  end
  if entry.returns and entry.returns:find("%f[%w]Errors?:") then
    local before, after = entry.returns:match("^(.-)%s*%f[%w]Errors?:%s*(.*)$")
    entry.returns, entry.errors = before, entry.errors or after
  end
  entry.doc = doc
  entry.summary = sentence(doc, entry.name or "")
  while code[#code] == "" do code[#code] = nil end
  if #code > 0 then entry.example = table.concat(code, "\n") end
end

-- The text before the line at which a function begins, or else before the line that gives it its
-- name; nil for none.
local function comment_of(f, name)
  local path, line = path_of(f)
  if not path then return nil end
  local file = read(path)
  for _, block in ipairs(file.blocks) do
    if block.line == line then return block.text, path, line end
  end
  for _, block in ipairs(file.blocks) do
    if block.code:match("[.:]" .. name .. "%s*[=(]") then return block.text, path, block.line end
  end
  return nil, path, line
end

-- The file of a module, by what it says of itself in its head.
local function head_of(path)
  local block = read(path).blocks[1]
  if block and block.line <= #block.text + 2 and read(path).lines[1]:find("^%-%-%-") then
    return block.text
  end
end

-- ---- options

-- "integer >= 1, none" of a spec of core.check_options.
local function kind_text(spec)
  local text = tostring(spec[1])
  if spec.choices then
    local list = {}
    for i, choice in ipairs(spec.choices) do list[i] = ('"%s"'):format(choice) end
    text = "one of " .. table.concat(list, ", ")
  end
  if spec.min then text = text .. " >= " .. tostring(spec.min) end
  if spec.max then text = text .. " <= " .. tostring(spec.max) end
  if spec.range then text = text .. " in " .. tostring(spec.range) end
  return text
end

local function text_of(value)
  if type(value) == "string" then return ("%q"):format(value) end
  if type(value) ~= "table" or type(getmetatable(value)) == "string" then return tostring(value) end
  local parts = {}
  for i, part in ipairs(value) do parts[i] = text_of(part) end
  return "{" .. table.concat(parts, ", ") .. "}"
end

local function is_spec(value)
  if type(value) ~= "table" or getmetatable(value) ~= nil or next(value) == nil then
    return false
  end
  for name, spec in next, value do
    if type(name) ~= "string" or type(spec) ~= "table" or getmetatable(spec) ~= nil
      or type(rawget(spec, 1)) ~= "string" then
      return false
    end
  end
  return true
end

-- What a doc text says of options: "`epochs` (1: ...)", "`callbacks` (a list)", "`a`, `b`: both",
-- "`data` {x, y}". With `specs` only their names begin an option; other words in backquotes belong
-- to the text around them.
local function option_docs(text, specs)
  local docs, waiting = {}, {}
  text = (text or ""):gsub("`([^`]*)`", function(word)
    local begins = word:find("^[%a_][%w_]*$") and (not specs or specs[word])
    return not begins and "\1" .. word .. "\1" or nil
  end)
  for name, after in text:gmatch("`([%a_][%w_]*)`([^`]*)") do
    after = after:gsub("%s+", " ")
    if after:find("^ ?,? ?$") or after:find("^ and $") then
      waiting[#waiting + 1] = name
    else
      local inner, rest = after:match("^ ?(%b())(.*)$")
      local colon = after:match("^ ?: ?(.*)$")
      local about = inner and (inner:match("^%([^:]*: ?(.*)%)$") or inner:match("^%((.* .*)%)$"))
      about = about or (rest or colon or after):match("^(.-)%. ") or rest or colon or after
      about = about:gsub("^[ ,;:]+", ""):gsub("[ ,;.:]+$", ""):gsub("[,;]? and$", "")
        :gsub("\1", "`")
      if not about:find(")", 1, true) then about = about:gsub("^%(", "") end
      if about ~= "" then
        docs[name] = docs[name] or about
        for _, other in ipairs(colon and waiting or {}) do docs[other] = docs[other] or about end
      end
      waiting = {}
    end
  end
  return docs
end

-- Options in the order of their positions, then as the text names them, then by name.
local function from_specs(specs, positional, text)
  local list, seen, docs = {}, {}, option_docs(text, specs)
  local function add(name, at)
    local spec = specs[name]
    if not spec or seen[name] then return end
    seen[name] = true
    local default = spec.default
    local optional = default ~= nil or spec.optional or not spec.required
    -- What takes the place of an option that is not given may be computed: the text says it.
    local said = default == nil and optional
      and (text or ""):match("`" .. name .. "` %(([%w_.]+)[:;)]")
    if said == "nil" then said = nil end
    list[#list + 1] = {
      name = name, kind = kind_text(spec), doc = spec.doc or docs[name], positional = at or nil,
      default = default ~= nil and text_of(default) or said or optional and "none" or nil,
    }
  end
  for _, name in ipairs(positional or {}) do add(name, true) end
  for name in (text or ""):gmatch("`([%a_][%w_]*)`") do add(name) end
  local rest = {}
  for name in next, specs do rest[#rest + 1] = name end
  table.sort(rest)
  for _, name in ipairs(rest) do add(name) end
  return list
end

-- A table of options written in the code of a function, as a value; names in it are unknown.
local function literal_specs(f)
  local path, first = path_of(f)
  if not path then return nil end
  local code = table.concat(read(path).lines, "\n", first, info_of(f, "S").lastlinedefined)
  for text in code:gmatch("check%(%s*[^,()]+,%s*(%b{})") do
    local chunk = load("return " .. text, "=options", "t", {})
    local ok, value = pcall(chunk or error)
    if ok and is_spec(value) then return value end
  end
end

-- Options that a Lua function checks: a table of them among its upvalues, or in its code; else what
-- its doc comment says in backquotes of its parameter `options` or `args`.
local function function_options(f, entry)
  -- The text of the table of options first: each is a sentence of its own.
  local own, others = "", ""
  for _, param in ipairs(entry.params or {}) do
    local sentence_of = param.text:gsub("[%s.;:,]+$", "") .. ". "
    if param.name == "options" or param.name == "args" then own = own .. sentence_of
    else others = others .. sentence_of end
  end
  local text = own .. others .. (entry.doc or "")
  local found
  for i = 1, 60 do
    local name, value = debug.getupvalue(methods.original[f] or f, i)
    if not name then break end
    if is_spec(value) then
      if found then found = nil break end
      found = value
    end
  end
  found = found or literal_specs(f)
  if found then return from_specs(found, nil, text) end
  local list = {}
  for _, param in ipairs(entry.params or {}) do
    if param.name == "options" or param.name == "args" then
      local docs = option_docs(param.text)
      for name, after in param.text:gmatch("`([%a_][%w_]*)`%s*([^`]*)") do
        local default = after:match('^%((%b"")[:;,)]') or after:match("^%(([^:;,)]+)")
        if default == nil then default = "none" end
        list[#list + 1] = {
          name = name, kind = "any", doc = docs[name] ~= default and docs[name] or nil,
          default = default ~= "must be given" and default or nil,
        }
      end
    end
  end
  return list
end

-- Those of a class and its parents: {name = spec}, positional.
local function class_specs(Class)
  local merged, positional
  while type(Class) == "table" do
    local specs = rawget(Class, "options")
    if type(specs) == "table" then
      merged = merged or {}
      for name, spec in next, specs do
        if merged[name] == nil and type(spec) == "table" then merged[name] = spec end
      end
    end
    positional = positional or rawget(Class, "positional")
    Class = rawget(Class, "super")
  end
  return merged, positional
end

-- ---- signatures

local function default_text(option)
  local default, kind = option.default, option.kind
  if not default then return nil end
  if default == "none" then return "none" end
  if tonumber(default) or default == "true" or default == "false" or default:find("^[\"{(]") then
    return default
  end
  if kind:find("^axis") or kind:find("^shape") then return default end
  return '"' .. default .. '"'
end

local function options_text(options, open, close)
  local parts = {}
  for i, option in ipairs(options) do
    local default = default_text(option)
    parts[i] = default and option.name .. " = " .. default or option.name
  end
  return open .. table.concat(parts, ", ") .. close
end

local function parameters(f)
  local list, info = {}, info_of(f, "u")
  f = methods.original[f] or f
  for i = 1, info.nparams do list[i] = debug.getlocal(f, i):gsub("^_(%a)", "%1") end
  if info.isvararg then list[#list + 1] = "..." end
  return list
end

local function op_parameters(op)
  local list = {}
  for k = 1, op.inputs do list[k] = op.list and "{...}" or ({"x", "y", "z"})[k] end
  for _, o in ipairs(op.options) do
    local default = default_text(o)
    list[#list + 1] = default and o.name .. " = " .. default or o.name
  end
  return table.concat(list, ", ")
end

-- ---- entries

local all, by_value, by_name   -- made by gather()

local function add(entry)
  if by_name[entry.name] then return by_name[entry.name] end
  entry.params, entry.options = entry.params or {}, entry.options or {}
  parse(entry, entry.text or "")
  entry.text = nil
  entry.short = entry.name:match("[%w_]+$")
  all[#all + 1] = entry
  by_name[entry.name] = entry
  if entry.value ~= nil and not by_value[entry.value] then by_value[entry.value] = entry end
  return entry
end

-- Blocks of documentation/core.lua by the name that follows them.
local function said_of_c()
  local said = {}
  local path = package.searchpath("lunate.documentation.core", package.path)
  for _, block in ipairs(path and read(path).blocks or {}) do
    local name, args = block.code:match("^function ([%w_.:]+)(%b())")
    name = name or block.code:match("^([%w_.]+) = ")
    if name then said[name] = {text = block.text, args = args, line = block.line} end
  end
  return said, path
end

local function add_function(name, section, f, said, extra)
  local comment = comment_of(f, name:match("[%w_]+$"))
  if comment and comment:find("@private", 1, true) then return end
  local entry = {name = name, kind = name:find(":") and "method" or "function", section = section,
    value = f}
  for key, value in next, extra or {} do entry[key] = value end
  local about = said[name] or {}
  if debug.getinfo(f, "S").what == "C" then
    entry.text, entry.signature = about.text, name .. (about.args or "(...)")
    entry = add(entry)
    entry.options = function_options(f, entry)
    return entry
  end
  entry.text, entry.source, entry.line = comment_of(f, name:match("[%w_]+$"))
  entry.text = entry.text or about.text
  if entry.head then
    local own = entry.text ~= entry.head and entry.text
    entry.text = entry.head .. (own and "\n" .. own or "")
  end
  entry.head, entry.one_table = nil, nil
  local list = parameters(f)
  if name:find(":") and list[1] == "self" then table.remove(list, 1) end
  local one_table = extra and extra.one_table or #list == 2 and list[1] == "args"
  if one_table then list = {"options"} end
  entry.signature = ("%s(%s)"):format(name, table.concat(list, ", "))
  if entry.text == about.text and about.args then entry.signature = name .. about.args end
  entry = add(entry)
  entry.options = function_options(f, entry)
  return entry
end

-- What is said once for all classes ("Class:extend" in documentation/core.lua), or is a class's own
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
    if type(f) == "function" and (known or not common[name] and not by_value[f]) then
      local path, line = path_of(f)
      local code = path and read(path).lines[line] or ""
      local dot = said[entry.name .. "." .. name] or code:find("%." .. name .. "%s*[=(]")
      add_function(entry.name .. (dot and "." or ":") .. name, entry.section, f, said,
        {class = entry})
    end
  end
end

-- A class made by lunate.class, or one that Lua adds to the core's.
local function add_lua_class(name, section, Class, head, said)
  local path
  for key, member in next, Class do
    if type(member) == "function" and not key:find("^__") and not path then
      local where = path_of(member)
      if where and not where:find("/class%.lua$") then path = where end
    end
  end
  local text = head
  for _, block in ipairs(path and read(path).blocks or {}) do
    if block.code:find("^local " .. Class.name .. "%s*=") and block.text ~= head then
      text = (text and text .. "\n" or "") .. block.text
    end
  end
  local entry = add{name = name, kind = "class", section = section, value = Class, text = text,
    source = path}
  local specs, positional = class_specs(Class)
  entry.options = specs and from_specs(specs, positional, entry.doc) or {}
  entry.signature = name .. options_text(entry.options, "{", "}")
  add_methods(entry, Class, said)
  return entry
end

local function add_core_class(kind, section, name, said)
  local about = core.describe(kind, name)
  if not about then return end   -- activations that are ops
  local Class = core.class(kind, name)
  local aliases = {}
  for alias in (about.aliases or ""):gmatch("%S+") do aliases[#aliases + 1] = alias end
  local entry = add{name = "ln." .. section .. "." .. name, kind = "class", section = section,
    value = Class, text = about.doc, options = about.options, aliases = aliases}
  entry.signature = entry.name .. options_text(about.options, "{", "}")
  add_methods(entry, Class, said)
end

local function add_base(name, section, Class, said)
  local about = said[name] or {}
  local entry = add{name = name, kind = "class", section = section, value = Class,
    text = about.text, signature = name .. "{...}"}
  add_methods(entry, Class, said)
  return entry
end

local KINDS = {
  {"layer", "layers"}, {"loss", "losses"}, {"metric", "metrics"}, {"optimizer", "optimizers"},
  {"schedule", "schedules"}, {"initializer", "initializers"}, {"regularizer", "regularizers"},
  {"constraint", "constraints"}, {"activation", "activations"},
}

local function is_class(value)
  local kind = type(value) == "table" and getmetatable(value)
  return type(kind) == "string" and kind:find("%.class$") ~= nil
end

local function is_core_class(value)
  return is_class(value) and type(value.core_class) == "userdata"
end

-- A module of functions, classes and modules of its own.
local function add_module(name, space, said)
  for _, key in ipairs{"get", "serialize"} do   -- said once for all namespaces
    said[name .. "." .. key] = said[name .. "." .. key] or said["namespace." .. key]
  end
  local section = name:match("^ln%.([%w_.]+)")
  local meta = debug.getmetatable(space)
  local module = meta and meta.__metatable
  local path = type(module) == "string" and package.searchpath(module, package.path)
  add{name = name, kind = "module", section = section, value = space, source = path or nil,
    text = path and head_of(path) or (said[name] or {}).text, signature = name}
  for _, key in ipairs(names.of(space)) do
    local ok, value = pcall(function() return space[key] end)
    local full = name .. "." .. key
    local module_of = meta and meta.__module   -- of folders
    local entry = module_of and module_of(key) or tostring(module) .. "." .. key:lower()
    local file = path and package.searchpath(entry, package.path)
    local head = file and head_of(file)
    if not ok or value == nil then   -- what it needs is not there
      add{name = full, kind = "module", section = section, text = head, source = file or nil,
        signature = full}
    elseif is_core_class(value) then
      if not by_value[value] then add_base(full, section, value, said) end
    elseif is_class(value) then
      add_lua_class(full, section, value, head, said)
    elseif type(value) == "function" then
      local _, line = path_of(value)
      local code = file and line and read(file).lines[line] or ""
      add_function(full, section, value, said, {head = head,
        one_table = code:find("function%(args,?%s*%.*%)") ~= nil})
    elseif type(value) == "table" and not by_value[value]
      and (getmetatable(value) == nil or names.of(value)[1] and head) then
      add{name = full, kind = "module", section = section, value = value, text = head,
        source = file or nil, signature = full}
      for _, inner in ipairs(names.of(value)) do
        if type(value[inner]) == "function" then
          add_function(full .. "." .. inner, section, value[inner], said)
        end
      end
    end
  end
end

local function add_properties(said)
  local owners = {
    [core.properties.layer] = "ln.layers.Layer", [core.getters.layer] = "ln.layers.Layer",
    [core.getters.model] = "ln.Model", [core.properties.optimizer] = "ln.optimizers.Optimizer",
  }
  for getters, owner in next, owners do
    for _, name in ipairs(names.of(getters)) do
      local f, full = getters[name], owner .. "." .. name
      local text = said[full] and said[full].text
      if not text and debug.getinfo(f, "S").what ~= "C" then text = comment_of(f, name) end
      add{name = full, kind = "field", section = by_name[owner].section, text = text,
        signature = full, class = by_name[owner]}
    end
  end
end

-- What overrides a method without a word of its own means the same, and where it says nothing of
-- errors has the same; so a class has those of the class that it extends. Hooks of callbacks are
-- told of in Callback.
local function inherit(entry)
  if entry.inherited or entry.class and not entry.class.value then return end
  entry.inherited = true
  local Class = entry.kind == "class" and entry.value or entry.class and entry.class.value
  local super = type(Class) == "table" and rawget(Class, "super")
  local meant
  if entry.kind == "class" then
    while super and not by_value[super] do super = rawget(super, "super") end
    meant = super and by_value[super]
  elseif entry.kind == "method" and super then
    meant = by_value[super[entry.short]]
  end
  if not meant or meant == entry then return end
  inherit(meant)
  if entry.kind == "method" then
    if entry.doc == "" then entry.doc, entry.summary = meant.doc, meant.summary end
    if #entry.params == 0 then entry.params = meant.params end
    entry.returns = entry.returns or meant.returns
    entry.example = entry.example or meant.example
  end
  entry.errors = entry.errors or meant.errors
end

local function inherit_all()
  for i = #all, 1, -1 do
    local entry = all[i]
    inherit(entry)
    if entry.doc == "" and entry.section == "callbacks" and entry.short:find("^on_") then
      table.remove(all, i)
      by_name[entry.name] = nil
    end
  end
  for _, entry in ipairs(all) do entry.inherited = nil end
end

-- What every op of a form refuses; ops with checks of their own name them, in their doc text or in
-- documentation/core.lua.
local function op_errors(op, own)
  local list = {}
  list[1] = op.list and "an empty list, or what is no tensor in it"
    or "what is no tensor, number or table of numbers"
  if own then list[#list + 1] = own:gsub("%.$", "")
  elseif op.inputs > 1 and op.name ~= "outer" and op.name ~= "isin" then
    list[#list + 1] = "shapes that do not broadcast"
  end
  for _, option in ipairs(op.options) do
    if option.kind:find("^axis") then list[#list + 1] = "an axis out of range" break end
  end
  return table.concat(list, "; ") .. "."
end

-- Options that say nothing of themselves.
local function complete_options(entry)
  for _, option in ipairs(entry.options) do
    local usual = common_options[entry.short .. "." .. option.name] or common_options[option.name]
    if usual then
      option.doc = option.doc or usual[2]
      if option.kind == "any" then option.kind = usual[1] end
    end
    if option.kind == "any" and option.default then
      if tonumber(option.default) then option.kind = "number"
      elseif option.default == "true" or option.default == "false" then option.kind = "boolean" end
    end
  end
end

-- What shapes an op makes of which, by its own samples: "(3, 4), (4, 2) -> (3, 2)", a few of them.
local function op_shapes(op)
  local ln = require "lunate"
  local function filled(value)
    return function(...) return ln.full({...}, value) end
  end
  local scope = {
    x = filled(0.5), u = filled(0.5), p = filled(1), ln = ln, math = math,
    b = function(...) return ln.zeros({...}, {dtype = "bool"}) end,
    i = function(_, ...) return ln.zeros({...}, {dtype = "int32"}) end,
  }
  local function shapes(list, values, n)
    for i = 1, n do
      local kind = getmetatable(values[i])
      if kind == "lunate.tensor" then list[#list + 1] = tostring(values[i].shape)
      elseif type(values[i]) == "number" then list[#list + 1] = "()"
      elseif kind == nil and type(values[i]) == "table" then
        shapes(list, values[i], #values[i])
      end
    end
    return list
  end
  local told = {}
  for sample in (op.samples or ""):gmatch("[^\n]+") do
    local chunk = #told < 3 and load("return " .. sample, "=sample", "t", scope)
    local ok, list = pcall(function()
      local given = table.pack(chunk())
      local tensors = {n = 0}
      for i = 1, given.n do   -- numbers among the arguments are options
        if type(given[i]) ~= "number" then
          tensors.n = tensors.n + 1
          tensors[tensors.n] = given[i]
        end
      end
      local made = table.pack((ln[op.name] or core.tensor_methods[op.name])(
        table.unpack(given, 1, given.n)))
      return table.concat(shapes({}, tensors, tensors.n), ", ") .. " -> "
        .. table.concat(shapes({}, made, made.n), ", ")
    end)
    if ok and list then told[#told + 1] = list end
  end
  return #told > 0 and table.concat(told, "; ") or nil
end

local function gather()
  if all then return end
  all, by_value, by_name = {}, setmetatable({}, {__mode = "k"}), {}
  local ln = require "lunate"
  local said, path = said_of_c()
  add{name = "ln", kind = "module", section = "ln", value = ln, signature = "ln",
    text = head_of(package.searchpath("lunate", package.path)), source = path}
  for _, op in ipairs(core.ops()) do
    if not op.hidden and ln[op.name] then
      add{name = "ln." .. op.name, kind = "function", section = "ops", value = ln[op.name],
        text = (op.doc or ""):gsub("^%b():%s+", ""), options = op.options,
        signature = ("ln.%s(%s)"):format(op.name, op_parameters(op)), shapes = op_shapes(op),
        method = core.tensor_methods[op.name] ~= nil}
      local entry, own = by_name["ln." .. op.name], {params = {}}
      if said[entry.name] then parse(own, said[entry.name].text) end
      entry.errors = op_errors(op, own.errors or entry.errors)
    end
  end
  for _, name in ipairs(names.of(ln)) do
    local ok, value = pcall(function() return ln[name] end)
    if ok and type(value) == "function" then
      if not by_name["ln." .. name] then
        local method = core.tensor_methods[name] ~= nil
        add_function("ln." .. name, "ops", value, said, {method = method})
      end
    elseif said["ln." .. name] and type(value) ~= "table" then
      add{name = "ln." .. name, kind = "field", section = "ops", text = said["ln." .. name].text,
        signature = "ln." .. name}
    end
  end
  -- What C gives tensors, tapes and variables besides.
  for full, about in next, said do
    local class, name = full:match("^(%u%w+)[.:]([%w_]+)$")
    if class then
      local method = full:find(":", 1, true) ~= nil
      local kind = (method or about.args) and "method" or "field"
      add{name = full, kind = kind, section = "ops", text = about.text,
        signature = full .. (about.args or ""), source = path, line = about.line,
        value = class == "Tensor" and method and core.tensor_methods[name] or nil}
    end
  end
  add_base("ln.layers.Layer", "layers", core.class "layer", said)
  add_base("ln.Model", "models", core.class "model", said)
  add_lua_class("ln.Sequential", "models", core.class("layer", "Sequential"),
    head_of(package.searchpath("lunate.sequential", package.path)), said)
  for _, pair in ipairs(KINDS) do
    local kind, section = pair[1], pair[2]
    local base = core.class(kind)
    add_base(("ln.%s.%s"):format(section, base.name), section, base, said)
    for _, name in ipairs(core.classes(kind)) do
      if name ~= "Sequential" and name ~= "Functional" then
        add_core_class(kind, section, name, said)
      end
    end
  end
  for _, name in ipairs(names.of(ln)) do
    local ok, value = pcall(function() return ln[name] end)
    if ok and type(value) == "table" and not is_class(value) then
      add_module("ln." .. name, value, said)
    end
  end
  add_properties(said)
  for _, name in ipairs{"ln.Input", "ln.layers.Input", "ln.models.Input"} do
    by_name[name].options = by_name["ln.layers.InputLayer"].options
    by_name[name].signature = name .. "(options)"
  end
  inherit_all()
  for _, entry in ipairs(all) do complete_options(entry) end
  table.sort(all, function(a, b)
    if a.section ~= b.section then return a.section < b.section end
    return a.name < b.name
  end)
end

--- All entries, sorted by section and name. Loads every module.
function documentation.entries()
  gather()
  return all
end

--- The entry of a value: a function, a class, a module; of an object its class's. nil: none.
function documentation.of(value)
  gather()
  if value == nil then return nil end
  if by_value[value] then return by_value[value] end
  if is_class(value) then   -- one of the user's own: what it extends
    while type(value) == "table" and not by_value[value] do value = rawget(value, "super") end
    return value and by_value[value]
  end
  local kind = getmetatable(value)
  if type(kind) ~= "string" or not kind:find("^lunate%.") then return nil end
  local known = {
    ["lunate.tensor"] = "ln.tensor", ["lunate.variable"] = "ln.Variable",
    ["lunate.tape"] = "ln.GradientTape", ["lunate.symbolic_tensor"] = "ln.Input",
  }
  if known[kind] then return by_name[known[kind]] end
  local ok, class = pcall(function() return value.class end)
  return ok and class ~= value and documentation.of(class) or nil
end

-- Names of parameters in a signature: "x, y" of "ln.f(x, y)".
local function signature_names(entry)
  local list = {}
  for name in (entry.signature:match("%((.*)%)$") or ""):gmatch("[%w_.]+") do
    list[#list + 1] = name
  end
  return list
end

-- Whether a text begins or ends in the midst of a sentence.
local function is_torn(text)
  if select(2, text:gsub("%(", "")) ~= select(2, text:gsub("%)", "")) then return true end
  local last = text:match("(%l+)$")
  return text:find("^[%),;]") ~= nil
    or last == "an" or last == "the" or last == "and"
end

--- What is not said that a reader needs, a list of texts: {} when everything is.
-- Everything public has a text; functions, methods and classes have errors and an example, modules
-- an example; every parameter is told of (those of an op in its text), every option by kind and
-- text, what is returned by functions that return something.
--
--     for _, gap in ipairs(require "lunate.documentation".gaps()) do print(gap) end
function documentation.gaps()
  local function says_shapes(entry)
    local text = entry.doc:lower()
    for _, word in ipairs{"shape", "axis", "axes", "%(batch", "%(%.%.", "element"} do
      if text:find(word) then return true end
    end
    for _, option in ipairs(entry.options) do
      if option.kind:find("axis") or option.kind:find("axes") then return true end
    end
  end
  gather()
  local list, ops = {}, {}
  for _, op in ipairs(core.ops()) do ops["ln." .. op.name] = true end
  for _, entry in ipairs(all) do
    local callable = entry.kind ~= "module" and entry.kind ~= "field"
    local function gap(condition, what)
      if condition then
        local where = entry.source and (" (%s:%d)"):format(entry.source, entry.line or 1) or ""
        list[#list + 1] = ("%s %s%s: %s"):format(entry.kind, entry.name, where, what)
      end
    end
    gap(entry.doc == "", "no text")
    gap(callable and not entry.errors, "no errors")
    gap(ops[entry.name] and not entry.shapes, "no shapes: its op has no samples that run")
    gap(entry.kind == "class" and entry.section == "layers" and not says_shapes(entry),
      "no word on shapes")
    gap(entry.kind ~= "field" and not entry.example, "no example")
    for _, option in ipairs(entry.options) do
      gap(not option.doc or option.doc == "", ("option '%s': no text"):format(option.name))
      gap(option.doc and is_torn(option.doc),
        ("option '%s': its text is torn: %s"):format(option.name, tostring(option.doc)))
      gap(option.default and option.default:find(";", 1, true) and not option.default:find('^"'),
        ("option '%s': its default has more than the value"):format(option.name))
      gap(not option.kind or option.kind == "", ("option '%s': no kind"):format(option.name))
    end
    if (entry.kind == "function" or entry.kind == "method") and not ops[entry.name] then
      local told = {}
      for _, param in ipairs(entry.params) do
        for name in param.name:gmatch("[%w_.]+") do told[name] = param.text ~= "" end
      end
      for _, name in ipairs(signature_names(entry)) do
        local by_options = (name == "options" or name == "args") and #entry.options > 0
        gap(not told[name] and not by_options, ("parameter '%s': no text"):format(name))
      end
    end
  end
  return list
end

local common_owners = {["ln.Model"] = 30000, ["ln.layers.Layer"] = 40000}

--- Entries by name, the best first: the full name, the last part of it (also an alias), that in
-- whatever case, a part of it. Empty when there is none.
function documentation.find(name)
  gather()
  name = trimmed(name):gsub("%s*[({].*$", "")
  local found, ranks = {}, {}
  local lower = name:lower()
  for i, entry in ipairs(all) do
    local rank
    local function try(text, exact)
      local r = text == name and exact or text:lower() == lower and exact + 2
      if r and (not rank or r < rank) then rank = r end
    end
    try(entry.name, 1)
    try(entry.name:gsub("^ln%.", ""), 1)
    try(entry.short, 2)
    for _, alias in ipairs(entry.aliases or {}) do try(alias, 2) end
    if not rank and #name > 2 and entry.name:lower():find(lower, 1, true) then rank = 9 end
    if rank then
      found[#found + 1] = entry
      -- What a model or a layer has is meant sooner than the same of a rarer class.
      local class = entry.class and entry.class.name
      local behind = class and (common_owners[class] or 60000) or 0
      ranks[entry] = rank * 100000 + behind + i
    end
  end
  table.sort(found, function(a, b) return ranks[a] < ranks[b] end)
  -- What is named so hides what only has the name in it.
  if found[1] and ranks[found[1]] < 900000 then
    while ranks[found[#found]] >= 900000 do found[#found] = nil end
  end
  return found
end

--- The options that a function or a class takes, as in an entry's `options`; {} when unknown.
-- Loads nothing.
function documentation.options(value)
  if is_core_class(value) then
    local specs, positional = class_specs(value)
    local list = specs and from_specs(specs, positional) or {}
    local base = value
    while rawget(base, "defined_in_lua") do base = rawget(base, "super") end
    for _, pair in ipairs(KINDS) do
      if core.class(pair[1], base.name) == base then
        local about = core.describe(pair[1], base.name)
        return table.move(about.options, 1, #about.options, #list + 1, list)
      end
    end
    return list
  end
  if is_class(value) then
    local specs, positional = class_specs(value)
    return specs and from_specs(specs, positional) or {}
  end
  if type(value) ~= "function" then return {} end
  if debug.getinfo(value, "S").what == "C" then
    for _, op in ipairs(core.ops()) do
      if core.functions[op.name] == value or core.tensor_methods[op.name] == value then
        return op.options
      end
    end
    gather()
    local entry = by_value[value]
    return entry and function_options(value, entry) or {}
  end
  local entry = {params = {}}
  local text = comment_of(value, "\0")
  parse(entry, text or "")
  return function_options(value, entry)
end

return documentation
