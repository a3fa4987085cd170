-- What a layer's call takes besides its inputs: declared by its class, by position or by name,
-- symbolic or not, in graphs, their files and copies.
local ln = require "lunate"
local core = require "lunate.core"
local matches = require "support.fails"
local scratch = require "support.scratch"

local layers = ln.layers

local function config_of(model) return core.json_decode(model:to_json()).config end

local function fails(text, f, ...) matches((text:gsub("%p", "%%%0")), f, ...) end

local Mix = layers.Layer:extend("Mix")
Mix.arguments = {"context", {"states", "tensors"}, {"reverse", "boolean"}}
function Mix:init() self.dense = layers.Dense(2) end
function Mix:call(x, options)
  local y = self.dense(x)
  if options.context then y = y + options.context end
  for i, state in ipairs(options.states or {}) do y = y * state + i end
  if options.reverse then y = -y end
  return y
end

local Gate = layers.Layer:extend("Gate")
Gate.arguments = {{"gate", required = true}}
function Gate:call(x, options) return x * options.gate end

local x, c, d = ln.arange(12):reshape{3, 4} / 10, ln.full({3, 2}, 10), ln.full({3, 2}, 0.5)

describe("arguments of a call", function()
  it("come by name or by position", function()
    local mix = Mix()
    local plain = mix(x)
    assert.is_true(mix(x, {context = c}) == plain + c)
    assert.is_true(mix(x, c) == plain + c)
    assert.is_true(mix(x, nil, {d}) == plain * 0.5 + 1)
    assert.is_true(mix(x, c, {c, d}) == ((plain + c) * 10 + 1) * 0.5 + 2)
    assert.is_true(mix(x, {states = d}) == plain * 0.5 + 1)
    assert.is_true(mix(x, c, nil, true) == -(plain + c))
    assert.is_true(mix(x, c, {reverse = true, training = true}) == -(plain + c))
    assert.is_true(mix(x, {context = false, reverse = false}) == plain)
    assert.is_true(mix(x, {context = {{1, 2}}}) == plain + ln.tensor{1, 2})
  end)

  it("leave a caller's tables as they are", function()
    local mix = Mix()
    local options, states = {reverse = true}, {d}
    mix(x, c, states, options)
    assert.are.same({reverse = true}, options)
    assert.are.equal(1, #states)
    local inputs, more = {x, x}, {key = x}
    layers.Attention()({x:expand_dims(1), x:expand_dims(1)}, {key = x:expand_dims(1)})
    assert.are.equal(2, #inputs)
    assert.is_true(more.key == x)
  end)

  it("are refused with what was expected", function()
    local mix = Mix{name = "mix"}
    fails("unknown argument 'contxt' of a call of 'mix'; did you mean 'context'?",
      mix, x, {contxt = c})
    fails("unknown argument 'nothing_like_it' of a call of 'mix'; it knows: context, states, "
      .. "reverse, training, mask", mix, x, {nothing_like_it = c})
    fails("layer 'mix': argument 'context' is given twice, by position and by name",
      mix, x, c, {context = c})
    fails("layer 'mix': argument 'context' of its call: a tensor expected, got 3",
      mix, x, {context = 3})
    fails("layer 'mix': argument 'states' of its call: a list of tensors expected, got 'x'",
      mix, x, {states = {d, "x"}})
    fails("layer 'mix': argument 'reverse' of its call: boolean expected, got number",
      mix, x, {reverse = 1})
    fails("layer 'mix': at most 4 arguments by position", mix, x, c, {d}, true, c)
    local many, inputs = {}, {}
    for i = 1, 257 do many[i], inputs[i] = ln.ones{3, 2}, ln.Input{shape = {2}} end
    fails("layer 'mix': at most 256 tensors for its arguments", mix, x, {states = many})
    fails("layer 'mix': at most 256 tensors for its arguments", mix, ln.Input{shape = {4}},
      {states = inputs})
    local closed = ln.ones{3, 2}
    closed:close()
    fails("'context': the tensor is closed", mix, x, {context = closed})
    fails("layer 'dense': a table of options expected after the inputs, got a tensor of shape "
      .. "(3, 2)", layers.Dense{2, name = "dense"}, x, c)
    fails("layer 'dense': a table of options expected after the inputs, got 3",
      layers.Dense{2, name = "dense"}, x, 3)
    fails("in layer 'gate': its call takes 'gate' besides the inputs (a tensor), which is missing: "
      .. "layer(x, {gate = ...})", Gate{name = "gate"}, x)
    assert.is_true(Gate()(x, x) == x * x)
  end)

  it("are all symbolic or all tensors", function()
    fails("argument 'context' is symbolic", Mix(), x, {context = ln.Input{shape = {2}}})
    fails("argument 'context' is a tensor of shape (3, 2)", Mix(), ln.Input{shape = {4}}, c)
    fails("input 2 is a tensor of shape (3, 4)", layers.Add(), {ln.Input{shape = {4}}, x})
  end)

  it("are declared as a list of names with kinds", function()
    local function declared(arguments)
      local Wrong = layers.Layer:extend("Wrong")
      Wrong.arguments = arguments
      return function() return Wrong() end
    end
    fails("'arguments' of class 'Wrong': a list of names expected, got number", declared(3))
    fails("'arguments' of class 'Wrong': entry 2 is no name of an argument", declared{"a", 3})
    fails("'arguments' of class 'Wrong': entry 1 is no name of an argument", declared{"mask"})
    fails("'arguments' of class 'Wrong': entry 1 is no name of an argument", declared{"a b"})
    fails("'arguments' of class 'Wrong': entry 1 is no name of an argument", declared{{}})
    fails("'arguments' of class 'Wrong': there are two 'a'", declared{"a", {"a", "boolean"}})
    fails("'arguments' of class 'Wrong': the kind of 'a' is \"tensor\", \"tensors\" or "
      .. "\"boolean\"", declared{{"a", "number"}})
    local list = {}
    for i = 1, 17 do list[i] = "a" .. i end
    fails("'arguments' of class 'Wrong': at most 16, got 17", declared(list))
  end)

  it("are inherited, and replaced", function()
    local Mixed = Mix:extend("Mixed")
    assert.is_true(Mixed()(x, c, nil, true).shape == c.shape)
    local Other = Mix:extend("Other")
    Other.arguments = {"other"}
    function Other:call(inputs, options) return inputs + options.other end
    assert.is_true(Other()(x, x) == x + x)
    fails("unknown argument 'context' of a call of 'other'", Other{name = "other"}, x,
      {context = c})
  end)

  it("go up to the class that a subclass extends", function()
    local Loud = layers.Attention:extend("Loud")
    function Loud:call(inputs, options) return Loud.super.call(self, inputs, options) * 2 end
    local q = ln.arange(6):reshape{1, 3, 2} / 5
    local once = layers.Attention()({q, q}, {use_causal_mask = true})
    assert.is_true(Loud()({q, q}, {use_causal_mask = true}) == once * 2)
    assert.is_false(once == layers.Attention(){q, q})
  end)

  it("are cast as inputs are, masks and numbers of data not", function()
    local seen
    local Look = layers.Layer:extend("Look")
    Look.arguments = {"a", "b"}
    function Look:call(inputs, options) seen = options return inputs end
    Look()(x, {a = c:astype("float64"), b = c:astype("int32")})
    assert.are.equal("float32", seen.a.dtype)
    assert.are.equal("int32", seen.b.dtype)
    Look{dtype = "float64"}(x, c)
    assert.are.equal("float64", seen.a.dtype)
  end)

  it("have gradients", function()
    local mix = Mix()
    local tape <close> = ln.GradientTape()
    tape:watch(c)
    tape:watch(d)
    local y = mix(x, c, {d}):sum()
    local gradients = tape:gradient(y, {c, d})
    assert.is_true(gradients[1] == d)
    assert.is_true(gradients[2] == mix(x) + c)
  end)
end)

describe("arguments in a graph", function()
  local function build()
    local a = ln.Input{shape = {4}, name = "a"}
    local b, s = ln.Input{shape = {2}, name = "b"}, ln.Input{shape = {2}, name = "s"}
    local mix = Mix{name = "mix"}
    local hidden = mix(a, b * 2, {states = {s, b}, reverse = true})
    local again = mix(a, {states = {hidden}})
    return ln.Model{inputs = {a, b, s}, outputs = Gate{name = "gate"}(again, hidden)}, mix
  end

  local function expected(mix)
    local hidden = mix(x, c * 2, {states = {d, c}, reverse = true})
    return mix(x, {states = {hidden}}) * hidden
  end

  it("are its edges", function()
    local model, mix = build()
    assert.is_true(model{x, c, d} == expected(mix))
    assert.is_true(model(x, c, d) == expected(mix))
    assert.is_true(model:predict{x, c, d} == expected(mix))
    local names = {}
    for i, layer in ipairs(model.layers) do names[i] = layer.name end
    assert.are.equal("gate", names[#names])
    local lines = {}
    model:summary{print_fn = function(line) lines[#lines + 1] = line end, line_length = 120}
    local text = table.concat(lines, "\n")
    assert.matches("a[0][0]", text, 1, true)
    assert.matches("s[0][0]", text, 1, true)
    local dot = ln.utils.model_to_dot(model)
    assert.are.equal(7, select(2, dot:gsub("%->", "")))
  end)

  it("lead to inputs that are missing", function()
    local a, b = ln.Input{shape = {4}, name = "a"}, ln.Input{shape = {2}, name = "b"}
    fails("its outputs need input 'b'", ln.Model, {inputs = a, outputs = Mix()(a, b)})
  end)

  it("train, replayed and eagerly, to the same weights", function()
    local results = {}
    for i, replay in ipairs{true, false} do
      ln.set_seed(1)
      local model = build()
      local start = model:get_weights()[1]
      model:compile{loss = "mse", optimizer = ln.optimizers.SGD(1e-4), replay = replay}
      model:fit({x, c / 10, d}, d, {epochs = 4, verbose = 0, batch_size = 3, shuffle = false})
      results[i] = model:get_weights()[1]
      assert.is_false(results[i] == start)
      assert.is_true(results[i]:isfinite():all())
    end
    assert.is_true(results[1] == results[2])
  end)

  it("are written as Keras's kwargs, and read", function()
    local folder <close> = scratch.folder()
    local model = build()
    local config = config_of(model)
    local calls
    for _, entry in ipairs(config.layers) do
      if entry.name == "mix" then calls = entry.inbound_nodes end
    end
    assert.are.equal(1, #calls[1].args)
    assert.are.equal("__keras_tensor__", calls[1].kwargs.context.class_name)
    assert.are.same({"s", 0, 0}, calls[1].kwargs.states[1].config.keras_history)
    assert.are.same({"b", 0, 0}, calls[1].kwargs.states[2].config.keras_history)
    assert.is_true(calls[1].kwargs.reverse)
    assert.are.same({"mix", 0, 0}, calls[2].kwargs.states[1].config.keras_history)
    for _, name in ipairs{"model.keras", "model.h5"} do
      model:save(folder.path .. "/" .. name)
      local again = ln.load_model(folder.path .. "/" .. name,
        {custom_objects = {Mix = Mix, Gate = Gate}})
      assert.is_true(again{x, c, d} == model{x, c, d}, name)
      assert.are.same(config_of(again), config)
    end
  end)

  it("are cloned", function()
    local model = build()
    local copy = ln.clone_model(model)
    copy:set_weights(model:get_weights())
    assert.is_true(copy{x, c, d} == model{x, c, d})
  end)

  it("of a file are checked as those of a script", function()
    local model = build()
    local function with(change)
      local config = config_of(model)
      for _, entry in ipairs(config.layers) do
        if entry.name == "mix" then change(entry.inbound_nodes[1]) end
      end
      return function()
        return ln.saving.with_custom_objects({Mix = Mix, Gate = Gate}, model.class.from_config,
          config)
      end
    end
    fails("unknown argument 'contexts'", with(function(node)
      node.kwargs.contexts, node.kwargs.context = node.kwargs.context, nil
    end))
    fails("argument 'context' is 3", with(function(node) node.kwargs.context = 3 end))
    fails("argument 'reverse' of its call: boolean expected", with(function(node)
      node.kwargs.reverse = 3
    end))
    fails("there is no layer 'nobody'", with(function(node)
      node.kwargs.context.config.keras_history[1] = "nobody"
    end))
    -- null is None; a tensor may come by position.
    local again = with(function(node)
      node.args[2], node.kwargs.context = node.kwargs.context, false
    end)()
    again:set_weights(model:get_weights())
    assert.is_true(again{x, c, d} == model{x, c, d})
  end)

  it("of Keras 2's files have tensors as histories", function()
    local function tensor(name) return {name, 0, 0} end
    local function input(name, size)
      return {class_name = "InputLayer", name = name, inbound_nodes = {},
        config = {batch_input_shape = {false, size}, name = name, dtype = "float32"}}
    end
    local mix = Mix{name = "mix"}
    local model = ln.saving.with_custom_objects({Mix = Mix}, core.class("layer",
      "Functional").from_config, {name = "m", input_layers = {tensor "a", tensor "b"},
      output_layers = {tensor "mix"}, layers = {input("a", 4), input("b", 2),
        {class_name = "Mix", name = "mix", config = mix:get_config(), inbound_nodes = {{
          {"a", 0, 0, {context = tensor "b", states = {tensor "b"}}}}}}}})
    mix(x)
    mix:set_weights(model:get_weights())
    assert.is_true(model{x, c} == mix(x, c, {c}))
  end)
end)

describe("masks of a symbolic call", function()
  it("are one for each input", function()
    local q, v = ln.Input{shape = {3, 2}, name = "q"}, ln.Input{shape = {4, 2}, name = "v"}
    local m = ln.Input{shape = {4}, dtype = "bool", name = "m"}
    local attention = layers.Attention()
    local model = ln.Model{inputs = {q, v, m}, outputs = attention({q, v}, {mask = {false, m}})}
    local query, value = ln.arange(6):reshape{1, 3, 2}, ln.arange(8):reshape{1, 4, 2} / 4
    local mask = ln.tensor{{true, false, true, true}}
    local y = attention({query, value}, {mask = {false, mask}})
    assert.is_true(model{query, value, mask} == y)
    assert.is_false(attention{query, value} == y)
    local again = model.class.from_config(config_of(model))
    assert.is_true(again{query, value, mask} == y)
    assert.is_true(ln.clone_model(model){query, value, mask} == y)
    fails("the mask of a symbolic call is symbolic, got userdata", attention, {q, v},
      {mask = {false, mask}})
    fails("2 inputs have as many masks, got 3", attention, {q, v}, {mask = {m, m, m}})
  end)
end)
