--- What is done with gradients between the backward pass and the update, for what averages them
-- over machines. It stays with the model, however it is compiled.

local raise = require "lunate.raise"
local state = require "lunate.model.state"

--- @param model
-- @param hook  nil for none, or {ready =, wait =, piece_bytes =}. ready(piece) is called for each
--   piece of the gradients as soon as it is final, while the backward pass still runs: a vector of
--   neighbouring gradients, `piece_bytes` or more but for the last (1 MiB by default), those of the
--   last layers first. It may be changed in place, by then or until wait() returns, which is called
--   before the weights are updated. Every step calls them with the same pieces in the same order.
--
--     local gradient_hook = require "lunate.model.gradient_hook"
--     local model = ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}
--     gradient_hook(model, {ready = function(piece) piece[{ {} }] = piece / 2 end})
return function(model, hook)
  local kept = state[model]
  local trainer = kept.trainer
  if hook and kept.shares then
    raise("'%s' adds up its gradients over the processes of ln.distribution", model.name)
  end
  if trainer then
    trainer:set_gradient_hook(hook and hook.ready, hook and hook.wait, hook and hook.piece_bytes)
  end
  kept.gradient_hook = hook
end
