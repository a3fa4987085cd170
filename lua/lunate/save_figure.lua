--- ln.utils.save_figure: a picture of a script that goes on without one.

local raise = require "lunate.raise"

local told = false

--- Saves a figure to the folder that $LUNATE_FIGURES names, else to `build/figures`, and prints
-- where it is. Where gnuplot is not installed it says so once, and the script goes on.
-- @param figure  what `ln.plot` makes
-- @param name  the file's name: .png or .svg
-- @return the path; nil without gnuplot
-- Errors: what is no figure; a file that cannot be written.
--
--     local figure = ln.plot.figure()
--     figure:line({1, 2, 3}, {1, 4, 9})
--     ln.utils.save_figure(figure, "squares.svg")
local function save_figure(figure, name)
  if getmetatable(figure) ~= "lunate.figure" then
    raise("save_figure: a figure expected, got %s", require("lunate.core").describe_value(figure))
  end
  local path = (os.getenv("LUNATE_FIGURES") or "build/figures") .. "/" .. tostring(name)
  local ok, message = pcall(figure.save, figure, path)
  if ok then
    print("figure: " .. path)
    return path
  elseif not message:find("gnuplot-nox", 1, true) then
    error(message, 0)
  elseif not told then
    told = true
    print("figures are left out: gnuplot is not installed (Debian package gnuplot-nox)")
  end
end

return {save_figure = save_figure}
