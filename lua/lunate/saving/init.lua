--- ln.saving: models and arrays in files. Each function lives in a file of its own beside this one
-- and is loaded when first used: add a line here for a new one.

local where = {
  save = "arrays", load = "arrays",          -- arrays: ln.save, ln.load
  load_model = "model", save_model = "model", load_weights = "model", save_weights = "model",
}

return setmetatable({}, {
  __metatable = "lunate.saving",
  __index = function(self, name)
    local file = where[name]
    if not file then return nil end
    local value = require("lunate.saving." .. file)[name]
    rawset(self, name, value)
    return value
  end,
})
