// Matrix products, row-major, one interface: LnGemm says what is multiplied, where it lies and what
// is done with the sums on their way to memory. The kernels are our own (gemm_tile.h), one file an
// instruction set; where there are none for it, large products go to OpenBLAS. Which, and over how
// many threads, is decided by sizes alone, so that results are the same every time for a given
// thread count and machine. Inside of ln_parallel a product runs on the one thread that it is.
#ifndef LN_KERNELS_GEMM_H
#define LN_KERNELS_GEMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lunate.h"

// Where a matrix lies: elements from row to row, and from column to column.
typedef struct LnMatrix {
  const void *data;
  int64_t row, column;
} LnMatrix;

// A matrix that is nowhere as a whole (the patches of an image that a kernel meets): what the
// product comes to is copied block by block.
typedef struct LnGather {
  // Elements [row, row + rows) x [column, column + columns) go to `to`, one row after another, or,
  // with by_columns, one column after another, ld elements from each to the next. Runs on any
  // thread.
  void (*read)(const void *from, int64_t row, int64_t rows, int64_t column, int64_t columns,
               void *to, int64_t ld);
  const void *from;
  bool by_columns;
} LnGather;

typedef enum LnEpilogue { LN_ACT_LINEAR, LN_ACT_RELU, LN_ACT_RELU6 } LnEpilogue;

// c = act(alpha a b + beta c + bias), where a is (m, k), b (k, n), c (m, n). Any of m, n, k may
// be 0. c must not overlap a or b. What is not named is not wanted, but for alpha.
typedef struct LnGemm {
  LnDtype dtype;           // of all operands: LN_FLOAT32 or LN_FLOAT64
  int64_t m, n, k;
  LnMatrix a, b;           // both dense along one axis (ln_matrix)
  const LnGather *gather;  // instead of a
  const void *packed;      // b as ln_gemm_pack has it, beside b itself
  void *c;
  int64_t ldc;
  // Rows of c that do not lie evenly: runs of `run` rows, ldc apart, the first of run i at
  // c + runs[i].
  const int64_t *runs;
  int64_t run;
  double alpha, beta;      // beta = 0 does not read c, which may hold anything
  // A row of c is the same, to the bit, however many there are and whatever threads: of sequences,
  // whose steps may come all at once or one after another.
  bool rows_alike;
  const void *bias;        // (n), or NULL
  // (n) each, or all NULL: before act c becomes (c - mean) factor + offset, as batch normalization
  // has it. Only with these is act ever relu6.
  const void *mean, *factor, *offset;
  LnEpilogue act;          // a NaN passes through relu
  // Back through a relu that gave y, (m, n): c is kept where y > 0, else 0, and the sums of its
  // columns go to sums (n). Of sizes that ln_gemm_masks: few rows, whose sums come out as in a loop
  // over them.
  const void *y;
  int64_t ldy;
  void *sums;
} LnGemm;

void ln_gemm(const LnGemm *g);
bool ln_gemm_masks(int64_t m, int64_t n);

// As many products as `shape` counts: their operands lie a, b and c elements apart along each of
// its axes, from g's on. Few and large ones are cut by themselves, else they are shared out.
typedef struct LnBatch {
  int rank;
  int64_t shape[LN_MAX_RANK], a[LN_MAX_RANK], b[LN_MAX_RANK], c[LN_MAX_RANK];
} LnBatch;
void ln_gemm_batched(const LnGemm *g, const LnBatch *batch);

// b as the kernels read it, to be multiplied with again and again: bytes, and how it gets there.
// `to` is 64-byte aligned. g needs dtype, n, k and b.
size_t ln_gemm_packed_size(const LnGemm *g);
void ln_gemm_pack(const LnGemm *g, void *to);

// A (rows, columns) matrix with these strides in elements; false when neither axis is dense, so
// that it must be copied first.
static inline bool ln_matrix(const void *data, int64_t rows, int64_t columns, int64_t row_stride,
                             int64_t column_stride, LnMatrix *m) {
  const int64_t wide = columns > 1 ? columns : 1, high = rows > 1 ? rows : 1;
  if ((columns <= 1 || column_stride == 1) && (rows <= 1 || row_stride >= wide)) {
    *m = (LnMatrix){data, rows <= 1 ? wide : row_stride, 1};
    return true;
  }
  if ((rows <= 1 || row_stride == 1) && (columns <= 1 || column_stride >= high)) {
    *m = (LnMatrix){data, 1, columns <= 1 ? high : column_stride};
    return true;
  }
  return false;
}
static inline LnMatrix ln_matrix_transposed(LnMatrix m) {
  return (LnMatrix){m.data, m.column, m.row};
}

// Whether a loop of multiply-adds (an optimizer's step) rounds as the kernels here do when they add
// to c: both are compiled for what the machine has, or both for the least.
bool ln_gemm_adds_as_loops(void);
// The instruction set chosen for this machine: "avx512", "avx2" or "portable"; $LUNATE_ISA may name
// a lesser one.
const char *ln_gemm_isa(void);
// OpenBLAS as it describes itself; the processor whose kernels it runs; what is wrong with that, or
// NULL.
const char *ln_blas_name(void);
const char *ln_blas_kernels(void);
const char *ln_blas_warning(void);

#endif
