--- Random numbers for functions with an option `random_state`: without one they follow from
-- `ln.set_seed`, with one from that number alone.
--
--     local rng = random(options.random_state)
--     local order = rng:permutation(100)
--     local noise = rng:normal({100, 2}, {stddev = 0.1})

local ln = require "lunate"

local Random = {}
Random.__index = Random

-- Calls ln.random[name] with this generator's next seed, or the global state.
local function draw(name)
  Random[name] = function(self, what, options)
    if self.state then
      self.state = self.state * 6364136223846793005 + 1442695040888963407  -- Knuth's MMIX
      options = options or {}
      options.seed = self.state >> 11
    end
    return ln.random[name](what, options)
  end
end

draw "normal"
draw "uniform"
draw "permutation"

--- A generator that follows from random_state (an integer), or from the global seed (nil).
return function(random_state)
  return setmetatable({state = random_state}, Random)
end
