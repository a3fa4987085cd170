--- Layers that stand in several places of a config, in two nested models or twice in one: from the
-- second place on they have Keras's `shared_object_id`, the first place too, and become one layer
-- again. Ids count within one config, so whoever writes or reads a whole one opens a scope.

local raise = require "lunate.raise"

local sharing = {}

local written, read   -- the scope that is open: what was written, or read, so far

-- A scope closes itself: between its opening and its end no call may fail for want of memory.
local Written = {__close = function() written = nil end}
local Read = {__close = function() read = nil end}

-- ---- writing

--- Calls f(...), which serializes: inside of another such call the scope is that one's.
-- @param options  `numbered` (false): nodes are numbered as Keras counts them when it reads a
--   .keras file, where a shared layer has those of the models read before;
--   `always` (false): every layer gets an id, so that parts of the config can be read apart
-- @return what f returns
function sharing.writing(options, f, ...)
  if written then return f(...) end
  local scope <close> = setmetatable({entries = {}, ids = 0, options = options, nodes = {},
    counted = {}}, Written)
  written = scope
  return f(...)
end

--- Marks the entry {class_name =, config =, ...} of a layer where it is not the layer's first.
function sharing.wrote(layer, entry)
  if not written then return end
  local first = written.entries[layer]
  if not first then
    written.entries[layer], first = entry, entry
    if not written.options.always then return end
  end
  if not first.shared_object_id then
    written.ids = written.ids + 1
    first.shared_object_id = written.ids
  end
  entry.shared_object_id = first.shared_object_id
end

--- How many nodes a layer has, as Keras counts them, when the graph that is written now is read.
function sharing.nodes_before(layer)
  return written and written.options.numbered and written.nodes[layer] or 0
end

--- Counts the calls of a model's layers, {layer, ...}, unless the model was written before.
function sharing.count_nodes(model, calls)
  if not written or written.counted[model] then return end
  written.counted[model] = true
  for _, layer in ipairs(calls) do written.nodes[layer] = (written.nodes[layer] or 0) + 1 end
end

-- ---- reading

--- Calls f(...), which makes objects of a config: inside of another such call the scope is that
-- one's.
function sharing.reading(f, ...)
  if read then return f(...) end
  local scope <close> = setmetatable({layers = {}, unmarked = {}}, Read)
  read = scope
  return f(...)
end

local function name_of(entry)
  return tostring(entry.class_name) .. "/" .. tostring(entry.config.name)
end

-- Whether two configs are equal; the marks of initializers and the like in them do not count.
local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for key, value in pairs(a) do
    if key ~= "shared_object_id" and not same(value, b[key]) then return false end
  end
  for key in pairs(b) do
    if key ~= "shared_object_id" and a[key] == nil then return false end
  end
  return true
end

-- Keras marks the first place in a copy that it then drops, where that place is in a model within:
-- it is the one without an id that says the same.
local function lost_first(entry)
  local list, found = read.unmarked[name_of(entry)] or {}, nil
  for _, other in ipairs(list) do
    if same(other.config, entry.config) then
      if found then return nil end
      found = other.layer
    end
  end
  return found
end

local function takes_part(entry)
  return read and type(entry.config) == "table" and entry.class_name ~= "InputLayer"
end

--- The layer that an entry's id stands for; nil when it is to be made. Error: the id is that of
-- a layer of another class or name.
function sharing.find(entry)
  local id = entry.shared_object_id
  if not takes_part(entry) or id == nil or id ~= id then return nil end
  local known = read.layers[id]
  if known and known.name ~= name_of(entry) then
    raise("layers '%s' and '%s' have one shared_object_id", known.name, name_of(entry))
  elseif not known then
    local layer = lost_first(entry)
    known = layer and {layer = layer, name = name_of(entry)}
    read.layers[id] = known
  end
  return known and known.layer
end

--- Remembers the layer that was made of an entry.
function sharing.made(entry, layer)
  if not takes_part(entry) then return end
  local id = entry.shared_object_id
  if id ~= nil and id == id then
    read.layers[id] = {layer = layer, name = name_of(entry)}
  else
    local name = name_of(entry)
    read.unmarked[name] = read.unmarked[name] or {}
    table.insert(read.unmarked[name], {config = entry.config, layer = layer})
  end
end

return sharing
