-- printed(f, ...): the text that f(...) writes to stdout, and what it returns.

return function(f, ...)
  local stdout, texts = io.stdout, {}
  io.stdout = {   -- luacheck: ignore
    write = function(self, ...)
      texts[#texts + 1] = table.concat{...}
      return self
    end,
    flush = function() end}
  local results = table.pack(pcall(f, ...))
  io.stdout = stdout  -- luacheck: ignore
  if not results[1] then error(results[2], 0) end
  return table.concat(texts), table.unpack(results, 2, results.n)
end
