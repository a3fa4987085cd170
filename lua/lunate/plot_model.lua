--- ln.utils.plot_model and ln.utils.model_to_dot: a model's layers as a graph, drawn by graphviz's
-- `dot`. What a layer's box tells is `rows_of`.

local core = require "lunate.core"
local public = require "lunate.public"
local raise = require "lunate.raise"
local functional = require "lunate.functional"
local output_shape = require "lunate.model.outputs".shape
local state = require "lunate.model.state"
local text_of = require "lunate.plot._data".text
local write = require "lunate.plot._write"

local OPTIONS = {
  show_shapes = {"boolean", default = false},
  show_dtype = {"boolean", default = false},
  show_layer_names = {"boolean", default = true},
  show_layer_activations = {"boolean", default = false},
  show_trainable = {"boolean", default = false},
  rankdir = {"choice", choices = {"TB", "LR", "BT", "RL"}, default = "TB"},
  expand_nested = {"boolean", default = false},
  dpi = {"integer", default = 96, min = 10, max = 1200},
}

local FILE_OPTIONS = {to_file = {"string", default = "model.png"}}
for name, spec in pairs(OPTIONS) do FILE_OPTIONS[name] = spec end

local FORMATS = {png = true, svg = true, pdf = true, dot = true}

-- Text in an HTML-like label (graphviz.org/doc/info/shapes.html#html).
local function escape(value)
  local marks = {["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["\n"] = " "}
  return (text_of(tostring(value)):gsub('[&<>"\n]', marks))
end

local function is_sequential(model) return model.class_name == "Sequential" end
local function is_model(layer) return getmetatable(layer) == "lunate.model" end

-- Whether the layers of a model make a graph that is known before it runs.
local function is_graph(model)
  return is_sequential(model) or functional.graph(model) ~= nil
end

local function list_of(shapes)
  if shapes == nil or #shapes == 0 then return "?" end
  local texts = {}
  for i, shape in ipairs(shapes) do texts[i] = tostring(shape) end
  return #texts == 1 and texts[1] or "[" .. table.concat(texts, ", ") .. "]"
end

local function shapes_of_tensors(tensors)
  local shapes = {}
  for i, t in ipairs(tensors) do shapes[i] = t.shape end
  return shapes
end

-- Shapes that go into a layer and come out of it: those of its node in a graph, else those that it
-- was built for.
local function shapes_of(layer, node)
  if node then return shapes_of_tensors(functional.needs(node)), shapes_of_tensors(node.outputs) end
  if not layer.built then return nil, nil end
  local out = output_shape(layer)
  if out and type(out[1]) ~= "table" then out = {out} end
  return layer.built_shapes, out
end

-- The rows of a layer's box, each a list of cells of HTML.
local function rows_of(layer, node, options)
  local operation = core.operation_config(layer)
  local class = "<B>" .. escape(operation and operation.class_name or layer.class_name) .. "</B>"
  local rows = {{options.show_layer_names and escape(layer.name) .. "  " .. class or class}}
  local activation = layer.activation
  if options.show_layer_activations and activation and activation ~= "linear" then
    local name = type(activation) == "string" and activation
      or type(activation) == "function" and "a function" or tostring(activation)
    rows[#rows + 1] = {"activation: <B>" .. escape(name) .. "</B>"}
  end
  if options.show_dtype then rows[#rows + 1] = {"dtype: <B>" .. escape(layer.dtype) .. "</B>"} end
  if options.show_trainable then
    rows[#rows + 1] = {"trainable: <B>" .. (layer.trainable and "yes" or "no") .. "</B>"}
  end
  if options.show_shapes then
    local inputs, outputs = shapes_of(layer, node)
    local out = "output: <B>" .. escape(list_of(outputs)) .. "</B>"
    -- An input has one shape.
    rows[#rows + 1] = layer.class_name == "InputLayer" and {out}
      or {"input: <B>" .. escape(list_of(inputs)) .. "</B>", out}
  end
  return rows
end

local function label_of(rows)
  local columns, lines = 1, {}
  for _, row in ipairs(rows) do columns = math.max(columns, #row) end
  for i, row in ipairs(rows) do
    local color = i == 1 and ' BGCOLOR="#DCE9F5"' or ""
    local cells = {}
    for k, cell in ipairs(row) do
      local span = k == #row and columns - #row + 1 or 1
      cells[k] = ('<TD COLSPAN="%d"%s>%s</TD>'):format(span, color, cell)
    end
    lines[i] = "<TR>" .. table.concat(cells) .. "</TR>"
  end
  return '<<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="0" CELLPADDING="7" COLOR="#7A8CA0" '
    .. 'BGCOLOR="white">' .. table.concat(lines) .. "</TABLE>>"
end

-- A drawing: lines of DOT, and how many boxes and clusters it has.
local Drawing = {}
Drawing.__index = Drawing

function Drawing:add(format, ...)
  self.lines[#self.lines + 1] = self.indent .. format:format(...)
end

function Drawing:box(layer, node)
  self.n = self.n + 1
  local id = "n" .. self.n
  self:add("%s [label=%s];", id, label_of(rows_of(layer, node, self.options)))
  return id
end

function Drawing:edge(from, to)
  local line = from .. " -> " .. to
  if not self.edges[line] then
    self.edges[line] = true
    self.late[#self.late + 1] = ("  %s;"):format(line)
  end
end

-- Draws a layer; the boxes that its inputs go to and that its outputs come from: lists of ids, of
-- which the last serves all further positions.
function Drawing:layer(layer, node)
  if self.options.expand_nested and is_model(layer) and is_graph(layer) then
    return self:cluster(layer)
  end
  local id = self:box(layer, node)
  return {id}, {id}
end

function Drawing:chain(model, before)
  local first, last
  for _, layer in ipairs(model.layers) do
    local ins, outs = self:layer(layer)
    if last or before then self:edge((last or before)[1], ins[1]) end
    first, last = first or ins, outs
  end
  return first, last
end

function Drawing:graph(model)
  local graph = functional.graph(model)
  local places, node_of_layer = {}, {}   -- layer -> {ins, outs}
  for _, node in ipairs(graph.nodes) do
    node_of_layer[node.layer] = node_of_layer[node.layer] or node
  end
  for _, layer in ipairs(graph.layers) do
    local ins, outs = self:layer(layer, node_of_layer[layer]
      or layer.class_name == "InputLayer" and core.layer_nodes(layer)[1])
    places[layer] = {ins, outs}
  end
  local function source(t)
    if graph.is_input[t] then return places[graph.is_input[t]][2][1] end
    local node, position = core.symbolic_node(t)
    local outs = places[node.layer][2]
    return outs[position] or outs[#outs]
  end
  for _, node in ipairs(graph.nodes) do
    local ins = places[node.layer][1]
    for i, t in ipairs(functional.needs(node)) do
      self:edge(source(t), ins[i] or ins[#ins])
    end
  end
  local first, last = {}, {}
  for i, t in ipairs(graph.inputs) do first[i] = places[graph.is_input[t]][1][1] end
  for i, t in ipairs(graph.outputs) do last[i] = source(t) end
  return first, last
end

function Drawing:cluster(model)
  self.clusters = self.clusters + 1
  self:add("subgraph cluster_%d {", self.clusters)
  local outer = self.indent
  self.indent = outer .. "  "
  self:add("label=<%s>; labeljust=l; style=rounded; color=\"#7A8CA0\";", escape(model.name))
  local draw = is_sequential(model) and self.chain or self.graph
  local first, last = draw(self, model)
  if not first then
    local id = self:box(model)   -- without layers
    first, last = {id}, {id}
  end
  self.indent = outer
  self:add("}")
  return first, last
end

local function dot_of(what, model, options)
  if not is_model(model) then
    raise("%s: a model expected, got %s", what, type(model) == "table" and tostring(model)
      or type(model) == "userdata" and tostring(model) or type(model))
  end
  if not is_graph(model) then
    raise("%s: the layers of '%s' are connected by its 'call', in Lua, so there is no graph of "
      .. "them to draw; Sequential and functional models have one", what, model.name)
  end
  local drawing = setmetatable({lines = {}, late = {}, edges = {}, n = 0, clusters = 0,
    indent = "  ", options = options}, Drawing)
  if is_sequential(model) then
    if #model.layers == 0 then raise("%s: '%s' has no layers yet", what, model.name) end
    local input
    if state[model].declared then
      local layer = state[model].input_layer or core.class("layer", "InputLayer"){
        batch_shape = state[model].declared, name = "input_layer"}
      input = {drawing:box(layer, {inputs = {}, outputs = {{shape = core.symbolic_input(layer,
        state[model].declared, layer.dtype).shape}}})}
    end
    drawing:chain(model, input)
  else
    drawing:graph(model)
  end
  return ("digraph model {\n  graph [rankdir=%s, dpi=%d, bgcolor=white, fontname=\"sans\", "
    .. "fontsize=11, ranksep=0.35];\n  node [shape=plain, fontname=\"sans\", fontsize=11];\n"
    .. "  edge [color=\"#505050\", arrowsize=0.7];\n%s\n%s\n}\n"):format(options.rankdir,
    options.dpi, table.concat(drawing.lines, "\n"), table.concat(drawing.late, "\n"))
end

local plot_model = {}

--- A model's graph in graphviz's DOT language; needs no graphviz.
-- @param model  Sequential or functional
-- @param options  those of plot_model but for to_file
-- @return the text
-- Errors: those of plot_model but for those of graphviz.
--
--     local model = ln.Sequential{ln.layers.Dense{2, input_shape = {3}}}
--     print(ln.utils.model_to_dot(model):sub(1, 7))                         --> digraph
function plot_model.model_to_dot(model, options)
  return dot_of("model_to_dot", model, options)
end

--- Draws a model's layers as a graph, to a file. Its folder is made where it is missing.
-- @param model  Sequential or functional, with models among their layers
-- @param options  `to_file` ("model.png": or .svg, .pdf, or .dot, which needs no graphviz),
--   `show_shapes` (false), `show_dtype` (false), `show_layer_names` (true),
--   `show_layer_activations` (false), `show_trainable` (false), `rankdir` ("TB": from top to
--   bottom; "LR", "BT", "RL"), `expand_nested` (false: whether models among the layers show
--   theirs), `dpi` (96)
-- Errors: what is no model; a subclassed model, whose call is Lua's and has no graph; graphviz is
-- missing (Debian package graphviz) or fails; the file cannot be written.
--
--     local model = ln.Sequential{
--       ln.layers.Dense{30, activation = "relu", input_shape = {8}}, ln.layers.Dense(1)}
--     ln.utils.plot_model(model, {to_file = "build/plots/model.png", show_shapes = true})
function plot_model.plot_model(model, options)
  local path = options.to_file
  local format = (path:match("%.(%a+)$") or ""):lower()
  if not FORMATS[format] or path:find("\0", 1, true) then
    raise("plot_model: to_file should end in .png, .svg, .pdf or .dot, got '%s'", path)
  end
  local text = dot_of("plot_model", model, options)
  if format == "dot" then return write("plot_model", path, text) end
  local status, picture, said = core.run_program({"dot", "-T" .. format}, text)
  if not status then
    raise("plot_model draws with graphviz's dot, which is not there (Debian package: graphviz); "
      .. "a file that ends in .dot needs no graphviz")
  end
  if status ~= 0 or picture == "" then
    raise("plot_model: dot failed (status %d): %s", status,
      said == "" and "it says nothing" or said)
  end
  write("plot_model", path, picture)
end

return public(plot_model, {options = {model_to_dot = OPTIONS, plot_model = FILE_OPTIONS}})
