-- `make fuzz-api N=300000`: random calls of everything public with random arguments (calls.lua),
-- under the sanitizers, in processes of their own with limits on memory and time. SEED=1, JOBS=2;
-- ONLY=number repeats one trial in this process.

local workers = require "support.workers"

local function option(name, default)
  local value = os.getenv(name)
  return value and value ~= "" and value or default
end

local seed = math.tointeger(tonumber(option("SEED", "1")))
local only = option("ONLY")

if arg[1] == "worker" or only then
  local calls = require "fuzz.calls"
  local function trial(number)
    local say, write = print, io.write
    print, io.write = function() end, function() return io.stdout end   -- luacheck: ignore
    local ok, outcome, wrong = pcall(calls.run, seed, number)
    print, io.write = say, write   -- luacheck: ignore
    if not ok then error(outcome, 0) end
    return outcome, wrong
  end
  if only then
    local outcome, wrong = trial(math.tointeger(tonumber(only)))
    print(outcome or "FINDING: " .. wrong)
    os.exit(outcome ~= nil, true)
  end
  local known = {}   -- each kind of error once a process
  workers.serve(arg, function(_, number)
    local outcome, wrong = trial(number)
    local kind = wrong and wrong:gsub("^call %d+, ", ""):gsub("%d+", "N")
    if kind and known[kind] then return "known" end
    if kind then known[kind] = true end
    return outcome, wrong
  end)
  return
end

local CALLS = 50
local folder = os.tmpname()
os.remove(folder)
assert(os.execute("mkdir " .. folder))
local here = os.getenv("PWD")
local state = workers.run{
  name = "api", n = math.ceil(tonumber(option("N", "300000")) / CALLS), chunk = 200,
  jobs = math.tointeger(tonumber(option("JOBS", "2"))), seconds = 600, folder = folder,
  script = here .. "/" .. arg[0],
  repeating = function(number) return ("make fuzz-api SEED=%d ONLY=%d"):format(seed, number) end,
}
os.execute("rm -rf " .. folder)
print(("%d trials of %d calls clean, %d findings, %d s"):format(state.counts.clean or 0, CALLS,
  state.findings, state.seconds))
os.exit(state.findings == 0, true)
