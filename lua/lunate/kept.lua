--- What the library keeps about objects, out of their users' sight: fields are their users'.
--
--     local kept = require "lunate.kept"()
--     local model = ln.Sequential()
--     kept[model].trainer = 1             -- a table, made when it is first asked for

local meta = {
  __mode = "k",
  __index = function(all, object)
    local record = {}
    all[object] = record
    return record
  end,
}

return function() return setmetatable({}, meta) end
