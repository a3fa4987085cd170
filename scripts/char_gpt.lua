-- make run SCRIPT=scripts/char_gpt.lua
-- (add ARGS="minutes text model" for others than those below: ARGS="14 my_book.txt my_book.keras")
--
-- A GPT (Radford et al., 2018) that learns a text character by character: at each place of a window
-- it tells what comes next from what came before. The last tenth of the text is not trained on; the
-- loss on it is in nats a character (log of how many characters it wavers between). Now and then it
-- writes what it would say, one character after another, each seen with those before it, whose keys
-- and values are kept.

local ln = require "lunate"

local minutes, path = tonumber(arg[1]) or 14, arg[2]
local model_file = arg[3] or "char_gpt.keras"
local WIDTH, HEADS, BLOCKS, STEPS, BATCH = 128, 4, 4, 128, 32
local RATE, WARMUP, DROPOUT = 2e-3, 100, 0.05
ln.set_seed(42)

-- ---- the text as ids of its bytes

local function read(file)
  local handle = io.open(file, "rb")
  if not handle then return nil end
  local content = handle:read("a")
  handle:close()
  return content
end

local SMALL = ([[
It is a way I have of driving off the spleen and regulating the circulation. Whenever I find myself
growing grim about the mouth; whenever it is a damp, drizzly November in my soul; whenever I find
myself involuntarily pausing before coffin warehouses, and bringing up the rear of every funeral I
meet, then, I account it high time to get to sea as soon as I can.
]]):rep(20)

path = path or (os.getenv "LUNATE_DATA" or ".") .. "/text/moby_dick.txt"
local text = read(path)
if not text then
  assert(not arg[2], ("there is no file '%s'"):format(path))
  print(("there is no %s: four lines of the book, over and over, will do"):format(path))
  text = SMALL
end
local id_of, characters = {}, {}
for byte = 0, 255 do
  if text:find(string.char(byte), 1, true) then
    characters[#characters + 1] = string.char(byte)
    id_of[byte] = #characters - 1
  end
end
local ids = {text:byte(1, 1)}
for k = 1, #text do ids[k] = id_of[text:byte(k)] end
ids = ln.tensor(ids, {dtype = "int32"})
local n_train = #text * 9 // 10
print(("%d characters, %d different ones"):format(#text, #characters))

-- ---- the model

local layers = ln.layers

local function block(x)
  local h = layers.LayerNormalization()(x)
  h = layers.MultiHeadAttention{HEADS, key_dim = WIDTH // HEADS}(h, h, {use_causal_mask = true})
  x = x + layers.Dropout(DROPOUT)(h)
  h = layers.LayerNormalization()(x)
  h = layers.Dense{4 * WIDTH, activation = "gelu"}(h)
  return x + layers.Dropout(DROPOUT)(layers.Dense(WIDTH)(h))
end

local tokens = ln.Input{shape = {false}, dtype = "int32"}
local x = layers.Embedding{#characters, WIDTH}(tokens)
x = x + layers.PositionEmbedding(STEPS)(x)
for _ = 1, BLOCKS do x = block(x) end
local logits = layers.Dense(#characters)(layers.LayerNormalization()(x))
local model = ln.Model{inputs = tokens, outputs = logits, name = "char_gpt"}
model:summary()

local optimizer = ln.optimizers.AdamW{learning_rate = RATE, beta_2 = 0.99, weight_decay = 0.1,
  global_clipnorm = 1}
model:compile{optimizer = optimizer,
  loss = ln.losses.SparseCategoricalCrossentropy{from_logits = true}}

-- ---- training: windows from anywhere, a learning rate that rises, then falls with the time left

local within = ln.arange(STEPS + 1):reshape{1, STEPS + 1}

-- Windows that begin at these places (0: the first), and what comes next in each.
local function windows(places)
  local w = ids:take(places:reshape{#places, 1} + within + 1)
  return w[{ {}, {1, -2} }], w[{ {}, {2, -1} }]
end

local valid_places = ln.arange(n_train, #text - STEPS - 1, STEPS)
local valid_x, valid_y = windows(valid_places[{ {1, math.min(400, #valid_places)} }])
local all_x, all_y = windows(valid_places)

local function say(n)
  local start = "\n"
  if not id_of[10] then start = characters[1] end
  local list = ln.utils.generate(model, {id_of[start:byte()]},
    {max_new_tokens = n, context = STEPS, temperature = 0.8, top_k = 40})
  for k, id in ipairs(list) do list[k] = characters[id + 1] end
  return table.concat(list)
end

local seconds, started = 60 * minutes, os.time()
local curve = {step = {}, train = {}, valid = {}}
local step, sum, count, told = 0, 0, 0, os.time()
repeat
  step = step + 1
  local share = math.min(1, (os.time() - started) / seconds)
  local fall = 0.5 * (1 + math.cos(math.pi * share))
  optimizer.learning_rate = RATE * math.min(step / WARMUP, 1) * (0.02 + 0.98 * fall)
  local places = ln.random.uniform({BATCH}, {min = 0, max = n_train - STEPS - 1}):astype("int64")
  sum, count = sum + model:train_on_batch(windows(places)), count + 1
  local last = share >= 1
  if last or os.difftime(os.time(), told) >= seconds / 12 then
    local valid = model:evaluate(valid_x, valid_y, {verbose = 0})
    print(("\n%d s, step %d: loss %.3f, validation loss %.3f\n%s"):format(os.time() - started, step,
      sum / count, valid, say(200)))
    table.insert(curve.step, step)
    table.insert(curve.train, sum / count)
    table.insert(curve.valid, valid)
    sum, count, told = 0, 0, os.time()
  end
until last

print(("validation loss on the whole last tenth: %.3f nats a character"):format(
  model:evaluate(all_x, all_y, {verbose = 0})))
local figure = ln.plot.figure{title = "Nats a character"}
local panel = figure:line(curve.step, curve.train, {names = {"training"}, xlabel = "steps"})
panel:line(curve.step, curve.valid, {names = {"validation"}})
ln.utils.save_figure(figure, "char_gpt.png")
model:save(model_file)
print("model: " .. model_file)
print(say(1000))
