-- Graphs of operations in Keras's configs: what real Keras wrote gives its numbers, every op here
-- comes back from text as it was and is written as Keras's own, and what is not here is refused.

local core = require "lunate.core"
local ln = require "lunate"
local fails = require "support.fails"
local json = require "lunate.saving.json"
local scratch = require "support.scratch"

local here = debug.getinfo(1, "S").source:match("^@(.*)saving/keras_ops_spec%.lua$")

local function read(name)
  local file <close> = assert(io.open(here .. "fixtures/keras3/" .. name, "rb"))
  return file:read("a")
end

-- A model's config around entries of operations; `last` names the output.
local function config_of(entries, input, shape, last, position)
  local layers = {{class_name = "InputLayer", module = "keras.layers", name = input,
    config = {name = input, batch_shape = shape, dtype = "float32"}, inbound_nodes = {}}}
  table.move(entries, 1, #entries, 2, layers)
  return {class_name = "Functional", module = "keras.src.models.functional", config = {
    name = "m", layers = layers, input_layers = {{input, 0, 0}},
    output_layers = {{last, 0, position or 0}}}}
end

describe("a graph that Keras wrote:", function()
  local fixture = json.decode(read("ops.json"))
  local data = {x = ln.tensor(fixture.x), z = ln.tensor(fixture.z)}
  local shapes = {x = {false, 4}, z = {false, 2, 3}}
  -- Of the operations that give several tensors, which was the output.
  local position = {top_k = 1, split = 1, unstack = 1, fft = 1, rfft = 1, stft = 1, ifft2 = 1}
  for name, case in pairs(fixture.cases) do
    it(name, function()
      local x = data[case.input]
      local model = ln.saving.deserialize(config_of(case.layers, case.input, shapes[case.input],
        case.layers[#case.layers].name, position[name]))
      local function check(m)
        local y = m(x)
        assert.are.same(case.shape, {table.unpack(y.shape)})
        local expected = ln.tensor(case.y):reshape(y.shape)
        assert.is_true(ln.allclose(y:astype("float64"), expected, {rtol = 1e-5, atol = 2e-5}),
          tostring(y) .. " for " .. tostring(expected))
      end
      check(model)
      if not position[name] then   -- names stay
        assert.is_not_nil(model:get_layer(case.layers[#case.layers].name))
      end
      local text = model:to_json()
      assert.is_nil(text:find('"Operation"'), text)
      check(ln.model_from_json(text))
      check(ln.clone_model(model))
      local folder <close> = scratch.folder()
      for _, ending in ipairs{".keras", ".h5"} do
        model:save(folder.path .. "/m" .. ending)
        check(ln.load_model(folder.path .. "/m" .. ending))
      end
    end)
  end
end)

describe("a graph in Keras's .h5 file, whose entries say no module", function()
  local input = {class_name = "InputLayer", name = "x",
    config = {name = "x", batch_shape = {false, 4}}, inbound_nodes = {}}
  local function entry(class, config, from)
    return {class_name = class, name = config.name, config = config, inbound_nodes = {
      {args = {{class_name = "__keras_tensor__", config = {keras_history = {from, 0, 0}}}},
        kwargs = {}}}}
  end
  local x = ln.tensor{{1, 2, 3, 4}}

  it("tells operations from layers of their class", function()
    local model = ln.saving.deserialize{class_name = "Functional", config = {name = "m", layers = {
      input, entry("Clip", {name = "clip", x_min = 2, x_max = 3}, "x"),
      entry("Softmax", {name = "op", axis = 1}, "clip"),
      entry("Softmax", {name = "layer", axis = -1, trainable = true, dtype = "float32"}, "op"),
    }, input_layers = {{"x", 0, 0}}, output_layers = {{"layer", 0, 0}}}}
    assert.equal("Operation", model:get_layer("op").class_name)
    assert.equal("Softmax", model:get_layer("layer").class_name)
    assert.is_true(ln.allclose(model(x), ln.softmax(ln.softmax(x:clip(2, 3)))))
  end)
end)

-- Entries as a text: "clip Clip(x, 1) {x_max = 2}".
local function show(value)
  if type(value) ~= "table" then return tostring(value) end
  if value.class_name == "__keras_tensor__" then
    local from = value.config.keras_history
    return from[1] .. (from[3] > 0 and "." .. from[3] or "")
  elseif value.class_name == "__slice__" then
    local c = value.config
    return c.start and ("%s:%s:%s"):format(c.start, c.stop, c.step) or ":"
  elseif value.class_name == "__numpy__" then
    return value.config.dtype .. show(value.config.value)
  end
  local parts = {}
  for i, part in ipairs(value) do parts[i] = show(part) end
  return "[" .. table.concat(parts, ", ") .. "]"
end

local function written(outputs)
  local x = ln.Input{shape = {4}, name = "x"}
  local config = core.json_decode(ln.Model{inputs = x, outputs = outputs(x)}:to_json()).config
  local lines = {}
  for i = 2, #config.layers do
    local entry, options = config.layers[i], {}
    assert.equal(entry.name, entry.config.name)
    for key, value in pairs(entry.config) do
      if key ~= "name" then options[#options + 1] = key .. "=" .. show(value) end
    end
    for key, value in pairs(entry.inbound_nodes[1].kwargs) do
      options[#options + 1] = "(" .. key .. "=" .. show(value) .. ")"
    end
    table.sort(options)
    local args = {}
    for k, value in ipairs(entry.inbound_nodes[1].args) do args[k] = show(value) end
    lines[#lines + 1] = ("%s.%s(%s) %s"):format(entry.module:match("%.?(%w+)$"), entry.class_name,
      table.concat(args, ", "), table.concat(options, " "))
  end
  return table.concat(lines, "; "):gsub("_%d+", "_N")
end

describe("a graph of ops is written as Keras's:", function()
  local cases = {
    {"numpy.Multiply(x, 2.0) ; numpy.Add(multiply_N, x) ", function(x) return x * 2 + x end},
    {"numpy.TrueDivide(1.0, x) ", function(x) return 1 / x end},
    {"numpy.Tanh(x) ", function(x) return ln.tanh(x) end},
    {"numpy.GetItem(x, [:, 0:3:1]) ", function(x) return x[{ {}, {1, 3} }] end},
    {"numpy.GetItem(x, [:, 3]) ", function(x) return x[{ {}, -1 }] end},
    {"numpy.Flip(x) axis=[1]; numpy.GetItem(slice_N, [:, 0:4:2]) ",
      function(x) return x[{ {}, {4, 1, -2} }] end},
    {"numpy.Add(x, float32[1.0, 2.0, 3.0, 4.0]) ",
      function(x) return x + ln.tensor{1, 2, 3, 4} end},
    {"numpy.Sum(x) axis=1 keepdims=true", function(x) return x:sum{axis = 2, keepdims = true} end},
    {"numpy.Mean(x) axis=-1 keepdims=false", function(x) return x:mean{axis = -1} end},
    {"nn.Softmax(x) axis=1", function(x) return ln.softmax(x, {axis = 2}) end},
    {"nn.Gelu(x) approximate=false", function(x) return ln.gelu(x) end},
    {"nn.Elu(x) alpha=0.5", function(x) return ln.elu(x, {alpha = 0.5}) end},
    {"nn.Relu(x) ", function(x) return ln.relu(x) end},
    {"activations.ReLU(x) max_value=2.0 negative_slope=0.5 threshold=0.0",
      function(x) return ln.relu(x, {negative_slope = 0.5, max_value = 2}) end},
    {"numpy.Clip(x) x_max=1.0 x_min=-1.0", function(x) return ln.clip(x, -1, 1) end},
    {"numpy.Maximum(x, 0.5) ", function(x) return ln.clip(x, {min = 0.5}) end},
    {"numpy.Argmax(x) axis=1 keepdims=false; numpy.Add(argmax_N, 1) ",
      function(x) return ln.argmax(x, {axis = 2}) end},
    {"math.TopK(x) is_stable=true k=2 sorted=true; numpy.Add(topk_N.1, 1) ",
      function(x) return (select(2, ln.topk(x, 2))) end},
    {"numpy.Take(x, int64[0, 2, -1]) axis=1",
      function(x) return ln.take(x, ln.tensor({1, 3, -1}, {dtype = "int32"}), {axis = 2}) end},
    {"numpy.Pad(x) (constant_values=7.0) mode=constant pad_width=[[0, 0], [1, 2]]",
      function(x) return ln.pad(x, {{0, 0}, {1, 2}}, {constant_values = 7}) end},
    {"numpy.Reshape(x) newshape=[-1, 2, 2]", function(x) return x:reshape{-1, 2, 2} end},
    {"numpy.Concatenate([x, x]) axis=1", function(x) return ln.concatenate({x, x}, {axis = 2}) end},
    {"core.Cast(x) dtype=int32", function(x) return x:astype("int32") end},
    {"numpy.Einsum(x, x) subscripts=ij,ij->i",
      function(x) return ln.einsum("ij,ij->i", x, x) end},
    {"numpy.Tensordot(x, float32[[1.0], [1.0], [1.0], [1.0]]) axes=[[1], [0]]",
      function(x) return ln.tensordot(x, ln.ones{4, 1}, {axes = {2}, axes_b = {1}}) end},
    {"linalg.Norm(x) axis=1 keepdims=false ord=false",
      function(x) return ln.norm(x, {axis = 2}) end},
    {"numpy.Greater(x, 0.0) ; numpy.Where(gt_N, x, 0.0) ",
      function(x) return ln.where(x:gt(0), x, 0) end},
    {"numpy.Flip(x) axis=1; numpy.Cumsum(cumsum_N) axis=1 dtype=false; numpy.Flip(cumsum_N) axis=1",
      function(x) return ln.cumsum(x, {axis = 2, reverse = true}) end},
    {"numpy.Subtract(x, 1.0) ; numpy.Square(squared_difference_N) ",
      function(x) return ln.squared_difference(x, 1) end},
  }
  for _, case in ipairs(cases) do
    it(case[1], function()
      local text = written(case[2]):gsub("%f[%w](%a[%a_]-)_N", "%1_N")
      -- Names of layers count up with the process: with or without a number.
      local expected = case[1]:gsub("_N", "")
      assert.equal(expected, (text:gsub("_N", "")))
    end)
  end

  it("slices of an axis of unknown size, which Keras reads as we do", function()
    local x = ln.Input{shape = {4}, name = "x"}
    local data = ln.arange(20):reshape{5, 4}
    for i, index in ipairs{{{1, 3}}, {{2, -1}}, {{-2, -1}}, {{3, 1, -1}}, {{1, -1, 2}},
      {{-1, 1, -1}}, {{4, 2, -1}}, {{5, 1, -2}}, {{-1, -3, -1}}, {{3}}, {{-2, 1, -1}}, {2}, {-1}} do
      local model = ln.Model{inputs = x, outputs = x[index]}
      assert.is_true(model(data) == data[index], i)
      assert.is_true(ln.model_from_json(model:to_json())(data) == data[index], i)
    end
  end)

  it("positions that a graph computes as floats as whole numbers", function()
    local text = written(function(x) return ln.take(ln.tensor{5, 6, 7}, x) end):gsub("_%w+", "")
    assert.is_true(text:find("core.Cast(x) dtype=int64", 1, true) ~= nil, text)
  end)

  it("a name for every step, each once, the layer's for the result", function()
    local x = ln.Input{shape = {4}, name = "x"}
    local y = ln.argmax(x, {axis = 2})
    core.symbolic_node(y).layer.name = "best"
    local z = ln.layers.Dense{1, name = "best_1"}(x)
    local config = ln.Model{inputs = x, outputs = {y, z}}:get_config()
    local names = {}
    for i, entry in ipairs(config.layers) do names[i] = entry.name end
    table.sort(names)
    assert.are.same({"best", "best_1", "best_2", "x"}, names)
    assert.are.same({"best", 0, 0}, config.output_layers[1])
  end)

  it("what Keras has nothing for keeps a name that Keras refuses", function()
    local x = ln.Input{shape = {4}, name = "x"}
    for _, f in ipairs{
      function() return ln.var(x, {axis = 2, ddof = 1}) end,
      function() return ln.cumsum(x, {axis = 2, exclusive = true}) end,
      function() return ln.pad(x, {{0, 0}, {1, 1}}, {mode = "edge"}) end,
      function() return (ln.topk(x, 2, {largest = false})) end,
    } do
      local model = ln.Model{inputs = x, outputs = f()}
      local data = ln.tensor{{3, -1, 2, 5}, {0, 1, 7, -2}}
      assert.is_not_nil(model:to_json():find('"class_name":"Operation"', 1, true))
      assert.is_true(ln.allclose(model(data), ln.model_from_json(model:to_json())(data)))
    end
  end)
end)

-- ---- every op of the registry

describe("every op comes back from its text:", function()
  -- Samples as in tests/ops/registry_spec.lua, of float64; tensors become inputs of fixed shapes.
  local drawn = 0
  local function spread(shape, low, high)
    local n = 1
    for _, d in ipairs(shape) do n = n * d end
    local values = {}
    for k = 1, n do
      values[k] = low + (high - low) * ((drawn + k) * 0.6180339887498949 % 1)
    end
    drawn = drawn + n
    return ln.tensor(values, {dtype = "float64"}):reshape(shape)
  end
  local scope = {ln = ln, math = math,
    x = function(...) return spread({...}, -1.9, 2.1) end,
    p = function(...) return spread({...}, 0.5, 1.5) end,
    u = function(...) return spread({...}, -0.9, 0.9) end,
    b = function(...) return spread({...}, -1, 1):gt(0) end,
    i = function(n, ...)
      return (spread({...}, 0, 1) * n):floor():clip(0, n - 1):astype("int32")
    end,
  }
  local function is_tensor(v) return getmetatable(v) == "lunate.tensor" end

  local function trial(f, sample, n_symbolic)
    drawn = 0
    local args = table.pack(assert(load("return " .. sample, sample, "t", scope))())
    local inputs, data = {}, {}
    local function symbolic(v)
      if not is_tensor(v) or #inputs >= n_symbolic then return v end
      inputs[#inputs + 1] = ln.Input{batch_shape = v.shape, dtype = v.dtype}
      data[#data + 1] = v
      return inputs[#inputs]
    end
    local expected = table.pack(f(table.unpack(args, 1, args.n)))
    for k = 1, expected.n do   -- any and all over everything
      if type(expected[k]) == "boolean" then
        expected[k] = ln.full({}, expected[k], {dtype = "bool"})
      end
    end
    for k = 1, args.n do
      if type(args[k]) == "table" and is_tensor(args[k][1]) then
        for j, v in ipairs(args[k]) do args[k][j] = symbolic(v) end
      else
        args[k] = symbolic(args[k])
      end
    end
    if #inputs == 0 then return end
    local model = ln.Model{inputs = inputs, outputs = {f(table.unpack(args, 1, args.n))}}
    local text = model:to_json()
    for _, m in ipairs{model, ln.model_from_json(text), ln.clone_model(model)} do
      local got = table.pack(m(#data == 1 and data[1] or data))
      assert.equal(expected.n, got.n)
      for k = 1, got.n do
        if type(expected[k]) == "boolean" then expected[k] = ln.tensor(expected[k]) end
        assert.equal(tostring(expected[k].shape), tostring(got[k].shape))
        assert.equal(expected[k].dtype, got[k].dtype)
        assert.is_true(ln.allclose(expected[k]:astype("float64"), got[k]:astype("float64"),
          {rtol = 1e-12, atol = 1e-12, equal_nan = true}))
      end
    end
  end

  for _, op in ipairs(core.ops()) do
    if not op.hidden and not op.value_shape then
      it(op.name, function()
        local f = core.functions[op.name] or core.tensor_methods[op.name]
        for sample in op.samples:gmatch("[^\n]+") do
          trial(f, sample, 1)
          trial(f, sample, 10)
        end
      end)
    end
  end
end)

-- ---- refused

describe("an operation that is not here is refused by name:", function()
  local function entry(class, config, kwargs, more)
    local args = {{class_name = "__keras_tensor__", config = {keras_history = {"x", 0, 0}}}}
    for i, value in ipairs(more or {}) do args[i + 1] = value end
    return {class_name = class, module = "keras.src.ops.numpy", registered_name = class,
      name = "the_op", config = config or {},
      inbound_nodes = {{args = args, kwargs = kwargs or {}}}}
  end
  local function load_op(...)
    return ln.saving.deserialize(config_of({entry(...)}, "x", {false, 4}, "the_op"))
  end

  it("but for these, which are several ops here", function()
    local x = ln.tensor{{1, -2, 0, 4}}
    for _, case in ipairs{
      {"ZerosLike", {}, {{0, 0, 0, 0}}}, {"OnesLike", {dtype = "int32"}, {{1, 1, 1, 1}}},
      {"FullLike", {}, {{2.5, 2.5, 2.5, 2.5}}, {2.5}}, {"Ptp", {axis = 1}, {6}},
      {"Ptp", {axis = 1, keepdims = true}, {{6}}}, {"DivideNoNan", {}, {{0.5, -1, 0, 2}}, {2}},
      {"DivideNoNan", {}, {{0, 0, 0, 0}}, {0}}, {"Exp2", {}, {{2, 0.25, 1, 16}}},
      {"Real", {}, {{1, -2, 0, 4}}}, {"Conjugate", {}, {{1, -2, 0, 4}}},
      {"Fliplr", {}, {{4, 0, -2, 1}}}, {"Flipud", {}, {{1, -2, 0, 4}}},
      {"Moments", {axes = {1}}, {0.75}}, {"Median", {axis = 1}, {0.5}},
      {"Average", {axis = 1}, {0.75}}, {"Diff", {n = 1, axis = -1}, {{-3, 2, 4}}},
      {"Quantile", {axis = 1, method = "linear"}, {0.5}, {0.5}},
      {"Normalize", {axis = 1, order = 1}, {{1 / 7, -2 / 7, 0, 4 / 7}}},
      {"NanToNum", {nan = 1}, {{1, -2, 0, 4}}},
      {"IsIn", {invert = true}, {{false, true, true, false}}, {{1, 4}}},
      {"ConvertToTensor", {dtype = "int32"}, {{1, -2, 0, 4}}},
      {"Prod", {axis = 1, dtype = "int64"}, {0}}, {"Cumsum", {axis = 1}, {{1, -1, -1, 3}}},
      {"CountNonzero", {axis = 1}, {3}}, {"Argmin", {axis = 1}, {1}}, {"Argmax", {axis = 1}, {3}},
      {"Argsort", {axis = -1}, {{1, 2, 0, 3}}}, {"Sort", {axis = 1}, {{-2, 0, 1, 4}}},
      {"Var", {axis = 1}, {4.6875}}, {"Mish", {}, ln.mish(x):totable()},
      {"Softmax", {axis = {0, 1}}, ln.softmax(x):totable()},
      {"Softmax", {axis = false}, ln.softmax(x):totable()},
      {"TakeAlongAxis", {axis = 1}, {{4, 1}}, {{{3, 0}}}},
      {"Pad", {pad_width = {{0, 0}, {1, 0}}, mode = "constant"}, {{7, 1, -2, 0, 4}}, {7}},
    } do
      local class, config, expected, more = table.unpack(case)
      local model = load_op(class, config, {}, more)
      for _, m in ipairs{model, ln.model_from_json(model:to_json())} do
        local y = m(x)
        local want = ln.tensor(expected)
        assert.equal(tostring(want.shape), tostring(y.shape), class)
        assert.is_true(ln.allclose(y:astype("float64"), want:astype("float64"),
          {rtol = 1e-5, atol = 1e-6}), class .. ": " .. tostring(y))
        if config.dtype then assert.equal(config.dtype, y.dtype, class) end
      end
    end
  end)

  it("classes", function()
    fails("'the_op' is an operation of Keras's that lunate does not have %(Kron%)", load_op, "Kron")
    fails("'the_op' is an operation of Keras's that lunate does not have %(%)", load_op, "")
  end)

  it("options and arguments", function()
    fails("operation 'the_op' %(Keras's Max%): option 'initial' is 0.5", load_op, "Max",
      {axis = 1, initial = 0.5})
    fails("'the_op'.*option 'bogus' %(3%) is not here", load_op, "Tanh", {bogus = 3})
    fails("'the_op'.*option 'where' %(1%) is not here", load_op, "Sum", {axis = 1}, {where = 1})
    fails("option 'sparse' is true", load_op, "OneHot", {num_classes = 3, sparse = true})
    fails("'the_op'.*method", load_op, "Quantile", {axis = 1, method = "bogus"}, {q = 0.5})
    fails("only the Frobenius norm", load_op, "Norm", {ord = "nuc"})
    fails("only the Frobenius norm", load_op, "Norm", {ord = 1})
    fails("'the_op'.*dtype.*complex64", load_op, "Cast", {dtype = "complex64"})
    fails("'the_op'.*axis", load_op, "Sum", {axis = 7})
    fails("'the_op'.*axis", load_op, "ExpandDims", {axis = false})
    fails("'the_op'", load_op, "Sum", {axis = 0.5})
    fails("'the_op'.*takes no options, got 1", load_op, "Tanh", {}, {}, {1, 2})
    fails("argument 'indices' is missing", load_op, "Take", {axis = 1})
  end)

  it("keys of GetItem", function()
    local function slice(start, stop, step)
      return {class_name = "__slice__", config = {start = start, stop = stop, step = step}}
    end
    -- Of an axis of unknown size: rows and bounds from either end.
    local x = ln.arange(20):reshape{5, 4}
    for _, case in ipairs{{{0}, 1}, {{-1}, -1}, {{{slice(1)}}, { {2, -1} }},
        {{{slice(-3, -1)}}, { {-3, -2} }}, {{{slice(nil, nil, -2)}}, { {-1, 1, -2} }},
        {{{slice(nil, 2)}}, { {1, 2} }}, {{{slice(-2, nil, -1)}}, { {-2, 1, -1} }},
        {{{slice(3, 0, -1)}}, { {4, 2, -1} }}} do
      local y = load_op("GetItem", {}, {}, case[1])
      assert.is_true(y(x) == x[case[2]])
    end
    fails("is empty", load_op, "GetItem", {}, {}, {{slice(-1, -2)}})
    fails("is empty", load_op, "GetItem", {}, {}, {{slice(), slice(3, 3)}})
    fails("3 indices of a tensor of 2 axes", load_op, "GetItem", {}, {}, {{slice(), 0, 0}})
    fails("neither a whole number nor a slice", load_op, "GetItem", {}, {}, {{slice(), {0, 1}}})
    fails("neither", load_op, "GetItem", {}, {}, {{slice(), 0.5}})
    fails("step 0", load_op, "GetItem", {}, {}, {{slice(), slice(0, 2, 0)}})
    fails("'the_op'", load_op, "GetItem", {}, {}, {{slice(), 9}})
  end)

  it("whatever stands in the place of a config", function()
    for _, class in ipairs{"Sum", "Clip", "Pad", "GetItem", "Einsum", "Tensordot", "Softmax",
      "Take", "Split", "Reshape", "Transpose", "OneHot", "TopK", "Repeat", "Norm", "Roll"} do
      for _, value in ipairs{1, -1, 1e9, 0.5, "text", true, {}, {1, 2}, {{1}, {2}}, {a = 1}} do
        for _, key in ipairs{"axis", "newshape", "pad_width", "axes", "k", "num_classes",
          "repeats", "x_min", "subscripts", "indices_or_sections", "ord", "dtype"} do
          local ok, result = pcall(load_op, class, {[key] = value}, {}, {value})
          assert.is_true(ok or type(result) == "string", class .. " " .. key)
        end
      end
    end
  end)
end)

describe("JSON as Python writes it", function()
  it("has NaN and infinities", function()
    local value = json.decode('{"a": [NaN, -Infinity, {"b": Infinity}], "Infinity": "NaN \\" NaN"}')
    assert.is_true(value.a[1] ~= value.a[1])
    assert.are.same({-math.huge, math.huge, 'NaN " NaN'},
      {value.a[2], value.a[3].b, value.Infinity})
    local text = json.encode{x = {1 / 0, -1 / 0}, y = "Infinity", z = 0 / 0}
    assert.equal('{"x":[Infinity,-Infinity],"y":"Infinity","z":NaN}', text)
    assert.equal(text, json.encode(json.decode(text)))
    for _, bad in ipairs{"nan", "[Infinit]", "[1, NaN", '{"a": Infinity1}', "[--Infinity]"} do
      fails("json", json.decode, bad)
    end
  end)
end)
