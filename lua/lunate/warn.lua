--- What is not wrong enough to be an error: one line to stderr, where it is in nobody's way.

local peers = require "lunate.model.peers"

--- Arguments as string.format. Of the processes of ln.distribution one warns for all.
return function(...)
  if not peers.is_chief then return end
  io.stderr:write("lunate: ", string.format(...), "\n")
end
