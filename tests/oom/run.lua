-- `make oom`: allocation failure injected at every allocation of every case (cases.lua), in
-- processes of their own. STEP=10 tries each tenth; SECONDS=10 is what a sweep of a long case may
-- take; CASES=pattern runs some of them; ONLY=number one, in this process; JOBS=2 processes.

local workers = require "support.workers"

local function option(name, default)
  local value = os.getenv(name)
  return value and value ~= "" and value or default
end

local step = math.tointeger(tonumber(option("STEP", "1")))
local seconds = tonumber(option("SECONDS", "10"))

-- Cases of this name's pattern, and how to run the number-th.
local function prepare(folder)
  local cases = require "oom.cases"
  local trial = require "oom.trial"
  local files = 0
  -- Names that come round again, so that thousands of runs leave some files.
  local all = cases.all(function()
    files = files % 50 + 1
    return ("%s/%d"):format(folder, files)
  end, folder)
  local list, pattern = {}, option("CASES", "")
  local function add(name, run)
    if name:find(pattern) then list[#list + 1] = {name = name, run = run} end
  end
  for _, first in ipairs(cases.first) do
    add("first use: " .. first[1], function(o) return trial.first(first, o) end)
  end
  for _, case in ipairs(all) do add(case.name, function(o) return trial.run(case, o) end) end
  return list
end

local function scratch()
  local folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir " .. folder))
  return setmetatable({path = folder}, {__close = function()
    os.execute("rm -rf " .. folder)
  end})
end

-- Whatever cases print goes nowhere.
local function quietly(f, ...)
  local say, write = print, io.write
  print, io.write = function() end, function() return io.stdout end   -- luacheck: ignore
  local results = table.pack(pcall(f, ...))
  print, io.write = say, write   -- luacheck: ignore
  if not results[1] then error(results[2], 0) end
  return table.unpack(results, 2, results.n)
end

local function run_one(list, number, note)
  local case = list[number]
  local outcome, wrong = case.run{step = step, seconds = seconds, first = number, progress = note}
  return outcome, wrong and case.name .. ": " .. wrong
end

if arg[1] == "worker" then
  local folder <close> = scratch()
  local list = quietly(prepare, folder.path)
  local place <close> = assert(io.open(arg[6] .. ".place", "w"))
  print("note see " .. arg[6] .. ".place")
  io.stdout:flush()
  workers.serve(arg, function(_, number)
    return quietly(run_one, list, number, function(n, length)
      place:seek("set")
      place:write(("%s: allocation %d, %d in a row\n"):format(list[number].name, n, length))
      place:flush()
    end)
  end)
  os.remove(arg[6] .. ".place")
  return
end

local folder <close> = scratch()
local list = quietly(prepare, folder.path)
local only = option("ONLY")
if only then
  local number = math.tointeger(tonumber(only))
  local outcome, wrong = quietly(run_one, list, number)
  print(list[number].name .. ": " .. (outcome or wrong))
  os.exit(outcome ~= nil, true)
end
local state = workers.run{
  name = "oom", n = #list, jobs = math.tointeger(tonumber(option("JOBS", "2"))), chunk = 10,
  seconds = 3600,
  repeating = function(number)
    return ("make oom ONLY=%d CASES='%s' STEP=%d  (%s)"):format(number, option("CASES", ""), step,
      list[number] and list[number].name or "?")
  end,
}
print(("%d cases, %d clean, %d findings, %d s"):format(#list, state.counts.clean or 0,
  state.findings, state.seconds))
os.exit(state.findings == 0, true)
