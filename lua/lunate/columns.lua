--- How many columns the terminal has: it is asked, else $COLUMNS says it, else 80.

local core = require "lunate.core"

return function()
  return core.terminal_size() or math.tointeger(tonumber(os.getenv("COLUMNS"))) or 80
end
