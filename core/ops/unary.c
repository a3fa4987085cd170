// Functions of one tensor, elementwise, activations among them. One more is a line in
// kernels/unary_list.h (value and derivative as loops), a rule d_<name> (the derivative in ops, so
// that it has derivatives itself) in `derivatives`, and an entry of ln_ops_unary.
#include <math.h>
#include <string.h>

#include "kernels/elementwise.h"
#include "ops/ops.h"

// The parameters of each: numbers for the kernel, but for round and gelu.
typedef union Params {
  double p[3];
  int64_t decimals;
  bool approximate;
} Params;

// f'(x), of x's shape or one that broadcasts to it.
typedef LnTensor *(*Derivative)(LnContext *c, LnTensor *x, LnTensor *y, const double *p);

enum { UNARY_GRAD };   // its place, the first, in ln_ops_unary
extern const LnOp ln_ops_unary[];
static LnTensor *apply(LnContext *c, LnUnary kernel, LnTensor *x);

// The kernel that does what the options say, and its parameters.
static LnUnary choose(const LnOp *op, const Params *o, double *p) {
  const LnUnary kernel = (LnUnary)op->variant;
  p[0] = p[2] = 0, p[1] = NAN;
  if (o && kernel != LN_U_GELU && kernel != LN_U_ROUND) memcpy(p, o->p, op->params_size);
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

double ln_relu_ceiling(const LnCall *call) {
  double p[3];
  if (call->op->variant == LN_U_RELU6) return 6;
  const LnUnary kernel = choose(call->op, call->params, p);
  if (kernel == LN_U_RELU) return INFINITY;
  return kernel == LN_U_RELU_GENERAL && p[0] == 0 && p[2] == 0 ? p[1] : NAN;
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

static Derivative derivative_of(LnUnary kernel);
static LnTensor *d_zero(LnContext *c, LnTensor *x, LnTensor *y, const double *p);

static bool backward(const LnCall *call, LnTensor *const *dy, const bool *want, LnTensor **dx) {
  (void)want;
  LnContext *c = call->context;
  Fused f = {0};
  LnUnary kernel = choose(call->op, call->params, f.p);
  f.kernel = (int)kernel;
  LnTensor *x = call->in[0], *y = call->out[0];
  Derivative derivative = derivative_of((LnUnary)call->op->variant);
  if (derivative == d_zero)
    dx[0] = ln_broadcast_to(c, ln_temp(c, ln_tensor_scalar(c, (LnDtype)x->dtype, 0)), x->rank,
                            x->shape);
  else if (!ln_recording_gradients(c))
    dx[0] = LN_APPLY2(c, &ln_ops_unary[UNARY_GRAD], &f, dy[0], ln_unary_from_y(kernel) ? y : x);
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

static const Derivative derivatives[LN_UNARIES] = {
  [LN_U_NEGATIVE] = d_negative, [LN_U_ABS] = d_abs, [LN_U_SIGN] = d_zero, [LN_U_SQUARE] = d_square,
  [LN_U_SQRT] = d_sqrt, [LN_U_RSQRT] = d_rsqrt, [LN_U_RECIPROCAL] = d_reciprocal,
  [LN_U_CLIP] = d_clip, [LN_U_FLOOR] = d_zero, [LN_U_CEIL] = d_zero, [LN_U_TRUNC] = d_zero,
  [LN_U_ROUND] = d_zero, [LN_U_EXP] = d_exp, [LN_U_EXPM1] = d_expm1, [LN_U_LOG] = d_log,
  [LN_U_LOG2] = d_log2, [LN_U_LOG10] = d_log10, [LN_U_LOG1P] = d_log1p, [LN_U_ERF] = d_erf,
  [LN_U_SIN] = d_sin, [LN_U_COS] = d_cos, [LN_U_TAN] = d_tan, [LN_U_ARCSIN] = d_arcsin,
  [LN_U_ARCCOS] = d_arccos, [LN_U_ARCTAN] = d_arctan, [LN_U_SINH] = d_sinh, [LN_U_COSH] = d_cosh,
  [LN_U_TANH] = d_tanh, [LN_U_ARCSINH] = d_arcsinh, [LN_U_ARCCOSH] = d_arccosh,
  [LN_U_ARCTANH] = d_arctanh, [LN_U_IDENTITY] = d_one, [LN_U_RELU] = d_relu, [LN_U_RELU6] = d_relu6,
  [LN_U_LEAKY_RELU] = d_leaky_relu, [LN_U_ELU] = d_elu, [LN_U_SELU] = d_selu, [LN_U_CELU] = d_celu,
  [LN_U_GELU] = d_gelu, [LN_U_SILU] = d_silu, [LN_U_SIGMOID] = d_sigmoid,
  [LN_U_HARD_SIGMOID] = d_hard_sigmoid, [LN_U_HARD_SILU] = d_hard_silu,
  [LN_U_HARD_TANH] = d_hard_tanh, [LN_U_HARD_SHRINK] = d_shrink, [LN_U_SOFT_SHRINK] = d_shrink,
  [LN_U_TANH_SHRINK] = d_tanh_shrink, [LN_U_THRESHOLD] = d_threshold, [LN_U_SOFTPLUS] = d_softplus,
  [LN_U_SOFTSIGN] = d_softsign, [LN_U_MISH] = d_mish, [LN_U_LOG_SIGMOID] = d_log_sigmoid,
  [LN_U_SQUAREPLUS] = d_squareplus, [LN_U_SPARSE_PLUS] = d_sparse_plus,
  [LN_U_SPARSE_SIGMOID] = d_sparse_sigmoid, [LN_U_ISNAN] = d_zero, [LN_U_ISINF] = d_zero,
  [LN_U_ISFINITE] = d_zero,
};

static Derivative derivative_of(LnUnary kernel) { return derivatives[kernel]; }

// ---- options

#define FIELD(i) (LN_FIELD(Params, p) + (i) * sizeof(double))
#define NUMBER(name, i, fallback, ...) {name, LN_OPT_NUMBER, FIELD(i), fallback, __VA_ARGS__}

// Options of the ops that have some: <set>_options, and <set>_size for LnOp.params_size.
enum {
  clip_size = 2 * sizeof(double), relu_size = 3 * sizeof(double), leaky_size = sizeof(double),
  alpha_size = sizeof(double), alpha_positive_size = sizeof(double), shrink_size = sizeof(double),
  threshold_size = 2 * sizeof(double), squareplus_size = sizeof(double),
  round_size = sizeof(int64_t), gelu_size = sizeof(bool)
};
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

static const LnField fused_fields[] = {LN_BYTES(Fused, kernel), LN_BYTES(Fused, p), {0}};

const LnOp ln_ops_unary[] = {
  [UNARY_GRAD] = {.name = "unary_grad", .n_in = 2, .n_out = 1, .flags = LN_OP_HIDDEN,
   .fields = fused_fields, .params_size = sizeof(Fused), .shape = grad_shape,
   .forward = grad_forward, .backward = grad_backward,
   .doc = "(dy, v): dy f'(x) in one pass, v being x or f(x), where no second derivative is due."},
  {.name = "negative", .variant = LN_U_NEGATIVE, .n_in = 1, .n_out = 1, .shape = shape,
   .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): -x. Integers stay integers.\n"
          "Example:\n"
          "-ln.tensor{1, -2}  --> [-1.  2.]\n"},
  {.name = "abs", .variant = LN_U_ABS, .n_in = 1, .n_out = 1, .shape = shape, .forward = forward,
   .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): the absolute value; its slope at 0 is 0. Integers stay integers.\n"
          "Example:\n"
          "ln.tensor{1, -2}:abs()  --> [1. 2.]\n"},
  {.name = "sign", .variant = LN_U_SIGN, .n_in = 1, .n_out = 1, .shape = shape, .forward = forward,
   .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): -1, 0 or 1; NaN for NaN. No gradient flows. Integers stay integers.\n"
          "Example:\n"
          "ln.tensor{3, -2, 0}:sign()  --> [ 1. -1.  0.]\n"},
  {.name = "square", .variant = LN_U_SQUARE, .n_in = 1, .n_out = 1, .shape = shape,
   .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): x * x. Integers stay integers.\n"
          "Example:\n"
          "ln.tensor{3, -2}:square()  --> [9. 4.]\n"},
  {.name = "sqrt", .variant = LN_U_SQRT, .n_in = 1, .n_out = 1, .shape = shape, .forward = forward,
   .backward = backward, .samples = "p(2,3)",
   .doc = "(x): the square root; NaN below 0. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{9, 4}:sqrt()  --> [3. 2.]\n"},
  {.name = "rsqrt", .variant = LN_U_RSQRT, .n_in = 1, .n_out = 1, .shape = shape,
   .forward = forward, .backward = backward, .samples = "p(2,3)",
   .doc = "(x): 1 / sqrt(x). Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0.25, 4}:rsqrt()  --> [2.  0.5]\n"},
  {.name = "reciprocal", .variant = LN_U_RECIPROCAL, .n_in = 1, .n_out = 1, .shape = shape,
   .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): 1 / x. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{2, 4}:reciprocal()  --> [0.5  0.25]\n"},
  {.name = "clip", .variant = LN_U_CLIP, .n_in = 1, .n_out = 1, .options = clip_options,
   .params_size = clip_size, .shape = shape, .forward = forward, .backward = backward,
   .samples = "x(2,3), -0.5, 0.5\nx(2,3), nil, 0.25\nx(2,3), {min = 0.3}",
   .doc = "(x, min = none, max = none): x, but at least `min` and at most `max`; none does\n"
          "not bind. NaN stays. The gradient passes where min <= x <= max. Integers stay\n"
          "integers.\n"
          "Example:\n"
          "ln.tensor{1, 5, 9}:clip(2, 6)  --> [2. 5. 6.]\n"},
  {.name = "floor", .variant = LN_U_FLOOR, .n_in = 1, .n_out = 1, .shape = shape,
   .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): the largest whole number <= x. Integers stay integers.\n"
          "Example:\n"
          "ln.tensor{1.5, -1.5}:floor()  --> [ 1. -2.]\n"},
  {.name = "ceil", .variant = LN_U_CEIL, .n_in = 1, .n_out = 1, .shape = shape, .forward = forward,
   .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): the smallest whole number >= x. Integers stay integers.\n"
          "Example:\n"
          "ln.tensor{1.5, -1.5}:ceil()  --> [ 2. -1.]\n"},
  {.name = "trunc", .variant = LN_U_TRUNC, .n_in = 1, .n_out = 1, .shape = shape,
   .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): x without its fraction. Integers stay integers.\n"
          "Example:\n"
          "ln.tensor{1.5, -1.5}:trunc()  --> [ 1. -1.]\n"},
  {.name = "round", .variant = LN_U_ROUND, .n_in = 1, .n_out = 1, .options = round_options,
   .params_size = round_size, .shape = shape, .forward = forward, .backward = backward,
   .samples = "x(2,3)\nx(2,3), 2\nx(2,3), {decimals = -1}",
   .doc = "(x, decimals = 0): x rounded to a number of decimals, halves to the even one; -1\n"
          "rounds to tens. Integers stay integers.\n"
          "Example:\n"
          "ln.tensor{1.25, 2.5}:round{decimals = 1}  --> [1.2 2.5]\n"},
  {.name = "exp", .variant = LN_U_EXP, .n_in = 1, .n_out = 1, .shape = shape, .forward = forward,
   .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): e^x. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 1}:exp():round(4)  --> [1.     2.7183]\n"},
  {.name = "expm1", .variant = LN_U_EXPM1, .n_in = 1, .n_out = 1, .shape = shape,
   .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): e^x - 1, exact near 0. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 1e-8}:expm1()  --> [0.e+00 1.e-08]\n"},
  {.name = "log", .variant = LN_U_LOG, .n_in = 1, .n_out = 1, .shape = shape, .forward = forward,
   .backward = backward, .samples = "p(2,3)",
   .doc = "(x): the natural logarithm; -inf of 0, NaN below. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{1, 10}:log():round(4)  --> [0.     2.3026]\n"},
  {.name = "log2", .variant = LN_U_LOG2, .n_in = 1, .n_out = 1, .shape = shape, .forward = forward,
   .backward = backward, .samples = "p(2,3)",
   .doc = "(x): the logarithm to base 2. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{1, 8}:log2()  --> [0. 3.]\n"},
  {.name = "log10", .variant = LN_U_LOG10, .n_in = 1, .n_out = 1, .shape = shape,
   .forward = forward, .backward = backward, .samples = "p(2,3)",
   .doc = "(x): the logarithm to base 10. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{1, 100}:log10()  --> [0. 2.]\n"},
  {.name = "log1p", .variant = LN_U_LOG1P, .n_in = 1, .n_out = 1, .shape = shape,
   .forward = forward, .backward = backward, .samples = "p(2,3)\nu(2,3)",
   .doc = "(x): log(1 + x), exact near 0. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 1e-8}:log1p()  --> [0.e+00 1.e-08]\n"},
  {.name = "erf", .variant = LN_U_ERF, .n_in = 1, .n_out = 1, .shape = shape, .forward = forward,
   .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): the error function, 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x.\n"
          "Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 1}:erf():round(4)  --> [0.     0.8427]\n"},
  {.name = "sin", .variant = LN_U_SIN, .n_in = 1, .n_out = 1, .shape = shape, .forward = forward,
   .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): the sine of x in radians. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 1}:sin():round(4)  --> [0.     0.8415]\n"},
  {.name = "cos", .variant = LN_U_COS, .n_in = 1, .n_out = 1, .shape = shape, .forward = forward,
   .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): the cosine of x in radians. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 1}:cos():round(4)  --> [1.     0.5403]\n"},
  {.name = "tan", .variant = LN_U_TAN, .n_in = 1, .n_out = 1, .shape = shape, .forward = forward,
   .backward = backward, .samples = "u(2,3)",
   .doc = "(x): the tangent of x in radians. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 1}:tan():round(4)  --> [0.     1.5574]\n"},
  {.name = "arcsin", .variant = LN_U_ARCSIN, .n_in = 1, .n_out = 1, .shape = shape,
   .forward = forward, .backward = backward, .samples = "u(2,3)",
   .doc = "(x): the angle whose sine is x, in [-pi/2, pi/2]; NaN outside [-1, 1]. Integers give\n"
          "float32.\n"
          "Example:\n"
          "ln.tensor{0, 1}:arcsin():round(4)  --> [0.     1.5708]\n"},
  {.name = "arccos", .variant = LN_U_ARCCOS, .n_in = 1, .n_out = 1, .shape = shape,
   .forward = forward, .backward = backward, .samples = "u(2,3)",
   .doc = "(x): the angle whose cosine is x, in [0, pi]; NaN outside [-1, 1]. Integers give\n"
          "float32.\n"
          "Example:\n"
          "ln.tensor{0, 1}:arccos():round(4)  --> [1.5708 0.    ]\n"},
  {.name = "arctan", .variant = LN_U_ARCTAN, .n_in = 1, .n_out = 1, .shape = shape,
   .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): the angle whose tangent is x, in (-pi/2, pi/2). Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 1}:arctan():round(4)  --> [0.     0.7854]\n"},
  {.name = "sinh", .variant = LN_U_SINH, .n_in = 1, .n_out = 1, .shape = shape, .forward = forward,
   .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): the hyperbolic sine. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 1}:sinh():round(4)  --> [0.     1.1752]\n"},
  {.name = "cosh", .variant = LN_U_COSH, .n_in = 1, .n_out = 1, .shape = shape, .forward = forward,
   .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): the hyperbolic cosine. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 1}:cosh():round(4)  --> [1.     1.5431]\n"},
  {.name = "tanh", .variant = LN_U_TANH, .n_in = 1, .n_out = 1, .flags = LN_OP_ACTIVATION,
   .shape = shape, .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): the hyperbolic tangent. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 1}:tanh():round(4)  --> [0.     0.7616]\n"},
  {.name = "arcsinh", .variant = LN_U_ARCSINH, .n_in = 1, .n_out = 1, .shape = shape,
   .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): the inverse of sinh. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 1}:arcsinh():round(4)  --> [0.     0.8814]\n"},
  {.name = "arccosh", .variant = LN_U_ARCCOSH, .n_in = 1, .n_out = 1, .shape = shape,
   .forward = forward, .backward = backward, .samples = "p(2,3) + 1",
   .doc = "(x): the inverse of cosh; NaN below 1. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{1, 2}:arccosh():round(4)  --> [0.    1.317]\n"},
  {.name = "arctanh", .variant = LN_U_ARCTANH, .n_in = 1, .n_out = 1, .shape = shape,
   .forward = forward, .backward = backward, .samples = "u(2,3)",
   .doc = "(x): the inverse of tanh; NaN outside [-1, 1]. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 0.5}:arctanh():round(4)  --> [0.     0.5493]\n"},
  {.name = "linear", .variant = LN_U_IDENTITY, .n_in = 1, .n_out = 1, .flags = LN_OP_ACTIVATION,
   .shape = view_shape, .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): x itself.\n"
          "Example:\n"
          "ln.tensor{1, -2}:linear()  --> [ 1. -2.]\n"},
  {.name = "relu", .variant = LN_U_RELU, .n_in = 1, .n_out = 1, .flags = LN_OP_ACTIVATION,
   .options = relu_options, .params_size = relu_size, .shape = shape, .forward = forward,
   .backward = backward,
   .samples = "x(2,3)\nx(2,3), 0.1, 1.5, 0.25\nx(2,3), {max_value = 1}\n"
              "x(2,3), {negative_slope = 0.2}",
   .doc = "(x, negative_slope = 0, max_value = none, threshold = 0): x where it is above the\n"
          "threshold, negative_slope * (x - threshold) elsewhere, at most max_value. NaN stays.\n"
          "Integers stay integers.\n"
          "Example:\n"
          "ln.tensor{1, -2}:relu()  --> [1. 0.]\n"},
  {.name = "relu6", .variant = LN_U_RELU6, .n_in = 1, .n_out = 1, .flags = LN_OP_ACTIVATION,
   .shape = shape, .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): min(max(x, 0), 6). Integers stay integers.\n"
          "Example:\n"
          "ln.tensor{-1, 3, 9}:relu6()  --> [0. 3. 6.]\n"},
  {.name = "leaky_relu", .variant = LN_U_LEAKY_RELU, .n_in = 1, .n_out = 1,
   .flags = LN_OP_ACTIVATION, .options = leaky_options, .params_size = leaky_size, .shape = shape,
   .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,3), 0.01",
   .doc = "(x, negative_slope = 0.2): x above 0, negative_slope * x below. Integers give\n"
          "float32.\n"
          "Example:\n"
          "ln.tensor{1, -2}:leaky_relu()  --> [ 1.  -0.4]\n"},
  {.name = "elu", .variant = LN_U_ELU, .n_in = 1, .n_out = 1, .flags = LN_OP_ACTIVATION,
   .options = alpha_options, .params_size = alpha_size, .shape = shape, .forward = forward,
   .backward = backward, .samples = "x(2,3)\nx(2,3), 0.5",
   .doc = "(x, alpha = 1): x above 0, alpha * (e^x - 1) below. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{1, -1}:elu():round(4)  --> [ 1.     -0.6321]\n"},
  {.name = "selu", .variant = LN_U_SELU, .n_in = 1, .n_out = 1, .flags = LN_OP_ACTIVATION,
   .shape = shape, .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): the self-normalizing 1.0507 * elu(x, 1.67326) (Klambauer et al. 2017). Integers\n"
          "give float32.\n"
          "Example:\n"
          "ln.tensor{1, 0}:selu():round(4)  --> [1.0507 0.    ]\n"},
  {.name = "celu", .variant = LN_U_CELU, .n_in = 1, .n_out = 1, .flags = LN_OP_ACTIVATION,
   .options = alpha_positive_options, .params_size = alpha_positive_size, .shape = shape,
   .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,3), 0.5",
   .doc = "(x, alpha = 1): max(x, 0) + min(0, alpha * (e^(x / alpha) - 1)). Integers give\n"
          "float32.\n"
          "Example:\n"
          "ln.tensor{1, -1}:celu():round(4)  --> [ 1.     -0.6321]\n"},
  {.name = "gelu", .variant = LN_U_GELU, .n_in = 1, .n_out = 1, .flags = LN_OP_ACTIVATION,
   .options = gelu_options, .params_size = gelu_size, .shape = shape, .forward = forward,
   .backward = backward, .samples = "x(2,3)\nx(2,3), true",
   .doc = "(x, approximate = false): x * Phi(x), Phi being the normal distribution;\n"
          "`approximate` takes its tanh form (Hendrycks and Gimpel 2016). Integers give\n"
          "float32.\n"
          "Example:\n"
          "ln.tensor{1, 0}:gelu():round(4)  --> [0.8413 0.    ]\n"},
  {.name = "silu", .variant = LN_U_SILU, .n_in = 1, .n_out = 1, .flags = LN_OP_ACTIVATION,
   .shape = shape, .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): x * sigmoid(x), also called swish. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{1, 0}:silu():round(4)  --> [0.7311 0.    ]\n"},
  {.name = "swish", .variant = LN_U_SILU, .n_in = 1, .n_out = 1, .flags = LN_OP_ACTIVATION,
   .shape = shape, .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): x * sigmoid(x); another name of silu. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{1, 0}:swish():round(4)  --> [0.7311 0.    ]\n"},
  {.name = "sigmoid", .variant = LN_U_SIGMOID, .n_in = 1, .n_out = 1, .flags = LN_OP_ACTIVATION,
   .shape = shape, .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): 1 / (1 + e^-x). Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 1}:sigmoid():round(4)  --> [0.5    0.7311]\n"},
  {.name = "hard_sigmoid", .variant = LN_U_HARD_SIGMOID, .n_in = 1, .n_out = 1,
   .flags = LN_OP_ACTIVATION, .shape = shape, .forward = forward, .backward = backward,
   .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): relu6(x + 3) / 6. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{-4, 0, 3}:hard_sigmoid()  --> [0.  0.5 1. ]\n"},
  {.name = "hard_silu", .variant = LN_U_HARD_SILU, .n_in = 1, .n_out = 1,
   .flags = LN_OP_ACTIVATION, .shape = shape, .forward = forward, .backward = backward,
   .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): x * relu6(x + 3) / 6, also called hard_swish. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{-4, 0, 3}:hard_silu()  --> [0. 0. 3.]\n"},
  {.name = "hard_swish", .variant = LN_U_HARD_SILU, .n_in = 1, .n_out = 1,
   .flags = LN_OP_ACTIVATION, .shape = shape, .forward = forward, .backward = backward,
   .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): x * relu6(x + 3) / 6; another name of hard_silu. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{-4, 0, 3}:hard_swish()  --> [0. 0. 3.]\n"},
  {.name = "hard_tanh", .variant = LN_U_HARD_TANH, .n_in = 1, .n_out = 1,
   .flags = LN_OP_ACTIVATION, .shape = shape, .forward = forward, .backward = backward,
   .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): x within [-1, 1]. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{-4, 0.5, 3}:hard_tanh()  --> [-1.   0.5  1. ]\n"},
  {.name = "hard_shrink", .variant = LN_U_HARD_SHRINK, .n_in = 1, .n_out = 1,
   .flags = LN_OP_ACTIVATION, .options = shrink_options, .params_size = shrink_size,
   .shape = shape, .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,3), 0.3",
   .doc = "(x, threshold = 0.5): 0 where |x| <= threshold, else x. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{-4, 0.5, 3}:hard_shrink()  --> [-4.  0.  3.]\n"},
  {.name = "soft_shrink", .variant = LN_U_SOFT_SHRINK, .n_in = 1, .n_out = 1,
   .flags = LN_OP_ACTIVATION, .options = shrink_options, .params_size = shrink_size,
   .shape = shape, .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,3), 0.3",
   .doc = "(x, threshold = 0.5): x moved toward 0 by the threshold, 0 within it. Integers give\n"
          "float32.\n"
          "Example:\n"
          "ln.tensor{-4, 0.5, 3}:soft_shrink()  --> [-3.5  0.   2.5]\n"},
  {.name = "tanh_shrink", .variant = LN_U_TANH_SHRINK, .n_in = 1, .n_out = 1,
   .flags = LN_OP_ACTIVATION, .shape = shape, .forward = forward, .backward = backward,
   .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): x - tanh(x). Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 1}:tanh_shrink():round(4)  --> [0.     0.2384]\n"},
  {.name = "threshold", .variant = LN_U_THRESHOLD, .n_in = 1, .n_out = 1,
   .flags = LN_OP_ACTIVATION, .options = threshold_options, .params_size = threshold_size,
   .shape = shape, .forward = forward, .backward = backward, .samples = "x(2,3), 0.2, -1",
   .doc = "(x, threshold, default_value): x where it is above the threshold, else\n"
          "default_value. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 1, 2}:threshold(1, -2)  --> [-2. -2.  2.]\n"},
  {.name = "softplus", .variant = LN_U_SOFTPLUS, .n_in = 1, .n_out = 1, .flags = LN_OP_ACTIVATION,
   .shape = shape, .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): log(1 + e^x), without overflow. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 100}:softplus():round(4)  --> [  0.6931 100.    ]\n"},
  {.name = "softsign", .variant = LN_U_SOFTSIGN, .n_in = 1, .n_out = 1, .flags = LN_OP_ACTIVATION,
   .shape = shape, .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): x / (1 + |x|). Integers give float32.\n"
          "Example:\n"
          "ln.tensor{1, -3}:softsign()  --> [ 0.5  -0.75]\n"},
  {.name = "mish", .variant = LN_U_MISH, .n_in = 1, .n_out = 1, .flags = LN_OP_ACTIVATION,
   .shape = shape, .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): x * tanh(softplus(x)) (Misra 2019). Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 1}:mish():round(4)  --> [0.     0.8651]\n"},
  {.name = "log_sigmoid", .variant = LN_U_LOG_SIGMOID, .n_in = 1, .n_out = 1,
   .flags = LN_OP_ACTIVATION, .shape = shape, .forward = forward, .backward = backward,
   .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): log(sigmoid(x)), without overflow. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, -100}:log_sigmoid():round(4)  --> [  -0.6931 -100.    ]\n"},
  {.name = "exponential", .variant = LN_U_EXP, .n_in = 1, .n_out = 1, .flags = LN_OP_ACTIVATION,
   .shape = shape, .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): e^x; the name of exp as an activation. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 1}:exponential():round(4)  --> [1.     2.7183]\n"},
  {.name = "squareplus", .variant = LN_U_SQUAREPLUS, .n_in = 1, .n_out = 1,
   .flags = LN_OP_ACTIVATION, .options = squareplus_options, .params_size = squareplus_size,
   .shape = shape, .forward = forward, .backward = backward, .samples = "x(2,3)\nx(2,3), 1",
   .doc = "(x, b = 4): (x + sqrt(x^2 + b)) / 2 (Barron 2021). Integers give float32.\n"
          "Example:\n"
          "ln.tensor{0, 1.5}:squareplus()  --> [1. 2.]\n"},
  {.name = "sparse_plus", .variant = LN_U_SPARSE_PLUS, .n_in = 1, .n_out = 1,
   .flags = LN_OP_ACTIVATION, .shape = shape, .forward = forward, .backward = backward,
   .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): 0 up to -1, (x + 1)^2 / 4 up to 1, then x. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{-2, 0, 2}:sparse_plus()  --> [0.   0.25 2.  ]\n"},
  {.name = "sparse_sigmoid", .variant = LN_U_SPARSE_SIGMOID, .n_in = 1, .n_out = 1,
   .flags = LN_OP_ACTIVATION, .shape = shape, .forward = forward, .backward = backward,
   .samples = "x(2,3)\nx(2,1,3)",
   .doc = "(x): 0 up to -1, (x + 1) / 2 up to 1, then 1. Integers give float32.\n"
          "Example:\n"
          "ln.tensor{-2, 0, 2}:sparse_sigmoid()  --> [0.  0.5 1. ]\n"},
  {.name = "isnan", .variant = LN_U_ISNAN, .n_in = 1, .n_out = 1, .flags = LN_OP_NO_GRADIENT,
   .shape = shape, .forward = forward, .backward = backward, .samples = "x(2,3)",
   .doc = "(x): whether x is NaN; the result is bool.\n"
          "Example:\n"
          "ln.tensor{0/0, 1/0, 1}:isnan()  --> [ true false false]\n"},
  {.name = "isinf", .variant = LN_U_ISINF, .n_in = 1, .n_out = 1, .flags = LN_OP_NO_GRADIENT,
   .shape = shape, .forward = forward, .backward = backward, .samples = "x(2,3)",
   .doc = "(x): whether x is an infinity; the result is bool.\n"
          "Example:\n"
          "ln.tensor{0/0, 1/0, 1}:isinf()  --> [false  true false]\n"},
  {.name = "isfinite", .variant = LN_U_ISFINITE, .n_in = 1, .n_out = 1, .flags = LN_OP_NO_GRADIENT,
   .shape = shape, .forward = forward, .backward = backward, .samples = "x(2,3)",
   .doc = "(x): whether x is neither NaN nor an infinity; the result is bool.\n"
          "Example:\n"
          "ln.tensor{0/0, 1/0, 1}:isfinite()  --> [false false  true]\n"},
  {0}};

// ---- C functions

// The first entry of a kernel is its op.
static LnTensor *apply_with(LnContext *c, LnUnary kernel, LnTensor *x, const Params *params) {
  const LnOp *op = &ln_ops_unary[UNARY_GRAD + 1];
  while (op->variant != (int)kernel) op++;
  return LN_APPLY1(c, op, op->params_size ? params : NULL, x);
}

static LnTensor *apply(LnContext *c, LnUnary kernel, LnTensor *x) {
  static const Params defaults = {.p = {0, NAN, 0}};   // relu's, and round's
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
FUNCTION(floor, FLOOR)
FUNCTION(isnan, ISNAN)
FUNCTION(reciprocal, RECIPROCAL)
FUNCTION(identity, IDENTITY)
