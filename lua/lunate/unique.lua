--- Names without repetition, as Keras numbers them: recall, recall_1, recall_2.
--
--     local take = require "lunate.unique"()
--     print(take("recall"), take("recall"), take("loss"))         --> recall   recall_1   loss

--- @param prefix  names with it before them are taken along (none)
-- @return take(name), which gives the name, numbered when it was taken before; is_taken(name)
return function(prefix)
  local taken = {}
  local function take(name)
    local free, k = name, 0
    while taken[free] or prefix and taken[prefix .. free] do
      k = k + 1
      free = name .. "_" .. k
    end
    taken[free] = true
    if prefix then taken[prefix .. free] = true end
    return free
  end
  return take, function(name) return taken[name] == true end
end
