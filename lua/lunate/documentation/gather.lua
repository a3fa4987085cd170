--- Gathers the entries of everything public.

local core = require "lunate.core"
local book = require "lunate.documentation.book"
local comments = require "lunate.documentation.comments"
local inherit = require "lunate.documentation.inherit"
local members = require "lunate.documentation.members"
local ops = require "lunate.documentation.ops"
local signatures = require "lunate.documentation.signatures"
local names = require "lunate.names"

local FOLDER = package.searchpath("lunate.documentation.gather", package.path):match("^.*[/\\]")

-- The folder documentation/core: what it says, by name.
local function said_of_c()
  local said = {}
  for _, file in ipairs(core.list_folder(FOLDER .. "core")) do
    for _, block in ipairs(comments.read(FOLDER .. "core/" .. file).blocks) do
      local name, args = block.code:match("^function ([%w_.:]+)(%b())")
      name = name or block.code:match("^([%w_.]+) = ")
      if name then
        said[name] = {text = block.text, args = args, source = FOLDER .. "core/" .. file,
          line = block.line}
      end
    end
  end
  return said
end

local gather = {}

--- Kinds of classes, and what their namespaces are called.
gather.KINDS = {
  {"layer", "layers"}, {"loss", "losses"}, {"metric", "metrics"}, {"optimizer", "optimizers"},
  {"schedule", "schedules"}, {"initializer", "initializers"}, {"regularizer", "regularizers"},
  {"constraint", "constraints"}, {"activation", "activations"},
}

local function add_properties(said)
  local owners = {
    [core.properties.layer] = "ln.layers.Layer", [core.getters.layer] = "ln.layers.Layer",
    [core.getters.model] = "ln.Model", [core.properties.optimizer] = "ln.optimizers.Optimizer",
  }
  for getters, owner in next, owners do
    for _, name in ipairs(names.of(getters)) do
      local f, full = getters[name], owner .. "." .. name
      local text = said[full] and said[full].text
      if not text and debug.getinfo(f, "S").what ~= "C" then text = comments.comment_of(f, name) end
      book.add{name = full, kind = "field", section = book.by_name[owner].section, text = text,
        signature = full, class = book.by_name[owner]}
    end
  end
end

-- Ops that are functions of ln.
local function add_ops(ln, said)
  for _, op in ipairs(core.ops()) do
    if not op.hidden and ln[op.name] then
      local entry = book.add{name = "ln." .. op.name, kind = "function", section = "ops",
        value = ln[op.name], text = (op.doc or ""):gsub("^%b():%s+", ""), options = op.options,
        signature = ("ln.%s(%s)"):format(op.name, signatures.op_parameters(op)),
        shapes = ops.shapes(op), method = core.tensor_methods[op.name] ~= nil}
      local about = {params = {}}
      if said[entry.name] then comments.parse(about, said[entry.name].text) end
      entry.errors = ops.errors(op, about.errors or entry.errors)
    end
  end
end

-- The other functions of ln, and its fields that C describes.
local function add_functions(ln, said)
  for _, name in ipairs(names.of(ln)) do
    local ok, value = pcall(function() return ln[name] end)
    local full = "ln." .. name
    if ok and type(value) == "function" then
      if not book.by_name[full] then
        members.add_function(full, "ops", value, said,
          {method = core.tensor_methods[name] ~= nil})
      end
    elseif said[full] and type(value) ~= "table" then
      book.add{name = full, kind = "field", section = "ops", text = said[full].text,
        signature = full}
    end
  end
end

-- What C gives tensors, tapes and variables besides.
local function add_members_of_c(said)
  for full, about in next, said do
    local class, name = full:match("^(%u%w+)[.:]([%w_]+)$")
    if class then
      local method = full:find(":", 1, true) ~= nil
      book.add{name = full, kind = (method or about.args) and "method" or "field",
        section = "ops", text = about.text, signature = full .. (about.args or ""),
        source = about.source, line = about.line,
        value = class == "Tensor" and method and core.tensor_methods[name] or nil}
    end
  end
end

local function add_classes(said)
  members.add_base("ln.layers.Layer", "layers", core.class "layer", said)
  members.add_base("ln.Model", "models", core.class "model", said)
  members.add_lua_class("ln.Sequential", "models", core.class("layer", "Sequential"),
    comments.head_of(package.searchpath("lunate.sequential", package.path)), said)
  for _, pair in ipairs(gather.KINDS) do
    local kind, section = pair[1], pair[2]
    local base = core.class(kind)
    members.add_base(("ln.%s.%s"):format(section, base.name), section, base, said)
    for _, name in ipairs(core.classes(kind)) do
      if name ~= "Sequential" and name ~= "Functional" then
        members.add_core_class(kind, section, name, said)
      end
    end
  end
end

local function add_modules(ln, said)
  for _, name in ipairs(names.of(ln)) do
    local ok, value = pcall(function() return ln[name] end)
    if ok and type(value) == "table" and not members.is_class(value) then
      members.add_module("ln." .. name, value, said)
    end
  end
end

local gathered = false

--- Fills the book, once.
function gather.all()
  if gathered then return end
  gathered = true
  local ln, said = require "lunate", said_of_c()
  local path = package.searchpath("lunate", package.path)
  book.add{name = "ln", kind = "module", section = "ln", value = ln, signature = "ln",
    text = comments.head_of(path), source = path}
  add_ops(ln, said)
  add_functions(ln, said)
  add_members_of_c(said)
  add_classes(said)
  add_modules(ln, said)
  add_properties(said)
  for _, name in ipairs{"ln.Input", "ln.layers.Input", "ln.models.Input"} do
    book.by_name[name].options = book.by_name["ln.layers.InputLayer"].options
    book.by_name[name].signature = name .. "(options)"
  end
  inherit()
  table.sort(book.all, function(a, b)
    if a.section ~= b.section then return a.section < b.section end
    return a.name < b.name
  end)
end

return gather
