-- lua5.4 scripts/bench/run.lua [rounds]        (by way of scripts/bench/run.sh or `make bench`)
--
-- Runs lunate_mlp.lua and torch_mlp.py in turn, `rounds` (5) times, so that both meet the same
-- machine; takes medians, for each the better of its thread counts, and prints the ratios. Each run
-- is a process of its own. $PYTHON is the python3 with PyTorch, empty where there is none.

local clock = require "lunate.core".clock

local rounds = math.max(5, math.tointeger(arg[1]) or 5)
local python, lua = os.getenv "PYTHON" or "", os.getenv "LUA" or "lua5.4"
local threads = {1, 2}
local slow_start = 1.5  -- a thread count this much slower in round 1 is not run again

local function capture(command)
  local pipe <close> = assert(io.popen(command, "r"))
  return pipe:read "a"
end

local function median(list)
  table.sort(list)
  local n = #list
  return n % 2 == 1 and list[n // 2 + 1] or (list[n // 2] + list[n // 2 + 1]) / 2
end

-- Microseconds a sample, by the output of either script.
local function sample_time(command)
  local output = capture(command)
  return tonumber(output:match "us/sample=([%d.]+)") or
    error("no measurement from: " .. command .. "\n" .. output)
end

local peers = {function(count, workload)
  return ("LUNATE_THREADS=%d %s scripts/bench/lunate_mlp.lua %s"):format(count, lua, workload)
end}
if python ~= "" then
  peers[2] = function(count, workload)
    return ("%s scripts/bench/torch_mlp.py %s --threads %d"):format(python, workload, count)
  end
end

-- The best thread count's median for each peer.
local function compare(workload)
  local times = {}  -- [peer][threads] = list
  for round = 1, rounds do
    for p, peer in ipairs(peers) do
      times[p] = times[p] or {}
      local best = math.huge  -- of round 1
      for _, list in pairs(times[p]) do best = math.min(best, list[1]) end
      for _, count in ipairs(threads) do
        local list = times[p][count] or {}
        times[p][count] = list
        if round == 1 or list[1] <= best * slow_start then
          list[#list + 1] = sample_time(peer(count, workload))
        end
      end
    end
  end
  local result = {}
  for p in ipairs(peers) do
    local best, best_count = math.huge, 0
    for count, list in pairs(times[p]) do
      if #list == rounds then
        local time = median(list)
        if time < best then best, best_count = time, count end
      end
    end
    result[p] = {time = best, threads = best_count}
  end
  return result
end

local function machine()
  local info = io.open "/proc/cpuinfo"
  local text = info and info:read "a" or ""
  if info then info:close() end
  return ("%s, %s cores, %s, %s"):format(
    text:match "model name%s*:%s*([^\n]+)" or "unknown processor",
    capture("getconf _NPROCESSORS_ONLN"):match "%d+", capture("uname -sm"):match "[^\n]+",
    os.date "%Y-%m-%d")
end

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

print(machine())
print(("median of %d rounds in turn, the better of 1 and 2 threads for each\n"):format(rounds))
print(("%-28s %14s %14s %8s"):format("microseconds a sample", "lunate", "PyTorch", "ratio"))
for _, row in ipairs{{"fashion", "Fashion-MNIST MLP, SGD"}, {"housing", "housing MLP, SGD"}} do
  local r = compare(row[1])
  local function cell(x) return x and ("%9.4f (%d th)"):format(x.time, x.threads) or "-" end
  print(("%-28s %14s %14s %8s"):format(row[2], cell(r[1]), cell(r[2]),
    r[2] and ("%.1fx"):format(r[2].time / r[1].time) or "-"))
end
print()
print(('require "lunate": %.1f ms over bare %s'):format(start_up(), lua))
print("Fashion-MNIST from uint8 images, Rescaling first: peak resident set " ..
  capture(lua .. " scripts/bench/lunate_mlp.lua memory"):match "peak=([^\n]+)")
