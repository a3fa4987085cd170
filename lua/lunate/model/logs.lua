--- The results of training and testing so far, in one order everywhere: loss, the outputs' losses,
-- metrics (both in the order of the outputs), what layers and the model itself count.

local core = require "lunate.core"
local raise = require "lunate.raise"
local subclass = require "lunate.subclass"
local unique = require "lunate.unique"
local compile = require "lunate.model.compile"
local peers = require "lunate.model.peers"
local state = require "lunate.model.state"

local Model = core.class("model")

local logs = {}

-- A metric's result as logs have it: one element is a number (a truth 1 or 0), more are a tensor.
local function result_of(metric)
  local result = metric:result()
  if getmetatable(result) == "lunate.variable" then result = result:value() end
  if getmetatable(result) == "lunate.tensor" then
    if result.size ~= 1 then return result end
    result = result:item()
  end
  if type(result) == "boolean" then return result and 1 or 0 end
  if type(result) ~= "number" then
    raise("in metric '%s': its result should be a number or a tensor, it is %s", metric.name,
      result == nil and "missing" or "a " .. type(result))
  end
  return result
end

-- What the model and its layers count themselves: {name =, metric =}, no name being one of names.
local function further_reports(model, names)
  local metrics, reports = subclass.metrics(model), {}
  if #metrics == 0 then return reports end
  local take = unique("val_")
  for _, name in ipairs(names) do take(name) end
  for i, entry in ipairs(metrics) do
    reports[i] = {name = take(entry.name), metric = entry.metric}
  end
  return reports
end

local function names_of(reports)
  local names = {}
  for i, report in ipairs(reports) do names[i] = report.name end
  return names
end

--- The names of the results, in their order.
function logs.names(model)
  local step_logs = state[model].step_logs
  if step_logs then return table.move(step_logs.names, 1, #step_logs.names, 1, {}) end
  local names = names_of(compile.reports(model))
  for _, report in ipairs(further_reports(model, names)) do names[#names + 1] = report.name end
  return names
end

--- Names and values of the results, in their order. Not to be changed.
function logs.results(model)
  local kept, values = state[model], {}
  if kept.step_logs then return kept.step_logs.names, kept.step_logs.values end
  local trainer, reports = compile.running_trainer(model), kept.reports
  local names = reports.names
  if not names then names = names_of(reports); reports.names = names end
  for i = 1, #reports do
    local report = reports[i]
    values[i] = report.metric and result_of(report.metric) or trainer:loss(report.output)
  end
  local further = further_reports(model, names)
  if #further == 0 then return names, values end
  names = table.move(names, 1, #names, 1, {})
  for _, report in ipairs(further) do
    names[#names + 1] = report.name
    values[#names] = result_of(report.metric)
  end
  return names, values
end

-- Remembers names, and their places: {[name] = place}.
local function remember(kept, names)
  local order = kept.order or {names = {}, places = {}}
  kept.order = order
  for _, name in ipairs(names) do
    if not order.places[name] then
      order.names[#order.names + 1] = name
      order.places[name] = #order.names
    end
  end
end

-- Metrics that count in Lua, or for the model itself: no trainer shares what they do.
local function metrics_apart(model)
  local list, variables_of = {}, package.loaded["lunate.metric_weights"] or {}
  for _, report in ipairs(compile.reports(model)) do
    if report.metric and variables_of[report.metric] then list[#list + 1] = report.metric end
  end
  for _, entry in ipairs(subclass.metrics(model)) do list[#list + 1] = entry.metric end
  return list
end

--- What all processes have counted, as logs.results gives it: each of them calls this at one time.
function logs.shared(model)
  local kept = state[model]
  if not peers.active or kept.step_logs then return logs.results(model) end
  local trainer = compile.running_trainer(model)
  peers.meet("results of '" .. model.name .. "'")
  trainer:share()
  local fine, restore = pcall(peers.share_metrics, metrics_apart(model))
  local ok, names, values
  if fine then
    ok, names, values = pcall(logs.results, model)
    restore()
  end
  trainer:unshare()
  if not (fine and ok) then error(fine and names or restore, 0) end
  peers.check_results(names, values)
  return names, values
end

--- The results by name.
-- @param prefix  what comes before each name ("")
-- @param into  the table that gets them (a new one)
-- @param of_process  of this process alone, for a look in between
function logs.read(model, prefix, into, of_process)
  into, prefix = into or {}, prefix or ""
  local names, values = (of_process and logs.results or logs.shared)(model)
  remember(state[model], names)
  for i, name in ipairs(names) do into[prefix .. name] = values[i] end
  return into
end

--- The results of a step that is the model's own, as steps.run keeps them: the loss comes first,
-- the others by name, as a table has no order.
function logs.of_step(values)
  local names, ordered = {}, {}
  for name in pairs(values) do names[#names + 1] = name end
  table.sort(names, function(a, b)
    if (a == "loss") ~= (b == "loss") then return a == "loss" end
    return a < b
  end)
  for i, name in ipairs(names) do ordered[i] = values[name] end
  return {names = names, values = ordered}
end

--- The names in logs, or in a History, in the order of results: those of training, those of
-- validation, what callbacks added (by name), learning_rate.
-- @param model  whose logs they are; nil: nobody's
function logs.order(model, values)
  local order = model and state[model].order
  local places, list, group, place = order and order.places or {}, {}, {}, {}
  for _, name in ipairs(order and order.names or {}) do
    if values[name] == nil then break end
    list[#list + 1] = name
  end
  local count = 0
  for _ in pairs(values) do count = count + 1 end
  if count == #list then return list end   -- those of training alone
  list = {}
  for name in pairs(values) do
    local validation = type(name) == "string" and places[name:match("^val_(.*)$")]
    group[name] = places[name] and 1 or validation and 2 or name == "learning_rate" and 4 or 3
    place[name] = places[name] or validation or 0
    list[#list + 1] = name
  end
  table.sort(list, function(a, b)
    if group[a] ~= group[b] then return group[a] < group[b] end
    if place[a] ~= place[b] then return place[a] < place[b] end
    return tostring(a) < tostring(b)
  end)
  return list
end

--- Which way a result is better: losses fall, a metric knows (`metric.direction`, a field that one
-- of a script's own may have, or what the built-in class says).
-- @param name  as logs have it, with or without `val_`
-- @return "up", "down" or nil: not known
function logs.direction(model, name)
  local compiled = compile.reports(model)
  for _, reports in ipairs{compiled, further_reports(model, names_of(compiled))} do
    for _, report in ipairs(reports) do
      if report.name == name or "val_" .. report.name == name then
        local metric = report.metric
        if not metric then return not report.given and "down" or nil end
        return metric.direction or core.metric_direction(metric)
      end
    end
  end
  -- Steps of a model's own say no more than names.
  return (name == "loss" or name == "val_loss") and "down" or nil
end

--- What evaluate and train_on_batch return: several values, or with return_dict a table by name.
function logs.give(model, return_dict)
  if return_dict then return logs.read(model) end
  local names, values = logs.shared(model)
  return table.unpack(values, 1, #names)
end

--- Forgets the running means of loss and metrics (train_on_batch and test_on_batch go on from
-- where they are, as in Keras).
-- Errors: none.
--
--     model:reset_metrics()
function Model:reset_metrics() logs.reset(self) end

--- What Model:reset_metrics does.
function logs.reset(model)
  local compiled = state[model]
  compiled.step_logs = false
  if compiled.trainer then compiled.trainer:reset() end
  for _, entry in ipairs(subclass.metrics(model)) do entry.metric:reset_state() end
end

return logs
