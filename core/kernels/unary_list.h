// The functions of one tensor. Included several times, with LN_UNARY, LN_UNARY_INT and
// LN_UNARY_TEST defined to make of each line what is wanted; therefore no include guard.
//
//   LN_UNARY(name, grain, from, forward, gradient)
//     forward: of x (type T, float or double) and the parameters a, b, c
//     gradient: of d, the gradient that arrives, and v, which is x or y as `from` says
//     grain: CHEAP, or MATH where it takes an exp, a division or libm
//   LN_UNARY_INT(name, forward): the function on integers, computed in int64
//   LN_UNARY_TEST(name, forward): a bool
//
// The macros VM_EXP .. are those of kernels/vmath.h. Conditions are written so that NaN stays NaN.

// ---- arithmetic
LN_UNARY(IDENTITY, CHEAP, X, x, d)
LN_UNARY_INT(IDENTITY, x)
LN_UNARY(NEGATIVE, CHEAP, X, -x, -d)
LN_UNARY_INT(NEGATIVE, WRAP(0 - (uint64_t)x))
LN_UNARY(ABS, CHEAP, X, VM_ABS(x), v > 0 ? d : v < 0 ? -d : 0)
LN_UNARY_INT(ABS, x < 0 ? WRAP(0 - (uint64_t)x) : x)
LN_UNARY(SIGN, CHEAP, X, x > 0 ? 1 : x < 0 ? -1 : x, 0)
LN_UNARY_INT(SIGN, (x > 0) - (x < 0))
LN_UNARY(SQUARE, CHEAP, X, x * x, 2 * v * d)
LN_UNARY_INT(SQUARE, WRAP((uint64_t)x * (uint64_t)x))
LN_UNARY(SQRT, CHEAP, Y, VM_SQRT(x), d / (2 * v))
LN_UNARY(RSQRT, CHEAP, Y, 1 / VM_SQRT(x), (T)-0.5 * d * v * v * v)
LN_UNARY(RECIPROCAL, CHEAP, Y, 1 / x, -d * v * v)
LN_UNARY(CLIP, CHEAP, X, (x < a ? a : x) > b ? b : (x < a ? a : x), v >= a && v <= b ? d : 0)
LN_UNARY_INT(CLIP, (x < low ? low : x) > high ? high : (x < low ? low : x))
LN_UNARY(FLOOR, CHEAP, X, VM_FLOOR(x), 0)
LN_UNARY_INT(FLOOR, x)
LN_UNARY(CEIL, CHEAP, X, VM_CEIL(x), 0)
LN_UNARY_INT(CEIL, x)
LN_UNARY(TRUNC, CHEAP, X, VM_TRUNC(x), 0)
LN_UNARY_INT(TRUNC, x)
LN_UNARY(ROUND, CHEAP, X, VM_RINT(x), 0)
LN_UNARY_INT(ROUND, x)
LN_UNARY(ROUND_UP_TO, CHEAP, X, VM_RINT(x * a) / a, 0)     // a = 10^decimals
LN_UNARY_INT(ROUND_UP_TO, x)
LN_UNARY(ROUND_DOWN_TO, CHEAP, X, VM_RINT(x / a) * a, 0)   // a = 10^-decimals
LN_UNARY_INT(ROUND_DOWN_TO, round_to(x, low))

// ---- exponentials and logarithms
LN_UNARY(EXP, MATH, Y, VM_EXP(x), d * v)
LN_UNARY(EXPM1, MATH, Y, VM_EXPM1(x), d * (v + 1))
LN_UNARY(LOG, MATH, X, VM_LOG(x), d / v)
LN_UNARY(LOG2, MATH, X, VM_LOG2(x), d / (v * (T)0.69314718055994530942))
LN_UNARY(LOG10, MATH, X, VM_LOG10(x), d / (v * (T)2.30258509299404568402))
LN_UNARY(LOG1P, MATH, X, VM_LOG1P(x), d / (1 + v))
LN_UNARY(ERF, MATH, X, VM_ERF(x), d * (T)1.12837916709551257390 * VM_EXP(-v * v))

// ---- trigonometric and hyperbolic
LN_UNARY(SIN, MATH, X, VM_SIN(x), d * VM_COS(v))
LN_UNARY(COS, MATH, X, VM_COS(x), -d * VM_SIN(v))
LN_UNARY(TAN, MATH, Y, VM_TAN(x), d * (1 + v * v))
LN_UNARY(ARCSIN, MATH, X, VM_ASIN(x), d / VM_SQRT(1 - v * v))
LN_UNARY(ARCCOS, MATH, X, VM_ACOS(x), -d / VM_SQRT(1 - v * v))
LN_UNARY(ARCTAN, MATH, X, VM_ATAN(x), d / (1 + v * v))
LN_UNARY(SINH, MATH, X, VM_SINH(x), d * VM_COSH(v))
LN_UNARY(COSH, MATH, X, VM_COSH(x), d * VM_SINH(v))
LN_UNARY(TANH, MATH, Y, VM_TANH(x), d * (1 - v * v))
LN_UNARY(ARCSINH, MATH, X, VM_ASINH(x), d / VM_SQRT(v * v + 1))
LN_UNARY(ARCCOSH, MATH, X, VM_ACOSH(x), d / VM_SQRT(v * v - 1))
LN_UNARY(ARCTANH, MATH, X, VM_ATANH(x), d / (1 - v * v))

// ---- activations, defined as in keras.activations
LN_UNARY(RELU, CHEAP, Y, x < 0 ? 0 : x, v > 0 ? d : 0)
LN_UNARY_INT(RELU, x < 0 ? 0 : x)
// a: slope below the threshold c; b: ceiling
LN_UNARY(RELU_GENERAL, CHEAP, X, x <= c ? (a == 0 ? 0 : a * (x - c)) : x > b ? b : x,
         v <= c ? a * d : v >= b ? 0 : d)
LN_UNARY(RELU6, CHEAP, Y, (x < 0 ? 0 : x) > 6 ? 6 : (x < 0 ? 0 : x), v > 0 && v < 6 ? d : 0)
LN_UNARY_INT(RELU6, (x < 0 ? 0 : x) > 6 ? 6 : (x < 0 ? 0 : x))
LN_UNARY(LEAKY_RELU, CHEAP, X, x > 0 ? x : a * x, v > 0 ? d : a * d)
LN_UNARY(ELU, MATH, X, x > 0 ? x : a * VM_EXPM1(x), v > 0 ? d : d * a * VM_EXP(v))
LN_UNARY(SELU, MATH, Y,
         (T)1.0507009873554804934 * (x > 0 ? x : (T)1.6732632423543772848 * VM_EXPM1(x)),
         v > 0 ? (T)1.0507009873554804934 * d : d * (v + (T)1.7580993408473768599))
LN_UNARY(CELU, MATH, X, x > 0 ? x : a * VM_EXPM1(x / a), v > 0 ? d : d * VM_EXP(v / a))
LN_UNARY(GELU, MATH, X, x * VM_NORMAL_CDF(x),
         d * (VM_NORMAL_CDF(v) + v * (T)0.39894228040143267794 * VM_EXP((T)-0.5 * v * v)))
// the tanh form: u = sqrt(2 / pi) (x + 0.044715 x^3)
#define GELU_U(x) ((T)0.79788456080286535588 * (x + (T)0.044715 * x * x * x))
#define GELU_DU(x) ((T)0.79788456080286535588 * (1 + (T)0.134145 * x * x))
LN_UNARY(GELU_TANH, MATH, X, (T)0.5 * x * (1 + VM_TANH(GELU_U(x))),
         d * (T)0.5 * (1 + VM_TANH(GELU_U(v)) +
                       v * (1 - VM_TANH(GELU_U(v)) * VM_TANH(GELU_U(v))) * GELU_DU(v)))
#undef GELU_U
#undef GELU_DU
LN_UNARY(SILU, MATH, X, x * VM_SIGMOID(x), d * VM_SIGMOID(v) * (1 + v * (1 - VM_SIGMOID(v))))
LN_UNARY(SIGMOID, MATH, Y, VM_SIGMOID(x), d * v * (1 - v))
LN_UNARY(HARD_SIGMOID, CHEAP, X, x <= -3 ? 0 : x >= 3 ? 1 : (x + 3) / 6,
         v > -3 && v < 3 ? d / 6 : 0)
LN_UNARY(HARD_SILU, CHEAP, X, x <= -3 ? 0 : x >= 3 ? x : x * ((x + 3) / 6),
         v <= -3 ? 0 : v >= 3 ? d : d * ((2 * v + 3) / 6))
LN_UNARY(HARD_TANH, CHEAP, X, (x < -1 ? -1 : x) > 1 ? 1 : (x < -1 ? -1 : x),
         v > -1 && v < 1 ? d : 0)
LN_UNARY(HARD_SHRINK, CHEAP, X, x >= -a && x <= a ? 0 : x, v >= -a && v <= a ? 0 : d)
LN_UNARY(SOFT_SHRINK, CHEAP, X, x > a ? x - a : x < -a ? x + a : x != x ? x : 0,
         v > a || v < -a ? d : 0)
LN_UNARY(TANH_SHRINK, MATH, X, x - VM_TANH(x), d * VM_TANH(v) * VM_TANH(v))
LN_UNARY(THRESHOLD, CHEAP, X, x <= a ? b : x, v <= a ? 0 : d)
LN_UNARY(SOFTPLUS, MATH, X, VM_SOFTPLUS(x), d * VM_SIGMOID(v))
LN_UNARY(SOFTSIGN, MATH, X, x / (1 + VM_ABS(x)), d / ((1 + VM_ABS(v)) * (1 + VM_ABS(v))))
// tanh(softplus(x)) = n / (n + 2) with n = e^x (e^x + 2); past 20 that is 1
#define MISH_E(x) VM_EXP(x > 20 ? 20 : x)
#define MISH_TANH(x) (MISH_E(x) * (MISH_E(x) + 2) / (MISH_E(x) * (MISH_E(x) + 2) + 2))
LN_UNARY(MISH, MATH, X, x * MISH_TANH(x),
         d * (MISH_TANH(v) + v * (1 - MISH_TANH(v) * MISH_TANH(v)) * VM_SIGMOID(v)))
#undef MISH_E
#undef MISH_TANH
LN_UNARY(LOG_SIGMOID, MATH, X, -VM_SOFTPLUS(-x), d * VM_SIGMOID(-v))
LN_UNARY(SQUAREPLUS, CHEAP, X, (x + VM_SQRT(x * x + a)) / 2, d * (1 + v / VM_SQRT(v * v + a)) / 2)
LN_UNARY(SPARSE_PLUS, CHEAP, X, x <= -1 ? 0 : x >= 1 ? x : (x + 1) * (x + 1) / 4,
         v <= -1 ? 0 : v >= 1 ? d : d * (v + 1) / 2)
LN_UNARY(SPARSE_SIGMOID, CHEAP, X, x <= -1 ? 0 : x >= 1 ? 1 : (x + 1) / 2,
         v > -1 && v < 1 ? d / 2 : 0)

// ---- tests
LN_UNARY_TEST(ISNAN, x != x)
LN_UNARY_TEST(ISINF, x == INFINITY || x == -INFINITY)
LN_UNARY_TEST(ISFINITE, x > -INFINITY && x < INFINITY)

#undef LN_UNARY
#undef LN_UNARY_INT
#undef LN_UNARY_TEST
