// What normalization computes: moments of channels and what their gradients need (batch
// normalization), and whole rows at a time (layer and RMS normalization).
// Tensors are dense, of one float dtype. Sums are float32 in short runs whose totals are float64.
// Results do not depend on the number of threads.
#ifndef LN_KERNELS_NORMALIZE_H
#define LN_KERNELS_NORMALIZE_H

#include "lunate.h"

// A tensor as (outer, channels, inner).
typedef struct LnChannels {
  int64_t outer, channels, inner;
} LnChannels;

// Bytes of scratch for the sums below.
size_t ln_kernel_channels_memory(const LnChannels *s);
// Of each channel: the mean, and the mean squared distance from it; NaN of nothing.
void ln_kernel_moments(LnDtype d, const LnChannels *s, const void *x, void *memory, void *mean,
                       void *variance);
// Of each channel: the sums of dy and of dy (x - mean).
void ln_kernel_slopes(LnDtype d, const LnChannels *s, const void *x, const void *mean,
                      const void *dy, void *memory, void *sum, void *product);
// factor = scale / sqrt(variance + epsilon), of n channels; scale may be NULL.
void ln_kernel_channel_factors(LnDtype d, int64_t n, const void *variance, double epsilon,
                               const void *scale, void *factor);
// y = (x - mean) factor + offset, all but x of one element a channel.
void ln_kernel_affine(LnDtype d, const LnChannels *s, const void *x, const void *mean,
                      const void *factor, const void *offset, void *y);
// dx = a dy + b (x - mean) + c, a, b, c and mean of one element a channel.
void ln_kernel_affine_grad(LnDtype d, const LnChannels *s, const void *x, const void *mean,
                           const void *dy, const void *a, const void *b, const void *c, void *dx);

// Rows of n elements: y = scale (x - mean) / sqrt(variance + epsilon) + offset, or, not centered,
// scale x / sqrt(mean(x^2) + epsilon). scale and offset have n elements, or are NULL (1 and 0).
typedef struct LnRows {
  int64_t rows, n;
  bool centered;
  double epsilon;
} LnRows;
void ln_kernel_normalize_rows(LnDtype d, const LnRows *s, const void *x, const void *scale,
                              const void *offset, void *y);
// Its gradients; dscale and doffset may be NULL.
size_t ln_kernel_rows_memory(const LnRows *s);
void ln_kernel_normalize_rows_grad(LnDtype d, const LnRows *s, const void *x, const void *scale,
                                   const void *dy, void *memory, void *dx, void *dscale,
                                   void *doffset);

#endif
