-- Memory that fails at every allocation of one case: trial.run(case, options) -> "clean", or nil
-- and what was wrong. Each time the case either succeeds or raises an error that says why, succeeds
-- when memory is there again, and at the end nothing is left: no bytes of tensors, no blocks of C,
-- no descriptors. options: step (1: each allocation), first (0: where the steps begin), seconds
-- (for a sweep of a long case, whose steps are larger if need be), progress(n, length) called
-- before each.

local core = require "lunate.core"
local fail = require "oom.failmalloc"
local ln = require "lunate"

local trial = {}

-- How many allocations fail in a row: one is C's alone (Lua collects and asks again), two reach Lua
-- as well, all that follow is a machine that has no more.
local LENGTHS = {1, 2, math.maxinteger // 2}

local function count_descriptors() return #core.list_folder("/proc/self/fd") end

local function held()
  collectgarbage()
  collectgarbage()
  pcall(ln.zeros, {1 << 50})   -- more than there is: the cache of freed blocks is emptied
  return {bytes = ln.memory().live, blocks = fail.live(), descriptors = count_descriptors()}
end

-- Of which an error has to have one: Lua says that its stack overflows.
local REASONS = {"memory", "stack overflow"}

-- What is wrong with an error, or nil.
local function message_of(ok, problem)
  if ok then return nil end
  if type(problem) ~= "string" then
    return ("the error is a %s: %s"):format(type(problem), tostring(problem))
  end
  for _, reason in ipairs(REASONS) do if problem:find(reason, 1, true) then return nil end end
  return "it does not say why: " .. problem
end

-- One sweep over the allocations; how many there are, or nil and what was wrong.
local function sweep(case, total, length, step, options)
  for n = 1 + (options.first or 0) % step, total, step do
    if options.progress then options.progress(n, length) end
    fail.arm(n, length)
    local ok, problem = pcall(case.run)
    fail.disarm()
    local wrong = message_of(ok, problem)
    if wrong then return ("allocation %d, %d in a row: %s"):format(n, length, wrong) end
    local again, trouble = pcall(case.run)
    if not again then
      return ("after allocation %d, %d in a row, failed (%s) it does not work: %s"):format(n,
        length, tostring(problem), tostring(trouble))
    end
  end
end

local function allocations(run)
  fail.arm(0, 0)
  local ok, problem = pcall(run)
  local n = fail.disarm()
  return n, not ok and tostring(problem) or nil
end

function trial.run(case, options)
  for _ = 1, 2 do
    local ok, problem = pcall(case.run)
    if not ok then return nil, "it does not run at all: " .. tostring(problem) end
  end
  local start = core.clock()
  local total = allocations(case.run)
  local step = options.step or 1
  if case.long and options.seconds then
    step = math.max(step, math.ceil(2 * total * (core.clock() - start) / options.seconds))
  end
  local before, grown = held(), nil
  for _ = 1, 6 do   -- caches grow at first; what grows each time is lost
    for _, length in ipairs(LENGTHS) do
      local wrong = sweep(case, total, length, step, options)
      if wrong then return nil, wrong end
    end
    local after = held()
    grown = nil
    for what, n in pairs(after) do
      if n > before[what] then
        grown = ("%s%d %s are left"):format(grown and grown .. ", " or "", n - before[what], what)
      end
    end
    if not grown then return "clean" end
    before = after
  end
  return nil, grown .. " by each sweep"
end

--- What runs first in a new Lua state: {name, code, before = code that runs with memory}.
function trial.first(case, options)
  local before = ("package.path, package.cpath = %q, %q\n%s"):format(package.path, package.cpath,
    case.before or "")
  local function run(n, length) return fail.state(before, case[2], n, length) end
  run(0, 0)   -- what the process itself makes once
  local start = core.clock()
  local failure, _, total = run(0, 0)
  if failure then return nil, "it does not run at all: " .. failure end
  local step = options.step or 1
  if case.long and options.seconds then
    step = math.max(step, math.ceil(total * (core.clock() - start) / options.seconds))
  end
  for _, length in ipairs(LENGTHS) do
    for n = 1 + (options.first or 0) % step, total, step do
      if options.progress then options.progress(n, length) end
      local first, second, _, left = run(n, length)
      local wrong = second and ("failed (%s), it does not work: %s"):format(tostring(first), second)
      if left > 0 and not wrong then   -- once more: a cache of the process, or lost
        left = select(4, run(n, length))
        wrong = left > 0 and ("%d blocks are left by the closed state"):format(left)
      end
      if wrong then
        return nil, ("after allocation %d, %d in a row: %s"):format(n, length, wrong)
      end
    end
  end
  return "clean"
end

return trial
