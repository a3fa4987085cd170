--- ln.saving: models and arrays in files. Each function lives in a file of its own beside this one
-- and is loaded when first used: add a line here for a new one.
--
--     local path = os.tmpname() .. ".npy"
--     ln.saving.save(path, ln.ones{2})
--     print(ln.saving.load(path))                                              --> [1. 1.]

local where = {
  save = "arrays", load = "arrays",          -- arrays: ln.save, ln.load
  register = "registry", get_registered_object = "registry", get_registered_name = "registry",
  with_custom_objects = "registry", deserialize = "registry",
  load_model = "model", save_model = "model", load_weights = "model", save_weights = "model",
}

local names = require "lunate.names"

return setmetatable({}, {
  __metatable = "lunate.saving",
  __tostring = names.text,
  __names = function()
    local list = {}
    for name in pairs(where) do list[#list + 1] = name end
    return list
  end,
  __index = function(self, name)
    local file = where[name]
    if type(name) ~= "string" then return nil end
    if not file then return names.missing("function of saving", name, names.of(self)) end
    local value = require("lunate.saving." .. file)[name]
    rawset(self, name, value)
    return value
  end,
})
