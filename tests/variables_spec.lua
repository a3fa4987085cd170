-- A variable serves wherever a tensor does: what is done with it is what is done with its value.

local ln = require "lunate"
local scratch = require "support.scratch"

local P = ln.preprocessing

local x, y = ln.random.normal({12, 2}, {seed = 1}), ln.random.normal({12, 1}, {seed = 2})
local ids = ln.tensor({0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2}, {dtype = "int32"})
local vx, vy = ln.Variable(x), ln.Variable(y)
local vids = ln.Variable(ids, {trainable = false, dtype = "int32"})

local folder
setup(function() folder = scratch.folder() end)
teardown(function() folder:remove() end)

local function each_way(f)
  ln.set_seed(5)
  local expected = table.pack(f(x, y, ids))
  ln.set_seed(5)
  local got = table.pack(f(vx, vy, vids))
  assert.equal(expected.n, got.n)
  for i = 1, expected.n do assert.is_true(expected[i] == got[i]) end
end

describe("a variable in the place of a tensor", function()
  it("is cut into batches and parts", function()
    each_way(function(a, b)
      local parts = {}
      for bx, by in ln.data.batches(a, b, {batch_size = 5, shuffle = true}) do
        parts[#parts + 1], parts[#parts + 2] = bx, by
      end
      return table.unpack(parts)
    end)
    each_way(function(a, b, c)
      return P.train_test_split(a, b, c, {test_size = 3, random_state = 1, stratify = c})
    end)
    each_way(function(a, b)
      local parts = {}
      for bx, by in ln.data.Dataset.from_tensors(a, b):batch(4):iterate() do
        parts[#parts + 1], parts[#parts + 2] = bx, by
      end
      return table.unpack(parts)
    end)
  end)

  it("is scaled and encoded", function()
    for _, name in ipairs{"StandardScaler", "MinMaxScaler"} do
      each_way(function(a)
        local scaler = P[name]()
        local z = scaler:fit_transform(a)
        return z, scaler:inverse_transform(z)
      end)
    end
    each_way(function(_, _, c) return P.LabelEncoder():fit_transform(c) end)
    local column, kept = ids:reshape{12, 1}, ln.Variable(ids:reshape{12, 1}, {trainable = false})
    assert.is_true(P.OneHotEncoder():fit_transform(column)
      == P.OneHotEncoder():fit_transform(kept))
  end)

  it("is learned from by estimators, and makes centres", function()
    each_way(function(a, _, c)
      return ln.neighbors.KNeighborsClassifier{n_neighbors = 1}:fit(a, c):predict(a)
    end)
    each_way(function(a) return ln.datasets.make_blobs{n_samples = 9, centers = a} end)
  end)

  it("is drawn", function()
    local plots = {
      hist = {vy}, scatter = {vx}, heatmap = {vx}, line = {ln.Variable(ln.ones{5})},
      images = {ln.Variable(ln.ones{2, 4, 4})}, confusion_matrix = {vids, vids},
    }
    local plain = {
      hist = {y}, scatter = {x}, heatmap = {x}, line = {ln.ones{5}}, images = {ln.ones{2, 4, 4}},
      confusion_matrix = {ids, ids},
    }
    for name, arguments in pairs(plots) do
      local text = {}
      for i, given in ipairs{plain[name], arguments} do
        local file = ("%s%d.svg"):format(name, i)
        table.insert(given, {to_file = folder.path .. "/" .. file})
        ln.plot[name](table.unpack(given))
        text[i] = folder:read(file)
      end
      assert.equal(text[1], text[2], name)
    end
  end)

  it("trains and is predicted for", function()
    each_way(function(a, b)
      local model = ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}
      model:compile{loss = "mse", metrics = {"mae"}}
      model:fit(a, b, {verbose = 0, batch_size = 5, validation_data = {a, b},
        sample_weight = b * b})
      model:fit(a, b, {verbose = 0, validation_split = 0.25})
      for _ = 1, 3 do model:fit(a, b, {verbose = 0, batch_size = 12}) end
      for _ = 1, 2 do model:train_on_batch(a, b) end
      return model:predict(a), model:predict(a), model:predict_on_batch(a), model(a),
        model:evaluate(a, b, {verbose = 0})
    end)
  end)
end)
