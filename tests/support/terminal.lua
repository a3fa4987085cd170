-- The lunate command, run as a user would: with pipes, or in a pseudo-terminal (util-linux's
-- `script`), where keys are sent and what appears is waited for.

local terminal = {}

-- It leaks, which a sanitizer that is loaded into it would take for a failure: the command alone
-- gets that.
local SCRIPT = "env -u LD_PRELOAD script"

local lua = arg and arg[-1] or "lua5.4"

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

-- The command under the Lua and the paths of the suite, at home in a folder of its own.
local function command(home, arguments, cpath)
  local parts = {"env -u LUA_PATH_5_4 -u LUA_CPATH_5_4 -u XDG_STATE_HOME -u LUNATE_DATA",
    "HOME=" .. quoted(home), "TERM=xterm NO_COLOR=1 INPUTRC=/dev/null",
    "LD_PRELOAD=" .. quoted(os.getenv("LD_PRELOAD") or ""),
    "LUA_PATH=" .. quoted(package.path), "LUA_CPATH=" .. quoted(cpath or package.cpath), lua,
    "scripts/lunate", arguments}
  return table.concat(parts, " ")
end

--- What the command prints, both streams, when it is given `input`; and its exit status.
function terminal.pipe(folder, arguments, input)
  local path = folder:write("input", input or "")
  local pipe <close> = assert(io.popen(("%s < %s 2>&1; echo \"status $?\""):format(
    command(folder.path, arguments or ""), quoted(path))))
  local output, status = pipe:read("a"):match("^(.*)status (%d+)\n$")
  return output, tonumber(status)
end

local Session = {}
Session.__index = Session

local function seen(self)
  local file <close> = io.open(self.path, "rb")
  local text = file and file:read("a") or ""
  -- Without what moves the cursor, switches modes or rings.
  return (text:gsub("\27%[[%d;?]*%a", ""):gsub("\27[=>]", ""):gsub("[\7\r]", ""))
end

--- Sends keys again and again until a text (plain) appears behind what was there before.
function Session:press(keys, expected)
  for _ = 1, 200 do
    assert(self.pipe:write(keys))
    self.pipe:flush()
    os.execute("sleep 0.1")
    local _, stop = seen(self):find(expected, self.at, true)
    if stop then
      self.at = stop + 1
      return
    end
  end
  error(("no '%s' after the keys; there is:\n%s"):format(expected, seen(self):sub(self.at)), 2)
end

--- Sends keys, and waits until a text (plain) appears behind what was there before.
function Session:keys(keys, expected)
  assert(self.pipe:write(keys))
  self.pipe:flush()
  if not expected then return end
  for _ = 1, 500 do
    local text = seen(self)
    local _, stop = text:find(expected, self.at, true)
    if stop then
      local between = text:sub(self.at, stop)
      self.at = stop + 1
      return between
    end
    os.execute("sleep 0.03")
  end
  self.pipe:write("\3")   -- an end that closing the pipe can wait for
  self.pipe:flush()
  os.execute("sleep 0.2")
  self.pipe:write("\3\4")
  self.pipe:flush()
  error(("no '%s' after the keys; there is:\n%s"):format(expected, seen(self):sub(self.at)), 2)
end

--- Ctrl-D; everything that was printed.
function Session:close()
  self.pipe:write("\4")
  self.pipe:flush()
  self.pipe:close()
  return seen(self)
end

--- Why no pseudo-terminal can be had (a bare chroot or container has none), or nil. Writing to a
-- session that never began would end the suite by SIGPIPE.
function terminal.missing()
  local pipe <close> = assert(io.popen(SCRIPT .. " -qefc true /dev/null 2>&1 < /dev/null"))
  local said = pipe:read("a")
  if pipe:close() then return nil end
  return "no pseudo-terminal can be had: " .. said:gsub("%s+$", "")
end

--- A session of a shell command in a pseudo-terminal.
function terminal.start(folder, shell)
  local path = folder.path .. "/typescript"
  os.remove(path)
  local line = ("timeout -k 1 60 %s -qefc %s %s > /dev/null 2>&1"):format(SCRIPT,
    quoted("stty cols 100 rows 40; " .. shell), quoted(path))
  local pipe = assert(io.popen(line, "w"))
  return setmetatable({pipe = pipe, path = path, at = 1}, Session)
end

--- A session of the lunate command in a pseudo-terminal.
-- @param cpath  where modules in C are found (package.cpath)
function terminal.open(folder, arguments, cpath)
  return terminal.start(folder, "exec " .. command(folder.path, arguments or "", cpath))
end

return terminal
