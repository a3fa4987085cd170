-- Constraints: projections as Keras computes them, axes, configs, errors.

local ln = require "lunate"
local goldens = require "support.goldens"

local constraints = ln.constraints

-- Keras's arguments count axes from 0.
local function arguments(kwargs)
  local out = {}
  for key, value in pairs(kwargs) do out[key] = value end
  if out.axis and out.axis >= 0 then out.axis = out.axis + 1 end
  return out
end

describe("golden constraints", function()
  for i, case in ipairs(goldens.json("extras", "extras.json").constraints) do
    it(case.class_name .. " #" .. i, function()
      local constraint = constraints[case.class_name](arguments(case.kwargs))
      goldens.near(constraint(ln.tensor(case.w)), case.result, 1e-5, 1e-7)
      local config = constraint:get_config()
      for key, value in pairs(case.kwargs) do goldens.near(config[key], value, 1e-6, 0, key) end
      local again = constraints[case.class_name].from_config(config)
      goldens.near(again(ln.tensor(case.w)), case.result, 1e-5, 1e-7)
    end)
  end
end)

describe("constraints", function()
  it("take several axes, or all", function()
    local w = ln.random.normal{3, 3, 2, 4}
    local unit = constraints.UnitNorm{axis = {1, 2, 3}}(w)
    goldens.near((unit * unit):sum{axis = {1, 2, 3}}, {1, 1, 1, 1}, 1e-5, 1e-5)
    local all = constraints.UnitNorm{axis = false}(w)
    goldens.near((all * all):sum(), 1, 1e-5, 1e-5)
  end)

  it("leave zeros and what is within bounds alone", function()
    assert.are.same({{0}, {0}}, constraints.UnitNorm()(ln.zeros{2, 1}):totable())
    goldens.near(constraints.MaxNorm(10)(ln.tensor{{3}, {4}}), {{3}, {4}})
    assert.are.same({0, 0, 2}, constraints.NonNeg()(ln.tensor{-1, 0, 2}):totable())
  end)

  it("refuse what they do not take", function()
    assert.error_matches(function() constraints.MaxNorm{axis = 3}(ln.ones{2, 2}) end, "axis")
    assert.error_matches(function() constraints.MaxNorm(-1) end, "max_value")
    assert.error_matches(function() constraints.MinMaxNorm{2, 1} end, "min_value 2")
    assert.error_matches(function() constraints.MinMaxNorm{rate = 2} end, "rate")
  end)
end)
