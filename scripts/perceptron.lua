-- make run SCRIPT=scripts/perceptron.lua
--
-- The perceptron (Rosenblatt, 1957) on Fisher's iris: two measurements of each flower, first one
-- species against the others, then all three, each against the rest. It draws straight lines only:
-- setosa stands apart and is separated in a few epochs; versicolor lies between the other two, so
-- no line has it alone on one side.

local ln = require "lunate"
local save = ln.utils.save_figure

local iris = ln.datasets.iris.load_data()
local x = iris.data[{ {}, {3, 4} }]   -- petal length and width, in centimetres
local is_other = iris.target:gt(0):astype("int64")   -- than setosa

local one = ln.linear_model.Perceptron{random_state = 42}
one:fit(x, is_other)
print(("setosa or not: accuracy %.3f after %d epochs"):format(one:score(x, is_other), one.n_iter_))

local three = ln.linear_model.Perceptron{random_state = 42}
three:fit(x, iris.target)
print(("three species: accuracy %.3f after %d epochs"):format(
  three:score(x, iris.target), three.n_iter_))

local fig = ln.plot.figure{columns = 2, title = "Perceptrons on iris"}
fig:decision_boundary(one, x, is_other, {class_names = {"setosa", "other"}, title = "setosa or not",
  xlabel = iris.feature_names[3], ylabel = iris.feature_names[4]})
fig:decision_boundary(three, x, iris.target, {class_names = iris.target_names,
  title = "three species", xlabel = iris.feature_names[3], ylabel = iris.feature_names[4]})
save(fig, "perceptron.png")

local flower = ln.tensor{{2, 0.5}}
print(("petals of 2 by 0.5 cm: %s"):format(iris.target_names[three:predict(flower)[1] + 1]))
