--- Pipeline: transformers one after another, as one transformer.
--
--     local pre = ln.preprocessing.Pipeline{
--       {"center", ln.preprocessing.StandardScaler{with_std = false}},
--       {"scale", ln.preprocessing.MinMaxScaler()},
--     }
--     print(pre:fit_transform(ln.tensor{{1, 10}, {3, 30}}), pre.named_steps.center.mean_)

local raise = require "lunate.raise"
local list_length = require "lunate.list_length"
local Transformer = require "lunate.preprocessing.transformer"
local public = require "lunate.public"

--- Takes {name, transformer} pairs. `steps` is their list,
-- `named_steps` has the transformers by name.
local Pipeline = Transformer:extend("Pipeline")
Pipeline.options = {steps = {"table"}}
Pipeline.variadic = "steps"

local METHODS = {"fit", "transform", "fit_transform"}

function Pipeline:init(options)
  self.steps, self.named_steps = options.steps, {}
  local n = list_length(self.steps, "Pipeline: its steps")
  if n == 0 then raise("Pipeline needs at least one {name, transformer}") end
  for i, step in ipairs(self.steps) do
    local name, transformer
    if type(step) == "table" and not getmetatable(step) then
      name, transformer = step[1], step[2]
    end
    local kind = type(transformer)
    if type(name) ~= "string" or (kind ~= "table" and kind ~= "userdata") then
      raise("Pipeline: step %d must be {name, transformer}", i)
    end
    if self.named_steps[name] then
      raise("Pipeline: two steps are named '%s'", name)
    end
    for _, method in ipairs(METHODS) do
      if not transformer[method] then
        raise("Pipeline: step '%s' has no method %s", name, method)
      end
    end
    self.named_steps[name] = transformer
  end
end

-- Calls a method of a step's transformer; the step's name comes before the message of an error.
local function call(step, method, ...)
  local transformer = step[2]
  local ok, result = pcall(transformer[method], transformer, ...)
  if ok then return result end
  if type(result) ~= "string" then error(result, 0) end
  local place, text = result:match("^([^\n]-:%d+: )(.*)$")
  error(("%sin pipeline step '%s': %s"):format(place or "", step[1], text or result), 0)
end

function Pipeline:fit(x, y)
  for i, step in ipairs(self.steps) do
    x = call(step, i == #self.steps and "fit" or "fit_transform", x, y)
  end
  return self
end

function Pipeline:fit_transform(x, y)
  for _, step in ipairs(self.steps) do
    x = call(step, "fit_transform", x, y)
  end
  return x
end

function Pipeline:transform(x)
  for _, step in ipairs(self.steps) do
    x = call(step, "transform", x)
  end
  return x
end

function Pipeline:inverse_transform(x)
  for i = #self.steps, 1, -1 do
    x = call(self.steps[i], "inverse_transform", x)
  end
  return x
end

return public(Pipeline)
