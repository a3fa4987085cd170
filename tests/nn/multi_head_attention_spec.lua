-- MultiHeadAttention and EinsumDense, which it is made of: numbers of Keras's are in the goldens
-- (layers_spec.lua) and in files of its.
local ln = require "lunate"
local core = require "lunate.core"
local keras_model = require "support.keras_model"
local scratch = require "support.scratch"
local fails = require "support.fails"

local layers = ln.layers

local function near(a, b, tolerance)
  assert.is_true(a.shape == b.shape)
  assert.is_true((a - b):abs():max():item() <= (tolerance or 1e-5))
end

local function numbers(...) return ln.sin(ln.arange(ln.zeros{...}.size) * 1.7):reshape{...} end
local query, value, key = numbers(2, 3, 4), numbers(2, 5, 2), numbers(2, 5, 3) + 0.2

describe("EinsumDense", function()
  it("is a dense layer over the axes that its equation says", function()
    local layer = layers.EinsumDense{"abc,cde->abde", {false, 2, 3}, bias_axes = "e",
      activation = "tanh"}
    local y = layer(query)
    local kernel, bias = layer.weights[1], layer.weights[2]
    assert.are.equal("(4, 2, 3)", tostring(kernel.shape))
    assert.are.equal("(3,)", tostring(bias.shape))
    bias:assign{1, 2, 3}
    near(layer(query), (ln.einsum("abc,cde->abde", query, kernel) + bias):tanh())
    assert.are.equal("(2, 3, 2, 3)", tostring(y.shape))
    assert.are.equal("EinsumDense(abc,cde->abde)", tostring(layer))
  end)

  it("has biases of some axes, and any axes first or last", function()
    local function shapes(equation, output_shape, bias_axes, ...)
      local layer = layers.EinsumDense{equation, output_shape, bias_axes = bias_axes}
      local y = layer(ln.ones{...})
      return tostring(y.shape), tostring(layer.weights[1].shape), tostring(layer.weights[2].shape)
    end
    assert.are.same({"(2, 3, 5)", "(4, 5)", "(5,)"}, {shapes("...x,xy->...y", {5}, "y", 2, 3, 4)})
    assert.are.same({"(2, 5, 3, 6)", "(4, 5)", "(5, 1, 1)"},
      {shapes("ab...,bc->ac...", {5}, "c", 2, 4, 3, 6)})
    assert.are.same({"(2, 3, 6, 5)", "(4, 6, 5)", "(3, 1, 5)"},
      {shapes("abc,cde->abde", {3, 6, 5}, "be", 2, 3, 4)})
    assert.are.same({"(2, 5)", "(0, 5)", "(5,)"}, {shapes("ab,bc->ac", {5}, "c", 2, 0)})
    assert.are.same({"(2, 0)", "(3, 0)", "(0,)"}, {shapes("ab,bc->ac", {0}, "c", 2, 3)})
    local none = layers.EinsumDense{"ab,bc->ac", {5}}
    none(ln.ones{2, 3})
    assert.are.equal(1, #none.weights)
    local x = ln.Input{shape = {false, 4}}
    assert.are.equal("(None, None, 5)",
      tostring(layers.EinsumDense{"abc,cd->abd", {false, 5}}(x).shape))
  end)

  it("refuses equations that do not fit", function()
    local function refuses(text, equation, output_shape, shape, bias_axes)
      local layer = layers.EinsumDense{equation, output_shape, bias_axes = bias_axes}
      fails(text, layer, shape.shape and shape or ln.ones(shape))
    end
    refuses("should be like", "abc", {1}, {2, 3})
    refuses("should be like", "ab->ac,bc", {1}, {2, 3})
    refuses("names 1 axes", "a1,bc->ac", {1}, {2, 3})
    refuses("should be like", "ab,b1->ac", {1}, {2, 3})
    refuses("should be like", "a...b,bc->ac", {1}, {2, 3})
    refuses("repeats a label", "aa,ab->ab", {1}, {2, 2})
    refuses("output_shape has 2 sizes", "ab,bc->ac", {1, 2}, {2, 3})
    refuses("output_shape has 0 sizes", "ab,bc->ac", {}, {2, 3})
    refuses("names 3 axes of its input", "abc,cd->abd", {false, 4}, {2, 3})
    refuses("names 2 axes of its input", "ab,bd->ad", {4}, {2, 3, 4})
    refuses("has size 3 in an input", "abc,cd->abd", {7, 4}, {2, 3, 4})
    refuses("has size 0 in an input", "abc,cd->abd", {7, 4}, {2, 0, 4})
    refuses("axis 'd' of the output", "ab,bc->ad", {4}, {2, 3})
    refuses("axis 'z' of the kernel", "ab,bz->ab", {false}, {2, 3})
    refuses("axis 'x' is not of the output", "ab,bc->ac", {4}, {2, 3}, "x")
    refuses("size of axis 'b' .* must be known", "ab,bc->ac", {4}, ln.Input{shape = {false}})
    refuses("size of axis 'b' .* must be known", "abc,cd->abd", {false, 4},
      ln.Input{shape = {false, 3}}, "b")
    refuses("is too long", ("a"):rep(40) .. ",b->" .. ("a"):rep(40), {4}, {2, 3})
  end)
end)

-- Attention head by head, from the layer's own projections; allowed(b, t, s) says who sees whom.
local function by_heads(layer, q, v, k, allowed)
  local w = layer.weights
  local function project(x, i) return ln.einsum("btc,chd->bthd", x, w[i]) + w[i + 1] end
  local qs, ks, vs = project(q, 1), project(k, 3), project(v, 5)
  local bias = {}
  for b = 1, #q do
    bias[b] = {}
    for t = 1, q.shape[2] do
      bias[b][t] = {}
      for s = 1, v.shape[2] do bias[b][t][s] = allowed(b, t, s) and 0 or -1e9 end
    end
  end
  bias = ln.tensor(bias)
  local heads = {}
  for h = 1, qs.shape[3] do
    local scores = ln.matmul(qs[{ {}, {}, h }], ks[{ {}, {}, h }]:permute{1, 3, 2})
      / layer.key_dim ^ 0.5
    local weights = ln.softmax(scores + bias, {axis = -1})
    heads[h] = ln.matmul(weights, vs[{ {}, {}, h }])
  end
  return ln.einsum("bthd,hde->bte", ln.stack(heads, {axis = 3}), w[7]) + w[8]
end

describe("MultiHeadAttention", function()
  local mha = layers.MultiHeadAttention{2, key_dim = 3, value_dim = 2}
  local function all() return true end
  local function causal(_, t, s) return s <= t end

  setup(function()
    mha(query, value, key)
    for i, w in ipairs(mha.weights) do w:assign(numbers(table.unpack(w.shape)) + i / 10) end
  end)

  it("attends head by head", function()
    near(mha(query, value, key), by_heads(mha, query, value, key, all))
    local y, scores = mha(query, value, key, {return_attention_scores = true})
    near(y, mha(query, value, key))
    assert.are.equal("(2, 2, 3, 5)", tostring(scores.shape))
    near(scores:sum{axis = -1}, ln.ones{2, 2, 3})
    assert.are.equal("MultiHeadAttention(2 heads of 3)", tostring(mha))
    assert.are.equal("query key value attention_output", (function()
      local names = {}
      for i, layer in ipairs(mha.layers) do names[i] = layer.name end
      return table.concat(names, " ")
    end)())
  end)

  it("gives nothing of what sees nothing where scores are asked for, as Keras's softmax", function()
    local nothing = ln.zeros({2, 3, 5}, {dtype = "bool"})
    local y, scores = mha(query, value, key, {attention_mask = nothing,
      return_attention_scores = true})
    assert.is_true(scores == ln.zeros{2, 2, 3, 5})
    near(y, ln.zeros(y.shape) + mha.weights[8])
  end)

  it("says which axes should be of one size", function()
    local layer = layers.MultiHeadAttention{2, key_dim = 3, attention_axes = {3}}
    fails("axis 2, which is not attended over, is of one size in query and value, got shapes "
      .. "%(1, 2, 3, 4%) and %(1, 5, 3, 4%)", layer, ln.ones{1, 2, 3, 4}, ln.ones{1, 5, 3, 4})
    layer(ln.ones{1, 2, 3, 4}, ln.ones{1, 2, 7, 4})
    fails("axis 1, which is not attended over", layer, ln.ones{1, 2, 3, 4}, ln.ones{3, 2, 7, 4})
  end)

  it("takes its tensors and masks by position or by name", function()
    local y = mha(query, value, key)
    assert.is_true(mha(query, {value = value, key = key}) == y)
    assert.is_true(mha({query, value, key}) == y)
    assert.is_true(mha(query, value, {key = key}) == y)
    local seen = ln.tensor{{true, false, true, true, true}, {true, true, true, false, false}}
    local masked = mha(query, value, key, {value_mask = seen})
    assert.is_true(mha(query, value, key, nil, seen) == masked)
    near(masked, by_heads(mha, query, value, key, function(b, _, s) return seen[b][s] end))
    fails("unknown argument 'use_casual_mask'.*did you mean 'use_causal_mask'", mha, query, value,
      key, {use_casual_mask = true})
    fails("expected at least 2 inputs %(of query value key%), got 1", mha, query)
    fails("'attention_mask' of its call: a tensor expected, got true", mha, query, value, key,
      {attention_mask = true})
  end)

  it("sees what all masks together allow", function()
    near(mha(query, value, key, {use_causal_mask = true}),
      by_heads(mha, query, value, key, causal))
    local seen = ln.tensor{{true, false, true, true, true}, {true, true, true, false, false}}
    local keys = ln.tensor{{true, true, true, false, true}, {true, true, false, true, true}}
    local pairs_of = (ln.arange(30):reshape{2, 3, 5} % 4):lt(3)
    local options = {value_mask = seen, key_mask = keys, attention_mask = pairs_of,
      use_causal_mask = true}
    local function allowed(b, t, s)
      return seen[b][s] and keys[b][s] and pairs_of[b][t][s] and s <= t
    end
    local rows = ln.tensor{{true, true, true}, {true, true, true}}
    near(mha(query, value, key, options), by_heads(mha, query, value, key, allowed))
    options.query_mask = rows
    near(mha(query, value, key, options), by_heads(mha, query, value, key, allowed))
    options.attention_mask = pairs_of:astype("float32")
    near(mha(query, value, key, options), by_heads(mha, query, value, key, allowed))
  end)

  it("gets the masks of its tensors, and hands the query's on", function()
    local steps = ln.tensor{{{1, 2}, {0, 0}, {3, 1}, {2, 2}, {0, 0}}}
    local x = numbers(1, 3, 4)
    local q, v, k = ln.Input{shape = {3, 4}}, ln.Input{shape = {5, 2}}, ln.Input{shape = {5, 3}}
    local model = ln.Model{inputs = {q, v, k}, outputs = mha(q, layers.Masking()(v), k)}
    near(model(x, steps, key[{ {1} }]), by_heads(mha, x, steps, key[{ {1} }],
      function(_, _, s) return s ~= 2 and s ~= 5 end))
    local mask = ln.tensor{{true, false, true}}
    assert.is_true(mha:compute_mask({x, steps}, {mask, false}) == mask)
  end)

  it("keeps to a window", function()
    local near_by = layers.MultiHeadAttention{2, key_dim = 3, value_dim = 2, sliding_window = 2}
    near_by(query, value, key)
    near_by:set_weights(mha:get_weights())
    near(near_by(query, value, key),
      by_heads(mha, query, value, key, function(_, t, s) return math.abs(t - s) < 2 end))
    near(near_by(query, value, key, {use_causal_mask = true}), by_heads(mha, query, value, key,
      function(_, t, s) return s <= t and t - s < 2 end))
  end)

  it("drops scores in training alone", function()
    local dropping = layers.MultiHeadAttention{2, key_dim = 3, value_dim = 2, dropout = 0.5,
      seed = 4}
    dropping(query, value, key)
    dropping:set_weights(mha:get_weights())
    near(dropping(query, value, key), mha(query, value, key))
    local y, scores = dropping(query, value, key,
      {training = true, return_attention_scores = true})
    near(scores, select(2, mha(query, value, key, {return_attention_scores = true})))
    assert.is_false((y - mha(query, value, key)):abs():max():item() < 1e-3)
  end)

  it("trains, recorded and replayed as run eagerly", function()
    local results = {}
    for i, run_eagerly in ipairs{false, true} do
      ln.set_seed(5)
      local x = ln.Input{shape = {3, 4}}
      local y = layers.MultiHeadAttention{2, key_dim = 2, dropout = 0.25, use_gate = true,
        activity_regularizer = "l2"}(x, x, {use_causal_mask = true})
      local model = ln.Model{inputs = x, outputs = y}
      model:compile{loss = "mse", optimizer = "sgd", run_eagerly = run_eagerly}
      model:fit(query, query / 2, {epochs = 5, verbose = 0, batch_size = 1})
      results[i] = model:get_weights()
      assert.are.equal(10, #results[i])
    end
    for k, weights in ipairs(results[1]) do near(weights, results[2][k]) end
  end)

  it("of several axes, or of some, is one over all of them", function()
    local both = layers.MultiHeadAttention{1, key_dim = 2}
    local x = numbers(2, 2, 3, 4)
    local y, scores = both(x, x, {return_attention_scores = true})
    assert.are.equal("(2, 1, 2, 3, 2, 3)", tostring(scores.shape))
    local flat = layers.MultiHeadAttention{1, key_dim = 2}
    local rows = x:reshape{2, 6, 4}
    flat(rows, rows)
    flat:set_weights(both:get_weights())
    near(y:reshape{2, 6, 4}, flat(rows, rows))
    local some = layers.MultiHeadAttention{1, key_dim = 2, attention_axes = 3}
    some(x, x)
    some:set_weights(both:get_weights())
    local apart = x:reshape{4, 3, 4}
    near(some(x, x):reshape{4, 3, 4}, flat(apart, apart))
    local inner = layers.MultiHeadAttention{1, key_dim = 2, attention_axes = -2}
    inner(x, x)
    inner:set_weights(both:get_weights())
    assert.is_true(inner(x, x) == some(x, x))
  end)

  it("refuses what does not fit", function()
    local new = function(options)
      options.num_heads, options.key_dim = 1, 2
      return layers.MultiHeadAttention(options)
    end
    fails("value and key of the same steps expected.*%(2, 5, 2%) and %(2, 4, 3%)", new{}, query,
      value, numbers(2, 4, 3))
    fails("query, value and key of one rank", new{}, query, numbers(2, 5, 2, 2))
    fails("attention_axes are different ones", new{attention_axes = 1}, query, value)
    fails("attention_axes are different ones", new{attention_axes = {2, 2}}, query, value)
    fails("attention_axes are different ones", new{attention_axes = 3}, query, value)
    fails("rank at least 3", new{}, ln.ones{2, 3}, ln.ones{2, 3})
    fails("num_heads", layers.MultiHeadAttention, {0, key_dim = 2})
    fails("in layer 'query' of 'mha'", layers.MultiHeadAttention{1, key_dim = 2, name = "mha"},
      ln.Input{shape = {3, false}}, ln.Input{shape = {3, 2}})
  end)

  it("reads Keras's files, and writes what is read the same", function()
    local folder <close> = scratch.folder()
    local model, check = keras_model("multi_head", folder, near)
    local copy = ln.clone_model(model)
    model:save_weights(folder.path .. "/again.weights.h5")
    copy:load_weights(folder.path .. "/again.weights.h5")
    check(copy)
    local config = core.json_decode(core.json_encode(core.serialize(mha, true)))
    assert.are.same({query_shape = {false, 3, 4}, value_shape = {false, 5, 2},
      key_shape = {false, 5, 3}}, config.build_config.shapes_dict)
    local again = ln.saving.deserialize(config)
    assert.is_true(again.built)
    again:set_weights(mha:get_weights())
    assert.is_true(again(query, value, key) == mha(query, value, key))
  end)
end)

describe("GroupQueryAttention", function()
  -- Its queries' heads one by one, each with the key and value that it shares.
  local function by_groups(w, group)
    local qs, ks = ln.einsum("bte,ehd->bthd", query, w[1]) + w[2],
      ln.einsum("bse,ehd->bshd", key, w[3]) + w[4]
    local vs, heads = ln.einsum("bse,ehd->bshd", value, w[5]) + w[6], {}
    for h = 1, qs.shape[3] do
      local shared = (h - 1) // group + 1
      local scores = ln.einsum("btd,bsd->bts", qs[{ {}, {}, h }], ks[{ {}, {}, shared }])
      local weights = ln.softmax(scores / math.sqrt(3))
      heads[h] = weights:matmul(vs[{ {}, {}, shared }])
    end
    return ln.einsum("bthd,hde->bte", ln.stack(heads, {axis = 3}), w[7]) + w[8]
  end

  it("shares keys and values among queries", function()
    local layer = layers.GroupQueryAttention{3, num_query_heads = 4, num_key_value_heads = 2}
    layer(query, value, key)
    for i, w in ipairs(layer.weights) do w:assign(numbers(table.unpack(w.shape)) + i / 10) end
    near(layer(query, value, key), by_groups(layer.weights, 2))
    local y, scores = layer(query, value, key, {return_attention_scores = true})
    near(y, by_groups(layer.weights, 2))
    assert.are.equal("(2, 4, 3, 5)", tostring(scores.shape))
    assert.are.equal("GroupQueryAttention(4 heads of 3)", tostring(layer))
    assert.are.equal("(3, 2, 3)", tostring(layer.weights[3].shape))
  end)

  it("is Keras's by both of its names", function()
    local config = ln.layers.GroupQueryAttention{3, num_query_heads = 4, num_key_value_heads = 2,
      sliding_window = 2, use_gate = true}:get_config()
    assert.are.equal(2, config.num_key_value_heads)
    assert.is_nil(config.value_dim)
    local snake_case = require "lunate.saving.tree".snake_case   -- of its folder in files
    assert.are.equal("grouped_query_attention", snake_case "GroupQueryAttention")
    assert.are.equal("GroupQueryAttention(4 heads of 3)", tostring(ln.layers.get{
      class_name = "GroupedQueryAttention", config = {head_dim = 3, num_query_heads = 4,
        num_key_value_heads = 1}}))
  end)

  it("refuses heads that cannot be shared", function()
    fails("multiple of num_key_value_heads, got 4 and 3", layers.GroupQueryAttention,
      {3, num_query_heads = 4, num_key_value_heads = 3})
  end)
end)
