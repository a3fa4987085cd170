--- What is not said of public things that a reader needs.

local core = require "lunate.core"
local book = require "lunate.documentation.book"

-- Names of parameters in a signature: "x, y" of "ln.f(x, y)".
local function signature_names(entry)
  local list = {}
  for name in (entry.signature:match("%((.*)%)$") or ""):gmatch("[%w_.]+") do
    list[#list + 1] = name
  end
  return list
end

-- Whether a text begins or ends in the midst of a sentence.
local function is_torn(text)
  if select(2, text:gsub("%(", "")) ~= select(2, text:gsub("%)", "")) then return true end
  local last = text:match("(%l+)$")
  return text:find("^[%),;]") ~= nil
    or last == "an" or last == "the" or last == "and"
end

local function says_shapes(entry)
  local text = entry.doc:lower()
  for _, word in ipairs{"shape", "axis", "axes", "%(batch", "%(%.%.", "element"} do
    if text:find(word) then return true end
  end
  for _, option in ipairs(entry.options) do
    if option.kind:find("axis") or option.kind:find("axes") then return true end
  end
end

--- A list of texts; {} when everything is said. See documentation.gaps.
return function()
  local list, ops = {}, {}
  for _, op in ipairs(core.ops()) do ops["ln." .. op.name] = true end
  for _, entry in ipairs(book.all) do
    local callable = entry.kind ~= "module" and entry.kind ~= "field"
    local function gap(condition, what)
      if condition then
        local where = entry.source and (" (%s:%d)"):format(entry.source, entry.line or 1) or ""
        list[#list + 1] = ("%s %s%s: %s"):format(entry.kind, entry.name, where, what)
      end
    end
    gap(entry.doc == "", "no text")
    gap(callable and not entry.errors, "no errors")
    gap(ops[entry.name] and not entry.shapes, "no shapes: its op has no samples that run")
    gap(entry.kind == "class" and entry.section == "layers" and not says_shapes(entry),
      "no word on shapes")
    gap(entry.kind ~= "field" and not entry.example, "no example")
    for _, option in ipairs(entry.options) do
      gap(not option.doc or option.doc == "", ("option '%s': no text"):format(option.name))
      gap(option.doc and is_torn(option.doc),
        ("option '%s': its text is torn: %s"):format(option.name, tostring(option.doc)))
      gap(option.default and option.default:find(";", 1, true) and not option.default:find('^"'),
        ("option '%s': its default has more than the value"):format(option.name))
      gap(not option.kind or option.kind == "", ("option '%s': no kind"):format(option.name))
    end
    if (entry.kind == "function" or entry.kind == "method") and not ops[entry.name] then
      local told = {}
      for _, param in ipairs(entry.params) do
        for name in param.name:gmatch("[%w_.]+") do told[name] = param.text ~= "" end
      end
      for _, name in ipairs(signature_names(entry)) do
        local by_options = (name == "options" or name == "args") and #entry.options > 0
        gap(not told[name] and not by_options, ("parameter '%s': no text"):format(name))
      end
    end
  end
  return list
end
