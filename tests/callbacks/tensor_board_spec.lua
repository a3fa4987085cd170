-- The TensorBoard callback: runs, tags and steps as Keras lays them out, read by an independent
-- reader.
local ln = require "lunate"
local hooks = require "lunate.callbacks._hooks"
local scratch = require "support.scratch"
local events = require "support.events"
local fails = require "support.fails"

describe("TensorBoard", function()
  local folder
  before_each(function() folder = scratch.folder() end)
  after_each(function() folder:remove() end)

  local function decodes(what, f)
    it(what, function()
      if not events.available() then return pending("needs python3-protobuf") end
      f()
    end)
  end

  local function new_model()
    ln.set_seed(1)
    local model = ln.Sequential{
      ln.layers.Dense{3, activation = "relu", input_shape = {8}, name = "hidden"},
      ln.Sequential{ln.layers.Dense{1, name = "out"}, name = "inner"},
      name = "m",
    }
    model:compile{loss = "mse", metrics = {"mae"},
      optimizer = ln.optimizers.SGD{learning_rate = 0.5}}
    return model, ln.random.normal{48, 8}, ln.random.normal{48, 1}
  end

  local function steps_and_values(list, tag)
    local steps, values = {}, {}
    for i, value in ipairs(events.of(list, tag)) do
      steps[i], values[i] = value.step, value.data[1]
    end
    return steps, values
  end

  decodes("writes epochs into train and validation", function()
    local model, x, y = new_model()
    local board = ln.callbacks.TensorBoard{folder.path .. "/logs"}
    local h = model:fit(x, y, {epochs = 3, batch_size = 16, verbose = 0, validation_data = {x, y},
      callbacks = {board}}).history
    local runs = events.read(folder.path)
    local train, validation = runs["logs/train"], runs["logs/validation"]
    assert.same({"epoch_learning_rate", "epoch_loss", "epoch_mae", "keras"}, events.tags(train))
    assert.same({"epoch_loss", "epoch_mae", "evaluation_loss_vs_iterations",
      "evaluation_mae_vs_iterations"}, events.tags(validation))
    for run, prefix in pairs{[train] = "", [validation] = "val_"} do
      for _, name in ipairs{"loss", "mae"} do
        local steps, values = steps_and_values(run, "epoch_" .. name)
        assert.same({0, 1, 2}, steps)
        for i = 1, 3 do assert.near(h[prefix .. name][i], values[i], 1e-6 * values[i]) end
      end
    end
    local _, rates = steps_and_values(train, "epoch_learning_rate")
    assert.same({0.5, 0.5, 0.5}, rates)
    local steps, values = steps_and_values(validation, "evaluation_loss_vs_iterations")
    assert.same({3, 6, 9}, steps)
    assert.near(h.val_loss[3], values[3], 1e-6)
    local graphs = 0
    for _, event in ipairs(train) do graphs = graphs + (event.graph and 1 or 0) end
    assert.equal(1, graphs)
  end)

  decodes("writes batches when asked to", function()
    for freq, expected in pairs{batch = {1, 2, 3, 4, 5, 6}, [4] = {4}, [1] = {1, 2, 3, 4, 5, 6}} do
      local model, x, y = new_model()
      local logs = folder.path .. "/" .. freq
      model:fit(x, y, {epochs = 2, batch_size = 16, verbose = 0, callbacks = {
        ln.callbacks.TensorBoard{logs, update_freq = freq, write_graph = false,
          write_steps_per_second = true}}})
      local train = events.read(logs).train
      for _, tag in ipairs{"batch_loss", "batch_mae", "batch_steps_per_second"} do
        assert.same(expected, (steps_and_values(train, tag)), tag)
      end
      local steps, values = steps_and_values(train, "epoch_steps_per_second")
      assert.same({0, 1}, steps)
      assert.is_true(values[1] > 0)
    end
  end)

  it("leaves batches alone when it need not see them", function()
    local board = ln.callbacks.TensorBoard{folder.path}
    assert.is_nil(hooks.find(board, "on_batch_end"))
    assert.is_nil(hooks.find(board, "on_batch_begin"))
  end)

  decodes("writes weights as histograms and pictures", function()
    local model, x, y = new_model()
    model:fit(x, y, {epochs = 3, verbose = 0, callbacks = {
      ln.callbacks.TensorBoard{folder.path, histogram_freq = 2, write_images = true}}})
    local train = events.read(folder.path).train
    local names = {"hidden/bias", "hidden/kernel", "inner/out/bias", "inner/out/kernel"}
    for _, name in ipairs(names) do
      assert.same({0, 2}, (steps_and_values(train, name .. "/histogram")), name)
      assert.same({0, 2}, (steps_and_values(train, name .. "/image")), name)
    end
    local kernel = model.layers[1].weights[1]
    local last = events.of(train, "hidden/kernel/histogram")[2]
    assert.near(kernel:min():item(), last.data[1], 1e-6)
    assert.near(kernel:max():item(), last.data[#last.data - 1], 1e-6)
    -- (8, 3) lies on its side, below 0 is black and above 1 white.
    local picture = events.of(train, "hidden/kernel/image")[2].data
    assert.same({"8", "3"}, {picture[1], picture[2]})
    local expected = (kernel:transpose() * 255.5):astype("uint8"):totable()
    assert.same(expected, picture[3].rows)
  end)

  decodes("writes evaluations outside of fit, and a file for each fit", function()
    local model, x, y = new_model()
    local board = ln.callbacks.TensorBoard{folder.path}
    model:evaluate(x, y, {verbose = 0, callbacks = {board}})
    local runs = events.read(folder.path)
    assert.is_nil(runs.train)
    assert.same({0}, (steps_and_values(runs.validation, "evaluation_loss_vs_iterations")))
    for _ = 1, 2 do model:fit(x, y, {verbose = 0, callbacks = {board}}) end
    local versions = 0
    for _, event in ipairs(events.read(folder.path).train) do
      versions = versions + (event.file_version and 1 or 0)
    end
    assert.equal(2, versions)
  end)

  decodes("writes a loss that is no number", function()
    local model, x, y = new_model()
    model:fit(x, y * (0 / 0), {verbose = 0, callbacks = {
      ln.callbacks.TensorBoard{folder.path, histogram_freq = 1}}})
    local train = events.read(folder.path).train
    assert.same({"nan"}, select(2, steps_and_values(train, "epoch_loss")))
    assert.same({0, 3}, events.of(train, "hidden/kernel/histogram")[1].shape)
  end)

  decodes("follows a schedule's learning rate", function()
    local model, x, y = new_model()
    model:compile{loss = "mse", optimizer = ln.optimizers.SGD{
      learning_rate = ln.schedules.ExponentialDecay{1, decay_steps = 3, decay_rate = 0.5}}}
    model:fit(x, y, {epochs = 2, batch_size = 16, verbose = 0,
      callbacks = {ln.callbacks.TensorBoard{folder.path}}})
    local _, rates = steps_and_values(events.read(folder.path).train, "epoch_learning_rate")
    assert.near(0.5, rates[1], 1e-6)
    assert.near(0.25, rates[2], 1e-6)
  end)

  it("refuses options that it does not have", function()
    fails("unknown option 'profile_batch'", ln.callbacks.TensorBoard, {profile_batch = 2})
    fails("unknown option 'embeddings_freq'", ln.callbacks.TensorBoard, {embeddings_freq = 1})
    for _, freq in ipairs{"epochs", 0, -1, 1.5, true} do
      fails("'update_freq'", ln.callbacks.TensorBoard, {update_freq = freq})
    end
    fails("'histogram_freq'", ln.callbacks.TensorBoard, {histogram_freq = -1})
  end)

  it("ends training with an error where it cannot write, and leaves the model usable", function()
    local model, x, y = new_model()
    local board = ln.callbacks.TensorBoard{folder:write("a/file", "")}
    fails("a/file", model.fit, model, x, y, {verbose = 0, callbacks = {board}})
    model:fit(x, y, {verbose = 0})
  end)
end)
