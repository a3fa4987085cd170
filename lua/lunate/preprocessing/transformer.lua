--- The base of transformers: extend it, define `transform` and, when there is something to learn,
-- `fit`. Errors: unknown options, values of the wrong kind or range; those of its methods.
--
--     local Flatten28 = ln.preprocessing.Transformer:extend("Flatten28")
--     function Flatten28:transform(x) return x:reshape{#x, 784} end
--     print(Flatten28():fit_transform(ln.zeros{5, 28, 28}).shape)           --> (5, 784)

local class = require "lunate.class"
local raise = require "lunate.raise"
local public = require "lunate.public"

local Transformer = class("Transformer", {type = "lunate.transformer"})

--- Learns from x (and y, for the few that want targets) and returns the transformer itself.
-- @param x  data, one row a sample
-- @param y  targets, for the few that want them
-- @return the transformer
-- Errors: shapes that the transformer cannot take.
--
--     local scaler = ln.preprocessing.StandardScaler():fit(ln.tensor{{1}, {3}})
--     print(scaler.mean_)                                                     --> [2.]
function Transformer:fit(_x, _y) return self end

--- Returns x transformed; what `fit` learned is used, nothing is changed.
-- @param x  data, one row a sample
-- @return what it is made into, a tensor of as many rows
-- Errors: called before `fit`; another number of columns than `fit` had.
--
--     local scaler = ln.preprocessing.StandardScaler():fit(ln.tensor{{1}, {3}})
--     print(scaler:transform(ln.tensor{{1}, {5}}))                            --> [[-1.] [ 3.]]
function Transformer:transform(_x)
  raise("%s does not define transform(x)", class.of(self).name)
end

--- `fit`, then `transform` of the same x.
-- @param x  data, one row a sample
-- @param y  targets, for the few that want them
-- @return what x is made into
-- Errors: those of both.
--
--     print(ln.preprocessing.MinMaxScaler():fit_transform(ln.tensor{{1}, {3}})) --> [[0.] [1.]]
function Transformer:fit_transform(x, y)
  return self:fit(x, y):transform(x)
end

--- The x that `transform` would have made this of.
-- @param x  what `transform` gave
-- @return data as `transform` takes it
-- Errors: called before `fit`; a transformer that has no way back.
--
--     local scaler = ln.preprocessing.MinMaxScaler():fit(ln.tensor{{1}, {3}})
--     print(scaler:inverse_transform(ln.tensor{{0.5}}))                       --> [[2.]]
function Transformer:inverse_transform(_x)
  raise("%s does not define inverse_transform(x)", class.of(self).name)
end

return public(Transformer)
