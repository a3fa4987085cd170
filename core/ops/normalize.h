// Normalization as C functions. x is of a float dtype.
#ifndef LN_OPS_NORMALIZE_H
#define LN_OPS_NORMALIZE_H

#include "ops/op.h"

// By the moments of the batch itself: out[0] is (x - mean) scale / sqrt(variance + epsilon) +
// offset, out[1] and out[2] are mean and variance of each position of the axis. scale and offset
// may be NULL.
bool ln_normalize_batch(LnContext *c, LnTensor *x, LnTensor *scale, LnTensor *offset, int64_t axis,
                        double epsilon, LnTensor **out);
// By moments that are given.
LnTensor *ln_batch_normalization(LnContext *c, LnTensor *x, LnTensor *mean, LnTensor *variance,
                                 LnTensor *offset, LnTensor *scale, int64_t axis, double epsilon);
// Each sample by itself, over the axes, whose sizes scale and offset (or NULL) have.
LnTensor *ln_layer_normalization(LnContext *c, LnTensor *x, LnTensor *scale, LnTensor *offset,
                                 const LnInts *axes, double epsilon);
LnTensor *ln_rms_normalization(LnContext *c, LnTensor *x, LnTensor *scale, const LnInts *axes,
                               double epsilon);

#endif
