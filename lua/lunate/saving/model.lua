--- Models in files: which format a path means, what goes into it and what comes out. The layouts
-- are files beside this one; the methods of models that lead here are in methods.lua.

local public = require "lunate.public"
local core = require "lunate.core"
local raise = require "lunate.raise"
local assets = require "lunate.saving.assets"
local h5 = require "lunate.saving.weights_h5"
local json = require "lunate.saving.json"
local legacy_h5 = require "lunate.saving.legacy_h5"
local random = require "lunate.saving.random"
local registry = require "lunate.saving.registry"
local sharing = require "lunate.saving.sharing"
local tree = require "lunate.saving.tree"
local state = require "lunate.model.state"

local files = {}

local KERAS_VERSION = "3.15.1"   -- whose files these are like
local OURS = "lunate"            -- the key of what only we write; Keras does not look at it
local CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"

-- ---- paths

local function check_path(what, path)
  if type(path) ~= "string" then
    raise("bad argument to '%s' (a path expected, got a %s)", what, type(path))
  end
end

-- The format of a path among {ending = format}; the longest ending counts.
local function format_of(what, path, formats)
  check_path(what, path)
  local lower, best = path:lower(), nil
  for _, entry in ipairs(formats) do
    if not best and lower:sub(-#entry[1]) == entry[1] then best = entry[2] end
  end
  if best then return best end
  local names = {}
  for i, entry in ipairs(formats) do names[i] = entry[1] end
  raise("%s: '%s' has none of the endings %s", what, path, table.concat(names, ", "))
end

local MODEL = {{".keras", "keras"}, {".h5", "h5"}, {".hdf5", "h5"}}
local SAVE_WEIGHTS = {{".weights.h5", "weights"}, {".h5", "h5"}, {".hdf5", "h5"},
  {".safetensors", "safetensors"}, {".npz", "npz"}}
local LOAD_WEIGHTS = {{".keras", "keras"}, table.unpack(SAVE_WEIGHTS)}

local function check_overwrite(what, path, overwrite)
  if not overwrite and core.exists(path) then
    raise("%s: '%s' is there already; overwrite = true replaces it", what, path)
  end
end

-- Called as fail(format, ...) it raises what is wrong with a file: "load_model: 'x.keras': ...".
local function failer(what, path)
  local prefix = ("%s: '%s': "):format(what, path)
  return setmetatable({prefix = prefix}, {__call = function(_, format, ...)
    raise("%s%s", prefix, select("#", ...) > 0 and format:format(...) or format)
  end})
end

-- f(...); its errors say once which file it is about.
local function try(fail, f, ...)
  local result = table.pack(pcall(f, ...))
  if result[1] then return table.unpack(result, 2, result.n) end
  local message = result[2]
  if type(message) ~= "string" or message:find(fail.prefix, 1, true) then error(message, 0) end
  fail("%s", (message:gsub("^[^\n:]+:%d+: ", "")))
end

local function decode_json(fail, name, text)
  local ok, value = pcall(json.decode, text)
  if not ok then fail("its %s: %s", name, value) end
  if type(value) ~= "table" then fail("its %s is no JSON object", name) end
  return value
end

-- What Keras's formats have no place for.
local function extras(model, entries)
  return {version = core.version, random = random.save(model, entries),
    replay = state[model].replay or nil}
end

local function take_extras(model, entries, saved)
  if type(saved) ~= "table" then return end
  random.load(model, entries, saved.random)
  if state[model].compiled and saved.replay == true then state[model].replay = true end
end

-- ---- saving whole models

local SAVE = {
  overwrite = {"boolean", default = true},
  include_optimizer = {"boolean", default = true},
}

local function serialized(model, with_optimizer)
  if with_optimizer then return core.serialize(model, true) end
  return registry.serialize_uncompiled(model)
end

local function without_optimizer(entries, model)
  local list = {}
  for _, entry in ipairs(entries) do
    if entry.model ~= model then list[#list + 1] = entry end
  end
  return list
end

local encode = {}

function encode.keras(model, options)
  local entries = tree.walk(model)
  local saved = options.include_optimizer and entries or without_optimizer(entries, model)
  local zip = require "lunate.saving.optional"("zip", ".keras files")
  local members = {
    {name = METADATA, data = core.json_encode{keras_version = KERAS_VERSION,
      date_saved = os.date("%Y-%m-%d@%H:%M:%S"), [OURS] = extras(model, entries)}},
    {name = CONFIG, data = json.encode(
      sharing.writing({numbered = true}, serialized, model, options.include_optimizer))},
    {name = WEIGHTS, data = h5.bytes(h5.encode(saved))},
  }
  for _, file in ipairs(assets.encode(entries)) do members[#members + 1] = file end
  return zip.encode(members)
end

function encode.h5(model, options)
  assets.refuse(tree.walk(model), "an .h5 file")
  local config, more = serialized(model, false), extras(model, tree.walk(model))
  -- Keras's .h5 does not say for what shapes a model is built that Lua defines.
  if select(2, tree.root_class(model)) then more.build_config = config.build_config end
  local attributes = {
    model_config = json.encode(registry.legacy(config)), [OURS] = core.json_encode(more),
  }
  local compiled = state[model].compiled and options.include_optimizer
  if compiled then
    attributes.training_config = json.encode(registry.training_config(model))
  end
  return h5.bytes(legacy_h5.encode(model, attributes, KERAS_VERSION, compiled))
end

--- Saves a model: `ln.saving.save_model(model, path, options)` is `model:save(path, options)`.
-- @param model  a model
-- @param path  the file
-- Errors: those of model:save.
--
--     local path = os.tmpname() .. ".keras"
--     ln.saving.save_model(ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}, path)
--     print(#ln.saving.load_model(path).layers)                                --> 1
function files.save_model(model, path, options)
  local format = format_of("save", path, MODEL)
  check_overwrite("save", path, options.overwrite)
  local bytes = try(failer("save", path), encode[format], model, options)
  core.write_file(path, bytes)
end

-- ---- loading whole models

local LOAD = {
  custom_objects = {"any"},
  compile = {"boolean", default = true},
  safe_mode = {"boolean", default = true},
}

-- Bytes of all numbers in a tree: a model that wants many more was never saved with them.
local function bytes_of(group)
  local total = 0
  for _, member in pairs(group.members or {}) do
    local t = h5.tensor(member)
    if t then total = total + t.size * 8
    elseif type(member) == "table" then total = total + bytes_of(member) end
  end
  return total
end

-- Names all the layer classes at once that a config needs and nobody has, and their layers.
local function check_classes(config, fail)
  local missing, layers_of = {}, {}
  local function known(entry)
    local name = entry.class_name
    return core.class("layer", name) or registry.find_bare(name)
      or registry.find(tostring(entry.registered_name))
      or name == "Model" or name == "Operation" or name == "Lambda"   -- the registry says why not
      or require("lunate.saving.keras_ops.read").class_of(entry)      -- and that of operations
  end
  local function visit(value, depth)
    if type(value) ~= "table" or depth > 100 then return end
    for _, entry in ipairs(type(value.layers) == "table" and value.layers or {}) do
      if type(entry) == "table" and type(entry.class_name) == "string" and not known(entry) then
        local name, inner = entry.class_name, type(entry.config) == "table" and entry.config or {}
        if not layers_of[name] then missing[#missing + 1], layers_of[name] = name, {} end
        table.insert(layers_of[name], ("'%s'"):format(entry.name or inner.name))
      end
    end
    for _, part in pairs(value) do visit(part, depth + 1) end
  end
  visit(config, 1)
  for i, name in ipairs(missing) do
    local layers = layers_of[name]
    missing[i] = ("'%s' (layer%s %s)"):format(name, #layers == 1 and "" or "s",
      table.concat(layers, ", "))
  end
  if #missing == 0 then return end
  fail("it needs the layer class%s %s, which lunate does not have; there are: %s",
    #missing == 1 and "" or "es", table.concat(missing, ", "),
    table.concat(core.classes("layer"), ", "))
end

local function make(config, root, given, fail)
  registry.with_custom_objects(given.custom_objects, check_classes, config, fail)
  -- The weights that it begins with, and loses at once, are drawn as if nobody had.
  local key, counter, seeds = core.generator()
  local model = try(fail, registry.model, config, {custom_objects = given.custom_objects,
    compile = given.compile, weight_bytes = 2 * bytes_of(root) + 0x100000})
  if select(3, core.generator()) == seeds then core.set_generator(nil, key, counter) end
  return model
end

-- Stores what was checked.
local function store(plan, after)
  tree.assign(plan)
  for _, f in ipairs(after) do f() end
end

local load = {}

local function open_zip(bytes, fail)
  local zip = require "lunate.saving.optional"("zip", ".keras files")
  local entries = try(fail, zip.decode, bytes, {names = {CONFIG, WEIGHTS, METADATA}})
  for _, name in ipairs{CONFIG, WEIGHTS} do
    if not entries[name] then fail("it holds no %s, so it is no Keras model", name) end
  end
  return entries
end

function load.keras(bytes, given, fail)
  local parts = open_zip(bytes, fail)
  local root = try(fail, h5.open, parts[WEIGHTS])
  local model = make(decode_json(fail, CONFIG, parts[CONFIG]), root, given, fail)
  local entries = tree.walk(model)
  store(h5.plan(entries, root, {fail = fail, optimizer = "must"}))
  local names = assets.names(entries)
  if #names > 0 then
    local zip = require "lunate.saving.optional"("zip", ".keras files")
    try(fail, assets.load, entries, try(fail, zip.decode, bytes, {names = names}))
  end
  if parts[METADATA] then
    take_extras(model, entries, decode_json(fail, METADATA, parts[METADATA])[OURS])
  end
  return model
end

function load.h5(bytes, given, fail)
  local root = try(fail, h5.open, bytes)
  local config = legacy_h5.json(root, "model_config", fail)
  if not config then
    fail("it holds weights, but no model: make the model, then model:load_weights(path)")
  end
  local group = legacy_h5.weights_group(root)
  if not group then fail("it has no group 'model_weights'") end
  local training = given.compile and legacy_h5.json(root, "training_config", fail) or nil
  if training then
    local compile = {}
    for key, value in pairs(training) do compile[key] = value end
    compile.optimizer, compile.optimizer_config = compile.optimizer_config, nil
    config.compile_config = compile
  end
  local more = legacy_h5.json(root, OURS, fail)
  config.build_config = config.build_config or more and more.build_config or nil
  local model = make(config, root, given, fail)
  local plan = legacy_h5.plan(model, group, {fail = fail})
  local optimizer = training and legacy_h5.plan_optimizer(model, root, fail)
  store(plan, {optimizer or nil})
  take_extras(model, tree.walk(model), more)
  return model
end

--- `ln.load_model(path, options)`, where it is told about.
-- @param path  the file
-- @return the model
-- Errors: those of ln.load_model.
--
--     local path = os.tmpname() .. ".h5"
--     ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}:save(path)
--     print(ln.saving.load_model(path).output_shape)                           --> (None, 1)
function files.load_model(path, options)
  if not options.safe_mode then
    raise("load_model: nothing in a file is ever run as code, so safe_mode cannot be false")
  end
  local lower = type(path) == "string" and path:lower() or ""
  local fail = failer("load_model", path)
  if lower:find("%.safetensors$") or lower:find("%.npz$") then
    fail("it holds weights, but no model: make the model, then model:load_weights(path)")
  end
  local format = format_of("load_model", path, MODEL)
  return try(fail, load[format], core.read_file(path), options, fail)
end

-- ---- weights alone

local OVERWRITE = {overwrite = {"boolean", default = true}}

-- {name = variable}, and the names in the model's order.
local function by_name(model, names)
  local named, order = {}, {}
  for i, v in ipairs(model.weights) do
    named[names[v]], order[i] = v, names[v]
  end
  return named, order
end

local encode_weights = {}

function encode_weights.weights(model) return h5.bytes(h5.encode(tree.walk(model))) end

function encode_weights.h5(model)
  return h5.bytes(legacy_h5.encode_weights(model, KERAS_VERSION))
end

local function encode_named(codec)
  return function(model)
    local values = {}
    for name, v in pairs(by_name(model, tree.weight_names(model))) do values[name] = v:value() end
    return (codec.pieces or codec.encode)(values)
  end
end

function encode_weights.safetensors(model)
  return encode_named(require "lunate.saving.safetensors")(model)
end

function encode_weights.npz(model) return encode_named(require "lunate.saving.npz")(model) end

local function check_built(model, what)
  if not model.built then
    raise("'%s' of '%s': the model is not built yet, so it has no weights: call it on data, or "
      .. "model:build(shape)", what, model.name)
  end
end

--- `ln.saving.save_weights(model, path, options)` is `model:save_weights(path, options)`.
-- @param model  a model that is built
-- @param path  the file
-- Errors: those of model:save_weights.
--
--     local path = os.tmpname() .. ".npz"
--     ln.saving.save_weights(ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}, path)
function files.save_weights(model, path, options)
  local format = format_of("save_weights", path, SAVE_WEIGHTS)
  check_built(model, "save_weights")
  check_overwrite("save_weights", path, options.overwrite)
  local bytes = try(failer("save_weights", path), encode_weights[format], model)
  core.write_file(path, bytes)
end

local LOADING = {
  by_name = {"boolean", default = false},
  skip_mismatch = {"boolean", default = false},
}

local plan_weights = {}

local function plan_h5(model, bytes, options)
  local root = try(options.fail, h5.open, bytes)
  local group = legacy_h5.weights_group(root)
  if group then return legacy_h5.plan(model, group, options) end
  if options.by_name then
    options.fail("by_name is for .h5 files with layers by name; this one has them by path")
  end
  if not h5.is_one(root) then options.fail("it has none of the layouts of Keras's weights") end
  options.optimizer = "may"
  local plan, after, skipped = h5.plan(tree.walk(model), root, options)
  return plan, skipped, after
end

plan_weights.h5, plan_weights.weights = plan_h5, plan_h5

function plan_weights.keras(model, bytes, options)
  return plan_h5(model, open_zip(bytes, options.fail)[WEIGHTS], options)
end

local function plan_named(model, values, options)
  local plan, skipped = {}, {}
  local function mismatch(format, ...)
    if not options.skip_mismatch then options.fail(format, ...) end
    skipped[#skipped + 1] = format:format(...)
  end
  if options.by_name then options.fail("by_name is for .h5 files") end
  local named, order = by_name(model, tree.weight_names(model))
  local function has_one()
    for name in pairs(values) do if named[name] then return true end end
  end
  -- Files from before have the paths that Keras gives variables.
  if not has_one() then
    named, order = by_name(model, tree.variable_paths(model))
    if not has_one() then named, order = by_name(model, tree.weight_names(model)) end
  end
  for _, name in ipairs(order) do
    local value = values[name]
    if not value then
      mismatch("it has no weight '%s'", name)
    else
      local what = tree.mismatch(named[name], value)
      if what then mismatch("'%s': %s", name, what)
      else plan[#plan + 1] = {named[name], value} end
    end
  end
  local others = {}
  for name in pairs(values) do if not named[name] then others[#others + 1] = name end end
  table.sort(others)
  if others[1] then
    mismatch("it has a weight '%s', which the model has not; there are: %s", others[1],
      table.concat(order, ", "))
  end
  return plan, skipped
end

function plan_weights.safetensors(model, bytes, options)
  local codec = require "lunate.saving.safetensors"
  return plan_named(model, (try(options.fail, codec.decode, bytes)), options)
end

function plan_weights.npz(model, bytes, options)
  local codec = require "lunate.saving.npz"
  return plan_named(model, (try(options.fail, codec.decode, bytes)), options)
end

--- `ln.saving.load_weights(model, path, options)` is `model:load_weights(path, options)`.
-- @param model  a model that is built
-- @param path  the file
-- @return a list of what was left alone, in words
-- Errors: those of model:load_weights.
--
--     local model = ln.Sequential{ln.layers.Dense{1, input_shape = {2}}}
--     local path = os.tmpname() .. ".npz"
--     model:save_weights(path)
--     print(#ln.saving.load_weights(model, path))                              --> 0
function files.load_weights(model, path, options)
  local format = format_of("load_weights", path, LOAD_WEIGHTS)
  check_built(model, "load_weights")
  options.fail = failer("load_weights", path)
  local plan, skipped, after =
    try(options.fail, plan_weights[format], model, core.read_file(path), options)
  store(plan, after or {})
  return skipped
end

files.save_model = public.checked("save", files.save_model, SAVE)

return public(files, {
  options = {load_model = LOAD, save_weights = OVERWRITE, load_weights = LOADING},
})
