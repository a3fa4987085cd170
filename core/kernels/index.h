// Reading through positions: gathering and adding rows or elements, and looking at integer tensors.
#ifndef LN_KERNELS_INDEX_H
#define LN_KERNELS_INDEX_H

#include "tensor/tensor.h"

// The smallest and largest value of a tensor that is to hold whole numbers; low > high when it is
// empty. `odd` is a value that is none (1.5, NaN, beyond 2^63), when whole is false.
typedef struct LnWhole {
  int64_t low, high;
  bool whole;
  double odd;
} LnWhole;
LnWhole ln_kernel_whole(const LnTensor *t);

// The values as int64, row after row; with axis > 0, 1-based positions (negative: from the end) of
// an axis of that length become 0-based ones.
void ln_kernel_positions(const LnTensor *t, int64_t axis, int64_t *out);

// y (outer, m, inner) = x (outer, n, inner) at positions (m,) of its middle axis. All contiguous.
void ln_kernel_take(const void *x, size_t width, int64_t outer, int64_t n, int64_t inner,
                    const int64_t *positions, int64_t m, void *y);
// The reverse: adds the rows of y to those of x. float32 or float64.
void ln_kernel_take_add(const void *y, LnDtype d, int64_t outer, int64_t n, int64_t inner,
                        const int64_t *positions, int64_t m, void *x);

// y = x[.., positions, ..] along one axis, element by element. Shape and strides (in elements) are
// of y; x has stride 0 along the axis and moves by x_step for each position. The positions are
// 0-based. Adding goes the other way: x[.., position, ..] += y.
void ln_kernel_gather(int rank, const int64_t *shape, size_t width, void *y,
                      const int64_t *y_stride, void *x, const int64_t *x_stride, int64_t x_step,
                      int64_t *positions, const int64_t *positions_stride);
void ln_kernel_gather_add(int rank, const int64_t *shape, LnDtype d, void *y,
                          const int64_t *y_stride, void *x, const int64_t *x_stride,
                          int64_t x_step, int64_t *positions, const int64_t *positions_stride);

// y = condition ? a : b; strides of the shape's elements. The condition is bool.
void ln_kernel_where(int rank, const int64_t *shape, size_t width, void *y, const int64_t *y_stride,
                     const void *condition, const int64_t *condition_stride, const void *a,
                     const int64_t *a_stride, const void *b, const int64_t *b_stride);

#endif
