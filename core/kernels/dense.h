// The backward pass of a dense layer before its products: the gradient through the activation and
// the bias's gradient, in one reading.
#ifndef LN_KERNELS_DENSE_H
#define LN_KERNELS_DENSE_H

#include "lunate.h"

enum { LN_DENSE_LINEAR, LN_DENSE_RELU, LN_DENSE_SIGMOID, LN_DENSE_TANH };

// dx = dy f'(y) for y = f(x), all (m, n), ld elements from row to row; db (n) = column sums of dx,
// or NULL. float32 or float64; dx must not overlap y, nor dy (which of a relu it may be).
void ln_kernel_dense_grad(LnDtype d, int activation, int64_t m, int64_t n, const void *dy,
                          int64_t ld_dy, const void *y, int64_t ld_y, void *dx, int64_t ld_dx,
                          void *db);
// y = f(y), (m, n), ldy elements from row to row.
void ln_kernel_dense_finish(LnDtype d, int activation, int64_t m, int64_t n, void *y, int64_t ldy);

#endif
