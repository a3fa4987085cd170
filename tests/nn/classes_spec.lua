-- What holds for every class of every kind, by the registry: documentation whose example runs,
-- documented options with defaults that are taken, configs that come back, errors for unknown
-- options.

local core = require "lunate.core"
local examples = require "support.examples"
local required = require("support.objects").required

local kinds = {
  "layer", "loss", "metric", "optimizer", "initializer", "regularizer", "constraint", "schedule",
}

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return a == b end
  for key, value in pairs(a) do if not same(value, b[key]) then return false end end
  for key in pairs(b) do if a[key] == nil then return false end end
  return true
end

for _, kind in ipairs(kinds) do
  describe("every " .. kind, function()
    for _, name in ipairs(core.classes(kind)) do
      local class = core.class(kind, name)
      local described = core.describe(kind, name)

      it(name .. " is documented, and its example runs", function()
        assert.is_true(#described.doc > 20)
        examples.run(described.doc, name)
        for _, option in ipairs(described.options) do
          assert.is_truthy(option.doc, name .. "." .. option.name)
        end
      end)

      it(name .. " comes back from its config", function()
        local object = class(required(described))
        local config = object:get_config()
        local again = class.from_config(config)
        assert.is_true(same(config, again:get_config()))
        assert.are.equal(tostring(object), tostring(again))
        local text = core.json_encode(core.serialize(object))
        local read = core.get(kind, core.json_decode(text))
        assert.are.equal(tostring(object), tostring(read))
      end)

      it(name .. " refuses options that it does not have", function()
        local options = required(described)
        options.no_such_option = 1
        assert.error_matches(function() class(options) end, "no_such_option")
      end)
    end
  end)
end
