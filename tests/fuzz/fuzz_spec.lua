-- A second of fuzzing for each format; `make fuzz` does it for long. And that findings are found.
local ln = require "lunate"
local core = require "lunate.core"
local fails = require "support.fails"
local scratch = require "support.scratch"
local formats = require "fuzz.formats"
local mutate = require "fuzz.mutate"
local trial = require "fuzz.trial"

describe("damaged files", function()
  local names = {}
  for name in pairs(formats) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    it("of ." .. name .. " give a value or an error", function()
      local path, counts = trial.path(name), {value = 0, error = 0}
      local stop = core.clock() + 1
      for number = 1, 1000 do
        local outcome, wrong = trial.run(name, 7, number, path)
        if not outcome then
          error(("%s\nrepeat with: make fuzz FORMATS=%s SEED=7 ONLY=%d"):format(wrong, name,
            number))
        end
        counts[outcome] = counts[outcome] + 1
        if core.clock() > stop and number >= 20 then break end
      end
      os.remove(path)
      assert.is_true(counts.error > 0)
    end)
  end
end)

describe("what fuzzing found", function()
  it("JSON of some bytes that asks for 40 gigabytes of weights", function()
    local text = [[{"class_name": "Sequential", "config": {"name": "m", "layers": [
      {"class_name": "InputLayer", "config": {"batch_shape": [null, 100000]}},
      {"class_name": "Dense", "config": {"units": 100000}}]}}]]
    fails("'kernel' of shape %(100000, 100000%) would take 40000000000 bytes, there is room for "
      .. "1073741824", ln.model_from_json, text)
    text = text:gsub("100000", "100")
    assert.equal(10100, ln.model_from_json(text):count_params())
    fails("there is room for 39999", ln.model_from_json, text, {max_weight_bytes = 39999})
  end)

  it("IDX whose shape overflows: the error names the file", function()
    local folder <close> = scratch.folder()
    local path = folder:write("a.idx", "\0\0\8\3" .. ("\255"):rep(12))
    fails("'" .. path .. "' is damaged: shape .* too many elements", core.read_idx, path)
  end)
end)

describe("the fuzz driver", function()
  it("makes the same mutants from the same seed and number", function()
    for name in pairs(formats) do
      local a, b = trial.mutant(name, 3, 5), trial.mutant(name, 3, 5)
      assert.equal(a, b)
    end
    local different = {}
    for number = 1, 100 do different[trial.mutant("idx", 3, number)] = true end
    local n = 0
    for _ in pairs(different) do n = n + 1 end
    assert.is_true(n > 80)
  end)

  it("tells what is wrong with an outcome", function()
    local function outcome(read)
      formats.probe = {ending = ".probe", read = read, mutant = mutate.bytes,
        seeds = function() return {"some bytes"} end}
      local path = trial.path("probe")
      local value, wrong = trial.run("probe", 1, 1, path)
      os.remove(path)
      formats.probe = nil
      return value or wrong
    end
    assert.equal("value", outcome(function() return true end))
    assert.equal("error", outcome(function(path) error("cannot read " .. path) end))
    assert.matches("does not say what was read", outcome(function() error("oh") end))
    assert.equal("the error is a table", outcome(function() error{} end))
    assert.equal("it changed", outcome(function() return nil, "it changed" end))
    local content
    outcome(function(path, bytes)
      local file <close> = io.open(path, "rb")
      content = file:read("a") == bytes
    end)
    assert.is_true(content)
  end)
end)
