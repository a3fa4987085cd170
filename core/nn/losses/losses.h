// What losses share with one another, and with the metrics that are the mean of a loss's values.
// A new loss needs a line here only when a metric averages it or its options.
#ifndef LN_NN_LOSSES_LOSSES_H
#define LN_NN_LOSSES_LOSSES_H

#include "nn/nn.h"
#include "ops/ops.h"

#define LN_EPSILON 1e-7  // Keras's backend.epsilon(), in every formula that needs one

// The loss has this name unless it is given another (Keras does not number losses).
#define LN_LOSS_NAME(text)                                                          \
  {"name", LN_OPT_STRING, offsetof(LnObject, name), .fallback = text, .nullable = true,  \
   .config_only = true,                                                                    \
   .doc = "a name, for messages and configs"}

// Binary, categorical and sparse cross-entropy; each has only some of these as options.
typedef struct LnCrossentropyLoss {
  LnLoss base;
  bool from_logits;
  double label_smoothing;
  int64_t axis;
  int64_t ignore_class;   // LN_NONE
} LnCrossentropyLoss;
typedef struct LnCosineLoss {
  LnLoss base;
  int64_t axis;
} LnCosineLoss;

extern const LnLossClass ln_mean_squared_error, ln_mean_absolute_error,
    ln_mean_absolute_percentage_error, ln_mean_squared_logarithmic_error, ln_cosine_similarity_loss,
    ln_log_cosh, ln_poisson, ln_kl_divergence, ln_hinge, ln_squared_hinge, ln_categorical_hinge,
    ln_binary_crossentropy, ln_categorical_crossentropy, ln_sparse_categorical_crossentropy;

// Keras's rule for tensors whose ranks differ by one: a last axis of 1 is squeezed away, or, when
// the other has rank 1 and `expand` is set, the other gets one too.
bool ln_match_ranks(LnContext *c, LnTensor **a, LnTensor **b, bool expand);
// y_pred as floats, y_true of its dtype and rank, and both of one shape; errors say what came.
bool ln_loss_prepare(LnContext *c, const LnLoss *self, LnTensor **y_true, LnTensor **y_pred);
// For class ids: y_pred as floats, y_true without an axis of 1 for the classes (or a last one), its
// shape y_pred's without `axis`. Whether the ids are classes is for the op to check.
bool ln_loss_prepare_sparse(LnContext *c, const LnLoss *self, int64_t axis, LnTensor **y_true,
                            LnTensor **y_pred);
// Ids as integers, after a check that each is a class of y_pred's last axis.
LnTensor *ln_check_classes(LnContext *c, LnTensor *ids, const LnTensor *y_pred);
// y * (1 - amount) + amount * toward; y itself when amount is 0.
LnTensor *ln_smooth_labels(LnContext *c, LnTensor *y, double amount, double toward);
// Labels of 0 and 1 as -1 and 1; others as they are (Hinge).
LnTensor *ln_hinge_labels(LnContext *c, LnTensor *y);
// x / |x| along an axis, where |x| is at least epsilon.
LnTensor *ln_unit_norm(LnContext *c, LnTensor *x, int64_t axis);
// Sum over a list of axes (None: all).
LnTensor *ln_sum_axes(LnContext *c, LnTensor *x, const LnInts *axes);

#endif
