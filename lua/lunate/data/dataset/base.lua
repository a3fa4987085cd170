--- The class of Datasets, and what its sources and stages are made with.

local class = require "lunate.class"
local raise = require "lunate.raise"

local Dataset = class("Dataset", {type = "lunate.dataset"})

function Dataset:init()
  raise("a Dataset is made with Dataset.from_tensors(x, y), .from_generator(f) or .from_csv(path)")
end

local base = {Dataset = Dataset}

--- A source: a Dataset with these fields (see data/dataset.lua).
function base.make(fields) return setmetatable(fields, Dataset) end

--- A stage: a Dataset over a parent.
function base.stage(parent, name, fields)
  fields.parent, fields.name = parent, name
  if fields.sharded == nil then fields.sharded = parent.sharded end
  return base.make(fields)
end

--- An argument that should be an integer of at least `least`.
function base.integer(what, name, value, least)
  local n = math.tointeger(value)
  if type(value) ~= "number" or not n or n < least then
    raise("'%s' of Dataset: %s should be an integer >= %d, got %s", what, name, least,
      tostring(value))
  end
  return n
end

--- An argument that should be a function.
function base.callable(what, value)
  if type(value) ~= "function" then
    raise("'%s' of Dataset: a function expected, got %s", what, type(value))
  end
  return value
end

return base
