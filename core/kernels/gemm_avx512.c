// Products in AVX-512: 32 registers of 64 bytes, 24 of them sums.
#include "base/simd.h"
#include "kernels/gemm_job.h"

#ifdef LN_GEMM_X86
#include <immintrin.h>
#include <string.h>

#define BYTES 64
#define ROWS 8
#define WIDEST 4  // a panel of a short B
#define LINE 24
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,prfchw")))

typedef __mmask16 Mask;
LN_INLINE TARGET Mask float_first(int64_t n) { return (Mask)((1u << n) - 1); }
LN_INLINE TARGET Mask double_first(int64_t n) { return (Mask)((1u << n) - 1); }
LN_INLINE TARGET __m512 float_load_part(const float *p, Mask m) {
  return _mm512_maskz_loadu_ps(m, p);
}
LN_INLINE TARGET __m512d double_load_part(const double *p, Mask m) {
  return _mm512_maskz_loadu_pd((__mmask8)m, p);
}
LN_INLINE TARGET void float_store_part(float *p, Mask m, __m512 x) {
  _mm512_mask_storeu_ps(p, m, x);
}
LN_INLINE TARGET void double_store_part(double *p, Mask m, __m512d x) {
  _mm512_mask_storeu_pd(p, (__mmask8)m, x);
}
// In this order NaN stays NaN.
LN_INLINE TARGET __m512 float_relu(__m512 x) { return _mm512_max_ps(_mm512_setzero_ps(), x); }
LN_INLINE TARGET __m512d double_relu(__m512d x) { return _mm512_max_pd(_mm512_setzero_pd(), x); }
LN_INLINE TARGET float float_sum(__m512 x) { return _mm512_reduce_add_ps(x); }
LN_INLINE TARGET double double_sum(__m512d x) { return _mm512_reduce_add_pd(x); }

// Four columns of 16 rows, transposed: lane l of r[i] holds row i + 4 l, so that a 4x4 transpose
// within the lanes is all that is needed.
LN_INLINE TARGET void float_quads(const float *const *rows, int64_t from, float *to,
                                  int64_t width) {
  __m512 r[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    r[i] = _mm512_castps128_ps512(_mm_loadu_ps(rows[i] + from));
    r[i] = _mm512_insertf32x4(r[i], _mm_loadu_ps(rows[i + 4] + from), 1);
    r[i] = _mm512_insertf32x4(r[i], _mm_loadu_ps(rows[i + 8] + from), 2);
    r[i] = _mm512_insertf32x4(r[i], _mm_loadu_ps(rows[i + 12] + from), 3);
  }
  __m512 low01 = _mm512_unpacklo_ps(r[0], r[1]), high01 = _mm512_unpackhi_ps(r[0], r[1]);
  __m512 low23 = _mm512_unpacklo_ps(r[2], r[3]), high23 = _mm512_unpackhi_ps(r[2], r[3]);
  _mm512_storeu_ps(to, _mm512_shuffle_ps(low01, low23, 0x44));
  _mm512_storeu_ps(to + width, _mm512_shuffle_ps(low01, low23, 0xee));
  _mm512_storeu_ps(to + 2 * width, _mm512_shuffle_ps(high01, high23, 0x44));
  _mm512_storeu_ps(to + 3 * width, _mm512_shuffle_ps(high01, high23, 0xee));
}

// Of doubles, 8 rows: r[i] holds rows i and i + 4.
LN_INLINE TARGET void double_quads(const double *const *rows, int64_t from, double *to,
                                   int64_t width) {
  __m512d r[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++)
    r[i] = _mm512_insertf64x4(_mm512_castpd256_pd512(_mm256_loadu_pd(rows[i] + from)),
                              _mm256_loadu_pd(rows[i + 4] + from), 1);
  const __m512i even = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
  const __m512i odd = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
  __m512d low01 = _mm512_unpacklo_pd(r[0], r[1]), high01 = _mm512_unpackhi_pd(r[0], r[1]);
  __m512d low23 = _mm512_unpacklo_pd(r[2], r[3]), high23 = _mm512_unpackhi_pd(r[2], r[3]);
  _mm512_storeu_pd(to, _mm512_permutex2var_pd(low01, even, low23));
  _mm512_storeu_pd(to + width, _mm512_permutex2var_pd(high01, even, high23));
  _mm512_storeu_pd(to + 2 * width, _mm512_permutex2var_pd(low01, odd, low23));
  _mm512_storeu_pd(to + 3 * width, _mm512_permutex2var_pd(high01, odd, high23));
}

// The sums of eight vectors at once, each added up in the same order as by float_sum.
LN_INLINE TARGET void float_eight_sums(const __m512 *x, float *sum) {
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
LN_INLINE TARGET void double_eight_sums(const __m512d *x, double *sum) {
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) sum[i] = double_sum(x[i]);
}

#define T float
#define QUADS 1
#include "kernels/gemm_tile.h"
#define T double
#define QUADS 1
#include "kernels/gemm_tile.h"

const GemmKernels ln_gemm_avx512 = {"avx512", BYTES, float_block, double_block, float_blocked,
                                    double_blocked, float_pack_all, double_pack_all};
#endif
