--- What layers of categories share: ids as their output modes tell them, data as lists, options.

local core = require "lunate.core"
local raise = require "lunate.raise"
local is_tensor = require "lunate.is_tensor"
local strings = require "lunate.strings"

local f = core.functions
local categories = {}

categories.DROPPED = false   -- in a list of ids: counts for nothing

--- Keras's older names of output modes, as they are called now; raises for what is none of them.
function categories.output_mode(what, given, modes)
  local mode = given == "binary" and "multi_hot" or given == "tf-idf" and "tf_idf" or given
  for _, known in ipairs(modes) do if mode == known then return mode end end
  raise("bad option 'output_mode' of '%s' (one of %s expected, got %s)", what,
    table.concat(modes, ", "), tostring(given))
end

--- Raises where Keras's sparse (or ragged) output is asked for.
function categories.refuse(what, options, names)
  for _, name in ipairs(names) do
    if options[name] then
      raise("bad option '%s' of '%s': tensors here are dense, so only false is taken", name, what)
    end
  end
end

--- Options that are single values are fields, as those of other layers are.
function categories.show(layer)
  for name, value in pairs(layer.options) do
    if type(value) ~= "table" and type(value) ~= "function" then layer[name] = value end
  end
end

--- Keras's salt, a number or two of them, as a list of two; nil for none.
function categories.salt(what, salt)
  if salt == nil or salt == false then return nil end
  if is_tensor(salt) then salt = salt:totable() end
  if type(salt) ~= "table" then salt = {salt, salt} end
  local a, b = math.tointeger(salt[1]), math.tointeger(salt[2])
  if #salt ~= 2 or not a or not b then
    raise("bad option 'salt' of '%s' (an integer or a list of two expected, got %s)", what,
      core.describe_value(salt))
  end
  return {a, b}
end

--- A value as a flat list and its shape: strings, or the integers of a tensor.
function categories.flatten(value, what)
  if not is_tensor(value) then return strings.flatten(value), strings.shape(value, what) end
  local flat = value:reshape{value.size}:astype("int64"):totable()
  return flat, table.move(value.shape, 1, value.rank, 1, {})
end

local function size_of(shape)
  local size = 1
  for _, n in ipairs(shape) do size = size * n end
  return size
end

--- Ids (from 0) of a shape as an int64 tensor.
function categories.ids(ids, shape)
  if #ids == 0 then return core.zeros(shape, {dtype = "int64"}) end
  return core.tensor(ids, {dtype = "int64"}):reshape(shape)
end

-- How often each id comes in each row of `width` ids, (rows, depth); those that are none of them,
-- DROPPED ones too, do not count.
local function counts(ids, rows, width, depth)
  local places, n = {}, 0
  for row = 0, rows - 1 do
    for k = row * width + 1, row * width + width do
      local id = ids[k]
      if id and id >= 0 and id < depth then
        n = n + 1
        places[n] = row * depth + id
      end
    end
  end
  if n == 0 then return core.zeros({rows, depth}, {dtype = "int64"}) end
  return f.bincount(core.tensor(places, {dtype = "int64"}), {minlength = rows * depth})
    :reshape{rows, depth}:astype("int64")
end

--- Ids of a shape as an output mode tells them: "one_hot" (..., depth), where a last axis of 1
-- goes; "multi_hot", "count" (depth instead of the last axis). An int64 tensor.
function categories.encode(ids, shape, mode, depth)
  shape = table.move(shape, 1, #shape, 1, {})
  local width = 1
  if mode == "one_hot" then
    if #shape > 1 and shape[#shape] == 1 then shape[#shape] = nil end
  else
    width = table.remove(shape) or 1
  end
  local out = counts(ids, size_of(shape), width, depth)
  if mode ~= "count" then out = out:gt(0):astype("int64") end
  shape[#shape + 1] = depth
  return out:reshape(shape)
end

--- Ids of a shape as an output mode, "int" among them, tells them, in a dtype.
function categories.output(ids, shape, mode, depth, dtype)
  local out = mode == "int" and categories.ids(ids, shape)
    or categories.encode(ids, shape, mode, depth)
  return out:astype(dtype)
end

--- The shape of what `output` gives; "int" leaves it.
function categories.output_shape(shape, mode, depth)
  local out = table.move(shape, 1, #shape, 1, {})
  if mode == "int" then return out end
  if mode ~= "one_hot" or #out > 1 and out[#out] == 1 then out[#out] = nil end
  out[#out + 1] = depth or false
  return out
end

--- Goes over data to adapt to: f(batch, is_single) for each.
-- @param steps  so many batches of a Dataset, or of an iterator, at most; nil: all
function categories.each_batch(what, data, steps, fn)
  if steps ~= nil and (math.type(steps) ~= "integer" or steps < 1) then
    raise("'adapt' of '%s': steps should be an integer >= 1, got %s", what, tostring(steps))
  end
  if getmetatable(data) == "lunate.dataset" then
    if data.length == math.huge and not steps then
      raise("'adapt' of '%s': an endless Dataset needs steps", what)
    end
    if steps then data = data:take(steps) end
    for x in data:iterate() do fn(x) end
  elseif type(data) == "function" then
    local n = 0
    while not steps or n < steps do
      local x = data()
      if x == nil then break end
      n = n + 1
      fn(x)
    end
  else
    return false
  end
  return true
end

return categories
