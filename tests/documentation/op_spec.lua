-- docs/writing_an_op.patch: applied to a copy of the tree, built there on top of what is built
-- already (one file, the registry, the link), and tested by its own spec and by that of all ops.
local files = require "support.files"
local scratch = require "support.scratch"

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local function output(command)
  local pipe <close> = assert(io.popen("{ " .. command .. "; } 2>&1"))
  local text = pipe:read("a")
  local ok = pipe:close()
  return ok, text
end

local function run(command)
  local ok, text = output(command)
  assert(ok, command .. "\n" .. text)
  return text
end

describe("docs/writing_an_op.patch", function()
  it("is what the guide shows", function()
    local patch, count = files.read("docs/writing_an_op.patch"):gsub("\n%+", "\n"), 0
    for block in files.read("docs/writing_an_op.md"):gmatch("\n```c\n(.-)\n```") do
      count = count + 1
      assert.is_truthy(patch:find(block, 1, true), block)
    end
    assert.is_true(count >= 5)
  end)

  it("applies, builds and passes", function()
    local build = os.getenv("LUNATE_BUILD")
    local flags = build and io.open(build .. "/flags")
    if os.getenv("LUNATE_QUICK") then return pending("left out of a quick run") end
    if not flags then return pending("no build folder to build on") end
    local compiler, options = flags:read("l"):match("^(.-) (%-std=.*)$")   -- "ccache gcc -std=..."
    flags:close()
    local folder <close> = scratch.folder()
    local here = run("pwd"):match("%S+")
    -- Times are kept, so that make sees what is built as built.
    run(("cp -a core lua Makefile tests scripts %s && mkdir %s/build && cp -a %s/obj %s/gen "
      .. "%s/flags %s/lunate %s/build"):format(folder.path, folder.path, quoted(build),
      quoted(build), quoted(build), quoted(build), folder.path))
    run(("cd %s && patch -p1 < %s"):format(folder.path,
      quoted(here .. "/docs/writing_an_op.patch")))
    local clean = "cd " .. folder.path .. " && env -u MAKEFLAGS -u MAKELEVEL -u LD_PRELOAD "
    local made = run(clean .. ("make --no-print-directory BUILD=build CC=%s %s ALL_CFLAGS=%s all")
      :format(quoted(compiler), options:find("fsanitize", 1, true) and "SANITIZE=1" or "",
        quoted(options)))
    assert.matches("compile core/ops/soft_cap.c", made, 1, true)
    assert.is_nil(made:find("warning", 1, true), made)
    local suite = ("cd %s && LUNATE_BUILD=$PWD/build LUA_PATH=%s LUA_CPATH=%s %s tests/run.lua "
      .. "--ignore-lua "):format(folder.path, quoted("lua/?.lua;lua/?/init.lua;tests/?.lua;;"),
      quoted("build/?.so;;"), os.getenv("LUA") or "lua5.4")
    local own = run(suite .. "tests/ops/soft_cap_spec.lua")
    assert.matches("3 successes / 0 failures / 0 errors", own, 1, true)
    local all = run(suite .. "--filter=soft_cap tests/ops/registry_spec.lua")
    assert.matches("[1-9]%d* successes / 0 failures / 0 errors", all)
  end)
end)
