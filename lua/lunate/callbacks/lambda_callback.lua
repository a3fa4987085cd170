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
local public = require "lunate.public"

local LambdaCallback = Callback:extend("LambdaCallback")

LambdaCallback.options = {}
for _, what in ipairs{"train", "epoch", "batch", "train_batch", "test", "test_batch", "predict",
                      "predict_batch"} do
  for _, moment in ipairs{"begin", "end"} do
    LambdaCallback.options["on_" .. what .. "_" .. moment] = {"function", optional = true}
  end
end

function LambdaCallback:init(given)
  for hook, f in pairs(given) do
    self[hook] = function(_, ...) return f(...) end
  end
end

return public(LambdaCallback)
