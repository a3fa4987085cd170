--- The `lunate` command: a REPL, a script, code from the command line or from a pipe. Behaves as
-- `lua` does: the same `arg`, exit status and tracebacks.
--
--     os.exit(require "lunate.repl.command"(arg), true)

local core = require "lunate.core"

local USAGE = [=[
usage: lunate [options] [script [args]]
  lunate                  a REPL with lunate loaded as ln
  lunate script.lua args  runs a script (which requires lunate itself)
  lunate -e code          runs code, with ln at hand
  lunate -i ...           a REPL afterwards
  lunate -l name          requires a module into a global of that name
  lunate -                runs what comes from standard input
  lunate --version, --help
]=]

-- Of processes that fail alike (ln.distribution) one is enough to tell why: it ends the others.
local function complain(text)
  local peers = package.loaded["lunate.model.peers"]
  if peers and not peers.is_chief then peers.give_way() end
  io.stdout:flush()
  io.stderr:write("lunate: ", text, "\n")
end

-- The trace of the script alone, as lua shows it.
local function handler(message)
  if type(message) == "number" then message = tostring(message) end
  if type(message) ~= "string" then
    local meta = debug.getmetatable(message)
    if type(meta) == "table" and meta.__tostring then return tostring(message) end
    message = ("(error object is a %s value)"):format(type(message))
  end
  local trace = debug.traceback(message, 2)
  local cut_at, from = nil, 1
  repeat
    local found = trace:find("\n\t%[C%]: in function 'xpcall'", from)
    cut_at, from = found or cut_at, (found or 0) + 1
  until not found
  return (cut_at and trace:sub(1, cut_at - 1) or trace) .. "\n\t[C]: in ?"
end

-- Runs a chunk; true when nothing went wrong.
local function run(chunk, message, ...)
  if not chunk then
    complain(message)
    return false
  end
  local ok, trace = xpcall(chunk, handler, ...)
  if not ok then complain(trace) end
  return ok
end

local function with_ln()
  _G.ln = require "lunate"   -- luacheck: ignore
end

local function usage_error(text)
  complain(text)
  io.stderr:write(USAGE)
  return 1
end

--- @param args  the command's `arg`; when there is a script, the global `arg` is made its own
-- @return the exit status
return function(args)
  local steps, interactive, position = {}, false, 1
  while args[position] and args[position]:sub(1, 1) == "-" and args[position] ~= "-" do
    local option = args[position]
    if option == "--" then
      position = position + 1
      break
    elseif option == "--help" or option == "-h" then
      io.write(USAGE)
      return 0
    elseif option == "--version" or option == "-v" then
      print(("lunate %s (%s)"):format(core.version, _VERSION))
      return 0
    elseif option == "-i" then
      interactive = true
    elseif option:find("^%-[el]") then
      local value = option:sub(3)
      if value == "" then
        position = position + 1
        value = args[position]
      end
      if not value then return usage_error(("'%s' needs an argument"):format(option)) end
      steps[#steps + 1] = {option:sub(2, 2), value}
    else
      return usage_error(("there is no option '%s'"):format(option))
    end
    position = position + 1
  end
  for _, step in ipairs(steps) do
    if step[1] == "e" then
      with_ln()
      if not run(load(step[2], "=(command line)")) then return 1 end
    else
      local name, module = step[2]:match("^([^=]+)=(.+)$")
      name, module = name or step[2], module or step[2]
      local function require_it() _G[name] = require(module) end   -- luacheck: ignore
      if not run(require_it) then return 1 end
    end
  end
  local script = args[position]
  local from_pipe = not script and #steps == 0 and not interactive
    and not core.stdin_is_terminal()
  if script or from_pipe then
    if not script or script == "-" then with_ln() end
    local script_args = {}
    for i, value in pairs(args) do script_args[i - position] = value end
    _G.arg = script and script_args or args   -- luacheck: ignore
    local file = script ~= "-" and script or nil
    local chunk, message = loadfile(file)
    if not run(chunk, message, table.unpack(args, position + 1)) then return 1 end
  end
  if interactive or not (script or from_pipe or #steps > 0) then require "lunate.repl"() end
  return 0
end
