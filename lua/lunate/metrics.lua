--- ln.metrics: the classes of core/nn/metrics/ by name; what metrics of one's own have besides; and
-- `ln.metrics.MeanMetricWrapper{f, name = "m"}`: the mean of a Lua function of (y_true, y_pred).
local core = require "lunate.core"
local raise = require "lunate.raise"

local Metric = core.class("metric")

local weights = setmetatable({}, {__mode = "k"})   -- of metrics in Lua: {[metric] = list}

--- A variable of a metric of one's own, which reset_state sets to its initial value.
-- @param options  `name` ("variable"), `shape` ({}), `initializer` ("zeros"), `dtype` ("float32")
--
--     function MyMetric:init() self.total = self:add_weight{name = "total"} end
function Metric:add_weight(options)
  local given = require "lunate.options"("add_weight", {
    name = {"string", default = "variable"}, shape = {"shape", default = {}},
    initializer = {"initializer", default = "zeros"}, dtype = {"dtype", default = "float32"},
  }, options)
  local initializer = core.get("initializer", given.initializer)
  local start = initializer(given.shape, {dtype = given.dtype})
  local variable = core.Variable(start, {name = given.name, trainable = false,
    dtype = given.dtype})
  weights[self] = weights[self] or {}
  table.insert(weights[self], {variable = variable, start = start})
  return variable
end

local reset = Metric.reset_state

--- Forgets what was counted.
function Metric:reset_state()
  reset(self)
  for _, entry in ipairs(weights[self] or {}) do entry.variable:assign(entry.start) end
end

local function wrapper(given)
  if type(given) == "function" then given = {given} end
  local f = type(given) == "table" and (given[1] or given.fn)
  if type(f) ~= "function" then
    raise("MeanMetricWrapper: a function of (y_true, y_pred) expected, got %s", type(f))
  end
  local metric = core.get("metric", f)
  if given.name then metric.name = given.name end
  return metric
end

return require "lunate.namespace"("metric", function(_, name)
  if name == "MeanMetricWrapper" then return wrapper end
end, {"MeanMetricWrapper"})
