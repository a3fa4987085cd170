--- Linear models in scikit-learn's names and meanings. One a file: add a file, and
-- `ln.linear_model` has it.
--
--     local iris = ln.datasets.iris.load_data()
--     local x, y = iris.data[{ {}, {3, 4} }], iris.target:eq(0)       -- petals; setosa or not
--     local perceptron = ln.linear_model.Perceptron{random_state = 42}
--     print(perceptron:fit(x, y):score(x, y))                                  --> 1.0

return require "lunate.folder"("linear model", ...)
