--- ln.utils.image_dataset_from_directory: a Dataset of the PNG and JPEG files below a folder.

local core = require "lunate.core"
local check = require "lunate.options"
local list_length = require "lunate.list_length"
local modules = require "lunate.utils._pictures"
local raise = require "lunate.raise"

local WHAT = "image_dataset_from_directory"
local ENDINGS = {png = true, jpg = true, jpeg = true}
local CHANNELS = {grayscale = 1, rgb = 3, rgba = 4}

local OPTIONS = {
  labels = {"any", default = "inferred"},
  label_mode = {"any", default = "int"},
  class_names = {"list", optional = true},
  color_mode = {"choice", choices = {"grayscale", "rgb", "rgba"}, default = "rgb"},
  batch_size = {"any", default = 32},
  image_size = {"integers", default = {256, 256}, min = 1},
  shuffle = {"boolean", default = true},
  seed = {"integer", optional = true, min = 0},
  validation_split = {"number", optional = true, range = "(0, 1)"},
  subset = {"choice", choices = {"training", "validation", "both"}, optional = true},
  interpolation = {"choice", default = "bilinear",
    choices = {"bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"}},
  follow_links = {"boolean", default = false},
  crop_to_aspect_ratio = {"boolean", default = false},
  pad_to_aspect_ratio = {"boolean", default = false},
  data_format = {"choice", choices = {"channels_last", "channels_first"},
    default = "channels_last"},
  skip_bad = {"boolean", default = false},
  verbose = {"boolean", default = true},
}

-- Pictures below a folder, relative to it, in Keras's order.
local function pictures_in(pictures, folder, follow)
  local found = {}
  local ok, files = pcall(pictures.files, folder, follow)
  if not ok then raise("%s: %s", WHAT, files) end
  for _, file in ipairs(files) do
    local ending = file:match("%.(%w+)$")
    if ending and ENDINGS[ending:lower()] then found[#found + 1] = file end
  end
  return found
end

-- Paths and class ids by the folders that the files are in.
local function by_folders(pictures, directory, o)
  local ok, folders = pcall(pictures.folders, directory)
  if not ok then raise("%s: %s", WHAT, folders) end
  local classes, is_folder = o.class_names or folders, {}
  for _, name in ipairs(folders) do is_folder[name] = true end
  local paths, ids = {}, {}
  for id, name in ipairs(classes) do
    if not is_folder[name] then
      raise("%s: class_names has '%s', and the folders of '%s' are: %s", WHAT, tostring(name),
        directory, table.concat(folders, ", "))
    end
    local folder = directory .. "/" .. name
    for _, file in ipairs(pictures_in(pictures, folder, o.follow_links)) do
      paths[#paths + 1], ids[#ids + 1] = folder .. "/" .. file, id - 1
    end
  end
  return paths, ids, classes
end

-- Class ids that were given, one a file, and the classes' names: the ids as texts.
local function given(directory, labels, n)
  if list_length(labels, WHAT .. ": labels") ~= n then
    raise("%s: %d labels for the %d pictures of '%s'", WHAT, #labels, n, directory)
  end
  local ids, seen, names = {}, {}, {}
  for i, id in ipairs(labels) do
    ids[i] = math.tointeger(id)
    if not ids[i] or ids[i] < 0 then
      raise("%s: label %d: a class id from 0 expected, got %s", WHAT, i, core.describe_value(id))
    end
    if not seen[ids[i]] then names[#names + 1] = ids[i] end
    seen[ids[i]] = true
  end
  table.sort(names)
  for i, id in ipairs(names) do names[i] = tostring(id) end
  return ids, names
end

local function index(pictures, directory, o)
  if o.labels == "inferred" then return by_folders(pictures, directory, o) end
  if o.class_names then raise("%s: class_names goes with labels = \"inferred\"", WHAT) end
  local paths = pictures_in(pictures, directory, o.follow_links)
  for i, file in ipairs(paths) do paths[i] = directory .. "/" .. file end
  if not o.labels then return paths end
  if type(o.labels) ~= "table" then
    raise("%s: labels is \"inferred\", false or a list of class ids, got %s", WHAT,
      core.describe_value(o.labels))
  end
  local ids, names = given(directory, o.labels, #paths)
  return paths, ids, names
end

local function permuted(list, order)
  local out = {}
  for i = 1, #order do out[i] = list[order[i]] end
  return out
end

local function slice(list, first, last) return list and table.move(list, first, last, 1, {}) end

local function encode(ids, mode, n_classes)
  local t = core.tensor(ids, {dtype = "int32"})
  if mode == "binary" then return t:astype("float32"):expand_dims(-1) end
  return mode == "categorical" and core.functions.one_hot(t, n_classes) or t
end

-- The Dataset of some of the files. rng: gives each pass an order of its own; nil: as they are.
local function dataset(pictures, paths, ids, o, n_classes, rng)
  local size = o.batch_size or 1
  local result
  local function pass()
    local list, labels = paths, ids
    if rng then
      local order = rng:permutation(#paths):totable()
      list, labels = permuted(paths, order), ids and permuted(ids, order)
    end
    local targets = labels and encode(labels, o.label_mode, n_classes)
    local reader <close> = pictures.open(list, {
      height = o.image_size[1], width = o.image_size[2], channels = CHANNELS[o.color_mode],
      batch = size, ahead = 2, threads = core.threads(), filter = o.interpolation,
      crop = o.crop_to_aspect_ratio, pad = o.pad_to_aspect_ratio, skip_bad = o.skip_bad,
      channels_first = o.data_format == "channels_first",
    })
    while true do
      local ok, x, rows, skipped = pcall(reader.next, reader)
      if not ok then raise("%s: %s", WHAT, x) end
      if not x then return end
      result.skipped = skipped
      local y
      if targets then
        local positions = core.tensor(rows, {dtype = "int64"})
        y = core.functions.take(targets, positions, {axis = 1})
      end
      if not o.batch_size then
        x, y = x:squeeze(1), y and y:squeeze(1)
      end
      if y then coroutine.yield(x, y) else coroutine.yield(x) end
    end
  end
  local length = not o.skip_bad and (#paths + size - 1) // size or nil
  result = require("lunate.data.dataset").from_generator(pass, {length = length})
  result.file_paths, result.skipped = paths, 0
  return result
end

-- What options say of each other.
local function settle(o)
  if not o.labels or not o.label_mode then o.labels, o.label_mode = false, false end
  local mode = o.label_mode
  if mode and mode ~= "int" and mode ~= "categorical" and mode ~= "binary" then
    raise("%s: label_mode is \"int\", \"categorical\", \"binary\" or false, got %s", WHAT,
      core.describe_value(mode))
  end
  if o.batch_size and (not math.tointeger(o.batch_size) or o.batch_size < 1) then
    raise("%s: batch_size is an integer >= 1, or false for single pictures, got %s", WHAT,
      core.describe_value(o.batch_size))
  end
  local size = o.image_size
  if #size > 2 or #size == 0 then
    raise("%s: image_size is {height, width}, or a number for both", WHAT)
  end
  o.image_size = {size[1], size[2] or size[1]}
  if o.crop_to_aspect_ratio and o.pad_to_aspect_ratio then
    raise("%s: either crop_to_aspect_ratio or pad_to_aspect_ratio, not both", WHAT)
  end
  if (o.validation_split ~= nil) ~= (o.subset ~= nil) then
    raise("%s: validation_split and subset go together", WHAT)
  end
  if o.validation_split and o.shuffle and not o.seed then
    raise("%s: validation_split with shuffle needs a seed, so that the subsets do not overlap",
      WHAT)
  end
end

--- A Dataset of pictures in one size, read from the .png, .jpg and .jpeg files below a folder.
-- They are decoded and resized on threads, some batches ahead of who asks for them.
-- @param directory  the folder; with inferred labels it has a folder for each class
-- @param options  `labels` ("inferred"): from the folders, false for none, or a list of class ids,
--   one a file in the order of their paths; `label_mode` ("int"): int32 (batch,), "categorical" is
--   float32 (batch, classes), "binary" float32 (batch, 1), false none; `class_names`: the folders
--   to use, in order of their ids, else all in order of the alphabet; `color_mode` ("rgb"): gives
--   3 channels, the others 1 and 4; `batch_size` (32): how many pictures, false for single ones;
--   `image_size`: height and width; `shuffle` (true): each pass in another order; `seed`: of the
--   order, else it follows from ln.set_seed; `validation_split`: the share that is for validation;
--   `subset`: which of the two, or both, which are then two Datasets; `interpolation`
--   ("bilinear"): how values between pixels are made; `follow_links` (false): also into folders
--   that are links; `crop_to_aspect_ratio` (false): of the middle, as much as has image_size's
--   aspect ratio; `pad_to_aspect_ratio` (false): all of it with zeros around; `data_format`
--   ("channels_last"): where the channels are; `skip_bad` (false): files that are no picture are
--   passed over instead of being an error; `verbose` (true): prints how many files there are
-- @return a Dataset of x float32 (batch, height, width, channels), 0 to 255, and y. Its
--   `class_names` and `file_paths` are lists, `skipped` counts the files that the latest pass
--   passed over
-- Errors: no folder; no pictures; a file that is damaged (it is named).
--
--     local folder = os.tmpname() .. ".pictures"
--     for i, name in ipairs{"cat", "cat", "dog"} do
--       ln.utils.save_img(("%s/%s/%d.png"):format(folder, name, i), ln.random.uniform{6, 8, 3})
--     end
--     local ds = ln.utils.image_dataset_from_directory(folder,
--       {image_size = {4, 4}, batch_size = 2, verbose = false})
--     print(#ds, ds.class_names[2])                                     --> 2   dog
--     for x in ds:iterate() do print(x.shape) end    -- (2, 4, 4, 3), then (1, 4, 4, 3)
local function image_dataset_from_directory(directory, options)
  if type(directory) ~= "string" or directory == "" then
    raise("%s: a folder expected, got %s", WHAT, core.describe_value(directory))
  end
  local o = check("image_dataset_from_directory", OPTIONS, options)
  settle(o)
  local pictures = modules(WHAT, "pictures")
  local paths, ids, classes = index(pictures, directory:gsub("(.)/+$", "%1"), o)
  if #paths == 0 then
    raise("%s: there are no .png, .jpg or .jpeg files in '%s'", WHAT, directory)
  end
  if o.label_mode == "binary" and #classes ~= 2 then
    raise("%s: label_mode = \"binary\" needs two classes, and there are %d", WHAT, #classes)
  end
  if o.verbose then
    io.stdout:write(classes
      and ("Found %d files belonging to %d classes.\n"):format(#paths, #classes)
      or ("Found %d files.\n"):format(#paths))
  end
  local rng = o.shuffle and require "lunate.data._random"(o.seed) or nil
  if rng then
    local order = rng:permutation(#paths):totable()
    paths, ids = permuted(paths, order), ids and permuted(ids, order)
  end
  local n_classes = 0
  for _, id in ipairs(ids or {}) do n_classes = math.max(n_classes, id + 1) end
  n_classes = math.max(n_classes, classes and #classes or 0)
  local function part(first, last, order)
    local ds = dataset(pictures, slice(paths, first, last), slice(ids, first, last), o, n_classes,
      order)
    ds.class_names = classes
    return ds
  end
  if not o.subset then return part(1, #paths, rng) end
  local n = #paths - math.floor(o.validation_split * #paths)
  local sets = {}
  for _, subset in ipairs(o.subset == "both" and {"training", "validation"} or {o.subset}) do
    local first, last = 1, n
    if subset == "validation" then first, last = n + 1, #paths end
    if last < first then raise("%s: no pictures are left for %s", WHAT, subset) end
    if o.verbose then
      io.stdout:write(("Using %d files for %s.\n"):format(last - first + 1, subset))
    end
    local order = rng
    if subset == "validation" and o.subset == "both" then order = nil end
    sets[#sets + 1] = part(first, last, order)
  end
  return table.unpack(sets)
end

return {image_dataset_from_directory = image_dataset_from_directory}
