-- float16 and bfloat16: what they hold, how numbers are rounded to them, how they meet other
-- dtypes. The expected values are computed here, from the two formats' definitions.
local ln = require "lunate"
local fails = require "support.fails"

-- Bits of fraction, exponent of the smallest normal number, largest number.
local FORMATS = {
  float16 = {bits = 10, low = -14, largest = 65504},
  bfloat16 = {bits = 7, low = -126, largest = 0x1.fep127},
}

-- The number nearest to v (to even in the middle) that a format has.
local function rounded(v, format)
  if v ~= v or v == 0 or v == 1 / 0 or v == -1 / 0 then return v end
  local size, exponent = math.abs(v), format.low
  while 2.0 ^ (exponent + 1) <= size do exponent = exponent + 1 end
  local step = 2.0 ^ (exponent - format.bits)
  local whole = size // step
  local rest = size / step - whole
  if rest > 0.5 or (rest == 0.5 and whole % 2 == 1) then whole = whole + 1 end
  local result = whole * step
  if result > format.largest then result = 1 / 0 end
  return v < 0 and -result or result
end

local function same(a, b)   -- zeros by their signs, NaN as itself
  return a == b and (a ~= 0 or 1 / a == 1 / b) or (a ~= a and b ~= b)
end

local function each_same(expected, actual)
  for k, e in ipairs(expected) do
    if not same(e, actual[k]) then
      error(("number %d: %.17g expected, got %.17g"):format(k, e, actual[k]), 2)
    end
  end
  assert.equal(#expected, #actual)
end

-- Numbers of all sizes, ties and their neighbours among them.
local function samples(format)
  local list = {0.0, -0.0, 1 / 0, -1 / 0, 0 / 0, format.largest, -format.largest}
  for exponent = format.low - format.bits - 3, 20 do
    local unit = 2.0 ^ exponent
    for k = 1, 3 do
      local odd = unit * (1 + (2 * k + 1) * 2.0 ^ (-format.bits - 1))   -- in the middle
      for _, v in ipairs{unit * k, odd, odd * (1 + 0x1p-50), odd * (1 - 0x1p-50),
                         odd * (1 + 0x1p-20), odd * (1 - 0x1p-20), unit * (k + 0.3)} do
        list[#list + 1] = v
        list[#list + 1] = -v
      end
    end
  end
  -- Past the largest: what is nearer to the next power of two than to it is infinite.
  local half_step = 2.0 ^ (format.largest > 1e5 and 119 or 4)
  for _, v in ipairs{format.largest + half_step, format.largest + half_step * (1 - 0x1p-10),
                     format.largest * 1.5} do
    list[#list + 1], list[#list + 2] = v, -v
  end
  return list
end

for name, format in pairs(FORMATS) do
  describe(name, function()
    it("is rounded to from float64 and from numbers, once", function()
      local list = samples(format)
      local expected = {}
      for k, v in ipairs(list) do expected[k] = rounded(v, format) end
      each_same(expected, ln.tensor(list, "float64"):astype(name):totable())
      each_same(expected, ln.tensor(list, {dtype = name}):totable())
      -- One by one, and with strides.
      local t = ln.zeros({2, #list}, {dtype = name})
      for k, v in ipairs(list) do t[{2, k}] = v end
      each_same(expected, t[2]:totable())
      local wide = ln.tensor(list, "float64"):expand_dims(2):tile{1, 2}
      each_same(expected, wide[{ {}, 2}]:astype(name):totable())
    end)

    it("is rounded to from float32", function()
      local narrow, expected = ln.tensor(samples(format), "float32"), {}
      for k, v in ipairs(narrow:totable()) do expected[k] = rounded(v, format) end
      each_same(expected, narrow:astype(name):totable())
    end)

    it("is what float32 and float64 hold too: every number comes back", function()
      local list = {}
      local top = name == "float16" and 15 or 127
      for exponent = format.low - 1, top do
        for fraction = 0, 2 ^ format.bits - 1 do
          local v = exponent < format.low and fraction * 2.0 ^ (format.low - format.bits)
            or (1 + fraction / 2 ^ format.bits) * 2.0 ^ exponent
          list[#list + 1] = v
        end
      end
      local t = ln.tensor(list, {dtype = name})
      each_same(list, t:astype("float64"):totable())
      each_same(list, t:astype("float32"):totable())
      each_same(list, t:astype("float32"):astype(name):totable())
      each_same(list, (-t):astype("float64"):astype(name):abs():totable())
    end)

    it("is rounded to from integers, once", function()
      local list, expected = {}, {}
      for shift = 0, 51 do
        for _, lead in ipairs{257, 259, 2049, 2051, 1, 3} do
          for add = -1, 1 do
            local size = (lead << shift) + add
            list[#list + 1], list[#list + 2] = size, -size
          end
        end
      end
      list[#list + 1], list[#list + 2] = math.mininteger, math.maxinteger
      for k, v in ipairs(list) do
        -- As a float of this many bits, exactly: what a double would lose is put into its last bit.
        local size = v == math.mininteger and 2.0 ^ 63 or math.abs(v)
        if math.type(size) == "integer" and size >= 1 << 53 then
          size = (size & ~0x7ff) | (size & 0x7ff ~= 0 and 0x800 or 0)
        end
        expected[k] = rounded(v < 0 and -(size + 0.0) or size + 0.0, format)
      end
      local t = ln.tensor(list, "int64")
      each_same(expected, t:astype(name):totable())
      for k = 1, #list, 5 do
        assert.equal(expected[k], ln.full({1}, list[k], {dtype = name})[1])
      end
      each_same({1, 0, 255}, ln.tensor({1, 0, 255}, "uint8"):astype(name):totable())
      each_same({1, 0}, ln.tensor{true, false}:astype(name):totable())
      each_same({rounded(16777217, format), rounded(-65519, format)},
        ln.tensor({16777217, -65519}, "int32"):astype(name):totable())
    end)

    it("becomes integers and bools as other floats do", function()
      local t = ln.tensor({-1.5, 2.75, 0, 300, 0 / 0, 1 / 0, -1 / 0}, {dtype = name})
      assert.same({-1, 2, 0, 300, 0, math.maxinteger, math.mininteger}, t:astype("int64"):totable())
      assert.same({-1, 2, 0, 300, 0, 2147483647, -2147483648}, t:astype("int32"):totable())
      assert.same({0, 2, 0, 255, 0, 255, 0}, t:astype("uint8"):totable())
      assert.same({true, true, false, true, true, true, true}, t:astype("bool"):totable())
    end)

    it("is made, read, changed, joined and printed as any dtype", function()
      local t = ln.tensor({{1, 2, 3}, {4, 5, 6}}, {dtype = name})
      assert.equal(name, t.dtype)
      assert.equal(2.0, t[1][2])
      assert.same({{1, 4}, {2, 5}, {3, 6}}, t:transpose():totable())
      assert.equal("[[1. 2. 3.]\n [4. 5. 6.]]", tostring(t))
      assert.equal("0.1", tostring(ln.tensor(0.1, {dtype = name})))
      assert.is_true(t == t:copy())
      assert.is_false(t == t:astype("float32"))
      local view = t[{ {}, {2, 3} }]
      view[1] = 7.03
      assert.equal(rounded(7.03, format), t[1][3])
      t[t:gt(5)] = 0.5
      assert.same({{1, 0.5, 0.5}, {4, 5, 0.5}}, t:totable())
      for _, made in ipairs{ln.zeros({2}, {dtype = name}), ln.ones({2}, {dtype = name}),
                            ln.full({2}, 0.1, {dtype = name}), ln.eye(2, {dtype = name}),
                            ln.arange(0, 3, 1, {dtype = name}),
                            ln.linspace(0, 1, 5, {dtype = name}),
                            ln.random.normal({4}, {dtype = name}),
                            ln.random.uniform({4}, {dtype = name}),
                            ln.one_hot(ln.tensor({1}, "int64"), 3, {dtype = name}),
                            ln.concatenate{t, t}, ln.stack{t, t}, ln.where(t:gt(1), t, 0),
                            t:take(ln.tensor({2}, "int64"), {axis = 1}), t:flip(), t:pad(1),
                            ln.Variable(t), t * 0.1, -t, t:sum(), t:matmul(t:transpose())} do
        assert.equal(name, made.dtype)
      end
      assert.same({{0, 1, 0}},
        ln.one_hot(ln.tensor({1}, "int64"), 3, {dtype = name}):totable())
      assert.same({0, 0.25, 0.5, 0.75, 1}, ln.linspace(0, 1, 5, {dtype = name}):totable())
      collectgarbage()
      local before = ln.memory().live
      local kept <close> = ln.zeros({1 << 20}, {dtype = name})
      local grown = ln.memory().live - before
      assert.is_true(grown >= 2 << 20 and grown < 3 << 20 and kept.size == 1 << 20, grown)
    end)

    it("serves as ids and positions where it is whole", function()
      local ids = ln.tensor({2, 0}, {dtype = name})
      assert.same({{0, 0, 1}, {1, 0, 0}}, ln.one_hot(ids, 3):totable())
      assert.equal("float32", ln.one_hot(ids, 3).dtype)
      assert.same({7, 5}, ln.tensor{5, 6, 7}:take(ids + 1):totable())
      fails("out of range", ln.one_hot, ids, 2)
      fails("whole numbers, got 1.5", ln.take, ln.tensor{5, 6}, ids - 0.5)
    end)

    it("meets other dtypes as in Keras", function()
      local t = ln.tensor({1, 2}, {dtype = name})
      local function with(other) return (t + ln.tensor({1, 2}, {dtype = other})).dtype end
      for _, other in ipairs{"bool", "uint8", "int32", "int64"} do
        assert.equal(name, with(other))
      end
      assert.equal("float32", with("float32"))
      assert.equal("float64", with("float64"))
      assert.equal(name, with(name))
      assert.equal("float32", with(name == "float16" and "bfloat16" or "float16"))
      assert.equal(name, (t * 1e-3 + 1).dtype)
      assert.equal(name, (1 / t).dtype)
      assert.equal("bool", t:gt(1).dtype)
      assert.equal("int64", t:argmax().dtype or "int64")
      local both = ln.concatenate{t, ln.tensor({1e-3, 1}, {dtype = "float32"})}
      assert.equal("float32", both.dtype)
      assert.equal(ln.tensor{1e-3}[1], both[3])
    end)

    it("is computed with in float32, and rounded once", function()
      local list = {}
      for k = 1, 1000 do list[k] = k / 700 end
      local t = ln.tensor(list, {dtype = name})
      local wide = t:astype("float32")
      for _, f in ipairs{"exp", "tanh", "softmax", "cumsum", "std", "logsumexp", "gelu"} do
        assert.is_true(ln[f](t) == ln[f](wide):astype(name), f)
      end
      -- A sum that a running half would have stopped growing.
      assert.equal(4096.0, ln.ones({4096}, {dtype = name}):sum():item())
      assert.equal(name, ln.ones({4096}, {dtype = name}):mean().dtype)
    end)

    it("has gradients of its own dtype, of float32's values", function()
      local v = ln.Variable(ln.tensor({0.5, 1, 2}, {dtype = name}))
      local tape <close> = ln.GradientTape()
      local y = (v * v * v):sum()
      local slope = tape:gradient(y, v)
      assert.equal(name, slope.dtype)
      assert.same({0.75, 3, 12}, slope:totable())
    end)

    it("slices of one tensor in a loop get their gradients in place", function()
      local x = ln.tensor({1, 2, 3, 4}, {dtype = name})
      local tape <close> = ln.GradientTape()
      tape:watch(x)
      local sum = x[1] * 0
      for k = 1, 4 do sum = sum + (x[{ {k, k} }] * k):sum() + (x[{ {1, k} }]):sum() end
      local slope = tape:gradient(sum, x)
      assert.equal(name, slope.dtype)
      assert.same({5, 5, 5, 5}, slope:totable())
    end)
  end)
end

it("float16 and bfloat16 become each other", function()
  local list = {1 + 0x1p-8, 1 + 0x1.8p-7, 65504, 0x1p-24, -0.0, 1 / 0}
  local expected = {}
  for k, v in ipairs(list) do expected[k] = rounded(v, FORMATS.bfloat16) end
  local t = ln.tensor(list, "float16"):astype("bfloat16")
  each_same(expected, t:totable())
  each_same({1, 70144 > 65504 and 1 / 0, 0}, ln.tensor({1, 7e4, 1e-9}, "bfloat16"):astype("float16")
    :totable())
end)
