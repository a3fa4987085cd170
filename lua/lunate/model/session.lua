--- What fit, evaluate and predict have in common: their options, Ctrl-C, data and callbacks that
-- are closed whatever happens, and the loop over batches.

local core = require "lunate.core"
local check = require "lunate.options"
local raise = require "lunate.raise"
local adapter = require "lunate.training_data"
local peers = require "lunate.model.peers"
local state = require "lunate.model.state"

local Session = {}
Session.__index = Session

local session = {}

local function as_number(what, value)
  if value == "auto" or value == true then return 1 end
  if value == false then return 0 end
  if value == 0 or value == 1 or value == 2 then return value end
  raise("bad option 'verbose' of '%s' (0, 1, 2 or \"auto\" expected, got %s)", what,
    tostring(value))
end

--- verbose as a number; 0 on all but one of the processes that train together.
function session.verbosity(what, value)
  local verbose = as_number(what, value)
  return peers.is_chief and verbose or 0
end

--- The options of a call that goes without them where a batch is answered at once.
function session.options(what, specs, options)
  local given = check(what, specs, options)
  given.verbose = session.verbosity(what, given.verbose)
  return given
end

--- For `local run <close> = session.open(model, "fit")`.
function session.open(model, what)
  return setmetatable({model = model, what = what, datas = {}, guard = core.interrupt()}, Session)
end

function Session:__close(failure)
  if failure ~= nil and not peers.is_chief then peers.give_way() end
  local _ <close> = self.guard
  local _ <close> = adapter.closing(table.unpack(self.datas))
  local _ <close> = self.callbacks
end

--- Has data (of the adapter) closed at the end; the first says how messages begin.
function Session:keep(data)
  self.where = self.where or data.where
  self.datas[#self.datas + 1] = data
  return data
end

--- The batch size in force. A Dataset makes its batches itself.
function Session:batch_size(data, given)
  if data.stream and given.batch_size then
    raise("%s: batch_size is for tensors; a Dataset is batched by ds:batch(%d)", self.where,
      given.batch_size)
  end
  return given.batch_size or 32
end

--- Makes the list of callbacks: the user's, the progress bar, the History.
-- @param params  what callbacks find in self.params
function Session:start(callbacks, params, history)
  self.callbacks = require "lunate.callbacks._list"(self.model, callbacks, history, params)
  return self.callbacks
end

--- params of a pass that does not train.
function Session:params_of(data, given, size)
  return {
    steps = given.steps or data.steps or data.n and math.ceil(data.n / size), samples = data.n,
    verbose = given.verbose, batch_size = data.n and size,
  }
end

--- Whether a Ctrl-C (core/lua/interrupt.c) ends what a guard is of: fit after the batch in flight.
-- What runs inside another call, an evaluate of a callback's, leaves the first one to that. The
-- second is an error wherever it is noticed.
-- @param where  how its message begins
-- @param of_process  this process alone is meant, whatever others say
function session.interrupted(guard, is_fit, where, of_process)
  local count = guard:count(of_process)
  if count > 1 then raise("%s: interrupted", where) end
  return count > 0 and (is_fit or guard:outermost())
end

function Session:ended()
  return session.interrupted(self.guard, self.what == "fit", self.where, self.what == "predict")
end

--- evaluate and predict have nothing to return when they are broken off.
function Session:raise_if_ended()
  if self:ended() then raise("%s: interrupted", self.where) end
end

--- The batches of data that are gone over once, or for so many steps.
function Session:feed_of(data, size, steps)
  local feed = adapter.feed(data, size)
  if feed.endless and not steps then
    raise("%s: an endless Dataset needs a number of steps", self.where)
  end
  return feed
end

--- Goes over batches, one group after another, with the hooks of callbacks around each group:
-- `steps_per_execution` batches where a callback has such hooks, else as many as the core does at
-- once. Ends with the data, after `limit` batches, or with the session.
-- @param what  a table: `hook` ("on_batch"), `next(most, step)` gives at most so many batches, or
--   nil at the end; `run(batch, step)` runs them, of which the first is number `step`, and returns
--   how many it did; `logs(first, last)` is what the hook after batches first .. last gets;
--   `meet(step)`: called before such a hook where other processes train too (nothing);
--   `stopped()`: whether to end after the group (never); `single`: run takes one at a time;
--   `limit`; `before` (0): the number of the batch before the first
-- @return the number of the last batch
function Session:each_batch(what)
  local callbacks, limit = self.callbacks, what.limit or math.huge
  local begin_hook, end_hook = what.hook .. "_begin", what.hook .. "_end"
  local watched = callbacks:wants(begin_hook) or callbacks:wants(end_hook)
  local group = watched and (state[self.model].steps_per_execution or 1)
    or what.single and 1 or math.huge
  local step = what.before or 0
  while step < limit do
    local first, last = step + 1, math.min(step + group, limit)
    local batch = what.next(what.single and 1 or last - step, step)
    if not batch then break end
    callbacks:batch(begin_hook, first)
    repeat
      step = step + what.run(batch, step + 1)
      batch = watched and step < last and not self:ended()
        and what.next(what.single and 1 or last - step, step)
    until not batch
    if peers.active and watched and what.meet then what.meet(step) end
    if callbacks:wants(end_hook) then callbacks:batch(end_hook, step, what.logs(first, step)) end
    if what.stopped and what.stopped() or self:ended() then break end
  end
  return step
end

return session
