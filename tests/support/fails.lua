-- fails(pattern, f, ...): f(...) raises an error whose message matches the pattern and is a text
-- that names no function '?' .

local assert = require "luassert"

return function(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok, "no error, where one should match " .. pattern)
  assert.is_string(message)
  assert.matches(pattern, message)
  assert.is_nil(message:find("'?'", 1, true), message)
end
