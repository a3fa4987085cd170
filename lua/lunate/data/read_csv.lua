--- read_csv: a table of numbers from a CSV file.
--
--     local path = os.tmpname()
--     io.open(path, "w"):write("pH;sugar;quality\n3.5;1.9;5\n3.2;2.6;7\n"):close()
--     local values, names = ln.data.read_csv(path, {delimiter = ";"})
--     print(values.shape, names[3])                                         --> (2, 3)  quality
--     print((ln.data.read_csv(path, {delimiter = ";", columns = {"quality"}})))   --> [[5.] [7.]]

local csv = require "lunate.data._csv"

--- Reads a file, plain or gzip, as a tensor (rows, columns).
-- @param path     the file; quoted fields, CRLF, a byte order mark and blank lines are understood
-- @param options  `header` ("auto": the first row is one unless all of it are numbers; or true,
--   false), `delimiter` (","), `columns` (all: which to keep, names or positions from 1, in the
--   order wanted), `dtype` ("float32"), `skip_rows` (0: lines to leave out at the beginning)
-- @return the tensor, and the names of its columns, or nil without a header
-- Errors: what is not a number of that dtype, and rows that are too short or too long, with file,
-- line and column. Missing values (nothing, NA, N/A, NaN, null, None) become NaN, or an error when
-- the dtype is not a float.
return function(path, options)
  return csv.read("read_csv", path, options)
end
