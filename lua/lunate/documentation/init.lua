--- What is known of everything public, gathered from where it is said: option tables and doc texts
-- of the core's ops and classes, doc comments (`---`) of the Lua modules, and
-- the folder core beside this file for what C defines besides. `help`, completion and the
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
-- override, an op those of ops.lua, an option the text of its name in options.lua, unless
-- they have their own. `documentation.gaps` tells what is still unsaid (`make lint` asks it).

local core = require "lunate.core"
local book = require "lunate.documentation.book"
local comments = require "lunate.documentation.comments"
local gather = require "lunate.documentation.gather"
local members = require "lunate.documentation.members"
local option_list = require "lunate.documentation.option_list"

local documentation = {}

--- All entries, sorted by section and name. Loads every module.
function documentation.entries()
  gather.all()
  return book.all
end

--- The entry of a value: a function, a class, a module; of an object its class's. nil: none.
function documentation.of(value)
  gather.all()
  if value == nil then return nil end
  if book.by_value[value] then return book.by_value[value] end
  if members.is_class(value) then   -- one of the user's own: what it extends
    while type(value) == "table" and not book.by_value[value] do value = rawget(value, "super") end
    return value and book.by_value[value]
  end
  local kind = getmetatable(value)
  if type(kind) ~= "string" or not kind:find("^lunate%.") then return nil end
  local known = {
    ["lunate.tensor"] = "ln.tensor", ["lunate.variable"] = "ln.Variable",
    ["lunate.tape"] = "ln.GradientTape", ["lunate.symbolic_tensor"] = "ln.Input",
  }
  if known[kind] then return book.by_name[known[kind]] end
  local ok, class = pcall(function() return value.class end)
  return ok and class ~= value and documentation.of(class) or nil
end

--- What is not said that a reader needs, a list of texts: {} when everything is.
-- Everything public has a text; functions, methods and classes have errors and an example, modules
-- an example; every parameter is told of (those of an op in its text), every option by kind and
-- text, what is returned by functions that return something.
--
--     for _, gap in ipairs(require "lunate.documentation".gaps()) do print(gap) end
function documentation.gaps()
  gather.all()
  return require "lunate.documentation.gaps"()
end

local common_owners = {["ln.Model"] = 30000, ["ln.layers.Layer"] = 40000}

--- Entries by name, the best first: the full name, the last part of it (also an alias), that in
-- whatever case, a part of it. Empty when there is none.
function documentation.find(name)
  gather.all()
  name = comments.trimmed(name):gsub("%s*[({].*$", "")
  local found, ranks = {}, {}
  local lower = name:lower()
  for i, entry in ipairs(book.all) do
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
  if members.is_core_class(value) then
    local specs, positional = option_list.class_specs(value)
    local list = specs and option_list.from_specs(specs, positional) or {}
    local base = value
    while rawget(base, "defined_in_lua") do base = rawget(base, "super") end
    for _, pair in ipairs(gather.KINDS) do
      if core.class(pair[1], base.name) == base then
        local about = core.describe(pair[1], base.name)
        return table.move(about.options, 1, #about.options, #list + 1, list)
      end
    end
    return list
  end
  if members.is_class(value) then
    local specs, positional = option_list.class_specs(value)
    return specs and option_list.from_specs(specs, positional) or {}
  end
  if type(value) ~= "function" then return {} end
  if debug.getinfo(value, "S").what == "C" then
    for _, op in ipairs(core.ops()) do
      if core.functions[op.name] == value or core.tensor_methods[op.name] == value then
        return op.options
      end
    end
    gather.all()
    local entry = book.by_value[value]
    return entry and option_list.of_function(value, entry) or {}
  end
  local entry = {params = {}}
  local text = comments.comment_of(value, "\0")
  comments.parse(entry, text or "")
  return option_list.of_function(value, entry)
end

return documentation
