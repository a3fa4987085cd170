// Ops as C functions, for formulas: losses, layers, backward rules. A convenience list, not a
// registry: an op needs no line here unless C code calls it. All take and return borrowed tensors,
// pass NULL on, and broadcast as numpy does. Axes are 0-based or negative; LN_NONE: all.
#ifndef LN_OPS_OPS_H
#define LN_OPS_OPS_H

#include "ops/op.h"

// binary.c
LnTensor *ln_add(LnContext *c, LnTensor *a, LnTensor *b);
LnTensor *ln_sub(LnContext *c, LnTensor *a, LnTensor *b);
LnTensor *ln_mul(LnContext *c, LnTensor *a, LnTensor *b);
LnTensor *ln_div(LnContext *c, LnTensor *a, LnTensor *b);
LnTensor *ln_pow(LnContext *c, LnTensor *a, LnTensor *b);
LnTensor *ln_arctan2(LnContext *c, LnTensor *a, LnTensor *b);
LnTensor *ln_maximum(LnContext *c, LnTensor *a, LnTensor *b);
LnTensor *ln_minimum(LnContext *c, LnTensor *a, LnTensor *b);
LnTensor *ln_gt(LnContext *c, LnTensor *a, LnTensor *b);
LnTensor *ln_ge(LnContext *c, LnTensor *a, LnTensor *b);
LnTensor *ln_lt(LnContext *c, LnTensor *a, LnTensor *b);
LnTensor *ln_le(LnContext *c, LnTensor *a, LnTensor *b);
LnTensor *ln_eq(LnContext *c, LnTensor *a, LnTensor *b);
LnTensor *ln_ne(LnContext *c, LnTensor *a, LnTensor *b);
LnTensor *ln_logical_and(LnContext *c, LnTensor *a, LnTensor *b);
LnTensor *ln_logical_or(LnContext *c, LnTensor *a, LnTensor *b);
LnTensor *ln_logical_not(LnContext *c, LnTensor *a);
LnTensor *ln_squared_difference(LnContext *c, LnTensor *a, LnTensor *b);
// with a number, which never widens the tensor
LnTensor *ln_add_number(LnContext *c, LnTensor *a, double b);
LnTensor *ln_mul_number(LnContext *c, LnTensor *a, double b);
LnTensor *ln_sub_number(LnContext *c, LnTensor *a, double b);
LnTensor *ln_number_sub(LnContext *c, double a, LnTensor *b);
LnTensor *ln_number_div(LnContext *c, double a, LnTensor *b);
LnTensor *ln_div_number(LnContext *c, LnTensor *a, double b);
LnTensor *ln_pow_number(LnContext *c, LnTensor *a, double b);
LnTensor *ln_gt_number(LnContext *c, LnTensor *a, double b);
LnTensor *ln_ge_number(LnContext *c, LnTensor *a, double b);
LnTensor *ln_lt_number(LnContext *c, LnTensor *a, double b);
LnTensor *ln_le_number(LnContext *c, LnTensor *a, double b);
LnTensor *ln_eq_number(LnContext *c, LnTensor *a, double b);
// unary.c
LnTensor *ln_neg(LnContext *c, LnTensor *x);
LnTensor *ln_abs(LnContext *c, LnTensor *x);
LnTensor *ln_sign(LnContext *c, LnTensor *x);
LnTensor *ln_square(LnContext *c, LnTensor *x);
LnTensor *ln_sqrt(LnContext *c, LnTensor *x);
LnTensor *ln_rsqrt(LnContext *c, LnTensor *x);
LnTensor *ln_exp(LnContext *c, LnTensor *x);
LnTensor *ln_log(LnContext *c, LnTensor *x);
LnTensor *ln_log1p(LnContext *c, LnTensor *x);
LnTensor *ln_sin(LnContext *c, LnTensor *x);
LnTensor *ln_cos(LnContext *c, LnTensor *x);
LnTensor *ln_tanh(LnContext *c, LnTensor *x);
LnTensor *ln_sigmoid(LnContext *c, LnTensor *x);
LnTensor *ln_softplus(LnContext *c, LnTensor *x);
LnTensor *ln_relu(LnContext *c, LnTensor *x);
// What a call of op relu or relu6 gives at most, INFINITY for no limit; NaN where its other options
// make it another function.
double ln_relu_ceiling(const LnCall *call);
LnTensor *ln_round(LnContext *c, LnTensor *x);
LnTensor *ln_floor(LnContext *c, LnTensor *x);
LnTensor *ln_isnan(LnContext *c, LnTensor *x);
LnTensor *ln_reciprocal(LnContext *c, LnTensor *x);
LnTensor *ln_identity(LnContext *c, LnTensor *x);   // a view of x
// an infinite bound does not bind
LnTensor *ln_clip(LnContext *c, LnTensor *x, double low, double high);
// reduce.c
LnTensor *ln_sum(LnContext *c, LnTensor *x, int64_t axis, bool keepdims);
LnTensor *ln_mean(LnContext *c, LnTensor *x, int64_t axis, bool keepdims);
LnTensor *ln_max(LnContext *c, LnTensor *x, int64_t axis, bool keepdims);
LnTensor *ln_min(LnContext *c, LnTensor *x, int64_t axis, bool keepdims);
// over several axes, 0-based or negative
LnTensor *ln_sum_over(LnContext *c, LnTensor *x, const LnInts *axes, bool keepdims);
LnTensor *ln_mean_over(LnContext *c, LnTensor *x, const LnInts *axes, bool keepdims);
LnTensor *ln_max_over(LnContext *c, LnTensor *x, const LnInts *axes, bool keepdims);
// 0-based positions here (1-based in Lua)
LnTensor *ln_any(LnContext *c, LnTensor *x, int64_t axis, bool keepdims);
LnTensor *ln_argmax(LnContext *c, LnTensor *x, int64_t axis);
// sums x over broadcast axes until it has this shape: un-broadcasting, the engine's
LnTensor *ln_sum_to(LnContext *c, LnTensor *x, int rank, const int64_t *shape);
// shape.c
LnTensor *ln_reshape(LnContext *c, LnTensor *x, int rank, const int64_t *shape);  // one -1 allowed
LnTensor *ln_transpose(LnContext *c, LnTensor *x);  // the last two axes
LnTensor *ln_permute(LnContext *c, LnTensor *x, int rank, const int *axes);
LnTensor *ln_expand_dims(LnContext *c, LnTensor *x, int64_t axis);
LnTensor *ln_squeeze(LnContext *c, LnTensor *x, int64_t axis);  // LN_NONE: all of length 1
LnTensor *ln_broadcast_to(LnContext *c, LnTensor *x, int rank, const int64_t *shape);
LnTensor *ln_concatenate(LnContext *c, LnTensor *const *x, int n, int64_t axis);
LnTensor *ln_stop_gradient(LnContext *c, LnTensor *x);
LnTensor *ln_cast(LnContext *c, LnTensor *x, LnDtype d);  // differentiable between floats
// matmul.c, dense.c, softmax.c, index.c
LnTensor *ln_matmul(LnContext *c, LnTensor *a, LnTensor *b);
LnTensor *ln_softmax(LnContext *c, LnTensor *x, int64_t axis);
LnTensor *ln_log_softmax(LnContext *c, LnTensor *x, int64_t axis);
LnTensor *ln_logsumexp(LnContext *c, LnTensor *x, int64_t axis, bool keepdims);
// ids are class ids, 0-based
LnTensor *ln_class_ids(LnContext *c, LnTensor *ids, int64_t classes);  // checked, as int64
LnTensor *ln_one_hot(LnContext *c, LnTensor *ids, int64_t classes, LnDtype d);
LnTensor *ln_where(LnContext *c, LnTensor *condition, LnTensor *a, LnTensor *b);
// positions 0-based here
LnTensor *ln_take(LnContext *c, LnTensor *x, LnTensor *positions, int64_t axis);
// assign.c: place, a variable's value, becomes `value`, broadcast to its shape and cast to its
// dtype, in every replay too. Gradients of what was computed before see the old value.
bool ln_assign(LnContext *c, LnTensor *place, LnTensor *value);
// The same for steps [at, at + value's) of place's axis 1; at: int64 ().
bool ln_assign_steps(LnContext *c, LnTensor *place, LnTensor *value, LnTensor *at);
LnTensor *ln_copy(LnContext *c, LnTensor *x);   // a constant: no gradient passes

#endif
