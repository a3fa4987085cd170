-- Models that Keras saved, with inputs and the outputs that it predicted:
-- tests/fixtures/keras3/<name>.keras and .json.
local core = require "lunate.core"
local ln = require "lunate"

local fixtures = debug.getinfo(1, "S").source:match("^@(.*)support/") .. "fixtures/keras3/"

--- Checks the model by near(found, expected), and again from each file that it is saved into.
-- @param folder  where these files go (support.scratch)
-- @return the model, and a function that checks another one
return function(name, folder, near)
  local file <close> = assert(io.open(fixtures .. name .. ".json"))
  local case = core.json_decode(file:read("a"))
  local model, inputs = ln.load_model(fixtures .. name .. ".keras"), {}
  for i, each in ipairs(case.inputs) do inputs[i] = ln.tensor(each) end
  local function check(it_is)
    local outputs = {it_is:predict(#inputs == 1 and inputs[1] or inputs)}
    assert(#outputs == #case.outputs)
    for i, expected in ipairs(case.outputs) do near(outputs[i], ln.tensor(expected)) end
  end
  check(model)
  for _, path in ipairs{"/again.keras", "/again.h5"} do
    model:save(folder.path .. path)
    check(ln.load_model(folder.path .. path))
  end
  return model, check
end
