// Scaled dot-product attention for layers.
#ifndef LN_OPS_ATTENTION_H
#define LN_OPS_ATTENTION_H

#include "ops/op.h"

typedef struct LnAttend {
  double scale;     // of the scores; NaN: 1 / sqrt(H)
  bool causal;      // a query sees keys up to its own place
  int64_t window;   // > 0: and those less than so many places away
} LnAttend;

// softmax(scale q k' + bias) v: q (B, T, N, H), k (B, S, K, H), v (B, S, K, V) give (B, T, N, V), N
// a multiple of K. bias, floats, and mask, bool, broadcast to (B, N, T, S); either may be NULL.
LnTensor *ln_attend(LnContext *c, LnTensor *q, LnTensor *k, LnTensor *v, LnTensor *bias,
                    LnTensor *mask, const LnAttend *how);
// The same of steps that follow `place` (int64, ()) others: k, v (B, most, K, ..) and mask (B,
// most), bool, hold these and the steps themselves. Causal; without a gradient.
LnTensor *ln_attend_cached(LnContext *c, LnTensor *q, LnTensor *k, LnTensor *v, LnTensor *mask,
                           LnTensor *place, const LnAttend *how);

#endif
