--- Callback: the base of all callbacks. Every hook is optional; a subclass defines those it wants.
--
-- Hooks: on_train_begin(logs) on_train_end(logs), on_epoch_begin(epoch, logs)
-- on_epoch_end(epoch, logs), on_batch_begin(batch, logs) on_batch_end(batch, logs) (also under
-- Keras's names on_train_batch_begin/end), on_test_begin/end(logs), on_test_batch_begin/end,
-- on_predict_begin/end(logs), on_predict_batch_begin/end. Epochs and batches count from 1; logs is
-- a table of numbers by name, which later callbacks and the History see as well.
--
-- Fields: `self.model`, and `self.params` with epochs, steps, samples, verbose, batch_size.
-- `self.model.stop_training = true` ends fit after the batch.
--
--     local Stop = ln.callbacks.Callback:extend("Stop")
--     function Stop:on_epoch_end(_, logs)
--       if logs.loss < 0.1 then self.model.stop_training = true end
--     end

return require "lunate.class"("Callback", {type = "lunate.callback"})
