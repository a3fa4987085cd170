// The loops of kernels/unary_list.h: float32 and float64, forward and gradient, and int64.
#include "base/simd.h"
#include "kernels/elementwise.h"

#include "kernels/loop.h"
#include "kernels/vmath.h"

#define WRAP(v) ((int64_t)(v))

// ---- forward: names f_<type>_<NAME>
#define FORWARD(name, type, compiled, forward)                                                    \
  compiled static void f_##type##_##name(void *out, const void *const *in, int64_t n,             \
                                         const double *p) {                                       \
    typedef type T;                                                                               \
    const T a = (T)p[0], b = (T)p[1], c = (T)p[2], *from = in[0];                                 \
    T *to = out;                                                                                  \
    (void)a, (void)b, (void)c;                                                                    \
    LN_INDEPENDENT                                                                                \
    for (int64_t i = 0; i < n; i++) {                                                             \
      const T x = from[i];                                                                        \
      to[i] = forward;                                                                            \
    }                                                                                             \
  }
#define TEST(name, type, forward)                                                                 \
  LN_CLONES static void f_##type##_##name(void *out, const void *const *in, int64_t n,            \
                                          const double *p) {                                      \
    const type *from = in[0];                                                                     \
    uint8_t *to = out;                                                                            \
    (void)p;                                                                                      \
    for (int64_t i = 0; i < n; i++) {                                                             \
      const type x = from[i];                                                                     \
      to[i] = forward;                                                                            \
    }                                                                                             \
  }
#define GRADIENT(name, type, compiled, gradient)                                                  \
  compiled static void g_##type##_##name(void *out, const void *const *in, int64_t n,             \
                                         const double *p) {                                       \
    typedef type T;                                                                               \
    const T a = (T)p[0], b = (T)p[1], c = (T)p[2], *dy = in[0], *values = in[1];                  \
    T *dx = out;                                                                                  \
    (void)a, (void)b, (void)c;                                                                    \
    LN_INDEPENDENT                                                                                \
    for (int64_t i = 0; i < n; i++) {                                                             \
      const T d = dy[i], v = values[i];                                                           \
      (void)d, (void)v;                                                                            \
      dx[i] = gradient;                                                                           \
    }                                                                                             \
  }

// float64 is for checking gradients and the careful: one plain version of it will do
#define LN_UNARY(name, grain, from, forward, gradient) \
  FORWARD(name, float, LN_CLONES, forward)             \
  FORWARD(name, double, , forward)                     \
  GRADIENT(name, float, LN_CLONES, gradient)           \
  GRADIENT(name, double, , gradient)
#define LN_UNARY_TEST(name, forward) TEST(name, float, forward) TEST(name, double, forward)
#define LN_UNARY_INT(name, forward)                                                               \
  static void f_int64_t_##name(void *out, const void *const *in, int64_t n, const double *p) {    \
    const int64_t *from = in[0], low = bound(p[0], true), high = bound(p[1], false);              \
    int64_t *to = out;                                                                            \
    (void)low, (void)high;                                                                        \
    for (int64_t i = 0; i < n; i++) {                                                             \
      const int64_t x = from[i];                                                                  \
      to[i] = forward;                                                                            \
    }                                                                                             \
  }

// The integer that a bound of clip means: the nearest one that it admits.
static int64_t bound(double v, bool low) {
  v = low ? ceil(v) : floor(v);
  if (v >= 9223372036854775808.0) return INT64_MAX;
  return v > -9223372036854775808.0 ? (int64_t)v : INT64_MIN;
}

// x to the nearest multiple of `unit`, halves to the even one.
static int64_t round_to(int64_t x, int64_t unit) {
  int64_t q = x / unit, r = x % unit;
  if (r < 0) q--, r += unit;
  if (r > unit - r || (r == unit - r && q % 2 != 0)) q++;
  return (int64_t)((uint64_t)q * (uint64_t)unit);
}

#include "kernels/unary_list.h"

typedef struct Entry {
  LnBlockFn forward32, forward64, gradient32, gradient64;
  int32_t grain;
  bool from_y, test;
} Entry;

#define FROM_X false
#define FROM_Y true
#define LN_UNARY(name, grain, from, forward, gradient)                                   \
  [LN_U_##name] = {f_float_##name, f_double_##name, g_float_##name, g_double_##name, \
                   LN_GRAIN_##grain, FROM_##from, false},
#define LN_UNARY_INT(name, forward)
#define LN_UNARY_TEST(name, forward) \
  [LN_U_##name] = {f_float_##name, f_double_##name, NULL, NULL, LN_GRAIN_CHEAP, false, true},
static const Entry entries[LN_UNARIES] = {
#include "kernels/unary_list.h"
};

#define LN_UNARY(name, grain, from, forward, gradient)
#define LN_UNARY_INT(name, forward) [LN_U_##name] = f_int64_t_##name,
#define LN_UNARY_TEST(name, forward)
static const LnBlockFn on_integers[LN_UNARIES] = {
#include "kernels/unary_list.h"
};

bool ln_unary_from_y(LnUnary f) { return entries[f].from_y; }
bool ln_unary_on_integers(LnUnary f) { return on_integers[f] != NULL; }
bool ln_unary_is_test(LnUnary f) { return entries[f].test; }

static const double no_parameters[3] = {0, 0, 0};

void ln_kernel_unary(LnUnary f, const double *p, LnTensor *out, const LnTensor *x) {
  const Entry *e = &entries[f];
  if (!p) p = no_parameters;
  LnDtype compute = (LnDtype)out->dtype;
  if (e->test) compute = x->dtype == LN_FLOAT64 ? LN_FLOAT64 : LN_FLOAT32;
  else if (compute < LN_FLOAT32) compute = LN_INT64;
  LnBlockFn fn = compute == LN_FLOAT32   ? e->forward32
                 : compute == LN_FLOAT64 ? e->forward64
                                         : on_integers[f];
  ln_elementwise(fn, p, e->grain, out, e->test ? LN_BOOL : compute, 1, &x, &compute);
}

void ln_kernel_unary_grad(LnUnary f, const double *p, LnTensor *dx, const LnTensor *dy,
                          const LnTensor *v) {
  const Entry *e = &entries[f];
  LnDtype compute[2] = {dx->dtype == LN_FLOAT64 ? LN_FLOAT64 : LN_FLOAT32, 0};
  compute[1] = compute[0];
  ln_elementwise(compute[0] == LN_FLOAT64 ? e->gradient64 : e->gradient32, p ? p : no_parameters,
                 e->grain, dx, compute[0], 2, (const LnTensor *[]){dy, v}, compute);
}
