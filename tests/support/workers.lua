-- Numbered trials in processes of their own: what dies, hangs or is wrong in one is a finding, and
-- the next process goes on after it. The script that runs them is started anew as
-- `script worker <name> <first> <last> <step> <progress file>` and answers with workers.serve.

local workers = {}

local MOST = 40   -- findings of one name, then it ends

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local function read(path)
  local file <close> = io.open(path, "rb")
  return file and file:read("a") or ""
end

--- The worker's side: run(name, number) -> outcome, or nil and what is wrong. Prints the findings
--- and how often each outcome came.
function workers.serve(arguments, run)
  local name, first, last, step = arguments[2], tonumber(arguments[3]), tonumber(arguments[4]),
    tonumber(arguments[5])
  local file <close> = assert(io.open(arguments[6], "wb"))
  local counts = {}
  for number = first, last, step do
    file:seek("set")
    file:write(("%-12d"):format(number))
    file:flush()
    local outcome, wrong = run(name, number)
    if outcome then counts[outcome] = (counts[outcome] or 0) + 1
    else print(("finding %d %s"):format(number, (wrong:gsub("\n", " ")))) end
  end
  for outcome, n in pairs(counts) do print(("count %s %d"):format(outcome, n)) end
  print("done")
end

-- Starts a worker on its part of the numbers from `number` on.
local function start(job, o, number)
  job.last = math.min(number + o.chunk * o.jobs - 1, o.n)
  job.progress = job.progress or os.tmpname()
  job.said = job.said or os.tmpname()
  job.pipe = assert(io.popen(
    ("cd %s; timeout -s KILL %d %s %s worker %s %d %d %d %s 2>%s; echo exit $?"):format(
      quoted(o.folder or "."), o.seconds, arg[-1], quoted(o.script or arg[0]), quoted(o.name),
      number, job.last, o.jobs, job.progress, job.said)))
end

-- Takes the worker's results; the number to go on with.
local function finish(job, o, state)
  local function report(number, what)
    state.findings = state.findings + 1
    print(("FINDING %s %s: %s\n  repeat with: %s"):format(o.name, number, what,
      o.repeating(number)))
  end
  local text = job.pipe:read("a")
  job.pipe:close()
  for number, what in text:gmatch("finding (%d+) ([^\n]*)") do
    report(math.tointeger(tonumber(number)), what)
  end
  local done = ("\n" .. text):find("\ndone\n", 1, true)
  local code = math.tointeger(text:match("exit (%d+)%s*$"))
  for outcome, n in text:gmatch("count (%S+) (%d+)") do
    state.counts[outcome] = (state.counts[outcome] or 0) + math.tointeger(tonumber(n))
  end
  local following = job.last + 1 + (job.offset - job.last - 1) % o.jobs
  if done and code == 0 then return following end
  local number = math.tointeger(tonumber(read(job.progress):match("%d+"))) or 0
  local how = code == 137 and ("no end after %d s, or killed"):format(o.seconds)
    or ("the process ended with %s"):format(code)
  report(number, (done and "at its end, " or "") .. how .. "\n" .. read(job.said):sub(1, 4000)
    .. "\n  " .. (text:match("note ([^\n]*)") or ""))
  return done and following or number + o.jobs
end

--- Runs trials 1 .. o.n of a name: jobs (processes at a time), chunk (trials of one process),
--- seconds (for one process), repeating(number) -> a command, script (the one that runs now),
--- folder (to work in). Returns {findings =, counts = {outcome = n}, seconds =}; findings are
--- printed.
function workers.run(o)
  local state, began, list = {findings = 0, counts = {}}, os.time(), {}
  for j = 1, math.min(o.jobs, o.n) do
    list[j] = {offset = j}
    start(list[j], o, j)
  end
  while #list > 0 do
    for j = #list, 1, -1 do
      local number = finish(list[j], o, state)
      if number <= o.n and state.findings < MOST then
        start(list[j], o, number)
      else
        os.remove(list[j].progress)
        os.remove(list[j].said)
        table.remove(list, j)
      end
    end
  end
  state.seconds = math.max(os.time() - began, 1)
  return state
end

return workers
