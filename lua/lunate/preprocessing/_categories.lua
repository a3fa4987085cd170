--- What the encoders share: the sorted categories of a column, and the position of each value
-- among them. A column is a tensor (n,) or a Lua list of strings or of numbers. NaN is one
-- category, the last, as in scikit-learn.

local ln = require "lunate"
local raise = require "lunate.raise"
local list_length = require "lunate.list_length"
local is_tensor = require "lunate.is_tensor"

local categories = {}

local NAN = {}  -- stands for NaN where values are keys

local function key(value) return value == value and value or NAN end

categories.is_tensor = is_tensor

--- Raises unless column is a tensor of rank 1 or a list of strings or numbers (not both).
function categories.check(what, column)
  if is_tensor(column) then
    if column.rank == 1 then return end
    raise("%s expects one axis, got shape %s", what, column.shape)
  end
  if type(column) ~= "table" or type(getmetatable(column)) == "string" then
    raise("%s expects a tensor or a list, got %s", what, type(column))
  end
  local kind = type(column[1])
  for i = 1, list_length(column, what .. ": it") do
    local this = type(column[i])
    if (this ~= "string" and this ~= "number") or this ~= kind then
      raise("%s expects all strings or all numbers, got a %s at %d", what, this, i)
    end
  end
end

--- The different values, sorted: a tensor of a tensor, a list of a list.
function categories.of(column)
  if is_tensor(column) then return (column:unique()) end
  local seen, list = {}, {}
  for _, value in ipairs(column) do
    if not seen[key(value)] then
      seen[key(value)] = true
      if value == value then list[#list + 1] = value end
    end
  end
  table.sort(list)
  if seen[NAN] then list[#list + 1] = -(0 / 0) end   -- prints as nan
  return list
end

-- For a tensor: by looking up each value in the sorted categories.
local function tensor_positions(column, known)
  local order = known:argsort()
  local sorted = known:take(order)
  local positions = ln.minimum(sorted:searchsorted(column), #known)
  local found = sorted:take(positions)
  local same = found:eq(column)
  if found.dtype:match("^float") and column.dtype:match("^float") then
    same = same:logical_or(found:isnan():logical_and(column:isnan()))
  end
  return ln.where(same, order:take(positions), 0):astype("int64")
end

--- The 1-based position of each value among the categories, int64 (n,); 0 for what is none of them.
-- Also the first value that is none, or nil.
function categories.positions(column, known)
  if is_tensor(column) ~= is_tensor(known) then  -- a list of numbers for a tensor, or the reverse
    column = is_tensor(column) and column:totable() or ln.tensor(column, {dtype = known.dtype})
  end
  if is_tensor(column) then
    local positions = #known > 0 and tensor_positions(column, known)
      or ln.zeros({#column}, {dtype = "int64"})
    local unknown = positions:eq(0)
    if unknown:any() then
      return positions, column[unknown:astype("int32"):argmax():item()]
    end
    return positions
  end
  local position_of, list, first = {}, {}, nil
  for i, value in ipairs(known) do position_of[key(value)] = i end
  for i, value in ipairs(column) do
    list[i] = position_of[key(value)] or 0
    if list[i] == 0 and first == nil then first = value end
  end
  return ln.tensor(list, {dtype = "int64"}), first
end

--- The values at 1-based positions: a tensor of tensor categories, a list of a list.
function categories.at(known, positions)
  if is_tensor(known) then return known:take(positions) end
  local list = positions:totable()
  for i, position in ipairs(list) do list[i] = known[position] end
  return list
end

--- A category as people read it: 3 for 3.0, nan whatever its sign.
function categories.name(value)
  if value ~= value then return "nan" end
  return tostring(math.tointeger(value) or value)
end

--- Categories in a message: the first few.
function categories.text(known)
  local list = is_tensor(known) and known:totable() or known
  local shown = {}
  for i = 1, math.min(#list, 8) do shown[i] = categories.name(list[i]) end
  return table.concat(shown, ", ") .. (#list > 8 and ", ..." or "")
end

return categories
