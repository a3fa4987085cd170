// Matrix products: the kernels of gemm_tile.h compiled for each instruction set, the thresholds,
// and (in gemm_run.h) the only cblas calls of the project. A new instruction set is a block of
// macros and a line in choose().
#include "kernels/gemm.h"

#include <stdlib.h>
#include <string.h>

#include <cblas.h>

#include "base/threads.h"
#include "base/simd.h"
#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define X86 1
#endif

#define DEPTH 128  // 128 rows of a panel of 48 floats are half of a 48 KiB first-level cache
#define PANEL 3    // vectors
// Of a product that does not fit into the caches: what is packed of B, (kc, nc), and of A,
// (mc, kc).
#define BLOCK_DEPTH 256
#define BLOCK_B (512 << 10)
#define BLOCK_A (256 << 10)
#define BLOCKED_ROOM (BLOCK_B + BLOCK_A / 8 * 9)  // copied rows of A stand a line further apart
#define EACH                                                  \
  _Pragma("GCC unroll 8") for (int r = 0; r < rows; r++)     \
      _Pragma("GCC unroll 24") for (int v = 0; v < vectors; v++)  // an element of the tile
#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)

// One product: op(A) has any strides, op(B) is B (k, n) or its transpose.
#define DEFINE_JOB(T)              \
  typedef struct {                 \
    int64_t m, n, k;               \
    const T *a;                    \
    int64_t lda, a_row, a_col;     \
    const T *b;                    \
    int64_t ldb;                   \
    T *c;                          \
    int64_t ldc;                   \
    T alpha, beta;                 \
    const T *bias;                 \
    int64_t bias_step;             \
    bool ta, tb, relu;             \
    const T *y;                    \
    int64_t ldy;                   \
    T *sums;                       \
  } T##_Job;                       \
  typedef void T##_Block(const T##_Job *j, int64_t i0, int64_t i1, int64_t j0, int64_t j1); \
  typedef void T##_Blocked(const T##_Job *j, int64_t i0, int64_t i1, int64_t j0, int64_t j1,  \
                         T *room)
DEFINE_JOB(float);
DEFINE_JOB(double);

#ifdef X86
#define SUFFIX JOIN(SUFFIX, T)
#define SUFFIX_float ps
#define SUFFIX_double pd

// ---- AVX-512: 32 registers of 64 bytes, 24 of them sums ----
#define ISA avx512
#define BYTES 64
#define ROWS 8
#define WIDEST 4  // a panel of a short B
#define LINE 24
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,prfchw")))
#define VEC_float __m512
#define VEC_double __m512d
#define M __mmask16
#define MASK(n) ((M)((1u << (n)) - 1))
#define OP(f) JOIN(_mm512_##f, SUFFIX)
#define SET(x) OP(set1)(x)
#define LOAD(p) OP(loadu)(p)
#define STORE(p, x) OP(storeu)(p, x)
#define FMA(x, y, z) OP(fmadd)(x, y, z)
#define MUL(x, y) OP(mul)(x, y)
#define ADD(x, y) OP(add)(x, y)
#define MAX(x, y) OP(max)(x, y)
#define WHERE_POSITIVE(y, x) OP(maskz_mov)(JOIN(OP(cmp), mask)(y, SET(0), _CMP_GT_OQ), x)
#define SUM(x) OP(reduce_add)(x)
#define LOAD_PART(p, m) OP(maskz_loadu)(m, p)
#define STORE_PART(p, m, x) OP(mask_storeu)(p, m, x)

// Four columns of 16 rows, transposed: lane l of r[i] holds row i + 4 l, so that a 4x4 transpose
// within the lanes is all that is needed.
static inline TARGET void quads_avx512(const float *const *rows, int64_t at, float *to,
                                       int64_t width) {
  __m512 r[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    r[i] = _mm512_castps128_ps512(_mm_loadu_ps(rows[i] + at));
    r[i] = _mm512_insertf32x4(r[i], _mm_loadu_ps(rows[i + 4] + at), 1);
    r[i] = _mm512_insertf32x4(r[i], _mm_loadu_ps(rows[i + 8] + at), 2);
    r[i] = _mm512_insertf32x4(r[i], _mm_loadu_ps(rows[i + 12] + at), 3);
  }
  __m512 low01 = _mm512_unpacklo_ps(r[0], r[1]), high01 = _mm512_unpackhi_ps(r[0], r[1]);
  __m512 low23 = _mm512_unpacklo_ps(r[2], r[3]), high23 = _mm512_unpackhi_ps(r[2], r[3]);
  _mm512_storeu_ps(to, _mm512_shuffle_ps(low01, low23, 0x44));
  _mm512_storeu_ps(to + width, _mm512_shuffle_ps(low01, low23, 0xee));
  _mm512_storeu_ps(to + 2 * width, _mm512_shuffle_ps(high01, high23, 0x44));
  _mm512_storeu_ps(to + 3 * width, _mm512_shuffle_ps(high01, high23, 0xee));
}
#define QUADS quads_avx512

// The sums of eight vectors at once, each added up in the same order as by SUM.
static inline TARGET void sums_avx512(const __m512 *x, float *sum) {
  __m512 half[4], quarter[2];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++)
    half[i] = _mm512_add_ps(_mm512_shuffle_f32x4(x[2 * i], x[2 * i + 1], 0x44),
                            _mm512_shuffle_f32x4(x[2 * i], x[2 * i + 1], 0xee));
#pragma GCC unroll 2
  for (int i = 0; i < 2; i++)
    quarter[i] = _mm512_add_ps(_mm512_shuffle_f32x4(half[2 * i], half[2 * i + 1], 0x88),
                               _mm512_shuffle_f32x4(half[2 * i], half[2 * i + 1], 0xdd));
  // Lane l holds four terms each of vectors l and l + 4.
  __m512 pairs = _mm512_add_ps(_mm512_shuffle_ps(quarter[0], quarter[1], 0x44),
                               _mm512_shuffle_ps(quarter[0], quarter[1], 0xee));
  pairs = _mm512_add_ps(pairs, _mm512_permute_ps(pairs, 0xb1));
  const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 2, 6, 10, 14, 0, 0, 0, 0, 0, 0, 0, 0);
  _mm256_storeu_ps(sum, _mm512_castps512_ps256(_mm512_permutexvar_ps(order, pairs)));
}
#define EIGHT_SUMS sums_avx512
#define T float
#include "kernels/gemm_tile.h"
#undef QUADS
#undef EIGHT_SUMS
#define T double
#include "kernels/gemm_tile.h"
#undef ISA
#undef BYTES
#undef ROWS
#undef WIDEST
#undef LINE
#undef TARGET
#undef M
#undef MASK
#undef SET
#undef LOAD
#undef STORE
#undef LOAD_PART
#undef STORE_PART
#undef FMA
#undef MUL
#undef ADD
#undef MAX
#undef WHERE_POSITIVE
#undef SUM
#undef VEC_float
#undef VEC_double
#undef OP

// ---- AVX2: 16 registers of 32 bytes, 12 of them sums ----
#define ISA avx2
#define BYTES 32
#define ROWS 4
#define WIDEST PANEL
#define LINE 8
#define TARGET __attribute__((target("avx2,fma,prfchw")))
#define VEC_float __m256
#define VEC_double __m256d
static const int32_t first_lanes[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
#define M __m256i
#define MASK(n) _mm256_loadu_si256((const __m256i *)(first_lanes + 8 - (n) * (int)(sizeof(T) / 4)))
#define OP(f) JOIN(_mm256_##f, SUFFIX)
#define SET(x) OP(set1)(x)
#define LOAD(p) OP(loadu)(p)
#define STORE(p, x) OP(storeu)(p, x)
#define FMA(x, y, z) OP(fmadd)(x, y, z)
#define MUL(x, y) OP(mul)(x, y)
#define ADD(x, y) OP(add)(x, y)
#define MAX(x, y) OP(max)(x, y)
#define WHERE_POSITIVE(y, x) OP(and)(OP(cmp)(y, SET(0), _CMP_GT_OQ), x)
#define SUM(x) JOIN(avx2_sum, T)(x)
#define LOAD_PART(p, m) OP(maskload)(p, m)
#define STORE_PART(p, m, x) OP(maskstore)(p, m, x)

static inline TARGET float avx2_sum_float(__m256 x) {
  __m128 y = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
  y = _mm_add_ps(y, _mm_movehl_ps(y, y));
  return _mm_cvtss_f32(_mm_add_ss(y, _mm_movehdup_ps(y)));
}
static inline TARGET double avx2_sum_double(__m256d x) {
  __m128d y = _mm_add_pd(_mm256_castpd256_pd128(x), _mm256_extractf128_pd(x, 1));
  return _mm_cvtsd_f64(_mm_add_sd(y, _mm_unpackhi_pd(y, y)));
}
// As quads_avx512, with two lanes of four.
static inline TARGET void quads_avx2(const float *const *rows, int64_t at, float *to,
                                     int64_t width) {
  __m256 r[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++)
    r[i] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(rows[i] + at)),
                                _mm_loadu_ps(rows[i + 4] + at), 1);
  __m256 low01 = _mm256_unpacklo_ps(r[0], r[1]), high01 = _mm256_unpackhi_ps(r[0], r[1]);
  __m256 low23 = _mm256_unpacklo_ps(r[2], r[3]), high23 = _mm256_unpackhi_ps(r[2], r[3]);
  _mm256_storeu_ps(to, _mm256_shuffle_ps(low01, low23, 0x44));
  _mm256_storeu_ps(to + width, _mm256_shuffle_ps(low01, low23, 0xee));
  _mm256_storeu_ps(to + 2 * width, _mm256_shuffle_ps(high01, high23, 0x44));
  _mm256_storeu_ps(to + 3 * width, _mm256_shuffle_ps(high01, high23, 0xee));
}
#define QUADS quads_avx2
#define T float
#include "kernels/gemm_tile.h"
#undef QUADS
#define T double
#include "kernels/gemm_tile.h"
#undef ISA
#undef BYTES
#undef ROWS
#undef WIDEST
#undef LINE
#undef TARGET
#undef M
#undef MASK
#undef SET
#undef LOAD
#undef STORE
#undef LOAD_PART
#undef STORE_PART
#undef FMA
#undef MUL
#undef ADD
#undef MAX
#undef WHERE_POSITIVE
#undef SUM
#undef VEC_float
#undef VEC_double
#undef OP
#endif

// ---- Anything else: vectors of 16 bytes as gcc and clang know them (SSE2, NEON ...) ----
#define ISA portable
#define BYTES 16
#define ROWS 4
#define WIDEST PANEL
#define LINE 8
#define TARGET
#define DEFINE_VECTORS(T, V)                                                         \
  typedef T V __attribute__((vector_size(16)));                                      \
  typedef T V##_at __attribute__((vector_size(16), aligned(sizeof(T)), may_alias));  \
  LN_INLINE V V##_load(const T *p, int n) {                                          \
    V x = {0};                                                                       \
    for (int i = 0; i < n; i++) x[i] = p[i];                                         \
    return x;                                                                        \
  }                                                                                  \
  LN_INLINE void V##_store(T *p, int n, V x) {                                       \
    for (int i = 0; i < n; i++) p[i] = x[i];                                         \
  }                                                                                  \
  LN_INLINE V V##_max(V x, V y) {                                                    \
    for (int i = 0; i < 16 / (int)sizeof(T); i++) y[i] = x[i] > y[i] ? x[i] : y[i];  \
    return y;                                                                        \
  }                                                                                  \
  LN_INLINE V V##_where_positive(V y, V x) {                                         \
    for (int i = 0; i < 16 / (int)sizeof(T); i++) x[i] = y[i] > 0 ? x[i] : 0;        \
    return x;                                                                        \
  }                                                                                  \
  LN_INLINE T V##_sum(V x) {                                                         \
    T sum = 0;                                                                       \
    for (int i = 0; i < 16 / (int)sizeof(T); i++) sum += x[i];                       \
    return sum;                                                                      \
  }
DEFINE_VECTORS(float, VEC_float)
DEFINE_VECTORS(double, VEC_double)
#define M int
#define MASK(n) ((int)(n))
#define SET(x) ((V){0} + (x))
#define LOAD(p) ((V)(*(const JOIN(V, at) *)(p)))
#define STORE(p, x) ((void)(*(JOIN(V, at) *)(p) = (x)))
#define LOAD_PART(p, m) JOIN(V, load)(p, m)
#define STORE_PART(p, m, x) JOIN(V, store)(p, m, x)
#define FMA(x, y, z) ((x) * (y) + (z))
#define MUL(x, y) ((x) * (y))
#define ADD(x, y) ((x) + (y))
#define MAX(x, y) JOIN(V, max)(x, y)
#define WHERE_POSITIVE(y, x) JOIN(V, where_positive)(y, x)
#define SUM(x) JOIN(V, sum)(x)
#define T float
#include "kernels/gemm_tile.h"
#undef QUADS
#define T double
#include "kernels/gemm_tile.h"

// ---- Which kernels ----

static const char *isa = "portable";
static int64_t vector_bytes = 16;
static float_Block *float_block = float_portable_block;
static double_Block *double_block = double_portable_block;
// NULL: large products go to OpenBLAS.
static float_Blocked *float_blocked;
static double_Blocked *double_blocked;

__attribute__((constructor)) static void choose(void) {
#ifdef X86
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")) {
    isa = "avx512", vector_bytes = 64;
    float_block = float_avx512_block, double_block = double_avx512_block;
    float_blocked = float_avx512_blocked, double_blocked = double_avx512_blocked;
  } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    isa = "avx2", vector_bytes = 32;
    float_block = float_avx2_block, double_block = double_avx2_block;
    float_blocked = float_avx2_blocked, double_blocked = double_avx2_blocked;
  }
#endif
}

const char *ln_gemm_isa(void) { return isa; }
bool ln_relu_grad_fits(int64_t m, int64_t n) { return m >= 3 && m <= 64 && n >= 2; }
bool ln_gemm_adds_as_loops(void) { return LN_HAS_CLONES || vector_bytes == 16; }

// ---- How a product is run ----

// A thread's least share in multiplications: 64,000 take 1 us, and to hand over work and results
// takes nearly as long.
#define GRAIN 64000
// What the caller of several threads does in the time in which the others are begun and hand back.
#define HEAD_START 24000
// From so many rows, or rows by columns, on what is read again and again leaves the caches.
#define LARGE_SIDE 900
// Where the portable kernels run, OpenBLAS is faster from so many multiplications on, with no side
// shorter than this. (Elsewhere it is not, at any size, and on a processor that it does not know it
// is eight times slower.)
#define BLAS_WORK 1e8
#define BLAS_SIDE 128
// Bytes of partial sums that the stack holds: a batch of 32 by 300 units.
#define PARTIAL (40 << 10)
#define ADD_GRAIN 4096  // of them that a thread adds up, at least

#define T float
#define GEMM ln_gemm_f32
#define DENSE ln_dense_f32
#define RELU_GRAD ln_relu_grad_f32
#define CBLAS cblas_sgemm
#include "kernels/gemm_run.h"
#define T double
#define GEMM ln_gemm_f64
#define DENSE ln_dense_f64
#define RELU_GRAD ln_relu_grad_f64
#define CBLAS cblas_dgemm
#include "kernels/gemm_run.h"

const char *ln_blas_name(void) { return openblas_get_config(); }
const char *ln_blas_kernels(void) { return openblas_get_corename(); }

const char *ln_blas_warning(void) {
  // What OpenBLAS falls back to on a processor newer than itself: kernels without AVX2.
  static const char *const oldest[] = {"Prescott", "Core2", "Nehalem", "Penryn", "Dunnington",
                                       "Atom", "Athlon", "Opteron", "Barcelona", "Bobcat"};
  if (vector_bytes < 32) return NULL;
  for (size_t i = 0; i < sizeof oldest / sizeof *oldest; i++)
    if (strncmp(openblas_get_corename(), oldest[i], strlen(oldest[i])) == 0)
      return "OpenBLAS does not know this processor and runs its oldest kernels; with "
             "OPENBLAS_CORETYPE=Haswell in the environment (SkylakeX where there is AVX-512) it "
             "is several times faster. Products do not depend on it: they run in lunate's kernels";
  return NULL;
}
