-- plot.decision_boundary: which class a model sees where.
local core = require "lunate.core"
local kind = require "lunate.plot._kind"
local data = require "lunate.plot._data"
local colors = require "lunate.plot._colors"
local points_of = require "lunate.plot._points"
local raise = require "lunate.raise"
local is_tensor = require "lunate.is_tensor"

local OPTIONS = kind.options{
  class_names = {"list", optional = true},
  resolution = {"integer", min = 10, max = 2000, default = 250},
  threshold = {"number", default = 0.5},
  size = {"number", min = 0.5, max = 100, optional = true},
  alpha = {"number", min = 0.01, max = 1, optional = true},
}

-- The class of each row: what has the greatest probability, what is over the threshold, or what a
-- model that is no network says.
local function predict(what, model, grid, threshold)
  local is_object = type(model) == "table" or type(model) == "userdata"
  if not (is_object and type(model.predict) == "function") then
    raise("%s: an object with a method 'predict' expected, got %s", what, type(model))
  end
  local is_network = getmetatable(model) == "lunate.model"
  local said = is_network and model:predict(grid, {verbose = 0, batch_size = 4096})
    or not is_network and model:predict(grid)
  if not is_tensor(said) or said.shape[1] ~= #grid or said.rank > 2 then
    raise("%s: predict should give a class, or probabilities of classes, for each of %d points, "
      .. "got %s", what, #grid, is_tensor(said)
      and "a tensor of shape " .. tostring(said.shape) or type(said))
  end
  if said.rank == 2 and said.shape[2] > 1 then
    return data.numbers(what, said:argmax{axis = -1} - 1)
  end
  if is_network then said = said:gt(threshold):astype("int64") end
  return data.numbers(what, said)
end

local spec = kind.define{
  name = "decision_boundary", min_args = 3, max_args = 3, takes = "a model, x (n, 2) and y (n)",
  options = OPTIONS,
  draw = function(options, _, model, x, y)
    local what = "plot.decision_boundary"
    if type(x) == "table" and type(x[1]) == "table" then x = core.tensor(x) end
    if not is_tensor(x) or x.rank ~= 2 or x.shape[2] ~= 2 or #x == 0 then
      raise("%s: points (n, 2) expected: a plane has two axes; got %s", what,
        is_tensor(x) and "a tensor of shape " .. tostring(x.shape)
        or type(x))
    end
    local points, known = points_of(what, {classes = y, class_names = options.class_names,
      size = options.size, alpha = options.alpha or 0.9}, 0, data.points(what, x))
    local function side(axis)
      local limits = options[axis .. "lim"]
      local low, high = math.huge, -math.huge
      for _, mark in ipairs(points) do
        for _, v in ipairs(mark[axis]) do
          if v == v and math.abs(v) < math.huge then
            low, high = math.min(low, v), math.max(high, v)
          end
        end
      end
      if low > high then low, high = 0, 1 end
      local room = high > low and (high - low) * 0.12 or 0.5
      return limits and limits[1] or low - room, limits and limits[2] or high + room
    end
    local left, right = side "x"
    local bottom, top = side "y"
    local n = options.resolution
    local dx, dy = (right - left) / n, (top - bottom) / n
    -- The centres of the pixels, row by row from the top.
    local across = core.linspace(left + dx / 2, right - dx / 2, n)
    local down = core.linspace(top - dy / 2, bottom + dy / 2, n)
    local functions = core.functions
    local grid = functions.stack({
      functions.tile(across, {repeats = {n}}), functions["repeat_"](down, n),
    }, {axis = -1})
    local said = predict(what, model, grid, options.threshold)
    -- Colours are those of the points; classes that no point has follow.
    local tints = {}
    for k, id in ipairs(known.values) do
      tints[id] = colors.mix(0xFFFFFF, colors.of_series(known.places[k]), 0.28)
    end
    local pixels = {}
    for i, id in ipairs(said) do
      if not tints[id] then
        local whole = math.tointeger(id)
        tints[id] = colors.mix(0xFFFFFF, colors.of_series(whole and whole >= 0 and whole + 1 or 8),
          0.28)
      end
      pixels[i] = tints[id]
    end
    local area = {kind = "pixels", rows = n, columns = n, left = left, right = right, top = top,
      bottom = bottom, colors = pixels, tight = true,
      extent = {x = {{left, right}}, y = {{bottom, top}}}}
    return {marks = {area, table.unpack(points)}, grid = false}
  end,
}

--- Draws the plane in the colours of the classes that a model predicts there, and points of known
-- classes over it.
--
-- `plot.decision_boundary(model, x, y, options)`; a method of figures and panels.
-- @param model  a model of two inputs with one output (a probability) or one for each class; or
--   anything with a `predict` that takes points (n, 2) and gives class ids (n)
-- @param x  (n, 2) points
-- @param y  (n) or (n, 1) their class ids
-- @param options  `class_names`: of id 0 first; `threshold` (0.5): a single output above it is
--   class 1; `resolution` (250): predictions along each axis; `size` and `alpha`: of the points,
--   as in plot.scatter. Those of every plot, as in plot.line, of which `xlim` and `ylim` are
--   the part of the plane (by default what is around the points)
-- Errors: points with more than two features; a predict that gives something else.
--
--     local x, y = ln.datasets.make_moons{n_samples = 200, noise = 0.1, random_state = 0}
--     local model = ln.Sequential{ln.layers.Dense{8, activation = "tanh", input_shape = {2}},
--       ln.layers.Dense{1, activation = "sigmoid"}}
--     model:compile{loss = "binary_crossentropy", optimizer = ln.optimizers.Adam(0.05)}
--     model:fit(x, y, {epochs = 20, verbose = 0})
--     ln.plot.decision_boundary(model, x, y, {to_file = "build/plots/boundary.png"})
return function(model, x, y, options)
  return kind.plot(spec, OPTIONS, model, x, y, options)
end
