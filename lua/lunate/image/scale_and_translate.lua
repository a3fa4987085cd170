--- ln.image.scale_and_translate: resampling along any axes, by a matrix for each.

local core = require "lunate.core"
local check = require "lunate.options"
local raise = require "lunate.raise"
local to_tensor = require "lunate.to_tensor"

local f = core.functions

local function is_float(x) return x.dtype:find("float", 1, true) ~= nil end

local function size_of(what, x, axis)
  local n = x.shape[axis]
  if not n then raise("%s: the size of axis %d is not known", what, axis) end
  return n
end

local function list(value) return type(value) == "number" and {value} or value end

local SCALE = {
  output_shape = {"integers", required = true, min = 1}, scale = {"any", required = true},
  translation = {"any", required = true}, spatial_dims = {"integers", required = true},
  method = {"choice", required = true,
    choices = {"linear", "bilinear", "trilinear", "cubic", "bicubic", "tricubic", "lanczos3",
               "lanczos5"}},
  antialias = {"boolean", default = true},
}

local function lanczos(radius)
  return function(x)
    local far = f.gt(x, 1e-3)
    local safe = f.where(far, x, 1)
    local y = radius * f.sin(math.pi * safe) * f.sin(math.pi * safe / radius)
      / (math.pi ^ 2 * f.square(safe))
    return f.where(f.gt(x, radius), 0, f.where(far, y, 1))
  end
end

local filters = {
  linear = function(x) return f.maximum(1 - x, 0) end,
  cubic = function(x)
    local near = ((1.5 * x - 2.5) * x) * x + 1
    local y = f.where(f.ge(x, 1), ((-0.5 * x + 2.5) * x - 4) * x + 2, near)
    return f.where(f.ge(x, 2), 0, y)
  end,
  lanczos3 = lanczos(3), lanczos5 = lanczos(5),
}
for name, same in pairs{bilinear = "linear", trilinear = "linear", bicubic = "cubic",
                        tricubic = "cubic"} do
  filters[name] = filters[same]
end

-- (n, size): what each output is made of.
local function matrix(n, size, scale, translation, filter, antialias)
  local dtype = scale.dtype
  local inverse = 1 / scale
  local middle = (core.arange(size, {dtype = dtype}) + 0.5) * inverse - translation * inverse - 0.5
  local distance = f.abs(f.expand_dims(middle, 1) - core.arange(n, {dtype = dtype}):reshape{n, 1})
  if antialias then distance = distance / f.maximum(inverse, 1) end
  local weights = filter(distance)
  local sum = f.sum(weights, {axis = 1, keepdims = true})
  local whole = f.gt(f.abs(sum), 1000 * 1.1920928955078125e-07)
  weights = f.where(whole, weights / f.where(whole, sum, 1), 0)
  local within = f.logical_and(f.ge(middle, -0.5), f.le(middle, n - 0.5))
  return f.where(f.expand_dims(within, 1), weights, 0)
end

--- Gradients flow to images, scale and translation.
-- @param images  a tensor of any rank
-- @param options  `output_shape`: the sizes of all axes; `spatial_dims`: the axes (from 1) that are
--   scaled and moved; `scale`: a factor for each of these; `translation`: by how many elements of
--   the result each is moved; `method`: the filter, "bilinear" and "trilinear" being "linear",
--   "bicubic" and "tricubic" "cubic"; `antialias` (true): averages where it is made smaller
-- @return a tensor of output_shape. Errors: lists of other lengths.
--
--     local x = ln.tensor{{{0}, {2}}}
--     local y = ln.image.scale_and_translate(x, {output_shape = {1, 4, 1}, scale = {2},
--       translation = {0}, spatial_dims = {2}, method = "linear"})
--     print(y:flatten())                                                 --> [0.  0.5 1.5 2. ]
local function scale_and_translate(images, options)
  local what = "scale_and_translate"
  local x, o = to_tensor(what, images, true), check(what, SCALE, options)
  local axes, shape = list(o.spatial_dims), list(o.output_shape)
  local scale = to_tensor(what, list(o.scale), true)
  local translation = to_tensor(what, list(o.translation), true)
  if #shape ~= x.rank then
    raise("%s: %d numbers for output_shape expected, got %d", what, x.rank, #shape)
  end
  for name, t in pairs{scale = scale, translation = translation} do
    if t.rank ~= 1 or t.shape[1] ~= #axes then
      raise("%s: %s of shape (%d,) expected, got %s", what, name, #axes, t.shape)
    end
  end
  local y, whole = x, not is_float(x)
  if whole then y = f.astype(x, "float32") end
  local low, high = f.min(y), f.max(y)
  local dtype = y.dtype
  scale, translation = f.astype(scale, dtype), f.astype(translation, dtype)
  for k, axis in ipairs(axes) do
    if axis < 0 then axis = axis + x.rank + 1 end
    if axis < 1 or axis > x.rank then
      raise("%s: axis %d is out of range for a tensor of rank %d", what, axes[k], x.rank)
    end
    local m = matrix(size_of(what, y, axis), shape[axis], scale[{ {k} }],
      translation[{ {k} }],
      filters[o.method], o.antialias)
    local order, back = {}, {}
    for i = 1, x.rank do order[i] = i end
    table.remove(order, axis)
    order[x.rank] = axis
    for place, i in ipairs(order) do back[i] = place end
    y = f.permute(f.matmul(f.permute(y, order), m), back)
  end
  if whole then y = f.minimum(f.maximum(f.round(y), low), high) end
  return f.astype(y, x.dtype)
end

return scale_and_translate
