-- What the scripts here share: `save(figure, name)` writes a figure to build/figures (or the folder
-- that $LUNATE_FIGURES names) and says where it is. Without gnuplot a script runs all the same, and
-- says that its figures are left out.

local told = false

return function(figure, name)
  local path = (os.getenv("LUNATE_FIGURES") or "build/figures") .. "/" .. name
  local ok, message = pcall(figure.save, figure, path)
  if ok then
    print("figure: " .. path)
  elseif not message:find("gnuplot-nox", 1, true) then
    error(message, 0)
  elseif not told then
    told = true
    print("figures are left out: gnuplot is not installed (Debian package gnuplot-nox)")
  end
end
