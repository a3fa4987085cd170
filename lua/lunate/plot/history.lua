-- plot.history: how a training went.
local kind = require "lunate.plot._kind"
local data = require "lunate.plot._data"
local colors = require "lunate.plot._colors"
local line = require "lunate.plot._line"
local raise = require "lunate.raise"

local OPTIONS = kind.options{
  metrics = {"list", optional = true},
  line_width = {"number", default = 2, min = 0.1, max = 20},
}

local function is_lists(value)
  if type(value) ~= "table" or next(value) == nil then return false end
  for name, list in pairs(value) do
    if type(name) ~= "string" or type(list) ~= "table" then return false end
  end
  return true
end

-- The names without val_, loss first, then as the history has them.
local function quantities(keys)
  local list, seen = {}, {}
  local function add(name)
    if not seen[name] then seen[name], list[#list + 1] = true, name end
  end
  for _, key in ipairs(keys) do
    if key == "loss" or key == "val_loss" then add("loss") end
  end
  for _, key in ipairs(keys) do add((key:gsub("^val_", ""))) end
  return list
end

-- The epochs that the values under a name belong to; nil for plain lists.
local function epochs_of(history, name)
  return getmetatable(history) == "lunate.callback" and history:epochs(name)
    or type(history.epoch) == "table" and history.epoch or nil
end

local spec = kind.define{
  name = "history", min_args = 1, max_args = 1, takes = "a history",
  options = OPTIONS, panels = true,
  draw = function(options, _, history)
    local is_callback = getmetatable(history) == "lunate.callback"
    local lists = (is_callback or type(history) == "table") and history.history or history
    if not is_lists(lists) then
      raise("plot.history: what fit returned, with values of one epoch at least, expected, got %s",
        (is_callback or type(history) == "table") and tostring(history) or type(history))
    end
    local keys = type(history.keys) == "table" and history.keys
    if not keys then
      keys = {}
      for name in pairs(lists) do keys[#keys + 1] = name end
      table.sort(keys)
    end
    local panels = {}
    for _, name in ipairs(options.metrics or quantities(keys)) do
      local drawn = {marks = {}, xlabel = "epoch", ylabel = tostring(name), xinteger = true}
      local function add(key, of, style, color)
        local list = lists[key]
        if not list then return end
        local y, x = data.numbers("plot.history: " .. name, list), {}
        local epochs = epochs_of(history, key)
        for i = 1, #y do x[i] = epochs and epochs[i] or i end
        drawn.marks[#drawn.marks + 1] = line(x, y, color, {name = of, style = style,
          width = options.line_width, color = colors.series[color]})
      end
      add(name, "training", "solid", 1)
      add("val_" .. tostring(name), "validation", "dashed", 2)
      if #drawn.marks == 0 then
        raise("plot.history: there is no '%s' in this history; there are: %s", tostring(name),
          table.concat(quantities(keys), ", "))
      end
      panels[#panels + 1] = drawn
    end
    return panels
  end,
}

--- Draws what `fit` returned: a panel for the loss and for each metric, the values of training and
-- of validation by colour and style.
--
-- `plot.history(history, options)`; a method of figures (a panel for each metric) and of panels
-- (for a single metric).
-- @param history  a History, or its table `history.history` of lists by name
-- @param options  `metrics`: names of which to draw, as {"loss", "accuracy"} (by default all);
--   `line_width` (2): in pixels. Those of every plot, as in plot.line
-- Errors: no History; a metric that it does not have, with those that it has.
--
--     local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
--     model:compile{loss = "mse", optimizer = "sgd"}
--     local x = ln.random.normal{32, 1}
--     local h = model:fit(x, 2 * x, {epochs = 5, validation_split = 0.25, verbose = 0})
--     ln.plot.history(h, {to_file = "build/plots/history.png"})
return function(history, options)
  return kind.plot(spec, OPTIONS, history, options)
end
