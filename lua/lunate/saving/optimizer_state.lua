--- The state of an optimizer in files: iteration, learning rate, then slots, in Keras's order.

local core = require "lunate.core"

local state = {}

-- Whether its slots are there: they are made for a list of variables.
local function is_built(optimizer)
  for _, entry in ipairs(optimizer.variables) do
    if entry.variable then return true end
  end
  return false
end

--- The state for a file: {name =, value =} each.
-- @param model  whose trainable variables it is of
-- @param paths  {[variable] = path}, for names: "adam/dense_kernel_momentum"; nil: none are wanted
function state.values(optimizer, model, paths)
  if is_built(optimizer) and #model.trainable_variables > 0 then
    -- What was frozen or added since the last step.
    optimizer:build(model.trainable_variables)
  end
  local list, used = {}, {}
  for i, entry in ipairs(optimizer.variables) do
    local name, value = entry.name, entry.value
    if value.dtype == "int64" then value = value:astype("int32") end   -- the iteration, as Keras's
    if paths then
      local path = entry.variable and paths[entry.variable]
      if path then
        name = path:gsub("/", "_") .. (entry.slot == "" and "" or "_" .. entry.slot)
      end
      name = optimizer.name .. "/" .. name
      local k, base = 0, name
      while used[name] do k = k + 1; name = base .. "_" .. k end
      used[name] = true
    end
    list[i] = {name = name, value = value}
  end
  return list
end

--- Checks a file's values against an optimizer that is built for the model's variables.
-- @param values  tensors in the order of the file
-- @return a function that stores them; or nil and what does not fit
function state.plan(optimizer, model, values)
  local built = is_built(optimizer)
  if not built and #values > #optimizer.variables and #model.trainable_variables > 0 then
    optimizer:build(model.trainable_variables)
  end
  local variables = optimizer.variables
  if #variables ~= #values then
    return nil, ("optimizer '%s' has %d state variables here, the file has %d"):format(
      optimizer.name, #variables, #values)
  end
  local list = {}
  for i, entry in ipairs(variables) do
    local now, value = entry.value, values[i]
    if tostring(now.shape) ~= tostring(value.shape) then
      return nil, ("'%s' of optimizer '%s' has shape %s, the file's has %s"):format(entry.name,
        optimizer.name, tostring(now.shape), tostring(value.shape))
    end
    local number = entry.variable and 0 or value:item()
    if type(number) ~= "number" or not (number >= 0) then
      return nil, ("'%s' of optimizer '%s' should be 0 or more, the file has %s"):format(entry.name,
        optimizer.name, number)
    end
    -- The file has float32: what the config says is more exact.
    if entry.name == "learning_rate" and not entry.variable and now:item() == value:item() then
      value = core.tensor(optimizer.learning_rate, {dtype = "float64"})
    end
    list[i] = value
  end
  return function() optimizer:set_variables(list) end
end

return state
