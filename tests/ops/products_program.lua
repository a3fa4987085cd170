-- Run by products_spec.lua in a process of its own, which the instruction set is told: products of
-- whole numbers, exact in any order of summation, against sums of their terms.

local ln = require "lunate"

local function numbers(shape) return ln.random.uniform(shape, {min = -4, max = 5}):floor() end

-- The same product as a sum over k of elementwise ones.
local function slow(x, w)
  local k = x.shape[#x.shape]
  if k == 0 then return ln.zeros{x.shape[1], w.shape[2]} end
  local sum = x[{ {}, {1, 1} }] * w[{ {1, 1}, {} }]
  for i = 2, k do sum = sum + x[{ {}, {i, i} }] * w[{ {i, i}, {} }] end
  return sum
end

local function turned(t) return t:transpose():copy():transpose() end

local checked = 0
for _, size in ipairs{{1, 1, 1}, {1, 40, 33}, {1, 300, 5}, {7, 3, 1}, {33, 17, 65}, {5, 0, 4},
    {64, 64, 64}, {130, 140, 49}, {20, 400, 20}, {300, 20, 1000}, {1000, 130, 23}, {4, 1, 60}} do
  local m, k, n = table.unpack(size)
  for _, dtype in ipairs{"float32", "float64"} do
    local x, w = numbers{m, k}:astype(dtype), numbers{k, n}:astype(dtype)
    local expected = slow(x, w):astype(dtype)
    for i, left in ipairs{x, turned(x)} do
      for j, right in ipairs{w, turned(w)} do
        assert(left:matmul(right) == expected, ("%s (%d, %d) x (%d, %d), %d %d"):format(dtype, m, k,
          k, n, i, j))
        checked = checked + 1
      end
    end
  end
end

-- One matrix on the right for all of a batch, whose matrices do not lie as one.
for _, n in ipairs{5, 20, 400, 500} do
  local x, w = numbers{6, 140, 30}, numbers{30, n}
  local apart = ln.zeros{6, 150, 30}
  apart[{ {}, {1, 140} }] = x
  local y = apart[{ {}, {1, 140} }]:matmul(w)
  for i = 1, 6 do assert(y[i] == x[i]:matmul(w), "batch of " .. n) end
  local z = apart[{ {}, {1, 140} }]:matmul(w:transpose():copy():transpose())
  assert(z == y)
end

-- A bias and a relu on the way, and back through them.
local layer = ln.layers.Dense{9, activation = "relu"}
layer:build{false, 40}
layer:set_weights{numbers{40, 9}, numbers{9}}
local x = numbers{20, 40}
assert(layer(x) == (x:matmul(layer.kernel:value()) + layer.bias:value()):relu())

print(ln.config().instruction_set, checked)
