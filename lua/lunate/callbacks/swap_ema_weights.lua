--- SwapEMAWeights: evaluates with the averages of the weights that the optimizer keeps
-- (`use_ema = true`: Polyak averaging) in the place of the weights; training goes on with the
-- weights themselves.
--
-- Options: `swap_on_epoch` (false): the averages are in the model from the end of an epoch to the
-- beginning of the next as well, so that callbacks that come later, ModelCheckpoint say, see them.
--
-- Errors: the optimizer keeps no averages.
--
--     local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
--     model:compile{loss = "mse", optimizer = ln.optimizers.SGD{use_ema = true}}
--     local history = model:fit(ln.ones{8, 1}, ln.zeros{8, 1}, {epochs = 2, verbose = 0,
--       validation_data = {ln.ones{8, 1}, ln.zeros{8, 1}},
--       callbacks = {ln.callbacks.SwapEMAWeights()}})
--     print(history.history.val_loss[2] > 0)                       --> true

local raise = require "lunate.raise"
local Callback = require "lunate.callbacks.callback"
local public = require "lunate.public"
local state = require "lunate.model.state"

local kept = require "lunate.kept"()
local options_of = require("lunate.core").options_of

local SwapEMAWeights = Callback:extend("SwapEMAWeights")

SwapEMAWeights.options = {swap_on_epoch = {"boolean", default = false}}
SwapEMAWeights.positional = {"swap_on_epoch"}

-- The averages in the order of the trainable variables; none before the first step.
local function averages(optimizer)
  local list = {}
  for _, slot in ipairs(optimizer.variables) do
    if slot.name:find("_average$") then list[#list + 1] = slot.value end
  end
  return list
end

local function put_averages(self)
  local optimizer = state[self.model].optimizer
  if not (optimizer and optimizer.use_ema) then
    raise("SwapEMAWeights: the optimizer keeps no averages: make it with use_ema = true")
  end
  if kept[self].weights then return end
  local list = averages(optimizer)
  if #list == 0 then return end
  kept[self].weights = {}
  for i, variable in ipairs(self.model.trainable_variables) do
    kept[self].weights[i] = variable:copy()
    variable:assign(list[i])
  end
end

local function put_weights(self)
  local weights = kept[self].weights
  if not weights then return end
  for i, variable in ipairs(self.model.trainable_variables) do variable:assign(weights[i]) end
  kept[self].weights = nil
end

-- After an evaluation that an error broke off, the averages are still there.
function SwapEMAWeights:on_train_begin() put_weights(self) end

function SwapEMAWeights:on_epoch_begin() put_weights(self) end

function SwapEMAWeights:on_epoch_end()
  if options_of(self).swap_on_epoch then put_averages(self) end
end

-- fit has given the model its averages for good.
function SwapEMAWeights:on_train_end() kept[self].weights = nil end

function SwapEMAWeights:on_test_begin() put_averages(self) end
function SwapEMAWeights:on_test_end() put_weights(self) end
function SwapEMAWeights:on_predict_begin() put_averages(self) end
function SwapEMAWeights:on_predict_end() put_weights(self) end

return public(SwapEMAWeights)
