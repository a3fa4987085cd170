-- make run SCRIPT=scripts/seq2seq.lua
-- (add ARGS="epochs dates" for other numbers than those below)
--
-- From one sequence to another (Bahdanau et al., 2015; Vaswani et al., 2017): dates as people write
-- them, "march 3, 1987" or "3 Mar 87", become 1987-03-03. The encoder reads the whole text, the
-- decoder writes a character at a time, attending to what it has written and to what was read. The
-- figure shows where it looked.

local ln = require "lunate"

local epochs, n_dates = tonumber(arg[1]) or 10, tonumber(arg[2]) or 10000
ln.set_seed(42)
math.randomseed(42)

-- ---- dates, as ids of characters; 0 is padding, 1 begins an answer

local MONTHS = {"January", "February", "March", "April", "May", "June", "July", "August",
  "September", "October", "November", "December"}
local ALPHABET = " ,./-0123456789abcdefghijklmnopqrstuvwxyz"
local READ, WRITTEN, START = 20, 10, 1
local id_of = {}
for k = 1, #ALPHABET do id_of[ALPHABET:sub(k, k)] = k + START end
local n_ids = #ALPHABET + START + 1

local FORMS = {
  function(y, m, d) return ("%s %d, %d"):format(MONTHS[m], d, y) end,
  function(y, m, d) return ("%d %s %d"):format(d, MONTHS[m]:sub(1, 3), y) end,
  function(y, m, d) return ("%d. %s %02d"):format(d, MONTHS[m], y % 100) end,
  function(y, m, d) return ("%02d/%02d/%d"):format(m, d, y) end,
  function(y, m, d) return ("%s %d %d"):format(MONTHS[m]:sub(1, 3):lower(), d, y) end,
}

local function date()
  local y, m, d = math.random(1950, 2049), math.random(12), math.random(28)
  return FORMS[math.random(#FORMS)](y, m, d):lower(), ("%d-%02d-%02d"):format(y, m, d)
end

local function encode(text, length)
  local row = {}
  for k = 1, length do row[k] = id_of[text:sub(k, k)] or 0 end
  return row
end

local function decode(row)
  local list = {}
  for k, id in ipairs(row) do list[k] = ALPHABET:sub(id - START, id - START) end
  return table.concat(list)
end

local function examples(n)
  local texts, answers, x, y = {}, {}, {}, {}
  for k = 1, n do
    texts[k], answers[k] = date()
    x[k], y[k] = encode(texts[k], READ), encode(answers[k], WRITTEN)
  end
  return ln.tensor(x, {dtype = "int32"}), ln.tensor(y, {dtype = "int32"}), texts, answers
end

-- What the decoder has written before each character.
local function before(y)
  local start = ln.full({#y, 1}, START, {dtype = "int32"})
  return ln.concatenate({start, y[{ {}, {1, -2} }]}, {axis = 2})
end

-- ---- the model

local layers = ln.layers
local WIDTH, HEADS = 64, 4

local function feed_forward(h)
  local wide = layers.Dense{2 * WIDTH, activation = "relu"}(layers.LayerNormalization()(h))
  return h + layers.Dense(WIDTH)(wide)
end

local function attend_to_itself(h, causal)
  local n = layers.LayerNormalization()(h)
  local mha = layers.MultiHeadAttention{HEADS, key_dim = WIDTH // HEADS}
  return h + mha(n, n, {use_causal_mask = causal})
end

local function embed(ids, length)
  local h = layers.Embedding{n_ids, WIDTH, mask_zero = true}(ids)
  return h + layers.PositionEmbedding(length)(h)
end

local read = ln.Input{shape = {READ}, dtype = "int32", name = "read"}
local written = ln.Input{shape = {false}, dtype = "int32", name = "written"}
local memory = embed(read, READ)
for _ = 1, 2 do memory = feed_forward(attend_to_itself(memory, false)) end
memory = layers.LayerNormalization()(memory)

local h = attend_to_itself(embed(written, WRITTEN), true)
local query = layers.LayerNormalization()(h)
local look = layers.MultiHeadAttention{HEADS, key_dim = WIDTH // HEADS, name = "look"}
h = h + look(query, memory)
local logits = layers.Dense(n_ids)(layers.LayerNormalization()(feed_forward(h)))
local model = ln.Model{inputs = {read, written}, outputs = logits, name = "dates"}
local looker = ln.Model{inputs = {read, written}, outputs = {query, memory}}
model:summary()

model:compile{optimizer = ln.optimizers.Adam{learning_rate = 2e-3}, metrics = {"accuracy"},
  loss = ln.losses.SparseCategoricalCrossentropy{from_logits = true}}
local x, y = examples(n_dates)
local x_test, y_test, texts, answers = examples(math.min(500, n_dates))
model:fit({x, before(y)}, y, {epochs = epochs, batch_size = 64,
  validation_data = {{x_test, before(y_test)}, y_test}})

-- ---- greedy decoding: each character the likeliest after those before

local function translate(rows)
  local so_far = ln.full({#rows, 1}, START, {dtype = "int32"})
  for _ = 1, WRITTEN do
    local next_ids = model{rows, so_far}[{ {}, -1 }]:argmax{axis = -1} - 1
    so_far = ln.concatenate({so_far, next_ids:astype("int32"):expand_dims(-1)}, {axis = 2})
  end
  return so_far[{ {}, {2, -1} }]
end

local said, right = translate(x_test):totable(), 0
for k, row in ipairs(said) do
  local text = decode(row)
  if text == answers[k] then right = right + 1 end
  if k <= 5 then print(("%-20s -> %s"):format(texts[k], text)) end
end
print(("dates that are right: %.1f%%"):format(100 * right / #said))

-- ---- where it looked while it wrote: a row for each character written, a column for each read

local first = x_test[{ {1, 1} }]
local queries, keys = looker(first, before(translate(first)))
local _, scores = look(queries, keys, {return_attention_scores = true})
local picture = scores:mean{axis = 2}[1]
local figure = ln.plot.figure{title = ("%s -> %s"):format(texts[1], decode(said[1]))}
figure:heatmap(picture, {xlabel = "read", ylabel = "written"})
ln.utils.save_figure(figure, "seq2seq_attention.png")
