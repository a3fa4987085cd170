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
local strings = require "lunate.strings"

local OPTIONS = {
  batch_size = {"integer", default = 32, min = 1},
  shuffle = {"boolean", default = false},
  drop_remainder = {"boolean", default = false},
  random_state = {"integer", optional = true, min = 0},
}


-- What has rows: a tensor, or a list of strings.
local function is_rows(value)
  return is_tensor(value) or type(value) == "table" and strings.is(value)
end

-- A table of tensors: a list or by name. (A table of options holds none.)
local function is_group(value)
  if type(value) ~= "table" or is_rows(value) then return false end
  local _, first = next(value)
  return first ~= nil and is_rows(first)
end

-- Calls f for every tensor of the arguments.
local function each(data, f)
  for i = 1, data.n do
    if is_rows(data[i]) then f(data[i], "argument " .. i) end
    if is_group(data[i]) then
      for key, t in pairs(data[i]) do f(t, ("argument %d, '%s'"):format(i, key)) end
    end
  end
end

--- An iterator for `for`. Without `shuffle` the batches are views of the tensors.
-- @param ...  tensors, lists of strings, or tables of them (lists or by name, for models with
--   several inputs), of one length; then options: `batch_size` (32), `shuffle` (false),
--   `drop_remainder` (false: the last batch may be smaller), `random_state` (makes the order
--   independent of `ln.set_seed`)
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
    if not is_rows(data[i]) and not is_group(data[i]) then
      raise("batches: argument %d must be a tensor or a table of tensors, got %s", i, type(data[i]))
    end
  end
  each(data, function(t, what)
    if not is_rows(t) or is_tensor(t) and t.rank == 0 then
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
      if not is_tensor(t) then
        return rows and strings.take(t, rows) or strings.rows(t, first, last)
      end
      if rows then return t:take(rows, {axis = 1}) end
      return t[range]
    end
    local batch = {}
    for i = 1, data.n do
      if is_rows(data[i]) then
        batch[i] = cut(data[i])
      else
        batch[i] = {}
        for key, t in pairs(data[i]) do batch[i][key] = cut(t) end
      end
    end
    first = last + 1
    return table.unpack(batch, 1, data.n)
  end
end
