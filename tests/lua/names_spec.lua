-- Names: what may be one, what a terminal gets to see of it, and layers' weights by theirs.

local core = require "lunate.core"
local ln = require "lunate"
local fails = require "support.fails"
local scratch = require "support.scratch"

local layers = ln.layers

-- Text that would change the terminal, or is none.
local ESCAPE, C1, TURNED, BROKEN = "a\27[31mb", "a\u{9b}31mb", "a\u{202e}b", "a\xffb"

local function is_clean(text)
  return utf8.len(text) ~= nil and not text:find("[\0-\8\11-\31\127]")
    and not text:find("\u{9b}", 1, true) and not text:find("\u{202e}", 1, true)
end

describe("printable text", function()
  it("has control characters and what is no UTF-8 as bytes", function()
    local cases = {
      ["plain é 漢 \u{1F600}"] = "plain é 漢 \u{1F600}", [""] = "", [ESCAPE] = "a\\x1B[31mb",
      ["a\0b\127"] = "a\\x00b\\x7F", [C1] = "a\\xC2\\x9B31mb", [TURNED] = "a\\xE2\\x80\\xAEb",
      [BROKEN] = "a\\xFFb", ["\xc0\xaf"] = "\\xC0\\xAF", ["\xed\xa0\x80"] = "\\xED\\xA0\\x80",
      ["\xf4\x90\x80\x80"] = "\\xF4\\x90\\x80\\x80",
      ["é\xc3"] = "é\\xC3", ["a\nb\t"] = "a\\x0Ab\\x09",
    }
    for text, expected in pairs(cases) do assert.equal(expected, core.printable(text)) end
    assert.equal("a\nb\tc\\x0D", core.printable("a\nb\tc\r", true))
    assert.equal("12", core.printable(12))
    local plotted = require("lunate.plot._data").text
    for _, text in ipairs{ESCAPE, C1, TURNED, BROKEN, "a\u{2066}b"} do
      assert.is_true(is_clean(plotted(text)))
    end
    assert.equal("a b", plotted("a\u{2066}b"))
  end)
end)

describe("a name", function()
  it("is UTF-8 without NUL", function()
    local Own = layers.Layer:extend("Own")
    function Own:build() self:add_weight{name = self.options_name, shape = {1}} end
    function Own:call(x) return x end
    for bad, shown in pairs{["a\0b"] = "a\\x00b", [BROKEN] = "a\\xFFb"} do
      local text = "UTF%-8 .*got '" .. shown:gsub("\\", "%%\\") .. "'"
      for _, class in ipairs{layers.Dense, ln.metrics.Mean, ln.losses.MeanSquaredError,
        ln.optimizers.SGD, ln.Sequential} do
        fails(text, class, {class == layers.Dense and 2 or nil, name = bad})
      end
      fails(text, ln.Input, {shape = {2}, name = bad})
      fails(text, ln.Variable, ln.ones{1}, {name = bad})
      fails(text, function() return layers.Layer:extend(bad) end)
      fails(text, function()
        local own = Own()
        own.options_name = bad
        own(ln.ones{1, 1})
      end)
      local dense = layers.Dense(2)
      fails(text, function() dense.name = bad end)
      assert.is_nil(dense.name:find("[\0\xff]"))
    end
    assert.equal("é–漢", layers.Dense{2, name = "é–漢"}.name)
  end)

  it("of a layer, a model or a variable has no '/', as in Keras", function()
    local text = "the name 'a/b' has a '/'"
    fails(text, layers.Dense, {2, name = "a/b"})
    fails(text, ln.Sequential, {name = "a/b"})
    fails(text, ln.Input, {shape = {1}, name = "a/b"})
    fails(text, ln.Variable, ln.ones{1}, {name = "a/b"})
    local dense = layers.Dense{2, name = "dense_x"}
    fails(text, function() dense.name = "a/b" end)
    assert.equal("dense_x", dense.name)
    local Own = layers.Layer:extend("Own/Class")
    function Own:build() self:add_weight{name = "a/b", shape = {1}} end
    function Own:call(x) return x end
    assert.is_nil(Own().name:find("/"))
    fails(text, Own(), ln.ones{1, 1})
    assert.equal("a/b", ln.metrics.Mean{name = "a/b"}.name)
    fails(text, layers.Dense.from_config, {units = 2, name = "a/b"})
  end)

  it("is shown without what it would do to a terminal", function()
    local folder <close> = scratch.folder()
    for _, name in ipairs{ESCAPE, C1, TURNED, "two\nlines"} do
      local x = ln.Input{shape = {3}, name = name}
      local layer = layers.Dense{2, name = name .. "1"}
      local model = ln.Model{inputs = {x, ln.Input{shape = {1}, name = "other"}},
        outputs = layer(x), name = name}
      local lines = {}
      model:summary{print_fn = function(line) lines[#lines + 1] = line end}
      for _, line in ipairs(lines) do
        assert.is_true(is_clean(line) and not line:find("\n"), line)
      end
      local wide = {}
      for _, line in ipairs(lines) do
        if line:find("^[┏┡├└│┃]") then wide[utf8.len(line)] = true end
      end
      assert.equal(next(wide), next(wide, nil))
      assert.is_nil(next(wide, (next(wide))))   -- one width
      for _, object in ipairs{x, layer, model, layer.kernel, ln.Variable(1, {name = "v"})} do
        assert.is_true(is_clean(tostring(object)))
      end
      for _, f in ipairs{
        function() model:get_layer(name .. "2") end,
        function() layers.Dense{2, [name] = 1} end,
        function() layers.Dense{2, activation = name} end,
        function() ln.zeros({1}, {dtype = name}) end,
        function() ln.load(name .. ".npy") end,
        function() ln.load_model(name .. ".keras") end,
        function() layer(ln.ones{1, 5}) end,
        function() ln.saving.deserialize{class_name = name, config = {}} end,
        function() model:load_weights(folder.path .. "/" .. name .. ".h5") end,
      } do
        local ok, message = pcall(f)
        assert.is_false(ok)
        assert.is_true(is_clean(message), message)
      end
      -- and it comes back from files as it is
      for _, ending in ipairs{".keras", ".h5"} do
        model:save(folder.path .. "/m" .. ending)
        local again = ln.load_model(folder.path .. "/m" .. ending)
        assert.equal(name .. "1", again.layers[#again.layers].name)
        again:load_weights(folder.path .. "/m" .. ending)
      end
      for _, ending in ipairs{".safetensors", ".npz", ".weights.h5"} do
        local ok, message = pcall(model.save_weights, model, folder.path .. "/w" .. ending)
        assert.is_true(ok or ending == ".npz" and is_clean(message), message)
        if ok then model:load_weights(folder.path .. "/w" .. ending) end
      end
    end
  end)
end)

describe("names in .h5 files", function()
  it("that no attribute can hold are an error at once", function()
    local folder <close> = scratch.folder()
    for _, n in ipairs{64513, 65000, 200000} do
      local model = ln.Sequential{ln.Input{shape = {2}}, layers.Dense{1, name = ("n"):rep(n)}}
      fails("does not fit into an attribute of an %.h5 file", model.save, model,
        folder.path .. "/m.h5")
      model:save(folder.path .. "/m.keras")
      assert.equal(n, #ln.load_model(folder.path .. "/m.keras").layers[1].name)
    end
  end)

  it("may be those of their own parts, or are refused", function()
    local folder <close> = scratch.folder()
    local function model_of(name)
      return ln.Sequential{ln.Input{shape = {2}}, layers.Dense{1, name = name}}
    end
    for _, name in ipairs{"model_weights", "layer_names", "weight_names", "vars", "layers", "..",
      "optimizer_weights", "a:0", " "} do
      local model = model_of(name)
      local y = model(ln.ones{1, 2})
      model:save(folder.path .. "/m.h5")
      assert.is_true(ln.load_model(folder.path .. "/m.h5")(ln.ones{1, 2}) == y)
      model:save_weights(folder.path .. "/w.h5")
      local other = model_of(name)
      other:load_weights(folder.path .. "/w.h5")
      assert.is_true(other(ln.ones{1, 2}) == y)
    end
    local top = model_of("top_level_model_weights")
    fails("cannot be named 'top_level_model_weights'", top.save, top, folder.path .. "/t.h5")
    fails("cannot be named 'top_level_model_weights'", top.save_weights, top,
      folder.path .. "/t.h5")
    for _, name in ipairs{".", ""} do
      local model = model_of(name)
      fails("'" .. name:gsub("%.", "%%.") .. "' cannot be a name", model.save, model,
        folder.path .. "/t.h5")
    end
    assert.is_nil(folder:read("t.h5"))
  end)

  it("of Keras 2 may be paths, whose groups lie in each other", function()
    local kernel, bias = ln.tensor{{1, 2}, {3, 4}, {5, 6}}, ln.tensor{0.5, -0.5}
    local function group(members, attributes)
      return {members = members, attributes = attributes or {}}
    end
    local weights = group({block = group{dense = group{["kernel:0"] = kernel, ["bias:0"] = bias}}},
      {weight_names = {"block/dense/kernel:0", "block/dense/bias:0"}})
    local dense = {class_name = "Dense", config = {name = "block/dense", units = 2}}
    local input = {class_name = "InputLayer", config = {batch_input_shape = {false, 3},
      name = "in/put", dtype = "float32"}}
    local graph = {
      {class_name = input.class_name, config = input.config, name = "in/put", inbound_nodes = {}},
      {class_name = "Dense", config = dense.config, name = "block/dense",
        inbound_nodes = {{{"in/put", 0, 0, {}}}}},
    }
    local folder <close> = scratch.folder()
    for _, config in ipairs{
      {class_name = "Sequential", config = {name = "a/model", layers = {input, dense}}},
      {class_name = "Functional", config = {name = "a/model", layers = graph,
        input_layers = {{"in/put", 0, 0}}, output_layers = {{"block/dense", 0, 0}}}},
    } do
      local path = folder:write("k2.h5", require("lunate.hdf5").encode(group(
        {model_weights = group({block = group{dense = weights}},
          {layer_names = {"block/dense"}, backend = "tensorflow", keras_version = "2.11.0"})},
        {model_config = core.json_encode(config), keras_version = "2.11.0"})))
      local model = ln.load_model(path)
      assert.same({"a_model", "block_dense"}, {model.name, model.layers[#model.layers].name})
      assert.same({{9.5, 11.5}}, model(ln.ones{1, 3}):totable())
      model:set_weights{kernel * 0, bias * 0}
      assert.same({}, model:load_weights(path))
      assert.same({{9.5, 11.5}}, model(ln.ones{1, 3}):totable())
      model:set_weights{kernel * 0, bias * 0}
      model:load_weights(path, {by_name = true})
      assert.same({{9.5, 11.5}}, model(ln.ones{1, 3}):totable())
      model:save(folder.path .. "/again.h5")
      assert.same({{9.5, 11.5}}, ln.load_model(folder.path .. "/again.h5")(ln.ones{1, 3}):totable())
    end
  end)
end)

describe("a layer's weight", function()
  it("is found by its name, once the layer is built", function()
    local dense = layers.Dense(2)
    assert.is_nil(dense.kernel)
    dense(ln.ones{1, 3})
    assert.equal("lunate.variable", getmetatable(dense.kernel))
    assert.equal(dense.weights[1], dense.kernel)
    assert.same({3, 2}, {table.unpack(dense.kernel.shape)})
    assert.same({2}, {table.unpack(dense.bias.shape)})
    assert.is_nil(layers.Dense{2, use_bias = false}.bias)
    dense.kernel:assign(ln.zeros{3, 2})
    assert.same({{0, 0}}, dense(ln.ones{1, 3}):totable())
    assert.is_nil(dense.kernels)
    for _, v in ipairs(dense.weights) do assert.equal(v, dense[v.name]) end
    local model = ln.Sequential{ln.Input{shape = {3}}, layers.PReLU(), dense}
    assert.equal("alpha", model.layers[1].alpha.name)
    assert.is_nil(model.kernel)   -- of its layer, not its own
  end)

  it("of a Lua class too, unless there is a field of that name", function()
    local Scale = layers.Layer:extend("Scale")
    Scale.taken = "a field"
    function Scale:build(shape)
      self:add_weight{name = "gamma", shape = {shape[2]}, initializer = "ones"}
      self:add_weight{name = "taken", shape = {1}}
      self:add_weight{name = "units", shape = {1}}
      self.units = 7
    end
    function Scale:call(x) return x * self.gamma end
    local layer = Scale()
    assert.same({{2, 3}}, layer(ln.tensor{{2, 3}}):totable())
    assert.equal("scale/gamma", layer.gamma.path:gsub("_%d+/", "/"))
    assert.equal("a field", layer.taken)
    assert.equal(7, layer.units)
  end)
end)

describe("what is shown", function()
  it("of a variable is its path, shape and the beginning of its value", function()
    local dense = layers.Dense{2, kernel_initializer = "ones", name = "d"}
    dense(ln.ones{1, 2})
    assert.equal("<variable 'd/kernel' of shape (2, 2), float32, [[1. 1.] [1. 1.]]>",
      tostring(dense.kernel))
    assert.equal("<variable 'd/bias' of shape (2,), float32, [0. 0.]>", tostring(dense.bias))
    assert.same({"d/kernel", "kernel"}, {dense.kernel.path, dense.kernel.name})
    local long = tostring(ln.Variable(ln.random.normal{200, 300}, {name = "v"}))
    assert.is_true(#long < 130 and long:find("%.%.%.>$") ~= nil, long)
    assert.equal("v", ln.Variable(1, {name = "v"}).path)
  end)

  it("of a shape is a shape, wherever it comes from", function()
    local dense = layers.Dense{2, input_shape = {3}}
    local model = ln.Sequential{dense, layers.Reshape{{-1, 1}}}
    local input = layers.InputLayer{shape = {3}}
    local shown = {}
    for i, shape in ipairs{dense.input_shape, dense.built_shape, dense.output_shape,
      dense.kernel.shape, model.output_shape, model.built_shape, model.layers[2].target_shape,
      input.batch_shape, model.input.shape, dense:compute_output_shape{4, 3}} do
      shown[i] = tostring(shape)
    end
    assert.same({"(3,)", "(None, 3)", "(None, 2)", "(3, 2)", "(None, 2, 1)", "(None, 3)",
      "(-1, 1)", "(None, 3)", "(None, 3)", "(4, 2)"}, shown)
    assert.equal(3, dense.input_shape[1])
    assert.equal("(None, 3)", tostring(ln.Input{shape = dense.input_shape}.shape))
  end)
end)

describe("a name that there is not", function()
  it("is told with what was meant, else with all there are, of very many with the first", function()
    local function message(space, name)
      return select(2, pcall(function() return space[name] end))
    end
    assert.matches("there is no layer 'Conv2d'; did you mean 'Conv2D'?", message(layers, "Conv2d"),
      1, true)
    assert.matches("there is no callback 'Foo'; there are: BackupAndRestore, .*TerminateOnNaN$",
      message(ln.callbacks, "Foo"))
    local text = message(layers, "KeyValueCache")
    assert.matches("there is no layer 'KeyValueCache'; there are %d+: Activation, ", text)
    assert.matches(", ...", text, 1, true)
    assert.is_true(#text < 500)
  end)
end)
