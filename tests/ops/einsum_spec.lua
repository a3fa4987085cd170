-- Einstein summation. Expected values are numpy's.

local ln = require "lunate"

local function range(...)
  local n = 1
  for _, d in ipairs{...} do n = n * d end
  return ln.arange(n):reshape{...}
end

local a, b, c, v = range(2, 3), range(3, 4), range(3, 3), ln.arange(3)
local B = range(2, 3, 4)

local function fails(pattern, ...)
  local ok, message = pcall(ln.einsum, ...)
  assert.is_false(ok)
  assert.matches(pattern, message)
end

describe("einsum", function()
  it("of one tensor: permutes, sums, takes diagonals", function()
    assert.same({{0, 3}, {1, 4}, {2, 5}}, ln.einsum("ij->ji", a):totable())
    assert.same({3, 5, 7}, ln.einsum("ij->j", a):totable())
    assert.equal(15, ln.einsum("ij->", a):item())
    assert.same({0, 4, 8}, ln.einsum("ii->i", c):totable())
    assert.equal(12, ln.einsum("ii", c):item())
    assert.same({{0, 3}, {1, 4}, {2, 5}}, ln.einsum("ba", a):totable())
    assert.equal(39,
                 ln.einsum("iii->", range(3, 3, 3)):item())
  end)

  it("of two: products, inner, outer, elementwise, batched", function()
    assert.same({{20, 23, 26, 29}, {56, 68, 80, 92}}, ln.einsum("ij,jk->ik", a, b):totable())
    assert.same({{20, 23, 26, 29}, {56, 68, 80, 92}}, ln.einsum("ij,jk", a, b):totable())
    assert.same({{20, 56}, {23, 68}, {26, 80}, {29, 92}},
        ln.einsum("ij , jk -> ki", a, b):totable())
    assert.same({5, 50}, ln.einsum("ij,ij->i", a, a):totable())
    assert.same({{0, 1, 4}, {9, 16, 25}}, ln.einsum("ij,ij->ij", a, a):totable())
    assert.same({{0, 0, 0}, {0, 1, 2}, {0, 2, 4}}, ln.einsum("i,j->ij", v, v):totable())
    assert.same({{{14, 38, 62}, {38, 126, 214}, {62, 214, 366}}, {{734, 950, 1166},
        {950, 1230, 1510}, {1166, 1510, 1854}}}, ln.einsum("bij,bkj->bik", B, B):totable())
    assert.same({506, 1298}, ln.einsum("bij,ij->b", B, b):totable())
    assert.same({9, 15, 21}, ln.einsum("ij,k->j", a, v):totable())
    assert.same({80, 92, 104, 116}, ln.einsum("ii,ij->j", c, b):totable())
  end)

  it("of several", function()
    assert.same({{162, 554, 946}, {504, 1688, 2872}}, ln.einsum("ij,jk,lk->il", a, b, b):totable())
    assert.same({0, 1, 8}, ln.einsum("i,i,i->i", v, v, v):totable())
    assert.equal(14,
                 ln.einsum("i,ij,j->", ln.arange(2), a, v):item())
  end)

  it("with further axes, which broadcast", function()
    assert.same({{20, 23, 26, 29}, {56, 68, 80, 92}}, ln.einsum("...ij,jk->...ik", a, b):totable())
    assert.same({{{5}, {17}, {29}}, {{41}, {53}, {65}}},
                ln.einsum("...ij,...kj->...ik", B, ln.tensor{{0, 1, 2, 0}}):totable())
    assert.same({{6, 22, 38}, {54, 70, 86}}, ln.einsum("...i->...", B):totable())
    assert.same({{12, 14, 16, 18}, {20, 22, 24, 26}, {28, 30, 32, 34}},
        ln.einsum("i...->...", B):totable())
    assert.same({{0, 1, 4}, {0, 4, 10}}, ln.einsum("...,...", a, v):totable())
  end)

  it("takes a list and the equation, too", function()
    assert.same({{20, 23, 26, 29}, {56, 68, 80, 92}}, ln.einsum({a, b}, "ij,jk->ik"):totable())
    assert.same({{20, 23, 26, 29}, {56, 68, 80, 92}}, ln.einsum({a, b},
        {equation = "ij,jk->ik"}):totable())
  end)

  it("keeps integers", function()
    local i = a:astype("int32")
    assert.equal("int32", ln.einsum("ij,kj->ik", i, i).dtype)
  end)

  it("says what is wrong", function()
    fails("tensor 1 has shape %(2, 3%), but \"ijk,jk%->i\" names 3 of its axes", "ijk,jk->i", a, b)
    fails("label 'j' of \"ij,jk%->ik\" is 3 here and 2 there", "ij,jk->ik", a, a)
    fails("label 'i' .* is 2 here and 3 there", "ii->i", a)
    fails("label 'z' of the result", "ij->iz", a)
    fails("label 'i' is twice in the result", "ij->ii", a)
    fails("names 1 tensor, got 2", "ij->i", a, b)
    fails("names more than 1 tensor", "ij,jk->i", a)
    fails("unexpected '1'", "i1->i", a)
    fails("unexpected '%-'", "ij-i", a)
    fails("more than one result", "ij->i,j", a)
  end)
end)
