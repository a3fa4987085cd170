--- ln.utils.image_dataset_from_directory: a Dataset of the PNG and JPEG files below a folder.

local core = require "lunate.core"
local directory = require "lunate.utils._directory"
local modules = require "lunate.utils._pictures"
local public = require "lunate.public"
local raise = require "lunate.raise"

local WHAT = {
  name = "image_dataset_from_directory", files = "pictures", patterns = ".png, .jpg or .jpeg",
  endings = {png = true, jpg = true, jpeg = true},
}
local CHANNELS = {grayscale = 1, rgb = 3, rgba = 4}

local OPTIONS = {
  color_mode = {"choice", choices = {"grayscale", "rgb", "rgba"}, default = "rgb"},
  image_size = {"integers", default = {256, 256}, min = 1},
  interpolation = {"choice", default = "bilinear",
    choices = {"bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"}},
  crop_to_aspect_ratio = {"boolean", default = false},
  pad_to_aspect_ratio = {"boolean", default = false},
  data_format = {"choice", choices = {"channels_last", "channels_first"},
    default = "channels_last"},
  skip_bad = {"boolean", default = false},
}
for name, option in pairs(directory.OPTIONS) do OPTIONS[name] = option end

-- Files and targets of every n-th batch of `size`: the others are not read.
local function of_shard(list, targets, size, index, n)
  local chosen, positions = {}, {}
  for i, path in ipairs(list) do
    if (i - 1) // size % n == index then
      chosen[#chosen + 1], positions[#positions + 1] = path, i
    end
  end
  if targets and #chosen > 0 then
    targets = core.functions.take(targets, core.tensor(positions, {dtype = "int64"}), {axis = 1})
  end
  return chosen, targets
end

-- The Dataset of some of the files.
local function dataset(pictures, part, o)
  local size = o.batch_size or 1
  local result
  -- Batches number index, index + n, ... (from 0); of all, 0 and 1.
  local function pass(index, n)
    local list, targets = directory.pass(part)
    if n > 1 then list, targets = of_shard(list, targets, size, index, n) end
    local reader <close> = pictures.open(list, {
      height = o.image_size[1], width = o.image_size[2], channels = CHANNELS[o.color_mode],
      batch = size, ahead = 2, threads = core.threads(), filter = o.interpolation,
      crop = o.crop_to_aspect_ratio, pad = o.pad_to_aspect_ratio, skip_bad = o.skip_bad,
      channels_first = o.data_format == "channels_first",
    })
    while true do
      local ok, x, rows, skipped = pcall(reader.next, reader)
      if not ok then raise("%s: %s", WHAT.name, x) end
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
  local length = not o.skip_bad and (#part.paths + size - 1) // size or nil
  local Dataset = require "lunate.data.dataset"
  local function pass_of(index, n) return function() pass(index, n) end end
  result = Dataset.from_generator(pass_of(0, 1), {length = length})
  result.file_paths, result.skipped = part.paths, 0
  function result.open_shard(_, how, n, index)
    return Dataset.from_generator(pass_of(index, n)):open(how)
  end
  return result
end

-- What options of pictures say of each other.
local function settle(o)
  local size = o.image_size
  if #size > 2 or #size == 0 then
    raise("%s: image_size is {height, width}, or a number for both", WHAT.name)
  end
  o.image_size = {size[1], size[2] or size[1]}
  if o.crop_to_aspect_ratio and o.pad_to_aspect_ratio then
    raise("%s: either crop_to_aspect_ratio or pad_to_aspect_ratio, not both", WHAT.name)
  end
end

--- The files are those that end in .png, .jpg or .jpeg; all pictures get one size. They are decoded
-- and resized on threads, some batches ahead of who asks for them.
-- @param top  the folder; with inferred labels it has a folder for each class
-- @param options  `labels` ("inferred"): from the folders, false for none, or a list of class ids,
--   one a file in the order of their paths; `label_mode` ("int"): int32 (batch,), "categorical" is
--   float32 (batch, classes), "binary" float32 (batch, 1), false none; `class_names`: the folders
--   to use, in order of their ids, else all in order of the alphabet; `color_mode` ("rgb"): 3
--   channels, "grayscale" 1, "rgba" 4; `batch_size` (32): how many pictures, false for single ones;
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
local function image_dataset_from_directory(top, options)
  settle(options)
  local pictures = modules(WHAT.name, "pictures")
  local parts, classes = directory.parts(WHAT, top, options)
  local sets = {}
  for i, part in ipairs(parts) do
    sets[i] = dataset(pictures, part, options)
    sets[i].class_names = classes
  end
  return table.unpack(sets)
end

return {
  image_dataset_from_directory = public.checked(WHAT.name, image_dataset_from_directory, OPTIONS),
}
