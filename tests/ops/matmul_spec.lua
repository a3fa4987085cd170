-- Products of matrices: numpy's rules for shapes, any strides, every dtype.

local ln = require "lunate"

local function range(...)
  local n = 1
  for _, d in ipairs{...} do n = n * d end
  return ln.arange(n):reshape{...}
end

local a, b = range(2, 3), range(3, 4)

local function fails(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(pattern, message)
end

-- The sum of products, element by element, of two matrices.
local function slow(x, y)
  local rows = {}
  for i = 1, x.shape[1] do
    rows[i] = {}
    for j = 1, y.shape[2] do
      local sum = 0
      for k = 1, y.shape[1] do sum = sum + x[i][k] * y[k][j] end
      rows[i][j] = sum
    end
  end
  return rows
end

describe("products too large for the caches", function()
  -- Whole numbers of few bits: sums are exact in any order, so rows of A alone give the same.
  local function numbers(shape) return ln.random.uniform(shape, {min = -4, max = 5}):floor() end
  local function in_pieces(x, w, rows)
    local parts = {}
    for i = 1, x.shape[1], rows do
      parts[#parts + 1] = x[{ {i, math.min(i + rows - 1, x.shape[1])}, {} }]:matmul(w)
    end
    return ln.concatenate(parts)
  end

  for _, size in ipairs{{1100, 130, 70}, {2000, 1100, 33}, {1000, 300, 900}, {1025, 257, 16},
    {260, 20, 3200}} do
    local m, k, n = table.unpack(size)
    it(("of (%d, %d) and (%d, %d) equal those of their rows"):format(m, k, k, n), function()
      for _, dtype in ipairs{"float32", "float64"} do
        local x, w = numbers{m, k}:astype(dtype), numbers{k, n}:astype(dtype)
        local expected = in_pieces(x, w, 100)
        assert.is_true(x:matmul(w) == expected)
        local x_t, w_t = x:transpose():copy():transpose(), w:transpose():copy():transpose()
        assert.is_true(x_t:matmul(w) == expected)
        assert.is_true(x:matmul(w_t) == expected)
        assert.is_true(x_t:matmul(w_t) == expected)
      end
    end)
  end

  it("add a bias and bend at zero on the way", function()
    local x, w, bias = numbers{1500, 200}, numbers{200, 40}, numbers{40}
    local layer = ln.layers.Dense{40, activation = "relu"}
    layer:build{false, 200}
    layer:set_weights{w, bias}
    assert.is_true(layer(x) == (in_pieces(x, w, 100) + bias):relu())
    x[700][3] = 0 / 0
    assert.equal(40, layer(x)[700]:isnan():astype("int32"):sum():item())
  end)

  it("have gradients that are such products", function()
    local x, w = numbers{1200, 950}, ln.Variable(numbers{950, 20})
    local tape <close> = ln.GradientTape()
    local y = x:matmul(w)
    local gradient = tape:gradient(y, w, {output_gradients = ln.ones{1200, 20}})
    assert.is_true(gradient == x:sum{axis = 1}:reshape{950, 1}:matmul(ln.ones{1, 20}))
  end)
end)

describe("matmul", function()
  it("multiplies matrices and vectors", function()
    assert.same({{20, 23, 26, 29}, {56, 68, 80, 92}}, a:matmul(b):totable())
    assert.same({20, 23, 26, 29}, ln.arange(3):matmul(b):totable())
    assert.same({5, 14}, a:matmul(ln.arange(3)):totable())
    assert.equal(5, ln.arange(3):matmul(ln.arange(3)):item())
  end)

  it("broadcasts over the axes before the last two", function()
    local x, y = range(2, 3, 4), range(4, 2)
    assert.same({{{28, 34}, {76, 98}, {124, 162}}, {{172, 226}, {220, 290}, {268, 354}}},
        x:matmul(y):totable())
    assert.same({{{20, 23, 26, 29}}, {{200, 212, 224, 236}}},
        a:expand_dims(2):matmul(range(2, 3, 4)):totable())
    assert.same({{{20, 23, 26, 29}, {56, 68, 80, 92}}, {{56, 59, 62, 65}, {200, 212, 224, 236}}},
        a:matmul(range(2, 3, 4)):totable())
    assert.same({{14, 38, 62}, {86, 110, 134}}, x:matmul(ln.arange(4)):totable())
    assert.equal("(5, 2, 3, 6)", tostring(range(5, 1, 3, 4):matmul(range(2, 4, 6)).shape))
  end)

  it("takes operands as they lie in memory", function()
    for _, dtype in ipairs{"float32", "float64", "int32"} do
      local x, y = range(5, 7):astype(dtype), range(7, 6):astype(dtype) - 20
      local want = slow(x, y)
      local columns = ln.zeros({5, 14}, {dtype = dtype})
      columns[{ {}, {1, 14, 2} }] = x
      local layouts = {x, x:transpose():copy():transpose(), x:flip():copy():flip(),
                       columns[{ {}, {1, 14, 2} }]}
      for i, left in ipairs(layouts) do
        assert.same(want, left:matmul(y):totable(), dtype .. i)
        assert.same(want, left:matmul(y:transpose():copy():transpose()):totable(), dtype .. i)
      end
    end
    local row = range(1, 3):broadcast_to{4, 3}
    assert.same(slow(row, b), row:matmul(b):totable())
    local swapped = range(3, 2, 4):swapaxes(1, 2)
    assert.same(slow(swapped[2], range(4, 2)), swapped:matmul(range(4, 2))[2]:totable())
  end)

  it("computes integers exactly and promotes", function()
    local big = ln.tensor({{2 ^ 40 + 1}}, {dtype = "int64"})
    assert.equal(3 * (2 ^ 40 + 1), big:matmul(ln.tensor({{3}}, {dtype = "int64"})):item())
    assert.equal("int32", a:astype("uint8"):matmul(b:astype("int32")).dtype)
    assert.equal("float64", a:matmul(b:astype("float64")).dtype)
    assert.same({{false, true}, {true, false}},
                ln.eye(2):flip(2):astype("bool"):matmul(ln.eye(2):astype("bool")):totable())
  end)

  it("multiplies one row, wherever the matrix begins in memory", function()
    for _, size in ipairs{{1, 1}, {7, 3}, {30, 100}, {33, 17}, {64, 48}, {130, 5}, {300, 30},
                          {257, 299}, {784, 300}, {40, 385}, {300, 640}} do
      local k, n = size[1], size[2]
      local whole = ln.random.normal({k * n + 15}, {seed = k})
      local row = ln.random.normal({1, k}, {seed = n})
      for _, first in ipairs{1, 2, 5, 16} do
        local matrix = whole[{ {first, first + k * n - 1} }]:reshape{k, n}
        local exact = row:astype("float64"):matmul(matrix:astype("float64"))
        local off = (row:matmul(matrix):astype("float64") - exact):abs():max():item()
        assert.is_true(off < 1e-6 * k + 1e-6,
          ("%d x %d from %d: off by %g"):format(k, n, first, off))
        local part = matrix[{ {}, {1, n // 2 + 1} }]   -- whose rows lie apart
        exact = row:astype("float64"):matmul(part:astype("float64"))
        assert.is_true((row:matmul(part):astype("float64") - exact):abs():max():item()
          < 1e-6 * k + 1e-6)
      end
    end
  end)

  it("does not read what stands around a matrix into its result", function()
    local around = ln.full({9, 35}, 0 / 0)
    local middle = around[{ {3, 7}, {3, 32} }]
    middle[{}] = ln.ones{5, 30}
    for _, rows in ipairs{1, 2, 4, 8, 31, 32, 100} do
      assert.is_true((ln.ones{rows, 5}:matmul(middle):eq(5)):all(), rows)
      assert.is_true((ln.ones{rows, 30}:matmul(middle:transpose()):eq(30)):all(), rows)
    end
  end)

  it("is a sum over nothing for empty axes", function()
    assert.same({{0, 0}, {0, 0}}, ln.zeros{2, 0}:matmul(ln.zeros{0, 2}):totable())
    assert.equal("(0, 4)", tostring(ln.zeros{0, 3}:matmul(b).shape))
    assert.equal("(0, 2, 4)", tostring(ln.zeros{0, 2, 3}:matmul(b).shape))
  end)

  it("has gradients of the inputs' shapes, empty axes or not", function()
    for _, shapes in ipairs{{{2, 3, 0}, {0, 4}}, {{0, 3, 2}, {2, 4}}, {{2, 3, 2}, {2, 0}},
                            {{2, 3, 4}, {4}}, {{4}, {2, 4, 3}}, {{3, 4}, {2, 4, 2}}} do
      local x, y = ln.ones(shapes[1]), ln.ones(shapes[2])
      local tape <close> = ln.GradientTape()
      tape:watch{x, y}
      local gradients = tape:gradient(x:matmul(y):sum(), {x, y})
      assert.equal(tostring(x.shape), tostring(gradients[1].shape))
      assert.equal(tostring(y.shape), tostring(gradients[2].shape))
    end
  end)

  it("names the shapes that do not align", function()
    fails("shapes do not align: %(2, 3%) and %(2, 3%)", ln.matmul, a, a)
    fails("shapes do not align: %(2, 3, 4%) and %(3, 4, 2%)", ln.matmul, range(2, 3, 4),
          range(3, 4, 2))
    fails("scalars", ln.matmul, a, 2)
  end)
end)

describe("dot, outer, tensordot, norm", function()
  it("dot", function()
    assert.same({{20, 23, 26, 29}, {56, 68, 80, 92}}, ln.dot(a, b):totable())
    assert.same({{{20, 23, 26, 29}, {56, 59, 62, 65}}, {{56, 68, 80, 92}, {200, 212, 224, 236}}},
        ln.dot(a, range(2, 3, 4)):totable())
    assert.same({{0, 2, 4}, {6, 8, 10}}, ln.dot(a, 2):totable())
  end)

  it("outer", function()
    assert.same({{3, 4, 5, 6}, {6, 8, 10, 12}},
                ln.outer(ln.tensor{1, 2}, ln.tensor{{3, 4}, {5, 6}}):totable())
  end)

  it("tensordot", function()
    assert.same({{20, 23, 26, 29}, {56, 68, 80, 92}}, ln.tensordot(a, b, 1):totable())
    assert.same({{506, 1298}, {1298, 3818}},
                ln.tensordot(range(2, 3, 4), range(2, 3, 4):permute{2, 3, 1}):totable())
    assert.same({220, 235, 250, 265},
                ln.tensordot(range(2, 3, 4), a, {axes = {1, 2}, axes_b = {1, 2}}):totable())
    assert.equal("(2, 3, 3, 4)", tostring(ln.tensordot(a, b, 0).shape))
    fails("shapes do not align", ln.tensordot, a, b, 2)
  end)

  it("norm", function()
    local x = ln.tensor{{3, -4}, {0, 12}}
    assert.equal(13, ln.norm(x):item())
    assert.same({5, 12}, ln.norm(x, {axis = 2}):totable())
    assert.same({{3, 16}}, ln.norm(x, 1, {axis = 1, keepdims = true}):totable())
    assert.equal(12, ln.norm(x, math.huge):item())
    assert.same({2, 1}, ln.norm(ln.tensor{{3, -1}, {0, 2}}, 0, {axis = 2}):totable())
    assert.equal(0, ln.norm(x, -math.huge):item())
    assert.is_true(math.abs(ln.norm(x, 3):item() - 12.207055) < 1e-5)
    fails("ord", ln.norm, x, 0 / 0)
  end)
end)
