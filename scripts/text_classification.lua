-- make run SCRIPT=scripts/text_classification.lua
-- (add ARGS="speeches.tsv 4 3000" for another file, and numbers of epochs and texts)
--
-- Whose words are these? A file of tab-separated year, party and text (State of the Union
-- addresses, in pieces of 100 words: $LUNATE_DATA/text/sotu.tsv) is learned by a bag of words,
-- which knows which words are in a text, and by a masked bidirectional LSTM, which reads them in
-- their order. Without a file, sentences are made up.

local ln = require "lunate"
local layers = ln.layers

local path, epochs, n_texts = arg[1], tonumber(arg[2]) or 4, tonumber(arg[3]) or math.huge
ln.set_seed(42)

-- ---- texts and the two parties that have most of them

local function read(from)
  local texts, parties, counts = {}, {}, {}
  for line in io.lines(from) do
    local party, text = line:match("^%d+\t([^\t]*)\t(.*)$")
    if text then
      texts[#texts + 1], parties[#parties + 1] = text, party
      counts[party] = (counts[party] or 0) + 1
    end
  end
  local names = {}
  for name in pairs(counts) do names[#names + 1] = name end
  table.sort(names, function(a, b) return counts[a] > counts[b] end)
  return texts, parties, {names[1], names[2]}
end

-- The order matters: "work before taxes" is not "taxes before work".
local function make_up(n)
  local texts, parties = {}, {}
  local function pick(list)
    return list[ln.random.randint({1}, {min = 1, max = #list + 1}):item()]
  end
  local subjects, ends = {"we ask", "they say", "I believe"}, {"this year", "in peace", "at home"}
  for i = 1, n do
    local is_first = i % 2 == 1
    local a, b = "work", "taxes"
    if not is_first then a, b = b, a end
    texts[i] = ("%s %s before %s %s."):format(pick(subjects), a, b, pick(ends))
    parties[i] = is_first and "a" or "b"
  end
  return texts, parties, {"a", "b"}
end

local function exists(name)
  local file <close> = name and io.open(name)
  return file ~= nil
end

local folder = os.getenv("LUNATE_DATA")
local default = folder and folder .. "/text/sotu.tsv"
local file = path and path ~= "" and path or exists(default) and default
local all_texts, all_parties, names
if file then
  all_texts, all_parties, names = read(file)
  print(("texts: %s"):format(file))
else
  all_texts, all_parties, names = make_up(600)
  print("texts: made up here, since there is no $LUNATE_DATA/text/sotu.tsv")
end

local texts, labels = {}, {}
for i, party in ipairs(all_parties) do
  if (party == names[1] or party == names[2]) and #texts < n_texts then
    texts[#texts + 1] = all_texts[i]
    labels[#labels + 1] = party == names[2] and 1 or 0
  end
end
local x_train, x_test, y_train, y_test = ln.preprocessing.train_test_split(texts,
  ln.tensor(labels), {test_size = 0.2, random_state = 0})
local share = y_test:mean():item()
print(("%d texts to learn from, %d to test; always the larger party: %.3f"):format(#x_train,
  #x_test, math.max(share, 1 - share)))

local function compile(model)
  model:compile{loss = "binary_crossentropy", metrics = {"accuracy"},
    optimizer = ln.optimizers.Adam{learning_rate = 2e-3}}
end

-- ---- a bag of words: vectors of which words there are, made batch by batch

local bag = layers.TextVectorization{max_tokens = 8000, output_mode = "multi_hot"}
bag:adapt(x_train)
local function bags(x, y, shuffled)
  local ds = ln.data.Dataset.from_tensors(x, y)
  if shuffled then ds = ds:shuffle(#x) end
  return ds:batch(64):map(function(batch, target) return bag(batch):astype("float32"), target end)
end
local words = ln.Sequential{
  layers.Dropout{0.3, input_shape = {bag:vocabulary_size()}},
  layers.Dense{16, activation = "relu"},
  layers.Dense{1, activation = "sigmoid"},
}
compile(words)
print("a bag of words")
words:fit(bags(x_train, y_train, true), nil, {epochs = epochs, verbose = 2})
local _, of_bag = words:evaluate(bags(x_test, y_test), nil, {verbose = 0})

-- ---- words in their order: the model takes texts

local vectorize = layers.TextVectorization{max_tokens = 8000, output_sequence_length = 120}
vectorize:adapt(x_train)
local reader = ln.Sequential{
  vectorize,
  layers.Embedding{vectorize:vocabulary_size(), 32, mask_zero = true},
  layers.Dropout(0.3),
  layers.Bidirectional(layers.LSTM(32)),
  layers.Dropout(0.3),
  layers.Dense{1, activation = "sigmoid"},
}
compile(reader)
print("a masked bidirectional LSTM")
reader:fit(x_train, y_train, {epochs = epochs, batch_size = 64, verbose = 2})
local _, of_reader = reader:evaluate(x_test, y_test, {verbose = 0})

-- ---- what came of it; the model goes into one file with its vocabulary

print(("test accuracy: bag of words %.3f, bidirectional LSTM %.3f"):format(of_bag, of_reader))
if of_reader > of_bag then
  print("the LSTM beats the bag of words: the order of words tells more than which there are")
else
  print("the LSTM does not beat the bag of words: which words there are tells the party, and "
    .. "so many texts are too few to learn from what order comes of it")
end
local saved = os.tmpname() .. ".keras"
reader:save(saved)
local back = ln.load_model(saved)
print(("loaded again, it says %.3f of %q"):format(back:predict{x_test[1]}:item(),
  x_test[1]:sub(1, 60)))
os.remove(saved)
