// What passes between gemm.c, which cuts products into jobs, and the kernels of the instruction
// sets (gemm_<isa>.c), which do them.
#ifndef LN_KERNELS_GEMM_JOB_H
#define LN_KERNELS_GEMM_JOB_H

#include "kernels/gemm.h"

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)

enum {
  DEPTH = 128,  // 128 rows of a panel of 48 floats are half of a 48 KiB first-level cache
  PANEL = 3,    // vectors of a panel of B
  PACKED_COLUMNS = 384,  // of a B that is packed as a whole: multiples of any panel
};

// Of a product that does not fit into the caches, what is packed: of B (kc, nc) elements, of A
// (mc, DEPTH).
typedef struct Blocking {
  int64_t kc, nc, mc;
} Blocking;

// One product (LnGemm) of elements T; op(B) is B (k, n) or, with tb, stored transposed.
#define DEFINE_JOB(T)                                                                           \
  typedef struct T##_Job {                                                                      \
    int64_t m, n, k;                                                                            \
    const T *a;                                                                                 \
    int64_t a_row, a_col;                                                                       \
    const LnGather *gather;                                                                     \
    int64_t first;  /* the job's first column of what is gathered */                            \
    const T *b;                                                                                 \
    int64_t ldb;                                                                                \
    const T *packed;                                                                            \
    T *c;                                                                                       \
    int64_t ldc, run;                                                                           \
    const int64_t *runs;                                                                        \
    T alpha, beta;                                                                              \
    const T *bias;                                                                              \
    int64_t bias_step;                                                                          \
    const T *mean, *factor, *offset;                                                            \
    bool tb, relu, six, alike;                                                                     \
    const T *y;                                                                                 \
    int64_t ldy;                                                                                \
    T *sums;                                                                                    \
  } T##_Job;                                                                                    \
  /* Rows [i0, i1) and columns [j0, j1) of C. */                                                \
  typedef void T##_Block(const T##_Job *j, int64_t i0, int64_t i1, int64_t j0, int64_t j1);     \
  typedef void T##_Blocked(const T##_Job *j, int64_t i0, int64_t i1, int64_t j0, int64_t j1,    \
                           Blocking size, T *room);                                             \
  typedef void T##_Pack(const T##_Job *j, T *to);
DEFINE_JOB(float)
DEFINE_JOB(double)

typedef struct GemmKernels {
  const char *isa;
  int vector_bytes;
  float_Block *float_block;      // of what fits into the caches
  double_Block *double_block;
  float_Blocked *float_blocked;  // of what does not, or is gathered, packed or written in runs
  double_Blocked *double_blocked;
  float_Pack *float_pack;
  double_Pack *double_pack;
} GemmKernels;

extern const GemmKernels ln_gemm_portable;
#if defined(__x86_64__) && defined(__GNUC__)
#define LN_GEMM_X86 1
extern const GemmKernels ln_gemm_avx2, ln_gemm_avx512;
#endif

// Elements of `room` that `blocked` wants: rows and columns of A stand a line further apart than
// they are long.
static inline int64_t ln_gemm_room(Blocking s, bool packed, int64_t element) {
  const int64_t pad = 64 / element;
  return (packed ? 0 : s.kc * s.nc) + (s.mc + pad) * (DEPTH + pad);
}

#endif
