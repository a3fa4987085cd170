--- The learning rate of a model in training, for callbacks that change it.

local core = require "lunate.core"
local raise = require "lunate.raise"
local state = require "lunate.model.state"

local rate = {}

--- The number in force.
function rate.get(callback) return state[callback.model].optimizer.learning_rate end

--- Whether it follows a schedule.
function rate.is_schedule(callback)
  return type(state[callback.model].optimizer:get_config().learning_rate) == "table"
end

--- Sets it. Errors: it follows a schedule, which would be lost.
function rate.set(callback, value)
  if rate.is_schedule(callback) then
    raise("%s: the optimizer's learning_rate is a schedule; give it a number to change it by a "
      .. "callback", core.class_of(callback).name)
  end
  state[callback.model].optimizer.learning_rate = value
end

return rate
