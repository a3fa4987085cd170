--- ln.utils.load_img, img_to_array, array_to_img, save_img: files of pictures. A picture is a uint8
-- tensor (height, width, channels).
--
--     local path = os.tmpname() .. ".png"
--     ln.utils.save_img(path, ln.random.uniform{8, 6, 3})
--     print(ln.utils.load_img(path).shape)                                  --> (8, 6, 3)

local core = require "lunate.core"
local check = require "lunate.options"
local modules = require "lunate.utils._pictures"
local raise = require "lunate.raise"
local to_tensor = require "lunate.to_tensor"
local warn = require "lunate.warn"

local f = core.functions
local FORMATS = {"channels_last", "channels_first"}
local DATA_FORMAT = {"choice", choices = FORMATS, default = "channels_last"}

local LOAD = {
  color_mode = {"choice", choices = {"grayscale", "rgb", "rgba"}, default = "rgb"},
  target_size = {"integers", optional = true, min = 1},
  interpolation = {"choice", default = "nearest",
    choices = {"nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"}},
  keep_aspect_ratio = {"boolean", default = false},
}
local CHANNELS = {grayscale = 1, rgb = 3, rgba = 4}

local function path_of(what, path)
  if type(path) ~= "string" or path == "" then
    raise("%s: a path expected, got %s", what, core.describe_value(path))
  end
  return path
end

--- Reads a PNG or JPEG file. What it is shows from its content; an orientation in Exif data, gamma
-- and colour profiles are left alone. With `target_size` it is resized as Pillow does.
-- @param path  the file
-- @param options  `color_mode` ("rgb"): 3 channels, "grayscale" 1, "rgba" 4; `target_size`:
--   height and width, else its own; `interpolation` ("nearest"): how it is resized;
--   `keep_aspect_ratio` (false): a part from the middle that has target_size's aspect ratio
-- @return a uint8 tensor (height, width, 1, 3 or 4); int32 for a "grayscale" of 16 bits
-- Errors: a file that cannot be read, is damaged, or claims more than 178,956,970 pixels: all name
-- it.
--
--     local path = os.tmpname() .. ".png"
--     ln.utils.save_img(path, ln.random.uniform{8, 6, 3})
--     local gray = ln.utils.load_img(path, {color_mode = "grayscale", target_size = {4, 3}})
--     print(gray.shape)                                                     --> (4, 3, 1)
local function load_img(path, options)
  path_of("load_img", path)
  local o = check("load_img", LOAD, options)
  local size = o.target_size
  if size and (#size ~= 2 or size[1] > 65536 or size[2] > 65536) then
    raise("load_img: target_size is {height, width}, up to 65536 each, got %s",
      core.describe_value(size))
  end
  local ok, bytes = pcall(core.read_file, path)
  if not ok then raise("load_img: %s", bytes) end
  local filter = o.interpolation == "lanczos" and "lanczos3" or o.interpolation
  local pictures = modules("load_img", "pictures")
  local done, picture = pcall(pictures.decode, bytes, CHANNELS[o.color_mode],
    size and size[1], size and size[2], filter, o.keep_aspect_ratio)
  if not done then raise("load_img: '%s': %s", path, picture) end
  return picture
end

local TO_ARRAY = {data_format = DATA_FORMAT, dtype = {"dtype", default = "float32"}}

--- A picture as numbers to compute with.
-- @param img  a tensor (height, width, channels) or (height, width)
-- @param options  `data_format` ("channels_last"): where the channels are to be; `dtype`
--   ("float32"): of the result
-- @return a tensor of rank 3
-- Errors: another rank.
--
--     local img = ln.zeros({4, 6}, {dtype = "uint8"})
--     print(ln.utils.img_to_array(img, {data_format = "channels_first"}).shape)   --> (1, 4, 6)
local function img_to_array(img, options)
  img = to_tensor("img_to_array", img)
  local o = check("img_to_array", TO_ARRAY, options)
  if img.rank == 2 then
    img = f.expand_dims(img, -1)
  elseif img.rank ~= 3 then
    raise("img_to_array: a picture of rank 2 or 3 expected, got shape %s", img.shape)
  end
  if o.data_format == "channels_first" then img = f.permute(img, {3, 1, 2}) end
  return f.astype(img, o.dtype):copy()
end

local TO_IMG = {
  data_format = DATA_FORMAT, scale = {"boolean", default = true},
  dtype = {"dtype", default = "float32"},
}

--- Numbers as a picture.
-- @param x  a tensor of rank 3, with 1, 3 or 4 channels
-- @param options  `data_format` ("channels_last"): where x has its channels; `scale` (true): the
--   least number becomes 0 and the largest 255, false: they are bytes already (cut toward zero, at
--   most 255); `dtype` ("float32"): what it is scaled in
-- @return a uint8 tensor (height, width, channels); int32 where one channel has more than 255
-- Errors: another rank or number of channels.
--
--     print(ln.utils.array_to_img(ln.tensor{{{-1}, {1}}}))                --> [[[  0]  [255]]]
local function array_to_img(x, options)
  x = to_tensor("array_to_img", x)
  local o = check("array_to_img", TO_IMG, options)
  if x.rank ~= 3 or x.size == 0 then
    raise("array_to_img: one picture of rank 3 expected, got shape %s", x.shape)
  end
  if o.data_format == "channels_first" then x = f.permute(x, {2, 3, 1}) end
  local channels = x.shape[3]
  if channels ~= 1 and channels ~= 3 and channels ~= 4 then
    raise("array_to_img: 1, 3 or 4 channels expected, got shape %s (%s)", x.shape, o.data_format)
  end
  x = f.astype(x, o.dtype)
  if o.scale then
    x = x - f.min(x)
    local largest = f.max(x):item()
    if largest ~= 0 then x = x / largest end
    x = x * 255
  end
  return f.astype(x, channels == 1 and f.max(x):item() > 255 and "int32" or "uint8"):copy()
end

local SAVE = {
  data_format = DATA_FORMAT, scale = {"boolean", default = true},
  file_format = {"string", optional = true},
  quality = {"integer", default = 75, min = 1, max = 100},
}

--- Writes a picture to a file, whole or not at all; the folders of its path are made.
-- @param path  its name's ending says the format: .png, .jpg or .jpeg
-- @param x  what `array_to_img` takes
-- @param options  `data_format` ("channels_last"): where x has its channels; `scale` (true): as in
--   `array_to_img`; `file_format`: "png" or "jpeg", else as the ending says; `quality` (75): of a
--   JPEG, 1 to 100. A JPEG has no alpha: it is left out with a warning
-- Errors: another format; numbers above 255, which no 8 bits hold; a file that cannot be written.
--
--     ln.utils.save_img(os.tmpname() .. ".jpg", ln.random.uniform{8, 6, 3}, {quality = 90})
local function save_img(path, x, options)
  path_of("save_img", path)
  local o = check("save_img", SAVE, options)
  local format = (o.file_format or path:match("%.(%w+)$") or ""):lower()
  if format == "jpg" then format = "jpeg" end
  if format ~= "png" and format ~= "jpeg" then
    raise("save_img: '%s': a name that ends in .png, .jpg or .jpeg expected, or file_format = "
      .. "\"png\" or \"jpeg\"", o.file_format or path)
  end
  local picture = array_to_img(x, {data_format = o.data_format, scale = o.scale})
  if picture.dtype ~= "uint8" then
    raise("save_img: '%s': numbers up to 255 expected, got %s; scale = true makes them fit", path,
      f.max(picture):item())
  end
  if format == "jpeg" and picture.shape[3] == 4 then
    warn("save_img: '%s': a JPEG has no alpha, it is left out", path)
    picture = picture[{ {}, {}, {1, 3} }]
  end
  local bytes = modules("save_img", format).encode(picture, format == "jpeg" and o.quality or nil)
  require "lunate.plot._write"("save_img", path, bytes)
end

return {
  load_img = load_img, img_to_array = img_to_array, array_to_img = array_to_img,
  save_img = save_img,
}
