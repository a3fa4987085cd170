-- ln.utils.image_dataset_from_directory: which files, in which order, with which labels, and what
-- becomes of bad ones.
local ln = require "lunate"
local core = require "lunate.core"
local fails = require "support.fails"
local goldens = require "support.goldens"
local printed = require "support.printed"
local scratch = require "support.scratch"

local from_directory = ln.utils.image_dataset_from_directory

-- A picture whose pixels are all one value.
local function png(value, height, width)
  local picture = ln.full({height or 4, width or 4, 3}, value, {dtype = "uint8"})
  return require("lunate.png").encode(picture)
end

-- Files by their name, each of one colour: 1, 2, 3 ... in this order.
local NAMES = {"b/1.png", "b/10.PNG", "b/2.png", "b/sub-x/a.png", "b/sub/z.png", "a/y.png",
               "a/x.png", "c/q.png", "c/.hidden.png"}
local function filled()
  local folder = scratch.folder()
  for i, name in ipairs(NAMES) do folder:write(name, png(i)) end
  folder:write("a/notes.txt", "no picture")
  folder:write(".cache/k.png", png(99))
  folder:write("top.png", png(77))
  return folder
end

local function options(more)
  local all = {image_size = {2, 2}, shuffle = false, verbose = false, batch_size = 4}
  for key, value in pairs(more or {}) do all[key] = value end
  return all
end

-- The value of each picture and its label, over a pass.
local function pass(ds)
  local values, labels = {}, {}
  for x, y in ds:iterate() do
    for i = 1, x.shape[1] do
      values[#values + 1] = x[i][1][1][1]
      labels[#labels + 1] = y and (y.rank == 1 and y[i] or y[i]:totable())
    end
  end
  return values, labels
end

describe("image_dataset_from_directory", function()
  it("takes files in order of folder and name, labels from the folders", function()
    local folder <close> = filled()
    local ds = from_directory(folder.path, options())
    local values, labels = pass(ds)
    assert.same({7, 6, 1, 2, 3, 5, 4, 9, 8}, values)
    assert.same({0, 0, 1, 1, 1, 1, 1, 2, 2}, labels)
    assert.same({"a", "b", "c"}, ds.class_names)
    assert.equal(folder.path .. "/a/x.png", ds.file_paths[1])
    assert.equal(3, #ds)
    local shapes = {}
    for x, y in ds:iterate() do
      shapes[#shapes + 1] = tostring(x.shape) .. x.dtype .. tostring(y.shape) .. y.dtype
    end
    assert.same({"(4, 2, 2, 3)float32(4,)int32", "(4, 2, 2, 3)float32(4,)int32",
                 "(1, 2, 2, 3)float32(1,)int32"}, shapes)
  end)

  it("takes other labels", function()
    local folder <close> = filled()
    local function got(more) return select(2, pass(from_directory(folder.path, options(more)))) end
    assert.same({0, 0, 1, 1, 1, 1, 1}, got{class_names = {"a", "b"}})
    assert.same({0, 0, 0, 0, 0, 1, 1}, got{class_names = {"b", "a"}})
    assert.same({{0}, {0}, {0}, {0}, {0}, {1}, {1}},
      got{class_names = {"b", "a"}, label_mode = "binary"})
    assert.same({{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, (function()
      local all = got{label_mode = "categorical"}
      return {all[1], all[3], all[9]}
    end)())
    assert.same({}, got{labels = false})
    assert.same({}, got{label_mode = false})
    local values, labels = pass(from_directory(folder.path, options{
      labels = {3, 0, 3, 0, 3, 0, 3, 0, 3, 0, 5}}))
    assert.same({77, 99, 7, 6, 1, 2, 3, 5, 4, 9, 8}, values)
    assert.same({3, 0, 3, 0, 3, 0, 3, 0, 3, 0, 5}, labels)
  end)

  it("shuffles each pass anew, the same from the same seed", function()
    local folder <close> = filled()
    local function passes(seed)
      local ds = from_directory(folder.path, options{shuffle = true, seed = seed})
      local a, a_labels = pass(ds)
      local b = pass(ds)
      return a, b, a_labels
    end
    local a, b, labels = passes(1)
    local again, again_b = passes(1)
    local other = passes(2)
    assert.same({a, b}, {again, again_b})
    assert.not_same(a, b)
    assert.not_same(a, other)
    for i, value in ipairs(a) do
      assert.equal(NAMES[value // 1 | 0]:byte() - 97, labels[i])
    end
    table.sort(a)
    assert.same({1, 2, 3, 4, 5, 6, 7, 8, 9}, a)
  end)

  it("splits for validation", function()
    local folder <close> = filled()
    local split = options{shuffle = true, seed = 3, validation_split = 0.4}
    split.subset = "both"
    local train, validation = from_directory(folder.path, split)
    local a, b = pass(train), pass(validation)
    assert.same({6, 3}, {#a, #b})
    split.subset = "validation"
    local alone = pass(from_directory(folder.path, split))
    table.sort(alone)
    local sorted = table.move(b, 1, #b, 1, {})
    table.sort(sorted)
    assert.same(sorted, alone)
    assert.same(b, pass(validation))   -- in one order, every pass
    table.move(b, 1, #b, #a + 1, a)
    table.sort(a)
    assert.same({1, 2, 3, 4, 5, 6, 7, 8, 9}, a)
    split.subset, split.shuffle, split.seed = "training", false, nil
    assert.same({7, 6, 1, 2, 3, 5}, (pass(from_directory(folder.path, split))))
  end)

  it("resizes as ln.image.resize does", function()
    local folder <close> = scratch.folder()
    ln.set_seed(1)
    local picture = (ln.random.uniform{7, 5, 3} * 256):astype("uint8")
    ln.utils.save_img(folder.path .. "/a/a.png", picture, {scale = false})
    local x = picture:astype("float32")
    for _, name in ipairs{"nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"} do
      for _, aspect in ipairs{"none", "crop_to_aspect_ratio", "pad_to_aspect_ratio"} do
        local resizing = {size = {4, 9}, interpolation = name, [aspect ~= "none" and aspect
          or "antialias"] = aspect ~= "none"}
        local o = options{image_size = {4, 9}, interpolation = name, batch_size = false}
        if aspect ~= "none" then o[aspect] = true end
        local y = from_directory(folder.path, o):iterate()()
        goldens.near(y, ln.image.resize(x, resizing), 1e-5, 1e-3)
        o.data_format = "channels_first"
        goldens.near(from_directory(folder.path, o):iterate()(), y:permute{3, 1, 2}, 0, 0)
      end
    end
    local function channels(mode)
      return from_directory(folder.path, options{color_mode = mode}):iterate()().shape[4]
    end
    assert.same({1, 3, 4}, {channels "grayscale", channels "rgb", channels "rgba"})
  end)

  it("names a bad file, or passes over it", function()
    local folder <close> = filled()
    local path = folder:write("b/15.jpg", "no picture")
    local ds = from_directory(folder.path, options())
    fails("'" .. path .. "': neither a PNG nor a JPEG", pass, ds)
    folder:write("a/w.png", png(1):sub(1, 50))
    ds = from_directory(folder.path, options{skip_bad = true})
    local sizes = {}
    for _ = 1, 2 do
      for x in ds:iterate() do sizes[#sizes + 1] = x.shape[1] end
      assert.equal(2, ds.skipped)
    end
    assert.same({4, 4, 1, 4, 4, 1}, sizes)   -- batches are full all the same
    assert.same({7, 6, 1, 2, 3, 5, 4, 9, 8}, (pass(ds)))
    assert.same({0, 0, 1, 1, 1, 1, 1, 2, 2}, select(2, pass(ds)))
  end)

  it("follows links when asked, and none in circles", function()
    local folder <close> = filled()
    local other <close> = scratch.folder()
    other:write("l.png", png(50))
    assert(os.execute(("ln -s %s %s/a/link && ln -s . %s/a/up"):format(other.path, folder.path,
      folder.path)))
    assert.equal(9, #(pass(from_directory(folder.path, options()))))
    local values = pass(from_directory(folder.path, options{follow_links = true}))
    table.sort(values)
    assert.equal(50, values[10])
    assert.equal(10, #values)
  end)

  it("is left in the middle of a pass", function()
    local folder <close> = filled()
    local ds = from_directory(folder.path, options{batch_size = 1})
    for _ = 1, 20 do
      local count = 0
      for _ in ds:iterate() do
        count = count + 1
        if count == 2 then break end
      end
    end
    local following = ds:iterate()
    following()
    collectgarbage()
    assert.equal(9, #(pass(ds)))
  end)

  it("trains a model, with layers that see training in map", function()
    local folder <close> = filled()
    local ds = from_directory(folder.path, options{shuffle = true, seed = 1})
    local model = ln.Sequential{ln.layers.Rescaling(1 / 255), ln.layers.Flatten(),
                                ln.layers.Dense{3, activation = "softmax"}}
    model:compile{loss = "sparse_categorical_crossentropy", optimizer = "adam"}
    local history = model:fit(ds:map(function(x, y) return x / 2, y end), nil,
      {epochs = 2, verbose = 0})
    assert.equal(2, #history.history.loss)
  end)

  it("says what it found", function()
    local folder <close> = filled()
    local o = options{verbose = true, validation_split = 0.4, subset = "both"}
    assert.equal("Found 9 files belonging to 3 classes.\nUsing 6 files for training.\n"
      .. "Using 3 files for validation.\n", printed(from_directory, folder.path, o))
    assert.equal("Found 11 files.\n", printed(from_directory, folder.path,
      options{verbose = true, labels = false}))
  end)

  it("refuses what makes no sense", function()
    local folder <close> = filled()
    local function refused(pattern, more, path)
      fails(pattern, from_directory, path or folder.path, options(more))
    end
    refused("cannot read the folder '/no/such'", {}, "/no/such")
    refused("cannot read the folder '/no/such'", {labels = false}, "/no/such")
    refused("a folder expected", {}, "")
    refused("no %.png", {}, folder.path .. "/b/sub")
    refused("class_names has 'd'", {class_names = {"a", "d"}})
    refused("goes with labels", {class_names = {"a"}, labels = false})
    refused("2 labels for the 11 pictures", {labels = {1, 2}})
    refused("label 1: a class id", {labels = {-1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}})
    refused("labels is", {labels = "folders"})
    refused("label_mode is", {label_mode = "one_hot"})
    refused("needs two classes, and there are 3", {label_mode = "binary"})
    refused("batch_size is", {batch_size = 0})
    refused("image_size", {image_size = {1, 2, 3}})
    refused("image_size", {image_size = {0, 3}})
    refused("go together", {validation_split = 0.5})
    refused("go together", {subset = "training"})
    refused("needs a seed", {validation_split = 0.5, subset = "both", shuffle = true})
    refused("validation_split", {validation_split = 1, subset = "both"})
    refused("no pictures are left for validation", {validation_split = 0.01, subset = "both"})
    refused("not both", {crop_to_aspect_ratio = true, pad_to_aspect_ratio = true})
    refused("interpolation", {interpolation = "area"})
    refused("colour_mode", {colour_mode = "rgb"})
  end)

  it("goes on in a child of the process, without its parent's threads", function()
    local folder <close> = filled()
    local hdf5 = require "lunate.hdf5"   -- writes in a child
    local following = from_directory(folder.path, options{batch_size = 2}):iterate()
    following()
    assert.is_string(hdf5.encode{members = {a = ln.ones{2}}, attributes = {}})
    assert.equal(2, following().shape[1])
    assert.is_true(core.threads() >= 1)
  end)
end)
