-- plot_model: the graph as text, escaped; files; what cannot be drawn.
local ln = require "lunate"
local core = require "lunate.core"
local pictures = require "support.pictures"
local scratch = require "support.scratch"
local utils = ln.utils

local function layers(text) return select(2, text:gsub("\n%s*n%d+ %[", "")) end
local function edges(text) return select(2, text:gsub("%->", "")) end

describe("plot_model", function()
  local a, b, model
  before_each(function()
    a, b = ln.Input{shape = {5}, name = "wide_input"}, ln.Input{shape = {6}, name = "deep_input"}
    local deep = ln.Sequential{name = "deep",
      ln.layers.Dense{30, activation = "relu", input_shape = {6}},
      ln.layers.Dense{4, name = "four"}}
    local hidden = deep(b)
    model = ln.Model{inputs = {a, b}, name = "both",
      outputs = ln.layers.Dense{1, name = "out"}(ln.layers.concatenate{a, hidden})}
  end)

  it("gives a Sequential as a chain from its input", function()
    local chain = ln.Sequential{ln.layers.Dense{3, input_shape = {4}, activation = "tanh",
      name = "one"}, ln.layers.Dropout{0.5, name = "two"}}
    local text = utils.model_to_dot(chain, {show_shapes = true, show_layer_activations = true,
      show_dtype = true, show_trainable = true})
    assert.same({3, 2}, {layers(text), edges(text)})
    for _, found in ipairs{"n1 -> n2", "n2 -> n3", "one  <B>Dense</B>", "activation: <B>tanh</B>",
      "input: <B>(None, 4)</B>", "output: <B>(None, 3)</B>", "dtype: <B>float32</B>",
      "trainable: <B>yes</B>", "<B>InputLayer</B>", "rankdir=TB", "dpi=96"} do
      assert.matches(found, text, 1, true)
    end
    text = utils.model_to_dot(chain, {show_layer_names = false, rankdir = "LR", dpi = 50})
    assert.is_nil(text:find("one", 1, true))
    assert.is_nil(text:find("None", 1, true))
    assert.matches("rankdir=LR, dpi=50", text, 1, true)
    -- Without a known input there is neither a box for it nor shapes.
    text = utils.model_to_dot(ln.Sequential{ln.layers.Dense(3)}, {show_shapes = true})
    assert.same({1, 0}, {layers(text), edges(text)})
    assert.matches("input: <B>?</B>", text, 1, true)
  end)

  it("gives a functional model with the models in it, folded or not", function()
    local text = utils.model_to_dot(model, {show_shapes = true})
    assert.same({5, 4}, {layers(text), edges(text)})
    assert.matches("deep  <B>Sequential</B>", text, 1, true)
    assert.matches("input: <B>[(None, 5), (None, 4)]</B>", text, 1, true)
    text = utils.model_to_dot(model, {expand_nested = true})
    assert.same({6, 5}, {layers(text), edges(text)})
    assert.matches("subgraph cluster_1 {", text, 1, true)
    assert.matches("four  <B>Dense</B>", text, 1, true)
  end)

  it("connects each output of a nested model to where it goes", function()
    local x = ln.Input{shape = {3}}
    local two = ln.Model{inputs = x, outputs = {ln.layers.Dense{1, name = "p"}(x),
      ln.layers.Dense{1, name = "q"}(x)}}
    local y = ln.Input{shape = {3}}
    local p, q = two(y)
    if type(p) == "table" and getmetatable(p) == nil then p, q = p[1], p[2] end
    local outer = ln.Model{inputs = y, outputs = {ln.layers.Dense{1, name = "of_p"}(p),
      ln.layers.Dense{1, name = "of_q"}(q)}}
    local text = utils.model_to_dot(outer, {expand_nested = true})
    local id = {}
    for n, name in text:gmatch("(n%d+) %[label=<<TABLE.-<TD COLSPAN=\"%d\"[^>]*>([%w_]+)  <B>") do
      id[name] = n
    end
    assert.matches(id.p .. " -> " .. id.of_p .. ";", text, 1, true)
    assert.matches(id.q .. " -> " .. id.of_q .. ";", text, 1, true)
    assert.is_nil(text:find(id.p .. " -> " .. id.of_q .. ";", 1, true))
  end)

  it("escapes names", function()
    local text = utils.model_to_dot(ln.Sequential{
      ln.layers.Dense{1, input_shape = {2}, name = "a<b>&\"c\"\n}; x [\\N`id`"}})
    assert.matches("a&lt;b&gt;&amp;&quot;c&quot; }; x [\\N`id`  <B>Dense", text, 1, true)
  end)

  it("refuses what has no graph", function()
    local Own = ln.Model:extend("Own")
    function Own:init() self.dense = ln.layers.Dense(1) end
    function Own:call(x) return self.dense(x) end
    assert.matches("connected by its 'call', in Lua, so there is no graph of them to draw",
      scratch.message(utils.plot_model, Own()), 1, true)
    assert.matches("a model expected, got number", scratch.message(utils.plot_model, 3), 1, true)
    assert.matches("has no layers yet", scratch.message(utils.plot_model, ln.Sequential()), 1, true)
    assert.matches("end in .png, .svg, .pdf or .dot, got 'x.gif'",
      scratch.message(utils.plot_model, model, {to_file = "x.gif"}), 1, true)
    assert.matches("did you mean 'show_shapes'",
      scratch.message(utils.plot_model, model, {show_shape = true}), 1, true)
  end)

  it("writes DOT without graphviz, names its package for the rest", function()
    local folder <close> = scratch.folder()
    local real = core.run_program
    core.run_program = function() return nil end
    local ok, message = pcall(utils.plot_model, model, {to_file = folder.path .. "/x.png"})
    utils.plot_model(model, {to_file = folder.path .. "/new/x.dot"})
    core.run_program = real
    assert.is_false(ok)
    assert.matches("Debian package: graphviz", message, 1, true)
    assert.equal(utils.model_to_dot(model), folder:read("new/x.dot"))
  end)

  it("draws PNG and SVG", function()
    if not pictures.there("dot") then
      return pending("graphviz is not installed (Debian package graphviz)")
    end
    local folder <close> = scratch.folder()
    for _, options in ipairs{{}, {expand_nested = true, show_shapes = true, rankdir = "LR"}} do
      options.to_file = folder.path .. "/it's a model.png"
      utils.plot_model(model, options)
      assert.is_true(pictures.png(folder:read("it's a model.png")) > 100)
    end
    utils.plot_model(ln.Sequential{ln.layers.Dense{1, input_shape = {2}, name = "a<b>&\"c\" `id`"}},
      {to_file = folder.path .. "/x.svg"})
    local _, _, texts = pictures.svg(folder:read("x.svg"))
    assert.matches('a<b>&"c" `id`', table.concat(texts, "|"), 1, true)
    utils.plot_model(model, {to_file = folder.path .. "/x.pdf"})
    assert.equal("%PDF", folder:read("x.pdf"):sub(1, 4))
  end)
end)
