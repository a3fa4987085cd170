--- ln.metrics: the classes of core/nn/metrics/ by name; what metrics of one's own have besides; and
-- `ln.metrics.named("m", f)`, or `ln.metrics.MeanMetricWrapper{f, name = "m"}`: the mean of a Lua
-- function of (y_true, y_pred) under a name.
--
--     print(ln.metrics.MeanAbsoluteError()({1, 2}, {2, 4}))                    --> 1.5
local core = require "lunate.core"
local raise = require "lunate.raise"

local Metric = core.class("metric")

local weights = require "lunate.metric_weights"

--- A variable of a metric of one's own, which reset_state sets to its initial value.
-- @param options  `name` ("variable"), `shape` ({}), `initializer` ("zeros"), `dtype` ("float32")
-- Errors: unknown options; a shape or a dtype that there is not.
--
--     local Largest = ln.metrics.Metric:extend("Largest")
--     function Largest:init() self.most = self:add_weight{name = "most"} end
--     function Largest:update_state(_, y_pred)
--       self.most:assign(ln.maximum(self.most, y_pred:max()))
--     end
--     function Largest:result() return self.most:value():item() end
--     print(Largest()({{0}}, {{3}}))                                         --> 3.0
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

--- The same as add_weight, under Keras's name for it.
-- @param options  those of add_weight
-- @return the variable
-- Errors: those of add_weight.
--
--     local Count = ln.metrics.Metric:extend("Count")
--     function Count:init() self.n = self:add_variable{name = "n"} end
--     function Count:update_state(y_true) self.n:assign(self.n + #y_true) end
--     function Count:result() return self.n:value():item() end
--     print(Count()({{0}, {1}}, {{0}, {1}}))                                 --> 2.0
function Metric:add_variable(options) return self:add_weight(options) end

local reset = Metric.reset_state

--- Forgets what was counted.
-- Errors: none.
--
--     local mean = ln.metrics.Mean()
--     mean:update_state{1, 3}
--     mean:reset_state()
--     print(mean:result())                                                    --> 0.0
function Metric:reset_state()
  reset(self)
  for _, entry in ipairs(weights[self] or {}) do entry.variable:assign(entry.start) end
end

require "lunate.public"(Metric, {type = "lunate.metric"})

local function wrapper(options)
  if type(options) == "function" then options = {options} end
  if type(options) ~= "table" then options = {options} end
  for key in pairs(options) do
    if key ~= 1 and key ~= "fn" and key ~= "name" then
      raise("MeanMetricWrapper: unknown option '%s' (fn, name)", tostring(key))
    end
  end
  local f, name = options[1] or options.fn, options.name
  if type(f) ~= "function" then
    raise("MeanMetricWrapper: a function of (y_true, y_pred) expected, got %s", type(f))
  end
  if name ~= nil and type(name) ~= "string" then
    raise("MeanMetricWrapper: a name is a string, got %s", type(name))
  end
  local metric = core.get("metric", f)
  if name then metric.name = name end
  return metric
end

-- The mean of a Lua function under a name, which a function in Lua has not.
local function named(name, f)
  if type(name) ~= "string" then
    raise("'named' expects a name and a function of (y_true, y_pred), got %s first", type(name))
  end
  return wrapper{f, name = name}
end

return require "lunate.namespace"("metric", function(_, name)
  if name == "MeanMetricWrapper" then return wrapper end
  if name == "named" then return named end
end, {"MeanMetricWrapper", "named"})
