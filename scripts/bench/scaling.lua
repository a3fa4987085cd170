-- mpirun -np 2 lunate scripts/bench/scaling.lua [folder]
--
-- What many machines would do: a step is measured here, alone, and what adding up gradients costs,
-- between the processes that mpirun started; then the textbook's model of a ring all-reduce (each
-- process sends and receives 2 (n - 1) / n of the bytes, in 2 (n - 1) messages) says how long a
-- step takes on 2 to 1,024 machines with 10, 25 and 100 Gb/s. It is a model: of stragglers, of
-- switches that are shared and of slow disks it knows nothing. folder: where the plot goes ("."):
-- scaling.png.

local ln = require "lunate"
local core = require "lunate.core"
local d = ln.distribution

d.set_distribution(d.DataParallel())
ln.set_seed(1)

local NODES = {2, 4, 8, 16, 32, 64, 128, 256, 512, 1024}
local NETWORKS = {{name = "10 Gb/s", bytes = 1.25e9}, {name = "25 Gb/s", bytes = 3.125e9},
  {name = "100 Gb/s", bytes = 1.25e10}}
local LATENCY = 10e-6   -- seconds a message between machines, over TCP
local ROWS = 256        -- of a batch on one machine

local function median(list)
  table.sort(list)
  return list[#list // 2 + 1]
end

local function time(n, f)
  local list = {}
  f()
  for i = 1, n do
    local start = core.clock()
    f()
    list[i] = core.clock() - start
  end
  return median(list)
end

-- ---- what is measured

local model = ln.Sequential{
  ln.layers.Dense{512, activation = "relu", input_shape = {784}},
  ln.layers.Dense{512, activation = "relu"},
  ln.layers.Dense{10, activation = "softmax"},
}
local x, y = ln.random.normal{ROWS, 784}, ln.zeros({ROWS}, {dtype = "int64"})

d.set_distribution(nil)   -- a step of one process alone
model:compile{loss = "sparse_categorical_crossentropy", optimizer = "sgd"}
local step = time(15, function() model:train_on_batch(x, y) end)
d.set_distribution(d.DataParallel())

local parameters = model:count_params()
local bytes = 4 * parameters
local small, large = ln.zeros{1}, ln.zeros{parameters}
local latency = time(50, function() d.all_reduce(small, {op = "sum"}) end)
local reduction = time(9, function() d.all_reduce(large, {op = "sum"}) end)

if d.rank() > 0 then return end

print(("a step of one process on %d rows: %.2f ms; %.1f MB of gradients"):format(ROWS, 1e3 * step,
  bytes / 1e6))
if d.size() > 1 then
  print(("between the %d processes here: %.1f us for one number, %.2f ms for the gradients "
    .. "(%.2f GB/s)"):format(d.size(), 1e6 * latency, 1e3 * reduction,
    2 * (d.size() - 1) / d.size() * bytes / reduction / 1e9))
end

-- ---- what the model says

-- Seconds that a ring of n machines takes.
local function ring(n, network)
  return 2 * (n - 1) * LATENCY + 2 * (n - 1) / n * bytes / network.bytes
end

-- The backward pass, about two thirds of a step, hides what it can.
local function step_of(n, network, compute)
  return compute + math.max(0, ring(n, network) - compute * 2 / 3)
end

-- weak: every machine has ROWS rows; strong: they share 64 times as many, however many they are.
local STRONG = 64
local kinds = {
  weak = function(n, network) return n * step / step_of(n, network, step) end,
  strong = function(n, network)
    local compute = step * STRONG / n
    return step * STRONG / step_of(n, network, compute)
  end,
}

print("\nHow many times as fast as one machine, by the model of a ring:")
for _, kind in ipairs{"weak", "strong"} do
  print(("\n%s scaling: %s"):format(kind, kind == "weak" and ROWS .. " rows a machine"
    or ("batches of %d rows"):format(STRONG * ROWS)))
  local line = {("%8s"):format "machines"}
  for _, network in ipairs(NETWORKS) do line[#line + 1] = ("%10s"):format(network.name) end
  print(table.concat(line))
  for _, n in ipairs(NODES) do
    line = {("%8d"):format(n)}
    for _, network in ipairs(NETWORKS) do
      line[#line + 1] = ("%10.1f"):format(kinds[kind](n, network))
    end
    print(table.concat(line))
  end
end

local series, names = {}, {}
for k, network in ipairs(NETWORKS) do
  local speed = {}
  for i, n in ipairs(NODES) do speed[i] = kinds.weak(n, network) / n end
  series[k], names[k] = ln.tensor(speed), network.name
end
local path = (arg[1] or ".") .. "/scaling.png"
local drawn, why = pcall(ln.plot.line, ln.tensor(NODES), series, {
  title = "Weak scaling by the model of a ring", names = names, xlabel = "machines",
  ylabel = "share of the ideal", xscale = "log", to_file = path})
print(drawn and "\nplot: " .. path or "\nno plot: " .. tostring(why))
