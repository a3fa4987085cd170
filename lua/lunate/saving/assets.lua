--- What layers keep beside weights: files in the `assets` folder of a .keras archive, by the
-- layer's path (tree.lua), and numbers that go by names. A layer's class has the methods
--   _save_assets(self) -> {name = bytes}      _load_assets(self, {name = bytes})
--   _own_values(self) -> {name = tensor}      _take_values(self, {name = tensor})

local raise = require "lunate.raise"

local assets = {}

local FOLDER = "assets/"

-- The layers that have such methods, built-in ones alone.
local function keepers(entries)
  local list = {}
  for _, entry in ipairs(entries) do
    local class = entry.layer and entry.layer.class
    while class and not rawget(class, "built_in") do class = class.super end
    if class and entry.layer._save_assets then list[#list + 1] = entry end
  end
  return list
end

local function folder_of(entry) return FOLDER .. (entry.path == "" and "" or entry.path .. "/") end

--- The files of an archive, {name =, data =} each.
-- @param entries  of tree.walk
function assets.encode(entries)
  local files = {}
  for _, entry in ipairs(keepers(entries)) do
    for name, data in pairs(entry.layer:_save_assets()) do
      files[#files + 1] = {name = folder_of(entry) .. name, data = data}
    end
  end
  table.sort(files, function(a, b) return a.name < b.name end)
  return files
end

--- Which files of an archive belong to these layers.
function assets.names(entries)
  local names = {}
  for _, entry in ipairs(keepers(entries)) do
    names[#names + 1] = folder_of(entry) .. "vocabulary.txt"
  end
  return names
end

--- Gives the layers their files: {name = bytes}.
function assets.load(entries, files)
  for _, entry in ipairs(keepers(entries)) do
    local of_layer, folder = {}, folder_of(entry)
    for name, data in pairs(files) do
      if name:sub(1, #folder) == folder and not name:find("/", #folder + 1, true) then
        of_layer[name:sub(#folder + 1)] = data
      end
    end
    entry.layer:_load_assets(of_layer)
  end
end

--- Numbers of a layer by name; none of layers without.
function assets.values(layer) return layer._own_values and layer:_own_values() or {} end

--- Takes numbers by name; whether there was a place for them.
function assets.take(layer, values)
  if not layer._take_values then return false end
  layer:_take_values(values)
  return true
end

--- Raises where a model has files that a format has no place for.
function assets.refuse(entries, what)
  for _, entry in ipairs(keepers(entries)) do
    if next(entry.layer:_save_assets()) and entry.layer:vocabulary_size() > 2 then
      raise("layer '%s' has a vocabulary that was learned or read, for which %s has no place: save "
        .. "as .keras, or make the layer with vocabulary = layer:get_vocabulary()",
        entry.layer.name, what)
    end
  end
end

return assets
