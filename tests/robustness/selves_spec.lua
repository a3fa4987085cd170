-- Calls that no honest script makes: methods on the wrong object, classes that were tampered with,
-- every op and core function with values of every kind. All are errors, none takes the process.

local core = require "lunate.core"
local ln = require "lunate"
local fails = require "support.fails"

describe("methods called with another self", function()
  it("of tapes", function()
    local tape <close> = ln.GradientTape()
    fails("gradient tape expected", tape.close, ln.ones{2})
    fails("gradient tape expected", tape.close, "text")
    fails("gradient tape expected", tape.close, io.stdout)
    fails("gradient tape expected", tape.gradient, ln.layers.Dense(2), 1, 1)
  end)

  it("of tensors, variables, layers and trainers", function()
    local t, layer = ln.ones{2}, ln.layers.Dense(2)
    fails("tensor expected", t.close, layer)
    fails("expected", t.sum, layer)
    fails("variable expected", ln.Variable(1).assign, t, 1)
    fails("layer expected", layer.get_weights, t)
    fails("layer expected", core.properties.layer.class_name, {})
    fails("trainer expected", core.trainer(ln.Sequential()).run, t)
  end)

  it("of the iterator of pairs", function()
    local iterate = pairs(ln.ones{2})
    assert.is_nil(iterate(ln.tensor(1), nil))
    assert.is_nil(iterate(ln.ones{2}, math.mininteger))
    fails("tensor expected", iterate, {}, 1)
  end)
end)

it("no metatable is within reach", function()
  for _, object in ipairs{ln.ones{2}, ln.Variable(1), ln.layers.Dense(1), ln.Sequential(),
                          ln.optimizers.SGD(), ln.GradientTape(), core.trainer(ln.Sequential())} do
    assert.is_string(getmetatable(object))
    assert.is_false(pcall(setmetatable, object, {}))
  end
  assert.is_nil(core.tensor_metatable)
end)

describe("classes that were tampered with", function()
  it("make nothing out of what is no class", function()
    fails("a class expected", ln.layers.Dense.extend, {core_class = io.stdout}, "X")
    fails("a class expected", ln.layers.Dense.extend, {}, "X")
    fails("a class expected", ln.layers.Dense.extend, 5, "X")
    local Odd = ln.layers.Dense:extend("Odd")
    Odd.core_class = io.stdout
    fails("a class expected", Odd, 2)
  end)

  it("keep the built-in's name when their own is no text", function()
    local Odd = ln.optimizers.SGD:extend("Odd")
    Odd.name = {}
    local odd = Odd()
    assert.matches("^SGD%(", tostring(odd))
    fails("'class' cannot be assigned: every optimizer has one", function() odd.class = 5 end)
  end)

  it("give no object that was never initialized", function()
    local saved
    local Half = ln.initializers.Constant:extend("Half")
    function Half:init() saved = self end
    fails("did not call its super.init", Half, 1)
    fails("never initialized", ln.layers.Dense, {2, kernel_initializer = saved})
    fails("never initialized", saved, {2, 2})
  end)

  it("say so when options of theirs are declared wrongly", function()
    fails("unknown option", core.check_options, "f", {[{}] = {"any"}}, {x = 1})
    fails("bad option 'a'", core.check_options, "f", {a = {"choice"}}, {a = 1})
    assert.same({a = 1}, core.check_options("f", {a = {"integer", range = ""}}, {a = 1}))
  end)
end)

describe("values of every kind", function()
  local loop = {}
  loop[1] = loop
  local closed = ln.ones{2}
  closed:close()
  local function boom() error("boom") end
  local values = {
    false, true, 0, -1, 0.5, 0 / 0, 1 / 0, math.maxinteger, math.mininteger, "", "relu", {}, {{}},
    {1, {2}}, loop, {1, nil, 3}, {axis = 99}, setmetatable({}, {__index = boom, __len = boom}),
    setmetatable({}, {__len = function() return math.maxinteger end}), boom, io.stdout,
    coroutine.create(print), closed, ln.ones{2, 3}, ln.zeros({3}, {dtype = "int64"}),
    ln.zeros{0, 2}, ln.Variable{1, 2}, ln.layers.Dense(2), ln.optimizers.SGD, ln,
  }

  -- What comes of it is nobody's concern here, as long as something does.
  local function try(f)
    pcall(f)
    for i = 1, #values do
      pcall(f, values[i])
      pcall(f, ln.ones{2, 2}, values[i])
      pcall(f, values[i], values[#values + 1 - i])
    end
  end

  it("may be given to every op", function()
    for _, op in ipairs(core.ops()) do try(core.op(op.name)) end
    assert.equal(4, ln.ones{4}:sum():item())
  end)

  it("may be given to every method, property and function of the core", function()
    local slow = {clock = true, is_terminal = true, threads = true, set_seed = true}
    for name, f in pairs(core) do
      if type(f) == "function" and not slow[name] then try(f) end
    end
    for _, f in pairs(core.tensor_methods) do try(f) end
    for _, accessors in ipairs{core.properties, core.getters, core.setters} do
      for _, of_kind in pairs(accessors) do
        for _, f in pairs(of_kind) do try(f) end
      end
    end
    assert.equal(4, ln.ones{4}:sum():item())
  end)

  it("may be given as every option of every class", function()
    for _, kind in ipairs{"layer", "loss", "metric", "optimizer", "initializer", "regularizer",
                          "constraint", "schedule"} do
      for _, name in ipairs(core.classes(kind)) do
        local class = core.class(kind, name)
        for _, option in ipairs(core.describe(kind, name).options) do
          for _, value in ipairs(values) do
            local ok, object = pcall(class, {[option.name] = value})
            if ok then pcall(tostring, object) end
            ok, object = pcall(class)
            if ok then pcall(function() object[option.name] = value end) end
          end
        end
      end
    end
    assert.equal(4, ln.ones{4}:sum():item())
  end)
end)

it("JSON needs nothing of the script's globals", function()
  local sort = table.sort
  rawset(table, "sort", function(list) list[1] = {} end)
  local ok, text = pcall(core.json_encode, {b = 1, a = 2, [3] = 4})
  rawset(table, "sort", sort)
  assert.is_true(ok)
  assert.equal('{"3":4,"a":2,"b":1}', text)
end)
