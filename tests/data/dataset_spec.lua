-- ln.data.Dataset: sources, stages, batches, and training on it.
local ln = require "lunate"
local scratch = require "support.scratch"

local Dataset = ln.data.Dataset
local x, y = ln.arange(0, 12):reshape{6, 2}, ln.arange(0, 6)

-- What one part (the first) of every element is, as tables and numbers.
local function collect(ds, part)
  local list = {}
  for a, b, c in ds:iterate() do
    local value = ({a, b, c})[part or 1]
    list[#list + 1] = value.rank == 0 and value:item() or value:totable()
  end
  return list
end

local function numbers(n, fields)
  return Dataset.from_generator(function()
    for i = 1, n do coroutine.yield(i) end
  end, fields)
end

local function message(f, ...) return scratch.message(f, ...) end

describe("data.Dataset", function()
  describe("from_tensors", function()
    it("gives the rows, each pass anew", function()
      local ds = Dataset.from_tensors(x, y)
      assert.equal(6, ds.length)
      assert.equal(6, #ds)
      for _ = 1, 2 do
        assert.same({{0, 1}, {2, 3}, {4, 5}, {6, 7}, {8, 9}, {10, 11}}, collect(ds))
        assert.same({0, 1, 2, 3, 4, 5}, collect(ds, 2))
      end
    end)

    it("keeps dtypes and groups", function()
      local labels = y:astype("uint8")
      for part, label in Dataset.from_tensors({wide = x, deep = y}, labels):batch(4):iterate() do
        assert.equal("uint8", label.dtype)
        assert.equal(2, part.wide.rank)
        assert.is_true(part.deep == label:astype("float32"))
      end
      for parts in Dataset.from_tensors({x, y}):iterate() do
        assert.same({2}, {table.unpack(parts[1].shape)})
        assert.equal(0, parts[2].rank)
      end
    end)

    it("says what is wrong", function()
      assert.matches("at least one tensor", message(Dataset.from_tensors), 1, true)
      assert.matches("tensor 2 has 3 rows, the first 6",
        message(Dataset.from_tensors, x, ln.arange(0, 3)), 1, true)
      assert.matches("got shape ()", message(Dataset.from_tensors, ln.tensor(3)), 1, true)
      assert.matches("argument 2 is nil", message(Dataset.from_tensors, x, nil), 1, true)
      assert.matches("from_tensors(x, y)", message(Dataset), 1, true)
    end)
  end)

  describe("from_generator", function()
    it("takes a function that yields", function()
      local ds = numbers(4)
      assert.is_nil(ds.length)
      assert.same({1, 2, 3, 4}, collect(ds))
      assert.same({1, 2, 3, 4}, collect(ds))
      assert.same({}, collect(numbers(0)))
    end)

    it("takes a function that returns an iterator, with its state", function()
      local ds = Dataset.from_generator(function()
        return ln.data.batches(x, y, {batch_size = 4})
      end)
      assert.same({{0, 1, 2, 3}, {4, 5}}, collect(ds, 2))
      local values = {10, 20, 30}
      ds = Dataset.from_generator(function() return ipairs(values) end)
      assert.same({10, 20, 30}, collect(ds, 2))
    end)

    it("takes a coroutine, for one pass", function()
      local ds = Dataset.from_generator(coroutine.create(function()
        for i = 1, 3 do coroutine.yield({i, i}) end
      end))
      assert.same({{1, 1}, {2, 2}, {3, 3}}, collect(ds))
      assert.matches("gives its elements once", message(collect, ds), 1, true)
    end)

    it("holds it to a declared length", function()
      assert.equal(3, #numbers(3, {length = 3}))
      assert.same({1, 2, 3}, collect(numbers(3, {length = 3})))
      assert.matches("length = 4 was declared, the generator gives 3",
        message(collect, numbers(3, {length = 4})), 1, true)
      assert.matches("length = 2 was declared, the generator gives more",
        message(collect, numbers(3, {length = 2})), 1, true)
    end)

    it("passes errors on and closes what an ended loop leaves", function()
      local closed = false
      local ds = Dataset.from_generator(function()
        local guard <close> = setmetatable({}, {__close = function() closed = true end})
        coroutine.yield(guard and 1)
        error("no second element")
      end)
      assert.matches("no second element", message(collect, ds), 1, true)
      assert.is_true(closed)
      closed = false
      local count = 0
      for _ in ds:batch(1):map(function(a) return a end):iterate() do
        count = count + 1
        if count == 1 then break end
      end
      assert.is_true(closed)
    end)

    it("refuses what is no generator or no tensor", function()
      assert.matches("a function or a coroutine expected, got number",
        message(Dataset.from_generator, 3), 1, true)
      assert.matches("elements should be tensors or strings", message(collect,
        Dataset.from_generator(function() coroutine.yield(print) end)), 1, true)
      assert.matches("it returned a number", message(collect,
        Dataset.from_generator(function() return 3 end)), 1, true)
      assert.matches("lenght", message(Dataset.from_generator, print, {lenght = 1}), 1, true)
      assert.matches("no known length", message(function() return #numbers(2) end), 1, true)
    end)
  end)

  describe("from_csv", function()
    local folder, path
    before_each(function()
      folder = scratch.folder()
      local lines = {"a,b,label"}
      for i = 1, 2500 do lines[i + 1] = ("%d,%d.5,%d"):format(i, i, i % 3) end
      path = folder:write("table.csv", table.concat(lines, "\n") .. "\n")
    end)
    after_each(function() folder:remove() end)

    it("gives rows, or rows and labels", function()
      local ds = Dataset.from_csv(path)
      assert.is_nil(ds.length)
      assert.same({"a", "b", "label"}, ds.columns)
      assert.same({{1, 1.5, 1}, {2, 2.5, 2}}, collect(ds:take(2)))
      ds = Dataset.from_csv(path, {label = "a"})
      assert.same({"b", "label"}, ds.columns)
      assert.same({{1.5, 1}, {2.5, 2}}, collect(ds:take(2)))
      assert.same({1, 2}, collect(ds:take(2), 2))
      ds = Dataset.from_csv(path, {label = {3, "b"}, columns = {"b", "label", "a"}})
      assert.same({{1}, {2}}, collect(ds:take(2)))
      assert.same({{1, 1.5}, {2, 2.5}}, collect(ds:take(2), 2))
    end)

    it("reads the whole file in batches, on a thread or not", function()
      local whole = ln.data.read_csv(path)
      for _, depth in ipairs{0, 1, 3} do
        local ds = Dataset.from_csv(path):batch(700)
        if depth > 0 then ds = ds:prefetch(depth) end
        for _ = 1, 2 do
          local parts = {}
          for rows in ds:iterate() do parts[#parts + 1] = rows end
          assert.equal(4, #parts)
          assert.is_true(ln.concatenate(parts) == whole)
        end
      end
    end)

    it("tells of a bad row when it comes to it", function()
      local bad = folder:write("bad.csv", ("1,2\n"):rep(1500) .. "1,x\n")
      for _, ds in ipairs{Dataset.from_csv(bad), Dataset.from_csv(bad):prefetch(2)} do
        local rows = 0
        assert.matches("line 1501, column 2", message(function()
          for _ in ds:iterate() do rows = rows + 1 end
        end), 1, true)
        assert.equal(1024, rows)
      end
    end)

    it("says what is wrong at once", function()
      assert.matches("nothing.csv", message(Dataset.from_csv, "nothing.csv"), 1, true)
      assert.matches("no column price for the label; there are: a, b, label",
        message(Dataset.from_csv, path, {label = "price"}), 1, true)
      assert.matches("no column 4", message(Dataset.from_csv, path, {label = 4}), 1, true)
      assert.matches("no columns are left", message(Dataset.from_csv, path, {label = {1, 2, 3}}),
        1, true)
      assert.matches("delimeter", message(Dataset.from_csv, path, {delimeter = ";"}), 1, true)
    end)
  end)

  describe("map and filter", function()
    it("compute with Lua", function()
      local ds = Dataset.from_tensors(x, y)
        :map(function(a, b) return a:sum(), b * 10, 1 end)
        :filter(function(_, b) return b:gt(20) end)
      assert.same({13, 17, 21}, collect(ds))
      assert.same({30, 40, 50}, collect(ds, 2))
      assert.same({1, 1, 1}, collect(ds, 3))
      assert.is_nil(ds.length)
      assert.same({2, 4}, collect(numbers(5):filter(function(n) return n:item() % 2 == 0 end)))
      assert.same({}, collect(numbers(5):filter(function() return false end)))
    end)

    it("pass errors on and refuse nothing", function()
      assert.matches("nothing; it should return the new element",
        message(collect, numbers(2):map(function() end)), 1, true)
      assert.matches("oh no", message(collect, numbers(2):map(function() error("oh no") end)), 1,
        true)
      assert.matches("a function expected, got nil", message(numbers(2).map, numbers(2)), 1, true)
    end)
  end)

  describe("shuffle", function()
    local sources = {
      tensors = Dataset.from_tensors(ln.arange(0, 100)),
      generator = Dataset.from_generator(function()
        for i = 0, 99 do coroutine.yield(i) end
      end),
    }
    for name, source in pairs(sources) do
      for _, size in ipairs{1, 10, 100, 1000} do
        it(("%s with a buffer of %d"):format(name, size), function()
          ln.set_seed(1)
          local order = collect(source:shuffle(size))
          for at, value in ipairs(order) do assert.is_true(value <= at + size - 2) end
          if size == 1 then assert.equal(50, order[51]) end
          local moved = 0
          for at, value in ipairs(order) do moved = moved + (value ~= at - 1 and 1 or 0) end
          assert.is_true(size == 1 and moved == 0 or size > 1 and moved > 50)
          table.sort(order)
          for at = 1, 100 do assert.equal(at - 1, order[at]) end
        end)
      end
    end

    it("follows ln.set_seed, or its seed alone", function()
      for _, source in pairs(sources) do
        for _, size in ipairs{10, 100} do
          local ds, own = source:shuffle(size), source:shuffle(size, {seed = 3})
          ln.set_seed(1)
          local a, b = collect(ds), collect(ds)
          assert.not_same(a, b)
          ln.set_seed(1)
          assert.same(a, collect(ds))
          a, b = collect(own), collect(own)
          assert.not_same(a, b)
          ln.set_seed(2)
          assert.same(a, collect(source:shuffle(size, {seed = 3})))
          for _, seed in ipairs{3, false} do
            local fixed = source:shuffle(size,
              {seed = seed or nil, reshuffle_each_iteration = false})
            assert.same(collect(fixed), collect(fixed))
          end
        end
      end
    end)

    it("checks its arguments", function()
      local ds = sources.tensors
      assert.matches("buffer_size should be an integer >= 1, got 0", message(ds.shuffle, ds, 0), 1,
        true)
      assert.matches("buffer_size", message(ds.shuffle, ds), 1, true)
    end)
  end)

  it("repeat_, take and skip, of tensors and of Lua's elements", function()
    for _, ds in ipairs{Dataset.from_tensors(ln.arange(1, 5)), numbers(4, {length = 4})} do
      assert.same({1, 2, 3, 4, 1, 2, 3, 4}, collect(ds:repeat_(2)))
      assert.equal(8, ds:repeat_(2).length)
      assert.same({}, collect(ds:repeat_(0)))
      assert.equal(math.huge, ds:repeat_().length)
      assert.same({1, 2, 3, 4, 1, 2, 3, 4, 1, 2}, collect(ds:repeat_():take(10)))
      assert.same({2, 3}, collect(ds:skip(1):take(2)))
      assert.same({4, 1, 2, 3, 4}, collect(ds:repeat_(2):skip(3)))
      assert.same({}, collect(ds:skip(9)))
      assert.equal(0, ds:skip(9).length)
      assert.equal(3, ds:take(3).length)
      assert.same({1, 2, 3, 4}, collect(ds:take(99)))
      assert.same({}, collect(ds:take(0):repeat_()))
      assert.same({{1, 2, 3}, {4, 1, 2}, {3, 4}}, collect(ds:repeat_(2):batch(3)))
      assert.same({{3, 4}}, collect(ds:batch(2):skip(1):take(1)))
      assert.matches("n should be an integer >= 0, got -1", message(ds.take, ds, -1), 1, true)
      assert.matches("count", message(ds.repeat_, ds, 1.5), 1, true)
    end
  end)

  it("shuffles each repetition by itself", function()
    local order = collect(Dataset.from_tensors(ln.arange(0, 50)):shuffle(50):repeat_(2))
    local first, second = table.move(order, 1, 50, 1, {}), table.move(order, 51, 100, 1, {})
    assert.not_same(first, second)
    table.sort(first)
    table.sort(second)
    assert.same(first, second)
  end)

  it("shuffles each pass anew, or, with reshuffle_each_iteration = false, all alike", function()
    local rows = Dataset.from_tensors(ln.arange(0, 50))
    for _, source in ipairs{rows, rows:map(function(value) return value end)} do
      for _, size in ipairs{7, 50} do
        local anew = source:shuffle(size)
        assert.not_same(collect(anew), collect(anew))
        local fixed = source:shuffle(size, {reshuffle_each_iteration = false})
        local first = collect(fixed)
        assert.same(first, collect(fixed))
        assert.not_same(collect(source), first)
        -- Another one has another order: it follows from the seed of all.
        assert.not_same(first, collect(source:shuffle(size, {reshuffle_each_iteration = false})))
        local seeded = source:shuffle(size, {seed = 4, reshuffle_each_iteration = false})
        assert.same(collect(seeded), collect(seeded))
      end
    end
  end)

  it("filter keeps what is true: neither 0 nor false", function()
    local function kept(f) return collect(numbers(4):filter(f)) end
    assert.same({}, kept(function() return 0 end))
    assert.same({}, kept(function() return 0.0 end))
    assert.same({}, kept(function() return ln.tensor(0) end))
    assert.same({}, kept(function() return ln.tensor(false) end))
    assert.same({}, kept(function() return false end))
    assert.same({}, kept(function() return nil end))
    assert.same({1, 2, 3, 4}, kept(function() return 1 end))
    assert.same({2, 4}, kept(function(i) return (i + 1) % 2 end))
  end)

  it("zip and repeat_ close the passes that end, or are left", function()
    local open = 0
    local function source(n)
      return Dataset.from_generator(function()
        open = open + 1
        local _ <close> = setmetatable({}, {__close = function() open = open - 1 end})
        for i = 1, n do coroutine.yield(i) end
        coroutine.yield(n + 1)
      end)
    end
    for i in Dataset.zip(source(3), source(9)):iterate() do
      if i then break end
    end
    assert.equal(0, open)
    collect(Dataset.zip(source(3), source(9)))
    assert.equal(0, open)
    -- A pass of which the stage below wants no more is closed before the next begins.
    local count = 0
    for _ in source(9):take(2):repeat_(4):iterate() do
      count = count + 1
      assert.equal(1, open)
    end
    assert.equal(8, count)
    assert.equal(0, open)
    for i in source(9):repeat_():iterate() do
      if i then break end
    end
    assert.equal(0, open)
  end)

  it("zip puts parts side by side until the shortest ends", function()
    local ds = Dataset.zip(Dataset.from_tensors(x, y), numbers(4))
    assert.is_nil(ds.length)
    assert.same({0, 1, 2, 3}, collect(ds, 2))
    assert.same({1, 2, 3, 4}, collect(ds, 3))
    ds = Dataset.from_tensors(y):zip(Dataset.from_tensors(y):repeat_())
    assert.equal(6, ds.length)
    assert.same({0, 1, 2, 3, 4, 5}, collect(ds, 2))
    assert.matches("argument 2 should be a Dataset, got number",
      message(Dataset.zip, numbers(1), 3), 1, true)
  end)

  describe("batch", function()
    it("stacks; the last may be smaller or left out", function()
      for _, ds in ipairs{Dataset.from_tensors(y), numbers(6, {length = 6})} do
        assert.equal(2, ds:batch(4).length)
        assert.equal(1, ds:batch(4, {drop_remainder = true}).length)
        assert.equal(2, #collect(ds:batch(4)))
        assert.equal(1, #collect(ds:batch(4, {drop_remainder = true})))
        assert.same({1, 2, 3, 6}, (function()
          local sizes = {}
          for _, n in ipairs{6, 3, 2, 1} do sizes[#sizes + 1] = #collect(ds:batch(n)) end
          return sizes
        end)())
      end
    end)

    it("gives the same with prefetch, whatever is below it", function()
      local rows, labels = ln.random.normal{1000, 3, 2}, ln.arange(0, 1000, 1, {dtype = "int64"})
      local function make(stages)
        return stages(Dataset.from_tensors({rows, labels}, labels))
      end
      for _, stages in ipairs{
        function(ds) return ds:batch(32) end,
        function(ds) return ds:shuffle(1000, {seed = 1}):batch(32) end,
        function(ds) return ds:shuffle(50, {seed = 1}):repeat_(2):batch(33) end,
        function(ds) return ds:skip(10):take(100):batch(7, {drop_remainder = true}) end,
        function(ds) return ds:batch(32):map(function(a, b) return a[1], b end) end,
        function(ds) return ds:repeat_():batch(64):take(40) end,
        function(ds) return ds:take(0):batch(3) end,
      } do
        local plain, ahead, n = {}, make(stages):prefetch(3), 0
        for a, b in make(stages):iterate() do plain[#plain + 1] = {a[1] or a, b} end
        for a, b in ahead:iterate() do
          n = n + 1
          assert.is_true(plain[n][1] == (a[1] or a))
          assert.is_true(plain[n][2] == b)
        end
        assert.equal(#plain, n)
      end
    end)

    it("prefetches views, empty tensors and tensors closed meanwhile", function()
      local t = ln.arange(0, 24):reshape{4, 6}:transpose()
      assert.same(collect(Dataset.from_tensors(t):batch(4)),
        collect(Dataset.from_tensors(t):batch(4):prefetch(2)))
      assert.same({}, collect(Dataset.from_tensors(ln.zeros{0, 3}):batch(2):prefetch(2)))
      local big = ln.ones{1000, 10}
      local following = Dataset.from_tensors(big):batch(10):prefetch(1):iterate()
      assert.equal(100, following():sum():item())
      big:close()
      assert.equal(100, following():sum():item())
    end)

    it("ends its thread when the loop is left, and when it is forgotten", function()
      local ds = Dataset.from_tensors(ln.zeros{10000, 10}):batch(10):prefetch(4)
      local function leave()
        local count = 0
        for _ in ds:iterate() do
          count = count + 1
          if count == 2 then break end
        end
      end
      for _ = 1, 200 do leave() end
      for _ = 1, 20 do ds:iterate()() end
      collectgarbage()
      local file <close> = assert(io.open("/proc/self/status"))
      local threads = tonumber(file:read("a"):match("Threads:%s*(%d+)"))
      assert.is_true(threads < 10)
    end)

    it("wants equal shapes and parts", function()
      local ds = Dataset.from_generator(function()
        for i = 1, 3 do coroutine.yield(ln.ones{i}) end
      end)
      assert.matches("element 2 of the batch has shape (2,), the first (1,); padded_batch",
        message(collect, ds:batch(3)), 1, true)
      ds = Dataset.from_generator(function() coroutine.yield(1); coroutine.yield(1, 2) end)
      assert.matches("element 2 of the batch has other parts", message(collect, ds:batch(2)), 1,
        true)
      for _, groups in ipairs{{{a = 1}, {a = 1, b = 2}}, {{a = 1, b = 2}, {a = 1}},
          {{a = 1}, {b = 1}}} do
        local of_groups = Dataset.from_generator(function()
          for _, group in ipairs(groups) do coroutine.yield(group) end
        end)
        assert.matches("element 2 of the batch has other parts",
          message(collect, of_groups:batch(2)), 1, true)
      end
      assert.matches("batch_size should be an integer >= 1, got 0", message(ds.batch, ds, 0), 1,
        true)
      assert.matches("drop", message(ds.batch, ds, 1, {drop = true}), 1, true)
    end)
  end)

  describe("padded_batch", function()
    local ds = Dataset.from_generator(function()
      for i = 1, 3 do coroutine.yield(ln.ones{i}, i) end
    end)

    it("fills up to the longest, or to a shape", function()
      assert.same({{{1, 0}, {1, 1}}, {{1, 1, 1}}}, collect(ds:padded_batch(2)))
      assert.same({{1, 2}, {3}}, collect(ds:padded_batch(2), 2))
      assert.same({{{1, -1, -1, -1}, {1, 1, -1, -1}}}, collect(ds:padded_batch(2,
        {padded_shapes = {{4}, {}}, padding_values = {-1}, drop_remainder = true})))
      assert.same({{{1, 7}, {1, 1}}, {{1, 1, 1}}}, collect(ds:padded_batch(2,
        {padded_shapes = {{false}}, padding_values = 7})))
    end)

    it("takes shapes and values of the parts of a group, by name", function()
      local groups = Dataset.from_generator(function()
        for i = 1, 2 do coroutine.yield({a = ln.ones{i}, b = ln.ones{i}}, i) end
      end)
      local batch = groups:padded_batch(2, {padded_shapes = {{a = {4}, b = {3}}, {}},
        padding_values = {{a = -1, b = 5}, 0}}):iterate()()
      assert.same({{1, -1, -1, -1}, {1, 1, -1, -1}}, batch.a:totable())
      assert.same({{1, 5, 5}, {1, 1, 5}}, batch.b:totable())
    end)

    it("says what does not fit", function()
      assert.matches("element 2 of the batch has shape (2,), which is more than padded_shapes",
        message(collect, ds:padded_batch(2, {padded_shapes = {{1}}})), 1, true)
      assert.matches("padded_shapes has 2 axes for elements of shape (1,)",
        message(collect, ds:padded_batch(2, {padded_shapes = {{1, 2}}})), 1, true)
      assert.matches("padding_values should be a number",
        message(ds.padded_batch, ds, 2, {padding_values = "0"}), 1, true)
    end)
  end)

  it("prefetch checks its depth; tostring tells the stages", function()
    local ds = Dataset.from_tensors(y)
    assert.matches("depth should be an integer >= 1, got 0", message(ds.prefetch, ds, 0), 1, true)
    assert.equal("<Dataset from_tensors > shuffle > batch: 3 elements>",
      tostring(ds:shuffle(3):batch(2)))
    assert.equal("<Dataset from_tensors > repeat_: endless elements>", tostring(ds:repeat_()))
    assert.equal("lunate.dataset", getmetatable(ds))
  end)

  describe("in a model", function()
    local inputs = ln.linspace(-1, 1, 64):reshape{32, 2}
    local targets = inputs:sum{axis = 2, keepdims = true}

    local function model()
      ln.set_seed(5)
      local m = ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}
      m:compile{loss = "mse", optimizer = "sgd", metrics = {"mae"}}
      return m
    end

    it("trains, evaluates and predicts as with tensors, to the bit", function()
      local a, b, c = model(), model(), model()
      local options = {epochs = 3, batch_size = 5, shuffle = false, verbose = 0,
        validation_data = {inputs, targets}}
      local expected = a:fit(inputs, targets, options).history
      local ds = Dataset.from_tensors(inputs, targets):batch(5)
      local unknown = Dataset.from_generator(function()
        return ln.data.batches(inputs, targets, {batch_size = 5})
      end)
      assert.same(expected, b:fit(ds:prefetch(2), nil,
        {epochs = 3, verbose = 0, validation_data = ds}).history)
      local history = c:fit(unknown, nil, {epochs = 3, verbose = 0,
        validation_data = {inputs, targets}, validation_batch_size = 5})
      assert.same(expected, history.history)
      assert.equal(7, history.params.steps)
      assert.same({a:evaluate(inputs, targets, {batch_size = 5, verbose = 0})},
        {a:evaluate(unknown, nil, {verbose = 0})})
      assert.is_true(a:predict(inputs, {batch_size = 5}) == a:predict(ds))
      assert.is_true(a:predict(inputs, {batch_size = 5})
        == a:predict(Dataset.from_tensors(inputs):batch(5)))
    end)

    it("weighs by the third part and by class", function()
      local weights = ln.linspace(0, 2, 32)
      local a, b = model(), model()
      local options = {batch_size = 8, shuffle = false, verbose = 0, sample_weight = weights}
      assert.same(a:fit(inputs, targets, options).history,
        b:fit(Dataset.from_tensors(inputs, targets, weights):batch(8), nil, {verbose = 0}).history)
      local ids = targets:gt(0):astype("int32")
      a, b = model(), model()
      options = {batch_size = 8, shuffle = false, verbose = 0, class_weight = {[0] = 1, [1] = 3}}
      assert.same(a:fit(inputs, ids, options).history,
        b:fit(Dataset.from_tensors(inputs, ids):batch(8), nil,
          {verbose = 0, class_weight = {[0] = 1, [1] = 3}}).history)
    end)

    it("goes on where it is with steps_per_epoch, round and round", function()
      local seen = {}
      local ds = Dataset.from_generator(function()
        for i = 1, 3 do
          seen[#seen + 1] = i
          coroutine.yield(inputs, targets)
        end
      end)
      model():fit(ds, nil, {epochs = 2, steps_per_epoch = 4, verbose = 0})
      assert.same({1, 2, 3, 1, 2, 3, 1, 2}, seen)
      local m = model()
      m:fit(Dataset.from_tensors(inputs, targets):repeat_():batch(8), nil,
        {epochs = 2, steps_per_epoch = 3, verbose = 0})
      assert.equal(6, m.optimizer.iterations)
      m:evaluate(Dataset.from_tensors(inputs, targets):repeat_():batch(8), nil,
        {steps = 2, verbose = 0})
    end)

    it("says what does not go together", function()
      local m, ds = model(), Dataset.from_tensors(inputs, targets)
      local function fit(...) return message(m.fit, m, ...) end
      assert.matches("the Dataset gives single samples; batch them: ds:batch(32)",
        fit(Dataset.from_tensors(y, y)), 1, true)
      ds = ds:batch(8)
      assert.matches("a Dataset gives x and y itself", fit(ds, targets), 1, true)
      assert.matches("targets are needed: the Dataset's elements should be x, y",
        fit(Dataset.from_tensors(inputs):batch(8)), 1, true)
      assert.matches("batch_size is for tensors", fit(ds, nil, {batch_size = 8}), 1, true)
      assert.matches("shuffle is for tensors", fit(ds, nil, {shuffle = true}), 1, true)
      assert.matches("validation_split is for tensors", fit(ds, nil, {validation_split = 0.5}), 1,
        true)
      assert.matches("as the third part", fit(ds, nil, {sample_weight = y}), 1, true)
      assert.matches("an endless Dataset needs steps_per_epoch", fit(ds:repeat_()), 1, true)
      assert.matches("an endless Dataset needs validation_steps",
        fit(ds, nil, {validation_data = ds:repeat_()}), 1, true)
      assert.matches("endless Dataset needs a number of steps",
        message(m.evaluate, m, ds:repeat_(), nil, {verbose = 0}), 1, true)
      assert.matches("the Dataset is empty", fit(ds:take(0)), 1, true)
      assert.matches("oh no", fit(ds:map(function() error("oh no") end)), 1, true)
    end)
  end)
end)
