// Ops as C functions, for formulas: losses, layers, backward rules. A convenience list, not a
// registry: an op needs no line here unless C code calls it. All take and return borrowed tensors,
// pass NULL on, and broadcast as numpy does. Axes are 0-based or negative; LN_NONE: all.
#ifndef LN_OPS_OPS_H
#define LN_OPS_OPS_H

#include "ops/op.h"

#define C LnContext *c
#define T LnTensor *

// binary.c
T ln_add(C, T a, T b);       T ln_sub(C, T a, T b);      T ln_mul(C, T a, T b);
T ln_div(C, T a, T b);       T ln_pow(C, T a, T b);      T ln_maximum(C, T a, T b);
T ln_minimum(C, T a, T b);
T ln_gt(C, T a, T b);        T ln_ge(C, T a, T b);       T ln_lt(C, T a, T b);
T ln_le(C, T a, T b);        T ln_eq(C, T a, T b);       T ln_ne(C, T a, T b);
T ln_logical_and(C, T a, T b);  T ln_logical_or(C, T a, T b);  T ln_logical_not(C, T a);
T ln_squared_difference(C, T a, T b);
// with a number, which never widens the tensor
T ln_add_number(C, T a, double b);  T ln_mul_number(C, T a, double b);
T ln_sub_number(C, T a, double b);  T ln_number_sub(C, double a, T b);
T ln_number_div(C, double a, T b);  T ln_div_number(C, T a, double b);
T ln_pow_number(C, T a, double b);
T ln_gt_number(C, T a, double b);   T ln_ge_number(C, T a, double b);
T ln_lt_number(C, T a, double b);   T ln_le_number(C, T a, double b);
T ln_eq_number(C, T a, double b);
// unary.c
T ln_neg(C, T x);      T ln_abs(C, T x);     T ln_sign(C, T x);    T ln_square(C, T x);
T ln_sqrt(C, T x);     T ln_rsqrt(C, T x);   T ln_exp(C, T x);     T ln_log(C, T x);
T ln_log1p(C, T x);    T ln_sin(C, T x);     T ln_cos(C, T x);     T ln_tanh(C, T x);
T ln_sigmoid(C, T x);  T ln_softplus(C, T x);  T ln_relu(C, T x);  T ln_round(C, T x);
T ln_isnan(C, T x);    T ln_reciprocal(C, T x);
T ln_clip(C, T x, double low, double high);   // an infinite bound does not bind
// reduce.c
T ln_sum(C, T x, int64_t axis, bool keepdims);   T ln_mean(C, T x, int64_t axis, bool keepdims);
T ln_max(C, T x, int64_t axis, bool keepdims);   T ln_min(C, T x, int64_t axis, bool keepdims);
T ln_argmax(C, T x, int64_t axis);               // 0-based positions here (1-based in Lua)
// sums x over broadcast axes until it has this shape: un-broadcasting, the engine's
T ln_sum_to(C, T x, int rank, const int64_t *shape);
// shape.c
T ln_reshape(C, T x, int rank, const int64_t *shape);   // one -1 allowed
T ln_transpose(C, T x);                                 // the last two axes
T ln_permute(C, T x, int rank, const int *axes);
T ln_expand_dims(C, T x, int64_t axis);  T ln_squeeze(C, T x, int64_t axis);  // LN_NONE: all of 1
T ln_broadcast_to(C, T x, int rank, const int64_t *shape);
T ln_concatenate(C, T const *x, int n, int64_t axis);
T ln_stop_gradient(C, T x);
T ln_cast(C, T x, LnDtype d);                           // differentiable between floats
// matmul.c, dense.c, softmax.c, index.c
T ln_matmul(C, T a, T b);
T ln_softmax(C, T x, int64_t axis);  T ln_log_softmax(C, T x, int64_t axis);
T ln_logsumexp(C, T x, int64_t axis, bool keepdims);
T ln_one_hot(C, T ids, int64_t classes, LnDtype d);     // ids are class ids, 0-based
T ln_where(C, T condition, T a, T b);
T ln_take(C, T x, T positions, int64_t axis);           // positions 0-based here

#undef C
#undef T
#endif
