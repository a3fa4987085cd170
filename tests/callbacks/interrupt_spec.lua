-- Ctrl-C, through real processes that get SIGINT: from outside, or from a callback of their own at
-- a moment that the test chooses.
local scratch = require "support.scratch"

-- What the children begin with: a model, data, `signal()` and `busy()`, which a stand-alone Lua's
-- own handler breaks off with "interrupted!".
local HEAD = [[
local ln = require "lunate"
local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}, name = "small"}
model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 0.01}}
local x, y = ln.ones{64, 1}, ln.zeros{64, 1}
local function signal() io.popen("kill -INT " .. os.getenv("CHILD")):close() end
local function busy() local t = os.clock() while os.clock() - t < 20 do end return "not stopped" end
local function on(hooks) return ln.callbacks.LambdaCallback(hooks) end
local function fit(hooks, options)
  local given = {epochs = 9, batch_size = 8, verbose = 0, callbacks = {on(hooks)}}
  for k, v in pairs(options or {}) do given[k] = v end
  return model:fit(x, y, given)
end
local function show(...) print(...) io.stdout:flush() end
-- The handler that was there before fit: Lua's own, which raises.
local function restored() return select(2, pcall(function() signal() return busy() end)) end
]]

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

describe("Ctrl-C", function()
  local folder
  before_each(function() folder = scratch.folder() end)
  after_each(function() folder:remove() end)

  -- Starts a child that may be interrupted even where the suite ignores it; its output as a file.
  -- Its first line is the process.
  local function start(code)
    local script = folder:write("child.lua", HEAD .. code)
    local command = ("CHILD=$$; export CHILD; echo $CHILD; exec env -u LUA_PATH_5_4 "
      .. "-u LUA_CPATH_5_4 --default-signal=INT LUA_PATH=%s LUA_CPATH=%s %s %s 2>&1"):format(
      quoted(package.path), quoted(package.cpath), arg and arg[-1] or "lua5.4", quoted(script))
    local pipe = assert(io.popen(command))
    return pipe, pipe:read("l")
  end

  -- What the child prints.
  local function run(code)
    local pipe <close> = start(code)
    return (pipe:read("a"):gsub("\n$", ""))
  end

  it("is answered by what was done and what the next one does", function()
    local said = "; press again within 2 s to stop the script"
    local text = run[[
      fit({on_epoch_end = function(epoch) if epoch == 3 then signal() end end}, {verbose = 2})]]
    assert.matches("\ninterrupted after epoch 3" .. said, text, 1, true)
    text = run[[
      fit({on_batch_end = function() signal() end}, {verbose = 2, initial_epoch = 4})]]
    assert.matches("\ninterrupted in epoch 4" .. said, text, 1, true)
    assert.equal("done", run[[
      fit({on_batch_end = function() signal() end})   -- verbose = 0 says nothing
      print("done")]])
  end)

  it("raises the second time in a later fit too", function()
    assert.equal("true\nfalse\tchild.lua: 'fit' of 'small': interrupted\ntrue\tfalse", (run[[
      local once = {on_batch_end = function() signal() end}
      show(fit(once).interrupted)
      show(pcall(fit, once))
      show(fit({}).interrupted == false, fit({}).interrupted)]]
      :gsub("%S*child.lua:%d+", "child.lua")))
  end)

  it("ends fit after the batch in flight, which returns", function()
    assert.equal("batch 3\ntrain_end true\nfit true 2 2\ntrue", run[[
      local before
      local history = fit{
        on_batch_end = function(batch)
          if #model.history.epoch == 2 and batch == 3 then
            show("batch " .. batch)
            before = model:get_weights()[1]
            signal()
          end
        end,
        on_train_end = function() show("train_end", model.history.interrupted) end}
      show("fit", history.interrupted, #history.epoch, #history.history.loss)
      show(before == model:get_weights()[1])
    ]]:gsub("\t", " "))
  end)

  it("from outside, in a long run of batches without Lua", function()
    local pipe <close>, process = start[[
      x, y = ln.ones{4000000, 1}, ln.zeros{4000000, 1}
      local began
      local history = fit({on_epoch_begin = function() show("begun") began = os.clock() end},
        {batch_size = 1, epochs = 100})
      show(history.interrupted, #history.epoch, os.clock() - began < 15)
      show(ln.ones{2}:sum():item(), #model:predict(ln.ones{3, 1}))
      show(fit({}, {epochs = 1, steps_per_epoch = 3}).interrupted)
    ]]
    assert.equal("begun", pipe:read("l"))
    os.execute("sleep 0.2; kill -INT " .. process)
    assert.equal("true 0 true\n2.0 3\nfalse\n", (pipe:read("a"):gsub("\t", " ")))
  end)

  it("in validation ends that and the training, without the epoch", function()
    assert.equal("test_begin\ntest_end\ntrain_end\ntrue 0", run[[
      local history = fit({
        on_test_begin = function() show("test_begin") end,
        on_test_batch_end = function(batch)
          assert(batch == 1, "a batch after the one in flight")
          signal()
        end,
        on_test_end = function() show("test_end") end,
        on_epoch_end = function() show("epoch_end") end,
        on_train_end = function() show("train_end") end}, {validation_data = {x, y}})
      show(history.interrupted, #history.epoch)
    ]]:gsub("\t", " "))
  end)

  it("during on_train_end is not lost", function()
    assert.equal("true 9", run[[
      local history = fit{on_train_end = signal}
      show(history.interrupted, #history.epoch)
    ]]:gsub("\t", " "))
  end)

  it("a second time raises, and leaves the model usable", function()
    local output = run[[
      local ok, message = pcall(fit, {
        on_batch_end = function() if #model.history.epoch == 1 then signal() signal() end end,
        on_train_end = function() show("train_end") end})
      show(ok, message)
      show(#model.history.epoch, #fit({}).epoch, restored())
    ]]:gsub("\t", " ")
    assert.matches("^false .*child.lua:%d+: 'fit' of 'small': interrupted\n1 9 "
      .. ".*interrupted!$", output)
  end)

  it("a third time does what it does without fit", function()
    assert.matches("^false .*interrupted!$", (run[[
      show(pcall(fit, {on_batch_end = function() signal() signal() signal() busy() end}))
    ]]:gsub("\t", " ")))
  end)

  for _, call in ipairs{"evaluate(x, y, {batch_size = 8, verbose = 0, callbacks = callbacks})",
      "predict(x, {batch_size = 8, callbacks = callbacks})"} do
    local what = call:match("^%a+")
    local hook = what == "predict" and "on_predict" or "on_test"
    it("raises in " .. what, function()
      assert.matches("^batch 1\nend\nfalse .*child.lua:%d+: '" .. what
        .. "' of 'small': interrupted\n.*interrupted!$", (run(([[
        local callbacks = {on{
          HOOK_batch_end = function(batch) show("batch " .. batch) signal() end,
          HOOK_end = function() show("end") end}}
        show(pcall(function() model:]]):gsub("HOOK", hook) .. call .. [[ end))
        show(restored())
      ]]):gsub("\t", " ")))
    end)

    it("lets " .. what .. " in a callback finish", function()
      assert.equal("done\ntrue 0", run([[
        local history = fit{on_batch_end = function(batch)
          if batch ~= 2 then return end
          local n = 0
          local callbacks = {on{]] .. hook .. [[_batch_end = function()
            n = n + 1
            if n == 3 then signal() end
          end}}
          model:]] .. call .. [[ assert(n == 8)
          show("done")
        end}
        show(history.interrupted, #history.epoch)
      ]]):gsub("\t", " "))
    end)
  end

  it("finds the handler that was there after fit", function()
    assert.matches("interrupted!$", run[[fit{} show(restored())]])
  end)

  it("finds it after an error in fit", function()
    assert.matches("^.*boom\n.*interrupted!$", run[[
      show(select(2, pcall(fit, {on_epoch_end = function() error("boom") end})))
      show(restored())
    ]])
  end)

  it("finds it when a coroutine was left in the middle of fit", function()
    assert.matches("^.*interrupted!$", run[[
      do
        local running = coroutine.wrap(function() fit{on_batch_end = coroutine.yield} end)
        running()
      end
      collectgarbage()
      collectgarbage()
      show(restored())
    ]])
  end)
end)
