--- Doc comments of what C defines and no option table describes: constructors of tensors, `random`,
-- tapes, variables, and the methods and fields of layers, losses, metrics and optimizers. Read by
-- lunate.documentation, never run; a test holds it against what there is.

-- luacheck: ignore

-- ---- the runtime

--- The version of lunate, a string.
--
--     print(ln.version:find("^%d+%.%d+%.%d+$") ~= nil)                      --> true
ln.version = ""

--- How the core was built and runs: `blas`, `instruction_set` (of the matrix kernels, chosen at
-- load time), `threads`, `compiler`; `modules`: which of the optional parts were built, true or
-- false by name (hdf5 and zip: Keras's files; png: pictures for TensorBoard; download; readline).
-- @return a table. Errors: none.
--
--     print(type(ln.config().blas), type(ln.config().modules.zip))         --> string boolean
function ln.config() end

--- How many threads the core computes with; with a number, sets it.
-- @param n  1 or more; nil leaves it as it is
-- @return the number in force. Errors: a number below 1 or above what the build allows.
--
--     print(ln.threads() >= 1)                                             --> true
function ln.threads(n) end

--- Memory of tensors, in bytes: `live`, `cached` (free, kept for the next tensors), `peak`.
-- @return a table of the three. Errors: none.
--
--     print(ln.memory().live <= ln.memory().peak)                          --> true
function ln.memory() end

--- Seeds everything random: initializers, shuffling, dropout, splits, `ln.random`. The same seed,
-- script and number of threads give bit-identical results.
-- @param n  an integer
-- Errors: what is no integer.
--
--     ln.set_seed(42)
function ln.set_seed(n) end

-- ---- making tensors

--- A tensor from a number, a boolean, a (nested) table of them, or a copy of a tensor.
-- @param value  rows of equal length; float32 unless `dtype` says otherwise, bool for booleans
-- @param options  `dtype` (float32): "float32", "float64", "float16", "bfloat16", "int32",
--   "int64", "uint8" or "bool"; a lone string is one
-- @return the tensor, its shape that of the table. Errors: ragged rows; a number that the dtype
--   cannot hold.
--
--     print(ln.tensor{{1, 2}, {3, 4}})                                     --> [[1. 2.] [3. 4.]]
--     print(ln.tensor({1, 2}, {dtype = "int32"}))                          --> [1 2]
function ln.tensor(value, options) end

--- A tensor of zeros.
-- @param shape  a list of dimensions; {} for a scalar
-- @param options  `dtype` (float32)
-- @return a tensor of that shape. Errors: a negative dimension.
--
--     print(ln.zeros{2, 3}) --> [[0. 0. 0.] [0. 0. 0.]]
function ln.zeros(shape, options) end

--- A tensor of ones.
-- @param shape  a list of dimensions; {} for a scalar
-- @param options  `dtype` (float32)
-- @return a tensor of that shape. Errors: a negative dimension.
--
--     print(ln.ones({2}, {dtype = "int64"}))                               --> [1 1]
function ln.ones(shape, options) end

--- A tensor of one value.
-- @param shape  a list of dimensions
-- @param value  a number or a boolean
-- @param options  `dtype` (float32; bool for a boolean)
-- @return a tensor of that shape. Errors: a value that the dtype cannot hold.
--
--     print(ln.full({2, 2}, 7))                                            --> [[7. 7.] [7. 7.]]
function ln.full(shape, value, options) end

--- Zeros in the shape of another tensor.
-- @param t  a tensor of any shape
-- @param options  `dtype` (t's)
-- @return a tensor of t's shape. Errors: t is no tensor.
--
--     print(ln.zeros_like(ln.tensor{1, 2}))                                --> [0. 0.]
function ln.zeros_like(t, options) end

--- Ones in the shape of another tensor.
-- @param t  a tensor of any shape
-- @param options  `dtype` (t's)
-- @return a tensor of t's shape. Errors: t is no tensor.
--
--     print(ln.ones_like(ln.tensor{1, 2}))                                 --> [1. 1.]
function ln.ones_like(t, options) end

--- One value in the shape of another tensor.
-- @param t  a tensor of any shape
-- @param value  a number or a boolean
-- @param options  `dtype` (t's)
-- @return a tensor of t's shape. Errors: t is no tensor; a value that the dtype cannot hold.
--
--     print(ln.full_like(ln.tensor{1, 2}, 5))                              --> [5. 5.]
function ln.full_like(t, value, options) end

--- Ones on a diagonal, zeros elsewhere.
-- @param n  rows
-- @param m  columns (n)
-- @param k  which diagonal (0): above the main one, or, negative, below it
-- @param options  `dtype` (float32)
-- @return a tensor of shape (n, m). Errors: a negative number.
--
--     print(ln.eye(2))                                                     --> [[1. 0.] [0. 1.]]
function ln.eye(n, m, k, options) end

--- Evenly spaced numbers: `arange(stop)`, `arange(start, stop)` or `arange(start, stop, step)`;
-- stop is not among them.
-- @param start  the first number (0)
-- @param stop  where it ends
-- @param step  the distance (1), also negative
-- @param options  `dtype` (float32)
-- @return a tensor of rank 1. Errors: a step of 0.
--
--     print(ln.arange(0, 10, 2))                                           --> [0. 2. 4. 6. 8.]
function ln.arange(start, stop, step, options) end

--- Numbers from start to stop, both among them.
-- @param start  the first number
-- @param stop  the last number
-- @param num  how many (50)
-- @param options  `num` (50), `endpoint` (true: stop is the last one), `dtype` (float32)
-- @return a tensor of shape (num,). Errors: num below 0.
--
--     print(ln.linspace(0, 1, 3))                                          --> [0. 0.5 1. ]
function ln.linspace(start, stop, num, options) end

--- The one element of a tensor as a Lua number or boolean.
-- @param t  a tensor of one element, of any rank
-- @return a number (an integer for integer tensors) or a boolean. Errors: more elements, or none.
--
--     print(ln.tensor{{2.5}}:item())                                       --> 2.5
function ln.item(t) end

--- The elements as nested Lua tables; a number for a scalar.
-- @param t  a tensor of any shape
-- @return tables nested as the axes are. Errors: t is no tensor.
--
--     print(ln.tensor{{1, 2}, {3, 4}}:totable()[2][1])                     --> 3.0
function ln.totable(t) end

--- A tensor with data of its own: what is written to one is not seen in the other.
-- @param t  a tensor of any shape, a view too
-- @return a tensor of the same shape and dtype. Errors: t is no tensor.
--
--     local a = ln.zeros{2}
--     local b = a:copy()
--     b[1] = 5
--     print(a, b)                                                          --> [0. 0.] [5. 0.]
function ln.copy(t) end

--- The lengths of the axes: a list that prints as (2, 3).
--
--     print(ln.zeros{2, 3}.shape, ln.zeros{2, 3}.shape[2])                 --> (2, 3) 3
Tensor.shape = {}

--- The type of the elements: "float32", "float64", "float16", "bfloat16", "int32", "int64", "uint8"
-- or "bool". The two of 16 bits are computed with in float32; each result is rounded to them.
--
--     print(ln.arange(3).dtype)                                            --> float32
Tensor.dtype = ""

--- How many axes there are.
--
--     print(ln.zeros{2, 3}.rank)                                           --> 2
Tensor.rank = 0

--- How many elements there are.
--
--     print(ln.zeros{2, 3}.size)                                           --> 6
Tensor.size = 0

--- Frees the memory early; `local t <close> = ...` does so at the end of its block.
-- The tensor cannot be used afterwards. Errors: none; closing twice is fine.
--
--     local big = ln.zeros{1000, 1000}
--     big:close()
function Tensor:close() end

--- The text that `tostring` gives, with other settings.
-- @param options  `precision` (8: digits after the point), `threshold` (1000: larger tensors are
--   abbreviated)
-- @return a string. Errors: precision above 17.
--
--     print(ln.tensor{1 / 3}:tostring{precision = 2})                      --> [0.33]
function Tensor:tostring(options) end

-- ---- random numbers

--- Random tensors, all from one generator, which `ln.set_seed` seeds; `seed = n` among the options
-- of one call gives it a generator of its own.
--
--     ln.set_seed(1)
--     local a = ln.random.normal{3}
--     ln.set_seed(1)
--     print(a == ln.random.normal{3})                                      --> true
ln.random = {}

--- Normally distributed numbers.
-- @param shape  a list of dimensions
-- @param options  `mean` (0), `stddev` (1), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
-- @return a tensor of that shape. Errors: a negative stddev.
--
--     print(ln.random.normal({2, 3}, {stddev = 0.1}).shape)                --> (2, 3)
function ln.random.normal(shape, options) end

--- Numbers that are equally likely everywhere in [min, max).
-- @param shape  a list of dimensions
-- @param options  `min` (0), `max` (1), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
-- @return a tensor of that shape. Errors: min above max.
--
--     print(ln.random.uniform({4}, {min = -1, max = 1}).shape)             --> (4,)
function ln.random.uniform(shape, options) end

--- Integers from min to max - 1.
-- @param shape  a list of dimensions
-- @param options  `min` (0), `max` (must be given), `dtype` (int32), `seed` (none: `ln.set_seed`'s)
-- @return a tensor of that shape. Errors: max not above min.
--
--     print(ln.random.randint({3}, {max = 10}).dtype)                      --> int32
function ln.random.randint(shape, options) end

--- The positions 1 to n in random order.
-- @param n  how many
-- @param options  `seed` (none: `ln.set_seed`'s)
-- @return an int64 tensor of shape (n,). Errors: a negative n.
--
--     print(ln.random.permutation(5):sort())                               --> [1 2 3 4 5]
function ln.random.permutation(n, options) end

--- Normally distributed numbers, at most two deviations from the mean (others are drawn again).
-- @param shape  a list of dimensions
-- @param options  `mean` (0), `stddev` (1), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
-- @return a tensor of that shape. Errors: a negative stddev.
--
--     print(ln.random.truncated_normal({100}):max():item() <= 2)           --> true
function ln.random.truncated_normal(shape, options) end

--- Exponentially distributed numbers.
-- @param shape  a list of dimensions
-- @param options  `scale` (1: the mean), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
-- @return a tensor of that shape. Errors: a negative scale.
--
--     print(ln.random.exponential({3}).shape)                              --> (3,)
function ln.random.exponential(shape, options) end

--- Gamma-distributed numbers.
-- @param shape  a list of dimensions
-- @param options  `alpha` (1: the shape of the distribution), `scale` (1), `dtype` (float32),
--   `seed` (none: `ln.set_seed`'s)
-- @return a tensor of that shape. Errors: alpha not above 0.
--
--     print(ln.random.gamma({3}, {alpha = 2}).shape)                       --> (3,)
function ln.random.gamma(shape, options) end

--- Beta-distributed numbers, in [0, 1].
-- @param shape  a list of dimensions
-- @param options  `alpha` (1), `beta` (1), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
-- @return a tensor of that shape. Errors: alpha or beta not above 0.
--
--     print(ln.random.beta({3}, {alpha = 2}).shape)                        --> (3,)
function ln.random.beta(shape, options) end

--- How many of `counts` trials succeed.
-- @param shape  a list of dimensions
-- @param options  `counts` (1), `probabilities` (0.5), `dtype` (float32), `seed` (none:
--   `ln.set_seed`'s)
-- @return a tensor of that shape. Errors: a probability outside [0, 1].
--
--     print(ln.random.binomial({3}, {counts = 10}).shape)                  --> (3,)
function ln.random.binomial(shape, options) end

--- Ones with probability p, else zeros.
-- @param shape  a list of dimensions
-- @param options  `p` (0.5), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
-- @return a tensor of that shape. Errors: p outside [0, 1].
--
--     print(ln.random.bernoulli({3}, {p = 1}))                             --> [1. 1. 1.]
function ln.random.bernoulli(shape, options) end

-- ---- gradients

--- Records what is computed until it is closed, and gives gradients of it. Trainable variables are
-- watched by themselves.
-- @param options  `persistent` (false: one gradient; true: as many as wanted)
-- @return the tape, to be held by `local tape <close> = ...`. Errors: unknown options.
--
--     local x = ln.Variable(3)
--     local tape <close> = ln.GradientTape()
--     local y = x * x
--     print(tape:gradient(y, x):item())                                    --> 6.0
function ln.GradientTape(options) end

--- Makes the tape record what is computed from tensors that are no variables.
-- @param tensors  a tensor or a list of them, of a float dtype
-- Errors: other values; a tape that is closed.
--
--     local x = ln.tensor(2)
--     local tape <close> = ln.GradientTape()
--     tape:watch(x)
--     print(tape:gradient(x ^ 3, x):item())                                --> 12.0
function GradientTape:watch(tensors) end

--- Gradients of a target.
-- @param target  a tensor, or a list of them, which are summed
-- @param sources  a variable or a watched tensor, or a list of them
-- @param options  `output_gradients` (ones: what the target's gradient is taken to be)
-- @return a tensor of the source's shape, `false` when nothing connects the two; for a list a list
--   of these. Errors: a second gradient of a tape that is not persistent.
--
--     local w = ln.Variable{1, 2}
--     local tape <close> = ln.GradientTape()
--     print(tape:gradient((w ^ 2):sum(), w))                               --> [2. 4.]
function GradientTape:gradient(target, sources, options) end

--- Calls f while the tape does not record.
-- @param f  a function
-- @param ...  what it is called with
-- @return what f returns. Errors: those of f.
--
--     local tape <close> = ln.GradientTape()
--     print(tape:stop_recording(function() return ln.ones{2} end))         --> [1. 1.]
function GradientTape:stop_recording(f, ...) end

--- Ends the recording and frees what it holds. Errors: none; closing twice is fine.
--
--     local tape = ln.GradientTape()
--     tape:close()
function GradientTape:close() end

--- Calls f while no tape records.
-- @param f  a function
-- @param ...  what it is called with
-- @return what f returns. Errors: those of f.
--
--     print(ln.no_grad(function() return ln.ones{2} end))                  --> [1. 1.]
function ln.no_grad(f, ...) end

--- An op of one's own in Lua with a gradient of one's own.
-- @param f  f(x, ...) returns the result and a function of its gradient dy, which returns the
--   gradient of each tensor that went in (`false` for none)
-- @return a function that is called as f. Errors: f is no function; gradients that do not fit.
--
--     local clipped = ln.custom_gradient(function(x)
--       return x, function(dy) return dy:clip(-1, 1) end
--     end)
--     print(clipped(ln.tensor{5}))                                         --> [5.]
function ln.custom_gradient(f) end

--- A tensor that training changes. Used wherever a tensor is.
-- @param value  its initial value: a number, a table or a tensor
-- @param options  `name` ("variable"), `trainable` (true), `dtype` (float32)
-- @return the variable, of the value's shape. Errors: those of `ln.tensor`.
--
--     local v = ln.Variable({1, 2}, {name = "v"})
--     v:assign{3, 4}
--     print(v * 2)                                                         --> [6. 8.]
function ln.Variable(value, options) end

--- Writes a new value, cast to the variable's dtype. In a layer's or model's call this is an op
-- like any other: `compile{replay = true}` repeats it for every batch (running statistics,
-- counters). What reads the variable afterwards sees the new value; gradients of what a tape
-- recorded before see the old one.
-- @param value  a tensor or a table of the same shape
-- @return the variable. Errors: another shape.
--
--     print(ln.Variable{1, 2}:assign{3, 4}:value())                        --> [3. 4.]
function Variable:assign(value) end

--- Adds to the value: `v:assign(v + value)`.
-- @param value  a number, a tensor or a table; its shape broadcasts to the variable's
-- @return the variable. Errors: another shape.
--
--     print(ln.Variable{1, 2}:assign_add(1):value())                       --> [2. 3.]
function Variable:assign_add(value) end

--- Subtracts from the value: `v:assign(v - value)`.
-- @param value  a number, a tensor or a table; its shape broadcasts to the variable's
-- @return the variable. Errors: another shape.
--
--     print(ln.Variable{1, 2}:assign_sub{0.5, 1}:value())                  --> [0.5 1. ]
function Variable:assign_sub(value) end

--- The value as a tensor of its own.
-- @return a copy, of the variable's shape. Errors: none.
--
--     print(ln.Variable{1, 2}:value())                                     --> [1. 2.]
function Variable:value() end

--- The variable's name.
--
--     print(ln.Variable(0, {name = "count"}).name)                         --> count
Variable.name = ""

--- Whether training changes it; may be assigned.
--
--     print(ln.Variable(0).trainable)                                      --> true
Variable.trainable = true

-- ---- classes

--- A subclass. It inherits everything; `Sub.super` is the class, `Sub.options` declares options.
-- @param name  what the class is called, in messages and in saved models
-- @return the new class. Errors: no name.
--
--     local Twice = ln.layers.Layer:extend("Twice")
--     function Twice:call(x) return 2 * x end
--     print(Twice()(ln.tensor{3}))                                         --> [6.]
function Class:extend(name) end

--- The options as Keras writes them; `from_config` makes an equal object of them.
-- @return a table by name. Errors: none.
--
--     print(ln.layers.Dense(3):get_config().units)                         --> 3
function Class:get_config() end

--- An object from what `get_config` gives, or Keras.
-- @param config  a table by name
-- @return the object. Errors: unknown keys, values of the wrong type.
--
--     print(ln.layers.Dense.from_config{units = 3})                        --> Dense(3, linear)
function Class.from_config(config) end

--- What a built-in computes, for a subclass that calls up: `Class.super.call(self, ...)`. A class
-- of one's own defines `call`; objects are called as functions.
-- @param ...  what the object is called with
-- @return what calling the object returns. Errors: those of the call.
--
--     local Shifted = ln.layers.Dense:extend("Shifted")
--     function Shifted:call(x) return Shifted.super.call(self, x) + 1 end
--     print(Shifted{2, kernel_initializer = "zeros"}(ln.ones{1, 3}))       --> [[1. 1.]]
function Class:call(...) end

--- `get` of a namespace (`ln.layers.get`, `ln.losses.get`, ...): an object from a name, from what
-- `serialize` gives, from a class; an object stays itself.
-- @param identifier  a string, {class_name =, config =}, a class, an object or a function
-- @return the object. Errors: an unknown name (with the nearest known one).
--
--     print(ln.optimizers.get("sgd")) --> SGD(learning_rate=0.01)
function namespace.get(identifier) end

--- `serialize` of a namespace (`ln.layers.serialize`, ...): class and config, as Keras writes them.
-- @param object  a layer, loss, optimizer, ...
-- @return {class_name =, config =, module =, registered_name =}. Errors: what is none of these.
--
--     print(ln.layers.serialize(ln.layers.Dense(3)).class_name)            --> Dense
function namespace.serialize(object) end

-- ---- ops: what they refuse besides what all of their form do (op_errors in documentation.lua)

--- Errors: shapes that do not broadcast; two bool tensors.
function ln.subtract(x, y) end

--- Errors: shapes that do not broadcast; an integer to a negative integer power.
function ln.power(x, y) end

--- Errors: ids that are negative or not whole; weights of another shape.
function ln.bincount(x, weights) end

--- Errors: sorted values of several axes.
function ln.searchsorted(sorted, values) end

--- Errors: shapes that do not align.
function ln.dot(x, y) end

--- Errors: axes that differ in number or length.
function ln.tensordot(x, y) end

--- Errors: no axis, or more than two.
function ln.diag(x) end

--- Errors: fewer than two axes.
function ln.trace(x) end

--- Errors: fewer than two axes.
function ln.tril(x) end

--- Errors: fewer than two axes.
function ln.triu(x) end

--- Errors: nothing along the axis.
function ln.max(x) end

--- Errors: nothing along the axis.
function ln.min(x) end

--- Errors: nothing along the axis.
function ln.argmax(x) end

--- Errors: nothing along the axis.
function ln.argmin(x) end

--- Errors: ids that are not whole or not below num_classes.
function ln.one_hot(x) end

--- Errors: widths that are not of x's axes.
function ln.pad(x) end

--- Errors: another number of shifts than of axes.
function ln.roll(x) end

--- Errors: shapes that differ.
function ln.stack(list) end

--- Errors: a shape that x does not broadcast to.
function ln.broadcast_to(x) end

--- Errors: an axis named twice; other numbers of sources and destinations.
function ln.moveaxis(x) end

--- Errors: an axis that is missing or named twice.
function ln.transpose(x) end

--- Errors: a repeat below 0.
function ln.tile(x) end

--- Errors: repeats below 0.
function ln.repeat_(x) end

--- Errors: a dtype that there is not.
function ln.astype(x) end

--- Errors: a dtype that there is not.
function ln.cast(x) end

-- ---- layers

--- The base of all layers. A layer of one's own extends it, or any built-in one, and defines
-- `call`. `name` (made from the class's), `trainable` (true), `dtype` ("float32") and `input_shape`
-- (of one sample) are options of every layer. A layer is called: `layer(x)`, `layer{a, b}`,
-- `layer(x, {training = true, mask = m})`. Errors: unknown options, values of the wrong kind or
-- range; when called: inputs that do not fit, with the shapes.
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
--   integers), `regularizer` (none), `constraint` (none), `trainable` (true), `dtype` (the layer's)
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

-- ---- losses, metrics, optimizers, small parts

--- The base of all losses. A loss of one's own extends it and defines `call(y_true, y_pred)`, which
-- gives a value for each sample; a Lua function of the two serves as well. A loss is called:
-- `loss(y_true, y_pred, sample_weight)`. Errors: unknown options, values of the wrong kind or
-- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
--
--     local Cubed = ln.losses.Loss:extend("Cubed")
--     function Cubed:call(y, p) return ((y - p):abs() ^ 3):mean{axis = -1} end
--     print(Cubed()(ln.zeros{2, 1}, ln.full({2, 1}, 2)):item())            --> 8.0
function ln.losses.Loss(options) end

--- The value of each sample, before they are reduced.
-- @param y_true  targets (batch, ..)
-- @param y_pred  predictions (batch, ..)
-- @return a tensor of one value a sample. Errors: shapes that do not fit.
--
--     print(ln.losses.MeanSquaredError():values({{0}, {1}}, {{1}, {1}}))   --> [1. 0.]
function ln.losses.Loss:values(y_true, y_pred) end

--- The base of all metrics. One of one's own defines `update_state` and `result`; a metric is
-- called, too: `metric(y_true, y_pred)` updates and gives the result. Errors: unknown options,
-- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
-- not fit; what is no tensor.
--
--     local accuracy = ln.metrics.BinaryAccuracy()
--     print(accuracy({{1}, {0}}, {{0.9}, {0.8}}))                          --> 0.5
function ln.metrics.Metric(options) end

--- Counts a batch.
-- @param y_true  targets (batch, ..); of Mean and Sum the values
-- @param y_pred  predictions (batch, ..)
-- @param sample_weight  a weight for each sample (1)
-- Errors: shapes that do not fit.
--
--     local mean = ln.metrics.Mean()
--     mean:update_state{1, 2, 6}
--     print(mean:result())                                                 --> 3.0
function ln.metrics.Metric:update_state(y_true, y_pred, sample_weight) end

--- What was counted so far.
-- @return a number, or a tensor of several. Errors: none.
--
--     print(ln.metrics.Mean():result())                                    --> 0.0
function ln.metrics.Metric:result() end

--- A metric that is the mean of a Lua function of (y_true, y_pred).
-- @param options  `fn` (the function, also by position), `name` (its name in logs)
-- @return the metric. Errors: no function.
--
--     local gap = ln.metrics.MeanMetricWrapper{function(y, p) return y - p end, name = "gap"}
--     print(gap({{3}}, {{1}}), gap.name)                                   --> 2.0 gap
function ln.metrics.MeanMetricWrapper(options) end

--- A metric that is the mean of a Lua function of (y_true, y_pred), under a name in logs: functions
-- in Lua have none of their own, and without one it is called metric.
-- @param name  a text
-- @param f  gives a tensor, whose mean counts
-- @return the metric. Errors: no name, no function.
--
--     local function gap(y_true, y_pred) return (y_true - y_pred):abs() end
--     local model = ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}
--     model:compile{loss = "mse", metrics = {ln.metrics.named("gap", gap)}}
--     print(table.concat(model.metrics_names, ", "))                       --> loss, gap
function ln.metrics.named(name, f) end

--- The base of all optimizers. One of one's own extends it, lists its `slots` and defines
-- `update_step(gradient, variable, learning_rate, slots)`. Errors: unknown options, values of
-- the wrong kind or range; when applied: gradients that do not fit the variables.
--
--     local Plain = ln.optimizers.Optimizer:extend("Plain")
--     function Plain:update_step(g, v, rate) v:assign(v - rate * g) end
--     local w = ln.Variable{1, 2}
--     Plain{learning_rate = 0.5}:apply({ln.ones{2}}, {w})
--     print(w:value())                                                     --> [0.5 1.5]
function ln.optimizers.Optimizer(options) end

--- One step.
-- @param gradients  a list: a tensor of the variable's shape, or `false` for none, for each
-- @param variables  the list of variables
-- Errors: lists of different lengths, shapes that do not fit.
--
--     local w = ln.Variable{1, 2}
--     ln.optimizers.SGD{learning_rate = 1}:apply({ln.ones{2}}, {w})
--     print(w:value())                                                     --> [0. 1.]
function ln.optimizers.Optimizer:apply(gradients, variables) end

--- Makes the state for variables; `apply` and `fit` do so by themselves.
-- @param variables  a list of variables
-- Errors: other variables than before.
--
--     local adam = ln.optimizers.Adam()
--     adam:build{ln.Variable{1, 2}}
--     print(#adam.variables > 2)                                           --> true
function ln.optimizers.Optimizer:build(variables) end

--- The built-in's rule for one variable, for a subclass that calls up.
-- @param gradient  of the variable's shape
-- @param variable  what is changed
-- @param learning_rate  a number
-- Errors: outside of an update.
--
--     local Slow = ln.optimizers.SGD:extend("Slow")
--     function Slow:update_step(g, v, rate) Slow.super.update_step(self, g, v, rate / 10) end
--     local w = ln.Variable{1}
--     Slow{learning_rate = 1}:apply({ln.ones{1}}, {w})
--     print(w:value())                                                     --> [0.9]
function ln.optimizers.Optimizer:update_step(gradient, variable, learning_rate) end

--- Takes variables out of the weight decay.
-- @param options  `var_list` (variables), `var_names` (names, or parts of them)
-- Errors: lists of other things; an optimizer that is built already.
--
--     local adam = ln.optimizers.AdamW()
--     adam:exclude_from_weight_decay{var_names = {"bias"}}
function ln.optimizers.Optimizer:exclude_from_weight_decay(options) end

--- With `use_ema`: writes the running averages into the variables. `fit` does so at its end.
-- Errors: an optimizer without `use_ema`.
--
--     local sgd = ln.optimizers.SGD{use_ema = true}
--     local w = ln.Variable{1}
--     sgd:apply({ln.ones{1}}, {w})
--     sgd:finalize_variable_values()
function ln.optimizers.Optimizer:finalize_variable_values() end

--- Writes the state, all of it or none.
-- @param values  a list of tensors, in the order of `optimizer.variables`
-- Errors: a wrong number, a wrong shape.
--
--     local sgd = ln.optimizers.SGD()
--     sgd:build{ln.Variable{1, 2}}
--     local values = {}
--     for i, v in ipairs(sgd.variables) do values[i] = v.value end
--     sgd:set_variables(values)
function ln.optimizers.Optimizer:set_variables(values) end

--- How many steps were done; 0 at first.
--
--     print(ln.optimizers.SGD().iterations)                                --> 0
ln.optimizers.Optimizer.iterations = 0

--- The number in force: a schedule's value at the current iteration. May be assigned.
--
--     local sgd = ln.optimizers.SGD{learning_rate = 0.1}
--     sgd.learning_rate = 0.5
--     print(sgd.learning_rate)                                             --> 0.5
ln.optimizers.Optimizer.learning_rate = 0

--- The optimizer's name.
--
--     print(ln.optimizers.SGD().name)                                      --> sgd
ln.optimizers.Optimizer.name = ""

--- The class that it is of.
--
--     print(ln.optimizers.SGD().class == ln.optimizers.SGD)                --> true
ln.optimizers.Optimizer.class = nil

--- The state in Keras's order: {name =, value =} each.
--
--     print(ln.optimizers.SGD().variables[1].name)                         --> iteration
ln.optimizers.Optimizer.variables = {}

--- The base of learning-rate schedules: one of one's own defines `call(step)`, steps from 0.
-- A schedule is called: `schedule(step)`. Errors: unknown options, values of the wrong kind or
-- range; a step that is no number.
--
--     local Halving = ln.schedules.LearningRateSchedule:extend("Halving")
--     function Halving:call(step) return 0.5 ^ step end
--     print(Halving()(2))                                                  --> 0.25
function ln.schedules.LearningRateSchedule(options) end

--- The base of initializers: one of one's own defines `call(shape, options)`; an initializer is
-- called: `initializer(shape, {dtype = "float32"})`. Errors: unknown options, values of the wrong
-- kind or range; when called: a shape that it cannot fill.
--
--     local Twos = ln.initializers.Initializer:extend("Twos")
--     function Twos:call(shape) return ln.full(shape, 2) end
--     print(Twos(){3})                                                     --> [2. 2. 2.]
function ln.initializers.Initializer(options) end

--- The base of regularizers: one of one's own defines `call(weights)`, which gives a scalar; a
-- regularizer is called. Errors: unknown options, values of the wrong kind or range; when called:
-- what is no tensor.
--
--     print(ln.regularizers.L2(0.5)(ln.tensor{1, 2}):item())               --> 2.5
function ln.regularizers.Regularizer(options) end

--- The base of constraints: one of one's own defines `call(weights)`, which gives the weights that
-- are kept; a constraint is called. Errors: unknown options, values of the wrong kind or range;
-- when called: what is no tensor; an axis that it does not have.
--
--     print(ln.constraints.NonNeg()(ln.tensor{-1, 2}))                     --> [0. 2.]
function ln.constraints.Constraint(options) end

--- The base of activations. An activation is a name, a function of one tensor, or an object, which
-- is called. Errors: what is no tensor.
--
--     print(ln.activations.get("relu")(ln.tensor{-1, 2}))                  --> [0. 2.]
function ln.activations.Activation(options) end
