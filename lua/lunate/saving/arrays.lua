--- arrays: tensors in files that numpy and others read: `ln.save` and `ln.load`. A format is a file
-- beside this one with `encode` and `decode`, and a line in FORMATS.

local core = require "lunate.core"
local public = require "lunate.public"
local raise = require "lunate.raise"
local is_tensor = require "lunate.is_tensor"

local FORMATS = {
  npy = {single = true}, npz = {list = true}, safetensors = {options = {metadata = true}},
}
local NAMES = ".npy, .npz, .safetensors"

local arrays = {}

-- The format of a path: its codec, its line above, its name.
local function format_of(what, path)
  if type(path) ~= "string" then
    raise("bad argument #1 to '%s' (a path expected, got a %s)", what, type(path))
  end
  local extension = (path:match("%.([%w]+)$") or ""):lower()
  if not FORMATS[extension] then
    local hint = (extension == "h5" or extension == "keras")
      and "; models: " .. (what == "save" and "model:save" or "ln.load_model") or ""
    raise("%s: '%s' has none of the endings %s%s", what, path, NAMES, hint)
  end
  return require("lunate.saving." .. extension), FORMATS[extension], extension
end

local function check_value(format, extension, value)
  if format.single then
    if not is_tensor(value) then
      raise("bad argument #2 to 'save' (a tensor expected for .npy, got a %s; .npz and "
        .. ".safetensors hold several tensors)", type(value))
    end
    return
  end
  if type(value) ~= "table" or is_tensor(value) then
    raise("bad argument #2 to 'save' (a table of tensors by name expected for .%s, got a %s)",
      extension, is_tensor(value) and "tensor" or type(value))
  end
  for name, t in pairs(value) do
    if not is_tensor(t) then
      raise("bad argument #2 to 'save' (a tensor expected at '%s', got a %s)", name, type(t))
    end
    if type(name) ~= "string" and not format.list then
      raise("bad argument #2 to 'save' (names in .%s are texts, got %s)", extension, name)
    end
  end
end

local function check_options(format, extension, options)
  if options == nil then return end
  if type(options) ~= "table" then
    raise("bad argument #3 to 'save' (a table of options expected, got a %s)", type(options))
  end
  for name, value in pairs(options) do
    if not (format.options or {})[name] then
      raise("unknown option '%s' of 'save' for .%s", name, extension)
    elseif type(value) ~= "table" then
      raise("bad option '%s' of 'save' (texts by name expected, got a %s)", name, type(value))
    end
  end
end

--- Saves tensors in a file, in the format that its ending names. The file changes as a whole or,
-- where anything fails, not at all.
--
--     local path = os.tmpname() .. ".npz"
--     ln.save(path, {x = ln.tensor{1, 2}, y = ln.tensor{3}})
--     print(ln.load(path).x)                                                --> [1. 2.]
--
-- @param path  `.npy`: one tensor; `.npz`: a table of tensors by name, those of a list are named
--   arr_0, arr_1, ... as np.savez does; `.safetensors`: a table of tensors by name
-- @param value  the tensor or the table
-- @param options  `metadata`: texts by name, kept in a `.safetensors` file
-- @raise Errors: other endings, values that are no tensors, what the system says on writing
function arrays.save(path, value, options)
  local codec, format, extension = format_of("save", path)
  check_value(format, extension, value)
  check_options(format, extension, options)
  local ok, bytes = pcall(codec.pieces or codec.encode, value, options)
  if not ok then raise("save: '%s': %s", path, bytes) end
  core.write_file(path, bytes)
end

local LOAD = {dtype = {"dtype"}, mmap = {"boolean", default = false}}

-- The floats of a tensor, or of a table of tensors, in a dtype.
local function converted(value, dtype)
  if is_tensor(value) then
    return value.dtype:find("float", 1, true) and value:astype(dtype) or value
  end
  for name, t in pairs(value) do value[name] = converted(t, dtype) end
  return value
end

--- Loads what a `.npy`, `.npz` or `.safetensors` file holds. Nothing in it is ever run.
--
--     local path = os.tmpname() .. ".npy"
--     ln.save(path, ln.eye(2))
--     print(ln.load(path))                                                  --> [[1. 0.] [0. 1.]]
--
-- @param path  the file; numpy's small integers become int32
-- @param options  `dtype` (none: as they are in the file): of the tensors of floats, "float32" of
--   weights that a file keeps in 16 bits; integers and bools stay what they are; `mmap` (false):
--   of a `.npy`: its elements stay in the file, and rows are read when they are used, so that it
--   may be larger than memory. Such a tensor cannot be changed, and the file should not be
-- @return a tensor (`.npy`), or a table of tensors by name; then of `.npy` a list of further arrays
--   that follow in the file, or nil; of `.safetensors` its metadata, texts by name, or nil
-- @raise Errors: other endings, unreadable or damaged files, uint64 values beyond int64, dtypes
--   that no tensor has, options that there are not. In a `.npz` such an array is an error only when
--   it is asked for
function arrays.load(path, options)
  local codec, dtype = format_of("load", path), options.dtype
  if dtype and not dtype:find("float", 1, true) then
    raise("bad option 'dtype' of 'load' (a float dtype expected, got '%s')", dtype)
  end
  if options.mmap then
    if not codec.map then raise("load: '%s': mmap is for .npy", path) end
    if dtype then raise("load: mmap reads numbers as they are in the file, without a dtype") end
    local mapped, t = pcall(codec.map, path)
    if not mapped then raise("load: '%s': %s", path, t) end
    return t
  end
  local ok, value, more = pcall(codec.decode, core.read_file(path))
  if not ok then raise("load: '%s': %s", path, value) end
  if not dtype then return value, more end
  return converted(value, dtype), is_tensor(value) and more and converted(more, dtype) or more
end

return public(arrays, {options = {load = LOAD}, positional = {load = {"dtype"}}})
