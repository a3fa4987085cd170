--- What the word before the cursor may become: names, fields, methods, options of the call that the
-- cursor is in, what an option takes, files. Reads the text and looks at values (lunate.repl.look);
-- runs no code of a script's.
--
--     local complete = require "lunate.repl.complete"
--     print(complete("ln.la", {ln = ln})[1])                              --> layers.

local core = require "lunate.core"
local documentation = require "lunate.documentation"
local look = require "lunate.repl.look"

local KEYWORDS = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat
  return then true until while]]):gmatch("%a+") do KEYWORDS[#KEYWORDS + 1] = word end

-- ---- the text

-- The pieces of a text: {kind = "name" | "number" | "string" | "open" (a string without its end) |
-- "comment" | "word" (keyword) | "mark", text =}.
local function pieces(text)
  local list, position = {}, 1
  local is_keyword = {}
  for _, word in ipairs(KEYWORDS) do is_keyword[word] = true end
  local function add(kind, value) list[#list + 1] = {kind = kind, text = value} end
  while position <= #text do
    local c = text:sub(position, position)
    local comment = text:match("^%-%-()", position)
    local level = text:match("^%[(=*)%[", comment or position)
    if text:find("^%s", position) then
      position = text:match("^%s+()", position)
    elseif level then
      local start = (comment or position) + #level + 2
      local stop, after = text:find("]" .. level .. "]", start, true)
      if not stop then
        add(comment and "comment" or "open", text:sub(start))
        return list
      end
      if not comment then add("string", text:sub(start, stop - 1)) end
      position = after + 1
    elseif comment then
      local stop = text:find("\n", position, true)
      if not stop then
        add("comment", text:sub(position))
        return list
      end
      position = stop + 1
    elseif c == '"' or c == "'" then
      local stop = position
      repeat
        stop = text:find("[\\\n" .. c .. "]", stop + 1)
        local escaped = stop and text:sub(stop, stop) == "\\"
        if escaped then stop = stop + 1 end
      until not stop or not escaped
      if not stop or stop > #text then
        add("open", text:sub(position + 1))
        return list
      end
      add("string", text:sub(position + 1, stop - 1))
      position = stop + 1
    elseif text:find("^[%a_]", position) then
      local name = text:match("^[%w_]+", position)
      add(is_keyword[name] and "word" or "name", name)
      position = position + #name
    elseif text:find("^%.?%d", position) then
      local number = text:match("^0[xX][%x.]+", position)
        or text:match("^[%d.]+[eE][+-]?%d*", position) or text:match("^[%d.]+", position)
      add("number", number)
      position = position + #number
    else
      local mark = text:match("^%.%.%.?", position) or text:match("^::", position)
        or text:match("^[=~<>]=", position) or c
      add("mark", mark)
      position = position + #mark
    end
  end
  return list
end

-- ---- values

-- The value of the chain of names, fields and literal indices that ends at piece `last`; nil when
-- there is none or it is more than that. Also what it is a field of, and its first piece.
local function value_of(list, last, env)
  local path, index = {}, last
  while true do
    local piece = list[index]
    if not piece then return nil end
    if piece.kind == "name" then
      table.insert(path, 1, piece.text)
      local dot = list[index - 1]
      if not (dot and dot.kind == "mark" and (dot.text == "." or dot.text == ":")) then break end
      index = index - 2
    elseif piece.text == "]" and piece.kind == "mark" then
      local key, open = list[index - 1], list[index - 2]
      if not (key and open and open.text == "[") then return nil end
      local number = key.kind == "number" and math.tointeger(tonumber(key.text))
      if not (number or key.kind == "string") then return nil end
      table.insert(path, 1, number or key.text)
      index = index - 3
    else
      return nil
    end
  end
  local value
  for i, key in ipairs(path) do
    value = look.get(i == 1 and env or value, key)
    if value == nil then return nil end
  end
  return value, index
end

-- Where the cursor is: the call whose table of options (or list of arguments) is open around it.
-- {callee =, given = {names set in the table}, at_key = a name may begin here}
local function enclosing(list, env)
  local open, closers = {}, {["}"] = "{", [")"] = "(", ["]"] = "["}
  for i, piece in ipairs(list) do
    if piece.kind == "mark" and (piece.text == "{" or piece.text == "(" or piece.text == "[") then
      open[#open + 1] = i
    elseif piece.kind == "mark" and closers[piece.text] then
      open[#open] = nil
    end
  end
  local brace = open[#open]
  if not brace then return nil end
  local function callee(index)
    local before = list[index - 1]
    if not before or before.kind ~= "name" and before.text ~= "]" then return nil end
    return (value_of(list, index - 1, env))
  end
  if list[brace].text == "(" then return {callee = callee(brace), call = true} end
  if list[brace].text ~= "{" then return nil end
  local around = {callee = callee(brace), given = {}}
  -- f(x, {|: the table is an argument of the call around it.
  local before, outer = list[brace - 1], open[#open - 1]
  if not around.callee and outer and list[outer].text == "(" and before
    and (before.text == "," or before.text == "(") then
    around.callee = callee(outer)
  end
  local depth = 0
  for i = brace + 1, #list do
    local text = list[i].kind == "mark" and list[i].text
    if text == "{" or text == "(" or text == "[" then depth = depth + 1 end
    if text and closers[text] then depth = depth - 1 end
    if depth == 0 and list[i].kind == "name" and list[i + 1] and list[i + 1].text == "=" then
      around.given[list[i].text] = true
    end
  end
  return around
end

-- ---- candidates

local function starting(word, all)
  local list = {}
  for _, text in ipairs(all) do
    if text:sub(1, #word) == word then list[#list + 1] = text end
  end
  return list
end

local function is_module(value)
  return look.is_space(value)
    or type(value) == "table" and debug.getmetatable(value) == nil and next(value) ~= nil
      and rawlen(value) == 0
end

-- One candidate brings along what follows it.
local function finish(list, value_at)
  if #list == 1 then
    local value = value_at(list[1])
    if is_module(value) then list[1] = list[1] .. "." end
  end
  return list
end

local function fields(base, word, methods)
  local list = starting(word, look.fields(base))
  if methods then
    local only = {}
    for _, name in ipairs(list) do
      local value = look.get(base, name)
      if type(value) == "function" then only[#only + 1] = name end
    end
    return only
  end
  return finish(list, function(name) return look.get(base, name) end)
end

local function globals(word, env)
  local list = starting(word, look.fields(env))
  for _, keyword in ipairs(starting(word, KEYWORDS)) do list[#list + 1] = keyword end
  return finish(list, function(name) return look.get(env, name) end)
end

local function options(around, word)
  local list = {}
  for _, option in ipairs(documentation.options(around.callee)) do
    if option.name:sub(1, #word) == word and not around.given[option.name] then
      list[#list + 1] = option.name
    end
  end
  if #list == 1 then list[1] = list[1] .. " = " end
  return list
end

local function class_names(kind)
  local list = {}
  local ok, names = pcall(core.classes, kind)
  for _, name in ipairs(ok and names or {}) do
    list[#list + 1] = name
    local about = core.describe(kind, name)
    for alias in (about and about.aliases or ""):gmatch("%S+") do list[#list + 1] = alias end
  end
  return list
end

local by_name = {loss = "loss", optimizer = "optimizer", metrics = "metric",
  weighted_metrics = "metric"}

-- What an option takes, as strings: names of parts, dtypes, choices.
local function strings_for(option)
  local kind = option.kind
  local first = kind:match("^%a+")
  local list = by_name[option.name] and kind == "any" and class_names(by_name[option.name])
    or class_names(first)
  if option.name:find("metrics$") and kind == "any" then
    table.move({"accuracy", "crossentropy"}, 1, 2, #list + 1, list)
  end
  local choices = kind:match("^dtype: (.*)$") or kind:match("^one of (.*)$")
  for name in (choices or ""):gmatch("[%w_]+") do list[#list + 1] = name end
  return list
end

-- Files whose name begins as the text does; the rest of the name after what is written up to the
-- last character that ends a word.
local function files(text, word)
  local folder, start = text:match("^(.*/)([^/]*)$")
  folder, start = folder or "", start or text
  local where = folder:gsub("^~/", (os.getenv("HOME") or "~") .. "/")
  local ok, entries = pcall(core.list_folder, where == "" and "." or where)
  local list = {}
  for _, name in ipairs(ok and entries or {}) do
    local shown = start:sub(1, 1) == "." or name:sub(1, 1) ~= "."
    if shown and name:sub(1, #start) == start then
      list[#list + 1] = name:sub(#start - #word + 1)
      if #list > 500 then break end
    end
  end
  if #list == 1 then
    local path = where .. start .. list[1]:sub(#word + 1)
    local is_folder = pcall(core.list_folder, path)
    if is_folder then list[1] = list[1] .. "/" end
  end
  return list
end

-- Inside a string: what the option that it is for takes, or files.
local function in_string(list, env, word)
  local text = list[#list].text
  local before, name = list[#list - 1], list[#list - 2]
  local around = enclosing(list, env)
  if before and before.text == "{" and before.kind == "mark" and name and name.text == "=" then
    -- metrics = {"|
    local outer = {table.unpack(list, 1, #list - 2)}
    around, before, name = enclosing(outer, env), list[#list - 2], list[#list - 3]
  end
  if around and around.callee and before and before.text == "=" and name
    and name.kind == "name" then
    for _, option in ipairs(documentation.options(around.callee)) do
      local strings = option.name == name.text and strings_for(option) or {}
      if #strings > 0 then return starting(text, strings) end
    end
  end
  return files(text, word)
end

local function candidates(text, env)
  local list = pieces(text)
  local last = list[#list]
  if last and last.kind == "comment" then return {} end
  local word = text:match("[%w_]*$")
  if last and last.kind == "open" then return in_string(list, env, word) end
  if word:find("^%d") then return {} end
  if word ~= "" then list[#list] = nil end
  local before = list[#list]
  if before and before.kind == "mark" and (before.text == "." or before.text == ":") then
    local base = value_of(list, #list - 1, env)
    if base == nil then return {} end
    return fields(base, word, before.text == ":")
  end
  local around = enclosing(list, env)
  local at_key = before and before.kind == "mark" and (before.text == "{" or before.text == ","
    or before.text == ";")
  if around and around.callee and around.given and at_key then
    local found = options(around, word)
    if #found > 0 then return found end
  end
  if word == "" then return {} end
  return globals(word, env)
end

--- @param text  all that is written before the cursor
-- @param env  the table in which names are looked up
-- @return a list of what the last word (letters, digits, _) may become; {} when that is unknown or
--   the text makes no sense
return function(text, env)
  local ok, list = pcall(candidates, text, env)
  if not ok then return {} end
  local seen, unique = {}, {}
  for _, name in ipairs(list) do
    if not seen[name] then seen[name], unique[#unique + 1] = true, name end
  end
  table.sort(unique)
  return unique
end
