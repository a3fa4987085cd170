// The diagonal of two axes, for C callers.
#ifndef LN_OPS_DIAGONAL_H
#define LN_OPS_DIAGONAL_H

#include "ops/op.h"

// A view whose last axis is the diagonal of the two axes (0-based or negative).
LnTensor *ln_diagonal(LnContext *c, LnTensor *x, int64_t axis1, int64_t axis2);

#endif
