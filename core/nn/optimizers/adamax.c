// Adamax: Adam with the infinity norm (Kingma and Ba, "Adam: a method for stochastic optimization",
// 2015, section 7.1).
#include "nn/optimizers/_step.h"

typedef struct Adamax {
  LnOptimizer base;
  double beta_1, beta_2, epsilon;
} Adamax;

static const LnOption options[] = {
    LN_RATE(Adamax, "0.001"),
    {"beta_1", LN_OPT_NUMBER, LN_FIELD(Adamax, beta_1), "0.9", "[0, 1)",
     .doc = "decay of the average of gradients"},
    {"beta_2", LN_OPT_NUMBER, LN_FIELD(Adamax, beta_2), "0.999", "[0, 1)",
     .doc = "decay of the largest gradient"},
    {"epsilon", LN_OPT_NUMBER, LN_FIELD(Adamax, epsilon), "1e-7", ">= 0",
     .doc = "added to the largest gradient"},
    {0}};

static int slots(const LnOptimizer *self, const char **names) {
  (void)self;
  names[0] = "momentum";
  names[1] = "norm";
  return 2;
}

LN_STEP(step, Adamax, {
  Real *restrict m = s->slot[0];
  Real *restrict u = s->slot[1];
  const Real a = (Real)(1 - o->beta_1), beta_2 = (Real)o->beta_2, epsilon = (Real)o->epsilon;
  const Real left = 1 - pow((Real)o->beta_1, t);
  for (int64_t i = 0; i < n; i++) {
    m[i] += (g[i] - m[i]) * a;
    Real faded = beta_2 * u[i];
    Real now = fabs(g[i]);
    u[i] = now <= faded || faded != faded ? faded : now;
    w[i] -= lr * m[i] / (left * (u[i] + epsilon));
  }
})

static const LnOptimizerClass adamax = {
    .base = {LN_OPTIMIZER, "Adamax", "adamax", sizeof(Adamax), options, ln_optimizer_init,
             ln_optimizer_free,
             .doc = "Adamax (Kingma and Ba, 2015, section 7.1): Adam with the largest gradient "
                    "u = max(beta_2 * u, |g|) instead of the root of v: w = w - rate * m / ((1 "
                    "- beta_1^t) * (u + epsilon)).\n"
                    "Error: a beta outside [0, 1).\n"
                    "Example:\n"
                    "  ln.optimizers.Adamax{2e-3}.learning_rate  --> 0.002\n"},
    .slots = slots,
    .step = step,
};

const LnOptimizerClass *const ln_optimizers_adamax[] = {&adamax, NULL};
