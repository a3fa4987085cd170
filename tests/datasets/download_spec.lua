-- lunate.download: what can be seen without a network.
local scratch = require "support.scratch"

local there, net = pcall(require, "lunate.download")
if not there then return end  -- an optional module: it is built where libcurl and libcrypto are

describe("download", function()
  local folder
  before_each(function() folder = scratch.folder() end)
  after_each(function() folder:remove() end)

  local function parts()
    local pipe <close> = assert(io.popen("find '" .. folder.path .. "' -name '*.part' | wc -l"))
    return tonumber(pipe:read("a"))
  end

  it("hashes files, as they are or unpacked", function()
    local path = folder:write("abc", "abc")
    local abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert.equal(abc, net.sha256_file(path))
    assert.equal(abc, net.sha256_file(path, {gunzip = true}))
    path = folder:gzip("abc")
    assert.equal(abc, net.sha256_file(path, {gunzip = true}))
    assert.not_equal(abc, net.sha256_file(path))
    assert.equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      net.sha256_file(folder:write("empty", "")))
    folder:write("cut.gz", folder:read("abc.gz"):sub(1, -6))
    assert.matches("damaged", scratch.message(net.sha256_file, folder.path .. "/cut.gz",
      {gunzip = true}), 1, true)
    assert.matches("No such file", scratch.message(net.sha256_file, folder.path .. "/none"), 1,
      true)
  end)

  it("leaves everything as it was when it fails", function()
    local path = folder:write("old", "before")
    for _, url in ipairs{"http://127.0.0.1:1/x", "https://127.0.0.1:1/x", "file:///etc/hostname",
        "gopher://127.0.0.1/", "no address", ""} do
      scratch.message(net.download, url, path, {timeout = 5})
      assert.equal("before", folder:read("old"))
      scratch.message(net.download, url, folder.path .. "/new/x", {timeout = 5})
      assert.is_nil(folder:read("new/x"))
    end
    assert.equal(0, parts())
    assert.matches("127.0.0.1:1/x", scratch.message(net.download, "http://127.0.0.1:1/x", path), 1,
      true)
  end)

  it("refuses options that it does not have", function()
    local function message(options) return scratch.message(net.download, "http://127.0.0.1:1/",
      "/tmp/x", options) end
    assert.matches("no option 'sha'", message{sha = ""}, 1, true)
    assert.matches("64 hexadecimal digits", message{sha256 = "12"}, 1, true)
    assert.matches("md5 must be 32 hexadecimal digits", message{md5 = ("0"):rep(64)}, 1, true)
    assert.matches("md5 must be 32 hexadecimal digits", message{md5 = 5}, 1, true)
    assert.matches("timeout", message{timeout = -1}, 1, true)
    assert.matches("function", message{progress = 3}, 1, true)
    assert.matches("no option 'unzip'", scratch.message(net.sha256_file, "/tmp/x", {unzip = true}),
      1, true)
  end)

  -- A web server for the rest, where there is a Python to be one.
  if os.execute("command -v python3 >/dev/null 2>&1") then
    it("fetches, checks, reports progress, and makes folders", function()
      folder:write("site/a.txt", ("lunate\n"):rep(100000))
      local expected = net.sha256_file(folder.path .. "/site/a.txt")
      folder:write("site/b.txt", folder:read("site/a.txt"))
      folder:gzip("site/b.txt")
      local server <close> = assert(io.popen(([[cd '%s/site' && exec python3 -c '
import http.server, os, sys, threading
handler = http.server.SimpleHTTPRequestHandler
handler.log_message = lambda *a: None
server = http.server.HTTPServer(("127.0.0.1", 0), handler)
print(server.server_port, flush=True)
threading.Timer(10, lambda: os._exit(0)).start()
server.handle_request(); server.handle_request(); server.handle_request()
server.handle_request(); server.handle_request(); server.handle_request()
server.handle_request(); os._exit(0)' 2>/dev/null]]):format(folder.path)))
      local base = ("http://127.0.0.1:%d/"):format(server:read("n"))
      local path, last = folder.path .. "/got/it/a.txt", 0
      assert.equal(path, net.download(base .. "a.txt", path, {
        sha256 = expected,
        progress = function(done, total)
          assert(done >= last and (total == 0 or total == 700000))
          last = done
        end,
      }))
      assert.equal(700000, last)
      assert.equal(folder:read("site/a.txt"), folder:read("got/it/a.txt"))
      net.download(base .. "b.txt.gz", folder.path .. "/b.gz", {sha256 = expected, gunzip = true})
      assert.equal(folder:read("site/b.txt.gz"), folder:read("b.gz"))
      assert.matches("404", scratch.message(net.download, base .. "none", path), 1, true)
      assert.matches("not what it should be", scratch.message(net.download, base .. "a.txt", path,
        {sha256 = ("0"):rep(64)}), 1, true)
      assert.matches("its MD5 is .-, expected 000", scratch.message(net.download, base .. "a.txt",
        path, {sha256 = expected, md5 = ("0"):rep(32)}))
      -- md5sum of ("lunate\n"):rep(100000)
      net.download(base .. "a.txt", path, {md5 = "cf5da368b26d837e7412a9b8e7b7395b"})
      assert.matches("enough", scratch.message(net.download, base .. "a.txt", path,
        {progress = function(done) assert(done == 0, "enough") end}), 1, true)
      assert.equal(folder:read("site/a.txt"), folder:read("got/it/a.txt"))
      assert.equal(0, parts())
    end)
  end
end)
