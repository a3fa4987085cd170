--- What models and layers that Lua defines bring to training: metrics of their own (add_metric, and
-- metrics in fields), steps that are overridden, and a first call that shows what comes out.

local core = require "lunate.core"
local raise = require "lunate.raise"
local public = require "lunate.public"
local is_tensor = require "lunate.is_tensor"

local Layer, Model = core.class("layer"), core.class("model")

local subclass = {}

-- ---- metrics

-- Of layers that called add_metric: {[layer] = list of {metric =, name =}}.
local added, any_added = setmetatable({}, {__mode = "k"}), false

--- Counts a value into a metric of this name, a mean over the batches of an epoch, which logs and
-- evaluate show. To be called in `call`.
-- @param value  a tensor (its mean counts) or a number
-- @param options  `name`; a lone string is one
-- Errors: no name; what is neither tensor nor number.
--
--     local Watched = ln.layers.Dense:extend("Watched")
--     function Watched:call(x)
--       local y = Watched.super.call(self, x)
--       self:add_metric(y:abs():mean(), {name = "size"})
--       return y
--     end
--     print(Watched(2)(x).shape)                                            --> (20, 2)
function Layer:add_metric(value, options)
  local name = type(options) == "table" and options.name or options
  if type(name) ~= "string" then
    raise("'add_metric' of '%s': a name is needed: self:add_metric(value, {name = \"...\"})",
      self.name)
  end
  core.spoil_replay("add_metric")
  if core.is_meta(value) then return end
  local list = added[self] or {}
  added[self], any_added = list, true
  local entry
  for _, other in ipairs(list) do if other.name == name then entry = other end end
  if not entry then
    entry = {name = name, metric = core.class("metric", "Mean"){name = name}}
    list[#list + 1] = entry
  end
  local share = core.batch_share()
  if not share then entry.metric:update_state(value)
  else entry.metric:update_state(is_tensor(value) and value:mean() or value, share) end
end

-- A layer's metrics, then its layers'. Those in fields of a model within are of its own training.
local function collect(layer, list, seen, within)
  if seen[layer] then return end
  seen[layer] = true
  for _, part in ipairs(not within and core.held(layer) or {}) do
    if getmetatable(part) == "lunate.metric" and not seen[part] then
      seen[part] = true
      list[#list + 1] = {metric = part, name = part.name}
    end
  end
  for _, entry in ipairs(added[layer] or {}) do list[#list + 1] = entry end
  for _, child in ipairs(layer.layers) do
    collect(child, list, seen, within or getmetatable(child) == "lunate.model")
  end
end

local NONE = {}

-- {[model] = the generation in which nothing of it was computed in Lua}.
local all_in_core = setmetatable({}, {__mode = "k"})

--- The metrics that belong to the model itself and its layers: {metric =, name =} each.
function subclass.metrics(model)
  if not any_added then
    local generation = core.generation()
    if all_in_core[model] == generation then return NONE end
    if not core.computes_in_lua(model) then
      all_in_core[model] = generation
      return NONE
    end
  end
  local list = {}
  collect(model, list, {})
  return list
end

-- ---- steps

local STEPS = {train = "train_step", test = "test_step", predict = "predict_step"}

--- Whether the model has a step of its own for the mode: "train", "test" or "predict".
function subclass.overrides(model, mode)
  local step = STEPS[mode]
  return model[step] ~= Model[step]
end

--- What a step's logs mean: numbers; metrics give their results, tensors of one element theirs.
function subclass.logs(model, step, given)
  if type(given) ~= "table" or getmetatable(given) ~= nil then
    raise("'%s' of '%s' should return a table of logs, {loss = ...}, it returned %s", step,
      model.name, type(given))
  end
  local logs = {}
  for name, value in pairs(given) do
    local kind = getmetatable(value)
    if kind == "lunate.metric" then value = value:result()
    elseif is_tensor(value) then value = value:item() end
    if type(name) ~= "string" or type(value) ~= "number" then
      raise("'%s' of '%s': logs are numbers by name, [%s] is a %s", step, model.name,
        tostring(name), type(value))
    end
    logs[name] = value
  end
  return logs
end

-- Rows of the parts: the tensor when there is one part, else a list; nil for none.
local function rows(list, batch)
  if not list or #list == 0 then return nil end
  local parts, last = {}, batch.first + batch.n - 1
  for i, t in ipairs(list) do
    if batch.rows then
      parts[i] = t:take(batch.rows[{ {batch.first, last} }] + 1, {axis = 1})
    else
      parts[i] = batch.first == 1 and last == #t and t or t[{ {batch.first, last} }]
    end
  end
  return #parts == 1 and parts[1] or parts
end

--- Calls the model's own step with a batch: x, y, sample_weight; lists where there are several.
function subclass.run(model, step, batch)
  return model[step](model, rows(batch.x, batch), rows(batch.y, batch), rows(batch.w, batch))
end

--- What a call or a step gave, several results or a table by name, as a list.
-- @return the list, in the order of the names, and the names; nil for none
function subclass.results(...)
  local first = ...
  if type(first) ~= "table" or getmetatable(first) ~= nil or type(next(first)) ~= "string" then
    return {...}
  end
  local list, names = {}, {}
  for name in pairs(first) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do list[i] = first[name] end
  return list, names
end

--- Calls the model with the beginning of the data, so that all of it is built.
-- @return the shapes of the outputs, None for the batch axis
function subclass.first_call(model, x)
  local parts, shapes = {}, {}
  for i, t in ipairs(x) do parts[i] = t[{ {1, math.min(#t, 32)} }] end
  local outs = subclass.results(core.only_shapes(function()
    return model(#parts == 1 and parts[1] or parts)
  end))
  for i, out in ipairs(outs) do
    local shape = out.shape
    shapes[i] = table.move(shape, 2, #shape, 2, #shape > 0 and {false} or {})
  end
  return shapes
end

public(Layer, {type = {"lunate.layer", "lunate.model"}})

return subclass
