--- ln.summary: what TensorBoard shows, written from a script; TensorFlow's `tf.summary` in spirit.
-- A kind of summary is a method of the writer below; its encoding is in `_messages.lua`.
--
--     local writer <close> = ln.summary.create_file_writer(os.tmpname() .. "_logs")
--     writer:scalar("loss", 0.25, {step = 0})
--     writer:histogram("weights", ln.random.normal{1000}, {step = 0})
--     writer:text("note", "trained on *half* of the data", {step = 0})
--
-- `tensorboard --logdir logs` reads what is written, also while it is being written: each summary
-- goes to the system at once, whole, so that a process that is killed loses none.

local core = require "lunate.core"
local class = require "lunate.class"
local raise = require "lunate.raise"
local messages = require "lunate.summary._messages"
local is_tensor = require "lunate.is_tensor"
local public = require "lunate.public"
local kept = require "lunate.kept"()

local summary = {}

--- What `create_file_writer` gives: a writer into a file of its own in a folder.
-- @param options  `log_dir`: the folder, made where it is missing; a folder is a run, and runs
--   below one folder are shown together
-- @return the writer; fields `log_dir` and `path` (the file's). With `local writer <close>` it
--   closes with its block
--
--     local writer <close> = ln.summary.FileWriter{log_dir = os.tmpname() .. "_logs"}
--     writer:scalar("loss", 0.25, {step = 0})
--
-- Errors: a folder that cannot be made or written into.
local FileWriter = class("FileWriter", {type = "lunate.summary_writer"})
summary.FileWriter = FileWriter

FileWriter.options = {log_dir = {"string", required = true}}
FileWriter.positional = {"log_dir"}

local function add_event(self, event)
  if not kept[self].file then raise("the summary writer of '%s' is closed", self.log_dir) end
  event.wall_time = core.wall_clock()
  kept[self].file:write(messages.encode(messages.Event, event))
end

-- Adds a summary: what one of TensorBoard's plugins shows.
local function add(self, tag, tensor, plugin, data_class, options, content)
  add_event(self, {step = options.step, summary = {value = {{tag = tag, tensor = tensor,
    metadata = {plugin_data = {plugin_name = plugin, content = content}, data_class = data_class},
  }}}})
end

function FileWriter:init(options)
  if options.log_dir == "" then raise("FileWriter: a folder expected, got ''") end
  core.make_folders(options.log_dir .. "/")
  kept[self].file = core.open_event_file(options.log_dir)
  self.log_dir, self.path = options.log_dir, kept[self].file:path()
  add_event(self, {file_version = "brain.Event:2", source_metadata = {writer = "lunate.summary"}})
end

local STEP = {step = {"integer", required = true}}

-- Messages are only read back when their names are UTF-8.
local function check_name(what, name)
  if type(name) ~= "string" or name == "" or not utf8.len(name) then
    raise("bad argument #1 to '%s' (a name in UTF-8 expected, got %s)", what,
      type(name) == "string" and ("%q"):format(name) or type(name))
  end
  return name
end

local function describe(value)
  if is_tensor(value) then
    return ("a %s tensor of shape %s"):format(value.dtype, value.shape)
  end
  return type(value) == "table" and "a table" or tostring(value)
end

local function numbers(dtype, shape, content)
  return {dtype = messages.dtype[dtype], tensor_shape = messages.shape(shape),
    tensor_content = content}
end

local function strings(shape, list)
  return {dtype = messages.dtype.string, tensor_shape = messages.shape(shape), string_val = list}
end

local function number(what, value)
  if is_tensor(value) and value.size == 1 and value.dtype ~= "bool" then
    value = value:flatten()[1]
  end
  if type(value) ~= "number" then
    raise("bad argument #2 to '%s' (a number, or a tensor of one, expected, got %s)", what,
      describe(value))
  end
  return value
end

--- A number over time, for the tab Scalars.
-- @param name  its name, UTF-8; what is before a slash groups names
-- @param value  a number, or a tensor of one; NaN and infinities too; written as float32
-- @param options  `step`: an integer, the place on the horizontal axis
--
--     local writer <close> = ln.summary.create_file_writer(os.tmpname() .. "_logs")
--     for step = 1, 10 do writer:scalar("loss", 1 / step, {step = step}) end
--
-- Errors: no name, value or step; a closed writer; a file that cannot be written, as on a full
-- disk. The file stays readable.
function FileWriter:scalar(name, value, options)
  check_name("scalar", name)
  value = number("scalar", value)
  add(self, name, numbers("float32", {}, ("<f"):pack(value)), "scalars", messages.data_class.scalar,
    options)
end

local HISTOGRAM = {step = STEP.step, buckets = {"integer", default = 30, min = 1}}

--- How values are spread, over time, for the tabs Histograms and Distributions.
-- @param name  as of a scalar
-- @param values  a tensor of numbers, or a table of them, of any shape; what is not finite is left
--   out
-- @param options  `step`; `buckets` (30): into how many equal ones the range of the values is
--   divided
--
--     local writer <close> = ln.summary.create_file_writer(os.tmpname() .. "_logs")
--     writer:histogram("dense/kernel", ln.random.normal{784, 300}, {step = 1, buckets = 50})
--
-- Errors: as of scalar.
function FileWriter:histogram(name, values, options)
  check_name("histogram", name)
  if type(values) == "table" and not is_tensor(values) then values = core.tensor(values) end
  if not is_tensor(values) then
    raise("bad argument #2 to 'histogram' (a tensor expected, got %s)", describe(values))
  end
  local x = values:flatten():astype("float64")
  x = x[x:isfinite()]
  -- Values that are all the same are one bucket, none at all none: as TensorBoard has it.
  local rows = x.size == 0 and 0 or x:min():item() == x:max():item() and 1 or options.buckets
  local content = {}
  if rows > 0 then
    local counts, edges = require("lunate.ops").functions.histogram(x, {bins = rows})
    counts, edges = counts:totable(), edges:totable()
    for i = 1, rows do content[i] = ("<ddd"):pack(edges[i], edges[i + 1], counts[i]) end
  end
  add(self, name, numbers("float64", {rows, 3}, table.concat(content)), "histograms",
    messages.data_class.tensor, options)
end

local IMAGE = {step = STEP.step, max_outputs = {"integer", default = 3, min = 0}}

--- Pictures, for the tab Images; needs libpng (Debian package: libpng-dev when lunate is built).
-- @param name  as of a scalar
-- @param images  a tensor (n, h, w, c) of uint8, or of floats 0 .. 1, where what is below or above
--   is cut off; c is 1 for gray, 2 for gray and alpha, 3 for RGB, 4 for RGB and alpha
-- @param options  `step`; `max_outputs` (3): at most so many are written, the first ones
--
--     local writer <close> = ln.summary.create_file_writer(os.tmpname() .. "_logs")
--     writer:image("noise", ln.random.uniform{5, 28, 28, 1}, {step = 0, max_outputs = 5})
--
-- Errors: as of scalar; another shape or dtype; no libpng.
function FileWriter:image(name, images, options)
  check_name("image", name)
  local channels = is_tensor(images) and images.rank == 4 and images.shape[4]
  if not channels or channels < 1 or channels > 4 or images.shape[2] * images.shape[3] == 0
      or not (images.dtype == "uint8" or images.dtype:find("^float")) then
    raise("bad argument #2 to 'image' (a tensor (n, h, w, 1 to 4) of uint8 or floats expected, "
      .. "got %s)", describe(images))
  end
  local ok, png = pcall(require, "lunate.png")
  if not ok then
    raise("'image' needs the module lunate.png, for which lunate was built without libpng "
      .. "(Debian package: libpng-dev)")
  end
  local list = {tostring(images.shape[3]), tostring(images.shape[2])}
  for i = 1, math.min(options.max_outputs, #images) do
    local image = images[i]
    -- TensorFlow's convert_image_dtype: 255.5, then down; astype stops at 0 and 255.
    if image.dtype ~= "uint8" then image = (image * 255.5):astype("uint8") end
    list[#list + 1] = png.encode(image)
  end
  add(self, name, strings({#list}, list), "images", messages.data_class.blob_sequence, options)
end

--- Text, which the tab Text shows as Markdown.
-- @param name  as of a scalar
-- @param text  a text; a list of them, or a list of rows of them, which becomes a table
-- @param options  `step`
--
--     local writer <close> = ln.summary.create_file_writer(os.tmpname() .. "_logs")
--     writer:text("layers", {{"units", "300"}, {"activation", "relu"}}, {step = 0})
--
-- Errors: as of scalar; rows of different lengths.
function FileWriter:text(name, text, options)
  check_name("text", name)
  local shape, list = {}, {}
  local function put(value, depth, first)
    if type(value) == "string" and depth == #shape then
      list[#list + 1] = value
    elseif type(value) == "table" and depth < 2 and (first or #value == shape[depth + 1]) then
      shape[depth + 1] = #value
      for i = 1, #value do put(value[i], depth + 1, first and i == 1) end
    else
      raise("bad argument #2 to 'text' (a text, a list of texts or a list of equally long rows of "
        .. "them expected, got %s)", describe(value))
    end
  end
  put(text, 0, true)
  add(self, name, strings(shape, list), "text", messages.data_class.tensor, options)
end

local HPARAMS = {metrics = {"any"}, step = {"integer", default = 0}}

-- TensorBoard wants a value, whatever it is, beside what is in the metadata.
local function add_hparams(self, tag, data)
  data.version = 0
  add(self, "_hparams_/" .. tag, numbers("float32", {1}, ("<f"):pack(0)), "hparams",
    messages.data_class.tensor, {step = 0}, messages.encode(messages.HParamsPluginData, data))
end

--- With what a run was trained, for the tab HParams, where runs are compared. Metrics are the
-- scalars of the run and of the runs in folders below it: those of `ln.callbacks.TensorBoard` with
-- this writer's folder as its log_dir, say. Once for each folder.
-- @param values  the hyperparameters by name: numbers, strings, booleans
-- @param options  `metrics`: further scalars by name, written along at `step` (0)
--
--     local writer <close> = ln.summary.create_file_writer(os.tmpname() .. "_logs")
--     writer:hparams({learning_rate = 0.01, optimizer = "sgd"}, {metrics = {accuracy = 0.93}})
--
-- Errors: as of scalar; a value of another kind, or not finite.
function FileWriter:hparams(values, options)
  if type(values) ~= "table" or getmetatable(values) ~= nil or next(values) == nil then
    raise("bad argument #1 to 'hparams' (a table of hyperparameters by name expected, got %s)",
      type(values) == "table" and next(values) == nil and "an empty table" or describe(values))
  end
  local hparams, group = {}, {}
  for name, value in pairs(values) do
    check_name("hparams", name)
    local finite = type(value) == "number" and value - value == 0
    local text = type(value) == "string" and utf8.len(value)
    if not (finite or text or type(value) == "boolean") then
      raise("'hparams': '%s' should be a finite number, a text in UTF-8 or a boolean, got %s", name,
        describe(value))
    end
    hparams[name] = {[finite and "number_value" or text and "string_value" or "bool_value"] = value}
    group[name] = finite and math.tointeger(value) or value   -- 1.0 is 1
  end
  local metrics, names = options.metrics or {}, {}
  if type(metrics) ~= "table" then
    raise("bad option 'metrics' of 'hparams' (numbers by name expected, got %s)", describe(metrics))
  end
  for name, value in pairs(metrics) do
    names[#names + 1] = check_name("hparams", name)
    number("hparams", value)
  end
  table.sort(names)
  add_hparams(self, "session_start_info", {session_start_info = {hparams = hparams,
    -- Runs of the same values are one group.
    group_name = core.json_encode(group), start_time_secs = core.wall_clock()}})
  kept[self].has_hparams = true
  for _, name in ipairs(names) do self:scalar(name, metrics[name], {step = options.step}) end
end

--- A model's layers and how they are connected, for the tab Graphs: as a graph of its layers, and,
-- where the model has a config, as Keras's conceptual graph (tag `keras`). Of a model with a `call`
-- in Lua only the layers are known.
-- @param model  a model; built, if output shapes are to be shown
--
--     local writer <close> = ln.summary.create_file_writer(os.tmpname() .. "_logs")
--     writer:graph(ln.Sequential{ln.layers.Dense{1, input_shape = {8}}})
--
-- Errors: what is no model; as of scalar.
function FileWriter:graph(model)
  if getmetatable(model) ~= "lunate.model" then
    raise("bad argument #1 to 'graph' (a model expected, got %s)", describe(model))
  end
  add_event(self, {graph_def = require "lunate.summary._graph"(model)})
  if model.class_name ~= "Sequential" and model.class_name ~= "Functional" then return end
  -- A layer of the user's own may have no config.
  local ok, json = pcall(function() return core.json_encode(core.serialize(model, true)) end)
  if ok then
    add(self, "keras", strings({}, {json}), "graph_keras_model", nil, {step = 0}, "1")
  end
end

--- Waits until all that was written is on the disk, safe from a crash of the system too.
--
--     local writer <close> = ln.summary.create_file_writer(os.tmpname() .. "_logs")
--     writer:flush()
--
-- Errors: what the system says.
function FileWriter:flush()
  if kept[self].file then kept[self].file:sync() end
end

--- Closes the file; a second time does nothing. A run with hyperparameters is marked as done, or as
-- failed when an error ends the block of a `local writer <close>`.
--
--     local writer = ln.summary.create_file_writer(os.tmpname() .. "_logs")
--     writer:close()
--
-- Errors: a full disk, when there are hyperparameters; the file is closed then, too.
function FileWriter:close() self:__close() end

function FileWriter:__close(err)
  local file, ok, message = kept[self].file, true, nil
  if not file then return end
  if kept[self].has_hparams then
    ok, message = pcall(add_hparams, self, "session_end_info", {session_end_info = {
      status = messages.status[err == nil and "success" or "failure"],
      end_time_secs = core.wall_clock()}})
  end
  kept[self].file = nil
  file:close()
  if not ok and err == nil then raise("%s", message) end   -- else the first error counts
end

--- A writer into a new file in a folder.
-- @param log_dir  the folder, made where it is missing; a folder is a run
-- @return the writer, a FileWriter: `scalar`, `histogram`, `image`, `text`, `hparams`, `graph`,
--   `flush`, `close`
--
--     local writer <close> = ln.summary.create_file_writer(os.tmpname() .. "_logs/run_1")
--     writer:scalar("accuracy", 0.5, {step = 1})
--
-- Errors: a folder that cannot be made or written into.
function summary.create_file_writer(log_dir)
  if type(log_dir) ~= "string" then
    raise("bad argument #1 to 'create_file_writer' (a folder expected, got %s)", describe(log_dir))
  end
  return FileWriter(log_dir)
end

public(FileWriter, {type = "lunate.summary_writer", receiver = "writer",
  options = {scalar = STEP, histogram = HISTOGRAM, image = IMAGE, text = STEP, hparams = HPARAMS}})

return summary
