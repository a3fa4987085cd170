--- The base of transformers: extend it, define `transform` and, when there is something to learn,
-- `fit`.
--
--     local Flatten28 = ln.preprocessing.Transformer:extend("Flatten28")
--     function Flatten28:transform(x) return x:reshape{#x, 784} end
--     print(Flatten28():fit_transform(ln.zeros{5, 28, 28}).shape)           --> (5, 784)

local class = require "lunate.class"
local raise = require "lunate.raise"

local Transformer = class("Transformer", {type = "lunate.transformer"})

--- Learns from x (and y, for the few that want targets) and returns the transformer itself.
function Transformer:fit(_x, _y) return self end

--- Returns x transformed; what `fit` learned is used, nothing is changed.
function Transformer:transform(_x)
  raise("%s does not define transform(x)", self.class.name)
end

--- `fit`, then `transform` of the same x.
function Transformer:fit_transform(x, y)
  return self:fit(x, y):transform(x)
end

--- The x that `transform` would have made this of.
function Transformer:inverse_transform(_x)
  raise("%s does not define inverse_transform(x)", self.class.name)
end

return Transformer
