--- Writes a picture to a file; the folders of its path are made where they are missing.

local core = require "lunate.core"
local raise = require "lunate.raise"

return function(what, path, content)
  local ok, message = pcall(core.make_folders, path)
  local file
  if ok then file, message = io.open(path, "wb") end
  if file then
    ok, message = file:write(content)
    local closed, why = file:close()
    if ok and closed then return end
    message = message or why
  end
  raise("%s: cannot write '%s': %s", what, path, (tostring(message):gsub("^.-: ", "")))
end
