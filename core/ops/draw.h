// Random numbers of augmentation, drawn anew at each replay: one row a picture of x's batch, or one
// for all. state: a generator of one's own (ops/noise.h), NULL: the context's. Of x's dtype.
#ifndef LN_OPS_DRAW_H
#define LN_OPS_DRAW_H

#include "ops/op.h"

// (rows, count) from [low, high)
LnTensor *ln_draw_uniform(LnContext *c, LnTensor *x, LnTensor *state, bool one_row, int64_t count,
                          double low, double high);
// (rows, count), each row sums to 1: Dirichlet's, whose alpha is drawn from [low, high) first. Of
// two, the first is Beta's.
LnTensor *ln_draw_dirichlet(LnContext *c, LnTensor *x, LnTensor *state, bool one_row, int64_t count,
                            double low, double high);
// int64 (rows,): 0 .. rows - 1 in a random order; where other processes have rows of the batch, of
// the whole batch (ops/peers.h)
LnTensor *ln_draw_order(LnContext *c, LnTensor *x, LnTensor *state);

#endif
