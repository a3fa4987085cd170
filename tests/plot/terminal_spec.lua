-- Plots as text: where dots, blocks and words are; colours; and what is shown without gnuplot.
local ln = require "lunate"
local core = require "lunate.core"
local scratch = require "support.scratch"
local plot = ln.plot

local function lines_of(text)
  local lines = {}
  for line in text:gmatch("([^\n]*)\n") do lines[#lines + 1] = line end
  return lines
end

-- Whether no line is wider, or the text longer, than asked for.
local function fits(text, columns, rows)
  local lines = lines_of(text)
  assert.is_true(#lines <= rows, #lines .. " lines")
  for _, line in ipairs(lines) do
    line = line:gsub("\27%[[%d;]*m", "")
    assert.is_true(utf8.len(line) <= columns, line)
  end
end

describe("plots in the terminal", function()
  it("show a known series", function()
    local fig = plot.figure()
    fig:line({0, 1, 2, 3}, {0, 1, 2, 3}, {title = "up", xlabel = "x", ylabel = "y"})
    assert.equal([[
               up
y
  │                       ⢀⣀⠤⠔⠒
2 ┤                 ⢀⣀⠤⠔⠒⠉⠁
  │           ⢀⣀⠤⠴⠒⠉⠁
  │     ⢀⣀⠤⠔⠒⠉⠁
0 ┤ ⠤⠔⠒⠉⠁
  └─┬────────────────┬──────────
    0                2
                 x
]], fig:to_text{columns = 33, rows = 10})
  end)

  it("tell series apart by sign without colours, by colour with them", function()
    local fig = plot.figure()
    fig:line({1, 2, 3}, {{1, 1, 1}, {3, 3, 3}}, {names = {"low", "high"}})
    local text = fig:to_text{columns = 40, rows = 12}
    assert.matches("• low   × high", text, 1, true)
    assert.matches("×××××××", text, 1, true)
    assert.matches("•••••••", text, 1, true)
    local colored = fig:to_text{columns = 40, rows = 12, colors = "full"}
    assert.matches("\27[38;2;0;114;178m", colored, 1, true)
    assert.matches("\27[38;2;213;94;0m", colored, 1, true)
    assert.matches("\27[38;5;", fig:to_text{columns = 40, rows = 12, colors = "256"}, 1, true)
    fits(colored, 40, 12)
  end)

  it("fit 80 x 22, whatever the kind", function()
    ln.set_seed(2)
    local x, y = ln.datasets.make_moons{n_samples = 60, noise = 0.1, random_state = 0}
    local all = {
      line = {ln.random.normal{50}}, scatter = {x, {classes = y}}, hist = {ln.random.normal{50}},
      bar = {{3, -1, 2}, {names = {"a", "b", "c"}}}, heatmap = {ln.random.normal{5, 7}},
      confusion_matrix = {{0, 1, 2}, {0, 2, 2}, {class_names = {"aa", "bb", "a very long name"}}},
      decision_boundary = {{predict = function(_, p) return p[{ {}, {1, 1} }]:gt(0):flatten() end},
        x, y, {resolution = 30}},
      history = {{loss = {3, 2, 1}, val_loss = {3, 2, 2}}},
    }
    for name, data in pairs(all) do
      for _, depth in ipairs{"none", "256", "full"} do
        local fig = plot.figure()
        fig[name](fig, table.unpack(data))
        local text = fig:to_text{columns = 80, rows = 22, colors = depth}
        fits(text, 80, 22)
        assert.is_true(#text > 200, name)
        assert.equal(depth ~= "none", text:find("\27", 1, true) ~= nil, name)
      end
    end
  end)

  it("put panels side by side where they can be read, else below each other", function()
    local fig = plot.figure{rows = 1, columns = 2, title = "both"}
    fig:line({1, 2}, {title = "left"})
    fig:line({1, 2}, {title = "right"})
    local wide = fig:to_text{columns = 80, rows = 20}
    assert.matches("left +right", wide)
    fits(wide, 80, 20)
    local narrow = fig:to_text{columns = 40, rows = 24}
    assert.is_nil(narrow:find("left +right"))
    assert.matches("left.*right", narrow)
    fits(narrow, 40, 24)
  end)

  it("show pictures in half blocks, as many in a row as can be seen", function()
    local fig = plot.figure()
    fig:images(ln.tensor({{{255, 255}, {0, 0}}}, {dtype = "uint8"}), {titles = {"it"}})
    assert.equal("it\n\27[0m\27[38;2;255;255;255m\27[48;2;0;0;0m▀▀\27[0m\n",
      fig:to_text{colors = "full"})
    fig = plot.figure()
    fig:images(ln.zeros{12, 28, 28}, {map = "binary"})
    fits(fig:to_text{columns = 80, rows = 22, colors = "256"}, 80, 3 * 8)
  end)

  it("write counts into a confusion matrix", function()
    local fig = plot.figure()
    fig:confusion_matrix({0, 0, 0, 1}, {0, 0, 1, 1}, {class_names = {"cat", "dog"}})
    local text = fig:to_text{columns = 40, rows = 12}
    assert.matches("cat +2 +1", text)
    assert.matches("dog +0 +1", text)
    assert.matches("\n +cat +dog\n +predicted\n", text)
  end)

  it("send no codes of their own to the terminal", function()
    local fig = plot.figure{title = "\27]0;hit\7"}
    fig:line({1, 2}, {title = "\27[2J", names = {"\xC2\x9B31m"}, xlabel = "\r\n\b",
      ylabel = "\127"})
    local text = fig:to_text()
    assert.is_nil(text:find("[\0-\9\11-\31\127]"))
    assert.is_nil(text:find("\xC2[\x80-\x9F]"))
  end)

  it("are printed by a plot without a file, plain where there is no terminal", function()
    local folder <close> = scratch.folder()
    local script = folder:write("x.lua", 'require "lunate".plot.line({1, 2, 3}, {title = "here"})')
    local pipe <close> = assert(io.popen(("env LUA_PATH='%s' LUA_CPATH='%s' '%s' '%s' 2>&1")
      :format(package.path, package.cpath, arg and arg[-1] or "lua5.4", script)))
    local text = pipe:read("a")
    assert.matches("here", text, 1, true)
    assert.matches("⡠", text, 1, true)
    assert.is_nil(text:find("\27", 1, true))
    fits(text, 80, 22)
  end)

  it("name gnuplot's package when sixel is forced without it", function()
    local real = core.run_program
    core.run_program = function() return nil end
    local message = scratch.message(plot.line, {1, 2}, {terminal = "sixel"})
    core.run_program = real
    assert.matches("Debian package: gnuplot-nox", message, 1, true)
  end)
end)
