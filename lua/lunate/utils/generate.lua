--- ln.utils.generate: what a model that tells the next id of a sequence goes on with.

local core = require "lunate.core"
local check = require "lunate.options"
local is_tensor = require "lunate.is_tensor"
local raise = require "lunate.raise"

local f = core.functions

local OPTIONS = {
  max_new_tokens = {"integer", default = 100, min = 0},
  context = {"integer", optional = true, min = 2},
  temperature = {"number", default = 1, min = 0},
  top_k = {"integer", optional = true, min = 1},
  top_p = {"number", optional = true, min = 0, max = 1},
  stop = {"integer", optional = true},
  cache = {"boolean", default = true},
  on_token = {"any", optional = true},
}

local function keep(logits, least)
  return f.where(logits:ge(least), logits, core.full_like(logits, -math.huge))
end

-- The next id of each sequence, (batch,), by their logits (batch, ids).
local function sample(logits, o)
  if o.temperature == 0 then return logits:argmax{axis = -1} - 1 end
  logits = logits:astype("float32") / o.temperature
  local ids = logits.shape[2]
  if o.top_k and o.top_k < ids then
    local best = f.topk(logits, o.top_k)
    logits = keep(logits, best[{ {}, {o.top_k} }])
  end
  if o.top_p and o.top_p < 1 then
    local sorted = logits:sort{descending = true}
    local shares = f.softmax(sorted)
    -- What the more likely ones leave of top_p; the first is always kept.
    local before = shares:cumsum{axis = -1} - shares
    before[{ {}, 1 }] = -1
    local least = f.where(before:lt(o.top_p), sorted, core.full_like(sorted, math.huge))
    logits = keep(logits, least:min{axis = -1, keepdims = true})
  end
  -- The largest of logits with Gumbel noise is drawn by their softmax.
  local noise = core.random.uniform(logits.shape, {min = 1e-20, max = 1})
  return (logits - (-noise:log()):log()):argmax{axis = -1} - 1
end

local function read_prompt(prompt)
  if type(prompt) == "table" and not is_tensor(prompt) then
    prompt = core.tensor(prompt, {dtype = "int32"})
  end
  if not is_tensor(prompt) or prompt.rank < 1 or prompt.rank > 2 or prompt.size == 0
    or not prompt.dtype:find("int") then
    raise("generate: the prompt is ids, a list or an integer tensor (steps,) or (batch, steps) "
      .. "with at least one, got %s", core.describe_value(prompt))
  end
  return prompt.rank == 1 and prompt:expand_dims(1) or prompt, prompt.rank == 1
end

--- Goes on with a sequence of ids, one after another, each drawn by what the model says of the next
-- one. The keys and values of the steps before are kept (`ln.KeyValueCache`), so that a step costs
-- one step; where `context` is full, the model starts anew from its last half.
-- @param model  gives logits (batch, steps, ids) for ids (batch, steps)
-- @param prompt  ids from 0: a list, or a tensor (steps,) or (batch, steps)
-- @param options  `max_new_tokens` (100): how many are drawn; `context`: how many steps the model
--   sees at most (as many as come); `temperature` (1): logits are divided by it, 0: always the
--   likeliest; `top_k`: only the k likeliest; `top_p`: only the likeliest that together have this
--   probability; `stop`: an id that ends it (of one sequence); `cache` (true): false computes all
--   steps anew for each id, with the same result; `on_token`: a function that gets each id (of one
--   sequence) as it comes
-- @return the new ids: a list for one sequence, else an int64 tensor (batch, new)
-- Errors: a prompt that is none; what the model refuses.
--
--     local layers = ln.layers
--     local x = ln.Input{shape = {false, 8}}
--     local y = layers.MultiHeadAttention{2, key_dim = 4}(x, x, {use_causal_mask = true})
--     local ids = ln.Input{shape = {false}, dtype = "int32"}
--     local attend = ln.Model{inputs = x, outputs = layers.Dense(5)(y)}
--     local model = ln.Model{inputs = ids, outputs = attend(layers.Embedding{5, 8}(ids))}
--     print(#ln.utils.generate(model, {0, 3}, {max_new_tokens = 6}))                 --> 6
local function generate(model, prompt, options)
  local o = check("generate", OPTIONS, options)
  if o.on_token ~= nil and type(o.on_token) ~= "function" then
    raise("generate: on_token is a function, got %s", core.describe_value(o.on_token))
  end
  local ids, single = read_prompt(prompt)
  local context = o.context or ids.shape[2] + o.max_new_tokens
  if not single and (o.stop or o.on_token) then
    raise("generate: stop and on_token are for one sequence, and there are %d", ids.shape[1])
  end
  ids = ids:astype("int64")
  if ids.shape[2] > context then ids = ids[{ {}, {-context, -1} }] end
  local cache = o.cache and core.KeyValueCache(context)
  local seen, fresh, list, columns = ids, ids, {}, {}
  for k = 1, o.max_new_tokens do
    if seen.shape[2] > context then
      seen = seen[{ {}, {-(context // 2), -1} }]:copy()
      fresh = seen
      if cache then cache:reset() end
    end
    local logits = cache and model(fresh, {cache = cache}) or model(seen)
    local new = sample(logits[{ {}, -1 }], o)
    fresh = new:astype("int64"):expand_dims(-1)
    seen = f.concatenate({seen, fresh}, {axis = 2})
    if single then
      list[k] = new[1]
      if o.on_token then o.on_token(list[k]) end
      if list[k] == o.stop then break end
    else
      columns[k] = fresh
    end
  end
  if cache then cache:close() end
  if single then return list end
  return #columns > 0 and f.concatenate(columns, {axis = 2})
    or core.zeros({ids.shape[1], 0}, {dtype = "int64"})
end

return {generate = generate}
