--- Doc comments of random numbers.
-- Read by lunate.documentation, never run.

-- luacheck: ignore

--- Random tensors, all from one generator, which `ln.set_seed` seeds; `seed = n` among the options
-- of one call gives it a generator of its own.
--
--     ln.set_seed(1)
--     local a = ln.random.normal{3}
--     ln.set_seed(1)
--     print(a == ln.random.normal{3})                                      --> true
ln.random = {}

--- Normally distributed numbers.
-- @param shape  a list of dimensions
-- @param options  `mean` (0), `stddev` (1), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
-- @return a tensor of that shape. Errors: a negative stddev.
--
--     print(ln.random.normal({2, 3}, {stddev = 0.1}).shape)                --> (2, 3)
function ln.random.normal(shape, options) end

--- Numbers that are equally likely everywhere in [min, max).
-- @param shape  a list of dimensions
-- @param options  `min` (0), `max` (1), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
-- @return a tensor of that shape. Errors: min above max.
--
--     print(ln.random.uniform({4}, {min = -1, max = 1}).shape)             --> (4,)
function ln.random.uniform(shape, options) end

--- Integers from min to max - 1.
-- @param shape  a list of dimensions
-- @param options  `min` (0), `max` (must be given), `dtype` (int32), `seed` (none: `ln.set_seed`'s)
-- @return a tensor of that shape. Errors: max not above min.
--
--     print(ln.random.randint({3}, {max = 10}).dtype)                      --> int32
function ln.random.randint(shape, options) end

--- The positions 1 to n in random order.
-- @param n  how many
-- @param options  `seed` (none: `ln.set_seed`'s)
-- @return an int64 tensor of shape (n,). Errors: a negative n.
--
--     print(ln.random.permutation(5):sort())                               --> [1 2 3 4 5]
function ln.random.permutation(n, options) end

--- Normally distributed numbers, at most two deviations from the mean (others are drawn again).
-- @param shape  a list of dimensions
-- @param options  `mean` (0), `stddev` (1), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
-- @return a tensor of that shape. Errors: a negative stddev.
--
--     print(ln.random.truncated_normal({100}):max():item() <= 2)           --> true
function ln.random.truncated_normal(shape, options) end

--- Exponentially distributed numbers.
-- @param shape  a list of dimensions
-- @param options  `scale` (1: the mean), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
-- @return a tensor of that shape. Errors: a negative scale.
--
--     print(ln.random.exponential({3}).shape)                              --> (3,)
function ln.random.exponential(shape, options) end

--- Gamma-distributed numbers.
-- @param shape  a list of dimensions
-- @param options  `alpha` (1: the shape of the distribution), `scale` (1), `dtype` (float32),
--   `seed` (none: `ln.set_seed`'s)
-- @return a tensor of that shape. Errors: alpha not above 0.
--
--     print(ln.random.gamma({3}, {alpha = 2}).shape)                       --> (3,)
function ln.random.gamma(shape, options) end

--- Beta-distributed numbers, in [0, 1].
-- @param shape  a list of dimensions
-- @param options  `alpha` (1), `beta` (1), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
-- @return a tensor of that shape. Errors: alpha or beta not above 0.
--
--     print(ln.random.beta({3}, {alpha = 2}).shape)                        --> (3,)
function ln.random.beta(shape, options) end

--- How many of `counts` trials succeed.
-- @param shape  a list of dimensions
-- @param options  `counts` (1), `probabilities` (0.5), `dtype` (float32), `seed` (none:
--   `ln.set_seed`'s)
-- @return a tensor of that shape. Errors: a probability outside [0, 1].
--
--     print(ln.random.binomial({3}, {counts = 10}).shape)                  --> (3,)
function ln.random.binomial(shape, options) end

--- Ones with probability p, else zeros.
-- @param shape  a list of dimensions
-- @param options  `p` (0.5), `dtype` (float32), `seed` (none: `ln.set_seed`'s)
-- @return a tensor of that shape. Errors: p outside [0, 1].
--
--     print(ln.random.bernoulli({3}, {p = 1}))                             --> [1. 1. 1.]
function ln.random.bernoulli(shape, options) end
