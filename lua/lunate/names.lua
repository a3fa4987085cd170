--- The names in one of lunate's tables, for completion, help and tostring. A table whose parts load
-- at first use says them by `__names` in its metatable, a function that loads as little as it can;
-- of a plain table they are its keys.
--
--     local names = require "lunate.names"
--     print(names(ln.schedules)[1])                                       --> CosineDecay
--     print(ln.schedules)   -- ln.schedules (6): CosineDecay, CosineDecayRestarts, ...

local core = require "lunate.core"
local raise = require "lunate.raise"

local FEW = 16       -- names that a message lists beside the one that was meant
local MANY = 64      -- more than these are not all listed
local WIDTH = 100   -- columns that tostring takes at most

local names = {}

--- The names, sorted; strings that are keys, none that begins with an underscore.
function names.of(space)
  local meta = debug.getmetatable(space)
  local known, list = meta and meta.__names and meta.__names(space), {}
  if known then
    table.move(known, 1, #known, 1, list)
  elseif type(space) == "table" then
    for name in next, space do
      if type(name) == "string" and not name:find("^_") then list[#list + 1] = name end
    end
  end
  table.sort(list)
  return list
end

--- Raises for a name that one of lunate's tables does not have, with the one that was meant, else
-- with all there are (both where these are few; of very many the first).
-- @param what  what the names are, for messages: "layer"
-- @param name  the key
-- @param list  the names that there are
function names.missing(what, name, list)
  name = tostring(name)
  local meant = core.suggestion(name, list)
  local others = ""
  if #list > MANY and meant == "" then
    others = ("; there are %d: %s, ..."):format(#list, table.concat(list, ", ", 1, FEW))
  elseif #list <= FEW or meant == "" then
    others = "; there are: " .. table.concat(list, ", ")
  end
  raise("there is no %s '%s'%s%s", what, core.cut(name), others, meant)
end

--- For a metatable's `__tostring`: what it is, how many names, and the first of them.
function names.text(space)
  local list = names.of(space)
  local title = tostring(getmetatable(space)):gsub("^lunate", "ln")
  local text = ("%s (%d): "):format(title, #list)
  for i, name in ipairs(list) do
    local more = (i > 1 and ", " or "") .. name
    if #text + #more > WIDTH - 5 then return text .. ", ..." end
    text = text .. more
  end
  return text
end

return setmetatable(names, {__call = function(_, space) return names.of(space) end})
