--- model:summary(): Keras's table of layers, shapes and parameters, in Unicode line drawing.

local core = require "lunate.core"
local check = require "lunate.options"
local functional = require "lunate.functional"
local output_shape = require "lunate.model.outputs".shape
local strings = require "lunate.strings"
local state = require "lunate.model.state"
local peers = require "lunate.model.peers"

local OPTIONS = {
  line_length = {"integer", default = 80, min = 40},
  show_trainable = {"boolean", default = false},
  expand_nested = {"boolean", default = false},
  print_fn = {"function", optional = true},
}

local function thousands(n)
  local text = tostring(n):reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (text:gsub("^,", ""))
end

local function memory(bytes)
  local units, unit = {"B", "KB", "MB", "GB", "TB"}, 1
  while bytes >= 1024 and unit < #units do bytes, unit = bytes / 1024, unit + 1 end
  return ("%.2f %s"):format(bytes, units[unit])
end

-- Fills a text (of single-width characters) to a width; what is longer is cut.
local function fit(text, width, align)
  local n = utf8.len(text)
  if n > width then
    return text:sub(1, utf8.offset(text, width) - 1) .. "…"
  end
  local space = width - n
  if align == "right" then return (" "):rep(space) .. text end
  if align == "center" then
    return (" "):rep(space // 2) .. text .. (" "):rep(space - space // 2)
  end
  return text .. (" "):rep(space)
end

-- The lines that a text takes at a width, broken at spaces; those it begins with stay.
local function wrap(text, width)
  local lines, line = {}, nil
  local indent, rest = text:match("^(%s*)(.*)$")
  for word in rest:gmatch("%S+") do
    local longer = line and line .. " " .. word or indent .. word
    if line and utf8.len(longer) > width then
      lines[#lines + 1] = line
      longer = word
    end
    line = longer
  end
  lines[#lines + 1] = line or ""
  return lines
end

local function round_even(x)
  local low = math.floor(x)
  if x - low ~= 0.5 then return math.floor(x + 0.5) end
  return low % 2 == 0 and low or low + 1
end

-- Keras's relative positions; the borders' share is taken from the columns one by one.
local function widths(line_length, positions)
  local list, before = {}, 0
  for i, p in ipairs(positions) do
    local column = math.floor(line_length * p)
    list[i], before = column - before, column
  end
  local left = #positions + 1
  for i = 1, #list do
    local share = round_even(left / (#list - i + 1))
    list[i], left = list[i] - share - 2, left - share
  end
  return list
end

local BYTES = {bool = 1, uint8 = 1, float16 = 2, bfloat16 = 2, int32 = 4, float32 = 4, int64 = 8,
               float64 = 8}

local function count(variables)
  local n, bytes = 0, 0
  for _, v in ipairs(variables) do
    n = n + v.size
    bytes = bytes + v.size * BYTES[v.dtype]
  end
  return n, bytes
end

-- A layer's shape: what its latest call on symbolic tensors gave, or what it was built for.
local function shape_text(layer)
  local nodes = core.layer_nodes(layer)
  local shapes = {}
  if #nodes > 0 then
    for i, t in ipairs(nodes[#nodes].outputs) do shapes[i] = tostring(t.shape) end
  elseif layer.built and layer.built_shape then
    local shape = output_shape(layer)
    if type(shape[1]) ~= "table" then return tostring(shape) end
    for i, each in ipairs(shape) do shapes[i] = tostring(each) end
  elseif core.preprocesses(layer) and getmetatable(layer) == "lunate.layer"
    and not layer.takes_several then
    local shape = layer:compute_output_shape{false}   -- of a list of texts
    for i, n in ipairs(shape) do shape[i] = n or "None" end
    return strings.shape_text(shape)
  else
    return "?"
  end
  if #shapes == 1 then return shapes[1] end
  return "[" .. table.concat(shapes, ", ") .. "]"
end

local function row(layer, options, connections, prefix)
  local params = "0 (unbuilt)"
  local operation = core.operation_config(layer)
  if layer.built or layer.class_name == "InputLayer" or operation or core.preprocesses(layer) then
    params = thousands((count(layer.weights)))
  end
  local class = operation and operation.class_name or layer.class_name
  local cells = {("%s%s (%s)"):format(prefix, layer.name, class), shape_text(layer), params}
  if connections then cells[#cells + 1] = connections(layer) end
  if options.show_trainable then
    cells[#cells + 1] = #layer.weights == 0 and "-" or layer.trainable and "Y" or "N"
  end
  return cells
end

-- Rows of a model's layers; those of the models among them follow, when they are to be expanded.
local function add_rows(rows, model, options, connections, level)
  local prefix = level > 0 and ("   "):rep(level) .. "└ " or ""
  for _, layer in ipairs(model.layers) do
    rows[#rows + 1] = row(layer, options, connections, prefix)
    if options.expand_nested and getmetatable(layer) == "lunate.model" then
      add_rows(rows, layer, options, connections, level + 1)
    end
  end
end

return function(model, given)
  local options = check("summary", OPTIONS, given)
  local print_line = options.print_fn or peers.is_chief and print or function() end
  local header = {"Layer (type)", "Output Shape", "Param #"}
  local align, positions = {"left", "left", "right"}, {0.45, 0.8, 1}
  local graph, connections = functional.graph(model), nil
  if graph and not functional.is_chain(graph) then
    header[4], align[4], positions = "Connected to", "left", {0.3, 0.56, 0.74, 1}
    connections = function(layer) return functional.connections(graph, layer) end
  end
  if options.show_trainable then
    header[#header + 1], align[#align + 1] = "Trainable", "center"
    for i, p in ipairs(positions) do positions[i] = p * 0.9 end
    positions[#positions + 1] = 1
  end
  local width = widths(options.line_length, positions)

  local function rule(left, middle, right, line)
    local parts = {}
    for i, w in ipairs(width) do parts[i] = line:rep(w + 2) end
    print_line(left .. table.concat(parts, middle) .. right)
  end
  local function cells(list, bar, how)
    local columns, height = {}, 1
    for i, w in ipairs(width) do
      columns[i] = wrap(core.printable(list[i]), w)
      height = math.max(height, #columns[i])
    end
    for k = 1, height do
      local parts = {}
      for i, w in ipairs(width) do parts[i] = " " .. fit(columns[i][k] or "", w, how[i]) .. " " end
      print_line(bar .. table.concat(parts, bar) .. bar)
    end
  end

  print_line(('Model: "%s"'):format(core.printable(model.name)))
  rule("┏", "┳", "┓", "━")
  cells(header, "┃", align)
  rule("┡", "╇", "┩", "━")
  local rows = {}
  add_rows(rows, model, options, connections, 0)
  for i, each in ipairs(rows) do
    if i > 1 then rule("├", "┼", "┤", "─") end
    cells(each, "│", align)
  end
  rule("└", "┴", "┘", "─")

  local trainable, trainable_bytes = count(model.trainable_weights)
  local others, other_bytes = count(model.non_trainable_weights)
  local function line(what, n, bytes)
    print_line((" %s: %s (%s)"):format(what, thousands(n), memory(bytes)))
  end
  line("Total params", trainable + others, trainable_bytes + other_bytes)
  line("Trainable params", trainable, trainable_bytes)
  line("Non-trainable params", others, other_bytes)
  -- Keras counts these among the total; the book's Keras did not, nor do we.
  if state[model].optimizer and state[model].optimizer.iterations > 0 then
    local states = {}
    for i, entry in ipairs(state[model].optimizer.variables) do states[i] = entry.value end
    line("Optimizer params", count(states))
  end
end
