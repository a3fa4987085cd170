-- lua5.4 scripts/bench/growth.lua                (a part of scripts/bench/run.lua)
--
-- What is measured of lunate alone: memory, and how time grows. Each measurement is a process of
-- its own: growth.lua <name> [argument] prints it; without arguments all are run, a line each.

local name = arg[1]

local function megabytes(key)
  local status = io.open("/proc/self/status")
  local kb = status and status:read("a"):match(key .. ":%s*(%d+) kB")
  return kb and ("%.1f MB"):format(kb / 1024) or "unknown"
end

local lua = arg[-1]
local bare = name == "memory" and megabytes "VmRSS"
local ln = name and require "lunate"
local core = name and require "lunate.core"

-- Seconds of the fastest of some calls.
local function seconds(f, times)
  local best = math.huge
  for _ = 1, times or 3 do
    local begun = core.clock()
    f()
    best = math.min(best, core.clock() - begun)
  end
  return best
end

local models = name and dofile "scripts/bench/models.lua"

local function mlp(inputs, width, depth)
  local sizes = {inputs}
  for i = 1, depth do sizes[i + 1] = width end
  sizes[depth + 2] = 1
  return models.mlp(sizes, "linear")
end

local function epoch(model, n, inputs, batch_size)
  local x, y = ln.random.uniform{n, inputs}, ln.random.uniform{n, 1}
  local options = {batch_size = batch_size, verbose = 0}
  model:fit(x, y, options)
  return seconds(function() model:fit(x, y, options) end)
end

-- Trains one epoch: "what peak, data", both in MB.
local function trained(what, model, x, y)
  local bytes = 0
  for _, t in ipairs(type(x) == "table" and x or {x}) do
    bytes = bytes + t.size * (t.dtype == "uint8" and 1 or 4)
  end
  model:fit(x, y, {verbose = 0})
  return ("%s %s, %.1f MB"):format(what, megabytes "VmHWM", bytes / 2 ^ 20)
end

-- The training runs of run.lua's table.
local function fashion(what, dtype)
  return function()
    local model = ln.Sequential{ln.layers.Rescaling{1 / 255, input_shape = {28, 28}},
                                ln.layers.Flatten(), models.mlp(models.MLP, "softmax")}
    model:compile{loss = "sparse_categorical_crossentropy", optimizer = "sgd"}
    return trained(what, model, ln.zeros({60000, 28, 28}, {dtype = dtype}),
      ln.zeros({60000}, {dtype = "uint8"}))
  end
end

local function housing(optimizer)
  return function()
    return trained("housing, " .. optimizer, models.mlp(models.HOUSING, "linear", optimizer),
      ln.zeros{15480, 8}, ln.zeros{15480, 1})
  end
end

local function wide_and_deep()
  local model, y = models.wide_and_deep(), ln.zeros{11610, 1}
  model:compile{loss = {"mse", "mse"}, optimizer = "sgd"}
  return trained("wide & deep", model, {ln.zeros{11610, 5}, ln.zeros{11610, 6}}, {y, y})
end

local runs = {fashion("Fashion-MNIST in uint8", "uint8"),
              fashion("in float32", "float32"), housing "sgd", housing "adam", wide_and_deep}

-- "10: 1.2, 100: 1.3" with numbers in units of `unit` seconds
local function series(points, unit, f)
  local parts = {}
  for i, point in ipairs(points) do parts[i] = ("%d: %.3g"):format(point, f(point) / unit) end
  return table.concat(parts, ", ")
end

local order = {"memory", "training_memory", "nothing", "batch_size", "width", "depth", "samples",
               "calls", "idx"}
local measurements = {
  memory = function()
    return ("resident set after require: %s, of bare Lua %s"):format(megabytes "VmRSS", bare)
  end,
  training_memory = function()
    if arg[2] then return runs[tonumber(arg[2])]() end
    local parts = {}   -- of processes of their own
    for i = 1, #runs do
      local pipe <close> = assert(io.popen(("%s %s training_memory %d"):format(lua, arg[0], i)))
      parts[i] = pipe:read "l"
    end
    return "peak resident set of training, and the data: " .. table.concat(parts, "; ")
  end,
  nothing = function()
    local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
    model:compile{loss = "mse", optimizer = "sgd"}
    return ("a batch of fit with next to nothing to compute: %.2f us"):format(
      epoch(model, 20000, 1, 1) / 20000 * 1e6)
  end,
  batch_size = function()
    return "us a sample by batch size (8-30-30-1): " .. series({1, 8, 32, 128, 512, 2048}, 1e-6,
      function(size) return epoch(mlp(8, 30, 2), 8192, 8, size) / 8192 end)
  end,
  width = function()
    return "us a sample by width (2 layers, batch 32): " .. series({8, 32, 128, 512, 1024}, 1e-6,
      function(width) return epoch(mlp(32, width, 2), 2048, 32, 32) / 2048 end)
  end,
  depth = function()
    return "us a sample and layer by depth (width 32, batch 32): " .. series({10, 100, 1000}, 1e-6,
      function(depth) return epoch(mlp(32, 32, depth), 1024, 32, 32) / 1024 / depth end)
  end,
  samples = function()
    return "us a sample by number of samples (8-30-30-1): " .. series({1000, 10000, 100000}, 1e-6,
      function(n) return epoch(mlp(8, 30, 2), n, 8, 32) / n end)
  end,
  calls = function()
    local model, x = mlp(8, 30, 2), ln.random.uniform{1, 8}
    local y = ln.random.uniform{1, 1}
    local function calls(n)
      for _ = 1, n do
        model:predict(x)
        model:train_on_batch(x, y)
      end
    end
    calls(10000)
    collectgarbage()
    local before = megabytes "VmRSS"
    calls(500000)
    collectgarbage()
    return ("resident set before and after a million predict and train_on_batch: %s, %s"):format(
      before, megabytes "VmRSS")
  end,
  idx = function()
    local ok, time = pcall(seconds, function() ln.datasets.fashion_mnist.load_data() end)
    return ok and ("loading Fashion-MNIST (70,000 images): %.2f s"):format(time)
      or "loading Fashion-MNIST: no data here"
  end,
}

if name == "csv" then   -- 100 MB of numbers
  local file = assert(io.open(arg[2], "w"))
  local line = {}
  file:write("a,b,c,d,e,f,g,h,i,j\n")
  while file:seek() < 100 * 2 ^ 20 do
    for i = 1, 10 do line[i] = ("%.6f"):format(math.random() * 1000) end
    file:write(table.concat(line, ","), "\n")
  end
  file:close()
elseif name == "read" then
  print(("read us=%.0f"):format(seconds(function() ln.data.read_csv(arg[2]) end, 1) * 1e6))
elseif name then
  print(measurements[name]())
else
  for _, each in ipairs(order) do os.execute(("%s %s %s"):format(lua, arg[0], each)) end
end
