--- The entries, as they are gathered: all of them, by name, and by the value that they are of.

local comments = require "lunate.documentation.comments"

local book = {all = {}, by_name = {}, by_value = setmetatable({}, {__mode = "k"})}

--- Adds an entry, unless there is one of its name.
-- @param entry  `text`, its doc text, is taken apart
-- @return the entry of that name
function book.add(entry)
  if book.by_name[entry.name] then return book.by_name[entry.name] end
  entry.params, entry.options = entry.params or {}, entry.options or {}
  comments.parse(entry, entry.text or "")
  entry.text = nil
  entry.short = entry.name:match("[%w_]+$")
  book.all[#book.all + 1] = entry
  book.by_name[entry.name] = entry
  if entry.value ~= nil and not book.by_value[entry.value] then
    book.by_value[entry.value] = entry
  end
  return entry
end

return book
