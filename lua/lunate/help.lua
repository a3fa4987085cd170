--- help: prints what is known of anything public. A global function in the REPL; elsewhere
-- `local help = require "lunate.help"`. What there is to say comes from lunate.documentation.
--
--     local help = require "lunate.help"
--     help()                     -- what there is
--     help(ln.layers.Dense)      -- a class and its options; an object: those of its class
--     help(ln.layers)            -- a part: its names with a line each
--     help "fit"                 -- by name, or a part of one

local core = require "lunate.core"
local documentation = require "lunate.documentation"
local names = require "lunate.names"

local function width()
  local columns = core.terminal_size()
  return math.max(50, math.min(columns or 90, 100))
end

-- Lines of a text, wrapped; what is indented, a list or code, stays as it is.
local function wrapped(text, indent, first)
  local lines, room, paragraph = {}, width() - #indent, {}
  local function flush()
    local line = ""
    for _, part in ipairs(paragraph) do
      for word in part:gmatch("%S+") do
        if #line + #word + 1 > room and line ~= "" then
          lines[#lines + 1] = indent .. line
          line = word
        else
          line = line == "" and word or line .. " " .. word
        end
      end
    end
    if line ~= "" then lines[#lines + 1] = indent .. line end
    paragraph = {}
  end
  for line in (text .. "\n"):gmatch("(.-)\n") do
    if line:find("^%s*$") then
      flush()
      lines[#lines + 1] = ""
    elseif line:find("^%s") then
      flush()
      lines[#lines + 1] = indent .. line
    else
      paragraph[#paragraph + 1] = line
    end
  end
  flush()
  while lines[#lines] == "" do lines[#lines] = nil end
  if first and lines[1] then lines[1] = first .. lines[1]:sub(#indent + 1) end
  return table.concat(lines, "\n")
end

-- Rows of a name and a text; names of one width.
local function rows(list)
  local wide = 0
  for _, row in ipairs(list) do wide = math.max(wide, math.min(#row[1], 28)) end
  local out = {}
  for i, row in ipairs(list) do
    local label = "  " .. row[1] .. (" "):rep(wide - #row[1]) .. "  "
    out[i] = row[2] == "" and label:gsub(" +$", "")
      or wrapped(row[2], (" "):rep(wide + 4), label)
  end
  return table.concat(out, "\n")
end

local function options_rows(options)
  local list = {}
  for i, o in ipairs(options) do
    local text = o.kind == "any" and "" or o.kind
    if o.default and o.default ~= "none" then
      text = text .. (text == "" and "" or ", ") .. "default " .. o.default
    elseif not o.default then
      text = text .. (text == "" and "" or ", ") .. "required"
    end
    if o.doc then text = text .. (text == "" and "" or ": ") .. o.doc end
    list[i] = {o.name, text}
  end
  return rows(list)
end

-- Entries right below a name: of "ln.layers" "ln.layers.Dense", not "ln.layers.Dense:call".
local function members(name, kinds)
  local list = {}
  for _, entry in ipairs(documentation.entries()) do
    if entry.name:sub(1, #name) == name and entry.name:find("^[.:][%w_]+$", #name + 1)
      and (not kinds or kinds[entry.kind]) then
      list[#list + 1] = entry
    end
  end
  return list
end

local function print_entry(entry)
  local out = {}
  local function add(title, text)
    if text and text ~= "" then out[#out + 1] = (title and title .. "\n" or "") .. text end
  end
  local kind = entry.kind == "class" and "class " or entry.kind == "module" and "" or ""
  local signature = kind .. entry.signature
  if #signature > width() and #entry.options > 0 then
    signature = signature:gsub("%b{}$", "{...}"):gsub("(%().*(%))$", "%1...%2")
  end
  add(nil, signature)
  if entry.method then add(nil, ("also t:%s(...) of a tensor t"):format(entry.short)) end
  if entry.aliases and #entry.aliases > 0 then
    add(nil, "also called " .. table.concat(entry.aliases, ", "))
  end
  add(nil, wrapped(entry.doc, ""))
  local params = {}
  for i, p in ipairs(entry.params) do params[i] = {p.name, p.text} end
  if #entry.options > 0 and params[#params] and params[#params][1] == "options" then
    params[#params] = nil   -- they are told below, one by one
  end
  add("Takes", #params > 0 and rows(params))
  add("Options", #entry.options > 0 and options_rows(entry.options))
  add("Shapes", entry.shapes and wrapped(entry.shapes, "  "))
  add("Gives", entry.returns and wrapped(entry.returns, "  "))
  add("Errors", entry.errors and wrapped(entry.errors, "  "))
  add("Example", entry.example and "  " .. entry.example:gsub("\n", "\n  "))
  if entry.kind == "module" then
    local list = {}
    for i, member in ipairs(members(entry.name)) do list[i] = {member.short, member.summary} end
    add("Names", #list > 0 and rows(list))
  elseif entry.kind == "class" then
    local list, class = {}, entry.value
    local seen = {}
    while type(class) == "table" do
      local about = documentation.of(class)
      for _, member in ipairs(about and about.value == class and members(about.name) or {}) do
        if not seen[member.short] then
          seen[member.short] = true
          list[#list + 1] = member.short
        end
      end
      class = rawget(class, "super")
    end
    table.sort(list)
    add("Methods and fields", #list > 0 and wrapped(table.concat(list, ", "), "  "))
  end
  print(table.concat(out, "\n\n"))
end

local function overview()
  local list = {}
  for _, entry in ipairs(documentation.entries()) do
    if entry.kind == "module" and entry.name:find("^ln%.[%w_]+$") then
      list[#list + 1] = {entry.name, entry.summary}
    end
  end
  print(("lunate %s: deep learning for Lua\n\n"):format(core.version)
    .. "  ln.tensor, ln.zeros, ln.arange, ...  make tensors; ln.exp, ln.matmul, t:sum() compute\n"
    .. "  ln.Sequential, ln.Model, ln.Input    make models: model:compile, fit, evaluate, predict"
    .. "\n\n" .. rows(list) .. "\n\n"
    .. "help(ln.layers.Dense) tells of a thing, help \"fit\" finds by name, help(ln.layers) lists"
    .. "\na part. In the REPL Tab completes names, fields, options and files.")
end

-- How many letters differ, for slips of the keyboard.
local function distance(a, b)
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local corner = row[0]
    row[0] = i
    for j = 1, #b do
      local above = row[j]
      row[j] = math.min(above + 1, row[j - 1] + 1,
        corner + (a:byte(i) == b:byte(j) and 0 or 1))
      corner = above
    end
  end
  return row[#b]
end

local function nearest(name)
  local best, least = nil, 3
  for _, entry in ipairs(documentation.entries()) do
    local d = distance(name:lower(), entry.short:lower())
    if d < least then best, least = entry.short, d end
  end
  return best
end

local function by_name(name)
  local found = documentation.find(name)
  if #found == 0 then
    local near = #name > 2 and nearest(name)
    return print(("nothing is called '%s'%s; help() tells what there is"):format(name,
      near and ("; did you mean '%s'?"):format(near) or ""))
  end
  local last = name:gsub("%s*[({].*$", ""):match("[%w_]+$") or name
  local function is_it(entry)
    if entry.short:lower() == last:lower() then return true end
    for _, alias in ipairs(entry.aliases or {}) do if alias == last then return true end end
  end
  if is_it(found[1]) then
    print_entry(found[1])
    local others = {}
    for i = 2, math.min(#found, 12) do others[#others + 1] = found[i].name end
    if #others > 0 then print("\n" .. wrapped("See also " .. table.concat(others, ", "), "")) end
    return
  end
  local list = {}
  for i, entry in ipairs(found) do
    if i > 40 then
      list[i] = {"...", ("%d more"):format(#found - 40)}
      break
    end
    list[i] = {entry.name, entry.summary}
  end
  print(rows(list))
end

-- What is not lunate's: as much as can be seen.
local function of_others(value)
  if type(value) == "function" then
    local info = debug.getinfo(value, "S")
    if info.what ~= "C" then return print(require "lunate.repl.show"(value)) end
    return print("a function of Lua or of a C library; Lua's own are told of in "
      .. "https://www.lua.org/manual/5.4")
  end
  if type(value) == "table" then
    local list = names(value)
    if #list == 0 then return print("a table") end
    return print(wrapped("a table with " .. table.concat(list, ", "), ""))
  end
  print(("a %s: %s"):format(type(value), tostring(value)))
end

--- Prints what is known of a value, or of a name. Raises nothing: what is unknown is said to be so.
-- @param value  anything of lunate's, a string to search for; nothing for an overview
--
--     require "lunate.help"(ln.relu)
return function(...)
  if select("#", ...) == 0 then return overview() end
  local value = ...
  if value == nil then
    return print("nil has no help: is the name spelled right? help \"name\" searches")
  end
  if type(value) == "string" then return by_name(value) end
  local entry = documentation.of(value)
  if entry then return print_entry(entry) end
  return of_others(value)
end
