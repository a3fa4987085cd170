-- Pipeline and transformers of one's own.
local ln = require "lunate"
local scratch = require "support.scratch"
local P = ln.preprocessing

local Flatten = P.Transformer:extend("Flatten")
function Flatten:transform(x) return x:reshape{#x, x.size // #x} end
function Flatten:inverse_transform(x) return x:reshape{#x, 2, 2} end

describe("Transformer", function()
  it("needs no more than transform", function()
    assert.same({3, 4}, Flatten():fit_transform(ln.zeros{3, 2, 2}).shape)
    assert.equal("Flatten()", tostring(Flatten()))
    assert.equal("lunate.transformer", getmetatable(Flatten()))
  end)

  it("says which method is not defined", function()
    local Empty = P.Transformer:extend("Empty")
    assert.matches("Empty does not define transform",
      scratch.message(Empty().transform, Empty(), 1), 1, true)
    assert.matches("Empty does not define inverse",
      scratch.message(Empty().inverse_transform, Empty(), 1), 1, true)
  end)
end)

describe("Pipeline", function()
  local function pipeline()
    return P.Pipeline{ {"flatten", Flatten()}, {"scale", P.MinMaxScaler()} }
  end
  local x = ln.arange(0, 12):reshape{3, 2, 2}

  it("fits and transforms step by step, and back", function()
    local p = pipeline()
    local y = p:fit_transform(x)
    assert.same({{0, 0, 0, 0}, {0.5, 0.5, 0.5, 0.5}, {1, 1, 1, 1}}, y:totable())
    assert.is_true(p:transform(x) == y)
    assert.is_true(pipeline():fit(x):transform(x) == y)
    assert.same(x:totable(), p:inverse_transform(y):totable())
    assert.same({0, 1, 2, 3}, p.named_steps.scale.data_min_:totable())
    assert.equal("flatten", p.steps[1][1])
  end)

  it("nests", function()
    local p = P.Pipeline{ {"inner", pipeline()}, {"center", P.StandardScaler{with_std = false}} }
    assert.same({-0.5, -0.5, -0.5, -0.5}, p:fit_transform(x)[1]:totable())
  end)

  it("prints its steps", function()
    assert.equal('Pipeline(steps={{"flatten", Flatten()}, ' ..
      '{"scale", MinMaxScaler(feature_range={0, 1}, clip=false)}})',
      (tostring(pipeline()):gsub("%.0", "")))
  end)

  it("names the step that fails", function()
    local p = pipeline()
    p:fit(x)
    assert.matches("in pipeline step 'scale'", scratch.message(p.transform, p, ln.zeros{3, 9}), 1,
      true)
    assert.matches("4 features", scratch.message(p.transform, p, ln.zeros{3, 9}), 1, true)
  end)

  it("refuses what are no steps", function()
    assert.matches("at least one", scratch.message(P.Pipeline), 1, true)
    assert.matches("step 1 must be {name, transformer}", scratch.message(P.Pipeline, {Flatten()}),
      1, true)
    assert.matches("step 2 must be", scratch.message(P.Pipeline, {{"a", Flatten()}, {"b"}}), 1,
      true)
    assert.matches("two steps are named 'a'",
      scratch.message(P.Pipeline, {{"a", Flatten()}, {"a", Flatten()}}), 1, true)
    assert.matches("has no method fit", scratch.message(P.Pipeline, {{"a", {}}}), 1, true)
  end)
end)
