-- make run SCRIPT=scripts/xor.lua
--
-- Exclusive or: true where one of two inputs is true and the other is not. No straight line has
-- the true ones on one side, so a perceptron cannot learn it (Minsky and Papert, 1969); a network
-- with a hidden layer can.

local ln = require "lunate"
local save = ln.utils.save_figure

ln.set_seed(42)
local x = ln.tensor{{0, 0}, {0, 1}, {1, 0}, {1, 1}}
local y = ln.tensor({0, 1, 1, 0}, {dtype = "int64"})

local perceptron = ln.linear_model.Perceptron{random_state = 42, tol = false}
perceptron:fit(x, y)

local mlp = ln.Sequential{
  ln.layers.Dense{4, activation = "tanh", input_shape = {2}},
  ln.layers.Dense{1, activation = "sigmoid"},
}
mlp:compile{
  loss = "binary_crossentropy", optimizer = ln.optimizers.Adam(0.1), metrics = {"accuracy"},
}
mlp:fit(x, y, {epochs = 200, verbose = 0})

local fig = ln.plot.figure{columns = 2, title = "Exclusive or"}
local look = {class_names = {"false", "true"}, size = 16, xlim = {-0.5, 1.5}, ylim = {-0.5, 1.5}}
for _, entry in ipairs{{"a perceptron", perceptron}, {"a hidden layer of four", mlp}} do
  look.title = entry[1]
  fig:decision_boundary(entry[2], x, y, look)
end
save(fig, "xor.png")

local _, accuracy = mlp:evaluate(x, y, {verbose = 0})
print(("perceptron: accuracy %.2f"):format(perceptron:score(x, y)))
print(("mlp:        accuracy %.2f"):format(accuracy))
