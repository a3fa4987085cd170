--- ln.initializers: the classes of core/nn/initializers/ by name.
--
--     print(ln.initializers.Constant(3){2})                                    --> [3. 3.]
return require "lunate.namespace" "initializer"
