-- A sample of `make oom`: allocations that fail here and there in some cases of each kind, and in
-- what once crashed or stayed broken.
local preload = os.getenv("LUNATE_BUILD") .. "/oom/failmalloc.so"
local there = io.open(preload)
if there then there:close() end

local function run(step, pattern)
  local command = ("STEP=%d SECONDS=0.2 CASES='%s' JOBS=1 LD_PRELOAD='%s' %s tests/oom/run.lua")
    :format(step, pattern, preload, arg and arg[-1] or "lua5.4")
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  pipe:close()
  return text
end

describe("where allocations fail", function()
  for pattern, step in pairs{
    ["^gradient of norm"] = 61, ["^layer Softmax"] = 61, ["^layer Dense"] = 307,
    ["^loss Huber"] = 61, ["^optimizer Adam$"] = 101, ["^training a"] = 5003,
    ["^saving and loading .weights"] = 401, ["^first use: [zjsa]"] = 499,
  } do
    it(pattern:sub(2) .. ": an error each time, and nothing broken or lost", function()
      if not there or (os.getenv("LD_PRELOAD") or ""):find("san") then
        return pending("needs a build without sanitizers, on Linux")
      end
      assert.matches("[1-9]%d* cases, %d+ clean, 0 findings", run(step, pattern))
    end)
  end

  it("a finding is found", function()
    if not there or (os.getenv("LD_PRELOAD") or ""):find("san") then
      return pending("needs a build without sanitizers, on Linux")
    end
    local script = [[
      local trial, ln = require "oom.trial", require "lunate"
      local kept, broken = {}, false
      print(trial.run({run = function() kept[#kept + 1] = ln.ones{9} end}, {step = 7}))
      print(trial.run({run = function()
        if broken then error("still broken") end
        broken = true
        local t = ln.ones{9}
        broken = false
        return t
      end}, {}))]]
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write(script)
    file:close()
    local pipe = assert(io.popen(("LD_PRELOAD='%s' %s %s 2>&1"):format(preload,
      arg and arg[-1] or "lua5.4", path)))
    local text = pipe:read("a")
    pipe:close()
    os.remove(path)
    assert.matches("nil\t[^\n]*bytes are left[^\n]* by each sweep\n", text)
    assert.matches("nil\tafter allocation %d+, 1 in a row, failed .* does not work: .*still broken",
      text)
  end)
end)
