// Slices: a start, a count and a step for each axis, as a zero-copy view. What t[...] is made of.
#ifndef LN_OPS_SLICE_H
#define LN_OPS_SLICE_H

#include "ops/op.h"

// For the first n axes; the others stay whole. 0-based; step may be negative, but never 0.
typedef struct LnSlice {
  int n;
  int64_t start[LN_MAX_RANK], count[LN_MAX_RANK], step[LN_MAX_RANK];
  bool drop[LN_MAX_RANK];  // the axis goes (count must be 1)
  // start and count are the first and the last position instead, -1 being the last of the axis:
  // its size was not known. All of it is 0 to -1.
  bool open[LN_MAX_RANK];
} LnSlice;

extern const LnOp *const ln_op_slice;  // hidden; its params are an LnSlice

LnTensor *ln_slice(LnContext *c, LnTensor *x, const LnSlice *s);
// count elements of one axis, from start on. Negative axes count from the end. A count of -1 is
// unknown, of an axis of unknown size.
LnTensor *ln_narrow(LnContext *c, LnTensor *x, int64_t axis, int64_t start, int64_t count);

#endif
