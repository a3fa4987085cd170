// Pooling: the largest, or the mean, of the elements in windows over up to three axes, and what
// their gradients need. Padding is no element: it is neither the largest nor part of a mean.
#ifndef LN_KERNELS_POOL_H
#define LN_KERNELS_POOL_H

#include "lunate.h"

// Tensors are dense, of one float dtype: x is (outer, in[0], in[1], in[2], inner), y the same with
// out[]. Axes that are not there come first and have length 1.
typedef struct LnPool {
  int64_t outer, inner;
  int64_t in[3], out[3];
  bool adaptive;             // windows share out each axis evenly; else they are
  int64_t size[3], stride[3];
  int64_t before[3];         // padding before the first element
} LnPool;

void ln_kernel_max_pool(LnDtype d, const LnPool *p, const void *x, void *y);
// dx: dy at the first largest element of each window, summed up; elsewhere 0.
void ln_kernel_max_pool_grad(LnDtype d, const LnPool *p, const void *x, const void *dy, void *dx);
// y: the element of g (in x's shape) where x's window has its first largest one.
void ln_kernel_max_pool_pick(LnDtype d, const LnPool *p, const void *x, const void *g, void *y);
void ln_kernel_average_pool(LnDtype d, const LnPool *p, const void *x, void *y);
// dx: dy over the number of its window's elements, for each of them, summed up.
void ln_kernel_average_pool_grad(LnDtype d, const LnPool *p, const void *dy, void *dx);

#endif
