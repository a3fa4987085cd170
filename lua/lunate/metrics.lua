--- ln.metrics: the classes of core/nn/metrics/ by name.
return require "lunate.namespace" "metric"
