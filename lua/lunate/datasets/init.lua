--- Data sets and generators of data, one a file: add a file, and `ln.datasets` has it.
--
--     local iris = ln.datasets.iris.load_data()
--     local x, y = ln.datasets.make_moons{n_samples = 200, noise = 0.1, random_state = 0}
--     for name in pairs(ln.datasets) do print(name) end

return require "lunate.folder"("data set", ...)
