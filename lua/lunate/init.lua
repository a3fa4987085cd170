--- lunate: deep learning for Lua. Everything is reached from this table: `ln.tensor`, `ln.sum`,
-- `ln.layers.Dense`, `ln.Sequential`, `ln.datasets.iris`, ... What is large loads at first use.
--
--     local ln = require "lunate"
--     print(ln.tensor{1, 2} + 1)                                               --> [2. 3.]

-- Older Luas read this far: the rest of lunate is more than they know.
if _VERSION ~= "Lua 5.4" then
  local jit = rawget(_G, "jit")
  error("lunate is for Lua 5.4, and this is " .. (jit and jit.version .. " (Lua 5.1)" or _VERSION)
    .. ": run the script with lua5.4", 2)
end

local core = require "lunate.core"
local names = require "lunate.names"
local raise = require "lunate.raise"

local ln = {
  version = core.version,
  threads = core.threads,
  memory = core.memory,
  set_seed = core.set_seed,
  random = core.random,
  GradientTape = core.GradientTape,
  Variable = core.Variable,
  no_grad = core.no_grad,
  custom_gradient = core.custom_gradient,
  KeyValueCache = core.KeyValueCache,
}

for _, name in ipairs{"tensor", "zeros", "ones", "full", "zeros_like", "ones_like", "full_like",
                      "eye", "arange", "linspace", "hanning", "hamming",
                      "blackman", "bartlett", "kaiser"} do
  ln[name] = core[name]
end
for name, f in pairs(core.functions) do ln[name] = f end
local composed = require "lunate.ops"
for name, f in pairs(composed.functions) do ln[name] = f end
for name, f in pairs(composed.methods) do core.tensor_methods[name] = f end
for name, f in pairs(composed.random) do core.random[name] = f end
for _, name in ipairs{"item", "totable", "copy"} do ln[name] = core.tensor_methods[name] end

-- Parts that are modules of their own, found by name when first used.
local parts = {
  layers = "lunate.layers", losses = "lunate.losses", metrics = "lunate.metrics",
  optimizers = "lunate.optimizers", schedules = "lunate.schedules",
  initializers = "lunate.initializers", regularizers = "lunate.regularizers",
  constraints = "lunate.constraints", activations = "lunate.activations",
  models = "lunate.models", callbacks = "lunate.callbacks", datasets = "lunate.datasets",
  preprocessing = "lunate.preprocessing", data = "lunate.data", utils = "lunate.utils",
  saving = "lunate.saving", summary = "lunate.summary", plot = "lunate.plot",
  image = "lunate.image", text = "lunate.text", distribution = "lunate.distribution",
  linear_model = "lunate.linear_model", neighbors = "lunate.neighbors",
  config = "lunate.config", dtype_policies = "lunate.dtype_policies",
}

-- Names that Keras has at its top level.
local from_models = {
  Sequential = true, Model = true, Input = true, model_from_json = true, clone_model = true,
  load_model = true,
}

-- `ln.save` and `ln.load`: arrays in files of numpy's and safetensors' formats.
local from_saving = {save = true, load = true}

local from_policies = {DTypePolicy = true}

-- What a script may mean as a name of lunate's: not what Lua itself and tools look for.
local function is_name(key) return type(key) == "string" and not key:find("^_") end

-- Tables of functions tell their names as the other parts do, and refuse others.
local function named(space, module)
  local meta = getmetatable(space)
  if type(space) ~= "table" or type(meta) == "string" then return space end
  meta = meta or {}
  meta.__metatable, meta.__tostring = module, meta.__tostring or names.text
  meta.__index = meta.__index or function(self, name)
    if not is_name(name) then return nil end
    return names.missing("name in " .. module:gsub("^lunate", "ln"), name, names.of(self))
  end
  return debug.setmetatable(space, meta)
end

named(ln.random, "lunate.random")

-- A name that is not here: perhaps one of a part.
local function missing(self, name)
  if not is_name(name) then return nil end
  for _, part in ipairs(names.of(parts)) do
    local found, list = pcall(function() return names.of(self[part]) end)
    for _, other in ipairs(found and list or {}) do
      if other == name then
        raise("there is no name in ln '%s'; did you mean 'ln.%s.%s'?", name, part, name)
      end
    end
  end
  return names.missing("name in ln", name, names.of(self))
end

return setmetatable(ln, {
  __metatable = "lunate",
  __tostring = function(self)
    return ("lunate %s (%d names): ln.tensor, ln.layers, ln.Sequential, ...; "
      .. "require \"lunate.help\"() tells more"):format(self.version, #names(self))
  end,
  __names = function(self)
    local list, seen = {}, {}
    local function add(name)
      if not seen[name] then list[#list + 1], seen[name] = name, true end
    end
    for name in next, self do add(name) end
    for name, module in next, parts do
      if package.searchpath(module, package.path) then add(name) end
    end
    for name in next, from_models do add(name) end
    for name in next, from_saving do if seen.saving then add(name) end end
    for name in next, from_policies do add(name) end
    return list
  end,
  __index = function(self, name)
    local value
    if parts[name] then
      value = named(require(parts[name]), parts[name])
    elseif from_models[name] then
      value = require("lunate.models")[name]
    elseif from_saving[name] then
      value = require("lunate.saving")[name]
    elseif from_policies[name] then
      value = require("lunate.dtype_policies")[name]
    else
      return missing(self, name)
    end
    rawset(self, name, value)
    return value
  end,
})
