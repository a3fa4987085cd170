--- predict, predict_classes, predict_on_batch.

local core = require "lunate.core"
local raise = require "lunate.raise"
local adapter = require "lunate.training_data"
local subclass = require "lunate.subclass"
local compile = require "lunate.model.compile"
local session = require "lunate.model.session"
local state = require "lunate.model.state"

local Model = core.class("model")

local PREDICT = {
  batch_size = {"integer", min = 1, optional = true},
  verbose = {"any", default = 0},
  steps = {"integer", min = 1, optional = true},
  callbacks = {"any"},
}

-- Where rows do not depend on each other, this many are computed at once, however small the batches
-- asked for: a product of 32 rows is half as fast.
local ROWS_AT_ONCE = 256

local function predictor(model)
  local kept = state[model]
  if not kept.predictor then
    kept.predictor = core.trainer(model)
    compile.set_replay(model, kept.predictor)
  end
  return kept.predictor
end

local function by_name(names, list)
  local named = {}
  for i, name in ipairs(names) do named[name] = list[i] end
  return named
end

-- Predictions batch by batch. Tensors tell how many rows there will be: batches are written where
-- they belong. Those of a Dataset, or of a step of the model's own, are put together at the end.
local Rows = {}
Rows.__index = Rows

function Rows:add(batch, step)
  if self.n then
    self.trainer:predict(self.outs, self.n, batch.x, batch.first, batch.n)
    self.names = core.output_names(self.model)
    return
  end
  local parts
  if self.own_step then
    parts, self.names = subclass.results(subclass.run(self.model, "predict_step", batch))
  else
    parts = {}
    self.trainer:predict(parts, batch.n, batch.x, 1, batch.n)
    self.names = core.output_names(self.model)
  end
  for i, part in ipairs(parts) do
    self.parts[i] = self.parts[i] or {}
    self.parts[i][step] = part
  end
end

-- The outputs of batches first .. last (of `size` rows), which were just added, as callbacks see
-- them.
function Rows:of_batches(first, last, size)
  local list = {}
  for i, out in ipairs(self.outs) do
    list[i] = out[{ {(first - 1) * size + 1, math.min(last * size, self.n)} }]
  end
  for i, parts in ipairs(self.parts) do
    list[i] = first == last and parts[last]
      or core.functions.concatenate(table.move(parts, first, last, 1, {}))
  end
  if self.names then return by_name(self.names, list) end
  return #list == 1 and list[1] or list
end

function Rows:all()
  for i, parts in ipairs(self.parts) do self.outs[i] = core.functions.concatenate(parts) end
  if self.names then return by_name(self.names, self.outs) end
  return table.unpack(self.outs)
end

local function new_rows(model, data, n_steps, size)
  local own_step = subclass.overrides(model, "predict")
  local n = not own_step and data.n or nil
  if n and n_steps then n = math.min(n, n_steps * size) end
  return setmetatable({model = model, own_step = own_step, n = n, outs = {}, parts = {},
    trainer = predictor(model)}, Rows)
end

local function predict_in_batches(self, x, options)
  local given = session.options("predict", PREDICT, options)
  local run <close> = session.open(self, "predict")
  local data = run:keep(adapter.new(self, "predict", x))
  local size = run:batch_size(data, given)
  local callbacks = run:start(given.callbacks, run:params_of(data, given, size))
  local rows = new_rows(self, data, given.steps, size)
  callbacks:call("on_predict_begin")
  if rows.n and not given.steps and not callbacks:wants("on_predict_batch_begin")
    and not callbacks:wants("on_predict_batch_end") and core.keeps_rows(self) then
    size = size * math.max(1, ROWS_AT_ONCE // size)
  end
  local feed = run:feed_of(data, size, given.steps)
  run:each_batch{hook = "on_predict_batch", limit = given.steps, single = true,
    next = function(limit) return feed:next(limit) end,
    run = function(batch, step)
      rows:add(batch, step)
      callbacks:advance(batch.n)
      feed:used(batch.n)
      return 1
    end,
    logs = function(first, last) return {outputs = rows:of_batches(first, last, size)} end}
  callbacks:call("on_predict_end")
  run:raise_if_ended()
  state[self].output_names = rows.names   -- nil: outputs have no names
  return rows:all()
end

-- What the predictor answered at once, if it did.
local function answered(self, x, names, first, ...)
  if first == nil then return predict_in_batches(self, x) end
  if names then return by_name(names, {first, ...}) end
  return first, ...
end

--- What the model gives for x, row by row.
-- @param options  `batch_size` (32; where rows do not depend on each other and no callback looks at
--   batches, up to 256 are computed at once), `verbose` (0), `steps` (all batches), `callbacks`
-- @return a tensor for each output; of a model whose outputs were given by name, or whose call
--   returns a table by name, such a table
-- @param x  inputs, as of fit
-- Errors: inputs that do not fit the model.
--
--     print(model:predict(x).shape)                                           --> (20, 2)
function Model:predict(x, options)
  if options == nil then
    -- One batch of a known shape, as in a loop that plays or controls: straight to the core.
    local kept = state[self]
    local trainer = kept.predictor
    if trainer and not kept.preprocessing and self.predict_step == Model.predict_step then
      return answered(self, x, kept.output_names, trainer:answer("predict", x))
    end
  end
  return predict_in_batches(self, x, options)
end

--- Class ids (from 0): the position of the largest probability, or for a single sigmoid output
-- whether it is above a half.
-- @return an int64 tensor: one id a row; for a single output (rows, 1) as in Keras
-- @param x, options  as of predict
-- Errors: those of predict; several outputs.
--
--     print(model:predict_classes(x).shape)                                   --> (20,)
function Model:predict_classes(x, options)
  local p = self:predict(x, options)
  if type(p) == "table" then
    raise("'predict_classes' of '%s' is for models with one output: their outputs are named",
      self.name)
  end
  if p.shape[p.rank] > 1 then return p:argmax{axis = -1} - 1 end
  return p:gt(0.5):astype("int64")
end

--- What the model gives for one batch.
-- @param x  one batch
-- @return a tensor for each output
-- Errors: those of predict.
--
--     print(model:predict_on_batch(x[{ {1, 3} }]).shape)                      --> (3, 2)
function Model:predict_on_batch(x)
  local data = adapter.new(self, "predict_on_batch", x)
  return self:predict(x, {batch_size = data.n})
end
