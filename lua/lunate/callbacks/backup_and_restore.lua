--- BackupAndRestore: training that was killed goes on where its last backup was, when the script is
-- run again. A backup holds the weights, the optimizer's state, random generators, the epoch and
-- the place in the data; a run that was killed any number of times ends with the weights of one
-- that was not. fit's History has the epochs of the last run.
--
-- Options: `backup_dir`: a folder for this training alone; `save_freq` ("epoch"): after each epoch,
-- or every so many batches; `double_checkpoint` (false): the backup before the last is kept too,
-- and taken where the last one cannot be read; `delete_checkpoint` (true): the backup goes when
-- training has ended. It stays when Ctrl-C or an error ends it, so that running the script again
-- resumes.
--
-- The model must be built (`input_shape`, or by data), and be the one that was backed up. Exact are
-- tensors and Datasets that follow from them and `ln.set_seed`; what other callbacks remember
-- (EarlyStopping's best epoch, say) begins anew, and so do the means of an epoch that was resumed
-- in its middle. A kill at any moment leaves the backup before or the one after it.
--
-- Errors: the backup is damaged or of another model (the model stays as it was); what saving
-- raises.
--
--     local folder = os.tmpname() .. "-backup"
--     local function train(epochs, callbacks)
--       ln.set_seed(1)
--       local model = ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}
--       model:compile{loss = "mse", optimizer = "adam"}
--       local x = ln.random.normal{64, 2}
--       model:fit(x, x:sum{axis = 2, keepdims = true},
--         {epochs = epochs, verbose = 0, callbacks = callbacks})
--       return model:get_weights()[1]
--     end
--     local Backup = ln.callbacks.BackupAndRestore
--     pcall(train, 6, {Backup(folder), ln.callbacks.LambdaCallback{
--       on_epoch_begin = function(epoch) assert(epoch < 4, "killed") end}})
--     print(train(6, {Backup(folder)}) == train(6))                --> true

local core = require "lunate.core"
local raise = require "lunate.raise"
local Callback = require "lunate.callbacks.callback"
local every = require "lunate.callbacks._every"
local rate = require "lunate.callbacks._learning_rate"
local random = require "lunate.saving.random"
local tree = require "lunate.saving.tree"
local methods = require "lunate.methods"
local models = require "lunate.model.state"

local BackupAndRestore = Callback:extend("BackupAndRestore")

BackupAndRestore.options = {
  backup_dir = {"string", required = true},
  save_freq = {"any", default = "epoch"},
  double_checkpoint = {"boolean", default = false},
  delete_checkpoint = {"boolean", default = true},
}
BackupAndRestore.positional = {"backup_dir", "save_freq", "double_checkpoint",
  "delete_checkpoint"}

function BackupAndRestore:init(given)
  if given.backup_dir == "" then
    raise("bad option 'backup_dir' of 'BackupAndRestore' (a folder expected, got '')")
  end
  self.due = every("BackupAndRestore", given.save_freq)
  if self.due then self.on_batch_end = self.after_batch end
end

--- @private
function BackupAndRestore:path(name) return self.options.backup_dir .. "/" .. name end

-- What the folder says: where training was, and which file has the model. This file is written
-- last, in one piece, so it always names a file that is whole.
local STATE = "training_metadata.json"
local STATE_BEFORE = STATE .. ".bkp"   -- of the backup before, with double_checkpoint
local WEIGHTS = "^backup%-(%d+)%.weights%.h5$"

--- @private
function BackupAndRestore:save(epoch, batch)
  local number = (self.number or 0) + 1
  local name = ("backup-%d.weights.h5"):format(number)
  local model = self.model
  core.make_folders(self:path(name))
  model:save_weights(self:path(name))
  local before = self.options.double_checkpoint and self.last
  if before then core.write_file(self:path(STATE_BEFORE), before.text) end
  local text = core.json_encode{
    weights = name, epoch = epoch, batch = batch, place = self.params.feed:tell(),
    generators = random.save(model, tree.walk(model)).layers,
    -- The file of weights has it as a float32.
    learning_rate = rate.is_schedule(self) or rate.get(self)}
  core.write_file(self:path(STATE), text)
  self.number, self.last = number, {weights = name, text = text}
  self:clean(name, before and before.weights)
end

-- Removes what is no backup: older weights, and the rests of saves that were killed.
--- @private
function BackupAndRestore:clean(keep, keep_too)
  local there, names = pcall(core.list_folder, self.options.backup_dir)
  for _, name in ipairs(there and names or {}) do
    local ours = name:find(WEIGHTS) or name:find("%.lunate%-tmp$")
    if ours and name ~= keep and name ~= keep_too then
      os.remove(self:path(name))
    end
  end
end

local function read_state(path)
  if not core.exists(path) then return nil end
  local whole, text = pcall(core.read_file, path, 65536)
  local ok, state = pcall(core.json_decode, whole and text or "")
  local place = ok and type(state) == "table" and state.place
  local fine = type(place) == "table" and type(state.weights) == "string"
    and state.weights:find(WEIGHTS) and math.tointeger(state.epoch)
    and math.tointeger(state.batch) and state.epoch >= 1 and state.batch >= 1
    and (state.learning_rate == true or type(state.learning_rate) == "number")
  if not fine then raise("BackupAndRestore: '%s' is damaged", path) end
  return state, text
end

-- Gives the model what the backup that a file tells of has. Returns what it says, nil when there is
-- no such file.
--- @private
function BackupAndRestore:restore(name)
  local state, text = read_state(self:path(name))
  if not state then return nil end
  local model = self.model
  model:load_weights(self:path(state.weights))
  random.load(model, tree.walk(model), {layers = state.generators})
  self.last = {weights = state.weights, text = text}
  return state
end

-- The last backup, or the one before where that cannot be read; nil when there is none.
--- @private
function BackupAndRestore:restore_any()
  local fine, state = pcall(self.restore, self, STATE)
  if fine and state then return state end
  local before_fine, before = pcall(self.restore, self, STATE_BEFORE)
  if before_fine and before then
    self:warn("BackupAndRestore: the last backup cannot be read, going on from the one before: %s",
      state or "it is gone")
    return before
  end
  if not fine then error(state, 0) end
end

function BackupAndRestore:on_train_begin()
  local model = self.model
  if not model.built then
    raise("BackupAndRestore: '%s' is not built: give its first layer an input_shape", model.name)
  end
  self.number, self.last = nil, nil
  local state = self:restore_any()
  if not state then return end
  if state.learning_rate ~= true then rate.set(self, state.learning_rate) end
  self.number = math.tointeger(state.weights:match(WEIGHTS))
  self.params.first_epoch, self.params.first_batch =
    math.tointeger(state.epoch), math.tointeger(state.batch)
  self.params.feed:seek(state.place)
end

function BackupAndRestore:on_epoch_begin(epoch) self.epoch, self.owes = epoch, false end

--- @private
function BackupAndRestore:after_batch(batch)
  if not self.due(batch) then return end
  -- Of a whole epoch its end is backed up, validation and all.
  local whole = batch == self.params.steps or self.params.feed:at_end()
  if whole then self.owes = true else self:save(self.epoch, batch + 1) end
end

function BackupAndRestore:on_epoch_end(epoch)
  if not self.due or self.owes then self:save(epoch + 1, 1) end
end

function BackupAndRestore:on_train_end()
  if not self.options.delete_checkpoint or models[self.model].history.interrupted then return end
  -- The state goes first: without it there is no backup.
  os.remove(self:path(STATE))
  os.remove(self:path(STATE_BEFORE))
  self:clean()
  os.remove(self.options.backup_dir)
end

return methods(BackupAndRestore)
