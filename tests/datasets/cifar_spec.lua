-- CIFAR from small archives of the published form: records, halves, labels, and what is refused.
local ln = require "lunate"
local fails = require "support.fails"
local scratch = require "support.scratch"

local PIXELS = 32 * 32 * 3

-- A record: class ids, then pixels of which the first red, green and blue are given.
local function record(ids, red, green, blue)
  local plane = ("\1"):rep(1023)
  return string.char(table.unpack(ids)) .. string.char(red) .. plane .. string.char(green) .. plane
    .. string.char(blue) .. plane
end

local function tar(files)
  local parts = {}
  for _, file in ipairs(files) do
    local name, content = file[1], file[2]
    local size = ("%011o\0"):format(file.size or #content)
    local header = name .. ("\0"):rep(100 - #name) .. "0000644\0" .. ("0000000\0"):rep(2) .. size
    parts[#parts + 1] = header .. ("\0"):rep(512 - #header)
    parts[#parts + 1] = content .. ("\0"):rep(-#content % 512)
  end
  return table.concat(parts) .. ("\0"):rep(1024)
end

local function ten(more)
  local files = {{"cifar-10-batches-bin/", ""}, {"cifar-10-batches-bin/readme.html", "hello"}}
  for i = 5, 1, -1 do   -- in any order
    files[#files + 1] = {("cifar-10-batches-bin/data_batch_%d.bin"):format(i),
                         record({i}, 10 * i, 20 * i, 30 * i)}
  end
  files[#files + 1] = {"cifar-10-batches-bin/test_batch.bin",
                       record({9}, 1, 2, 3) .. record({0}, 4, 5, 6)}
  for i, file in pairs(more or {}) do files[i] = file end
  return tar(files)
end

-- In a folder as $LUNATE_DATA, without the network.
local function with(name, content, f)
  local folder <close> = scratch.folder()
  local cache <close> = scratch.folder()
  if content then folder:write(name, content) end
  if name:find("%.gz$") and content then
    os.rename(folder.path .. "/" .. name, folder.path .. "/" .. name:gsub("%.gz$", ""))
    folder:gzip((name:gsub("%.gz$", "")))
  end
  local before, stderr = package.loaded["lunate.download"], io.stderr
  package.loaded["lunate.download"] = {download = function(url) error("no way to " .. url, 0) end}
  io.stderr = {write = function() end}  -- luacheck: ignore
  local results = table.pack(pcall(scratch.with_environment,
    {LUNATE_DATA = folder.path, XDG_CACHE_HOME = cache.path}, f))
  package.loaded["lunate.download"], io.stderr = before, stderr  -- luacheck: ignore
  if not results[1] then error(results[2], 0) end
end

describe("cifar10", function()
  it("is read from its archive, packed or not", function()
    for _, name in ipairs{"cifar10/cifar-10-binary.tar.gz", "cifar10/cifar-10-binary.tar",
                          "cifar-10-binary.tar.gz"} do
      with(name, ten(), function()
        local x, y, x_test, y_test = ln.datasets.cifar10.load_data()
        assert.equal("uint8 (5, 32, 32, 3)", x.dtype .. " " .. tostring(x.shape))
        assert.same({{1}, {2}, {3}, {4}, {5}}, y:totable())
        assert.same({20, 40, 60}, x[2][1][1]:totable())
        assert.same({1, 1, 1}, x[2][32][32]:totable())
        assert.same({{9}, {0}}, y_test:totable())
        assert.same({4, 5, 6}, x_test[2][1][1]:totable())
      end)
    end
    assert.equal(10, #ln.datasets.cifar10.class_names)
  end)

  it("is checked for what it should be", function()
    local load_data = ln.datasets.cifar10.load_data
    local function refused(pattern, content)
      with("cifar10/cifar-10-binary.tar", content, function() fails(pattern, load_data) end)
    end
    local batch = "cifar-10-batches-bin/test_batch.bin"
    refused("no file test_batch.bin", ten{[8] = {"other.bin", ""}})
    refused("records of 3073 bytes, it has 5 bytes", ten{[8] = {batch, "hello"}})
    refused("records of 3073 bytes, it has 0 bytes", ten{[8] = {batch, ""}})
    refused("labels from 0 to 9, got 10", ten{[8] = {batch, record({10}, 0, 0, 0)}})
    refused("is damaged", ten{[8] = {batch, record({1}, 0, 0, 0), size = 1 << 30}})
    refused("is damaged", ten():sub(1, 3000))
    refused("is damaged", ("x"):rep(600))
    refused("no file data_batch_1.bin", "")
    with("cifar10/none", nil, function() fails("needs the file cifar10/cifar%-10", load_data) end)
  end)
end)

describe("cifar100", function()
  it("has fine and coarse labels", function()
    local archive = tar{
      {"cifar-100-binary/train.bin", record({3, 99}, 7, 8, 9) .. record({19, 0}, 1, 2, 3)},
      {"cifar-100-binary/test.bin", record({0, 50}, 4, 5, 6)}}
    with("cifar100/cifar-100-binary.tar.gz", archive, function()
      local x, y, x_test, y_test = ln.datasets.cifar100.load_data()
      assert.equal("(2, 32, 32, 3)", tostring(x.shape))
      assert.same({7, 8, 9}, x[1][1][1]:totable())
      assert.same({{99}, {0}}, y:totable())
      assert.same({{50}}, y_test:totable())
      assert.equal(1, #x_test)
      local _, coarse = ln.datasets.cifar100.load_data{label_mode = "coarse"}
      assert.same({{3}, {19}}, coarse:totable())
      fails("label_mode", ln.datasets.cifar100.load_data, {label_mode = "both"})
    end)
    assert.equal(3072, PIXELS)
  end)
end)
