--- Tensor functions made of others in Lua: those whose number of results depends on the call, and
-- those that are a few calls of other ones (gradients flow through those). Each of `functions`
-- becomes `ln.f(t, ...)` and, those of one tensor first, `t:f(...)`; each of `random` becomes
-- `ln.random.f`. To add one, write it here.

local core = require "lunate.core"
local check_options = require "lunate.options"
local public = require "lunate.public"
local raise = require "lunate.raise"
local list_length = require "lunate.list_length"
local is_tensor = require "lunate.is_tensor"

local ops, random, f = {}, {}, core.functions

local function describe(value)
  if type(value) == "string" then return ("'%s'"):format(value) end
  if is_tensor(value) then return "a tensor of shape " .. tostring(value.shape) end
  return type(value) == "table" and "a table" or tostring(value)
end

local function tensor(what, i, value, symbolic)
  if symbolic and getmetatable(value) == "lunate.symbolic_tensor" then return value end
  if is_tensor(value) then return value end
  if type(value) == "number" or type(value) == "table" and #value > 0 then
    return core.tensor(value)
  end
  raise("bad argument #%d to '%s' (tensor expected, got %s)", i, what, describe(value))
end

-- The axis as 1 .. rank.
local function resolve(what, axis, rank)
  if axis == 0 or axis > rank or axis < -rank then
    raise("%s: axis %d is out of range for a tensor of rank %d", what, axis, rank)
  end
  return axis < 0 and axis + rank + 1 or axis
end

-- How long an axis is; a symbolic tensor may not know it.
local function length_of(what, t, axis)
  local n = t.shape[axis]
  if not n then raise("%s: the size of axis %d is not known", what, axis) end
  return n
end

-- What indexes first .. last of an axis.
local function range(axis, first, last)
  local index = {}
  for i = 1, axis - 1 do index[i] = {} end
  index[axis] = {first, last}
  return index
end

-- The axes along which a function of one axis or of all elements works: the tensor, flattened
-- when there is no axis, and the axis of that.
local function along(what, t, axis)
  if axis then return t, resolve(what, axis, t.rank) end
  return t:flatten(), 1
end

-- Gives the result its axes back, of length 1, for keepdims.
local function kept(y, t, axis)
  if axis then return y:expand_dims(axis) end
  local shape = {}
  for i = 1, t.rank do shape[i] = 1 end
  return y:reshape(shape)
end

local function integer(value) return math.type(value) and math.tointeger(value) end

local AXIS = {axis = {"integer", default = 1}}   -- of split and unstack

--- Cuts a tensor along an axis: `split(t, sections, axis = 1)` gives a list of views.
-- `sections` is how many equal parts, or a list of the positions at which a new part begins.
-- Errors: the axis has no such number of equal parts; a position out of range.
-- @param t  a tensor of any shape
-- @param sections  how many equal parts, or a list of positions
-- @return a list of views
--
--     local a, b = table.unpack(ln.split(ln.arange(6), 2))      -- [0. 1. 2.]  [3. 4. 5.]
--     local parts = ln.split(ln.arange(6), {2, 5})              -- [0.]  [1. 2. 3.]  [4. 5.]
function ops.split(t, sections, options)
  t = tensor("split", 1, t, true)
  local axis = resolve("split", options.axis, t.rank)
  local length, starts = length_of("split", t, axis), {1}
  if type(sections) == "table" and (#sections > 0 or next(sections) == nil) then
    list_length(sections, "'split': positions")
    for i, position in ipairs(sections) do
      local start = integer(position)
      if not start or start < starts[#starts] or start > length + 1 then
        raise("'split': position %s (number %d) is not in %d .. %d", tostring(position), i,
              starts[#starts], length + 1)
      end
      starts[#starts + 1] = start
    end
  else
    local n = integer(sections)
    if not n or n < 1 then
      raise("bad argument #2 to 'split' (a number of parts or a list of positions expected, "
            .. "got %s)", describe(sections))
    end
    if length % n ~= 0 then
      raise("'split': axis %d of length %d does not go into %d equal parts", axis, length, n)
    end
    for i = 2, n do starts[i] = (i - 1) * (length // n) + 1 end
  end
  local parts = {}
  starts[#starts + 1] = length + 1
  for i = 1, #starts - 1 do parts[i] = t[range(axis, starts[i], starts[i + 1] - 1)] end
  return parts
end

local MESHGRID = {indexing = {"choice", default = "xy", choices = {"xy", "ij"}}}

--- Coordinates of a grid: `meshgrid(a, b, ..., {indexing = "xy"})` gives, for each vector, a tensor
-- of the grid's shape with its values along its own axis: (#b, #a, ...) for "xy", (#a, #b, ...) for
-- "ij". Several results, not a list; views.
-- @param ...  vectors; then options: `indexing` ("xy": or "ij")
-- Errors: a tensor of more axes; what is no tensor.
--
--     local x, y = ln.meshgrid(ln.arange(3), ln.arange(2))      -- both of shape (2, 3)
function ops.meshgrid(...)
  local vectors, options = {...}, nil
  if type(vectors[#vectors]) == "table" then options = table.remove(vectors) end
  local indexing = check_options("meshgrid", MESHGRID, options).indexing
  local shape, axes = {}, {}
  for i, v in ipairs(vectors) do
    v = tensor("meshgrid", i, v)
    vectors[i] = v
    if v.rank > 1 then
      raise("'meshgrid': argument %d should have one axis, got shape %s", i, tostring(v.shape))
    end
    axes[i] = indexing == "xy" and i <= 2 and #vectors > 1 and 3 - i or i
    shape[axes[i]] = v.size
  end
  local grids = {}
  for i, v in ipairs(vectors) do
    local vector_shape = {}
    for k = 1, #vectors do vector_shape[k] = k == axes[i] and v.size or 1 end
    grids[i] = v:reshape(vector_shape):broadcast_to(shape)
  end
  return table.unpack(grids)
end

--- The rows of an axis as a list: `unstack(t, axis = 1)`, the reverse of stack; views.
-- @param t  a tensor of one axis or more
-- @return a list of tensors with an axis less
-- Errors: an axis out of range.
--
--     local a, b = table.unpack(ln.unstack(ln.tensor{{1, 2}, {3, 4}}))      -- [1. 2.]  [3. 4.]
function ops.unstack(t, options)
  t = tensor("unstack", 1, t, true)
  local axis = resolve("unstack", options.axis, t.rank)
  local rows = {}
  for i = 1, length_of("unstack", t, axis) do rows[i] = t[range(axis, i, i)]:squeeze(axis) end
  return rows
end

local function stacked(what, least)
  return function(list, ...)
    if type(list) ~= "table" or #list == 0 or select("#", ...) > 0 then
      raise("bad argument #1 to '%s' (a list of tensors, {a, b}, expected, got %s)", what,
            select("#", ...) > 0 and "several arguments" or describe(list))
    end
    local parts = {}
    for i = 1, #list do
      local t = tensor(what, i, list[i], true)
      while t.rank < least do t = t:expand_dims(1) end
      parts[i] = t
    end
    return f.concatenate(parts, least == 2 and 1 or parts[1].rank == 1 and 1 or 2)
  end
end

--- Tensors below each other: `vstack{a, b}`; vectors are rows.
-- @param list  {a, b, ...}: tensors, or tables of numbers
-- @param ...  refused: one list is expected
-- @return a tensor
-- Errors: no list; an empty one; shapes that differ in another axis.
--
--     ln.vstack{ln.tensor{1, 2}, ln.tensor{3, 4}}                          -- (2, 2)
ops.vstack = stacked("vstack", 2)

--- Tensors beside each other: `hstack{a, b}`, along the second axis; vectors one after the other.
-- @param list  {a, b, ...}: tensors, or tables of numbers
-- @param ...  refused: one list is expected
-- @return a tensor
-- Errors: no list; an empty one; shapes that differ in another axis.
--
--     ln.hstack{ln.tensor{1, 2}, ln.tensor{3}}                             -- [1. 2. 3.]
ops.hstack = stacked("hstack", 1)

local CLOSE = {rtol = {"number", default = 1e-5, min = 0},
               atol = {"number", default = 1e-8, min = 0},
               equal_nan = {"boolean", default = false}}

--- Whether all elements of two tensors are close, as isclose tells it: a boolean.
-- `allclose(a, b, {rtol = 1e-5, atol = 1e-8, equal_nan = false})`; shapes broadcast.
-- @param a  a tensor
-- @param b  a tensor
-- Errors: shapes that do not broadcast; what is no tensor.
--
--     ln.allclose(ln.tensor{1, 2}, ln.tensor{1, 2.000001})                 -- true
function ops.allclose(a, b, options)
  a, b = tensor("allclose", 1, a), tensor("allclose", 2, b)
  return f.isclose(a, b, options):all()
end

local LARGEST = {float16 = 65504, bfloat16 = 0x1.fep127, float32 = 0x1.fffffep127,
                 float64 = 0x1.fffffffffffffp1023}
local NAN_TO_NUM = {nan = {"number", default = 0}, posinf = {"number"}, neginf = {"number"}}

--- x with NaN and infinities replaced: `nan_to_num(t, {nan = 0, posinf = ..., neginf = ...})`; the
-- infinities by the dtype's largest and smallest number unless told. Integers come back as they
-- are.
-- @param t  a tensor of any shape
-- @return a tensor of t's shape and dtype
-- Errors: what is no tensor; unknown options.
--
--     ln.nan_to_num(ln.tensor{1, 0 / 0}, {nan = -1})                       -- [ 1. -1.]
function ops.nan_to_num(t, options)
  t = tensor("nan_to_num", 1, t, true)
  if not t.dtype:find("float", 1, true) then return t end
  local largest = LARGEST[t.dtype]
  t = f.where(f.isnan(t), options.nan, t)
  t = f.where(t:eq(math.huge), options.posinf or largest, t)
  return f.where(t:eq(-math.huge), options.neginf or -largest, t)
end

local DIFF = {n = {"integer", default = 1, min = 0}, axis = {"integer", default = -1}}

--- Differences of neighbours along an axis, n times: `diff(t, {n = 1, axis = -1})`.
-- @param t  a tensor of one axis or more
-- @return a tensor whose axis is n shorter
-- Errors: an axis out of range; n below 0.
--
--     ln.diff(ln.tensor{1, 4, 9})                                          -- [3. 5.]
function ops.diff(t, options)
  t = tensor("diff", 1, t, true)
  local axis = resolve("diff", options.axis, t.rank)
  for _ = 1, options.n do
    local n = length_of("diff", t, axis)
    if n == 0 then break end
    t = t[range(axis, 2, n)] - t[range(axis, 1, n - 1)]
  end
  return t
end

local AVERAGE = {axis = {"integer"}, weights = {"tensor"}}

--- The mean with weights: `average(t, {axis = none, weights = none})`. Weights have t's shape, or
-- one axis as long as `axis` of t. Error: they sum to 0.
-- @param t  a tensor of any shape
-- @return a tensor without the axis
--
--     ln.average(ln.tensor{1, 3}, {weights = {3, 1}})                      -- 1.5
function ops.average(t, options)
  t = tensor("average", 1, t, true)
  if not options.weights then return f.mean(t, {axis = options.axis}) end
  local weights = tensor("average", 2, options.weights)
  if weights.rank == 1 and t.rank > 1 and options.axis then
    local axis, shape = resolve("average", options.axis, t.rank), {}
    for i = 1, t.rank do shape[i] = i == axis and weights.size or 1 end
    weights = weights:reshape(shape)
  end
  if is_tensor(t) then weights = weights:broadcast_to(t.shape) end
  local sum = weights:sum{axis = options.axis}
  if sum:eq(0):any() then raise("average: the weights sum to 0") end
  return (t * weights):sum{axis = options.axis} / sum
end

local KEEP = {axis = {"integer"}, keepdims = {"boolean", default = false}}

-- How far from the element below to the one above (0 .. 1), for the fraction that q says.
local between = {
  linear = function(fraction) return fraction end,
  lower = function() return 0 end,
  higher = function(fraction) return fraction > 0 and 1 or 0 end,
  midpoint = function(fraction) return fraction > 0 and 0.5 or 0 end,
}
local QUANTILE = {axis = KEEP.axis, keepdims = KEEP.keepdims, method = {"choice",
  default = "linear", choices = {"linear", "lower", "higher", "midpoint", "nearest"}}}

local function quantile(what, t, q, axis, keepdims, method)
  local x, k = along(what, t, axis)
  local n = length_of(what, x, k)
  if n == 0 then raise("%s: shape %s is empty along the axis", what, tostring(t.shape)) end
  if not x.dtype:find("float", 1, true) then x = x:astype("float32") end
  local sorted = x:sort(k)
  local place = (n - 1) * q + 1
  if method == "nearest" then   -- halves to the even position of those from 0, as numpy
    local low = math.floor(place)
    local up = place - low > 0.5 or place - low == 0.5 and low % 2 == 0
    place = up and low + 1 or low
  end
  local low = math.floor(place)
  local below = sorted[range(k, low, low)]:squeeze(k)
  local y, part = below, (between[method] or between.linear)(place - low)
  if part > 0 then
    y = below + (sorted[range(k, low + 1, low + 1)]:squeeze(k) - below) * part
  end
  -- NaN sorts last, and is what anything with a NaN comes to.
  local last = sorted[range(k, n, n)]:squeeze(k)
  y = f.where(f.isnan(last), last, y)
  return keepdims and kept(y, t, axis and k) or y
end

--- The value below which a part q (0 .. 1) of the elements lies:
-- `quantile(t, q, {axis = none, keepdims = false, method = "linear"})`. Integers give float32.
-- Where it lies between two elements: in proportion ("linear"), the "lower" or the "higher", the
-- "midpoint", or the "nearest" of them.
-- Errors: q outside 0 .. 1, nothing to choose from.
-- @param t  a tensor of any shape
-- @param q  a number in 0 .. 1, or a list of them
-- @return a tensor without the axis; for a list with a first axis, of its length
--
--     ln.quantile(ln.tensor{1, 2, 3, 4}, 0.25)                             -- 1.75
--     ln.quantile(ln.tensor{1, 2, 3, 4}, {0, 0.5}, {method = "higher"})    -- [1. 3.]
function ops.quantile(t, q, options)
  t = tensor("quantile", 1, t, true)
  local function of(part)
    if type(part) ~= "number" or not (part >= 0 and part <= 1) then
      raise("bad argument #2 to 'quantile' (a number in 0 .. 1 expected, got %s)", describe(part))
    end
    return quantile("quantile", t, part, options.axis, options.keepdims, options.method)
  end
  if type(q) ~= "table" or #q == 0 then return of(q) end
  local parts = {}
  for i, part in ipairs(q) do parts[i] = of(part) end
  return f.stack(parts, {axis = 1})
end

--- The middle value: `median(t, {axis = none, keepdims = false})`; of an even number the mean of
-- the two in the middle. Integers give float32.
-- @param t  a tensor of any shape
-- @return a tensor without the axis
-- Errors: an axis out of range; nothing along it.
--
--     ln.median(ln.tensor{3, 1, 10})                                       -- 3.0
function ops.median(t, options)
  t = tensor("median", 1, t, true)
  return quantile("median", t, 0.5, options.axis, options.keepdims, "linear")
end

local MOMENTS = {axis = {"integers"}, keepdims = {"boolean", default = false}}

--- Mean and variance: `mean, variance = moments(t, {axis = none, keepdims = false})`; axis is one
-- or a list of several.
-- @param t  a tensor of any shape
-- @return two tensors without the axes
-- Errors: an axis out of range.
--
--     local mean, variance = ln.moments(ln.tensor{1, 3})                   -- 2.0  1.0
function ops.moments(t, options)
  t = tensor("moments", 1, t, true)
  return f.mean(t, options), f.var(t, options)
end

local NORMALIZE = {axis = {"integer", default = -1}, order = {"number", default = 2},
                   epsilon = {"number", default = 1e-12, min = 0}}

--- Vectors of length 1: `normalize(t, {axis = -1, order = 2, epsilon = 1e-12})` divides by the norm
-- of that order along an axis, or by epsilon where the norm is less.
-- @param t  a tensor of one axis or more
-- @return a tensor of t's shape
-- Errors: an axis out of range; epsilon below 0.
--
--     ln.normalize(ln.tensor{3, 4})                                        -- [0.6 0.8]
function ops.normalize(t, options)
  t = tensor("normalize", 1, t, true)
  local norm = f.norm(t, {ord = options.order, axis = options.axis, keepdims = true})
  return t / f.maximum(norm, options.epsilon)
end

local COV = {rowvar = {"boolean", default = true}, ddof = {"integer", default = 1, min = 0}}

local function covariance(what, t, o)
  if t.rank > 2 then
    raise("%s: a tensor of one or two axes expected, got shape %s", what, tostring(t.shape))
  end
  local x = t:astype("float64")
  if t.rank < 2 then x = x:reshape{1, t.size} elseif not o.rowvar then x = x:transpose() end
  x = x - x:mean{axis = 2, keepdims = true}
  local y = x:matmul(x:transpose()) / (x.shape[2] - o.ddof)
  return t.rank < 2 and y:reshape{} or y
end

local function narrowed(y, t) return t.dtype == "float64" and y or y:astype("float32") end

--- Covariances between the rows of t, each a variable (rowvar = false: the columns):
-- `cov(t, {rowvar = true, ddof = 1})` gives (n, n); the variance of a vector.
-- @param t  a tensor of one or two axes
-- @return float32, float64 of float64
-- Errors: more than two axes.
--
--     ln.cov(ln.tensor{{1, 2, 3}, {6, 4, 2}}):flatten()                    -- [ 1. -2. -2.  4.]
function ops.cov(t, options)
  t = tensor("cov", 1, t)
  return narrowed(covariance("cov", t, options), t)
end

local CORRCOEF = {rowvar = COV.rowvar}

--- Correlations between the rows of t (rowvar = false: the columns), -1 .. 1:
-- `corrcoef(t, {rowvar = true})`.
-- @param t  a tensor of one or two axes
-- @return float32, float64 of float64
-- Errors: more than two axes.
--
--     ln.corrcoef(ln.tensor{{1, 2, 3}, {6, 4, 2}}):flatten()               -- [ 1. -1. -1.  1.]
function ops.corrcoef(t, options)
  t = tensor("corrcoef", 1, t)
  local y = covariance("corrcoef", t, {rowvar = options.rowvar, ddof = 0})
  if y.rank == 0 then return narrowed(y / y, t) end
  local deviation = f.sqrt(f.diag(y))
  return narrowed((y / deviation:expand_dims(1) / deviation:expand_dims(2)):clip(-1, 1), t)
end

local HISTOGRAM = {bins = {"integer", default = 10, min = 1}, range = {"numbers"}}

--- Counts of elements in equal bins: `counts, edges = histogram(t, {bins = 10, range = none})`;
-- range is {min, max}, t's own by default; what is outside is not counted, the last bin includes
-- its end.
-- counts is int64 (bins), edges (bins + 1).
-- @param t  a tensor of any shape
-- Errors: bins below 1; a range that is no {min, max}, or not finite.
--
--     local counts, edges = ln.histogram(ln.tensor{0, 1, 1, 4}, {bins = 2}) -- [3 1]  [0. 2. 4.]
function ops.histogram(t, options)
  t = tensor("histogram", 1, t)
  local x = t:flatten():astype("float64")
  local low, high = 0, 1
  if options.range then
    low, high = options.range[1], options.range[2]
    if #options.range ~= 2 or not (low <= high) then
      raise("bad option 'range' of 'histogram' ({min, max} expected)")
    end
  elseif x.size > 0 then
    low, high = x:min():item(), x:max():item()
  end
  if not (high - low < math.huge) then
    raise("histogram: the range %s .. %s is not finite", tostring(low), tostring(high))
  end
  if low == high then low, high = low - 0.5, high + 0.5 end
  local edges = core.linspace(low, high, options.bins + 1, "float64")
  x = x[f.logical_and(x:ge(low), x:le(high))]
  local bin = f.minimum(f.searchsorted(edges, x, "right"), options.bins + 1)   -- from 2
  local counts = f.bincount(bin - 2, {minlength = options.bins})
  return counts, narrowed(edges, t)
end

-- ---- random numbers made of other ones

-- Gumbel's distribution, whose largest of several (plus logarithms) falls by their probabilities.
local function gumbel(shape, seed)
  local u = core.random.uniform(shape, {dtype = "float64", seed = seed})
  return -f.log(f.maximum(-f.log(1 - u), 1e-300))
end

local SHUFFLE = {axis = {"integer", default = 1}, seed = {"integer"}}

--- Rows in another order: `random.shuffle(t, {axis = 1, seed = none})`, a copy.
-- @param t  a tensor of one axis or more
-- @return a tensor of t's shape
-- Errors: an axis out of range.
--
--     ln.random.shuffle(ln.arange(4))                                      -- such as [2. 0. 3. 1.]
function random.shuffle(t, options)
  t = tensor("random.shuffle", 1, t)
  local axis = resolve("random.shuffle", options.axis, t.rank)
  return f.take(t, core.random.permutation(t.shape[axis], {seed = options.seed}), axis)
end

local CATEGORICAL = {dtype = {"dtype", default = "int32"}, seed = {"integer"}}

--- Class ids, from 0, drawn by the logits of each row: `random.categorical(logits, num_samples,
-- {dtype = "int32", seed = none})`: (rows, classes) gives (rows, num_samples).
-- @param logits  (rows, classes)
-- @param num_samples  how many to draw for each row
-- @return class ids (rows, num_samples)
-- Errors: logits of another shape; num_samples below 0.
--
--     ln.random.categorical(ln.tensor{{0, -math.huge}}, 3)                 -- [[0 0 0]]
function random.categorical(logits, num_samples, options)
  local what = "random.categorical"
  logits = tensor(what, 1, logits)
  if logits.rank ~= 2 or logits.shape[2] == 0 then
    raise("bad argument #1 to '%s' (logits of shape (rows, classes) expected, got shape %s)", what,
          tostring(logits.shape))
  end
  local n = integer(num_samples)
  if not n or n < 0 then
    raise("bad argument #2 to '%s' (integer >= 0 expected, got %s)", what, describe(num_samples))
  end
  local rows, classes = logits.shape[1], logits.shape[2]
  local scores = logits:astype("float64"):expand_dims(2) + gumbel({rows, n, classes}, options.seed)
  return (scores:argmax{axis = 3} - 1):astype(options.dtype)
end

local CHOICE = {shape = {"shape", default = {}}, replace = {"boolean", default = true},
                p = {"tensor"}, seed = {"integer"}}

--- Elements drawn from x: `random.choice(x, {shape = {}, replace = true, p = none, seed = none})`.
-- x is a tensor, whose rows are drawn, or a number n, for the positions 1 .. n (int64). p: their
-- probabilities. Without replacement no row comes twice, and an error says when there are too few.
-- @param x  a tensor, or a number n
-- @return a tensor of `shape`, then the shape of a row
-- Errors: nothing to choose from; probabilities of another length, or negative; too few rows.
--
--     ln.random.choice(ln.tensor{10, 20, 30}, {shape = {2}})               -- such as [30. 10.]
function random.choice(x, options)
  local what = "random.choice"
  local n = integer(x)
  if n and n < 1 then
    raise("bad argument #1 to '%s' (a tensor or an integer >= 1 expected, got %d)", what, n)
  end
  if not n then
    x = tensor(what, 1, x)
    n = x.rank > 0 and x.shape[1] or 0
    if n == 0 then
      raise("bad argument #1 to '%s' (rows to choose from expected, got shape %s)", what,
            tostring(x.shape))
    end
  end
  local size, positions = 1
  for _, length in ipairs(options.shape) do size = size * length end
  local p = options.p and tensor(what, 2, options.p):astype("float64")
  if p and (p.rank ~= 1 or p.size ~= n or not p:ge(0):all() or p:sum():item() <= 0) then
    raise("bad option 'p' of '%s' (%d probabilities expected, got shape %s)", what, n,
          tostring(p.shape))
  end
  if not options.replace then
    local available = p and p:gt(0):sum():item() or n
    if size > available then
      raise("'%s': %d different rows wanted, and there are %d", what, size, available)
    end
    if p then
      local _, best = f.topk(f.log(p) + gumbel({n}, options.seed), size)
      positions = best
    else
      positions = core.random.permutation(n, {seed = options.seed})[{ {1, size} }]
    end
  elseif p then
    local sums = p:cumsum()
    local u = core.random.uniform({size}, {dtype = "float64", seed = options.seed}) * sums[n]
    positions = f.minimum(f.searchsorted(sums, u, "right"), p:gt(0):nonzero():max())
  else
    positions = core.random.randint({size},
      {min = 1, max = n + 1, dtype = "int64", seed = options.seed})
  end
  if integer(x) then return positions:reshape(options.shape) end
  local shape = {table.unpack(options.shape)}
  for i = 2, x.rank do shape[#shape + 1] = x.shape[i] end
  return f.take(x, positions, 1):reshape(shape)
end

public(ops, {
  options = {
    split = AXIS, unstack = AXIS, allclose = CLOSE, nan_to_num = NAN_TO_NUM, diff = DIFF,
    average = AVERAGE, quantile = QUANTILE, median = KEEP, moments = MOMENTS,
    normalize = NORMALIZE, cov = COV, corrcoef = CORRCOEF, histogram = HISTOGRAM,
  },
  positional = {
    split = {"axis"}, unstack = {"axis"}, allclose = {"rtol", "atol"},
    nan_to_num = {"nan", "posinf", "neginf"}, diff = {"n", "axis"}, average = {"axis"},
    quantile = {"axis", "keepdims"}, median = {"axis", "keepdims"},
    moments = {"axis", "keepdims"}, normalize = {"axis", "order", "epsilon"},
    histogram = {"bins", "range"},
  },
})
public(random, {
  prefix = "random.", options = {shuffle = SHUFFLE, categorical = CATEGORICAL, choice = CHOICE},
  positional = {shuffle = {"axis"}, choice = {"shape", "replace"}},
})

local methods = {}
for name, g in pairs(ops) do
  if name ~= "vstack" and name ~= "hstack" and name ~= "meshgrid" then methods[name] = g end
end

return {functions = ops, methods = methods, random = random}
