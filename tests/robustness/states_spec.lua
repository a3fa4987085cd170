-- Lua states in several threads of one process: each has a library of its own. `make tsan` runs
-- this.
local program = require "support.program"
local scratch = require "support.scratch"

local scripts = {}

scripts["train"] = [[
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

-- Data read ahead, optimizers that walk over what threads share, files.
scripts["read ahead, save and load"] = [[
local ln = require "lunate"
ln.set_seed(4)
local x, y = ln.random.normal{512, 40}, ln.random.normal{512, 1}
local name = os.tmpname()
local lines = {}
for round, optimizer in ipairs{"lamb", ln.optimizers.SGD{clipnorm = 1}, "adafactor"} do
  local model = ln.Sequential{ln.layers.Dense{600, activation = "gelu", input_shape = {40}},
    ln.layers.Dense(1)}
  model:compile{loss = "mse", optimizer = optimizer}
  local data = ln.data.Dataset.from_tensors(x, y):shuffle(100, {seed = round}):batch(32):prefetch(2)
  model:fit(data, nil, {epochs = 2, verbose = 0, callbacks = {
    ln.callbacks.ModelCheckpoint{name .. ".weights.h5", save_weights_only = true},
    ln.callbacks.CSVLogger{name .. ".csv"}}})
  model:save(name .. ".keras")
  local again = ln.load_model(name .. ".keras")
  again:load_weights(name .. ".weights.h5")
  lines[round] = ("%.9g"):format(again:evaluate(x, y, {verbose = 0}))
end
for _, ending in ipairs{"", ".csv", ".keras", ".weights.h5"} do os.remove(name .. ending) end
return table.concat(lines, " ")
]]

describe("two Lua states in two threads", function()
  for what, script in pairs(scripts) do
    it(what .. " at once, each as if it were alone", function()
      local folder <close> = scratch.folder()
      local source = folder:write("script.lua", script)
      local states = program("tests/robustness/states.c", folder.path)
      if not states then return pending("no compiler, or no Lua library to link") end
      local pipe <close> = assert(io.popen(states .. " " .. source .. " 2>&1"))
      local alone = dofile(source)
      assert.are.equal(alone .. "\n" .. alone .. "\n", pipe:read("a"))
    end)
  end
end)
