// Matrix products, row-major, in kernels of our own (gemm_tile.h); where there are none for the
// instruction set, large products go to OpenBLAS. Which, and over how many threads, is decided by
// size alone, so that results are the same every time for a given thread count and machine.
#ifndef LN_KERNELS_GEMM_H
#define LN_KERNELS_GEMM_H

#include <stdbool.h>
#include <stdint.h>

// c = alpha op(a) op(b) + beta c, where op(a) is (m, k), op(b) is (k, n) and c is (m, n); op
// transposes when ta or tb is set, so that a is then stored as (k, m) and b as (n, k). lda, ldb and
// ldc are elements from row to row as stored. Any of m, n, k may be 0. beta = 0 does not read c,
// which may hold anything; c must not overlap a or b.
void ln_gemm_f32(bool ta, bool tb, int64_t m, int64_t n, int64_t k, float alpha, const float *a,
                 int64_t lda, const float *b, int64_t ldb, float beta, float *c, int64_t ldc);
void ln_gemm_f64(bool ta, bool tb, int64_t m, int64_t n, int64_t k, double alpha, const double *a,
                 int64_t lda, const double *b, int64_t ldb, double beta, double *c, int64_t ldc);

typedef enum LnEpilogue { LN_ACT_LINEAR, LN_ACT_RELU } LnEpilogue;

// y = act(x w + bias): x (m, k), w (k, n), bias (n) or NULL, y (m, n). A NaN passes through relu.
void ln_dense_f32(int64_t m, int64_t n, int64_t k, const float *x, int64_t ldx, const float *w,
                  int64_t ldw, const float *bias, LnEpilogue act, float *y, int64_t ldy);
void ln_dense_f64(int64_t m, int64_t n, int64_t k, const double *x, int64_t ldx, const double *w,
                  int64_t ldw, const double *bias, LnEpilogue act, double *y, int64_t ldy);

// Back through z = y w and the relu that gave y: dx = dz w' where y > 0, else 0, and the sums of
// its columns, for a bias. dz (m, k), w (n, k), y and dx (m, n), sums (n). Only of sizes that
// ln_relu_grad_fits: few rows, whose sums come out as in a loop over them.
bool ln_relu_grad_fits(int64_t m, int64_t n);
void ln_relu_grad_f32(int64_t m, int64_t n, int64_t k, const float *dz, int64_t lddz,
                      const float *w, int64_t ldw, const float *y, int64_t ldy, float *dx,
                      int64_t lddx, float *sums);
void ln_relu_grad_f64(int64_t m, int64_t n, int64_t k, const double *dz, int64_t lddz,
                      const double *w, int64_t ldw, const double *y, int64_t ldy, double *dx,
                      int64_t lddx, double *sums);

// Whether a loop of multiply-adds (an optimizer's step) rounds as the kernels here do when they add
// to c: both are compiled for what the machine has, or both for the least.
bool ln_gemm_adds_as_loops(void);
// The instruction set chosen for this machine: "avx512", "avx2" or "portable".
const char *ln_gemm_isa(void);
// OpenBLAS as it describes itself; the processor whose kernels it runs; what is wrong with that, or
// NULL.
const char *ln_blas_name(void);
const char *ln_blas_kernels(void);
const char *ln_blas_warning(void);

#endif
