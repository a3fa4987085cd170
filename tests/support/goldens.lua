-- What Keras computes, as test cases: folders of case.json and .npy files by section ("layers",
-- "losses", ...). $LUNATE_GOLDENS names the full collection; without it, or for a section that it
-- does not have, the small ones in tests/fixtures/goldens serve. A new case is a new folder there.
--
--     for name, case, load in goldens.cases("losses") do
--       it(name, function() goldens.near(f(load(case.y_true)), load("none.npy"), 1e-5, 1e-6) end)
--     end

local core = require "lunate.core"
local npy = require "lunate.saving.npy"

local goldens = {}

local here = debug.getinfo(1, "S").source:match("^@(.*)support/goldens%.lua$")

local function exists(path)
  local file <close> = io.open(path, "rb")
  return file ~= nil
end

local function quoted(path) return "'" .. path:gsub("'", "'\\''") .. "'" end

local function folders(root)
  local pipe <close> = assert(io.popen("LC_ALL=C ls " .. quoted(root) .. " 2>/dev/null"))
  local names = {}
  for name in pipe:lines() do
    if exists(root .. "/" .. name .. "/case.json") then names[#names + 1] = name end
  end
  return names
end

--- Text of a whole file.
function goldens.read(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read("a")
end

-- The tensor in a file; dtype is the logical one, where all are float32 in the file.
local function load_tensor(path, dtype)
  local t = npy.decode(core.read_file(path))
  return dtype and dtype ~= t.dtype and t:astype(dtype) or t
end

--- The folder of a section: "layers", "losses", "extras", ...
function goldens.root(section)
  local full = os.getenv("LUNATE_GOLDENS")
  if full and full ~= "" then
    local probe = full .. "/" .. section
    if exists(probe) then return probe end   -- a folder opens as a file does
  end
  return here .. "fixtures/goldens/" .. section
end

--- Whether there are cases of a section: some are only in the full collection.
function goldens.has(section) return #folders(goldens.root(section)) > 0 end

--- A section's JSON file that belongs to no case: goldens.json("losses", "aliases.json").
function goldens.json(section, file)
  return core.json_decode(goldens.read(goldens.root(section) .. "/" .. file))
end

--- A tensor of a section: goldens.load("optimizers", "_shared/g0.npy", "float32").
function goldens.load(section, file, dtype)
  return load_tensor(goldens.root(section) .. "/" .. file, dtype)
end

--- Iterates over a section's cases: name, case.json as a Lua value, and load(file), where file is a
-- name in the case's folder or a manifest entry {file =, dtype =} (its dtype then counts).
function goldens.cases(section)
  local root = goldens.root(section)
  local names = folders(root)
  assert(#names > 0, "no golden cases in " .. root)
  local i = 0
  return function()
    i = i + 1
    local name = names[i]
    if not name then return nil end
    local folder = root .. "/" .. name .. "/"
    return name, core.json_decode(goldens.read(folder .. "case.json")), function(file, dtype)
      if type(file) == "table" then file, dtype = file.file, dtype or file.dtype end
      return load_tensor(folder .. file, dtype)
    end
  end
end

local words = {NaN = 0 / 0, Infinity = math.huge, ["-Infinity"] = -math.huge}

--- A number of a JSON file, whose NaN and infinities are words.
function goldens.number(value) return words[value] or value end

local function is_tensor(value) return getmetatable(value) == "lunate.tensor" end

local function flat(value, out)
  if is_tensor(value) then
    if value.rank == 0 then return flat(value:item(), out) end
    value = value:flatten():totable()
  end
  if type(value) == "table" then
    for _, part in ipairs(value) do flat(part, out) end
  else
    if value == true then value = 1 elseif value == false then value = 0 end
    out[#out + 1] = goldens.number(value)
  end
  return out
end

--- The shape as text: "(2, 3)" of a tensor, the nesting of a table, "()" of a number.
local function shape_text(value)
  if is_tensor(value) then return tostring(value.shape) end
  local sizes = {}
  while type(value) == "table" do sizes[#sizes + 1], value = #value, value[1] end
  return "(" .. table.concat(sizes, ", ") .. (#sizes == 1 and ",)" or ")")
end

--- Fails unless every |actual - expected| <= abs + rel * |expected|; NaN equals NaN. Tensors,
-- numbers or (nested) lists; a tensor must have the shape of what it is compared with.
function goldens.near(actual, expected, rel, abs, what)
  rel, abs, what = rel or 1e-5, abs or 1e-6, what and what .. ": " or ""
  local a, e = flat(actual, {}), flat(expected, {})
  local shape_a, shape_e = shape_text(actual), shape_text(expected)
  if #a ~= #e or shape_a ~= shape_e and (is_tensor(actual) or type(actual) == "table") then
    error(("%sshape %s instead of %s"):format(what, shape_a, shape_e), 2)
  end
  local worst, at, count = -1, nil, 0
  for i = 1, #e do
    local x, y = a[i], e[i]
    if type(x) ~= "number" or type(y) ~= "number" then
      error(("%selement %d: %s and %s are not both numbers"):format(what, i, x, y), 2)
    end
    local both_nan = x ~= x and y ~= y
    local difference = math.abs(x - y)
    local close = difference <= abs + rel * math.abs(y) and difference < math.huge
    if not (both_nan or x == y or close) then
      count = count + 1
      local size = difference == difference and difference or math.huge
      if size > worst then worst, at = size, i end
    end
  end
  if at then
    error(("%s%d of %d elements differ; worst: element %d of %s is %.9g instead of %.9g"):format(
      what, count, #e, at, shape_e, a[at], e[at]), 2)
  end
end

return goldens
