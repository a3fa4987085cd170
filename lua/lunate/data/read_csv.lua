--- read_csv: a table of numbers from a CSV file.
--
--     local values, names = ln.data.read_csv("wine.csv", {delimiter = ";"})
--     local some = ln.data.read_csv("wine.csv", {delimiter = ";", columns = {"pH", "quality"}})

local csv = require "lunate.data._csv"

--- Reads a file, plain or gzip, as a tensor (rows, columns).
-- @param path     the file; quoted fields, CRLF, a byte order mark and blank lines are understood
-- @param options  `header`: true, false or "auto" (default: the first row is one unless all of it
--   are numbers); `delimiter` (","); `columns`: which to keep, names or positions from 1, in the
--   order wanted (all); `dtype` ("float32"); `skip_rows`: lines to leave out at the beginning (0)
-- @return the tensor, and the names of its columns, or nil without a header
-- @raise for what is not a number of that dtype and for rows that are too short or too long, with
--   file, line and column. Missing values (nothing, NA, N/A, NaN, null, None) become NaN, or an
--   error when the dtype is not a float
return function(path, options)
  return csv("read_csv", path, options)
end
