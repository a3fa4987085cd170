-- Fields and methods of a callback's subclass are its script's, whatever they are called: what the
-- library keeps and calls is elsewhere.
local ln = require "lunate"
local scratch = require "support.scratch"

local x, y = ln.ones{8, 1}, ln.zeros{8, 1}

-- What the library keeps or kept on callbacks, or calls there, and words that come to mind.
local NAMES = {"file", "columns", "weights", "writers", "batches", "training", "due", "epoch_began",
  "update_every", "iterations_before", "batch_began", "warned", "kept", "state", "counts_steps",
  "unit", "samples", "done", "drawn", "open", "begun", "shown", "moving", "title", "number", "last",
  "owes", "is_schedule", "line", "text", "write", "keep", "save", "wanted", "path", "path_with",
  "clean", "restore", "restore_any", "after_batch", "start", "draw", "finish", "value", "rises",
  "is_better", "warn_of_missing", "say", "warn", "monitor", "patience", "progress", "logs", "data",
  "path_of", "write_line", "text_of"}
local FIELDS = {"options", "class", "name", "super", table.unpack(NAMES)}

local classes = {}
for name in pairs(ln.callbacks) do classes[#classes + 1] = name end

describe("a subclass of a callback", function()
  local folder, n_made
  before_each(function() folder, n_made = scratch.folder(), 0 end)
  after_each(function() folder:remove() end)

  -- Each built-in class with options by which it does all that it can.
  local function options_of(name)
    n_made = n_made + 1
    local path = ("%s/%s-%d"):format(folder.path, name, n_made)
    return ({
      BackupAndRestore = {path, save_freq = 1, double_checkpoint = true, delete_checkpoint = false},
      CSVLogger = {path}, TensorBoard = {path, histogram_freq = 1, update_freq = 1},
      EarlyStopping = {monitor = "loss", restore_best_weights = true, patience = 9, verbose = 1},
      LearningRateScheduler = {function(_, rate) return rate end, verbose = 1},
      ModelCheckpoint = {path .. ".weights.h5", save_weights_only = true, save_best_only = true,
        monitor = "loss", save_freq = 2},
      ReduceLROnPlateau = {monitor = "loss", patience = 0, min_delta = 9, verbose = 1},
      SwapEMAWeights = {swap_on_epoch = true},
    })[name] or {}
  end

  local function silent(f, ...)
    local stdout = io.stdout
    rawset(io, "stdout", {write = function() end, flush = function() end})
    local ok, message = pcall(f, ...)
    rawset(io, "stdout", stdout)
    assert(ok, message)
  end

  local function use(callback)
    local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
    model:compile{loss = "mse", optimizer = ln.optimizers.SGD{use_ema = true}}
    local history
    silent(function()
      history = model:fit(x, y, {epochs = 2, batch_size = 4, verbose = 0, validation_data = {x, y},
        callbacks = {callback}})
      model:evaluate(x, y, {verbose = 0, callbacks = {callback}})
      model:predict(x, {callbacks = {callback}})
    end)
    assert.same({1, 2}, history.epoch)
    assert.matches("^%u%w+%(", tostring(callback))
  end

  it("may have fields of any name", function()
    for _, class in ipairs(classes) do
      local Own = ln.callbacks[class]:extend("Own")
      local mine = {}
      function Own:init(given)
        if Own.super.init then Own.super.init(self, given) end
        for _, name in ipairs(FIELDS) do self[name] = mine end
      end
      local callback = Own(options_of(class))
      use(callback)
      for _, name in ipairs(FIELDS) do assert.equal(mine, callback[name], class .. "." .. name) end
    end
  end)

  it("may have methods of any name", function()
    for _, class in ipairs(classes) do
      local Own = ln.callbacks[class]:extend("Own")
      local called
      for _, name in ipairs(NAMES) do Own[name] = function() called = name end end
      use(Own(options_of(class)))
      assert.is_nil(called, class)
    end
  end)

  it("may have hooks of its own, of batches too, and call up", function()
    for _, class in ipairs{"ModelCheckpoint", "BackupAndRestore", "TensorBoard"} do
      for _, frequency in ipairs{1, "epoch"} do
        local option = class == "TensorBoard" and "update_freq" or "save_freq"
        local options, seen = options_of(class), {}
        options[option] = frequency
        local Own = ln.callbacks[class]:extend("Own")
        function Own:on_batch_end(batch, logs)
          seen[#seen + 1] = batch
          Own.super.on_batch_end(self, batch, logs)
        end
        use(Own(options))
        assert.same({1, 2, 1, 2}, seen)
      end
    end
  end)

  it("prints the options that it was made with", function()
    local Own = ln.callbacks.EarlyStopping:extend("Own")
    function Own:init() self.options, self.class = "mine", 5 end
    local text = tostring(Own{patience = 3})
    assert.matches('^Own%(monitor="val_loss", min_delta=0, patience=3, ', text)
  end)
end)
