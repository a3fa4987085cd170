// Lion: the sign of a momentum (Chen et al., "Symbolic discovery of optimization algorithms",
// 2023).
#include "nn/optimizers/_step.h"

typedef struct Lion {
  LnOptimizer base;
  double beta_1, beta_2;
} Lion;

static const LnOption options[] = {
    LN_RATE(Lion, "0.001"),
    {"beta_1", LN_OPT_NUMBER, LN_FIELD(Lion, beta_1), "0.9", "(0, 1]",
     .doc = "share of the momentum in the direction"},
    {"beta_2", LN_OPT_NUMBER, LN_FIELD(Lion, beta_2), "0.99", "[0, 1]",
     .doc = "decay of the momentum"},
    {0}};

static int slots(const LnOptimizer *self, const char **names) {
  (void)self;
  names[0] = "momentum";
  return 1;
}

LN_STEP(step, Lion, {
  Real *restrict m = s->slot[0];
  const Real b1 = (Real)o->beta_1, c1 = (Real)(1 - o->beta_1);
  const Real b2 = (Real)o->beta_2, c2 = (Real)(1 - o->beta_2);
  for (int64_t i = 0; i < n; i++) {
    Real mixed = m[i] * b1 + g[i] * c1;
    w[i] -= lr * (Real)((mixed > 0) - (mixed < 0));
    m[i] = m[i] * b2 + g[i] * c2;
  }
})

static const LnOptimizerClass lion = {
    .base = {LN_OPTIMIZER, "Lion", "lion", sizeof(Lion), options, ln_optimizer_init,
             ln_optimizer_free,
             .doc = "Lion (Chen et al., 2023): w = w - rate * sign(beta_1 * m + (1 - beta_1) * "
                    "g), m = beta_2 * m + (1 - beta_2) * g. Every weight moves by the rate: "
                    "take one 3 to 10 times smaller than Adam's, and a weight_decay that much "
                    "larger.\n"
                    "Error: beta_1 outside (0, 1], beta_2 outside [0, 1].\n"
                    "Example:\n"
                    "  ln.optimizers.Lion{1e-4, weight_decay = 0.02}.learning_rate  --> 0.0001\n"},
    .slots = slots,
    .step = step,
};

const LnOptimizerClass *const ln_optimizers_lion[] = {&lion, NULL};
