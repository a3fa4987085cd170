--- The callbacks of one call of fit, evaluate or predict, in Keras's order: the user's, then the
-- progress bar, then the History. Knows which hooks anyone wants, so that no logs are read for
-- nothing.

local core = require "lunate.core"
local raise = require "lunate.raise"
local list_length = require "lunate.list_length"
local warn = require "lunate.warn"
local hooks = require "lunate.callbacks._hooks"
local peers = require "lunate.model.peers"
local progress_of = require "lunate.callbacks._progress"

-- The longer names of the same hooks; a callback that has both means the longer one, as in Keras.
local twins = {on_batch_begin = "on_train_batch_begin", on_batch_end = "on_train_batch_end"}

local List = {}
List.__index = List

local function call(self, hook, ...)
  local twin = twins[hook]
  for _, callback in ipairs(self.callbacks) do
    local f = twin and callback[twin] or hooks.find(callback, hook)
    if f and (peers.is_chief or not callback.chief_only) then f(callback, ...) end
  end
end

--- A hook of training, testing or predicting as a whole.
function List:call(hook, logs) call(self, hook, logs or {}) end

--- An epoch's hook; logs may be changed by one callback and seen by the next.
function List:epoch(hook, epoch, logs) call(self, hook, epoch, logs or {}) end

function List:wants(hook)
  local wanted = self.wanted[hook]
  if wanted == nil then
    wanted = false
    for _, callback in ipairs(self.callbacks) do
      wanted = wanted or hooks.find(callback, hook) ~= nil
        or (twins[hook] and callback[twins[hook]] ~= nil)
    end
    self.wanted[hook] = wanted
  end
  return wanted
end

--- A batch's hook, if anyone wants it.
function List:batch(hook, batch, logs)
  if not self:wants(hook) then return end
  call(self, hook, batch, logs or {})
end

--- A warning, on a line of its own.
function List:warn(...)
  if self.progress then self.progress:break_off() end
  warn(...)
end

--- For `local callbacks <close>`: what an error broke off leaves no half line.
function List:__close()
  if self.progress then self.progress:break_off() end
end

--- The progress bar is told of samples without any logs being read.
function List:advance(count, read_logs)
  if self.progress then self.progress:advance(count, read_logs) end
end

local is_hook = {}
for _, name in ipairs(hooks.names) do is_hook[name] = true end

-- Whether a value is a plain table of hooks, which is a callback as it is. Errors: a hook that
-- there is not, one that is no function.
local function has_hooks(value, where)
  if type(value) ~= "table" or getmetatable(value) ~= nil then return false end
  local found = false
  for name, f in pairs(value) do
    if type(name) == "string" and name:find("^on_") then
      if not is_hook[name] then
        raise("%s has a hook '%s' that there is not%s", where, name,
          core.suggestion(name, hooks.names))
      end
      if type(f) ~= "function" then
        raise("%s: '%s' should be a function, got %s", where, name, core.describe_value(f))
      end
      found = true
    end
  end
  return found
end

local function is_class(value) return type(value) == "table" and value.extend ~= nil end

-- The user's callbacks as a list.
local function list_of(given)
  if getmetatable(given) == "lunate.callback" or has_hooks(given, "callbacks") then
    return {given}
  end
  if given ~= nil and type(given) ~= "table" then
    raise("callbacks should be a list of callbacks, got %s", core.describe_value(given))
  end
  if is_class(given) then
    raise("callbacks should be callbacks, got the class %s: %s{...} makes one", given.name,
      given.name)
  end
  local list = {}
  for i = 1, list_length(given or {}, "callbacks") do
    local callback, where = given[i], ("callbacks[%d]"):format(i)
    if getmetatable(callback) ~= "lunate.callback" and not has_hooks(callback, where) then
      raise("%s should be a callback, got %s%s", where, type(callback),
        is_class(callback) and " (a class: call it to make one)" or "")
    end
    list[i] = callback
  end
  for key in pairs(given or {}) do
    if math.type(key) ~= "integer" then
      raise("callbacks should be a list, it has an entry '%s'", tostring(key))
    end
  end
  return list
end

--- @param model  whose callbacks they are
-- @param given  the user's: a list, one callback, or nil; a plain table of hooks is one too
-- @param history  the History of fit, or nil
-- @param params  what callbacks find in self.params
return function(model, given, history, params)
  local self = setmetatable({callbacks = list_of(given), wanted = {}, params = params}, List)
  if params.verbose and params.verbose > 0 and peers.is_chief then
    self.progress = require("lunate.callbacks.progbar_logger")()
    table.insert(self.callbacks, self.progress)
  end
  table.insert(self.callbacks, history)
  for _, callback in ipairs(self.callbacks) do
    callback.model, callback.params, callback.is_chief = model, params, peers.is_chief
    progress_of[callback] = self.progress
  end
  return self
end
