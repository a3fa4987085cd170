--- Doc comments of the runtime: version, config, threads, memory, seeds.
-- Read by lunate.documentation, never run.

-- luacheck: ignore

--- The version of lunate, a string.
--
--     print(ln.version:find("^%d+%.%d+%.%d+$") ~= nil)                      --> true
ln.version = ""

--- How many threads the core computes with; with a number, sets it.
-- @param n  1 or more; nil leaves it as it is
-- @return the number in force. Errors: a number below 1 or above what the build allows.
--
--     print(ln.threads() >= 1)                                             --> true
function ln.threads(n) end

--- Memory of tensors, in bytes: `live`, `cached` (free, kept for the next tensors), `peak`.
-- @return a table of the three. Errors: none.
--
--     print(ln.memory().live <= ln.memory().peak)                          --> true
function ln.memory() end

--- Seeds everything random: initializers, shuffling, dropout, splits, `ln.random`. The same seed,
-- script and number of threads give bit-identical results.
-- @param n  an integer
-- Errors: what is no integer.
--
--     ln.set_seed(42)
function ln.set_seed(n) end
