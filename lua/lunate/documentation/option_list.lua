--- Options as an entry lists them, {name =, kind =, default =, doc =, positional =} each: from
-- tables of options and from what doc texts say of them.

local core = require "lunate.core"
local public = require "lunate.public"

local option_list = {}

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

--- Whether a value is a table of options.
function option_list.is_spec(value)
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

--- Options in the order of their positions, then as the text names them, then by name.
function option_list.from_specs(specs, positional, text)
  local list, seen, docs = {}, {}, option_docs(text, specs)
  local function add(name, is_positional)
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
      name = name, kind = kind_text(spec), doc = spec.doc or docs[name],
      positional = is_positional or nil,
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

-- Those of an op, of a function that says that it is "the same as `ln.resize`".
local function of_op(doc)
  local name = (doc or ""):match("the same as%s+`ln%.([%w_]+)`")
  for _, op in ipairs(name and core.ops() or {}) do
    if op.name == name then return op.options end
  end
end

--- Options that a Lua function takes: of an op that it stands for, of lunate.public, or a table of
-- them among its upvalues; else what its doc comment says in backquotes of its parameter `options`
-- or `args`.
function option_list.of_function(f, entry)
  -- The text of the table of options first: each is a sentence of its own.
  local of_options, of_others = "", ""
  for _, param in ipairs(entry.params or {}) do
    local sentence_of = param.text:gsub("[%s.;:,]+$", "") .. ". "
    if param.name == "options" or param.name == "args" then of_options = of_options .. sentence_of
    else of_others = of_others .. sentence_of end
  end
  local op_options = of_op(entry.doc)
  if op_options then return op_options end
  local text = of_options .. of_others .. (entry.doc or "")
  local found = public.specs[f]
  for i = 1, found and 0 or 60 do
    local name, value = debug.getupvalue(public.original[f] or f, i)
    if not name then break end
    if option_list.is_spec(value) then
      if found then found = nil break end
      found = value
    end
  end
  if found then return option_list.from_specs(found, nil, text) end
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

--- Those of a class and its parents: {name = spec}, positional.
function option_list.class_specs(Class)
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

return option_list
