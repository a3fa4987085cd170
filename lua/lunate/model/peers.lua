--- The other processes that train on the same batches: what fit, evaluate and callbacks ask of
-- them. lunate.distribution makes it active; where it is not, this process is alone, and has none
-- of the functions of lunate.model.among_peers.

local peers = {active = false, is_chief = true, rank = 0, size = 1}

--- What lunate.distribution says: the module lunate.mpi, this process's number and how many there
-- are; nil: this process is alone again.
function peers.set(module, rank, size)
  if module then require("lunate.model.among_peers").through(module) end
  peers.rank, peers.size = rank or 0, size or 1
  peers.active, peers.is_chief = module ~= nil, peers.rank == 0
end

return peers
