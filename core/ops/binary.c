// Functions of two tensors, elementwise and broadcasting as numpy does. One more is a row of ROWS
// (its loop: kernels/binary.c) and, where it has a gradient, a backward rule.
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
static LnBinary kernel_of(const LnCall *call);
static Kind kind_of(const LnCall *call);

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

#define BACKWARD(name)                                                                      \
  static bool name##_backward(const LnCall *call, LnTensor *const *dy, const bool *want,    \
                              LnTensor **dx)
#define NAMES                                                   \
  LnContext *c = call->context;                                 \
  LnTensor *a = call->in[0], *b = call->in[1], *y = call->out[0]; \
  (void)a, (void)b, (void)y

// 1 where a condition holds, 0 elsewhere
static LnTensor *where(LnContext *c, LnTensor *condition, const LnTensor *like) {
  return ln_cast(c, condition, (LnDtype)like->dtype);
}

BACKWARD(add) {
  (void)call, (void)want;
  dx[0] = dx[1] = dy[0];
  return true;
}

BACKWARD(subtract) {
  dx[0] = dy[0];
  if (want[1]) dx[1] = ln_neg(call->context, dy[0]);
  return true;
}

BACKWARD(multiply) {
  NAMES;
  if (want[0]) dx[0] = ln_mul(c, dy[0], b);
  if (want[1]) dx[1] = ln_mul(c, dy[0], a);
  return true;
}

BACKWARD(divide) {
  NAMES;
  if (want[0]) dx[0] = ln_div(c, dy[0], b);
  if (want[1]) dx[1] = ln_neg(c, ln_mul(c, dy[0], ln_div(c, y, b)));
  return true;
}

// a - b floor(a / b), whose floor is constant in between
BACKWARD(mod) {
  NAMES;
  dx[0] = dy[0];
  if (want[1]) dx[1] = ln_neg(c, ln_mul(c, dy[0], apply(c, LN_B_FLOOR_DIV, a, b)));
  return true;
}

// da: b a^(b-1), where an exponent of 0 is left alone so that 0^0 has slope 0; db: a^b log a, 0
// where a is not positive, as TensorFlow has it.
BACKWARD(power) {
  NAMES;
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
BACKWARD(maximum) {
  NAMES;
  if (want[0]) dx[0] = ln_mul(c, dy[0], where(c, ln_ge(c, a, b), dy[0]));
  if (want[1]) dx[1] = ln_mul(c, dy[0], where(c, ln_lt(c, a, b), dy[0]));
  return true;
}

BACKWARD(minimum) {
  NAMES;
  if (want[0]) dx[0] = ln_mul(c, dy[0], where(c, ln_le(c, a, b), dy[0]));
  if (want[1]) dx[1] = ln_mul(c, dy[0], where(c, ln_gt(c, a, b), dy[0]));
  return true;
}

BACKWARD(squared_difference) {
  NAMES;
  dx[0] = ln_mul(c, ln_mul_number(c, dy[0], 2), ln_sub(c, a, b));   // 2 dy may be a constant
  if (want[1]) dx[1] = ln_neg(c, dx[0]);
  return true;
}

BACKWARD(arctan2) {
  NAMES;
  LnTensor *scaled = ln_div(c, dy[0], ln_add(c, ln_square(c, a), ln_square(c, b)));
  if (want[0]) dx[0] = ln_mul(c, scaled, b);
  if (want[1]) dx[1] = ln_neg(c, ln_mul(c, scaled, a));
  return true;
}

BACKWARD(hypot) {
  NAMES;
  LnTensor *scaled = ln_div(c, dy[0], y);
  if (want[0]) dx[0] = ln_mul(c, scaled, a);
  if (want[1]) dx[1] = ln_mul(c, scaled, b);
  return true;
}

BACKWARD(logaddexp) {
  NAMES;
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

// X(kernel, name, kind, flags, shape, check, backward, samples, doc)
#define ROWS(X)                                                                                   \
  X(ADD, "add", SAME, 0, shape, NULL, add_backward, PAIRS,                                        \
    "(a, b): a + b." BROADCASTS " Integers wrap around; of bools: logical or.\n"                  \
    "Example:\n"                                                                                  \
    "ln.tensor{1, 2} + ln.tensor{{10}, {20}}  --> [[11. 12.] [21. 22.]]\n")                       \
  X(SUB, "subtract", SAME, 0, subtract_shape, NULL, subtract_backward, PAIRS,                     \
    "(a, b): a - b." BROADCASTS " Integers wrap around; bools are refused.\n"                     \
    "Example:\n"                                                                                  \
    "ln.tensor{1, 2} - 3  --> [-2. -1.]\n")                                                       \
  X(MUL, "multiply", SAME, 0, shape, NULL, multiply_backward, PAIRS,                              \
    "(a, b): a * b." BROADCASTS " Integers wrap around; of bools: logical and.\n"                 \
    "Example:\n"                                                                                  \
    "2 * ln.tensor{1, 2}  --> [2. 4.]\n")                                                         \
  X(DIV, "divide", FLOATS, 0, shape, NULL, divide_backward, "x(2,3), x(2,3)\nx(2,1), x(1,3)",     \
    "(a, b): a / b." BROADCASTS " Integers divided give float32; x / 0 is inf or NaN.\n"          \
    "Example:\n"                                                                                  \
    "ln.tensor({1, 2}, {dtype = \"int32\"}) / 2  --> [0.5 1. ]\n")                                \
  X(FLOOR_DIV, "floor_divide", NUMBERS, LN_OP_NO_GRADIENT, shape, NULL, NULL, "x(2,3), x(3)",     \
    "(a, b): a // b, rounded toward minus infinity." BROADCASTS " Integers by 0 give 0.\n"        \
    "Example:\n"                                                                                  \
    "ln.tensor{7, -7} // 2  --> [ 3. -4.]\n")                                                     \
  X(MOD, "mod", NUMBERS, 0, shape, NULL, mod_backward, "x(2,3), p(2,3) + 1\np(2,1), p(3) + 1",    \
    "(a, b): a % b = a - b * (a // b), of b's sign." BROADCASTS " Integers by 0 give 0.\n"        \
    "Example:\n"                                                                                  \
    "ln.tensor{7, -7} % 4  --> [3. 1.]\n")                                                        \
  X(POW, "power", NUMBERS, 0, shape, power_check, power_backward,                                 \
    "p(2,3), x(2,3)\np(2,1), x(3)\nx(2,3), 3",                                                    \
    "(a, b): a ^ b." BROADCASTS " Integers wrap around and take no negative exponent.\n"          \
    "The gradient of b is 0 where a <= 0.\n"                                                      \
    "Example:\n"                                                                                  \
    "ln.tensor{1, 2, 3} ^ 2  --> [1. 4. 9.]\n")                                                   \
  X(MAX, "maximum", SAME, 0, shape, NULL, maximum_backward, PAIRS,                                \
    "(a, b): the larger of each pair, NaN when either is." BROADCASTS "\n"                        \
    "Where both are equal the gradient goes to a.\n"                                              \
    "Example:\n"                                                                                  \
    "ln.maximum(ln.tensor{1, 5}, 3)  --> [3. 5.]\n")                                              \
  X(MIN, "minimum", SAME, 0, shape, NULL, minimum_backward, PAIRS,                                \
    "(a, b): the smaller of each pair, NaN when either is." BROADCASTS "\n"                       \
    "Where both are equal the gradient goes to a.\n"                                              \
    "Example:\n"                                                                                  \
    "ln.minimum(ln.tensor{1, 5}, 3)  --> [1. 3.]\n")                                              \
  X(SQUARED_DIFFERENCE, "squared_difference", NUMBERS, 0, shape, NULL,                            \
    squared_difference_backward, PAIRS,                                                           \
    "(a, b): (a - b)^2." BROADCASTS "\n"                                                          \
    "Example:\n"                                                                                  \
    "ln.squared_difference(ln.tensor{1, 5}, 3)  --> [4. 4.]\n")                                   \
  X(ARCTAN2, "arctan2", FLOATS, 0, shape, NULL, arctan2_backward, "x(2,3), x(2,3)\nx(3), p(2,1)", \
    "(a, b): the angle of the point (b, a) in radians, in [-pi, pi]." BROADCASTS "\n"             \
    "Example:\n"                                                                                  \
    "ln.arctan2(ln.tensor{0, 1}, ln.tensor{1, 0}):round(4)  --> [0.     1.5708]\n")               \
  X(HYPOT, "hypot", FLOATS, 0, shape, NULL, hypot_backward, "x(2,3), x(2,3)\nx(3), p(2,1)",       \
    "(a, b): sqrt(a^2 + b^2), without overflow." BROADCASTS "\n"                                  \
    "Example:\n"                                                                                  \
    "ln.hypot(ln.tensor{3}, ln.tensor{4})  --> [5.]\n")                                           \
  X(LOGADDEXP, "logaddexp", FLOATS, 0, shape, NULL, logaddexp_backward, PAIRS,                    \
    "(a, b): log(exp(a) + exp(b)), without overflow." BROADCASTS "\n"                             \
    "Example:\n"                                                                                  \
    "ln.logaddexp(ln.tensor{1000}, ln.tensor{0})  --> [1000.]\n")                                 \
  X(GT, "gt", TRUTH, LN_OP_NO_GRADIENT, shape, NULL, NULL, PAIRS,                                 \
    "(a, b): a > b." COMPARES "\n"                                                                \
    "Example:\n"                                                                                  \
    "ln.tensor{1, 2, 3}:gt(2)  --> [false false  true]\n")                                        \
  X(GE, "ge", TRUTH, LN_OP_NO_GRADIENT, shape, NULL, NULL, PAIRS,                                 \
    "(a, b): a >= b." COMPARES "\n"                                                               \
    "Example:\n"                                                                                  \
    "ln.tensor{1, 2, 3}:ge(2)  --> [false  true  true]\n")                                        \
  X(LT, "lt", TRUTH, LN_OP_NO_GRADIENT, shape, NULL, NULL, PAIRS,                                 \
    "(a, b): a < b." COMPARES "\n"                                                                \
    "Example:\n"                                                                                  \
    "ln.tensor{1, 2, 3}:lt(2)  --> [ true false false]\n")                                        \
  X(LE, "le", TRUTH, LN_OP_NO_GRADIENT, shape, NULL, NULL, PAIRS,                                 \
    "(a, b): a <= b." COMPARES "\n"                                                               \
    "Example:\n"                                                                                  \
    "ln.tensor{1, 2, 3}:le(2)  --> [ true  true false]\n")                                        \
  X(EQ, "eq", TRUTH, LN_OP_NO_GRADIENT, shape, NULL, NULL, PAIRS,                                 \
    "(a, b): whether a and b are equal, elementwise (a == b asks it of whole tensors)."           \
    " Shapes broadcast; the result is bool; NaN equals nothing.\n"                                \
    "Example:\n"                                                                                  \
    "ln.tensor{1, 2, 3}:eq(2)  --> [false  true false]\n")                                        \
  X(NE, "ne", TRUTH, LN_OP_NO_GRADIENT, shape, NULL, NULL, PAIRS,                                 \
    "(a, b): whether a and b differ, elementwise."                                                \
    " Shapes broadcast; the result is bool; NaN differs from everything.\n"                       \
    "Example:\n"                                                                                  \
    "ln.tensor{1, 2, 3}:ne(2)  --> [ true false  true]\n")                                        \
  X(AND, "logical_and", LOGIC, LN_OP_NO_GRADIENT, shape, NULL, NULL, "b(2,3), b(3)",              \
    "(a, b): true where both are." LOGICAL "\n"                                                   \
    "Example:\n"                                                                                  \
    "ln.logical_and(ln.tensor{0, 1, 2}, ln.tensor{1, 1, 0})  --> [false  true false]\n")          \
  X(OR, "logical_or", LOGIC, LN_OP_NO_GRADIENT, shape, NULL, NULL, "b(2,3), b(3)",                \
    "(a, b): true where either is." LOGICAL "\n"                                                  \
    "Example:\n"                                                                                  \
    "ln.logical_or(ln.tensor{0, 1, 2}, ln.tensor{0, 1, 0})  --> [false  true  true]\n")           \
  X(XOR, "logical_xor", LOGIC, LN_OP_NO_GRADIENT, shape, NULL, NULL, "b(2,3), b(3)",              \
    "(a, b): true where exactly one is." LOGICAL "\n"                                             \
    "Example:\n"                                                                                  \
    "ln.logical_xor(ln.tensor{0, 1, 2}, ln.tensor{0, 1, 0})  --> [false false  true]\n")

#define OP(kernel, op_name, kind, op_flags, shape_fn, check_fn, backward_fn, op_samples, op_doc) \
  {.name = op_name, .n_in = 2, .n_out = 1, .flags = op_flags, .shape = shape_fn,                 \
   .check = check_fn, .forward = forward, .backward = backward_fn, .samples = op_samples,        \
   .doc = op_doc},

const LnOp ln_ops_binary[] = {
  ROWS(OP)
  {.name = "logical_not", .n_in = 1, .n_out = 1, .flags = LN_OP_NO_GRADIENT, .shape = not_shape,
   .forward = not_forward, .samples = "b(2,3)\nx(2,3)",
   .doc = "(x): true where x is 0 or false; the result is bool.\n"
          "Example:\n"
          "ln.logical_not(ln.tensor{0, 1, 2})  --> [ true false false]\n"},
  {.name = "isclose", .n_in = 2, .n_out = 1, .flags = LN_OP_NO_GRADIENT,
   .options = isclose_options, .params_size = sizeof(Isclose), .shape = isclose_shape,
   .forward = isclose_forward, .samples = "x(2,3), x(3)\nx(2,3), x(2,1), 0.5, 0, true",
   .doc = "(a, b, rtol = 1e-5, atol = 1e-8, equal_nan = false): |a - b| <= atol + rtol |b|,\n"
          "elementwise, in float64; infinities are close to themselves. The result is bool.\n"
          "Example:\n"
          "ln.isclose(ln.tensor{1, 2}, ln.tensor{1.000001, 2.1})  --> [ true false]\n"},
  {0}};

typedef struct Row {
  LnBinary kernel;
  Kind kind;
} Row;
#define ROW(kernel, name, kind, flags, shape_fn, check, backward, samples, doc) \
  {LN_B_##kernel, kind},
static const Row rows[] = {ROWS(ROW)};

// The rows stand in the order of LnBinary (elementwise.h), so that a kernel finds its op.
#define IN_ORDER(kernel, name, kind, flags, shape_fn, check, backward, samples, doc) AT_##kernel,
enum { ROWS(IN_ORDER) AT_END };
#define CHECKED(kernel, name, kind, flags, shape_fn, check, backward, samples, doc) \
  _Static_assert((int)AT_##kernel == (int)LN_B_##kernel, "rows follow LnBinary");
ROWS(CHECKED)

static LnBinary kernel_of(const LnCall *call) { return rows[call->op - ln_ops_binary].kernel; }
static Kind kind_of(const LnCall *call) { return rows[call->op - ln_ops_binary].kind; }

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
  return LN_APPLY1(c, &ln_ops_binary[AT_END], NULL, a);
}
