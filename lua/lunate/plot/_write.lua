--- Writes a picture to a file, whole or not at all; the folders of its path are made where they are
-- missing.

local core = require "lunate.core"
local raise = require "lunate.raise"

return function(what, path, content)
  local ok, message = pcall(function()
    core.make_folders(path)
    core.write_file(path, content)
  end)
  if not ok then
    raise("%s: cannot write '%s': %s", what, path, (message:gsub("^.*: ", "")))
  end
end
