--- Checks a table of arguments against a table of options, for functions and classes in Lua.
--
--     local options = require "lunate.options"
--     local SPECS = {n_samples = {"integer", default = 100, min = 1}, noise = {"number"}}
--     local checked = options("make_moons", SPECS, {200, noise = 0.1}, {"n_samples"})
--     print(checked.n_samples, checked.noise)                               --> 200   0.1
--
-- What a spec may say is told at `lunate.core.check_options`.

local core = require "lunate.core"
local raise = require "lunate.raise"

--- @param what  who is called, for messages
-- @param specs  name -> {kind, default =, ...}
-- @param args  what came: a table, nil for none; any other value is the first positional one
-- @param positional  the names of arguments that may come by position, in order (none)
-- @param ...  what came after args: an error, since arguments come in one table
-- @return a new table with every option by name, defaults filled in
return function(what, specs, args, positional, ...)
  if select("#", ...) > 0 then raise("%s takes one table of arguments: %s{...}", what, what) end
  if args == nil then args = {} end
  if type(args) ~= "table" or type(getmetatable(args)) == "string" then
    if not positional then
      raise("'%s': a table of options expected, got %s", what, core.describe_value(args))
    end
    args = {args}
  end
  return core.check_options(what, specs, args, positional)
end
