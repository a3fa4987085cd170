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
-- To add a stage: a method that gives make{...} with `open`, which returns the function that gives
-- the next element (nothing at the end), and one that closes what is open, or nil.
-- Errors: those of its sources and stages.

local core = require "lunate.core"
local check = require "lunate.options"
local class = require "lunate.class"
local csv = require "lunate.data._csv"
local raise = require "lunate.raise"
local list_length = require "lunate.list_length"
local random = require "lunate.data._random"
local is_tensor = require "lunate.is_tensor"
local methods = require "lunate.methods"
local f = core.functions

local Dataset = class("Dataset", {type = "lunate.dataset"})

-- What open() is told by default; prefetch tells how many blocks to read ahead.
local NOW = {ahead = 0}
-- Rows that a source reads at once, and (about) those planned for the reading thread at once.
local BLOCK, PLAN = 1024, 65536

function Dataset:init()
  raise("a Dataset is made with Dataset.from_tensors(x, y), .from_generator(f) or .from_csv(path)")
end

local function make(fields) return setmetatable(fields, Dataset) end

-- A stage: a Dataset over a parent.
local function stage(parent, name, fields)
  fields.parent, fields.name = parent, name
  return make(fields)
end

local function whole(what, name, value, least)
  local n = math.tointeger(value)
  if type(value) ~= "number" or not n or n < least then
    raise("'%s' of Dataset: %s should be an integer >= %d, got %s", what, name, least,
      tostring(value))
  end
  return n
end

local function callable(what, value)
  if type(value) ~= "function" then
    raise("'%s' of Dataset: a function expected, got %s", what, type(value))
  end
  return value
end

-- ---- elements

-- A table of parts, as opposed to one of numbers.
local function is_group(value)
  if type(value) ~= "table" or getmetatable(value) ~= nil then return false end
  local key, first = next(value)
  return type(key) == "string" or is_tensor(first)
end

local function to_tensor(value, what)
  if is_tensor(value) then return value end
  local ok, t = pcall(core.tensor, value)
  if not ok then raise("'%s' of Dataset: elements should be tensors: %s", what, t) end
  return t
end

local function convert(value, what)
  if is_tensor(value) then return value end
  if not is_group(value) then return to_tensor(value, what) end
  local group = {}
  for key, part in pairs(value) do group[key] = to_tensor(part, what) end
  return group
end

-- An element as a function of the user's gave it, its parts as tensors.
local function element(what, first, ...)
  if first == nil then return nil end
  if select("#", ...) == 0 then return convert(first, what) end
  local parts = {first, ...}
  for i = 1, select("#", ...) + 1 do parts[i] = convert(parts[i], what) end
  return table.unpack(parts, 1, select("#", ...) + 1)
end

-- The tensors of an element in a list, and how they lie in it.
local function flatten(...)
  local flat, layout = {}, {}
  for i = 1, select("#", ...) do
    local part = (select(i, ...))
    if type(part) == "table" then
      local keys, places = {}, {}
      for key in pairs(part) do keys[#keys + 1] = key end
      table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
      for _, key in ipairs(keys) do
        flat[#flat + 1] = part[key]
        places[key] = #flat
      end
      layout[i] = places
    else
      flat[#flat + 1] = part
      layout[i] = #flat
    end
  end
  return flat, layout
end

local function restore(flat, layout)
  local parts = {}
  for i, place in ipairs(layout) do
    if type(place) == "table" then
      parts[i] = {}
      for key, at in pairs(place) do parts[i][key] = flat[at] end
    else
      parts[i] = flat[place]
    end
  end
  return table.unpack(parts, 1, #layout)
end

local function same_layout(a, b)
  if #a ~= #b then return false end
  for i, place in ipairs(a) do
    local other = b[i]
    if type(place) ~= type(other) then return false end
    if type(place) == "table" then
      for key in pairs(place) do if other[key] == nil then return false end end
      for key in pairs(other) do if place[key] == nil then return false end end
    end
  end
  return true
end

-- ---- chunks: how stages hand on many rows of tensors at once
--
-- A Dataset that can says so by `chunks(self, how)`, which returns the function for the next chunk
-- and one that closes: {tensors = list, rows = int64 positions or nil, first =, last =, n =}, where
-- rows[first .. last] (rows nil: the rows first .. last themselves) are what comes next. `layout`
-- says how the tensors make an element; `tensors` is set when all chunks are of the same ones.

local function chunk(tensors, rows, first, last)
  return {tensors = tensors, rows = rows, first = first, last = last, n = last - first + 1}
end

local function part_of(c, from, to)
  return chunk(c.tensors, c.rows, c.first + from - 1, c.first + to - 1)
end

-- A chunk's rows as an int64 tensor.
local function rows_of(c)
  if c.rows then return c.rows[{ {c.first, c.last} }] end
  return core.arange(c.first, c.last + 1, 1, {dtype = "int64"})
end

local function cut(c)
  local out = {}
  if not c.rows then
    local range = { {c.first, c.last} }
    for i, t in ipairs(c.tensors) do out[i] = t[range] end
  else
    local rows = rows_of(c)
    for i, t in ipairs(c.tensors) do out[i] = f.take(t, rows, {axis = 1}) end
  end
  return out
end

-- One chunk of several that lie behind each other.
local function join(chunks)
  if #chunks == 1 then return chunks[1] end
  local first, rows, n = chunks[1], {}, 0
  for i, c in ipairs(chunks) do
    n = n + c.n
    rows[i] = c
  end
  for _, c in ipairs(chunks) do
    if c.tensors ~= first.tensors then
      local parts, all = {}, {}
      for i, one in ipairs(chunks) do parts[i] = cut(one) end
      for k = 1, #first.tensors do
        local list = {}
        for i = 1, #parts do list[i] = parts[i][k] end
        all[k] = f.concatenate(list)
      end
      return chunk(all, nil, 1, n)
    end
  end
  for i, c in ipairs(rows) do rows[i] = rows_of(c) end
  return chunk(first.tensors, f.concatenate(rows), 1, n)
end

-- The rows of a stream of chunks, `size` at a time; fewer at the end.
local function regroup(next_chunk, size)
  local left
  return function()
    local parts, n = {}, 0
    while n < size do
      local c = left or next_chunk()
      left = nil
      if not c then break end
      if n + c.n > size then
        left = part_of(c, size - n + 1, c.n)
        c = part_of(c, 1, size - n)
      end
      if c.n > 0 then parts[#parts + 1] = c end
      n = n + c.n
    end
    if n > 0 then return join(parts) end
  end
end

-- Single rows: what iterating over such a Dataset gives.
local function open_rows(self, how)
  local next_chunk, close = self:chunks(how)
  local c, at
  return function()
    while not c or at > c.n do
      c, at = next_chunk(), 1
      if not c then return nil end
    end
    local row = c.first + at - 1
    if c.rows then row = c.rows[row] end
    at = at + 1
    local flat = {}
    for i, t in ipairs(c.tensors) do flat[i] = f.squeeze(t[{ {row} }], {axis = 1}) end
    return restore(flat, self.layout)
  end, close
end

-- ---- sources

--- Elements are the rows of tensors: x[1], y[1] first.
-- @param ...  tensors (or tables of them: lists, by name) with one number of rows
-- Errors: no tensors; lengths that differ.
--
--     local wide, deep = ln.ones{20, 3}, ln.ones{20, 5}
--     local ds = ln.data.Dataset.from_tensors({wide = wide, deep = deep}, y):batch(8)
--     print(#ds)                                                              --> 3
function Dataset.from_tensors(...)
  local n = select("#", ...)
  if n == 0 then raise("'from_tensors' of Dataset: at least one tensor expected") end
  local parts = {...}
  for i = 1, n do
    if parts[i] == nil then raise("'from_tensors' of Dataset: argument %d is nil", i) end
    if type(parts[i]) == "table" then
      list_length(parts[i], ("'from_tensors' of Dataset: argument %d"):format(i))
    end
    parts[i] = convert(parts[i], "from_tensors")
  end
  local flat, layout = flatten(table.unpack(parts, 1, n))
  if #flat == 0 then raise("'from_tensors' of Dataset: at least one tensor expected") end
  for i, t in ipairs(flat) do
    if t.rank == 0 then
      raise("'from_tensors' of Dataset: a tensor with rows along its first axis expected, got "
        .. "shape ()")
    end
    if #t ~= #flat[1] then
      raise("'from_tensors' of Dataset: tensor %d has %d rows, the first %d", i, #t, #flat[1])
    end
  end
  return make{name = "from_tensors", length = #flat[1], tensors = flat, layout = layout,
    chunks = function(self)
      local given = self.length == 0
      return function()
        if given then return nil end
        given = true
        return chunk(flat, nil, 1, self.length)
      end
    end,
    open = open_rows}
end

local GENERATOR = {length = {"integer", optional = true, min = 0}}

--- Elements from Lua: each pass calls the function anew. It either yields them
-- (`coroutine.yield(x, y)`) or returns an iterator, a function that gives the next element or nil.
-- A coroutine in its place is good for one pass. Numbers and tables of numbers become tensors.
-- @param options  `length`: how many elements a pass gives, where that is known; it is held to it
-- @param source  a function, or a coroutine
-- @return a Dataset
-- Errors: another source; those of the function, when it runs; another length than was said.
--
--     local squares = ln.data.Dataset.from_generator(function()
--       for i = 1, 100 do coroutine.yield(ln.tensor{i}, i ^ 2) end
--     end, {length = 100})
function Dataset.from_generator(source, options)
  local length = check("from_generator", GENERATOR, options).length
  local spent = false
  if type(source) ~= "function" and type(source) ~= "thread" then
    raise("'from_generator' of Dataset: a function or a coroutine expected, got %s", type(source))
  end
  local function start()
    if type(source) == "function" then return coroutine.create(source) end
    if spent then
      raise("'from_generator' of Dataset: a coroutine gives its elements once; give the function "
        .. "for more passes")
    end
    spent = true
    return source
  end
  return make{name = "from_generator", length = length, open = function()
    local thread, iterator, state, control, count = nil, nil, nil, nil, 0
    local function step(first, ...)
      control = first
      return first, ...
    end
    local function resumed(ok, first, ...)
      if not ok then
        coroutine.close(thread)   -- runs what its scopes have to close
        error(first, 0)
      end
      if coroutine.status(thread) ~= "dead" then return first, ... end
      if first == nil then return nil end
      if type(first) == "function" and count == 1 then
        iterator = first
        state, control = ...
        return step(iterator(state, control))
      end
      raise("'from_generator' of Dataset: the function should yield elements or return an "
        .. "iterator, it returned a %s", type(first))
    end
    local function give(first, ...)
      if length and (first == nil and count <= length or first ~= nil and count > length) then
        raise("'from_generator' of Dataset: length = %d was declared, the generator gives %s",
          length, first == nil and tostring(count - 1) or "more")
      end
      return element("from_generator", first, ...)
    end
    local function pull()
      if iterator then return step(iterator(state, control)) end
      if coroutine.status(thread) == "dead" then return nil end
      return resumed(coroutine.resume(thread))
    end
    return function()
      count = count + 1
      thread = thread or start()
      return give(pull())
    end, function()
      if thread and coroutine.status(thread) == "suspended" then coroutine.close(thread) end
    end
  end}
end

--- Elements are the rows of a CSV file, read piece by piece: the file may be larger than memory.
-- @param path  the file, plain or gzip
-- @param options  `header`, `delimiter`, `columns`, `dtype`, `skip_rows`: as in read_csv; `label`:
--   the column, by name or position among those kept, that is the target (a list of columns: a
--   vector), so that the element is x, y. Blank lines are left out, missing values are NaN
--   (an error where the dtype is not a float), as read_csv counts them
-- `ds.columns`: the names of x's columns, nil without a header.
-- @return a Dataset
-- Errors: those of read_csv, when it runs; a label that is no column.
--
--     local path = os.tmpname()
--     local file <close> = io.open(path, "w")
--     file:write("acid;quality\n7.4;5\n7.8;6\n"):flush()
--     local wine = ln.data.Dataset.from_csv(path, {delimiter = ";", label = "quality"})
--     for acid, quality in wine:batch(2):iterate() do print(acid.shape, quality.shape) end
function Dataset.from_csv(path, options)
  local label
  if type(options) == "table" and options.label ~= nil then
    label = options.label
    local reading = {}
    for key, value in pairs(options) do
      if key ~= "label" then reading[key] = value end
    end
    options = reading
  end
  local open = csv.opener("from_csv", path, options)
  local reader, n, names = open(1, 0)   -- what is wrong with the file shows now
  core.close_reader(reader)
  -- Positions of labels, and of what is left.
  local many = type(label) == "table"
  local y, x, is_label = {}, {}, {}
  for i, one in ipairs(many and label or {label}) do
    local at = math.type(one) and math.tointeger(one)
    for k, name in ipairs(type(one) == "string" and names or {}) do
      if name == one then
        if at then
          raise("'from_csv' of Dataset: '%s' has two columns '%s', %d and %d: give the number",
            path, one, at, k)
        end
        at = k
      end
    end
    if not at or at < 1 or at > n then
      raise("'from_csv' of Dataset: '%s' has no column %s for the label; %s", path, tostring(one),
        names and "there are: " .. table.concat(names, ", ") or ("there are %d"):format(n))
    end
    y[i], is_label[at] = at, true
  end
  for i = 1, n do if not is_label[i] then x[#x + 1] = i end end
  if #x == 0 then raise("'from_csv' of Dataset: no columns are left besides the label") end
  local columns
  if names then
    columns = {}
    for i, at in ipairs(x) do columns[i] = names[at] end
  end
  local x_at, y_at = core.tensor(x, {dtype = "int64"}), #y > 0 and core.tensor(y, {dtype = "int64"})
  return make{name = "from_csv", columns = columns, layout = y_at and {1, 2} or {1},
    chunks = function(_, how)
      local blocks = open(BLOCK, how.ahead)
      return function()
        local block = core.next_block(blocks)
        if not block then return nil end
        local t = block[1]
        if not y_at then return chunk(block, nil, 1, #t) end
        local targets = f.take(t, y_at, {axis = 2})
        if not many then targets = f.squeeze(targets, {axis = 2}) end
        return chunk({f.take(t, x_at, {axis = 2}), targets}, nil, 1, #t)
      end, function() core.close_reader(blocks) end
    end,
    open = open_rows}
end

--- The elements of several Datasets side by side, until the shortest ends: `Dataset.zip(a, b)` or
-- `a:zip(b)` gives a's parts, then b's.
-- @param ...  Datasets
-- @return a Dataset
-- Errors: what is no Dataset.
--
--     local weights = ln.data.Dataset.from_tensors(ln.ones{20})
--     local weighted = ln.data.Dataset.zip(ds, weights)       -- x, y, w
--     print(#weighted)                                                        --> 20
function Dataset.zip(...)
  local list = {...}
  local length = math.huge
  for i = 1, select("#", ...) do
    if getmetatable(list[i]) ~= "lunate.dataset" then
      raise("'zip' of Dataset: argument %d should be a Dataset, got %s", i, type(list[i]))
    end
    local own = list[i].length
    length = length and own and math.min(length, own)
  end
  if #list == 0 then raise("'zip' of Dataset: at least one Dataset expected") end
  return make{name = "zip", length = length, sources = list, open = function(_, how)
    local nexts, closes = {}, {}
    local function close() for i = 1, #list do if closes[i] then closes[i]() end end end
    for i, source in ipairs(list) do nexts[i], closes[i] = source:open(how) end
    return function()
      local parts, n = {}, 0
      for i = 1, #nexts do
        local got = table.pack(nexts[i]())
        if got[1] == nil then return nil end
        table.move(got, 1, got.n, n + 1, parts)
        n = n + got.n
      end
      return table.unpack(parts, 1, n)
    end, close
  end}
end

-- ---- stages

--- f(x, y, ...) of every element: what it returns is the new one (numbers become tensors).
-- Errors: nothing returned.
-- @param fn  a function of the parts of an element
--
--     local doubled = ds:map(function(features, label) return features * 2, label end)
function Dataset:map(fn)
  callable("map", fn)
  local function result(first, ...)
    if first == nil then
      raise("'map' of Dataset: the function returned nothing; it should return the new element")
    end
    return element("map", first, ...)
  end
  local function apply(first, ...)
    if first == nil then return nil end
    return result(fn(first, ...))
  end
  return stage(self, "map", {length = self.length, open = function(_, how)
    local following, close = self:open(how)
    return function() return apply(following()) end, close
  end})
end

--- Only the elements for which fn(x, y, ...) is true (a tensor of one element counts by its value).
-- @param fn  a function of the parts of an element
-- Errors: what is no function.
--
--     local ones = ds:filter(function(_, label) return label:eq(1) end)
function Dataset:filter(fn)
  callable("filter", fn)
  local function keeps(...)
    local verdict = fn(...)
    if is_tensor(verdict) then verdict = verdict:item() end
    return verdict and verdict ~= 0
  end
  return stage(self, "filter", {length = self.length == 0 and 0 or nil, open = function(_, how)
    local following, close = self:open(how)
    local function pick(first, ...)
      if first == nil then return true end
      if keeps(first, ...) then return true, first, ... end
      return false
    end
    local function done(found, ...) if found then return true, ... end end
    local function again(found, ...)
      if found then return ... end
      while true do
        local got = table.pack(done(pick(following())))
        if got[1] then return table.unpack(got, 2, got.n) end
      end
    end
    return function() return again(pick(following())) end, close
  end})
end

-- Items of a stream in random order: each comes from a buffer that is kept full.
local function shuffled(following, size, rng)
  local buffer, n, numbers, at, ended = {}, 0, nil, 0, false
  return function()
    while not ended and n < size do
      local item = following()
      if item == nil then ended = true else n = n + 1; buffer[n] = item end
    end
    if n == 0 then return nil end
    at = at + 1
    if not numbers or at > #numbers then
      numbers, at = rng:uniform({256}, {dtype = "float64"}):totable(), 1
    end
    local i = math.min(math.floor(numbers[at] * n) + 1, n)
    local item = buffer[i]
    buffer[i], buffer[n], n = buffer[n], nil, n - 1
    return item
  end
end

local SHUFFLE = {
  seed = {"integer", optional = true, min = 0},
  reshuffle_each_iteration = {"boolean", default = true},
}

--- Elements in random order: each is drawn from a buffer of the next `buffer_size` ones; a buffer
-- that holds all of them makes every order as likely.
-- @param options  `seed` (nil: follows from ln.set_seed), `reshuffle_each_iteration` (true: every
--   pass has an order of its own)
-- @param buffer_size  how many elements to draw from
-- Errors: buffer_size below 1.
--
--     local ds = ln.data.Dataset.from_tensors(ln.arange(10)):shuffle(10, {seed = 1})
--     for x in ds:iterate() do print(x:item()) end
function Dataset:shuffle(buffer_size, options)
  local size = whole("shuffle", "buffer_size", buffer_size, 1)
  local given = check("shuffle", SHUFFLE, options)
  local rng, seed = random(given.seed), given.seed
  if not given.reshuffle_each_iteration and not seed then
    seed = core.random.permutation(1 << 20)[1]
  end
  local function generator()
    if not given.reshuffle_each_iteration then return random(seed) end
    return rng
  end
  local fields = {length = self.length, tensors = self.tensors, layout = self.layout}
  if self.tensors then   -- it is enough to shuffle positions
    function fields.chunks(_, how)
      local next_chunk, close = self:chunks(how)
      local r = generator()
      if self.length and self.length <= size then
        return function()
          local all = regroup(next_chunk, size)()
          if not all then return nil end
          local order = r:permutation(all.n)
          return chunk(all.tensors, f.take(rows_of(all), order, {axis = 1}), 1, all.n)
        end, close
      end
      local c, at, list
      local one = shuffled(function()
        while not c or at > #list do
          c, at = next_chunk(), 1
          if not c then return nil end
          list = rows_of(c):totable()
        end
        at = at + 1
        return list[at - 1]
      end, size, r)
      return function()
        local rows = {}
        for i = 1, BLOCK do
          rows[i] = one()
          if not rows[i] then break end
        end
        if #rows == 0 then return nil end
        return chunk(self.tensors, core.tensor(rows, {dtype = "int64"}), 1, #rows)
      end, close
    end
    fields.open = open_rows
  else
    function fields.open(_, how)
      local following, close = self:open(how)
      local one = shuffled(function()
        local got = table.pack(following())
        if got[1] ~= nil then return got end
      end, size, generator())
      return function()
        local got = one()
        if got then return table.unpack(got, 1, got.n) end
      end, close
    end
  end
  return stage(self, "shuffle", fields)
end

--- All of it `count` times over (nil: without end); shuffled anew each time when it is shuffled.
-- @param count  how often; nil: without end
-- Errors: a count below 0.
--
--     print(#ln.data.Dataset.from_tensors(ln.arange(10)):repeat_(3))          --> 30
function Dataset:repeat_(count)
  if count ~= nil then count = whole("repeat_", "count", count, 0) end
  local most, length = count or math.huge, self.length
  if length then length = length == 0 and 0 or most == 0 and 0 or length * most
  elseif most == 0 then length = 0
  elseif most == math.huge then length = nil end
  local function over(method)
    return function(_, how)
      local pass, given, following, close = 0, true, nil, nil
      return function()
        while true do
          if not following then
            -- A pass that gave nothing will give nothing again.
            if pass >= most or not given then return nil end
            pass, given = pass + 1, false
            following, close = self[method](self, how)
          end
          local got = table.pack(following())
          if got[1] ~= nil then
            given = true
            return table.unpack(got, 1, got.n)
          end
          if close then close() end
          following, close = nil, nil
        end
      end, function() if close then close() end end
    end
  end
  return stage(self, "repeat_", {length = length, tensors = self.tensors, layout = self.layout,
    chunks = self.chunks and over "chunks", open = over "open"})
end

-- take and skip: of chunks, or element by element.
local function limited(self, name, n, length, of_chunks, of_elements)
  local chunks = self.chunks and function(_, how)
    local next_chunk, close = self:chunks(how)
    return of_chunks(next_chunk), close
  end
  return stage(self, name, {length = length, tensors = self.tensors, layout = self.layout,
    chunks = chunks, open = chunks and open_rows or function(_, how)
      local following, close = self:open(how)
      return of_elements(following), close
    end})
end

--- The first n elements.
-- @param n  how many
-- Errors: n below 0.
--
--     print(#ln.data.Dataset.from_tensors(ln.arange(10)):take(4))             --> 4
function Dataset:take(n)
  n = whole("take", "n", n, 0)
  return limited(self, "take", n, self.length and math.min(self.length, n), function(following)
    local left = n
    return function()
      local c = left > 0 and following()
      if not c then return nil end
      if c.n > left then c = part_of(c, 1, left) end
      left = left - c.n
      return c
    end
  end, function(following)
    local left = n
    return function()
      left = left - 1
      if left >= 0 then return following() end
    end
  end)
end

--- All but the first n elements.
-- @param n  how many
-- Errors: n below 0.
--
--     print(#ln.data.Dataset.from_tensors(ln.arange(10)):skip(4))             --> 6
function Dataset:skip(n)
  n = whole("skip", "n", n, 0)
  return limited(self, "skip", n, self.length and math.max(self.length - n, 0),
    function(following)
      local left = n
      return function()
        local c = following()
        while c and c.n <= left do
          left = left - c.n
          c = following()
        end
        if c and left > 0 then c, left = part_of(c, left + 1, c.n), 0 end
        return c
      end
    end, function(following)
      local left = n
      return function()
        while left > 0 do
          left = left - 1
          if following() == nil then return nil end
        end
        return following()
      end
    end)
end

-- ---- batches

local BATCH = {drop_remainder = {"boolean", default = false}}

local function batched_length(length, size, drop)
  if not length or length == math.huge then return length end
  return drop and length // size or (length + size - 1) // size
end

-- Groups of `size` elements: lists of flat lists of tensors, and the layout.
local function groups(following, size, drop, what)
  local ended = false
  return function()
    local list, layout = {}, nil
    while #list < size and not ended do
      local got = table.pack(following())
      if got[1] == nil then
        ended = true
      else
        local flat, own = flatten(table.unpack(got, 1, got.n))
        layout = layout or own
        if not same_layout(layout, own) then
          raise("'%s' of Dataset: element %d of the batch has other parts than the first", what,
            #list + 1)
        end
        list[#list + 1] = flat
      end
    end
    if #list > 0 and (#list == size or not drop) then return list, layout end
  end
end

local function stack(list, part)
  local tensors = {}
  for i, flat in ipairs(list) do
    local t = flat[part]
    if t.shape ~= list[1][part].shape then
      raise("'batch' of Dataset: element %d of the batch has shape %s, the first %s; padded_batch "
        .. "makes them equal", i, t.shape, list[1][part].shape)
    end
    tensors[i] = t
  end
  return f.stack(tensors)
end

-- Batches of rows of the same tensors, prepared on a thread.
local function gather_ahead(self, size, drop, how)
  local next_chunk, close = self:chunks(how)
  local planned = regroup(next_chunk, size * math.max(PLAN // size, 1))
  local reader
  return function()
    while true do
      local block = reader and core.next_block(reader)
      if block then return restore(block, self.layout) end
      local plan = planned()
      if not plan then return nil end
      reader = core.open_rows(plan.tensors, rows_of(plan), size, drop, how.ahead)
    end
  end, function()
    if reader then core.close_reader(reader) end
    if close then close() end
  end
end

-- Rows of every tensor lie in one piece: the thread copies bytes.
local function gatherable(tensors)
  local reader = core.open_rows(tensors, nil, 1, true, 0)
  if reader then core.close_reader(reader) end
  return reader ~= nil
end

--- Elements stacked, `batch_size` at a time, along a new first axis.
-- @param options  `drop_remainder` (false): leaves out a last batch that is smaller
-- Errors: shapes that differ within a batch.
-- @param batch_size  how many elements
--
--     local tens = ln.data.Dataset.from_tensors(ln.arange(10))
--     print(tens:batch(4):iterate()().shape, #tens:batch(4))                   --> (4,) 3
function Dataset:batch(batch_size, options)
  local size = whole("batch", "batch_size", batch_size, 1)
  local drop = check("batch", BATCH, options).drop_remainder
  return stage(self, "batch", {length = batched_length(self.length, size, drop),
    open = function(_, how)
      if self.chunks then
        if how.ahead > 0 and self.tensors and gatherable(self.tensors) then
          return gather_ahead(self, size, drop, how)
        end
        local next_chunk, close = self:chunks(how)
        local following = regroup(next_chunk, size)
        return function()
          local c = following()
          if c and (c.n == size or not drop) then return restore(cut(c), self.layout) end
        end, close
      end
      local following, close = self:open(how)
      local group = groups(following, size, drop, "batch")
      return function()
        local list, layout = group()
        if not list then return nil end
        local flat = {}
        for part = 1, #list[1] do flat[part] = stack(list, part) end
        return restore(flat, layout)
      end, close
    end})
end

local PADDED = {
  drop_remainder = {"boolean", default = false},
  padded_shapes = {"table", optional = true},
  padding_values = {"any", default = 0},
}

-- Tensors of one rank, filled up at the end of each axis.
local function pad(list, part, wanted, value)
  local first = list[1][part]
  local shape = {}
  for axis = 1, first.rank do shape[axis] = wanted and wanted[axis] or 0 end
  if wanted and #wanted ~= first.rank then
    raise("'padded_batch' of Dataset: padded_shapes has %d axes for elements of shape %s", #wanted,
      first.shape)
  end
  for i, flat in ipairs(list) do
    local t = flat[part]
    if t.rank ~= first.rank then
      raise("'padded_batch' of Dataset: element %d of the batch has shape %s, the first %s", i,
        t.shape, first.shape)
    end
    for axis = 1, t.rank do
      if wanted and wanted[axis] and t.shape[axis] > wanted[axis] then
        raise("'padded_batch' of Dataset: element %d of the batch has shape %s, which is more than "
          .. "padded_shapes allows (%d along axis %d)", i, t.shape, wanted[axis], axis)
      end
      shape[axis] = math.max(shape[axis], t.shape[axis])
    end
  end
  table.insert(shape, 1, #list)
  local out = core.full(shape, value, {dtype = first.dtype})
  for i, flat in ipairs(list) do
    local index = {i}
    for axis = 1, first.rank do index[axis + 1] = {1, flat[part].shape[axis]} end
    if flat[part].size > 0 then out[index] = flat[part] end
  end
  return out
end

-- One entry a tensor of the element, from a list with one entry a part (a group's by its keys).
local function per_part(given, layout)
  local list = {}
  for i, place in ipairs(layout) do
    local own = given[i]
    if type(place) == "table" then
      for key, at in pairs(place) do list[at] = type(own) == "table" and own[key] end
    else
      list[place] = own
    end
  end
  return list
end

--- As `batch`, of elements whose shapes differ: each is filled up at the end of its axes.
-- @param options  `padded_shapes`: a shape for each part of the element, false (or nil) for what
--   the longest of the batch needs; `padding_values` (0): a number, or one for each part;
--   `drop_remainder` (false: a last batch that is smaller comes too)
-- @param batch_size  how many elements
-- Errors: an element that is longer than its padded shape; ranks that differ.
--
--     local padded = ds:padded_batch(8, {padded_shapes = {{6}, {}}, padding_values = {0, -1}})
--     print(padded:iterate()().shape)                                         --> (8, 6)
function Dataset:padded_batch(batch_size, options)
  local size = whole("padded_batch", "batch_size", batch_size, 1)
  local given = check("padded_batch", PADDED, options)
  local values = given.padding_values
  if type(values) ~= "number" and type(values) ~= "table" then
    raise("'padded_batch' of Dataset: padding_values should be a number or a list of them, got %s",
      type(values))
  end
  local drop = given.drop_remainder
  return stage(self, "padded_batch", {length = batched_length(self.length, size, drop),
    open = function(_, how)
      local following, close = self:open(how)
      local group = groups(following, size, drop, "padded_batch")
      return function()
        local list, layout = group()
        if not list then return nil end
        local shapes = given.padded_shapes and per_part(given.padded_shapes, layout) or {}
        local fill = type(values) == "table" and per_part(values, layout) or {}
        local flat = {}
        for part = 1, #list[1] do
          local value = type(values) == "number" and values or fill[part] or 0
          flat[part] = pad(list, part, shapes[part] or nil, value)
        end
        return restore(flat, layout)
      end, close
    end})
end

--- Reads ahead: what needs no Lua before this stage, reading and parsing a CSV file or collecting
-- the rows of batches, happens on a thread, up to `depth` pieces before they are asked for.
-- Functions in Lua run when their element is asked for, as without it.
-- @param depth  how many pieces
-- Errors: depth below 1.
--
--     print(#ln.data.Dataset.from_tensors(ln.arange(10)):batch(5):prefetch(2)) --> 2
function Dataset:prefetch(depth)
  depth = whole("prefetch", "depth", depth, 1)
  if depth > 1 << 16 then
    raise("'prefetch' of Dataset: a depth up to %d, got %d", 1 << 16, depth)
  end
  return stage(self, "prefetch", {length = self.length, tensors = self.tensors,
    layout = self.layout,
    chunks = self.chunks and function(_, how)
      return self:chunks{ahead = math.max(depth, how.ahead)}
    end,
    open = function(_, how) return self:open{ahead = math.max(depth, how.ahead)} end})
end

-- ---- going through

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
  local names, at = {}, self
  while at do
    table.insert(names, 1, at.name)
    at = at.parent
  end
  local length = self.length
  return ("<Dataset %s: %s elements>"):format(table.concat(names, " > "),
    not length and "unknown number of" or length == math.huge and "endless" or tostring(length))
end

return methods(Dataset)
