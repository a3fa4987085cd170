--- Tensor functions made of others in Lua: those whose number of results depends on the call.
-- Each of `functions` becomes `ln.f(t, ...)`, each of `methods` `t:f(...)`. To add one, write it
-- here.

local check = require "lunate.options"
local raise = require "lunate.raise"

local ops = {}

local function tensor(what, i, value)
  if getmetatable(value) ~= "lunate.tensor" then
    raise("bad argument #%d to '%s' (tensor expected, got %s)", i, what, type(value))
  end
  return value
end

local function integer(value) return math.type(value) and math.tointeger(value) end

--- Cuts a tensor along an axis: `split(t, sections, axis = 1)` gives a list of views.
-- `sections` is how many equal parts, or a list of the positions at which a new part begins.
-- Errors: the axis has no such number of equal parts; a position out of range.
--
--     local a, b = table.unpack(ln.split(ln.arange(6), 2))      -- [0. 1. 2.]  [3. 4. 5.]
--     local parts = ln.split(ln.arange(6), {2, 5})              -- [0.]  [1. 2. 3.]  [4. 5.]
function ops.split(t, sections, options)
  tensor("split", 1, t)
  local given = check("split", {axis = {"integer", default = 1}}, options, {"axis"}).axis
  local axis = given < 0 and given + t.rank + 1 or given
  if axis < 1 or axis > t.rank then
    raise("'split': axis %d is out of range for a tensor of rank %d", given, t.rank)
  end
  local length, starts = t.shape[axis], {1}
  if type(sections) == "table" then
    for i, position in ipairs(sections) do
      local start = integer(position)
      if not start or start < starts[#starts] or start > length + 1 then
        raise("'split': position %s (number %d) is not in %d .. %d", tostring(position), i,
              starts[#starts], length + 1)
      end
      starts[#starts + 1] = start
    end
  else
    local n = integer(sections)
    if not n or n < 1 then
      raise("'split': a number of parts or a list of positions expected, got %s",
            tostring(sections))
    end
    if length % n ~= 0 then
      raise("'split': axis %d of length %d does not go into %d equal parts", axis, length, n)
    end
    for i = 2, n do starts[i] = (i - 1) * (length // n) + 1 end
  end
  local parts, index = {}, {}
  for i = 1, axis - 1 do index[i] = {} end
  starts[#starts + 1] = length + 1
  for i = 1, #starts - 1 do
    index[axis] = {starts[i], starts[i + 1] - 1}
    parts[i] = t[index]
  end
  return parts
end

--- Coordinates of a grid: `meshgrid(a, b, ..., {indexing = "xy"})` gives, for each vector, a tensor
-- of the grid's shape with its values along its own axis: (#b, #a, ...) for "xy", (#a, #b, ...) for
-- "ij". Several results, not a list; views.
--
--     local x, y = ln.meshgrid(ln.arange(3), ln.arange(2))      -- both of shape (2, 3)
function ops.meshgrid(...)
  local vectors, options = {...}, nil
  if type(vectors[#vectors]) == "table" then options = table.remove(vectors) end
  local specs = {indexing = {"choice", default = "xy", choices = {"xy", "ij"}}}
  local indexing = check("meshgrid", specs, options).indexing
  local shape, axes = {}, {}
  for i, v in ipairs(vectors) do
    if tensor("meshgrid", i, v).rank > 1 then
      raise("'meshgrid': argument %d should have one axis, got shape %s", i, tostring(v.shape))
    end
    axes[i] = indexing == "xy" and i <= 2 and #vectors > 1 and 3 - i or i
    shape[axes[i]] = v.size
  end
  local grids = {}
  for i, v in ipairs(vectors) do
    local own = {}
    for k = 1, #vectors do own[k] = k == axes[i] and v.size or 1 end
    grids[i] = v:reshape(own):broadcast_to(shape)
  end
  return table.unpack(grids)
end

return {functions = ops, methods = {split = ops.split}}
