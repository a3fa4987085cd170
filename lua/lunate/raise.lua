--- Raises an error that points at the line of the script that called lunate, however deep in
-- lunate's own Lua it is found: `raise("batches: expected %d samples, got %d", 5, 4)`.

local printable = require("lunate.core").printable

local here = debug.getinfo(1, "S").source:match("^(.*[/\\])") or "@"

return function(format, ...)
  local message = select("#", ...) > 0 and format:format(...) or format
  message = printable(message, true)
  for level = 2, 40 do
    local info = debug.getinfo(level, "Sl")
    if not info then break end
    if info.what ~= "C" and info.source:sub(1, #here) ~= here then return error(message, level) end
  end
  return error(message, 0)
end
