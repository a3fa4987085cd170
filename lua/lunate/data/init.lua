--- Getting data in: batches of tensors, tables from CSV. One function a file: add a file, and
-- `ln.data` has it.
--
--     local values, names = ln.data.parse_csv("a,b\n1,2\n3,4\n5,6\n")
--     for rows in ln.data.batches(values, {batch_size = 2}) do print(rows.shape) end

return require "lunate.folder"("data function", ...)
