-- A process that forks: the child goes on with what it had, and so does the parent.
local program = require "support.program"
local scratch = require "support.scratch"

local cases = {
  {"rows read ahead", [[
    ds = ln.data.Dataset.from_tensors(ln.arange(1000)):batch(10):prefetch(3):iterate()
    ds() ds()]], [[
    local n, last = 2, nil
    for batch in ds do n, last = n + 1, batch end
    return n .. " " .. last[10] ]], "100 999.0"},
  {"mapped and shuffled data read ahead", [[
    local source = ln.data.Dataset.from_tensors(ln.arange(200)):shuffle(50, {seed = 3})
    ds = source:map(function(x) return x * 2 end):batch(20):prefetch(2):iterate()
    sum = ds():sum():item()]], [[
    for batch in ds do sum = sum + batch:sum():item() end
    return ("%d"):format(sum)]], "39800"},
  {"a CSV file read ahead", [[
    local file = io.open(FOLDER .. "/rows.csv", "w")
    for i = 1, 20000 do file:write(i, ",", i % 7, "\n") end
    file:close()
    ds = ln.data.Dataset.from_csv(FOLDER .. "/rows.csv", {header = false}):batch(100):prefetch(4)
      :iterate()
    n, sum = 1, ds():sum():item()]], [[
    for batch in ds do n, sum = n + 1, sum + batch:sum():item() end
    return ("%d %d"):format(n, sum)]], "200 200069998"},
  {"pictures read ahead on threads", [[
    for i = 1, 64 do
      ln.utils.save_img(("%s/%d/%03d.png"):format(FOLDER, i % 2, i), ln.full({40, 40, 3}, i),
        {scale = false})
    end
    ds = ln.utils.image_dataset_from_directory(FOLDER, {image_size = {32, 32}, batch_size = 4,
      shuffle = false, verbose = false}):iterate()
    n, sum = 1, ds():mean():item()]], [[
    for x in ds do n, sum = n + 1, sum + x:mean():item() end
    -- And another pass, from the beginning.
    local again = ln.utils.image_dataset_from_directory(FOLDER, {image_size = {8, 8},
      batch_size = 64, verbose = false, seed = 1}):iterate()()
    return ("%d %.1f %.1f"):format(n, sum, again:mean():item())]], "16 520.0 32.5"},
  {"the thread pool and a training", [[
    ln.threads(2)
    big = ln.ones{300, 300}
    big:matmul(big)
    model = ln.Sequential{ln.layers.Dense{4, input_shape = {3}}, ln.layers.Dense(1)}
    model:compile{loss = "mse"}
    model:fit(ln.ones{64, 3}, ln.ones{64, 1}, {verbose = 0})]], [[
    model:fit(ln.ones{64, 3}, ln.ones{64, 1}, {verbose = 0, epochs = 2})
    model:save_weights(FOLDER .. "/w.weights.h5")
    model:load_weights(FOLDER .. "/w.weights.h5")
    return ("%d"):format(big:matmul(big)[{1, 1}])]], "300"},
}

describe("after a fork", function()
  for _, case in ipairs(cases) do
    it(case[1] .. " goes on in both processes", function()
      -- The child waits for ever for a lock of the sanitizer's allocator that another thread had.
      if (os.getenv("LD_PRELOAD") or ""):find("san") then
        return pending("sanitizers do not fork beside threads that allocate")
      end
      local folder <close> = scratch.folder()
      local fork = program("tests/robustness/fork.c", folder.path)
      if not fork then return pending("no compiler, or no Lua library to link") end
      local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end
      local before = ("ln = require 'lunate' FOLDER = %q\n"):format(folder.path) .. case[2]
      local pipe = assert(io.popen(("%s %s %s 2>&1"):format(fork, quoted(before), quoted(case[3]))))
      local text = pipe:read("a")
      pipe:close()
      assert.are.equal(case[4] .. "\n" .. case[4] .. "\n", text)
    end)
  end
end)
