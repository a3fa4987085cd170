// Lamb: Adam whose step is scaled to each variable's norm (You et al., "Large batch optimization
// for deep learning: training BERT in 76 minutes", 2020).
#include "nn/optimizers/_step.h"

typedef struct Lamb {
  LnOptimizer base;
  double beta_1, beta_2, epsilon;
} Lamb;

static const LnOption options[] = {
    LN_RATE(Lamb, "0.001"),
    {"beta_1", LN_OPT_NUMBER, LN_FIELD(Lamb, beta_1), "0.9", "[0, 1)",
     .doc = "decay of the average of gradients"},
    {"beta_2", LN_OPT_NUMBER, LN_FIELD(Lamb, beta_2), "0.999", "[0, 1)",
     .doc = "decay of the average of squared gradients"},
    {"epsilon", LN_OPT_NUMBER, LN_FIELD(Lamb, epsilon), "1e-7", ">= 0",
     .doc = "added to the square root"},
    {0}};

static int slots(const LnOptimizer *self, const char **names) {
  (void)self;
  names[0] = "momentum";
  names[1] = "velocity";
  return 2;
}

LN_STEP(step, Lamb, {
  Real *restrict m = s->slot[0];
  Real *restrict v = s->slot[1];
  const Real a = (Real)(1 - o->beta_1), b = (Real)(1 - o->beta_2), epsilon = (Real)o->epsilon;
  const Real left_1 = 1 - pow((Real)o->beta_1, t), left_2 = 1 - pow((Real)o->beta_2, t);
  double weights = 0, updates = 0;
  for (int64_t i = 0; i < n; i++) {
    m[i] += (g[i] - m[i]) * a;
    v[i] += (g[i] * g[i] - v[i]) * b;
    double by = m[i] / left_1 / (sqrt(v[i] / left_2) + epsilon);
    weights += (double)w[i] * w[i];
    updates += by * by;
  }
  const Real ratio = (Real)(weights > 0 && updates > 0 ? sqrt(weights / updates) : 1.0);
  for (int64_t i = 0; i < n; i++)
    w[i] -= ratio * lr * (m[i] / left_1 / (sqrt(v[i] / left_2) + epsilon));
})

static const LnOptimizerClass lamb = {
    .base = {LN_OPTIMIZER, "Lamb", "lamb", sizeof(Lamb), options, ln_optimizer_init,
             ln_optimizer_free,
             .doc = "Lamb (You et al., 2020), for very large batches: Adam's step is scaled, "
                    "for each variable, by norm(w) / norm(step).\n"
                    "Error: a beta outside [0, 1).\n"
                    "Example:\n"
                    "  ln.optimizers.Lamb{0.01}.learning_rate  --> 0.01\n"},
    .slots = slots,
    .step = step,
    .per_variable = true,
};

const LnOptimizerClass *const ln_optimizers_lamb[] = {&lamb, NULL};
