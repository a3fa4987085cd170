--- LabelEncoder: labels of any kind to class ids 0, 1, 2 ... and back.
--
--     local encoder = ln.preprocessing.LabelEncoder()
--     print(encoder:fit_transform{"paris", "tokyo", "paris"})               --> [0 1 0]
--     print(encoder:inverse_transform(ln.tensor({1}, {dtype = "int64"}))[1])   --> tokyo

local raise = require "lunate.raise"
local Transformer = require "lunate.preprocessing.transformer"
local categories = require "lunate.preprocessing._categories"
local public = require "lunate.public"

--- Takes a tensor (n,) or a list of strings or numbers. `classes_`, after `fit`: the different
-- labels, sorted (NaN is one, the last), a tensor or a list as the labels were. Ids are int64;
-- `inverse_transform` gives back what `classes_` holds.
-- @param y  labels
-- @return the encoder
-- Errors: what is neither tensor nor list.
local LabelEncoder = Transformer:extend("LabelEncoder")
LabelEncoder.options = {}

function LabelEncoder:fit(y)
  categories.check("LabelEncoder:fit", y)
  self.classes_ = categories.of(y)
  return self
end

--- The ids of labels.
-- @param y  labels, as of fit
-- @return an int64 tensor (n,)
-- Errors: called before `fit`; a label that `fit` did not have.
--
--     print(ln.preprocessing.LabelEncoder():fit{"a", "b"}:transform{"b"})   --> [1]
function LabelEncoder:transform(y)
  if not self.classes_ then raise("LabelEncoder:transform was called before fit") end
  categories.check("LabelEncoder:transform", y)
  local positions, unknown = categories.positions(y, self.classes_)
  if unknown ~= nil then
    raise("LabelEncoder:transform: '%s' was not among the labels in fit (%s)",
      categories.name(unknown), categories.text(self.classes_))
  end
  return positions - 1
end

--- The labels of ids.
-- @param ids  a tensor (n,)
-- @return labels, as of fit
-- Errors: called before `fit`; an id out of range.
--
--     local encoder = ln.preprocessing.LabelEncoder():fit{"a", "b"}
--     print(encoder:inverse_transform(ln.tensor({1}, "int64"))[1])          --> b
function LabelEncoder:inverse_transform(ids)
  if not self.classes_ then raise("LabelEncoder:inverse_transform was called before fit") end
  if not categories.is_tensor(ids) or ids.rank ~= 1 then
    raise("LabelEncoder:inverse_transform expects a tensor of class ids of shape (n,)")
  end
  local n = #self.classes_
  if #ids > 0 and (ids:min():item() < 0 or ids:max():item() >= n) then
    raise("LabelEncoder:inverse_transform expects class ids from 0 to %d, got %s to %s",
      n - 1, ids:min():item(), ids:max():item())
  end
  return categories.at(self.classes_, ids:astype("int64") + 1)
end

return public(LabelEncoder)
