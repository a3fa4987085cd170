// A dense layer as one op.
#ifndef LN_OPS_DENSE_H
#define LN_OPS_DENSE_H

#include "kernels/dense.h"
#include "ops/op.h"

// The params of its ops.
typedef struct LnDense {
  int activation;   // LN_DENSE_LINEAR, ...
} LnDense;

// act(x w + b): x (.., k) of any dtype, w (k, n), b (n) or NULL; activation: LN_DENSE_LINEAR, ...
// The result has the dtype of w.
LnTensor *ln_dense(LnContext *c, LnTensor *x, LnTensor *w, LnTensor *b, int activation);
// Back through y = act(z + bias): the gradient of z, and in *db (NULL: not wanted) that of a bias
// along the last axis.
LnTensor *ln_dense_through(LnContext *c, LnTensor *dy, LnTensor *y, int activation, LnTensor **db);

#endif
