-- ln.utils.pad_sequences and ln.utils.timeseries_dataset_from_array.
local ln = require "lunate"
local fails = require "support.fails"

describe("pad_sequences", function()
  local pad = ln.utils.pad_sequences
  local lists = {{1}, {2, 3}, {4, 5, 6}}

  it("fills up and cuts, before or after", function()
    local function got(options) return pad(lists, options):totable() end
    assert.same({{0, 0, 1}, {0, 2, 3}, {4, 5, 6}}, got())
    assert.equal("int32", pad(lists).dtype)
    assert.same({{1, 0, 0}, {2, 3, 0}, {4, 5, 6}}, got{padding = "post"})
    assert.same({{0, 1}, {2, 3}, {5, 6}}, got{maxlen = 2})
    assert.same({{0, 1}, {2, 3}, {4, 5}}, got{maxlen = 2, truncating = "post"})
    assert.same({{1, -1}, {2, 3}, {5, 6}}, got{maxlen = 2, padding = "post", value = -1})
    assert.same({{0, 0, 0, 1}, {0, 0, 2, 3}, {0, 4, 5, 6}}, got{maxlen = 4})
    assert.same({{0.5, 1}, {2, 3}, {5, 6}}, got{maxlen = 2, dtype = "float32", value = 0.5})
  end)

  it("takes tensors, vectors as steps, and what is empty", function()
    local x = pad({ln.tensor{{1, 2}}, {}, {{3, 4}, {5, 6}}}, {dtype = "float64"})
    assert.same({{{0, 0}, {1, 2}}, {{0, 0}, {0, 0}}, {{3, 4}, {5, 6}}}, x:totable())
    assert.equal("float64", x.dtype)
    assert.same({{2, 3}, {5, 6}}, pad(ln.tensor{{1, 2, 3}, {4, 5, 6}}, {maxlen = 2}):totable())
    assert.equal("(2, 0)", tostring(pad{{}, {}}.shape))
    assert.equal("(1, 3)", tostring(pad({{}}, {maxlen = 3}).shape))
    assert.equal("(0, 0)", tostring(pad{}.shape))
    assert.same({{1, -2}}, pad{{1.7, -2.7}}:totable())   -- cut off, as numpy does
    local one = {7, 8, 9}
    pad({one}, {maxlen = 1})
    assert.same({7, 8, 9}, one)
  end)

  it("says what is wrong", function()
    fails("sequence 2: a list or a tensor expected, got 2", pad, {{1}, 2})
    fails("sequence 2: a list or a tensor expected", pad, {{1}, ln.ones{}})
    fails("list of sequences or a tensor of rank 2", pad, 3)
    fails("list of sequences or a tensor of rank 2", pad, ln.ones{3})
    fails("list of sequences or a tensor of rank 2", pad, nil)
    fails("sequence 1 should be a list without holes", pad, {{1, nil, 3}})
    fails("sequences should be a list without holes", pad, {{1}, nil, {3}})
    fails("sequence 2 has steps of other shapes", pad, {{{1, 2}}, {{1, 2, 3}}})
    fails("sequence 2 has steps of other shapes", pad, {{1, 2}, {{1, 2}}})
    fails("sequence 1: .*numbers expected", pad, {{"a"}})
    fails("sequence 1: .*does not fit uint8", pad, {{300}}, {dtype = "uint8"})
    fails("does not fit uint8", pad, {{1}, {1, 2}}, {dtype = "uint8", value = -1})
    fails("maxlen", pad, lists, {maxlen = 0})
    fails("padding", pad, lists, {padding = "both"})
    fails("truncating", pad, lists, {truncating = "mid"})
    fails("dtype", pad, lists, {dtype = "int"})
    fails("unknown option 'max'", pad, lists, {max = 3})
  end)
end)

describe("timeseries_dataset_from_array", function()
  local from_array = ln.utils.timeseries_dataset_from_array
  local data = ln.arange(0, 12)

  -- The batches of a pass: lists of x, and of y.
  local function pass(ds)
    local xs, ys = {}, {}
    for x, y in ds:iterate() do
      xs[#xs + 1], ys[#ys + 1] = x:totable(), y and (y.rank > 0 and y:totable() or y:item())
    end
    return xs, ys
  end

  it("slides a window over the series", function()
    local ds = from_array(data, nil, {sequence_length = 10, batch_size = 2})
    assert.same({{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
                 {{2, 3, 4, 5, 6, 7, 8, 9, 10, 11}}}, (pass(ds)))
    assert.equal(2, #ds)
    assert.equal(1, #from_array(data, nil, {sequence_length = 4}))
    local x = pass(from_array(data, nil, {sequence_length = 3, sequence_stride = 4,
      sampling_rate = 2}))
    assert.same({{{0, 2, 4}, {4, 6, 8}}}, x)
    assert.same({{{2, 3}, {3, 4}, {4, 5}}}, (pass(from_array(data, nil, {sequence_length = 2,
      start_index = 3, end_index = 6}))))
    assert.same({{{0}, {11}}}, (pass(from_array(data, nil, {sequence_length = 1,
      sequence_stride = 11}))))
    assert.same({{{0, 11}}}, (pass(from_array(data, nil, {sequence_length = 2,
      sampling_rate = 11}))))
  end)

  it("has the least and the largest of its options", function()
    local function got(options)
      for name, value in pairs{sequence_length = 1, sequence_stride = 1, sampling_rate = 1,
        batch_size = 1, seed = false, start_index = false, end_index = false} do
        if options[name] == nil then options[name] = value end
      end
      return (pass(from_array(data, nil, options)))
    end
    assert.equal(12, #got{})
    assert.same({{{11}}}, got{start_index = 12})
    assert.same({{{0}}}, got{start_index = 1, end_index = 1})
    assert.same({{{0, 1}}}, got{sequence_length = 2, end_index = 2})
    assert.same({{{11}}}, got{start_index = 12, end_index = 12})
    assert.equal(12, #got{shuffle = true, seed = 0})
  end)

  it("gives the target at the position where the window begins", function()
    local x, y = pass(from_array(data, data[{ {4, 12} }], {sequence_length = 3, batch_size = 5}))
    assert.same({0, 1, 2}, x[1][1])
    assert.same({{3, 4, 5, 6, 7}, {8, 9, 10, 11}}, y)
    assert.same({{8, 9, 10}}, {x[2][4]})
    -- Targets that end earlier, in lists, from a later start.
    x, y = pass(from_array({1, 2, 3, 4, 5, 6, 7}, {10, 20, 30, 40}, {sequence_length = 2,
      start_index = 2, batch_size = false}))
    assert.same({{2, 3}, {3, 4}, {4, 5}}, x)
    assert.same({20, 30, 40}, y)
    local features = ln.arange(0, 24):reshape{12, 2}
    for a, b in from_array(features, features, {sequence_length = 3}):iterate() do
      assert.equal("(10, 3, 2)", tostring(a.shape))
      assert.equal("(10, 2)", tostring(b.shape))
      assert.same({{2, 3}, {4, 5}, {6, 7}}, a[2]:totable())
      assert.same({2, 3}, b[2]:totable())
    end
    local ids = ln.arange(0, 12, 1, {dtype = "int32"})
    for a, b in from_array(data, ids, {sequence_length = 3}):iterate() do
      assert.equal("float32int32", a.dtype .. b.dtype)
    end
  end)

  it("shuffles each pass in another order, by its seed alone", function()
    local function order(seed)
      ln.set_seed(1)
      local ds = from_array(ln.arange(0, 50), ln.arange(0, 50), {sequence_length = 2,
        shuffle = true, seed = seed, batch_size = 50})
      local orders = {}
      for k = 1, 2 do
        for x, y in ds:iterate() do
          orders[k] = y:totable()
          assert.is_true(x[{ {}, 1 }] == y)
        end
      end
      return orders
    end
    local a, b, c = order(3), order(3), order(4)
    assert.same(a, b)
    assert.not_same(a[1], a[2])
    assert.not_same(a[1], c[1])
    table.sort(a[1])
    assert.same(ln.arange(0, 49):totable(), a[1])
    assert.same(order(nil), order(nil))
  end)

  it("trains a model", function()
    local series = ln.arange(0, 100):reshape{100, 1} / 100
    local ds = from_array(series, series[{ {4, 100}, {} }], {sequence_length = 3, batch_size = 16})
    local model = ln.Sequential{ln.layers.Flatten{input_shape = {3, 1}}, ln.layers.Dense(1)}
    model:compile{loss = "mse", optimizer = "adam"}
    local history = model:fit(ds, nil, {epochs = 2, verbose = 0})
    assert.equal(7, history.params.steps)
  end)

  it("says what is wrong", function()
    local function refused(pattern, options, x, y)
      fails(pattern, from_array, x or data, y, options)
    end
    refused("option 'sequence_length' is required", {})
    refused("sequence_length", {sequence_length = 0})
    refused("a window of 13 steps, 1 apart, takes more than the 12 points from 1 to 12",
      {sequence_length = 13})
    refused("from 1 to 12", {sequence_length = 1 << 62, sampling_rate = 8})
    refused("from 3 to 5", {sequence_length = 2, sampling_rate = 3, start_index = 3, end_index = 5})
    refused("start_index = 13, and data has 12 points", {sequence_length = 1, start_index = 13})
    refused("end_index = 13, and data has 12 points", {sequence_length = 1, end_index = 13})
    refused("end_index = 4 is before start_index = 5",
      {sequence_length = 1, start_index = 5, end_index = 4})
    refused("sampling_rate should be less than the 12", {sequence_length = 1, sampling_rate = 12})
    refused("sequence_stride should be less than the 12",
      {sequence_length = 1, sequence_stride = 12})
    refused("targets ends at 2, before the first window, which begins at 3",
      {sequence_length = 1, start_index = 3}, nil, {1, 2})
    refused("batch_size is an integer >= 1, or false", {sequence_length = 1, batch_size = 0})
    refused("batch_size is an integer >= 1, or false", {sequence_length = 1, batch_size = "a"})
    refused("data should be a tensor or a list, got 3", {sequence_length = 1}, 3)
    refused("targets should be a tensor or a list, got true", {sequence_length = 1}, nil, true)
    refused("data should have a time axis", {sequence_length = 1}, ln.ones{})
    refused("data: .*ragged", {sequence_length = 1}, {{1}, {1, 2}})
    refused("unknown option 'length'", {length = 3})
  end)
end)
