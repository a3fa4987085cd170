-- The models that lunate.lua and growth.lua measure.
local ln = require "lunate"

local models = {MLP = {784, 300, 100, 10}, HOUSING = {8, 30, 100, 1}}

-- Dense layers of these sizes, the first one the inputs', compiled.
function models.mlp(sizes, output, optimizer)
  local model = ln.Sequential()
  for i = 2, #sizes do
    model:add(ln.layers.Dense{sizes[i], activation = i < #sizes and "relu" or output,
                              input_shape = i == 2 and {sizes[1]} or nil})
  end
  model:compile{loss = output == "softmax" and "sparse_categorical_crossentropy" or "mse",
                optimizer = optimizer or ln.optimizers.SGD{learning_rate = 0.01}}
  return model
end

-- The deep input second; not compiled.
function models.wide_and_deep()
  local a, b = ln.Input{shape = {5}}, ln.Input{shape = {6}}
  local hidden = ln.layers.Dense{30, activation = "relu"}(b)
  hidden = ln.layers.Dense{30, activation = "relu"}(hidden)
  return ln.Model{inputs = {a, b}, outputs = {
    ln.layers.Dense(1)(ln.layers.concatenate{a, hidden}), ln.layers.Dense(1)(hidden)}}
end

-- Logits of the next of `ids` ids: width 128, 4 blocks of 4 heads, up to 64 steps; not compiled.
function models.gpt(ids)
  local layers = ln.layers
  local tokens = ln.Input{shape = {false}, dtype = "int32"}
  local x = layers.Embedding{ids, 128}(tokens)
  x = x + layers.PositionEmbedding(64)(x)
  for _ = 1, 4 do
    local h = layers.LayerNormalization()(x)
    x = x + layers.MultiHeadAttention{4, key_dim = 32}(h, h, {use_causal_mask = true})
    h = layers.Dense{512, activation = "gelu"}(layers.LayerNormalization()(x))
    x = x + layers.Dense(128)(h)
  end
  return ln.Model{inputs = tokens, outputs = layers.Dense(ids)(layers.LayerNormalization()(x))}
end

return models
