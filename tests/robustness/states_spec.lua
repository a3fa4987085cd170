-- Lua states in several threads of one process: each has a library of its own.
local scratch = require "support.scratch"

local script = [[
local ln = require "lunate"
local Net = ln.Model:extend("Net")
function Net:init()
  self.hidden, self.out = ln.layers.Dense{24, activation = "tanh"}, ln.layers.Dense(1)
  self.seen = ln.Variable(0, {trainable = false})
end
function Net:call(x, options)
  if options.training then self.seen:assign_add(1) end
  return self.out(self.hidden(x))
end
ln.set_seed(3)
local x, y = ln.random.normal{400, 300}, ln.random.normal{400, 1}
local lines = {}
for round = 1, 6 do   -- models are built while the other state trains
  local model = round % 2 == 0 and Net() or ln.Sequential{
    ln.layers.Dense{24, activation = "relu", input_shape = {300}}, ln.layers.Dropout(0.2),
    ln.layers.Dense(1)}
  model:compile{loss = "mse", optimizer = "adam", metrics = {"mae"}, replay = round % 2 == 0}
  local history = model:fit(x, y, {epochs = 3, batch_size = 64, verbose = 0,
    validation_split = 0.2})
  lines[round] = ("%.9g"):format(history.history.val_loss[3])
end
return table.concat(lines, " ")
]]

describe("two Lua states in two threads", function()
  it("train at once, each as if it were alone", function()
    local folder <close> = scratch.folder()
    local program, source = folder.path .. "/states", folder.path .. "/train.lua"
    local file = assert(io.open(source, "w"))
    file:write(script)
    file:close()
    local flags = "$(pkg-config --cflags --libs lua5.4 2>/dev/null "
      .. "|| pkg-config --cflags --libs lua54 2>/dev/null || pkg-config --cflags --libs lua)"
    local sanitize = ""
    local built = os.getenv("LUNATE_BUILD")
    local options = built and io.open(built .. "/flags")
    if options then
      sanitize = options:read("a"):match("%-fsanitize=%S+") or ""
      options:close()
    end
    local made = os.execute(("cc %s -o %s tests/robustness/states.c %s -lpthread 2>/dev/null")
      :format(sanitize, program, flags))
    if not made then return pending("no compiler, or no Lua library to link") end
    local pipe = assert(io.popen(program .. " " .. source .. " 2>&1"))
    local first, second, rest = pipe:read("l", "l", "a")
    pipe:close()
    assert.are.equal(dofile(source), first)
    assert.are.equal(first, second)
    assert.are.equal("", rest)
  end)
end)
