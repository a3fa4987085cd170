--- What operations of keras.ops are here, where they differ in names alone: classes, options and
-- the modules in which Keras looks for them. What is more than a row is in read.lua and write.lua,
-- beside this file. Configs count axes from 0; here they count from 1.

local core = require "lunate.core"
local raise = require "lunate.raise"

local rows = {}

-- ---- values

--- None, as Lua or a file for Python has it.
local function is_none(value) return value == nil or value == false or value == core.null end

-- Whole numbers that Keras counts from 0 (-1 is the last), one or a list; none stays none.
local function from_zero(value)
  if is_none(value) then return nil end
  if type(value) ~= "table" then
    local n = math.type(value) and math.tointeger(value)
    if not n then raise("a whole number expected, got %s", tostring(value)) end
    return n >= 0 and n + 1 or n
  end
  local list = {}
  for i, n in ipairs(value) do list[i] = from_zero(n) end
  return list
end

-- ---- rows, by module: op here = Keras's class, or {class, {option = {Keras's name, value here}}}

local function flag(value) return value == true end

local function taken(value)
  if is_none(value) then return nil end
  return value
end

-- Of options that are there: none is none here too, or an error, never a default.
local function axis_of(value) return from_zero(value) or false end

local AXIS = {axis = {"axis", axis_of}}
local REDUCE = {axis = {"axis", from_zero}, keepdims = {"keepdims", flag}}
local K = {k = {"k", taken}}
local TWO_AXES = {axis1 = {"axis1", from_zero}, axis2 = {"axis2", from_zero}}
local DIAGONAL = {offset = {"offset", taken}, axis1 = TWO_AXES.axis1, axis2 = TWO_AXES.axis2}

-- Further names of a class that is read (Absolute is Abs) stand after the first, which is written.
local ROWS = {
  numpy = {
    add = "Add", subtract = "Subtract", multiply = "Multiply", divide = "TrueDivide Divide",
    floor_divide = "FloorDivide", mod = "Mod", power = "Power", maximum = "Maximum",
    minimum = "Minimum", arctan2 = "Arctan2", hypot = "Hypot", logaddexp = "Logaddexp",
    gt = "Greater", ge = "GreaterEqual", lt = "Less", le = "LessEqual", eq = "Equal",
    ne = "NotEqual", logical_and = "LogicalAnd", logical_or = "LogicalOr",
    logical_xor = "LogicalXor", logical_not = "LogicalNot", matmul = "Matmul", dot = "Dot",
    outer = "Outer", negative = "Negative", abs = "Absolute Abs Fabs", sign = "Sign",
    square = "Square", sqrt = "Sqrt", reciprocal = "Reciprocal", floor = "Floor", ceil = "Ceil",
    trunc = "Trunc", exp = "Exp", expm1 = "Expm1", log = "Log", log2 = "Log2", log10 = "Log10",
    log1p = "Log1p", sin = "Sin", cos = "Cos", tan = "Tan", arcsin = "Arcsin", arccos = "Arccos",
    arctan = "Arctan", sinh = "Sinh", cosh = "Cosh", tanh = "Tanh", arcsinh = "Arcsinh",
    arccosh = "Arccosh", arctanh = "Arctanh", isnan = "Isnan", isinf = "Isinf",
    isfinite = "Isfinite", flatten = "Ravel", linear = "Copy", where = "Where",
    sum = {"Sum", REDUCE}, mean = {"Mean", REDUCE}, max = {"Max Amax", REDUCE},
    min = {"Min Amin", REDUCE}, any = {"Any", REDUCE}, all = {"All", REDUCE},
    concatenate = {"Concatenate", AXIS}, stack = {"Stack", AXIS},
    expand_dims = {"ExpandDims", AXIS}, squeeze = {"Squeeze", AXIS}, flip = {"Flip", AXIS},
    tril = {"Tril", K}, triu = {"Triu", K},
    diag = {"Diag", K}, diagonal = {"Diagonal", DIAGONAL}, trace = {"Trace", DIAGONAL},
    reshape = {"Reshape", {shape = {"newshape", taken}}},
    broadcast_to = {"BroadcastTo", {shape = {"shape", taken}}},
    swapaxes = {"Swapaxes", TWO_AXES},
    moveaxis = {"Moveaxis",
      {source = {"source", from_zero}, destination = {"destination", from_zero}}},
    transpose = {"Transpose", {axes = {"axes", from_zero}}},
    tile = {"Tile", {repeats = {"repeats", taken}}},
    roll = {"Roll", {shift = {"shift", taken}, axis = {"axis", from_zero}}},
    round = {"Round", {decimals = {"decimals", taken}}},
  },
  nn = {
    relu6 = "Relu6", selu = "Selu", sigmoid = "Sigmoid", silu = "Silu", softplus = "Softplus",
    softsign = "Softsign", sparse_plus = "SparsePlus", sparse_sigmoid = "SparseSigmoid",
    tanh_shrink = "TanhShrink", hard_sigmoid = "HardSigmoid", hard_silu = "HardSilu",
    hard_tanh = "HardTanh", log_sigmoid = "LogSigmoid",
    leaky_relu = {"LeakyRelu", {negative_slope = {"negative_slope", taken}}},
    elu = {"Elu", {alpha = {"alpha", taken}}}, celu = {"Celu", {alpha = {"alpha", taken}}},
    gelu = {"Gelu", {approximate = {"approximate", flag}}},
    squareplus = {"Squareplus", {b = {"b", taken}}},
    hard_shrink = {"HardShrink", {threshold = {"threshold", taken}}},
    soft_shrink = {"SoftShrink", {threshold = {"threshold", taken}}},
    threshold = {"Threshold",
      {threshold = {"threshold", taken}, default_value = {"default_value", taken}}},
    log_softmax = {"LogSoftmax", AXIS}, glu = {"Glu", AXIS}, sparsemax = {"Sparsemax", AXIS},
  },
  math = {erf = "Erf", rsqrt = "Rsqrt", logsumexp = {"Logsumexp", REDUCE}},
  core = {cast = {"Cast", {dtype = {"dtype", taken}}}, stop_gradient = "StopGradient"},
}
-- The same under another name here.
local ALIASES = {swish = "silu", hard_swish = "hard_silu", exponential = "exp", astype = "cast",
  permute = "transpose"}

local by_class, by_op = {}, {}
for module, ops in pairs(ROWS) do
  for op, row in pairs(ops) do
    local classes, options = row, {}
    if type(row) == "table" then classes, options = row[1], row[2] end
    for class in classes:gmatch("%S+") do
      local known = {op = op, class = class, module = "keras.src.ops." .. module, options = options}
      by_class[class] = known
      by_op[op] = by_op[op] or known
    end
  end
end

rows.is_none, rows.from_zero, rows.flag = is_none, from_zero, flag
rows.by_class, rows.by_op, rows.aliases = by_class, by_op, ALIASES

return rows
