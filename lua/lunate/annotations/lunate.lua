---@meta lunate
-- Made by `make annotations` from the option tables and doc comments: do not edit. For
-- editors, never loaded: lua-language-server's setting Lua.workspace.library names this folder.

---@alias lunate.dtype "float32"|"float64"|"int32"|"int64"|"uint8"|"bool"

--- lunate: deep learning for Lua. Everything is reached from this table: `ln.tensor`, `ln.sum`,
--- `ln.layers.Dense`, `ln.Sequential`, `ln.datasets.iris`, ... What is large loads at first use.
---
--- ```lua
--- local ln = require "lunate"
--- print(ln.tensor{1, 2} + 1)                                               --> [2. 3.]
--- ```
local ln = {}

--- ln.activations: activation functions by name, as in `activation = "relu"`, and `get`.
---
--- ```lua
--- print(ln.activations.relu(ln.tensor{-1, 2}))                        --> [0. 2.]
--- ```
ln.activations = {}

--- Callbacks, one a file: add a file, and `ln.callbacks` has it. A callback of one's own extends
--- `ln.callbacks.Callback`.
---
--- ```lua
--- local Ratio = ln.callbacks.Callback:extend("Ratio")
--- function Ratio:on_epoch_end(epoch, logs) print(epoch, logs.val_loss / logs.loss) end
--- model:fit(x, y, {validation_split = 0.2, callbacks = {Ratio()}})
--- ```
ln.callbacks = {}

--- ln.constraints: the classes of core/nn/constraints/ by name.
---
--- ```lua
--- local layer = ln.layers.Dense{2, kernel_constraint = "non_neg"}
--- print(ln.constraints.MaxNorm{max_value = 1}(ln.tensor{3, 4}))           --> [0.6 0.8]
--- ```
ln.constraints = {}

--- Getting data in: batches of tensors, tables from CSV. One function a file: add a file, and
--- `ln.data` has it.
---
--- ```lua
--- local values, names = ln.data.parse_csv("a,b\n1,2\n3,4\n5,6\n")
--- for rows in ln.data.batches(values, {batch_size = 2}) do print(rows.shape) end
--- ```
ln.data = {}

--- Data sets and generators of data, one a file: add a file, and `ln.datasets` has it.
---
--- ```lua
--- local iris = ln.datasets.iris.load_data()
--- local x, y = ln.datasets.make_moons{n_samples = 200, noise = 0.1, random_state = 0}
--- for name in pairs(ln.datasets) do print(name) end
--- ```
ln.datasets = {}

--- California housing (Pace and Barry, 1997): 20,640 districts of the census of 1990, eight
--- numbers and the median house value of each.
---
--- In $LUNATE_DATA: `cal_housing.data`, or the archive `cal_housing.tgz` that it is published in.
---
--- ```lua
--- local housing = ln.datasets.california_housing.load_data()
--- print(housing.data.shape, housing.target.shape)           --> (20640, 8)  (20640,)
--- ```
ln.datasets.california_housing = {}

--- Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017): 70,000 images of clothes in ten classes.
---
--- ```lua
--- local x_train, y_train, x_test, y_test = ln.datasets.fashion_mnist.load_data()
--- print(ln.datasets.fashion_mnist.class_names[y_train[1] + 1])          --> Ankle boot
--- ```
ln.datasets.fashion_mnist = {}

--- Garments: drawn images in the form and the ten classes of Fashion-MNIST,
--- made from a seed when they are asked for. They need no file and no
--- network, and stand in for the real ones where those cannot be had.
---
--- ```lua
--- local x_train, y_train, x_test, y_test = ln.datasets.garments.load_data()
--- print(x_train.shape, x_train.dtype)                               --> (10000, 28, 28)  uint8
--- ```
ln.datasets.garments = {}

--- Iris (Fisher, "The use of multiple measurements in taxonomic problems", 1936): 150 flowers, four
--- measurements, three species; embedded, in the order and with the values of scikit-learn.
---
--- ```lua
--- local iris = ln.datasets.iris.load_data()
--- print(iris.data.shape, iris.target_names[iris.target[150] + 1])       --> (150, 4)  virginica
--- ```
ln.datasets.iris = {}

--- MNIST (LeCun, Cortes and Burges): 70,000 images of handwritten digits.
---
--- In $LUNATE_DATA the four files are in a folder `mnist`: `mnist/train-images-idx3-ubyte.gz` ...
---
--- ```lua
--- local x_train, y_train, x_test, y_test = ln.datasets.mnist.load_data()
--- ```
ln.datasets.mnist = {}

--- ln.initializers: the classes of core/nn/initializers/ by name.
---
--- ```lua
--- print(ln.initializers.Constant(3){2})                                    --> [3. 3.]
--- ```
ln.initializers = {}

--- ln.layers: the classes of core/nn/layers/ by name, `ln.layers.Input`, and the merge layers as
--- functions: `ln.layers.concatenate{a, b}`.
---
--- ```lua
--- print(ln.layers.Dense{2, activation = "relu"}(ln.ones{4, 3}).shape)      --> (4, 2)
--- ```
ln.layers = {}

--- Linear models in scikit-learn's names and meanings. One a file: add a file, and
--- `ln.linear_model` has it.
---
--- ```lua
--- local iris = ln.datasets.iris.load_data()
--- local x, y = iris.data[{ {}, {3, 4} }], iris.target:eq(0)       -- petals; setosa or not
--- local perceptron = ln.linear_model.Perceptron{random_state = 42}
--- print(perceptron:fit(x, y):score(x, y))                                  --> 1.0
--- ```
ln.linear_model = {}

--- ln.losses: classes by name (`ln.losses.MeanSquaredError{...}`), and each loss as a function of
--- (y_true, y_pred) that gives per-sample values, under the names that strings may use
--- (`ln.losses.mse`, `ln.losses.mean_squared_error`).
---
--- ```lua
--- print(ln.losses.mse({{0}, {1}}, {{0.5}, {1}}))                      --> [0.25 0.  ]
--- ```
ln.losses = {}

--- ln.metrics: the classes of core/nn/metrics/ by name; what metrics of one's own have besides; and
--- `ln.metrics.MeanMetricWrapper{f, name = "m"}`: the mean of a Lua function of (y_true, y_pred).
---
--- ```lua
--- print(ln.metrics.MeanAbsoluteError()({1, 2}, {2, 4}))                    --> 1.5
--- ```
ln.metrics = {}

--- ln.models: where models are made and read (`ln.Sequential` is `ln.models.Sequential`).
---
--- ```lua
--- local model = ln.models.Sequential{ln.layers.Dense{1, input_shape = {2}}}
--- print(model:count_params())                                              --> 3
--- ```
ln.models = {}

--- Predictions from the nearest samples, in scikit-learn's names and meanings. One a file: add a
--- file, and `ln.neighbors` has it.
---
--- ```lua
--- local model = ln.neighbors.KNeighborsRegressor{n_neighbors = 2}
--- print(model:fit({{0}, {1}, {5}}, {0, 10, 50}):predict{{0.4}})              --> [5.]
--- ```
ln.neighbors = {}

--- ln.optimizers: the classes of core/nn/optimizers/ by name, and Keras's `optimizers.schedules`.
---
--- ```lua
--- print(ln.optimizers.Adam{learning_rate = 0.01}.learning_rate)             --> 0.01
--- ```
ln.optimizers = {}

--- Pictures: to .png and .svg files (drawn by gnuplot) and into the terminal. One kind of plot a
--- file: add a file, and `ln.plot` has it, as a function of its own and as a method of figures.
--- What a kind makes is told at _kind.lua; what draws it: _gnuplot.lua and _terminal.lua.
---
--- ```lua
--- local x = ln.linspace(-4, 4, 200)
--- ln.plot.line(x, {ln.tanh(x), ln.sigmoid(x)}, {names = {"tanh", "sigmoid"},
---   to_file = "build/plots/curves.png"})
--- local fig = ln.plot.figure{rows = 1, columns = 2, title = "Two views"}
--- fig:line(x, ln.tanh(x), {title = "tanh"})
--- fig:hist(ln.random.normal{1000}, {title = "normal", bins = 20})
--- fig:save("build/plots/views.svg")
--- ```
ln.plot = {}

--- Getting data into shape: splits, scalers, encoders, pipelines; scikit-learn's names and
--- meanings. One a file: add a file, and `ln.preprocessing` has it.
---
--- ```lua
--- local scaler = ln.preprocessing.StandardScaler()
--- local x_train = scaler:fit_transform(ln.tensor{{1, 10}, {3, 30}})
--- print(scaler.mean_)                                                   --> [ 2. 20.]
--- ```
ln.preprocessing = {}

--- Random tensors, all from one generator, which `ln.set_seed` seeds; `seed = n` among the options
--- of one call gives it a generator of its own.
---
--- ```lua
--- ln.set_seed(1)
--- local a = ln.random.normal{3}
--- ln.set_seed(1)
--- print(a == ln.random.normal{3})                                      --> true
--- ```
ln.random = {}

--- ln.regularizers: the classes of core/nn/regularizers/ by name.
---
--- ```lua
--- print(ln.regularizers.L1(0.5)(ln.tensor{1, -2}):item())                  --> 1.5
--- ```
ln.regularizers = {}

--- ln.saving: models and arrays in files. Each function lives in a file of its own beside this one
--- and is loaded when first used: add a line here for a new one.
---
--- ```lua
--- local path = os.tmpname() .. ".npy"
--- ln.saving.save(path, ln.ones{2})
--- print(ln.saving.load(path))                                              --> [1. 1.]
--- ```
ln.saving = {}

--- ln.schedules: the classes of core/nn/schedules/ by name.
---
--- ```lua
--- local schedule = ln.schedules.ExponentialDecay{0.1, 10, 0.5}
--- print(("%.2f %.2f"):format(schedule(0), schedule(10)))                   --> 0.10 0.05
--- local optimizer = ln.optimizers.SGD{learning_rate = schedule}
--- ```
ln.schedules = {}

--- ln.summary: what TensorBoard shows, written from a script; TensorFlow's `tf.summary` in spirit.
--- A kind of summary is a method of the writer below; its encoding is in `_messages.lua`.
---
--- `tensorboard --logdir logs` reads what is written, also while it is being written: each summary
--- goes to the system at once, whole, so that a process that is killed loses none.
---
--- ```lua
--- local writer <close> = ln.summary.create_file_writer(os.tmpname() .. "_logs")
--- writer:scalar("loss", 0.25, {step = 0})
--- writer:histogram("weights", ln.random.normal{1000}, {step = 0})
--- writer:text("note", "trained on *half* of the data", {step = 0})
--- ```
ln.summary = {}

--- ln.utils: small helpers that Keras's users look for.
---
--- ```lua
--- print(ln.utils.to_categorical({1, 0}, 2))                  --> [[0. 1.] [1. 0.]]
--- ```
ln.utils = {}

do
---@class lunate.Tensor
---@field dtype lunate.dtype The type of the elements: "float32", "float64", "int32", "int64", "uint8" or "bool".
---@field rank integer How many axes there are.
---@field shape integer[] The lengths of the axes: a list that prints as (2, 3).
---@field size integer How many elements there are.
---@operator add(lunate.Tensor|number|boolean|table): lunate.Tensor
---@operator sub(lunate.Tensor|number|boolean|table): lunate.Tensor
---@operator mul(lunate.Tensor|number|boolean|table): lunate.Tensor
---@operator div(lunate.Tensor|number|boolean|table): lunate.Tensor
---@operator mod(lunate.Tensor|number|boolean|table): lunate.Tensor
---@operator pow(lunate.Tensor|number|boolean|table): lunate.Tensor
---@operator idiv(lunate.Tensor|number|boolean|table): lunate.Tensor
---@operator unm: lunate.Tensor
---@operator len: integer
---@field [any] any
local Object = {}

--- Frees the memory early; `local t <close> = ...` does so at the end of its block.
--- The tensor cannot be used afterwards.
---
--- **Errors:** none; closing twice is fine.
---
--- ```lua
--- local big = ln.zeros{1000, 1000}
--- big:close()
--- ```
---@return any ...
function Object:close() end

--- The text that `tostring` gives, with other settings.
---
--- **Errors:** precision above 17.
---
--- ```lua
--- print(ln.tensor{1 / 3}:tostring{precision = 2})                      --> [0.33]
--- ```
---@param options any `precision` (8: digits after the point), `threshold` (1000: larger tensors are abbreviated)
---@return string # a string.
function Object:tostring(options) end

--- the absolute value See `ln.abs`.
---@return lunate.Tensor
function Object:abs() end

--- a + b. See `ln.add`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:add(y) end

--- whether all elements differ from 0 (NaN does) over one axis, several or (none) all of them. See `ln.all`.
---@param axis? integer|integer[]|ln.all.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@return lunate.Tensor
function Object:all(axis, keepdims) end

--- Whether all elements of two tensors are close, as isclose tells it See `ln.allclose`.
---@param b any a tensor
---@param options? ln.allclose.options
---@return any ...
function Object:allclose(b, options) end

--- whether any element differs from 0 (NaN does) over one axis, several or (none) all of them. See `ln.any`.
---@param axis? integer|integer[]|ln.any.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@return lunate.Tensor
function Object:any(axis, keepdims) end

--- the angle whose cosine is x, in [0, pi] See `ln.arccos`.
---@return lunate.Tensor
function Object:arccos() end

--- the inverse of cosh See `ln.arccosh`.
---@return lunate.Tensor
function Object:arccosh() end

--- the angle whose sine is x, in [-pi/2, pi/2] See `ln.arcsin`.
---@return lunate.Tensor
function Object:arcsin() end

--- the inverse of sinh. See `ln.arcsinh`.
---@return lunate.Tensor
function Object:arcsinh() end

--- the angle whose tangent is x, in (-pi/2, pi/2). See `ln.arctan`.
---@return lunate.Tensor
function Object:arctan() end

--- the angle of the point (b, a) in radians, in [-pi, pi]. See `ln.arctan2`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:arctan2(y) end

--- the inverse of tanh See `ln.arctanh`.
---@return lunate.Tensor
function Object:arctanh() end

--- the position, counted from 1, of the largest element along an axis, or (none) in the flattened tensor See `ln.argmax`.
---@param axis? integer|ln.argmax.options the axis; none: all elements
---@param keepdims? boolean keep the axis, with length 1
---@return lunate.Tensor
function Object:argmax(axis, keepdims) end

--- the position, counted from 1, of the smallest element along an axis, or (none) in the flattened tensor See `ln.argmin`.
---@param axis? integer|ln.argmin.options the axis; none: all elements
---@param keepdims? boolean keep the axis, with length 1
---@return lunate.Tensor
function Object:argmin(axis, keepdims) end

--- the 1-based positions (int64) that sort x along an axis See `ln.argsort`.
---@param axis? integer|ln.argsort.options along which axis; none: of the flattened tensor
---@param descending? boolean largest first
---@return lunate.Tensor
function Object:argsort(axis, descending) end

--- a copy of x with another dtype. See `ln.astype`.
---@param dtype? lunate.dtype|ln.astype.options the new dtype
---@return lunate.Tensor
function Object:astype(dtype) end

--- The mean with weights See `ln.average`.
---@param options? ln.average.options
---@return lunate.Tensor # a tensor without the axis
function Object:average(options) end

--- how often each id comes (int64), or the sum of its weights See `ln.bincount`.
---@param y lunate.Tensor|number|boolean|table
---@param minlength? integer|ln.bincount.options at least so many bins
---@return lunate.Tensor
function Object:bincount(y, minlength) end

--- a view of x repeated along axes that it lacks or that have length 1. See `ln.broadcast_to`.
---@param shape? (integer|false)[]|ln.broadcast_to.options the new shape
---@return lunate.Tensor
function Object:broadcast_to(shape) end

--- a copy of x with another dtype. See `ln.cast`.
---@param dtype? lunate.dtype|ln.cast.options the new dtype
---@return lunate.Tensor
function Object:cast(dtype) end

--- the smallest whole number >= x. See `ln.ceil`.
---@return lunate.Tensor
function Object:ceil() end

--- max(x, 0) + min(0, alpha * (e^(x / alpha) - 1)). See `ln.celu`.
---@param alpha? number|ln.celu.options what it falls to below 0, negated
---@return lunate.Tensor
function Object:celu(alpha) end

--- x, but at least `min` and at most `max` See `ln.clip`.
---@param min? number|ln.clip.options lower bound
---@param max? number upper bound
---@return lunate.Tensor
function Object:clip(min, max) end

--- A tensor with data of its own See `ln.copy`.
---@return lunate.Tensor # a tensor of the same shape and dtype.
function Object:copy() end

--- Correlations between the rows of t (rowvar = false See `ln.corrcoef`.
---@param options? ln.corrcoef.options
---@return lunate.Tensor # float32, float64 of float64
function Object:corrcoef(options) end

--- the cosine of x in radians. See `ln.cos`.
---@return lunate.Tensor
function Object:cos() end

--- the hyperbolic cosine. See `ln.cosh`.
---@return lunate.Tensor
function Object:cosh() end

--- how many elements differ from 0 (NaN does), int64, over one axis, several or (none) all of them. See `ln.count_nonzero`.
---@param axis? integer|integer[]|ln.count_nonzero.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@return lunate.Tensor
function Object:count_nonzero(axis, keepdims) end

--- Covariances between the rows of t, each a variable (rowvar = false See `ln.cov`.
---@param options? ln.cov.options
---@return lunate.Tensor # float32, float64 of float64
function Object:cov(options) end

--- running products along an axis, or (none) over the flattened tensor. See `ln.cumprod`.
---@param axis? integer|ln.cumprod.options the axis; none: the flattened tensor
---@param reverse? boolean from the end
---@param exclusive? boolean of the elements before, without the one at the place
---@return lunate.Tensor
function Object:cumprod(axis, reverse, exclusive) end

--- running sums along an axis, or (none) over the flattened tensor. See `ln.cumsum`.
---@param axis? integer|ln.cumsum.options the axis; none: the flattened tensor
---@param reverse? boolean from the end
---@param exclusive? boolean of the elements before, without the one at the place
---@return lunate.Tensor
function Object:cumsum(axis, reverse, exclusive) end

--- of a matrix its k-th diagonal See `ln.diag`.
---@param k? integer|ln.diag.options how far above the main diagonal; negative: below
---@return lunate.Tensor
function Object:diag(k) end

--- the diagonal of two axes, as the last axis of a view. See `ln.diagonal`.
---@param offset? integer|ln.diagonal.options how far above the main diagonal; negative: below
---@param axis1? integer the rows' axis
---@param axis2? integer the columns' axis
---@return lunate.Tensor
function Object:diagonal(offset, axis1, axis2) end

--- Differences of neighbours along an axis, n times See `ln.diff`.
---@param options? ln.diff.options
---@return lunate.Tensor # a tensor whose axis is n shorter
function Object:diff(options) end

--- a / b. See `ln.divide`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:divide(y) end

--- numpy's dot See `ln.dot`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:dot(y) end

--- x above 0, alpha * (e^x - 1) below. See `ln.elu`.
---@param alpha? number|ln.elu.options what it falls to below 0, negated
---@return lunate.Tensor
function Object:elu(alpha) end

--- whether a and b are equal, elementwise (a == b asks it of whole tensors). See `ln.eq`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:eq(y) end

--- the error function, 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x. See `ln.erf`.
---@return lunate.Tensor
function Object:erf() end

--- e^x. See `ln.exp`.
---@return lunate.Tensor
function Object:exp() end

--- a view of x with an axis of length 1 added, which is axis `axis` of the result. See `ln.expand_dims`.
---@param axis? integer|integer[]|ln.expand_dims.options where, in the result: one axis or several
---@return lunate.Tensor
function Object:expand_dims(axis) end

--- e^x - 1, exact near 0. See `ln.expm1`.
---@return lunate.Tensor
function Object:expm1() end

--- e^x See `ln.exponential`.
---@return lunate.Tensor
function Object:exponential() end

--- all elements in one axis, row after row. See `ln.flatten`.
---@return lunate.Tensor
function Object:flatten() end

--- a view of x with the order of elements turned round, along the given axes or along all. See `ln.flip`.
---@param axis? integer|integer[]|ln.flip.options one axis or several; none: all
---@return lunate.Tensor
function Object:flip(axis) end

--- the largest whole number <= x. See `ln.floor`.
---@return lunate.Tensor
function Object:floor() end

--- a // b, rounded toward minus infinity. See `ln.floor_divide`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:floor_divide(y) end

--- One value in the shape of another tensor. See `ln.full_like`.
---@param value any a number or a boolean
---@param options? ln.full_like.options `dtype` (t's)
---@return lunate.Tensor # a tensor of t's shape.
function Object:full_like(value, options) end

--- element by element along an axis See `ln.gather`.
---@param y lunate.Tensor|number|boolean|table
---@param axis? integer|ln.gather.options which axis the positions are of
---@return lunate.Tensor
function Object:gather(y, axis) end

--- a >= b. See `ln.ge`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:ge(y) end

--- x * Phi(x), Phi being the normal distribution See `ln.gelu`.
---@param approximate? boolean|ln.gelu.options the form with tanh
---@return lunate.Tensor
function Object:gelu(approximate) end

--- a * sigmoid(b) for the two halves a, b of an axis. See `ln.glu`.
---@param axis? integer|ln.glu.options along which axis
---@return lunate.Tensor
function Object:glu(axis) end

--- a > b. See `ln.gt`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:gt(y) end

--- 0 where |x| <= threshold, else x. See `ln.hard_shrink`.
---@param threshold? number|ln.hard_shrink.options half the width of the dead zone
---@return lunate.Tensor
function Object:hard_shrink(threshold) end

--- relu6(x + 3) / 6. See `ln.hard_sigmoid`.
---@return lunate.Tensor
function Object:hard_sigmoid() end

--- x * relu6(x + 3) / 6, also called hard_swish. See `ln.hard_silu`.
---@return lunate.Tensor
function Object:hard_silu() end

--- x * relu6(x + 3) / 6 See `ln.hard_swish`.
---@return lunate.Tensor
function Object:hard_swish() end

--- x within [-1, 1]. See `ln.hard_tanh`.
---@return lunate.Tensor
function Object:hard_tanh() end

--- Counts of elements in equal bins See `ln.histogram`.
---@param options? ln.histogram.options
---@return any ...
function Object:histogram(options) end

--- sqrt(a^2 + b^2), without overflow. See `ln.hypot`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:hypot(y) end

--- |a - b| <= atol + rtol |b|, elementwise, in float64 See `ln.isclose`.
---@param y lunate.Tensor|number|boolean|table
---@param rtol? number|ln.isclose.options tolerance relative to the second tensor
---@param atol? number absolute tolerance
---@param equal_nan? boolean NaN equals NaN
---@return lunate.Tensor
function Object:isclose(y, rtol, atol, equal_nan) end

--- whether x is neither NaN nor an infinity See `ln.isfinite`.
---@return lunate.Tensor
function Object:isfinite() end

--- for each element of x, whether it is among the values See `ln.isin`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:isin(y) end

--- whether x is an infinity See `ln.isinf`.
---@return lunate.Tensor
function Object:isinf() end

--- whether x is NaN See `ln.isnan`.
---@return lunate.Tensor
function Object:isnan() end

--- The one element of a tensor as a Lua number or boolean. See `ln.item`.
---@return any ... # a number (an integer for integer tensors) or a boolean.
function Object:item() end

--- a <= b. See `ln.le`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:le(y) end

--- x above 0, negative_slope * x below. See `ln.leaky_relu`.
---@param negative_slope? number|ln.leaky_relu.options slope below 0
---@return lunate.Tensor
function Object:leaky_relu(negative_slope) end

--- x itself. See `ln.linear`.
---@return lunate.Tensor
function Object:linear() end

--- the natural logarithm See `ln.log`.
---@return lunate.Tensor
function Object:log() end

--- the logarithm to base 10. See `ln.log10`.
---@return lunate.Tensor
function Object:log10() end

--- log(1 + x), exact near 0. See `ln.log1p`.
---@return lunate.Tensor
function Object:log1p() end

--- the logarithm to base 2. See `ln.log2`.
---@return lunate.Tensor
function Object:log2() end

--- log(sigmoid(x)), without overflow. See `ln.log_sigmoid`.
---@return lunate.Tensor
function Object:log_sigmoid() end

--- the logarithm of softmax, exact also where that is 0 in floats. See `ln.log_softmax`.
---@param axis? integer|ln.log_softmax.options along which axis
---@return lunate.Tensor
function Object:log_softmax(axis) end

--- log(exp(a) + exp(b)), without overflow. See `ln.logaddexp`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:logaddexp(y) end

--- true where both are. See `ln.logical_and`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:logical_and(y) end

--- true where x is 0 or false See `ln.logical_not`.
---@return lunate.Tensor
function Object:logical_not() end

--- true where either is. See `ln.logical_or`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:logical_or(y) end

--- true where exactly one is. See `ln.logical_xor`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:logical_xor(y) end

--- log(sum(exp(x))), which neither overflows nor loses digits. See `ln.logsumexp`.
---@param axis? integer|integer[]|ln.logsumexp.options one axis or several; none: all
---@param keepdims? boolean keep the axes, with length 1
---@return lunate.Tensor
function Object:logsumexp(axis, keepdims) end

--- a < b. See `ln.lt`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:lt(y) end

--- the elements of x where the mask is true, in one axis See `ln.masked_select`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:masked_select(y) end

--- the matrix product See `ln.matmul`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:matmul(y) end

--- the largest element over one axis, several or (none) all of them. See `ln.max`.
---@param axis? integer|integer[]|ln.max.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@return lunate.Tensor
function Object:max(axis, keepdims) end

--- the larger of each pair, NaN when either is. See `ln.maximum`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:maximum(y) end

--- the mean over one axis, several or (none) all of them. See `ln.mean`.
---@param axis? integer|integer[]|ln.mean.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@return lunate.Tensor
function Object:mean(axis, keepdims) end

--- The middle value See `ln.median`.
---@param options? ln.median.options
---@return lunate.Tensor # a tensor without the axis
function Object:median(options) end

--- the smallest element over one axis, several or (none) all of them. See `ln.min`.
---@param axis? integer|integer[]|ln.min.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@return lunate.Tensor
function Object:min(axis, keepdims) end

--- the smaller of each pair, NaN when either is. See `ln.minimum`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:minimum(y) end

--- x * tanh(softplus(x)) (Misra 2019). See `ln.mish`.
---@return lunate.Tensor
function Object:mish() end

--- a % b = a - b * (a // b), of b's sign. See `ln.mod`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:mod(y) end

--- Mean and variance See `ln.moments`.
---@param options? ln.moments.options
---@return any ... # two tensors without the axes
function Object:moments(options) end

--- a view of x with one axis or several moved See `ln.moveaxis`.
---@param source? integer|integer[]|ln.moveaxis.options axes to move
---@param destination? integer|integer[] where each of them goes
---@return lunate.Tensor
function Object:moveaxis(source, destination) end

--- a * b. See `ln.multiply`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:multiply(y) end

--- x with NaN and infinities replaced See `ln.nan_to_num`.
---@param options? ln.nan_to_num.options
---@return lunate.Tensor # a tensor of t's shape and dtype
function Object:nan_to_num(options) end

--- whether a and b differ, elementwise. See `ln.ne`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:ne(y) end

--- -x. See `ln.negative`.
---@return lunate.Tensor
function Object:negative() end

--- where x is not 0 (or true) See `ln.nonzero`.
---@return lunate.Tensor
function Object:nonzero() end

--- the norm of vectors along the axes (of all elements by default) See `ln.norm`.
---@param ord? number|ln.norm.options which norm: 1, 2, any other but 0, math.huge (largest), -math.huge (smallest)
---@param axis? integer|integer[] one axis or several; none: all
---@param keepdims? boolean keep the axes, with length 1
---@return lunate.Tensor
function Object:norm(ord, axis, keepdims) end

--- Vectors of length 1 See `ln.normalize`.
---@param options? ln.normalize.options
---@return lunate.Tensor # a tensor of t's shape
function Object:normalize(options) end

--- a new axis of `num_classes` elements with 1 at each id and 0 elsewhere. See `ln.one_hot`.
---@param num_classes? integer|ln.one_hot.options how many classes there are
---@param axis? integer where the new axis is, in the result
---@param dtype? lunate.dtype of the result
---@return lunate.Tensor
function Object:one_hot(num_classes, axis, dtype) end

--- Ones in the shape of another tensor. See `ln.ones_like`.
---@param options? ln.ones_like.options `dtype` (t's)
---@return lunate.Tensor # a tensor of t's shape.
function Object:ones_like(options) end

--- each element of a with each of b, (a.size, b.size). See `ln.outer`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:outer(y) end

--- x with more around See `ln.pad`.
---@param pad_width? lunate.Tensor|number|boolean|table|ln.pad.options {{before, after}, ...}, one pair an axis; one pair or one number is for all of them
---@param mode? "constant"|"reflect"|"edge"|"symmetric" what the added elements are
---@param constant_values? number what mode constant adds
---@return lunate.Tensor
function Object:pad(pad_width, mode, constant_values) end

--- a view of x with its axes in another order See `ln.permute`.
---@param axes? integer|integer[]|ln.permute.options every axis once, in the new order
---@return lunate.Tensor
function Object:permute(axes) end

--- a ^ b. See `ln.power`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:power(y) end

--- the product over one axis, several or (none) all of them. See `ln.prod`.
---@param axis? integer|integer[]|ln.prod.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@return lunate.Tensor
function Object:prod(axis, keepdims) end

--- The value below which a part q (0 .. 1) of the elements lies, between two of them in proportion See `ln.quantile`.
---@param q any a number in 0 .. 1
---@param options? ln.quantile.options
---@return lunate.Tensor # a tensor without the axis
function Object:quantile(q, options) end

--- 1 / x. See `ln.reciprocal`.
---@return lunate.Tensor
function Object:reciprocal() end

--- x where it is above the threshold, negative_slope * (x - threshold) elsewhere, at most max_value. See `ln.relu`.
---@param negative_slope? number|ln.relu.options slope below the threshold
---@param max_value? number ceiling
---@param threshold? number where the function starts to rise
---@return lunate.Tensor
function Object:relu(negative_slope, max_value, threshold) end

--- min(max(x, 0), 6). See `ln.relu6`.
---@return lunate.Tensor
function Object:relu6() end

--- each element `repeats` times in a row, along an axis or, with none, of the flattened tensor (`repeat` is a word of Lua's own, hence the name). See `ln.repeat_`.
---@param repeats? integer|ln.repeat_.options how often each element comes
---@param axis? integer along which axis; none: of the flattened tensor
---@return lunate.Tensor
function Object:repeat_(repeats, axis) end

--- the same elements in the same (row-major) order under another shape. See `ln.reshape`.
---@param shape? (integer|false)[]|ln.reshape.options the new shape
---@return lunate.Tensor
function Object:reshape(shape) end

--- elements moved on by `shift` places See `ln.roll`.
---@param shift? integer|integer[]|ln.roll.options places to move on, one number an axis
---@param axis? integer|integer[] along which axes; none: through the flattened tensor
---@return lunate.Tensor
function Object:roll(shift, axis) end

--- x rounded to a number of decimals, halves to the even one See `ln.round`.
---@param decimals? integer|ln.round.options digits after the point; negative: before it
---@return lunate.Tensor
function Object:round(decimals) end

--- 1 / sqrt(x). See `ln.rsqrt`.
---@return lunate.Tensor
function Object:rsqrt() end

--- the 1-based position (int64) at which each value would be put into `sorted` to keep it in order See `ln.searchsorted`.
---@param y lunate.Tensor|number|boolean|table
---@param side? "left"|"right"|ln.searchsorted.options before or after equal values
---@return lunate.Tensor
function Object:searchsorted(y, side) end

--- the self-normalizing 1.0507 * elu(x, 1.67326) (Klambauer et al. See `ln.selu`.
---@return lunate.Tensor
function Object:selu() end

--- 1 / (1 + e^-x). See `ln.sigmoid`.
---@return lunate.Tensor
function Object:sigmoid() end

--- -1, 0 or 1 See `ln.sign`.
---@return lunate.Tensor
function Object:sign() end

--- x * sigmoid(x), also called swish. See `ln.silu`.
---@return lunate.Tensor
function Object:silu() end

--- the sine of x in radians. See `ln.sin`.
---@return lunate.Tensor
function Object:sin() end

--- the hyperbolic sine. See `ln.sinh`.
---@return lunate.Tensor
function Object:sinh() end

--- x moved toward 0 by the threshold, 0 within it. See `ln.soft_shrink`.
---@param threshold? number|ln.soft_shrink.options half the width of the dead zone
---@return lunate.Tensor
function Object:soft_shrink(threshold) end

--- exp(x) / sum(exp(x)) along an axis See `ln.softmax`.
---@param axis? integer|ln.softmax.options along which axis
---@return lunate.Tensor
function Object:softmax(axis) end

--- log(1 + e^x), without overflow. See `ln.softplus`.
---@return lunate.Tensor
function Object:softplus() end

--- x / (1 + |x|). See `ln.softsign`.
---@return lunate.Tensor
function Object:softsign() end

--- the elements in order along an axis, a copy. See `ln.sort`.
---@param axis? integer|ln.sort.options along which axis; none: of the flattened tensor
---@param descending? boolean largest first
---@return lunate.Tensor
function Object:sort(axis, descending) end

--- 0 up to -1, (x + 1)^2 / 4 up to 1, then x. See `ln.sparse_plus`.
---@return lunate.Tensor
function Object:sparse_plus() end

--- 0 up to -1, (x + 1) / 2 up to 1, then 1. See `ln.sparse_sigmoid`.
---@return lunate.Tensor
function Object:sparse_sigmoid() end

--- the probabilities nearest to x See `ln.sparsemax`.
---@param axis? integer|ln.sparsemax.options along which axis
---@return lunate.Tensor
function Object:sparsemax(axis) end

--- Cuts a tensor along an axis See `ln.split`.
---@param sections any how many equal parts, or a list of positions
---@param options? ln.split.options
---@return table # a list of views
function Object:split(sections, options) end

--- the square root See `ln.sqrt`.
---@return lunate.Tensor
function Object:sqrt() end

--- x * x. See `ln.square`.
---@return lunate.Tensor
function Object:square() end

--- (a - b)^2. See `ln.squared_difference`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:squared_difference(y) end

--- (x + sqrt(x^2 + b)) / 2 (Barron 2021). See `ln.squareplus`.
---@param b? number|ln.squareplus.options how smooth: 0 is relu
---@return lunate.Tensor
function Object:squareplus(b) end

--- a view of x without its axes of length 1, or without the ones named. See `ln.squeeze`.
---@param axis? integer|integer[]|ln.squeeze.options one axis or several; none: all
---@return lunate.Tensor
function Object:squeeze(axis) end

--- the standard deviation over one axis, several or (none) all of them. See `ln.std`.
---@param axis? integer|integer[]|ln.std.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@param ddof? number what is taken off the number of elements to divide by
---@return lunate.Tensor
function Object:std(axis, keepdims, ddof) end

--- x, as a constant See `ln.stop_gradient`.
---@return lunate.Tensor
function Object:stop_gradient() end

--- a - b. See `ln.subtract`.
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function Object:subtract(y) end

--- the sum over one axis, several or (none) all of them. See `ln.sum`.
---@param axis? integer|integer[]|ln.sum.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@return lunate.Tensor
function Object:sum(axis, keepdims) end

--- a view of x with two axes exchanged. See `ln.swapaxes`.
---@param axis1? integer|ln.swapaxes.options one axis
---@param axis2? integer the other
---@return lunate.Tensor
function Object:swapaxes(axis1, axis2) end

--- x * sigmoid(x) See `ln.swish`.
---@return lunate.Tensor
function Object:swish() end

--- the elements of x at these positions of an axis (rows, for axis 1), or of the flattened tensor. See `ln.take`.
---@param y lunate.Tensor|number|boolean|table
---@param axis? integer|ln.take.options which axis the positions are of; none: of the flattened tensor
---@return lunate.Tensor
function Object:take(y, axis) end

--- element by element along an axis See `ln.take_along_axis`.
---@param y lunate.Tensor|number|boolean|table
---@param axis? integer|ln.take_along_axis.options which axis the positions are of
---@return lunate.Tensor
function Object:take_along_axis(y, axis) end

--- the tangent of x in radians. See `ln.tan`.
---@return lunate.Tensor
function Object:tan() end

--- the hyperbolic tangent. See `ln.tanh`.
---@return lunate.Tensor
function Object:tanh() end

--- x - tanh(x). See `ln.tanh_shrink`.
---@return lunate.Tensor
function Object:tanh_shrink() end

--- the sum over the products of several axes See `ln.tensordot`.
---@param y lunate.Tensor|number|boolean|table
---@param axes? integer|integer[]|ln.tensordot.options how many axes are contracted; or, together with axes_b, which ones of a
---@param axes_b? integer|integer[] which axes of b are contracted
---@return lunate.Tensor
function Object:tensordot(y, axes, axes_b) end

--- x where it is above the threshold, else default_value. See `ln.threshold`.
---@param threshold? number|ln.threshold.options where x passes
---@param default_value? number what is there instead
---@return lunate.Tensor
function Object:threshold(threshold, default_value) end

--- x laid out repeats[i] times along axis i, as numpy's tile. See `ln.tile`.
---@param repeats? integer|integer[]|ln.tile.options how often along each axis; a short list is for the last axes
---@return lunate.Tensor
function Object:tile(repeats) end

--- values, positions See `ln.topk`.
---@param k? integer|ln.topk.options how many
---@param axis? integer along which axis
---@param largest? boolean false: the k smallest, smallest first
---@return lunate.Tensor
---@return lunate.Tensor
function Object:topk(k, axis, largest) end

--- The elements as nested Lua tables See `ln.totable`.
---@return any ... # tables nested as the axes are.
function Object:totable() end

--- the sum of the diagonal. See `ln.trace`.
---@param offset? integer|ln.trace.options how far above the main diagonal; negative: below
---@param axis1? integer the rows' axis
---@param axis2? integer the columns' axis
---@return lunate.Tensor
function Object:trace(offset, axis1, axis2) end

--- a view of x with its axes in the order given, or in reverse (swapaxes exchanges two of them). See `ln.transpose`.
---@param axes? integer|integer[]|ln.transpose.options every axis once, in the new order; none: reversed
---@return lunate.Tensor
function Object:transpose(axes) end

--- x with zeros above the k-th diagonal of its last two axes. See `ln.tril`.
---@param k? integer|ln.tril.options how far above the main diagonal; negative: below
---@return lunate.Tensor
function Object:tril(k) end

--- x with zeros below the k-th diagonal of its last two axes. See `ln.triu`.
---@param k? integer|ln.triu.options how far above the main diagonal; negative: below
---@return lunate.Tensor
function Object:triu(k) end

--- x without its fraction. See `ln.trunc`.
---@return lunate.Tensor
function Object:trunc() end

--- values, counts See `ln.unique`.
---@return lunate.Tensor
---@return lunate.Tensor
function Object:unique() end

--- The rows of an axis as a list See `ln.unstack`.
---@param options? ln.unstack.options
---@return table # a list of tensors with an axis less
function Object:unstack(options) end

--- the mean squared distance from the mean over one axis, several or (none) all of them. See `ln.var`.
---@param axis? integer|integer[]|ln.var.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@param ddof? number what is taken off the number of elements to divide by
---@return lunate.Tensor
function Object:var(axis, keepdims, ddof) end

--- Zeros in the shape of another tensor. See `ln.zeros_like`.
---@param options? ln.zeros_like.options `dtype` (t's)
---@return lunate.Tensor # a tensor of t's shape.
function Object:zeros_like(options) end

end

do
---@class lunate.Variable: lunate.Tensor
---@field name string The variable's name.
---@field trainable boolean Whether training changes it; may be assigned.
local Object = {}

--- Writes a new value.
---
--- **Errors:** another shape.
---
--- ```lua
--- print(ln.Variable{1, 2}:assign{3, 4}:value())                        --> [3. 4.]
--- ```
---@param value any a tensor or a table of the same shape
---@return lunate.Variable # the variable.
function Object:assign(value) end

--- The value as a tensor of its own.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.Variable{1, 2}:value())                                     --> [1. 2.]
--- ```
---@return any ... # a copy, of the variable's shape.
function Object:value() end

end

do
---@class lunate.GradientTape
local Object = {}

--- Ends the recording and frees what it holds.
---
--- **Errors:** none; closing twice is fine.
---
--- ```lua
--- local tape = ln.GradientTape()
--- tape:close()
--- ```
---@return any ...
function Object:close() end

--- Gradients of a target.
---
--- **Errors:** a second gradient of a tape that is not persistent.
---
--- ```lua
--- local w = ln.Variable{1, 2}
--- local tape <close> = ln.GradientTape()
--- print(tape:gradient((w ^ 2):sum(), w))                               --> [2. 4.]
--- ```
---@param target any a tensor, or a list of them, which are summed
---@param sources any a variable or a watched tensor, or a list of them
---@param options any `output_gradients` (ones: what the target's gradient is taken to be)
---@return lunate.Tensor # a tensor of the source's shape, `false` when nothing connects the two; for a list a list of these.
function Object:gradient(target, sources, options) end

--- Calls f while the tape does not record.
---
--- **Errors:** those of f.
---
--- ```lua
--- local tape <close> = ln.GradientTape()
--- print(tape:stop_recording(function() return ln.ones{2} end))         --> [1. 1.]
--- ```
---@param f function a function
---@param ... any what it is called with
---@return any ... # what f returns.
function Object:stop_recording(f, ...) end

--- Makes the tape record what is computed from tensors that are no variables.
---
--- **Errors:** other values; a tape that is closed.
---
--- ```lua
--- local x = ln.tensor(2)
--- local tape <close> = ln.GradientTape()
--- tape:watch(x)
--- print(tape:gradient(x ^ 3, x):item())                                --> 12.0
--- ```
---@param tensors any a tensor or a list of them, of a float dtype
---@return any ...
function Object:watch(tensors) end

end

do
---@class ln.activations.Activation
---@overload fun(x: any): lunate.Tensor
local Object = {}

--- An object from what `get_config` gives, or Keras.
---
--- **Errors:** unknown keys, values of the wrong type.
---
--- ```lua
--- print(ln.layers.Dense.from_config{units = 3})                        --> Dense(3, linear)
--- ```
---@param config any a table by name
---@return any ... # the object.
function Object.from_config(config) end

--- What a built-in computes, for a subclass that calls up: `Class.super.call(self, ...)`. A class
--- of one's own defines `call`; objects are called as functions.
---
--- **Errors:** those of the call.
---
--- ```lua
--- local Shifted = ln.layers.Dense:extend("Shifted")
--- function Shifted:call(x) return Shifted.super.call(self, x) + 1 end
--- print(Shifted{2, kernel_initializer = "zeros"}(ln.ones{1, 3}))       --> [[1. 1.]]
--- ```
---@param ... any what the object is called with
---@return any ... # what calling the object returns.
function Object:call(...) end

--- A subclass. It inherits everything; `Sub.super` is the class, `Sub.options` declares options.
---
--- **Errors:** no name.
---
--- ```lua
--- local Twice = ln.layers.Layer:extend("Twice")
--- function Twice:call(x) return 2 * x end
--- print(Twice()(ln.tensor{3}))                                         --> [6.]
--- ```
---@param name string what the class is called, in messages and in saved models
---@return any ... # the new class.
function Object:extend(name) end

--- The options as Keras writes them; `from_config` makes an equal object of them.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.layers.Dense(3):get_config().units)                         --> 3
--- ```
---@return table # a table by name.
function Object:get_config() end

--- The base of activations. An activation is a name, a function of one tensor, or an object, which
--- is called.
---
--- **Errors:** what is no tensor.
---
--- ```lua
--- print(ln.activations.get("relu")(ln.tensor{-1, 2}))                  --> [0. 2.]
--- ```
---@class ln.activations.Activation.class: ln.activations.Activation
---@field super table the class that it extends
---@overload fun(options?: table): ln.activations.Activation
ln.activations.Activation = {}

end

--- `get` of a namespace (`ln.layers.get`, `ln.losses.get`, ...): an object from a name, from what
--- `serialize` gives, from a class; an object stays itself.
---
--- **Errors:** an unknown name (with the nearest known one).
---
--- ```lua
--- print(ln.optimizers.get("sgd")) --> SGD(learning_rate=0.01)
--- ```
---@param identifier any a string, {class_name =, config =}, a class, an object or a function
---@return any ... # the object.
function ln.activations.get(identifier) end

--- `serialize` of a namespace (`ln.layers.serialize`, ...): class and config, as Keras writes them.
---
--- **Errors:** what is none of these.
---
--- ```lua
--- print(ln.layers.serialize(ln.layers.Dense(3)).class_name)            --> Dense
--- ```
---@param object any a layer, loss, optimizer, ...
---@return table # {class_name =, config =, module =, registered_name =}.
function ln.activations.serialize(object) end

do
---@class ln.callbacks.BackupAndRestore.options
---@field backup_dir? string a folder for this training alone (string, must be given)
---@field save_freq? any after each epoch, or every so many batches (any, default "epoch")
---@field delete_checkpoint? boolean the backup goes when training has ended (boolean, default true)
---@field [integer] any

---@class ln.callbacks.BackupAndRestore: ln.callbacks.Callback
local Object = {}

--- BackupAndRestore: training that was killed goes on where its last backup was, when the script is
--- run again. A backup holds the weights, the optimizer's state, random generators, the epoch and
--- the place in the data; a run that was killed any number of times ends with the weights of one
--- that was not. fit's History has the epochs of the last run.
---
--- Options: `backup_dir`: a folder for this training alone; `save_freq` ("epoch"): after each epoch,
--- or every so many batches; `delete_checkpoint` (true): the backup goes when training has ended. It
--- stays when Ctrl-C or an error ends it, so that running the script again resumes.
---
--- The model must be built (`input_shape`, or by data), and be the one that was backed up. Exact are
--- tensors and Datasets that follow from them and `ln.set_seed`; what other callbacks remember
--- (EarlyStopping's best epoch, say) begins anew, and so do the means of an epoch that was resumed
--- in its middle. A kill at any moment leaves the backup before or the one after it.
---
--- **Errors:** the backup is damaged or of another model (the model stays as it was); what saving
--- raises.
---
--- ```lua
--- local folder = os.tmpname() .. "-backup"
--- local function train(epochs, callbacks)
---   ln.set_seed(1)
---   local model = ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}
---   model:compile{loss = "mse", optimizer = "adam"}
---   local x = ln.random.normal{64, 2}
---   model:fit(x, x:sum{axis = 2, keepdims = true},
---     {epochs = epochs, verbose = 0, callbacks = callbacks})
---   return model:get_weights()[1]
--- end
--- local Backup = ln.callbacks.BackupAndRestore
--- pcall(train, 6, {Backup(folder), ln.callbacks.LambdaCallback{
---   on_epoch_begin = function(epoch) assert(epoch < 4, "killed") end}})
--- print(train(6, {Backup(folder)}) == train(6))                --> true
--- ```
---@class ln.callbacks.BackupAndRestore.class: ln.callbacks.BackupAndRestore
---@field super table the class that it extends
---@overload fun(options?: ln.callbacks.BackupAndRestore.options|string): ln.callbacks.BackupAndRestore
ln.callbacks.BackupAndRestore = {}

end

do
---@class ln.callbacks.CSVLogger.options
---@field filename? string the file (string, must be given)
---@field separator? string what separates fields (string, default ",")
---@field append? boolean the file begins anew; true: lines are added to a file that is there, under its columns (boolean, default false)
---@field [integer] any

---@class ln.callbacks.CSVLogger: ln.callbacks.Callback
local Object = {}

--- CSVLogger: writes the logs of every epoch as a line of a CSV file.
---
--- Options: `filename`; `separator` (","); `append` (false: the file begins anew; true: lines are
--- added to a file that is there, under its columns). Columns: `epoch` (from 1), then the logs by
--- name. What an epoch does not have is NA. A line is in the file when its epoch has ended.
---
--- **Errors:** the file cannot be written; a log for which a file that is added to has no column.
---
--- ```lua
--- local path = os.tmpname()
--- local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
--- model:compile{loss = "mse"}
--- model:fit(ln.ones{8, 1}, ln.ones{8, 1},
---   {epochs = 3, verbose = 0, callbacks = {ln.callbacks.CSVLogger(path)}})
--- local losses, names = ln.data.read_csv(path)
--- print(losses.shape, names[1], names[2])                      --> (3, 2) epoch loss
--- os.remove(path)
--- ```
---@class ln.callbacks.CSVLogger.class: ln.callbacks.CSVLogger
---@field super table the class that it extends
---@overload fun(options?: ln.callbacks.CSVLogger.options|string): ln.callbacks.CSVLogger
ln.callbacks.CSVLogger = {}

end

do
---@class ln.callbacks.Callback
local Object = {}

--- Prints a line of its own, below a progress bar that is on its way. Arguments as string.format.
---
--- **Errors:** those of string.format.
---
--- ```lua
--- local Hello = ln.callbacks.Callback:extend("Hello")
--- function Hello:on_epoch_end(epoch) self:say("epoch %d is done", epoch) end
--- model:fit(x, y, {verbose = 0, callbacks = {Hello()}})
--- ```
---@param ... any as of string.format
---@return any ...
function Object:say(...) end

--- An object from what `get_config` gives, or Keras.
---
--- **Errors:** unknown keys, values of the wrong type.
---
--- ```lua
--- print(ln.layers.Dense.from_config{units = 3})                        --> Dense(3, linear)
--- ```
---@param config any a table by name
---@return any ... # the object.
function Object.from_config(config) end

--- What a built-in computes, for a subclass that calls up: `Class.super.call(self, ...)`. A class
--- of one's own defines `call`; objects are called as functions.
---
--- **Errors:** those of the call.
---
--- ```lua
--- local Shifted = ln.layers.Dense:extend("Shifted")
--- function Shifted:call(x) return Shifted.super.call(self, x) + 1 end
--- print(Shifted{2, kernel_initializer = "zeros"}(ln.ones{1, 3}))       --> [[1. 1.]]
--- ```
---@param ... any what the object is called with
---@return any ... # what calling the object returns.
function Object:call(...) end

--- A subclass. It inherits everything; `Sub.super` is the class, `Sub.options` declares options.
---
--- **Errors:** no name.
---
--- ```lua
--- local Twice = ln.layers.Layer:extend("Twice")
--- function Twice:call(x) return 2 * x end
--- print(Twice()(ln.tensor{3}))                                         --> [6.]
--- ```
---@param name string what the class is called, in messages and in saved models
---@return any ... # the new class.
function Object:extend(name) end

--- The options as Keras writes them; `from_config` makes an equal object of them.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.layers.Dense(3):get_config().units)                         --> 3
--- ```
---@return table # a table by name.
function Object:get_config() end

--- Callback: the base of all callbacks. Every hook is optional; a subclass defines those it wants.
---
--- Hooks: on_train_begin(logs) on_train_end(logs), on_epoch_begin(epoch, logs)
--- on_epoch_end(epoch, logs), on_batch_begin(batch, logs) on_batch_end(batch, logs) (also under
--- Keras's names on_train_batch_begin/end), on_test_begin/end(logs), on_test_batch_begin/end,
--- on_predict_begin/end(logs), on_predict_batch_begin/end. Epochs and batches count from 1; logs is
--- a table of numbers by name, which later callbacks and the History see as well.
---
--- on_predict_batch_end's has `outputs`: a tensor, or a list of them.
---
--- Fields: `self.model`, and `self.params` with epochs, steps, samples, verbose, batch_size.
--- `self.model.stop_training = true` ends fit after the batch: the epoch is validated and ended.
--- `self.model.history` is the History of the fit that runs; its `interrupted` is true in
--- on_train_end when Ctrl-C ended it.
---
--- To go on where another fit was: on_train_begin may set `self.params.first_epoch`, the epoch to
--- begin with, and `self.params.first_batch`, its first batch. `self.params.feed:tell()` gives the
--- place in the data as a plain table, `self.params.feed:seek(place)` goes there.
---
--- An error in a hook ends fit at once and is the script's, with its traceback: the hooks that would
--- follow do not run (on_train_end neither), model and `model.history` have what was done by then,
--- and fit may be called again.
---
--- **Errors:** unknown options, values of the wrong kind or range.
---
--- ```lua
--- local Stop = ln.callbacks.Callback:extend("Stop")
--- function Stop:on_epoch_end(_, logs)
---   if logs.loss < 0.1 then self.model.stop_training = true end
--- end
--- ```
---@class ln.callbacks.Callback.class: ln.callbacks.Callback
---@field super table the class that it extends
---@overload fun(options?: table): ln.callbacks.Callback
ln.callbacks.Callback = {}

end

do
---@class ln.callbacks.EarlyStopping.options
---@field monitor? string the name of a log (string, default "val_loss")
---@field min_delta? number smaller changes do not count (number, default 0)
---@field patience? integer stops after this many epochs in a row without an improvement (integer >= 0, default 0)
---@field verbose? integer how much to print; 0: nothing (integer >= 0, default 0)
---@field mode? "auto"|"min"|"max" "min" or "max" says which way is better (one of "auto", "min", "max", default "auto")
---@field baseline? number patience runs out unless the value beats this too (number, default none)
---@field restore_best_weights? boolean gives the model the weights of its best epoch when training ends, however it ends but by an error (boolean, default false)
---@field start_from_epoch? integer so many epochs go by first (integer >= 0, default 0)
---@field [integer] any

---@class ln.callbacks.EarlyStopping: ln.callbacks.Callback
local Object = {}

--- EarlyStopping: ends training when a value has stopped improving.
---
--- Options: `monitor` ("val_loss"): the name of a log; `min_delta` (0): smaller changes do not
--- count; `patience` (0): stops after this many epochs in a row without an improvement; `verbose`
--- (0); `mode` ("auto"): "min" or "max" says which way is better; `baseline` (none): patience runs
--- out unless the value beats this too; `restore_best_weights` (false): gives the model the weights
--- of its best epoch when training ends, however it ends but by an error; `start_from_epoch` (0):
--- so many epochs go by first.
---
--- Fields, after fit: `stopped_epoch` (0: did not stop it), `best` (the value), `best_epoch`, `wait`
--- (epochs without improvement). Epochs from 1. Every fit begins anew.
---
--- **Errors:** no log has the name of the monitor (lists those that there are), after the first epoch.
---
--- ```lua
--- local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
--- model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 1.5}}  -- too large
--- local stopping = ln.callbacks.EarlyStopping{monitor = "loss", patience = 2,
---   restore_best_weights = true}
--- model:fit(ln.ones{8, 1}, ln.zeros{8, 1}, {epochs = 50, verbose = 0, callbacks = {stopping}})
--- print(stopping.stopped_epoch, stopping.best_epoch)           --> 3 1
--- ```
---@class ln.callbacks.EarlyStopping.class: ln.callbacks.EarlyStopping
---@field super table the class that it extends
---@overload fun(options?: ln.callbacks.EarlyStopping.options): ln.callbacks.EarlyStopping
ln.callbacks.EarlyStopping = {}

end

do
---@class ln.callbacks.History: ln.callbacks.Callback
local Object = {}

--- History: what `fit` returns. Every epoch's values by name, as lists.
---
--- Fields: `history` {loss = {...}, val_loss = {...}, ...}, `epoch` (the epochs' numbers), `keys`
--- (the names in Keras's order: alphabetical, then learning_rate), `params`, `model`, `interrupted`
--- (true when Ctrl-C ended the training; the epoch that it broke off is not among the others).
---
--- **Errors:** unknown options, values of the wrong kind or range.
---
--- ```lua
--- local h = model:fit(x, y, {epochs = 3, verbose = 0})
--- print(h.history.loss[3], h.epoch[3])
--- ```
---@class ln.callbacks.History.class: ln.callbacks.History
---@field super table the class that it extends
---@overload fun(options?: table): ln.callbacks.History
ln.callbacks.History = {}

end

do
---@class ln.callbacks.LambdaCallback.options
---@field on_epoch_end? function f(epoch, logs) (function, default none)
---@field on_train_begin? function ...: see Callback), each a function of the hook's arguments, without self (function, default none)
---@field on_batch_begin? function f(batch, logs) (function, default none)
---@field on_batch_end? function f(batch, logs) (function, default none)
---@field on_epoch_begin? function f(epoch, logs) (function, default none)
---@field on_predict_batch_begin? function f(batch, logs) (function, default none)
---@field on_predict_batch_end? function f(batch, logs) (function, default none)
---@field on_predict_begin? function f(logs) (function, default none)
---@field on_predict_end? function f(logs) (function, default none)
---@field on_test_batch_begin? function f(batch, logs) (function, default none)
---@field on_test_batch_end? function f(batch, logs) (function, default none)
---@field on_test_begin? function f(logs) (function, default none)
---@field on_test_end? function f(logs) (function, default none)
---@field on_train_batch_begin? function f(batch, logs) (function, default none)
---@field on_train_batch_end? function f(batch, logs) (function, default none)
---@field on_train_end? function f(logs) (function, default none)
---@field [integer] any

---@class ln.callbacks.LambdaCallback: ln.callbacks.Callback
local Object = {}

--- LambdaCallback: a callback made of functions, for what needs no class of its own.
---
--- Options: the hooks (`on_epoch_end`, `on_train_begin`, ...: see Callback), each a function of the
--- hook's arguments, without self.
---
--- **Errors:** unknown options, values of the wrong kind or range.
---
--- ```lua
--- local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
--- model:compile{loss = "mse"}
--- local epochs = {}
--- model:fit(ln.ones{8, 1}, ln.ones{8, 1}, {epochs = 3, verbose = 0, callbacks = {
---   ln.callbacks.LambdaCallback{on_epoch_end = function(epoch) epochs[epoch] = epoch end}}})
--- print(table.concat(epochs, " "))                             --> 1 2 3
--- ```
---@class ln.callbacks.LambdaCallback.class: ln.callbacks.LambdaCallback
---@field super table the class that it extends
---@overload fun(options?: ln.callbacks.LambdaCallback.options): ln.callbacks.LambdaCallback
ln.callbacks.LambdaCallback = {}

end

do
---@class ln.callbacks.LearningRateScheduler.options
---@field schedule? any a function of (epoch, learning rate) that returns the new rate, or a schedule of (any, must be given)
---@field verbose? integer how much to print; 0: nothing (integer >= 0, default 0)
---@field [integer] any

---@class ln.callbacks.LearningRateScheduler: ln.callbacks.Callback
local Object = {}

--- LearningRateScheduler: sets the learning rate at the beginning of every epoch.
---
--- Options: `schedule`: a function of (epoch, learning rate) that returns the new rate, or a
--- schedule of `ln.schedules`; `verbose` (0). The function gets epochs as they are everywhere here,
--- from 1 (in Keras from 0). A schedule counts its steps from 0, so the first epoch has its initial
--- rate.
---
--- Logs: `learning_rate`, as it was in the epoch.
---
--- **Errors:** the function returns no number >= 0; the optimizer's rate is a schedule itself.
---
--- ```lua
--- local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
--- model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 0.5}}
--- local halve = ln.callbacks.LearningRateScheduler(function(epoch, rate)
---   return epoch > 2 and rate / 2 or rate
--- end)
--- local history = model:fit(ln.ones{8, 1}, ln.ones{8, 1},
---   {epochs = 4, verbose = 0, callbacks = {halve}})
--- print(table.concat(history.history.learning_rate, " "))      --> 0.5 0.5 0.25 0.125
--- ```
---@class ln.callbacks.LearningRateScheduler.class: ln.callbacks.LearningRateScheduler
---@field super table the class that it extends
---@overload fun(options?: ln.callbacks.LearningRateScheduler.options|any): ln.callbacks.LearningRateScheduler
ln.callbacks.LearningRateScheduler = {}

end

do
---@class ln.callbacks.ModelCheckpoint.options
---@field filepath? string ends in ".keras" or ".h5" for whole models, ".weights.h5" for weights, and may hold fields {epoch}, {batch} (with save_freq) and the names of logs, with a format as in "model-{epoch:02d}-{val_loss:.2f}.keras"; "{{" is a brace (string, must be given)
---@field monitor? string the log that says what is best (string, default "val_loss")
---@field verbose? integer how much to print; 0: nothing (integer >= 0, default 0)
---@field save_best_only? boolean only when the value is better than at all saves before (boolean, default false)
---@field save_weights_only? boolean weights alone, without the model (boolean, default false)
---@field mode? "auto"|"min"|"max" "min" or "max" says which way is better (one of "auto", "min", "max", default "auto")
---@field save_freq? any or after so many batches, of this and of later epochs (any, default "epoch")
---@field initial_value_threshold? number the value that the first save has to beat (number, default none)
---@field [integer] any

---@class ln.callbacks.ModelCheckpoint: ln.callbacks.Callback
local Object = {}

--- ModelCheckpoint: saves the model, or its weights, as training goes on.
---
--- Options: `filepath`: ends in ".keras" or ".h5" for whole models, ".weights.h5" for weights, and
--- may hold fields {epoch}, {batch} (with save_freq) and the names of logs, with a format as in
--- "model-{epoch:02d}-{val_loss:.2f}.keras"; "{{" is a brace. Folders are made. `monitor`
--- ("val_loss"): the log that says what is best; `verbose` (0); `save_best_only` (false): only when
--- the value is better than at all saves before; `save_weights_only` (false); `mode` ("auto"): "min"
--- or "max" says which way is better; `save_freq` ("epoch"): or after so many batches, of this and
--- of later epochs; `initial_value_threshold` (none): the value that the first save has to beat.
---
--- Each file is written whole or not at all (see `model:save`). Field `best`: the value of the best
--- save; it lasts from one fit to the next.
---
--- **Errors:** a file name with another ending; a field or a monitor that is no log (lists those that
--- are), at the first save; what saving raises.
---
--- ```lua
--- local path = os.tmpname() .. ".keras"
--- local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
--- model:compile{loss = "mse"}
--- local checkpoint = ln.callbacks.ModelCheckpoint{path, monitor = "loss",
---   save_best_only = true}
--- model:fit(ln.ones{8, 1}, ln.ones{8, 1}, {epochs = 3, verbose = 0, callbacks = {checkpoint}})
--- local best = ln.load_model(path)
--- print(best.compiled)                                         --> true
--- os.remove(path)
--- ```
---@class ln.callbacks.ModelCheckpoint.class: ln.callbacks.ModelCheckpoint
---@field super table the class that it extends
---@overload fun(options?: ln.callbacks.ModelCheckpoint.options|string): ln.callbacks.ModelCheckpoint
ln.callbacks.ModelCheckpoint = {}

end

do
---@class ln.callbacks.ProgbarLogger: ln.callbacks.Callback
local Object = {}

--- ProgbarLogger: the progress that fit, evaluate and predict print. verbose = 1: a bar that moves,
--- with samples done, time, time per sample, loss and metrics so far; where the output is not a
--- terminal one line an epoch. verbose = 2: one line an epoch. Added by `fit` itself.
---
--- **Errors:** unknown options, values of the wrong kind or range.
---
--- ```lua
--- model:fit(x, y, {epochs = 2, verbose = 2})
--- ```
---@class ln.callbacks.ProgbarLogger.class: ln.callbacks.ProgbarLogger
---@field super table the class that it extends
---@overload fun(options?: table): ln.callbacks.ProgbarLogger
ln.callbacks.ProgbarLogger = {}

end

do
---@class ln.callbacks.ReduceLROnPlateau.options
---@field monitor? string the name of a log (string, default "val_loss")
---@field factor? number what the rate is multiplied by (number in [0, 1), default 0.1)
---@field patience? integer after this many epochs in a row without an improvement (integer >= 0, default 10)
---@field verbose? integer how much to print; 0: nothing (integer >= 0, default 0)
---@field mode? "auto"|"min"|"max" "min" or "max" says which way is better (one of "auto", "min", "max", default "auto")
---@field min_delta? number smaller changes do not count (number, default 0.0001)
---@field cooldown? integer epochs after a reduction that do not count (integer >= 0, default 0)
---@field min_lr? number no lower (number >= 0, default 0)
---@field [integer] any

---@class ln.callbacks.ReduceLROnPlateau: ln.callbacks.Callback
local Object = {}

--- ReduceLROnPlateau: lowers the learning rate when a value has stopped improving.
---
--- Options: `monitor` ("val_loss"): the name of a log; `factor` (0.1): what the rate is multiplied
--- by; `patience` (10): after this many epochs in a row without an improvement; `verbose` (0);
--- `mode` ("auto"): "min" or "max" says which way is better; `min_delta` (1e-4): smaller changes do
--- not count; `cooldown` (0): epochs after a reduction that do not count; `min_lr` (0): no lower.
---
--- Logs: `learning_rate`, as it was in the epoch. Fields: `best`, `wait`, `cooldown_counter`. Every
--- fit begins anew.
---
--- **Errors:** no log has the name of the monitor (lists those that there are), after the first epoch;
--- the optimizer's rate is a schedule.
---
--- ```lua
--- local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
--- model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 1.5}}  -- too large
--- local plateau = ln.callbacks.ReduceLROnPlateau{monitor = "loss", factor = 0.1, patience = 2}
--- local history = model:fit(ln.ones{8, 1}, ln.zeros{8, 1},
---   {epochs = 6, verbose = 0, callbacks = {plateau}})
--- print(history.history.learning_rate[3], history.history.learning_rate[4])  --> 1.5 0.15
--- ```
---@class ln.callbacks.ReduceLROnPlateau.class: ln.callbacks.ReduceLROnPlateau
---@field super table the class that it extends
---@overload fun(options?: ln.callbacks.ReduceLROnPlateau.options): ln.callbacks.ReduceLROnPlateau
ln.callbacks.ReduceLROnPlateau = {}

end

do
---@class ln.callbacks.SwapEMAWeights.options
---@field swap_on_epoch? boolean the averages are in the model from the end of an epoch to the beginning of the next as well, so that callbacks that come later, ModelCheckpoint say, see them (boolean, default false)
---@field [integer] any

---@class ln.callbacks.SwapEMAWeights: ln.callbacks.Callback
local Object = {}

--- SwapEMAWeights: evaluates with the averages of the weights that the optimizer keeps
--- (`use_ema = true`: Polyak averaging) in the place of the weights; training goes on with the
--- weights themselves.
---
--- Options: `swap_on_epoch` (false): the averages are in the model from the end of an epoch to the
--- beginning of the next as well, so that callbacks that come later, ModelCheckpoint say, see them.
---
--- **Errors:** the optimizer keeps no averages.
---
--- ```lua
--- local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
--- model:compile{loss = "mse", optimizer = ln.optimizers.SGD{use_ema = true}}
--- local history = model:fit(ln.ones{8, 1}, ln.zeros{8, 1}, {epochs = 2, verbose = 0,
---   validation_data = {ln.ones{8, 1}, ln.zeros{8, 1}},
---   callbacks = {ln.callbacks.SwapEMAWeights()}})
--- print(history.history.val_loss[2] > 0)                       --> true
--- ```
---@class ln.callbacks.SwapEMAWeights.class: ln.callbacks.SwapEMAWeights
---@field super table the class that it extends
---@overload fun(options?: ln.callbacks.SwapEMAWeights.options): ln.callbacks.SwapEMAWeights
ln.callbacks.SwapEMAWeights = {}

end

do
---@class ln.callbacks.TensorBoard.options
---@field log_dir? string the folder for event files (string, default "logs")
---@field histogram_freq? integer epochs between histograms of the weights; 0: none (integer >= 0, default 0)
---@field update_freq? any "epoch", "batch" or every how many batches losses are written (any, default "epoch")
---@field write_graph? boolean write the model's graph (boolean, default true)
---@field write_images? boolean write weights as images (boolean, default false)
---@field write_steps_per_second? boolean write how fast training is (boolean, default false)
---@field [integer] any

---@class ln.callbacks.TensorBoard: ln.callbacks.Callback
local Object = {}

--- TensorBoard: writes what fit and evaluate do into event files, which `tensorboard --logdir logs`
--- shows. Runs, tags and steps are Keras's, over the writer of `ln.summary`:
---
--- Folder `train`: `epoch_loss`, `epoch_<metric>`, `epoch_learning_rate`, `epoch_steps_per_second`;
--- with update_freq `batch_loss`, `batch_<metric>`, `batch_steps_per_second`; with histogram_freq
--- `<layer>/<weight>/histogram` and `.../image`; the model's graph. Folder `validation`:
--- `epoch_loss`, ..., and of each evaluation `evaluation_loss_vs_iterations`, ... Steps are data in
--- the files and count as Keras counts: epochs from 0, batches from 1; iterations are the
--- optimizer's.
--- Writes event files for TensorBoard.
---
--- **Errors:** unknown options; a folder that cannot be written into, a full disk (they end training).
---
--- ```lua
--- local x, y = ln.random.normal{64, 8}, ln.zeros{64, 1}
--- local model = ln.Sequential{ln.layers.Dense{1, input_shape = {8}}}
--- model:compile{loss = "mse"}
--- local board = ln.callbacks.TensorBoard{os.tmpname() .. "_logs", histogram_freq = 1}
--- model:fit(x, y, {epochs = 2, validation_split = 0.25, verbose = 0, callbacks = {board}})
--- ```
---@class ln.callbacks.TensorBoard.class: ln.callbacks.TensorBoard
---@field super table the class that it extends
---@overload fun(options?: ln.callbacks.TensorBoard.options): ln.callbacks.TensorBoard
ln.callbacks.TensorBoard = {}

end

do
---@class ln.callbacks.TerminateOnNaN.options
---@field raise_error? boolean with an error, so that no other callback's on_train_end runs (and a backup stays, say), instead of an orderly end (boolean, default false)
---@field [integer] any

---@class ln.callbacks.TerminateOnNaN: ln.callbacks.Callback
local Object = {}

--- TerminateOnNaN: ends training as soon as the loss of the epoch is NaN or infinite.
---
--- Options: `raise_error` (false): with an error, so that no other callback's on_train_end runs (and
--- a backup stays, say), instead of an orderly end.
---
--- **Errors:** unknown options, values of the wrong kind or range.
---
--- ```lua
--- local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
--- model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 1e30}}
--- local history = model:fit(ln.ones{64, 1}, ln.zeros{64, 1},
---   {epochs = 9, verbose = 0, callbacks = {ln.callbacks.TerminateOnNaN()}})
--- print(#history.epoch)                                        --> 1
--- ```
---@class ln.callbacks.TerminateOnNaN.class: ln.callbacks.TerminateOnNaN
---@field super table the class that it extends
---@overload fun(options?: ln.callbacks.TerminateOnNaN.options): ln.callbacks.TerminateOnNaN
ln.callbacks.TerminateOnNaN = {}

end

do
---@class ln.constraints.Constraint
---@overload fun(weights: any): lunate.Tensor
local Object = {}

--- An object from what `get_config` gives, or Keras.
---
--- **Errors:** unknown keys, values of the wrong type.
---
--- ```lua
--- print(ln.layers.Dense.from_config{units = 3})                        --> Dense(3, linear)
--- ```
---@param config any a table by name
---@return any ... # the object.
function Object.from_config(config) end

--- What a built-in computes, for a subclass that calls up: `Class.super.call(self, ...)`. A class
--- of one's own defines `call`; objects are called as functions.
---
--- **Errors:** those of the call.
---
--- ```lua
--- local Shifted = ln.layers.Dense:extend("Shifted")
--- function Shifted:call(x) return Shifted.super.call(self, x) + 1 end
--- print(Shifted{2, kernel_initializer = "zeros"}(ln.ones{1, 3}))       --> [[1. 1.]]
--- ```
---@param ... any what the object is called with
---@return any ... # what calling the object returns.
function Object:call(...) end

--- A subclass. It inherits everything; `Sub.super` is the class, `Sub.options` declares options.
---
--- **Errors:** no name.
---
--- ```lua
--- local Twice = ln.layers.Layer:extend("Twice")
--- function Twice:call(x) return 2 * x end
--- print(Twice()(ln.tensor{3}))                                         --> [6.]
--- ```
---@param name string what the class is called, in messages and in saved models
---@return any ... # the new class.
function Object:extend(name) end

--- The options as Keras writes them; `from_config` makes an equal object of them.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.layers.Dense(3):get_config().units)                         --> 3
--- ```
---@return table # a table by name.
function Object:get_config() end

--- The base of constraints: one of one's own defines `call(weights)`, which gives the weights that
--- are kept; a constraint is called.
---
--- **Errors:** unknown options, values of the wrong kind or range;
--- when called: what is no tensor; an axis that it does not have.
---
--- ```lua
--- print(ln.constraints.NonNeg()(ln.tensor{-1, 2}))                     --> [0. 2.]
--- ```
---@class ln.constraints.Constraint.class: ln.constraints.Constraint
---@field super table the class that it extends
---@overload fun(options?: table): ln.constraints.Constraint
ln.constraints.Constraint = {}

end

do
---@class ln.constraints.MaxNorm.options
---@field max_value? number the largest norm (number >= 0, default 2)
---@field axis? integer|integer[] along which norms are taken: 1 for a Dense kernel, {1, 2, 3} for a Conv2D kernel (axis or list of axes (1-based, or negative from the end) or none, default 1)
---@field [integer] any

---@class ln.constraints.MaxNorm: ln.constraints.Constraint
---@overload fun(weights: any): lunate.Tensor
local Object = {}

--- Weights whose norm along axis is above max_value are scaled down to it.
--- max_value (2), axis (1: the incoming weights of each Dense unit).
---
--- **Errors:** unknown options, values of the wrong kind or range;
--- when called: what is no tensor; an axis that it does not have.
---
--- ```lua
--- ln.constraints.MaxNorm(1)(ln.tensor{{3}, {4}})  --> [[0.6] [0.8]]
--- ```
---@class ln.constraints.MaxNorm.class: ln.constraints.MaxNorm
---@field super table the class that it extends
---@overload fun(options?: ln.constraints.MaxNorm.options): ln.constraints.MaxNorm
ln.constraints.MaxNorm = {}

end

do
---@class ln.constraints.MinMaxNorm.options
---@field min_value? number the smallest norm (number >= 0, default 0)
---@field max_value? number the largest norm (number >= 0, default 1)
---@field rate? number how much of the way is gone at once (number in [0, 1], default 1)
---@field axis? integer|integer[] along which norms are taken: 1 for a Dense kernel, {1, 2, 3} for a Conv2D kernel (axis or list of axes (1-based, or negative from the end) or none, default 1)
---@field [integer] any

---@class ln.constraints.MinMaxNorm: ln.constraints.Constraint
---@overload fun(weights: any): lunate.Tensor
local Object = {}

--- Norms along axis are brought between min_value and max_value.
--- min_value (0), max_value (1), rate (1: at once; 0.5: half of the way each step), axis (1).
--- min_value above max_value is an error.
---
--- **Errors:** unknown options, values of the wrong kind or range;
--- when called: what is no tensor; an axis that it does not have.
---
--- ```lua
--- ln.constraints.MinMaxNorm{0, 1}(ln.tensor{{3}, {4}})  --> [[0.6] [0.8]]
--- ```
---@class ln.constraints.MinMaxNorm.class: ln.constraints.MinMaxNorm
---@field super table the class that it extends
---@overload fun(options?: ln.constraints.MinMaxNorm.options): ln.constraints.MinMaxNorm
ln.constraints.MinMaxNorm = {}

end

do
---@class ln.constraints.NonNeg: ln.constraints.Constraint
---@overload fun(weights: any): lunate.Tensor
local Object = {}

--- Weights below zero become zero.
---
--- **Errors:** unknown options, values of the wrong kind or range;
--- when called: what is no tensor; an axis that it does not have.
---
--- ```lua
--- ln.constraints.NonNeg()(ln.tensor{-1, 2})  --> [0. 2.]
--- ```
---@class ln.constraints.NonNeg.class: ln.constraints.NonNeg
---@field super table the class that it extends
---@overload fun(options?: table): ln.constraints.NonNeg
ln.constraints.NonNeg = {}

end

do
---@class ln.constraints.UnitNorm.options
---@field axis? integer|integer[] along which norms are taken: 1 for a Dense kernel, {1, 2, 3} for a Conv2D kernel (axis or list of axes (1-based, or negative from the end) or none, default 1)
---@field [integer] any

---@class ln.constraints.UnitNorm: ln.constraints.Constraint
---@overload fun(weights: any): lunate.Tensor
local Object = {}

--- Weights are scaled to norm 1 along axis.
--- axis (1).
---
--- **Errors:** unknown options, values of the wrong kind or range;
--- when called: what is no tensor; an axis that it does not have.
---
--- ```lua
--- ln.constraints.UnitNorm()(ln.tensor{{3}, {4}})  --> [[0.6] [0.8]]
--- ```
---@class ln.constraints.UnitNorm.class: ln.constraints.UnitNorm
---@field super table the class that it extends
---@overload fun(options?: ln.constraints.UnitNorm.options): ln.constraints.UnitNorm
ln.constraints.UnitNorm = {}

end

--- `get` of a namespace (`ln.layers.get`, `ln.losses.get`, ...): an object from a name, from what
--- `serialize` gives, from a class; an object stays itself.
---
--- **Errors:** an unknown name (with the nearest known one).
---
--- ```lua
--- print(ln.optimizers.get("sgd")) --> SGD(learning_rate=0.01)
--- ```
---@param identifier any a string, {class_name =, config =}, a class, an object or a function
---@return any ... # the object.
function ln.constraints.get(identifier) end

--- `serialize` of a namespace (`ln.layers.serialize`, ...): class and config, as Keras writes them.
---
--- **Errors:** what is none of these.
---
--- ```lua
--- print(ln.layers.serialize(ln.layers.Dense(3)).class_name)            --> Dense
--- ```
---@param object any a layer, loss, optimizer, ...
---@return table # {class_name =, config =, module =, registered_name =}.
function ln.constraints.serialize(object) end

do
---@class ln.data.Dataset
local Object = {}

---@class ln.data.Dataset.from_csv.options
---@field header? any whether the first row has names: true, false or "auto" (any, must be given)
---@field delimiter? string what separates fields (string, must be given)
---@field columns? table which columns to keep: names, or positions from 1 (table, must be given)
---@field dtype? lunate.dtype the type of the elements (dtype, must be given)
---@field skip_rows? any ), and (any, must be given)
---@field label? any the column, by name or position among those kept, that is the target (a list of columns: a vector); the element then is x, y (any, must be given)

--- Elements are the rows of a CSV file, read piece by piece: the file may be larger than memory.
--- `ds.columns`: the names of x's columns, nil without a header.
---
--- **Errors:** those of read_csv, when it runs; a label that is no column.
---
--- ```lua
--- local path = os.tmpname()
--- local file <close> = io.open(path, "w")
--- file:write("acid;quality\n7.4;5\n7.8;6\n"):flush()
--- local wine = ln.data.Dataset.from_csv(path, {delimiter = ";", label = "quality"})
--- for acid, quality in wine:batch(2):iterate() do print(acid.shape, quality.shape) end
--- ```
---@param path string the file, plain or gzip
---@param options? ln.data.Dataset.from_csv.options those of read_csv (`header`, `delimiter`, `columns`, `dtype`, `skip_rows`), and `label`: the column, by name or position among those kept, that is the target (a list of columns: a vector); the element then is x, y
---@return ln.data.Dataset # a Dataset
function Object.from_csv(path, options) end

---@class ln.data.Dataset.from_generator.options
---@field length? integer how many elements a pass gives, where that is known; it is held to it a function, or a coroutine Elements from Lua: each pass calls the function anew (integer >= 0, default none)

--- Elements from Lua: each pass calls the function anew. It either yields them
--- (`coroutine.yield(x, y)`) or returns an iterator, a function that gives the next element or nil.
--- A coroutine in its place is good for one pass. Numbers and tables of numbers become tensors.
---
--- **Errors:** another source; those of the function, when it runs; another length than was said.
---
--- ```lua
--- local squares = ln.data.Dataset.from_generator(function()
---   for i = 1, 100 do coroutine.yield(ln.tensor{i}, i ^ 2) end
--- end, {length = 100})
--- ```
---@param source any a function, or a coroutine
---@param options? ln.data.Dataset.from_generator.options `length`: how many elements a pass gives, where that is known; it is held to it
---@return ln.data.Dataset # a Dataset
function Object.from_generator(source, options) end

--- Elements are the rows of tensors: x[1], y[1] first.
---
--- **Errors:** no tensors; lengths that differ.
---
--- ```lua
--- local wide, deep = ln.ones{20, 3}, ln.ones{20, 5}
--- local ds = ln.data.Dataset.from_tensors({wide = wide, deep = deep}, y):batch(8)
--- print(#ds)                                                              --> 3
--- ```
---@param ... any tensors (or tables of them: lists, by name) with one number of rows
---@return any ...
function Object.from_tensors(...) end

--- The elements of several Datasets side by side, until the shortest ends: `Dataset.zip(a, b)` or
--- `a:zip(b)` gives a's parts, then b's.
---
--- **Errors:** what is no Dataset.
---
--- ```lua
--- local weights = ln.data.Dataset.from_tensors(ln.ones{20})
--- local weighted = ln.data.Dataset.zip(ds, weights)       -- x, y, w
--- print(#weighted)                                                        --> 20
--- ```
---@param ... any Datasets
---@return ln.data.Dataset # a Dataset
function Object.zip(...) end

---@class ln.data.Dataset.batch.options
---@field drop_remainder? boolean leaves out a last batch that is smaller how many elements Elements stacked (boolean, default false)

--- Elements stacked, `batch_size` at a time, along a new first axis.
---
--- **Errors:** shapes that differ within a batch.
---
--- ```lua
--- local tens = ln.data.Dataset.from_tensors(ln.arange(10))
--- print(tens:batch(4):iterate()().shape, #tens:batch(4))                   --> (4,) 3
--- ```
---@param batch_size integer how many elements
---@param options? ln.data.Dataset.batch.options `drop_remainder` (false): leaves out a last batch that is smaller
---@return any ...
function Object:batch(batch_size, options) end

--- Only the elements for which fn(x, y, ...) is true (a tensor of one element counts by its value).
---
--- **Errors:** what is no function.
---
--- ```lua
--- local ones = ds:filter(function(_, label) return label:eq(1) end)
--- ```
---@param fn function a function of the parts of an element
---@return any ...
function Object:filter(fn) end

--- For `for`: `for x, y in ds:iterate() do ... end`, a new pass each time.
---
--- **Errors:** those of the functions that the stages call, as they run.
---
--- ```lua
--- local sum = 0
--- for x in ln.data.Dataset.from_tensors(ln.arange(4)):iterate() do sum = sum + x:item() end
--- print(sum)                                                              --> 6.0
--- ```
---@return fun(): ... # an iterator that gives the parts of the next element
function Object:iterate() end

--- f(x, y, ...) of every element: what it returns is the new one (numbers become tensors).
---
--- **Errors:** nothing returned.
---
--- ```lua
--- local doubled = ds:map(function(features, label) return features * 2, label end)
--- ```
---@param fn function a function of the parts of an element
---@return any ...
function Object:map(fn) end

---@class ln.data.Dataset.padded_batch.options
---@field padded_shapes? table a shape for each part of the element, false (or nil) for what the longest of the batch needs (table, default none)
---@field padding_values? number a number, or one for each part (number, default 0)
---@field drop_remainder? boolean how many elements As (boolean, default false)

--- As `batch`, of elements whose shapes differ: each is filled up at the end of its axes.
---
--- **Errors:** an element that is longer than its padded shape; ranks that differ.
---
--- ```lua
--- local padded = ds:padded_batch(8, {padded_shapes = {{6}, {}}, padding_values = {0, -1}})
--- print(padded:iterate()().shape)                                         --> (8, 6)
--- ```
---@param batch_size integer how many elements
---@param options? ln.data.Dataset.padded_batch.options `padded_shapes`: a shape for each part of the element, false (or nil) for what the longest of the batch needs; `padding_values` (0): a number, or one for each part; `drop_remainder` (false)
---@return any ...
function Object:padded_batch(batch_size, options) end

--- Reads ahead: what needs no Lua before this stage, reading and parsing a CSV file or collecting
--- the rows of batches, happens on a thread, up to `depth` pieces before they are asked for.
--- Functions in Lua run when their element is asked for, as without it.
---
--- **Errors:** depth below 1.
---
--- ```lua
--- print(#ln.data.Dataset.from_tensors(ln.arange(10)):batch(5):prefetch(2)) --> 2
--- ```
---@param depth integer how many pieces
---@return any ...
function Object:prefetch(depth) end

--- All of it `count` times over (nil: without end); shuffled anew each time when it is shuffled.
---
--- **Errors:** a count below 0.
---
--- ```lua
--- print(#ln.data.Dataset.from_tensors(ln.arange(10)):repeat_(3))          --> 30
--- ```
---@param count integer how often; nil: without end
---@return any ...
function Object:repeat_(count) end

---@class ln.data.Dataset.shuffle.options
---@field seed? integer follows from ln.set_seed (integer >= 0, default none)
---@field reshuffle_each_iteration? boolean every pass has an order of its own (boolean, default true)

--- Elements in random order: each is drawn from a buffer of the next `buffer_size` ones; a buffer
--- that holds all of them makes every order as likely.
---
--- **Errors:** buffer_size below 1.
---
--- ```lua
--- local ds = ln.data.Dataset.from_tensors(ln.arange(10)):shuffle(10, {seed = 1})
--- for x in ds:iterate() do print(x:item()) end
--- ```
---@param buffer_size integer how many elements to draw from
---@param options? ln.data.Dataset.shuffle.options `seed` (nil: follows from ln.set_seed), `reshuffle_each_iteration` (true: every pass has an order of its own)
---@return any ...
function Object:shuffle(buffer_size, options) end

--- All but the first n elements.
---
--- **Errors:** n below 0.
---
--- ```lua
--- print(#ln.data.Dataset.from_tensors(ln.arange(10)):skip(4))             --> 6
--- ```
---@param n integer how many
---@return any ...
function Object:skip(n) end

--- The first n elements.
---
--- **Errors:** n below 0.
---
--- ```lua
--- print(#ln.data.Dataset.from_tensors(ln.arange(10)):take(4))             --> 4
--- ```
---@param n integer how many
---@return any ...
function Object:take(n) end

--- An object from what `get_config` gives, or Keras.
---
--- **Errors:** unknown keys, values of the wrong type.
---
--- ```lua
--- print(ln.layers.Dense.from_config{units = 3})                        --> Dense(3, linear)
--- ```
---@param config any a table by name
---@return any ... # the object.
function Object.from_config(config) end

--- What a built-in computes, for a subclass that calls up: `Class.super.call(self, ...)`. A class
--- of one's own defines `call`; objects are called as functions.
---
--- **Errors:** those of the call.
---
--- ```lua
--- local Shifted = ln.layers.Dense:extend("Shifted")
--- function Shifted:call(x) return Shifted.super.call(self, x) + 1 end
--- print(Shifted{2, kernel_initializer = "zeros"}(ln.ones{1, 3}))       --> [[1. 1.]]
--- ```
---@param ... any what the object is called with
---@return any ... # what calling the object returns.
function Object:call(...) end

--- A subclass. It inherits everything; `Sub.super` is the class, `Sub.options` declares options.
---
--- **Errors:** no name.
---
--- ```lua
--- local Twice = ln.layers.Layer:extend("Twice")
--- function Twice:call(x) return 2 * x end
--- print(Twice()(ln.tensor{3}))                                         --> [6.]
--- ```
---@param name string what the class is called, in messages and in saved models
---@return any ... # the new class.
function Object:extend(name) end

--- The options as Keras writes them; `from_config` makes an equal object of them.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.layers.Dense(3):get_config().units)                         --> 3
--- ```
---@return table # a table by name.
function Object:get_config() end

--- Dataset: a stream of elements, described first and gone through as often as wanted. A source
--- (`from_tensors`, `from_generator`, `from_csv`) and stages (`map`, `shuffle`, `batch`, ...), each
--- a new Dataset over the one before; nothing happens until it is iterated. An element has one or
--- more parts, as `fit` takes them: x, y and sample weights, each a tensor or a table of tensors (a
--- list or by name).
---
--- `ds.length` is the number of elements: math.huge after `repeat_()`, nil when it cannot be known.
--- To add a stage: a method that gives make{...} with `open`, which returns the function that gives
--- the next element (nothing at the end), and one that closes what is open, or nil.
---
--- **Errors:** those of its sources and stages.
---
--- ```lua
--- local x, y = ln.arange(0, 12):reshape{6, 2}, ln.arange(0, 6)
--- local ds = ln.data.Dataset.from_tensors(x, y):shuffle(6):batch(4):prefetch(2)
--- for x_batch, y_batch in ds:iterate() do
---   print(x_batch.shape, y_batch.shape)               -- (4, 2) (4,), then (2, 2) (2,)
--- end
--- local model = ln.Sequential{ln.layers.Dense(1)}
--- model:compile{loss = "mse"}
--- model:fit(ds, nil, {epochs = 3, verbose = 0})
--- ```
---@class ln.data.Dataset.class: ln.data.Dataset
---@field super table the class that it extends
---@overload fun(options?: table): ln.data.Dataset
ln.data.Dataset = {}

end

---@class ln.data.batches.options
---@field batch_size? integer how many samples at once (integer >= 1, default 32)
---@field shuffle? boolean the batches are views of the tensors (boolean, default false)
---@field drop_remainder? boolean the last batch may be smaller (boolean, default false)
---@field random_state? integer makes the order independent of (integer >= 0, default none)

--- batches: goes over tensors in batches along their first axis.
---
--- An iterator for `for`. Without `shuffle` the batches are views of the tensors.
---
--- **Errors:** lengths that differ; what is no tensor; unknown options.
---
--- ```lua
--- local x, y = ln.arange(0, 10):reshape{5, 2}, ln.arange(0, 5)
--- for x_batch, y_batch in ln.data.batches(x, y, {batch_size = 2, shuffle = true}) do
---   print(x_batch.shape, y_batch.shape)    -- (2, 2) (2,) twice, then (1, 2) (1,)
--- end
--- ```
---@param ... any tensors, or tables of tensors (lists or by name, for models with several inputs), of one length; then options: `batch_size` (32), `shuffle` (false), `drop_remainder` (false: the last batch may be smaller), `random_state` (makes the order independent of `ln.set_seed`)
---@return fun(): ... # an iterator that gives for each batch what was given, in the same form
function ln.data.batches(...) end

--- parse_csv: as read_csv, from a text.
---
--- The tensor and the names of its columns; options as in `read_csv`.
---
--- **Errors:** as of read_csv.
---
--- ```lua
--- print((ln.data.parse_csv("a,b\n1,2\n3,4\n")))                         --> [[1. 2.] [3. 4.]]
--- ```
---@param text any the text
---@param options any those of read_csv
---@return any ...
function ln.data.parse_csv(text, options) end

---@class ln.data.read_csv.options
---@field header? any the first row is one unless all of it are numbers; or true, false (any, default "auto")
---@field delimiter? string what separates fields (string, default ",")
---@field columns? table which to keep, names or positions from 1, in the order wanted (table, default all)
---@field dtype? lunate.dtype the type of the elements (dtype, default "float32")
---@field skip_rows? number lines to leave out at the beginning (number, default 0)

--- read_csv: a table of numbers from a CSV file.
---
--- Reads a file, plain or gzip, as a tensor (rows, columns).
---
--- **Errors:** what is not a number of that dtype, and rows that are too short or too long, with file,
--- line and column. Missing values (nothing, NA, N/A, NaN, null, None) become NaN, or an error when
--- the dtype is not a float.
---
--- ```lua
--- local path = os.tmpname()
--- io.open(path, "w"):write("pH;sugar;quality\n3.5;1.9;5\n3.2;2.6;7\n"):close()
--- local values, names = ln.data.read_csv(path, {delimiter = ";"})
--- print(values.shape, names[3])                                         --> (2, 3)  quality
--- print((ln.data.read_csv(path, {delimiter = ";", columns = {"quality"}})))   --> [[5.] [7.]]
--- ```
---@param path string the file; quoted fields, CRLF, a byte order mark and blank lines are understood
---@param options? ln.data.read_csv.options `header` ("auto": the first row is one unless all of it are numbers; or true, false), `delimiter` (","), `columns` (all: which to keep, names or positions from 1, in the order wanted), `dtype` ("float32"), `skip_rows` (0: lines to leave out at the beginning)
---@return lunate.Tensor # the tensor, and the names of its columns, or nil without a header
function ln.data.read_csv(path, options) end

--- `data` float32 (20640, 8) and `target` float32 (20640,), in 100,000 dollars, derived as
--- scikit-learn does; `feature_names`.
---
--- **Errors:** the file is not there and cannot be downloaded (says where it was looked for), or is
--- damaged.
---
--- ```lua
--- local housing = ln.datasets.california_housing.load_data()
--- print(housing.data.shape)                                               --> (20640, 8)
--- ```
---@return any ...
function ln.datasets.california_housing.load_data() end

--- x_train uint8 (60000, 28, 28), y_train uint8 (60000,), x_test (10000, 28, 28), y_test
--- (10000,): pixels 0 (background) to 255, labels the class ids 0 to 9.
---
--- **Errors:** a file is not there and cannot be downloaded (says where it was looked for), or is
--- damaged.
---
--- ```lua
--- local x_train, y_train, x_test, y_test = ln.datasets.fashion_mnist.load_data()
--- print(x_train.shape, y_test.shape)                       --> (60000, 28, 28) (10000,)
--- ```
---@return any ... # the four tensors
function ln.datasets.fashion_mnist.load_data() end

---@class ln.datasets.garments.load_data.options
---@field n_train? integer how many images to train with (integer >= 10, default 10000)
---@field n_test? integer how many images to test with (integer >= 10, default 2000)
---@field random_state? integer 0; the same images whatever (integer >= 0, default 0)

--- Options: `n_train` (10000), `n_test` (2000), `random_state` (0; the same images whatever
--- `ln.set_seed` says).
---
--- **Errors:** unknown options; fewer than 10 images.
---
--- ```lua
--- local x_train, y_train = ln.datasets.garments.load_data{n_train = 10, n_test = 10}
--- print(x_train.shape, y_train.shape)                                  --> (10, 28, 28) (10,)
--- ```
---@param options? ln.datasets.garments.load_data.options
---@return lunate.Tensor # x_train uint8 (n_train, 28, 28), y_train uint8 (n_train,), x_test and y_test of n_test: in form and class ids as `fashion_mnist.load_data()`
function ln.datasets.garments.load_data(options) end

--- `data` float32 (150, 4), `target` int64 (150,) with the species 0, 1, 2, `feature_names`,
--- `target_names`.
---
--- **Errors:** none.
---
--- ```lua
--- local iris = ln.datasets.iris.load_data()
--- print(iris.data.shape, iris.target_names[1])                            --> (150, 4) setosa
--- ```
---@return any ...
function ln.datasets.iris.load_data() end

---@class ln.datasets.make_blobs.options
---@field centers? number how many (drawn evenly from (number, default 3)
---@field center_box? number[] in each feature), or a table or tensor (centers, features) of them (numbers, default {-10, 10})
---@field cluster_std? number a number, or one for each center; n_samples are spread evenly over the centers (number, default 1.0)
---@field n_features? integer how many columns (integer >= 1, default 2)
---@field n_samples? integer how many rows (integer >= 1, default 100)
---@field random_state? integer makes it independent of `ln.set_seed` (integer >= 0, default none)
---@field return_centers? boolean also return the centers (boolean, default false)
---@field shuffle? boolean put the samples in random order (boolean, default true)

--- make_blobs: normally distributed clouds around centers.
---
--- `centers`: how many (drawn evenly from `center_box` in each feature), or a table or tensor
--- (centers, features) of them; `cluster_std`: a number, or one for each center; n_samples are
--- spread evenly over the centers.
---
--- **Errors:** unknown options, values of the wrong kind or range; centers or deviations that
--- do not fit.
---
--- ```lua
--- local x, y = ln.datasets.make_blobs{n_samples = 150, centers = 3, random_state = 0}
--- local x, y = ln.datasets.make_blobs{centers = {{0, 0}, {5, 5}}, cluster_std = {0.5, 2}}
--- ```
---@param options? ln.datasets.make_blobs.options
---@return lunate.Tensor # x float32 (n_samples, n_features), y int64 (n_samples,) with the center 0, 1, ... of each; with `return_centers` the centers (centers, n_features) too
function ln.datasets.make_blobs(options) end

---@class ln.datasets.make_circles.options
---@field factor? number is the inner circle's radius, the outer one's is 1 (number >= 0 <= 1, default 0.8)
---@field n_samples? integer how many rows (integer >= 2, default 100)
---@field noise? number the standard deviation of what is added to each coordinate (number >= 0, default 0)
---@field random_state? integer makes it independent of `ln.set_seed` (integer >= 0, default none)
---@field shuffle? boolean put the samples in random order (boolean, default true)

--- make_circles: a circle inside another.
---
--- `factor` is the inner circle's radius, the outer one's is 1.
---
--- **Errors:** unknown options, values of the wrong kind or range.
---
--- ```lua
--- local x, y = ln.datasets.make_circles{n_samples = 200, factor = 0.5, noise = 0.05}
--- ```
---@param options? ln.datasets.make_circles.options
---@return lunate.Tensor # x float32 (n_samples, 2) and y int64 (n_samples,) with the classes 0 (outer) and 1 (inner)
function ln.datasets.make_circles(options) end

---@class ln.datasets.make_moons.options
---@field n_samples? integer how many rows (integer >= 2, default 100)
---@field noise? number the standard deviation of what is added to each coordinate (number >= 0, default 0)
---@field random_state? integer makes it independent of `ln.set_seed` (integer >= 0, default none)
---@field shuffle? boolean put the samples in random order (boolean, default true)

--- make_moons: two half circles that reach into each other.
---
--- **Errors:** unknown options, values of the wrong kind or range.
---
--- ```lua
--- local x, y = ln.datasets.make_moons{n_samples = 200, noise = 0.1, random_state = 42}
--- ```
---@param options? ln.datasets.make_moons.options
---@return lunate.Tensor # x float32 (n_samples, 2) and y int64 (n_samples,) with the classes 0 (outer) and 1 (inner)
function ln.datasets.make_moons(options) end

---@class ln.datasets.make_regression.options
---@field shuffle? boolean mixes samples and features (boolean, default true)
---@field bias? number what is added to every target (number, default 0)
---@field coef? boolean also return the coefficients (boolean, default false)
---@field n_features? integer how many columns (integer >= 1, default 100)
---@field n_informative? integer how many columns the target depends on (integer >= 0, default 10)
---@field n_samples? integer how many rows (integer >= 1, default 100)
---@field n_targets? integer how many targets a row has (integer >= 1, default 1)
---@field noise? number the standard deviation of what is added to each coordinate (number >= 0, default 0)
---@field random_state? integer makes it independent of `ln.set_seed` (integer >= 0, default none)

--- make_regression: a random linear problem, of which only some features matter.
---
--- y = x * coef + bias + noise; x is standard normal, the coefficients of n_informative features
--- are uniform in 0 .. 100, those of the others 0; `shuffle` mixes samples and features.
---
--- **Errors:** unknown options, values of the wrong kind or range.
---
--- ```lua
--- local x, y, coef = ln.datasets.make_regression{n_samples = 200, n_features = 5, coef = true}
--- ```
---@param options? ln.datasets.make_regression.options
---@return lunate.Tensor # x float32 (n_samples, n_features), y float32 (n_samples,), or (n_samples, n_targets) of several targets; with `coef` the coefficients (n_features,) or (n_features, n_targets) too
function ln.datasets.make_regression(options) end

---@class ln.datasets.make_spirals.options
---@field turns? number how often an arm goes round while its radius grows from 0 to 1; n_samples are spread evenly over the arms (number >= 0, default 1)
---@field n_classes? integer how many classes (integer >= 1, default 2)
---@field n_samples? integer how many rows (integer >= 1, default 100)
---@field noise? number the standard deviation of what is added to each coordinate (number >= 0, default 0)
---@field random_state? integer makes it independent of `ln.set_seed` (integer >= 0, default none)
---@field shuffle? boolean put the samples in random order (boolean, default true)

--- make_spirals: spiral arms around the origin, one a class.
---
--- `turns`: how often an arm goes round while its radius grows
--- from 0 to 1; n_samples are spread evenly over the arms.
---
--- **Errors:** unknown options, values of the wrong kind or range.
---
--- ```lua
--- local x, y = ln.datasets.make_spirals{n_samples = 300, n_classes = 3, noise = 0.02}
--- ```
---@param options? ln.datasets.make_spirals.options
---@return lunate.Tensor # x float32 (n_samples, 2) and y int64 (n_samples,) with the classes 0 .. n_classes - 1
function ln.datasets.make_spirals(options) end

--- x_train uint8 (60000, 28, 28), y_train uint8 (60000,), x_test (10000, 28, 28), y_test
--- (10000,): pixels 0 (background) to 255, labels the class ids 0 to 9.
---
--- **Errors:** a file is not there and cannot be downloaded (says where it was looked for), or is
--- damaged.
---
--- ```lua
--- local x_train, y_train, x_test, y_test = ln.datasets.fashion_mnist.load_data()
--- print(x_train.shape, y_test.shape)                       --> (60000, 28, 28) (10000,)
--- ```
---@return any ... # the four tensors
function ln.datasets.mnist.load_data() end

do
---@class ln.initializers.Constant.options
---@field value? number of every element (number, default 0)
---@field [integer] any

---@class ln.initializers.Constant: ln.initializers.Initializer
---@overload fun(shape: integer[], options?: table): lunate.Tensor
local Object = {}

--- One number everywhere, in any dtype.
--- value (0): the number.
---
--- **Errors:** unknown options, values of the wrong
--- kind or range; when called: a shape that it cannot fill.
---
--- ```lua
--- ln.layers.Dense{3, bias_initializer = ln.initializers.Constant(0.1)}
--- ```
---@class ln.initializers.Constant.class: ln.initializers.Constant
---@field super table the class that it extends
---@overload fun(options?: ln.initializers.Constant.options): ln.initializers.Constant
ln.initializers.Constant = {}

end

do
---@class ln.initializers.GlorotNormal.options
---@field seed? integer the same values at every use; none: they follow from set_seed (integer or none, default none)
---@field [integer] any

---@class ln.initializers.GlorotNormal: ln.initializers.Initializer
---@overload fun(shape: integer[], options?: table): lunate.Tensor
local Object = {}

--- Truncated normal of deviation sqrt(2 / (fan_in + fan_out)) (Glorot and Bengio 2010).
--- seed (none): the same values at every use.
---
--- **Errors:** unknown options, values of the wrong
--- kind or range; when called: a shape that it cannot fill.
---
--- ```lua
--- ln.layers.Dense{3, kernel_initializer = "glorot_normal"}
--- ```
---@class ln.initializers.GlorotNormal.class: ln.initializers.GlorotNormal
---@field super table the class that it extends
---@overload fun(options?: ln.initializers.GlorotNormal.options): ln.initializers.GlorotNormal
ln.initializers.GlorotNormal = {}

end

do
---@class ln.initializers.GlorotUniform.options
---@field seed? integer the same values at every use; none: they follow from set_seed (integer or none, default none)
---@field [integer] any

---@class ln.initializers.GlorotUniform: ln.initializers.Initializer
---@overload fun(shape: integer[], options?: table): lunate.Tensor
local Object = {}

--- Uniform within +-sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio 2010).
--- seed (none): the same values at every use.
---
--- **Errors:** unknown options, values of the wrong
--- kind or range; when called: a shape that it cannot fill.
---
--- ```lua
--- ln.layers.Dense{3, kernel_initializer = "glorot_uniform"}
--- ```
---@class ln.initializers.GlorotUniform.class: ln.initializers.GlorotUniform
---@field super table the class that it extends
---@overload fun(options?: ln.initializers.GlorotUniform.options): ln.initializers.GlorotUniform
ln.initializers.GlorotUniform = {}

end

do
---@class ln.initializers.HeNormal.options
---@field seed? integer the same values at every use; none: they follow from set_seed (integer or none, default none)
---@field [integer] any

---@class ln.initializers.HeNormal: ln.initializers.Initializer
---@overload fun(shape: integer[], options?: table): lunate.Tensor
local Object = {}

--- Truncated normal of deviation sqrt(2 / fan_in), for relu layers (He et al. 2015).
--- seed (none): the same values at every use.
---
--- **Errors:** unknown options, values of the wrong
--- kind or range; when called: a shape that it cannot fill.
---
--- ```lua
--- ln.layers.Dense{3, kernel_initializer = "he_normal"}
--- ```
---@class ln.initializers.HeNormal.class: ln.initializers.HeNormal
---@field super table the class that it extends
---@overload fun(options?: ln.initializers.HeNormal.options): ln.initializers.HeNormal
ln.initializers.HeNormal = {}

end

do
---@class ln.initializers.HeUniform.options
---@field seed? integer the same values at every use; none: they follow from set_seed (integer or none, default none)
---@field [integer] any

---@class ln.initializers.HeUniform: ln.initializers.Initializer
---@overload fun(shape: integer[], options?: table): lunate.Tensor
local Object = {}

--- Uniform within +-sqrt(6 / fan_in), for relu layers (He et al. 2015).
--- seed (none): the same values at every use.
---
--- **Errors:** unknown options, values of the wrong
--- kind or range; when called: a shape that it cannot fill.
---
--- ```lua
--- ln.layers.Dense{3, kernel_initializer = "he_uniform"}
--- ```
---@class ln.initializers.HeUniform.class: ln.initializers.HeUniform
---@field super table the class that it extends
---@overload fun(options?: ln.initializers.HeUniform.options): ln.initializers.HeUniform
ln.initializers.HeUniform = {}

end

do
---@class ln.initializers.Identity.options
---@field gain? number on the diagonal (number, default 1)
---@field [integer] any

---@class ln.initializers.Identity: ln.initializers.Initializer
---@overload fun(shape: integer[], options?: table): lunate.Tensor
local Object = {}

--- gain times the identity matrix, of rank 2 only (it need not be square).
--- gain (1): what stands on the diagonal.
---
--- **Errors:** unknown options, values of the wrong
--- kind or range; when called: a shape that it cannot fill.
---
--- ```lua
--- ln.layers.Dense{3, kernel_initializer = ln.initializers.Identity(2)}
--- ```
---@class ln.initializers.Identity.class: ln.initializers.Identity
---@field super table the class that it extends
---@overload fun(options?: ln.initializers.Identity.options): ln.initializers.Identity
ln.initializers.Identity = {}

end

do
---@class ln.initializers.Initializer
---@overload fun(shape: integer[], options?: table): lunate.Tensor
local Object = {}

--- An object from what `get_config` gives, or Keras.
---
--- **Errors:** unknown keys, values of the wrong type.
---
--- ```lua
--- print(ln.layers.Dense.from_config{units = 3})                        --> Dense(3, linear)
--- ```
---@param config any a table by name
---@return any ... # the object.
function Object.from_config(config) end

--- What a built-in computes, for a subclass that calls up: `Class.super.call(self, ...)`. A class
--- of one's own defines `call`; objects are called as functions.
---
--- **Errors:** those of the call.
---
--- ```lua
--- local Shifted = ln.layers.Dense:extend("Shifted")
--- function Shifted:call(x) return Shifted.super.call(self, x) + 1 end
--- print(Shifted{2, kernel_initializer = "zeros"}(ln.ones{1, 3}))       --> [[1. 1.]]
--- ```
---@param ... any what the object is called with
---@return any ... # what calling the object returns.
function Object:call(...) end

--- A subclass. It inherits everything; `Sub.super` is the class, `Sub.options` declares options.
---
--- **Errors:** no name.
---
--- ```lua
--- local Twice = ln.layers.Layer:extend("Twice")
--- function Twice:call(x) return 2 * x end
--- print(Twice()(ln.tensor{3}))                                         --> [6.]
--- ```
---@param name string what the class is called, in messages and in saved models
---@return any ... # the new class.
function Object:extend(name) end

--- The options as Keras writes them; `from_config` makes an equal object of them.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.layers.Dense(3):get_config().units)                         --> 3
--- ```
---@return table # a table by name.
function Object:get_config() end

--- The base of initializers: one of one's own defines `call(shape, options)`; an initializer is
--- called: `initializer(shape, {dtype = "float32"})`.
---
--- **Errors:** unknown options, values of the wrong
--- kind or range; when called: a shape that it cannot fill.
---
--- ```lua
--- local Twos = ln.initializers.Initializer:extend("Twos")
--- function Twos:call(shape) return ln.full(shape, 2) end
--- print(Twos(){3})                                                     --> [2. 2. 2.]
--- ```
---@class ln.initializers.Initializer.class: ln.initializers.Initializer
---@field super table the class that it extends
---@overload fun(options?: table): ln.initializers.Initializer
ln.initializers.Initializer = {}

end

do
---@class ln.initializers.LecunNormal.options
---@field seed? integer the same values at every use; none: they follow from set_seed (integer or none, default none)
---@field [integer] any

---@class ln.initializers.LecunNormal: ln.initializers.Initializer
---@overload fun(shape: integer[], options?: table): lunate.Tensor
local Object = {}

--- Truncated normal of deviation sqrt(1 / fan_in), for selu layers (LeCun et al. 1998).
--- seed (none): the same values at every use.
---
--- **Errors:** unknown options, values of the wrong
--- kind or range; when called: a shape that it cannot fill.
---
--- ```lua
--- ln.layers.Dense{3, kernel_initializer = "lecun_normal"}
--- ```
---@class ln.initializers.LecunNormal.class: ln.initializers.LecunNormal
---@field super table the class that it extends
---@overload fun(options?: ln.initializers.LecunNormal.options): ln.initializers.LecunNormal
ln.initializers.LecunNormal = {}

end

do
---@class ln.initializers.LecunUniform.options
---@field seed? integer the same values at every use; none: they follow from set_seed (integer or none, default none)
---@field [integer] any

---@class ln.initializers.LecunUniform: ln.initializers.Initializer
---@overload fun(shape: integer[], options?: table): lunate.Tensor
local Object = {}

--- Uniform within +-sqrt(3 / fan_in) (LeCun et al. 1998).
--- seed (none): the same values at every use.
---
--- **Errors:** unknown options, values of the wrong
--- kind or range; when called: a shape that it cannot fill.
---
--- ```lua
--- ln.layers.Dense{3, kernel_initializer = "lecun_uniform"}
--- ```
---@class ln.initializers.LecunUniform.class: ln.initializers.LecunUniform
---@field super table the class that it extends
---@overload fun(options?: ln.initializers.LecunUniform.options): ln.initializers.LecunUniform
ln.initializers.LecunUniform = {}

end

do
---@class ln.initializers.Ones: ln.initializers.Initializer
---@overload fun(shape: integer[], options?: table): lunate.Tensor
local Object = {}

--- All ones, in any dtype.
---
--- **Errors:** unknown options, values of the wrong
--- kind or range; when called: a shape that it cannot fill.
---
--- ```lua
--- ln.layers.Dense{3, bias_initializer = "ones"}
--- ```
---@class ln.initializers.Ones.class: ln.initializers.Ones
---@field super table the class that it extends
---@overload fun(options?: table): ln.initializers.Ones
ln.initializers.Ones = {}

end

do
---@class ln.initializers.Orthogonal.options
---@field gain? number factor of the matrix (number, default 1)
---@field seed? integer the same values at every use; none: they follow from set_seed (integer or none, default none)
---@field [integer] any

---@class ln.initializers.Orthogonal: ln.initializers.Initializer
---@overload fun(shape: integer[], options?: table): lunate.Tensor
local Object = {}

--- A random matrix with orthonormal columns (rows, when it is wider than tall); axes before
--- the last count as one. Two axes or more, else an error.
--- gain (1): factor of the matrix; seed (none).
---
--- **Errors:** unknown options, values of the wrong
--- kind or range; when called: a shape that it cannot fill.
---
--- ```lua
--- ln.layers.Dense{3, kernel_initializer = "orthogonal"}
--- ```
---@class ln.initializers.Orthogonal.class: ln.initializers.Orthogonal
---@field super table the class that it extends
---@overload fun(options?: ln.initializers.Orthogonal.options): ln.initializers.Orthogonal
ln.initializers.Orthogonal = {}

end

do
---@class ln.initializers.RandomNormal.options
---@field mean? number of the distribution (number, default 0)
---@field stddev? number standard deviation (number >= 0, default 0.05)
---@field seed? integer the same values at every use; none: they follow from set_seed (integer or none, default none)
---@field [integer] any

---@class ln.initializers.RandomNormal: ln.initializers.Initializer
---@overload fun(shape: integer[], options?: table): lunate.Tensor
local Object = {}

--- Normally distributed values.
--- mean (0), stddev (0.05), seed (none).
---
--- **Errors:** unknown options, values of the wrong
--- kind or range; when called: a shape that it cannot fill.
---
--- ```lua
--- ln.layers.Dense{3, bias_initializer = "random_normal"}
--- ```
---@class ln.initializers.RandomNormal.class: ln.initializers.RandomNormal
---@field super table the class that it extends
---@overload fun(options?: ln.initializers.RandomNormal.options): ln.initializers.RandomNormal
ln.initializers.RandomNormal = {}

end

do
---@class ln.initializers.RandomUniform.options
---@field minval? number lower bound, included (number, default -0.05)
---@field maxval? number upper bound (number, default 0.05)
---@field seed? integer the same values at every use; none: they follow from set_seed (integer or none, default none)
---@field [integer] any

---@class ln.initializers.RandomUniform: ln.initializers.Initializer
---@overload fun(shape: integer[], options?: table): lunate.Tensor
local Object = {}

--- Uniformly distributed values of [minval, maxval).
--- minval (-0.05), maxval (0.05), seed (none). minval above maxval is an error.
---
--- **Errors:** unknown options, values of the wrong
--- kind or range; when called: a shape that it cannot fill.
---
--- ```lua
--- ln.layers.Dense{3, bias_initializer = "random_uniform"}
--- ```
---@class ln.initializers.RandomUniform.class: ln.initializers.RandomUniform
---@field super table the class that it extends
---@overload fun(options?: ln.initializers.RandomUniform.options): ln.initializers.RandomUniform
ln.initializers.RandomUniform = {}

end

do
---@class ln.initializers.STFT.options
---@field side? "real"|"imag" the part of the complex transform (one of real, imag, default real)
---@field window? "hann"|"hamming"|"blackman"|"boxcar"|"none" over the time axis (one of hann, hamming, blackman, boxcar, none, default hann)
---@field scaling? "density"|"spectrum"|"none" by the window's power or by its amplitude (one of density, spectrum, none, default density)
---@field periodic? boolean a window for spectral analysis rather than a symmetric one (boolean, default false)
---@field [integer] any

---@class ln.initializers.STFT: ln.initializers.Initializer
---@overload fun(shape: integer[], options?: table): lunate.Tensor
local Object = {}

--- Kernels (frame, 1, bins) whose convolution with a signal is the real or the
--- imaginary side of its short-time Fourier transform of 2 (bins - 1) points.
--- window and scaling none: neither is applied.
---
--- **Errors:** another shape.
---
--- ```lua
--- ln.initializers.STFT{"imag"}({4, 1, 3}).shape  --> (4, 1, 3)
--- ```
---@class ln.initializers.STFT.class: ln.initializers.STFT
---@field super table the class that it extends
---@overload fun(options?: ln.initializers.STFT.options): ln.initializers.STFT
ln.initializers.STFT = {}

end

do
---@class ln.initializers.TruncatedNormal.options
---@field mean? number of the distribution (number, default 0)
---@field stddev? number standard deviation (number >= 0, default 0.05)
---@field seed? integer the same values at every use; none: they follow from set_seed (integer or none, default none)
---@field [integer] any

---@class ln.initializers.TruncatedNormal: ln.initializers.Initializer
---@overload fun(shape: integer[], options?: table): lunate.Tensor
local Object = {}

--- Normally distributed values; those beyond two deviations are drawn again.
--- mean (0), stddev (0.05; before the truncation), seed (none).
---
--- **Errors:** unknown options, values of the wrong
--- kind or range; when called: a shape that it cannot fill.
---
--- ```lua
--- ln.layers.Dense{3, kernel_initializer = "truncated_normal"}
--- ```
---@class ln.initializers.TruncatedNormal.class: ln.initializers.TruncatedNormal
---@field super table the class that it extends
---@overload fun(options?: ln.initializers.TruncatedNormal.options): ln.initializers.TruncatedNormal
ln.initializers.TruncatedNormal = {}

end

do
---@class ln.initializers.VarianceScaling.options
---@field scale? number factor of the variance (number > 0, default 1)
---@field mode? "fan_in"|"fan_out"|"fan_avg" what the variance is divided by (one of fan_in, fan_out, fan_avg, default fan_in)
---@field distribution? "truncated_normal"|"untruncated_normal"|"uniform"|"normal" normal is another word for truncated_normal (one of truncated_normal, untruncated_normal, uniform, normal, default truncated_normal)
---@field seed? integer the same values at every use; none: they follow from set_seed (integer or none, default none)
---@field [integer] any

---@class ln.initializers.VarianceScaling: ln.initializers.Initializer
---@overload fun(shape: integer[], options?: table): lunate.Tensor
local Object = {}

--- Random values whose variance is scale / n, n being the number of inputs of a unit (fan_in),
--- of outputs (fan_out) or their mean (fan_avg).
--- scale (1), mode ("fan_in"), distribution ("truncated_normal"), seed (none).
---
--- **Errors:** unknown options, values of the wrong
--- kind or range; when called: a shape that it cannot fill.
---
--- ```lua
--- ln.layers.Dense{3, kernel_initializer =
---   ln.initializers.VarianceScaling{2, "fan_avg", "uniform"}}
--- ```
---@class ln.initializers.VarianceScaling.class: ln.initializers.VarianceScaling
---@field super table the class that it extends
---@overload fun(options?: ln.initializers.VarianceScaling.options): ln.initializers.VarianceScaling
ln.initializers.VarianceScaling = {}

end

do
---@class ln.initializers.Zeros: ln.initializers.Initializer
---@overload fun(shape: integer[], options?: table): lunate.Tensor
local Object = {}

--- All zeros, in any dtype.
---
--- **Errors:** unknown options, values of the wrong
--- kind or range; when called: a shape that it cannot fill.
---
--- ```lua
--- ln.layers.Dense{3, kernel_initializer = ln.initializers.Zeros()}
--- ```
---@class ln.initializers.Zeros.class: ln.initializers.Zeros
---@field super table the class that it extends
---@overload fun(options?: table): ln.initializers.Zeros
ln.initializers.Zeros = {}

end

--- `get` of a namespace (`ln.layers.get`, `ln.losses.get`, ...): an object from a name, from what
--- `serialize` gives, from a class; an object stays itself.
---
--- **Errors:** an unknown name (with the nearest known one).
---
--- ```lua
--- print(ln.optimizers.get("sgd")) --> SGD(learning_rate=0.01)
--- ```
---@param identifier any a string, {class_name =, config =}, a class, an object or a function
---@return any ... # the object.
function ln.initializers.get(identifier) end

--- `serialize` of a namespace (`ln.layers.serialize`, ...): class and config, as Keras writes them.
---
--- **Errors:** what is none of these.
---
--- ```lua
--- print(ln.layers.serialize(ln.layers.Dense(3)).class_name)            --> Dense
--- ```
---@param object any a layer, loss, optimizer, ...
---@return table # {class_name =, config =, module =, registered_name =}.
function ln.initializers.serialize(object) end

do
---@class ln.layers.Activation.options
---@field activation? string|function|ln.activations.Activation a name or a function of one tensor (activation, must be given)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.Activation: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- Applies an activation. Shapes stay.
--- activation: a name ("relu", "softmax", ...) or a Lua function.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- ln.layers.Activation("relu")(ln.tensor{-1, 2})  --> [0. 2.]
--- ```
---@class ln.layers.Activation.class: ln.layers.Activation
---@field super table the class that it extends
---@overload fun(options?: ln.layers.Activation.options|string|function|ln.activations.Activation): ln.layers.Activation
ln.layers.Activation = {}

end

do
---@class ln.layers.ActivityRegularization.options
---@field l1? number factor of sum(|x|) (number >= 0, default 0)
---@field l2? number factor of sum(x ^ 2) (number >= 0, default 0)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.ActivityRegularization: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- Hands its input on and adds (l1 * sum(|x|) + l2 * sum(x ^ 2)) / batch size to the loss.
--- The shape stays. l1 (0), l2 (0).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- ln.layers.ActivityRegularization{l2 = 0.01}(ln.ones{2, 3})
--- ```
---@class ln.layers.ActivityRegularization.class: ln.layers.ActivityRegularization
---@field super table the class that it extends
---@overload fun(options?: ln.layers.ActivityRegularization.options): ln.layers.ActivityRegularization
ln.layers.ActivityRegularization = {}

end

do
---@class ln.layers.Add.options
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.Add: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- The sum of its inputs, element by element.
--- The inputs are a list; shapes broadcast, an input of lower rank gets axes of
--- one after the batch axis. ln.layers.add{a, b} is the same at once.
---
--- **Errors:** shapes that do not broadcast (both named).
---
--- ```lua
--- ln.layers.Add(){ln.tensor{{1, 4}}, ln.tensor{{3, 2}}}  --> [[4. 6.]]
--- ```
---@class ln.layers.Add.class: ln.layers.Add
---@field super table the class that it extends
---@overload fun(options?: ln.layers.Add.options): ln.layers.Add
ln.layers.Add = {}

end

do
---@class ln.layers.Average.options
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.Average: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- The mean of its inputs, element by element.
--- The inputs are a list; shapes broadcast, an input of lower rank gets axes of
--- one after the batch axis. ln.layers.average{a, b} is the same at once.
---
--- **Errors:** shapes that do not broadcast (both named).
---
--- ```lua
--- ln.layers.Average(){ln.tensor{{1, 4}}, ln.tensor{{3, 2}}}  --> [[2. 3.]]
--- ```
---@class ln.layers.Average.class: ln.layers.Average
---@field super table the class that it extends
---@overload fun(options?: ln.layers.Average.options): ln.layers.Average
ln.layers.Average = {}

end

do
---@class ln.layers.Concatenate.options
---@field axis? integer along which they are joined (axis (1-based, or negative from the end), default -1)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.Concatenate: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- Its inputs, a list, one after the other along an axis (the last).
--- ln.layers.concatenate{a, b} is the same in one call.
---
--- **Errors:** shapes that differ elsewhere (both named).
---
--- ```lua
--- ln.layers.Concatenate(){ln.zeros{32, 5}, ln.zeros{32, 30}}.shape  --> (32, 35)
--- ```
---@class ln.layers.Concatenate.class: ln.layers.Concatenate
---@field super table the class that it extends
---@overload fun(options?: ln.layers.Concatenate.options): ln.layers.Concatenate
ln.layers.Concatenate = {}

end

do
---@class ln.layers.Dense.options
---@field units? integer number of outputs (integer > 0, must be given)
---@field activation? string|function|ln.activations.Activation applied to the result: a name or a function of one tensor (activation or none, default linear)
---@field use_bias? boolean whether a bias is added (boolean, default true)
---@field kernel_initializer? string|function|ln.initializers.Initializer of the kernel (initializer or none, default glorot_uniform)
---@field bias_initializer? string|function|ln.initializers.Initializer of the bias (initializer or none, default zeros)
---@field kernel_regularizer? string|function|ln.regularizers.Regularizer adds to the loss by the kernel (regularizer or none, default none)
---@field bias_regularizer? string|function|ln.regularizers.Regularizer adds to the loss by the bias (regularizer or none, default none)
---@field activity_regularizer? string|function|ln.regularizers.Regularizer adds to the loss by the output, divided by the batch size (regularizer or none, default none)
---@field kernel_constraint? string|function|ln.constraints.Constraint what the kernel is brought back to after each step (constraint or none, default none)
---@field bias_constraint? string|function|ln.constraints.Constraint what the bias is brought back to after each step (constraint or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.Dense: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- activation(x kernel + bias), along the last axis: (.., in) -> (.., units).
--- units; activation ("linear"), use_bias (true), kernel_initializer ("glorot_uniform"),
--- bias_initializer ("zeros"), kernel_regularizer, bias_regularizer, activity_regularizer,
--- kernel_constraint, bias_constraint (none).
--- Weights: kernel (in, units), bias (units). An input of rank 1, or one whose last axis is not what
--- the layer was built for, is an error.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- local layer = ln.layers.Dense{2, activation = "relu"}
--- layer(ln.zeros{32, 784}).shape  --> (32, 2)
--- ```
---@class ln.layers.Dense.class: ln.layers.Dense
---@field super table the class that it extends
---@overload fun(options?: ln.layers.Dense.options|integer): ln.layers.Dense
ln.layers.Dense = {}

end

do
---@class ln.layers.Dot.options
---@field axes? integer|integer[] what is multiplied over: an axis of both, or {of the first, of the second}; from 1, the batch axis (axis or list of axes (1-based, or negative from the end), must be given)
---@field normalize? boolean to unit length along these axes first: cosine proximity (boolean, default false)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.Dot: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- Sums of products of two inputs over an axis of each, sample by sample.
--- axes (required), normalize (false). (batch, k) and (batch, k) give
--- (batch, 1); (batch, n, k) and (batch, m, k) with axes = 3 give (batch, n, m).
--- ln.layers.dot({a, b}, {axes = 2}) is the same in one call.
---
--- **Errors:** axes of different sizes; the batch axis.
---
--- ```lua
--- ln.layers.Dot(2){ln.tensor{{1, 2}}, ln.tensor{{3, 4}}}  --> [[11.]]
--- ```
---@class ln.layers.Dot.class: ln.layers.Dot
---@field super table the class that it extends
---@overload fun(options?: ln.layers.Dot.options|integer|integer[]): ln.layers.Dot
ln.layers.Dot = {}

end

do
---@class ln.layers.Dropout.options
---@field rate? number the share of the inputs that is dropped (number in [0, 1], must be given)
---@field noise_shape? (integer|false)[] with the batch axis; 1 where all positions are dropped together, false: the input's (shape (a list of integers) >= 1 or none, default none)
---@field seed? integer of a generator of its own; none: the one of set_seed (integer or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.Dropout: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- In training, sets a share of its inputs to zero and scales the others by 1 / (1 - rate)
--- (Srivastava et al. 2014). At inference it does nothing.
--- rate; noise_shape (none: each element for itself); seed (none).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- ln.layers.Dropout(0.5)(ln.ones{2, 3}, {training = true})
--- ```
---@class ln.layers.Dropout.class: ln.layers.Dropout
---@field super table the class that it extends
---@overload fun(options?: ln.layers.Dropout.options|number): ln.layers.Dropout
ln.layers.Dropout = {}

end

do
---@class ln.layers.ELU.options
---@field alpha? number -alpha is what far negative values become (number, default 1)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.ELU: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- x above zero, alpha * (exp(x) - 1) below it (Clevert et al. 2015).
--- The shape stays. alpha (1).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- ln.layers.ELU()(ln.tensor{0, 2})  --> [0. 2.]
--- ```
---@class ln.layers.ELU.class: ln.layers.ELU
---@field super table the class that it extends
---@overload fun(options?: ln.layers.ELU.options): ln.layers.ELU
ln.layers.ELU = {}

end

do
---@class ln.layers.Flatten.options
---@field data_format? "channels_last"|"channels_first" channels_first: channels become the fastest axis, as if they had been last (one of channels_last, channels_first or none, default channels_last)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.Flatten: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- (batch, ...) -> (batch, product of the rest); (batch,) -> (batch, 1).
--- data_format ("channels_last").
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- ln.layers.Flatten()(ln.zeros{32, 28, 28}).shape  --> (32, 784)
--- ```
---@class ln.layers.Flatten.class: ln.layers.Flatten
---@field super table the class that it extends
---@overload fun(options?: ln.layers.Flatten.options): ln.layers.Flatten
ln.layers.Flatten = {}

end

do
---@class ln.layers.Functional: ln.Model
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- The class of what `ln.Model{inputs = .., outputs = ..}` makes, as Keras calls it in files.
--- Shapes are what its symbolic tensors say.
---
--- **Errors:** outputs that do not come from the inputs.
---
--- ```lua
--- local x = ln.Input{shape = {3}}
--- print(ln.Model{inputs = x, outputs = x * 2}.class_name)              --> Functional
--- ```
---@class ln.layers.Functional.class: ln.layers.Functional
---@field super table the class that it extends
---@overload fun(options?: table): ln.layers.Functional
ln.layers.Functional = {}

end

do
---@class ln.layers.GaussianDropout.options
---@field rate? number the factors have standard deviation sqrt(rate / (1 - rate)) (number in [0, 1), must be given)
---@field seed? integer of a generator of its own; none: the one of set_seed (integer or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.GaussianDropout: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- In training, multiplies by normal noise of mean 1 and deviation sqrt(rate / (1 - rate)).
--- At inference it does nothing. The shape stays. rate; seed (none).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- ln.layers.GaussianDropout(0.1)(ln.ones{2, 3}, {training = true})
--- ```
---@class ln.layers.GaussianDropout.class: ln.layers.GaussianDropout
---@field super table the class that it extends
---@overload fun(options?: ln.layers.GaussianDropout.options|number): ln.layers.GaussianDropout
ln.layers.GaussianDropout = {}

end

do
---@class ln.layers.GaussianNoise.options
---@field stddev? number standard deviation of what is added (number >= 0, must be given)
---@field seed? integer of a generator of its own; none: the one of set_seed (integer or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.GaussianNoise: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- In training, adds normal noise of mean 0. At inference it does nothing.
--- The shape stays. stddev; seed (none).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- ln.layers.GaussianNoise(0.1)(ln.zeros{2, 3}, {training = true})
--- ```
---@class ln.layers.GaussianNoise.class: ln.layers.GaussianNoise
---@field super table the class that it extends
---@overload fun(options?: ln.layers.GaussianNoise.options|number): ln.layers.GaussianNoise
ln.layers.GaussianNoise = {}

end

do
---@class ln.layers.Identity.options
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.Identity: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- Hands its input on, of whatever shape.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- ln.layers.Identity()(ln.tensor{1, 2})  --> [1. 2.]
--- ```
---@class ln.layers.Identity.class: ln.layers.Identity
---@field super table the class that it extends
---@overload fun(options?: ln.layers.Identity.options): ln.layers.Identity
ln.layers.Identity = {}

end

---@class ln.layers.Input.options
---@field shape? (integer|false)[] of one sample, false for an unknown size (shape (a list of integers) >= 0 or none, default none)
---@field batch_size? integer when it is always the same (integer > 0 or none, default none)
---@field dtype? lunate.dtype of what comes in; data of another dtype is cast (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field sparse? boolean false (boolean or none, default false)
---@field ragged? boolean false (boolean or none, default false)
---@field batch_shape? (integer|false)[] instead of shape: with the batch axis (shape (a list of integers) >= 0 or none, default none)
---@field optional? boolean false (boolean or none, default false)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)

--- ln.Input{shape = {784}, batch_size =, name =, dtype =, batch_shape =}: the symbolic tensor at
--- which a model begins.
---
--- **Errors:** those of InputLayer.
---
--- ```lua
--- local x = ln.Input{shape = {8}, name = "features"}
--- print(x.shape, x.name)                              --> (None, 8)   features
--- ```
---@param options? ln.layers.Input.options
---@return any ...
function ln.layers.Input(options) end

do
---@class ln.layers.InputLayer.options
---@field shape? (integer|false)[] of one sample, false for an unknown size (shape (a list of integers) >= 0 or none, default none)
---@field batch_size? integer when it is always the same (integer > 0 or none, default none)
---@field dtype? lunate.dtype of what comes in; data of another dtype is cast (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field sparse? boolean false (boolean or none, default false)
---@field ragged? boolean false (boolean or none, default false)
---@field batch_shape? (integer|false)[] instead of shape: with the batch axis (shape (a list of integers) >= 0 or none, default none)
---@field optional? boolean false (boolean or none, default false)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.InputLayer: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- The beginning of a model: what shape and dtype its input has.
--- shape: of one sample; or batch_shape, with the batch axis. batch_size (none), dtype ("float32").
--- sparse, ragged and optional are Keras's; only false is taken.
--- An input of another shape is an error.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- ln.Sequential{ln.layers.InputLayer{{784}}, ln.layers.Dense(10)}
--- ```
---@class ln.layers.InputLayer.class: ln.layers.InputLayer
---@field super table the class that it extends
---@overload fun(options?: ln.layers.InputLayer.options): ln.layers.InputLayer
ln.layers.InputLayer = {}

end

do
---@class ln.layers.Layer
---@field built boolean Whether its weights are made.
---@field built_shape any The shape that it was built for, of its first input: `None` where unknown; nil before.
---@field built_shapes any The shapes of all inputs that it was built for, a list; nil before.
---@field class_name string The name of its class.
---@field input any What it was called on in a functional model: the symbolic tensor, or a list of them.
---@field input_names any What data may be named by: `model:fit({name = x}, ..)`.
---@field inputs any model.inputs, model.outputs (lists), model.input, model.output (the one, or the list): symbolic tensors. layer.input and layer.output are those of its first call.
---@field layers any The layers that it is made of, a list.
---@field losses any What its latest call added to the loss, and its regularizers' parts: a list of scalars.
---@field metrics_names any model.metrics_names: what evaluate returns, in its order.
---@field name string Its name: of the class unless it was given, numbered from the second on.
---@field non_trainable_variables any The same as `non_trainable_weights`.
---@field non_trainable_weights any The variables that training leaves alone.
---@field output any What came out in a functional model: the symbolic tensor, or a list of them.
---@field output_names any What targets, losses and metrics may be named by.
---@field output_shape any layer.output_shape: for inputs as it was built for; nil before.
---@field outputs any The symbolic tensors that come out of a functional model, always a list.
---@field own_steps any model.own_steps: whether training is the model's own, so that it may do without targets.
---@field trainable_variables any The same as `trainable_weights`.
---@field trainable_weights any The variables that training changes: none when `trainable` is false.
---@field variables any The same as `weights`.
---@field weights any All variables, its layers' too: those that are trained, then the others.
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- Learns from data what needs no training, as Normalization its means.
---
--- **Errors:** a layer that has nothing to learn so.
---
--- ```lua
--- local layer = ln.layers.Normalization()
--- layer:adapt(ln.tensor{{1}, {3}})
--- print(layer(ln.tensor{{2}}))                                         --> [[0.]]
--- ```
---@param x any a tensor (batch, ..)
---@return any ...
function Object:adapt(x) end

--- Adds to the loss of the call that is running; to be called in `call`.
---
--- **Errors:** a tensor of more elements.
---
--- ```lua
--- local Sparse = ln.layers.Layer:extend("Sparse")
--- function Sparse:call(x)
---   self:add_loss(x:abs():mean() * 0.01)
---   return x
--- end
--- local layer = Sparse()
--- layer(ln.ones{2, 2})
--- print(#layer.losses)                                                 --> 1
--- ```
---@param loss any a tensor of one element
---@return any ...
function Object:add_loss(loss) end

---@class ln.layers.Layer.add_metric.options
---@field name? string a lone string is one (string, must be given)

--- Counts a value into a metric of this name, a mean over the batches of an epoch, which logs and
--- evaluate show. To be called in `call`.
---
--- **Errors:** no name; what is neither tensor nor number.
---
--- ```lua
--- local Watched = ln.layers.Dense:extend("Watched")
--- function Watched:call(x)
---   local y = Watched.super.call(self, x)
---   self:add_metric(y:abs():mean(), {name = "size"})
---   return y
--- end
--- print(Watched(2)(x).shape)                                            --> (20, 2)
--- ```
---@param value any a tensor (its mean counts) or a number
---@param options? ln.layers.Layer.add_metric.options `name`; a lone string is one
---@return any ...
function Object:add_metric(value, options) end

---@class ln.layers.Layer.add_weight.options
---@field name? string its name (string, default "variable")
---@field shape? (integer|false)[] a list of dimensions (shape, default {})
---@field initializer? string|function|ln.initializers.Initializer what it begins with (initializer, default glorot_uniform; zeros for integers)
---@field regularizer? string|function|ln.regularizers.Regularizer what it adds to the loss (regularizer, default none)
---@field constraint? string|function|ln.constraints.Constraint what keeps the weight in bounds (constraint, default none)
---@field trainable? boolean whether training changes it (boolean, default true)
---@field dtype? lunate.dtype the type of the elements (dtype, default the layer's)

--- A weight of the layer, to be called in `build` or `init`.
---
--- **Errors:** unknown options.
---
--- ```lua
--- local Bias = ln.layers.Layer:extend("Bias")
--- function Bias:build(shape)
---   self.b = self:add_weight{name = "b", shape = {shape[#shape]}, initializer = "zeros"}
--- end
--- function Bias:call(x) return x + self.b end
--- print(Bias()(ln.ones{1, 2}))                                         --> [[1. 1.]]
--- ```
---@param options? ln.layers.Layer.add_weight.options `name` ("variable"), `shape` ({}), `initializer` (glorot_uniform; zeros for integers), `regularizer` (none), `constraint` (none), `trainable` (true), `dtype` (the layer's)
---@return lunate.Variable # the variable.
function Object:add_weight(options) end

--- Makes the weights for inputs of a shape; calling the layer does so by itself. A layer of one's
--- own defines it.
---
--- **Errors:** a shape that the layer cannot take.
---
--- ```lua
--- local dense = ln.layers.Dense(2)
--- dense:build{false, 3}
--- print(dense:count_params())                                          --> 8
--- ```
---@param shape (integer|false)[] the shape of a batch, `false` for what is unknown, or a list of shapes
---@return any ...
function Object:build(shape) end

---@class ln.layers.Layer.call.options
---@field training? boolean whether it is trained (boolean, default false)
---@field mask? lunate.Tensor|number|boolean|table which steps count (tensor, default none)

--- What a layer computes; see Class:call. `options.training` and `options.mask` come last.
---
--- **Errors:** inputs that do not fit.
---
--- ```lua
--- local Half = ln.layers.Layer:extend("Half")
--- function Half:call(x, options) return options.training and x or x / 2 end
--- print(Half()(ln.tensor{4}))                                          --> [2.]
--- ```
---@param x any the input, or a list of inputs
---@param options? ln.layers.Layer.call.options `training` (false), `mask` (none)
---@return any ... # the outputs.
function Object:call(x, options) end

--- The shapes that come out, without computing.
---
--- **Errors:** a shape that the layer cannot take.
---
--- ```lua
--- print(ln.layers.Flatten():compute_output_shape{false, 28, 28})       --> (None, 784)
--- ```
---@param shape (integer|false)[] the shape of a batch, `false` for what is unknown, or a list of shapes
---@return any ... # a shape for each output.
function Object:compute_output_shape(shape) end

--- How many numbers the weights have.
---
--- **Errors:** the layer is not built yet.
---
--- ```lua
--- local dense = ln.layers.Dense(2)
--- dense(ln.zeros{1, 3})
--- print(dense:count_params())                                          --> 8
--- ```
---@return integer # an integer.
function Object:count_params() end

--- The weights' values, in Keras's order.
---
--- **Errors:** none; {} before the layer is built.
---
--- ```lua
--- local dense = ln.layers.Dense{2, input_shape = {3}}
--- dense(ln.zeros{1, 3})
--- print(dense:get_weights()[1].shape)                                  --> (3, 2)
--- ```
---@return table # a list of tensors (copies).
function Object:get_weights() end

--- Writes all weights, or none when something does not fit.
---
--- **Errors:** a wrong number, a wrong shape.
---
--- ```lua
--- local dense = ln.layers.Dense(1)
--- dense(ln.zeros{1, 2})
--- dense:set_weights{ {{1}, {2}}, {0.5} }
--- print(dense(ln.tensor{{1, 1}}))                                      --> [[3.5]]
--- ```
---@param weights any a list of tensors or tables, as get_weights gives
---@return any ...
function Object:set_weights(weights) end

--- An object from what `get_config` gives, or Keras.
---
--- **Errors:** unknown keys, values of the wrong type.
---
--- ```lua
--- print(ln.layers.Dense.from_config{units = 3})                        --> Dense(3, linear)
--- ```
---@param config any a table by name
---@return any ... # the object.
function Object.from_config(config) end

--- What a built-in computes, for a subclass that calls up: `Class.super.call(self, ...)`. A class
--- of one's own defines `call`; objects are called as functions.
---
--- **Errors:** those of the call.
---
--- ```lua
--- local Shifted = ln.layers.Dense:extend("Shifted")
--- function Shifted:call(x) return Shifted.super.call(self, x) + 1 end
--- print(Shifted{2, kernel_initializer = "zeros"}(ln.ones{1, 3}))       --> [[1. 1.]]
--- ```
---@param ... any what the object is called with
---@return any ... # what calling the object returns.
function Object:call(...) end

--- A subclass. It inherits everything; `Sub.super` is the class, `Sub.options` declares options.
---
--- **Errors:** no name.
---
--- ```lua
--- local Twice = ln.layers.Layer:extend("Twice")
--- function Twice:call(x) return 2 * x end
--- print(Twice()(ln.tensor{3}))                                         --> [6.]
--- ```
---@param name string what the class is called, in messages and in saved models
---@return any ... # the new class.
function Object:extend(name) end

--- The options as Keras writes them; `from_config` makes an equal object of them.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.layers.Dense(3):get_config().units)                         --> 3
--- ```
---@return table # a table by name.
function Object:get_config() end

--- The base of all layers. A layer of one's own extends it, or any built-in one, and defines
--- `call`. `name` (made from the class's), `trainable` (true), `dtype` ("float32") and `input_shape`
--- (of one sample) are options of every layer. A layer is called: `layer(x)`, `layer{a, b}`,
--- `layer(x, {training = true, mask = m})`.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- local Scale = ln.layers.Layer:extend("Scale")
--- function Scale:build(shape)
---   self.factor = self:add_weight{name = "factor", shape = {shape[#shape]},
---     initializer = "ones"}
--- end
--- function Scale:call(x) return x * self.factor end
--- print(Scale()(ln.tensor{{1, 2}}))                                    --> [[1. 2.]]
--- ```
---@class ln.layers.Layer.class: ln.layers.Layer
---@field super table the class that it extends
---@overload fun(options?: table): ln.layers.Layer
ln.layers.Layer = {}

end

do
---@class ln.layers.LeakyReLU.options
---@field negative_slope? number slope below zero (number >= 0, default 0.3)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.LeakyReLU: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- x above zero, negative_slope * x below it; the shape stays.
--- negative_slope (0.3; the function leaky_relu has 0.2).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- ln.layers.LeakyReLU(0.5)(ln.tensor{-1, 2})  --> [-0.5 2. ]
--- ```
---@class ln.layers.LeakyReLU.class: ln.layers.LeakyReLU
---@field super table the class that it extends
---@overload fun(options?: ln.layers.LeakyReLU.options): ln.layers.LeakyReLU
ln.layers.LeakyReLU = {}

end

do
---@class ln.layers.Maximum.options
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.Maximum: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- The largest of its inputs, element by element.
--- The inputs are a list; shapes broadcast, an input of lower rank gets axes of
--- one after the batch axis. ln.layers.maximum{a, b} is the same at once.
---
--- **Errors:** shapes that do not broadcast (both named).
---
--- ```lua
--- ln.layers.Maximum(){ln.tensor{{1, 4}}, ln.tensor{{3, 2}}}  --> [[3. 4.]]
--- ```
---@class ln.layers.Maximum.class: ln.layers.Maximum
---@field super table the class that it extends
---@overload fun(options?: ln.layers.Maximum.options): ln.layers.Maximum
ln.layers.Maximum = {}

end

do
---@class ln.layers.Minimum.options
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.Minimum: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- The smallest of its inputs, element by element.
--- The inputs are a list; shapes broadcast, an input of lower rank gets axes of
--- one after the batch axis. ln.layers.minimum{a, b} is the same at once.
---
--- **Errors:** shapes that do not broadcast (both named).
---
--- ```lua
--- ln.layers.Minimum(){ln.tensor{{1, 4}}, ln.tensor{{3, 2}}}  --> [[1. 2.]]
--- ```
---@class ln.layers.Minimum.class: ln.layers.Minimum
---@field super table the class that it extends
---@overload fun(options?: ln.layers.Minimum.options): ln.layers.Minimum
ln.layers.Minimum = {}

end

do
---@class ln.layers.Multiply.options
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.Multiply: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- The product of its inputs, element by element.
--- The inputs are a list; shapes broadcast, an input of lower rank gets axes of
--- one after the batch axis. ln.layers.multiply{a, b} is the same at once.
---
--- **Errors:** shapes that do not broadcast (both named).
---
--- ```lua
--- ln.layers.Multiply(){ln.tensor{{1, 4}}, ln.tensor{{3, 2}}}  --> [[3. 8.]]
--- ```
---@class ln.layers.Multiply.class: ln.layers.Multiply
---@field super table the class that it extends
---@overload fun(options?: ln.layers.Multiply.options): ln.layers.Multiply
ln.layers.Multiply = {}

end

do
---@class ln.layers.Normalization.options
---@field axis? integer|integer[] axes whose positions have a mean and variance of their own; none: one of each (axis or list of axes (1-based, or negative from the end) or none, default -1)
---@field mean? lunate.Tensor|number|boolean|table instead of adapt (tensor or table of numbers or none, default none)
---@field variance? lunate.Tensor|number|boolean|table instead of adapt (tensor or table of numbers or none, default none)
---@field invert? boolean from normalized values back (boolean, default false)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.Normalization: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- (x - mean) / sqrt(variance), learned from data by layer:adapt(data) before training, or given.
--- axis (-1: each feature for itself; none: one mean for all), mean and variance (none), invert (false).
--- Weights, not trained: mean, variance, count.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- local layer = ln.layers.Normalization()
--- layer:adapt(ln.tensor{{1, 10}, {3, 30}})
--- layer(ln.tensor{{3, 10}})  --> [[ 1. -1.]]
--- ```
---@class ln.layers.Normalization.class: ln.layers.Normalization
---@field super table the class that it extends
---@overload fun(options?: ln.layers.Normalization.options): ln.layers.Normalization
ln.layers.Normalization = {}

end

do
---@class ln.layers.PReLU.options
---@field alpha_initializer? string|function|ln.initializers.Initializer of the slopes (initializer, default zeros)
---@field alpha_regularizer? string|function|ln.regularizers.Regularizer of the slopes (regularizer or none, default none)
---@field alpha_constraint? string|function|ln.constraints.Constraint of the slopes (constraint or none, default none)
---@field shared_axes? integer|integer[] axes along which one slope serves: {2, 3} shares height and width of images (axis or list of axes (1-based, or negative from the end) or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.PReLU: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- x above zero, alpha * x below it, alpha being learned (He et al. 2015): one for each element
--- of a sample, but for shared_axes.
--- alpha_initializer ("zeros"), alpha_regularizer, alpha_constraint (none), shared_axes (none).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- ln.layers.PReLU()(ln.tensor{{-1, 2}})  --> [[0. 2.]]
--- ```
---@class ln.layers.PReLU.class: ln.layers.PReLU
---@field super table the class that it extends
---@overload fun(options?: ln.layers.PReLU.options): ln.layers.PReLU
ln.layers.PReLU = {}

end

do
---@class ln.layers.Permute.options
---@field dims? integer|integer[] where each axis of a sample comes from; 1 is the first after the batch axis (list of integers >= 1, must be given)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.Permute: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- Reorders the axes of a sample: dims = {2, 1} swaps the two after the batch axis.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- ln.layers.Permute{{2, 1}}(ln.zeros{5, 2, 3}).shape  --> (5, 3, 2)
--- ```
---@class ln.layers.Permute.class: ln.layers.Permute
---@field super table the class that it extends
---@overload fun(options?: ln.layers.Permute.options|integer|integer[]): ln.layers.Permute
ln.layers.Permute = {}

end

do
---@class ln.layers.ReLU.options
---@field max_value? number nothing grows beyond it (number >= 0 or none, default none)
---@field negative_slope? number slope below the threshold (number >= 0, default 0)
---@field threshold? number where the identity begins (number >= 0, default 0)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.ReLU: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- x at or above threshold, negative_slope * (x - threshold) below it, at most max_value; the shape stays.
--- max_value (none), negative_slope (0), threshold (0).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- ln.layers.ReLU{max_value = 2}(ln.tensor{-1, 1, 3})  --> [0. 1. 2.]
--- ```
---@class ln.layers.ReLU.class: ln.layers.ReLU
---@field super table the class that it extends
---@overload fun(options?: ln.layers.ReLU.options): ln.layers.ReLU
ln.layers.ReLU = {}

end

do
---@class ln.layers.RepeatVector.options
---@field n? integer how many times (integer > 0, must be given)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.RepeatVector: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- (batch, features) -> (batch, n, features): the same vector n times.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- ln.layers.RepeatVector(3)(ln.zeros{2, 8}).shape  --> (2, 3, 8)
--- ```
---@class ln.layers.RepeatVector.class: ln.layers.RepeatVector
---@field super table the class that it extends
---@overload fun(options?: ln.layers.RepeatVector.options|integer): ln.layers.RepeatVector
ln.layers.RepeatVector = {}

end

do
---@class ln.layers.Rescaling.options
---@field scale? number factor (number, must be given)
---@field offset? number added after scaling (number, default 0)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.Rescaling: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- x * scale + offset, in the layer's float dtype: bytes of images become 0..1 batch by batch.
--- The shape stays. scale; offset (0).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- ln.layers.Rescaling(1 / 255)(ln.tensor({0, 255}, {dtype = "uint8"}))  --> [0. 1.]
--- ```
---@class ln.layers.Rescaling.class: ln.layers.Rescaling
---@field super table the class that it extends
---@overload fun(options?: ln.layers.Rescaling.options|number): ln.layers.Rescaling
ln.layers.Rescaling = {}

end

do
---@class ln.layers.Reshape.options
---@field target_shape? integer|integer[] of one sample; one size may be -1 and follows from the others (list of integers >= -1, must be given)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.Reshape: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- (batch, ...) -> (batch, target_shape...).
--- target_shape: a list; one size may be -1. Samples that do not fit are an error.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- ln.layers.Reshape{{3, 4}}(ln.zeros{2, 12}).shape  --> (2, 3, 4)
--- ```
---@class ln.layers.Reshape.class: ln.layers.Reshape
---@field super table the class that it extends
---@overload fun(options?: ln.layers.Reshape.options|integer|integer[]): ln.layers.Reshape
ln.layers.Reshape = {}

end

do
---@class ln.layers.Softmax.options
---@field axis? integer|integer[] one axis or several, over which the results sum to 1 (axis or list of axes (1-based, or negative from the end), default -1)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.Softmax: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- exp(x) / sum(exp(x)) along axis. With a mask, what is masked gets no share.
--- axis (-1): one axis or a list of them.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- ln.layers.Softmax()(ln.zeros{1, 4})  --> [[0.25 0.25 0.25 0.25]]
--- ```
---@class ln.layers.Softmax.class: ln.layers.Softmax
---@field super table the class that it extends
---@overload fun(options?: ln.layers.Softmax.options): ln.layers.Softmax
ln.layers.Softmax = {}

end

do
---@class ln.layers.Subtract.options
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.Subtract: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- Its first input minus its second, element by element.
--- The inputs are a list; shapes broadcast, an input of lower rank gets axes of
--- one after the batch axis. ln.layers.subtract{a, b} is the same at once.
---
--- **Errors:** shapes that do not broadcast (both named).
---
--- ```lua
--- ln.layers.Subtract(){ln.tensor{{1, 4}}, ln.tensor{{3, 2}}}  --> [[-2.  2.]]
--- ```
---@class ln.layers.Subtract.class: ln.layers.Subtract
---@field super table the class that it extends
---@overload fun(options?: ln.layers.Subtract.options): ln.layers.Subtract
ln.layers.Subtract = {}

end

do
---@class ln.layers.UnitNormalization.options
---@field axis? integer|integer[] one axis or several, over which the norm is taken (axis or list of axes (1-based, or negative from the end), default -1)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field dtype? lunate.dtype of its variables and of what it computes (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)
---@field [integer] any

---@class ln.layers.UnitNormalization: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- Scales each sample to L2 norm 1 along axis. axis (-1).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: inputs that do not fit, with the shapes.
---
--- ```lua
--- ln.layers.UnitNormalization()(ln.tensor{{3, 4}})  --> [[0.6 0.8]]
--- ```
---@class ln.layers.UnitNormalization.class: ln.layers.UnitNormalization
---@field super table the class that it extends
---@overload fun(options?: ln.layers.UnitNormalization.options): ln.layers.UnitNormalization
ln.layers.UnitNormalization = {}

end

--- The sum of tensors of one shape, by the layer Add made and called at once.
---
--- **Errors:** shapes that do not fit.
---
--- ```lua
--- print(ln.layers.add{ln.ones{2}, ln.ones{2}})                         --> [2. 2.]
--- ```
---@param inputs any a list of tensors, or symbolic ones
---@return lunate.Tensor # their sum.
function ln.layers.add(inputs) end

--- The mean of tensors, by the layer Average made and called at once.
---
--- **Errors:** shapes that do not fit.
---
--- ```lua
--- print(ln.layers.average{ln.ones{2}, ln.zeros{2}})                    --> [0.5 0.5]
--- ```
---@param inputs any a list of tensors, or symbolic ones
---@return lunate.Tensor # their mean.
function ln.layers.average(inputs) end

--- The merge layer made and called at once: `Concatenate{axis = -1}{a, b}`.
---
--- **Errors:** shapes that do not fit.
---
--- ```lua
--- print(ln.layers.concatenate{ln.ones{1, 2}, ln.zeros{1, 1}})          --> [[1. 1. 0.]]
--- ```
---@param inputs any a list of tensors, or symbolic ones; options by name
---@return any ... # what the layer gives.
function ln.layers.concatenate(inputs) end

--- Products of two tensors summed along axes, by the layer Dot made and called at once.
---
--- **Errors:** shapes that do not fit.
---
--- ```lua
--- print(ln.layers.dot{ln.ones{1, 3}, ln.ones{1, 3}, axes = 2})         --> [[3.]]
--- ```
---@param inputs any a list of two tensors, or symbolic ones, and `axes` by name
---@return lunate.Tensor # their products.
function ln.layers.dot(inputs) end

--- `get` of a namespace (`ln.layers.get`, `ln.losses.get`, ...): an object from a name, from what
--- `serialize` gives, from a class; an object stays itself.
---
--- **Errors:** an unknown name (with the nearest known one).
---
--- ```lua
--- print(ln.optimizers.get("sgd")) --> SGD(learning_rate=0.01)
--- ```
---@param identifier any a string, {class_name =, config =}, a class, an object or a function
---@return any ... # the object.
function ln.layers.get(identifier) end

--- The largest of tensors, element by element, by the layer Maximum made and called at once.
---
--- **Errors:** shapes that do not fit.
---
--- ```lua
--- print(ln.layers.maximum{ln.ones{2}, ln.zeros{2}})                    --> [1. 1.]
--- ```
---@param inputs any a list of tensors, or symbolic ones
---@return lunate.Tensor # their maximum.
function ln.layers.maximum(inputs) end

--- The smallest of tensors, element by element, by the layer Minimum made and called at once.
---
--- **Errors:** shapes that do not fit.
---
--- ```lua
--- print(ln.layers.minimum{ln.ones{2}, ln.zeros{2}})                    --> [0. 0.]
--- ```
---@param inputs any a list of tensors, or symbolic ones
---@return lunate.Tensor # their minimum.
function ln.layers.minimum(inputs) end

--- The product of tensors, by the layer Multiply made and called at once.
---
--- **Errors:** shapes that do not fit.
---
--- ```lua
--- print(ln.layers.multiply{ln.full({2}, 3), ln.full({2}, 2)})          --> [6. 6.]
--- ```
---@param inputs any a list of tensors, or symbolic ones
---@return lunate.Tensor # their product.
function ln.layers.multiply(inputs) end

--- `serialize` of a namespace (`ln.layers.serialize`, ...): class and config, as Keras writes them.
---
--- **Errors:** what is none of these.
---
--- ```lua
--- print(ln.layers.serialize(ln.layers.Dense(3)).class_name)            --> Dense
--- ```
---@param object any a layer, loss, optimizer, ...
---@return table # {class_name =, config =, module =, registered_name =}.
function ln.layers.serialize(object) end

--- The difference of two tensors, by the layer Subtract made and called at once.
---
--- **Errors:** shapes that do not fit.
---
--- ```lua
--- print(ln.layers.subtract{ln.ones{2}, ln.ones{2}})                    --> [0. 0.]
--- ```
---@param inputs any a list of two tensors, or symbolic ones
---@return any ... # the first minus the second.
function ln.layers.subtract(inputs) end

do
---@class ln.linear_model.Perceptron.options
---@field eta0? number the learning rate (number in (0, inf), default 1)
---@field fit_intercept? boolean whether there is a bias (boolean, default true)
---@field max_iter? integer epochs at most (integer >= 1, default 1000)
---@field n_iter_no_change? integer epochs without improvement before it stops (integer >= 1, default 5)
---@field random_state? integer makes it independent of `ln.set_seed` (integer >= 0, default none)
---@field shuffle? boolean put the samples in random order (boolean, default true)
---@field tol? number the improvement below which it stops (number, default 0.001)
---@field [integer] any

---@class ln.linear_model.Perceptron
local Object = {}

--- How far on which side the samples lie: w x + b.
---
--- **Errors:** another number of features; before fit.
---
--- ```lua
--- local model = ln.linear_model.Perceptron{shuffle = false}:fit({{-1}, {1}}, {0, 1})
--- print(model:decision_function{{3}}[1] > 0)                              --> true
--- ```
---@param x any samples (n, features)
---@return lunate.Tensor # float64 (n,): above 0 is the second class; for more than two classes (n, classes)
function Object:decision_function(x) end

--- Learns from the samples, from the beginning.
---
--- **Errors:** shapes that do not fit, NaN or infinity in x, ids that are no whole numbers, fewer than
--- two classes; the estimator stays as it was.
---
--- ```lua
--- local model = ln.linear_model.Perceptron():fit({{-1}, {1}, {2}}, {7, 3, 3})
--- print(model.classes_)                                                    --> [3 7]
--- ```
---@param x any samples (n, features), a tensor or a table of numbers
---@param y? any class ids (n,), any whole numbers, or booleans
---@return any ... # the estimator itself
function Object:fit(x, y) end

---@class ln.linear_model.Perceptron.partial_fit.options
---@field classes? any all ids that will come, needed in the first call One epoch over the samples, going on from what was learned (any, default none)

--- One epoch over the samples, going on from what was learned.
---
--- **Errors:** as of fit; no classes in the first call, others later; an id that is not among them.
---
--- ```lua
--- local model = ln.linear_model.Perceptron()
--- model:partial_fit({{-1}, {1}}, {0, 1}, {classes = {0, 1, 2}})
--- model:partial_fit({{5}}, {2})
--- ```
---@param x any samples (n, features)
---@param y? any class ids (n,)
---@param options? ln.linear_model.Perceptron.partial_fit.options `classes`: all ids that will come, needed in the first call
---@return any ... # the estimator itself
function Object:partial_fit(x, y, options) end

--- The class of each sample.
---
--- **Errors:** as of decision_function.
---
--- ```lua
--- local model = ln.linear_model.Perceptron():fit({{-1}, {1}}, {4, 8})
--- print(model:predict{{-5}, {5}})                                          --> [4 8]
--- ```
---@param x any samples (n, features)
---@return lunate.Tensor # class ids, int64 (n,)
function Object:predict(x) end

--- The share of samples whose class is predicted.
---
--- **Errors:** as of predict; another number of ids.
---
--- ```lua
--- local model = ln.linear_model.Perceptron():fit({{-1}, {1}}, {4, 8})
--- print(model:score({{-5}, {5}}, {4, 4}))                                   --> 0.5
--- ```
---@param x any samples (n, features)
---@param y? any their class ids
---@return any ... # 0 .. 1
function Object:score(x, y) end

--- An object from what `get_config` gives, or Keras.
---
--- **Errors:** unknown keys, values of the wrong type.
---
--- ```lua
--- print(ln.layers.Dense.from_config{units = 3})                        --> Dense(3, linear)
--- ```
---@param config any a table by name
---@return any ... # the object.
function Object.from_config(config) end

--- What a built-in computes, for a subclass that calls up: `Class.super.call(self, ...)`. A class
--- of one's own defines `call`; objects are called as functions.
---
--- **Errors:** those of the call.
---
--- ```lua
--- local Shifted = ln.layers.Dense:extend("Shifted")
--- function Shifted:call(x) return Shifted.super.call(self, x) + 1 end
--- print(Shifted{2, kernel_initializer = "zeros"}(ln.ones{1, 3}))       --> [[1. 1.]]
--- ```
---@param ... any what the object is called with
---@return any ... # what calling the object returns.
function Object:call(...) end

--- A subclass. It inherits everything; `Sub.super` is the class, `Sub.options` declares options.
---
--- **Errors:** no name.
---
--- ```lua
--- local Twice = ln.layers.Layer:extend("Twice")
--- function Twice:call(x) return 2 * x end
--- print(Twice()(ln.tensor{3}))                                         --> [6.]
--- ```
---@param name string what the class is called, in messages and in saved models
---@return any ... # the new class.
function Object:extend(name) end

--- The options as Keras writes them; `from_config` makes an equal object of them.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.layers.Dense(3):get_config().units)                         --> 3
--- ```
---@return table # a table by name.
function Object:get_config() end

--- Perceptron (Rosenblatt, 1958): one threshold unit, taught by its mistakes alone.
--- The perceptron as a classifier; several classes are told apart one against the rest. The rule,
--- for targets t of -1 and 1: where t (w x + b) <= 0, w becomes w + eta0 t x and b becomes
--- b + eta0 t. It finds a line between two classes if there is one (in a number of mistakes that
--- Novikoff bounded, 1962); where there is none, as for XOR, no number of epochs will help: that
--- takes hidden layers.
---
--- **Errors:** unknown options; fit's.
---
--- ```lua
--- local x, y = ln.tensor{{0, 0}, {0, 1}, {1, 0}, {1, 1}}, ln.tensor{0, 1, 1, 1}      -- OR
--- local model = ln.linear_model.Perceptron{random_state = 0}:fit(x, y)
--- print(model:predict(x))                                            --> [0 1 1 1]
--- ```
---@class ln.linear_model.Perceptron.class: ln.linear_model.Perceptron
---@field super table the class that it extends
---@overload fun(options?: ln.linear_model.Perceptron.options): ln.linear_model.Perceptron
ln.linear_model.Perceptron = {}

end

do
---@class ln.losses.BinaryCrossentropy.options
---@field from_logits? boolean y_pred has not gone through a sigmoid (boolean, default false)
---@field label_smoothing? number how far labels are moved towards 0.5 (number in [0, 1], default 0)
---@field axis? integer the axis of the mean (axis (1-based, or negative from the end), default -1)
---@field name? string a name, for messages and configs (string, default binary_crossentropy)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.BinaryCrossentropy: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- Mean over `axis` of -(y log p + (1 - y) log(1 - p)); p is y_pred clipped to
--- [1e-7, 1 - 1e-7], or with from_logits its sigmoid.
--- Shapes: y_true (0 and 1, or between) and y_pred the same; values without that
--- axis.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- string.format("%.4f", ln.losses.BinaryCrossentropy()(ln.tensor{{0, 1}, {0, 0}},
---   ln.tensor{{0.6, 0.4}, {0.4, 0.6}}):item())  --> 0.8149
--- ```
---@class ln.losses.BinaryCrossentropy.class: ln.losses.BinaryCrossentropy
---@field super table the class that it extends
---@overload fun(options?: ln.losses.BinaryCrossentropy.options): ln.losses.BinaryCrossentropy
ln.losses.BinaryCrossentropy = {}

end

do
---@class ln.losses.BinaryFocalCrossentropy.options
---@field apply_class_balancing? boolean weigh class 1 by alpha and class 0 by 1 - alpha (boolean, default false)
---@field alpha? number the weight of class 1 (number in [0, 1], default 0.25)
---@field gamma? number how strongly easy examples are weighed down; 0 for not at all (number >= 0, default 2)
---@field from_logits? boolean y_pred has not gone through a sigmoid (boolean, default false)
---@field label_smoothing? number how far labels are moved towards 0.5 (number in [0, 1], default 0)
---@field axis? integer the axis of the mean (axis (1-based, or negative from the end), default -1)
---@field name? string a name, for messages and configs (string, default binary_focal_crossentropy)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.BinaryFocalCrossentropy: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- Binary cross-entropy of each element times (1 - p_t)^gamma, p_t the probability of
--- its true class; the mean over `axis`.
--- Shapes: y_true and y_pred the same; values without that axis.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- string.format("%.4f", ln.losses.BinaryFocalCrossentropy()(ln.tensor{{0, 1}},
---   ln.tensor{{0.6, 0.4}}):item())  --> 0.3299
--- ```
---@class ln.losses.BinaryFocalCrossentropy.class: ln.losses.BinaryFocalCrossentropy
---@field super table the class that it extends
---@overload fun(options?: ln.losses.BinaryFocalCrossentropy.options): ln.losses.BinaryFocalCrossentropy
ln.losses.BinaryFocalCrossentropy = {}

end

do
---@class ln.losses.CTC.options
---@field name? string a name, for messages and configs (string, default ctc)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.CTC: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- -log of the probability that y_pred spells the labels, summed over all
--- alignments. Class 0 is the blank; labels are padded with zeros. Infinite, with
--- no gradient, where there are too few steps for the labels.
--- Shapes: y_true class ids (batch, length), y_pred logits (batch, steps, classes);
--- values (batch,). A label that is no class is an error.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- local y = ln.tensor({{1}}, {dtype = "int32"})
--- string.format("%.4f", ln.losses.CTC()(y, ln.zeros{1, 2, 2}):item())  --> 0.2877
--- ```
---@class ln.losses.CTC.class: ln.losses.CTC
---@field super table the class that it extends
---@overload fun(options?: ln.losses.CTC.options): ln.losses.CTC
ln.losses.CTC = {}

end

do
---@class ln.losses.CategoricalCrossentropy.options
---@field from_logits? boolean y_pred has not gone through a softmax (boolean, default false)
---@field label_smoothing? number how far labels are moved towards 1 / classes (number in [0, 1], default 0)
---@field axis? integer the axis of the classes (axis (1-based, or negative from the end), default -1)
---@field name? string a name, for messages and configs (string, default categorical_crossentropy)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.CategoricalCrossentropy: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- -sum(y_true * log p) over `axis`; p is y_pred divided by its sum and clipped to
--- [1e-7, 1 - 1e-7], or with from_logits its softmax. For class ids there is
--- SparseCategoricalCrossentropy.
--- Shapes: y_true (one-hot) and y_pred the same; values without that axis.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- string.format("%.4f", ln.losses.CategoricalCrossentropy()(ln.tensor{{0, 1, 0}},
---   ln.tensor{{0.05, 0.95, 0}}):item())  --> 0.0513
--- ```
---@class ln.losses.CategoricalCrossentropy.class: ln.losses.CategoricalCrossentropy
---@field super table the class that it extends
---@overload fun(options?: ln.losses.CategoricalCrossentropy.options): ln.losses.CategoricalCrossentropy
ln.losses.CategoricalCrossentropy = {}

end

do
---@class ln.losses.CategoricalFocalCrossentropy.options
---@field alpha? number|number[] the weight of every class, or one for each (number or list of numbers >= 0, default 0.25)
---@field gamma? number how strongly easy examples are weighed down; 0 for not at all (number >= 0, default 2)
---@field from_logits? boolean y_pred has not gone through a softmax (boolean, default false)
---@field label_smoothing? number how far labels are moved towards 1 / classes (number in [0, 1], default 0)
---@field axis? integer the axis of the classes (axis (1-based, or negative from the end), default -1)
---@field name? string a name, for messages and configs (string, default categorical_focal_crossentropy)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.CategoricalFocalCrossentropy: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- -sum(alpha * (1 - p)^gamma * y_true * log(p)) over `axis`; p is y_pred divided by
--- its sum and clipped to [1e-7, 1 - 1e-7].
--- Shapes: y_true (one-hot) and y_pred the same; values without that axis.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- string.format("%.4f", ln.losses.CategoricalFocalCrossentropy()(ln.tensor{{0, 1, 0}},
---   ln.tensor{{0.1, 0.5, 0.4}}):item())  --> 0.0433
--- ```
---@class ln.losses.CategoricalFocalCrossentropy.class: ln.losses.CategoricalFocalCrossentropy
---@field super table the class that it extends
---@overload fun(options?: ln.losses.CategoricalFocalCrossentropy.options): ln.losses.CategoricalFocalCrossentropy
ln.losses.CategoricalFocalCrossentropy = {}

end

do
---@class ln.losses.CategoricalGeneralizedCrossEntropy.options
---@field q? number between cross-entropy (towards 0) and absolute error (towards 1), both excluded (number, default 0.5)
---@field name? string a name, for messages and configs (string, default categorical_generalized_cross_entropy)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.CategoricalGeneralizedCrossEntropy: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- (1 - p^q) / q, where p is the probability of the true class.
--- Shapes: y_true class ids (batch, ...), y_pred probabilities (batch, ..., classes);
--- values (batch, ...). A label that is no class is an error.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- local y = ln.tensor({1}, {dtype = "int32"})
--- ln.losses.CategoricalGeneralizedCrossEntropy()(y, ln.tensor{{0.75, 0.25}}):item()  --> 1.0
--- ```
---@class ln.losses.CategoricalGeneralizedCrossEntropy.class: ln.losses.CategoricalGeneralizedCrossEntropy
---@field super table the class that it extends
---@overload fun(options?: ln.losses.CategoricalGeneralizedCrossEntropy.options): ln.losses.CategoricalGeneralizedCrossEntropy
ln.losses.CategoricalGeneralizedCrossEntropy = {}

end

do
---@class ln.losses.CategoricalHinge.options
---@field name? string a name, for messages and configs (string, default categorical_hinge)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.CategoricalHinge: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- max(neg - pos + 1, 0) with pos = sum(y_true * y_pred) and
--- neg = max((1 - y_true) * y_pred) over the last axis; y_true is one-hot.
--- Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- ln.losses.CategoricalHinge()(ln.tensor{{0, 1}}, ln.tensor{{0.5, 0.25}}):item()  --> 1.25
--- ```
---@class ln.losses.CategoricalHinge.class: ln.losses.CategoricalHinge
---@field super table the class that it extends
---@overload fun(options?: ln.losses.CategoricalHinge.options): ln.losses.CategoricalHinge
ln.losses.CategoricalHinge = {}

end

do
---@class ln.losses.Circle.options
---@field gamma? number the scale of similarities (number > 0, default 80)
---@field margin? number the distance at which pairs stop to pull or push (number, default 0.4)
---@field remove_diagonal? boolean a sample is no partner of its own (boolean, default true)
---@field name? string a name, for messages and configs (string, default circle)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.Circle: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- Circle loss: samples of one class are pulled together, others pushed apart.
--- Shapes: y_true class ids (batch,) or (batch, 1); y_pred unit vectors (batch, n);
--- values (batch,), of which the mean takes those above 0.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- local unit = ln.tensor{{1, 0}, {1, 0}, {0, 1}}
--- ln.losses.Circle()(ln.tensor({3, 3, 5}, {dtype = "int32"}), unit):item() < 1e-6  --> true
--- ```
---@class ln.losses.Circle.class: ln.losses.Circle
---@field super table the class that it extends
---@overload fun(options?: ln.losses.Circle.options): ln.losses.Circle
ln.losses.Circle = {}

end

do
---@class ln.losses.CosineSimilarity.options
---@field axis? integer the axis along which the vectors lie (axis (1-based, or negative from the end), default -1)
---@field name? string a name, for messages and configs (string, default cosine_similarity)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.CosineSimilarity: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- -sum(y_true / |y_true| * y_pred / |y_pred|) along `axis` (the last): -1 for the
--- same direction, 0 for orthogonal or zero vectors, 1 for opposite ones.
--- Shapes: y_true and y_pred the same; values without that axis.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- ln.losses.CosineSimilarity()(ln.tensor{{0, 1}}, ln.tensor{{0, 2}}):item()  --> -1.0
--- ```
---@class ln.losses.CosineSimilarity.class: ln.losses.CosineSimilarity
---@field super table the class that it extends
---@overload fun(options?: ln.losses.CosineSimilarity.options): ln.losses.CosineSimilarity
ln.losses.CosineSimilarity = {}

end

do
---@class ln.losses.Dice.options
---@field axis? integer|integer[] the axes a region spans; all when None, for one value in all (axis or list of axes (1-based, or negative from the end) or none, default none)
---@field name? string a name, for messages and configs (string, default dice)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.Dice: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- 1 - 2 sum(y_true * y_pred) / (sum(y_true) + sum(y_pred) + 1e-7), the sums over
--- `axis`.
--- Shapes: y_true and y_pred the same; values without these axes.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- string.format("%.4f", ln.losses.Dice()(ln.tensor{{1, 0}}, ln.tensor{{1, 1}}):item())  --> 0.3333
--- ```
---@class ln.losses.Dice.class: ln.losses.Dice
---@field super table the class that it extends
---@overload fun(options?: ln.losses.Dice.options): ln.losses.Dice
ln.losses.Dice = {}

end

do
---@class ln.losses.Hinge.options
---@field name? string a name, for messages and configs (string, default hinge)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.Hinge: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- Mean of max(1 - y_true * y_pred, 0) over the last axis. Labels are -1 and 1;
--- when all of them are 0 or 1, 0 counts as -1.
--- Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- ln.losses.Hinge()(ln.tensor{{0, 1}}, ln.tensor{{0.5, 0.5}}):item()  --> 1.0
--- ```
---@class ln.losses.Hinge.class: ln.losses.Hinge
---@field super table the class that it extends
---@overload fun(options?: ln.losses.Hinge.options): ln.losses.Hinge
ln.losses.Hinge = {}

end

do
---@class ln.losses.Huber.options
---@field delta? number the error at which the loss becomes linear (number > 0, default 1)
---@field name? string a name, for messages and configs (string, default huber_loss)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.Huber: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- Mean over the last axis of x^2 / 2 where |x| <= delta and of
--- delta |x| - delta^2 / 2 elsewhere, x = y_true - y_pred.
--- Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- ln.losses.Huber()(ln.tensor{{0, 0}}, ln.tensor{{1, 3}}):item()  --> 1.5
--- ```
---@class ln.losses.Huber.class: ln.losses.Huber
---@field super table the class that it extends
---@overload fun(options?: ln.losses.Huber.options): ln.losses.Huber
ln.losses.Huber = {}

end

do
---@class ln.losses.KLDivergence.options
---@field name? string a name, for messages and configs (string, default kl_divergence)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.KLDivergence: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- Sum of y_true * log(y_true / y_pred) over the last axis, both clipped to [1e-7, 1].
--- Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- string.format("%.4f", ln.losses.KLDivergence()(ln.tensor{{0, 1}}, ln.tensor{{0.6, 0.4}}):item())  --> 0.9163
--- ```
---@class ln.losses.KLDivergence.class: ln.losses.KLDivergence
---@field super table the class that it extends
---@overload fun(options?: ln.losses.KLDivergence.options): ln.losses.KLDivergence
ln.losses.KLDivergence = {}

end

do
---@class ln.losses.LogCosh.options
---@field name? string a name, for messages and configs (string, default log_cosh)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.LogCosh: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- Mean of log(cosh(y_pred - y_true)) over the last axis: about x^2 / 2 for small errors,
--- |x| - log 2 for large ones.
--- Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- string.format("%.4f", ln.losses.LogCosh()(ln.tensor{{0, 1}, {0, 0}}, ln.tensor{{1, 1}, {0, 0}})
---   :item())  --> 0.1084
--- ```
---@class ln.losses.LogCosh.class: ln.losses.LogCosh
---@field super table the class that it extends
---@overload fun(options?: ln.losses.LogCosh.options): ln.losses.LogCosh
ln.losses.LogCosh = {}

end

do
---@class ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- The value of each sample, before they are reduced.
---
--- **Errors:** shapes that do not fit.
---
--- ```lua
--- print(ln.losses.MeanSquaredError():values({{0}, {1}}, {{1}, {1}}))   --> [1. 0.]
--- ```
---@param y_true any targets (batch, ..)
---@param y_pred any predictions (batch, ..)
---@return lunate.Tensor # a tensor of one value a sample.
function Object:values(y_true, y_pred) end

--- An object from what `get_config` gives, or Keras.
---
--- **Errors:** unknown keys, values of the wrong type.
---
--- ```lua
--- print(ln.layers.Dense.from_config{units = 3})                        --> Dense(3, linear)
--- ```
---@param config any a table by name
---@return any ... # the object.
function Object.from_config(config) end

--- What a built-in computes, for a subclass that calls up: `Class.super.call(self, ...)`. A class
--- of one's own defines `call`; objects are called as functions.
---
--- **Errors:** those of the call.
---
--- ```lua
--- local Shifted = ln.layers.Dense:extend("Shifted")
--- function Shifted:call(x) return Shifted.super.call(self, x) + 1 end
--- print(Shifted{2, kernel_initializer = "zeros"}(ln.ones{1, 3}))       --> [[1. 1.]]
--- ```
---@param ... any what the object is called with
---@return any ... # what calling the object returns.
function Object:call(...) end

--- A subclass. It inherits everything; `Sub.super` is the class, `Sub.options` declares options.
---
--- **Errors:** no name.
---
--- ```lua
--- local Twice = ln.layers.Layer:extend("Twice")
--- function Twice:call(x) return 2 * x end
--- print(Twice()(ln.tensor{3}))                                         --> [6.]
--- ```
---@param name string what the class is called, in messages and in saved models
---@return any ... # the new class.
function Object:extend(name) end

--- The options as Keras writes them; `from_config` makes an equal object of them.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.layers.Dense(3):get_config().units)                         --> 3
--- ```
---@return table # a table by name.
function Object:get_config() end

--- The base of all losses. A loss of one's own extends it and defines `call(y_true, y_pred)`, which
--- gives a value for each sample; a Lua function of the two serves as well. A loss is called:
--- `loss(y_true, y_pred, sample_weight)`.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- local Cubed = ln.losses.Loss:extend("Cubed")
--- function Cubed:call(y, p) return ((y - p):abs() ^ 3):mean{axis = -1} end
--- print(Cubed()(ln.zeros{2, 1}, ln.full({2, 1}, 2)):item())            --> 8.0
--- ```
---@class ln.losses.Loss.class: ln.losses.Loss
---@field super table the class that it extends
---@overload fun(options?: table): ln.losses.Loss
ln.losses.Loss = {}

end

do
---@class ln.losses.MeanAbsoluteError.options
---@field name? string a name, for messages and configs (string, default mean_absolute_error)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.MeanAbsoluteError: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- Mean of |y_true - y_pred| over the last axis.
--- Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- ln.losses.MeanAbsoluteError()(ln.tensor{{0, 1}, {0, 0}}, ln.tensor{{1, 1}, {1, 0}}):item()  --> 0.5
--- ```
---@class ln.losses.MeanAbsoluteError.class: ln.losses.MeanAbsoluteError
---@field super table the class that it extends
---@overload fun(options?: ln.losses.MeanAbsoluteError.options): ln.losses.MeanAbsoluteError
ln.losses.MeanAbsoluteError = {}

end

do
---@class ln.losses.MeanAbsolutePercentageError.options
---@field name? string a name, for messages and configs (string, default mean_absolute_percentage_error)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.MeanAbsolutePercentageError: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- 100 * mean of |y_true - y_pred| / max(|y_true|, 1e-7) over the last axis.
--- Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- ln.losses.MeanAbsolutePercentageError()(ln.tensor{{2, 4}}, ln.tensor{{1, 4}}):item()  --> 25.0
--- ```
---@class ln.losses.MeanAbsolutePercentageError.class: ln.losses.MeanAbsolutePercentageError
---@field super table the class that it extends
---@overload fun(options?: ln.losses.MeanAbsolutePercentageError.options): ln.losses.MeanAbsolutePercentageError
ln.losses.MeanAbsolutePercentageError = {}

end

do
---@class ln.losses.MeanSquaredError.options
---@field name? string a name, for messages and configs (string, default mean_squared_error)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.MeanSquaredError: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- Mean of (y_true - y_pred)^2 over the last axis.
--- Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- ln.losses.MeanSquaredError()(ln.tensor{{0, 1}, {0, 0}}, ln.tensor{{1, 1}, {1, 0}}):item()  --> 0.5
--- ```
---@class ln.losses.MeanSquaredError.class: ln.losses.MeanSquaredError
---@field super table the class that it extends
---@overload fun(options?: ln.losses.MeanSquaredError.options): ln.losses.MeanSquaredError
ln.losses.MeanSquaredError = {}

end

do
---@class ln.losses.MeanSquaredLogarithmicError.options
---@field name? string a name, for messages and configs (string, default mean_squared_logarithmic_error)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.MeanSquaredLogarithmicError: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- Mean of (log(y_true + 1) - log(y_pred + 1))^2 over the last axis; values below 1e-7 count
--- as 1e-7.
--- Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- string.format("%.4f", ln.losses.MeanSquaredLogarithmicError()(ln.tensor{{0, 1}},
---   ln.tensor{{1, 1}}):item())  --> 0.2402
--- ```
---@class ln.losses.MeanSquaredLogarithmicError.class: ln.losses.MeanSquaredLogarithmicError
---@field super table the class that it extends
---@overload fun(options?: ln.losses.MeanSquaredLogarithmicError.options): ln.losses.MeanSquaredLogarithmicError
ln.losses.MeanSquaredLogarithmicError = {}

end

do
---@class ln.losses.Poisson.options
---@field name? string a name, for messages and configs (string, default poisson)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.Poisson: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- Mean of y_pred - y_true * log(y_pred + 1e-7) over the last axis.
--- Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- string.format("%.4f", ln.losses.Poisson()(ln.tensor{{0, 1}}, ln.tensor{{1, 1}}):item())  --> 1.0000
--- ```
---@class ln.losses.Poisson.class: ln.losses.Poisson
---@field super table the class that it extends
---@overload fun(options?: ln.losses.Poisson.options): ln.losses.Poisson
ln.losses.Poisson = {}

end

do
---@class ln.losses.SparseCategoricalCrossentropy.options
---@field from_logits? boolean y_pred has not gone through a softmax (boolean, default false)
---@field ignore_class? integer entries with this label have no loss and do not count in the mean (integer or none, default none)
---@field name? string a name, for messages and configs (string, default sparse_categorical_crossentropy)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.SparseCategoricalCrossentropy: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- -log p of the label's class, over the last axis; p is y_pred divided by its sum
--- and clipped to [1e-7, 1 - 1e-7], or with from_logits its softmax. Labels are
--- class ids (0, 1, ...) of any dtype; one that is no class is an error.
--- Shapes: y_true (batch, ...) or (batch, ..., 1), y_pred (batch, ..., classes);
--- values (batch, ...).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- local y = ln.tensor({1, 2}, {dtype = "int32"})
--- string.format("%.4f", ln.losses.SparseCategoricalCrossentropy()(y,
---   ln.tensor{{0.05, 0.95, 0}, {0.1, 0.8, 0.1}}):item())  --> 1.1769
--- ```
---@class ln.losses.SparseCategoricalCrossentropy.class: ln.losses.SparseCategoricalCrossentropy
---@field super table the class that it extends
---@overload fun(options?: ln.losses.SparseCategoricalCrossentropy.options): ln.losses.SparseCategoricalCrossentropy
ln.losses.SparseCategoricalCrossentropy = {}

end

do
---@class ln.losses.SquaredHinge.options
---@field name? string a name, for messages and configs (string, default squared_hinge)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.SquaredHinge: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- Mean of max(1 - y_true * y_pred, 0)^2 over the last axis. Labels are -1 and 1;
--- when all of them are 0 or 1, 0 counts as -1.
--- Shapes: y_true and y_pred (batch, ..., n); values (batch, ...).
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- ln.losses.SquaredHinge()(ln.tensor{{0, 1}}, ln.tensor{{0.5, 0.5}}):item()  --> 1.25
--- ```
---@class ln.losses.SquaredHinge.class: ln.losses.SquaredHinge
---@field super table the class that it extends
---@overload fun(options?: ln.losses.SquaredHinge.options): ln.losses.SquaredHinge
ln.losses.SquaredHinge = {}

end

do
---@class ln.losses.Tversky.options
---@field alpha? number weight of what y_pred misses, (1 - y_pred) * y_true (number >= 0, default 0.5)
---@field beta? number weight of what y_pred has too much, y_pred * (1 - y_true) (number >= 0, default 0.5)
---@field axis? integer|integer[] the axes a region spans; all when None, for one value in all (axis or list of axes (1-based, or negative from the end) or none, default none)
---@field name? string a name, for messages and configs (string, default tversky)
---@field reduction? "sum_over_batch_size"|"sum"|"mean"|"mean_with_sample_weight"|"none" how per-sample values become one number (one of sum_over_batch_size, sum, mean, mean_with_sample_weight, none, default sum_over_batch_size)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.losses.Tversky: ln.losses.Loss
---@overload fun(y_true: any, y_pred: any, sample_weight?: any): lunate.Tensor
local Object = {}

--- 1 - both / (both + alpha * missed + beta * extra + 1e-7), where both, missed and
--- extra are sums over `axis` of y_true * y_pred, (1 - y_pred) * y_true and
--- y_pred * (1 - y_true). With alpha = beta = 0.5 it is Dice.
--- Shapes: y_true and y_pred the same; values without these axes.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; when called: y_true and y_pred, or weights, whose shapes do not fit; what is no tensor.
---
--- ```lua
--- string.format("%.4f", ln.losses.Tversky{alpha = 0.3, beta = 1}(ln.tensor{{1, 0}},
---   ln.tensor{{1, 1}}):item())  --> 0.5000
--- ```
---@class ln.losses.Tversky.class: ln.losses.Tversky
---@field super table the class that it extends
---@overload fun(options?: ln.losses.Tversky.options): ln.losses.Tversky
ln.losses.Tversky = {}

end

--- `get` of a namespace (`ln.layers.get`, `ln.losses.get`, ...): an object from a name, from what
--- `serialize` gives, from a class; an object stays itself.
---
--- **Errors:** an unknown name (with the nearest known one).
---
--- ```lua
--- print(ln.optimizers.get("sgd")) --> SGD(learning_rate=0.01)
--- ```
---@param identifier any a string, {class_name =, config =}, a class, an object or a function
---@return any ... # the object.
function ln.losses.get(identifier) end

--- `serialize` of a namespace (`ln.layers.serialize`, ...): class and config, as Keras writes them.
---
--- **Errors:** what is none of these.
---
--- ```lua
--- print(ln.layers.serialize(ln.layers.Dense(3)).class_name)            --> Dense
--- ```
---@param object any a layer, loss, optimizer, ...
---@return table # {class_name =, config =, module =, registered_name =}.
function ln.losses.serialize(object) end

do
---@class ln.metrics.AUC.options
---@field num_thresholds? integer how many points the curve has (integer >= 2, default 200)
---@field curve? "ROC"|"PR"|"PRGAIN"|"roc"|"pr"|"prgain" which curve (one of ROC, PR, PRGAIN, roc, pr, prgain, default ROC)
---@field summation_method? "interpolation"|"majoring"|"minoring"|"Interpolation"|"Majoring"|"Minoring" how the area between two points is taken: between, above or below them (one of interpolation, majoring, minoring, Interpolation, Majoring, Minoring, default interpolation)
---@field thresholds? number|number[] the points, instead of evenly spread ones (number or list of numbers in [0, 1] or none, default none)
---@field multi_label? boolean an area for each label of the last axis, then their mean (boolean, default false)
---@field num_labels? integer with multi_label, when it is to be checked (integer >= 1 or none, default none)
---@field label_weights? number|number[] the weight of each label of the last axis (number or list of numbers >= 0 or none, default none)
---@field from_logits? boolean y_pred has not gone through a sigmoid (boolean, default false)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.AUC: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- The area under the ROC curve (true over false positive rate), or another curve,
--- through num_thresholds points.
--- Shapes: y_true (0 and 1) and y_pred (probabilities) the same.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.AUC{num_thresholds = 3}
--- m:update_state(ln.tensor{0, 0, 1, 1}, ln.tensor{0, 0.5, 0.3, 0.9})
--- m:result()  --> 0.75
--- ```
---@class ln.metrics.AUC.class: ln.metrics.AUC
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.AUC.options): ln.metrics.AUC
ln.metrics.AUC = {}

end

do
---@class ln.metrics.Accuracy.options
---@field name? string a name, for messages and configs (string, default accuracy)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.Accuracy: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- How often y_pred equals y_true, element by element.
--- Shapes: y_true and y_pred the same.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.Accuracy()
--- m:update_state(ln.tensor{1, 2, 3, 4}, ln.tensor{0, 2, 3, 4})
--- m:result()  --> 0.75
--- ```
---@class ln.metrics.Accuracy.class: ln.metrics.Accuracy
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.Accuracy.options): ln.metrics.Accuracy
ln.metrics.Accuracy = {}

end

do
---@class ln.metrics.BinaryAccuracy.options
---@field threshold? number above it a prediction is a 1; between 0 and 1 (number, default 0.5)
---@field name? string a name, for messages and configs (string, default binary_accuracy)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.BinaryAccuracy: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- How often y_pred, 1 above `threshold` and 0 elsewhere, equals y_true.
--- Shapes: y_true and y_pred the same.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.BinaryAccuracy()
--- m:update_state(ln.tensor{{1}, {1}, {0}, {0}}, ln.tensor{{0.98}, {1}, {0}, {0.6}})
--- m:result()  --> 0.75
--- ```
---@class ln.metrics.BinaryAccuracy.class: ln.metrics.BinaryAccuracy
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.BinaryAccuracy.options): ln.metrics.BinaryAccuracy
ln.metrics.BinaryAccuracy = {}

end

do
---@class ln.metrics.BinaryCrossentropy.options
---@field from_logits? boolean y_pred are logits, not probabilities (boolean, default false)
---@field label_smoothing? number how far labels are moved towards all being equal (number in [0, 1], default 0)
---@field name? string a name, for messages and configs (string, default binary_crossentropy)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.BinaryCrossentropy: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- Mean cross-entropy of labels 0 and 1 with y_pred.
--- Shapes: y_true and y_pred (batch, ..., n).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.BinaryCrossentropy()
--- m:update_state(ln.tensor{{0, 1}, {0, 0}}, ln.tensor{{0.6, 0.4}, {0.4, 0.6}})
--- string.format("%.4f", m:result())  --> 0.8149
--- ```
---@class ln.metrics.BinaryCrossentropy.class: ln.metrics.BinaryCrossentropy
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.BinaryCrossentropy.options): ln.metrics.BinaryCrossentropy
ln.metrics.BinaryCrossentropy = {}

end

do
---@class ln.metrics.BinaryIoU.options
---@field target_class_ids? integer|integer[] the classes whose mean is taken (list of integers >= 0, default {0, 1})
---@field threshold? number predictions from it on are class 1 (number, default 0.5)
---@field dtype? lunate.dtype what is counted in; with an integer type sample weights lose their fractions, as in Keras (dtype: bool, uint8, int32, int64, float32, float64, default int32)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field [integer] any

---@class ln.metrics.BinaryIoU: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- IoU of classes 0 and 1, predictions being class 1 from `threshold` on.
--- Shapes: y_true (0 and 1) and y_pred of as many elements, any shape.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.BinaryIoU{target_class_ids = {0, 1}, threshold = 0.3}
--- m:update_state(ln.tensor{0, 1, 0, 1}, ln.tensor{0.1, 0.2, 0.4, 0.7})
--- string.format("%.4f", m:result())  --> 0.3333
--- ```
---@class ln.metrics.BinaryIoU.class: ln.metrics.BinaryIoU
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.BinaryIoU.options): ln.metrics.BinaryIoU
ln.metrics.BinaryIoU = {}

end

do
---@class ln.metrics.CategoricalAccuracy.options
---@field name? string a name, for messages and configs (string, default categorical_accuracy)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.CategoricalAccuracy: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- How often the largest prediction is that of the one-hot label's class.
--- Shapes: y_true and y_pred (batch, ..., classes).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.CategoricalAccuracy()
--- m:update_state(ln.tensor{{0, 0, 1}, {0, 1, 0}}, ln.tensor{{0.1, 0.9, 0.8}, {0, 0.9, 0}})
--- m:result()  --> 0.5
--- ```
---@class ln.metrics.CategoricalAccuracy.class: ln.metrics.CategoricalAccuracy
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.CategoricalAccuracy.options): ln.metrics.CategoricalAccuracy
ln.metrics.CategoricalAccuracy = {}

end

do
---@class ln.metrics.CategoricalCrossentropy.options
---@field from_logits? boolean y_pred are logits, not probabilities (boolean, default false)
---@field label_smoothing? number how far labels are moved towards all being equal (number in [0, 1], default 0)
---@field axis? integer the axis of the classes (axis (1-based, or negative from the end), default -1)
---@field name? string a name, for messages and configs (string, default categorical_crossentropy)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.CategoricalCrossentropy: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- Mean cross-entropy of one-hot labels with y_pred.
--- Shapes: y_true and y_pred (batch, ..., classes).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.CategoricalCrossentropy()
--- m:update_state(ln.tensor{{0, 1, 0}}, ln.tensor{{0.05, 0.95, 0}})
--- string.format("%.4f", m:result())  --> 0.0513
--- ```
---@class ln.metrics.CategoricalCrossentropy.class: ln.metrics.CategoricalCrossentropy
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.CategoricalCrossentropy.options): ln.metrics.CategoricalCrossentropy
ln.metrics.CategoricalCrossentropy = {}

end

do
---@class ln.metrics.CategoricalHinge.options
---@field name? string a name, for messages and configs (string, default categorical_hinge)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.CategoricalHinge: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- Mean of max(neg - pos + 1, 0), where pos = sum(y_true * y_pred) and
--- neg = max((1 - y_true) * y_pred).
--- Shapes: y_true and y_pred (batch, ..., n).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.CategoricalHinge()
--- m:update_state(ln.tensor{{0, 1}}, ln.tensor{{0.5, 0.25}})
--- m:result()  --> 1.25
--- ```
---@class ln.metrics.CategoricalHinge.class: ln.metrics.CategoricalHinge
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.CategoricalHinge.options): ln.metrics.CategoricalHinge
ln.metrics.CategoricalHinge = {}

end

do
---@class ln.metrics.ConcordanceCorrelation.options
---@field axis? integer|integer[] the axis, or axes, along which values are correlated (axis or list of axes (1-based, or negative from the end), default -1)
---@field name? string a name, for messages and configs (string, default concordance_correlation)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.ConcordanceCorrelation: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- Mean of Lin's concordance of y_true and y_pred along `axis`: 1 where they are
--- equal, not only in line.
--- Shapes: y_true and y_pred the same.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.ConcordanceCorrelation()
--- m:update_state(ln.tensor{{0, 1, 0.5}}, ln.tensor{{0.1, 0.9, 0.5}})
--- string.format("%.4f", m:result())  --> 0.9756
--- ```
---@class ln.metrics.ConcordanceCorrelation.class: ln.metrics.ConcordanceCorrelation
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.ConcordanceCorrelation.options): ln.metrics.ConcordanceCorrelation
ln.metrics.ConcordanceCorrelation = {}

end

do
---@class ln.metrics.CosineSimilarity.options
---@field axis? integer the axis along which the vectors lie (axis (1-based, or negative from the end), default -1)
---@field name? string a name, for messages and configs (string, default cosine_similarity)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.CosineSimilarity: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- Mean of sum(y_true / |y_true| * y_pred / |y_pred|) along `axis`: 1 for the same
--- direction, -1 for opposite ones (the loss of this name has the other sign).
--- Shapes: y_true and y_pred the same.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.CosineSimilarity()
--- m:update_state(ln.tensor{{0, 1}, {2, 0}}, ln.tensor{{1, 0}, {1, 0}})
--- m:result()  --> 0.5
--- ```
---@class ln.metrics.CosineSimilarity.class: ln.metrics.CosineSimilarity
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.CosineSimilarity.options): ln.metrics.CosineSimilarity
ln.metrics.CosineSimilarity = {}

end

do
---@class ln.metrics.F1Score.options
---@field average? "micro"|"macro"|"weighted" None: a score for each class; micro: of all counts together; macro: the mean of the classes; weighted: their mean by number of true labels (one of micro, macro, weighted or none, default none)
---@field threshold? number predictions above it are positive; None: the largest of a sample is (number or none, default none)
---@field name? string a name, for messages and configs (string, default f1_score)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.F1Score: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- 2 * precision * recall / (precision + recall), by class or averaged.
--- Shapes: y_true (0 and 1) and y_pred (batch, classes); sample_weight (batch,).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.F1Score{average = "micro", threshold = 0.5}
--- m:update_state(ln.tensor{{1, 1}, {1, 0}}, ln.tensor{{0.2, 0.6}, {0.7, 0.6}})
--- string.format("%.4f", m:result())  --> 0.6667
--- ```
---@class ln.metrics.F1Score.class: ln.metrics.F1Score
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.F1Score.options): ln.metrics.F1Score
ln.metrics.F1Score = {}

end

do
---@class ln.metrics.FBetaScore.options
---@field average? "micro"|"macro"|"weighted" None: a score for each class; micro: of all counts together; macro: the mean of the classes; weighted: their mean by number of true labels (one of micro, macro, weighted or none, default none)
---@field beta? number how many times as much recall counts as precision (number > 0, default 1)
---@field threshold? number predictions above it are positive; None: the largest of a sample is (number or none, default none)
---@field name? string a name, for messages and configs (string, default fbeta_score)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.FBetaScore: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- (1 + beta^2) * precision * recall / (beta^2 * precision + recall), by class or
--- averaged.
--- Shapes: y_true (0 and 1) and y_pred (batch, classes); sample_weight (batch,).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.FBetaScore{average = "macro", beta = 2, threshold = 0.5}
--- m:update_state(ln.tensor{{1, 1}, {1, 0}}, ln.tensor{{0.2, 0.6}, {0.7, 0.6}})
--- string.format("%.4f", m:result())  --> 0.6944
--- ```
---@class ln.metrics.FBetaScore.class: ln.metrics.FBetaScore
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.FBetaScore.options): ln.metrics.FBetaScore
ln.metrics.FBetaScore = {}

end

do
---@class ln.metrics.FalseNegatives.options
---@field thresholds? number|number[] predictions above it are positive; a list gives a result for each (0.5 when None) (number or list of numbers in [0, 1] or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.FalseNegatives: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- How many predictions are not above the threshold where the label is 1.
--- Shapes: y_true (0 and 1) and y_pred the same; sample_weight (batch,) or the same.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.FalseNegatives()
--- m:update_state(ln.tensor{0, 1, 1, 1}, ln.tensor{1, 0, 1, 1})
--- m:result()  --> 1.0
--- ```
---@class ln.metrics.FalseNegatives.class: ln.metrics.FalseNegatives
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.FalseNegatives.options): ln.metrics.FalseNegatives
ln.metrics.FalseNegatives = {}

end

do
---@class ln.metrics.FalsePositives.options
---@field thresholds? number|number[] predictions above it are positive; a list gives a result for each (0.5 when None) (number or list of numbers in [0, 1] or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.FalsePositives: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- How many predictions are above the threshold where the label is 0.
--- Shapes: y_true (0 and 1) and y_pred the same; sample_weight (batch,) or the same.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.FalsePositives()
--- m:update_state(ln.tensor{0, 1, 1, 1}, ln.tensor{1, 0, 1, 1})
--- m:result()  --> 1.0
--- ```
---@class ln.metrics.FalsePositives.class: ln.metrics.FalsePositives
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.FalsePositives.options): ln.metrics.FalsePositives
ln.metrics.FalsePositives = {}

end

do
---@class ln.metrics.Hinge.options
---@field name? string a name, for messages and configs (string, default hinge)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.Hinge: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- Mean of max(1 - y_true * y_pred, 0), labels -1 and 1.
--- Shapes: y_true and y_pred (batch, ..., n).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.Hinge()
--- m:update_state(ln.tensor{{0, 1}}, ln.tensor{{0.5, 0.5}})
--- m:result()  --> 1.0
--- ```
---@class ln.metrics.Hinge.class: ln.metrics.Hinge
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.Hinge.options): ln.metrics.Hinge
ln.metrics.Hinge = {}

end

do
---@class ln.metrics.IoU.options
---@field num_classes? integer labels are 0 to num_classes - 1 (integer >= 1, must be given)
---@field target_class_ids? integer|integer[] the classes whose mean is taken (list of integers >= 0, must be given)
---@field ignore_class? integer entries with this label do not count (integer or none, default none)
---@field sparse_y_true? boolean y_true are class ids, else one-hot (boolean, default true)
---@field sparse_y_pred? boolean y_pred are class ids, else a value for each class (boolean, default true)
---@field axis? integer the axis of the classes where they are not ids (axis (1-based, or negative from the end), default -1)
---@field dtype? lunate.dtype what is counted in; with an integer type sample weights lose their fractions, as in Keras (dtype: bool, uint8, int32, int64, float32, float64, default int32)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field [integer] any

---@class ln.metrics.IoU: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- Mean over target_class_ids of tp / (tp + fp + fn), from the confusion matrix of everything
--- seen; classes that never occurred do not count. A label that is no class is an error.
--- Shapes: y_true and y_pred of as many labels, any shape.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.IoU{num_classes = 2, target_class_ids = {0}}
--- m:update_state(ln.tensor{0, 0, 1, 1}, ln.tensor{0, 1, 0, 1})
--- string.format("%.4f", m:result())  --> 0.3333
--- ```
---@class ln.metrics.IoU.class: ln.metrics.IoU
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.IoU.options|integer): ln.metrics.IoU
ln.metrics.IoU = {}

end

do
---@class ln.metrics.KLDivergence.options
---@field name? string a name, for messages and configs (string, default kl_divergence)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.KLDivergence: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- Mean of sum(y_true * log(y_true / y_pred)), both clipped to [1e-7, 1].
--- Shapes: y_true and y_pred (batch, ..., n).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.KLDivergence()
--- m:update_state(ln.tensor{{0.5, 0.5}}, ln.tensor{{0.5, 0.5}})
--- m:result()  --> 0.0
--- ```
---@class ln.metrics.KLDivergence.class: ln.metrics.KLDivergence
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.KLDivergence.options): ln.metrics.KLDivergence
ln.metrics.KLDivergence = {}

end

do
---@class ln.metrics.LogCoshError.options
---@field name? string a name, for messages and configs (string, default logcosh)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.LogCoshError: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- Mean of log(cosh(y_pred - y_true)).
--- Shapes: y_true and y_pred (batch, ..., n).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.LogCoshError()
--- m:update_state(ln.tensor{{3, 4}}, ln.tensor{{3, 4}})
--- m:result()  --> 0.0
--- ```
---@class ln.metrics.LogCoshError.class: ln.metrics.LogCoshError
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.LogCoshError.options): ln.metrics.LogCoshError
ln.metrics.LogCoshError = {}

end

do
---@class ln.metrics.Mean.options
---@field name? string a name, for messages and configs (string, default mean)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.Mean: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- The (weighted) mean of the values it is given: update_state(values,
--- sample_weight). A sample's value is the mean over all axes but the first.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.Mean()
--- m:update_state(ln.tensor{1, 3, 5, 7})
--- m:result()  --> 4.0
--- ```
---@class ln.metrics.Mean.class: ln.metrics.Mean
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.Mean.options): ln.metrics.Mean
ln.metrics.Mean = {}

end

do
---@class ln.metrics.MeanAbsoluteError.options
---@field name? string a name, for messages and configs (string, default mean_absolute_error)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.MeanAbsoluteError: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- Mean of |y_true - y_pred|.
--- Shapes: y_true and y_pred (batch, ..., n).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.MeanAbsoluteError()
--- m:update_state(ln.tensor{{0, 1}, {0, 0}}, ln.tensor{{1, 1}, {0, 0}})
--- m:result()  --> 0.25
--- ```
---@class ln.metrics.MeanAbsoluteError.class: ln.metrics.MeanAbsoluteError
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.MeanAbsoluteError.options): ln.metrics.MeanAbsoluteError
ln.metrics.MeanAbsoluteError = {}

end

do
---@class ln.metrics.MeanAbsolutePercentageError.options
---@field name? string a name, for messages and configs (string, default mean_absolute_percentage_error)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.MeanAbsolutePercentageError: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- 100 * mean of |y_true - y_pred| / max(|y_true|, 1e-7).
--- Shapes: y_true and y_pred (batch, ..., n).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.MeanAbsolutePercentageError()
--- m:update_state(ln.tensor{{2, 4}}, ln.tensor{{1, 4}})
--- m:result()  --> 25.0
--- ```
---@class ln.metrics.MeanAbsolutePercentageError.class: ln.metrics.MeanAbsolutePercentageError
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.MeanAbsolutePercentageError.options): ln.metrics.MeanAbsolutePercentageError
ln.metrics.MeanAbsolutePercentageError = {}

end

do
---@class ln.metrics.MeanIoU.options
---@field num_classes? integer labels are 0 to num_classes - 1 (integer >= 1, must be given)
---@field ignore_class? integer entries with this label do not count (integer or none, default none)
---@field sparse_y_true? boolean y_true are class ids, else one-hot (boolean, default true)
---@field sparse_y_pred? boolean y_pred are class ids, else a value for each class (boolean, default true)
---@field axis? integer the axis of the classes where they are not ids (axis (1-based, or negative from the end), default -1)
---@field dtype? lunate.dtype what is counted in; with an integer type sample weights lose their fractions, as in Keras (dtype: bool, uint8, int32, int64, float32, float64, default int32)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field [integer] any

---@class ln.metrics.MeanIoU: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- Mean over all classes of tp / (tp + fp + fn), from the confusion matrix of everything seen;
--- classes that never occurred do not count.
--- Shapes: y_true and y_pred of as many labels, any shape.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.MeanIoU{num_classes = 2}
--- m:update_state(ln.tensor{0, 0, 1, 1}, ln.tensor{0, 1, 0, 1})
--- string.format("%.4f", m:result())  --> 0.3333
--- ```
---@class ln.metrics.MeanIoU.class: ln.metrics.MeanIoU
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.MeanIoU.options|integer): ln.metrics.MeanIoU
ln.metrics.MeanIoU = {}

end

---@class ln.metrics.MeanMetricWrapper.options
---@field fn? function the function, also by position (function, default the function)
---@field name? string its name (string, default its name in logs)

--- A metric that is the mean of a Lua function of (y_true, y_pred).
---
--- **Errors:** no function.
---
--- ```lua
--- local gap = ln.metrics.MeanMetricWrapper{function(y, p) return y - p end, name = "gap"}
--- print(gap({{3}}, {{1}}), gap.name)                                   --> 2.0 gap
--- ```
---@param options? ln.metrics.MeanMetricWrapper.options `fn` (the function, also by position), `name` (its name in logs)
---@return any ... # the metric.
function ln.metrics.MeanMetricWrapper(options) end

do
---@class ln.metrics.MeanSquaredError.options
---@field name? string a name, for messages and configs (string, default mean_squared_error)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.MeanSquaredError: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- Mean of (y_true - y_pred)^2.
--- Shapes: y_true and y_pred (batch, ..., n).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.MeanSquaredError()
--- m:update_state(ln.tensor{{0, 1}, {0, 0}}, ln.tensor{{1, 1}, {0, 0}})
--- m:result()  --> 0.25
--- ```
---@class ln.metrics.MeanSquaredError.class: ln.metrics.MeanSquaredError
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.MeanSquaredError.options): ln.metrics.MeanSquaredError
ln.metrics.MeanSquaredError = {}

end

do
---@class ln.metrics.MeanSquaredLogarithmicError.options
---@field name? string a name, for messages and configs (string, default mean_squared_logarithmic_error)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.MeanSquaredLogarithmicError: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- Mean of (log(y_true + 1) - log(y_pred + 1))^2.
--- Shapes: y_true and y_pred (batch, ..., n).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.MeanSquaredLogarithmicError()
--- m:update_state(ln.tensor{{3, 4}}, ln.tensor{{3, 4}})
--- m:result()  --> 0.0
--- ```
---@class ln.metrics.MeanSquaredLogarithmicError.class: ln.metrics.MeanSquaredLogarithmicError
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.MeanSquaredLogarithmicError.options): ln.metrics.MeanSquaredLogarithmicError
ln.metrics.MeanSquaredLogarithmicError = {}

end

do
---@class ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

---@class ln.metrics.Metric.add_weight.options
---@field name? string its name (string, default "variable")
---@field shape? (integer|false)[] a list of dimensions (shape, default {})
---@field initializer? string|function|ln.initializers.Initializer what it begins with (initializer, default "zeros")
---@field dtype? lunate.dtype the type of the elements (dtype, default "float32")

--- A variable of a metric of one's own, which reset_state sets to its initial value.
---
--- **Errors:** unknown options; a shape or a dtype that there is not.
---
--- ```lua
--- local Largest = ln.metrics.Metric:extend("Largest")
--- function Largest:init() self.most = self:add_weight{name = "most"} end
--- function Largest:update_state(_, y_pred)
---   self.most:assign(ln.maximum(self.most, y_pred:max()))
--- end
--- function Largest:result() return self.most:value():item() end
--- print(Largest()({{0}}, {{3}}))                                         --> 3.0
--- ```
---@param options? ln.metrics.Metric.add_weight.options `name` ("variable"), `shape` ({}), `initializer` ("zeros"), `dtype` ("float32")
---@return any ...
function Object:add_weight(options) end

--- Forgets what was counted.
---
--- **Errors:** none.
---
--- ```lua
--- local mean = ln.metrics.Mean()
--- mean:update_state{1, 3}
--- mean:reset_state()
--- print(mean:result())                                                    --> 0.0
--- ```
---@return any ...
function Object:reset_state() end

--- What was counted so far.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.metrics.Mean():result())                                    --> 0.0
--- ```
---@return any ... # a number, or a tensor of several.
function Object:result() end

--- Counts a batch.
---
--- **Errors:** shapes that do not fit.
---
--- ```lua
--- local mean = ln.metrics.Mean()
--- mean:update_state{1, 2, 6}
--- print(mean:result())                                                 --> 3.0
--- ```
---@param y_true any targets (batch, ..); of Mean and Sum the values
---@param y_pred any predictions (batch, ..)
---@param sample_weight any a weight for each sample (1)
---@return any ...
function Object:update_state(y_true, y_pred, sample_weight) end

--- An object from what `get_config` gives, or Keras.
---
--- **Errors:** unknown keys, values of the wrong type.
---
--- ```lua
--- print(ln.layers.Dense.from_config{units = 3})                        --> Dense(3, linear)
--- ```
---@param config any a table by name
---@return any ... # the object.
function Object.from_config(config) end

--- What a built-in computes, for a subclass that calls up: `Class.super.call(self, ...)`. A class
--- of one's own defines `call`; objects are called as functions.
---
--- **Errors:** those of the call.
---
--- ```lua
--- local Shifted = ln.layers.Dense:extend("Shifted")
--- function Shifted:call(x) return Shifted.super.call(self, x) + 1 end
--- print(Shifted{2, kernel_initializer = "zeros"}(ln.ones{1, 3}))       --> [[1. 1.]]
--- ```
---@param ... any what the object is called with
---@return any ... # what calling the object returns.
function Object:call(...) end

--- A subclass. It inherits everything; `Sub.super` is the class, `Sub.options` declares options.
---
--- **Errors:** no name.
---
--- ```lua
--- local Twice = ln.layers.Layer:extend("Twice")
--- function Twice:call(x) return 2 * x end
--- print(Twice()(ln.tensor{3}))                                         --> [6.]
--- ```
---@param name string what the class is called, in messages and in saved models
---@return any ... # the new class.
function Object:extend(name) end

--- The options as Keras writes them; `from_config` makes an equal object of them.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.layers.Dense(3):get_config().units)                         --> 3
--- ```
---@return table # a table by name.
function Object:get_config() end

--- The base of all metrics. One of one's own defines `update_state` and `result`; a metric is
--- called, too: `metric(y_true, y_pred)` updates and gives the result.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local accuracy = ln.metrics.BinaryAccuracy()
--- print(accuracy({{1}, {0}}, {{0.9}, {0.8}}))                          --> 0.5
--- ```
---@class ln.metrics.Metric.class: ln.metrics.Metric
---@field super table the class that it extends
---@overload fun(options?: table): ln.metrics.Metric
ln.metrics.Metric = {}

end

do
---@class ln.metrics.OneHotIoU.options
---@field num_classes? integer labels are 0 to num_classes - 1 (integer >= 1, must be given)
---@field target_class_ids? integer|integer[] the classes whose mean is taken (list of integers >= 0, must be given)
---@field ignore_class? integer entries with this label do not count (integer or none, default none)
---@field sparse_y_pred? boolean y_pred are class ids, else a value for each class (boolean, default false)
---@field axis? integer the axis of the classes where they are not ids (axis (1-based, or negative from the end), default -1)
---@field dtype? lunate.dtype what is counted in; with an integer type sample weights lose their fractions, as in Keras (dtype: bool, uint8, int32, int64, float32, float64, default int32)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field [integer] any

---@class ln.metrics.OneHotIoU: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- IoU of labels that are one-hot, and predictions with a value for each class.
--- Shapes: y_true and y_pred (batch, ..., classes).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.OneHotIoU{num_classes = 2, target_class_ids = {1}}
--- m:update_state(ln.tensor{{0, 1}, {1, 0}}, ln.tensor{{0.2, 0.8}, {0.1, 0.9}})
--- string.format("%.4f", m:result())  --> 0.5000
--- ```
---@class ln.metrics.OneHotIoU.class: ln.metrics.OneHotIoU
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.OneHotIoU.options|integer): ln.metrics.OneHotIoU
ln.metrics.OneHotIoU = {}

end

do
---@class ln.metrics.OneHotMeanIoU.options
---@field num_classes? integer labels are 0 to num_classes - 1 (integer >= 1, must be given)
---@field ignore_class? integer entries with this label do not count (integer or none, default none)
---@field sparse_y_pred? boolean y_pred are class ids, else a value for each class (boolean, default false)
---@field axis? integer the axis of the classes where they are not ids (axis (1-based, or negative from the end), default -1)
---@field dtype? lunate.dtype what is counted in; with an integer type sample weights lose their fractions, as in Keras (dtype: bool, uint8, int32, int64, float32, float64, default int32)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field [integer] any

---@class ln.metrics.OneHotMeanIoU: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- MeanIoU of labels that are one-hot, and predictions with a value for each class.
--- Shapes: y_true and y_pred (batch, ..., classes).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.OneHotMeanIoU{num_classes = 2}
--- m:update_state(ln.tensor{{0, 1}, {1, 0}}, ln.tensor{{0.2, 0.8}, {0.1, 0.9}})
--- string.format("%.4f", m:result())  --> 0.2500
--- ```
---@class ln.metrics.OneHotMeanIoU.class: ln.metrics.OneHotMeanIoU
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.OneHotMeanIoU.options|integer): ln.metrics.OneHotMeanIoU
ln.metrics.OneHotMeanIoU = {}

end

do
---@class ln.metrics.PearsonCorrelation.options
---@field axis? integer|integer[] the axis, or axes, along which values are correlated (axis or list of axes (1-based, or negative from the end), default -1)
---@field name? string a name, for messages and configs (string, default pearson_correlation)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.PearsonCorrelation: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- Mean of Pearson's correlation of y_true and y_pred along `axis`: from -1 to 1, 0
--- for values that have no linear relation.
--- Shapes: y_true and y_pred the same.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.PearsonCorrelation()
--- m:update_state(ln.tensor{{0, 1, 0.5}}, ln.tensor{{0.1, 0.9, 0.5}})
--- string.format("%.4f", m:result())  --> 1.0000
--- ```
---@class ln.metrics.PearsonCorrelation.class: ln.metrics.PearsonCorrelation
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.PearsonCorrelation.options): ln.metrics.PearsonCorrelation
ln.metrics.PearsonCorrelation = {}

end

do
---@class ln.metrics.Poisson.options
---@field name? string a name, for messages and configs (string, default poisson)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.Poisson: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- Mean of y_pred - y_true * log(y_pred + 1e-7).
--- Shapes: y_true and y_pred (batch, ..., n).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.Poisson()
--- m:update_state(ln.tensor{{0, 0}}, ln.tensor{{1, 2}})
--- m:result()  --> 1.5
--- ```
---@class ln.metrics.Poisson.class: ln.metrics.Poisson
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.Poisson.options): ln.metrics.Poisson
ln.metrics.Poisson = {}

end

do
---@class ln.metrics.Precision.options
---@field thresholds? number|number[] predictions above it are positive; a list gives a result for each (0.5 when None) (number or list of numbers in [0, 1] or none, default none)
---@field top_k? integer only the k largest predictions of a sample can be positive (integer >= 1 or none, default none)
---@field class_id? integer look at this class alone (0, 1, ...) (integer >= 0 or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.Precision: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- True positives / (true positives + false positives): how much of what is
--- predicted as the class is right.
--- Shapes: y_true (0 and 1) and y_pred the same; sample_weight (batch,) or the same.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.Precision()
--- m:update_state(ln.tensor{0, 1, 1, 0}, ln.tensor{1, 0, 1, 0})
--- m:result()  --> 0.5
--- ```
---@class ln.metrics.Precision.class: ln.metrics.Precision
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.Precision.options): ln.metrics.Precision
ln.metrics.Precision = {}

end

do
---@class ln.metrics.PrecisionAtRecall.options
---@field recall? number what recall must reach (number in [0, 1], must be given)
---@field num_thresholds? integer how many thresholds are tried, evenly spread over [0, 1] (integer >= 1, default 200)
---@field class_id? integer look at this class alone (0, 1, ...) (integer >= 0 or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.PrecisionAtRecall: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- The best precision, tp / (tp + fp), of all thresholds at which the recall,
--- tp / (tp + fn), is at least the given one.
--- Shapes: y_true (0 and 1) and y_pred (probabilities) the same.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.PrecisionAtRecall(0.5)
--- m:update_state(ln.tensor{0, 0, 0, 1, 1}, ln.tensor{0, 0.3, 0.8, 0.3, 0.8})
--- m:result()  --> 0.5
--- ```
---@class ln.metrics.PrecisionAtRecall.class: ln.metrics.PrecisionAtRecall
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.PrecisionAtRecall.options|number): ln.metrics.PrecisionAtRecall
ln.metrics.PrecisionAtRecall = {}

end

do
---@class ln.metrics.R2Score.options
---@field class_aggregation? "uniform_average"|"variance_weighted_average" how the scores of several outputs become one; None: they do not (one of uniform_average, variance_weighted_average or none, default uniform_average)
---@field num_regressors? integer above 0 for the adjusted score; ignored while there are no more samples than that (integer >= 0, default 0)
---@field name? string a name, for messages and configs (string, default r2_score)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.R2Score: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- 1 - sum((y_true - y_pred)^2) / sum((y_true - mean)^2): 1 for perfect predictions,
--- 0 for the mean, below for worse.
--- Shapes: y_true and y_pred (batch, outputs); sample_weight (batch,) or the same.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.R2Score()
--- m:update_state(ln.tensor{{1}, {4}, {3}}, ln.tensor{{2}, {4}, {4}})
--- string.format("%.4f", m:result())  --> 0.5714
--- ```
---@class ln.metrics.R2Score.class: ln.metrics.R2Score
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.R2Score.options): ln.metrics.R2Score
ln.metrics.R2Score = {}

end

do
---@class ln.metrics.Recall.options
---@field thresholds? number|number[] predictions above it are positive; a list gives a result for each (0.5 when None) (number or list of numbers in [0, 1] or none, default none)
---@field top_k? integer only the k largest predictions of a sample can be positive (integer >= 1 or none, default none)
---@field class_id? integer look at this class alone (0, 1, ...) (integer >= 0 or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.Recall: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- True positives / (true positives + false negatives): how much of the class is found.
--- Shapes: y_true (0 and 1) and y_pred the same; sample_weight (batch,) or the same.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.Recall()
--- m:update_state(ln.tensor{0, 1, 1, 1}, ln.tensor{1, 0, 1, 1})
--- m:result()  --> 0.66666666666667
--- ```
---@class ln.metrics.Recall.class: ln.metrics.Recall
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.Recall.options): ln.metrics.Recall
ln.metrics.Recall = {}

end

do
---@class ln.metrics.RecallAtPrecision.options
---@field precision? number what precision must reach (number in [0, 1], must be given)
---@field num_thresholds? integer how many thresholds are tried, evenly spread over [0, 1] (integer >= 1, default 200)
---@field class_id? integer look at this class alone (0, 1, ...) (integer >= 0 or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.RecallAtPrecision: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- The best recall, tp / (tp + fn), of all thresholds at which the precision,
--- tp / (tp + fp), is at least the given one; 0 when it never is.
--- Shapes: y_true (0 and 1) and y_pred (probabilities) the same.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.RecallAtPrecision(0.5)
--- m:update_state(ln.tensor{0, 0, 0, 1, 1}, ln.tensor{0, 0.3, 0.8, 0.3, 0.8})
--- m:result()  --> 1.0
--- ```
---@class ln.metrics.RecallAtPrecision.class: ln.metrics.RecallAtPrecision
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.RecallAtPrecision.options|number): ln.metrics.RecallAtPrecision
ln.metrics.RecallAtPrecision = {}

end

do
---@class ln.metrics.RootMeanSquaredError.options
---@field name? string a name, for messages and configs (string, default root_mean_squared_error)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.RootMeanSquaredError: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- The square root of the mean of (y_true - y_pred)^2 over everything seen.
--- Shapes: y_true and y_pred (batch, ..., n).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.RootMeanSquaredError()
--- m:update_state(ln.tensor{{0, 1}, {0, 0}}, ln.tensor{{1, 1}, {0, 0}})
--- m:result()  --> 0.5
--- ```
---@class ln.metrics.RootMeanSquaredError.class: ln.metrics.RootMeanSquaredError
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.RootMeanSquaredError.options): ln.metrics.RootMeanSquaredError
ln.metrics.RootMeanSquaredError = {}

end

do
---@class ln.metrics.SensitivityAtSpecificity.options
---@field specificity? number what specificity must reach (number in [0, 1], must be given)
---@field num_thresholds? integer how many thresholds are tried, evenly spread over [0, 1] (integer >= 1, default 200)
---@field class_id? integer look at this class alone (0, 1, ...) (integer >= 0 or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.SensitivityAtSpecificity: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- The best sensitivity, tp / (tp + fn), of all thresholds at which the specificity,
--- tn / (tn + fp), is at least the given one.
--- Shapes: y_true (0 and 1) and y_pred (probabilities) the same.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.SensitivityAtSpecificity(0.5)
--- m:update_state(ln.tensor{0, 0, 0, 1, 1}, ln.tensor{0, 0.3, 0.8, 0.3, 0.8})
--- m:result()  --> 0.5
--- ```
---@class ln.metrics.SensitivityAtSpecificity.class: ln.metrics.SensitivityAtSpecificity
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.SensitivityAtSpecificity.options|number): ln.metrics.SensitivityAtSpecificity
ln.metrics.SensitivityAtSpecificity = {}

end

do
---@class ln.metrics.SparseCategoricalAccuracy.options
---@field name? string a name, for messages and configs (string, default sparse_categorical_accuracy)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.SparseCategoricalAccuracy: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- How often the largest prediction is that of the label's class. Labels are class ids
--- (0, 1, ...); one that is no class is never right.
--- Shapes: y_true (batch, ...) or (batch, ..., 1), y_pred (batch, ..., classes).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.SparseCategoricalAccuracy()
--- m:update_state(ln.tensor{2, 1}, ln.tensor{{0.1, 0.6, 0.3}, {0.05, 0.95, 0}})
--- m:result()  --> 0.5
--- ```
---@class ln.metrics.SparseCategoricalAccuracy.class: ln.metrics.SparseCategoricalAccuracy
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.SparseCategoricalAccuracy.options): ln.metrics.SparseCategoricalAccuracy
ln.metrics.SparseCategoricalAccuracy = {}

end

do
---@class ln.metrics.SparseCategoricalCrossentropy.options
---@field from_logits? boolean y_pred are logits, not probabilities (boolean, default false)
---@field axis? integer the axis of the classes (axis (1-based, or negative from the end), default -1)
---@field name? string a name, for messages and configs (string, default sparse_categorical_crossentropy)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.SparseCategoricalCrossentropy: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- Mean cross-entropy of class ids (0, 1, ...) with y_pred.
--- Shapes: y_true (batch, ...) or (batch, ..., 1), y_pred (batch, ..., classes).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.SparseCategoricalCrossentropy()
--- m:update_state(ln.tensor{1}, ln.tensor{{0.05, 0.95, 0}})
--- string.format("%.4f", m:result())  --> 0.0513
--- ```
---@class ln.metrics.SparseCategoricalCrossentropy.class: ln.metrics.SparseCategoricalCrossentropy
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.SparseCategoricalCrossentropy.options): ln.metrics.SparseCategoricalCrossentropy
ln.metrics.SparseCategoricalCrossentropy = {}

end

do
---@class ln.metrics.SparseTopKCategoricalAccuracy.options
---@field k? integer how many of the largest predictions are looked at (integer >= 1, default 5)
---@field name? string a name, for messages and configs (string, default sparse_top_k_categorical_accuracy)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.SparseTopKCategoricalAccuracy: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- How often the label's class is among the k largest predictions. Labels are class ids
--- (0, 1, ...).
--- Shapes: y_true (batch, ...) or (batch, ..., 1), y_pred (batch, ..., classes).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.SparseTopKCategoricalAccuracy{k = 2}
--- m:update_state(ln.tensor{2, 1}, ln.tensor{{0.1, 0.9, 0.8}, {0.3, 0, 0.5}})
--- m:result()  --> 0.5
--- ```
---@class ln.metrics.SparseTopKCategoricalAccuracy.class: ln.metrics.SparseTopKCategoricalAccuracy
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.SparseTopKCategoricalAccuracy.options): ln.metrics.SparseTopKCategoricalAccuracy
ln.metrics.SparseTopKCategoricalAccuracy = {}

end

do
---@class ln.metrics.SpecificityAtSensitivity.options
---@field sensitivity? number what sensitivity must reach (number in [0, 1], must be given)
---@field num_thresholds? integer how many thresholds are tried, evenly spread over [0, 1] (integer >= 1, default 200)
---@field class_id? integer look at this class alone (0, 1, ...) (integer >= 0 or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.SpecificityAtSensitivity: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- The best specificity, tn / (tn + fp), of all thresholds at which the sensitivity,
--- tp / (tp + fn), is at least the given one.
--- Shapes: y_true (0 and 1) and y_pred (probabilities) the same.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.SpecificityAtSensitivity(0.5)
--- m:update_state(ln.tensor{0, 0, 0, 1, 1}, ln.tensor{0, 0.3, 0.8, 0.3, 0.8})
--- m:result()  --> 0.66666666666667
--- ```
---@class ln.metrics.SpecificityAtSensitivity.class: ln.metrics.SpecificityAtSensitivity
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.SpecificityAtSensitivity.options|number): ln.metrics.SpecificityAtSensitivity
ln.metrics.SpecificityAtSensitivity = {}

end

do
---@class ln.metrics.SquaredHinge.options
---@field name? string a name, for messages and configs (string, default squared_hinge)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.SquaredHinge: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- Mean of max(1 - y_true * y_pred, 0)^2, labels -1 and 1.
--- Shapes: y_true and y_pred (batch, ..., n).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.SquaredHinge()
--- m:update_state(ln.tensor{{0, 1}}, ln.tensor{{0.5, 0.5}})
--- m:result()  --> 1.25
--- ```
---@class ln.metrics.SquaredHinge.class: ln.metrics.SquaredHinge
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.SquaredHinge.options): ln.metrics.SquaredHinge
ln.metrics.SquaredHinge = {}

end

do
---@class ln.metrics.Sum.options
---@field name? string a name, for messages and configs (string, default sum)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.Sum: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- The (weighted) sum of the values it is given: update_state(values,
--- sample_weight).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.Sum()
--- m:update_state(ln.tensor{1, 3, 5, 7}, ln.tensor{1, 1, 0, 0})
--- m:result()  --> 4.0
--- ```
---@class ln.metrics.Sum.class: ln.metrics.Sum
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.Sum.options): ln.metrics.Sum
ln.metrics.Sum = {}

end

do
---@class ln.metrics.TopKCategoricalAccuracy.options
---@field k? integer how many of the largest predictions are looked at (integer >= 1, default 5)
---@field name? string a name, for messages and configs (string, default top_k_categorical_accuracy)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.TopKCategoricalAccuracy: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- How often the one-hot label's class is among the k largest predictions.
--- Shapes: y_true and y_pred (batch, ..., classes).
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.TopKCategoricalAccuracy{k = 2}
--- m:update_state(ln.tensor{{0, 0, 1}, {0, 1, 0}}, ln.tensor{{0.1, 0.9, 0.8}, {0.3, 0, 0.5}})
--- m:result()  --> 0.5
--- ```
---@class ln.metrics.TopKCategoricalAccuracy.class: ln.metrics.TopKCategoricalAccuracy
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.TopKCategoricalAccuracy.options): ln.metrics.TopKCategoricalAccuracy
ln.metrics.TopKCategoricalAccuracy = {}

end

do
---@class ln.metrics.TrueNegatives.options
---@field thresholds? number|number[] predictions above it are positive; a list gives a result for each (0.5 when None) (number or list of numbers in [0, 1] or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.TrueNegatives: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- How many predictions are not above the threshold where the label is 0.
--- Shapes: y_true (0 and 1) and y_pred the same; sample_weight (batch,) or the same.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.TrueNegatives()
--- m:update_state(ln.tensor{0, 1, 1, 1}, ln.tensor{1, 0, 1, 1})
--- m:result()  --> 0.0
--- ```
---@class ln.metrics.TrueNegatives.class: ln.metrics.TrueNegatives
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.TrueNegatives.options): ln.metrics.TrueNegatives
ln.metrics.TrueNegatives = {}

end

do
---@class ln.metrics.TruePositives.options
---@field thresholds? number|number[] predictions above it are positive; a list gives a result for each (0.5 when None) (number or list of numbers in [0, 1] or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field dtype? lunate.dtype what it computes in, for integer predictions (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field [integer] any

---@class ln.metrics.TruePositives: ln.metrics.Metric
---@overload fun(y_true: any, y_pred?: any, sample_weight?: any): number
local Object = {}

--- How many predictions are above the threshold where the label is 1.
--- Shapes: y_true (0 and 1) and y_pred the same; sample_weight (batch,) or the same.
---
--- **Errors:** unknown options,
--- values of the wrong kind or range; when called: y_true and y_pred, or weights, whose shapes do
--- not fit; what is no tensor.
---
--- ```lua
--- local m = ln.metrics.TruePositives()
--- m:update_state(ln.tensor{0, 1, 1, 1}, ln.tensor{1, 0, 1, 1})
--- m:result()  --> 2.0
--- ```
---@class ln.metrics.TruePositives.class: ln.metrics.TruePositives
---@field super table the class that it extends
---@overload fun(options?: ln.metrics.TruePositives.options): ln.metrics.TruePositives
ln.metrics.TruePositives = {}

end

--- `get` of a namespace (`ln.layers.get`, `ln.losses.get`, ...): an object from a name, from what
--- `serialize` gives, from a class; an object stays itself.
---
--- **Errors:** an unknown name (with the nearest known one).
---
--- ```lua
--- print(ln.optimizers.get("sgd")) --> SGD(learning_rate=0.01)
--- ```
---@param identifier any a string, {class_name =, config =}, a class, an object or a function
---@return any ... # the object.
function ln.metrics.get(identifier) end

--- `serialize` of a namespace (`ln.layers.serialize`, ...): class and config, as Keras writes them.
---
--- **Errors:** what is none of these.
---
--- ```lua
--- print(ln.layers.serialize(ln.layers.Dense(3)).class_name)            --> Dense
--- ```
---@param object any a layer, loss, optimizer, ...
---@return table # {class_name =, config =, module =, registered_name =}.
function ln.metrics.serialize(object) end

do
---@class ln.Model: ln.layers.Layer
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

---@class ln.Model.compile.options
---@field optimizer? any a name or an optimizer (any, default "rmsprop")
---@field loss? any a name or a loss, for all outputs, or one an output (list or by name) (any, default none)
---@field loss_weights? any 1 each (any, default none)
---@field metrics? any a list of names or metrics (any, default none)
---@field weighted_metrics? any the same, but they are weighted by sample and class weights (any, default none)
---@field replay? boolean the promise that what is computed in Lua does the same ops for every batch, which then are recorded once and replayed, without Lua (boolean, default false)

--- Sets how the model is trained.
---
--- **Errors:** unknown names (with the nearest known one); a list that does not fit the outputs.
---
--- ```lua
--- model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 0.01}}
--- ```
---@param options? ln.Model.compile.options `optimizer` ("rmsprop"): a name or an optimizer; `loss`: a name or a loss, for all outputs, or one an output (list or by name); `loss_weights` (1 each); `metrics`: a list of names or metrics; `weighted_metrics`: the same, but they are weighted by sample and class weights; `replay` (false): the promise that what is computed in Lua does the same ops for every batch, which then are recorded once and replayed, without Lua. The first two batches, and the first of each epoch, run in Lua and are compared with the record; that they differ is an error
---@return any ...
function Object:compile(options) end

--- Compiles from Keras's compile_config (loss, metrics, optimizer, ... as serialized).
---
--- **Errors:** parts that there are not.
---
--- ```lua
--- model:compile_from_config{loss = "mse", optimizer = "sgd"}
--- print(model.optimizer.name)                                             --> sgd
--- ```
---@param config any a table, as `model:to_json` has it under "compile_config"
---@return any ...
function Object:compile_from_config(config) end

---@class ln.Model.evaluate.options
---@field batch_size? integer how many samples at once (integer >= 1, default 32)
---@field verbose? integer how much to print; 0: nothing (integer, default 1)
---@field sample_weight? lunate.Tensor|number|boolean|table a weight for each sample (tensor, default none)
---@field steps? integer all batches (integer >= 1, default none)
---@field callbacks? table a list of callbacks (table, default none)
---@field return_dict? boolean inputs and targets, as of fit The loss and the metrics on data, without training (boolean, default false)

--- The loss and the metrics on data, without training.
---
--- **Errors:** a model that is not compiled; data whose lengths or shapes do not fit; labels out of
--- range.
---
--- ```lua
--- local loss, accuracy = model:evaluate(x_test, y_test, {verbose = 0})
--- ```
---@param x any inputs and targets, as of fit
---@param y? any inputs and targets, as of fit
---@param options? ln.Model.evaluate.options `batch_size` (32), `verbose` (1), `sample_weight`, `steps` (all batches), `callbacks`, `return_dict` (false)
---@return any ... # loss, then the metrics in their order; with return_dict one table by name
function Object:evaluate(x, y, options) end

---@class ln.Model.fit.options
---@field batch_size? integer how many samples at once (integer >= 1, default 32)
---@field epochs? integer how often to go through the data (integer >= 1, default 1)
---@field initial_epoch? integer the first epoch to run (integer >= 1, default 1)
---@field verbose? integer a progress bar; 2: a line an epoch; 0: nothing (integer, default 1)
---@field validation_data? any {x, y[, w]} or a Dataset (any, default none)
---@field validation_split? number that part of the samples, from the end, before shuffling (number in [0, 1), default 0)
---@field validation_batch_size? integer how many samples at once in validation (integer >= 1, default batch_size)
---@field validation_freq? number 1, or a list of epochs (number, default 1)
---@field validation_steps? integer how many batches to validate with (integer >= 1, default none)
---@field shuffle? boolean put the samples in random order (boolean, default true)
---@field class_weight? table {[id] = weight} (table, default none)
---@field sample_weight? lunate.Tensor|number|boolean|table a tensor of one weight a sample (tensor, default none)
---@field steps_per_epoch? integer all batches; then data that end within an epoch begin again (integer >= 1, default none)
---@field callbacks? table a list (table, default none)

--- Trains the model.
---
--- **Errors:** data whose lengths or shapes do not fit (named), labels out of range, unknown options.
---
--- Ctrl-C: the first ends training after the batch in flight; callbacks' on_train_end runs, weights
--- and finished epochs are kept, and fit returns, with `history.interrupted` true. The second raises
--- an error at the end of the batch, the third does what it does without fit. evaluate and predict
--- raise at the first.
---
--- ```lua
--- local history = model:fit(x, y, {epochs = 5, validation_split = 0.2, verbose = 0})
--- print(history.history.val_loss[5])
--- ```
---@param x any inputs: a tensor (or a table of numbers), a list of them, or a table by input name; or a `ln.data.Dataset` of batches x, y[, sample_weight]
---@param y? any targets, likewise; class ids stay what they are in the data. Of a Dataset: nil
---@param options? ln.Model.fit.options `batch_size` (32), `epochs` (1), `initial_epoch` (1: the first epoch to run), `verbose` (1: a progress bar; 2: a line an epoch; 0: nothing), `validation_data` {x, y[, w]} or a Dataset, `validation_split` (0: that part of the samples, from the end, before shuffling), `validation_batch_size` (batch_size), `validation_freq` (1, or a list of epochs), `validation_steps`, `shuffle` (true), `class_weight` {[id] = weight}, `sample_weight` (a tensor of one weight a sample), `steps_per_epoch` (all batches; then data that end within an epoch begin again), `callbacks` (a list)
---@return ln.callbacks.History # the History: `history.history.loss[epoch]`, `history.epoch`, `history.keys`, `history.params`, `history.interrupted`
function Object:fit(x, y, options) end

--- A layer by its name or its position from 1 (negative from the end).
---
--- **Errors:** there is none; the names that there are.
---
--- ```lua
--- print(model:get_layer(1).units, model:get_layer(-1).units)              --> 4 2
--- ```
---@param what any a name, or a number
---@return ln.layers.Layer # the layer
function Object:get_layer(what) end

---@class ln.Model.load_weights.options
---@field by_name? boolean layers by their names instead of their order, those that only one side has are left alone (boolean, default false; of .h5)
---@field skip_mismatch? boolean what does not fit is an error; true: it is left alone (boolean, default false)

--- Loads weights into the model. All of the file is checked first: an error leaves the model as it
--- was. What the optimizer had comes along from `.weights.h5` and `.keras` where it fits.
---
--- **Errors:** layers, weights or shapes that differ (named, with both), damaged files.
---
--- ```lua
--- local function build()
---   return ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}
--- end
--- local one, other = build(), build()
--- local path = os.tmpname() .. ".weights.h5"
--- one:save_weights(path)
--- other:load_weights(path)
--- print(one:get_weights()[1] == other:get_weights()[1])               --> true
--- ```
---@param path string what save_weights, model:save or Keras wrote: `.weights.h5`, `.h5`, `.keras`, `.safetensors`, `.npz`
---@param options? ln.Model.load_weights.options `by_name` (false; of .h5: layers by their names instead of their order, those that only one side has are left alone), `skip_mismatch` (false: what does not fit is an error; true: it is left alone)
---@return table # a list of what was left alone, in words
function Object:load_weights(path, options) end

---@class ln.Model.predict.options
---@field batch_size? integer 32; where rows do not depend on each other and no callback looks at batches, up to 256 are computed at once (integer, default 32; where rows do not depend on each other and no callback looks at batches)
---@field verbose? integer how much to print; 0: nothing (integer, default 0)
---@field steps? integer how many batches (integer, default all batches)
---@field callbacks? table a list of callbacks (table, must be given)

--- What the model gives for x, row by row.
---
--- **Errors:** inputs that do not fit the model.
---
--- ```lua
--- print(model:predict(x).shape)                                           --> (20, 2)
--- ```
---@param x any inputs, as of fit
---@param options? ln.Model.predict.options `batch_size` (32; where rows do not depend on each other and no callback looks at batches, up to 256 are computed at once), `verbose` (0), `steps` (all batches), `callbacks`
---@return lunate.Tensor # a tensor for each output
function Object:predict(x, options) end

--- Class ids (from 0): the position of the largest probability, or for a single sigmoid output
--- whether it is above a half.
---
--- **Errors:** those of predict; several outputs.
---
--- ```lua
--- print(model:predict_classes(x).shape)                                   --> (20,)
--- ```
---@param x any as of predict
---@param options any as of predict
---@return lunate.Tensor # an int64 tensor: one id a row; for a single output (rows, 1) as in Keras
function Object:predict_classes(x, options) end

--- What the model gives for one batch.
---
--- **Errors:** those of predict.
---
--- ```lua
--- print(model:predict_on_batch(x[{ {1, 3} }]).shape)                      --> (3, 2)
--- ```
---@param x any one batch
---@return lunate.Tensor # a tensor for each output
function Object:predict_on_batch(x) end

--- What predict does with a batch: the outputs, one row a sample.
---
--- **Errors:** those of the model.
---
--- ```lua
--- print(model:predict_step(x[{ {1, 4} }]).shape)                          --> (4, 2)
--- ```
---@param x any a tensor, or a list of them
---@return lunate.Tensor # a tensor for each output
function Object:predict_step(x) end

--- Forgets the running means of loss and metrics (train_on_batch and test_on_batch go on from
--- where they are, as in Keras).
---
--- **Errors:** none.
---
--- ```lua
--- model:reset_metrics()
--- ```
---@return any ...
function Object:reset_metrics() end

---@class ln.Model.save.options
---@field overwrite? boolean a file that is there is replaced (boolean, default true)
---@field include_optimizer? boolean without it the file does not say how the model is compiled (boolean, default true)

--- Saves the model: architecture, weights, how it is compiled, the optimizer's state, and where the
--- random numbers stand, so that ln.load_model(path) goes on training as if nothing had happened.
--- The files are Keras's own. The file changes as a whole or, where anything fails, not at all; the
--- model is left as it is.
---
--- **Errors:** another ending; a Lua function without a name in the file (a loss, an activation, ...:
--- register it); what the system says on writing.
---
--- ```lua
--- local model = ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}
--- model:compile{loss = "mse"}
--- local path = os.tmpname() .. ".keras"
--- model:save(path)
--- print(#ln.load_model(path).layers)                                  --> 1
--- ```
---@param path string `.keras`, or `.h5` (the older format)
---@param options? ln.Model.save.options `overwrite` (true: a file that is there is replaced), `include_optimizer` (true: without it the file does not say how the model is compiled)
---@return any ...
function Object:save(path, options) end

---@class ln.Model.save_weights.options
---@field overwrite? boolean replace a file that is there (boolean, default true)

--- Saves the weights.
---
--- **Errors:** another ending; a model that is not built; what the system says on writing.
---
--- ```lua
--- local model = ln.Sequential{ln.layers.Dense{1, input_shape = {2}}, name = "small"}
--- local path = os.tmpname() .. ".npz"
--- model:save_weights(path)
--- print(ln.load(path)["small/" .. model.layers[1].name .. "/kernel"].shape)  --> (2, 1)
--- ```
---@param path string `.weights.h5` (Keras 3's layout, the optimizer's state with it), `.h5` (Keras 2's), `.safetensors` or `.npz` (tensors by path: "sequential/dense/kernel")
---@param options? ln.Model.save_weights.options `overwrite` (true)
---@return any ...
function Object:save_weights(path, options) end

---@class ln.Model.summary.options
---@field line_length? integer columns of the table (integer, default 80)
---@field show_trainable? boolean show what is trained (boolean, default false)
---@field expand_nested? boolean the layers of models among the layers (boolean, default false)
---@field print_fn? function what gets each line (function, default print)

--- Prints a table of layers, shapes and parameters as Keras does.
--- Graphs that are no chain have a column for what each layer is connected to.
---
--- **Errors:** unknown options.
---
--- ```lua
--- model:summary{line_length = 60}
--- ```
---@param options? ln.Model.summary.options `line_length` (80), `show_trainable` (false), `expand_nested` (false: the layers of models among the layers), `print_fn` (print)
---@return any ...
function Object:summary(options) end

--- The loss and the metrics on one batch, averaged since the last reset_metrics.
---
--- **Errors:** those of evaluate.
---
--- ```lua
--- local loss, accuracy = model:test_on_batch(x, y)
--- ```
---@param x any as of train_on_batch
---@param y? any as of train_on_batch
---@param options any as of train_on_batch
---@return any ... # loss and metrics
function Object:test_on_batch(x, y, options) end

--- What evaluate, and validation, does with a batch: as train_step.
---
--- **Errors:** those of the model and its loss.
---
--- ```lua
--- local MyModel = ln.Model:extend("MyModel")
--- function MyModel:test_step(x, y)
---   return {loss = ln.losses.mse(y, self(x, {training = false})):mean()}
--- end
--- ```
---@param x any as of train_step
---@param y? any as of train_step
---@param sample_weight any as of train_step
---@return any ... # the logs
function Object:test_step(x, y, sample_weight) end

---@class ln.Model.to_json.options
---@field indented? boolean over several lines The architecture as Keras's JSON, with how the model is compiled; without weights (boolean, default false)

--- The architecture as Keras's JSON, with how the model is compiled; without weights.
---
--- **Errors:** a part that a file cannot name, such as a Lua function that is not registered
--- (ln.saving.register).
---
--- ```lua
--- local model = ln.Sequential{ln.layers.Dense{2, input_shape = {3}, name = "d"}}
--- print(ln.model_from_json(model:to_json()).layers[1])                --> Dense(3 -> 2, linear)
--- ```
---@param options? ln.Model.to_json.options `indented` (false): over several lines
---@return string # the text, for ln.model_from_json here and keras.models.model_from_json there
function Object:to_json(options) end

---@class ln.Model.train_on_batch.options
---@field sample_weight? lunate.Tensor|number|boolean|table a weight for each sample (tensor, must be given)
---@field class_weight? table a weight for each class, {[id] = weight} (table, must be given)
---@field return_dict? boolean one table by name instead of several results (boolean, default false)

--- One training step on one batch.
---
--- **Errors:** those of fit.
---
--- ```lua
--- local loss, accuracy = model:train_on_batch(x, y)
--- ```
---@param x any one batch: tensors, or lists of them
---@param y? any one batch: tensors, or lists of them
---@param options? ln.Model.train_on_batch.options `sample_weight`, `class_weight`, `return_dict` (false)
---@return any ... # loss and metrics, averaged since the last reset_metrics (as in Keras)
function Object:train_on_batch(x, y, options) end

--- What fit does with a batch; a model of one's own may define another.
---
--- **Errors:** those of the model, its loss and its optimizer.
---
--- ```lua
--- local MyModel = ln.Model:extend("MyModel")
--- function MyModel:train_step(x, y)
---   local tape <close> = ln.GradientTape()
---   local loss = ln.losses.mse(y, self(x, {training = true})):mean()
---   self.optimizer:apply(tape:gradient(loss, self.trainable_variables),
---     self.trainable_variables)
---   return {loss = loss}
--- end
--- ```
---@param x any tensors, lists of them where there are several; nil for none
---@param y? any tensors, lists of them where there are several; nil for none
---@param sample_weight any tensors, lists of them where there are several; nil for none
---@return any ... # the logs: numbers, tensors of one element or metrics by name
function Object:train_step(x, y, sample_weight) end

--- What every model has besides what layers have. `ln.Model{inputs = x, outputs = y}` makes a
--- functional model of symbolic tensors; a class that extends it defines `init` and `call`.
---
--- **Errors:** outputs that do not come from the inputs.
---
--- ```lua
--- local x = ln.Input{shape = {3}}
--- local model = ln.Model{inputs = x, outputs = ln.layers.Dense(1)(x)}
--- print(model.output_shape)                                            --> (None, 1)
--- ```
---@class ln.Model.class: ln.Model
---@field super table the class that it extends
---@overload fun(options?: table): ln.Model
ln.Model = {}

end

do
---@class ln.Sequential: ln.Model
---@overload fun(x: any, options?: table): lunate.Tensor
local Object = {}

--- Adds a layer at the end; builds the model when the shape of its input is known.
---
--- **Errors:** what is no layer; a name that another layer has; an input that does not fit (nothing is
--- added then).
---
--- ```lua
--- local model = ln.Sequential()
--- model:add(ln.layers.Dense{2, input_shape = {3}})
--- print(#model.layers, model.output_shape)                        --> 1   (None, 2)
--- ```
---@param layer ln.layers.Layer a layer or a model
---@return any ...
function Object:add(layer) end

--- Takes the last layer away and returns it.
---
--- **Errors:** there is none.
---
--- ```lua
--- local model = ln.Sequential{ln.layers.Flatten(), ln.layers.Dense(2)}
--- print(model:pop().units, #model.layers)                                 --> 2 1
--- ```
---@return any ...
function Object:pop() end

--- Sequential: adding and taking away layers, and building as soon as the input is known.
--- What it computes is core/nn/layers/sequential.c; training is lua/lunate/model.lua.
---
--- **Errors:** what is no layer; two layers of one name; shapes that do not fit.
---
--- ```lua
--- local model = ln.Sequential{ln.layers.Dense{3, input_shape = {2}}, ln.layers.Dense(1)}
--- print(model.output_shape)                                            --> (None, 1)
--- ```
---@class ln.Sequential.class: ln.Sequential
---@field super table the class that it extends
---@overload fun(options?: table): ln.Sequential
ln.Sequential = {}

end

---@class ln.models.Input.options
---@field shape? (integer|false)[] of one sample, false for an unknown size (shape (a list of integers) >= 0 or none, default none)
---@field batch_size? integer when it is always the same (integer > 0 or none, default none)
---@field dtype? lunate.dtype of what comes in; data of another dtype is cast (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field sparse? boolean false (boolean or none, default false)
---@field ragged? boolean false (boolean or none, default false)
---@field batch_shape? (integer|false)[] instead of shape: with the batch axis (shape (a list of integers) >= 0 or none, default none)
---@field optional? boolean false (boolean or none, default false)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)

--- ln.Input{shape = {784}, batch_size =, name =, dtype =, batch_shape =}: the symbolic tensor at
--- which a model begins.
---
--- **Errors:** those of InputLayer.
---
--- ```lua
--- local x = ln.Input{shape = {8}, name = "features"}
--- print(x.shape, x.name)                              --> (None, 8)   features
--- ```
---@param options? ln.models.Input.options
---@return any ...
function ln.models.Input(options) end

---@class ln.models.clone_model.options
---@field clone_function? function from_config of get_config (function, default none)
---@field input_tensors? any symbolic tensors to begin at, of a functional or Sequential model A model of the same layers, under the same names, with new weights: initialized anew, not copied (any, default none)

--- A model of the same layers, under the same names, with new weights: initialized anew, not
--- copied. Layers that are used several times are cloned once. It is not compiled.
---
--- **Errors:** what is no model; a clone_function that returns no layer; either option for a model that
--- computes in Lua.
---
--- ```lua
--- local model = ln.Sequential{ln.layers.Dense{2, input_shape = {3}, name = "d"}}
--- local copy = ln.clone_model(model)
--- print(copy.layers[1].name, copy:count_params())                          --> d   8
--- ```
---@param model ln.Model Sequential, functional, or one that Lua defines (by its config)
---@param options? ln.models.clone_model.options `clone_function` (from_config of get_config): layer -> the layer in its place, for all but inputs; `input_tensors`: symbolic tensors to begin at, of a functional or Sequential model
---@return ln.Model # the new model
function ln.models.clone_model(model, options) end

---@class ln.models.load_model.options
---@field custom_objects? table classes and functions of one's own by name (table, must be given)
---@field compile? boolean also compile the model, as the file says (boolean, default true)
---@field safe_mode? boolean there is no other here (boolean, default true)

--- A model from a file that `model:save` or Keras wrote.
--- Architecture, weights, and unless `compile` is false how it is compiled and the optimizer's
--- state: training goes on where it was, with the random numbers too when lunate wrote the file
--- (ln.random itself is not touched before, nor when ln.set_seed was called since). Nothing in a
--- file is ever run as code.
---
--- **Errors:** what the file needs that is not there (a layer class, an option), named with its layer;
--- weights or optimizer state that do not fit; damaged files.
---
--- ```lua
--- local path = os.tmpname() .. ".keras"
--- local model = ln.Sequential{ln.layers.Dense{2, input_shape = {3}}, name = "small"}
--- model:compile{loss = "mse", optimizer = "adam"}
--- model:save(path)
--- local again = ln.load_model(path)
--- local x = ln.ones{1, 3}
--- print(again.name, again.compiled, again(x) == model(x))      --> small   true   true
--- ```
---@param path string `.keras`, or `.h5` (Keras 2 and 3)
---@param options? ln.models.load_model.options `custom_objects`: classes and functions of one's own by name; `compile` (true); `safe_mode` (true: there is no other here)
---@return ln.Model # the model
function ln.models.load_model(path, options) end

---@class ln.models.model_from_json.options
---@field custom_objects? table {Name = class or function}, for what is not registered (ln.saving.register) (table, default none)
---@field max_weight_bytes? number what all weights may take (2^30), since a text of a few bytes can ask for more than any machine has A model from Keras's JSON: its architecture, and compiled when the text says how (number >= 0, default 1073741824)

--- A model from Keras's JSON: its architecture, and compiled when the text says how. What Keras 2
--- wrote will do as well.
---
--- **Errors:** what is not JSON or no model; classes, options and functions that there are not; weights
--- past the limit. Nothing in the text is run as code.
---
--- ```lua
--- local text = '{"class_name": "Sequential", "config": {"name": "m", "layers": []}}'
--- print(ln.model_from_json(text).name)                                        --> m
--- ```
---@param text any what `model:to_json()` gives, here or in Keras (class_name, config, compile_config)
---@param options? ln.models.model_from_json.options `custom_objects`: {Name = class or function}, for what is not registered (ln.saving.register); `max_weight_bytes`: what all weights may take (2^30), since a text of a few bytes can ask for more than any machine has
---@return ln.Model # the model, with new weights
function ln.models.model_from_json(text, options) end

do
---@class ln.neighbors.KNeighborsClassifier.options
---@field n_neighbors? integer how many neighbours (integer >= 1, default 5)
---@field weights? "uniform"|"distance" how much each counts (one of "uniform", "distance", default "uniform")
---@field [integer] any

---@class ln.neighbors.KNeighborsClassifier
local Object = {}

--- Keeps the samples and their classes.
---
--- **Errors:** shapes that do not fit; NaN or infinity in x; ids that are no whole numbers.
---
--- ```lua
--- local model = ln.neighbors.KNeighborsClassifier(1):fit({{0}, {1}}, {7, 3})
--- print(model.classes_)                                                       --> [3 7]
--- ```
---@param x any samples (n, features), a tensor or a table of numbers
---@param y? any class ids (n,), any whole numbers, or booleans
---@return any ... # the estimator itself
function Object:fit(x, y) end

--- The class of each sample.
---
--- **Errors:** as of predict_proba.
---
--- ```lua
--- local model = ln.neighbors.KNeighborsClassifier(1):fit({{0}, {1}}, {7, 3})
--- print(model:predict{{-5}, {5}})                                             --> [7 3]
--- ```
---@param x any samples (n, features)
---@return lunate.Tensor # class ids, int64 (n,)
function Object:predict(x) end

--- The share of each class in the votes.
---
--- **Errors:** fewer samples than neighbours; another number of features; before fit.
---
--- ```lua
--- local model = ln.neighbors.KNeighborsClassifier(2):fit({{0}, {1}, {9}}, {0, 1, 1})
--- print(model:predict_proba{{0.5}})                                    --> [[0.5 0.5]]
--- ```
---@param x any samples (n, features)
---@return lunate.Tensor # float64 (n, classes), rows sum to 1
function Object:predict_proba(x) end

--- The share of samples whose class is predicted.
---
--- **Errors:** as of predict; another number of ids.
---
--- ```lua
--- local model = ln.neighbors.KNeighborsClassifier(1):fit({{0}, {1}}, {7, 3})
--- print(model:score({{-5}, {5}}, {7, 7}))                                     --> 0.5
--- ```
---@param x any samples (n, features)
---@param y? any their class ids
---@return any ... # 0 .. 1
function Object:score(x, y) end

--- An object from what `get_config` gives, or Keras.
---
--- **Errors:** unknown keys, values of the wrong type.
---
--- ```lua
--- print(ln.layers.Dense.from_config{units = 3})                        --> Dense(3, linear)
--- ```
---@param config any a table by name
---@return any ... # the object.
function Object.from_config(config) end

--- What a built-in computes, for a subclass that calls up: `Class.super.call(self, ...)`. A class
--- of one's own defines `call`; objects are called as functions.
---
--- **Errors:** those of the call.
---
--- ```lua
--- local Shifted = ln.layers.Dense:extend("Shifted")
--- function Shifted:call(x) return Shifted.super.call(self, x) + 1 end
--- print(Shifted{2, kernel_initializer = "zeros"}(ln.ones{1, 3}))       --> [[1. 1.]]
--- ```
---@param ... any what the object is called with
---@return any ... # what calling the object returns.
function Object:call(...) end

--- A subclass. It inherits everything; `Sub.super` is the class, `Sub.options` declares options.
---
--- **Errors:** no name.
---
--- ```lua
--- local Twice = ln.layers.Layer:extend("Twice")
--- function Twice:call(x) return 2 * x end
--- print(Twice()(ln.tensor{3}))                                         --> [6.]
--- ```
---@param name string what the class is called, in messages and in saved models
---@return any ... # the new class.
function Object:extend(name) end

--- The options as Keras writes them; `from_config` makes an equal object of them.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.layers.Dense(3):get_config().units)                         --> 3
--- ```
---@return table # a table by name.
function Object:get_config() end

--- KNeighborsClassifier: what most of the nearest samples are.
--- Predicts the class that the nearest samples vote for; of classes with as many votes, the least.
---
--- **Errors:** unknown options; fit's.
---
--- ```lua
--- local iris = ln.datasets.iris.load_data()
--- local model = ln.neighbors.KNeighborsClassifier(1):fit(iris.data, iris.target)
--- print(model:predict{{5.1, 3.5, 1.4, 0.2}})                                  --> [0]
--- ```
---@class ln.neighbors.KNeighborsClassifier.class: ln.neighbors.KNeighborsClassifier
---@field super table the class that it extends
---@overload fun(options?: ln.neighbors.KNeighborsClassifier.options): ln.neighbors.KNeighborsClassifier
ln.neighbors.KNeighborsClassifier = {}

end

do
---@class ln.neighbors.KNeighborsRegressor.options
---@field n_neighbors? integer how many neighbours (integer >= 1, default 5)
---@field weights? "uniform"|"distance" how much each counts (one of "uniform", "distance", default "uniform")
---@field [integer] any

---@class ln.neighbors.KNeighborsRegressor
local Object = {}

--- Keeps the samples and their targets.
---
--- **Errors:** shapes that do not fit; NaN or infinity in x.
---
--- ```lua
--- local model = ln.neighbors.KNeighborsRegressor(1):fit({{0}, {1}}, {{1, 2}, {3, 4}})
--- print(model:predict{{0.9}})                                            --> [[3. 4.]]
--- ```
---@param x any samples (n, features), a tensor or a table of numbers
---@param y? any targets (n,) or (n, outputs)
---@return any ... # the estimator itself
function Object:fit(x, y) end

--- The weighed mean of the neighbours' targets.
---
--- **Errors:** fewer samples than neighbours; another number of features; before fit.
---
--- ```lua
--- local model = ln.neighbors.KNeighborsRegressor{2, weights = "distance"}
--- print(model:fit({{0}, {1}}, {0, 1}):predict{{0.25}})                   --> [0.25]
--- ```
---@param x any samples (n, features)
---@return lunate.Tensor # float64 (n,) or (n, outputs)
function Object:predict(x) end

--- R2 of what is predicted: 1 is perfect, 0 no better than the mean of y.
---
--- **Errors:** as of predict; targets of another shape.
---
--- ```lua
--- local model = ln.neighbors.KNeighborsRegressor(1):fit({{0}, {1}}, {0, 1})
--- print(model:score({{0}, {1}}, {0, 1}))                                    --> 1.0
--- ```
---@param x any samples (n, features)
---@param y? any their targets
---@return any ... # a number, at most 1
function Object:score(x, y) end

--- An object from what `get_config` gives, or Keras.
---
--- **Errors:** unknown keys, values of the wrong type.
---
--- ```lua
--- print(ln.layers.Dense.from_config{units = 3})                        --> Dense(3, linear)
--- ```
---@param config any a table by name
---@return any ... # the object.
function Object.from_config(config) end

--- What a built-in computes, for a subclass that calls up: `Class.super.call(self, ...)`. A class
--- of one's own defines `call`; objects are called as functions.
---
--- **Errors:** those of the call.
---
--- ```lua
--- local Shifted = ln.layers.Dense:extend("Shifted")
--- function Shifted:call(x) return Shifted.super.call(self, x) + 1 end
--- print(Shifted{2, kernel_initializer = "zeros"}(ln.ones{1, 3}))       --> [[1. 1.]]
--- ```
---@param ... any what the object is called with
---@return any ... # what calling the object returns.
function Object:call(...) end

--- A subclass. It inherits everything; `Sub.super` is the class, `Sub.options` declares options.
---
--- **Errors:** no name.
---
--- ```lua
--- local Twice = ln.layers.Layer:extend("Twice")
--- function Twice:call(x) return 2 * x end
--- print(Twice()(ln.tensor{3}))                                         --> [6.]
--- ```
---@param name string what the class is called, in messages and in saved models
---@return any ... # the new class.
function Object:extend(name) end

--- The options as Keras writes them; `from_config` makes an equal object of them.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.layers.Dense(3):get_config().units)                         --> 3
--- ```
---@return table # a table by name.
function Object:get_config() end

--- KNeighborsRegressor: the mean of the nearest samples' targets.
--- Predicts what the nearest samples had, on average: over one feature, a running mean.
---
--- **Errors:** unknown options; fit's.
---
--- ```lua
--- local x = ln.linspace(0, 10, 101):reshape{101, 1}
--- local smooth = ln.neighbors.KNeighborsRegressor{n_neighbors = 11}:fit(x, x:flatten():sin())
--- print(smooth:predict(x).shape)                                         --> (101,)
--- ```
---@class ln.neighbors.KNeighborsRegressor.class: ln.neighbors.KNeighborsRegressor
---@field super table the class that it extends
---@overload fun(options?: ln.neighbors.KNeighborsRegressor.options): ln.neighbors.KNeighborsRegressor
ln.neighbors.KNeighborsRegressor = {}

end

---@class ln.GradientTape.options
---@field persistent? boolean one gradient; true: as many as wanted (boolean, default false)

--- Records what is computed until it is closed, and gives gradients of it. Trainable variables are
--- watched by themselves.
---
--- **Errors:** unknown options.
---
--- ```lua
--- local x = ln.Variable(3)
--- local tape <close> = ln.GradientTape()
--- local y = x * x
--- print(tape:gradient(y, x):item())                                    --> 6.0
--- ```
---@param options? ln.GradientTape.options `persistent` (false: one gradient; true: as many as wanted)
---@return lunate.GradientTape # the tape, to be held by `local tape <close> = ...`.
function ln.GradientTape(options) end

---@class ln.Input.options
---@field shape? (integer|false)[] of one sample, false for an unknown size (shape (a list of integers) >= 0 or none, default none)
---@field batch_size? integer when it is always the same (integer > 0 or none, default none)
---@field dtype? lunate.dtype of what comes in; data of another dtype is cast (dtype: bool, uint8, int32, int64, float32, float64, default float32)
---@field sparse? boolean false (boolean or none, default false)
---@field ragged? boolean false (boolean or none, default false)
---@field batch_shape? (integer|false)[] instead of shape: with the batch axis (shape (a list of integers) >= 0 or none, default none)
---@field optional? boolean false (boolean or none, default false)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field trainable? boolean whether training changes its variables (boolean, default true)
---@field input_shape? (integer|false)[] of one sample, for the first layer of a Sequential (shape (a list of integers) or none, default none)

--- ln.Input{shape = {784}, batch_size =, name =, dtype =, batch_shape =}: the symbolic tensor at
--- which a model begins.
---
--- **Errors:** those of InputLayer.
---
--- ```lua
--- local x = ln.Input{shape = {8}, name = "features"}
--- print(x.shape, x.name)                              --> (None, 8)   features
--- ```
---@param options? ln.Input.options
---@return any ...
function ln.Input(options) end

---@class ln.Variable.options
---@field name? string its name (string, default "variable")
---@field trainable? boolean whether training changes it (boolean, default true)
---@field dtype? lunate.dtype the type of the elements (dtype, default float32)

--- A tensor that training changes. Used wherever a tensor is.
---
--- **Errors:** those of `ln.tensor`.
---
--- ```lua
--- local v = ln.Variable({1, 2}, {name = "v"})
--- v:assign{3, 4}
--- print(v * 2)                                                         --> [6. 8.]
--- ```
---@param value any its initial value: a number, a table or a tensor
---@param options? ln.Variable.options `name` ("variable"), `trainable` (true), `dtype` (float32)
---@return lunate.Variable # the variable, of the value's shape.
function ln.Variable(value, options) end

--- the absolute value; its slope at 0 is 0. Integers stay integers.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1, -2}:abs()  --> [1. 2.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.abs(x) end

--- a + b. Shapes broadcast; integer with float gives that float. Integers wrap around; of bools: logical or.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.tensor{1, 2} + ln.tensor{{10}, {20}}  --> [[11. 12.] [21. 22.]]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.add(x, y) end

---@class ln.all.options
---@field axis? integer|integer[] the axis, or the axes, to reduce; none: all (axis or list of axes (1-based, or negative from the end) or none, default none)
---@field keepdims? boolean keep reduced axes, with length 1 (boolean, default false)

--- whether all elements differ from 0 (NaN does) over one axis, several or (none) all of them.
--- Of nothing it is true.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.tensor{{1, 0}, {3, 4}}:all{axis = 1}  --> [ true false]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|integer[]|ln.all.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@return lunate.Tensor
function ln.all(x, axis, keepdims) end

---@class ln.allclose.options
---@field atol? number the difference that is allowed, absolutely (number >= 0, default 1e-08)
---@field equal_nan? boolean whether NaN equals NaN (boolean, default false)
---@field rtol? number the difference that is allowed, as a part of b (number >= 0, default 1e-05)

--- Whether all elements of two tensors are close, as isclose tells it: a boolean.
--- `allclose(a, b, {rtol = 1e-5, atol = 1e-8, equal_nan = false})`; shapes broadcast.
---
--- **Errors:** shapes that do not broadcast; what is no tensor.
---
--- ```lua
--- ln.allclose(ln.tensor{1, 2}, ln.tensor{1, 2.000001})                 -- true
--- ```
---@param a any a tensor
---@param b any a tensor
---@param options? ln.allclose.options
---@return any ...
function ln.allclose(a, b, options) end

---@class ln.any.options
---@field axis? integer|integer[] the axis, or the axes, to reduce; none: all (axis or list of axes (1-based, or negative from the end) or none, default none)
---@field keepdims? boolean keep reduced axes, with length 1 (boolean, default false)

--- whether any element differs from 0 (NaN does) over one axis, several or (none) all of them.
--- Of nothing it is false.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.tensor{{1, 0}, {3, 0}}:any{axis = 1}  --> [ true false]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|integer[]|ln.any.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@return lunate.Tensor
function ln.any(x, axis, keepdims) end

---@class ln.arange.options
---@field dtype? lunate.dtype the type of the elements (dtype, default float32)

--- Evenly spaced numbers: `arange(stop)`, `arange(start, stop)` or `arange(start, stop, step)`;
--- stop is not among them.
---
--- **Errors:** a step of 0.
---
--- ```lua
--- print(ln.arange(0, 10, 2))                                           --> [0. 2. 4. 6. 8.]
--- ```
---@param start any the first number (0)
---@param stop any where it ends
---@param step any the distance (1), also negative
---@param options? ln.arange.options `dtype` (float32)
---@return lunate.Tensor # a tensor of rank 1.
function ln.arange(start, stop, step, options) end

--- the angle whose cosine is x, in [0, pi]; NaN outside [-1, 1]. Integers give
--- float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1}:arccos():round(4)  --> [1.5708 0.    ]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.arccos(x) end

--- the inverse of cosh; NaN below 1. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1, 2}:arccosh():round(4)  --> [0.    1.317]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.arccosh(x) end

--- the angle whose sine is x, in [-pi/2, pi/2]; NaN outside [-1, 1]. Integers give
--- float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1}:arcsin():round(4)  --> [0.     1.5708]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.arcsin(x) end

--- the inverse of sinh. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1}:arcsinh():round(4)  --> [0.     0.8814]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.arcsinh(x) end

--- the angle whose tangent is x, in (-pi/2, pi/2). Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1}:arctan():round(4)  --> [0.     0.7854]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.arctan(x) end

--- the angle of the point (b, a) in radians, in [-pi, pi]. Shapes broadcast; integer with float gives that float.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.arctan2(ln.tensor{0, 1}, ln.tensor{1, 0}):round(4)  --> [0.     1.5708]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.arctan2(x, y) end

--- the inverse of tanh; NaN outside [-1, 1]. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 0.5}:arctanh():round(4)  --> [0.     0.5493]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.arctanh(x) end

---@class ln.argmax.options
---@field axis? integer the axis; none: all elements (axis (1-based, or negative from the end) or none, default none)
---@field keepdims? boolean keep the axis, with length 1 (boolean, default false)

--- the position, counted from 1, of the largest element
--- along an axis, or (none) in the flattened tensor: int64. Of equal ones the first, of
--- NaNs too, before everything else. Of nothing: an error.
---
--- **Errors:** what is no tensor, number or table of numbers; nothing along the axis; an axis out of range.
---
--- ```lua
--- ln.tensor{{1, 4}, {3, 2}}:argmax{axis = 2}  --> [2 1]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|ln.argmax.options the axis; none: all elements
---@param keepdims? boolean keep the axis, with length 1
---@return lunate.Tensor
function ln.argmax(x, axis, keepdims) end

---@class ln.argmin.options
---@field axis? integer the axis; none: all elements (axis (1-based, or negative from the end) or none, default none)
---@field keepdims? boolean keep the axis, with length 1 (boolean, default false)

--- the position, counted from 1, of the smallest element
--- along an axis, or (none) in the flattened tensor: int64. Of equal ones the first, of
--- NaNs too, before everything else. Of nothing: an error.
---
--- **Errors:** what is no tensor, number or table of numbers; nothing along the axis; an axis out of range.
---
--- ```lua
--- ln.tensor{{1, 4}, {3, 2}}:argmin{axis = 2}  --> [1 2]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|ln.argmin.options the axis; none: all elements
---@param keepdims? boolean keep the axis, with length 1
---@return lunate.Tensor
function ln.argmin(x, axis, keepdims) end

---@class ln.argsort.options
---@field axis? integer along which axis; none: of the flattened tensor (axis (1-based, or negative from the end) or none, default -1)
---@field descending? boolean largest first (boolean, default false)

--- the 1-based positions (int64) that sort x along an
--- axis; equal elements keep their order.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.tensor{3, 1, 2}:argsort()  --> [2 3 1]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|ln.argsort.options along which axis; none: of the flattened tensor
---@param descending? boolean largest first
---@return lunate.Tensor
function ln.argsort(x, axis, descending) end

---@class ln.astype.options
---@field dtype? lunate.dtype the new dtype (dtype: bool, uint8, int32, int64, float32, float64, must be given)

--- a copy of x with another dtype. Floats are cut toward zero when they become
--- integers; everything but 0 becomes true. The gradient passes between floats.
---
--- **Errors:** what is no tensor, number or table of numbers; a dtype that there is not.
---
--- ```lua
--- ln.tensor{1.7, -1.7, 0}:astype("int32")  --> [ 1 -1  0]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param dtype? lunate.dtype|ln.astype.options the new dtype
---@return lunate.Tensor
function ln.astype(x, dtype) end

---@class ln.average.options
---@field axis? integer of t (integer, default none)
---@field weights? lunate.Tensor|number|boolean|table how much each counts (tensor, default none)

--- The mean with weights: `average(t, {axis = none, weights = none})`. Weights have t's shape, or
--- one axis as long as `axis` of t.
---
--- **Errors:** they sum to 0.
---
--- ```lua
--- ln.average(ln.tensor{1, 3}, {weights = {3, 1}})                      -- 1.5
--- ```
---@param t any a tensor of any shape
---@param options? ln.average.options
---@return lunate.Tensor # a tensor without the axis
function ln.average(t, options) end

---@class ln.bincount.options
---@field minlength? integer at least so many bins (integer >= 0, default 0)

--- how often each id comes (int64), or the sum of its
--- weights: element id + 1 of the result is that of `id`. Ids are whole and not negative.
---
--- **Errors:** what is no tensor, number or table of numbers; ids that are negative or not whole; weights of another shape.
---
--- ```lua
--- ln.bincount(ln.tensor{0, 2, 2})  --> [1 0 2]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@param minlength? integer|ln.bincount.options at least so many bins
---@return lunate.Tensor
function ln.bincount(x, y, minlength) end

---@class ln.broadcast_to.options
---@field shape? (integer|false)[] the new shape (shape (a list of integers), must be given)

--- a view of x repeated along axes that it lacks or that have length 1. The
--- elements are not copied: writing to one writes to its likes.
---
--- **Errors:** what is no tensor, number or table of numbers; a shape that x does not broadcast to.
---
--- ```lua
--- ln.tensor{1, 2}:broadcast_to{2, 2}:flatten()  --> [1. 2. 1. 2.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param shape? (integer|false)[]|ln.broadcast_to.options the new shape
---@return lunate.Tensor
function ln.broadcast_to(x, shape) end

---@class ln.cast.options
---@field dtype? lunate.dtype the new dtype (dtype: bool, uint8, int32, int64, float32, float64, must be given)

--- a copy of x with another dtype. Floats are cut toward zero when they become
--- integers; everything but 0 becomes true. The gradient passes between floats.
---
--- **Errors:** what is no tensor, number or table of numbers; a dtype that there is not.
---
--- ```lua
--- ln.tensor{1.7, -1.7, 0}:astype("int32")  --> [ 1 -1  0]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param dtype? lunate.dtype|ln.cast.options the new dtype
---@return lunate.Tensor
function ln.cast(x, dtype) end

--- the smallest whole number >= x. Integers stay integers.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1.5, -1.5}:ceil()  --> [ 2. -1.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.ceil(x) end

---@class ln.celu.options
---@field alpha? number what it falls to below 0, negated (number > 0, default 1)

--- max(x, 0) + min(0, alpha * (e^(x / alpha) - 1)). Integers give
--- float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1, -1}:celu():round(4)  --> [ 1.     -0.6321]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param alpha? number|ln.celu.options what it falls to below 0, negated
---@return lunate.Tensor
function ln.celu(x, alpha) end

---@class ln.clip.options
---@field min? number lower bound (number or none, default none)
---@field max? number upper bound (number or none, default none)

--- x, but at least `min` and at most `max`; none does
--- not bind. NaN stays. The gradient passes where min <= x <= max. Integers stay
--- integers.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1, 5, 9}:clip(2, 6)  --> [2. 5. 6.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param min? number|ln.clip.options lower bound
---@param max? number upper bound
---@return lunate.Tensor
function ln.clip(x, min, max) end

---@class ln.clone_model.options
---@field clone_function? function from_config of get_config (function, default none)
---@field input_tensors? any symbolic tensors to begin at, of a functional or Sequential model A model of the same layers, under the same names, with new weights: initialized anew, not copied (any, default none)

--- A model of the same layers, under the same names, with new weights: initialized anew, not
--- copied. Layers that are used several times are cloned once. It is not compiled.
---
--- **Errors:** what is no model; a clone_function that returns no layer; either option for a model that
--- computes in Lua.
---
--- ```lua
--- local model = ln.Sequential{ln.layers.Dense{2, input_shape = {3}, name = "d"}}
--- local copy = ln.clone_model(model)
--- print(copy.layers[1].name, copy:count_params())                          --> d   8
--- ```
---@param model ln.Model Sequential, functional, or one that Lua defines (by its config)
---@param options? ln.clone_model.options `clone_function` (from_config of get_config): layer -> the layer in its place, for all but inputs; `input_tensors`: symbolic tensors to begin at, of a functional or Sequential model
---@return ln.Model # the new model
function ln.clone_model(model, options) end

---@class ln.concatenate.options
---@field axis? integer the axis to join along (axis (1-based, or negative from the end), default 1)

--- the tensors one after the other along an axis; their shapes may differ
--- in that axis only. The dtype is the widest of theirs.
---
--- **Errors:** an empty list, or what is no tensor in it; empty list, other shapes; an axis out of range.
---
--- ```lua
--- ln.concatenate{ln.tensor{1, 2}, ln.tensor{3}}  --> [1. 2. 3.]
--- ```
---@param tensors (lunate.Tensor|number|boolean|table)[]
---@param axis? integer|ln.concatenate.options the axis to join along
---@return lunate.Tensor
function ln.concatenate(tensors, axis) end

--- How the core was built and runs: `blas`, `instruction_set` (of the matrix kernels, chosen at
--- load time), `threads`, `compiler`.
---
--- **Errors:** none.
---
--- ```lua
--- print(type(ln.config().blas))                                        --> string
--- ```
---@return table # a table of strings and numbers.
function ln.config() end

--- A tensor with data of its own: what is written to one is not seen in the other.
---
--- **Errors:** t is no tensor.
---
--- ```lua
--- local a = ln.zeros{2}
--- local b = a:copy()
--- b[1] = 5
--- print(a, b)                                                          --> [0. 0.] [5. 0.]
--- ```
---@param t any a tensor of any shape, a view too
---@return lunate.Tensor # a tensor of the same shape and dtype.
function ln.copy(t) end

---@class ln.corrcoef.options
---@field ddof? integer what is taken off n in the divisor (integer >= 0, default 1)
---@field rowvar? boolean whether variables are rows (boolean, default true)

--- Correlations between the rows of t (rowvar = false: the columns), -1 .. 1:
--- `corrcoef(t, {rowvar = true})`.
---
--- **Errors:** more than two axes.
---
--- ```lua
--- ln.corrcoef(ln.tensor{{1, 2, 3}, {6, 4, 2}}):flatten()               -- [ 1. -1. -1.  1.]
--- ```
---@param t any a tensor of one or two axes
---@param options? ln.corrcoef.options
---@return lunate.Tensor # float32, float64 of float64
function ln.corrcoef(t, options) end

--- the cosine of x in radians. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1}:cos():round(4)  --> [1.     0.5403]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.cos(x) end

--- the hyperbolic cosine. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1}:cosh():round(4)  --> [1.     1.5431]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.cosh(x) end

---@class ln.count_nonzero.options
---@field axis? integer|integer[] the axis, or the axes, to reduce; none: all (axis or list of axes (1-based, or negative from the end) or none, default none)
---@field keepdims? boolean keep reduced axes, with length 1 (boolean, default false)

--- how many elements differ from 0 (NaN does), int64, over one axis, several or (none) all of them.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.tensor{{1, 0}, {3, 4}}:count_nonzero{axis = 1}  --> [2 1]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|integer[]|ln.count_nonzero.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@return lunate.Tensor
function ln.count_nonzero(x, axis, keepdims) end

---@class ln.cov.options
---@field ddof? integer what is taken off n in the divisor (integer >= 0, default 1)
---@field rowvar? boolean whether variables are rows (boolean, default true)

--- Covariances between the rows of t, each a variable (rowvar = false: the columns):
--- `cov(t, {rowvar = true, ddof = 1})` gives (n, n); the variance of a vector.
---
--- **Errors:** more than two axes.
---
--- ```lua
--- ln.cov(ln.tensor{{1, 2, 3}, {6, 4, 2}}):flatten()                    -- [ 1. -2. -2.  4.]
--- ```
---@param t any a tensor of one or two axes
---@param options? ln.cov.options
---@return lunate.Tensor # float32, float64 of float64
function ln.cov(t, options) end

---@class ln.cumprod.options
---@field axis? integer the axis; none: the flattened tensor (axis (1-based, or negative from the end) or none, default none)
---@field reverse? boolean from the end (boolean, default false)
---@field exclusive? boolean of the elements before, without the one at the place (boolean, default false)

--- running products along an axis,
--- or (none) over the flattened tensor. Integers and bools give int64.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.tensor{1, 2, 3}:cumprod()  --> [1. 2. 6.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|ln.cumprod.options the axis; none: the flattened tensor
---@param reverse? boolean from the end
---@param exclusive? boolean of the elements before, without the one at the place
---@return lunate.Tensor
function ln.cumprod(x, axis, reverse, exclusive) end

---@class ln.cumsum.options
---@field axis? integer the axis; none: the flattened tensor (axis (1-based, or negative from the end) or none, default none)
---@field reverse? boolean from the end (boolean, default false)
---@field exclusive? boolean of the elements before, without the one at the place (boolean, default false)

--- running sums along an axis, or
--- (none) over the flattened tensor. Integers and bools give int64.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.tensor{1, 2, 3}:cumsum()  --> [1. 3. 6.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|ln.cumsum.options the axis; none: the flattened tensor
---@param reverse? boolean from the end
---@param exclusive? boolean of the elements before, without the one at the place
---@return lunate.Tensor
function ln.cumsum(x, axis, reverse, exclusive) end

--- An op of one's own in Lua with a gradient of one's own.
---
--- **Errors:** f is no function; gradients that do not fit.
---
--- ```lua
--- local clipped = ln.custom_gradient(function(x)
---   return x, function(dy) return dy:clip(-1, 1) end
--- end)
--- print(clipped(ln.tensor{5}))                                         --> [5.]
--- ```
---@param f function f(x, ...) returns the result and a function of its gradient dy, which returns the gradient of each tensor that went in (`false` for none)
---@return function # a function that is called as f.
function ln.custom_gradient(f) end

---@class ln.diag.options
---@field k? integer how far above the main diagonal; negative: below (integer, default 0)

--- of a matrix its k-th diagonal; of a vector the square matrix that has it as
--- its k-th diagonal and zeros elsewhere.
---
--- **Errors:** what is no tensor, number or table of numbers; no axis, or more than two.
---
--- ```lua
--- ln.diag(ln.tensor{1, 2}):flatten()  --> [1. 0. 0. 2.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param k? integer|ln.diag.options how far above the main diagonal; negative: below
---@return lunate.Tensor
function ln.diag(x, k) end

---@class ln.diagonal.options
---@field offset? integer how far above the main diagonal; negative: below (integer, default 0)
---@field axis1? integer the rows' axis (axis (1-based, or negative from the end), default 1)
---@field axis2? integer the columns' axis (axis (1-based, or negative from the end), default 2)

--- the diagonal of two axes, as the last axis of a
--- view.
---
--- **Errors:** what is no tensor, number or table of numbers; fewer than two axes; an axis out of range.
---
--- ```lua
--- ln.arange(9):reshape{3, 3}:diagonal():astype("int32")  --> [0 4 8]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param offset? integer|ln.diagonal.options how far above the main diagonal; negative: below
---@param axis1? integer the rows' axis
---@param axis2? integer the columns' axis
---@return lunate.Tensor
function ln.diagonal(x, offset, axis1, axis2) end

---@class ln.diff.options
---@field axis? integer the axis, counted from 1 or, negative, from the end (integer, default -1)
---@field n? integer how many times (integer >= 0, default 1)

--- Differences of neighbours along an axis, n times: `diff(t, {n = 1, axis = -1})`.
---
--- **Errors:** an axis out of range; n below 0.
---
--- ```lua
--- ln.diff(ln.tensor{1, 4, 9})                                          -- [3. 5.]
--- ```
---@param t any a tensor of one axis or more
---@param options? ln.diff.options
---@return lunate.Tensor # a tensor whose axis is n shorter
function ln.diff(t, options) end

--- a / b. Shapes broadcast; integer with float gives that float. Integers divided give float32; x / 0 is inf or NaN.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.tensor({1, 2}, {dtype = "int32"}) / 2  --> [0.5 1. ]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.divide(x, y) end

--- numpy's dot: matmul for up to two axes; for more, the last axis of a with the last
--- but one of b, each with each; with a scalar, the product.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not align.
---
--- ```lua
--- ln.dot(ln.tensor{1, 2, 3}, ln.tensor{4, 5, 6})  --> 32.0
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.dot(x, y) end

---@class ln.einsum.options
---@field equation? string the labels of each tensor's axes, separated by commas, and after -> those of the result (string, must be given)

--- (equation, a, b, ...) or ({a, b, ...}, equation): sums of products by labelled axes.
--- Axes of one label are multiplied with each other; labels that the result does not name
--- are summed over; "..." stands for any further axes, which broadcast. Without "->" the
--- result has the labels that come once, in alphabetical order.
---
--- **Errors:** an empty list, or what is no tensor in it; labels that do not fit the shapes, or each other's lengths.
---
--- ```lua
--- ln.einsum("ij,j->i", ln.tensor{{1, 2}, {3, 4}}, ln.tensor{1, 1})  --> [3. 7.]
--- ```
---@param tensors (lunate.Tensor|number|boolean|table)[]
---@param equation? string|ln.einsum.options the labels of each tensor's axes, separated by commas, and after -> those of the result
---@return lunate.Tensor
function ln.einsum(tensors, equation) end

---@class ln.elu.options
---@field alpha? number what it falls to below 0, negated (number, default 1)

--- x above 0, alpha * (e^x - 1) below. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1, -1}:elu():round(4)  --> [ 1.     -0.6321]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param alpha? number|ln.elu.options what it falls to below 0, negated
---@return lunate.Tensor
function ln.elu(x, alpha) end

--- whether a and b are equal, elementwise (a == b asks it of whole tensors). Shapes broadcast; the result is bool; NaN equals nothing.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.tensor{1, 2, 3}:eq(2)  --> [false  true false]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.eq(x, y) end

--- the error function, 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x.
--- Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1}:erf():round(4)  --> [0.     0.8427]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.erf(x) end

--- e^x. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1}:exp():round(4)  --> [1.     2.7183]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.exp(x) end

---@class ln.expand_dims.options
---@field axis? integer|integer[] where, in the result: one axis or several (axis or list of axes (1-based, or negative from the end), must be given)

--- a view of x with an axis of length 1 added, which is axis `axis` of the
--- result.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.zeros{2, 3}:expand_dims(1).shape  --> (1, 2, 3)
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|integer[]|ln.expand_dims.options where, in the result: one axis or several
---@return lunate.Tensor
function ln.expand_dims(x, axis) end

--- e^x - 1, exact near 0. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1e-8}:expm1()  --> [0.e+00 1.e-08]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.expm1(x) end

--- e^x; the name of exp as an activation. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1}:exponential():round(4)  --> [1.     2.7183]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.exponential(x) end

---@class ln.eye.options
---@field dtype? lunate.dtype the type of the elements (dtype, default float32)

--- Ones on the diagonal, zeros elsewhere.
---
--- **Errors:** a negative number.
---
--- ```lua
--- print(ln.eye(2))                                                     --> [[1. 0.] [0. 1.]]
--- ```
---@param n integer rows
---@param m any columns (n)
---@param options? ln.eye.options `dtype` (float32)
---@return lunate.Tensor # a tensor of shape (n, m).
function ln.eye(n, m, options) end

--- all elements in one axis, row after row. A view of x where strides allow it.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{{1, 2}, {3, 4}}:flatten()  --> [1. 2. 3. 4.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.flatten(x) end

---@class ln.flip.options
---@field axis? integer|integer[] one axis or several; none: all (axis or list of axes (1-based, or negative from the end) or none, default none)

--- a view of x with the order of elements turned round, along the given
--- axes or along all.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.tensor{1, 2, 3}:flip()  --> [3. 2. 1.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|integer[]|ln.flip.options one axis or several; none: all
---@return lunate.Tensor
function ln.flip(x, axis) end

--- the largest whole number <= x. Integers stay integers.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1.5, -1.5}:floor()  --> [ 1. -2.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.floor(x) end

--- a // b, rounded toward minus infinity. Shapes broadcast; integer with float gives that float. Integers by 0 give 0.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.tensor{7, -7} // 2  --> [ 3. -4.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.floor_divide(x, y) end

---@class ln.full.options
---@field dtype? lunate.dtype the type of the elements (dtype, default float32; bool for a boolean)

--- A tensor of one value.
---
--- **Errors:** a value that the dtype cannot hold.
---
--- ```lua
--- print(ln.full({2, 2}, 7))                                            --> [[7. 7.] [7. 7.]]
--- ```
---@param shape (integer|false)[] a list of dimensions
---@param value any a number or a boolean
---@param options? ln.full.options `dtype` (float32; bool for a boolean)
---@return lunate.Tensor # a tensor of that shape.
function ln.full(shape, value, options) end

---@class ln.full_like.options
---@field dtype? lunate.dtype the type of the elements (dtype, default t's)

--- One value in the shape of another tensor.
---
--- **Errors:** t is no tensor; a value that the dtype cannot hold.
---
--- ```lua
--- print(ln.full_like(ln.tensor{1, 2}, 5))                              --> [5. 5.]
--- ```
---@param t any a tensor of any shape
---@param value any a number or a boolean
---@param options? ln.full_like.options `dtype` (t's)
---@return lunate.Tensor # a tensor of t's shape.
function ln.full_like(t, value, options) end

---@class ln.gather.options
---@field axis? integer which axis the positions are of (axis (1-based, or negative from the end), default -1)

--- element by element along an axis: for two axes and axis = 2,
--- y[i][j] = x[i][positions[i][j]]. The positions have x's rank and, but for that axis, its
--- shape (axes of length 1 broadcast); they are 1-based, negative from the end.
---
--- **Errors:** what is no tensor, number or table of numbers; a position out of range, shapes that do not align; an axis out of range.
---
--- ```lua
--- ln.gather(ln.tensor{{1, 2}, {3, 4}}, ln.tensor{{2}, {1}}):flatten()  --> [2. 3.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@param axis? integer|ln.gather.options which axis the positions are of
---@return lunate.Tensor
function ln.gather(x, y, axis) end

--- a >= b. Elementwise, shapes broadcast; the result is bool. NaN compares false.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.tensor{1, 2, 3}:ge(2)  --> [false  true  true]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.ge(x, y) end

---@class ln.gelu.options
---@field approximate? boolean the form with tanh (boolean, default false)

--- x * Phi(x), Phi being the normal distribution;
--- `approximate` takes its tanh form (Hendrycks and Gimpel 2016). Integers give
--- float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1, 0}:gelu():round(4)  --> [0.8413 0.    ]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param approximate? boolean|ln.gelu.options the form with tanh
---@return lunate.Tensor
function ln.gelu(x, approximate) end

---@class ln.glu.options
---@field axis? integer along which axis (axis (1-based, or negative from the end), default -1)

--- a * sigmoid(b) for the two halves a, b of an axis.
---
--- **Errors:** what is no tensor, number or table of numbers; an odd length; an axis out of range.
---
--- ```lua
--- ln.glu(ln.tensor{4, 0})  --> [2.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|ln.glu.options along which axis
---@return lunate.Tensor
function ln.glu(x, axis) end

--- a > b. Elementwise, shapes broadcast; the result is bool. NaN compares false.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.tensor{1, 2, 3}:gt(2)  --> [false false  true]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.gt(x, y) end

---@class ln.hard_shrink.options
---@field threshold? number half the width of the dead zone (number >= 0, default 0.5)

--- 0 where |x| <= threshold, else x. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{-4, 0.5, 3}:hard_shrink()  --> [-4.  0.  3.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param threshold? number|ln.hard_shrink.options half the width of the dead zone
---@return lunate.Tensor
function ln.hard_shrink(x, threshold) end

--- relu6(x + 3) / 6. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{-4, 0, 3}:hard_sigmoid()  --> [0.  0.5 1. ]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.hard_sigmoid(x) end

--- x * relu6(x + 3) / 6, also called hard_swish. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{-4, 0, 3}:hard_silu()  --> [0. 0. 3.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.hard_silu(x) end

--- x * relu6(x + 3) / 6; another name of hard_silu. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{-4, 0, 3}:hard_swish()  --> [0. 0. 3.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.hard_swish(x) end

--- x within [-1, 1]. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{-4, 0.5, 3}:hard_tanh()  --> [-1.   0.5  1. ]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.hard_tanh(x) end

---@class ln.histogram.options
---@field bins? integer how many bins (integer >= 1, default 10)
---@field range? number[] {min, max} (numbers, default none)

--- Counts of elements in equal bins: `counts, edges = histogram(t, {bins = 10, range = none})`;
--- range is {min, max}, t's own by default; what is outside is not counted, the last bin includes
--- its end.
--- counts is int64 (bins), edges (bins + 1).
---
--- **Errors:** bins below 1; a range that is no {min, max}, or not finite.
---
--- ```lua
--- local counts, edges = ln.histogram(ln.tensor{0, 1, 1, 4}, {bins = 2}) -- [3 1]  [0. 2. 4.]
--- ```
---@param t any a tensor of any shape
---@param options? ln.histogram.options
---@return any ...
function ln.histogram(t, options) end

--- Tensors beside each other: `hstack{a, b}`, along the second axis; vectors one after the other.
---
--- **Errors:** no list; an empty one; shapes that differ in another axis.
---
--- ```lua
--- ln.hstack{ln.tensor{1, 2}, ln.tensor{3}}                             -- [1. 2. 3.]
--- ```
---@param list any {a, b, ...}: tensors, or tables of numbers
---@param ... any refused: one list is expected
---@return lunate.Tensor # a tensor
function ln.hstack(list, ...) end

--- sqrt(a^2 + b^2), without overflow. Shapes broadcast; integer with float gives that float.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.hypot(ln.tensor{3}, ln.tensor{4})  --> [5.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.hypot(x, y) end

---@class ln.isclose.options
---@field rtol? number tolerance relative to the second tensor (number >= 0, default 1e-5)
---@field atol? number absolute tolerance (number >= 0, default 1e-8)
---@field equal_nan? boolean NaN equals NaN (boolean, default false)

--- |a - b| <= atol + rtol |b|,
--- elementwise, in float64; infinities are close to themselves. The result is bool.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.isclose(ln.tensor{1, 2}, ln.tensor{1.000001, 2.1})  --> [ true false]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@param rtol? number|ln.isclose.options tolerance relative to the second tensor
---@param atol? number absolute tolerance
---@param equal_nan? boolean NaN equals NaN
---@return lunate.Tensor
function ln.isclose(x, y, rtol, atol, equal_nan) end

--- whether x is neither NaN nor an infinity; the result is bool.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0/0, 1/0, 1}:isfinite()  --> [false false  true]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.isfinite(x) end

--- for each element of x, whether it is among the values; bool.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.isin(ln.tensor{1, 2, 3}, ln.tensor{3, 1})  --> [ true false  true]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.isin(x, y) end

--- whether x is an infinity; the result is bool.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0/0, 1/0, 1}:isinf()  --> [false  true false]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.isinf(x) end

--- whether x is NaN; the result is bool.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0/0, 1/0, 1}:isnan()  --> [ true false false]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.isnan(x) end

--- The one element of a tensor as a Lua number or boolean.
---
--- **Errors:** more elements, or none.
---
--- ```lua
--- print(ln.tensor{{2.5}}:item())                                       --> 2.5
--- ```
---@param t any a tensor of one element, of any rank
---@return any ... # a number (an integer for integer tensors) or a boolean.
function ln.item(t) end

--- a <= b. Elementwise, shapes broadcast; the result is bool. NaN compares false.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.tensor{1, 2, 3}:le(2)  --> [ true  true false]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.le(x, y) end

---@class ln.leaky_relu.options
---@field negative_slope? number slope below 0 (number, default 0.2)

--- x above 0, negative_slope * x below. Integers give
--- float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1, -2}:leaky_relu()  --> [ 1.  -0.4]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param negative_slope? number|ln.leaky_relu.options slope below 0
---@return lunate.Tensor
function ln.leaky_relu(x, negative_slope) end

--- x itself.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1, -2}:linear()  --> [ 1. -2.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.linear(x) end

---@class ln.linspace.options
---@field num? integer how many numbers (integer, default 50)
---@field endpoint? boolean stop is the last one (boolean, default true)
---@field dtype? lunate.dtype the type of the elements (dtype, default float32)

--- Numbers from start to stop, both among them.
---
--- **Errors:** num below 0.
---
--- ```lua
--- print(ln.linspace(0, 1, 3))                                          --> [0. 0.5 1. ]
--- ```
---@param start any the first number
---@param stop any the last number
---@param num any how many (50)
---@param options? ln.linspace.options `num` (50), `endpoint` (true: stop is the last one), `dtype` (float32)
---@return lunate.Tensor # a tensor of shape (num,).
function ln.linspace(start, stop, num, options) end

--- Loads what a `.npy`, `.npz` or `.safetensors` file holds. Nothing in it is ever run.
---
--- **Errors:** other endings, unreadable or damaged files, dtypes that no tensor has
---
--- ```lua
--- local path = os.tmpname() .. ".npy"
--- ln.save(path, ln.eye(2))
--- print(ln.load(path))                                                  --> [[1. 0.] [0. 1.]]
--- ```
---@param path string the file; numpy's small integers become int32, float16 becomes float32
---@return lunate.Tensor # a tensor (`.npy`), or a table of tensors by name; of `.safetensors` also its metadata, texts by name, or nil
function ln.load(path) end

---@class ln.load_model.options
---@field custom_objects? table classes and functions of one's own by name (table, must be given)
---@field compile? boolean also compile the model, as the file says (boolean, default true)
---@field safe_mode? boolean there is no other here (boolean, default true)

--- A model from a file that `model:save` or Keras wrote.
--- Architecture, weights, and unless `compile` is false how it is compiled and the optimizer's
--- state: training goes on where it was, with the random numbers too when lunate wrote the file
--- (ln.random itself is not touched before, nor when ln.set_seed was called since). Nothing in a
--- file is ever run as code.
---
--- **Errors:** what the file needs that is not there (a layer class, an option), named with its layer;
--- weights or optimizer state that do not fit; damaged files.
---
--- ```lua
--- local path = os.tmpname() .. ".keras"
--- local model = ln.Sequential{ln.layers.Dense{2, input_shape = {3}}, name = "small"}
--- model:compile{loss = "mse", optimizer = "adam"}
--- model:save(path)
--- local again = ln.load_model(path)
--- local x = ln.ones{1, 3}
--- print(again.name, again.compiled, again(x) == model(x))      --> small   true   true
--- ```
---@param path string `.keras`, or `.h5` (Keras 2 and 3)
---@param options? ln.load_model.options `custom_objects`: classes and functions of one's own by name; `compile` (true); `safe_mode` (true: there is no other here)
---@return ln.Model # the model
function ln.load_model(path, options) end

--- the natural logarithm; -inf of 0, NaN below. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1, 10}:log():round(4)  --> [0.     2.3026]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.log(x) end

--- the logarithm to base 10. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1, 100}:log10()  --> [0. 2.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.log10(x) end

--- log(1 + x), exact near 0. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1e-8}:log1p()  --> [0.e+00 1.e-08]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.log1p(x) end

--- the logarithm to base 2. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1, 8}:log2()  --> [0. 3.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.log2(x) end

--- log(sigmoid(x)), without overflow. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, -100}:log_sigmoid():round(4)  --> [  -0.6931 -100.    ]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.log_sigmoid(x) end

---@class ln.log_softmax.options
---@field axis? integer along which axis (axis (1-based, or negative from the end), default -1)

--- the logarithm of softmax, exact also where that is 0 in floats.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.log_softmax(ln.tensor{0, 1000})  --> [-1000.     0.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|ln.log_softmax.options along which axis
---@return lunate.Tensor
function ln.log_softmax(x, axis) end

--- log(exp(a) + exp(b)), without overflow. Shapes broadcast; integer with float gives that float.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.logaddexp(ln.tensor{1000}, ln.tensor{0})  --> [1000.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.logaddexp(x, y) end

--- true where both are. What differs from 0 (NaN does) counts as true; the result is bool.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.logical_and(ln.tensor{0, 1, 2}, ln.tensor{1, 1, 0})  --> [false  true false]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.logical_and(x, y) end

--- true where x is 0 or false; the result is bool.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.logical_not(ln.tensor{0, 1, 2})  --> [ true false false]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.logical_not(x) end

--- true where either is. What differs from 0 (NaN does) counts as true; the result is bool.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.logical_or(ln.tensor{0, 1, 2}, ln.tensor{0, 1, 0})  --> [false  true  true]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.logical_or(x, y) end

--- true where exactly one is. What differs from 0 (NaN does) counts as true; the result is bool.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.logical_xor(ln.tensor{0, 1, 2}, ln.tensor{0, 1, 0})  --> [false false  true]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.logical_xor(x, y) end

---@class ln.logsumexp.options
---@field axis? integer|integer[] one axis or several; none: all (axis or list of axes (1-based, or negative from the end) or none, default none)
---@field keepdims? boolean keep the axes, with length 1 (boolean, default false)

--- log(sum(exp(x))), which neither overflows nor loses
--- digits.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.logsumexp(ln.tensor{1000, 1000}):round{decimals = 2}  --> 1000.69
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|integer[]|ln.logsumexp.options one axis or several; none: all
---@param keepdims? boolean keep the axes, with length 1
---@return lunate.Tensor
function ln.logsumexp(x, axis, keepdims) end

--- a < b. Elementwise, shapes broadcast; the result is bool. NaN compares false.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.tensor{1, 2, 3}:lt(2)  --> [ true false false]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.lt(x, y) end

--- the elements of x where the mask is true, in one axis; a mask for the first
--- axes only selects rows.
---
--- **Errors:** what is no tensor, number or table of numbers; the mask's shape does not begin x's.
---
--- ```lua
--- ln.tensor{1, 5, 2, 7}:masked_select(ln.tensor{1, 5, 2, 7}:gt(3))  --> [5. 7.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.masked_select(x, y) end

--- the matrix product: (.., m, k) with (.., k, n) gives (.., m, n), the axes before
--- the last two broadcast. A vector is a row on the left, a column on the right, and its
--- axis is gone from the result.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not align; scalars.
---
--- ```lua
--- ln.tensor{{1, 2}, {3, 4}}:matmul(ln.tensor{1, 1})  --> [3. 7.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.matmul(x, y) end

---@class ln.max.options
---@field axis? integer|integer[] the axis, or the axes, to reduce; none: all (axis or list of axes (1-based, or negative from the end) or none, default none)
---@field keepdims? boolean keep reduced axes, with length 1 (boolean, default false)

--- the largest element over one axis, several or (none) all of them.
--- NaN when there is one. Equal largest elements share the gradient. Of nothing: an error.
---
--- **Errors:** what is no tensor, number or table of numbers; nothing along the axis; an axis out of range.
---
--- ```lua
--- ln.tensor{{1, 4}, {3, 2}}:max{axis = 1}  --> [3. 4.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|integer[]|ln.max.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@return lunate.Tensor
function ln.max(x, axis, keepdims) end

--- the larger of each pair, NaN when either is. Shapes broadcast; integer with float gives that float.
--- Where both are equal the gradient goes to a.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.maximum(ln.tensor{1, 5}, 3)  --> [3. 5.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.maximum(x, y) end

---@class ln.mean.options
---@field axis? integer|integer[] the axis, or the axes, to reduce; none: all (axis or list of axes (1-based, or negative from the end) or none, default none)
---@field keepdims? boolean keep reduced axes, with length 1 (boolean, default false)

--- the mean over one axis, several or (none) all of them.
--- Integers give float32; of nothing it is NaN.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.tensor{{1, 2}, {3, 4}}:mean{axis = 1}  --> [2. 3.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|integer[]|ln.mean.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@return lunate.Tensor
function ln.mean(x, axis, keepdims) end

---@class ln.median.options
---@field axis? integer the axis, counted from 1 or, negative, from the end (integer, default none)
---@field keepdims? boolean keep the axes, with length 1 (boolean, default false)

--- The middle value: `median(t, {axis = none, keepdims = false})`; of an even number the mean of
--- the two in the middle. Integers give float32.
---
--- **Errors:** an axis out of range; nothing along it.
---
--- ```lua
--- ln.median(ln.tensor{3, 1, 10})                                       -- 3.0
--- ```
---@param t any a tensor of any shape
---@param options? ln.median.options
---@return lunate.Tensor # a tensor without the axis
function ln.median(t, options) end

--- Memory of tensors, in bytes: `live`, `cached` (free, kept for the next tensors), `peak`.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.memory().live <= ln.memory().peak)                          --> true
--- ```
---@return table # a table of the three.
function ln.memory() end

--- Coordinates of a grid: `meshgrid(a, b, ..., {indexing = "xy"})` gives, for each vector, a tensor
--- of the grid's shape with its values along its own axis: (#b, #a, ...) for "xy", (#a, #b, ...) for
--- "ij". Several results, not a list; views.
---
--- **Errors:** a tensor of more axes; what is no tensor.
---
--- ```lua
--- local x, y = ln.meshgrid(ln.arange(3), ln.arange(2))      -- both of shape (2, 3)
--- ```
---@param ... any vectors; then options: `indexing` ("xy": or "ij")
---@return any ...
function ln.meshgrid(...) end

---@class ln.min.options
---@field axis? integer|integer[] the axis, or the axes, to reduce; none: all (axis or list of axes (1-based, or negative from the end) or none, default none)
---@field keepdims? boolean keep reduced axes, with length 1 (boolean, default false)

--- the smallest element over one axis, several or (none) all of them.
--- NaN when there is one. Equal smallest elements share the gradient. Of nothing: an error.
---
--- **Errors:** what is no tensor, number or table of numbers; nothing along the axis; an axis out of range.
---
--- ```lua
--- ln.tensor{{1, 4}, {3, 2}}:min{axis = 1}  --> [1. 2.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|integer[]|ln.min.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@return lunate.Tensor
function ln.min(x, axis, keepdims) end

--- the smaller of each pair, NaN when either is. Shapes broadcast; integer with float gives that float.
--- Where both are equal the gradient goes to a.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.minimum(ln.tensor{1, 5}, 3)  --> [1. 3.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.minimum(x, y) end

--- x * tanh(softplus(x)) (Misra 2019). Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1}:mish():round(4)  --> [0.     0.8651]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.mish(x) end

--- a % b = a - b * (a // b), of b's sign. Shapes broadcast; integer with float gives that float. Integers by 0 give 0.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.tensor{7, -7} % 4  --> [3. 1.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.mod(x, y) end

---@class ln.model_from_json.options
---@field custom_objects? table {Name = class or function}, for what is not registered (ln.saving.register) (table, default none)
---@field max_weight_bytes? number what all weights may take (2^30), since a text of a few bytes can ask for more than any machine has A model from Keras's JSON: its architecture, and compiled when the text says how (number >= 0, default 1073741824)

--- A model from Keras's JSON: its architecture, and compiled when the text says how. What Keras 2
--- wrote will do as well.
---
--- **Errors:** what is not JSON or no model; classes, options and functions that there are not; weights
--- past the limit. Nothing in the text is run as code.
---
--- ```lua
--- local text = '{"class_name": "Sequential", "config": {"name": "m", "layers": []}}'
--- print(ln.model_from_json(text).name)                                        --> m
--- ```
---@param text any what `model:to_json()` gives, here or in Keras (class_name, config, compile_config)
---@param options? ln.model_from_json.options `custom_objects`: {Name = class or function}, for what is not registered (ln.saving.register); `max_weight_bytes`: what all weights may take (2^30), since a text of a few bytes can ask for more than any machine has
---@return ln.Model # the model, with new weights
function ln.model_from_json(text, options) end

---@class ln.moments.options
---@field axis? integer|integer[] the axis, counted from 1 or, negative, from the end (integers, default none)
---@field keepdims? boolean keep the axes, with length 1 (boolean, default false)

--- Mean and variance: `mean, variance = moments(t, {axis = none, keepdims = false})`; axis is one
--- or a list of several.
---
--- **Errors:** an axis out of range.
---
--- ```lua
--- local mean, variance = ln.moments(ln.tensor{1, 3})                   -- 2.0  1.0
--- ```
---@param t any a tensor of any shape
---@param options? ln.moments.options
---@return any ... # two tensors without the axes
function ln.moments(t, options) end

---@class ln.moveaxis.options
---@field source? integer|integer[] axes to move (axis or list of axes (1-based, or negative from the end), must be given)
---@field destination? integer|integer[] where each of them goes (axis or list of axes (1-based, or negative from the end), must be given)

--- a view of x with one axis or several moved; the others keep
--- their order.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis named twice; other numbers of sources and destinations; an axis out of range.
---
--- ```lua
--- ln.zeros{2, 3, 4}:moveaxis(1, -1).shape  --> (3, 4, 2)
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param source? integer|integer[]|ln.moveaxis.options axes to move
---@param destination? integer|integer[] where each of them goes
---@return lunate.Tensor
function ln.moveaxis(x, source, destination) end

--- a * b. Shapes broadcast; integer with float gives that float. Integers wrap around; of bools: logical and.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- 2 * ln.tensor{1, 2}  --> [2. 4.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.multiply(x, y) end

---@class ln.nan_to_num.options
---@field nan? number in place of NaN (number, default 0)
---@field neginf? number in place of minus infinity (number, default none)
---@field posinf? number in place of infinity (number, default none)

--- x with NaN and infinities replaced: `nan_to_num(t, {nan = 0, posinf = ..., neginf = ...})`; the
--- infinities by the dtype's largest and smallest number unless told. Integers come back as they
--- are.
---
--- **Errors:** what is no tensor; unknown options.
---
--- ```lua
--- ln.nan_to_num(ln.tensor{1, 0 / 0}, {nan = -1})                       -- [ 1. -1.]
--- ```
---@param t any a tensor of any shape
---@param options? ln.nan_to_num.options
---@return lunate.Tensor # a tensor of t's shape and dtype
function ln.nan_to_num(t, options) end

--- whether a and b differ, elementwise. Shapes broadcast; the result is bool; NaN differs from everything.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.tensor{1, 2, 3}:ne(2)  --> [ true false  true]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.ne(x, y) end

--- -x. Integers stay integers.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- -ln.tensor{1, -2}  --> [-1.  2.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.negative(x) end

--- Calls f while no tape records.
---
--- **Errors:** those of f.
---
--- ```lua
--- print(ln.no_grad(function() return ln.ones{2} end))                  --> [1. 1.]
--- ```
---@param f function a function
---@param ... any what it is called with
---@return any ... # what f returns.
function ln.no_grad(f, ...) end

--- where x is not 0 (or true): int64 (n, rank), one row of 1-based positions for each
--- such element.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.nonzero(ln.tensor{0, 5, 0, 7}):flatten()  --> [2 4]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.nonzero(x) end

---@class ln.norm.options
---@field ord? number which norm: 1, 2, any other but 0, math.huge (largest), -math.huge (smallest) (number, default 2)
---@field axis? integer|integer[] one axis or several; none: all (axis or list of axes (1-based, or negative from the end) or none, default none)
---@field keepdims? boolean keep the axes, with length 1 (boolean, default false)

--- the norm of vectors along the axes (of all
--- elements by default): (sum |x|^ord)^(1/ord), the largest |x| for math.huge.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.norm(ln.tensor{3, 4})  --> 5.0
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param ord? number|ln.norm.options which norm: 1, 2, any other but 0, math.huge (largest), -math.huge (smallest)
---@param axis? integer|integer[] one axis or several; none: all
---@param keepdims? boolean keep the axes, with length 1
---@return lunate.Tensor
function ln.norm(x, ord, axis, keepdims) end

---@class ln.normalize.options
---@field axis? integer the axis, counted from 1 or, negative, from the end (integer, default -1)
---@field epsilon? number the least divisor (number >= 0, default 1e-12)
---@field order? number of the norm (number, default 2)

--- Vectors of length 1: `normalize(t, {axis = -1, order = 2, epsilon = 1e-12})` divides by the norm
--- of that order along an axis, or by epsilon where the norm is less.
---
--- **Errors:** an axis out of range; epsilon below 0.
---
--- ```lua
--- ln.normalize(ln.tensor{3, 4})                                        -- [0.6 0.8]
--- ```
---@param t any a tensor of one axis or more
---@param options? ln.normalize.options
---@return lunate.Tensor # a tensor of t's shape
function ln.normalize(t, options) end

---@class ln.one_hot.options
---@field num_classes? integer how many classes there are (integer >= 0, must be given)
---@field axis? integer where the new axis is, in the result (axis (1-based, or negative from the end), default -1)
---@field dtype? lunate.dtype of the result (dtype: bool, uint8, int32, int64, float32, float64, default float32)

--- a new axis of `num_classes`
--- elements with 1 at each id and 0 elsewhere. Ids are data: 0 .. num_classes - 1;
--- another one is an error.
---
--- **Errors:** what is no tensor, number or table of numbers; ids that are not whole or not below num_classes; an axis out of range.
---
--- ```lua
--- ln.one_hot(ln.tensor{2, 0}, 3):flatten()  --> [0. 0. 1. 1. 0. 0.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param num_classes? integer|ln.one_hot.options how many classes there are
---@param axis? integer where the new axis is, in the result
---@param dtype? lunate.dtype of the result
---@return lunate.Tensor
function ln.one_hot(x, num_classes, axis, dtype) end

---@class ln.ones.options
---@field dtype? lunate.dtype the type of the elements (dtype, default float32)

--- A tensor of ones.
---
--- **Errors:** a negative dimension.
---
--- ```lua
--- print(ln.ones({2}, {dtype = "int64"}))                               --> [1 1]
--- ```
---@param shape (integer|false)[] a list of dimensions; {} for a scalar
---@param options? ln.ones.options `dtype` (float32)
---@return lunate.Tensor # a tensor of that shape.
function ln.ones(shape, options) end

---@class ln.ones_like.options
---@field dtype? lunate.dtype the type of the elements (dtype, default t's)

--- Ones in the shape of another tensor.
---
--- **Errors:** t is no tensor.
---
--- ```lua
--- print(ln.ones_like(ln.tensor{1, 2}))                                 --> [1. 1.]
--- ```
---@param t any a tensor of any shape
---@param options? ln.ones_like.options `dtype` (t's)
---@return lunate.Tensor # a tensor of t's shape.
function ln.ones_like(t, options) end

--- each element of a with each of b, (a.size, b.size).
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.outer(ln.tensor{1, 2}, ln.tensor{3, 4}):flatten()  --> [3. 4. 6. 8.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.outer(x, y) end

---@class ln.pad.options
---@field pad_width? lunate.Tensor|number|boolean|table {{before, after}, ...}, one pair an axis; one pair or one number is for all of them (tensor or table of numbers, must be given)
---@field mode? "constant"|"reflect"|"edge"|"symmetric" what the added elements are (one of constant, reflect, edge, symmetric, default constant)
---@field constant_values? number what mode constant adds (number, default 0)

--- x with more around: a value,
--- the mirror image without (reflect) or with (symmetric) the outermost element, or the
--- outermost element (edge).
---
--- **Errors:** what is no tensor, number or table of numbers; widths that are not of x's axes.
---
--- ```lua
--- ln.pad(ln.tensor{1, 2, 3}, {{2, 1}}, "reflect")  --> [3. 2. 1. 2. 3. 2.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param pad_width? lunate.Tensor|number|boolean|table|ln.pad.options {{before, after}, ...}, one pair an axis; one pair or one number is for all of them
---@param mode? "constant"|"reflect"|"edge"|"symmetric" what the added elements are
---@param constant_values? number what mode constant adds
---@return lunate.Tensor
function ln.pad(x, pad_width, mode, constant_values) end

---@class ln.permute.options
---@field axes? integer|integer[] every axis once, in the new order (axis or list of axes (1-based, or negative from the end), must be given)

--- a view of x with its axes in another order: axis i of the result is axis
--- axes[i] of x.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis is missing, named twice or out of range; an axis out of range.
---
--- ```lua
--- ln.zeros{2, 3, 4}:permute{3, 1, 2}.shape  --> (4, 2, 3)
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axes? integer|integer[]|ln.permute.options every axis once, in the new order
---@return lunate.Tensor
function ln.permute(x, axes) end

--- a ^ b. Shapes broadcast; integer with float gives that float. Integers wrap around and take no negative exponent.
--- The gradient of b is 0 where a <= 0.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast; an integer to a negative integer power.
---
--- ```lua
--- ln.tensor{1, 2, 3} ^ 2  --> [1. 4. 9.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.power(x, y) end

---@class ln.prod.options
---@field axis? integer|integer[] the axis, or the axes, to reduce; none: all (axis or list of axes (1-based, or negative from the end) or none, default none)
---@field keepdims? boolean keep reduced axes, with length 1 (boolean, default false)

--- the product over one axis, several or (none) all of them.
--- Integers and bools give int64; of nothing it is 1.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.tensor{{1, 2}, {3, 4}}:prod{axis = 1}  --> [3. 8.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|integer[]|ln.prod.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@return lunate.Tensor
function ln.prod(x, axis, keepdims) end

---@class ln.quantile.options
---@field axis? integer the axis, counted from 1 or, negative, from the end (integer, default none)
---@field keepdims? boolean keep the axes, with length 1 (boolean, default false)

--- The value below which a part q (0 .. 1) of the elements lies, between two of them in proportion:
--- `quantile(t, q, {axis = none, keepdims = false})`. Integers give float32.
---
--- **Errors:** q outside 0 .. 1, nothing to choose from.
---
--- ```lua
--- ln.quantile(ln.tensor{1, 2, 3, 4}, 0.25)                             -- 1.75
--- ```
---@param t any a tensor of any shape
---@param q any a number in 0 .. 1
---@param options? ln.quantile.options
---@return lunate.Tensor # a tensor without the axis
function ln.quantile(t, q, options) end

--- 1 / x. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{2, 4}:reciprocal()  --> [0.5  0.25]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.reciprocal(x) end

---@class ln.relu.options
---@field negative_slope? number slope below the threshold (number, default 0)
---@field max_value? number ceiling (number or none, default none)
---@field threshold? number where the function starts to rise (number, default 0)

--- x where it is above the
--- threshold, negative_slope * (x - threshold) elsewhere, at most max_value. NaN stays.
--- Integers stay integers.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1, -2}:relu()  --> [1. 0.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param negative_slope? number|ln.relu.options slope below the threshold
---@param max_value? number ceiling
---@param threshold? number where the function starts to rise
---@return lunate.Tensor
function ln.relu(x, negative_slope, max_value, threshold) end

--- min(max(x, 0), 6). Integers stay integers.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{-1, 3, 9}:relu6()  --> [0. 3. 6.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.relu6(x) end

---@class ln.repeat_.options
---@field repeats? integer how often each element comes (integer >= 0, must be given)
---@field axis? integer along which axis; none: of the flattened tensor (axis (1-based, or negative from the end) or none, default none)

--- each element `repeats` times in a row, along an axis or, with
--- none, of the flattened tensor (`repeat` is a word of Lua's own, hence the name).
---
--- **Errors:** what is no tensor, number or table of numbers; repeats below 0; an axis out of range.
---
--- ```lua
--- ln.tensor{1, 2}:repeat_(2)  --> [1. 1. 2. 2.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param repeats? integer|ln.repeat_.options how often each element comes
---@param axis? integer along which axis; none: of the flattened tensor
---@return lunate.Tensor
function ln.repeat_(x, repeats, axis) end

---@class ln.reshape.options
---@field shape? (integer|false)[] the new shape (shape (a list of integers), must be given)

--- the same elements in the same (row-major) order under another shape. One
--- dimension may be -1: it follows from the others. A view of x where strides allow it,
--- else a copy.
---
--- **Errors:** what is no tensor, number or table of numbers; the number of elements differs.
---
--- ```lua
--- ln.arange(6):reshape{2, -1}.shape  --> (2, 3)
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param shape? (integer|false)[]|ln.reshape.options the new shape
---@return lunate.Tensor
function ln.reshape(x, shape) end

---@class ln.roll.options
---@field shift? integer|integer[] places to move on, one number an axis (list of integers, must be given)
---@field axis? integer|integer[] along which axes; none: through the flattened tensor (axis or list of axes (1-based, or negative from the end) or none, default none)

--- elements moved on by `shift` places; what leaves at the end
--- comes in at the start.
---
--- **Errors:** what is no tensor, number or table of numbers; another number of shifts than of axes; an axis out of range.
---
--- ```lua
--- ln.roll(ln.tensor{1, 2, 3}, 1)  --> [3. 1. 2.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param shift? integer|integer[]|ln.roll.options places to move on, one number an axis
---@param axis? integer|integer[] along which axes; none: through the flattened tensor
---@return lunate.Tensor
function ln.roll(x, shift, axis) end

---@class ln.round.options
---@field decimals? integer digits after the point; negative: before it (integer in [-300, 300], default 0)

--- x rounded to a number of decimals, halves to the even one; -1
--- rounds to tens. Integers stay integers.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1.25, 2.5}:round{decimals = 1}  --> [1.2 2.5]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param decimals? integer|ln.round.options digits after the point; negative: before it
---@return lunate.Tensor
function ln.round(x, decimals) end

--- 1 / sqrt(x). Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0.25, 4}:rsqrt()  --> [2.  0.5]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.rsqrt(x) end

---@class ln.save.options
---@field metadata? any texts by name, kept in a (any, must be given)

--- Saves tensors in a file, in the format that its ending names. The file changes as a whole or,
--- where anything fails, not at all.
---
--- **Errors:** other endings, values that are no tensors, what the system says on writing
---
--- ```lua
--- local path = os.tmpname() .. ".npz"
--- ln.save(path, {x = ln.tensor{1, 2}, y = ln.tensor{3}})
--- print(ln.load(path).x)                                                --> [1. 2.]
--- ```
---@param path string `.npy`: one tensor; `.npz`: a table of tensors by name, those of a list are named arr_0, arr_1, ... as np.savez does; `.safetensors`: a table of tensors by name
---@param value any the tensor or the table
---@param options? ln.save.options `metadata`: texts by name, kept in a `.safetensors` file
---@return any ...
function ln.save(path, value, options) end

---@class ln.searchsorted.options
---@field side? "left"|"right" before or after equal values (one of left, right, default left)

--- the 1-based position (int64) at which each value would
--- be put into `sorted` to keep it in order: before its equals, or after them ("right").
---
--- **Errors:** what is no tensor, number or table of numbers; sorted values of several axes.
---
--- ```lua
--- ln.searchsorted(ln.tensor{1, 3, 5}, ln.tensor{0, 3, 9})  --> [1 2 4]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@param side? "left"|"right"|ln.searchsorted.options before or after equal values
---@return lunate.Tensor
function ln.searchsorted(x, y, side) end

--- the self-normalizing 1.0507 * elu(x, 1.67326) (Klambauer et al. 2017). Integers
--- give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1, 0}:selu():round(4)  --> [1.0507 0.    ]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.selu(x) end

--- Seeds everything random: initializers, shuffling, dropout, splits, `ln.random`. The same seed,
--- script and number of threads give bit-identical results.
---
--- **Errors:** what is no integer.
---
--- ```lua
--- ln.set_seed(42)
--- ```
---@param n integer an integer
---@return any ...
function ln.set_seed(n) end

--- 1 / (1 + e^-x). Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1}:sigmoid():round(4)  --> [0.5    0.7311]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.sigmoid(x) end

--- -1, 0 or 1; NaN for NaN. No gradient flows. Integers stay integers.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{3, -2, 0}:sign()  --> [ 1. -1.  0.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.sign(x) end

--- x * sigmoid(x), also called swish. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1, 0}:silu():round(4)  --> [0.7311 0.    ]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.silu(x) end

--- the sine of x in radians. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1}:sin():round(4)  --> [0.     0.8415]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.sin(x) end

--- the hyperbolic sine. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1}:sinh():round(4)  --> [0.     1.1752]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.sinh(x) end

---@class ln.soft_shrink.options
---@field threshold? number half the width of the dead zone (number >= 0, default 0.5)

--- x moved toward 0 by the threshold, 0 within it. Integers give
--- float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{-4, 0.5, 3}:soft_shrink()  --> [-3.5  0.   2.5]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param threshold? number|ln.soft_shrink.options half the width of the dead zone
---@return lunate.Tensor
function ln.soft_shrink(x, threshold) end

---@class ln.softmax.options
---@field axis? integer along which axis (axis (1-based, or negative from the end), default -1)

--- exp(x) / sum(exp(x)) along an axis: probabilities that add up to 1.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.softmax(ln.tensor{0, 0})  --> [0.5 0.5]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|ln.softmax.options along which axis
---@return lunate.Tensor
function ln.softmax(x, axis) end

--- log(1 + e^x), without overflow. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 100}:softplus():round(4)  --> [  0.6931 100.    ]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.softplus(x) end

--- x / (1 + |x|). Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1, -3}:softsign()  --> [ 0.5  -0.75]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.softsign(x) end

---@class ln.sort.options
---@field axis? integer along which axis; none: of the flattened tensor (axis (1-based, or negative from the end) or none, default -1)
---@field descending? boolean largest first (boolean, default false)

--- the elements in order along an axis, a copy. NaN comes
--- last in either direction.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.tensor{3, 1, 2}:sort()  --> [1. 2. 3.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|ln.sort.options along which axis; none: of the flattened tensor
---@param descending? boolean largest first
---@return lunate.Tensor
function ln.sort(x, axis, descending) end

--- 0 up to -1, (x + 1)^2 / 4 up to 1, then x. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{-2, 0, 2}:sparse_plus()  --> [0.   0.25 2.  ]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.sparse_plus(x) end

--- 0 up to -1, (x + 1) / 2 up to 1, then 1. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{-2, 0, 2}:sparse_sigmoid()  --> [0.  0.5 1. ]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.sparse_sigmoid(x) end

---@class ln.sparsemax.options
---@field axis? integer along which axis (axis (1-based, or negative from the end), default -1)

--- the probabilities nearest to x; like softmax, but small ones are exactly 0.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.sparsemax(ln.tensor{1, 0.5, -1})  --> [0.75 0.25 0.  ]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|ln.sparsemax.options along which axis
---@return lunate.Tensor
function ln.sparsemax(x, axis) end

---@class ln.split.options
---@field axis? integer the axis, counted from 1 or, negative, from the end (integer, default 1)

--- Cuts a tensor along an axis: `split(t, sections, axis = 1)` gives a list of views.
--- `sections` is how many equal parts, or a list of the positions at which a new part begins.
---
--- **Errors:** the axis has no such number of equal parts; a position out of range.
---
--- ```lua
--- local a, b = table.unpack(ln.split(ln.arange(6), 2))      -- [0. 1. 2.]  [3. 4. 5.]
--- local parts = ln.split(ln.arange(6), {2, 5})              -- [0.]  [1. 2. 3.]  [4. 5.]
--- ```
---@param t any a tensor of any shape
---@param sections any how many equal parts, or a list of positions
---@param options? ln.split.options
---@return table # a list of views
function ln.split(t, sections, options) end

--- the square root; NaN below 0. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{9, 4}:sqrt()  --> [3. 2.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.sqrt(x) end

--- x * x. Integers stay integers.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{3, -2}:square()  --> [9. 4.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.square(x) end

--- (a - b)^2. Shapes broadcast; integer with float gives that float.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.squared_difference(ln.tensor{1, 5}, 3)  --> [4. 4.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.squared_difference(x, y) end

---@class ln.squareplus.options
---@field b? number how smooth: 0 is relu (number >= 0, default 4)

--- (x + sqrt(x^2 + b)) / 2 (Barron 2021). Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1.5}:squareplus()  --> [1. 2.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param b? number|ln.squareplus.options how smooth: 0 is relu
---@return lunate.Tensor
function ln.squareplus(x, b) end

---@class ln.squeeze.options
---@field axis? integer|integer[] one axis or several; none: all (axis or list of axes (1-based, or negative from the end) or none, default none)

--- a view of x without its axes of length 1, or without the ones named.
---
--- **Errors:** what is no tensor, number or table of numbers; a named axis has another length; an axis out of range.
---
--- ```lua
--- ln.zeros{1, 3, 1}:squeeze().shape  --> (3,)
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|integer[]|ln.squeeze.options one axis or several; none: all
---@return lunate.Tensor
function ln.squeeze(x, axis) end

---@class ln.stack.options
---@field axis? integer the new axis, in the result (axis (1-based, or negative from the end), default 1)

--- tensors of one shape side by side along a new axis.
---
--- **Errors:** an empty list, or what is no tensor in it; shapes that differ; an axis out of range.
---
--- ```lua
--- ln.stack({ln.tensor{1, 2}, ln.tensor{3, 4}}, {axis = 2}):flatten()  --> [1. 3. 2. 4.]
--- ```
---@param tensors (lunate.Tensor|number|boolean|table)[]
---@param axis? integer|ln.stack.options the new axis, in the result
---@return lunate.Tensor
function ln.stack(tensors, axis) end

---@class ln.std.options
---@field axis? integer|integer[] the axis, or the axes, to reduce; none: all (axis or list of axes (1-based, or negative from the end) or none, default none)
---@field keepdims? boolean keep reduced axes, with length 1 (boolean, default false)
---@field ddof? number what is taken off the number of elements to divide by (number >= 0, default 0)

--- the standard deviation over one axis, several or (none) all of them.
--- The square root of var. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.tensor{{1, 2}, {3, 6}}:std{axis = 1}  --> [1. 2.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|integer[]|ln.std.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@param ddof? number what is taken off the number of elements to divide by
---@return lunate.Tensor
function ln.std(x, axis, keepdims, ddof) end

--- x, as a constant: no gradient passes back through it.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.stop_gradient(ln.tensor{1, 2})  --> [1. 2.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.stop_gradient(x) end

--- a - b. Shapes broadcast; integer with float gives that float. Integers wrap around; bools are refused.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast; two bool tensors.
---
--- ```lua
--- ln.tensor{1, 2} - 3  --> [-2. -1.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.subtract(x, y) end

---@class ln.sum.options
---@field axis? integer|integer[] the axis, or the axes, to reduce; none: all (axis or list of axes (1-based, or negative from the end) or none, default none)
---@field keepdims? boolean keep reduced axes, with length 1 (boolean, default false)

--- the sum over one axis, several or (none) all of them.
--- Integers and bools give int64; of nothing it is 0.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.tensor{{1, 2}, {3, 4}}:sum{axis = 1}  --> [4. 6.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|integer[]|ln.sum.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@return lunate.Tensor
function ln.sum(x, axis, keepdims) end

---@class ln.swapaxes.options
---@field axis1? integer one axis (axis (1-based, or negative from the end), must be given)
---@field axis2? integer the other (axis (1-based, or negative from the end), must be given)

--- a view of x with two axes exchanged.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.zeros{2, 3, 4}:swapaxes(1, 3).shape  --> (4, 3, 2)
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis1? integer|ln.swapaxes.options one axis
---@param axis2? integer the other
---@return lunate.Tensor
function ln.swapaxes(x, axis1, axis2) end

--- x * sigmoid(x); another name of silu. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1, 0}:swish():round(4)  --> [0.7311 0.    ]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.swish(x) end

---@class ln.take.options
---@field axis? integer which axis the positions are of; none: of the flattened tensor (axis (1-based, or negative from the end) or none, default none)

--- the elements of x at these positions of an axis (rows, for
--- axis 1), or of the flattened tensor. Positions are 1-based, negative from the end; their
--- shape takes the place of the axis.
---
--- **Errors:** what is no tensor, number or table of numbers; a position out of range; an axis out of range.
---
--- ```lua
--- ln.tensor{10, 20, 30}:take(ln.tensor{3, 1, -2})  --> [30. 10. 20.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@param axis? integer|ln.take.options which axis the positions are of; none: of the flattened tensor
---@return lunate.Tensor
function ln.take(x, y, axis) end

---@class ln.take_along_axis.options
---@field axis? integer which axis the positions are of (axis (1-based, or negative from the end), default -1)

--- element by element along an axis: for two axes and axis = 2,
--- y[i][j] = x[i][positions[i][j]]. The positions have x's rank and, but for that axis, its
--- shape (axes of length 1 broadcast); they are 1-based, negative from the end.
---
--- **Errors:** what is no tensor, number or table of numbers; a position out of range, shapes that do not align; an axis out of range.
---
--- ```lua
--- ln.gather(ln.tensor{{1, 2}, {3, 4}}, ln.tensor{{2}, {1}}):flatten()  --> [2. 3.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@param axis? integer|ln.take_along_axis.options which axis the positions are of
---@return lunate.Tensor
function ln.take_along_axis(x, y, axis) end

--- the tangent of x in radians. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1}:tan():round(4)  --> [0.     1.5574]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.tan(x) end

--- the hyperbolic tangent. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1}:tanh():round(4)  --> [0.     0.7616]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.tanh(x) end

--- x - tanh(x). Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1}:tanh_shrink():round(4)  --> [0.     0.2384]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.tanh_shrink(x) end

---@class ln.tensor.options
---@field dtype? lunate.dtype "float32", "float64", "int32", "int64", "uint8" or "bool"; a lone string is one (dtype, default float32)

--- A tensor from a number, a boolean, a (nested) table of them, or a copy of a tensor.
---
--- **Errors:** ragged rows; a number that the dtype cannot hold.
---
--- ```lua
--- print(ln.tensor{{1, 2}, {3, 4}})                                     --> [[1. 2.] [3. 4.]]
--- print(ln.tensor({1, 2}, {dtype = "int32"}))                          --> [1 2]
--- ```
---@param value any rows of equal length; float32 unless `dtype` says otherwise, bool for booleans
---@param options? ln.tensor.options `dtype` (float32): "float32", "float64", "int32", "int64", "uint8" or "bool"; a lone string is one
---@return lunate.Tensor # the tensor, its shape that of the table.
function ln.tensor(value, options) end

---@class ln.tensordot.options
---@field axes? integer|integer[] how many axes are contracted; or, together with axes_b, which ones of a (list of integers, default {2})
---@field axes_b? integer|integer[] which axes of b are contracted (axis or list of axes (1-based, or negative from the end) or none, default none)

--- the sum over the products of several axes: the last
--- `axes` axes of a with the first of b, or the axes of two lists.
---
--- **Errors:** what is no tensor, number or table of numbers; axes that differ in number or length; an axis out of range.
---
--- ```lua
--- ln.tensordot(ln.ones{2, 3, 4}, ln.ones{3, 4, 5}).shape  --> (2, 5)
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@param axes? integer|integer[]|ln.tensordot.options how many axes are contracted; or, together with axes_b, which ones of a
---@param axes_b? integer|integer[] which axes of b are contracted
---@return lunate.Tensor
function ln.tensordot(x, y, axes, axes_b) end

--- How many threads the core computes with; with a number, sets it.
---
--- **Errors:** a number below 1 or above what the build allows.
---
--- ```lua
--- print(ln.threads() >= 1)                                             --> true
--- ```
---@param n integer 1 or more; nil leaves it as it is
---@return number # the number in force.
function ln.threads(n) end

---@class ln.threshold.options
---@field threshold? number where x passes (number, must be given)
---@field default_value? number what is there instead (number, must be given)

--- x where it is above the threshold, else
--- default_value. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{0, 1, 2}:threshold(1, -2)  --> [-2. -2.  2.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param threshold? number|ln.threshold.options where x passes
---@param default_value? number what is there instead
---@return lunate.Tensor
function ln.threshold(x, threshold, default_value) end

---@class ln.tile.options
---@field repeats? integer|integer[] how often along each axis; a short list is for the last axes (list of integers >= 0, must be given)

--- x laid out repeats[i] times along axis i, as numpy's tile.
---
--- **Errors:** what is no tensor, number or table of numbers; a repeat below 0.
---
--- ```lua
--- ln.tile(ln.tensor{1, 2}, {3})  --> [1. 2. 1. 2. 1. 2.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param repeats? integer|integer[]|ln.tile.options how often along each axis; a short list is for the last axes
---@return lunate.Tensor
function ln.tile(x, repeats) end

---@class ln.topk.options
---@field k? integer how many (integer >= 0, must be given)
---@field axis? integer along which axis (axis (1-based, or negative from the end), default -1)
---@field largest? boolean false: the k smallest, smallest first (boolean, default true)

--- values, positions: the k largest elements along an
--- axis, largest first, and their 1-based positions (int64). NaN counts as smaller than
--- any.
---
--- **Errors:** what is no tensor, number or table of numbers; k is more than the axis has; an axis out of range.
---
--- ```lua
--- ln.topk(ln.tensor{3, 9, 5}, 2)  --> [9. 5.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param k? integer|ln.topk.options how many
---@param axis? integer along which axis
---@param largest? boolean false: the k smallest, smallest first
---@return lunate.Tensor
---@return lunate.Tensor
function ln.topk(x, k, axis, largest) end

--- The elements as nested Lua tables; a number for a scalar.
---
--- **Errors:** t is no tensor.
---
--- ```lua
--- print(ln.tensor{{1, 2}, {3, 4}}:totable()[2][1])                     --> 3.0
--- ```
---@param t any a tensor of any shape
---@return any ... # tables nested as the axes are.
function ln.totable(t) end

---@class ln.trace.options
---@field offset? integer how far above the main diagonal; negative: below (integer, default 0)
---@field axis1? integer the rows' axis (axis (1-based, or negative from the end), default 1)
---@field axis2? integer the columns' axis (axis (1-based, or negative from the end), default 2)

--- the sum of the diagonal.
---
--- **Errors:** what is no tensor, number or table of numbers; fewer than two axes; an axis out of range.
---
--- ```lua
--- ln.trace(ln.tensor{{1, 2}, {3, 4}})  --> 5.0
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param offset? integer|ln.trace.options how far above the main diagonal; negative: below
---@param axis1? integer the rows' axis
---@param axis2? integer the columns' axis
---@return lunate.Tensor
function ln.trace(x, offset, axis1, axis2) end

---@class ln.transpose.options
---@field axes? integer|integer[] every axis once, in the new order; none: reversed (axis or list of axes (1-based, or negative from the end) or none, default none)

--- a view of x with its axes in the order given, or in reverse
--- (swapaxes exchanges two of them). One axis or none: x unchanged.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis that is missing or named twice; an axis out of range.
---
--- ```lua
--- ln.zeros{2, 3, 4}:transpose().shape  --> (4, 3, 2)
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axes? integer|integer[]|ln.transpose.options every axis once, in the new order; none: reversed
---@return lunate.Tensor
function ln.transpose(x, axes) end

---@class ln.tril.options
---@field k? integer how far above the main diagonal; negative: below (integer, default 0)

--- x with zeros above the k-th diagonal of its last two axes.
---
--- **Errors:** what is no tensor, number or table of numbers; fewer than two axes.
---
--- ```lua
--- ln.tril(ln.tensor{{1, 2}, {3, 4}}):flatten()  --> [1. 0. 3. 4.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param k? integer|ln.tril.options how far above the main diagonal; negative: below
---@return lunate.Tensor
function ln.tril(x, k) end

---@class ln.triu.options
---@field k? integer how far above the main diagonal; negative: below (integer, default 0)

--- x with zeros below the k-th diagonal of its last two axes.
---
--- **Errors:** what is no tensor, number or table of numbers; fewer than two axes.
---
--- ```lua
--- ln.triu(ln.tensor{{1, 2}, {3, 4}}):flatten()  --> [1. 2. 0. 4.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param k? integer|ln.triu.options how far above the main diagonal; negative: below
---@return lunate.Tensor
function ln.triu(x, k) end

--- x without its fraction. Integers stay integers.
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{1.5, -1.5}:trunc()  --> [ 1. -1.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.trunc(x) end

--- values, counts: the different values of x in rising order and how often each comes
--- (int64).
---
--- **Errors:** what is no tensor, number or table of numbers.
---
--- ```lua
--- ln.tensor{3, 1, 3}:unique()  --> [1. 3.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@return lunate.Tensor
---@return lunate.Tensor
function ln.unique(x) end

---@class ln.unstack.options
---@field axis? integer the axis, counted from 1 or, negative, from the end (integer, default 1)

--- The rows of an axis as a list: `unstack(t, axis = 1)`, the reverse of stack; views.
---
--- **Errors:** an axis out of range.
---
--- ```lua
--- local a, b = table.unpack(ln.unstack(ln.tensor{{1, 2}, {3, 4}}))      -- [1. 2.]  [3. 4.]
--- ```
---@param t any a tensor of one axis or more
---@param options? ln.unstack.options
---@return table # a list of tensors with an axis less
function ln.unstack(t, options) end

---@class ln.var.options
---@field axis? integer|integer[] the axis, or the axes, to reduce; none: all (axis or list of axes (1-based, or negative from the end) or none, default none)
---@field keepdims? boolean keep reduced axes, with length 1 (boolean, default false)
---@field ddof? number what is taken off the number of elements to divide by (number >= 0, default 0)

--- the mean squared distance from the mean over one axis, several or (none) all of them.
--- The divisor is the number of elements less ddof. Integers give float32.
---
--- **Errors:** what is no tensor, number or table of numbers; an axis out of range.
---
--- ```lua
--- ln.tensor{{1, 2}, {3, 6}}:var{axis = 1}  --> [1. 4.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param axis? integer|integer[]|ln.var.options the axis, or the axes, to reduce; none: all
---@param keepdims? boolean keep reduced axes, with length 1
---@param ddof? number what is taken off the number of elements to divide by
---@return lunate.Tensor
function ln.var(x, axis, keepdims, ddof) end

--- The version of lunate, a string.
---@type string
ln.version = nil

--- Tensors below each other: `vstack{a, b}`; vectors are rows.
---
--- **Errors:** no list; an empty one; shapes that differ in another axis.
---
--- ```lua
--- ln.vstack{ln.tensor{1, 2}, ln.tensor{3, 4}}                          -- (2, 2)
--- ```
---@param list any {a, b, ...}: tensors, or tables of numbers
---@param ... any refused: one list is expected
---@return lunate.Tensor # a tensor
function ln.vstack(list, ...) end

--- elements of a where the condition is true (or not 0), of b elsewhere;
--- the three broadcast, a and b are promoted to one dtype.
---
--- **Errors:** what is no tensor, number or table of numbers; shapes that do not broadcast.
---
--- ```lua
--- ln.where(ln.tensor{1, 0, 1}, ln.tensor{1, 2, 3}, ln.tensor{9, 9, 9})  --> [1. 9. 3.]
--- ```
---@param x lunate.Tensor|number|boolean|table
---@param y lunate.Tensor|number|boolean|table
---@param z lunate.Tensor|number|boolean|table
---@return lunate.Tensor
function ln.where(x, y, z) end

---@class ln.zeros.options
---@field dtype? lunate.dtype the type of the elements (dtype, default float32)

--- A tensor of zeros.
---
--- **Errors:** a negative dimension.
---
--- ```lua
--- print(ln.zeros{2, 3}) --> [[0. 0. 0.] [0. 0. 0.]]
--- ```
---@param shape (integer|false)[] a list of dimensions; {} for a scalar
---@param options? ln.zeros.options `dtype` (float32)
---@return lunate.Tensor # a tensor of that shape.
function ln.zeros(shape, options) end

---@class ln.zeros_like.options
---@field dtype? lunate.dtype the type of the elements (dtype, default t's)

--- Zeros in the shape of another tensor.
---
--- **Errors:** t is no tensor.
---
--- ```lua
--- print(ln.zeros_like(ln.tensor{1, 2}))                                --> [0. 0.]
--- ```
---@param t any a tensor of any shape
---@param options? ln.zeros_like.options `dtype` (t's)
---@return lunate.Tensor # a tensor of t's shape.
function ln.zeros_like(t, options) end

do
---@class ln.optimizers.Adadelta.options
---@field learning_rate? number|ln.schedules.LearningRateSchedule a number, or a schedule of the batches done (number or learning-rate schedule, default 0.001)
---@field rho? number decay of both averages (number in [0, 1], default 0.95)
---@field epsilon? number added under the square roots (number >= 0, default 1e-7)
---@field weight_decay? number decoupled: w -= w * weight_decay * rate before the step (number >= 0 or none, default none)
---@field clipnorm? number the largest norm of one variable's gradient (number > 0 or none, default none)
---@field clipvalue? number the largest absolute value of a gradient's element (number > 0 or none, default none)
---@field global_clipnorm? number the largest norm of all gradients together (number > 0 or none, default none)
---@field use_ema? boolean keep an exponential moving average of the weights (boolean, default false)
---@field ema_momentum? number of that average (number in [0, 1], default 0.99)
---@field ema_overwrite_frequency? integer every so many steps the average becomes the weights (integer >= 1 or none, default none)
---@field loss_scale_factor? number gradients are of the loss times this and are divided by it (number > 0 or none, default none)
---@field gradient_accumulation_steps? integer batches whose gradients are averaged for one step (integer >= 2 or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field [integer] any

---@class ln.optimizers.Adadelta: ln.optimizers.Optimizer
local Object = {}

--- Adadelta (Zeiler, 2012): steps as large as the average of earlier steps, step = sqrt(d + epsilon) * g / sqrt(v + epsilon) with v the average of g^2 and d that of step^2; w = w - rate * step. The paper's form is learning_rate = 1.
---
--- **Errors:** rho outside [0, 1].
---
--- ```lua
--- ln.optimizers.Adadelta(1).learning_rate  --> 1.0
--- ```
---@class ln.optimizers.Adadelta.class: ln.optimizers.Adadelta
---@field super table the class that it extends
---@overload fun(options?: ln.optimizers.Adadelta.options): ln.optimizers.Adadelta
ln.optimizers.Adadelta = {}

end

do
---@class ln.optimizers.Adafactor.options
---@field learning_rate? number|ln.schedules.LearningRateSchedule a number, or a schedule of the batches done (number or learning-rate schedule, default 0.001)
---@field beta_2_decay? number the second moment's beta is 1 - t^beta_2_decay (number <= 0, default -0.8)
---@field epsilon_1? number added to squared gradients (number >= 0, default 1e-30)
---@field epsilon_2? number the smallest root mean square of a variable that scales its step (number >= 0, default 1e-3)
---@field clip_threshold? number the largest root mean square of an update (number > 0, default 1.0)
---@field relative_step? boolean kept in configs; as in Keras the rate is at most 1 / sqrt(t) either way (boolean, default true)
---@field weight_decay? number decoupled: w -= w * weight_decay * rate before the step (number >= 0 or none, default none)
---@field clipnorm? number the largest norm of one variable's gradient (number > 0 or none, default none)
---@field clipvalue? number the largest absolute value of a gradient's element (number > 0 or none, default none)
---@field global_clipnorm? number the largest norm of all gradients together (number > 0 or none, default none)
---@field use_ema? boolean keep an exponential moving average of the weights (boolean, default false)
---@field ema_momentum? number of that average (number in [0, 1], default 0.99)
---@field ema_overwrite_frequency? integer every so many steps the average becomes the weights (integer >= 1 or none, default none)
---@field loss_scale_factor? number gradients are of the loss times this and are divided by it (number > 0 or none, default none)
---@field gradient_accumulation_steps? integer batches whose gradients are averaged for one step (integer >= 2 or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field [integer] any

---@class ln.optimizers.Adafactor: ln.optimizers.Optimizer
local Object = {}

--- Adafactor (Shazeer and Stern, 2018): the average of g^2 of a matrix is kept as one vector of row means and one of column means over its last two axes; steps are scaled by the root mean square of the variable (at least epsilon_2) and clipped to a root mean square of clip_threshold. The rate is at most 1 / sqrt(t), whatever relative_step says: so it is in Keras.
---
--- **Errors:** clip_threshold not above 0, beta_2_decay above 0.
---
--- ```lua
--- ln.optimizers.Adafactor{0.01}.learning_rate  --> 0.01
--- ```
---@class ln.optimizers.Adafactor.class: ln.optimizers.Adafactor
---@field super table the class that it extends
---@overload fun(options?: ln.optimizers.Adafactor.options): ln.optimizers.Adafactor
ln.optimizers.Adafactor = {}

end

do
---@class ln.optimizers.Adagrad.options
---@field learning_rate? number|ln.schedules.LearningRateSchedule a number, or a schedule of the batches done (number or learning-rate schedule, default 0.001)
---@field initial_accumulator_value? number what the sums of squared gradients start from (number >= 0, default 0.1)
---@field epsilon? number added under the square root (number >= 0, default 1e-7)
---@field weight_decay? number decoupled: w -= w * weight_decay * rate before the step (number >= 0 or none, default none)
---@field clipnorm? number the largest norm of one variable's gradient (number > 0 or none, default none)
---@field clipvalue? number the largest absolute value of a gradient's element (number > 0 or none, default none)
---@field global_clipnorm? number the largest norm of all gradients together (number > 0 or none, default none)
---@field use_ema? boolean keep an exponential moving average of the weights (boolean, default false)
---@field ema_momentum? number of that average (number in [0, 1], default 0.99)
---@field ema_overwrite_frequency? integer every so many steps the average becomes the weights (integer >= 1 or none, default none)
---@field loss_scale_factor? number gradients are of the loss times this and are divided by it (number > 0 or none, default none)
---@field gradient_accumulation_steps? integer batches whose gradients are averaged for one step (integer >= 2 or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field [integer] any

---@class ln.optimizers.Adagrad: ln.optimizers.Optimizer
local Object = {}

--- Adagrad (Duchi et al., 2011): each weight's rate falls with the sum of its squared gradients, w = w - rate * g / sqrt(sum + epsilon). The paper's form is learning_rate = 1.
---
--- **Errors:** initial_accumulator_value below 0.
---
--- ```lua
--- ln.optimizers.Adagrad(0.5).learning_rate  --> 0.5
--- ```
---@class ln.optimizers.Adagrad.class: ln.optimizers.Adagrad
---@field super table the class that it extends
---@overload fun(options?: ln.optimizers.Adagrad.options): ln.optimizers.Adagrad
ln.optimizers.Adagrad = {}

end

do
---@class ln.optimizers.Adam.options
---@field learning_rate? number|ln.schedules.LearningRateSchedule a number, or a schedule of the batches done (number or learning-rate schedule, default 0.001)
---@field beta_1? number decay of the average of gradients (number in [0, 1), default 0.9)
---@field beta_2? number decay of the average of squared gradients (number in [0, 1), default 0.999)
---@field epsilon? number added to the square root (number >= 0, default 1e-7)
---@field amsgrad? boolean divide by the largest average so far (boolean, default false)
---@field weight_decay? number decoupled: w -= w * weight_decay * rate before the step (number >= 0 or none, default none)
---@field clipnorm? number the largest norm of one variable's gradient (number > 0 or none, default none)
---@field clipvalue? number the largest absolute value of a gradient's element (number > 0 or none, default none)
---@field global_clipnorm? number the largest norm of all gradients together (number > 0 or none, default none)
---@field use_ema? boolean keep an exponential moving average of the weights (boolean, default false)
---@field ema_momentum? number of that average (number in [0, 1], default 0.99)
---@field ema_overwrite_frequency? integer every so many steps the average becomes the weights (integer >= 1 or none, default none)
---@field loss_scale_factor? number gradients are of the loss times this and are divided by it (number > 0 or none, default none)
---@field gradient_accumulation_steps? integer batches whose gradients are averaged for one step (integer >= 2 or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field [integer] any

---@class ln.optimizers.Adam: ln.optimizers.Optimizer
local Object = {}

--- Adam (Kingma and Ba, 2015): m and v are averages of g and g^2, w = w - alpha * m / (sqrt(v) + epsilon) with alpha = rate * sqrt(1 - beta_2^t) / (1 - beta_1^t). epsilon is the paper's "epsilon hat". amsgrad divides by the largest v so far (Reddi et al., 2018).
---
--- **Errors:** a beta outside [0, 1).
---
--- ```lua
--- ln.optimizers.Adam{1e-2, beta_1 = 0.8}.learning_rate  --> 0.01
--- ```
---@class ln.optimizers.Adam.class: ln.optimizers.Adam
---@field super table the class that it extends
---@overload fun(options?: ln.optimizers.Adam.options): ln.optimizers.Adam
ln.optimizers.Adam = {}

end

do
---@class ln.optimizers.AdamW.options
---@field learning_rate? number|ln.schedules.LearningRateSchedule a number, or a schedule of the batches done (number or learning-rate schedule, default 0.001)
---@field weight_decay? number decoupled: w -= w * weight_decay * rate before the step (number >= 0 or none, default 0.004)
---@field beta_1? number decay of the average of gradients (number in [0, 1), default 0.9)
---@field beta_2? number decay of the average of squared gradients (number in [0, 1), default 0.999)
---@field epsilon? number added to the square root (number >= 0, default 1e-7)
---@field amsgrad? boolean divide by the largest average so far (boolean, default false)
---@field clipnorm? number the largest norm of one variable's gradient (number > 0 or none, default none)
---@field clipvalue? number the largest absolute value of a gradient's element (number > 0 or none, default none)
---@field global_clipnorm? number the largest norm of all gradients together (number > 0 or none, default none)
---@field use_ema? boolean keep an exponential moving average of the weights (boolean, default false)
---@field ema_momentum? number of that average (number in [0, 1], default 0.99)
---@field ema_overwrite_frequency? integer every so many steps the average becomes the weights (integer >= 1 or none, default none)
---@field loss_scale_factor? number gradients are of the loss times this and are divided by it (number > 0 or none, default none)
---@field gradient_accumulation_steps? integer batches whose gradients are averaged for one step (integer >= 2 or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field [integer] any

---@class ln.optimizers.AdamW: ln.optimizers.Optimizer
local Object = {}

--- Adam with decoupled weight decay (Loshchilov and Hutter, 2019), 0.004 unless told otherwise: w = w - w * weight_decay * rate, then Adam's step. optimizer:exclude_from_weight_decay{var_names = {"bias"}} leaves some variables out.
---
--- **Errors:** a beta outside [0, 1), weight_decay below 0.
---
--- ```lua
--- ln.optimizers.AdamW{1e-2, weight_decay = 0.01}.learning_rate  --> 0.01
--- ```
---@class ln.optimizers.AdamW.class: ln.optimizers.AdamW
---@field super table the class that it extends
---@overload fun(options?: ln.optimizers.AdamW.options): ln.optimizers.AdamW
ln.optimizers.AdamW = {}

end

do
---@class ln.optimizers.Adamax.options
---@field learning_rate? number|ln.schedules.LearningRateSchedule a number, or a schedule of the batches done (number or learning-rate schedule, default 0.001)
---@field beta_1? number decay of the average of gradients (number in [0, 1), default 0.9)
---@field beta_2? number decay of the largest gradient (number in [0, 1), default 0.999)
---@field epsilon? number added to the largest gradient (number >= 0, default 1e-7)
---@field weight_decay? number decoupled: w -= w * weight_decay * rate before the step (number >= 0 or none, default none)
---@field clipnorm? number the largest norm of one variable's gradient (number > 0 or none, default none)
---@field clipvalue? number the largest absolute value of a gradient's element (number > 0 or none, default none)
---@field global_clipnorm? number the largest norm of all gradients together (number > 0 or none, default none)
---@field use_ema? boolean keep an exponential moving average of the weights (boolean, default false)
---@field ema_momentum? number of that average (number in [0, 1], default 0.99)
---@field ema_overwrite_frequency? integer every so many steps the average becomes the weights (integer >= 1 or none, default none)
---@field loss_scale_factor? number gradients are of the loss times this and are divided by it (number > 0 or none, default none)
---@field gradient_accumulation_steps? integer batches whose gradients are averaged for one step (integer >= 2 or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field [integer] any

---@class ln.optimizers.Adamax: ln.optimizers.Optimizer
local Object = {}

--- Adamax (Kingma and Ba, 2015, section 7.1): Adam with the largest gradient u = max(beta_2 * u, |g|) instead of the root of v: w = w - rate * m / ((1 - beta_1^t) * (u + epsilon)).
---
--- **Errors:** a beta outside [0, 1).
---
--- ```lua
--- ln.optimizers.Adamax{2e-3}.learning_rate  --> 0.002
--- ```
---@class ln.optimizers.Adamax.class: ln.optimizers.Adamax
---@field super table the class that it extends
---@overload fun(options?: ln.optimizers.Adamax.options): ln.optimizers.Adamax
ln.optimizers.Adamax = {}

end

do
---@class ln.optimizers.Ftrl.options
---@field learning_rate? number|ln.schedules.LearningRateSchedule a number, or a schedule of the batches done (number or learning-rate schedule, default 0.001)
---@field learning_rate_power? number how the rate falls with the sums of squared gradients; 0: it does not (number <= 0, default -0.5)
---@field initial_accumulator_value? number what the sums of squared gradients start from (number >= 0, default 0.1)
---@field l1_regularization_strength? number weights whose linear term stays below it are zero (number >= 0, default 0)
---@field l2_regularization_strength? number stabilizing penalty (number >= 0, default 0)
---@field l2_shrinkage_regularization_strength? number penalty on the size of the weights (number >= 0, default 0)
---@field beta? number the paper's beta (number >= 0, default 0)
---@field weight_decay? number decoupled: w -= w * weight_decay * rate before the step (number >= 0 or none, default none)
---@field clipnorm? number the largest norm of one variable's gradient (number > 0 or none, default none)
---@field clipvalue? number the largest absolute value of a gradient's element (number > 0 or none, default none)
---@field global_clipnorm? number the largest norm of all gradients together (number > 0 or none, default none)
---@field use_ema? boolean keep an exponential moving average of the weights (boolean, default false)
---@field ema_momentum? number of that average (number in [0, 1], default 0.99)
---@field ema_overwrite_frequency? integer every so many steps the average becomes the weights (integer >= 1 or none, default none)
---@field loss_scale_factor? number gradients are of the loss times this and are divided by it (number > 0 or none, default none)
---@field gradient_accumulation_steps? integer batches whose gradients are averaged for one step (integer >= 2 or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field [integer] any

---@class ln.optimizers.Ftrl: ln.optimizers.Optimizer
local Object = {}

--- Follow the regularized leader (McMahan et al., 2013), for wide sparse linear models: weights whose evidence stays below l1_regularization_strength are exactly zero. With n the sum of g^2 and p = -learning_rate_power: z = z + g - (n_t^p - n^p) / rate * w, w = (clip(z, -l1, l1) - z) / (n_t^p / rate + 2 * l2 + beta / rate). l2_shrinkage adds 2 * l2_shrinkage * w to the gradient in z.
---
--- **Errors:** learning_rate_power above 0, another option below 0.
---
--- ```lua
--- ln.optimizers.Ftrl{0.1, l1_regularization_strength = 0.01}.learning_rate  --> 0.1
--- ```
---@class ln.optimizers.Ftrl.class: ln.optimizers.Ftrl
---@field super table the class that it extends
---@overload fun(options?: ln.optimizers.Ftrl.options): ln.optimizers.Ftrl
ln.optimizers.Ftrl = {}

end

do
---@class ln.optimizers.Lamb.options
---@field learning_rate? number|ln.schedules.LearningRateSchedule a number, or a schedule of the batches done (number or learning-rate schedule, default 0.001)
---@field beta_1? number decay of the average of gradients (number in [0, 1), default 0.9)
---@field beta_2? number decay of the average of squared gradients (number in [0, 1), default 0.999)
---@field epsilon? number added to the square root (number >= 0, default 1e-7)
---@field weight_decay? number decoupled: w -= w * weight_decay * rate before the step (number >= 0 or none, default none)
---@field clipnorm? number the largest norm of one variable's gradient (number > 0 or none, default none)
---@field clipvalue? number the largest absolute value of a gradient's element (number > 0 or none, default none)
---@field global_clipnorm? number the largest norm of all gradients together (number > 0 or none, default none)
---@field use_ema? boolean keep an exponential moving average of the weights (boolean, default false)
---@field ema_momentum? number of that average (number in [0, 1], default 0.99)
---@field ema_overwrite_frequency? integer every so many steps the average becomes the weights (integer >= 1 or none, default none)
---@field loss_scale_factor? number gradients are of the loss times this and are divided by it (number > 0 or none, default none)
---@field gradient_accumulation_steps? integer batches whose gradients are averaged for one step (integer >= 2 or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field [integer] any

---@class ln.optimizers.Lamb: ln.optimizers.Optimizer
local Object = {}

--- Lamb (You et al., 2020), for very large batches: Adam's step is scaled, for each variable, by norm(w) / norm(step).
---
--- **Errors:** a beta outside [0, 1).
---
--- ```lua
--- ln.optimizers.Lamb{0.01}.learning_rate  --> 0.01
--- ```
---@class ln.optimizers.Lamb.class: ln.optimizers.Lamb
---@field super table the class that it extends
---@overload fun(options?: ln.optimizers.Lamb.options): ln.optimizers.Lamb
ln.optimizers.Lamb = {}

end

do
---@class ln.optimizers.Lion.options
---@field learning_rate? number|ln.schedules.LearningRateSchedule a number, or a schedule of the batches done (number or learning-rate schedule, default 0.001)
---@field beta_1? number share of the momentum in the direction (number in (0, 1], default 0.9)
---@field beta_2? number decay of the momentum (number in [0, 1], default 0.99)
---@field weight_decay? number decoupled: w -= w * weight_decay * rate before the step (number >= 0 or none, default none)
---@field clipnorm? number the largest norm of one variable's gradient (number > 0 or none, default none)
---@field clipvalue? number the largest absolute value of a gradient's element (number > 0 or none, default none)
---@field global_clipnorm? number the largest norm of all gradients together (number > 0 or none, default none)
---@field use_ema? boolean keep an exponential moving average of the weights (boolean, default false)
---@field ema_momentum? number of that average (number in [0, 1], default 0.99)
---@field ema_overwrite_frequency? integer every so many steps the average becomes the weights (integer >= 1 or none, default none)
---@field loss_scale_factor? number gradients are of the loss times this and are divided by it (number > 0 or none, default none)
---@field gradient_accumulation_steps? integer batches whose gradients are averaged for one step (integer >= 2 or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field [integer] any

---@class ln.optimizers.Lion: ln.optimizers.Optimizer
local Object = {}

--- Lion (Chen et al., 2023): w = w - rate * sign(beta_1 * m + (1 - beta_1) * g), m = beta_2 * m + (1 - beta_2) * g. Every weight moves by the rate: take one 3 to 10 times smaller than Adam's, and a weight_decay that much larger.
---
--- **Errors:** beta_1 outside (0, 1], beta_2 outside [0, 1].
---
--- ```lua
--- ln.optimizers.Lion{1e-4, weight_decay = 0.02}.learning_rate  --> 0.0001
--- ```
---@class ln.optimizers.Lion.class: ln.optimizers.Lion
---@field super table the class that it extends
---@overload fun(options?: ln.optimizers.Lion.options): ln.optimizers.Lion
ln.optimizers.Lion = {}

end

do
---@class ln.optimizers.Muon.options
---@field learning_rate? number|ln.schedules.LearningRateSchedule a number, or a schedule of the batches done (number or learning-rate schedule, default 0.001)
---@field adam_beta_1? number Adam's decay of gradients (number in [0, 1), default 0.9)
---@field adam_beta_2? number Adam's decay of their squares (number in [0, 1), default 0.999)
---@field adam_weight_decay? number weight decay of what Adam updates (number >= 0 or none, default 0.004)
---@field epsilon? number Adam's, added to the square root (number >= 0, default 1e-7)
---@field weight_decay? number weight decay of what Muon updates (number >= 0 or none, default 0.004)
---@field exclude_layers? string|string[] Adam updates variables whose path contains one of these texts (string or list of strings or none, default {})
---@field exclude_embeddings? boolean Adam updates variables with 'embedding' in their path (boolean, default true)
---@field muon_a? number of a x + (b A + c A A) x (number, default 3.4445)
---@field muon_b? number see muon_a; A = x x' (number, default -4.775)
---@field muon_c? number see muon_a (number, default 2.0315)
---@field adam_lr_ratio? number Adam's rate is learning_rate times this (number >= 0, default 1)
---@field momentum? number share of the momentum that stays (number in [0, 1], default 0.95)
---@field ns_steps? integer Newton-Schulz iterations (integer >= 0, default 5)
---@field nesterov? boolean look ahead along the momentum (boolean, default true)
---@field rms_rate? number steps are scaled by sqrt(longer side) times this; none: not scaled (number or none, default 0.2)
---@field clipnorm? number the largest norm of one variable's gradient (number > 0 or none, default none)
---@field clipvalue? number the largest absolute value of a gradient's element (number > 0 or none, default none)
---@field global_clipnorm? number the largest norm of all gradients together (number > 0 or none, default none)
---@field use_ema? boolean keep an exponential moving average of the weights (boolean, default false)
---@field ema_momentum? number of that average (number in [0, 1], default 0.99)
---@field ema_overwrite_frequency? integer every so many steps the average becomes the weights (integer >= 1 or none, default none)
---@field loss_scale_factor? number gradients are of the loss times this and are divided by it (number > 0 or none, default none)
---@field gradient_accumulation_steps? integer batches whose gradients are averaged for one step (integer >= 2 or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field [integer] any

---@class ln.optimizers.Muon: ln.optimizers.Optimizer
local Object = {}

--- Muon (Jordan et al., 2024): the momentum of a matrix is made orthogonal by ns_steps Newton-Schulz iterations before it is added, scaled by sqrt(longer side) * rms_rate (Liu et al., 2025). Variables that are not matrices, embeddings, and those whose path ("dense_3/kernel") contains a text of exclude_layers are updated as Adam does, at learning_rate * adam_lr_ratio. Name the output layer in exclude_layers.
---
--- **Errors:** momentum outside [0, 1], ns_steps below 0.
---
--- ```lua
--- ln.optimizers.Muon{0.02, exclude_layers = {"output"}}.learning_rate  --> 0.02
--- ```
---@class ln.optimizers.Muon.class: ln.optimizers.Muon
---@field super table the class that it extends
---@overload fun(options?: ln.optimizers.Muon.options): ln.optimizers.Muon
ln.optimizers.Muon = {}

end

do
---@class ln.optimizers.Nadam.options
---@field learning_rate? number|ln.schedules.LearningRateSchedule a number, or a schedule of the batches done (number or learning-rate schedule, default 0.001)
---@field beta_1? number decay of the average of gradients (number in [0, 1), default 0.9)
---@field beta_2? number decay of the average of squared gradients (number in [0, 1), default 0.999)
---@field epsilon? number added to the square root (number >= 0, default 1e-7)
---@field weight_decay? number decoupled: w -= w * weight_decay * rate before the step (number >= 0 or none, default none)
---@field clipnorm? number the largest norm of one variable's gradient (number > 0 or none, default none)
---@field clipvalue? number the largest absolute value of a gradient's element (number > 0 or none, default none)
---@field global_clipnorm? number the largest norm of all gradients together (number > 0 or none, default none)
---@field use_ema? boolean keep an exponential moving average of the weights (boolean, default false)
---@field ema_momentum? number of that average (number in [0, 1], default 0.99)
---@field ema_overwrite_frequency? integer every so many steps the average becomes the weights (integer >= 1 or none, default none)
---@field loss_scale_factor? number gradients are of the loss times this and are divided by it (number > 0 or none, default none)
---@field gradient_accumulation_steps? integer batches whose gradients are averaged for one step (integer >= 2 or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field [integer] any

---@class ln.optimizers.Nadam: ln.optimizers.Optimizer
local Object = {}

--- Nadam (Dozat, 2016): Adam with Nesterov momentum, whose beta_1 grows from step to step as beta_1 * (1 - 0.96^t / 2).
---
--- **Errors:** a beta outside [0, 1).
---
--- ```lua
--- ln.optimizers.Nadam{2e-3}.learning_rate  --> 0.002
--- ```
---@class ln.optimizers.Nadam.class: ln.optimizers.Nadam
---@field super table the class that it extends
---@overload fun(options?: ln.optimizers.Nadam.options): ln.optimizers.Nadam
ln.optimizers.Nadam = {}

end

do
---@class ln.optimizers.Optimizer
---@field iterations integer How many steps were done; 0 at first.
---@field learning_rate number The number in force: a schedule's value at the current iteration. May be assigned.
---@field name string The optimizer's name.
---@field variables any The state in Keras's order: {name =, value =} each.
local Object = {}

--- One step.
---
--- **Errors:** lists of different lengths, shapes that do not fit.
---
--- ```lua
--- local w = ln.Variable{1, 2}
--- ln.optimizers.SGD{learning_rate = 1}:apply({ln.ones{2}}, {w})
--- print(w:value())                                                     --> [0. 1.]
--- ```
---@param gradients any a list: a tensor of the variable's shape, or `false` for none, for each
---@param variables any the list of variables
---@return any ...
function Object:apply(gradients, variables) end

--- Makes the state for variables; `apply` and `fit` do so by themselves.
---
--- **Errors:** other variables than before.
---
--- ```lua
--- local adam = ln.optimizers.Adam()
--- adam:build{ln.Variable{1, 2}}
--- print(#adam.variables > 2)                                           --> true
--- ```
---@param variables any a list of variables
---@return any ...
function Object:build(variables) end

---@class ln.optimizers.Optimizer.exclude_from_weight_decay.options
---@field var_list? table variables (table, default variables)
---@field var_names? any names, or parts of them (any, default names)

--- Takes variables out of the weight decay.
---
--- **Errors:** lists of other things; an optimizer that is built already.
---
--- ```lua
--- local adam = ln.optimizers.AdamW()
--- adam:exclude_from_weight_decay{var_names = {"bias"}}
--- ```
---@param options? ln.optimizers.Optimizer.exclude_from_weight_decay.options `var_list` (variables), `var_names` (names, or parts of them)
---@return any ...
function Object:exclude_from_weight_decay(options) end

--- With `use_ema`: writes the running averages into the variables. `fit` does so at its end.
---
--- **Errors:** an optimizer without `use_ema`.
---
--- ```lua
--- local sgd = ln.optimizers.SGD{use_ema = true}
--- local w = ln.Variable{1}
--- sgd:apply({ln.ones{1}}, {w})
--- sgd:finalize_variable_values()
--- ```
---@return any ...
function Object:finalize_variable_values() end

--- Writes the state, all of it or none.
---
--- **Errors:** a wrong number, a wrong shape.
---
--- ```lua
--- local sgd = ln.optimizers.SGD()
--- sgd:build{ln.Variable{1, 2}}
--- local values = {}
--- for i, v in ipairs(sgd.variables) do values[i] = v.value end
--- sgd:set_variables(values)
--- ```
---@param values any a list of tensors, in the order of `optimizer.variables`
---@return any ...
function Object:set_variables(values) end

--- The built-in's rule for one variable, for a subclass that calls up.
---
--- **Errors:** outside of an update.
---
--- ```lua
--- local Slow = ln.optimizers.SGD:extend("Slow")
--- function Slow:update_step(g, v, rate) Slow.super.update_step(self, g, v, rate / 10) end
--- local w = ln.Variable{1}
--- Slow{learning_rate = 1}:apply({ln.ones{1}}, {w})
--- print(w:value())                                                     --> [0.9]
--- ```
---@param gradient any of the variable's shape
---@param variable any what is changed
---@param learning_rate any a number
---@return any ...
function Object:update_step(gradient, variable, learning_rate) end

--- An object from what `get_config` gives, or Keras.
---
--- **Errors:** unknown keys, values of the wrong type.
---
--- ```lua
--- print(ln.layers.Dense.from_config{units = 3})                        --> Dense(3, linear)
--- ```
---@param config any a table by name
---@return any ... # the object.
function Object.from_config(config) end

--- What a built-in computes, for a subclass that calls up: `Class.super.call(self, ...)`. A class
--- of one's own defines `call`; objects are called as functions.
---
--- **Errors:** those of the call.
---
--- ```lua
--- local Shifted = ln.layers.Dense:extend("Shifted")
--- function Shifted:call(x) return Shifted.super.call(self, x) + 1 end
--- print(Shifted{2, kernel_initializer = "zeros"}(ln.ones{1, 3}))       --> [[1. 1.]]
--- ```
---@param ... any what the object is called with
---@return any ... # what calling the object returns.
function Object:call(...) end

--- A subclass. It inherits everything; `Sub.super` is the class, `Sub.options` declares options.
---
--- **Errors:** no name.
---
--- ```lua
--- local Twice = ln.layers.Layer:extend("Twice")
--- function Twice:call(x) return 2 * x end
--- print(Twice()(ln.tensor{3}))                                         --> [6.]
--- ```
---@param name string what the class is called, in messages and in saved models
---@return any ... # the new class.
function Object:extend(name) end

--- The options as Keras writes them; `from_config` makes an equal object of them.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.layers.Dense(3):get_config().units)                         --> 3
--- ```
---@return table # a table by name.
function Object:get_config() end

--- The base of all optimizers. One of one's own extends it, lists its `slots` and defines
--- `update_step(gradient, variable, learning_rate, slots)`.
---
--- **Errors:** unknown options, values of
--- the wrong kind or range; when applied: gradients that do not fit the variables.
---
--- ```lua
--- local Plain = ln.optimizers.Optimizer:extend("Plain")
--- function Plain:update_step(g, v, rate) v:assign(v - rate * g) end
--- local w = ln.Variable{1, 2}
--- Plain{learning_rate = 0.5}:apply({ln.ones{2}}, {w})
--- print(w:value())                                                     --> [0.5 1.5]
--- ```
---@class ln.optimizers.Optimizer.class: ln.optimizers.Optimizer
---@field super table the class that it extends
---@overload fun(options?: table): ln.optimizers.Optimizer
ln.optimizers.Optimizer = {}

end

do
---@class ln.optimizers.RMSprop.options
---@field learning_rate? number|ln.schedules.LearningRateSchedule a number, or a schedule of the batches done (number or learning-rate schedule, default 0.001)
---@field rho? number decay of the average of squared gradients (number in [0, 1], default 0.9)
---@field momentum? number share of the last step that goes into the next (number in [0, 1], default 0)
---@field epsilon? number added under the square root (number >= 0, default 1e-7)
---@field centered? boolean divide by the deviation of the gradient instead of its root mean square (boolean, default false)
---@field weight_decay? number decoupled: w -= w * weight_decay * rate before the step (number >= 0 or none, default none)
---@field clipnorm? number the largest norm of one variable's gradient (number > 0 or none, default none)
---@field clipvalue? number the largest absolute value of a gradient's element (number > 0 or none, default none)
---@field global_clipnorm? number the largest norm of all gradients together (number > 0 or none, default none)
---@field use_ema? boolean keep an exponential moving average of the weights (boolean, default false)
---@field ema_momentum? number of that average (number in [0, 1], default 0.99)
---@field ema_overwrite_frequency? integer every so many steps the average becomes the weights (integer >= 1 or none, default none)
---@field loss_scale_factor? number gradients are of the loss times this and are divided by it (number > 0 or none, default none)
---@field gradient_accumulation_steps? integer batches whose gradients are averaged for one step (integer >= 2 or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field [integer] any

---@class ln.optimizers.RMSprop: ln.optimizers.Optimizer
local Object = {}

--- RMSprop (Tieleman and Hinton, 2012): v = rho * v + (1 - rho) * g^2, step = rate * g / sqrt(v + epsilon); epsilon stands under the root, as in Keras. centered subtracts the squared average of the gradient from v (Graves, 2013); with momentum, m = momentum * m + step and w = w - m. Plain momentum, not Nesterov's.
---
--- **Errors:** unknown options, values of
--- the wrong kind or range; when applied: gradients that do not fit the variables.
---
--- ```lua
--- ln.optimizers.RMSprop{0.01, rho = 0.95}.learning_rate  --> 0.01
--- ```
---@class ln.optimizers.RMSprop.class: ln.optimizers.RMSprop
---@field super table the class that it extends
---@overload fun(options?: ln.optimizers.RMSprop.options): ln.optimizers.RMSprop
ln.optimizers.RMSprop = {}

end

do
---@class ln.optimizers.SGD.options
---@field learning_rate? number|ln.schedules.LearningRateSchedule a number, or a schedule of the batches done (number or learning-rate schedule, default 0.01)
---@field momentum? number share of the last step that goes into the next (number in [0, 1], default 0)
---@field nesterov? boolean look ahead along the momentum (boolean, default false)
---@field weight_decay? number decoupled: w -= w * weight_decay * rate before the step (number >= 0 or none, default none)
---@field clipnorm? number the largest norm of one variable's gradient (number > 0 or none, default none)
---@field clipvalue? number the largest absolute value of a gradient's element (number > 0 or none, default none)
---@field global_clipnorm? number the largest norm of all gradients together (number > 0 or none, default none)
---@field use_ema? boolean keep an exponential moving average of the weights (boolean, default false)
---@field ema_momentum? number of that average (number in [0, 1], default 0.99)
---@field ema_overwrite_frequency? integer every so many steps the average becomes the weights (integer >= 1 or none, default none)
---@field loss_scale_factor? number gradients are of the loss times this and are divided by it (number > 0 or none, default none)
---@field gradient_accumulation_steps? integer batches whose gradients are averaged for one step (integer >= 2 or none, default none)
---@field name? string a name; made from the class's when not given (string or none, default none)
---@field [integer] any

---@class ln.optimizers.SGD: ln.optimizers.Optimizer
local Object = {}

--- Gradient descent: w = w - rate * g. With momentum: v = momentum * v - rate * g, w = w + v; with nesterov besides: w = w + momentum * v - rate * g.
---
--- **Errors:** momentum outside [0, 1].
---
--- ```lua
--- ln.optimizers.SGD{0.1, momentum = 0.9}.learning_rate  --> 0.1
--- ```
---@class ln.optimizers.SGD.class: ln.optimizers.SGD
---@field super table the class that it extends
---@overload fun(options?: ln.optimizers.SGD.options): ln.optimizers.SGD
ln.optimizers.SGD = {}

end

--- `get` of a namespace (`ln.layers.get`, `ln.losses.get`, ...): an object from a name, from what
--- `serialize` gives, from a class; an object stays itself.
---
--- **Errors:** an unknown name (with the nearest known one).
---
--- ```lua
--- print(ln.optimizers.get("sgd")) --> SGD(learning_rate=0.01)
--- ```
---@param identifier any a string, {class_name =, config =}, a class, an object or a function
---@return any ... # the object.
function ln.optimizers.get(identifier) end

--- `serialize` of a namespace (`ln.layers.serialize`, ...): class and config, as Keras writes them.
---
--- **Errors:** what is none of these.
---
--- ```lua
--- print(ln.layers.serialize(ln.layers.Dense(3)).class_name)            --> Dense
--- ```
---@param object any a layer, loss, optimizer, ...
---@return table # {class_name =, config =, module =, registered_name =}.
function ln.optimizers.serialize(object) end

do
---@class ln.plot.Figure.options
---@field title? string above all of them (string, default none)
---@field columns? integer of panels (integer >= 1 <= 50, default 1)
---@field font_size? number in points (number >= 4 <= 72, default 11)
---@field height? integer in pixels (integer >= 80 <= 10000, default none)
---@field rows? integer of panels (integer >= 1 <= 50, default 1)
---@field width? integer in pixels (integer >= 100 <= 10000, default none)
---@field [integer] any

---@class ln.plot.Figure
local Object = {}

--- Writes the figure to a file; its folder is made where it is missing.
---
--- **Errors:** another ending; gnuplot is missing (Debian package gnuplot-nox) or fails, with what it
--- says; the file cannot be written.
---
--- ```lua
--- local fig = ln.plot.figure()
--- fig:bar({3, 5, 2}, {names = {"ants", "bees", "wasps"}})
--- fig:save("build/plots/insects.svg")
--- ```
---@param path string ends in .png or .svg
---@return any ...
function Object:save(path) end

---@class ln.plot.Figure.show.options
---@field terminal? "auto"|"blocks"|"sixel" how it is shown there, see `figure:show` (one of "auto", "blocks", "sixel", default "auto")

--- Shows the figure in the terminal (on standard output).
---
--- **Errors:** "sixel" without gnuplot.
---
--- ```lua
--- local fig = ln.plot.figure()
--- fig:hist(ln.random.normal{500}, {title = "500 numbers"})
--- fig:show{terminal = "blocks"}
--- ```
---@param options? ln.plot.Figure.show.options `terminal` ("auto": sixel graphics where the terminal answers that it has them, drawn by gnuplot, which knows no dashes there; else Unicode's blocks, in as many colours as $COLORTERM and $TERM tell and in none with $NO_COLOR or where output goes elsewhere); "blocks" and "sixel" force one
---@return any ...
function Object:show(options) end

---@class ln.plot.Figure.to_text.options
---@field columns? integer and (integer >= 30 <= 1000, default 80)
---@field rows? integer of the text; panels that do not fit side by side stand below each other, and are no smaller than can be read (integer >= 8 <= 1000, default 22)
---@field colors? "none"|"256"|"full" "256" or "full" with the terminal's codes for colours The figure as text in Unicode's blocks and Braille dots (one of "none", "256", "full", default "none")

--- The figure as text in Unicode's blocks and Braille dots.
---
--- **Errors:** options out of range.
---
--- ```lua
--- local fig = ln.plot.figure()
--- fig:line({1, 3, 2, 5})
--- print(fig:to_text{columns = 40, rows = 10})
--- ```
---@param options? ln.plot.Figure.to_text.options `columns` (80) and `rows` (22): of the text; panels that do not fit side by side stand below each other, and are no smaller than can be read; `colors` ("none"): "256" or "full" with the terminal's codes for colours
---@return string # the text, lines ending in newlines.
function Object:to_text(options) end

--- An object from what `get_config` gives, or Keras.
---
--- **Errors:** unknown keys, values of the wrong type.
---
--- ```lua
--- print(ln.layers.Dense.from_config{units = 3})                        --> Dense(3, linear)
--- ```
---@param config any a table by name
---@return any ... # the object.
function Object.from_config(config) end

--- What a built-in computes, for a subclass that calls up: `Class.super.call(self, ...)`. A class
--- of one's own defines `call`; objects are called as functions.
---
--- **Errors:** those of the call.
---
--- ```lua
--- local Shifted = ln.layers.Dense:extend("Shifted")
--- function Shifted:call(x) return Shifted.super.call(self, x) + 1 end
--- print(Shifted{2, kernel_initializer = "zeros"}(ln.ones{1, 3}))       --> [[1. 1.]]
--- ```
---@param ... any what the object is called with
---@return any ... # what calling the object returns.
function Object:call(...) end

--- A subclass. It inherits everything; `Sub.super` is the class, `Sub.options` declares options.
---
--- **Errors:** no name.
---
--- ```lua
--- local Twice = ln.layers.Layer:extend("Twice")
--- function Twice:call(x) return 2 * x end
--- print(Twice()(ln.tensor{3}))                                         --> [6.]
--- ```
---@param name string what the class is called, in messages and in saved models
---@return any ... # the new class.
function Object:extend(name) end

--- The options as Keras writes them; `from_config` makes an equal object of them.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.layers.Dense(3):get_config().units)                         --> 3
--- ```
---@return table # a table by name.
function Object:get_config() end

--- Figures: one or several plots in rows and columns, saved to a file or shown in the terminal.
--- A figure describes; _gnuplot.lua and _terminal.lua draw. Kinds of plots: see init.lua.
---
--- `plot.figure{rows = 1, columns = 1, title =, width =, height =, font_size = 11}`: width and
--- height in pixels (by default what the panels need). Every kind of plot is a method: called on the
--- figure it fills the next panel (in reading order) and returns it, called on a panel it draws over
--- what is there, in the panel's colours and legend. Options of panels, with any kind: `title`,
--- `xlabel`, `ylabel`, `xlim = {low, high}` (false leaves one to the data), `ylim`, `xscale =
--- "linear"|"log"`, `yscale`, `grid`, `legend` (true where series have names: above the axes; false;
--- or "top", "bottom", "right" outside of the axes, "top_left", "top_right", "bottom_left",
--- "bottom_right" in them). NaN and infinities are gaps.
---
--- **Errors:** more kinds than panels; those of the kinds, after which the figure is as it was.
---
--- ```lua
--- local fig = ln.plot.figure{rows = 1, columns = 2, title = "Waves"}
--- local x = ln.linspace(0, 10, 100)
--- local panel = fig:line(x, ln.sin(x), {names = {"sin"}, ylim = {-1, 1}})
--- panel:line(x, ln.cos(x), {names = {"cos"}, styles = {"dashed"}})
--- fig:scatter(ln.sin(x), ln.cos(x), {xlabel = "sin", ylabel = "cos"})
--- fig:save("build/plots/waves.png")
--- ```
---@class ln.plot.Figure.class: ln.plot.Figure
---@field super table the class that it extends
---@overload fun(options?: ln.plot.Figure.options): ln.plot.Figure
ln.plot.Figure = {}

end

---@class ln.plot.bar.options
---@field names? table of the n places, under the axis (by default 1 to n) (list, default none)
---@field series_names? table of the k series, for the legend (list, default none)
---@field colors? table of each series, as "#0072B2"; and those of every plot, as in plot.line Draws bars, side by side where there are several series (list, default none)
---@field font_size? number in points (number >= 4 <= 72, default 11)
---@field grid? boolean lines at the ticks (true) (boolean, default none)
---@field height? integer in pixels (integer >= 80 <= 10000, default none)
---@field legend? any where names of series stand: true (above the axes), false, "top", "bottom", "right" (outside), "top_left", "top_right", "bottom_left", "bottom_right" (inside) (any, default none)
---@field terminal? "auto"|"blocks"|"sixel" how it is shown there, see `figure:show` (one of "auto", "blocks", "sixel", default "auto")
---@field title? string above the plot (string, default none)
---@field to_file? string a path that ends in .png or .svg; without it the plot is shown in the terminal (string, default none)
---@field width? integer in pixels (integer >= 100 <= 10000, default none)
---@field xlabel? string what the axis across shows (string, default none)
---@field xlim? table {lowest, highest}; false leaves one to the data (list, default none)
---@field xscale? "linear"|"log" linear without it (one of "linear", "log", default none)
---@field ylabel? string what the axis upwards shows (string, default none)
---@field ylim? table the same upwards (list, default none)
---@field yscale? "linear"|"log" linear without it (one of "linear", "log", default none)

--- Draws bars, side by side where there are several series.
---
--- `plot.bar(values, options)`; a method of figures and panels.
---
--- **Errors:** what is no number; series of different lengths.
---
--- ```lua
--- ln.plot.bar({0.88, 0.91, 0.86}, {names = {"mlp", "cnn", "linear"}, ylim = {0.8, 1},
---   ylabel = "accuracy", to_file = "build/plots/bar.png"})
--- ```
---@param values any (n); or (n, k), or a list of k lists: k bars beside each other at each place
---@param options? ln.plot.bar.options `names`: of the n places, under the axis (by default 1 to n); `series_names`: of the k series, for the legend; `colors`: of each series, as "#0072B2"; and those of every plot, as in plot.line
---@return any ...
function ln.plot.bar(values, options) end

---@class ln.plot.confusion_matrix.options
---@field class_names? table of id 0 first; their number is the number of classes (without them the largest id plus one) (list, default none)
---@field normalize? boolean shares of each row in percent (boolean, default false)
---@field map? "viridis"|"blues"|"diverging"|"gray"|"binary" as in plot.heatmap (one of "viridis", "blues", "diverging", "gray", "binary", default "blues")
---@field colorbar? boolean a bar of the map beside it; and those of every plot, as in plot.line Draws how often each class (rows) was taken for each (columns) (boolean, default false)
---@field font_size? number in points (number >= 4 <= 72, default 11)
---@field grid? boolean lines at the ticks (true) (boolean, default none)
---@field height? integer in pixels (integer >= 80 <= 10000, default none)
---@field legend? any where names of series stand: true (above the axes), false, "top", "bottom", "right" (outside), "top_left", "top_right", "bottom_left", "bottom_right" (inside) (any, default none)
---@field terminal? "auto"|"blocks"|"sixel" how it is shown there, see `figure:show` (one of "auto", "blocks", "sixel", default "auto")
---@field title? string above the plot (string, default none)
---@field to_file? string a path that ends in .png or .svg; without it the plot is shown in the terminal (string, default none)
---@field width? integer in pixels (integer >= 100 <= 10000, default none)
---@field xlabel? string what the axis across shows (string, default none)
---@field xlim? table {lowest, highest}; false leaves one to the data (list, default none)
---@field xscale? "linear"|"log" linear without it (one of "linear", "log", default none)
---@field ylabel? string what the axis upwards shows (string, default none)
---@field ylim? table the same upwards (list, default none)
---@field yscale? "linear"|"log" linear without it (one of "linear", "log", default none)

--- Draws how often each class (rows) was taken for each (columns).
---
--- `plot.confusion_matrix(y_true, y_pred, options)`; a method of figures and panels.
---
--- **Errors:** lengths that differ; an id that is none.
---
--- ```lua
--- ln.plot.confusion_matrix({0, 1, 2, 2}, {0, 1, 1, 2}, {class_names = {"cat", "dog", "owl"},
---   to_file = "build/plots/confusion.png"})
--- ```
---@param y_true any (n) class ids from 0
---@param y_pred any (n) class ids that a model said
---@param options? ln.plot.confusion_matrix.options `class_names`: of id 0 first; their number is the number of classes (without them the largest id plus one); `normalize` (false): shares of each row in percent; `map` ("blues"): as in plot.heatmap; `colorbar` (false): a bar of the map beside it; and those of every plot, as in plot.line
---@return any ...
function ln.plot.confusion_matrix(y_true, y_pred, options) end

---@class ln.plot.decision_boundary.options
---@field class_names? table of id 0 first (list, default none)
---@field threshold? number a single output above it is class 1 (number, default 0.5)
---@field resolution? integer predictions along each axis (integer >= 10 <= 2000, default 250)
---@field size? number of the points, as in plot.scatter; and those of every plot, as in plot.line, of which (number >= 0.5 <= 100, default none)
---@field alpha? number of the points, as in plot.scatter; and those of every plot, as in plot.line, of which (number >= 0.01 <= 1, default none)
---@field xlim? table {lowest, highest}; false leaves one to the data (list, default none)
---@field ylim? table the same upwards (list, default none)
---@field font_size? number in points (number >= 4 <= 72, default 11)
---@field grid? boolean lines at the ticks (true) (boolean, default none)
---@field height? integer in pixels (integer >= 80 <= 10000, default none)
---@field legend? any where names of series stand: true (above the axes), false, "top", "bottom", "right" (outside), "top_left", "top_right", "bottom_left", "bottom_right" (inside) (any, default none)
---@field terminal? "auto"|"blocks"|"sixel" how it is shown there, see `figure:show` (one of "auto", "blocks", "sixel", default "auto")
---@field title? string above the plot (string, default none)
---@field to_file? string a path that ends in .png or .svg; without it the plot is shown in the terminal (string, default none)
---@field width? integer in pixels (integer >= 100 <= 10000, default none)
---@field xlabel? string what the axis across shows (string, default none)
---@field xscale? "linear"|"log" linear without it (one of "linear", "log", default none)
---@field ylabel? string what the axis upwards shows (string, default none)
---@field yscale? "linear"|"log" linear without it (one of "linear", "log", default none)

--- Draws the plane in the colours of the classes that a model predicts there, and points of known
--- classes over it.
---
--- `plot.decision_boundary(model, x, y, options)`; a method of figures and panels.
---
--- **Errors:** points with more than two features; a predict that gives something else.
---
--- ```lua
--- local x, y = ln.datasets.make_moons{n_samples = 200, noise = 0.1, random_state = 0}
--- local model = ln.Sequential{ln.layers.Dense{8, activation = "tanh", input_shape = {2}},
---   ln.layers.Dense{1, activation = "sigmoid"}}
--- model:compile{loss = "binary_crossentropy", optimizer = ln.optimizers.Adam(0.05)}
--- model:fit(x, y, {epochs = 20, verbose = 0})
--- ln.plot.decision_boundary(model, x, y, {to_file = "build/plots/boundary.png"})
--- ```
---@param model ln.Model a model of two inputs with one output (a probability) or one for each class; or anything with a `predict` that takes points (n, 2) and gives class ids (n)
---@param x any (n, 2) points
---@param y? any (n) or (n, 1) their class ids
---@param options? ln.plot.decision_boundary.options `class_names`: of id 0 first; `threshold` (0.5): a single output above it is class 1; `resolution` (250): predictions along each axis; `size` and `alpha`: of the points, as in plot.scatter; and those of every plot, as in plot.line, of which `xlim` and `ylim` are the part of the plane (by default what is around the points)
---@return any ...
function ln.plot.decision_boundary(model, x, y, options) end

---@class ln.plot.heatmap.options
---@field map? "viridis"|"blues"|"diverging"|"gray"|"binary" or "blues", "diverging", "gray", "binary" (one of "viridis", "blues", "diverging", "gray", "binary", default "viridis")
---@field range? table {low, high} of the map (by default of the values) (list, default none)
---@field annotate? boolean whether the values are written into the cells (by default up to 150 of them) (boolean, default none)
---@field format? string of those (string, default "%.2g")
---@field x_names? table of the columns (list, default none)
---@field y_names? table of the rows (list, default none)
---@field colorbar? boolean a bar of the map beside it; and those of every plot, as in plot.line Draws a matrix as a grid of colours, its first row at the top (boolean, default true)
---@field font_size? number in points (number >= 4 <= 72, default 11)
---@field grid? boolean lines at the ticks (true) (boolean, default none)
---@field height? integer in pixels (integer >= 80 <= 10000, default none)
---@field legend? any where names of series stand: true (above the axes), false, "top", "bottom", "right" (outside), "top_left", "top_right", "bottom_left", "bottom_right" (inside) (any, default none)
---@field terminal? "auto"|"blocks"|"sixel" how it is shown there, see `figure:show` (one of "auto", "blocks", "sixel", default "auto")
---@field title? string above the plot (string, default none)
---@field to_file? string a path that ends in .png or .svg; without it the plot is shown in the terminal (string, default none)
---@field width? integer in pixels (integer >= 100 <= 10000, default none)
---@field xlabel? string what the axis across shows (string, default none)
---@field xlim? table {lowest, highest}; false leaves one to the data (list, default none)
---@field xscale? "linear"|"log" linear without it (one of "linear", "log", default none)
---@field ylabel? string what the axis upwards shows (string, default none)
---@field ylim? table the same upwards (list, default none)
---@field yscale? "linear"|"log" linear without it (one of "linear", "log", default none)

--- Draws a matrix as a grid of colours, its first row at the top.
---
--- `plot.heatmap(values, options)`; a method of figures and panels.
---
--- **Errors:** no matrix; as many names as there are not.
---
--- ```lua
--- ln.plot.heatmap({{1, 0.5}, {0.5, 1}}, {x_names = {"a", "b"}, y_names = {"a", "b"},
---   map = "diverging", range = {-1, 1}, to_file = "build/plots/heatmap.png"})
--- ```
---@param values any (rows, columns); NaN is white
---@param options? ln.plot.heatmap.options `map` ("viridis"): or "blues", "diverging", "gray", "binary"; `range`: {low, high} of the map (by default of the values); `annotate`: whether the values are written into the cells (by default up to 150 of them); `format` ("0"): of those; `x_names`: of the columns; `y_names`: of the rows; `colorbar` (true): a bar of the map beside it; and those of every plot, as in plot.line
---@return any ...
function ln.plot.heatmap(values, options) end

---@class ln.plot.hist.options
---@field bins? integer how many, of equal width (by default the square root of n, 10 to 60) (integer >= 1 <= 10000, default none)
---@field range? table {low, high} that they divide (by default all values) (list, default none)
---@field density? boolean heights such that the areas sum to one (boolean, default false)
---@field names? table of the series, for the legend (list, default none)
---@field colors? table as "#0072B2" (list, default none)
---@field alpha? number opacity in 0..1 (0.85, and 0.55 when there are several); and those of every plot, as in plot.line Draws a histogram (number >= 0.01 <= 1, default none)
---@field font_size? number in points (number >= 4 <= 72, default 11)
---@field grid? boolean lines at the ticks (true) (boolean, default none)
---@field height? integer in pixels (integer >= 80 <= 10000, default none)
---@field legend? any where names of series stand: true (above the axes), false, "top", "bottom", "right" (outside), "top_left", "top_right", "bottom_left", "bottom_right" (inside) (any, default none)
---@field terminal? "auto"|"blocks"|"sixel" how it is shown there, see `figure:show` (one of "auto", "blocks", "sixel", default "auto")
---@field title? string above the plot (string, default none)
---@field to_file? string a path that ends in .png or .svg; without it the plot is shown in the terminal (string, default none)
---@field width? integer in pixels (integer >= 100 <= 10000, default none)
---@field xlabel? string what the axis across shows (string, default none)
---@field xlim? table {lowest, highest}; false leaves one to the data (list, default none)
---@field xscale? "linear"|"log" linear without it (one of "linear", "log", default none)
---@field ylabel? string what the axis upwards shows (string, default none)
---@field ylim? table the same upwards (list, default none)
---@field yscale? "linear"|"log" linear without it (one of "linear", "log", default none)

--- Draws a histogram.
---
--- `plot.hist(values, options)`; a method of figures and panels.
---
--- **Errors:** what is no number; a range that is none.
---
--- ```lua
--- ln.plot.hist(ln.random.normal{5000}, {bins = 40, to_file = "build/plots/hist.png"})
--- ```
---@param values any (n) or of any shape but (n, k), whose columns are k series; or a list of series. NaN and infinities are left out, as is what lies outside of the range
---@param options? ln.plot.hist.options `bins`: how many, of equal width (by default the square root of n, 10 to 60); `range`: {low, high} that they divide (by default all values); `density` (false): heights such that the areas sum to one; `names`: of the series, for the legend; `colors`: as "#0072B2"; `alpha`: opacity in 0..1 (0.85, and 0.55 when there are several); and those of every plot, as in plot.line
---@return any ...
function ln.plot.hist(values, options) end

---@class ln.plot.history.options
---@field metrics? table names of which to draw, as {"loss", "accuracy"} (by default all) (list, default none)
---@field line_width? number in pixels; and those of every plot, as in plot.line Draws what (number >= 0.1 <= 20, default 2)
---@field font_size? number in points (number >= 4 <= 72, default 11)
---@field grid? boolean lines at the ticks (true) (boolean, default none)
---@field height? integer in pixels (integer >= 80 <= 10000, default none)
---@field legend? any where names of series stand: true (above the axes), false, "top", "bottom", "right" (outside), "top_left", "top_right", "bottom_left", "bottom_right" (inside) (any, default none)
---@field terminal? "auto"|"blocks"|"sixel" how it is shown there, see `figure:show` (one of "auto", "blocks", "sixel", default "auto")
---@field title? string above the plot (string, default none)
---@field to_file? string a path that ends in .png or .svg; without it the plot is shown in the terminal (string, default none)
---@field width? integer in pixels (integer >= 100 <= 10000, default none)
---@field xlabel? string what the axis across shows (string, default none)
---@field xlim? table {lowest, highest}; false leaves one to the data (list, default none)
---@field xscale? "linear"|"log" linear without it (one of "linear", "log", default none)
---@field ylabel? string what the axis upwards shows (string, default none)
---@field ylim? table the same upwards (list, default none)
---@field yscale? "linear"|"log" linear without it (one of "linear", "log", default none)

--- Draws what `fit` returned: a panel for the loss and for each metric, the values of training and
--- of validation by colour and style.
---
--- `plot.history(history, options)`; a method of figures (a panel for each metric) and of panels
--- (for a single metric).
---
--- **Errors:** no History; a metric that it does not have, with those that it has.
---
--- ```lua
--- local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
--- model:compile{loss = "mse", optimizer = "sgd"}
--- local x = ln.random.normal{32, 1}
--- local h = model:fit(x, 2 * x, {epochs = 5, validation_split = 0.25, verbose = 0})
--- ln.plot.history(h, {to_file = "build/plots/history.png"})
--- ```
---@param history any a History, or its table `history.history` of lists by name
---@param options? ln.plot.history.options `metrics`: names of which to draw, as {"loss", "accuracy"} (by default all); `line_width` (2): in pixels; and those of every plot, as in plot.line
---@return any ...
function ln.plot.history(history, options) end

---@class ln.plot.images.options
---@field titles? table of each picture, above it (list, default none)
---@field title_colors? table of each, as "#D55E00" (list, default none)
---@field columns? integer pictures in a row (integer >= 1 <= 100, default 10)
---@field map? "viridis"|"blues"|"diverging"|"gray"|"binary" 0 is black (one of "viridis", "blues", "diverging", "gray", "binary", default "gray")
---@field range? table {low, high} of values (list, default none)
---@field scale? number pixels on the screen to a pixel (by default pictures become about 84 wide); and those of every plot, as in plot.line Draws pictures in rows (number >= 0.1 <= 100, default none)
---@field font_size? number in points (number >= 4 <= 72, default 11)
---@field grid? boolean lines at the ticks (true) (boolean, default none)
---@field height? integer in pixels (integer >= 80 <= 10000, default none)
---@field legend? any where names of series stand: true (above the axes), false, "top", "bottom", "right" (outside), "top_left", "top_right", "bottom_left", "bottom_right" (inside) (any, default none)
---@field terminal? "auto"|"blocks"|"sixel" how it is shown there, see `figure:show` (one of "auto", "blocks", "sixel", default "auto")
---@field title? string above the plot (string, default none)
---@field to_file? string a path that ends in .png or .svg; without it the plot is shown in the terminal (string, default none)
---@field width? integer in pixels (integer >= 100 <= 10000, default none)
---@field xlabel? string what the axis across shows (string, default none)
---@field xlim? table {lowest, highest}; false leaves one to the data (list, default none)
---@field xscale? "linear"|"log" linear without it (one of "linear", "log", default none)
---@field ylabel? string what the axis upwards shows (string, default none)
---@field ylim? table the same upwards (list, default none)
---@field yscale? "linear"|"log" linear without it (one of "linear", "log", default none)

--- Draws pictures in rows.
---
--- `plot.images(x, options)`; a method of figures (of one panel for all of them).
---
--- **Errors:** no pictures; as many titles as there are not.
---
--- ```lua
--- local x, y = ln.datasets.garments.load_data{n_train = 20, n_test = 10}
--- ln.plot.images(x, {columns = 5, map = "binary", to_file = "build/plots/images.png"})
--- ```
---@param x any (n, height, width) or (n, height, width, 1): gray; (n, height, width, 3): red, green and blue; or one picture (height, width), (height, width, 1 or 3). uint8 0..255, floats 0..1 (or, when they go beyond, from their least to their greatest value)
---@param options? ln.plot.images.options `titles`: of each picture, above it; `title_colors`: of each, as "#D55E00"; `columns` (10): pictures in a row; `map` ("gray": 0 is black): or "binary": 0 is white, "viridis", ... for gray pictures; `range`: {low, high} of values; `scale`: pixels on the screen to a pixel (by default pictures become about 84 wide); and those of every plot, as in plot.line
---@return any ...
function ln.plot.images(x, options) end

---@class ln.plot.line.options
---@field names? table of the curves, for the legend (list, default none)
---@field styles? table of each, "solid" (default; of the ninth and on the others), "dashed", "dotted" or "dashdot" (list, default none)
---@field colors? table of each, as "#0072B2" (list, default none)
---@field line_width? number in pixels; and those of every plot (number >= 0.1 <= 20, default 2)
---@field title? string above the plot (string, default none)
---@field xlabel? string what the axis across shows (string, default none)
---@field ylabel? string what the axis upwards shows (string, default none)
---@field xlim? table {lowest, highest}; false leaves one to the data (list, default none)
---@field ylim? table the same upwards (list, default none)
---@field xscale? "linear"|"log" linear without it (one of "linear", "log", default none)
---@field yscale? "linear"|"log" linear without it (one of "linear", "log", default none)
---@field grid? boolean lines at the ticks (true) (boolean, default none)
---@field legend? any where names of series stand: true (above the axes), false, "top", "bottom", "right" (outside), "top_left", "top_right", "bottom_left", "bottom_right" (inside) (any, default none)
---@field to_file? string a path that ends in .png or .svg; without it the plot is shown in the terminal (string, default none)
---@field terminal? "auto"|"blocks"|"sixel" how it is shown there, see `figure:show` (one of "auto", "blocks", "sixel", default "auto")
---@field width? integer in pixels (integer >= 100 <= 10000, default none)
---@field height? integer in pixels (integer >= 80 <= 10000, default none)
---@field font_size? number in points (number >= 4 <= 72, default 11)

--- Draws curves through points.
---
--- `plot.line(y, options)`, `plot.line(x, y, options)`; figures and panels have it as a method.
---
--- **Errors:** lengths that differ; what is no number; an unknown style.
---
--- ```lua
--- local x = ln.linspace(-3, 3, 100)
--- ln.plot.line(x, {ln.tanh(x), ln.relu(x)}, {names = {"tanh", "relu"}, styles = {"solid",
---   "dashed"}, to_file = "build/plots/line.png"})
--- ```
---@param x any (n) where the points are; 1, 2, ... n when it is left out
---@param y? any (n) one curve; (n, k) a curve a column; or a list of those, each with as many points as x. NaN and infinities are gaps
---@param options? ln.plot.line.options `names`: of the curves, for the legend; `styles`: of each, "solid" (default; of the ninth and on the others), "dashed", "dotted" or "dashdot"; `colors`: of each, as "#0072B2"; `line_width` (2): in pixels; and those of every plot: `title`, `xlabel`, `ylabel`, `xlim`, `ylim`, `xscale`, `yscale`, `grid`, `legend`, `to_file`, `terminal`, `width`, `height`, `font_size` (see `ln.plot.figure`)
---@return any ...
function ln.plot.line(x, y, options) end

---@class ln.plot.scatter.options
---@field classes? any (n) ids: every class has a colour, a shape and a line in the legend (any, default none)
---@field class_names? table their names, of id 0 first (list, default none)
---@field name? string of the points, for the legend, where they have no classes (string, default none)
---@field size? number the diameter in pixels and (number >= 0.5 <= 100, default none)
---@field alpha? number the opacity in 0..1 (by default the more points, the smaller and fainter) (number >= 0.01 <= 1, default none)
---@field marker? "circle"|"triangle"|"square"|"diamond"|"cross" "circle", "triangle", "square", "diamond" or "cross" (one of "circle", "triangle", "square", "diamond", "cross", default none)
---@field colors? table of each class, as "#0072B2"; and those of every plot, as in plot.line Draws points (list, default none)
---@field font_size? number in points (number >= 4 <= 72, default 11)
---@field grid? boolean lines at the ticks (true) (boolean, default none)
---@field height? integer in pixels (integer >= 80 <= 10000, default none)
---@field legend? any where names of series stand: true (above the axes), false, "top", "bottom", "right" (outside), "top_left", "top_right", "bottom_left", "bottom_right" (inside) (any, default none)
---@field terminal? "auto"|"blocks"|"sixel" how it is shown there, see `figure:show` (one of "auto", "blocks", "sixel", default "auto")
---@field title? string above the plot (string, default none)
---@field to_file? string a path that ends in .png or .svg; without it the plot is shown in the terminal (string, default none)
---@field width? integer in pixels (integer >= 100 <= 10000, default none)
---@field xlabel? string what the axis across shows (string, default none)
---@field xlim? table {lowest, highest}; false leaves one to the data (list, default none)
---@field xscale? "linear"|"log" linear without it (one of "linear", "log", default none)
---@field ylabel? string what the axis upwards shows (string, default none)
---@field ylim? table the same upwards (list, default none)
---@field yscale? "linear"|"log" linear without it (one of "linear", "log", default none)

--- Draws points.
---
--- `plot.scatter(points, options)`, `plot.scatter(x, y, options)`; a method of figures and panels.
---
--- **Errors:** lengths that differ; a class without a name.
---
--- ```lua
--- local iris = ln.datasets.iris.load_data()
--- ln.plot.scatter(iris.data[{ {}, {3, 4} }], {classes = iris.target,
---   class_names = iris.target_names, to_file = "build/plots/scatter.png"})
--- ```
---@param x any (n, 2) points; or (n), what is across, with y. NaN and infinities are left out
---@param y? any (n) what is upwards
---@param options? ln.plot.scatter.options `classes`: (n) ids: every class has a colour, a shape and a line in the legend; `class_names`: their names, of id 0 first; `name`: of the points, for the legend, where they have no classes; `size`: the diameter in pixels and `alpha`: the opacity in 0..1 (by default the more points, the smaller and fainter); `marker`: "circle", "triangle", "square", "diamond" or "cross"; `colors`: of each class, as "#0072B2"; and those of every plot, as in plot.line
---@return any ...
function ln.plot.scatter(x, y, options) end

do
---@class ln.preprocessing.LabelEncoder: ln.preprocessing.Transformer
local Object = {}

--- Learns from x (and y, for the few that want targets) and returns the transformer itself.
---
--- **Errors:** shapes that the transformer cannot take.
---
--- ```lua
--- local scaler = ln.preprocessing.StandardScaler():fit(ln.tensor{{1}, {3}})
--- print(scaler.mean_)                                                     --> [2.]
--- ```
---@param y? any targets, for the few that want them
---@return any ... # the transformer
function Object:fit(y) end

--- The labels of ids.
---
--- **Errors:** called before `fit`; an id out of range.
---
--- ```lua
--- local encoder = ln.preprocessing.LabelEncoder():fit{"a", "b"}
--- print(encoder:inverse_transform(ln.tensor({1}, "int64"))[1])          --> b
--- ```
---@param ids any a tensor (n,)
---@return any ... # labels, as of fit
function Object:inverse_transform(ids) end

--- The ids of labels.
---
--- **Errors:** called before `fit`; a label that `fit` did not have.
---
--- ```lua
--- print(ln.preprocessing.LabelEncoder():fit{"a", "b"}:transform{"b"})   --> [1]
--- ```
---@param y? any labels, as of fit
---@return lunate.Tensor # an int64 tensor (n,)
function Object:transform(y) end

--- LabelEncoder: labels of any kind to class ids 0, 1, 2 ... and back.
---
--- Takes a tensor (n,) or a list of strings or numbers. `classes_`, after `fit`: the different
--- labels, sorted, a tensor or a list as the labels were. Ids are int64; `inverse_transform` gives
--- back what `classes_` holds.
---
--- **Errors:** what is neither tensor nor list.
---
--- ```lua
--- local encoder = ln.preprocessing.LabelEncoder()
--- print(encoder:fit_transform{"paris", "tokyo", "paris"})               --> [0 1 0]
--- print(encoder:inverse_transform(ln.tensor({1}, {dtype = "int64"}))[1])   --> tokyo
--- ```
---@class ln.preprocessing.LabelEncoder.class: ln.preprocessing.LabelEncoder
---@field super table the class that it extends
---@overload fun(options?: table): ln.preprocessing.LabelEncoder
ln.preprocessing.LabelEncoder = {}

end

do
---@class ln.preprocessing.MinMaxScaler.options
---@field feature_range? number[] {low, high} ({0, 1}) (numbers, default {0, 1})
---@field clip? boolean keeps what (boolean, default false)
---@field [integer] any

---@class ln.preprocessing.MinMaxScaler: ln.preprocessing.Transformer
local Object = {}

--- Learns from x (and y, for the few that want targets) and returns the transformer itself.
---
--- **Errors:** shapes that the transformer cannot take.
---
--- ```lua
--- local scaler = ln.preprocessing.StandardScaler():fit(ln.tensor{{1}, {3}})
--- print(scaler.mean_)                                                     --> [2.]
--- ```
---@param x any data, one row a sample
---@return any ... # the transformer
function Object:fit(x) end

--- The x that `transform` would have made this of.
---
--- **Errors:** called before `fit`; a transformer that has no way back.
---
--- ```lua
--- local scaler = ln.preprocessing.MinMaxScaler():fit(ln.tensor{{1}, {3}})
--- print(scaler:inverse_transform(ln.tensor{{0.5}}))                       --> [[2.]]
--- ```
---@param x any what `transform` gave
---@return any ... # data as `transform` takes it
function Object:inverse_transform(x) end

--- Returns x transformed; what `fit` learned is used, nothing is changed.
---
--- **Errors:** called before `fit`; another number of columns than `fit` had.
---
--- ```lua
--- local scaler = ln.preprocessing.StandardScaler():fit(ln.tensor{{1}, {3}})
--- print(scaler:transform(ln.tensor{{1}, {5}}))                            --> [[-1.] [ 3.]]
--- ```
---@param x any data, one row a sample
---@return any ... # what it is made into, a tensor of as many rows
function Object:transform(x) end

--- MinMaxScaler: each column from its range to a given one.
---
--- `feature_range` {low, high} ({0, 1}); `clip` keeps what `fit` did not see inside it (false).
--- After `fit`: `data_min_`, `data_max_`, `data_range_`, `scale_`, `min_` (transform is x * scale_
--- + min_), float64 (features,), `n_samples_seen_`, `n_features_in_`. A constant column becomes
--- `low`. NaN is left out and stays NaN. Results are float32, float64 for float64 data.
---
--- **Errors:** unknown options, values of the wrong kind or range; those of its methods.
---
--- ```lua
--- local scaler = ln.preprocessing.MinMaxScaler{feature_range = {0, 1}}
--- print(scaler:fit_transform(ln.tensor{{1, 10}, {3, 30}}))              --> [[0. 0.] [1. 1.]]
--- ```
---@class ln.preprocessing.MinMaxScaler.class: ln.preprocessing.MinMaxScaler
---@field super table the class that it extends
---@overload fun(options?: ln.preprocessing.MinMaxScaler.options): ln.preprocessing.MinMaxScaler
ln.preprocessing.MinMaxScaler = {}

end

do
---@class ln.preprocessing.OneHotEncoder.options
---@field categories? any "auto", or a list with the categories of each feature, in the order wanted (any, default "auto")
---@field drop? "first"|"if_binary" nothing (default), "first" (each feature's first category) or "if_binary" (of those with two) (one of "first", "if_binary", default none)
---@field handle_unknown? "error"|"ignore" "error" or "ignore" (zeros) (one of "error", "ignore", default "error")
---@field dtype? lunate.dtype of the result ("float32") (dtype, default "float32")
---@field [integer] any

---@class ln.preprocessing.OneHotEncoder: ln.preprocessing.Transformer
local Object = {}

--- Learns from x (and y, for the few that want targets) and returns the transformer itself.
---
--- **Errors:** shapes that the transformer cannot take.
---
--- ```lua
--- local scaler = ln.preprocessing.StandardScaler():fit(ln.tensor{{1}, {3}})
--- print(scaler.mean_)                                                     --> [2.]
--- ```
---@param x any data, one row a sample
---@return any ... # the transformer
function Object:fit(x) end

--- The names of the columns: `<feature>_<category>`, features
--- named by the list given, else x1, x2 ...
---
--- **Errors:** called before `fit`; another number of names.
---
--- ```lua
--- local encoder = ln.preprocessing.OneHotEncoder():fit(ln.tensor({{0}, {1}}, "int32"))
--- print(encoder:get_feature_names_out{"sex"}[2])                          --> sex_1
--- ```
---@param features any a list of names, one a feature (x1, x2, ...)
---@return table # a list of strings
function Object:get_feature_names_out(features) end

--- Back to a tensor (samples, features), or to rows when a feature's categories are a list. All
--- zeros are the dropped category; without one (an unknown value that was ignored) NaN in a float
--- tensor, false in a row, else an error.
---
--- **Errors:** called before `fit`; a transformer that has no way back.
---
--- ```lua
--- local scaler = ln.preprocessing.MinMaxScaler():fit(ln.tensor{{1}, {3}})
--- print(scaler:inverse_transform(ln.tensor{{0.5}}))                       --> [[2.]]
--- ```
---@param y? any what `transform` gave
---@return any ... # data as `transform` takes it
function Object:inverse_transform(y) end

--- Returns x transformed; what `fit` learned is used, nothing is changed.
---
--- **Errors:** called before `fit`; another number of columns than `fit` had.
---
--- ```lua
--- local scaler = ln.preprocessing.StandardScaler():fit(ln.tensor{{1}, {3}})
--- print(scaler:transform(ln.tensor{{1}, {5}}))                            --> [[-1.] [ 3.]]
--- ```
---@param x any data, one row a sample
---@return any ... # what it is made into, a tensor of as many rows
function Object:transform(x) end

--- OneHotEncoder: columns of categories to columns of zeros and ones.
---
--- Takes a tensor (samples, features) or a list of rows of strings and numbers; gives (samples,
--- columns). `categories`: "auto", or a list with the categories of each feature, in the order
--- wanted. `drop`: nothing (default), "first" (each feature's first category) or "if_binary" (of
--- those with two). `handle_unknown`: "error" or "ignore" (zeros). `dtype` of the result
--- ("float32"). After `fit`: `categories_`, a list with a tensor or list for each feature,
--- `n_features_in_`.
---
--- **Errors:** unknown options, values of the wrong kind or range; those of its methods.
---
--- ```lua
--- local encoder = ln.preprocessing.OneHotEncoder()
--- print(encoder:fit_transform{{"red", 1}, {"blue", 2}})       --> [[0. 1. 1. 0.] [1. 0. 0. 1.]]
--- print(table.concat(encoder:get_feature_names_out(), " "))   --> x1_blue x1_red x2_1 x2_2
--- ```
---@class ln.preprocessing.OneHotEncoder.class: ln.preprocessing.OneHotEncoder
---@field super table the class that it extends
---@overload fun(options?: ln.preprocessing.OneHotEncoder.options): ln.preprocessing.OneHotEncoder
ln.preprocessing.OneHotEncoder = {}

end

do
---@class ln.preprocessing.Pipeline.options
---@field steps? table is their list (table, default none)
---@field [integer] any

---@class ln.preprocessing.Pipeline: ln.preprocessing.Transformer
local Object = {}

--- Learns from x (and y, for the few that want targets) and returns the transformer itself.
---
--- **Errors:** shapes that the transformer cannot take.
---
--- ```lua
--- local scaler = ln.preprocessing.StandardScaler():fit(ln.tensor{{1}, {3}})
--- print(scaler.mean_)                                                     --> [2.]
--- ```
---@param x any data, one row a sample
---@param y? any targets, for the few that want them
---@return any ... # the transformer
function Object:fit(x, y) end

--- `fit`, then `transform` of the same x.
---
--- **Errors:** those of both.
---
--- ```lua
--- print(ln.preprocessing.MinMaxScaler():fit_transform(ln.tensor{{1}, {3}})) --> [[0.] [1.]]
--- ```
---@param x any data, one row a sample
---@param y? any targets, for the few that want them
---@return any ... # what x is made into
function Object:fit_transform(x, y) end

--- The x that `transform` would have made this of.
---
--- **Errors:** called before `fit`; a transformer that has no way back.
---
--- ```lua
--- local scaler = ln.preprocessing.MinMaxScaler():fit(ln.tensor{{1}, {3}})
--- print(scaler:inverse_transform(ln.tensor{{0.5}}))                       --> [[2.]]
--- ```
---@param x any what `transform` gave
---@return any ... # data as `transform` takes it
function Object:inverse_transform(x) end

--- Returns x transformed; what `fit` learned is used, nothing is changed.
---
--- **Errors:** called before `fit`; another number of columns than `fit` had.
---
--- ```lua
--- local scaler = ln.preprocessing.StandardScaler():fit(ln.tensor{{1}, {3}})
--- print(scaler:transform(ln.tensor{{1}, {5}}))                            --> [[-1.] [ 3.]]
--- ```
---@param x any data, one row a sample
---@return any ... # what it is made into, a tensor of as many rows
function Object:transform(x) end

--- Pipeline: transformers one after another, as one transformer.
---
--- Takes {name, transformer} pairs. `steps` is their list,
--- `named_steps` has the transformers by name.
---
--- **Errors:** unknown options, values of the wrong kind or range; those of its methods.
---
--- ```lua
--- local pre = ln.preprocessing.Pipeline{
---   {"center", ln.preprocessing.StandardScaler{with_std = false}},
---   {"scale", ln.preprocessing.MinMaxScaler()},
--- }
--- print(pre:fit_transform(ln.tensor{{1, 10}, {3, 30}}), pre.named_steps.center.mean_)
--- ```
---@class ln.preprocessing.Pipeline.class: ln.preprocessing.Pipeline
---@field super table the class that it extends
---@overload fun(options?: ln.preprocessing.Pipeline.options): ln.preprocessing.Pipeline
ln.preprocessing.Pipeline = {}

end

do
---@class ln.preprocessing.StandardScaler.options
---@field with_mean? boolean whether to centre and to scale (both true) (boolean, default true)
---@field with_std? boolean whether to centre and to scale (both true) (boolean, default true)
---@field [integer] any

---@class ln.preprocessing.StandardScaler: ln.preprocessing.Transformer
local Object = {}

--- Learns from x (and y, for the few that want targets) and returns the transformer itself.
---
--- **Errors:** shapes that the transformer cannot take.
---
--- ```lua
--- local scaler = ln.preprocessing.StandardScaler():fit(ln.tensor{{1}, {3}})
--- print(scaler.mean_)                                                     --> [2.]
--- ```
---@param x any data, one row a sample
---@return any ... # the transformer
function Object:fit(x) end

--- The x that `transform` would have made this of.
---
--- **Errors:** called before `fit`; a transformer that has no way back.
---
--- ```lua
--- local scaler = ln.preprocessing.MinMaxScaler():fit(ln.tensor{{1}, {3}})
--- print(scaler:inverse_transform(ln.tensor{{0.5}}))                       --> [[2.]]
--- ```
---@param x any what `transform` gave
---@return any ... # data as `transform` takes it
function Object:inverse_transform(x) end

--- Returns x transformed; what `fit` learned is used, nothing is changed.
---
--- **Errors:** called before `fit`; another number of columns than `fit` had.
---
--- ```lua
--- local scaler = ln.preprocessing.StandardScaler():fit(ln.tensor{{1}, {3}})
--- print(scaler:transform(ln.tensor{{1}, {5}}))                            --> [[-1.] [ 3.]]
--- ```
---@param x any data, one row a sample
---@return any ... # what it is made into, a tensor of as many rows
function Object:transform(x) end

--- StandardScaler: each column minus its mean, divided by its standard deviation.
---
--- `with_mean`, `with_std`: whether to centre and to scale (both true). After `fit`: `mean_`,
--- `var_` (over n), `scale_` (1 for a constant column), float64 (features,), `n_samples_seen_`,
--- `n_features_in_`. NaN is left out of the statistics and stays NaN. Results are float32, float64
--- for float64 data.
---
--- **Errors:** unknown options, values of the wrong kind or range; those of its methods.
---
--- ```lua
--- local scaler = ln.preprocessing.StandardScaler()
--- local z = scaler:fit_transform(ln.tensor{{1, 10}, {3, 30}})
--- print(z, scaler.mean_, scaler.scale_)  --> [[-1. -1.] [ 1.  1.]]   [ 2. 20.]   [ 1. 10.]
--- ```
---@class ln.preprocessing.StandardScaler.class: ln.preprocessing.StandardScaler
---@field super table the class that it extends
---@overload fun(options?: ln.preprocessing.StandardScaler.options): ln.preprocessing.StandardScaler
ln.preprocessing.StandardScaler = {}

end

do
---@class ln.preprocessing.Transformer
local Object = {}

--- Learns from x (and y, for the few that want targets) and returns the transformer itself.
---
--- **Errors:** shapes that the transformer cannot take.
---
--- ```lua
--- local scaler = ln.preprocessing.StandardScaler():fit(ln.tensor{{1}, {3}})
--- print(scaler.mean_)                                                     --> [2.]
--- ```
---@param x any data, one row a sample
---@param y? any targets, for the few that want them
---@return any ... # the transformer
function Object:fit(x, y) end

--- `fit`, then `transform` of the same x.
---
--- **Errors:** those of both.
---
--- ```lua
--- print(ln.preprocessing.MinMaxScaler():fit_transform(ln.tensor{{1}, {3}})) --> [[0.] [1.]]
--- ```
---@param x any data, one row a sample
---@param y? any targets, for the few that want them
---@return any ... # what x is made into
function Object:fit_transform(x, y) end

--- The x that `transform` would have made this of.
---
--- **Errors:** called before `fit`; a transformer that has no way back.
---
--- ```lua
--- local scaler = ln.preprocessing.MinMaxScaler():fit(ln.tensor{{1}, {3}})
--- print(scaler:inverse_transform(ln.tensor{{0.5}}))                       --> [[2.]]
--- ```
---@param x any what `transform` gave
---@return any ... # data as `transform` takes it
function Object:inverse_transform(x) end

--- Returns x transformed; what `fit` learned is used, nothing is changed.
---
--- **Errors:** called before `fit`; another number of columns than `fit` had.
---
--- ```lua
--- local scaler = ln.preprocessing.StandardScaler():fit(ln.tensor{{1}, {3}})
--- print(scaler:transform(ln.tensor{{1}, {5}}))                            --> [[-1.] [ 3.]]
--- ```
---@param x any data, one row a sample
---@return any ... # what it is made into, a tensor of as many rows
function Object:transform(x) end

--- An object from what `get_config` gives, or Keras.
---
--- **Errors:** unknown keys, values of the wrong type.
---
--- ```lua
--- print(ln.layers.Dense.from_config{units = 3})                        --> Dense(3, linear)
--- ```
---@param config any a table by name
---@return any ... # the object.
function Object.from_config(config) end

--- What a built-in computes, for a subclass that calls up: `Class.super.call(self, ...)`. A class
--- of one's own defines `call`; objects are called as functions.
---
--- **Errors:** those of the call.
---
--- ```lua
--- local Shifted = ln.layers.Dense:extend("Shifted")
--- function Shifted:call(x) return Shifted.super.call(self, x) + 1 end
--- print(Shifted{2, kernel_initializer = "zeros"}(ln.ones{1, 3}))       --> [[1. 1.]]
--- ```
---@param ... any what the object is called with
---@return any ... # what calling the object returns.
function Object:call(...) end

--- A subclass. It inherits everything; `Sub.super` is the class, `Sub.options` declares options.
---
--- **Errors:** no name.
---
--- ```lua
--- local Twice = ln.layers.Layer:extend("Twice")
--- function Twice:call(x) return 2 * x end
--- print(Twice()(ln.tensor{3}))                                         --> [6.]
--- ```
---@param name string what the class is called, in messages and in saved models
---@return any ... # the new class.
function Object:extend(name) end

--- The options as Keras writes them; `from_config` makes an equal object of them.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.layers.Dense(3):get_config().units)                         --> 3
--- ```
---@return table # a table by name.
function Object:get_config() end

--- The base of transformers: extend it, define `transform` and, when there is something to learn,
--- `fit`.
---
--- **Errors:** unknown options, values of the wrong kind or range; those of its methods.
---
--- ```lua
--- local Flatten28 = ln.preprocessing.Transformer:extend("Flatten28")
--- function Flatten28:transform(x) return x:reshape{#x, 784} end
--- print(Flatten28():fit_transform(ln.zeros{5, 28, 28}).shape)           --> (5, 784)
--- ```
---@class ln.preprocessing.Transformer.class: ln.preprocessing.Transformer
---@field super table the class that it extends
---@overload fun(options?: table): ln.preprocessing.Transformer
ln.preprocessing.Transformer = {}

end

---@class ln.preprocessing.train_test_split.options
---@field test_size? number how many samples, or which part, to test with (number, default none)
---@field train_size? number the test's is rounded up, the train's down; 0.25 is tested on by default, the rest is learned from (number, default none)
---@field random_state? integer an integer makes the split independent of (integer >= 0, default none)
---@field shuffle? boolean true; without it the parts are views of the head and the tail (boolean, default true)
---@field stratify? lunate.Tensor|number|boolean|table labels whose proportions both parts keep (tensor, default none)

--- train_test_split: arrays of equal length, each into a part to learn from and a part to test on.
---
--- Splits tensors along their first axis; returns train and test
--- of the first, then of the second, ...
---
--- **Errors:** lengths that differ; sizes that leave one part empty; a class with fewer than two
--- samples to stratify by.
---
--- ```lua
--- local x, y = ln.datasets.make_moons{n_samples = 100}
--- local x_train, x_test, y_train, y_test = ln.preprocessing.train_test_split(x, y, {
---   test_size = 0.2, random_state = 0, stratify = y,
--- })
--- print(#x_train, #y_test)                                              --> 80  20
--- ```
---@param ... any tensors of one length, then a table of options: `test_size`, `train_size` (samples, or a fraction: the test's is rounded up, the train's down; 0.25 is tested on by default, the rest is learned from), `random_state` (an integer makes the split independent of `ln.set_seed`), `shuffle` (true; without it the parts are views of the head and the tail), `stratify` (labels whose proportions both parts keep)
---@return any ...
function ln.preprocessing.train_test_split(...) end

---@class ln.random.bernoulli.options
---@field p? number the probability of a one (number, default 0.5)
---@field dtype? lunate.dtype the type of the elements (dtype, default float32)
---@field seed? integer a generator of its own for this call (integer, default none)

--- Ones with probability p, else zeros.
---
--- **Errors:** p outside [0, 1].
---
--- ```lua
--- print(ln.random.bernoulli({3}, {p = 1}))                             --> [1. 1. 1.]
--- ```
---@param shape (integer|false)[] a list of dimensions
---@param options? ln.random.bernoulli.options `p` (0.5), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
---@return lunate.Tensor # a tensor of that shape.
function ln.random.bernoulli(shape, options) end

---@class ln.random.beta.options
---@field alpha? number the first parameter of the distribution (number, default 1)
---@field beta? number the second parameter of the distribution (number, default 1)
---@field dtype? lunate.dtype the type of the elements (dtype, default float32)
---@field seed? integer a generator of its own for this call (integer, default none)

--- Beta-distributed numbers, in [0, 1].
---
--- **Errors:** alpha or beta not above 0.
---
--- ```lua
--- print(ln.random.beta({3}, {alpha = 2}).shape)                        --> (3,)
--- ```
---@param shape (integer|false)[] a list of dimensions
---@param options? ln.random.beta.options `alpha` (1), `beta` (1), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
---@return lunate.Tensor # a tensor of that shape.
function ln.random.beta(shape, options) end

---@class ln.random.binomial.options
---@field counts? number how many trials (number, default 1)
---@field probabilities? number of a success (number, default 0.5)
---@field dtype? lunate.dtype the type of the elements (dtype, default float32)
---@field seed? integer a generator of its own for this call (integer, default none)

--- How many of `counts` trials succeed.
---
--- **Errors:** a probability outside [0, 1].
---
--- ```lua
--- print(ln.random.binomial({3}, {counts = 10}).shape)                  --> (3,)
--- ```
---@param shape (integer|false)[] a list of dimensions
---@param options? ln.random.binomial.options `counts` (1), `probabilities` (0.5), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
---@return lunate.Tensor # a tensor of that shape.
function ln.random.binomial(shape, options) end

---@class ln.random.categorical.options
---@field dtype? lunate.dtype the type of the elements (dtype, default "int32")
---@field seed? integer a generator of its own for this call (integer, default none)

--- Class ids, from 0, drawn by the logits of each row: `random.categorical(logits, num_samples,
--- {dtype = "int32", seed = none})`: (rows, classes) gives (rows, num_samples).
---
--- **Errors:** logits of another shape; num_samples below 0.
---
--- ```lua
--- ln.random.categorical(ln.tensor{{0, -math.huge}}, 3)                 -- [[0 0 0]]
--- ```
---@param logits any (rows, classes)
---@param num_samples any how many to draw for each row
---@param options? ln.random.categorical.options
---@return lunate.Tensor # class ids (rows, num_samples)
function ln.random.categorical(logits, num_samples, options) end

---@class ln.random.choice.options
---@field p? lunate.Tensor|number|boolean|table their probabilities (tensor, default none)
---@field replace? boolean whether one may come twice (boolean, default true)
---@field seed? integer a generator of its own for this call (integer, default none)
---@field shape? (integer|false)[] a list of dimensions (shape, default {})

--- Elements drawn from x: `random.choice(x, {shape = {}, replace = true, p = none, seed = none})`.
--- x is a tensor, whose rows are drawn, or a number n, for the positions 1 .. n (int64). p: their
--- probabilities. Without replacement no row comes twice, and an error says when there are too few.
---
--- **Errors:** nothing to choose from; probabilities of another length, or negative; too few rows.
---
--- ```lua
--- ln.random.choice(ln.tensor{10, 20, 30}, {shape = {2}})               -- such as [30. 10.]
--- ```
---@param x any a tensor, or a number n
---@param options? ln.random.choice.options
---@return lunate.Tensor # a tensor of `shape`, then the shape of a row
function ln.random.choice(x, options) end

---@class ln.random.exponential.options
---@field scale? number the mean (number, default 1)
---@field dtype? lunate.dtype the type of the elements (dtype, default float32)
---@field seed? integer a generator of its own for this call (integer, default none)

--- Exponentially distributed numbers.
---
--- **Errors:** a negative scale.
---
--- ```lua
--- print(ln.random.exponential({3}).shape)                              --> (3,)
--- ```
---@param shape (integer|false)[] a list of dimensions
---@param options? ln.random.exponential.options `scale` (1: the mean), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
---@return lunate.Tensor # a tensor of that shape.
function ln.random.exponential(shape, options) end

---@class ln.random.gamma.options
---@field alpha? number the shape of the distribution (number, default 1)
---@field scale? number what everything is multiplied by (number, default 1)
---@field dtype? lunate.dtype the type of the elements (dtype, default float32)
---@field seed? integer a generator of its own for this call (integer, default none)

--- Gamma-distributed numbers.
---
--- **Errors:** alpha not above 0.
---
--- ```lua
--- print(ln.random.gamma({3}, {alpha = 2}).shape)                       --> (3,)
--- ```
---@param shape (integer|false)[] a list of dimensions
---@param options? ln.random.gamma.options `alpha` (1: the shape of the distribution), `scale` (1), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
---@return lunate.Tensor # a tensor of that shape.
function ln.random.gamma(shape, options) end

---@class ln.random.normal.options
---@field mean? number the mean (number, default 0)
---@field stddev? number the standard deviation (number, default 1)
---@field dtype? lunate.dtype the type of the elements (dtype, default float32)
---@field seed? integer a generator of its own for this call (integer, default none)

--- Normally distributed numbers.
---
--- **Errors:** a negative stddev.
---
--- ```lua
--- print(ln.random.normal({2, 3}, {stddev = 0.1}).shape)                --> (2, 3)
--- ```
---@param shape (integer|false)[] a list of dimensions
---@param options? ln.random.normal.options `mean` (0), `stddev` (1), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
---@return lunate.Tensor # a tensor of that shape.
function ln.random.normal(shape, options) end

---@class ln.random.permutation.options
---@field seed? integer a generator of its own for this call (integer, default none)

--- The positions 1 to n in random order.
---
--- **Errors:** a negative n.
---
--- ```lua
--- print(ln.random.permutation(5):sort())                               --> [1 2 3 4 5]
--- ```
---@param n integer how many
---@param options? ln.random.permutation.options `seed` (none: `ln.set_seed`'s)
---@return lunate.Tensor # an int64 tensor of shape (n,).
function ln.random.permutation(n, options) end

---@class ln.random.randint.options
---@field min? integer the smallest (integer, default 0)
---@field max? integer one more than the largest (integer, must be given)
---@field dtype? lunate.dtype the type of the elements (dtype, default int32)
---@field seed? integer a generator of its own for this call (integer, default none)

--- Integers from min to max - 1.
---
--- **Errors:** max not above min.
---
--- ```lua
--- print(ln.random.randint({3}, {max = 10}).dtype)                      --> int32
--- ```
---@param shape (integer|false)[] a list of dimensions
---@param options? ln.random.randint.options `min` (0), `max` (must be given), `dtype` (int32), `seed` (none: `ln.set_seed`'s)
---@return lunate.Tensor # a tensor of that shape.
function ln.random.randint(shape, options) end

---@class ln.random.shuffle.options
---@field axis? integer the axis, counted from 1 or, negative, from the end (integer, default 1)
---@field seed? integer a generator of its own for this call (integer, default none)

--- Rows in another order: `random.shuffle(t, {axis = 1, seed = none})`, a copy.
---
--- **Errors:** an axis out of range.
---
--- ```lua
--- ln.random.shuffle(ln.arange(4))                                      -- such as [2. 0. 3. 1.]
--- ```
---@param t any a tensor of one axis or more
---@param options? ln.random.shuffle.options
---@return lunate.Tensor # a tensor of t's shape
function ln.random.shuffle(t, options) end

---@class ln.random.truncated_normal.options
---@field mean? number the mean (number, default 0)
---@field stddev? number the standard deviation (number, default 1)
---@field dtype? lunate.dtype the type of the elements (dtype, default float32)
---@field seed? integer a generator of its own for this call (integer, default none)

--- Normally distributed numbers, at most two deviations from the mean (others are drawn again).
---
--- **Errors:** a negative stddev.
---
--- ```lua
--- print(ln.random.truncated_normal({100}):max():item() <= 2)           --> true
--- ```
---@param shape (integer|false)[] a list of dimensions
---@param options? ln.random.truncated_normal.options `mean` (0), `stddev` (1), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
---@return lunate.Tensor # a tensor of that shape.
function ln.random.truncated_normal(shape, options) end

---@class ln.random.uniform.options
---@field min? number the lower bound (number, default 0)
---@field max? number the upper bound, not among them (number, default 1)
---@field dtype? lunate.dtype the type of the elements (dtype, default float32)
---@field seed? integer a generator of its own for this call (integer, default none)

--- Numbers that are equally likely everywhere in [min, max).
---
--- **Errors:** min above max.
---
--- ```lua
--- print(ln.random.uniform({4}, {min = -1, max = 1}).shape)             --> (4,)
--- ```
---@param shape (integer|false)[] a list of dimensions
---@param options? ln.random.uniform.options `min` (0), `max` (1), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
---@return lunate.Tensor # a tensor of that shape.
function ln.random.uniform(shape, options) end

do
---@class ln.regularizers.L1.options
---@field l1? number factor of the sum (number >= 0, default 0.01)
---@field [integer] any

---@class ln.regularizers.L1: ln.regularizers.Regularizer
---@overload fun(weights: any): lunate.Tensor
local Object = {}

--- Adds l1 * sum(|w|) to the loss.
--- l1 (0.01).
---
--- **Errors:** unknown options, values of the wrong kind or range; when called:
--- what is no tensor.
---
--- ```lua
--- ln.regularizers.L1(0.1)(ln.tensor{1, -2})  --> 0.3
--- ```
---@class ln.regularizers.L1.class: ln.regularizers.L1
---@field super table the class that it extends
---@overload fun(options?: ln.regularizers.L1.options): ln.regularizers.L1
ln.regularizers.L1 = {}

end

do
---@class ln.regularizers.L1L2.options
---@field l1? number factor of the absolute values (number >= 0, default 0)
---@field l2? number factor of the squares (number >= 0, default 0)
---@field [integer] any

---@class ln.regularizers.L1L2: ln.regularizers.Regularizer
---@overload fun(weights: any): lunate.Tensor
local Object = {}

--- Adds l1 * sum(|w|) + l2 * sum(w ^ 2) to the loss.
--- l1 (0), l2 (0).
---
--- **Errors:** unknown options, values of the wrong kind or range; when called:
--- what is no tensor.
---
--- ```lua
--- ln.regularizers.L1L2{0.1, 0.1}(ln.tensor{1, -2})  --> 0.8
--- ```
---@class ln.regularizers.L1L2.class: ln.regularizers.L1L2
---@field super table the class that it extends
---@overload fun(options?: ln.regularizers.L1L2.options): ln.regularizers.L1L2
ln.regularizers.L1L2 = {}

end

do
---@class ln.regularizers.L2.options
---@field l2? number factor of the sum (number >= 0, default 0.01)
---@field [integer] any

---@class ln.regularizers.L2: ln.regularizers.Regularizer
---@overload fun(weights: any): lunate.Tensor
local Object = {}

--- Adds l2 * sum(w ^ 2) to the loss.
--- l2 (0.01).
---
--- **Errors:** unknown options, values of the wrong kind or range; when called:
--- what is no tensor.
---
--- ```lua
--- ln.regularizers.L2(0.1)(ln.tensor{1, -2})  --> 0.5
--- ```
---@class ln.regularizers.L2.class: ln.regularizers.L2
---@field super table the class that it extends
---@overload fun(options?: ln.regularizers.L2.options): ln.regularizers.L2
ln.regularizers.L2 = {}

end

do
---@class ln.regularizers.OrthogonalRegularizer.options
---@field factor? number its strength (number >= 0, default 0.01)
---@field mode? "rows"|"columns" what is to be orthogonal (one of rows, columns, default rows)
---@field [integer] any

---@class ln.regularizers.OrthogonalRegularizer: ln.regularizers.Regularizer
---@overload fun(weights: any): lunate.Tensor
local Object = {}

--- Adds factor * the mean of |cosine| over all pairs of rows (or columns) of a matrix.
--- factor (0.01), mode ("rows" or "columns"). Anything but a matrix is an error.
---
--- **Errors:** unknown options, values of the wrong kind or range; when called:
--- what is no tensor.
---
--- ```lua
--- ln.regularizers.OrthogonalRegularizer(0.5)(ln.eye(3)):item()  --> 0.0
--- ```
---@class ln.regularizers.OrthogonalRegularizer.class: ln.regularizers.OrthogonalRegularizer
---@field super table the class that it extends
---@overload fun(options?: ln.regularizers.OrthogonalRegularizer.options): ln.regularizers.OrthogonalRegularizer
ln.regularizers.OrthogonalRegularizer = {}

end

do
---@class ln.regularizers.Regularizer
---@overload fun(weights: any): lunate.Tensor
local Object = {}

--- An object from what `get_config` gives, or Keras.
---
--- **Errors:** unknown keys, values of the wrong type.
---
--- ```lua
--- print(ln.layers.Dense.from_config{units = 3})                        --> Dense(3, linear)
--- ```
---@param config any a table by name
---@return any ... # the object.
function Object.from_config(config) end

--- What a built-in computes, for a subclass that calls up: `Class.super.call(self, ...)`. A class
--- of one's own defines `call`; objects are called as functions.
---
--- **Errors:** those of the call.
---
--- ```lua
--- local Shifted = ln.layers.Dense:extend("Shifted")
--- function Shifted:call(x) return Shifted.super.call(self, x) + 1 end
--- print(Shifted{2, kernel_initializer = "zeros"}(ln.ones{1, 3}))       --> [[1. 1.]]
--- ```
---@param ... any what the object is called with
---@return any ... # what calling the object returns.
function Object:call(...) end

--- A subclass. It inherits everything; `Sub.super` is the class, `Sub.options` declares options.
---
--- **Errors:** no name.
---
--- ```lua
--- local Twice = ln.layers.Layer:extend("Twice")
--- function Twice:call(x) return 2 * x end
--- print(Twice()(ln.tensor{3}))                                         --> [6.]
--- ```
---@param name string what the class is called, in messages and in saved models
---@return any ... # the new class.
function Object:extend(name) end

--- The options as Keras writes them; `from_config` makes an equal object of them.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.layers.Dense(3):get_config().units)                         --> 3
--- ```
---@return table # a table by name.
function Object:get_config() end

--- The base of regularizers: one of one's own defines `call(weights)`, which gives a scalar; a
--- regularizer is called.
---
--- **Errors:** unknown options, values of the wrong kind or range; when called:
--- what is no tensor.
---
--- ```lua
--- print(ln.regularizers.L2(0.5)(ln.tensor{1, 2}):item())               --> 2.5
--- ```
---@class ln.regularizers.Regularizer.class: ln.regularizers.Regularizer
---@field super table the class that it extends
---@overload fun(options?: table): ln.regularizers.Regularizer
ln.regularizers.Regularizer = {}

end

--- `get` of a namespace (`ln.layers.get`, `ln.losses.get`, ...): an object from a name, from what
--- `serialize` gives, from a class; an object stays itself.
---
--- **Errors:** an unknown name (with the nearest known one).
---
--- ```lua
--- print(ln.optimizers.get("sgd")) --> SGD(learning_rate=0.01)
--- ```
---@param identifier any a string, {class_name =, config =}, a class, an object or a function
---@return any ... # the object.
function ln.regularizers.get(identifier) end

--- `serialize` of a namespace (`ln.layers.serialize`, ...): class and config, as Keras writes them.
---
--- **Errors:** what is none of these.
---
--- ```lua
--- print(ln.layers.serialize(ln.layers.Dense(3)).class_name)            --> Dense
--- ```
---@param object any a layer, loss, optimizer, ...
---@return table # {class_name =, config =, module =, registered_name =}.
function ln.regularizers.serialize(object) end

---@class ln.saving.deserialize.options
---@field custom_objects? table The object for what core.serialize, or Keras's files, say of one (table, default none)

--- The object for what core.serialize, or Keras's files, say of one.
---
--- **Errors:** a class that there is not; a config that the class does not take.
---
--- ```lua
--- local tree = ln.layers.serialize(ln.layers.Dense(2))
--- print(ln.saving.deserialize(tree).units)                                --> 2
--- ```
---@param tree any a table with `class_name` and `config`; anything else comes back as it is
---@param options? ln.saving.deserialize.options `custom_objects`
---@return any ... # the object
function ln.saving.deserialize(tree, options) end

--- The name under which files have a class or function: what it is registered as, or what a
--- scope of custom objects calls it; a class that has neither goes by its own name, a function by
--- none (nil).
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.saving.get_registered_name(ln.layers.Dense))                  --> Dense
--- ```
---@param value any a class or a function
---@return string # a string, or nil
function ln.saving.get_registered_name(value) end

--- What is registered under a name ("Custom>Twice", or "Twice" where only one package has it), or
--- what a scope of custom objects calls so; nil when there is none.
---
--- **Errors:** what is no string.
---
--- ```lua
--- print(ln.saving.get_registered_object("nothing of this name"))           --> nil
--- ```
---@param name string a string
---@return any ... # a class, a function, or nil
function ln.saving.get_registered_object(name) end

--- Loads what a `.npy`, `.npz` or `.safetensors` file holds. Nothing in it is ever run.
---
--- **Errors:** other endings, unreadable or damaged files, dtypes that no tensor has
---
--- ```lua
--- local path = os.tmpname() .. ".npy"
--- ln.save(path, ln.eye(2))
--- print(ln.load(path))                                                  --> [[1. 0.] [0. 1.]]
--- ```
---@param path string the file; numpy's small integers become int32, float16 becomes float32
---@return lunate.Tensor # a tensor (`.npy`), or a table of tensors by name; of `.safetensors` also its metadata, texts by name, or nil
function ln.saving.load(path) end

---@class ln.saving.load_model.options
---@field compile? boolean also compile the model, as the file says (boolean, default true)
---@field custom_objects? table classes and functions of one's own by name (table, default none)
---@field safe_mode? boolean refuse what would run code from the file (boolean, default true)

--- `ln.load_model(path, options)`, where it is told about.
---
--- **Errors:** those of ln.load_model.
---
--- ```lua
--- local path = os.tmpname() .. ".h5"
--- ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}:save(path)
--- print(ln.saving.load_model(path).output_shape)                           --> (None, 1)
--- ```
---@param path string the file
---@param options? ln.saving.load_model.options
---@return ln.Model # the model
function ln.saving.load_model(path, options) end

---@class ln.saving.load_weights.options
---@field by_name? boolean of .h5: layers by their names instead of their order (boolean, default false)
---@field skip_mismatch? boolean leave alone what does not fit (boolean, default false)

--- `ln.saving.load_weights(model, path, options)` is `model:load_weights(path, options)`.
---
--- **Errors:** those of model:load_weights.
---
--- ```lua
--- local model = ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}
--- local path = os.tmpname() .. ".npz"
--- model:save_weights(path)
--- print(#ln.saving.load_weights(model, path))                              --> 0
--- ```
---@param model ln.Model a model that is built
---@param path string the file
---@param options? ln.saving.load_weights.options
---@return table # a list of what was left alone, in words
function ln.saving.load_weights(model, path, options) end

---@class ln.saving.register.options
---@field name? string the class's; a function needs one (string, default none)
---@field package? string files say (string, default "Custom")

--- Gives a class or a function of one's own the name by which files have it, so that they load
--- without `custom_objects`.
---
--- **Errors:** what is neither; a function without a name.
---
--- ```lua
--- local Twice = ln.layers.Layer:extend("Twice")
--- function Twice:call(x) return x * 2 end
--- ln.saving.register(Twice)
--- print(ln.saving.get_registered_name(Twice))                         --> Custom>Twice
--- ```
---@param value any a class that extends one of lunate's, or a Lua function (a loss, a metric, an activation, ...)
---@param options? ln.saving.register.options `name` (the class's; a function needs one), `package` ("Custom"): files say `package>name`, as Keras's do. A name that is registered again is the latest's
---@return any ... # value
function ln.saving.register(value, options) end

---@class ln.saving.save.options
---@field metadata? any texts by name, kept in a (any, must be given)

--- Saves tensors in a file, in the format that its ending names. The file changes as a whole or,
--- where anything fails, not at all.
---
--- **Errors:** other endings, values that are no tensors, what the system says on writing
---
--- ```lua
--- local path = os.tmpname() .. ".npz"
--- ln.save(path, {x = ln.tensor{1, 2}, y = ln.tensor{3}})
--- print(ln.load(path).x)                                                --> [1. 2.]
--- ```
---@param path string `.npy`: one tensor; `.npz`: a table of tensors by name, those of a list are named arr_0, arr_1, ... as np.savez does; `.safetensors`: a table of tensors by name
---@param value any the tensor or the table
---@param options? ln.saving.save.options `metadata`: texts by name, kept in a `.safetensors` file
---@return any ...
function ln.saving.save(path, value, options) end

---@class ln.saving.save_model.options
---@field include_optimizer? boolean also say how the model is compiled (boolean, default true)
---@field overwrite? boolean replace a file that is there (boolean, default true)

--- Saves a model: `ln.saving.save_model(model, path, options)` is `model:save(path, options)`.
---
--- **Errors:** those of model:save.
---
--- ```lua
--- local path = os.tmpname() .. ".keras"
--- ln.saving.save_model(ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}, path)
--- print(#ln.saving.load_model(path).layers)                                --> 1
--- ```
---@param model ln.Model a model
---@param path string the file
---@param options? ln.saving.save_model.options
---@return any ...
function ln.saving.save_model(model, path, options) end

---@class ln.saving.save_weights.options
---@field overwrite? boolean replace a file that is there (boolean, default true)

--- `ln.saving.save_weights(model, path, options)` is `model:save_weights(path, options)`.
---
--- **Errors:** those of model:save_weights.
---
--- ```lua
--- local path = os.tmpname() .. ".npz"
--- ln.saving.save_weights(ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}, path)
--- ```
---@param model ln.Model a model that is built
---@param path string the file
---@param options? ln.saving.save_weights.options
---@return any ...
function ln.saving.save_weights(model, path, options) end

--- Calls f(...) with names for classes and functions of one's own: what load_model's
--- `custom_objects` does, for as much as f does. Scopes nest; the innermost counts.
---
--- **Errors:** objects that are no table by name; those of f.
---
--- ```lua
--- local layer = ln.saving.with_custom_objects({double = function(x) return x * 2 end},
---   function() return ln.layers.Dense{2, activation = "double"} end)
--- print(layer.activation)                                                  --> double
--- ```
---@param objects any {Name = class, function or object}, or nil
---@param f function a function
---@param ... any what f is called with
---@return any ... # what f returns
function ln.saving.with_custom_objects(objects, f, ...) end

do
---@class ln.schedules.CosineDecay.options
---@field initial_learning_rate? number the rate at step 0 (number, must be given)
---@field decay_steps? number steps of the decay, after the warmup (number > 0, must be given)
---@field alpha? number share of the rate that is left at the end (number, default 0)
---@field name? string a name (string, default CosineDecay)
---@field warmup_target? number the rate where the warmup ends; none: no warmup (number or none, default none)
---@field warmup_steps? number steps of the warmup (number >= 0, default 0)
---@field [integer] any

---@class ln.schedules.CosineDecay: ln.schedules.LearningRateSchedule
---@overload fun(step: number): number
local Object = {}

--- Half a cosine wave from initial_learning_rate down to alpha times it over decay_steps (Loshchilov and Hutter, 2017). With warmup_target the rate first rises in a straight line from initial_learning_rate to warmup_target, over warmup_steps, and decays from there (Goyal et al., 2017). Steps are batches, counted from 0.
---
--- **Errors:** decay_steps not above 0, warmup_steps below 0.
---
--- ```lua
--- ln.schedules.CosineDecay{0, 10, warmup_target = 0.5, warmup_steps = 4}(4)  --> 0.5
--- ```
---@class ln.schedules.CosineDecay.class: ln.schedules.CosineDecay
---@field super table the class that it extends
---@overload fun(options?: ln.schedules.CosineDecay.options|number): ln.schedules.CosineDecay
ln.schedules.CosineDecay = {}

end

do
---@class ln.schedules.CosineDecayRestarts.options
---@field initial_learning_rate? number the rate at step 0 (number, must be given)
---@field first_decay_steps? number steps of the first period (number > 0, must be given)
---@field t_mul? number each period is so many times longer than the one before (number > 0, default 2)
---@field m_mul? number each period starts from so many times the rate (number >= 0, default 1)
---@field alpha? number share of the rate that is left at the end of a period (number, default 0)
---@field name? string a name (string, default SGDRDecay)
---@field [integer] any

---@class ln.schedules.CosineDecayRestarts: ln.schedules.LearningRateSchedule
---@overload fun(step: number): number
local Object = {}

--- Cosine decays one after the other (SGDR, Loshchilov and Hutter, 2017): the first lasts first_decay_steps, each further one t_mul times as long and from m_mul times the rate, down to alpha times initial_learning_rate. Steps are batches, counted from 0.
---
--- **Errors:** first_decay_steps or t_mul not above 0.
---
--- ```lua
--- ln.schedules.CosineDecayRestarts{0.5, 10}(10)  --> 0.5
--- ```
---@class ln.schedules.CosineDecayRestarts.class: ln.schedules.CosineDecayRestarts
---@field super table the class that it extends
---@overload fun(options?: ln.schedules.CosineDecayRestarts.options|number): ln.schedules.CosineDecayRestarts
ln.schedules.CosineDecayRestarts = {}

end

do
---@class ln.schedules.ExponentialDecay.options
---@field initial_learning_rate? number the rate at step 0 (number, must be given)
---@field decay_steps? number steps in which the rate is multiplied by decay_rate (number > 0, must be given)
---@field decay_rate? number that factor (number >= 0, must be given)
---@field staircase? boolean fall at multiples of decay_steps only (boolean, default false)
---@field name? string a name (string, default ExponentialDecay)
---@field [integer] any

---@class ln.schedules.ExponentialDecay: ln.schedules.LearningRateSchedule
---@overload fun(step: number): number
local Object = {}

--- initial_learning_rate * decay_rate ^ (step / decay_steps); with staircase the exponent is rounded down. Steps are batches, counted from 0.
---
--- **Errors:** decay_steps not above 0.
---
--- ```lua
--- ln.schedules.ExponentialDecay{0.5, 10, 0.25}(10)  --> 0.125
--- ```
---@class ln.schedules.ExponentialDecay.class: ln.schedules.ExponentialDecay
---@field super table the class that it extends
---@overload fun(options?: ln.schedules.ExponentialDecay.options|number): ln.schedules.ExponentialDecay
ln.schedules.ExponentialDecay = {}

end

do
---@class ln.schedules.InverseTimeDecay.options
---@field initial_learning_rate? number the rate at step 0 (number, must be given)
---@field decay_steps? number steps in which decay_rate is added to the divisor (number > 0, must be given)
---@field decay_rate? number what is added (number >= 0, must be given)
---@field staircase? boolean fall at multiples of decay_steps only (boolean, default false)
---@field name? string a name (string, default InverseTimeDecay)
---@field [integer] any

---@class ln.schedules.InverseTimeDecay: ln.schedules.LearningRateSchedule
---@overload fun(step: number): number
local Object = {}

--- initial_learning_rate / (1 + decay_rate * step / decay_steps); with staircase step / decay_steps is rounded down. Steps are batches, counted from 0.
---
--- **Errors:** decay_steps not above 0.
---
--- ```lua
--- ln.schedules.InverseTimeDecay{0.5, 10, 1}(10)  --> 0.25
--- ```
---@class ln.schedules.InverseTimeDecay.class: ln.schedules.InverseTimeDecay
---@field super table the class that it extends
---@overload fun(options?: ln.schedules.InverseTimeDecay.options|number): ln.schedules.InverseTimeDecay
ln.schedules.InverseTimeDecay = {}

end

do
---@class ln.schedules.LearningRateSchedule
---@overload fun(step: number): number
local Object = {}

--- An object from what `get_config` gives, or Keras.
---
--- **Errors:** unknown keys, values of the wrong type.
---
--- ```lua
--- print(ln.layers.Dense.from_config{units = 3})                        --> Dense(3, linear)
--- ```
---@param config any a table by name
---@return any ... # the object.
function Object.from_config(config) end

--- What a built-in computes, for a subclass that calls up: `Class.super.call(self, ...)`. A class
--- of one's own defines `call`; objects are called as functions.
---
--- **Errors:** those of the call.
---
--- ```lua
--- local Shifted = ln.layers.Dense:extend("Shifted")
--- function Shifted:call(x) return Shifted.super.call(self, x) + 1 end
--- print(Shifted{2, kernel_initializer = "zeros"}(ln.ones{1, 3}))       --> [[1. 1.]]
--- ```
---@param ... any what the object is called with
---@return any ... # what calling the object returns.
function Object:call(...) end

--- A subclass. It inherits everything; `Sub.super` is the class, `Sub.options` declares options.
---
--- **Errors:** no name.
---
--- ```lua
--- local Twice = ln.layers.Layer:extend("Twice")
--- function Twice:call(x) return 2 * x end
--- print(Twice()(ln.tensor{3}))                                         --> [6.]
--- ```
---@param name string what the class is called, in messages and in saved models
---@return any ... # the new class.
function Object:extend(name) end

--- The options as Keras writes them; `from_config` makes an equal object of them.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.layers.Dense(3):get_config().units)                         --> 3
--- ```
---@return table # a table by name.
function Object:get_config() end

--- The base of learning-rate schedules: one of one's own defines `call(step)`, steps from 0.
--- A schedule is called: `schedule(step)`.
---
--- **Errors:** unknown options, values of the wrong kind or
--- range; a step that is no number.
---
--- ```lua
--- local Halving = ln.schedules.LearningRateSchedule:extend("Halving")
--- function Halving:call(step) return 0.5 ^ step end
--- print(Halving()(2))                                                  --> 0.25
--- ```
---@class ln.schedules.LearningRateSchedule.class: ln.schedules.LearningRateSchedule
---@field super table the class that it extends
---@overload fun(options?: table): ln.schedules.LearningRateSchedule
ln.schedules.LearningRateSchedule = {}

end

do
---@class ln.schedules.PiecewiseConstantDecay.options
---@field boundaries? number|number[] the last step of each rate but the last one (number or list of numbers, must be given)
---@field values? number|number[] the rates: one more than boundaries (number or list of numbers, must be given)
---@field name? string a name (string, default PiecewiseConstant)
---@field [integer] any

---@class ln.schedules.PiecewiseConstantDecay: ln.schedules.LearningRateSchedule
---@overload fun(step: number): number
local Object = {}

--- values[1] up to and including step boundaries[1], values[2] up to and including boundaries[2], ..., the last of values from there on. Steps are batches, counted from 0.
---
--- **Errors:** boundaries that do not increase, values that are not one more than boundaries.
---
--- ```lua
--- ln.schedules.PiecewiseConstantDecay{{10, 20}, {0.5, 0.25, 0.125}}(11)  --> 0.25
--- ```
---@class ln.schedules.PiecewiseConstantDecay.class: ln.schedules.PiecewiseConstantDecay
---@field super table the class that it extends
---@overload fun(options?: ln.schedules.PiecewiseConstantDecay.options|number|number[]): ln.schedules.PiecewiseConstantDecay
ln.schedules.PiecewiseConstantDecay = {}

end

do
---@class ln.schedules.PolynomialDecay.options
---@field initial_learning_rate? number the rate at step 0 (number, must be given)
---@field decay_steps? number steps until end_learning_rate is reached (number > 0, must be given)
---@field end_learning_rate? number the rate from then on (number, default 0.0001)
---@field power? number of the time left; 1 is a straight line (number, default 1)
---@field cycle? boolean start over, each time over a longer stretch, instead of staying at the end (boolean, default false)
---@field name? string a name (string, default PolynomialDecay)
---@field [integer] any

---@class ln.schedules.PolynomialDecay: ln.schedules.LearningRateSchedule
---@overload fun(step: number): number
local Object = {}

--- (initial_learning_rate - end_learning_rate) * (1 - step / decay_steps) ^ power + end_learning_rate until decay_steps, then end_learning_rate; with cycle it starts over, over the first multiple of decay_steps that is not below step. Steps are batches, counted from 0.
---
--- **Errors:** decay_steps not above 0.
---
--- ```lua
--- ln.schedules.PolynomialDecay{0.5, 10, end_learning_rate = 0}(5)  --> 0.25
--- ```
---@class ln.schedules.PolynomialDecay.class: ln.schedules.PolynomialDecay
---@field super table the class that it extends
---@overload fun(options?: ln.schedules.PolynomialDecay.options|number): ln.schedules.PolynomialDecay
ln.schedules.PolynomialDecay = {}

end

--- `get` of a namespace (`ln.layers.get`, `ln.losses.get`, ...): an object from a name, from what
--- `serialize` gives, from a class; an object stays itself.
---
--- **Errors:** an unknown name (with the nearest known one).
---
--- ```lua
--- print(ln.optimizers.get("sgd")) --> SGD(learning_rate=0.01)
--- ```
---@param identifier any a string, {class_name =, config =}, a class, an object or a function
---@return any ... # the object.
function ln.schedules.get(identifier) end

--- `serialize` of a namespace (`ln.layers.serialize`, ...): class and config, as Keras writes them.
---
--- **Errors:** what is none of these.
---
--- ```lua
--- print(ln.layers.serialize(ln.layers.Dense(3)).class_name)            --> Dense
--- ```
---@param object any a layer, loss, optimizer, ...
---@return table # {class_name =, config =, module =, registered_name =}.
function ln.schedules.serialize(object) end

do
---@class ln.summary.FileWriter.options
---@field log_dir? string the folder for event files (string, must be given)
---@field [integer] any

---@class ln.summary.FileWriter
local Object = {}

--- Closes the file; a second time does nothing. A run with hyperparameters is marked as done, or as
--- failed when an error ends the block of a `local writer <close>`.
---
--- **Errors:** a full disk, when there are hyperparameters; the file is closed then, too.
---
--- ```lua
--- local writer = ln.summary.create_file_writer(os.tmpname() .. "_logs")
--- writer:close()
--- ```
---@return any ...
function Object:close() end

--- Waits until all that was written is on the disk, safe from a crash of the system too.
---
--- **Errors:** what the system says.
---
--- ```lua
--- local writer <close> = ln.summary.create_file_writer(os.tmpname() .. "_logs")
--- writer:flush()
--- ```
---@return any ...
function Object:flush() end

--- A model's layers and how they are connected, for the tab Graphs: as a graph of its layers, and,
--- where the model has a config, as Keras's conceptual graph (tag `keras`). Of a model with a `call`
--- in Lua only the layers are known.
---
--- **Errors:** what is no model; as of scalar.
---
--- ```lua
--- local writer <close> = ln.summary.create_file_writer(os.tmpname() .. "_logs")
--- writer:graph(ln.Sequential{ln.layers.Dense{1, input_shape = {8}}})
--- ```
---@param model ln.Model a model; built, if output shapes are to be shown
---@return any ...
function Object:graph(model) end

---@class ln.summary.FileWriter.histogram.options
---@field step? integer the step that it belongs to (integer, must be given)
---@field buckets? integer into how many equal ones the range of the values is divided How values are spread, over time, for the tabs Histograms and Distributions (integer >= 1, default 30)

--- How values are spread, over time, for the tabs Histograms and Distributions.
---
--- **Errors:** as of scalar.
---
--- ```lua
--- local writer <close> = ln.summary.create_file_writer(os.tmpname() .. "_logs")
--- writer:histogram("dense/kernel", ln.random.normal{784, 300}, {step = 1, buckets = 50})
--- ```
---@param name string as of a scalar
---@param values any a tensor of numbers, or a table of them, of any shape; what is not finite is left out
---@param options? ln.summary.FileWriter.histogram.options `step`; `buckets` (30): into how many equal ones the range of the values is divided
---@return any ...
function Object:histogram(name, values, options) end

---@class ln.summary.FileWriter.hparams.options
---@field metrics? any further scalars by name, written along at (any, default none)
---@field step? integer With what a run was trained, for the tab HParams, where runs are compared (integer, default 0)

--- With what a run was trained, for the tab HParams, where runs are compared. Metrics are the
--- scalars of the run and of the runs in folders below it: those of `ln.callbacks.TensorBoard` with
--- this writer's folder as its log_dir, say. Once for each folder.
---
--- **Errors:** as of scalar; a value of another kind, or not finite.
---
--- ```lua
--- local writer <close> = ln.summary.create_file_writer(os.tmpname() .. "_logs")
--- writer:hparams({learning_rate = 0.01, optimizer = "sgd"}, {metrics = {accuracy = 0.93}})
--- ```
---@param values any the hyperparameters by name: numbers, strings, booleans
---@param options? ln.summary.FileWriter.hparams.options `metrics`: further scalars by name, written along at `step` (0)
---@return any ...
function Object:hparams(values, options) end

---@class ln.summary.FileWriter.image.options
---@field step? integer the step that it belongs to (integer, must be given)
---@field max_outputs? integer at most so many are written, the first ones Pictures, for the tab Images; needs libpng (Debian package: libpng-dev when lunate is built) (integer >= 0, default 3)

--- Pictures, for the tab Images; needs libpng (Debian package: libpng-dev when lunate is built).
---
--- **Errors:** as of scalar; another shape or dtype; no libpng.
---
--- ```lua
--- local writer <close> = ln.summary.create_file_writer(os.tmpname() .. "_logs")
--- writer:image("noise", ln.random.uniform{5, 28, 28, 1}, {step = 0, max_outputs = 5})
--- ```
---@param name string as of a scalar
---@param images any a tensor (n, h, w, c) of uint8, or of floats 0 .. 1, where what is below or above is cut off; c is 1 for gray, 2 for gray and alpha, 3 for RGB, 4 for RGB and alpha
---@param options? ln.summary.FileWriter.image.options `step`; `max_outputs` (3): at most so many are written, the first ones
---@return any ...
function Object:image(name, images, options) end

---@class ln.summary.FileWriter.scalar.options
---@field step? integer an integer, the place on the horizontal axis A number over time, for the tab Scalars (integer, must be given)

--- A number over time, for the tab Scalars.
---
--- **Errors:** no name, value or step; a closed writer; a file that cannot be written, as on a full
--- disk. The file stays readable.
---
--- ```lua
--- local writer <close> = ln.summary.create_file_writer(os.tmpname() .. "_logs")
--- for step = 1, 10 do writer:scalar("loss", 1 / step, {step = step}) end
--- ```
---@param name string its name, UTF-8; what is before a slash groups names
---@param value any a number, or a tensor of one; NaN and infinities too; written as float32
---@param options? ln.summary.FileWriter.scalar.options `step`: an integer, the place on the horizontal axis
---@return any ...
function Object:scalar(name, value, options) end

---@class ln.summary.FileWriter.text.options
---@field step? integer Text, which the tab Text shows as Markdown (integer, must be given)

--- Text, which the tab Text shows as Markdown.
---
--- **Errors:** as of scalar; rows of different lengths.
---
--- ```lua
--- local writer <close> = ln.summary.create_file_writer(os.tmpname() .. "_logs")
--- writer:text("layers", {{"units", "300"}, {"activation", "relu"}}, {step = 0})
--- ```
---@param name string as of a scalar
---@param text any a text; a list of them, or a list of rows of them, which becomes a table
---@param options? ln.summary.FileWriter.text.options `step`
---@return any ...
function Object:text(name, text, options) end

--- An object from what `get_config` gives, or Keras.
---
--- **Errors:** unknown keys, values of the wrong type.
---
--- ```lua
--- print(ln.layers.Dense.from_config{units = 3})                        --> Dense(3, linear)
--- ```
---@param config any a table by name
---@return any ... # the object.
function Object.from_config(config) end

--- What a built-in computes, for a subclass that calls up: `Class.super.call(self, ...)`. A class
--- of one's own defines `call`; objects are called as functions.
---
--- **Errors:** those of the call.
---
--- ```lua
--- local Shifted = ln.layers.Dense:extend("Shifted")
--- function Shifted:call(x) return Shifted.super.call(self, x) + 1 end
--- print(Shifted{2, kernel_initializer = "zeros"}(ln.ones{1, 3}))       --> [[1. 1.]]
--- ```
---@param ... any what the object is called with
---@return any ... # what calling the object returns.
function Object:call(...) end

--- A subclass. It inherits everything; `Sub.super` is the class, `Sub.options` declares options.
---
--- **Errors:** no name.
---
--- ```lua
--- local Twice = ln.layers.Layer:extend("Twice")
--- function Twice:call(x) return 2 * x end
--- print(Twice()(ln.tensor{3}))                                         --> [6.]
--- ```
---@param name string what the class is called, in messages and in saved models
---@return any ... # the new class.
function Object:extend(name) end

--- The options as Keras writes them; `from_config` makes an equal object of them.
---
--- **Errors:** none.
---
--- ```lua
--- print(ln.layers.Dense(3):get_config().units)                         --> 3
--- ```
---@return table # a table by name.
function Object:get_config() end

--- What `create_file_writer` gives: a writer into a file of its own in a folder.
---
--- **Errors:** a folder that cannot be made or written into.
---
--- ```lua
--- local writer <close> = ln.summary.FileWriter{log_dir = os.tmpname() .. "_logs"}
--- writer:scalar("loss", 0.25, {step = 0})
--- ```
---@class ln.summary.FileWriter.class: ln.summary.FileWriter
---@field super table the class that it extends
---@overload fun(options?: ln.summary.FileWriter.options|string): ln.summary.FileWriter
ln.summary.FileWriter = {}

end

--- A writer into a new file in a folder.
---
--- **Errors:** a folder that cannot be made or written into.
---
--- ```lua
--- local writer <close> = ln.summary.create_file_writer(os.tmpname() .. "_logs/run_1")
--- writer:scalar("accuracy", 0.5, {step = 1})
--- ```
---@param log_dir any the folder, made where it is missing; a folder is a run
---@return ln.summary.FileWriter # the writer, a FileWriter: `scalar`, `histogram`, `image`, `text`, `hparams`, `graph`, `flush`, `close`
function ln.summary.create_file_writer(log_dir) end

---@class ln.utils.model_to_dot.options
---@field dpi? integer pixels an inch (integer >= 10 <= 1200, default 96)
---@field expand_nested? boolean show the layers of models among the layers (boolean, default false)
---@field rankdir? "TB"|"LR"|"BT"|"RL" which way the graph runs (one of "TB", "LR", "BT", "RL", default "TB")
---@field show_dtype? boolean show dtypes (boolean, default false)
---@field show_layer_activations? boolean show activations (boolean, default false)
---@field show_layer_names? boolean show names of layers (boolean, default true)
---@field show_shapes? boolean show shapes (boolean, default false)
---@field show_trainable? boolean show what is trained (boolean, default false)

--- A model's graph in graphviz's DOT language; needs no graphviz.
---
--- **Errors:** those of plot_model but for those of graphviz.
---
--- ```lua
--- local model = ln.Sequential{ln.layers.Dense{2, input_shape = {3}}}
--- print(ln.utils.model_to_dot(model):sub(1, 7))                         --> digraph
--- ```
---@param model ln.Model Sequential or functional
---@param options? ln.utils.model_to_dot.options those of plot_model but for to_file
---@return string # the text
function ln.utils.model_to_dot(model, options) end

---@class ln.utils.plot_model.options
---@field to_file? string or .svg, .pdf, or .dot, which needs no graphviz (string, default "model.png")
---@field show_shapes? boolean show shapes (boolean, default false)
---@field show_dtype? boolean show dtypes (boolean, default false)
---@field show_layer_names? boolean show names of layers (boolean, default true)
---@field show_layer_activations? boolean show activations (boolean, default false)
---@field show_trainable? boolean show what is trained (boolean, default false)
---@field rankdir? "TB"|"LR"|"BT"|"RL" from top to bottom; "LR", "BT", "RL" (one of "TB", "LR", "BT", "RL", default "TB")
---@field expand_nested? boolean whether models among the layers show theirs (boolean, default false)
---@field dpi? integer Draws a model's layers as a graph, to a file (integer >= 10 <= 1200, default 96)

--- Draws a model's layers as a graph, to a file. Its folder is made where it is missing.
---
--- **Errors:** what is no model; a subclassed model, whose call is Lua's and has no graph; graphviz is
--- missing (Debian package graphviz) or fails; the file cannot be written.
---
--- ```lua
--- local model = ln.Sequential{
---   ln.layers.Dense{30, activation = "relu", input_shape = {8}}, ln.layers.Dense(1)}
--- ln.utils.plot_model(model, {to_file = "build/plots/model.png", show_shapes = true})
--- ```
---@param model ln.Model Sequential or functional, with models among their layers
---@param options? ln.utils.plot_model.options `to_file` ("model.png": or .svg, .pdf, or .dot, which needs no graphviz), `show_shapes` (false), `show_dtype` (false), `show_layer_names` (true), `show_layer_activations` (false), `show_trainable` (false), `rankdir` ("TB": from top to bottom; "LR", "BT", "RL"), `expand_nested` (false: whether models among the layers show theirs), `dpi` (96)
---@return any ...
function ln.utils.plot_model(model, options) end

--- Sets the seed of everything random; the same as `ln.set_seed`.
---
--- **Errors:** what is no integer.
---
--- ```lua
--- ln.utils.set_random_seed(42)
--- ```
---@param seed any an integer
---@return any ...
function ln.utils.set_random_seed(seed) end

--- One-hot rows for class ids.
---
--- **Errors:** an id out of range.
---
--- ```lua
--- print(ln.utils.to_categorical({0, 2}).shape)                        --> (2, 3)
--- ```
---@param y? any class ids from 0: a tensor or a list
---@param num_classes any how many (the largest id + 1)
---@return lunate.Tensor # float32 (.., num_classes).
function ln.utils.to_categorical(y, num_classes) end

ln.models.Model = ln.Model
ln.models.Sequential = ln.Sequential

return ln
