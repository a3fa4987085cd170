// Joining and widening, for C callers (ops.h has ln_concatenate).
#ifndef LN_OPS_JOIN_H
#define LN_OPS_JOIN_H

#include "ops/op.h"

LnTensor *ln_stack(LnContext *c, LnTensor *const *x, int n, int64_t axis);
// value before and after each axis: before[i] and after[i] elements, one pair an axis of x.
LnTensor *ln_pad(LnContext *c, LnTensor *x, const int64_t *before, const int64_t *after,
                 double value);
// The same, of what is mirrored at both ends, which are not repeated.
LnTensor *ln_pad_reflect(LnContext *c, LnTensor *x, const int64_t *before, const int64_t *after);
// Each element n times in a row along an axis; all of x times n, one after the other.
LnTensor *ln_repeat(LnContext *c, LnTensor *x, int64_t n, int64_t axis);
LnTensor *ln_tile(LnContext *c, LnTensor *x, int64_t n, int64_t axis);

#endif
