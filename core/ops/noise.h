// Random tensors that are drawn anew at each replay: what noise layers compute with.
#ifndef LN_OPS_NOISE_H
#define LN_OPS_NOISE_H

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

// Of x's dtype; state NULL: the context's generator.
// 1 / (1 - rate) with probability 1 - rate, else 0; of this shape, that broadcasts to x's.
LnTensor *ln_random_keep(LnContext *c, LnTensor *x, LnTensor *state, double rate,
                         const LnInts *shape);
// x with each element dropped for itself: x times ln_random_keep.
LnTensor *ln_dropout(LnContext *c, LnTensor *x, LnTensor *state, double rate);
// Normal numbers in x's shape.
LnTensor *ln_random_normal_like(LnContext *c, LnTensor *x, LnTensor *state, double mean,
                                double deviation);

#endif
