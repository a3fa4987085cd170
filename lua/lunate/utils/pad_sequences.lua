--- ln.utils.pad_sequences: sequences of several lengths as one tensor.

local core = require "lunate.core"
local is_tensor = require "lunate.is_tensor"
local list_length = require "lunate.list_length"
local public = require "lunate.public"
local raise = require "lunate.raise"

local SIDES = {"pre", "post"}
local OPTIONS = {
  maxlen = {"integer", optional = true, min = 1},
  dtype = {"dtype", default = "int32"},
  padding = {"choice", choices = SIDES, default = "pre"},
  truncating = {"choice", choices = SIDES, default = "pre"},
  value = {"number", default = 0},
}

-- A list of sequences, or the rows of a tensor; how many.
local function checked_list(sequences)
  if is_tensor(sequences) and sequences.rank > 1 then return sequences, #sequences end
  if type(sequences) ~= "table" or getmetatable(sequences) ~= nil then
    raise("pad_sequences: a list of sequences or a tensor of rank 2 or more expected, got %s",
      core.describe_value(sequences))
  end
  return sequences, list_length(sequences, "pad_sequences: sequences")
end

local function length_of(sequence, i)
  if is_tensor(sequence) and sequence.rank > 0 then return #sequence end
  if type(sequence) == "table" and getmetatable(sequence) == nil then
    return list_length(sequence, ("pad_sequences: sequence %d"):format(i))
  end
  raise("pad_sequences: sequence %d: a list or a tensor expected, got %s", i,
    core.describe_value(sequence))
end

-- The steps first .. last of a sequence; fractions are cut off where the dtype is an integer.
local function steps(sequence, first, last, dtype, i)
  if is_tensor(sequence) then return sequence[{ {first, last} }]:astype(dtype) end
  local ok, t = pcall(core.tensor, table.move(sequence, first, last, 1, {}), {dtype = dtype})
  if not ok then raise("pad_sequences: sequence %d: %s", i, t) end
  return t
end

local function same_steps(a, b)
  if #a ~= #b then return false end
  for axis = 3, #a do
    if a[axis] ~= b[axis] then return false end
  end
  return true
end

--- Sequences as one tensor: shorter ones are filled up, longer ones cut.
-- @param sequences  a list of lists or tensors, (steps,) or (steps, ...) each, or a tensor of them
-- @param options  `maxlen`: how many steps, else those of the longest; `dtype` ("int32");
--   `padding` ("pre"): where steps are added, before or after ("post"); `truncating` ("pre"): where
--   steps are cut off; `value` (0): of what is added
-- @return a tensor (sequences, maxlen, ...)
-- Errors: what is no list of sequences; numbers that do not fit the dtype; steps of other shapes.
--
--     print(ln.utils.pad_sequences{{1}, {2, 3}, {4, 5, 6}})     --> [[0 0 1] [0 2 3] [4 5 6]]
--     local options = {maxlen = 2, padding = "post"}
--     print(ln.utils.pad_sequences({{1}, {2, 3, 4}}, options))                --> [[1 0] [3 4]]
local function pad_sequences(sequences, options)
  local list, n = checked_list(sequences)
  local lengths, longest = {}, 0
  for i = 1, n do
    lengths[i] = length_of(list[i], i)
    longest = math.max(longest, lengths[i])
  end
  local maxlen, result = options.maxlen or longest, nil
  for i = 1, n do
    local length = lengths[i]
    local count = math.min(length, maxlen)
    if count > 0 then
      local first = options.truncating == "pre" and length - count + 1 or 1
      local part = steps(list[i], first, first + count - 1, options.dtype, i)
      local shape = {n, maxlen, table.unpack(part.shape, 2)}
      result = result or core.full(shape, options.value, {dtype = options.dtype})
      if not same_steps(shape, result.shape) then
        raise("pad_sequences: sequence %d has steps of other shapes than those before: its shape "
          .. "is %s, the result's %s", i, part.shape, result.shape)
      end
      local before = options.padding == "pre" and maxlen - count or 0
      result[{i, {before + 1, before + count}}] = part
    end
  end
  return result or core.full({n, maxlen}, options.value, {dtype = options.dtype})
end

return {pad_sequences = public.checked("pad_sequences", pad_sequences, OPTIONS)}
