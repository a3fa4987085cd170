--- Callbacks, one a file: add a file, and `ln.callbacks` has it. A callback of one's own extends
-- `ln.callbacks.Callback`.
--
--     local Ratio = ln.callbacks.Callback:extend("Ratio")
--     function Ratio:on_epoch_end(epoch, logs) print(epoch, logs.val_loss / logs.loss) end
--     model:fit(x, y, {validation_split = 0.2, callbacks = {Ratio()}})

return require "lunate.folder"("callback", ...)
