-- What files and networks must not do to a script: kill it at a limit, fill a disk in silence, keep
-- it waiting, take all of its memory, or leave behind what a killed process had begun.
local ln = require "lunate"
local core = require "lunate.core"
local fails = require "support.fails"
local scratch = require "support.scratch"

local lua = os.getenv("LUA") or "lua5.4"

local function run(command)
  local pipe <close> = assert(io.popen("{ " .. command .. "; } 2>&1"))
  return pipe:read("a")
end

local folder
before_each(function() folder = scratch.folder() end)
after_each(function() folder:remove() end)

-- Runs Lua code in a process of its own, in the folder; what it printed.
local function child(before, code)
  local script = folder:write("child.lua", "local ln, core = require 'lunate', "
    .. "require 'lunate.core'\n" .. code)
  return run(("cd '%s' && %s %s '%s'"):format(folder.path, before, lua, script))
end

describe("writing past the limit on file sizes", function()
  local MODEL = [[
    local model = ln.Sequential{ln.layers.Dense{300, input_shape = {300}}, ln.layers.Dense(1)}
    model:compile{loss = "mse"}
    local x, y = ln.ones{4, 300}, ln.ones{4, 1}
  ]]
  local writers = {
    save = "ln.save('a.npy', ln.ones{100000})",
    ["save model"] = MODEL .. "model:save('a.keras')",
    ["save weights"] = MODEL .. "model:save_weights('a.weights.h5')",
    safetensors = MODEL .. "model:save_weights('a.safetensors')",
    checkpoint = MODEL .. [[model:fit(x, y, {verbose = 0, callbacks = {
      ln.callbacks.ModelCheckpoint{"a.keras"}}})]],
    backup = MODEL .. [[model:fit(x, y, {epochs = 2, verbose = 0, callbacks = {
      ln.callbacks.BackupAndRestore{"backup"}}})]],
    ["event file"] = [[local w = ln.summary.create_file_writer("logs")
      for i = 1, 2000 do w:text("t", ("x"):rep(100), {step = i}) end]],
    TensorBoard = MODEL .. [[model:fit(x, y, {epochs = 2, verbose = 0, callbacks = {
      ln.callbacks.TensorBoard{log_dir = "logs", histogram_freq = 1, write_images = true,
        update_freq = "batch"}, ln.callbacks.LambdaCallback{on_epoch_end = function()
          ln.summary.create_file_writer("logs"):text("t", ("x"):rep(100000), {step = 1}) end}}})]],
    CSVLogger = MODEL .. [[model:fit(x, y, {epochs = 3000, verbose = 0, callbacks = {
      ln.callbacks.CSVLogger("a.csv")}})]],
    plot = [[require "lunate.plot._write"("plot", "a.png", ("x"):rep(100000))]],
    append = [[core.append_file("a", ("x"):rep(100000))]],
  }
  for what, code in pairs(writers) do
    it("is an error, of " .. what, function()
      local said = child("ulimit -f 8;", ([[
        local ok, message = pcall(function() %s end)
        print(ok, message)
        core.write_file("after", "alive")]]):format(code))
      assert.matches("^false\t.*File too large", said)
      assert.equal("alive", folder:read("after"))
      assert.equal("", run(("find '%s' -name '*.lunate-tmp'"):format(folder.path)))
    end)
  end

  it("leaves whole lines and whole records", function()
    child("ulimit -f 8;", [[
      for i = 1, 1000 do pcall(core.append_file, "lines", ("x"):rep(99) .. "\n") end]])
    local text = folder:read("lines")
    assert.is_true(#text > 3000 and #text % 100 == 0)
  end)
end)

describe("CSVLogger", function()
  it("says that the disk is full", function()
    local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
    model:compile{loss = "mse"}
    fails("CSVLogger: cannot write '/dev/full': No space left on device", function()
      model:fit(ln.ones{2, 1}, ln.ones{2, 1}, {verbose = 0,
        callbacks = {ln.callbacks.CSVLogger("/dev/full")}})
    end)
    fails("CSVLogger: cannot write '.*': Is a directory", function()
      model:fit(ln.ones{2, 1}, ln.ones{2, 1}, {verbose = 0,
        callbacks = {ln.callbacks.CSVLogger(folder.path)}})
    end)
  end)
end)

describe("what a killed process had begun", function()
  it("is taken away by the next save to the folder, and nothing else is", function()
    local code = [[
      local parts, part = {}, ("x"):rep(1 << 20)
      for i = 1, 300 do parts[i] = part end
      core.write_file("big", parts)]]
    for i = 1, 40 do   -- until one is killed in the midst of it
      child(("timeout -s KILL %.2f"):format(0.02 + 0.02 * i), code)
      if run(("ls -A '%s'"):format(folder.path)):find("lunate-tmp", 1, true) then break end
    end
    local left = run(("ls -A '%s'"):format(folder.path)):match("%.big%.%x+%.lunate%-tmp")
    assert.is_string(left)
    local process = tonumber(left:sub(14, 21), 16)
    run(("while kill -0 %d; do sleep 0.05; done"):format(process))
    -- Of a process that lives, of another machine, and what only looks like ours.
    local host = left:match("^%.big%.(%x%x%x%x%x%x%x%x)")
    local others = {
      (".a.%s00000001%s.lunate-tmp"):format(host, ("0"):rep(16)),
      (".a.%08x%s%s.lunate-tmp"):format(tonumber(host, 16) ~ 1, left:sub(14, 21), ("0"):rep(16)),
      ".a.0123456789abcdef.lunate-tmp", ".lunate-tmp", "a.lunate-tmp",
    }
    for _, name in ipairs(others) do folder:write(name, "x") end
    core.write_file(folder.path .. "/small", "y")
    local now = run(("ls -A '%s'"):format(folder.path))
    assert.is_nil(now:find(left, 1, true))
    for _, name in ipairs(others) do assert.matches(name, now, 1, true) end
    assert.matches("small", now, 1, true)
  end)
end)

describe("reading", function()
  it("refuses what has no end of its own, at once", function()
    assert(os.execute(("cd '%s' && mkfifo pipe && ln -s pipe pipe.npy && ln -s /dev/zero zero && "
      .. "ln -s /dev/zero zero.npy"):format(folder.path)))
    for _, path in ipairs{folder.path .. "/pipe", folder.path .. "/zero"} do
      for what, read in pairs{
        read_csv = function() return ln.data.read_csv(path) end,
        from_csv = function()
          return ln.data.Dataset.from_csv(path):iterate()()
        end,
        read_idx = function() return core.read_idx(path) end,
        read_bytes = function() return core.read_bytes(path, 100) end,
        load = function() return ln.load(path) end,
        load_model = function() return ln.load_model(path) end,
        load_npy = function() return ln.load(path .. ".npy") end,
      } do
        local message = scratch.message(read)
        local refused = message:find("not a regular file", 1, true)
          or message:find("none of the endings", 1, true)
        assert.is_truthy(refused, what .. ": " .. message)
      end
    end
    local logger = ln.callbacks.CSVLogger{folder.path .. "/pipe", append = true}
    local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
    model:compile{loss = "mse"}
    fails("CSVLogger: cannot write", function()
      model:fit(ln.ones{2, 1}, ln.ones{2, 1}, {verbose = 0, callbacks = {logger}})
    end)
  end)

  it("bounds a row of a table", function()
    local long = ("x"):rep(80000000)
    folder:write("long.csv", long)
    fails("a row has more than 64 MiB", ln.data.read_csv, folder.path .. "/long.csv")
    folder:write("open.csv", '1,2\n3,"4\n' .. long)
    fails("a quote is never closed", ln.data.read_csv, folder.path .. "/open.csv")
    assert.equal("(1, 300000)", tostring(ln.data.parse_csv(
      ("1,"):rep(299999) .. "2\n", {header = false}).shape))
  end)
end)

local has_zip, zip = pcall(require, "lunate.zip")
if has_zip then
  describe("zip", function()
    it("unpacks what is asked for", function()
      local bytes = zip.encode{{name = "a", data = "one"}, {name = "b", data = ("x"):rep(1000)}}
      assert.same({a = "one"}, zip.decode(bytes, {names = {"a", "none"}, max_bytes = 10}))
      fails("more than 10 bytes", zip.decode, bytes, {max_bytes = 10})
      assert.same({}, zip.decode(bytes, {names = {}}))
    end)

    it("of a model leaves alone what is no part of it", function()
      local model = ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}
      local path = folder.path .. "/m.keras"
      model:save(path)
      local entries = {}
      for name, data in pairs(zip.decode(core.read_file(path))) do
        entries[#entries + 1] = {name = name, data = data}
      end
      entries[#entries + 1] = {name = "bomb", data = ("bomb"):rep(10000)}
      local bytes = zip.encode(entries)
      -- A wrong sum: unpacking it is an error.
      bytes = bytes:gsub("bombbombbomb", "bombbombxxxx", 1)
      fails("bomb", zip.decode, bytes)
      core.write_file(path, bytes)
      assert.is_true(ln.load_model(path)(ln.ones{1, 2}) == model(ln.ones{1, 2}))
    end)
  end)
end

local has_net, net = pcall(require, "lunate.download")
if has_net and os.execute("command -v python3 >/dev/null 2>&1") then
  describe("download", function()
    -- A server that sends `bytes` in all, `chunk` at a time with a pause between, without saying
    -- how many there will be.
    local function server(bytes, chunk, pause)
      return assert(io.popen(([[exec python3 -c '
import os, socket, threading, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(8)
print(s.getsockname()[1], flush=True)
threading.Timer(20, lambda: os._exit(0)).start()
while True:
  c, _ = s.accept()
  try:
    c.recv(4096); c.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
    for i in range(%d): c.sendall(b"x" * %d); time.sleep(%g)
  except OSError: pass
  c.close()
  if %d: os._exit(0)' 2>/dev/null]]):format(bytes // chunk, chunk, pause, pause == 0 and 0 or 1)))
    end

    it("takes no more than it may", function()
      local s <close> = server(1000000, 10000, 0.001)
      local base = ("http://127.0.0.1:%d/"):format(s:read("n"))
      fails("more than the 5000 bytes", net.download, base, folder.path .. "/a", {max_bytes = 5000})
      assert.is_nil(folder:read("a"))
      assert.equal("", run(("find '%s' -type f"):format(folder.path)))
    end)

    it("is an error at the limit on file sizes", function()
      local s <close> = server(100000, 10000, 0.001)
      local said = child("ulimit -f 8;", ([[
        print(pcall(require("lunate.download").download, "http://127.0.0.1:%d/", "a"))]]):format(
        s:read("n")))
      assert.matches("^false\t.*File too large", said)
    end)

    it("ends at Ctrl-C without a progress function", function()
      local s <close> = server(1000, 1, 0.1)
      local script = folder:write("slow.lua", ([[
        require("lunate.download").download("http://127.0.0.1:%d/", "a")]]):format(s:read("n")))
      local said = run(("cd '%s' && timeout -s INT 1 timeout 15 %s '%s'; ls -A"):format(folder.path,
        lua, script))
      assert.matches("interrupted!", said, 1, true)
      assert.is_nil(said:find("lunate-tmp", 1, true))
    end)
  end)
end
