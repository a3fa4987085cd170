-- `{a, cond and b or nil, c}` is a list with a hole, behind which entries would be lost: refused
-- wherever a list is taken.
local ln = require "lunate"

local a, b = ln.ones{2, 3}, ln.ones{2, 3}

-- Lists with a hole, whose length is 1, 2 or (of a constructor) 4 for `#`.
local function holes(first, last)
  local one = {}
  one[1] = first
  one[3] = last
  local two = {first, first}
  two[9] = last
  return {one, two, {first, nil, nil, last}, {nil, last}}
end

local integers, numbers, tensors, texts = holes(2, 3), holes(0.1, 0.3), holes(a, b), holes("a", "b")

local function refused(what, lists, f)
  for i, list in ipairs(lists) do
    local ok, message = pcall(f, list)
    assert.is_false(ok, ("%s takes hole %d"):format(what, i))
    assert.is_truthy(message:find("hole", 1, true) or message:find("nil", 1, true)
      or message:find("expected", 1, true), message)
  end
end

describe("a list with a hole is refused", function()
  it("where tensors are joined and layers are called", function()
    for what, f in pairs{
      concatenate = ln.concatenate, stack = ln.stack, Concatenate = ln.layers.Concatenate(),
      Add = ln.layers.Add(), Dense = ln.layers.Dense(1),
      einsum = function(list) return ln.einsum(list, "ij,ij->i") end,
      Dataset = ln.data.Dataset.from_tensors,
      call = function(list)
        local Own = ln.layers.Layer:extend("Own")
        function Own.call() return list end
        return Own()(a)
      end,
      predict = function(list) return ln.Sequential{ln.layers.Dense(1)}:predict(list) end,
      Sequential = function(list) return ln.Sequential{ln.layers.Dense(1)}(list) end,
      set_weights = function(list)
        local layer = ln.layers.Dense(3)
        layer(ln.ones{1, 2})
        layer:set_weights(list)
      end,
      gradient = function(list)
        local tape <close> = ln.GradientTape()
        return tape:gradient(a:sum(), list)
      end,
    } do refused(what, tensors, f) end
  end)

  it("where shapes, axes and positions are listed", function()
    local layer = ln.layers.Dense(2)
    for what, f in pairs{
      zeros = ln.zeros, ones = ln.ones, normal = ln.random.normal, tensor = ln.tensor,
      Variable = ln.Variable,
      nested = function(list) return ln.tensor{list, list} end,
      full = function(list) return ln.full(list, 1) end,
      reshape = function(list) return a:reshape(list) end,
      broadcast_to = function(list) return ln.broadcast_to(a, list) end,
      tile = function(list) return a:tile(list) end,
      permute = function(list) return a:permute(list) end,
      sum = function(list) return a:sum{axis = list} end,
      index = function(list) return a[list] end,
      range = function(list) return a[{list}] end,
      take = function(list) return a:take(list) end,
      split = function(list) return ln.split(ln.arange(9), list) end,
      Input = function(list) return ln.Input{shape = list} end,
      Reshape = function(list) return ln.layers.Reshape{target_shape = list} end,
      input_shape = function(list) return ln.layers.Dense{1, input_shape = list} end,
      build = function(list) return layer:build(list) end,
      compute_output_shape = function(list) return layer:compute_output_shape(list) end,
      add_weight = function(list) return layer:add_weight{name = "w", shape = list} end,
      validation_freq = function(list)
        local model = ln.Sequential{ln.layers.Dense(1)}
        model:compile{loss = "mse"}
        model:fit(a, ln.ones{2, 1}, {verbose = 0, validation_freq = list,
          validation_data = {a, ln.ones{2, 1}}})
      end,
    } do refused(what, integers, f) end
  end)

  it("where numbers and texts are listed", function()
    refused("thresholds", numbers, function(list) return ln.metrics.AUC{thresholds = list} end)
    refused("line", numbers, ln.plot.line)
    refused("boundaries", numbers, function(list)
      return ln.schedules.PiecewiseConstantDecay{list, {1, 2, 3}}
    end)
    refused("LabelEncoder", texts, function(list)
      return ln.preprocessing.LabelEncoder():fit(list)
    end)
    refused("OneHotEncoder", holes({"a"}, {"b"}), function(list)
      return ln.preprocessing.OneHotEncoder():fit(list)
    end)
    refused("categories", holes({"a"}, {"b"}), function(list)
      return ln.preprocessing.OneHotEncoder{categories = list}
    end)
    local step = {"a", ln.preprocessing.StandardScaler()}
    refused("Pipeline", holes(step, {"b", step[2]}), function(list)
      return ln.preprocessing.Pipeline{steps = list}
    end)
  end)

  it("among arguments by position, behind the last of which one is", function()
    local list = {3}
    list[3] = true
    assert.has_error(function() ln.layers.Dense(list) end,
      "'Dense': its arguments by position have a hole: an entry 3 after 1")
    assert.has_error(function() ln.layers.Dense{[2] = "relu", units = 3} end,
      "'Dense': its arguments by position have a hole: an entry 2 after 0")
  end)

  it("and long lists are no exception", function()
    local list = {}
    for i = 1, 1000 do list[i] = i end
    assert.equal(1000, #ln.tensor(list))
    list[1100] = 1
    assert.has_error(function() ln.tensor(list) end)
  end)
end)
