--- ln.regularizers: the classes of core/nn/regularizers/ by name.
return require "lunate.namespace" "regularizer"
