--- Doc comments of what makes tensors, and the methods and fields that C gives them.
-- Read by lunate.documentation, never run.

-- luacheck: ignore

--- A tensor from a number, a boolean, a (nested) table of them, or a copy of a tensor.
-- @param value  rows of equal length; float32 unless `dtype` says otherwise, bool for booleans
-- @param options  `dtype` (float32): "float32", "float64", "float16", "bfloat16", "int32",
--   "int64", "uint8" or "bool"; a lone string is one
-- @return the tensor, its shape that of the table. Errors: ragged rows; a number that the dtype
--   cannot hold.
--
--     print(ln.tensor{{1, 2}, {3, 4}})                                     --> [[1. 2.] [3. 4.]]
--     print(ln.tensor({1, 2}, {dtype = "int32"}))                          --> [1 2]
function ln.tensor(value, options) end

--- A tensor of zeros.
-- @param shape  a list of dimensions; {} for a scalar
-- @param options  `dtype` (float32)
-- @return a tensor of that shape. Errors: a negative dimension.
--
--     print(ln.zeros{2, 3}) --> [[0. 0. 0.] [0. 0. 0.]]
function ln.zeros(shape, options) end

--- A tensor of ones.
-- @param shape  a list of dimensions; {} for a scalar
-- @param options  `dtype` (float32)
-- @return a tensor of that shape. Errors: a negative dimension.
--
--     print(ln.ones({2}, {dtype = "int64"}))                               --> [1 1]
function ln.ones(shape, options) end

--- A tensor of one value.
-- @param shape  a list of dimensions
-- @param value  a number or a boolean
-- @param options  `dtype` (float32; bool for a boolean)
-- @return a tensor of that shape. Errors: a value that the dtype cannot hold.
--
--     print(ln.full({2, 2}, 7))                                            --> [[7. 7.] [7. 7.]]
function ln.full(shape, value, options) end

--- Zeros in the shape of another tensor.
-- @param t  a tensor of any shape
-- @param options  `dtype` (t's)
-- @return a tensor of t's shape. Errors: t is no tensor.
--
--     print(ln.zeros_like(ln.tensor{1, 2}))                                --> [0. 0.]
function ln.zeros_like(t, options) end

--- Ones in the shape of another tensor.
-- @param t  a tensor of any shape
-- @param options  `dtype` (t's)
-- @return a tensor of t's shape. Errors: t is no tensor.
--
--     print(ln.ones_like(ln.tensor{1, 2}))                                 --> [1. 1.]
function ln.ones_like(t, options) end

--- One value in the shape of another tensor.
-- @param t  a tensor of any shape
-- @param value  a number or a boolean
-- @param options  `dtype` (t's)
-- @return a tensor of t's shape. Errors: t is no tensor; a value that the dtype cannot hold.
--
--     print(ln.full_like(ln.tensor{1, 2}, 5))                              --> [5. 5.]
function ln.full_like(t, value, options) end

--- Ones on a diagonal, zeros elsewhere.
-- @param n  rows
-- @param m  columns (n)
-- @param k  which diagonal (0): above the main one, or, negative, below it
-- @param options  `dtype` (float32)
-- @return a tensor of shape (n, m). Errors: a negative number.
--
--     print(ln.eye(2))                                                     --> [[1. 0.] [0. 1.]]
function ln.eye(n, m, k, options) end

--- Evenly spaced numbers: `arange(stop)`, `arange(start, stop)` or `arange(start, stop, step)`;
-- stop is not among them.
-- @param start  the first number (0)
-- @param stop  where it ends
-- @param step  the distance (1), also negative
-- @param options  `dtype` (float32)
-- @return a tensor of rank 1. Errors: a step of 0.
--
--     print(ln.arange(0, 10, 2))                                           --> [0. 2. 4. 6. 8.]
function ln.arange(start, stop, step, options) end

--- Numbers from start to stop, both among them.
-- @param start  the first number
-- @param stop  the last number
-- @param num  how many (50)
-- @param options  `num` (50), `endpoint` (true: stop is the last one), `dtype` (float32)
-- @return a tensor of shape (num,). Errors: num below 0.
--
--     print(ln.linspace(0, 1, 3))                                          --> [0. 0.5 1. ]
function ln.linspace(start, stop, num, options) end

--- A window over n samples, 0 at both ends: 0.5 - 0.5 cos(2 pi i / (n - 1)), i = 0 .. n - 1.
-- @param n  how many numbers
-- @param options  `dtype` (float32)
-- @return a tensor of shape (n,). Errors: n below 0.
--
--     print(ln.hanning(5))                                                --> [0.  0.5 1.  0.5 0. ]
function ln.hanning(n, options) end

--- A window over n samples: 0.54 - 0.46 cos(2 pi i / (n - 1)), i = 0 .. n - 1.
-- @param n  how many numbers
-- @param options  `dtype` (float32)
-- @return a tensor of shape (n,). Errors: n below 0.
--
--     print(ln.hamming(3))                                                --> [0.08 1.   0.08]
function ln.hamming(n, options) end

--- A window over n samples: 0.42 - 0.5 cos(x) + 0.08 cos(2 x), x = 2 pi i / (n - 1).
-- @param n  how many numbers
-- @param options  `dtype` (float32)
-- @return a tensor of shape (n,). Errors: n below 0.
--
--     print(ln.blackman(3):round(2))                                      --> [-0.  1. -0.]
function ln.blackman(n, options) end

--- A window over n samples: a triangle from 0 to 1 to 0.
-- @param n  how many numbers
-- @param options  `dtype` (float32)
-- @return a tensor of shape (n,). Errors: n below 0.
--
--     print(ln.bartlett(5))                                               --> [0.  0.5 1.  0.5 0. ]
function ln.bartlett(n, options) end

--- A window over n samples: I0(beta sqrt(1 - (2 i / (n - 1) - 1)^2)) / I0(beta), I0 the modified
-- Bessel function; the larger beta, the narrower.
-- @param n  how many numbers
-- @param beta  its shape, -700 to 700; 0 is a rectangle
-- @param options  `dtype` (float32)
-- @return a tensor of shape (n,). Errors: n below 0, beta out of range.
--
--     print(ln.kaiser(3, 5):round(3))                                     --> [0.037 1.    0.037]
function ln.kaiser(n, beta, options) end

--- The one element of a tensor as a Lua number or boolean.
-- @param t  a tensor of one element, of any rank
-- @return a number (an integer for integer tensors) or a boolean. Errors: more elements, or none.
--
--     print(ln.tensor{{2.5}}:item())                                       --> 2.5
function ln.item(t) end

--- The elements as nested Lua tables; a number for a scalar.
-- @param t  a tensor of any shape
-- @return tables nested as the axes are. Errors: t is no tensor.
--
--     print(ln.tensor{{1, 2}, {3, 4}}:totable()[2][1])                     --> 3.0
function ln.totable(t) end

--- A tensor with data of its own: what is written to one is not seen in the other.
-- @param t  a tensor of any shape, a view too
-- @return a tensor of the same shape and dtype. Errors: t is no tensor.
--
--     local a = ln.zeros{2}
--     local b = a:copy()
--     b[1] = 5
--     print(a, b)                                                          --> [0. 0.] [5. 0.]
function ln.copy(t) end

--- The lengths of the axes: a list that prints as (2, 3).
--
--     print(ln.zeros{2, 3}.shape, ln.zeros{2, 3}.shape[2])                 --> (2, 3) 3
Tensor.shape = {}

--- The type of the elements: "float32", "float64", "float16", "bfloat16", "int32", "int64", "uint8"
-- or "bool". The two of 16 bits are computed with in float32; each result is rounded to them.
--
--     print(ln.arange(3).dtype)                                            --> float32
Tensor.dtype = ""

--- How many axes there are.
--
--     print(ln.zeros{2, 3}.rank)                                           --> 2
Tensor.rank = 0

--- How many elements there are.
--
--     print(ln.zeros{2, 3}.size)                                           --> 6
Tensor.size = 0

--- Frees the memory early; `local t <close> = ...` does so at the end of its block.
-- The tensor cannot be used afterwards. Errors: none; closing twice is fine.
--
--     local big = ln.zeros{1000, 1000}
--     big:close()
function Tensor:close() end

--- The text that `tostring` gives, with other settings.
-- @param options  `precision` (8: digits after the point), `threshold` (1000: larger tensors are
--   abbreviated)
-- @return a string. Errors: precision above 17.
--
--     print(ln.tensor{1 / 3}:tostring{precision = 2})                      --> [0.33]
function Tensor:tostring(options) end
