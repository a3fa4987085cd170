-- Large work is cut over threads; what comes out is what one thread gives. One case at least for
-- everything that is cut: `make tsan` runs this.
local ln = require "lunate"

local function with_threads(n, f)
  local before = ln.threads()
  ln.threads(n)
  local ok, result = pcall(f)
  ln.threads(before)
  if not ok then error(result, 0) end
  return result
end

local x = ln.random.normal({400, 300}, {seed = 1})
local y = ln.random.normal({400, 1}, {seed = 2})
local ids = ln.random.uniform({20000}, {min = 0, max = 400, seed = 3}):cast("int32")

local pictures = ln.random.uniform({8, 40, 36, 16}, {seed = 4})

-- The value of f(v) and its gradient.
local function with_gradient(v, f)
  local tape <close> = ln.GradientTape()
  tape:watch(v)
  local result = f(v)
  return {result, tape:gradient(result:square():sum(), v)}
end

local function train(optimizer, replay)
  ln.set_seed(5)
  local model = ln.Sequential{
    ln.layers.Dense{500, activation = "relu", kernel_regularizer = "l2", input_shape = {300}},
    ln.layers.Dropout(0.2), ln.layers.Dense{64, activation = "tanh"}, ln.layers.Dense(1)}
  model:compile{loss = "mse", optimizer = optimizer, replay = replay}
  model:fit(x, y, {epochs = 2, verbose = 0, batch_size = 100})
  return model:predict(x, {verbose = 0})
end

local cases = {
  ["large products"] = function()
    local a = ln.random.normal({1000, 1000}, {seed = 4})
    return {x:matmul(x:transpose()), a:matmul(a), a:cast("float64"):matmul(a:cast("float64"))}
  end,
  ["products of a few rows"] = function()
    local a = ln.random.normal({32, 784}, {seed = 4})
    local b = ln.random.normal({784, 300}, {seed = 5})
    local c, d = a:cast("float64"), b:cast("float64")
    return {a:matmul(b), c:matmul(d), c:matmul(d):matmul(d:transpose()), a[{1, {}}]:matmul(b),
      b:transpose():matmul(a:transpose())}
  end,
  ["convolutions"] = function()
    local function weights(...) return ln.random.normal({...}, {seed = 5, stddev = 0.1}) end
    local results = {}
    for _, f in ipairs{
      function(v) return ln.conv(v, weights(3, 3, 16, 24), {padding = "same"}) end,
      function(v) return ln.conv(v, weights(5, 5, 16, 8), {strides = 2}) end,
      function(v) return ln.conv(v, weights(1, 1, 16, 32)) end,
      function(v) return ln.conv(v, weights(3, 3, 8, 16), {groups = 2}) end,
      function(v) return ln.depthwise_conv(v, weights(3, 3, 16, 1), {padding = "same"}) end,
      function(v) return ln.separable_conv(v, weights(3, 3, 16, 2), weights(1, 1, 32, 8)) end,
      function(v) return ln.conv_transpose(v, weights(3, 3, 8, 16), {strides = 2}) end,
    } do
      table.move(with_gradient(pictures, f), 1, 2, #results + 1, results)
    end
    -- By the kernel.
    local taken = with_gradient(weights(3, 3, 16, 24), function(k) return ln.conv(pictures, k) end)
    return table.move(taken, 1, 2, #results + 1, results)
  end,
  ["pooling"] = function()
    local results = {}
    for _, f in ipairs{
      function(v) return ln.max_pool(v, 2) end,
      function(v) return ln.max_pool(v, 3, {strides = 2, padding = "same"}) end,
      function(v) return ln.average_pool(v, 3, {strides = 2, padding = "same"}) end,
      function(v) return ln.adaptive_average_pool(v, 7) end,
      function(v) return ln.adaptive_max_pool(v, 7) end,
    } do
      table.move(with_gradient(pictures, f), 1, 2, #results + 1, results)
    end
    return results
  end,
  ["normalizations"] = function()
    local results = {}
    for _, layer in ipairs{ln.layers.BatchNormalization(), ln.layers.LayerNormalization(),
      ln.layers.GroupNormalization(4), ln.layers.RMSNormalization()} do
      table.move(with_gradient(pictures, function(v) return layer(v, {training = true}) end), 1, 2,
        #results + 1, results)
    end
    return results
  end,
  ["pictures resized, turned and coloured"] = function()
    local rgb, results = pictures[{ {}, {}, {}, {1, 3} }] * 255, {}
    for _, name in ipairs{"nearest", "bilinear", "bicubic", "lanczos3"} do
      table.move(with_gradient(rgb, function(v)
        return ln.image.resize(v, {50, 20}, {interpolation = name, antialias = true})
      end), 1, 2, #results + 1, results)
    end
    for _, layer in ipairs{ln.layers.RandomFlip{seed = 1}, ln.layers.RandomRotation{0.2, seed = 1},
      ln.layers.RandomZoom{0.2, seed = 1}, ln.layers.RandomElasticTransform{seed = 1},
      ln.layers.RandomPerspective{seed = 1}, ln.layers.RandomHue{0.3, seed = 1},
      ln.layers.RandomSharpness{0.3, seed = 1}, ln.layers.RandomGaussianBlur{seed = 1},
      ln.layers.Equalization(), ln.layers.AutoContrast(), ln.layers.RandomErasing{seed = 1},
      ln.layers.MixUp{seed = 1}, ln.layers.CutMix{seed = 1}, ln.layers.RandomCrop{20, 20, seed = 1},
    } do
      results[#results + 1] = layer(rgb, {training = true})
    end
    return results
  end,
  ["a convolutional network"] = function()
    ln.set_seed(5)
    local model = ln.Sequential{
      ln.layers.Conv2D{16, 3, activation = "relu", input_shape = {40, 36, 16}},
      ln.layers.BatchNormalization(), ln.layers.MaxPooling2D(2), ln.layers.Conv2D{8, 3},
      ln.layers.GlobalAveragePooling2D(), ln.layers.Dense(2)}
    model:compile{loss = "mse", optimizer = "sgd"}
    model:fit(pictures, ln.ones{8, 2}, {epochs = 3, batch_size = 4, verbose = 0})
    return {model:predict(pictures, {verbose = 0})}
  end,
  ["many small products"] = function()
    local a = ln.random.normal({64, 30, 30}, {seed = 4})
    return with_gradient(a, function(v) return v:matmul(v:transpose{1, 3, 2}) end)
  end,
  ["a dense layer"] = function()
    local layer = ln.layers.Dense{128, activation = "sigmoid",
      kernel_initializer = ln.initializers.GlorotUniform{seed = 1}}
    return with_gradient(x, function(v) return layer(v) end)
  end,
  ["elementwise ops"] = function()
    return with_gradient(x, function(v) return (v * 2 + v:transpose():transpose()):tanh() end)
  end,
  ["copies of what is not dense"] = function() return {x:transpose():copy()} end,
  ["reductions"] = function()
    return {x:sum(), x:sum{axis = 1}, x:sum{axis = 2}, x:max{axis = 1}, x:var{axis = 2},
      x:argmax{axis = 2}}
  end,
  softmax = function() return with_gradient(x, ln.softmax) end,
  ["crossentropy of classes"] = function()
    local classes = ids[{ {1, 400} }]:minimum(299)
    return with_gradient(x, function(v)
      return ln.losses.SparseCategoricalCrossentropy{from_logits = true}(classes, v)
    end)
  end,
  sorting = function() return {x:sort{axis = 1}, x:sort{axis = 2}} end,
  ["rows by their number"] = function()
    return with_gradient(x, function(v) return v:take(ids:add(1), {axis = 1}) end)
  end,
  ["random numbers"] = function()
    return {ln.random.normal({400, 300}, {seed = 7}), ln.random.uniform({400, 300}, {seed = 7})}
  end,
  ["a variable that is added to"] = function()
    local v = ln.Variable(x)
    v:assign_add(x)
    v:assign_sub(x * 0.5)
    return {v}
  end,
  ["a training"] = function() return {train("adam")} end,
  ["trainings that are replayed"] = function() return {train("adam", true), train("sgd", true)} end,
  ["trainings whose gradients are limited"] = function()
    return {train(ln.optimizers.SGD{momentum = 0.9, clipnorm = 0.1}),
      train(ln.optimizers.SGD{global_clipnorm = 0.1, use_ema = true}),
      train(ln.optimizers.SGD{clipvalue = 0.01, weight_decay = 0.1})}
  end,
  ["trainings whose optimizers take variables one by one"] = function()
    return {train(ln.optimizers.Adafactor()), train(ln.optimizers.Lamb())}
  end,
  ["wide rows, shuffled and read ahead"] = function()
    local wide = ln.random.normal({64, 9000}, {seed = 8})
    local sums = {}
    for batch in ln.data.batches(wide, {batch_size = 16, shuffle = true, random_state = 3}) do
      sums[#sums + 1] = batch:sum{axis = 1}
    end
    for batch in ln.data.Dataset.from_tensors(wide):shuffle(64, {seed = 3}):batch(16):prefetch(2)
      :iterate() do
      sums[#sums + 1] = batch:sum{axis = 1}
    end
    return sums
  end,
}

describe("on two threads", function()
  for name, run in pairs(cases) do
    it(name .. ": what one thread gives", function()
      local one, two = with_threads(1, run), with_threads(2, run)
      assert.are.equal(#one, #two)
      for i = 1, #one do
        assert.is_true(ln.allclose(one[i], two[i], {rtol = 1e-4, atol = 1e-5}), name .. ", " .. i)
      end
    end)
  end
end)
