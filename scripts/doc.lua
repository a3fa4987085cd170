-- make doc          (or: lua5.4 scripts/doc.lua build/doc)
--
-- Writes the reference from what lunate knows of itself (lua/lunate/documentation): an index,
-- reference.md, and a page for each part in reference/. What is missing is a warning.

local core = require "lunate.core"
local documentation = require "lunate.documentation"

local folder = assert(arg[1], "where to write: lua5.4 scripts/doc.lua build/doc")

-- Pages in the order in which they are wanted: {section, title}.
local PAGES = {
  {"ln", "The module"}, {"config", "Settings"}, {"dtype_policies", "Mixed precision"},
  {"ops", "Tensors and functions of them"}, {"random", "Random numbers"},
  {"image", "Pictures"}, {"text", "Texts"},
  {"models", "Models"}, {"layers", "Layers"}, {"activations", "Activations"},
  {"losses", "Losses"}, {"metrics", "Metrics"}, {"optimizers", "Optimizers"},
  {"schedules", "Learning-rate schedules"}, {"initializers", "Initializers"},
  {"regularizers", "Regularizers"}, {"constraints", "Constraints"}, {"callbacks", "Callbacks"},
  {"data", "Data"}, {"datasets", "Data sets"}, {"preprocessing", "Preprocessing"},
  {"linear_model", "Linear models"}, {"neighbors", "Nearest neighbours"}, {"plot", "Plots"},
  {"summary", "Event files"}, {"saving", "Saving"}, {"distribution", "Several machines"},
  {"utils", "Helpers"},
}

local warnings = 0
local function warning(...)
  warnings = warnings + 1
  io.stderr:write("warning: ", string.format(...), "\n")
end

-- GitHub's anchor of a heading.
local function anchor(title)
  return (title:lower():gsub("[^%w%s_-]", ""):gsub("%s", "-"))
end

local function cell(text) return (text:gsub("%s+", " "):gsub("|", "\\|")) end

-- "#" of other Markdown and < would be taken for markup in running text.
local function prose(text) return (text:gsub("<", "&lt;"):gsub("\n#", "\n\\#")) end

-- Parts of classes come below their class, the module of a page first.
local function order(a, b)
  local function key(e)
    local module = e.kind == "module" and e.name == "ln." .. e.section
    local class = e.class and e.class.name or e.name
    return (module and "0" or "1") .. class:lower() .. (e.class and "1" .. e.short or "0")
  end
  local x, y = key(a), key(b)
  if x ~= y then return x < y end
  return a.name < b.name
end

local function write_entry(add, entry)
  local signature = entry.signature
  if entry.kind == "class" and #signature > 90 then signature = entry.name .. "{...}" end
  add("## %s\n", entry.name)
  if entry.kind ~= "module" and entry.kind ~= "field" then add("```lua\n%s\n```\n", signature) end
  if entry.aliases and #entry.aliases > 0 then
    add("Also: `%s`.\n", table.concat(entry.aliases, "`, `"))
  end
  if entry.method then add("Also a method of tensors: `t:%s(...)`.\n", entry.short) end
  add("%s\n", prose(entry.doc))
  local params = entry.params
  if #params > 0 then
    for _, param in ipairs(params) do
      local told = #entry.options > 0 and (param.name == "options" or param.name == "args")
      add("- `%s`: %s", param.name, told and "see below" or prose(param.text))
    end
    add("")
  end
  if #entry.options > 0 then
    add("| option | takes | default | |\n|---|---|---|---|")
    for _, o in ipairs(entry.options) do
      local default = o.default and ("`%s`"):format(cell(o.default)) or "must be given"
      add("| `%s` | %s | %s | %s |", o.name, cell(o.kind), default, cell(prose(o.doc or "")))
    end
    add("")
  end
  if entry.shapes then add("**Shapes**, for example: `%s`\n", entry.shapes) end
  if entry.returns then add("**Returns** %s\n", prose(entry.returns)) end
  if entry.errors then add("**Errors:** %s\n", prose(entry.errors)) end
  if entry.example then add("```lua\n%s\n```\n", entry.example) end
end

local function save(path, out)
  local file = assert(io.open(folder .. "/" .. path, "w"))
  assert(file:write(table.concat(out, "\n"), "\n"))
  assert(file:close())
end

local function page(out) return function(...) out[#out + 1] = string.format(...) end end

for _, gap in ipairs(documentation.gaps()) do warning("%s", gap) end

local sections = {}
for _, entry in ipairs(documentation.entries()) do
  local list = sections[entry.section] or {}
  sections[entry.section] = list
  list[#list + 1] = entry
end

core.make_folders(folder .. "/reference/")
local index = {}
local add = page(index)
add("# lunate %s: reference\n", core.version)
add("Made by `make doc` from the option tables and doc comments. The [guides](../../docs/README.md)"
  .. "\ntell how things go together.\n")
add("Functions take tensors first, then options by position or in one table by name; constructors"
  .. "\ntake one table of options, what has no default by position. In examples `x`, `y` and"
  .. " `model`\nare data and a compiled model where nothing else is said; `-->` shows what is"
  .. " printed. Every\nexample is run by the test suite.\n")
for _, names in ipairs(PAGES) do
  local section, title = names[1], names[2]
  local list = sections[section]
  if list then
    sections[section] = nil
    table.sort(list, order)
    local out = {}
    local put = page(out)
    put("# %s\n", title)
    put("[Index](../reference.md)\n")
    add("## [%s](reference/%s.md)\n", title, section)
    local names_of = {}
    for _, entry in ipairs(list) do
      local at = anchor(entry.name)
      put("- [%s](#%s): %s", entry.name, at, cell(prose(entry.summary)))
      if not entry.class then
        local label = entry.name:find("^ln") and entry.short or entry.name
        names_of[#names_of + 1] = ("[%s](reference/%s.md#%s)"):format(label, section, at)
      end
    end
    add("%s\n", table.concat(names_of, ", "))
    put("")
    for _, entry in ipairs(list) do write_entry(put, entry) end
    save("reference/" .. section .. ".md", out)
  else
    warning("no section '%s'", section)
  end
end
for section in pairs(sections) do warning("section '%s' is on no page", section) end
save("reference.md", index)
print(("%s/reference.md: %d entries%s"):format(folder, #documentation.entries(),
  warnings > 0 and (", %d warnings"):format(warnings) or ""))
if warnings > 0 then os.exit(1, true) end
