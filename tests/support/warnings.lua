-- warnings(f, ...): the text of the warnings that f(...) writes to stderr, and what it returns.

return function(f, ...)
  local stderr, texts = io.stderr, {}
  io.stderr = {   -- luacheck: ignore
    write = function(_, ...) texts[#texts + 1] = table.concat{...} end}
  local results = table.pack(pcall(f, ...))
  io.stderr = stderr  -- luacheck: ignore
  if not results[1] then error(results[2], 0) end
  return table.concat(texts), table.unpack(results, 2, results.n)
end
