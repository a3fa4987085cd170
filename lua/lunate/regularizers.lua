--- ln.regularizers: the classes of core/nn/regularizers/ by name.
--
--     print(ln.regularizers.L1(0.5)(ln.tensor{1, -2}):item())                  --> 1.5
return require "lunate.namespace" "regularizer"
