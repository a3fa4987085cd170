-- ln.random: what follows from a seed, the distributions' moments (bounds of six standard errors),
-- what is refused.

local ln = require "lunate"
local fails = require("support.fails")

local random = ln.random
local N = 40000

local function shape(t) return tostring(t.shape) end

-- Mean and variance of N numbers lie where they should.
local function moments(name, options, mean, variance, fourth)
  options.seed = 12
  local x = random[name]({N}, options):astype("float64")
  local m, v = x:mean():item(), x:var():item()
  assert.is_true(math.abs(m - mean) <= 6 * math.sqrt(variance / N) + 1e-9,
                 ("%s: mean %g, not %g"):format(name, m, mean))
  assert.is_true(math.abs(v - variance) <= 6 * variance * math.sqrt((fourth or 3) / N) + 1e-9,
                 ("%s: variance %g, not %g"):format(name, v, variance))
  return x
end

describe("random numbers", function()
  it("have the shape and dtype that is asked for", function()
    assert.equal("(2, 3)", shape(random.normal{2, 3}))
    assert.equal("float32", random.normal{2, 3}.dtype)
    assert.equal("float64", random.uniform({2}, {dtype = "float64"}).dtype)
    assert.equal("()", shape(random.normal{}))
    assert.equal("(0, 3)", shape(random.gamma{0, 3}))
    local u = random.uniform({2, 3}, {min = -1, max = 1})
    assert.equal("(2, 3)", shape(u))
    assert.is_true(u:ge(-1):all() and u:lt(1):all())
    assert.equal("int32", random.randint({2}, {max = 5}).dtype)
  end)

  it("follow from the seed", function()
    for _, name in ipairs{"normal", "uniform", "truncated_normal", "exponential", "gamma", "beta",
                          "binomial", "bernoulli"} do
      ln.set_seed(3)
      local first, second = random[name]{50}, random[name]{50}
      ln.set_seed(3)
      assert.is_true(first == random[name]{50}, name)
      assert.is_false(first == second and name ~= "binomial" and name ~= "bernoulli", name)
      assert.is_true(random[name]({50}, {seed = 4}) == random[name]({50}, {seed = 4}), name)
      assert.is_false(random[name]({50}, {seed = 4}) == random[name]({50}, {seed = 5}), name)
    end
    ln.set_seed(1)
    local p = random.permutation(100)
    ln.set_seed(1)
    assert.is_true(p == random.permutation(100))
  end)

  it("are normal by the formula of Box and Muller, from the uniform ones of that seed", function()
    local u = random.uniform({3001}, {seed = 5}):totable()
    local x = random.normal({3000}, {seed = 5}):totable()
    for i = 1, 3000, 2 do
      local radius = math.sqrt(-2 * math.log(u[i] + 2 ^ -24))
      assert.is_near(radius * math.cos(2 * math.pi * u[i + 1]), x[i], 2e-6)
      assert.is_near(radius * math.sin(2 * math.pi * u[i + 1]), x[i + 1], 2e-6)
    end
  end)

  it("do not depend on threads, nor on how they are asked for in pieces", function()
    local threads <const> = ln.threads()
    local x = ln.ones{50001}
    local function draw(n)
      ln.threads(n)
      ln.set_seed(4)
      return {random.normal{50001}, random.uniform{50001}, random.uniform{3},
        ln.layers.Dropout(0.3)(x, {training = true}),
        ln.layers.GaussianNoise(2)(x, {training = true})}
    end
    local alone, together = draw(1), draw(4)
    ln.threads(threads)
    for i = 1, #alone do assert.is_true(alone[i] == together[i]) end
    ln.set_seed(4)
    assert.is_true(random.uniform{256}[{ {129, 256} }] == (function()
      ln.set_seed(4)
      random.uniform{128}
      return random.uniform{128}
    end)())
  end)

  it("keep and scale what dropout does not drop", function()
    ln.set_seed(8)
    local y = ln.layers.Dropout(0.25)(ln.ones{40000}, {training = true})
    local kept = y:gt(0):astype("float32")
    assert.is_true((y - kept / 0.75):abs():max():item() < 1e-6)
    assert.is_true(math.abs(kept:mean():item() - 0.75) < 6 * math.sqrt(0.25 * 0.75 / 40000))
  end)

  it("have their distribution's moments", function()
    moments("normal", {mean = 2, stddev = 3}, 2, 9)
    moments("normal", {mean = 2, stddev = 3, dtype = "float64"}, 2, 9)
    moments("uniform", {min = -1, max = 3}, 1, 16 / 12)
    local t = moments("truncated_normal", {mean = 1, stddev = 2}, 1, 4 * 0.7737413)
    assert.is_true(t:min():item() >= -3 and t:max():item() <= 5)
    local e = moments("exponential", {scale = 2}, 2, 4, 9)
    assert.is_true(e:min():item() >= 0)
    moments("gamma", {alpha = 2.5, scale = 2}, 5, 10, 6)
    moments("gamma", {alpha = 0.5}, 0.5, 0.5, 15)
    local b = moments("beta", {alpha = 2, beta = 3}, 0.4, 0.04)
    assert.is_true(b:min():item() >= 0 and b:max():item() <= 1)
    moments("bernoulli", {p = 0.3}, 0.3, 0.21)
    moments("binomial", {counts = 7, probabilities = 0.3}, 2.1, 1.47)
    local many = moments("binomial", {counts = 1000, probabilities = 0.2}, 200, 160)
    assert.is_true(many:eq(many:floor()):all())
    moments("binomial", {counts = 50, probabilities = 1}, 50, 0)
    moments("binomial", {counts = 50, probabilities = 0}, 0, 0)
    moments("randint", {min = 3, max = 7}, 4.5, 1.25)
  end)

  it("of randint are every integer from min, below max", function()
    local x = random.randint({500}, {min = -2, max = 2})
    assert.same({-2, -1, 0, 1}, (x:unique()):totable())
  end)

  it("refuse options that make no sense", function()
    fails("a shape is one list: random.normal{2, 3}", random.normal, 2, 3)
    fails("'random.normal': a list of integers expected, got no value", random.normal)
    fails("unknown option 'std' of 'random.normal'; did you mean 'stddev'", random.normal, {2},
          {std = 1})
    fails("bad option 'stddev' of 'random.normal' %(number >= 0 expected, got %-1", random.normal,
          {2}, {stddev = -1})
    fails("bad option 'stddev' of 'random.normal' %(number expected, got 'x'", random.normal, {2},
          {stddev = "x"})
    fails("bad argument #2 to 'random.normal' %(a table of options expected, got 3", random.normal,
          {2}, 3)
    fails("min should be at most max", random.uniform, {2}, {min = 2, max = 1})
    fails("option 'max' is required", random.randint, {2})
    fails("integers min < max expected", random.randint, {2}, {max = 2.5})
    fails("bad option 'alpha' of 'random.gamma' %(number > 0 expected", random.gamma, {2},
          {alpha = 0})
    fails("number in %[0, 1%] expected, got 2", random.bernoulli, {2}, {p = 2})
    fails("bad option 'counts' of 'random.binomial'", random.binomial, {2}, {counts = 1.5})
    fails("bad option 'seed'", random.uniform, {2}, {seed = "x"})
  end)
end)

describe("orders and choices", function()
  it("permutation has every position once", function()
    local p = random.permutation(10)
    assert.equal("int64", p.dtype)
    assert.same({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, p:sort():totable())
    assert.same({}, random.permutation(0):totable())
    fails("integer >= 0 expected, got %-1", random.permutation, -1)
    fails("integer >= 0 expected, got no value", random.permutation)
  end)

  it("shuffle reorders rows or columns of a copy", function()
    local a = ln.arange(12):reshape{4, 3}
    local rows = random.shuffle(a, {seed = 5})
    assert.same(a:totable(), rows[rows[{ {}, 1 }]:argsort()]:totable())
    assert.is_false(rows == a)
    assert.is_true(rows == random.shuffle(a, {seed = 5}))
    local columns = random.shuffle(a, {axis = 2})
    assert.same(a:totable(), columns:sort{axis = 2}:totable())
    fails("axis 3 is out of range", random.shuffle, a, {axis = 3})
    fails("bad argument #1 to 'random.shuffle' %(tensor expected, got 'x'", random.shuffle, "x")
  end)

  it("choice takes rows or positions", function()
    local x = ln.tensor{10, 20, 30}
    local some = random.choice(x, {shape = {2, 50}})
    assert.equal("(2, 50)", shape(some))
    assert.same({10, 20, 30}, (some:unique()):totable())
    assert.same({10, 20, 30}, random.choice(x, {shape = {3}, replace = false}):sort():totable())
    assert.equal("()", shape(random.choice(x)))
    assert.equal("(4, 2)", shape(random.choice(ln.zeros{5, 2}, {shape = {4}})))
    local positions = random.choice(3, {shape = {200}})
    assert.same({1, 2, 3}, (positions:unique()):totable())
    assert.equal("int64", positions.dtype)
    assert.same({2, 2, 2}, random.choice(3, {shape = {3}, p = {0, 1, 0}}):totable())
    assert.same({2, 3}, random.choice(3, {shape = {2}, replace = false, p = {0, 5, 1}}):sort()
        :totable())
    fails("3 different rows wanted, and there are 2", random.choice, 3,
      {shape = {3}, replace = false, p = {0, 5, 1}})
    local drawn = random.choice(2, {shape = {N}, p = {1, 3}, seed = 2}):eq(2):mean():item()
    assert.is_true(math.abs(drawn - 0.75) < 6 * math.sqrt(0.1875 / N))
    fails("4 different rows wanted, and there are 3", random.choice, 3,
          {shape = {4}, replace = false})
    fails("bad option 'p' .*3 probabilities expected", random.choice, 3, {p = {0.5, 0.5}})
    fails("bad option 'p'", random.choice, 2, {p = {-1, 2}})
    fails("a tensor or an integer >= 1 expected, got 0", random.choice, 0)
  end)

  it("categorical draws class ids from logits", function()
    local ids = random.categorical(ln.tensor{{0, -math.huge, 0}, {-math.huge, 0, -math.huge}}, 300,
                                   {seed = 8})
    assert.equal("(2, 300)", shape(ids))
    assert.equal("int32", ids.dtype)
    assert.same({0, 2}, (ids[1]:unique()):totable())
    assert.same({1}, (ids[2]:unique()):totable())
    local logits = ln.log(ln.tensor{{1, 3}})
    local share = random.categorical(logits, N, {seed = 9}):mean():item()
    assert.is_true(math.abs(share - 0.75) < 6 * math.sqrt(0.1875 / N))
    fails("logits of shape %(rows, classes%) expected, got shape %(3,%)", random.categorical,
          ln.zeros{3}, 2)
    fails("bad argument #2 .*integer >= 0 expected, got nil", random.categorical, ln.zeros{1, 3})
  end)
end)
