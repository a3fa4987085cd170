--- Predictions from the nearest samples, in scikit-learn's names and meanings. One a file: add a
-- file, and `ln.neighbors` has it.
--
--     local model = ln.neighbors.KNeighborsRegressor{n_neighbors = 2}
--     print(model:fit({{0}, {1}, {5}}, {0, 10, 50}):predict{{0.4}})              --> [5.]

return require "lunate.folder"("neighbors estimator", ...)
