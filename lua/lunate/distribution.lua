--- ln.distribution: data-parallel training by several processes, over MPI: `mpirun -np 8 lunate
-- train.lua`. Each process takes its rows of every batch, gradients are added up over all, and the
-- processes together train as one would: `batch_size` is that of the whole batch.
--
--     ln.distribution.set_distribution(ln.distribution.DataParallel())   -- one line in the script
--
-- Without mpirun, or where lunate was built without MPI, there is one process, and the same script
-- runs as it would without that line. docs/distributed.md tells how to begin, and what to know.
--
-- In loops of one's own: `rank`, `size`, `part`, `all_reduce`, `all_gather`, `broadcast` and
-- `barrier`. All processes call these in the same order; where they do not, all of them say so.

local core = require "lunate.core"
local class = require "lunate.class"
local is_tensor = require "lunate.is_tensor"
local peers = require "lunate.model.peers"
local public = require "lunate.public"
local raise = require "lunate.raise"

local f = core.functions

local distribution = {}

-- ---- the processes

-- What mpirun, mpiexec and srun tell the processes they start: how many there are.
local LAUNCHED = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS", "PMIX_RANK"}

local function launched()
  for _, name in ipairs(LAUNCHED) do
    local value = os.getenv(name)
    if value then return tonumber(value) or 1 end
  end
end

local ALONE = {rank = 0, size = 1, local_rank = 0, local_size = 1}
local world, mpi   -- once they are known

-- Where this process is among the others, which are connected at first use.
local function connect()
  if world then return world end
  local count = launched()
  if not count then
    world = ALONE
    return world
  end
  local found_mpi, module = pcall(require, "lunate.mpi")
  if not found_mpi then
    if not package.searchpath("lunate.mpi", package.cpath) and count <= 1 then
      world = ALONE
      return world
    end
    raise("ln.distribution: MPI has started this script, but lunate was built without it "
      .. "(Debian: libopenmpi-dev or libmpich-dev, then make)")
  end
  mpi = module
  local found = {}
  local threads
  found.rank, found.size, found.local_rank, found.local_size, threads = mpi.connect()
  if found.size > 1 and not os.getenv("LUNATE_THREADS") then core.threads(threads) end
  world = found
  return world
end

--- The number of this process: 0, 1, ... Process 0, the chief, prints and saves.
-- @return an integer
-- Errors: where mpirun started the script, but lunate was built without MPI.
--
--     if ln.distribution.rank() == 0 then print("training begins") end
function distribution.rank() return connect().rank end

--- How many processes there are.
-- @return an integer: 1 without mpirun
-- Errors: those of rank.
--
--     print(ln.distribution.size())                                           --> 1
function distribution.size() return connect().size end

--- The number of this process among those on its machine.
-- @return an integer, from 0
-- Errors: those of rank.
--
--     print(ln.distribution.local_rank())                                     --> 0
function distribution.local_rank() return connect().local_rank end

local function alone() return connect().size == 1 end

--- Waits until all processes are here.
-- Errors: a process that is gone or somewhere else.
--
--     ln.distribution.barrier()
function distribution.barrier()
  if not alone() then mpi.meet("barrier") end
end

-- ---- distributions

local DataParallel = require "lunate.distribution.dataparallel"
distribution.DataParallel = DataParallel

local current

--- Sets how models train from now on: with `ln.distribution.DataParallel()` the processes that
-- mpirun started share every batch; they go on with the random numbers of process 0, so that
-- weights and orders are drawn alike, and each uses its share of the machine's cores. nil: every
-- process trains by itself again.
-- @param d  `DataParallel{timeout = 300}`, or nil. timeout: for how many seconds a process waits
--   for the others before it gives up with an error
-- Errors: what is no distribution; those of rank.
--
--     ln.distribution.set_distribution(ln.distribution.DataParallel())
function distribution.set_distribution(d)
  if d ~= nil and getmetatable(d) ~= "lunate.distribution" then
    raise("'set_distribution': a distribution such as DataParallel() expected, got %s%s",
      core.describe_value(d), d == DataParallel and " (a class: call it)" or "")
  end
  if d and not alone() then
    mpi.limit(class.options_of(d).timeout)
    peers.set(mpi, world.rank, world.size)
    peers.share_generator()
  else
    peers.set(nil)
  end
  current = d
end

--- The distribution that was set, or nil.
-- @return an object. Errors: none
--
--     ln.distribution.set_distribution(nil)
--     print(ln.distribution.distribution())                                   --> nil
function distribution.distribution() return current end

-- ---- values of all processes

-- Numbers and variables as tensors, and how to give back what was given.
local function to_tensor(value, what)
  if type(value) == "number" then
    local t = core.tensor(value, {dtype = "float64"})
    return t, function(result) return result:item() end
  end
  if getmetatable(value) == "lunate.variable" then value = value:value() end
  if not is_tensor(value) then
    raise("'%s': a tensor, a number or a list of tensors expected, got %s", what,
      core.describe_value(value))
  end
  return value, function(result) return result end
end

-- The keys of a list of tensors, in one order everywhere; gradients that are none are left out.
local function keys_of(list)
  local keys = {}
  for key, value in pairs(list) do if value then keys[#keys + 1] = key end end
  table.sort(keys, function(a, b)
    if type(a) == type(b) then return a < b end
    return type(a) == "number"
  end)
  return keys
end

local function is_list(value) return type(value) == "table" and getmetatable(value) == nil end

-- Every entry of a list by f, tensors of one dtype as one vector: a reduction costs a wait.
local function in_one(list, what, apply)
  local groups, order = {}, {}
  for _, key in ipairs(keys_of(list)) do
    local t, back = to_tensor(list[key], what)
    if not groups[t.dtype] then
      groups[t.dtype] = {}
      order[#order + 1] = t.dtype
    end
    table.insert(groups[t.dtype], {key = key, tensor = t, back = back})
  end
  for _, dtype in ipairs(order) do
    local flat, start = {}, 1
    for i, entry in ipairs(groups[dtype]) do flat[i] = entry.tensor:reshape{-1} end
    local all = apply(#flat == 1 and flat[1] or f.concatenate(flat))
    for _, entry in ipairs(groups[dtype]) do
      local n = entry.tensor.size
      local values = n > 0 and all[{ {start, start + n - 1} }] or entry.tensor
      list[entry.key] = entry.back(values:reshape(entry.tensor.shape))
      start = start + n
    end
  end
  return list
end

local OPS = {sum = true, mean = true, max = true, min = true, prod = true}

local REDUCE = {
  op = {"string", default = "mean"},
  weight = {"number", optional = true, min = 0},
}

--- The mean, sum, ... over all processes.
-- @param value  a tensor (the result is a new one), a variable, a number, or a list of tensors,
--   whose entries become the results and which is returned: of gradients, those that are nil or
--   false stay
-- @param options  `op` ("mean"): or "sum", "max", "min", "prod"; `weight`: of a mean, how much this
--   process's value counts, 0 leaves it out (nil: by its rows of the batch that `part` cut, or that
--   fit gave a train_step; else all alike)
-- @return what all processes get, bit by bit the same. Of one process: the value
-- Errors: shapes or dtypes that differ between processes; unknown options.
--
--     local model = ln.Sequential{ln.layers.Dense{1, input_shape = {4}}}
--     local optimizer = ln.optimizers.SGD()
--     local x, y = ln.ones{8, 4}, ln.ones{8, 1}
--     local x_part, y_part = ln.distribution.part(x, y)
--     local tape <close> = ln.GradientTape()
--     local loss = ln.losses.mse(y_part, model(x_part, {training = true})):mean()
--     local gradients = tape:gradient(loss, model.trainable_variables)
--     ln.distribution.all_reduce(gradients)
--     optimizer:apply(gradients, model.trainable_variables)
function distribution.all_reduce(value, options)
  local op, weight = options.op, options.weight
  if not OPS[op] then
    raise("bad option 'op' of 'all_reduce' (sum, mean, max, min or prod expected, got '%s')%s", op,
      core.suggestion(op, {"sum", "mean", "max", "min", "prod"}))
  end
  if weight and op ~= "mean" then raise("'all_reduce': weight is for op = \"mean\"") end
  if not weight and op == "mean" then weight = core.batch_share() end
  if not is_list(value) then to_tensor(value, "all_reduce") end
  if alone() then return value end
  local total = weight and mpi.reduce("all_reduce", core.tensor(weight, {dtype = "float64"}),
    "sum"):item() or world.size
  local function apply(t)
    if op ~= "mean" then return mpi.reduce("all_reduce", t, op) end
    local dtype = t.dtype
    if not dtype:find("float", 1, true) then t = t:astype("float32") end
    if weight then t = weight > 0 and t * weight or core.zeros_like(t) end
    local mean = mpi.reduce("all_reduce", t, "sum") / total
    return mean.dtype ~= dtype and dtype:find("float", 1, true) and mean:astype(dtype) or mean
  end
  if is_list(value) then return in_one(value, "all_reduce", apply) end
  local t, back = to_tensor(value, "all_reduce")
  return back(apply(t))
end

local function each(value, what, apply)
  if not is_list(value) then return apply(to_tensor(value, what)) end
  local result = {}
  for _, key in ipairs(keys_of(value)) do result[key] = apply(to_tensor(value[key], what)) end
  return result
end

--- The rows of all processes, one after the other in the order of their ranks. Processes may have
-- different numbers of rows.
-- @param value  a tensor, a number (a row of its own), or a list of tensors
-- @return a tensor, or a list of them
-- Errors: rows whose shapes or dtypes differ between processes.
--
--     print(ln.distribution.all_gather(ln.tensor{1, 2}))                      --> [1. 2.]
function distribution.all_gather(value)
  return each(value, "all_gather", function(t)
    if t.rank == 0 then t = t:reshape{1} end
    if alone() then return t end
    return mpi.gather("all_gather", t)
  end)
end

local BROADCAST = {root = {"integer", default = 0, min = 0}}

--- What one process has, for all of them.
-- @param value  a tensor, a number or a list of tensors: of the same shapes on all processes
-- @param options  `root` (0): whose it is
-- @return the same; of one process the value
-- Errors: shapes or dtypes that differ between processes; no such process.
--
--     print(ln.distribution.broadcast(ln.tensor{1, 2}))                       --> [1. 2.]
function distribution.broadcast(value, options)
  if options.root >= connect().size then
    raise("'broadcast': there is no process %d of %d", options.root, world.size)
  end
  return each(value, "broadcast", function(t, back)
    return back(alone() and t or mpi.broadcast("broadcast", t, options.root))
  end)
end

-- ---- rows of batches

--- This process's rows of a whole batch. Until the next call, layers that draw (dropout, noise,
-- augmentation) do so by the places of rows in the whole batch, and BatchNormalization{synchronized
-- = true} takes the moments of all: masks do not depend on how many processes there are. Without
-- arguments: batches are this process's own again.
-- @param ...  tensors with one number of rows
-- @return this process's rows of each; of one process the tensors
-- Errors: lengths that differ; fewer rows than processes.
--
--     local x, y = ln.distribution.part(ln.ones{32, 3}, ln.ones{32, 1})
--     print(x.shape, y.shape)                                              --> (32, 3) (32, 1)
function distribution.part(...)
  local parts = table.pack(...)
  for i = 1, parts.n do
    local t = parts[i]
    if not is_tensor(t) or t.rank == 0 then
      raise("'part': argument %d should be a tensor with rows, got %s", i, core.describe_value(t))
    end
    if #t ~= #parts[1] then
      raise("'part': argument %d has %d rows, the first %d", i, #t, #parts[1])
    end
  end
  if alone() then return ... end
  if parts.n == 0 then
    mpi.part()
    return
  end
  local n = #parts[1]
  if n < world.size then
    raise("'part': %d rows for %d processes: every process needs one", n, world.size)
  end
  local first, last = n * world.rank // world.size, n * (world.rank + 1) // world.size
  mpi.part(first, last - first, n)
  for i = 1, parts.n do parts[i] = parts[i][{ {first + 1, last} }] end
  return table.unpack(parts, 1, parts.n)
end

return public(distribution, {options = {all_reduce = REDUCE, broadcast = BROADCAST}})
