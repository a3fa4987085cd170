-- Printing, compared with what numpy prints (true and false are Lua's).

local ln = require "lunate"

local tensor, huge, nan = ln.tensor, math.huge, -(0 / 0)

local function same(cases)
  for _, case in ipairs(cases) do assert.equal(case[2], tostring(case[1])) end
end

describe("a tensor as text", function()
  it("floats in columns of one precision", function()
    same{
      {tensor{1, 2, 3}, "[1. 2. 3.]"},
      {tensor{0.5, 1, -2.25}, "[ 0.5   1.   -2.25]"},
      {tensor{1 / 3, 0.1}, "[0.33333334 0.1       ]"},
      {tensor({1 / 3, 0.1}, {dtype = "float64"}), "[0.33333333 0.1       ]"},
      {tensor{{1, 20.5}, {-300, 4}}, [=[
[[   1.    20.5]
 [-300.     4. ]]]=]},
      {tensor{0.001, 0.5}, "[0.001 0.5  ]"},
      {tensor{123456.789, 1}, "[1.2345679e+05 1.0000000e+00]"},
      {tensor{-0.0, 0}, "[-0.  0.]"},
    }
  end)

  it("scientific when the sizes ask for it", function()
    same{
      {tensor{1e-5, 1}, "[1.e-05 1.e+00]"},
      {tensor{1e8, 2}, "[1.e+08 2.e+00]"},
      {tensor{0.001, 1.5}, "[1.0e-03 1.5e+00]"},
      {tensor({1.5e-7, 1234.5}, {dtype = "float64"}), "[1.5000e-07 1.2345e+03]"},
      {tensor({1e300, 1.5}, {dtype = "float64"}), "[1.0e+300 1.5e+000]"},
      {tensor{0.0001, 0}, "[1.e-04 0.e+00]"},
    }
  end)

  it("NaN and infinity", function()
    same{
      {tensor{nan, 1.5}, "[nan 1.5]"},
      {tensor{huge, -huge, 2}, "[ inf -inf   2.]"},
      {tensor{nan}, "[nan]"},
      {tensor{-huge, 1e-9}, "[  -inf 1.e-09]"},
    }
  end)

  it("integers and bools", function()
    same{
      {tensor({1, -20, 300}, {dtype = "int32"}), "[  1 -20 300]"},
      {tensor({{0, 255}, {7, 8}}, {dtype = "uint8"}), [=[
[[  0 255]
 [  7   8]]]=]},
      {tensor({2 ^ 62, -1}, {dtype = "int64"}), "[4611686018427387904                  -1]"},
      {tensor({{true, false}, {false, true}}, {dtype = "bool"}), [=[
[[ true false]
 [false  true]]]=]},
    }
  end)

  it("numbers alone", function()
    same{
      {tensor(1.5), "1.5"},
      {tensor(2), "2.0"},
      {tensor(1e16), "1e+16"},
      {tensor(9e-5), "9e-05"},
      {tensor(0.0001), "1e-04"},
      {tensor(1 / 3), "0.33333334"},
      {tensor(1 / 3, {dtype = "float64"}), "0.3333333333333333"},
      {tensor(nan), "nan"},
      {tensor(-huge), "-inf"},
      {tensor(7, {dtype = "int32"}), "7"},
      {tensor(true, {dtype = "bool"}), "true"},
      {tensor(123456789), "123456790.0"},
    }
  end)

  it("more axes, empty ones, views", function()
    same{
      {ln.zeros{0}, "[]"},
      {ln.zeros{2, 0}, "[]"},
      {ln.zeros{0, 3, 2}, "[]"},
      {ln.arange(8):reshape{2, 2, 2}, [=[
[[[0. 1.]
  [2. 3.]]

 [[4. 5.]
  [6. 7.]]]]=]},
      {ln.arange(4):reshape{1, 2, 1, 2}, [=[
[[[[0. 1.]]

  [[2. 3.]]]]]=]},
      {ln.arange(6):reshape{2, 3}:transpose(), [=[
[[0. 3.]
 [1. 4.]
 [2. 5.]]]=]},
    }
  end)

  it("long rows are wrapped", function()
    same{
      {ln.arange(30), [=[
[ 0.  1.  2.  3.  4.  5.  6.  7.  8.  9. 10. 11. 12. 13. 14. 15. 16. 17.
 18. 19. 20. 21. 22. 23. 24. 25. 26. 27. 28. 29.]]=]},
      {ln.arange(60):reshape{2, 30}, [=[
[[ 0.  1.  2.  3.  4.  5.  6.  7.  8.  9. 10. 11. 12. 13. 14. 15. 16. 17.
  18. 19. 20. 21. 22. 23. 24. 25. 26. 27. 28. 29.]
 [30. 31. 32. 33. 34. 35. 36. 37. 38. 39. 40. 41. 42. 43. 44. 45. 46. 47.
  48. 49. 50. 51. 52. 53. 54. 55. 56. 57. 58. 59.]]]=]},
    }
  end)

  it("past 1000 elements only the ends are shown", function()
    same{
      {ln.arange(1000)[{ {1, 3} }], "[0. 1. 2.]"},
      {ln.arange(1001), "[   0.    1.    2. ...  998.  999. 1000.]"},
      {ln.arange(2000):reshape{100, 20}, [=[
[[0.000e+00 1.000e+00 2.000e+00 ... 1.700e+01 1.800e+01 1.900e+01]
 [2.000e+01 2.100e+01 2.200e+01 ... 3.700e+01 3.800e+01 3.900e+01]
 [4.000e+01 4.100e+01 4.200e+01 ... 5.700e+01 5.800e+01 5.900e+01]
 ...
 [1.940e+03 1.941e+03 1.942e+03 ... 1.957e+03 1.958e+03 1.959e+03]
 [1.960e+03 1.961e+03 1.962e+03 ... 1.977e+03 1.978e+03 1.979e+03]
 [1.980e+03 1.981e+03 1.982e+03 ... 1.997e+03 1.998e+03 1.999e+03]]]=]},
      {ln.arange(2000):reshape{2, 100, 10} / 8, [=[
[[[0.00000e+00 1.25000e-01 2.50000e-01 ... 8.75000e-01 1.00000e+00
   1.12500e+00]
  [1.25000e+00 1.37500e+00 1.50000e+00 ... 2.12500e+00 2.25000e+00
   2.37500e+00]
  [2.50000e+00 2.62500e+00 2.75000e+00 ... 3.37500e+00 3.50000e+00
   3.62500e+00]
  ...
  [1.21250e+02 1.21375e+02 1.21500e+02 ... 1.22125e+02 1.22250e+02
   1.22375e+02]
  [1.22500e+02 1.22625e+02 1.22750e+02 ... 1.23375e+02 1.23500e+02
   1.23625e+02]
  [1.23750e+02 1.23875e+02 1.24000e+02 ... 1.24625e+02 1.24750e+02
   1.24875e+02]]

 [[1.25000e+02 1.25125e+02 1.25250e+02 ... 1.25875e+02 1.26000e+02
   1.26125e+02]
  [1.26250e+02 1.26375e+02 1.26500e+02 ... 1.27125e+02 1.27250e+02
   1.27375e+02]
  [1.27500e+02 1.27625e+02 1.27750e+02 ... 1.28375e+02 1.28500e+02
   1.28625e+02]
  ...
  [2.46250e+02 2.46375e+02 2.46500e+02 ... 2.47125e+02 2.47250e+02
   2.47375e+02]
  [2.47500e+02 2.47625e+02 2.47750e+02 ... 2.48375e+02 2.48500e+02
   2.48625e+02]
  [2.48750e+02 2.48875e+02 2.49000e+02 ... 2.49625e+02 2.49750e+02
   2.49875e+02]]]]=]},
    }
  end)

  it("of 1000 elements is shown whole", function()
    assert.is_nil(tostring(ln.arange(1000)):find("...", 1, true))
  end)
end)
