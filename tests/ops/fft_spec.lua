-- Fourier transforms against sums of cosines and sines, at lengths of every kind: products of small
-- factors, and those that Bluestein's algorithm computes. Other numbers are numpy's.
local ln = require "lunate"
local fails = require "support.fails"
local goldens = require "support.goldens"

local function f64(x) return ln.tensor(x, {dtype = "float64"}) end
local function normal(shape) return ln.random.normal(shape, {dtype = "float64"}) end

-- (rows, n): the transform of each row by its definition; sign -1, or 1 for the inverse's sums.
local function definition(re, im, sign)
  local n = re.shape[2]
  local j = ln.arange(n, {dtype = "float64"})
  local angle = (j:reshape{n, 1} * j % n) * (2 * math.pi / n)
  local c, s = ln.cos(angle), ln.sin(angle) * sign
  return re:matmul(c) - im:matmul(s), im:matmul(c) + re:matmul(s)
end

local function difference(a, b)
  return ((a - b):abs():max() / (b:abs():max() + 1)):item()
end

before_each(function() ln.set_seed(5) end)

describe("fft", function()
  it("is the discrete Fourier transform at any length", function()
    for n = 1, 70 do
      local re, im = normal{3, n}, normal{3, n}
      local wanted_re, wanted_im = definition(re, im, -1)
      for dtype, bound in pairs{float64 = 1e-13, float32 = 1e-6} do
        local a, b = ln.fft(re:astype(dtype), im:astype(dtype))
        assert.are.equal(dtype, a.dtype)
        assert.is_true(difference(a, wanted_re) < bound, n .. " " .. dtype)
        assert.is_true(difference(b, wanted_im) < bound, n .. " " .. dtype)
      end
      local a, b = ln.ifft(re, im)
      wanted_re, wanted_im = definition(re, im, 1)
      assert.is_true(difference(a * n, wanted_re) < 1e-13, n)
      assert.is_true(difference(b * n, wanted_im) < 1e-13, n)
    end
  end)

  it("is its inverse's inverse at long lengths", function()
    for _, n in ipairs{4096, 5000, 4095, 2 * 3 * 5 * 7 * 11 * 13, 4099, 8194} do
      local re, im = normal{n}, normal{n}
      local a, b = ln.fft(re, im)
      -- Parseval's theorem.
      assert.is_true(math.abs(((a * a + b * b):sum() / n / (re * re + im * im):sum()):item() - 1)
        < 1e-13, n)
      a, b = ln.ifft(a, b)
      assert.is_true(difference(a, re) < 1e-13, n)
      assert.is_true(difference(b, im) < 1e-13, n)
    end
  end)

  it("takes each of many rows for itself, by threads as by one", function()
    local before = ln.threads()
    for _, n in ipairs{12, 37} do
      local re, im = normal{333, n}, normal{333, n}
      re[7] = 0 / 0
      im[9] = 1e300
      local a, b = ln.fft(re, im)
      ln.threads(1)
      local c, d = ln.fft(re, im)
      ln.threads(before)
      for _, row in ipairs{1, 6, 8, 10, 333} do
        local x, y = ln.fft(re[row], im[row])
        assert.is_true(difference(a[row], x) < 1e-14)
        assert.is_true(difference(b[row], y) < 1e-14)
        assert.is_true(a[row] == c[row] and b[row] == d[row])
      end
      assert.is_true(a[7]:isnan():all())
    end
  end)

  it("along two axes is fft2", function()
    for _, shape in ipairs{{3, 5}, {4, 17}, {2, 3, 6}} do
      local re, im = normal(shape), normal(shape)
      local a, b = ln.fft2(re, im)
      local c, d = ln.fft(re, im)
      c, d = ln.fft(c:swapaxes(-1, -2), d:swapaxes(-1, -2))
      assert.is_true(difference(a, c:swapaxes(-1, -2)) < 1e-14)
      assert.is_true(difference(b, d:swapaxes(-1, -2)) < 1e-14)
      a, b = ln.ifft2(a, b)
      assert.is_true(difference(a, re) < 1e-14)
      assert.is_true(difference(b, im) < 1e-14)
    end
  end)

  it("takes what is no float as float32, and the wider of two dtypes", function()
    local a = ln.fft(ln.tensor({1, 2}, {dtype = "int32"}), ln.tensor({0, 0}, {dtype = "int32"}))
    assert.are.equal("float32", a.dtype)
    assert.are.same({3, -1}, a:totable())
    assert.are.equal("float64", (ln.fft(ln.ones{2}, f64{1, 2})).dtype)
    assert.are.same({{}, {}}, {ln.zeros{0, 4}:totable(), (ln.fft(ln.zeros{0, 4}, ln.zeros{0, 4}))
      :totable()})
  end)

  it("refuses what has no transform", function()
    fails("fft.*no points.*%(2, 0%)", ln.fft, ln.zeros{2, 0}, ln.zeros{2, 0})
    fails("fft2.*no points", ln.fft2, ln.zeros{0, 2}, ln.zeros{0, 2})
    fails("fft2.*rank 2 or more.*%(3,%)", ln.fft2, ln.zeros{3}, ln.zeros{3})
    fails("fft: a tensor of rank 1 or more", ln.fft, ln.tensor(1), ln.tensor(2))
    fails("%(3,%).*%(4,%)", ln.fft, ln.zeros{3}, ln.zeros{4})
    fails("argument #2 to 'fft'", ln.fft, ln.zeros{3})
    fails("rfft.*no points", ln.rfft, ln.zeros{0})
    fails("one bin says no length", ln.irfft, ln.zeros{1}, ln.zeros{1})
    fails("fft_length.*0", ln.rfft, ln.zeros{3}, 0)
  end)
end)

describe("rfft", function()
  it("is the first half of fft, and irfft its inverse", function()
    for n = 1, 60 do
      local x = normal{3, n}
      local re, im = ln.fft(x, ln.zeros_like(x))
      local a, b = ln.rfft(x)
      assert.are.equal(n // 2 + 1, a.shape[2])
      assert.is_true(difference(a, re[{ {}, {1, n // 2 + 1} }]) < 1e-13, n)
      assert.is_true(difference(b, im[{ {}, {1, n // 2 + 1} }]) < 1e-13, n)
      assert.is_true(difference(ln.irfft(a, b, n), x) < 1e-13, n)
    end
  end)

  it("cuts its input, or adds zeros, as fft_length says", function()
    local x = f64{1, 2, 4, -1, 3}
    for _, n in ipairs{1, 2, 3, 4, 6, 7, 12} do
      local padded = n > 5 and x:pad{{0, n - 5}} or x[{ {1, n} }]
      local a, b = ln.rfft(x, n)
      local c, d = ln.rfft(padded:copy())
      assert.is_true(a == c and b == d, n)
      local re, im = f64{1, 2, 3}, f64{5, -1, 2}
      local bins = n // 2 + 1
      local function fitted(t)
        return bins > 3 and t:pad{{0, bins - 3}} or t[{ {1, bins} }]:copy()
      end
      assert.is_true(ln.irfft(re, im, n) == ln.irfft(fitted(re), fitted(im), n), n)
    end
  end)

  it("does not look at imaginary parts that a real signal does not have", function()
    local re, im = f64{1, 2, 3}, f64{0, 4, 0}
    assert.is_true(ln.irfft(re, im) == ln.irfft(re, f64{9, 4, -7}))
    assert.is_true(ln.irfft(re, im, 5) == ln.irfft(re, f64{9, 4, 0}, 5))
    assert.are.same({2.25, -1, -0.25, 0}, (ln.irfft(f64{1, 2.5, 3}, f64{0, 1, 0}))
      :totable())
  end)
end)

describe("extract_sequences", function()
  it("cuts sequences that overlap, touch or leave gaps, in any dtype", function()
    local x = ln.tensor({{1, 2, 3, 4, 5, 6, 7}}, {dtype = "int64"})
    assert.are.same({{{1, 2, 3}, {3, 4, 5}, {5, 6, 7}}}, x:extract_sequences(3, 2):totable())
    assert.are.same({{{1, 2}, {5, 6}}}, x:extract_sequences(2, 4):totable())
    assert.are.same({{{1, 2, 3, 4, 5, 6, 7}}}, x:extract_sequences(7, 9):totable())
    assert.are.same({{7, 6}, {5, 4}}, x[1][{ {-1, 4, -1} }]:extract_sequences(2, 2):totable())
    assert.are.equal("bfloat16", ln.ones({4}, {dtype = "bfloat16"}):extract_sequences(2, 1).dtype)
    fails("shorter than sequence_length, 8", ln.extract_sequences, x, 8, 1)
    fails("sequence_stride", ln.extract_sequences, x, 2, 0)
  end)

  it("knows how many there are only where the length is known", function()
    local s = ln.Input{batch_shape = {false, 9}}:extract_sequences(4, 2)
    assert.are.equal("(None, 3, 4)", tostring(s.shape))
    s = ln.Input{batch_shape = {2, false}}:extract_sequences(4, 2)
    assert.are.equal("(2, None, 4)", tostring(s.shape))
  end)
end)

describe("stft", function()
  local x = ln.sin(ln.arange(30, {dtype = "float64"}) ^ 2 * 0.05)

  it("is rfft of windowed sequences", function()
    local re, im = ln.stft(x, 6, 3, 8, {window = "hamming", center = false})
    local window = ln.hamming(7, {dtype = "float64"})[{ {1, 6} }]:pad{{1, 1}}   -- periodic
    local a, b = ln.rfft(x:extract_sequences(8, 3) * window)
    assert.are.equal("(8, 5)", tostring(re.shape))
    assert.is_true(difference(re, a) < 1e-14 and difference(im, b) < 1e-14)
  end)

  it("centers its sequences in what is mirrored at the ends", function()
    local re = ln.stft(x, 4, 3, 4, {window = false})
    local padded = ln.concatenate{x[{ {3, 2, -1} }], x, x[{ {29, 28, -1} }]}
    local a = ln.rfft(padded:extract_sequences(4, 3))
    assert.is_true(difference(re, a) < 1e-14)
    -- Beyond one length of a short signal, too.
    local short = ln.stft(f64{1, 2}, 4, 1, 4, {window = false})
    assert.are.same({{6, 0, -2}, {6, 0, 2}, {6, 0, -2}}, short:totable())
  end)

  it("takes a window of one's own, and that alone counts which lies under it", function()
    local numbers = {0.5, 1, 0.25}
    local re = ln.stft(x, 3, 2, 3, {window = numbers})
    assert.is_true(re == ln.stft(x, 3, 2, 3, {window = f64(numbers)}))
    local plain = ln.stft(x, 3, 2, 7, {window = false})
    assert.is_true(difference(plain, (ln.stft(x, 3, 2, 7, {window = {1, 1, 1}}))) < 1e-15)
    fails("window of shape %(3,%) expected, got %(2,%)", ln.stft, x, 3, 2, 3,
      {window = {1, 2}})
    fails("hann, hamming", ln.stft, x, 3, 2, 3, {window = "kaiser"})
    fails("fft_length is at least sequence_length, got 3 and 4", ln.stft, x, 4, 2, 3)
    fails("shorter than", ln.stft, x, 40, 2, 40, {center = false})
    fails("'fft_length'.*required", ln.stft, x, 4, 2)
  end)

  it("is undone by istft", function()
    for _, o in ipairs{{8, 2, 8}, {8, 3, 8}, {6, 2, 9}, {7, 3, 7}} do
      for _, window in ipairs{"hann", "hamming", "own"} do
        local length, step, n = table.unpack(o)
        local w = window == "own" and ln.linspace(0.3, 1, length):totable() or window
        local re, im = ln.stft(x, length, step, n, {window = w})
        local y = ln.istft(re, im, length, step, n, {window = w, length = 30})
        -- What no window covers at the end cannot come back.
        local known = (re.shape[1] - 1) * step + n - 2 * (n // 2)
        known = math.min(known, 30)
        assert.are.equal(30, y.size)
        assert.is_true(difference(y[{ {1, known} }], x[{ {1, known} }]) < 1e-12,
          table.concat(o, " ") .. window)
        assert.are.equal((re.shape[1] - 1) * step + n - 2 * (n // 2),
          ln.istft(re, im, length, step, n, {window = w}).size)
      end
    end
  end)

  it("undone without a window is a sum of overlapping sequences", function()
    local re, im = ln.stft(x, 6, 3, 6, {window = false, center = false})
    local y = ln.istft(re, im, 6, 3, 6, {window = false, center = false})
    assert.is_true(difference(y[{ {4, 27} }], 2 * x[{ {4, 27} }]) < 1e-14)
    assert.is_true(difference(y[{ {1, 3} }], x[{ {1, 3} }]) < 1e-14)
    local longer = ln.istft(re, im, 6, 3, 6, {window = false, center = false, length = 33})
    assert.are.same({0, 0, 0}, longer[{ {31, 33} }]:totable())
    fails("istft: %(.., frames, bins%) expected", ln.istft, ln.ones{3}, ln.ones{3}, 4, 2, 4)
  end)

  it("runs in a graph of unknown lengths, and replayed", function()
    local input = ln.Input{shape = {false}}
    local re, im = ln.stft(input, 8, 4, 8)
    assert.are.equal("(None, None, 5)", tostring(re.shape))
    local model = ln.Model{inputs = input, outputs = ln.istft(re, im, 8, 4, 8)}
    assert.is_true(difference(model(x:reshape{1, 30}:astype "float32")[1][{ {1, 28} }],
      x[{ {1, 28} }]) < 1e-6)
    local power = ln.Input{shape = {32}}
    local a, b = ln.stft(power, 8, 4, 8)
    local trained = ln.Model{inputs = power, outputs = ln.layers.Dense(1)((a * a + b * b)
      :reshape{false, 45})}
    trained:compile{loss = "mse", optimizer = "sgd"}
    local data, target = ln.random.normal{16, 32}, ln.random.normal{16, 1}
    local weights = trained:get_weights()
    trained:fit(data, target, {epochs = 2, batch_size = 4, shuffle = false, verbose = 0})
    local fast = trained.layers[#trained.layers].kernel:value():copy()
    trained:set_weights(weights)
    trained:compile{loss = "mse", optimizer = "sgd", run_eagerly = true}
    trained:fit(data, target, {epochs = 2, batch_size = 4, shuffle = false, verbose = 0})
    assert.is_true(fast == trained.layers[#trained.layers].kernel:value())
  end)
end)

describe("windows", function()
  it("are numpy's", function()
    goldens.near(ln.hanning(4):totable(), {0, 0.75, 0.75, 0}, 1e-6, 1e-7)
    goldens.near(ln.hamming(4):totable(), {0.08, 0.77, 0.77, 0.08}, 1e-6, 1e-7)
    goldens.near(ln.blackman(5):totable(), {0, 0.34, 1, 0.34, 0}, 1e-6, 1e-7)
    goldens.near(ln.bartlett(4):totable(), {0, 2 / 3, 2 / 3, 0}, 1e-6, 1e-7)
    goldens.near(ln.kaiser(5, 14, {dtype = "float64"}):totable(),
      {7.72686684e-06, 0.164932188, 1, 0.164932188, 7.72686684e-06}, 1e-8, 0)
    assert.are.same({1, 1, 1}, ln.kaiser(3, 0):totable())
    for _, name in ipairs{"hanning", "hamming", "blackman", "bartlett"} do
      assert.are.same({1}, ln[name](1):totable())
      assert.are.same({}, ln[name](0):totable())
      assert.are.equal("float64", ln[name](3, {dtype = "float64"}).dtype)
      fails("integer >= 0 expected, got %-1", ln[name], -1)
      fails("dtype", ln[name], 3, {dype = "float64"})
    end
    fails("argument #2 to 'kaiser'", ln.kaiser, 3)
    fails("number in %[%-700, 700%] expected", ln.kaiser, 3, 1e4)
  end)
end)
