// Cross-entropies of softmax and sigmoid from logits, value and gradient fused.
#ifndef LN_OPS_CROSSENTROPY_H
#define LN_OPS_CROSSENTROPY_H

#include "ops/op.h"

// -sum t log softmax(logits) over the last axis: logits (.., n), result (..). y_true holds class
// ids, (..) or (.., 1), or probabilities, (.., n), of any dtype. clip: value and gradient are those
// of Keras's losses on probabilities, which are clipped to [1e-7, 1 - 1e-7] and pass no gradient
// where they are; else they are exact. Targets are smoothed to t (1 - s) + s / n. Samples of
// ignore_class (LN_NONE: none) count 0. An id out of range is an error.
LnTensor *ln_softmax_crossentropy(LnContext *c, LnTensor *y_true, LnTensor *logits, bool clip,
                                  double label_smoothing, int64_t ignore_class);
// -t log p - (1 - t) log(1 - p), p = sigmoid(logits), element by element; y_true has the shape of
// logits and is smoothed to t (1 - s) + s / 2.
LnTensor *ln_sigmoid_crossentropy(LnContext *c, LnTensor *y_true, LnTensor *logits, bool clip,
                                  double label_smoothing);

#endif
