-- make annotations          (or: lua5.4 scripts/annotations.lua build/annotations/lunate.lua)
--
-- Writes the file that tells editors (lua-language-server: LuaCATS) what lunate has, from what
-- lunate knows of itself (lua/lunate/documentation). `make install` puts it beside the modules,
-- in lunate/annotations; editors read it, nothing loads it.

local core = require "lunate.core"
local documentation = require "lunate.documentation"

local path = assert(arg[1], "where to write: lua5.4 scripts/annotations.lua file.lua")

local out = {}
local function add(...) out[#out + 1] = string.format(...) end

local function line_of(text) return (text:gsub("%s+", " ")) end

local function comment(text)
  for line in (text .. "\n"):gmatch("(.-)\n") do
    out[#out + 1] = ("--- " .. line):gsub(" +$", "")
  end
end

-- ---- types

local TENSOR = "lunate.Tensor"
local DATA = TENSOR .. "|number|boolean|table"   -- what is made a tensor where one is wanted

-- By how the text of an option's kind begins; the first that fits.
local KINDS = {
  {"number or learning%-rate schedule", "number|ln.schedules.LearningRateSchedule"},
  {"number or list of numbers", "number|number[]"}, {"numbers", "number[]"},
  {"integers", "integer|integer[]"}, {"integer", "integer"}, {"number", "number"},
  {"boolean", "boolean"}, {"string or list", "string|string[]"}, {"string", "string"},
  {"dtype", "lunate.dtype"}, {"axis or list", "integer|integer[]"}, {"axis", "integer"},
  {"shape", "(integer|false)[]"}, {"list of integers", "integer|integer[]"},
  {"list of layers", "ln.layers.Layer[]"}, {"list", "table"},
  {"table", "table"}, {"tensor", DATA}, {"function", "function"},
  {"activation", "string|function|ln.activations.Activation"},
  {"initializer", "string|function|ln.initializers.Initializer"},
  {"regularizer", "string|function|ln.regularizers.Regularizer"},
  {"constraint", "string|function|ln.constraints.Constraint"}, {"layer", "ln.layers.Layer"},
}

local function type_of(kind)
  local choices = kind:match("^one of (.*)$")
  if choices then
    local list = {}
    for choice in choices:gsub(" or none$", ""):gmatch("[^, ]+") do
      list[#list + 1] = choice:find('"') and choice or ('"%s"'):format(choice)
    end
    return table.concat(list, "|")
  end
  for _, pair in ipairs(KINDS) do
    if kind:find("^" .. pair[1]) then return pair[2] end
  end
  return "any"
end

-- By what a doc text says is returned; the first that fits.
local RETURNS = {
  {"^a list", "table"}, {"^the History", "ln.callbacks.History"}, {"^the new model", "ln.Model"},
  {"^the model", "ln.Model"}, {"^the layer", "ln.layers.Layer"},
  {"^the variable", "lunate.Variable"}, {"^the tape", "lunate.GradientTape"},
  {"^a Dataset", "ln.data.Dataset"}, {"^the writer", "ln.summary.FileWriter"},
  {"^an iterator", "fun(): ..."}, {"^a function", "function"}, {"^an integer", "integer"},
  {"^a string", "string"}, {"^the text", "string"}, {"^a table", "table"}, {"^{", "table"},
  {"^a number at", "number"}, {"^the number", "number"}, {"^an? i?n?t?6?4? ?tensor", TENSOR},
  {"^the tensor,", TENSOR}, {"^their ", TENSOR}, {"^float", TENSOR},
  {"^class ids", TENSOR}, {"^x [a-z]", TENSOR}, {"^x_train", TENSOR},
}

local FIELDS = {
  name = "string", class_name = "string", dtype = "lunate.dtype", shape = "integer[]",
  rank = "integer", size = "integer", built = "boolean", trainable = "boolean",
  iterations = "integer", learning_rate = "number", version = "string",
}
local PARAMS = {
  path = "string", name = "string", n = "integer", f = "function", fn = "function",
  count = "integer", depth = "integer", batch_size = "integer", buffer_size = "integer",
  shape = "(integer|false)[]", model = "ln.Model", layer = "ln.layers.Layer",
}
-- Classes that C names otherwise in the reference.
local NAMES = {Tensor = TENSOR, Variable = "lunate.Variable", GradientTape = "lunate.GradientTape"}

-- ---- entries

local entries = documentation.entries()
local ops = {}
for _, op in ipairs(core.ops()) do ops["ln." .. op.name] = op end

local function local_names(entry)
  local list = {}
  for name in (entry.signature:match("%((.*)%)$") or ""):gmatch("[%a_][%w_]*%f[^%w_]%.?%.?%.?") do
    list[#list + 1] = name
  end
  if entry.signature:find("...)", 1, true) then list[#list + 1] = "..." end
  return list
end

local function add_options(name, options, lone)
  add("---@class %s", name)
  for _, o in ipairs(options) do
    local about = line_of(("%s (%s%s)"):format(o.doc, o.kind,
      o.default and ", default " .. o.default or ", must be given"))
    add("---@field %s? %s %s", o.name, type_of(o.kind), about)
  end
  if lone then add("---@field [integer] any") end
  add("")
end

local function add_text(entry)
  comment(entry.doc)
  if entry.errors then comment("\n**Errors:** " .. entry.errors) end
  if entry.example then comment("\n```lua\n" .. entry.example .. "\n```") end
end

local function returned(entry)
  for _, pair in ipairs(RETURNS) do
    if entry.returns and entry.returns:find(pair[1]) then return pair[2] end
  end
  return "any"
end

-- Whether a parameter may be left out: it holds options, or its text says what it is then.
local OPTIONAL = {options = true, args = true, y = true, sample_weight = true}
local function is_optional(param, text)
  return OPTIONAL[param] or text and (text:find("%([%d.]+[:)]") or text:find("%(none[:)]")
    or text:find("nil", 1, true) or text:find("left out", 1, true)) ~= nil
end

-- `name` as it is written in the file: "ln.sum", "Class:fit".
local function add_function(entry, name, own)
  local op = ops[entry.name]
  local params, types, texts = {}, {}, {}
  for _, param in ipairs(entry.params) do
    for one in param.name:gmatch("[%w_.]+") do texts[one] = line_of(param.text) end
  end
  local options = #entry.options > 0 and entry.name:gsub(":", ".") .. ".options"
  if options and not own then add_options(options, entry.options) end
  if op then
    if op.list then
      params[1], types[1] = "tensors", "(" .. DATA .. ")[]"
    else
      for i = 1, op.inputs do params[i], types[i] = ({"x", "y", "z"})[i], DATA end
    end
    for i, o in ipairs(op.options) do
      params[#params + 1] = o.name .. "?"
      types[#params] = type_of(o.kind) .. (i == 1 and "|" .. options or "")
      texts[o.name] = o.doc and line_of(o.doc)
    end
  else
    for i, param in ipairs(local_names(entry)) do
      if i > 1 or param ~= "self" then
        local of_options = options and (param == "options" or param == "args")
        params[#params + 1] = param .. (is_optional(param, texts[param]) and "?" or "")
        types[#params] = of_options and options or PARAMS[param] or "any"
      end
    end
  end
  if own then   -- a method of tensors: the first is the tensor itself
    table.remove(params, 1)
    table.remove(types, 1)
  end
  if own then comment(("%s See `%s`."):format(entry.summary, entry.name)) else add_text(entry) end
  local bare = {}
  for i, param in ipairs(params) do
    bare[i] = param:gsub("%?$", "")
    add(("---@param %s %s %s"):format(param, types[i], texts[bare[i]] or ""):gsub(" +$", ""))
  end
  local results = op and op.results or 1
  local kind = op and TENSOR or returned(entry)
  local about = entry.returns and " # " .. line_of(entry.returns) or ""
  if kind == "any" then kind = "any ..." end   -- also several
  for _ = 1, results do add("---@return %s%s", kind, about) end
  add("function %s(%s) end\n", name, table.concat(bare, ", "))
end

local members = {}   -- of a class's name: its methods and fields
for _, entry in ipairs(entries) do
  local owner = entry.class and entry.class.name or entry.name:match("^(%u%w+)[.:]")
  if owner then
    members[owner] = members[owner] or {}
    table.insert(members[owner], entry)
  end
end

local function add_members(class, name)
  for _, entry in ipairs(members[class] or {}) do
    if entry.kind ~= "field" then
      local separator = entry.name:match("[.:]([%w_]+)$") and entry.name:match("([.:])[%w_]+$")
      add_function(entry, name .. separator .. entry.short)
    end
  end
end

local function add_fields(class)
  for _, entry in ipairs(members[class] or {}) do
    if entry.kind == "field" then
      add("---@field %s %s %s", entry.short, FIELDS[entry.short] or "any", line_of(entry.doc))
    end
  end
end

local by_value = {}
for _, entry in ipairs(entries) do
  if entry.kind == "class" and entry.value then by_value[entry.value] = entry end
end

local CALLS = {   -- what objects give when they are called, by the base of their class
  ["ln.layers.Layer"] = ("fun(x: any, options?: table): %s"):format(TENSOR),
  ["ln.losses.Loss"] = ("fun(y_true: any, y_pred: any, sample_weight?: any): %s"):format(TENSOR),
  ["ln.metrics.Metric"] = "fun(y_true: any, y_pred?: any, sample_weight?: any): number",
  ["ln.schedules.LearningRateSchedule"] = "fun(step: number): number",
  ["ln.initializers.Initializer"] = ("fun(shape: integer[], options?: table): %s"):format(TENSOR),
  ["ln.regularizers.Regularizer"] = ("fun(weights: any): %s"):format(TENSOR),
  ["ln.constraints.Constraint"] = ("fun(weights: any): %s"):format(TENSOR),
  ["ln.activations.Activation"] = ("fun(x: any): %s"):format(TENSOR),
}

local function add_class(entry)
  local name, super = entry.name, nil
  local class = type(entry.value) == "table" and rawget(entry.value, "super")
  while class and not super do
    super = by_value[class] and by_value[class].name
    class = rawget(class, "super")
  end
  local options = "table"
  if #entry.options > 0 then
    options = name .. ".options"
    add_options(options, entry.options, true)
  end
  -- The methods, then what the class makes and the class itself: both have the methods, and each is
  -- called in its own way.
  add("---@class %s.methods%s", name, super and ": " .. super .. ".methods" or "")
  add("local Object = {}\n")
  add_members(name, "Object")
  if not super then add_members("Class", "Object") end
  add("---@class %s: %s.methods%s", name, name, super and ", " .. super or "")
  add_fields(name)
  if not super and CALLS[name] then add("---@overload %s", CALLS[name]) end
  add("")
  add_text(entry)
  add("---@class %s.class: %s.methods", name, name)
  add("---@field super table the class that it extends")
  local lone = entry.options[1] and not entry.options[1].default
    and "|" .. type_of(entry.options[1].kind) or ""
  add("---@overload fun(options?: %s%s): %s", options, lone, name)
  add("%s = {}\n", name)
end

-- ---- the file

add("---@meta lunate")
add("-- Made by `make annotations` from the option tables and doc comments: do not edit. For"
  .. "\n-- editors, never loaded: lua-language-server's setting Lua.workspace.library names this"
  .. " folder.\n")
add("---@alias lunate.dtype \"float32\"|\"float64\"|\"int32\"|\"int64\"|\"uint8\"|\"bool\"\n")

local modules = {}
for _, entry in ipairs(entries) do
  if entry.kind == "module" then modules[#modules + 1] = entry end
end
table.sort(modules, function(a, b) return a.name < b.name end)
for _, entry in ipairs(modules) do
  add_text(entry)
  add(entry.name == "ln" and "local %s = {}\n" or "%s = {}\n", entry.name)
end

-- Tensors, variables and tapes.
for _, class in ipairs{"Tensor", "Variable", "GradientTape"} do
  add("do")
  add("---@class %s%s", NAMES[class], class == "Variable" and ": " .. TENSOR or "")
  add_fields(class)
  if class == "Tensor" then
    for _, operator in ipairs{"add", "sub", "mul", "div", "mod", "pow", "idiv"} do
      add("---@operator %s(%s): %s", operator, DATA, TENSOR)
    end
    add("---@operator unm: %s", TENSOR)
    add("---@operator len: integer")
    add("---@field [integer] number|boolean|%s", TENSOR)
    add("---@field [table] number|boolean|%s", TENSOR)   -- ranges, masks, positions
  end
  add("local Object = {}\n")
  add_members(class, "Object")
  if class == "Tensor" then
    for _, entry in ipairs(entries) do
      if entry.method then add_function(entry, "Object:" .. entry.short, true) end
    end
  end
  add("end\n")
end

for _, entry in ipairs(entries) do
  if entry.kind == "class" then
    add("do")
    add_class(entry)
    add("end\n")
  elseif entry.kind == "function" and not entry.class then
    add_function(entry, entry.name)
  elseif entry.kind == "field" and entry.name:find("^ln%.[%w_]+$") then
    comment(entry.doc)
    add("---@type %s", FIELDS[entry.short] or "any")
    add("%s = nil\n", entry.name)
  end
end
for _, name in ipairs{"Model", "Sequential"} do add("ln.models.%s = ln.%s", name, name) end
add("\nreturn ln")

local text = table.concat(out, "\n") .. "\n"
assert(load(text, "=" .. path, "t"))
core.make_folders(path)
local file = assert(io.open(path, "wb"))
assert(file:write(text))
assert(file:close())
print(("%s: %d entries"):format(path, #entries))
