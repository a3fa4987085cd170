// float16 (IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction) and bfloat16 (the upper
// half of a float32) as bits, and what they convert to and from. All rounding is to the nearest,
// to even in the middle; NaN stays NaN. Straight-line code, so that loops over it are vectors.
#ifndef LN_BASE_HALF_H
#define LN_BASE_HALF_H

#include "base/simd.h"

#include <string.h>

LN_INLINE float ln_float_of_bits(uint32_t bits) {
  float f;
  memcpy(&f, &bits, sizeof f);
  return f;
}
LN_INLINE uint32_t ln_bits_of_float(float f) {
  uint32_t bits;
  memcpy(&bits, &f, sizeof bits);
  return bits;
}

LN_INLINE float ln_float_of_float16(uint16_t h) {
  const uint32_t rest = (uint32_t)(h & 0x7fff) << 13, sign = (uint32_t)(h & 0x8000) << 16;
  // The exponent's bias grows from 15 to 127; a subnormal is what it adds to the smallest normal.
  const uint32_t normal = rest + (112u << 23), special = rest | 0x7f800000u;
  const uint32_t quiet = rest > 0x0f800000u ? 0x400000u : 0;
  const uint32_t small = ln_bits_of_float(ln_float_of_bits(rest + (113u << 23)) - 0x1p-14f);
  const uint32_t bits = rest < (1u << 23) ? small : rest < 0x0f800000u ? normal : special | quiet;
  return ln_float_of_bits(bits | sign);
}

LN_INLINE uint16_t ln_float16_of_float(float f) {
  const uint32_t all = ln_bits_of_float(f), rest = all & 0x7fffffffu, sign = all >> 16 & 0x8000u;
  // Half of the last bit that stays, less one if that is even: the carry rounds.
  const uint32_t rounded = (rest - (112u << 23) + 0xfffu + (rest >> 13 & 1)) >> 13;
  const uint32_t normal = rounded < 0x7c00u ? rounded : 0x7c00u;
  // The sum with 0.5, whose last bit is a subnormal's, is rounded by the addition.
  const uint32_t small = ln_bits_of_float(ln_float_of_bits(rest) + 0.5f) - 0x3f000000u;
  const uint32_t nan = 0x7e00u | (rest >> 13 & 0x3ffu);
  const uint32_t bits = rest > 0x7f800000u    ? nan
                        : rest >= 0x47800000u ? 0x7c00u
                        : rest < 0x38800000u  ? small
                                              : normal;
  return (uint16_t)(bits | sign);
}

LN_INLINE float ln_float_of_bfloat16(uint16_t h) { return ln_float_of_bits((uint32_t)h << 16); }

LN_INLINE uint16_t ln_bfloat16_of_float(float f) {
  const uint32_t bits = ln_bits_of_float(f), rest = bits & 0x7fffffffu;
  const uint32_t rounded = bits + 0x7fffu + (bits >> 16 & 1), nan = bits | 0x400000u;
  const uint32_t all = rest > 0x7f800000u ? nan : rounded;
  return (uint16_t)(all >> 16);
}

// To a float32 that is rounded to odd: cut, with its last bit set when anything was cut off.
// Rounded again to a half, it gives what one rounding of the number would have.
LN_INLINE float ln_odd_of_double(double v) {
  const float f = (float)v, size = f < 0 ? -f : f;
  const double wanted = v < 0 ? -v : v;
  const uint32_t bits = ln_bits_of_float(f), cut = bits - ((double)size > wanted ? 1 : 0);
  return ln_float_of_bits((double)size == wanted || v != v ? bits : cut | 1);
}
LN_INLINE float ln_odd_of_int64(int64_t v) {
  const uint64_t size = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
  // A double holds 53 bits: rounded to odd as well when there are more.
  const uint64_t lost = size & 0x7ff, cut = size - lost;
  const uint64_t odd = size >> 53 == 0 ? size : lost ? cut | 0x800 : cut;
  const float f = ln_odd_of_double((double)(int64_t)odd);
  return size >> 63 ? -0x1p63f : v < 0 ? -f : f;
}

#endif
