--- config: `ln.config()` tells how the core was built and runs: `blas`, `instruction_set` (of the
-- matrix kernels, chosen at load time), `threads`, `compiler`; `modules`: which of the optional
-- parts were built, true or false by name (hdf5 and zip: Keras's files; png: pictures for
-- TensorBoard; tokenizer: texts; download; mpi: ln.distribution; readline). Its functions are
-- settings that hold until they are changed.
--
--     print(type(ln.config().blas), type(ln.config().modules.zip))         --> string boolean
--     ln.config.set_dtype_policy("mixed_bfloat16")
--     print(ln.layers.Dense(2).compute_dtype)                               --> bfloat16
--     ln.config.set_dtype_policy("float32")

local core = require "lunate.core"

-- core/lua/modules
local OPTIONAL = {"download", "hdf5", "jpeg", "mpi", "pictures", "png", "readline", "tokenizer",
  "zip"}

local config = {}

--- The policy of layers that are not given a `dtype`: float32 until it is set.
-- @return an `ln.DTypePolicy`. Errors: none
--
--     print(ln.config.dtype_policy().name)                                  --> float32
function config.dtype_policy() return require("lunate.dtype_policies").get() end

--- Sets the policy of layers that are made from now on and not given a `dtype`.
-- @param policy  an `ln.DTypePolicy` or its name: a dtype, "mixed_float16" or "mixed_bfloat16"
-- Errors: what names no policy
--
--     ln.config.set_dtype_policy("float32")
function config.set_dtype_policy(policy)
  core.dtype_policy(require("lunate.dtype_policies").get(policy or "").name)
end

return setmetatable(config, {__call = function()
  local told = core.config()
  told.modules = {}
  for _, name in ipairs(OPTIONAL) do
    told.modules[name] = package.searchpath("lunate." .. name, package.cpath) ~= nil
  end
  return told
end})
