-- lua5.4 scripts/bench/lunate_mlp.lua fashion|housing|memory [epochs] [samples]
--
-- lunate's time for the training workloads of torch_mlp.py: model:fit at batch 32 on float32 data
-- in memory. Prints one line: workload, threads, microseconds a step, microseconds a sample (best
-- epoch's). `memory` trains on uint8 images with Rescaling in front and prints the peak resident
-- set.

local ln = require "lunate"
local core = require "lunate.core"  -- its monotonic clock

local workloads = {
  fashion = {sizes = {784, 300, 100, 10}, samples = 60000, epochs = 3},
  housing = {sizes = {8, 30, 100, 1}, samples = 15480, epochs = 20},
  memory = {sizes = {784, 300, 100, 10}, samples = 60000, epochs = 1},
}
local name = arg[1]
local workload = workloads[name] or
  error("usage: lunate_mlp.lua fashion|housing|memory [epochs] [samples]")
local epochs = math.tointeger(arg[2]) or workload.epochs
local samples = math.tointeger(arg[3]) or workload.samples
local batch_size, sizes = 32, workload.sizes
ln.set_seed(0)

-- Real Fashion-MNIST from $LUNATE_DATA if it is there, else random numbers of the same size.
local function images()
  local folder = os.getenv "LUNATE_DATA"
  local file = folder and io.open(folder .. "/fashion-mnist/train-images-idx3-ubyte.gz")
  if file then
    file:close()
    local x, y = ln.datasets.fashion_mnist.load_data()
    return x[{ {1, samples} }], y[{ {1, samples} }]
  end
  local x = ln.zeros({samples, 28, 28}, {dtype = "uint8"})
  for first = 1, samples, 1000 do
    local last = math.min(first + 999, samples)
    x[{ {first, last} }] = (ln.random.uniform{last - first + 1, 28, 28} * 256):astype("uint8")
  end
  return x, (ln.random.uniform{samples} * 10):astype("uint8")
end

local x, y
if name == "housing" then
  x, y = ln.random.uniform{samples, sizes[1]}, ln.random.normal{samples, 1}
else
  x, y = images()
  if name == "fashion" then x = x:reshape{samples, 784}:astype("float32") / 255 end
end

local model = ln.Sequential()
if name == "memory" then
  model:add(ln.layers.Rescaling{1 / 255, input_shape = {28, 28}})
  model:add(ln.layers.Flatten())
end
for i = 2, #sizes do
  local output = name == "housing" and "linear" or "softmax"
  model:add(ln.layers.Dense{sizes[i], activation = i < #sizes and "relu" or output,
                            input_shape = i == 2 and name ~= "memory" and {sizes[1]} or nil})
end
model:compile{loss = name == "housing" and "mse" or "sparse_categorical_crossentropy",
              optimizer = ln.optimizers.SGD{learning_rate = 0.01}}

local Clock = ln.callbacks.Callback:extend("Clock")
local best = math.huge
function Clock:on_epoch_begin() self.begun = core.clock() end
function Clock:on_epoch_end() best = math.min(best, core.clock() - self.begun) end
model:fit(x, y, {epochs = epochs, batch_size = batch_size, verbose = 0, callbacks = {Clock()}})

if name == "memory" then
  local status = io.open("/proc/self/status")
  local peak = status and status:read("a"):match("VmHWM:%s*(%d+) kB")
  print(("memory peak=%s MB"):format(peak and ("%.1f"):format(peak / 1024) or "unknown"))
else
  local steps = math.ceil(samples / batch_size)
  print(("%s threads=%d us/step=%.2f us/sample=%.4f"):format(
    name, ln.threads(), best * 1e6 / steps, best * 1e6 / samples))
end
