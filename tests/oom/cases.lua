-- What is run while memory fails: nearly all of it found, not listed. Every op with its own
-- samples and their gradients; every class of the registries, made, used, described and written as
-- JSON; every example of the documentation (so whatever is public); and some whole trainings,
-- savings and readings below. A case is {name =, run = function}; `run` is called many times and
-- must succeed each time that memory does not fail; `long` ones have too many allocations for each
-- of them to fail.
--
-- `first` holds texts of code instead: each is run in Lua states of its own, so that memory fails
-- while modules and what they make at first use come up.

local core = require "lunate.core"
local ln = require "lunate"
local documentation = require "lunate.documentation"
local examples = require "support.examples"
local objects = require "support.objects"
local samples = require "support.samples"

local cases = {}

local function add(list, name, run) list[#list + 1] = {name = name, run = run} end

-- ---- ops

local function tensors_of(args)
  local found = {}
  for i = 1, args.n do
    local values = type(args[i]) == "table" and args[i] or {args[i]}
    for _, v in ipairs(values) do
      if getmetatable(v) == "lunate.tensor" and v.dtype:find("^float") then
        found[#found + 1] = v
      end
    end
  end
  return found
end

local function add_ops(list)
  for _, op in ipairs(core.ops()) do
    local f = core.op(op.name)
    for sample in (op.samples or ""):gmatch("[^\n]+") do
      local args = samples.arguments(sample)
      add(list, ("op %s(%s)"):format(op.name, sample), function()
        return f(table.unpack(args, 1, args.n))
      end)
      local sources = tensors_of(args)
      local made = f(table.unpack(args, 1, args.n))
      local float = getmetatable(made) == "lunate.tensor" and made.dtype:find("^float")
      if op.gradient and float and #sources > 0 then
        add(list, ("gradient of %s(%s)"):format(op.name, sample), function()
          local outer <close> = ln.GradientTape()
          outer:watch(sources)
          local inner <close> = ln.GradientTape()
          inner:watch(sources)
          local y = f(table.unpack(args, 1, args.n))
          local first = inner:gradient(y, sources)
          return first[1] and outer:gradient(first[1], sources)
        end)
      end
    end
  end
end

-- ---- classes

local use = {}

-- A layer takes the first of these inputs that it accepts, trained for a step where it can be.
local function layer_input(name)
  local inputs = {
    function() return ln.ones{2, 3} end, function() return ln.ones{2, 4, 3} end,
    function() return ln.ones{2, 6} end, function() return ln.ones({2, 3}, {dtype = "int32"}) end,
    function() return {ln.ones{2, 3}, ln.ones{2, 3}} end, function() return ln.ones{2, 4, 4, 3} end,
    function() return ln.ones{2, 4, 4, 4, 3} end,
  }
  for _, input in ipairs(inputs) do
    if pcall(function() return objects("layer", name)(input()) end) then return input end
  end
end

function use.layer(object, input)
  if not input then return end
  local tape <close> = ln.GradientTape()
  local y = object(input(), {training = true})
  y = getmetatable(y) == "lunate.tensor" and y or y[1]
  if #object.trainable_variables > 0 then
    tape:gradient(y:sum(), object.trainable_variables)
  end
  return object:count_params(), object(input())
end

local y_true = ln.tensor{{0, 1, 0}, {1, 0, 0}}
local y_pred = ln.tensor{{0.1, 0.8, 0.1}, {0.5, 0.2, 0.3}}

function use.loss(object) return object(y_true, y_pred) end

function use.metric(object)
  object:update_state(y_true, y_pred)
  object:result()
  object:reset_state()
end

function use.optimizer(object)
  local v = ln.Variable{{1, 2}, {3, 4}}
  object:apply({ln.ones{2, 2}}, {v})
  return object:apply({ln.ones{2, 2}}, {v})
end

function use.initializer(object) return object{4, 4} end
function use.regularizer(object) return object(ln.ones{3, 3}) end
function use.constraint(object) return object(ln.ones{3, 3}) end
function use.schedule(object) return object(3) end

local function add_classes(list)
  for _, kind in ipairs{"layer", "loss", "metric", "optimizer", "initializer", "regularizer",
                        "constraint", "schedule"} do
    for _, name in ipairs(core.classes(kind)) do
      local input = kind == "layer" and layer_input(name)
      -- What a class needs other inputs for than the usual ones is made and described all the same.
      local works = pcall(function() return use[kind] and use[kind](objects(kind, name), input) end)
      add(list, kind .. " " .. name, function()
        local object = objects(kind, name)
        if works and use[kind] then use[kind](object, input) end
        tostring(object)
        if name == "Functional" or name == "Sequential" then return object end
        return core.json_encode(core.serialize(object)), core.get(kind, core.serialize(object))
      end)
    end
  end
end

-- ---- everything public

-- These hand the whole process over, take minutes, or fetch from the net.
local OUTSIDE = {"^ln%.datasets%.mnist", "^ln%.datasets%.fashion_mnist", "^ln%.datasets%.cal",
  "^ln%.datasets%.cifar", "^lunate%.download", "^lunate%.repl%.run"}

local function add_examples(list, temporary)
  for _, entry in ipairs(documentation.entries()) do
    local outside = not entry.example
    for _, pattern in ipairs(OUTSIDE) do outside = outside or entry.name:find(pattern) end
    if not outside then
      local run = examples.compile(examples.doc(entry.example), entry.name, temporary)
      add(list, "example of " .. entry.name, run)
      list[#list].long = true
    end
  end
end

-- ---- whole trainings

local function small()
  local model = ln.Sequential{
    ln.layers.Dense{5, activation = "relu", input_shape = {4}}, ln.layers.Dropout{0.2},
    ln.layers.Dense{1, kernel_regularizer = "l2"},
  }
  model:compile{loss = "mse", optimizer = "adam", metrics = {"mae"}}
  return model
end

local function add_trainings(list, folder)
  local x, y = ln.random.normal({20, 4}, {seed = 1}), ln.random.normal({20, 1}, {seed = 2})
  local made = small()
  made:fit(x, y, {verbose = 0})
  local Own = ln.layers.Layer:extend("OomOwn")
  function Own:init(o) Own.super.init(self, o) self.inner = ln.layers.Dense(3) end
  function Own:call(inputs) return self.inner(inputs):tanh() end
  local file = io.open(folder .. "/in.csv", "w")
  file:write("a,b,c\n")
  for i = 1, 50 do file:write(i, ",", 2 * i, ",", 3 * i, "\n") end
  file:close()

  add(list, "training a Sequential", function()
    local model = small()
    model:fit(x, y, {epochs = 2, batch_size = 8, verbose = 0, validation_split = 0.2})
    return model:predict(x, {verbose = 0}), model:evaluate(x, y, {verbose = 0})
  end)
  add(list, "training on with callbacks", function()
    local c = ln.callbacks
    made:fit(x, y, {verbose = 0, epochs = 2, validation_split = 0.2, callbacks = {
      c.EarlyStopping{patience = 3, restore_best_weights = true},
      c.ReduceLROnPlateau(), c.TerminateOnNaN(), c.CSVLogger{folder .. "/log.csv"},
      c.ModelCheckpoint{folder .. "/best.keras", save_best_only = true},
      c.TensorBoard{log_dir = folder .. "/logs", histogram_freq = 1},
      c.LearningRateScheduler{function(_, rate) return rate end},
    }})
  end)
  add(list, "float16 and bfloat16, in ops, files and layers of mixed precision", function()
    local half, brain = ln.ones({2, 3}, {dtype = "float16"}), ln.ones({2, 3}, {dtype = "bfloat16"})
    local list_of_many = {half, half, half, half, half, half, half, half, half, half}
    local joined = ln.concatenate{half, brain}:matmul(ln.einsum("ij,kj->jk", half, half))
    local path = folder .. "/halves.safetensors"
    ln.save(path, {half = half, brain = brain})
    ln.load(path, {dtype = "float32"})
    local model = ln.Sequential{ln.layers.Dense{2, activation = "relu", dtype = "mixed_bfloat16"},
      ln.layers.Dense{1, dtype = "bfloat16"}}
    model:compile{loss = "mse", optimizer = "adam"}
    model:fit(half, ln.ones{2, 1}, {verbose = 0})
    return joined, ln.stack(list_of_many), model.layers[1].dtype_policy
  end)
  add(list, "a layer and a loss in Lua", function()
    local model = ln.Sequential{Own(), ln.layers.Dense(1)}
    model:compile{loss = function(a, b) return (a - b):square():mean() end, optimizer = "sgd"}
    model:fit(x, y, {epochs = 2, batch_size = 8, verbose = 0})
    return model:evaluate(x, y, {verbose = 0})
  end)
  add(list, "a graph with two inputs and outputs", function()
    local a, b = ln.Input{shape = {2}}, ln.Input{shape = {3}}
    local hidden = ln.layers.Dense{4, activation = "relu"}(b)
    local both = ln.layers.concatenate{a, hidden}
    local model = ln.Model{inputs = {a, b},
      outputs = {ln.layers.Dense(1)(both), ln.layers.Dense(2)(hidden)}}
    model:compile{loss = {"mse", "mse"}, optimizer = "sgd"}
    model:fit({ln.ones{8, 2}, ln.ones{8, 3}}, {ln.ones{8, 1}, ln.ones{8, 2}}, {verbose = 0})
    return model:to_json()
  end)
  add(list, "a loop with a tape", function()
    local optimizer, layer = ln.optimizers.Adam(), ln.layers.Dense(1)
    layer(x)
    for xb, yb in ln.data.batches(x, y, {batch_size = 8, shuffle = true}) do
      local tape <close> = ln.GradientTape()
      local loss = ln.losses.mse(yb, layer(xb)):mean()
      optimizer:apply(tape:gradient(loss, layer.trainable_variables), layer.trainable_variables)
    end
  end)
  for _, ending in ipairs{".keras", ".h5", ".weights.h5"} do
    local path = folder .. "/saved" .. ending
    add(list, "saving and loading " .. ending, function()
      if ending == ".weights.h5" then
        made:save_weights(path)
        return made:load_weights(path)
      end
      made:save(path)
      return ln.load_model(path)
    end)
  end
  add(list, "saving and loading arrays", function()
    for name, value in pairs{["a.npz"] = {a = x, b = y}, ["a.npy"] = x,
                             ["a.safetensors"] = {a = x, b = y}} do
      ln.save(folder .. "/" .. name, value)
      ln.load(folder .. "/" .. name)
    end
  end)
  add(list, "reading ahead", function()
    for _ in ln.data.Dataset.from_tensors(x, y):shuffle(5):batch(4):prefetch(2):iterate() do end
    local csv = ln.data.Dataset.from_csv(folder .. "/in.csv", {label = "c"})
    for _ in csv:batch(7):prefetch(2):iterate() do end
    return ln.data.read_csv(folder .. "/in.csv")
  end)
end

--- All cases. temporary() names files for the examples, folder is for the rest.
function cases.all(temporary, folder)
  local list = {}
  add_ops(list)
  add_classes(list)
  add_trainings(list, folder)
  add_examples(list, temporary)
  return list
end

-- What comes up on first use, each in a state of its own: {name, code, before = code that runs with
-- memory, long =}.
cases.first = {
  {"the library", [[local ln = require "lunate" assert(ln.ones{2, 3}:sum():item() == 6)]]},
  {"a training", long = true, before = [[ln = require "lunate"]], [[
    local model = ln.Sequential{ln.layers.Dense{2, input_shape = {3}}}
    model:compile{loss = "mse", optimizer = "sgd"}
    model:fit(ln.ones{4, 3}, ln.ones{4, 2}, {verbose = 0})]]},
  {"shapes, slices and texts", before = [[ln = require "lunate"]], [[
    local t = ln.ones{4, 3}
    assert(tostring(t.shape) == "(4, 3)" and tostring(t[{ {1, 2} }]) == tostring(ln.ones{2, 3}))]]},
  {"zip", before = [[require "lunate.core"]], [[
    local zip = require "lunate.zip"
    assert(zip.decode(zip.encode{{name = "a", data = "b"}}).a == "b")]]},
  {"hdf5", before = [[ln = require "lunate"]], [[
    local hdf5 = require "lunate.hdf5"
    local tree = hdf5.decode(hdf5.encode{members = {a = ln.ones{2}}, attributes = {b = "c"}})
    assert(tree.attributes.b == "c" and tree.members.a.shape[1] == 2)]]},
  {"png", before = [[ln = require "lunate"]], [[
    local png = require "lunate.png"
    local bytes = png.encode(ln.ones({2, 2, 3}, {dtype = "uint8"}))
    assert(png.decode(bytes).shape[3] == 3)]]},
  {"jpeg", before = [[ln = require "lunate"]], [[
    local jpeg = require "lunate.jpeg"
    local bytes = jpeg.encode(ln.ones({2, 2, 3}, {dtype = "uint8"}))
    assert(jpeg.decode(bytes).shape[3] == 3)]]},
  -- The long text is for Lua's own buffers, whose first one needs memory to be whole.
  {"files of pictures", before = [[
    ln = require "lunate" name = os.tmpname() long = ("x"):rep(1e5)]], [[
    ln.utils.save_img(name, ln.ones{6, 4, 3}, {file_format = "png"})
    local img = ln.utils.load_img(name, {color_mode = "rgba", target_size = {3, 5},
      interpolation = "bicubic"})
    assert(ln.utils.img_to_array(img).shape[3] == 4)]]},
  {"a folder of pictures", before = [[
    ln = require "lunate" folder = os.tmpname() .. ".d" long = ("x"):rep(1e5)
    require("lunate.core").make_folders(folder .. "/a/b")
    for i = 1, 3 do
      local bytes = require("lunate.png").encode(ln.ones({4, 4, 3}, {dtype = "uint8"}))
      local file <close> = io.open(("%s/a/%d.png"):format(folder, i), "wb")
      file:write(bytes)
    end]], [[
    local ds = ln.utils.image_dataset_from_directory(folder, {image_size = {3, 2}, batch_size = 2,
      verbose = false, shuffle = false, pad_to_aspect_ratio = true})
    local n = 0
    for x, y in ds:iterate() do n = n + x.shape[1] end
    assert(n == 3)]]},
  {"augmentation", before = [[ln = require "lunate"]], [[
    local L, x = ln.layers, ln.ones{2, 4, 4, 3}
    local chain = L.Pipeline{{L.RandomFlip(), L.RandomRotation{0.1}, L.RandomCrop{3, 3},
      L.RandomPerspective(), L.RandomElasticTransform(), L.RandomHue{0.1}, L.RandomErasing(),
      L.Equalization(), L.RandAugment(), L.AugMix(), L.MixUp(), L.CutMix()}}
    assert(chain(x, {training = true}).shape[2] == 3)]]},
  {"json", before = [[core = require "lunate.core"]], [[
    assert(core.json_encode(core.json_decode('{"a": [1, 2, {"b": null}]}')):find('"a"'))]]},
  {"csv and rows read ahead", before = [[ln = require "lunate"]], [[
    local core = require "lunate.core"
    assert(core.parse_csv("1,2\n3,4\n", nil, ",", 0, "float32", nil).shape[1] == 2)
    for _ in ln.data.Dataset.from_tensors(ln.ones{10, 2}):batch(3):prefetch(2):iterate() do end]]},
  {"programs and folders", before = [[core = require "lunate.core"]], [[
    core.run_program({"true"}, "")
    assert(#core.list_folder("/") > 0)]]},
  {"a file of events", before = [[ln = require "lunate" name = os.tmpname() os.remove(name)]], [[
    local writer <close> = ln.summary.create_file_writer(name)
    writer:scalar("a", 1, {step = 1})
    os.execute("rm -r " .. name)]]},
  {"an interrupt's guard", before = [[core = require "lunate.core"]], [[
    local guard <close> = core.interrupt()
    assert(guard:count() == 0)]]},
  {"a tensor of a finalizer", before = [[ln = require "lunate"]], [[
    kept = setmetatable({}, {__gc = function() dropped = ln.ones{100, 100} end})]]},
}

return cases
