-- One mutant: trial.run(format, seed, number, path) makes it, writes it to the path, reads it and
-- returns "value" or "error", or nil and what is wrong with the outcome.

local ln = require "lunate"
local formats = require "fuzz.formats"
local mutate = require "fuzz.mutate"

local MEMORY = 512 << 20   -- bytes of tensors, and of Lua's own
local SECONDS = 10         -- of processor time, with sanitizers

local seeds = {}

local function key(name, seed, number)
  local k = seed * 0x2545f4914f6cdd1d + number * 0x9e3779b97f4a7c15
  for i = 1, #name do k = (k ~ name:byte(i)) * 0x100000001b3 end
  return k
end

local trial = {}

--- The bytes of a mutant.
function trial.mutant(name, seed, number)
  local format = assert(formats[name], "no such format: " .. name)
  seeds[name] = seeds[name] or format.seeds()
  return format.mutant(mutate.generator(key(name, seed, number)), seeds[name])
end

function trial.run(name, seed, number, path)
  local format, bytes = formats[name], trial.mutant(name, seed, number)
  do
    local file <close> = assert(io.open(path, "wb"))
    file:write(bytes)
  end
  local before, start = ln.memory().peak, os.clock()
  local ok, value, wrong = pcall(format.read, path, bytes)
  local seconds, peak = os.clock() - start, ln.memory().peak
  if wrong then return nil, tostring(wrong) end
  if seconds > SECONDS then return nil, ("it took %.1f s"):format(seconds) end
  if peak > before and peak > MEMORY then
    return nil, ("%d bytes of tensors were taken"):format(peak)
  end
  if collectgarbage("count") * 1024 > MEMORY then
    return nil, ("Lua holds %d kilobytes"):format(collectgarbage("count") // 1)
  end
  if ok then return "value" end
  if type(value) ~= "string" then return nil, "the error is a " .. type(value) end
  if not value:find(format.names or path, 1, true) then
    return nil, "the error does not say what was read: " .. value
  end
  return "error"
end

--- A path for mutants of a format, of this process alone.
function trial.path(name)
  local path = os.tmpname()
  os.remove(path)
  return path .. formats[name].ending
end

return trial
