-- Classes of plain Lua: making, extending, options, what they look like from outside.
local class = require "lunate.class"
local scratch = require "support.scratch"

describe("class", function()
  local Shape, Square

  before_each(function()
    Shape = class("Shape", {type = "test.shape"})
    Shape.options = {sides = {"integer", default = 3, min = 1}, color = {"string", default = "red"}}
    Shape.positional = {"sides"}
    function Shape:init(options) self.sides = options.sides end
    function Shape:count() return self.sides end
    Square = Shape:extend("Square")
  end)

  it("makes instances from one table, a lone value or nothing", function()
    assert.equal(3, Shape():count())
    assert.equal(5, Shape(5).sides)
    assert.equal(5, Shape{5}.sides)
    assert.equal(5, Shape{sides = 5, color = "blue"}.sides)
    assert.equal("blue", Shape{color = "blue"}.options.color)
    assert.matches("one table of arguments", scratch.message(Shape, 1, 2), 1, true)
  end)

  it("checks what it is given", function()
    assert.matches("sides", scratch.message(Shape, {side = 5}), 1, true)  -- the nearest name
    assert.matches("sides", scratch.message(Shape, {sides = 0}), 1, true)
    assert.matches("sides", scratch.message(Shape, {sides = "many"}), 1, true)
    assert.matches("Shape", scratch.message(Shape, {1, 2}), 1, true)
    assert.matches("class_spec.lua", scratch.message(function() local _ = Shape{side = 5} end), 1,
      true)
  end)

  it("inherits methods, options and what init does", function()
    assert.equal(4, Square(4):count())
    assert.equal(Shape, Square.super)
    assert.equal("Square", Square.name)
    Square.options = {filled = {"boolean", default = false}}
    function Square:init(options)
      Square.super.init(self, options)
      self.filled = options.filled
    end
    local square = Square{4, filled = true}
    assert.equal(4, square.sides)
    assert.is_true(square.filled)
    assert.matches("filled", scratch.message(Square, {filed = true}), 1, true)
    assert.matches("filled", scratch.message(Shape, {filled = true}), 1, true)
    assert.is_true(Shape:is_instance(square))
    assert.is_false(Square:is_instance(Shape()))
    assert.is_false(Shape:is_instance({}))
  end)

  it("inherits metamethods", function()
    function Shape.__len(self) return self.sides end
    local Circle = Shape:extend("Circle")
    assert.equal(7, #Circle(7))
  end)

  it("passes anything to init when no options are declared", function()
    local Free = class("Free")
    function Free:init(options) self.given = options end
    assert.same({1, 2, x = 3}, Free{1, 2, x = 3}.given)
    assert.same({}, Free().given)
    local shape = Shape()
    assert.equal(shape, Free(shape).given[1])
  end)

  it("makes a list of positional arguments when variadic", function()
    local Chain = class("Chain")
    Chain.options = {links = {"table"}, open = {"boolean", default = true}}
    Chain.variadic = "links"
    assert.same({"a", "b"}, Chain{"a", "b", open = false}.options.links)
    assert.same({"a"}, Chain{links = {"a"}}.options.links)
  end)

  it("prints its options and hides its metatable", function()
    assert.equal('Shape(sides=4, color="red")', tostring(Shape(4)))
    assert.equal('Square(sides=4, color="red")', tostring(Square(4)))
    assert.equal("test.shape", getmetatable(Square()))
    assert.equal("class Square", tostring(Square))
    assert.equal("string", type(getmetatable(Square)))
    assert.equal("Free()", tostring(class("Free")()))
    assert.matches("name", scratch.message(Shape.extend, Shape), 1, true)
  end)
end)
