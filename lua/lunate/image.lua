--- ln.image: functions of pictures (height, width, channels), or of a batch of them, with
-- gradients. `data_format = "channels_first"` is for (channels, height, width).
--
--     local x = ln.random.uniform{2, 8, 6, 3}
--     print(ln.image.resize(x, {4, 4}).shape)                           --> (2, 4, 4, 3)
--     print(ln.image.rgb_to_grayscale(x).shape)                         --> (2, 8, 6, 1)

local core = require "lunate.core"
local check = require "lunate.options"
local raise = require "lunate.raise"
local to_tensor = require "lunate.to_tensor"

local f = core.functions
local image = {}

local DATA_FORMAT = {
  "choice", choices = {"channels_last", "channels_first"}, default = "channels_last",
}

local function pictures(what, x)
  x = to_tensor(what, x, true)
  if x.rank ~= 3 and x.rank ~= 4 then
    raise("%s: one picture (rank 3) or a batch (rank 4) expected, got shape %s", what, x.shape)
  end
  return x
end

local function is_float(x) return x.dtype:find("float", 1, true) ~= nil end

-- Where the axis of rows is; that of columns follows.
local function rows_axis(x, options)
  return x.rank - (options.data_format == "channels_first" and 1 or 2)
end

local function size_of(what, x, axis)
  local n = x.shape[axis]
  if not n then raise("%s: the size of axis %d is not known", what, axis) end
  return n
end

-- ---- other sizes and places

--- Pictures in another size; the same as `ln.resize`.
-- @param images  (height, width, channels), or a batch
-- @param ...  the options, in their order or by name in a table
-- @return the pictures in their dtype. Errors: another rank; both of crop and pad.
--
--     print(ln.image.resize(ln.ones{8, 6, 3}, {4, 4}).shape)              --> (4, 4, 3)
function image.resize(images, ...) return f.resize(images, ...) end

--- Pictures moved, turned, sheared, scaled; the same as `ln.affine_transform`.
-- @param images  (height, width, channels), or a batch
-- @param transform  (a0, a1, a2, b0, b1, b2, c0, c1), or one a picture: what appears in column x
--   and row y (from 0) is at column (a0 x + a1 y + a2) / k and row (b0 x + b1 y + b2) / k,
--   k = c0 x + c1 y + 1
-- @param ...  the options, in their order or by name in a table
-- @return the pictures in their dtype. Errors: another rank; another number of transforms.
--
--     local left = ln.image.affine_transform(ln.tensor{{{1}, {2}, {3}}}, {1, 0, 1, 0, 1, 0, 0, 0})
--     print(left:flatten())                                              --> [2. 3. 0.]
function image.affine_transform(images, transform, ...)
  return f.affine_transform(images, transform, ...)
end

-- ---- crops and borders

-- Of the two ends of an axis and the size between them, the one that is not given.
local function complete(what, options, first, last, size, found)
  local names, given = {first, last, size}, 0
  for _, name in ipairs(names) do
    if options[name] then given = given + 1 end
  end
  if given ~= 2 then
    raise("%s: two of %s, %s and %s expected, got %d", what, first, last, size, given)
  end
  local a, b, n = options[first], options[last], options[size]
  return found(a, b, n)
end

local function not_negative(what, name, n)
  if n < 0 then raise("%s: %s would be %d", what, name, n) end
  return n
end

local function ends(word)
  local specs = {data_format = DATA_FORMAT}
  for _, side in ipairs{"top", "left", "bottom", "right"} do
    specs[side .. "_" .. word] = {"integer", optional = true, min = 0}
  end
  specs.target_height = {"integer", optional = true, min = 0}
  specs.target_width = {"integer", optional = true, min = 0}
  return specs
end
local CROP, PAD = ends "cropping", ends "padding"

--- Leaves out rows and columns at the edges. Of each axis two are given of what is left out at
-- either end and of the size that stays.
-- @param images  (height, width, channels), or a batch
-- @param options  `top_cropping`: rows left out above; `bottom_cropping`: below; `target_height`:
--   rows that stay; `left_cropping`: columns left out before; `right_cropping`: after;
--   `target_width`: columns that stay; `data_format` ("channels_last"): where the channels are
-- @return the pictures. Errors: one or three of them given; more than there is.
--
--     local x = ln.image.crop_images(ln.ones{5, 6, 3},
--       {top_cropping = 1, target_height = 2, left_cropping = 1, right_cropping = 2})
--     print(x.shape)                                                     --> (2, 3, 3)
function image.crop_images(images, options)
  local what = "crop_images"
  local x, o = pictures(what, images), check(what, CROP, options)
  local axis, index = rows_axis(x, o), {}
  for i = 1, x.rank do index[i] = {} end
  for k, sides in ipairs{{"top", "bottom", "height"}, {"left", "right", "width"}} do
    local first, last = sides[1] .. "_cropping", sides[2] .. "_cropping"
    local size = "target_" .. sides[3]
    local length = size_of(what, x, axis + k - 1)
    complete(what, o, first, last, size, function(a, b, n)
      a = not_negative(what, first, a or length - n - b)
      n = not_negative(what, size, n or length - a - b)
      not_negative(what, last, length - a - n)
      index[axis + k - 1] = {a + 1, a + n}
    end)
  end
  return x[index]
end

--- Adds rows and columns of zeros at the edges. Of each axis two are given of what is added at
-- either end and of the size that results.
-- @param images  (height, width, channels), or a batch
-- @param options  `top_padding`: rows added above; `bottom_padding`: below; `target_height`: rows
--   that result; `left_padding`: columns added before; `right_padding`: after; `target_width`:
--   columns that result; `data_format` ("channels_last"): where the channels are
-- @return the pictures. Errors: one or three of them given; a target that is smaller.
--
--     local x = ln.image.pad_images(ln.ones{2, 3, 1},
--       {top_padding = 1, target_height = 4, left_padding = 0, right_padding = 2})
--     print(x.shape)                                                     --> (4, 5, 1)
function image.pad_images(images, options)
  local what = "pad_images"
  local x, o = pictures(what, images), check(what, PAD, options)
  local axis, widths = rows_axis(x, o), {}
  for i = 1, x.rank do widths[i] = {0, 0} end
  for k, sides in ipairs{{"top", "bottom", "height"}, {"left", "right", "width"}} do
    local first, last = sides[1] .. "_padding", sides[2] .. "_padding"
    local size = "target_" .. sides[3]
    local length = size_of(what, x, axis + k - 1)
    complete(what, o, first, last, size, function(a, b, n)
      a = not_negative(what, first, a or n - b - length)
      widths[axis + k - 1] = {a, not_negative(what, last, b or n - a - length)}
    end)
  end
  return f.pad(x, widths)
end

-- ---- patches

local PATCHES = {
  size = {"integers", required = true, min = 1},
  strides = {"integers", optional = true, min = 1},
  dilation_rate = {"integers", default = {1}, min = 1},
  padding = {"choice", choices = {"valid", "same"}, default = "valid"},
  data_format = DATA_FORMAT,
}

local function pair(what, name, list)
  if #list > 2 or #list == 0 then
    raise("%s: %s is a number, or two of them, got %d", what, name, #list)
  end
  return {list[1], list[2] or list[1]}
end

local function list(value) return type(value) == "number" and {value} or value end

--- Patches of pictures, each as the channels of one position: row by row, with a pixel's channels
-- side by side.
-- @param images  (height, width, channels), or a batch
-- @param options  `size`: a height and a width, or one number for both; `strides` (size): from one
--   patch to the next; `dilation_rate` (1): from one pixel of a patch to the next; `padding`
--   ("valid"): patches lie within, or "same": zeros around; `data_format` ("channels_last"):
--   where the channels are
-- @return (rows, columns, height * width * channels) of patches, or a batch
-- Errors: a patch that does not fit; dilation_rate and strides that are both more than 1.
--
--     local x = ln.arange(0, 16):reshape{4, 4, 1}
--     print(ln.image.extract_patches(x, {size = 2})[1][2])                --> [2. 3. 6. 7.]
function image.extract_patches(images, options)
  local what = "extract_patches"
  local x = pictures(what, images)
  local o = check(what, PATCHES, options, {"size", "strides"})
  local size = pair(what, "size", list(o.size))
  local strides = pair(what, "strides", list(o.strides or o.size))
  local dilation = pair(what, "dilation_rate", list(o.dilation_rate))
  local first = o.data_format == "channels_first"
  if math.max(strides[1], strides[2]) > 1 and math.max(dilation[1], dilation[2]) > 1 then
    raise("%s: either strides or dilation_rate may be more than 1", what)
  end
  local single = x.rank == 3
  if single then x = f.expand_dims(x, 1) end
  if first then x = f.permute(x, {1, 3, 4, 2}) end
  local counts, widths = {}, {{0, 0}, {0, 0}, {0, 0}, {0, 0}}
  for k = 1, 2 do
    local n, reach = size_of(what, x, k + 1), (size[k] - 1) * dilation[k] + 1
    if o.padding == "same" then
      counts[k] = (n + strides[k] - 1) // strides[k]
      local more = math.max((counts[k] - 1) * strides[k] + reach - n, 0)
      widths[k + 1] = {more // 2, more - more // 2}
    elseif n < reach then
      raise("%s: patches of %d do not fit an axis of %d", what, reach, n)
    else
      counts[k] = (n - reach) // strides[k] + 1
    end
  end
  if o.padding == "same" then x = f.pad(x, widths) end
  local parts = {}
  for i = 0, size[1] - 1 do
    for j = 0, size[2] - 1 do
      local top, left = i * dilation[1] + 1, j * dilation[2] + 1
      parts[#parts + 1] = x[{ {}, {top, top + (counts[1] - 1) * strides[1], strides[1]},
                              {left, left + (counts[2] - 1) * strides[2], strides[2]}, {} }]
    end
  end
  local y = f.concatenate(parts, -1)
  if first then y = f.permute(y, {1, 4, 2, 3}) end
  return single and f.squeeze(y, 1) or y
end

-- ---- places between pixels

local FILL_MODES = {"constant", "nearest", "wrap", "mirror", "reflect"}
local MAP = {
  order = {"integer", min = 0, max = 1, required = true},
  fill_mode = {"choice", choices = FILL_MODES, default = "constant"},
  fill_value = {"number", default = 0},
}

local function modulo(i, n) return i - f.floor_divide(i, n) * n end

local function mirrored(i, n)
  local s = n - 1
  if s == 0 then return i * 0 end
  return f.abs(modulo(i + s, 2 * s) - s)
end

local inside = {
  constant = function(i, n) return f.clip(i, 0, n - 1) end,
  nearest = function(i, n) return f.clip(i, 0, n - 1) end,
  wrap = modulo,
  mirror = mirrored,
  reflect = function(i, n) return f.floor_divide(mirrored(2 * i + 1, 2 * n + 1) - 1, 2) end,
}

--- Values of a tensor of any rank at places between its elements.
-- @param inputs  the tensor
-- @param coordinates  (rank, ...): for each axis the places, from 0
-- @param options  `order`: 0 for the nearest element, 1 for what is linear between them;
--   `fill_mode` ("constant"): what is beyond the edges;
--   `fill_value` (0) of "constant"
-- @return (...) in the dtype of inputs. Errors: another number of coordinates than axes.
--
--     local x = ln.tensor{{0, 1}, {2, 3}}
--     local places = ln.tensor{{0, 0.5}, {0.5, 1}}
--     print(ln.image.map_coordinates(x, places, {order = 1}))            --> [0.5 2. ]
function image.map_coordinates(inputs, coordinates, options)
  local what = "map_coordinates"
  local x, places = to_tensor(what, inputs, true), to_tensor(what, coordinates, true)
  local o = check(what, MAP, options, {"order", "fill_mode", "fill_value"})
  if places.rank < 2 or size_of(what, places, 1) ~= x.rank then
    raise("%s: coordinates of shape (%d, ...) expected, got %s", what, x.rank, places.shape)
  end
  local axes = {}
  for k = 1, x.rank do
    local place = places[k]
    if not is_float(place) then place = f.astype(place, "float32") end
    local low = o.order == 0 and f.round(place) or f.floor(place)
    local n, nodes = size_of(what, x, k), {}
    for step = 0, o.order do
      local i = f.astype(f.stop_gradient(low), "int64") + step
      nodes[step + 1] = {
        index = inside[o.fill_mode](i, n),
        valid = o.fill_mode == "constant" and f.logical_and(f.ge(i, 0), f.lt(i, n)),
        weight = o.order == 1 and (step == 0 and 1 - (place - low) or place - low) or nil,
      }
    end
    axes[k] = {nodes = nodes, size = n}
  end
  local flat, sum = f.flatten(x), nil
  local function corner(k, index, valid, weight)
    if k > x.rank then
      local value = f.take(flat, index + 1)
      if valid then value = f.where(valid, value, o.fill_value) end
      if weight then value = value * weight end
      sum = sum and sum + value or value
      return
    end
    for _, node in ipairs(axes[k].nodes) do
      local next_valid = node.valid and (valid and f.logical_and(valid, node.valid) or node.valid)
      local next_weight = node.weight and (weight and weight * node.weight or node.weight)
      corner(k + 1, index and index * axes[k].size + node.index or node.index,
        next_valid or valid, next_weight or weight)
    end
  end
  corner(1)
  if not is_float(x) and is_float(sum) then sum = f.round(sum) end
  return f.astype(sum, x.dtype)
end

-- ---- perspectives

local PERSPECTIVE = {
  interpolation = {"choice", choices = {"bilinear", "nearest"}, default = "bilinear"},
  fill_value = {"number", default = 0}, data_format = DATA_FORMAT,
}

--- Pictures seen from another side: what is at the start points comes to lie at the end points.
-- @param images  (height, width, channels), or a batch
-- @param start_points  four points, column and row each, (4, 2); or (batch, 4, 2)
-- @param end_points  as many
-- @param options  `interpolation` ("bilinear"): how values between pixels are made; `fill_value`
--   (0): what is beyond the edge;
--   `data_format` ("channels_last"): where the channels are
-- @return the pictures; gradients flow through images. Errors: other shapes; points on a line.
--
--     local x = ln.arange(0, 9):reshape{3, 3, 1}
--     local corners = {{0, 0}, {2, 0}, {0, 2}, {2, 2}}
--     local mirrored = {{2, 0}, {0, 0}, {2, 2}, {0, 2}}
--     print(ln.image.perspective_transform(x, corners, mirrored)[1]:flatten())   --> [2. 1. 0.]
function image.perspective_transform(images, start_points, end_points, options)
  local what = "perspective_transform"
  local x, o = pictures(what, images), check(what, PERSPECTIVE, options)
  local from, to = to_tensor(what, start_points, true), to_tensor(what, end_points, true)
  for name, t in pairs{start_points = from, end_points = to} do
    if t.rank < 2 or t.rank > 3 or t.shape[t.rank] ~= 2 or t.shape[t.rank - 1] ~= 4 then
      raise("%s: %s of shape (4, 2) or (batch, 4, 2) expected, got %s", what, name, t.shape)
    end
  end
  if from.shape ~= to.shape then
    raise("%s: start_points and end_points have shapes %s and %s", what, from.shape, to.shape)
  end
  if from.rank == 2 then from, to = f.expand_dims(from, 1), f.expand_dims(to, 1) end
  return f.affine_transform(x, f.homography(from, to), {
    interpolation = o.interpolation, fill_value = o.fill_value, data_format = o.data_format})
end

-- ---- blurring

local BLUR = {
  kernel_size = {"integers", default = {3, 3}, min = 1},
  sigma = {"numbers", default = {1, 1}},
  data_format = DATA_FORMAT,
}

local function weights_of(what, size, sigma)
  if not (sigma > 0) then raise("%s: sigma above 0 expected, got %s", what, sigma) end
  local weights, sum = {}, 0
  for i = 1, size do
    weights[i] = math.exp(-0.5 * ((i - 1 - (size - 1) / 2) / sigma) ^ 2)
    sum = sum + weights[i]
  end
  for i = 1, size do weights[i] = weights[i] / sum end
  return weights
end

-- Weighted sum of x moved along an axis; zeros beyond the edges.
local function smooth(x, axis, weights)
  local n, widths, sum = x.shape[axis], {}, nil
  for i = 1, x.rank do widths[i] = {0, 0} end
  local before = #weights // 2
  widths[axis] = {before, #weights - 1 - before}
  local wide = f.pad(x, widths)
  for k, weight in ipairs(weights) do
    local index = {}
    for i = 1, x.rank do index[i] = {} end
    index[axis] = {k, k + n - 1}
    local part = wide[index] * weight
    sum = sum and sum + part or part
  end
  return sum
end

--- A Gaussian blur. Beyond the edges are zeros.
-- @param images  floats (height, width, channels), or a batch
-- @param options  `kernel_size`: odd numbers, of rows and of columns; `sigma`: the standard
--   deviation along columns and along rows, as Keras has them; `data_format` ("channels_last"):
--   where the channels are
-- @return the pictures. Errors: an even kernel_size; sigma that is not above 0.
--
--     local x = ln.zeros{3, 3, 1}
--     x[2][2] = 1
--     local y = ln.image.gaussian_blur(x, {sigma = {0.5, 0.5}})
--     print(y[2]:flatten():round(3))                                     --> [0.084 0.619 0.084]
function image.gaussian_blur(images, options)
  local what = "gaussian_blur"
  local x, o = pictures(what, images), check(what, BLUR, options)
  if not is_float(x) then raise("%s: floats expected, got %s", what, x.dtype) end
  local size = pair(what, "kernel_size", list(o.kernel_size))
  local sigma = pair(what, "sigma", list(o.sigma))
  for _, n in ipairs(size) do
    if n % 2 == 0 then raise("%s: odd numbers for kernel_size expected, got %d", what, n) end
  end
  local rows = rows_axis(x, o)
  size_of(what, x, rows)
  size_of(what, x, rows + 1)
  x = smooth(x, rows, weights_of(what, size[1], sigma[2]))
  return smooth(x, rows + 1, weights_of(what, size[2], sigma[1]))
end

-- ---- elastic

local ELASTIC = {
  alpha = {"number", default = 20}, sigma = {"number", default = 5},
  interpolation = {"choice", choices = {"bilinear", "nearest"}, default = "bilinear"},
  fill_mode = {"choice", choices = FILL_MODES, default = "reflect"},
  fill_value = {"number", default = 0},
  seed = {"integer", optional = true}, data_format = DATA_FORMAT,
}

--- Pictures distorted by a smooth random field.
-- @param images  floats (height, width, channels), or a batch, each with a field of its own
-- @param options  `alpha` (20): how far pixels move; `sigma` (5): how smooth the field is;
--   `interpolation` ("bilinear"): how values between pixels are made; `fill_mode` ("reflect"):
--   what is beyond the edges; `fill_value` (0): of "constant"; `seed`: of the field, else it
--   follows from ln.set_seed; `data_format` ("channels_last"): where the channels are
-- @return the pictures. Errors: sigma that is not above 0.
--
--     local x = ln.image.elastic_transform(ln.ones{8, 8, 3}, {alpha = 2, sigma = 1})
--     print(x.shape)                                                     --> (8, 8, 3)
function image.elastic_transform(images, options)
  local what = "elastic_transform"
  local x, o = pictures(what, images), check(what, ELASTIC, options)
  if not is_float(x) then raise("%s: floats expected, got %s", what, x.dtype) end
  local first, single = o.data_format == "channels_first", x.rank == 3
  if single then x = f.expand_dims(x, 1) end
  if first then x = f.permute(x, {1, 3, 4, 2}) end
  local n, h, w = size_of(what, x, 1), size_of(what, x, 2), size_of(what, x, 3)
  local reach = (6 * o.sigma // 1 | 0) | 1
  local function field(k)
    local seed = o.seed and o.seed + k
    local noise = core.random.normal({n, h, w, 1}, {seed = seed}):astype(x.dtype) * o.sigma
    return image.gaussian_blur(noise, {kernel_size = {reach, reach}, sigma = {o.sigma, o.sigma}})
  end
  local columns = field(0) * o.alpha + core.arange(w, {dtype = x.dtype}):reshape{1, 1, w, 1}
  local rows = field(1) * o.alpha + core.arange(h, {dtype = x.dtype}):reshape{1, h, 1, 1}
  local y = f.sample_pictures(x, f.concatenate({rows, columns}, -1), {
    interpolation = o.interpolation, fill_mode = o.fill_mode, fill_value = o.fill_value})
  if first then y = f.permute(y, {1, 4, 2, 3}) end
  return single and f.squeeze(y, 1) or y
end

-- ---- colours

--- Gray from colours, 0.2989 red + 0.587 green + 0.114 blue; the same as `ln.rgb_to_grayscale`.
-- @param images  (height, width, 3 or 1), or a batch
-- @param ...  data_format, or options by name in a table
-- @return (height, width, 1) in the dtype of images, cut to whole numbers where that is no float
-- Errors: another number of channels.
--
--     print(ln.image.rgb_to_grayscale(ln.ones{2, 2, 3}).shape)           --> (2, 2, 1)
function image.rgb_to_grayscale(images, ...) return f.rgb_to_grayscale(images, ...) end

--- Hue, saturation and value from red, green and blue, all from 0 to 1; the same as
-- `ln.rgb_to_hsv`.
-- @param images  floats (height, width, 3), or a batch
-- @param ...  data_format, or options by name in a table
-- @return the same shape. Errors: no floats; another number of channels.
--
--     local hsv = ln.image.rgb_to_hsv(ln.tensor{{{0, 0.5, 0}}})
--     print(hsv:flatten():round(3))                                      --> [0.333 1.    0.5  ]
function image.rgb_to_hsv(images, ...) return f.rgb_to_hsv(images, ...) end

--- Red, green and blue from hue, saturation and value, all from 0 to 1; the same as
-- `ln.hsv_to_rgb`.
-- @param images  floats (height, width, 3), or a batch
-- @param ...  data_format, or options by name in a table
-- @return the same shape. Errors: no floats; another number of channels.
--
--     print(ln.image.hsv_to_rgb(ln.tensor{{{0, 1, 0.5}}}):flatten())      --> [0.5 0.  0. ]
function image.hsv_to_rgb(images, ...) return f.hsv_to_rgb(images, ...) end

-- ---- scale_and_translate

image.scale_and_translate = require "lunate.image.scale_and_translate"

return image
