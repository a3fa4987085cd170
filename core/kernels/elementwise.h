// Elementwise kernels: functions of one tensor, their derivatives, functions of two tensors.
// Operands broadcast, have any layout and any dtype: what is not contiguous, or not in the dtype
// the function computes in, is taken through small blocks. A function of one tensor is a line in
// kernels/unary_list.h; of two, a line in kernels/binary.c.
#ifndef LN_KERNELS_ELEMENTWISE_H
#define LN_KERNELS_ELEMENTWISE_H

#include "lunate.h"

typedef enum LnUnary {
#define LN_UNARY(name, grain, from, forward, gradient) LN_U_##name,
#define LN_UNARY_INT(name, forward)
#define LN_UNARY_TEST(name, forward) LN_U_##name,
#include "kernels/unary_list.h"
  LN_UNARIES
} LnUnary;

typedef enum LnBinary {
  LN_B_ADD, LN_B_SUB, LN_B_MUL, LN_B_DIV, LN_B_FLOOR_DIV, LN_B_MOD, LN_B_POW, LN_B_MAX, LN_B_MIN,
  LN_B_SQUARED_DIFFERENCE, LN_B_ARCTAN2, LN_B_HYPOT, LN_B_LOGADDEXP,
  LN_B_GT, LN_B_GE, LN_B_LT, LN_B_LE, LN_B_EQ, LN_B_NE,
  LN_B_AND, LN_B_OR, LN_B_XOR,
  LN_BINARIES
} LnBinary;

// out = f(x), computed in out's dtype (tests such as isnan: in x's). p: the function's parameters.
void ln_kernel_unary(LnUnary f, const double *p, LnTensor *out, const LnTensor *x);
// dx = dy f'; v is x or y = f(x), as ln_unary_from_y(f) says.
void ln_kernel_unary_grad(LnUnary f, const double *p, LnTensor *dx, const LnTensor *dy,
                          const LnTensor *v);
bool ln_unary_from_y(LnUnary f);
bool ln_unary_on_integers(LnUnary f);  // can be computed in integers, giving integers
bool ln_unary_is_test(LnUnary f);      // gives bool

// out = f(a, b), computed in `compute`: LN_INT64, a float, or LN_BOOL for AND, OR, XOR.
void ln_kernel_binary(LnBinary f, LnDtype compute, LnTensor *out, const LnTensor *a,
                      const LnTensor *b);
// out = |a - b| <= p[1] + p[0] |b|; NaN equals NaN when p[2] is not 0
void ln_kernel_isclose(const double *p, LnTensor *out, const LnTensor *a, const LnTensor *b);
bool ln_kernel_any_negative(const LnTensor *t);  // of int32 and int64; false for other dtypes

// ---- for kernels of the same kind
// A function of n elements of contiguous operands, each of its own compute dtype; out may be the
// same memory as an operand.
typedef void (*LnBlockFn)(void *out, const void *const *in, int64_t n, const double *p);
void ln_elementwise(LnBlockFn fn, const double *p, int64_t grain, LnTensor *out,
                    LnDtype out_compute, int n_in, const LnTensor *const *in,
                    const LnDtype *in_compute);

#endif
