// Random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011). Counter-based: the n-th number depends on key and n only, never on threads.
#ifndef LN_BASE_RANDOM_H
#define LN_BASE_RANDOM_H

#include "lunate.h"

void ln_random_seed(LnRandom *r, uint64_t seed);
LnRandom ln_random_split(LnRandom *r);   // an independent generator that follows from r
uint64_t ln_random_bits(LnRandom *r);
double ln_random_double(LnRandom *r);    // [0, 1), 53 bits
int64_t ln_random_below(LnRandom *r, int64_t n);  // 0 .. n-1, unbiased; n >= 1
double ln_random_gauss(LnRandom *r);     // mean 0, deviation 1

// The 32-bit numbers of LN_RANDOM_MANY / 4 counters from `counter` on, four each. (Floats in bulk:
// kernels/random.h.)
#define LN_RANDOM_MANY 128
void ln_random_many(uint64_t key, uint64_t counter, uint32_t *out);

// first .. first + n - 1 in a random order (Fisher and Yates).
void ln_random_permutation(LnRandom *r, int64_t *out, int64_t n, int64_t first);

#endif
