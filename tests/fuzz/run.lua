-- The fuzz driver: `make fuzz FORMATS="npy json" N=100000 SEED=1 JOBS=2` mutates files and reads
-- them. Workers read in processes of their own, some thousand mutants each; a worker that dies,
-- hangs (DEADLINE=600 seconds) or grows is a finding, and the next one goes on after it.
-- `ONLY=number` repeats one mutant and keeps its bytes. Formats: formats.lua; damage: mutate.lua;
-- what must hold: trial.lua.

local workers = require "support.workers"

local ALL = {"npy", "npz", "safetensors", "idx", "csv", "json", "png", "jpg", "h5", "weights.h5",
             "keras"}
local CHUNK = 2000

local function option(name, default)
  local value = os.getenv(name)
  return value and value ~= "" and value or default
end

local seed = math.tointeger(tonumber(option("SEED", "1")))

if arg[1] == "worker" then
  local trial = require "fuzz.trial"
  local path = trial.path(arg[2])
  print("note its bytes: " .. path)
  io.stdout:flush()
  workers.serve(arg, function(name, number) return trial.run(name, seed, number, path) end)
  os.remove(path)
  return
end

local function fuzz(name, n, jobs)
  local state = workers.run{
    name = name, n = n, jobs = jobs, chunk = CHUNK,
    seconds = math.tointeger(tonumber(option("DEADLINE", "600"))),
    repeating = function(number)
      return ("make fuzz FORMATS=%s SEED=%d ONLY=%d"):format(name, seed, number)
    end,
  }
  local values, errors = state.counts.value or 0, state.counts.error or 0
  print(("%-12s %8d mutants, %8d read, %8d refused, %d findings, %d a second"):format(name,
    values + errors, values, errors, state.findings, (values + errors) // state.seconds))
  return state.findings
end

local function only(name, number)
  local trial = require "fuzz.trial"
  local path = trial.path(name)
  print(("mutant %d of %s: %s"):format(number, name, path))
  local outcome, wrong = trial.run(name, seed, number, path)
  print(outcome or "FINDING: " .. wrong)
  return outcome and 0 or 1
end

io.stdout:setvbuf("line")
local findings = 0
for name in option("FORMATS", table.concat(ALL, " ")):gmatch("[^%s,]+") do
  local number = option("ONLY")
  if number then findings = findings + only(name, math.tointeger(tonumber(number)))
  else
    findings = findings + fuzz(name, math.tointeger(tonumber(option("N", "10000"))),
      math.tointeger(tonumber(option("JOBS", "2"))))
  end
end
os.exit(findings == 0, true)
