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

-- Two convolutions with pooling and a dense layer, for 28 by 28 pictures; compiled.
function models.convnet()
  local layers = ln.layers
  local model = ln.Sequential{
    layers.Conv2D{32, 3, activation = "relu", input_shape = {28, 28, 1}},
    layers.MaxPooling2D(2),
    layers.Conv2D{64, 3, activation = "relu"},
    layers.MaxPooling2D(2),
    layers.Flatten(),
    layers.Dense{10, activation = "softmax"},
  }
  model:compile{loss = "sparse_categorical_crossentropy", optimizer = "adam"}
  return model
end

-- The network of 20 layers for 32 by 32 pictures of He et al., "Deep residual learning for image
-- recognition", 2016, with convolutions of one tap around its strides; compiled.
function models.resnet20()
  local layers = ln.layers
  local function convolution(h, filters, taps, strides)
    h = layers.Conv2D{filters, taps, strides = strides, padding = "same", use_bias = false}(h)
    return layers.BatchNormalization()(h)
  end
  local function block(h, filters, strides)
    local around = strides > 1 and convolution(h, filters, 1, strides) or h
    local inner = layers.ReLU()(convolution(h, filters, 3, strides))
    return layers.ReLU()(layers.add{convolution(inner, filters, 3, 1), around})
  end
  local input = ln.Input{32, 32, 3}
  local h = layers.ReLU()(convolution(input, 16, 3, 1))
  for stage, filters in ipairs{16, 32, 64} do
    for i = 1, 3 do h = block(h, filters, stage > 1 and i == 1 and 2 or 1) end
  end
  h = layers.GlobalAveragePooling2D()(h)
  local model = ln.Model{inputs = input, outputs = layers.Dense{10, activation = "softmax"}(h)}
  model:compile{loss = "sparse_categorical_crossentropy",
                optimizer = ln.optimizers.SGD{learning_rate = 0.1, momentum = 0.9}}
  return model
end

-- MobileNetV2 (Sandler et al., 2018) of width 0.35 for 64 by 64 pictures: rows of stages are
-- {expansion, channels, blocks, strides}.
models.MOBILENET_STAGES = {{1, 8, 1, 1}, {6, 8, 2, 2}, {6, 16, 3, 2}, {6, 24, 4, 2}, {6, 32, 3, 1},
                           {6, 56, 3, 2}, {6, 112, 1, 1}}

function models.mobilenet()
  local layers = ln.layers
  local function normalized(h, relu)
    h = layers.BatchNormalization{momentum = 0.999, epsilon = 1e-3}(h)
    return relu and layers.ReLU{max_value = 6}(h) or h
  end
  local function pointwise(h, filters, relu)
    return normalized(layers.Conv2D{filters, 1, use_bias = false}(h), relu)
  end
  local input = ln.Input{64, 64, 3}
  local h = layers.Conv2D{16, 3, strides = 2, padding = "same", use_bias = false}(input)
  h = normalized(h, true)
  local channels = 16
  for _, stage in ipairs(models.MOBILENET_STAGES) do
    local expansion, filters, blocks, strides = table.unpack(stage)
    for i = 1, blocks do
      local inner = expansion > 1 and pointwise(h, expansion * channels, true) or h
      inner = layers.DepthwiseConv2D{3, strides = i == 1 and strides or 1, padding = "same",
                                     use_bias = false}(inner)
      inner = pointwise(normalized(inner, true), filters)
      h = i > 1 and layers.add{h, inner} or inner
      channels = filters
    end
  end
  h = layers.GlobalAveragePooling2D()(pointwise(h, 1280, true))
  return ln.Model{inputs = input, outputs = layers.Dense{1000, activation = "softmax"}(h)}
end

return models
