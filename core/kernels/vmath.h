// Scalar math for kernels, without branches, so that loops of it vectorize. Each function states
// its largest error in units in the last place (tests/ops/unary_spec.lua checks it over the whole
// range); all of them give the right limits for infinities, NaN and denormals. The polynomials are
// interpolations at Chebyshev nodes. float64 goes to libm: the VM_ macros choose by type.
#ifndef LN_KERNELS_VMATH_H
#define LN_KERNELS_VMATH_H

#include "base/simd.h"

#include <math.h>
#include <string.h>

LN_INLINE uint32_t ln_float_bits(float x) {
  uint32_t u;
  memcpy(&u, &x, sizeof u);
  return u;
}
LN_INLINE float ln_float_of(uint32_t u) {
  float x;
  memcpy(&x, &u, sizeof x);
  return x;
}

// ln 2 in two pieces: the first has few bits, so that n times it is exact (Cody and Waite).
#define LN_LN2_HIGH 0.693359375f
#define LN_LN2_LOW -2.12194440e-4f
// Adding it rounds to an integer, which then stands in the low bits.
#define LN_ROUNDER 12582912.0f

// (e^r - 1 - r) / r^2 for |r| <= ln 2 / 2
LN_INLINE float ln_exp_tail(float r) {
  float p = 0.00139261759f;
  p = p * r + 0.00836317334f;
  p = p * r + 0.0416665561f;
  p = p * r + 0.166665778f;
  return p * r + 0.5f;
}

// e^x = 2^n e^r with n = round(x / ln 2). The power of two is applied in halves, since 2^n may not
// be a float where e^x is. Error: 1 ulp.
LN_INLINE float ln_expf(float x) {
  float z = x < -104.0f ? -104.0f : x;  // NaN stays through both
  z = z > 89.0f ? 89.0f : z;
  float shifted = z * 1.44269504f + LN_ROUNDER, n = shifted - LN_ROUNDER;
  float r = (z - n * LN_LN2_HIGH) - n * LN_LN2_LOW;
  float p = 1.0f + (r + r * r * ln_exp_tail(r));
  uint32_t k = ln_float_bits(shifted) - 0x4b400000u, half = (uint32_t)((int32_t)k >> 1);
  return p * ln_float_of((half + 127u) << 23) * ln_float_of((k - half + 127u) << 23);
}

// e^x - 1 = 2 (t (e^r - 1) + t - 1/2) with t = 2^(n - 1). Error: 2 ulp.
LN_INLINE float ln_expm1f(float x) {
  float z = x < -30.0f ? -30.0f : x;
  z = z > 89.0f ? 89.0f : z;
  float shifted = z * 1.44269504f + LN_ROUNDER, n = shifted - LN_ROUNDER;
  float r = (z - n * LN_LN2_HIGH) - n * LN_LN2_LOW;
  float t = ln_float_of((ln_float_bits(shifted) - 0x4b400000u + 126u) << 23);
  return 2.0f * (t * (r + r * r * ln_exp_tail(r)) + (t - 0.5f));
}

// log x = e ln 2 + log m, m in [sqrt(1/2), sqrt 2). Error: 2 ulp.
LN_INLINE float ln_logf(float x) {
  float tiny = x < 1.17549435e-38f ? 1.0f : 0.0f;
  uint32_t bits = ln_float_bits(x * (tiny * 8388607.0f + 1.0f));  // denormals times 2^23
  int32_t e = (int32_t)(bits - 0x3f3504f3u) >> 23;
  float f = ln_float_of(bits - ((uint32_t)e << 23)) - 1.0f, k = (float)e - tiny * 23.0f;
  float p = 0.0697161183f;
  p = p * f - 0.114797339f;
  p = p * f + 0.116854198f;
  p = p * f - 0.124256872f;
  p = p * f + 0.142490581f;
  p = p * f - 0.166678026f;
  p = p * f + 0.200007156f;
  p = p * f - 0.24999997f;
  p = p * f + 0.333333313f;
  float square = f * f;
  float y = (f + (p * f * square + k * LN_LN2_LOW - 0.5f * square)) + k * LN_LN2_HIGH;
  y = x < INFINITY ? y : x;
  return x > 0.0f ? y : x == 0.0f ? -INFINITY : NAN;
}

// log(1 + x): the logarithm of the rounded sum, and what the rounding left off. Error: 2 ulp.
LN_INLINE float ln_log1pf(float x) {
  float u = 1.0f + x, rest = (x - (u - 1.0f)) / u;
  float y = ln_logf(u) + rest;
  y = x < INFINITY ? y : x;
  return x > -1.0f ? y : x == -1.0f ? -INFINITY : NAN;
}

// Odd polynomial near 0, else 1 - 2 / (e^2|x| + 1). Error: 2 ulp.
LN_INLINE float ln_tanhf(float x) {
  float a = fabsf(x), s = x * x;
  float p = 0.00229274482f;
  p = p * s - 0.00834394526f;
  p = p * s + 0.0217689183f;
  p = p * s - 0.0539592579f;
  p = p * s + 0.133333042f;
  p = p * s - 0.333333343f;
  float large = 1.0f - 2.0f / (ln_expf(2.0f * a) + 1.0f);
  large = x < 0.0f ? -large : large;
  return a < 0.625f ? x + x * s * p : large;
}

// 1 / (1 + e^-x), from e^-|x|, which cannot overflow. Error: 3 ulp.
LN_INLINE float ln_sigmoidf(float x) {
  float e = ln_expf(-fabsf(x)), s = 1.0f / (1.0f + e);
  return x < 0.0f ? e * s : s;
}

// x times a polynomial in x^2 below 1, 1 - e^(polynomial) above. Error: 2 ulp.
LN_INLINE float ln_erff(float x) {
  float a = fabsf(x), s = x * x;
  float p = 7.87587487e-05f;
  p = p * s - 0.00080168643f;
  p = p * s + 0.00518908724f;
  p = p * s - 0.0268542115f;
  p = p * s + 0.112835944f;
  p = p * s - 0.37612626f;
  p = p * s + 0.128379166f;
  float t = a > 4.0f ? 4.0f : a, q = 1.6371514e-06f;
  q = q * t - 4.60580413e-05f;
  q = q * t + 0.00059680565f;
  q = q * t - 0.0047595962f;
  q = q * t + 0.0264211353f;
  q = q * t - 0.110080086f;
  q = q * t - 0.631826043f;
  q = q * t - 1.13023341f;
  q = q * t + 0.00032013806f;
  float large = 1.0f - ln_expf(q);
  large = x < 0.0f ? -large : large;
  return a < 1.0f ? x + x * p : large;
}

// The normal distribution function: half of erfc(|x| / sqrt(2)) = 2^(polynomial of |x|), from the
// side where it is small. Error: 7e-8, absolute; 0 or 1 where that is nearer.
LN_INLINE float ln_normal_cdff(float x) {
  float a = fabsf(x), q = 5.1286946e-07f;
  q = q * a - 9.560329e-06f;
  q = q * a + 7.497433e-05f;
  q = q * a - 0.000284349f;
  q = q * a + 1.4992794e-05f;
  q = q * a + 0.0069311177f;
  q = q * a - 0.052434765f;
  q = q * a - 0.45922145f;
  q = q * a - 1.1511043f;
  q = q * a;
  float shifted = q + LN_ROUNDER, r = q - (shifted - LN_ROUNDER), p = 0.00015345811f;
  p = p * r + 0.0013399931f;
  p = p * r + 0.009618489f;
  p = p * r + 0.055503286f;
  p = p * r + 0.24022646f;
  p = p * r + 0.6931472f;
  p = p * r + 1.0f;
  float half = p * ln_float_of((ln_float_bits(shifted) - 0x4b400000u + 126u) << 23);
  half = a > 5.65685425f ? 0.0f : half;
  return x < 0.0f ? half : 1.0f - half;
}
LN_INLINE double ln_normal_cdf64(double x) { return 0.5 * erfc(-0.70710678118654752440 * x); }

LN_INLINE double ln_sigmoid64(double x) {
  double e = exp(-fabs(x)), s = 1 / (1 + e);
  return x < 0 ? e * s : s;
}

#define VM_(x, f, d) _Generic((x), float: f, double: d)(x)
#define VM_ABS(x) VM_(x, fabsf, fabs)
#define VM_SQRT(x) VM_(x, sqrtf, sqrt)
#define VM_EXP(x) VM_(x, ln_expf, exp)
#define VM_EXPM1(x) VM_(x, ln_expm1f, expm1)
#define VM_LOG(x) VM_(x, ln_logf, log)
#define VM_LOG2(x) VM_(x, log2f, log2)
#define VM_LOG10(x) VM_(x, log10f, log10)
#define VM_LOG1P(x) VM_(x, ln_log1pf, log1p)
#define VM_SIN(x) VM_(x, sinf, sin)
#define VM_COS(x) VM_(x, cosf, cos)
#define VM_TAN(x) VM_(x, tanf, tan)
#define VM_ASIN(x) VM_(x, asinf, asin)
#define VM_ACOS(x) VM_(x, acosf, acos)
#define VM_ATAN(x) VM_(x, atanf, atan)
#define VM_SINH(x) VM_(x, sinhf, sinh)
#define VM_COSH(x) VM_(x, coshf, cosh)
#define VM_TANH(x) VM_(x, ln_tanhf, tanh)
#define VM_ASINH(x) VM_(x, asinhf, asinh)
#define VM_ACOSH(x) VM_(x, acoshf, acosh)
#define VM_ATANH(x) VM_(x, atanhf, atanh)
#define VM_FLOOR(x) VM_(x, floorf, floor)
#define VM_CEIL(x) VM_(x, ceilf, ceil)
#define VM_TRUNC(x) VM_(x, truncf, trunc)
#define VM_RINT(x) VM_(x, rintf, rint)
#define VM_ERF(x) VM_(x, ln_erff, erf)
#define VM_NORMAL_CDF(x) VM_(x, ln_normal_cdff, ln_normal_cdf64)
#define VM_SIGMOID(x) VM_(x, ln_sigmoidf, ln_sigmoid64)
// log(1 + e^x), never overflowing
#define VM_SOFTPLUS(x) (((x) < 0 ? 0 : (x)) + VM_LOG1P(VM_EXP(-VM_ABS(x))))

#endif
