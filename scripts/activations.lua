-- make run SCRIPT=scripts/activations.lua
--
-- Four activation functions and their derivatives. Without one of them between, layers of a
-- network would be no more than a single linear layer; with a step between, gradients would be
-- zero and nothing would be learnt.

local ln = require "lunate"
local save = ln.utils.save_figure

local names = {"step", "sigmoid", "tanh", "relu"}
local functions = {
  step = function(x) return ln.sign(x) end,
  sigmoid = ln.sigmoid, tanh = ln.tanh, relu = ln.relu,
}

-- No derivative is written down: a tape records what is computed and goes back over it. Each value
-- depends on its own x alone, so the gradient of their sum holds the derivative at every x.
local x = ln.linspace(-4, 4, 401)
local values, derivatives = {}, {}
for i, name in ipairs(names) do
  local tape <close> = ln.GradientTape()
  tape:watch(x)
  local y = functions[name](x)
  values[i], derivatives[i] = y, tape:gradient(y:sum(), x) or ln.zeros_like(x)
end

local fig = ln.plot.figure{rows = 1, columns = 2}
local look = {names = names, styles = {"dotted", "solid", "dashed", "dashdot"}, xlabel = "x",
  line_width = 2.5}
local function with(more)
  for key, value in pairs(look) do more[key] = value end
  return more
end
fig:line(x, values, with{title = "Activation functions", ylim = {-1.2, 2.2}})
fig:line(x, derivatives, with{title = "Their derivatives", ylim = {-0.1, 1.2}})
save(fig, "activations.png")

for i, name in ipairs(names) do
  print(("%-8s at most %4.2f, its derivative at most %4.2f"):format(
    name, values[i]:max():item(), derivatives[i]:max():item()))
end
