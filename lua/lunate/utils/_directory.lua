--- Files of a folder by their class, for image_dataset_from_directory and
-- text_dataset_from_directory: which there are, in which order, with which labels, and which of
-- them are for training and for validation.

local core = require "lunate.core"
local list_length = require "lunate.list_length"
local raise = require "lunate.raise"
local random = require "lunate.data._random"

local directory = {
  --- The options that all have.
  OPTIONS = {
    labels = {"any", default = "inferred"},
    label_mode = {"any", default = "int"},
    class_names = {"list", optional = true},
    batch_size = {"any", default = 32},
    shuffle = {"boolean", default = true},
    seed = {"integer", optional = true, min = 0},
    validation_split = {"number", optional = true, range = "(0, 1)"},
    subset = {"choice", choices = {"training", "validation", "both"}, optional = true},
    follow_links = {"boolean", default = false},
    verbose = {"boolean", default = true},
  },
}

-- Files below a folder with one of the endings, relative to it, in Keras's order.
local function files_in(what, folder, follow)
  local found = {}
  local ok, files = pcall(core.files_below, folder, follow)
  if not ok then raise("%s: %s", what.name, files) end
  for _, file in ipairs(files) do
    local ending = file:match("%.(%w+)$")
    if ending and what.endings[ending:lower()] then found[#found + 1] = file end
  end
  return found
end

-- Paths and class ids by the folders that the files are in.
local function by_folders(what, top, o)
  local ok, folders = pcall(core.folders_in, top)
  if not ok then raise("%s: %s", what.name, folders) end
  local classes, is_folder = o.class_names or folders, {}
  for _, name in ipairs(folders) do is_folder[name] = true end
  local paths, ids = {}, {}
  for id, name in ipairs(classes) do
    if not is_folder[name] then
      raise("%s: class_names has '%s', and the folders of '%s' are: %s", what.name, tostring(name),
        top, table.concat(folders, ", "))
    end
    local folder = top .. "/" .. name
    for _, file in ipairs(files_in(what, folder, o.follow_links)) do
      paths[#paths + 1], ids[#ids + 1] = folder .. "/" .. file, id - 1
    end
  end
  return paths, ids, classes
end

-- Class ids that were given, one a file, and the classes' names: the ids as texts.
local function given(what, top, labels, n)
  if list_length(labels, what.name .. ": labels") ~= n then
    raise("%s: %d labels for the %d %s of '%s'", what.name, #labels, n, what.files, top)
  end
  local ids, seen, names = {}, {}, {}
  for i, id in ipairs(labels) do
    ids[i] = math.tointeger(id)
    if not ids[i] or ids[i] < 0 then
      raise("%s: label %d: a class id from 0 expected, got %s", what.name, i,
        core.describe_value(id))
    end
    if not seen[ids[i]] then names[#names + 1] = ids[i] end
    seen[ids[i]] = true
  end
  table.sort(names)
  for i, id in ipairs(names) do names[i] = tostring(id) end
  return ids, names
end

local function index(what, top, o)
  if o.labels == "inferred" then return by_folders(what, top, o) end
  if o.class_names then raise("%s: class_names goes with labels = \"inferred\"", what.name) end
  local paths = files_in(what, top, o.follow_links)
  for i, file in ipairs(paths) do paths[i] = top .. "/" .. file end
  if not o.labels then return paths end
  if type(o.labels) ~= "table" then
    raise("%s: labels is \"inferred\", false or a list of class ids, got %s", what.name,
      core.describe_value(o.labels))
  end
  local ids, names = given(what, top, o.labels, #paths)
  return paths, ids, names
end

local function permuted(list, order)
  local out = {}
  for i = 1, #order do out[i] = list[order[i]] end
  return out
end

local function slice(list, first, last) return list and table.move(list, first, last, 1, {}) end

-- Class ids as label_mode has them.
local function encode(ids, mode, n_classes)
  local t = core.tensor(ids, {dtype = "int32"})
  if mode == "binary" then return t:astype("float32"):expand_dims(-1) end
  return mode == "categorical" and core.functions.one_hot(t, n_classes) or t
end

-- What options say of each other.
local function settle(what, o)
  if not o.labels or not o.label_mode then o.labels, o.label_mode = false, false end
  local mode = o.label_mode
  if mode and mode ~= "int" and mode ~= "categorical" and mode ~= "binary" then
    raise("%s: label_mode is \"int\", \"categorical\", \"binary\" or false, got %s", what.name,
      core.describe_value(mode))
  end
  if o.batch_size and (not math.tointeger(o.batch_size) or o.batch_size < 1) then
    raise("%s: batch_size is an integer >= 1, or false for single %s, got %s", what.name,
      what.files, core.describe_value(o.batch_size))
  end
  if (o.validation_split ~= nil) ~= (o.subset ~= nil) then
    raise("%s: validation_split and subset go together", what.name)
  end
  if o.validation_split and o.shuffle and not o.seed then
    raise("%s: validation_split with shuffle needs a seed, so that the subsets do not overlap",
      what.name)
  end
end

--- The files and the labels of one pass over a part: lists, and a tensor or nil.
-- @param part  what `parts` gives
function directory.pass(part)
  local paths, ids = part.paths, part.ids
  if part.rng then
    local order = part.rng:permutation(#paths):totable()
    paths, ids = permuted(paths, order), ids and permuted(ids, order)
  end
  return paths, ids and encode(ids, part.label_mode, part.n_classes)
end

--- The files of a folder: all, or those for training and for validation.
-- @param what  `name` of the function; `endings` of its files, a set; `files`, a word for them;
--   `patterns`, their endings for messages
-- @param top  the folder
-- @param o  OPTIONS, checked
-- @return a list of parts, `paths` and `ids` lists (ids nil without labels), `rng` the generator of
--   each pass's order (nil: as they are), `label_mode`, `n_classes`; and the classes' names
function directory.parts(what, top, o)
  if type(top) ~= "string" or top == "" then
    raise("%s: a folder expected, got %s", what.name, core.describe_value(top))
  end
  settle(what, o)
  local paths, ids, classes = index(what, top:gsub("(.)/+$", "%1"), o)
  if #paths == 0 then raise("%s: there are no %s files in '%s'", what.name, what.patterns, top) end
  if o.label_mode == "binary" and #classes ~= 2 then
    raise("%s: label_mode = \"binary\" needs two classes, and there are %d", what.name, #classes)
  end
  if o.verbose then
    io.stdout:write(classes
      and ("Found %d files belonging to %d classes.\n"):format(#paths, #classes)
      or ("Found %d files.\n"):format(#paths))
  end
  local rng = o.shuffle and random(o.seed) or nil
  if rng then
    local order = rng:permutation(#paths):totable()
    paths, ids = permuted(paths, order), ids and permuted(ids, order)
  end
  local n_classes = classes and #classes or 0
  for _, id in ipairs(ids or {}) do n_classes = math.max(n_classes, id + 1) end
  local function part(first, last, order)
    return {paths = slice(paths, first, last), ids = slice(ids, first, last), rng = order,
      label_mode = o.label_mode, n_classes = n_classes}
  end
  if not o.subset then return {part(1, #paths, rng)}, classes end
  local n = #paths - math.floor(o.validation_split * #paths)
  local parts = {}
  for _, subset in ipairs(o.subset == "both" and {"training", "validation"} or {o.subset}) do
    local first, last = 1, n
    if subset == "validation" then first, last = n + 1, #paths end
    if last < first then raise("%s: no %s are left for %s", what.name, what.files, subset) end
    if o.verbose then
      io.stdout:write(("Using %d files for %s.\n"):format(last - first + 1, subset))
    end
    local order = rng
    if subset == "validation" and o.subset == "both" then order = nil end
    parts[#parts + 1] = part(first, last, order)
  end
  return parts, classes
end

return directory
