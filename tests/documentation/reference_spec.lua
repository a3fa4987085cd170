-- What is made of the documentation: nothing is missing, the reference is written without a
-- warning and its links lead somewhere, annotations are Lua and do not depend on the machine.
local documentation = require "lunate.documentation"
local scratch = require "support.scratch"

local function run(command)
  local pipe <close> = assert(io.popen(command .. " 2>&1"))
  local text = pipe:read("a")
  return pipe:close(), text
end

local lua = os.getenv("LUA") or "lua5.4"

describe("documentation", function()
  it("has no gaps", function() assert.same({}, documentation.gaps()) end)

  it("would be found to have them", function()
    local function gaps_without(name, field, value)
      for _, entry in ipairs(documentation.entries()) do
        if entry.name == name then
          local kept = entry[field]
          entry[field] = value
          local found = table.concat(documentation.gaps(), "\n")
          entry[field] = kept
          return found
        end
      end
      error("no entry " .. name)
    end
    assert.matches("function ln.sum: no errors", gaps_without("ln.sum", "errors"), 1, true)
    assert.matches("ln.layers.Dense: no example", gaps_without("ln.layers.Dense", "example"), 1,
      true)
    assert.matches("field Tensor.shape", gaps_without("Tensor.shape", "doc", ""), 1, true)
    assert.matches("parameter 'x': no text", gaps_without("ln.Model:fit", "params", {}), 1, true)
    assert.matches("option 'units': no text",
      gaps_without("ln.layers.Dense", "options", {{name = "units", kind = "integer"}}), 1, true)
  end)

  it("keeps each option's text whole and to itself", function()
    local function option(entry, name)
      for _, o in ipairs(documentation.find(entry)[1].options) do
        if o.name == name then return o end
      end
    end
    assert.equal("one table by name instead of several results",
      option("ln.Model:evaluate", "return_dict").doc)
    assert.equal("none", option("ln.Model:predict", "callbacks").default)
    assert.equal("as in read_csv", option("ln.data.Dataset.from_csv", "skip_rows").doc)
    assert.equal("none", option("ln.data.Dataset.from_csv", "header").default)
    assert.matches("or a schedule of `ln.schedules`",
      option("ln.callbacks.LearningRateScheduler", "schedule").doc, 1, true)
    assert.equal("false", option("ln.Model:load_weights", "by_name").default)
    local entry = documentation.find("ln.layers.Dense")[1]
    local kept = entry.options[1].doc
    for _, torn in ipairs{"half of (it", "), and", "the first and"} do
      entry.options[1].doc = torn
      assert.matches("its text is torn", table.concat(documentation.gaps(), "\n"), 1, true)
    end
    entry.options[1].doc = kept
    assert.same({}, documentation.gaps())
  end)

  it("gives a function that stands for an op the op's options", function()
    local core = require "lunate.core"
    local function names_of(options)
      local list = {}
      for i, o in ipairs(options) do list[i] = o.name .. " = " .. tostring(o.default) end
      return list
    end
    local compared = 0
    for _, op in ipairs(core.ops()) do
      local entry = documentation.find("ln.image." .. op.name)[1]
      if entry and entry.name == "ln.image." .. op.name then
        assert.same(names_of(op.options), names_of(entry.options), op.name)
        compared = compared + 1
      end
    end
    assert.equal(5, compared)
    local method = documentation.find("ln.image.scale_and_translate")[1].options[5]
    assert.same({"method", nil}, {method.name, method.default})
  end)

  it("takes a file's title off what a function says", function()
    local function first(name) return documentation.find(name)[1].doc:match("^[^.]+") end
    assert.equal("A Dataset of the PNG and JPEG files below a folder",
      first("ln.utils.image_dataset_from_directory"))
    assert.equal("Goes over tensors in batches along their first axis", first("ln.data.batches"))
  end)

  it("sums up in whole sentences", function()
    local function summary(name) return documentation.find(name)[1].summary end
    assert.matches("(He et al. 2015)", summary("ln.initializers.HeNormal"), 1, true)
    assert.equal("All of it `count` times over (nil: without end)",
      summary("ln.data.Dataset:repeat_"))
    assert.equal("deep learning for Lua.", summary("ln"))
    for _, entry in ipairs(documentation.entries()) do
      assert.is_nil(entry.summary:find("et al%.$"), entry.name)
      local text = entry.summary:gsub("%[[^%])]*%)", "")   -- intervals: [0, 1)
      assert.equal(select(2, text:gsub("%(", "")), select(2, text:gsub("%)", "")),
        entry.name .. ": " .. entry.summary)
    end
  end)

  it("is the same for all of a kind where nothing else is said", function()
    local function entry(name) return documentation.find(name)[1] end
    assert.matches("y_true and y_pred", entry("ln.losses.Huber").errors, 1, true)
    assert.matches("an axis out of range", entry("ln.cumsum").errors, 1, true)
    assert.matches("do not broadcast", entry("ln.maximum").errors, 1, true)
    assert.matches("negative integer power", entry("ln.power").errors, 1, true)
    assert.matches("before `fit`", documentation.of(
      require "lunate".preprocessing.StandardScaler.transform).errors, 1, true)
  end)

  it("leaves private methods out", function()
    for _, entry in ipairs(documentation.entries()) do
      assert.is_not.equal("ln.Model:changed", entry.name)
      assert.is_nil(entry.short:find("^_"), entry.name)
    end
  end)
end)

describe("the reference", function()
  it("is written without a warning, and its links lead somewhere", function()
    local folder <close> = scratch.folder()
    local ok, text = run(("%s scripts/doc.lua %s"):format(lua, folder.path))
    assert(ok, text)
    assert.is_nil(text:find("warning", 1, true), text)
    local count = 0
    local index = folder:read("reference.md")
    for page, anchor in index:gmatch("%((reference/[%w_]+%.md)#?([%w_-]*)%)") do
      local content = assert(folder:read(page), page)
      local found = anchor == ""
      for title in content:gmatch("\n## ([^\n]+)") do
        if title:lower():gsub("[^%w%s_-]", ""):gsub("%s", "-") == anchor then found = true end
      end
      assert.is_true(found, page .. "#" .. anchor)
      count = count + 1
    end
    assert.is_true(count > 300)
    local layers = folder:read("reference/layers.md")
    assert.matches("| `units` | integer > 0 | must be given |", layers, 1, true)
  end)
end)

describe("editor annotations", function()
  local folder <close> = scratch.folder()
  local path = folder.path .. "/full/lunate.lua"
  local ok, told = run(("%s scripts/annotations.lua '%s'"):format(lua, path))
  local text = ok and folder:read("full/lunate.lua") or ""

  it("are made, the same with the core alone", function()
    assert(ok, told)
    local alone <close> = scratch.folder()
    local core = assert(package.searchpath("lunate.core", package.cpath))
    run(("mkdir %s/lunate && cp '%s' %s/lunate/"):format(alone.path, core, alone.path))
    local made, why = run(("LUA_CPATH='%s/?.so' %s scripts/annotations.lua '%s/lunate.lua'"):format(
      alone.path, lua, alone.path))
    assert(made, why)
    assert.equal(text, alone:read("lunate.lua"))
  end)

  it("know options and methods", function()
    assert.matches("^%-%-%-@meta lunate\n", text)
    assert.matches("---@field activation? string|function|ln.activations.Activation", text, 1, true)
    assert.matches("fun(options?: ln.layers.Dense.options|integer): ln.layers.Dense", text, 1, true)
    assert.matches("function Object:fit(x, y, options) end", text, 1, true)
    assert.is_truthy(load(text))
  end)

  it("let no misspelled name pass, and no option be wanting", function()
    assert.is_nil(text:find("[any]", 1, true))
    assert.is_nil(text:find("---@param options any", 1, true))
    assert.matches("---@param options? any `output_gradients`", text, 1, true)
    assert.matches("---@param step? any the distance (1)", text, 1, true)
    assert.matches("---@param config any", text, 1, true)
  end)

  it("call a class and what it makes each in its own way", function()
    local class = text:match("%-%-%-@class ln%.layers%.Dense%.class.-\nln%.layers%.Dense = ")
    assert.equal(1, select(2, class:gsub("@overload", "")))
    assert.matches("@class ln.layers.Dense.class: ln.layers.Dense.methods\n", class, 1, true)
    assert.matches("@class ln.layers.Dense: ln.layers.Dense.methods, ln.layers.Layer\n", text, 1,
      true)
  end)
end)
