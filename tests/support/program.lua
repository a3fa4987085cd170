-- C programs that hold Lua states, for specs: compiled and linked with Lua as the core was, its
-- sanitizers included.
--
--     local path = program("tests/robustness/fork.c", folder.path)   -- nil: no compiler, or no Lua

local FLAGS = "$(pkg-config --cflags --libs lua5.4 2>/dev/null "
  .. "|| pkg-config --cflags --libs lua54 2>/dev/null || pkg-config --cflags --libs lua)"

return function(source, folder)
  local path, sanitize = folder .. "/" .. source:match("([^/]+)%.c$"), ""
  local built = os.getenv("LUNATE_BUILD")
  local options = built and io.open(built .. "/flags")
  if options then
    sanitize = options:read("a"):match("%-fsanitize=%S+") or ""
    options:close()
  end
  -- Compilers leak, which a sanitizer that is loaded into them would take for a failure.
  local made = os.execute(("env -u LD_PRELOAD cc %s -o %s %s %s -lpthread 2>/dev/null")
    :format(sanitize, path, source, FLAGS))
  return made and path
end
