--- ln.optimizers: the classes of core/nn/optimizers/ by name, and Keras's `optimizers.schedules`.
--
--     print(ln.optimizers.Adam{learning_rate = 0.01}.learning_rate)             --> 0.01
return require "lunate.namespace"("optimizer", function(_, name)
  if name == "schedules" then return require "lunate.schedules" end
end, {"schedules"})
