-- Every piece of Lua in the guides (docs/*.md) runs, those of a guide as one script, and shows what
-- the guide says; links between guides, scripts and sources lead somewhere.
local examples = require "support.examples"
local files = require "support.files"

local pipe = assert(io.popen("ls docs/*.md"))
local guides = {}
for path in pipe:lines() do guides[#guides + 1] = path end
pipe:close()

describe("the guides", function()
  it("are all listed", function()
    local index = files.read("docs/README.md")
    for _, path in ipairs(guides) do
      local name = path:match("[^/]+$")
      assert.is_truthy(name == "README.md" or index:find("(" .. name .. ")", 1, true), name)
    end
  end)

  for _, path in ipairs(guides) do
    local text = files.read(path)
    local code = {}
    for block in ("\n" .. text):gmatch("\n```lua\n(.-)\n```") do code[#code + 1] = block end
    if #code > 0 then
      it(path .. " runs", function()
        assert.is_true(examples.run_code(table.concat(code, "\n"), path) > 0)
      end)
    end

    it(path .. " has links that lead somewhere", function()
      for target in text:gmatch("%]%(([^)#%s]+)[^)]*%)") do
        if not target:find("^https?:") then
          local file <close> = io.open("docs/" .. target)
          assert.is_truthy(file, path .. ": " .. target)
        end
      end
    end)
  end
end)
