-- Sequential: building, layers, weights, configs, summary.
local ln = require "lunate"
local core = require "lunate.core"
local goldens = require "support.goldens"

local function error_of(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  return tostring(message)
end

local function has(message, text)
  assert(message:find(text, 1, true), ("%q is not in %q"):format(text, message))
end

local function classifier()
  return ln.Sequential{
    ln.layers.Flatten{input_shape = {4, 2}},
    ln.layers.Dense{5, activation = "relu", name = "hidden"},
    ln.layers.Dense{3, activation = "softmax", name = "out"},
  }
end

describe("Sequential", function()
  it("is built as soon as its input is known", function()
    local model = classifier()
    assert.is_true(model.built)
    assert.equal("(None, 3)", tostring(model.output_shape))
    assert.equal(8 * 5 + 5 + 5 * 3 + 3, model:count_params())
    local later = ln.Sequential{ln.layers.Dense(3), ln.layers.Dense(2)}
    assert.is_false(later.built)
    assert.same({}, later:get_weights())
    has(error_of(later.count_params, later), "not built yet")
    later:predict(ln.ones{4, 7})
    assert.equal(7 * 3 + 3 + 3 * 2 + 2, later:count_params())
  end)

  it("takes its input from an Input as well", function()
    local model = ln.Sequential{ln.Input{shape = {6}}, ln.layers.Dense(2)}
    assert.equal("(None, 2)", tostring(model.output_shape))
    assert.equal(1, #model.layers)
    has(error_of(model.add, model, ln.Input{shape = {6}}), "comes first")
  end)

  it("finds layers by name and position", function()
    local model = classifier()
    assert.equal(model.layers[2], model:get_layer("hidden"))
    assert.equal(model.layers[2], model:get_layer(2))
    assert.equal(model.layers[3], model:get_layer(-1))
    assert.equal("Dense(8 -> 5, relu)", tostring(model.layers[2]))
    has(error_of(model.get_layer, model, "hiden"), "there are: flatten")
    has(error_of(model.get_layer, model, 9), "it has 3")
  end)

  it("of one layer stays what it was when a second does not fit", function()
    local one = ln.Sequential{ln.layers.Dense{2, input_shape = {3}}}
    assert.is_false(pcall(one.add, one, ln.layers.Conv2D{2, 3}))
    assert.are.equal(1, #one.layers)
    assert.are.equal("(4, 2)", tostring(one(ln.ones{4, 3}).shape))
    assert.are.equal("(None, 2)", tostring(one.output_shape))
    one:add(ln.layers.Dense(5))
    assert.are.equal("(4, 5)", tostring(one(ln.ones{4, 3}).shape))
  end)

  it("adds and takes away layers, and stays usable after a failure", function()
    local model = classifier()
    local out = model:pop()
    assert.equal("out", out.name)
    assert.equal("(None, 5)", tostring(model.output_shape))
    has(error_of(model.add, model, ln.layers.Reshape{{7, 7}}), "reshape")
    assert.equal(2, #model.layers)
    assert.equal("(3, 5)", tostring(model:predict(ln.ones{3, 4, 2}).shape))
    has(error_of(model.add, model, ln.layers.Dense{2, name = "hidden"}), "named 'hidden' already")
    has(error_of(model.add, model, "Dense"), "a layer expected, got string")
    model:add(ln.layers.Dense(2))
    assert.equal("(3, 2)", tostring(model:predict(ln.ones{3, 4, 2}).shape))
    local empty = ln.Sequential()
    has(error_of(empty.pop, empty), "no layer to take away")
  end)

  it("forgets the input of a first layer that failed or went away", function()
    local model = ln.Sequential()
    has(error_of(model.add, model, ln.layers.Reshape{{7, 7}, input_shape = {4}}), "reshape")
    assert.equal(0, #model.layers)
    model:add(ln.layers.Dense{2, input_shape = {3}})
    assert.equal(8, model:count_params())
    model:pop()
    assert.equal(0, #model.layers)
    model:add(ln.layers.Dense{2, input_shape = {5}})
    assert.equal(12, model:count_params())
    -- An Input stays, whatever fails or goes.
    local fixed = ln.Sequential{ln.Input{shape = {6}}}
    has(error_of(fixed.add, fixed, ln.layers.Reshape{{7, 7}}), "reshape")
    fixed:add(ln.layers.Dense(2))
    fixed:add(ln.layers.Dense(3))
    fixed:pop()
    assert.equal("(None, 2)", tostring(fixed.output_shape))
    assert.equal(14, fixed:count_params())
    fixed:pop()
    fixed:add(ln.layers.Dense(4))
    assert.equal(28, fixed:count_params())
    -- After a failure the model is built as it was before.
    local built = classifier()
    local before, x = built:get_weights(), ln.ones{2, 4, 2}
    local y = built(x)
    has(error_of(built.add, built, ln.layers.Reshape{{7, 7}}), "reshape")
    assert.is_true(built.built)
    assert.is_true(built(x) == y)
    for i, w in ipairs(built:get_weights()) do assert.is_true(w == before[i]) end
  end)

  it("reads and writes weights, all or nothing", function()
    local model = classifier()
    local kernel, bias = table.unpack(model:get_layer("hidden"):get_weights())
    assert.equal("(8, 5)", tostring(kernel.shape))
    assert.equal("(5,)", tostring(bias.shape))
    local before = model:get_weights()
    local changed = {}
    for i, w in ipairs(before) do changed[i] = w + 1 end
    model:set_weights(changed)
    for i, w in ipairs(model:get_weights()) do assert.is_true(w == changed[i]) end
    changed[4] = ln.zeros{2, 2}
    changed[1] = before[1]
    has(error_of(model.set_weights, model, changed), "has shape (3,), got (2, 2)")
    assert.is_true(model:get_weights()[1] == before[1] + 1)
    has(error_of(model.set_weights, model, {}), "4 weights expected")
  end)

  it("trains only what is trainable, from the next batch on", function()
    ln.set_seed(3)
    local model = classifier()
    model:compile{loss = "sparse_categorical_crossentropy", optimizer = ln.optimizers.SGD{0.1}}
    local x, y = ln.random.normal{32, 4, 2}, ln.random.randint({32}, {max = 3})
    model:fit(x, y, {verbose = 0})
    local hidden, out = model:get_layer("hidden"), model:get_layer("out")
    assert.equal(4, #model.trainable_weights)
    local frozen, free = hidden:get_weights()[1], out:get_weights()[1]
    hidden.trainable = false
    assert.equal(2, #model.trainable_weights)
    assert.equal(2, #model.non_trainable_weights)
    model:fit(x, y, {verbose = 0})
    assert.is_true(hidden:get_weights()[1] == frozen)
    assert.is_false(out:get_weights()[1] == free)
    hidden.trainable = true
    model:fit(x, y, {verbose = 0})
    assert.is_false(hidden:get_weights()[1] == frozen)
  end)

  it("shares a layer with another model, each training it where it stands", function()
    ln.set_seed(4)
    local shared = ln.layers.Dense{3, activation = "tanh", input_shape = {2}}
    local a = ln.Sequential{shared, ln.layers.Dense(1)}
    local b = ln.Sequential{shared, ln.layers.Dense(2)}
    a:compile{loss = "mse", optimizer = "sgd"}
    b:compile{loss = "mse", optimizer = "adam"}
    local x = ln.random.normal{8, 2}
    for _ = 1, 3 do
      local before = shared:get_weights()[1]
      a:fit(x, ln.ones{8, 1}, {verbose = 0})
      assert.is_false(shared:get_weights()[1] == before)
      before = shared:get_weights()[1]
      b:fit(x, ln.ones{8, 2}, {verbose = 0})
      assert.is_false(shared:get_weights()[1] == before)
    end
    assert.is_true(a.layers[1] == b.layers[1])
  end)

  it("goes to a config and to JSON and back", function()
    local model = classifier()
    model:compile{loss = "mse", optimizer = "sgd"}
    local again = ln.Sequential.from_config(model:get_config())
    assert.same(model:get_config(), again:get_config())
    again:set_weights(model:get_weights())
    local x = ln.random.normal{3, 4, 2}
    assert.is_true(model:predict(x) == again:predict(x))
    local text = core.json_encode{class_name = "Sequential", config = model:get_config()}
    assert.equal(model:count_params(), ln.model_from_json(text):count_params())
    has(error_of(ln.model_from_json, "{"), "not valid JSON")
    has(error_of(ln.model_from_json, "[]"), "no class_name")
    has(error_of(ln.model_from_json, '{"class_name": "Sequential", "config": {"layers": '
      .. '[{"class_name": "Conv9D", "config": {}}]}}'), "Conv9D")
  end)

  it("holds models as layers, and says where in them an input does not fit", function()
    local inner = ln.Sequential{ln.layers.Dense{3, input_shape = {4}}, name = "inner"}
    local outer = ln.Sequential{inner, ln.layers.Dense(2), name = "outer"}
    assert.equal("(5, 2)", tostring(outer:predict(ln.ones{5, 4}).shape))
    local message = error_of(outer.predict, outer, ln.ones{5, 3})
    has(message, "in layer 'dense")
    has(message, "of 'inner' of 'outer'")
    has(message, "expected axis -1 of the input to be 4, got shape (5, 3)")
    assert.equal("(5, 2)", tostring(outer:predict(ln.ones{5, 4}).shape))
  end)
end)

describe("summary", function()
  local function lines_of(model, options)
    local lines = {}
    options = options or {}
    options.print_fn = function(line) lines[#lines + 1] = line end
    model:summary(options)
    return lines
  end

  local function keras_mlp()
    return ln.Sequential{
      ln.layers.Flatten{input_shape = {28, 28}, name = "flatten"},
      ln.layers.Dense{300, activation = "relu", name = "dense"},
      ln.layers.Dense{100, activation = "relu", name = "dense_1"},
      ln.layers.Dense{10, activation = "softmax", name = "dense_2"}, name = "sequential",
    }
  end

  local function golden(file)
    local list = {}
    local root = goldens.root("summary")
    local handle = io.open(root .. "/" .. file, "rb")
    if not handle then handle = assert(io.open("tests/fixtures/goldens/summary/" .. file, "rb")) end
    for line in handle:lines() do list[#list + 1] = line end
    handle:close()
    return list
  end

  it("is Keras's table", function()
    assert.same(golden("a_mlp_uncompiled.txt"), lines_of(keras_mlp(), {line_length = 98}))
    assert.same(golden("a_mlp_trainable.txt"),
      lines_of(keras_mlp(), {line_length = 98, show_trainable = true}))
    local unbuilt = ln.Sequential{ln.layers.Dense{3, name = "dense"},
      ln.layers.Dense{2, name = "dense_1"}, name = "sequential_unbuilt"}
    assert.same(golden("f_unbuilt.txt"), lines_of(unbuilt, {line_length = 98}))
  end)

  it("counts the optimizer's variables on a line of their own", function()
    local model = keras_mlp()
    model:compile{loss = "mse", optimizer = "adam"}
    model:train_on_batch(ln.zeros{2, 28, 28}, ln.zeros{2, 10})
    local lines = lines_of(model)
    has(lines[#lines - 3], "Total params: 266,610")
    has(lines[#lines], "Optimizer params: 533,222")
  end)
end)

-- The errors and shapes that Keras 3.16 gives for these.
describe("the input of a Sequential", function()
  local layers = ln.layers
  local function shape_of(...) return tostring(select(1, ...).shape) end
  local function refuses(model, x, text)
    has(error_of(model, x), text)
    has(error_of(model.predict, model, x, {verbose = 0}), text)
  end

  it("has its rank adjusted: (batch,) serves for (batch, 1), and the other way round", function()
    local declared = {
      ln.Sequential{ln.Input{shape = {1}}, layers.Dense(1)},
      ln.Sequential{layers.Dense{1, input_shape = {1}}},
      ln.Sequential{ln.Sequential{layers.Dense{2, input_shape = {1}}}, layers.Dense(1)},
    }
    declared[4] = ln.Sequential{layers.Dense(1)}
    declared[4](ln.ones{2, 1})
    for _, model in ipairs(declared) do
      assert.equal("(6, 1)", shape_of(model(ln.ones{6})))
      assert.equal("(6, 1)", shape_of(model(ln.ones{6, 1, 1})))
      model:compile{loss = "mse", optimizer = "sgd"}
      model:fit(ln.ones{6}, ln.ones{6}, {verbose = 0})
      assert.equal("(6, 1)", shape_of(model:predict(ln.ones{6}, {verbose = 0})))
    end
    assert.equal("(2, 3)", shape_of(ln.Sequential{ln.Input{shape = {3, 1}}, layers.Flatten()}(
      ln.ones{2, 3})))
    local square = ln.Sequential{ln.Input{shape = {4, 4}}, layers.Flatten(), layers.Dense(1)}
    assert.equal("(2, 1)", shape_of(square(ln.ones{2, 4, 4, 1})))
  end)

  it("is refused when it has another rank or size than was declared", function()
    local square = ln.Sequential{ln.Input{shape = {4, 4}}, layers.Flatten(), layers.Dense(1)}
    refuses(square, ln.ones{2, 16}, "expected an input of shape (None, 4, 4), got (2, 16)")
    refuses(square, ln.ones{2, 5, 4}, "got shape (2, 20)")
    local flat = ln.Sequential{ln.Input{shape = {4, 4}}, layers.Flatten()}
    refuses(flat, ln.ones{2, 8, 2}, "expected an input of shape (None, 4, 4), got (2, 8, 2)")
    local row = ln.Sequential{ln.Input{shape = {3}, name = "row"}, layers.Dense(1), name = "m"}
    local text = "in layer 'row' of 'm': expected an input of shape (None, 3), got (2, 2, 3)"
    refuses(row, ln.ones{2, 2, 3}, text)
    refuses(row, ln.ones{3}, "got (3,)")
    row:add(layers.Dense(2))
    refuses(row, ln.ones{2, 2, 3}, text)
    row:pop()
    refuses(row, ln.ones{2, 2, 3}, text)
    local outer = ln.Sequential{row, layers.Dense(2), name = "outer"}
    refuses(outer, ln.ones{2, 2, 3}, "expected an input of shape (None, 3), got (2, 2, 3)")
    local x = ln.Input{shape = {2, 3}}
    has(error_of(row, x), "expected an input of shape (None, 3), got (")
    assert.equal("(5, 1)", shape_of(row(ln.ones{5, 3})))
  end)

  it("keeps the rank of the first batch where none was declared, not its sizes", function()
    local model = ln.Sequential{layers.Flatten(), layers.Dense(1)}
    model(ln.ones{2, 4, 4})
    assert.equal("(2, 1)", shape_of(model(ln.ones{2, 8, 2})))
    refuses(model, ln.ones{2, 16}, "expected an input of shape (None, 4, 4), got (2, 16)")
    local free = ln.Sequential{layers.Dense(1)}
    has(error_of(free, ln.ones{6}), "expected an input of rank at least 2")
    assert.equal("(6, 1)", shape_of(free(ln.ones{6, 3})))
    assert.equal("(2, 7, 1)", shape_of(ln.Sequential{ln.Input{shape = {false, 3}},
      layers.Dense(1)}(ln.ones{2, 7, 3})))
  end)

  it("is cast to the dtype of its Input, any batch size being right", function()
    local whole = ln.Sequential{ln.Input{shape = {2}, dtype = "int32"}, layers.Identity()}
    assert.equal("int32", whole(ln.full({1, 2}, 1.7)).dtype)
    assert.same({{1, 1}}, whole(ln.full({1, 2}, 1.7)):totable())
    local four = ln.Sequential{ln.Input{batch_shape = {4, 3}}, layers.Dense(1)}
    assert.equal("(2, 1)", shape_of(four(ln.ones{2, 3})))
    local x = ln.Input{batch_shape = {4, 3}}
    assert.equal("(2, 1)", shape_of(ln.Model{inputs = x, outputs = layers.Dense(1)(x)}(
      ln.ones{2, 3})))
  end)

  it("may be given by name or in a list", function()
    local model = ln.Sequential{ln.Input{shape = {3}, name = "row"}, layers.Dense(1)}
    local x = ln.random.normal{2, 3}
    assert.is_true(model{row = x} == model(x))
    assert.is_true(model{x} == model(x))
    assert.is_true(model:predict({row = x}, {verbose = 0}) == model(x))
    has(error_of(model, {column = x}), "input 'row' is missing")
    has(error_of(model, {row = x, column = x}), "there is no input 'column'")
    has(error_of(model, {x, x}), "expected 1 input, got 2")
    local free = ln.Sequential{layers.Dense(1)}
    assert.equal("(2, 1)", shape_of(free{input_layer = x}))
  end)
end)
