--- train_test_split: arrays of equal length, each into a part to learn from and a part to test on.
--
--     local x, y = ln.datasets.make_moons{n_samples = 100}
--     local x_train, x_test, y_train, y_test = ln.preprocessing.train_test_split(x, y, {
--       test_size = 0.2, random_state = 0, stratify = y,
--     })
--     print(#x_train, #y_test)                                              --> 80  20

local ln = require "lunate"
local check = require "lunate.options"
local raise = require "lunate.raise"
local random = require "lunate.data._random"
local is_tensor = require "lunate.is_tensor"
local strings = require "lunate.strings"

local OPTIONS = {
  test_size = {"number", optional = true},
  train_size = {"number", optional = true},
  random_state = {"integer", optional = true, min = 0},
  shuffle = {"boolean", default = true},
  stratify = {"tensor", optional = true},
}

-- A size in samples: an integer is one, a fraction below 1 is rounded.
local function count(name, size, n, round)
  if size == nil then return nil end
  local whole = math.tointeger(size)
  if not whole and size > 0 and size < 1 then whole = round(size * n) end
  if not whole or whole < 1 or whole >= n then
    raise("train_test_split: %s must be 1 to %d samples or a fraction between 0 and 1, got %s",
      name, n - 1, size)
  end
  return whole
end

-- How many of `wanted` draws each class gives: its share, and the largest remainders one more.
local function shares(counts, total, wanted)
  local given, rest, order = {}, wanted, {}
  for i, n in ipairs(counts) do
    given[i] = n * wanted // total
    rest = rest - given[i]
    order[i] = i
  end
  table.sort(order, function(a, b)
    local x, y = counts[a] * wanted % total, counts[b] * wanted % total
    if x ~= y then return x > y end
    return a < b
  end)
  for i = 1, rest do given[order[i]] = given[order[i]] + 1 end
  return given
end

-- Positions of train and test with each class in both in its share.
local function stratified(labels, n, n_train, n_test, rng)
  if labels.rank ~= 1 or #labels ~= n then
    raise("train_test_split: stratify must be a tensor of labels of shape (%d,), got %s",
      n, labels.shape)
  end
  local values, counts = labels:unique()
  counts = counts:totable()
  for i, members in ipairs(counts) do
    if members < 2 then
      raise("train_test_split: stratify: class %s has only one member", values[i])
    end
  end
  if n_train < #counts or n_test < #counts then
    raise("train_test_split: stratify: %d classes need that many samples in each part, got %d, %d",
      #counts, n_train, n_test)
  end
  local order = rng:permutation(n)
  order = order:take(labels:take(order):argsort())  -- grouped by class, shuffled within
  local train, left, first = shares(counts, n, n_train), {}, 1
  for i, members in ipairs(counts) do left[i] = members - train[i] end
  local test = shares(left, n - n_train, n_test)
  local train_parts, test_parts = {}, {}
  for i, members in ipairs(counts) do
    local middle = first + train[i]
    if train[i] > 0 then train_parts[#train_parts + 1] = order[{ {first, middle - 1} }] end
    if test[i] > 0 then test_parts[#test_parts + 1] = order[{ {middle, middle + test[i] - 1} }] end
    first = first + members
  end
  local a, b = ln.concatenate(train_parts), ln.concatenate(test_parts)
  return a:take(rng:permutation(#a)), b:take(rng:permutation(#b))
end

local function is_strings(value) return type(value) == "table" and strings.is(value) end

-- Messages tell shapes of tensors, and how many strings there are.
local function size_text(t)
  return is_tensor(t) and tostring(t.shape) or ("(%d,)"):format(#t)
end

--- Splits tensors (or lists of strings) along their first axis; returns train and test
-- of the first, then of the second, ...
-- @param ...  tensors or lists of strings of one length, then a table of options: `test_size`,
--   `train_size` (samples, or a fraction: the test's is rounded up, the train's down; 0.25 is
--   tested on by default, the rest is learned from), `random_state` (an integer makes the split
--   independent of `ln.set_seed`), `shuffle` (true; without it the parts are views of the head and
--   the tail), `stratify` (labels whose proportions both parts keep)
-- Errors: lengths that differ; sizes that leave one part empty; a class with fewer than two
-- samples to stratify by.
return function(...)
  local arrays, n_args = {...}, select("#", ...)
  local args = {}
  if type(arrays[n_args]) == "table" and not strings.is(arrays[n_args]) then
    args = arrays[n_args]
    arrays[n_args] = nil
    n_args = n_args - 1
  end
  if n_args == 0 then raise("train_test_split: expected tensors, then a table of options") end
  for i = 1, n_args do
    local t = arrays[i]
    if not is_strings(t) and (not is_tensor(t) or t.rank == 0) then
      raise("train_test_split: argument %d must be a tensor of samples, got %s", i, type(t))
    elseif #t ~= #arrays[1] then
      raise("train_test_split: all tensors must have the same length, got shapes %s and %s",
        size_text(arrays[1]), size_text(t))
    end
  end
  local options = check("train_test_split", OPTIONS, args)
  local n = #arrays[1]
  local n_test = count("test_size", options.test_size, n, math.ceil)
  local n_train = count("train_size", options.train_size, n, math.floor)
  if not n_test then n_test = n_train and n - n_train or math.ceil(0.25 * n) end
  n_train = n_train or n - n_test
  if n_train < 1 or n_test < 1 or n_train + n_test > n then
    raise("train_test_split: %d samples cannot be split into %d to train and %d to test",
      n, n_train, n_test)
  end
  local train, test
  if options.shuffle then
    local rng = random(options.random_state)
    if options.stratify then
      train, test = stratified(options.stratify, n, n_train, n_test, rng)
    else
      local order = rng:permutation(n)
      test, train = order[{ {1, n_test} }], order[{ {n_test + 1, n_test + n_train} }]
    end
  elseif options.stratify then
    raise("train_test_split: stratify needs shuffle = true")
  end
  local parts = {}
  for i = 1, n_args do
    local t = arrays[i]
    if is_strings(t) then
      parts[2 * i - 1] = train and strings.take(t, train) or strings.rows(t, 1, n_train)
      parts[2 * i] = test and strings.take(t, test)
        or strings.rows(t, n_train + 1, n_train + n_test)
    elseif train then
      parts[2 * i - 1], parts[2 * i] = t:take(train, {axis = 1}), t:take(test, {axis = 1})
    else
      parts[2 * i - 1], parts[2 * i] = t[{ {1, n_train} }], t[{ {n_train + 1, n_train + n_test} }]
    end
  end
  return table.unpack(parts, 1, 2 * n_args)
end
