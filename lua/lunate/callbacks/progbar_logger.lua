--- ProgbarLogger: the progress that fit, evaluate and predict print. verbose = 1: a bar that moves,
-- with samples done, time, time per sample, loss and metrics so far, as many as fit the terminal;
-- where the output is not a terminal one line an epoch, with all of them. verbose = 2: one line an
-- epoch. Added by `fit` itself.
--
--     model:fit(x, y, {epochs = 2, verbose = 2})

local core = require "lunate.core"
local columns = require "lunate.columns"
local results = require "lunate.model.logs"
local Callback = require "lunate.callbacks.callback"
local public = require "lunate.public"

local kept = require "lunate.kept"()

local ProgbarLogger = Callback:extend("ProgbarLogger")

local WIDTH = 30
-- Twenty pictures a second look smooth; more would only cost time.
local INTERVAL = 0.05

local function duration(seconds)
  if seconds < 1 then return ("%.0fms"):format(seconds * 1000) end
  if seconds < 60 then return ("%.0fs"):format(seconds) end
  if seconds < 3600 then return ("%d:%02d"):format(seconds // 60 | 0, seconds % 60 // 1 | 0) end
  return ("%d:%02d:%02d"):format(
    seconds // 3600 | 0, seconds % 3600 // 60 | 0, seconds % 60 // 1 | 0)
end

local function per_unit(seconds, unit)
  if seconds < 1e-5 then return ("%.1fus/%s"):format(seconds * 1e6, unit) end
  if seconds < 1e-3 then return ("%.0fus/%s"):format(seconds * 1e6, unit) end
  if seconds < 1 then return ("%.0fms/%s"):format(seconds * 1e3, unit) end
  return ("%.1fs/%s"):format(seconds, unit)
end

-- Losses and metrics in their order, " - loss: 0.1234" each.
local function values(self, logs)
  local parts = {}
  for _, name in ipairs(logs and results.order(self.model, logs) or {}) do
    local v = logs[name]
    if type(v) == "number" then
      local plain = math.abs(v) >= 1e-3 or v == 0
      local shown = core.printable(name)
      parts[#parts + 1] = v ~= v and (" - %s: nan"):format(shown)
        or (plain and " - %s: %.4f" or " - %s: %.4e"):format(shown, v)
    end
  end
  return parts
end

-- How many columns a text takes.
local function columns_of(text) return utf8.len(text) or #text end

-- What of the line fits the terminal; whole values are left out, from the right.
local function fitted(line, parts)
  local room = columns() - 1   -- a line that fills the last column makes some terminals wrap
  if columns_of(line) > room then return line:sub(1, math.max(room, 0)) end   -- it is ASCII
  local taken = columns_of(line)
  for _, part in ipairs(parts) do
    taken = taken + columns_of(part)
    if taken > room then break end
    line = line .. part
  end
  return line
end

local function write(text)
  io.stdout:write(text)
  io.stdout:flush()
end

-- ---- one pass over the samples

-- Counts samples, or steps where the number of samples is not known; total may be nil.
local function start(self, samples)
  local bar = kept[self]
  bar.counts_steps = not self.params.samples
  bar.unit = bar.counts_steps and "step" or "sample"
  bar.samples = bar.counts_steps and self.params.steps or samples
  bar.done, bar.drawn, bar.open = 0, 0, false
  bar.begun, bar.shown = core.clock(), nil
end

local function draw(self, logs, finished)
  local bar = kept[self]
  local now = core.clock()
  local seconds = now - bar.begun
  local total, done = bar.samples, bar.done
  local part = total and (total > 0 and math.min(done / total, 1) or 1) or finished and 1 or 0
  local filled = math.floor(WIDTH * part)
  local picture = filled >= WIDTH and ("="):rep(WIDTH)
    or ("="):rep(math.max(filled - 1, 0)) .. (filled > 0 and ">" or "") .. ("."):rep(WIDTH - filled)
  local time
  if finished then
    local each = per_unit(seconds / math.max(done, 1), bar.unit)
    time = ("%s %s"):format(duration(seconds), each)
  elseif not total then
    time = duration(seconds)
  else
    time = "ETA: " .. duration(seconds / math.max(done, 1) * (total - done))
  end
  local whole = total or finished and done or "Unknown"
  local line = ("%d/%s [%s] - %s"):format(done, whole, picture, time)
  line = fitted(line, values(self, logs))
  -- A shorter line must cover what the longer one before it left.
  local width = columns_of(line)
  local padding = (" "):rep(math.max((bar.shown or 0) - width, 0))
  write("\r" .. line .. padding .. (finished and "\n" or ""))
  bar.shown, bar.drawn, bar.open = width, now, not finished
end

--- Ends the line of a bar that will not be finished.
-- @private
function ProgbarLogger:break_off()
  local bar = kept[self]
  if bar.open then write("\n") end
  bar.open = false
end

--- @private
function ProgbarLogger:advance(count, read_logs)
  local bar = kept[self]
  bar.done = bar.done + (bar.counts_steps and 1 or count)
  if bar.moving and core.clock() - bar.drawn >= INTERVAL then
    draw(self, read_logs and read_logs())
  end
end

local function finish(self, logs, title)
  local bar = kept[self]
  if bar.moving then return draw(self, logs, true) end
  local seconds = core.clock() - bar.begun
  write(("%s%s %s%s\n"):format(title and title .. " - " or "", duration(seconds),
    per_unit(seconds / math.max(bar.done, 1), bar.unit),
    table.concat(values(self, logs))))
end

-- ---- hooks

function ProgbarLogger:on_train_begin()
  kept[self].moving = self.params.verbose == 1 and core.is_terminal()
  kept[self].training = true
  local p = self.params
  if not p.samples then
    write(p.steps and ("Train for %d steps\n"):format(p.steps) or "Train on a Dataset\n")
  elseif p.validation_samples then
    write(("Train on %d samples, validate on %d samples\n"):format(p.samples, p.validation_samples))
  else
    write(("Train on %d samples\n"):format(p.samples))
  end
end

function ProgbarLogger:on_epoch_begin(epoch)
  local bar = kept[self]
  bar.title = ("Epoch %d/%d"):format(epoch, self.params.epochs)
  if bar.moving then write(bar.title .. "\n") end
  local p = self.params
  start(self, p.samples and math.min(p.samples, p.steps * p.batch_size))
end

function ProgbarLogger:on_epoch_end(_, logs) finish(self, logs, kept[self].title) end

function ProgbarLogger:on_train_end()
  kept[self].training = false
  ProgbarLogger.break_off(self)
end

function ProgbarLogger:on_test_begin()
  if kept[self].training then return end
  kept[self].moving = self.params.verbose == 1 and core.is_terminal()
  start(self, self.params.samples)
end

function ProgbarLogger:on_test_end(logs)
  if not kept[self].training then finish(self, logs) end
end

function ProgbarLogger:on_predict_begin()
  kept[self].moving = self.params.verbose == 1 and core.is_terminal()
  start(self, self.params.samples)
end

function ProgbarLogger:on_predict_end() finish(self) end

return public(ProgbarLogger)
