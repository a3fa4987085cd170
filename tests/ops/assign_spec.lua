-- v:assign and what computes with v around it: an op with an effect, which tapes know of.
local ln = require "lunate"
local core = require "lunate.core"
local fails = require "support.fails"

describe("assign", function()
  it("gives a variable another value, cast to its dtype", function()
    local v = ln.Variable{1, 2}
    assert.are.equal(v, v:assign{3, 4})
    assert.same({3, 4}, v:value():totable())
    assert.same({4, 6}, v:assign_add{1, 2}:value():totable())
    assert.same({3.5, 5.5}, v:assign_sub(0.5):value():totable())
    local count = ln.Variable(ln.tensor({1, 2}, {dtype = "int32"}), {trainable = false})
    count:assign_add(1)
    assert.same({2, 3}, count:value():totable())
    assert.are.equal("int32", count.dtype)
    assert.same({1, -1}, count:assign(ln.tensor{1.7, -1.7}):value():totable())
  end)

  it("reads all of the value before it writes", function()
    local v = ln.Variable{1, 2, 3, 4}
    assert.same({4, 3, 2, 1}, v:assign(v:flip()):value():totable())
    local m = ln.Variable{{1, 2}, {3, 4}}
    assert.same({{1, 3}, {2, 4}}, m:assign(m:transpose()):value():totable())
  end)

  it("refuses another shape, and leaves the value", function()
    local v = ln.Variable({1, 2}, {name = "v"})
    fails("a value of shape %(3,%) to variable 'v' of shape %(2,%)", v.assign, v, ln.ones{3})
    fails("a value of shape %(2, 2%) to variable 'v'", v.assign_add, v, ln.ones{2, 2})
    fails("shapes do not align", v.assign_sub, v, ln.ones{3})
    fails("variable", v.assign, 3, 3)
    assert.same({1, 2}, v:value():totable())
  end)

  it("is seen by what comes after, and gradients of what came before see the old value", function()
    local v = ln.Variable{3}
    local tape <close> = ln.GradientTape{persistent = true}
    local before = v * v
    v:assign{5}
    local between = v * v * v
    v:assign_add{2}
    local after = v * v
    assert.same({9}, before:totable())
    assert.same({125}, between:totable())
    assert.same({49}, after:totable())
    assert.same({6}, tape:gradient(before, v):totable())
    assert.same({75}, tape:gradient(between, v):totable())
    assert.same({14}, tape:gradient(after, v):totable())
    assert.same({95}, tape:gradient(before + between + after, v):totable())
  end)

  it("keeps views' old values, and those of outer tapes and of tapes that pause", function()
    local v, w = ln.Variable{3, 4}, ln.Variable{10}
    local outer <close> = ln.GradientTape{persistent = true}
    local squares = v[{ {2, 2} }] * v[{ {2, 2} }]
    do
      local inner <close> = ln.GradientTape()
      v:assign{7, 8}
      assert.same({14, 16}, inner:gradient(v * v, v):totable())
    end
    assert.same({0, 8}, outer:gradient(squares, v):totable())
    local product = v * w
    outer:stop_recording(function() w:assign{20} end)
    assert.same({10, 10}, outer:gradient(product, v):totable())
    ln.no_grad(function() v:assign{1, 1} end)
    assert.same({15}, outer:gradient(product, w):totable())   -- of the two factors, 7 and 8
  end)

  it("keeps old values of rows, columns and what is read backwards", function()
    local m = ln.Variable{{1, 2, 3}, {4, 5, 6}}
    local tape <close> = ln.GradientTape{persistent = true}
    local row, column = m[2] * m[2], m[{ {}, 3 }] * m[{ {}, 3 }]
    local back = m:flip()[1] * m:flip()[1]
    m:assign(ln.zeros{2, 3})
    assert.same({{0, 0, 0}, {8, 10, 12}}, tape:gradient(row, m):totable())
    assert.same({{0, 0, 6}, {0, 0, 12}}, tape:gradient(column, m):totable())
    assert.same({{0, 0, 0}, {8, 10, 12}}, tape:gradient(back, m):totable())
  end)

  it("leaves other variables of the same memory as they are for the tape", function()
    local layer = ln.layers.Dense{2, input_shape = {2}}
    local model = ln.Sequential{layer}
    model:compile{loss = "mse", optimizer = "sgd"}
    model:fit(ln.ones{2, 2}, ln.ones{2, 2}, {verbose = 0})   -- now in one buffer
    local kernel, bias = table.unpack(layer.trainable_variables)
    local tape <close> = ln.GradientTape{persistent = true}
    local y = (kernel * kernel):sum()
    local old = kernel:value()
    bias:assign{1, 2}
    assert.are.equal(old * 2, tape:gradient(y, kernel))
    kernel:assign(ln.zeros{2, 2})
    assert.are.equal(old * 2, tape:gradient(y, kernel))
  end)

  it("still tells of values that nobody kept", function()
    local layer = ln.layers.Dense{1, input_shape = {2}}
    layer(ln.ones{1, 2})
    local kernel = layer.trainable_variables[1]
    local functions = {
      function() return kernel:square():sum() end,
      function() return (kernel * ln.ones{2, 1}):sum() end,
      function() return (ln.ones{2, 1} * kernel):sum() end,
    }
    for _, f in ipairs(functions) do
      local tape <close> = ln.GradientTape()
      local y = f()
      layer:set_weights{ln.ones{2, 1}, ln.zeros{1}}
      fails("a variable got another value after the tape recorded it", tape.gradient, tape, y,
        kernel)
    end
  end)

  it("is nothing that a file could do to a graph", function()
    for _, name in ipairs{"assign", "slice_grad", "take_grad", "gather_grad", "random_keep"} do
      fails("there is no op '" .. name .. "' for graphs", core.operation,
        {op = name, operands = {false, false}}, "file")
    end
  end)
end)
