-- Runs the examples of documentation: what follows "Example:" line by line, as a chunk that knows
-- `ln`. `expression  --> text` lines are checked: tostring of the value must read so, white space
-- aside.

local ln = require "lunate"

local examples = {}

local function squeezed(text) return (text:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "")) end

--- The lines of the example in a documentation text, or nil.
function examples.lines(doc)
  local block = doc:match("Example:\n(.*)")
  if not block then return nil end
  local lines = {}
  for line in block:gmatch("[^\n]+") do
    if not line:find("^%s") then break end
    lines[#lines + 1] = line
  end
  return lines
end

--- Runs it; raises what goes wrong. Returns the number of results that were checked.
function examples.run(doc, name)
  local lines = assert(examples.lines(doc), name .. " has no example")
  local checked = 0
  local function check(...)
    local n, expected = select("#", ...), (select(-1, ...))
    local found = {}
    for i = 1, n - 1 do found[i] = tostring((select(i, ...))) end
    found = squeezed(table.concat(found, " "))
    checked = checked + 1
    if found ~= squeezed(expected) then
      error(("the example of %s gives %s, not %s"):format(name, found, squeezed(expected)), 0)
    end
  end
  for i = 1, #lines do
    local code, expected = lines[i]:match("^(.-)%s*%-%->%s*(.*)$")
    if code then
      -- An expression of one line, or of this one and some before it.
      local first = i
      while not load("return " .. code) and first > 1 do
        first = first - 1
        code = lines[first] .. "\n" .. code
        lines[first] = ""
      end
      -- print shows its arguments itself.
      code = code:match("^%s*print%((.*)%)%s*$") or code
      lines[i] = ("check(%s, %q)"):format(code, expected)
    end
  end
  local env = setmetatable({ln = ln, check = check, print = function() end}, {__index = _G})
  local chunk, message = load(table.concat(lines, "\n"), "=example of " .. name, "t", env)
  if not chunk then error(message, 0) end
  chunk()
  return checked
end

return examples
