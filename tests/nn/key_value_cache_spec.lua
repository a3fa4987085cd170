-- KeyValueCache: steps that come one after another give what they give at once, to the bit.
local ln = require "lunate"
local fails = require "support.fails"

local layers = ln.layers

-- x in pieces of these sizes, called with a cache.
local function in_pieces(layer, x, sizes, options)
  local cache, parts, from = ln.KeyValueCache(x.shape[2] + 2), {}, 1
  for k, n in ipairs(sizes) do
    local o = {cache = cache}
    for name, value in pairs(options or {}) do o[name] = value end
    local piece = x[{ {}, {from, from + n - 1} }]
    parts[k] = layer(piece, o)
    from = from + n
    assert.are.equal(from - 1, cache.length)
  end
  return ln.concatenate(parts, {axis = 2}), cache
end

local SIZES = {{1, 1, 1, 1, 1, 1, 1, 1, 1}, {4, 1, 1, 3}, {9}, {2, 7}}

-- A layer of one input that attends causally to itself.
local Own = layers.Layer:extend("Own")
Own.options = {attention = {"layer", required = true}}
function Own:call(x) return self.attention(x, x, {use_causal_mask = true}) end

describe("KeyValueCache", function()
  for name, make in pairs{
    ["MultiHeadAttention"] = function()
      return layers.MultiHeadAttention{2, key_dim = 5, value_dim = 3}
    end,
    ["a window"] = function()
      return layers.MultiHeadAttention{2, key_dim = 5, sliding_window = 3, use_gate = true}
    end,
    ["GroupQueryAttention"] = function()
      return layers.GroupQueryAttention{5, num_query_heads = 4, num_key_value_heads = 2}
    end,
  } do
    it("gives what all steps at once give: " .. name, function()
      ln.set_seed(1)
      local x = ln.random.normal{3, 9, 6}
      local layer = Own{attention = make()}
      local expected = layer(x)
      for _, sizes in ipairs(SIZES) do assert.is_true(in_pieces(layer, x, sizes) == expected) end
    end)
  end

  local function gpt()
    local ids = ln.Input{shape = {false}, dtype = "int32"}
    local x = layers.Embedding{11, 24}(ids)
    x = x + layers.PositionEmbedding(20)(x)
    for _ = 1, 2 do
      local h = layers.LayerNormalization()(x)
      h = layers.MultiHeadAttention{3, key_dim = 8}(h, h, {use_causal_mask = true})
      x = x + h
      h = layers.Dense{200, activation = "gelu"}(layers.LayerNormalization()(x))
      x = x + layers.Dense(24)(h)
    end
    return ln.Model{inputs = ids, outputs = layers.Dense(11)(layers.LayerNormalization()(x))}
  end

  it("reaches the layers of graphs, and places in them", function()
    ln.set_seed(2)
    local model = gpt()
    local ids = (ln.random.uniform{2, 9} * 11):floor():astype("int32")
    local expected = model(ids)
    for _, sizes in ipairs(SIZES) do assert.is_true(in_pieces(model, ids, sizes) == expected) end
    local predicted = model:predict(ids, {verbose = 0})
    assert.is_true(predicted == expected)
  end)

  it("keeps the masks of its steps", function()
    ln.set_seed(3)
    local x = ln.random.normal{2, 6, 4}
    local mask = ln.tensor{{false, true, true, true, false, true}, {true, true, true, true, true,
      true}}
    local mha = layers.MultiHeadAttention{2, key_dim = 3}
    local function call(part, seen, cache)
      return mha(part, part, {use_causal_mask = true, value_mask = seen, cache = cache})
    end
    local expected = call(x, mask)
    local cache = ln.KeyValueCache{max_length = 6}
    for step = 1, 6 do
      local y = call(x[{ {}, {step, step} }], mask[{ {}, {step, step} }], cache)
      -- The first step of the first sequence sees nothing.
      if step > 1 then assert.is_true(y == expected[{ {}, {step, step} }]) end
    end
  end)

  it("is left alone by attention to something else", function()
    local mha = layers.MultiHeadAttention{2, key_dim = 3}
    local x, memory = ln.random.normal{1, 2, 4}, ln.random.normal{1, 5, 4}
    local cache = ln.KeyValueCache(4)
    assert.is_true(mha(x, memory, {cache = cache}) == mha(x, memory))
    assert.are.equal(0, cache.length)
  end)

  it("forgets steps", function()
    ln.set_seed(4)
    local x = ln.random.normal{1, 6, 4}
    local layer = Own{attention = layers.MultiHeadAttention{2, key_dim = 3}}
    local expected = layer(x)
    local _, cache = in_pieces(layer, x, {6})
    cache:reset(4)
    assert.are.equal(4, cache.length)
    assert.is_true(layer(x[{ {}, {5, 6} }], {cache = cache}) == expected[{ {}, {5, 6} }])
    cache:reset()
    assert.are.equal(0, #cache)
    assert.is_true(layer(x, {cache = cache}) == expected)
    fails("a length up to the cache's, 6", cache.reset, cache, 7)
    fails("a length up to", cache.reset, cache, -1)
    fails("a number of steps", cache.reset, cache, "x")
  end)

  it("is as it was after a call that fails", function()
    ln.set_seed(5)
    local x = ln.random.normal{1, 6, 4}
    local layer = Own{attention = layers.MultiHeadAttention{2, key_dim = 3}}
    local expected = layer(x)
    local cache = ln.KeyValueCache(6)
    layer(x[{ {}, {1, 4} }], {cache = cache})
    fails("room for 6 steps, of which 4 are taken: 3 more do not fit", layer, x[{ {}, {1, 3} }],
      {cache = cache})
    fails("batch of 1 sequences, got one of 2", layer, ln.ones{2, 1, 4}, {cache = cache})
    assert.are.equal(4, cache.length)
    assert.is_true(layer(x[{ {}, {5, 6} }], {cache = cache}) == expected[{ {}, {5, 6} }])
  end)

  it("is found by layers in Lua", function()
    local seen
    local Reader = layers.Layer:extend("Reader")
    function Reader:call(x, options)
      seen = options.cache
      return x
    end
    local cache = ln.KeyValueCache(3)
    local model = ln.Sequential{Reader()}
    model(ln.ones{1, 2}, {cache = cache})
    assert.are.equal(cache, seen)
    model(ln.ones{1, 2})
    assert.is_nil(seen)
  end)

  it("says what it cannot do", function()
    local mha = layers.MultiHeadAttention{2, key_dim = 3}
    local x, cache = ln.ones{1, 2, 4}, ln.KeyValueCache(4)
    mha(x, x)
    fails("use_causal_mask = true", mha, x, x, {cache = cache})
    fails("neither returns scores", mha, x, x,
      {cache = cache, use_causal_mask = true, return_attention_scores = true})
    fails("without an attention_mask", mha, x, x,
      {cache = cache, use_causal_mask = true, attention_mask = ln.ones{2, 2}})
    fails("as many steps of the query", mha, x, ln.ones{1, 3, 4},
      {cache = cache, use_causal_mask = true})
    fails("a KeyValueCache that is not closed expected, got 3", mha, x, x, {cache = 3})
    fails("these are symbolic", mha, ln.Input{shape = {2, 4}}, ln.Input{shape = {2, 4}},
      {cache = cache})
    assert.are.equal("KeyValueCache(0 of 4 steps)", tostring(cache))
    assert.are.equal(4, cache.max_length)
    fails("no field 'foo': length", function() return cache.foo end)
    cache:close()
    cache:close()
    fails("not closed", mha, x, x, {cache = cache, use_causal_mask = true})
    fails("not closed", function() return cache.length end)
    assert.are.equal("KeyValueCache(closed)", tostring(cache))
    fails("an integer > 0", ln.KeyValueCache, 0)
    fails("an integer > 0", ln.KeyValueCache, {max_length = "4"})
    fails("an integer > 0", ln.KeyValueCache)
    fails("no option 'length'", ln.KeyValueCache, {length = 4})
    assert.are.equal("lunate.key_value_cache", getmetatable(ln.KeyValueCache(1)))
  end)
end)

describe("generate", function()
  local function model()
    ln.set_seed(6)
    local ids = ln.Input{shape = {false}, dtype = "int32"}
    local x = layers.Embedding{9, 8}(ids)
    x = x + layers.PositionEmbedding(8)(x)
    x = x + layers.MultiHeadAttention{2, key_dim = 4}(x, x, {use_causal_mask = true})
    return ln.Model{inputs = ids, outputs = layers.Dense{9, kernel_initializer = "he_normal"}(x)}
  end

  it("is the same with a cache and without, beyond the context too", function()
    local m = model()
    for _, o in ipairs{{temperature = 0}, {top_k = 3}, {top_p = 0.7}, {}} do
      o.max_new_tokens, o.context = 20, 8
      ln.set_seed(7)
      local cached = ln.utils.generate(m, {1, 2, 3}, o)
      o.cache = false
      ln.set_seed(7)
      assert.are.same(cached, ln.utils.generate(m, {1, 2, 3}, o))
      assert.are.equal(20, #cached)
    end
  end)

  it("takes the likeliest at temperature 0, and the next of what was said", function()
    local m = model()
    local said = ln.utils.generate(m, {1, 2}, {temperature = 0, max_new_tokens = 3})
    local ids = {1, 2}
    for k = 1, 3 do
      ids[#ids + 1] = m(ln.tensor({ids}, {dtype = "int32"}))[{1, -1}]:argmax():item() - 1
      assert.are.equal(ids[#ids], said[k])
    end
  end)

  it("draws by the probabilities, of the likeliest alone where it should", function()
    local Fixed = layers.Layer:extend("Fixed")
    function Fixed:call(x)
      return ln.tensor{{{math.log(0.5), math.log(0.3), math.log(0.15), math.log(0.05)}}}
        + x:astype("float32"):expand_dims(-1) * 0
    end
    function Fixed.compute_output_shape(_, shape) return {shape[1], shape[2], 4} end
    local m = ln.Sequential{Fixed()}
    local function shares(o)
      o.max_new_tokens = 1
      ln.set_seed(8)
      local ids = ln.utils.generate(m, ln.zeros({4000, 1}, {dtype = "int32"}), o):flatten()
      local list = {}
      for id = 0, 3 do list[id + 1] = ids:eq(id):astype("float32"):mean():item() end
      return list
    end
    local function near(actual, expected)
      for k, e in ipairs(expected) do
        if e == 0 then assert.are.equal(0, actual[k]) end
        assert.is_true(math.abs(actual[k] - e) < 0.03)
      end
    end
    near(shares{}, {0.5, 0.3, 0.15, 0.05})
    near(shares{top_k = 2}, {0.625, 0.375, 0, 0})
    near(shares{top_p = 0.75}, {0.625, 0.375, 0, 0})
    near(shares{top_p = 0}, {1, 0, 0, 0})
    near(shares{top_k = 1}, {1, 0, 0, 0})
    local all = 0.5 ^ 2 + 0.3 ^ 2 + 0.15 ^ 2 + 0.05 ^ 2
    near(shares{temperature = 0.5}, {0.25 / all, 0.09 / all, 0.0225 / all, 0.0025 / all})
  end)

  it("stops, tells, and takes many sequences", function()
    local m = model()
    local said = ln.utils.generate(m, {1}, {temperature = 0, max_new_tokens = 5})
    local told = {}
    local stopped = ln.utils.generate(m, {1}, {temperature = 0, max_new_tokens = 5, stop = said[2],
      on_token = function(id) told[#told + 1] = id end})
    assert.are.same(told, stopped)
    assert.are.equal(said[2], stopped[#stopped])
    assert.is_true(#stopped <= 2)
    local many = ln.utils.generate(m, ln.tensor({{1}, {1}}, {dtype = "int64"}),
      {temperature = 0, max_new_tokens = 5})
    assert.are.equal("(2, 5)", tostring(many.shape))
    assert.are.same(said, many[2]:totable())
  end)

  it("refuses what is no prompt", function()
    local m = model()
    fails("the prompt is ids", ln.utils.generate, m, {})
    fails("the prompt is ids", ln.utils.generate, m, ln.ones{2})
    fails("the prompt is ids", ln.utils.generate, m, "abc")
    fails("on_token is a function", ln.utils.generate, m, {1}, {on_token = 3})
    fails("are for one sequence, and there are 2", ln.utils.generate, m,
      ln.zeros({2, 1}, {dtype = "int32"}), {stop = 1})
  end)
end)
