-- Loops over time: T steps that each take a part of one tensor cost T parts of memory, not T times
-- the tensor, and their gradients are those of the whole.
local ln = require "lunate"

-- Peaks only grow: each length is asked of a process that has done the shorter ones.
local function peaks(step)
  local file = os.tmpname()
  local script = assert(io.open(file, "w"))
  script:write(([[
    local ln = require "lunate"
    ln.threads(1)
    for _, T in ipairs{50, 100, 200} do
      local x, y = ln.random.normal{16, T, 32}, ln.random.normal{16, 32}
      local Loop = ln.Model:extend("Loop")
      function Loop:init() self.project, self.cell = ln.layers.Dense(32), ln.layers.Dense(32) end
      function Loop:call(x)
        local z, h = self.project(x), ln.zeros{16, 32}
        %s
        return h
      end
      local model = Loop()
      model:compile{loss = "mse", optimizer = "sgd", replay = %s}
      for _ = 1, 3 do model:train_on_batch(x, y) end
      print(ln.memory().peak)
      model = nil
      collectgarbage()
      collectgarbage()
    end
  ]]):format(step, step:find("eager") and "false" or "true"))
  script:close()
  local pipe = io.popen(("%s %s 2>&1"):format(arg and arg[-1] or "lua5.4", file))
  local text = pipe:read("a")
  pipe:close()
  os.remove(file)
  local list = {}
  for n in text:gmatch("%d+") do list[#list + 1] = tonumber(n) end
  assert.are.equal(3, #list, text)
  return list
end

describe("a loop over time", function()
  local steps = {
    slices = "for t = 1, T do h = self.cell(h + z[{ {}, t }]) end",
    ["eager slices"] = "for t = 1, T do h = self.cell(h + z[{ {}, t }]) end  -- eager",
    ["parts of unstack"] = "for _, part in ipairs(ln.unstack(z, {axis = 2})) do "
      .. "h = self.cell(h + part) end",
    ["parts of take"] = "for t = 1, T do h = self.cell(h + z:take(ln.tensor{t}, 2)"
      .. ":reshape{16, 32}) end",
    ["parts of gather"] = "for t = 1, T do h = self.cell(h + ln.gather(z, "
      .. "ln.full({1, 1, 1}, t):astype('int32'), 2):reshape{16, 32}) end",
  }
  for name, step in pairs(steps) do
    it("takes memory by its length: " .. name, function()
      local list = peaks(step)
      for k = 2, 3 do assert.is_true(list[k] < 2.4 * list[k - 1], table.concat(list, " ")) end
    end)
  end

  it("has the gradient of the whole", function()
    local x = ln.Variable(ln.random.normal({3, 5, 4}, {dtype = "float64"}))
    local w = ln.random.normal({3, 5, 4}, {dtype = "float64"})
    local function check(f, g)
      local tape <close> = ln.GradientTape()
      local got = tape:gradient(f(), x)
      local other <close> = ln.GradientTape()
      assert.is_true(ln.allclose(other:gradient(g(), x), got, {rtol = 1e-12}))
    end
    local function whole() return (x * x * w):sum() end
    check(function()
      local total = 0
      for t = 1, 5 do
        local part = x[{ {}, t }]
        total = total + (part * part * w[{ {}, t }]):sum()
      end
      return total
    end, whole)
    check(function()
      local total = 0
      for t, part in ipairs(ln.unstack(x, {axis = 2})) do
        total = total + (part * part * w[{ {}, t }]):sum()
      end
      return total
    end, whole)
    check(function()   -- parts that overlap, backwards, and all of it first and last
      local total = (x * w):sum()
      for t = 1, 4 do total = total + (x[{ {3, 1, -2}, {t, t + 1} }] ^ 2):sum() end
      for t = 1, 5 do total = total + (x:take(ln.tensor{t, 1}, 2) * 0.5):sum() end
      return total + (x * 3):sum()
    end, function()
      local counts = ln.zeros({3, 5, 4}, {dtype = "float64"})
      counts[{ {1, 3, 2}, {2, 4} }] = 2
      counts[{ {1, 3, 2}, {1, 5, 4} }] = 1
      local takes = ln.full({1, 5, 1}, 0.5, {dtype = "float64"}):broadcast_to{3, 5, 4}:copy()
      takes[{ {}, 1 }] = 3
      return (x * w + x * x * counts + x * takes + x * 3):sum()
    end)
  end)

  it("is replayed with the gradients of each batch, constant parts among them", function()
    local Parts = ln.Model:extend("Parts")
    function Parts:init() self.w = ln.Variable(ln.ones{6, 4}) end
    function Parts:call(x)
      local y, rows = x:sum{axis = -1, keepdims = true}, self.w * 2
      for i = 1, 6 do y = y + (x * rows[i]):sum{axis = -1, keepdims = true} end
      return y + rows[2]:sum()   -- its gradient, the first of the rows', is one for all batches
    end
    local function loss(_, p) return p:sum{axis = -1} end
    ln.set_seed(4)
    local x, y = ln.random.normal{60, 4}, ln.zeros{60, 1}
    for _, optimizer in ipairs{"sgd", "adam"} do
      local weights = {}
      for i, replay in ipairs{false, true} do
        local model = Parts()
        model:compile{loss = loss, optimizer = optimizer, replay = replay}
        model:fit(x, y, {epochs = 3, batch_size = 10, verbose = 0, shuffle = false})
        weights[i] = model.w:value()
      end
      assert.are.equal(weights[1], weights[2])
    end
  end)
end)
