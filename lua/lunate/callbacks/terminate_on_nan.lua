--- TerminateOnNaN: ends training as soon as the loss of the epoch is NaN or infinite.
--
-- Options: `raise_error` (false): with an error, so that no other callback's on_train_end runs (and
-- a backup stays, say), instead of an orderly end.
--
--     local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
--     model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 1e30}}
--     local history = model:fit(ln.ones{64, 1}, ln.zeros{64, 1},
--       {epochs = 9, verbose = 0, callbacks = {ln.callbacks.TerminateOnNaN()}})
--     print(#history.epoch)                                        --> 1

local raise = require "lunate.raise"
local Callback = require "lunate.callbacks.callback"
local public = require "lunate.public"
local state = require "lunate.model.state"
local options_of = require("lunate.core").options_of

local TerminateOnNaN = Callback:extend("TerminateOnNaN")

TerminateOnNaN.options = {raise_error = {"boolean", default = false}}
TerminateOnNaN.positional = {"raise_error"}

function TerminateOnNaN:on_batch_end(batch, logs)
  local loss = logs.loss
  if loss == nil or loss - loss == 0 then return end   -- inf - inf and NaN - NaN are NaN
  if options_of(self).raise_error then
    raise("TerminateOnNaN: the loss is %s after batch %d", tostring(loss), batch)
  end
  Callback.say(self, "Batch %d: the loss is %s, training ends", batch, tostring(loss))
  state[self.model].stop_training = true
end

return public(TerminateOnNaN)
