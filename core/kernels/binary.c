// The loops of functions of two tensors: float32, float64 and int64, in which all integers are
// computed (they wrap around, as the copy back cuts them). One more is a line here, its name in
// elementwise.h and a row of the table below.
#include "base/simd.h"
#include "kernels/elementwise.h"

#include "kernels/loop.h"
#include "kernels/vmath.h"

#define LOOP(name, type, to_type, compiled, expression)                                           \
  compiled static void name(void *out, const void *const *in, int64_t n, const double *p) {       \
    typedef type T;                                                                               \
    const T *as = in[0], *bs = in[1];                                                             \
    to_type *to = out;                                                                            \
    (void)p;                                                                                      \
    LN_INDEPENDENT                                                                                \
    for (int64_t i = 0; i < n; i++) {                                                             \
      const T a = as[i], b = bs[i];                                                               \
      to[i] = (to_type)(expression);                                                              \
    }                                                                                             \
  }

#define FLOATS(name, expression)                      \
  LOOP(name##_float, float, float, LN_CLONES, expression) \
  LOOP(name##_double, double, double, , expression)
#define INTS(name, expression) LOOP(name##_int64, int64_t, int64_t, , expression)
#define COMPARISON(name, op)                             \
  LOOP(name##_float, float, uint8_t, LN_CLONES, a op b)  \
  LOOP(name##_double, double, uint8_t, LN_CLONES, a op b) \
  LOOP(name##_int64, int64_t, uint8_t, LN_CLONES, a op b)
#define LOGICAL(name, expression) LOOP(name##_bool, uint8_t, uint8_t, LN_CLONES, expression)

// Unsigned arithmetic wraps where signed would be undefined.
#define UNSIGNED(op) ((int64_t)((uint64_t)a op(uint64_t) b))

// Division and remainder as Python's (and Lua's): toward minus infinity, the remainder having the
// divisor's sign; by zero, 0 for integers as numpy has it.
static int64_t int_floor_div(int64_t a, int64_t b) {
  if (b == 0) return 0;
  if (b == -1) return (int64_t)(0 - (uint64_t)a);
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}
static int64_t int_mod(int64_t a, int64_t b) {
  if (b == 0 || b == -1) return 0;
  int64_t r = a % b;
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
static int64_t int_pow(int64_t a, int64_t b) {
  uint64_t y = 1, x = (uint64_t)a;
  for (; b > 0; b >>= 1, x *= x)
    if (b & 1) y *= x;
  return (int64_t)y;
}

// For floats the quotient is taken from the remainder, so that a == b * (a // b) + a % b holds as
// nearly as it can (1 // 0.1 is 9).
static double double_mod(double a, double b) {
  double r = fmod(a, b);
  if (r != 0) return (r < 0) != (b < 0) ? r + b : r;
  return r == 0 ? copysign(0, b) : r;
}
static double double_floor_div(double a, double b) {
  if (b == 0) return a / b;
  double r = fmod(a, b), q = (a - r) / b;
  if (r != 0 && (r < 0) != (b < 0)) q -= 1;
  if (q == 0) return copysign(0, a / b);
  double down = floor(q);
  return q - down > 0.5 ? down + 1 : down;
}

FLOATS(add, a + b)
INTS(add, UNSIGNED(+))
FLOATS(sub, a - b)
INTS(sub, UNSIGNED(-))
FLOATS(mul, a * b)
INTS(mul, UNSIGNED(*))
FLOATS(div, a / b)
FLOATS(floor_div, double_floor_div(a, b))
INTS(floor_div, int_floor_div(a, b))
FLOATS(mod, double_mod(a, b))
INTS(mod, int_mod(a, b))
LOOP(pow_float, float, float, , powf(a, b))
LOOP(pow_double, double, double, , pow(a, b))
INTS(pow, int_pow(a, b))
// NaN wins
FLOATS(max, a >= b || a != a ? a : b)
LOOP(max_int64, int64_t, int64_t, LN_CLONES, a >= b ? a : b)
FLOATS(min, a <= b || a != a ? a : b)
LOOP(min_int64, int64_t, int64_t, LN_CLONES, a <= b ? a : b)
FLOATS(squared_difference, (a - b) * (a - b))
INTS(squared_difference, (int64_t)(((uint64_t)a - (uint64_t)b) * ((uint64_t)a - (uint64_t)b)))
LOOP(arctan2_float, float, float, , atan2f(a, b))
LOOP(arctan2_double, double, double, , atan2(a, b))
LOOP(hypot_float, float, float, , hypotf(a, b))
LOOP(hypot_double, double, double, , hypot(a, b))
// equal infinities have no difference to take
FLOATS(logaddexp, a == b ? a + (T)0.69314718055994530942
                         : (a != a || b != b ? a + b : a >= b ? a : b) +
                             VM_LOG1P(VM_EXP(-VM_ABS(a - b))))
COMPARISON(gt, >)
COMPARISON(ge, >=)
COMPARISON(lt, <)
COMPARISON(le, <=)
COMPARISON(eq, ==)
COMPARISON(ne, !=)
LOGICAL(and, a & b)
LOGICAL(or, a | b)
LOGICAL(xor, a ^ b)

typedef struct Entry {
  LnBlockFn floats, doubles, integers;   // integers: of the logical ones, bools
  int32_t grain;
} Entry;

#define ALL(name, grain) {name##_float, name##_double, name##_int64, LN_GRAIN_##grain}
#define FLOAT_ONLY(name, grain) {name##_float, name##_double, NULL, LN_GRAIN_##grain}
#define BOOL_ONLY(name) {NULL, NULL, name##_bool, LN_GRAIN_CHEAP}
static const Entry entries[LN_BINARIES] = {
  [LN_B_ADD] = ALL(add, CHEAP),
  [LN_B_SUB] = ALL(sub, CHEAP),
  [LN_B_MUL] = ALL(mul, CHEAP),
  [LN_B_DIV] = FLOAT_ONLY(div, CHEAP),
  [LN_B_FLOOR_DIV] = ALL(floor_div, MATH),
  [LN_B_MOD] = ALL(mod, MATH),
  [LN_B_POW] = ALL(pow, MATH),
  [LN_B_MAX] = ALL(max, CHEAP),
  [LN_B_MIN] = ALL(min, CHEAP),
  [LN_B_SQUARED_DIFFERENCE] = ALL(squared_difference, CHEAP),
  [LN_B_ARCTAN2] = FLOAT_ONLY(arctan2, MATH),
  [LN_B_HYPOT] = FLOAT_ONLY(hypot, MATH),
  [LN_B_LOGADDEXP] = FLOAT_ONLY(logaddexp, MATH),
  [LN_B_GT] = ALL(gt, CHEAP),
  [LN_B_GE] = ALL(ge, CHEAP),
  [LN_B_LT] = ALL(lt, CHEAP),
  [LN_B_LE] = ALL(le, CHEAP),
  [LN_B_EQ] = ALL(eq, CHEAP),
  [LN_B_NE] = ALL(ne, CHEAP),
  [LN_B_AND] = BOOL_ONLY(and),
  [LN_B_OR] = BOOL_ONLY(or),
  [LN_B_XOR] = BOOL_ONLY(xor),
};

// x ^ 2 and its like: an exponent that is one number for all, and has a cheap form.
static bool easy_power(LnDtype compute, LnTensor *out, const LnTensor *a, const LnTensor *b) {
  if (b->size != 1 || a->size == 0 || b->dtype != compute || compute == LN_INT64) return false;
  double e = compute == LN_FLOAT64 ? *(const double *)b->data : *(const float *)b->data;
  if (e == 2) ln_kernel_unary(LN_U_SQUARE, NULL, out, a);
  else if (e == -1) ln_kernel_unary(LN_U_RECIPROCAL, NULL, out, a);
  else if (e == 1) ln_kernel_unary(LN_U_IDENTITY, NULL, out, a);
  else return false;
  return true;
}

void ln_kernel_binary(LnBinary f, LnDtype compute, LnTensor *out, const LnTensor *a,
                      const LnTensor *b) {
  const Entry *e = &entries[f];
  if (f == LN_B_POW && out->dtype == compute && easy_power(compute, out, a, b)) return;
  LnBlockFn fn = compute == LN_FLOAT32   ? e->floats
                 : compute == LN_FLOAT64 ? e->doubles
                                         : e->integers;
  LnDtype out_compute = f >= LN_B_GT ? LN_BOOL : compute;
  const LnDtype in_compute[2] = {compute, compute};
  ln_elementwise(fn, NULL, e->grain, out, out_compute, 2, (const LnTensor *[]){a, b}, in_compute);
}

static void isclose(void *out, const void *const *in, int64_t n, const double *p) {
  const double *a = in[0], *b = in[1];
  uint8_t *to = out;
  for (int64_t i = 0; i < n; i++)
    to[i] = a[i] == b[i] || (fabs(a[i] - b[i]) <= p[1] + p[0] * fabs(b[i]) && isfinite(b[i])) ||
            (p[2] != 0 && a[i] != a[i] && b[i] != b[i]);
}

void ln_kernel_isclose(const double *p, LnTensor *out, const LnTensor *a, const LnTensor *b) {
  ln_elementwise(isclose, p, LN_GRAIN_MATH, out, LN_BOOL, 2, (const LnTensor *[]){a, b},
                 (const LnDtype[]){LN_FLOAT64, LN_FLOAT64});
}

static void any_negative32(char **ptrs, const int64_t *strides, int64_t n, const void *arg) {
  bool *found = *(bool *const *)arg;
  for (int64_t i = 0; i < n; i++)
    if (*(const int32_t *)(const void *)(ptrs[0] + i * strides[0]) < 0) *found = true;
}

static void any_negative64(char **ptrs, const int64_t *strides, int64_t n, const void *arg) {
  bool *found = *(bool *const *)arg;
  for (int64_t i = 0; i < n; i++)
    if (*(const int64_t *)(const void *)(ptrs[0] + i * strides[0]) < 0) *found = true;
}

bool ln_kernel_any_negative(const LnTensor *t) {
  bool found = false, *arg = &found;
  if (t->dtype != LN_INT32 && t->dtype != LN_INT64) return false;
  const LnOperand operand = {t->data, t->stride, t->dtype == LN_INT32 ? 4 : 8};
  ln_loop(t->rank, t->shape, 1, &operand, t->dtype == LN_INT32 ? any_negative32 : any_negative64,
          &arg, 0);
  return found;
}
