--- Chunks: how stages of a Dataset hand on many rows of tensors at once.
--
-- A Dataset that can says so by `chunks(self, how)`, which returns the function for the next chunk
-- and one that closes: {tensors = list, rows = int64 positions or nil, first =, last =, n =}, where
-- rows[first .. last] (rows nil: the rows first .. last themselves) are what comes next. `layout`
-- says how the tensors make an element; `tensors` is set when all chunks are of the same ones.

local core = require "lunate.core"
local elements = require "lunate.data.dataset.elements"

local f = core.functions

local chunks = {BLOCK = 1024}   -- rows that a source reads at once

--- The rows first .. last of tensors.
function chunks.new(tensors, rows, first, last)
  return {tensors = tensors, rows = rows, first = first, last = last, n = last - first + 1}
end

--- Some of the rows of a chunk, counted in it.
function chunks.part(c, from, to)
  return chunks.new(c.tensors, c.rows, c.first + from - 1, c.first + to - 1)
end

--- A chunk's rows as an int64 tensor.
function chunks.rows(c)
  if c.rows then return c.rows[{ {c.first, c.last} }] end
  return core.arange(c.first, c.last + 1, 1, {dtype = "int64"})
end

--- The tensors of a chunk, of its rows alone.
function chunks.tensors(c)
  local out = {}
  if not c.rows then
    local range = { {c.first, c.last} }
    for i, t in ipairs(c.tensors) do out[i] = t[range] end
  else
    local rows = chunks.rows(c)
    for i, t in ipairs(c.tensors) do out[i] = f.take(t, rows, {axis = 1}) end
  end
  return out
end

-- One chunk of several that lie behind each other.
local function join(list)
  if #list == 1 then return list[1] end
  local tensors, n, is_shared = list[1].tensors, 0, true
  for _, c in ipairs(list) do
    n = n + c.n
    is_shared = is_shared and c.tensors == tensors
  end
  local parts = {}
  if is_shared then
    for i, c in ipairs(list) do parts[i] = chunks.rows(c) end
    return chunks.new(tensors, f.concatenate(parts), 1, n)
  end
  for i, c in ipairs(list) do parts[i] = chunks.tensors(c) end
  local joined = {}
  for k = 1, #tensors do
    local column = {}
    for i = 1, #parts do column[i] = parts[i][k] end
    joined[k] = f.concatenate(column)
  end
  return chunks.new(joined, nil, 1, n)
end

--- The rows of a stream of chunks, `size` at a time; fewer at the end.
function chunks.regroup(next_chunk, size)
  local left_over
  return function()
    local parts, n = {}, 0
    while n < size do
      local c = left_over or next_chunk()
      left_over = nil
      if not c then break end
      if n + c.n > size then
        left_over = chunks.part(c, size - n + 1, c.n)
        c = chunks.part(c, 1, size - n)
      end
      if c.n > 0 then parts[#parts + 1] = c end
      n = n + c.n
    end
    if n > 0 then return join(parts) end
  end
end

--- `open` of a Dataset with chunks: single rows.
function chunks.open_rows(self, how)
  local next_chunk, close = self:chunks(how)
  local c, next_row
  return function()
    while not c or next_row > c.n do
      c, next_row = next_chunk(), 1
      if not c then return nil end
    end
    local row = c.first + next_row - 1
    if c.rows then row = c.rows[row] end
    next_row = next_row + 1
    local flat = {}
    for i, t in ipairs(c.tensors) do flat[i] = f.squeeze(t[{ {row} }], {axis = 1}) end
    return elements.restore(flat, self.layout)
  end, close
end

return chunks
