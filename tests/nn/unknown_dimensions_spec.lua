-- Dimensions that are not known: what layers, slices and layers in Lua make of them. (Every op's
-- shapes: tests/ops/registry_spec.lua.) Shapes are those of Keras 3.16, or more is known.
local ln = require "lunate"
local layers, N = ln.layers, false

local function fails(text, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert(tostring(message):find(text, 1, true), ("%q lacks %q"):format(message, text))
end

local function I(...) return ln.Input{batch_shape = {...}} end
local function shape_is(expected, t) assert.equal(expected, tostring(t.shape)) end

describe("layers on unknown sizes", function()
  it("merge None with a size into that size", function()
    for _, n in ipairs{700, 720, 1440} do
      shape_is(("(None, %d, 4)"):format(n), layers.Add(){I(N, N, 4), I(N, n, 4)})
      shape_is(("(None, %d, 4)"):format(n), layers.Multiply(){I(N, n, 1), I(N, N, 4)})
    end
    shape_is("(5, 4)", layers.Average(){I(5, 4), I(N, 4)})
    shape_is("(None, None, 4)", layers.Maximum(){I(N, 4), I(N, N, 4)})
    shape_is("(None, 700, 7)", layers.Concatenate(){I(N, N, 4), I(N, 700, 3)})
    shape_is("(None, None, 4)", layers.Concatenate{axis = 2}{I(N, N, 4), I(N, 3, 4)})
    shape_is("(None, None, 5)", layers.Dot{axes = 3}{I(N, N, 4), I(N, 5, 4)})
    fails("input 1 has (None, None, 4), input 2 has (None, 700, 5)", layers.Add(),
      {I(N, N, 4), I(N, 700, 5)})
    fails("input 1 has (None, 7, 4), input 2 has (None, 700, 3)", layers.Concatenate(),
      {I(N, 7, 4), I(N, 700, 3)})
  end)

  it("reshape what divides, whatever the unknown size will be", function()
    shape_is("(None, None, 7)", layers.Reshape{{-1, 7}}(I(N, N, 4)))
    shape_is("(None, 3, 8)", layers.Reshape{{3, 8}}(I(N, N, 4)))
    shape_is("(None, 2, 2)", layers.Reshape{{-1, 2}}(I(N, 4)))
    fails("samples of shape (4,) do not fit into (-1, 7)", layers.Reshape{{-1, 7}}, I(N, 4))
    shape_is("(None, None)", layers.Flatten()(I(N, N, 4)))
    shape_is("(None, 12)", layers.Flatten()(I(N, 3, 4)))
    shape_is("(None, 0)", layers.Flatten()(I(N, 0, 4)))
    shape_is("(None, 4, None)", layers.Permute{{2, 1}}(I(N, N, 4)))
    shape_is("(None, 3, None)", layers.RepeatVector(3)(I(N, N)))
    local x = I(N, N, 4)
    local model = ln.Model{inputs = x, outputs = layers.Reshape{{-1, 7}}(x)}
    shape_is("(2, 4, 7)", model(ln.ones{2, 7, 4}))
    fails("samples of shape (5, 4) do not fit into (-1, 7)", model, ln.ones{2, 5, 4})
  end)

  it("show in messages and shapes as None, and make no weights", function()
    fails("would have shape (None, 3): the input's size must be known there", layers.Dense(3),
      I(N, N))
    fails("add: shapes do not align: (None, 4) and (3,)",
      function() return I(N, 4) + ln.ones{3} end)
    shape_is("(None, None, 3)", layers.Dense(3)(I(N, N, 4)))
    local dense = layers.Dense(3)
    dense(I(N, 4))
    shape_is("(None, 3)", dense(I(N, N)))   -- Keras, too, leaves it to the data
    local mean = layers.Normalization{mean = 1, variance = 4}
    shape_is("(None, None, 4)", mean(I(N, N, 4)))
    shape_is("(None, None)", ln.Sequential{layers.Softmax()}(I(N, N)))
  end)
end)

describe("a slice of a symbolic tensor", function()
  -- index, shape of the slice of (None, None, 4), shortest axis 2 that has it
  local cases = {
    {{ {}, {2, 3} }, "(None, 2, 4)", 3}, {{ {}, -1 }, "(None, 4)", 1}, {{ {}, 3 }, "(None, 4)", 3},
    {{ {}, {1, -1, 2} }, "(None, None, 4)", 1}, {{ {}, {3, -1} }, "(None, None, 4)", 2},
    {{ {}, {-3, -2} }, "(None, 2, 4)", 3}, {{ {}, {-1, 1, -1} }, "(None, None, 4)", 1},
    {{ {}, {-2} }, "(None, 1, 4)", 2}, {{ {}, {4, 2, -1} }, "(None, 3, 4)", 4},
    {{ {}, {1, 0} }, "(None, 0, 4)", 1}, {{ {}, {}, {2, 3} }, "(None, None, 2)", 1},
    {{ {-2, -1} }, "(2, None, 4)", 1}, {{ {}, {} }, "(None, None, 4)", 1},
  }
  it("may reach from either end of an axis of unknown size", function()
    for k, case in ipairs(cases) do
      local x = I(N, N, 4)
      local y = x[case[1]]
      shape_is(case[2], y)
      local model = ln.Model{inputs = x, outputs = y}
      for n = math.max(case[3], 1), 6 do
        local value = ln.random.normal{3, n, 4}
        assert.is_true(model(value) == value[case[1]], ("case %d of %d"):format(k, n))
      end
      if case[3] > 1 then
        fails("lies outside", model, ln.ones{3, case[3] - 1, 4})
      end
      local value = ln.random.normal{3, 5, 4}
      if model(value).size > 0 then   -- Keras's readers have no empty slices
        local again = ln.model_from_json(model:to_json())
        assert.is_true(again(value) == value[case[1]])
      end
    end
  end)

  it("takes positions of any size", function()
    local most, least = math.maxinteger, math.mininteger
    local x = I(N, N, 4)
    for _, index in ipairs{ {least, -1}, {1, -1, most}, {most, -1}, {-1, 1, least}, {2^40, -1} } do
      shape_is("(None, None, 4)", x[{ {}, index }])
    end
    shape_is("(None, 1, 4)", x[{ {}, {most} }])
    fails("lies outside", ln.Model{inputs = x, outputs = x[{ {}, {least, -1} }]}, ln.ones{2, 3, 4})
    local first = ln.Model{inputs = x, outputs = x[{ {}, {1, -1, most} }]}
    shape_is("(2, 1, 4)", first(ln.ones{2, 3, 4}))
  end)

  it("says what can be no position", function()
    fails("runs backwards", function() return I(N, N, 4)[{ {}, {-1, -2} }] end)
    fails("index 0 is out of range for axis 2 of shape (None, None, 4)",
      function() return I(N, N, 4)[{ {}, 0 }] end)
    fails("index 5 is out of range", function() return I(N, N, 4)[{ {}, {}, 5 }] end)
  end)
end)

describe("a layer in Lua on shapes alone", function()
  local function layer(name, call)
    local class = layers.Layer:extend(name)
    class.call = call
    return class()
  end

  it("slices and indexes its input", function()
    local pair = layer("Pair", function(_, x) return x[{ {}, {1, 2} }] * 2 end)
    local x = I(N, 5)
    shape_is("(None, 2)", pair(x))
    local v = ln.random.normal{3, 5}
    assert.is_true(ln.Model{inputs = x, outputs = pair(x)}(v) == v[{ {}, {1, 2} }] * 2)
    shape_is("(None,)", layer("Third", function(_, t) return t[{ {}, 3 }] end)(x))
    shape_is("(5,)", layer("Row", function(_, t) return t[1] end)(x))
    shape_is("()", layer("Element", function(_, t) return t[1][2] end)(x))
    shape_is("(2, 5)", layer("Take", function(_, t) return t[ln.tensor({1, 1},
      {dtype = "int32"})] end)(x))
    fails("depends on values", layer("Select", function(_, t) return t[t:gt(0)] end), x)
  end)

  it("loops over known axes, with states of unknown batches", function()
    local x = I(N, 4, 3)
    local function run(_, t)
      local h, sum = ln.zeros{t.shape[1], 3}, ln.full({t.shape[1], 1}, 2)
      for step = 1, t.shape[2] do h = ln.tanh(h + t[{ {}, step }]) end
      return h + sum * ln.random.normal({t.shape[1], 3}, {stddev = 0})
    end
    local loop = layer("Loop", run)
    shape_is("(None, 3)", loop(x))
    local v = ln.random.normal{5, 4, 3}
    assert.is_true(ln.Model{inputs = x, outputs = loop(x)}(v) == run(nil, v))
    shape_is("(None, 12)", layer("Flat", function(_, t) return t:reshape{t.shape[1], 12} end)(x))
    shape_is("(None, 2, None)", layer("Two", function(_, t)
      return t:reshape{t.shape[1], 2, -1}
    end)(x))
    shape_is("(None, None, 3)",
      layer("Like", function(_, t) return ln.zeros_like(t) end)(I(N, N, 3)))
  end)

  it("is told what is not known there, and where values are missing", function()
    fails("the length of a tensor of shape (None, 5) is not known",
      layer("Length", function(_, t) return t * #t end), I(N, 5))
    fails("needs values", layer("Branch", function(_, t)
      return t:sum() > 0 and t or -t
    end), I(N, 5))
    assert.is_false(I(N, 5).shape[1])
    local seen
    layer("Size", function(_, t) seen = t.size return t end)(I(N, 5))
    assert.is_false(seen)
    fails("dimensions must not be negative", ln.zeros, {-1, 3})
    fails("zeros", ln.zeros, {false, 3})   -- outside of such a call
  end)
end)
