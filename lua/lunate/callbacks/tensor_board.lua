--- TensorBoard: writes what fit and evaluate do into event files, which `tensorboard --logdir logs`
-- shows. Runs, tags and steps are Keras's, over the writer of `ln.summary`:
--
-- Folder `train`: `epoch_loss`, `epoch_<metric>`, `epoch_learning_rate`, `epoch_steps_per_second`;
-- with update_freq `batch_loss`, `batch_<metric>`, `batch_steps_per_second`; with histogram_freq
-- `<layer>/<weight>/histogram` and `.../image`; the model's graph. Folder `validation`:
-- `epoch_loss`, ..., and of each evaluation `evaluation_loss_vs_iterations`, ... Steps are data in
-- the files and count as Keras counts: epochs from 0, batches from 1; iterations are the
-- optimizer's.

local core = require "lunate.core"
local raise = require "lunate.raise"
local summary = require "lunate.summary"
local Callback = require "lunate.callbacks.callback"
local hooks = require "lunate.callbacks._hooks"
local public = require "lunate.public"
local results = require "lunate.model.logs"
local state = require "lunate.model.state"

local kept = require "lunate.kept"()
local options_of = core.options_of

--- Writes event files for TensorBoard.
-- @param options  `log_dir` ("logs"): the folder, made where it is missing;
--   `histogram_freq` (0: never): every so many epochs, from the first one, how each weight is
--   spread; `write_graph` (true): the model's layers; `write_images` (false): with the histograms,
--   each weight as a picture, 0 black and 1 white; `write_steps_per_second` (false);
--   `update_freq` ("epoch"): "batch", or a number n, for losses and metrics of every batch, or
--   every nth, too
--
--     local x, y = ln.random.normal{64, 8}, ln.zeros{64, 1}
--     local model = ln.Sequential{ln.layers.Dense{1, input_shape = {8}}}
--     model:compile{loss = "mse"}
--     local board = ln.callbacks.TensorBoard{os.tmpname() .. "_logs", histogram_freq = 1}
--     model:fit(x, y, {epochs = 2, validation_split = 0.25, verbose = 0, callbacks = {board}})
--
-- Errors: unknown options; a folder that cannot be written into, a full disk (they end training).
local TensorBoard = Callback:extend("TensorBoard")

TensorBoard.options = {
  log_dir = {"string", default = "logs"},
  histogram_freq = {"integer", default = 0, min = 0},
  write_graph = {"boolean", default = true},
  write_images = {"boolean", default = false},
  write_steps_per_second = {"boolean", default = false},
  update_freq = {"any", default = "epoch"},
}
TensorBoard.chief_only = true
TensorBoard.positional = {"log_dir"}

-- The writer of a run, made when there is something to write.
local function writer(self, run)
  if not kept[self].writers[run] then
    kept[self].writers[run] = summary.create_file_writer(options_of(self).log_dir .. "/" .. run)
  end
  return kept[self].writers[run]
end

local function close(self)
  for _, each in pairs(kept[self].writers) do each:close() end
  kept[self].writers = {}
end

-- Numbers by name as scalars, in the order of results.
local function scalars(self, run, format, logs, step)
  for _, name in ipairs(results.order(self.model, logs)) do
    if type(logs[name]) == "number" then
      writer(self, run):scalar(format:format(name), logs[name], {step = step})
    end
  end
end

function TensorBoard:on_batch_begin() kept[self].batch_began = core.clock() end

function TensorBoard:on_batch_end(_, logs)
  if not kept[self].update_every then return end
  kept[self].batches = kept[self].batches + 1
  if kept[self].batches % kept[self].update_every ~= 0 then return end
  scalars(self, "train", "batch_%s", logs, kept[self].batches)
  if options_of(self).write_steps_per_second then
    local seconds = core.clock() - kept[self].batch_began
    scalars(self, "train", "batch_%s", {steps_per_second = 1 / seconds}, kept[self].batches)
  end
end

function TensorBoard:init(options)
  local freq = options.update_freq
  if freq == "batch" then freq = 1 end
  local n = type(freq) == "number" and math.tointeger(freq)
  if freq ~= "epoch" and not (n and n >= 1) then
    raise("bad option 'update_freq' of 'TensorBoard' (\"epoch\", \"batch\" or an integer >= 1 "
      .. "expected, got %s)", tostring(freq))
  end
  kept[self].writers = {}
  kept[self].update_every = n
  if not n then
    hooks.leave_out(self, TensorBoard.on_batch_begin)
    hooks.leave_out(self, TensorBoard.on_batch_end)
  end
end

function TensorBoard:on_train_begin()
  close(self)   -- of a fit that an error ended
  kept[self].training, kept[self].batches = true, 0
  if options_of(self).write_graph then writer(self, "train"):graph(self.model) end
end

function TensorBoard:on_train_end()
  kept[self].training = false
  close(self)
end

function TensorBoard:on_epoch_begin()
  kept[self].epoch_began = core.clock()
  kept[self].iterations_before = state[self.model].optimizer.iterations
end

function TensorBoard:on_test_end(logs)
  local optimizer = state[self.model].optimizer
  scalars(self, "validation", "evaluation_%s_vs_iterations", logs, optimizer.iterations)
  if not kept[self].training then close(self) end
end

-- A weight as pictures (n, h, w, c), as Keras lays it out; nil for what is no picture.
local function picture(weight)
  local w = weight:squeeze()
  if w.rank <= 1 then return w:reshape{1, w.size, 1, 1} end
  if w.rank == 2 then
    if w.shape[1] > w.shape[2] then w = w:transpose() end
    return w:reshape{1, w.shape[1], w.shape[2], 1}
  end
  if w.rank == 3 then return w:permute{3, 1, 2}:expand_dims(-1) end
  local channels = w.rank == 4 and w.shape[4]
  if channels == 1 or channels == 3 or channels == 4 then return w end
end

-- Keras 3 names weights without their layers, so that one hides the other: here the layers, and
-- the models around them, are in the names, as they were in Keras 2.
local function weights(self, scope, model, step, used)
  for _, layer in ipairs(model.layers) do
    local name = scope .. layer.name .. "/"
    if getmetatable(layer) == "lunate.model" then
      weights(self, name, layer, step, used)
    else
      for _, weight in ipairs(layer.weights) do
        local tag, k = name .. weight.name, 0
        while used[tag] do
          k = k + 1
          tag = ("%s%s_%d"):format(name, weight.name, k)
        end
        used[tag] = true
        local train = writer(self, "train")
        train:histogram(tag .. "/histogram", weight, {step = step})
        local image = options_of(self).write_images and weight.size > 0 and picture(weight)
        if image then train:image(tag .. "/image", image, {step = step}) end
      end
    end
  end
end

function TensorBoard:on_epoch_end(epoch, logs)
  local options, optimizer, step = options_of(self), state[self.model].optimizer, epoch - 1
  local train, validation = {}, {}
  for name, value in pairs(logs) do
    local of_validation = name:match("^val_(.*)$")
    if of_validation then validation[of_validation] = value else train[name] = value end
  end
  train.learning_rate = optimizer.learning_rate
  if options.write_steps_per_second then
    train.steps_per_second = (optimizer.iterations - kept[self].iterations_before)
      / (core.clock() - kept[self].epoch_began)
  end
  scalars(self, "train", "epoch_%s", train, step)
  scalars(self, "validation", "epoch_%s", validation, step)
  if options.histogram_freq > 0 and step % options.histogram_freq == 0 then
    weights(self, "", self.model, step, {})
  end
end

return public(TensorBoard)
