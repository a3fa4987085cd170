-- The rules of the house that no compiler checks: floors, registries, no printing core, tidy text.
-- `make lint` runs it. A new floor or kind of registry is one line in a table below.

local FLOORS = {"base", "tensor", "kernels", "ops", "autograd", "nn", "model", "io", "text", "lua"}
local REGISTRIES = { -- folder -> how the arrays are called that the Makefile looks for
  ["core/ops"] = "ln_ops", ["core/nn/layers"] = "ln_layers", ["core/nn/losses"] = "ln_losses",
  ["core/nn/metrics"] = "ln_metrics", ["core/nn/optimizers"] = "ln_optimizers",
  ["core/nn/initializers"] = "ln_initializers", ["core/nn/regularizers"] = "ln_regularizers",
  ["core/nn/constraints"] = "ln_constraints", ["core/nn/schedules"] = "ln_schedules",
}
-- The core returns failure; it neither prints nor ends the process nor jumps. (`_exit` in a forked
-- child is another matter.)
local FORBIDDEN = {
  "printf", "fprintf", "puts", "putchar", "perror", "exit", "abort", "assert", "longjmp",
}
local LUA_HEADERS = {["lua.h"] = true, ["lauxlib.h"] = true, ["lualib.h"] = true}
local MAX_COLUMNS = 100
-- A Lua file of the library is of one subject, a function is read in one go.
local MAX_LINES, MAX_FUNCTION_LINES = 600, 75
-- Names that say nothing of what they hold.
local EMPTY_NAMES = {
  own = true, few = true, most = true, here = true, made = true, there = true, at = true,
}

local height = {}
for i, floor in ipairs(FLOORS) do height[floor] = i end

local problems = 0
local function problem(file, line, message, ...)
  problems = problems + 1
  print(("%s:%d: %s"):format(file, line, message:format(...)))
end

local function listing(command)
  local pipe <close> = assert(io.popen(command))
  local files = {}
  for file in pipe:lines() do files[#files + 1] = file end
  return files
end

local function read(file)
  local handle <close> = assert(io.open(file, "rb"))
  return handle:read("a")
end

-- The same text with comments and the insides of strings blanked, lines kept.
local function bare(text)
  local function blank(s) return (s:gsub("[^\n]", " ")) end
  local out, at = {}, 1
  while true do
    local start = text:find("[\"'/]", at)
    if not start then break end
    out[#out + 1] = text:sub(at, start - 1)
    local c, stop = text:sub(start, start), nil
    if c == "/" then
      local next_char = text:sub(start + 1, start + 1)
      if next_char == "*" then stop = select(2, text:find("*/", start + 2, true)) or #text
      elseif next_char == "/" then stop = (text:find("\n", start, true) or #text + 1) - 1 end
    else
      stop = start
      repeat
        stop = text:find("[\\" .. c .. "\n]", stop + 1) or #text
        local escaped = text:sub(stop, stop) == "\\"
        if escaped then stop = stop + 1 end
      until not escaped
    end
    out[#out + 1] = stop and blank(text:sub(start, stop)) or c
    at = (stop or start) + 1
  end
  return table.concat(out) .. text:sub(at)
end

local function lines(text)
  local number = 0
  return function(iterate)
    local line = iterate()
    if line then number = number + 1 return number, line end
  end, text:gmatch("([^\n]*)\n?")
end

local function tidy(file, text)
  if text ~= "" and text:sub(-1) ~= "\n" then problem(file, 1, "the last line has no newline") end
  for number, line in lines(text) do
    local columns = utf8.len(line) or #line
    if columns > MAX_COLUMNS then
      problem(file, number, "%d columns (at most %d)", columns, MAX_COLUMNS)
    end
    if line:find("\t", 1, true) then problem(file, number, "a tab") end
    if line:find("[ \r]$") then problem(file, number, "white space at the end") end
    if line:find("%f[%w]TO" .. "DO%f[%W]") or line:find("%f[%w]FIX" .. "ME%f[%W]") then
      problem(file, number, "unfinished work")
    end
  end
end

local function exists(file)
  local handle <close> = io.open(file, "rb")
  return handle ~= nil
end

local function check_includes(file, text)
  local floor = file:match("^core/([^/]+)/") -- nil: core/lunate.h, on base's floor
  local own = floor and height[floor] or 1
  if floor and not height[floor] then problem(file, 1, "'%s' is not a floor", floor) end
  for number, line in lines(text) do
    local quote, name = line:match('^%s*#%s*include%s*([<"])([^>"]+)')
    if name and LUA_HEADERS[name] and floor ~= "lua" then
      problem(file, number, "%s belongs in core/lua/ alone", name)
    elseif name and name:find("cblas", 1, true) and floor ~= "kernels" then
      problem(file, number, "%s belongs in core/kernels/ alone", name)
    elseif quote == '"' then
      local beside = file:match("^(.*/)") .. name
      local target = exists("core/" .. name) and "core/" .. name or exists(beside) and beside
      if not target then
        problem(file, number, "no such header: %s", name)
      else
        local theirs = target:match("^core/([^/]+)/")
        if theirs and height[theirs] and height[theirs] > own then
          problem(file, number, "%s is on a floor above %s", name, floor or "base")
        end
      end
    end
  end
end

local function check_words(file, text)
  if file:find("^core/lua/") then return end
  for number, line in lines(text) do
    for _, word in ipairs(FORBIDDEN) do
      if line:find("%f[%w_]" .. word .. "%s*%(") then
        problem(file, number, "%s() in the core: return an error instead", word)
      end
    end
  end
end

-- One file an entry: what core/ops/add.c defines is ln_ops_add, and no other file names it.
local function check_registries(sources)
  local owner = {}
  for file, text in pairs(sources) do
    local folder, name = file:match("^(.*)/([^/]+)%.c$")
    local prefix = REGISTRIES[folder]
    if prefix then
      local found
      for entry in text:gmatch("%f[%w_]" .. prefix .. "_([%w_]+)%[%]%s*=") do
        if entry == name then found = true
        else problem(file, 1, "defines %s_%s[]: its file would be %s.c", prefix, entry, entry) end
      end
      if found then owner[prefix .. "_" .. name] = file
      elseif prefix ~= "ln_ops" and name:sub(1, 1) ~= "_" then
        problem(file, 1, "defines no %s_%s[] (a helper's name starts with _)", prefix, name)
      end
    end
  end
  for file, text in pairs(sources) do
    for number, line in lines(text) do
      for word in line:gmatch("%f[%w_](ln_[%w_]+)%f[^%w_]") do
        if owner[word] and owner[word] ~= file then
          problem(file, number, "%s is named outside of %s: look it up instead", word, owner[word])
        end
      end
    end
  end
end

-- Locals and parameters of a line of Lua.
local function declared(line)
  local list = line:match("^%s*local%s+([%a_][%w_, ]*)") or line:match("^%s*for%s+([%w_, ]+)%s+in")
    or line:match("^%s*for%s+([%w_]+)%s*=") or ""
  return list .. "," .. (line:match("function[%w_.: ]*%(([%w_., ]*)%)") or "")
end

-- Modules of lua/lunate: short files, short functions, names that say something, options that are
-- constants.
local function check_module(file, text)
  local n, start = 0, nil
  for number, line in lines(text) do
    n, line = number, line:gsub("%-%-.*", "")
    for name in declared(line):gmatch("[%w_]+") do
      if EMPTY_NAMES[name] then
        problem(file, number, "the name '%s' does not say what it holds", name)
      end
    end
    if line:find("^%S.*%f[%w_]function%f[^%w_]") and not line:find("%f[%w_]end%f[^%w_]") then
      start = number
    end
    if start and line:find("^end") then
      if number - start >= MAX_FUNCTION_LINES then
        problem(file, start, "a function of %d lines (at most %d)", number - start + 1,
          MAX_FUNCTION_LINES)
      end
      start = nil
    end
    if line:find("check[%w_]*%([^)]*{[%w_]+ = {") then
      problem(file, number, "a table of options is made in the call: make it a constant")
    end
  end
  if n > MAX_LINES then problem(file, 1, "%d lines (at most %d)", n, MAX_LINES) end
end

-- ---- files that need each other

-- The functions and tables that a file of C defines for others, and the names it uses.
local function defined_names(text)
  local names = {}
  for head, name in ("\n" .. text):gmatch("\n(%a[^\n;{}=()]-)%f[%w_](ln_[%w_]+)%s*%b()%s*{") do
    if not head:find("^static") then names[name] = true end
  end
  for head, name in ("\n" .. text):gmatch("\n(%a[^\n;{}=()]-)%f[%w_](ln_[%w_]+)[%[%]%w_]*%s*=") do
    if not head:find("^static") then names[name] = true end
  end
  return names
end

-- file -> {file it takes a name from -> the name}
local function needs(sources)
  local definer, graph = {}, {}
  for file, text in pairs(sources) do
    if file:find("%.c$") then
      graph[file] = {}
      for name in pairs(defined_names(text)) do definer[name] = file end
    end
  end
  for file in pairs(graph) do
    for name in sources[file]:gmatch("%f[%w_](ln_[%w_]+)") do
      local from = definer[name]
      if from and from ~= file then graph[file][from] = name end
    end
  end
  return graph
end

-- No file takes a name from a floor above, and no files need each other: what one of a circle is
-- for cannot be told without the others. Ops alone may, whose gradients are made of each other.
local function check_circles(sources)
  local graph = needs(sources)
  local state = {} -- "open" on the way from where the walk began, else true
  local function walk(file, path)
    state[file] = "open"
    path[#path + 1] = file
    for from, name in pairs(graph[file]) do
      local mine, theirs = file:match("^core/([^/]+)/"), from:match("^core/([^/]+)/")
      if height[theirs] and height[mine] and height[theirs] > height[mine] then
        problem(file, 1, "%s is of %s, on a floor above", name, from)
      end
      if mine == theirs and mine ~= "ops" then
        if state[from] == "open" then
          local first = 1
          while path[first] ~= from do first = first + 1 end
          problem(file, 1, "a circle of files: %s", table.concat(path, " ", first) .. " " .. from)
        elseif not state[from] then walk(from, path) end
      end
    end
    path[#path] = nil
    state[file] = true
  end
  for file in pairs(graph) do if not state[file] then walk(file, {}) end end
end

local sources = {}
for _, file in ipairs(listing("find core -name '*.[ch]' | LC_ALL=C sort")) do
  local text = read(file)
  if not text:find("^%s*/[/*]") then problem(file, 1, "does not open with what lives here") end
  tidy(file, text)
  check_includes(file, text)
  sources[file] = bare(text)
  check_words(file, sources[file])
end
check_registries(sources)
check_circles(sources)
dofile("scripts/null_results.lua")(sources, problem)
for _, file in ipairs(listing("find lua scripts tests -name '*.lua' | LC_ALL=C sort")) do
  local text = read(file)
  if not text:find("^%-%-") and not text:find("^#![^\n]*\n%-%-") then
    problem(file, 1, "does not open with what lives here")
  end
  tidy(file, text)
  if file:find("^lua/") then check_module(file, text) end
end

-- The first line of a script that readers run is the command that runs it.
local tools = {annotations = true, doc = true, lint = true, null_results = true, quickstart = true}
for _, file in ipairs(listing("ls scripts/*.lua")) do
  local name = file:match("([%w_]+)%.lua$")
  if not tools[name] and read(file):match("^[^\n]*") ~= "-- make run SCRIPT=" .. file then
    problem(file, 1, "should begin with the line -- make run SCRIPT=%s", file)
  end
end

-- The version is said once, and the newest changes are its.
local version = read("core/lua/module.c"):match('#define LN_VERSION "([%d.]+)"')
local newest = read("docs/CHANGELOG.md"):match("\n## ([%d.]+)")
if version ~= newest then
  problem("docs/CHANGELOG.md", 1, "the newest changes are of %s, core/lua/module.c says %s",
    tostring(newest), tostring(version))
end

-- What the sources say of themselves is complete; it takes the built core to read all of it.
local built, documentation = pcall(require, "lunate.documentation")
if built then
  for _, gap in ipairs(documentation.gaps()) do problem("documentation", 0, "%s", gap) end
else
  problem("documentation", 0, "not checked, the core is not built: make lint builds it")
end

if problems > 0 then
  print(("%d problems"):format(problems))
  os.exit(1, true)
end
print("the house is in order")
