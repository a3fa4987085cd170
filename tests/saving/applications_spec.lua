-- Networks of the kind that Keras has in keras.applications, as Keras saved them: a small one of
-- the pieces of MobileNetV2 (tests/fixtures/keras3/make_mobile.py), and whole ones of the full
-- collection of goldens.
local ln = require "lunate"
local goldens = require "support.goldens"
local keras_model = require "support.keras_model"
local scratch = require "support.scratch"

local function near(found, expected) goldens.near(found, expected, 1e-5, 1e-6) end

describe("a network of keras.applications", function()
  it("of inverted residuals predicts what it did, in each format", function()
    local folder <close> = scratch.folder()
    keras_model("mobile", folder, near)
  end)

  local root = goldens.root("applications") .. "/"
  for _, name in ipairs{"mobilenetv2"} do
    local file <close> = io.open(root .. name .. "/model.keras", "rb")
    if file then
      it("is " .. name, function()
        local model = ln.load_model(root .. name .. "/model.keras")
        local x, y = ln.load(root .. name .. "/x.npy"), ln.load(root .. name .. "/y.npy")
        near(model:predict(x), y)
        near(model:predict(x[{ {2, 2} }]), y[{ {2, 2} }])
        near(model(x), y)
        local folder <close> = scratch.folder()
        model:save(folder.path .. "/again.keras")
        assert.is_true(ln.load_model(folder.path .. "/again.keras"):predict(x)
          == model:predict(x))
      end)
    end
  end
end)
