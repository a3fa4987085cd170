--- Figures: one or several plots in rows and columns, saved to a file or shown in the terminal.
-- A figure describes; _gnuplot.lua and _terminal.lua draw. Kinds of plots: see init.lua.
--
-- `plot.figure{rows = 1, columns = 1, title =, width =, height =, font_size = 11}`: width and
-- height in pixels (by default what the panels need). Every kind of plot is a method: called on the
-- figure it fills the next panel (in reading order) and returns it, called on a panel it draws over
-- what is there, in the panel's colours and legend. Options of panels, with any kind: `title`,
-- `xlabel`, `ylabel`, `xlim = {low, high}` (false leaves one to the data), `ylim`, `xscale =
-- "linear"|"log"`, `yscale`, `grid`, `legend` (true where series have names: above the axes; false;
-- or "top", "bottom", "right" outside of the axes, "top_left", "top_right", "bottom_left",
-- "bottom_right" in them). NaN and infinities are gaps.
-- Errors: more kinds than panels; those of the kinds, after which the figure is as it was.
--
--     local fig = ln.plot.figure{rows = 1, columns = 2, title = "Waves"}
--     local x = ln.linspace(0, 10, 100)
--     local panel = fig:line(x, ln.sin(x), {names = {"sin"}, ylim = {-1, 1}})
--     panel:line(x, ln.cos(x), {names = {"cos"}, styles = {"dashed"}})
--     fig:scatter(ln.sin(x), ln.cos(x), {xlabel = "sin", ylabel = "cos"})
--     fig:save("build/plots/waves.png")

local core = require "lunate.core"
local class = require "lunate.class"
local terminal_columns = require "lunate.columns"
local raise = require "lunate.raise"
local kind = require "lunate.plot._kind"
local data = require "lunate.plot._data"
local public = require "lunate.public"

-- A panel: settings (see _kind.lua), marks, and its figure. Kinds are its methods.
local Panel = {__name = "lunate.panel", __metatable = "lunate.panel"}
function Panel:__index(name) return kind.method(name) end
function Panel:__tostring()
  return ("Panel(%s%d series)"):format(self.settings.title and self.settings.title .. ": " or "",
    self.n_series)
end

local Figure = class("Figure", {type = "lunate.figure"})
Figure.options = {
  rows = {"integer", default = 1, min = 1, max = 50, doc = "of panels"},
  columns = {"integer", default = 1, min = 1, max = 50, doc = "of panels"},
  title = {"string", optional = true, doc = "above all of them"},
  width = kind.figure_options.width,
  height = kind.figure_options.height,
  font_size = kind.figure_options.font_size,
}

-- Methods of the class, then kinds.
Figure.__index = function(_, name)
  local value = Figure[name]
  if value == nil then return kind.method(name) end
  return value
end

function Figure:init(options)
  for name, value in pairs(options) do self[name] = value end
  self.title = self.title and data.text(self.title) or nil
  self.panels = {}
  for i = 1, self.rows * self.columns do
    self.panels[i] = setmetatable({figure = self, settings = {}, marks = {}, n_series = 0,
      used = false}, Panel)
  end
end

--- Writes the figure to a file; its folder is made where it is missing.
-- @param path  ends in .png or .svg
-- Errors: another ending; gnuplot is missing (Debian package gnuplot-nox) or fails, with what it
-- says; the file cannot be written.
--
--     local fig = ln.plot.figure()
--     fig:bar({3, 5, 2}, {names = {"ants", "bees", "wasps"}})
--     fig:save("build/plots/insects.svg")
function Figure:save(path)
  if type(path) ~= "string" or path == "" or path:find("\0", 1, true) then
    raise("figure:save: a path expected, got %s", type(path) == "string" and "'" .. path .. "'"
      or type(path))
  end
  local format = (path:match("%.(%a+)$") or ""):lower()
  if format ~= "png" and format ~= "svg" then
    raise("figure:save: the file's name should end in .png or .svg, got '%s'", path)
  end
  local content = require "lunate.plot._gnuplot"(self, format)
  require "lunate.plot._write"("figure:save", path, content)
end

local TEXT_OPTIONS = {
  columns = {"integer", min = 30, max = 1000, default = 80},
  rows = {"integer", min = 8, max = 1000, default = 22},
  colors = {"choice", choices = {"none", "256", "full"}, default = "none"},
}

--- The figure as text in Unicode's blocks and Braille dots.
-- @param options  `columns` (80: the width of the text), `rows` (22: its height; panels that do
--   not fit side by side stand below each other, no smaller than can be read), `colors` ("none"):
--   "256" or "full" with the terminal's codes for colours
-- @return the text, lines ending in newlines. Errors: options out of range.
--
--     local fig = ln.plot.figure()
--     fig:line({1, 3, 2, 5})
--     print(fig:to_text{columns = 40, rows = 10})
function Figure:to_text(options)
  return require "lunate.plot._terminal"(self, options)
end

local SHOW_OPTIONS = {terminal = kind.figure_options.terminal}

-- What colours the terminal has: $NO_COLOR (no-color.org), $COLORTERM and $TERM say it.
local function colors_of_terminal()
  local no_color, term = os.getenv("NO_COLOR"), os.getenv("TERM") or ""
  if no_color and no_color ~= "" or not core.is_terminal() or term == "dumb" or term == "" then
    return "none"
  end
  local depth = os.getenv("COLORTERM") or ""
  if depth == "truecolor" or depth == "24bit" or term:find("direct", 1, true) then return "full" end
  return "256"
end

-- Whether the terminal shows sixel pictures: 4 among its attributes (VT100.net, DA1). Asked once.
local sixel
local function has_sixel()
  if sixel == nil then
    local term = os.getenv("TERM") or "dumb"
    local reply = core.is_terminal() and term ~= "dumb" and term ~= "linux"
      and core.ask_terminal("\27[c", "c", 500)
    sixel = reply and (reply:gsub("%D", ";") .. ";"):find(";4;", 1, true) ~= nil or false
  end
  return sixel
end

--- Shows the figure in the terminal (on standard output).
-- @param options  `terminal` ("auto": sixel graphics where the terminal answers that it has them,
--   drawn by gnuplot, which knows no dashes there; else Unicode's blocks, in as many colours as
--   $COLORTERM and $TERM tell and in none with $NO_COLOR or where output goes elsewhere); "blocks"
--   and "sixel" force one
-- Errors: "sixel" without gnuplot.
--
--     local fig = ln.plot.figure()
--     fig:hist(ln.random.normal{500}, {title = "500 numbers"})
--     fig:show{terminal = "blocks"}
function Figure:show(options)
  local terminal = options.terminal
  local gnuplot = require "lunate.plot._gnuplot"
  if terminal == "auto" then terminal = gnuplot.found() and has_sixel() and "sixel" or "blocks" end
  if terminal == "sixel" then
    io.stdout:write(gnuplot(self, "sixel"), "\n")
  else
    local columns, rows = terminal_columns(), select(2, core.terminal_size())
    rows = rows or math.tointeger(tonumber(os.getenv("LINES"))) or 24
    -- Two lines are left for the prompt. A large terminal is not filled: a picture of a page's size
    -- is easier to take in.
    columns, rows = math.min(columns, 120), math.min(rows - 2, 36)
    -- A cell counts as 8 by 20 pixels where a size was asked for.
    if self.width then columns = math.min(columns, self.width // 8) end
    if self.height then rows = math.min(rows, self.height // 20) end
    io.stdout:write(self:to_text{columns = math.max(30, columns), rows = math.max(8, rows),
      colors = colors_of_terminal()})
  end
  io.stdout:flush()
end

function Figure:__tostring()
  local parts = {}
  for i, panel in ipairs(self.panels) do
    parts[i] = panel.used and tostring(panel) or "empty"
  end
  return ("Figure(%d x %d: %s)"):format(self.rows, self.columns, table.concat(parts, ", "))
end

return public(Figure, {prefix = "figure:",
  options = {to_text = TEXT_OPTIONS, show = SHOW_OPTIONS}})
