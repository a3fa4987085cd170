--- parse_csv: as read_csv, from a text.
--
--     print((ln.data.parse_csv("a,b\n1,2\n3,4\n")))                         --> [[1. 2.] [3. 4.]]

local csv = require "lunate.data._csv"

--- The tensor, the names of its columns and what was left out; options as in `read_csv`.
-- @param text  the text
-- @param options  those of read_csv
-- Errors: as of read_csv.
return function(text, options)
  return csv.read("parse_csv", text, options)
end
