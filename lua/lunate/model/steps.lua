--- What is done with one batch: the core's step, or one that a model of one's own defines.

local core = require "lunate.core"
local is_tensor = require "lunate.is_tensor"
local raise = require "lunate.raise"
local subclass = require "lunate.subclass"
local random = require "lunate.saving.random"
local compile = require "lunate.model.compile"
local logs = require "lunate.model.logs"
local peers = require "lunate.model.peers"
local state = require "lunate.model.state"

local Model = core.class("model")

local function as_list(value)
  if value == nil or type(value) == "table" then return value end
  return {value}
end

-- The built-in step, for one that is overridden and calls up.
local function default_step(model, mode, x, y, w)
  local function parts(name, value)
    local list = as_list(value)
    for i = 1, list and math.max(#list, 1) or 0 do
      if not is_tensor(list[i]) or list[i].rank == 0 then
        raise("'%s_step' of '%s': %s should be a tensor of samples, or a list of them, got %s",
          mode, model.name, name, core.describe_value(list[i]))
      end
    end
    return list
  end
  local data = {x = parts("x", x == nil and {} or x), y = parts("y", y) or {},
    w = parts("sample_weight", w), where = mode .. "_step"}
  local trainer, step_logs = compile.trainer(model, data, mode .. "_step"), state[model].step_logs
  trainer:run(mode, data.x, data.y, data.w, nil, 1, #data.x[1])
  state[model].step_logs = false
  local values = logs.read(model)
  state[model].step_logs = step_logs
  return values
end

--- What fit does with a batch; a model of one's own may define another.
-- @param x, y, sample_weight  tensors, lists of them where there are several; nil for none
-- @return the logs: numbers, tensors of one element or metrics by name
-- Errors: those of the model, its loss and its optimizer.
--
--     local MyModel = ln.Model:extend("MyModel")
--     function MyModel:train_step(x, y)
--       local tape <close> = ln.GradientTape()
--       local loss = ln.losses.mse(y, self(x, {training = true})):mean()
--       self.optimizer:apply(tape:gradient(loss, self.trainable_variables),
--         self.trainable_variables)
--       return {loss = loss}
--     end
function Model:train_step(x, y, sample_weight)
  return default_step(self, "train", x, y, sample_weight)
end

--- What evaluate, and validation, does with a batch: as train_step.
-- @param x, y, sample_weight  as of train_step
-- @return the logs
-- Errors: those of the model and its loss.
--
--     local MyModel = ln.Model:extend("MyModel")
--     function MyModel:test_step(x, y)
--       return {loss = ln.losses.mse(y, self(x, {training = false})):mean()}
--     end
function Model:test_step(x, y, sample_weight)
  return default_step(self, "test", x, y, sample_weight)
end

--- What predict does with a batch: the outputs, one row a sample.
-- @param x  a tensor, or a list of them
-- @return a tensor for each output
-- Errors: those of the model.
--
--     print(model:predict_step(x[{ {1, 4} }]).shape)                          --> (4, 2)
function Model:predict_step(x) return self(x, {training = false}) end

local steps = {}

--- Makes the model ready for data: its trainer, unless it does the step itself.
function steps.prepare(model, mode, data, what)
  if mode == "train" then random.resume(model) end
  if not subclass.overrides(model, mode) then
    compile.share(model, compile.trainer(model, data, what))
  elseif not state[model].compiled then
    raise("'%s' of '%s': compile the model first, model:compile{optimizer = ...}", what,
      model.name)
  end
end

-- A step of the model's own, where other processes run it on other rows.
local function shared_step(model, mode, step, batch)
  local part, count
  if batch.sharded then part, count = batch, batch.n
  else part, count = peers.cut(batch) end
  if batch.sharded then peers.place(batch.n, true)
  else peers.meet(("a %s of %d rows"):format(step, batch.n)) end
  local ok, values = pcall(function()
    return subclass.logs(model, step, subclass.run(model, step, part))
  end)
  peers.whole()
  if not ok then error(values, 0) end
  return peers.mean_of_step(values, logs.of_step(values).names, count)
end

-- As long as nobody looks at single batches, the core runs them one after another for this long,
-- in seconds, before the progress is shown.
local STRETCH = 0.02

--- Runs what a feed gave in batches of `size` (nil: as one).
-- @return how many samples were done, and in how many batches
function steps.run(model, mode, batch, size)
  if subclass.overrides(model, mode) then
    local step = mode .. "_step"
    local values = peers.active and shared_step(model, mode, step, batch)
      or subclass.logs(model, step, subclass.run(model, step, batch))
    state[model].step_logs = logs.of_step(values)
    return batch.n, 1
  end
  state[model].step_logs = false
  local trainer = compile.running_trainer(model)
  local first, total
  if batch.sharded and peers.active then first, total = peers.place(batch.n) end
  local done = trainer:run(mode, batch.x, batch.y or {}, batch.w,
    batch.rows, batch.first, batch.n, size or batch.n, STRETCH, first, total)
  return done, size and math.ceil(done / size) or 1
end

return steps
