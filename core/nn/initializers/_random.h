// What the random initializers share: whose generator to use, and truncated normals.
#ifndef LN_NN_INITIALIZERS_RANDOM_H
#define LN_NN_INITIALIZERS_RANDOM_H

#include <math.h>

#include "base/random.h"
#include "kernels/random.h"
#include "nn/nn.h"

// A seed makes the values the same at every use, as in Keras; without one they follow from the
// state's generator.
static inline LnRandom *ln_seeded(LnRandom *seeded, int64_t seed, LnRandom *shared) {
  if (seed == LN_NONE) return shared;
  ln_random_seed(seeded, (uint64_t)seed);
  return seeded;
}

static inline void ln_fill_uniform(LnRandom *r, LnTensor *t, double low, double high) {
  float *x = t->data;
  ln_random_fill_uniform(r, x, t->size);
  for (int64_t i = 0; i < t->size; i++) x[i] = (float)(low + (high - low) * (double)x[i]);
}

// Normal; truncated: what lies beyond two deviations is drawn again.
static inline void ln_fill_normal(LnRandom *r, LnTensor *t, double mean, double deviation,
                                  bool truncated) {
  float *x = t->data;
  ln_random_fill_normal(r, 0, 1, x, ln_drawn_all(t->size));
  for (int64_t i = 0; i < t->size; i++) {
    while (truncated && fabsf(x[i]) > 2.0f) x[i] = (float)ln_random_gauss(r);
    x[i] = (float)(mean + deviation * (double)x[i]);
  }
}

#define LN_SEED_OPTION(type)                                                     \
  {"seed", LN_OPT_INTEGER, offsetof(type, seed), "none",                         \
   .doc = "the same values at every use; none: they follow from set_seed"}

#endif
