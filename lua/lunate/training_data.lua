--- The data of fit, evaluate and predict: what users give, tensors or a Dataset, as lists of
-- tensors with one number of samples; weights; the batches in their order.

local core = require "lunate.core"
local raise = require "lunate.raise"
local functional = require "lunate.functional"
local is_tensor = require "lunate.is_tensor"
local list_length = require "lunate.list_length"
local preprocess = require "lunate.model.preprocess"
local strings = require "lunate.strings"
local subclass = require "lunate.subclass"
local outputs = require "lunate.model.outputs"
local state = require "lunate.model.state"

local adapter = {}

local function to_tensor(value, where)
  if is_tensor(value) or strings.is(value) then return value end
  if type(value) ~= "table" then
    raise("%s: a tensor (or a list or table of tensors) expected, got %s", where, type(value))
  end
  local ok, tensor = pcall(core.tensor, value)
  if not ok then raise("%s: %s", where, tensor) end
  return tensor
end

local function samples(t) return #t end   -- an error when it is closed

-- Parts by name, in the order of the names; false for those that may be left out.
local function by_name(value, names, where, optional)
  local list, known = {}, {}
  for name in pairs(value) do
    known[name] = false
  end
  for i, name in ipairs(names) do
    if value[name] ~= nil then
      list[i], known[name] = to_tensor(value[name], ("%s: '%s'"):format(where, name)), true
    elseif optional and optional(i) then
      list[i] = false
    else
      raise("%s: '%s' is missing", where, name)
    end
  end
  for name, found in pairs(known) do
    if not found then
      raise("%s: there is no '%s'; there are: %s", where, tostring(name),
        table.concat(names, ", "))
    end
  end
  return list
end

-- Parts of x or y: a tensor, a table of numbers, a list of tensors, or a table by name.
local function to_list(value, names, where, optional)
  if type(value) ~= "table" or is_tensor(value) then return {to_tensor(value, where)} end
  local several = is_tensor(value[1]) or value[1] == false
    or #names > 1 and type(value[1]) == "table" and #value == #names
  for _, part in ipairs(strings.is(value[1]) and value or {}) do
    several = several or is_tensor(part)
  end
  if several then
    list_length(value, where)
    for i, part in ipairs(value) do
      if not is_tensor(part) and not strings.is(part)
        and not (part == false and optional and optional(i)) then
        raise("%s: entry %d of the list is no tensor but a %s", where, i, type(part))
      end
    end
    -- A list of our own: callbacks may change the user's in mid-training.
    return table.move(value, 1, #value, 1, {})
  end
  if type(next(value)) == "string" then return by_name(value, names, where, optional) end
  return {to_tensor(value, where)}
end

-- n is the number of samples that there should be; nil: any. Entries that are false are left out.
local function check_samples(list, where, n, other)
  for i, t in ipairs(list) do
    if t and t.rank == 0 then raise("%s has no samples: its shape is ()", where) end
    local open, count = pcall(samples, t or {})
    if not open then raise("%s: the tensor is closed", where) end
    n = n or count
    if t and count ~= n then
      raise("%s%s has %d samples, %s has %d", where, #list > 1 and (" " .. i) or "", count, other,
        n)
    end
  end
  return n
end

-- A functional model says how many inputs it has, and which.
local function check_inputs(model, list, where)
  local graph = functional.graph(model)
  if graph and #list ~= #graph.inputs then
    raise("%s: the model has %d input%s (%s), got %d", where, #graph.inputs,
      #graph.inputs == 1 and "" or "s", table.concat(graph.input_names, ", "), #list)
  end
end

-- Lists of one number of samples, from x, y and sample_weight as users give them; of x alone where
-- the call has no targets.
local function lists(model, where, x, y, sample_weight, targets)
  local data = {x = to_list(x, outputs.input_names(model), where .. ": x"), where = where}
  check_inputs(model, data.x, where .. ": x")
  data.x = preprocess.inputs(model, data.x, where)
  data.n = check_samples(data.x, where .. ": x", nil, "its first part")
  if data.n == 0 then raise("%s: there are no samples: x has shape %s", where, data.x[1].shape) end
  if not targets then return data end
  -- Nor where losses are what layers add, or the step is the model's own.
  local own_step = subclass.overrides(model, "train")
  local compiled, named = state[model], type(y) == "table" and type(next(y)) == "string"
  if core.calls_in_lua(model) and not compiled.outputs_known
    and (compiled.named or named and y.output_1 == nil) then
    outputs.find(model, data.x)
  end
  local names = outputs.names(model)
  if y == nil and (own_step or compiled.compiled and compiled.loss == nil) then return data end
  if y == nil then raise("%s: targets are needed: y is nil", where) end
  -- Outputs without a loss and metrics need no targets.
  local function optional(i)
    return compiled.losses and not outputs.needs_target(model, i)
  end
  data.y = to_list(y, names, where .. ": y", optional)
  for _, part in ipairs(data.y) do
    if part and not is_tensor(part) then
      raise("%s: y should be numbers, got strings: a StringLookup makes class ids of them", where)
    end
  end
  local known = not own_step and not (core.calls_in_lua(model) and not compiled.resolved)
  if #data.y ~= #names and known then
    raise("%s: %d targets for %d output%s", where, #data.y, #names, #names == 1 and "" or "s")
  end
  check_samples(data.y, where .. ": y", data.n, "x")
  if sample_weight ~= nil then
    data.w = to_list(sample_weight, names, where .. ": sample_weight",
      function() return true end)
    check_samples(data.w, where .. ": sample_weight", data.n, "x")
    local shared = #data.w == 1 and data.w[1]
    if #names > 1 and shared then   -- serves all outputs, whose values have shapes of their own
      if shared.rank > 2 or shared.rank == 2 and shared.shape[2] ~= 1 then
        raise("%s: sample_weight of shape %s is not one weight a sample, so give one for each of "
          .. "the %d outputs", where, shared.shape, #names)
      end
      for i = 2, #names do data.w[i] = shared end
    elseif known and #data.w ~= #names then
      raise("%s: %d sample_weights for %d output%s", where, #data.w, #names,
        #names == 1 and "" or "s")
    end
  end
  return data
end

function adapter.is_dataset(value) return getmetatable(value) == "lunate.dataset" end

-- ---- places in the data

-- The state of the random generator as a text: JSON would round its 64 bits.
local function random_state()
  local key, counter = core.generator()
  return ("%x %x"):format(key, counter)
end

local function set_random_state(text)
  local key, counter = text:match("^(%x+) (%x+)$")
  core.set_generator(nil, tonumber(key, 16), tonumber(counter, 16))
end

-- What of the pass is used, at, and the random state from which its order followed (both nil
-- between passes), to be stored.
local function tell(next_row, order)
  return {at = next_row, order = next_row and order, random = random_state()}
end

-- Goes there: begin(at) begins a pass and goes to that place in it.
local function seek(place, begin)
  if place.at then
    set_random_state(place.order)
    begin(place.at)
  end
  set_random_state(place.random)
end

-- ---- weights of classes

-- The weights of classes as given: {[id] = number}. What was a table in JSON has its ids as text.
local function read_class_weight(class_weight, where)
  if type(class_weight) ~= "table" then
    raise("%s: class_weight should be a table {[id] = weight}, got %s", where, type(class_weight))
  end
  local weights = {}
  for key, weight in pairs(class_weight) do
    local id = math.tointeger(tonumber(key))
    if not id or type(weight) ~= "number" then
      raise("%s: class_weight should map class ids to numbers, got [%s] = %s", where,
        tostring(key), tostring(weight))
    end
    if weights[id] and weights[id] ~= weight then
      raise("%s: class_weight has class %d twice, as %s and %s", where, id, weights[id], weight)
    end
    weights[id] = weight
  end
  return weights
end

-- The weight of each sample by its class. Labels are rounded, as in Keras; the largest of one-hot
-- ones counts.
local function sample_weights(y, weights, where)
  local labels = y
  if y.rank > 1 and y.shape[y.rank] > 1 then labels = y:argmax{axis = -1} - 1
  elseif y.rank > 1 then labels = y:squeeze(-1) end
  if labels.rank ~= 1 then
    raise("%s: class_weight needs one class a sample, y has shape %s; use sample_weight", where,
      y.shape)
  end
  -- As many weights as there are classes here, however large their ids are.
  local classes = labels:round():unique()
  local list = {}
  for i, class in ipairs(classes:totable()) do list[i] = weights[math.tointeger(class)] or 1 end
  return core.tensor(list):take(classes:searchsorted(labels:round()))
end

-- weights: as read_class_weight gives them.
local function weigh(data, weights)
  if not data.y or #data.y ~= 1 or not data.y[1] then
    raise("%s: class_weight is for models with one output%s", data.where,
      data.y and "; use sample_weight" or " that has targets")
  end
  local w = sample_weights(data.y[1], weights, data.where)
  local given = data.w and data.w[1]
  if given then
    -- One weight a sample, whatever axes come after it.
    local shape = {#w}
    for axis = 2, given.rank do shape[axis] = 1 end
    w = given * w:reshape(shape)
  end
  data.w = {w}
end

-- ---- batches of a Dataset

local Stream = {}
Stream.__index = Stream

--- Ends the pass; the next batch will be another's first.
function Stream:close()
  if self.closer then getmetatable(self.closer).__close(self.closer) end
  self.following, self.closer, self.waiting, self.at = nil, nil, nil, nil
end

local function read(self)
  if not self.following then
    self.at, self.order = 0, random_state()
    local following, _, _, closer = self.dataset:iterate()
    self.following, self.closer = following, closer
  end
  local x, y, w = self.following()
  if x == nil then return nil end
  local part = type(x) == "table" and not strings.is(x) and select(2, next(x)) or x
  if type(part) == "string" or is_tensor(part) and part.rank == 0 then
    raise("%s: the Dataset gives single samples; batch them: ds:batch(32)", self.where)
  end
  if self.targets and y == nil then
    raise("%s: targets are needed: the Dataset's elements should be x, y[, sample_weight]",
      self.where)
  end
  return lists(self.model, self.where, x, y, w, self.targets)
end

--- The next batch as lists, or nil at the end of the pass.
function Stream:next()
  local batch = self.waiting or read(self)
  self.waiting = nil
  if batch then self.at = self.at + 1 end
  return batch
end

--- The first batch without using it up.
function Stream:peek()
  self.waiting = self.waiting or read(self)
  if not self.waiting then raise("%s: the Dataset is empty", self.where) end
  return self.waiting
end

local function stream(model, where, dataset, targets)
  local self = setmetatable({model = model, where = where, dataset = dataset, targets = targets},
    Stream)
  local first = self:peek()
  local length = dataset.length
  return {stream = self, sharded = dataset.sharded, x = first.x, y = first.y, w = first.w,
    where = where,
    endless = length == math.huge, steps = length ~= math.huge and length or nil}
end

--- The data of one call.
-- @return {x = list, y = list or nil, w = list or nil, n = samples}; of a Dataset its first batch
--   as x, y, w, and `stream`, `steps` (nil: unknown), `endless` instead of n
function adapter.new(model, what, x, y, sample_weight)
  local where = ("'%s' of '%s'"):format(what, model.name)
  local targets = not what:find("predict", 1, true)
  if not adapter.is_dataset(x) then return lists(model, where, x, y, sample_weight, targets) end
  if y ~= nil then
    raise("%s: a Dataset gives x and y itself, so y should be nil; options come after it: "
      .. "(dataset, nil, {...})", where)
  end
  if sample_weight ~= nil then
    raise("%s: a Dataset gives sample weights as the third part of its elements", where)
  end
  return stream(model, where, x, targets)
end

--- Goes through data in batches: `feed:next(batches)` gives {x =, y =, w =, rows =, first =, n =},
-- of at most so many batches (of one, from a Dataset), nil at the end of a pass; `feed:used(n)`
-- says how many of those samples were run; `feed:restart()`: what comes next is a new pass;
-- `feed.steps` is the number of batches a pass, nil when not known; `feed:at_end()`: whether the
-- pass has no batch left, as far as that is known.
--
-- `feed:tell()` gives the place in the data and the random state there as a plain table, which
-- `feed:seek(place)` goes to. (Of what a Dataset's own functions remember it knows nothing: it
-- reads over as many batches.)
function adapter.feed(data, size, shuffle)
  if data.stream then return adapter.feed_stream(data) end
  local feed = {steps = math.ceil(data.n / size)}
  local batch = {x = data.x, y = data.y, w = data.w}
  local next_row, drawn_from
  -- An order is drawn when its first batch is asked for, so that callbacks between two passes find
  -- the random state from which it will follow.
  local function begin()
    drawn_from = random_state()
    -- What is one batch has no order.
    batch.rows = shuffle and data.n > size and core.row_order(data.n) or nil
    next_row = 1
  end
  function feed.restart() next_row = nil end
  function feed.next(_, batches)
    if not next_row then begin() end
    if next_row > data.n then return nil end
    batch.first, batch.n = next_row, math.min(size * batches, data.n - next_row + 1)
    return batch
  end
  function feed.used(_, n) next_row = next_row + n end
  function feed.at_end() return next_row ~= nil and next_row > data.n end
  function feed.tell() return tell(next_row, drawn_from) end
  function feed.seek(_, place)
    next_row = nil
    seek(place, function(row)
      begin()
      next_row = row
    end)
  end
  return feed
end

function adapter.feed_stream(data)
  local feed = {steps = data.steps, endless = data.endless}
  local source = data.stream
  function feed.restart() source:close() end
  function feed.next()
    local batch = source:next()
    if not batch then return nil end
    batch.first, batch.sharded = 1, data.sharded
    if source.class_weight then weigh(batch, source.class_weight) end
    return batch
  end
  function feed.used() end
  function feed.at_end() return source.at ~= nil and source.at == data.steps end
  function feed.tell() return tell(source.at, source.order) end
  function feed.seek(_, place)
    source:close()
    seek(place, function(n)
      for _ = 1, n do source:next() end
    end)
  end
  return feed
end

--- For `local closing <close> = adapter.closing(data, ...)`: whatever happens, passes over Datasets
-- end, and with them what reads ahead on threads.
function adapter.closing(...)
  local list = table.pack(...)
  return setmetatable({}, {__close = function()
    for i = 1, list.n do
      if list[i] and list[i].stream then list[i].stream:close() end
    end
  end})
end

--- Data from validation_data = {x, y[, sample_weight]} or a Dataset.
function adapter.validation(model, given)
  if adapter.is_dataset(given) then return adapter.new(model, "validation_data", given) end
  if type(given) ~= "table" or is_tensor(given) or given[1] == nil or given[2] == nil then
    raise("'fit' of '%s': validation_data should be {x, y}, {x, y, sample_weight} or a "
      .. "Dataset", model.name)
  end
  local data = adapter.new(model, "validation_data", given[1], given[2], given[3])
  return data
end

local function rows(list, first, last)
  if not list then return nil end
  local cut = {}
  for i, t in ipairs(list) do cut[i] = t and t[{ {first, last} }] end
  return cut
end

--- The first part for training, the rest (`part` of all) for validation, as Keras splits.
function adapter.split(data, part)
  local n_train = math.floor(data.n * (1 - part))
  if n_train < 1 or n_train >= data.n then
    raise("%s: validation_split = %s leaves no samples for %s of %d", data.where, part,
      n_train < 1 and "training" or "validation", data.n)
  end
  local function cut(first, last)
    return {x = rows(data.x, first, last), y = rows(data.y, first, last),
      w = rows(data.w, first, last), n = last - first + 1, where = data.where}
  end
  return cut(1, n_train), cut(n_train + 1, data.n)
end

--- Multiplies weights of classes into the sample weights. Ids that are not named weigh 1.
function adapter.weigh_classes(data, class_weight)
  local weights = read_class_weight(class_weight, data.where)
  if data.stream then data.stream.class_weight = weights   -- batch by batch
  else weigh(data, weights) end
end

--- Shapes of batches of x, for building a model.
function adapter.batch_shapes(x)
  local shapes = {}
  for i, t in ipairs(x) do
    shapes[i] = table.move(t.shape, 2, #t.shape, 2, {false})
  end
  return #shapes == 1 and shapes[1] or shapes
end

return adapter
