-- make doc          (or: lua5.4 scripts/doc.lua build/doc/reference.md)
--
-- Writes the reference page from what the code says of itself: the option tables and doc texts of
-- ops and classes, and the doc comments (lines of `---`) of the Lua modules.

local core = require "lunate.core"

local path = assert(arg[1], "where to write: lua5.4 scripts/doc.lua reference.md")
local out = {}
local function add(...) out[#out + 1] = string.format(...) end

-- "What.\nExample:\n  code" with the example as a code block.
local function add_doc(text)
  local before, example = (text or ""):match("^(.-)\n*Example:\n(.*)$")
  add("%s\n", before or text or "")
  if example then
    example = example:gsub("^  ", ""):gsub("\n  ", "\n"):gsub("%s+$", "")
    add("```lua\n%s\n```\n", example)
  end
end

local function add_options(options)
  if #options == 0 then return end
  add("| option | takes | default | |\n|---|---|---|---|")
  for _, o in ipairs(options) do
    local default = o.default or "required"
    add("| `%s` | %s | `%s` | %s |", o.name, o.kind:gsub("|", "\\|"), default, o.doc or "")
  end
  add("")
end

local function names_of(op)
  local args = {}
  for k = 1, op.inputs do args[k] = op.list and "{...}" or ({"x", "y", "z"})[k] end
  for _, o in ipairs(op.options) do args[#args + 1] = o.name end
  return table.concat(args, ", ")
end

add("# lunate %s: reference\n", core.version)
add("Functions take tensors first, then options by position or in one table by name. Every\n"
  .. "function `ln.f(t, ...)` whose first argument is a tensor is also a method `t:f(...)`.\n")

add("## Functions of tensors\n")
local ops = core.ops()
table.sort(ops, function(a, b) return a.name < b.name end)
for _, op in ipairs(ops) do
  if not op.hidden then
    add("### ln.%s(%s)\n", op.name, names_of(op))
    add_doc(op.doc)
    add_options(op.options)
  end
end

local sections = {
  {"layer", "Layers", "layers"}, {"loss", "Losses", "losses"}, {"metric", "Metrics", "metrics"},
  {"optimizer", "Optimizers", "optimizers"}, {"schedule", "Learning-rate schedules", "schedules"},
  {"initializer", "Initializers", "initializers"},
  {"regularizer", "Regularizers", "regularizers"}, {"constraint", "Constraints", "constraints"},
}
for _, section in ipairs(sections) do
  local kind, title, space = table.unpack(section)
  add("## %s\n", title)
  local names = core.classes(kind)
  table.sort(names)
  for _, name in ipairs(names) do
    local about = core.describe(kind, name)
    add("### ln.%s.%s\n", space, name)
    if about.aliases then add("Also: `%s`.\n", about.aliases:gsub(" ", "`, `")) end
    add_doc(about.doc)
    add_options(about.options)
  end
end

-- Lua modules: each block of `---` and `-- ` lines, with the line of code that it stands before.
add("## Lua modules\n")
local files = {}
local pipe <close> = assert(io.popen("LC_ALL=C find lua/lunate -name '*.lua' | sort"))
for file in pipe:lines() do files[#files + 1] = file end
for _, file in ipairs(files) do
  local block, first
  for line in io.lines(file) do
    local start = line:match("^%-%-%- ?(.*)$")
    local more = block and line:match("^%-%- ?(.*)$")
    if start then
      block = {start}
    elseif more then
      block[#block + 1] = more
    elseif block then
      if not first then
        local module = file:gsub("^lua/", ""):gsub("/init%.lua$", ""):gsub("%.lua$", "")
        add("### %s\n", (module:gsub("/", ".")))
        first = true
      end
      local name = line:match("^function ([%w_.:]+%b())")
      if name then add("#### %s\n", name) end
      add("%s\n", table.concat(block, "\n"))
      block = nil
    end
  end
end

local handle = assert(io.open(path, "w"))
handle:write(table.concat(out, "\n"), "\n")
handle:close()
print(("%s: %d lines"):format(path, #out))
