-- Some thousand random calls of everything public; `make fuzz-api` makes many under the sanitizers.
-- And that findings are found.
local scratch = require "support.scratch"

-- What the driver prints; path: of modules that come before the library's.
local function fuzz(calls, seed, path)
  local pipe <close> = assert(io.popen(("N=%d SEED=%d JOBS=1 LUA_PATH='%s'\"$LUA_PATH\" %s "
    .. "tests/fuzz/api.lua 2>&1"):format(calls, seed, path or "", arg and arg[-1] or "lua5.4")))
  return pipe:read("a")
end

describe("random calls of what is public", function()
  it("give values or clear errors", function()
    assert.matches("^160 trials of 50 calls clean, 0 findings", fuzz(8000, 5))
  end)

  for what, case in pairs{
    ["a process that ends"] = {"os.exit(7)", "ended with 7"},
    ["a process that is killed"] = {"os.execute 'kill -9 $PPID'", "or killed"},
    ["an error of Lua's own from inside"] = {"return (nil).field", "an error from inside"},
    ["an error that is no text"] = {"error{}", "the error is a table"},
    ["a call that takes long"] = {
      "local clock = os.clock os.clock = function() return clock() + 100 end", "it took 1%d%d"},
  } do
    it("would find " .. what, function()
      local folder <close> = scratch.folder()
      folder:write("lunate/documentation.lua", ("return {entries = function() return {{name = "
        .. "'ln.planted', kind = 'function', value = function() %s end}, {name = 'ln.a:b', "
        .. "kind = 'method'}} end}"):format(case[1]))
      local said = fuzz(50, 1, folder.path .. "/?.lua;")
      assert.matches("FINDING api 1: [^\n]*" .. case[2], said)
      assert.matches("repeat with: make fuzz%-api SEED=1 ONLY=1", said)
      assert.matches("0 trials of 50 calls clean, 1 findings", said)
    end)
  end
end)
