-- Embedded and generated data: iris, the make_* functions, garments.
local ln = require "lunate"
local fails = require "support.fails"
local scratch = require "support.scratch"
local D = ln.datasets

local function same_seed_same_data(f)
  local function make(state, seed)
    ln.set_seed(seed)
    local x, y = f(state)
    return {x = x, y = y}
  end
  local a, b = make(1, 1), make(1, 2)
  assert.is_true(a.x == b.x and a.y == b.y)
  assert.is_false(make(2, 1).x == a.x)
  local c, d = make(nil, 1), make(nil, 1)
  assert.is_true(c.x == d.x and c.y == d.y)
  assert.is_false(make(nil, 2).x == c.x)
end

describe("datasets", function()
  it("lists what there is", function()
    local message = scratch.message(function() local _ = D.irs end)
    assert.matches("there is no data set 'irs'; there are: california_housing, cifar10, cifar100",
      message, 1, true)
    assert.matches("generators_spec.lua", message, 1, true)
    assert.matches("no data set '_files'", scratch.message(function() return D._files end), 1, true)
    assert.matches("no data set 'init'", scratch.message(function() return D.init end), 1, true)
    local seen = {}
    for name, dataset in pairs(D) do
      seen[name] = dataset
      assert.equal(D[name], dataset)
    end
    assert.equal(D.iris, seen.iris)
    assert.equal(D.make_moons, seen.make_moons)
    assert.matches("StandardScaler",
      scratch.message(function() return ln.preprocessing.Nothing end), 1, true)
  end)

  it("has iris embedded", function()
    local iris = D.iris.load_data()
    assert.same({150, 4}, iris.data.shape)
    assert.same({50, 50, 50}, select(2, iris.target:unique()):totable())
    assert.equal("int64", iris.target.dtype)
    local mean = iris.data:mean{axis = 1}:totable()
    for i, value in ipairs{5.843333, 3.057333, 3.758, 1.199333} do
      assert.is_true(math.abs(mean[i] - value) < 1e-5)
    end
    assert.is_true(iris.data[1] == ln.tensor{5.1, 3.5, 1.4, 0.2})
    assert.is_true(iris.data[35] == ln.tensor{4.9, 3.1, 1.5, 0.2})
    assert.is_true(iris.data[150] == ln.tensor{5.9, 3.0, 5.1, 1.8})
    assert.equal("virginica", iris.target_names[iris.target[150] + 1])
    assert.equal("petal width (cm)", iris.feature_names[4])
  end)
end)

describe("make_moons", function()
  it("draws two half circles", function()
    local x, y = D.make_moons{n_samples = 201, shuffle = false}
    assert.same({201, 2}, x.shape)
    assert.same({100, 101}, select(2, y:unique()):totable())
    local outer, inner = x[{ {1, 100} }], x[{ {101, 201} }]
    assert.is_true(((outer ^ 2):sum{axis = 2} - 1):abs():max():item() < 1e-5)
    local shifted = inner - ln.tensor{1, 0.5}
    assert.is_true(((shifted ^ 2):sum{axis = 2} - 1):abs():max():item() < 1e-5)
    assert.is_true(outer[{ {}, 2 }]:min():item() > -1e-6 and inner[{ {},
      2 }]:max():item() < 0.5 + 1e-6)
  end)

  it("adds noise, shuffles, and follows its seed", function()
    local x, y = D.make_moons{2000, noise = 0.2, random_state = 3}
    local radius = (x[y:eq(0)] ^ 2):sum{axis = 2}:sqrt()
    assert.is_true(math.abs(radius:std():item() - 0.2) < 0.02)
    assert.is_true(y[{ {1, 100} }]:max():item() == 1)
    same_seed_same_data(function(state) return D.make_moons{noise = 0.1, random_state = state} end)
    assert.equal(100, #D.make_moons())
    assert.equal(30, #D.make_moons(30))
    assert.matches("one table of arguments", scratch.message(D.make_moons, 3, {noise = 1}), 1, true)
    assert.matches("noise", scratch.message(D.make_moons, {noise = -1}), 1, true)
    assert.matches("n_samples", scratch.message(D.make_moons, {samples = 5}), 1, true)
  end)
end)

describe("make_circles", function()
  it("draws a circle in a circle", function()
    local x, y = D.make_circles{n_samples = 100, factor = 0.3}
    local radius = (x ^ 2):sum{axis = 2}:sqrt()
    assert.is_true((radius - ln.where(y:eq(0), 1.0, 0.3)):abs():max():item() < 1e-5)
    assert.is_true(x:mean():abs():item() < 1e-5)
    same_seed_same_data(function(state) return D.make_circles{noise = 0.1,
      random_state = state} end)
  end)
end)

describe("make_blobs", function()
  it("draws clouds around given centers", function()
    local x, y, centers = D.make_blobs{n_samples = 3000, centers = {{0, 0}, {50, 50}, {-50, 0}},
      cluster_std = {1, 2, 3}, return_centers = true, random_state = 0}
    assert.same({{0, 0}, {50, 50}, {-50, 0}}, centers:totable())
    for class = 0, 2 do
      local cloud = x[y:eq(class)]
      assert.equal(1000, #cloud)
      assert.is_true((cloud:mean{axis = 1} - centers[class + 1]):abs():max():item() < 0.4)
      assert.is_true((cloud:std{axis = 1} / (class + 1) - 1):abs():max():item() < 0.1)
    end
  end)

  it("draws the centers too", function()
    local x, y, centers = D.make_blobs{n_samples = 10, n_features = 5, centers = 4,
      center_box = {2, 3},
      return_centers = true}
    assert.same({10, 5}, x.shape)
    assert.same({3, 3, 2, 2}, select(2, y:unique()):totable())
    assert.is_true(centers:min():item() >= 2 and centers:max():item() <= 3)
    same_seed_same_data(function(state) return D.make_blobs{random_state = state} end)
    assert.matches("cluster_std", scratch.message(D.make_blobs,
      {centers = 3, cluster_std = {1, 2}}), 1, true)
    assert.matches("centers", scratch.message(D.make_blobs, {centers = 0}), 1, true)
    assert.matches("centers", scratch.message(D.make_blobs, {centers = "three"}), 1, true)
  end)
end)

describe("make_spirals", function()
  it("draws arms whose radius grows with the angle", function()
    local x, y = D.make_spirals{n_samples = 301, n_classes = 3, turns = 0.25, shuffle = false}
    assert.same({101, 100, 100}, select(2, y:unique()):totable())
    local last = x[101]  -- the first arm's end: a quarter turn at radius 1
    assert.is_true(math.abs(last[1]) < 1e-5 and math.abs(last[2] - 1) < 1e-5)
    same_seed_same_data(function(state) return D.make_spirals{noise = 0.1,
      random_state = state} end)
  end)
end)

describe("make_regression", function()
  it("makes a linear problem of few features", function()
    local x, y, coef = D.make_regression{n_samples = 50, n_features = 6, n_informative = 2,
      bias = 3, coef = true}
    assert.same({50}, y.shape)
    assert.same({6}, coef.shape)
    assert.equal(2, coef:ne(0):astype("int32"):sum():item())
    assert.is_true((x:matmul(coef:reshape{6, 1}):reshape{50} + 3 - y):abs():max():item() < 1e-3)
    local _, many = D.make_regression{n_samples = 7, n_targets = 2, noise = 1}
    assert.same({7, 2}, many.shape)
    same_seed_same_data(function(state) return D.make_regression{random_state = state} end)
  end)
end)

describe("garments", function()
  local x_train, y_train, x_test, y_test = D.garments.load_data{n_train = 1005, n_test = 300}

  it("has the form of Fashion-MNIST", function()
    assert.same({1005, 28, 28}, x_train.shape)
    assert.same({300, 28, 28}, x_test.shape)
    assert.equal("uint8", x_train.dtype)
    assert.equal("uint8", y_train.dtype)
    assert.same({101, 101, 101, 101, 101, 100, 100, 100, 100, 100},
      select(2, y_train:unique()):totable())
    assert.equal(10, #D.garments.class_names)
    local mean = x_train:astype("float32"):mean():item()
    assert.is_true(mean > 30 and mean < 120, "mean pixel " .. mean)
    -- dark corners, light middle
    assert.is_true(x_train[{ {}, 1, 1 }]:astype("float32"):mean():item() < 30)
  end)

  it("is the same every time, whatever the global seed", function()
    ln.set_seed(99)
    local again, labels = D.garments.load_data{n_train = 1005, n_test = 300}
    assert.is_true(again == x_train and labels == y_train)
    assert.is_false(D.garments.load_data{n_train = 1005, n_test = 300, random_state = 1} == x_train)
    assert.is_false(x_train[{ {1, 300} }] == x_test)
  end)

  it("can be told apart by nearest class means, but not wholly", function()
    local flat = x_train:reshape{1005, 784}:astype("float32")
    local means = {}
    for class = 0, 9 do means[class + 1] = flat[y_train:eq(class)]:mean{axis = 1} end
    means = ln.stack(means)
    local test = x_test:reshape{300, 784}:astype("float32")
    local score = test:matmul(means:transpose()) * 2 - (means ^ 2):sum{axis = 2}
    local right = (score:argmax{axis = 2} - 1):eq(y_test:astype("int64"))
    right = right:astype("float32"):mean():item()
    assert.is_true(right > 0.4 and right < 0.95, "right: " .. right)
  end)
end)

describe("make_time_series", function()
  local make = D.make_time_series

  it("adds a trend, seasons and noise", function()
    local x, signal = make{n_samples = 200, noise = 0, trend = 0.5, period = 20, amplitude = 3}
    assert.equal("float32 (200, 1)", x.dtype .. " " .. tostring(x.shape))
    assert.is_true(x == signal)
    -- A period later all has risen by the trend alone; within one it swings by the amplitude.
    local rise = x[{ {21, 200} }] - x[{ {1, 180} }]
    assert.is_true((rise - 10):abs():max():item() < 1e-4)
    local season = x:squeeze(2) - ln.arange(0, 200) * 0.5
    assert.is_true(math.abs(season:max():item() - 3) < 0.05)
    assert.is_true(math.abs(season:min():item() + 3) < 0.05)
    local flat = make{n_samples = 10000, trend = 0, amplitude = 0, noise = 0.5}
    assert.is_true(math.abs(flat:std():item() - 0.5) < 0.02)
    assert.is_true(math.abs(flat:mean():item()) < 0.02)
    local noisy, without = make{n_samples = 4000, noise = 0.2}
    assert.is_true(math.abs((noisy - without):std():item() - 0.2) < 0.01)
  end)

  it("has several seasons, and features of their own phases", function()
    local options = {n_samples = 120, n_features = 3, period = {30, 4}, amplitude = {1, 2},
      noise = 0, trend = 0, random_state = 5}
    local x = make(options)
    assert.same({120, 3}, x.shape)
    assert.is_false(x[{ {}, 1 }] == x[{ {}, 2 }])
    assert.is_true((x[{ {61, 120} }] - x[{ {1, 60} }]):abs():max():item() < 1e-4)
    -- What has the period 4 cancels over two steps.
    local slow = (x[{ {3, 120} }] + x[{ {1, 118} }]) / 2
    assert.is_true(slow:abs():max():item() < 1.05)
    assert.is_true(x:abs():max():item() > 2.5)
    local defaults = make()
    assert.same({1000, 1}, defaults.shape)
    assert.same({7, 1}, make(7).shape)
    assert.same({1, 1}, make{n_samples = 1, n_features = 1, period = 0.5, random_state = 0}.shape)
  end)

  it("follows from its seed", function()
    local function both(state) return make{n_samples = 50, random_state = state} end
    same_seed_same_data(both)
  end)

  it("says what is wrong", function()
    fails("2 periods and 1 amplitudes", make, {period = {2, 3}})
    fails("a period > 0 expected, got 0", make, {period = 0})
    fails("noise", make, {noise = -1})
    fails("n_samples", make, {n_samples = 0})
    fails("n_features", make, {n_features = 0})
    fails("unknown option 'seasons'", make, {seasons = 2})
  end)
end)
