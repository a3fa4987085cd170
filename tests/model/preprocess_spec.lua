-- Models that begin with layers of strings or ids: trained, called, saved, functional and in
-- Datasets; what they refuse.
local ln = require "lunate"
local core = require "lunate.core"
local scratch = require "support.scratch"

local layers = ln.layers
local function message(f, ...) return scratch.message(f, ...) end

local texts = {"the cat sat", "the dog ran!", "A cat sat", "dogs ran far away"}
local y = ln.tensor{1, 0, 1, 0}

local function vectorizer(options)
  local v = layers.TextVectorization(options)
  v:adapt(texts)
  return v
end

local function sequential(v)
  v = v or vectorizer()
  local model = ln.Sequential{v, layers.Embedding{v:vocabulary_size(), 4, mask_zero = true},
    layers.GlobalAveragePooling1D(), layers.Dense{1, activation = "sigmoid"}}
  model:compile{loss = "binary_crossentropy", optimizer = "adam", metrics = {"accuracy"}}
  return model
end

-- The same model on ids that were made before.
local function on_ids(model)
  local inner = ln.Sequential{table.unpack(model.layers, 2)}
  return inner
end

local function temporary(ending)
  return os.tmpname() .. ending
end

describe("a Sequential that begins with TextVectorization", function()
  it("computes what its other layers make of the ids", function()
    local model = sequential()
    local ids = model.layers[1](texts)
    local want = on_ids(model)(ids)
    assert.is_true(model(texts) == want)
    assert.is_true(model:predict(texts) == want)
    for _ = 1, 2 do assert.is_true(model:predict(texts) == want) end
    assert.is_true(model:predict_on_batch(texts) == want)
    local column = {}
    for i, text in ipairs(texts) do column[i] = {text} end
    assert.is_true(model:predict(column) == want)
    assert.is_true(model{texts[1]} == want[{ {1, 1} }]
      or (model{texts[1]} - want[{ {1, 1} }]):abs():max():item() < 1e-6)
  end)

  it("trains on texts as on their ids, to the bit", function()
    local function trained(data_of)
      ln.set_seed(7)
      local v = vectorizer{output_sequence_length = 5}
      local model = sequential(v)
      local history = model:fit(data_of(v), y, {epochs = 3, batch_size = 2, verbose = 0,
        validation_split = 0.25})
      return history.history, model
    end
    local a, model = trained(function() return texts end)
    ln.set_seed(7)
    local v = vectorizer{output_sequence_length = 5}
    local inner = ln.Sequential{layers.Embedding{v:vocabulary_size(), 4, mask_zero = true},
      layers.GlobalAveragePooling1D(), layers.Dense{1, activation = "sigmoid"}}
    inner:compile{loss = "binary_crossentropy", optimizer = "adam", metrics = {"accuracy"}}
    local b = inner:fit(v(texts), y, {epochs = 3, batch_size = 2, verbose = 0,
      validation_split = 0.25}).history
    assert.same(b, a)
    assert.same({inner:evaluate(v(texts), y, {verbose = 0})},
      {model:evaluate(texts, y, {verbose = 0})})
    assert.same({inner:train_on_batch(v(texts), y)}, {model:train_on_batch(texts, y)})
    assert.same({inner:train_on_batch(v(texts), y)}, {model:train_on_batch(texts, y)})
    assert.same({inner:test_on_batch(v(texts), y)}, {model:test_on_batch(texts, y)})
  end)

  it("computes ids of tensors, call after call", function()
    local model = ln.Sequential{layers.IntegerLookup{vocabulary = {5, 7}, output_mode = "one_hot"},
      layers.Dense(1)}
    local ids = ln.tensor({5, 7, 1, 5}, {dtype = "int64"})
    local want = model(ids)
    for _ = 1, 3 do assert.is_true(model:predict(ids) == want) end
    model:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 0.1}}
    local twin = ln.Sequential{layers.Dense{1, input_shape = {3}}}
    twin:set_weights(model:get_weights())
    twin:compile{loss = "mse", optimizer = ln.optimizers.SGD{learning_rate = 0.1}}
    local hot = model.layers[1](ids):astype("float32")
    for _ = 1, 3 do
      assert.same({twin:train_on_batch(hot, y)}, {model:train_on_batch(ids, y)})
      local options = {verbose = 0, epochs = 1}
      assert.same(twin:fit(hot, y, options).history, model:fit(ids, y, options).history)
    end
  end)

  -- Here ids go in and ids come out of the first layer.
  it("does not take ids for what is made of them", function()
    local function rest()
      return layers.Embedding{3, 2}, layers.GlobalAveragePooling1D(), layers.Dense(1)
    end
    local lookup = layers.IntegerLookup{vocabulary = {2, 1}}
    local model, twin = ln.Sequential{lookup, rest()}, ln.Sequential{rest()}
    local ids = ln.tensor({{2, 1}, {1, 1}, {0, 2}, {2, 2}}, {dtype = "int64"})
    local want = model(ids)
    for _ = 1, 3 do assert.is_true(model:predict(ids) == want) end
    twin(lookup(ids))
    twin:set_weights(model:get_weights())
    model:compile{loss = "mse", optimizer = "sgd"}
    twin:compile{loss = "mse", optimizer = "sgd"}
    for _ = 1, 3 do
      assert.same({twin:train_on_batch(lookup(ids), y)}, {model:train_on_batch(ids, y)})
      assert.same({twin:test_on_batch(lookup(ids), y)}, {model:test_on_batch(ids, y)})
    end
  end)

  it("takes Datasets of texts", function()
    local model = sequential()
    local ds = ln.data.Dataset.from_tensors(texts, y)
    model:fit(ds:shuffle(4):batch(2), nil, {epochs = 2, verbose = 0})
    assert.is_true((model:predict(ds:batch(4)) - model:predict(texts)):abs():max():item() < 1e-6)
    assert.matches("batch them", message(model.fit, model, ds, nil, {verbose = 0}), 1, true)
    local mapped = ds:batch(2):map(function(x, label) return model.layers[1](x), label end)
    assert.equal("int64", mapped:iterate()().dtype)
  end)

  it("is saved with its vocabulary, and goes on", function()
    for _, options in ipairs{{}, {output_mode = "tf_idf"}, {output_mode = "count", max_tokens = 5,
        pad_to_max_tokens = true}, {vocabulary = {"cat", "ran"}}, {split = "character"}} do
      local v = layers.TextVectorization(options)
      if not options.vocabulary then v:adapt(texts) end
      local model = (options.output_mode) and ln.Sequential{v, layers.Dense{1}} or sequential(v)
      model:compile{loss = "mse", optimizer = "adam"}
      model:fit(texts, y, {verbose = 0})
      local path = temporary(".keras")
      model:save(path)
      local back = ln.load_model(path)
      assert.same(v:get_vocabulary(), back.layers[1]:get_vocabulary())
      assert.is_true(back:predict(texts) == model:predict(texts))
      back:fit(texts, y, {verbose = 0})
      model:fit(texts, y, {verbose = 0})
      assert.is_true((back:predict(texts) - model:predict(texts)):abs():max():item() < 1e-6)
      back:save(path)
      assert.same(v:get_vocabulary(), ln.load_model(path).layers[1]:get_vocabulary())
      os.remove(path)
    end
  end)

  it("keeps Keras's files and configs", function()
    local model = sequential(vectorizer{ngrams = 2})
    model:predict(texts)
    local path = temporary(".keras")
    model:save(path)
    local parts = require "lunate.zip".decode(core.read_file(path))
    local list = parts["assets/layers/text_vectorization/vocabulary.txt"]
      or parts["assets/layers/" .. model.layers[1].name .. "/vocabulary.txt"]
    assert.equal(table.concat(model.layers[1]:get_vocabulary(), "\n"), list)
    local config = model.layers[1]:get_config()
    assert.equal(2, config.ngrams)
    assert.is_false(config.vocabulary)
    assert.equal(model.layers[1]:vocabulary_size(), config.vocabulary_size)
    local entry = core.serialize(model.layers[1], true)
    assert.equal("keras.layers", entry.module)
    assert.equal("TextVectorization", entry.class_name)
    assert.equal(core.null, entry.registered_name)
    -- None is not the default.
    local plain = layers.TextVectorization.from_config{standardize = core.null, split = core.null,
      vocabulary = {"A b"}}
    assert.same({{2}}, plain{"A b"}:totable())
    os.remove(path)
  end)

  it("says which formats have no place for a vocabulary", function()
    local model = sequential()
    model:predict(texts)
    assert.matches("an .h5 file has no place",
      message(model.save, model, temporary(".h5")), 1, true)
    local given = sequential(layers.TextVectorization{vocabulary = {"cat", "dog"}})
    given:predict(texts)
    local path = temporary(".h5")
    given:save(path)
    assert.is_true(ln.load_model(path):predict(texts) == given:predict(texts))
    os.remove(path)
  end)

  it("has a summary", function()
    local model, lines = sequential(vectorizer{output_sequence_length = 5}), {}
    model:summary{print_fn = function(line) lines[#lines + 1] = line end}
    local text = table.concat(lines, "\n")
    assert.matches("(None, 5)", text, 1, true)
    assert.is_nil(text:match("TextVectorization[^\n]*unbuilt"))
  end)

  it("knows shapes where its input is declared", function()
    local v = vectorizer{output_mode = "multi_hot"}
    local model = ln.Sequential{ln.Input{shape = {1}, dtype = "string"}, v, layers.Dense(2)}
    assert.is_true(model.built)
    assert.equal("(None, 2)", tostring(model.output_shape))
    assert.equal("string", model.inputs[1].dtype)
    assert.same({4, 2}, {table.unpack(model:predict(texts).shape)})
    assert.equal("string", ln.Sequential.from_config(model:get_config()).inputs[1].dtype)
    assert.matches("is of strings, got a tensor", message(model.predict, model, ln.ones{2, 1}), 1,
      true)
    model:pop()
    assert.is_true(model:predict(texts) == v(texts):astype("float32"))
  end)
end)

describe("a functional model with inputs of strings and ids", function()
  local function build()
    local color = ln.Input{shape = {1}, dtype = "string", name = "color"}
    local size = ln.Input{shape = {1}, dtype = "int64", name = "size"}
    local weight = ln.Input{shape = {1}, name = "weight"}
    local a = layers.StringLookup{vocabulary = {"red", "green"}, output_mode = "one_hot"}(color)
    local b = layers.IntegerLookup{vocabulary = {3, 5}, output_mode = "one_hot"}(size)
    local c = layers.HashedCrossing{4, output_mode = "one_hot"}{color, size}
    local all = layers.concatenate{a, b, c, weight}
    return ln.Model{inputs = {color, size, weight}, outputs = layers.Dense{1, name = "out"}(all)}
  end
  local x = {color = {"red", "blue", "green"}, size = ln.tensor({3, 4, 5}, {dtype = "int64"}),
    weight = ln.tensor{0.5, 1, 2}}
  local list = {x.color, x.size, x.weight}

  it("computes and trains, inputs by name or in a list", function()
    local model = build()
    local kernel, bias = table.unpack(model:get_layer("out"):get_weights())
    local one = layers.StringLookup{vocabulary = {"red", "green"}, output_mode = "one_hot"}(x.color)
    local two = layers.IntegerLookup{vocabulary = {3, 5}, output_mode = "one_hot"}(x.size)
    local three = layers.HashedCrossing{4, output_mode = "one_hot"}{x.color, x.size}
    local features = ln.concatenate({one:astype("float32"), two:astype("float32"), three,
      x.weight:reshape{3, 1}}, {axis = 2})
    local want = features:matmul(kernel) + bias
    for _ = 1, 2 do
      assert.is_true((model:predict(x) - want):abs():max():item() < 1e-6)
      assert.is_true((model:predict(list) - want):abs():max():item() < 1e-6)
    end
    assert.is_true((model(x) - want):abs():max():item() < 1e-6)
    assert.is_true((model(list) - want):abs():max():item() < 1e-6)
    model:compile{loss = "mse", optimizer = ln.optimizers.Adam{learning_rate = 0.1}}
    local target = ln.tensor{1, 2, 3}
    local history = model:fit(x, target, {epochs = 50, verbose = 0}).history.loss
    assert.is_true(history[50] < history[1] / 4)
    local ds = ln.data.Dataset.from_tensors(x, target):batch(2)
    model:fit(ds, nil, {verbose = 0})
    assert.is_true((model:predict(ds) - model:predict(x)):abs():max():item() < 1e-5)
  end)

  it("is saved, cloned and made from JSON", function()
    local model = build()
    for _, ending in ipairs{".keras", ".h5"} do
      local path = temporary(ending)
      model:save(path)
      assert.is_true(ln.load_model(path):predict(x) == model:predict(x))
      os.remove(path)
    end
    local again = ln.model_from_json(model:to_json())
    again:set_weights(model:get_weights())
    assert.is_true(again:predict(x) == model:predict(x))
    local clone = ln.clone_model(model)
    clone:set_weights(model:get_weights())
    assert.is_true(clone:predict(x) == model:predict(x))
  end)

  it("refuses what no layer takes", function()
    local text = ln.Input{shape = {1}, dtype = "string"}
    assert.matches("it takes numbers, and got strings", message(layers.Dense(1), text), 1, true)
    assert.matches("into layers that take them", message(ln.Model, {inputs = text, outputs = text}),
      1, true)
    local hidden = layers.Dense(1)(ln.Input{shape = {1}})
    assert.matches("no layer that computes comes before it", message(function()
      local a = ln.Input{shape = {1}}
      local ids = layers.IntegerLookup{vocabulary = {1}}(layers.Dense(1)(a))
      return ln.Model{inputs = a, outputs = ids}
    end), 1, true)
    assert.matches("takes strings, the input is of",
      message(layers.StringLookup(), hidden), 1, true)
    assert.matches("begin it with TextVectorization", message(function()
      ln.Sequential{layers.Dense{1, input_shape = {1}}}:predict{"a"}
    end), 1, true)
    assert.matches("no layer that computes comes before", message(function()
      ln.Sequential{layers.Dense{1, input_shape = {1}}, layers.IntegerLookup()}
    end), 1, true)
    assert.matches("input 'size' is of numbers", message(function()
      local bad = {color = x.color, size = {"3", "4", "5"}, weight = x.weight}
      build():predict(bad)
    end), 1, true)
    assert.matches("y should be numbers, got strings", message(function()
      local model = sequential()
      model:fit(texts, {"a", "b", "a", "b"}, {verbose = 0})
    end), 1, true)
    local model = sequential()
    model:predict(texts)
    assert.matches("cannot be a part of another", message(model, ln.Input{shape = {1},
      dtype = "string"}), 1, true)
  end)

  it("may have a model that only preprocesses as its first layer", function()
    local front = ln.Sequential{vectorizer{output_mode = "count"}}
    local model = ln.Sequential{front, layers.Dense(1)}
    assert.same({4, 1}, {table.unpack(model:predict(texts).shape)})
    assert.is_true(front(texts) == front.layers[1](texts))
    assert.is_true(front:predict(texts):astype("int64") == front.layers[1](texts))
  end)
end)
