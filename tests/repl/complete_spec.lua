-- Completion: what a text before the cursor may become, and that it runs no one's code.
local ln = require "lunate"
local complete = require "lunate.repl.complete"
local scratch = require "support.scratch"

describe("complete", function()
  local env

  before_each(function()
    local model = ln.Sequential{ln.layers.Dense{3, input_shape = {4}}, ln.layers.Dense(2)}
    env = setmetatable({ln = ln, model = model, x = ln.ones{2, 4}, word = "text"}, {__index = _G})
  end)

  local function all(text) return table.concat(complete(text, env), " ") end
  local function has(text, name)
    for _, found in ipairs(complete(text, env)) do if found == name then return true end end
    return false
  end

  it("names globals, keywords and the session's own", function()
    assert.equal("print", all("pri"))
    assert.equal("model", all("x = mod"))
    assert.equal("local", all("loc"))
    assert.equal("ln.", all("ln"))
    assert.equal("", all("nothing_like_it"))
    assert.equal("", all(""))
    assert.equal("", all("12"))
  end)

  it("names fields, parts and classes without making anything", function()
    assert.equal("layers.", all("ln.layers"))
    assert.equal("Dense", all("ln.layers.Den"))
    assert.is_true(has("y = f(ln.layers.", "Dense"))
    assert.equal("make_moons", all("ln.datasets.make_m"))
    assert.equal("load_data", all("ln.datasets.iris.load"))
    assert.is_true(has("math.", "sqrt"))
    assert.is_true(has("x.", "shape"))
    assert.equal("", all("ln.nothing.a"))
    assert.equal("", all("nothing.a"))
  end)

  it("names methods of objects through their classes", function()
    assert.is_true(has("model:pre", "predict"))
    assert.is_true(has("model:pre", "predict_classes"))
    assert.equal("reshape", all("x:resh"))
    assert.equal("", all("x:sha"))   -- a field, no method
    assert.equal("shape", all("x.sha"))
    assert.equal("units", all("model.layers[1].un"))
    assert.equal("get_weights", all("model.layers[2]:get_w"))
    assert.equal("upper", all("word:up"))
    local Mine = ln.layers.Layer:extend("Mine")
    function Mine:call(x) return x end
    function Mine:my_method() return self end
    env.mine = Mine()
    env.mine.my_field = 1
    assert.equal("my_method", all("mine:my_"))
    assert.equal("my_field my_method", all("mine.my_"))
    assert.is_true(has("mine:", "count_params"))
    env.scaler = ln.preprocessing.StandardScaler()
    assert.equal("fit fit_transform", all("scaler:fit"))
  end)

  it("names options of the call that the cursor is in", function()
    assert.equal("activation = ", all("ln.layers.Dense{units = 3, activa"))
    assert.equal("epochs = ", all("model:fit(x, y, {ep"))
    assert.is_true(has("model:fit(x, y, {epochs = 3, ", "batch_size"))
    assert.is_false(has("model:fit(x, y, {epochs = 3, ", "epochs"))
    assert.equal("keepdims = ", all("x:sum{axis = 1, k"))
    assert.equal("noise = ", all("ln.datasets.make_moons{\n  no"))
    assert.equal("units = ", all("ln.Sequential{ln.layers.Dense{un"))
    assert.equal("optimizer = ", all("model:compile{loss = f{1, 2}, opt"))
    -- Values are names again.
    assert.equal("model", all("ln.layers.Dense{units = mod"))
    local Mine = ln.layers.Layer:extend("Mine")
    Mine.options = {speed = {"number", default = 1}}
    env.Mine = Mine
    assert.equal("speed = ", all("Mine{sp"))
  end)

  it("names what an option takes, inside its string", function()
    assert.equal("relu relu6", all("ln.layers.Dense{3, activation = \"re"))
    assert.is_true(has("model:compile{loss = \"m", "mse"))
    assert.is_true(has("model:compile{optimizer = 'ad", "adam"))
    assert.is_true(has("model:compile{metrics = {\"acc", "accuracy"))
    assert.is_true(has("ln.layers.Dense{3, kernel_initializer = \"he_", "he_normal"))
    assert.is_true(has("ln.layers.Dense{3, dtype = \"fl", "float64"))
  end)

  it("names files in other strings", function()
    local folder <close> = scratch.folder()
    folder:write("my-model.keras", "")
    folder:write("my-other.h5", "")
    folder:write("deep/inner.npy", "")
    assert.equal("model.keras", all(("ln.load_model(\"%s/my-mo"):format(folder.path)))
    assert.equal("my-model.keras my-other.h5", all(("ln.load(\"%s/m"):format(folder.path)))
    assert.equal("deep/", all(("f('%s/de"):format(folder.path)))
    assert.equal("inner.npy", all(("f('%s/deep/"):format(folder.path)))
    assert.equal("", all("f('/no/such/folder/"))
  end)

  it("knows strings, comments and brackets", function()
    assert.equal("", all("-- ln.layers"))
    assert.equal("layers.", all("-- a comment\nln.layers"))
    assert.equal("layers.", all("s = 'it\\'s' .. ln.layers"))
    assert.equal("layers.", all("s = [[ { ]] .. ln.layers"))
    assert.equal("layers.", all("s = \"{\"; ln.layers"))
    assert.equal("", all("--[[ ln.layers"))
  end)

  it("runs no one's code", function()
    local function forbidden() error("was called") end
    env.trap = setmetatable({}, {__index = forbidden, __pairs = forbidden, __len = forbidden,
      __tostring = forbidden, __call = forbidden})
    env.deep = setmetatable({own = 1}, {__index = setmetatable({far = 2},
      {__index = forbidden})})
    env.f = forbidden
    assert.equal("", all("trap.x"))
    assert.equal("", all("trap.x.y"))
    assert.equal("far own", all("deep."))
    assert.equal("", all("f().x"))
    assert.equal("", all("f{"))
    local Trap = ln.layers.Layer:extend("Trap")
    Trap.call, Trap.compute_output_shape, Trap.get_config = forbidden, forbidden, forbidden
    env.layer = Trap()
    assert.equal("", all("layer.output_shape.x"))
    assert.is_true(#complete("layer.", env) > 10)
    local loop = {}
    setmetatable(loop, {__index = loop})
    env.loop = loop
    assert.equal("", all("loop.x"))
  end)

  it("makes nothing of nonsense", function()
    for _, text in ipairs{"]]].", "a..b.", "}{)(", ":::", "\"\\", "[==[", "x[", "x[1", "x[1].",
      "(.", "\0ln.", "\255\254", "1e", "0x", "...", "x[{1, 2}].", "model.layers[99].a",
      "f(\"a\\"} do
      assert.is_table(complete(text, env), text)
    end
  end)
end)
