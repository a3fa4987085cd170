-- Folders and files that a spec makes and throws away.
--
--     local folder <close> = scratch.folder()
--     local path = folder:write("a/b.csv", "1,2\n")       -- makes a/ as well
--     folder:gzip("a/b.csv")                              -- a/b.csv.gz in its place

local scratch = {}

local Folder = {}
Folder.__index = Folder

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local function run(command) assert(os.execute(command), command) end

--- Writes a file below the folder; its path.
function Folder:write(name, content)
  local path = self.path .. "/" .. name
  run("mkdir -p " .. quoted(path:match("^(.*)/")))
  local file <close> = assert(io.open(path, "wb"))
  assert(file:write(content))
  return path
end

--- Packs a file; the path of the packed one.
function Folder:gzip(name)
  run("gzip -nf " .. quoted(self.path .. "/" .. name))
  return self.path .. "/" .. name .. ".gz"
end

--- The content of a file below the folder, or nil.
function Folder:read(name)
  local file <close> = io.open(self.path .. "/" .. name, "rb")
  return file and file:read("a")
end

function Folder:__close() run("rm -rf " .. quoted(self.path)) end
Folder.remove = Folder.__close

function scratch.folder()
  local path = os.tmpname()
  os.remove(path)
  run("mkdir " .. quoted(path))
  return setmetatable({path = path}, Folder)
end

--- An IDX file's bytes: type code, shape, and the packed elements.
function scratch.idx(code, shape, content)
  local head = string.char(0, 0, code, #shape)
  for _, n in ipairs(shape) do head = head .. (">I4"):pack(n) end
  return head .. content
end

--- Calls f with os.getenv answering from a table (false: not set).
function scratch.with_environment(values, f)
  local real = os.getenv
  os.getenv = function(name)  -- luacheck: ignore
    if values[name] ~= nil then return values[name] or nil end
    return real(name)
  end
  local ok, message = pcall(f)
  os.getenv = real  -- luacheck: ignore
  if not ok then error(message, 0) end
end

--- The message of the error that f raises.
function scratch.message(f, ...)
  local ok, message = pcall(f, ...)
  assert(not ok, "no error was raised")
  return tostring(message)
end

return scratch
