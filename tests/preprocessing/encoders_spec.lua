-- LabelEncoder and OneHotEncoder.
local ln = require "lunate"
local scratch = require "support.scratch"
local P = ln.preprocessing

describe("LabelEncoder", function()
  it("numbers strings in their order and finds back", function()
    local encoder = P.LabelEncoder()
    local ids = encoder:fit_transform{"paris", "tokyo", "amsterdam", "paris"}
    assert.same({1, 2, 0, 1}, ids:totable())
    assert.equal("int64", ids.dtype)
    assert.same({"amsterdam", "paris", "tokyo"}, encoder.classes_)
    assert.same({"paris", "tokyo", "amsterdam", "paris"}, encoder:inverse_transform(ids))
  end)

  it("numbers a tensor's values", function()
    local encoder = P.LabelEncoder()
    local y = ln.tensor({30, 10, 20, 10}, {dtype = "int32"})
    assert.same({2, 0, 1, 0}, encoder:fit_transform(y):totable())
    assert.same({10, 20, 30}, encoder.classes_:totable())
    assert.is_true(encoder:inverse_transform(ln.tensor({2, 0}, {dtype = "int64"}))
      == ln.tensor({30, 10}, {dtype = "int32"}))
    assert.same({1}, encoder:transform{20}:totable())
  end)

  it("numbers many values of many kinds", function()
    local order = ln.random.permutation(5000, {seed = 1})
    assert.is_true(P.LabelEncoder():fit_transform(order * 3) == order - 1)
  end)

  it("has NaN for one category, the last", function()
    local nan = 0 / 0
    local encoder = P.LabelEncoder()
    assert.same({0, 2, 1, 2}, encoder:fit_transform(ln.tensor{1, nan, 2, nan}):totable())
    assert.equal(3, #encoder.classes_)
    local id = ln.tensor({2}, {dtype = "int64"})
    assert.is_true(encoder:inverse_transform(id):isnan():all())
    assert.same({1, 2, 0, 2}, encoder:fit_transform{3, nan, 1, -nan}:totable())
    assert.is_true(encoder.classes_[3] ~= encoder.classes_[3])
    encoder:fit{1, 2}
    assert.matches("'nan' was not among the labels in fit (1, 2)",
      scratch.message(encoder.transform, encoder, {nan}), 1, true)
  end)

  it("takes ids however large", function()
    local ids = ln.tensor({9007199254740993, 5, 9007199254740992}, {dtype = "int64"})
    assert.same({2, 0, 1}, P.LabelEncoder():fit_transform(ids):totable())
  end)

  it("says what is wrong", function()
    local encoder = P.LabelEncoder()
    assert.matches("before fit", scratch.message(encoder.transform, encoder, {"a"}), 1, true)
    encoder:fit{"a", "b"}
    assert.matches("'c' was not among the labels in fit (a, b)",
      scratch.message(encoder.transform, encoder, {"a", "c"}), 1, true)
    assert.matches("from 0 to 1", scratch.message(encoder.inverse_transform, encoder,
      ln.tensor({2}, {dtype = "int64"})), 1, true)
    assert.matches("all strings or all numbers", scratch.message(encoder.fit, encoder, {"a", 1}),
      1, true)
    assert.matches("got shape (2, 2)", scratch.message(encoder.fit, encoder, ln.zeros{2, 2}), 1,
      true)
    assert.matches("number", scratch.message(encoder.fit, encoder, 3), 1, true)
    encoder:fit(ln.tensor{1, 2})
    assert.matches("'5", scratch.message(encoder.transform, encoder, ln.tensor{1, 5}), 1, true)
  end)
end)

describe("OneHotEncoder", function()
  local x = ln.tensor({{3, 0}, {1, 1}, {2, 1}, {1, 0}}, {dtype = "int32"})

  it("makes a column of each category", function()
    local encoder = P.OneHotEncoder()
    local y = encoder:fit_transform(x)
    assert.same({{0, 0, 1, 1, 0}, {1, 0, 0, 0, 1}, {0, 1, 0, 0, 1}, {1, 0, 0, 1, 0}}, y:totable())
    assert.equal("float32", y.dtype)
    assert.same({1, 2, 3}, encoder.categories_[1]:totable())
    assert.same({"x1_1", "x1_2", "x1_3", "x2_0", "x2_1"}, encoder:get_feature_names_out())
    assert.equal("size_1", encoder:get_feature_names_out{"size", "new"}[1])
    assert.is_true(encoder:inverse_transform(y) == x)
  end)

  it("takes rows of strings and numbers", function()
    local encoder = P.OneHotEncoder{dtype = "uint8"}
    local rows = {{"red", 1}, {"blue", 2}, {"red", 2}}
    local y = encoder:fit_transform(rows)
    assert.same({{0, 1, 1, 0}, {1, 0, 0, 1}, {0, 1, 0, 1}}, y:totable())
    assert.equal("uint8", y.dtype)
    assert.same(rows, encoder:inverse_transform(y))
  end)

  it("drops a category", function()
    local first = P.OneHotEncoder{drop = "first"}
    assert.same({{0, 1, 0}, {0, 0, 1}, {1, 0, 1}, {0, 0, 0}}, first:fit_transform(x):totable())
    assert.is_true(first:inverse_transform(first:transform(x)) == x)
    local binary = P.OneHotEncoder{drop = "if_binary"}
    assert.same({{0, 0, 1, 0}, {1, 0, 0, 1}, {0, 1, 0, 1}, {1, 0, 0, 0}},
      binary:fit_transform(x):totable())
    assert.is_true(binary:inverse_transform(binary:transform(x)) == x)
  end)

  it("does not drop the only category, where it drops one of two", function()
    local binary = P.OneHotEncoder{drop = "if_binary"}
    assert.same({{1, 0}, {1, 1}}, binary:fit_transform(ln.tensor{{7, 1}, {7, 2}}):totable())
    assert.same({"x1_7", "x2_2"}, binary:get_feature_names_out())
    assert.same({{7, 1}}, binary:inverse_transform(ln.tensor{{1, 0}}):totable())
  end)

  it("has NaN for one category, the last", function()
    local nan = 0 / 0
    local encoder = P.OneHotEncoder()
    local column = ln.tensor{{1}, {nan}, {3}, {nan}}
    local y = encoder:fit_transform(column)
    assert.same({{1, 0, 0}, {0, 0, 1}, {0, 1, 0}, {0, 0, 1}}, y:totable())
    assert.same({"x1_1", "x1_3", "x1_nan"}, encoder:get_feature_names_out())
    assert.same({false, true, false, true},
      encoder:inverse_transform(y):reshape{4}:isnan():totable())
    assert.same({{0, 1, 1, 0}, {1, 0, 0, 1}}, encoder:fit_transform{{nan, "a"}, {2, "b"}}:totable())
    assert.same({{0}, {1}},
      P.OneHotEncoder{drop = "if_binary"}:fit_transform(ln.tensor{{1}, {nan}}):totable())
    assert.same({{0, 1, 0}}, P.OneHotEncoder{categories = {ln.tensor{3, nan, 1}}}
      :fit(column):transform(ln.tensor{{nan}}):totable())
    encoder:fit(ln.tensor{{1}, {2}})
    assert.matches("feature 1 has 'nan', which is none of its categories (1, 2)",
      scratch.message(encoder.transform, encoder, ln.tensor{{nan}}), 1, true)
    encoder = P.OneHotEncoder{handle_unknown = "ignore"}:fit(ln.tensor{{1}, {2}})
    assert.same({{0, 0}}, encoder:transform(ln.tensor{{nan}}):totable())
    assert.matches("twice", scratch.message(P.OneHotEncoder, {categories = {{nan, nan}}}), 1, true)
  end)

  it("takes categories in an order of one's own", function()
    local encoder = P.OneHotEncoder{categories = {{"low", "high"}}}
    assert.same({{1, 0}, {0, 1}}, encoder:fit_transform{{"low"}, {"high"}}:totable())
    assert.matches("'middle'", scratch.message(encoder.fit, encoder, {{"middle"}}), 1, true)
    assert.matches("twice", scratch.message(P.OneHotEncoder, {categories = {{"a", "a"}}}), 1, true)
    assert.matches("for 1 features, the data has 2",
      scratch.message(encoder.fit, encoder, {{"low", "low"}}), 1, true)
  end)

  it("refuses or ignores what it does not know", function()
    local unknown = ln.tensor({{9, 1}}, {dtype = "int32"})
    local encoder = P.OneHotEncoder():fit(x)
    assert.matches("feature 1 has '9', which is none of its categories (1, 2, 3)",
      scratch.message(encoder.transform, encoder, unknown), 1, true)
    encoder = P.OneHotEncoder{handle_unknown = "ignore"}:fit(x)
    assert.same({{0, 0, 0, 0, 1}}, encoder:transform(unknown):totable())
    assert.matches("no category of feature 1", scratch.message(encoder.inverse_transform, encoder,
      encoder:transform(unknown)), 1, true)
    encoder = P.OneHotEncoder{handle_unknown = "ignore"}:fit(x:astype("float32"))
    local back = encoder:inverse_transform(encoder:transform(unknown:astype("float32")))
    assert.is_true(back[{1, 1}] ~= back[{1, 1}] and back[{1, 2}] == 1)
    encoder = P.OneHotEncoder{handle_unknown = "ignore"}:fit{{"a"}, {"b"}}
    assert.same({{false}}, encoder:inverse_transform(encoder:transform{{"c"}}))
  end)

  it("says what is wrong", function()
    local encoder = P.OneHotEncoder()
    assert.matches("before fit", scratch.message(encoder.transform, encoder, x), 1, true)
    assert.matches("before fit", scratch.message(encoder.get_feature_names_out, encoder), 1, true)
    assert.matches("got (3,)", scratch.message(encoder.fit, encoder, ln.zeros{3}), 1, true)
    assert.matches("row 2 must be a list of 2 values",
      scratch.message(encoder.fit, encoder, {{1, 2}, {1}}), 1, true)
    encoder:fit(x)
    assert.matches("2 features, as in fit, got 3",
      scratch.message(encoder.transform, encoder, ln.zeros{2, 3}), 1, true)
    assert.matches("(samples, 5)", scratch.message(encoder.inverse_transform, encoder,
      ln.zeros{2, 3}), 1, true)
    assert.matches("drop", scratch.message(P.OneHotEncoder, {drop = "last"}), 1, true)
  end)
end)
