--- IMDB (Maas and others, 2011): 50,000 film reviews as word ids, with the classes 0 (bad) and 1
-- (good).
--
--     local x_train, y_train = ln.datasets.imdb.load_data{num_words = 10000}
--     print(#x_train, y_train.shape)                                  --> 25000   (25000,)
--
-- In $LUNATE_DATA: `imdb.npz` and `imdb_word_index.json`, as Keras publishes them.

local core = require "lunate.core"
local public = require "lunate.public"
local word_ids = require "lunate.datasets._word_ids"

local imdb = {}

--- Lists of word ids, the most frequent word first, with their labels.
-- @param options  `num_words`: ids from there on become oov_char; nil: from the largest on, as in
--   Keras; `skip_top` (0): ids below it become oov_char, too; `maxlen`: only sequences that are
--   shorter; `seed` (113): of the order, which is Keras's; `start_char` (1): begins each sequence,
--   false for none; `oov_char` (2): what stands for words that are left out, false: nothing does;
--   `index_from` (3): is added to the word's rank
-- @return x_train, a list of 25,000 lists of integers, y_train int64 (25000,), x_test, y_test
-- Errors: the file is not there and cannot be downloaded (says where it was looked for), or is
-- damaged, or has other Python objects than lists of integers.
--
--     local x_train, y_train = ln.datasets.imdb.load_data{num_words = 10000}
--     local x = ln.utils.pad_sequences(x_train, {maxlen = 200})              -- (25000, 200)
function imdb.load_data(options)
  local path = word_ids.locate("imdb", "imdb.npz", {
    sha256 = "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
  })
  local parts = word_ids.read(path, {{"x_train", "y_train"}, {"x_test", "y_test"}})
  local train, test = table.unpack(word_ids.prepare("load_data", parts, options))
  return train.x, core.tensor(train.y, {dtype = "int64"}),
    test.x, core.tensor(test.y, {dtype = "int64"})
end

--- The rank of each word, from 1; in the sequences `index_from` is added to it.
-- @return a table: integers by word
-- Errors: the file is not there and cannot be downloaded, or is damaged.
--
--     local rank = ln.datasets.imdb.get_word_index()
--     local word = {[1] = "[START]", [2] = "[OOV]"}
--     for text, i in pairs(rank) do word[i + 3] = text end
function imdb.get_word_index()
  return word_ids.index(word_ids.locate("imdb", "imdb_word_index.json", {
    md5 = "bfafd718b763782e994055a2d397834f",
  }))
end

return public(imdb, {options = {load_data = word_ids.OPTIONS}})
