-- A sample of `make oom`: allocations that fail here and there in some cases of each kind, and in
-- what once crashed or stayed broken.
local scratch = require "support.scratch"

local preload = os.getenv("LUNATE_BUILD") .. "/oom/failmalloc.so"
local there = io.open(preload)
if there then there:close() end
local missing = (not there or (os.getenv("LD_PRELOAD") or ""):find("san"))
  and "needs a build without sanitizers, on Linux"

local function run(step, pattern)
  local command = ("STEP=%d SECONDS=0.2 CASES='%s' JOBS=1 LD_PRELOAD='%s' %s tests/oom/run.lua")
    :format(step, pattern, preload, arg and arg[-1] or "lua5.4")
  local pipe = assert(io.popen(command))
  local text = pipe:read("a")
  pipe:close()
  return text
end

local function run_script(script)
  local folder <close> = scratch.folder()
  local pipe <close> = assert(io.popen(("LD_PRELOAD='%s' %s %s 2>&1"):format(preload,
    arg and arg[-1] or "lua5.4", folder:write("script.lua", script))))
  return pipe:read("a")
end

describe("where allocations fail", function()
  for pattern, step in pairs{
    ["^gradient of norm"] = 61, ["^layer Softmax"] = 61, ["^layer Dense"] = 307,
    ["^loss Huber"] = 61,
    ["^layer Flatten"] = 7, ["^layer RandAugment"] = 997,
    ["^optimizer Adam$"] = 101, ["^training a"] = 5003,
    ["^saving and loading .weights"] = 401, ["^first use: [zjsa]"] = 499,
  } do
    it(pattern:sub(2) .. ": an error each time, and nothing broken or lost", function()
      if missing then return pending(missing) end
      assert.matches("[1-9]%d* cases, %d+ clean, 0 findings", run(step, pattern))
    end)
  end

  it("a finding is found", function()
    if missing then return pending(missing) end
    local text = run_script[[
      local trial, ln = require "oom.trial", require "lunate"
      local kept, broken = {}, false
      print(trial.run({run = function() kept[#kept + 1] = ln.ones{9} end}, {step = 7}))
      print(trial.run({run = function()
        if broken then error("still broken") end
        broken = true
        local t = ln.ones{9}
        broken = false
        return t
      end}, {}))
      print(trial.run({run = function()
        if not pcall(ln.ones, {9}) then error("no nine ones") end
      end}, {}))]]
    assert.matches("nil\t[^\n]*bytes are left[^\n]* by each sweep\n", text)
    assert.matches("nil\tafter allocation %d+, %d in a row, failed .* does not work: .*still broken"
      , text)
    assert.matches("does not say why: .*no nine ones", text)
  end)

  it("no object is lost for want of room to call its finalizer", function()
    if missing then return pending(missing) end
    local text = run_script[[
      local fail, ln = require "oom.failmalloc", require "lunate"
      local t, before = ln.ones{3000}, 0
      local function live()
        collectgarbage()
        collectgarbage()
        return ln.memory().live
      end
      for n = 1, 5 do
        before = live()
        fail.arm(0, 2)   -- the collector stands still, nothing fails
        for _ = 1, 100 do ln.ones{900} end
        pcall(coroutine.wrap(function()   -- with little room for calls
          ln.negative(t)
          fail.arm(n, math.maxinteger // 2)
          ln.negative(t)
        end))
        fail.disarm()
        print(live() - before)
      end]]
    assert.are.equal("0\n0\n0\n0\n0\n", text)
  end)

  it("text is whole or an error, and the reason is given", function()
    if missing then return pending(missing) end
    local text = run_script[[
      local fail, core = require "oom.failmalloc", require "lunate.core"
      local zip = require "lunate.zip"
      local many, entries = {}, {{name = "a", data = ("x"):rep(9000)}, {name = "b", data = "y"}}
      for i = 1, 40 do many["key " .. i .. ("x"):rep(i)] = {units = i} end
      local archive = zip.encode(entries)
      for name, run in pairs{
        json = function() return core.json_encode(many) end,
        encode = function() return zip.encode(entries) end,
        decode = function() return zip.decode(archive).a end,
      } do
        local expected, broken, unsaid = run(), 0, 0
        fail.arm(0, 0)
        run()
        for k = 1, fail.disarm() do
          fail.arm(k, 1)
          local ok, result = pcall(run)
          fail.disarm()
          if ok and result ~= expected then broken = broken + 1 end
          if not ok and not result:find("memory") then unsaid = unsaid + 1 end
        end
        print(name, broken, unsaid)
      end]]
    assert.matches("json\t0\t0\n", text, 1, true)
    assert.matches("encode\t0\t0\n", text, 1, true)
    assert.matches("decode\t0\t0\n", text, 1, true)
  end)

  it("an op that fails is passed on, whatever takes its result", function()
    if missing then return pending(missing) end
    local text = run_script[[
      local fail, ln = require "oom.failmalloc", require "lunate"
      local x = ln.random.normal{300, 4}
      local layers = {}
      for i = 1, 2 do layers[i] = ln.layers.Normalization() layers[i]:adapt(x) end
      local function run() layers[1]:adapt(x) end
      local function armed(k)
        collectgarbage()
        pcall(ln.zeros, {1 << 50})   -- the cache of freed blocks is emptied
        fail.arm(k, 1)
        pcall(run)
        return fail.disarm()
      end
      for k = 1, armed(0) do armed(k) end
      run()
      print(ln.allclose(layers[1].mean, layers[2].mean))]]
    assert.are.equal("true\n", text)
  end)
end)
