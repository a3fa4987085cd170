--- ln.utils.text_dataset_from_directory: a Dataset of the .txt files below a folder.

local core = require "lunate.core"
local Dataset = require "lunate.data.dataset"
local directory = require "lunate.utils._directory"
local public = require "lunate.public"
local raise = require "lunate.raise"

local WHAT = {
  name = "text_dataset_from_directory", files = "texts", patterns = ".txt",
  endings = {txt = true},
}

local OPTIONS = {max_length = {"integer", optional = true, min = 1}}
for name, option in pairs(directory.OPTIONS) do OPTIONS[name] = option end

-- A file's first bytes, at most `limit` of them where it is given.
local function read(path, limit)
  local file <close>, message = io.open(path, "rb")
  local text
  if file then text, message = file:read(limit or "a") end
  if message then raise("%s: %s", WHAT.name, message) end
  return text or ""
end

-- The Dataset of some of the files.
local function dataset(part, o)
  local size = o.batch_size or 1
  local function pass()
    local paths, targets = directory.pass(part)
    local first = 1
    return function()
      local last = math.min(first + size - 1, #paths)
      if first > last then return nil end
      local texts = {}
      for i = first, last do texts[#texts + 1] = read(paths[i], o.max_length) end
      local labels = targets and targets[{ {first, last} }]
      first = last + 1
      local x = o.batch_size and texts or texts[1]
      if not labels then return x end
      return x, o.batch_size and labels or core.functions.squeeze(labels, {axis = 1})
    end
  end
  local result = Dataset.from_generator(pass, {length = (#part.paths + size - 1) // size})
  result.file_paths = part.paths
  return result
end

--- A Dataset of the texts of .txt files below a folder: lists of Lua strings, and labels.
-- @param top  the folder; with inferred labels it has a folder for each class
-- @param options  `labels` ("inferred"): from the folders, false for none, or a list of class ids,
--   one a file in the order of their paths; `label_mode` ("int"): int32 (batch,), "categorical" is
--   float32 (batch, classes), "binary" float32 (batch, 1), false none; `class_names`: the folders
--   to use, in order of their ids, else all in order of the alphabet; `batch_size` (32): how many
--   texts, false for single ones, which are strings; `max_length`: of longer texts the first bytes;
--   `shuffle` (true): each pass in another order; `seed`: of the order, else it follows from
--   ln.set_seed; `validation_split`: the share that is for validation; `subset`: which of the two,
--   or both, which are then two Datasets; `follow_links` (false): also into folders that are links;
--   `verbose` (true): prints how many files there are
-- @return a Dataset of x, a list of strings, and y. Its `class_names` and `file_paths` are lists
-- Errors: no folder; no texts; a file that cannot be read (it is named).
--
--     local folder = os.tmpname() .. ".texts"
--     for i, name in ipairs{"good", "good", "bad"} do
--       os.execute(("mkdir -p %s/%s"):format(folder, name))
--       local file <close> = io.open(("%s/%s/%d.txt"):format(folder, name, i), "w")
--       file:write("It is " .. name)
--     end
--     local ds = ln.utils.text_dataset_from_directory(folder, {shuffle = false, verbose = false})
--     for x, y in ds:iterate() do print(x[1], y) end                  -- It is bad   [0 1 1]
local function text_dataset_from_directory(top, options)
  local parts, classes = directory.parts(WHAT, top, options)
  local sets = {}
  for i, part in ipairs(parts) do
    sets[i] = dataset(part, options)
    sets[i].class_names = classes
  end
  return table.unpack(sets)
end

return {
  text_dataset_from_directory = public.checked(WHAT.name, text_dataset_from_directory, OPTIONS),
}
