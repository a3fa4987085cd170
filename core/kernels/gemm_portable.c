// Products for any other processor: vectors of 16 bytes as gcc and clang know them (SSE2, NEON,
// ...).
#include <string.h>

#include "base/simd.h"
#include "kernels/gemm_job.h"

#define BYTES 16
#define ROWS 4
#define WIDEST PANEL
#define LINE 8
#define TARGET

typedef int Mask;   // how many lanes
#define DEFINE_PARTS(T)                                                            \
  typedef T T##_lanes __attribute__((vector_size(BYTES)));                         \
  LN_INLINE Mask T##_first(int64_t n) { return (int)n; }                           \
  LN_INLINE T##_lanes T##_load_part(const T *p, Mask n) {                          \
    T##_lanes x = {0};                                                             \
    for (int i = 0; i < n; i++) x[i] = p[i];                                       \
    return x;                                                                      \
  }                                                                                \
  LN_INLINE void T##_store_part(T *p, Mask n, T##_lanes x) {                       \
    for (int i = 0; i < n; i++) p[i] = x[i];                                       \
  }                                                                                \
  LN_INLINE T##_lanes T##_relu(T##_lanes x) {   /* NaN stays NaN */                \
    return (T##_lanes)((__typeof__(x < x))x & ~(x < (T##_lanes){0}));              \
  }                                                                                \
  LN_INLINE T T##_sum(T##_lanes x) {                                               \
    T sum = 0;                                                                     \
    for (int i = 0; i < BYTES / (int)sizeof(T); i++) sum += x[i];                  \
    return sum;                                                                    \
  }                                                                                \
  LN_INLINE void T##_eight_sums(const T##_lanes *x, T *sum) {                      \
    for (int i = 0; i < 8; i++) sum[i] = T##_sum(x[i]);                            \
  }
DEFINE_PARTS(float)
DEFINE_PARTS(double)

#define T float
#define QUADS 0
#include "kernels/gemm_tile.h"
#define T double
#define QUADS 0
#include "kernels/gemm_tile.h"

const GemmKernels ln_gemm_portable = {"portable", BYTES, float_block, double_block, float_blocked,
                                      double_blocked, float_pack_all, double_pack_all};
