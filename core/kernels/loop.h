// The one n-dimensional iterator: walks up to LN_LOOP_MAX strided operands of one shape and calls
// an inner loop on runs of them. Broadcasting is a stride of 0.
#ifndef LN_KERNELS_LOOP_H
#define LN_KERNELS_LOOP_H

#include "lunate.h"

#define LN_LOOP_MAX 6

typedef struct LnOperand {
  void *data;
  const int64_t *stride;  // in elements
  size_t width;           // bytes of an element
} LnOperand;

// Handles n elements: operand k stands at ptrs[k] and moves on by strides[k] bytes. The fast paths
// (contiguous, one operand constant) are the inner loop's to take.
typedef void (*LnLoopFn)(char **ptrs, const int64_t *strides, int64_t n, const void *arg);

// Elements of a thread's share below which work is not split: cheap is a load or two and a store.
#define LN_GRAIN_CHEAP 32768
#define LN_GRAIN_MATH 6144

// Axes of length 1 vanish, neighbours that can be walked as one are merged, the rest is ordered by
// the strides of the first operand (the output), then of the others. No order of elements is
// promised, so operands must not overlap unless they are identical. grain <= 0: one thread.
void ln_loop(int rank, const int64_t *shape, int n, const LnOperand *operands, LnLoopFn fn,
             const void *arg, int64_t grain);

#endif
