--- Reuters-21578: 11,228 news as word ids, with one of 46 topics each.
--
--     print(ln.datasets.reuters.label_names[4])                               --> earn
--
-- In $LUNATE_DATA: `reuters.npz` and `reuters_word_index.json`, as Keras publishes them.

local core = require "lunate.core"
local public = require "lunate.public"
local word_ids = require "lunate.datasets._word_ids"

local OPTIONS = {test_split = {"number", default = 0.2, range = "[0, 1]"}}
for name, option in pairs(word_ids.OPTIONS) do OPTIONS[name] = option end

local reuters = {
  --- The names of the topics: `label_names[id + 1]`.
  label_names = {
    "cocoa", "grain", "veg-oil", "earn", "acq", "wheat", "copper", "housing", "money-supply",
    "coffee", "sugar", "trade", "reserves", "ship", "cotton", "carcass", "crude", "nat-gas", "cpi",
    "money-fx", "interest", "gnp", "meal-feed", "alum", "oilseed", "gold", "tin",
    "strategic-metal", "livestock", "retail", "ipi", "iron-steel", "rubber", "heat", "jobs", "lei",
    "bop", "zinc", "orange", "pet-chem", "dlr", "gas", "silver", "wpi", "hog", "lead",
  },
}

--- Lists of word ids, the most frequent word first, with their labels.
-- @param options  `test_split` (0.2): the share that is for testing; the others as of
--   ln.datasets.imdb: `num_words`: ids from there on become oov_char; `skip_top` (0): ids below it
--   do, too; `maxlen`: only sequences that are shorter; `seed` (113): of the order, which is
--   Keras's; `start_char` (1): begins each sequence, false for none; `oov_char` (2): what stands
--   for words that are left out, false: nothing does; `index_from` (3): is added to the word's rank
-- @return x_train, a list of lists of integers, y_train int64, x_test, y_test
-- Errors: the file is not there and cannot be downloaded (says where it was looked for), or is
-- damaged, or has other Python objects than lists of integers.
--
--     local x_train, y_train, x_test, y_test = ln.datasets.reuters.load_data{num_words = 10000}
--     print(ln.datasets.reuters.label_names[y_train[1] + 1])
function reuters.load_data(options)
  local path = word_ids.locate("reuters", "reuters.npz", {
    sha256 = "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
  })
  local all = word_ids.prepare("load_data", word_ids.read(path, {{"x", "y"}}), options)[1]
  local n = math.floor(#all.x * (1 - options.test_split))
  local function part(first, last)
    return table.move(all.x, first, last, 1, {}),
      core.tensor(table.move(all.y, first, last, 1, {}), {dtype = "int64"})
  end
  local x_train, y_train = part(1, n)
  return x_train, y_train, part(n + 1, #all.x)
end

--- The rank of each word, from 1; in the sequences `index_from` is added to it.
-- @return a table: integers by word
-- Errors: the file is not there and cannot be downloaded, or is damaged.
--
--     print(ln.datasets.reuters.get_word_index().the)                         --> 1
function reuters.get_word_index()
  return word_ids.index(word_ids.locate("reuters", "reuters_word_index.json", {
    md5 = "4d44cc38712099c9e383dc6e5f11a921",
  }))
end

--- The names of the topics.
-- @return a list of 46 texts: the name of class id i is at i + 1. Errors: none
--
--     print(ln.datasets.reuters.get_label_names()[4])                         --> earn
function reuters.get_label_names()
  return table.move(reuters.label_names, 1, #reuters.label_names, 1, {})
end

return public(reuters, {options = {load_data = OPTIONS}})
