// How hot loops are compiled: include this first, then mark outer functions LN_CLONES and the small
// functions they are made of LN_INLINE. gcc then makes one version an instruction set, chosen at
// load time; elsewhere, and under the sanitizers (whose runtime is not up yet when the choice is
// made), there is the plain version alone.
#ifndef LN_BASE_SIMD_H
#define LN_BASE_SIMD_H

#include <stdint.h>

// No -ffast-math: NaN, infinity and the order of sums stay as written. What is switched on never
// changes a value but for a multiply-add that is rounded once instead of twice.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O3,no-math-errno,no-trapping-math,fp-contract=fast")
#define LN_INLINE static inline __attribute__((always_inline))
#elif defined(__GNUC__)
#pragma STDC FP_CONTRACT ON
#define LN_INLINE static inline __attribute__((always_inline))
#else
#define LN_INLINE static inline
#endif

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && \
    __GNUC__ >= 12 && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define LN_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#define LN_HAS_CLONES 1
#else
#define LN_CLONES
#define LN_HAS_CLONES 0
#endif

// Before a loop whose elements do not depend on each other, although its pointers may be the same.
// (clang checks that itself as the loop starts, and warns of every request it cannot follow.)
#if defined(__GNUC__) && !defined(__clang__)
#define LN_INDEPENDENT _Pragma("GCC ivdep")
#else
#define LN_INDEPENDENT
#endif

// A short loop of constant length that is to be a vector: gcc would unroll it first, and leaves
// what it chooses between as branches.
#if defined(__GNUC__) && !defined(__clang__)
#define LN_LANES _Pragma("GCC unroll 1")
#else
#define LN_LANES
#endif

// Vectors of four and sixteen elements, which the compiler maps to what the instruction set has;
// a comparison gives a mask of the same width.
#define VECTORS(T, I)                                                                              \
  typedef T T##4 __attribute__((vector_size(4 * sizeof(T)), aligned(sizeof(T)), may_alias));       \
  typedef T T##16 __attribute__((vector_size(16 * sizeof(T)), aligned(sizeof(T)), may_alias));     \
  typedef I T##4_mask __attribute__((vector_size(4 * sizeof(T))));                                 \
  typedef I T##16_mask __attribute__((vector_size(16 * sizeof(T))));
VECTORS(float, int32_t)
VECTORS(double, int64_t)

#endif
