--- What a kind of plot is: a name, how much data it takes, its options, and a function from the
-- checked options and the data to what is drawn. From that come `plot.<name>(data, options)` and
-- the methods of figures and panels. A kind's file defines it and returns the function.
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
  title = {"string", optional = true, doc = "above the plot"},
  xlabel = {"string", optional = true, doc = "what the axis across shows"},
  ylabel = {"string", optional = true, doc = "what the axis upwards shows"},
  xlim = {"list", optional = true, doc = "{lowest, highest}; false leaves one to the data"},
  ylim = {"list", optional = true, doc = "the same upwards"},
  xscale = {"choice", choices = {"linear", "log"}, optional = true, doc = "linear without it"},
  yscale = {"choice", choices = {"linear", "log"}, optional = true, doc = "linear without it"},
  grid = {"boolean", optional = true, doc = "lines at the ticks (true)"},
  legend = {"any", optional = true, doc = "where names of series stand: true (above the axes), "
    .. 'false, "top", "bottom", "right" (outside), "top_left", "top_right", "bottom_left", '
    .. '"bottom_right" (inside)'},
}

--- Options of a figure of one, for plain functions.
kind.figure_options = {
  to_file = {"string", optional = true, doc = "a path that ends in .png or .svg; without it the "
    .. "plot is shown in the terminal"},
  terminal = {"choice", choices = {"auto", "blocks", "sixel"}, default = "auto",
    doc = "how it is shown there, see `figure:show`"},
  width = {"integer", min = 100, max = 10000, optional = true, doc = "in pixels"},
  height = {"integer", min = 80, max = 10000, optional = true, doc = "in pixels"},
  font_size = {"number", min = 4, max = 72, default = 11, doc = "in points"},
}

--- All options of a plain function: its own and these.
function kind.options(specs)
  local all = {}
  for _, options in ipairs{kind.panel_options, kind.figure_options, specs} do
    for name, spec in pairs(options) do all[name] = spec end
  end
  return all
end

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

-- Data and options of a call: the options come last, in a table without positions.
local function split(spec, ...)
  local args, n, options = {...}, select("#", ...), {}
  while n > 0 and args[n] == nil do n = n - 1 end
  if n > spec.min_args and data.is_options(args[n]) then options, n = args[n], n - 1 end
  if n < spec.min_args or n > spec.max_args then
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

-- The next n panels of a figure that nothing was drawn into.
local function free_panels(figure, n, what)
  local free = {}
  for _, panel in ipairs(figure.panels) do
    if not panel.used and #free < n then free[#free + 1] = panel end
  end
  if #free < n then
    raise("%s: the figure has %d panel%s (rows = %d, columns = %d), %d of them free, and %d %s "
      .. "needed", what, #figure.panels, #figure.panels == 1 and "" or "s", figure.rows,
      figure.columns, #free, n, n == 1 and "is" or "are")
  end
  return free
end

-- A figure for the n panels of a plain function.
local function figure_of(n, options)
  local columns = math.min(n, 3)
  return require "lunate.plot.figure"{
    rows = math.ceil(n / columns), columns = columns, title = n > 1 and options.title or nil,
    width = options.width, height = options.height, font_size = options.font_size,
  }
end

-- Draws into a panel, into the next ones of a figure or into a figure of its own. Nothing is
-- changed when something is wrong.
local function draw(spec, what, figure, panel, options, n, args)
  local drawn = spec.draw(options, panel and panel.n_series or 0, table.unpack(args, 1, n))
  if not spec.panels then drawn = {drawn} end
  if panel and #drawn > 1 then
    raise("%s: needs %d panels here: call it on the figure", what, #drawn)
  end
  figure = figure or figure_of(#drawn, options)
  local panels, settings = panel and {panel} or free_panels(figure, #drawn, what), {}
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
      check(what, spec.specific, given), n, args)
    return table.unpack(panels)
  end
end

--- Makes a kind known.
-- @param spec  name; min_args, max_args: how many arguments before the options; takes: those in
--   words; options: all that `kind.options` gives; draw; panels (true: draw returns a list)
-- @return the spec, for kind.plot
function kind.define(spec)
  spec.specific = {}
  for name, option in pairs(spec.options) do
    if not kind.figure_options[name] then spec.specific[name] = option end
  end
  kinds[spec.name] = spec
  return spec
end

--- What `plot.<name>(...)` does: a figure of one, saved or shown.
function kind.plot(spec, options, ...)
  local given, n, args = split(spec, ...)
  local what = "plot." .. spec.name
  local checked = check(what, options, given)
  local figure = draw(spec, what, nil, nil, checked, n, args)
  if checked.to_file then
    figure:save(checked.to_file)
  else
    figure:show{terminal = checked.terminal}
  end
end

return kind
