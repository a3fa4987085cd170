--- Stages that make batches of elements: batch and padded_batch.

local core = require "lunate.core"
local raise = require "lunate.raise"
local base = require "lunate.data.dataset.base"
local chunks = require "lunate.data.dataset.chunks"
local elements = require "lunate.data.dataset.elements"
local is_tensor = require "lunate.is_tensor"
local strings = require "lunate.strings"

local Dataset, stage, integer, f = base.Dataset, base.stage, base.integer, core.functions

-- Rows planned for the reading thread at once, about.
local PLAN = 65536

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
        local flat, its_layout = elements.flatten(table.unpack(got, 1, got.n))
        layout = layout or its_layout
        if not elements.same_layout(layout, its_layout) then
          raise("'%s' of Dataset: element %d of the batch has other parts than the first", what,
            #list + 1)
        end
        list[#list + 1] = flat
      end
    end
    if #list > 0 and (#list == size or not drop) then return list, layout end
  end
end

-- The shape of a tensor or of strings, as text.
local function shape_of(value)
  if is_tensor(value) then return tostring(value.shape) end
  return strings.shape_text(strings.shape(value, "'batch' of Dataset"))
end

-- Whether a part of all elements is strings; raises where it is of some alone.
local function is_of_strings(list, part, what)
  local first = strings.is(list[1][part])
  for i, flat in ipairs(list) do
    if strings.is(flat[part]) ~= first then
      raise("'%s' of Dataset: element %d of the batch has %s where the first has %s", what, i,
        first and "a tensor" or "strings", first and "strings" or "a tensor")
    end
  end
  return first
end

local function stack_strings(list, part)
  local rows, shape = {}, shape_of(list[1][part])
  for i, flat in ipairs(list) do
    rows[i] = flat[part]
    if shape_of(rows[i]) ~= shape then
      raise("'batch' of Dataset: element %d of the batch has strings of shape %s, the first %s; "
        .. "padded_batch makes them equal", i, shape_of(rows[i]), shape)
    end
  end
  return rows
end

local function stack(list, part)
  if is_of_strings(list, part, "batch") then return stack_strings(list, part) end
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
  local planned = chunks.regroup(next_chunk, size * math.max(PLAN // size, 1))
  local reader
  return function()
    while true do
      local block = reader and core.next_block(reader)
      if block then return elements.restore(block, self.layout) end
      local plan = planned()
      if not plan then return nil end
      reader = core.open_rows(plan.tensors, chunks.rows(plan), size, drop, how.ahead)
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

--- Elements stacked, `batch_size` at a time, along a new first axis; strings become a list.
-- @param options  `drop_remainder` (false): leaves out a last batch that is smaller
-- Errors: shapes that differ within a batch.
-- @param batch_size  how many elements
--
--     local tens = ln.data.Dataset.from_tensors(ln.arange(10))
--     print(tens:batch(4):iterate()().shape, #tens:batch(4))                   --> (4,) 3
function Dataset:batch(batch_size, options)
  local size = integer("batch", "batch_size", batch_size, 1)
  local drop = options.drop_remainder
  return stage(self, "batch", {length = batched_length(self.length, size, drop),
    open = function(_, how)
      if self.chunks then
        if how.ahead > 0 and self.tensors and gatherable(self.tensors) then
          return gather_ahead(self, size, drop, how)
        end
        local next_chunk, close = self:chunks(how)
        local following = chunks.regroup(next_chunk, size)
        return function()
          local c = following()
          if not c or drop and c.n < size then return nil end
          return elements.restore(chunks.tensors(c), self.layout)
        end, close
      end
      local following, close = self:open(how)
      local group = groups(following, size, drop, "batch")
      return function()
        local list, layout = group()
        if not list then return nil end
        local flat = {}
        for part = 1, #list[1] do flat[part] = stack(list, part) end
        return elements.restore(flat, layout)
      end, close
    end})
end

local PADDED = {
  drop_remainder = {"boolean", default = false},
  padded_shapes = {"table", optional = true},
  padding_values = {"any", default = 0},
}

-- Strings, or lists of them, which are filled up with empty ones.
local function pad_strings(list, part, wanted)
  local rows, longest = {}, wanted and wanted[1] or 0
  local is_one = type(list[1][part]) == "string"
  for i, flat in ipairs(list) do
    local row = flat[part]
    if is_one ~= (type(row) == "string") or not is_one and type(row[1]) ~= "string" then
      raise("'padded_batch' of Dataset: strings or lists of them expected, element %d of the batch "
        .. "has strings of shape %s, the first %s", i, shape_of(row), shape_of(list[1][part]))
    end
    if not is_one and wanted and wanted[1] and #row > wanted[1] then
      raise("'padded_batch' of Dataset: element %d of the batch has %d strings, which is more than "
        .. "padded_shapes allows (%d)", i, #row, wanted[1])
    end
    rows[i] = row
    longest = is_one and 0 or math.max(longest, #row)
  end
  if is_one then return rows end
  for i, row in ipairs(rows) do
    rows[i] = table.move(row, 1, #row, 1, {})
    for k = #row + 1, longest do rows[i][k] = "" end
  end
  return rows
end

-- Tensors of one rank, filled up at the end of each axis.
local function pad(list, part, wanted, value)
  if is_of_strings(list, part, "padded_batch") then return pad_strings(list, part, wanted) end
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
    local entry = given[i]
    if type(place) == "table" then
      for key, position in pairs(place) do
        list[position] = type(entry) == "table" and entry[key]
      end
    else
      list[place] = entry
    end
  end
  return list
end

--- As `batch`, of elements whose shapes differ: each is filled up at the end of its axes.
-- Lists of strings are filled up with empty ones.
-- @param options  `padded_shapes`: a shape for each part of the element, false (or nil) for what
--   the longest of the batch needs; `padding_values` (0): a number, or one for each part;
--   `drop_remainder` (false: a last batch that is smaller comes too)
-- @param batch_size  how many elements
-- Errors: an element that is longer than its padded shape; ranks that differ.
--
--     local padded = ds:padded_batch(8, {padded_shapes = {{6}, {}}, padding_values = {0, -1}})
--     print(padded:iterate()().shape)                                         --> (8, 6)
function Dataset:padded_batch(batch_size, options)
  local size = integer("padded_batch", "batch_size", batch_size, 1)
  local values = options.padding_values
  if type(values) ~= "number" and type(values) ~= "table" then
    raise("'padded_batch' of Dataset: padding_values should be a number or a list of them, got %s",
      type(values))
  end
  local drop = options.drop_remainder
  return stage(self, "padded_batch", {length = batched_length(self.length, size, drop),
    open = function(_, how)
      local following, close = self:open(how)
      local group = groups(following, size, drop, "padded_batch")
      return function()
        local list, layout = group()
        if not list then return nil end
        local shapes = options.padded_shapes and per_part(options.padded_shapes, layout) or {}
        local fill = type(values) == "table" and per_part(values, layout) or {}
        local flat = {}
        for part = 1, #list[1] do
          local value = type(values) == "number" and values or fill[part] or 0
          flat[part] = pad(list, part, shapes[part] or nil, value)
        end
        return elements.restore(flat, layout)
      end, close
    end})
end

return {batch = BATCH, padded_batch = PADDED}
