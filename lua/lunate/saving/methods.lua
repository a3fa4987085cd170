--- What models can do with files: model:save, model:save_weights, model:load_weights. What they do
-- is lua/lunate/saving/model.lua, loaded when one of them is first called.

local core = require "lunate.core"
local peers = require "lunate.model.peers"

local Model = core.class("model")

--- Saves the model: architecture, weights, how it is compiled, the optimizer's state, and where the
-- random numbers stand, so that ln.load_model(path) goes on training as if nothing had happened.
-- The files are Keras's own. The file changes as a whole or, where anything fails, not at all; the
-- model is left as it is.
-- A layer in several places is one again when the file is loaded; Keras makes one of it from
-- `.keras` alone. Ops of a graph are Keras's operations there. With ln.distribution process 0
-- saves.
-- @param path  `.keras`, or `.h5` (the older format)
-- @param options  `overwrite` (true: a file that is there is replaced), `include_optimizer` (true:
--   without it the file does not say how the model is compiled)
-- Errors: another ending; a Lua function without a name in the file (a loss, an activation, ...:
-- register it); what the system says on writing.
--
--     local model = ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}
--     model:compile{loss = "mse"}
--     local path = os.tmpname() .. ".keras"
--     model:save(path)
--     print(#ln.load_model(path).layers)                                  --> 1
function Model:save(path, options)
  if not peers.is_chief then return end
  require("lunate.saving.model").save_model(self, path, options)
end

--- Saves the weights.
-- @param path  `.weights.h5` (Keras 3's layout, the optimizer's state with it), `.h5` (Keras 2's),
--   `.safetensors` or `.npz` (tensors by name: "dense/kernel", "dense_1/kernel", a layer that was
--   given a name by that, one in a model under both: "encoder/dense/kernel"; the model's own name
--   is in none)
-- @param options  `overwrite` (true)
-- Errors: another ending; a model that is not built; what the system says on writing.
--
--     local model = ln.Sequential{ln.layers.Dense{1, input_shape = {2}}, name = "small"}
--     local path = os.tmpname() .. ".npz"
--     model:save_weights(path)
--     print(ln.load(path)["dense/kernel"].shape)                          --> (2, 1)
function Model:save_weights(path, options)
  if not peers.is_chief then return end
  require("lunate.saving.model").save_weights(self, path, options)
end

--- Loads weights into the model. All of the file is checked first: an error leaves the model as it
-- was. What the optimizer had comes along from `.weights.h5` and `.keras` where it fits.
-- @param path  what save_weights, model:save or Keras wrote: `.weights.h5`, `.h5`, `.keras`,
--   `.safetensors`, `.npz`
-- @param options  `by_name` (false; of .h5: layers by their names instead of their order, those
--   that only one side has are left alone), `skip_mismatch` (false: what does not fit is an error;
--   true: it is left alone)
-- @return a list of what was left alone, in words
-- Errors: layers, weights or shapes that differ (named, with both), damaged files.
--
--     local function build()
--       return ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}
--     end
--     local one, other = build(), build()
--     local path = os.tmpname() .. ".weights.h5"
--     one:save_weights(path)
--     other:load_weights(path)
--     print(one:get_weights()[1] == other:get_weights()[1])               --> true
function Model:load_weights(path, options)
  return require("lunate.saving.model").load_weights(self, path, options)
end
