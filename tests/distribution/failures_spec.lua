-- What happens to data-parallel training when a process raises, dies, waits in vain, does something
-- else, or gets a signal; and how it goes on afterwards.
local ln = require "lunate"
local mpi = require "support.mpi"
local scratch = require "support.scratch"

-- What the scripts begin with.
local HEAD = [[
local ln = require "lunate"
local d = ln.distribution
d.set_distribution(d.DataParallel{timeout = LIMIT or 20})
local rank, size = d.rank(), d.size()
ln.set_seed(3)
local x = ln.random.normal{64, 3}
local y = x:sum{axis = 2, keepdims = true}
local function build(units)
  local model = ln.Sequential{ln.layers.Dense{units or 4, input_shape = {3}}, ln.layers.Dense{1}}
  model:compile{loss = "mse", optimizer = "adam"}
  return model
end
local function on(hooks) return ln.callbacks.LambdaCallback(hooks) end
local function fit(model, options)
  options.verbose, options.batch_size = 0, options.batch_size or 8
  return model:fit(x, y, options)
end
-- In one piece: lines of processes do not mix.
local function say(...) io.stdout:write(("%d: %s\n"):format(rank, (...))) io.stdout:flush() end
]]

local function count(text, part)
  local n, from = 0, 1
  while true do
    from = text:find(part, from, true)
    if not from then return n end
    n, from = n + 1, from + 1
  end
end

describe("the processes of data-parallel training", function()
  if mpi.missing then
    it("needs MPI", function() pending(mpi.missing) end)
    return
  end
  local folder
  before_each(function() folder = scratch.folder() end)
  after_each(function() folder:remove() end)

  local function run(n, code, ...)
    return mpi.run(n, {folder:write("script.lua", HEAD .. code), ...})
  end

  it("all end when one raises, which is told once", function()
    local text, code = run(3, [[
      fit(build(), {epochs = 1000000, callbacks = {on{on_epoch_end = function(epoch)
        if rank == 1 and epoch == 2 then error("this one has had enough") end
      end}}})
      say("went on")]])
    assert.not_equal(0, code)
    assert.equal(1, count(text, "this one has had enough"), text)
    assert.is_nil(text:find("went on", 1, true))
  end)

  it("tell once what all of them raise", function()
    local text, code = run(3, [[
      local model = build()
      model:fit(x, y[{ {1, 10} }], {verbose = 0})]])
    assert.not_equal(0, code)
    assert.equal(1, count(text, "y has 10 samples"), text)
  end)

  it("all end when one is killed", function()
    local text, code = run(3, [[
      fit(build(), {epochs = 1000000, callbacks = {on{on_epoch_end = function(epoch)
        if rank == 2 and epoch == 2 then
          os.execute("kill -9 $PPID")
        end
      end}}})
      say("went on")]])
    assert.not_equal(0, code)
    assert.is_nil(text:find("went on", 1, true))
  end)

  it("wait no longer than they were told to", function()
    local text, code = run(2, [[
      d.set_distribution(d.DataParallel{timeout = 1})
      if rank == 1 then os.execute("sleep 60") end
      d.barrier()]])
    assert.not_equal(0, code)
    assert.matches("process 0 waited 1 s for the others in barrier", text, 1, true)
  end)

  it("say how they differ, instead of waiting for each other", function()
    local text, code = run(2, [[fit(build(rank + 4), {epochs = 1})]])
    assert.not_equal(0, code)
    assert.matches("the processes do not do the same: process 0 is in training a model of 4 "
      .. "weights, (3, 4)", text, 1, true)
    text, code = run(2, [[
      local rows = 32 + 16 * rank
      local ds = ln.data.Dataset.from_generator(function()
        for i = 1, rows do coroutine.yield(x[i], y[i]) end
      end):batch(8)
      build():fit(ds, nil, {verbose = 0})]])
    assert.not_equal(0, code)
    assert.matches("process 0 is in the end of epoch 1 after 4 batches; process 1 is in a step on "
      .. "8 rows", text, 1, true)
    text, code = run(2, [[fit(build(), {epochs = 1, batch_size = 8 + rank})]])
    assert.not_equal(0, code)
    assert.matches("batches of 8, ", text, 1, true)
    assert.matches("batches of 9, ", text, 1, true)
    text, code = run(2, [[d.all_reduce(ln.ones{2 + rank})]])
    assert.not_equal(0, code)
    assert.matches("process 0 is in all_reduce of (2); process 1 is in all_reduce of (3)", text, 1,
      true)
    text, code = run(2, [[
      local model = build()
      fit(model, {epochs = 3, callbacks = {on{on_epoch_begin = function(epoch)
        if epoch == 2 and rank == 1 then model.optimizer.learning_rate = 0.5 end
      end}}})]])
    assert.not_equal(0, code)
    assert.matches("process 1 is in a step on 8 rows at learning rate 0.5", text, 1, true)
  end)

  it("are told of what metrics and steps of one's own keep to themselves", function()
    local text, code = run(2, [[
      local Last = ln.metrics.Metric:extend("Last")
      function Last:init() self.value = 0 end
      function Last:update_state(_, p) self.value = self.value + p:sum() end
      function Last:result() return self.value end
      local model = build()
      model:compile{loss = "mse", metrics = {Last{name = "last"}}}
      fit(model, {epochs = 1})]])
    assert.not_equal(0, code)
    assert.matches("the result 'last' is not the same on all processes", text, 1, true)
    text, code = run(2, [[
      local Own = ln.Model:extend("Own")
      function Own:init() self.dense = ln.layers.Dense(1) end
      function Own:call(input) return self.dense(input) end
      function Own:train_step(xb, yb)
        local tape <close> = ln.GradientTape()
        local loss = ln.losses.mse(yb, self(xb, {training = true})):mean()
        self.optimizer:apply(tape:gradient(loss, self.trainable_variables),
          self.trainable_variables)
        return {loss = loss}
      end
      local model = Own()
      model:compile{optimizer = "sgd"}
      fit(model, {epochs = 1})]])
    assert.not_equal(0, code)
    assert.matches("should take ln.distribution.all_reduce(gradients)", text, 1, true)
  end)

  it("end after the same batch at a Ctrl-C that one of them gets", function()
    local text, code = run(3, [[
      local model, batches = build(), 0
      local history = fit(model, {epochs = 1000000, callbacks = {on{on_batch_end = function()
        batches = batches + 1
        if rank == 1 and batches == 13 then io.popen("kill -INT $PPID"):close() end
      end}}})
      say(("%s %d %g"):format(history.interrupted, batches, model:get_weights()[1]:sum():item()))
      d.barrier()]])
    assert.equal(0, code, text)
    local batches, weights = text:match("0: true (%d+) (%S+)")
    assert.is_true(tonumber(batches) >= 13 and tonumber(batches) <= 15, text)
    for rank = 1, 2 do
      assert.matches(("%d: true %s %s\n"):format(rank, batches, weights), text, 1, true)
    end
  end)

  it("stop together when a callback of one of them says so", function()
    local text, code = run(2, [[
      local model = build()
      local history = fit(model, {epochs = 50, callbacks = {on{on_epoch_end = function(epoch)
        if rank == 1 and epoch == 3 then model.stop_training = true end
      end}}})
      say(#history.epoch)]])
    assert.equal(0, code, text)
    assert.matches("0: 3\n", text, 1, true)
    assert.matches("1: 3\n", text, 1, true)
  end)

  it("have one that prints, saves and logs", function()
    local text, code = run(2, [[
      local folder, model, seen = arg[1], build(), nil
      local list = {ln.callbacks.ModelCheckpoint{folder .. "/best.keras", monitor = "loss",
        save_best_only = true, verbose = 1}, ln.callbacks.CSVLogger(folder .. "/log.csv"),
        ln.callbacks.TensorBoard(folder .. "/logs"),
        {on_train_begin = function(self) seen = self.is_chief end}}
      model:fit(x, y, {epochs = 2, batch_size = 16, verbose = 2, callbacks = list})
      model:save(folder .. "/" .. rank .. ".keras")
      model:summary()
      d.barrier()
      assert(seen == (rank == 0))
      assert(#ln.load_model(folder .. "/best.keras").layers == 2)]], folder.path)
    assert.equal(0, code, text)
    assert.equal(1, count(text, "Epoch 1/2"), text)
    assert.equal(2, count(text, "saved as"), text)
    assert.equal(1, count(text, "Total params"), text)
    assert.is_nil(folder:read("1.keras"))
    assert.truthy(folder:read("0.keras"))
    local rows = select(2, folder:read("log.csv"):gsub("\n", "\n"))
    assert.equal(3, rows)
  end)

  it("go on from a backup in another number, to the same weights", function()
    local SCRIPT = [[
      local folder, limit = arg[1], tonumber(arg[2])
      local model = build()
      fit(model, {epochs = 4, callbacks = {ln.callbacks.BackupAndRestore{folder .. "/backup",
        save_freq = 3}, on{on_epoch_end = function(epoch)
          if epoch == limit then error("killed") end
        end}}})
      if rank == 0 then ln.save(arg[3], model:get_weights()[1]) end]]
    local one, other = folder.path .. "/one.npy", folder.path .. "/other.npy"
    local text, code = run(nil, SCRIPT, folder.path .. "/a", "0", one)
    assert.equal(0, code, text)
    assert.not_equal(0, select(2, run(2, SCRIPT, folder.path .. "/b", "1", other)))
    assert.not_equal(0, select(2, run(3, SCRIPT, folder.path .. "/b", "3", other)))
    text, code = run(2, SCRIPT, folder.path .. "/b", "0", other)
    assert.equal(0, code, text)
    local expected, got = ln.load(one), ln.load(other)
    assert.is_true((expected - got):abs():max():item() < 1e-5 * expected:abs():max():item())
  end)

  it("give each other tensors, numbers and lists", function()
    local text, code = run(3, [[
      local t = ln.tensor{rank, 2 * rank}
      assert(d.all_reduce(t) == ln.tensor{1, 2} and t == ln.tensor{rank, 2 * rank})
      assert(d.all_reduce(t, {op = "sum"}) == ln.tensor{3, 6})
      assert(d.all_reduce(t, {op = "max"}) == ln.tensor{2, 4})
      assert(d.all_reduce(t, {op = "min"}) == ln.tensor{0, 0})
      assert(d.all_reduce(t + 1, {op = "prod"}) == ln.tensor{6, 15})
      assert(d.all_reduce(t, {weight = rank == 2 and 0 or 1}) == ln.tensor{0.5, 1})
      assert(d.all_reduce(rank) == 1.0)
      assert(d.all_reduce(t:astype("int64"), {op = "sum"}).dtype == "int64")
      assert(d.all_reduce(t:astype("bfloat16"), {op = "sum"}):astype("float32")
        == ln.tensor{3, 6})
      local list = {t, ln.full({2, 1}, rank), false, ln.ones({2}, {dtype = "float64"})}
      assert(d.all_reduce(list, {op = "sum"}) == list and list[1] == ln.tensor{3, 6})
      assert(list[2] == ln.tensor{{3}, {3}} and list[3] == false and list[4].dtype == "float64")
      assert(d.all_gather(ln.full({rank, 2}, rank)) == ln.tensor{{1, 1}, {2, 2}, {2, 2}})
      assert(d.all_gather(rank).shape == ln.ones{3}.shape)
      assert(d.broadcast(t, {root = 2}) == ln.tensor{2, 4} and d.broadcast(rank) == 0)
      assert(not pcall(d.broadcast, t, {root = 3}))
      local a, b = d.part(ln.arange(10), ln.ones{10, 2})
      assert(#a == (rank < 2 and 3 or 4) and #b == #a)
      assert(d.all_gather(a) == ln.arange(10))
      assert(d.all_reduce(a:mean():item()) - 4.5 < 1e-9)      -- by rows
      d.part()
      assert(d.all_reduce(rank) == 1.0)
      assert(d.local_rank() == rank and size == 3)
      say("fine")]])
    assert.equal(0, code, text)
    assert.equal(3, count(text, ": fine"), text)
  end)
end)

describe("ln.distribution in one process", function()
  it("gives back what it is given", function()
    local d = ln.distribution
    assert.equal(0, d.rank())
    assert.equal(1, d.size())
    assert.equal(0, d.local_rank())
    d.set_distribution(d.DataParallel{timeout = 1})
    assert.equal("lunate.distribution", getmetatable(d.distribution()))
    d.barrier()
    local t = ln.tensor{1, 2}
    assert.equal(t, d.all_reduce(t))
    assert.equal(t, d.all_gather(t))
    assert.equal(t, d.broadcast(t))
    assert.equal(3, d.all_reduce(3, {op = "sum"}))
    assert.equal(t, (d.part(t)))
    d.set_distribution(nil)
    assert.is_nil(d.distribution())
  end)

  it("refuses what it cannot use", function()
    local d = ln.distribution
    assert.error_matches(function() d.set_distribution(3) end, "distribution such as DataParallel")
    assert.error_matches(function() d.set_distribution(d.DataParallel) end, "a class: call it")
    assert.error_matches(function() d.DataParallel{timeout = 0} end, "timeout")
    assert.error_matches(function() d.all_reduce("a") end, "tensor, a number or a list")
    assert.error_matches(function() d.all_reduce(1, {op = "sun"}) end, "did you mean 'sum'")
    assert.error_matches(function() d.all_reduce(1, {op = "sum", weight = 1}) end, "weight is for")
    assert.error_matches(function() d.broadcast(1, {root = 1}) end, "no process 1 of 1")
    assert.error_matches(function() d.part(ln.ones{2}, ln.ones{3}) end, "has 3 rows, the first 2")
    assert.error_matches(function() d.part(ln.tensor(1)) end, "tensor with rows")
  end)
end)
