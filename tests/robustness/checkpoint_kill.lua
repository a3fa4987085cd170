-- Kills a training with SIGKILL at random moments while it saves checkpoints after every batch, and
-- starts it again: every checkpoint must load, and the training must end with the weights of one
-- that was never killed.
--
--     lua5.4 tests/robustness/checkpoint_kill.lua [kills] [seed]     (200, the clock)

local core = require "lunate.core"
local ln = require "lunate"
local scratch = require "support.scratch"

-- The training; it tells when saving begins, and that it has ended.
local CHILD = [[
local folder = ...
local ln = require "lunate"
ln.set_seed(3)
local model = ln.Sequential{
  ln.layers.Dense{16, activation = "relu", input_shape = {4}}, ln.layers.Dropout(0.2),
  ln.layers.Dropout{0.2, seed = 5}, ln.layers.Dense(1)}
model:compile{loss = "mse", optimizer = "adam"}
local x = ln.random.normal({120, 4}, {seed = 1})
local y = x:sum{axis = 2, keepdims = true}
local c = ln.callbacks
model:fit(x, y, {epochs = 12, batch_size = 24, verbose = 0,
  validation_data = {x, y}, callbacks = {
    c.LambdaCallback{on_train_begin = function() print("begun") io.stdout:flush() end},
    c.BackupAndRestore{folder .. "/backup", save_freq = 1},
    c.ModelCheckpoint{folder .. "/model.keras", save_freq = 1},
    c.ModelCheckpoint{folder .. "/best.h5", save_best_only = true},
    c.ModelCheckpoint{folder .. "/only.weights.h5", save_weights_only = true, save_freq = 2}}})
model:save_weights(folder .. "/final.weights.h5")
print("ended")
]]

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

-- Starts the training; the pipe, at the moment when saving begins, and its process.
local function start(script, folder)
  local pipe = assert(io.popen(("echo $$; exec env -u LUA_PATH_5_4 -u LUA_CPATH_5_4 LUA_PATH=%s "
    .. "LUA_CPATH=%s %s %s %s 2>&1"):format(quoted(package.path), quoted(package.cpath),
    arg and arg[-1] or "lua5.4", quoted(script), quoted(folder))))
  local process = pipe:read("l")
  local line = pipe:read("l")
  assert(line == "begun", line)
  return pipe, process
end

local function exists(path)
  local file <close> = io.open(path, "rb")
  return file ~= nil
end

local function weights_like(model, path)
  model:load_weights(path)
  return model:get_weights()
end

-- Loads whatever checkpoints there are; how many.
local function check(folder, model)
  local count = 0
  for _, name in ipairs{"model.keras", "best.h5"} do
    if exists(folder .. "/" .. name) then
      assert(#ln.load_model(folder .. "/" .. name).layers == 4)
      count = count + 1
    end
  end
  if exists(folder .. "/only.weights.h5") then
    weights_like(model, folder .. "/only.weights.h5")
    count = count + 1
  end
  return count
end

--- @return the kills, the checkpoints that were loaded, the trainings that came to their end
local function run(kills, report)
  local base <close> = scratch.folder()
  local script = base:write("train.lua", CHILD)
  base:write("unbroken/x", "")
  local unbroken = base.path .. "/unbroken"
  local pipe = start(script, unbroken)
  local begun = core.clock()
  local output = pipe:read("a")
  local seconds = core.clock() - begun   -- that saving goes on, on this machine
  assert(output == "ended\n", output)
  pipe:close()
  local model = ln.load_model(unbroken .. "/model.keras")
  local expected = weights_like(model, unbroken .. "/final.weights.h5")

  local done, loaded, ended, number = 0, 0, 0, 0
  local folder
  while done < kills or ended == 0 do
    if not folder then
      number = number + 1
      base:write(number .. "/x", "")
      folder = base.path .. "/" .. number
    end
    local process
    pipe, process = start(script, folder)
    if done < kills then
      os.execute(("sleep %.4f; kill -9 %s 2>/dev/null"):format(math.random() * seconds, process))
    end
    local text = pipe:read("a")
    pipe:close()
    loaded = loaded + check(folder, model)
    if text == "" then
      done = done + 1
      if report and done % 10 == 0 then report(done, loaded, ended) end
    else
      assert(text == "ended\n", text)
      ended = ended + 1
      assert(not exists(folder .. "/backup/training_metadata.json"))
      for i, t in ipairs(weights_like(model, folder .. "/final.weights.h5")) do
        assert(t == expected[i], "other weights than those of the training that was not killed")
      end
      folder = nil
    end
  end
  return done, loaded, ended
end

if arg and arg[0] and arg[0]:find("checkpoint_kill%.lua$") then
  local seed = math.tointeger(arg[2]) or os.time()
  math.randomseed(seed)
  local function report(...)
    print(("%d kills, %d checkpoints loaded, %d trainings ended as the unbroken one"):format(...))
  end
  print("seed " .. seed)
  report(run(math.tointeger(arg[1]) or 200, report))
end

return run
