-- The lunate command from outside: sessions in a terminal and through pipes, scripts, options.
local scratch = require "support.scratch"
local terminal = require "support.terminal"

local has_readline = pcall(require, "lunate.readline")

describe("the lunate command", function()
  local folder
  before_each(function() folder = scratch.folder() end)
  after_each(function() folder:remove() end)

  local function run(arguments, input) return terminal.pipe(folder, arguments, input) end

  -- What -i prints for lines from a pipe, without the prompts.
  local function session(...)
    local output = run("-i", table.concat({...}, "\n") .. "\n")
    return (output:gsub("^>[> ]*", ""):gsub("\n>[> ]*", "\n"):gsub("\n$", ""))
  end

  describe("with scripts", function()
    it("runs one with its arguments, as lua does", function()
      local path = folder:write("a b.lua", "print(#arg, arg[0], arg[2], ln, ...)")
      local output, status = run("'" .. path .. "' one two")
      assert.equal(("2\t%s\ttwo\tnil\tone\ttwo\n"):format(path), output)
      assert.equal(0, status)
    end)

    it("has lua's exit status and traceback", function()
      local path = folder:write("fails.lua", "local function f() error('no') end\nf()\n")
      local output, status = run(path)
      local expected = io.popen(("%s %s 2>&1"):format(arg and arg[-1] or "lua5.4", path)):read("a")
      assert.equal(expected:gsub("^[^:]*", "lunate"), output)
      assert.equal(1, status)
      assert.equal(7, select(2, run(folder:write("exit.lua", "os.exit(7)"))))
      output, status = run(folder:write("bad.lua", "x ="))
      assert.matches("^lunate: .*bad.lua:1: unexpected symbol near <eof>", output)
      assert.equal(1, status)
      output, status = run("no/such/file.lua")
      assert.matches("^lunate: cannot open no/such/file.lua", output)
      assert.equal(1, status)
      output = run(folder:write("object.lua", "error(setmetatable({}, {__tostring = function() "
        .. "return 'an object' end}))"))
      assert.equal("lunate: an object\n", output)
    end)

    it("runs what comes through a pipe, with ln and without a banner", function()
      assert.equal("[1. 1.]\n", (run("", "print(ln.ones{2})\n")))
      assert.equal("3\n", (run("- 3", "print(...)")))
      assert.equal("", (run("", "")))
    end)
  end)

  it("knows its options", function()
    assert.equal("[0. 0.]\n5\n", (run("-e 'print(ln.zeros{2}) x = 5' -e 'print(x)'")))
    assert.equal("text\n", (run("-l lunate.class -e 'print(\"text\")'")))
    assert.equal("2\n", (run("-l class=lunate.class -e 'print(2)'")))
    assert.matches("^lunate %d+%.%d+%.%d+ %(Lua 5.4%)\n$", (run("--version")))
    assert.matches("usage: lunate", (run("--help")), 1, true)
    local output, status = run("--frobnicate")
    assert.matches("there is no option '--frobnicate'", output, 1, true)
    assert.equal(1, status)
    output, status = run("-e")
    assert.matches("'-e' needs an argument", output, 1, true)
    assert.equal(1, status)
    output, status = run("-e 'error({})'")
    assert.matches("^lunate: %(error object is a table value%)\nstack traceback:\n", output)
    assert.equal(1, status)
  end)

  it("starts a REPL after a script with -i", function()
    local path = folder:write("s.lua", "y = 41")
    assert.equal("> 42\n> ", (run("-i " .. path, "y + 1\n")))
  end)

  describe("as a REPL through pipes", function()
    it("shows what expressions give, and keeps the last one", function()
      assert.equal("2\n3\t4\n\"a\\nb\"\nnil\n10", session("1 + 1", "3, 4", "=\"a\\nb\"", "nil",
        "x = 5", "x * 2"))
      assert.equal("7\n8", session("7", "_ + 1"))
      assert.equal("[1. 2.]\n[2. 4.]", session("ln.tensor{1, 2}", "_ * 2"))
    end)

    it("goes on with what is not finished", function()
      local output = session("function f(a)", "  return a", "", "end", "f(", "3)")
      assert.matches("3$", output)
      output = session("x = {", "", "", "5 + 6")   -- two blank lines give it up
      assert.matches("error: .*<eof>", output)
      assert.matches("11$", output)
    end)

    it("keeps locals", function()
      local output = session("local x, y = 1, 2", "x + y", "local x = 10", "x", "print(_G.x)",
        "x = 11", "x", "local f <close> = setmetatable({}, {__close = print})", "f")
      assert.matches("local names stay: x, y", output, 1, true)
      assert.matches("3\n10\nnil\n11\n.*\nnil$", output)
      -- A local that shadows a global is the session's alone.
      assert.matches("%[1%. 1%.%]$", session("local type = 5", "ln.ones{2}"))
    end)

    it("shows the last expression behind statements", function()
      assert.equal("[1. 1. 1.]", session("t = ln.ones{3}; t"))
      assert.equal('";x"', session("a = ';'; a .. 'x'"))
      assert.equal("3", session("x = 1; x = 2", "x + 1"))
      assert.equal("6", session("s = 0; for i = 1, 3 do s = s + i end; s"))
      assert.matches("attempt to index", session("t = nil; t.x"), 1, true)
    end)

    it("tells errors and keeps its state", function()
      local output = session("x = 1", "ln.layers.Dense{3, actvation = 'relu'}", "x")
      assert.matches("error: unknown option 'actvation' of 'Dense'; did you mean 'activation'?",
        output, 1, true)
      assert.matches("1$", output)
      assert.not_matches("traceback", output)
      -- What lunate's Lua raises points at the line, too, and no further.
      assert.equal("error: batches expects at least one tensor", session("ln.data.batches()"))
      output = session("function g() error('deep') end", "function f() g() end", "f()")
      assert.matches("deep\n  stdin:1: in function 'g'\n  stdin:1: in function", output)
      assert.not_matches("repl/init.lua", output, 1, true)
      assert.matches("error: .*table value", session("error({})"))
      assert.matches("an object", session("error(setmetatable({}, "
        .. "{__tostring = function() return 'an object' end}))"))
      assert.matches("2$", session("setmetatable({}, {__tostring = error})", "1 + 1"))
      assert.matches("error: .*unexpected symbol", session("1 +* 2"))
      assert.equal("3\n3", session("1 + 2 -- a comment", "(1) + (2)"))
    end)

    it("helps", function()
      local output = session("help(ln.layers.Dense)", "help 'epochz'", "help(nil)", "help 'fit'",
        "help()", "help(print)", "help(ln.schedules)", "help(ln.ones{2})", "help 'crossentropy'")
      assert.matches("activation or none, default linear", output, 1, true)
      assert.matches("nothing is called 'epochz'", output, 1, true)
      assert.matches("nil has no help", output, 1, true)
      assert.matches("Trains the model.", output, 1, true)
      assert.matches("ln.preprocessing ", output, 1, true)
      assert.matches("a function of Lua", output, 1, true)
      assert.matches("CosineDecayRestarts ", output, 1, true)
      assert.matches("A tensor from a number", output, 1, true)
      assert.matches("ln.losses.BinaryCrossentropy", output, 1, true)
      assert.not_matches("error:", output, 1, true)
    end)
  end)

  describe("in a terminal", function()
    local missing = terminal.missing()
    if missing then
      it("needs one", function() pending(missing) end)
      return
    end
    local function open()
      local s = terminal.open(folder)
      s:keys("", "leaves.\n> ")
      return s
    end

    it("greets, trains, is interrupted and leaves", function()
      local s = open()
      s:keys("model = ln.Sequential{ln.layers.Dense{4, input_shape = {3}}}\n", "> ")
      s:keys("model:compile{loss = 'mse', optimizer = 'sgd'}\n", "> ")
      -- What a line prints when it is under way is not in its text, which appears when it is typed.
      s:keys("say = ln.callbacks.LambdaCallback{on_epoch_begin = function(e) "
        .. "if e == 3 then print('under' .. ' way') end end}\n", "> ")
      s:keys("h = model:fit(ln.zeros{6400, 3}, ln.zeros{6400, 4}, {epochs = 1000000, "
        .. "verbose = 0, callbacks = {say}})\n", "under way")
      s:keys("\3", "> ")
      s:keys("#h.epoch > 0 and #h.epoch < 1000000\n", "\ntrue\n> ")
      s:keys("print('in' .. ' a loop') while true do end\n", "in a loop")
      s:keys("\3", "interrupted!\n> ")
      s:keys("print('in' .. ' another') while true do pcall(string.rep, 'x', 1) end\n",
        "in another")
      -- What falls within the pcall is caught by it, about every third one.
      s:press("\3", "interrupted!")
      s:keys("1 + 1\n", "\n2\n> ")
      s:close()
    end)

    it("does without readline, and says so", function()
      local core = assert(package.searchpath("lunate.core", package.cpath))
      if core:sub(1, 1) ~= "/" then core = os.getenv("PWD") .. "/" .. core end
      folder:write("lunate/empty", "")
      assert(os.execute(("ln -s '%s' '%s/lunate/core.so'"):format(core, folder.path)))
      local s = terminal.open(folder, "", folder.path .. "/?.so")
      s:keys("", "without readline (Debian package: libreadline-dev)\n> ")
      s:keys("1 + 1\n", "\n2\n> ")
      s:keys("unfinished(")
      s:keys("\3", "^C\n> ")
      s:keys("6 * 7\n", "\n42\n> ")
      s:close()
    end)

    if not has_readline then return end

    it("completes", function()
      local s = open()
      s:keys("ln.layers\t", "ln.layers.")
      s:keys("Den\t", "Dense")
      s:keys("{3, activ\t", "activation")
      s:keys("\21", nil)
      s:keys("x = ln.ones{2}\n", "> ")
      s:keys("x:resh\t", "reshape")
      s:keys("{2, 1}\n", "[[1.]\n [1.]]\n> ")
      s:keys("if x then\n", ">> ")
      s:keys("\tpri\t", "  print")
      s:keys("(123)\n", ">> ")
      s:keys("end\n", "123\n> ")
      s:close()
    end)

    it("gives up a line by Ctrl-C", function()
      local s = open()
      s:keys("error(", "error(")
      s:keys("\3", "^C\n> ")
      s:keys("function f()\n", ">> ")
      s:keys("return", "return")
      s:keys("\3", "^C\n> ")
      s:keys("6 * 7\n", "\n42\n> ")
      s:close()
    end)

    it("is left quietly under make, however it is left", function()
      if (os.getenv("LD_PRELOAD") or ""):find("san") then return pending("make has no preload") end
      local shell = ("env -u MAKEFLAGS -u MAKELEVEL HOME='%s' TERM=xterm NO_COLOR=1 make "
        .. "--no-print-directory repl BUILD='%s'; echo left"):format(folder.path,
        os.getenv("LUNATE_BUILD"))
      for _, typed in ipairs{"", "os.exit(3)\n", "error(", "while true do end\n"} do
        local s = terminal.start(folder, shell)
        s:keys("", "leaves.\n> ")
        s:keys(typed, typed:match("[^\n]*"))
        if not typed:find("exit") then
          if typed ~= "" then s:press("\3", "> ") end
          s:keys("\4")
        end
        local said = s:keys("", "left")
        assert.is_nil(said:find("make", 1, true), said)
        s.pipe:close()
      end
    end)

    it("remembers lines from session to session, for their owner alone", function()
      local s = open()
      s:keys("'first'\n", "> ")
      s:keys("do\nprint('a\\\\b')\nend\n", "a\\b\n> ")
      s:close()
      assert.equal("'first'\ndo\\nprint('a\\\\\\\\b')\\nend\n",
        folder:read(".local/state/lunate/history"))
      local mode <close> = io.popen("stat -c %a " .. folder.path .. "/.local/state/lunate/history")
      assert.equal("600\n", mode:read("a"))
      s = open()
      s:keys("\16\16\n", "\"first\"\n> ")   -- Ctrl-P twice
      s:keys("\16\16\n", "a\\b\n> ")
      s:close()
    end)

    it("keeps the history bounded", function()
      local lines = {}
      for i = 1, 1600 do lines[i] = "line" .. i end
      folder:write(".local/state/lunate/history", table.concat(lines, "\n") .. "\n")
      open():close()
      local kept = folder:read(".local/state/lunate/history")
      assert.matches("^line601\n", kept)
      assert.matches("line1600\n$", kept)
    end)
  end)
end)
