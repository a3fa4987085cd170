--- What entries do not say themselves: what they extend or override says it, or, of options, what
-- such an option usually means.

local book = require "lunate.documentation.book"
local common_options = require "lunate.documentation.options"

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
    while super and not book.by_value[super] do super = rawget(super, "super") end
    meant = super and book.by_value[super]
  elseif entry.kind == "method" and super then
    meant = book.by_value[super[entry.short]]
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

-- All entries from what they extend; hooks that say nothing are left out.
local function inherit_all()
  for i = #book.all, 1, -1 do
    local entry = book.all[i]
    inherit(entry)
    if entry.doc == "" and entry.section == "callbacks" and entry.short:find("^on_") then
      table.remove(book.all, i)
      book.by_name[entry.name] = nil
    end
  end
  for _, entry in ipairs(book.all) do entry.inherited = nil end
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

--- Completes all entries.
return function()
  inherit_all()
  for _, entry in ipairs(book.all) do complete_options(entry) end
end
