-- SpectralNormalization: the kernel over its largest singular value at each step of training, as an
-- effect that replays have, too; files; what it refuses. Numbers are those of Keras 3.16.
local ln = require "lunate"
local files = require "support.files"
local goldens = require "support.goldens"
local scratch = require "support.scratch"
local layers = ln.layers

local function list(t) return t:value():totable() end

describe("SpectralNormalization", function()
  it("divides the kernel in training, and leaves it at inference", function()
    local dense = layers.Dense{2, use_bias = false}
    local layer = layers.SpectralNormalization{dense, power_iterations = 3}
    layer:build{false, 2}
    local kernel, u = layer.weights[1], layer.weights[2]
    assert.are.same({"kernel", "vector_u"}, {kernel.name, u.name})
    assert.are.equal(1, #layer.trainable_weights)
    kernel:assign{{3, 0}, {0, 4}}
    u:assign{{0, 1}}
    local x = ln.tensor{{1, 2}}
    assert.are.same({{3, 8}}, layer(x):totable())
    assert.are.same({{0.75, 2}}, layer(x, {training = true}):totable())
    assert.are.same({{0.75, 0}, {0, 1}}, list(kernel))
    local twin = layers.SpectralNormalization(layers.Dense{2, use_bias = false})
    twin:build{false, 2}
    twin.weights[1]:assign{{3, 0}, {0, 4}}
    twin.weights[2]:assign{{1, 1}}
    twin(x, {training = true})
    -- v = (3, 4) / 5, u = (9, 16) / |..|, sigma = (9 u1 + 16 u2) / 5
    local norm = math.sqrt(9 * 9 + 16 * 16)
    goldens.near(list(twin.weights[2]), {{9 / norm, 16 / norm}}, 1e-6, 0)
    goldens.near(list(twin.weights[1]), {{15 / norm, 0}, {0, 20 / norm}}, 1e-6, 0)
  end)

  it("leaves a kernel of zeros, and embraces convolutions", function()
    local layer = layers.SpectralNormalization(layers.Dense{2, kernel_initializer = "zeros"})
    layer:build{false, 3}
    local u = list(layer.weights[2])
    assert.is_true((layer(ln.ones{1, 3}, {training = true}):eq(0)):all())
    assert.are.same(u, list(layer.weights[2]))
    local conv = layers.SpectralNormalization{layers.Conv2D{3, 2}, power_iterations = 50}
    conv(ln.ones{1, 4, 4, 2}, {training = true})
    local w = conv.weights[1]:value():reshape{-1, 3}
    local squares = w:transpose():matmul(w)
    for _ = 1, 6 do squares = squares:matmul(squares) end   -- the largest is 1: it alone stays
    assert.is_true(math.abs(squares[{1, 1}] + squares[{2, 2}] + squares[{3, 3}] - 1) < 0.2)
  end)

  local function build()
    ln.set_seed(1)
    return ln.Sequential{ln.Input{shape = {5}}, layers.SpectralNormalization(layers.Dense(4)),
      layers.BatchNormalization(), layers.Dense(1)}
  end

  it("trains replayed as eager, and goes on from its file", function()
    ln.set_seed(2)
    local x, t = ln.random.normal{24, 5}, ln.random.normal{24, 1}
    local fast, slow = build(), build()
    fast:compile{loss = "mse", optimizer = "adam"}
    slow:compile{loss = "mse", optimizer = "adam", run_eagerly = true}
    for _, model in ipairs{fast, slow} do
      model:fit(x, t, {epochs = 3, batch_size = 8, verbose = 0, shuffle = false})
    end
    for k, w in ipairs(fast:get_weights()) do assert.are.equal(w, slow:get_weights()[k]) end
    local folder <close> = scratch.folder()
    for _, ending in ipairs{".keras", ".h5"} do
      fast:save(folder.path .. "/m" .. ending)
      local again = ln.load_model(folder.path .. "/m" .. ending)
      assert.are.equal(fast:predict(x), again:predict(x))
      for k, w in ipairs(fast:get_weights()) do assert.are.equal(w, again:get_weights()[k]) end
    end
    fast:save_weights(folder.path .. "/m.weights.h5")
    -- As Keras has it: the kernel, a weight of both, comes first.
    local found = files.h5(folder.path .. "/m.weights.h5").members.layers.members
    local vars = found.spectral_normalization.members.vars.members
    assert.are.equal("(5, 4)", tostring(vars["0"].shape))
    assert.are.equal("(1, 4)", tostring(vars["1"].shape))
  end)

  it("refuses a layer without a kernel", function()
    assert.error_matches(function()
      layers.SpectralNormalization(layers.Dropout(0.5))(ln.ones{1, 2})
    end, "a layer with a kernel or embeddings is wanted, Dropout has none")
    assert.error_matches(function() layers.SpectralNormalization() end, "layer")
    assert.error_matches(function()
      layers.SpectralNormalization{layers.Dense(1), power_iterations = 0}
    end, "power_iterations")
  end)
end)
