--- Lines for the prompt: with editing, completion and a history that outlives the session where
-- lunate.readline is there, plain ones where it is not.

local core = require "lunate.core"

local KEPT, LONGEST = 1000, 20000   -- entries of the history; bytes of one that is kept

local Input = {}
Input.__index = Input

local function history_path()
  local state, home = os.getenv("XDG_STATE_HOME"), os.getenv("HOME")
  if not state or state:sub(1, 1) ~= "/" then   -- as the XDG base directory specification has it
    if not home or home == "" then return nil end
    state = home .. "/.local/state"
  end
  return state .. "/lunate/history"
end

-- An entry is a line of the file, whatever lines it has itself.
local function packed(text) return (text:gsub("\\", "\\\\"):gsub("\n", "\\n")) end

local function unpacked(line)
  return (line:gsub("\\(.)", function(c) return c == "n" and "\n" or c end))
end

function Input:load_history()
  local path = history_path()
  if not path or not pcall(core.make_folders, path) then return end
  self.path = path
  local entries = {}
  do
    local file <close> = io.open(path, "rb")
    for line in (file and file:read("a") or ""):gmatch("[^\n]+") do
      entries[#entries + 1] = line
    end
  end
  local first = math.max(1, #entries - KEPT + 1)
  if #entries > KEPT * 3 // 2 then
    local shorter = path .. ".new"
    os.remove(shorter)
    local text = table.concat(entries, "\n", first) .. "\n"
    if self.readline.append_private(shorter, text) then os.rename(shorter, path) end
  end
  for i = first, #entries do self.readline.add_history(unpacked(entries[i])) end
  self.last = entries[#entries] and unpacked(entries[#entries])
end

--- Adds a chunk, of one or more lines, to the history.
function Input:remember(text)
  if not self.readline or text == self.last or #text > LONGEST then return end
  self.last = text
  self.readline.add_history(text)
  if self.path and not self.readline.append_private(self.path, packed(text) .. "\n") then
    self.path = nil   -- nowhere to keep it
  end
end

--- @param earlier  the lines before this one, when it continues a chunk
-- @return the line; nil at the end of input; false when Ctrl-C gave it up
function Input:read(prompt, earlier)
  if self.readline then
    local complete = require "lunate.repl.complete"
    return self.readline.read(prompt, function(text)
      return complete(earlier and earlier .. "\n" .. text or text, self.env)
    end)
  end
  io.write(prompt)
  io.flush()
  local ok, line = core.call_interruptible(function() return io.read("L") end, tostring)
  if not ok then
    io.write("\n")
    return false
  end
  return line and (line:gsub("\r?\n$", ""))
end

--- @param env  where names are looked up for completion
-- @param terminal  whether someone is typing
return function(env, terminal)
  local self = setmetatable({env = env}, Input)
  if not terminal then return self end
  local ok, readline = pcall(require, "lunate.readline")
  if ok then
    self.readline = readline
    self:load_history()
  else
    print("lines cannot be edited: lunate was built without readline "
      .. "(Debian package: libreadline-dev)")
  end
  return self
end
