-- dot_product_attention: its blocks against the scores as a whole; gradients and strided inputs are
-- in registry_spec.lua.
local ln = require "lunate"
local core = require "lunate.core"
local fails = require "support.fails"

local FAR = -2.4e38   -- what is masked scores so

-- Softmax of all scores at once.
local function whole(q, k, v, o)
  local times = q.shape[3] // k.shape[3]
  if times > 1 then k, v = k:repeat_(times, {axis = 3}), v:repeat_(times, {axis = 3}) end
  local scores = ln.einsum("btnh,bsnh->bnts", q, k) * (o.scale or q.shape[4] ^ -0.5)
  if o.bias then scores = scores + o.bias end
  local mask, queries, keys = o.mask, q.shape[2], k.shape[2]
  if o.is_causal then
    local seen = ln.arange(queries):reshape{queries, 1}:ge(ln.arange(keys))
    mask = mask and mask:logical_and(seen) or seen
  end
  if mask then scores = ln.where(mask, scores, ln.full({1}, FAR, {dtype = q.dtype})) end
  return ln.einsum("bnts,bsnh->btnh", ln.softmax(scores), v)
end

local function results(f, q, k, v, o)
  local tape <close> = ln.GradientTape()
  local sources = {q, k, v, o.bias}
  tape:watch(sources)
  local y = f(q, k, v, o)
  local w = ln.sin(ln.arange(y.size) * 1.3):reshape(y.shape):astype(y.dtype)
  return y, table.unpack(tape:gradient((y * w):sum(), sources))
end

local function near(actual, expected, tolerance)
  assert.is_true(actual.shape == expected.shape)
  local apart = (actual - expected):abs():max():item()
  assert.is_true(apart <= tolerance * math.max(1, expected:abs():max():item()),
    ("differs by %g"):format(apart))
end

-- Sizes around those of a block, 128 queries and keys.
local CASES = {
  {2, 5, 7, 2, 1, 3, 4}, {1, 128, 128, 1, 2, 16, 16}, {1, 129, 260, 1, 1, 17, 5},
  {3, 1, 131, 2, 3, 8, 1}, {1, 300, 130, 1, 1, 1, 33}, {1, 140, 1, 3, 1, 20, 8},
}

describe("dot_product_attention", function()
  for number, case in ipairs(CASES) do
    local batch, queries, keys, heads, group, dim, values = table.unpack(case)
    for _, dtype in ipairs{"float32", "float64"} do
      it(("is softmax(q k') v, and so are its gradients: case %d, %s"):format(number, dtype),
        function()
          ln.set_seed(number)
          local function normal(...) return ln.random.normal({...}):astype(dtype) end
          local q, k = normal(batch, queries, heads * group, dim), normal(batch, keys, heads, dim)
          local v = normal(batch, keys, heads, values)
          local mask = ln.random.uniform{batch, 1, queries, keys}:gt(0.3)
          local bias = normal(1, heads * group, queries, keys)
          local some = ln.random.uniform{1, 1, 1, keys}:gt(0.4)
          for _, o in ipairs{{}, {is_causal = true}, {mask = mask}, {bias = bias, scale = 0.7},
                             {is_causal = true, mask = some, bias = bias}} do
            local actual = {results(ln.dot_product_attention, q, k, v, o)}
            for i, expected in ipairs{results(whole, q, k, v, o)} do
              near(actual[i], expected, dtype == "float32" and 2e-5 or 1e-12)
            end
          end
        end)
    end
  end

  it("lets a query that sees nothing see all alike, as Keras does", function()
    local q, k = ln.random.normal{1, 200, 1, 4}, ln.random.normal{1, 200, 1, 4}
    local v = ln.random.normal{1, 200, 1, 3}
    local mask = ln.ones({1, 1, 200, 200}, {dtype = "bool"})
    mask[{1, 1, {3, 5}, {}}] = false
    for _, causal in ipairs{false, true} do
      local o = {mask = mask, is_causal = causal}
      local actual = {results(ln.dot_product_attention, q, k, v, o)}
      near(actual[1][{1, 4}], v:mean{axis = 2}[1], 1e-5)
      for i, expected in ipairs{results(whole, q, k, v, o)} do near(actual[i], expected, 2e-5) end
    end
  end)

  it("takes a bias of -inf, in blocks that a query sees nothing of", function()
    local q, k = ln.random.normal{1, 3, 1, 4}, ln.random.normal{1, 300, 1, 4}
    local v = ln.random.normal{1, 300, 1, 3}
    local bias = ln.zeros{1, 1, 1, 300}
    bias[{1, 1, 1, {1, 290}}] = -math.huge
    local o = {bias = bias}
    local y = ln.dot_product_attention(q, k, v, o)
    near(y, ln.dot_product_attention(q, k[{ {}, {291, 300} }], v[{ {}, {291, 300} }]), 1e-6)
  end)

  it("gives a row the same bits however many there are", function()
    local q, k = ln.random.normal{2, 300, 2, 40}, ln.random.normal{2, 300, 1, 40}
    local v = ln.random.normal{2, 300, 1, 24}
    local all = ln.dot_product_attention(q, k, v, {is_causal = true})
    for _, rows in ipairs{{1, 1}, {128, 129}, {200, 300}, {300, 300}} do
      local last = rows[2]
      local mask = ln.arange(rows[1], last + 1):reshape{1, 1, -1, 1}:gt(ln.arange(last))
      local some = ln.dot_product_attention(q[{ {}, rows }], k[{ {}, {1, last} }],
        v[{ {}, {1, last} }], {mask = mask})
      assert.is_true(some == all[{ {}, rows }])
    end
    local threads = ln.threads()
    ln.threads(threads == 1 and 2 or 1)
    local again = ln.dot_product_attention(q, k, v, {is_causal = true})
    ln.threads(threads)
    assert.is_true(again == all)
  end)

  it("has memory that grows with the steps, not with their square", function()
    local q = ln.random.normal{1, 2048, 2, 8}
    local before = ln.memory().peak
    local tape <close> = ln.GradientTape()
    tape:watch(q)
    tape:gradient(ln.dot_product_attention(q, q, q, {is_causal = true}), q)
    assert.is_true(ln.memory().peak - before < 4 << 20)   -- the scores are 32 MiB
  end)

  it("sees no further than a window", function()
    local attention = core.op "attention"
    local q, k = ln.random.normal{1, 300, 1, 4}, ln.random.normal{1, 300, 1, 4}
    local v = ln.random.normal{1, 300, 1, 3}
    local apart = (ln.arange(300):reshape{300, 1} - ln.arange(300)):abs()
    for _, causal in ipairs{false, true} do
      local actual = {results(function(a, b, c)
        return (attention(a, b, c, {window = 20, is_causal = causal}))
      end, q, k, v, {scale = 0.5})}
      local o = {mask = apart:lt(20):reshape{1, 1, 300, 300}, is_causal = causal}
      for i, expected in ipairs{results(whole, q, k, v, o)} do near(actual[i], expected, 2e-5) end
    end
  end)

  it("takes bias and mask by name or by position, and in graphs", function()
    local q, v = ln.random.normal{2, 3, 1, 4}, ln.random.normal{2, 3, 1, 4}
    local mask = ln.tensor{true, false, true}
    local bias = ln.ones{3, 3}
    local expected = ln.dot_product_attention(q, v, v, {mask = mask, bias = bias, scale = 2})
    assert.is_true(expected == ln.dot_product_attention(q, v, v, bias, mask, {scale = 2}))
    assert.is_true(expected ~= ln.dot_product_attention(q, v, v, {mask = mask, scale = 2}))
    assert.is_true(ln.dot_product_attention(q, v, v, nil, mask)
      == ln.dot_product_attention(q, v, v, {mask = mask:astype("int32")}))
    local options = {mask = mask}
    ln.dot_product_attention(q, v, v, options)
    assert.are.equal(mask, options.mask)   -- a script's table stays as it is
    local a, b = ln.Input{shape = {3, 1, 4}}, ln.Input{shape = {3, 1, 4}}
    local model = ln.Model{inputs = {a, b},
      outputs = ln.dot_product_attention(a, b, b, {mask = mask, bias = bias, scale = 2})}
    assert.is_true(model{q, v} == expected)
    fails("bias is given twice", ln.dot_product_attention, q, v, v, bias, {bias = bias})
  end)

  it("makes all scores at once where it should make no blocks", function()
    local q = ln.random.normal{2, 3, 2, 4}
    local v = ln.random.normal{2, 3, 1, 4}
    near(ln.dot_product_attention(q, v, v, {flash_attention = false, is_causal = true}),
      ln.dot_product_attention(q, v, v, {is_causal = true}), 1e-6)
  end)

  it("says what does not fit", function()
    local f, ones = ln.dot_product_attention, ln.ones
    local q = ones{2, 3, 4, 5}
    fails("batch, steps, heads, features", f, ones{2, 3, 4}, q, q)
    fails("shapes do not align: query %(2, 3, 4, 5%), key %(1, 3, 4, 5%)", f, q, ones{1, 3, 4, 5},
      ones{1, 3, 4, 5})
    fails("shapes do not align", f, q, ones{2, 3, 4, 6}, q)
    fails("shapes do not align", f, q, q, ones{2, 4, 4, 5})
    fails("shapes do not align", f, q, q, ones{2, 3, 2, 5})
    fails("heads, 4, are no multiple of the key's, 3", f, q, ones{2, 3, 3, 5}, ones{2, 3, 3, 5})
    fails("the mask, of shape %(1, 1, 2, 3%)", f, q, q, q, {mask = ones{2, 3}})
    fails("the bias, of shape %(1, 3, 1, 1%)", f, q, q, q, {bias = ones{3, 1, 1}})
    fails("unknown option 'causal'", f, q, q, q, {causal = true})
  end)

  it("gives zeros of no keys' worth of values, and nothing of no queries", function()
    assert.are.equal("(2, 0, 1, 3)",
      tostring(ln.dot_product_attention(ln.ones{2, 0, 1, 2}, ln.ones{2, 4, 1, 2},
        ln.ones{2, 4, 1, 3}).shape))
  end)
end)
