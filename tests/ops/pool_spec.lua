-- Pooling: values, padding, data formats, ties and NaN, blocks of channels, errors. Gradients and
-- unknown sizes: tests/ops/registry_spec.lua.
local ln = require "lunate"

-- The slow way: every window, element by element. x is (n, h, w, c).
local function pooled(x, size, strides, same, mean)
  local n, h, w, c = x.shape[1], x.shape[2], x.shape[3], x.shape[4]
  local function axis(length, k)
    if not same then return (length - size[k]) // strides[k] + 1, 0 end
    local m = (length + strides[k] - 1) // strides[k]
    return m, math.max((m - 1) * strides[k] + size[k] - length, 0) // 2
  end
  local rows, top = axis(h, 1)
  local columns, left = axis(w, 2)
  local y = ln.zeros({n, rows, columns, c}, {dtype = x.dtype})
  for a = 1, n do
    for i = 1, rows do
      for j = 1, columns do
        local first_row, first_column = (i - 1) * strides[1] - top, (j - 1) * strides[2] - left
        local part = x[{a, {math.max(first_row, 0) + 1, math.min(first_row + size[1], h)},
          {math.max(first_column, 0) + 1, math.min(first_column + size[2], w)}}]
        y[{a, i, j}] = mean and part:mean{axis = {1, 2}} or part:max{axis = {1, 2}}
      end
    end
  end
  return y
end

local function near(a, b)
  assert.are.equal(tostring(b.shape), tostring(a.shape))
  assert.is_true((a - b):abs():max():item() < 1e-5)
end

describe("max_pool and average_pool", function()
  it("give what the slow way gives, whatever the number of channels", function()
    ln.set_seed(1)
    for _, c in ipairs{1, 3, 16, 19, 64, 85, 130} do
      local x = ln.random.normal{2, 6, 7, c}
      for _, case in ipairs{{{2, 2}, {2, 2}}, {{3, 2}, {1, 2}}, {{1, 3}, {2, 3}}} do
        for _, padding in ipairs{"valid", "same"} do
          local size, strides = case[1], case[2]
          local same = padding == "same"
          near(ln.max_pool(x, size, strides, padding), pooled(x, size, strides, same, false))
          near(ln.average_pool(x, size, strides, padding), pooled(x, size, strides, same, true))
          local first = x:permute{1, 4, 2, 3}
          near(ln.max_pool(first, size, strides, padding, "channels_first"):permute{1, 3, 4, 2},
            pooled(x, size, strides, same, false))
          near(ln.average_pool(first, size, {strides = strides, padding = padding,
            data_format = "channels_first"}):permute{1, 3, 4, 2},
            pooled(x, size, strides, same, true))
        end
      end
    end
  end)

  it("give the gradients that the slow way has, in blocks of channels and threads", function()
    ln.set_seed(2)
    for _, shape in ipairs{{1, 6, 5, 130}, {5, 7, 6, 17}} do
      local x = ln.random.normal(shape)
      for _, mean in ipairs{false, true} do
        local pool = mean and ln.average_pool or ln.max_pool
        local function gradient(f)
          local tape <close> = ln.GradientTape()
          tape:watch(x)
          local y = f()
          return tape:gradient((y * ln.arange(1, y.size + 1):reshape(y.shape)):sum(), x)
        end
        local fast = gradient(function() return pool(x, {3, 2}, {2, 1}, "same") end)
        -- each window by itself, with what its padding adds up to
        local slow = gradient(function()
          local rows = {}
          local h, w = x.shape[2], x.shape[3]
          local m = (h + 1) // 2
          local top = math.max((m - 1) * 2 + 3 - h, 0) // 2
          for i = 1, m do
            local columns = {}
            for j = 1, w do
              local a = (i - 1) * 2 - top
              local part = x[{{}, {math.max(a, 0) + 1, math.min(a + 3, h)},
                {j, math.min(j + 1, w)}}]
              columns[j] = mean and part:mean{axis = {2, 3}} or part:max{axis = {2, 3}}
            end
            rows[i] = ln.stack(columns, {axis = 2})
          end
          return ln.stack(rows, {axis = 2})
        end)
        near(fast / fast:abs():max(), slow / slow:abs():max())
      end
    end
  end)

  it("give a tie's gradient to the first, and NaN before everything else", function()
    local nan = 0 / 0
    local x = ln.tensor{{{2}, {2}, {1}, {nan}, {nan}, {5}}}
    assert.are.equal("[ 2. nan nan]", tostring(ln.max_pool(x, 2):flatten()))
    local tape <close> = ln.GradientTape()
    tape:watch(x)
    local slope = tape:gradient(ln.max_pool(x, 3), x)
    assert.are.same({1, 0, 0, 1, 0, 0}, slope:flatten():totable())
    local low = ln.full({1, 4, 1}, -math.huge)
    assert.are.same({-math.huge, -math.huge}, ln.max_pool(low, 2):flatten():totable())
  end)

  it("leave padding out", function()
    local x = ln.full({1, 3, 3, 1}, -1)
    for _, pool in ipairs{ln.max_pool, ln.average_pool} do
      assert.is_true((pool(x, 2, 2, "same"):eq(-1)):all())
      assert.is_true((pool(x, 5, 1, "same"):eq(-1)):all())
    end
  end)

  it("take integers as float32, and no samples", function()
    local y = ln.average_pool(ln.tensor({{{1}, {2}}}, {dtype = "int32"}), 2)
    assert.are.equal("float32", y.dtype)
    assert.are.equal(1.5, y:item())
    assert.are.equal("(0, 2, 3)", tostring(ln.max_pool(ln.zeros{0, 4, 3}, 2).shape))
    assert.are.equal("(2, 2, 0)", tostring(ln.max_pool(ln.zeros{2, 4, 0}, 2).shape))
    assert.are.equal("(2, 0, 3)", tostring(ln.max_pool(ln.zeros{2, 0, 3}, 2, 2, "same").shape))
  end)

  it("refuse what does not fit", function()
    local x = ln.zeros{1, 4, 4, 3}
    local function fails(text, ...)
      local ok, message = pcall(ln.max_pool, ...)
      assert.is_false(ok)
      assert(message:find(text, 1, true), message)
    end
    fails("rank 3 to 5", ln.zeros{4, 4}, 2)
    fails("rank 3 to 5", ln.zeros{1, 2, 2, 2, 2, 1}, 2)
    fails("pool_size (5,) does not fit an input of shape (1, 4, 4, 3)", x, 5)
    fails("pool_size is an integer or a list of 2, got (1, 2, 3)", x, {1, 2, 3})
    fails("strides is an integer or a list of 2, got (1, 2, 3)", x, 2, {1, 2, 3})
    fails("pool_size is an integer or a list of 2, got ()", x, {})
    fails("pool_size", x, 0)
    fails("strides", x, 2, 0)
    fails("padding", x, 2, 2, "full")
    fails("data_format", x, 2, 2, "same", "last")
    fails("pool_size", x, {2, math.maxinteger})
    assert.are.equal("(1, 1, 1, 3)",
      tostring(ln.max_pool(x, math.maxinteger, math.maxinteger, "same").shape))
  end)
end)

describe("adaptive pools", function()
  it("share out the axes", function()
    local x = ln.arange(10):reshape{1, 10, 1}
    assert.are.same({1.5, 4.5, 7.5}, ln.adaptive_average_pool(x, 3):flatten():totable())
    assert.are.same({3, 6, 9}, ln.adaptive_max_pool(x, 3):flatten():totable())
    assert.are.same({0, 0.5, 1}, ln.adaptive_average_pool(x[{ {}, {1, 2} }], 3):flatten():totable())
    assert.are.equal(x, ln.adaptive_max_pool(x, 10))
  end)

  it("refuse an axis of nothing, and other ranks", function()
    assert.error_matches(function() ln.adaptive_max_pool(ln.zeros{1, 0, 1}, 2) end,
      "output_size %(2,%) does not fit an input of shape %(1, 0, 1%)")
    assert.error_matches(function() ln.adaptive_average_pool(ln.zeros{1, 4, 4, 1}, {1, 2, 3}) end,
      "output_size is an integer or a list of 2")
    assert.error_matches(function() ln.adaptive_average_pool(ln.zeros{4, 4}, 2) end, "rank 3 to 5")
  end)
end)
