--- Values as the prompt shows them: tensors as print does, models by their summary, a History as a
-- table of epochs, functions with where they are defined, tables with sorted keys. Always bounded,
-- cycles included. A kind of object that deserves more than its tostring is an entry of `whole`.
--
--     local show = require "lunate.repl.show"
--     print(show{1, 2, {a = "b"}})                                        --> {1, 2, {a = "b"}}

local public = require "lunate.public"
local names = require "lunate.names"
local look = require "lunate.repl.look"

local WIDTH, DEPTH, ITEMS, LINES, STRING, SHORT = 100, 4, 60, 120, 2000, 24

local keywords = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat
  return then true until while]]):gmatch("%a+") do keywords[word] = true end

local function cut(text, limit)
  if #text <= limit then return text end
  local last = utf8.offset(text, 0, limit + 1) or limit + 1   -- no character in two
  return text:sub(1, last - 1) .. ("... (%d more bytes)"):format(#text - last + 1)
end

local function quoted(text)
  local escapes = {["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ['"'] = '\\"', ["\\"] = "\\\\"}
  text = cut(text, STRING):gsub('[%c"\\]', function(c)
    return escapes[c] or ("\\%d"):format(c:byte())
  end)
  if not utf8.len(text) then
    text = text:gsub("[\128-\255]", function(c) return ("\\%d"):format(c:byte()) end)
  end
  return '"' .. text .. '"'
end

local function to_text(value)
  local ok, text = pcall(tostring, value)
  return ok and text or ("<%s>"):format(type(value))
end

local function function_text(f)
  f = public.original[f] or f
  local info = debug.getinfo(f, "Su")
  if info.what == "C" then return "builtin function" end
  local list = {}
  for i = 1, info.nparams do list[i] = debug.getlocal(f, i) end
  if info.isvararg then list[#list + 1] = "..." end
  local source = info.source:sub(1, 1) == "@" and info.source
  local where = source and (source:match("^.*[/\\](lunate[/\\].*%.lua)$")
    or source:match("[^/\\]+[/\\]?[^/\\]*$")) or info.short_src
  return ("function (%s) in %s:%d"):format(table.concat(list, ", "), where:gsub("^@", ""),
    info.linedefined)
end

local function is_object(value)
  local meta = debug.getmetatable(value)
  return type(value) == "userdata" or type(meta) == "table" and rawget(meta, "__tostring") ~= nil
end

-- Keys in the order of Lua's border, then numbers, then names, then others as they print.
local function sorted_keys(t)
  local keys, n = {}, rawlen(t)
  for key in next, t do
    if not (math.type(key) == "integer" and key >= 1 and key <= n) then keys[#keys + 1] = key end
  end
  local function rank(key)
    return type(key) == "number" and 1 or type(key) == "string" and 2 or 3
  end
  table.sort(keys, function(a, b)
    if rank(a) ~= rank(b) then return rank(a) < rank(b) end
    if rank(a) < 3 then return a < b end
    return to_text(a) < to_text(b)
  end)
  return keys, n
end

local text_of

local function indented(text, by) return (text:gsub("\n", "\n" .. (" "):rep(by))) end

-- Short parts of a list one after another, in lines.
local function flowing(parts, width)
  local lines, line = {}, ""
  for i, part in ipairs(parts) do
    local piece = part .. (i < #parts and "," or "")
    if line ~= "" and #line + 1 + #piece > width then
      lines[#lines + 1], line = line, ""
    end
    line = line == "" and piece or line .. " " .. piece
  end
  lines[#lines + 1] = line
  return "{\n  " .. table.concat(lines, "\n  ") .. "\n}"
end

local function table_text(t, depth, above)
  if above[t] then return "<cycle>" end
  local keys, n = sorted_keys(t)
  if n == 0 and #keys == 0 then return "{}" end
  if depth >= DEPTH then return ("{... %d}"):format(n + #keys) end
  above[t] = true
  local parts, total, lines = {}, 0, false
  local function add(label, value)
    local text = text_of(value, depth + 1, above)
    -- Rows of a tensor stay below each other.
    text = label .. (text:find("^{") and text or indented(text, #label))
    lines = lines or text:find("\n", 1, true) ~= nil
    parts[#parts + 1] = text
    total = total + #text + 2
  end
  for i = 1, n do
    if #parts >= ITEMS then break end
    add("", rawget(t, i))
  end
  for _, key in ipairs(keys) do
    if #parts >= ITEMS then break end
    local label = type(key) == "string" and key:find("^[%a_][%w_]*$") and not keywords[key] and key
      or "[" .. (type(key) == "string" and quoted(cut(key, 100)) or cut(to_text(key), 100)) .. "]"
    add(label .. " = ", rawget(t, key))
  end
  above[t] = nil
  if n + #keys > #parts then parts[#parts + 1] = ("... (%d more)"):format(n + #keys - #parts) end
  if not lines and total + 2 * depth <= WIDTH - 20 then
    return "{" .. table.concat(parts, ", ") .. "}"
  end
  local short = #keys == 0
  for i = 1, math.min(n, #parts) do
    local kind = type(rawget(t, i))
    short = short and kind ~= "table" and kind ~= "userdata" and #parts[i] <= SHORT
  end
  if short then return flowing(parts, WIDTH - 4 - 2 * depth) end
  for i, part in ipairs(parts) do parts[i] = "  " .. indented(part, 2) end
  return "{\n" .. table.concat(parts, ",\n") .. "\n}"
end

-- A part of something.
function text_of(value, depth, above)
  local kind = type(value)
  if kind == "string" then return quoted(value) end
  if kind == "function" then return function_text(value) end
  if kind ~= "table" and kind ~= "userdata" then return to_text(value) end
  if is_object(value) then return cut(to_text(value), STRING) end
  return table_text(value, depth, above)
end

-- ---- whole results

local function columns(list)
  local lines, line = {}, ""
  for i, name in ipairs(list) do
    local piece = name .. (i < #list and ", " or "")
    if #line + #piece > WIDTH - 2 then
      lines[#lines + 1] = line:gsub(" $", "")
      line = ""
    end
    line = line .. piece
  end
  lines[#lines + 1] = line
  return "  " .. table.concat(lines, "\n  ")
end

local function number_text(value)
  if math.type(value) == "float" then return ("%.4g"):format(value) end
  return to_text(value)
end

-- Epochs as rows: the first and the last ones.
local function history_text(history)
  local keys, epochs = history.keys, history.epoch
  local rows, value_of = {{"epoch", table.unpack(keys)}}, {}
  for _, key in ipairs(keys) do   -- not every epoch has every value
    value_of[key] = {}
    for i, epoch in ipairs(history:epochs(key)) do
      value_of[key][epoch] = history.history[key][i]
    end
  end
  for i, epoch in ipairs(epochs) do
    if #epochs <= 12 or i <= 3 or i > #epochs - 8 then
      local row = {to_text(epoch)}
      for k, key in ipairs(keys) do
        local value = value_of[key][epoch]
        row[k + 1] = value ~= nil and number_text(value) or ""
      end
      rows[#rows + 1] = row
    elseif i == 4 then
      rows[#rows + 1] = {"..."}
    end
  end
  local widths = {}
  for _, row in ipairs(rows) do
    for k, text in ipairs(row) do widths[k] = math.max(widths[k] or 0, #text) end
  end
  for i, row in ipairs(rows) do
    for k, text in ipairs(row) do row[k] = (" "):rep(widths[k] - #text) .. text end
    rows[i] = table.concat(row, "  ")
  end
  if history.interrupted then rows[#rows + 1] = "-- ended by Ctrl-C" end
  return to_text(history) .. "\n" .. table.concat(rows, "\n")
end

local function model_text(model)
  if not look.get(model, "built") then return to_text(model) end
  local lines = {}
  model:summary{print_fn = function(line) lines[#lines + 1] = tostring(line) end}
  return table.concat(lines, "\n")
end

local function signature(value)
  local entry = require("lunate.documentation").of(value)
  return entry and entry.value == value and entry
end

local whole = {
  tensor = function(t)
    local text = to_text(t)
    if select(2, text:gsub("\n", "")) > 24 then text = t:tostring{threshold = 0} end
    -- What is abbreviated says how much of it there is.
    if not text:find("...", 1, true) then return text end
    return ("%s\n-- %s %s"):format(text, t.shape, t.dtype)
  end,
  model = model_text,
}

local function space_text(space)
  local list = names.of(space)
  local title = getmetatable(space):gsub("^lunate", "ln")
  return ("%s: %d names; help(%s) tells more\n%s"):format(title, #list, title, columns(list))
end

local function whole_text(value)
  local kind = look.kind(value)
  if whole[kind] then return whole[kind](value) end
  if look.is_space(value) then return space_text(value) end
  local meta = getmetatable(value)
  if meta == "lunate.callback" and value.history and value.epoch and value.keys then
    return history_text(value)
  end
  local is_class = type(value) == "table" and type(meta) == "string" and meta:find("%.class$")
  if is_class or type(value) == "function" then
    local entry = signature(value)
    if entry then
      local where = is_class and "" or function_text(value):match(" in .*") or ""
      return ("%s %s%s\n  %s; help(%s) tells more"):format(is_class and "class" or "function",
        cut(entry.signature, WIDTH * 2), where, entry.summary:gsub("%.$", ""),
        entry.name:gsub(":", "."))
    end
  end
  return text_of(value, 0, {})
end

local function bounded(text)
  local count, newline = 0, 0
  while count < LINES do
    newline = text:find("\n", newline + 1, true)
    if not newline then return cut(text, LINES * WIDTH * 2) end
    count = count + 1
  end
  local _, more = text:sub(newline + 1):gsub("\n", "")
  return cut(text:sub(1, newline), LINES * WIDTH * 2) .. ("... (%d more lines)"):format(more + 1)
end

--- The text of one result. Never raises: what a script's tostring does wrong shows as its type.
return function(value)
  local ok, text = pcall(whole_text, value)
  if not ok then text = to_text(value) end
  return bounded(text)
end
