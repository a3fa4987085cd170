--- Pictures: to .png and .svg files (drawn by gnuplot) and into the terminal. One kind of plot a
-- file: add a file, and `ln.plot` has it, as a function of its own and as a method of figures.
-- What a kind makes is told at _kind.lua; what draws it: _gnuplot.lua and _terminal.lua.
--
--     local x = ln.linspace(-4, 4, 200)
--     ln.plot.line(x, {ln.tanh(x), ln.sigmoid(x)}, {names = {"tanh", "sigmoid"},
--       to_file = "build/plots/curves.png"})
--     local fig = ln.plot.figure{rows = 1, columns = 2, title = "Two views"}
--     fig:line(x, ln.tanh(x), {title = "tanh"})
--     fig:hist(ln.random.normal{1000}, {title = "normal", bins = 20})
--     fig:save("build/plots/views.svg")

return require "lunate.folder"("kind of plot", ...)
