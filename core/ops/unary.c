// Functions of one tensor, elementwise, activations among them. One more is a line in
// kernels/unary_list.h (value and derivative as loops), a rule d_<name> (the derivative in ops, so
// that it has derivatives itself) and a row of ROWS.
#include <math.h>
#include <string.h>

#include "kernels/elementwise.h"
#include "ops/ops.h"

// The parameters of all of them; the options write into it, p goes to the kernel.
typedef struct Params {
  double p[3];
  int64_t decimals;
  bool approximate;
} Params;

typedef LnTensor *(*Derivative)(LnContext *c, LnTensor *x, LnTensor *y, const double *p);

typedef struct Row {
  LnUnary kernel;
  Derivative derivative;   // f'(x), of x's shape or one that broadcasts to it
} Row;

static const Row *row_of(const LnOp *op);
static LnTensor *apply(LnContext *c, LnUnary kernel, LnTensor *x);

// The kernel that does what the options say, and its parameters.
static LnUnary choose(const LnOp *op, const Params *o, double *p) {
  static const double none[3] = {0, NAN, 0};
  LnUnary kernel = row_of(op)->kernel;
  memcpy(p, o ? o->p : none, sizeof none);
  switch (kernel) {
    case LN_U_RELU:   // negative_slope, max_value, threshold
      if (isnan(p[1])) p[1] = INFINITY;
      return p[0] == 0 && p[1] == INFINITY && p[2] == 0 ? kernel : LN_U_RELU_GENERAL;
    case LN_U_CLIP:
      if (isnan(p[0])) p[0] = -INFINITY;
      if (isnan(p[1])) p[1] = INFINITY;
      return kernel;
    case LN_U_GELU:
      p[0] = o && o->approximate;
      return p[0] != 0 ? LN_U_GELU_TANH : kernel;
    case LN_U_ROUND:
      if (!o || o->decimals == 0) return kernel;
      p[0] = pow(10, fabs((double)o->decimals));
      return o->decimals > 0 ? LN_U_ROUND_UP_TO : LN_U_ROUND_DOWN_TO;
    default: return kernel;
  }
}

static bool shape(const LnCall *call, LnSpec *out) {
  double p[3];
  const LnTensor *x = call->in[0];
  LnUnary kernel = choose(call->op, call->params, p);
  LnDtype d = (LnDtype)x->dtype;
  if (ln_unary_is_test(kernel)) d = LN_BOOL;
  else if (!ln_unary_on_integers(kernel)) d = ln_dtype_float(d);
  else if (d == LN_BOOL) d = LN_INT32;
  return ln_spec_like(call, out, d, x);
}

static bool view_shape(const LnCall *call, LnSpec *out) {
  LnTensor *x = call->in[0];
  if (!ln_spec_like(call, out, (LnDtype)x->dtype, x)) return false;
  out->view_of = x;
  memcpy(out->stride, x->stride, x->rank * sizeof *x->stride);
  out->offset = 0;
  return true;
}

static void forward(const LnCall *call) {
  double p[3];
  LnUnary kernel = choose(call->op, call->params, p);
  ln_kernel_unary(kernel, p, call->out[0], call->in[0]);
}

// ---- gradients

// Nobody will differentiate what comes now: the whole rule in one pass over memory.
typedef struct Fused {
  int kernel;
  double p[3];
} Fused;

static bool grad_shape(const LnCall *call, LnSpec *out) {
  return ln_spec_broadcast(call, out, (LnDtype)call->in[1]->dtype);
}

static void grad_forward(const LnCall *call) {
  const Fused *f = call->params;
  ln_kernel_unary_grad((LnUnary)f->kernel, f->p, call->out[0], call->in[0], call->in[1]);
}

static bool grad_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                          LnTensor **dx) {
  (void)dy, (void)want, (void)dx;
  return ln_fail(call->context, "a gradient that was taken outside of the tape has no gradient");
}

static const LnOp *unary_grad(void);
static LnTensor *d_zero(LnContext *c, LnTensor *x, LnTensor *y, const double *p);

static bool backward(const LnCall *call, LnTensor *const *dy, const bool *want, LnTensor **dx) {
  (void)want;
  LnContext *c = call->context;
  Fused f = {0};
  LnUnary kernel = choose(call->op, call->params, f.p);
  f.kernel = (int)kernel;
  LnTensor *x = call->in[0], *y = call->out[0];
  Derivative derivative = row_of(call->op)->derivative;
  if (derivative == d_zero)
    dx[0] = ln_broadcast_to(c, ln_temp(c, ln_tensor_scalar(c, (LnDtype)x->dtype, 0)), x->rank,
                            x->shape);
  else if (!ln_recording_gradients(c))
    dx[0] = LN_APPLY2(c, unary_grad(), &f, dy[0], ln_unary_from_y(kernel) ? y : x);
  else
    dx[0] = ln_mul(c, dy[0], derivative(c, x, y, f.p));
  return true;
}

static LnTensor *constant_like(LnContext *c, const LnTensor *x, double v) {
  return ln_temp(c, ln_tensor_scalar(c, (LnDtype)x->dtype, v));
}

// 1 where a condition holds, 0 elsewhere
static LnTensor *where(LnContext *c, LnTensor *condition, const LnTensor *like) {
  return ln_cast(c, condition, (LnDtype)like->dtype);
}

static LnTensor *inside(LnContext *c, LnTensor *x, double low, double high) {
  return where(c, ln_logical_and(c, ln_gt_number(c, x, low), ln_lt_number(c, x, high)), x);
}

static LnTensor *outside(LnContext *c, LnTensor *x, double low, double high) {
  return where(c, ln_logical_or(c, ln_gt_number(c, x, high), ln_lt_number(c, x, low)), x);
}

// 1 for x > 0, else a e^(x / b), of min(x, 0) so that nothing overflows
static LnTensor *elu_slope(LnContext *c, LnTensor *x, double a, double b) {
  LnTensor *positive = where(c, ln_gt_number(c, x, 0), x);
  LnTensor *z = ln_exp(c, ln_div_number(c, ln_clip(c, x, -INFINITY, 0), b));
  return ln_add(c, positive, ln_mul(c, ln_number_sub(c, 1, positive), ln_mul_number(c, z, a)));
}

#define D(name)                                                                                    \
  static LnTensor *d_##name(LnContext *c, LnTensor *x, LnTensor *y, const double *p)
#define RULE(name, expression)                                                                     \
  D(name) {                                                                                        \
    (void)c, (void)x, (void)y, (void)p;                                                            \
    return expression;                                                                             \
  }

RULE(zero, constant_like(c, x, 0))
RULE(one, constant_like(c, x, 1))
RULE(negative, constant_like(c, x, -1))
RULE(abs, ln_sign(c, x))
RULE(square, ln_mul_number(c, x, 2))
RULE(sqrt, ln_number_div(c, 0.5, y))
RULE(rsqrt, ln_mul_number(c, ln_mul(c, y, ln_square(c, y)), -0.5))
RULE(reciprocal, ln_neg(c, ln_square(c, y)))
RULE(clip, where(c, ln_logical_and(c, ln_ge_number(c, x, p[0]), ln_le_number(c, x, p[1])), x))
RULE(exp, y)
RULE(expm1, ln_add_number(c, y, 1))
RULE(log, ln_reciprocal(c, x))
RULE(log2, ln_number_div(c, 1.44269504088896340736, x))
RULE(log10, ln_number_div(c, 0.43429448190325182765, x))
RULE(log1p, ln_reciprocal(c, ln_add_number(c, x, 1)))
RULE(erf, ln_mul_number(c, ln_exp(c, ln_neg(c, ln_square(c, x))), 1.12837916709551257390))
RULE(sin, ln_cos(c, x))
RULE(cos, ln_neg(c, ln_sin(c, x)))
RULE(tan, ln_add_number(c, ln_square(c, y), 1))
RULE(arcsin, ln_rsqrt(c, ln_number_sub(c, 1, ln_square(c, x))))
RULE(arccos, ln_neg(c, ln_rsqrt(c, ln_number_sub(c, 1, ln_square(c, x)))))
RULE(arctan, ln_reciprocal(c, ln_add_number(c, ln_square(c, x), 1)))
RULE(sinh, apply(c, LN_U_COSH, x))
RULE(cosh, apply(c, LN_U_SINH, x))
RULE(tanh, ln_number_sub(c, 1, ln_square(c, y)))
RULE(arcsinh, ln_rsqrt(c, ln_add_number(c, ln_square(c, x), 1)))
RULE(arccosh, ln_rsqrt(c, ln_sub_number(c, ln_square(c, x), 1)))
RULE(arctanh, ln_reciprocal(c, ln_number_sub(c, 1, ln_square(c, x))))
RULE(relu6, inside(c, x, 0, 6))
RULE(leaky_relu, ln_add_number(c, ln_mul_number(c, where(c, ln_gt_number(c, x, 0), x), 1 - p[0]),
                               p[0]))
RULE(silu, ln_mul(c, ln_sigmoid(c, x),
                  ln_add_number(c, ln_mul(c, x, ln_sigmoid(c, ln_neg(c, x))), 1)))
RULE(sigmoid, ln_mul(c, y, ln_number_sub(c, 1, y)))
RULE(hard_sigmoid, ln_div_number(c, inside(c, x, -3, 3), 6))
RULE(hard_silu, ln_add(c, where(c, ln_ge_number(c, x, 3), x),
                       ln_mul(c, inside(c, x, -3, 3),
                              ln_add_number(c, ln_div_number(c, x, 3), 0.5))))
RULE(hard_tanh, inside(c, x, -1, 1))
RULE(shrink, outside(c, x, -p[0], p[0]))
RULE(tanh_shrink, ln_square(c, ln_tanh(c, x)))
RULE(threshold, where(c, ln_gt_number(c, x, p[0]), x))
RULE(softplus, ln_sigmoid(c, x))
RULE(softsign, ln_reciprocal(c, ln_square(c, ln_add_number(c, ln_abs(c, x), 1))))
RULE(log_sigmoid, ln_sigmoid(c, ln_neg(c, x)))
RULE(squareplus,
     ln_mul_number(c, ln_add_number(c, ln_mul(c, x, ln_rsqrt(c, ln_add_number(c, ln_square(c, x),
                                                                              p[0]))), 1), 0.5))
RULE(sparse_plus, ln_clip(c, ln_mul_number(c, ln_add_number(c, x, 1), 0.5), 0, 1))
RULE(sparse_sigmoid, ln_mul_number(c, inside(c, x, -1, 1), 0.5))

D(relu) {   // slope p[0] up to p[2], flat from p[1] on
  (void)y;
  LnTensor *up = inside(c, x, p[2], p[1]);
  if (p[0] == 0) return up;
  return ln_add(c, up, ln_mul_number(c, where(c, ln_le_number(c, x, p[2]), x), p[0]));
}

RULE(elu, elu_slope(c, x, p[0], 1))
RULE(selu, ln_mul_number(c, elu_slope(c, x, 1.6732632423543772848, 1), 1.0507009873554804934))
RULE(celu, elu_slope(c, x, 1, p[0]))

// Phi(x) + x phi(x)
static LnTensor *d_gelu_exact(LnContext *c, LnTensor *x) {
  LnTensor *cdf = ln_mul_number(
    c, ln_add_number(c, apply(c, LN_U_ERF, ln_mul_number(c, x, 0.70710678118654752440)), 1), 0.5);
  LnTensor *density = ln_mul_number(c, ln_exp(c, ln_mul_number(c, ln_square(c, x), -0.5)),
                                    0.39894228040143267794);
  return ln_add(c, cdf, ln_mul(c, x, density));
}

// with t = tanh(u), u = k (x + 0.044715 x^3): (1 + t + x (1 - t^2) u') / 2
static LnTensor *d_gelu_tanh(LnContext *c, LnTensor *x) {
  const double k = 0.79788456080286535588;
  LnTensor *square = ln_square(c, x);
  LnTensor *u = ln_mul_number(
    c, ln_mul(c, x, ln_add_number(c, ln_mul_number(c, square, 0.044715), 1)), k);
  LnTensor *du = ln_mul_number(c, ln_add_number(c, ln_mul_number(c, square, 0.134145), 1), k);
  LnTensor *t = ln_tanh(c, u);
  LnTensor *bend = ln_mul(c, ln_mul(c, x, ln_number_sub(c, 1, ln_square(c, t))), du);
  return ln_mul_number(c, ln_add_number(c, ln_add(c, t, bend), 1), 0.5);
}

RULE(gelu, p[0] != 0 ? d_gelu_tanh(c, x) : d_gelu_exact(c, x))

// with t = tanh(softplus(x)): t + x (1 - t^2) sigmoid(x)
D(mish) {
  (void)y, (void)p;
  LnTensor *t = ln_tanh(c, ln_softplus(c, x));
  return ln_add(c, t, ln_mul(c, ln_mul(c, x, ln_sigmoid(c, x)),
                             ln_number_sub(c, 1, ln_square(c, t))));
}

// ---- options

#define FIELD(i) (LN_FIELD(Params, p) + (i) * sizeof(double))
#define NUMBER(name, i, fallback, ...) {name, LN_OPT_NUMBER, FIELD(i), fallback, __VA_ARGS__}

// Options of the ops that have some: <set>_options, and <set>_size for LnOp.params_size.
enum {
  none_size = 0, clip_size = sizeof(Params), round_size = sizeof(Params),
  relu_size = sizeof(Params), leaky_size = sizeof(Params), alpha_size = sizeof(Params),
  alpha_positive_size = sizeof(Params), gelu_size = sizeof(Params),
  shrink_size = sizeof(Params), threshold_size = sizeof(Params), squareplus_size = sizeof(Params)
};
#define none_options NULL
static const LnOption clip_options[] = {
  NUMBER("min", 0, "none", .doc = "lower bound"),
  NUMBER("max", 1, "none", .doc = "upper bound"), {0}};
static const LnOption round_options[] = {
  {"decimals", LN_OPT_INTEGER, LN_FIELD(Params, decimals), "0", .range = "[-300, 300]",
   .doc = "digits after the point; negative: before it"}, {0}};
static const LnOption relu_options[] = {
  NUMBER("negative_slope", 0, "0", .doc = "slope below the threshold"),
  NUMBER("max_value", 1, "none", .doc = "ceiling"),
  NUMBER("threshold", 2, "0", .doc = "where the function starts to rise"), {0}};
static const LnOption leaky_options[] = {
  NUMBER("negative_slope", 0, "0.2", .doc = "slope below 0"), {0}};
static const LnOption alpha_options[] = {
  NUMBER("alpha", 0, "1", .doc = "what it falls to below 0, negated"), {0}};
static const LnOption alpha_positive_options[] = {
  NUMBER("alpha", 0, "1", .range = "> 0", .doc = "what it falls to below 0, negated"), {0}};
static const LnOption gelu_options[] = {
  {"approximate", LN_OPT_BOOL, LN_FIELD(Params, approximate), "false",
   .doc = "the form with tanh"}, {0}};
static const LnOption shrink_options[] = {
  NUMBER("threshold", 0, "0.5", .range = ">= 0", .doc = "half the width of the dead zone"), {0}};
static const LnOption threshold_options[] = {
  NUMBER("threshold", 0, NULL, .doc = "where x passes"),
  NUMBER("default_value", 1, NULL, .doc = "what is there instead"), {0}};
static const LnOption squareplus_options[] = {
  NUMBER("b", 0, "4", .range = ">= 0", .doc = "how smooth: 0 is relu"), {0}};

// ---- the table

// X(kernel, name, flags, options, derivative, samples, doc)
#define ROWS(X)                                                                                    \
  X(NEGATIVE, "negative", 0, none, negative, "x(2,3)\nx(2,1,3)",                                   \
    "(x): -x. Integers stay integers.\n"                                                           \
    "Example:\n"                                                                                   \
    "-ln.tensor{1, -2}  --> [-1.  2.]\n")                                                          \
  X(ABS, "abs", 0, none, abs, "x(2,3)\nx(2,1,3)",                                                  \
    "(x): the absolute value; its slope at 0 is 0. Integers stay integers.\n"                      \
    "Example:\n"                                                                                   \
    "ln.tensor{1, -2}:abs()  --> [1. 2.]\n")                                                       \
  X(SIGN, "sign", 0, none, zero, "x(2,3)\nx(2,1,3)",                                               \
    "(x): -1, 0 or 1; NaN for NaN. No gradient flows. Integers stay integers.\n"                   \
    "Example:\n"                                                                                   \
    "ln.tensor{3, -2, 0}:sign()  --> [ 1. -1.  0.]\n")                                             \
  X(SQUARE, "square", 0, none, square, "x(2,3)\nx(2,1,3)",                                         \
    "(x): x * x. Integers stay integers.\n"                                                        \
    "Example:\n"                                                                                   \
    "ln.tensor{3, -2}:square()  --> [9. 4.]\n")                                                    \
  X(SQRT, "sqrt", 0, none, sqrt, "p(2,3)",                                                         \
    "(x): the square root; NaN below 0. Integers give float32.\n"                                  \
    "Example:\n"                                                                                   \
    "ln.tensor{9, 4}:sqrt()  --> [3. 2.]\n")                                                       \
  X(RSQRT, "rsqrt", 0, none, rsqrt, "p(2,3)",                                                      \
    "(x): 1 / sqrt(x). Integers give float32.\n"                                                   \
    "Example:\n"                                                                                   \
    "ln.tensor{0.25, 4}:rsqrt()  --> [2.  0.5]\n")                                                 \
  X(RECIPROCAL, "reciprocal", 0, none, reciprocal, "x(2,3)\nx(2,1,3)",                             \
    "(x): 1 / x. Integers give float32.\n"                                                         \
    "Example:\n"                                                                                   \
    "ln.tensor{2, 4}:reciprocal()  --> [0.5  0.25]\n")                                             \
  X(CLIP, "clip", 0, clip, clip, "x(2,3), -0.5, 0.5\nx(2,3), nil, 0.25\nx(2,3), {min = 0.3}",      \
    "(x, min = none, max = none): x, but at least `min` and at most `max`; none does\n"            \
    "not bind. NaN stays. The gradient passes where min <= x <= max. Integers stay\n"              \
    "integers.\n"                                                                                  \
    "Example:\n"                                                                                   \
    "ln.tensor{1, 5, 9}:clip(2, 6)  --> [2. 5. 6.]\n")                                             \
  X(FLOOR, "floor", 0, none, zero, "x(2,3)\nx(2,1,3)",                                             \
    "(x): the largest whole number <= x. Integers stay integers.\n"                                \
    "Example:\n"                                                                                   \
    "ln.tensor{1.5, -1.5}:floor()  --> [ 1. -2.]\n")                                               \
  X(CEIL, "ceil", 0, none, zero, "x(2,3)\nx(2,1,3)",                                               \
    "(x): the smallest whole number >= x. Integers stay integers.\n"                               \
    "Example:\n"                                                                                   \
    "ln.tensor{1.5, -1.5}:ceil()  --> [ 2. -1.]\n")                                                \
  X(TRUNC, "trunc", 0, none, zero, "x(2,3)\nx(2,1,3)",                                             \
    "(x): x without its fraction. Integers stay integers.\n"                                       \
    "Example:\n"                                                                                   \
    "ln.tensor{1.5, -1.5}:trunc()  --> [ 1. -1.]\n")                                               \
  X(ROUND, "round", 0, round, zero, "x(2,3)\nx(2,3), 2\nx(2,3), {decimals = -1}",                  \
    "(x, decimals = 0): x rounded to a number of decimals, halves to the even one; -1\n"           \
    "rounds to tens. Integers stay integers.\n"                                                    \
    "Example:\n"                                                                                   \
    "ln.tensor{1.25, 2.5}:round{decimals = 1}  --> [1.2 2.5]\n")                                   \
  X(EXP, "exp", 0, none, exp, "x(2,3)\nx(2,1,3)",                                                  \
    "(x): e^x. Integers give float32.\n"                                                           \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1}:exp():round(4)  --> [1.     2.7183]\n")                                       \
  X(EXPM1, "expm1", 0, none, expm1, "x(2,3)\nx(2,1,3)",                                            \
    "(x): e^x - 1, exact near 0. Integers give float32.\n"                                         \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1e-8}:expm1()  --> [0.e+00 1.e-08]\n")                                           \
  X(LOG, "log", 0, none, log, "p(2,3)",                                                            \
    "(x): the natural logarithm; -inf of 0, NaN below. Integers give float32.\n"                   \
    "Example:\n"                                                                                   \
    "ln.tensor{1, 10}:log():round(4)  --> [0.     2.3026]\n")                                      \
  X(LOG2, "log2", 0, none, log2, "p(2,3)",                                                         \
    "(x): the logarithm to base 2. Integers give float32.\n"                                       \
    "Example:\n"                                                                                   \
    "ln.tensor{1, 8}:log2()  --> [0. 3.]\n")                                                       \
  X(LOG10, "log10", 0, none, log10, "p(2,3)",                                                      \
    "(x): the logarithm to base 10. Integers give float32.\n"                                      \
    "Example:\n"                                                                                   \
    "ln.tensor{1, 100}:log10()  --> [0. 2.]\n")                                                    \
  X(LOG1P, "log1p", 0, none, log1p, "p(2,3)\nu(2,3)",                                              \
    "(x): log(1 + x), exact near 0. Integers give float32.\n"                                      \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1e-8}:log1p()  --> [0.e+00 1.e-08]\n")                                           \
  X(ERF, "erf", 0, none, erf, "x(2,3)\nx(2,1,3)",                                                  \
    "(x): the error function, 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x.\n"            \
    "Integers give float32.\n"                                                                     \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1}:erf():round(4)  --> [0.     0.8427]\n")                                       \
  X(SIN, "sin", 0, none, sin, "x(2,3)\nx(2,1,3)",                                                  \
    "(x): the sine of x in radians. Integers give float32.\n"                                      \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1}:sin():round(4)  --> [0.     0.8415]\n")                                       \
  X(COS, "cos", 0, none, cos, "x(2,3)\nx(2,1,3)",                                                  \
    "(x): the cosine of x in radians. Integers give float32.\n"                                    \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1}:cos():round(4)  --> [1.     0.5403]\n")                                       \
  X(TAN, "tan", 0, none, tan, "u(2,3)",                                                            \
    "(x): the tangent of x in radians. Integers give float32.\n"                                   \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1}:tan():round(4)  --> [0.     1.5574]\n")                                       \
  X(ARCSIN, "arcsin", 0, none, arcsin, "u(2,3)",                                                   \
    "(x): the angle whose sine is x, in [-pi/2, pi/2]; NaN outside [-1, 1]. Integers give\n"       \
    "float32.\n"                                                                                   \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1}:arcsin():round(4)  --> [0.     1.5708]\n")                                    \
  X(ARCCOS, "arccos", 0, none, arccos, "u(2,3)",                                                   \
    "(x): the angle whose cosine is x, in [0, pi]; NaN outside [-1, 1]. Integers give\n"           \
    "float32.\n"                                                                                   \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1}:arccos():round(4)  --> [1.5708 0.    ]\n")                                    \
  X(ARCTAN, "arctan", 0, none, arctan, "x(2,3)\nx(2,1,3)",                                         \
    "(x): the angle whose tangent is x, in (-pi/2, pi/2). Integers give float32.\n"                \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1}:arctan():round(4)  --> [0.     0.7854]\n")                                    \
  X(SINH, "sinh", 0, none, sinh, "x(2,3)\nx(2,1,3)",                                               \
    "(x): the hyperbolic sine. Integers give float32.\n"                                           \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1}:sinh():round(4)  --> [0.     1.1752]\n")                                      \
  X(COSH, "cosh", 0, none, cosh, "x(2,3)\nx(2,1,3)",                                               \
    "(x): the hyperbolic cosine. Integers give float32.\n"                                         \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1}:cosh():round(4)  --> [1.     1.5431]\n")                                      \
  X(TANH, "tanh", LN_OP_ACTIVATION, none, tanh, "x(2,3)\nx(2,1,3)",                                \
    "(x): the hyperbolic tangent. Integers give float32.\n"                                        \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1}:tanh():round(4)  --> [0.     0.7616]\n")                                      \
  X(ARCSINH, "arcsinh", 0, none, arcsinh, "x(2,3)\nx(2,1,3)",                                      \
    "(x): the inverse of sinh. Integers give float32.\n"                                           \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1}:arcsinh():round(4)  --> [0.     0.8814]\n")                                   \
  X(ARCCOSH, "arccosh", 0, none, arccosh, "p(2,3) + 1",                                            \
    "(x): the inverse of cosh; NaN below 1. Integers give float32.\n"                              \
    "Example:\n"                                                                                   \
    "ln.tensor{1, 2}:arccosh():round(4)  --> [0.    1.317]\n")                                     \
  X(ARCTANH, "arctanh", 0, none, arctanh, "u(2,3)",                                                \
    "(x): the inverse of tanh; NaN outside [-1, 1]. Integers give float32.\n"                      \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 0.5}:arctanh():round(4)  --> [0.     0.5493]\n")                                 \
  X(IDENTITY, "linear", LN_OP_ACTIVATION, none, one, "x(2,3)\nx(2,1,3)",                           \
    "(x): x itself.\n"                                                                             \
    "Example:\n"                                                                                   \
    "ln.tensor{1, -2}:linear()  --> [ 1. -2.]\n")                                                  \
  X(RELU, "relu", LN_OP_ACTIVATION, relu, relu,                                                    \
    "x(2,3)\nx(2,3), 0.1, 1.5, 0.25\nx(2,3), {max_value = 1}\nx(2,3), {negative_slope = 0.2}",     \
    "(x, negative_slope = 0, max_value = none, threshold = 0): x where it is above the\n"          \
    "threshold, negative_slope * (x - threshold) elsewhere, at most max_value. NaN stays.\n"       \
    "Integers stay integers.\n"                                                                    \
    "Example:\n"                                                                                   \
    "ln.tensor{1, -2}:relu()  --> [1. 0.]\n")                                                      \
  X(RELU6, "relu6", LN_OP_ACTIVATION, none, relu6, "x(2,3)\nx(2,1,3)",                             \
    "(x): min(max(x, 0), 6). Integers stay integers.\n"                                            \
    "Example:\n"                                                                                   \
    "ln.tensor{-1, 3, 9}:relu6()  --> [0. 3. 6.]\n")                                               \
  X(LEAKY_RELU, "leaky_relu", LN_OP_ACTIVATION, leaky, leaky_relu, "x(2,3)\nx(2,3), 0.01",         \
    "(x, negative_slope = 0.2): x above 0, negative_slope * x below. Integers give\n"              \
    "float32.\n"                                                                                   \
    "Example:\n"                                                                                   \
    "ln.tensor{1, -2}:leaky_relu()  --> [ 1.  -0.4]\n")                                            \
  X(ELU, "elu", LN_OP_ACTIVATION, alpha, elu, "x(2,3)\nx(2,3), 0.5",                               \
    "(x, alpha = 1): x above 0, alpha * (e^x - 1) below. Integers give float32.\n"                 \
    "Example:\n"                                                                                   \
    "ln.tensor{1, -1}:elu():round(4)  --> [ 1.     -0.6321]\n")                                    \
  X(SELU, "selu", LN_OP_ACTIVATION, none, selu, "x(2,3)\nx(2,1,3)",                                \
    "(x): the self-normalizing 1.0507 * elu(x, 1.67326) (Klambauer et al. 2017). Integers\n"       \
    "give float32.\n"                                                                              \
    "Example:\n"                                                                                   \
    "ln.tensor{1, 0}:selu():round(4)  --> [1.0507 0.    ]\n")                                      \
  X(CELU, "celu", LN_OP_ACTIVATION, alpha_positive, celu, "x(2,3)\nx(2,3), 0.5",                   \
    "(x, alpha = 1): max(x, 0) + min(0, alpha * (e^(x / alpha) - 1)). Integers give\n"             \
    "float32.\n"                                                                                   \
    "Example:\n"                                                                                   \
    "ln.tensor{1, -1}:celu():round(4)  --> [ 1.     -0.6321]\n")                                   \
  X(GELU, "gelu", LN_OP_ACTIVATION, gelu, gelu, "x(2,3)\nx(2,3), true",                            \
    "(x, approximate = false): x * Phi(x), Phi being the normal distribution;\n"                   \
    "`approximate` takes its tanh form (Hendrycks and Gimpel 2016). Integers give\n"               \
    "float32.\n"                                                                                   \
    "Example:\n"                                                                                   \
    "ln.tensor{1, 0}:gelu():round(4)  --> [0.8413 0.    ]\n")                                      \
  X(SILU, "silu", LN_OP_ACTIVATION, none, silu, "x(2,3)\nx(2,1,3)",                                \
    "(x): x * sigmoid(x), also called swish. Integers give float32.\n"                             \
    "Example:\n"                                                                                   \
    "ln.tensor{1, 0}:silu():round(4)  --> [0.7311 0.    ]\n")                                      \
  X(SILU, "swish", LN_OP_ACTIVATION, none, silu, "x(2,3)\nx(2,1,3)",                               \
    "(x): x * sigmoid(x); another name of silu. Integers give float32.\n"                          \
    "Example:\n"                                                                                   \
    "ln.tensor{1, 0}:swish():round(4)  --> [0.7311 0.    ]\n")                                     \
  X(SIGMOID, "sigmoid", LN_OP_ACTIVATION, none, sigmoid, "x(2,3)\nx(2,1,3)",                       \
    "(x): 1 / (1 + e^-x). Integers give float32.\n"                                                \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1}:sigmoid():round(4)  --> [0.5    0.7311]\n")                                   \
  X(HARD_SIGMOID, "hard_sigmoid", LN_OP_ACTIVATION, none, hard_sigmoid, "x(2,3)\nx(2,1,3)",        \
    "(x): relu6(x + 3) / 6. Integers give float32.\n"                                              \
    "Example:\n"                                                                                   \
    "ln.tensor{-4, 0, 3}:hard_sigmoid()  --> [0.  0.5 1. ]\n")                                     \
  X(HARD_SILU, "hard_silu", LN_OP_ACTIVATION, none, hard_silu, "x(2,3)\nx(2,1,3)",                 \
    "(x): x * relu6(x + 3) / 6, also called hard_swish. Integers give float32.\n"                  \
    "Example:\n"                                                                                   \
    "ln.tensor{-4, 0, 3}:hard_silu()  --> [0. 0. 3.]\n")                                           \
  X(HARD_SILU, "hard_swish", LN_OP_ACTIVATION, none, hard_silu, "x(2,3)\nx(2,1,3)",                \
    "(x): x * relu6(x + 3) / 6; another name of hard_silu. Integers give float32.\n"               \
    "Example:\n"                                                                                   \
    "ln.tensor{-4, 0, 3}:hard_swish()  --> [0. 0. 3.]\n")                                          \
  X(HARD_TANH, "hard_tanh", LN_OP_ACTIVATION, none, hard_tanh, "x(2,3)\nx(2,1,3)",                 \
    "(x): x within [-1, 1]. Integers give float32.\n"                                              \
    "Example:\n"                                                                                   \
    "ln.tensor{-4, 0.5, 3}:hard_tanh()  --> [-1.   0.5  1. ]\n")                                   \
  X(HARD_SHRINK, "hard_shrink", LN_OP_ACTIVATION, shrink, shrink, "x(2,3)\nx(2,3), 0.3",           \
    "(x, threshold = 0.5): 0 where |x| <= threshold, else x. Integers give float32.\n"             \
    "Example:\n"                                                                                   \
    "ln.tensor{-4, 0.5, 3}:hard_shrink()  --> [-4.  0.  3.]\n")                                    \
  X(SOFT_SHRINK, "soft_shrink", LN_OP_ACTIVATION, shrink, shrink, "x(2,3)\nx(2,3), 0.3",           \
    "(x, threshold = 0.5): x moved toward 0 by the threshold, 0 within it. Integers give\n"        \
    "float32.\n"                                                                                   \
    "Example:\n"                                                                                   \
    "ln.tensor{-4, 0.5, 3}:soft_shrink()  --> [-3.5  0.   2.5]\n")                                 \
  X(TANH_SHRINK, "tanh_shrink", LN_OP_ACTIVATION, none, tanh_shrink, "x(2,3)\nx(2,1,3)",           \
    "(x): x - tanh(x). Integers give float32.\n"                                                   \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1}:tanh_shrink():round(4)  --> [0.     0.2384]\n")                               \
  X(THRESHOLD, "threshold", LN_OP_ACTIVATION, threshold, threshold, "x(2,3), 0.2, -1",             \
    "(x, threshold, default_value): x where it is above the threshold, else\n"                     \
    "default_value. Integers give float32.\n"                                                      \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1, 2}:threshold(1, -2)  --> [-2. -2.  2.]\n")                                    \
  X(SOFTPLUS, "softplus", LN_OP_ACTIVATION, none, softplus, "x(2,3)\nx(2,1,3)",                    \
    "(x): log(1 + e^x), without overflow. Integers give float32.\n"                                \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 100}:softplus():round(4)  --> [  0.6931 100.    ]\n")                            \
  X(SOFTSIGN, "softsign", LN_OP_ACTIVATION, none, softsign, "x(2,3)\nx(2,1,3)",                    \
    "(x): x / (1 + |x|). Integers give float32.\n"                                                 \
    "Example:\n"                                                                                   \
    "ln.tensor{1, -3}:softsign()  --> [ 0.5  -0.75]\n")                                            \
  X(MISH, "mish", LN_OP_ACTIVATION, none, mish, "x(2,3)\nx(2,1,3)",                                \
    "(x): x * tanh(softplus(x)) (Misra 2019). Integers give float32.\n"                            \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1}:mish():round(4)  --> [0.     0.8651]\n")                                      \
  X(LOG_SIGMOID, "log_sigmoid", LN_OP_ACTIVATION, none, log_sigmoid, "x(2,3)\nx(2,1,3)",           \
    "(x): log(sigmoid(x)), without overflow. Integers give float32.\n"                             \
    "Example:\n"                                                                                   \
    "ln.tensor{0, -100}:log_sigmoid():round(4)  --> [  -0.6931 -100.    ]\n")                      \
  X(EXP, "exponential", LN_OP_ACTIVATION, none, exp, "x(2,3)\nx(2,1,3)",                           \
    "(x): e^x; the name of exp as an activation. Integers give float32.\n"                         \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1}:exponential():round(4)  --> [1.     2.7183]\n")                               \
  X(SQUAREPLUS, "squareplus", LN_OP_ACTIVATION, squareplus, squareplus, "x(2,3)\nx(2,3), 1",       \
    "(x, b = 4): (x + sqrt(x^2 + b)) / 2 (Barron 2021). Integers give float32.\n"                  \
    "Example:\n"                                                                                   \
    "ln.tensor{0, 1.5}:squareplus()  --> [1. 2.]\n")                                               \
  X(SPARSE_PLUS, "sparse_plus", LN_OP_ACTIVATION, none, sparse_plus, "x(2,3)\nx(2,1,3)",           \
    "(x): 0 up to -1, (x + 1)^2 / 4 up to 1, then x. Integers give float32.\n"                     \
    "Example:\n"                                                                                   \
    "ln.tensor{-2, 0, 2}:sparse_plus()  --> [0.   0.25 2.  ]\n")                                   \
  X(SPARSE_SIGMOID, "sparse_sigmoid", LN_OP_ACTIVATION, none, sparse_sigmoid, "x(2,3)\nx(2,1,3)",  \
    "(x): 0 up to -1, (x + 1) / 2 up to 1, then 1. Integers give float32.\n"                       \
    "Example:\n"                                                                                   \
    "ln.tensor{-2, 0, 2}:sparse_sigmoid()  --> [0.  0.5 1. ]\n")                                   \
  X(ISNAN, "isnan", LN_OP_NO_GRADIENT, none, zero, "x(2,3)",                                       \
    "(x): whether x is NaN; the result is bool.\n"                                                 \
    "Example:\n"                                                                                   \
    "ln.tensor{0/0, 1/0, 1}:isnan()  --> [ true false false]\n")                                   \
  X(ISINF, "isinf", LN_OP_NO_GRADIENT, none, zero, "x(2,3)",                                       \
    "(x): whether x is an infinity; the result is bool.\n"                                         \
    "Example:\n"                                                                                   \
    "ln.tensor{0/0, 1/0, 1}:isinf()  --> [false  true false]\n")                                   \
  X(ISFINITE, "isfinite", LN_OP_NO_GRADIENT, none, zero, "x(2,3)",                                 \
    "(x): whether x is neither NaN nor an infinity; the result is bool.\n"                         \
    "Example:\n"                                                                                   \
    "ln.tensor{0/0, 1/0, 1}:isfinite()  --> [false false  true]\n")

#define OP(kernel_, op_name, op_flags, option_set, derivative_, op_samples, op_doc)                \
  {.name = op_name, .n_in = 1, .n_out = 1, .flags = op_flags, .options = option_set##_options,     \
   .params_size = option_set##_size,                                                               \
   .shape = LN_U_##kernel_ == LN_U_IDENTITY ? view_shape : shape,                                  \
   .forward = forward, .backward = backward, .samples = op_samples, .doc = op_doc},

const LnOp ln_ops_unary[] = {
  ROWS(OP)
  {.name = "unary_grad", .n_in = 2, .n_out = 1, .flags = LN_OP_HIDDEN,
   .params_size = sizeof(Fused), .shape = grad_shape, .forward = grad_forward,
   .backward = grad_backward,
   .doc = "(dy, v): dy f'(x) in one pass, v being x or f(x), where no second derivative is due."},
  {0}};

#define ROW(kernel_, name, flags, options, derivative_, samples, doc)                              \
  {LN_U_##kernel_, d_##derivative_},
static const Row rows[] = {ROWS(ROW)};
enum { N_ROWS = sizeof rows / sizeof rows[0] };

static const Row *row_of(const LnOp *op) { return &rows[op - ln_ops_unary]; }
static const LnOp *unary_grad(void) { return &ln_ops_unary[N_ROWS]; }

// ---- C functions

// The first row of a kernel is its op.
static LnTensor *apply_with(LnContext *c, LnUnary kernel, LnTensor *x, const Params *params) {
  int i = 0;
  while (rows[i].kernel != kernel) i++;
  return LN_APPLY1(c, &ln_ops_unary[i], ln_ops_unary[i].params_size ? params : NULL, x);
}

static LnTensor *apply(LnContext *c, LnUnary kernel, LnTensor *x) {
  static const Params defaults = {.p = {0, NAN, 0}};   // relu's; the others called here have none
  return apply_with(c, kernel, x, &defaults);
}

LnTensor *ln_clip(LnContext *c, LnTensor *x, double low, double high) {
  return apply_with(c, LN_U_CLIP, x, &(Params){.p = {low, high}});
}

#define FUNCTION(f, kernel)                                                                        \
  LnTensor *ln_##f(LnContext *c, LnTensor *x) { return apply(c, LN_U_##kernel, x); }
FUNCTION(neg, NEGATIVE)
FUNCTION(abs, ABS)
FUNCTION(sign, SIGN)
FUNCTION(square, SQUARE)
FUNCTION(sqrt, SQRT)
FUNCTION(rsqrt, RSQRT)
FUNCTION(exp, EXP)
FUNCTION(log, LOG)
FUNCTION(log1p, LOG1P)
FUNCTION(sin, SIN)
FUNCTION(cos, COS)
FUNCTION(tanh, TANH)
FUNCTION(sigmoid, SIGMOID)
FUNCTION(softplus, SOFTPLUS)
FUNCTION(relu, RELU)
FUNCTION(round, ROUND)
FUNCTION(isnan, ISNAN)
FUNCTION(reciprocal, RECIPROCAL)
