-- N processes train as one does: models.lua by itself, and by 2, 3 and 4 processes.
local ln = require "lunate"
local core = require "lunate.core"
local mpi = require "support.mpi"
local scratch = require "support.scratch"

local SCRIPT = assert(package.searchpath("distribution.models", package.path))

local function read(path)
  local file <close> = assert(io.open(path))
  return file:read("a")
end

local function largest(t) return t.size > 0 and t:abs():max():item() or 0 end

local function close_to(expected, got, what)
  local scale = math.max(largest(expected), 1e-3)
  local off = largest(expected - got) / scale
  assert.is_true(off < 1e-5, ("%s is off by %g"):format(what, off))
end

describe("data-parallel training", function()
  if mpi.missing then
    it("needs MPI", function() pending(mpi.missing) end)
    return
  end
  local alone, names = nil, {}

  setup(function()
    alone = scratch.folder()
    local text, code = mpi.run(nil, {SCRIPT, alone.path})
    assert.equal(0, code, text)
    for _, name in ipairs(core.list_folder(alone.path)) do
      if name:find("%.npz$") then names[#names + 1] = name:sub(1, -5) end
    end
    table.sort(names)
  end)
  teardown(function() alone:remove() end)

  for n = 2, 4 do
    it(("of %d processes ends where one process does"):format(n), function()
      local folder = scratch.folder()
      local text, code = mpi.run(n, {SCRIPT, folder.path})
      assert.equal(0, code, text)
      assert.equal("", text)   -- nothing is printed but by process 0, and it had no reason to
      assert.is_true(#names >= 19)
      for _, name in ipairs(names) do
        if name ~= "by_process" then
          local one = ln.load(("%s/%s.npz"):format(alone.path, name))
          local several = ln.load(("%s/%s.npz"):format(folder.path, name))
          for key, weight in pairs(one) do close_to(weight, several[key], name .. " " .. key) end
          local history = core.json_decode(read(("%s/%s.json"):format(alone.path, name)))
          local other = core.json_decode(read(("%s/%s.json"):format(folder.path, name)))
          for key, values in pairs(history) do
            assert.equal(#values, #other[key], name .. ": " .. key)
            close_to(ln.tensor(values), ln.tensor(other[key]), name .. "'s history: " .. key)
          end
        end
      end
      folder:remove()
    end)
  end
end)
