-- The fuzz driver: `make fuzz FORMATS="npy json" N=100000 SEED=1 JOBS=2` mutates files and reads
-- them. Workers read in processes of their own, some thousand mutants each; a worker that dies,
-- hangs (DEADLINE=600 seconds) or grows is a finding, and the next one goes on after it.
-- `ONLY=number` repeats one mutant and keeps its bytes. Formats: formats.lua; damage: mutate.lua;
-- what must hold: trial.lua.

local ALL = {"npy", "npz", "safetensors", "idx", "csv", "json", "h5", "weights.h5", "keras"}
local CHUNK = 2000

local function option(name, default)
  local value = os.getenv(name)
  return value and value ~= "" and value or default
end

local seed = math.tointeger(tonumber(option("SEED", "1")))
local interpreter = arg[-1]

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local function read(path)
  local file <close> = io.open(path, "rb")
  return file and file:read("a") or ""
end

-- ---- a worker: worker <format> <first> <last> <step> <progress file>

local function worker(name, first, last, step, progress)
  local trial = require "fuzz.trial"
  local path = trial.path(name)
  local file <close> = assert(io.open(progress, "wb"))
  local counts = {value = 0, error = 0}
  print("path " .. path)
  io.stdout:flush()
  for number = first, last, step do
    file:seek("set")
    file:write(("%-12d"):format(number))
    file:flush()
    local outcome, wrong = trial.run(name, seed, number, path)
    if outcome then counts[outcome] = counts[outcome] + 1
    else print(("finding %d %s"):format(number, wrong:gsub("\n", " "))) end
  end
  os.remove(path)
  print(("done %d %d"):format(counts.value, counts.error))
end

-- ---- the driver

local function repeating(name, number)
  return ("make fuzz FORMATS=%s SEED=%d ONLY=%d"):format(name, seed, number)
end

-- Starts a worker on its part of the numbers from `at` on; reads what it says when it has ended.
local function start(job, name, at, n, jobs, seconds)
  local last = math.min(at + CHUNK * jobs - 1, n)
  job.progress = job.progress or os.tmpname()
  job.said = job.said or os.tmpname()
  job.last = last
  local command = ("timeout -s KILL %d %s %s worker %s %d %d %d %s 2>%s; echo exit $?"):format(
    seconds, interpreter, quoted(arg[0]), name, at, last, jobs, job.progress, job.said)
  job.pipe = assert(io.popen(command))
end

local function report(state, name, number, what)
  state.findings = state.findings + 1
  print(("FINDING %s %s: %s\n  repeat with: %s"):format(name, number, what,
    repeating(name, number)))
end

-- Takes the worker's results; the number to go on with.
local function finish(job, state, name, jobs, seconds)
  local text = job.pipe:read("a")
  job.pipe:close()
  for number, what in text:gmatch("finding (%d+) ([^\n]*)") do report(state, name, number, what) end
  local values, errors = text:match("done (%d+) (%d+)")
  local code = math.tointeger(text:match("exit (%d+)"))
  if values then
    state.values, state.errors = state.values + values, state.errors + errors
    if code == 0 then return job.last + 1 + (job.offset - job.last - 1) % jobs end
  end
  local at = math.tointeger(tonumber(read(job.progress):match("%d+"))) or 0
  local how = code == 137 and ("no end after %d s, or killed"):format(seconds)
    or ("the process ended with %s"):format(code)
  report(state, name, at, (values and "at its end, " or "") .. how .. "\n"
    .. read(job.said):sub(1, 4000) .. "\n  its bytes: " .. text:match("path ([^\n]*)"))
  if values then return job.last + 1 + (job.offset - job.last - 1) % jobs end
  return at + jobs
end

local function fuzz(name, n, jobs)
  local state = {values = 0, errors = 0, findings = 0}
  local seconds = math.tointeger(tonumber(option("DEADLINE", "600")))
  local began, list = os.time(), {}
  for j = 1, math.min(jobs, n) do
    list[j] = {offset = j}
    start(list[j], name, j, n, jobs, seconds)
  end
  while #list > 0 do
    for j = #list, 1, -1 do
      local at = finish(list[j], state, name, jobs, seconds)
      if at <= n and state.findings < 20 then
        start(list[j], name, at, n, jobs, seconds)
      else
        os.remove(list[j].progress)
        os.remove(list[j].said)
        table.remove(list, j)
      end
    end
  end
  local took = math.max(os.time() - began, 1)
  print(("%-12s %8d mutants, %8d read, %8d refused, %d findings, %d a second"):format(name,
    state.values + state.errors, state.values, state.errors, state.findings,
    (state.values + state.errors) // took))
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

if arg[1] == "worker" then
  worker(arg[2], tonumber(arg[3]), tonumber(arg[4]), tonumber(arg[5]), arg[6])
  return
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
