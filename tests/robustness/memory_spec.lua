-- Without memory: an error that says how much was asked for and how much is live, everything as it
-- was. The address space of a process of its own is cut for this (a sanitizer needs all of it).

if (os.getenv("LD_PRELOAD") or ""):find("asan") then return end

it("allocations that fail", function()
  local file = os.tmpname()
  local script = assert(io.open(file, "w"))
  script:write([[
    local ln = require "lunate"
    ln.threads(1)
    local model = ln.Sequential{ln.layers.Dense{4, input_shape = {3}}, ln.layers.Dense(1)}
    model:compile{loss = "mse", optimizer = "adam"}
    local x, y = ln.random.normal{64, 3}, ln.ones{64, 1}
    model:fit(x, y, {verbose = 0})
    model:predict(x)
    collectgarbage()
    local before, list = ln.memory().live, {}
    -- A finalizer that runs while memory is sought must leave alone what is running.
    local function mischief()
      setmetatable({}, {__gc = function() mischief() list[1]:close() model:predict(x) end})
    end
    mischief()
    local ok, message
    repeat
      ok, message = pcall(function() list[#list + 1] = ln.ones{1024, 1024, 8} end)
    until not ok
    print(message)
    local a = list[#list]
    local calls = {
      function() return a + a end, function() return a:sort() end,
      function() return a:astype("float64") end, function() return ln.concatenate{a, a} end,
      function() return ln.layers.Dense(8192)(a:reshape{1024, 8192}) end,
      function() return ln.random.normal{1024, 1024, 8} end,
      function()
        local tape <close> = ln.GradientTape()
        tape:watch(a)
        return tape:gradient((a * a):sum(), a)
      end,
    }
    for i, f in ipairs(calls) do
      local fine, text = pcall(f)
      print(i, fine, text)
    end
    list, a, calls = nil, nil, nil
    collectgarbage()
    collectgarbage()
    print("left", ln.memory().live - before <= 0, #model.layers)
    local loss = model:fit(x, y, {verbose = 0}).history.loss[1]
    print("works", loss > 0, ln.ones{512, 512}:sum():item())
  ]])
  script:close()
  local pipe = io.popen(("ulimit -v 500000; %s %s 2>&1"):format(arg and arg[-1] or "lua5.4", file))
  local text = pipe:read("a")
  pipe:close()
  os.remove(file)
  assert.matches("out of memory: asked for 33554432 bytes while %d+ are live", text)
  for i = 1, 7 do
    assert.matches(i .. "\tfalse\t[^\n]*asked for %d+ bytes while %d+ are live", text)
  end
  assert.matches("left\ttrue\t2", text)
  assert.matches("works\ttrue\t262144.0", text)
end)
