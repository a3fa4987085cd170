-- Softmax and its kin, and the cross-entropies fused with it and with sigmoid.

local core = require "lunate.core"
local ln = require "lunate"

local x = ln.tensor({{1, 2, 3}, {0, -1, 4}}, {dtype = "float64"})
local huge, nan = math.huge, 0 / 0

local function near(want, got, tolerance)
  if type(got) == "userdata" then got = got.rank == 0 and got:item() or got:totable() end
  if type(want) == "table" then
    assert.equal(#want, #got)
    for i = 1, #want do near(want[i], got[i], tolerance) end
  elseif want ~= want then
    assert.is_true(got ~= got)
  else
    local close = math.abs(want - got) <= (tolerance or 1e-8) * (1 + math.abs(want))
    assert.is_true(want == got or close, ("expected %.9g, got %.9g"):format(want, got))
  end
end

local function fails(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(pattern, message)
end

describe("softmax, log_softmax, logsumexp", function()
  it("along any axis", function()
    near({{0.0900305732, 0.244728471, 0.665240956}, {0.0178679819, 0.00657326319, 0.975558755}},
        ln.softmax(x))
    near({{0.731058579, 0.952574127, 0.268941421}, {0.268941421, 0.0474258732, 0.731058579}},
        ln.softmax(x, 1))
    near({{-2.40760596, -1.40760596, -0.407605964}, {-4.02474489, -5.02474489, -0.0247448901}},
        ln.log_softmax(x))
    near({{-0.313261688, -0.0485873516, -1.31326169}, {-1.31326169, -3.04858735, -0.313261688}},
        ln.log_softmax(x, {axis = 1}))
    near(4.45619332, ln.logsumexp(x))
    near({1.31326169, 2.04858735, 4.31326169}, ln.logsumexp(x, 1))
    near({{3.40760596}, {4.02474489}}, ln.logsumexp(x, {axis = {2}, keepdims = true}))
    near({{4.45619332}}, ln.logsumexp(x, {axis = {1, 2}, keepdims = true}))
    near({{0.0900305732, 0.0178679819}, {0.244728471, 0.00657326319}, {0.665240956, 0.975558755}},
        ln.softmax(x:transpose(), 1))
  end)

  it("in float32, over long and strided lanes", function()
    local values = {}
    for i = 1, 37 do values[i] = math.sin(i) * 5 end
    local long = ln.tensor(values)
    near(ln.softmax(long:astype("float64")):totable(), ln.softmax(long), 1e-6)
    local wide = ln.stack({long, long * 2}, {axis = 2})
    near(ln.softmax(long):totable(), ln.softmax(wide, 1)[{ {}, 1 }], 1e-6)
    near(1, ln.softmax(long):sum(), 1e-6)
  end)

  it("at the ends of the range", function()
    near({0, 1}, ln.softmax(ln.tensor{-1000, 1000}))
    near({-2000, 0}, ln.log_softmax(ln.tensor{-1000, 1000}))
    near({0, 0.5, 0.5}, ln.softmax(ln.tensor{-huge, 0, 0}))
    near({nan, nan}, ln.softmax(ln.tensor{nan, 0}))
    near(-huge, ln.logsumexp(ln.tensor{-huge, -huge}))
    near(huge, ln.logsumexp(ln.tensor{huge, 0}))
    near(-9999.30685, ln.logsumexp(ln.tensor({-1e4, -1e4}, {dtype = "float64"})))
    assert.equal("(0, 3)", tostring(ln.softmax(ln.zeros{0, 3}).shape))
    near({0.5, 0.5}, ln.softmax(ln.tensor({2, 2}, {dtype = "int32"})))
    assert.equal("float32", ln.softmax(ln.tensor({2, 2}, {dtype = "uint8"})).dtype)
    fails("axis 3 is out of range", ln.softmax, x, 3)
  end)
end)

describe("sparsemax, glu", function()
  it("sparsemax is the nearest distribution", function()
    near({0.75, 0.25, 0}, ln.sparsemax(ln.tensor{1, 0.5, -1}))
    near({1, 0, 0}, ln.sparsemax(ln.tensor{5, 0.5, -1}))
    near({{0.75, 0.5}, {0.25, 0.5}}, ln.sparsemax(ln.tensor{{1, 3}, {0.5, 3}}, 1))
  end)

  it("glu gates one half by the other", function()
    near({2, 1.5}, ln.glu(ln.tensor{4, 3, 0, 0}))
    near({{4 / (1 + math.exp(-1))}}, ln.glu(ln.tensor{{4}, {1}}, 1), 1e-6)
    fails("axis 1 of shape %(3,%) has no two halves", ln.glu, ln.tensor{1, 2, 3})
  end)
end)

describe("softmax_crossentropy", function()
  local op = core.op("softmax_crossentropy")
  local ids, dense = ln.tensor({2, 1}, {dtype = "uint8"}),
                     ln.tensor({{0.2, 0.3, 0.5}, {0, 1, 0}}, {dtype = "float64"})

  local function gradient(...)
    local tape <close> = ln.GradientTape()
    tape:watch(x)
    return tape:gradient((op(...)), x)
  end

  it("is that of ids and of probabilities, exact", function()
    near({0.407605964, 5.02474489}, (op(ids, x, {sparse = true})))
    near({1.10760596, 5.02474489}, (op(dense, x)))
    near({{0.0900305732, 0.244728471, -0.334759044}, {0.0178679819, -0.993426737, 0.975558755}},
        gradient(ids, x, {sparse = true}))
    near({{-0.109969427, -0.0552715289, 0.165240956}, {0.0178679819, -0.993426737, 0.975558755}},
        gradient(dense, x))
    near({1.19760596, 4.42474489}, (op(dense, x, {label_smoothing = 0.3})))
    near({{-0.00996942683, 0.144728471, -0.134759044},
        {-0.0821320181, -0.793426737, 0.875558755}},
        gradient(ids, x, {sparse = true, label_smoothing = 0.3}))
    near({0, 200}, (op(ids, ln.tensor{{-100, 0, 100}, {-100, -100, 100}}, {sparse = true})))
  end)

  it("clips as Keras's losses on probabilities do", function()
    local far = ln.tensor({{0, 0, 40}, {0, 0, 40}}, {dtype = "float64"})
    local tape <close> = ln.GradientTape()
    tape:watch(far)
    local loss = op(ids, far, {sparse = true, clip = true})
    near({1.00000005e-07, 16.1180957}, loss)
    assert.same({{0, 0, 0}, {0, 0, 0}}, tape:gradient(loss, far):totable())
    near({{0.0900305732, 0.244728471, -0.334759044}, {0.0178679819, -0.993426737, 0.975558755}},
        gradient(ids, x, {sparse = true, clip = true}))
  end)

  it("leaves out the class to ignore", function()
    local options = {sparse = true, ignore_class = 255}
    local some = ln.tensor({255, 1}, {dtype = "uint8"})
    near({0, 5.02474489}, (op(some, x, options)))
    near({{0, 0, 0}, {0.0178679819, -0.993426737, 0.975558755}}, gradient(some, x, options))
  end)

  it("has a gradient of its gradient, and one by the labels", function()
    local outer <close> = ln.GradientTape()
    outer:watch{x, dense}
    local first
    do
      local tape <close> = ln.GradientTape()
      tape:watch{x, dense}
      first = tape:gradient((op(dense, x)), {x, dense})
    end
    near({{2.40760596, 1.40760596, 0.407605964}, {4.02474489, 5.02474489, 0.0247448901}}, first[2])
    near({{-0.109969427, -0.0552715289, 0.165240956}, {0.0178679819, -0.993426737, 0.975558755}},
        first[1])
    local weights = ln.tensor({{1, 2, 3}, {4, 5, 6}}, {dtype = "float64"})
    near({{-0.141817094, -0.140770357, 0.282587451}, {-0.0349799832, -0.0062951535, 0.0412751367}},
         outer:gradient((first[1] * weights):sum(), x))
  end)

  it("names a label that is no class", function()
    fails("label 3 is out of range: classes are 0 .. 2", op, ln.tensor{3, 1}, x, {sparse = true})
    fails("label %-1 is out of range", op, ln.tensor{-1, 1}, x, {sparse = true})
    fails("label 0.5 is no class id", op, ln.tensor{0.5, 1}, x, {sparse = true})
    fails("label nan", op, ln.tensor{nan, 1}, x, {sparse = true})
    fails("labels of shape %(3,%) do not go with predictions of shape %(2, 3%)", op,
          ln.tensor{1, 1, 1}, x, {sparse = true})
  end)
end)

describe("sigmoid_crossentropy", function()
  local op = core.op("sigmoid_crossentropy")
  local z = ln.tensor({0.5, -2, 3}, {dtype = "float64"})
  local t = ln.tensor{1, 0, 0.25}

  it("is exact, or clipped as Keras clips", function()
    near({0.474076984, 0.126928011, 2.29858735}, op(t, z))
    near({0.524076984, 0.326928011, 2.14858735}, op(t, z, {label_smoothing = 0.2}))
    near({0, 100}, op(ln.tensor{1, 0}, ln.tensor{100, 100}))
    near({1.00000005e-07, 16.1180957},
         op(ln.tensor{1, 0}, ln.tensor({100, 100}, {dtype = "float64"}), {clip = true}), 1e-7)
    local tape <close> = ln.GradientTape()
    tape:watch(z)
    near({-0.377540669, 0.119202922, 0.702574127}, tape:gradient(op(t, z), z))
    fails("labels of shape %(2,%)", op, ln.tensor{1, 0}, z)
  end)
end)
