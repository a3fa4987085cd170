--- The length of a list, of which no entry may be nil: `cond and layer or nil` in a table leaves a
-- hole, behind which entries would be lost.
--
--     print(require "lunate.list_length"({1, 2}, "numbers"))                      --> 2

local raise = require "lunate.raise"

--- @param list  a table
-- @param what  how a message begins
-- @return how many entries there are; other keys than positions are left to the caller
-- Errors: a hole.
return function(list, what)
  local n, last = 0, 0
  for key in pairs(list) do
    if math.type(key) == "integer" then
      n, last = n + 1, math.max(last, key)
    end
  end
  if last == n then return n end
  local first = 1
  while list[first] ~= nil do first = first + 1 end
  raise("%s should be a list without holes, it has an entry %d after %d", what, last, first - 1)
end
