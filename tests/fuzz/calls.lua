-- Random calls of everything public: calls.run(seed, number) makes CALLS of them, of functions,
-- classes, methods and fields, with random arguments, right and wrong ones, and returns "clean", or
-- nil and what was wrong: an error that is no text, or comes from a line inside the library, or a
-- call that took long. What they give is among the arguments of the next.

local core = require "lunate.core"
local documentation = require "lunate.documentation"
local ln = require "lunate"
local mutate = require "fuzz.mutate"

local calls = {CALLS = 50}

local SECONDS = 10   -- of processor time, with sanitizers

-- What leaves the process, waits for someone, or changes all that follows.
local OUTSIDE = {"repl", "download", "^ln%.datasets%.", "^ln%.threads", "load_data", "interrupt",
  "^lunate%.", "^ln%.help", "^ln%.plot", "plot_model", "^ln%.custom_object_scope", "^ln%.set_seed",
  "BackupAndRestore", "TensorBoard", "FileWriter", "documentation"}

local function outside(name)
  for _, pattern in ipairs(OUTSIDE) do
    if name:find(pattern) then return true end
  end
end

local functions   -- {name =, value =}
local methods     -- names of methods and fields of all kinds

local function gather()
  if functions then return end
  functions, methods = {}, {}
  local seen = {}
  for _, entry in ipairs(documentation.entries()) do
    if not outside(entry.name) then
      local name = entry.name:match("[:.]([%a_][%w_]*)$")
      if (entry.kind == "method" or entry.kind == "field") and name and not seen[name] then
        seen[name] = true
        methods[#methods + 1] = name
      end
      if (entry.kind == "function" or entry.kind == "class") and entry.value ~= nil then
        functions[#functions + 1] = {name = entry.name, value = entry.value}
      end
    end
  end
  table.sort(methods)
end

local WORDS = {"", "relu", "mse", "adam", "float32", "float64", "float16", "bfloat16",
  "mixed_bfloat16", "int32", "int64", "uint8", "bool", "accuracy", "glorot_uniform", "linear",
  "valid", "same", "sum", "mean", "x", "dense", "%s%n", "\0",
  ("x"):rep(300), "a/b", "\27[31m", "\xff", "nan", "auto", "1", "model.keras", "a.npy"}
local NUMBERS = {0, 1, -1, 2, 3, 5, 0.5, -0.5, 1e-8, 1e300, 0 / 0, math.huge, -math.huge, 8, 9, 100,
  1 << 31, 1 << 53, math.maxinteger, math.mininteger, 2.5}
local KEYS = {"axis", "keepdims", "dtype", "units", "activation", "shape", "input_shape", "name",
  "seed", "mask", "training", "from_logits", "learning_rate", "epochs", "batch_size", "verbose",
  "loss", "optimizer", "metrics", "inputs", "outputs", "axes", "size", "n", "mode", "rate", "k"}
local DTYPES = {"bool", "uint8", "int32", "int64", "float32", "float64"}
local SHAPES = {{}, {0}, {1}, {3}, {2, 3}, {3, 2}, {3, 3}, {2, 0, 3}, {1, 1, 1}, {2, 3, 4}, {5, 4},
  {1, 2, 1, 2, 1, 2, 1, 2}, {2, 4, 4, 3}}

local make   -- random values

local function tensor(r)
  local t = ln.random.normal(SHAPES[r:below(#SHAPES) + 1], {seed = r:below(1000)})
  t = (t * 2):astype(DTYPES[r:below(#DTYPES) + 1])
  local how = r:below(12)
  if how == 0 then t:close()
  elseif how == 1 and t.rank == 2 then t = t:transpose()
  elseif how == 2 and t.rank > 0 and t.shape[1] > 1 then t = t[{ {1, -1, 2} }]
  elseif how == 3 and t.rank < 8 then t = t:broadcast_to{2, table.unpack(t.shape)} end
  return t
end

local function object(r)
  local kinds = {"layer", "loss", "metric", "optimizer", "initializer", "regularizer", "constraint",
    "schedule"}
  local kind = kinds[r:below(#kinds) + 1]
  local names = core.classes(kind)
  return require "support.objects"(kind, names[r:below(#names) + 1])
end

local function model(r)
  local m = ln.Sequential{ln.layers.Dense{2, input_shape = {3}}, ln.layers.Dense(1)}
  if r:below(2) == 0 then m:compile{loss = "mse", optimizer = "sgd"} end
  return m
end

local function list(r, depth)
  local t = {}
  for i = 1, r:below(4) do t[i] = make(r, depth + 1) end
  return t
end

local function shape(r)
  local t = {}
  for i = 1, r:below(4) do t[i] = ({1, 2, 3, 0, -1, 4})[r:below(6) + 1] end
  return t
end

local function options(r, depth)
  local t = r:below(2) == 0 and {} or list(r, depth)
  for _ = 1, r:below(3) + 1 do t[KEYS[r:below(#KEYS) + 1]] = make(r, depth + 1) end
  return t
end

local others = {
  function() local t = {} t[1], t.a = t, t return t end,
  function() return function(...) return ... end end,
  function() return function() error("from the script") end end,
  function() return function() end end,
  function() return coroutine.create(function() end) end,
  function() return io.stdout end,
  function() return ln.Input{shape = {3}} end,
  function() return ln.GradientTape() end,
  function(r) return ln.Variable(tensor(r)) end,
  function(r) return ln.data.Dataset.from_tensors(ln.ones{4, 3}):batch(r:below(3) + 1) end,
  function() return setmetatable({}, {__index = function() error("from a metatable") end}) end,
}

function make(r, depth)
  local results, what = calls.results, r:below(depth > 2 and 8 or 16)
  if what == 0 then return nil
  elseif what == 1 then return r:below(2) == 0
  elseif what <= 3 then return NUMBERS[r:below(#NUMBERS) + 1]
  elseif what == 4 then return WORDS[r:below(#WORDS) + 1]
  elseif what <= 7 then return tensor(r)
  elseif what == 8 then return list(r, depth)
  elseif what == 9 then return options(r, depth)
  elseif what == 10 then return shape(r)
  elseif what == 11 then return object(r)
  elseif what == 12 then return model(r)
  elseif what == 13 then return others[r:below(#others) + 1](r)
  elseif #results > 0 then return results[r:below(#results) + 1]
  end
end

local function attempt(r, f, n, ...)
  local ok, problem = pcall(f, ...)
  if ok then
    if problem ~= nil and type(problem) ~= "number" and n < 20 then
      calls.results[r:below(8) + 1] = problem
    end
    return nil
  end
  if type(problem) ~= "string" then
    return type(problem) ~= "nil" and "the error is a " .. type(problem) or "the error is nil"
  end
  local first = problem:match("^[^\n]*")
  if first:find("from the script", 1, true) or first:find("from a metatable", 1, true) then
    return nil
  end
  if first:find("attempt to", 1, true) or first:find("lunate/[%w_/]+%.lua:%d+:") then
    return "an error from inside: " .. first:sub(1, 300)
  end
end

--- One trial.
function calls.run(seed, number)
  gather()
  local random = mutate.generator(seed * 0x2545f4914f6cdd1d + number * 0x9e3779b97f4a7c15)
  local r = {below = function(_, n) return random(n) - 1 end}   -- 0 .. n - 1
  calls.results = {}
  for n = 1, calls.CALLS do
    local made, arguments = pcall(function()
      return table.pack(make(r, 0), make(r, 0), make(r, 0), make(r, 0))
    end)
    local start, wrong, name = os.clock(), nil, nil
    if made then
      local count = r:below(5)
      if r:below(2) == 0 then
        local f = functions[r:below(#functions) + 1]
        name = f.name
        wrong = attempt(r, f.value, n, table.unpack(arguments, 1, count))
      else
        local self, key = arguments[1], methods[r:below(#methods) + 1]
        if type(self) ~= "userdata" or r:below(3) == 0 then self = tensor(r) end
        if type(self) == "userdata" and self ~= io.stdout then
          name = tostring(getmetatable(self)) .. ":" .. key
          wrong = attempt(r, function(...)
            local f = self[key]
            if type(f) == "function" then return f(self, ...) end
            if r:below(4) == 0 then self[key] = (...) end
            return f
          end, n, table.unpack(arguments, 2, math.max(count, 1)))
        end
      end
    end
    local seconds = os.clock() - start
    if not wrong and seconds > SECONDS then wrong = ("it took %.1f s"):format(seconds) end
    if wrong then return nil, ("call %d, %s: %s"):format(n, name, wrong) end
  end
  calls.results = {}
  return "clean"
end

return calls
