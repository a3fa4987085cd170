--- Whether a value is a tensor, or a variable, which serves wherever a tensor does.
--
--     print(require "lunate.is_tensor"(ln.zeros{2}))                       --> true

return function(value)
  local kind = getmetatable(value)
  return kind == "lunate.tensor" or kind == "lunate.variable"
end
