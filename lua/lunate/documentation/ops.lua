--- Entries of ops: what all ops of a form have in common, and which shapes they make of which.

local core = require "lunate.core"

local ops = {}

--- What every op of a form refuses; ops with checks of their own name them, in their doc text or in
-- documentation/core/ops.lua.
-- @param special  what the op says of itself, or nil
function ops.errors(op, special)
  local list = {}
  list[1] = op.list and "an empty list, or what is no tensor in it"
    or "what is no tensor, number or table of numbers"
  if special then list[#list + 1] = special:gsub("%.$", "")
  elseif op.inputs > 1 and op.name ~= "outer" and op.name ~= "isin" then
    list[#list + 1] = "shapes that do not broadcast"
  end
  for _, option in ipairs(op.options) do
    if option.kind:find("^axis") then list[#list + 1] = "an axis out of range" break end
  end
  return table.concat(list, "; ") .. "."
end

--- What shapes an op makes of which, by its own samples: "(3, 4), (4, 2) -> (3, 2)", a few of them.
function ops.shapes(op)
  local ln = require "lunate"
  local function filled(value)
    return function(...) return ln.full({...}, value) end
  end
  local scope = {
    x = filled(0.5), u = filled(0.5), p = filled(1), ln = ln, math = math,
    b = function(...) return ln.zeros({...}, {dtype = "bool"}) end,
    i = function(_, ...) return ln.zeros({...}, {dtype = "int32"}) end,
  }
  local function shapes(list, values, n)
    for i = 1, n do
      local kind = getmetatable(values[i])
      if kind == "lunate.tensor" then list[#list + 1] = tostring(values[i].shape)
      elseif type(values[i]) == "number" then list[#list + 1] = "()"
      elseif kind == nil and type(values[i]) == "table" then
        shapes(list, values[i], #values[i])
      end
    end
    return list
  end
  local told = {}
  for sample in (op.samples or ""):gmatch("[^\n]+") do
    local chunk = #told < 3 and load("return " .. sample, "=sample", "t", scope)
    local ok, list = pcall(function()
      local given = table.pack(chunk())
      local tensors = {n = 0}
      for i = 1, given.n do   -- numbers among the arguments are options
        if type(given[i]) ~= "number" then
          tensors.n = tensors.n + 1
          tensors[tensors.n] = given[i]
        end
      end
      local results = table.pack((ln[op.name] or core.tensor_methods[op.name])(
        table.unpack(given, 1, given.n)))
      return table.concat(shapes({}, tensors, tensors.n), ", ") .. " -> "
        .. table.concat(shapes({}, results, results.n), ", ")
    end)
    if ok and list then told[#told + 1] = list end
  end
  return #told > 0 and table.concat(told, "; ") or nil
end

return ops
