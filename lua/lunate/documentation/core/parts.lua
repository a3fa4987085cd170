--- Doc comments of losses, metrics, optimizers and small parts.
-- Read by lunate.documentation, never run.

-- luacheck: ignore

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
