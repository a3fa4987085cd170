--- The data of fit, evaluate and predict: what users give, as lists of tensors with one number of
-- samples; weights; the order of the samples.

local core = require "lunate.core"
local raise = require "lunate.raise"

local adapter = {}

local function is_tensor(value)
  local kind = getmetatable(value)
  return kind == "lunate.tensor" or kind == "lunate.variable"
end

-- Parts of x or y: a tensor, a table of numbers, a list of tensors, or a table by name.
local function to_list(value, names, where)
  if is_tensor(value) then return {value} end
  if type(value) ~= "table" then
    raise("%s: a tensor (or a list or table of tensors) expected, got %s", where, type(value))
  end
  -- A list of our own: callbacks may change the user's in mid-training.
  if is_tensor(value[1]) then return table.move(value, 1, #value, 1, {}) end
  if value[1] == nil and is_tensor(select(2, next(value))) then
    local list, known = {}, {}
    for i, name in ipairs(names) do
      known[name] = true
      list[i] = value[name]
      if not is_tensor(value[name]) then raise("%s: '%s' is missing", where, name) end
    end
    for name in pairs(value) do
      if not known[name] then
        raise("%s: there is no '%s'; there are: %s", where, tostring(name),
          table.concat(names, ", "))
      end
    end
    return list
  end
  local ok, tensor = pcall(core.tensor, value)
  if not ok then raise("%s: %s", where, tensor) end
  return {tensor}
end

local function length(t) return #t end   -- an error when it is closed

local function check_samples(list, where, n, other)
  for i, t in ipairs(list) do
    if not is_tensor(t) then raise("%s: part %d is a %s, no tensor", where, i, type(t)) end
    if t.rank == 0 then raise("%s has no samples: its shape is ()", where) end
    local open, count = pcall(length, t)
    if not open then raise("%s: the tensor is closed", where) end
    n = n or count
    if count ~= n then
      raise("%s%s has %d samples, %s has %d", where, #list > 1 and (" " .. i) or "", count, other,
        n)
    end
  end
  return n
end

--- The data of one call.
-- @return {x = list, y = list or nil, w = list or nil, n = samples}
function adapter.new(model, what, x, y, sample_weight)
  local where = ("'%s' of '%s'"):format(what, model.name)
  local data = {x = to_list(x, model.input_names, where .. ": x"), where = where}
  data.n = check_samples(data.x, where .. ": x", nil, "its first part")
  if data.n == 0 then raise("%s: there are no samples: x has shape %s", where, data.x[1].shape) end
  if what:find("predict", 1, true) then return data end
  if y == nil then raise("%s: targets are needed: y is nil", where) end
  local names = model.output_names
  data.y = to_list(y, names, where .. ": y")
  if #data.y ~= #names then
    raise("%s: %d targets for %d output%s", where, #data.y, #names, #names == 1 and "" or "s")
  end
  check_samples(data.y, where .. ": y", data.n, "x")
  if sample_weight ~= nil then
    data.w = to_list(sample_weight, names, where .. ": sample_weight")
    check_samples(data.w, where .. ": sample_weight", data.n, "x")
    -- One list of weights serves all outputs.
    for i = #data.w + 1, #names do data.w[i] = data.w[1] end
  end
  return data
end

--- Data from validation_data = {x, y[, sample_weight]}.
function adapter.validation(model, given)
  if type(given) ~= "table" or is_tensor(given) or given[1] == nil or given[2] == nil then
    raise("'fit' of '%s': validation_data should be {x, y} or {x, y, sample_weight}", model.name)
  end
  local data = adapter.new(model, "validation_data", given[1], given[2], given[3])
  return data
end

local function rows(list, first, last)
  if not list then return nil end
  local cut = {}
  for i, t in ipairs(list) do cut[i] = t[{ {first, last} }] end
  return cut
end

--- The first part for training, the rest (`part` of all) for validation, as Keras splits.
function adapter.split(data, part)
  local at = math.floor(data.n * (1 - part))
  if at < 1 or at >= data.n then
    raise("%s: validation_split = %s leaves no samples for %s of %d", data.where, part,
      at < 1 and "training" or "validation", data.n)
  end
  local function cut(first, last)
    return {x = rows(data.x, first, last), y = rows(data.y, first, last),
      w = rows(data.w, first, last), n = last - first + 1, where = data.where}
  end
  return cut(1, at), cut(at + 1, data.n)
end

--- Multiplies weights of classes into the sample weights. Ids that are not named weigh 1.
function adapter.weigh_classes(data, class_weight)
  if type(class_weight) ~= "table" then
    raise("%s: class_weight should be a table {[id] = weight}, got %s", data.where,
      type(class_weight))
  end
  if #data.y > 1 then
    raise("%s: class_weight is for models with one output; use sample_weight", data.where)
  end
  local y = data.y[1]
  if y.rank > 1 and y.shape[y.rank] > 1 then y = y:argmax{axis = -1} - 1 end
  y = y:reshape{#data.y[1]}:astype("int64")
  local most, weights = y:max():item(), {}
  for id, weight in pairs(class_weight) do
    if type(weight) ~= "number" or math.tointeger(id) == nil or id < 0 then
      raise("%s: class_weight should map class ids (from 0) to numbers, got [%s] = %s", data.where,
        tostring(id), tostring(weight))
    end
    most = math.max(most, math.tointeger(id))
  end
  if y:min():item() < 0 then raise("%s: class ids must not be negative", data.where) end
  for id = 0, most do weights[id + 1] = class_weight[id] or 1 end
  local w = core.tensor(weights):take(y + 1, {axis = 1})
  data.w = {data.w and data.w[1] * w or w}
end

--- Shapes of batches of x, for building a model.
function adapter.batch_shapes(x)
  local shapes = {}
  for i, t in ipairs(x) do
    shapes[i] = table.move(t.shape, 2, #t.shape, 2, {false})
  end
  return #shapes == 1 and shapes[1] or shapes
end

--- The order of the samples: `order:next(size, batches)` gives the first position, the number and
-- the rows (nil: as they come) of the next batches, up to the end of the data; `order:advance(n)`
-- says how many of those samples were used; `order:restart()` begins anew, shuffled.
function adapter.order(data, shuffle)
  local order = {at = 1}
  function order:restart()
    self.at = 1
    -- Rows count from 0 in the core.
    self.rows = shuffle and core.random.permutation(data.n) - 1 or nil
  end
  function order:next(size, batches)
    if self.at > data.n then self:restart() end
    return self.at, math.min(size * batches, data.n - self.at + 1), self.rows
  end
  function order:advance(n) self.at = self.at + n end
  order:restart()
  return order
end

return adapter
