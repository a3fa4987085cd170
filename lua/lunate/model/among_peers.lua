--- What lunate.model.peers does where there are other processes: loaded when lunate.distribution
-- makes it active, since most models are trained alone.
--
-- Every process calls these functions at the same places. What they are about to do is compared
-- (`meet`), so that scripts that differ are told so.

local core = require "lunate.core"
local peers = require "lunate.model.peers"

local mpi   -- lunate.mpi

--- The module that they speak through.
function peers.through(module) mpi = module end

--- All processes are at this place, which the text tells.
function peers.meet(text, ...) return mpi.meet(text, ...) end

-- The largest and the smallest of each integer of a list over all processes.
local function extremes(what, list)
  local t = core.tensor(list, {dtype = "int64"})
  return mpi.reduce(what, t, "max"):totable(), mpi.reduce(what, t, "min"):totable()
end

--- Whether any process says so.
function peers.any(what, truth)
  return extremes(what, {truth and 1 or 0})[1] == 1
end

-- Seconds.
local PATIENCE = 2

--- Processes that fail alike are ended by the first of them: the chief's message is enough.
function peers.give_way() mpi.give_way(PATIENCE) end

-- ---- random numbers

--- All processes go on from where the chief's generator is.
function peers.share_generator()
  local key, counter = core.generator()
  local t = core.tensor({key, counter}, {dtype = "int64"})
  local values = mpi.broadcast("sharing a random generator", t, 0):totable()
  if values[1] ~= key or values[2] ~= counter then
    core.set_generator(nil, values[1], values[2])
  end
end

-- ---- weights

-- Which of the tensors are not the same on all processes.
local function differing(what, tensors)
  local hashes, list = {}, {}
  for i, t in ipairs(tensors) do hashes[i] = mpi.hash(t) end
  if #hashes == 0 then return list end
  local largest, least = extremes(what, hashes)
  for i = 1, #hashes do if largest[i] ~= least[i] then list[#list + 1] = i end end
  return list
end

local function values_of(variables)
  local list = {}
  for i, variable in ipairs(variables) do list[i] = variable:value() end
  return list
end

--- The model of all processes becomes the chief's, optimizer and all.
function peers.share_model(model, optimizer)
  local shapes, weights = {}, model.weights
  for i, weight in ipairs(weights) do shapes[i] = tostring(weight.shape) .. weight.dtype end
  peers.meet(("training a model of %d weights, %s"):format(#weights, table.concat(shapes, " ")))
  for _, i in ipairs(differing("comparing weights", values_of(weights))) do
    weights[i]:assign(mpi.broadcast("sharing weights", weights[i]:value(), 0))
  end
  local states = {}
  for i, entry in ipairs(optimizer and optimizer.variables or {}) do states[i] = entry.value end
  peers.meet(("training with %d variables of an optimizer"):format(#states))
  local others = differing("comparing an optimizer", states)
  for _, i in ipairs(others) do
    states[i] = mpi.broadcast("sharing an optimizer", states[i], 0)
  end
  if #others > 0 then optimizer:set_variables(states) end
end

--- Averages of batches, each process's of its own rows, become those of all: what is not trained
-- and differs.
-- @raise where weights that are trained differ
function peers.share_averages(model)
  local trained, others = values_of(model.trainable_weights), model.non_trainable_weights
  local n, all = #trained, table.move(trained, 1, #trained, 1, {})
  for _, value in ipairs(values_of(others)) do all[#all + 1] = value end
  for _, i in ipairs(differing("comparing weights", all)) do
    if i <= n then
      error(("'%s': the processes' weights differ after the same steps, weight %d of shape %s "
        .. "first: a train_step of one's own should take ln.distribution.all_reduce(gradients)")
        :format(model.name, i, all[i].shape), 0)
    end
    local sum = mpi.reduce("averaging weights", all[i], "sum")
    others[i - n]:assign((sum / peers.size):astype(all[i].dtype))
  end
end

-- ---- results

--- What metrics in Lua, and those that no trainer knows, count: that of all processes.
-- @param metrics  a list
-- @return a function that puts back what was counted here
function peers.share_metrics(metrics)
  local variables_of = require "lunate.metric_weights"
  local back = {}
  for _, metric in ipairs(metrics) do
    local sums = core.metric_state(metric)
    -- One that counts nothing yet here may do so elsewhere.
    local n = extremes("sharing a metric", {sums and #sums or 0})[1]
    if n > 0 then
      local all = mpi.reduce("sharing a metric", sums or core.zeros({n}, {dtype = "float64"}),
        "sum")
      if sums then
        core.metric_state(metric, all)
        back[#back + 1] = function() core.metric_state(metric, sums) end
      end
    end
    for _, entry in ipairs(variables_of[metric] or {}) do
      local variable, local_value = entry.variable, entry.variable:value():copy()
      variable:assign(mpi.reduce("sharing a metric", local_value, "sum"))
      back[#back + 1] = function() variable:assign(local_value) end
    end
  end
  return function() for _, restore in ipairs(back) do restore() end end
end

--- The means of numbers by name, of a step that this process ran with `n` rows.
function peers.mean_of_step(values, names, n)
  local list = {n}
  for i, name in ipairs(names) do list[i + 1] = n > 0 and values[name] * n or 0 end
  local t = core.tensor(list, {dtype = "float64"})
  local sums = mpi.reduce("results of a step: " .. table.concat(names, " "), t, "sum"):totable()
  local means = {}
  for i, name in ipairs(names) do means[name] = sums[i + 1] / sums[1] end
  return means
end

--- Results should be the same everywhere, since callbacks decide by them.
-- @raise names those that are not
function peers.check_results(names, values)
  local list, numbers = {}, {}
  for i, value in ipairs(values) do
    if type(value) == "number" then
      list[#list + 1], numbers[#numbers + 1] = names[i], ("<i8"):unpack(("<d"):pack(value))
    end
  end
  if #numbers == 0 then return end
  local largest, least = extremes("results: " .. table.concat(list, " "), numbers)
  for i = 1, #list do
    if largest[i] ~= least[i] then
      error(("the result '%s' is not the same on all processes: what a metric counts should be in "
        .. "its variables (add_variable), as sums"):format(list[i]), 0)
    end
  end
end

-- ---- batches

--- The rows of a batch that are this process's: one that does not count where there are none.
-- @return the batch, and how many of its rows count
function peers.cut(batch)
  local first = batch.n * peers.rank // peers.size
  local count = batch.n * (peers.rank + 1) // peers.size - first
  first = math.min(first, batch.n - 1)
  local part = {x = batch.x, y = batch.y, w = batch.w, rows = batch.rows,
    first = batch.first + first, n = math.max(count, 1)}
  mpi.part(first, part.n, batch.n, count)
  return part, count
end

--- The place of rows that this process has by itself, among those of all.
-- @param draws  what is drawn from now on is drawn for this place, until peers.whole
-- @return first (from 0) and total
function peers.place(n, draws)
  local first, total = mpi.part(n)
  if draws then mpi.part(first, n, total) end
  return first, total
end

--- All rows are this process's again.
function peers.whole() mpi.part() end

return peers
