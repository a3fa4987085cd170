--- Names of functions of the library's: {[function] = name}. A Lua function knows none of its own.

return setmetatable({}, {__mode = "k"})
