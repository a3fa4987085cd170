--- LambdaCallback: a callback made of functions, for what needs no class of its own.
--
-- Options are the hooks, on_epoch_end and so on (see Callback), each a function of the hook's
-- arguments, without self.
--
--     local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
--     model:compile{loss = "mse"}
--     local epochs = {}
--     model:fit(ln.ones{8, 1}, ln.ones{8, 1}, {epochs = 3, verbose = 0, callbacks = {
--       ln.callbacks.LambdaCallback{on_epoch_end = function(epoch) epochs[epoch] = epoch end}}})
--     print(table.concat(epochs, " "))                             --> 1 2 3

local Callback = require "lunate.callbacks.callback"
local hooks = require "lunate.callbacks._hooks"
local public = require "lunate.public"

local LambdaCallback = Callback:extend("LambdaCallback")

LambdaCallback.options = {}
for _, hook in ipairs(hooks.names) do
  LambdaCallback.options[hook] = {"function", optional = true}
end

function LambdaCallback:init(given)
  for hook, f in pairs(given) do
    self[hook] = function(_, ...) return f(...) end
  end
end

return public(LambdaCallback)
