-- StandardScaler and MinMaxScaler: scikit-learn's numbers, attributes and edge cases.
local ln = require "lunate"
local scratch = require "support.scratch"
local P = ln.preprocessing

local function near(expected, got, tolerance)
  assert.same(ln.tensor(expected).shape, got.shape)
  local apart = (ln.tensor(expected):astype("float64") - got:astype("float64")):abs():max():item()
  assert.is_true(apart <= (tolerance or 1e-6), ("differs by %g"):format(apart))
end

describe("StandardScaler", function()
  local x = ln.tensor{{1, -2, 5}, {2, 0, 5}, {4, 2, 5}, {9, 8, 5}}

  it("learns mean, variance and scale as scikit-learn does", function()
    local scaler = P.StandardScaler()
    local z = scaler:fit_transform(x)
    near({4, 2, 5}, scaler.mean_)
    near({9.5, 14, 0}, scaler.var_)
    near({3.082207001484488, 3.7416573867739413, 1}, scaler.scale_)
    near({
      {-0.9733285267845753, -1.0690449676496976, 0}, {-0.6488856845230502, -0.5345224838248488, 0},
      {0, 0, 0}, {1.6222142113076254, 1.6035674514745464, 0},
    }, z)
    assert.equal(4, scaler.n_samples_seen_)
    assert.equal(3, scaler.n_features_in_)
    assert.equal("float32", z.dtype)
    near(x:totable(), scaler:inverse_transform(z), 1e-5)
  end)

  it("does without mean or deviation", function()
    near({{-3, -4, 0}, {-2, -2, 0}, {0, 0, 0}, {5, 6, 0}},
      P.StandardScaler{with_std = false}:fit_transform(x))
    local scaler = P.StandardScaler{with_mean = false}
    local z = scaler:fit_transform(x)
    near({1 / 3.082207001484488, -2 / 3.7416573867739413, 5}, z[1])
    near(x:totable(), scaler:inverse_transform(z), 1e-5)
  end)

  it("scales a column to 1 that is constant but for rounding", function()
    local scaler = P.StandardScaler()
    local t = ln.full({1000, 1}, 0.1, {dtype = "float64"})
    assert.is_true(scaler:fit_transform(t):abs():max():item() < 1e-12)
    assert.equal(1, scaler.scale_[1])
  end)

  it("leaves NaN out of the statistics and in the data", function()
    local scaler = P.StandardScaler()
    local z = scaler:fit_transform(ln.tensor{{1}, {0 / 0}, {3}})
    near({2}, scaler.mean_)
    near({1}, scaler.scale_)
    assert.is_true(z[{2, 1}] ~= z[{2, 1}])
    near({-1}, z[1])
  end)

  it("does not change or copy its input, and takes bytes", function()
    local bytes = ln.tensor({{0, 255}, {2, 253}}, {dtype = "uint8"})
    local z = P.StandardScaler():fit_transform(bytes)
    near({{-1, 1}, {1, -1}}, z)
    assert.same({{0, 255}, {2, 253}}, bytes:totable())
    assert.equal("float64", P.StandardScaler():fit_transform(x:astype("float64")).dtype)
  end)

  it("is precise with many rows and a large mean", function()
    local t = ln.random.normal({200000, 3}, {seed = 1}) + 1000
    local z = P.StandardScaler():fit_transform(t)
    assert.is_true(z:astype("float64"):mean{axis = 1}:abs():max():item() < 1e-4)
    assert.is_true((z:astype("float64"):std{axis = 1} - 1):abs():max():item() < 1e-4)
  end)

  it("says what is wrong", function()
    local scaler = P.StandardScaler()
    local function message(method, ...) return scratch.message(scaler[method], scaler, ...) end
    assert.matches("StandardScaler:transform was called before fit", message("transform", x), 1,
      true)
    assert.matches("got (2, 2, 2)", message("fit", ln.zeros{2, 2, 2}), 1, true)
    assert.matches("no samples", message("fit", ln.zeros{0, 3}), 1, true)
    assert.matches("got table", message("fit", {1, 2}), 1, true)
    scaler:fit(x)
    assert.matches("3 features, as in fit, got shape (4, 2)", message("transform", ln.zeros{4, 2}),
      1, true)
    assert.matches("3 features", message("inverse_transform", ln.zeros{4, 2}), 1, true)
    assert.matches("with_mean", scratch.message(P.StandardScaler, {with_meen = true}), 1, true)
    assert.equal("StandardScaler(with_mean=true, with_std=true)", tostring(scaler))
    assert.equal("lunate.transformer", getmetatable(scaler))
  end)
end)

describe("MinMaxScaler", function()
  local x = ln.tensor{{-1, 2, 7}, {-0.5, 6, 7}, {0, 10, 7}, {1, 18, 7}}

  it("maps ranges as scikit-learn does", function()
    local scaler = P.MinMaxScaler()
    local z = scaler:fit_transform(x)
    near({{0, 0, 0}, {0.25, 0.25, 0}, {0.5, 0.5, 0}, {1, 1, 0}}, z)
    near({-1, 2, 7}, scaler.data_min_)
    near({1, 18, 7}, scaler.data_max_)
    near({2, 16, 0}, scaler.data_range_)
    near({0.5, 0.0625, 1}, scaler.scale_)
    near({0.5, -0.125, -7}, scaler.min_)
    near(x:totable(), scaler:inverse_transform(z))
    near({{1.5, 0, 0}}, scaler:transform(ln.tensor{{2, 2, 7}}))
  end)

  it("takes another range, and clips", function()
    local scaler = P.MinMaxScaler{feature_range = {-1, 1}, clip = true}:fit(x)
    near({{1, -1, -1}}, scaler:transform(ln.tensor{{50, -50, 7}}))
    near({{-1, 0, -1}}, P.MinMaxScaler{{-1, 1}}:fit(x):transform(ln.tensor{{-1, 10, 7}}))
    assert.matches("low < high", scratch.message(P.MinMaxScaler, {{1, 0}}), 1, true)
    assert.matches("low < high", scratch.message(P.MinMaxScaler, {{1}}), 1, true)
  end)

  it("leaves NaN out", function()
    local scaler = P.MinMaxScaler()
    local z = scaler:fit_transform(ln.tensor{{4}, {0 / 0}, {8}})
    near({4}, scaler.data_min_)
    near({0}, z[1])
    assert.is_true(z[{2, 1}] ~= z[{2, 1}])
  end)

  it("scales bytes", function()
    local z = P.MinMaxScaler():fit_transform(ln.tensor({{0}, {51}, {255}}, {dtype = "uint8"}))
    near({{0}, {0.2}, {1}}, z)
  end)
end)
