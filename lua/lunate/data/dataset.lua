--- Dataset: a stream of elements, described first and gone through as often as wanted. A source
-- (`from_tensors`, `from_generator`, `from_csv`) and stages (`map`, `shuffle`, `batch`, ...), each
-- a new Dataset over the one before; nothing happens until it is iterated. An element has one or
-- more parts, as `fit` takes them: x, y and sample weights, each a tensor or a table of tensors (a
-- list or by name).
--
--     local x, y = ln.arange(0, 12):reshape{6, 2}, ln.arange(0, 6)
--     local ds = ln.data.Dataset.from_tensors(x, y):shuffle(6):batch(4):prefetch(2)
--     for x_batch, y_batch in ds:iterate() do
--       print(x_batch.shape, y_batch.shape)               -- (4, 2) (4,), then (2, 2) (2,)
--     end
--     local model = ln.Sequential{ln.layers.Dense(1)}
--     model:compile{loss = "mse"}
--     model:fit(ds, nil, {epochs = 3, verbose = 0})
--
-- `ds.length` is the number of elements: math.huge after `repeat_()`, nil when it cannot be known.
-- To add a stage: a method in dataset/stages.lua that gives stage(self, name, {...}) with `open`,
-- which returns the function that gives the next element (nothing at the end), and one that closes
-- what is open, or nil.
-- Errors: those of its sources and stages.

local base = require "lunate.data.dataset.base"
local public = require "lunate.public"
local raise = require "lunate.raise"

local Dataset = base.Dataset

-- What open() is told by default; prefetch tells how many blocks to read ahead.
local NOW = {ahead = 0}

--- For `for`: `for x, y in ds:iterate() do ... end`, a new pass each time.
-- @return an iterator that gives the parts of the next element
-- Errors: those of the functions that the stages call, as they run.
--
--     local sum = 0
--     for x in ln.data.Dataset.from_tensors(ln.arange(4)):iterate() do sum = sum + x:item() end
--     print(sum)                                                              --> 6.0
function Dataset:iterate()
  local following, close = self:open(NOW)
  if not close then return following end
  return following, nil, nil, setmetatable({}, {__close = close})
end

function Dataset:__len()
  local length = self.length
  if not length or length == math.huge then
    raise("this Dataset has no known length: %s", tostring(self))
  end
  return length
end

function Dataset:__tostring()
  local names, stage = {}, self
  while stage do
    table.insert(names, 1, stage.name)
    stage = stage.parent
  end
  local length = self.length
  return ("<Dataset %s: %s elements>"):format(table.concat(names, " > "),
    not length and "unknown number of" or length == math.huge and "endless" or tostring(length))
end

local options = {}
for _, part in ipairs{"sources", "stages", "batching"} do
  for name, specs in pairs(require("lunate.data.dataset." .. part)) do options[name] = specs end
end

return public(Dataset, {options = options})
