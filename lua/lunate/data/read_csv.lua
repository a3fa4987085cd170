--- read_csv: a table of numbers from a CSV file.
--
--     local path = os.tmpname()
--     assert(io.open(path, "w")):write("pH;sugar;quality\n3.5;1.9;5\n3.2;2.6;7\n"):close()
--     local values, names = ln.data.read_csv(path, {delimiter = ";"})
--     print(values.shape, names[3])                                         --> (2, 3)  quality
--     print((ln.data.read_csv(path, {delimiter = ";", columns = {"quality"}})))   --> [[5.] [7.]]

local csv = require "lunate.data._csv"

--- Reads a file, plain or gzip, as a tensor (rows, columns).
-- @param path     the file; lines end with LF, CRLF or CR, in one file too; quoted fields, a byte
--   order mark and blank lines (which are left out) are understood
-- @param options  `header` ("auto": the first row is one unless all of it are numbers; or true,
--   false), `delimiter` (","), `columns` (all: which to keep, names or positions from 1, in the
--   order wanted), `dtype` ("float32"), `skip_rows` (0: lines to leave out at the beginning)
-- @return the tensor; the names of its columns, or nil without a header; what was not a number:
--   `missing`, how many values became NaN, and `blank_lines`, how many lines were left out
-- Errors: what is not a number of that dtype, and rows that are too short or too long, with file,
-- line and column; a column by a name that two have. Missing values (nothing, NA, N/A, NaN, null,
-- None) become NaN, or an error when the dtype is not a float.
--
--     local path = os.tmpname()
--     assert(io.open(path, "w")):write("a,b\n1,NA\n\n3,4\n"):close()
--     local values, names, left_out = ln.data.read_csv(path)
--     print(#values, left_out.missing, left_out.blank_lines)                --> 2 1 1
return function(path, options)
  return csv.read("read_csv", path, options)
end
