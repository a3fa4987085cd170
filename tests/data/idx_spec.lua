-- Reading IDX: every type, plain and packed, and every kind of damage.
local ln = require "lunate"
local core = require "lunate.core"
local scratch = require "support.scratch"

describe("read_idx", function()
  local folder
  before_each(function() folder = scratch.folder() end)
  after_each(function() folder:remove() end)

  it("reads every type of the format, big-endian", function()
    local cases = {
      {0x08, ("BBB"):pack(0, 7, 255), "uint8", {0, 7, 255}},
      {0x09, ("bbb"):pack(-128, 0, 127), "int32", {-128, 0, 127}},
      {0x0b, (">i2i2i2"):pack(-32768, -1, 32767), "int32", {-32768, -1, 32767}},
      {0x0c, (">i4i4i4"):pack(-2147483648, 1, 2147483647), "int32", {-2147483648, 1, 2147483647}},
      {0x0d, (">fff"):pack(0.5, -1.25, 1e10), "float32", {0.5, -1.25, 1e10}},
      {0x0e, (">ddd"):pack(0.1, -1e300, 3), "float64", {0.1, -1e300, 3}},
    }
    for _, case in ipairs(cases) do
      local t = core.read_idx(folder:write("a.idx", scratch.idx(case[1], {3}, case[2])))
      assert.equal(case[3], t.dtype)
      assert.same(case[4], t:totable())
    end
  end)

  it("keeps rows and columns, and reads packed files", function()
    local content = scratch.idx(0x08, {2, 3, 2},
      ("BBBBBBBBBBBB"):pack(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12))
    folder:write("a.idx", content)
    local t = core.read_idx(folder:gzip("a.idx"))
    assert.same({{{1, 2}, {3, 4}, {5, 6}}, {{7, 8}, {9, 10}, {11, 12}}}, t:totable())
  end)

  it("reads more than its buffers hold", function()
    local bytes = {}
    for i = 1, 3000 do bytes[i] = (">i2"):pack(i) end
    folder:write("a.idx", scratch.idx(0x0b, {3000}, table.concat(bytes)))
    assert.is_true(core.read_idx(folder:gzip("a.idx")) == ln.arange(1, 3001):astype("int32"))
  end)

  it("reads an empty set", function()
    assert.equal(0, #core.read_idx(folder:write("a.idx", scratch.idx(0x08, {0, 28, 28}, ""))))
  end)

  it("refuses what is no IDX file", function()
    local cases = {
      ["cannot open"] = nil,
      ["not a whole IDX file"] = "\0\0",
      ["is not an IDX file: it begins with 41 42 43 44"] = "ABCDEFGH",
      ["rank 0"] = scratch.idx(0x08, {}, ""),
      ["rank 9"] = scratch.idx(0x08, {1, 1, 1, 1, 1, 1, 1, 1, 1}, "x"),
      ["0 of the 8 bytes of its header"] = "\0\0\8\2",
    }
    for message, content in pairs(cases) do
      assert.matches(message, scratch.message(core.read_idx, folder:write("a.idx", content)), 1,
        true)
    end
    assert.matches("No such file", scratch.message(core.read_idx, folder.path .. "/none"), 1, true)
    assert.matches("is a folder", scratch.message(core.read_idx, folder.path), 1, true)
  end)

  it("does not believe a header that the content does not bear out", function()
    collectgarbage()
    local live = ln.memory().live
    local huge = scratch.idx(0x0e, {0xffffffff, 0xffffffff, 2}, "abc")
    local large = scratch.idx(0x08, {0xffffffff}, "abc")
    for _, content in ipairs{huge, large, scratch.idx(0x08, {4}, "abc"),
      scratch.idx(0x08, {2}, "abc")} do
      scratch.message(core.read_idx, folder:write("a.idx", content))
      scratch.message(core.read_idx, folder:gzip("a.idx"))
    end
    assert.matches("its header says shape (4,)", scratch.message(core.read_idx,
      folder:write("a.idx", scratch.idx(0x08, {4}, "abc"))), 1, true)
    folder:write("b.idx", scratch.idx(0x08, {2}, "abc"))
    assert.matches("more data", scratch.message(core.read_idx, folder:gzip("b.idx")), 1, true)
    collectgarbage()
    assert.equal(live, ln.memory().live)
  end)

  it("refuses a packed file that is cut off, damaged or followed by something", function()
    folder:write("a.idx", scratch.idx(0x08, {1000}, ("\1\2\3\4\5"):rep(200)))
    folder:gzip("a.idx")
    local packed = folder:read("a.idx.gz")
    local function message(content) return scratch.message(core.read_idx,
      folder:write("b.gz", content)) end
    for cut = 2, #packed - 1 do message(packed:sub(1, cut)) end
    assert.matches("cut off", message(packed:sub(1, -2)), 1, true)
    assert.matches("after its gzip data", message(packed .. "x"), 1, true)
    assert.matches("damaged", message(packed:sub(1, -6) .. "\0" .. packed:sub(-4)), 1, true)
  end)
end)
