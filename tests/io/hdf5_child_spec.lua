-- libhdf5 runs in a process of its own: however that one ends, the script gets an error, the file
-- that was there stays as it was, and the next call works.
local core = require "lunate.core"
local scratch = require "support.scratch"

local ENDINGS = {"kill", "abort", "fault", "exit"}
if not (os.getenv("LD_PRELOAD") or ""):find("san") then ENDINGS[#ENDINGS + 1] = "memory" end

local FILES = {["m.keras"] = "model", ["m.h5"] = "model", ["m.weights.h5"] = "weights"}

-- Prints, for each ending, what saving and loading say; whether the file is what it was, and how
-- many there are; and whether both work again.
local SCRIPT = [[
  local ln, core = require "lunate", require "lunate.core"
  local folder, name, weights = arg[1], arg[2], arg[3] == "weights"
  local path = folder .. "/" .. name
  local model = ln.Sequential{ln.layers.Dense{200, input_shape = {100}}, ln.layers.Dense(1)}
  local function save(...)
    if weights then return model:save_weights(path, ...) end
    return model:save(path, ...)
  end
  local function load()
    if weights then return model:load_weights(path) end
    return ln.load_model(path)
  end
  save()
  for _, ending in ipairs{table.unpack(arg, 4)} do
    local before = core.read_file(path)
    core.write_file(os.getenv "ENDINGS" .. "/" .. ending, "")
    print(ending, "saving", pcall(save))
    print(ending, "loading", pcall(load))
    os.remove(os.getenv "ENDINGS" .. "/" .. ending)
    print(ending, "as it was", core.read_file(path) == before, #core.list_folder(folder))
    print(ending, "again", pcall(save), (pcall(load)))
  end]]

-- Saves over a file while the process may have no more than some MB beyond what it has, then more.
local SHORT = [[
  local ln, core = require "lunate", require "lunate.core"
  local path, weights = arg[1], arg[2] == "weights"
  local model = ln.Sequential{ln.layers.Dense{1000, input_shape = {1000}}}
  local function save()
    if weights then return model:save_weights(path) end
    return model:save(path)
  end
  save()
  local pid = io.open("/proc/self/stat"):read("n")
  for _, more in ipairs{1, 3, 5, 9, 14, 1000} do
    local before = core.read_file(path)
    collectgarbage()
    local mapped = io.open("/proc/self/statm"):read("n") * 4096
    assert(os.execute(("prlimit --pid %d --as=%d:unlimited"):format(pid, mapped + (more << 20))))
    local ok, message = pcall(save)
    assert(os.execute(("prlimit --pid %d --as=unlimited:unlimited"):format(pid)))
    print(more, ok, message)
    print(more, "whole", ok or core.read_file(path) == before, #core.list_folder(arg[3]))
  end]]

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

-- $LD_PRELOAD with our library after a sanitizer's.
local function compile(folder)
  local library = folder.path .. "/ending_child.so"
  local made = os.execute(("cc -shared -fPIC -o %s tests/io/ending_child.c -ldl 2>/dev/null")
    :format(quoted(library)))
  local preloaded = os.getenv("LD_PRELOAD")
  return made and (preloaded and preloaded .. ":" or "") .. library
end

local function run(folder, code, before, ...)
  local script = folder:write("script.lua", code)
  local words = {os.getenv("LUA") or "lua5.4", script}
  for _, word in ipairs{...} do words[#words + 1] = quoted(word) end
  local pipe <close> = assert(io.popen(before .. " " .. table.concat(words, " ") .. " 2>&1"))
  return pipe:read("a")
end

describe("a process of libhdf5's that ends", function()
  for name, kind in pairs(FILES) do
    it("while it writes or reads " .. name .. " is an error and changes nothing", function()
      local folder <close> = scratch.folder()
      local library = compile(folder)
      if not library then return pending("no compiler") end
      core.make_folders(folder.path .. "/endings/x")
      core.make_folders(folder.path .. "/files/x")
      local before = ("ENDINGS=%s LD_PRELOAD=%s"):format(quoted(folder.path .. "/endings"),
        quoted(library))
      local text = run(folder, SCRIPT, before, folder.path .. "/files", name, kind,
        table.unpack(ENDINGS))
      for _, ending in ipairs(ENDINGS) do
        local what = ending == "kill" and "the process that %w+ was killed" or ""
        for _, action in ipairs{"saving", "loading"} do
          local said = text:match(("\n?%s\t%s\t([^\n]*)"):format(ending, action)) or text
          assert.matches("^false\t.*" .. name:gsub("%p", "%%%0") .. "'?: .*hdf5: .*" .. what, said)
        end
        assert.matches(ending .. "\tas it was\ttrue\t1\n", text)
        assert.matches(ending .. "\tagain\ttrue\ttrue\n", text)
      end
    end)
  end
end)

describe("saving over a file of HDF5", function()
  for name, kind in pairs(FILES) do
    it(name .. " without memory leaves it as it was", function()
      if #ENDINGS < 5 or not os.execute("prlimit --pid $$ --as >/dev/null 2>&1") then
        return pending("needs a build without sanitizers, and prlimit")
      end
      local folder <close> = scratch.folder()
      core.make_folders(folder.path .. "/files/x")
      local path = folder.path .. "/files/" .. name
      local text = run(folder, SHORT, "", path, kind, folder.path .. "/files")
      assert.matches("^1\tfalse\t[^\n]*memory", text)
      assert.matches("\n1000\ttrue\tnil\n", text)
      for _, more in ipairs{1, 3, 5, 9, 14, 1000} do
        assert.matches(("\n?%d\twhole\ttrue\t1\n"):format(more), text)
      end
    end)

    it(name .. " on a full disk leaves it as it was", function()
      local folder <close> = scratch.folder()
      core.make_folders(folder.path .. "/files/x")
      local code = [[
        local ln = require "lunate"
        local model = ln.Sequential{ln.layers.Dense{200, input_shape = {100}}}
        print(pcall(arg[2] == "weights" and model.save_weights or model.save, model, arg[1])) ]]
      local path = folder.path .. "/files/" .. name
      assert.matches("^true", run(folder, code, "", path, kind))
      local before = folder:read("files/" .. name)
      assert.matches("^false\t.*File too large", run(folder, code, "ulimit -f 8;", path, kind))
      assert.equal(before, folder:read("files/" .. name))
      assert.are.same({name}, core.list_folder(folder.path .. "/files"))
    end)
  end
end)
