-- Scripts under mpirun, as many processes as wanted on however few cores.
--
--     local mpi = require "support.mpi"
--     if mpi.missing then pending(mpi.missing) end
--     local text, code = mpi.run(2, {"script.lua", "argument"})

local mpi = {}

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local function there(program)
  return os.execute("command -v " .. program .. " >/dev/null 2>&1") == true
end

-- Why nothing can be tried here; nil: it can.
if not package.searchpath("lunate.mpi", package.cpath) then
  mpi.missing = "lunate was built without MPI (Debian: libopenmpi-dev)"
elseif not there "mpirun" then
  mpi.missing = "there is no mpirun (Debian: openmpi-bin)"
elseif os.getenv("ASAN_OPTIONS") or os.getenv("TSAN_OPTIONS") then
  mpi.missing = "MPI's own memory is not the sanitizers' affair"
end

-- Open MPI wants to be told that root may, and that there may be more processes than cores.
local ENVIRONMENT = "env -u LUA_INIT -u LUA_INIT_5_4 -u LUA_PATH_5_4 -u LUA_CPATH_5_4 "
  .. "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
  .. "OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none "
  .. "OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_btl_base_warn_component_unused=0 "
  .. "PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe "

-- A command that runs a script with its arguments in n processes; nil: by itself.
function mpi.command(n, arguments)
  local words = {}
  for i, word in ipairs(arguments) do words[i] = quoted(word) end
  local lua = ("LUA_PATH=%s LUA_CPATH=%s %s%s %s"):format(quoted(package.path),
    quoted(package.cpath), ENVIRONMENT, n and ("timeout 120 mpirun -np " .. n) or "",
    (arg and arg[-1] or "lua5.4") .. " " .. table.concat(words, " "))
  return lua
end

-- What it prints, and its exit status.
function mpi.run(n, arguments)
  local pipe = assert(io.popen("{ " .. mpi.command(n, arguments) .. "; } 2>&1; echo \" $?\""))
  local text = pipe:read("a")
  pipe:close()
  local said, code = text:match("^(.*) (%d+)\n$")
  return said, tonumber(code)
end

return mpi
