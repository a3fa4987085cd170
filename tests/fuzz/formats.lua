-- What is fuzzed: each format has seeds (made when first asked for), a way to damage them, and
-- read(path, bytes), which must give a value or raise a text with the path in it (or `names`). A
-- new format is one entry here.

local ln = require "lunate"
local core = require "lunate.core"
local mutate = require "fuzz.mutate"

local here = debug.getinfo(1, "S").source:match("^@(.*)fuzz/formats%.lua$")

local formats = {}

local function fixtures(folder, ending)
  local list = {}
  for _, name in ipairs(core.list_folder(here .. "fixtures/" .. folder)) do
    if name:sub(-#ending) == ending then
      list[#list + 1] = here .. "fixtures/" .. folder .. "/" .. name
    end
  end
  table.sort(list)
  for i, path in ipairs(list) do list[i] = core.read_file(path) end
  assert(#list > 0, "no seeds in " .. folder)
  return list
end

-- What f(path) writes.
local function written(ending, f)
  local path = os.tmpname()
  os.remove(path)
  f(path .. ending)
  local bytes = core.read_file(path .. ending)
  os.remove(path .. ending)
  return bytes
end

-- ---- arrays

local function load_array(path) return (ln.load(path)) end

-- A header in text and the data behind it: half of the mutants have a damaged header whose length
-- is right.
local function with_header(head_format, prefix, damage)
  return function(random, seeds)
    if random(2) == 1 then return mutate.bytes(random, seeds) end
    local bytes = seeds[random(#seeds)]
    if #bytes < prefix + string.packsize(head_format) then return bytes end
    local n, start = head_format:unpack(bytes, prefix + 1)
    local text = damage(random, {bytes:sub(start, start + n - 1)})
    if #text >= 1 << 8 * math.min(string.packsize(head_format), 4) then return bytes end
    return bytes:sub(1, prefix) .. head_format:pack(#text) .. text .. bytes:sub(start + n)
  end
end

formats.npy = {
  ending = ".npy", read = load_array, mutant = with_header("<I2", 8, mutate.text),
  seeds = function() return fixtures("numpy", ".npy") end,
}

-- An archive: half of the mutants have damage inside of an entry, with sums that are right.
local function archive(random, seeds)
  if random(2) == 1 then return mutate.bytes(random, seeds) end
  local zip = require "lunate.zip"
  local entries, names = {}, {}
  for name in pairs(zip.decode(seeds[random(#seeds)])) do names[#names + 1] = name end
  table.sort(names)
  local chosen = random(#names)
  local all = zip.decode(seeds[random(#seeds)])
  for i, name in ipairs(names) do
    local data = all[name] or ""
    if i == chosen and #data > 0 then
      data = (name:find("%.json$") and mutate.json or mutate.bytes)(random, {data})
    end
    entries[i] = {name = name, data = data}
  end
  return zip.encode(entries)
end

formats.npz = {
  ending = ".npz", read = load_array, mutant = archive,
  seeds = function()
    local list = fixtures("numpy", ".npz")
    list[#list + 1] = written(".npz", function(path) ln.save(path, {ln.ones{3}, a = ln.eye(2)}) end)
    return list
  end,
}

-- Pickles of lists of word ids, and their archive.
formats.word_ids = {
  ending = ".npz",
  seeds = function()
    local zip, list = require "lunate.zip", {}
    local labels = require("lunate.saving.npy").encode(ln.zeros({3}, {dtype = "int64"}))
    for _, bytes in ipairs(fixtures("word_ids", ".npy")) do
      list[#list + 1] = zip.encode{{name = "x.npy", data = bytes}, {name = "y.npy", data = labels}}
    end
    list[#list + 1] = fixtures("word_ids", "reuters.npz")[1]
    return list
  end,
  mutant = archive,
  read = function(path)
    local parts = require("lunate.datasets._word_ids").read(path, {{"x", "y"}})
    for _, ids in ipairs(parts[1].x) do
      for _, id in ipairs(ids) do assert(math.type(id) == "integer") end
    end
    return parts
  end,
}

formats.safetensors = {
  ending = ".safetensors", read = load_array, mutant = with_header("<I8", 0, mutate.json),
  seeds = function()
    local function save(value, options)
      return written(".safetensors", function(path) ln.save(path, value, options) end)
    end
    return {
      save{w = ln.ones{2, 3}, b = ln.zeros{3}},
      save({w = ln.ones({4}, {dtype = "float64"}), i = ln.ones({2, 2}, {dtype = "uint8"}),
            n = ln.ones({}, {dtype = "int64"}), none = ln.zeros{0}}, {metadata = {format = "pt"}}),
      ("<I8"):pack(58) .. '{"h":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}   abcd',
    }
  end,
}

-- ---- data

formats.idx = {
  ending = ".idx", read = function(path) return core.read_idx(path) end, mutant = mutate.bytes,
  seeds = function()
    local list = {
      "\0\0\8\1\0\0\0\5abcde", "\0\0\8\3\0\0\0\2\0\0\0\2\0\0\0\3abcdefghijkl",
      "\0\0\x0b\2\0\0\0\2\0\0\0\2abcdefgh", "\0\0\x0d\1\0\0\0\2abcdefgh",
      "\0\0\x0e\2\0\0\0\1\0\0\0\2" .. ("x"):rep(16), "\0\0\x09\1\0\0\0\0",
    }
    local packed = written(".idx.gz", function(path)
      local file = assert(io.popen("gzip -n > " .. path, "w"))
      file:write("\0\0\8\2\0\0\0\20\0\0\0\50", ("abcdefghij"):rep(100))
      file:close()
    end)
    list[#list + 1] = packed
    list[#list + 1] = packed
    return list
  end,
}

formats.csv = {
  ending = ".csv", mutant = mutate.text,
  seeds = function()
    return {
      "a,b,c\n1,2,3\n4,5,6\n", "1,2\n3,4\n5,6\n", "\u{feff}x,y\r\n0.5,-1e3\r\nNA,\r\n",
      '"a ""b""","c,d"\n1,"2"\n"3",4\n\n', "pH;sugar\n3.5;1.9\n", "5.1,3.5,0\n4.9,3.0,1",
    }
  end,
  read = function(path, bytes)
    local value = ln.data.read_csv(path)
    local options = {{header = false, dtype = "int32"}, {header = true, columns = {1, "a"}},
                     {delimiter = ";", skip_rows = 1}, {dtype = "uint8"}}
    pcall(ln.data.read_csv, path, options[#bytes % #options + 1])
    return value
  end,
}

formats.json = {
  ending = ".json", mutant = mutate.json, names = "json",
  seeds = function()
    local small = ln.Sequential{ln.Input{shape = {3}}, ln.layers.Dense{2, activation = "relu"},
                                ln.layers.Dropout{0.5}, ln.layers.Dense(1)}
    local x = ln.Input{shape = {2}, name = "x"}
    local graph = ln.Model{inputs = x,
      outputs = ln.layers.concatenate{x, ln.layers.Dense(3)(x)}}
    return {
      '{"a":[1,2.5,-3e2,true,false,null],"b":{"c":"text \\u00e9\\n","d":[]}}', '[[],{},"",0]',
      small:to_json(), graph:to_json(),
    }
  end,
  read = function(_, bytes)
    local value = core.json_decode(bytes)
    local ok, message = pcall(ln.model_from_json, bytes, {max_weight_bytes = 1 << 26})
    if not ok and type(message) ~= "string" then error(message, 0) end   -- it names an option
    assert(core.json_encode(value))
    return value
  end,
}

-- A tokenizer that is read encodes and decodes.
formats.tokenizer = {
  ending = ".json", mutant = mutate.json,
  seeds = function()
    local list = {}
    for i, pattern in ipairs{"gpt2", "gpt4"} do
      local bpe = ln.text.BPE.train{texts = {"the cat, the dogs' 123 dogs\n\n the é"},
        vocab_size = 262 + i, min_frequency = 1, pattern = pattern, special_tokens = {"<s>"},
        add_prefix_space = i == 2}
      list[i] = written(".json", function(path) bpe:save(path) end)
    end
    return list
  end,
  read = function(path)
    local bpe = ln.text.BPE.from_file(path)
    local ids = bpe:encode("the dogs' <s> 4567\xff é\n" .. ("the"):rep(60))
    bpe:decode(ids, {skip_special_tokens = false})
    bpe:save(path .. ".out")
    os.remove(path .. ".out")
    return bpe
  end,
}

-- ---- pictures: refused, or the same in any size

local function picture(ending)
  return {
    ending = ending, mutant = mutate.bytes,
    seeds = function() return fixtures("pictures", ending) end,
    read = function(path, bytes)
      local modes = {"grayscale", "rgb", "rgba"}
      local size = #bytes % 2 == 0 and {5, 7} or nil
      return ln.utils.load_img(path, {color_mode = modes[#bytes % 3 + 1], target_size = size,
        interpolation = "bilinear"})
    end,
  }
end

formats.png, formats.jpg = picture(".png"), picture(".jpg")

-- PNG sums its chunks: half of the mutants have damage inside of one, with sums that are right.
local crcs = {}
for i = 0, 255 do
  local r = i
  for _ = 1, 8 do r = r & 1 == 1 and r >> 1 ~ 0xedb88320 or r >> 1 end
  crcs[i] = r
end

local function crc32(text)
  local r = 0xffffffff
  for i = 1, #text do r = r >> 8 ~ crcs[(r ~ text:byte(i)) & 255] end
  return ~r & 0xffffffff
end

function formats.png.mutant(random, seeds)
  if random(2) == 1 then return mutate.bytes(random, seeds) end
  local bytes, chunks, at = seeds[random(#seeds)], {}, 9
  while at < #bytes do
    local n = (">I4"):unpack(bytes, at)
    chunks[#chunks + 1] = {bytes:sub(at + 4, at + 7), bytes:sub(at + 8, at + 7 + n)}
    at = at + 12 + n
  end
  local damaged = chunks[random(#chunks)]
  if #damaged[2] > 0 then damaged[2] = mutate.bytes(random, {damaged[2]}) end
  for i, one in ipairs(chunks) do
    local sum = crc32(one[1] .. one[2])
    chunks[i] = (">I4"):pack(#one[2]) .. one[1] .. one[2] .. (">I4"):pack(sum)
  end
  return bytes:sub(1, 8) .. table.concat(chunks)
end

-- ---- models

local function small_model()
  local model = ln.Sequential{ln.Input{shape = {3}}, ln.layers.Dense{2, activation = "relu"},
                              ln.layers.Dropout{0.1}, ln.layers.Dense(1)}
  model:compile{loss = "mse", optimizer = "adam", metrics = {"mae"}}
  model:fit(ln.ones{4, 3}, ln.ones{4, 1}, {epochs = 1, verbose = 0})
  return model
end

local function models(ending)
  return function()
    local list = {written(ending, function(path)
      local model = small_model()
      if ending == ".weights.h5" then model:save_weights(path) else model:save(path) end
    end)}
    local name = "model" .. ending
    for _, folder in ipairs{"files/i_sequential_deferred", "files/b_widedeep"} do
      local path = here .. "fixtures/goldens/" .. folder .. "/" .. name
      local ok, bytes = pcall(core.read_file, path)
      if ok then list[#list + 1] = bytes end
    end
    return list
  end
end

local function load_model(path) return (ln.load_model(path)) end

formats.h5 = {
  ending = ".h5", mutant = mutate.bytes, seeds = models(".h5"),
  read = function(path, bytes)
    pcall(require("lunate.hdf5").decode, bytes)
    return load_model(path)
  end,
}

formats.keras = {ending = ".keras", mutant = archive, seeds = models(".keras"), read = load_model}

local function same(a, b)
  for i, t in ipairs(a) do
    if t.rank ~= b[i].rank or core.tensor_bytes(t) ~= core.tensor_bytes(b[i]) then return false end
  end
  return true
end

-- Into a model, whose weights stay what they were where the file is refused.
local target, weights
formats["weights.h5"] = {
  ending = ".weights.h5", mutant = mutate.bytes, seeds = models(".weights.h5"),
  read = function(path)
    if not target then
      target = small_model()
      weights = target:get_weights()
      for i, w in ipairs(weights) do weights[i] = w:copy() end
    end
    local ok, message = pcall(target.load_weights, target, path)
    local kept = ok or same(target:get_weights(), weights)
    target:set_weights(weights)
    if not kept then return nil, "the model's weights changed, though the file was refused" end
    if not ok then error(message, 0) end
    return true
  end,
}

return formats
