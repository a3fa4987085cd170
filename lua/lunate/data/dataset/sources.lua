--- Where Datasets begin: from_tensors, from_generator, from_csv, and zip, which joins several.

local core = require "lunate.core"
local raise = require "lunate.raise"
local base = require "lunate.data.dataset.base"
local chunks = require "lunate.data.dataset.chunks"
local elements = require "lunate.data.dataset.elements"
local csv = require "lunate.data._csv"
local is_tensor = require "lunate.is_tensor"
local list_length = require "lunate.list_length"

local Dataset, make, f = base.Dataset, base.make, core.functions

-- Rows of strings and tensors: no chunks, since those are of tensors.
local function open_mixed(flat, layout)
  local i = 0
  return function()
    i = i + 1
    if i > #flat[1] then return nil end
    local row = {}
    for k, part in ipairs(flat) do
      row[k] = is_tensor(part) and f.squeeze(part[{ {i} }], {axis = 1}) or part[i]
    end
    return elements.restore(row, layout)
  end
end

--- Elements are the rows of tensors: x[1], y[1] first. Lists of strings have rows as well: Lua
-- strings.
-- @param ...  tensors (or tables of them: lists, by name) or lists of strings, with one number of
--   rows
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
    parts[i] = elements.convert(parts[i], "from_tensors")
  end
  local flat, layout = elements.flatten(table.unpack(parts, 1, n))
  if #flat == 0 then raise("'from_tensors' of Dataset: at least one tensor expected") end
  local mixed = false
  for i, t in ipairs(flat) do
    mixed = mixed or not is_tensor(t)
    if type(t) == "string" or is_tensor(t) and t.rank == 0 then
      raise("'from_tensors' of Dataset: a tensor with rows along its first axis expected, got "
        .. "shape ()")
    end
    if #t ~= #flat[1] then
      raise("'from_tensors' of Dataset: tensor %d has %d rows, the first %d", i, #t, #flat[1])
    end
  end
  if mixed then
    return make{name = "from_tensors", length = #flat[1],
      open = function() return open_mixed(flat, layout) end}
  end
  return make{name = "from_tensors", length = #flat[1], tensors = flat, layout = layout,
    chunks = function(self)
      local given = self.length == 0
      return function()
        if given then return nil end
        given = true
        return chunks.new(flat, nil, 1, self.length)
      end
    end,
    open = chunks.open_rows}
end

-- The values of a coroutine, which yields them or returns an iterator that gives them; and what
-- closes the coroutine. It is started when the first is asked for.
local function generated(start)
  local thread, iterator, state, control, is_first
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
    if type(first) == "function" and is_first then
      iterator = first
      state, control = ...
      return step(iterator(state, control))
    end
    raise("'from_generator' of Dataset: the function should yield elements or return an "
      .. "iterator, it returned a %s", type(first))
  end
  return function()
    is_first = not thread
    thread = thread or start()
    if iterator then return step(iterator(state, control)) end
    if coroutine.status(thread) == "dead" then return nil end
    return resumed(coroutine.resume(thread))
  end, function()
    if thread and coroutine.status(thread) == "suspended" then coroutine.close(thread) end
  end
end

local GENERATOR = {length = {"integer", optional = true, min = 0}}

--- Elements from Lua: each pass calls the function anew. It either yields them
-- (`coroutine.yield(x, y)`) or returns an iterator, a function that gives the next element or nil.
-- A coroutine in its place is good for one pass. Numbers and tables of numbers become tensors;
-- strings and lists of them stay what they are.
-- @param options  `length`: how many elements a pass gives, where that is known; it is held to it
-- @param source  a function, or a coroutine
-- @return a Dataset
-- Errors: another source; those of the function, when it runs; another length than was said.
--
--     local squares = ln.data.Dataset.from_generator(function()
--       for i = 1, 100 do coroutine.yield(ln.tensor{i}, i ^ 2) end
--     end, {length = 100})
function Dataset.from_generator(source, options)
  if type(source) ~= "function" and type(source) ~= "thread" then
    raise("'from_generator' of Dataset: a function or a coroutine expected, got %s", type(source))
  end
  local length, is_spent = options.length, false
  local function start()
    if type(source) == "function" then return coroutine.create(source) end
    if is_spent then
      raise("'from_generator' of Dataset: a coroutine gives its elements once; give the function "
        .. "for more passes")
    end
    is_spent = true
    return source
  end
  local function counted(count, first, ...)
    if length and (first == nil and count <= length or first ~= nil and count > length) then
      raise("'from_generator' of Dataset: length = %d was declared, the generator gives %s",
        length, first == nil and tostring(count - 1) or "more")
    end
    return elements.of("from_generator", first, ...)
  end
  return make{name = "from_generator", length = length, open = function()
    local pull, close = generated(start)
    local count = 0
    return function()
      count = count + 1
      return counted(count, pull())
    end, close
  end}
end

-- The position of a label, which is a column's name or number.
local function label_position(path, label, n, names)
  local position = math.type(label) and math.tointeger(label)
  for k, name in ipairs(type(label) == "string" and names or {}) do
    if name == label then
      if position then
        raise("'from_csv' of Dataset: '%s' has two columns '%s', %d and %d: give the number",
          path, label, position, k)
      end
      position = k
    end
  end
  if not position or position < 1 or position > n then
    raise("'from_csv' of Dataset: '%s' has no column %s for the label; %s", path, tostring(label),
      names and "there are: " .. table.concat(names, ", ") or ("there are %d"):format(n))
  end
  return position
end

-- Positions of the features, and of the labels.
local function split_columns(path, labels, n, names)
  local x, y, is_label = {}, {}, {}
  for i, label in ipairs(labels) do
    y[i] = label_position(path, label, n, names)
    is_label[y[i]] = true
  end
  for i = 1, n do if not is_label[i] then x[#x + 1] = i end end
  if #x == 0 then raise("'from_csv' of Dataset: no columns are left besides the label") end
  return x, y
end

-- The options of read_csv, and the label.
local function without_label(options)
  if type(options) ~= "table" or options.label == nil then return options, nil end
  local reading = {}
  for key, value in pairs(options) do
    if key ~= "label" then reading[key] = value end
  end
  return reading, options.label
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
--     local file <close> = assert(io.open(path, "w"))
--     file:write("acid;quality\n7.4;5\n7.8;6\n"):flush()
--     local wine = ln.data.Dataset.from_csv(path, {delimiter = ";", label = "quality"})
--     for acid, quality in wine:batch(2):iterate() do print(acid.shape, quality.shape) end
function Dataset.from_csv(path, options)
  local reading, label = without_label(options)
  local open = csv.opener("from_csv", path, reading)
  local reader, n, names = open(1, 0)   -- what is wrong with the file shows now
  core.close_reader(reader)
  local several = type(label) == "table"
  local x, y = split_columns(path, several and label or {label}, n, names)
  local columns = names and {}
  for i, position in ipairs(columns and x or {}) do columns[i] = names[position] end
  local x_columns = core.tensor(x, {dtype = "int64"})
  local y_columns = #y > 0 and core.tensor(y, {dtype = "int64"})
  return make{name = "from_csv", columns = columns, layout = y_columns and {1, 2} or {1},
    chunks = function(_, how)
      local blocks = open(chunks.BLOCK, how.ahead)
      return function()
        local block = core.next_block(blocks)
        if not block then return nil end
        local t = block[1]
        if not y_columns then return chunks.new(block, nil, 1, #t) end
        local targets = f.take(t, y_columns, {axis = 2})
        if not several then targets = f.squeeze(targets, {axis = 2}) end
        return chunks.new({f.take(t, x_columns, {axis = 2}), targets}, nil, 1, #t)
      end, function() core.close_reader(blocks) end
    end,
    open = chunks.open_rows}
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
  local length, sharded = math.huge, false
  for i = 1, select("#", ...) do
    if getmetatable(list[i]) ~= "lunate.dataset" then
      raise("'zip' of Dataset: argument %d should be a Dataset, got %s", i, type(list[i]))
    end
    local elements_of_it = list[i].length
    length = length and elements_of_it and math.min(length, elements_of_it)
  end
  for _, source in ipairs(list) do sharded = sharded or source.sharded end
  if #list == 0 then raise("'zip' of Dataset: at least one Dataset expected") end
  return make{name = "zip", length = length, sources = list, sharded = sharded,
    open = function(_, how)
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

return {from_generator = GENERATOR}
