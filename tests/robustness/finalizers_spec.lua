-- Finalizers run in the middle of anything, see handles that were collected with them, and may call
-- everything: what is running keeps what it works on.

local ln = require "lunate"

local function finalizer(f) setmetatable({}, {__gc = f}) end

it("handles that were collected are no objects any more", function()
  local seen = {}
  -- The table is older than what it holds, so the object's finalizer runs before the table's.
  local function watch(name, make, f)
    local holder = setmetatable({}, {__gc = function(self)
      seen[name] = {pcall(f, self.value)}
    end})
    holder.value = make()
  end
  watch("shape", function() return ln.ones{2} end, function(t) return t.shape end)
  watch("sum", function() return ln.ones{2} end, function(t) return t:sum() end)
  watch("units", function() return ln.layers.Dense(2) end, function(l) return l.units end)
  watch("call", function() return ln.layers.Dense(2) end, function(l) return l(ln.ones{1, 2}) end)
  watch("assign", function() return ln.Variable(1) end, function(v) v:assign(2) end)
  watch("tape", ln.GradientTape, function(t) t:watch(ln.ones{1}) end)
  collectgarbage()
  collectgarbage()
  for _, name in ipairs{"shape", "sum", "units", "call", "assign", "tape"} do
    assert.is_false(seen[name][1], name)
    assert.is_string(seen[name][2])
  end
end)

it("nothing that a running call works on can be taken away", function()
  local model = ln.Sequential{ln.layers.Dense{3, input_shape = {3}}, ln.layers.Dense(3)}
  local list = {ln.ones{2, 3}, ln.ones{2, 3}}
  local x = ln.ones{200, 3}
  local function mischief()
    finalizer(function()
      list[1], list[2] = nil, nil
      if #model.layers > 1 then model:pop() end
      x:close()
      ln.ones{2}:sum()
    end)
  end
  local before, step = collectgarbage("incremental", 10, 1000)
  for _ = 1, 60 do
    list[1], list[2] = ln.ones{2, 3}, ln.ones{2, 3}
    x = ln.ones{200, 3}
    if #model.layers < 2 then model:add(ln.layers.Dense(3)) end
    mischief()
    pcall(ln.concatenate, list)
    mischief()
    pcall(model.get_weights, model)
    mischief()
    pcall(x.totable, x)
    mischief()
    pcall(model.predict, model, ln.ones{3, 3})
    mischief()
    pcall(function() return model.weights, model.layers, tostring(model) end)
  end
  collectgarbage(before, step)
  assert.equal(2, ln.ones{2}:sum():item())
end)

it("works at the end of the state, or says that it is over", function()
  local file = os.tmpname()
  local script = assert(io.open(file, "w"))
  script:write([[
    Old = setmetatable({}, {__gc = function() print(pcall(function() return Ln.ones{2} end)) end})
    Ln = require "lunate"
    New = setmetatable({}, {__gc = function() print(pcall(tostring, Ln.version)) end})
  ]])
  script:close()
  local pipe = io.popen(("%s %s 2>&1"):format(arg and arg[-1] or "lua5.4", file))
  local text = pipe:read("a")
  pipe:close()
  os.remove(file)
  assert.matches("true", text)
  assert.matches("false.*the Lua state is closing", text)
end)
