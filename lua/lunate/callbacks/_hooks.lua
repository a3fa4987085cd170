--- Hooks of batches in which a callback has nothing to do by its options: fit runs several batches
-- at once where no callback looks at them. A hook that a subclass defines is always called.

local idle = setmetatable({}, {__mode = "k"})   -- {[callback] = {[hook's function] = true}}

local hooks = {names = {}}   -- of all hooks

for _, what in ipairs{"train", "epoch", "batch", "train_batch", "test", "test_batch", "predict",
                      "predict_batch"} do
  for _, moment in ipairs{"begin", "end"} do
    hooks.names[#hooks.names + 1] = "on_" .. what .. "_" .. moment
  end
end

--- Says that the function need not be called as a hook of this callback.
function hooks.leave_out(callback, f)
  idle[callback] = idle[callback] or {}
  idle[callback][f] = true
end

--- The function to be called as the callback's hook, or nil.
function hooks.find(callback, name)
  local f = callback[name]
  if f and idle[callback] and idle[callback][f] then return nil end
  return f
end

return hooks
