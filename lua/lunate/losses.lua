--- ln.losses: classes by name (`ln.losses.MeanSquaredError{...}`), and each loss as a function of
-- (y_true, y_pred) that gives per-sample values, under the names that strings may use
-- (`ln.losses.mse`, `ln.losses.mean_squared_error`).
--
--     print(ln.losses.mse({{0}, {1}}, {{0.5}, {1}}))                      --> [0.25 0.  ]
local core = require "lunate.core"
local function_names = require "lunate.function_names"

return require "lunate.namespace"("loss", function(_, name)
  local class = type(name) == "string" and core.class("loss", name)
  if not class or class.name == name then return class or nil end
  local loss = class()
  local function values(y_true, y_pred) return loss:values(y_true, y_pred) end
  function_names[values] = loss.name
  return values
end)
