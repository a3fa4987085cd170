--- ln.initializers: the classes of core/nn/initializers/ by name.
return require "lunate.namespace" "initializer"
