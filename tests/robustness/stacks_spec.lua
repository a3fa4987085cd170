-- A host that goes on with a Lua state on another of C's stacks, in the midst of a call: what the
-- call holds stays, though the other stack may lie where its own would be long left.
local program = require "support.program"
local scratch = require "support.scratch"

local script = [[
local ln = require "lunate"
local inside = 0
function other()
  for _ = 1, 10 do
    local t = ln.ones{16, 4} * 7
    assert((t + t):sum():item() == 896)
    assert(not pcall(ln.matmul, t, t))
  end
  collectgarbage()
  inside = inside + 1
end
local between = function() end
-- The other factor's gradient is held by the call alone while that of `doubled` is computed.
local doubled = ln.custom_gradient(function(x)
  return x * 2, function(gradient)
    between()
    return gradient * 2
  end
end)
local x = ln.random.normal({16, 4}, {seed = 1})
local function gradient()
  local tape <close> = ln.GradientTape()
  tape:watch(x)
  local other_factor = x:exp()
  return tape:gradient((doubled(x) * other_factor):sum(), x)
end
local alone = gradient()
between = leave
local same = ln.allclose(gradient(), alone, {rtol = 0, atol = 0})
return ("%s, %d calls"):format(same and "the same" or "another result", inside)
]]

describe("a Lua state on two of C's stacks", function()
  for _, kind in ipairs{"fiber", "thread"} do
    it("computes in a " .. kind .. " while other calls come between", function()
      local folder <close> = scratch.folder()
      local stacks = program("tests/robustness/stacks.c", folder.path)
      if not stacks then return pending("no compiler, or no Lua library to link") end
      local path = folder:write("train.lua", script)
      local pipe = assert(io.popen(("%s %s %s 2>&1"):format(stacks, kind, path)))
      local text = pipe:read("a")
      pipe:close()
      -- AddressSanitizer warns that it does not follow a change of stacks in full.
      text = text:gsub("^==%d+==WARNING: ASan doesn't fully support[^\n]*\n", "")
      assert.are.equal("the same, 1 calls\n", text)
    end)
  end
end)
