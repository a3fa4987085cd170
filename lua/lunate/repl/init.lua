--- The REPL: reads a chunk, runs it, shows what it gives. Expressions need no `return` and no `=`;
-- `_` is the last value; local names stay until the end of the session; Ctrl-C goes back to the
-- prompt, Ctrl-D leaves.
--
--     require "lunate.repl"()

local core = require "lunate.core"
local show = require "lunate.repl.show"

-- Where lunate's Lua is, to tell its lines from the user's.
local library = debug.getinfo(1, "S").source:match("^(.*[/\\])repl[/\\]") or "@"

-- What the name space of a session is: Lua's globals, and before them the local names that stay.
local function new_env()
  return setmetatable({}, {__index = _G, __newindex = _G, __metatable = "lunate.session"})
end

local function compile(text, env)
  text = text:gsub("^%s*=", "", 1)
  if load("return " .. text, "=stdin", "t", env) then
    -- No tail call: errors find the line that the user wrote.
    return load(("return (function(...) return ... end)(%s\n)"):format(text), "=stdin", "t", env)
  end
  local f, message = load(text, "=stdin", "t", env)
  -- Statements and an expression behind them, `t = ln.ones{3}; t`: its value is shown.
  for i = #text, 1, -1 do
    if f then break end
    local rest = text:sub(i, i):find("[;\n]") and text:sub(i + 1)
    if rest and rest:find("%S") and load("return " .. rest) and load(text:sub(1, i)) then
      f = load(("%sreturn (function(...) return ... end)(%s\n)"):format(text:sub(1, i), rest),
        "=stdin", "t", env)
    end
  end
  return f, message
end

local function is_unfinished(message) return message:find("<eof>$") ~= nil end

local Session = {}
Session.__index = Session

-- The user's functions that were under way, the innermost first, down to the chunk.
local function frames()
  local list = {}
  for level = 3, 200 do
    local info = debug.getinfo(level, "Slnf")
    if not info or info.func == Session.run then break end
    if info.what ~= "C" and info.source:sub(1, #library) ~= library then
      local name = info.what == "main" and "main chunk" or info.name
        and ("%s '%s'"):format(info.namewhat == "method" and "method" or "function", info.name)
        or ("function <%s:%d>"):format(info.short_src, info.linedefined)
      list[#list + 1] = ("%s:%d: in %s"):format(info.short_src, info.currentline, name)
    end
  end
  return list
end

local Failure = {}   -- what the handler makes of an error

local function handler(message)
  local text = (type(message) == "string" or type(message) == "number") and tostring(message)
  if not text then
    local ok, said = pcall(tostring, message)
    text = ok and said or type(message)
    if type(message) ~= "userdata" and not (type(message) == "table" and getmetatable(message)) then
      text = ("(error object is a %s value)"):format(type(message))
    end
  end
  return {[Failure] = true, text = text, frames = frames()}
end

local function colored(text, code)
  local term = os.getenv("TERM")
  if os.getenv("NO_COLOR") or not core.is_terminal() or not term or term == "dumb" then
    return text
  end
  return ("\27[%sm%s\27[0m"):format(code, text)
end

local function report(failure, text)
  local message = failure.text
  if not text:find("\n", 1, true) then message = message:gsub("^stdin:1: ", "") end
  io.stdout:flush()
  local lines = {colored(message == "interrupted!" and message or "error: " .. message, "31")}
  if #failure.frames > 1 then
    for i, frame in ipairs(failure.frames) do
      if i > 8 then
        lines[#lines + 1] = ("  ... (%d more)"):format(#failure.frames - 8)
        break
      end
      lines[#lines + 1] = "  " .. frame
    end
  end
  io.stderr:write(table.concat(lines, "\n"), "\n")
end

local function print_results(results)
  local texts, lines = {}, false
  for i = 1, results.n do
    texts[i] = show(results[i])
    lines = lines or texts[i]:find("\n", 1, true) ~= nil
  end
  print(table.concat(texts, lines and "\n" or "\t"))
end

-- Names that the chunk closed, with `local f <close>`: they do not stay.
local function closed_names(text)
  local names = {}
  for name in text:gmatch("([%a_][%w_]*)%s*<%s*close%s*>") do names[name] = true end
  return names
end

function Session:keep(locals, text)
  local closed, kept = closed_names(text), {}
  for name, value in next, locals do
    if not closed[name] then
      rawset(self.env, name, value)
      kept[#kept + 1] = name
    end
  end
  if #kept > 0 and not self.told then
    self.told = true
    table.sort(kept)
    print(colored(("-- at the prompt local names stay: %s"):format(table.concat(kept, ", ")), "2"))
  end
end

--- Runs a chunk and shows what it gives. true when it went well.
function Session:run(f, text)
  local locals = {}
  local results = table.pack(core.call_interruptible(f, handler, locals))
  local ok = table.remove(results, 1)
  results.n = results.n - 1
  if not ok then
    report(results[1], text)
    return false
  end
  self:keep(locals, text)
  if results.n == 0 then return true end
  if results[1] ~= nil then rawset(self.env, "_", results[1]) end
  local shown, failure = core.call_interruptible(function() print_results(results) end, handler)
  if not shown then report(failure, text) end
  return shown
end

--- Reads a chunk: lines until they make sense. Gives the function and the text; nil at the end of
-- input; false when it was given up or is wrong.
function Session:read()
  local text = self.input:read("> ")
  if not text then return text end
  local blank = 0
  while true do
    if not text:find("%S") then return false end
    local f, message = compile(text, self.env)
    local unfinished = not f and is_unfinished(message)
    if not unfinished or blank > 1 then
      self.input:remember(text)
      if f then return f, text end
      report({text = message, frames = {}}, text)
      return false
    end
    local line = self.input:read(">> ", text)
    if not line then
      if line == nil then io.write("\n") end
      return line
    end
    blank = line:find("%S") and 0 or blank + 1
    text = text .. "\n" .. line
  end
end

local function banner()
  local threads = core.threads()
  return ("lunate %s, %s, %d thread%s.  help() tells more, Tab completes, Ctrl-D leaves."):format(
    core.version, _VERSION, threads, threads == 1 and "" or "s")
end

--- Starts a session; returns when it ends. `ln` and `help` are global from then on.
-- @param options  `banner` (true where someone is typing)
-- Errors: none; what goes wrong is told and the session goes on.
--
--     require "lunate.repl"{banner = false}
return function(options)
  local terminal = core.stdin_is_terminal() and core.is_terminal()
  local env = new_env()
  _G.ln, _G.help = require "lunate", require "lunate.help"   -- luacheck: ignore
  local show_banner = options and options.banner
  if show_banner == nil then show_banner = terminal end
  if show_banner then print(banner()) end
  local self = setmetatable({env = env}, Session)
  self.input = require "lunate.repl.input"(env, terminal)
  while true do
    local f, text = self:read()
    if f == nil then break end
    if f then self:run(f, text) end
  end
  if terminal then io.write("\n") end
end
