--- Monitor: the base of callbacks that watch one value of the logs: which way it should go, what an
-- improvement is, and what is said when there is no such value. EarlyStopping, ReduceLROnPlateau
-- and ModelCheckpoint extend it; so may others.

local raise = require "lunate.raise"
local Callback = require "lunate.callbacks.callback"
local public = require "lunate.public"
local results = require "lunate.model.logs"

local kept = require "lunate.kept"()
local core = require "lunate.core"
local options_of = core.options_of

local Monitor = Callback:extend("Monitor")

Monitor.options = {
  monitor = {"string", default = "val_loss"},
  mode = {"choice", choices = {"auto", "min", "max"}, default = "auto"},
}

local function names_of(model, logs)
  local names = results.order(model, logs)
  return #names > 0 and table.concat(names, ", ") or "nothing"
end

-- Once a fit: that a value of validation is not in these logs, and what that means.
local function warn_of_missing(self, logs, consequence)
  if kept[self].warned == self.params then return end
  kept[self].warned = self.params
  Callback.warn(self, "%s: there is no '%s' yet: %s; there are: %s", core.class_of(self).name,
    options_of(self).monitor, consequence, names_of(self.model, logs))
end

--- The value in these logs. nil: it is a validation's, and they have none (of an epoch without
-- validation, by validation_freq, or of a batch).
-- @param consequence  what it means that they have none, for a warning
-- Errors: there is no such value (lists those that there are), or it is no number.
function Monitor:value(logs, consequence)
  local name = options_of(self).monitor
  local value = logs[name]
  if value == nil then
    local of_training = name:match("^val_(.+)")
    local validated = false
    for key in pairs(logs) do validated = validated or key:find("^val_") ~= nil end
    if of_training and logs[of_training] ~= nil and self.params.do_validation
        and not validated then
      warn_of_missing(self, logs, consequence)
      return nil
    end
    raise("%s: there is no '%s' to monitor%s; there are: %s", core.class_of(self).name, name,
      of_training and not self.params.do_validation and " (fit has no validation data)" or "",
      names_of(self.model, logs))
  end
  if type(value) ~= "number" then
    raise("%s: '%s' should be a number to be monitored, it is %s", core.class_of(self).name, name,
      tostring(value))
  end
  return value
end

--- True when larger values are better. mode = "auto" finds it out, or raises an error.
function Monitor:rises()
  local mode, name = options_of(self).mode, options_of(self).monitor
  if mode ~= "auto" then return mode == "max" end
  local direction = results.direction(self.model, name)
  if not direction then
    raise("%s: it is not known whether a larger '%s' is better: say mode = \"max\" or \"min\"",
      core.class_of(self).name, name)
  end
  return direction == "up"
end

--- Whether value is better than another by more than min_delta, where the callback has one. NaN is
-- never better, nor anything than NaN; as in Keras whatever comes first is better than nil.
function Monitor:is_better(value, than)
  if than == nil then return true end
  local delta = math.abs(options_of(self).min_delta or 0)
  if Monitor.rises(self) then return value - delta > than end
  return value + delta < than
end

return public(Monitor)
