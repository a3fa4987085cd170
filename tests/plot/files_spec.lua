-- Plots in files: real pictures of the size that was asked for, which say what they should and
-- nothing of what a hostile title asks for.
local ln = require "lunate"
local core = require "lunate.core"
local pictures = require "support.pictures"
local scratch = require "support.scratch"
local plot = ln.plot

-- What needs gnuplot is skipped, with a message, where it is not installed.
local function drawn(name, f)
  if pictures.there("gnuplot") then it(name, f) else
    pending(name .. ": gnuplot is not installed (Debian package gnuplot-nox)")
  end
end

describe("plots in files", function()
  local folder
  before_each(function() folder = scratch.folder() end)
  after_each(function() folder:remove() end)
  local function svg(figure)
    figure:save(folder.path .. "/x.svg")
    return pictures.svg(folder:read("x.svg"))
  end

  drawn("are PNG and SVG of the size in pixels", function()
    local x = ln.linspace(0, 1, 20)
    plot.line(x, x ^ 2, {to_file = folder.path .. "/a.png", width = 320, height = 240})
    assert.same({320, 240}, {pictures.png(folder:read("a.png"))})
    plot.line(x, {x, x ^ 2}, {to_file = folder.path .. "/a.SVG", title = "a<b & \"c\"",
      names = {"one", "two"}, xlabel = "time", ylabel = "speed", width = 400})
    local width, height, texts = pictures.svg(folder:read("a.SVG"))
    assert.same({400, 450}, {width, height})
    for _, text in ipairs{"a<b & \"c\"", "one", "two", "time", "speed", "0.5", "0.0"} do
      pictures.says(texts, text)
    end
    local fig = plot.figure{rows = 2, columns = 3, title = "all"}
    for _ = 1, 6 do fig:line({1, 2}) end
    fig:save(folder.path .. "/b.png")
    assert.same({1560, 885}, {pictures.png(folder:read("b.png"))})
  end)

  drawn("make missing folders; names may hold anything", function()
    for _, name in ipairs{"new/deep er/it's \"x\".png", "a\nb.png", "`touch hit`.png",
      "$(x);.png"} do
      plot.line({1, 2}, {to_file = folder.path .. "/" .. name})
      assert.truthy(pictures.png(folder:read(name)), name)
    end
    assert.is_nil(folder:read("hit"))
  end)

  drawn("show hostile text as it is and execute nothing of it", function()
    local hit = folder.path .. "/hit"
    local hostile = {
      "`touch " .. hit .. "`", '"; system("touch ' .. hit .. '"); "',
      "'.system('touch " .. hit .. "').'", "@x {/*2 big} a_b^c \\n %d %s 50%", "\\", '\\"', "$d1 #",
      "</text><script>alert(1)</script>", "7\\0601", "é漢字",
    }
    for _, text in ipairs(hostile) do
      local fig = plot.figure{title = text}
      fig:line({1, 2, 3}, {title = text, xlabel = text, ylabel = text, names = {text},
        legend = "top_left"})
      local _, _, texts = svg(fig)
      local n = 0
      for _, each in ipairs(texts) do n = n + (each == text and 1 or 0) end
      assert.equal(5, n, text .. " among " .. table.concat(texts, "|"))
      fig = plot.figure()
      fig:bar({1}, {names = {text}})
      pictures.says(select(3, svg(fig)), text)
      fig = plot.figure()
      fig:heatmap({{1}}, {x_names = {text}, y_names = {text}, format = "%g"})
      pictures.says(select(3, svg(fig)), text)
      fig = plot.figure()
      fig:images(ln.zeros{1, 4, 4}, {titles = {text}})
      pictures.says(select(3, svg(fig)), text)
      fig = plot.figure()
      fig:scatter({1}, {1}, {classes = {0}, class_names = {text}})
      pictures.says(select(3, svg(fig)), text)
    end
    assert.is_nil(folder:read("hit"))
  end)

  drawn("break titles at newlines and take bytes that are no text", function()
    local fig = plot.figure()
    fig:line({1, 2}, {title = "first\nsecond\0\27[31m\xFF"})
    local _, _, texts = svg(fig)
    pictures.says(texts, "first")
    pictures.says(texts, "second  [31m\u{FFFD}")
  end)

  drawn("break curves at NaN and infinities", function()
    local fig = plot.figure()
    fig:line({1, 2, 0 / 0, 4, 5, 1 / 0, 3, 2})
    fig:save(folder.path .. "/x.svg")
    local color = "rgb(  0, 114, 178)"
    local pieces, moves = 0, 0
    for path in folder:read("x.svg"):gmatch("<path stroke='rgb%(%s*0, 114, 178%)'%s+d='([^']*)'") do
      pieces = pieces + 1
      moves = moves + select(2, path:gsub("M", ""))
    end
    assert.is_true(pieces > 0, color)
    assert.equal(3, moves)
    for _, empty in ipairs{{}, {0 / 0}, {1 / 0, -1 / 0}} do
      plot.line(empty, {to_file = folder.path .. "/e.png"})
      assert.truthy(pictures.png(folder:read("e.png")))
    end
  end)

  drawn("show a single value as a point", function()
    local function points(draw)
      local fig = plot.figure()
      draw(fig)
      fig:save(folder.path .. "/x.svg")
      return select(2, folder:read("x.svg"):gsub("<use xlink:href='#gpPt%d+' transform", ""))
    end
    -- One in the panel, one in the legend.
    assert.equal(2, points(function(fig) fig:history{loss = {3}} end))
    assert.equal(4, points(function(fig) fig:history{loss = {3}, val_loss = {2}} end))
    assert.equal(0, points(function(fig) fig:history{loss = {3, 2}, val_loss = {2, 1}} end))
    assert.equal(1, points(function(fig) fig:line{3} end))
    assert.equal(0, points(function(fig) fig:line{3, 2} end))
  end)

  drawn("draw every kind", function()
    ln.set_seed(1)
    local x, y = ln.datasets.make_moons{n_samples = 60, noise = 0.1, random_state = 0}
    local half = {predict = function(_, points) return points[{ {}, {1, 1} }]:gt(0.5):flatten() end}
    local history = {loss = {3, 2, 1}, val_loss = {3, 2, 2}, accuracy = {0.1, 0.2, 0.3}}
    local fig = plot.figure{rows = 4, columns = 3}
    fig:line(x[{ {}, {1, 1} }]:flatten(), {yscale = "linear"})
    fig:scatter(x, {classes = y, class_names = {"up", "down"}, marker = "cross"})
    fig:history(history)
    fig:images(ln.random.uniform{3, 6, 5, 3}, {columns = 2, titles = {"r", "g", "b"}})
    fig:hist({{1, 2, 2, 3}, {2, 0 / 0, 1}}, {names = {"a", "b"}, density = true})
    fig:heatmap(ln.random.uniform{20, 30}, {map = "diverging"})
    fig:confusion_matrix({0, 1, 1}, {0, 1, 0}, {normalize = true})
    fig:decision_boundary(half, x, y, {resolution = 20})
    local panel = fig:bar({{1, 2}, {-1, 0}}, {names = {"p", "q"}, series_names = {"s", "t"}})
    panel:line({1, 2}, {0.5, 0.5}, {names = {"limit"}, styles = {"dotted"}})
    fig:line({1, 10, 100}, {yscale = "log", grid = false, legend = "right", names = {"log"}})
    local _, _, texts = svg(fig)
    for _, text in ipairs{"up", "down", "training", "validation", "accuracy", "epoch", "g", "a",
      "density", "predicted", "true", "50%", "100%", "p", "s", "limit", "log", "10", "100"} do
      pictures.says(texts, text)
    end
    fig:save(folder.path .. "/all.png")
    assert.truthy(pictures.png(folder:read("all.png")))
  end)

  drawn("draw thousands of points, small and transparent", function()
    local fig = plot.figure()
    fig:scatter(ln.random.normal{5160}, ln.random.normal{5160})
    fig:save(folder.path .. "/x.svg")
    local text = folder:read("x.svg")
    assert.equal(5160, select(2, text:gsub("<use [^>]*xlink:href='#gpPt6'", "")))
    assert.matches("0%.25", text)
  end)

  drawn("put a picture's pixels into the file", function()
    -- Gray 0, 128, 255 by viridis and by gray: the SVG holds the pixels as a PNG.
    plot.images(ln.tensor({{{0, 255}, {128, 64}}}, {dtype = "uint8"}),
      {to_file = folder.path .. "/x.svg"})
    local text = folder:read("x.svg")
    assert.matches("<image style='image-rendering:pixelated'", text, 1, true)
    assert.matches("data:image/png;base64,iVBOR", text, 1, true)
  end)

  drawn("report what gnuplot says", function()
    local real = core.run_program
    core.run_program = function(program, script) return real(program, "nonsense\n" .. script) end
    local message = scratch.message(plot.line, {1, 2}, {to_file = folder.path .. "/x.png"})
    core.run_program = real
    assert.matches("gnuplot failed (status 1)", message, 1, true)
    assert.matches("nonsense", message, 1, true)
    assert.is_nil(folder:read("x.png"))
  end)

  it("name the Debian package where gnuplot is missing", function()
    local real = core.run_program
    core.run_program = function() return nil end
    local message = scratch.message(plot.line, {1, 2}, {to_file = folder.path .. "/x.png"})
    core.run_program = real
    assert.matches("gnuplot, which is not there (Debian package: gnuplot-nox)", message, 1, true)
  end)

  drawn("report files that cannot be written", function()
    folder:write("file", "")
    local path = folder.path .. "/file/x.png"
    local message = scratch.message(plot.line, {1, 2}, {to_file = path})
    assert.matches("figure:save: cannot write '" .. path .. "': ", message, 1, true)
    assert.matches("Not a directory", message, 1, true)
    message = scratch.message(plot.line, {1, 2}, {to_file = "/dev/full/x.png"})
    assert.matches("cannot write '/dev/full/x.png'", message, 1, true)
  end)

  drawn("leave no temporary files", function()
    local function files()
      local list = core.list_folder(os.getenv("TMPDIR") or "/tmp")
      local n = 0
      for _, name in ipairs(list) do n = n + (name:find("^tmpfile") and 1 or 0) end
      return n
    end
    local before = files()
    plot.line({1, 2}, {to_file = folder.path .. "/x.png"})
    pcall(plot.line, {1, 2}, {to_file = folder.path .. "/x.png/y.png"})
    assert.equal(before, files())
    assert.same({"x.png"}, core.list_folder(folder.path))
  end)
end)

describe("programs that Lua runs", function()
  it("get their input and give output, errors and status, with no shell between", function()
    local status, output, errors = core.run_program({"cat", "-"}, "a\0b\n")
    assert.same({0, "a\0b\n", ""}, {status, output, errors})
    status, output = core.run_program({"echo", "$HOME", "`id`", "; exit 3"}, "")
    assert.same({0, "$HOME `id` ; exit 3\n"}, {status, output})
    status, output, errors = core.run_program({"cat", "/nonexistent"}, "")
    assert.equal(1, status)
    assert.equal("", output)
    assert.matches("/nonexistent", errors, 1, true)
    assert.equal(128 + 9, (core.run_program({"sh", "-c", "kill -9 $$"}, "")))
    assert.is_nil((core.run_program({"no-such-program-here"}, "")))
    assert.equal(300000, #select(2, core.run_program({"cat"}, ("x"):rep(300000))))
    assert.has_error(function() core.run_program({}, "") end)
    assert.has_error(function() core.run_program({{}}, "") end)
  end)
end)
