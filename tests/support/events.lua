-- What the event files below a folder say, read by tests/support/read_events.py with Google's
-- protobuf library: events.read(folder) -> {[run] = {event, ...}}; events.available() tells whether
-- that can run here; events.of(list, tag) -> the values with that tag, each with its `step`.

local core = require "lunate.core"

local events = {}

local reader = debug.getinfo(1, "S").source:match("^@(.*)events%.lua$") .. "read_events.py"

-- Debian's own Python is the one that has Debian's modules. A sanitizer that is preloaded here is
-- not for it.
local PYTHON = "env -u LD_PRELOAD /usr/bin/python3"

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local available
function events.available()
  if available == nil then
    available = os.execute(PYTHON .. " -c 'import google.protobuf' 2>/dev/null") == true
  end
  return available
end

function events.read(folder)
  local command = ("%s %s %s 2>&1"):format(PYTHON, quoted(reader), quoted(folder))
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  if not pipe:close() then error("the reader refuses the files:\n" .. text, 2) end
  return core.json_decode(text)
end

function events.of(list, tag)
  local found = {}
  for _, event in ipairs(list) do
    for _, value in ipairs(event.values) do
      if value.tag == tag then
        value.step = event.step
        found[#found + 1] = value
      end
    end
  end
  return found
end

--- All tags of a run, sorted, each once.
function events.tags(list)
  local seen, tags = {}, {}
  for _, event in ipairs(list) do
    for _, value in ipairs(event.values) do
      if not seen[value.tag] then tags[#tags + 1] = value.tag end
      seen[value.tag] = true
    end
  end
  table.sort(tags)
  return tags
end

return events
