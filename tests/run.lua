-- Runs the suite under the Lua that runs this file, whatever /usr/bin/lua is:
--
--     lua5.4 tests/run.lua [busted's flags] FOLDER-OR-FILE ...
--
-- Each spec file has a process of its own, JOBS of them (all processors) side by side: what one
-- leaves in memory does not slow down the next, and one that crashes is one that failed. With an
-- output handler among the flags (-o) busted runs them all in this process.
-- $LUNATE_TALLY names a file for "passed failed skipped".

local flags, paths, in_process = {}, {}, os.getenv "LUNATE_REPORT" ~= nil
for _, word in ipairs(arg) do
  local list = word:find "^%-" and flags or paths
  list[#list + 1] = word
  if word:find "^%-o" or word:find "^%-%-output" then in_process = true end
end
if in_process then
  require "busted.runner" {standalone = false}   -- looks at who calls it: no tail call
  return
end

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end
local function output_of(command)
  local pipe <close> = assert(io.popen(command))
  return pipe:read "a"
end

local files = {}
for _, path in ipairs(paths) do
  local command = "find " .. quoted(path) .. " -name '*_spec.lua'"
  if path:find "%.lua$" then files[#files + 1] = path
  else
    for file in output_of(command .. " | LC_ALL=C sort"):gmatch "[^\n]+" do
      files[#files + 1] = file
    end
  end
end

-- What takes longest comes first, so that no processor waits for it at the end.
local LONG = {"/scripts/training_spec", "/ops/registry_spec", "/saving/models_spec"}
for k = #LONG, 1, -1 do
  for i, file in ipairs(files) do
    if file:find(LONG[k], 1, true) then table.insert(files, 1, table.remove(files, i)) end
  end
end

local folder = output_of "mktemp -d":match "[^\n]+"
local worker = assert(io.open(folder .. "/worker.sh", "w"))
for i, flag in ipairs(flags) do flags[i] = quoted(flag) end
worker:write(([[
LUNATE_REPORT=%s/$1 %s tests/run.lua %s -o tests/support/report.lua "$2"
echo $? >%s/$1.status
]]):format(quoted(folder), quoted(arg[-1]), table.concat(flags, " "), quoted(folder)))
worker:close()
local jobs = os.getenv "JOBS" or ""
if not jobs:find "^%d+$" then jobs = output_of "nproc 2>/dev/null || echo 2":match "%d+" end

os.remove((os.getenv "LUNATE_BUILD" or "build") .. "/printed.txt")   -- tests/support/quiet.lua
local began = os.time()
local workers = assert(io.popen(("xargs -0 -n 2 -P %s sh %s"):format(jobs,
  quoted(folder .. "/worker.sh")), "w"))
for i, file in ipairs(files) do workers:write(i, "\0", file, "\0") end
workers:close()

-- A process that ended without a report, or badly after one that is good, is a failure.
local function read(path)
  local file <close> = io.open(path)
  return file and file:read "a" or ""
end
local passed, failed, skipped = 0, 0, 0
for i, file in ipairs(files) do
  local good, bad, pending = read(folder .. "/" .. i):match "(%d+) (%d+) (%d+)"
  local status = read(folder .. "/" .. i .. ".status"):match "%d+" or "unknown"
  passed, skipped = passed + (good or 0), skipped + (pending or 0)
  failed = failed + (bad or 0)
  if not good or status ~= "0" and bad == "0" then
    failed = failed + 1
    print(("%s: ended with status %s%s"):format(file, status, good and "" or ", without a report"))
  end
end
os.execute("rm -rf " .. quoted(folder))
if passed + failed == 0 then print "no test was run" end
print(("%d passed, %d failed, %d skipped: %d s"):format(passed, failed, skipped,
  os.time() - began))
local tally = os.getenv "LUNATE_TALLY"
if tally then
  local file <close> = assert(io.open(tally, "w"))
  file:write(passed, " ", failed, " ", skipped, "\n")
end
os.exit(failed == 0 and passed > 0)
