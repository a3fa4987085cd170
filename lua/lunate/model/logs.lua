--- The results of training and testing so far: loss, the outputs' losses, metrics.

local core = require "lunate.core"
local subclass = require "lunate.subclass"
local outputs = require "lunate.model.outputs"
local compile = require "lunate.model.compile"
local state = require "lunate.model.state"

local Model = core.class("model")

local logs = {}

--- The running values by name: loss, each output's loss (with several outputs), metrics.
-- @param prefix  what comes before each name ("")
-- @param into  the table that gets them (a new one)
function logs.read(model, prefix, into)
  into, prefix = into or {}, prefix or ""
  local step_logs = state[model].step_logs   -- of a step that is the model's own, else false
  if step_logs then
    for name, value in pairs(step_logs) do into[prefix .. name] = value end
    return into
  end
  local trainer = compile.running_trainer(model)
  into[prefix .. "loss"] = trainer:loss()
  if trainer:outputs() > 1 then
    local losses = state[model].losses
    for i, name in ipairs(outputs.names(model)) do
      if losses[i] then into[prefix .. name .. "_loss"] = trainer:loss(i) end
    end
  end
  for _, entry in ipairs(state[model].metrics) do
    into[prefix .. entry.name] = entry.metric:result()
  end
  for _, entry in ipairs(subclass.metrics(model)) do
    into[prefix .. entry.name] = entry.metric:result()
  end
  return into
end

-- loss, the outputs' losses in their order, the metrics in theirs.
local function ordered(model, values)
  local list = {values.loss}
  if state[model].step_logs then
    local others = {}
    for name in pairs(values) do if name ~= "loss" then others[#others + 1] = name end end
    table.sort(others)
    for _, name in ipairs(others) do list[#list + 1] = values[name] end
    return list
  end
  local names = outputs.names(model)
  if #names > 1 then
    for _, name in ipairs(names) do list[#list + 1] = values[name .. "_loss"] end
  end
  for _, entry in ipairs(state[model].metrics) do list[#list + 1] = values[entry.name] end
  for _, entry in ipairs(subclass.metrics(model)) do list[#list + 1] = values[entry.name] end
  return list
end

--- What evaluate and train_on_batch return: several values, or with return_dict a table by name.
function logs.give(model, return_dict)
  local values = logs.read(model)
  if return_dict then return values end
  return table.unpack(ordered(model, values))
end

--- Forgets the running means of loss and metrics (train_on_batch and test_on_batch go on from
-- where they are, as in Keras).
-- Errors: none.
--
--     model:reset_metrics()
function Model:reset_metrics()
  state[self].step_logs = false
  local trainer = state[self].trainer
  if trainer then trainer:reset() end
  for _, entry in ipairs(subclass.metrics(self)) do entry.metric:reset_state() end
end

return logs
