--- Strings as data: a Lua string is one value, a list of them a batch, lists of lists have more
-- axes ({"a", "b"} is of shape (2,), {{"a"}, {"b"}} of shape (2, 1)). No tensor holds strings: they
-- are data of Datasets, and of models that begin with a layer that takes them.

local raise = require "lunate.raise"
local list_length = require "lunate.list_length"

local MAX_AXES = 8   -- as tensors have; a table that is within itself has no end

local strings = {}

--- Whether a value is a string or a list of strings, however deep; a list of strings and tensors
-- is the parts of something.
function strings.is(value)
  local first = value
  for _ = 1, MAX_AXES do
    if type(first) ~= "table" or getmetatable(first) ~= nil then break end
    first = first[1]
  end
  if type(first) ~= "string" then return false end
  for _, part in ipairs(type(value) == "table" and value or {}) do
    if type(part) == "userdata" then return false end
  end
  return true
end

-- Whether it is not the first to have this many entries.
local function fits(shape, depth, n) return shape[depth] == nil or shape[depth] == n end

--- Its shape, a list of sizes. Errors: entries that are no strings; lists of one depth that differ
-- in length, or in depth.
-- @param what  how messages begin
function strings.shape(value, what)
  local shape, leaf_depth = {}, nil
  local function visit(part, depth)
    if type(part) == "string" then
      leaf_depth = leaf_depth or depth
      if leaf_depth ~= depth then raise("%s: strings and lists of them are mixed", what) end
      return
    end
    if type(part) ~= "table" or getmetatable(part) ~= nil then
      raise("%s: strings expected, got %s", what, type(part))
    end
    if depth > MAX_AXES then raise("%s: strings of more than %d axes", what, MAX_AXES) end
    local n = list_length(part, what)
    if not fits(shape, depth, n) then
      raise("%s: lists of strings should be of one length, got %d and %d", what, shape[depth], n)
    end
    shape[depth] = n
    for i = 1, n do visit(part[i], depth + 1) end
  end
  visit(value, 1)
  return shape
end

--- A shape as tensors print theirs.
function strings.shape_text(shape)
  return "(" .. table.concat(shape, ", ") .. (#shape == 1 and ",)" or ")")
end

--- All strings of a value as one list, in their order.
function strings.flatten(value)
  if type(value) == "string" then return {value} end
  local flat = {}
  local function visit(list)
    if type(list[1]) == "string" then
      table.move(list, 1, #list, #flat + 1, flat)
    else
      for _, part in ipairs(list) do visit(part) end
    end
  end
  visit(value)
  return flat
end

--- The rows first .. last.
function strings.rows(list, first, last) return table.move(list, first, last, 1, {}) end

--- The rows at these positions.
-- @param positions  an integer tensor, from 1
function strings.take(list, positions)
  local out = positions:totable()
  for i, row in ipairs(out) do out[i] = list[row] end
  return out
end

return strings
