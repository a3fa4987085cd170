--- What the library keeps about each model, out of its user's sight: a field of a model is its
-- user's. `state[model]` is a table, made when it is first asked for.

return setmetatable({}, {
  __mode = "k",
  __index = function(all, model)
    local record = {}
    all[model] = record
    return record
  end,
})
