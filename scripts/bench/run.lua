-- lua5.4 scripts/bench/run.lua [rounds [pattern]]       (`make bench` goes by way of run.sh)
--
-- Runs every workload of lunate.lua and of its peers (peer_torch.py, peer_onnx.mjs) in turn,
-- `rounds` (5) times, so that all meet the same machine, each run a process of its own; takes
-- medians, for each side the better of its thread counts; prints the ratios and the share of the
-- machine's own limits, measured in the same run; writes the table as Markdown to build/bench.md.
-- pattern (a Lua pattern) chooses workloads by name. $PYTHON is the python3 with PyTorch, $ONNX the
-- folder of ONNX Runtime's package and models; empty where there is none.

local clock = require "lunate.core".clock

local rounds = math.max(1, math.tointeger(arg[1]) or 5)
local pattern = arg[2] or "."
local lua = os.getenv "LUA" or "lua5.4"
local python, onnx = os.getenv "PYTHON" or "", os.getenv "ONNX" or ""
local jpeg = os.getenv "JPEG" or ""   -- the program of peer_jpeg.c
local PICTURES, N_PICTURES = "build/bench/pictures", 1000

local function capture(command)
  local pipe <close> = assert(io.popen(command, "r"))
  return pipe:read "a"
end

local cores = math.tointeger(capture("getconf _NPROCESSORS_ONLN"):match "%d+") or 1
local thread_counts = cores > 1 and {1, cores} or {1}
local slow_start = 1.5  -- a thread count this much slower in round 1 is not run again

local function median(list)
  table.sort(list)
  local n = #list
  return n % 2 == 1 and list[n // 2 + 1] or (list[n // 2] + list[n // 2 + 1]) / 2
end

-- ---- the sides: how each runs a workload

local sides = {
  {name = "lunate", command = function(workload, threads)
    return ("LUNATE_THREADS=%d %s scripts/bench/lunate.lua %s %s"):format(threads, lua, workload,
      PICTURES)
  end},
}
if python ~= "" then
  -- PyTorch's products are OpenBLAS's: where that does not know the processor it is told.
  local config = require "lunate".config()
  local told = config.blas_warning and "OPENBLAS_CORETYPE="
    .. (config.instruction_set == "avx512" and "SkylakeX " or "Haswell ") or ""
  local function command(workload, threads)
    return ("%s%s scripts/bench/peer_torch.py %s %d"):format(told, python, workload, threads)
  end
  sides[#sides + 1] = {name = "PyTorch", without = {image_folder = true}, command = command}
end
local has_onnx = {predict = true, predict_one = true, housing_predict_one = true,
                  convnet_predict = true, mobilenet = true, mobilenet_one = true,
                  lstm_predict = true, lstm_predict_one = true}
if onnx ~= "" then
  sides[#sides + 1] = {name = "ONNX", only = has_onnx, command = function(workload, threads)
    return ("node scripts/bench/peer_onnx.mjs %s %s %d"):format(workload, onnx, threads)
  end}
end
if jpeg ~= "" then
  sides[#sides + 1] = {name = "jpeg", only = {image_folder = true}, command = function(_, threads)
    return ("%s %d %s/*.jpg"):format(jpeg, threads, PICTURES)
  end}
end

-- A folder of JPEG files of 64 by 64 pixels, which are smooth but for some noise.
local function make_pictures()
  local ln = require "lunate"
  ln.set_seed(0)
  for i = 1, N_PICTURES do
    local coarse = ln.random.uniform{1, 8, 8, 3} * 255
    local picture = ln.image.resize(coarse, {64, 64})[1] + 8 * ln.random.normal{64, 64, 3}
    ln.utils.save_img(("%s/%04d.jpg"):format(PICTURES, i), picture:clip(0, 255), {scale = false})
  end
end

-- Microseconds of a unit of work.
local function measure(command)
  local output = capture(command)
  return tonumber(output:match "us=([%d.]+)")
    or error("no measurement from: " .. command .. "\n" .. output)
end

-- For each side that has the workload the best thread count's median.
local function compare(workload, only_us)
  local times = {}  -- [side][threads] = list
  for round = 1, rounds do
    for s, side in ipairs(sides) do
      if (not side.only or side.only[workload]) and not (side.without or {})[workload]
        and not (only_us and s > 1) then
        times[s] = times[s] or {}
        local best = math.huge  -- of round 1
        for _, list in pairs(times[s]) do best = math.min(best, list[1]) end
        for _, count in ipairs(thread_counts) do
          local list = times[s][count] or {}
          times[s][count] = list
          if round == 1 or list[1] <= best * slow_start then
            list[#list + 1] = measure(side.command(workload, count))
          end
        end
      end
    end
  end
  local result = {}
  for s, by_threads in pairs(times) do
    local best, threads = math.huge, 0
    for count, list in pairs(by_threads) do
      if #list == rounds and median(list) < best then best, threads = median(list), count end
    end
    result[sides[s].name] = {time = best, threads = threads}
  end
  return result
end

-- ---- the workloads. flops: of a unit; bytes: read and written of memory by a unit

local MLP = 784 * 300 + 300 * 100 + 100 * 10   -- weights: 2 flops each a sample and product
local BIG = 30000000
-- Of a GPT of width 128: a step through its blocks' weights and the logits', and its scores.
local GPT = 64 * (4 * 12 * 128 * 128 + 128 * 85 + 4 * 64 * 128)
local CONVNET_1 = 26 * 26 * 9 * 32             -- the first layer, whose input has no gradient
local CONVNET = CONVNET_1 + 11 * 11 * 9 * 32 * 64 + 1600 * 10

local rows = {
  {"fashion", "Fashion-MNIST MLP, SGD, batch 32: a sample", flops = 6 * MLP - 2 * 784 * 300},
  {"fashion_256", "the same, batch 256: a sample", flops = 6 * MLP - 2 * 784 * 300},
  {"housing", "housing MLP, SGD, batch 32: a sample"},
  {"housing_adam", "housing MLP, Adam, batch 32: a sample"},
  {"wide_and_deep", "wide & deep, functional, batch 32: a sample"},
  {"wide_and_deep_subclassed", "wide & deep, subclassed, eager, batch 32: a sample"},
  {"predict", "MLP, predict of 10,000 rows, batch 32: a row", flops = 2 * MLP},
  {"predict_one", "MLP, predict of one row"},
  {"housing_predict_one", "housing MLP, predict of one row"},
  {"housing_train_one", "housing MLP, train_on_batch of one row"},
  {"housing_fit_one", "housing MLP, fit of one row, one epoch"},
  {"convnet", "Fashion-MNIST convnet, Adam, batch 32: a sample",
    flops = 6 * CONVNET - 2 * CONVNET_1},
  {"convnet_predict", "the same, predict of 10,000, batch 32: a sample", flops = 2 * CONVNET},
  {"resnet20", "ResNet-20, 32x32x3, SGD with momentum, batch 32: a sample"},
  {"mobilenet", "MobileNetV2 0.35, 64x64, predict, batch 32: a sample"},
  {"mobilenet_one", "MobileNetV2 0.35, 64x64, predict of one"},
  {"batch_norm", "batch normalization, 32x56x56x64, forward and back"},
  {"max_pool_2", "max pooling 2x2, 32x112x112x64, forward and back"},
  {"max_pool_3", "max pooling 3x3, strides 2, 32x112x112x64, forward and back"},
  {"resize", "resize of 32x224x224x3 to 160x160"},
  {"flip", "random flip of 32x224x224x3"},
  {"rotate", "random rotation of 32x224x224x3"},
  {"zoom", "random zoom of 32x224x224x3"},
  {"augment", "these three one after the other"},
  {"image_folder", "a folder of JPEGs of 64x64: a picture (limit: libjpeg-turbo alone)"},
  {"small_ops", "an op on 10x10 in a Lua loop"},
  {"multiply_1e6", "a product of elements, 1e6 floats"},
  {"dropout_1e6", "Dropout, 1e6 floats"},
  {"layer_normalization_1e6", "LayerNormalization, 1e6 floats, forward and back"},
  {"gpt_train", "GPT, 4 blocks of 128, 64 steps, AdamW, batch 32: a window", flops = 6 * GPT},
  {"gpt_predict", "GPT, predict, batch 32: a window", flops = 2 * GPT},
  {"gpt_predict_one", "GPT, predict of one window"},
  {"gpt_generate", "GPT, one token after another with a cache: a token"},
  {"attention_2048", "attention, 2048 steps, 8 heads of 64, forward and back",
    flops = 12 * 8 * 2048 ^ 2 * 64},
}
for _, n in ipairs{64, 128, 256, 512, 1024, 2048} do
  rows[#rows + 1] = {"product_" .. n, ("product of %d x %d matrices"):format(n, n),
    flops = 2 * n ^ 3}
end
for _, row in ipairs{
    {"conv_3x3", "3x3, 64 to 64 channels, 56x56", 56 * 56 * 9 * 64 * 64},
    {"conv_1x1", "1x1, 64 to 64 channels, 56x56", 56 * 56 * 64 * 64},
    {"conv_7x7", "7x7, strides 2, 3 to 64 channels, 112x112", 56 * 56 * 49 * 3 * 64},
    {"conv_depthwise", "3x3 depthwise, 64 channels, 56x56", 56 * 56 * 9 * 64}} do
  rows[#rows + 1] = {row[1], "convolution " .. row[2] .. ", batch 32, forward and back",
    flops = 6 * 32 * row[3]}
end
local STEP = 2 * 32 * 128 * (32 + 128)   -- flops of a step with one gate, forward
for _, row in ipairs{
    {"lstm", "LSTM, 100 steps x 32 to 128, Adam, batch 32: a step of training", 3 * 400 * STEP},
    {"gru", "GRU, the same", 3 * 300 * STEP},
    {"bilstm_masked", "embedding and bidirectional LSTM 64, masked, 20 to 200 steps, batch 32"},
    {"lstm_predict", "LSTM 128, predict, 32 rows of 100 x 32", 400 * STEP},
    {"lstm_predict_one", "the same, one row"},
    {"embedding_1e6", "Embedding of 20,000 x 64, 1e6 numbers, forward and back"}} do
  rows[#rows + 1] = {row[1], row[2], flops = row[3]}
end
for _, f in ipairs{"exp", "tanh", "gelu", "softmax", "statistics"} do
  local title = f == "statistics" and "mean and variance of rows" or f
  rows[#rows + 1] = {f .. "_1e6", title .. ", 1e6 floats"}
  -- Read and written, or read by the mean and by the variance.
  rows[#rows + 1] = {f .. "_3e7", title .. ", 3e7 floats", bytes = 8 * BIG}
end

-- ---- the table

local lines = {}
local function say(...)
  local line = string.format(...)
  lines[#lines + 1] = line
  print(line)
  io.stdout:flush()
end

local function machine()
  local info = io.open "/proc/cpuinfo"
  local text = info and info:read "a" or ""
  if info then info:close() end
  return ("%s, %d cores, %s, %s"):format(
    text:match "model name%s*:%s*([^\n]+)" or "unknown processor", cores,
    capture("uname -sm"):match "[^\n]+", os.date "%Y-%m-%d")
end

local function digits(x)
  return ("%." .. (x < 1 and 3 or x < 10 and 2 or x < 100 and 1 or 0) .. "f"):format(x)
end

say("%s. Medians of %d rounds in turn, the better of %s threads for each side.\n", machine(),
  rounds, table.concat(thread_counts, " and "))

-- Flops a microsecond: the better of both libraries' products.
local products = compare("product_2048")
local sgemm = 2 * 2048 ^ 3
  / math.min(products.lunate.time, products.PyTorch and products.PyTorch.time or math.huge)
local bandwidth = 8 * BIG / compare("copy", true).lunate.time            -- bytes a microsecond
say("The machine's limits: sgemm of 2048x2048x2048 %.0f Gflop/s, a large copy %.1f GB/s.\n",
  sgemm / 1000, bandwidth / 1000)

say("| microseconds | lunate | PyTorch | ratio | ONNX Runtime | ratio | of the limit |")
say("|---|---|---|---|---|---|---|")
for _, row in ipairs(rows) do
  local name = row[1]
  if name:find(pattern) then
    if name == "image_folder" then make_pictures() end
    local r = compare(name)
    local ours = r.lunate.time
    local function cell(x) return x and digits(x.time) or "" end
    local function ratio(x) return x and ("%.1fx"):format(x.time / ours) or "" end
    local limit = row.flops and row.flops / ours / sgemm
      or row.bytes and row.bytes / ours / bandwidth or r.jpeg and r.jpeg.time / ours
    say("| %s | %s | %s | %s | %s | %s | %s |", row[2], cell(r.lunate), cell(r.PyTorch),
      ratio(r.PyTorch), cell(r.ONNX), ratio(r.ONNX),
      limit and ("%.0f%%"):format(100 * limit) or "")
  end
end

-- ---- what is measured of lunate alone (and reading CSV, against pandas)

-- Milliseconds of a process, over that of a bare one.
local function start_up()
  local with, bare = {}, {}
  local function time(list, code)
    local begun = clock()
    assert(os.execute(lua .. " -e '" .. code .. "'"))
    list[#list + 1] = (clock() - begun) * 1000
  end
  for _ = 1, 4 * rounds do
    time(with, 'require "lunate"')
    time(bare, "")
  end
  return median(with) - median(bare)
end

if pattern == "." then
  say("\nBesides:\n")
  say("- `require \"lunate\"`: %.1f ms over bare %s", start_up(), lua)
  for line in capture(lua .. " scripts/bench/growth.lua"):gmatch "[^\n]+" do say("- %s", line) end
  if python ~= "" then
    local csv = os.tmpname()
    capture(lua .. " scripts/bench/growth.lua csv " .. csv)
    local ours, theirs = {}, {}
    for _ = 1, rounds do
      ours[#ours + 1] = measure(lua .. " scripts/bench/growth.lua read " .. csv) / 1e6
      local output = capture(python .. " scripts/bench/peer_torch.py csv " .. csv)
      theirs[#theirs + 1] = (tonumber(output:match "us=([%d.]+)") or 0 / 0) / 1e6
    end
    os.remove(csv)
    say("- reading 100 MB of CSV: %.2f s, pandas %.2f s", median(ours), median(theirs))
  end
end

local file = assert(io.open("build/bench.md", "w"))
file:write(table.concat(lines, "\n"), "\n")
file:close()
