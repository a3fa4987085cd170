--- Getting data in: batches of tensors, tables from CSV. One function a file: add a file, and
-- `ln.data` has it.
--
--     for x, y in ln.data.batches(x_train, y_train, {batch_size = 32, shuffle = true}) do ... end
--     local values, names = ln.data.read_csv("wine.csv")

return require "lunate.folder"("data function", ...)
