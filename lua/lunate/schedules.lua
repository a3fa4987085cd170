--- ln.schedules: the classes of core/nn/schedules/ by name.
--
--     local schedule = ln.schedules.ExponentialDecay{0.1, 10, 0.5}
--     print(("%.2f %.2f"):format(schedule(0), schedule(10)))                   --> 0.10 0.05
--     local optimizer = ln.optimizers.SGD{learning_rate = schedule}
return require "lunate.namespace" "schedule"
