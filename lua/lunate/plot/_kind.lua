--- What a kind of plot is: a name, how much data it takes, its options, and a function from the
-- checked options and the data to what is drawn. From that come `plot.<name>(data, options)` and
-- the methods of figures and panels.
--
-- `draw(options, first, ...)` returns {marks = {...}, and defaults of settings}, or, where
-- `panels = true`, a list of those, each for a panel of its own. `first` is how many series the
-- panel has already. Settings are panel_options below and xticks, yticks (lists of {value, text}),
-- xinteger (only whole ticks), bare (no lines of axes), width and height (pixels that the panel
-- would like). A mark has a `kind` and `extent = {x = lists, y = lists}` of the values
-- that its axes should show:
--   line    x, y, style, width            points  x, y, marker, size, alpha
--   bars    left, right, top (lists), alpha       texts  x, y, text (lists), colors (list)
--   pixels  rows, columns, left, top, right, bottom, colors (row by row)
--   images  list of {rows, columns, colors}, titles, per_row, scale
-- with `color` and `name` (for the legend) where they are series, and `map, low, high` for a bar of
-- colours beside the panel.

local check = require "lunate.options"
local raise = require "lunate.raise"
local data = require "lunate.plot._data"

local kind = {}

--- Options that every panel has.
kind.panel_options = {
  title = {"string", optional = true},
  xlabel = {"string", optional = true},
  ylabel = {"string", optional = true},
  xlim = {"list", optional = true},
  ylim = {"list", optional = true},
  xscale = {"choice", choices = {"linear", "log"}, optional = true},
  yscale = {"choice", choices = {"linear", "log"}, optional = true},
  grid = {"boolean", optional = true},
  legend = {"any", optional = true},
}

--- Options of a figure of one, for plain functions.
kind.figure_options = {
  to_file = {"string", optional = true},
  terminal = {"choice", choices = {"auto", "blocks", "sixel"}, default = "auto"},
  width = {"integer", min = 100, max = 10000, optional = true},
  height = {"integer", min = 80, max = 10000, optional = true},
  font_size = {"number", min = 4, max = 72, default = 11},
}

local LEGENDS = {"top", "bottom", "right", "top_left", "top_right", "bottom_left", "bottom_right"}

local function check_limits(what, name, value)
  if value == nil then return end
  local low, high = value[1], value[2]
  local function is_limit(v) return v == nil or v == false
    or type(v) == "number" and v == v and math.abs(v) < math.huge end
  if not is_limit(low) or not is_limit(high) or low and high and low == high
    or next(value) == nil then
    raise("bad option '%s' of '%s' ({lowest, highest} expected, two numbers that differ; false "
      .. "leaves one to the data)", name, what)
  end
end

local function check_panel(what, options)
  for _, axis in ipairs{"x", "y"} do
    local limits = options[axis .. "lim"] or nil
    check_limits(what, axis .. "lim", limits)
    if limits and options[axis .. "scale"] == "log" then
      for i = 1, 2 do
        if limits[i] and limits[i] <= 0 then
          raise("'%s': %slim of a logarithmic axis should be positive, got %s", what, axis,
            tostring(limits[i]))
        end
      end
    end
  end
  local legend = options.legend
  if legend == nil or type(legend) == "boolean" then return end
  for _, place in ipairs(LEGENDS) do
    if legend == place then return end
  end
  raise("bad option 'legend' of '%s' (true, false or one of %s expected, got %s)", what,
    table.concat(LEGENDS, ", "), tostring(legend))
end

local function merged(...)
  local all = {}
  for _, options in ipairs{...} do
    for name, spec in pairs(options) do all[name] = spec end
  end
  return all
end

-- Data and options of a call: the options come last, in a table without positions.
local function split(spec, ...)
  local args, n, options = {...}, select("#", ...), {}
  if n > spec.least and data.is_options(args[n]) then options, n = args[n], n - 1 end
  while n > 0 and args[n] == nil do n = n - 1 end
  if n < spec.least or n > spec.most then
    raise("plot.%s takes %s, then a table of options; got %d argument%s before it", spec.name,
      spec.takes, n, n == 1 and "" or "s")
  end
  return options, n, args
end

-- What a panel will be with what was drawn: settings of the call, of the panel, of the kind.
local function settings_of(panel, options, drawn, alone)
  local settings = {}
  for name in pairs(kind.panel_options) do
    local given = options[name]
    if name == "title" and not alone then given = nil end
    if given == nil then given = panel.settings[name] end
    if given == nil then given = drawn[name] end
    settings[name] = given
  end
  for _, name in ipairs{"title", "xlabel", "ylabel"} do
    settings[name] = settings[name] and data.text(settings[name])
  end
  for _, name in ipairs{"xticks", "yticks", "xinteger", "bare", "width", "height"} do
    settings[name] = panel.settings[name]
    if settings[name] == nil then settings[name] = drawn[name] end
  end
  return settings
end

-- Draws into a panel, into the next ones of a figure or into a figure of its own. Nothing is
-- changed when something is wrong.
local function draw(spec, what, figure, panel, options, n, args)
  local drawn = spec.draw(options, panel and panel.n_series or 0, table.unpack(args, 1, n))
  if not spec.panels then drawn = {drawn} end
  if panel and #drawn > 1 then
    raise("%s: needs %d panels here: call it on the figure", what, #drawn)
  end
  figure = figure or require "lunate.plot.figure".of_panels(#drawn, options)
  local panels, settings = panel and {panel} or figure:free_panels(#drawn, what), {}
  for i, each in ipairs(panels) do
    settings[i] = settings_of(each, options, drawn[i], #drawn == 1)
    check_panel(what, settings[i])
  end
  for i, each in ipairs(panels) do
    each.settings, each.used = settings[i], true
    for _, mark in ipairs(drawn[i].marks) do
      each.marks[#each.marks + 1] = mark
      if mark.color then each.n_series = each.n_series + 1 end
    end
  end
  return figure, panels
end

local kinds = {}

--- The method of figures and panels of that name, or nil.
function kind.method(name)
  if type(name) ~= "string" or not name:match("^%l[%l_]*$") then return nil end
  local module = "lunate.plot." .. name
  if not (package.loaded[module] or package.searchpath(module, package.path)) then return nil end
  require(module)
  local spec = kinds[name]
  if not spec then return nil end
  return function(target, ...)
    local given, n, args = split(spec, ...)
    local what = (target.figure and "panel:" or "figure:") .. name
    local panel = target.figure and target or nil
    local _, panels = draw(spec, what, target.figure or target, panel,
      check(what, spec.own, given), n, args)
    return table.unpack(panels)
  end
end

--- Makes a kind; the function that is `plot.<name>`.
-- @param spec  name; least, most: how many arguments before the options; takes: those in words;
--   options; draw; panels (true: draw returns a list, for a panel each)
function kind.define(spec)
  spec.own = merged(kind.panel_options, spec.options)
  spec.all = merged(spec.own, kind.figure_options)
  kinds[spec.name] = spec
  return function(...)
    local given, n, args = split(spec, ...)
    local what = "plot." .. spec.name
    local options = check(what, spec.all, given)
    local figure = draw(spec, what, nil, nil, options, n, args)
    if options.to_file then
      figure:save(options.to_file)
    else
      figure:show{terminal = options.terminal}
    end
  end
end

return kind
