--- Elements of a Dataset: their parts, and the tensors in them as a flat list with a layout, which
-- says for each part where its tensors are in the list. Strings (lunate.strings) stand where
-- tensors do.

local core = require "lunate.core"
local raise = require "lunate.raise"
local is_tensor = require "lunate.is_tensor"
local strings = require "lunate.strings"

local elements = {}

-- A table of parts, as opposed to one of numbers.
local function is_group(value)
  if type(value) ~= "table" or getmetatable(value) ~= nil then return false end
  local key, first = next(value)
  if type(key) == "string" or is_tensor(first) then return true end
  if type(first) ~= "table" then return false end
  for _, part in ipairs(value) do if is_tensor(part) then return true end end
  return false
end

local function to_tensor(value, what)
  if is_tensor(value) then return value end
  if strings.is(value) then
    strings.shape(value, ("'%s' of Dataset"):format(what))
    return value
  end
  local ok, t = pcall(core.tensor, value)
  if not ok then raise("'%s' of Dataset: elements should be tensors or strings: %s", what, t) end
  return t
end

--- A part of an element, its tables of numbers as tensors.
function elements.convert(value, what)
  if is_tensor(value) then return value end
  if not is_group(value) then return to_tensor(value, what) end
  local group = {}
  for key, part in pairs(value) do group[key] = to_tensor(part, what) end
  return group
end

--- An element as a function of the user's gave it, its parts as tensors.
function elements.of(what, first, ...)
  if first == nil then return nil end
  if select("#", ...) == 0 then return elements.convert(first, what) end
  local parts = {first, ...}
  for i = 1, select("#", ...) + 1 do parts[i] = elements.convert(parts[i], what) end
  return table.unpack(parts, 1, select("#", ...) + 1)
end

--- The tensors of an element in a list, and how they lie in it.
function elements.flatten(...)
  local flat, layout = {}, {}
  for i = 1, select("#", ...) do
    local part = (select(i, ...))
    if type(part) == "table" and not strings.is(part) then
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

--- The element whose tensors are in a list.
function elements.restore(flat, layout)
  local parts = {}
  for i, place in ipairs(layout) do
    if type(place) == "table" then
      parts[i] = {}
      for key, position in pairs(place) do parts[i][key] = flat[position] end
    else
      parts[i] = flat[place]
    end
  end
  return table.unpack(parts, 1, #layout)
end

--- Whether two elements have the same parts.
function elements.same_layout(a, b)
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

return elements
