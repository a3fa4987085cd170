--- model:summary(): Keras's table of layers, shapes and parameters, in Unicode line drawing.

local check = require "lunate.options"

local OPTIONS = {
  line_length = {"integer", default = 80, min = 40},
  show_trainable = {"boolean", default = false},
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

-- Cuts or fills a text (of single-width characters) to a width.
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

local function round_even(x)
  local low = math.floor(x)
  if x - low ~= 0.5 then return math.floor(x + 0.5) end
  return low % 2 == 0 and low or low + 1
end

-- Keras's relative positions; the borders' share is taken from the columns one by one.
local function widths(line_length, positions)
  local list, before = {}, 0
  for i, p in ipairs(positions) do
    local at = math.floor(line_length * p)
    list[i], before = at - before, at
  end
  local left = #positions + 1
  for i = 1, #list do
    local share = round_even(left / (#list - i + 1))
    list[i], left = list[i] - share - 2, left - share
  end
  return list
end

local function count(variables)
  local n, bytes = 0, 0
  for _, v in ipairs(variables) do
    n = n + v.size
    local width = ({float64 = 8, int64 = 8, uint8 = 1, bool = 1})[v.dtype] or 4
    bytes = bytes + v.size * width
  end
  return n, bytes
end

local function row(layer, options)
  local shape, params = "?", "0 (unbuilt)"
  if layer.built and layer.built_shape then
    shape = tostring(layer.output_shape)
    params = thousands((count(layer.weights)))
  end
  local cells = {("%s (%s)"):format(layer.name, layer.class_name), shape, params}
  if options.show_trainable then
    cells[4] = #layer.weights == 0 and "-" or layer.trainable and "Y" or "N"
  end
  return cells
end

return function(model, given)
  local options = check("summary", OPTIONS, given)
  local print_line = options.print_fn or print
  local header = {"Layer (type)", "Output Shape", "Param #"}
  local align, positions = {"left", "left", "right"}, {0.45, 0.8, 1}
  if options.show_trainable then
    header[4], align[4] = "Trainable", "center"
    positions = {0.45 * 0.9, 0.8 * 0.9, 0.9, 1}
  end
  local width = widths(options.line_length, positions)

  local function rule(left, middle, right, line)
    local parts = {}
    for i, w in ipairs(width) do parts[i] = line:rep(w + 2) end
    print_line(left .. table.concat(parts, middle) .. right)
  end
  local function cells(list, bar, how)
    local parts = {}
    for i, w in ipairs(width) do parts[i] = " " .. fit(list[i], w, how[i]) .. " " end
    print_line(bar .. table.concat(parts, bar) .. bar)
  end

  print_line(('Model: "%s"'):format(model.name))
  rule("┏", "┳", "┓", "━")
  cells(header, "┃", align)
  rule("┡", "╇", "┩", "━")
  for i, layer in ipairs(model.layers) do
    if i > 1 then rule("├", "┼", "┤", "─") end
    cells(row(layer, options), "│", align)
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
  if model.optimizer and model.optimizer.iterations > 0 then
    local states = {}
    for i, entry in ipairs(model.optimizer.variables) do states[i] = entry.value end
    line("Optimizer params", count(states))
  end
end
