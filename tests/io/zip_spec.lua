-- Archives in memory: what is written, and every kind of damage and malice.
local zip = require "lunate.zip"
local core = require "lunate.core"
local fails = require "support.fails"

local FIXTURES = debug.getinfo(1, "S").source:match("^@(.*)io/zip_spec%.lua$") .. "fixtures/numpy/"

-- A name, wherever it stands, replaced by one of the same length.
local function renamed(archive, name, other)
  assert(#name == #other)
  return (archive:gsub((name:gsub("%p", "%%%0")), (other:gsub("%%", "%%%%"))))
end

local function patched(text, at, bytes)
  return text:sub(1, at - 1) .. bytes .. text:sub(at + #bytes)
end

describe("zip", function()
  it("brings back what it was given", function()
    local all = {}
    for i = 0, 255 do all[#all + 1] = string.char(i) end
    local big = table.concat(all):rep(2000)
    local entries = {{name = "b.txt", data = "hello"}, {name = "a/deep/er.bin", data = big},
                     {name = "empty", data = ""}, {name = "grün.txt", data = "1"}}
    local archive = zip.encode(entries)
    assert.same({["b.txt"] = "hello", ["a/deep/er.bin"] = big, empty = "", ["grün.txt"] = "1"},
      zip.decode(archive))
    assert.equal(archive, zip.encode(entries))
    assert.same({}, zip.decode(zip.encode{}))
    assert.is_true(#archive < #big + 1000)
    assert.truthy(archive:find(big, 1, true))   -- stored
  end)

  it("reads packed entries", function()
    local arrays = zip.decode(core.read_file(FIXTURES .. "savez_compressed.npz"))
    assert.equal(128 + 40 * 50 * 4, #arrays["x.npy"])
  end)

  it("refuses entries that no archive should have", function()
    local function one(entry) return zip.encode{entry} end
    for name, reason in pairs{
      [""] = "is empty", ["/etc/passwd"] = "an absolute path", ["C:x"] = "an absolute path",
      [".."] = "part '%.' or '%.%.'", ["a/../b"] = "part '%.' or '%.%.'", ["./a"] = "part '%.'",
      ["a//b"] = "an empty part", ["a\\b"] = "a backslash", ["a\0b"] = "a control character",
      ["a\nb"] = "a control character", [("n"):rep(5000)] = "too long",
    } do fails(reason, one, {name = name, data = ""}) end
    local a = {name = "a", data = ""}
    fails("two entries are named 'a'", zip.encode, {a, a})
    fails("a string 'data' expected in entry 1, got nil", one, {name = "a"})
    fails("a string 'name' expected in entry 1, got number", one, {name = 1, data = ""})
    fails("table {name =, data =} expected at 1", one, "a")
    fails("table expected", zip.encode, "a")
  end)

  it("refuses names that reach outside or collide", function()
    local archive = zip.encode{{name = "aa/b", data = "1"}, {name = "cc/d", data = "2"}}
    for name, reason in pairs{
      ["../b"] = "'%.' or '%.%.'", ["/a/b"] = "an absolute path", ["c:/b"] = "an absolute path",
      ["aa\\b"] = "a backslash", ["aa//"] = "an empty part",
      ["cc/d"] = "File already exists",
    } do fails(reason, zip.decode, renamed(archive, "aa/b", name)) end
    assert.equal("1", zip.decode(renamed(archive, "aa/b", "a\0/b"))["a /b"])   -- not "a"
  end)

  it("refuses what is encrypted, packed in other ways or damaged", function()
    local archive = zip.encode{{name = "a.bin", data = ("secret"):rep(10)}}
    local head = assert(archive:find("PK\1\2", 1, true))
    local encrypted = patched(patched(archive, 7, "\1"), head + 8, "\1")
    fails("entry 'a.bin' is encrypted", zip.decode, encrypted)
    local method = patched(patched(archive, 9, "\12"), head + 10, "\12")
    fails("compression method 12 is not supported", zip.decode, method)
    local data = assert(archive:find("secret", 1, true))
    fails("entry 'a.bin' is damaged: CRC error", zip.decode, patched(archive, data, "S"))
    for cut = 0, #archive - 1 do fails("zip.decode", zip.decode, archive:sub(1, cut)) end
    fails("not a whole zip archive", zip.decode, "PK" .. ("\0"):rep(100))
    fails("string expected", zip.decode, {})
  end)

  it("unpacks no more than it may", function()
    local packed = core.read_file(FIXTURES .. "savez_compressed.npz")
    fails("the archive unpacks to more than 8000 bytes", zip.decode, packed, {max_bytes = 8000})
    fails("more than 1 entries", zip.decode, packed, {max_entries = 1})
    fails("'max_bytes'", zip.decode, packed, {max_bytes = -1})
    -- An entry that is said to be small.
    local first = assert(packed:find("PK\1\2", 1, true))
    fails("zip.decode", zip.decode, patched(packed, first + 24, ("<I4"):pack(10)))
  end)
end)
