--- The order that numpy's RandomState gives: data sets that Keras shuffles by a seed come in the
-- same order here. Mersenne Twister (Matsumoto and Nishimura, 1998).

local N, M = 624, 397

local function twist(state)
  for i = 0, N - 1 do
    local y = state[i] & 0x80000000 | state[(i + 1) % N] & 0x7fffffff
    state[i] = state[(i + M) % N] ~ y >> 1 ~ (y & 1 == 1 and 0x9908b0df or 0)
  end
end

-- A function that gives the next 32 random bits.
local function twister(seed)
  local state, next_word = {[0] = seed & 0xffffffff}, N
  for i = 1, N - 1 do
    state[i] = 1812433253 * (state[i - 1] ~ state[i - 1] >> 30) + i & 0xffffffff
  end
  return function()
    if next_word == N then
      twist(state)
      next_word = 0
    end
    local y = state[next_word]
    next_word = next_word + 1
    y = y ~ y >> 11
    y = y ~ y << 7 & 0x9d2c5680
    y = y ~ y << 15 & 0xefc60000
    return y ~ y >> 18
  end
end

--- @param seed  0 to 2^32 - 1
-- @return permutation(n): a list of 1 .. n in the order that RandomState(seed).shuffle gives; each
--   call goes on from the one before
return function(seed)
  local bits = twister(seed)
  local function up_to(largest)   -- without bias: what is too large is drawn again
    local mask = largest
    for _, shift in ipairs{1, 2, 4, 8, 16} do mask = mask | mask >> shift end
    local value
    repeat value = bits() & mask until value <= largest
    return value
  end
  return function(n)
    local order = {}
    for i = 1, n do order[i] = i end
    for i = n, 2, -1 do
      local j = up_to(i - 1) + 1
      order[i], order[j] = order[j], order[i]
    end
    return order
  end
end
