-- Large work is cut over threads; what comes out is what one thread gives. `make tsan` runs this.
local ln = require "lunate"

local function with_threads(n, f)
  local before = ln.threads()
  ln.threads(n)
  local ok, result = pcall(f)
  ln.threads(before)
  if not ok then error(result, 0) end
  return result
end

local x = ln.random.normal({400, 300}, {seed = 1})
local cases = {
  {"products", function() return x:matmul(x:transpose()) end},
  {"elementwise ops", function() return (x * 2 + 1):exp() end},
  {"sums", function() return x:sum{axis = 1} end},
  {"softmax", function() return ln.softmax(x) end},
  {"sorting", function() return x:sort{axis = 1} end},
  {"copies of what is not dense", function() return x:transpose():copy() end},
  {"a training", function()
    ln.set_seed(5)
    local model = ln.Sequential{ln.layers.Dense{64, activation = "relu", input_shape = {300}},
      ln.layers.Dropout(0.2), ln.layers.Dense(1)}
    model:compile{loss = "mse", optimizer = "adam"}
    model:fit(x, x:sum{axis = 2}, {epochs = 2, verbose = 0, batch_size = 100})
    return model:predict(x, {verbose = 0})
  end},
}

describe("on two threads", function()
  for _, case in ipairs(cases) do
    it(case[1] .. " give what they give on one", function()
      local one, two = with_threads(1, case[2]), with_threads(2, case[2])
      assert.is_true(ln.allclose(one, two, {rtol = 1e-4, atol = 1e-5}))
    end)
  end
end)
