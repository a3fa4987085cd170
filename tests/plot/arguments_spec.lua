-- What plots take and refuse; a call that is refused changes nothing. The examples in the
-- documentation run.
local ln = require "lunate"
local core = require "lunate.core"
local examples = require "support.examples"
local pictures = require "support.pictures"
local scratch = require "support.scratch"
local plot = ln.plot

local function text(kind, ...)
  local fig = plot.figure()
  fig[kind](fig, ...)
  return fig:to_text()
end

describe("plots", function()
  it("take tensors and lists alike", function()
    assert.equal(text("line", {1, 4, 9}), text("line", ln.tensor{1, 4, 9}))
    assert.equal(text("line", {1, 2, 3}, {{1, 2, 3}, {3, 2, 1}}),
      text("line", ln.tensor{1, 2, 3}, ln.tensor{{1, 3}, {2, 2}, {3, 1}}))
    assert.equal(text("line", {1, 2, 3}, {1, 4, 9}), text("line", {1, 4, 9}))
    assert.equal(text("scatter", {1, 2}, {3, 4}), text("scatter", ln.tensor{{1, 3}, {2, 4}}))
    assert.equal(text("hist", {1, 2, 2}), text("hist", ln.tensor{1, 2, 2}:reshape{1, 3, 1}))
    assert.equal(text("heatmap", {{1, 2}}), text("heatmap", ln.tensor{{1, 2}}))
  end)

  it("take a single class, labels of -1 and 1, and names of classes that are not there", function()
    local found = text("scatter", {1, 2}, {1, 2}, {classes = {1, -1}})
    assert.matches("-1", found, 1, true)
    found = text("scatter", {1, 2}, {1, 2}, {classes = {2, 2}, class_names = {"a", "b", "c"}})
    assert.matches("c\n", found, 1, true)
    assert.is_nil(found:find("a", 1, true))
  end)

  it("point at the mistake", function()
    local cases = {
      {"plot.line: x has 2 values, y has 3", "line", {1, 2}, {1, 2, 3}},
      {"plot.line: y: element 2 is no number but a string", "line", {1, "2"}},
      {"plot.line: y: a tensor or a list of numbers expected, got string", "line", "abc"},
      {"plot.line takes y, or x and y, then a table of options; got 0 arguments", "line"},
      {"plot.line takes y, or x and y, then a table of options; got 3 arguments", "line", {1}, {1},
        {2}},
      {"unknown option 'titel' of 'figure:line'; did you mean 'title'?", "line", {1},
        {titel = "x"}},
      {"style 1 is 'wavy'; there are solid, dashed", "line", {1}, {styles = {"wavy"}}},
      {"plot.line: names: 1 texts expected, got 2", "line", {1}, {names = {"a", "b"}}},
      {"color 1 should be written like '#0072B2', got 'red'", "line", {1}, {colors = {"red"}}},
      {"bad option 'xlim'", "line", {1}, {xlim = {1, 1}}},
      {"bad option 'ylim'", "line", {1}, {ylim = {0, 1 / 0}}},
      {"xlim of a logarithmic axis should be positive, got 0", "line", {1},
        {xscale = "log", xlim = {0, 1}}},
      {"bad option 'legend' of 'figure:line' (true, false or one of top,", "line", {1},
        {legend = "left"}},
      {"points (n, 2), or x and y, expected, got a tensor of shape (3,)", "scatter",
        ln.tensor{1, 2, 3}},
      {"2 points have 1 classes", "scatter", {1, 2}, {1, 2}, {classes = {0}}},
      {"class_names has no name for class 1: class_names[2]", "scatter", {1, 2}, {1, 2},
        {classes = {0, 1}, class_names = {"a"}}},
      {"range should be {low, high}", "hist", {1, 2}, {range = {2, 1}}},
      {"series 1 has 2 values, series 2 has 1", "bar", {{1, 2}, {1}}},
      {"a tensor of rank 2 expected, got one of shape (2,)", "heatmap", ln.tensor{1, 2}},
      {"format '%z' does not fit a number", "heatmap", {{1}}, {format = "%z"}},
      {"y_true has 2 values, y_pred has 1", "confusion_matrix", {0, 1}, {0}},
      {"class ids from 0 to 1 expected, got 2 at 2", "confusion_matrix", {0, 2}, {0, 1},
        {class_names = {"a", "b"}}},
      {"images (n, height, width) or (n, height, width, 1 or 3), or one of them, expected, got a "
        .. "tensor of shape (2, 3, 4, 5)", "images", ln.zeros{2, 3, 4, 5}},
      {"plot.images: titles: 2 texts expected, got 1", "images", ln.zeros{2, 4, 4},
        {titles = {"a"}}},
      {"there is no 'acc' in this history; there are: loss", "history", {loss = {1}},
        {metrics = {"acc"}}},
      {"what fit returned, with values of one epoch at least, expected", "history", {}},
      {"an object with a method 'predict' expected, got number", "decision_boundary", 1,
        ln.zeros{2, 2}, {0, 1}},
      {"a plane has two axes; got a tensor of shape (2, 3)", "decision_boundary", {},
        ln.zeros{2, 3}, {0, 1}},
      {"predict should give a class, or probabilities of classes, for each of 100 points, got nil",
        "decision_boundary", {predict = function() end}, ln.zeros{2, 2}, {0, 1}, {resolution = 10}},
    }
    for _, case in ipairs(cases) do
      local fig = plot.figure()
      local message = scratch.message(fig[case[2]], fig, table.unpack(case, 3))
      assert.matches(case[1], message, 1, true)
      assert.matches("^[^\n]*scratch.lua:%d+: ", message)   -- where it was called
      assert.equal("Figure(1 x 1: empty)", tostring(fig))
    end
  end)

  it("refuse what a panel has no room for, and stay as they were", function()
    local fig = plot.figure{rows = 1, columns = 2}
    local panel = fig:line({1, 2}, {title = "first"})
    assert.has_error(function() panel:line({1}, {ylim = {2, 2}}) end)
    assert.equal("Figure(1 x 2: Panel(first: 1 series), empty)", tostring(fig))
    assert.matches("2 of them free", scratch.message(function()
      plot.figure{rows = 2}:history{loss = {1}, accuracy = {1}, mae = {2}}
    end), 1, true)
    assert.matches("needs 2 panels here: call it on the figure", scratch.message(panel.history,
      panel, {loss = {1}, accuracy = {1}}), 1, true)
    fig:line{3}
    assert.matches("figure:line: the figure has 2 panels (rows = 1, columns = 2), 0 of them free",
      scratch.message(fig.line, fig, {1}), 1, true)
    for _, path in ipairs{"x.gif", "x", ".png.txt", ""} do
      assert.has_error(function() fig:save(path) end)
    end
    assert.has_error(function() fig:save("a\0b.png") end)
    assert.has_error(function() fig:save() end)
  end)

  it("are found by name, with an error that lists them", function()
    assert.matches("there is no kind of plot 'pie'; there are: Figure, bar, confusion_matrix",
      scratch.message(function() return plot.pie end), 1, true)
    assert.is_nil(plot.figure().pie)
    assert.is_nil(plot.figure()._kind)
  end)

  it("classes of a network: a threshold for one output, the greatest of several", function()
    local x = ln.tensor{{-1, 0}, {1, 0}}
    local function area(model, options)
      local fig = plot.figure()
      options.resolution = 10
      return fig:decision_boundary(model, x, {0, 1}, options).marks[1].colors
    end
    local one = ln.Sequential{ln.layers.Dense{1, input_shape = {2}, use_bias = false}}
    one:set_weights{ln.tensor{{1}, {0}}}
    local colors = area(one, {threshold = 0, xlim = {-1, 1}})
    for i = 1, 5 do assert.not_equal(colors[i], colors[11 - i]) end
    assert.equal(colors[1], colors[5])
    colors = area(one, {threshold = 2, xlim = {-1, 1}})
    assert.equal(colors[1], colors[10])
    local two = ln.Sequential{ln.layers.Dense{2, input_shape = {2}, use_bias = false}}
    two:set_weights{ln.tensor{{-1, 1}, {0, 0}}}
    assert.same(area(one, {threshold = 0, xlim = {-1, 1}}), area(two, {xlim = {-1, 1}}))
  end)

  it("thin curves of very many points, and keep what is seen of them", function()
    local n = 100000
    local y = ln.zeros{n}
    y[12345], y[777], y[50000] = 9, -9, 0 / 0
    local mark = plot.figure():line(y).marks[1]
    assert.is_true(#mark.x < 20000)
    local seen = {}
    for i, x in ipairs(mark.x) do
      seen[x] = mark.y[i]
      if i > 1 then assert.is_true(x > mark.x[i - 1]) end
    end
    assert.same({0, 0, 9, -9}, {seen[1], seen[n], seen[12345], seen[777]})
    assert.is_true(seen[50000] ~= seen[50000])
    -- A curve that goes back is left as it is.
    assert.equal(n, #plot.figure():line(ln.sin(ln.arange(n)), y).marks[1].x)
  end)

  it("have ticks at any range, and end", function()
    for _, range in ipairs{{-1e308, 1e308}, {1e300, 1e300 * (1 + 2e-16)}, {1e-320, 2e-320},
      {1e17, 1e17 + 16}, {5, 5}, {0, 5e-324}} do
      for _, axis in ipairs{"linear", "log"} do
        local fig = plot.figure()
        fig:line({1, 2}, range, {yscale = axis})
        assert.is_true(#fig:to_text() > 100)
      end
    end
  end)

  it("are documented by examples that run", function()
    if not pictures.there("gnuplot") then
      return pending("gnuplot is not installed (Debian package gnuplot-nox)")
    end
    local modules = package.searchpath("lunate.plot", package.path):match("^(.*)/")
    local files = {modules .. "_model.lua"}
    for _, name in ipairs(core.list_folder(modules)) do
      files[#files + 1] = modules .. "/" .. name
    end
    local n, shown = 0, {}
    local stdout = io.stdout
    io.stdout = {  -- luacheck: ignore
      write = function(_, ...) shown[#shown + 1] = table.concat{...} end, flush = function() end,
    }
    finally(function() io.stdout = stdout end)  -- luacheck: ignore
    for _, path in ipairs(files) do
      local file <close> = assert(io.open(path))
      local block
      for line in (file:read("a") .. "\n\n"):gmatch("([^\n]*)\n") do
        local code = line:match("^%-%-     (.*)$") or block and line:match("^%-%-(%s*)$")
        if code then block = (block or "Example:\n") .. "  " .. code .. "\n"
        elseif block then
          if path:find("model", 1, true) == nil or pictures.there("dot") then
            examples.run(block, path)
            n = n + 1
          end
          block = nil
        end
      end
    end
    assert.is_true(n >= 14, n .. " examples")
    assert.matches("500 numbers", table.concat(shown), 1, true)
  end)
end)
