--- The numbers of axes: how far they go, where their ticks are and what those say.

local scale = {}

local HUGE = math.huge
local FAR = 1e300   -- as far as axes go: differences are finite there

--- The least and greatest finite number of lists (positive ones on a logarithmic axis), or nil.
local function extent(low, high, list, log)
  for _, v in ipairs(list) do
    -- NaN fails both comparisons.
    if v < HUGE and v > (log and 0 or -HUGE) then
      if v < low then low = v end
      if v > high then high = v end
    end
  end
  return low, high
end

--- The range of an axis ("x" or "y") of a panel: what was asked for, else what its marks take with
-- some room around. Marks tell lists of their values; `tight` where no room is wanted, `from_zero`
-- where none is below bars.
function scale.limits(panel, axis)
  local settings = panel.settings
  local given, log = settings[axis .. "lim"], settings[axis .. "scale"] == "log"
  local low, high, tight, zero = HUGE, -HUGE, false, false
  for _, mark in ipairs(panel.marks) do
    for _, list in ipairs(mark.extent[axis]) do low, high = extent(low, high, list, log) end
    tight, zero = tight or mark.tight, zero or axis == "y" and mark.from_zero and not log
  end
  if low > high then low, high = log and 1 or 0, log and 10 or 1 end
  local function to(v) return log and math.log(v, 10) or v end
  local function back(v) return log and 10 ^ v or v end
  local a, b = to(low), to(high)
  if b - a <= math.abs(a) * 1e-9 then   -- equal as far as can be seen
    local room = log and 0.5 or math.max(0.5, math.abs(a) * 0.05)
    a, b = a - room, b + room
  elseif not tight then
    local room = (b - a) * 0.04
    a, b = zero and low == 0 and 0 or a - room, zero and high == 0 and 0 or b + room
  end
  low, high = back(a), back(b)
  if given then low, high = given[1] or low, given[2] or high end
  local least = log and 1 / FAR or -FAR
  low, high = math.max(least, math.min(FAR, low)), math.max(least, math.min(FAR, high))
  if low == high then high = log and low * 10 or low + 1 end
  return low, high
end

local function label(value, step)
  if math.abs(value) < step * 1e-6 then value = 0 end
  local size = math.max(math.abs(value), step)
  if size >= 1e6 or step < 1e-4 then
    local text = ("%.4g"):format(value)
    return (text:gsub("e([+-])0*", function(sign) return sign == "-" and "e-" or "e" end))
  end
  local decimals = math.max(0, -math.floor(math.log(step, 10) + 1e-9))
  return (("%." .. decimals .. "f"):format(value):gsub("^%-", "−"))
end

--- About n ticks: a list of {value, text}; on a logarithmic axis those without text are minor ones.
function scale.ticks(low, high, n, log, integer)
  local ticks = {}
  if low > high then low, high = high, low end
  if log then
    local first, last = math.ceil(math.log(low, 10) - 1e-9), math.floor(math.log(high, 10) + 1e-9)
    if last > first then
      local every = math.max(1, math.ceil((last - first + 1) / math.max(2, n)))
      for power = first - 1, last do
        local value = 10.0 ^ power
        if power >= first then
          local text = (power - first) % every == 0 and (power >= -3 and power <= 5
            and label(value, value) or ("1e%d"):format(power)) or nil
          ticks[#ticks + 1] = {value, text}
        end
        if last - first <= 8 then
          for digit = 2, 9 do
            local minor = value * digit
            if minor >= low and minor <= high then ticks[#ticks + 1] = {minor} end
          end
        end
      end
      return ticks
    end
  end
  -- Numbers too near to each other for doubles to have some between.
  if high - low <= math.max(math.abs(low), math.abs(high)) * 1e-12 then
    return {{low, label(low, math.max(math.abs(low), 1))}}
  end
  local raw = (high - low) / math.max(1, n)
  local power = 10.0 ^ math.floor(math.log(raw, 10))
  local step = power * 10
  for _, nice in ipairs{1, 2, 5} do
    if nice * power >= raw * 0.999 then step = nice * power break end
  end
  if integer then step = math.max(1, step) end
  local first = math.ceil(low / step - 1e-9)
  for k = first, math.floor(high / step + 1e-9) do
    ticks[#ticks + 1] = {k * step, label(k * step, step)}
  end
  return ticks
end

return scale
