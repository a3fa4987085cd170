--- ln.utils: small helpers that Keras's users look for.
--
--     print(ln.utils.to_categorical({1, 0}, 2))                  --> [[0. 1.] [1. 0.]]

local core = require "lunate.core"
local is_tensor = require "lunate.is_tensor"
local names = require "lunate.names"
local raise = require "lunate.raise"

local utils = {}

--- One-hot rows for class ids.
-- @param y  class ids from 0: a tensor or a list
-- @param num_classes  how many (the largest id + 1)
-- @return float32 (.., num_classes). Error: an id out of range.
--
--     print(ln.utils.to_categorical({0, 2}).shape)                        --> (2, 3)
function utils.to_categorical(y, num_classes)
  if type(y) == "table" then y = core.tensor(y, {dtype = "int64"}) end
  if not is_tensor(y) then
    raise("to_categorical: class ids expected, a tensor or a list, got %s", core.describe_value(y))
  end
  y = y:astype("int64")
  if num_classes ~= nil and math.tointeger(num_classes) == nil then
    raise("to_categorical: num_classes should be an integer, got %s",
      core.describe_value(num_classes))
  end
  if y.rank > 1 and y.shape[y.rank] == 1 then y = y:squeeze(-1) end
  return core.functions.one_hot(y, num_classes or y:max():item() + 1)
end

--- Sets the seed of everything random; the same as `ln.set_seed`.
-- @param seed  an integer
-- Errors: what is no integer.
--
--     ln.utils.set_random_seed(42)
function utils.set_random_seed(seed) return core.set_seed(seed) end

-- Loaded when they are first used: by the module that has them.
local parts = {
  plot_model = "lunate.plot_model", model_to_dot = "lunate.plot_model",
  save_figure = "lunate.save_figure", generate = "lunate.utils.generate",
  load_img = "lunate.utils.images", img_to_array = "lunate.utils.images",
  array_to_img = "lunate.utils.images", save_img = "lunate.utils.images",
  image_dataset_from_directory = "lunate.utils.image_dataset_from_directory",
  pad_sequences = "lunate.utils.pad_sequences",
  text_dataset_from_directory = "lunate.utils.text_dataset_from_directory",
  timeseries_dataset_from_array = "lunate.utils.timeseries_dataset_from_array",
}

return setmetatable(utils, {
  __index = function(self, name)
    if type(name) ~= "string" then return nil end
    if not parts[name] then return names.missing("helper", name, names.of(self)) end
    rawset(self, name, require(parts[name])[name])
    return rawget(self, name)
  end,
  __names = function(self)
    local list = {}
    for name in pairs(self) do
      if not parts[name] then list[#list + 1] = name end
    end
    for name in pairs(parts) do list[#list + 1] = name end
    return list
  end,
})
