--- OneHotEncoder: columns of categories to columns of zeros and ones.
--
--     local encoder = ln.preprocessing.OneHotEncoder()
--     print(encoder:fit_transform{{"red", 1}, {"blue", 2}})       --> [[0. 1. 1. 0.] [1. 0. 0. 1.]]
--     print(table.concat(encoder:get_feature_names_out(), " "))   --> x1_blue x1_red x2_1 x2_2

local ln = require "lunate"
local raise = require "lunate.raise"
local list_length = require "lunate.list_length"
local Transformer = require "lunate.preprocessing.transformer"
local categories = require "lunate.preprocessing._categories"
local public = require "lunate.public"
local options_of = require "lunate.class".options_of

--- Takes a tensor (samples, features) or a list of rows of strings and numbers; gives (samples,
-- columns). `categories`: "auto" (those in the data, sorted, NaN last), or a list with the
-- categories of each feature, in the order wanted. `drop`: nothing (default), "first" (each
-- feature's first category) or "if_binary" (of those with two). `handle_unknown`: "error" or
-- "ignore" (zeros). `dtype` of the result ("float32"). After `fit`: `categories_`, a list with a
-- tensor or list for each feature, `n_features_in_`.
local OneHotEncoder = Transformer:extend("OneHotEncoder")
OneHotEncoder.options = {
  categories = {"any", default = "auto"},
  drop = {"choice", choices = {"first", "if_binary"}, optional = true},
  handle_unknown = {"choice", choices = {"error", "ignore"}, default = "error"},
  dtype = {"dtype", default = "float32"},
}

function OneHotEncoder:init(options)
  local given = options.categories
  if given == "auto" then return end
  if type(given) ~= "table" then
    raise("OneHotEncoder: categories must be \"auto\" or a list with those of each feature")
  end
  list_length(given, "OneHotEncoder: categories")
  for i, known in ipairs(given) do
    categories.check(("OneHotEncoder: categories[%d]"):format(i), known)
    if #categories.of(known) ~= #known then
      raise("OneHotEncoder: categories[%d] has one of them twice", i)
    end
  end
end

-- The features of x as columns.
local function split(self, method, x)
  local list = {}
  if categories.is_tensor(x) then
    if x.rank ~= 2 then
      raise("OneHotEncoder:%s expects shape (samples, features), got %s", method, x.shape)
    end
    for j = 1, x.shape[2] do list[j] = x[{ {}, j }] end
  else
    if type(x) ~= "table" or type(x[1]) ~= "table" then
      raise("OneHotEncoder:%s expects a tensor (samples, features) or a list of rows, got %s",
        method, type(x))
    end
    list_length(x, ("OneHotEncoder:%s: it"):format(method))
    for j = 1, #x[1] do list[j] = {} end
    for i, row in ipairs(x) do
      if type(row) ~= "table" or #row ~= #list then
        raise("OneHotEncoder:%s: row %d must be a list of %d values, as the first",
          method, i, #list)
      end
      for j, value in ipairs(row) do list[j][i] = value end
    end
    for j, column in ipairs(list) do
      categories.check(("OneHotEncoder:%s: feature %d"):format(method, j), column)
    end
  end
  local features = self.n_features_in_
  if features and #list ~= features then
    raise("OneHotEncoder:%s expects %d features, as in fit, got %d", method, features, #list)
  end
  return list
end

-- The position of the category that is left out of feature j, or nil.
local function dropped(self, j)
  local drop = options_of(self).drop
  return (drop == "first" or (drop == "if_binary" and #self.categories_[j] == 2)) and 1 or nil
end

function OneHotEncoder:fit(x)
  self.n_features_in_ = nil
  local list, given = split(self, "fit", x), options_of(self).categories
  if given ~= "auto" and #given ~= #list then
    raise("OneHotEncoder:fit: categories are given for %d features, the data has %d", #given, #list)
  end
  local found = {}
  for j, column in ipairs(list) do
    found[j] = given == "auto" and categories.of(column) or given[j]
    local _, unknown = categories.positions(column, found[j])
    if unknown ~= nil and options_of(self).handle_unknown == "error" then
      raise("OneHotEncoder:fit: feature %d has '%s', which is not among its categories", j,
        categories.name(unknown))
    end
  end
  self.categories_, self.n_features_in_ = found, #list
  return self
end

function OneHotEncoder:transform(x)
  if not self.n_features_in_ then raise("OneHotEncoder:transform was called before fit") end
  local parts, dtype = {}, options_of(self).dtype
  for j, column in ipairs(split(self, "transform", x)) do
    local known = self.categories_[j]
    local positions, unknown = categories.positions(column, known)
    if unknown ~= nil and options_of(self).handle_unknown == "error" then
      raise("OneHotEncoder:transform: feature %d has '%s', which is none of its categories (%s)",
        j, categories.name(unknown), categories.text(known))
    end
    local first = (dropped(self, j) or 0) + 1
    local wanted = ln.arange(first, #known + 1):astype("int64")
    parts[j] = positions:reshape{#positions, 1}:eq(wanted:reshape{1, #wanted}):astype(dtype)
  end
  return ln.concatenate(parts, {axis = 2})
end

--- Back to a tensor (samples, features), or to rows when a feature's categories are a list. All
-- zeros are the dropped category; without one (an unknown value that was ignored) NaN in a float
-- tensor, false in a row, else an error.
-- @param y  what `transform` gave
function OneHotEncoder:inverse_transform(y)
  if not self.n_features_in_ then raise("OneHotEncoder:inverse_transform was called before fit") end
  local names = OneHotEncoder.get_feature_names_out(self)
  if not categories.is_tensor(y) or y.rank ~= 2 or y.shape[2] ~= #names then
    raise("OneHotEncoder:inverse_transform expects a tensor of shape (samples, %d)", #names)
  end
  local first_column, values, all_tensors = 1, {}, true
  for j, known in ipairs(self.categories_) do
    local drop = dropped(self, j)
    local width = #known - (drop and 1 or 0)
    local positions, set
    if width > 0 then
      local part = y[{ {}, {first_column, first_column + width - 1} }]
      set = part:ne(0):any{axis = 2}
      positions = part:argmax{axis = 2} + (drop or 0)
    else
      set, positions = ln.zeros({#y}, {dtype = "bool"}), ln.ones({#y}, {dtype = "int64"})
    end
    first_column = first_column + width
    if drop then positions = ln.where(set, positions, ln.full({#y}, drop, {dtype = "int64"})) end
    values[j] = categories.at(known, positions)
    if not drop and not set:all() then
      if not categories.is_tensor(known) then
        for i, is_set in ipairs(set:totable()) do values[j][i] = is_set and values[j][i] end
      elseif known.dtype:match("^float") then
        values[j] = ln.where(set, values[j], 0 / 0)
      else
        raise("OneHotEncoder:inverse_transform: a row has no category of feature %d", j)
      end
    end
    all_tensors = all_tensors and categories.is_tensor(known)
  end
  if all_tensors then return ln.stack(values, {axis = 2}) end
  local rows = {}
  for j, column in ipairs(values) do
    if categories.is_tensor(column) then column = column:totable() end
    for i = 1, #y do
      rows[i] = rows[i] or {}
      rows[i][j] = column[i]
    end
  end
  return rows
end

--- The names of the columns: `<feature>_<category>`, features
-- named by the list given, else x1, x2 ...
-- @param features  a list of names, one a feature (x1, x2, ...)
-- @return a list of strings
-- Errors: called before `fit`; another number of names.
--
--     local encoder = ln.preprocessing.OneHotEncoder():fit(ln.tensor({{0}, {1}}, "int32"))
--     print(encoder:get_feature_names_out{"sex"}[2])                          --> sex_1
function OneHotEncoder:get_feature_names_out(features)
  if not self.n_features_in_ then
    raise("OneHotEncoder:get_feature_names_out was called before fit")
  end
  local names = {}
  for j, known in ipairs(self.categories_) do
    local list = categories.is_tensor(known) and known:totable() or known
    for i = (dropped(self, j) or 0) + 1, #list do
      names[#names + 1] = ("%s_%s"):format(features and features[j] or "x" .. j,
        categories.name(list[i]))
    end
  end
  return names
end

return public(OneHotEncoder)
