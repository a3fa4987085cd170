-- Tensors and Lua values: item, totable, copy, astype, comparison, text, closing; the arithmetic of
-- the contract.

local ln = require "lunate"
local fails = require("support.fails")

local a = ln.tensor{{1, 2, 3}, {4, 5, 6}}
local b = ln.tensor{{6, 5, 4}, {3, 2, 1}}

describe("to Lua values", function()
  it("item", function()
    assert.equal(5, ln.tensor{{5}}:item())
    assert.equal("integer", math.type(ln.tensor({5}, "uint8"):item()))
    assert.is_true(ln.tensor(true):item())
    assert.equal((1 << 53) + 1, ln.tensor((1 << 53) + 1, "int64"):item())
    assert.equal(7, ln.item(ln.tensor(7)))
    fails("bad argument #1 to 'item' %(a tensor of one element expected, got shape %(2, 3%)",
          a.item, a)
    fails("call it with a colon: t:item%(...%)", a.item)
    fails("at most 1 argument, got another: 3", a.item, ln.tensor(1), 3)
  end)

  it("totable", function()
    assert.same({{1, 2, 3}, {4, 5, 6}}, a:totable())
    assert.same({{1, 4}, {2, 5}, {3, 6}}, a:transpose():totable())
    assert.same({{}, {}}, ln.zeros{2, 0}:totable())
    assert.same({true, false}, ln.tensor{true, false}:totable())
    assert.equal(4, ln.tensor(4):totable())
    assert.equal("integer", math.type(ln.tensor({1}, "int32"):totable()[1]))
    fails("bad argument #1 to 'totable' %(tensor expected, got 3", ln.totable, 3)
  end)

  it("copy shares nothing", function()
    local c = a:copy()
    c[1] = 0
    assert.same({1, 2, 3}, a[1]:totable())
    assert.same({{1, 4}, {2, 5}, {3, 6}}, ln.copy(a:transpose()):totable())
    fails("bad argument #1 to 'copy' %(tensor expected, got 'x'", ln.copy, "x")
  end)

  it("text", function()
    assert.equal("[[1. 2. 3.]\n [4. 5. 6.]]", tostring(a))
    assert.equal("[0.33 0.67]", ln.tensor{1 / 3, 2 / 3}:tostring{precision = 2})
    assert.equal("[0. 1. 2. ... 7. 8. 9.]", ln.arange(10):tostring{threshold = 9})
    fails("unknown option 'prec' of 'tostring'; did you mean 'precision'", a.tostring, a,
          {prec = 1})
    fails("bad option 'precision' of 'tostring' %(integer in %[0, 17%] expected, got 40",
          a.tostring, a, {precision = 40})
  end)
end)

describe("astype", function()
  it("goes between all dtypes", function()
    assert.equal("uint8", a:astype("uint8").dtype)
    assert.same({{1, 2, 3}, {4, 5, 6}}, a:astype("uint8"):totable())
    assert.same({true, false, true}, ln.tensor{0.5, 0, -1}:astype("bool"):totable())
    assert.same({-1, 1}, ln.tensor{-1.9, 1.9}:astype("int64"):totable())
    assert.same({1, 0}, ln.tensor{true, false}:astype("float64"):totable())
    assert.equal("int32", ln.cast(a, "int32").dtype)
    fails("bad option 'dtype' of 'astype' .*got 'int16'", a.astype, a, "int16")
    fails("option 'dtype' .* is required", a.astype, a)
  end)
end)

describe("arithmetic", function()
  it("operators broadcast as in numpy", function()
    assert.same({{7, 7, 7}, {7, 7, 7}}, (a + b):totable())
    assert.same({{0, 1, 2}, {3, 4, 5}}, (a - 1):totable())
    assert.same({{2, 4, 6}, {8, 10, 12}}, (2 * a):totable())
    assert.same({{0.5, 1, 1.5}, {2, 2.5, 3}}, (a / 2):totable())
    assert.same({{0, 1, 1}, {2, 2, 3}}, (a // 2):totable())
    assert.same({{1, 0, 1}, {0, 1, 0}}, (a % 2):totable())
    assert.same({{1, 4, 9}, {16, 25, 36}}, (a ^ 2):totable())
    assert.same({{-1, -2, -3}, {-4, -5, -6}}, (-a):totable())
    assert.same({{2, 4, 6}, {5, 7, 9}}, (a + a[1]):totable())
    assert.same({{11, 12, 13}, {24, 25, 26}}, (a + ln.tensor{{10}, {20}}):totable())
    assert.same({-3, 2}, (ln.tensor({-5, 5}, "int32") // 2):totable())
    assert.same({1, 1}, (ln.tensor({-5, 5}, "int32") % 2):totable())
  end)

  it("promotes as Keras does", function()
    local i, h, u = ln.tensor({4}, "int32"), ln.tensor({4}, "int64"), ln.tensor({4}, "uint8")
    assert.equal("float32", (i + ln.ones{1}).dtype)
    assert.equal("float32", (h * ln.ones{1}).dtype)
    assert.equal("float64", (i + ln.ones({1}, "float64")).dtype)
    assert.equal("float32", (i / i).dtype)
    assert.equal("float32", (u / 2).dtype)
    assert.equal("int64", (i + h).dtype)
    assert.equal("uint8", (u + 1).dtype)
    assert.equal("int32", (2 * i).dtype)
    assert.equal("float32", (i + 0.5).dtype)
    assert.equal("float32", (ln.ones{1} + 0.1).dtype)
    fails("300 does not fit uint8", function() return u + 300 end)
  end)

  it("compares", function()
    assert.same({{false, false, false}, {true, true, true}}, a:gt(3):totable())
    assert.equal("bool", a:eq(b).dtype)
    assert.same({{false, false, false}, {false, false, false}}, a:eq(b):totable())
    assert.same({{true, true, true}, {false, false, false}}, a:le(b):totable())
    assert.is_true(a == a:copy())
    assert.is_false(a == b)
    assert.is_false(a == a:astype("float64"))          -- the same dtype too
    assert.is_false(a == a:reshape{3, 2})
    assert.is_false(a == 1)
    fails("use a:lt%(b%)", function() return a < b end)
    fails("use a:lt%(b%)", function() return a <= 1 end)
    assert.is_true(ln.tensor(1) < 2)                   -- a lone number, such as a loss
  end)

  it("refuses what is no number, saying what came", function()
    fails("shapes do not align: %(2, 3%) and %(4,%)", function() return a + ln.ones{4} end)
    fails("bad argument #2 to 'add' %(tensor or number expected, got 'x'", function()
      return a + "x"
    end)
    fails("bad argument #1 to 'subtract' .*got nil", function() return nil - a end)
    fails("bad argument #2 to 'matmul' .*got nil", a.matmul, a, nil)
  end)
end)

describe("the contract's methods", function()
  it("shapes", function()
    assert.same({{14, 32}, {32, 77}}, a:matmul(a:transpose()):totable())
    assert.same({{1, 4}, {2, 5}, {3, 6}}, a:permute{2, 1}:totable())
    assert.same({{1, 2}, {3, 4}, {5, 6}}, a:reshape{3, 2}:totable())
    assert.same({1, 2, 3, 4, 5, 6}, a:flatten():totable())
    assert.equal("(1, 2, 3)", tostring(a:expand_dims(1).shape))
    assert.equal("(2, 3)", tostring(a:expand_dims(1):squeeze().shape))
  end)

  it("reductions", function()
    assert.equal(21, a:sum():item())
    assert.same({{2.5, 3.5, 4.5}}, a:mean{axis = 1, keepdims = true}:totable())
    assert.equal(6, a:max():item())
    assert.same({3, 3}, a:argmax{axis = -1}:totable())
    assert.is_true(math.abs(a:std():item() - 1.7078251) < 1e-6)
    assert.same({{1, 2, 3}, {5, 7, 9}}, a:cumsum{axis = 1}:totable())
  end)

  it("order, picking, rounding", function()
    assert.same({{4, 5, 6}, {1, 2, 3}}, b:sort{axis = -1}:totable())
    assert.same({{3, 2, 1}, {3, 2, 1}}, b:argsort():totable())
    local indices = ln.tensor({2, 2}, "int32")
    assert.same({{4, 5, 6}, {4, 5, 6}}, a:take(indices, {axis = 1}):totable())
    assert.same({0.25, 1}, ln.tensor({0.251, 1}, "float64"):round{decimals = 2}:totable())
    assert.same({{1, 1, 1}, {1, 1, 1}}, a:clip(0, 1):totable())
    assert.same({{3, 3, 3}, {4, 5, 6}}, a:clip{min = 3}:totable())
    assert.same({1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6}, a:repeat_(2):totable())
  end)

  it("every function that the contract names is there", function()
    for name in ([[exp log sqrt tanh sigmoid relu softmax maximum where concatenate stack split
        one_hot einsum]]):gmatch("%S+") do
      assert.is_function(ln[name], name)
    end
    assert.same({{1, 2, 3}, {4, 5, 6}, {6, 5, 4}, {3, 2, 1}},
                ln.concatenate({a, b}, {axis = 1}):totable())
    assert.equal("(4, 3)", tostring(ln.concatenate{a, b}.shape))
  end)

  it("says when a colon is missing", function()
    fails("call it with a colon: t:sum%(...%)", a.sum)
    fails("got a table of options%); call it with a colon: t:sum{...}", a.sum, {axis = 1})
    fails("'exp' takes no options, got 'x'", a.exp, a, {x = 1})
    fails("'exp' takes no options, got 1", a.exp, a, 1)
    fails("unknown option 'axes' of 'sum'; did you mean 'axis'", a.sum, a, {axes = 1})
    fails("'reshape' takes at most 1 option after its tensors, got 2 too; a list is written as one",
          a.reshape, a, 3, 2)
    fails("got a tensor of shape %(2, 3%)", a.sum, a, b)
    fails("a list of tensors, {a, b}, expected, got a tensor of shape %(2, 3%)", ln.concatenate,
          a, b)
    fails("does not fit shape %(4, %-1%)", a.reshape, a, {4, -1})
  end)
end)

describe("closing", function()
  it("frees early, and what is closed says so", function()
    local t = ln.zeros{1000}
    local live = ln.memory()
    t:close()
    assert.is_true(ln.memory().live < live.live)
    t:close()
    assert.equal("<closed tensor>", tostring(t))
    fails("the tensor is closed", t.sum, t)
    fails("the tensor is closed", t.totable, t)
    fails("the tensor is closed", function() return t[1] end)
    fails("the tensor is closed", function() t[1] = 1 end)
    fails("the tensor is closed", function() return #t end)
    fails("the tensor is closed", function() return t + 1 end)
    do
      local scoped <close> = ln.zeros{10}
      t = scoped
    end
    assert.equal("<closed tensor>", tostring(t))
  end)
end)
