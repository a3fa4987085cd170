-- ln.utils.text_dataset_from_directory. What it has in common with pictures is in
-- image_dataset_spec.lua.
local ln = require "lunate"
local fails = require "support.fails"
local printed = require "support.printed"
local scratch = require "support.scratch"

local from_directory = ln.utils.text_dataset_from_directory

local FILES = {
  ["b/1.txt"] = "one\n", ["b/10.TXT"] = "", ["b/2.txt"] = "two\0zero",
  ["a/x.txt"] = "\u{e9}t\u{e9}",
  ["a/sub/y.txt"] = ("long "):rep(100), ["a/notes.md"] = "no text", ["top.txt"] = "top",
}
local function filled()
  local folder = scratch.folder()
  for name, content in pairs(FILES) do folder:write(name, content) end
  return folder
end

local function options(more)
  local all = {shuffle = false, verbose = false}
  for key, value in pairs(more or {}) do all[key] = value end
  return all
end

local function pass(ds)
  local texts, labels = {}, {}
  for x, y in ds:iterate() do
    texts[#texts + 1], labels[#labels + 1] = x, y and (y.rank > 0 and y:totable() or y:item())
  end
  return texts, labels
end

describe("text_dataset_from_directory", function()
  it("gives texts as they are in the files, and labels from the folders", function()
    local folder <close> = filled()
    local ds = from_directory(folder.path .. "/", options{batch_size = 3})
    local texts, labels = pass(ds)
    assert.same({{"\u{e9}t\u{e9}", ("long "):rep(100), "one\n"}, {"", "two\0zero"}}, texts)
    assert.same({{0, 0, 1}, {1, 1}}, labels)
    assert.same({"a", "b"}, ds.class_names)
    assert.equal(folder.path .. "/b/2.txt", ds.file_paths[5])
    assert.equal(2, #ds)
  end)

  it("has its options", function()
    local folder <close> = filled()
    local function got(more) return pass(from_directory(folder.path, options(more))) end
    assert.same({{"\xc3", "l", "o", "", "t"}}, (got{max_length = 1}))
    assert.same({{"\u{e9}t", "lon", "one", "", "two"}}, (got{max_length = 3}))
    local texts, labels = got{batch_size = false, class_names = {"b"}}
    assert.same({"one\n", "", "two\0zero"}, texts)
    assert.same({0, 0, 0}, labels)
    assert.same({{{0}, {0}, {0}, {1}, {1}}},
      select(2, got{label_mode = "binary", class_names = {"b", "a"}}))
    assert.same({{1, 0}, {1, 0}, {0, 1}, {0, 1}, {0, 1}},
      select(2, got{label_mode = "categorical"})[1])
    texts, labels = got{labels = false}
    assert.equal(6, #texts[1])
    assert.same({}, labels)
    assert.same({{5, 0, 5, 0, 5, 0}}, select(2, got{labels = {5, 0, 5, 0, 5, 0}}))
    assert.same({"0", "5"}, from_directory(folder.path, options{
      labels = {5, 0, 5, 0, 5, 0}, validation_split = false, subset = false}).class_names)
  end)

  it("splits, shuffles and reports", function()
    local folder <close> = filled()
    local train, valid
    local out = printed(function()
      train, valid = from_directory(folder.path,
        {validation_split = 0.4, subset = "both", seed = 3})
    end)
    assert.equal("Found 5 files belonging to 2 classes.\nUsing 3 files for training.\n"
      .. "Using 2 files for validation.\n", out)
    assert.equal(3, #train.file_paths)
    assert.equal(2, #valid.file_paths)
    local seen = {}
    for _, ds in ipairs{train, valid} do
      for _, path in ipairs(ds.file_paths) do seen[path] = true end
    end
    assert.is_true(seen[folder.path .. "/a/x.txt"] and seen[folder.path .. "/b/1.txt"])
    for i = 1, 40 do folder:write(("c/%d.txt"):format(i), tostring(i)) end
    local ds = from_directory(folder.path, {class_names = {"c"}, verbose = false, seed = 1})
    local one, two = pass(ds)[1], pass(ds)[1]
    assert.not_same(one, two)
    assert.same(one, pass(from_directory(folder.path,
      {class_names = {"c"}, verbose = false, seed = 1}))[1])
  end)

  it("says what is wrong", function()
    local folder <close> = filled()
    local function refused(pattern, more, path)
      fails(pattern, from_directory, path or folder.path, options(more))
    end
    refused("cannot read the folder '/no/such/folder'", {}, "/no/such/folder")
    refused("a path expected", {}, "/tmp\0x")
    refused("a folder expected, got 3", {}, 3)
    refused("there are no .txt files in", {}, folder.path .. "/b")
    refused("2 labels for the 6 texts", {labels = {1, 2}})
    refused("label_mode is \"int\"", {label_mode = "one"})
    refused("max_length", {max_length = 0})
    refused("unknown option 'image_size'", {image_size = {2, 2}})
    refused("false for single texts", {batch_size = 0})
    local ds = from_directory(folder.path, options())
    os.remove(folder.path .. "/b/1.txt")
    fails("text_dataset_from_directory: .*b/1%.txt: No such file", pass, ds)
    folder:write("b/1.txt/x.md", "")   -- a folder now
    fails("directory", pass, ds)
  end)
end)
