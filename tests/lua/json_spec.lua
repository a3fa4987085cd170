-- JSON both ways: numbers to the bit, text, lists and tables, None, depth, and texts that are none.

local core = require "lunate.core"
local fails = require "support.fails"

local decode, encode = core.json_decode, core.json_encode

describe("JSON", function()
  it("keeps integers and floats apart, to the bit", function()
    assert.equal("[1,1.0,-0.0,0.1,1e-7,1e300,0.009999999776482582,-9223372036854775808]",
      encode{1, 1.0, -0.0, 0.1, 1e-7, 1e300, 0.009999999776482582, math.mininteger})
    local random = core.random
    for _, scale in ipairs{1e-300, 1e-8, 1, 1e8, 1e300} do
      for _, v in ipairs(random.uniform({50}, {dtype = "float64"}):totable()) do
        local again = decode(encode(v * scale))
        assert.is_true(again == v * scale and math.type(again) == "float")
      end
    end
    assert.equal("integer", math.type(decode("12")))
    assert.equal("float", math.type(decode("12.0")))
    assert.equal("float", math.type(decode("1e2")))
    assert.equal(9007199254740993, decode("9007199254740993"))
    for _, i in ipairs{math.maxinteger, math.mininteger} do
      assert.equal(i, decode(encode(i)))
      assert.equal("integer", math.type(decode(encode(i))))
    end
    fails("too big integer", decode, "[9223372036854775808]")
    fails("too big negative integer", decode, "-123456789012345678901234567890")
    assert.equal("0.0", tostring(decode("1e-999")))
    for _, v in ipairs{0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, 2^53, 1e15, 123456.75} do
      local again = decode(encode{0.1, v})   -- as many digits as all need
      assert.is_true(again[1] == 0.1 and again[2] == v and math.type(again[2]) == "float")
    end
    for _, no in ipairs{"NaN", "Infinity", "-Infinity"} do fails("invalid token", decode, no) end
    fails("no JSON form", encode, 0 / 0)
    fails("no JSON form", encode, {-math.huge})
    fails("overflow", decode, "1e999")
  end)

  it("does not depend on the locale", function()
    local before = os.setlocale(nil, "numeric")
    for _, name in ipairs{"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8"} do
      os.setlocale(name, "numeric")
    end
    local text, value = encode{0.5}, decode("[2.25]")[1]
    os.setlocale(before, "numeric")
    assert.equal("[0.5]", text)
    assert.equal(2.25, value)
  end)

  it("keeps text, whatever is in it", function()
    local texts = {"", "plain", "\"\\/\b\f\n\r\t", "a\0b", "\1\31\127", "é€😀", "\u{10FFFF}"}
    for _, text in ipairs(texts) do assert.equal(text, decode(encode(text))) end
    assert.equal([["\u00E9\uD83D\uDE00\u0000"]], encode("é😀\0"))
    assert.equal("é😀/", decode([["\u00e9\uD83D\ude00\/"]]))
    assert.equal("é", decode('"é"'))
    assert.same({["é\n"] = 1}, decode(encode{["é\n"] = 1}))
    fails("zero byte", encode, {["a\0b"] = 1})
    fails("NUL byte in object key", decode, [[{"a\u0000b": 1}]])
    for _, bad in ipairs{"\xFF", "\xC0\x80", "\xED\xA0\x80", "a\xE2\x82", "\xF5\x80\x80\x80"} do
      fails("not UTF%-8", encode, bad)
      fails("not UTF%-8", encode, {{[bad] = 1}})
      fails("unable to decode byte", decode, '["' .. bad .. '"]')
    end
    fails("invalid Unicode", decode, [["\ud83d"]])
    fails("invalid Unicode", decode, [["\udc00\ud83d"]])
    fails("unexpected newline", decode, '"a\nb"')
    fails("control character", decode, '"a\1b"')
  end)

  it("tells lists from tables, also empty ones", function()
    assert.equal("{}", encode{})
    assert.equal("[]", encode(core.list()))
    assert.equal('{"a":[],"b":{},"c":[[]]}', encode(decode('{"c": [[]], "b": {}, "a": []}')))
    local list = {1, 2}
    assert.equal(list, core.list(list))
    assert.equal("[1,2]", encode(list))
    fails("plain table", core.list, setmetatable({}, {}))
  end)

  it("has false for null, or core.null where it is asked for", function()
    assert.same({false, false}, decode("[null, false]"))
    local both = decode("[null, false]", true)
    assert.is_true(both[1] == core.null and both[2] == false)
    assert.equal("[null,false,true]", encode{core.null, false, true})
    assert.equal("null", tostring(core.null))
    assert.equal("null", encode(nil))
  end)

  it("orders fields and indents", function()
    assert.equal('{"a":{"b":1},"a0":2,"b":[]}', encode{b = core.list(), a0 = 2, a = {b = 1}})
    assert.equal('{\n  "a": [\n    1\n  ],\n  "b": {}\n}', encode({a = {1}, b = {}}, true))
  end)

  it("goes no deeper than 200, and no longer than memory", function()
    local deep = ("["):rep(200) .. ("]"):rep(200)
    assert.equal(deep, encode(decode(deep)))
    for open, close in pairs{["["] = "]", ['{"a":'] = "}"} do
      assert.is_table(decode(open:rep(200) .. "1" .. close:rep(200)))
      fails("deeper than 200", decode, open:rep(201) .. "1" .. close:rep(201))
      fails("deeper than 200", decode, open:rep(1000000))
    end
    local loop = {}
    loop[1] = loop
    fails("cycle", encode, loop)
    fails("keys should be strings", encode, {[true] = 1})
    fails("two keys are '1'", encode, {["1"] = 1, [1] = 2, [3] = 3})
    assert.equal('{"1.5":1,"3":2,"a":3}', encode{[1.5] = 1, [3] = 2, a = 3})
    fails("function", encode, {print})
  end)

  it("has no length of its own", function()
    local numbers, fields = {}, {}
    for i = 1, 20000 do
      numbers[i] = i % 2 == 0 and i or i + 0.5
      fields["k" .. i] = {i}
    end
    assert.same(numbers, decode(encode(numbers)))
    assert.same(fields, decode(encode(fields, true)))
    assert.equal(1 << 20, #decode(encode(("x"):rep(1 << 20))))
    assert.equal(1, decode("1" .. (" "):rep(1000)))
    assert.equal(7, decode('{"a": 1, "a": 7}').a)
  end)

  it("refuses texts that are none, with the place", function()
    fails("near byte 5", decode, "[1, x]")
    for _, text in ipairs{"", " ", "[", "{", "[1", "[1,", "[1,]", "{1:2}", '{"a"}', '{"a":}', "01",
                          "1.", ".5", "-", "+1", "1e", "0x10", "nul", "tru", "[1 2]", '"', '"\\',
                          '"\\x"', '"\\u12"', "1 2", "{}{}", "'a'", "[1]]", "\0", "[1,\0]",
                          "-NaN", '{"a":1,}', "--1", "1e+"} do
      fails("not valid JSON near byte", decode, text)
    end
  end)

  it("survives every cut and every changed byte of a config", function()
    local text = require("lunate").Sequential{
      require("lunate").layers.Dense{2, input_shape = {3}}}:to_json()
    for i = 0, #text - 1 do assert.is_false((pcall(decode, text:sub(1, i)))) end
    for i = 1, #text do
      for _, c in ipairs{"\0", '"', "\\", "{", "]", "9", "\xFF"} do
        pcall(decode, text:sub(1, i - 1) .. c .. text:sub(i + 1))
      end
    end
  end)
end)
