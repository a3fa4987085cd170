--- Ops in graphs are written as operations of keras.ops, so that Keras opens the model. Those of
-- rows.lua are written by their row, the others by a function in `writers`, which may need several
-- of Keras's, or none: what Keras has nothing for.

local core = require "lunate.core"
local fourier = require "lunate.saving.keras_ops.fourier"
local rows = require "lunate.saving.keras_ops.rows"

local is_none, flag, by_class = rows.is_none, rows.flag, rows.by_class

local keras_ops = {}

-- ---- writing

-- Some of ours are several of Keras's, so a writer makes steps: w(class, args, config, kwargs) adds
-- one and is what refers to its first output. Operands are numbers, tensors' data or what stands
-- for a symbolic tensor; options have Keras's axes.
local Steps, Ref = {}, {}
Steps.__index = Steps

--- Whether an argument of a step stands for a tensor.
function keras_ops.is_ref(value) return getmetatable(value) == Ref end

function Steps:__call(class, args, config, kwargs)
  local row = by_class[class]
  self[#self + 1] = {class = class, module = row and row.module or self.module(class),
    args = args, config = config or {}, kwargs = kwargs or {}}
  return setmetatable({step = #self, position = 0}, Ref)
end

--- What refers to the second output of a step, given what refers to its first.
function Steps.second(first) return setmetatable({step = first.step, position = 1}, Ref) end

local MODULE_OF = {
  numpy = "GetItem Clip Repeat Pad Take TakeAlongAxis Argmax Argmin Argsort Sort SearchSorted "
    .. "Einsum Tensordot Var Std Prod Cumsum Cumprod CountNonzero Isclose IsIn",
  nn = "Softmax OneHot Relu", math = "TopK FFT FFT2 IFFT2 RFFT IRFFT STFT ISTFT ExtractSequences",
  linalg = "Norm",
}

function Steps.module(class)
  if class == "ReLU" then return "keras.src.activations.activations" end
  for module, classes in pairs(MODULE_OF) do
    if (" " .. classes .. " "):find(" " .. class .. " ", 1, true) then
      return "keras.src.ops." .. module
    end
  end
end

local none = core.none

local function or_none(value)
  if is_none(value) then return none() end
  return value
end

-- The options that a row names, from those that an operation here has.
local function row_config(row, options)
  local config = {}
  for ours, keras in pairs(row.options) do
    local value = options[ours]
    config[keras[1]] = keras[2] == flag and value or keras[2] ~= flag and or_none(value)
  end
  return config
end

local function shape_of(list)
  local shape = core.list()
  for i, n in ipairs(list) do shape[i] = is_none(n) and -1 or n end
  return shape
end

local writers = {}

function writers.reshape(w, x, o) return w("Reshape", x, {newshape = shape_of(o.shape)}) end
function writers.broadcast_to(w, x, o) return w("BroadcastTo", x, {shape = shape_of(o.shape)}) end

local function list_of(class)
  return function(w, x, o) return w(class, {x}, {axis = o.axis}) end
end
writers.concatenate, writers.stack = list_of "Concatenate", list_of "Stack"

function writers.squared_difference(w, x) return w("Square", {w("Subtract", x)}) end
function writers.mish(w, x)
  return w("Multiply", {x[1], w("Tanh", {w("Softplus", {x[1]})})})
end

function writers.relu(w, x, o)
  local is_plain = o.negative_slope == 0 and is_none(o.max_value) and o.threshold == 0
  if is_plain then return w("Relu", x) end
  return w("ReLU", x, {negative_slope = o.negative_slope, max_value = or_none(o.max_value),
    threshold = o.threshold})
end

function writers.softmax(w, x, o) return w("Softmax", x, {axis = o.axis}) end

function writers.clip(w, x, o)   -- Keras's has no bound without the other
  local function bound(value)   -- a whole number where the tensor has them, which keeps the dtype
    if is_none(value) or x[1].symbolic.dtype:find("float", 1, true) then return value end
    return math.tointeger(value)
  end
  local no_low, no_high, low, high = is_none(o.min), is_none(o.max), bound(o.min), bound(o.max)
  if no_low and no_high then return w("Copy", x) end
  if low == nil or high == nil then return nil end
  if no_low then return w("Minimum", {x[1], high}) end
  if no_high then return w("Maximum", {x[1], low}) end
  return w("Clip", x, {x_min = low, x_max = high})
end

-- Keras's Hypot takes tensors alone.
function writers.hypot(w, x)
  for i, value in ipairs(x) do
    if type(value) == "number" then
      x[i] = {class_name = "__numpy__", config = {value = value, dtype = "float32"}}
    end
  end
  return w("Hypot", x)
end

local function deviation(class)
  return function(w, x, o)
    if o.ddof ~= 0 then return nil end
    return w(class, x, {axis = or_none(o.axis), keepdims = o.keepdims})
  end
end
writers.var, writers.std = deviation "Var", deviation "Std"

function writers.prod(w, x, o)
  return w("Prod", x, {axis = or_none(o.axis), keepdims = o.keepdims, dtype = none()})
end

local function cumulative(class)
  return function(w, x, o)
    if o.exclusive or o.reverse and is_none(o.axis) then return nil end
    local axis = or_none(o.axis)
    if o.reverse then x = {w("Flip", x, {axis = axis})} end
    local y = w(class, x, {axis = axis, dtype = none()})
    return o.reverse and w("Flip", {y}, {axis = axis}) or y
  end
end
writers.cumsum, writers.cumprod = cumulative "Cumsum", cumulative "Cumprod"

function writers.count_nonzero(w, x, o)
  if o.keepdims then return nil end
  return w("CountNonzero", x, {axis = or_none(o.axis)})
end

local function place_of(class)
  return function(w, x, o)
    return w("Add", {w(class, x, {axis = or_none(o.axis), keepdims = o.keepdims}), 1})
  end
end
writers.argmax, writers.argmin = place_of "Argmax", place_of "Argmin"

function writers.sort(w, x, o)
  local y = w("Sort", x, {axis = or_none(o.axis)})
  return o.descending and w("Flip", {y}, {axis = is_none(o.axis) and 0 or o.axis}) or y
end

function writers.argsort(w, x, o)
  if o.descending then return nil end
  return w("Add", {w("Argsort", x, {axis = or_none(o.axis)}), 1})
end

function writers.topk(w, x, o)
  if o.axis ~= -1 or not o.largest then return nil end
  local values = w("TopK", x, {k = o.k, sorted = true, is_stable = true})
  return values, w("Add", {w.second(values), 1})
end

for op, write in pairs(fourier.writers) do writers[op] = write end

function writers.searchsorted(w, x, o)
  return w("Add", {w("SearchSorted", x, {side = o.side}), 1})
end

-- Positions from 0; of those that a graph computes, the negative ones stay.
local function from_one(w, x)
  if keras_ops.is_ref(x) then
    if x.symbolic.dtype:find("float", 1, true) then x = w("Cast", {x}, {dtype = "int64"}) end
    return w("Where", {w("Greater", {x, 0}), w("Subtract", {x, 1}), x})
  end
  local function moved(value)
    if type(value) ~= "table" then return math.tointeger(value > 0 and value - 1 or value) end
    local list = core.list()
    for i, v in ipairs(value) do list[i] = moved(v) end
    return list
  end
  local data = type(x) == "table" and x.config.value or x
  return {class_name = "__numpy__", config = {value = moved(data), dtype = "int64"}}
end

function writers.take(w, x, o)
  return w("Take", {x[1], from_one(w, x[2])}, {axis = or_none(o.axis)})
end

function writers.take_along_axis(w, x, o)
  return w("TakeAlongAxis", {x[1], from_one(w, x[2])}, {axis = o.axis})
end
writers.gather = writers.take_along_axis

function writers.one_hot(w, x, o)
  local axis = o.axis
  if axis == x[1].symbolic.rank then axis = -1 end   -- Keras's name for the last
  return w("OneHot", x,
    {num_classes = o.num_classes, axis = axis, dtype = o.dtype, sparse = false})
end

function writers.repeat_(w, x, o)
  return w("Repeat", x, {repeats = o.repeats, axis = or_none(o.axis)})
end

function writers.pad(w, x, o)
  if o.mode == "edge" then return nil end
  local width = core.list()
  for i, pair in ipairs(o.pad_width) do
    width[i] = {math.tointeger(pair[1]), math.tointeger(pair[2])}
  end
  local value = {}
  if o.mode == "constant" then value.constant_values = o.constant_values end
  return w("Pad", x, {pad_width = width, mode = o.mode}, value)
end

function writers.einsum(w, x, o) return w("Einsum", x, {subscripts = o.equation}) end

function writers.tensordot(w, x, o)
  if is_none(o.axes_b) then return w("Tensordot", x, {axes = o.axes[1]}) end
  local first = core.list()
  for i, axis in ipairs(o.axes) do first[i] = axis > 0 and axis - 1 or axis end
  local second = type(o.axes_b) == "table" and o.axes_b or {o.axes_b}
  return w("Tensordot", x, {axes = {first, second}})
end

function writers.norm(w, x, o)
  local ord, axis = o.ord, or_none(o.axis)
  if type(axis) == "table" and #axis > (ord == 2 and 2 or 1) then return nil end
  if ord ~= 2 and is_none(axis) then   -- entry by entry; Keras's of a matrix are others
    if o.keepdims then return nil end
    x = {w("Ravel", x)}
  end
  return w("Norm", x, {ord = ord == 2 and none() or ord, axis = axis, keepdims = o.keepdims})
end

function writers.isclose(w, x, o)
  return w("Isclose", {x[1], x[2], o.rtol, o.atol}, {equal_nan = o.equal_nan})
end

function writers.isin(w, x)
  return w("IsIn", x, {assume_unique = false, invert = false})
end

-- Steps backwards, which not all of Keras's backends take, go forwards over the reversed axis.
function writers.slice(w, x, _, slice)
  local key, reversed, shape = core.list(), core.list(), x[1].symbolic.shape
  for i, start in ipairs(slice.start) do
    local count, step, flags = slice.count[i], slice.step[i], slice.flags[i]
    local part = {start = none(), stop = none(), step = none()}
    local open = flags & 4 ~= 0   -- of an unknown size: count is the last position, -1 at the end
    if flags & 1 == 1 then
      key[i] = start
    else
      if step < 0 and not shape[i] and not open then
        open, count = true, start + (count - 1) * step
      end
      if step < 0 then
        reversed[#reversed + 1] = i - 1
        start, step = open and -start - 1 or shape[i] - 1 - start, -step
        if open then count = -count - 1 end
      end
      if open then
        if start ~= 0 then part.start = start end
        if count ~= -1 then part.stop = count + 1 end
        if step ~= 1 then part.step = step end
      else
        part.start, part.stop, part.step = start, start + count * step, step
      end
      key[i] = {class_name = "__slice__", config = part}
    end
  end
  local from = x[1]
  if #reversed > 0 then from = w("Flip", {from}, {axis = reversed}) end
  return w("GetItem", {from, key})
end

-- A constant as Keras writes it: a number where that takes the constant's dtype among the operands,
-- as Python's numbers do, else an array.
local function constant(operand, dtypes)
  local value, dtype = operand.value, operand.dtype
  local number = value.rank == 0 and value:item()
  local is_finite = type(number) == "number" and number - number == 0
  local is_weak = dtypes[dtype] or dtype == "float32" and not dtypes.float64
    or dtype == "int32" and next(dtypes) == "bool"
  if is_finite and is_weak then return number end
  if value.rank > 0 then number = value:totable() end
  return {class_name = "__numpy__", config = {value = number, dtype = dtype}}
end

--- What an operation of a graph is in Keras.
-- @param operation  of core.operation_config
-- @param inputs  the symbolic tensors that it is called on, in their order
-- @return nil where Keras has nothing for it; else the steps {class =, module =, config =, args =,
--   kwargs =}, in whose args {symbolic = t} stands for a tensor and {step =, position =} for an
--   output of another step; and a list of {step =, position =}, the operation's outputs
function keras_ops.steps(operation, inputs)
  local op = rows.aliases[operation.op] or operation.op
  local write, row = writers[op], rows.by_op[op]
  if not write and not row then return nil end
  local operands, dtypes, next_input = core.list(), {}, 1
  for _, t in ipairs(inputs) do dtypes[t.dtype] = true end
  for _, operand in ipairs(operation.operands) do
    if operand == "input" then
      operands[#operands + 1] = setmetatable({symbolic = inputs[next_input]}, Ref)
      next_input = next_input + 1
    elseif operand then
      operands[#operands + 1] = constant(operand, dtypes)
    end
  end
  local steps = setmetatable({}, Steps)
  local outputs = write and {write(steps, operands, operation.options, operation.slice)}
    or {steps(row.class, operands, row_config(row, operation.options))}
  if #outputs == 0 then return nil end
  return steps, outputs
end

return keras_ops
