// Running sums and products as C functions, along one axis (0-based or negative). Like those of
// ops.h: borrowed results, NULL is passed on.
#ifndef LN_OPS_CUMULATIVE_H
#define LN_OPS_CUMULATIVE_H

#include "ops/ops.h"

LnTensor *ln_cumsum(LnContext *c, LnTensor *x, int64_t axis, bool reverse, bool exclusive);
LnTensor *ln_cumprod(LnContext *c, LnTensor *x, int64_t axis, bool reverse, bool exclusive);

#endif
