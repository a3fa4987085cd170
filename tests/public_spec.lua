-- What public functions in Lua do before their own work: self, options, misspelled names.
local class = require "lunate.class"
local public = require "lunate.public"

local SIZE = {size = {"integer", default = 2, min = 1}, color = {"string"}}

describe("public", function()
  it("gives functions whole tables of options, wherever they stand", function()
    local space = public({
      one = function(options) return options.size, options.color end,
      two = function(a, options) return a, options.size end,
      three = function(a, b, options) return a, b, options.size end,
      four = function(a, b, c, options) return a, b, c, options.size end,
      none = function(a) return a end,
    }, {options = {one = SIZE, two = SIZE, three = SIZE, four = SIZE},
        positional = {one = {"size", "color"}, three = {"size"}}})
    assert.same({2}, {space.one()})
    assert.same({5, "red"}, {space.one{5, "red"}})
    assert.same({1, 2}, {space.two(1)})
    assert.same({1, 9}, {space.two(1, {size = 9})})
    assert.same({1, 2, 7}, {space.three(1, 2, 7)})
    assert.same({1, 2, 3, 2}, {space.four(1, 2, 3)})
    assert.same({1, 2, 3, 4}, {space.four(1, 2, 3, {size = 4})})
    assert.equal(6, space.none(6))
    local given = {size = 3}
    space.two(1, given)
    assert.same({size = 3}, given)
  end)

  it("refuses what the options are not, in the caller's line", function()
    local space = public({
      one = function(options) return options end, two = function(_, options) return options end,
    }, {prefix = "demo.", options = {one = SIZE, two = SIZE}})
    local function fails(text, f, ...)
      local ok, message = pcall(f, ...)
      assert.is_false(ok)
      assert.matches(text, message, 1, true)
    end
    fails("unknown option 'sise' of 'demo.two'; did you mean 'size'?", space.two, 1, {sise = 1})
    fails("'demo.two': a table of options expected, got 3", space.two, 1, 3)
    fails("demo.one takes one table of arguments: demo.one{...}", space.one, {}, 4)
    fails("size", space.two, 1, {size = 0})
    local line = debug.getinfo(1, "l").currentline + 1
    local ok, message = pcall(function() space.two(1, {size = "x"}) end)
    assert.is_false(ok)
    assert.matches("public_spec.lua:" .. line .. ":", message, 1, true)
  end)

  it("says when a method was called with a dot", function()
    local Shape = class("Shape", {type = "test.shape"})
    function Shape:draw(x, options) return self, x, options and options.size end
    function Shape:many(a, b, c, d) return a, b, c, d end
    function Shape.plain(x) return x end
    public(Shape, {options = {draw = SIZE}})
    local Square = Shape:extend("Square")
    local shape, square = Shape(), Square()
    assert.same({shape, 1, 2}, {shape:draw(1)})
    assert.same({square, 1, 8}, {square:draw(1, {size = 8})})
    assert.same({1, 2, 3, 4}, {shape:many(1, 2, 3, 4)})
    assert.equal(4, Shape.plain(4))
    for _, wrong in ipairs{3, "x", {}, class("Other", {type = "test.shape"})()} do
      local ok, message = pcall(shape.draw, wrong)
      assert.is_false(ok)
      assert.matches("bad argument #1 to 'draw' (Shape expected, got ", message, 1, true)
      assert.matches("call it with a colon: shape:draw(...)", message, 1, true)
    end
  end)

  it("tells objects' misspelled names, and wraps nothing twice", function()
    local Shape = class("Shape", {type = "test.shape"})
    function Shape:draw() return self end
    function Shape:_hidden() return self end
    local hidden = Shape._hidden
    public(Shape, {receiver = "figure"})
    local draw = Shape.draw
    public(Shape)
    assert.equal(draw, Shape.draw)
    assert.equal(hidden, Shape._hidden)
    local ok, message = pcall(function() return Shape().drwa end)
    assert.is_false(ok)
    assert.matches("a figure has no field or method 'drwa'; did you mean 'draw'?", message, 1, true)
    assert.is_nil(Shape().other)
    assert.is_nil(Shape()._hiden)
    assert.is_nil(Shape().on_epoch_end)
  end)

  it("remembers what was written, and its options", function()
    local function written(_, options) return options end
    local space = public({f = written}, {options = {f = SIZE}})
    assert.not_equal(written, space.f)
    assert.equal(written, public.original[space.f])
    assert.equal(SIZE, public.specs[space.f])
    local f = public.checked("f", written, SIZE)
    assert.equal(written, public.original[f])
    assert.equal(2, f(1).size)
  end)
end)
