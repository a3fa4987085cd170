// Adagrad (Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and
// stochastic optimization", 2011).
#include "nn/optimizers/_step.h"

typedef struct Adagrad {
  LnOptimizer base;
  double initial_accumulator_value, epsilon;
} Adagrad;

static const LnOption options[] = {
    LN_RATE(Adagrad, "0.001"),
    {"initial_accumulator_value", LN_OPT_NUMBER, LN_FIELD(Adagrad, initial_accumulator_value),
     "0.1", ">= 0", .doc = "what the sums of squared gradients start from"},
    {"epsilon", LN_OPT_NUMBER, LN_FIELD(Adagrad, epsilon), "1e-7", ">= 0",
     .doc = "added under the square root"},
    {0}};

static int slots(const LnOptimizer *self, const char **names) {
  (void)self;
  names[0] = "accumulator";
  return 1;
}

static double slot_start(const LnOptimizer *self, int slot) {
  (void)slot;
  return ((const Adagrad *)self)->initial_accumulator_value;
}

LN_STEP(step, Adagrad, {
  Real *restrict sum = s->slot[0];
  const Real epsilon = (Real)o->epsilon;
  for (int64_t i = 0; i < n; i++) {
    sum[i] += g[i] * g[i];
    w[i] -= lr * g[i] / sqrt(sum[i] + epsilon);
  }
})

static const LnOptimizerClass adagrad = {
    .base = {LN_OPTIMIZER, "Adagrad", "adagrad", sizeof(Adagrad), options, ln_optimizer_init,
             ln_optimizer_free,
             .doc = "Adagrad (Duchi et al., 2011): each weight's rate falls with the sum of its"
                    " squared gradients, w = w - rate * g / sqrt(sum + epsilon). The paper's "
                    "form is learning_rate = 1.\n"
                    "Error: initial_accumulator_value below 0.\n"
                    "Example:\n"
                    "  ln.optimizers.Adagrad(0.5).learning_rate  --> 0.5\n"},
    .slots = slots,
    .slot_start = slot_start,
    .step = step,
};

const LnOptimizerClass *const ln_optimizers_adagrad[] = {&adagrad, NULL};
