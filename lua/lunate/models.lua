--- ln.models: where models are made and read (`ln.Sequential` is `ln.models.Sequential`).

local core = require "lunate.core"
local raise = require "lunate.raise"

local functional = require "lunate.functional"

local models = {
  Model = require "lunate.model",
  Sequential = require "lunate.sequential",
  Input = functional.input,
}

--- A model from Keras's JSON: its architecture, and compiled when the text says how.
-- @param text  what Keras's `model.to_json()` writes (class_name, config, compile_config)
-- @return the model, with new weights
--
--     local text = '{"class_name": "Sequential", "config": {"name": "m", "layers": []}}'
--     print(ln.model_from_json(text).name)                                        --> m
function models.model_from_json(text)
  if type(text) ~= "string" then
    raise("model_from_json: JSON text expected, got %s", type(text))
  end
  local tree = core.json_decode(text)
  if type(tree) ~= "table" or type(tree.class_name) ~= "string" then
    raise("model_from_json: the JSON has no class_name, so it describes no model")
  end
  local name = tree.class_name == "Model" and "Functional" or tree.class_name   -- Keras 2's name
  if name ~= "Sequential" and name ~= "Functional" then
    raise("model_from_json: there is no model class '%s'; there are: Functional, Sequential", name)
  end
  local model = core.class("layer", name).from_config(tree.config)
  if tree.compile_config then model:compile_from_config(tree.compile_config) end
  return model
end

return models
