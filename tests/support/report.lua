-- A busted output handler for one of several processes (tests/run.lua): when its file is done it
-- prints a line and what failed, all at once, and writes "passed failed skipped" into the file that
-- $LUNATE_REPORT names.
local busted = require "busted"
local pretty = require "pl.pretty"
local base = require "busted.outputHandlers.base"

local function text_of(message)
  return type(message) == "string" and message or message == nil and "Nil error"
    or pretty.write(message)
end

local function describe(kind, entry)
  local trace = entry.element.trace or entry.trace
  return ("\n%s -> %s\n%s\n%s\n"):format(kind,
    trace and ("%s:%s"):format(trace.short_src, trace.currentline) or "?", entry.name,
    text_of(entry.message))
end

return function(options)
  local handler, out = base(), io.stdout
  busted.subscribe({"suite", "end"}, function()
    local failed = handler.failuresCount + handler.errorsCount
    local files = {}
    for _, name in ipairs(arg) do if name:find "%.lua$" then files[#files + 1] = name end end
    local lines = {("%-48s %5d passed%s%s %6.1f s\n"):format(files[#files],
      handler.successesCount, failed > 0 and (", %d FAILED"):format(failed) or "",
      handler.pendingsCount > 0 and (", %d skipped"):format(handler.pendingsCount) or "",
      handler.getDuration())}
    if not options.suppressPending then
      for _, entry in ipairs(handler.pendings) do
        lines[#lines + 1] = ("  skipped: %s: %s\n"):format(entry.name,
          entry.message and text_of(entry.message) or "pending")
      end
    end
    for _, kind in ipairs{{"Failure", handler.failures}, {"Error", handler.errors}} do
      for _, entry in ipairs(kind[2]) do lines[#lines + 1] = describe(kind[1], entry) end
    end
    out:write(table.concat(lines))
    out:flush()
    local file = assert(io.open(os.getenv "LUNATE_REPORT", "w"))
    file:write(("%d %d %d\n"):format(handler.successesCount, failed, handler.pendingsCount))
    file:close()
    return nil, true
  end)
  return handler
end
