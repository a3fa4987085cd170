--- Callback: the base of all callbacks. Every hook is optional; a subclass defines those it wants.
--
-- Hooks: on_train_begin(logs) on_train_end(logs), on_epoch_begin(epoch, logs)
-- on_epoch_end(epoch, logs), on_batch_begin(batch, logs) on_batch_end(batch, logs) (also under
-- Keras's names on_train_batch_begin/end), on_test_begin/end(logs), on_test_batch_begin/end,
-- on_predict_begin/end(logs), on_predict_batch_begin/end. Epochs and batches count from 1; logs is
-- a table of numbers by name, which later callbacks and the History see as well.
--
-- on_predict_batch_end's has `outputs`: a tensor, or a list of them.
--
-- Fields: `self.model`, and `self.params` with epochs, steps, samples, verbose, batch_size;
-- `self.is_chief`: false on all but process 0 of ln.distribution. Hooks run on all of them, with
-- the same logs: what is printed or saved is the chief's. `chief_only = true` in a class leaves
-- the hooks to it.
-- `self.model.stop_training = true` ends fit after the batch: the epoch is validated and ended.
-- `self.model.history` is the History of the fit that runs; its `interrupted` is true in
-- on_train_end when Ctrl-C ended it.
--
-- To go on where another fit was: on_train_begin may set `self.params.first_epoch`, the epoch to
-- begin with, and `self.params.first_batch`, its first batch. `self.params.feed:tell()` gives the
-- place in the data as a plain table, `self.params.feed:seek(place)` goes there.
--
-- A plain table of hooks is a callback too:
-- `callbacks = {{on_epoch_end = function(self, epoch, logs) ... end}}`.
--
-- An error in a hook ends fit at once and is the script's, with its traceback: the hooks that would
-- follow do not run (on_train_end neither), model and `model.history` have what was done by then,
-- and fit may be called again.
-- Errors: unknown options, values of the wrong kind or range.
--
--     local Stop = ln.callbacks.Callback:extend("Stop")
--     function Stop:on_epoch_end(_, logs)
--       if logs.loss < 0.1 then self.model.stop_training = true end
--     end

local core = require "lunate.core"
local public = require "lunate.public"
local raise = require "lunate.raise"
local warn = require "lunate.warn"
local peers = require "lunate.model.peers"
local progress_of = require "lunate.callbacks._progress"

local Callback = core.class "callback"
Callback.__metatable = "lunate.callback"   -- what getmetatable says of its objects

Callback.chief_only = false

--- @private  Whether a value is an object of this class or of one that extends it.
function Callback.is_instance(Class, value)
  if getmetatable(value) ~= "lunate.callback" then return false end
  local class = core.class_of(value)
  while class and class ~= Class do class = rawget(class, "super") end
  return class ~= nil
end

--- Prints a line of its own, below a progress bar that is on its way. Arguments as string.format.
-- @param ...  as of string.format
-- Errors: those of string.format.
--
--     local Hello = ln.callbacks.Callback:extend("Hello")
--     function Hello:on_epoch_end(epoch) self:say("epoch %d is done", epoch) end
--     model:fit(x, y, {verbose = 0, callbacks = {Hello()}})
function Callback:say(...)
  local ok, text = pcall(string.format, ...)
  if not ok then raise("'say' of a callback: %s", text) end
  if not peers.is_chief then return end
  local bar = progress_of[self]
  if bar then bar:break_off() end
  io.stdout:write(text, "\n")
  io.stdout:flush()
end

--- Prints a warning to stderr, below a progress bar that is on its way. Arguments as string.format.
-- @param ...  as of string.format
-- Errors: those of string.format.
--
--     local Doubt = ln.callbacks.Callback:extend("Doubt")
--     function Doubt:on_epoch_end(epoch, logs)
--       if logs.loss > 1e6 then self:warn("the loss is %g after epoch %d", logs.loss, epoch) end
--     end
--     model:fit(x, y, {verbose = 0, callbacks = {Doubt()}})
function Callback:warn(...)
  local ok, text = pcall(string.format, ...)
  if not ok then raise("'warn' of a callback: %s", text) end
  local bar = progress_of[self]
  if bar then bar:break_off() end
  warn("%s", text)
end

return public(Callback)
