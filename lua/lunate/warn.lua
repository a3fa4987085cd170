--- What is not wrong enough to be an error: one line to stderr, where it is in nobody's way.

--- Arguments as string.format.
return function(...)
  io.stderr:write("lunate: ", string.format(...), "\n")
end
