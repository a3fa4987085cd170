-- Runs busted under the Lua that runs this file, whatever /usr/bin/lua is:
-- `lua5.4 tests/run.lua --ignore-lua tests` (`make test` sets the paths).
require "busted.runner" {standalone = false}
