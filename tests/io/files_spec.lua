-- Whole files: written all or nothing, read as they are; tensors as bytes.
local ln = require "lunate"
local core = require "lunate.core"
local scratch = require "support.scratch"
local fails = require "support.fails"

-- Runs Lua code in a process of its own, which sees the path as PATH; what it printed.
local function child(path, before, code)
  local script <close> = scratch.folder()
  local file = script:write("child.lua",
    ("local core, PATH = require 'lunate.core', %q\n"):format(path) .. code)
  local pipe = assert(io.popen(("%s %s %s 2>&1"):format(before, arg and arg[-1] or "lua5.4", file)))
  local said = pipe:read("a")
  pipe:close()
  return said
end

local function run(command) assert(os.execute(command), command) end

describe("write_file", function()
  local folder, path
  before_each(function()
    folder = scratch.folder()
    path = folder.path .. "/a.bin"
  end)
  after_each(function() folder:remove() end)

  local function names()
    local list = core.list_folder(folder.path)
    table.sort(list)
    return table.concat(list, " ")
  end

  local function mode(file)
    local pipe <close> = io.popen("stat -c %a " .. file)
    return pipe:read()
  end

  it("writes a text or a list of texts, new or over what is there", function()
    core.write_file(path, "one\0two")
    assert.equal("one\0two", core.read_file(path))
    core.write_file(path, {"a", "", "bc", ("x"):rep(100000)})
    assert.equal("abc" .. ("x"):rep(100000), core.read_file(path))
    core.write_file(path, "")
    assert.equal("", core.read_file(path))
    core.write_file(path, {})
    assert.equal("", core.read_file(path))
    assert.equal("a.bin", names())
  end)

  it("works on names without a folder and on long ones", function()
    assert.equal("ok\n", child(path, "cd " .. folder.path .. " &&", [[
      core.write_file("b", "1") print(core.read_file("b") == "1" and "ok")]]))
    local long = folder.path .. "/" .. ("n"):rep(255)
    core.write_file(long, "x")
    assert.equal("x", core.read_file(long))
  end)

  it("keeps the mode of the file, else takes the process's", function()
    folder:write("a.bin", "old")
    run("chmod 640 " .. path)
    core.write_file(path, "new")
    assert.equal("640", mode(path))
    child(folder.path .. "/b.bin", "umask 027;", "core.write_file(PATH, 'x')")
    assert.equal("640", mode(folder.path .. "/b.bin"))
  end)

  it("follows links to what they name, there or not", function()
    run(("mkdir %s/deep && ln -s deep/b.bin %s && ln -s a.bin %s/c"):format(folder.path, path,
      folder.path))
    for _, content in ipairs{"first", "second"} do
      core.write_file(folder.path .. "/c", content)
      assert.equal(content, folder:read("deep/b.bin"))
    end
    run(("test -L %s && test -L %s/c"):format(path, folder.path))
    run(("ln -s round %s/round"):format(folder.path))
    fails("cannot write '.*': Too many levels of symbolic links", core.write_file,
      folder.path .. "/round", "x")
  end)

  it("says what is wrong with a path or a value", function()
    fails("cannot write '/no/such/x': No such file or directory", core.write_file, "/no/such/x", "")
    fails("cannot write '.*': it is a folder", core.write_file, folder.path, "")
    fails("cannot write '/dev/null': it is not a regular file", core.write_file, "/dev/null", "")
    fails("cannot write '.*': Not a directory",
      core.write_file, folder:write("file", "") .. "/x", "")
    fails("File name too long", core.write_file, folder.path .. "/" .. ("n"):rep(256), "")
    fails("a path expected", core.write_file, "a\0b", "")
    fails("string or list of strings", core.write_file, path, 1.5)
    fails("list of strings expected, got 7 at 2", core.write_file, path, {"a", 7})
    assert.equal("file", names())
  end)

  it("leaves a file alone that may not be written", function()
    folder:write("a.bin", "old")
    run("chmod 444 " .. path)
    local said = child(path, "", "print(pcall(core.write_file, PATH, 'new'))")
    local pipe <close> = io.popen("id -u")
    if pipe:read() ~= "0" then
      assert.matches("Permission denied", said)
      assert.equal("old", folder:read("a.bin"))
    end
    assert.equal("a.bin", names())
  end)

  it("leaves the old file whole where there is no room for the new one", function()
    folder:write("a.bin", "old")
    local said = child(path, "ulimit -f 16;", [[
      print(pcall(core.write_file, PATH, ("x"):rep(100000)))
      print(pcall(core.write_file, PATH, {("x"):rep(100000), "y"}))
      core.write_file(PATH .. ".small", "fits")]])
    local message = "false\twrite_file: cannot write '" .. path .. "': File too large\n"
    assert.equal(message .. message, said)
    assert.equal("old", folder:read("a.bin"))
    assert.equal("fits", folder:read("a.bin.small"))
    assert.equal("a.bin a.bin.small", names())
  end)

  it("leaves the old or the new file whole when the process is killed", function()
    local size = 300000
    folder:write("a.bin", ("0"):rep(size))
    for round = 1, 8 do
      child(path, ("timeout -s KILL 0.%d"):format(100 + round * 37), ([[
        local parts = {}
        for i = 1, 30 do parts[i] = ("%d"):rep(%d) end
        while true do core.write_file(PATH, parts) end]]):format(round, size // 30))
      local content = folder:read("a.bin")
      assert.equal(size, #content)
      assert.is_nil(content:find("[^" .. content:sub(1, 1) .. "]"))
    end
    for _, name in ipairs(core.list_folder(folder.path)) do
      assert.matches(name == "a.bin" and "" or "^%.a%.bin%.%x+%.lunate%-tmp$", name)
    end
    core.write_file(path, "done")
    assert.equal("done", core.read_file(path))
  end)
end)

describe("read_file", function()
  local folder
  before_each(function() folder = scratch.folder() end)
  after_each(function() folder:remove() end)

  it("reads bytes as they are, packed ones too", function()
    local all = {}
    for i = 0, 255 do all[#all + 1] = string.char(i) end
    local content = table.concat(all):rep(1000)
    assert.equal(content, core.read_file(folder:write("a", content)))
    local packed = folder:gzip("a")
    assert.equal("\x1f\x8b", core.read_file(packed):sub(1, 2))
    assert.is_true(#core.read_file("/proc/self/stat") > 0)   -- said to have no bytes
  end)

  it("reads regular files alone, and no more than it may", function()
    run("mkfifo " .. folder.path .. "/pipe")
    fails("it is not a regular file", core.read_file, folder.path .. "/pipe")
    fails("it is not a regular file", core.read_file, "/dev/zero")
    fails("it is a folder", core.read_file, folder.path)
    fails("No such file", core.read_file, folder.path .. "/none")
    fails("more than 3 bytes", core.read_file, folder:write("a", "1234"), 3)
    assert.equal("1234", core.read_file(folder.path .. "/a", 4))
  end)
end)

describe("tensors as bytes", function()
  local from = core.tensor_from_bytes

  it("go in C order, little-endian, and come back", function()
    local t = ln.tensor({{1, 2, 3}, {4, 5, 6}}, {dtype = "int32"})
    assert.equal(("<i4i4i4i4i4i4"):pack(1, 2, 3, 4, 5, 6), core.tensor_bytes(t))
    assert.equal(("<i4i4i4i4i4i4"):pack(1, 4, 2, 5, 3, 6), core.tensor_bytes(t:transpose()))
    for _, dtype in ipairs{"bool", "uint8", "int32", "int64", "float32", "float64"} do
      for _, shape in ipairs{{}, {0}, {3}, {2, 3}, {2, 0, 4}} do
        local x = ln.random.randint(shape, {min = 0, max = 2, seed = 3}):astype(dtype)
        assert.is_true(from(core.tensor_bytes(x), dtype, shape) == x)
      end
    end
    assert.equal("\0\0\128\63", core.tensor_bytes(ln.Variable(1)))
  end)

  it("read what other libraries write: widths, orders, parts", function()
    local function values(...) return from(...):totable() end
    assert.same({-1, 258}, values("\255\255\2\1", "int16", {2}))
    assert.same({-1, 513}, values("\255\255\2\1", "int16", {2}, {big_endian = true}))
    assert.same({255, 254}, values("\255\0\254\0", "uint16", {2}))
    assert.same({-1, 127}, values("\255\127", "int8", {2}))
    assert.same({4294967295}, values("\255\255\255\255", "uint32", {1}))
    assert.same({math.maxinteger}, values(("<I8"):pack(math.maxinteger), "uint64", {1}))
    assert.same({-math.mininteger}, values(("<i8"):pack(-math.mininteger), "int64", {1}))
    fails("uint64 value 18446744073709551615 does not fit int64", from, ("\255"):rep(8), "uint64",
      {1})
    assert.same({1, -2, 65504, 2.0 ^ -24, math.huge},
      values(("<I2I2I2I2I2"):pack(0x3c00, 0xc000, 0x7bff, 1, 0x7c00), "float16", {5}))
    local nan = from("\1\124", "float16", {1})[1]
    assert.is_true(nan ~= nan)
    assert.same({1, -2}, values(("<I2I2"):pack(0x3f80, 0xc000), "bfloat16", {2}))
    assert.same({0.1}, values((">d"):pack(0.1), "float64", {1}, {big_endian = true}))
    assert.same({true, false, true}, values("\7\0\1", "bool", {3}))
    assert.same({{1, 3, 5}, {2, 4, 6}}, values("\1\2\3\4\5\6", "uint8", {2, 3},
      {fortran_order = true}))
    assert.same({{{1, 5}, {3, 7}}, {{2, 6}, {4, 8}}}, values("\1\2\3\4\5\6\7\8", "uint8", {2, 2, 2},
      {fortran_order = true}))
    assert.same({3, 4}, values("\1\2\3\4", "uint8", {2}, {offset = 2}))
    assert.same({2, 3}, values("\1\2\3\4", "uint8", {2}, {offset = 1, length = 2}))
  end)

  it("refuse what does not fit, before any memory is taken", function()
    collectgarbage()
    local live = ln.memory().live
    fails("shape %(2, 3%) of float32 does not have the 4 bytes", from, "1234", "float32", {2, 3})
    fails("does not have the 5 bytes", from, "12345", "float32", {1})
    fails("does not have the 4 bytes", from, "1234", "float32", {1 << 40})
    for _, shape in ipairs{{1 << 62}, {1 << 31, 1 << 31, 1 << 31}, {0, 1 << 62, 4}} do
      fails("too many elements", from, "1234", "float32", shape)
    end
    fails("must not be negative", from, "1234", "float32", {-1})
    fails("at most 8", from, "1234", "float32", {1, 1, 1, 1, 1, 1, 1, 1, 1})
    fails("no dtype 'complex64'", from, "12345678", "complex64", {1})
    fails("offset 5 is past", from, "1234", "uint8", {0}, {offset = 5})
    fails("more than there are", from, "1234", "uint8", {4}, {offset = 1, length = 4})
    fails("'length'", from, "1234", "uint8", {4}, {length = -1})
    fails("unknown option", from, "1234", "uint8", {4}, {big = true})
    fails("tensor expected", core.tensor_bytes, {1})
    collectgarbage()
    assert.is_true(ln.memory().live <= live)
    local closed = ln.zeros{2}
    closed:close()
    fails("closed", core.tensor_bytes, closed)
  end)
end)
