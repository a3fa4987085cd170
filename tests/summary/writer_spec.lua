-- Event files as an independent reader sees them: framing, messages, each kind of summary; what
-- happens to them when things go wrong.
local ln = require "lunate"
local core = require "lunate.core"
local goldens = require "support.goldens"
local scratch = require "support.scratch"
local events = require "support.events"
local fails = require "support.fails"

describe("ln.summary", function()
  local folder
  before_each(function() folder = scratch.folder() end)
  after_each(function() folder:remove() end)

  -- What f(writer) writes, as values with their steps, without the first event.
  local function written(f)
    do
      local writer <close> = ln.summary.create_file_writer(folder.path .. "/a/run")
      f(writer)
    end
    local list = {}
    for _, event in ipairs(events.read(folder.path)["a/run"]) do
      for _, value in ipairs(event.values) do
        value.step = event.step
        list[#list + 1] = value
      end
    end
    return list
  end

  -- Specs that decode; without Python's protobuf they are pending and say so.
  local function decodes(what, f)
    it(what, function()
      if not events.available() then return pending("needs python3-protobuf") end
      f()
    end)
  end

  decodes("begins a file with its version, under TensorFlow's name", function()
    local writer = ln.summary.create_file_writer(folder.path .. "/run")
    local other = ln.summary.create_file_writer(folder.path .. "/run")
    assert.matches("/run/events%.out%.tfevents%.%d%d%d%d%d%d%d%d%d%d+%.[^/]+%.%d+%.%d+%.v2$",
      writer.path)
    assert.are_not.equal(writer.path, other.path)
    writer:close()
    other:close()
    local list = events.read(folder.path).run
    assert.equal(2, #list)
    assert.equal("brain.Event:2", list[1].file_version)
    assert.near(os.time(), list[1].wall_time, 60)
  end)

  decodes("writes scalars", function()
    local list = written(function(writer)
      writer:scalar("loss", 0.1, {step = 0})
      writer:scalar("loss", ln.tensor{2.5}, {step = 1 << 40})
      writer:scalar("loss", ln.tensor(7, {dtype = "int64"}), {step = -3})
      writer:scalar("loss", 0 / 0, {step = 4})
      writer:scalar("loss", -math.huge, {step = 5})
    end)
    local steps, data = {}, {}
    for i, value in ipairs(list) do
      steps[i], data[i] = value.step, value.data[1]
      assert.same({"loss", "scalars", 1, 1, {}, ""}, {value.tag, value.plugin, value.data_class,
        value.dtype, value.shape, value.content})
    end
    assert.same({0, 1 << 40, -3, 4, 5}, steps)
    assert.same({("<f"):unpack(("<f"):pack(0.1)), 2.5, 7, "nan", "-inf"}, data)
  end)

  decodes("takes any name in UTF-8", function()
    local names = {"a/b", "größe 雪", "with space\nand line", ("x"):rep(70000), "a:0%s"}
    local list = written(function(writer)
      for i, name in ipairs(names) do writer:scalar(name, i, {step = i}) end
    end)
    for i, name in ipairs(names) do assert.equal(name, list[i].tag) end
  end)

  decodes("writes histograms of finite values", function()
    local list = written(function(writer)
      writer:histogram("h", ln.tensor{{0, 1, 1, 0 / 0}, {2, 4, math.huge, 4}},
        {step = 1, buckets = 4})
      writer:histogram("h", {7, 7, 7}, {step = 2})
      writer:histogram("h", ln.zeros{0, 3}, {step = 3})
      writer:histogram("h", ln.arange(1, 1001, 1, "int32"), {step = 4})
    end)
    assert.same({0, 1, 1, 1, 2, 2, 2, 3, 1, 3, 4, 2}, list[1].data)
    assert.same({4, 3}, list[1].shape)
    assert.same({6.5, 7.5, 3}, list[2].data)
    assert.same({0, 3}, list[3].shape)
    assert.same({30, 3}, list[4].shape)
    local count = 0
    for i = 3, 90, 3 do count = count + list[4].data[i] end
    assert.equal(1000, count)
    assert.same({"histograms", 2, 2}, {list[1].plugin, list[1].data_class, list[1].dtype})
  end)

  decodes("writes pictures", function()
    local floats = ln.tensor{-1, 0, 0.5, 1, 2, 0 / 0}:reshape{1, 2, 3, 1}
    ln.set_seed(3)
    local bytes = (ln.random.uniform{5, 9, 7, 4} * 256):astype("uint8")
    local list = written(function(writer)
      writer:image("gray", floats, {step = 1})
      for c = 1, 4 do writer:image("c" .. c, bytes[{ {}, {}, {}, {1, c} }], {step = c}) end
      writer:image("more", bytes, {step = 5, max_outputs = 9})
      writer:image("none", bytes, {step = 5, max_outputs = 0})
    end)
    assert.same({"3", "2"}, {list[1].data[1], list[1].data[2]})
    assert.same({{0, 0, 127}, {255, 255, 0}}, list[1].data[3].rows)
    assert.same({"images", 3, 7, {3}}, {list[1].plugin, list[1].data_class, list[1].dtype,
      list[1].shape})
    for c = 1, 4 do
      local value = list[1 + c]
      assert.same({5}, value.shape)   -- of 5 pictures the first 3
      for i = 1, 3 do
        assert.equal(c, value.data[2 + i].channels)
        local expected = bytes[i][{ {}, {}, {1, c} }]:reshape{9, 7 * c}:totable()
        assert.same(expected, value.data[2 + i].rows)
      end
    end
    assert.same({7}, list[6].shape)
    assert.same({"7", "9"}, list[7].data)
  end)

  decodes("writes text, lists and tables of it", function()
    local list = written(function(writer)
      writer:text("t", "**ü**", {step = 1})
      writer:text("t", {"a", "b", ""}, {step = 2})
      writer:text("t", {{"a", "b"}, {"c", "d"}, {"e", "f"}}, {step = 3})
      writer:text("t", {}, {step = 4})
    end)
    assert.same({{}, {3}, {3, 2}, {0}},
      {list[1].shape, list[2].shape, list[3].shape, list[4].shape})
    assert.same({"**ü**"}, list[1].data)
    assert.same({"a", "b", "c", "d", "e", "f"}, list[3].data)
    assert.same({"text", 2, 7}, {list[1].plugin, list[1].data_class, list[1].dtype})
  end)

  decodes("writes hyperparameters, metrics, and how it ended", function()
    local list = written(function(writer)
      writer:hparams({rate = 0.1, units = 300, optimizer = "sgd", nesterov = false, empty = ""},
        {metrics = {accuracy = 0.5, loss = 2}, step = 7})
    end)
    assert.equal("_hparams_/session_start_info", list[1].tag)
    assert.same({rate = {number_value = 0.1}, units = {number_value = 300},
      optimizer = {string_value = "sgd"}, nesterov = {bool_value = false},
      empty = {string_value = ""}}, list[1].hparams)
    assert.same({"accuracy", 7, 0.5}, {list[2].tag, list[2].step, list[2].data[1]})
    assert.same({"loss", 7, 2}, {list[3].tag, list[3].step, list[3].data[1]})
    assert.same({"_hparams_/session_end_info", 1}, {list[4].tag, list[4].status})

    pcall(function()
      local writer <close> = ln.summary.create_file_writer(folder.path .. "/failed")
      writer:hparams{rate = 0.1}
      error("training went wrong")
    end)
    local failed = events.of(events.read(folder.path).failed, "_hparams_/session_end_info")
    assert.equal(2, failed[1].status)
  end)

  decodes("puts runs of the same hyperparameters into one group", function()
    for name, values in pairs{a = {x = 1, y = "z"}, b = {y = "z", x = 1.0}, c = {x = 2, y = "z"}} do
      local writer <close> = ln.summary.create_file_writer(folder.path .. "/" .. name)
      writer:hparams(values)
    end
    local runs = events.read(folder.path)
    local function group(name)
      return events.of(runs[name], "_hparams_/session_start_info")[1].group
    end
    assert.equal(group("a"), group("b"))
    assert.are_not.equal(group("a"), group("c"))
  end)

  -- ---- graphs

  -- Node names to their inputs.
  local function graph_of(model)
    do
      local writer <close> = ln.summary.create_file_writer(folder.path .. "/graph")
      writer:graph(model)
    end
    local list, inputs, nodes = events.read(folder.path).graph, {}, {}
    for _, event in ipairs(list) do
      for _, node in ipairs(event.graph or {}) do
        inputs[node.name], nodes[node.name] = node.input, node
      end
    end
    return inputs, nodes, events.of(list, "keras")[1]
  end

  decodes("writes a Sequential's graph, and Keras's of it", function()
    local model = ln.Sequential{
      ln.layers.Dense{3, activation = "relu", input_shape = {2}, name = "a"},
      ln.Sequential{ln.layers.Dense{4, name = "b"}, ln.layers.Dense{5, name = "c"}, name = "inner"},
      name = "m",
    }
    local inputs, nodes, keras = graph_of(model)
    assert.same({["m/input_layer"] = {}, ["m/a"] = {"m/input_layer"}, ["m/inner/b"] = {"m/a"},
      ["m/inner/c"] = {"m/inner/b"}}, inputs)
    assert.same({"Dense", "Dense", 1, {{-1, 4}}}, {nodes["m/inner/b"].op,
      nodes["m/inner/b"].keras_class, nodes["m/inner/b"].dtype, nodes["m/inner/b"].shapes})
    assert.same({"graph_keras_model", "1", 7, {}}, {keras.plugin, keras.content, keras.dtype,
      keras.shape})
    local config = core.json_decode(keras.data[1])
    assert.equal("Sequential", config.class_name)
    assert.equal("a", config.config.layers[2].config.name)
    assert.equal("m", ln.model_from_json(keras.data[1]).name)
  end)

  decodes("writes a functional graph with shared layers and inner models", function()
    local a, b = ln.Input{shape = {5}, name = "a"}, ln.Input{shape = {6}, name = "b"}
    local inner_input = ln.Input{shape = {4}, name = "x"}
    local inner = ln.Model{inputs = inner_input, name = "inner",
      outputs = ln.layers.Dense{4, name = "d"}(inner_input)}
    local shared = ln.layers.Dense{4, name = "shared"}
    local sum = ln.layers.Add{name = "sum"}{shared(ln.layers.Dense{4, name = "p"}(a)),
      shared(ln.layers.Dense{4, name = "q"}(b))}
    local model = ln.Model{inputs = {a, b}, outputs = ln.layers.Dense{1, name = "out"}(inner(sum)),
      name = "m"}
    local inputs, nodes, keras = graph_of(model)
    local first = inputs["m/shared"][1] == "m/p" and "m/shared" or "m/shared_1"
    assert.same({"m/shared", "m/shared_1"}, inputs["m/sum"][1] < inputs["m/sum"][2]
      and inputs["m/sum"] or {inputs["m/sum"][2], inputs["m/sum"][1]})
    assert.equal(first, inputs["m/sum"][1])
    assert.same({{"m/sum"}, {"m/inner/x"}, {"m/inner/d"}},
      {inputs["m/inner/x"], inputs["m/inner/d"], inputs["m/out"]})
    assert.same({{-1, 6}}, nodes["m/b"].shapes)
    assert.equal("Functional", core.json_decode(keras.data[1]).class_name)
  end)

  decodes("shows the layers of a model whose call is Lua's", function()
    local Own = ln.Model:extend("Own")
    function Own:init()
      self.a, self.b = ln.layers.Dense{2, name = "a"}, ln.layers.Dense{1, name = "b"}
    end
    function Own:call(x) return self.b(self.a(x)) end
    local inputs, _, keras = graph_of(Own{name = "own"})
    assert.same({["own/a"] = {}, ["own/b"] = {}}, inputs)
    assert.is_nil(keras)
  end)

  -- ---- what goes wrong

  it("refuses what it cannot write, and writes nothing then", function()
    local writer <close> = ln.summary.create_file_writer(folder.path)
    local before = #folder:read(writer.path:match("[^/]+$"))
    local step = {step = 1}
    fails("'scalar'.-name in UTF%-8 expected, got \"\\xFF\"", writer.scalar, writer, "\xff", 1,
      step)
    fails("name in UTF%-8", writer.scalar, writer, "", 1, step)
    fails("name in UTF%-8 expected, got nil", writer.scalar, writer, nil, 1, step)
    fails("'scalar': option 'step' is required", writer.scalar, writer, "a", 1)
    fails("unknown option 'stepp' of 'scalar'", writer.scalar, writer, "a", 1, {stepp = 1})
    fails("'step'.-integer", writer.scalar, writer, "a", 1, {step = 1.5})
    fails("tensor of shape %(2,%)", writer.scalar, writer, "a", ln.zeros{2}, step)
    fails("number, or a tensor of one, expected, got x", writer.scalar, writer, "a", "x", step)
    fails("'histogram' %(a tensor expected", writer.histogram, writer, "a", 1, step)
    fails("'buckets'", writer.histogram, writer, "a", ln.zeros{1}, {step = 1, buckets = 0})
    fails("float32 tensor of shape %(2, 3%)", writer.image, writer, "a", ln.zeros{2, 3}, step)
    fails("shape %(1, 2, 2, 5%)", writer.image, writer, "a", ln.zeros{1, 2, 2, 5}, step)
    fails("int32", writer.image, writer, "a", ln.zeros({1, 2, 2, 1}, {dtype = "int32"}), step)
    fails("equally long rows", writer.text, writer, "a", {{"a"}, {"b", "c"}}, step)
    fails("equally long rows", writer.text, writer, "a", {"a", {"b"}}, step)
    fails("equally long rows", writer.text, writer, "a", {{{"a"}}}, step)
    fails("empty table", writer.hparams, writer, {})
    fails("'x' should be a finite number", writer.hparams, writer, {x = 0 / 0})
    fails("'x' should be a finite number", writer.hparams, writer, {x = {}})
    fails("'metrics'", writer.hparams, writer, {x = 1}, {metrics = 1})
    fails("a model expected", writer.graph, writer, {})
    assert.equal(before, #folder:read(writer.path:match("[^/]+$")))
  end)

  it("closes twice, and says so afterwards", function()
    local writer = ln.summary.create_file_writer(folder.path)
    writer:flush()
    writer:close()
    writer:close()
    writer:flush()
    fails("the summary writer of '.-' is closed", writer.scalar, writer, "a", 1, {step = 1})
  end)

  it("says where it cannot write", function()
    local path = folder:write("a/file", "")
    fails("file", ln.summary.create_file_writer, path)
    fails("file", ln.summary.create_file_writer, path .. "/below")
    fails("a folder expected, got nil", ln.summary.create_file_writer)
    fails("a folder expected, got ''", ln.summary.create_file_writer, "")
    fails("path", ln.summary.create_file_writer, "a\0b")
  end)

  -- Runs Lua code in a process of its own, behind shell words that limit it.
  local function elsewhere(shell, code)
    local script = folder:write("code/script.lua", code)
    return ("%s env LUA_PATH='%s' LUA_CPATH='%s' %s %s %s 2>&1"):format(shell, package.path,
      package.cpath, arg and arg[-1] or "lua5.4", script, folder.path .. "/logs")
  end

  decodes("leaves a readable file when the disk is full, and goes on when there is room", function()
    -- A limit on the size of files is a full disk for a process that may not be killed by it.
    local pipe <close> = assert(io.popen(elsewhere("ulimit -f 4; trap '' XFSZ;", [[
      local ln = require "lunate"
      local writer <close> = ln.summary.create_file_writer(arg[1])
      local ok, message = pcall(function()
        for i = 1, 1e6 do writer:text("t", ("x"):rep(1000), {step = i}) end
      end)
      print(ok, message)
      writer:scalar("after", 1, {step = 1})
    ]])))
    local output = pipe:read("a")
    assert.matches("^false\t.-script.lua:%d+: cannot write '.-': ", output)
    local list = events.read(folder.path).logs
    assert.is_true(#events.of(list, "t") >= 1)
    assert.equal(1, #events.of(list, "after"))
  end)

  decodes("leaves what was written when the process is killed", function()
    os.execute("{ " .. elsewhere("", [[
      local ln = require "lunate"
      local writer = ln.summary.create_file_writer(arg[1])
      for i = 1, 1000 do writer:scalar("s", i, {step = i}) end
      os.execute("kill -9 $PPID")
    ]]) .. "; } >/dev/null 2>&1")
    assert.equal(1000, #events.of(events.read(folder.path).logs, "s"))
  end)

  it("gives readers each event at once", function()
    local writer <close> = ln.summary.create_file_writer(folder.path)
    local name = writer.path:match("[^/]+$")
    local before = #folder:read(name)
    writer:scalar("a", 1, {step = 1})
    assert.is_true(#folder:read(name) > before)
  end)
end)

describe("lunate.png", function()
  local png = require "lunate.png"

  it("gives back what it packed", function()
    ln.set_seed(1)
    for _, shape in ipairs{{1, 1}, {3, 5}, {4, 2, 1}, {5, 3, 2}, {2, 7, 3}, {33, 65, 4}} do
      local image = (ln.random.uniform(shape) * 256):astype("uint8")
      local back = png.decode(png.encode(image))
      assert.equal(shape[3] or 1, back.shape[3])
      goldens.near(back:reshape(shape), image, 0, 0)
    end
    local strided = ln.arange(0, 24, 1, "uint8"):reshape{4, 6}:transpose()
    goldens.near(png.decode(png.encode(strided)):squeeze(-1), strided, 0, 0)
  end)

  it("refuses what is no picture", function()
    fails("uint8 tensor expected", png.encode, "x")
    fails("uint8 tensor", png.encode, ln.zeros{2, 2})
    fails("uint8 tensor", png.encode, ln.zeros({2, 2, 5}, {dtype = "uint8"}))
    fails("no PNG form", png.encode, ln.zeros({0, 2}, {dtype = "uint8"}))
    fails("png.decode", png.decode, "")
    fails("png.decode", png.decode, ("x"):rep(100))
  end)

  it("is not taken in by damaged files", function()
    local image = ln.arange(0, 240, 1, "uint8"):reshape{10, 8, 3}
    local whole = png.encode(image)
    for n = 0, #whole - 13 do fails("png.decode", png.decode, whole:sub(1, n)) end
    ln.set_seed(2)
    for _ = 1, 500 do
      local at = ln.random.uniform({1}, {min = 1, max = #whole + 1})[1] // 1 | 0
      pcall(png.decode, whole:sub(1, at - 1) .. string.char(at % 256) .. whole:sub(at + 1))
    end
    -- A header that claims 100,000 by 100,000 pixels, with the right CRC.
    local header = "IHDR" .. (">I4I4"):pack(100000, 100000) .. "\8\2\0\0\0"
    local function crc32(text)
      local r = 0xffffffff
      for i = 1, #text do
        r = r ~ text:byte(i)
        for _ = 1, 8 do r = r & 1 == 1 and r >> 1 ~ 0xedb88320 or r >> 1 end
      end
      return ~r & 0xffffffff
    end
    local bomb = whole:sub(1, 8) .. "\0\0\0\13" .. header .. (">I4"):pack(crc32(header))
      .. whole:sub(34)
    fails("cannot hold a picture of 100000 by 100000", png.decode, bomb)
  end)
end)
