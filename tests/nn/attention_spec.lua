-- Attention and AdditiveAttention: numbers are in the goldens (layers_spec.lua); here what calls
-- and graphs of them do, and files of Keras's.
local ln = require "lunate"
local keras_model = require "support.keras_model"
local scratch = require "support.scratch"
local fails = require "support.fails"

local layers = ln.layers

local function near(a, b, tolerance)
  assert.is_true(a.shape == b.shape)
  assert.is_true((a - b):abs():max():item() <= (tolerance or 1e-6))
end

-- The formula, step by step; allowed(q, v) says which steps see each other.
local function attended(query, value, key, allowed)
  local scores = ln.matmul(query, key:permute{1, 3, 2})
  local bias = {}
  for b = 1, #scores do
    bias[b] = {}
    for q = 1, scores.shape[2] do
      bias[b][q] = {}
      for v = 1, scores.shape[3] do bias[b][q][v] = allowed(b, q, v) and 0 or -1e9 end
    end
  end
  local weights = ln.softmax(scores + ln.tensor(bias), {axis = -1})
  return ln.matmul(weights, value), weights
end

local query = ln.tensor{{{1, 0}, {0.5, 2}, {-1, 1}}, {{0, 1}, {2, -1}, {1, 1}}}
local value = ln.tensor{{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {0, -1, 2}},
  {{3, 1, 0}, {2, 2, 2}, {1, 0, 1}, {5, -4, 3}}}
local key = ln.tensor{{{1, 1}, {0, 2}, {-1, 0}, {1, -1}}, {{2, 0}, {1, 1}, {0, 0}, {-1, 2}}}

describe("Attention", function()
  it("sees values by how well their keys fit", function()
    local attention = layers.Attention()
    local y, scores = attention({query, value, key}, {return_attention_scores = true})
    local expected, weights = attended(query, value, key, function() return true end)
    near(y, expected)
    near(scores, weights)
    assert.are.equal("(2, 3, 3)", tostring(y.shape))
    near(attention{query, key}, (attended(query, key, key, function() return true end)))
  end)

  it("is called by list, position or name", function()
    local attention = layers.Attention()
    local y = attention{query, value, key}
    assert.is_true(attention(query, value, key) == y)
    assert.is_true(attention(query, {value = value, key = key}) == y)
    assert.is_true(attention({query, value}, {key = key}) == y)
    assert.is_true(attention(query, value, {key = key, training = false}) == y)
    fails("input 2 %('value'%) is given twice", attention, {query, value}, {value = value})
    fails("input 2 is missing before another", attention, query, {key = key})
    fails("input 2 is missing before another", attention, query, nil, key)
    fails("expected at least 2 inputs %(of query value key%), got 1", attention, query)
    fails("at most 5 arguments by position", attention, query, value, key, true, true, true)
    assert.is_true(attention(query, value, key, false, true)
      == attention({query, value, key}, {use_causal_mask = true}))
  end)

  it("sees no later step with use_causal_mask", function()
    local attention = layers.Attention()
    local y = attention({query, value, key}, {use_causal_mask = true})
    near(y, (attended(query, value, key, function(_, q, v) return v <= q end)))
    near(y[{ {}, {1} }], value[{ {}, {1} }])   -- the first sees the first alone
  end)

  it("leaves masked values out, and gives nothing for masked queries", function()
    local attention = layers.Attention()
    local seen = ln.tensor{{true, false, true, true}, {true, true, false, true}}
    local asked = ln.tensor{{true, true, false}, {true, false, true}}
    local function is_seen(b, _, v) return seen[b][v] end
    local expected = attended(query, value, key, is_seen)
    near(attention({query, value, key}, {mask = {false, seen}}), expected)
    local y = attention({query, value, key}, {mask = {asked, seen, false}})
    near(y, expected * asked:expand_dims(3):astype("float32"))
    near(attention({query, value, key}, {mask = {asked, seen}, use_causal_mask = true}),
      (attended(query, value, key, function(b, q, v) return is_seen(b, q, v) and v <= q end))
        * asked:expand_dims(3):astype("float32"))
    assert.is_true(attention:compute_mask({query, value}, {asked, seen}) == asked)
    fails("3 inputs have as many masks, got 1", attention, {query, value, key}, {mask = {asked}})
  end)

  it("drops scores in training alone, from a generator of its own", function()
    local attention = layers.Attention{dropout = 0.5, seed = 3}
    local plain = layers.Attention(){query, key}
    assert.is_true(attention{query, key} == plain)
    local _, scores = attention({query, key},
      {training = true, return_attention_scores = true})
    local _, all = layers.Attention()({query, key}, {return_attention_scores = true})
    local kept = scores:ne(0)
    assert.is_true(kept:any() and not kept:all())
    near(scores, ln.where(kept, all * 2, 0))
    local again = layers.Attention{dropout = 0.5, seed = 3}
    local _, same = again({query, key}, {training = true, return_attention_scores = true})
    assert.is_true(same == scores)
  end)

  it("in a graph has unknown numbers of steps", function()
    local q, v = ln.Input{shape = {false, 2}}, ln.Input{shape = {false, 2}}
    local y, scores = layers.Attention()({q, v},
      {use_causal_mask = true, return_attention_scores = true})
    assert.are.equal("(None, None, 2)", tostring(y.shape))
    assert.are.equal("(None, None, None)", tostring(scores.shape))
    local model = ln.Model{inputs = {q, v}, outputs = {y, scores}}
    local once = layers.Attention()({query, key}, {use_causal_mask = true})
    near((model(query, key)), once)
    near((model:predict{query, key}), once)
    near((model(key, query)), (layers.Attention()({key, query}, {use_causal_mask = true})))
  end)

  it("gets the masks of its tensors, and hands the query's on", function()
    local input = ln.Input{shape = {3, 2}}
    local masked = layers.Masking()(input)
    local summed
    local Sum = layers.Layer:extend("Sum")
    function Sum:call(x, options) summed = options.mask return x end
    local model = ln.Model{inputs = input, outputs = Sum()(layers.Attention(){masked, masked})}
    local x = ln.tensor{{{1, 2}, {0, 0}, {3, 1}}}
    local mask = ln.tensor{{true, false, true}}
    near(model(x), (attended(x, x, x, function(_, _, v) return v ~= 2 end))
      * mask:expand_dims(3):astype("float32"))
    assert.is_true(summed == mask)
  end)

  it("trains, recorded and replayed as run eagerly", function()
    local results = {}
    for i, run_eagerly in ipairs{false, true} do
      ln.set_seed(5)
      local q, v = ln.Input{shape = {3, 2}}, ln.Input{shape = {4, 2}}
      local seen = layers.Attention{use_scale = true, score_mode = "concat", dropout = 0.25}(q, v,
        {use_causal_mask = true})
      local y = layers.Dense(1)(layers.AdditiveAttention()(seen, v))
      local model = ln.Model{inputs = {q, v}, outputs = y}
      model:compile{loss = "mse", optimizer = "sgd", run_eagerly = run_eagerly}
      model:fit({query, key}, ln.ones{2, 3, 1}, {epochs = 5, verbose = 0, batch_size = 1})
      results[i] = model:get_weights()
    end
    for k, weights in ipairs(results[1]) do near(weights, results[2][k]) end
  end)

  it("refuses what does not fit", function()
    local attention = layers.Attention{name = "attention"}
    fails("in layer 'attention': .*%(2, 3, 2%).*%(2, 3, 4%)", attention,
      {query, ln.ones{2, 4, 3}})
    fails("in layer 'attention'", attention, {query, ln.ones{2, 4, 2}, ln.ones{2, 5, 2}})
    fails("expected at most 3 inputs, got 4", attention, {query, query, query, query})
    fails("score_mode", layers.Attention, {score_mode = "sum"})
    fails("dropout", layers.Attention, {dropout = 1.5})
    fails("last axis of the query must be known", layers.AdditiveAttention(),
      {ln.Input{shape = {3, false}}, ln.Input{shape = {4, 2}}})
  end)

  it("reads Keras's files, and writes what is read the same", function()
    local folder <close> = scratch.folder()
    keras_model("attention", folder, near)
  end)
end)
