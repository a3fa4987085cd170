// What attention layers have in common: who sees whom.
#ifndef LN_NN_LAYERS_ATTENTION_H
#define LN_NN_LAYERS_ATTENTION_H

#include "nn/nn.h"

// (1, queries, values): causal, a step sees those up to its own place; with a window (> 0), those
// less than so many places away. Without values where a number of steps is not known (-1).
LnTensor *ln_band_mask(LnContext *c, int64_t queries, int64_t values, bool causal, int64_t window);
// Both masks; either may be NULL where the other is not.
LnTensor *ln_and_masks(LnContext *c, LnTensor *a, LnTensor *b);
// The scores with those that mask, which broadcasts to them, does not have far below the others.
LnTensor *ln_mask_scores(LnContext *c, LnTensor *scores, LnTensor *mask);

// Softmax over these axes (0-based or negative) of what the mask, of bool, has; 0 elsewhere. It
// broadcasts to x; NULL: all.
LnTensor *ln_masked_softmax(LnContext *c, LnTensor *x, const LnInts *axes, LnTensor *mask);

#endif
