-- Embedding: rows by id, their gradient, masks. Numbers of Keras's are in the goldens
-- (layers_spec.lua).
local ln = require "lunate"
local core = require "lunate.core"
local fails = require "support.fails"

local layers = ln.layers
local table3 = ln.tensor{{0, 1}, {2, 3}, {4, 5}}

local function int(t, dtype) return ln.tensor(t, {dtype = dtype or "int32"}) end

describe("Embedding", function()
  it("gives each id its vector, for ids of any shape and dtype", function()
    local layer = layers.Embedding{3, 2, weights = table3}
    assert.same({{{2, 3}, {4, 5}}, {{0, 1}, {2, 3}}}, layer(int{{1, 2}, {0, 1}}):totable())
    assert.same({4, 5}, layer(int(2)):totable())
    assert.equal("(0, 2)", tostring(layer(ln.zeros({0}, {dtype = "int64"})).shape))
    assert.same({{2, 3}, {0, 1}}, layer(ln.tensor{1.0, 0.0}):totable())
    assert.same({{2, 3}, {0, 1}}, layer(int({1, 0}, "uint8")):totable())
    assert.same({{2, 3}, {0, 1}}, layer(ln.tensor({true, false}, {dtype = "bool"})):totable())
    assert.equal("Embedding(3 -> 2)", tostring(layer))
  end)

  it("starts between -0.05 and 0.05", function()
    local layer = layers.Embedding{100, 50}
    layer(int{0})
    local weight = layer.embeddings:value()
    local low, high = weight:min():item(), weight:max():item()
    assert.is_true(low >= -0.05 and low < -0.049 and high <= 0.05 and high > 0.049)
    assert.is_true(layer.weights[1].trainable)
  end)

  it("takes its weights, alone or in a list, which are there at once", function()
    for _, weights in ipairs{table3, table3:totable(), {table3}} do
      local layer = layers.Embedding{3, 2, weights = weights, name = "given", trainable = false}
      assert.is_true(layer.built)
      assert.equal("given/embeddings", layer.weights[1].path)
      assert.is_true(layer:get_weights()[1] == table3)
      assert.equal(0, #layer.trainable_weights)
      assert.is_nil(layer:get_config().weights)
    end
    local Mine = layers.Embedding:extend("Mine")
    local mine = Mine{3, 2, weights = table3}
    assert.same({{4, 5}}, mine(int{2}):totable())
  end)

  it("adds up the gradients of ids that come more than once, without those of others", function()
    for _, dim in ipairs{1, 3, 16, 40, 65} do
      local layer = layers.Embedding{7, dim}
      local ids = int{{3, 1, 3, 5}, {3, 3, 0, 1}}
      layer(ids)
      local slope = ln.sin(ln.arange(8 * dim)):reshape{2, 4, dim}
      local tape <close> = ln.GradientTape()
      local y = layer(ids)
      local gradient = tape:gradient(y, layer.embeddings, {output_gradients = slope})
      local expected = ln.one_hot(ids, 7):reshape{8, 7}:transpose():matmul(
        slope:reshape{8, dim})
      assert.is_true((gradient - expected):abs():max():item() < 1e-5)
    end
  end)

  it("masks id 0 when asked to", function()
    local ids = int{{1, 0, 2}, {0, 0, 1}}
    local mask = core.mask_of(layers.Embedding{3, 2, mask_zero = true}(ids))
    assert.same({{true, false, true}, {false, false, true}}, mask:totable())
    assert.is_nil(core.mask_of(layers.Embedding{3, 2}(ids)))
    assert.is_true(layers.Embedding{3, 2, mask_zero = true}.supports_masking)
    assert.is_false(layers.Embedding{3, 2}.supports_masking)
    local model = ln.Sequential{layers.Input{shape = {false}, dtype = "int32"},
      layers.Embedding{3, 2, mask_zero = true}, layers.GlobalAveragePooling1D()}
    local vectors = model.layers[1]:get_weights()[1]
    local expected = (vectors[2] + vectors[3]) / 2
    assert.is_true((model(ids)[1] - expected):abs():max():item() < 1e-7)
  end)

  it("learns within its constraint, with its regularizer", function()
    local model = ln.Sequential{layers.Embedding{4, 3, embeddings_constraint = "non_neg",
      embeddings_regularizer = ln.regularizers.L2(0.5)}, layers.Flatten(), layers.Dense(1)}
    model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 0.5}}
    local ids, target = int{{0, 1}, {2, 3}}, ln.tensor{{-1}, {1}}
    model:fit(ids, target, {epochs = 3, verbose = 0})
    local vectors = model.layers[1]:get_weights()[1]
    assert.is_true(vectors:min():item() >= 0)
    local loss = model.layers[1].losses[1]:item()
    assert.is_true(math.abs(loss - 0.5 * (vectors * vectors):sum():item()) < 1e-6)
  end)

  it("adds the activity regularizer's loss, per sample", function()
    local layer = layers.Embedding{3, 2, weights = table3, activity_regularizer = "l1"}
    layer(int{{1, 2}, {0, 1}})
    assert.is_true(math.abs(layer.losses[1]:item() - 0.01 * 20 / 2) < 1e-7)
  end)

  it("keeps ids whole in mixed precision, and casts vectors alone", function()
    local weights = ln.arange(3000):reshape{3000, 1} / 4096
    local layer = layers.Embedding{3000, 1, weights = weights, dtype = "mixed_float16"}
    for _, dtype in ipairs{"int32", "float32"} do
      local y = layer(int({2049, 2051}, dtype))
      assert.equal("float16", tostring(y.dtype))
      local expected = ln.tensor({2049 / 4096, 2051 / 4096}):astype("float16")
      assert.same(expected:astype("float32"):totable(), y:flatten():astype("float32"):totable())
    end
  end)

  it("is the same after config, and steps apart are rows apart", function()
    local layer = layers.Embedding{5, 2, mask_zero = true, embeddings_initializer = "ones"}
    local again = layers.Embedding.from_config(layer:get_config())
    assert.same(layer:get_config(), again:get_config())
    local each = layers.TimeDistributed(layers.Embedding{3, 2, weights = table3})
    assert.same({{{{2, 3}}, {{4, 5}}}}, each(int{{{1}, {2}}}):totable())
  end)

  it("refuses ids and sizes that there are not", function()
    local layer = layers.Embedding{3, 2, name = "words"}
    fails("in layer 'words': .*3 is out of range: 0 %.%. 2", layer, int{1, 3})
    assert.is_false(layer.built)
    fails("%-1 is out of range: 0 %.%. 2", layer, int{-1})
    fails("whole numbers, got 0.5", layer, ln.tensor{0.5})
    fails("input_dim", layers.Embedding, {0, 2})
    fails("output_dim", layers.Embedding, {3, 0})
    fails("required", layers.Embedding, {3})
    fails("weights of shape %(3, 2%) expected, got %(2, 3%)", layers.Embedding,
      {3, 2, weights = ln.zeros{2, 3}})
    fails("weights of shape %(3, 2%) expected", layers.Embedding,
      {3, 2, weights = ln.zeros{2, 3, 2}})
    fails("unknown option 'lora_rank'", layers.Embedding, {3, 2, lora_rank = 4})
  end)
end)
