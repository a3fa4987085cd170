-- make install, uninstall and what is said of a build; the version; other Luas.
local core = require "lunate.core"
local files = require "support.files"
local ln = require "lunate"
local scratch = require "support.scratch"

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local function run(command)
  local pipe <close> = assert(io.popen("{ " .. command .. "; } 2>&1"))
  local text = pipe:read("a")
  local ok = pipe:close()
  return text, ok
end

describe("what a build is", function()
  it("is said by ln.config", function()
    local modules = {}
    for _, name in ipairs(core.list_folder("core/lua/modules")) do
      local module = name:match("^(.*)%.c$")
      if module then modules[module] = (pcall(require, "lunate." .. module)) end
    end
    assert.same(modules, ln.config().modules)
  end)

  it("has one version", function()
    assert.equal(files.read("core/lua/module.c"):match('#define LN_VERSION "(.-)"'), ln.version)
    assert.equal(files.read("docs/CHANGELOG.md"):match("\n## ([%d.]+)"), ln.version)
  end)

  it("is refused by other Luas in words", function()
    for _, lua in ipairs{"lua5.1", "lua5.2", "lua5.3", "luajit"} do
      if run("command -v " .. lua) ~= "" then
        local said = run(("env -u LUA_INIT LUA_PATH='lua/?.lua;lua/?/init.lua' %s -e "
          .. "'require \"lunate\"'"):format(lua))
        assert.matches("lunate is for Lua 5.4, and this is ", said, 1, true)
      end
    end
  end)
end)

describe("make install", function()
  local build = os.getenv("LUNATE_BUILD")
  local flags = build and io.open(build .. "/flags")
  if os.getenv("LUNATE_QUICK") or not flags then
    it("needs a build folder and time", function() pending("left out of a quick run") end)
    return
  end
  local compiler, options = flags:read("l"):match("^(.-) (%-std=.*)$")
  flags:close()
  local folder
  before_each(function() folder = scratch.folder() end)
  after_each(function() folder:remove() end)

  local function make(target, ...)
    local words = {"env -u MAKEFLAGS -u MAKELEVEL -u LD_PRELOAD make --no-print-directory", target,
      "BUILD=" .. quoted(build), "CC=" .. quoted(compiler), "ALL_CFLAGS=" .. quoted(options), ...}
    if options:find("fsanitize", 1, true) then words[#words + 1] = "SANITIZE=1" end
    local text, ok = run(table.concat(words, " "))
    assert(ok, text)
    return text
  end

  local function there(path)
    return core.exists(folder.path .. "/" .. path)
  end

  it("takes the place of an older version, and uninstall takes it away", function()
    local at = "DESTDIR=" .. quoted(folder.path .. "/root")
    folder:write("root/usr/local/share/lua/5.4/lunate/callbacks/old_thing.lua", "error('stale')")
    folder:write("root/usr/local/share/lua/5.4/other.lua", "")
    folder:write("root/usr/local/lib/lua/5.4/lunate/old.so", "")
    make("install", at)
    local lua, c = "root/usr/local/share/lua/5.4/", "root/usr/local/lib/lua/5.4/"
    assert.is_true(there(lua .. "lunate/init.lua"))
    assert.is_true(there(lua .. "lunate/annotations/lunate.lua"))
    assert.is_true(there(c .. "lunate/core.so") and there("root/usr/local/bin/lunate"))
    assert.is_false(there(lua .. "lunate/callbacks/old_thing.lua"))
    assert.is_false(there(c .. "lunate/old.so"))
    assert.is_true(there(lua .. "other.lua"))
    make("uninstall", at)
    assert.is_false(there(lua .. "lunate") or there(c .. "lunate")
      or there("root/usr/local/bin/lunate"))
    assert.is_true(there(lua .. "other.lua"))
  end)

  it("joins relative and absolute paths, and what it installs runs", function()
    local root = run("realpath --relative-to=. " .. quoted(folder.path)):match("[^\n]+")
    make("install", "PREFIX=" .. quoted(root .. "/opt"))
    if not options:find("fsanitize", 1, true) then
      assert.equal("3\n", (run(("cd / && env -i PATH=\"$PATH\" HOME=%s %s/opt/bin/lunate -e "
        .. "'print(#ln.tensor{1, 2, 3})'"):format(folder.path, folder.path))))
    end
    make("install", "DESTDIR=" .. quoted(root .. "/a b"), "PREFIX=usr")
    assert.is_true(there("a b/usr/share/lua/5.4/lunate/init.lua"))
    assert.is_true(there("a b/usr/bin/lunate"))
  end)

  it("compiles nothing where everything is built, and make -n says so", function()
    assert.is_nil(make("-n all"):find("compile", 1, true))
    assert.is_nil(make("all"):find("compile", 1, true))
  end)
end)

describe("make dist", function()
  it("makes a rock of the sources and a rockspec of this version", function()
    local has_zip, zip = pcall(require, "lunate.zip")
    if not has_zip or run("command -v zip") == "" then return pending("no zip") end
    local folder <close> = scratch.folder()
    local clean = "env -u MAKEFLAGS -u MAKELEVEL -u LD_PRELOAD "
    local said, ok = run(clean .. "make --no-print-directory dist BUILD=" .. quoted(folder.path))
    assert(ok, said)
    local name = "lunate-" .. ln.version
    local entries = zip.decode(folder:read(name .. "-1.src.rock"))
    local spec = {}
    assert(load(entries[name .. "-1.rockspec"], "=rockspec", "t", spec))()
    assert.equal(ln.version .. "-1", spec.version)
    assert.same({url = "file://" .. name .. ".tar.gz", dir = name}, spec.source)
    assert.is_nil(spec.description.maintainer)
    folder:write("got.tar.gz", entries[name .. ".tar.gz"])
    local list = "\n" .. run("tar tzf " .. quoted(folder.path .. "/got.tar.gz"))
    for _, file in ipairs{"Makefile", "LICENSE", "core/lunate.h", "lua/lunate/init.lua",
                          name .. "-1.rockspec", "docs/CHANGELOG.md"} do
      assert.matches("\n" .. name .. "/" .. file .. "\n", list, 1, true)
    end
    assert.is_nil(list:find("/build/obj", 1, true))
  end)
end)

describe("a script", function()
  it("runs from wherever it was copied to", function()
    local folder <close> = scratch.folder()
    folder:write("xor.lua", files.read("scripts/xor.lua"))
    local said, ok = run(("cd %s && LUNATE_FIGURES=%s/figures %s xor.lua"):format(folder.path,
      folder.path, os.getenv("LUA") or "lua5.4"))
    assert(ok, said)
    for _, name in ipairs(core.list_folder("scripts")) do
      if name:find("%.lua$") then
        assert.is_nil(files.read("scripts/" .. name):find('require "scripts', 1, true), name)
      end
    end
  end)
end)
