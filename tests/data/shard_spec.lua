-- Dataset:shard: every n-th element, of every kind of Dataset.
local ln = require "lunate"
local scratch = require "support.scratch"

local Dataset = ln.data.Dataset

local function values(ds)
  local list = {}
  for x in ds:iterate() do list[#list + 1] = x:item() end
  return list
end

describe("Dataset:shard", function()
  local sources = {
    tensors = function() return Dataset.from_tensors(ln.arange(10)) end,
    generator = function()
      return Dataset.from_generator(function()
        for i = 0, 9 do coroutine.yield(ln.tensor(i)) end
      end, {length = 10})
    end,
    shuffled = function() return Dataset.from_tensors(ln.arange(10)):shuffle(10,
        {seed = 4, reshuffle_each_iteration = false}) end,
    mapped = function()
      return Dataset.from_tensors(ln.arange(10)):map(function(x) return x end)
    end,
    taken = function() return Dataset.from_tensors(ln.arange(14)):skip(2):take(10) end,
  }

  for name, make in pairs(sources) do
    it("has every n-th element: " .. name, function()
      for n = 1, 4 do
        local all = values(make())
        for index = 0, n - 1 do
          local shard, expected = make():shard(n, index), {}
          for i = index + 1, #all, n do expected[#expected + 1] = all[i] end
          assert.same(expected, values(shard))
          assert.equal(#expected, #shard)
          assert.same(expected, values(shard))   -- a second pass
        end
      end
      assert.equal(0, #make():shard(20, 15))
      assert.same({}, values(make():shard(20, 15)))
    end)
  end

  it("goes on where blocks end", function()
    local ds = Dataset.from_tensors(ln.arange(3000)):map(function(x) return x end)
      :shard(7, 5)
    assert.equal(428, #ds)
    assert.same(values(ds), values(Dataset.from_tensors(ln.arange(3000)):shard(7, 5)))
  end)

  it("is batched, and batches are sharded", function()
    local ds = Dataset.from_tensors(ln.arange(12))
    assert.equal(ln.tensor{1, 4, 7, 10}, ds:shard(3, 1):batch(4):iterate()())
    assert.equal(ln.tensor{4, 5, 6, 7}, ds:batch(4):shard(3, 1):iterate()())
    assert.equal(ln.tensor{1, 4}, ds:shard(3, 1):batch(2):prefetch(2):iterate()())
  end)

  it("of a CSV file has every n-th line", function()
    local folder <close> = scratch.folder()
    local lines = {"a,b"}
    for i = 1, 9 do lines[#lines + 1] = i .. "," .. 10 * i end
    local path = folder:write("x.csv", table.concat(lines, "\n") .. "\n")
    local list = {}
    for a, b in Dataset.from_csv(path, {label = "b"}):shard(4, 2):iterate() do
      list[#list + 1] = {a:totable()[1], b:item()}
    end
    assert.same({{3, 30}, {7, 70}}, list)
  end)

  it("of a folder of pictures has every n-th batch, of which alone the files are read", function()
    if not pcall(require, "lunate.png") then return pending("no libpng") end
    local folder <close> = scratch.folder()
    for i = 1, 6 do
      folder:write("a/" .. i .. ".png", "")
      if i % 4 == 3 or i % 4 == 0 then   -- batches of 2: the second, and none of the third
        ln.utils.save_img(("%s/a/%d.png"):format(folder.path, i), ln.full({4, 4, 1}, i))
      end
    end
    local ds = ln.utils.image_dataset_from_directory(folder.path, {batch_size = 2, shuffle = false,
      image_size = {4, 4}, color_mode = "grayscale", labels = false}):shard(3, 1)
    local seen = {}
    for x in ds:iterate() do seen[#seen + 1] = x.shape[1] end
    assert.same({2}, seen)
  end)

  it("refuses what is no shard", function()
    local ds = Dataset.from_tensors(ln.arange(4))
    assert.error_matches(function() ds:shard(0, 0) end, "num_shards should be an integer >= 1")
    assert.error_matches(function() ds:shard(2, 2) end, "no shard 2 of 2")
    assert.error_matches(function() ds:shard(2, -1) end, "index should be an integer >= 0")
  end)
end)
