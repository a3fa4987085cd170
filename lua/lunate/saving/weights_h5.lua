--- Keras 3's layout of weights: .weights.h5, and model.weights.h5 inside a .keras file. Groups by
-- path (tree.lua), in each a group `vars` with the numbered variables and the object's name.

local assets = require "lunate.saving.assets"
local tree = require "lunate.saving.tree"
local optimizer_state = require "lunate.saving.optimizer_state"

local weights_h5 = {}

--- The tensor of a group's member, which may have attributes; nil for all else.
function weights_h5.tensor(member)
  if type(member) == "table" then member = member.dataset end
  return getmetatable(member) == "lunate.tensor" and member or nil
end

--- The member at a path, "layers/dense/vars"; nil when there is none.
function weights_h5.at(root, path)
  for name in path:gmatch("[^/]+") do
    local members = type(root) == "table" and root.members
    root = members and members[name]
    if root == nil then return nil end
  end
  return root
end

--- Makes the groups of a path and returns the last.
function weights_h5.make(root, path)
  for name in path:gmatch("[^/]+") do
    root.members[name] = root.members[name] or {members = {}, attributes = {}}
    root = root.members[name]
  end
  return root
end

local function own_path(entry) return entry.path == "" and "vars" or entry.path .. "/vars" end

--- The root group of a model's weights and the state of its optimizer.
-- @param entries  of tree.walk
function weights_h5.encode(entries)
  local root = {members = {}, attributes = {}}
  for _, entry in ipairs(entries) do
    local group, values = weights_h5.make(root, own_path(entry)), {}
    group.attributes.name = (entry.layer or entry.optimizer).name
    if entry.layer then
      for i, v in ipairs(tree.filed_variables(entry.layer)) do values[i] = v:value() end
    else
      for i, state in ipairs(optimizer_state.values(entry.optimizer, entry.model)) do
        values[i] = state.value
      end
    end
    for i, value in ipairs(values) do group.members[tostring(i - 1)] = value end
    for name, value in pairs(entry.layer and assets.values(entry.layer) or {}) do
      group.members[name] = value
    end
  end
  return root
end

-- ---- reading

-- The `vars` of an entry; TF 2.13 named the lists of layers otherwise.
local function find_group(root, path)
  local group = weights_h5.at(root, path)
  if not group and root.members._layer_checkpoint_dependencies then
    path = path:gsub("layers", "_layer_checkpoint_dependencies")
    group = weights_h5.at(root, path)
  end
  return type(group) == "table" and group.members and group or nil, path
end

-- What it has by name for a layer that keeps numbers so.
local function named_values(group, layer)
  local named = {}
  for name, member in pairs(layer and layer._take_values and group and group.members or {}) do
    if not name:find("^%d+$") then named[name] = weights_h5.tensor(member) end
  end
  return named
end

-- Its datasets 0, 1, ... as a list.
local function values_of(group, path, fail, named)
  local list, n = {}, 0
  for name in pairs(group and group.members or {}) do n = n + (named[name] and 0 or 1) end
  for i = 1, n do
    list[i] = weights_h5.tensor(group.members[tostring(i - 1)])
    if not list[i] then fail("'%s' holds no dataset '%d' among its %d", path, i - 1, n) end
    if type(group.members[tostring(i - 1)]) == "table" then
      local dtype = (group.members[tostring(i - 1)].attributes or {}).dtype
      if dtype then fail("'%s/%d' has the dtype %s, which no tensor has", path, i - 1, dtype) end
    end
  end
  return list
end

-- What belongs to no layer: state of metrics and of seeds, which other versions keep as well.
local function is_minor(name)
  return name:find("metric") or name:find("seed_generator") or name:find("random_generator")
    or name:find("loss_tracker") or name:find("optimizer")
end

-- The first group with datasets that nobody took, and the name of its layer.
local function leftover(group, path, taken)
  local names = {}
  for name in pairs(group.members) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local member, inner = group.members[name], path == "" and name or path .. "/" .. name
    local is_group = type(member) == "table" and member.members
    if not is_group and not taken[group] then
      return path, (group.attributes or {}).name
    elseif is_group and not is_minor(name) then
      local found, layer = leftover(member, inner, taken)
      if found then return found, layer end
    end
  end
end

--- Checks all of a file against a model.
-- @param entries  of tree.walk
-- @param options  `fail` (a function like raise, of what the file is), `skip_mismatch`,
--   `optimizer`: "must" fit, "may" fit, or nil: it is left alone
-- @return the plan for tree.assign; a list of functions to be called after it; what was skipped
function weights_h5.plan(entries, root, options)
  local plan, after, skipped, taken = {}, {}, {}, {}
  local fail = options.fail
  local function mismatch(format, ...)
    if not options.skip_mismatch then fail(format, ...) end
    skipped[#skipped + 1] = format:format(...)
  end
  for _, entry in ipairs(entries) do
    local group, path = find_group(root, own_path(entry))
    local named = named_values(group, entry.layer)
    local values = values_of(group, path, fail, named)
    if next(named) then
      after[#after + 1] = function() assets.take(entry.layer, named) end
    end
    if group then taken[group] = true end
    if entry.layer then
      local variables, name = tree.filed_variables(entry.layer), entry.layer.name
      if #variables ~= #values then
        local names = {}
        for i, v in ipairs(variables) do names[i] = v.name end
        mismatch("layer '%s' has %d weights%s%s, the file has %d for it (in '%s')", name,
          #variables, #variables > 0 and " (" .. table.concat(names, ", ") .. ")" or "",
          entry.layer.built and "" or ", since it is not built yet", #values, path)
      else
        for i, v in ipairs(variables) do
          local what = tree.mismatch(v, values[i])
          if what then mismatch("layer '%s': %s (in '%s')", name, what, path)
          else plan[#plan + 1] = {v, values[i]} end
        end
      end
    elseif options.optimizer and #values > 0 then
      local store, what = optimizer_state.plan(entry.optimizer, entry.model, values)
      if store then after[#after + 1] = store
      elseif options.optimizer == "must" then fail("%s (in '%s')", what, path) end
    end
  end
  local path, name = leftover(root, "", taken)
  if path then
    mismatch("the file has weights in '%s'%s, for which the model has no layer", path,
      type(name) == "string" and (" (layer '%s')"):format(name) or "")
  end
  return plan, after, skipped
end

--- Whether a decoded file has this layout.
function weights_h5.is_one(root)
  local members = root.members or {}
  return members.vars ~= nil or members.layers ~= nil
    or members._layer_checkpoint_dependencies ~= nil
end

--- Bytes for a root group, and back.
function weights_h5.bytes(root)
  return require "lunate.saving.optional"("hdf5", ".h5 and .keras files").encode(root)
end

function weights_h5.open(bytes)
  return require "lunate.saving.optional"("hdf5", ".h5 and .keras files").decode(bytes)
end

return weights_h5
