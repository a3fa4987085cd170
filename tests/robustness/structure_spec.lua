-- Layers inside each other, however a script stacks them; builds that fail; options of objects that
-- are ready.

local core = require "lunate.core"
local ln = require "lunate"
local fails = require "support.fails"

describe("layers inside each other", function()
  it("never stand inside themselves", function()
    local a, b, c = ln.Sequential(), ln.Sequential(), ln.Sequential()
    fails("inside itself", a.add, a, a)
    a:add(b)
    b:add(c)
    for _ = 1, 3 do
      fails("inside itself", c.add, c, a)
      fails("inside itself", b.add, b, a)
    end
    assert.equal(0, #c.layers)
    assert.equal(0, #a.weights)
  end)

  it("go down so far and no farther, whichever end they grow at", function()
    local outer = ln.Sequential()
    local inner, around = outer, nil
    local ok, message
    for _ = 1, 200 do
      local below = ln.Sequential()
      ok, message = pcall(inner.add, inner, below)
      if not ok then break end
      inner, around = below, inner
    end
    assert.is_false(ok)
    assert.matches("deeper than 100", message)
    around:pop()
    around:add(ln.layers.Dense(2))
    assert.equal("(1, 2)", tostring(outer(ln.ones{1, 3}).shape))
    local top = ln.Sequential{ln.layers.Dense(1)}
    ok = true
    for _ = 1, 200 do
      local above = ln.Sequential()
      ok = ok and pcall(above.add, above, top)
      if ok then top = above end
    end
    assert.is_false(ok)
    assert.equal("(2, 1)", tostring(top(ln.ones{2, 3}).shape))
  end)

  it("are listed once however often they stand there", function()
    local shared = ln.layers.Dense{3, input_shape = {3}}
    local model = ln.Sequential{shared}
    for _ = 1, 14 do
      local twice = ln.Sequential()
      core.add_child(twice, model)
      core.add_child(twice, model)
      model = twice
    end
    assert.equal(2, #model.weights)
    assert.equal(2, #model.trainable_weights)
  end)
end)

describe("a call or build that fails", function()
  it("leaves layers unbuilt that it built on its way", function()
    local dense = ln.layers.Dense(2)
    local model = ln.Sequential{ln.Sequential{dense}, ln.layers.Reshape{{6}}}
    fails("do not fit into %(6,%)", model, ln.ones{1, 4, 7})
    assert.is_false(dense.built)
    assert.equal(0, #model.weights)
    fails("do not fit into %(6,%)", model.build, model, {false, 4, 7})
    assert.is_false(dense.built)
    assert.equal("(1, 6)", tostring(model(ln.ones{1, 3, 5}).shape))
    assert.is_true(dense.built)
  end)

  it("leaves those alone that were there before", function()
    local dense = ln.layers.Dense(2)
    dense(ln.ones{1, 4, 7})
    local model = ln.Sequential{dense, ln.layers.Reshape{{6}}}
    fails("do not fit into %(6,%)", model, ln.ones{1, 4, 7})
    assert.is_true(dense.built)
    assert.equal(2, #dense:get_weights())
  end)

  it("leaves a Sequential as it was when a layer does not fit", function()
    local model = ln.Sequential{ln.layers.Dense{2, input_shape = {3}}}
    fails("do not fit", model.add, model, ln.layers.Reshape{{6}})
    assert.equal(1, #model.layers)
    assert.equal("(4, 2)", tostring(model:predict(ln.ones{4, 3}).shape))
  end)
end)

describe("options of objects that are ready", function()
  it("are fixed where something was derived from them", function()
    local dense = ln.layers.Dense{2, use_bias = false}
    dense(ln.ones{1, 3})
    for name, value in pairs{use_bias = true, units = 5, activation = "relu", dtype = "float64"} do
      fails("'" .. name .. "' of 'dense.*' is fixed", function() dense[name] = value end)
    end
    fails("is fixed", function() dense.activation = nil end)
    local iou = ln.metrics.MeanIoU{num_classes = 2}
    fails("is fixed", function() iou.num_classes = 1000 end)
    local relu = ln.layers.ReLU()
    fails("is fixed", function() relu.negative_slope = 1 end)
    assert.equal("(1, 2)", tostring(dense(ln.ones{1, 3}).shape))
  end)

  it("may change in optimizers, and stay what they were when they clash", function()
    local sgd = ln.optimizers.SGD{0.1, clipnorm = 1}
    sgd.learning_rate = 0.5
    assert.equal(0.5, sgd.learning_rate)
    fails("only one of clipnorm", function() sgd.clipvalue = 2 end)
    assert.is_false(sgd.clipvalue)
    assert.equal(1, sgd.clipnorm)
  end)

  it("of optimizers: state is taken whole or not at all", function()
    local adam, v = ln.optimizers.Adam(), ln.Variable{1, 2}
    adam:apply({ln.ones{2}}, {v})
    local state = {}
    for i, entry in ipairs(adam.variables) do state[i] = entry.value:copy() end
    state[1], state[#state] = ln.tensor(7, {dtype = "int64"}), ln.ones{3}
    fails("has shape", adam.set_variables, adam, state)
    assert.equal(1, adam.iterations)
  end)

  it("core.declare_input takes a Sequential only", function()
    fails("is not a Sequential", core.declare_input, ln.layers.Dense(2), nil)
  end)
end)
