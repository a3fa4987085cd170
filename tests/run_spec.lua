-- tests/run.lua: nothing that fails in one of its processes is lost.
local scratch = require "support.scratch"

local function suite(files)
  local folder <close> = scratch.folder()
  for name, code in pairs(files) do folder:write(name .. "_spec.lua", code) end
  local pipe <close> = assert(io.popen(("env -u LUNATE_REPORT LUNATE_TALLY='%s/tally' "
    .. "'%s' tests/run.lua --ignore-lua '%s' 2>&1"):format(folder.path, arg[-1], folder.path)))
  local text = pipe:read("a")
  local ok = pipe:close()
  return folder:read("tally"), text, ok == true
end

local PASSES = "it('passes', function() end)\nit('passes too', function() end)\n"

describe("the suite's runner", function()
  it("adds up what its processes report", function()
    local tally, text, ok = suite{one = PASSES, two = PASSES .. "pending('later')\n"}
    assert.same({"4 0 1\n", true}, {tally, ok})
    assert.matches("4 passed, 0 failed, 1 skipped", text, 1, true)
  end)

  it("fails for a failure, an error, and an error of the file", function()
    local tally, text, ok = suite{one = PASSES, two = "it('fails', function() assert(false) end)",
      three = "it('raises', function() error 'boo' end)", four = "error 'at once'",
      five = "it does not compile"}
    assert.same({"2 4 0\n", false}, {tally, ok})
    assert.matches("boo", text, 1, true)
    assert.matches("two fails", (text:gsub("[\n ]+", " "):gsub("_spec.lua:%d+", "")), 1, true)
  end)

  it("fails for a process that dies, and for one that is all well and ends badly", function()
    local tally, text, ok = suite{one = PASSES, two = "os.exit(3, false)",
      three = PASSES .. "setmetatable({}, {__gc = function() os.exit(4) end})"}
    assert.same({"4 2 0\n", false}, {tally, ok})
    assert.matches("two_spec.lua: ended with status 3, without a report", text, 1, true)
    assert.matches("three_spec.lua: ended with status 4", text, 1, true)
  end)

  it("fails where nothing was run", function()
    local tally, _, ok = suite{one = "local nothing"}
    assert.same({"0 0 0\n", false}, {tally, ok})
  end)
end)
