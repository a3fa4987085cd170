--- ln.constraints: the classes of core/nn/constraints/ by name.
return require "lunate.namespace" "constraint"
