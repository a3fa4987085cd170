--- Doc comments of layers, and models as layers.
-- Read by lunate.documentation, never run.

-- luacheck: ignore

--- The base of all layers. A layer of one's own extends it, or any built-in one, and defines
-- `call`. `name` (made from the class's), `trainable` (true), `dtype` (a dtype or an
-- `ln.DTypePolicy`; by default `ln.config.dtype_policy()`) and `input_shape` (of one sample) are
-- options of every layer. A layer is called: `layer(x)`, `layer{a, b}`,
-- `layer(x, {training = true, mask = m})`. What its call takes besides the inputs it declares:
-- `Class.arguments = {"context", {"states", "tensors"}, {"reverse", "boolean"}, {"memory", required
-- = true}}`. They come by name, `layer(x, {context = c})`, or by position after the inputs,
-- `layer(x, c)`, symbolic ones too, and `call(x, options)` finds them in its options. Errors:
-- unknown options, values of the wrong kind or range; when called: inputs that do not fit, with the
-- shapes; arguments that it does not know, or that are missing.
--
--     local Scale = ln.layers.Layer:extend("Scale")
--     function Scale:build(shape)
--       self.factor = self:add_weight{name = "factor", shape = {shape[#shape]},
--         initializer = "ones"}
--     end
--     function Scale:call(x) return x * self.factor end
--     print(Scale()(ln.tensor{{1, 2}}))                                    --> [[1. 2.]]
function ln.layers.Layer(options) end

--- Makes the weights for inputs of a shape; calling the layer does so by itself. A layer of one's
-- own defines it.
-- @param shape  the shape of a batch, `false` for what is unknown, or a list of shapes
-- Errors: a shape that the layer cannot take.
--
--     local dense = ln.layers.Dense(2)
--     dense:build{false, 3}
--     print(dense:count_params())                                          --> 8
function ln.layers.Layer:build(shape) end

--- What a layer computes; see Class:call. `options.training` and `options.mask` come last.
-- @param x  the input, or a list of inputs
-- @param options  `training` (false), `mask` (none)
-- @return the outputs. Errors: inputs that do not fit.
--
--     local Half = ln.layers.Layer:extend("Half")
--     function Half:call(x, options) return options.training and x or x / 2 end
--     print(Half()(ln.tensor{4}))                                          --> [2.]
function ln.layers.Layer:call(x, options) end

--- The shapes that come out, without computing.
-- @param shape  the shape of a batch, `false` for what is unknown, or a list of shapes
-- @return a shape for each output. Errors: a shape that the layer cannot take.
--
--     print(ln.layers.Flatten():compute_output_shape{false, 28, 28})       --> (None, 784)
function ln.layers.Layer:compute_output_shape(shape) end

--- The mask of the output. A layer of one's own may define it: `compute_mask(inputs, mask)`.
-- @param inputs  a tensor, or a list of them
-- @param mask  the mask of the input, or a list of masks, false for none
-- @return a mask, or nil. Errors: another number of masks.
--
--     local mask = ln.tensor{{true, false}}
--     print(ln.layers.Dropout(0.5):compute_mask(ln.ones{1, 2, 3}, mask) == mask)   --> true
function ln.layers.Layer:compute_mask(inputs, mask) end

--- Stateful recurrent layers, this one and those inside it, begin their next batch with zeros.
-- Errors: there is none.
--
--     local layer = ln.layers.GRU{2, stateful = true}
--     local x = ln.ones{1, 3, 2}
--     local first = layer(x)
--     print(layer(x) == first)                                             --> false
--     layer:reset_state()
--     print(layer(x) == first)                                             --> true
function ln.layers.Layer:reset_state() end

--- The weights' values, in Keras's order.
-- @return a list of tensors (copies). Errors: none; {} before the layer is built.
--
--     local dense = ln.layers.Dense{2, input_shape = {3}}
--     dense(ln.zeros{1, 3})
--     print(dense:get_weights()[1].shape)                                  --> (3, 2)
function ln.layers.Layer:get_weights() end

--- Writes all weights, or none when something does not fit.
-- @param weights  a list of tensors or tables, as get_weights gives
-- Errors: a wrong number, a wrong shape.
--
--     local dense = ln.layers.Dense(1)
--     dense(ln.zeros{1, 2})
--     dense:set_weights{ {{1}, {2}}, {0.5} }
--     print(dense(ln.tensor{{1, 1}}))                                      --> [[3.5]]
function ln.layers.Layer:set_weights(weights) end

--- How many numbers the weights have.
-- @return an integer. Errors: the layer is not built yet.
--
--     local dense = ln.layers.Dense(2)
--     dense(ln.zeros{1, 3})
--     print(dense:count_params())                                          --> 8
function ln.layers.Layer:count_params() end

--- A weight of the layer, to be called in `build` or `init`.
-- @param options  `name` ("variable"), `shape` ({}), `initializer` (glorot_uniform; zeros for
--   integers), `regularizer` (none), `constraint` (none), `trainable` (true), `dtype` (the
--   layer's), `autocast` (true: mixed precision casts it for the call)
-- @return the variable. Errors: unknown options.
--
--     local Bias = ln.layers.Layer:extend("Bias")
--     function Bias:build(shape)
--       self.b = self:add_weight{name = "b", shape = {shape[#shape]}, initializer = "zeros"}
--     end
--     function Bias:call(x) return x + self.b end
--     print(Bias()(ln.ones{1, 2}))                                         --> [[1. 1.]]
function ln.layers.Layer:add_weight(options) end

--- Adds to the loss of the call that is running; to be called in `call`.
-- @param loss  a tensor of one element
-- Errors: a tensor of more elements.
--
--     local Sparse = ln.layers.Layer:extend("Sparse")
--     function Sparse:call(x)
--       self:add_loss(x:abs():mean() * 0.01)
--       return x
--     end
--     local layer = Sparse()
--     layer(ln.ones{2, 2})
--     print(#layer.losses)                                                 --> 1
function ln.layers.Layer:add_loss(loss) end

--- Its name: of the class unless it was given, numbered from the second on.
--
--     print(ln.layers.Dense{2, name = "out"}.name)                         --> out
ln.layers.Layer.name = ""

--- The class that it is of.
--
--     print(ln.layers.Dense(2).class == ln.layers.Dense)                   --> true
ln.layers.Layer.class = nil

--- The name of its class.
--
--     print(ln.layers.Dense(2).class_name)                                 --> Dense
ln.layers.Layer.class_name = ""

--- Whether its weights are made.
--
--     print(ln.layers.Dense(2).built)                                      --> false
ln.layers.Layer.built = false

--- The shape that it was built for, of its first input: `None` where unknown; nil before.
--
--     local dense = ln.layers.Dense(2)
--     dense(ln.zeros{5, 3})
--     print(dense.built_shape[2])                                          --> 3
ln.layers.Layer.built_shape = {}

--- The shapes of all inputs that it was built for, a list; nil before.
--
--     local dense = ln.layers.Dense(2)
--     dense(ln.zeros{5, 3})
--     print(#dense.built_shapes)                                           --> 1
ln.layers.Layer.built_shapes = {}

--- What the layer computes floats in: its inputs are cast to it.
--
--     print(ln.layers.Dense{2, dtype = "mixed_float16"}.compute_dtype)      --> float16
ln.layers.Layer.compute_dtype = ""

--- What the layer keeps its variables in; `dtype` is the same.
--
--     print(ln.layers.Dense{2, dtype = "mixed_float16"}.variable_dtype)     --> float32
ln.layers.Layer.variable_dtype = ""

--- The two together, an `ln.DTypePolicy`.
--
--     print(ln.layers.Dense{2, dtype = "float64"}.dtype_policy.name)        --> float64
ln.layers.Layer.dtype_policy = {}

--- The layers that it is made of, a list.
--
--     print(#ln.Sequential{ln.layers.Flatten(), ln.layers.Dense(2)}.layers) --> 2
ln.layers.Layer.layers = {}

--- What its latest call added to the loss, and its regularizers' parts: a list of scalars.
--
--     print(#ln.layers.Dense(2).losses)                                    --> 0
ln.layers.Layer.losses = {}

--- All variables, its layers' too: those that are trained, then the others.
--
--     local dense = ln.layers.Dense(2)
--     dense(ln.zeros{1, 3})
--     print(dense.weights[2].name)                                         --> bias
ln.layers.Layer.weights = {}

--- The same as `weights`.
--
--     print(#ln.layers.Dense(2).variables)                                 --> 0
ln.layers.Layer.variables = {}

--- The variables that training changes: none when `trainable` is false.
--
--     local dense = ln.layers.Dense{2, trainable = false}
--     dense(ln.zeros{1, 3})
--     print(#dense.trainable_weights)                                      --> 0
ln.layers.Layer.trainable_weights = {}

--- The same as `trainable_weights`.
--
--     print(#ln.layers.Dense(2).trainable_variables)                       --> 0
ln.layers.Layer.trainable_variables = {}

--- The variables that training leaves alone.
--
--     local dense = ln.layers.Dense{2, trainable = false}
--     dense(ln.zeros{1, 3})
--     print(#dense.non_trainable_weights)                                  --> 2
ln.layers.Layer.non_trainable_weights = {}

--- The same as `non_trainable_weights`.
--
--     print(#ln.layers.Dense(2).non_trainable_variables)                   --> 0
ln.layers.Layer.non_trainable_variables = {}

--- What it was called on in a functional model: the symbolic tensor, or a list of them.
--
--     local x = ln.Input{shape = {3}}
--     local dense = ln.layers.Dense(2)
--     dense(x)
--     print(dense.input.shape)                                             --> (None, 3)
ln.layers.Layer.input = nil

--- What came out in a functional model: the symbolic tensor, or a list of them.
--
--     local dense = ln.layers.Dense(2)
--     dense(ln.Input{shape = {3}})
--     print(dense.output.shape)                                            --> (None, 2)
ln.layers.Layer.output = nil

--- The symbolic tensors that come out of a functional model, always a list.
--
--     local x = ln.Input{shape = {3}}
--     print(#ln.Model{inputs = x, outputs = x * 2}.outputs)                --> 1
ln.Model.outputs = {}

--- What data may be named by: `model:fit({name = x}, ..)`.
--
--     local x = ln.Input{shape = {3}, name = "x"}
--     print(ln.Model{inputs = x, outputs = ln.layers.Dense(2)(x)}.input_names[1]) --> x
ln.Model.input_names = {}

--- What targets, losses and metrics may be named by.
--
--     local x = ln.Input{shape = {3}}
--     local y = ln.layers.Dense{2, name = "y"}(x)
--     print(ln.Model{inputs = x, outputs = y}.output_names[1])             --> y
ln.Model.output_names = {}

--- The merge layer made and called at once: `Concatenate{axis = -1}{a, b}`.
-- @param inputs  a list of tensors, or symbolic ones; options by name
-- @return what the layer gives. Errors: shapes that do not fit.
--
--     print(ln.layers.concatenate{ln.ones{1, 2}, ln.zeros{1, 1}})          --> [[1. 1. 0.]]
function ln.layers.concatenate(inputs) end

--- The sum of tensors of one shape, by the layer Add made and called at once.
-- @param inputs  a list of tensors, or symbolic ones
-- @return their sum. Errors: shapes that do not fit.
--
--     print(ln.layers.add{ln.ones{2}, ln.ones{2}})                         --> [2. 2.]
function ln.layers.add(inputs) end

--- The difference of two tensors, by the layer Subtract made and called at once.
-- @param inputs  a list of two tensors, or symbolic ones
-- @return the first minus the second. Errors: shapes that do not fit.
--
--     print(ln.layers.subtract{ln.ones{2}, ln.ones{2}})                    --> [0. 0.]
function ln.layers.subtract(inputs) end

--- The product of tensors, by the layer Multiply made and called at once.
-- @param inputs  a list of tensors, or symbolic ones
-- @return their product. Errors: shapes that do not fit.
--
--     print(ln.layers.multiply{ln.full({2}, 3), ln.full({2}, 2)})          --> [6. 6.]
function ln.layers.multiply(inputs) end

--- The mean of tensors, by the layer Average made and called at once.
-- @param inputs  a list of tensors, or symbolic ones
-- @return their mean. Errors: shapes that do not fit.
--
--     print(ln.layers.average{ln.ones{2}, ln.zeros{2}})                    --> [0.5 0.5]
function ln.layers.average(inputs) end

--- The largest of tensors, element by element, by the layer Maximum made and called at once.
-- @param inputs  a list of tensors, or symbolic ones
-- @return their maximum. Errors: shapes that do not fit.
--
--     print(ln.layers.maximum{ln.ones{2}, ln.zeros{2}})                    --> [1. 1.]
function ln.layers.maximum(inputs) end

--- The smallest of tensors, element by element, by the layer Minimum made and called at once.
-- @param inputs  a list of tensors, or symbolic ones
-- @return their minimum. Errors: shapes that do not fit.
--
--     print(ln.layers.minimum{ln.ones{2}, ln.zeros{2}})                    --> [0. 0.]
function ln.layers.minimum(inputs) end

--- Products of two tensors summed along axes, by the layer Dot made and called at once.
-- @param inputs  a list of two tensors, or symbolic ones, and `axes` by name
-- @return their products. Errors: shapes that do not fit.
--
--     print(ln.layers.dot{ln.ones{1, 3}, ln.ones{1, 3}, axes = 2})         --> [[3.]]
function ln.layers.dot(inputs) end

--- What every model has besides what layers have. `ln.Model{inputs = x, outputs = y}` makes a
-- functional model of symbolic tensors; a class that extends it defines `init` and `call`.
-- Errors: outputs that do not come from the inputs.
--
--     local x = ln.Input{shape = {3}}
--     local model = ln.Model{inputs = x, outputs = ln.layers.Dense(1)(x)}
--     print(model.output_shape)                                            --> (None, 1)
function ln.Model(options) end

--- The class of what `ln.Model{inputs = .., outputs = ..}` makes, as Keras calls it in files.
-- Shapes are what its symbolic tensors say.
--
--     local x = ln.Input{shape = {3}}
--     print(ln.Model{inputs = x, outputs = x * 2}.class_name)              --> Functional
function ln.layers.Functional(options) end
