// Softmax and what is fused with it, on lanes (kernels/lanes.h) of float32 or float64.
#ifndef LN_KERNELS_SOFTMAX_H
#define LN_KERNELS_SOFTMAX_H

#include "tensor/tensor.h"

// Each along one axis; y is contiguous, x any layout, of one dtype and shape.
void ln_kernel_softmax(const LnTensor *x, int axis, LnTensor *y);
void ln_kernel_log_softmax(const LnTensor *x, int axis, LnTensor *y);
// dx = y (dy - sum(y dy))
void ln_kernel_softmax_grad(const LnTensor *y, const LnTensor *dy, int axis, LnTensor *dx);
// memory: a lane and ln_kernel_sort_memory of it
void ln_kernel_sparsemax(const LnTensor *x, int axis, void *memory, LnTensor *y);
// y[lane] = log sum exp of the lane; the lanes' order is that of y's elements
void ln_kernel_logsumexp(const LnTensor *x, int axis, LnTensor *y);

// Cross-entropy of softmax(x) with labels, over the last axis of x (n classes). What it says is in
// ops/crossentropy.h.
typedef struct LnCrossentropy {
  bool sparse, clip;
  double smoothing;
  int64_t ignore;   // LN_NONE: none
} LnCrossentropy;
// labels: (..) ids of any dtype, or (.., n) of x's dtype. p (.., n) = softmax, loss (..).
void ln_kernel_crossentropy(const LnCrossentropy *e, const LnTensor *labels, const LnTensor *x,
                            LnTensor *loss, LnTensor *p);
// dx = dloss d(loss)/dx; dloss (..) any layout.
void ln_kernel_crossentropy_grad(const LnCrossentropy *e, const LnTensor *labels, const LnTensor *p,
                                 const LnTensor *dloss, LnTensor *dx);

#define LN_EPSILON 1e-7  // Keras's: probabilities are clipped to [epsilon, 1 - epsilon]

#endif
