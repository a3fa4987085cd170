// Sorting, for C callers. Positions are 0-based.
#ifndef LN_OPS_SORT_H
#define LN_OPS_SORT_H

#include "ops/op.h"

LnTensor *ln_sort(LnContext *c, LnTensor *x, int64_t axis, bool descending);
LnTensor *ln_argsort(LnContext *c, LnTensor *x, int64_t axis, bool descending);
// The k largest along an axis, largest first; positions may be NULL.
LnTensor *ln_topk(LnContext *c, LnTensor *x, int64_t k, int64_t axis, LnTensor **positions);

// 0-based here: at which each value would be put into the sorted ones, before or after its equals
LnTensor *ln_searchsorted(LnContext *c, LnTensor *sorted, LnTensor *values, bool after);

#endif
