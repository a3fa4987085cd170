-- plot.confusion_matrix: which classes are taken for which.
local kind = require "lunate.plot._kind"
local data = require "lunate.plot._data"
local colors = require "lunate.plot._colors"
local matrix = require "lunate.plot._matrix"
local raise = require "lunate.raise"

local OPTIONS = kind.options{
  class_names = {"list", optional = true},
  normalize = {"boolean", default = false},
  map = {"choice", choices = colors.map_names, default = "blues"},
  colorbar = {"boolean", default = false},
}

-- Ids as integers; how many classes they need.
local function ids(what, value, n_classes)
  local list, largest = data.numbers(what, value), 0
  for i, id in ipairs(list) do
    list[i] = math.tointeger(id)
    if not list[i] or id < 0 or id >= (n_classes or 1000) then
      raise("%s: class ids from 0 to %d expected, got %s at %d", what, (n_classes or 1000) - 1,
        tostring(id), i)
    end
    largest = math.max(largest, list[i] + 1)
  end
  return list, largest
end

local spec = kind.define{
  name = "confusion_matrix", min_args = 2, max_args = 2, takes = "y_true and y_pred",
  options = OPTIONS,
  draw = function(options, _, y_true, y_pred)
    local what, names = "plot.confusion_matrix", options.class_names
    local known = names and #names or nil
    local truth, n_truth = ids(what .. ": y_true", y_true, known)
    local said, n_said = ids(what .. ": y_pred", y_pred, known)
    if #truth ~= #said then
      raise("%s: y_true has %d values, y_pred has %d", what, #truth, #said)
    end
    local n, rows = known or math.max(n_truth, n_said), {}
    if n == 0 then raise("%s: there are no classes", what) end
    if not names then
      names = {}
      for i = 1, n do names[i] = tostring(i - 1) end
    end
    for i = 1, n do
      rows[i] = {}
      for k = 1, n do rows[i][k] = 0 end
    end
    for i, id in ipairs(truth) do
      local row = rows[id + 1]
      row[said[i] + 1] = row[said[i] + 1] + 1
    end
    if options.normalize then
      for _, row in ipairs(rows) do
        local total = 0
        for _, count in ipairs(row) do total = total + count end
        for k, count in ipairs(row) do row[k] = total > 0 and 100 * count / total or 0 end
      end
    end
    local drawn = matrix.draw(what, {map = options.map, colorbar = options.colorbar,
      annotate = n <= 30, format = options.normalize and "%.0f%%" or "%d", x_names = names,
      y_names = names, range = options.normalize and {0, 100} or nil}, rows)
    drawn.xlabel, drawn.ylabel = "predicted", "true"
    -- Cells that are wide enough for their numbers.
    drawn.width = math.max(560, math.min(1600, 200 + 56 * n))
    drawn.height = math.max(460, math.min(1400, 170 + 42 * n))
    return drawn
  end,
}

--- Draws how often each class (rows) was taken for each (columns).
--
-- `plot.confusion_matrix(y_true, y_pred, options)`; a method of figures and panels.
-- @param y_true  (n) class ids from 0
-- @param y_pred  (n) class ids that a model said
-- @param options  `class_names`: of id 0 first; their number is the number of classes (without them
--   the largest id plus one); `normalize` (false): shares of each row in percent; `map` ("blues"):
--   as in plot.heatmap; `colorbar` (false): a bar of the map beside it. Those of every plot, as
--   in plot.line
-- Errors: lengths that differ; an id that is none.
--
--     ln.plot.confusion_matrix({0, 1, 2, 2}, {0, 1, 1, 2}, {class_names = {"cat", "dog", "owl"},
--       to_file = "build/plots/confusion.png"})
return function(y_true, y_pred, options)
  return kind.plot(spec, OPTIONS, y_true, y_pred, options)
end
