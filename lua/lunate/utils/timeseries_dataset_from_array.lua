--- ln.utils.timeseries_dataset_from_array: a Dataset of windows that slide over a series.

local core = require "lunate.core"
local Dataset = require "lunate.data.dataset"
local is_tensor = require "lunate.is_tensor"
local public = require "lunate.public"
local raise = require "lunate.raise"
local random = require "lunate.data._random"

local f = core.functions
local WHAT = "timeseries_dataset_from_array"

local OPTIONS = {
  sequence_length = {"integer", required = true, min = 1},
  sequence_stride = {"integer", default = 1, min = 1},
  sampling_rate = {"integer", default = 1, min = 1},
  batch_size = {"any", default = 128},
  shuffle = {"boolean", default = false},
  seed = {"integer", optional = true, min = 0},
  start_index = {"integer", optional = true, min = 1},
  end_index = {"integer", optional = true, min = 1},
}

local function series(what, value)
  if not is_tensor(value) then
    if type(value) ~= "table" or getmetatable(value) ~= nil then
      raise("%s: %s should be a tensor or a list, got %s", WHAT, what, core.describe_value(value))
    end
    local ok, t = pcall(core.tensor, value)
    if not ok then raise("%s: %s: %s", WHAT, what, t) end
    value = t
  end
  if value.rank == 0 then raise("%s: %s should have a time axis, its shape is ()", WHAT, what) end
  return value
end

-- The first and the last point to use.
local function range(o, n)
  local first, last = o.start_index or 1, o.end_index or n
  if first > n or last > n then
    raise("%s: %s = %d, and data has %d points", WHAT, first > n and "start_index" or "end_index",
      first > n and first or last, n)
  end
  if last < first then
    raise("%s: end_index = %d is before start_index = %d", WHAT, last, first)
  end
  return first, last
end

-- The positions in data that windows begin at.
local function starts(o, n, n_targets)
  for _, name in ipairs{"sampling_rate", "sequence_stride"} do
    if o[name] >= n then
      raise("%s: %s should be less than the %d points of data, got %d", WHAT, name, n, o[name])
    end
  end
  local first, last = range(o, n)
  local reach = (o.sequence_length - 1) * o.sampling_rate
  if o.sequence_length > n or reach > last - first then
    raise("%s: a window of %d steps, %d apart, takes more than the %d points from %d to %d", WHAT,
      o.sequence_length, o.sampling_rate, last - first + 1, first, last)
  end
  last = math.min(last - reach, n_targets)
  if last < first then
    raise("%s: targets ends at %d, before the first window, which begins at %d", WHAT, last, first)
  end
  return core.arange(first, last + 1, o.sequence_stride, {dtype = "int64"})
end

--- A Dataset of windows of a series: x is (batch, sequence_length, ...), y the targets at the
-- positions where the windows begin.
-- @param data  a tensor or list, time along its first axis
-- @param targets  what belongs to the window that begins at each position: a tensor or list, or nil
--   for windows alone. To predict the step after a window, it is the series from
--   sequence_length + 1 on. Windows that begin behind its end are left out
-- @param options  `sequence_length`: how many steps a window has (required); `sequence_stride` (1):
--   from where a window begins to where the next does; `sampling_rate` (1): from a window's step to
--   the next; `batch_size` (128): how many windows, false for single ones; `shuffle` (false): each
--   pass in another order; `seed`: of the order, else it follows from ln.set_seed; `start_index`
--   (1): the first point of data to use; `end_index`: the last one, else that of data
-- @return a Dataset
-- Errors: positions outside data; data that is shorter than a window.
--
--     local data = ln.arange(0, 10)
--     local ds = ln.utils.timeseries_dataset_from_array(data, data[{ {4, 10} }],
--       {sequence_length = 3, batch_size = 2})
--     for x, y in ds:iterate() do print(x, y) end      -- [[0. 1. 2.] [1. 2. 3.]] [3. 4.] first
--     print(#ds)                                                              --> 4
local function timeseries_dataset_from_array(data, targets, options)
  local o = options
  data, targets = series("data", data), targets and series("targets", targets) or nil
  if o.batch_size and (not math.tointeger(o.batch_size) or o.batch_size < 1) then
    raise("%s: batch_size is an integer >= 1, or false for single windows, got %s", WHAT,
      core.describe_value(o.batch_size))
  end
  local begins = starts(o, #data, targets and #targets or math.huge)
  local offsets = core.arange(0, o.sequence_length * o.sampling_rate, o.sampling_rate,
    {dtype = "int64"})
  local rng, size = o.shuffle and random(o.seed) or nil, o.batch_size or 1
  local function pass()
    local order, first = begins, 1
    if rng then order = f.take(begins, rng:permutation(#begins), {axis = 1}) end
    return function()
      local last = math.min(first + size - 1, #order)
      if first > last then return nil end
      local begin = order[{ {first, last} }]
      first = last + 1
      local x = f.take(data, f.expand_dims(begin, 2) + offsets, {axis = 1})
      local y = targets and f.take(targets, begin, {axis = 1})
      if not o.batch_size then x, y = f.squeeze(x, {axis = 1}), y and f.squeeze(y, {axis = 1}) end
      if y then return x, y end
      return x
    end
  end
  return Dataset.from_generator(pass, {length = (#begins + size - 1) // size})
end

return {
  timeseries_dataset_from_array = public.checked(WHAT, timeseries_dataset_from_array, OPTIONS),
}
