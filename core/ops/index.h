// Picking elements by position, for C callers (ops.h has ln_take with 0-based positions).
#ifndef LN_OPS_INDEX_H
#define LN_OPS_INDEX_H

#include "ops/op.h"

// Element by element along an axis; positions are 0-based and have x's rank.
LnTensor *ln_gather(LnContext *c, LnTensor *x, LnTensor *positions, int64_t axis);
// The reverse: zeros of this shape to which x is added at the positions.
LnTensor *ln_gather_grad(LnContext *c, LnTensor *x, LnTensor *positions, int64_t axis, int rank,
                         const int64_t *shape);
// Elements (or rows) of x where the mask, whose shape is x's or begins it, is true.
LnTensor *ln_masked_select(LnContext *c, LnTensor *x, LnTensor *mask);
// Rows of x at positions that are 1-based, or negative from the end.
LnTensor *ln_take_rows(LnContext *c, LnTensor *x, LnTensor *positions);

#endif
