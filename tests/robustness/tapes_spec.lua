-- Tapes left open, closed in any order, closed while they are in use.

local ln = require "lunate"
local fails = require "support.fails"

local function watched(tape)
  local x = ln.tensor{1, 2}
  tape:watch(x)
  return x
end

it("tapes end in any order", function()
  local a, b, c = ln.GradientTape(), ln.GradientTape(), ln.GradientTape()
  local x = watched(c)
  b:close()
  local y = (x * x):sum()
  a:close()
  assert.same({2, 4}, c:gradient(y, x):totable())
  c:close()
  c:close()
  fails("closed", c.gradient, c, y, x)
  fails("closed", c.watch, c, x)
end)

it("a thousand tapes may be open", function()
  local tapes = {}
  for i = 1, 1000 do tapes[i] = ln.GradientTape() end
  local x = watched(tapes[1])
  local y = x * 3
  assert.same({3, 3}, tapes[500]:gradient(y, x):totable())
  for i = 1, 1000, 2 do tapes[i]:close() end
end)

it("tapes that nobody closed end with their handles", function()
  local before = ln.memory().live
  for _ = 1, 2000 do
    local x = watched(ln.GradientTape())
    local _ = x * x
  end
  collectgarbage()
  collectgarbage()
  assert.is_true(ln.memory().live <= before)
end)

it("a tape may be closed by what runs on it", function()
  local tape = ln.GradientTape()
  tape:stop_recording(function() tape:close() end)
  fails("closed", tape.stop_recording, tape, print)
end)

it("a pause inside a pause does not end it", function()
  local tape <close> = ln.GradientTape()
  local x = watched(tape)
  tape:stop_recording(function()
    tape:stop_recording(function() end)
    return x * x
  end)
  assert.equal("<gradient tape, 0 calls>", tostring(tape))
end)

it("errors end a pause and a no_grad", function()
  local tape <close> = ln.GradientTape{persistent = true}
  local x = watched(tape)
  pcall(tape.stop_recording, tape, error, "no")
  pcall(ln.no_grad, error, "no")
  pcall(coroutine.wrap(function() ln.no_grad(coroutine.yield) end))
  assert.same({2, 4}, tape:gradient((x * x):sum(), x):totable())
end)

it("output gradients are of the target's dtype", function()
  local tape <close> = ln.GradientTape()
  local x = watched(tape)
  local seed = ln.tensor({1, 3}, {dtype = "int32"})
  local g = tape:gradient(x:relu() * x, x, {output_gradients = seed})
  assert.equal("float32", g.dtype)
  assert.same({2, 12}, g:totable())
end)

it("what was closed meanwhile is an error, and the tape is still one", function()
  local tape <close> = ln.GradientTape{persistent = true}
  local x = watched(tape)
  local y = x * x
  local z = y:sum()
  x:close()
  fails("closed", tape.gradient, tape, z, x)
  local w = watched(tape)
  assert.same({2, 4}, tape:gradient((w * w):sum(), w):totable())
end)
