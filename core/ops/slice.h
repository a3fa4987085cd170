// Slices: a start, a count and a step for each axis, as a zero-copy view. What t[...] is made of.
#ifndef LN_OPS_SLICE_H
#define LN_OPS_SLICE_H

#include "ops/op.h"

// For the first n axes; the others stay whole. 0-based; step may be negative, but never 0.
typedef struct LnSlice {
  int n;
  int64_t start[LN_MAX_RANK], count[LN_MAX_RANK], step[LN_MAX_RANK];
  bool drop[LN_MAX_RANK];  // the axis goes (count must be 1)
} LnSlice;

extern const LnOp *const ln_op_slice;  // hidden; its params are an LnSlice

LnTensor *ln_slice(LnContext *c, LnTensor *x, const LnSlice *s);
// count elements of one axis, from start on. Negative axes count from the end.
LnTensor *ln_narrow(LnContext *c, LnTensor *x, int64_t axis, int64_t start, int64_t count);

#endif
