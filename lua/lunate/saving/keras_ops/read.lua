--- Operations of keras.ops in Keras's configs become calls of ops here. Those of rows.lua are read
-- by their row, the others by a function in `readers`. Positions that tensors hold count from 0 in
-- Keras, from 1 here.

local core = require "lunate.core"
local raise = require "lunate.raise"
local fourier = require "lunate.saving.keras_ops.fourier"
local rows = require "lunate.saving.keras_ops.rows"

local f = core.functions
local composed = require("lunate.ops").functions
local is_none, from_zero = rows.is_none, rows.from_zero

local keras_ops = {}

local function is_symbolic(value) return getmetatable(value) == "lunate.symbolic_tensor" end

local function is_tensor(value)
  local kind = getmetatable(value)
  return kind == "lunate.tensor" or kind == "lunate.symbolic_tensor"
end

-- Positions in a tensor, or in numbers that stand for one.
local function positions(value)
  if is_symbolic(value) then return f.where(f.ge(value, 0), value + 1, value) end
  local t = is_tensor(value) and value or core.tensor(value, {dtype = "int64"})
  return f.where(t:ge(0), t + 1, t)
end

-- ---- reading

-- A call: operands in their order, options by Keras's names, each to be taken once. What nobody
-- takes is an option that would be dropped.
local Call = {}
Call.__index = Call

--- The option of this name; nil for none.
function Call:take(name)
  local value = self.options[name]
  self.options[name] = nil
  if is_none(value) then return nil end
  return value
end

--- The operand at this place, or by Keras's name for it; nil for none.
function Call:operand(i, name)
  local value = self.args[i]
  self.args[i] = nil
  if value == nil and name then value = self:take(name) end
  if is_none(value) then return nil end
  return value
end

--- All operands by Keras's names for them, a tensor or a number each.
function Call:operands(...)
  local list = {}
  for i, name in ipairs{...} do
    list[i] = self:operand(i, name)
    if list[i] == nil then raise("argument '%s' is missing", name) end
  end
  return table.unpack(list)
end

--- Raises where an option has a value that there is nothing for here.
function Call:only(name, ...)
  local value = self:take(name)
  for i = 1, select("#", ...) do
    if value == (select(i, ...)) then return end
  end
  raise("option '%s' is %s, which lunate's has not", name, tostring(value))
end

local OPERANDS = {"condition", "x", "x1", "x2", "xs", "inputs", "variable"}

local function read_row(row)
  return function(call)
    local operands = {}
    local n = 0
    for i in pairs(call.args) do n = math.max(n, i) end
    for i = 1, n do operands[i] = call:operand(i) end
    -- Operands by name come in the order of the signature.
    for _, name in ipairs(OPERANDS) do
      local value = call:take(name)
      if value ~= nil then operands[#operands + 1] = value end
    end
    local options, any = {}, false
    for ours, keras in pairs(row.options) do
      local value = call.options[keras[1]]
      call.options[keras[1]] = nil
      if value ~= nil then value = keras[2](value) end
      if value ~= nil then options[ours], any = value, true end
    end
    operands[#operands + 1] = any and options or nil
    return f[row.op](table.unpack(operands))
  end
end

local readers = {}
for class, row in pairs(rows.by_class) do readers[class] = read_row(row) end

-- max and min of Keras begin at `initial`.
for _, class in ipairs{"Max", "Min"} do
  local read = readers[class]
  readers[class] = function(call)
    call:only("initial", nil)
    return read(call)
  end
end

local function reduction(op, more)
  return function(call)
    local options = {axis = from_zero(call:take("axis")), keepdims = call:take("keepdims") or false}
    if more then more(call, options) end
    return f[op](call:operands("x"), options)
  end
end

-- Keras's result may be of another dtype.
local function accumulated(op)
  return function(call)
    local x, dtype = call:operands("x"), call:take("dtype")
    if dtype then x = f.cast(x, dtype) end
    local options = {axis = from_zero(call:take("axis"))}
    if op == "prod" then options.keepdims = call:take("keepdims") or false end
    return f[op](x, options)
  end
end

readers.Prod, readers.Cumsum, readers.Cumprod = accumulated "prod", accumulated "cumsum",
  accumulated "cumprod"
readers.Var, readers.Std = reduction "var", reduction "std"
readers.CountNonzero = reduction "count_nonzero"

function readers.Argmax(call) return reduction "argmax"(call) - 1 end
function readers.Argmin(call) return reduction "argmin"(call) - 1 end

function readers.Sort(call)
  return f.sort(call:operands("x"), from_zero(call:take("axis")) or false)
end

function readers.Argsort(call)
  return f.argsort(call:operands("x"), from_zero(call:take("axis")) or false) - 1
end

function readers.TopK(call)
  call:take("sorted")   -- the largest come in order either way
  call:take("is_stable")
  local values, places = f.topk(call:operands("x"), call:take("k"))
  return values, places - 1
end

for class, read in pairs(fourier.readers) do readers[class] = read end

function readers.SearchSorted(call)
  local sorted, values = call:operands("sorted_sequence", "values")
  return f.searchsorted(sorted, values, call:take("side")) - 1
end

function readers.Take(call)
  local x, indices = call:operands("x", "indices")
  return f.take(x, positions(indices), {axis = from_zero(call:take("axis"))})
end

function readers.TakeAlongAxis(call)
  local x, indices = call:operands("x", "indices")
  indices = positions(indices)
  local axis = from_zero(call:take("axis"))
  if not axis then x, indices, axis = f.flatten(x), f.flatten(indices), 1 end
  return f.take_along_axis(x, indices, axis)
end

function readers.OneHot(call)
  call:only("sparse", nil)
  return f.one_hot(call:operands("x"), {num_classes = call:take("num_classes"),
    axis = from_zero(call:take("axis")), dtype = call:take("dtype")})
end

function readers.Clip(call)
  local x, low, high = call:operands("x"), call:take("x_min"), call:take("x_max")
  if is_tensor(low) or is_tensor(high) then return f.minimum(f.maximum(x, low), high) end
  return f.clip(x, {min = low, max = high})
end

function readers.Repeat(call)
  local repeats = call:take("repeats")
  if type(repeats) == "table" and #repeats == 1 then repeats = repeats[1] end
  return f.repeat_(call:operands("x"), repeats, {axis = from_zero(call:take("axis"))})
end

-- One number for all, {before, after} for all, or that for each axis.
local function pad_width(width, rank)
  local is_pairs = type(width) == "table" and type(width[1]) == "table"
  if is_pairs and #width ~= 1 then return width end
  local pair, list = is_pairs and width[1] or width, {}
  if type(pair) ~= "table" then pair = {pair, pair} end
  for i = 1, rank do list[i] = {pair[1], pair[2] or pair[1]} end
  return list
end

function readers.Pad(call)
  local x = call:operands("x")
  return f.pad(x, {pad_width = pad_width(call:take("pad_width"), x.rank), mode = call:take("mode"),
    constant_values = call:operand(2, "constant_values")})
end

function readers.Softmax(call)
  local x, axis = call:operands("x"), from_zero(call:take("axis"))
  if type(axis) == "number" then return f.softmax(x, {axis = axis}) end
  local e = f.exp(x - f.max(x, {axis = axis, keepdims = true}))
  return e / f.sum(e, {axis = axis, keepdims = true})
end

function readers.LogSoftmax(call)
  local x, axis = call:operands("x"), from_zero(call:take("axis"))
  if type(axis) == "number" then return f.log_softmax(x, {axis = axis}) end
  return x - f.logsumexp(x, {axis = axis, keepdims = true})
end

function readers.Relu(call) return f.relu(call:operands("x")) end

function readers.ReLU(call)
  return f.relu(call:operands("x"), {negative_slope = call:take("negative_slope"),
    max_value = call:take("max_value"), threshold = call:take("threshold")})
end

function readers.Mish(call) return f.mish(call:operands("x")) end

function readers.Einsum(call)
  local operands = {}
  for i = 1, #call.args do operands[i] = call:operand(i) end
  return f.einsum(operands, call:take("subscripts"))
end

function readers.Tensordot(call)
  local a, b = call:operands("x1", "x2")
  local axes = call:take("axes")
  if type(axes) ~= "table" then return f.tensordot(a, b, {axes = {axes}}) end
  local function list(value) return type(value) == "table" and value or {value} end
  return f.tensordot(a, b, {axes = from_zero(list(axes[1])), axes_b = from_zero(list(axes[2]))})
end

function readers.Norm(call)
  local x, ord, axis = call:operands("x"), call:take("ord"), from_zero(call:take("axis"))
  local matrix = type(axis) == "table" and #axis == 2 or not axis and x.rank == 2
  if ord == "fro" then ord = nil
  elseif ord ~= nil and (matrix or type(ord) ~= "number") then
    raise("option 'ord' is %s: only the Frobenius norm of matrices is here", tostring(ord))
  end
  return f.norm(x, {ord = ord, axis = axis, keepdims = call:take("keepdims") or false})
end

function readers.Isclose(call)
  local a, b = call:operands("x1", "x2")
  return f.isclose(a, b, {rtol = call:operand(3, "rtol"), atol = call:operand(4, "atol"),
    equal_nan = call:take("equal_nan") or false})
end

function readers.IsIn(call)
  call:take("assume_unique")   -- a hint
  local y = f.isin(call:operands("x1", "x2"))
  return call:take("invert") and f.logical_not(y) or y
end

function readers.ConvertToTensor(call)
  call:only("sparse", nil)
  call:only("ragged", nil)
  local x, dtype = call:operands("x"), call:take("dtype")
  return dtype and f.cast(x, dtype) or f.linear(x)
end

-- Of a shape that is known later: what a comparison chooses.
local function filled_like(x, value, dtype)
  return f.cast(f.where(f.eq(x, x), value, value), dtype or x.dtype)
end

function readers.ZerosLike(call) return filled_like(call:operands("x"), 0, call:take("dtype")) end
function readers.OnesLike(call) return filled_like(call:operands("x"), 1, call:take("dtype")) end
function readers.FullLike(call)
  local x, value = call:operands("x", "fill_value")
  return filled_like(x, value, call:take("dtype"))
end

function readers.Ptp(call)
  local x = call:operands("x")
  local options = {axis = from_zero(call:take("axis")), keepdims = call:take("keepdims") or false}
  return f.max(x, options) - f.min(x, options)
end

function readers.DivideNoNan(call)
  local a, b = call:operands("x1", "x2")
  local zero = f.eq(b, 0)
  return f.where(zero, 0, a / f.where(zero, 1, b))
end

function readers.Exp2(call) return f.power(2, call:operands("x")) end
function readers.Deg2rad(call) return call:operands("x") * (math.pi / 180) end
function readers.Rad2deg(call) return call:operands("x") * (180 / math.pi) end
for _, class in ipairs{"Real", "Conj", "Conjugate"} do   -- no tensor is complex
  readers[class] = function(call) return f.linear(call:operands("x")) end
end

function readers.Fliplr(call) return f.flip(call:operands("x"), {axis = 2}) end
function readers.Flipud(call) return f.flip(call:operands("x"), {axis = 1}) end

function readers.Hstack(call) return composed.hstack(call:operands("xs")) end
function readers.Vstack(call) return composed.vstack(call:operands("xs")) end

function readers.Split(call)
  local sections = call:take("indices_or_sections")
  if type(sections) == "table" then sections = from_zero(sections) end
  return table.unpack(composed.split(call:operands("x"), sections,
    {axis = from_zero(call:take("axis"))}))
end

function readers.Unstack(call)
  call:take("num")   -- what the axis has
  return table.unpack(composed.unstack(call:operands("x"), {axis = from_zero(call:take("axis"))}))
end

function readers.Moments(call)
  call:only("synchronized", nil)
  local axes = from_zero(call:take("axes"))
  return composed.moments(call:operands("x"),
    {axis = axes, keepdims = call:take("keepdims") or false})
end

function readers.Normalize(call)
  return composed.normalize(call:operands("x"), {axis = from_zero(call:take("axis")),
    order = call:take("order"), epsilon = call:take("epsilon") or 1e-7})
end

function readers.NanToNum(call)
  return composed.nan_to_num(call:operands("x"), {nan = call:take("nan"),
    posinf = call:take("posinf"), neginf = call:take("neginf")})
end

function readers.Diff(call)
  return composed.diff(call:operands("a"),
    {n = call:take("n"), axis = from_zero(call:take("axis"))})
end

function readers.Average(call)
  return composed.average(call:operands("x"), {axis = from_zero(call:take("axis")),
    weights = call:operand(2, "weights")})
end

function readers.Median(call)
  return composed.median(call:operands("x"), {axis = from_zero(call:take("axis")),
    keepdims = call:take("keepdims") or false})
end

function readers.Quantile(call)
  local x, q = call:operands("x", "q")
  if is_tensor(q) and not is_symbolic(q) then q = q:totable() end
  return composed.quantile(x, q, {method = call:take("method"), axis = from_zero(call:take("axis")),
    keepdims = call:take("keepdims") or false})
end

-- ---- indexing

-- The same along an axis whose size is not known: bounds stay what they are, from either end.
local function open_range(start, stop, step, axis)
  local first, last
  if step > 0 then
    first = is_none(start) and 1 or from_zero(start)
    last = is_none(stop) and -1 or stop < 0 and stop - 1 or stop
  else
    first = is_none(start) and -1 or from_zero(start)
    last = is_none(stop) and 1 or stop < 0 and stop + 1 or stop + 2
  end
  local one_side = (first < 0) == (last < 0)
  if last == 0 or one_side and (step > 0 and last < first or step < 0 and last > first) then
    raise("a slice of axis %d is empty", axis - 1)
  end
  return {first, last, step}
end

-- The range {first, last[, step]} of a Python slice along an axis of n; {} for all of it.
local function range_of(slice, n, axis)
  local start, stop, step = slice.start, slice.stop, slice.step
  step = is_none(step) and 1 or step
  if is_none(start) and is_none(stop) and step == 1 then return {} end
  if math.type(step) ~= "integer" or step == 0 then
    raise("a slice with the step %s", tostring(step))
  end
  for _, value in pairs{start = start, stop = stop} do
    if not is_none(value) and math.type(value) ~= "integer" then
      raise("a slice with the bound %s", tostring(value))
    end
  end
  if type(n) ~= "number" then return open_range(start, stop, step, axis) end
  local function place(value, default)
    if is_none(value) then return default end
    if value < 0 then value = value + n end
    if step > 0 then return math.max(0, math.min(n, value)) end
    return math.max(-1, math.min(n - 1, value))
  end
  local first, limit = place(start, step > 0 and 0 or n - 1), place(stop, step > 0 and n or -1)
  local count = (limit - first + step - (step > 0 and 1 or -1)) // step
  if count <= 0 then raise("a slice of axis %d is empty", axis - 1) end
  return {first + 1, first + (count - 1) * step + 1, step}
end

function readers.GetItem(call)
  local x, key = call:operands("x", "key")
  if type(key) ~= "table" or key.class_name then key = {key} end
  local taken, ellipsis = 0, false
  for _, part in ipairs(key) do
    local class = type(part) == "table" and part.class_name
    if class == "__ellipsis__" then ellipsis = true
    elseif not is_none(part) then taken = taken + 1 end
  end
  if taken > x.rank then
    raise("%d indices of a tensor of %d axes", taken, x.rank)
  end
  local index, added, axis, place = {}, {}, 1, 1   -- of x, and of the result
  local whole = true
  local function skip(n)
    for _ = 1, n do
      index[axis] = {}
      axis, place = axis + 1, place + 1
    end
  end
  for i = 1, #key do
    local part = key[i]
    if is_tensor(part) then
      raise("a key that is a tensor or a list of positions")
    elseif is_none(part) then
      added[#added + 1], place = place, place + 1
    elseif math.type(part) == "integer" then
      index[axis], axis, whole = from_zero(part), axis + 1, false
    elseif type(part) == "table" and part.class_name == "__ellipsis__" then
      skip(x.rank - taken)
    elseif type(part) == "table" and part.class_name == "__slice__"
      and type(part.config) == "table" then
      index[axis] = range_of(part.config, x.shape[axis], axis)
      whole = whole and next(index[axis]) == nil
      axis, place = axis + 1, place + 1
    else
      raise("a key that is neither a whole number nor a slice")
    end
  end
  if not ellipsis then skip(x.rank - taken) end
  local y = x
  if not whole then y = x[index] end
  for _, new_axis in ipairs(added) do y = f.expand_dims(y, new_axis) end
  return rawequal(y, x) and f.linear(x) or y
end

-- ---- reading an entry

local MODULES = {"^keras%.src%.ops", "^keras%.ops", "^keras%.src%.activations",
  "^keras%.activations"}

--- The class of an entry {class_name =, module =, config =} that is an operation of Keras's; nil
-- for layers.
function keras_ops.class_of(entry)
  local module = type(entry.module) == "string" and entry.module
  if module then
    for _, pattern in ipairs(MODULES) do
      if module:find(pattern) then return entry.class_name end
    end
    return nil
  end
  -- Keras's .h5 files say no module. Layers of Keras 3 have a dtype, operations have none.
  if not readers[entry.class_name] then return nil end
  local config, nodes = entry.config, entry.inbound_nodes
  local is_modern = type(nodes) == "table" and type(nodes[1]) == "table" and nodes[1].args
  local is_layer = type(config) ~= "table" or config.dtype ~= nil or config.trainable ~= nil
  if not core.class("layer", entry.class_name) or is_modern and not is_layer then
    return entry.class_name
  end
end

-- Tensors that a config holds in full, at any depth.
local function revive(value)
  if type(value) ~= "table" or type(getmetatable(value)) == "string" then return value end
  if value.class_name == "__numpy__" or value.class_name == "__tensor__" then
    local config = type(value.config) == "table" and value.config or {}
    return core.tensor(config.value, {dtype = config.dtype})
  end
  local out = {}
  for key, part in pairs(value) do out[key] = revive(part) end
  return out
end

-- Names the layers that a call made: the last by the entry's name, those before it after that.
local function name_layers(outputs, inputs, name, is_taken)
  local known, named, n = {}, {}, 0
  for _, t in ipairs(inputs) do known[t] = true end
  local function rename(layer, wanted)
    if named[layer] then return end
    named[layer], layer.name = true, wanted
  end
  local function free()
    local wanted
    repeat n = n + 1; wanted = name .. "_" .. n until not is_taken(wanted)
    return wanted
  end
  for i, t in ipairs(outputs) do
    if not known[t] then rename(core.symbolic_node(t).layer, i == 1 and name or free()) end
  end
  local function visit(t)
    if known[t] then return end
    known[t] = true
    local node = core.symbolic_node(t)
    if not named[node.layer] then rename(node.layer, free()) end
    for _, input in ipairs(node.inputs) do visit(input) end
  end
  for _, t in ipairs(outputs) do
    if not known[t] then
      known[t] = true
      for _, input in ipairs(core.symbolic_node(t).inputs) do visit(input) end
    end
  end
end

local function symbolic_in(value, list)
  if is_symbolic(value) then list[#list + 1] = value
  elseif type(value) == "table" and type(getmetatable(value)) ~= "string" then
    for _, part in pairs(value) do symbolic_in(part, list) end
  end
  return list
end

--- Calls the operation that an entry describes.
-- @param entry  its class_name and config
-- @param args  what the node has: symbolic tensors, numbers, lists; kwargs by name
-- @param name  for the layer that gives the result
-- @param is_taken  whether a name is another layer's: f(name) -> boolean
-- @return the outputs, a list of symbolic tensors
-- Errors: an operation, an option or an argument that there is not here, by name.
function keras_ops.call(entry, args, kwargs, name, is_taken)
  local class = entry.class_name
  local read = readers[class]
  if not read then
    raise("'%s' is an operation of Keras's that lunate does not have (%s)", name, class)
  end
  local call = setmetatable({args = {}, options = {}}, Call)
  for i, value in pairs(args) do call.args[i] = revive(value) end
  for key, value in pairs(entry.config or {}) do call.options[key] = revive(value) end
  call.options.name = nil
  if type(call.options.dtype) == "table" then call.options.dtype = nil end   -- a policy: no option
  for key, value in pairs(kwargs) do call.options[key] = revive(value) end
  local function run()
    local outputs = table.pack(read(call))
    for key, value in pairs(call.options) do
      if not is_none(value) then raise("option '%s' (%s) is not here", key, tostring(value)) end
    end
    for i, value in pairs(call.args) do
      if not is_none(value) then raise("argument %s is not here", tostring(i)) end
    end
    return outputs
  end
  local ok, outputs = pcall(run)
  if not ok then
    raise("operation '%s' (Keras's %s): %s", name, class,
      (tostring(outputs):gsub("^[^\n:]+:%d+: ", "")))
  end
  for i = 1, outputs.n do
    if not is_symbolic(outputs[i]) then raise("operation '%s' gives no tensor", name) end
  end
  outputs.n = nil
  name_layers(outputs, symbolic_in(kwargs, symbolic_in(args, {})), name, is_taken)
  return outputs
end

return keras_ops
