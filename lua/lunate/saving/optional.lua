--- Modules over libraries that a machine may lack: loaded when first used.
--
--     local zip = require "lunate.saving.optional"("zip", ".npz files")
--     print(type(zip.decode))                                               --> function

local PACKAGES = {zip = "libzip-dev", hdf5 = "libhdf5-dev", tokenizer = "libutf8proc-dev"}

--- The module lunate.<name>.
-- @param name  "zip", "hdf5" or "tokenizer"
-- @param what  what it is needed for, for the message
-- @return the module
-- @raise when it was not built, with the Debian package that it needs
return function(name, what)
  local ok, module = pcall(require, "lunate." .. name)
  if ok then return module end
  error(("%s need lunate's %s module, which is not built here: install %s (as Debian names it) and "
    .. "build again (%s)"):format(what, name, PACKAGES[name], tostring(module):match("[^\n]*")), 0)
end
