--- DataParallel: what ln.distribution.set_distribution takes, so that the processes that mpirun
-- started share every batch.
--
-- Options: `timeout` (300): for how many seconds a process waits for the others before it gives up
-- with an error.
--
-- Errors: unknown options; a timeout that is not above 0.
--
--     ln.distribution.set_distribution(ln.distribution.DataParallel{timeout = 60})
--     ln.distribution.set_distribution(nil)

local class = require "lunate.class"

local DataParallel = class("DataParallel", {type = "lunate.distribution"})

DataParallel.options = {timeout = {"number", default = 300, range = "> 0"}}

return require "lunate.public"(DataParallel)
