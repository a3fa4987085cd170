--- Layers that Lua computes, from configs: None is what an option is without, not its default.

local core = require "lunate.core"

-- Options for which None says something else than to leave them out.
local NONE_COUNTS = {standardize = true, split = true, oov_token = true}

return function(Class, config)
  local options = {}
  for name, value in pairs(config) do
    if value == core.null then value = false end
    if name ~= "batch_input_shape" and (value ~= false or NONE_COUNTS[name]) then
      options[name] = type(value) == "table"
        and require("lunate.saving.registry").revive(value) or value
    end
  end
  return Class(options)
end
