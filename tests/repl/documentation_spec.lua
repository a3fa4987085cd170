-- What lunate knows of itself: entries of everything public, found by value and by name.
local ln = require "lunate"
local core = require "lunate.core"
local documentation = require "lunate.documentation"

local function entry(name)
  for _, e in ipairs(documentation.entries()) do if e.name == name then return e end end
  error("no entry " .. name)
end

local function option(e, name)
  for _, o in ipairs(e.options) do if o.name == name then return o end end
end

describe("documentation", function()
  it("has every op, class and function of ln", function()
    for _, op in ipairs(core.ops()) do
      if not op.hidden and ln[op.name] then assert.truthy(entry("ln." .. op.name)) end
    end
    for _, name in ipairs(core.classes "layer") do
      assert.truthy(documentation.of(core.class("layer", name)), name)
    end
    for name, f in next, ln do
      if type(f) == "function" then assert.truthy(documentation.of(f), name) end
    end
  end)

  it("reads option tables and doc comments of functions in Lua", function()
    local fit = documentation.of(ln.Model.fit)
    assert.equal("ln.Model:fit", fit.name)
    assert.equal("ln.Model:fit(x, y, options)", fit.signature)
    assert.equal("Trains the model.", fit.summary)
    assert.equal("1", option(fit, "epochs").default)
    assert.matches(">= 1", option(fit, "epochs").kind, 1, true)
    assert.matches("the first epoch to run", option(fit, "initial_epoch").doc, 1, true)
    assert.matches("labels out of range", fit.errors, 1, true)
    assert.matches("^local history = model:fit", fit.example)
    assert.equal("x", fit.params[1].name)
    -- Option tables that lunate.public checks.
    assert.equal("1", option(documentation.of(ln.split), "axis").default)
    assert.equal("ln.split(t, sections, options)", documentation.of(ln.split).signature)
    local moons = documentation.of(ln.datasets.make_moons)
    assert.equal("ln.datasets.make_moons(options)", moons.signature)
    assert.equal("100", option(moons, "n_samples").default)
    assert.equal("true", option(documentation.of(ln.data.Dataset.shuffle),
      "reshuffle_each_iteration").default)
  end)

  it("reads classes of the core and of Lua", function()
    local dense = documentation.of(ln.layers.Dense)
    assert.equal("ln.layers.Dense", dense.name)
    assert.is_nil(option(dense, "units").default)
    assert.equal("linear", option(dense, "activation").default)
    assert.matches("^ln.layers.Dense{units, activation = \"linear\"", dense.signature)
    local scaler = documentation.of(ln.preprocessing.StandardScaler())
    assert.equal("ln.preprocessing.StandardScaler", scaler.name)
    assert.equal("true", option(scaler, "with_mean").default)
    -- A method without a comment of its own has its parent's.
    local transform = documentation.of(ln.preprocessing.StandardScaler.transform)
    assert.matches("^Returns x transformed", transform.doc)
  end)

  it("knows objects by their class, a user's class by what it extends", function()
    assert.equal("ln.layers.Dense", documentation.of(ln.layers.Dense(3)).name)
    assert.equal("ln.tensor", documentation.of(ln.ones{2}).name)
    assert.equal("ln.Model", documentation.of(ln.Model:extend("Mine")).name)
    assert.is_nil(documentation.of({}))
    assert.is_nil(documentation.of(print))
    assert.is_nil(documentation.of(nil))
  end)

  it("finds by name: exact, alias, other case, part", function()
    assert.equal("ln.layers.Dense", documentation.find("Dense")[1].name)
    assert.equal("ln.layers.Dense", documentation.find("layers.Dense")[1].name)
    assert.equal("ln.layers.Dense", documentation.find("ln.layers.Dense{3}")[1].name)
    assert.equal("ln.losses.MeanSquaredError", documentation.find("mse")[1].name)
    assert.equal("ln.layers.Dense", documentation.find("dense")[1].name)
    assert.is_true(#documentation.find("crossentropy") > 3)
    assert.same({}, documentation.find("nothing_of_the_kind"))
    assert.same({}, documentation.find(""))
  end)

  it("holds what is said of C against what there is", function()
    local init = assert(package.searchpath("lunate.documentation", package.path))
    local folder, described = init:match("^.*/") .. "core/", 0
    for _, file in ipairs(core.list_folder(folder)) do
      for line in io.lines(folder .. file) do
        local name = line:match("^function (ln%.[%w_.:]+)%(") or line:match("^(ln%.[%w_.]+) = ")
        if name then
          local ok, e = pcall(entry, name)
          assert.is_true(ok, name .. " is described and not there")
          assert.truthy(e.example, name .. " has no example")
          described = described + 1
        end
      end
    end
    assert.is_true(described > 100)
    for _, e in ipairs(documentation.entries()) do
      local c = type(e.value) == "function" and debug.getinfo(e.value, "S").what == "C"
      if c then assert.is_true(#e.doc > 0, e.name .. " is not described") end
    end
  end)

  it("tells options without loading anything", function()
    local function names(value)
      local list = {}
      for i, o in ipairs(documentation.options(value)) do list[i] = o.name end
      return " " .. table.concat(list, " ") .. " "
    end
    assert.matches(" units activation ", names(ln.layers.Dense), 1, true)
    assert.matches(" epochs ", names(ln.Model.fit), 1, true)
    assert.matches(" keepdims ", names(ln.sum), 1, true)
    assert.matches(" keepdims ", names(core.tensor_methods.sum), 1, true)
    assert.matches(" noise ", names(ln.datasets.make_moons), 1, true)
    local Mine = ln.layers.Dense:extend("Mine")
    Mine.options = {speed = {"number", default = 1}}
    assert.matches(" speed units ", names(Mine), 1, true)
    assert.equal("  ", names(print))
    assert.equal("  ", names(nil))
  end)

  it("names of namespaces come without loading", function()
    local names = require "lunate.names"
    assert.same({"CosineDecay", "CosineDecayRestarts", "ExponentialDecay", "InverseTimeDecay",
      "LearningRateSchedule", "PiecewiseConstantDecay", "PolynomialDecay", "get", "serialize"},
      names(ln.schedules))
    assert.matches("^ln.losses %(%d+%): BinaryCross", tostring(ln.losses))
    assert.is_true(#tostring(ln.metrics) <= 100)
    assert.matches("^lunate %d", tostring(ln))
  end)
end)
