// Functions of two tensors, elementwise and broadcasting as numpy does. One more is an entry of
// ln_ops_binary (its loop: kernels/binary.c), its place in kind_of and, where it has a gradient, a
// backward rule.
#include <math.h>

#include "kernels/elementwise.h"
#include "ops/ops.h"

// What dtype comes out, and which one is computed in.
typedef enum Kind {
  SAME,      // the promoted dtype; of two bools a bool
  NUMBERS,   // the same, but bools count as int32
  FLOATS,    // integers give float32
  TRUTH,     // bool, compared in the promoted dtype
  LOGIC,     // bool, of what differs from 0
} Kind;

static LnTensor *apply(LnContext *c, LnBinary kernel, LnTensor *a, LnTensor *b);
static LnTensor *number(LnContext *c, const LnTensor *like, double v);
enum { LOGICAL_NOT = LN_BINARIES, ISCLOSE };

static LnBinary kernel_of(const LnCall *call) { return (LnBinary)call->op->variant; }

static Kind kind_of(const LnCall *call) {
  switch (kernel_of(call)) {
    case LN_B_ADD: case LN_B_SUB: case LN_B_MUL: case LN_B_MAX: case LN_B_MIN: return SAME;
    case LN_B_DIV: case LN_B_ARCTAN2: case LN_B_HYPOT: case LN_B_LOGADDEXP: return FLOATS;
    case LN_B_FLOOR_DIV: case LN_B_MOD: case LN_B_POW: case LN_B_SQUARED_DIFFERENCE:
      return NUMBERS;
    case LN_B_GT: case LN_B_GE: case LN_B_LT: case LN_B_LE: case LN_B_EQ: case LN_B_NE:
      return TRUTH;
    default: return LOGIC;
  }
}

static bool shape(const LnCall *call, LnSpec *out) {
  Kind kind = kind_of(call);
  LnDtype d = ln_call_dtype(call);
  if (kind == FLOATS) d = ln_dtype_float(d);
  else if (kind == TRUTH || kind == LOGIC) d = LN_BOOL;
  else if (kind == NUMBERS && d == LN_BOOL) d = LN_INT32;
  return ln_spec_broadcast(call, out, d);
}

static bool subtract_shape(const LnCall *call, LnSpec *out) {
  if (ln_call_dtype(call) == LN_BOOL)
    return ln_fail(call->context, "subtract: bool tensors have no difference; take logical_xor, or "
                                  "count with astype(\"int32\")");
  return shape(call, out);
}

static void forward(const LnCall *call) {
  Kind kind = kind_of(call);
  LnDtype compute = kind == TRUTH ? ln_call_dtype(call) : (LnDtype)call->out[0]->dtype;
  if (kind == LOGIC) compute = LN_BOOL;
  else if (!ln_dtype_is_float(compute)) compute = LN_INT64;
  ln_kernel_binary(kernel_of(call), compute, call->out[0], call->in[0], call->in[1]);
}

static bool power_check(const LnCall *call) {
  if (ln_dtype_is_float(ln_call_dtype(call)) || !ln_kernel_any_negative(call->in[1])) return true;
  return ln_fail(call->context, "power: an integer to a negative power is no integer; make one of "
                                "them a float, with astype(\"float32\")");
}

// ---- gradients: broadcast shapes are the engine's to reduce


// 1 where a condition holds, 0 elsewhere
static LnTensor *where(LnContext *c, LnTensor *condition, const LnTensor *like) {
  return ln_cast(c, condition, (LnDtype)like->dtype);
}

static bool add_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                         LnTensor **dx) {
  (void)call, (void)want;
  dx[0] = dx[1] = dy[0];
  return true;
}

static bool subtract_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                              LnTensor **dx) {
  dx[0] = dy[0];
  if (want[1]) dx[1] = ln_neg(call->context, dy[0]);
  return true;
}

static bool multiply_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                              LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *a = call->in[0], *b = call->in[1];
  if (want[0]) dx[0] = ln_mul(c, dy[0], b);
  if (want[1]) dx[1] = ln_mul(c, dy[0], a);
  return true;
}

static bool divide_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                            LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *b = call->in[1], *y = call->out[0];
  if (want[0]) dx[0] = ln_div(c, dy[0], b);
  if (want[1]) dx[1] = ln_neg(c, ln_mul(c, dy[0], ln_div(c, y, b)));
  return true;
}

// a - b floor(a / b), whose floor is constant in between
static bool mod_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                         LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *a = call->in[0], *b = call->in[1];
  dx[0] = dy[0];
  if (want[1]) dx[1] = ln_neg(c, ln_mul(c, dy[0], apply(c, LN_B_FLOOR_DIV, a, b)));
  return true;
}

// da: b a^(b-1), where an exponent of 0 is left alone so that 0^0 has slope 0; db: a^b log a, 0
// where a is not positive, as TensorFlow has it.
static bool power_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                           LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *a = call->in[0], *b = call->in[1], *y = call->out[0];
  if (want[0]) {
    LnTensor *less = ln_sub(c, b, where(c, apply(c, LN_B_NE, b, number(c, b, 0)), b));
    dx[0] = ln_mul(c, ln_mul(c, dy[0], b), ln_pow(c, a, less));
  }
  if (want[1]) {
    LnTensor *positive = ln_gt_number(c, a, 0), *one = number(c, a, 1);
    dx[1] = ln_mul(c, ln_mul(c, dy[0], y), ln_log(c, ln_where(c, positive, a, one)));
  }
  return true;
}

// Where the operands are equal the gradient goes to the first, as in TensorFlow.
static bool maximum_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                             LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *a = call->in[0], *b = call->in[1];
  if (want[0]) dx[0] = ln_mul(c, dy[0], where(c, ln_ge(c, a, b), dy[0]));
  if (want[1]) dx[1] = ln_mul(c, dy[0], where(c, ln_lt(c, a, b), dy[0]));
  return true;
}

static bool minimum_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                             LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *a = call->in[0], *b = call->in[1];
  if (want[0]) dx[0] = ln_mul(c, dy[0], where(c, ln_le(c, a, b), dy[0]));
  if (want[1]) dx[1] = ln_mul(c, dy[0], where(c, ln_gt(c, a, b), dy[0]));
  return true;
}

static bool squared_difference_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                                        LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *a = call->in[0], *b = call->in[1];
  dx[0] = ln_mul(c, ln_mul_number(c, dy[0], 2), ln_sub(c, a, b));   // 2 dy may be a constant
  if (want[1]) dx[1] = ln_neg(c, dx[0]);
  return true;
}

static bool arctan2_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                             LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *a = call->in[0], *b = call->in[1];
  LnTensor *scaled = ln_div(c, dy[0], ln_add(c, ln_square(c, a), ln_square(c, b)));
  if (want[0]) dx[0] = ln_mul(c, scaled, b);
  if (want[1]) dx[1] = ln_neg(c, ln_mul(c, scaled, a));
  return true;
}

static bool hypot_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                           LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *a = call->in[0], *b = call->in[1], *y = call->out[0];
  LnTensor *scaled = ln_div(c, dy[0], y);
  if (want[0]) dx[0] = ln_mul(c, scaled, a);
  if (want[1]) dx[1] = ln_mul(c, scaled, b);
  return true;
}

static bool logaddexp_backward(const LnCall *call, LnTensor *const *dy, const bool *want,
                               LnTensor **dx) {
  LnContext *c = call->context;
  LnTensor *a = call->in[0], *b = call->in[1];
  if (want[0]) dx[0] = ln_mul(c, dy[0], ln_sigmoid(c, ln_sub(c, a, b)));
  if (want[1]) dx[1] = ln_mul(c, dy[0], ln_sigmoid(c, ln_sub(c, b, a)));
  return true;
}

// ---- isclose, logical_not: not of the table's form

typedef struct Isclose {
  double rtol, atol;
  bool equal_nan;
} Isclose;

static const LnOption isclose_options[] = {
  {"rtol", LN_OPT_NUMBER, LN_FIELD(Isclose, rtol), "1e-5", .range = ">= 0",
   .doc = "tolerance relative to the second tensor"},
  {"atol", LN_OPT_NUMBER, LN_FIELD(Isclose, atol), "1e-8", .range = ">= 0",
   .doc = "absolute tolerance"},
  {"equal_nan", LN_OPT_BOOL, LN_FIELD(Isclose, equal_nan), "false", .doc = "NaN equals NaN"},
  {0}};

static bool isclose_shape(const LnCall *call, LnSpec *out) {
  return ln_spec_broadcast(call, out, LN_BOOL);
}

static void isclose_forward(const LnCall *call) {
  const Isclose *o = call->params;
  ln_kernel_isclose((double[]){o->rtol, o->atol, o->equal_nan}, call->out[0], call->in[0],
                    call->in[1]);
}

static bool not_shape(const LnCall *call, LnSpec *out) {
  return ln_spec_like(call, out, LN_BOOL, call->in[0]);
}

// not x: x == 0
static void not_forward(const LnCall *call) {
  const LnTensor *x = call->in[0];
  LnDtype compute = ln_dtype_is_float(x->dtype) ? (LnDtype)x->dtype : LN_INT64;
  LnTensor zero = {.refs = 1, .dtype = LN_UINT8, .size = 1, .contiguous = true,
                   .data = (char[8]){0}};
  ln_kernel_binary(LN_B_EQ, compute, call->out[0], x, &zero);
}

// ---- the table

#define BROADCASTS " Shapes broadcast; integer with float gives that float."
#define COMPARES " Elementwise, shapes broadcast; the result is bool. NaN compares false."
#define LOGICAL " What differs from 0 (NaN does) counts as true; the result is bool."
#define PAIRS "x(2,3), x(2,3)\nx(2,3), x(3)\nx(2,1), x(1,3)"

// In the places of LnBinary, so that a kernel finds its op.
const LnOp ln_ops_binary[] = {
  [LN_B_ADD] = {.name = "add", .variant = LN_B_ADD, .n_in = 2, .n_out = 1, .shape = shape,
   .forward = forward, .backward = add_backward, .samples = PAIRS,
   .doc = "(a, b): a + b." BROADCASTS " Integers wrap around; of bools: logical or.\n"
          "Example:\n"
          "ln.tensor{1, 2} + ln.tensor{{10}, {20}}  --> [[11. 12.] [21. 22.]]\n"},
  [LN_B_SUB] = {.name = "subtract", .variant = LN_B_SUB, .n_in = 2, .n_out = 1,
   .shape = subtract_shape, .forward = forward, .backward = subtract_backward, .samples = PAIRS,
   .doc = "(a, b): a - b." BROADCASTS " Integers wrap around; bools are refused.\n"
          "Example:\n"
          "ln.tensor{1, 2} - 3  --> [-2. -1.]\n"},
  [LN_B_MUL] = {.name = "multiply", .variant = LN_B_MUL, .n_in = 2, .n_out = 1, .shape = shape,
   .forward = forward, .backward = multiply_backward, .samples = PAIRS,
   .doc = "(a, b): a * b." BROADCASTS " Integers wrap around; of bools: logical and.\n"
          "Example:\n"
          "2 * ln.tensor{1, 2}  --> [2. 4.]\n"},
  [LN_B_DIV] = {.name = "divide", .variant = LN_B_DIV, .n_in = 2, .n_out = 1, .shape = shape,
   .forward = forward, .backward = divide_backward, .samples = "x(2,3), x(2,3)\nx(2,1), x(1,3)",
   .doc = "(a, b): a / b." BROADCASTS " Integers divided give float32; x / 0 is inf or NaN.\n"
          "Example:\n"
          "ln.tensor({1, 2}, {dtype = \"int32\"}) / 2  --> [0.5 1. ]\n"},
  [LN_B_FLOOR_DIV] = {.name = "floor_divide", .variant = LN_B_FLOOR_DIV, .n_in = 2, .n_out = 1,
   .flags = LN_OP_NO_GRADIENT, .shape = shape, .forward = forward, .samples = "x(2,3), x(3)",
   .doc = "(a, b): a // b, rounded toward minus infinity." BROADCASTS " Integers by 0 give 0.\n"
          "Example:\n"
          "ln.tensor{7, -7} // 2  --> [ 3. -4.]\n"},
  [LN_B_MOD] = {.name = "mod", .variant = LN_B_MOD, .n_in = 2, .n_out = 1, .shape = shape,
   .forward = forward, .backward = mod_backward, .samples = "x(2,3), p(2,3) + 1\np(2,1), p(3) + 1",
   .doc = "(a, b): a % b = a - b * (a // b), of b's sign." BROADCASTS " Integers by 0 give 0.\n"
          "Example:\n"
          "ln.tensor{7, -7} % 4  --> [3. 1.]\n"},
  [LN_B_POW] = {.name = "power", .variant = LN_B_POW, .n_in = 2, .n_out = 1, .shape = shape,
   .check = power_check, .forward = forward, .backward = power_backward,
   .samples = "p(2,3), x(2,3)\np(2,1), x(3)\nx(2,3), 3",
   .doc = "(a, b): a ^ b." BROADCASTS " Integers wrap around and take no negative exponent.\n"
          "The gradient of b is 0 where a <= 0.\n"
          "Example:\n"
          "ln.tensor{1, 2, 3} ^ 2  --> [1. 4. 9.]\n"},
  [LN_B_MAX] = {.name = "maximum", .variant = LN_B_MAX, .n_in = 2, .n_out = 1, .shape = shape,
   .forward = forward, .backward = maximum_backward, .samples = PAIRS,
   .doc = "(a, b): the larger of each pair, NaN when either is." BROADCASTS "\n"
          "Where both are equal the gradient goes to a.\n"
          "Example:\n"
          "ln.maximum(ln.tensor{1, 5}, 3)  --> [3. 5.]\n"},
  [LN_B_MIN] = {.name = "minimum", .variant = LN_B_MIN, .n_in = 2, .n_out = 1, .shape = shape,
   .forward = forward, .backward = minimum_backward, .samples = PAIRS,
   .doc = "(a, b): the smaller of each pair, NaN when either is." BROADCASTS "\n"
          "Where both are equal the gradient goes to a.\n"
          "Example:\n"
          "ln.minimum(ln.tensor{1, 5}, 3)  --> [1. 3.]\n"},
  [LN_B_SQUARED_DIFFERENCE] = {.name = "squared_difference", .variant = LN_B_SQUARED_DIFFERENCE,
   .n_in = 2, .n_out = 1,
   .shape = shape, .forward = forward, .backward = squared_difference_backward, .samples = PAIRS,
   .doc = "(a, b): (a - b)^2." BROADCASTS "\n"
          "Example:\n"
          "ln.squared_difference(ln.tensor{1, 5}, 3)  --> [4. 4.]\n"},
  [LN_B_ARCTAN2] = {.name = "arctan2", .variant = LN_B_ARCTAN2, .n_in = 2, .n_out = 1,
   .shape = shape,
   .forward = forward, .backward = arctan2_backward, .samples = "x(2,3), x(2,3)\nx(3), p(2,1)",
   .doc = "(a, b): the angle of the point (b, a) in radians, in [-pi, pi]." BROADCASTS "\n"
          "Example:\n"
          "ln.arctan2(ln.tensor{0, 1}, ln.tensor{1, 0}):round(4)  --> [0.     1.5708]\n"},
  [LN_B_HYPOT] = {.name = "hypot", .variant = LN_B_HYPOT, .n_in = 2, .n_out = 1, .shape = shape,
   .forward = forward, .backward = hypot_backward, .samples = "x(2,3), x(2,3)\nx(3), p(2,1)",
   .doc = "(a, b): sqrt(a^2 + b^2), without overflow." BROADCASTS "\n"
          "Example:\n"
          "ln.hypot(ln.tensor{3}, ln.tensor{4})  --> [5.]\n"},
  [LN_B_LOGADDEXP] = {.name = "logaddexp", .variant = LN_B_LOGADDEXP, .n_in = 2, .n_out = 1,
   .shape = shape, .forward = forward, .backward = logaddexp_backward, .samples = PAIRS,
   .doc = "(a, b): log(exp(a) + exp(b)), without overflow." BROADCASTS "\n"
          "Example:\n"
          "ln.logaddexp(ln.tensor{1000}, ln.tensor{0})  --> [1000.]\n"},
  [LN_B_GT] = {.name = "gt", .variant = LN_B_GT, .n_in = 2, .n_out = 1, .flags = LN_OP_NO_GRADIENT,
   .shape = shape, .forward = forward, .samples = PAIRS,
   .doc = "(a, b): a > b." COMPARES "\n"
          "Example:\n"
          "ln.tensor{1, 2, 3}:gt(2)  --> [false false  true]\n"},
  [LN_B_GE] = {.name = "ge", .variant = LN_B_GE, .n_in = 2, .n_out = 1, .flags = LN_OP_NO_GRADIENT,
   .shape = shape, .forward = forward, .samples = PAIRS,
   .doc = "(a, b): a >= b." COMPARES "\n"
          "Example:\n"
          "ln.tensor{1, 2, 3}:ge(2)  --> [false  true  true]\n"},
  [LN_B_LT] = {.name = "lt", .variant = LN_B_LT, .n_in = 2, .n_out = 1, .flags = LN_OP_NO_GRADIENT,
   .shape = shape, .forward = forward, .samples = PAIRS,
   .doc = "(a, b): a < b." COMPARES "\n"
          "Example:\n"
          "ln.tensor{1, 2, 3}:lt(2)  --> [ true false false]\n"},
  [LN_B_LE] = {.name = "le", .variant = LN_B_LE, .n_in = 2, .n_out = 1, .flags = LN_OP_NO_GRADIENT,
   .shape = shape, .forward = forward, .samples = PAIRS,
   .doc = "(a, b): a <= b." COMPARES "\n"
          "Example:\n"
          "ln.tensor{1, 2, 3}:le(2)  --> [ true  true false]\n"},
  [LN_B_EQ] = {.name = "eq", .variant = LN_B_EQ, .n_in = 2, .n_out = 1, .flags = LN_OP_NO_GRADIENT,
   .shape = shape, .forward = forward, .samples = PAIRS,
   .doc = "(a, b): whether a and b are equal, elementwise (a == b asks it of whole tensors)."
          " Shapes broadcast; the result is bool; NaN equals nothing.\n"
          "Example:\n"
          "ln.tensor{1, 2, 3}:eq(2)  --> [false  true false]\n"},
  [LN_B_NE] = {.name = "ne", .variant = LN_B_NE, .n_in = 2, .n_out = 1, .flags = LN_OP_NO_GRADIENT,
   .shape = shape, .forward = forward, .samples = PAIRS,
   .doc = "(a, b): whether a and b differ, elementwise."
          " Shapes broadcast; the result is bool; NaN differs from everything.\n"
          "Example:\n"
          "ln.tensor{1, 2, 3}:ne(2)  --> [ true false  true]\n"},
  [LN_B_AND] = {.name = "logical_and", .variant = LN_B_AND, .n_in = 2, .n_out = 1,
   .flags = LN_OP_NO_GRADIENT, .shape = shape, .forward = forward, .samples = "b(2,3), b(3)",
   .doc = "(a, b): true where both are." LOGICAL "\n"
          "Example:\n"
          "ln.logical_and(ln.tensor{0, 1, 2}, ln.tensor{1, 1, 0})  --> [false  true false]\n"},
  [LN_B_OR] = {.name = "logical_or", .variant = LN_B_OR, .n_in = 2, .n_out = 1,
   .flags = LN_OP_NO_GRADIENT, .shape = shape, .forward = forward, .samples = "b(2,3), b(3)",
   .doc = "(a, b): true where either is." LOGICAL "\n"
          "Example:\n"
          "ln.logical_or(ln.tensor{0, 1, 2}, ln.tensor{0, 1, 0})  --> [false  true  true]\n"},
  [LN_B_XOR] = {.name = "logical_xor", .variant = LN_B_XOR, .n_in = 2, .n_out = 1,
   .flags = LN_OP_NO_GRADIENT, .shape = shape, .forward = forward, .samples = "b(2,3), b(3)",
   .doc = "(a, b): true where exactly one is." LOGICAL "\n"
          "Example:\n"
          "ln.logical_xor(ln.tensor{0, 1, 2}, ln.tensor{0, 1, 0})  --> [false false  true]\n"},
  [LOGICAL_NOT] = {.name = "logical_not", .n_in = 1, .n_out = 1, .flags = LN_OP_NO_GRADIENT,
   .shape = not_shape, .forward = not_forward, .samples = "b(2,3)\nx(2,3)",
   .doc = "(x): true where x is 0 or false; the result is bool.\n"
          "Example:\n"
          "ln.logical_not(ln.tensor{0, 1, 2})  --> [ true false false]\n"},
  [ISCLOSE] = {.name = "isclose", .n_in = 2, .n_out = 1, .flags = LN_OP_NO_GRADIENT,
   .options = isclose_options, .params_size = sizeof(Isclose), .shape = isclose_shape,
   .forward = isclose_forward, .samples = "x(2,3), x(3)\nx(2,3), x(2,1), 0.5, 0, true",
   .doc = "(a, b, rtol = 1e-5, atol = 1e-8, equal_nan = false): |a - b| <= atol + rtol |b|,\n"
          "elementwise, in float64; infinities are close to themselves. The result is bool.\n"
          "Example:\n"
          "ln.isclose(ln.tensor{1, 2}, ln.tensor{1.000001, 2.1})  --> [ true false]\n"},
  {0}};

// ---- C functions

static LnTensor *apply(LnContext *c, LnBinary kernel, LnTensor *a, LnTensor *b) {
  return LN_APPLY2(c, &ln_ops_binary[kernel], NULL, a, b);
}

// A number beside a tensor takes its dtype; an integer's, only when it is whole.
static LnTensor *number(LnContext *c, const LnTensor *like, double v) {
  if (!like) return NULL;
  LnDtype d = (LnDtype)like->dtype;
  if (!ln_dtype_is_float(d) && v != floor(v)) d = LN_FLOAT32;
  else if (d == LN_BOOL) d = LN_INT32;
  return ln_temp(c, ln_tensor_scalar(c, d, v));
}

#define PAIR(f, kernel) \
  LnTensor *ln_##f(LnContext *c, LnTensor *a, LnTensor *b) { return apply(c, LN_B_##kernel, a, b); }
#define RIGHT(f, kernel)                                          \
  LnTensor *ln_##f##_number(LnContext *c, LnTensor *a, double b) { \
    return apply(c, LN_B_##kernel, a, number(c, a, b));           \
  }
#define LEFT(f, kernel)                                           \
  LnTensor *ln_number_##f(LnContext *c, double a, LnTensor *b) {  \
    return apply(c, LN_B_##kernel, number(c, b, a), b);           \
  }

PAIR(add, ADD)
PAIR(sub, SUB)
PAIR(mul, MUL)
PAIR(div, DIV)
PAIR(pow, POW)
PAIR(arctan2, ARCTAN2)
PAIR(maximum, MAX)
PAIR(minimum, MIN)
PAIR(gt, GT)
PAIR(ge, GE)
PAIR(lt, LT)
PAIR(le, LE)
PAIR(eq, EQ)
PAIR(ne, NE)
PAIR(logical_and, AND)
PAIR(logical_or, OR)
PAIR(squared_difference, SQUARED_DIFFERENCE)
RIGHT(add, ADD)
RIGHT(sub, SUB)
RIGHT(mul, MUL)
RIGHT(div, DIV)
RIGHT(pow, POW)
RIGHT(gt, GT)
RIGHT(ge, GE)
RIGHT(lt, LT)
RIGHT(le, LE)
RIGHT(eq, EQ)
LEFT(sub, SUB)
LEFT(div, DIV)

LnTensor *ln_logical_not(LnContext *c, LnTensor *a) {
  return LN_APPLY1(c, &ln_ops_binary[LOGICAL_NOT], NULL, a);
}
