-- Learning rate schedules: the golden sequences, configs, errors.

local ln = require "lunate"
local goldens = require "support.goldens"

local schedules = ln.optimizers.schedules

local function near(actual, ...)
  if getmetatable(actual) == "lunate.variable" then actual = actual:value() end
  return goldens.near(actual, ...)
end

describe("golden schedules", function()
  for _, case in ipairs(goldens.json("schedules", "schedules.json")) do
    it(case.name, function()
      local schedule = schedules[case.class_name](case.kwargs)
      for i, step in ipairs(case.steps) do
        near(schedule(step), case.values[i], 1e-6, 1e-8, "step " .. step)
      end
    end)

    it(case.name .. ", from its config", function()
      local schedule = schedules[case.class_name].from_config(case.config)
      local config = schedule:get_config()
      for key, value in pairs(case.config) do assert.are.same(value, config[key], key) end
      for key in pairs(config) do assert.is_not_nil(case.config[key], key) end
      local again = schedules.get{class_name = case.class_name, config = config}
      for _, step in ipairs(case.steps) do assert.are.equal(schedule(step), again(step)) end
    end)
  end
end)

describe("schedules", function()
  it("drive an optimizer", function()
    local optimizer = ln.optimizers.SGD{schedules.InverseTimeDecay{1, 1, 1}}
    local w = ln.Variable(ln.zeros{1})
    for _ = 1, 3 do optimizer:apply({ln.ones{1}}, {w}) end
    near(w, {-(1 + 1 / 2 + 1 / 3)})
    near(optimizer.learning_rate, 1 / 4)
    assert.are.equal("InverseTimeDecay", optimizer:get_config().learning_rate.class_name)
  end)

  it("stay at their end", function()
    near(schedules.PolynomialDecay{1, 10, 0.25}(1e9 // 1), 0.25)
    near(schedules.CosineDecay{1, 10, 0.125}(11), 0.125)
    near(schedules.CosineDecayRestarts{1, 10, t_mul = 0.5, alpha = 0.125}(25), 0.125)
    near(schedules.PiecewiseConstantDecay{{}, {0.5}}(7), 0.5)
  end)

  it("refuse what they do not take", function()
    local function refuse(pattern, f) assert.error_matches(f, pattern) end
    refuse("decay_steps", function() schedules.ExponentialDecay{0.1} end)
    refuse("decay_steps", function() schedules.ExponentialDecay{0.1, 0, 0.5} end)
    refuse("decay_rate", function() schedules.InverseTimeDecay{0.1, 10} end)
    refuse("decay_steps", function() schedules.PolynomialDecay{0.1, -1} end)
    refuse("first_decay_steps", function() schedules.CosineDecayRestarts{0.1, "x"} end)
    refuse("t_mul", function() schedules.CosineDecayRestarts{0.1, 10, 0} end)
    refuse("warmup_steps", function() schedules.CosineDecay{0.1, 10, warmup_step = 3} end)
    refuse("2 boundaries need 3 values, got 2", function()
      schedules.PiecewiseConstantDecay{{1, 2}, {0.1, 0.2}}
    end)
    refuse("boundaries must increase, but 1 follows 2", function()
      schedules.PiecewiseConstantDecay{{2, 1}, {0.1, 0.2, 0.3}}
    end)
    refuse("schedule", function() ln.optimizers.SGD{ln.losses.MeanSquaredError()} end)
  end)
end)
