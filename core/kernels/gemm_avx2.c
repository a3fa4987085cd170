// Products in AVX2 with FMA: 16 registers of 32 bytes, 12 of them sums.
#include "base/simd.h"
#include "kernels/gemm_job.h"

#ifdef LN_GEMM_X86
#include <immintrin.h>
#include <string.h>

#define BYTES 32
#define ROWS 4
#define WIDEST PANEL
#define LINE 8
#define TARGET __attribute__((target("avx2,fma,prfchw")))

typedef __m256i Mask;
static const int32_t first_lanes[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
LN_INLINE TARGET Mask float_first(int64_t n) {
  return _mm256_loadu_si256((const __m256i *)(const void *)(first_lanes + 8 - n));
}
LN_INLINE TARGET Mask double_first(int64_t n) {
  return _mm256_loadu_si256((const __m256i *)(const void *)(first_lanes + 8 - 2 * n));
}
LN_INLINE TARGET __m256 float_load_part(const float *p, Mask m) { return _mm256_maskload_ps(p, m); }
LN_INLINE TARGET __m256d double_load_part(const double *p, Mask m) {
  return _mm256_maskload_pd(p, m);
}
LN_INLINE TARGET void float_store_part(float *p, Mask m, __m256 x) { _mm256_maskstore_ps(p, m, x); }
LN_INLINE TARGET void double_store_part(double *p, Mask m, __m256d x) {
  _mm256_maskstore_pd(p, m, x);
}
// In this order NaN stays NaN.
LN_INLINE TARGET __m256 float_relu(__m256 x) { return _mm256_max_ps(_mm256_setzero_ps(), x); }
LN_INLINE TARGET __m256d double_relu(__m256d x) { return _mm256_max_pd(_mm256_setzero_pd(), x); }
LN_INLINE TARGET float float_sum(__m256 x) {
  __m128 y = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
  y = _mm_add_ps(y, _mm_movehl_ps(y, y));
  return _mm_cvtss_f32(_mm_add_ss(y, _mm_movehdup_ps(y)));
}
LN_INLINE TARGET double double_sum(__m256d x) {
  __m128d y = _mm_add_pd(_mm256_castpd256_pd128(x), _mm256_extractf128_pd(x, 1));
  return _mm_cvtsd_f64(_mm_add_sd(y, _mm_unpackhi_pd(y, y)));
}
LN_INLINE TARGET void float_eight_sums(const __m256 *x, float *sum) {
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) sum[i] = float_sum(x[i]);
}
LN_INLINE TARGET void double_eight_sums(const __m256d *x, double *sum) {
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) sum[i] = double_sum(x[i]);
}

// Four columns of 8 rows, transposed: as in AVX-512, with two lanes of four.
LN_INLINE TARGET void float_quads(const float *const *rows, int64_t from, float *to,
                                  int64_t width) {
  __m256 r[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++)
    r[i] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(rows[i] + from)),
                                _mm_loadu_ps(rows[i + 4] + from), 1);
  __m256 low01 = _mm256_unpacklo_ps(r[0], r[1]), high01 = _mm256_unpackhi_ps(r[0], r[1]);
  __m256 low23 = _mm256_unpacklo_ps(r[2], r[3]), high23 = _mm256_unpackhi_ps(r[2], r[3]);
  _mm256_storeu_ps(to, _mm256_shuffle_ps(low01, low23, 0x44));
  _mm256_storeu_ps(to + width, _mm256_shuffle_ps(low01, low23, 0xee));
  _mm256_storeu_ps(to + 2 * width, _mm256_shuffle_ps(high01, high23, 0x44));
  _mm256_storeu_ps(to + 3 * width, _mm256_shuffle_ps(high01, high23, 0xee));
}
LN_INLINE TARGET void double_quads(const double *const *rows, int64_t from, double *to,
                                   int64_t width) {
  __m256d r[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) r[i] = _mm256_loadu_pd(rows[i] + from);
  __m256d low01 = _mm256_unpacklo_pd(r[0], r[1]), high01 = _mm256_unpackhi_pd(r[0], r[1]);
  __m256d low23 = _mm256_unpacklo_pd(r[2], r[3]), high23 = _mm256_unpackhi_pd(r[2], r[3]);
  _mm256_storeu_pd(to, _mm256_permute2f128_pd(low01, low23, 0x20));
  _mm256_storeu_pd(to + width, _mm256_permute2f128_pd(high01, high23, 0x20));
  _mm256_storeu_pd(to + 2 * width, _mm256_permute2f128_pd(low01, low23, 0x31));
  _mm256_storeu_pd(to + 3 * width, _mm256_permute2f128_pd(high01, high23, 0x31));
}

#define T float
#define QUADS 1
#include "kernels/gemm_tile.h"
#define T double
#define QUADS 1
#include "kernels/gemm_tile.h"

const GemmKernels ln_gemm_avx2 = {"avx2", BYTES, float_block, double_block, float_blocked,
                                  double_blocked, float_pack_all, double_pack_all};
#endif
