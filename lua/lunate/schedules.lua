--- ln.schedules: the classes of core/nn/schedules/ by name.
return require "lunate.namespace" "schedule"
