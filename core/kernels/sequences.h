// Sequences that overlap, cut out of a longer one along its last axis, and added up again.
#ifndef LN_KERNELS_SEQUENCES_H
#define LN_KERNELS_SEQUENCES_H

#include "tensor/tensor.h"

// y (.., count, length), contiguous: sequence i is x (.., n) from i * step on. Of any dtype.
void ln_kernel_extract_sequences(const LnTensor *x, int64_t step, LnTensor *y);
// y (.., n), contiguous, becomes the sum of x (.., count, length), sequence i added from i * step
// on. float32 or float64.
void ln_kernel_overlap_and_add(const LnTensor *x, int64_t step, LnTensor *y);

#endif
