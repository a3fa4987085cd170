-- Recurrent sequences as one op: the same numbers and gradients as the cell called step by step,
-- whatever comes in; nothing depends on how rows are shared out.
local ln = require "lunate"
local goldens = require "support.goldens"

local core = require "lunate.core"
local fails = require "support.fails"

local layers, near = ln.layers, goldens.near

local kinds = {
  {"SimpleRNN", {}}, {"SimpleRNN", {activation = "relu", use_bias = false}},
  {"LSTM", {}}, {"LSTM", {use_bias = false, activation = "relu", recurrent_activation = "tanh"}},
  {"LSTM", {activation = "sigmoid", recurrent_activation = "linear"}},
  {"GRU", {}}, {"GRU", {reset_after = false}}, {"GRU", {use_bias = false, activation = "linear"}},
  {"GRU", {use_bias = false, reset_after = false, recurrent_activation = "tanh"}},
}

-- A cell of the kind that is called for every step.
local function stepwise(name)
  local Step = layers[name .. "Cell"]:extend("Step" .. name)
  function Step:call(x, options) return Step.super.call(self, x, options) end
  return Step
end

local function with(options, more)
  local out = {}
  for key, value in pairs(options) do out[key] = value end
  for key, value in pairs(more) do out[key] = value end
  return out
end

local function waves(...) return (ln.sin(ln.arange(ln.zeros{...}.size):astype("float64") * 1.3)
  * 0.7):reshape{...} end

-- Results and gradients of a layer, with a slope for each result.
local function all(layer, x, states, mask, training)
  local tape <close> = ln.GradientTape()
  local sources = {x, table.unpack(states)}
  for _, t in ipairs(sources) do tape:watch(t) end
  local results = {layer(x, {initial_state = #states > 0 and states or nil, mask = mask,
    training = training})}
  local total = 0
  for i, y in ipairs(results) do total = total + (y * (waves(table.unpack(y.shape)) + i)):sum() end
  for _, v in ipairs(layer.variables) do sources[#sources + 1] = v end
  return results, tape:gradient(total, sources)
end

describe("a recurrent sequence", function()
  for k, kind in ipairs(kinds) do
    local name, options = kind[1], kind[2]
    it(("is %s's steps (%d)"):format(name, k), function()
      local Step = stepwise(name)
      for i, size in ipairs{{4, 3, 5, 6}, {1, 1, 2, 1}, {7, 33, 3, 20}, {2, 5, 1, 17}} do
        local steps, batch, features, units = table.unpack(size)
        for _, case in ipairs{{}, {states = true}, {mask = true}, {mask = true, states = true},
          {go_backwards = true, mask = true}, {drops = true, mask = true, states = true},
          {drops = true}} do
          local x = waves(batch, steps, features)
          local mask = case.mask and waves(batch, steps + 1)[{ {}, {2, -1} }]:gt(-0.3) or nil
          local states = {}
          for s = 1, case.states and (name == "LSTM" and 2 or 1) or 0 do
            states[s] = waves(batch, units) / s
          end
          local shared = {return_sequences = i % 2 == 0 or case.mask, return_state = true,
            go_backwards = case.go_backwards, dtype = "float64"}
          local own = with(options, {units = units, dropout = case.drops and 0.3,
            recurrent_dropout = case.drops and 0.4, seed = 7})
          local cell = Step(with(own, {dtype = "float64"}))
          local slow = layers.RNN(with(shared, {cell = cell}))
          local fast = layers[name](with(own, shared))
          slow(x)
          fast(x)
          for v, variable in ipairs(slow.variables) do
            variable:assign(waves(table.unpack(variable.shape)) * (v == 3 and 0.3 or 0.5))
            fast.variables[v]:assign(variable:value())
          end
          local y, dy = all(slow, x, states, mask, case.drops)
          local z, dz = all(fast, x, states, mask, case.drops)
          for j = 1, #y do near(z[j], y[j], 1e-12, 1e-13, "result " .. j) end
          for j = 1, #dy do near(dz[j], dy[j], 1e-10, 1e-12, "gradient " .. j) end
        end
      end
    end)
  end

  it("is the same in float32, and over any number of threads", function()
    local threads = ln.threads()
    finally(function() ln.threads(threads) end)
    for _, name in ipairs{"SimpleRNN", "LSTM", "GRU"} do
      local layer = layers[name]{24, return_sequences = true}
      local x = waves(32, 20, 8):astype("float32")
      local mask = waves(32, 20):gt(-0.5)
      layer(x)
      local found
      for n = 1, 3 do
        ln.threads(n)
        for _, given in ipairs{false, mask} do
          local y, dy = all(layer, x, {}, given or nil)
          local key = given and 2 or 1
          found = found or {}
          if not found[key] then found[key] = {y[1], table.unpack(dy)} end
          for i, t in ipairs{y[1], table.unpack(dy)} do near(t, found[key][i], 1e-4, 1e-5) end
        end
      end
    end
  end)

  it("has second derivatives where a tape asks for them", function()
    local layer = layers.LSTM{3, return_sequences = true, dtype = "float64"}
    local x = waves(2, 4, 3)
    layer(x)
    local function slope(at)
      local tape <close> = ln.GradientTape()
      tape:watch(at)
      return tape:gradient((layer(at) ^ 2):sum(), at)
    end
    local outer <close> = ln.GradientTape()
    outer:watch(x)
    local first = slope(x)
    local second = outer:gradient((first * waves(2, 4, 3)):sum(), x)
    local flat = x:flatten()
    for k = 1, flat.size do
      local function at(delta)
        local moved = flat:copy()
        moved[k] = flat[k] + delta
        return (slope(moved:reshape(x.shape)) * waves(2, 4, 3)):sum():item()
      end
      near(second:flatten()[k], (at(1e-6) - at(-1e-6)) / 2e-6, 1e-6, 1e-8)
    end
  end)

  it("refuses what does not fit, forward and back", function()
    local lstm, back = core.op("lstm"), core.op("lstm_grad")
    fails("kernel of shape %(2, 8%)", lstm, waves(3, 2, 8), waves(2, 6))
    fails("bias of shape %(8,%)", lstm, waves(3, 2, 8), waves(2, 8), waves(2, 8))
    fails("mask of shape %(3, 2%) and dtype bool", lstm, waves(3, 2, 8), waves(2, 8), nil, nil,
      waves(3, 2))
    fails("one step at least", lstm, ln.zeros{0, 2, 8}, ln.zeros{2, 8})
    local gates, y, kernel = waves(3, 2, 8), waves(3, 2, 2), waves(2, 8)
    fails("do not align", back, kernel, gates, y)
    fails("do not align", back, kernel, waves(3, 2, 6), y, y)
    fails("do not align", back, kernel, gates, y, waves(3, 1, 2))
    fails("do not align", core.op("gru_grad"), waves(2, 6), waves(3, 2, 6), y)
    fails("do not align", core.op("simple_rnn_grad"), waves(2, 2), y, y, nil, nil, nil, nil, nil,
      nil, waves(3))
  end)
end)
