-- Convolutions of many geometries against sums written out, the order of axes, what is refused.
-- (Gradients, strides and shapes of every op: registry_spec.lua.)

local ln = require "lunate"
local fails = require "support.fails"

local function count(shape)
  local n = 1
  for _, d in ipairs(shape) do n = n * d end
  return n
end

-- Whole numbers of few bits: sums are exact in any order.
local function numbers(shape, dtype)
  return (ln.random.uniform(shape, {min = -4, max = 5}):floor()):astype(dtype or "float32")
end

-- Where a channel of the result comes from, element by element: x (batch, in, channels), kernel
-- (taps, channels / groups, filters), all of one axis. `before` zeros stand before x.
local function slow(x, kernel, size, o)
  local batch, n, channels = table.unpack(x.shape)
  local taps, each, filters = table.unpack(kernel.shape)
  local groups = channels // each
  local xs, ks, y = x:totable(), kernel:totable(), {}
  for b = 1, batch do
    y[b] = {}
    for place = 1, size do
      y[b][place] = {}
      for f = 1, filters do
        local sum, first = 0, (f - 1) // (filters // groups) * each
        for t = 1, taps do
          local p = (place - 1) * o.stride - o.before + (t - 1) * o.dilation + 1
          if p >= 1 and p <= n then
            for i = 1, each do sum = sum + xs[b][p][first + i] * ks[t][i][f] end
          end
        end
        y[b][place][f] = sum
      end
    end
  end
  return y
end

describe("conv of one axis", function()
  for _, case in ipairs{
      {n = 9, taps = 3, channels = 4, filters = 5}, {n = 9, taps = 4, channels = 1, filters = 3},
      {n = 10, taps = 3, channels = 9, filters = 20, stride = 2},
      {n = 40, taps = 5, channels = 20, filters = 33, dilation = 2},
      {n = 12, taps = 3, channels = 6, filters = 4, groups = 2, stride = 3},
      {n = 7, taps = 2, channels = 17, filters = 17, groups = 17},
      {n = 7, taps = 3, channels = 40, filters = 80, groups = 40, stride = 2},
      {n = 300, taps = 3, channels = 24, filters = 24, groups = 3},
      {n = 6, taps = 1, channels = 8, filters = 40}} do
    for _, padding in ipairs{"valid", "same", "causal"} do
      local stride, dilation, groups = case.stride or 1, case.dilation or 1, case.groups or 1
      it(("%d by %d taps, %d to %d, stride %d, dilation %d, %d groups, %s"):format(case.n,
          case.taps, case.channels, case.filters, stride, dilation, groups, padding), function()
        local reach = (case.taps - 1) * dilation + 1
        local size = padding == "valid" and (case.n - reach) // stride + 1
          or (case.n - 1) // stride + 1
        local all = math.max((size - 1) * stride + reach - case.n, 0)
        local before = padding == "same" and all // 2 or padding == "causal" and reach - 1 or 0
        local options = {strides = stride, padding = padding, dilation_rate = dilation,
          groups = groups}
        for _, dtype in ipairs{"float32", "float64"} do
          local x = numbers({3, case.n, case.channels}, dtype)
          local kernel = numbers({case.taps, case.channels // groups, case.filters}, dtype)
          local y = ln.conv(x, kernel, options)
          assert.equal(dtype, y.dtype)
          assert.same(slow(x, kernel, size, {stride = stride, before = before,
            dilation = dilation}), y:totable())
        end
      end)
    end
  end
end)

describe("conv", function()
  it("of several axes is that of one where the kernel is a line", function()
    local x, kernel = numbers{2, 11, 3, 4}, numbers{3, 1, 4, 6}
    local options = {strides = {2, 1}, padding = "same"}
    local line = ln.conv(x:permute{1, 3, 2, 4}:reshape{6, 11, 4}, kernel:reshape{3, 4, 6},
      {strides = 2, padding = "same"})
    assert.is_true(ln.conv(x, kernel, options)
      == line:reshape{2, 3, 6, 6}:permute{1, 3, 2, 4})
    local deep = ln.conv(x:expand_dims(2), kernel:expand_dims(1), {strides = {1, 2, 1},
      padding = "same"})
    assert.is_true(deep:squeeze(2) == ln.conv(x, kernel, options))
  end)

  it("of a kernel of one tap is a product", function()
    local x, kernel = numbers{2, 5, 7, 6}, numbers{1, 1, 6, 9}
    assert.is_true(ln.conv(x, kernel) == x:matmul(kernel:reshape{6, 9}))
    assert.is_true(ln.conv(x, kernel, 2)
      == x[{ {}, {1, 5, 2}, {1, 7, 2} }]:matmul(kernel:reshape{6, 9}))
  end)

  it("takes channels first", function()
    local x, kernel = numbers{2, 5, 7, 6}, numbers{3, 2, 6, 9}
    local options = {padding = "same", strides = 2}
    local last = ln.conv(x, kernel, options)
    options.data_format = "channels_first"
    local y = ln.conv(x:permute{1, 4, 2, 3}, kernel, options)
    assert.is_true(y == last:permute{1, 4, 2, 3})
  end)

  -- Large enough for Winograd's way, which whole numbers show to be the same to the bit.
  for _, size in ipairs{{27, 26}, {28, 29}} do
    for _, padding in ipairs{"valid", "same"} do
      it(("of 3 by 3 taps over %d by %d, %s, is a sum of products"):format(size[1], size[2],
          padding), function()
        local h, w = table.unpack(size)
        for _, dtype in ipairs{"float32", "float64"} do
          local x, kernel = numbers({4, h, w, 16}, dtype), numbers({3, 3, 16, 32}, dtype)
          local bias = numbers({32}, dtype)
          local around = ln.zeros({4, h + 2, w + 2, 16}, {dtype = dtype})
          around[{ {}, {2, h + 1}, {2, w + 1} }] = x
          local source = padding == "same" and around or x
          local down, across = source.shape[2] - 2, source.shape[3] - 2
          local expected = ln.zeros({4, down, across, 32}, {dtype = dtype})
          for i = 1, 3 do
            for j = 1, 3 do
              expected = expected
                + source[{ {}, {i, i + down - 1}, {j, j + across - 1} }]:matmul(kernel[i][j])
            end
          end
          local layer = ln.layers.Conv2D{32, 3, padding = padding, activation = "relu",
            dtype = dtype}
          layer:build(x.shape)
          layer:set_weights{kernel, bias}
          assert.is_true(layer(x) == (expected + bias):relu())
          local tape <close> = ln.GradientTape()
          tape:watch{x, kernel}
          local y = ln.conv(x, kernel, {padding = padding})
          assert.is_true(y == expected)
          local g = numbers(y.shape, dtype)
          local dx, dkernel = table.unpack(tape:gradient(y, {x, kernel}, {output_gradients = g}))
          local pixels, slopes = 4 * down * across, g:reshape{-1, 32}
          for i = 1, 3 do
            for j = 1, 3 do
              local patch = source[{ {}, {i, i + down - 1}, {j, j + across - 1} }]
              assert.is_true(dkernel[i][j]
                == patch:reshape{pixels, 16}:transpose():matmul(slopes))
            end
          end
          local grown = ln.zeros({4, down + 2, across + 2, 16}, {dtype = dtype})
          for i = 1, 3 do
            for j = 1, 3 do
              local place = { {}, {i, i + down - 1}, {j, j + across - 1} }
              grown[place] = grown[place] + g:matmul(kernel[i][j]:transpose())
            end
          end
          if padding == "same" then grown = grown[{ {}, {2, h + 1}, {2, w + 1} }] end
          assert.is_true(dx == grown)
        end
      end)
    end
  end

  it("works on threads as on one", function()
    local threads = ln.threads()
    for _, shape in ipairs{{3, 3, 16, 24}, {3, 3, 16, 32}, {2, 3, 8, 6}, {3, 3, 1, 16}} do
      local groups = 16 // shape[3]
      local x, kernel = ln.random.normal{4, 30, 30, 16}, ln.random.normal(shape)
      local function all()
        local tape <close> = ln.GradientTape()
        tape:watch{x, kernel}
        local y = ln.conv(x, kernel, {padding = "same", groups = groups})
        local grads = tape:gradient(y:square():sum(), {x, kernel})
        return {y, grads[1], grads[2]}
      end
      ln.threads(1)
      local one = all()
      for n = 2, 3 do
        ln.threads(n)
        for k, t in ipairs(all()) do assert.is_true(t == one[k], ("%d, %d"):format(n, k)) end
      end
      ln.threads(threads)
    end
  end)

  it("of nothing is nothing, or zeros", function()
    assert.equal("(0, 3, 4)", tostring(ln.conv(ln.zeros{0, 5, 2}, ln.zeros{3, 2, 4}).shape))
    assert.equal("(2, 0, 4)", tostring(ln.conv(ln.zeros{2, 0, 2}, ln.zeros{3, 2, 4},
      {padding = "same"}).shape))
    assert.is_true(ln.conv(ln.zeros{2, 5, 0}, ln.zeros{3, 0, 4}) == ln.zeros{2, 3, 4})
    assert.equal("(2, 3, 0)", tostring(ln.conv(ln.zeros{2, 5, 2}, ln.zeros{3, 2, 0}).shape))
  end)

  it("tells shapes of sizes that are not known", function()
    local x, kernel = ln.Input{batch_shape = {false, false, 9, 2}}, ln.zeros{3, 3, 2, 4}
    assert.equal("(None, None, 4, 4)", tostring(ln.conv(x, kernel, 2).shape))
    assert.equal("(None, None, 5, 4)", tostring(ln.conv(x, kernel, 2, "same").shape))
    assert.equal("(None, None, 19, 3)",
      tostring(ln.conv_transpose(x, ln.zeros{3, 3, 3, 2}, 2).shape))
  end)

  it("refuses what does not fit", function()
    local x = ln.zeros{2, 5, 5, 4}
    fails("conv: .* kernel of the same rank, got shapes %(2, 5%) and %(3, 4, 6%)", ln.conv,
      ln.zeros{2, 5}, ln.zeros{3, 4, 6})
    fails("kernel of the same rank", ln.conv, x, ln.zeros{3, 4, 6})
    fails("a kernel of shape %(3, 3, 3, 6%) is for 3 channels, got an input of shape", ln.conv, x,
      ln.zeros{3, 3, 3, 6})
    fails("a kernel of shape %(6, 3, 4, 6%) does not fit an input of shape %(2, 5, 5, 4%)",
      ln.conv, x, ln.zeros{6, 3, 4, 6})
    fails("5 filters are not divisible by 2 groups", ln.conv, x, ln.zeros{3, 3, 2, 5})
    fails("in each group", ln.conv, x, ln.zeros{3, 3, 2, 6}, {groups = 4})
    fails("strides is an integer or a list of 2, got %(1, 2, 3%)", ln.conv, x,
      ln.zeros{3, 3, 4, 6}, {strides = {1, 2, 3}})
    fails("strides", ln.conv, x, ln.zeros{3, 3, 4, 6}, {strides = 0})
    fails("dilation_rate of 1099511627776 is too large", ln.conv, x, ln.zeros{3, 3, 4, 6},
      {dilation_rate = 2 ^ 40 // 1})
    fails("\"causal\" is for one axis", ln.conv, x, ln.zeros{3, 3, 4, 6}, {padding = "causal"})
    fails("depthwise_conv: a kernel of shape .* is for 3 channels", ln.depthwise_conv, x,
      ln.zeros{3, 3, 3, 1})
    fails("the pointwise kernel has one tap", ln.separable_conv, x, ln.zeros{3, 3, 4, 1},
      ln.zeros{1, 2, 4, 2})
    fails("conv_transpose: a kernel of shape .* is for 3 channels", ln.conv_transpose, x,
      ln.zeros{3, 3, 6, 3})
    fails("output_padding is less than strides, got 2 and 2", ln.conv_transpose, x,
      ln.zeros{3, 3, 6, 4}, {strides = 2, output_padding = 2})
    fails("too many elements", ln.conv_transpose, x, ln.zeros{3, 3, 6, 4}, {strides = 2 ^ 31 - 1,
      padding = "valid", dilation_rate = 2 ^ 31 - 1})
  end)
end)

describe("depthwise_conv", function()
  it("is a conv of as many groups as channels", function()
    for _, each in ipairs{1, 3} do
      for _, channels in ipairs{2, 17, 70} do
        local x, kernel = numbers{2, 6, 7, channels}, numbers{3, 3, channels, each}
        for _, options in ipairs{{}, {padding = "same", strides = 2}, {dilation_rate = {2, 1}}} do
          assert.is_true(ln.depthwise_conv(x, kernel, options)
            == ln.conv(x, kernel:reshape{3, 3, 1, channels * each}, options))
        end
      end
    end
  end)

  it("sums more taps than it lists at once", function()
    local x, kernel = numbers{1, 12, 12, 3}, numbers{10, 10, 3, 1}
    for channel = 1, 3 do
      local one = ln.conv(x[{ {}, {}, {}, {channel, channel} }],
        kernel[{ {}, {}, {channel, channel} }])
      assert.is_true(ln.depthwise_conv(x, kernel)[{ {}, {}, {}, {channel, channel} }] == one)
    end
  end)
end)

describe("conv_transpose", function()
  it("adds the kernel at each place, strides apart", function()
    for _, case in ipairs{{n = 4, taps = 3, stride = 2, from = 5, to = 3},
        {n = 3, taps = 2, stride = 4, from = 17, to = 20}, {n = 5, taps = 4, stride = 1, from = 1,
        to = 1}, {n = 6, taps = 3, stride = 1, dilation = 3, from = 9, to = 8}} do
      local x, kernel = numbers{2, case.n, case.from}, numbers{case.taps, case.to, case.from}
      local dilation = case.dilation or 1
      local reach = (case.taps - 1) * dilation + 1
      local y = ln.conv_transpose(x, kernel, {strides = case.stride, dilation_rate = dilation})
      local expected = ln.zeros{2, (case.n - 1) * case.stride + math.max(reach, case.stride),
        case.to}
      for place = 1, case.n do
        for tap = 1, case.taps do
          local at = (place - 1) * case.stride + (tap - 1) * dilation + 1
          local sum = x[{ {}, place }]:matmul(kernel[tap]:transpose())
          expected[{ {}, at }] = expected[{ {}, at }] + sum
        end
      end
      assert.is_true(y == expected, ("%d taps, stride %d"):format(case.taps, case.stride))
    end
  end)

  it("is what a gradient of conv is", function()
    local x, kernel = numbers{2, 9, 8, 3}, numbers{3, 3, 3, 5}
    local tape <close> = ln.GradientTape()
    tape:watch(x)
    local y = ln.conv(x, kernel, 2)
    local g = numbers(y.shape)
    local dx = tape:gradient(y, x, {output_gradients = g})
    assert.equal(count(x.shape), count(dx.shape))
    local grown = ln.conv_transpose(g, kernel, {strides = 2})   -- (2, 9, 7, 3)
    assert.is_true(dx[{ {}, {}, {1, 7} }] == grown)
    assert.equal(0, dx[{ {}, {}, 8 }]:abs():sum():item())
  end)
end)
