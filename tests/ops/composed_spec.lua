-- The functions of lua/lunate/ops.lua; values are numpy's.

local ln = require "lunate"
local fails = require("support.fails")

local tensor, nan, inf = ln.tensor, 0 / 0, math.huge
local a = tensor{{1, 2, 3}, {6, 4, 2}}

describe("composed", function()
  it("unstack, vstack, hstack", function()
    local x, y, z = table.unpack(ln.unstack(a, 2))
    assert.same({{1, 6}, {2, 4}, {3, 2}}, {x:totable(), y:totable(), z:totable()})
    assert.same({6, 4, 2}, a:unstack()[2]:totable())
    assert.same({{1, 2}, {3, 4}}, ln.vstack{tensor{1, 2}, tensor{3, 4}}:totable())
    assert.equal("(4, 3)", tostring(ln.vstack{a, a}.shape))
    assert.same({1, 2, 3}, ln.hstack{tensor{1, 2}, tensor{3}}:totable())
    assert.equal("(2, 6)", tostring(ln.hstack{a, a}.shape))
    fails("a list of tensors, {a, b}, expected, got a tensor of shape", ln.vstack, a)
    fails("got several arguments", ln.hstack, {a}, a)
    fails("axis 3 is out of range", ln.unstack, a, 3)
  end)

  it("split refuses tables of options in place of sections", function()
    fails("a number of parts or a list of positions expected, got a table", a.split, a, {axis = 1})
    fails("got 'x'", ln.split, a, "x")
  end)

  it("allclose", function()
    assert.is_true(ln.allclose(a, a + 1e-7))
    assert.is_false(ln.allclose(a, a + 1e-3))
    assert.is_true(a:allclose(a + 1e-3, {atol = 1e-2}))
    assert.is_false(ln.allclose(tensor{nan}, tensor{nan}))
    assert.is_true(ln.allclose(tensor{nan}, tensor{nan}, {equal_nan = true}))
    fails("shapes do not align", ln.allclose, a, ln.zeros{4})
    fails("bad argument #2 to 'allclose' %(tensor expected, got 'x'", ln.allclose, a, "x")
  end)

  it("nan_to_num", function()
    local x = tensor({1, nan, inf, -inf}, "float64")
    assert.same({1, 0, 0x1.fffffffffffffp1023, -0x1.fffffffffffffp1023},
                ln.nan_to_num(x):totable())
    assert.same({1, 9, 8, 7}, x:nan_to_num{nan = 9, posinf = 8, neginf = 7}:totable())
    assert.equal(0x1.fffffep127, tensor{inf}:nan_to_num():item())
    assert.equal("int32", tensor({1}, "int32"):nan_to_num().dtype)
  end)

  it("diff", function()
    assert.same({3, 5}, ln.diff(tensor{1, 4, 9}):totable())
    assert.same({2}, ln.diff(tensor{1, 4, 9}, 2):totable())
    assert.same({{5, 2, -1}}, a:diff{axis = 1}:totable())
    assert.same({}, ln.diff(tensor{1}, 3):totable())
    assert.same({1, 4}, ln.diff(tensor{1, 4}, 0):totable())
  end)

  it("average, moments", function()
    assert.equal(1.5, ln.average(tensor{1, 3}, {weights = {3, 1}}):item())
    assert.same({3.5, 3, 2.5}, a:average(1):totable())
    assert.same({2.25, 2.5, 2.75}, a:average{axis = 1, weights = {3, 1}}:totable())
    fails("the weights sum to 0", ln.average, a, {weights = ln.zeros{2, 3}})
    local mean, variance = ln.moments(a, {axis = 1})
    assert.same({3.5, 3, 2.5}, mean:totable())
    assert.same({6.25, 1, 0.25}, variance:totable())
    assert.equal("(1, 1)", tostring(ln.moments(a, {axis = {1, 2}, keepdims = true}).shape))
  end)

  it("median, quantile", function()
    assert.equal(2.5, ln.median(a):item())
    assert.same({3.5, 3, 2.5}, a:median(1):totable())
    assert.same({{2}, {4}}, a:median{axis = -1, keepdims = true}:totable())
    assert.equal("(1, 1)", tostring(a:median{keepdims = true}.shape))
    assert.equal("float32", tensor({1, 2}, "int64"):median().dtype)
    assert.equal(1.75, ln.quantile(tensor{1, 2, 3, 4}, 0.25):item())
    assert.same({1, 2}, ln.quantile(a, 0, {axis = 2}):totable())
    assert.same({3, 6}, a:quantile(1, -1):totable())
    assert.is_true(ln.median(tensor{1, nan, 2}):isnan():item())
    -- Numbers of numpy and Keras 3.16.
    local x = tensor{1, 2, 4, 8, 16}
    for method, wanted in pairs{linear = {1.8, 3, 6, 9.6}, lower = {1, 2, 4, 8},
      higher = {2, 4, 8, 16}, midpoint = {1.5, 3, 6, 12}, nearest = {2, 4, 4, 8}} do
      local parts = ln.quantile(x, {0.2, 0.375, 0.625, 0.8}, {method = method})
      assert.is_true(ln.allclose(parts, wanted, {atol = 1e-5}), method)
    end
    assert.equal("(2, 2, 1)", tostring(ln.quantile(a, {0, 1}, {axis = 2, keepdims = true}).shape))
    fails("method", ln.quantile, a, 0.5, {method = "nearby"})
    fails("a number in 0 .. 1 expected, got 2", ln.quantile, a, 2)
    fails("empty along the axis", ln.median, ln.zeros{0})
  end)

  it("normalize", function()
    assert.is_true(ln.allclose(ln.normalize(tensor{{3, 4}, {0, 0}}), tensor{{0.6, 0.8}, {0, 0}}))
    assert.is_true(ln.allclose(ln.normalize(tensor{{3, 4}}, {axis = 1, order = 1}),
                               tensor{{1, 1}}))
  end)

  it("cov, corrcoef", function()
    assert.same({{1, -2}, {-2, 4}}, ln.cov(a):totable())
    assert.same({{0.5, -1}, {-1, 2}},
                ln.cov(tensor{{0, 2}, {1, 0}}, {rowvar = false}):totable())
    assert.is_true(ln.allclose(ln.cov(tensor{1, 2, 3, 4}), tensor(5 / 3)))
    assert.same({{1, -1}, {-1, 1}}, ln.corrcoef(a):totable())
    fails("one or two axes expected, got shape %(2, 2, 2%)", ln.cov, ln.zeros{2, 2, 2})
  end)

  it("histogram", function()
    local counts, edges = ln.histogram(tensor{0, 1, 1, 4}, {bins = 2})
    assert.same({3, 1}, counts:totable())
    assert.same({0, 2, 4}, edges:totable())
    assert.equal("int64", counts.dtype)
    counts = ln.histogram(tensor{0, 1, 1, 4, 9, -3}, {bins = 4, range = {0, 4}})
    assert.same({1, 2, 0, 1}, counts:totable())
    assert.same({0, 0, 1}, (ln.histogram(tensor{0.5}, {bins = 3, range = {0.4, 0.5}})):totable())
    assert.same({0, 0}, (ln.histogram(ln.zeros{0}, 2)):totable())
    fails("is not finite", ln.histogram, tensor{inf})
    fails("bad option 'bins'", ln.histogram, a, {bins = 0})
  end)

  it("lets gradients through", function()
    local tape <close> = ln.GradientTape()
    local x = tensor{1, 3, 2}
    tape:watch(x)
    local g = tape:gradient(ln.median(x) + ln.diff(x):square():sum(), x)
    assert.same({-4, 6, -1}, g:totable())
  end)
end)

describe("a function made of others", function()
  it("refuses an option that there is not", function()
    local x, seen = ln.tensor{{1, -2}, {0.5, 3}}, 0
    local arguments = {
      allclose = {x, x}, hstack = {{x, x}}, vstack = {{x, x}}, meshgrid = {x[1], x[1]},
      quantile = {x, 0.5}, split = {x, 2}, ["random.categorical"] = {x, 2},
      ["random.choice"] = {x}, ["random.shuffle"] = {x},
    }
    local composed = require "lunate.ops"
    local function check(name, f)
      local args = table.move(arguments[name] or {x}, 1, 3, 1, {})
      args[#args + 1] = {bogus = 3}
      -- What takes one list says so.
      fails(name:find("stack$") and "several arguments" or "bogus", f, table.unpack(args))
      seen = seen + 1
    end
    for name, f in pairs(composed.functions) do
      if name ~= "unstack" then check(name, f) end
    end
    for name, f in pairs(composed.random) do check("random." .. name, f) end
    assert.is_true(seen > 15)
    fails("bogus", ln.unstack, x, {bogus = 3})
  end)

  it("is an op of a graph where it needs no values", function()
    local x = ln.Input{shape = {4}}
    local data = ln.tensor{{4, 1, 3, 0 / 0}, {2, 7, -1, 5}}
    for name, f in pairs{
      split = function(t) return table.unpack(ln.split(t, 2, {axis = 2})) end,
      unstack = function(t) return table.unpack(ln.unstack(t, {axis = 2})) end,
      hstack = function(t) return ln.hstack{t, t} end,
      vstack = function(t) return ln.vstack{t, t} end,
      moments = function(t) return ln.moments(t, {axis = 2}) end,
      normalize = function(t) return ln.normalize(t, {axis = 2}) end,
      nan_to_num = function(t) return ln.nan_to_num(t, {nan = 3}) end,
      diff = function(t) return ln.diff(t) end,
      average = function(t) return ln.average(t, {axis = 2, weights = {1, 2, 3, 4}}) end,
      median = function(t) return ln.median(t, {axis = 2, keepdims = true}) end,
      quantile = function(t) return ln.quantile(t, 0.3, {axis = 2}) end,
    } do
      local model = ln.Model{inputs = x, outputs = {f(x)}}
      local expected, got = table.pack(f(data)), table.pack(model(data))
      assert.equal(expected.n, got.n)
      for i = 1, got.n do
        assert.is_true(ln.allclose(expected[i], got[i], {equal_nan = true}), name)
      end
    end
    fails("the size of axis 1 is not known", ln.unstack, x)
    fails("the size of axis 1 is not known", ln.split, x, 2)
    fails("the size of axis 1 is not known", ln.median, x)
    fails("tensor expected", ln.cov, x)
  end)
end)
