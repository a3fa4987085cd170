--- batches: goes over tensors in batches along their first axis.
--
--     local x, y = ln.arange(0, 10):reshape{5, 2}, ln.arange(0, 5)
--     for x_batch, y_batch in ln.data.batches(x, y, {batch_size = 2, shuffle = true}) do
--       print(x_batch.shape, y_batch.shape)    -- (2, 2) (2,) twice, then (1, 2) (1,)
--     end

local check = require "lunate.options"
local raise = require "lunate.raise"
local random = require "lunate.data._random"
local is_tensor = require "lunate.is_tensor"

local OPTIONS = {
  batch_size = {"integer", default = 32, min = 1},
  shuffle = {"boolean", default = false},
  drop_remainder = {"boolean", default = false},
  random_state = {"integer", optional = true, min = 0},
}


-- A table of tensors: a list or by name. (A table of options holds none.)
local function is_group(value)
  local first = type(value) == "table" and select(2, next(value))
  return first ~= nil and is_tensor(first)
end

-- Calls f for every tensor of the arguments.
local function each(data, f)
  for i = 1, data.n do
    if is_tensor(data[i]) then f(data[i], "argument " .. i) end
    if is_group(data[i]) then
      for key, t in pairs(data[i]) do f(t, ("argument %d, '%s'"):format(i, key)) end
    end
  end
end

--- An iterator for `for`. Without `shuffle` the batches are views of the tensors.
-- @param ...  tensors, or tables of tensors (lists or by name, for models with several inputs), of
--   one length; then options: `batch_size` (32), `shuffle` (false), `drop_remainder` (false: the
--   last batch may be smaller), `random_state` (makes the order independent of `ln.set_seed`)
-- @return an iterator that gives for each batch what was given, in the same form
-- Errors: lengths that differ; what is no tensor; unknown options.
return function(...)
  local data = table.pack(...)
  local args = {}
  local last_one = data[data.n]
  if type(last_one) == "table" and last_one[1] == nil and not is_group(last_one) then
    args = last_one
    data[data.n] = nil
    data.n = data.n - 1
  end
  local options = check("batches", OPTIONS, args)
  local n
  for i = 1, data.n do
    if not is_tensor(data[i]) and not is_group(data[i]) then
      raise("batches: argument %d must be a tensor or a table of tensors, got %s", i, type(data[i]))
    end
  end
  each(data, function(t, what)
    if not is_tensor(t) or t.rank == 0 then
      raise("batches: %s must be a tensor with samples along its first axis", what)
    end
    n = n or #t
    if #t ~= n then
      raise("batches: %s has %d samples, what came before it %d", what, #t, n)
    end
  end)
  if not n then raise("batches expects at least one tensor") end

  local order = options.shuffle and random(options.random_state):permutation(n)
  local size, first = options.batch_size, 1
  return function()
    local last = math.min(first + size - 1, n)
    if first > n or (options.drop_remainder and last - first + 1 < size) then return nil end
    local rows = order and order[{ {first, last} }]
    local range = { {first, last} }
    local function cut(t)
      if rows then return t:take(rows, {axis = 1}) end
      return t[range]
    end
    first = last + 1
    local batch = {}
    for i = 1, data.n do
      if is_tensor(data[i]) then
        batch[i] = cut(data[i])
      else
        batch[i] = {}
        for key, t in pairs(data[i]) do batch[i][key] = cut(t) end
      end
    end
    return table.unpack(batch, 1, data.n)
  end
end
