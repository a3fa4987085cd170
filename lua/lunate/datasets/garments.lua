--- Garments: drawn images in the form and the ten classes of Fashion-MNIST,
-- made from a seed when they are asked for. They need no file and no
-- network, and stand in for the real ones where those cannot be had.
--
--     local x_train, y_train, x_test, y_test = ln.datasets.garments.load_data()
--     print(x_train.shape, x_train.dtype)                               --> (10000, 28, 28)  uint8

local ln = require "lunate"
local public = require "lunate.public"
local random = require "lunate.data._random"

local garments = {
  class_names = {
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
  },
}

local OPTIONS = {
  n_train = {"integer", default = 10000, min = 10},
  n_test = {"integer", default = 2000, min = 10},
  random_state = {"integer", default = 0, min = 0},
}

-- A garment is drawn on n canvases at once. On a canvas `u` runs from left
-- to right and `v` from top to bottom, -1 to 1 over the garment, float32
-- (n, 28, 28); `vary(low, high)` gives each canvas a number of its own,
-- (n, 1, 1); a painter returns how much of each pixel is covered, 0 to 1.

local EDGE = 9  -- pixels a unit of u or v, about: edges are a pixel wide

local function inside(x, low, high)
  return ln.minimum((x - low) * EDGE, (high - x) * EDGE):clip(0, 1)
end

local function box(c, left, right, top, bottom)
  return inside(c.u, left, right) * inside(c.v, top, bottom)
end

-- A body whose half width goes from `shoulder` to `hem` between top and bottom.
local function body(c, shoulder, hem, top, bottom)
  local width = shoulder + (hem - shoulder) * (c.v - top) / (bottom - top)
  return ((width - c.u:abs()) * EDGE):clip(0, 1) * inside(c.v, top, bottom)
end

-- Two sleeves that leave the shoulders at `angle` and end at the height `stop`.
local function sleeves(c, shoulder, angle, width, stop)
  local center = shoulder - width * 0.5 + (c.v + 0.9) * angle
  return inside(c.u:abs(), center - width, center + width) * inside(c.v, -0.95, stop)
end

local function neck(c, width, depth)
  return ((1 - (c.u / width) ^ 2 - ((c.v + 0.95) / depth) ^ 2) * 4):clip(0, 1)
end

-- What is above the sole of a shoe: highest at the heel (u = -1), `slope` lower at the toe.
local function upper(c, heel, slope, sole)
  local top = heel + (c.u + 1) * 0.5 * slope
  return inside(c.v, top, sole) * inside(c.u, -0.95, 0.95)
end

local painters = {
  function(c)  -- T-shirt/top
    local shoulder = c.vary(0.45, 0.6)
    local shape = ln.maximum(body(c, shoulder, c.vary(0.42, 0.6), -0.92, c.vary(0.75, 0.95)),
      sleeves(c, shoulder, c.vary(0.3, 0.7), c.vary(0.12, 0.22), c.vary(-0.6, -0.1)))
    return shape * (1 - neck(c, c.vary(0.15, 0.3), c.vary(0.1, 0.35)))
  end,
  function(c)  -- Trouser
    local spread, hip = c.vary(0.02, 0.2), c.vary(0.26, 0.42)
    local gap = (c.v + c.vary(0.4, 0.7)) * spread
    local legs = inside(c.u:abs(), gap, hip + (c.v + 1) * 0.5 * spread)
    return ln.maximum(legs * inside(c.v, -0.95, 0.95), box(c, -hip, hip, -0.95, -0.55))
  end,
  function(c)  -- Pullover
    local shoulder = c.vary(0.42, 0.58)
    local shape = ln.maximum(body(c, shoulder, c.vary(0.42, 0.6), -0.92, c.vary(0.7, 0.92)),
      sleeves(c, shoulder, c.vary(0.12, 0.35), c.vary(0.11, 0.18), c.vary(0.35, 0.9)))
    return shape * (1 - neck(c, c.vary(0.12, 0.25), c.vary(0.06, 0.15)))
  end,
  function(c)  -- Dress
    local shape = body(c, c.vary(0.16, 0.34), c.vary(0.32, 0.62), -0.92, c.vary(0.8, 0.98))
    shape = ln.maximum(shape, sleeves(c, c.vary(0.25, 0.35), 0.3, 0.1, c.vary(-1.2, 0)))
    return shape * (1 - neck(c, c.vary(0.08, 0.2), c.vary(0.1, 0.4)))
  end,
  function(c)  -- Coat: as a pullover, longer, with a front that closes and a collar
    local shoulder = c.vary(0.42, 0.56)
    local shape = ln.maximum(body(c, shoulder, c.vary(0.44, 0.62), -0.94, c.vary(0.82, 0.98)),
      sleeves(c, shoulder, c.vary(0.12, 0.3), c.vary(0.11, 0.18), c.vary(0.4, 0.95)))
    local front = inside(c.u - c.vary(-0.06, 0.06), -0.07, 0.07) * c.vary(0.5, 1)
    return shape * (1 - front) * (1 - neck(c, c.vary(0.1, 0.22), c.vary(0.1, 0.3)))
  end,
  function(c)  -- Sandal: a sole, a heel and straps
    local sole = inside(c.v + c.u * c.vary(-0.1, 0.25), 0.3, c.vary(0.42, 0.55))
    local heel = box(c, -0.95, c.vary(-0.85, -0.6), 0.2, c.vary(0.5, 0.85))
    local first, second = c.vary(-0.8, -0.1), c.vary(0, 0.8)
    local lean = c.vary(-0.5, 0.5)
    local straps = ln.maximum(inside(c.u + c.v * lean, first - 0.1, first + 0.1),
      inside(c.u - c.v * lean, second - 0.1, second + 0.1)) * inside(c.v, c.vary(-0.6, 0.1), 0.4)
    return ln.maximum(ln.maximum(sole * inside(c.u, -0.95, 0.95), heel), straps)
  end,
  function(c)  -- Shirt: sleeves of any length, an open collar and a row of buttons
    local shoulder = c.vary(0.42, 0.58)
    local shape = ln.maximum(body(c, shoulder, c.vary(0.4, 0.58), -0.92, c.vary(0.75, 0.95)),
      sleeves(c, shoulder, c.vary(0.12, 0.6), c.vary(0.11, 0.2), c.vary(-0.1, 0.85)))
    local collar = ((c.vary(0.05, 0.18) - c.u:abs() - (c.v + 0.9) * 0.35) * EDGE):clip(0, 1)
    local buttons = inside(c.u, -0.05, 0.05) * (c.v * c.vary(14, 22)):sin():clip(0, 1)
    return shape * (1 - collar) * (1 - buttons * c.vary(0.3, 0.8))
  end,
  function(c)  -- Sneaker
    local sole = c.vary(0.3, 0.5)
    return upper(c, c.vary(-0.35, 0.05), c.vary(0.05, 0.4), sole) *
      (1 - inside(c.v, sole - 0.16, sole - 0.06) * c.vary(0, 0.8))
  end,
  function(c)  -- Bag
    local half, top, bottom = c.vary(0.55, 0.95), c.vary(-0.5, 0), c.vary(0.5, 0.9)
    local width, height = half * c.vary(0.4, 0.8), c.vary(0.3, 0.6)
    local ring = ((c.u / width) ^ 2 + ((c.v - top) / height) ^ 2):sqrt()
    local handle = inside(ring, 0.78, 1.05) * inside(c.v, -1, top + 0.1) * c.vary(0.2, 1)
    return ln.maximum(box(c, -half, half, top, bottom), handle)
  end,
  function(c)  -- Ankle boot
    local sole = c.vary(0.5, 0.75)
    local shaft = box(c, -0.9, c.vary(-0.2, 0.3), c.vary(-0.95, -0.5), sole)
    local heel = box(c, -0.9, c.vary(-0.6, -0.35), 0.2, sole + c.vary(0.02, 0.25))
    return ln.maximum(ln.maximum(upper(c, c.vary(-0.3, 0.05), c.vary(0.1, 0.5), sole), shaft), heel)
  end,
}

-- n images of a class, uint8 (n, 28, 28).
local function draw(painter, n, rng)
  local function vary(low, high) return rng:uniform({n, 1, 1}, {min = low, max = high}) end
  local axis = ln.arange(0, 28):astype("float32")
  local x, y = axis:reshape{1, 1, 28} - vary(11.8, 15.2), axis:reshape{1, 28, 1} - vary(12.2, 14.8)
  local angle = vary(-0.12, 0.12)
  local canvas = {
    vary = vary,
    u = (x + y * angle) / vary(10, 13.5),
    v = (y - x * angle) / vary(11.5, 14),
  }
  local cloth = vary(0.3, 0.75) * (1 + vary(-0.3, 0.3) * canvas.v)
  -- stripes, on some of them: along, across or slanted
  local wave = (canvas.u * vary(-18, 18) + canvas.v * vary(-18, 18)):sin()
  local stripes = wave * vary(-0.5, 0.35):clip(0, 1)
  local noise = rng:normal({n, 28, 28}, {stddev = 0.05})
  local light = painter(canvas) * cloth * (1 + stripes) + noise
  return (light * 255):round():clip(0, 255):astype("uint8")
end

local BLOCK = 100  -- images drawn at once: what is drawn on stays in the processor's cache

local function make(n, rng)
  local images, labels = {}, {}
  for class = 1, 10 do
    local count = n // 10 + (class <= n % 10 and 1 or 0)
    for first = 1, count, BLOCK do
      images[#images + 1] = draw(painters[class], math.min(BLOCK, count - first + 1), rng)
    end
    labels[class] = ln.full({count}, class - 1, {dtype = "uint8"})
  end
  local order = rng:permutation(n)
  return ln.concatenate(images):take(order, {axis = 1}), ln.concatenate(labels):take(order)
end

--- Options: `n_train` (10000), `n_test` (2000), `random_state` (0; the same images whatever
-- `ln.set_seed` says).
-- @return x_train uint8 (n_train, 28, 28), y_train uint8 (n_train,), x_test and y_test of n_test:
--   in form and class ids as `fashion_mnist.load_data()`
-- Errors: unknown options; fewer than 10 images.
--
--     local x_train, y_train = ln.datasets.garments.load_data{n_train = 10, n_test = 10}
--     print(x_train.shape, y_train.shape)                                  --> (10, 28, 28) (10,)
function garments.load_data(options)
  local rng = random(options.random_state)
  local x_train, y_train = make(options.n_train, rng)
  return x_train, y_train, make(options.n_test, rng)
end

return public(garments, {prefix = "garments.", options = {load_data = OPTIONS}})
