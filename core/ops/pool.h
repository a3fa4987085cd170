// Pooling as C functions.
#ifndef LN_OPS_POOL_H
#define LN_OPS_POOL_H

#include "ops/op.h"

// What windows are, over the axes of x between batch and channels (one to three).
typedef struct LnPooling {
  LnInts size, strides;   // a single number stands for all axes; strides n = -1: the size
  int same;               // padding: 0 none, 1 as many results as strides fit into the axis
  int channels_first;     // 1: channels follow the batch axis, instead of coming last (0, -1)
  bool adaptive;          // size is that of the result, whose windows share out the axes
  LnInts shape;           // of x, where an op does not see it
} LnPooling;

LnTensor *ln_max_pool(LnContext *c, LnTensor *x, const LnPooling *p);
LnTensor *ln_average_pool(LnContext *c, LnTensor *x, const LnPooling *p);

#endif
