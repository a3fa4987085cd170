// How a strided matrix reaches gemm: as it stands, transposed, or not at all.
#ifndef LN_KERNELS_MATRIX_H
#define LN_KERNELS_MATRIX_H

#include "kernels/gemm.h"
#include "lunate.h"

typedef struct LnMatrix {
  const void *data;
  int64_t ld;   // from row to row as stored
  bool turned;  // stored transposed
} LnMatrix;

// A (rows, columns) matrix with these strides in elements; false when neither axis is dense, so
// that it must be copied first.
static inline bool ln_matrix(const void *data, int64_t rows, int64_t columns, int64_t row_stride,
                             int64_t column_stride, LnMatrix *m) {
  int64_t wide = columns > 1 ? columns : 1, high = rows > 1 ? rows : 1;
  if ((columns <= 1 || column_stride == 1) && (rows <= 1 || row_stride >= wide)) {
    *m = (LnMatrix){data, rows <= 1 ? wide : row_stride, false};
    return true;
  }
  if ((rows <= 1 || row_stride == 1) && (columns <= 1 || column_stride >= high)) {
    *m = (LnMatrix){data, columns <= 1 ? high : column_stride, true};
    return true;
  }
  return false;
}

// c (m, n) = alpha a (m, k) b (k, n) + beta c, in float32 or float64.
static inline void ln_matrix_product(LnDtype d, int64_t m, int64_t n, int64_t k, double alpha,
                                     LnMatrix a, LnMatrix b, double beta, void *c, int64_t ldc) {
  if (d == LN_FLOAT32)
    ln_gemm_f32(a.turned, b.turned, m, n, k, (float)alpha, a.data, a.ld, b.data, b.ld, (float)beta,
                c, ldc);
  else
    ln_gemm_f64(a.turned, b.turned, m, n, k, alpha, a.data, a.ld, b.data, b.ld, beta, c, ldc);
}

#endif
