-- Runs the examples of documentation: what follows "Example:" line by line, as a chunk that knows
-- `ln` and, where it names them, a compiled `model` of 4 features and 2 classes with data `x` and
-- `y` (also `x_test`, `y_test`) for it, and a Dataset `ds` of these. `expression  --> text` lines
-- are checked: tostring of the value must read so, white space aside.

local ln = require "lunate"
local scratch = require "support.scratch"

local examples, files = {}, 0

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

-- What examples may name without making it, made when they do.
local given = {}
function given.x() return ln.random.normal({20, 4}, {seed = 1}) end
function given.y() return ln.random.randint({20}, {max = 2, seed = 1}) end
given.x_test, given.y_test = given.x, given.y
function given.ds() return ln.data.Dataset.from_tensors(given.x(), given.y()) end
function given.model()
  local model = ln.Sequential{
    ln.layers.Dense{4, activation = "relu", input_shape = {4}, name = "hidden"},
    ln.layers.Dense{2, activation = "softmax"},
  }
  model:compile{loss = "sparse_categorical_crossentropy", metrics = {"accuracy"}}
  return model
end

--- Runs code as an example.
function examples.run_code(code, name)
  return examples.run(examples.doc(code), name)
end

--- A documentation text whose example is this code.
function examples.doc(code) return "Example:\n" .. ("\n" .. code):gsub("\n+", "\n  "):sub(2) end

--- The example as a function, to be run any number of times: it raises what goes wrong and returns
--- the number of results that were checked. temporary() names a file for what it writes.
function examples.compile(doc, name, temporary)
  local lines = assert(examples.lines(doc), name .. " has no example")
  assert(#lines > 0, name .. " has an empty example")
  local checked
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
  local text = table.concat(lines, "\n")
  local function space()
    return setmetatable({
      ln = ln, check = check, print = function() end,
      os = setmetatable({tmpname = temporary}, {__index = os}),
    }, {
      __index = function(self, key)
        if given[key] then self[key] = given[key]() end
        return rawget(self, key) or _G[key]
      end,
    })
  end
  assert(load(text, "=example of " .. name, "t"))
  return function()
    checked = 0
    assert(load(text, "=example of " .. name, "t", space()))()
    return checked
  end
end

--- Runs it; raises what goes wrong. Returns the number of results that were checked.
function examples.run(doc, name)
  local folder   -- for the files that it asks for, gone at its end
  local run = examples.compile(doc, name, function()
    folder = folder or scratch.folder()
    files = files + 1
    return ("%s/%d"):format(folder.path, files)
  end)
  local ok, result = pcall(run)
  if folder then folder:remove() end
  if not ok then error(result, 0) end
  return result
end

return examples
