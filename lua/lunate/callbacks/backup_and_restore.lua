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
local hooks = require "lunate.callbacks._hooks"
local peers = require "lunate.model.peers"
local public = require "lunate.public"
local models = require "lunate.model.state"
local kept = require "lunate.kept"()
local options_of = core.options_of

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
  kept[self].due = every("BackupAndRestore", given.save_freq)
  if not kept[self].due then hooks.leave_out(self, BackupAndRestore.on_batch_end) end
end

local function path_of(self, name) return options_of(self).backup_dir .. "/" .. name end

-- What the folder says: where training was, and which file has the model. This file is written
-- last, in one piece, so it always names a file that is whole.
local STATE = "training_metadata.json"
local STATE_BEFORE = STATE .. ".bkp"   -- of the backup before, with double_checkpoint
local WEIGHTS = "^backup%-(%d+)%.weights%.h5$"

-- Removes what is no backup: older weights, and the rests of saves that were killed.
local function clean(self, keep, keep_too)
  local exists, names = pcall(core.list_folder, options_of(self).backup_dir)
  for _, name in ipairs(exists and names or {}) do
    local ours = name:find(WEIGHTS) or name:find("%.lunate%-tmp$")
    if ours and name ~= keep and name ~= keep_too then
      os.remove(path_of(self, name))
    end
  end
end

local function save(self, epoch, batch)
  if not peers.is_chief then return end
  local number = (kept[self].number or 0) + 1
  local name = ("backup-%d.weights.h5"):format(number)
  local model = self.model
  core.make_folders(path_of(self, name))
  model:save_weights(path_of(self, name))
  local before = options_of(self).double_checkpoint and kept[self].last
  if before then core.write_file(path_of(self, STATE_BEFORE), before.text) end
  local moving = random.save(model, tree.walk(model))
  local text = core.json_encode{
    weights = name, epoch = epoch, batch = batch, place = self.params.feed:tell(),
    generators = moving.layers, states = moving.states,
    -- The file of weights has it as a float32.
    learning_rate = rate.is_schedule(self) or rate.get(self)}
  core.write_file(path_of(self, STATE), text)
  kept[self].number, kept[self].last = number, {weights = name, text = text}
  clean(self, name, before and before.weights)
end

local MAX_STATE = 1 << 28   -- bytes; states of recurrent layers are among them

local function read_state(path)
  if not core.exists(path) then return nil end
  local whole, text = pcall(core.read_file, path, MAX_STATE)
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
local function restore(self, name)
  local state, text = read_state(path_of(self, name))
  if not state then return nil end
  local model = self.model
  model:load_weights(path_of(self, state.weights))
  random.load(model, tree.walk(model), {layers = state.generators, states = state.states})
  kept[self].last = {weights = state.weights, text = text}
  return state
end

-- The last backup, or the one before where that cannot be read; nil when there is none.
local function restore_any(self)
  local fine, state = pcall(restore, self, STATE)
  if fine and state then return state end
  local before_fine, before = pcall(restore, self, STATE_BEFORE)
  if before_fine and before then
    Callback.warn(self, "BackupAndRestore: the last backup cannot be read, going on from the one "
      .. "before: %s", state or "it is gone")
    return before
  end
  if not fine then error(state, 0) end
end

function BackupAndRestore:on_train_begin()
  local model = self.model
  if not model.built then
    raise("BackupAndRestore: '%s' is not built: give its first layer an input_shape", model.name)
  end
  kept[self].number, kept[self].last = nil, nil
  local state = restore_any(self)
  if not state then return end
  if state.learning_rate ~= true then rate.set(self, state.learning_rate) end
  kept[self].number = math.tointeger(state.weights:match(WEIGHTS))
  self.params.first_epoch, self.params.first_batch =
    math.tointeger(state.epoch), math.tointeger(state.batch)
  self.params.feed:seek(state.place)
end

function BackupAndRestore:on_epoch_begin(epoch) kept[self].epoch, kept[self].owes = epoch, false end

function BackupAndRestore:on_batch_end(batch)
  local due = kept[self].due
  if not (due and due(batch)) then return end
  -- Of a whole epoch its end is backed up, validation and all.
  local whole = batch == self.params.steps or self.params.feed:at_end()
  if whole then kept[self].owes = true else save(self, kept[self].epoch, batch + 1) end
end

function BackupAndRestore:on_epoch_end(epoch)
  if not kept[self].due or kept[self].owes then save(self, epoch + 1, 1) end
end

function BackupAndRestore:on_train_end()
  local stays = not peers.is_chief or not options_of(self).delete_checkpoint
    or models[self.model].history.interrupted
  if stays then return end
  -- The state goes first: without it there is no backup.
  os.remove(path_of(self, STATE))
  os.remove(path_of(self, STATE_BEFORE))
  clean(self)
  os.remove(options_of(self).backup_dir)
end

return public(BackupAndRestore)
