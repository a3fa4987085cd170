-- CategoryEncoding and Discretization: numbers are Keras's.
local ln = require "lunate"
local core = require "lunate.core"
local json = require "lunate.saving.json"
local scratch = require "support.scratch"

local layers = ln.layers
local function message(f, ...) return scratch.message(f, ...) end
local ids = ln.tensor({{0, 1}, {2, 2}, {3, 0}}, {dtype = "int64"})

describe("CategoryEncoding", function()
  it("has Keras's modes, for any axes", function()
    local function out(mode, x)
      return layers.CategoryEncoding{4, output_mode = mode}(x):totable()
    end
    assert.same({{1, 1, 0, 0}, {0, 0, 1, 0}, {1, 0, 0, 1}}, out("multi_hot", ids))
    assert.same({{1, 1, 0, 0}, {0, 0, 1, 0}, {1, 0, 0, 1}}, out("binary", ids))
    assert.same({{1, 1, 0, 0}, {0, 0, 2, 0}, {1, 0, 0, 1}}, out("count", ids))
    assert.same({1, 0, 1, 1}, out("multi_hot", ids[{ {}, 1 }]))
    assert.same({{1, 0, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}, out("one_hot", ids[{ {}, 1 }]))
    assert.same({{1, 0, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}, out("one_hot", ids[{ {}, {1} }]))
    assert.same({{1, 0, 1, 1}, {1, 1, 1, 0}}, out("multi_hot", ids:reshape{1, 3, 2})[1])
    assert.same({{{1, 0, 0, 0}, {0, 1, 0, 0}}, {{0, 0, 1, 0}, {0, 0, 1, 0}},
      {{0, 0, 0, 1}, {1, 0, 0, 0}}}, out("one_hot", ids))
    assert.same({{1, 0, 0, 0}}, out("multi_hot", ln.tensor({{0, -1}}, {dtype = "int32"})))
    assert.equal("float32", layers.CategoryEncoding(4)(ids).dtype)
    assert.equal("(None, 4)", tostring(layers.CategoryEncoding(4)(ln.Input{shape = {2}}).shape))
  end)

  it("weighs counts", function()
    local count = layers.CategoryEncoding{4, output_mode = "count"}
    local weights = ln.tensor{{0.5, 1}, {2, 3}, {1, 1}}
    assert.same({{0.5, 1, 0, 0}, {0, 0, 5, 0}, {1, 0, 0, 1}},
      count(ids, {count_weights = weights}):totable())
    assert.matches("count_weights are for", message(layers.CategoryEncoding(4), ids,
      {count_weights = weights}), 1, true)
  end)

  it("says what is wrong", function()
    assert.matches("id 3 is out of range", message(layers.CategoryEncoding(3), ids), 1, true)
    assert.matches("num_tokens", message(layers.CategoryEncoding), 1, true)
    assert.matches("num_tokens", message(layers.CategoryEncoding, 0), 1, true)
    assert.matches("output_mode", message(layers.CategoryEncoding, {3, output_mode = "int"}), 1,
      true)
    assert.matches("sparse", message(layers.CategoryEncoding, {3, sparse = true}), 1, true)
  end)
end)

describe("Discretization", function()
  local x = ln.tensor{{-1.5, 1.0}, {3.4, 0.5}, {0, 2}}

  it("has Keras's modes", function()
    local function out(mode)
      return layers.Discretization{bin_boundaries = {0, 1, 2}, output_mode = mode}(x)
    end
    assert.same({{0, 2}, {3, 1}, {1, 3}}, out("int"):totable())
    assert.equal("int32", out("int").dtype)
    assert.same({{1, 0, 1, 0}, {0, 1, 0, 1}, {0, 1, 0, 1}}, out("multi_hot"):totable())
    assert.same({{1, 0, 1, 0}, {0, 1, 0, 1}, {0, 1, 0, 1}}, out("count"):totable())
    assert.same({{1, 0, 0, 0}, {0, 0, 1, 0}}, out("one_hot")[1]:totable())
    assert.equal("float32", out("one_hot").dtype)
  end)

  it("finds Keras's bins", function()
    local fixture = json.decode(core.read_file("tests/fixtures/text/discretization.json"))
    local function close(want, layer)
      assert.equal(#want, #layer.bin_boundaries)
      for i, v in ipairs(want) do assert.is_true(math.abs(v - layer.bin_boundaries[i]) < 1e-6) end
    end
    local one = layers.Discretization{num_bins = 4, epsilon = 0.1}
    one:adapt(ln.tensor(fixture.one[1]))
    close(fixture.one[2], one)
    local two = layers.Discretization{num_bins = 3, epsilon = 0.05}
    two:adapt{ln.tensor(fixture.two[1]), ln.tensor(fixture.two[2])}
    close(fixture.two[3], two)
    local few = layers.Discretization{num_bins = 5}
    few:adapt(ln.tensor{4, 2, 3, 1})
    assert.same({1, 2, 3}, few.bin_boundaries)
    few:adapt(ln.tensor{5, 6})
    assert.same({5}, few.bin_boundaries)
  end)

  it("is saved with the bins that it found", function()
    local layer = layers.Discretization{num_bins = 2, input_shape = {2}}
    layer:adapt(x)
    local model = ln.Sequential{layer}
    local path = os.tmpname() .. ".keras"
    model:save(path)
    assert.is_true(ln.load_model(path):predict(x) == model:predict(x))
    os.remove(path)
    local again = layers.Discretization.from_config(layer:get_config())
    assert.same(layer.bin_boundaries, again.bin_boundaries)
    assert.equal(2, again.num_bins)
  end)

  it("is seen by a model that was called before", function()
    local layer = layers.Discretization{num_bins = 2}
    layer:adapt(ln.tensor{{1, 2}, {3, 4}})
    local model = ln.Sequential{layer}
    local before = model:predict(x)
    model:predict(x)
    layer:adapt(ln.tensor{{-9, -8}, {-7, -6}})
    assert.is_false(model:predict(x) == before)
    assert.same({{1, 1}, {1, 1}, {1, 1}}, model:predict(x):totable())
  end)

  it("says what is wrong", function()
    local new = layers.Discretization
    assert.matches("either num_bins or bin_boundaries", message(new), 1, true)
    assert.matches("not given together", message(new, {bin_boundaries = {0, 1}, num_bins = 2}), 1,
      true)
    assert.matches("should rise", message(new, {bin_boundaries = {1, 0}}), 1, true)
    assert.matches("'num_bins'", message(new, {num_bins = 0}), 1, true)
    assert.matches("no bins yet", message(new{num_bins = 2}, x), 1, true)
    assert.matches("nothing to adapt", message(function()
      new{bin_boundaries = {0}}:adapt(x)
    end), 1, true)
    assert.matches("'epsilon'", message(new, {num_bins = 2, epsilon = 0}), 1, true)
  end)
end)
