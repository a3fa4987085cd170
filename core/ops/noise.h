// Random tensors that are drawn anew at each replay: what noise layers compute with.
#ifndef LN_OPS_NOISE_H
#define LN_OPS_NOISE_H

#include "kernels/random.h"
#include "ops/op.h"

// A generator of one's own as a tensor (int64, (2,)): key and counter, moved on by each draw. A new
// reference. Kept tapes then hold on to it like to any input.
LnTensor *ln_random_state(LnContext *c, const LnRandom *r);

// For shape() of ops whose second input is such a state, or none.
bool ln_check_random_state(const LnCall *call);
// For forward() of such ops: the generator to draw from, which is *copy where there is a state, and
// the state moved on by what was drawn.
LnRandom *ln_random_begin(const LnCall *call, LnRandom *copy);
void ln_random_end(const LnCall *call, const LnRandom *drawn);

// Which numbers of a tensor that is drawn are drawn here: where rows of the batch are other
// processes' (c->part), and y has so many rows, those of its rows' places in the whole batch.
LnDrawn ln_drawn(const LnContext *c, const LnTensor *y);

// Of x's dtype; state NULL: the context's generator. What has the batch's rows has other numbers
// for each; `shared` says that a first axis of 1 is for all of them.
// 1 / (1 - rate) with probability 1 - rate, else 0; of this shape, that broadcasts to x's.
LnTensor *ln_random_keep(LnContext *c, LnTensor *x, LnTensor *state, double rate,
                         const LnInts *shape, bool shared);
// x with each element dropped for itself: x times ln_random_keep.
LnTensor *ln_dropout(LnContext *c, LnTensor *x, LnTensor *state, double rate);
// Normal numbers in x's shape.
LnTensor *ln_random_normal_like(LnContext *c, LnTensor *x, LnTensor *state, double mean,
                                double deviation);

#endif
