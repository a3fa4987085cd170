--- ln.constraints: the classes of core/nn/constraints/ by name.
--
--     local layer = ln.layers.Dense{2, kernel_constraint = "non_neg"}
--     print(ln.constraints.MaxNorm{max_value = 1}(ln.tensor{3, 4}))           --> [0.6 0.8]
return require "lunate.namespace" "constraint"
