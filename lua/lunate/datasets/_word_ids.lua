--- Data sets of texts as word ids, in Keras's published files: imdb and reuters.

local core = require "lunate.core"
local raise = require "lunate.raise"
local files = require "lunate.datasets._files"
local npy = require "lunate.saving.npy"
local optional = require "lunate.saving.optional"
local pickle = require "lunate.datasets._pickle"
local random_state = require "lunate.datasets._random_state"

local MAX_BYTES = 1 << 28   -- of an archive, packed and unpacked
local SITE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"

local word_ids = {
  --- The options of load_data that all have.
  OPTIONS = {
    num_words = {"integer", optional = true, min = 1},
    skip_top = {"integer", default = 0, min = 0},
    maxlen = {"integer", optional = true, min = 1},
    seed = {"integer", default = 113, min = 0, max = 0xffffffff},
    start_char = {"any", default = 1},
    oov_char = {"any", default = 2},
    index_from = {"integer", default = 3, min = 0},
  },
}

--- The path of a published file: `sum` is {sha256 =} or {md5 =}.
function word_ids.locate(set, name, sum)
  return (files.locate{
    data_set = set, name = name, others = {set .. "/" .. name}, urls = {SITE .. name},
    sha256 = sum.sha256, md5 = sum.md5,
  })
end

-- A list of lists of word ids, from the archive's member.
local function read_lists(members, path, name)
  local bytes = members[name .. ".npy"]
  if not bytes then raise("'%s': there is no array '%s' in it", path, name) end
  local ok, result = pcall(function()
    local position, shape = npy.objects(bytes)
    if not position then error("an array of lists expected", 0) end
    return pickle(bytes, position, shape)
  end)
  if not ok then raise("'%s': array '%s': %s", path, name, result) end
  return result
end

local function read_labels(members, path, name, n)
  local bytes = members[name .. ".npy"]
  if not bytes then raise("'%s': there is no array '%s' in it", path, name) end
  local ok, t = pcall(npy.decode, bytes)
  if not ok then raise("'%s': array '%s': %s", path, name, t) end
  if t.rank ~= 1 or #t ~= n or t.dtype ~= "int32" and t.dtype ~= "int64" then
    raise("'%s': array '%s': %d class ids expected, got %s %s", path, name, n, t.dtype, t.shape)
  end
  return t:astype("int64")
end

--- The arrays of an archive.
-- @param path  the archive
-- @param pairs_of_names  {{"x_train", "y_train"}, ...}
-- @return a list of {x = list of lists, y = int64 tensor}
function word_ids.read(path, pairs_of_names)
  local zip = optional("zip", ".npz files")
  local ok, members = pcall(zip.decode, core.read_bytes(path, MAX_BYTES), {max_bytes = MAX_BYTES})
  if not ok then raise("'%s': %s", path, members) end
  local parts = {}
  for i, names in ipairs(pairs_of_names) do
    local x = read_lists(members, path, names[1])
    parts[i] = {x = x, y = read_labels(members, path, names[2], #x)}
  end
  return parts
end

-- One text's ids: the start, then its words counted from index_from.
local function shifted(words, o)
  local ids, n = {}, 0
  if o.start_char then ids[1], n = o.start_char, 1 end
  for i = 1, #words do ids[n + i] = words[i] + o.index_from end
  return ids
end

-- The ids from skip_top on and below num_words; others are oov_char, or left out.
local function limited(ids, o, num_words)
  local kept, n = {}, 0
  for i = 1, #ids do
    local id = ids[i]
    if id < o.skip_top or id >= num_words then id = o.oov_char end
    if id then
      n = n + 1
      kept[n] = id
    end
  end
  return kept
end

local function ids_option(what, o)
  for _, name in ipairs{"start_char", "oov_char"} do
    local id = o[name] and math.tointeger(o[name])
    if o[name] and (not id or id < 0) then
      raise("%s: %s is an id from 0, or false for none, got %s", what, name,
        core.describe_value(o[name]))
    end
    o[name] = id or false
  end
end

--- Shuffles, shifts and limits what was read, as Keras does.
-- @param what  who was called, for messages
-- @param parts  what `read` gives
-- @param o  OPTIONS, checked
-- @return the parts, `y` as lists too
function word_ids.prepare(what, parts, o)
  ids_option(what, o)
  local permutation, largest = random_state(o.seed), 0
  for k, part in ipairs(parts) do
    local x, y = {}, {}
    local labels = part.y:totable()
    for _, i in ipairs(permutation(#part.x)) do
      local ids = shifted(part.x[i], o)
      if not o.maxlen or #ids < o.maxlen then
        x[#x + 1], y[#y + 1] = ids, labels[i]
        for j = 1, o.num_words and 0 or #ids do largest = math.max(largest, ids[j]) end
      end
    end
    if #x == 0 then
      raise("%s: no sequences of fewer than maxlen = %s ids are left", what, tostring(o.maxlen))
    end
    parts[k] = {x = x, y = y}
  end
  for _, part in ipairs(parts) do
    for i, ids in ipairs(part.x) do part.x[i] = limited(ids, o, o.num_words or largest) end
  end
  return parts
end

--- The ids by word of a file.
function word_ids.index(path)
  local ok, index = pcall(core.json_decode, core.read_bytes(path, MAX_BYTES))
  if not ok then raise("'%s': %s", path, index) end
  if type(index) ~= "table" then raise("'%s': ids by word expected", path) end
  for word, id in pairs(index) do
    if type(word) ~= "string" or math.type(id) ~= "integer" then
      raise("'%s': an id for the word '%s' expected, got %s", path, tostring(word),
        core.describe_value(id))
    end
  end
  return index
end

return word_ids
