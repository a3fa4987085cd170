--- The modules of pictures, with a clear error where a library was not there.

local raise = require "lunate.raise"

local PACKAGES = {png = "libpng-dev", jpeg = "libjpeg62-turbo-dev"}

--- The module lunate.<name>: "png", "jpeg" or "pictures".
return function(what, name)
  local ok, module = pcall(require, "lunate." .. name)
  if ok then return module end
  raise("%s needs lunate's %s module, which is not built here: %sbuild again (%s)", what, name,
    PACKAGES[name] and ("install %s (as Debian names it) and "):format(PACKAGES[name]) or "",
    tostring(module):match("[^\n]*"))
end
