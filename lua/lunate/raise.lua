--- Raises an error that points at the line of the script that called lunate, however deep in
-- lunate's own Lua it is found: `raise("batches: expected %d samples, got %d", 5, 4)`. Errors of
-- the core point there too (core/lua/messages.c).

local core = require "lunate.core"

local library = debug.getinfo(1, "S").source:match("^(.*[/\\])") or "@"
core.set_library(library)

return function(format, ...)
  local message = select("#", ...) > 0 and format:format(...) or format
  if not message:find("\nstack traceback:", 1, true) then message = core.shortened(message) end
  message = core.printable(message, true)
  for level = 2, 40 do
    local info = debug.getinfo(level, "Sl")
    if not info then break end
    if info.what ~= "C" and info.source:sub(1, #library) ~= library then
      local place = ("%s:%d:"):format(info.short_src, info.currentline)
      return error(message, message:sub(1, #place) == place and 0 or level)
    end
  end
  return error(message, 0)
end
