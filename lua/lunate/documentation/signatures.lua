--- How functions, classes and ops are called, as texts.

local comments = require "lunate.documentation.comments"
local public = require "lunate.public"

local signatures = {}

local function default_text(option)
  local default, kind = option.default, option.kind
  if not default then return nil end
  if default == "none" then return "none" end
  if tonumber(default) or default == "true" or default == "false" or default:find("^[\"{(]") then
    return default
  end
  if kind:find("^axis") or kind:find("^shape") then return default end
  return '"' .. default .. '"'
end

function signatures.options_text(options, open, close)
  local parts = {}
  for i, option in ipairs(options) do
    local default = default_text(option)
    parts[i] = default and option.name .. " = " .. default or option.name
  end
  return open .. table.concat(parts, ", ") .. close
end

function signatures.parameters(f)
  local list, info = {}, comments.info_of(f, "u")
  f = public.original[f] or f
  for i = 1, info.nparams do list[i] = debug.getlocal(f, i):gsub("^_(%a)", "%1") end
  if info.isvararg then list[#list + 1] = "..." end
  return list
end

function signatures.op_parameters(op)
  local list = {}
  for k = 1, op.inputs do list[k] = op.list and "{...}" or ({"x", "y", "z"})[k] end
  for _, o in ipairs(op.options) do
    local default = default_text(o)
    list[#list + 1] = default and o.name .. " = " .. default or o.name
  end
  return table.concat(list, ", ")
end

return signatures
