-- Data sets in files: where they are looked for, what is checked, what is said without them.
-- Everything here runs on files that it makes; with $LUNATE_DATA set, the real ones are read too.
local ln = require "lunate"
local scratch = require "support.scratch"

local data = os.getenv("LUNATE_DATA")

describe("data sets in files", function()
  local folder, cache
  before_each(function() folder, cache = scratch.folder(), scratch.folder() end)
  after_each(function()
    folder:remove()
    cache:remove()
  end)

  -- With LUNATE_DATA as the folder, and no way to the network.
  local function offline(f, environment)
    local before, stderr = package.loaded["lunate.download"], io.stderr
    package.loaded["lunate.download"] = {download = function(url) error("no way to " .. url, 0) end}
    io.stderr = {write = function() end}  -- luacheck: ignore
    local ok, message = pcall(scratch.with_environment, environment or {
      LUNATE_DATA = folder.path, XDG_CACHE_HOME = cache.path}, f)
    package.loaded["lunate.download"], io.stderr = before, stderr  -- luacheck: ignore
    if not ok then error(message, 0) end
  end

  local function images(n, shape)
    local bytes = {}
    for i = 1, n * 784 do bytes[i] = string.char(i % 251) end
    return scratch.idx(0x08, shape or {n, 28, 28}, table.concat(bytes))
  end

  local function write_set(name, parts)
    for part, content in pairs(parts) do
      folder:write(name .. "/" .. part, content)
      folder:gzip(name .. "/" .. part)
    end
  end

  local function small_set()
    return {
      ["train-images-idx3-ubyte"] = images(3),
      ["train-labels-idx1-ubyte"] = scratch.idx(0x08, {3}, "\0\9\5"),
      ["t10k-images-idx3-ubyte"] = images(2),
      ["t10k-labels-idx1-ubyte"] = scratch.idx(0x08, {2}, "\1\2"),
    }
  end

  for name, path in pairs{fashion_mnist = "fashion-mnist", mnist = "mnist"} do
    describe(name, function()
      it("is read from $LUNATE_DATA, packed or not", function()
        write_set(path, small_set())
        offline(function()
          local x_train, y_train, x_test, y_test = ln.datasets[name].load_data()
          assert.same({3, 28, 28}, x_train.shape)
          assert.equal("uint8", x_train.dtype)
          assert.equal(2, x_train[{1, 1, 2}])
          assert.same({0, 9, 5}, y_train:totable())
          assert.same({2, 28, 28}, x_test.shape)
          assert.same({1, 2}, y_test:totable())
        end)
        os.execute("gunzip '" .. folder.path .. "/" .. path .. "'/*.gz")
        offline(function() assert.equal(3, #ln.datasets[name].load_data()) end)
        assert.equal(10, #ln.datasets[name].class_names)
      end)

      it("is checked for what it should be", function()
        local function message(part, content)
          local parts = small_set()
          parts[part] = content
          write_set(path, parts)
          return scratch.message(offline, function() ln.datasets[name].load_data() end)
        end
        assert.matches("a label for each of the 3 images, got 2",
          message("train-labels-idx1-ubyte", scratch.idx(0x08, {2}, "\0\1")), 1, true)
        assert.matches("labels from 0 to 9, got 10",
          message("t10k-labels-idx1-ubyte", scratch.idx(0x08, {2}, "\0\10")), 1, true)
        assert.matches("got uint8 (784, 3)",
          message("train-images-idx3-ubyte", images(3, {784, 3})), 1, true)
        assert.matches("got int32 (3,)",
          message("train-labels-idx1-ubyte", scratch.idx(0x09, {3}, "\0\1\2")), 1, true)
      end)
    end)
  end

  it("are looked for in the cache folder too, $XDG_CACHE_HOME or ~/.cache", function()
    for part, content in pairs(small_set()) do cache:write("lunate/mnist/" .. part, content) end
    offline(function() assert.equal(3, #ln.datasets.mnist.load_data()) end,
      {LUNATE_DATA = false, XDG_CACHE_HOME = cache.path})
    for part, content in pairs(small_set()) do cache:write(".cache/lunate/mnist/" .. part,
      content) end
    offline(function() assert.equal(3, #ln.datasets.mnist.load_data()) end,
      {LUNATE_DATA = folder.path, XDG_CACHE_HOME = false, HOME = cache.path})
  end)

  it("are downloaded into the cache when they are nowhere", function()
    local before, calls = package.loaded["lunate.download"], {}
    package.loaded["lunate.download"] = {download = function(url, path, options)
      calls[#calls + 1] = {url = url, path = path, options = options}
      if #calls == 1 then error("first address is down", 0) end
      cache:write(path:sub(#cache.path + 2), small_set()[path:match("([^/]*)%.gz$")])
      return path
    end}
    local stderr = io.stderr
    io.stderr = {write = function() end}  -- luacheck: ignore
    local ok, message = pcall(scratch.with_environment,
      {LUNATE_DATA = folder.path, XDG_CACHE_HOME = cache.path},
      function() assert.equal(3, #ln.datasets.fashion_mnist.load_data()) end)
    io.stderr = stderr  -- luacheck: ignore
    package.loaded["lunate.download"] = before
    assert.is_true(ok, message)
    assert.equal(5, #calls)
    assert.equal(cache.path .. "/lunate/fashion-mnist/train-images-idx3-ubyte.gz", calls[2].path)
    assert.equal("c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
      calls[2].options.sha256)
    assert.is_true(calls[2].options.gunzip)
  end)

  it("say what is missing, where it was looked for and where to put it", function()
    local message = scratch.message(offline, function() ln.datasets.fashion_mnist.load_data() end)
    for _, text in ipairs{
      "the data set fashion_mnist needs the file fashion-mnist/train-images-idx3-ubyte.gz",
      folder.path .. "/fashion-mnist/train-images-idx3-ubyte.gz ($LUNATE_DATA)",
      cache.path .. "/lunate/fashion-mnist/train-images-idx3-ubyte.gz (the cache folder)",
      "could not be downloaded", "no way to https://", "Put it at one of these places",
    } do
      assert.matches(text, message, 1, true)
    end
    message = scratch.message(offline, function() ln.datasets.california_housing.load_data() end,
      {LUNATE_DATA = false, XDG_CACHE_HOME = false, HOME = false})
    assert.matches("$LUNATE_DATA, which is not set", message, 1, true)
    assert.matches("cal_housing.data", message, 1, true)
    assert.matches("no cache folder", message, 1, true)
  end)

  it("say so when there is no download module", function()
    local preload = package.preload["lunate.download"]
    package.preload["lunate.download"] = function() error("not built") end
    local loaded = package.loaded["lunate.download"]
    package.loaded["lunate.download"] = nil
    local ok, message = pcall(scratch.with_environment,
      {LUNATE_DATA = folder.path, XDG_CACHE_HOME = cache.path}, ln.datasets.mnist.load_data)
    package.preload["lunate.download"], package.loaded["lunate.download"] = preload, loaded
    assert.is_false(ok)
    assert.matches("without its download module", message, 1, true)
  end)

  describe("california_housing", function()
    local text = "-122.23,37.88,41,880,129,322,126,8.3252,452600\n"
      .. "-122.22,37.86,21,7099,1106,2401,1138,8.3014,358500\n"

    -- A tar archive of one folder and one file.
    local function tar(name, content)
      local function header(entry, size, kind)
        local head = (entry .. ("\0"):rep(100)):sub(1,
          100) .. "0000644\0" .. "0000000\0" .. "0000000\0"
          .. ("%011o "):format(size) .. "00000000000 " .. "        " .. kind
        head = head .. ("\0"):rep(512 - #head)
        local sum = 0
        for i = 1, 512 do sum = sum + head:byte(i) end
        return head:sub(1, 148) .. ("%06o\0 "):format(sum) .. head:sub(157)
      end
      return header("CaliforniaHousing/", 0, "5") .. header("CaliforniaHousing/" .. name, #content,
        "0")
        .. content .. ("\0"):rep(-#content % 512) .. ("\0"):rep(1024)
    end

    local function check()
      offline(function()
        local housing = ln.datasets.california_housing.load_data()
        assert.same({2, 8}, housing.data.shape)
        local expected = {8.3252, 41, 880 / 126, 129 / 126, 322, 322 / 126, 37.88, -122.23}
        for i, value in ipairs(expected) do
          assert.is_true(math.abs(housing.data[{1, i}] - value) < 1e-5 * math.abs(value))
        end
        assert.is_true(math.abs(housing.target[2] - 3.585) < 1e-6)
        assert.equal("float32", housing.data.dtype)
        assert.equal("float32", housing.target.dtype)
        assert.same({"MedInc", "HouseAge", "AveRooms", "AveBedrms", "Population", "AveOccup",
          "Latitude",
          "Longitude"}, housing.feature_names)
      end)
    end

    it("is derived as scikit-learn does", function()
      folder:write("cal_housing.data", text)
      check()
    end)

    it("is read out of its archive", function()
      folder:write("cal_housing.tar", tar("cal_housing.data", text))
      os.rename(folder:gzip("cal_housing.tar"), folder.path .. "/cal_housing.tgz")
      check()
    end)

    it("refuses other files", function()
      local function message(name, content)
        folder:write(name, content)
        return scratch.message(offline, function() ln.datasets.california_housing.load_data() end)
      end
      local archive = tar("cal_housing.data", text)
      assert.matches("no whole cal_housing.data in it",
        message("cal_housing.tgz", tar("other", text)), 1, true)
      for _, cut in ipairs{0, 100, 512, 700, 1024, 1100} do
        assert.matches("no whole cal_housing.data in it",
          message("cal_housing.tgz", archive:sub(1, cut)), 1, true)
      end
      assert.matches("no whole", message("cal_housing.tgz", archive:gsub("0000644", "0000645")), 1,
        true)
      assert.matches("expected 9 columns, got 2", message("cal_housing.data", "1,2\n"), 1, true)
      assert.matches("line 2: expected 9 fields",
        message("cal_housing.data", text:sub(1, 50) .. "\n1\n"), 1, true)
    end)
  end)
end)

if data then
  describe("the real data", function()
    it("of Fashion-MNIST is all there", function()
      local x_train, y_train, x_test, y_test = ln.datasets.fashion_mnist.load_data()
      assert.same({60000, 28, 28}, x_train.shape)
      assert.same({10000, 28, 28}, x_test.shape)
      for _, labels in ipairs{y_train, y_test} do
        local values, counts = labels:unique()
        assert.same({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, values:totable())
        for _, count in ipairs(counts:totable()) do assert.equal(#labels // 10, count) end
      end
      assert.same({9, 0, 0, 3, 0}, y_train[{ {1, 5} }]:totable())
      assert.equal(3431114169, x_train:astype("int64"):sum():item())
    end)

    it("of California housing has scikit-learn's numbers", function()
      local housing = ln.datasets.california_housing.load_data()
      assert.same({20640, 8}, housing.data.shape)
      local mean = housing.data:astype("float64"):mean{axis = 1}:totable()
      local expected = {3.8706710029069766, 28.639486434108527, 5.428999742190376,
        1.096675149606208,
        1425.4767441860465, 3.0706551594363742, 35.63186143410853, -119.56970445736432}
      for i, value in ipairs(expected) do
        assert.is_true(math.abs(mean[i] - value) < 1e-5 * math.abs(value), ("column %d"):format(i))
      end
      local target = housing.target:astype("float64"):mean():item()
      assert.is_true(math.abs(target - 2.068558169089147) < 1e-6)
    end)
  end)
end
