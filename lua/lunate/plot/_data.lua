--- What comes into plots, checked and made plain: lists of numbers, series, classes, text.

local core = require "lunate.core"
local raise = require "lunate.raise"
local list_length = require "lunate.list_length"
local is_tensor = require "lunate.is_tensor"

local data = {}


--- A table of options, as opposed to a list or an object.
function data.is_options(value)
  return type(value) == "table" and type(getmetatable(value)) ~= "string" and value[1] == nil
end

--- Text without what a terminal or a file of XML would take for more than text: control characters
-- but for newlines, and bytes that are no UTF-8.
function data.text(text)
  local out, position = {}, 1
  text = text:gsub("\r\n", "\n")
  while position <= #text do
    local n, bad = utf8.len(text, position)
    local good = text:sub(position, n and #text or bad - 1)
    -- C0 without the newline, DEL, C1.
    good = good:gsub("[\0-\9\11-\31\127]", " "):gsub("\xC2[\x80-\x9F]", " ")
      :gsub("\xEF\xBF[\xBE\xBF]", " ")   -- no characters of XML
      :gsub("\xE2\x80[\xAA-\xAE]", " "):gsub("\xE2\x81[\xA6-\xA9]", " ")   -- turn the writing
    out[#out + 1] = good
    if n then break end
    out[#out + 1], position = "\u{FFFD}", bad + 1
  end
  return table.concat(out)
end

--- A list of texts, each checked; anything with tostring is text.
function data.texts(what, list, n)
  if type(list) ~= "table" or #list ~= n then
    raise("%s: %d texts expected, got %s", what, n,
      type(list) == "table" and #list or type(list))
  end
  local out = {}
  for i = 1, n do
    if list[i] == nil then raise("%s: text %d is missing", what, i) end
    out[i] = data.text(tostring(list[i]))
  end
  return out
end

--- A flat list of Lua numbers, of a tensor of any shape or of a list of numbers. Booleans are 0
-- and 1.
function data.numbers(what, value)
  if is_tensor(value) then
    if value.dtype == "bool" then value = value:astype("uint8") end
    return value:reshape{value.size}:totable()
  end
  if type(value) ~= "table" or type(getmetatable(value)) == "string" then
    raise("%s: a tensor or a list of numbers expected, got %s", what,
      type(value) == "table" and tostring(value) or type(value))
  end
  local out = {}
  for i = 1, list_length(value, what) do
    if type(value[i]) ~= "number" then
      raise("%s: element %d is no number but a %s", what, i, type(value[i]))
    end
    out[i] = value[i]
  end
  return out
end

--- One or several lists of numbers: a tensor of rank 1 or a list of numbers is one series; a list
-- of those, or the columns of a tensor of rank 2, are several.
function data.series(what, value)
  local list = {}
  if is_tensor(value) and value.rank == 2 then
    for k = 1, value.shape[2] do list[k] = data.numbers(what, value[{ {}, {k, k} }]) end
  elseif is_tensor(value) and value.rank > 2 then
    raise("%s: a tensor of rank 1, or of rank 2 with a series a column expected, got one of shape "
      .. "%s", what, tostring(value.shape))
  elseif not is_tensor(value) and type(value) == "table" and value[1] ~= nil
    and type(value[1]) ~= "number" then
    for k = 1, list_length(value, what) do
      list[k] = data.numbers(("%s %d"):format(what, k), value[k])
    end
  else
    list[1] = data.numbers(what, value)
  end
  return list
end

--- Rows of a matrix as lists; a tensor of rank 2 or a list of lists of equal length.
function data.matrix(what, value)
  if type(value) == "table" and not is_tensor(value) then
    local ok, converted = pcall(core.tensor, value, {dtype = "float64"})
    if not ok then raise("%s: %s", what, converted) end
    value = converted
  end
  if not is_tensor(value) or value.rank ~= 2 or value.size == 0 then
    raise("%s: a tensor of rank 2 expected, got %s", what,
      is_tensor(value) and "one of shape " .. tostring(value.shape) or type(value))
  end
  return (value.dtype == "bool" and value:astype("uint8") or value):totable()
end

--- Two columns of x: lists. x is (n, 2), or x and y are two lists of n.
function data.points(what, x, y)
  if y == nil then
    if not (is_tensor(x) and x.rank == 2 and x.shape[2] == 2) then
      raise("%s: points (n, 2), or x and y, expected, got %s", what,
        is_tensor(x) and "a tensor of shape " .. tostring(x.shape) or type(x))
    end
    return data.numbers(what, x[{ {}, {1, 1} }]), data.numbers(what, x[{ {}, {2, 2} }])
  end
  local xs, ys = data.numbers(what .. ": x", x), data.numbers(what .. ": y", y)
  if #xs ~= #ys then raise("%s: x has %d values, y has %d", what, #xs, #ys) end
  return xs, ys
end

--- Classes of n points: the ids that there are, in order; of each point the position of its id in
-- them; of each id its name and its place among colours. Ids from 0 keep their colour and take
-- their name from class_names[id + 1] in every plot, whichever ids are present.
function data.classes(what, ids, n, class_names)
  local list = data.numbers(what .. ": classes", ids)
  if #list ~= n then raise("%s: %d points have %d classes", what, n, #list) end
  local seen, values = {}, {}
  for _, id in ipairs(list) do
    if id ~= id then raise("%s: a class is NaN", what) end
    if not seen[id] then seen[id], values[#values + 1] = true, id end
  end
  table.sort(values)
  local whole = true
  for _, id in ipairs(values) do whole = whole and math.tointeger(id) ~= nil and id >= 0 end
  whole = whole and (values[#values] or 0) < 1000
  local classes = {values = values, names = {}, places = {}, of = {}}
  for k, id in ipairs(values) do
    seen[id] = k
    local place = whole and math.tointeger(id) + 1 or k
    classes.places[k] = place
    local name = class_names and class_names[place]
    if class_names and name == nil then
      raise("%s: class_names has no name for class %s: class_names[%d]", what, tostring(id), place)
    end
    classes.names[k] = data.text(tostring(name or math.tointeger(id) or id))
  end
  for i, id in ipairs(list) do classes.of[i] = seen[id] end
  return classes
end

return data
