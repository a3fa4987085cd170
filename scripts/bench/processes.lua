-- lua5.4 scripts/bench/processes.lua        (`make bench ARGS=processes` goes by way of run.sh)
--
-- Data-parallel training against threads, on this machine: what ln.distribution costs where there
-- is one process; two processes of one thread against one of two; what of adding up gradients is
-- hidden behind the backward pass. Runs itself, by mpirun too, `rounds` (3) times in turn.

local lua = arg[-1] or "lua5.4"
local MODELS = {"mlp", "convnet", "gpt"}

-- ---- one run: model, "alone" or "set"; prints microseconds a step and seconds waited

local function build(ln, name)
  local L = ln.layers
  if name == "mlp" then
    return ln.Sequential{L.Dense{300, activation = "relu", input_shape = {784}},
      L.Dense{100, activation = "relu"}, L.Dense{10}}, ln.random.normal{256, 784}
  elseif name == "convnet" then
    return ln.Sequential{L.Conv2D{32, 3, activation = "relu", input_shape = {28, 28, 1}},
      L.MaxPooling2D(2), L.Conv2D{64, 3, activation = "relu"}, L.MaxPooling2D(2), L.Flatten(),
      L.Dense{10}}, ln.random.normal{64, 28, 28, 1}
  end
  local input = ln.Input{shape = {64, 128}}
  local x = input
  for _ = 1, 2 do
    local y = L.LayerNormalization()(x)
    x = L.Add(){x, L.MultiHeadAttention{num_heads = 4, key_dim = 32}(y, y)}
    y = L.Dense{512, activation = "gelu"}(L.LayerNormalization()(x))
    x = L.Add(){x, L.Dense{128}(y)}
  end
  return ln.Model{inputs = input, outputs = L.Dense{10}(L.GlobalAveragePooling1D()(x))},
    ln.random.normal{32, 64, 128}
end

local function run(name, how)
  local ln = require "lunate"
  local clock = require "lunate.core".clock
  local d = ln.distribution
  if how == "set" then d.set_distribution(d.DataParallel()) end
  ln.set_seed(1)
  local model, x = build(ln, name)
  local y = ln.zeros({#x}, {dtype = "int64"})
  model:compile{loss = ln.losses.SparseCategoricalCrossentropy{from_logits = true},
    optimizer = "adam"}
  local steps = name == "mlp" and 200 or 20
  local repeated, targets = ln.concatenate{x, x, x, x, x}, ln.concatenate{y, y, y, y, y}
  local options = {epochs = 1, batch_size = #x, verbose = 0, shuffle = false}
  model:fit(repeated, targets, options)
  local mpi = d.size() > 1 and require "lunate.mpi"
  if mpi then mpi.told() end
  local list = {}
  for _ = 1, steps // 5 do
    local start = clock()
    model:fit(repeated, targets, options)
    list[#list + 1] = (clock() - start) / 5
  end
  table.sort(list)
  local waited, alone = 0, 0
  if mpi then
    local bytes
    waited, bytes = mpi.told()
    local gradients = ln.zeros{bytes // 4 // (steps // 5 * 5) | 0}
    d.all_reduce(gradients, {op = "sum"})
    local start = clock()
    for _ = 1, 9 do d.all_reduce(gradients, {op = "sum"}) end
    alone = (clock() - start) / 9 * (steps // 5 * 5)
  end
  if d.rank() == 0 then
    print(("us=%.1f hidden=%.2f"):format(1e6 * list[#list // 2 + 1],
      alone > 0 and math.max(0, 1 - waited / alone) or 0))
  end
end

if arg[1] and arg[2] then return run(arg[1], arg[2]) end

-- ---- all runs

local rounds = math.tointeger(arg[1]) or 3
local ENVIRONMENT = "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
  .. "OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none "

local function measure(prefix, name, how)
  local pipe <close> = assert(io.popen(("%s %s %s %s %s"):format(prefix, lua, arg[0], name, how)))
  local text = pipe:read("a")
  return tonumber(text:match("us=([%d.]+)")) or error("no measurement: " .. text),
    tonumber(text:match("hidden=([%d.]+)"))
end

local function median(list)
  table.sort(list)
  return list[#list // 2 + 1]
end

local two = ENVIRONMENT .. "LUNATE_THREADS=1 mpirun -np 2"
if not os.execute("command -v mpirun >/dev/null 2>&1")
  or not package.searchpath("lunate.mpi", package.cpath) then
  print("processes: needs mpirun and lunate.mpi (Debian: openmpi-bin libopenmpi-dev)")
  return
end
print(("%-8s %12s %12s %9s %12s %7s %7s"):format("model", "1 process", "set, size 1", "overhead",
  "2 processes", "ratio", "hidden"))
for _, name in ipairs(MODELS) do
  local alone, set, several, hidden = {}, {}, {}, {}
  for i = 1, rounds do
    alone[i] = measure("LUNATE_THREADS=2", name, "alone")
    set[i] = measure("LUNATE_THREADS=2", name, "set")
    several[i], hidden[i] = measure(two, name, "set")
  end
  local one, with, both = median(alone), median(set), median(several)
  print(("%-8s %9.1f us %9.1f us %8.1f%% %9.1f us %7.2f %6.0f%%"):format(name, one, with,
    100 * (with / one - 1), both, one / both, 100 * median(hidden)))
end
