-- Regularizers: values as Keras computes them, gradients, configs, errors.

local ln = require "lunate"
local goldens = require "support.goldens"

local regularizers = ln.regularizers

describe("golden regularizers", function()
  for i, case in ipairs(goldens.json("extras", "extras.json").regularizers) do
    if case.string then
      it(case.string .. " by name", function()
        local config = regularizers.get(case.string):get_config()
        for key, value in pairs(case.config) do goldens.near(config[key], value, 1e-6, 0, key) end
      end)
    else
      it(case.class_name .. " #" .. i, function()
        local regularizer = regularizers[case.class_name](case.kwargs)
        goldens.near(regularizer(ln.tensor(case.w)), case.result, 1e-5, 1e-7)
        local again = regularizers[case.class_name].from_config(regularizer:get_config())
        goldens.near(again(ln.tensor(case.w)), case.result, 1e-5, 1e-7)
      end)
    end
  end
end)

describe("regularizers", function()
  it("have gradients", function()
    local w = ln.tensor{{1, -2}, {3, -4}}
    local tape <close> = ln.GradientTape{persistent = true}
    tape:watch(w)
    local loss = regularizers.L1L2{l1 = 0.5, l2 = 0.25}(w)
    goldens.near(tape:gradient(loss, {w})[1], {{1, -1.5}, {2, -2.5}})
    -- Rows (1, -2) and (3, -4): the cosine is 11 / sqrt(125); its derivative by hand.
    local cosine = regularizers.OrthogonalRegularizer(1)(w)
    goldens.near(cosine, 0.5 * 2 * 11 / math.sqrt(125))
    local gradient = tape:gradient(cosine, {w})[1]
    local scale = 1 / math.sqrt(125)
    goldens.near(gradient[1], {scale * (3 - 11 / 5), scale * (-4 + 2 * 11 / 5)}, 1e-4, 1e-5)
  end)

  it("do nothing with factors of zero", function()
    assert.are.equal(0, ln.tensor(regularizers.L1L2()(ln.ones{3})):item())
  end)

  it("refuse factors that are not finite", function()
    for _, make in ipairs{function() regularizers.L1(math.huge) end,
      function() regularizers.L2{l2 = math.huge} end,
      function() regularizers.L1L2{0, math.huge} end,
      function() regularizers.OrthogonalRegularizer(math.huge) end,
      function() ln.layers.ActivityRegularization{l1 = math.huge} end} do
      assert.error_matches(make, "number in %[0, inf%) expected, got inf")
    end
  end)

  it("take columns, and refuse what they do not take", function()
    local regularizer = regularizers.OrthogonalRegularizer{1, mode = "columns"}
    goldens.near(regularizer(ln.eye(3)), 0)
    goldens.near(regularizer(ln.ones{2, 3}), 0.5 * 2)
    assert.error_matches(function() regularizer(ln.ones{3}) end, "%(3,%)")
    assert.error_matches(function() regularizers.L1(-1) end, "l1")
    assert.error_matches(function() regularizers.OrthogonalRegularizer{mode = "row"} end, "mode")
  end)
end)
