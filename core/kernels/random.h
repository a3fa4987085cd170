// Random floats in bulk, in vectors and on threads. A generator counts (base/random.h), so that
// every piece knows its numbers, and they are the same for any number of threads.
#ifndef LN_KERNELS_RANDOM_H
#define LN_KERNELS_RANDOM_H

#include "lunate.h"

// Of `whole` numbers that are drawn, which move the generator on, those that are wanted: n from
// `first` on.
typedef struct LnDrawn {
  int64_t first, n, whole;
} LnDrawn;
static inline LnDrawn ln_drawn_all(int64_t n) { return (LnDrawn){0, n, n}; }

void ln_random_fill_uniform(LnRandom *r, float *out, int64_t n);  // [0, 1), 24 bits
void ln_random_fill_normal(LnRandom *r, float mean, float deviation, float *out, LnDrawn drawn);
// 0 with probability `rate`, else `kept`.
void ln_random_fill_keep(LnRandom *r, float rate, float kept, float *out, LnDrawn drawn);
// The same factors times x, and where they are not 0; y may be x.
void ln_random_dropout(LnRandom *r, float rate, float kept, const float *x, float *y,
                       uint8_t *keeps, LnDrawn drawn);
// y = x kept where keeps is not 0, else x 0; y may be x.
void ln_kernel_keep(const uint8_t *keeps, float kept, const float *x, float *y, int64_t n);

#endif
