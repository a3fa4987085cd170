--- History: what `fit` returns. Every epoch's values by name, as lists.
--
-- Fields: `history` {loss = {...}, val_loss = {...}, ...}, `epoch` (the epochs' numbers), `keys`
-- (the names in one order, which is that of evaluate and CSVLogger too: loss, the outputs' losses,
-- metrics, the same with `val_`, what callbacks added, learning_rate), `params`, `model`,
-- `interrupted` (true when Ctrl-C ended the training; the epoch that it broke off is not among the
-- others).
--
--     local h = model:fit(x, y, {epochs = 3, verbose = 0})
--     print(h.history.loss[3], h.epoch[3], h:best("loss"))

local raise = require "lunate.raise"
local results = require "lunate.model.logs"
local Callback = require "lunate.callbacks.callback"
local public = require "lunate.public"

local History = Callback:extend("History")

local BEST = {mode = {"choice", choices = {"auto", "min", "max"}, default = "auto"}}

-- {[list of values] = their epochs}, of lists that do not have a value for every epoch.
local epochs_of = setmetatable({}, {__mode = "k"})

History.interrupted = false

function History:init() self.history, self.epoch, self.keys = {}, {}, {} end

-- Adds a value of the last epoch to the lists by name. Returns whether the name is new.
local function add(history, all_epochs, name, value)
  local list, new = history[name], false
  if not list then
    list, new = {}, true
    history[name] = list
  end
  local n, epochs = #list + 1, epochs_of[list]
  if not epochs and n < #all_epochs then
    epochs = table.move(all_epochs, 1, n - 1, 1, {})
    epochs_of[list] = epochs
  end
  list[n] = value
  if epochs then epochs[n] = all_epochs[#all_epochs] end
  return new
end

function History:on_epoch_end(epoch, logs)
  local history, epochs, new = self.history, self.epoch, false
  epochs[#epochs + 1] = epoch
  for name, value in pairs(logs) do new = add(history, epochs, name, value) or new end
  if new then self.keys = results.order(self.model, history) end
end

--- @private  on_epoch_end for names and values in their order, to which nobody adds.
function History:_record(epoch, names, values)
  local history, epochs, keys = self.history, self.epoch, self.keys
  epochs[#epochs + 1] = epoch
  for i = 1, #names do
    if add(history, epochs, names[i], values[i]) then keys[#keys + 1] = names[i] end
  end
end

local function check_name(history, what, name)
  if history.history[name] then return end
  raise("'%s' of History: there is no '%s'; there are: %s", what, tostring(name),
    #history.keys > 0 and table.concat(history.keys, ", ") or "no epochs")
end

--- The epochs of which `history[name]` has the values: not all where `validation_freq` leaves some
-- out.
-- @param name  as in `history.history`
-- @return a list of as many epochs as there are values
-- Errors: there is no such name (lists those that there are).
--
--     local h = model:fit(x, y, {epochs = 4, validation_split = 0.2, validation_freq = 2,
--       verbose = 0})
--     print(table.concat(h:epochs("val_loss"), " "))                          --> 2 4
function History:epochs(name)
  check_name(self, "epochs", name)
  local values = self.history[name]
  return table.move(epochs_of[values] or self.epoch, 1, #values, 1, {})
end

--- The best epoch by one value, and that value; the first of several. NaN is never the best.
-- @param name  as in `history.history`: "val_loss", "accuracy", ... ("val_loss" where there is
--   validation, else "loss")
-- @param options  `mode` ("auto"): "min" or "max" says which way is better; "auto" finds it out:
--   losses are better when they fall, a metric knows
-- @return the epoch, the value; nothing where all values are NaN
-- Errors: there is no such name (lists those that there are); it is not known which way is better.
--
--     local h = model:fit(x, y, {epochs = 5, validation_split = 0.2, verbose = 0})
--     local epoch, loss = h:best("val_loss")
--     print(loss == math.min(table.unpack(h.history.val_loss)))               --> true
function History:best(name, options)
  if name == nil then name = self.history.val_loss and "val_loss" or "loss" end
  check_name(self, "best", name)
  local direction = options.mode == "auto" and self.model and results.direction(self.model, name)
    or ({min = "down", max = "up"})[options.mode]
  if not direction then
    raise("'best' of History: it is not known whether a larger '%s' is better: say "
      .. "{mode = \"max\"} or {mode = \"min\"}", name)
  end
  local best
  local values = self.history[name]
  for i, value in ipairs(values) do
    if type(value) ~= "number" then
      raise("'best' of History: '%s' should be a number an epoch, it is %s", name,
        tostring(value))
    end
    local better = best == nil and value == value
      or best and (direction == "up" and value > values[best]
        or direction == "down" and value < values[best])
    if better then best = i end
  end
  if best then return (epochs_of[values] or self.epoch)[best], values[best] end
end

function History:__tostring()
  local parts = {}
  for _, key in ipairs(self.keys) do
    local list = self.history[key]
    local last = list[#list]
    parts[#parts + 1] = key .. "=" .. (last ~= last and "nan"
      or type(last) == "number" and ("%.4f"):format(last) or tostring(last))
  end
  return ("History(%d epoch%s: %s)"):format(#self.epoch, #self.epoch == 1 and "" or "s",
    table.concat(parts, ", "))
end

return public(History, {options = {best = BEST}})
