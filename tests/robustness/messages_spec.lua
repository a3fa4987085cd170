-- What errors say, whoever makes the slip: the line of the script, what was expected and what came,
-- the name that was meant; never the insides of the library, and never more than can be read.
local core = require "lunate.core"
local documentation = require "lunate.documentation"
local ln = require "lunate"
local scratch = require "support.scratch"

local library = package.searchpath("lunate", package.path):match("^(.*)init%.lua$")
local this = debug.getinfo(1, "S").short_src

-- The message of an error that f raises.
local function message_of(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok, "no error was raised")
  return tostring(message)
end

local function says(expected, f)
  assert.matches(expected, message_of(f), 1, true)
end

local function compiled()
  local model = ln.Sequential{ln.layers.Dense{2, input_shape = {3}}}
  model:compile{loss = "mse", optimizer = "sgd"}
  return model
end

describe("a method called with a dot", function()
  local model, layer = compiled(), ln.layers.Dense(2)
  local x, y = ln.ones{4, 3}, ln.ones{4, 2}

  it("of a model says how to call it, at the line of the script", function()
    local line = debug.getinfo(1, "l").currentline + 1
    local message = message_of(function() local r = model.fit(x, y) return r end)
    assert.equal(("%s:%d: bad argument #1 to 'fit' (model expected, got a tensor of shape (4, 3)); "
      .. "call it with a colon: model:fit(...)"):format(this, line), message)
    says("call it with a colon: model:predict(...)", function() model.predict(x) end)
    says("call it with a colon: model:summary(...)", function() model.summary() end)
    says("call it with a colon: model:compile(...)", function() model.compile{loss = "mse"} end)
    says("call it with a colon: model:add(...)", function() model.add(layer) end)
    says("call it with a colon: model:save(...)", function() model.save("x.keras") end)
  end)

  it("of every other public type says so too", function()
    local objects = {
      layer = layer, optimizer = ln.optimizers.SGD(), metric = ln.metrics.Mean(),
      loss = ln.losses.MeanSquaredError(), t = ln.ones{2}, tape = ln.GradientTape(),
      dataset = ln.data.Dataset.from_tensors(x), callback = ln.callbacks.EarlyStopping(),
      transformer = ln.preprocessing.StandardScaler(), figure = ln.plot.figure{},
      estimator = ln.linear_model.Perceptron(), model = model,
    }
    local methods = {
      layer = {"get_weights", "set_weights", "build", "count_params", "add_weight", "add_metric"},
      optimizer = {"apply", "build"}, metric = {"update_state", "result", "reset_state"},
      loss = {"values"}, t = {"sum", "item", "tostring", "close"}, tape = {"gradient", "watch"},
      dataset = {"map", "batch", "shuffle", "filter"}, callback = {"say", "on_epoch_end"},
      transformer = {"fit", "transform", "fit_transform"}, figure = {"save", "show"},
      estimator = {"fit", "predict"},
      model = {"evaluate", "predict_classes", "to_json", "train_on_batch", "load_weights", "pop"},
    }
    for receiver, names in pairs(methods) do
      for _, name in ipairs(names) do
        for _, given in ipairs{false, 3, "text", {}} do
          local message = message_of(function()
            if given == false then given = nil end
            if name == "sum" then given = "text" end   -- of numbers there is a sum
            local r = objects[receiver][name](given)
            return r
          end)
          assert.matches(("call it with a colon: %s:%s("):format(receiver, name), message, 1, true)
        end
      end
    end
    says("call it with a colon: variable:assign(...)", function() ln.Variable(1).assign(2) end)
    says("colon: t:reshape(...)", function() ln.ones{4}.reshape{2, 2} end)
    says("colon: t:matmul(...)", function() ln.ones{4}.matmul(x) end)
    says("layer:get_config()", function() layer.get_config() end)
  end)

  it("does not mistake one class of a kind for another", function()
    local scaler = ln.preprocessing.StandardScaler():fit(x)
    says("MinMaxScaler expected", function() ln.preprocessing.MinMaxScaler.fit(scaler, x) end)
    local Own = ln.preprocessing.StandardScaler:extend("Own")
    assert.equal("(4, 3)", tostring(Own():fit(x):transform(x).shape))
  end)
end)

describe("a wrong name", function()
  it("in any of lunate's tables is told the one that was meant", function()
    says("did you mean 'Sequential'?", function() return ln.Senquential{} end)
    says("did you mean 'plot_model'?", function() return ln.utils.plotmodel{} end)
    says("did you mean 'Dense'?", function() return ln.layers.Dens(1) end)
    says("did you mean 'EarlyStopping'?", function() return ln.callbacks.EarlyStoping() end)
    says("did you mean 'normal'?", function() return ln.random.nromal{2} end)
    says("did you mean 'save_model'?", function() return ln.saving.savemodel() end)
    says("did you mean 'Dataset'?", function() return ln.data.Datset end)
    says("did you mean 'Input'?", function() return ln.models.Inptu end)
    says("did you mean 'ln.layers.Dense'?", function() return ln.Dense(1) end)
    says("did you mean 'ln.optimizers.Adam'?", function() return ln.Adam(1) end)
    says("did you mean 'relu'?", function() return ln.activations.rleu end)
    assert.is_nil(rawget(ln, "Senquential"))
    assert.is_nil(ln[1])
    assert.is_nil(ln._private)
  end)

  it("of a built-in object, and no error for fields that nobody has set", function()
    local model, layer = compiled(), ln.layers.Dense(2)
    says("did you mean 'units'?", function() return layer.unit end)
    says("did you mean 'summary'?", function() return model:sumary() end)
    says("did you mean 'get_weights'?", function() return layer:get_wieghts() end)
    says("did you mean 'learning_rate'?", function() return ln.optimizers.SGD().learning_rat end)
    says("did you mean 'fit_transform'?", function()
      return ln.preprocessing.StandardScaler():fit_tranform(1)
    end)
    says("did you mean 'gradient'?", function() return ln.GradientTape():gradeint() end)
    says("tape:gradient(loss, variables)", function() return ln.ones{1}:backward() end)
    for _, name in ipairs{"saved", "mine", "step", "best", "layer1", "fits", "note", "_unit"} do
      assert.is_nil(model[name])
      assert.is_nil(layer[name])
    end
    model.saved = true
    assert.is_true(model.saved)
    local Own = ln.layers.Dense:extend("Own")
    assert.is_nil(Own(2).unit)
    assert.is_nil(Own(2).layer)
    local Mine = ln.callbacks.EarlyStopping:extend("Mine")
    assert.is_nil(Mine().on_epoch_ends)
    assert.is_nil(ln.callbacks.EarlyStopping().on_epoch_begins)
  end)

  it("of an option that is missing", function()
    local x = ln.ones{4, 4, 3}
    says("option 'order' is required", function() ln.image.map_coordinates(x, ln.zeros{3, 2}) end)
    says("option 'size' is required", function() ln.image.extract_patches(x) end)
    says("required", function() ln.image.resize(x) end)
  end)

  it("is found by a transposition, and by what other libraries call it", function()
    local function option(class, name, value) return function() return class{[name] = value} end end
    says("did you mean 'relu'?", function() return ln.layers.Dense{1, activation = "rleu"} end)
    says("did you mean 'Adam'?", function() return ln.optimizers.get("adma") end)
    says("did you mean 'learning_rate'?", option(ln.optimizers.SGD, "lr", 1))
    says("did you mean 'use_bias'?", option(ln.layers.Dense, "bias", true))
    says("did you mean 'units'?", option(ln.layers.Dense, "out_features", 2))
    says("did you mean 'rate'?", option(ln.layers.Dropout, "p", 0.5))
    says("did you mean 'inputs'?", option(ln.Model, "input", 1))
    says("did you mean 'Dense'?", function() return ln.layers.Linear(1) end)
    says("did you mean 'layers'?", function() return ln.nn end)
    says("did you mean 'optimizers'?", function() return ln.optim end)
    says("did you mean 'random.normal'?", function() return ln.randn(2) end)
    says("did you mean 'concatenate'?", function() return ln.cat{} end)
    says("did you mean 'gt'?", function() return ln.greater(1, 2) end)
    says("a tensor has its shape as t.shape", function() return ln.shape(ln.ones{2}) end)
    local unlike = tostring(select(2, pcall(function() return ln.qbart end)))   -- sqrt, cast
    assert.is_nil(unlike:find("did you mean", 1, true), unlike)
    local t = ln.ones{2}
    for theirs, ours in pairs{view = "reshape", numpy = "totable", tolist = "totable", dim = "rank",
                              unsqueeze = "expand_dims", clamp = "clip", clone = "copy"} do
      says(("did you mean '%s'?"):format(ours), function() return t[theirs](t) end)
    end
    local model = compiled()
    says("did you mean 'epochs'?", function() model:fit(t, t, {epoch = 3}) end)
    says("did you mean 'axis'?", function() return t:sum{dim = 1} end)
  end)
end)

describe("messages", function()
  it("name what they are about once, and quote it once", function()
    says("unknown activation 'rulu' of option 'activation' of 'Dense'; did you mean 'relu'?",
      function() return ln.layers.Dense{1, activation = "rulu"} end)
    local model = ln.Sequential{ln.layers.Dense{1, input_shape = {1}}}
    says("callbacks[1] should be a callback", function()
      model:compile{loss = "mse"}
      model:fit(ln.ones{2, 1}, ln.ones{2, 1}, {verbose = 0,
        callbacks = {ln.callbacks.EarlyStopping}})
    end)
    says("EarlyStopping{...}", function()
      model:fit(ln.ones{2, 1}, ln.ones{2, 1}, {verbose = 0,
        callbacks = ln.callbacks.EarlyStopping})
    end)
    local pipeline = ln.preprocessing.Pipeline{{"scale", ln.preprocessing.StandardScaler()}}
    local message = message_of(function() local r = pipeline:transform(ln.ones{2, 1}) return r end)
    assert.matches("^" .. this:gsub("%p", "%%%0") .. ":%d+: in pipeline step 'scale': Standard",
      message)
  end)

  it("are bounded, however long what came", function()
    local long = ("x"):rep(160000)
    local model = compiled()
    for _, f in ipairs{
      function() return ln.layers.Dense{3, [long] = 3} end,
      function() return ln.layers.Dense{3, activation = long} end,
      function() return ln.layers.get(long) end, function() return ln.layers[long] end,
      function() return ln.callbacks[long] end, function() return ln[long] end,
      function() return ln.utils[long] end, function() return model:get_layer(long) end,
      function() return ln.load_model(long) end, function() return ln.ones{1}[long] end,
      function() return model:fit(1, 1, {[long] = 1}) end, function() return ln.zeros{long} end,
      function() return ln.data.read_csv(long) end,
      function() return model:compile{loss = long} end,
      function() return ln.ones({1}, {dtype = long}) end,
      function() return ln.preprocessing.StandardScaler{[long] = 1} end,
    } do
      local message = message_of(f)
      assert.is_true(#message < 2300, #message .. " characters: " .. message:sub(1, 80))
    end
    -- Characters stay whole.
    assert.is_truthy(utf8.len(message_of(function() return ln.layers[("é"):rep(3000)] end)))
    assert.is_truthy(utf8.len(core.shortened(("é"):rep(3000))))
    assert.is_truthy(utf8.len("x" .. core.shortened("x" .. ("é"):rep(3000))))
  end)

  it("have one traceback where one is printed, and the lines of what failed", function()
    local folder <close> = scratch.folder()
    local made = {
      layer = [[
        local Bad = ln.layers.Layer:extend("Bad")
        function Bad:call(x) return helper(x) + 1 end
        local model = ln.Sequential{Bad()}
        model:compile{loss = "mse"}]],
      loss = [[
        local model = ln.Sequential{ln.layers.Dense(1)}
        model:compile{loss = function(y, p) return helper(y) + 1 end}]],
      metric = [[
        local model = ln.Sequential{ln.layers.Dense(1)}
        model:compile{loss = "mse", metrics = {function(y, p) return helper(y) + 1 end}}]],
      initializer = [[
        local model = ln.Sequential{ln.layers.Dense{1,
          kernel_initializer = function(s) return helper(s) + 1 end}}
        model:compile{loss = "mse"}]],
      callback = [[
        local model = ln.Sequential{ln.layers.Dense(1)}
        model:compile{loss = "mse"}
        local C = ln.callbacks.Callback:extend("C")
        function C:on_epoch_end() return helper(1) + 1 end
        callbacks = {C()}]],
      map = [[
        local model = ln.Sequential{ln.layers.Dense(1)}
        model:compile{loss = "mse"}
        data = ln.data.Dataset.from_tensors(ln.ones{4, 1}, ln.ones{4, 1}):map(function(x, y)
          return helper(x) + 1, y end):batch(2)]],
    }
    for what, code in pairs(made) do
      local path = folder:write(what .. ".lua", ([[
        local ln = require "lunate"
        local callbacks, data
        local function helper(z) return z.foo.bar end
        %s
        if data then model:fit(data, nil, {verbose = 0}) else
          model:fit(ln.ones{4, 1}, ln.ones{4, 1}, {verbose = 0, callbacks = callbacks})
        end]]):format(code))
      local pipe <close> = assert(io.popen(("%s '%s' 2>&1"):format(os.getenv("LUA") or "lua5.4",
        path)))
      local text = pipe:read("a")
      assert.equal(1, select(2, text:gsub("stack traceback:", "")), text)
      assert.matches(what .. "%.lua:3: ", text)   -- where it happened
      local caught = folder:write(what .. "_caught.lua",
        ("print(select(2, pcall(dofile, %q)))"):format(path))
      local other <close> = assert(io.popen(("%s '%s' 2>&1"):format(os.getenv("LUA") or "lua5.4",
        caught)))
      assert.is_true(select(2, other:read("a"):gsub("stack traceback:", "")) <= 1)
    end
  end)
end)

describe("values of every kind given to everything public", function()
  local function boom() error("boom", 0) end
  local loop = {}
  loop[1] = loop
  local closed = ln.ones{2}
  closed:close()
  local values = {
    false, true, -1, 0.5, 0 / 0, "", "\0x", {}, {{}}, {1, {2}}, loop, {1, nil, 3}, {bogus = 1},
    setmetatable({}, {__index = boom, __len = boom, __pairs = boom}), boom, io.stdout,
    coroutine.create(print), closed, ln.ones{2, 3}, ln.zeros{0, 2}, ln.Variable{1, 2},
    ln.layers.Dense(2), ln.layers.Dense, ln, ln.layers, ln.callbacks.EarlyStopping(),
    ln.Input{shape = {3}}, ln.preprocessing.StandardScaler(),
    ln.data.Dataset.from_tensors(ln.ones{2, 2}),
  }
  local left_out = {summary = true, load_data = true, get_word_index = true}   -- print, download

  -- Why the message is one that blames the library, or nil.
  local function fault(message)
    local text = message:gsub("\nstack traceback:.*", "")
    if text:find(library, 1, true) then return "begins inside the library" end
    if text:find("attempt to", 1, true) then return "is Lua's" end
    if text:find("bad argument #%d+ to '%?'") then return "names no function" end
    if #text > 2300 then return "is too long" end
    if text:gsub("^[^ ]+:%d+: ", ""):match("^(%w+): %1:") then return "says a name twice" end
  end

  local function try(name, f, ...)
    local ok, message = pcall(f, ...)
    local why = not ok and fault(tostring(message))
    assert.is_falsy(why, ("%s: a message %s: %s"):format(name, tostring(why), tostring(message)))
  end

  it("give errors that blame the script", function()
    local folder <close> = scratch.folder()
    local terminal = io.stdout
    local _ <close> = setmetatable({}, {__close = function()
      io.stdout = terminal   -- luacheck: ignore
    end})
    io.stdout = assert(io.open("/dev/null", "w"))   -- luacheck: ignore
    local x, y = ln.ones{4, 3}, ln.ones{4, 2}
    local samples, ids = ln.random.normal{6, 2}, {0, 1, 0, 1, 0, 1}
    local objects = {
      ["ln.Model"] = compiled(), ["ln.Sequential"] = ln.Sequential(),
      ["ln.layers.Layer"] = ln.layers.Dense(2), ["ln.losses.Loss"] = ln.losses.MeanSquaredError(),
      ["ln.metrics.Metric"] = ln.metrics.Mean(), ["ln.optimizers.Optimizer"] = ln.optimizers.SGD(),
      ["ln.data.Dataset"] = ln.data.Dataset.from_tensors(x), Tensor = ln.ones{2, 3},
      ["ln.plot.Figure"] = ln.plot.figure{}, ["ln.callbacks.Callback"] = ln.callbacks.Callback(),
      ["ln.summary.FileWriter"] = ln.summary.create_file_writer(folder.path .. "/logs"),
      ["ln.preprocessing.StandardScaler"] = ln.preprocessing.StandardScaler():fit(x),
      ["ln.preprocessing.MinMaxScaler"] = ln.preprocessing.MinMaxScaler():fit(x),
      ["ln.preprocessing.LabelEncoder"] = ln.preprocessing.LabelEncoder():fit{"a", "b"},
      ["ln.preprocessing.OneHotEncoder"] = ln.preprocessing.OneHotEncoder():fit(ln.tensor{{1}}),
      ["ln.preprocessing.Pipeline"] = ln.preprocessing.Pipeline{
        {"a", ln.preprocessing.StandardScaler()}},
      ["ln.linear_model.Perceptron"] = ln.linear_model.Perceptron():fit(samples, ids),
      ["ln.neighbors.KNeighborsClassifier"] =
        ln.neighbors.KNeighborsClassifier{1}:fit(samples, ids),
      ["ln.neighbors.KNeighborsRegressor"] = ln.neighbors.KNeighborsRegressor{1}:fit(samples, ids),
    }
    local count = 0
    for _, entry in ipairs(documentation.entries()) do
      local f, self = entry.value, entry.class and objects[entry.class.name]
      local is_method = entry.kind == "method"
      if (type(f) == "function" or entry.kind == "class") and not left_out[entry.short]
        and (self or not is_method) then
        local function call(...)
          local r
          if is_method then r = f(self, ...) else r = f(...) end
          return r
        end
        local function dot(...) local r = f(...) return r end
        for i, value in ipairs(values) do
          try(entry.name, call, value)
          try(entry.name, call, value, values[#values + 1 - i])
          try(entry.name, call, x, value)
          try(entry.name, call, x, y, value)
          try(entry.name, call, folder.path .. "/name", value)
          if is_method then try(entry.name, dot, value) end
          for _, option in ipairs(entry.options) do
            if entry.kind == "class" then try(entry.name, call, {[option.name] = value})
            else try(entry.name, call, x, {[option.name] = value}) end
          end
          count = count + 1
        end
        try(entry.name, call)
        if is_method then try(entry.name, dot) end
      end
    end
    assert.is_true(count > 5000)
  end)
end)
