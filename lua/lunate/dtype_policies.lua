--- dtype_policies: what layers keep their variables in, and what they compute in: `ln.DTypePolicy`,
-- and the policy of layers that are not given one (`ln.config.set_dtype_policy`).
--
--     local layer = ln.layers.Dense{2, dtype = "mixed_bfloat16"}
--     print(layer.variable_dtype, layer.compute_dtype)                      --> float32  bfloat16
--     print(layer.dtype_policy)                          --> DTypePolicy(name="mixed_bfloat16")

local core = require "lunate.core"
local class = require "lunate.class"
local public = require "lunate.public"
local raise = require "lunate.raise"

local dtype_policies = {}

--- A policy: the dtype of variables and the dtype of computing. In "mixed_float16" and
-- "mixed_bfloat16" variables are float32, and a layer's call sees them, and its inputs, in 16 bits.
-- Wherever a layer takes a dtype it takes a policy, or its name. Training in float16 wants an
-- optimizer with a `loss_scale_factor`, since small gradients are 0 in it. Fields: `name`,
-- `compute_dtype`, `variable_dtype`.
-- @param name  a dtype, "mixed_float16" or "mixed_bfloat16"; by default the policy in force
-- @return the policy. Errors: a name that is none of these
--
--     local policy = ln.DTypePolicy("mixed_float16")
--     print(policy.compute_dtype, ln.layers.Dense{2, dtype = policy}.dtype)  --> float16  float32
local DTypePolicy = class("DTypePolicy", {type = "lunate.dtype_policy"})
DTypePolicy.options = {name = {"string", optional = true}}
DTypePolicy.positional = {"name"}

function DTypePolicy:init(given)
  self.name = given.name or core.dtype_policy()
  self.compute_dtype, self.variable_dtype = core.policy_dtypes(self.name)
  if not self.compute_dtype then
    raise("DTypePolicy: a dtype, mixed_float16 or mixed_bfloat16 expected, got '%s'", self.name)
  end
end

--- The policy as `from_config` takes it.
-- @return {name =}
--
--     print(ln.DTypePolicy("float32"):get_config().name)                    --> float32
function DTypePolicy:get_config() return {name = self.name} end

--- A policy from what get_config gives.
-- @param config  {name =}
-- @return the policy. Errors: a name that is none
--
--     print(ln.DTypePolicy.from_config{name = "float64"}.compute_dtype)     --> float64
function DTypePolicy.from_config(config) return DTypePolicy(config) end

public(DTypePolicy)

dtype_policies.DTypePolicy = DTypePolicy

--- A policy from whatever names one: a policy, its name, or what Keras's configs have of one.
-- @param identifier  none: the policy in force
-- @return the policy. Errors: what names none
--
--     print(ln.dtype_policies.get("mixed_float16").compute_dtype)           --> float16
function dtype_policies.get(identifier)
  if getmetatable(identifier) == "lunate.dtype_policy" then return identifier end
  if type(identifier) == "table" and type(identifier.config) == "table" then
    return DTypePolicy(identifier.config)
  end
  if identifier ~= nil and type(identifier) ~= "string" then
    raise("bad argument #1 to 'get' (a policy or its name expected, got %s)",
      core.describe_value(identifier))
  end
  return DTypePolicy(identifier)
end

return dtype_policies
