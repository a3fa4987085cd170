-- Reading CSV: what is understood, what is refused and with which words.
local ln = require "lunate"
local scratch = require "support.scratch"

local parse = function(text, options) return ln.data.parse_csv(text, options) end
local function rows(text, options) return (parse(text, options)):totable() end
local function message(text, options) return scratch.message(parse, text, options) end

describe("parse_csv", function()
  it("takes the first row for a header unless it is all numbers", function()
    local t, names = parse("a,b\n1,2\n3,4\n")
    assert.same({{1, 2}, {3, 4}}, t:totable())
    assert.same({"a", "b"}, names)
    assert.equal("float32", t.dtype)
    t, names = parse("1,2\n3,4")
    assert.same({{1, 2}, {3, 4}}, t:totable())
    assert.is_nil(names)
  end)

  it("does as header says", function()
    local t, names = parse("1,2\n3,4\n", {header = true})
    assert.same({{3, 4}}, t:totable())
    assert.same({"1", "2"}, names)
    assert.matches("line 1, column 1: expected a number, got 'a'",
      message("a,b\n1,2\n", {header = false}), 1, true)
  end)

  it("understands quotes, CRLF, blanks, a byte order mark and blank lines", function()
    local t, names = parse('\xef\xbb\xbf"a, ""x""" , "b\nc"\r\n\r\n "1" ,\t2 \r\n3,"4"\r\n\r\n')
    assert.same({{1, 2}, {3, 4}}, t:totable())
    assert.same({'a, "x"', "b\nc"}, names)
  end)

  it("ends lines at LF, CRLF or CR, in one text too", function()
    for _, ending in ipairs{"\n", "\r\n", "\r"} do
      local lines = {"a,b", "1,2", "", "3,\"4\"", ""}
      local t, names, left_out = parse(table.concat(lines, ending))
      assert.same({{1, 2}, {3, 4}}, t:totable())
      assert.same({"a", "b"}, names)
      assert.equal(1, left_out.blank_lines)
      -- Where the buffer ends does not matter: CR and LF of one line end may be apart.
      for shift = 0, 3 do
        local long = ("x"):rep(shift + 1) .. ending .. ("1" .. ending):rep(150000) .. "2"
        t = parse(long)
        assert.same({150001, 1}, t.shape)
        assert.equal(150002, t:sum():item())
      end
    end
    assert.same({{1, 2}, {3, 4}, {5, 6}, {7, 8}}, rows("1,2\r3,4\n5,6\r\n7,8\r"))
    assert.same({{1}, {2}}, rows("note\r\rx\r1\r2", {skip_rows = 2}))
    assert.matches("line 3, column 1", message("a\r1\rx\r"), 1, true)
    assert.matches("line 5, column 1", message('"a\r\nb"\r\n\r1\rx'), 1, true)
    local t, names = parse('"a\rb","c\r\nd"\r1,2')
    assert.same({{1, 2}}, t:totable())
    assert.same({"a\rb", "c\r\nd"}, names)
  end)

  it("says what it left out and what was missing", function()
    local t, _, left_out = parse("\na,b\n1,NA\n\n\n,4\n")
    assert.same({2, 2}, t.shape)
    assert.same({blank_lines = 3, missing = 2}, left_out)
    assert.same({blank_lines = 0, missing = 0}, select(3, parse("1,2\n")))
  end)

  it("does not choose between two columns of one name", function()
    assert.matches("has two columns 'a', 1 and 3: ask for them by number",
      message("a,b,a\n1,2,3\n", {columns = {"a"}}), 1, true)
    assert.same({{3, 2}}, rows("a,b,a\n1,2,3\n", {columns = {3, "b"}}))
  end)

  it("reads numbers exactly", function()
    local texts = {
      "0", "-0.5", "+1.5", ".5", "5.", "1e3", "1E-3", "2.5e+2", "0.1", "123456789.123456789",
      "1.7976931348623157e308", "5e-324", "2.2250738585072014e-308", "9007199254740993",
      "0.30000000000000004", "1e22", "1e23", "123456789012345678901234567890", "1e-400", "inf",
        "-Infinity",
    }
    local t = parse(table.concat(texts, "\n"), {dtype = "float64", header = false}):totable()
    for i, text in ipairs(texts) do
      local expected = tonumber(text) or (text == "inf" and math.huge) or -math.huge
      assert.equal(expected + 0.0, t[i][1], text)
    end
  end)

  it("makes missing values NaN", function()
    local values = parse("a,b,c\n,NA,NaN\nnull,None,n/a\n"):totable()
    for _, row in ipairs(values) do
      for _, value in ipairs(row) do assert.is_true(value ~= value) end
    end
  end)

  it("keeps the columns that are asked for, in that order", function()
    local t, names = parse("a,b,c\n1,x,3\n4,y,6\n", {columns = {"c", 1}})
    assert.same({{3, 1}, {6, 4}}, t:totable())
    assert.same({"c", "a"}, names)
    assert.matches("has no column 'd'", message("a,b\n1,2\n", {columns = {"d"}}), 1, true)
    assert.matches("has no column 3: it has 2", message("a,b\n1,2\n", {columns = {3}}), 1, true)
    assert.matches("asked for twice", message("a,b\n1,2\n", {columns = {1, "a"}}), 1, true)
    assert.matches("has no header", message("1,2\n", {columns = {"a"}}), 1, true)
    assert.matches("columns", message("1,2\n", {columns = {0}}), 1, true)
    assert.matches("columns", message("1,2\n", {columns = {}}), 1, true)
  end)

  it("reads other dtypes, each value checked", function()
    assert.same({{0, 255}}, rows("0,255", {dtype = "uint8"}))
    assert.same({{0.0999755859375, -2}, {3, 4}}, rows("0.1,-2\n3,4", {dtype = "float16"}))
    assert.same({{0.10009765625, -2}, {3, 4}}, rows("0.1,-2\n3,4", {dtype = "bfloat16"}))
    assert.same({{9223372036854775807, -9223372036854775808}},
      rows("9223372036854775807,-9223372036854775808", {dtype = "int64"}))
    assert.same({{9007199254740993, 1000}}, rows("9007199254740993,1e3", {dtype = "int64"}))
    assert.same({{true, false, true}}, rows("true,False,1", {dtype = "bool", header = false}))
    local bad = {uint8 = {"256", "-1", "1.5", ""}, int32 = {"2147483648", "x"}, bool = {"2", "yes"},
      int64 = {"9223372036854775808", "1e30", "nan"}}
    for dtype, list in pairs(bad) do
      for _, text in ipairs(list) do
        assert.matches("expected " .. dtype, message("0\n" .. text .. ",\n",
          {dtype = dtype, header = false})
          :gsub("expected 1 fields.*", "expected " .. dtype), 1, true)
        assert.matches("line 2, column 1", message("0,0\n" .. text .. ",0\n",
          {dtype = dtype, header = false}), 1, true)
      end
    end
    assert.matches("got a missing value", message("1,1\n,1\n", {dtype = "int32"}), 1, true)
  end)

  it("names line and column of what is wrong", function()
    assert.matches("line 3, column 2 ('b'): expected a number, got 'x'",
      message("a,b\n1,2\n3,x\n"), 1, true)
    assert.matches("line 4: expected 2 fields, got 3", message("a,b\n\n1,2\n3,4,5\n"), 1, true)
    assert.matches("line 3: expected 2 fields, got 1", message("a,b\n1,2\n3\n"), 1, true)
    assert.matches("line 4, column 1", message('"a\nb",c\n1,2\nx,3\n'), 1, true)
    assert.matches("a quoted field has no end", message('a,b\n1,"2\n'), 1, true)
    assert.matches("after a closing quote", message('a,b\n1,"2"3\n'), 1, true)
    assert.matches("has no rows", message(""), 1, true)
    assert.matches("has no rows", message("a\n", {skip_rows = 5}), 1, true)
    for _, text in ipairs{"0x10", "1_000", "1e", "1e+", "--1", "1.2.3", ".", "-", "1 2"} do
      assert.matches("expected a number", message("a\n" .. text .. "\n"), 1, true)
    end
  end)

  it("skips lines and takes other delimiters", function()
    assert.same({{1.5, 2}}, rows('# a "note\n# more\nx;y\n1.5;2\n',
      {skip_rows = 2, delimiter = ";"}))
    assert.same({{1, 2}}, rows("1\t2\n", {delimiter = "\t"}))
    assert.same({{1, 2}}, rows("1 2\n", {delimiter = " "}))
    for _, delimiter in ipairs{"", ",,", "\n", '"', "1", "."} do
      assert.matches("delimiter", message("1,2\n", {delimiter = delimiter}), 1, true)
    end
  end)

  it("gives no rows for a header alone", function()
    local t, names = parse("a,b\n")
    assert.same({0, 2}, t.shape)
    assert.same({"a", "b"}, names)
  end)

  it("refuses options that it does not have", function()
    assert.matches("delimiter", message("1,2\n", {delimitr = ";"}), 1, true)
    assert.matches("header", message("1,2\n", {header = 3}), 1, true)
    assert.matches("skip_rows", message("1,2\n", {skip_rows = -1}), 1, true)
  end)

  it("does not follow the locale", function()
    local before = os.setlocale(nil, "numeric")
    os.setlocale("de_DE.UTF-8", "numeric")
    local value = parse("0.1234567890123456789\n", {dtype = "float64"})[1][1]
    os.setlocale(before, "numeric")
    assert.equal(0.1234567890123456789, value)
  end)
end)

describe("read_csv", function()
  local folder
  before_each(function() folder = scratch.folder() end)
  after_each(function() folder:remove() end)

  it("reads files, packed or not, larger than its buffers", function()
    local lines, sum = {"x,\"y\""}, 0
    for i = 1, 60000 do
      lines[i + 1] = ("%d,%s"):format(i, i % 1000 == 0 and '"' .. -i .. '"' or -i)
      sum = sum + i
    end
    local path = folder:write("big.csv", table.concat(lines, "\r\n"))
    local function check(file)
      local t, names = ln.data.read_csv(file, {dtype = "int64"})
      assert.same({60000, 2}, t.shape)
      assert.same({"x", "y"}, names)
      assert.same({sum, -sum}, t:sum{axis = 1}:totable())
    end
    check(path)
    check(folder:gzip("big.csv"))
  end)

  it("reads a row that is longer than its buffer", function()
    local fields = {}
    for i = 1, 100000 do fields[i] = tostring(i) end
    local t = ln.data.read_csv(folder:write("wide.csv", table.concat(fields, ",") .. "\n"))
    assert.same({1, 100000}, t.shape)
    assert.equal(100000, t[1][100000])
  end)

  it("leaves nothing behind when it fails, neither memory nor open files", function()
    local core = require "lunate.core"
    local csv, idx = folder:write("a.csv", "a\n1\nx\n"), folder:write("a.idx", "\0\0\8\1\0\0\0\9ab")
    collectgarbage()
    local live = ln.memory().live
    collectgarbage("stop")  -- more failures than files may be open
    for _ = 1, 3000 do
      assert(not pcall(ln.data.read_csv, csv) and not pcall(core.read_idx, idx)
        and not pcall(core.read_bytes, csv, 3))
    end
    collectgarbage("restart")
    collectgarbage()
    assert.equal(live, ln.memory().live)
  end)

  it("says which file is wrong", function()
    assert.matches("No such file", scratch.message(ln.data.read_csv, folder.path .. "/none.csv"),
      1, true)
    assert.matches("expects a path, got number", scratch.message(ln.data.read_csv, 3), 1, true)
    assert.matches("expects a path, got nil", scratch.message(ln.data.read_csv), 1, true)
    local path = folder:write("a.csv", "a\nx\n")
    assert.matches("a.csv', line 2, column 1 ('a')", scratch.message(ln.data.read_csv, path), 1,
      true)
  end)
end)
