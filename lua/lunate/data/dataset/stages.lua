--- Stages that give the elements of a Dataset one by one: others, fewer, in another order, again.
-- Those that make batches of them are in batching.lua.

local core = require "lunate.core"
local raise = require "lunate.raise"
local base = require "lunate.data.dataset.base"
local chunks = require "lunate.data.dataset.chunks"
local elements = require "lunate.data.dataset.elements"
local is_tensor = require "lunate.is_tensor"
local random = require "lunate.data._random"

local Dataset, stage, integer, callable = base.Dataset, base.stage, base.integer, base.callable
local f = core.functions

--- f(x, y, ...) of every element: what it returns is the new one (numbers become tensors, strings
-- and lists of them stay what they are).
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
    return elements.of("map", first, ...)
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
  local buffer, n, numbers, k, ended = {}, 0, nil, 0, false
  return function()
    while not ended and n < size do
      local item = following()
      if item == nil then ended = true else n = n + 1; buffer[n] = item end
    end
    if n == 0 then return nil end
    k = k + 1
    if not numbers or k > #numbers then
      numbers, k = rng:uniform({256}, {dtype = "float64"}):totable(), 1
    end
    local i = math.min(math.floor(numbers[k] * n) + 1, n)
    local item = buffer[i]
    buffer[i], buffer[n], n = buffer[n], nil, n - 1
    return item
  end
end

-- All rows at once, permuted.
local function permuted(next_chunk, size, rng)
  return function()
    local all = chunks.regroup(next_chunk, size)()
    if not all then return nil end
    local order = rng:permutation(all.n)
    return chunks.new(all.tensors, f.take(chunks.rows(all), order, {axis = 1}), 1, all.n)
  end
end

-- Rows through a buffer of positions.
local function shuffled_rows(next_chunk, tensors, size, rng)
  local c, next_row, positions
  local next_position = shuffled(function()
    while not c or next_row > #positions do
      c, next_row = next_chunk(), 1
      if not c then return nil end
      positions = chunks.rows(c):totable()
    end
    next_row = next_row + 1
    return positions[next_row - 1]
  end, size, rng)
  return function()
    local rows = {}
    for i = 1, chunks.BLOCK do
      rows[i] = next_position()
      if not rows[i] then break end
    end
    if #rows == 0 then return nil end
    return chunks.new(tensors, core.tensor(rows, {dtype = "int64"}), 1, #rows)
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
  local size = integer("shuffle", "buffer_size", buffer_size, 1)
  local rng, seed = random(options.seed), options.seed
  if not options.reshuffle_each_iteration and not seed then
    seed = core.random.permutation(1 << 20)[1]
  end
  local function generator()
    return options.reshuffle_each_iteration and rng or random(seed)
  end
  local fields = {length = self.length, tensors = self.tensors, layout = self.layout}
  if self.tensors then   -- it is enough to shuffle positions
    function fields.chunks(_, how)
      local next_chunk, close = self:chunks(how)
      if self.length and self.length <= size then
        return permuted(next_chunk, size, generator()), close
      end
      return shuffled_rows(next_chunk, self.tensors, size, generator()), close
    end
    fields.open = chunks.open_rows
  else
    function fields.open(_, how)
      local following, close = self:open(how)
      local next_element = shuffled(function()
        local got = table.pack(following())
        if got[1] ~= nil then return got end
      end, size, generator())
      return function()
        local got = next_element()
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
  if count ~= nil then count = integer("repeat_", "count", count, 0) end
  local passes, length = count or math.huge, self.length
  if length then length = length == 0 and 0 or passes == 0 and 0 or length * passes
  elseif passes == 0 then length = 0
  elseif passes == math.huge then length = nil end
  local function over(method)
    return function(_, how)
      local pass, given, following, close = 0, true, nil, nil
      return function()
        while true do
          if not following then
            -- A pass that gave nothing will give nothing again.
            if pass >= passes or not given then return nil end
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
local function limited(self, name, length, of_chunks, of_elements)
  local over_chunks = self.chunks and function(_, how)
    local next_chunk, close = self:chunks(how)
    return of_chunks(next_chunk), close
  end
  return stage(self, name, {length = length, tensors = self.tensors, layout = self.layout,
    chunks = over_chunks, open = over_chunks and chunks.open_rows or function(_, how)
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
  n = integer("take", "n", n, 0)
  return limited(self, "take", self.length and math.min(self.length, n), function(following)
    local left = n
    return function()
      local c = left > 0 and following()
      if not c then return nil end
      if c.n > left then c = chunks.part(c, 1, left) end
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
  n = integer("skip", "n", n, 0)
  return limited(self, "skip", self.length and math.max(self.length - n, 0),
    function(following)
      local left = n
      return function()
        local c = following()
        while c and c.n <= left do
          left = left - c.n
          c = following()
        end
        if c and left > 0 then c, left = chunks.part(c, left + 1, c.n), 0 end
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

-- Of a chunk whose first row is number `seen` (from 0), the rows that are of a shard.
local function rows_of_shard(c, seen, n, index)
  local first = (index - seen) % n + 1
  if first > c.n then return nil end
  local rows = chunks.rows(c):take(core.arange(first, c.n + 1, n, {dtype = "int64"}), {axis = 1})
  return chunks.new(c.tensors, rows, 1, #rows)
end

--- Every `num_shards`-th element, from number `index` on (from 0): the part of one of several
-- processes. fit takes such a Dataset's batches as this process's rows of a whole batch, of which
-- the other processes have the others. Of what can be left unread (image folders, tensors that are
-- files) the other elements are.
-- @param num_shards  how many parts there are, such as ln.distribution.size()
-- @param index  which one, from 0, such as ln.distribution.rank()
-- Errors: num_shards below 1; an index that is none of them.
--
--     local own = ln.data.Dataset.from_tensors(ln.arange(10)):shard(4, 1)
--     print(own:batch(3):iterate()())                                         --> [1. 5. 9.]
function Dataset:shard(num_shards, index)
  local n = integer("shard", "num_shards", num_shards, 1)
  index = integer("shard", "index", index, 0)
  if index >= n then raise("'shard' of Dataset: there is no shard %d of %d", index, n) end
  local length = self.length
  if length and length ~= math.huge then length = math.max(0, (length - index + n - 1) // n) end
  local fields = {length = length, tensors = self.tensors, layout = self.layout,
    sharded = n > 1 or self.sharded}
  if self.open_shard then
    function fields.open(_, how) return self:open_shard(how, n, index) end
  elseif self.chunks then
    fields.open = chunks.open_rows
    function fields.chunks(_, how)
      local next_chunk, close = self:chunks(how)
      local seen = 0
      return function()
        while true do
          local c = next_chunk()
          if not c then return nil end
          local rows = rows_of_shard(c, seen, n, index)
          seen = seen + c.n
          if rows then return rows end
        end
      end, close
    end
  else
    function fields.open(_, how)
      local following, close = self:open(how)
      local skips = index
      return function()
        for _ = 1, skips do if following() == nil then return nil end end
        skips = n - 1
        return following()
      end, close
    end
  end
  return stage(self, "shard", fields)
end

--- Reads ahead: what needs no Lua before this stage, reading and parsing a CSV file or collecting
-- the rows of batches, happens on a thread, up to `depth` pieces before they are asked for.
-- Functions in Lua run when their element is asked for, as without it.
-- @param depth  how many pieces
-- Errors: depth below 1.
--
--     print(#ln.data.Dataset.from_tensors(ln.arange(10)):batch(5):prefetch(2)) --> 2
function Dataset:prefetch(depth)
  depth = integer("prefetch", "depth", depth, 1)
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

return {shuffle = SHUFFLE}
